"""Pages of opening balances: the imports, the upload, one import with its lines, its review and its undoing."""

from collections.abc import Sequence

from flask import Blueprint, flash, g, redirect, render_template, send_file, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from fundapp.core.db import transaction
from fundapp.core.doors import require
from fundapp.core.forms import saving
from fundapp.core.listing import Column, listing, paged
from fundapp.core.spreadsheet import Sheet, xlsx_stream
from fundapp.core.words import N_
from fundapp.ledger import queries as books
from fundapp.ledger import service as ledger
from fundapp.ledger.rules import LABELS, OpeningOutcome, OpeningStatus
from fundapp.openings import queries, rules, service
from fundapp.openings.forms import (
    DecisionForm,
    OpeningFileForm,
    OpeningFilter,
    SendForm,
    UndoDecisionForm,
    UndoForm,
)
from fundapp.openings.sheets import form_sheets, refused_sheet
from fundapp.trail import queries as trail
from fundapp.users import queries as users
from fundapp.users.rules import Permission

Answer = str | Response | tuple[str, int]

bp = Blueprint("openings", __name__, url_prefix="/openings")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_SHOWN = 200  # refused rows on the page; the workbook has them all

COLUMNS = [
    Column(N_("法院代字"), lambda one: one.court_code, width=10),
    Column(N_("期初余额日期"), lambda one: one.day, "day"),
    Column(N_("文件名"), lambda one: one.file_name, width=40),
    Column(N_("行数"), lambda one: one.line_count, "number", 10),
    Column(N_("借方合计（元）"), lambda one: one.debit, "money"),
    Column(N_("贷方合计（元）"), lambda one: one.credit, "money"),
    Column(N_("办理时间"), lambda one: one.requested_at, "moment"),
    Column(N_("状态"), lambda one: one.status, width=14),
    Column(N_("文件SHA-256"), lambda one: one.digest, width=66),
]

LINE_COLUMNS = [
    Column(N_("行"), lambda row: row.line, "number", 8),
    Column(N_("科目编号"), lambda row: row.account.value, width=12),
    Column(N_("科目名称"), lambda row: LABELS[row.account], width=32),
    Column(N_("方向"), lambda row: row.side, width=8),
    Column(N_("金额（元）"), lambda row: row.amount, "money"),
    Column(N_("案号"), lambda row: row.case_number, width=28),
    Column(N_("资金来源"), lambda row: row.source_name, width=36),
    Column(N_("备注"), lambda row: row.note, width=40),
]


@bp.get("")
@require(Permission.LEDGER_READ)
def index() -> Answer:
    form = OpeningFilter().read()
    query = books.openings(g.user.scope, status=form.status.picked(OpeningStatus))
    return listing("openings/index.html", query, books.OPENINGS_KEY, COLUMNS, title=_("期初余额"), form=form)


@bp.route("/new", methods=["GET", "POST"])
@require(Permission.OPENING_REQUEST)
def import_file() -> Answer:
    form = OpeningFileForm()
    if form.submitted():
        with saving(form, g.user.court_code):
            opening = service.check_file(
                form.file.data.read(), form.file.data.filename or "", day=form.day.data, actor=g.user
            )
            return redirect(url_for(".show", opening_id=opening.id))
    return render_template("openings/import_file.html", form=form, columns=rules.COLUMNS), form.http_status


@bp.get("/form")
@require(Permission.OPENING_REQUEST)
def empty_form() -> Answer:
    return _sent(form_sheets(books.model(g.user.court_code)), "期初余额模板.xlsx")


