"""Tables of the audit package: what debtors paid in, and what was paid out of it."""

from collections.abc import Iterable

from sqlalchemy import select

from fundapp.cases.models import Case, Party
from fundapp.cases.rules import PartyKind
from fundapp.cases.tables import CASE, by_query, named, tells_of_cases
from fundapp.core.tables import COURT, ID, Column, Kept, Recorded, Row, Scope, Stream, amount_column, table, within
from fundapp.custody.models import CaseAccount, CaseReceipt, Payout
from fundapp.custody.rules import CaseReceiptStatus, PayoutChannel, PayoutStatus, Purpose
from fundapp.ledger.models import Voucher
from fundapp.ledger.tables import CITED, REFERENCE, VOUCHER, VOUCHER_ID, cited_as
from fundapp.trail.rules import Event
from fundapp.users.tables import people

_RECEIPT, _AMOUNT = "case-receipt:{id}", {"amount": "{amount}"}


_RECEIPT_ACTS = [
    Recorded(Event.CASE_MONEY_RECORDED.value, _RECEIPT, "recorded_by", _AMOUNT),
    Recorded(
        Event.CASE_MONEY_CONFIRMED.value, _RECEIPT, "confirmed_by", _AMOUNT | {"voucher": "{voucher}"},
        {"status": (CaseReceiptStatus.CONFIRMED.value, CaseReceiptStatus.CANCELLED.value)},
    ),
    Recorded(Event.CASE_MONEY_CANCELLED.value, _RECEIPT, "", _AMOUNT, {"status": (CaseReceiptStatus.CANCELLED.value,)}),
    Recorded(
        Event.CASE_MONEY_RETURNED.value, _RECEIPT, "confirmed_by", _AMOUNT | {"reason": "{return_reason}"},
        {"status": (CaseReceiptStatus.RETURNED.value,)},
    ),
    Recorded(
        Event.RECOVERY_ALLOCATED.value, _RECEIPT, "", {"creditor": "{creditor_part}", "refund": "{refund_part}"},
        {"is_allocated": ("1",)},
    ),
]  # fmt: skip


@table(
    "case_receipts", "案款到账", "case_money",
    "收到的案款，业务日期截至本年末",
    "Case money received, dated up to the year's end",
    ID,
    COURT,
    Column("case_id", "案件标识", "id of the case", "number"),
    CASE,
    Column("payer", "付款人", "payer, masked for persons", told="自然人脱敏"),
    amount_column("amount", "金额", "amount"),
    Column("business_date", "业务日期", "day", "day"),
    REFERENCE,
    Column("status", "状态", "status when the package was made", words=CaseReceiptStatus),
    Column("recorded_by", "登记人", "who recorded it"),
    Column("confirmed_by", "复核人", "who confirmed it"),
    VOUCHER_ID,
    VOUCHER,
    Column("recorded_at", "登记时间", "when it was recorded", "moment"),
    Column("return_reason", "退回理由", "why it was returned", "remark"),
    Column("needs_allocation", "须分配", "1: it came after an advance and is split first", "number",
           told="1：垫付后到账，须先分配"),
    Column("is_allocated", "已分配", "1: it was split", "number", told="1：已分配"),
    amount_column("creditor_part", "留归申请执行人", "part that stays for the creditors",
           told="分配后留给申请执行人的部分"),
    amount_column("refund_part", "退还被执行人", "part that goes back to the debtor", told="分配后退还被执行人的部分"),
    about={"case_id": "case"},
    kept=Kept(CaseReceipt, {"voucher": cited_as(CaseReceipt.voucher_id)}),
    records=_RECEIPT_ACTS,
)  # fmt: skip
def _case_receipts(scope: Scope) -> Iterable[Row]:
    query = (
        select(
            CaseReceipt.id, CaseReceipt.court_code, CaseReceipt.case_id, Case.number, Party.kind, Party.name,
            CaseReceipt.payer, CaseReceipt.amount, CaseReceipt.business_date, CaseReceipt.bank_reference,
            CaseReceipt.status, CaseReceipt.recorded_by_id, CaseReceipt.confirmed_by_id, CaseReceipt.voucher_id,
            CITED, CaseReceipt.recorded_at, CaseReceipt.return_reason, CaseReceipt.needs_allocation,
            CaseReceipt.is_allocated, CaseReceipt.creditor_part, CaseReceipt.refund_part,
        )
        .join(Case, Case.id == CaseReceipt.case_id)
        .join(Party, Party.id == CaseReceipt.debtor_id)
        .outerjoin(Voucher, Voucher.id == CaseReceipt.voucher_id)
        .where(within(CaseReceipt.court_code, scope), CaseReceipt.business_date <= scope.last_day)
        .order_by(CaseReceipt.id)
    )  # fmt: skip
    names = people(scope)
    for receipt_id, court, case_id, case, party, debtor, payer, *facts in Stream(query):
        amount, day, reference, status, recorded, confirmed, *rest = facts
        masked = named(scope, payer, party if payer == debtor else PartyKind.PERSON.value)
        told = (amount, day, reference, status, names[recorded], names[confirmed])
        yield receipt_id, court, case_id, case, masked, *told, *rest


