"""What the fund's money did, from the postings themselves."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy import case, func, select

from fundapp.core.db import db
from fundapp.core.money import Money, from_fen
from fundapp.ledger.models import PostingLine, Voucher
from fundapp.ledger.rules import Account, Ink, Movement


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
