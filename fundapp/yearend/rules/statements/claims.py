"""垫付款账龄分析表: what is outstanding on December 31, by age."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from fundapp.core.money import ZERO, Money, total
from fundapp.core.statements import Cell, Chart, Check, Column, Line, Note, Statement, Table, summed
from fundapp.core.words import N_
from fundapp.ledger.rules import Account, Model
from fundapp.recovery.rules import Claim
from fundapp.yearend.rules.statements.words import CASE, AgeBand, Courts, Item, amounts, counts


def band(paid_on: date, year: int) -> AgeBand:
    """The age on December 31 of a year; exactly one year old still counts as up to one year."""
    for band, years in ((AgeBand.ONE_YEAR, 1), (AgeBand.TWO_YEARS, 2), (AgeBand.THREE_YEARS, 3)):
        if paid_on >= date(year - years, 12, 31):
            return band
    return AgeBand.OLDER


@dataclass(frozen=True)
class Ageing:
    """The receivables of a year's end, and of the one before; ``models`` say how each court books them."""

    year: int
    claims: Sequence[Claim]
    last: Sequence[Claim]
    models: Mapping[str, Model]

    def on_the_books(self) -> Money:
        """What is left of the claims of courts that book them on 1218.01."""
        return total(claim.left for claim in self.claims if self.models[claim.court_code] is Model.OWN_FUNDS)


AGEING_FIGURES = (counts(N_("笔数")), amounts(N_("金额（元）")))
CLAIM_FIGURES = (
    amounts(N_("垫付金额（元）")),
    amounts(N_("已收回和核销（元）")),
    amounts(N_("年末未收回（元）")),
    amounts(N_("上年末未收回（元）")),
)


def ageing_statement(courts: Courts, ageing: Ageing, *, receivable: Money | None, notes: Sequence[Note]) -> Statement:
    """垫付款账龄分析表: the bands, then every claim, the oldest first.

    Args:
        receivable: the balance of 1218.01; None when all of the courts keep their claims off the books.
    """
    bands = [
        Line((one,), _counted(ageing.claims, ageing.year, one), _counted(ageing.last, ageing.year - 1, one))
        for one in AgeBand
    ]
    account = "" if receivable is None else Account.ADVANCES_RECEIVABLE.value
    foot = replace(summed(bands, Item.TOTAL), account=account)
    names = (
        CASE,
        *courts.columns,
        Column(N_("形成方式"), width=12),
        Column(N_("付款日期"), "day", 12),
        Column(N_("账龄")),
    )
    claims = _claim_lines(courts, ageing)
    tables = (
        Table(N_("垫付款账龄分析表"), (Column(N_("账龄")),), AGEING_FIGURES, (*bands, foot), ""),
        Table(N_("未收回垫付款明细"), names, CLAIM_FIGURES, claims, N_("年末没有未收回的垫付款。")),
    )
    checks = (
        ()
        if receivable is None
        else (Check(N_("乙类：未收回合计等于1218.01应收垫付款余额"), ageing.on_the_books(), receivable),)
    )
    chart = Chart(
        N_("未收回金额对比（元）"),
        tuple((line.names[0], (line.figures[1], (line.last or (0, None))[1])) for line in bands),
    )
    return Statement(tables, tuple(notes), checks, (chart,) if ageing.claims or ageing.last else ())


def _counted(claims: Iterable[Claim], year: int, which: AgeBand) -> tuple[Cell, ...]:
    found = [claim.left for claim in claims if band(claim.day, year) is which]
    return len(found), total(found)


def _claim_lines(courts: Courts, ageing: Ageing) -> tuple[Line, ...]:
    before = {claim.subject: claim.left for claim in ageing.last}
    rows = [
        Line(
            (claim.case_number, *courts.cells(claim.court_code), claim.kind, claim.day, band(claim.day, ageing.year)),
            (claim.paid, claim.paid - claim.left, claim.left, before.get(claim.subject, ZERO)),
            subject=claim.subject,
        )
        for claim in ageing.claims
    ]
    return (*rows, summed(rows, Item.TOTAL, *(None for _ in courts.columns), None, None, None)) if rows else ()
