"""Recording: one entry per act, in the transaction of the act, sealed onto the entry before."""

import hashlib
from datetime import timedelta
from typing import Protocol

from sqlalchemy import insert, select, update

from fundapp.core import clock, signing
from fundapp.core.db import Book, db
from fundapp.core.errors import RuleViolation
from fundapp.trail import queries, rules
from fundapp.trail.models import Attachment, SignedHead, TrailEntry
from fundapp.trail.rules import FACTS, Anchor, Event, SigningReason

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
    assert facts.keys() == FACTS[event], f"{event.value} wants the facts {sorted(FACTS[event])}, not {sorted(facts)}"
    db.session.flush()
    book = db.session.execute(
        select(Book.chain_length, Book.chain_head, Book.last_at).where(Book.court_code == court_code).with_for_update()
    ).one()
    now = clock.now()
    if book.last_at is not None and now < book.last_at:
        raise RuleViolation("服务器时间早于上一笔操作留痕，系统暂停办理业务，请系统管理员校准服务器时间。")
    entry = {
        "court_code": court_code,
        "seq": book.chain_length + 1,
        "recorded_at": now,
        "subject": subject,
        "actor_id": actor.id,
        "facts": rules.canonical_facts({name: str(value) for name, value in facts.items()}),
        "previous": book.chain_head,
    }
    seal = rules.seal(event=event.value, **entry)
    db.session.execute(insert(TrailEntry).values(event=event, seal=seal, **entry))
    db.session.execute(
        update(Book)
        .where(Book.court_code == court_code)
        .values(chain_length=entry["seq"], chain_head=seal, last_at=now)
        .execution_options(synchronize_session=False)
    )


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
