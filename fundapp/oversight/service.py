"""Writes of oversight: an anchor sheet handed out, a verification taken down."""

import hashlib
from collections.abc import Sequence

from fundapp.core import clock
from fundapp.core.db import db
from fundapp.core.money import bare
from fundapp.oversight import queries
from fundapp.oversight.models import AnchorSheet, Verification
from fundapp.trail import queries as trail
from fundapp.trail import service as recording
from fundapp.trail.rules import Event, SigningReason
from fundapp.users.models import User


def hand_out(*, recipient: str, kept_at: str, actor: User) -> AnchorSheet:
    """Hand out an anchor of the actor's court: the sheet and its figures go on the trail, and then the head is signed.

    Args:
        recipient: the office that takes it, outside of those who could change the books.
        kept_at: where the sheet will lie.
    """
    court_code = actor.court_code
    length, _head = trail.heads()[court_code]
    figures = queries.anchor_figures(court_code)
    sheet = AnchorSheet(
        court_code=court_code,
        length=length + 1,  # with the entry of this act
        recipient=recipient,
        kept_at=kept_at,
        handed_out_by_id=actor.id,
        handed_out_at=clock.now(),
        **vars(figures),
    )
    db.session.add(sheet)
    db.session.flush()
    recording.record(
        Event.ANCHOR_HANDED_OUT,
        sheet.subject,
        court_code=court_code,
        actor=actor,
        recipient=recipient,
        kept_at=kept_at,
        vouchers=sheet.vouchers,
        posted=bare(sheet.posted),
        debit=bare(sheet.debit),
        credit=bare(sheet.credit),
        deposit=bare(sheet.deposit),
    )
    signed = recording.sign_head(court_code, reason=SigningReason.ANCHOR)
    assert signed.length == sheet.length, "nobody else writes to this court's chain meanwhile"
    return sheet


def record_verification(found: Sequence[tuple[str, str | None]], *, court_code: str, actor: User) -> Verification:
    """Take down what all checks found, on the trail of the court at the head of the district, and sign its head.

    Args:
        found: each check's name, with what is wrong first, or None.
    """
    problems = "\n".join(f"{name}: {problem}" for name, problem in found if problem is not None)
    verification = Verification(
        court_code=court_code, verified_at=clock.now(), checks=len(found), problems=problems, is_ok=not problems
    )
    db.session.add(verification)
    db.session.flush()
    recording.record(
        Event.BOOKS_VERIFIED,
        verification.subject,
        court_code=court_code,
        actor=actor,
        checks=len(found),
        problems=len(problems.splitlines()),
        digest=hashlib.sha256(problems.encode()).hexdigest(),
    )
    recording.sign_grown(court_code)
    return verification
