"""The book of a court: its model, what is promised under which name."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sqlalchemy import func, select

from fundapp.core.db import Rows, chunks, db, marks, run
from fundapp.core.errors import RuleViolation
from fundapp.ledger.models import BookingModel, Reservation, Voucher
from fundapp.ledger.rules import Model, VoucherKind, cited

BOOK = """
    SELECT m.model, (SELECT MAX(month) FROM (
        SELECT MAX(c.month) AS month FROM closed_months c WHERE c.court_code = m.court_code
            AND NOT EXISTS (SELECT 1 FROM reopened_months r WHERE r.closing_id = c.id)
        UNION ALL
        SELECT MAX(substr(CAST(o.day AS VARCHAR(10)), 1, 7)) FROM openings o
        WHERE o.court_code = m.court_code AND o.status IN ('posted', 'undo_requested')) ended),
        v.name, v.id, v.year, v.kind, v.kind_number
    FROM booking_models m LEFT JOIN vouchers v ON v.court_code = m.court_code AND v.name IN ({names})
    WHERE m.court_code = ?
"""
SUMMARY_PURPOSE = "voucher summary"  # of the keyed digest under which a summary is sealed


def model(court_code: str) -> Model:
    """The court's booking model; a court without one has not been set up."""
    return book(court_code)[0]


class Ground(NamedTuple):
    """What must be known before acts are posted: the court's booking model; the last month that takes no business, None
    when there is none: the last closed one, or the one at whose end the opening balances stand; and of the acts those
    that have a voucher, with its id and how it is cited."""

    model: Model
    closed_through: str | None
    posted: dict[str, tuple[int, str]]


def ground(court_code: str, names: Sequence[str]) -> Ground:
    """What must be known before these acts are posted.

    Raises:
        RuleViolation: the court's books were not opened.
    """
    found: Rows = []
    for some in chunks(names):
        found += run(BOOK.format(names=marks(len(some))), (*some, court_code))
    if not found:
        raise RuleViolation("本院账簿尚未启用，请系统管理员先完成启用设置并选定记账模式。")
    model, closed_through, *_ = found[0]
    posted = {
        name: (voucher_id, cited(year, VoucherKind(kind), number))
        for _, _, name, voucher_id, year, kind, number in found
        if name is not None
    }
    return Ground(Model(model), closed_through, posted)


def book(court_code: str) -> tuple[Model, str | None]:
    """The court's booking model, and the last month that takes no business; as ``ground``."""
    return ground(court_code, [""])[:2]


def is_open(court_code: str) -> bool:
    """Whether the court's books were opened."""
    return db.session.get(BookingModel, court_code) is not None


def reservation(court_code: str, name: str) -> Reservation | None:
    return db.session.scalar(select(Reservation).where(Reservation.court_code == court_code, Reservation.name == name))


def voucher_count(scope: Iterable[str]) -> int:
    return db.session.scalar(select(func.count()).select_from(Voucher).where(Voucher.court_code.in_(list(scope)))) or 0
