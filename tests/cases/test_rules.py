"""Case numbers and the words of the register."""

import json
from datetime import date
from enum import Enum
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fundapp.cases.rules import words
from fundapp.cases.rules.numbers import LONGEST, TYPE_CODES, CaseNumber, CaseNumberError, case_number, legacy_number
from fundapp.cases.rules.words import CLOSINGS, LABELS, LIVELIHOOD, NEXT, CaseStatus, ClaimCategory, check_move
from fundapp.core.errors import RuleViolation

VECTORS = json.loads((Path(__file__).parents[1] / "data" / "vectors.json").read_text(encoding="utf-8"))
BASIC = ("0602", "0603", "0611", "0621", "0623", "0624", "0626", "0681", "0682", "0691")
YUEYANG = frozenset({"湘", "湘06"} | {f"湘{code}" for code in BASIC})


def kind_of_refusal(text, **how):
    with pytest.raises(CaseNumberError) as refused:
        case_number(text, **{"court_codes": YUEYANG, **how})
    return refused.value.kind


@pytest.mark.parametrize(("text", "verdict", "parts"), VECTORS["case"])
def test_a_case_number_is_read_or_refused_as_the_numbering_rules_say(text, verdict, parts):
    if verdict != "OK":
        assert kind_of_refusal(text) == verdict
        return
    number = case_number(text, court_codes=YUEYANG)
    assert [number.year, number.court_code, number.type_code, number.serial, number.text] == parts


@pytest.mark.parametrize(
    "typed",
    [
        "(2018)湘0602执123号",
        "（2018）湘0602执123号",
        "〔2018〕湘0602执123号",
        "［2018］湘0602执123号",
        "【2018】湘0602执123号",
        "(２０１８)湘０６０２执１２３号",
        " （2018） 湘0602 执 123 号\u3000",
        "（2018）湘0602执\xa0123号\n",
        "\ufeff（2018）湘0602执123\u200b号",
    ],
)
def test_a_case_number_is_kept_in_one_form_however_it_was_typed(typed):
    number = case_number(typed, court_codes=YUEYANG)
    assert number == CaseNumber(2018, "湘0602", "执", 123)
    assert str(number) == number.text == "（2018）湘0602执123号"


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \u3000 ",
        "（2018）湘0602执-1号",
        "（2018）湘0602执1.0号",
        "（2018）湘0602执１２３号号",
        "（2018）湘060执1号",
        "（2018）湘06021执1号",
        "（2018）湘0602号",
        "（2018）湘0602司救执恢1号",  # four characters
        "（2018）湘0602执123456789号",  # nine digits
        "（2018）湘0602执٣号",
        "（2018）湘0602执①号",
        "（2018）囧0602执1号",
        "x（2018）湘0602执1号",
        "（2018）湘0602执1号;（2018）湘0602执2号",
    ],
)
def test_a_text_that_is_no_case_number_is_refused(text):
    assert kind_of_refusal(text) == "FORMAT"


def test_a_case_number_may_have_eight_digits_and_no_more():
    assert case_number("（2018）湘0602执12345678号", court_codes=YUEYANG).serial == 12345678
    assert kind_of_refusal("（2018）湘0602执123456789号") == "FORMAT"


def test_a_text_is_measured_before_it_is_read():
    number = "（2018）湘0602执1号"
    padded = number + " " * (LONGEST - len(number))
    assert case_number(padded, court_codes=YUEYANG).serial == 1
    assert kind_of_refusal(padded + " ") == "FORMAT"
    assert kind_of_refusal("（2018）湘0602" + "执" * 1_000_000) == "FORMAT"


@pytest.mark.parametrize(("year", "accepted"), [(2015, False), (2016, True), (2018, True), (2019, False)])
def test_the_year_of_a_case_lies_between_the_numbering_rules_and_today(year, accepted):
    text, today = f"（{year}）湘0602执1号", date(2018, 12, 31)
    if accepted:
        assert case_number(text, court_codes=YUEYANG, today=today).year == year
    else:
        assert kind_of_refusal(text, today=today) == "FORMAT"


