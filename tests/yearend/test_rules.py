"""Months in order, nothing left undecided, and the year's result carried over to the fen."""

from datetime import date

import pytest

from fundapp.core.errors import RuleViolation
from fundapp.core.money import ZERO, yuan
from fundapp.ledger.rules import Account, Model, Movement
from fundapp.users.rules import MATRIX, Permission, Role
from fundapp.yearend import rules
from fundapp.yearend.rules import (
    Hindered,
    Hindrance,
    PointState,
    ReopeningOutcome,
    ReopeningStatus,
    ReopeningStep,
    YearCloseStatus,
)


@pytest.mark.parametrize(
    ("month", "after", "last_day"),
    [
        ("2018-01", "2018-02", date(2018, 1, 31)),
        ("2018-02", "2018-03", date(2018, 2, 28)),
        ("2020-02", "2020-03", date(2020, 2, 29)),
        ("2018-12", "2019-01", date(2018, 12, 31)),
    ],
)
def test_months_follow_each_other(month, after, last_day):
    assert rules.month_after(month) == after
    assert rules.last_day(month) == last_day


def test_a_year_has_twelve_months():
    months = rules.months_of(2018)
    assert (len(months), months[0], months[-1]) == (12, "2018-01", "2018-12")
    assert [rules.month_after(month) for month in months[:-1]] == months[1:]


@pytest.mark.parametrize("month", ["2018-00", "2018-13", "2018-1", "18-01", "2018/01", "", "２０１８-01", "2018-01x"])
def test_what_is_no_month_is_refused(month):
    with pytest.raises(RuleViolation, match="格式不对"):
        rules.check_month(month)


@pytest.mark.parametrize(("year", "good"), [(1989, False), (1990, True), (2100, True), (2101, False)])
def test_a_year_is_within_the_calendar(year, good):
    if good:
        assert rules.check_year(year) == year
    else:
        with pytest.raises(RuleViolation, match="1990年至2100年"):
            rules.check_year(year)


@pytest.mark.parametrize(
    ("month", "told"), [("2018-03", None), ("2018-02", "已经结账"), ("2018-04", "请先办理2018-03的结账")]
)
def test_months_are_closed_in_order(month, told):
    if told is None:
        rules.check_in_order(month, "2018-03")
    else:
        with pytest.raises(RuleViolation, match=told):
            rules.check_in_order(month, "2018-03")


def test_a_month_is_over_after_its_last_day_and_not_on_it():
    assert rules.is_over("2018-03", date(2018, 4, 1))
    assert not rules.is_over("2018-03", date(2018, 3, 31))


def test_every_hindrance_is_named_with_the_way_out():
    rules.check_unhindered("2018-03", [])
    found = [
        Hindered(Hindrance.FUND_RECEIPT, 1, "YH1 2018-03-05"),
        Hindered(Hindrance.CEREMONY, 2, "春季大会 2018-03-06"),
        Hindered(Hindrance.OTHER, None, "案款专户", "银行对账未完成", "请先完成当月对账"),
    ]
    with pytest.raises(RuleViolation) as refused:
        rules.check_unhindered("2018-03", found)
    for told in (
        "3项",
        "YH1 2018-03-05",
        "请财务复核确认入账或退回",
        "春季大会",
        "请核对现金后结束大会",
        "银行对账未完成（案款专户），请先完成当月对账。",
    ):
        assert told in str(refused.value)


def test_every_point_of_the_closing_list_is_asked_and_has_a_way_out():
    assert set(rules.WAYS_OUT) == set(rules.ASKED) == set(Hindrance) - {Hindrance.OTHER}
    assert list(rules.ASKED) == [kind for kind in Hindrance if kind in rules.ASKED]
    assert set(rules.ASKED) > rules.PROOFS


@pytest.mark.parametrize(
    ("state", "tone"),
    [
        (PointState.MET, "success"),
        (PointState.OPEN, "warning"),
        (PointState.AT_CLOSING, "secondary"),
        (ReopeningStatus.REQUESTED, "warning"),
        (ReopeningStatus.REOPENED, "success"),
        (ReopeningStatus.RETURNED, "secondary"),
        (YearCloseStatus.REQUESTED, "warning"),
        (YearCloseStatus.CLOSED, "success"),
        (YearCloseStatus.REOPENED, "secondary"),
        (YearCloseStatus.RETURNED, "secondary"),
    ],
)
def test_a_state_is_shown_in_its_tone(state, tone):
    assert state.tone == tone


def test_december_waits_for_the_president():
    rules.check_not_december("2018-11")
    with pytest.raises(RuleViolation, match="请申请年终结账，由院长批准"):
        rules.check_not_december("2018-12")


