"""Sources and receipts in the books."""

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from fundapp.core.db import db, transaction
from fundapp.core.errors import RuleViolation, StaleRecord
from fundapp.core.money import ZERO, yuan
from fundapp.funding import queries, service
from fundapp.funding.models import FundReceipt
from fundapp.funding.rules import Direction, ReceiptStatus, SourceKind
from fundapp.ledger import queries as books
from fundapp.ledger.rules import Account, Model
from fundapp.trail import queries as trail
from fundapp.trail.rules import Event
from fundapp.users.rules import Role
from tests.builders.funding import a_receipt, a_source
from tests.builders.people import COURT, a_user, the_books, the_holder

SCOPE = frozenset({COURT})


def test_confirmed_money_stands_in_the_bank_and_as_income_of_its_kind(app):
    receipt = a_receipt("10000.00", source=a_source(SourceKind.SOCIAL_DONATION))
    assert receipt.status is ReceiptStatus.CONFIRMED
    assert books.available(COURT) == yuan("10000.00")
    assert books.balance(COURT, Account.DONATION) == yuan("10000.00")
    assert queries.raised_by_kind(SCOPE)[SourceKind.SOCIAL_DONATION] == yuan("10000.00")
    assert [entry.event for entry in trail.history(receipt.subject)] == [
        Event.RECEIPT_RECORDED,
        Event.RECEIPT_CONFIRMED,
    ]


def test_recorded_money_is_not_available_until_another_person_confirms_it(app):
    receipt = a_receipt(is_confirmed=False)
    assert books.available(COURT) == ZERO
    clerk = the_holder(Role.FINANCE_CLERK)
    with pytest.raises(RuleViolation, match="不能是同一人"), transaction(COURT):
        service.confirm_receipt(receipt.id, seen_version=receipt.version, actor=clerk)


def test_the_database_refuses_one_hand_when_the_rule_is_bypassed(app):
    receipt = a_receipt(is_confirmed=False)
    with pytest.raises(IntegrityError):
        db.session.execute(update(FundReceipt).values(confirmed_by_id=receipt.recorded_by_id))
    db.session.rollback()


def test_a_bank_reference_is_recorded_once_and_freed_by_a_return(app):
    receipt = a_receipt(is_confirmed=False)
    reference, clerk = receipt.bank_reference, the_holder(Role.FINANCE_CLERK)
    again = {"amount": yuan("1.00"), "business_date": receipt.business_date, "bank_reference": reference}
    with pytest.raises(RuleViolation, match="不要重复登记"), transaction(COURT):
        service.record_receipt(receipt.source_id, **again, actor=clerk)
    with transaction(COURT):
        service.return_receipt(
            receipt.id, reason="金额有误", seen_version=receipt.version, actor=the_holder(Role.FINANCE_REVIEWER)
        )
    assert receipt.status is ReceiptStatus.RETURNED
    with transaction(COURT):
        service.record_receipt(receipt.source_id, **again, actor=clerk)


def test_a_receipt_changed_since_it_was_read_is_not_confirmed(app):
    receipt = a_receipt(is_confirmed=False)
    with pytest.raises(StaleRecord), transaction(COURT):
        service.confirm_receipt(receipt.id, seen_version=99, actor=the_holder(Role.FINANCE_REVIEWER))


def test_no_more_is_given_back_than_the_source_has_left(app):
    source = a_source()
    a_receipt("100.00", source=source)
    a_receipt("100.00")  # another source's money is not this one's to take back
    with pytest.raises(RuleViolation, match=r"还差0\.01元"):
        a_receipt("100.01", source=source, direction=Direction.GIVEN_BACK)
    a_receipt("100.00", source=source, direction=Direction.GIVEN_BACK)
    figures = queries.figures(SCOPE)[source.subject]
    assert (figures.received, figures.given_back, figures.left) == (yuan("100.00"), yuan("100.00"), ZERO)


@pytest.mark.parametrize("model", Model)
def test_sources_pay_in_the_order_of_their_registration_in_both_models(app, model):
    the_books(model=model)
    first, second = a_source(), a_source()
    a_receipt("30.00", source=second)
    a_receipt("20.00", source=first)
    assert queries.draw(COURT, yuan("25.00")) == [(first.subject, yuan("20.00")), (second.subject, yuan("5.00"))]
    with pytest.raises(RuleViolation, match=r"还差0\.01元"):
        queries.draw(COURT, yuan("50.01"))


def test_a_name_is_given_to_one_source_of_a_court(app):
    source = a_source()
    clerk = the_holder(Role.FINANCE_CLERK)
    with pytest.raises(RuleViolation, match="已有名为"), transaction(COURT):
        service.register_source(kind=SourceKind.OTHER, name=source.name, document="x", actor=clerk)


def test_a_stopped_source_takes_no_more_money(app):
    source = a_source()
    with transaction(COURT):
        service.change_source(
            source.id,
            name=source.name,
            document=source.document,
            is_active=False,
            seen_version=source.version,
            actor=the_holder(Role.FINANCE_CLERK),
        )
    with pytest.raises(RuleViolation, match="已停用"):
        a_receipt(source=source)


def test_another_courts_receipt_is_as_good_as_missing(app):
    receipt = a_receipt(is_confirmed=False)
    stranger = a_user(Role.FINANCE_REVIEWER, court_code="湘0603")
    with pytest.raises(Exception, match="没有找到"), transaction("湘0603"):
        service.confirm_receipt(receipt.id, seen_version=receipt.version, actor=stranger)
