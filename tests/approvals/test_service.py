"""Issuing limits and signing, on a record that only names itself."""

from datetime import date, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from fundapp.approvals import queries, service
from fundapp.approvals.rules import Outcome
from fundapp.core import clock
from fundapp.core.db import db, transaction
from fundapp.core.errors import NotFound, RuleViolation, StaleRecord
from fundapp.core.money import yuan
from fundapp.trail import queries as trail
from fundapp.trail.rules import Event
from fundapp.users.rules import Role
from tests.attacker import DENIED
from tests.builders.advances import the_ladder
from tests.builders.people import COURT, OTHER_COURT, a_user, the_holder

SUBJECT = "batch:17"
DIGEST = "ab" * 32


def sign(step, actor, **changes):
    handler = the_holder(Role.CASE_HANDLER)
    with transaction(COURT):
        return service.sign(
            SUBJECT,
            **{
                "court_code": COURT,
                "round": 1,
                "step": step,
                "amount": yuan("8000.00"),
                "on": clock.today(),
                "outcome": Outcome.AGREED,
                "opinion": "同意",
                "seen_version": 3,
                "current_version": 3,
                "payload_digest": DIGEST,
                "prepared_by_id": handler.id,
                "actor": actor,
            }
            | changes,
        )


def test_issued_limits_are_told_on_the_trail_and_hold_from_their_day(app):
    ladder, begins = the_ladder(), clock.today() + timedelta(days=10)
    [entry] = trail.history(ladder.subject)
    assert entry.event is Event.LADDER_ISSUED
    assert entry.told == {
        "document": ladder.document,
        "effective_from": "2018-01-01",
        "president_above": "15000.00",
    }
    with transaction(COURT):
        service.issue_ladder(
            effective_from=begins,
            document="测法〔2019〕1号",
            president_above=yuan("5000.00"),
            limit_included=False,
            actor=the_holder(Role.PRESIDENT),
        )
    asked = yuan("8000.00")
    assert queries.next_role(COURT, asked, begins - timedelta(days=1), 4) is None
    assert queries.next_role(COURT, asked, begins, 4) is Role.PRESIDENT
    assert queries.next_role(COURT, asked, begins, 1) is Role.BUREAU_DIRECTOR
    with pytest.raises(RuleViolation, match="没有生效的审批限额"):
        queries.next_role(COURT, asked, date(2017, 12, 31), 1)


def test_everybody_signs_in_turn_and_the_last_one_is_told_so(app):
    the_ladder()
    roles = (Role.BUREAU_DIRECTOR, Role.FINANCE_REVIEWER, Role.VICE_PRESIDENT)
    assert [sign(step, the_holder(role)) for step, role in enumerate(roles, 1)] == [False, False, True]
    signed = queries.decisions(SUBJECT)
    assert [decision.role for decision in signed] == list(roles)
    assert {(decision.seen_version, decision.payload_digest) for decision in signed} == {(3, DIGEST)}
    assert [entry.told["role"] for entry in trail.history(SUBJECT)] == ["执行局长", "财务复核", "分管副院长"]


@pytest.mark.parametrize(("amount", "is_last"), [("15000.00", True), ("15000.01", False)])
def test_above_the_limit_the_vice_president_is_not_the_last(app, amount, is_last):
    the_ladder()
    assert sign(3, the_holder(Role.VICE_PRESIDENT), amount=yuan(amount)) is is_last


@pytest.mark.parametrize("outcome", [Outcome.RETURNED, Outcome.REFUSED])
def test_turning_down_at_the_last_step_is_not_the_last_agreement(app, outcome):
    the_ladder()
    assert sign(3, the_holder(Role.VICE_PRESIDENT), outcome=outcome) is False


def test_without_limits_in_force_nobody_signs(app):
    with pytest.raises(RuleViolation, match="没有生效的审批限额"):
        sign(1, the_holder(Role.BUREAU_DIRECTOR))


@pytest.mark.parametrize(
    ("role", "changes", "error", "told"),
    [
        (Role.BUREAU_DIRECTOR, {"seen_version": 2}, StaleRecord, "已有变动"),
        (Role.BUREAU_DIRECTOR, {"opinion": " "}, RuleViolation, "请填写审批意见"),
        (Role.BUREAU_DIRECTOR, {"court_code": OTHER_COURT}, RuleViolation, "只能办理本院的事项"),
        (Role.VICE_PRESIDENT, {}, RuleViolation, "当前环节由“执行局长”签署"),
        (Role.CASE_HANDLER, {}, RuleViolation, "尚未轮到您"),
    ],
)
def test_a_signature_is_refused(app, role, changes, error, told):
    the_ladder()
    with pytest.raises(error, match=told):
        sign(1, the_holder(role), **changes)
    assert not queries.decisions(SUBJECT)


def test_nobody_signs_what_he_prepared(app):
    the_ladder()
    director = the_holder(Role.BUREAU_DIRECTOR)
    with pytest.raises(RuleViolation, match="不能审批本人提出的申请"):
        sign(1, director, prepared_by_id=director.id)


def test_nobody_signs_twice_in_a_round_but_again_in_the_next(app):
    the_ladder()
    director = the_holder(Role.BUREAU_DIRECTOR)
    sign(1, director, outcome=Outcome.RETURNED)
    with pytest.raises(RuleViolation, match="同一人不能签署两个环节"):
        sign(1, director)
    assert sign(1, director, round=2) is False
    assert queries.signers(SUBJECT, 2) == {director.id}
    assert [decision.round for decision in queries.decisions(SUBJECT)] == [1, 2]


def test_a_signature_cannot_be_rewritten(app):
    the_ladder()
    sign(1, the_holder(Role.BUREAU_DIRECTOR))
    with pytest.raises(DBAPIError, match=DENIED), transaction(COURT):
        db.session.execute(text("UPDATE decisions SET opinion = '不同意'"))


def test_limits_of_other_courts_are_not_found(app):
    ladder = the_ladder()
    a_user(Role.AUDITOR, court_code=OTHER_COURT)
    assert queries.issue(ladder.id, frozenset({COURT})).id == ladder.id
    with pytest.raises(NotFound):
        queries.issue(ladder.id, frozenset({OTHER_COURT}))
