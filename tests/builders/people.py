"""Courts and people."""

from functools import cache
from itertools import count

from sqlalchemy import select

from fundapp.core import clock
from fundapp.core.db import db, transaction
from fundapp.courts import service as court_service
from fundapp.courts.rules import YUEYANG_DISTRICT
from fundapp.ledger import queries as books
from fundapp.ledger import service as ledger
from fundapp.ledger.models import BookingModel
from fundapp.ledger.rules import Model
from fundapp.users import service as users
from fundapp.users.models import Grant, User
from fundapp.users.rules import Role

COURT = "湘0602"
OTHER_COURT = "湘0603"
SUPERIOR = "湘06"
PASSWORD = "Fund-Test-2018"

_numbers = count(1)


@cache
def _password_hash() -> str:
    return users._hasher.hash(PASSWORD)


def the_courts() -> None:
    """The district; the tests' databases begin with it."""
    with transaction():
        court_service.found_district(YUEYANG_DISTRICT, seat=SUPERIOR)


def a_user(role: Role | None = Role.CASE_HANDLER, *, court_code: str = COURT, name: str = "") -> User:
    """A person with a role, who can sign in with ``PASSWORD``; hashing is done once, since it is slow on purpose."""
    number = next(_numbers)
    with transaction(court_code):
        user = users._added(
            username=f"user{number}",
            name=name or f"用户{number}",
            court_code=court_code,
            password_hash=_password_hash(),
        )
        if role is not None:
            db.session.add(Grant(user_id=user.id, role=role, granted_at=clock.now()))
    return user


def the_holder(role: Role, *, court_code: str = COURT) -> User:
    """The first holder of a post in a court, made when there is none."""
    held = select(Grant.user_id).where(Grant.role == role, Grant.ended_at.is_(None))
    found = db.session.scalars(
        select(User).where(User.court_code == court_code, User.id.in_(held)).order_by(User.id)
    ).first()
    return found or a_user(role, court_code=court_code)


def the_books(*, court_code: str = COURT, model: Model = Model.OWN_FUNDS) -> None:
    """The court's books, opened once."""
    if db.session.get(BookingModel, court_code) is None:
        actor = the_holder(Role.ADMINISTRATOR, court_code=court_code)
        with transaction(court_code):
            ledger.open_books(court_code, model=model, actor=actor)
    assert books.model(court_code)
