"""Reads of the trail."""

import json
from collections.abc import Iterable, Sequence
from contextlib import closing
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select

from fundapp.core.db import Book, db, moment_text, walk
from fundapp.core.errors import NotFound
from fundapp.trail import rules
from fundapp.trail.models import Attachment, SignedHead, TrailEntry
from fundapp.trail.rules import Event

ENTRIES_KEY = TrailEntry.id


def history(*subjects: str) -> Sequence[TrailEntry]:
    """Every act on these records, oldest first."""
    return db.session.scalars(select(TrailEntry).where(TrailEntry.subject.in_(subjects)).order_by(TrailEntry.id)).all()


def names_told(subjects: Iterable[str]) -> dict[str, list[tuple[datetime, str]]]:
    """What these records were called since when, oldest first, as far as their entries say."""
    query = select(TrailEntry.subject, TrailEntry.recorded_at, TrailEntry.facts).where(
        TrailEntry.subject.in_(list(subjects)), TrailEntry.event.in_(rules.NAMING)
    )
    found: dict[str, list[tuple[datetime, str]]] = {}
    for subject, recorded_at, facts in db.session.execute(query.order_by(TrailEntry.id)):
        found.setdefault(subject, []).append((recorded_at, json.loads(facts)["name"]))
    return found


def entries(scope: frozenset[str], *, event: Event | None = None, subject: str | None = None) -> Select[Any]:
    """The query of the trail's list."""
    query = select(TrailEntry).where(TrailEntry.court_code.in_(scope))
    if event is not None:
        query = query.where(TrailEntry.event == event)
    if subject:
        query = query.where(TrailEntry.subject == subject)
    return query


def attachments(*subjects: str) -> Sequence[Attachment]:
    return db.session.scalars(select(Attachment).where(Attachment.subject.in_(subjects)).order_by(Attachment.id)).all()


def attachment(attachment_id: int, scope: frozenset[str]) -> Attachment:
    found = db.session.get(Attachment, attachment_id)
    if found is None or found.court_code not in scope:
        raise NotFound("没有找到该附件，请返回原页面重新选择。")
    return found


def heads() -> dict[str, tuple[int, str]]:
    """The length and the head of every court's chain."""
    rows = db.session.execute(select(Book.court_code, Book.chain_length, Book.chain_head).order_by(Book.court_code))
    return {code: (length, head) for code, length, head in rows}


def is_begun() -> bool:
    """Whether anybody has done anything."""
    return db.session.scalar(select(TrailEntry.id).limit(1)) is not None


def last_signed(court_code: str) -> SignedHead | None:
    """The newest signed head of a court's chain."""
    heads = select(SignedHead).where(SignedHead.court_code == court_code)
    return db.session.scalars(heads.order_by(SignedHead.length.desc(), SignedHead.id.desc()).limit(1)).first()


def first_break(court_code: str) -> str | None:
    """What first contradicts the court's chain: a missing or changed entry, time running back, or a head that is not
    the last seal or is not there."""
    head = heads().get(court_code)
    previous, expected, last_at = rules.FIRST_SEAL, 0, ""
    with closing(walk(ENTRIES.format(moment=moment_text("recorded_at")), (court_code,))) as entries:
        for seq, recorded_at, event, subject, actor_id, facts, before, stored in entries:
            expected += 1
            if seq != expected:
                return f"{court_code}: entry {expected} is missing"
            seal = rules.sealed(court_code, seq, recorded_at, event, subject, actor_id, facts, before)
            if before != previous or seal != stored:
                return f"{court_code}: entry {expected} ({event} {subject}) does not match its seal"
            if recorded_at < last_at:
                return f"{court_code}: entry {expected} ({event} {subject}) is earlier than the entry before"
            previous, last_at = stored, recorded_at
    if head is None:
        return f"{court_code}: 登记留痕末端的账簿行已不存在，留痕末尾是否被截去无从核对"
    if (expected, previous) != head:
        return f"{court_code}: the chain ends at entry {expected}, its book says {head[0]}"
    return None


ENTRIES = """
    SELECT seq, {moment}, event, subject, actor_id, facts, previous, seal
    FROM trail_entries WHERE court_code = ? ORDER BY seq
"""
