"""Reserving: money that is promised is held until it is paid or released, and follows where it goes."""

import pytest

from fundapp.core.db import transaction
from fundapp.core.errors import RuleViolation
from fundapp.core.money import ZERO, yuan
from fundapp.ledger import queries as books
from fundapp.ledger import service as ledger
from fundapp.ledger.models import Voucher
from fundapp.ledger.rules import (
    Account,
    Movement,
    ReservationState,
    booked,
)
from tests.builders.ledger import a_voucher, how_posted
from tests.builders.people import COURT

OUT = Movement.ADVANCE_PAID


def paid(name: str, amount: str, **how: object) -> Voucher:
    return a_voucher(amount, OUT, name=name, case="case:17", **how)


def promise(name: str, amount: str) -> None:
    with transaction(COURT):
        ledger.reserve(name, court_code=COURT, account=Account.FUND_BANK, amount=yuan(amount))


def test_a_reservation_holds_money_until_it_is_paid_or_released(app):
    a_voucher("100.00")
    promise("advance:1", "60.00")
    promise("advance:2", "40.00")
    assert (books.available(COURT), books.reserved_in([COURT])) == (ZERO, yuan("100.00"))
    with pytest.raises(RuleViolation, match=r"还差0\.01元"):
        promise("advance:3", "0.01")
    with pytest.raises(RuleViolation, match=r"还差1\.00元"):
        paid("unreserved", "1.00")
    with transaction(COURT):
        ledger.release(COURT, "advance:2")
    how = how_posted()
    with transaction(COURT):
        ledger.settle(COURT, "advance:1")
        ledger.post("advance:1:paid", [booked(OUT, yuan("60.00"), case="case:17")], **how)
    assert (books.available(COURT), books.reserved_in([COURT])) == (yuan("40.00"), ZERO)
    states = [books.reservation(COURT, name).state for name in ("advance:1", "advance:2")]
    assert states == [ReservationState.SETTLED, ReservationState.RELEASED]


@pytest.mark.parametrize("end", [ledger.settle, ledger.release])
def test_a_reservation_ends_once(app, end):
    a_voucher("100.00")
    promise("advance:1", "60.00")
    with transaction(COURT):
        end(COURT, "advance:1")
    for again in (ledger.settle, ledger.release):
        with pytest.raises(RuleViolation, match="没有有效的预留"), transaction(COURT):
            again(COURT, "advance:1")
    with pytest.raises(RuleViolation, match="没有有效的预留"), transaction(COURT):
        end(COURT, "advance:2")
    with pytest.raises(RuleViolation, match="不能重复预留"):
        promise("advance:1", "1.00")
    assert books.free(COURT, Account.FUND_BANK) == yuan("100.00")


def test_a_promise_of_one_case_s_money_leaves_the_others_free(app):
    a_voucher("100.00", Movement.CASE_MONEY_RECEIVED, case="case:1")
    a_voucher("50.00", Movement.CASE_MONEY_RECEIVED, case="case:2")
    with transaction(COURT):
        ledger.reserve("p", court_code=COURT, account=Account.CASE_MONEY, amount=yuan("100.00"), part="case:1")
    with pytest.raises(RuleViolation, match=r"还差0\.01元"):
        a_voucher("0.01", Movement.CASE_MONEY_PAID, case="case:1")
    a_voucher("50.00", Movement.CASE_MONEY_PAID, case="case:2")
    assert books.free(COURT, Account.CASE_MONEY, "case:1") == ZERO
    assert books.parts(COURT, Account.CASE_MONEY, "case:") == [("case:1", yuan("100.00"))]


def test_promises_follow_their_money_into_cash(app):
    a_voucher("100.00")
    promise("advance:1", "60.00")
    promise("advance:2", "40.00")
    how = how_posted()
    with transaction(COURT), ledger.moving_reservations(COURT, ["advance:1", "advance:2"], to=Account.CASH):
        ledger.post("drawn", [booked(Movement.FUND_CASH_DRAWN, yuan("100.00"))], **how)
    assert (books.balance(COURT, Account.CASH), books.free(COURT, Account.CASH)) == (yuan("100.00"), ZERO)
    assert (books.free(COURT, Account.FUND_BANK), books.reserved_in([COURT])) == (ZERO, yuan("100.00"))
    with pytest.raises(RuleViolation, match=r"还差1\.00元"):
        a_voucher("1.00", Movement.FUND_CASH_RETURNED)


@pytest.mark.parametrize("drawn", [None, "59.99"])
def test_promises_do_not_move_where_the_money_did_not_go(app, drawn):
    a_voucher("100.00")
    promise("advance:1", "60.00")
    with pytest.raises(RuleViolation, match="超过可用资金"):
        draw_for("advance:1", drawn)
    assert books.reservation(COURT, "advance:1").account is Account.FUND_BANK
    assert books.available(COURT) == yuan("40.00")


def draw_for(name: str, amount: str | None) -> None:
    how = how_posted()
    with transaction(COURT), ledger.moving_reservations(COURT, [name], to=Account.CASH):
        if amount:
            ledger.post("drawn", [booked(Movement.FUND_CASH_DRAWN, yuan(amount))], **how)