@pytest.mark.parametrize(
    ("due", "told"),
    [
        ("2018-12", None),
        ("2018-11", "依次办理2018-11至2018-11"),
        ("2018-03", "2018-03至2018-11"),
        ("2019-01", "已经年终结账"),
    ],
)
def test_a_year_is_closed_once_and_after_november(due, told):
    if told is None:
        rules.check_year_ready(2018, due)
    else:
        with pytest.raises(RuleViolation, match=told):
            rules.check_year_ready(2018, due)


def test_a_package_needs_a_court_and_a_year_that_has_begun():
    rules.check_courts(["湘06"])
    rules.check_begun(2018, date(2018, 1, 1))
    with pytest.raises(RuleViolation, match="还没有法院"):
        rules.check_courts([])
    with pytest.raises(RuleViolation, match="2019年度尚未开始"):
        rules.check_begun(2019, date(2018, 12, 31))


def carried(model=Model.OWN_FUNDS, **balances):
    """The movements and amounts of a transfer, with balances given by account name as credit less debit."""
    moved = rules.result_transfer(model, {Account[name]: yuan(amount) for name, amount in balances.items()})
    return [(one.movement, f"{one.amount.amount:.2f}") for one in moved]


def test_income_is_carried_to_the_result_and_the_result_to_net_assets():
    assert carried(APPROPRIATION="3000000.00", DONATION="1000000.00", GRANT="0.00", FUND_BANK="-1.00") == [
        (Movement.APPROPRIATION_CLOSED, "3000000.00"),
        (Movement.DONATION_CLOSED, "1000000.00"),
        (Movement.SURPLUS_CARRIED, "4000000.00"),
    ]


def test_losses_are_taken_off_and_a_deficit_is_carried_as_one():
    assert carried(INTEREST="0.01", DISPOSAL_LOSS="-15000.00") == [
        (Movement.INTEREST_CLOSED, "0.01"),
        (Movement.LOSS_CLOSED, "15000.00"),
        (Movement.DEFICIT_CARRIED, "14999.99"),
    ]


def test_income_of_which_more_was_given_back_than_came_in_is_emptied_from_the_other_side():
    assert carried(DONATION="-500.00", OTHER_INCOME="200.00") == [
        (Movement.DONATION_OVERDRAFT_CLOSED, "500.00"),
        (Movement.OTHER_INCOME_CLOSED, "200.00"),
        (Movement.DEFICIT_CARRIED, "300.00"),
    ]


def test_a_result_of_nothing_is_not_carried():
    assert carried(DONATION="500.00", DISPOSAL_LOSS="-500.00") == [
        (Movement.DONATION_CLOSED, "500.00"),
        (Movement.LOSS_CLOSED, "500.00"),
    ]
    assert carried() == []


def test_entrusted_money_is_no_income():
    assert carried(Model.CUSTODIAL, APPROPRIATION="1.00") == []


# ---- reopening

AGREED, RETURNED = ReopeningOutcome.AGREED, ReopeningOutcome.RETURNED


@pytest.mark.parametrize(
    ("month", "outcomes", "status", "step"),
    [
        ("2018-03", [], ReopeningStatus.REQUESTED, ReopeningStep.APPROVAL),
        ("2018-03", [AGREED], ReopeningStatus.REOPENED, None),
        ("2018-03", [RETURNED], ReopeningStatus.RETURNED, None),
        ("2018-12", [], ReopeningStatus.REQUESTED, ReopeningStep.AUDIT),
        ("2018-12", [AGREED], ReopeningStatus.REQUESTED, ReopeningStep.APPROVAL),
        ("2018-12", [AGREED, AGREED], ReopeningStatus.REOPENED, None),
        ("2018-12", [RETURNED], ReopeningStatus.RETURNED, None),
        ("2018-12", [AGREED, RETURNED], ReopeningStatus.RETURNED, None),
    ],
)
def test_a_month_needs_the_president_and_a_year_the_auditor_before(month, outcomes, status, step):
    assert rules.reopening_status(month, outcomes) is status
    assert rules.due_step(month, outcomes) is step


def test_each_step_has_a_post_of_its_own():
    doors = [rules.step_door(step) for step in ReopeningStep]
    assert [MATRIX[door] for door in doors] == [frozenset({Role.AUDITOR}), frozenset({Role.PRESIDENT})]
    assert MATRIX[Permission.REOPENING_REQUEST] == frozenset({Role.FINANCE_REVIEWER})


