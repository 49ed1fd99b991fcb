"""Months in order, nothing left undecided, and the year's result carried over to the fen."""

from datetime import date

import pytest

from fundapp.core.errors import RuleViolation
from fundapp.core.money import yuan
from fundapp.ledger.rules import Account, Model, Movement
from fundapp.yearend import rules
from fundapp.yearend.rules import Hindered, Hindrance


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


def test_a_month_is_closed_after_its_last_day_and_not_on_it():
    rules.check_over("2018-03", date(2018, 4, 1))
    with pytest.raises(RuleViolation, match="2018-03尚未结束，请在2018-03-31之后"):
        rules.check_over("2018-03", date(2018, 3, 31))


def test_every_hindrance_is_named_with_the_way_out():
    rules.check_unhindered("2018-03", [])
    found = [
        Hindered(Hindrance.FUND_RECEIPT, 1, "YH1 2018-03-05", date(2018, 3, 5)),
        Hindered(Hindrance.CEREMONY, 2, "春季大会 2018-03-06", date(2018, 3, 6)),
    ]
    with pytest.raises(RuleViolation) as refused:
        rules.check_unhindered("2018-03", found)
    for told in ("2项", "YH1 2018-03-05", "请财务复核确认入账或退回", "春季大会", "请核对现金后结束大会"):
        assert told in str(refused.value)


def test_every_hindrance_has_a_way_out():
    assert set(rules.WAYS_OUT) == set(Hindrance)


def test_december_waits_for_the_president():
    rules.check_not_december("2018-11")
    with pytest.raises(RuleViolation, match="请由院长办理年终结账"):
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
