"""What stands in journals and ledgers: entries with the balance after each, and the totals that close them. Pure.

Source: 会计基础工作规范 (财政部令第98号) arts. 60-63: journals balanced daily; 本月合计, 本年累计, 结转下年, 上年结转.
"""

import calendar
import enum
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import chain, pairwise

from fundapp.core.money import Money, from_fen
from fundapp.core.words import N_
from fundapp.ledger.rules.chart import KEPT, RESULT, Account, Side, side_of
from fundapp.ledger.rules.vouchers import Ink

Turnover = tuple[int, int]
"""Debits and credits, in fen."""


class LineKind(enum.Enum):
    """What a line of a ledger is."""

    YEAR_BROUGHT = "year_brought"
    MONTH_BROUGHT = "month_brought"
    ENTRY = "entry"
    OPENING = "opening"
    DAY_TOTAL = "day_total"
    MONTH_TOTAL = "month_total"
    YEAR_TOTAL = "year_total"
    YEAR_CARRIED = "year_carried"


class Dimension(enum.Enum):
    """By what an account's ledger can be divided."""

    CASE = "case"
    SOURCE = "source"
    DEBTOR = "party"


DIVIDED_BY: dict[Account, tuple[Dimension, ...]] = {
    account: tuple(one for one in Dimension if any(one.value in names for names in parts))
    for account, parts in KEPT.items()
} | {Account.ADVANCES_RECEIVABLE: tuple(Dimension)}
"""The accounts that have ledgers by case, source or debtor: every posting on them names these, so that the parts add up
to what is there. A claim belongs to a debtor too."""


class BookKind(enum.Enum):
    """The books that are printed."""

    VOUCHERS = "vouchers"
    CASH_JOURNAL = "cash_journal"
    BANK_JOURNAL = "bank_journal"
    GENERAL = "general"
    SUBSIDIARY = "subsidiary"


LABELS: dict[enum.Enum, str] = {
    BookKind.VOUCHERS: N_("记账凭证"),
    BookKind.CASH_JOURNAL: N_("现金日记账"),
    BookKind.BANK_JOURNAL: N_("银行存款日记账"),
    BookKind.GENERAL: N_("总分类账"),
    BookKind.SUBSIDIARY: N_("明细账"),
    LineKind.YEAR_BROUGHT: N_("上年结转"),
    LineKind.MONTH_BROUGHT: N_("上月结转"),
    LineKind.ENTRY: N_("分录"),
    LineKind.OPENING: N_("期初余额"),
    LineKind.DAY_TOTAL: N_("本日合计"),
    LineKind.MONTH_TOTAL: N_("本月合计"),
    LineKind.YEAR_TOTAL: N_("本年累计"),
    LineKind.YEAR_CARRIED: N_("结转下年"),
    Dimension.CASE: N_("案件"),
    Dimension.SOURCE: N_("资金来源"),
    Dimension.DEBTOR: N_("被执行人"),
}


@dataclass(frozen=True)
class Entry:
    """One posting as an account's ledger has it; a red one is negative on the side of its original."""

    id: int
    day: date
    voucher_id: int
    cited: str
    summary: str
    contra: Account
    debit: int | None
    credit: int | None
    recorded_at: datetime
    case_ref: str | None = None
    source_ref: str | None = None
    debtor_ref: str | None = None

    @property
    def moved(self) -> int:
        return (self.debit or 0) - (self.credit or 0)


@dataclass(frozen=True)
class LedgerLine:
    """One line: an entry with its voucher, or a total; ``balance`` is debits less credits after it."""

    kind: LineKind
    day: date
    debit: Money | None
    credit: Money | None
    balance: Money
    entry: Entry | None = None

    @property
    def side(self) -> Side | None:
        return side_of(self.balance)


@dataclass(frozen=True)
class DayEnds:
    """All that was ever debited and credited up to the end of the year before, and of each day of the year on which
    something was posted, in order.

    Attributes:
        opened: the month's last day of this year with whose balances the books began.
        stood: what of everything up to that day is nothing that the year moved; see ``opened_with``.
    """

    before: Turnover
    days: Sequence[tuple[date, int, int]]
    opened: date | None = None
    stood: Turnover = (0, 0)

    def until(self, day: date) -> Turnover:
        at = bisect_right(self.days, day, key=lambda end: end[0])
        return self.days[at - 1][1:] if at else self.before

    def balance(self, day: date) -> int:
        debit, credit = self.until(day)
        return debit - credit

    def moved(self, after: date, until: date) -> Turnover:
        """The turnover of the days after ``after`` up to and with ``until``."""
        first, last = self.until(after), self.until(until)
        stood = self.stood if self.opened and after < self.opened <= until else (0, 0)
        return last[0] - first[0] - stood[0], last[1] - first[1] - stood[1]


def journal_kind(account: Account) -> BookKind:
    """Which journal a cash or bank account has."""
    return BookKind.CASH_JOURNAL if account is Account.CASH else BookKind.BANK_JOURNAL


JOURNALS = frozenset({BookKind.CASH_JOURNAL, BookKind.BANK_JOURNAL})


