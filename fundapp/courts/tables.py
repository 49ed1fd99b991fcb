"""Table of the audit package: how courts write amounts in capitals."""

from collections.abc import Iterable

from sqlalchemy import select

from fundapp.core.tables import COURT, Column, Row, Scope, Stream, table, within
from fundapp.courts.models import AmountWriting


@table(
    "amount_writings", "大写金额写法", "books",
    "各法院大写金额的写法，自启用日期起",
    "How each court writes amounts in capitals, from a day on",
    COURT,
    Column("effective_from", "启用日期", "first day of this writing", "day"),
    Column("zero_after_wan", "万后写零", "1: a zero is written after the ten-thousands where digits follow", "number",
           told="1：万位后接其他数字时写“零”"),
    Column("zero_after_yuan", "元后写零", "1: a zero is written between yuan and jiao", "number",
           told="1：元与角之间写“零”"),
    Column("whole_after_jiao", "角后写整", "1: the word for whole is written after jiao", "number",
           told="1：角后写“整”"),
)  # fmt: skip
def _amount_writings(scope: Scope) -> Iterable[Row]:
    query = select(
        AmountWriting.court_code, AmountWriting.effective_from, AmountWriting.zero_after_wan,
        AmountWriting.zero_after_yuan, AmountWriting.whole_after_jiao,
    ).where(within(AmountWriting.court_code, scope))  # fmt: skip
    return Stream(query.order_by(AmountWriting.court_code, AmountWriting.effective_from))
