"""What is kept of ceremonies."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fundapp.cases.rules import ClaimCategory
from fundapp.ceremonies.rules import CeremonyStatus, LineSource, Method, PayeeStatus, WitnessCapacity
from fundapp.core.db import Base, deletable
from fundapp.core.money import Money


class Ceremony(Base):
    """兑现大会: one event of one court, of which one at a time is open.

    Triggers keep it beside the rules: what was frozen stays frozen, and it does not close while cash is missing.
    """

    __tablename__ = "ceremonies"
    __table_args__ = (
        CheckConstraint("fund_cash_returned <= fund_cash_drawn", name="fund_cash_within"),
        CheckConstraint("case_cash_returned <= case_cash_drawn", name="case_cash_within"),
        CheckConstraint("frozen_by_id <> planned_by_id", name="two_hands"),
        CheckConstraint("closed_by_id <> planned_by_id", name="closed_by_another"),
        Index(
            "uq_ceremonies_open",
            "court_code",
            unique=True,
            sqlite_where=text("status = 'open'"),
            postgresql_where=text("status = 'open'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    court_code: Mapped[str] = mapped_column(ForeignKey("courts.code"), index=True)
    name: Mapped[str] = mapped_column(String(100))
    place: Mapped[str] = mapped_column(String(100))
    held_on: Mapped[date]
    host: Mapped[str] = mapped_column(String(60))
    status: Mapped[CeremonyStatus]
    list_digest: Mapped[str | None] = mapped_column(String(64))
    fund_cash_drawn: Mapped[Money]
    fund_cash_returned: Mapped[Money]
    case_cash_drawn: Mapped[Money]
    case_cash_returned: Mapped[Money]
    planned_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    frozen_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    closed_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column()
    lines: Mapped[list["CeremonyLine"]] = relationship(back_populates="ceremony", order_by="CeremonyLine.sequence")
    witnesses: Mapped[list["Witness"]] = relationship(back_populates="ceremony", order_by="Witness.id")

    __mapper_args__ = {"version_id_col": version}

    @property
    def subject(self) -> str:
        return f"ceremony:{self.id}"


@deletable
class CeremonyLine(Base):
    """One payee's line of the list; triggers refuse another line, or another content, once the list is frozen.

    The two ``live_`` columns are unique, so an approved advance or payout stands on one list at a time. They are given
    up when the payee is absent; where cash was drawn for the line, only when that cash is back in the bank.
    """

    __tablename__ = "ceremony_lines"
    __table_args__ = (
        UniqueConstraint("ceremony_id", "sequence"),
        UniqueConstraint("court_code", "receipt_number"),
        UniqueConstraint("court_code", "bank_reference"),
        CheckConstraint("amount > 0", name="amount_positive"),
        CheckConstraint("first_staff_id <> second_staff_id", name="two_staff"),
        CheckConstraint(
            "status <> 'paid' OR (first_staff_id IS NOT NULL AND second_staff_id IS NOT NULL)", name="paid_by_two"
        ),
        CheckConstraint("(advance_id IS NULL) <> (payout_id IS NULL)", name="one_source"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    court_code: Mapped[str] = mapped_column(ForeignKey("courts.code"))
    ceremony_id: Mapped[int] = mapped_column(ForeignKey("ceremonies.id"))
    sequence: Mapped[int]
    source: Mapped[LineSource]
    advance_id: Mapped[int | None] = mapped_column(ForeignKey("advances.id"), index=True)
    payout_id: Mapped[int | None] = mapped_column(ForeignKey("payouts.id"), index=True)
    live_advance_id: Mapped[int | None] = mapped_column(ForeignKey("advances.id"), unique=True)
    live_payout_id: Mapped[int | None] = mapped_column(ForeignKey("payouts.id"), unique=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    payee_id: Mapped[int] = mapped_column(ForeignKey("parties.id"))
    category: Mapped[ClaimCategory]
    amount: Mapped[Money]
    method: Mapped[Method]
    agent: Mapped[str | None] = mapped_column(String(60))
    authority_number: Mapped[str | None] = mapped_column(String(60))
    status: Mapped[PayeeStatus]
    signed_in_at: Mapped[datetime | None]
    identity_checked_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    paid_at: Mapped[datetime | None]
    first_staff_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    second_staff_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    bank_reference: Mapped[str | None] = mapped_column(String(60))
    receipt_number: Mapped[str | None] = mapped_column(String(40))
    absent_reason: Mapped[str | None] = mapped_column(String(200))
    ceremony: Mapped[Ceremony] = relationship(back_populates="lines")
    case: Mapped["Case"] = relationship("Case", lazy="joined")  # type: ignore[name-defined]  # noqa: F821
    payee: Mapped["Party"] = relationship("Party", lazy="joined")  # type: ignore[name-defined]  # noqa: F821

    @property
    def subject(self) -> str:
        return f"ceremony-line:{self.id}"

    @property
    def record(self) -> str:
        """The subject of what the line pays."""
        return f"advance:{self.advance_id}" if self.advance_id else f"payout:{self.payout_id}"


class Witness(Base):
    """见证人: who watched, and as what."""

    __tablename__ = "witnesses"

    id: Mapped[int] = mapped_column(primary_key=True)
    ceremony_id: Mapped[int] = mapped_column(ForeignKey("ceremonies.id"), index=True)
    name: Mapped[str] = mapped_column(String(60))
    capacity: Mapped[WitnessCapacity]
    organisation: Mapped[str] = mapped_column(String(100))
    ceremony: Mapped[Ceremony] = relationship(back_populates="witnesses")