@pytest.mark.parametrize(
    ("month", "last", "told"),
    [
        ("2018-03", "2018-03", None),
        ("2018-03", None, "本院没有已结账的月份"),
        ("2018-04", "2018-03", "2018-04尚未结账"),
        ("2018-02", "2018-03", "只能对最后一个已结账的月份2018-03反结账"),
    ],
)
def test_only_the_last_closed_month_is_opened_again(month, last, told):
    if told is None:
        rules.check_reopenable(month, last)
    else:
        with pytest.raises(RuleViolation, match=told):
            rules.check_reopenable(month, last)


def test_a_request_is_made_once_with_a_reason_of_some_length():
    rules.check_no_request(is_waiting=False)
    with pytest.raises(RuleViolation, match="已有一份办理中的反结账申请"):
        rules.check_no_request(is_waiting=True)
    rules.check_reason("改" * 500)
    for reason, told in ((" ", "请写明理由"), ("改" * 501, "500字以内")):
        with pytest.raises(RuleViolation, match=told):
            rules.check_reason(reason)


def test_a_request_goes_back_with_a_reason_and_is_agreed_to_without_one():
    rules.check_opinion("", AGREED)
    rules.check_opinion("请在四月更正", RETURNED)
    with pytest.raises(RuleViolation, match="退回申请须写明理由"):
        rules.check_opinion(" ", RETURNED)
    with pytest.raises(RuleViolation, match="500字以内"):
        rules.check_opinion("改" * 501, AGREED)


def test_a_step_is_taken_by_its_post_and_by_a_fresh_hand():
    rules.check_turn(ReopeningStep.AUDIT, may_decide=True)
    with pytest.raises(RuleViolation, match="当前环节为“审计同意”，尚未轮到您"):
        rules.check_turn(ReopeningStep.AUDIT, may_decide=False)
    rules.check_fresh_hand(3, requested_by_id=1, decided_by=[2])
    with pytest.raises(RuleViolation, match="不能办理本人提出的反结账申请"):
        rules.check_fresh_hand(1, requested_by_id=1, decided_by=[])
    with pytest.raises(RuleViolation, match="同一人不能办理两个环节"):
        rules.check_fresh_hand(2, requested_by_id=1, decided_by=[2])


def test_nothing_is_left_on_the_result_accounts():
    rules.check_carried({Account.FUND_BANK: yuan("5.00"), Account.NET_ASSETS: yuan("5.00"), Account.DONATION: ZERO})
    with pytest.raises(RuleViolation, match="4603、5301、3301仍有余额"):
        rules.check_carried(
            {account: yuan("0.01") for account in (Account.YEAR_RESULT, Account.DISPOSAL_LOSS, Account.DONATION)}
        )


@pytest.mark.parametrize(
    ("is_unmasked", "reason", "may", "told"),
    [
        (False, "", False, None),
        (True, "年度审计核对收款人", True, None),
        (False, "年度审计核对收款人", True, "请同时勾选"),
        (True, "年度审计核对收款人", False, "只有审计人员"),
        (True, "审计核对收款人", True, "8至500个字"),
        (True, "审计" * 251, True, "8至500个字"),
        (True, "    " * 20, True, "8至500个字"),
    ],
)
def test_persons_are_named_whole_only_by_those_who_may_and_for_a_reason(is_unmasked, reason, may, told):
    if told is None:
        assert rules.checked_unmasking(is_unmasked=is_unmasked, reason=reason, may_unmasked=may) == reason
    else:
        with pytest.raises(RuleViolation, match=told):
            rules.checked_unmasking(is_unmasked=is_unmasked, reason=reason, may_unmasked=may)


def test_a_package_holds_the_court_asked_for_or_all_that_may_be_read():
    assert rules.chosen_courts("", {"湘0603", "湘0602"}) == ("湘0602", "湘0603")
    assert rules.chosen_courts("湘0603", {"湘0603", "湘0602"}) == ("湘0603",)
    with pytest.raises(RuleViolation, match="您不能查阅所选法院的账簿"):
        rules.chosen_courts("湘06", {"湘0603", "湘0602"})


@pytest.mark.parametrize(
    ("year", "years", "told"),
    [
        (2018, [2018], None),
        (2020, [2019, 2018], None),
        (2017, [2019, 2018], "最早的凭证在2018年度"),
        (2018, [], "还没有"),
    ],
)
def test_a_package_is_of_a_year_that_has_books_behind_it(year, years, told):
    if told is None:
        rules.check_has_books(year, years)
    else:
        with pytest.raises(RuleViolation, match=told):
            rules.check_has_books(year, years)
