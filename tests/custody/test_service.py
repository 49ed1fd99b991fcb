"""Case money, from the debtor's payment to the payee's account."""

import contextvars
import threading
from datetime import date

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from fundapp.approvals import queries as approvals
from fundapp.approvals.rules import Outcome
from fundapp.cases import service as cases
from fundapp.core import clock
from fundapp.core.db import db, transaction
from fundapp.core.errors import NotFound, Refusal, RuleViolation, StaleRecord
from fundapp.core.money import ZERO, yuan
from fundapp.custody import queries, service
from fundapp.custody.models import CaseAccount, CaseReceipt, Payout
from fundapp.custody.rules import CaseReceiptStatus, PayoutChannel, PayoutStatus, Purpose
from fundapp.ledger import queries as books
from fundapp.ledger import service as ledger
from fundapp.ledger.models import Voucher
from fundapp.ledger.rules import Account, Movement, booked
from fundapp.ledger.service import Hands
from fundapp.trail import queries as trail
from fundapp.trail.rules import Event
from fundapp.users.models import User
from fundapp.users.rules import Role
from tests.builders.cases import a_case, an_account
from tests.builders.custody import (
    ARRIVED_ON,
    a_bank_reference,
    a_case_receipt,
    a_paid_payout,
    a_payout,
    a_refundable_case,
    an_approved_payout,
    decided,
)
from tests.builders.people import COURT, OTHER_COURT, a_user, the_holder


def stands(account: Account, part: str = "") -> str:
    return f"{books.balance(COURT, account, part).amount:.2f}"


def history(record) -> list[Event]:
    return [entry.event for entry in trail.history(record.subject)]


def recorded(case, **changes) -> CaseReceipt:
    told = {
        "debtor_id": case.debtors[0].id,
        "payer": "付款人",
        "amount": yuan("100.00"),
        "business_date": ARRIVED_ON,
        "bank_reference": a_bank_reference(),
    }
    with transaction(COURT):
        return service.record_receipt(case.id, **told | changes, actor=the_holder(Role.FINANCE_CLERK))


def requested(case, **changes) -> Payout:
    told = {
        "payee_id": case.creditors[0].id,
        "purpose": Purpose.CREDITOR,
        "amount": yuan("100.00"),
        "reason": "发放案款",
    }
    with transaction(COURT):
        return service.request_payout(case.id, **told | changes, actor=the_holder(Role.CASE_HANDLER))


def paid(payout, **changes) -> Payout:
    told = {
        "bank_reference": a_bank_reference(),
        "paid_on": payout.requested_on,
        "seen_version": payout.version,
        "actor": the_holder(Role.FINANCE_REVIEWER),
    }
    with transaction(COURT):
        return service.pay(payout.id, **told | changes)


# ---- receipts


def test_a_confirmed_payment_stands_in_the_case_and_waits_for_nobody(app):
    receipt = a_case_receipt("10000.00")
    assert receipt.status is CaseReceiptStatus.CONFIRMED
    assert not receipt.needs_allocation
    assert stands(Account.CASE_BANK) == "10000.00"
    assert stands(Account.CASE_MONEY, receipt.case.subject) == "10000.00"
    assert queries.free_for_payout(receipt.case) == yuan("10000.00")
    assert history(receipt) == [Event.CASE_MONEY_RECORDED, Event.CASE_MONEY_CONFIRMED]
    voucher = db.session.get(Voucher, receipt.voucher_id)
    assert voucher.business_date == ARRIVED_ON
    assert {line.debtor_ref for line in voucher.lines} == {f"party:{receipt.debtor_id}"}
    assert voucher.prepared_by_id == receipt.recorded_by_id != voucher.reviewed_by_id


def test_a_case_has_one_account_however_often_the_debtor_pays(app):
    receipt = a_case_receipt(confirmed=False)
    a_case_receipt(case=receipt.case, confirmed=False)
    [account] = db.session.scalars(select(CaseAccount)).all()
    assert account.number.startswith("0602201801")
    assert queries.account_of(receipt.case_id) is account
    assert Event.CASE_ACCOUNT_OPENED in history(receipt.case)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"amount": ZERO}, "必须大于零"),
        ({"business_date": date(2100, 1, 1)}, "不能晚于今天"),
        ({"debtor_id": 987654}, "不是本案当事人"),
    ],
)
def test_a_payment_that_cannot_be_right_is_refused(app, changes, told):
    with pytest.raises(RuleViolation, match=told):
        recorded(a_case(), **changes)
    assert db.session.scalar(select(func.count()).select_from(CaseReceipt)) == 0


