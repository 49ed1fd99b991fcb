"""Reads of limits and signatures."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Select, select

from fundapp.approvals import rules
from fundapp.approvals.models import Decision, LadderIssue
from fundapp.core.db import db
from fundapp.core.errors import NotFound, RuleViolation
from fundapp.core.money import Money
from fundapp.users.rules import Role


def ladder_in_force(court_code: str, day: date) -> LadderIssue | None:
    """The limits in force in a court on a day, if there are any."""
    return db.session.scalar(
        select(LadderIssue)
        .where(LadderIssue.court_code == court_code, LadderIssue.effective_from <= day)
        .order_by(LadderIssue.effective_from.desc(), LadderIssue.id.desc())
        .limit(1)
    )


def ladder_on(court_code: str, day: date) -> LadderIssue:
    """The limits in force in a court on a day; without them nothing is approved.

    Raises:
        RuleViolation: none are in force.
    """
    found = ladder_in_force(court_code, day)
    if found is None:
        raise RuleViolation("本院在%(day)s没有生效的审批限额，不能审批，请院长先发布审批限额。", day=day.isoformat())
    return found


def latest_ladder(court_code: str) -> LadderIssue | None:
    """The issue that begins last, in force already or not."""
    return db.session.scalar(
        select(LadderIssue)
        .where(LadderIssue.court_code == court_code)
        .order_by(LadderIssue.effective_from.desc(), LadderIssue.id.desc())
        .limit(1)
    )


def issues(scope: frozenset[str]) -> Select[Any]:
    """The query of the history of limits."""
    return select(LadderIssue).where(LadderIssue.court_code.in_(scope))


def issue(ladder_id: int, scope: frozenset[str]) -> LadderIssue:
    found = db.session.get(LadderIssue, ladder_id)
    if found is None or found.court_code not in scope:
        raise NotFound("没有找到该次发布的审批限额，请返回列表重新选择。")
    return found


def steps_of(ladder: LadderIssue, amount: Money) -> list[Role]:
    """The posts that sign this amount by these limits."""
    return rules.steps(amount, president_above=ladder.president_above, limit_included=ladder.limit_included)


def next_role(court_code: str, amount: Money, on: date, step: int) -> Role | None:
    """The post whose turn it is at this step, or None when all have signed."""
    return rules.role_at(step) if step <= len(steps_of(ladder_on(court_code, on), amount)) else None


def decisions(subject: str, *, round: int | None = None) -> Sequence[Decision]:
    """The signatures on a record, in order; of one round when given."""
    query = select(Decision).where(Decision.subject == subject).order_by(Decision.id)
    return db.session.scalars(query if round is None else query.where(Decision.round == round)).all()


def signers(subject: str, round: int) -> set[int]:
    """Who has signed a record in this round."""
    return set(
        db.session.scalars(select(Decision.actor_id).where(Decision.subject == subject, Decision.round == round))
    )
