"""Vouchers, saved and lawful by default."""

from datetime import date
from itertools import count
from typing import Any

from fundapp.core.db import db, transaction
from fundapp.core.money import yuan
from fundapp.ledger import queries as books
from fundapp.ledger import service as ledger
from fundapp.ledger.models import Correction, Voucher
from fundapp.ledger.rules import Booked, Model, Movement, booked
from fundapp.ledger.service import Hands
from fundapp.users.rules import Role
from tests.builders.people import COURT, the_books, the_holder

DAY = date(2018, 3, 1)

_numbers = count(1)


def the_hands(*, court_code: str = COURT) -> Hands:
    """The finance clerk and the finance reviewer of a court."""
    clerk = the_holder(Role.FINANCE_CLERK, court_code=court_code)
    reviewer = the_holder(Role.FINANCE_REVIEWER, court_code=court_code)
    return Hands(clerk.id, reviewer.id)


def how_posted(*, court_code: str = COURT, day: date = DAY) -> dict[str, Any]:
    """The keyword arguments that every posting of these tests shares."""
    return {
        "court_code": court_code,
        "business_date": day,
        "summary": "试记一笔",
        "attachments": 1,
        "hands": the_hands(court_code=court_code),
        "actor": the_holder(Role.FINANCE_REVIEWER, court_code=court_code),
    }


def a_voucher(
    amount: str = "1000.00",
    movement: Movement = Movement.APPROPRIATION_RECEIVED,
    *movements: Booked,
    name: str = "",
    court_code: str = COURT,
    day: date = DAY,
    model: Model = Model.OWN_FUNDS,
    **about: str,
) -> Voucher:
    """One posted voucher: by default money that came into the fund."""
    the_books(court_code=court_code, model=model)
    how = how_posted(court_code=court_code, day=day)
    with transaction(court_code):
        posted = ledger.post(
            name or f"act:{next(_numbers)}", [booked(movement, yuan(amount), **about), *movements], **how
        )
    return db.session.get_one(Voucher, posted.id)


def a_correction(voucher: Voucher, *, day: date = DAY, reason: str = "金额有误", **how: Any) -> Correction:
    """A correction of a voucher, asked for by the finance clerk; it cancels unless told otherwise."""
    clerk = the_holder(Role.FINANCE_CLERK, court_code=voucher.court_code)
    with transaction(voucher.court_code):
        return ledger.request_correction(voucher.id, business_date=day, reason=reason, actor=clerk, **how)


def a_confirmed_correction(correction: Correction) -> list[Voucher]:
    """Confirm it by the finance reviewer; the vouchers that it posted, in their order."""
    reviewer = the_holder(Role.FINANCE_REVIEWER, court_code=correction.court_code)
    with transaction(correction.court_code):
        ledger.decide_correction(correction.id, is_confirmed=True, seen_version=correction.version, actor=reviewer)
    return correctors(correction.voucher)


def correctors(voucher: Voucher) -> list[Voucher]:
    """The vouchers that reverse, adjust or restate this one, in their order."""
    links = books.linked([voucher])[voucher.id]
    return [db.session.get_one(Voucher, link.id) for link in links if link.is_later]


def close_month(month: str) -> None:
    """Close a month of the court, by its reviewer."""
    reviewer = the_holder(Role.FINANCE_REVIEWER)
    with transaction(COURT):
        ledger.close_month(COURT, month, actor=reviewer)
