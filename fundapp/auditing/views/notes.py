"""An auditor's notes on records: the list, and writing one."""

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _

from fundapp.auditing import queries, service
from fundapp.auditing.forms import NoteFilter, NoteForm
from fundapp.auditing.views.blueprint import Answer, bp
from fundapp.core.doors import require
from fundapp.core.errors import NotFound
from fundapp.core.forms import saving
from fundapp.core.listing import Column, listing
from fundapp.core.words import N_
from fundapp.users.rules import Permission

COLUMNS = [
    Column(N_("法院代字"), lambda note: note.court_code, width=10),
    Column(N_("事项标识"), lambda note: note.record),
    Column(N_("笔记内容"), lambda note: note.text, width=80),
    Column(N_("撰写人"), lambda note: queries.person(note.written_by_id)),
    Column(N_("撰写时间"), lambda note: note.written_at, "moment"),
]


@bp.get("/notes")
@require(Permission.NOTE_WRITE)
def notes() -> Answer:
    form = NoteFilter().read()
    record = form.record.data
    return listing(
        "auditing/notes.html",
        queries.notes(g.user.scope, record=record),
        queries.NOTES_KEY,
        COLUMNS,
        title=_("审计笔记"),
        form=form,
        record=record if record and queries.court_of(record) in g.user.scope else None,
        person=queries.person,
    )


@bp.route("/notes/new", methods=["GET", "POST"])
@require(Permission.NOTE_WRITE)
def write_note() -> Answer:
    record = request.args.get("record", "")
    court_code = queries.court_of(record)
    if court_code is None or court_code not in g.user.scope:
        raise NotFound("没有找到该记录，请从记录页面点“记审计笔记”。")
    form = NoteForm()
    if form.submitted():
        with saving(form, court_code):
            service.write_note(record, text=form.text.data, actor=g.user)
            flash(_("笔记已留存，只有审计人员可以查看。"))
            return redirect(url_for(".notes", record=record))
    return render_template("auditing/write_note.html", form=form, record=record), form.http_status