def test_a_creditor_is_not_taken_for_the_debtor_who_paid(app):
    case = a_case()
    with pytest.raises(RuleViolation, match="从本案的被执行人中选择"):
        recorded(case, debtor_id=case.creditors[0].id)


def test_a_line_of_the_statement_is_booked_once_and_the_refusal_names_the_first(app):
    first = a_case_receipt("321.00", confirmed=False)
    with pytest.raises(RuleViolation, match="不要重复登记") as refused:
        recorded(a_case(), bank_reference=first.bank_reference)
    sentence = str(refused.value)
    assert first.case.number in sentence and "321.00" in sentence and "2018-06-20" in sentence
    with transaction(COURT):
        service.return_receipt(
            first.id, reason="案号有误", seen_version=first.version, actor=the_holder(Role.FINANCE_REVIEWER)
        )
    assert first.status is CaseReceiptStatus.RETURNED
    assert history(first)[-1] is Event.CASE_MONEY_RETURNED
    assert stands(Account.CASE_MONEY) == "0.00"
    recorded(first.case, bank_reference=first.bank_reference.partition("#")[0])


def test_who_recorded_a_payment_does_not_confirm_it(app):
    receipt = a_case_receipt(confirmed=False)
    clerk = the_holder(Role.FINANCE_CLERK)
    with pytest.raises(RuleViolation, match="不能是同一人"), transaction(COURT):
        service.confirm_receipt(receipt.id, seen_version=receipt.version, actor=clerk)
    with pytest.raises(IntegrityError):
        db.session.execute(update(CaseReceipt).values(confirmed_by_id=receipt.recorded_by_id))
    db.session.rollback()


def test_a_payment_is_decided_once_and_as_it_was_read(app):
    receipt = a_case_receipt(confirmed=False)
    reviewer = the_holder(Role.FINANCE_REVIEWER)
    with pytest.raises(StaleRecord), transaction(COURT):
        service.confirm_receipt(receipt.id, seen_version=99, actor=reviewer)
    with transaction(COURT):
        service.confirm_receipt(receipt.id, seen_version=receipt.version, actor=reviewer)
    with pytest.raises(RuleViolation, match="已入账"), transaction(COURT):
        service.return_receipt(receipt.id, reason="迟了", seen_version=receipt.version, actor=reviewer)


def test_another_courts_money_is_not_seen(app):
    receipt = a_case_receipt(confirmed=False)
    stranger = a_user(Role.FINANCE_REVIEWER, court_code=OTHER_COURT)
    with pytest.raises(NotFound), transaction(OTHER_COURT):
        service.confirm_receipt(receipt.id, seen_version=receipt.version, actor=stranger)


def test_two_reviewers_confirming_at_the_same_moment_make_one_voucher(app):
    receipt = a_case_receipt(confirmed=False)
    receipt_id, version = receipt.id, receipt.version
    reviewers = [a_user(Role.FINANCE_REVIEWER).id for _ in range(4)]
    start, answers = threading.Barrier(len(reviewers)), []
    db.session.remove()

    def confirm(reviewer_id: int) -> None:
        with app.app_context():
            start.wait()
            try:
                with transaction(COURT):
                    reviewer = db.session.get(User, reviewer_id)
                    service.confirm_receipt(receipt_id, seen_version=version, actor=reviewer)
                answers.append("confirmed")
            except Refusal as refusal:
                answers.append(type(refusal).__name__)

    threads = [threading.Thread(target=contextvars.Context().run, args=(confirm, reviewer)) for reviewer in reviewers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == ["StaleRecord", "StaleRecord", "StaleRecord", "confirmed"]
    assert db.session.scalar(select(func.count()).select_from(Voucher)) == 1
    assert stands(Account.CASE_MONEY) == "10000.00"


# ---- payouts


def test_a_payout_is_asked_for_approved_and_paid_by_three_people(app):
    payout = a_payout("10000.00")
    assert queries.free_for_payout(payout.case) == yuan("10000.00")
    decided(payout)
    assert payout.status is PayoutStatus.APPROVED
    assert queries.free_for_payout(payout.case) == ZERO
    assert queries.ready_to_pay(COURT) == [payout]
    paid(payout)
    assert (payout.status, payout.channel) == (PayoutStatus.PAID, PayoutChannel.TRANSFER)
    assert stands(Account.CASE_BANK) == stands(Account.CASE_MONEY, payout.case.subject) == "0.00"
    assert history(payout) == [
        Event.PAYOUT_REQUESTED,
        Event.DECISION_SIGNED,
        Event.PAYOUT_APPROVED,
        Event.PAYOUT_PAID,
    ]
    [decision] = approvals.decisions(payout.subject)
    assert decision.role is Role.BUREAU_DIRECTOR and decision.payload_digest == payout.payload_digest
    assert len({payout.prepared_by_id, payout.approved_by_id, the_holder(Role.FINANCE_REVIEWER).id}) == 3


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"amount": ZERO}, "必须大于零"),
        ({"amount": yuan("10000.01")}, r"超过本案可发放案款10,000\.00元"),
        ({"payee_id": 987654}, "必须是本案的申请执行人"),
        ({"purpose": Purpose.REFUND}, "必须是本案的被执行人"),
    ],
)
def test_a_payout_that_may_not_be_is_refused(app, changes, told):
    case = a_case_receipt("10000.00").case
    with pytest.raises(RuleViolation, match=told):
        requested(case, **changes)


