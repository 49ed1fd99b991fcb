"""The criteria: both sides of every boundary, every reason at once, and what is kept of them."""

from dataclasses import replace
from datetime import date

import pytest

from fundapp.cases.rules import CaseStatus
from fundapp.core.errors import RuleViolation
from fundapp.core.money import yuan
from fundapp.eligibility import rules
from fundapp.eligibility.rules import Answer, Criterion, Earlier, Facts, Terms, Verdict

TERMS = Terms(ceiling=yuan("20000.00"))
GOOD = Facts(
    claim=yuan("8000.00"),
    case_status=CaseStatus.IN_PROGRESS,
    property_searched_on=date(2018, 2, 1),
    earlier=Earlier.NONE,
    is_in_bankruptcy=False,
    is_in_settlement=False,
    creditor="张三",
    account_holder="张三",
    account_verified_on=date(2018, 2, 6),
    undertaking_on=date(2018, 2, 5),
)
BAD = {
    Criterion.CEILING: {"claim": yuan("20000.00")},
    Criterion.CASE_STATUS: {"case_status": CaseStatus.FULLY_ENFORCED},
    Criterion.PROPERTY_SEARCH: {"property_searched_on": None},
    Criterion.NOT_ADVANCED: {"earlier": Earlier.PAID},
    Criterion.NO_BANKRUPTCY: {"is_in_bankruptcy": True},
    Criterion.NO_SETTLEMENT: {"is_in_settlement": True},
    Criterion.OWN_ACCOUNT: {"account_verified_on": None},
    Criterion.UNDERTAKING: {"undertaking_on": None},
}
SWITCHES = {
    Criterion.PROPERTY_SEARCH: "needs_property_search",
    Criterion.NO_BANKRUPTCY: "refuses_bankruptcy",
    Criterion.NO_SETTLEMENT: "refuses_settlement",
    Criterion.OWN_ACCOUNT: "needs_verified_account",
    Criterion.UNDERTAKING: "needs_undertaking",
}


def answer(facts: Facts, criterion: Criterion, terms: Terms = TERMS) -> Answer:
    return next(one for one in rules.answers(facts, terms) if one.criterion is criterion)


@pytest.mark.parametrize(
    ("claim", "under", "at_most"),
    [
        ("0.01", True, True),
        ("19999.99", True, True),
        ("20000.00", False, True),
        ("20000.01", False, False),
        ("0.00", False, False),
        ("-1.00", False, False),
    ],
)
def test_the_ceiling_holds_to_the_fen_with_and_without_the_number_itself(claim, under, at_most):
    for included, expected in ((False, under), (True, at_most)):
        terms = replace(TERMS, ceiling_included=included)
        found = answer(replace(GOOD, claim=yuan(claim)), Criterion.CEILING, terms)
        assert (found.verdict is Verdict.MET) is expected
        assert ("含本数" in str(found.reason)) and (("不含本数" in str(found.reason)) is not included)


def test_the_default_is_strictly_under_twenty_thousand():
    assert yuan(rules.DEFAULT_CEILING) == yuan("20000.00")
    assert not Terms(ceiling=yuan(rules.DEFAULT_CEILING)).ceiling_included


def test_a_case_that_meets_all_is_told_so_criterion_by_criterion():
    found = rules.answers(GOOD, TERMS)
    assert [one.criterion for one in found] == list(Criterion)
    assert {one.verdict for one in found} == {Verdict.MET}
    assert not rules.shortcomings(found)


@pytest.mark.parametrize("criterion", Criterion)
def test_each_criterion_alone_stands_in_the_way(criterion):
    found = rules.answers(replace(GOOD, **BAD[criterion]), TERMS)
    assert [one.criterion for one in rules.shortcomings(found)] == [criterion]
    assert not rules.shortcomings(found, besides={criterion})


def test_all_shortcomings_are_told_at_once():
    worst = GOOD
    for change in BAD.values():
        worst = replace(worst, **change)
    short = rules.shortcomings(rules.answers(worst, TERMS))
    assert len(short) == len(Criterion)
    told = rules.joined(short)
    assert told.startswith("（1）执行标的须不满20,000.00元") and "（8）" in told


