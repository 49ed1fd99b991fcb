"""Tables of the audit package: advances with what was recovered of them, and how receipts were split."""

from collections.abc import Iterable

from sqlalchemy import Select, Subquery, func, or_, select

from fundapp.advances.models import Advance, AdvancePayment
from fundapp.advances.rules import AdvanceStatus
from fundapp.cases.models import Case, Party, PayeeAccount
from fundapp.cases.tables import CASE, named
from fundapp.core import clock
from fundapp.core.columns import unsealed
from fundapp.core.tables import COURT, ID, Column, Kept, Recorded, Row, Scope, Stream, amount_column, table, within
from fundapp.eligibility.rules import RecoveryOrder
from fundapp.ledger.models import Voucher
from fundapp.ledger.tables import CITED, VOUCHER, VOUCHER_ID
from fundapp.recovery.models import Allocation
from fundapp.trail.rules import Event
from fundapp.users.tables import people


@table(
    "advances", "垫付申请", "fund",
    "垫付申请，以及截至本年末各笔已垫付和已追回的金额",
    "Advances, with what was paid and recovered of each up to the year's end",
    ID,
    COURT,
    Column("case_id", "案件标识", "id of the case", "number"),
    CASE,
    Column("creditor", "申请执行人", "creditor, masked", told="自然人脱敏"),
    Column("account", "收款账户", "account to be paid, masked", told="收款账号，脱敏"),
    amount_column("amount", "金额", "amount asked for"),
    Column("status", "状态", "status when the package was made", words=AdvanceStatus),
    Column("round", "审批轮次", "round of approval", "number", told="退回后重新提交的为下一轮"),
    Column("requested_on", "申请日期", "requested on", "day"),
    Column("recovery_order", "追偿次序", "who is served first from what the debtor pays later", words=RecoveryOrder),
    Column("payload_digest", "付款要素校验码", "SHA-256 of case, payee, account and amount as signed",
           told="签署的案件、收款人、账户、金额的SHA-256"),
    Column("prepared_by", "经办人", "who prepared it"),
    amount_column("paid", "已垫付", "paid, reversed payments left out", told="不含已冲销的付款"),
    amount_column("recovered", "已追回", "recovered, reversed allocations left out", told="不含已冲销的分配"),
    amount_column("outstanding", "未收回", "paid less recovered", told="已垫付减已追回"),
    Column("assessment_id", "审查标识", "id of the assessment that it stands on", "number", told="所依据的条件审查"),
    Column("reason", "申请理由", "why it was asked for", "remark"),
    Column("step", "待办环节", "step of the ladder that it has come to", "number", told="审批走到第几环节"),
    Column("created_at", "登记时间", "when it was first asked for", "moment"),
    about={"case_id": "case"},
    kept=Kept(Advance),
    records=[Recorded(Event.ADVANCE_REQUESTED.value, "advance:{id}")],
)  # fmt: skip
def _advances(scope: Scope) -> Iterable[Row]:
    paid, recovered = _standing_sums(scope)
    query = (
        select(
            paid.c.amount, recovered.c.amount, Advance.assessment_id, Advance.reason, Advance.step, Advance.created_at,
            Advance.id, Advance.court_code, Advance.case_id, Case.number, Party.kind, Party.name,
            PayeeAccount.number if scope.is_unmasked else PayeeAccount.number_mask, Advance.amount, Advance.status,
            Advance.round, Advance.requested_on, Advance.recovery_order, Advance.payload_digest,
            Advance.prepared_by_id,
        )
        .join(Case, Case.id == Advance.case_id)
        .join(Party, Party.id == Advance.creditor_id)
        .join(PayeeAccount, PayeeAccount.id == Advance.account_id)
        .outerjoin(paid, paid.c.advance_id == Advance.id)
        .outerjoin(recovered, recovered.c.advance_id == Advance.id)
        .where(within(Advance.court_code, scope), Advance.created_at < clock.year_bounds(scope.year)[1])
        .order_by(Advance.id)
    )  # fmt: skip
    names = people(scope)
    for out, back, assessment_id, reason, step, created_at, *facts, prepared in Stream(query):
        case, (kind, name, account), terms = facts[:4], facts[4:7], facts[7:]
        who = (named(scope, name, kind), unsealed(account))
        money = (out or 0, back or 0, (out or 0) - (back or 0))
        yield *case, *who, *terms, names[prepared], *money, assessment_id, reason, step, created_at


