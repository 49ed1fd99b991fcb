"""Vouchers, saved and lawful by default, and the tools to break the books on purpose."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from itertools import count
from typing import Any

from sqlalchemy import text

from fundapp.core.db import db, on_sqlite, transaction
from fundapp.core.money import yuan
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


def a_correction(voucher: Voucher, *, day: date = DAY, reason: str = "金额有误") -> Correction:
    """A correction of a voucher, asked for by the finance clerk."""
    clerk = the_holder(Role.FINANCE_CLERK, court_code=voucher.court_code)
    with transaction(voucher.court_code):
        return ledger.request_correction(voucher.id, business_date=day, reason=reason, actor=clerk)


@contextmanager
def unguarded(table: str) -> Iterator[None]:
    """Inside the block the table's triggers are gone, as after a break-in by someone with the rights to drop them."""
    with transaction():
        if on_sqlite():
            rows = db.session.execute(
                text("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :name"), {"name": table}
            )
            for (name,) in rows.all():
                db.session.execute(text(f"DROP TRIGGER {name}"))
        else:
            db.session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
        yield


def close_month(month: str) -> None:
    """Close a month of the court, by its reviewer."""
    reviewer = the_holder(Role.FINANCE_REVIEWER)
    with transaction(COURT):
        ledger.close_month(COURT, month, actor=reviewer)
