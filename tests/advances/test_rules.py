"""The life of an advance, its amount, and the digest that binds signatures to what was signed."""

from datetime import date
from itertools import product

import pytest

from fundapp.advances import rules
from fundapp.advances.rules import NEXT, AdvanceStatus, Channel
from fundapp.approvals.rules import Outcome
from fundapp.core.errors import RuleViolation
from fundapp.core.money import yuan
from fundapp.eligibility.rules import Answer, Criterion, Sentence, Verdict
from fundapp.ledger.rules import BOOKING, Account, Model

PAYLOAD = {
    "case_number": "（2018）湘0602执1号",
    "creditor": "张三",
    "holder": "张三",
    "bank": "中国工商银行岳阳分行",
    "line_number": "102557000018",
    "account_index": "ab" * 32,
    "amount": yuan("8000.00"),
}
SHORT = [
    Answer(Criterion.CEILING, Sentence("标的"), Verdict.NOT_MET, Sentence("标的过高。"), "甲"),
    Answer(Criterion.UNDERTAKING, Sentence("没有"), Verdict.NOT_MET, Sentence("尚未签署。"), "乙"),
]


@pytest.mark.parametrize(("current", "target"), list(product(AdvanceStatus, repeat=2)))
def test_every_pair_of_statuses(current, target):
    if target in NEXT[current]:
        rules.check_move(current, target)
    else:
        with pytest.raises(RuleViolation, match="不能改为") as refused:
            rules.check_move(current, target)
        assert rules.LABELS[current] in str(refused.value) and rules.LABELS[target] in str(refused.value)


def test_paid_refused_and_withdrawn_are_the_ends_and_only_payment_leads_to_paid():
    ends = {status for status in AdvanceStatus if not NEXT[status]}
    assert ends == {AdvanceStatus.PAID, AdvanceStatus.REFUSED, AdvanceStatus.WITHDRAWN}
    assert [status for status in AdvanceStatus if AdvanceStatus.PAID in NEXT[status]] == [AdvanceStatus.PAYING]
    assert frozenset(AdvanceStatus) - rules.ALIVE == ends


def test_each_outcome_leads_from_submitted_to_where_it_says():
    assert rules.OUTCOMES.keys() == set(Outcome)
    assert set(rules.OUTCOMES.values()) <= NEXT[AdvanceStatus.SUBMITTED]


@pytest.mark.parametrize("model", Model)
@pytest.mark.parametrize("channel", Channel)
def test_each_channel_pays_out_of_the_account_it_names(model, channel):
    movement, account = rules.PAID_FROM[channel]
    [(_, credit)] = BOOKING[model][movement]
    assert credit is account
    assert (account is Account.CASH) is (channel is Channel.CEREMONY_CASH)


@pytest.mark.parametrize(
    ("amount", "told"),
    [
        ("0.01", None),
        ("7999.99", None),
        ("8000.00", None),
        ("8000.01", "超过本案执行标的8,000.00元"),
        ("0.00", "须大于零"),
        ("-0.01", "须大于零"),
    ],
)
def test_an_advance_is_more_than_nothing_and_at_most_the_claim(amount, told):
    if told is None:
        rules.check_amount(yuan(amount), yuan("8000.00"))
    else:
        with pytest.raises(RuleViolation, match=told):
            rules.check_amount(yuan(amount), yuan("8000.00"))


def test_a_reason_is_more_than_blanks():
    rules.check_reason("生活困难")
    with pytest.raises(RuleViolation, match="请填写理由"):
        rules.check_reason(" \n")


@pytest.mark.parametrize("check", [rules.check_eligible, rules.check_still_eligible])
def test_all_shortcomings_stand_in_one_refusal(check):
    check([])
    with pytest.raises(RuleViolation) as refused:
        check(SHORT)
    assert "2项" in str(refused.value) and "（1）标的过高。（2）尚未签署。" in str(refused.value)


@pytest.mark.parametrize(
    ("part", "other"),
    [
        ("case_number", "（2018）湘0602执2号"),
        ("creditor", "张三丰"),
        ("holder", "李四"),
        ("bank", "中国农业银行岳阳分行"),
        ("line_number", None),
        ("account_index", "cd" * 32),
        ("amount", yuan("8000.01")),
    ],
)
def test_the_digest_covers_every_part_of_the_payload(part, other):
    was = rules.payload_digest(**PAYLOAD)
    now = rules.payload_digest(**PAYLOAD | {part: other})
    assert was == rules.payload_digest(**PAYLOAD) and len(was) == 64
    rules.check_payload(now=was, approved=was)
    with pytest.raises(RuleViolation, match="原审批对变更后的内容无效"):
        rules.check_payload(now=now, approved=was)


def test_the_parts_of_a_payload_do_not_run_into_each_other():
    one = rules.payload_digest(**PAYLOAD | {"creditor": "张三", "holder": "丰"})
    other = rules.payload_digest(**PAYLOAD | {"creditor": "张", "holder": "三丰"})
    assert one != other


def test_only_the_maker_and_the_handler_of_today_mend_a_request():
    rules.check_own(actor_id=1, prepared_by_id=1, handler_id=2)
    rules.check_own(actor_id=2, prepared_by_id=1, handler_id=2)
    with pytest.raises(RuleViolation, match="现任承办人"):
        rules.check_own(actor_id=3, prepared_by_id=1, handler_id=2)


@pytest.mark.parametrize("status", AdvanceStatus)
def test_papers_are_added_before_the_decision(status):
    if status in (AdvanceStatus.SUBMITTED, AdvanceStatus.RETURNED):
        rules.check_open(status)
    else:
        with pytest.raises(RuleViolation, match="不能再补充材料"):
            rules.check_open(status)


def test_nothing_is_paid_tomorrow():
    rules.check_paid_on(date(2018, 3, 9), date(2018, 3, 9))
    with pytest.raises(RuleViolation, match="晚于今天"):
        rules.check_paid_on(date(2018, 3, 10), date(2018, 3, 9))


def test_how_an_advance_is_cited_and_kept_alive():
    assert rules.cited(2018, 17) == "垫2018-0017"
    assert rules.live_key(17, 3) == "17:3"


@pytest.mark.parametrize(
    ("amount", "left", "told"),
    [
        ("5000.00", "5000.00", None),
        ("5000.01", "5000.00", r"最多还可垫付5,000\.00元"),
        ("0.01", "-1.00", r"最多还可垫付0\.00元"),
    ],
)
def test_no_more_is_advanced_than_is_left_of_the_claim(amount, left, told):
    if told is None:
        rules.check_left(yuan(amount), yuan(left))
    else:
        with pytest.raises(RuleViolation, match=told):
            rules.check_left(yuan(amount), yuan(left))
