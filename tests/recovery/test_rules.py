"""How a debtor's payment is split."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fundapp.core.errors import RuleViolation
from fundapp.core.money import ZERO, from_fen, total, yuan
from fundapp.eligibility.rules import RecoveryOrder
from fundapp.recovery.rules import (
    check_advanced,
    check_allocatable,
    check_day,
    creditor_rest,
    served,
    split_recovery,
)

FUND_FIRST, CLAIMANT_FIRST, PRO_RATA = RecoveryOrder

owed = st.integers(0, 10**9).map(from_fen)
paid = st.integers(1, 10**9).map(from_fen)
orders = st.sampled_from(RecoveryOrder)


@pytest.mark.parametrize(
    ("order", "amount", "fund", "creditor", "refund"),
    [
        (FUND_FIRST, "10000.00", "10000.00", "0.00", "0.00"),
        (CLAIMANT_FIRST, "10000.00", "7000.00", "3000.00", "0.00"),
        (PRO_RATA, "10000.00", "8333.33", "1666.67", "0.00"),
        (FUND_FIRST, "20000.00", "15000.00", "3000.00", "2000.00"),
        (CLAIMANT_FIRST, "20000.00", "15000.00", "3000.00", "2000.00"),
        (PRO_RATA, "20000.00", "15000.00", "3000.00", "2000.00"),
        (FUND_FIRST, "18000.00", "15000.00", "3000.00", "0.00"),
        (FUND_FIRST, "18000.01", "15000.00", "3000.00", "0.01"),
        (FUND_FIRST, "15000.01", "15000.00", "0.01", "0.00"),
        (CLAIMANT_FIRST, "3000.00", "0.00", "3000.00", "0.00"),
        (CLAIMANT_FIRST, "3000.01", "0.01", "3000.00", "0.00"),
        (PRO_RATA, "0.01", "0.01", "0.00", "0.00"),
    ],
)
def test_fifteen_thousand_advanced_and_three_thousand_owed_beyond(order, amount, fund, creditor, refund):
    parts = split_recovery(yuan(amount), outstanding=yuan("15000.00"), creditor_rest=yuan("3000.00"), order=order)
    assert parts == (yuan(fund), yuan(creditor), yuan(refund))


@given(amount=paid, outstanding=owed, rest=owed, order=orders)
def test_the_parts_add_up_and_nobody_gets_more_than_he_is_owed(amount, outstanding, rest, order):
    parts = split_recovery(amount, outstanding=outstanding, creditor_rest=rest, order=order)
    assert total(parts) == amount
    assert ZERO <= parts.fund <= outstanding
    assert ZERO <= parts.creditor <= rest
    if parts.refund > ZERO:
        assert (parts.fund, parts.creditor) == (outstanding, rest), "a refund before everybody has everything"


@given(amount=paid, outstanding=owed, rest=owed)
def test_the_first_in_order_is_served_in_full_before_the_other_gets_anything(amount, outstanding, rest):
    first = split_recovery(amount, outstanding=outstanding, creditor_rest=rest, order=FUND_FIRST)
    assert first.creditor == ZERO or first.fund == outstanding
    last = split_recovery(amount, outstanding=outstanding, creditor_rest=rest, order=CLAIMANT_FIRST)
    assert last.fund == ZERO or last.creditor == rest
    between = split_recovery(amount, outstanding=outstanding, creditor_rest=rest, order=PRO_RATA)
    assert last.fund <= between.fund <= first.fund


@given(first=paid, second=paid, outstanding=owed, rest=owed, order=st.sampled_from([FUND_FIRST, CLAIMANT_FIRST]))
def test_two_payments_come_to_the_same_as_one(first, second, outstanding, rest, order):
    before = split_recovery(first, outstanding=outstanding, creditor_rest=rest, order=order)
    after = split_recovery(
        second, outstanding=outstanding - before.fund, creditor_rest=rest - before.creditor, order=order
    )
    whole = split_recovery(first + second, outstanding=outstanding, creditor_rest=rest, order=order)
    assert tuple(a + b for a, b in zip(before, after, strict=True)) == whole


@pytest.mark.parametrize(
    ("claim", "advanced", "before", "allocated", "rest"),
    [
        ("18000.00", "15000.00", "0.00", "0.00", "3000.00"),
        ("18000.00", "15000.00", "1000.00", "500.00", "1500.00"),
        ("18000.00", "18000.00", "0.00", "0.00", "0.00"),
        ("18000.00", "18000.00", "5000.00", "0.00", "0.00"),
    ],
)
def test_what_the_creditors_are_still_owed_is_never_below_zero(claim, advanced, before, allocated, rest):
    assert creditor_rest(
        yuan(claim), advanced=yuan(advanced), received_before=yuan(before), allocated=yuan(allocated)
    ) == yuan(rest)


@pytest.mark.parametrize(
    ("amount", "parts"),
    [
        ("0.00", []),
        ("60.00", [("first", "60.00")]),
        ("100.00", [("first", "100.00")]),
        ("100.01", [("first", "100.00"), ("second", "0.01")]),
        ("150.00", [("first", "100.00"), ("second", "50.00")]),
    ],
)
def test_who_paid_first_is_served_first(amount, parts):
    lots = [("first", yuan("100.00")), ("nothing", ZERO), ("second", yuan("50.00"))]
    assert served(yuan(amount), lots) == [(key, yuan(part)) for key, part in parts]


def test_more_than_the_books_say_is_owed_is_not_given_back():
    with pytest.raises(RuleViolation, match=r"少0\.01元，请先核对本案凭证有无冲销"):
        served(yuan("100.01"), [("first", yuan("100.00"))])


@pytest.mark.parametrize(
    ("facts", "told"),
    [
        ((True, False, False), None),
        ((False, False, False), "尚未复核入账"),
        ((True, True, False), "已经分配"),
        ((True, False, True), "破产程序"),
    ],
)
def test_a_receipt_is_allocated_once_confirmed_once_and_not_in_bankruptcy(facts, told):
    confirmed, allocated, bankrupt = facts
    _told(
        lambda: check_allocatable(is_confirmed=confirmed, is_allocated=allocated, is_in_bankruptcy=bankrupt),
        told,
    )


@pytest.mark.parametrize(
    ("is_advanced", "opening_claim", "told"),
    [
        (True, "0.00", None),
        (True, "9.00", None),
        (False, "0.00", "请直接申请发放案款"),
        (False, "9.00", r"期初应收垫付款9\.00元.*不要发放"),
    ],
)
def test_only_money_after_an_advance_is_split(is_advanced, opening_claim, told):
    _told(lambda: check_advanced(is_advanced, opening_claim=yuan(opening_claim)), told)


@pytest.mark.parametrize(
    ("day", "told"),
    [
        (date(2018, 6, 20), None),
        (date(2018, 6, 25), None),
        (date(2018, 6, 19), "应在2018-06-20至今天2018-06-25之间"),
        (date(2018, 6, 26), "应在2018-06-20至今天2018-06-25之间"),
    ],
)
def test_an_allocation_is_booked_between_the_money_and_today(day, told):
    _told(lambda: check_day(day, earliest=date(2018, 6, 20), today=date(2018, 6, 25)), told)


def _told(check, told):
    if told is None:
        check()
    else:
        with pytest.raises(RuleViolation, match=told):
            check()
