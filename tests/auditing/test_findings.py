"""Findings followed until they are put right: each step, its hands, its trail; what the database refuses by itself."""

from datetime import date, timedelta

import pytest
from sqlalchemy.exc import DBAPIError

from fundapp.auditing import queries, service
from fundapp.auditing.models import Finding, FindingStep
from fundapp.auditing.rules import FindingState, Severity, StepKind
from fundapp.core import clock
from fundapp.core.db import db, transaction
from fundapp.core.errors import NotFound, RuleViolation, StaleRecord
from fundapp.oversight import queries as oversight
from fundapp.trail import queries as trail
from fundapp.trail.rules import Event
from fundapp.users.rules import Role
from tests.builders.advances import an_advance
from tests.builders.auditing import a_finding, a_note, answered, proved, put_right, sent_back
from tests.builders.cases import a_case
from tests.builders.ledger import a_voucher
from tests.builders.people import COURT, OTHER_COURT, SUPERIOR, a_user, the_holder

TODAY = date(2018, 6, 25)
HERE = frozenset({COURT})


@pytest.fixture(autouse=True)
def today():
    with clock.at(TODAY):
        yield


def test_a_finding_goes_its_whole_way_on_the_audited_courts_trail(app):
    superior = a_user(Role.AUDITOR, court_code=SUPERIOR)
    voucher = a_voucher()
    finding = a_finding(voucher.cited, actor=superior)
    assert (finding.cited, finding.court_code, finding.audited_by) == ("审2018-001", COURT, SUPERIOR)
    assert finding.subjects == [voucher.subject] and finding.state is FindingState.UNANSWERED
    finding = proved(answered(finding), records=voucher.cited)
    assert finding.state is FindingState.PROVED and finding.steps[-1].subjects == [voucher.subject]
    finding = sent_back(finding, actor=superior)
    assert finding.state is FindingState.SENT_BACK and finding.progress.deadline == TODAY + timedelta(days=14)
    finding = put_right(proved(finding), actor=superior)
    assert finding.state is FindingState.PUT_RIGHT
    entries = trail.history(finding.subject)
    assert [entry.event for entry in entries] == [
        Event.FINDING_RECORDED,
        Event.FINDING_ANSWERED,
        Event.FINDING_PROVED,
        Event.FINDING_RETURNED,
        Event.FINDING_PROVED,
        Event.FINDING_CLOSED,
    ]
    assert {entry.court_code for entry in entries} == {COURT}
    assert entries[0].told["severity"] == "major" and entries[0].told["records"] == voucher.subject
    assert entries[1].told["responsible"] == the_holder(Role.FINANCE_CLERK).subject
    assert not any("银行回单" in entry.facts for entry in entries), "what was written stands there by its digest"


def test_findings_are_numbered_by_court_and_year_without_a_gap(app):
    with pytest.raises(RuleViolation):
        a_finding("2018收9999")
    numbers = [a_finding().cited, a_finding().cited, a_finding(court_code=OTHER_COURT).cited]
    with clock.at(date(2019, 1, 2)):
        numbers.append(a_finding("voucher:1").cited)
    assert numbers == ["审2018-001", "审2018-002", "审2018-001", "审2019-001"]


def test_records_are_cited_as_people_write_them_and_must_be_the_audited_courts(app):
    voucher, case, advance = a_voucher(), a_case(), an_advance()
    elsewhere = a_voucher(court_code=OTHER_COURT)
    written = f"{voucher.cited}、{case.number} {advance.cited}，{case.subject}"
    assert a_finding(written).subjects == [voucher.subject, case.subject, advance.subject]
    assert a_finding(elsewhere.subject, court_code=OTHER_COURT).subjects == [elsewhere.subject]
    for unknown in (
        elsewhere.subject,
        "2018付9999",
        "垫2018-9999",
        "（2018）湘0602执9999号",
        "voucher:999",
        "voucher:9999999999",
        "user:1",
        "voucher:0",
        "凭证",
    ):
        with pytest.raises(RuleViolation, match="被审计法院没有记录"):
            a_finding(f"{voucher.cited} {unknown}")
    with pytest.raises(RuleViolation, match="至少填写一条"):
        a_finding("  ")


