"""资金收支情况表: the fund by source; what moved in the year, and what is left."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from fundapp.core.money import ZERO, Money, total
from fundapp.core.statements import Chart, Check, Column, Line, Note, Statement, Table, summed
from fundapp.core.words import N_
from fundapp.ledger.rules import Account, Movement
from fundapp.yearend.rules.statements.words import LABELS, Courts, Item, amounts


@dataclass(frozen=True)
class Flows:
    """What moved a source's fund money in a year; ``opened`` is what the opening of the books brought."""

    opened: Money = ZERO
    received: Money = ZERO
    advanced: Money = ZERO
    recovered: Money = ZERO
    returned: Money = ZERO
    other: Money = ZERO


NO_FLOWS = Flows()
_RECEIVED = {
    Movement.APPROPRIATION_RECEIVED,
    Movement.GRANT_RECEIVED,
    Movement.DONATION_RECEIVED,
    Movement.OTHER_RECEIVED,
}
_GIVEN_BACK = {
    Movement.APPROPRIATION_GIVEN_BACK,
    Movement.GRANT_GIVEN_BACK,
    Movement.DONATION_GIVEN_BACK,
    Movement.OTHER_GIVEN_BACK,
}
_ADVANCED = {Movement.ADVANCE_PAID, Movement.ADVANCE_PAID_IN_CASH}


def flows(entered: Mapping[Movement, Money]) -> Flows:
    """The flows of a source from what each movement brought into its money, less what it took out; what was undone is
    taken off."""

    def of(movements: Iterable[Movement]) -> Money:
        return total(entered.get(movement, ZERO) for movement in movements)

    known = _RECEIVED | _GIVEN_BACK | _ADVANCED | {Movement.RECOVERED, Movement.OPENING_BALANCE}
    return Flows(
        opened=of({Movement.OPENING_BALANCE}),
        received=of(_RECEIVED),
        advanced=-of(_ADVANCED),
        recovered=of({Movement.RECOVERED}),
        returned=-of(_GIVEN_BACK),
        other=of(entered.keys() - known),
    )


@dataclass(frozen=True)
class SourceYear:
    """One source's year: kept balances at both ends, and between them the flows that the postings tell."""

    opening: Money
    flows: Flows
    closing: Money
    written_off: Money = ZERO

    @property
    def begun(self) -> Money:
        """期初: what stood before the year, and what the books were opened with in it."""
        return self.opening + self.flows.opened

    @property
    def reckoned(self) -> Money:
        """What must stand at the end."""
        of = self.flows
        return self.begun + of.received - of.advanced + of.recovered - of.returned + of.other

    @property
    def figures(self) -> tuple[Money, ...]:
        of = self.flows
        moved = (of.received, of.advanced, of.recovered, of.returned, of.other)
        return (self.begun, *moved, self.closing, self.written_off)

    @property
    def is_empty(self) -> bool:
        return set(self.figures) == {ZERO}


NO_YEAR = SourceYear(ZERO, NO_FLOWS, ZERO)


@dataclass(frozen=True)
class SourceLine:
    """One source in the statement, this year and last; without a subject it is the money of no source."""

    court_code: str
    subject: str
    name: str
    year: SourceYear
    last: SourceYear


SOURCE_FIGURES = (
    amounts(N_("期初余额（元）")),
    amounts(N_("收到（元）")),
    amounts(N_("垫付（元）")),
    amounts(N_("收回（元）")),
    amounts(N_("退回来源（元）")),
    amounts(N_("其他收付净额（元）")),
    amounts(N_("期末余额（元）")),
    amounts(N_("备查：核销（元）")),
)
_CHARTED = (Item.RECEIVED, Item.ADVANCED, Item.BACK, Item.RETURNED)


@dataclass(frozen=True)
class Entrusted:
    """Of courts that hold the money for others (model A): what their sources hold, and what 2901.01 owes them, with
    the interest that the opening of the books put under a source."""

    held: Money
    owed: Money
    interest: Money


def sources_statement(
    courts: Courts, lines: Sequence[SourceLine], *, accounts: Money, entrusted: Entrusted | None, notes: Sequence[Note]
) -> Statement:
    """资金收支情况表（按来源）.

    Args:
        lines: every source, then the money of none.
        accounts: what the fund's bank account and cash hold at the year's end.
    """
    found = [line for line in lines if not (line.year.is_empty and line.last.is_empty)]
    rows = [_source_row(courts, line) for line in found]
    foot = [summed(rows, Item.TOTAL, *(None for _ in courts.columns))] if rows else []
    reckoned = total(line.year.reckoned for line in lines)
    checks = [
        Check(N_("期初余额加减本年收付，等于1002.01垫付资金专户与1001.01库存现金年末余额之和"), reckoned, accounts),
        *(_adding_up(line) for line in lines if line.year.reckoned != line.year.closing),
    ]
    if entrusted is not None:
        owed = entrusted.owed + entrusted.interest
        checks.append(
            Check(N_("甲类：各来源期末余额等于2901.01受托代理负债（含专户内应缴利息）"), entrusted.held, owed)
        )
    names = (Column(N_("资金来源"), width=30), *courts.columns)
    table = Table(
        N_("资金收支情况表（按来源）"), names, SOURCE_FIGURES, (*rows, *foot), N_("本年和上年都没有资金收支。")
    )
    return Statement((table,), tuple(notes), tuple(checks), _source_charts(foot))


def _adding_up(line: SourceLine) -> Check:
    """That a line does not add up; said only where it does not."""
    about = {"name": line.name or LABELS[Item.NO_SOURCE]}
    return Check(N_("“%(name)s”期初余额加减本年收付等于期末余额"), line.year.reckoned, line.year.closing, about)


def _source_row(courts: Courts, line: SourceLine) -> Line:
    return Line(
        (line.name or Item.NO_SOURCE, *courts.cells(line.court_code)),
        line.year.figures,
        line.last.figures,
        court_code=line.court_code,
        account=Account.FUND_BANK.value if line.subject else "",
        subject=line.subject,
    )


def _source_charts(foot: Sequence[Line]) -> tuple[Chart, ...]:
    if not foot or foot[0].last is None:
        return ()
    both = zip(foot[0].figures[1:5], foot[0].last[1:5], strict=True)
    return (Chart(N_("资金收支对比（元）"), tuple(zip(_CHARTED, both, strict=True))),)
