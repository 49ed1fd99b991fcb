"""Balances as they are kept: now, and at the end of any day."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Subquery, and_, func, select

from fundapp.core.db import db
from fundapp.core.money import ZERO, Money, from_fen, to_fen, total
from fundapp.ledger.models import DayTotal, PostingLine, Reservation, StandingBalance, Voucher
from fundapp.ledger.rules import SIDE, Account, ReservationState, Side, Turnover, is_kept_daily, opened_with


def balance(court_code: str, account: Account, part: str = "") -> Money:
    """What stands on the account's own side, whole or in one kept part (``case:17``, ``case:17|source:3``)."""
    found = db.session.get(StandingBalance, (court_code, account, part))
    return ZERO if found is None else _on_side(account, found.debit, found.credit)


def free(court_code: str, account: Account, part: str = "") -> Money:
    """The balance less what is promised out of it."""
    found = db.session.get(StandingBalance, (court_code, account, part), populate_existing=True)
    return ZERO if found is None else _on_side(account, found.debit, found.credit) - found.held


def ever_received(court_code: str, account: Account, part: str) -> Money:
    """Everything that ever came onto the account's own side for one kept part, whatever left it again."""
    found = db.session.get(StandingBalance, (court_code, account, part))
    if found is None:
        return ZERO
    return found.debit if SIDE[account] is Side.DEBIT else found.credit


def available(court_code: str) -> Money:
    """可用资金: what the court's fund account holds less what is approved and not yet paid."""
    return free(court_code, Account.FUND_BANK)


def available_in(scope: Iterable[str]) -> Money:
    """可用资金 of several courts together."""
    return _sum_standing(
        scope, Account.FUND_BANK, StandingBalance.debit - StandingBalance.credit - StandingBalance.held
    )


def reserved_in(scope: Iterable[str]) -> Money:
    """已批未付: what these courts' open reservations of fund money come to, in the bank and in drawn cash."""
    return (
        db.session.scalar(
            select(func.sum(Reservation.amount)).where(
                Reservation.court_code.in_(list(scope)),
                Reservation.state == ReservationState.OPEN,
                Reservation.account.in_([Account.FUND_BANK, Account.CASH]),
                Reservation.part == "",
            )
        )
        or ZERO
    )


def parts(court_code: str, account: Account, prefix: str) -> list[tuple[str, Money]]:
    """The kept parts of an account whose names begin with ``prefix`` and that hold something, by their ids."""
    rows = db.session.execute(
        select(StandingBalance.part, StandingBalance.debit, StandingBalance.credit).where(
            StandingBalance.court_code == court_code,
            StandingBalance.account == account,
            StandingBalance.part.startswith(prefix, autoescape=True),
        )
    )
    held = [(part, _on_side(account, debit, credit)) for part, debit, credit in rows]
    return sorted(((part, amount) for part, amount in held if amount > ZERO), key=lambda item: _id_of(item[0]))


@dataclass(frozen=True)
class TrialLine:
    """One account of a trial balance: what stood before, what moved, what stands; each on both sides."""

    account: Account
    opening_debit: Money
    opening_credit: Money
    debit: Money
    credit: Money
    closing_debit: Money
    closing_credit: Money

    @property
    def amounts(self) -> tuple[Money, ...]:
        """Every figure, in the order of the columns."""
        return (
            self.opening_debit,
            self.opening_credit,
            self.debit,
            self.credit,
            self.closing_debit,
            self.closing_credit,
        )


def trial_balance(scope: Iterable[str], *, as_of: date) -> list[TrialLine]:
    """试算平衡 at the end of a day; what moved is counted from the year's first day, or in the year in which a court's
    books began with balances carried in, from the day after these."""
    courts = list(scope)
    befores = [day_ends(courts, date(as_of.year - 1, 12, 31))]
    opened = opened_in_year(courts, as_of)
    for day in sorted(set(opened.values())):
        befores.append(opened_with(day_ends([court for court in opened if opened[court] == day], day)))
    until = day_ends(courts, as_of)
    return [
        _trial_line(account, _added_up(before.get(account, (0, 0)) for before in befores), until[account])
        for account in Account
        if account in until
    ]


def _added_up(turnovers: Iterable[Turnover]) -> Turnover:
    debits, credits = zip(*turnovers, strict=True)
    return sum(debits), sum(credits)


def opened_in_year(courts: Iterable[str], until: date) -> dict[str, date]:
    """Of these courts those whose books began in the year, up to this day of it, with balances carried in, each with
    the day of these: whatever was posted by then was carried in. What was undone left nothing on its day."""
    query = select(DayTotal.court_code, func.min(DayTotal.day)).where(
        DayTotal.court_code.in_(list(courts)),
        DayTotal.account == Account.OPENING,
        DayTotal.part == "",
        DayTotal.day <= until,
        DayTotal.debit > ZERO,
    )
    began = db.session.execute(query.group_by(DayTotal.court_code)).all()
    return {court: day for court, day in began if day.year == until.year}


def day_ends(courts: Sequence[str], day: date) -> dict[Account, tuple[int, int]]:
    """What each account that moved by then was ever debited and credited up to the end of a day, in fen: one look per
    court and account, however many days lie between."""
    last = _last_days(courts, list(Account), day, StandingBalance.part == "")
    query = (
        select(DayTotal.account, func.sum(DayTotal.debit), func.sum(DayTotal.credit))
        .join(last, _on_the_day(last))
        .group_by(DayTotal.account)
    )
    return {account: (to_fen(debit), to_fen(credit)) for account, debit, credit in db.session.execute(query)}


