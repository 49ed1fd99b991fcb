"""The books as people read them: journal, voucher, account, trial balance; and the two hands of a correction."""

from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response
from wtforms.fields.choices import SelectChoice

from fundapp.core import clock, documents, listing
from fundapp.core.doors import require
from fundapp.core.errors import NotFound
from fundapp.core.forms import FilterForm, choice, choices_of, saving
from fundapp.core.listing import Column
from fundapp.core.templating import label
from fundapp.core.words import N_
from fundapp.courts import queries as courts
from fundapp.ledger import papers, queries, rules, service
from fundapp.ledger.forms import (
    AccountFilter,
    CorrectionFilter,
    DecideCorrectionForm,
    JournalFilter,
    RequestCorrectionForm,
    TrialBalanceFilter,
)
from fundapp.ledger.models import Correction
from fundapp.ledger.rules import Account, CorrectionOutcome, CorrectionStatus
from fundapp.trail import queries as trail
from fundapp.users.rules import Permission

Answer = str | Response | tuple[str, int]

bp = Blueprint("ledger", __name__, url_prefix="/ledger")


def _account(account: Account) -> str:
    """An account in the reader's language."""
    return f"{account.value} {label(account)}"


JOURNAL = [
    Column(N_("法院代字"), lambda row: row[0].court_code, width=10),
    Column(N_("凭证号"), lambda row: row[0].cited, width=12),
    Column(N_("业务日期"), lambda row: row[0].business_date, "day", 12),
    Column(N_("摘要"), lambda row: row[0].summary, width=40),
    Column(N_("分录"), lambda row: row[1].line, "number", 6),
    Column(N_("借方科目"), lambda row: _account(row[1].debit), width=32),
    Column(N_("贷方科目"), lambda row: _account(row[1].credit), width=32),
    Column(N_("金额（元）"), lambda row: row[1].amount, "money"),
    Column(N_("辅助核算"), lambda row: papers.dimension(row[1]), width=24),
]


def _court_choices() -> list[SelectChoice]:
    """The courts whose books this user reads; none to choose from when it is one."""
    readable = [choice(court.code, court.name) for court in courts.courts() if court.code in g.user.scope]
    return [choice("", _("全部法院")), *readable]


def _narrowed(form: FilterForm) -> tuple[FilterForm, frozenset[str]]:
    """The filter as read, and the courts it leaves; one who reads one court is not asked for it."""
    form.court.choices = _court_choices()
    if len(g.user.scope) == 1:
        del form.court
    form.read()
    picked = form.court.picked(str) if "court" in form else None
    return form, frozenset({picked}) if picked else g.user.scope


@bp.get("")
@require(Permission.LEDGER_READ)
def index() -> Answer:
    form, scope = _narrowed(JournalFilter())
    query = queries.vouchers(
        scope,
        first_day=form.first_day.data,
        last_day=form.last_day.data,
        summary=form.summary.data,
        subject=form.subject.data,
    )
    if request.args.get("format") == "xlsx":
        return listing.workbook(_("序时账"), JOURNAL, queries.lines_of(query))
    page = listing.paged(query, queries.JOURNAL_KEY)
    return render_template("ledger/index.html", form=form, page=page)


@bp.get("/vouchers/<int:voucher_id>")
@require(Permission.LEDGER_READ)
def voucher(voucher_id: int) -> Answer:
    found = queries.voucher(voucher_id, g.user.scope)
    is_waiting = queries.has_waiting_correction(voucher_id)
    return render_template(
        "ledger/voucher.html",
        voucher=found,
        court=courts.name(found.court_code),
        signatures=queries.signatures(found),
        corrected=queries.corrected(found),
        correctors=queries.correctors(found),
        is_waiting=is_waiting,
        may_correct=g.user.may(Permission.CORRECTION_REQUEST)
        and g.user.court_code == found.court_code
        and not (is_waiting or found.is_correction or queries.correction_of(voucher_id)),
        entries=trail.history(found.subject),
    )


@bp.get("/vouchers/<int:voucher_id>.pdf")
@require(Permission.LEDGER_READ)
def voucher_pdf(voucher_id: int) -> Answer:
    found = queries.voucher(voucher_id, g.user.scope)
    original = queries.original_of(found)
    data = papers.voucher_data(
        found,
        court=courts.name(found.court_code),
        signatures=queries.signatures(found),
        reverses=original.cited if original else None,
    )
    disposition = {"Content-Disposition": f'inline; filename="voucher-{found.cited}.pdf"'}
    return Response(documents.pdf("voucher", data), mimetype="application/pdf", headers=disposition)


TRIAL = [
    Column(N_("科目代码"), lambda line: line.account.value, width=10),
    Column(N_("科目名称"), lambda line: label(line.account), width=32),
    Column(N_("年初借方余额（元）"), lambda line: line.opening_debit, "money", 22),
    Column(N_("年初贷方余额（元）"), lambda line: line.opening_credit, "money", 22),
    Column(N_("本年借方发生额（元）"), lambda line: line.debit, "money", 22),
    Column(N_("本年贷方发生额（元）"), lambda line: line.credit, "money", 22),
    Column(N_("期末借方余额（元）"), lambda line: line.closing_debit, "money", 22),
    Column(N_("期末贷方余额（元）"), lambda line: line.closing_credit, "money", 22),
]


