"""Pages of imports: the upload and its trial, the result, the real import, the sheets to fill in and to correct."""

from collections.abc import Sequence

from flask import flash, g, redirect, render_template, send_file, url_for
from flask_babel import gettext as _

from fundapp.cases import queries, service
from fundapp.cases.forms import ImportForm
from fundapp.cases.models import CaseImport
from fundapp.cases.rules import COLUMNS
from fundapp.cases.sheets import rejected_sheet, template_sheets
from fundapp.cases.views.blueprint import Answer, bp, may_here
from fundapp.core.db import transaction
from fundapp.core.doors import require
from fundapp.core.forms import saving
from fundapp.core.listing import Column, listing
from fundapp.core.spreadsheet import Sheet, xlsx_stream
from fundapp.core.words import N_
from fundapp.trail import queries as trail
from fundapp.users import queries as users
from fundapp.users.rules import Permission

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_SHOWN = 200  # rejected rows on the page; the workbook has them all

IMPORT_COLUMNS = [
    Column(N_("文件名"), lambda one: one.file_name, width=40),
    Column(N_("法院代字"), lambda one: one.court_code),
    Column(N_("办理时间"), lambda one: one.imported_at, "moment"),
    Column(N_("新登记"), lambda one: one.new, "number"),
    Column(N_("已登记"), lambda one: one.known, "number"),
    Column(N_("未通过"), lambda one: one.rejected, "number"),
    Column(N_("阶段"), lambda one: _("已导入") if one.is_done else _("试导入")),
]


@bp.get("/imports")
@require(Permission.CASE_IMPORT, Permission.TRAIL_READ)
def imports() -> Answer:
    query = queries.case_imports(g.user.scope)
    return listing("cases/imports.html", query, CaseImport.id, IMPORT_COLUMNS, title=_("导入记录"))


@bp.route("/imports/new", methods=["GET", "POST"])
@require(Permission.CASE_IMPORT)
def import_file() -> Answer:
    form = ImportForm()
    if form.submitted():
        with saving(form, g.user.court_code):
            result = service.run_import(
                form.file.data.read(),
                form.file.data.filename or "",
                court_code=g.user.court_code,
                is_dry_run=True,
                actor=g.user,
            )
            return redirect(url_for(".import_result", import_id=result.import_id))
    return render_template("cases/import_file.html", form=form, columns=COLUMNS), form.http_status


@bp.get("/imports/<int:import_id>")
@require(Permission.CASE_IMPORT, Permission.TRAIL_READ)
def import_result(import_id: int) -> Answer:
    """Who reads the trail reads that it was imported, and how much; the rejected rows hold full identity numbers."""
    done = queries.case_import(import_id, g.user.scope)
    rows = service.kept_rows(done.rejects) if g.user.may(Permission.CASE_IMPORT) else []
    return render_template(
        "cases/import_result.html",
        done=done,
        rows=rows[:MOST_SHOWN],
        kept=len(rows),
        may_finish=may_here(Permission.CASE_IMPORT, done.court_code) and not done.is_done and done.content is not None,
        is_given_up=not done.is_done and done.content is None,
        imported_by=users.user(done.imported_by_id, g.user.scope),
        entries=trail.history(done.subject),
    )


@bp.post("/imports/<int:import_id>/finish")
@require(Permission.CASE_IMPORT)
def finish_import(import_id: int) -> Answer:
    done = queries.case_import(import_id, g.user.scope)
    with transaction(done.court_code):
        result = service.finish_import(import_id, actor=g.user)
    flash(_("已正式导入：新登记%(new)s件，已登记%(known)s件。", new=result.new, known=result.known))
    return redirect(url_for(".import_result", import_id=import_id))


@bp.post("/imports/<int:import_id>/rejected")
@require(Permission.CASE_IMPORT)
def rejected_rows(import_id: int) -> Answer:
    """A post, since taking the rows out is told on the trail."""
    done = queries.case_import(import_id, g.user.scope)
    with transaction(done.court_code):
        rows = service.rejected_rows(import_id, actor=g.user)
    return _sent([rejected_sheet(rows)], f"未通过的行-{import_id}.xlsx")


@bp.get("/imports/template")
@require(Permission.CASE_IMPORT)
def import_template() -> Answer:
    return _sent(template_sheets(), "案件导入模板.xlsx")


def _sent(sheets: Sequence[Sheet], name: str) -> Answer:
    return send_file(xlsx_stream(sheets), as_attachment=True, download_name=name, mimetype=XLSX)
