"""What every form of the books is written from: rows as the database keeps them, in the order of the books, read on as
they are asked for; amounts in whole fen, turnovers with red ink deducted on the side of its original."""

import enum
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from fundapp.core.db import on_sqlite, run, walk
from fundapp.core.tables import Row, Scope
from fundapp.ledger.rules import DIVIDED_BY, SIDE, WORDS, Account, Side
from fundapp.ledger.rules import LABELS as LEDGER_LABELS
from fundapp.yearend.queries.masks import masks

CURRENCY, CURRENCY_NAME = "CNY", "人民币"


# ---- accounts and what divides them


class Segment(enum.Enum):
    """辅助核算: by what an account is divided; the value is its number."""

    CASE = "1"
    SOURCE = "2"
    DEBTOR = "3"


SEGMENT_NAMES = {Segment.CASE: "案件", Segment.SOURCE: "资金来源", Segment.DEBTOR: "被执行人"}

SEGMENTED: dict[str, tuple[Segment, ...]] = {
    account.value: tuple(Segment[one.name] for one in dimensions) for account, dimensions in DIVIDED_BY.items()
}
"""The accounts that are divided, as their ledgers are."""

KINDS_OF_ACCOUNT = {"0": "过渡", "1": "资产", "2": "负债", "3": "净资产", "4": "收入", "5": "费用"}
WORDS_OF_KIND = {kind.value: word for kind, word in WORDS.items()}
KINDS = {word: LEDGER_LABELS[kind] for kind, word in WORDS.items()}


class ChartLine(NamedTuple):
    """One line of the chart: an account, or the one above it, which has no postings of its own."""

    code: str
    name: str
    level: int
    parent: str
    kind: str
    is_debit: bool


def chart() -> list[ChartLine]:
    """The chart of accounts with the accounts above: 1218 其他应收款 over 1218.01 应收垫付款."""
    lines: dict[str, ChartLine] = {}
    for account in Account:
        parent, dot, _ = account.value.partition(".")
        above, _, name = LEDGER_LABELS[account].partition("—")
        of_all = (KINDS_OF_ACCOUNT[parent[0]], SIDE[account] is Side.DEBIT)
        lines[parent] = ChartLine(parent, above, 1, "", *of_all)
        if dot:
            lines[account.value] = ChartLine(account.value, name, 2, parent, *of_all)
    return [lines[code] for code in sorted(lines)]


DIVIDED = {
    line.code: (
        Segment.CASE in SEGMENTED.get(line.code, ()),
        Segment.SOURCE in SEGMENTED.get(line.code, ()),
        Segment.DEBTOR in SEGMENTED.get(line.code, ()),
    )
    for line in chart()
}
"""Whether an account is divided by case, source and debtor."""


def label(account: str) -> str:
    """The full name of an account."""
    return LEDGER_LABELS[Account(account)]


# ---- vouchers


def grouped(rows: Iterable[Row], scope: Scope, court_code: str, *, since: int = 0) -> Iterator[tuple[str, list[Row]]]:
    """The rows of each voucher of a court, with its summary as it may leave the court.

    Args:
        rows: in the order of the vouchers, from the first one of the year ``since``; the id first, then the summary.
    """
    masked = masks(replace(scope, court_codes=(court_code,)), since=since)
    for voucher_id, lines in groupby(rows, key=itemgetter(0)):
        found = list(lines)
        yield masked(voucher_id, found[0][1]), found


def people() -> dict[int, str]:
    """The name of every user."""
    return dict(walk("SELECT id, name FROM users"))


def extracted_on(scope: Scope, court_code: str) -> str:
    """Of which day the books are that are told here: of the newest entry of the court's trail."""
    question = f"SELECT {local_text('last_at')} FROM books WHERE court_code = ? AND last_at IS NOT NULL"  # noqa: S608
    found = run(question, (court_code,))
    return found[0][0][:10] if found else scope.last_day.isoformat()


def local_text(column: str) -> str:
    """SQL of a moment by the court's clock, its day and its time: ``2018-03-09,09:00:00``."""
    if on_sqlite():
        return f"strftime('%Y-%m-%d,%H:%M:%S', substr({column}, 1, 19), '+8 hours')"
    return f"to_char({column} AT TIME ZONE 'UTC' + INTERVAL '8 hours', 'YYYY-MM-DD,HH24:MI:SS')"


# ---- balances

Turnover = tuple[int, int]


