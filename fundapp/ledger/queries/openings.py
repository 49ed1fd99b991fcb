"""Reads of opening balances."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Select, func, select, true
from sqlalchemy.orm import aliased

from fundapp.core.db import db
from fundapp.core.errors import NotFound
from fundapp.core.money import ZERO, Money, total
from fundapp.ledger.models import Opening, OpeningLine, Voucher
from fundapp.ledger.rules import OPENING_NAME, STANDING, Account, Carried, OpeningBalance, OpeningStatus

OPENINGS_KEY = Opening.id
_LIVE = [OpeningStatus.REQUESTED, *STANDING]


def opening(opening_id: int, scope: frozenset[str]) -> Opening:
    found = db.session.get(Opening, opening_id)
    if found is None or found.court_code not in scope:
        raise NotFound("没有找到该次期初导入，请返回列表重新选择。")
    return found


def openings(scope: frozenset[str], *, status: OpeningStatus | None = None) -> Select[Any]:
    """The query of the list of imports."""
    query = select(Opening).where(Opening.court_code.in_(scope))
    return query if status is None else query.where(Opening.status == status)


def opening_lines(opening_id: int) -> Select[Any]:
    """The query of an import's lines."""
    return select(OpeningLine).where(OpeningLine.opening_id == opening_id)


def opening_balances(opening_id: int) -> list[OpeningBalance]:
    """The lines of an import in the order of the file."""
    return [one.balance for one in db.session.scalars(opening_lines(opening_id).order_by(OpeningLine.line))]


def opening_day(court_code: str) -> date | None:
    """The day of the imports whose balances stand in the court's books, None when there are none."""
    standing = select(func.max(Opening.day)).where(Opening.court_code == court_code, Opening.status.in_(STANDING))
    return db.session.scalar(standing)


def live_opening_of(court_code: str, digest: str) -> Opening | None:
    """The import of a file of these bytes that waits for its review or stands in the books."""
    return db.session.scalar(
        select(Opening).where(Opening.court_code == court_code, Opening.digest == digest, Opening.status.in_(_LIVE))
    )


def live_balances(court_code: str, *, beside: int | None = None) -> dict[tuple[Account, str, str], Carried]:
    """Each balance of which an import tells that waits for its review or stands in the books, ``beside`` left out;
    lines of zero carry nothing."""
    rows = db.session.execute(
        select(OpeningLine.account, OpeningLine.case_ref, OpeningLine.source_ref, Opening.id, OpeningLine.line)
        .join(Opening, Opening.id == OpeningLine.opening_id)
        .where(Opening.court_code == court_code, Opening.status.in_(_LIVE), OpeningLine.amount != ZERO)
        .where(Opening.id != beside if beside is not None else true())
        .order_by(OpeningLine.id)
    )
    return {(account, case, source): Carried(opening_id, row) for account, case, source, opening_id, row in rows}


def first_business_voucher(court_code: str) -> Voucher | None:
    """The first voucher of the court that neither carries an opening balance nor undoes one that does."""
    original = aliased(Voucher)
    undoes = (
        select(original.id)
        .where(original.id == Voucher.reverses_id, original.name.startswith(OPENING_NAME, autoescape=True))
        .exists()
    )
    query = select(Voucher).where(
        Voucher.court_code == court_code, ~Voucher.name.startswith(OPENING_NAME, autoescape=True), ~undoes
    )
    return db.session.scalars(query.order_by(Voucher.id).limit(1)).first()


def opening_vouchers(opening: Opening) -> Sequence[Voucher]:
    """The vouchers by which an import was posted, in their order."""
    return db.session.scalars(
        select(Voucher)
        .where(
            Voucher.court_code == opening.court_code,
            Voucher.name.startswith(f"{opening.subject}:", autoescape=True),
        )
        .order_by(Voucher.id)
    ).all()


def opening_of_case(court_code: str, account: Account, case: str) -> Money:
    """What stands in the books of an account for a case since their opening."""
    return total(
        db.session.scalars(
            select(OpeningLine.amount)
            .join(Opening, Opening.id == OpeningLine.opening_id)
            .where(
                Opening.court_code == court_code,
                Opening.status.in_(STANDING),
                OpeningLine.account == account,
                OpeningLine.case_ref == case,
            )
        )
    )


def opening_in(scope: frozenset[str], account: Account) -> Money:
    """What came into an account of these courts by the opening of their books."""
    return total(
        db.session.scalars(
            select(func.sum(OpeningLine.amount))
            .join(Opening, Opening.id == OpeningLine.opening_id)
            .where(Opening.court_code.in_(scope), Opening.status.in_(STANDING), OpeningLine.account == account)
            .having(func.sum(OpeningLine.amount).is_not(None))
        )
    )
