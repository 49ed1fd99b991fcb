"""Journals and ledgers: an account, or a part of it, of one court in one year.

What was before and what totals say comes from the kept ends of days; only the entries that are shown are read one by
one. A part whose days are not kept (a case's, a debtor's) has few postings, which are added up by day.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select, tuple_

from fundapp.core import clock
from fundapp.core.db import db
from fundapp.core.errors import NotFound
from fundapp.core.money import Money, from_fen, to_fen
from fundapp.ledger.models import DayTotal, NumberSeries, PostingLine, Voucher
from fundapp.ledger.queries.balances import day_ends, opened_in_year
from fundapp.ledger.queries.periods import is_closed
from fundapp.ledger.rules import (
    DIVIDED_BY,
    KEPT,
    LABELS,
    RESULT,
    Account,
    DayEnds,
    Dimension,
    Entry,
    Ink,
    LedgerLine,
    Turnover,
    brought,
    carried,
    cited,
    concerned,
    day_before,
    general,
    journal,
    month_end,
    month_totals,
    opened_with,
    shown_sides,
)

LINES_AT_ONCE = 60
REFERENCES: dict[Dimension, Any] = {
    Dimension.CASE: PostingLine.case_ref,
    Dimension.SOURCE: PostingLine.source_ref,
    Dimension.DEBTOR: PostingLine.debtor_ref,
}


@dataclass(frozen=True)
class LedgerOf:
    """Which ledger: an account of a court in months of a year, whole or what concerns one case, source or debtor."""

    court_code: str
    account: Account
    year: int
    first_month: int = 1
    last_month: int = 12
    part: str = ""

    @property
    def month(self) -> int | None:
        """The month that is asked for alone."""
        return self.first_month if self.first_month == self.last_month else None

    @property
    def first_day(self) -> date:
        return date(self.year, self.first_month, 1)

    @property
    def last_day(self) -> date:
        return month_end(self.year, self.last_month)

    @property
    def dimension(self) -> Dimension | None:
        return Dimension(self.part.partition(":")[0]) if self.part else None


@dataclass(frozen=True)
class Place:
    """Where a page of entries begins or ends: the day and the posting."""

    day: date
    id: int


@dataclass(frozen=True)
class LedgerPage:
    """Some lines of a ledger; ``previous`` and ``following`` are the entries from which one turns on."""

    lines: Sequence[LedgerLine]
    previous: Place | None
    following: Place | None


def voucher_years(scope: Iterable[str]) -> list[int]:
    """The years in which these courts have vouchers."""
    asked = select(NumberSeries.year).where(NumberSeries.court_code.in_(list(scope))).distinct()
    return list(db.session.scalars(asked.order_by(NumberSeries.year)))


def is_year_over(court_code: str, year: int) -> bool:
    """Whether a year's ledgers are carried over: they are when it is closed, for until then income stands in them."""
    return is_closed(court_code, f"{year}-12")


def part_of(court_code: str, account: Account, text: str | None) -> str:
    """The case, source or debtor that an address names, "" when it names none.

    Raises:
        NotFound: the account is not divided by such, or nothing in the court's books concerns it. Its name is not for
            whoever reads these books.
    """
    part = concerned(text)
    if not part:
        return part
    check_divided(account, Dimension(part.partition(":")[0]))
    lines = select(PostingLine.id).join(Voucher, Voucher.id == PostingLine.voucher_id)
    about = REFERENCES[Dimension(part.partition(":")[0])] == part
    if db.session.scalar(lines.where(about, Voucher.court_code == court_code).limit(1)) is None:
        raise NotFound("该法院的账簿中没有这一案件、资金来源或被执行人的分录，请从明细账重新选择。")
    return part


def check_divided(account: Account, by: Dimension) -> None:
    if by not in DIVIDED_BY.get(account, ()):
        raise NotFound("科目%(account)s不按%(by)s分户核算，请从明细账重新选择。", account=account.value, by=LABELS[by])


