"""Amounts: what passes the gate, what does not, and how they read."""

import json
import random
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from moneyed import USD

from fundapp.core.money import (
    CNY,
    LARGEST,
    ZERO,
    AmountError,
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
