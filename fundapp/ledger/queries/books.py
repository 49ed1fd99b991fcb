"""The book of a court: its model, what is promised under which name."""

from collections.abc import Iterable

from sqlalchemy import func, select

from fundapp.core.db import db, run
from fundapp.ledger.models import BookingModel, Reservation, Voucher
from fundapp.ledger.queries.ground import CLOSED_THROUGH, unopened
from fundapp.ledger.rules import Model

BOOK = f"SELECT m.model, {CLOSED_THROUGH} FROM booking_models m WHERE m.court_code = ?"  # noqa: S608 - of ours
SUMMARY_PURPOSE = "voucher summary"  # of the keyed digest under which a summary is sealed


def model(court_code: str) -> Model:
    """The court's booking model; a court without one has not been set up."""
    return book(court_code)[0]


def book(court_code: str) -> tuple[Model, str | None]:
    """The court's booking model, and the last month that takes no business, None when there is none.

    Raises:
        RuleViolation: the court's books were not opened.
    """
    found = run(BOOK, (court_code,))
    if not found:
        raise unopened()
    ((model, closed_through),) = found
    return Model(model), closed_through


def is_open(court_code: str) -> bool:
    """Whether the court's books were opened."""
    return db.session.get(BookingModel, court_code) is not None


def reservation(court_code: str, name: str) -> Reservation | None:
    return db.session.scalar(select(Reservation).where(Reservation.court_code == court_code, Reservation.name == name))


def voucher_count(scope: Iterable[str]) -> int:
    return db.session.scalar(select(func.count()).select_from(Voucher).where(Voucher.court_code.in_(list(scope)))) or 0