@bp.get("/trial-balance")
@require(Permission.LEDGER_READ)
def trial_balance() -> Answer:
    form, scope = _narrowed(TrialBalanceFilter())
    form.as_of.data = as_of = form.as_of.data or clock.today()
    lines = queries.trial_balance(scope, as_of=as_of)
    if request.args.get("format") == "xlsx":
        return listing.workbook(_("试算平衡表"), TRIAL, lines)
    return render_template(
        "ledger/trial_balance.html",
        form=form,
        lines=lines,
        sums=queries.trial_sums(lines),
        as_of=as_of,
        whose=_("全部可查阅法院合并") if len(scope) > 1 else courts.name(next(iter(scope))),
    )


ACCOUNT = [
    Column(N_("法院代字"), lambda row: row.court_code, width=10),
    Column(N_("凭证号"), lambda row: rules.cited(row.year, row.kind, row.kind_number), width=12),
    Column(N_("业务日期"), lambda row: row.business_date, "day", 12),
    Column(N_("摘要"), lambda row: row.summary, width=40),
    Column(N_("借方科目"), lambda row: _account(row.debit), width=32),
    Column(N_("贷方科目"), lambda row: _account(row.credit), width=32),
    Column(N_("金额（元）"), lambda row: row.amount, "money"),
    Column(N_("借减贷累计（元）"), lambda row: row.running, "money", 20),
    Column(N_("辅助核算"), papers.dimension, width=24),
]


@bp.get("/accounts/<code>")
@require(Permission.LEDGER_READ)
def account(code: str) -> Answer:
    found = rules.account_coded(code)
    if found is None:
        raise NotFound("没有代码为“%(code)s”的会计科目，请从试算平衡表重新选择。", code=code[:20])
    form, scope = _narrowed(AccountFilter())
    days = {"first_day": form.first_day.data, "last_day": form.last_day.data}
    lines = queries.account_lines(scope, found, **days)
    return listing.listing(
        "ledger/account.html",
        queries.rows_of(lines),
        lines.c.id,
        ACCOUNT,
        title=_("明细账"),
        scalars=False,
        form=form,
        account=found,
        standing=queries.account_standing(scope, found, **days),
        side_of=rules.side_of,
        cited=rules.cited,
    )


CORRECTIONS = [
    Column(N_("法院代字"), lambda found: found.court_code, width=10),
    Column(N_("原凭证号"), lambda found: found.voucher.cited, width=12),
    Column(N_("原凭证摘要"), lambda found: found.voucher.summary, width=40),
    Column(N_("金额（元）"), lambda found: found.voucher.total, "money"),
    Column(N_("更正方式"), lambda found: found.method, width=14),
    Column(N_("正确金额（元）"), lambda found: found.restated_amount, "money"),
    Column(N_("更正日期"), lambda found: found.business_date, "day", 12),
    Column(N_("更正理由"), lambda found: found.reason, width=40),
    Column(N_("状态"), lambda found: found.status, width=10),
]


@bp.get("/corrections")
@require(Permission.LEDGER_READ)
def corrections() -> Answer:
    form = CorrectionFilter()
    form.status.choices = choices_of(CorrectionStatus, blank=N_("全部"))
    form, scope = _narrowed(form)
    query = queries.corrections(scope, status=form.status.picked(CorrectionStatus))
    return listing.listing(
        "ledger/corrections.html",
        query,
        queries.CORRECTIONS_KEY,
        CORRECTIONS,
        title=_("更正申请"),
        form=form,
        may_decide=_may_decide,
    )


def _may_decide(correction: Correction) -> bool:
    """Whether this reader is the other hand of a correction that waits."""
    return bool(
        correction.status is CorrectionStatus.REQUESTED
        and g.user.may(Permission.CORRECTION_CONFIRM)
        and g.user.court_code == correction.court_code
        and g.user.id != correction.requested_by_id
    )


@bp.route("/vouchers/<int:voucher_id>/correction", methods=["GET", "POST"])
@require(Permission.CORRECTION_REQUEST)
def request_correction(voucher_id: int) -> Answer:
    found = queries.voucher(voucher_id, g.user.scope)
    form = RequestCorrectionForm(data={"business_date": clock.today()})
    if form.submitted():
        with saving(form, g.user.court_code):
            service.request_correction(
                voucher_id, business_date=form.business_date.data, reason=form.reason.data, actor=g.user
            )
            flash(_("更正申请已提交，请财务复核人员办理。"))
            return redirect(url_for(".voucher", voucher_id=voucher_id))
    act = queries.first_stated(voucher_id).act
    return render_template("ledger/request_correction.html", form=form, voucher=found, act=act), form.http_status


@bp.route("/corrections/<int:correction_id>", methods=["GET", "POST"])
@require(Permission.CORRECTION_CONFIRM)
def decide_correction(correction_id: int) -> Answer:
    found = queries.correction(correction_id, g.user.scope)
    form = DecideCorrectionForm(data={"seen_version": found.version})
    form.outcome.choices = choices_of(CorrectionOutcome, blank=N_("请选择"))
    if form.submitted():
        with saving(form, g.user.court_code):
            decided = service.decide_correction(
                correction_id,
                is_confirmed=form.outcome.picked(CorrectionOutcome) is CorrectionOutcome.CONFIRM,
                seen_version=form.seen_version.data,
                actor=g.user,
            )
            flash(_told(decided.status))
            return redirect(url_for(".voucher", voucher_id=decided.voucher_id))
    context: dict[str, Any] = {
        "correction": found,
        "requested_by": queries.requester(found),
        "vouchers": queries.correcting(found.voucher, found.method, found.restated, day=found.business_date),
    }
    return render_template("ledger/decide_correction.html", form=form, **context), form.http_status


def _told(status: CorrectionStatus) -> str:
    if status is CorrectionStatus.CONFIRMED:
        return str(_("更正凭证已记账，原凭证保持不变。"))
    return str(_("更正申请已退回，凭证不变。"))
