"""Tables of the audit package: the exceptions list, and its bounds as issued."""

from collections.abc import Iterable

from sqlalchemy import select

from fundapp.core.tables import COURT, ID, Column, Kept, Recorded, Row, Scope, Stream, amount_column, table, within
from fundapp.irregularities import queries, rules
from fundapp.irregularities.models import ExceptionBounds
from fundapp.irregularities.rules import Kind
from fundapp.trail.rules import Event
from fundapp.users.tables import people


@table(
    "exceptions", "疑点清单", "exceptions",
    "待核实的疑点：本年发生的事项，和本年末（本年内制作的为制作时）仍存在的情形",
    "Doubts to be looked into: events of the year, and what stood on its last day, or when the package was made in it",
    Column("kind", "疑点", "which question of an auditor it answers", words=Kind),
    COURT,
    Column("subject", "事项标识", "record in question (advance:ID, case:ID, voucher:ID and so on)",
           told="涉及的记录，如advance:标识、case:标识、voucher:标识"),
    Column("day", "日期", "day on which it happened or began", "day", told="发生或开始的日期"),
    Column("person", "相关人员", "whose act it was, or whose name it is (login name)",
           told="经办人或同名的工作人员，以登录名表示"),
    Column("what", "说明", "what is to be looked into; names nobody but the staff",
           told="须核实的情况；除工作人员外不写姓名"),
    amount_column("amount", "金额", "money in question; empty where it is about none", is_summed=False,
           told="涉及金额；与金额无关的为空"),
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
    "历次发布的疑点关注线，自生效日期起至下次发布前有效；首次发布前为超过12个月、超过6个月、工作时间07:30至20:0"
    "0（不含）",
    "From when on a doubt is shown, as issued, in force from a day until the next issue; before the first: more than "
    "12 months, more than 6 months, office hours from 07:30 to before 20:00",
    ID,
    COURT,
    Column("effective_from", "生效日期", "first day in force", "day"),
    Column("document", "依据文件", "document that they stand on"),
    Column("months_outstanding", "垫付未收回（月）", "more months than this: too long; not included", "number",
           told="超过此月数列为疑点，不含本数"),
    Column("months_held", "案款未发放（月）", "more months than this: too long; not included", "number",
           told="超过此月数列为疑点，不含本数"),
    Column("office_from", "工作时间开始", "first minute of office hours, Beijing time; included", "code",
           told="北京时间，含本数"),
    Column("office_to", "工作时间结束", "end of office hours, Beijing time; not included", "code",
           told="北京时间，不含本数"),
    Column("issued_by", "发布人", "who issued them"),
    Column("issued_at", "发布时间", "when", "moment"),
    kept=Kept(ExceptionBounds),
    records=[
        Recorded(
            Event.BOUNDS_ISSUED.value, "exception-bounds:{id}", "issued_by", until="always",
            facts={
                "document": "{document}", "effective_from": "{effective_from}",
                "months_outstanding": "{months_outstanding}", "months_held": "{months_held}",
            },
        ),
    ],
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
