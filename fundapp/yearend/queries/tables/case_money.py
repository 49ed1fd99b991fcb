"""Case money: what debtors paid in, what was paid out, how recoveries were split."""

from collections.abc import Iterable

from sqlalchemy import select

from fundapp.cases.models import Case, Party
from fundapp.cases.rules import PartyKind, masked_name
from fundapp.custody.models import CaseReceipt, Payout
from fundapp.ledger.models import Voucher
from fundapp.recovery.models import Allocation
from fundapp.yearend.queries.tables.registry import (
    CASE,
    COURT,
    ID,
    REFERENCE,
    VOUCHER,
    VOUCHER_ID,
    Column,
    Row,
    Scope,
    amount_column,
    cited,
    stream,
    table,
    within,
)


@table(
    "case_receipts", "案款到账", "case_money", "Case money received, dated up to the year's end",
    ID,
    COURT,
    Column("case_id", "案件标识", "id of the case", "number"),
    CASE,
    Column("payer", "付款人（脱敏）", "payer, masked for persons"),
    amount_column("amount", "金额", "amount"),
    Column("business_date", "业务日期", "day", "day"),
    REFERENCE,
    Column("status", "状态", "status when the package was made"),
    Column("recorded_by", "登记人", "who recorded it"),
    Column("confirmed_by", "复核人", "who confirmed it"),
    VOUCHER_ID,
    VOUCHER,
)  # fmt: skip
def _case_receipts(scope: Scope) -> Iterable[Row]:
    query = (
        select(
            CaseReceipt.id, CaseReceipt.court_code, CaseReceipt.case_id, Case.number, Party.kind, Party.name,
            CaseReceipt.payer, CaseReceipt.amount, CaseReceipt.business_date, CaseReceipt.bank_reference,
            CaseReceipt.status, CaseReceipt.recorded_by_id, CaseReceipt.confirmed_by_id, CaseReceipt.voucher_id,
            Voucher.year, Voucher.kind, Voucher.kind_number,
        )
        .join(Case, Case.id == CaseReceipt.case_id)
        .join(Party, Party.id == CaseReceipt.debtor_id)
        .outerjoin(Voucher, Voucher.id == CaseReceipt.voucher_id)
        .where(within(CaseReceipt.court_code, scope), CaseReceipt.business_date <= scope.last_day)
        .order_by(CaseReceipt.id)
    )  # fmt: skip
    for receipt_id, court, case_id, case, party, debtor, payer, *facts in stream(query):
        *facts, recorded, confirmed, voucher_id, year, kind, number = facts
        masked = masked_name(payer, party if payer == debtor else PartyKind.PERSON)
        hands = (scope.people[recorded], scope.people[confirmed])
        yield receipt_id, court, case_id, case, masked, *facts, *hands, voucher_id, cited(year, kind, number)


@table(
    "payouts", "案款发放", "case_money", "Case money paid out, requested up to the year's end",
    ID,
    COURT,
    Column("case_id", "案件标识", "id of the case", "number"),
    CASE,
    Column("payee", "收款人（脱敏）", "payee, masked"),
    Column("purpose", "用途", "to the creditor, or refunded to the debtor"),
    amount_column("amount", "金额", "amount"),
    Column("status", "状态", "status when the package was made"),
    Column("requested_on", "申请日期", "requested on", "day"),
    Column("prepared_by", "经办人", "who prepared it"),
    Column("approved_by", "审批人", "who approved it"),
    Column("paid_on", "发放日期", "paid on; empty when not paid by the year's end", "day"),
    Column("channel", "渠道", "how it was paid"),
    REFERENCE,
    VOUCHER_ID,
    VOUCHER,
)  # fmt: skip
def _payouts(scope: Scope) -> Iterable[Row]:
    query = (
        select(
            Payout.id, Payout.court_code, Payout.case_id, Case.number, Party.kind, Party.name, Payout.purpose,
            Payout.amount, Payout.status, Payout.requested_on, Payout.prepared_by_id, Payout.approved_by_id,
            Payout.paid_on, Payout.channel, Payout.bank_reference, Payout.voucher_id, Voucher.year,
            Voucher.kind, Voucher.kind_number,
        )
        .join(Case, Case.id == Payout.case_id)
        .join(Party, Party.id == Payout.payee_id)
        .outerjoin(Voucher, Voucher.id == Payout.voucher_id)
        .where(within(Payout.court_code, scope), Payout.requested_on <= scope.last_day)
        .order_by(Payout.id)
    )  # fmt: skip
    for payout_id, court, case_id, case, party, name, *facts in stream(query):
        *facts, prepared, approved, paid_on, channel, reference, voucher_id, year, kind, number = facts
        paid: Row = (paid_on, channel, reference, voucher_id, cited(year, kind, number))
        if paid_on is not None and paid_on > scope.last_day:
            paid = (None,) * 5
        hands = (scope.people[prepared], scope.people[approved])
        yield payout_id, court, case_id, case, masked_name(name, party), *facts, *hands, *paid


@table(
    "recoveries", "追偿分配", "case_money", "How each receipt of a debtor was split, up to the year's end",
    ID,
    COURT,
    Column("receipt_id", "案款到账标识", "id of the receipt", "number"),
    Column("case_id", "案件标识", "id of the case", "number"),
    CASE,
    Column("advance_id", "垫付标识", "id of the advance", "number"),
    Column("recovery_order", "分配次序", "who is served first"),
    Column("business_date", "业务日期", "day", "day"),
    amount_column("amount", "到账金额", "amount of the receipt"),
    amount_column("outstanding_before", "分配前未收回", "outstanding before"),
    amount_column("creditor_rest_before", "分配前债权余额", "what was still owed to the creditor before"),
    amount_column("fund", "归还资金", "part of the fund"),
    amount_column("creditor", "申请执行人", "part of the creditor"),
    amount_column("refund", "退还被执行人", "refund to the debtor"),
    VOUCHER_ID,
    VOUCHER,
)  # fmt: skip
def _recoveries(scope: Scope) -> Iterable[Row]:
    query = (
        select(
            Allocation.id, Allocation.court_code, Allocation.receipt_id, Allocation.case_id, Case.number,
            Allocation.advance_id, Allocation.recovery_order, Allocation.business_date, Allocation.amount,
            Allocation.outstanding_before, Allocation.creditor_rest_before, Allocation.fund, Allocation.creditor,
            Allocation.refund, Allocation.voucher_id, Voucher.year, Voucher.kind, Voucher.kind_number,
        )
        .join(Case, Case.id == Allocation.case_id)
        .outerjoin(Voucher, Voucher.id == Allocation.voucher_id)
        .where(within(Allocation.court_code, scope), Allocation.business_date <= scope.last_day)
        .order_by(Allocation.id)
    )  # fmt: skip
    for *facts, year, kind, number in stream(query):
        yield *facts, cited(year, kind, number)
