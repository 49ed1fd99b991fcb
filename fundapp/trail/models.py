"""What is kept of acts, and of the papers attached to records."""

import json
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fundapp.core.db import Base, append_only
from fundapp.trail.rules import Anchor, Event, SigningReason

IS_ATTEMPT = "event = 'irregularities.attempt.refused'"
IS_REVEAL = "event IN ('cases.party.revealed', 'cases.case.revealed')"
ATTEMPTS_ONLY = text("trail_entries." + IS_ATTEMPT)
REVEALS_ONLY = text("trail_entries." + IS_REVEAL)
"""The conditions of the indexes word for word, because planners recognise them only so."""


def _only(name: str, condition: str, *columns: str) -> Index:
    """An index of the few entries that are asked for often; an act pays for no other."""
    return Index(name, *columns, sqlite_where=text(condition), postgresql_where=text(condition))


@append_only
class TrailEntry(Base):
    """One act of one person on one record; ``seal`` covers everything in it and the seal before."""

    __tablename__ = "trail_entries"
    __table_args__ = (
        UniqueConstraint("court_code", "seq"),
        Index("ix_trail_entries_subject", "subject"),
        _only("ix_trail_entries_attempts", IS_ATTEMPT, "court_code", "id"),
        _only("ix_trail_entries_reveals", IS_REVEAL, "actor_id", "recorded_at"),
        CheckConstraint("seq > 0", name="seq_positive"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    court_code: Mapped[str] = mapped_column(ForeignKey("courts.code"))
    seq: Mapped[int]
    recorded_at: Mapped[datetime]
    event: Mapped[Event]
    subject: Mapped[str] = mapped_column(String(60))
    actor_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    facts: Mapped[str]
    previous: Mapped[str] = mapped_column(String(64))
    seal: Mapped[str] = mapped_column(String(64))
    actor: Mapped["User"] = relationship("User", lazy="selectin", viewonly=True)  # type: ignore[name-defined]  # noqa: F821

    @property
    def told(self) -> dict[str, str]:
        """The facts, by name."""
        facts: dict[str, str] = json.loads(self.facts)
        return facts


@append_only
class Attachment(Base):
    """One paper, as uploaded, attached to one record."""

    __tablename__ = "attachments"
    __table_args__ = (Index("ix_attachments_subject", "subject"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    court_code: Mapped[str] = mapped_column(ForeignKey("courts.code"))
    subject: Mapped[str] = mapped_column(String(60))
    file_name: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    attached_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    attached_at: Mapped[datetime]


@append_only
class SignedHead(Base):
    """The head of a court's chain at one length, signed with the installation's key; never changed, never deleted."""

    __tablename__ = "signed_heads"
    __table_args__ = (
        UniqueConstraint("court_code", "length", "reason"),
        CheckConstraint("length > 0", name="length_positive"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    court_code: Mapped[str] = mapped_column(ForeignKey("courts.code"))
    length: Mapped[int]
    head: Mapped[str] = mapped_column(String(64))
    signed_at: Mapped[datetime]
    reason: Mapped[SigningReason]
    key_id: Mapped[str] = mapped_column(String(32))
    signature: Mapped[str] = mapped_column(String(128))

    @property
    def anchor(self) -> Anchor:
        """The head as a text that can be kept outside."""
        return Anchor(
            self.court_code, self.length, self.head, self.signed_at, self.reason.value, self.key_id, self.signature
        )
