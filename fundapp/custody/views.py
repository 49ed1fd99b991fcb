"""Case money as the court meets it: what came in, what goes out, and where the money of one case stands."""

from datetime import date

from flask import Blueprint, flash, g, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from fundapp.approvals import queries as approvals
from fundapp.approvals.rules import Outcome
from fundapp.cases import queries as cases
from fundapp.cases.rules import case_number
from fundapp.core import clock
from fundapp.core.doors import require
from fundapp.core.errors import Refusal
from fundapp.core.forms import choice, choices_of, said, saving
from fundapp.core.listing import Column, listing
from fundapp.core.templating import label
from fundapp.core.words import N_
from fundapp.custody import queries, rules, service
from fundapp.custody.forms import (
    ConfirmForm,
    DecideForm,
    FindForm,
    PayForm,
    PayoutFilter,
    PayoutForm,
    ReceiptFilter,
    RecordForm,
    ReturnForm,
    WithdrawForm,
)
from fundapp.custody.models import CaseReceipt, Payout
from fundapp.custody.rules import CaseReceiptStatus, PayoutStatus, Purpose
from fundapp.ledger import queries as books
from fundapp.ledger import service as ledger
from fundapp.trail import queries as trail
from fundapp.trail import service as trail_service
from fundapp.users.rules import Permission

Answer = str | Response | tuple[str, int]

bp = Blueprint("custody", __name__, url_prefix="/custody")

RECEIPT_COLUMNS = [
    Column(N_("法院代字"), lambda receipt: receipt.court_code, width=10),
    Column(N_("案号"), lambda receipt: receipt.case.number, width=28),
    Column(N_("到账日期"), lambda receipt: receipt.business_date, "day", 12),
    Column(N_("付款人"), lambda receipt: receipt.payer, width=20),
    Column(N_("金额（元）"), lambda receipt: receipt.amount, "money"),
    Column(N_("银行流水号"), lambda receipt: receipt.bank_reference, width=24),
    Column(N_("状态"), lambda receipt: receipt.status, width=12),
    Column(N_("留归申请执行人（元）"), lambda receipt: receipt.creditor_part, "money"),
    Column(N_("应退被执行人（元）"), lambda receipt: receipt.refund_part, "money"),
]

PAYOUT_COLUMNS = [
    Column(N_("法院代字"), lambda payout: payout.court_code, width=10),
    Column(N_("案号"), lambda payout: payout.case.number, width=28),
    Column(N_("用途"), lambda payout: payout.purpose),
    Column(N_("收款人"), lambda payout: payout.payee.name, width=20),
    Column(N_("收款账户"), lambda payout: payout.account.number_mask, width=24),
    Column(N_("金额（元）"), lambda payout: payout.amount, "money"),
    Column(N_("申请日期"), lambda payout: payout.requested_on, "day", 12),
    Column(N_("支付日期"), lambda payout: payout.paid_on, "day", 12),
    Column(N_("银行流水号"), lambda payout: payout.bank_reference, width=24),
    Column(N_("状态"), lambda payout: payout.status, width=14),
]


# ---- the money of one case


@bp.get("/cases")
@require(Permission.CASE_MONEY_READ)
def find() -> Answer:
    form = FindForm().read()
    if form.number.data:
        try:
            number = case_number(form.number.data, court_codes=None).text
            return redirect(url_for(".case", case_id=cases.case_numbered(number, g.user.scope).id))
        except Refusal as refusal:
            form.refused(refusal)
    return render_template("custody/find.html", form=form), form.http_status


@bp.get("/cases/<int:case_id>")
@require(Permission.CASE_MONEY_READ)
def case(case_id: int) -> Answer:
    case = cases.case(case_id, g.user.scope)
    receipts, payouts = queries.receipts_of(case_id), queries.payouts_of(case_id)
    return render_template(
        "custody/case.html",
        case=case,
        account=queries.account_of(case_id),
        money=queries.case_money(case),
        opening_claims=queries.opening_claims([case]),
        receipts=receipts,
        payouts=payouts,
        entries=trail.history(*(one.subject for one in receipts), *(one.subject for one in payouts)),
    )


# ---- receipts


@bp.get("/receipts")
@require(Permission.CASE_MONEY_READ)
def receipts() -> Answer:
    form = ReceiptFilter()
    form.status.choices = choices_of(CaseReceiptStatus, blank=N_("全部状态"))
    form.read()
    query = queries.receipts(
        g.user.scope,
        status=form.status.picked(CaseReceiptStatus),
        text=form.text.data,
        is_unallocated=form.is_unallocated.data,
    )
    return listing("custody/receipts.html", query, CaseReceipt.id, RECEIPT_COLUMNS, title=_("案款到账"), form=form)


