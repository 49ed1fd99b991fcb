"""Samples can be drawn again by anybody: the worked example, each method against a second way of drawing, refusals."""

import hashlib
import re
from collections import Counter
from datetime import date
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fundapp.auditing import rules
from fundapp.auditing.rules import Item, Plan, SamplingMethod, sampling
from fundapp.core.errors import RuleViolation
from fundapp.core.money import from_fen, to_fen, total, yuan

SIMPLE, MONEY_UNIT, STRATIFIED = SamplingMethod
AMOUNTS = [yuan(text) for text in ("100.00", "5000.00", "3000.00", "12000.00", "4999.99", "20.50", "10000.00")]


def numbers(seed: str, limit: int):
    """Steps 1 and 2 of the docstring, written a second time."""
    for i in count():
        x = int(hashlib.sha256(f"{seed}:{i}".encode()).hexdigest()[:16], 16)
        if x < 2**64 // limit * limit:
            yield x % limit


def places(plan: Plan, amounts=AMOUNTS, seed: str = "2018") -> list[int]:
    return [one.at + 1 for one in rules.draw(plan, amounts, seed)]


def test_the_worked_example_is_true():
    rows = re.findall(r"(\S+):(\d+)  ([0-9a-f]{16})  (\d+)\s+(\d)\s+(?:(\d+)|passed over)", sampling.__doc__)
    assert len(rows) == 5
    drawn = []
    for seed, block, first, number, rest, item in rows:
        digest = hashlib.sha256(f"{seed}:{block}".encode()).hexdigest()
        assert (digest[:16], int(first, 16), int(number) % 10) == (first, int(number), int(rest))
        drawn += [int(item)] if item else []
    population = [yuan("1.00")] * 10
    assert places(Plan(SIMPLE, size=4), population, "YY-2018") == drawn == [6, 7, 3, 8]
    amounts = [yuan("100.00"), yuan("300.00"), yuan("50.00")]
    plan = rules.settled(MONEY_UNIT, amounts, size=2, interval=None, bounds=(), sizes=())
    assert plan.interval == yuan("225.00")
    [start, second] = map(int, re.search(r"plus 1 = (\d+); the points \1\s+and (\d+)", sampling.__doc__).groups())
    assert rules.random_start(plan, "YY-2018") == from_fen(start) and second == start + 22500
    assert rules.draw(plan, amounts, "YY-2018") == [rules.Picked(1, hits=2)]


def test_a_number_that_would_come_up_more_often_is_passed_over(monkeypatch):
    class Block:
        def __init__(self, text: bytes) -> None:
            self.first = b"\xff" * 8 if text.endswith(b":0") else b"\x00" * 7 + b"\x05"

        def digest(self) -> bytes:
            return self.first + b"\x00" * 24

    monkeypatch.setattr(sampling.hashlib, "sha256", Block)
    chance = sampling.Chance("2018")
    assert (chance.below(10), chance.next) == (5, 2), "2**64 - 1 is above the last whole ten"
    chance = sampling.Chance("2018")
    assert (chance.below(2**64), chance.next) == (2**64 - 1, 1), "nothing is passed over where everything divides"


def test_chance_favours_nobody():
    drawn = Counter(places(Plan(SIMPLE, size=1), [yuan("1.00")] * 10, str(seed))[0] for seed in range(2000))
    assert set(drawn) == set(range(1, 11))
    assert min(drawn.values()) > 140 and max(drawn.values()) < 260


def test_simple_sampling_draws_each_item_once_in_the_order_of_chance():
    wanted: list[int] = []
    for number in numbers("2018", len(AMOUNTS)):
        if number + 1 not in wanted:
            wanted.append(number + 1)
        if len(wanted) == 4:
            break
    assert places(Plan(SIMPLE, size=4)) == wanted
    assert sorted(places(Plan(SIMPLE, size=7))) == [1, 2, 3, 4, 5, 6, 7]


@given(
    fen=st.lists(st.integers(1, 3000), min_size=1, max_size=20),
    interval=st.integers(40, 4000),
    seed=st.text("abc0123456789", min_size=1, max_size=12),
)
def test_money_unit_sampling_takes_what_contains_a_point_and_all_that_reach_the_interval(fen, interval, seed):
    amounts = [from_fen(one) for one in fen]
    start = next(numbers(seed, interval)) + 1
    points = range(start, sum(fen) + 1, interval)
    edges = [sum(fen[:at]) for at in range(len(fen) + 1)]
    wanted = []
    for at in range(len(fen)):
        hits = sum(edges[at] < point <= edges[at + 1] for point in points)
        wanted += [rules.Picked(at, hits=hits)] if hits else []
    plan = Plan(MONEY_UNIT, interval=from_fen(interval))
    assert rules.draw(plan, amounts, seed) == wanted
    assert {at for at, one in enumerate(fen) if one >= interval} <= {one.at for one in wanted}


