"""Sampling that a third party can draw again with nothing but a calculator for SHA-256: pure.

The items of the population stand in a fixed order (by court, then by the number of the record) and are counted from 1.
Chance comes from the seed alone, never from a language's own generator:

1. Block *i* = SHA-256 of the UTF-8 text ``seed:i``, for *i* = 0, 1, 2 …; its first 8 bytes, read as a whole number,
   most significant byte first, are *x*.
2. A number below *N*: the next *x* modulo *N*; but an *x* of at least 2⁶⁴ − (2⁶⁴ mod *N*) is passed over, or small
   numbers would come up more often (rejection).
3. **Simple random**: numbers below the count, plus 1, name the items; one that was drawn before is passed over, until
   the size is reached.
4. **Money unit**: the start is a number below the interval in fen, plus 1; the items that contain the fen ``start``,
   ``start + interval``, ``start + 2 × interval`` … of the amounts added up in order are in, so that an item as large as
   the interval or larger is always in; an item that is hit more than once is counted once. Without an interval, it is
   the sum in fen divided by the size wanted, rounded down.
5. **Stratified**: the bands of amounts from the lowest up, a bound belonging to the band above it; in each, simple
   random sampling, with blocks counted on from band to band. Without sizes, each band gets its share of the size by
   its count, rounded down, and the places left over go to the largest remainders, the lower band first.

Worked example: the seed ``YY-2018``, a population of 10, a size of 4. The blocks begin

    block      first 8 bytes     as a number           modulo 10  item
    YY-2018:0  ae8e8a3a56ea3c99  12578142792463301785  5          6
    YY-2018:1  866988e1b7a820da  9685422976667230426   6          7
    YY-2018:2  6f15727f704ad6f4  8004429804391290612   2          3
    YY-2018:3  809388e4c5104092  9264899374571339922   2          passed over: 3 was drawn
    YY-2018:4  30b8c6081d3b187f  3510773647687751807   7          8

so the items 6, 7, 3, 8 are drawn, in this order. By money unit from the amounts 100.00, 300.00 and 50.00 with a size of
2: the interval is 45000 ÷ 2 = 22500 fen, the start 12578142792463301785 modulo 22500, plus 1 = 11786; the points 11786
and 34286 both lie in the second item (10001 to 40000), which is drawn alone, with two hits.
"""

import enum
import hashlib
import itertools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from fundapp.core.digests import digest_of
from fundapp.core.errors import RuleViolation
from fundapp.core.money import ZERO, AmountError, Money, bare, from_fen, parse_amount, plain, to_fen, total
from fundapp.core.words import N_

LARGEST_SAMPLE = 500
MOST_STRATA = 10
ALL_BLOCKS = 2**64
_SEED = re.compile(r"[A-Za-z0-9._-]{1,64}")
_BETWEEN = re.compile(r"[\s、；;，]+")


class Population(enum.Enum):
    """What a sample is drawn from."""

    PAYMENTS = "payments"
    VOUCHERS = "vouchers"
    RECEIVABLES = "receivables"


class SamplingMethod(enum.Enum):
    """How a sample is drawn."""

    SIMPLE = "simple"
    MONEY_UNIT = "money_unit"
    STRATIFIED = "stratified"


LABELS: dict[enum.Enum, str] = {
    Population.PAYMENTS: N_("已付垫付款"),
    Population.VOUCHERS: N_("记账凭证"),
    Population.RECEIVABLES: N_("期末未收回垫付款"),
    SamplingMethod.SIMPLE: N_("简单随机抽样"),
    SamplingMethod.MONEY_UNIT: N_("货币单元抽样"),
    SamplingMethod.STRATIFIED: N_("分层抽样"),
}


class Item(NamedTuple):
    """One item of a population: the record, how people cite it, its day and its amount above zero."""

    subject: str
    court_code: str
    cited: str
    day: date
    amount: Money


class Picked(NamedTuple):
    """One item drawn: its place in the population from 0, its band from 1 (0 without bands), how often it was hit."""

    at: int
    stratum: int = 0
    hits: int = 1


@dataclass(frozen=True)
class Plan:
    """How a sample is to be drawn, with every number settled.

    Attributes:
        size: how many items were asked for; None when an interval or sizes of the bands were given instead.
        interval: of money-unit sampling.
        bounds: of the bands, from the lowest up.
        sizes: how many items each band gives, one more than there are bounds.
    """

    method: SamplingMethod
    size: int | None = None
    interval: Money | None = None
    bounds: tuple[Money, ...] = ()
    sizes: tuple[int, ...] = ()

    @property
    def told(self) -> str:
        """The plan in one line, as it is sealed."""
        facts = {
            "size": self.size,
            "interval": bare(self.interval) if self.interval else None,
            "bounds": told_bounds(self.bounds),
            "sizes": told_sizes(self.sizes),
        }
        return " ".join([self.method.value, *(f"{name}={value}" for name, value in facts.items() if value)])

    @property
    def parameters(self) -> str:
        """What was asked of the method, in words, as the trail keeps it."""
        facts = {
            "样本量": self.size,
            "间隔": plain(self.interval) if self.interval else None,
            "界限": "、".join(plain(bound) for bound in self.bounds),
            "各层": "、".join(map(str, self.sizes)),
        }
        return " ".join(f"{name}{value}" for name, value in facts.items() if value)


