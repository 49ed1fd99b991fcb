"""Reads of samples, and of the populations they are drawn from, as these stood at any moment."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import selectinload

from fundapp.advances.models import Advance, AdvancePayment
from fundapp.advances.rules import cited as advance_cited
from fundapp.auditing import rules
from fundapp.auditing.models import Sample
from fundapp.auditing.rules import Item, Picked, Population
from fundapp.core import clock
from fundapp.core.db import chunks, db
from fundapp.core.errors import NotFound
from fundapp.core.money import Money, total
from fundapp.ledger import queries as books
from fundapp.ledger.models import Voucher
from fundapp.ledger.rules import Model
from fundapp.ledger.rules import cited as voucher_cited
from fundapp.recovery.queries.claims import claims, receivable
from fundapp.recovery.rules import Claim, ClaimKind


@dataclass(frozen=True)
class Drawn:
    """What a sample is drawn from: which records of which courts and days, as they were recorded by a moment."""

    population: Population
    court_codes: Sequence[str]
    first_day: date
    last_day: date
    recorded_by: datetime

    @property
    def items(self) -> list[Item]:
        """Every item, by court and then by the number of the record."""
        return _ITEMS[self.population](self)


def _payments(asked: Drawn) -> list[Item]:
    paid = AdvancePayment.paid_on.between(asked.first_day, asked.last_day)
    return [_payment_item(*row) for row in db.session.execute(_paid(asked).where(paid))]


def _paid(asked: Drawn) -> Select[*tuple[Any, ...]]:
    columns = (Advance.id, Advance.court_code, Advance.created_at, AdvancePayment.paid_on, AdvancePayment.amount)
    return (
        select(*columns)
        .join(AdvancePayment, AdvancePayment.advance_id == Advance.id)
        .where(Advance.court_code.in_(asked.court_codes), AdvancePayment.recorded_at <= asked.recorded_by)
        .order_by(Advance.court_code, Advance.id)
    )


def _payment_item(advance_id: int, court_code: str, created_at: datetime, paid_on: date, amount: Money) -> Item:
    number = advance_cited(clock.local(created_at).year, advance_id)
    return Item(f"advance:{advance_id}", court_code, number, paid_on, amount)


def _receivables(asked: Drawn) -> list[Item]:
    """What was outstanding at the end of the last day, advance by advance; of what the books were opened with, case by
    case. Together it is what the annual statement of ageing says."""
    found = claims(asked.court_codes, asked.last_day, recorded_by=asked.recorded_by)
    made_at = _made_at([record_of(claim.subject) for claim in found if claim.kind is ClaimKind.ADVANCE])
    found.sort(key=lambda claim: (claim.court_code, claim.kind.value, record_of(claim.subject)))
    return [Item(claim.subject, claim.court_code, _cited(claim, made_at), claim.day, claim.left) for claim in found]


def record_of(subject: str) -> int:
    return int(subject.partition(":")[2])


def _made_at(advance_ids: Sequence[int]) -> dict[int, datetime]:
    found: dict[int, datetime] = {}
    for some in chunks(advance_ids):
        found |= dict(db.session.execute(select(Advance.id, Advance.created_at).where(Advance.id.in_(some))).all())
    return found


def _cited(claim: Claim, made_at: Mapping[int, datetime]) -> str:
    """An advance by its number, what came with the opening of the books by its case."""
    if claim.kind is ClaimKind.OPENING:
        return claim.case_number
    advance_id = record_of(claim.subject)
    return advance_cited(clock.local(made_at[advance_id]).year, advance_id)


def _vouchers(asked: Drawn) -> list[Item]:
    columns = (
        Voucher.id,
        Voucher.court_code,
        Voucher.year,
        Voucher.kind,
        Voucher.kind_number,
        Voucher.posted_on,
        Voucher.total,
    )
    rows = db.session.execute(
        select(*columns)
        .where(
            Voucher.court_code.in_(asked.court_codes),
            Voucher.posted_on.between(asked.first_day, asked.last_day),
            Voucher.recorded_at <= asked.recorded_by,
        )
        .order_by(Voucher.court_code, Voucher.year, Voucher.number)
    )
    return [
        Item(f"voucher:{voucher_id}", court_code, voucher_cited(year, kind, number), day, amount)
        for voucher_id, court_code, year, kind, number, day, amount in rows
    ]


_ITEMS: dict[Population, Callable[[Drawn], list[Item]]] = {
    Population.PAYMENTS: _payments,
    Population.VOUCHERS: _vouchers,
    Population.RECEIVABLES: _receivables,
}

SAMPLES_KEY = Sample.id


def samples(scope: frozenset[str], *, population: Population | None = None) -> Select[Any]:
    """The query of the list of samples that a reader of these courts may see: none that was drawn from a further
    court."""
    query = select(Sample).where(Sample.court_code.in_(scope))
    if len(scope) == 1:
        query = query.where(Sample.courts == next(iter(scope)))
    return query if population is None else query.where(Sample.population == population)


def sample(sample_id: int, scope: frozenset[str]) -> Sample:
    """One sample with its items."""
    found: Sample | None = db.session.scalar(
        samples(scope).where(Sample.id == sample_id).options(selectinload(Sample.items))
    )
    if found is None or not set(found.court_codes) <= scope:
        raise NotFound("没有找到该审计样本，请返回列表重新选择。")
    return found


@dataclass(frozen=True)
class Redrawn:
    """What comes of drawing a sample again from what was recorded when it was drawn.

    Attributes:
        on_the_books: of receivables: those of the courts that book them, and the balance of 1218.01; None of others.
    """

    count: int
    amount: Money
    on_the_books: tuple[Money, Money] | None
    is_same_population: bool
    is_same_sample: bool

    @property
    def is_same(self) -> bool:
        return self.is_same_population and self.is_same_sample


def redrawn(sample: Sample) -> Redrawn:
    """The sample drawn again, from its seed, and held against what was kept of it."""
    asked = Drawn(sample.population, sample.court_codes, sample.first_day, sample.last_day, sample.drawn_at)
    items = asked.items
    digest = rules.population_digest(items)
    plan = sample.plan
    again = [_told(items, one) for one in _draw(sample, items)]
    kept = [(one.subject, one.amount, one.stratum, one.hits) for one in sample.items]
    sealed = rules.sample_digest(plan, sample.seed, digest, [item for item, *_rest in again])
    return Redrawn(
        count=len(items),
        amount=total(item.amount for item in items),
        on_the_books=_on_the_books(asked, items),
        is_same_population=digest == sample.population_digest,
        is_same_sample=[(item.subject, item.amount, *rest) for item, *rest in again] == kept
        and sealed == sample.digest
        and rules.random_start(plan, sample.seed) == sample.start_amount,
    )


def _on_the_books(asked: Drawn, items: Sequence[Item]) -> tuple[Money, Money] | None:
    """The sum of receivables beside the balance of 1218.01, of the courts that book them there."""
    codes = [code for code in asked.court_codes if books.is_open(code) and books.model(code) is Model.OWN_FUNDS]
    if asked.population is not Population.RECEIVABLES or not codes:
        return None
    counted = total(item.amount for item in items if item.court_code in codes)
    return counted, receivable(codes, asked.last_day, recorded_by=asked.recorded_by)


def _draw(sample: Sample, items: Sequence[Item]) -> list[Picked]:
    """Nothing, when the population has become too small for what was asked of it."""
    amounts = [item.amount for item in items]
    plan = sample.plan
    counts = [len(places) for places in rules.strata(amounts, plan.bounds)]
    asked = plan.sizes or (0 if plan.interval else plan.size or 0,)
    if any(size > count for size, count in zip(asked, counts, strict=True)):
        return []
    return rules.draw(plan, amounts, sample.seed)


def _told(items: Sequence[Item], one: Picked) -> tuple[Item, int, int]:
    return items[one.at], one.stratum, one.hits
