"""Months and years are closed in order, once, by the right hands, and take no voucher afterwards."""

from datetime import date

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from fundapp.core import clock
from fundapp.core.db import db, transaction
from fundapp.core.errors import NotFound, RuleViolation
from fundapp.ledger import queries as books
from fundapp.ledger.rules import Account, Model, Movement
from fundapp.trail import queries as trail
from fundapp.trail.rules import Event
from fundapp.users.rules import Role
from fundapp.yearend import queries, service
from tests.attacker import DENIED
from tests.builders.ceremonies import an_open_ceremony
from tests.builders.custody import a_case_receipt, an_approved_payout
from tests.builders.disbursement import a_sent_batch, imported, told
from tests.builders.funding import a_receipt, a_source
from tests.builders.ledger import a_correction, a_voucher
from tests.builders.people import COURT, OTHER_COURT, SUPERIOR, a_user, the_books, the_holder
from tests.builders.yearend import YEAR, months_closed, year_closed

AFTER = date(YEAR + 1, 1, 8)


@pytest.fixture(autouse=True)
def january():
    """The year is over, unless a test says otherwise."""
    with clock.at(AFTER):
        yield


def close(month: str, *, on: date = AFTER, actor=None):
    actor = actor or the_holder(Role.FINANCE_REVIEWER)
    with clock.at(on), transaction(COURT):
        service.close_month(COURT, month, actor=actor)


def close_year(year: int = YEAR, *, on: date = AFTER, actor=None):
    actor = actor or the_holder(Role.PRESIDENT)
    with clock.at(on), transaction(COURT):
        return service.close_year(COURT, year, actor=actor)


def stands(account: Account) -> str:
    return f"{books.balance(COURT, account).amount:.2f}"


# ---- months


def test_a_month_is_closed_after_its_end_and_what_comes_late_stands_in_the_next(app):
    with clock.at(date(2018, 1, 5)):
        a_receipt("100.00", day=date(2018, 1, 5))
    close("2018-01", on=date(2018, 2, 1))
    [closed] = books.closed_months(COURT)
    assert (closed.month, closed.vouchers, closed.closed_by_id) == ("2018-01", 1, the_holder(Role.FINANCE_REVIEWER).id)
    [entry] = trail.history(f"month:{COURT}:2018-01")
    assert (entry.event, entry.told) == (Event.MONTH_CLOSED, {"month": "2018-01", "vouchers": "1"})
    late = a_voucher("1.00", day=date(2018, 1, 31))
    assert (late.business_date, late.posted_on) == (date(2018, 1, 31), date(2018, 2, 1))


def test_months_are_closed_one_after_the_other_beginning_with_january(app):
    a_receipt("100.00", day=date(2018, 3, 5))
    assert queries.due_month(COURT) == "2018-01"
    with pytest.raises(RuleViolation, match="请先办理2018-01的结账"):
        close("2018-03")
    close("2018-01")
    with pytest.raises(RuleViolation, match="2018-01已经结账"):
        close("2018-01")
    close("2018-02")
    assert queries.due_month(COURT) == "2018-03"
    with pytest.raises(RuleViolation, match="2018-03尚未结束"):
        close("2018-03", on=date(2018, 3, 31))


def test_books_without_vouchers_begin_with_the_year_they_were_opened_in(app):
    with clock.at(date(2018, 6, 1)):
        the_books()
    assert queries.due_month(COURT) == "2018-01"


def test_only_ones_own_court_is_closed(app):
    a_receipt("100.00", day=date(2018, 1, 5))
    with pytest.raises(RuleViolation, match="只能办理本院的事项"):
        close("2018-01", actor=the_holder(Role.FINANCE_REVIEWER, court_code=OTHER_COURT))


@pytest.mark.parametrize("month", ["2018-13", "January"])
def test_what_is_no_month_is_refused(app, month):
    the_books()
    with pytest.raises(RuleViolation, match="格式不对"):
        close(month)