def source_ends(courts: Sequence[str], accounts: Collection[Account], day: date) -> dict[tuple[str, str, Account], int]:
    """What stood on these accounts at the end of a day, debits less credits in fen: by court, part and account; the
    whole under the empty part, and each source's part, where the account is kept by source."""
    kept = (StandingBalance.part == "") | StandingBalance.part.startswith("source:")
    last = _last_days(courts, accounts, day, kept)
    query = select(DayTotal.court_code, DayTotal.part, DayTotal.account, DayTotal.debit, DayTotal.credit)
    return {
        (court, part, account): to_fen(debit) - to_fen(credit)
        for court, part, account, debit, credit in db.session.execute(query.join(last, _on_the_day(last)))
    }


def _last_days(courts: Sequence[str], accounts: Collection[Account], day: date, which: ColumnElement[bool]) -> Subquery:
    """Of every kept part that ``which`` lets through, the last day up to ``day`` on which it moved."""
    last = (
        select(func.max(DayTotal.day))
        .where(
            DayTotal.court_code == StandingBalance.court_code,
            DayTotal.account == StandingBalance.account,
            DayTotal.part == StandingBalance.part,
            DayTotal.day <= day,
        )
        .scalar_subquery()
        .label("day")
    )
    return (
        select(StandingBalance.court_code, StandingBalance.account, StandingBalance.part, last)
        .where(StandingBalance.court_code.in_(courts), StandingBalance.account.in_(list(accounts)), which)
        .subquery()
    )


def _on_the_day(last: Subquery) -> ColumnElement[bool]:
    return and_(
        DayTotal.court_code == last.c.court_code,
        DayTotal.account == last.c.account,
        DayTotal.part == last.c.part,
        DayTotal.day == last.c.day,
    )


def balance_as_of(court_code: str, account: Account, day: date, part: str = "") -> Money:
    """What stood on the account's own side at the end of a day, whole or in one kept part; the whole and a source's
    part by one look, a case's part from its own few postings."""
    if not is_kept_daily(part):
        return _summed_as_of(court_code, account, day, part)
    found = db.session.execute(
        select(DayTotal.debit, DayTotal.credit)
        .where(
            DayTotal.court_code == court_code,
            DayTotal.account == account,
            DayTotal.part == part,
            DayTotal.day <= day,
        )
        .order_by(DayTotal.day.desc())
        .limit(1)
    ).one_or_none()
    return ZERO if found is None else _on_side(account, found.debit, found.credit)


def _summed_as_of(court_code: str, account: Account, day: date, part: str) -> Money:
    case, _, source = part.partition("|")
    query = (
        select(PostingLine.debit, func.sum(PostingLine.amount))
        .join(Voucher, Voucher.id == PostingLine.voucher_id)
        .where(
            PostingLine.case_ref == case,
            (PostingLine.debit == account) | (PostingLine.credit == account),
            Voucher.court_code == court_code,
            Voucher.posted_on <= day,
        )
        .group_by(PostingLine.debit)
    )
    if source:
        query = query.where(PostingLine.source_ref == source)
    sums = dict(db.session.execute(query).all())
    debit = sums.pop(account, ZERO)
    return _on_side(account, debit, total(sums.values()))


@dataclass(frozen=True)
class TrialSums:
    """The last line of a trial balance."""

    opening_debit: Money
    opening_credit: Money
    debit: Money
    credit: Money
    closing_debit: Money
    closing_credit: Money

    @property
    def is_balanced(self) -> bool:
        return (self.opening_debit, self.debit, self.closing_debit) == (
            self.opening_credit,
            self.credit,
            self.closing_credit,
        )


def trial_sums(lines: Sequence[TrialLine]) -> TrialSums:
    """The sums of a trial balance, column by column."""
    return TrialSums(
        total(line.opening_debit for line in lines),
        total(line.opening_credit for line in lines),
        total(line.debit for line in lines),
        total(line.credit for line in lines),
        total(line.closing_debit for line in lines),
        total(line.closing_credit for line in lines),
    )


def difference(scope: Iterable[str]) -> Money:
    """Debits less credits of everything ever kept: zero, or the books are broken."""
    debit, credit = db.session.execute(
        select(func.sum(StandingBalance.debit), func.sum(StandingBalance.credit)).where(
            StandingBalance.court_code.in_(list(scope)), StandingBalance.part == ""
        )
    ).one()
    return (debit or ZERO) - (credit or ZERO)


def _on_side(account: Account, debit: Money, credit: Money) -> Money:
    return debit - credit if SIDE[account] is Side.DEBIT else credit - debit


def _id_of(part: str) -> int:
    return int(part.rsplit(":", 1)[1])


def _sum_standing(scope: Iterable[str], account: Account, amount: Any) -> Money:
    fen = db.session.scalar(
        select(func.sum(amount)).where(
            StandingBalance.court_code.in_(list(scope)), StandingBalance.account == account, StandingBalance.part == ""
        )
    )
    return fen if isinstance(fen, Money) else from_fen(int(fen or 0))


def _trial_line(account: Account, before: tuple[int, int], until: tuple[int, int]) -> TrialLine:
    opening, closing = before[0] - before[1], until[0] - until[1]
    return TrialLine(
        account,
        from_fen(max(opening, 0)),
        from_fen(max(-opening, 0)),
        from_fen(until[0] - before[0]),
        from_fen(until[1] - before[1]),
        from_fen(max(closing, 0)),
        from_fen(max(-closing, 0)),
    )
