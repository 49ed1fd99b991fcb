"""A refused act that would have been wrong leaves one entry on the trail, and an ordinary refusal none."""

import logging

import click
import pytest
from flask import g, request
from flask.cli import with_appcontext
from sqlalchemy import select

from fundapp.advances.rules import AdvanceStatus
from fundapp.core import attempts, jobs
from fundapp.core.commands import plainly
from fundapp.core.db import db, transaction
from fundapp.core.errors import Attempt, RuleViolation
from fundapp.eligibility import rules as eligibility
from fundapp.eligibility.rules import Criterion, Sentence, Verdict
from fundapp.irregularities import views
from fundapp.trail.models import TrailEntry
from fundapp.trail.rules import Event
from fundapp.users.models import Grant, User
from fundapp.users.rules import Role, check_acts_here
from tests.advances.test_views import DecidePage
from tests.builders.advances import an_advance, the_ladder, the_terms
from tests.builders.cases import a_case, an_account
from tests.builders.people import COURT, OTHER_COURT, SUPERIOR, a_user, the_books, the_holder
from tests.client import writes
from tests.pages import Page


def tried() -> list[TrailEntry]:
    db.session.rollback()  # what others wrote is read afresh
    return list(db.session.scalars(select(TrailEntry).where(TrailEntry.event == Event.ATTEMPT_REFUSED)))


def a_handler_who_became_director():
    """An advance, and its own handler in a post that signs."""
    handler = a_user(Role.CASE_HANDLER)
    advance = an_advance("8000.00", handler=handler)
    with transaction(COURT):
        db.session.add(Grant(user_id=handler.id, role=Role.BUREAU_DIRECTOR, granted_at=advance.created_at))
    return handler, advance


def test_signing_what_one_asked_for_is_refused_and_leaves_one_entry(app, sign_in):
    handler, advance = a_handler_who_became_director()
    page = DecidePage(sign_in(handler), advance)
    with writes(app).watched() as written:
        page.sign()
    assert (page.status, "不能审批本人提出的申请" in page.alerts[0]) == (422, True)
    [entry] = tried()
    assert (entry.subject, entry.actor_id, entry.court_code) == (advance.subject, handler.id, COURT)
    assert entry.told == {
        "attempt": "self_approval",
        "door": f"/advances/{advance.id}/decide",
        "sentence": "不能审批本人提出的申请，请由其他有权人员审批。",
    }
    assert written["trail_entries"] == 1 and written.keys() <= {"trail_entries", "books"}
    assert advance.status is AdvanceStatus.SUBMITTED
    page.sign()
    assert len(tried()) == 2, "each post by itself"


def test_the_entry_is_read_on_the_record_and_on_the_trail_in_words(app, sign_in):
    handler, advance = a_handler_who_became_director()
    DecidePage(sign_in(handler), advance).sign()
    assert "本人经办本人审批" in Page(sign_in(the_holder(Role.AUDITOR)), "/trail").text
    assert "办理被拒绝" in Page(sign_in(the_holder(Role.AUDITOR)), f"/advances/{advance.id}").text


def test_an_ordinary_refusal_leaves_nothing(app, sign_in):
    advance = an_advance("8000.00")
    page = DecidePage(sign_in(the_holder(Role.PRESIDENT)), advance).sign()
    assert page.status == 422 and "尚未轮到您" in page.text
    assert not tried()


def test_looking_is_no_attempt(app, sign_in):
    handler, advance = a_handler_who_became_director()
    assert DecidePage(sign_in(handler), advance).status == 200
    assert not tried()


@pytest.mark.parametrize(("method", "entries"), [("POST", 1), ("GET", 0)])
def test_one_post_leaves_one_entry_however_often_it_is_refused_and_a_get_none(app, method, entries):
    user_id = a_user(Role.PRESIDENT).id
    with app.test_request_context("/anywhere", method=method):
        g.user = db.session.get_one(User, user_id)
        for attempt in (None, Attempt.SELF_APPROVAL, Attempt.OTHER_COURT):
            attempts.tell_attempt_of_post(RuleViolation("不能办理。").as_attempt(attempt))
    assert [entry.told["attempt"] for entry in tried()] == ["self_approval"][:entries]


def test_a_stranger_s_refusal_is_nobody_s_attempt(app):
    with app.test_request_context("/sign-in", method="POST"):
        g.user = None
        attempts.tell_attempt_of_post(RuleViolation("不能办理。").as_attempt(Attempt.SELF_APPROVAL))
    assert not tried()


def test_an_account_in_another_s_name_leaves_no_name_on_the_trail(app, sign_in):
    case = a_case()
    handler = the_holder(Role.CASE_HANDLER)
    facts = an_account("别人")
    page = Page(sign_in(handler), f"/cases/parties/{case.creditors[0].id}/account")
    page.submit("登记", 账户类型=facts.kind.value, 户名="别人", 开户银行=facts.bank, 账号=facts.number)
    assert page.status == 422, page.text
    [entry] = tried()
    assert (entry.told["attempt"], entry.subject) == ("wrong_payee", case.creditors[0].subject)
    assert "别人" not in entry.facts and facts.number not in entry.facts


