"""Reads of terms and assessments."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from fundapp.cases.models import Case, Party
from fundapp.core.db import db
from fundapp.core.errors import Attempt, NotFound, RuleViolation
from fundapp.eligibility import rules
from fundapp.eligibility.models import Assessment, TermsIssue
from fundapp.eligibility.rules import Answer, Earlier, Facts, Terms

Register = Callable[[int, int], Earlier]
_registers: list[Register] = []


def hear_of_advances(register: Register) -> Register:
    """Let the floor above, which keeps the advances, say here how it is asked whether a creditor was advanced before.

    Whether money was advanced is a criterion, but the advances stand above this floor, and doors open downwards only.
    So the question is left here, and ``advances.queries`` brings the answer when it is imported; pages, kept
    assessments and requests then all judge by the same fact.
    """
    _registers[:] = [register]
    return register


def earlier(case_id: int, creditor_id: int) -> Earlier:
    """Whether this creditor was advanced in this case; without a register to ask, nothing is assessed."""
    assert _registers, "the register of advances has not been named"
    return _registers[0](case_id, creditor_id)


def terms_in_force(court_code: str, day: date) -> TermsIssue | None:
    """The issue in force in a court on a day, if there is one."""
    return db.session.scalar(
        select(TermsIssue)
        .where(TermsIssue.court_code == court_code, TermsIssue.effective_from <= day)
        .order_by(TermsIssue.effective_from.desc(), TermsIssue.id.desc())
        .limit(1)
    )


def terms_on(court_code: str, day: date) -> TermsIssue:
    """The issue in force in a court on a day; without one nothing can be assessed.

    Raises:
        RuleViolation: none is in force.
    """
    found = terms_in_force(court_code, day)
    if found is None:
        raise RuleViolation("本院在%(day)s没有生效的垫付条件，不能审查，请院长先发布垫付条件。", day=day.isoformat())
    return found


def latest_terms(court_code: str) -> TermsIssue | None:
    """The issue that begins last, in force already or not."""
    return db.session.scalar(
        select(TermsIssue)
        .where(TermsIssue.court_code == court_code)
        .order_by(TermsIssue.effective_from.desc(), TermsIssue.id.desc())
        .limit(1)
    )


def issues(scope: frozenset[str]) -> Select[Any]:
    """The query of the history of terms."""
    return select(TermsIssue).where(TermsIssue.court_code.in_(scope))


def issue(terms_id: int, scope: frozenset[str]) -> TermsIssue:
    found = db.session.get(TermsIssue, terms_id)
    if found is None or found.court_code not in scope:
        raise NotFound("没有找到该次发布的垫付条件，请返回列表重新选择。")
    return found


def terms(found: TermsIssue) -> Terms:
    """An issue as values for the rules."""
    return Terms(
        ceiling=found.ceiling,
        ceiling_included=found.ceiling_included,
        case_statuses=found.statuses,
        needs_property_search=found.needs_property_search,
        needs_verified_account=found.needs_verified_account,
        needs_undertaking=found.needs_undertaking,
        refuses_bankruptcy=found.refuses_bankruptcy,
        refuses_settlement=found.refuses_settlement,
        sources=found.cited,
    )


def creditor_of(case: Case, creditor_id: int) -> Party:
    found = next((party for party in case.creditors if party.id == creditor_id), None)
    if found is None:
        raise RuleViolation("所选人员不是本案的申请执行人，请从本案申请执行人中选择。").as_attempt(Attempt.WRONG_PAYEE)
    return found


def facts(case: Case, creditor: Party) -> Facts:
    """What is known now of a case and one of its creditors."""
    account = creditor.account
    return Facts(
        claim=case.claim,
        case_status=case.status,
        property_searched_on=case.property_searched_on,
        earlier=earlier(case.id, creditor.id),
        is_in_bankruptcy=case.is_in_bankruptcy,
        is_in_settlement=case.is_in_settlement,
        creditor=creditor.name,
        account_holder=account.holder if account else None,
        account_verified_on=account.verified_on if account else None,
        undertaking_on=creditor.undertaking_on,
    )


def answers(case: Case, creditor: Party, under: TermsIssue) -> list[Answer]:
    """Every criterion of these terms, answered now; nothing is kept."""
    return rules.answers(facts(case, creditor), terms(under))


def assessment(assessment_id: int, scope: frozenset[str]) -> Assessment:
    found = db.session.get(Assessment, assessment_id)
    if found is None or found.court_code not in scope:
        raise NotFound("没有找到该审查结论，请返回案件重新选择。")
    return found


def assessments_of(case_id: int) -> Sequence[Assessment]:
    """The kept assessments of a case, newest first."""
    return db.session.scalars(
        select(Assessment)
        .where(Assessment.case_id == case_id)
        .options(joinedload(Assessment.terms))
        .order_by(Assessment.id.desc())
    ).all()