@pytest.mark.parametrize("criterion", SWITCHES)
def test_what_the_terms_do_not_ask_is_answered_as_not_asked(criterion):
    terms = replace(TERMS, **{SWITCHES[criterion]: False})
    found = answer(replace(GOOD, **BAD[criterion]), criterion, terms)
    assert found.verdict is Verdict.NOT_ASKED
    assert str(found.reason) == "现行垫付条件不要求此项。"


@pytest.mark.parametrize("status", CaseStatus)
def test_only_the_named_statuses_are_advanced(status):
    found = answer(replace(GOOD, case_status=status), Criterion.CASE_STATUS)
    assert (found.verdict is Verdict.MET) is (status in rules.DEFAULT_STATUSES)
    if found.verdict is Verdict.NOT_MET:
        assert "执行中、终结本次执行程序" in str(found.reason)


@pytest.mark.parametrize(
    ("change", "fact", "reason"),
    [
        ({"account_holder": None, "account_verified_on": None}, "没有登记收款账户", "尚未登记收款账户"),
        ({"account_holder": "李四"}, "账户户名与申请执行人不一致", "不是申请执行人本人的账户"),
        ({"account_verified_on": None}, "本人账户已登记，尚未核实", "尚未核实"),
    ],
)
def test_only_the_creditors_own_verified_account_will_do(change, fact, reason):
    found = answer(replace(GOOD, **change), Criterion.OWN_ACCOUNT)
    assert found.verdict is Verdict.NOT_MET
    assert str(found.fact) == fact and reason in str(found.reason)


@pytest.mark.parametrize(("earlier", "told"), [(Earlier.ALIVE, "在办的垫付申请"), (Earlier.PAID, "已获垫付")])
def test_a_creditor_is_advanced_once(earlier, told):
    found = answer(replace(GOOD, earlier=earlier), Criterion.NOT_ADVANCED)
    assert found.verdict is Verdict.NOT_MET
    assert told in str(found.fact) and told in str(found.reason)


def test_each_answer_cites_its_document_and_an_issue_may_cite_another():
    assert rules.DEFAULT_SOURCES.keys() == set(Criterion)
    own = replace(TERMS, sources={Criterion.CEILING: "测法〔2018〕1号第三条"})
    assert answer(GOOD, Criterion.CEILING, own).source == "测法〔2018〕1号第三条"
    assert answer(GOOD, Criterion.NO_BANKRUPTCY, own).source == rules.DEFAULT_SOURCES[Criterion.NO_BANKRUPTCY]


def test_kept_answers_are_read_back_as_they_were():
    found = rules.answers(replace(GOOD, claim=yuan("20000.00")), TERMS)
    text = rules.kept(found)
    assert rules.read(text) == found
    assert "执行标的须不满20,000.00元（不含本数），不能垫付。" in text


ISSUE = {
    "document": "测法〔2018〕1号",
    "ceiling": yuan("0.01"),
    "case_statuses": {CaseStatus.IN_PROGRESS},
}


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"document": "  "}, "依据的文件"),
        ({"ceiling": yuan("0.00")}, "须大于零"),
        ({"case_statuses": set()}, "至少选择一种"),
    ],
)
def test_an_issue_without_ground_is_refused(changes, told):
    rules.check_issue(**ISSUE)
    with pytest.raises(RuleViolation, match=told):
        rules.check_issue(**ISSUE | changes)


TODAY = date(2018, 6, 1)


@pytest.mark.parametrize(
    ("effective_from", "latest", "told"),
    [
        (date(2017, 1, 1), None, None),
        (TODAY, date(2018, 5, 31), None),
        (date(2018, 6, 2), TODAY, None),
        (TODAY, TODAY, "须晚于上一次发布的生效日期2018-06-01"),
        (date(2018, 5, 31), date(2018, 1, 1), "不能早于今天"),
    ],
)
def test_only_the_first_issue_reaches_back(effective_from, latest, told):
    if told is None:
        rules.check_later(effective_from, latest=latest, today=TODAY)
    else:
        with pytest.raises(RuleViolation, match=told):
            rules.check_later(effective_from, latest=latest, today=TODAY)


def test_an_assessment_is_kept_by_the_handler_only():
    rules.check_keeper(True)
    with pytest.raises(RuleViolation, match="由承办人办理"):
        rules.check_keeper(False)
