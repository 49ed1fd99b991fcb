"""Issuing terms and keeping assessments."""

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from fundapp.cases import service as cases
from fundapp.core import clock
from fundapp.core.db import db, transaction
from fundapp.core.errors import NotFound, RuleViolation
from fundapp.core.money import yuan
from fundapp.eligibility import queries, service
from fundapp.eligibility.models import Assessment
from fundapp.eligibility.rules import DEFAULT_SOURCES, Criterion, Verdict
from fundapp.trail import queries as trail
from fundapp.trail.rules import Event
from fundapp.users.rules import Role
from tests.builders.advances import a_paid_advance, an_advance, some_terms, the_terms
from tests.builders.cases import a_case, a_creditor, a_debtor
from tests.builders.people import COURT, OTHER_COURT, SUPERIOR, a_user, the_holder

HERE = frozenset({COURT})


def assessed(case, *, actor=None, creditor=None, **named) -> Assessment:
    with transaction(COURT):
        return service.assess(
            case.id,
            (creditor or case.creditors[0]).id,
            actor=actor or the_holder(Role.CASE_HANDLER),
            **named,
        )


def verdicts(assessment: Assessment) -> dict[Criterion, Verdict]:
    return {answer.criterion: answer.verdict for answer in assessment.answered}


def test_issued_terms_are_kept_with_their_documents_and_told_on_the_trail(app):
    terms = the_terms(sources={Criterion.CEILING: "测法〔2018〕1号第三条"})
    assert terms.ceiling == yuan("20000.00") and not terms.ceiling_included
    assert terms.cited == DEFAULT_SOURCES | {Criterion.CEILING: "测法〔2018〕1号第三条"}
    [entry] = trail.history(terms.subject)
    assert entry.event is Event.TERMS_ISSUED
    assert entry.told == {"document": terms.document, "effective_from": "2018-01-01", "ceiling": "20000.00"}


def test_the_terms_of_a_day_are_the_last_that_had_begun(app):
    first, begins = the_terms(), clock.today() + timedelta(days=30)
    president = the_holder(Role.PRESIDENT)
    with transaction(COURT):
        second = service.issue_terms(**some_terms(effective_from=begins, ceiling_included=True), actor=president)
    for day, expected in ((date(2018, 1, 1), first), (begins - timedelta(days=1), first), (begins, second)):
        assert queries.terms_on(COURT, day).id == expected.id
    for court, day in ((COURT, date(2017, 12, 31)), (OTHER_COURT, begins)):
        with pytest.raises(RuleViolation, match="没有生效的垫付条件"):
            queries.terms_on(court, day)


def test_terms_are_not_changed_for_days_gone_by(app):
    the_terms()
    with pytest.raises(RuleViolation, match="不能早于今天"), transaction(COURT):
        service.issue_terms(**some_terms(effective_from=date(2018, 2, 1)), actor=the_holder(Role.PRESIDENT))
    assert len(db.session.scalars(queries.issues(HERE)).all()) == 1


def test_an_assessment_is_kept_with_the_terms_and_the_version_of_the_case(app):
    terms, case = the_terms(), a_case()
    kept = assessed(case)
    assert kept.is_eligible and set(verdicts(kept).values()) == {Verdict.MET}
    assert (kept.terms_id, kept.case_version, kept.creditor_id) == (terms.id, case.version, case.creditors[0].id)
    [entry] = trail.history(kept.subject)
    assert entry.event is Event.CASE_ASSESSED
    assert entry.told == {
        "case": case.subject,
        "creditor": case.creditors[0].subject,
        "terms": terms.subject,
        "verdict": "符合",
    }
    assert [one.id for one in queries.assessments_of(case.id)] == [kept.id]


def test_an_assessment_that_fails_is_kept_with_all_its_reasons(app):
    the_terms()
    case = a_case(
        "20000.00",
        verified=False,
        property_searched_on=None,
        is_in_settlement=True,
        parties=[a_creditor(undertaking_on=None), a_debtor()],
    )
    kept = assessed(case)
    short = {criterion for criterion, verdict in verdicts(kept).items() if verdict is Verdict.NOT_MET}
    assert not kept.is_eligible
    assert short == {
        Criterion.CEILING,
        Criterion.PROPERTY_SEARCH,
        Criterion.NO_SETTLEMENT,
        Criterion.OWN_ACCOUNT,
        Criterion.UNDERTAKING,
    }


