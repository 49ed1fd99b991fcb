"""Recovery as the court meets it: what is still out, who owes it, what waits to be split, and the split itself."""

from flask import Blueprint, flash, g, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from fundapp.advances import queries as advances
from fundapp.core.doors import require
from fundapp.core.forms import choices_of, saving
from fundapp.core.listing import Column, listing
from fundapp.core.words import N_
from fundapp.custody import queries as custody
from fundapp.eligibility.rules import RecoveryOrder
from fundapp.ledger import queries as books
from fundapp.ledger.rules import Account
from fundapp.recovery import queries, service
from fundapp.recovery.forms import AllocateForm, DebtorFilter, RecoveryFilter, WaitingFilter
from fundapp.trail import queries as trail
from fundapp.users.rules import Permission

Answer = str | Response | tuple[str, int]

bp = Blueprint("recovery", __name__, url_prefix="/recovery")

RECOVERY_COLUMNS = [
    Column(N_("法院代字"), lambda row: row.Advance.court_code, width=10),
    Column(N_("案号"), lambda row: row.Advance.case.number, width=28),
    Column(N_("申请执行人"), lambda row: row.Advance.creditor.name, width=20),
    Column(N_("垫付日期"), lambda row: row.paid_on, "day", 12),
    Column(N_("分配次序"), lambda row: row.Advance.recovery_order, width=20),
    Column(N_("已垫付（元）"), lambda row: row.advanced, "money"),
    Column(N_("已收回（元）"), lambda row: row.recovered, "money"),
    Column(N_("未收回（元）"), lambda row: row.outstanding, "money"),
]

DEBTOR_COLUMNS = [
    Column(N_("法院代字"), lambda row: row.court_code, width=10),
    Column(N_("被执行人"), lambda row: row.name, width=20),
    Column(N_("证件号码"), lambda row: row.identity_mask, width=22),
    Column(N_("涉及案件数"), lambda row: row.cases, "number", 12),
    Column(N_("已垫付（元）"), lambda row: row.advanced, "money"),
    Column(N_("已收回（元）"), lambda row: row.recovered, "money"),
    Column(N_("未收回（元）"), lambda row: row.outstanding, "money"),
]

WAITING_COLUMNS = [
    Column(N_("法院代字"), lambda receipt: receipt.court_code, width=10),
    Column(N_("案号"), lambda receipt: receipt.case.number, width=28),
    Column(N_("到账日期"), lambda receipt: receipt.business_date, "day", 12),
    Column(N_("付款人"), lambda receipt: receipt.payer, width=20),
    Column(N_("金额（元）"), lambda receipt: receipt.amount, "money"),
    Column(N_("银行流水号"), lambda receipt: receipt.bank_reference, width=24),
]


@bp.get("")
@require(Permission.RECOVERY_READ)
def index() -> Answer:
    form = RecoveryFilter()
    form.order.choices = choices_of(RecoveryOrder, blank=N_("全部次序"))
    form.read()
    query, key = queries.recoveries(
        g.user.scope, text=form.text.data, is_open=form.is_open.data, order=form.order.picked(RecoveryOrder)
    )
    return listing(
        "recovery/index.html",
        query,
        key,
        RECOVERY_COLUMNS,
        title=_("追偿"),
        scalars=False,
        form=form,
        advanced=advances.paid_in(g.user.scope),
        recovered=queries.recovered_in(g.user.scope),
        outstanding=queries.outstanding_in(g.user.scope),
        opening=books.opening_in(g.user.scope, Account.ADVANCES_RECEIVABLE),
    )


@bp.get("/debtors")
@require(Permission.RECOVERY_READ)
def debtors() -> Answer:
    form = DebtorFilter().read()
    query, key = queries.outstanding_by_debtor(g.user.scope, text=form.text.data)
    return listing(
        "recovery/debtors.html", query, key, DEBTOR_COLUMNS, title=_("按被执行人查看未收回款"), scalars=False, form=form
    )


@bp.get("/receipts")
@require(Permission.RECOVERY_READ)
def waiting() -> Answer:
    form = WaitingFilter().read()
    query = queries.unallocated(g.user.scope, text=form.text.data)
    return listing(
        "recovery/waiting.html", query, queries.Receipt.id, WAITING_COLUMNS, title=_("待分配案款"), form=form
    )


@bp.get("/advances/<int:advance_id>")
@require(Permission.RECOVERY_READ)
def show(advance_id: int) -> Answer:
    advance = advances.advance(advance_id, g.user.scope)
    standing = queries.standing(advance.case)
    receipts = custody.receipts_of(advance.case_id)
    return render_template(
        "recovery/show.html",
        advance=advance,
        standing=standing,
        outstanding=queries.outstanding(advance_id),
        allocations=queries.allocations_of(advance_id),
        waiting=[receipt for receipt in receipts if receipt.waits_for_allocation],
        entries=trail.history(advance.subject, *(receipt.subject for receipt in receipts)),
    )


@bp.route("/receipts/<int:receipt_id>/allocate", methods=["GET", "POST"])
@require(Permission.RECOVERY_ALLOCATE)
def allocate(receipt_id: int) -> Answer:
    receipt = custody.receipt(receipt_id, g.user.scope)
    proposal = queries.proposal(receipt)
    form = AllocateForm(data={"seen_version": proposal.standing.version, "business_date": proposal.earliest})
    if form.submitted():
        with saving(form, receipt.court_code):
            made = service.allocate(
                receipt_id,
                business_date=form.business_date.data,
                note=form.note.data or "",
                seen_version=form.seen_version.data,
                actor=g.user,
            )
            flash(_("案款已分配，归还资金部分已记账。"))
            return redirect(url_for(".show", advance_id=made[0].advance_id))
    return render_template("recovery/allocate.html", receipt=receipt, proposal=proposal, form=form), form.http_status
