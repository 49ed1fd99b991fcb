"""Table of the audit package: the payments of advances."""

from collections.abc import Iterable

from sqlalchemy import select

from fundapp.advances.models import Advance, AdvancePayment
from fundapp.advances.rules import LABELS, Channel
from fundapp.cases.models import Case
from fundapp.cases.tables import CASE, by_query, tells_of_cases
from fundapp.core.tables import (
    COURT,
    ID,
    Column,
    Kept,
    Recorded,
    Row,
    Scope,
    Stream,
    amount_column,
    called,
    table,
    within,
)
from fundapp.ledger.models import Voucher
from fundapp.ledger.tables import CITED, REFERENCE, VOUCHER, VOUCHER_ID, cited_as
from fundapp.trail.rules import Event


@table(
    "payments", "垫付付款", "fund",
    "每笔垫付款的唯一一次付款，截至本年末",
    "The one payment of each advance, as booked up to the year's end",
    ID,
    COURT,
    Column("advance_id", "垫付标识", "id of the advance", "number"),
    Column("case_id", "案件标识", "id of the case", "number"),
    CASE,
    amount_column("amount", "金额", "amount"),
    Column("paid_on", "付款日期", "paid on", "day"),
    Column("channel", "渠道", "bank batch, or transfer or cash at a ceremony", words=Channel),
    Column("paid_through", "付款依据", "line of the batch or ceremony that paid it",
           told="付款所依据的记录：发放明细或现场发放名单"),
    REFERENCE,
    VOUCHER_ID,
    VOUCHER,
    Column("recorded_at", "登记时间", "when it was recorded", "moment"),
    kept=Kept(AdvancePayment, {"voucher": cited_as(AdvancePayment.voucher_id)}),
    records=[
        Recorded(
            Event.ADVANCE_PAID.value, "advance:{advance_id}",
            facts={"amount": "{amount}", "channel": "{channel}", "voucher": "{voucher}"},
            words={"channel": called(Channel, LABELS)},
        ),
    ],
)  # fmt: skip
def _payments(scope: Scope) -> Iterable[Row]:
    query = (
        select(
            AdvancePayment.id, AdvancePayment.court_code, AdvancePayment.advance_id, Advance.case_id, Case.number,
            AdvancePayment.amount, AdvancePayment.paid_on, AdvancePayment.channel, AdvancePayment.paid_through,
            AdvancePayment.bank_reference, AdvancePayment.voucher_id, CITED, AdvancePayment.recorded_at,
        )
        .join(Advance, Advance.id == AdvancePayment.advance_id)
        .join(Case, Case.id == Advance.case_id)
        .join(Voucher, Voucher.id == AdvancePayment.voucher_id)
        .where(within(AdvancePayment.court_code, scope), Voucher.posted_on <= scope.last_day)
        .order_by(AdvancePayment.id)
    )  # fmt: skip
    return Stream(query)


tells_of_cases("advance", by_query(select(Advance.id, Advance.case_id)))