def test_bands_are_drawn_one_after_the_other_with_chance_running_on():
    bounds = (yuan("5000.00"), yuan("10000.00"))
    assert rules.strata(AMOUNTS, bounds) == [[0, 2, 4, 5], [1], [3, 6]], "a bound belongs to the band above it"
    drawn = rules.draw(Plan(STRATIFIED, bounds=bounds, sizes=(2, 1, 1)), AMOUNTS, "2018")
    chance, wanted = sampling.Chance("2018"), []
    for band, (members, size) in enumerate([([0, 2, 4, 5], 2), ([1], 1), ([3, 6], 1)], 1):
        chosen: list[int] = []
        while len(chosen) < size:
            at = members[chance.below(len(members))]
            chosen += [at] if at not in chosen else []
        wanted += [(at, band) for at in chosen]
    assert [(one.at, one.stratum) for one in drawn] == wanted


@given(counts=st.lists(st.integers(0, 40), min_size=1, max_size=6).filter(sum), data=st.data())
def test_shares_are_whole_fair_and_never_more_than_a_band_has(counts, data):
    size = data.draw(st.integers(1, sum(counts)))
    given_out = sampling.shares(size, counts)
    assert sum(given_out) == size
    for share, of_band in zip(given_out, counts, strict=True):
        assert share <= of_band and abs(share * sum(counts) - size * of_band) < sum(counts)


def test_places_left_over_go_to_the_largest_remainders_the_lower_band_first():
    assert sampling.shares(4, [5, 5, 5]) == (2, 1, 1)
    assert sampling.shares(3, [10, 7, 3]) == (2, 1, 0)
    assert sampling.shares(2, [1, 0, 9]) == (0, 0, 2)