@bp.route("/cases/<int:case_id>/record", methods=["GET", "POST"])
@require(Permission.CASE_MONEY_RECORD)
def record(case_id: int) -> Answer:
    case = cases.case(case_id, g.user.scope)
    form = RecordForm()
    form.debtor_id.choices = [choice(party.id, party.name) for party in case.debtors]
    if form.submitted():
        with saving(form, case.court_code):
            receipt = service.record_receipt(
                case_id,
                debtor_id=int(form.debtor_id.data),
                payer=form.payer.data,
                amount=form.amount.data,
                business_date=form.business_date.data,
                bank_reference=form.bank_reference.data,
                actor=g.user,
            )
            if form.paper.data:
                trail_service.attach(
                    receipt.subject,
                    file_name=form.paper.data.filename,
                    content=form.paper.data.read(),
                    court_code=receipt.court_code,
                    actor=g.user,
                )
            flash(_("案款已登记，待财务复核确认后入账。"))
            return redirect(url_for(".receipt", receipt_id=receipt.id))
    return render_template("custody/record.html", case=case, form=form), form.http_status


@bp.get("/receipts/<int:receipt_id>")
@require(Permission.CASE_MONEY_READ)
def receipt(receipt_id: int) -> Answer:
    receipt = queries.receipt(receipt_id, g.user.scope)
    due, unknown = _due(receipt.business_date)
    return render_template(
        "custody/receipt.html",
        receipt=receipt,
        opening_day=books.opening_day(receipt.court_code),
        due=due,
        unknown=unknown,
        may_cancel=_may_cancel(receipt),
        opening_claims=queries.opening_claims([receipt.case]),
        papers=trail.attachments(receipt.subject),
        entries=trail.history(receipt.subject),
    )


def _may_cancel(receipt: CaseReceipt) -> bool:
    return (
        receipt.status is CaseReceiptStatus.CONFIRMED
        and receipt.voucher_id is not None
        and g.user.may(Permission.CORRECTION_REQUEST)
        and g.user.court_code == receipt.court_code
        and ledger.refusal_to_cancel(books.voucher(receipt.voucher_id, g.user.scope)) is None
    )


def _due(arrived_on: date) -> tuple[date | None, str]:
    """The last day for paying out, or the sentence why it cannot be told."""
    try:
        return rules.pay_out_due(arrived_on), ""
    except Refusal as refusal:
        return None, said(refusal)


@bp.route("/receipts/<int:receipt_id>/confirm", methods=["GET", "POST"])
@require(Permission.CASE_MONEY_CONFIRM)
def confirm_receipt(receipt_id: int) -> Answer:
    receipt = queries.receipt(receipt_id, g.user.scope)
    form = ConfirmForm(data={"seen_version": receipt.version})
    if form.submitted():
        with saving(form, receipt.court_code):
            service.confirm_receipt(receipt_id, seen_version=form.seen_version.data, actor=g.user)
            flash(_("案款已复核入账，凭证已生成。"))
            return redirect(url_for(".receipt", receipt_id=receipt_id))
    opening_day = books.opening_day(receipt.court_code)
    shown = render_template("custody/confirm_receipt.html", receipt=receipt, form=form, opening_day=opening_day)
    return shown, form.http_status


@bp.route("/receipts/<int:receipt_id>/return", methods=["GET", "POST"])
@require(Permission.CASE_MONEY_CONFIRM)
def return_receipt(receipt_id: int) -> Answer:
    receipt = queries.receipt(receipt_id, g.user.scope)
    form = ReturnForm(data={"seen_version": receipt.version})
    if form.submitted():
        with saving(form, receipt.court_code):
            service.return_receipt(
                receipt_id, reason=form.reason.data, seen_version=form.seen_version.data, actor=g.user
            )
            flash(_("已退回，请经办人改正后重新登记。"))
            return redirect(url_for(".receipt", receipt_id=receipt_id))
    return render_template("custody/return_receipt.html", receipt=receipt, form=form), form.http_status


# ---- payouts