class Chance:
    """Numbers from a seed, one after the other, as steps 1 and 2 say."""

    def __init__(self, seed: str) -> None:
        self.seed, self.next = seed, 0

    def below(self, limit: int) -> int:
        """A number from 0 to ``limit`` - 1, each as likely as the others."""
        assert 0 < limit <= ALL_BLOCKS, limit
        while True:
            block = hashlib.sha256(f"{self.seed}:{self.next}".encode()).digest()
            self.next += 1
            number = int.from_bytes(block[:8], "big")
            if number < ALL_BLOCKS - ALL_BLOCKS % limit:
                return number % limit


def draw(plan: Plan, amounts: Sequence[Money], seed: str) -> list[Picked]:
    """The items that the plan and the seed draw from a population of these amounts, in the order drawn."""
    chance = Chance(seed)
    if plan.method is SamplingMethod.MONEY_UNIT:
        assert plan.interval is not None
        start = chance.below(to_fen(plan.interval)) + 1
        return _hit(amounts, start, to_fen(plan.interval))
    if plan.method is SamplingMethod.STRATIFIED:
        bands = strata(amounts, plan.bounds)
        return [
            Picked(places[drawn], band)
            for band, (places, size) in enumerate(zip(bands, plan.sizes, strict=True), 1)
            for drawn in _simple(len(places), size, chance)
        ]
    assert plan.size is not None
    return [Picked(at) for at in _simple(len(amounts), plan.size, chance)]


def random_start(plan: Plan, seed: str) -> Money | None:
    """The first fen of money-unit sampling; None for the other methods."""
    return None if plan.interval is None else from_fen(Chance(seed).below(to_fen(plan.interval)) + 1)


def _simple(count: int, size: int, chance: Chance) -> list[int]:
    drawn: dict[int, None] = {}
    while len(drawn) < size:
        drawn.setdefault(chance.below(count))
    return list(drawn)


def _hit(amounts: Sequence[Money], start: int, interval: int) -> list[Picked]:
    found, reached, point = [], 0, start
    for at, amount in enumerate(amounts):
        reached += to_fen(amount)
        if point <= reached:
            hits = (reached - point) // interval + 1
            found.append(Picked(at, hits=hits))
            point += hits * interval
    return found


def strata(amounts: Sequence[Money], bounds: Sequence[Money]) -> list[list[int]]:
    """The places of the items of each band, from the lowest up; a bound belongs to the band above it."""
    bands: list[list[int]] = [[] for _ in range(len(bounds) + 1)]
    for at, amount in enumerate(amounts):
        bands[sum(bound <= amount for bound in bounds)].append(at)
    return bands


