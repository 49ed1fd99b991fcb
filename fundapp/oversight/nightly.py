"""What the worker attends to by itself: the heads of the chains signed every hour, the books verified every night."""

from datetime import timedelta

from fundapp.core import clock, jobs
from fundapp.core.db import snapshot, transaction
from fundapp.courts import queries as courts
from fundapp.oversight import checks, queries, rules, service
from fundapp.oversight.models import Verification
from fundapp.trail import queries as trail
from fundapp.trail import service as recording
from fundapp.trail.rules import Anchor
from fundapp.users import service as users

HOUR = timedelta(hours=1)


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
    if not any(length for length, _head in trail.heads().values()):
        return
    if last is None or last.verified_at < rules.last_due(clock.now()):
        verify_books()


def verify_books() -> Verification:
    """Run every check on one unmoving view of the books, and take down what they found."""
    with snapshot():
        found = list(checks.checks())
    return record(found)


def record(found: list[tuple[str, str | None]]) -> Verification:
    """Take down what the checks found, in the name of the commands of the district's first court."""
    seat = courts.seat()
    with transaction(seat):
        return service.record_verification(found, court_code=seat, actor=users.operator(seat))