def test_an_auditor_finds_only_in_courts_that_he_reads(app):
    voucher = a_voucher(court_code=OTHER_COURT)
    with pytest.raises(NotFound, match="没有找到该法院"):
        a_finding(voucher.cited, court_code=OTHER_COURT, actor=the_holder(Role.AUDITOR))
    with pytest.raises(NotFound, match="没有找到该审计问题"):
        queries.finding(a_finding().id, frozenset({OTHER_COURT}))
    with pytest.raises(RuleViolation, match="不能早于今天"):
        a_finding(due_on=date(2018, 6, 24))
    with pytest.raises(RuleViolation, match="请写明问题情况"):
        a_finding(description="无")


def test_a_measure_is_the_audited_courts_and_names_one_of_its_people(app):
    finding = a_finding()
    elsewhere = a_user(Role.PRESIDENT, court_code=SUPERIOR)
    with pytest.raises(RuleViolation, match="只能办理本院的事项"):
        answered(finding, actor=elsewhere)
    stopped = a_user(Role.FINANCE_CLERK)
    with transaction(COURT):
        stopped.is_active = False
        db.session.add(stopped)
    for nobody in (stopped, the_holder(Role.AUDITOR), a_user(Role.FINANCE_CLERK, court_code=OTHER_COURT)):
        with pytest.raises(RuleViolation, match="在岗的办理人员"):
            answered(finding, responsible=nobody)
    with pytest.raises(RuleViolation, match="不能早于今天"):
        answered(finding, due_on=date(2018, 6, 24))
    assert answered(finding).measure.responsible_id == the_holder(Role.FINANCE_CLERK).id
    handler = the_holder(Role.CASE_HANDLER)
    assert answered(queries.finding(finding.id, HERE), responsible=handler).measure.responsible_id == handler.id


def test_evidence_comes_from_who_is_responsible_or_leads(app):
    finding = answered(a_finding())
    with pytest.raises(RuleViolation, match="请由责任人办理"):
        proved(finding, actor=the_holder(Role.CASE_HANDLER))
    with pytest.raises(RuleViolation, match="只能办理本院的事项"):
        proved(finding, actor=a_user(Role.PRESIDENT, court_code=SUPERIOR))
    with pytest.raises(RuleViolation, match="没有记录"):
        proved(finding, records="2018收9999")
    assert proved(finding, actor=the_holder(Role.BUREAU_DIRECTOR)).state is FindingState.PROVED


def test_only_the_auditors_who_found_it_close_it_and_not_their_own_promise(app):
    superior = a_user(Role.AUDITOR, court_code=SUPERIOR)
    finding = proved(answered(a_finding(actor=superior)))
    with pytest.raises(RuleViolation, match="由其他法院的审计人员提出"):
        put_right(finding, actor=the_holder(Role.AUDITOR))
    promised = the_holder(Role.PRESIDENT)
    with transaction(COURT):
        promised.court_code = SUPERIOR  # he moved up meanwhile, and audits there now
        db.session.add(promised)
    for act in (put_right, sent_back):
        with pytest.raises(RuleViolation, match="不能由您审核销号"):
            act(finding, actor=promised)
    assert put_right(finding, actor=superior).state is FindingState.PUT_RIGHT


def test_a_step_is_made_on_what_was_seen_and_in_turn(app):
    finding = a_finding()
    seen = len(finding.steps)
    answered(finding)
    clerk = the_holder(Role.FINANCE_CLERK)
    with pytest.raises(StaleRecord), transaction(COURT):
        service.prove(finding.id, text="已补附银行回单", records="", seen_version=seen, actor=clerk)
    finding = proved(queries.finding(finding.id, HERE))
    with pytest.raises(RuleViolation, match="该问题当前为“待审核销号”"):
        answered(finding)
    with pytest.raises(RuleViolation, match="不能早于今天"):
        sent_back(finding, due_on=date(2018, 6, 1))
    finding = put_right(finding)
    for act in (answered, proved, sent_back, put_right):
        with pytest.raises(RuleViolation, match="该问题当前为“已销号”"):
            act(finding)


