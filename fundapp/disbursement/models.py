"""What is kept of batches, their lines, and the bank's results."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fundapp.core.db import Base, Sealed, append_only
from fundapp.core.money import Money
from fundapp.disbursement.rules import BatchStatus, LineStatus


class Batch(Base):
    """发放批次: approved advances sent to the bank in one file."""

    __tablename__ = "batches"
    __table_args__ = (
        UniqueConstraint("court_code", "number"),
        CheckConstraint("total > 0", name="total_positive"),
        CheckConstraint("signed_by_id <> built_by_id", name="two_hands"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    court_code: Mapped[str] = mapped_column(ForeignKey("courts.code"))
    number: Mapped[str] = mapped_column(String(20))
    business_date: Mapped[date]
    status: Mapped[BatchStatus]
    total: Mapped[Money]
    line_count: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))
    built_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    built_at: Mapped[datetime]
    signed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    signed_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column()
    lines: Mapped[list["BatchLine"]] = relationship(back_populates="batch", order_by="BatchLine.sequence")

    __mapper_args__ = {"version_id_col": version}

    @property
    def subject(self) -> str:
        return f"batch:{self.id}"


class BatchLine(Base):
    """发放明细: one payment order. ``live_advance_id`` is unique while the line may still pay, so an advance is in one live line."""

    __tablename__ = "batch_lines"
    __table_args__ = (
        UniqueConstraint("batch_id", "sequence"),
        CheckConstraint("amount > 0", name="amount_positive"),
        Index("ix_batch_lines_advance_id", "advance_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("batches.id"))
    sequence: Mapped[int]
    advance_id: Mapped[int] = mapped_column(ForeignKey("advances.id"))
    live_advance_id: Mapped[int | None] = mapped_column(ForeignKey("advances.id"), unique=True)
    amount: Mapped[Money]
    case_number: Mapped[str] = mapped_column(String(60))
    payee: Mapped[str] = mapped_column(String(100))
    bank: Mapped[str] = mapped_column(String(100))
    account_number: Mapped[str] = mapped_column(Sealed)
    account_mask: Mapped[str] = mapped_column(String(40))
    payload_digest: Mapped[str] = mapped_column(String(64))
    status: Mapped[LineStatus]
    message: Mapped[str | None] = mapped_column(String(200))
    bank_reference: Mapped[str | None] = mapped_column(String(60))
    paid_on: Mapped[date | None]
    repeats_id: Mapped[int | None] = mapped_column(ForeignKey("batch_lines.id"), unique=True)
    batch: Mapped[Batch] = relationship(back_populates="lines")
    advance: Mapped["Advance"] = relationship("Advance", foreign_keys=[advance_id])  # type: ignore[name-defined]  # noqa: F821

    @property
    def subject(self) -> str:
        return f"batch-line:{self.id}"

    @property
    def key(self) -> str:
        """How the bank's file and result name the line (自定义序号)."""
        return f"{self.batch.number}-{self.sequence:04d}"


@append_only
class ResultFile(Base):
    """One result file of the bank, known by its digest: the same file is read once."""

    __tablename__ = "result_files"
    __table_args__ = (UniqueConstraint("court_code", "digest"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    court_code: Mapped[str] = mapped_column(ForeignKey("courts.code"))
    file_name: Mapped[str] = mapped_column(String(200))
    digest: Mapped[str] = mapped_column(String(64))
    paid: Mapped[int]
    failed: Mapped[int]
    unknown: Mapped[int]
    refused: Mapped[int]
    imported_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    imported_at: Mapped[datetime]
    lines: Mapped[list["ResultLine"]] = relationship(order_by="ResultLine.row", viewonly=True)

    @property
    def subject(self) -> str:
        return f"result-file:{self.id}"


@append_only
class ResultLine(Base):
    """One line of a result file and what was made of it; a refused one names its problem and changed nothing."""

    __tablename__ = "result_lines"

    id: Mapped[int] = mapped_column(primary_key=True)
    file_id: Mapped[int] = mapped_column(ForeignKey("result_files.id"), index=True)
    row: Mapped[int]
    key: Mapped[str] = mapped_column(String(60))
    batch_line_id: Mapped[int | None] = mapped_column(ForeignKey("batch_lines.id"))
    outcome: Mapped[LineStatus | None]
    problem: Mapped[str | None] = mapped_column(String(300))
