"""The rules of ceremonies: who may go where, who may do what to whom, and that no fen is missing."""

from datetime import date
from itertools import product

import pytest

from fundapp.ceremonies import rules
from fundapp.ceremonies.rules import (
    NEXT,
    NEXT_OF_LINE,
    CashCount,
    CeremonyStatus,
    LineSource,
    Listed,
    Method,
    PayeeStatus,
)
from fundapp.core.errors import RuleViolation
from fundapp.core.money import yuan

DAY = date(2018, 11, 11)
MOVES = {
    ("planned", "frozen"),
    ("planned", "cancelled"),
    ("frozen", "open"),
    ("frozen", "cancelled"),
    ("open", "closed"),
}
LINE_MOVES = {("listed", "signed_in"), ("listed", "absent"), ("signed_in", "paid"), ("signed_in", "absent")}


@pytest.mark.parametrize(("current", "target"), list(product(CeremonyStatus, CeremonyStatus)))
def test_a_ceremony_goes_only_forward_and_is_called_off_only_before_its_day(current, target):
    assert NEXT.keys() == set(CeremonyStatus)
    if (current.value, target.value) in MOVES:
        rules.check_move(current, target)
    else:
        with pytest.raises(RuleViolation, match=f"当前为“{rules.LABELS[current]}”，不能改为“{rules.LABELS[target]}”"):
            rules.check_move(current, target)


@pytest.mark.parametrize(("current", "target"), list(product(PayeeStatus, PayeeStatus)))
def test_a_payee_signs_in_is_paid_once_or_is_absent(current, target):
    assert NEXT_OF_LINE.keys() == set(PayeeStatus)
    if (current.value, target.value) in LINE_MOVES:
        rules.check_line_move(current, target)
    else:
        with pytest.raises(RuleViolation):
            rules.check_line_move(current, target)


@pytest.mark.parametrize(
    ("current", "target", "told"),
    [
        (PayeeStatus.PAID, PayeeStatus.PAID, "已经发放，不能重复办理"),
        (PayeeStatus.PAID, PayeeStatus.ABSENT, "已经发放，不能重复办理"),
        (PayeeStatus.LISTED, PayeeStatus.PAID, "尚未签到，不能发放"),
        (PayeeStatus.ABSENT, PayeeStatus.SIGNED_IN, "当前为“未领取”，不能改为“已签到”"),
    ],
)
def test_the_mistakes_of_the_day_are_named(current, target, told):
    with pytest.raises(RuleViolation, match=told):
        rules.check_line_move(current, target)


@pytest.mark.parametrize("status", CeremonyStatus)
def test_the_list_changes_only_while_planned_and_payees_are_dealt_with_only_while_open(status):
    for check, when in ((rules.check_list_open, "planned"), (rules.check_day_open, "open")):
        if status.value == when:
            check(status)
        else:
            with pytest.raises(RuleViolation, match=rules.LABELS[status]):
                check(status)


@pytest.mark.parametrize(("today", "is_planned", "is_opened"), [(10, True, False), (11, True, True), (12, False, True)])
def test_a_ceremony_is_planned_for_a_day_to_come_and_opened_on_it_or_later(today, is_planned, is_opened):
    for check, passes, told in (
        (rules.check_held_on, is_planned, "2018-11-11已经过去"),
        (rules.check_not_early, is_opened, "定于2018-11-11举行"),
    ):
        if passes:
            check(DAY, DAY.replace(day=today))
        else:
            with pytest.raises(RuleViolation, match=told):
                check(DAY, DAY.replace(day=today))


def test_a_court_has_one_open_ceremony():
    rules.check_no_other_open(None)
    with pytest.raises(RuleViolation, match="“第一次大会”尚未结束，请先核对现金"):
        rules.check_no_other_open("第一次大会")


@pytest.mark.parametrize(
    ("check", "told"),
    [
        (rules.check_not_empty, "名单为空"),
        (rules.check_chosen, "尚未选择领款人"),
        (rules.check_witnessed, "至少登记一名见证人"),
    ],
)
def test_one_is_enough_and_none_is_not(check, told):
    check(1)
    with pytest.raises(RuleViolation, match=told):
        check(0)


def test_every_payee_is_dealt_with_before_the_end():
    rules.check_all_done(0)
    with pytest.raises(RuleViolation, match="还有2笔"):
        rules.check_all_done(2)


def test_who_planned_neither_freezes_nor_closes():
    rules.check_freezer(1, 2)
    rules.check_closer(1, 2)
    with pytest.raises(RuleViolation, match="不能审定自己筹备的名单"):
        rules.check_freezer(1, 1)
    with pytest.raises(RuleViolation, match="不能结束自己筹备的大会"):
        rules.check_closer(1, 1)


