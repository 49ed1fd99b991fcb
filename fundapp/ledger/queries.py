"""Reads of the books."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Select, Subquery, case, func, or_, select
from sqlalchemy.orm import selectinload

from fundapp.core.db import db
from fundapp.core.errors import NotFound, RuleViolation
from fundapp.core.money import ZERO, Money, from_fen, to_fen, total
from fundapp.ledger.models import (
    BookingModel,
    ClosedMonth,
    Correction,
    MonthTurnover,
    PostingLine,
    Reservation,
    StandingBalance,
    Voucher,
)
from fundapp.ledger.rules import (
    SIDE,
    Account,
    CorrectionStatus,
    Model,
    Movement,
    ReservationState,
    Side,
    month_of,
)
from fundapp.users.models import User

JOURNAL_KEY = Voucher.id
CORRECTIONS_KEY = Correction.id


def model(court_code: str) -> Model:
    """The court's booking model; a court without one has not been set up."""
    found = db.session.get(BookingModel, court_code)
    if found is None:
        raise RuleViolation("本院账簿尚未启用，请系统管理员先完成启用设置并选定记账模式。")
    return found.model


def is_open(court_code: str) -> bool:
    """Whether the court's books were opened."""
    return db.session.get(BookingModel, court_code) is not None


def voucher(voucher_id: int, scope: frozenset[str]) -> Voucher:
    found = db.session.get(Voucher, voucher_id, options=[selectinload(Voucher.lines)])
    if found is None or found.court_code not in scope:
        raise NotFound("没有找到该凭证，请返回序时账重新选择。")
    return found


def voucher_of(court_code: str, name: str) -> Voucher | None:
    """The voucher of a named act, if it was posted."""
    return db.session.scalar(select(Voucher).where(Voucher.court_code == court_code, Voucher.name == name))


def reversal_of(voucher_id: int) -> Voucher | None:
    return db.session.scalar(select(Voucher).where(Voucher.reverses_id == voucher_id))


def original_of(voucher: Voucher) -> Voucher | None:
    """The voucher that this one undoes."""
    return None if voucher.reverses_id is None else db.session.get_one(Voucher, voucher.reverses_id)


def vouchers(
    scope: frozenset[str],
    *,
    court_code: str | None = None,
    first_day: date | None = None,
    last_day: date | None = None,
    summary: str | None = None,
    subject: str | None = None,
) -> Select[Any]:
    """The query of the journal."""
    query = select(Voucher).where(Voucher.court_code.in_(scope)).options(selectinload(Voucher.lines))
    if court_code:
        query = query.where(Voucher.court_code == court_code)
    if first_day:
        query = query.where(Voucher.business_date >= first_day)
    if last_day:
        query = query.where(Voucher.business_date <= last_day)
    if summary:
        query = query.where(Voucher.summary.contains(summary, autoescape=True))
    if subject:
        about = PostingLine.case_ref if subject.startswith("case:") else PostingLine.source_ref
        query = query.where(Voucher.id.in_(select(PostingLine.voucher_id).where(about == subject)))
    return query


def lines_of(vouchers: Select[Any]) -> Iterator[tuple[Voucher, PostingLine]]:
    """Every posting of these vouchers, in the order of the journal."""
    ordered = vouchers.order_by(Voucher.court_code, Voucher.year, Voucher.number)
    for voucher in db.session.scalars(ordered):
        for line in voucher.lines:
            yield voucher, line


@dataclass(frozen=True)
class Signatures:
    """The names under a voucher."""

    prepared_by: str
    reviewed_by: str
    booked_by: str


def signatures(voucher: Voucher) -> Signatures:
    ids = (voucher.prepared_by_id, voucher.reviewed_by_id, voucher.booked_by_id)
    names = dict(db.session.execute(select(User.id, User.name).where(User.id.in_(ids))).all())
    return Signatures(*(names[user_id] for user_id in ids))


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


def reservation(court_code: str, name: str) -> Reservation | None:
    return db.session.scalar(select(Reservation).where(Reservation.court_code == court_code, Reservation.name == name))


def is_closed(court_code: str, month: str) -> bool:
    """Whether a month takes no vouchers any more: it, or a later one, was closed."""
    later = select(ClosedMonth.month).where(ClosedMonth.court_code == court_code, ClosedMonth.month >= month).limit(1)
    return db.session.scalar(later) is not None


