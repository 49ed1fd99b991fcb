"""兑现大会台账: the ceremonies of the year, who was paid and how."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from fundapp.ceremonies.rules import LineSource
from fundapp.core.money import ZERO, Money, total
from fundapp.core.statements import Cell, Chart, Check, Column, Line, Statement, Table, summed
from fundapp.core.words import N_
from fundapp.yearend.rules.statements.words import Courts, Item, amounts, counts


@dataclass(frozen=True)
class CeremonyYear:
    """What one ceremony did: payees on its list, paid and absent; money by origin and by way; cash drawn and back."""

    listed: int = 0
    paid: int = 0
    absent: int = 0
    advances: Money = ZERO
    case_money: Money = ZERO
    transfer: Money = ZERO
    cash: Money = ZERO
    drawn: Money = ZERO
    returned: Money = ZERO

    @property
    def figures(self) -> tuple[Cell, ...]:
        counts = (self.listed, self.paid, self.absent)
        return (*counts, self.advances, self.case_money, self.transfer, self.cash, self.drawn, self.returned)


@dataclass(frozen=True)
class CeremonyLine:
    """One ceremony in the ledger."""

    court_code: str
    subject: str
    day: date
    name: str
    place: str
    did: CeremonyYear


CEREMONY_FIGURES = (
    counts(N_("名单人次")),
    counts(N_("领取人次")),
    counts(N_("未领人次")),
    amounts(N_("垫付资金（元）")),
    amounts(N_("案款（元）")),
    amounts(N_("其中：转账（元）")),
    amounts(N_("其中：现金（元）")),
    amounts(N_("提取现金（元）")),
    amounts(N_("交回现金（元）")),
)


def ceremonies_statement(courts: Courts, held: Sequence[CeremonyLine], last: Sequence[CeremonyLine]) -> Statement:
    """兑现大会台账: the ceremonies of the year, with last year's total below."""
    rows = [_ceremony_row(courts, one) for one in held]
    blank = (None,) * (2 + len(courts.columns))
    foot = []
    nothing = CeremonyYear().figures
    before = summed([_ceremony_row(courts, one) for one in last], *blank).figures if last else nothing
    if rows or last:
        this_year = summed(rows, *blank).figures if rows else nothing
        foot = [
            Line((Item.TOTAL, *blank), this_year, is_total=True),
            Line((Item.LAST_YEAR_TOTAL, *blank), before, is_total=True),
        ]
    names = (
        Column(N_("名称"), width=30),
        Column(N_("举行日期"), "day", 12),
        Column(N_("地点"), width=24),
        *courts.columns,
    )
    table = Table(N_("兑现大会台账"), names, CEREMONY_FIGURES, (*rows, *foot), N_("本年和上年都没有举行兑现大会。"))
    cash = Check(N_("各大会现金发放额等于提取减交回"), _sum(held, 6), _sum(held, 7) - _sum(held, 8))
    charts: tuple[Chart, ...] = ()
    if foot:
        shown = ((LineSource.ADVANCE, 3), (LineSource.CASE_MONEY, 4))
        charts = (
            Chart(
                N_("现场发放对比（元）"),
                tuple((name, (foot[0].figures[at], foot[1].figures[at])) for name, at in shown),
            ),
        )
    return Statement((table,), (), (cash,) if held else (), charts)


def _sum(held: Sequence[CeremonyLine], *places: int) -> Money:
    figures = (one.did.figures[at] for one in held for at in places)
    return total(figure for figure in figures if isinstance(figure, Money))


def _ceremony_row(courts: Courts, one: CeremonyLine) -> Line:
    return Line((one.name, one.day, one.place, *courts.cells(one.court_code)), one.did.figures, subject=one.subject)