def _standing_sums(scope: Scope) -> tuple[Subquery, Subquery]:
    """Paid and recovered by advance, as booked and not reversed up to the year's end."""
    paid = (
        select(AdvancePayment.advance_id, func.sum(AdvancePayment.amount).label("amount"))
        .join(Voucher, Voucher.id == AdvancePayment.voucher_id)
        .where(
            within(AdvancePayment.court_code, scope),
            Voucher.posted_on <= scope.last_day,
            AdvancePayment.voucher_id.not_in(_reversed(scope)),
        )
    )
    recovered = (
        select(Allocation.advance_id, func.sum(Allocation.fund).label("amount"))
        .outerjoin(Voucher, Voucher.id == Allocation.voucher_id)
        .where(
            within(Allocation.court_code, scope),
            func.coalesce(Voucher.posted_on, Allocation.business_date) <= scope.last_day,
            or_(Allocation.voucher_id.is_(None), Allocation.voucher_id.not_in(_reversed(scope))),
        )
    )
    return (
        paid.group_by(AdvancePayment.advance_id).subquery("paid"),
        recovered.group_by(Allocation.advance_id).subquery("recovered"),
    )


def _reversed(scope: Scope) -> Select[int | None]:
    of_the_package = (within(Voucher.court_code, scope), Voucher.posted_on <= scope.last_day)
    return select(Voucher.reverses_id).where(Voucher.reverses_id.is_not(None), *of_the_package)


@table(
    "recoveries", "追偿分配", "case_money",
    "被执行人每笔付款的分配，截至本年末",
    "How each receipt of a debtor was split, up to the year's end",
    ID,
    COURT,
    Column("receipt_id", "案款到账标识", "id of the receipt", "number"),
    Column("case_id", "案件标识", "id of the case", "number"),
    CASE,
    Column("advance_id", "垫付标识", "id of the advance", "number"),
    Column("recovery_order", "分配次序", "who is served first", words=RecoveryOrder),
    Column("business_date", "业务日期", "day", "day"),
    amount_column("amount", "到账金额", "amount of the receipt"),
    amount_column("outstanding_before", "分配前未收回", "outstanding before", is_summed=False,
           told="分配前本笔垫付的未收回金额"),
    amount_column("creditor_rest_before", "分配前债权余额", "what the creditor was still owed before", is_summed=False,
           told="分配前申请执行人尚未受偿的金额"),
    amount_column("fund", "归还资金", "part of the fund", told="归还垫付资金的部分"),
    amount_column("creditor", "申请执行人", "part of the creditor", told="归申请执行人的部分"),
    amount_column("refund", "退还被执行人", "refund to the debtor", told="退还被执行人的部分"),
    VOUCHER_ID,
    VOUCHER,
    Column("note", "备注", "note", "remark"),
    Column("allocated_by", "分配人", "who split it"),
    Column("allocated_at", "分配时间", "when", "moment"),
    about={"case_id": "case"},
    kept=Kept(Allocation),
    records=[
        Recorded(Event.RECOVERY_ALLOCATED.value, "case-receipt:{receipt_id}", "allocated_by", is_split=True),
    ],
)  # fmt: skip
def _recoveries(scope: Scope) -> Iterable[Row]:
    query = (
        select(
            Allocation.id, Allocation.court_code, Allocation.receipt_id, Allocation.case_id, Case.number,
            Allocation.advance_id, Allocation.recovery_order, Allocation.business_date, Allocation.amount,
            Allocation.outstanding_before, Allocation.creditor_rest_before, Allocation.fund, Allocation.creditor,
            Allocation.refund, Allocation.voucher_id, CITED, Allocation.note, Allocation.allocated_by_id,
            Allocation.allocated_at,
        )
        .join(Case, Case.id == Allocation.case_id)
        .outerjoin(Voucher, Voucher.id == Allocation.voucher_id)
        .where(
            within(Allocation.court_code, scope),
            func.coalesce(Voucher.posted_on, Allocation.business_date) <= scope.last_day,
        )
        .order_by(Allocation.id)
    )  # fmt: skip
    for *facts, allocated_by, allocated_at in Stream(query):
        yield *facts, people(scope)[allocated_by], allocated_at