def shares(size: int, counts: Sequence[int]) -> tuple[int, ...]:
    """A size shared out by counts: rounded down, the places left over to the largest remainders, the first before the
    last."""
    count = sum(counts)
    given = [size * one // count for one in counts]
    by_remainder = sorted(range(len(counts)), key=lambda at: (-(size * counts[at] % count), at))
    for at in by_remainder[: size - sum(given)]:
        given[at] += 1
    return tuple(given)


def settled(
    method: SamplingMethod,
    amounts: Sequence[Money],
    *,
    size: int | None,
    interval: Money | None,
    bounds: Sequence[Money],
    sizes: Sequence[int],
) -> Plan:
    """The plan that these wishes make for a population; what a method does not ask for may not be given.

    Raises:
        RuleViolation: nothing to draw from, a wish missing, one too many, or one that the population cannot meet.
    """
    if not amounts:
        raise RuleViolation("所选法院和期间内没有可抽取的记录，请改选法院、期间或总体。")
    if method is not SamplingMethod.MONEY_UNIT and interval is not None:
        raise RuleViolation("抽样间隔只用于货币单元抽样，请清除间隔，或改选抽样方法。")
    if method is not SamplingMethod.STRATIFIED and (bounds or sizes):
        raise RuleViolation("分层界限和各层样本量只用于分层抽样，请清除后重试，或改选抽样方法。")
    if method is SamplingMethod.MONEY_UNIT:
        return _money_unit(amounts, size, interval)
    if method is SamplingMethod.STRATIFIED:
        return _stratified(amounts, size, bounds, sizes)
    return Plan(method, size=_size(size, len(amounts)))


def _size(size: int | None, count: int) -> int:
    if not size:
        raise RuleViolation("请填写样本量，至少1笔。")
    if size > min(count, LARGEST_SAMPLE):
        raise RuleViolation(
            "样本量不能超过总体笔数%(count)s笔，也不能超过%(most)s笔，请减少样本量。", count=count, most=LARGEST_SAMPLE
        )
    return size


def _money_unit(amounts: Sequence[Money], size: int | None, interval: Money | None) -> Plan:
    if (size is None) == (interval is None):
        raise RuleViolation("货币单元抽样请填写样本量或抽样间隔其中一项，不要两项都填。")
    whole = total(amounts)
    if interval is None:
        fen = to_fen(whole) // _size(size, len(amounts))
        return Plan(SamplingMethod.MONEY_UNIT, size=size, interval=from_fen(max(fen, 1)))
    if interval <= ZERO or interval > whole:
        raise RuleViolation("抽样间隔应大于零且不超过总体金额%(whole)s元，请重新填写。", whole=plain(whole))
    if to_fen(whole) // to_fen(interval) > LARGEST_SAMPLE:
        raise RuleViolation("按该间隔将抽取超过%(most)s笔，请加大抽样间隔。", most=LARGEST_SAMPLE)
    return Plan(SamplingMethod.MONEY_UNIT, interval=interval)


def _stratified(amounts: Sequence[Money], size: int | None, bounds: Sequence[Money], sizes: Sequence[int]) -> Plan:
    _check_bounds(bounds)
    counts = [len(places) for places in strata(amounts, bounds)]
    if sizes and size is not None:
        raise RuleViolation("分层抽样请填写总样本量（按各层笔数比例分配）或各层样本量其中一项，不要两项都填。")
    if not sizes:
        size = _size(size, len(amounts))
        return Plan(SamplingMethod.STRATIFIED, size=size, bounds=tuple(bounds), sizes=shares(size, counts))
    if len(sizes) != len(counts):
        raise RuleViolation(
            "按所填界限共分%(strata)s层，各层样本量也应填写%(strata)s个数，由低到高排列。", strata=len(counts)
        )
    for band, (wanted, count) in enumerate(zip(sizes, counts, strict=True), 1):
        if wanted > count:
            raise RuleViolation(
                "第%(band)s层只有%(count)s笔，不能抽取%(wanted)s笔，请减少该层样本量。",
                band=band,
                count=count,
                wanted=wanted,
            )
    _size(sum(sizes), len(amounts))
    return Plan(SamplingMethod.STRATIFIED, bounds=tuple(bounds), sizes=tuple(sizes))


def _check_bounds(bounds: Sequence[Money]) -> None:
    if not bounds or len(bounds) >= MOST_STRATA:
        raise RuleViolation("请填写分层界限，1至%(most)s个金额，由低到高排列。", most=MOST_STRATA - 1)
    if bounds[0] <= ZERO or any(low >= high for low, high in itertools.pairwise(bounds)):
        raise RuleViolation("分层界限应大于零并由低到高排列，不能重复，请重新填写。")


def check_period(first_day: date, last_day: date) -> None:
    if first_day > last_day:
        raise RuleViolation("期间的起始日期不能晚于截止日期，请重新填写。")


def check_seed(seed: str) -> None:
    if not _SEED.fullmatch(seed):
        raise RuleViolation("种子须为1至64位字母、数字、点、横线或下划线，例如当日公布的开奖号码；也可留空由系统产生。")


def amounts_of(text: str | None) -> list[Money]:
    """Amounts as people list them, with blanks, ``、`` or ``；`` between; a comma may stand inside an amount.

    Raises:
        RuleViolation: one of them is no amount.
    """
    try:
        return [parse_amount(one) for one in _BETWEEN.split(text or "") if one]
    except AmountError as error:
        raise RuleViolation("分层界限无法识别：请逐个填写金额，用空格或顿号隔开，例如 5000、10000。") from error


def sizes_of(text: str | None) -> list[int]:
    """Whole numbers as people list them, likewise.

    Raises:
        RuleViolation: one of them is no whole number.
    """
    words = [one for one in re.split(r"[\s、；;，,]+", text or "") if one]
    if not all(one.isascii() and one.isdigit() and len(one) <= 4 for one in words):
        raise RuleViolation("各层样本量无法识别：请逐层填写整数，用空格或顿号隔开，例如 5、5、10。")
    return [int(one) for one in words]


def told_bounds(bounds: Iterable[Money]) -> str:
    return ",".join(bare(bound) for bound in bounds)


def told_sizes(sizes: Iterable[int]) -> str:
    return ",".join(str(size) for size in sizes)


def read_bounds(told: str) -> tuple[Money, ...]:
    return tuple(parse_amount(one) for one in told.split(",") if one)


def read_sizes(told: str) -> tuple[int, ...]:
    return tuple(int(one) for one in told.split(",") if one)


def population_digest(items: Sequence[Item]) -> str:
    """The digest of a population: count, and of each item in order the record and its amount."""
    return digest_of([str(len(items)), *(part for item in items for part in (item.subject, bare(item.amount)))])


def sample_digest(plan: Plan, seed: str, population: str, items: Sequence[Item]) -> str:
    """The digest of a sample: how it was drawn, from what, and what was drawn, in order."""
    drawn = (part for item in items for part in (item.subject, bare(item.amount)))
    return digest_of([plan.told, seed, population, *drawn])


def sample_number(year: int, sample_id: int) -> str:
    """``抽2018-0003``."""
    return f"抽{year}-{sample_id:04d}"