def test_december_is_left_to_the_year(app):
    a_receipt("100.00", day=date(2018, 1, 5))
    months_closed()
    with pytest.raises(RuleViolation, match="请由院长办理年终结账"):
        close("2018-12")


# ---- what hinders


def hindrances(month: str = "2018-03") -> list[str]:
    return [f"{one.kind.value} {one.cited}" for one in queries.hindered(COURT, month)]


def test_an_unconfirmed_receipt_hinders_its_month_and_no_other(app):
    receipt = a_receipt("100.00", day=date(2018, 1, 31), is_confirmed=False)
    assert hindrances("2018-01") == [f"fund_receipt {receipt.bank_reference} 2018-01-31"]
    assert hindrances("2018-02") == []
    a_voucher("1.00", day=date(2018, 1, 1))
    with pytest.raises(RuleViolation, match=f"未复核的到账登记（{receipt.bank_reference} 2018-01-31），请财务复核"):
        close("2018-01")


def test_unconfirmed_case_money_hinders(app):
    with clock.at(date(2018, 3, 20)):
        receipt = a_case_receipt("500.00", confirmed=False, day=date(2018, 3, 20))
    assert hindrances() == [f"case_receipt {receipt.bank_reference} 2018-03-20"]


def test_a_batch_hinders_until_the_bank_has_answered_every_line(app):
    with clock.at(date(2018, 3, 20)):
        batch = a_sent_batch("3000.00", "4000.00")
        assert hindrances() == [f"batch {batch.number} 2018-03-20"]
        imported(told(batch.lines[0]), told(batch.lines[1], "处理中"))
        assert hindrances() == [f"batch {batch.number} 2018-03-20"]
        imported(told(batch.lines[1], "失败"))
    assert hindrances() == []


def test_an_open_ceremony_hinders(app):
    with clock.at(date(2018, 3, 20)):
        ceremony = an_open_ceremony(an_approved_payout("500.00", a_case_receipt("500.00", day=date(2018, 3, 20)).case))
    assert hindrances() == [f"ceremony {ceremony.name} 2018-03-20"]


def test_a_requested_correction_hinders_the_month_it_would_be_booked_in(app):
    with clock.at(date(2018, 3, 20)):
        a_correction(a_voucher("100.00", source=a_source().subject), day=date(2018, 3, 20), reason="重复入账")
    assert hindrances() == ["correction 重复入账 2018-03-20"]
    assert hindrances("2018-04") == []


# ---- years


def test_the_year_carries_its_result_over_and_closes_december(app):
    source = a_source().subject
    a_voucher("3000000.00", day=date(2018, 3, 1), source=source)
    a_voucher("1000000.00", Movement.DONATION_RECEIVED, day=date(2018, 3, 5), source=source)
    a_voucher("200.00", Movement.DONATION_GIVEN_BACK, day=date(2018, 4, 5), source=source)
    months_closed()
    closed = close_year()
    assert [stands(one) for one in (Account.APPROPRIATION, Account.DONATION, Account.YEAR_RESULT)] == ["0.00"] * 3
    assert stands(Account.NET_ASSETS) == "3999800.00"
    voucher = books.voucher(closed.result_voucher_id, frozenset({COURT}))
    assert (voucher.name, voucher.business_date, len(voucher.lines)) == ("year:2018:result", date(2018, 12, 31), 3)
    assert (voucher.prepared_by_id, voucher.reviewed_by_id) == (
        the_holder(Role.FINANCE_REVIEWER).id,
        the_holder(Role.PRESIDENT).id,
    )
    assert (closed.vouchers, books.is_closed(COURT, "2018-12"), queries.due_month(COURT)) == (4, True, "2019-01")
    [entry] = trail.history(f"year:{COURT}:2018")
    assert (entry.event, entry.told) == (Event.YEAR_CLOSED, {"year": "2018", "vouchers": "4"})
    assert books.difference([COURT]).amount == 0


