"""The books as people read them: journal, voucher, account, trial balance; and the two hands of a correction."""

import hashlib
from collections.abc import Iterator
from itertools import islice
from typing import Any

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from fundapp.core import clock, documents, listing, naming
from fundapp.core.db import transaction
from fundapp.core.doors import require
from fundapp.core.forms import FilterForm, Form, choices_of, said, saving
from fundapp.core.listing import About, Column
from fundapp.core.templating import label
from fundapp.core.words import N_
from fundapp.courts import queries as courts
from fundapp.ledger import papers, queries, service
from fundapp.ledger.forms import (
    CorrectionFilter,
    DecideCorrectionForm,
    JournalFilter,
    RequestCorrectionForm,
    TrialBalanceFilter,
)
from fundapp.ledger.models import Correction, PostingLine, Voucher
from fundapp.ledger.queries import TrialLine
from fundapp.ledger.rules import CorrectionOutcome, CorrectionStatus
from fundapp.ledger.views import ledgers, prints
from fundapp.ledger.views.blueprint import Answer, account_words, bp, court_choices
from fundapp.trail import queries as trail
from fundapp.users.rules import Permission

__all__ = ["bp", "ledgers", "prints"]


def _accounts(row: tuple[Any, ...]) -> tuple[str, str]:
    debit, credit, _amount = papers.shown(row[0].ink, row[1])
    return account_words(debit), account_words(credit)


JOURNAL = [
    Column(N_("法院代字"), lambda row: row[0].court_code, width=10),
    Column(N_("凭证号"), lambda row: row[0].cited, width=12),
    Column(N_("记账日期"), lambda row: row[0].posted_on, "day", 12),
    Column(N_("业务日期"), lambda row: row[0].business_date, "day", 12),
    Column(N_("摘要"), lambda row: row[0].summary, width=40),
    Column(N_("分录"), lambda row: row[1].line, "number", 6),
    Column(N_("借方科目"), lambda row: _accounts(row)[0], width=32),
    Column(N_("贷方科目"), lambda row: _accounts(row)[1], width=32),
    Column(N_("金额（元）"), lambda row: papers.shown(row[0].ink, row[1])[2], "money"),
    Column(N_("辅助核算"), lambda row: papers.detail_words(row[1], row[2], row[0].recorded_at), width=40),
]


def _narrowed(form: FilterForm) -> tuple[FilterForm, frozenset[str]]:
    """The filter as read, and the courts it leaves; one who reads one court is not asked for it."""
    form.court.choices = court_choices()
    if len(g.user.scope) == 1:
        del form.court
    form.read()
    picked = form.court.picked(str) if "court" in form else None
    return form, frozenset({picked}) if picked else g.user.scope


def named(lines: Iterator[tuple[Voucher, PostingLine]]) -> Iterator[tuple[Voucher, PostingLine, papers.Names]]:
    """Each posting with the names of what it concerns, asked for many at once."""
    while some := list(islice(lines, naming.ASKED_AT_ONCE)):
        names = papers.names_of((ref for _voucher, line in some for ref in papers.refs_of(line)), whole=False)
        yield from ((voucher, line, names) for voucher, line in some)


@bp.get("")
@require(Permission.LEDGER_READ)
def index() -> Answer:
    form, scope = _narrowed(JournalFilter())
    query = queries.vouchers(
        scope,
        first_day=form.first_day.data,
        last_day=form.last_day.data,
        summary=form.summary.data,
    )
    if request.args.get("format") == "xlsx":
        return listing.workbook(_("序时账"), JOURNAL, named(queries.lines_of(query)))
    page = listing.paged(query, queries.JOURNAL_KEY)
    return render_template("ledger/index.html", form=form, page=page, shown=papers.shown)


@bp.get("/vouchers/<int:voucher_id>")
@require(Permission.LEDGER_READ)
def voucher(voucher_id: int) -> Answer:
    found = queries.voucher(voucher_id, g.user.scope)
    may_ask = g.user.may(Permission.CORRECTION_REQUEST) and g.user.court_code == found.court_code
    refusal = service.refusal_to_cancel(found) if may_ask else None
    return render_template(
        "ledger/voucher.html",
        voucher=found,
        number=papers.voucher_number(found),
        total=papers.signed_total(found),
        shown=papers.shown,
        court=courts.name(found.court_code),
        signatures=queries.signatures([found])[found.id],
        links=queries.linked([found])[found.id],
        printing=Form(),
        called=papers.names_in([found], whole=False),
        is_waiting=queries.has_waiting_correction(voucher_id),
        may_correct=may_ask and refusal is None,
        why_not=said(refusal) if refusal else None,
        entries=trail.history(found.subject),
    )


@bp.post("/vouchers/<int:voucher_id>/print")
@require(Permission.LEDGER_READ)
def print_voucher(voucher_id: int) -> Answer:
    """The voucher's paper. Persons stand on it whole and it leaves the house, so it leaves an entry."""
    found = queries.voucher(voucher_id, g.user.scope)
    around = papers.Around(
        courts.name(found.court_code),
        queries.signatures([found])[found.id],
        queries.linked([found])[found.id],
        papers.names_in([found]),
    )
    paper = documents.pdf("voucher", papers.voucher_data(found, around))
    disposition = {"Content-Disposition": f'inline; filename="voucher-{found.year}-{found.number:04d}.pdf"'}
    with transaction(g.user.court_code):
        service.record_voucher_print(found, digest=hashlib.sha256(paper).hexdigest(), actor=g.user)
    return Response(paper, mimetype="application/pdf", headers=disposition)


TRIAL = [
    Column(N_("科目代码"), lambda line: line.account.value if isinstance(line, TrialLine) else "", width=10),
    Column(N_("科目名称"), lambda line: label(line.account) if isinstance(line, TrialLine) else _("合计"), width=32),
    Column(N_("期初借方余额（元）"), lambda line: line.opening_debit, "money", 22),
    Column(N_("期初贷方余额（元）"), lambda line: line.opening_credit, "money", 22),
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
    sums = queries.trial_sums(lines)
    whose = _("全部可查阅法院合并") if len(scope) > 1 else courts.name(next(iter(scope)))
    if request.args.get("format") == "xlsx":
        about = About([whose, _("截至%(day)s", day=as_of.isoformat())], [whose, as_of.isoformat()])
        return listing.workbook(_("试算平衡表"), TRIAL, [*lines, sums], about=about)
    return render_template(
        "ledger/trial_balance.html",
        form=form,
        lines=lines,
        sums=sums,
        as_of=as_of,
        opened=sorted(set(queries.opened_in_year(scope, as_of).values())),
        court_code=next(iter(scope)) if len(scope) == 1 else None,
        whose=whose,
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
    elif (refusal := service.refusal_to_cancel(found)) is not None:
        raise refusal
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
