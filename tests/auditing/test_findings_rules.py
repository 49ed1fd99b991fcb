"""The way of a finding: which step may follow which, by whose hand, and when it is overdue."""

from datetime import date
from itertools import product

import pytest

from fundapp.auditing import rules
from fundapp.auditing.rules import FindingState, Progress, Step, StepKind
from fundapp.core.errors import RuleViolation

MEASURE, EVIDENCE, RETURNED, CLOSED = StepKind
DUE = date(2018, 6, 30)


def progress(*steps: tuple[StepKind, date | None]) -> Progress:
    return Progress(DUE, [Step(kind, day, actor_id=at) for at, (kind, day) in enumerate(steps)])


ALLOWED = {
    (FindingState.UNANSWERED, MEASURE),
    (FindingState.UNDER_WAY, MEASURE),
    (FindingState.UNDER_WAY, EVIDENCE),
    (FindingState.PROVED, RETURNED),
    (FindingState.PROVED, CLOSED),
    (FindingState.SENT_BACK, MEASURE),
    (FindingState.SENT_BACK, EVIDENCE),
}


@pytest.mark.parametrize(("state", "kind"), list(product(FindingState, StepKind)))
def test_every_step_is_allowed_or_refused(state, kind):
    if (state, kind) in ALLOWED:
        rules.check_step(state, kind)
    else:
        with pytest.raises(RuleViolation, match="该问题当前为"):
            rules.check_step(state, kind)


def test_a_finding_stands_where_its_last_step_left_it():
    states = [FindingState.UNANSWERED]
    steps = [(MEASURE, DUE), (EVIDENCE, None), (RETURNED, DUE), (EVIDENCE, None), (CLOSED, None)]
    states += [progress(*steps[:at]).state for at in range(1, len(steps) + 1)]
    assert progress().state is states[0]
    assert states[1:] == [
        FindingState.UNDER_WAY,
        FindingState.PROVED,
        FindingState.SENT_BACK,
        FindingState.PROVED,
        FindingState.PUT_RIGHT,
    ]


@pytest.mark.parametrize(
    ("steps", "deadline"),
    [
        ([], DUE),
        ([(MEASURE, date(2018, 6, 20))], date(2018, 6, 20)),
        ([(MEASURE, date(2018, 7, 20))], DUE),  # a measure promises nothing beyond the auditor's day
        ([(MEASURE, date(2018, 6, 20)), (MEASURE, date(2018, 6, 25))], date(2018, 6, 25)),
        ([(MEASURE, date(2018, 6, 20)), (EVIDENCE, None), (RETURNED, date(2018, 8, 1))], date(2018, 8, 1)),
        (
            [(MEASURE, DUE), (EVIDENCE, None), (RETURNED, date(2018, 8, 1)), (MEASURE, date(2018, 7, 15))],
            date(2018, 7, 15),
        ),
    ],
)
def test_the_earlier_of_the_auditors_and_the_promised_day_counts(steps, deadline):
    found = progress(*steps)
    assert found.deadline == deadline
    waits = found.state in rules.WAITING_FOR_COURT
    assert not found.is_overdue(deadline) and found.is_overdue(date(2018, 12, 1)) is waits


def test_what_waits_for_the_auditor_or_is_closed_is_not_overdue():
    long_after = date(2020, 1, 1)
    assert progress().is_overdue(long_after)
    assert not progress((MEASURE, DUE), (EVIDENCE, None)).is_overdue(long_after)
    assert not progress((MEASURE, DUE), (EVIDENCE, None), (CLOSED, None)).is_overdue(long_after)
    assert progress((MEASURE, DUE), (EVIDENCE, None), (RETURNED, DUE)).is_overdue(long_after)


def test_hands_are_kept_apart():
    steps = [Step(MEASURE, DUE, 1), Step(EVIDENCE, None, 2), Step(RETURNED, DUE, 3)]
    rules.check_other_hand(3, steps)
    for hand in (1, 2):
        with pytest.raises(RuleViolation, match="不能由您审核销号"):
            rules.check_other_hand(hand, steps)
    rules.check_auditor("湘06", "湘06")
    with pytest.raises(RuleViolation, match="由其他法院的审计人员提出"):
        rules.check_auditor("湘0602", "湘06")
    rules.check_prover(1, responsible_id=1, may_answer=False)
    rules.check_prover(2, responsible_id=1, may_answer=True)
    for responsible_id in (1, None):
        with pytest.raises(RuleViolation, match="请由责任人办理"):
            rules.check_prover(2, responsible_id=responsible_id, may_answer=False)


def test_days_words_and_records_have_a_shape():
    rules.check_due(DUE, DUE)
    with pytest.raises(RuleViolation, match="不能早于今天"):
        rules.check_due(DUE, date(2018, 7, 1))
    assert rules.checked_text(" 补附回单 ", "整改措施") == "补附回单"
    with pytest.raises(RuleViolation, match="请写明整改措施"):
        rules.checked_text(" 无 ", "整改措施")
    assert rules.words_of(" 2018收0001、 2018收0001，case:3;x ") == ["2018收0001", "case:3", "x"]
    assert rules.words_of(None) == [] == rules.words_of("  ")
    rules.check_found(["a:1"] * 20, [])
    with pytest.raises(RuleViolation, match="没有记录“x、y”"):
        rules.check_found([], ["x", "y"])
    with pytest.raises(RuleViolation, match="最多指向20条"):
        rules.check_found(["a:1"] * 21, [])
    rules.check_pointed(["a:1"])
    with pytest.raises(RuleViolation, match="至少填写一条"):
        rules.check_pointed([])
    assert rules.check_note(" 看 ") == "看"
    with pytest.raises(RuleViolation, match="请填写笔记内容"):
        rules.check_note("  ")
    assert rules.finding_number(2018, 3) == "审2018-003"