_PAYOUT_ACTS = [
    Recorded(Event.PAYOUT_REQUESTED.value, "payout:{id}", "prepared_by", _AMOUNT),
    Recorded(
        Event.PAYOUT_APPROVED.value, "payout:{id}", "approved_by", _AMOUNT,
        {"status": tuple(one.value for one in (PayoutStatus.APPROVED, PayoutStatus.PAYING, PayoutStatus.PAID))},
        until="never",
    ),
    Recorded(
        Event.PAYOUT_PAID.value, "payout:{id}", "", _AMOUNT, {"status": (PayoutStatus.PAID.value,)},
    ),
]  # fmt: skip


@table(
    "payouts", "案款发放", "case_money",
    "案款的发放，申请日期截至本年末",
    "Case money paid out, requested up to the year's end",
    ID,
    COURT,
    Column("case_id", "案件标识", "id of the case", "number"),
    CASE,
    Column("payee", "收款人", "payee, masked", told="自然人脱敏"),
    Column("purpose", "用途", "to the creditor, or refunded to the debtor", words=Purpose),
    amount_column("amount", "金额", "amount"),
    Column("status", "状态", "status when the package was made", words=PayoutStatus),
    Column("requested_on", "申请日期", "requested on", "day"),
    Column("prepared_by", "经办人", "who prepared it"),
    Column("approved_by", "审批人", "who approved it"),
    Column("paid_on", "发放日期", "paid on; empty when not paid by the year's end", "day",
           told="本年末以前未付的为空"),
    Column("channel", "渠道", "how it was paid", words=PayoutChannel),
    REFERENCE,
    VOUCHER_ID,
    VOUCHER,
    Column("account_id", "收款账户标识", "id of the account to be paid", "number"),
    Column("reason", "申请理由", "why it was asked for", "remark"),
    Column("round", "申请轮次", "round", "number", told="退回后重新提交的为下一轮"),
    Column("is_after_advance", "垫付后申请", "1: the fund had advanced when it was asked for", "number",
           told="1：申请时本案已有垫付"),
    Column("payload_digest", "付款要素校验码", "SHA-256 of case, payee, account and amount as approved",
           told="审批时案件、收款人、账户、金额的SHA-256"),
    about={"case_id": "case"},
    kept=Kept(Payout),
    records=_PAYOUT_ACTS,
)  # fmt: skip
def _payouts(scope: Scope) -> Iterable[Row]:
    query = (
        select(
            Payout.account_id, Payout.reason, Payout.round, Payout.is_after_advance, Payout.payload_digest,
            Payout.id, Payout.court_code, Payout.case_id, Case.number, Party.kind, Party.name, Payout.purpose,
            Payout.amount, Payout.status, Payout.requested_on, Payout.prepared_by_id, Payout.approved_by_id,
            Payout.paid_on, Payout.channel, Payout.bank_reference, Payout.voucher_id, CITED,
        )
        .join(Case, Case.id == Payout.case_id)
        .join(Party, Party.id == Payout.payee_id)
        .outerjoin(Voucher, Voucher.id == Payout.voucher_id)
        .where(within(Payout.court_code, scope), Payout.requested_on <= scope.last_day)
        .order_by(Payout.id)
    )  # fmt: skip
    names, last_day = people(scope), scope.last_day.isoformat()
    for account, why, at, is_after, digest, payout_id, court, case_id, case, party, name, *facts in Stream(query):
        *facts, prepared, approved, paid_on, channel, reference, voucher_id, voucher = facts
        paid: Row = (paid_on, channel, reference, voucher_id, voucher)
        if paid_on is not None and paid_on > last_day:
            paid = (None,) * 5
        hands = (names[prepared], names[approved])
        payload = (account, why, at, is_after, digest)
        yield payout_id, court, case_id, case, named(scope, name, party), *facts, *hands, *paid, *payload


@table(
    "case_accounts", "案款子账户", "case_money",
    "各案件收取案款的子账户",
    "The account of each case that case money comes into",
    ID,
    COURT,
    Column("case_id", "案件标识", "id of the case", "number"),
    CASE,
    Column("number", "子账户号", "number of the court's sub-account for the case",
           told="本院案款账户下为本案开立的子账户号"),
    Column("opened_at", "开立时间", "when", "moment"),
)  # fmt: skip
def _case_accounts(scope: Scope) -> Iterable[Row]:
    query = select(
        CaseAccount.id, CaseAccount.court_code, CaseAccount.case_id, Case.number, CaseAccount.number,
        CaseAccount.opened_at,
    ).join(Case, Case.id == CaseAccount.case_id)  # fmt: skip
    return Stream(query.where(within(CaseAccount.court_code, scope)).order_by(CaseAccount.id))


tells_of_cases("payout", by_query(select(Payout.id, Payout.case_id)))
tells_of_cases("case-receipt", by_query(select(CaseReceipt.id, CaseReceipt.case_id)))