def ledger_ends(ledger: LedgerOf) -> DayEnds:
    """The ends of the ledger's days, up to the last it shows."""
    by_source = ledger.dimension is Dimension.SOURCE and ("source",) in KEPT.get(ledger.account, ())
    return _opened(ledger, _kept_ends(ledger) if by_source or not ledger.part else _summed_ends(ledger))


def _kept_ends(ledger: LedgerOf) -> DayEnds:
    kept = select(DayTotal.day, DayTotal.debit, DayTotal.credit).where(
        DayTotal.court_code == ledger.court_code, DayTotal.account == ledger.account, DayTotal.part == ledger.part
    )
    new_year = date(ledger.year, 1, 1)
    before = db.session.execute(kept.where(DayTotal.day < new_year).order_by(DayTotal.day.desc()).limit(1)).first()
    within = kept.where(DayTotal.day >= new_year, DayTotal.day <= ledger.last_day).order_by(DayTotal.day)
    return DayEnds(
        (to_fen(before.debit), to_fen(before.credit)) if before else (0, 0),
        [(day, to_fen(debit), to_fen(credit)) for day, debit, credit in db.session.execute(within)],
    )


def _opened(ledger: LedgerOf, ends: DayEnds) -> DayEnds:
    """The same with the day on which the books began, when they did in the ledger's year, and what stood then."""
    day = _opening_day(ledger)
    if day is None:
        return ends
    stood = ends.until(day)
    if ledger.account in {*RESULT, Account.OPENING}:
        stood = opened_with(day_ends([ledger.court_code], day)).get(ledger.account, (0, 0))
    return replace(ends, opened=day, stood=stood)


def _opening_day(ledger: LedgerOf) -> date | None:
    return opened_in_year([ledger.court_code], date(ledger.year, 12, 31)).get(ledger.court_code)


def _summed_ends(ledger: LedgerOf) -> DayEnds:
    debit, credit = _turnover(ledger.account)
    query = (
        select(Voucher.posted_on, debit, credit)
        .join(Voucher, Voucher.id == PostingLine.voucher_id)
        .where(*_about(ledger), Voucher.posted_on <= ledger.last_day)
        .group_by(Voucher.posted_on)
        .order_by(Voucher.posted_on)
    )
    before: Turnover = (0, 0)
    reached, days = before, []
    for day, debited, credited in db.session.execute(query):
        reached = (reached[0] + _fen(debited), reached[1] + _fen(credited))
        if day.year < ledger.year:
            before = reached
        else:
            days.append((day, *reached))
    return DayEnds(before, days)


def _turnover(account: Account) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    """The sums of what postings debit and credit an account, as its ledger shows them: red on the other side."""
    is_red, added, taken_off = Voucher.ink == Ink.RED, PostingLine.amount, -PostingLine.amount
    on_debit, on_credit = PostingLine.debit == account, PostingLine.credit == account
    debit = case((and_(on_debit, ~is_red), added), (and_(on_credit, is_red), taken_off), else_=0)
    credit = case((and_(on_credit, ~is_red), added), (and_(on_debit, is_red), taken_off), else_=0)
    return func.sum(debit), func.sum(credit)


def _fen(amount: Any) -> int:
    return to_fen(amount) if isinstance(amount, Money) else int(amount or 0)


def _about(ledger: LedgerOf) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [
        Voucher.court_code == ledger.court_code,
        or_(PostingLine.debit == ledger.account, PostingLine.credit == ledger.account),
    ]
    return found if ledger.dimension is None else [*found, REFERENCES[ledger.dimension] == ledger.part]


def _within(ledger: LedgerOf) -> list[ColumnElement[bool]]:
    return [*_about(ledger), Voucher.posted_on >= ledger.first_day, Voucher.posted_on <= ledger.last_day]