@bp.get("/<int:opening_id>")
@require(Permission.LEDGER_READ)
def show(opening_id: int) -> Answer:
    opening = books.opening(opening_id, g.user.scope)
    rows = rules.kept_rows(opening.faults)
    here = g.user.court_code == opening.court_code
    return listing(
        "openings/show.html",
        queries.named_lines(opening_id),
        queries.LINES_KEY,
        LINE_COLUMNS,
        title=_("期初余额明细"),
        scalars=False,
        opening=opening,
        rows=rows[:MOST_SHOWN],
        kept=len(rows),
        vouchers=books.opening_vouchers(opening),
        accounts=queries.sums_by_account(opening_id),
        requested_by=users.user(opening.requested_by_id, g.user.scope),
        may_request=here and g.user.may(Permission.OPENING_REQUEST),
        may_decide=here and g.user.may(Permission.OPENING_CONFIRM),
        send=SendForm(data={"seen_version": opening.version}),
        entries=trail.history(opening.subject),
    )


@bp.post("/<int:opening_id>/send")
@require(Permission.OPENING_REQUEST)
def send(opening_id: int) -> Answer:
    opening = books.opening(opening_id, g.user.scope)
    form = SendForm()
    if form.submitted():
        with transaction(opening.court_code):
            ledger.request_opening(opening_id, seen_version=form.seen_version.data, actor=g.user)
        flash(_("已送财务复核，复核同意后入账。"))
    return redirect(url_for(".show", opening_id=opening_id))


@bp.post("/<int:opening_id>/faults")
@require(Permission.OPENING_REQUEST)
def faulty_rows(opening_id: int) -> Answer:
    """A post, since taking the rows out is told on the trail."""
    opening = books.opening(opening_id, g.user.scope)
    with transaction(opening.court_code):
        rows = service.faulty_rows(opening_id, actor=g.user)
    return _sent([refused_sheet(rows)], f"期初余额错误清单-{opening_id}.xlsx")


@bp.route("/<int:opening_id>/decide", methods=["GET", "POST"])
@require(Permission.OPENING_CONFIRM)
def decide(opening_id: int) -> Answer:
    opening = books.opening(opening_id, g.user.scope)
    form = DecisionForm(data={"seen_version": opening.version})
    if form.submitted():
        with saving(form, opening.court_code):
            ledger.decide_opening(
                opening_id,
                outcome=OpeningOutcome(form.outcome.data),
                reason=form.reason.data or "",
                seen_version=form.seen_version.data,
                actor=g.user,
            )
            flash(_("复核结果已登记。"))
            return redirect(url_for(".show", opening_id=opening_id))
    return (
        render_template(
            "openings/decide.html",
            opening=opening,
            form=form,
            accounts=queries.sums_by_account(opening_id),
            page=paged(queries.named_lines(opening_id), queries.LINES_KEY, scalars=False),
        ),
        form.http_status,
    )


@bp.route("/<int:opening_id>/undo", methods=["GET", "POST"])
@require(Permission.OPENING_REQUEST)
def undo(opening_id: int) -> Answer:
    opening = books.opening(opening_id, g.user.scope)
    form = UndoForm(data={"seen_version": opening.version})
    if form.submitted():
        with saving(form, opening.court_code):
            ledger.request_undoing(
                opening_id, reason=form.reason.data, seen_version=form.seen_version.data, actor=g.user
            )
            flash(_("冲销申请已送财务复核。"))
            return redirect(url_for(".show", opening_id=opening_id))
    return render_template("openings/undo.html", opening=opening, form=form), form.http_status


@bp.route("/<int:opening_id>/decide-undoing", methods=["GET", "POST"])
@require(Permission.OPENING_CONFIRM)
def decide_undoing(opening_id: int) -> Answer:
    opening = books.opening(opening_id, g.user.scope)
    form = UndoDecisionForm(data={"seen_version": opening.version})
    if form.submitted():
        with saving(form, opening.court_code):
            ledger.decide_undoing(
                opening_id,
                outcome=OpeningOutcome(form.outcome.data),
                seen_version=form.seen_version.data,
                actor=g.user,
            )
            flash(_("复核结果已登记。"))
            return redirect(url_for(".show", opening_id=opening_id))
    return render_template("openings/decide_undoing.html", opening=opening, form=form), form.http_status


def _sent(sheets: Sequence[Sheet], name: str) -> Answer:
    return send_file(xlsx_stream(sheets), as_attachment=True, download_name=name, mimetype=XLSX)