def test_a_kept_assessment_stays_as_it_was_when_case_and_terms_change(app):
    the_terms()
    case = a_case()
    kept = assessed(case)
    handler, president = the_holder(Role.CASE_HANDLER), the_holder(Role.PRESIDENT)
    with transaction(COURT):
        cases.change(
            case.id,
            filed_on=case.filed_on,
            category=case.category,
            claim=yuan("19999.00"),
            property_searched_on=case.property_searched_on,
            is_in_bankruptcy=True,
            is_in_settlement=False,
            seen_version=case.version,
            actor=handler,
        )
        service.issue_terms(**some_terms(effective_from=clock.today(), ceiling=yuan("5000.00")), actor=president)
    db.session.expire_all()
    assert kept.is_eligible and kept.case_version < case.version
    assert kept.terms.ceiling == yuan("20000.00")
    assert not assessed(case).is_eligible


def test_the_terms_of_the_named_day_apply(app):
    the_terms()
    president, case = the_holder(Role.PRESIDENT), a_case("20000.00")
    with transaction(COURT):
        service.issue_terms(**some_terms(effective_from=clock.today(), ceiling_included=True), actor=president)
    assert assessed(case).is_eligible
    assert not assessed(case, on=date(2018, 3, 1)).is_eligible


def test_whether_the_creditor_was_advanced_before_is_told_by_the_register_of_advances(app):
    asked = an_advance("3000.00", case=a_case(parties=[a_creditor(), a_creditor(), a_debtor()]))
    first, second = asked.case.creditors
    assert verdicts(assessed(asked.case, creditor=first))[Criterion.NOT_ADVANCED] is Verdict.NOT_MET
    assert verdicts(assessed(asked.case, creditor=second))[Criterion.NOT_ADVANCED] is Verdict.MET
    paid = a_paid_advance("4000.00")
    [answer] = [one for one in assessed(paid.case).answered if one.criterion is Criterion.NOT_ADVANCED]
    assert answer.verdict is Verdict.NOT_MET and "已获垫付" in str(answer.fact)


def test_without_terms_in_force_nothing_is_assessed(app):
    case = a_case()
    with pytest.raises(RuleViolation, match="没有生效的垫付条件"):
        assessed(case)
    assert db.session.scalar(select(func.count()).select_from(Assessment)) == 0


def test_only_a_creditor_of_the_case_is_assessed(app):
    the_terms()
    case, other = a_case(), a_case()
    for party in (case.debtors[0], other.creditors[0]):
        with pytest.raises(RuleViolation, match="不是本案的申请执行人"):
            assessed(case, creditor=party)


@pytest.mark.parametrize(
    ("role", "court", "error", "told"),
    [
        (Role.BUREAU_DIRECTOR, COURT, RuleViolation, "由承办人办理"),
        (Role.CASE_HANDLER, OTHER_COURT, NotFound, "没有找到该案件"),
        (Role.BUREAU_DIRECTOR, SUPERIOR, RuleViolation, "只能办理本院的事项"),
    ],
)
def test_an_assessment_is_the_work_of_a_handler_of_the_court(app, role, court, error, told):
    the_terms()
    case, stranger = a_case(), a_user(role, court_code=court)
    with pytest.raises(error, match=told):
        assessed(case, actor=stranger)


def test_terms_and_assessments_of_other_courts_are_not_found(app):
    terms, case = the_terms(), a_case()
    kept = assessed(case)
    assert queries.issue(terms.id, HERE).id == terms.id
    assert queries.assessment(kept.id, HERE).id == kept.id
    elsewhere = frozenset({OTHER_COURT})
    with pytest.raises(NotFound):
        queries.issue(terms.id, elsewhere)
    with pytest.raises(NotFound):
        queries.assessment(kept.id, elsewhere)
