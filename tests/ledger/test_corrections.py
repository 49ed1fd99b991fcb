"""Mending what was posted: a voucher is reversed once, by two persons, on a day of its own."""

from datetime import date

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import DBAPIError

from fundapp.core import clock
from fundapp.core.db import db, transaction
from fundapp.core.errors import NotFound, RuleViolation, StaleRecord
from fundapp.ledger import queries as books
from fundapp.ledger import service as ledger
from fundapp.ledger.models import Voucher
from fundapp.ledger.rules import Account, CorrectionStatus, Ink, Movement, VoucherKind
from fundapp.trail import queries as trail
from fundapp.trail.rules import Event
from fundapp.users.models import User
from fundapp.users.rules import Role
from tests.builders.custody import a_paid_payout
from tests.builders.ledger import DAY, a_correction, a_voucher, close_month, how_posted
from tests.builders.people import COURT, OTHER_COURT, a_user, the_holder
from tests.ledger.recomputation import EVER, Key, balances, recomputed

# reversal


def reversed_on(voucher: Voucher, day: date = DAY) -> Voucher:
    how = how_posted(day=day)
    with transaction(COURT):
        undone = ledger.reverse(
            voucher.id, business_date=day, reason="重复记账", hands=how["hands"], actor=how["actor"]
        )
    return db.session.get_one(Voucher, undone.id)


def standing(kept: dict[Key, tuple[int, int]]) -> dict[Key, tuple[int, int]]:
    """What was ever debited and credited, whatever day it moved on."""
    return {key: sides for key, sides in kept.items() if any(sides) and key[2] == EVER}


def test_a_reversal_is_linked_dated_named_and_undoes_every_balance(app):
    a_voucher("500.00", source="source:1")
    before = balances(COURT)
    voucher = a_voucher("300.00", Movement.ADVANCE_PAID, case="case:17", source="source:1")
    undone = reversed_on(voucher, date(2018, 4, 2))
    assert undone.reverses_id == voucher.id and undone.is_correction
    assert undone.summary == "注销2018年3月1日2018付0001号凭证：重复记账"
    assert (undone.ink, undone.kind, undone.cited) == (Ink.RED, VoucherKind.PAYMENT, "2018付0002")
    assert undone.business_date == date(2018, 4, 2)
    assert [(line.debit, line.credit) for line in undone.lines] == [(Account.FUND_BANK, Account.ADVANCES_RECEIVABLE)]
    assert books.reversal_of(voucher.id) == undone and undone.corrects_id == voucher.id
    assert standing(balances(COURT)) == standing(before)
    assert balances(COURT) == recomputed(COURT)


def test_a_voucher_is_reversed_once_never_twice_and_a_reversal_never(app):
    voucher = a_voucher("500.00")
    undone = reversed_on(voucher)
    with pytest.raises(RuleViolation, match="已由2018收0002号凭证注销"):
        reversed_on(voucher)
    with pytest.raises(RuleViolation, match="注销2018收0001号凭证，不能再更正"):
        reversed_on(undone)
    assert books.voucher_count([COURT]) == 2


def test_a_reversal_stands_not_before_the_original_nor_in_a_closed_month(app):
    voucher = a_voucher("500.00")
    with pytest.raises(RuleViolation, match="不能早于原凭证日期2018-03-01"):
        reversed_on(voucher, date(2018, 2, 28))
    close_month("2018-04")
    with pytest.raises(RuleViolation, match="2018-04已结账"):
        reversed_on(voucher, date(2018, 4, 30))
    assert reversed_on(voucher, date(2018, 5, 1)).cited == "2018收0002"


def test_money_that_is_spent_cannot_be_reversed_away(app):
    received = a_voucher("500.00")
    a_voucher("500.00", Movement.ADVANCE_PAID, case="case:17")
    with pytest.raises(RuleViolation, match=r"还差500\.00元"):
        reversed_on(received)