def _entries(ledger: LedgerOf) -> Select[PostingLine, Voucher]:
    return select(PostingLine, Voucher).join(Voucher, Voucher.id == PostingLine.voucher_id).where(*_within(ledger))


def _place() -> Any:
    return tuple_(Voucher.posted_on, PostingLine.id)


def entry_count(ledger: LedgerOf) -> int:
    return db.session.scalar(select(func.count()).select_from(_entries(ledger).subquery())) or 0


def _entry(line: PostingLine, voucher: Voucher, account: Account) -> Entry:
    is_debit = line.debit is account
    debit, credit = shown_sides(voucher.ink, is_debit=is_debit, fen=to_fen(line.amount))
    return Entry(
        id=line.id,
        day=voucher.posted_on,
        voucher_id=voucher.id,
        cited=cited(voucher.year, voucher.kind, voucher.kind_number),
        summary=voucher.summary,
        contra=line.credit if is_debit else line.debit,
        debit=debit,
        credit=credit,
        recorded_at=voucher.recorded_at,
        case_ref=line.case_ref,
        source_ref=line.source_ref,
        debtor_ref=line.debtor_ref,
    )


def ledger_lines(ledger: LedgerOf, *, is_daily: bool, is_over: bool) -> Iterator[LedgerLine]:
    """Every line of the ledger, from what was brought to what is carried."""
    ended = ledger_ends(ledger)
    yield from brought(ended, ledger.first_day)
    query = _entries(ledger).order_by(Voucher.posted_on, PostingLine.id)
    rows = db.session.execute(query, execution_options={"yield_per": 1000})
    entries = (_entry(line, voucher, ledger.account) for line, voucher in rows)
    yield from journal(entries, ended, balance=ended.balance(day_before(ledger.first_day)), is_daily=is_daily)
    yield from _quiet_month(ledger, ended)
    if is_over and ledger.last_month == 12:
        yield carried(ended, ledger.year)


def _quiet_month(ledger: LedgerOf, ended: DayEnds) -> list[LedgerLine]:
    """The totals of a month that is asked for alone, has begun and has no entry under which they would stand."""
    is_quiet = not ended.days or ended.days[-1][0] < ledger.first_day
    if ledger.month is None or not is_quiet or ledger.first_day > clock.today():
        return []
    return month_totals(ended, ledger.year, ledger.first_month)


def ledger_page(
    ledger: LedgerOf,
    *,
    is_daily: bool,
    is_over: bool,
    after: Place | None = None,
    before: Place | None = None,
    size: int = LINES_AT_ONCE,
) -> LedgerPage:
    """The entries after or before a place of the ledger, or its first ones, with their totals; a page costs the same
    wherever it lies."""
    ended = ledger_ends(ledger)
    entries, has_previous = _entries_at(ledger, after, before, size)
    following = _day_after(ledger, entries[-1]) if entries else None
    lines = [] if has_previous else brought(ended, ledger.first_day)
    if entries:
        balance = _balance_before(ledger, ended, entries[0])
        lines += journal(entries, ended, balance=balance, is_daily=is_daily, following=following)
    lines += _quiet_month(ledger, ended)
    if following is None and is_over and ledger.last_month == 12:
        lines.append(carried(ended, ledger.year))
    return LedgerPage(
        lines,
        Place(entries[0].day, entries[0].id) if has_previous and entries else None,
        Place(entries[-1].day, entries[-1].id) if following else None,
    )


def _entries_at(ledger: LedgerOf, after: Place | None, before: Place | None, size: int) -> tuple[list[Entry], bool]:
    """The entries of a page, and whether others stand before them."""
    query = _entries(ledger)
    if before is None:
        query = query if after is None else query.where(_place() > (after.day, after.id))
        rows = db.session.execute(query.order_by(Voucher.posted_on, PostingLine.id).limit(size)).all()
        return [_entry(*row, ledger.account) for row in rows], after is not None
    query = query.where(_place() < (before.day, before.id))
    backwards = query.order_by(Voucher.posted_on.desc(), PostingLine.id.desc()).limit(size + 1)
    found = [_entry(*row, ledger.account) for row in db.session.execute(backwards)]
    return found[:size][::-1], len(found) > size