def test_a_claim_above_the_ceiling_is_noted_when_an_advance_is_asked_for(app, sign_in):
    the_books()
    the_terms()
    the_ladder()
    case = a_case("25000.00")
    page = Page(sign_in(the_holder(Role.CASE_HANDLER)), f"/advances/cases/{case.id}/request")
    page.submit("提交申请", 申请理由="生活困难", amount="20000.00")
    assert page.status == 422, page.text
    [entry] = tried()
    assert (entry.told["attempt"], entry.subject) == ("above_ceiling", case.subject)


def answer(criterion: Criterion, fact: Sentence) -> eligibility.Answer:
    return eligibility.Answer(criterion, fact, Verdict.NOT_MET, Sentence("不符合"), "")


def test_what_a_request_in_spite_of_shortcomings_would_be():
    others, missing = answer(Criterion.OWN_ACCOUNT, eligibility.OTHERS_ACCOUNT), Sentence("没有登记收款账户")
    assert eligibility.attempt_in([answer(Criterion.OWN_ACCOUNT, missing)]) is None
    assert eligibility.attempt_in([answer(Criterion.OWN_ACCOUNT, missing), others]) is Attempt.WRONG_PAYEE
    assert eligibility.attempt_in([answer(Criterion.CEILING, missing), others]) is Attempt.ABOVE_CEILING


def test_a_refusal_that_reaches_the_last_door_is_told_there_too(app, sign_in):
    """Through a page that has no form for it: the error page is shown all the same."""
    handler, advance = a_handler_who_became_director()
    client = sign_in(handler)

    def past_its_form(**facts):
        with transaction(COURT):
            check_acts_here(COURT, OTHER_COURT)

    view = app.view_functions["advances.decide"]
    app.view_functions["advances.decide"] = past_its_form
    past_its_form.door = view.door
    try:
        token = Page(client, "/password").hidden("csrf_token")
        answered = client.post(f"/advances/{advance.id}/decide", data={"csrf_token": token})
    finally:
        app.view_functions["advances.decide"] = view
    assert answered.status_code == 422 and "只能办理本院的事项" in answered.text
    assert [entry.told["attempt"] for entry in tried()] == ["other_court"]


def test_a_trace_that_cannot_be_written_does_not_hide_the_refusal(app, sign_in, monkeypatch, caplog):
    handler, advance = a_handler_who_became_director()
    page = DecidePage(sign_in(handler), advance)

    def clock_is_wrong(*told):
        raise RuleViolation("服务器时间早于上一笔操作留痕。")

    monkeypatch.setattr(attempts, "_told_of_attempts", [clock_is_wrong])
    with caplog.at_level(logging.ERROR):
        page.sign()
    assert (page.status, "不能审批本人提出的申请" in page.alerts[0]) == (422, True)
    assert "refused and not on the trail: self_approval" in caplog.text
    assert not tried()


def test_a_job_that_is_refused_leaves_its_entry_in_its_owner_s_name(app, monkeypatch):
    owner = a_user(Role.AUDITOR)

    def elsewhere(*, progress):
        check_acts_here(COURT, OTHER_COURT)
        return ""

    monkeypatch.setitem(jobs.KINDS, "test.elsewhere", elsewhere)
    job_id = jobs.start("test.elsewhere", owner_id=owner.id)
    assert jobs.found(job_id, owner_id=owner.id).state is jobs.JobState.FAILED
    [entry] = tried()
    assert (entry.actor_id, entry.told["door"], entry.subject) == (owner.id, "test.elsewhere", owner.subject)


def test_a_command_that_is_refused_leaves_its_entry_in_the_seat_s_name(app, runner):
    @click.command("elsewhere")
    @with_appcontext
    @plainly
    def elsewhere():
        check_acts_here(COURT, OTHER_COURT)

    done = runner.invoke(elsewhere)
    assert done.exit_code == 1 and "只能办理本院的事项" in done.output
    [entry] = tried()
    assert (entry.court_code, entry.told["attempt"]) == (SUPERIOR, "other_court")
    assert entry.told["door"] == "elsewhere"
    assert entry.actor.username == f"operator-{SUPERIOR[1:]}"


@pytest.mark.parametrize("door", ["funding", "custody", "recovery"])
def test_receipts_are_named_by_the_feature_that_keeps_them(app, door):
    with app.test_request_context():
        request.url_rule = next(rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith(f"{door}."))
        request.view_args = {"receipt_id": 7}
        assert views._subject() == {"funding": "fund-receipt:7"}.get(door, "case-receipt:7")