def test_what_came_in_after_the_year_stays_in_the_next(app):
    a_voucher("100.00", day=date(2018, 12, 31))
    a_voucher("7.00", day=date(2019, 1, 2))
    months_closed()
    close_year()
    assert (stands(Account.APPROPRIATION), stands(Account.NET_ASSETS)) == ("7.00", "100.00")
    year_closed(year=2019)
    assert (stands(Account.APPROPRIATION), stands(Account.NET_ASSETS)) == ("0.00", "107.00")


def test_a_year_without_result_and_one_of_entrusted_money_carry_nothing(app):
    the_books(model=Model.CUSTODIAL)
    a_voucher("100.00", day=date(2018, 5, 1), model=Model.CUSTODIAL, source=a_source().subject)
    months_closed()
    assert close_year().result_voucher_id is None
    assert stands(Account.ENTRUSTED_FUND) == "100.00"


def test_a_year_is_closed_once_after_november_and_after_its_end(app):
    a_voucher("100.00", day=date(2018, 5, 1))
    with pytest.raises(RuleViolation, match="依次办理2018-01至2018-11"):
        close_year()
    months_closed(up_to=10)
    with pytest.raises(RuleViolation, match="2018年尚不能年终结账"):
        close_year()
    close("2018-11")
    with pytest.raises(RuleViolation, match="2018-12尚未结束"):
        close_year(on=date(2018, 12, 31))
    close_year()
    with pytest.raises(RuleViolation, match="2018年已经年终结账"):
        close_year()


def test_what_is_undecided_in_december_hinders_the_year_and_nothing_is_carried(app):
    a_voucher("100.00", day=date(2018, 5, 1))
    a_receipt("5.00", day=date(2018, 12, 30), is_confirmed=False)
    months_closed()
    with pytest.raises(RuleViolation, match="未复核的到账登记"):
        close_year()
    assert stands(Account.APPROPRIATION) == "100.00"
    assert queries.closed_year(COURT, 2018) is None


def test_one_person_cannot_be_both_hands_of_the_closing(app):
    a_voucher("100.00", day=date(2018, 5, 1))
    months_closed()
    with pytest.raises(RuleViolation, match="不能是同一人"):
        close_year(actor=the_holder(Role.FINANCE_REVIEWER))
    with pytest.raises(RuleViolation, match="只能办理本院的事项"):
        close_year(actor=a_user(Role.PRESIDENT, court_code=SUPERIOR))


def test_a_closed_year_cannot_be_opened_again(app):
    a_voucher("100.00", day=date(2018, 5, 1))
    year_closed()
    with clock.at(date(2019, 1, 10)):
        record()
    for statement in (
        "DELETE FROM closed_years",
        "UPDATE closed_months SET month = '1999-01'",
        "DELETE FROM audit_packages",
    ):
        with pytest.raises(DBAPIError, match=DENIED), transaction():
            db.session.execute(text(statement))


# ---- packages


def record(*court_codes: str):
    actor = the_holder(Role.AUDITOR)
    with transaction(COURT):
        return service.record_package(
            court_code=COURT,
            year=2018,
            court_codes=court_codes or (COURT,),
            file_name="a.zip",
            digest="d" * 64,
            actor=actor,
        )


def test_a_package_is_recorded_with_its_digest(app):
    package = record()
    [entry] = trail.history(package.subject)
    assert (entry.event, entry.told) == (Event.PACKAGE_EXPORTED, {"year": "2018", "digest": "d" * 64})
    assert queries.package(package.id, frozenset({COURT})) == package


def test_a_package_with_further_courts_is_kept_from_readers_of_one(app):
    own, district = record(), record(COURT, OTHER_COURT)
    seen = db.session.scalars(queries.packages(frozenset({COURT}))).all()
    assert seen == [own]
    assert set(db.session.scalars(queries.packages(frozenset({COURT, OTHER_COURT})))) == {own, district}
    with pytest.raises(NotFound):
        queries.package(district.id, frozenset({COURT}))
    with pytest.raises(NotFound):
        queries.package(own.id, frozenset({OTHER_COURT}))