def test_money_that_waits_for_a_decision_is_not_asked_for_twice(app):
    payout = a_payout("10000.00")
    with pytest.raises(RuleViolation, match=r"可发放案款0\.00元"):
        requested(payout.case, amount=yuan("0.01"))


def test_money_not_confirmed_is_not_paid_out(app):
    case = a_case_receipt(confirmed=False).case
    with pytest.raises(RuleViolation, match=r"可发放案款0\.00元"):
        requested(case)


def test_one_cases_money_is_not_anothers(app):
    case = a_case_receipt("100.00").case
    a_case_receipt("10000.00")
    with pytest.raises(RuleViolation, match=r"可发放案款100\.00元"):
        requested(case, amount=yuan("100.01"))


def test_creditors_get_no_more_than_the_claim_and_the_rest_goes_back(app):
    case = a_refundable_case("8000.00")
    a_case_receipt("9000.00", case)
    with pytest.raises(RuleViolation, match=r"将超过执行标的8,000\.00元"):
        requested(case, amount=yuan("8000.01"))
    a_paid_payout("8000.00", case)
    with pytest.raises(RuleViolation, match="多收的款项退还被执行人"):
        requested(case, amount=yuan("0.01"))
    refund = a_paid_payout("1000.00", case, purpose=Purpose.REFUND)
    assert refund.payee is case.debtors[0]
    assert stands(Account.CASE_MONEY) == "0.00"


def test_an_account_nobody_has_verified_is_not_paid_to(app):
    case = a_case(verified=False)
    a_case_receipt("100.00", case)
    with pytest.raises(RuleViolation, match="尚未核实"):
        requested(case)
    with pytest.raises(RuleViolation, match="还没有登记收款账户"):
        requested(case, payee_id=case.debtors[0].id, purpose=Purpose.REFUND)


def test_nobody_approves_his_own_request(app):
    payout = a_payout()
    both = a_user(Role.BUREAU_DIRECTOR)
    with transaction(COURT):
        db.session.execute(update(Payout).values(prepared_by_id=both.id))
    with pytest.raises(RuleViolation, match="本人提出的申请"), transaction(COURT):
        service.decide_payout(
            payout.id, outcome=Outcome.AGREED, opinion="同意", seen_version=payout.version, actor=both
        )
    with pytest.raises(IntegrityError):
        db.session.execute(update(Payout).values(approved_by_id=both.id))
    db.session.rollback()
    assert payout.status is PayoutStatus.REQUESTED


@pytest.mark.parametrize(
    ("changes", "refusal", "told"),
    [
        ({"seen_version": 99}, StaleRecord, "已有变动"),
        ({"outcome": Outcome.REFUSED}, RuleViolation, "只能“同意”或“退回补正”"),
        ({"opinion": " "}, RuleViolation, "请填写审批意见"),
    ],
)
def test_a_decision_is_refused(app, changes, refusal, told):
    payout = a_payout()
    decision = {"outcome": Outcome.AGREED, "opinion": "同意", "seen_version": payout.version} | changes
    director = the_holder(Role.BUREAU_DIRECTOR)
    with pytest.raises(refusal, match=told), transaction(COURT):
        service.decide_payout(payout.id, **decision, actor=director)
    assert books.reservation(COURT, payout.reservation) is None


def test_only_the_bureau_director_decides(app):
    payout = a_payout()
    president = a_user(Role.VICE_PRESIDENT)
    with pytest.raises(RuleViolation, match="执行局长"), transaction(COURT):
        service.decide_payout(
            payout.id, outcome=Outcome.AGREED, opinion="同意", seen_version=payout.version, actor=president
        )


