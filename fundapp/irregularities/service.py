"""The one write of the exceptions list: that an act was tried and refused."""

from fundapp.core.errors import Refusal
from fundapp.irregularities import rules
from fundapp.trail import service as trail
from fundapp.trail.rules import Event
from fundapp.users.models import User


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
