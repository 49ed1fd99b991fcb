"""Writes of samples: drawing one, and noting that its papers were taken out."""

import secrets
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from fundapp.auditing import queries, rules
from fundapp.auditing.models import Sample, SampleItem
from fundapp.auditing.queries import Drawn
from fundapp.auditing.rules import Item, Picked, Plan, Population, SamplingMethod
from fundapp.core import clock
from fundapp.core.db import db
from fundapp.core.errors import RuleViolation
from fundapp.core.money import Money, bare, total
from fundapp.trail import service as trail
from fundapp.trail.rules import Event
from fundapp.users.models import User
from fundapp.users.queries import readable_courts

SEED_BYTES = 16


def draw_sample(
    population: Population,
    method: SamplingMethod,
    *,
    court_codes: Sequence[str],
    first_day: date,
    last_day: date,
    size: int | None = None,
    interval: Money | None = None,
    bounds: Sequence[Money] = (),
    sizes: Sequence[int] = (),
    seed: str = "",
    purpose: str = "",
    actor: User,
) -> Sample:
    """Draw a sample and keep it as it was drawn; the books of all its courts stand still meanwhile.

    Args:
        seed: typed in, such as a number drawn in public; empty for one that the system draws.

    Raises:
        RuleViolation: courts outside the actor's scope, no such seed, or what ``rules.settled`` refuses.
    """
    chosen = sorted(set(court_codes))
    if not chosen or not set(chosen) <= readable_courts(actor):
        raise RuleViolation("请选择至少一个您可以查阅的法院。")
    rules.check_period(first_day, last_day)
    typed = seed.strip()
    if typed:
        rules.check_seed(typed)
    asked = Drawn(population, chosen, first_day, last_day, clock.now())
    items = asked.items
    amounts = [item.amount for item in items]
    plan = rules.settled(method, amounts, size=size, interval=interval, bounds=bounds, sizes=sizes)
    sown = Sown(typed or secrets.token_hex(SEED_BYTES), bool(typed))
    return _keep(asked, items, plan, sown, purpose=purpose.strip(), actor=actor)


class Sown(NamedTuple):
    """A seed, and whether a person typed it."""

    seed: str
    is_typed: bool


def _keep(asked: Drawn, items: Sequence[Item], plan: Plan, sown: Sown, *, purpose: str, actor: User) -> Sample:
    picked = rules.draw(plan, [item.amount for item in items], sown.seed)
    drawn = [items[one.at] for one in picked]
    digest = rules.population_digest(items)
    sample = Sample(
        court_code=actor.court_code,
        population=asked.population,
        courts=",".join(asked.court_codes),
        first_day=asked.first_day,
        last_day=asked.last_day,
        method=plan.method,
        size=plan.size,
        interval_amount=plan.interval,
        start_amount=rules.random_start(plan, sown.seed),
        bounds=rules.told_bounds(plan.bounds),
        sizes=rules.told_sizes(plan.sizes),
        seed=sown.seed,
        is_seed_typed=sown.is_typed,
        purpose=purpose,
        population_count=len(items),
        population_amount=total(item.amount for item in items),
        population_digest=digest,
        item_count=len(drawn),
        items_amount=total(item.amount for item in drawn),
        digest=rules.sample_digest(plan, sown.seed, digest, drawn),
        drawn_by_id=actor.id,
        drawn_at=asked.recorded_by,
    )
    db.session.add(sample)
    db.session.flush()
    _keep_items(sample, picked, drawn)
    _tell(sample, plan, actor)
    return sample


def _keep_items(sample: Sample, picked: Sequence[Picked], drawn: Sequence[Item]) -> None:
    db.session.add_all(
        SampleItem(sample_id=sample.id, place=place, stratum=one.stratum, hits=one.hits, **item._asdict())
        for place, (one, item) in enumerate(zip(picked, drawn, strict=True), 1)
    )
    db.session.flush()


def _tell(sample: Sample, plan: Plan, actor: User) -> None:
    trail.record(
        Event.SAMPLE_DRAWN,
        sample.subject,
        court_code=sample.court_code,
        actor=actor,
        population=sample.population.value,
        courts=sample.courts,
        period=f"{sample.first_day}—{sample.last_day}",
        sampling=plan.method.value,
        parameters=plan.parameters,
        seed=sample.seed,
        count=sample.population_count,
        amount=bare(sample.population_amount),
        items=sample.item_count,
        digest=sample.digest,
    )


def record_taking(sample_id: int, *, files: int, digest: str, actor: User) -> None:
    """Note that the papers of a sample were taken out in one file."""
    sample = queries.sample(sample_id, readable_courts(actor))
    trail.record(
        Event.SAMPLE_TAKEN, sample.subject, court_code=actor.court_code, actor=actor, files=files, digest=digest
    )
