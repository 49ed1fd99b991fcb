"""Tables of the audit package: what debtors paid in, and what was paid out of it."""

from collections.abc import Iterable

from sqlalchemy import select

from fundapp.cases.models import Case, Party
from fundapp.cases.rules import PartyKind
from fundapp.cases.tables import CASE, named
from fundapp.core.tables import COURT, ID, Column, Row, Scope, amount_column, stream, table, within
from fundapp.custody.models import CaseReceipt, Payout
from fundapp.custody.rules import CaseReceiptStatus, PayoutChannel, PayoutStatus, Purpose
from fundapp.ledger.models import Voucher
from fundapp.ledger.tables import CITED, REFERENCE, VOUCHER, VOUCHER_ID
from fundapp.trail.rules import Event
from fundapp.users.tables import people


@table(
    "case_receipts", "案款到账", "case_money", "Case money received, dated up to the year's end",
    ID,
    COURT,
    Column("case_id", "案件标识", "id of the case", "number"),
    CASE,
    Column("payer", "付款人", "payer, masked for persons"),
    amount_column("amount", "金额", "amount"),
    Column("business_date", "业务日期", "day", "day"),
    REFERENCE,
    Column("status", "状态", "status when the package was made", words=CaseReceiptStatus),
    Column("recorded_by", "登记人", "who recorded it"),
    Column("confirmed_by", "复核人", "who confirmed it"),
    VOUCHER_ID,
    VOUCHER,
    records={Event.CASE_MONEY_RECORDED.value: "id"},
)  # fmt: skip
def _case_receipts(scope: Scope) -> Iterable[Row]:
    query = (
        select(
            CaseReceipt.id, CaseReceipt.court_code, CaseReceipt.case_id, Case.number, Party.kind, Party.name,
            CaseReceipt.payer, CaseReceipt.amount, CaseReceipt.business_date, CaseReceipt.bank_reference,
            CaseReceipt.status, CaseReceipt.recorded_by_id, CaseReceipt.confirmed_by_id, CaseReceipt.voucher_id,
            CITED,
        )
        .join(Case, Case.id == CaseReceipt.case_id)
        .join(Party, Party.id == CaseReceipt.debtor_id)
        .outerjoin(Voucher, Voucher.id == CaseReceipt.voucher_id)
        .where(within(CaseReceipt.court_code, scope), CaseReceipt.business_date <= scope.last_day)
        .order_by(CaseReceipt.id)
    )  # fmt: skip
    names = people(scope)
    for receipt_id, court, case_id, case, party, debtor, payer, *facts in stream(query):
        *facts, recorded, confirmed, voucher_id, voucher = facts
        masked = named(scope, payer, party if payer == debtor else PartyKind.PERSON.value)
        hands = (names[recorded], names[confirmed])
        yield receipt_id, court, case_id, case, masked, *facts, *hands, voucher_id, voucher


@table(
    "payouts", "案款发放", "case_money", "Case money paid out, requested up to the year's end",
    ID,
    COURT,
    Column("case_id", "案件标识", "id of the case", "number"),
    CASE,
    Column("payee", "收款人", "payee, masked"),
    Column("purpose", "用途", "to the creditor, or refunded to the debtor", words=Purpose),
    amount_column("amount", "金额", "amount"),
    Column("status", "状态", "status when the package was made", words=PayoutStatus),
    Column("requested_on", "申请日期", "requested on", "day"),
    Column("prepared_by", "经办人", "who prepared it"),
    Column("approved_by", "审批人", "who approved it"),
    Column("paid_on", "发放日期", "paid on; empty when not paid by the year's end", "day"),
    Column("channel", "渠道", "how it was paid", words=PayoutChannel),
    REFERENCE,
    VOUCHER_ID,
    VOUCHER,
    records={Event.PAYOUT_REQUESTED.value: "id"},
)  # fmt: skip
def _payouts(scope: Scope) -> Iterable[Row]:
    query = (
        select(
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
    for payout_id, court, case_id, case, party, name, *facts in stream(query):
        *facts, prepared, approved, paid_on, channel, reference, voucher_id, voucher = facts
        paid: Row = (paid_on, channel, reference, voucher_id, voucher)
        if paid_on is not None and paid_on > last_day:
            paid = (None,) * 5
        hands = (names[prepared], names[approved])
        yield payout_id, court, case_id, case, named(scope, name, party), *facts, *hands, *paid
