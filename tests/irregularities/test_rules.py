"""What an auditor asks, why, and what of a refusal may stand on the trail for good."""

from datetime import date

import pytest

from fundapp.core.errors import Attempt, RuleViolation
from fundapp.irregularities import rules
from fundapp.irregularities.rules import Kind


@pytest.mark.parametrize("kind", Kind)
def test_every_question_says_why_it_is_asked_and_on_what_it_stands(kind):
    assert rules.LABELS[kind] and rules.WHY[kind].endswith("。") and rules.SOURCES[kind]


def test_every_attempt_is_asked_about():
    assert set(rules.ATTEMPTS.values()) == set(Attempt)
    assert set(Attempt) <= rules.LABELS.keys()


@pytest.mark.parametrize(
    ("kind", "one", "two", "told"),
    [
        (Kind.ADVANCE_OVERDUE, "（2018）湘0602执1号", "12", "（2018）湘0602执1号的垫付款付出超过12个月仍未收回"),
        (Kind.DUPLICATE_CLAIMANT, "（2018）湘0602执1号", "3", "（2018）湘0602执1号的申请执行人共有3笔垫付"),
        (Kind.SHARED_ACCOUNT, "6222***0001", "2", "账户6222***0001登记在2名当事人名下"),
        (Kind.COURT_ATTEMPT, '{"door":"/a","sentence":"不行。"}', "", "在/a：不行。"),
        (Kind.AFTER_HOURS, "2018-03-09 21:15", "disbursement.batch.signed", "2018-03-09 21:15办理“签发发放批次”"),
        (Kind.VOUCHER_GAP, "2", "1", "在此凭证之前，总号缺2个，分号缺1个"),
    ],
)
def test_a_line_says_what_is_to_be_looked_into(kind, one, two, told):
    assert str(rules.sentence(kind, one, two)) == told


def test_every_kind_has_its_sentence():
    details = {kind: ('{"door":"/a","sentence":"不行。"}' if kind in rules.ATTEMPTS else "一", "二") for kind in Kind}
    details[Kind.AFTER_HOURS] = ("2018-03-09 21:15", "custody.payout.paid")
    assert all(str(rules.sentence(kind, *details[kind])) for kind in Kind)


def test_a_kind_is_known_by_its_word():
    assert rules.kind_named("after_hours") is Kind.AFTER_HOURS
    assert rules.kind_named("nothing") is None


@pytest.mark.parametrize(
    ("today", "last"),
    [
        (date(2018, 11, 22), date(2018, 10, 22)),  # due on Wednesday the 21st, and over on the 22nd
        (date(2018, 10, 8), date(2018, 8, 31)),  # due on 30 September, a working Sunday; from 1 September, on 8 October
        (date(2018, 10, 9), date(2018, 9, 8)),  # all whose thirty days ended in the holidays
        (date(2099, 3, 2), date(2099, 1, 30)),  # no calendar for that year: thirty days as they are
    ],
)
def test_case_money_is_overdue_when_its_thirty_days_and_their_holidays_are_over(today, last):
    assert rules.last_overdue(today) == last


def test_offices_are_shut_on_weekends_and_holidays_but_for_working_weekends():
    closed = rules.closed_days(date(2018, 9, 28), date(2018, 10, 8))
    assert closed == [date(2018, 10, day) for day in range(1, 8)]
    assert rules.closed_days(date(2099, 1, 1), date(2099, 1, 5)) == [date(2099, 1, 3), date(2099, 1, 4)]


@pytest.mark.parametrize(
    ("refusal", "told"),
    [
        (RuleViolation("不能审批。"), "不能审批。"),
        (RuleViolation("户名“%(holder)s”与“%(payee)s”不一致。", holder="张三", payee="李四"), "户名“……”与“……”不一致。"),
        (RuleViolation("金额%(amount)s元。", amount="18,000.00"), "金额18,000.00元。"),
        (RuleViolation("有%(count)s项，%(day)s。", count=2, day="2018-03-09"), "有2项，2018-03-09。"),
        (RuleViolation("账号%(number)s。", number="6222020000000000000"), "账号……。"),
    ],
)
def test_the_trail_keeps_figures_and_days_and_nobody_s_name(refusal, told):
    assert rules.said_without_names(refusal) == told
