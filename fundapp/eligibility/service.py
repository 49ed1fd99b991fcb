"""Writes of terms and assessments."""

import json
from collections.abc import Iterable, Mapping
from datetime import date

from fundapp.cases import queries as cases
from fundapp.cases.rules import CaseStatus
from fundapp.core import clock
from fundapp.core.db import db
from fundapp.core.money import Money, bare
from fundapp.eligibility import queries, rules
from fundapp.eligibility.models import Assessment, TermsIssue
from fundapp.eligibility.rules import DEFAULT_SOURCES, Criterion, RecoveryOrder
from fundapp.trail import service as trail
from fundapp.trail.rules import Event
from fundapp.users.models import User
from fundapp.users.queries import readable_courts
from fundapp.users.rules import Permission, check_acts_here


def issue_terms(
    *,
    effective_from: date,
    document: str,
    ceiling: Money,
    ceiling_included: bool,
    case_statuses: Iterable[CaseStatus],
    needs_property_search: bool,
    needs_verified_account: bool,
    needs_undertaking: bool,
    refuses_bankruptcy: bool,
    refuses_settlement: bool,
    recovery_order: RecoveryOrder,
    sources: Mapping[Criterion, str] = DEFAULT_SOURCES,
    actor: User,
) -> TermsIssue:
    """Issue the terms of the actor's court; what was assessed under earlier ones stays as it was.

    Args:
        sources: the citation of each criterion; one left out keeps its default.

    Raises:
        RuleViolation: no document, no case may be advanced, or an issue that would rewrite the past.
    """
    statuses = frozenset(case_statuses)
    rules.check_issue(document=document, ceiling=ceiling, case_statuses=statuses)
    _check_later(effective_from, actor)
    issued = TermsIssue(
        court_code=actor.court_code,
        effective_from=effective_from,
        document=document.strip(),
        ceiling=ceiling,
        ceiling_included=ceiling_included,
        case_statuses=" ".join(status.value for status in CaseStatus if status in statuses),
        needs_property_search=needs_property_search,
        needs_verified_account=needs_verified_account,
        needs_undertaking=needs_undertaking,
        refuses_bankruptcy=refuses_bankruptcy,
        refuses_settlement=refuses_settlement,
        recovery_order=recovery_order,
        sources=_cited(sources),
        issued_by_id=actor.id,
        issued_at=clock.now(),
    )
    db.session.add(issued)
    db.session.flush()
    _tell_issue(issued, actor)
    return issued


def _check_later(effective_from: date, actor: User) -> None:
    latest = queries.latest_terms(actor.court_code)
    rules.check_later(effective_from, latest=latest.effective_from if latest else None, today=clock.today())


def _cited(sources: Mapping[Criterion, str]) -> str:
    cited = {one.value: (sources.get(one) or "").strip() or DEFAULT_SOURCES[one] for one in Criterion}
    return json.dumps(cited, ensure_ascii=False)


def _tell_issue(issued: TermsIssue, actor: User) -> None:
    trail.record(
        Event.TERMS_ISSUED,
        issued.subject,
        court_code=issued.court_code,
        actor=actor,
        document=issued.document,
        effective_from=issued.effective_from.isoformat(),
        ceiling=bare(issued.ceiling),
    )


def assess(case_id: int, creditor_id: int, *, on: date | None = None, actor: User) -> Assessment:
    """Answer every criterion for one creditor of a case and keep the answers with the terms that asked.

    Args:
        on: the day whose terms apply; today's when not given.

    Raises:
        NotFound: no such case.
        RuleViolation: another court's case, not a creditor of it, or no terms in force.
    """
    case = cases.case(case_id, readable_courts(actor))
    check_acts_here(actor.court_code, case.court_code)
    rules.check_keeper(actor.may(Permission.ADVANCE_REQUEST))
    creditor = queries.creditor_of(case, creditor_id)
    under = queries.terms_on(case.court_code, on or clock.today())
    found = queries.answers(case, creditor, under)
    assessment = Assessment(
        court_code=case.court_code,
        case_id=case.id,
        creditor_id=creditor.id,
        terms_id=under.id,
        case_version=case.version,
        is_eligible=not rules.shortcomings(found),
        answers=rules.kept(found),
        assessed_by_id=actor.id,
        assessed_at=clock.now(),
    )
    db.session.add(assessment)
    db.session.flush()
    trail.record(
        Event.CASE_ASSESSED,
        assessment.subject,
        court_code=case.court_code,
        actor=actor,
        case=case.subject,
        creditor=creditor.subject,
        terms=under.subject,
        verdict="符合" if assessment.is_eligible else "不符合",
    )
    return assessment