def concerned(text: str | None) -> str:
    """The case, source or debtor that an address names, or "" when it names none."""
    named = re.fullmatch(r"(\w+):[0-9]{1,10}", text or "", re.ASCII)
    return named[0] if named and named[1] in {one.value for one in Dimension} else ""


def shown_sides(ink: Ink, *, is_debit: bool, fen: int) -> tuple[int | None, int | None]:
    """A posting's amount on the side where the account's ledger shows it. Red postings are kept mirrored, so that
    balances come out, and stand on the original's side, negative."""
    if ink is Ink.RED:
        is_debit, fen = not is_debit, -fen
    return (fen, None) if is_debit else (None, fen)


def day_before(day: date) -> date:
    return day - timedelta(days=1)


def month_end(year: int, month: int) -> date:
    return date(year, month, calendar.monthrange(year, month)[1])


def opened_with(began: Mapping[Account, Turnover]) -> dict[Account, Turnover]:
    """What accounts were debited and credited before the year, of all that was posted up to the day with whose balances
    the books began in the middle of it. Income and expense are the year's even so, and so is what 0000 stands for them.
    """
    stood, (debit, credit) = dict(began), began[Account.OPENING]
    for account in RESULT & began.keys():
        debited, credited = stood.pop(account)
        debit, credit = debit - credited, credit - debited
    return stood | {Account.OPENING: (debit, credit)}


def brought(ends: DayEnds, first_day: date) -> list[LedgerLine]:
    """The line with which a period begins, but for one that began before the books did."""
    if ends.opened and first_day <= ends.opened:
        return []
    kind = LineKind.YEAR_BROUGHT if first_day.month == 1 else LineKind.MONTH_BROUGHT
    return [LedgerLine(kind, first_day, None, None, from_fen(ends.balance(day_before(first_day))))]


def carried(ends: DayEnds, year: int) -> LedgerLine:
    """The line with which a year that is over ends."""
    last_day = date(year, 12, 31)
    return LedgerLine(LineKind.YEAR_CARRIED, last_day, None, None, from_fen(ends.balance(last_day)))


def journal(
    entries: Iterable[Entry], ends: DayEnds, *, balance: int, is_daily: bool, following: date | None = None
) -> Iterator[LedgerLine]:
    """Entries in the order of the book, each with the balance after it, and the totals of what they end.

    Args:
        balance: debits less credits before the first of them, in fen.
        is_daily: with 本日合计, as cash and bank journals have it.
        following: the day of the entry after the last, None when there is none.
    """
    for entry, upcoming in pairwise(chain(entries, (None,))):
        assert entry is not None
        balance += entry.moved
        debit, credit = (None if fen is None else from_fen(fen) for fen in (entry.debit, entry.credit))
        yield LedgerLine(LineKind.ENTRY, entry.day, debit, credit, from_fen(balance), entry)
        yield from _ended(entry.day, upcoming.day if upcoming else following, ends, is_daily=is_daily)


def _ended(day: date, upcoming: date | None, ends: DayEnds, *, is_daily: bool) -> Iterator[LedgerLine]:
    """The totals that stand between an entry of one day and the next."""
    if is_daily and day not in (upcoming, ends.opened):
        yield _total(LineKind.DAY_TOTAL, day_before(day), day, ends)
    if upcoming is None or (upcoming.year, upcoming.month) != (day.year, day.month):
        yield from month_totals(ends, day.year, day.month)


def month_totals(ends: DayEnds, year: int, month: int) -> list[LedgerLine]:
    """本月合计 and 本年累计 of one month; of that with whose end the books began 期初余额, and 本年累计 of what was the
    year's by then; nothing of those before."""
    first, last = date(year, month, 1), month_end(year, month)
    so_far = _total(LineKind.YEAR_TOTAL, date(year - 1, 12, 31), last, ends)
    if ends.opened is None or last > ends.opened:
        return [_total(LineKind.MONTH_TOTAL, day_before(first), last, ends), so_far]
    if last < ends.opened:
        return []
    has_moved = any((so_far.debit, so_far.credit))
    opening = LedgerLine(LineKind.OPENING, last, None, None, from_fen(ends.stood[0] - ends.stood[1]))
    return [*([opening] if any(ends.stood) or not has_moved else []), *([so_far] if has_moved else [])]


def general(ends: DayEnds, year: int, last_month: int, *, is_over: bool) -> list[LedgerLine]:
    """An account's year in the general ledger: what was brought, every month of the books, what is carried when the
    year is over."""
    months = [line for month in range(1, last_month + 1) for line in month_totals(ends, year, month)]
    return [*brought(ends, date(year, 1, 1)), *months, *([carried(ends, year)] if is_over else [])]


def _total(kind: LineKind, after: date, until: date, ends: DayEnds) -> LedgerLine:
    debit, credit = ends.moved(after, until)
    return LedgerLine(kind, until, from_fen(debit), from_fen(credit), from_fen(ends.balance(until)))


def number_ranges(numbers: Iterable[int]) -> str:
    """Numbers as a cover states them: ``0001—0010、0012``."""
    runs: list[list[int]] = []
    for number in sorted(numbers):
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return "、".join(f"{first:04d}" if first == last else f"{first:04d}—{last:04d}" for first, last in runs)