def test_a_size_makes_the_interval_and_sizes_are_shared_out():
    def settled(method, **wishes):
        return rules.settled(method, AMOUNTS, **{"size": None, "interval": None, "bounds": (), "sizes": ()} | wishes)

    assert settled(SIMPLE, size=3) == Plan(SIMPLE, size=3)
    by_size = settled(MONEY_UNIT, size=5)
    assert by_size.interval == from_fen(to_fen(total(AMOUNTS)) // 5)
    assert settled(MONEY_UNIT, interval=yuan("9000")).told == "money_unit interval=9000.00"
    shared = settled(STRATIFIED, size=4, bounds=[yuan("5000"), yuan("10000")])
    assert shared.sizes == (2, 1, 1) and shared.told == "stratified size=4 bounds=5000.00,10000.00 sizes=2,1,1"
    assert settled(STRATIFIED, bounds=[yuan("5000")], sizes=[4, 0]).sizes == (4, 0)
    assert shared.parameters == "样本量4 界限5,000.00、10,000.00 各层2、1、1"
    assert settled(MONEY_UNIT, interval=yuan("9000")).parameters == "间隔9,000.00"
    tiny = rules.settled(MONEY_UNIT, [yuan("0.01")] * 3, size=3, interval=None, bounds=(), sizes=())
    assert tiny.interval == yuan("0.01") and len(rules.draw(tiny, [yuan("0.01")] * 3, "x")) == 3


@pytest.mark.parametrize(
    ("method", "wishes", "told"),
    [
        (SIMPLE, {}, "请填写样本量"),
        (SIMPLE, {"size": 0}, "请填写样本量"),
        (SIMPLE, {"size": 8}, "不能超过总体笔数7笔"),
        (SIMPLE, {"size": 3, "interval": yuan("5")}, "间隔只用于货币单元"),
        (SIMPLE, {"size": 3, "bounds": [yuan("5")]}, "只用于分层抽样"),
        (MONEY_UNIT, {"size": 3, "sizes": [3]}, "只用于分层抽样"),
        (MONEY_UNIT, {}, "其中一项，不要两项都填"),
        (MONEY_UNIT, {"size": 3, "interval": yuan("5")}, "其中一项，不要两项都填"),
        (MONEY_UNIT, {"interval": yuan("0")}, "大于零且不超过总体金额35,120.49元"),
        (MONEY_UNIT, {"interval": yuan("35120.50")}, "不超过总体金额35,120.49元"),
        (MONEY_UNIT, {"interval": yuan("70.00")}, "将抽取超过500笔"),
        (STRATIFIED, {"size": 3, "interval": yuan("5")}, "间隔只用于货币单元"),
        (STRATIFIED, {"size": 3}, "请填写分层界限"),
        (STRATIFIED, {"size": 3, "bounds": [yuan(str(n)) for n in range(1, 11)]}, "1至9个金额"),
        (STRATIFIED, {"size": 3, "bounds": [yuan("0")]}, "由低到高排列，不能重复"),
        (STRATIFIED, {"size": 3, "bounds": [yuan("5"), yuan("5")]}, "由低到高排列，不能重复"),
        (STRATIFIED, {"bounds": [yuan("5000")]}, "请填写样本量"),
        (STRATIFIED, {"size": 3, "bounds": [yuan("5000")], "sizes": [1, 1]}, "其中一项，不要两项都填"),
        (STRATIFIED, {"bounds": [yuan("5000")], "sizes": [1]}, "共分2层"),
        (STRATIFIED, {"bounds": [yuan("5000")], "sizes": [1, 4]}, "第2层只有3笔，不能抽取4笔"),
        (STRATIFIED, {"bounds": [yuan("5000")], "sizes": [0, 0]}, "请填写样本量"),
    ],
)
def test_a_plan_that_cannot_be_carried_out_is_refused_with_the_way_out(method, wishes, told):
    with pytest.raises(RuleViolation, match=told):
        rules.settled(method, AMOUNTS, **{"size": None, "interval": None, "bounds": (), "sizes": ()} | wishes)


def test_nothing_is_drawn_from_nothing():
    with pytest.raises(RuleViolation, match="没有可抽取的记录"):
        rules.settled(SIMPLE, [], size=1, interval=None, bounds=(), sizes=())


def test_days_seeds_and_lists_have_a_shape():
    rules.check_period(date(2018, 1, 1), date(2018, 1, 1))
    with pytest.raises(RuleViolation, match="不能晚于"):
        rules.check_period(date(2018, 1, 2), date(2018, 1, 1))
    rules.check_seed("20180625.A-b_1")
    for poor in ("", "种子", "a b", "a:1", "x" * 65):
        with pytest.raises(RuleViolation, match="种子须为"):
            rules.check_seed(poor)
    assert rules.amounts_of("5,000、１0000；20000.50\n30000") == [
        yuan(one) for one in ("5000", "10000", "20000.50", "30000")
    ]
    assert (
        rules.amounts_of(None) == [] and rules.sizes_of(" 5，5、10,2 ") == [5, 5, 10, 2] and rules.sizes_of(None) == []
    )
    with pytest.raises(RuleViolation, match="分层界限无法识别"):
        rules.amounts_of("五千")
    for poor in ("五", "-1", "1.5", "12345"):
        with pytest.raises(RuleViolation, match="各层样本量无法识别"):
            rules.sizes_of(poor)
    assert rules.read_bounds("5000.00,10000.00") == (yuan("5000"), yuan("10000")) and rules.read_bounds("") == ()
    assert rules.read_sizes("2,1") == (2, 1) and rules.read_sizes("") == ()


def test_digests_tell_every_change_of_a_population_and_a_sample():
    items = [Item(f"voucher:{n}", "湘0602", f"2018收000{n}", date(2018, 1, n), yuan(f"{n}.00")) for n in (1, 2, 3)]
    plan = Plan(SIMPLE, size=2)
    known = {rules.population_digest(items), rules.population_digest(items[::-1]), rules.population_digest(items[:2])}
    known.add(rules.population_digest([*items[:2], items[2]._replace(amount=yuan("3.01"))]))
    for digest in (
        rules.sample_digest(plan, "1", "p", items),
        rules.sample_digest(plan, "2", "p", items),
        rules.sample_digest(plan, "1", "q", items),
        rules.sample_digest(plan, "1", "p", items[:2]),
        rules.sample_digest(Plan(SIMPLE, size=3), "1", "p", items),
    ):
        known.add(digest)
    assert len(known) == 9
    assert rules.sample_number(2018, 3) == "抽2018-0003"