def closed_months(court_code: str) -> Sequence[ClosedMonth]:
    return db.session.scalars(
        select(ClosedMonth).where(ClosedMonth.court_code == court_code).order_by(ClosedMonth.month)
    ).all()


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


def trial_balance(scope: Iterable[str], *, as_of: date) -> list[TrialLine]:
    """试算平衡 at the end of a day; what moved is counted from the year's first day."""
    courts = list(scope)
    before = _turnovers(courts, None, f"{as_of.year}-01")
    during = _turnovers(courts, f"{as_of.year}-01", month_of(as_of))
    for account, (debit, credit) in _turnovers_within(courts, as_of.replace(day=1), as_of).items():
        already = during.get(account, (0, 0))
        during[account] = (already[0] + debit, already[1] + credit)
    return [
        _trial_line(account, before.get(account, (0, 0)), during.get(account, (0, 0)))
        for account in Account
        if account in before or account in during
    ]


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


@dataclass(frozen=True)
class AccountStanding:
    """Debits less credits of an account before its first day, and what it was debited and credited within its days."""

    opening: Money
    debit: Money
    credit: Money

    @property
    def closing(self) -> Money:
        return self.opening + self.debit - self.credit


def account_standing(
    scope: Iterable[str], account: Account, *, first_day: date | None = None, last_day: date | None = None
) -> AccountStanding:
    """The sums of a 明细账, from the postings themselves; without a first day nothing stood before."""
    courts = list(scope)
    opening = ZERO
    if first_day:
        before = first_day - timedelta(days=1)
        opening = _posted(courts, PostingLine.debit, account, None, before)
        opening -= _posted(courts, PostingLine.credit, account, None, before)
    return AccountStanding(
        opening,
        _posted(courts, PostingLine.debit, account, first_day, last_day),
        _posted(courts, PostingLine.credit, account, first_day, last_day),
    )


def _posted(courts: list[str], side: Any, account: Account, first_day: date | None, last_day: date | None) -> Money:
    """The sum of the postings that have the account on this side, within these days."""
    query = (
        select(func.sum(PostingLine.amount))
        .join(Voucher, Voucher.id == PostingLine.voucher_id)
        .where(side == account, Voucher.court_code.in_(courts))
    )
    if first_day:
        query = query.where(Voucher.business_date >= first_day)
    if last_day:
        query = query.where(Voucher.business_date <= last_day)
    return db.session.scalar(query) or ZERO


def account_lines(
    scope: Iterable[str], account: Account, *, first_day: date | None = None, last_day: date | None = None
) -> Subquery:
    """明细账: the postings of an account within these days, as a subquery in the order in which they were recorded.

    ``running`` is debits less credits up to and with the line; what stood before ``first_day`` is not in it.
    """
    signed = case((PostingLine.debit == account, PostingLine.amount), else_=-PostingLine.amount)
    within = [
        Voucher.court_code.in_(list(scope)),
        or_(PostingLine.debit == account, PostingLine.credit == account),
        *([Voucher.business_date >= first_day] if first_day else []),
        *([Voucher.business_date <= last_day] if last_day else []),
    ]
    return (
        select(
            PostingLine.id,
            PostingLine.voucher_id,
            Voucher.court_code,
            Voucher.year,
            Voucher.number,
            Voucher.business_date,
            Voucher.summary,
            PostingLine.debit,
            PostingLine.credit,
            PostingLine.amount,
            PostingLine.case_ref,
            PostingLine.source_ref,
            PostingLine.debtor_ref,
            func.sum(signed).over(order_by=PostingLine.id).label("running"),
        )
        .join(Voucher, Voucher.id == PostingLine.voucher_id)
        .where(*within)
        .subquery()
    )


def rows_of(lines: Subquery) -> Select[Any]:
    return select(lines)


def difference(scope: Iterable[str]) -> Money:
    """Debits less credits of everything ever kept: zero, or the books are broken."""
    debit, credit = db.session.execute(
        select(func.sum(StandingBalance.debit), func.sum(StandingBalance.credit)).where(
            StandingBalance.court_code.in_(list(scope)), StandingBalance.part == ""
        )
    ).one()
    return (debit or ZERO) - (credit or ZERO)


