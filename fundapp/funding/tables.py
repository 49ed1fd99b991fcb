"""Tables of the audit package: where the money comes from."""

from collections.abc import Iterable

from sqlalchemy import func, select

from fundapp.core.tables import COURT, ID, Column, Kept, Recorded, Row, Scope, Stream, amount_column, table, within
from fundapp.funding import rules
from fundapp.funding.models import FundReceipt, Source
from fundapp.funding.rules import Direction, ReceiptStatus, SourceKind
from fundapp.ledger.models import PostingLine, Voucher
from fundapp.ledger.rules import Account, Movement
from fundapp.ledger.tables import CITED, REFERENCE, VOUCHER, VOUCHER_ID, cited_as
from fundapp.trail.rules import Event
from fundapp.users.tables import people


@table(
    "sources", "资金来源", "fund",
    "资金来源，以及按分录计算的截至本年末各来源收支",
    "Sources of the fund's money, with what the postings say of each to the year's end",
    ID,
    COURT,
    Column("kind", "种类", "kind of source", words=SourceKind),
    Column("name", "名称", "name"),
    Column("document", "依据文件", "document it stands on"),
    Column("is_active", "启用", "1 while receipts may be registered for it", "number", told="1：可以登记到账"),
    amount_column("opening", "期初", "what the court's books began with", told="启用账簿时带入的金额"),
    amount_column("received", "到账", "received from the source, reversals taken off",
           told="从来源收到的款项，已减去冲销"),
    amount_column("given_back", "退回", "given back to the source, likewise", told="退回来源的款项，已减去冲销"),
    amount_column("used", "垫付", "paid out as advances, likewise", told="作为垫付款付出，已减去冲销"),
    amount_column("recovered", "追回", "recovered from debtors, likewise", told="从被执行人追回，已减去冲销"),
    amount_column("other", "其他收付净额", "what else came in, less what else went out",
           told="其他收入减其他支出"),
    amount_column("balance", "结余", "what is left of it, in the bank and in cash",
           told="存款和现金中属于该来源的结余"),
    kept=Kept(Source),
    records=[Recorded(Event.SOURCE_REGISTERED.value, "source:{id}", facts={"kind": "{kind}"})],
)  # fmt: skip
def _sources(scope: Scope) -> Iterable[Row]:
    flows = _source_flows(scope)
    query = select(Source.id, Source.court_code, Source.kind, Source.name, Source.document, Source.is_active)
    for row in Stream(query.where(within(Source.court_code, scope)).order_by(Source.id)):
        moved = flows.get(f"source:{row[0]}", {})
        told = (moved.get(flow, 0) * (-1 if flow in _OUT else 1) for flow in _FLOWS)
        yield *row, *told, sum(moved.values())


_RECEIVED, _GIVEN_BACK = (
    {rules.movement(kind, direction).value for kind in SourceKind}
    for direction in (Direction.RECEIVED, Direction.GIVEN_BACK)
)
_FLOWS = {
    "opening": {Movement.OPENING_BALANCE.value},
    "received": _RECEIVED,
    "given_back": _GIVEN_BACK,
    "used": {Movement.ADVANCE_PAID.value, Movement.ADVANCE_PAID_IN_CASH.value},
    "recovered": {Movement.RECOVERED.value},
    "other": set(),
}
_OUT = {"given_back", "used"}


def _source_flows(scope: Scope) -> dict[str, dict[str, int]]:
    """What each flow brought into a source's money, less what it took out: what crosses the line between the fund's
    money and the rest, by its movement."""
    fund = (Account.FUND_BANK, Account.CASH)
    entered = PostingLine.debit.in_(fund)
    query = (
        select(PostingLine.source_ref, PostingLine.movement, entered, func.sum(PostingLine.amount))
        .join(Voucher, Voucher.id == PostingLine.voucher_id)
        .where(
            within(Voucher.court_code, scope), Voucher.posted_on <= scope.last_day,
            PostingLine.source_ref.is_not(None), entered != PostingLine.credit.in_(fund),
        )
        .group_by(PostingLine.source_ref, PostingLine.movement, entered)
    )  # fmt: skip
    flows: dict[str, dict[str, int]] = {}
    for source, movement, enters, amount in Stream(query):
        flow = next((name for name, movements in _FLOWS.items() if movement in movements), "other")
        moved = flows.setdefault(source, {})
        moved[flow] = moved.get(flow, 0) + (amount if enters else -amount)
    return flows


_RECEIPT, _WHAT = "fund-receipt:{id}", {"source": "source:{source_id}", "amount": "{amount}"}
_BOOKED = _WHAT | {"direction": "{direction}"}


@table(
    "fund_receipts", "资金到账登记", "fund",
    "从资金来源收到或退回的款项，业务日期截至本年末",
    "Money received from sources or given back, dated up to the year's end",
    ID,
    COURT,
    Column("source_id", "资金来源标识", "id of the source", "number"),
    Column("direction", "方向", "received or given back", words=Direction, told="收到，或退回来源"),
    amount_column("amount", "金额", "amount"),
    Column("business_date", "业务日期", "day", "day"),
    REFERENCE,
    Column("status", "状态", "status when the package was made", words=ReceiptStatus),
    Column("recorded_by", "登记人", "who recorded it"),
    Column("confirmed_by", "复核人", "who confirmed it"),
    VOUCHER_ID,
    VOUCHER,
    Column("note", "备注", "note", "remark"),
    Column("recorded_at", "登记时间", "when it was recorded", "moment"),
    Column("return_reason", "退回理由", "why it was returned", "remark"),
    kept=Kept(FundReceipt, {"voucher": cited_as(FundReceipt.voucher_id)}),
    records=[
        Recorded(Event.RECEIPT_RECORDED.value, _RECEIPT, "recorded_by", _BOOKED),
        Recorded(
            Event.RECEIPT_CONFIRMED.value, _RECEIPT, "confirmed_by", _BOOKED | {"voucher": "{voucher}"},
            {"status": (ReceiptStatus.CONFIRMED.value,)},
        ),
        Recorded(
            Event.RECEIPT_RETURNED.value, _RECEIPT, "confirmed_by", _WHAT | {"reason": "{return_reason}"},
            {"status": (ReceiptStatus.RETURNED.value,)},
        ),
    ],
)  # fmt: skip
def _fund_receipts(scope: Scope) -> Iterable[Row]:
    query = (
        select(
            FundReceipt.id, FundReceipt.court_code, FundReceipt.source_id, FundReceipt.direction, FundReceipt.amount,
            FundReceipt.business_date, FundReceipt.bank_reference, FundReceipt.status, FundReceipt.recorded_by_id,
            FundReceipt.confirmed_by_id, FundReceipt.voucher_id, CITED, FundReceipt.note, FundReceipt.recorded_at,
            FundReceipt.return_reason,
        )
        .outerjoin(Voucher, Voucher.id == FundReceipt.voucher_id)
        .where(within(FundReceipt.court_code, scope), FundReceipt.business_date <= scope.last_day)
        .order_by(FundReceipt.id)
    )  # fmt: skip
    names = people(scope)
    for *facts, recorded, confirmed, voucher_id, voucher, note, recorded_at, why in Stream(query):
        yield *facts, names[recorded], names[confirmed], voucher_id, voucher, note, recorded_at, why
