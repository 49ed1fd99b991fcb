"""已核销垫付款备查簿: what was written off, and what came back of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from fundapp.core.money import ZERO, Money
from fundapp.core.statements import Column, Line, Note, Statement, Table, summed
from fundapp.core.words import N_
from fundapp.yearend.rules.statements.words import CASE, Courts, Item, amounts


@dataclass(frozen=True)
class WrittenOff:
    """One claim that was written off, by its voucher; ``recovered`` came back later, up to the year's end."""

    court_code: str
    voucher: str
    voucher_subject: str
    day: date
    case_ref: str
    case_number: str
    source_ref: str
    source: str
    amount: Money
    recovered: Money = ZERO


@dataclass(frozen=True)
class CameBack:
    """Money that came in for a case after its claim was written off."""

    case_ref: str
    day: date
    amount: Money


def returned_to(entries: Sequence[WrittenOff], came: Iterable[CameBack]) -> list[WrittenOff]:
    """The entries with what came back of each: to a case's earliest first, and only after its write-off."""
    found = list(entries)
    for one in sorted(came, key=lambda back: back.day):
        rest = one.amount
        for at, entry in enumerate(found):
            if entry.case_ref == one.case_ref and entry.day <= one.day and rest > ZERO:
                taken = min(rest, max(entry.amount - entry.recovered, ZERO))
                found[at], rest = replace(entry, recovered=entry.recovered + taken), rest - taken
    return found


WRITTEN_OFF_NAMES = (Column(N_("凭证号"), width=12), Column(N_("核销日期"), "day", 12), CASE)
WRITTEN_OFF_FIGURES = (
    amounts(N_("核销金额（元）")),
    amounts(N_("核销后收回（元）")),
    amounts(N_("仍未收回（元）")),
)


def written_off_statement(
    courts: Courts, year: int, entries: Sequence[WrittenOff], came: Sequence[CameBack]
) -> Statement:
    """已核销垫付款备查簿: what was ever written off, and what of it came back, up to the end of the year."""
    end, before = (date(which, 12, 31) for which in (year, year - 1))
    sums = _register(entries, came, end), _register(entries, came, before)
    items = (Item.REGISTERED_BEFORE, Item.WRITTEN_OFF, Item.RECOVERED_LATER, Item.REGISTERED)
    lines = tuple(Line((item,), (sums[0][at],), (sums[1][at],)) for at, item in enumerate(items))
    rows = [
        Line(
            (entry.voucher, entry.day, entry.case_number, *courts.cells(entry.court_code), entry.source),
            (entry.amount, entry.recovered, entry.amount - entry.recovered),
            subject=entry.voucher_subject,
        )
        for entry in returned_to(entries, [one for one in came if one.day <= end])
    ]
    names = (*WRITTEN_OFF_NAMES, *courts.columns, Column(N_("资金来源"), width=26))
    blank = (None for _ in (*WRITTEN_OFF_NAMES[1:], *courts.columns, None))
    foot = [summed(rows, Item.TOTAL, *blank)] if rows else []
    tables = (
        Table(N_("已核销垫付款备查余额"), (Column(N_("项目"), width=24),), (amounts(N_("金额（元）")),), lines, ""),
        Table(N_("已核销垫付款备查簿"), names, WRITTEN_OFF_FIGURES, (*rows, *foot), N_("没有核销过垫付款。")),
    )
    is_quiet = not any(entry.day.year == year for entry in entries)
    return Statement(tables, (Note(N_("本年无核销。")),) if is_quiet else ())


def _register(entries: Sequence[WrittenOff], came: Sequence[CameBack], end: date) -> tuple[Money, ...]:
    """What the register held at the beginning of the year that ends so, what came and went, what it holds."""
    off = {True: ZERO, False: ZERO}
    back = dict(off)
    for entry in entries:
        if entry.day <= end:
            off[entry.day.year == end.year] += entry.amount
    for one in came:
        if one.day <= end:
            back[one.day.year == end.year] += one.amount
    before = off[False] - back[False]
    return before, off[True], back[True], before + off[True] - back[True]