def test_the_database_keeps_a_second_reversal_out(app):
    voucher = a_voucher("500.00")
    undone = reversed_on(voucher)
    copied = {column.key: getattr(undone, column.key) for column in Voucher.__table__.columns if column.key != "id"}
    with pytest.raises(DBAPIError), transaction(COURT):
        db.session.execute(insert(Voucher).values(copied | {"number": 99, "kind_number": 99, "name": "again"}))


# corrections by two persons


def decide(correction_id: int, *, is_confirmed: bool, seen_version: int = 1, actor: User | None = None) -> None:
    actor = actor or the_holder(Role.FINANCE_REVIEWER)
    with transaction(COURT):
        ledger.decide_correction(correction_id, is_confirmed=is_confirmed, seen_version=seen_version, actor=actor)


def test_a_correction_is_asked_for_by_one_and_confirmed_by_another(app):
    voucher = a_voucher("500.00")
    correction = a_correction(voucher, day=date(2018, 3, 2), reason="重复记账")
    decide(correction.id, is_confirmed=True)
    undone = books.reversal_of(voucher.id)
    assert (correction.status, correction.corrected_by_id) == (CorrectionStatus.CONFIRMED, undone.id)
    assert undone.business_date == date(2018, 3, 2)
    assert (undone.prepared_by_id, undone.reviewed_by_id) == (correction.requested_by_id, correction.reviewed_by_id)
    events = [(entry.event, entry.told.get("reason")) for entry in trail.history(voucher.subject)]
    assert events[1:] == [(Event.CORRECTION_REQUESTED, "重复记账"), (Event.CORRECTION_CONFIRMED, "重复记账")]


def test_a_correction_is_returned_and_may_be_asked_for_again(app):
    voucher = a_voucher("500.00")
    correction = a_correction(voucher)
    with pytest.raises(RuleViolation, match="已有一份待复核"):
        a_correction(voucher)
    decide(correction.id, is_confirmed=False)
    assert correction.status is CorrectionStatus.RETURNED
    assert books.reversal_of(voucher.id) is None
    assert trail.history(voucher.subject)[-1].event is Event.CORRECTION_RETURNED
    assert a_correction(voucher).status is CorrectionStatus.REQUESTED


def test_a_correction_is_not_decided_by_its_asker_nor_twice_nor_unseen(app):
    correction = a_correction(a_voucher("500.00"))
    with pytest.raises(RuleViolation, match="不能是同一人"):
        decide(correction.id, is_confirmed=True, actor=the_holder(Role.FINANCE_CLERK))
    with pytest.raises(StaleRecord):
        decide(correction.id, is_confirmed=True, seen_version=2)
    decide(correction.id, is_confirmed=True)
    for version in (1, 2):
        with pytest.raises(StaleRecord):
            decide(correction.id, is_confirmed=True, seen_version=version)
    assert books.voucher_count([COURT]) == 2


def test_a_correction_is_asked_for_within_one_s_court_on_a_day_that_is_possible(app):
    voucher = a_voucher("500.00")
    stranger = a_user(Role.FINANCE_CLERK, court_code=OTHER_COURT)
    with pytest.raises(NotFound), transaction(COURT):
        ledger.request_correction(voucher.id, business_date=DAY, reason="x", actor=stranger)
    with clock.at(date(2018, 3, 5)), pytest.raises(RuleViolation, match="2018-03-06还没有到"):
        a_correction(voucher, day=date(2018, 3, 6))
    close_month("2018-04")
    with pytest.raises(RuleViolation, match="2018-04已结账"):
        a_correction(voucher, day=date(2018, 4, 1))


def test_a_voucher_whose_business_stands_in_a_register_is_not_corrected_on_its_own(app):
    payout = a_paid_payout("3000.00")
    clerk = the_holder(Role.FINANCE_CLERK)
    with pytest.raises(RuleViolation, match="案款已经付出"), transaction(COURT):
        ledger.request_correction(payout.voucher_id, business_date=payout.paid_on, reason="x", actor=clerk)