def test_a_case_of_a_later_year_is_only_refused_when_today_is_told():
    assert case_number("（2019）湘0602执1号", court_codes=YUEYANG, today=None).year == 2019


@pytest.mark.parametrize("court", ["湘0601", "湘01", "湘0102", "粤0602", "最高法", "京"])
def test_the_case_of_a_court_outside_the_district_is_refused(court):
    assert kind_of_refusal(f"（2018）{court}执1号") == "COURT"
    assert case_number(f"（2018）{court}执1号", court_codes=None).court_code == court


def test_no_court_is_known_where_none_is_named():
    assert kind_of_refusal("（2018）湘0602执1号", court_codes=()) == "COURT"


def test_every_court_of_the_district_numbers_every_type_of_case():
    for court, type_code in product(YUEYANG, TYPE_CODES):
        number = case_number(f"(2018){court}{type_code}1号", court_codes=YUEYANG)
        assert (number.court_code, number.type_code) == (court, type_code)


def test_type_codes_have_at_most_three_characters_and_different_meanings():
    assert all(1 <= len(code) <= 3 for code in TYPE_CODES)
    assert len(set(TYPE_CODES.values())) == len(TYPE_CODES)


@pytest.mark.parametrize(("type_code", "resumed"), [("执恢", True), ("执", False), ("执保", False), ("民初", False)])
def test_a_resumed_case_is_known_by_its_number(type_code, resumed):
    assert case_number(f"（2018）湘0602{type_code}1号", court_codes=YUEYANG).is_resumption is resumed


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "不能为空"),
        ("（2018）湘0602执" + "1" * 60 + "号", "不能超过60个字"),
        ("(2015)楼执字第00123号", "请填入“旧案号”"),
        ("（2015）湘0602执1号", "2015早于2016年"),
        ("（2019）湘0602执1号", "2019尚未到来，今年是2018年"),
        ("（2018）湘0601执1号", "“湘0601”不在本辖区法院之列"),
        ("（2018）湘0602执罚1号", "“执罚”不在案件类型代字标准之列"),
    ],
)
def test_a_refused_case_number_is_told_why_and_what_to_do(text, told):
    with pytest.raises(RuleViolation, match=told) as refused:
        case_number(text, court_codes=YUEYANG, today=date(2018, 10, 22))
    sentence = str(refused.value)
    assert sentence.endswith("。")
    assert "请" in sentence


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("(2015)楼执字第00123号", "（2015）楼执字第00123号"),
        ("〔２０１５〕楼执字第 00123 号", "（2015）楼执字第00123号"),
        ("（2009）岳执字第123－1号", "（2009）岳执字第123-1号"),
        ("1998年楼经执字第12号", "1998年楼经执字第12号"),
        ("（2014）汨执恢字第7号", "（2014）汨执恢字第7号"),
    ],
)
def test_a_case_number_from_before_2016_is_kept_in_its_own_wording(text, kept):
    assert legacy_number(text) == kept


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "不能为空"),
        ("\u3000", "不能为空"),
        ("（2015）楼执字第" + "1" * 60 + "号", "不能超过60个字"),
        ("（2018）湘0602执123号", "新案号"),
        ("（2018）湘0601执罚1号", "新案号"),
        ("（2015）湘0602执123号", "新案号"),
        ("（2018）湘执复12号", "新案号"),
        ("（2018）湘0602执0123号", "新案号"),
        ("楼执字第00123号", "应有年份"),
        ("（2015）楼执字第00123", "应有年份"),
        ("（1815）楼执字第1号", "应有年份"),
        ("（2015）楼执字第1号<b>", "格式不正确"),
        ("（2015）楼执字第1号=cmd", "格式不正确"),
        ("（2015）楼执字第1号\x00", "格式不正确"),
    ],
)
def test_what_is_no_number_from_before_2016_stays_out_of_that_field(text, told):
    with pytest.raises(CaseNumberError, match=told) as refused:
        legacy_number(text)
    assert refused.value.kind == "FORMAT"


