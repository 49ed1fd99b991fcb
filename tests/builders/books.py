"""Two years of a court's book with everything that makes a ledger hard to add up: red and blue corrections, late
vouchers, several vouchers of a day, months without any."""

from datetime import date

from fundapp.core.db import db, transaction
from fundapp.ledger import service as ledger
from fundapp.ledger.models import Voucher
from fundapp.ledger.rules import Movement
from fundapp.users.rules import Role
from tests.builders.ledger import a_voucher, close_month, the_hands
from tests.builders.people import COURT, OTHER_COURT, the_holder

PEOPLE = {"case": "case:1", "source": "source:1", "debtor": "party:1"}


def reversed_on(voucher: Voucher, day: date) -> Voucher:
    """The voucher that undoes another on a day: in red in the same year, in blue in a later one."""
    with transaction(COURT):
        posted = ledger.reverse(
            voucher.id,
            business_date=day,
            reason="金额有误",
            hands=the_hands(),
            actor=the_holder(Role.FINANCE_REVIEWER),
        )
    return db.session.get_one(Voucher, posted.id)


def two_hard_years() -> None:
    """2017 and 2018 of one court; another court has a voucher of its own."""
    _first_year()
    _second_year()
    a_voucher("77.00", court_code=OTHER_COURT, day=date(2018, 3, 1), source="source:9")


def _first_year() -> None:
    wrong = a_voucher("300.00", day=date(2017, 11, 3), source="source:2")
    a_voucher("1000.00", day=date(2017, 3, 1), source="source:1")
    a_voucher("400.00", Movement.DONATION_RECEIVED, day=date(2017, 3, 1), source="source:2")
    a_voucher("150.00", Movement.ADVANCE_PAID, day=date(2017, 3, 9), **PEOPLE)
    reversed_on(wrong, date(2017, 12, 31))
    a_voucher("25.00", Movement.CASE_MONEY_RECEIVED, day=date(2017, 12, 31), case="case:1", debtor="party:1")


def _second_year() -> None:
    of_last_year = a_voucher("60.00", Movement.GRANT_RECEIVED, day=date(2017, 6, 1), source="source:2")
    wrong = a_voucher("500.00", day=date(2018, 1, 15), source="source:1")
    a_voucher("33.33", Movement.FUND_CASH_DRAWN, day=date(2018, 1, 15), source="source:1")
    a_voucher("10.00", Movement.ADVANCE_PAID_IN_CASH, day=date(2018, 1, 15), **PEOPLE | {"case": "case:2"})
    reversed_on(wrong, date(2018, 1, 15))
    reversed_on(of_last_year, date(2018, 2, 1))
    close_month("2018-02")
    a_voucher("20.00", Movement.ADVANCE_PAID, day=date(2018, 2, 10), **PEOPLE)  # late: it stands under March
    a_voucher("45.00", Movement.CASE_MONEY_RECEIVED, day=date(2018, 5, 2), case="case:1", debtor="party:1")
    a_voucher("40.00", Movement.RECOVERED, day=date(2018, 5, 2), **PEOPLE)
    # Dated before what was posted already: it moves the days that follow.
    a_voucher("8.00", Movement.INTEREST_RECEIVED, day=date(2018, 4, 30))
    a_voucher("3.33", Movement.FUND_CASH_RETURNED, day=date(2018, 12, 31), source="source:1")
