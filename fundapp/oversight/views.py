"""The front page, the trail of acts, the papers, and the navigation of every page."""

import io
from typing import Any

from flask import Blueprint, g, render_template, request, send_file
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from fundapp.core.db import transaction
from fundapp.core.doors import require, signed_in
from fundapp.core.forms import choice, choices_of
from fundapp.core.listing import Column, hear_of_exports, listing, workbook
from fundapp.core.words import N_
from fundapp.courts import queries as courts
from fundapp.funding import queries as funding
from fundapp.oversight import queries
from fundapp.oversight.forms import TrailFilter
from fundapp.oversight.navigation import navigation
from fundapp.oversight.telling import subject_names, telling
from fundapp.trail import queries as acts
from fundapp.trail import service as recording
from fundapp.trail.rules import Event
from fundapp.users.rules import Permission

Answer = str | Response | tuple[str, int]

bp = Blueprint("oversight", __name__)


@bp.app_context_processor
def _navigate() -> dict[str, Any]:
    return {"nav": navigation()}


bp.add_app_template_filter(subject_names)
bp.add_app_template_filter(telling)


@hear_of_exports
def _record_export() -> None:
    """An exported list leaves the house, so it leaves an entry (I21)."""
    with transaction(g.user.court_code):
        recording.record(
            Event.LIST_EXPORTED,
            f"user:{g.user.id}",
            court_code=g.user.court_code,
            actor=g.user,
            list=request.full_path[:200],
        )


COURT_COLUMNS = [
    Column(N_("法院代字"), lambda line: line.court_code, width=10),
    Column(N_("法院"), lambda line: line.name, width=28),
    Column(N_("累计筹集（元）"), lambda line: line.raised, "money"),
    Column(N_("可用资金（元）"), lambda line: line.available, "money"),
    Column(N_("已批未付（元）"), lambda line: line.reserved, "money"),
    Column(N_("累计垫付（元）"), lambda line: line.advanced, "money"),
    Column(N_("追偿收回（元）"), lambda line: line.recovered, "money"),
    Column(N_("垫付结案（件）"), lambda line: line.concluded, "number"),
]


@bp.get("/")
@signed_in
def index() -> Answer:
    if not g.user.may(Permission.OVERVIEW_READ):
        return render_template("oversight/index.html", tasks=[], figures=None)
    by_court = queries.by_court(g.user.scope)
    if request.args.get("format") == "xlsx":
        return workbook(_("各法院资金情况"), COURT_COLUMNS, by_court)
    return render_template(
        "oversight/index.html",
        tasks=queries.waiting(g.user),
        figures=queries.figures(g.user.scope),
        courts=by_court,
        raised=funding.raised_by_kind(g.user.scope),
    )


TRAIL_COLUMNS = [
    Column(N_("法院代字"), lambda entry: entry.court_code, width=10),
    Column(N_("留痕编号"), lambda entry: entry.seq, "number", 10),
    Column(N_("时间"), lambda entry: entry.recorded_at, "moment"),
    Column(N_("办理人"), lambda entry: entry.actor.name),
    Column(N_("登录名"), lambda entry: entry.actor.username),
    Column(N_("事项"), lambda entry: entry.event),
    Column(N_("事项标识"), lambda entry: entry.subject),
    Column(N_("内容"), lambda entry: entry.facts, width=60),
    Column(N_("上一条校验码"), lambda entry: entry.previous, width=66),
    Column(N_("校验码"), lambda entry: entry.seal, width=66),
]


@bp.get("/trail")
@require(Permission.TRAIL_READ)
def trail() -> Answer:
    form = TrailFilter()
    readable = [choice(court.code, court.name) for court in courts.courts() if court.code in g.user.scope]
    form.court.choices = [choice("", _("全部法院")), *readable]
    form.event.choices = choices_of(Event, blank=N_("全部事项"))
    form.read()
    picked = form.court.picked(str)
    scope = frozenset({picked}) if picked else g.user.scope
    query = acts.entries(scope, event=form.event.picked(Event), subject=form.subject.data)
    return listing(
        "oversight/trail.html",
        query,
        acts.ENTRIES_KEY,
        TRAIL_COLUMNS,
        title=_("操作留痕"),
        form=form,
    )


@bp.get("/papers/<int:attachment_id>")
@require(Permission.CASE_READ, Permission.SOURCE_READ, Permission.LEDGER_READ)
def paper(attachment_id: int) -> Answer:
    """An attached paper, to be saved and never shown inside the site; the administrators see none."""
    found = acts.attachment(attachment_id, g.user.scope)
    return send_file(
        io.BytesIO(found.content),
        mimetype=found.media_type,
        as_attachment=True,
        download_name=found.file_name,
        max_age=0,
    )