def test_an_old_case_number_may_have_sixty_characters():
    longest = "（2015）" + "楼" * (LONGEST - 8) + "1号"
    assert len(longest) == LONGEST
    assert legacy_number(longest) == longest


case_numbers = st.builds(
    CaseNumber,
    st.integers(2016, 2099),
    st.sampled_from(sorted(YUEYANG)),
    st.sampled_from(sorted(TYPE_CODES)),
    st.integers(1, 99_999_999),
)


@given(case_numbers)
def test_a_case_number_read_from_its_own_text_is_itself(number):
    assert case_number(number.text, court_codes=YUEYANG) == number


@given(case_numbers, case_numbers)
def test_two_cases_never_share_the_text_of_their_numbers(one, other):
    assert (one == other) is (one.text == other.text)


@given(st.text(alphabet="（）()〔〕湘0６1執执字第号 2018\u3000-", max_size=70))
def test_an_old_case_number_once_tidied_stays_as_it_is(text):
    try:
        kept = legacy_number(text)
    except CaseNumberError:
        return
    assert legacy_number(kept) == kept


@given(st.one_of(st.text(max_size=80), st.text(alphabet="（）(2018)湘0６2执恢号 1\u3000", max_size=30)))
def test_whatever_is_typed_for_a_case_number_gets_an_answer_or_a_refusal(text):
    try:
        number = case_number(text, court_codes=None)
    except CaseNumberError:
        return
    assert case_number(number.text, court_codes=None) == number


# ---- words


@pytest.mark.parametrize(
    ("current", "target", "resumption"),
    list(product(CaseStatus, CaseStatus, [False, True])),
    ids=lambda value: str(value),
)
def test_a_case_moves_only_where_the_law_lets_it(current, target, resumption):
    closes = current is CaseStatus.IN_PROGRESS and target is not CaseStatus.IN_PROGRESS
    reopens = (
        current in {CaseStatus.CLOSED_NO_ASSETS, CaseStatus.TERMINATED}
        and target is CaseStatus.IN_PROGRESS
        and resumption
    )
    if closes or reopens:
        check_move(current, target, resumption=resumption)
    else:
        with pytest.raises(RuleViolation, match=f"案件当前为“{LABELS[current]}”"):
            check_move(current, target, resumption=resumption)


def test_a_closed_case_is_told_that_only_resumption_reopens_it():
    with pytest.raises(RuleViolation, match="只能经恢复执行改为“执行中”"):
        check_move(CaseStatus.CLOSED_NO_ASSETS, CaseStatus.IN_PROGRESS)


def test_a_case_paid_in_full_is_not_resumed():
    with pytest.raises(RuleViolation, match="不能改为“执行中”"):
        check_move(CaseStatus.FULLY_ENFORCED, CaseStatus.IN_PROGRESS, resumption=True)


def test_every_status_has_its_moves_and_the_law_knows_six_closings():
    assert set(NEXT) == set(CaseStatus)
    assert {LABELS[status] for status in CLOSINGS} == {
        "执行完毕",
        "终结本次执行程序",
        "终结执行",
        "销案",
        "不予执行",
        "驳回申请",
    }


VOCABULARIES = [v for v in vars(words).values() if isinstance(v, type) and issubclass(v, Enum) and v is not Enum]


@pytest.mark.parametrize("vocabulary", VOCABULARIES, ids=lambda v: v.__name__)
def test_every_word_of_the_register_has_a_chinese_label_of_its_own(vocabulary):
    labels = [LABELS[member] for member in vocabulary]
    assert len(set(labels)) == len(labels)
    assert all("一" <= label[0] <= "龥" for label in labels)


def test_labels_name_nothing_but_words_of_the_register():
    assert len(LABELS) == sum(len(vocabulary) for vocabulary in VOCABULARIES)


def test_livelihood_cases_are_those_people_live_on():
    assert {LABELS[category] for category in LIVELIHOOD} == {
        "劳动报酬",
        "赡养费、抚养费、扶养费",
        "医疗费用",
        "交通事故赔偿",
        "人身损害赔偿",
    }
    assert ClaimCategory.LOAN not in LIVELIHOOD
