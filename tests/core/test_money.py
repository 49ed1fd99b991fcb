"""Amounts: what passes the gate, what does not, and how they read."""

import json
import random
import re
from datetime import date
from decimal import Decimal
from itertools import product
from pathlib import Path

import cn2an
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from moneyed import USD

from fundapp.core.money import (
    CNY,
    LARGEST,
    ZERO,
    AmountError,
    CapitalStyle,
    Money,
    bare,
    capital_date,
    capitals,
    from_fen,
    half_up,
    parse_amount,
    plain,
    split,
    to_fen,
    total,
    yuan,
)

VECTORS = json.loads((Path(__file__).parents[1] / "data" / "vectors.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("value", "fen"), [("0", 0), ("0.01", 1), ("16409.02", 1640902), ("1.5", 150), ("-3.20", -320), (20000, 2000000)]
)
def test_yuan_takes_what_is_written_plainly(value, fen):
    assert to_fen(yuan(value)) == fen


@pytest.mark.parametrize(
    "value", [1.5, float("nan"), "NaN", "Infinity", "1e3", "0.001", "1.005", "", " 1", "1,000", "１", "1_0", True, None]
)
def test_yuan_refuses_everything_else(value):
    with pytest.raises(ValueError, match="not an amount"):
        yuan(value)


@pytest.mark.parametrize(
    "money", [Money("1.005", CNY), Money("NaN", CNY), Money("1", USD), Decimal(1), 1, Money(Decimal(2**63), CNY)]
)
def test_nothing_but_whole_fen_of_yuan_leaves_the_gate(money):
    for leave in (to_fen, plain, bare, capitals):
        with pytest.raises(ValueError, match="not a"):
            leave(money)
    with pytest.raises(ValueError, match="not a"):
        total([yuan(1), money])


@pytest.mark.parametrize("fen", [1.0, True, "1", 2**63])
def test_fen_are_whole_numbers_that_the_database_holds(fen):
    with pytest.raises(ValueError, match="fen"):
        from_fen(fen)


def test_fen_go_there_and_back():
    assert [to_fen(from_fen(fen)) for fen in (-(2**63) + 1, -1, 0, 1, 2**63 - 1)] == [
        -(2**63) + 1,
        -1,
        0,
        1,
        2**63 - 1,
    ]


def test_the_total_of_nothing_is_zero_yuan():
    assert total([]) == ZERO
    assert total([yuan("0.10"), yuan("0.20")]) == yuan("0.30")


@pytest.mark.parametrize(
    ("amount", "weights", "parts"),
    [
        ("1000.00", [1, 1, 1], ["333.34", "333.33", "333.33"]),
        ("0.02", [1, 1, 1], ["0.01", "0.01", "0.00"]),
        ("10000", [15000, 3000], ["8333.33", "1666.67"]),
        ("1.00", [0, 1], ["0.00", "1.00"]),
        ("0", [1, 2], ["0", "0"]),
    ],
)
def test_a_split_follows_the_largest_remainder(amount, weights, parts):
    assert split(yuan(amount), weights) == [yuan(part) for part in parts]


def test_parts_always_add_up_and_stay_within_a_fen_of_their_share():
    chance = random.Random(2018)  # noqa: S311 - chosen cases, not secrets
    for _ in range(500):
        money = from_fen(chance.randrange(10**9))
        weights = [chance.randrange(1000) for _ in range(chance.randrange(1, 9))] + [1]
        parts = split(money, weights)
        assert total(parts) == money
        for part, weight in zip(parts, weights, strict=True):
            assert abs(to_fen(part) * sum(weights) - to_fen(money) * weight) < sum(weights)


@pytest.mark.parametrize("weights", [[], [0, 0], [2, -1], [1.0]])
def test_a_split_needs_weights(weights):
    with pytest.raises(ValueError, match="cannot split"):
        split(yuan(1), weights)


def test_a_debt_is_not_split():
    with pytest.raises(ValueError, match="cannot split"):
        split(yuan(-1), [1])


@pytest.mark.parametrize(
    ("value", "rounded"), [("0.005", "0.01"), ("0.025", "0.03"), ("0.0249", "0.02"), ("-0.005", "-0.01"), ("7", "7")]
)
def test_halves_round_up_as_the_law_rounds(value, rounded):
    assert half_up(Decimal(value)) == yuan(rounded)


@pytest.mark.parametrize("value", [Decimal("NaN"), Decimal("Infinity"), 0.5, 1])
def test_only_a_finite_decimal_is_rounded(value):
    with pytest.raises(ValueError, match="decimal"):
        half_up(value)


def test_amounts_read_with_commas_for_people_and_without_for_machines():
    assert (plain(yuan("16409.02")), bare(yuan("16409.02"))) == ("16,409.02", "16409.02")
    assert (plain(yuan(-5)), bare(yuan(0)), plain(LARGEST)) == ("-5.00", "0.00", "999,999,999,999.99")
    assert plain(Money(Decimal("-0.00"), CNY)) == "0.00"


@pytest.mark.parametrize(("amount", "written"), VECTORS["capital"])
def test_capitals_follow_the_rules_for_bills(amount, written):
    assert capitals(yuan(amount)) == written


def test_capitals_of_a_red_amount_begin_with_negative():
    assert capitals(yuan("-12.30")) == "负壹拾贰元叁角整"


AFTER_YUAN, AFTER_WAN = CapitalStyle(zero_after_yuan=True), CapitalStyle(zero_after_wan=True)
EVERY_ZERO = CapitalStyle(zero_after_wan=True, zero_after_yuan=True)
STYLES = [
    CapitalStyle(zero_after_wan=wan, zero_after_yuan=yuan, whole_after_jiao=jiao)
    for wan, yuan, jiao in product((False, True), repeat=3)
]


@pytest.mark.parametrize(("amount", "written"), VECTORS["capital_alt"])
def test_every_other_lawful_writing_is_that_of_a_style(amount, written):
    assert written in {capitals(yuan(amount), style) for style in STYLES} - {capitals(yuan(amount))}


@pytest.mark.parametrize(
    ("amount", "style", "written"),
    [
        ("1680.32", AFTER_YUAN, "壹仟陆佰捌拾元零叁角贰分"),
        ("1680.32", AFTER_WAN, "壹仟陆佰捌拾元叁角贰分"),
        ("107000.53", AFTER_YUAN, "壹拾万柒仟元零伍角叁分"),
        ("107000.53", AFTER_WAN, "壹拾万零柒仟元伍角叁分"),
        ("107000.53", EVERY_ZERO, "壹拾万零柒仟元零伍角叁分"),
        ("100005000", EVERY_ZERO, "壹亿零伍仟元整"),
        ("1050000000", EVERY_ZERO, "壹拾亿零伍仟万元整"),
        ("0.30", EVERY_ZERO, "叁角整"),
        ("1409.50", CapitalStyle(whole_after_jiao=False), "壹仟肆佰零玖元伍角"),
        ("1409.00", CapitalStyle(whole_after_jiao=False), "壹仟肆佰零玖元整"),
    ],
)
def test_a_style_writes_the_zeros_and_the_whole_that_the_rules_leave_open(amount, style, written):
    assert capitals(yuan(amount), style) == written


def read(text: str) -> int:
    """The fen of an amount in capitals, by place and unit."""
    before, is_yuan, after = text.removesuffix("整").rpartition("元")
    fen = 0
    for digit, unit in re.findall("([壹贰叁肆伍陆柒捌玖])([角分])", after if is_yuan else text):
        fen += "零壹贰叁肆伍陆柒捌玖".index(digit) * {"角": 10, "分": 1}[unit]
    whole, group, digit = 0, 0, 0
    for sign in before.replace("零", ""):
        if sign in "壹贰叁肆伍陆柒捌玖":
            digit = "零壹贰叁肆伍陆柒捌玖".index(sign)
        elif sign in "拾佰仟":
            group, digit = group + digit * {"拾": 10, "佰": 100, "仟": 1000}[sign], 0
        else:
            whole, group, digit = whole + (group + digit) * {"万": 10**4, "亿": 10**8}[sign], 0, 0
    return (whole + group + digit) * 100 + fen


AMOUNTS = st.one_of(
    st.integers(1, to_fen(LARGEST)),
    st.text("000012359", min_size=1, max_size=14).map(int).filter(bool),  # zeros are where the rules are
)


@settings(max_examples=1500, deadline=None, derandomize=True, database=None)
@given(fen=AMOUNTS)
def test_capitals_read_back_as_the_amount_in_every_style(fen):
    """From one fen to the largest amount; styles differ in nothing but 零 and 整, and no two zeros stand together."""
    money = from_fen(fen)
    canonical = capitals(money)
    for style in STYLES:
        written = capitals(money, style)
        assert read(written) == fen
        assert "零零" not in written and not written.startswith(("零", "元"))
        assert re.sub("[零整]", "", written) == re.sub("[零整]", "", canonical)
        assert written.count("零") - canonical.count("零") <= style.zero_after_wan * 2 + style.zero_after_yuan
        assert written.endswith("整") == (fen % 100 == 0 or (fen % 10 == 0 and style.whole_after_jiao))


@settings(max_examples=500, deadline=None, derandomize=True, database=None)
@given(fen=AMOUNTS)
def test_the_canonical_form_is_that_of_a_peer_with_the_whole_after_jiao(fen):
    peer = cn2an.an2cn(f"{fen // 100}.{fen % 100:02d}", "rmb")
    assert capitals(from_fen(fen)) == peer + ("整" if peer.endswith("角") else "")


@pytest.mark.parametrize(("day", "written"), VECTORS["capital_date"])
def test_dates_in_capitals_leave_no_room_for_a_stroke(day, written):
    assert capital_date(date.fromisoformat(day)) == written


@pytest.mark.parametrize(
    ("typed", "amount"),
    [
        ("１２３", "123"),
        ("16,409.02", "16409.02"),
        ("１６，４０９．０２", "16409.02"),
        ("￥12", "12"),
        ("¥ 12", "12"),
        ("12元", "12"),
        (" 1,234,567.5 元 ", "1234567.50"),
        ("\u3000０．０１", "0.01"),
        ("0", "0"),
        ("999999999999.99", "999999999999.99"),
        ("12 ", "12"),
    ],
)
def test_an_amount_is_read_as_people_type_it(typed, amount):
    assert parse_amount(typed) == yuan(amount)


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("", "请填写金额"),
        ("　", "请填写金额"),
        ("0.001", "精确到分"),
        ("1000000000000", "不能超过999,999,999,999.99元"),
        ("9" * 10_240, "过长"),
        *[
            (text, "不是有效的金额")
            for text in (
                "NaN",
                "1e3",
                "-1",
                "+1",
                "1,23",
                "12,34",
                "1234,567",
                "٣",
                "1_000",
                "1²",
                "½",
                "1 2",
                "元",
                ".5",
            )
        ],
    ],
)
def test_what_is_no_amount_is_refused_with_the_way_out(typed, told):
    with pytest.raises(AmountError, match=told) as refused:
        parse_amount(typed)
    assert refused.value.msgid % refused.value.params == str(refused.value)
    assert len(str(refused.value)) < 200
