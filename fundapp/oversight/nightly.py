"""What the worker attends to: heads of the chains signed every hour, the books verified every night or when asked."""

from collections.abc import Callable
from datetime import timedelta

from fundapp.core import clock, jobs
from fundapp.core.db import db, snapshot, transaction
from fundapp.courts import queries as courts
from fundapp.oversight import checks, queries, rules, service
from fundapp.oversight.models import Verification
from fundapp.trail import queries as trail
from fundapp.trail import service as recording
from fundapp.trail.rules import Anchor
from fundapp.users import service as users
from fundapp.users.models import User

HOUR = timedelta(hours=1)
BY_HAND = "books.verify"


@jobs.regularly
def sign_heads_when_due() -> None:
    """Sign each chain that has grown and whose newest signature is an hour old."""
    sign_heads(rest=HOUR)


def sign_heads(*, rest: timedelta = timedelta(0)) -> list[Anchor]:
    """Sign each chain that has grown since it was last signed, at least ``rest`` ago; the heads that were signed."""
    signed = []
    for court_code in trail.heads():
        with transaction(court_code):
            head = recording.sign_grown(court_code, rest=rest)
        if head is not None:
            signed.append(head.anchor)
    return signed


@jobs.regularly
def verify_books_when_due() -> None:
    """Verify once after each half past two at night, as soon as the server runs."""
    last = queries.last_verification()
    if not trail.is_begun():
        return
    if last is None or last.verified_at < rules.last_due(clock.now()):
        verify_books()


@jobs.job(BY_HAND)
def verify_for(*, progress: Callable[[int, int], None], user_id: int) -> str:
    """Verify because an auditor asked for it; the answer is the id of the verification."""
    progress(0, 1)
    return str(verify_books(user_id=user_id).id)


def verify_books(*, user_id: int | None = None) -> Verification:
    """Run every check on one unmoving view of the books, and take down what they found."""
    with snapshot():
        found = list(checks.checks())
    return record(found, user_id=user_id)


def record(found: list[tuple[str, str | None]], *, user_id: int | None = None) -> Verification:
    """Take down what the checks found: on the trail of the court of the one who asked, else in the name of the
    commands of the district's first court; where its book is gone, on that of the next court that has one."""
    court_code = courts.seat() if user_id is None else db.session.get_one(User, user_id).court_code
    kept = trail.heads()
    court_code = court_code if court_code in kept else next(iter(kept), court_code)
    with transaction(court_code):
        actor = users.operator(court_code) if user_id is None else db.session.get_one(User, user_id)
        return service.record_verification(found, court_code=court_code, actor=actor)