def a_step(finding: Finding, kind: StepKind, seq: int, actor, **facts) -> None:
    """A step past all rules, straight into the table."""
    told = {"text": "绕过规则", "records": "", "responsible_id": None, "due_on": None} | facts
    row = FindingStep(finding_id=finding.id, seq=seq, kind=kind, actor_id=actor.id, acted_at=clock.now(), **told)
    with transaction(COURT):
        db.session.add(row)


def test_the_database_refuses_steps_out_of_turn_and_by_the_wrong_hand(app):
    finding = a_finding()
    auditor, president, clerk = map(the_holder, (Role.AUDITOR, Role.PRESIDENT, Role.FINANCE_CLERK))
    elsewhere = a_user(Role.FINANCE_CLERK, court_code=OTHER_COURT)
    measure = {"responsible_id": clerk.id, "due_on": TODAY}

    def refused(told: str, kind: StepKind, seq: int, actor, **facts) -> None:
        with pytest.raises(DBAPIError, match=told):
            a_step(finding, kind, seq, actor, **facts)

    refused("without a gap", StepKind.MEASURE, 2, president, **measure)
    for kind, facts in ((StepKind.EVIDENCE, {}), (StepKind.CLOSED, {}), (StepKind.RETURNED, {"due_on": TODAY})):
        refused("out of turn", kind, 1, auditor if kind is not StepKind.EVIDENCE else clerk, **facts)
    refused("another court", StepKind.MEASURE, 1, elsewhere, **measure)
    refused("nobody of the audited court", StepKind.MEASURE, 1, president, **measure | {"responsible_id": elsewhere.id})
    refused("somebody_responsible", StepKind.MEASURE, 1, president, due_on=TODAY)
    refused("by_a_day", StepKind.MEASURE, 1, president, responsible_id=clerk.id)
    refused("said", StepKind.MEASURE, 1, president, **measure, text="")
    a_step(finding, StepKind.MEASURE, 1, president, **measure)
    refused("out of turn", StepKind.CLOSED, 2, auditor)
    a_step(finding, StepKind.EVIDENCE, 2, clerk)
    refused("promised himself", StepKind.CLOSED, 3, clerk)
    refused("promised himself", StepKind.RETURNED, 3, president, due_on=TODAY)
    a_step(finding, StepKind.CLOSED, 3, auditor)
    for kind, facts in ((StepKind.MEASURE, measure), (StepKind.RETURNED, {"due_on": TODAY})):
        refused("out of turn", kind, 4, president, **facts)


def test_the_database_refuses_a_gap_in_the_numbers(app):
    finding = a_finding()
    kept = {
        column.key: getattr(finding, column.key)
        for column in Finding.__table__.columns
        if column.key not in ("id", "number")
    }
    for number in (0, 1, 3):
        with pytest.raises(DBAPIError), transaction(COURT):
            db.session.add(Finding(number=number, **kept))
    with transaction(COURT):
        db.session.add(Finding(number=2, **kept))


