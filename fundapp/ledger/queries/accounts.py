"""Accounts as their ledgers show them, from the postings themselves."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Select, Subquery, case, func, or_, select

from fundapp.core.db import db
from fundapp.core.money import Money, from_fen
from fundapp.ledger.models import PostingLine, Voucher
from fundapp.ledger.queries.balances import day_ends
from fundapp.ledger.rules import Account, Ink, Movement


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
    """The sums of a 明细账 between two days, from the kept ends of days; without a first day nothing stood before."""
    courts = list(scope)
    before = day_ends(courts, first_day - timedelta(days=1)).get(account, (0, 0)) if first_day else (0, 0)
    until = day_ends(courts, last_day or date.max).get(account, (0, 0))
    if last_day and first_day and last_day < first_day:
        until = before
    return AccountStanding(
        from_fen(before[0] - before[1]), from_fen(until[0] - before[0]), from_fen(until[1] - before[1])
    )


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
        *([Voucher.posted_on >= first_day] if first_day else []),
        *([Voucher.posted_on <= last_day] if last_day else []),
    ]
    return (
        select(
            PostingLine.id,
            PostingLine.voucher_id,
            Voucher.court_code,
            Voucher.year,
            Voucher.kind,
            Voucher.kind_number,
            Voucher.business_date,
            Voucher.posted_on,
            Voucher.ink,
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


def moved_by_source(
    scope: Iterable[str], *, source: str | None = None, first_day: date | None = None, last_day: date | None = None
) -> dict[tuple[str, Movement], Money]:
    """What each movement carried for each source through the fund's own money, what was undone taken off again."""
    signed = case((Voucher.ink == Ink.BLUE, PostingLine.amount), else_=-PostingLine.amount)
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
        query = query.where(Voucher.posted_on >= first_day)
    if last_day:
        query = query.where(Voucher.posted_on <= last_day)
    return {
        (about, movement): amount if isinstance(amount, Money) else from_fen(int(amount))
        for about, movement, amount in db.session.execute(query)
    }
