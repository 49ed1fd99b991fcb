"""Writes of dossiers: nothing but their entries on the trail, each with the digest of what was handed out."""

from collections.abc import Mapping

from fundapp.auditing import queries
from fundapp.auditing.rules import Extent
from fundapp.cases import service as cases
from fundapp.trail import service as trail
from fundapp.trail.rules import Event
from fundapp.users.models import User
from fundapp.users.queries import readable_courts


def record_dossier(advance_id: int, *, digest: str, reason: str | None = None, actor: User) -> None:
    """Note that a payment's dossier was made.

    Args:
        reason: why persons stand in it whole; that is one look at full data. None when they are masked.

    Raises:
        NotFound: no such advance, or it was not paid.
        RuleViolation: persons are shown whole without a reason, or for the twenty-first time today.
    """
    advance = queries.paid_advance(advance_id, readable_courts(actor))
    if reason is not None:
        cases.reveal_case(advance.case_id, reason=reason, actor=actor)
    extent = Extent.MASKED if reason is None else Extent.WHOLE
    trail.record(
        Event.DOSSIER_MADE,
        advance.subject,
        court_code=advance.court_code,
        actor=actor,
        extent=extent.value,
        digest=digest,
    )


def record_dossiers(digests: Mapping[int, str], *, court_code: str, actor: User) -> None:
    """Note the masked dossiers that were made of several payments of one court, by the advance's id."""
    told = [
        (f"advance:{advance_id}", {"extent": Extent.MASKED.value, "digest": digest})
        for advance_id, digest in digests.items()
    ]
    trail.record_all(Event.DOSSIER_MADE, told, court_code=court_code, actor=actor)
