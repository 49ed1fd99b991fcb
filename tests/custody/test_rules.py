"""Sub-account numbers, moves, and what may be received and paid out."""

from datetime import date
from itertools import product

import pytest

from fundapp.approvals.rules import Outcome
from fundapp.cases.rules import CaseNumber
from fundapp.core.errors import RuleViolation
from fundapp.core.money import ZERO, yuan
from fundapp.custody.rules import (
    LABELS,
    NEXT,
    CaseReceiptStatus,
    PayoutStatus,
    Purpose,
    account_number,
    check_account,
    check_allocated,
    check_amount,
    check_digest,
    check_move,
    check_not_held_back,
    check_outcome,
    check_paid_on,
    check_payee,
    check_receipt,
    check_receipt_open,
    check_reference_unused,
    check_within_claim,
    pay_out_due,
    payload_digest,
)

TODAY = date(2018, 6, 20)


@pytest.mark.parametrize(
    ("number", "account"),
    [
        (CaseNumber(2018, "湘0602", "执", 123), "060220180100000123"),
        (CaseNumber(2018, "湘0602", "执恢", 123), "060220180200000123"),
        (CaseNumber(2016, "湘06", "执", 12345678), "000620160112345678"),
    ],
)
def test_a_case_has_one_number_for_its_money(number, account):
    assert account_number(number) == account
    assert len(account) == 18


def test_other_cases_hold_no_case_money():
    with pytest.raises(RuleViolation, match="不是执行类案件"):
        account_number(CaseNumber(2018, "湘0602", "民初", 1))


@pytest.mark.parametrize(
    ("amount", "day", "is_debtor", "told"),
    [
        ("0.01", TODAY, True, None),
        ("0.00", TODAY, True, "必须大于零"),
        ("1.00", date(2018, 6, 21), True, "不能晚于今天2018-06-20"),
        ("1.00", TODAY, False, "不是本案当事人"),
    ],
)
def test_a_receipt_is_of_something_that_has_come_from_a_debtor(amount, day, is_debtor, told):
    def check():
        check_receipt(yuan(amount), day, today=TODAY, is_debtor_of_case=is_debtor)

    _told(check, told)


def test_a_line_of_the_statement_is_booked_once():
    check_reference_unused("A1", earlier_case=None, day="", amount="")
    with pytest.raises(RuleViolation, match=r"A1.*2018-06-20.*湘0602执1号.*9\.00"):
        check_reference_unused("A1", earlier_case="（2018）湘0602执1号", day="2018-06-20", amount="9.00")


@pytest.mark.parametrize("status", list(CaseReceiptStatus))
def test_a_receipt_is_decided_once(status):
    told = None if status is CaseReceiptStatus.RECORDED else LABELS[status]
    _told(lambda: check_receipt_open(status), told)


@pytest.mark.parametrize(("current", "target"), list(product(PayoutStatus, PayoutStatus)))
def test_a_payout_moves_only_along_its_table(current, target):
    told = None if target in NEXT[current] else f"当前为“{LABELS[current]}”，不能改为“{LABELS[target]}”"
    _told(lambda: check_move(current, target), told)


def test_what_is_over_stays_over():
    assert {status for status, after in NEXT.items() if not after} == {
        PayoutStatus.RETURNED,
        PayoutStatus.WITHDRAWN,
        PayoutStatus.PAID,
    }


@pytest.mark.parametrize(
    ("purpose", "is_payee", "told"),
    [
        (Purpose.CREDITOR, True, None),
        (Purpose.REFUND, True, None),
        (Purpose.CREDITOR, False, "申请执行人"),
        (Purpose.REFUND, False, "被执行人"),
    ],
)
def test_case_money_goes_to_a_party_on_the_right_side(purpose, is_payee, told):
    _told(lambda: check_payee(purpose, is_payee_of_case=is_payee), told)


@pytest.mark.parametrize(
    ("holder", "is_verified", "told"),
    [
        ("张三", True, None),
        ("张三", False, "尚未核实"),
        ("李四", True, "户名“李四”与收款人“张三”不一致"),
        (None, False, "还没有登记收款账户"),
    ],
)
def test_a_payee_is_paid_into_his_own_verified_account(holder, is_verified, told):
    _told(lambda: check_account("张三", holder=holder, is_verified=is_verified), told)


