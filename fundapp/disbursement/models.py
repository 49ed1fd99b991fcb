"""What is kept of batches, their lines, and the bank's results."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fundapp.core.columns import Sealed
from fundapp.core.db import Base, append_only
from fundapp.core.money import Money
from fundapp.disbursement.rules import BatchStatus, LineStatus, line_key


@append_only
class PayingAccount(Base):
    """付款账户: the court's own account that the fund pays from, as its document names it; a change is a new row."""

    __tablename__ = "paying_accounts"
    __table_args__ = (Index("ix_paying_accounts_court_code_effective_from", "court_code", "effective_from"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    court_code: Mapped[str] = mapped_column(ForeignKey("courts.code"))
    bank: Mapped[str] = mapped_column(String(100))
    holder: Mapped[str] = mapped_column(String(100))
    number: Mapped[str] = mapped_column(String(40))
    effective_from: Mapped[date]
    document: Mapped[str] = mapped_column(String(200))
    entered_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    entered_at: Mapped[datetime]
    entered_by: Mapped["User"] = relationship("User", lazy="selectin", viewonly=True)  # type: ignore[name-defined]  # noqa: F821

    @property
    def subject(self) -> str:
        return f"paying-account:{self.id}"


class Batch(Base):
    """发放批次: approved advances sent to the bank in one file; its digests seal the lines and the file."""

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
    paying_account_id: Mapped[int] = mapped_column(ForeignKey("paying_accounts.id"))
    digest: Mapped[str] = mapped_column(String(64))
    file_digest: Mapped[str | None] = mapped_column(String(64))
    built_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    built_at: Mapped[datetime]
    signed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    signed_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column()
    lines: Mapped[list["BatchLine"]] = relationship(back_populates="batch", order_by="BatchLine.sequence")
    paying_account: Mapped[PayingAccount] = relationship()
    built_by: Mapped["User"] = relationship("User", foreign_keys=[built_by_id], viewonly=True)  # type: ignore[name-defined]  # noqa: F821
    signed_by: Mapped["User | None"] = relationship("User", foreign_keys=[signed_by_id], viewonly=True)  # type: ignore[name-defined]  # noqa: F821

    __mapper_args__ = {"version_id_col": version}

    @property
    def subject(self) -> str:
        return f"batch:{self.id}"


class BatchLine(Base):
    """发放明细: one payment order. ``live_advance_id`` stands, unique, while the line may still pay or has paid."""

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
    repeats: Mapped["BatchLine | None"] = relationship(remote_side=[id], viewonly=True)

    @property
    def subject(self) -> str:
        return f"batch-line:{self.id}"

    @property
    def key(self) -> str:
        """How the bank's file and result name the line (自定义序号)."""
        return line_key(self.batch.number, self.sequence)

    @property
    def advance_subject(self) -> str:
        return f"advance:{self.advance_id}"


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
    repeated: Mapped[int]
    imported_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    imported_at: Mapped[datetime]
    imported_by: Mapped["User"] = relationship("User", lazy="selectin", viewonly=True)  # type: ignore[name-defined]  # noqa: F821
    lines: Mapped[list["ResultLine"]] = relationship(order_by="ResultLine.row", viewonly=True)

    @property
    def subject(self) -> str:
        return f"result-file:{self.id}"


@append_only
class ResultLine(Base):
    """One line of a result file and what was made of it; a refused one names its problem and changed nothing.

    A repeated one told what was known already, and changed nothing either.
    """

    __tablename__ = "result_lines"

    id: Mapped[int] = mapped_column(primary_key=True)
    file_id: Mapped[int] = mapped_column(ForeignKey("result_files.id"), index=True)
    row: Mapped[int]
    key: Mapped[str] = mapped_column(String(60))
    batch_line_id: Mapped[int | None] = mapped_column(ForeignKey("batch_lines.id"))
    outcome: Mapped[LineStatus | None]
    is_repeated: Mapped[bool]
    problem: Mapped[str | None] = mapped_column(String(300))
    batch_line: Mapped[BatchLine | None] = relationship(viewonly=True)
