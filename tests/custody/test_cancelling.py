"""A debtor's payment that was booked wrongly: cancelled by two persons while nothing of it was used, and only then."""

from datetime import date

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from fundapp.advances import queries as advances
from fundapp.core import clock
from fundapp.core.db import db, transaction
from fundapp.core.errors import RuleViolation
from fundapp.core.money import ZERO, yuan
from fundapp.custody import queries, service
from fundapp.custody.rules import CaseReceiptStatus
from fundapp.ledger import queries as books
from fundapp.ledger.rules import Account, CorrectionMethod, Ink, Movement, booked
from fundapp.oversight import checks
from fundapp.recovery import queries as recovery
from fundapp.trail import queries as trail
from fundapp.trail.rules import Event
from fundapp.users.rules import Role
from tests.builders.custody import a_case_receipt, a_paid_payout, a_payout, an_approved_payout
from tests.builders.disbursement import a_sent_batch, imported, told
from tests.builders.ledger import a_confirmed_correction, a_correction, a_voucher
from tests.builders.people import COURT, the_holder
from tests.builders.recovery import a_recovered_receipt, allocated
from tests.pages import Page

SCOPE = frozenset({COURT})
DAY = date(2018, 6, 25)


def asked(receipt, **how):
    return a_correction(books.voucher(receipt.voucher_id, SCOPE), day=DAY, reason="金额看错", **how)


def test_a_payment_that_never_came_is_cancelled_and_recorded_anew(app):
    receipt = a_case_receipt("10000.00")
    case, reference = receipt.case, receipt.bank_reference
    (red,) = a_confirmed_correction(asked(receipt))
    assert (red.ink, receipt.status) == (Ink.RED, CaseReceiptStatus.CANCELLED)
    assert queries.case_money(case).received == ZERO == books.balance(COURT, Account.CASE_MONEY, case.subject)
    told = trail.history(receipt.subject)[-1]
    assert (told.event, told.told["voucher"]) == (Event.CASE_MONEY_CANCELLED, red.cited)
    a_case_receipt("1000.00", case, bank_reference=reference)
    assert queries.case_money(case).received == yuan("1000.00")
    assert [name for name, problem in checks.checks() if problem] == []


def test_a_payment_that_waits_to_be_split_is_cancelled_too(app):
    with clock.at(DAY):
        (line,) = a_sent_batch("8000.00").lines
        imported(told(line))
        receipt = a_recovered_receipt(advance=advances.advance(line.advance_id, SCOPE))
        a_confirmed_correction(asked(receipt))
    assert receipt.status is CaseReceiptStatus.CANCELLED
    assert db.session.scalars(recovery.unallocated(SCOPE)).all() == []
    assert [name for name, problem in checks.checks() if problem] == []


@pytest.mark.parametrize("used", [a_payout, an_approved_payout, a_paid_payout], ids=lambda used: used.__name__)
def test_a_payment_of_which_something_was_asked_for_stays(app, used):
    """Unless other money of the case is there for it."""
    receipt = a_case_receipt("10000.00")
    used("0.01", receipt.case)
    with pytest.raises(RuleViolation, match=r"剩余9,999\.99元，不足以注销该笔10,000\.00元"):
        asked(receipt)
    a_case_receipt("0.01", receipt.case)
    a_confirmed_correction(asked(receipt))
    money = queries.case_money(receipt.case)
    assert money.free == money.requested


def test_what_was_asked_for_after_the_request_holds_the_cancelling_back(app):
    receipt = a_case_receipt("10000.00")
    correction = asked(receipt)
    a_payout("1.00", receipt.case)
    with pytest.raises(RuleViolation, match="请先撤回尚未发放的案款申请"):
        a_confirmed_correction(correction)
    assert books.reversal_of(receipt.voucher_id) is None and receipt.status is CaseReceiptStatus.CONFIRMED


def test_a_payment_that_was_split_stays(app):
    receipt = a_recovered_receipt()
    allocated(receipt)
    with pytest.raises(RuleViolation, match="已经分配，不能再注销"):
        asked(receipt)


def test_case_money_is_cancelled_whole_and_never_restated(app):
    receipt = a_case_receipt("10000.00")
    right = booked(Movement.CASE_MONEY_RECEIVED, yuan("1000.00"), case=receipt.case.subject)
    with pytest.raises(RuleViolation, match="只能整笔注销"):
        asked(receipt, method=CorrectionMethod.RESTATE, restated=right)


def test_the_database_cancels_no_payment_that_stands_in_the_books_or_was_split(app):
    receipt = a_case_receipt("10000.00")
    with pytest.raises(DBAPIError, match="cancelled with its voucher"), transaction(COURT):
        db.session.execute(text("UPDATE case_receipts SET status = 'cancelled'"))
    a_confirmed_correction(asked(receipt))
    with pytest.raises(DBAPIError, match="not once it was split"), transaction(COURT):
        db.session.execute(text("UPDATE case_receipts SET needs_allocation = true, is_allocated = true"))


def test_a_voucher_s_page_offers_what_can_be_done_and_says_what_else(sign_in, app):
    receipt = a_case_receipt("10000.00")
    clerk = sign_in(the_holder(Role.FINANCE_CLERK))
    page = Page(clerk, f"/custody/receipts/{receipt.id}").follow("申请注销")
    assert "再按银行回单重新登记" in page.main
    payout = a_paid_payout("1.00", receipt.case)
    page = Page(clerk, f"/ledger/vouchers/{receipt.voucher_id}")
    assert not page.has_link("申请更正") and "请先撤回尚未发放的案款申请" in page.main
    assert not Page(clerk, f"/custody/receipts/{receipt.id}").has_link("申请注销")
    advance = a_voucher("1.00", Movement.FUND_CASH_DRAWN, booked(Movement.APPROPRIATION_RECEIVED, yuan("1.00")))
    for voucher_id, way in ((payout.voucher_id, "登记为本案案款到账"), (advance.id, "清点交回")):
        page = Page(clerk, f"/ledger/vouchers/{voucher_id}")
        assert not page.has_link("申请更正") and way in page.main
        page = Page(clerk, f"/ledger/vouchers/{voucher_id}/correction")
        assert page.status == 422 and way in page.main


def test_a_cancelled_payment_stands_in_its_register_as_cancelled(sign_in, app):
    receipt = a_case_receipt("10000.00")
    a_confirmed_correction(asked(receipt))
    page = Page(sign_in(the_holder(Role.AUDITOR)), f"/custody/receipts/{receipt.id}")
    assert page.facts()["状态"].endswith("已注销") and "银行流水号已放开" in page.main
    with pytest.raises(RuleViolation, match="已为“已注销”"), transaction(COURT):
        service.return_receipt(
            receipt.id, reason="x", seen_version=receipt.version, actor=the_holder(Role.FINANCE_REVIEWER)
        )