def test_the_list_that_is_paid_from_is_the_frozen_one():
    rules.check_unchanged("a" * 64, "a" * 64)
    for frozen in ("b" * 64, None):
        with pytest.raises(RuleViolation, match="与审定时不一致"):
            rules.check_unchanged(frozen, "a" * 64)


@pytest.mark.parametrize(
    ("agent", "authority", "told"),
    [
        (None, None, None),
        ("", "", None),
        ("赵律师", "特授〔2018〕3号", None),
        ("赵律师", None, "请填写特别授权委托书编号"),
        ("赵律师", "", "请填写特别授权委托书编号"),
        (None, "特授〔2018〕3号", "请一并填写代理人姓名"),
    ],
)
def test_an_agent_comes_with_a_special_power_of_attorney(agent, authority, told):
    if told is None:
        rules.check_agent(agent, authority)
    else:
        with pytest.raises(RuleViolation, match=told):
            rules.check_agent(agent, authority)


@pytest.mark.parametrize(
    ("second_id", "first_may", "second_may", "told"),
    [
        (2, True, True, None),
        (1, True, True, "须由两名工作人员共同办理"),
        (2, False, True, "您没有现场发放的权限"),
        (2, True, False, "所选的另一名人员没有现场发放的权限"),
    ],
)
def test_money_changes_hands_before_two_who_may(second_id, first_may, second_may, told):
    def check() -> None:
        rules.check_staff(first_id=1, second_id=second_id, first_may=first_may, second_may=second_may)

    if told is None:
        check()
    else:
        with pytest.raises(RuleViolation, match=told):
            check()


@pytest.mark.parametrize(
    ("method", "missing", "used"),
    [
        (Method.CASH, "签名的收据编号", "收据编号X1已在“上次大会”使用"),
        (Method.TRANSFER, "流水号", "流水号X1已在“上次大会”使用"),
    ],
)
def test_each_payment_has_a_proof_of_its_own(method, missing, used):
    rules.check_reference(method, "X1")
    rules.check_reference_new(method, "X1", None)
    with pytest.raises(RuleViolation, match=missing):
        rules.check_reference(method, "")
    with pytest.raises(RuleViolation, match=used):
        rules.check_reference_new(method, "X1", "上次大会")


@pytest.mark.parametrize("source", LineSource)
@pytest.mark.parametrize(
    ("drawn", "delivered", "returned", "told"),
    [
        ("0.00", "0.00", "0.00", None),
        ("15000.00", "15000.00", "0.00", None),
        ("15000.00", "0.00", "15000.00", None),
        ("15000.00", "10000.00", "5000.00", None),
        ("15000.00", "10000.00", "4999.99", "现金少1分：提取15,000.00元，发放10,000.00元，交回4,999.99元"),
        ("15000.00", "10000.00", "5000.01", "现金多1分：提取15,000.00元，发放10,000.00元，交回5,000.01元"),
        ("15000.00", "10000.00", "0.00", "现金少500000分"),
        ("0.00", "0.00", "0.01", "现金多1分"),
    ],
)
def test_cash_drawn_is_delivered_and_returned_to_the_fen(source, drawn, delivered, returned, told):
    count = CashCount(source, yuan(drawn), yuan(delivered), yuan(returned))
    if told is None:
        rules.check_cash(count)
    else:
        with pytest.raises(RuleViolation, match=f"^{rules.LABELS[source]}{told}"):
            rules.check_cash(count)


A_LINE = Listed(1, "advance:1", "party:1", yuan("8000.00"), Method.TRANSFER)


@pytest.mark.parametrize(
    ("ceremony", "lines"),
    [
        ("ceremony:2", [A_LINE]),
        ("ceremony:1", []),
        ("ceremony:1", [A_LINE, A_LINE]),
        ("ceremony:1", [Listed(2, "advance:1", "party:1", yuan("8000.00"), Method.TRANSFER)]),
        ("ceremony:1", [Listed(1, "payout:1", "party:1", yuan("8000.00"), Method.TRANSFER)]),
        ("ceremony:1", [Listed(1, "advance:1", "party:2", yuan("8000.00"), Method.TRANSFER)]),
        ("ceremony:1", [Listed(1, "advance:1", "party:1", yuan("8000.01"), Method.TRANSFER)]),
        ("ceremony:1", [Listed(1, "advance:1", "party:1", yuan("8000.00"), Method.CASH)]),
    ],
)
def test_any_change_of_the_list_changes_its_digest(ceremony, lines):
    assert rules.list_digest("ceremony:1", [A_LINE]) == rules.list_digest("ceremony:1", [A_LINE])
    assert rules.list_digest(ceremony, lines) != rules.list_digest("ceremony:1", [A_LINE])
