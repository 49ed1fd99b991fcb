"""Tables of the audit package: the exceptions list, and its bounds as issued."""

from collections.abc import Iterable

from sqlalchemy import select

from fundapp.core.tables import COURT, ID, Column, Row, Scope, Stream, amount_column, table, within
from fundapp.irregularities import queries, rules
from fundapp.irregularities.models import ExceptionBounds
from fundapp.irregularities.rules import Kind
from fundapp.trail.rules import Event
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


@table(
    "exception_bounds", "疑点关注线", "exceptions",
    "From when on a doubt is shown, as issued, in force from a day until the next issue; before the first: more than "
    "12 months, more than 6 months, office hours from 07:30 to before 20:00",
    ID,
    COURT,
    Column("effective_from", "生效日期", "first day in force", "day"),
    Column("document", "依据文件", "document that they stand on"),
    Column("months_outstanding", "垫付未收回（月）", "more months than this: too long; not included", "number"),
    Column("months_held", "案款未发放（月）", "more months than this: too long; not included", "number"),
    Column("office_from", "工作时间开始", "first minute of office hours, Beijing time; included", "code"),
    Column("office_to", "工作时间结束", "end of office hours, Beijing time; not included", "code"),
    Column("issued_by", "发布人", "who issued them"),
    Column("issued_at", "发布时间", "when", "moment"),
    records={Event.BOUNDS_ISSUED.value: "id"},
)  # fmt: skip
def _exception_bounds(scope: Scope) -> Iterable[Row]:
    one = ExceptionBounds
    query = select(
        one.id, one.court_code, one.effective_from, one.document, one.months_outstanding, one.months_held,
        one.office_from, one.office_to, one.issued_by_id, one.issued_at,
    ).where(within(one.court_code, scope))  # fmt: skip
    names = people(scope)
    for *facts, opens, closes, issued_by, issued_at in Stream(query.order_by(one.id)):
        yield *facts, str(opens)[:5], str(closes)[:5], names[issued_by], issued_at
