"""案件统计表: cases and advances, counted and added up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fundapp.core.money import ZERO, Money
from fundapp.core.statements import Cell, Chart, Check, Column, Line, Note, Statement, Table
from fundapp.core.words import N_
from fundapp.yearend.rules.statements.sources import Flows
from fundapp.yearend.rules.statements.words import Item, amounts, counts


@dataclass(frozen=True)
class Counted:
    """How many, and how much."""

    count: int = 0
    amount: Money = ZERO

    def __add__(self, other: "Counted") -> "Counted":
        return Counted(self.count + other.count, self.amount + other.amount)

    def __sub__(self, other: "Counted") -> "Counted":
        return Counted(self.count - other.count, self.amount - other.amount)


CASE_ITEMS = (
    Item.FILED,
    Item.UNDER_CEILING,
    Item.REQUESTED,
    Item.APPROVED,
    Item.REFUSED,
    Item.PAID,
    Item.RECOVERED,
    Item.RECOVERED_WHOLE,
    Item.CONCLUDED,
)
CASE_FIGURES = (
    counts(N_("本年发生件数")),
    amounts(N_("本年发生金额（元）")),
    counts(N_("年末累计件数")),
    amounts(N_("年末累计金额（元）")),
)
COMPARED = (Item.REQUESTED, Item.APPROVED, Item.REFUSED, Item.PAID, Item.RECOVERED_WHOLE, Item.CONCLUDED)
UpTo = Mapping[Item, Counted]


def cases_statement(
    ends: Sequence[UpTo], outstanding: Sequence[Counted], *, moved: Flows, notes: Sequence[Note]
) -> Statement:
    """案件统计表: what happened in the year, and what had happened by its end.

    Args:
        ends: everything up to the end of this year, of the last, and of the one before.
        outstanding: what was not recovered at the end of this year and of the last.
        moved: what the postings say that was advanced and recovered in the year.
    """
    this_year, last, before = ends

    def figures(item: Item, end: UpTo, start: UpTo) -> tuple[Cell, ...]:
        happened = end[item] - start[item]
        return happened.count, happened.amount, end[item].count, end[item].amount

    lines = [Line((item,), figures(item, this_year, last), figures(item, last, before)) for item in CASE_ITEMS]
    stood = [(None, None, one.count, one.amount) for one in outstanding]
    lines.append(Line((Item.OUTSTANDING,), stood[0], stood[1]))
    table = Table(N_("案件统计表"), (Column(N_("项目"), width=28),), CASE_FIGURES, tuple(lines), "")
    checks = tuple(
        Check(text, (this_year[item] - last[item]).amount, booked)
        for text, item, booked in (
            (N_("本年已垫付金额等于账簿记载的垫付"), Item.PAID, moved.advanced),
            (N_("本年收回金额等于账簿记载的收回"), Item.RECOVERED, moved.recovered),
        )
    )
    charts = tuple(
        (item, (line.figures[0], (line.last or (0,))[0]))
        for item, line in zip(CASE_ITEMS, lines, strict=False)
        if item in COMPARED
    )
    return Statement((table,), tuple(notes), checks, (Chart(N_("本年发生件数对比"), charts),))