def test_a_returned_payout_takes_no_money_and_is_over(app):
    payout = decided(a_payout(), Outcome.RETURNED, opinion="金额有误")
    assert payout.status is PayoutStatus.RETURNED and payout.approved_by_id is None
    assert history(payout)[-1] is Event.PAYOUT_RETURNED
    assert queries.free_for_payout(payout.case) == yuan("10000.00")
    with pytest.raises(RuleViolation, match="当前为“已退回”"):
        decided(payout)
    a_payout("10000.00", payout.case)


def test_a_withdrawn_payout_frees_what_was_promised(app):
    payout = an_approved_payout()
    handler = the_holder(Role.CASE_HANDLER)
    with pytest.raises(StaleRecord), transaction(COURT):
        service.withdraw_payout(payout.id, reason="另案冻结", seen_version=1, actor=handler)
    with transaction(COURT):
        service.withdraw_payout(payout.id, reason="另案冻结", seen_version=payout.version, actor=handler)
    assert payout.status is PayoutStatus.WITHDRAWN
    assert queries.free_for_payout(payout.case) == yuan("10000.00")
    with pytest.raises(RuleViolation, match="当前为“已撤回”"):
        paid(payout)


def test_a_payee_who_changed_his_account_after_the_approval_is_not_paid(app):
    payout = an_approved_payout()
    payee, handler, clerk = payout.payee, the_holder(Role.CASE_HANDLER), the_holder(Role.FINANCE_CLERK)
    with transaction(COURT):
        changed = cases.register_account(payee.id, an_account(payee.name), actor=handler)
        cases.verify_account(changed.id, how="电话回访，本人确认", actor=clerk)
    with pytest.raises(RuleViolation, match="与申请时不一致"):
        paid(payout)
    assert payout.status is PayoutStatus.APPROVED


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"paid_on": date(2100, 1, 1)}, "不能晚于今天"),
        ({"paid_on": date(2018, 1, 1)}, "不能早于申请日期"),
    ],
)
def test_a_payment_is_of_a_day_that_can_be(app, changes, told):
    payout = an_approved_payout()
    with pytest.raises(RuleViolation, match=told):
        paid(payout, **changes)
    assert books.reservation(COURT, payout.reservation).state.value == "open"


def test_a_payout_is_paid_once_and_one_slip_pays_one_payout(app):
    first = a_paid_payout()
    with pytest.raises(RuleViolation, match="当前为“已发放”"):
        paid(first)
    second = an_approved_payout()
    with pytest.raises(RuleViolation, match="不要重复登记"):
        paid(second, bank_reference=first.bank_reference)
    with pytest.raises(StaleRecord):
        paid(second, seen_version=1)


def test_who_approved_a_payout_does_not_pay_it_in_another_post(app):
    payout, director = an_approved_payout(), the_holder(Role.BUREAU_DIRECTOR)
    with pytest.raises(RuleViolation, match="审批人不能支付"):
        paid(payout, actor=director)
    assert payout.status is PayoutStatus.APPROVED


def test_a_payout_taken_to_a_ceremony_is_paid_there_in_cash_or_put_back(app):
    payout = an_approved_payout()
    clerk, reviewer = the_holder(Role.FINANCE_CLERK), the_holder(Role.FINANCE_REVIEWER)
    hands = Hands(clerk.id, reviewer.id)
    with transaction(COURT):
        service.begin_payment(payout.id, actor=clerk)
    with pytest.raises(RuleViolation, match="当前为“发放中”"):
        paid(payout)
    with transaction(COURT):
        service.stop_payment(payout.id, actor=clerk)
    assert payout.status is PayoutStatus.APPROVED
    day = clock.today()
    with transaction(COURT):
        service.begin_payment(payout.id, actor=clerk)
        ledger.post(
            "ceremony:1:drawn",
            [booked(Movement.CASE_CASH_DRAWN, payout.amount)],
            court_code=COURT,
            business_date=day,
            summary="提取现金",
            attachments=1,
            hands=hands,
            actor=clerk,
        )
        service.record_paid(
            payout.id,
            channel=PayoutChannel.CEREMONY_CASH,
            paid_on=day,
            bank_reference=None,
            hands=hands,
            actor=clerk,
        )
    assert payout.status is PayoutStatus.PAID
    assert stands(Account.CASH) == stands(Account.CASE_BANK) == stands(Account.CASE_MONEY) == "0.00"
