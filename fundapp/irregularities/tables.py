"""Table of the audit package: the exceptions list."""

from collections.abc import Iterable

from fundapp.core.tables import COURT, Column, Row, Scope, Stream, amount_column, table
from fundapp.irregularities import queries, rules
from fundapp.irregularities.rules import Kind
from fundapp.users.tables import people


@table(
    "exceptions", "疑点清单", "exceptions",
    "Doubts to be looked into: events of the year, and what stood on its last day, or when the package was made in it",
    Column("kind", "疑点", "which question of an auditor it answers", words=Kind),
    COURT,
    Column("subject", "事项标识", "record in question (advance:ID, case:ID, voucher:ID and so on)"),
    Column("day", "日期", "day on which it happened or began", "day"),
    Column("person", "相关人员", "whose act it was, or whose name it is (login name)"),
    Column("what", "说明", "what is to be looked into; names nobody but the staff"),
    amount_column("amount", "金额", "money in question; empty where it is about none", is_summed=False),
)  # fmt: skip
def _exceptions(scope: Scope) -> Iterable[Row]:
    names = people(scope)
    span = queries.Span(scope.court_codes, scope.year)
    for kind in Kind:
        rows, key = queries.question(kind, span)
        for _id, court_code, subject, day, person_id, amount, one, two in Stream(rows.order_by(key)):
            yield kind.value, court_code, subject, day, names[person_id], str(rules.sentence(kind, one, two)), amount