def month_ends(court_code: str, year: int) -> dict[str, list[Turnover]]:
    """What each account that ever moved was debited and credited up to the end of the year before (first) and of each
    month of the year."""
    found: dict[str, list[Turnover]] = {}
    for account, days in groupby(walk(DAY_ENDS, (court_code, f"{year}-12-31")), key=itemgetter(0)):
        ends = [(0, 0)] * 13
        for _, day, debit, credit in days:
            of_year, month = int(str(day)[:4]), int(str(day)[5:7])
            first = 0 if of_year < year else month
            ends[first:] = [(debit, credit)] * (13 - first)
        found[account] = ends
    return found


DAY_ENDS = """
    SELECT account, day, debit, credit FROM day_totals
    WHERE court_code = ? AND part = '' AND day <= ? ORDER BY account, day
"""


class PeriodBalance(NamedTuple):
    """An account, or what one case, source and debtor have in it, in one month; balances are debits less credits."""

    account: str
    segments: tuple[str, str, str]
    month: int
    opening: int
    debit: int
    credit: int

    @property
    def closing(self) -> int:
        return self.opening + self.debit - self.credit


def period_balances(court_code: str, year: int) -> Iterator[PeriodBalance]:
    """Every account and month of the year. An account that is divided stands in its parts alone, each in the months in
    which it has anything, so that the lines of an account add up to it."""
    parts = groupby(walk(PART_TURNOVERS, (f"{year}-01", court_code, year) * 2), key=itemgetter(0))
    ends = month_ends(court_code, year)
    for account in sorted(ends):
        if account not in SEGMENTED:
            yield from _whole(account, ends[account])
            continue
        found, rows = next(parts)
        assert found == account, f"{account} moved, and no part of it"
        for segments, of_part in groupby(rows, key=lambda row: row[1:4]):
            yield from _part(account, segments, of_part)


def _whole(account: str, ends: list[Turnover]) -> Iterator[PeriodBalance]:
    for month in range(1, 13):
        (debit, credit), (debit_until, credit_until) = ends[month - 1], ends[month]
        moved = (debit_until - debit, credit_until - credit)
        yield PeriodBalance(account, ("", "", ""), month, debit - credit, *moved)


def _part(account: str, segments: tuple[str, str, str], rows: Iterable[Row]) -> Iterator[PeriodBalance]:
    moved = {int(month[5:] or 0): (debit, credit) for *_, month, debit, credit in rows}
    before = moved.get(0, (0, 0))
    balance = before[0] - before[1]
    for month in range(1, 13):
        debit, credit = moved.get(month, (0, 0))
        if balance or debit or credit or month in moved:
            yield PeriodBalance(account, segments, month, balance, debit, credit)
            balance += debit - credit


def _part_turnovers() -> str:
    written, red = (
        "CASE WHEN v.ink = 'red' THEN 0 ELSE p.amount END",
        "CASE WHEN v.ink = 'red' THEN -p.amount ELSE 0 END",
    )
    codes = {segment.name.lower(): _quoted(_divided_by(segment)) for segment in Segment}
    debits = _SIDE.format(account="debit", debit=written, credit=red, divided=_quoted(SEGMENTED), **codes)
    credits = _SIDE.format(account="credit", debit=red, credit=written, divided=_quoted(SEGMENTED), **codes)
    return _PARTS.format(sides=f"{debits} UNION ALL {credits}")


def _divided_by(segment: Segment) -> list[str]:
    return [account for account, segments in SEGMENTED.items() if segment in segments]


def _quoted(codes: Iterable[str]) -> str:
    return ", ".join(f"'{code}'" for code in codes)


_SIDE = """
    SELECT p.{account} AS account,
        CASE WHEN p.{account} IN ({case}) THEN p.case_ref END AS case_ref,
        CASE WHEN p.{account} IN ({source}) THEN p.source_ref END AS source_ref,
        CASE WHEN p.{account} IN ({debtor}) THEN p.debtor_ref END AS debtor_ref,
        CASE WHEN v.month < ? THEN '' ELSE v.month END AS month, {debit} AS debit, {credit} AS credit
    FROM posting_lines p JOIN vouchers v ON v.id = p.voucher_id
    WHERE v.court_code = ? AND v.year <= ? AND p.{account} IN ({divided})
"""
_PARTS = """
    SELECT account, COALESCE(case_ref, ''), COALESCE(source_ref, ''), COALESCE(debtor_ref, ''), month,
        CAST(SUM(debit) AS BIGINT), CAST(SUM(credit) AS BIGINT)
    FROM ({sides}) AS moved
    GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5
"""
PART_TURNOVERS = _part_turnovers()
