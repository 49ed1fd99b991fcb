"""The comparison behind ``verify`` of the registers with the trail: the tables of the package declare it once, and here
the rows are compared as they are kept, all at once and in the database.

Short tables, whose texts the trail knows by a digest only, are read as they leave in a package. Reads only.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import reduce
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, Text, case, cast, column, func, literal, select, union_all
from sqlalchemy import table as sql_table
from sqlalchemy.dialects.postgresql import JSONB

from fundapp.core.db import db, on_sqlite
from fundapp.core.digests import digest_of
from fundapp.core.money import bare_fen
from fundapp.core.tables import TABLES, Kept, Recorded, Scope, Table, as_text
from fundapp.courts import queries as courts
from fundapp.users.models import User

TRAIL = sql_table(
    "trail_entries", column("event", Text), column("subject", Text), column("actor_id", Integer), column("facts", Text)
)
ALL_YEARS = 9999
BETWEEN = "\x1f"
"""What stands between facts that are compared as one text."""
NAMED = re.compile(r"\{(\w+)\}")


def first_untold() -> str | None:
    """The first row that the trail does not know, or knows otherwise; or an act on the trail without its row."""
    return _first_kept([(table.kept, one) for table in TABLES if table.kept for one in table.records]) or next(
        _short([table for table in TABLES if table.records and not table.kept]), None
    )


def first_other_sample() -> str | None:
    """The first sample whose plan, seed, population and items are not those it was sealed with."""
    samples, items = (_leaving(name) for name in ("samples", "sample_items"))
    drawn: dict[str, list[str]] = {}
    for item in items:
        drawn.setdefault(item["sample_id"], []).extend((item["record"], item["amount"]))
    for one in samples:
        plan = {"size": "size", "interval": "interval_amount", "bounds": "bounds", "sizes": "sizes"}
        told = " ".join([one["method"], *(f"{name}={one[key]}" for name, key in plan.items() if one[key])])
        if digest_of([told, one["seed"], one["population_digest"], *drawn.get(one["id"], [])]) != one["digest"]:
            return f"sample:{one['id']}与抽取时的校验码不符"
    return None


def _leaving(name: str) -> list[dict[str, str]]:
    """The rows of a short table as they leave in a package of all courts and years."""
    (table,) = (one for one in TABLES if one.name == name)
    scope = Scope(tuple(sorted(courts.codes())), ALL_YEARS)
    return [
        {
            column.key: "" if cell is None else bare_fen(cell) if column.kind == "money" else str(cell)
            for column, cell in zip(table.columns, row, strict=True)
        }
        for row in table.rows(scope)
    ]


def _first_kept(declared: Sequence[tuple[Kept, Recorded]]) -> str | None:
    events = {one.event for _kept, one in declared}
    acts = (
        select(TRAIL.c.event, TRAIL.c.subject, TRAIL.c.actor_id, TRAIL.c.facts)
        .where(TRAIL.c.event.in_(sorted(events)))
        .cte("acts")
    )
    sides = []
    for at, (kept, one) in enumerate(declared):
        told = [_fact(acts.c.facts, name) for name in one.facts]
        actor: Any = acts.c.actor_id if one.actor else literal(0)
        is_due = one.until != "never" or not one.where  # rows are not cut here, and one that waits for nothing stays
        sides.append(_side(at, acts.c.subject, actor, told, 1, is_due=is_due).where(acts.c.event == one.event))
        sides.append(_kept_side(at, kept, one))
    both = union_all(*sides).subquery("both_sides")
    key = (both.c.at, both.c.subject, both.c.actor_id, both.c.told)
    found = db.session.execute(
        select(*key, func.sum(both.c.n)).group_by(*key)
        .having((func.sum(both.c.n) < 0) | ((func.sum(both.c.n) > 0) & (func.max(both.c.due) > 0)))
        .order_by(both.c.at, func.sum(both.c.n), both.c.subject, both.c.told).limit(1)
    ).first()  # fmt: skip
    if found is None:
        return None
    at, subject, _actor, _told, difference = found
    return _sentence(declared[at][1], subject, is_row=difference < 0)


def _sentence(one: Recorded, subject: str, *, is_row: bool) -> str:
    if is_row:
        return f"{subject}的登记与操作留痕不符（{one.event}）"
    return f"操作留痕所记{subject}（{one.event}）没有相符的登记"


def _side(
    at: int, subject: Any, actor: Any, told: Sequence[ColumnElement[str]], n: int, *, is_due: bool
) -> Select[*tuple[Any, ...]]:
    said: ColumnElement[str] = literal("")
    for one in told:
        said = said + BETWEEN + one
    return select(
        literal(at).label("at"), subject.label("subject"), actor.label("actor_id"), said.label("told"),
        literal(n).label("n"), literal(int(is_due)).label("due"),
    )  # fmt: skip


def _kept_side(at: int, kept: Kept, one: Recorded) -> Select[*tuple[Any, ...]]:
    told = [_filled(text, kept, one) for text in one.facts.values()]
    actor: Any = kept.actor(one.actor) if one.actor else literal(0)
    side = _side(at, _filled(one.subject, kept, one), actor, told, -1, is_due=False).select_from(kept.model)
    for name, words in one.where.items():
        side = side.where(as_text(kept.column(name)).in_(words))
    return side.distinct() if one.is_split else side


def _filled(text: str, kept: Kept, one: Recorded) -> ColumnElement[str]:
    """A text that names columns in braces, as SQL."""
    parts: list[ColumnElement[str]] = []
    for at, part in enumerate(NAMED.split(text)):
        if at % 2 == 0:
            parts += [literal(part)] if part else []
            continue
        said = as_text(kept.column(part))
        words = one.words.get(part, {})
        parts.append(case(*((said == word, told) for word, told in words.items()), else_=said) if words else said)
    return reduce(lambda left, right: left + right, parts)


def _fact(facts: ColumnElement[str], name: str) -> ColumnElement[str]:
    """A fact of an entry; nothing where it has none, as entries of an earlier form may."""
    if on_sqlite():
        return func.coalesce(func.json_extract(facts, f"$.{name}"), "")
    return func.coalesce(func.jsonb_extract_path_text(cast(facts, JSONB), name), "")


def _short(tables: Sequence[Table]) -> Iterator[str]:
    """What differs between short tables, as they leave in a package, and the trail."""
    acts = _acts([one for table in tables for one in table.records])
    for table in tables:
        rows = _leaving(table.name)
        for one in table.records:
            told = [row for row in rows if all(row[name] in words for name, words in one.where.items())]
            kept = Counter(_key(one, row) for row in told)
            for subject, *_ in sorted(kept - acts[one.event]):
                yield _sentence(one, subject, is_row=True)
            for subject, *_ in sorted(acts[one.event] - kept):
                yield _sentence(one, subject, is_row=False)


def _key(one: Recorded, row: dict[str, str]) -> tuple[str, ...]:
    told = (text.format_map(row) for text in one.facts.values())
    return one.subject.format_map(row), row[one.actor] if one.actor else "", *told


def _acts(declared: Sequence[Recorded]) -> dict[str, Counter[tuple[str, ...]]]:
    """By event, what the trail tells of it, in one reading."""
    wanted = {one.event: one for one in declared}
    asked = (
        select(TRAIL.c.event, TRAIL.c.subject, User.username, TRAIL.c.facts)
        .join(User, User.id == TRAIL.c.actor_id)
        .where(TRAIL.c.event.in_(sorted(wanted)))
    )
    found: dict[str, Counter[tuple[str, ...]]] = {event: Counter() for event in wanted}
    for event, subject, actor, facts in db.session.execute(asked):
        one, told = wanted[event], json.loads(facts)
        found[event][subject, actor if one.actor else "", *(told.get(name, "") for name in one.facts)] += 1
    return found
