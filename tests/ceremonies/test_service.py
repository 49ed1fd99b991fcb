"""The acts of a ceremony: what they leave in the books, on the list, with what they pay, and on the trail."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from fundapp.advances.rules import AdvanceStatus, Channel
from fundapp.ceremonies import queries, service
from fundapp.ceremonies.models import CeremonyLine
from fundapp.ceremonies.rules import CeremonyStatus, LineSource, Method, PayeeStatus
from fundapp.core import clock
from fundapp.core.db import db, transaction
from fundapp.core.errors import NotFound, RuleViolation, StaleRecord
from fundapp.core.money import ZERO, yuan
from fundapp.custody.rules import PayoutChannel, PayoutStatus
from fundapp.ledger import queries as books
from fundapp.ledger.rules import Account
from fundapp.trail import queries as trail
from fundapp.trail.rules import Event
from fundapp.users import service as users
from fundapp.users.rules import Role
from tests.builders.advances import a_paid_advance, an_approved_advance
from tests.builders.cases import a_case
from tests.builders.ceremonies import (
    a_ceremony,
    an_open_ceremony,
    closed,
    frozen,
    handed_over,
    listed,
    marked_absent,
    opened,
    signed_in,
    the_line,
    witnessed,
)
from tests.builders.custody import a_case_receipt, a_paid_payout, an_approved_payout
from tests.builders.people import COURT, OTHER_COURT, a_user, the_holder

FEN_10000, FEN_5000 = yuan("10000.00"), yuan("5000.00")


def cash() -> object:
    return books.balance(COURT, Account.CASH)


def reserved_on(advance) -> Account:
    found = books.reservation(COURT, advance.reservation)
    assert found is not None
    return found.account


def test_the_life_of_a_ceremony(app):
    by_bank, in_cash = an_approved_advance("8000.00"), an_approved_advance("5000.00")
    payout = an_approved_payout("10000.00")
    fund, available = books.balance(COURT, Account.FUND_BANK), books.available(COURT)
    case_bank = books.balance(COURT, Account.CASE_BANK)
    ceremony = a_ceremony()
    listed(ceremony, by_bank)
    listed(ceremony, in_cash, Method.CASH)
    listed(ceremony, payout, Method.CASH)
    assert [line.category for line in queries.lines(ceremony.id)] == [by_bank.case.category] * 3
    assert (by_bank.status, payout.status) == (AdvanceStatus.PAYING, PayoutStatus.PAYING)

    opened(ceremony)
    assert (ceremony.fund_cash_drawn, ceremony.case_cash_drawn) == (FEN_5000, FEN_10000)
    assert cash() == yuan("15000.00")
    assert books.balance(COURT, Account.FUND_BANK) == fund - FEN_5000
    assert books.balance(COURT, Account.CASE_BANK) == case_bank - FEN_10000
    assert (reserved_on(in_cash), reserved_on(by_bank)) == (Account.CASH, Account.FUND_BANK)
    assert books.available(COURT) == available, "what is promised is promised wherever it lies"

    handed_over(the_line(ceremony, 1), reference="BK20181111001")
    handed_over(the_line(ceremony, 3), reference="SJ0001")
    marked_absent(the_line(ceremony, 2))
    assert by_bank.payment.channel is Channel.CEREMONY_TRANSFER
    assert by_bank.payment.bank_reference == "BK20181111001"
    assert (payout.status, payout.channel) == (PayoutStatus.PAID, PayoutChannel.CEREMONY_CASH)
    assert cash() == FEN_5000
    assert in_cash.status is AdvanceStatus.PAYING, "its cash is still out of the bank"

    witnessed(ceremony)
    closed(ceremony, fund="5000.00")
    assert (ceremony.status, cash()) == (CeremonyStatus.CLOSED, ZERO)
    assert books.balance(COURT, Account.FUND_BANK) == fund - yuan("8000.00")
    assert (in_cash.status, reserved_on(in_cash)) == (AdvanceStatus.APPROVED, Account.FUND_BANK)
    assert books.available(COURT) == available
    assert books.difference([COURT]) == ZERO
    assert queries.paid_in([COURT]) == yuan("18000.00")
    assert queries.paid_in([COURT], source=LineSource.CASE_MONEY) == FEN_10000
    assert queries.paid_in([OTHER_COURT]) == ZERO

    again = listed(a_ceremony(), in_cash)
    assert (again.amount, in_cash.status) == (FEN_5000, AdvanceStatus.PAYING), "payable at the next one"
    assert trail.first_break(COURT) is None
    told = [entry.event for entry in trail.history(ceremony.subject)]
    assert told == [
        Event.CEREMONY_PLANNED,
        *[Event.CEREMONY_CHANGED] * 3,
        Event.CEREMONY_FROZEN,
        Event.CEREMONY_OPENED,
        Event.CEREMONY_CASH_DRAWN,
        *[Event.PAYEE_SIGNED_IN, Event.PAYEE_PAID] * 2,
        Event.PAYEE_ABSENT,
        Event.WITNESS_RECORDED,
        Event.CEREMONY_CASH_RETURNED,
        Event.CEREMONY_CLOSED,
    ]


def test_who_was_to_be_paid_by_transfer_and_did_not_come_can_be_paid_elsewhere_at_once(app):
    advance = an_approved_advance()
    ceremony = an_open_ceremony(advance)
    line = marked_absent(the_line(ceremony))
    assert (line.status, line.live_advance_id, line.absent_reason) == (PayeeStatus.ABSENT, None, "未到场")
    assert (advance.status, reserved_on(advance)) == (AdvanceStatus.APPROVED, Account.FUND_BANK)
    assert listed(a_ceremony(), advance).advance_id == advance.id


def test_case_money_that_was_not_collected_in_cash_goes_back_to_its_account(app):
    payout = an_approved_payout("10000.00")
    case_bank = books.balance(COURT, Account.CASE_BANK)
    ceremony = an_open_ceremony(payout, method=Method.CASH)
    marked_absent(the_line(ceremony))
    assert payout.status is PayoutStatus.PAYING
    closed(witnessed(ceremony), case_money="10000.00")
    assert (payout.status, cash()) == (PayoutStatus.APPROVED, ZERO)
    assert books.balance(COURT, Account.CASE_BANK) == case_bank
    assert the_line(ceremony).live_payout_id is None


def test_a_ceremony_does_not_close_while_a_fen_is_missing(app):
    advance = an_approved_advance("5000.00")
    ceremony = witnessed(an_open_ceremony(advance, method=Method.CASH))
    marked_absent(the_line(ceremony))
    for fund, case_money, told in (
        ("4999.99", "0.00", "垫付资金现金少1分"),
        ("5000.01", "0.00", "垫付资金现金多1分"),
        ("5000.00", "0.01", "案款现金多1分"),
    ):
        with pytest.raises(RuleViolation, match=told):
            closed(ceremony, fund=fund, case_money=case_money)
    assert (ceremony.status, cash(), advance.status) == (CeremonyStatus.OPEN, FEN_5000, AdvanceStatus.PAYING)
    closing = text("UPDATE ceremonies SET status = 'closed', fund_cash_returned = :fen WHERE id = :id").bindparams(
        id=ceremony.id
    )
    with pytest.raises(DBAPIError, match="cash is missing"), transaction(COURT):
        db.session.execute(closing, {"fen": 499_999})
    closed(ceremony, fund="5000.00")
    assert ceremony.status is CeremonyStatus.CLOSED


def test_a_ceremony_closes_when_all_is_done_before_a_witness_and_as_it_was_seen(app):
    ceremony = an_open_ceremony(an_approved_advance())
    with pytest.raises(RuleViolation, match="还有1笔"):
        closed(ceremony)
    seen = ceremony.version
    handed_over(the_line(ceremony))
    with pytest.raises(RuleViolation, match="尚未登记见证人"):
        closed(ceremony)
    witnessed(ceremony)
    reviewer = the_holder(Role.FINANCE_REVIEWER)
    nothing = {"fund_cash_returned": ZERO, "case_cash_returned": ZERO}
    with pytest.raises(StaleRecord), transaction(COURT):
        service.close(ceremony.id, **nothing, seen_version=seen, actor=reviewer)
    with pytest.raises(RuleViolation, match="筹备人不能结束"), transaction(COURT):
        service.close(ceremony.id, **nothing, seen_version=ceremony.version, actor=the_holder(Role.FINANCE_CLERK))
    closed(ceremony)
    assert (ceremony.status, ceremony.closed_by_id) == (CeremonyStatus.CLOSED, reviewer.id)
    with pytest.raises(RuleViolation, match="“已结束”"):
        closed(ceremony)


def test_money_is_handed_over_by_two_staff_who_may(app):
    ceremony = an_open_ceremony(an_approved_advance())
    line = signed_in(the_line(ceremony))
    handler, stopped = the_holder(Role.CASE_HANDLER), a_user(Role.CASE_HANDLER)
    outsider = a_user(Role.CASE_HANDLER, court_code=OTHER_COURT)
    with transaction(COURT):
        users.set_active(stopped.id, is_active=False, actor=the_holder(Role.ADMINISTRATOR))
    for second, told in (
        (handler, "须由两名工作人员"),
        (the_holder(Role.AUDITOR), "没有现场发放的权限"),
        (stopped, "没有现场发放的权限或已停用"),
    ):
        with pytest.raises(RuleViolation, match=told), transaction(COURT):
            service.hand_over(line.id, reference="X1", second_staff_id=second.id, actor=handler)
    with pytest.raises(RuleViolation, match="您没有现场发放的权限"), transaction(COURT):
        service.hand_over(line.id, reference="X1", second_staff_id=handler.id, actor=the_holder(Role.AUDITOR))
    with pytest.raises(NotFound), transaction(COURT):
        service.hand_over(line.id, reference="X1", second_staff_id=outsider.id, actor=handler)
    assert line.status is PayeeStatus.SIGNED_IN
    for staff in ({"first": handler.id, "second": handler.id}, {"first": handler.id, "second": None}):
        with pytest.raises(IntegrityError), transaction(COURT):
            db.session.execute(
                text(
                    "UPDATE ceremony_lines SET status = 'paid', first_staff_id = :first, second_staff_id = :second "
                    "WHERE id = :id"
                ),
                staff | {"id": line.id},
            )


def test_a_payee_signs_in_before_he_is_paid_and_a_double_click_pays_once(app):
    advance = an_approved_advance()
    ceremony = an_open_ceremony(advance)
    line = the_line(ceremony)
    handler, clerk = the_holder(Role.CASE_HANDLER), the_holder(Role.FINANCE_CLERK)
    with pytest.raises(RuleViolation, match="尚未签到"), transaction(COURT):
        service.hand_over(line.id, reference="X1", second_staff_id=clerk.id, actor=handler)
    handed_over(line, reference="X1")
    vouchers, fund = books.voucher_count([COURT]), books.balance(COURT, Account.FUND_BANK)
    with pytest.raises(RuleViolation, match="已经发放，不能重复办理"), transaction(COURT):
        service.hand_over(line.id, reference="X1", second_staff_id=clerk.id, actor=handler)
    with pytest.raises(RuleViolation, match="已经发放，不能重复办理"):
        marked_absent(line)
    assert (books.voucher_count([COURT]), books.balance(COURT, Account.FUND_BANK)) == (vouchers, fund)
    assert (line.first_staff_id, line.second_staff_id) == (handler.id, clerk.id)


def test_an_agent_is_recorded_with_his_authority(app):
    line = the_line(an_open_ceremony(an_approved_advance()))
    handler = the_holder(Role.CASE_HANDLER)
    with pytest.raises(RuleViolation, match="特别授权"), transaction(COURT):
        service.sign_in(line.id, agent="赵律师", actor=handler)
    with transaction(COURT):
        service.sign_in(line.id, agent="赵律师", authority_number="特授〔2018〕3号", actor=handler)
    assert (line.agent, line.authority_number, line.identity_checked_by_id) == ("赵律师", "特授〔2018〕3号", handler.id)


@pytest.mark.parametrize("method", Method)
def test_a_receipt_or_a_line_of_the_bank_proves_one_payment(app, method):
    ceremony = an_open_ceremony(an_approved_advance(), an_approved_advance(), method=method)
    handed_over(the_line(ceremony, 1), reference="N1")
    with pytest.raises(RuleViolation, match="N1已在"):
        handed_over(the_line(ceremony, 2), reference="N1")
    assert the_line(ceremony, 2).status is PayeeStatus.SIGNED_IN


def test_a_line_of_the_bank_that_paid_elsewhere_proves_nothing_here(app):
    payout, advance = a_paid_payout(), a_paid_advance()
    ceremony = an_open_ceremony(an_approved_payout(), an_approved_advance())
    with pytest.raises(RuleViolation, match=f"{payout.bank_reference}已在“{payout.case.number}”使用"):
        handed_over(the_line(ceremony, 1), reference=payout.bank_reference)
    with pytest.raises(RuleViolation, match=f"{advance.payment.bank_reference}已在“{advance.case.number}”使用"):
        handed_over(the_line(ceremony, 2), reference=advance.payment.bank_reference)


def test_what_the_debtor_paid_before_the_day_waits_to_be_split(app):
    advance = an_approved_advance("18000.00", case=a_case("18000.00"))
    ceremony = an_open_ceremony(advance)
    receipt = a_case_receipt("5000.00", advance.case)
    handed_over(the_line(ceremony))
    assert receipt.waits_for_allocation


def test_an_advance_and_a_payout_stand_on_one_list_at_a_time(app):
    advance, payout = an_approved_advance(), an_approved_payout()
    first, second = a_ceremony(), a_ceremony()
    line = listed(first, advance)
    listed(first, payout)
    for record in (advance, payout):
        with pytest.raises(RuleViolation, match="发放中"):
            listed(second, record)
    with pytest.raises(IntegrityError), transaction(COURT):
        db.session.add(copy_of(line, ceremony_id=second.id))


def copy_of(line: CeremonyLine, **changes) -> CeremonyLine:
    names = ("court_code", "ceremony_id", "source", "advance_id", "live_advance_id", "case_id", "payee_id")
    kept = {name: getattr(line, name) for name in (*names, "category", "amount", "method", "status")}
    return CeremonyLine(**kept | {"sequence": 9} | changes)


def test_a_removed_line_can_be_paid_elsewhere_and_the_list_stays_numbered(app):
    advance, other = an_approved_advance(), an_approved_advance()
    ceremony = a_ceremony()
    line, kept = listed(ceremony, advance), listed(ceremony, other)
    seen = ceremony.version
    with transaction(COURT):
        service.remove_line(line.id, actor=the_holder(Role.FINANCE_CLERK))
    assert advance.status is AdvanceStatus.APPROVED
    assert [(one.id, one.sequence) for one in queries.lines(ceremony.id)] == [(kept.id, 1)]
    with pytest.raises(StaleRecord), transaction(COURT):
        service.freeze(ceremony.id, seen_version=seen, actor=the_holder(Role.VICE_PRESIDENT))


def test_a_list_is_frozen_by_another_than_its_planner_and_not_empty(app):
    ceremony = a_ceremony()
    with pytest.raises(RuleViolation, match="名单为空"):
        frozen(ceremony)
    listed(ceremony, an_approved_advance())
    clerk = the_holder(Role.FINANCE_CLERK)
    with pytest.raises(RuleViolation, match="不能审定自己筹备的名单"), transaction(COURT):
        service.freeze(ceremony.id, seen_version=ceremony.version, actor=clerk)
    with pytest.raises(IntegrityError), transaction(COURT):
        db.session.execute(text("UPDATE ceremonies SET frozen_by_id = planned_by_id"))
    frozen(ceremony)
    assert ceremony.list_digest
    assert len(ceremony.list_digest) == 64


def test_a_frozen_list_does_not_change(app):
    advance = an_approved_advance()
    ceremony = a_ceremony()
    line = listed(ceremony, an_approved_advance())
    frozen(ceremony)
    clerk = the_holder(Role.FINANCE_CLERK)
    with pytest.raises(RuleViolation, match="名单和安排不能再修改"):
        listed(ceremony, advance)
    with pytest.raises(RuleViolation, match="名单和安排不能再修改"), transaction(COURT):
        service.remove_line(line.id, actor=clerk)
    with pytest.raises(RuleViolation, match="名单和安排不能再修改"), transaction(COURT):
        service.change(
            ceremony.id,
            name="另一场大会",
            place=ceremony.place,
            held_on=ceremony.held_on,
            host=ceremony.host,
            seen_version=ceremony.version,
            actor=clerk,
        )
    for act in (
        "DELETE FROM ceremony_lines",
        "UPDATE ceremony_lines SET amount = amount + 1",
        "UPDATE ceremony_lines SET method = 'cash'",
        "UPDATE ceremony_lines SET payee_id = payee_id",
        "UPDATE ceremonies SET status = 'planned'",
        "UPDATE ceremonies SET list_digest = 'x'",
        "UPDATE ceremonies SET list_digest = NULL",
    ):
        with pytest.raises(DBAPIError, match="the list is frozen"), transaction(COURT):
            db.session.execute(text(act))
    with pytest.raises(DBAPIError, match="the list is frozen"), transaction(COURT):
        db.session.add(copy_of(line, advance_id=advance.id, live_advance_id=advance.id))
    assert [one.id for one in queries.lines(ceremony.id)] == [line.id]


def test_the_day_begins_on_the_day_and_once_at_a_time(app):
    early = a_ceremony(held_on=clock.today() + timedelta(days=1))
    listed(early, an_approved_advance())
    with pytest.raises(RuleViolation, match="当天及以后才能开始"):
        opened(early)
    running = an_open_ceremony(an_approved_advance())
    second = a_ceremony()
    listed(second, an_approved_advance("5000.00"), Method.CASH)
    with pytest.raises(RuleViolation, match=f"“{running.name}”尚未结束"):
        opened(second)
    with pytest.raises(IntegrityError), transaction(COURT):
        db.session.execute(text("UPDATE ceremonies SET status = 'open'"))
    assert (second.status, cash()) == (CeremonyStatus.FROZEN, ZERO)
    handed_over(the_line(running))
    closed(witnessed(running))
    with transaction(COURT):
        service.open_day(second.id, actor=the_holder(Role.FINANCE_CLERK))
    assert cash() == FEN_5000


def test_a_ceremony_is_planned_for_today_or_later_and_may_be_changed_and_called_off(app):
    with pytest.raises(RuleViolation, match="已经过去"):
        a_ceremony(held_on=clock.today() - timedelta(days=1))
    advance, payout = an_approved_advance(), an_approved_payout()
    ceremony = a_ceremony()
    later = clock.today() + timedelta(days=7)
    with transaction(COURT):
        service.change(
            ceremony.id,
            name=ceremony.name,
            place="人民广场",
            held_on=later,
            host=ceremony.host,
            seen_version=ceremony.version,
            actor=the_holder(Role.FINANCE_CLERK),
        )
    assert (ceremony.place, ceremony.held_on) == ("人民广场", later)
    assert trail.history(ceremony.subject)[-1].told["changes"] == f"place: 人民广场, held_on: {later}"
    listed(ceremony, advance)
    listed(ceremony, payout, Method.CASH)
    frozen(ceremony)
    with transaction(COURT):
        service.cancel(
            ceremony.id, reason="疫情防控", seen_version=ceremony.version, actor=the_holder(Role.VICE_PRESIDENT)
        )
    assert ceremony.status is CeremonyStatus.CANCELLED
    assert (advance.status, payout.status) == (AdvanceStatus.APPROVED, PayoutStatus.APPROVED)
    assert listed(a_ceremony(), advance).live_advance_id == advance.id


def test_nobody_acts_at_another_courts_ceremony(app):
    ceremony = an_open_ceremony(an_approved_advance())
    stranger = a_user(Role.CASE_HANDLER, court_code=OTHER_COURT)
    with pytest.raises(NotFound), transaction(OTHER_COURT):
        service.sign_in(the_line(ceremony).id, actor=stranger)
    with pytest.raises(NotFound), transaction(OTHER_COURT):
        service.open_day(ceremony.id, actor=stranger)


def test_what_was_handed_out_is_told_by_court_and_category(app):
    ceremony = an_open_ceremony(an_approved_advance("8000.00"), an_approved_payout("10000.00"), an_approved_advance())
    for at in (1, 2):
        handed_over(the_line(ceremony, at))
    marked_absent(the_line(ceremony, 3))
    [row] = queries.rows_by_court_and_category([COURT, OTHER_COURT])
    assert (row.court_code, row.count, row.advances, row.case_money) == (COURT, 2, yuan("8000.00"), FEN_10000)
    assert row.amount == yuan("18000.00")
    year = clock.today().year
    assert queries.rows_by_court_and_category([COURT], year=year) == [row]
    assert queries.rows_by_court_and_category([COURT], year=year - 1) == []
    assert queries.by_category([row]) == [(row.category, queries.together([row]))]