@bp.get("/payouts")
@require(Permission.CASE_MONEY_READ)
def payouts() -> Answer:
    form = PayoutFilter()
    form.status.choices = choices_of(PayoutStatus, blank=N_("全部状态"))
    form.purpose.choices = choices_of(Purpose, blank=N_("全部用途"))
    form.read()
    query = queries.payouts(
        g.user.scope,
        status=form.status.picked(PayoutStatus),
        purpose=form.purpose.picked(Purpose),
        text=form.text.data,
    )
    return listing("custody/payouts.html", query, Payout.id, PAYOUT_COLUMNS, title=_("案款发放"), form=form)


@bp.route("/cases/<int:case_id>/payouts/new", methods=["GET", "POST"])
@require(Permission.PAYOUT_REQUEST)
def request_payout(case_id: int) -> Answer:
    case = cases.case(case_id, g.user.scope)
    form = PayoutForm()
    form.purpose.choices = choices_of(Purpose)
    form.payee_id.choices = [
        choice(party.id, _("%(name)s（%(role)s）", name=party.name, role=label(party.role))) for party in case.parties
    ]
    if form.submitted():
        with saving(form, case.court_code):
            payout = service.request_payout(
                case_id,
                payee_id=int(form.payee_id.data),
                purpose=Purpose(form.purpose.data),
                amount=form.amount.data,
                reason=form.reason.data,
                actor=g.user,
            )
            flash(_("发放申请已提交，待执行局长审批。"))
            return redirect(url_for(".payout", payout_id=payout.id))
    return render_template(
        "custody/request_payout.html",
        case=case,
        money=queries.case_money(case),
        opening_claims=queries.opening_claims([case]),
        form=form,
    ), form.http_status


@bp.get("/payouts/<int:payout_id>")
@require(Permission.CASE_MONEY_READ)
def payout(payout_id: int) -> Answer:
    payout = queries.payout(payout_id, g.user.scope)
    return render_template(
        "custody/payout.html",
        payout=payout,
        opening_claims=queries.opening_claims([payout.case]),
        decisions=approvals.decisions(payout.subject),
        entries=trail.history(payout.subject),
    )


@bp.route("/payouts/<int:payout_id>/decide", methods=["GET", "POST"])
@require(Permission.PAYOUT_APPROVE)
def decide(payout_id: int) -> Answer:
    payout = queries.payout(payout_id, g.user.scope)
    form = DecideForm(data={"seen_version": payout.version})
    form.outcome.choices = choices_of([Outcome.AGREED, Outcome.RETURNED])
    if form.submitted():
        with saving(form, payout.court_code):
            service.decide_payout(
                payout_id,
                outcome=Outcome(form.outcome.data),
                opinion=form.opinion.data,
                seen_version=form.seen_version.data,
                actor=g.user,
            )
            flash(_("审批意见已签署。"))
            return redirect(url_for(".payout", payout_id=payout_id))
    return render_template(
        "custody/decide.html",
        payout=payout,
        money=queries.case_money(payout.case),
        opening_claims=queries.opening_claims([payout.case]),
        form=form,
    ), form.http_status


@bp.route("/payouts/<int:payout_id>/pay", methods=["GET", "POST"])
@require(Permission.PAYOUT_PAY)
def pay(payout_id: int) -> Answer:
    payout = queries.payout(payout_id, g.user.scope)
    form = PayForm(data={"seen_version": payout.version, "paid_on": clock.today()})
    if form.submitted():
        with saving(form, payout.court_code):
            service.pay(
                payout_id,
                bank_reference=form.bank_reference.data,
                paid_on=form.paid_on.data,
                seen_version=form.seen_version.data,
                actor=g.user,
            )
            flash(_("案款已支付，凭证已生成。"))
            return redirect(url_for(".payout", payout_id=payout_id))
    claims = queries.opening_claims([payout.case])
    return render_template("custody/pay.html", payout=payout, opening_claims=claims, form=form), form.http_status


@bp.route("/payouts/<int:payout_id>/withdraw", methods=["GET", "POST"])
@require(Permission.PAYOUT_REQUEST)
def withdraw(payout_id: int) -> Answer:
    payout = queries.payout(payout_id, g.user.scope)
    form = WithdrawForm(data={"seen_version": payout.version})
    if form.submitted():
        with saving(form, payout.court_code):
            service.withdraw_payout(
                payout_id, reason=form.reason.data, seen_version=form.seen_version.data, actor=g.user
            )
            flash(_("发放申请已撤回，预留的案款已释放。"))
            return redirect(url_for(".payout", payout_id=payout_id))
    return render_template("custody/withdraw.html", payout=payout, form=form), form.http_status
