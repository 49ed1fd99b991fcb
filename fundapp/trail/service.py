"""Recording: one entry per act, in the transaction of the act, sealed onto the entry before."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlalchemy import select

from fundapp.core import clock, signing
from fundapp.core.db import Base, Book, Head, db, held_head, id_of, move_head, stored, write
from fundapp.core.errors import RuleViolation
from fundapp.trail import queries, rules
from fundapp.trail.models import Attachment, SignedHead
from fundapp.trail.rules import FACTS, Anchor, Event, SigningReason

COLUMNS = ("court_code", "seq", "subject", "actor_id", "facts", "previous", "event", "recorded_at", "seal")
MOST_ATTACHED_BYTES = 10 * 1024 * 1024
_MEDIA_TYPES = {b"%PDF-": "application/pdf", b"\x89PNG": "image/png", b"\xff\xd8\xff": "image/jpeg"}


class Actor(Protocol):
    """Whoever acts: an account of the users above this floor."""

    @property
    def id(self) -> int: ...


def open_book(court_code: str) -> None:
    """Begin the court's chain; every court has one, from its first day."""
    db.session.add(Book(court_code=court_code, chain_length=0, chain_head=rules.FIRST_SEAL))
    db.session.flush()


def record(event: Event, subject: str, *, court_code: str, actor: Actor, **facts: str | int) -> None:
    """Append one entry to the court's chain.

    Raises:
        RuleViolation: the server's clock stands before the last entry, so nothing may be done until it is put right.
    """
    record_all(event, [(subject, facts)], court_code=court_code, actor=actor)


def record_all(
    event: Event, told: Sequence[tuple[str, Mapping[str, str | int]]], *, court_code: str, actor: Actor
) -> None:
    """Append an entry for each pair of a subject and its facts, one after the other, in one write.

    Raises:
        RuleViolation: as ``record``.
    """
    db.session.flush()
    before = held_head(court_code)
    now = clock.now()
    at, kept_at = clock.canonical(now), stored(now)
    if before.last_at is not None and kept_at < before.last_at:
        last_at = db.session.scalars(select(Book.last_at).where(Book.court_code == court_code)).one()
        assert last_at is not None, court_code
        raise RuleViolation(
            "服务器时间%(now)s早于上一笔操作留痕的时间%(last)s（均为北京时间），系统暂停办理本院业务。"
            "请系统管理员核对标准时间：服务器慢了的，校准后继续办理；上一笔留痕的时间快了的，按安装与运行说明“服务器时间有误”一节处理。",
            now=_read(now),
            last=_read(last_at),
        )
    rows = []
    length, seal = before.length, before.seal
    actor_id = id_of(actor) if isinstance(actor, Base) else actor.id
    for subject, facts in told:
        assert facts.keys() == FACTS[event], f"{event.value} wants {sorted(FACTS[event])}, not {sorted(facts)}"
        length += 1
        entry: dict[str, Any] = {
            "court_code": court_code,
            "seq": length,
            "subject": subject,
            "actor_id": actor_id,
            "facts": rules.canonical_facts({name: str(value) for name, value in facts.items()}),
            "previous": seal,
        }
        seal = rules.sealed(event=event.value, at=at, **entry)
        rows.append((*entry.values(), event.value, kept_at, seal))
    write("trail_entries", COLUMNS, rows)
    move_head(court_code, before, Head(length, seal, kept_at))


def _read(moment: datetime) -> str:
    """A moment as the court's clocks show it, to the second."""
    return f"{clock.local(moment):%Y-%m-%d %H:%M:%S}"


def sign_head(court_code: str, *, reason: SigningReason) -> SignedHead:
    """Sign the head of the court's chain as it now stands: last in an act, after the act's own entry."""
    book = db.session.execute(
        select(Book.chain_length, Book.chain_head).where(Book.court_code == court_code).with_for_update()
    ).one()
    unsigned = Anchor(
        court_code=court_code,
        length=book.chain_length,
        head=book.chain_head,
        signed_at=clock.now(),
        reason=reason.value,
        key_id=signing.fingerprint(signing.public_key()),
        signature="",
    )
    facts = unsigned._asdict() | {"reason": reason, "signature": signing.sign(unsigned.signed_text)}
    signed = SignedHead(**facts)
    db.session.add(signed)
    db.session.flush()
    return signed


def sign_grown(court_code: str, *, rest: timedelta = timedelta(0)) -> SignedHead | None:
    """Sign the head if the chain has grown since it was last signed, and that was at least ``rest`` ago."""
    newest = queries.last_signed(court_code)
    if newest is not None and clock.now() - newest.signed_at < rest:
        return None
    length, _head = queries.heads()[court_code]
    if length == 0 or (newest is not None and length <= newest.length):
        return None
    return sign_head(court_code, reason=SigningReason.HOURLY)


def attach(subject: str, *, file_name: str, content: bytes, court_code: str, actor: Actor) -> Attachment:
    """Attach a paper to a record: PDF, PNG or JPEG, judged by its content, not by its name.

    Raises:
        RuleViolation: empty, larger than 10 MB, or of another kind.
    """
    if not content or len(content) > MOST_ATTACHED_BYTES:
        raise RuleViolation("附件为空或超过10MB，请重新扫描或压缩后上传。")
    media_type = next((kind for start, kind in _MEDIA_TYPES.items() if content.startswith(start)), None)
    if media_type is None:
        raise RuleViolation("附件只能是 PDF、PNG 或 JPG 文件，请转换格式后重新上传。")
    attachment = Attachment(
        court_code=court_code,
        subject=subject,
        file_name=rules.paper_name(file_name),
        media_type=media_type,
        size=len(content),
        digest=hashlib.sha256(content).hexdigest(),
        content=content,
        attached_by_id=actor.id,
        attached_at=clock.now(),
    )
    db.session.add(attachment)
    record(
        Event.PAPER_ATTACHED,
        subject,
        court_code=court_code,
        actor=actor,
        file_name=attachment.file_name,
        digest=attachment.digest,
    )
    return attachment
