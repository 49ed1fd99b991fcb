"""Reads of courts."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select

from fundapp.core.db import db
from fundapp.core.errors import NotFound
from fundapp.core.money import CANONICAL, CapitalStyle
from fundapp.courts.models import AmountWriting, Court


def court(code: str) -> Court:
    found = db.session.get(Court, code)
    if found is None:
        raise NotFound("没有代字为“%(code)s”的法院，请核对法院代字。", code=code[:20])
    return found


def courts() -> Sequence[Court]:
    """All courts, superiors before the courts under them."""
    return db.session.scalars(select(Court).order_by(Court.code)).all()


def name(code: str) -> str:
    return court(code).name


def codes() -> frozenset[str]:
    return frozenset(db.session.scalars(select(Court.code)))


def seat() -> str:
    """The court that stands under no other, in whose name commands for all courts are taken down."""
    found = courts()
    known = {court.code for court in found}
    return next(court.code for court in found if court.parent_code not in known)


def with_lower(code: str) -> frozenset[str]:
    """This court and every court under it, at any depth."""
    parents = dict(db.session.execute(select(Court.code, Court.parent_code)).all())
    found = {code}
    while more := {lower for lower, parent in parents.items() if parent in found} - found:
        found |= more
    return frozenset(found)


def amount_writings(code: str) -> Sequence[AmountWriting]:
    """How a court writes amounts in capitals, the latest first."""
    return db.session.scalars(
        select(AmountWriting).where(AmountWriting.court_code == code).order_by(AmountWriting.effective_from.desc())
    ).all()


def capital_style(code: str, day: date) -> CapitalStyle:
    """How a court writes amounts in capitals on a day; the canonical form where it has chosen none."""
    found = db.session.scalar(
        select(AmountWriting)
        .where(AmountWriting.court_code == code, AmountWriting.effective_from <= day)
        .order_by(AmountWriting.effective_from.desc())
        .limit(1)
    )
    return CANONICAL if found is None else found.style