@pytest.mark.parametrize(
    ("amount", "free", "opening_claim", "told"),
    [
        ("0.01", "0.01", "0.00", None),
        ("0.02", "0.01", "0.00", r"0\.02元超过本案可发放案款0\.01元，"),
        ("0.00", "0.01", "0.00", "必须大于零"),
        ("0.01", "-5.00", "0.00", r"可发放案款-5\.00元，"),
        ("3.00", "10.00", "7.00", None),
        ("3.01", "10.00", "7.00", r"案款3\.00元：启用本系统以前，.*期初应收垫付款7\.00元.*将该部分留在本案案款中"),
        ("0.01", "6.00", "7.00", r"案款0\.00元：启用本系统以前"),
    ],
)
def test_no_more_is_paid_than_the_case_has_beyond_what_the_fund_is_owed_since_before(amount, free, opening_claim, told):
    _told(lambda: check_amount(yuan(amount), free=yuan(free), opening_claim=yuan(opening_claim)), told)


@pytest.mark.parametrize(
    ("amount", "paid", "opening_claim", "told"),
    [
        ("100.00", "900.00", "0.00", None),
        ("100.01", "900.00", "0.00", r"已发放和在办的900\.00元，将超过执行标的1,000\.00元"),
        ("100.00", "700.00", "200.00", None),
        ("100.01", "700.00", "200.00", r"700\.00元，以及启用本系统以前已由资金垫付的200\.00元，将超过执行标的"),
    ],
)
def test_creditors_get_no_more_than_the_claim(amount, paid, opening_claim, told):
    amounts = {"claim": yuan("1000.00"), "paid": yuan(paid), "opening_claim": yuan(opening_claim)}
    _told(lambda: check_within_claim(yuan(amount), **amounts), told)


@pytest.mark.parametrize(
    ("free", "opening_claim", "told"),
    [
        ("0.00", "0.00", None),
        ("-0.01", "0.00", "到账案款须先分配"),
        ("7.00", "7.00", None),
        ("6.99", "7.00", r"期初应收垫付款7\.00元.*只剩6\.99元.*撤回本笔申请"),
    ],
)
def test_what_belongs_to_the_fund_is_not_paid_though_it_was_promised(free, opening_claim, told):
    _told(lambda: check_not_held_back(yuan(free), opening_claim=yuan(opening_claim)), told)


@pytest.mark.parametrize(
    ("amount", "left", "told"), [("1.00", "1.00", None), ("1.01", "1.00", r"“退还被执行人”可用1\.00元")]
)
def test_after_an_advance_nobody_gets_more_than_was_allocated(amount, left, told):
    _told(lambda: check_allocated(yuan(amount), purpose=Purpose.REFUND, left=yuan(left)), told)


@pytest.mark.parametrize("outcome", list(Outcome))
def test_a_payout_is_agreed_to_or_returned(outcome):
    _told(lambda: check_outcome(outcome), "只能“同意”" if outcome is Outcome.REFUSED else None)


@pytest.mark.parametrize(
    ("paid_on", "told"),
    [
        (date(2018, 6, 1), None),
        (TODAY, None),
        (date(2018, 5, 31), "不能早于申请日期2018-06-01"),
        (date(2018, 6, 21), "不能晚于今天2018-06-20"),
    ],
)
def test_a_payout_is_paid_between_its_request_and_today(paid_on, told):
    _told(lambda: check_paid_on(paid_on, requested_on=date(2018, 6, 1), today=TODAY), told)


def test_what_is_approved_is_what_is_paid():
    facts = {
        "case": "（2018）湘0602执1号",
        "purpose": Purpose.CREDITOR,
        "payee": 1,
        "holder": "张三",
        "bank": "某银行",
        "account_index": "a" * 64,
        "amount": yuan("1.00"),
    }
    approved = payload_digest(**facts)
    check_digest(payload_digest(**facts), approved)
    others = {"case": "另案", "purpose": Purpose.REFUND, "payee": 2, "holder": "李四", "bank": "他行"}
    for name, other in (others | {"account_index": "b" * 64, "amount": ZERO}).items():
        with pytest.raises(RuleViolation, match="与申请时不一致"):
            check_digest(payload_digest(**facts | {name: other}), approved)
    moved = facts | {"holder": "张", "bank": "三某银行"}
    assert payload_digest(**moved) != approved, "a sign that changes fields changes the digest"


def test_money_is_paid_out_within_thirty_days():
    assert pay_out_due(date(2018, 10, 22)) == date(2018, 11, 21)
    assert pay_out_due(date(2018, 9, 1)) == date(2018, 10, 8), "the last day fell into the holidays"
    with pytest.raises(RuleViolation, match="尚无2003年的节假日安排"):
        pay_out_due(date(2003, 3, 1))


def _told(check, told):
    if told is None:
        check()
    else:
        with pytest.raises(RuleViolation, match=told):
            check()
