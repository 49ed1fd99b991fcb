"""The writes of the exceptions list: its bounds, and that an act was tried and refused."""

from fundapp.core import clock
from fundapp.core.db import db
from fundapp.core.errors import Refusal
from fundapp.irregularities import queries, rules
from fundapp.irregularities.models import ExceptionBounds
from fundapp.irregularities.rules import Bounds
from fundapp.trail import service as trail
from fundapp.trail.rules import Event
from fundapp.users.models import User


def issue_bounds(bounds: Bounds, *, actor: User) -> ExceptionBounds:
    """Issue the bounds of the actor's court; what was shown by earlier ones stays as it was.

    Raises:
        RuleViolation: no document, bounds so wide that nothing is seen, or an issue that would judge the past.
    """
    assert bounds.effective_from is not None
    latest = queries.latest_bounds(actor.court_code)
    rules.check_bounds(bounds)
    rules.check_bounds_day(bounds.effective_from, latest=latest.effective_from if latest else None, today=clock.today())
    issued = ExceptionBounds(
        court_code=actor.court_code,
        effective_from=bounds.effective_from,
        document=bounds.document.strip(),
        months_outstanding=bounds.months_outstanding,
        months_held=bounds.months_held,
        office_from=bounds.office_from,
        office_to=bounds.office_to,
        issued_by_id=actor.id,
        issued_at=clock.now(),
    )
    db.session.add(issued)
    db.session.flush()
    trail.record(
        Event.BOUNDS_ISSUED,
        issued.subject,
        court_code=issued.court_code,
        actor=actor,
        document=issued.document,
        effective_from=bounds.effective_from.isoformat(),
        months_outstanding=str(bounds.months_outstanding),
        months_held=str(bounds.months_held),
        office_hours=bounds.office_hours,
    )
    return issued


def record_attempt(refusal: Refusal, *, door: str, subject: str | None, actor: User) -> None:
    """Record on the trail of the actor's court that a rule refused what would have been wrong.

    Args:
        door: where it was tried: the address of the page, the kind of the job, or the command.
        subject: the record in question; the actor where it is not known.
    """
    assert refusal.attempt is not None
    trail.record(
        Event.ATTEMPT_REFUSED,
        subject or actor.subject,
        court_code=actor.court_code,
        actor=actor,
        attempt=refusal.attempt.value,
        door=door,
        sentence=rules.said_without_names(refusal),
    )
