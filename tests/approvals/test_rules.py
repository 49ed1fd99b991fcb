"""The ladder: both sides of the limit, and whose hand may sign."""

from datetime import date

import pytest

from fundapp.approvals import rules
from fundapp.core.errors import RuleViolation
from fundapp.core.money import yuan
from fundapp.users.rules import Role

SHORT = [Role.BUREAU_DIRECTOR, Role.FINANCE_REVIEWER, Role.VICE_PRESIDENT]
LONG = [*SHORT, Role.PRESIDENT]


@pytest.mark.parametrize(
    ("amount", "included", "signers"),
    [
        ("0.01", False, SHORT),
        ("14999.99", False, SHORT),
        ("14999.99", True, SHORT),
        ("15000.00", False, SHORT),
        ("15000.00", True, LONG),
        ("15000.01", False, LONG),
        ("15000.01", True, LONG),
    ],
)
def test_the_president_signs_from_the_limit_on(amount, included, signers):
    assert rules.steps(yuan(amount), president_above=yuan("15000.00"), limit_included=included) == signers


def test_steps_are_counted_from_one_in_the_order_of_the_ladder():
    assert [rules.role_at(step) for step in (1, 2, 3, 4)] == LONG
    for step in (0, 5):
        with pytest.raises(AssertionError):
            rules.role_at(step)


def test_a_fresh_hand_neither_prepared_nor_signed():
    rules.check_fresh_hand(actor_id=1, prepared_by_id=2, signed_by={3})
    with pytest.raises(RuleViolation, match="不能审批本人提出的申请"):
        rules.check_fresh_hand(actor_id=1, prepared_by_id=1, signed_by=set())
    with pytest.raises(RuleViolation, match="同一人不能签署两个环节"):
        rules.check_fresh_hand(actor_id=1, prepared_by_id=2, signed_by={1})


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("step", [1, 2, 3, 4])
def test_only_the_post_whose_turn_it_is_signs(role, step):
    if role is LONG[step - 1]:
        rules.check_turn(step=step, roles={role})
    else:
        with pytest.raises(RuleViolation, match="尚未轮到您"):
            rules.check_turn(step=step, roles={role})


def test_a_signature_has_an_opinion():
    rules.check_opinion("同意")
    with pytest.raises(RuleViolation, match="请填写审批意见"):
        rules.check_opinion(" \n")


def an_issue(**changes):
    return {
        "effective_from": date(2018, 7, 1),
        "latest": date(2018, 1, 1),
        "today": date(2018, 6, 1),
        "document": "测法〔2018〕2号",
        "president_above": yuan("15000.00"),
    } | changes


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"effective_from": date(2018, 6, 1)},
        {"effective_from": date(2017, 1, 1), "latest": None},
        {"president_above": yuan("0.00")},
    ],
)
def test_limits_that_stand_on_a_document_and_look_forward_are_let_through(changes):
    rules.check_issue(**an_issue(**changes))


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"document": " "}, "依据的文件"),
        ({"president_above": yuan("-0.01")}, "不能为负数"),
        ({"effective_from": date(2018, 1, 1), "today": date(2018, 1, 1)}, "须晚于上一次发布的生效日期2018-01-01"),
        ({"effective_from": date(2018, 5, 31)}, "不能早于今天"),
    ],
)
def test_limits_without_ground_or_into_the_past_are_refused(changes, told):
    with pytest.raises(RuleViolation, match=told):
        rules.check_issue(**an_issue(**changes))