def voucher_count(scope: Iterable[str]) -> int:
    return db.session.scalar(select(func.count()).select_from(Voucher).where(Voucher.court_code.in_(list(scope)))) or 0


def moved_by_source(
    scope: Iterable[str], *, source: str | None = None, first_day: date | None = None, last_day: date | None = None
) -> dict[tuple[str, Movement], Money]:
    """What each movement carried for each source through the fund's own money, reversals taken off again."""
    signed = case((Voucher.reverses_id.is_(None), PostingLine.amount), else_=-PostingLine.amount)
    fund_money = [Account.FUND_BANK, Account.CASH]
    query = (
        select(PostingLine.source_ref, PostingLine.movement, func.sum(signed))
        .join(Voucher, Voucher.id == PostingLine.voucher_id)
        .where(
            Voucher.court_code.in_(list(scope)),
            PostingLine.debit.in_(fund_money) | PostingLine.credit.in_(fund_money),
            PostingLine.source_ref.is_not(None) if source is None else PostingLine.source_ref == source,
        )
        .group_by(PostingLine.source_ref, PostingLine.movement)
    )
    if first_day:
        query = query.where(Voucher.business_date >= first_day)
    if last_day:
        query = query.where(Voucher.business_date <= last_day)
    return {
        (about, movement): amount if isinstance(amount, Money) else from_fen(int(amount))
        for about, movement, amount in db.session.execute(query)
    }


def correction(correction_id: int, scope: frozenset[str]) -> Correction:
    found = db.session.get(Correction, correction_id)
    if found is None or found.court_code not in scope:
        raise NotFound("没有找到该冲销申请，请返回列表重新选择。")
    return found


def corrections(scope: frozenset[str], *, status: CorrectionStatus | None = None) -> Select[Any]:
    """The query of the list of corrections."""
    query = select(Correction).where(Correction.court_code.in_(scope)).options(selectinload(Correction.voucher))
    return query if status is None else query.where(Correction.status == status)


def requester(correction: Correction) -> User:
    return db.session.get_one(User, correction.requested_by_id)


def has_waiting_correction(voucher_id: int) -> bool:
    """Whether a correction of this voucher waits for its review."""
    waiting = select(Correction.id).where(
        Correction.voucher_id == voucher_id, Correction.status == CorrectionStatus.REQUESTED
    )
    return db.session.scalar(waiting.limit(1)) is not None


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


def _turnovers(courts: list[str], first_month: str | None, before_month: str) -> dict[Account, tuple[int, int]]:
    """Turnover in fen of each account, from the first month (or ever) to the month before ``before_month``."""
    query = (
        select(MonthTurnover.account, func.sum(MonthTurnover.debit), func.sum(MonthTurnover.credit))
        .where(MonthTurnover.court_code.in_(courts), MonthTurnover.month < before_month)
        .group_by(MonthTurnover.account)
    )
    if first_month:
        query = query.where(MonthTurnover.month >= first_month)
    return {account: (to_fen(debit), to_fen(credit)) for account, debit, credit in db.session.execute(query)}


def _turnovers_within(courts: list[str], first_day: date, last_day: date) -> dict[Account, tuple[int, int]]:
    """Turnover in fen of each account between two days of one month, from the postings themselves."""
    found: dict[Account, tuple[int, int]] = {}
    for column, on_debit in ((PostingLine.debit, True), (PostingLine.credit, False)):
        query = (
            select(column, func.sum(PostingLine.amount))
            .join(Voucher, Voucher.id == PostingLine.voucher_id)
            .where(Voucher.court_code.in_(courts), Voucher.business_date.between(first_day, last_day))
            .group_by(column)
        )
        for account, amount in db.session.execute(query):
            debit, credit = found.get(account, (0, 0))
            fen = to_fen(amount)
            found[account] = (debit + fen, credit) if on_debit else (debit, credit + fen)
    return found


def _trial_line(account: Account, before: tuple[int, int], during: tuple[int, int]) -> TrialLine:
    opening = before[0] - before[1]
    closing = opening + during[0] - during[1]
    return TrialLine(
        account,
        from_fen(max(opening, 0)),
        from_fen(max(-opening, 0)),
        from_fen(during[0]),
        from_fen(during[1]),
        from_fen(max(closing, 0)),
        from_fen(max(-closing, 0)),
    )
