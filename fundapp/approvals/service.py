"""Writes of limits and signatures."""

from datetime import date

from fundapp.approvals import queries, rules
from fundapp.approvals.models import Decision, LadderIssue
from fundapp.approvals.rules import Outcome
from fundapp.core import clock
from fundapp.core.db import db
from fundapp.core.money import Money, bare
from fundapp.core.versions import check_seen
from fundapp.trail import service as trail
from fundapp.trail.rules import Event
from fundapp.users.models import User
from fundapp.users.rules import LABELS as ROLE_LABELS
from fundapp.users.rules import check_acts_here


def issue_ladder(
    *, effective_from: date, document: str, president_above: Money, limit_included: bool, actor: User
) -> LadderIssue:
    """Issue the limits of the actor's court.

    Raises:
        RuleViolation: no document, or an issue that would rewrite the past.
    """
    latest = queries.latest_ladder(actor.court_code)
    rules.check_issue(
        effective_from=effective_from,
        latest=latest.effective_from if latest else None,
        today=clock.today(),
        document=document,
        president_above=president_above,
    )
    issued = LadderIssue(
        court_code=actor.court_code,
        effective_from=effective_from,
        document=document.strip(),
        president_above=president_above,
        limit_included=limit_included,
        issued_by_id=actor.id,
        issued_at=clock.now(),
    )
    db.session.add(issued)
    db.session.flush()
    trail.record(
        Event.LADDER_ISSUED,
        issued.subject,
        court_code=issued.court_code,
        actor=actor,
        document=issued.document,
        effective_from=effective_from.isoformat(),
        president_above=bare(president_above),
    )
    return issued


def sign(
    subject: str,
    *,
    court_code: str,
    round: int,
    step: int,
    amount: Money,
    on: date,
    outcome: Outcome,
    opinion: str,
    seen_version: int,
    current_version: int,
    payload_digest: str,
    prepared_by_id: int,
    actor: User,
) -> bool:
    """Sign a record at the step that waits, counted from 1, bound to what the signer read; true when all have agreed.

    Args:
        on: the day of signing; its limits say who signs.

    Raises:
        StaleRecord: the record changed after ``seen_version``.
        RuleViolation: another court, no limits in force, not this post's turn, or not a fresh hand.
    """
    check_acts_here(actor.court_code, court_code)
    check_seen(current_version=current_version, seen_version=seen_version)
    rules.check_opinion(opinion)
    rules.check_turn(step=step, roles=actor.roles)
    rules.check_fresh_hand(actor_id=actor.id, prepared_by_id=prepared_by_id, signed_by=queries.signers(subject, round))
    ladder = queries.ladder_on(court_code, on)
    decision = Decision(
        court_code=court_code,
        subject=subject,
        round=round,
        step=step,
        role=rules.role_at(step),
        outcome=outcome,
        opinion=opinion.strip(),
        seen_version=seen_version,
        payload_digest=payload_digest,
        ladder_id=ladder.id,
        actor_id=actor.id,
        decided_at=clock.now(),
    )
    db.session.add(decision)
    _tell(decision, amount, actor)
    return outcome is Outcome.AGREED and step >= len(queries.steps_of(ladder, amount))


def sign_alone(
    subject: str,
    *,
    court_code: str,
    round: int,
    amount: Money,
    outcome: Outcome,
    opinion: str,
    seen_version: int,
    current_version: int,
    payload_digest: str,
    prepared_by_id: int,
    actor: User,
) -> None:
    """Sign a record that the bureau director decides alone, such as a payout of case money; no limits apply to it.

    Source: 法发〔2017〕6号 art. 12.

    Raises:
        StaleRecord: the record changed after ``seen_version``.
        RuleViolation: another court, not the bureau director, or not a fresh hand.
    """
    check_acts_here(actor.court_code, court_code)
    check_seen(current_version=current_version, seen_version=seen_version)
    rules.check_opinion(opinion)
    rules.check_turn(step=1, roles=actor.roles)
    rules.check_fresh_hand(actor_id=actor.id, prepared_by_id=prepared_by_id, signed_by=queries.signers(subject, round))
    decision = Decision(
        court_code=court_code,
        subject=subject,
        round=round,
        step=1,
        role=rules.role_at(1),
        outcome=outcome,
        opinion=opinion.strip(),
        seen_version=seen_version,
        payload_digest=payload_digest,
        ladder_id=None,
        actor_id=actor.id,
        decided_at=clock.now(),
    )
    db.session.add(decision)
    _tell(decision, amount, actor)


def _tell(decision: Decision, amount: Money, actor: User) -> None:
    trail.record(
        Event.DECISION_SIGNED,
        decision.subject,
        court_code=decision.court_code,
        actor=actor,
        step=decision.step,
        role=ROLE_LABELS[decision.role],
        outcome=rules.LABELS[decision.outcome],
        opinion=decision.opinion,
        amount=bare(amount),
        digest=decision.payload_digest,
    )
