"""Tables of the audit package: where the money comes from."""

from collections.abc import Iterable

from sqlalchemy import func, select

from fundapp.core.tables import COURT, ID, Column, Row, Scope, Stream, amount_column, table, within
from fundapp.funding.models import FundReceipt, Source
from fundapp.funding.rules import Direction, ReceiptStatus, SourceKind
from fundapp.ledger.models import PostingLine, Voucher
from fundapp.ledger.rules import Account, Ink, Movement
from fundapp.ledger.tables import CITED, REFERENCE, VOUCHER
from fundapp.trail.rules import Event
from fundapp.users.tables import people


@table(
    "sources", "资金来源", "fund", "Sources of the fund's money, with what the postings say of each to the year's end",
    ID,
    COURT,
    Column("kind", "种类", "kind of source", words=SourceKind),
    Column("name", "名称", "name"),
    Column("document", "依据文件", "document it stands on"),
    Column("is_active", "启用", "1 while receipts may be registered for it", "number"),
    amount_column("opening", "期初", "what the court's books began with"),
    amount_column("received", "到账", "received, including what returned by reversals of giving back"),
    amount_column("given_back", "退回", "given back to the source, including reversals of what was received"),
    amount_column("used", "垫付", "paid out as advances"),
    amount_column("recovered", "追回", "recovered, including reversals of payments"),
    amount_column("balance", "结余", "what is left of it, in the bank and in cash"),
    records={Event.SOURCE_REGISTERED.value: "id"},
)  # fmt: skip
def _sources(scope: Scope) -> Iterable[Row]:
    flows = _source_flows(scope)
    query = select(Source.id, Source.court_code, Source.kind, Source.name, Source.document, Source.is_active)
    for row in Stream(query.where(within(Source.court_code, scope)).order_by(Source.id)):
        flow = flows.get(f"source:{row[0]}", {})
        received, given_back, used, recovered, opening = (flow.get(at, 0) for at in range(5))
        balance = opening + received - given_back - used + recovered
        yield *row, opening, received, given_back, used, recovered, balance


def _source_flows(scope: Scope) -> dict[str, dict[int, int]]:
    """Received, given back, used, recovered and opening of each source: what crosses the line between its money and
    the rest, what was undone taken off again."""
    fund = (Account.FUND_BANK, Account.CASH)
    has_case = PostingLine.case_ref.is_not(None)
    flows: dict[str, dict[int, int]] = {}
    for enters in (True, False):
        inside, outside = (PostingLine.debit, PostingLine.credit) if enters else (PostingLine.credit, PostingLine.debit)
        query = (
            select(PostingLine.source_ref, has_case, PostingLine.movement, Voucher.ink, func.sum(PostingLine.amount))
            .join(Voucher, Voucher.id == PostingLine.voucher_id)
            .where(
                within(Voucher.court_code, scope), Voucher.posted_on <= scope.last_day,
                PostingLine.source_ref.is_not(None), inside.in_(fund), outside.not_in(fund),
            )
            .group_by(PostingLine.source_ref, has_case, PostingLine.movement, Voucher.ink)
        )  # fmt: skip
        for source, about_case, movement, ink, amount in Stream(query):
            is_blue = ink == Ink.BLUE.value
            at = (3 if about_case else 0) if enters is is_blue else (2 if about_case else 1)
            at = 4 if movement == Movement.OPENING_BALANCE.value else at
            kept = flows.setdefault(source, {})
            kept[at] = kept.get(at, 0) + (amount if is_blue else -amount)
    return flows


@table(
    "fund_receipts", "资金到账登记", "fund", "Money received from sources or given back, dated up to the year's end",
    ID,
    COURT,
    Column("source_id", "资金来源标识", "id of the source", "number"),
    Column("direction", "方向", "received or given back", words=Direction),
    amount_column("amount", "金额", "amount"),
    Column("business_date", "业务日期", "day", "day"),
    REFERENCE,
    Column("status", "状态", "status when the package was made", words=ReceiptStatus),
    Column("recorded_by", "登记人", "who recorded it"),
    Column("confirmed_by", "复核人", "who confirmed it"),
    VOUCHER,
    Column("note", "备注", "note"),
    Column("recorded_at", "登记时间", "when it was recorded", "moment"),
    Column("return_reason", "退回理由", "why it was returned"),
    records={Event.RECEIPT_RECORDED.value: "id"},
)  # fmt: skip
def _fund_receipts(scope: Scope) -> Iterable[Row]:
    query = (
        select(
            FundReceipt.id, FundReceipt.court_code, FundReceipt.source_id, FundReceipt.direction, FundReceipt.amount,
            FundReceipt.business_date, FundReceipt.bank_reference, FundReceipt.status, FundReceipt.recorded_by_id,
            FundReceipt.confirmed_by_id, CITED, FundReceipt.note, FundReceipt.recorded_at, FundReceipt.return_reason,
        )
        .outerjoin(Voucher, Voucher.id == FundReceipt.voucher_id)
        .where(within(FundReceipt.court_code, scope), FundReceipt.business_date <= scope.last_day)
        .order_by(FundReceipt.id)
    )  # fmt: skip
    names = people(scope)
    for *facts, recorded, confirmed, voucher, note, recorded_at, why in Stream(query):
        yield *facts, names[recorded], names[confirmed], voucher, note, recorded_at, why