def test_lists_are_narrowed_by_state_day_and_who_is_responsible(app):
    superior = a_user(Role.AUDITOR, court_code=SUPERIOR)
    waiting = a_finding(due_on=TODAY)
    under_way = answered(a_finding(due_on=TODAY + timedelta(days=30)), due_on=TODAY + timedelta(days=2))
    proof = proved(answered(a_finding(due_on=TODAY), due_on=TODAY))
    back = sent_back(proved(answered(a_finding(due_on=TODAY))), due_on=TODAY + timedelta(days=5))
    closed = put_right(
        proved(
            answered(a_finding(due_on=TODAY), responsible=the_holder(Role.CASE_HANDLER)),
            actor=the_holder(Role.PRESIDENT),
        )
    )
    elsewhere = a_finding(court_code=OTHER_COURT, actor=superior, severity=Severity.SEVERE)

    def listed(scope=HERE, **wishes) -> list[int]:
        return sorted(db.session.scalars(queries.findings(frozenset(scope), **wishes).with_only_columns(Finding.id)))

    everything = [one.id for one in (waiting, under_way, proof, back, closed)]
    assert listed() == everything
    by_state = {state: listed(state=state) for state in FindingState}
    assert by_state == {
        FindingState.UNANSWERED: [waiting.id],
        FindingState.UNDER_WAY: [under_way.id],
        FindingState.PROVED: [proof.id],
        FindingState.SENT_BACK: [back.id],
        FindingState.PUT_RIGHT: [closed.id],
    }
    both = {COURT, OTHER_COURT}
    assert listed(both, severity=Severity.SEVERE) == [elsewhere.id] == listed(both, court_code=OTHER_COURT)
    assert listed(responsible_id=the_holder(Role.CASE_HANDLER).id) == [closed.id]
    for days, overdue in (
        (0, []),
        (1, [waiting.id]),
        (3, [waiting.id, under_way.id]),
        (6, [waiting.id, under_way.id, back.id]),
    ):
        with clock.at(TODAY + timedelta(days=days)):
            assert listed(is_overdue=True) == overdue
            known = [
                one.id
                for one in map(db.session.get, [Finding] * 5, everything)
                if one.progress.is_overdue(clock.today())
            ]
            assert known == overdue, "the list and the page agree"


def told_to(user) -> dict[str, tuple[int, bool]]:
    return {task.text: (task.count, task.is_overdue) for task in oversight.waiting(user) if "findings" in task.endpoint}


def test_the_front_page_tells_those_concerned_what_waits_and_what_is_overdue(app):
    superior = a_user(Role.AUDITOR, court_code=SUPERIOR)
    a_finding(due_on=TODAY, actor=superior)
    under_way = answered(a_finding(actor=superior))
    proved(answered(a_finding(actor=superior)))
    president, clerk = the_holder(Role.PRESIDENT), the_holder(Role.FINANCE_CLERK)
    assert told_to(president) == {"待定整改措施的审计问题": (1, False)}
    assert told_to(clerk) == {"由我负责、待提交证据的整改": (1, False)}
    assert told_to(superior) == {"待审核销号的审计整改": (1, False)}
    assert told_to(the_holder(Role.AUDITOR)) == {} == told_to(the_holder(Role.CASE_HANDLER))
    assert told_to(a_user(Role.PRESIDENT, court_code=OTHER_COURT)) == {}
    with clock.at(TODAY + timedelta(days=20)):
        late = "逾期未整改的审计问题"
        assert told_to(president)[late] == (2, True) == told_to(superior)[late]
        assert told_to(clerk)[late] == (1, True)
        assert next(iter(told_to(president))) == late, "first of all"
        assert late not in told_to(the_holder(Role.AUDITOR))
        assert late not in told_to(the_holder(Role.CASE_HANDLER))
    assert under_way.id


def test_notes_are_read_by_auditors_and_stand_on_the_trail_by_their_digest(app):
    voucher = a_voucher()
    note = a_note(voucher.subject, "  与银行对账单核对，金额相符 ")
    assert (note.text, note.court_code) == ("与银行对账单核对，金额相符", COURT)
    [entry] = trail.history(note.subject)
    assert (entry.event, entry.told["record"]) == (Event.NOTE_WRITTEN, voucher.subject)
    assert "对账单" not in entry.facts
    assert Event.NOTE_WRITTEN not in [one.event for one in trail.history(voucher.subject)]
    elsewhere = a_voucher(court_code=OTHER_COURT)
    for record in (elsewhere.subject, "voucher:999", "user:1", "x"):
        with pytest.raises(NotFound):
            a_note(record)
    assert list(db.session.scalars(queries.notes(HERE, record=voucher.subject))) == [note]
    assert list(db.session.scalars(queries.notes(frozenset({OTHER_COURT})))) == []


def test_a_printed_notice_leaves_its_digest(app):
    finding, president = a_finding(), the_holder(Role.PRESIDENT)
    with transaction(COURT):
        service.record_notice(finding.id, digest="a" * 64, actor=president)
    assert trail.history(finding.subject)[-1].told == {"number": "审2018-001", "digest": "a" * 64}