def _day_after(ledger: LedgerOf, last: Entry) -> date | None:
    """The day of the next entry."""
    query = (
        select(Voucher.posted_on)
        .select_from(PostingLine)
        .join(Voucher, Voucher.id == PostingLine.voucher_id)
        .where(*_within(ledger), _place() > (last.day, last.id))
    )
    return db.session.scalar(query.order_by(Voucher.posted_on, PostingLine.id).limit(1))


def _balance_before(ledger: LedgerOf, ended: DayEnds, first: Entry) -> int:
    """The balance before an entry: the end of the day before, and what stands above it on its own day."""
    debit, credit = _turnover(ledger.account)
    query = (
        select(debit, credit)
        .join(Voucher, Voucher.id == PostingLine.voucher_id)
        .where(*_about(ledger), Voucher.posted_on == first.day, PostingLine.id < first.id)
    )
    debited, credited = db.session.execute(query).one()
    return ended.balance(day_before(first.day)) + _fen(debited) - _fen(credited)


@dataclass(frozen=True)
class AccountYear:
    """An account's year in the general ledger."""

    account: Account
    lines: Sequence[LedgerLine]


def general_ledger(
    court_code: str, year: int, *, last_month: int, is_over: bool, account: Account | None = None
) -> list[AccountYear]:
    """总分类账: every account, or the one asked for, that had something before or in the year."""
    found = []
    for one in Account if account is None else [account]:
        ended = ledger_ends(LedgerOf(court_code, one, year))
        if account or ended.days or ended.before != (0, 0):
            found.append(AccountYear(one, general(ended, year, last_month, is_over=is_over)))
    return found


@dataclass(frozen=True)
class PartSums:
    """One case, source or debtor in an account: debits less credits before the period, what moved, what stands."""

    part: str
    opening: Money
    debit: Money
    credit: Money

    @property
    def closing(self) -> Money:
        return self.opening + self.debit - self.credit


def parts_of_account(
    ledger: LedgerOf, dimension: Dimension, *, after: str = "", size: int | None = LINES_AT_ONCE
) -> list[PartSums]:
    """The cases, sources or debtors of an account that have postings, in the order of their names; one more than
    ``size`` when there are more."""
    named = REFERENCES[dimension]
    debit, credit = _turnover(ledger.account)
    first_day, opened = ledger.first_day, _opening_day(ledger)
    is_before = or_(Voucher.posted_on < first_day, Voucher.posted_on <= (opened or date.min)).label("is_before")
    some = (
        select(named.label("part"))
        .join(Voucher, Voucher.id == PostingLine.voucher_id)
        .where(*_about(ledger), Voucher.posted_on <= ledger.last_day, named > after)
        .distinct()
        .order_by(named)
        .limit(None if size is None else size + 1)
        .subquery()
    )
    query = (
        select(named, is_before, debit, credit)
        .join(Voucher, Voucher.id == PostingLine.voucher_id)
        .join(some, some.c.part == named)
        .where(*_about(ledger), Voucher.posted_on <= ledger.last_day)
        .group_by(named, is_before)
    )
    sums: dict[str, dict[bool, Turnover]] = {}
    for part, before, debited, credited in db.session.execute(query):
        sums.setdefault(part, {})[bool(before)] = (_fen(debited), _fen(credited))
    return [_part_sums(part, sums[part]) for part in sorted(sums)]


def _part_sums(part: str, sums: dict[bool, Turnover]) -> PartSums:
    before, moved = sums.get(True, (0, 0)), sums.get(False, (0, 0))
    return PartSums(part, from_fen(before[0] - before[1]), from_fen(moved[0]), from_fen(moved[1]))
