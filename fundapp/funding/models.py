"""What is kept of sources and receipts."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fundapp.core.db import Base
from fundapp.core.money import Money
from fundapp.funding.rules import Direction, ReceiptStatus, SourceKind


class Source(Base):
    """资金来源: who gives the fund of one court money, under which paper."""

    __tablename__ = "sources"
    __table_args__ = (UniqueConstraint("court_code", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    court_code: Mapped[str] = mapped_column(ForeignKey("courts.code"))
    kind: Mapped[SourceKind]
    name: Mapped[str] = mapped_column(String(100))
    document: Mapped[str] = mapped_column(String(200))
    is_active: Mapped[bool]
    version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version}

    @property
    def subject(self) -> str:
        return f"source:{self.id}"


class FundReceipt(Base):
    """到账, or money given back to the source: one line of the fund account's statement."""

    __tablename__ = "fund_receipts"
    __table_args__ = (
        UniqueConstraint("court_code", "bank_reference"),
        CheckConstraint("amount > 0", name="amount_positive"),
        CheckConstraint("confirmed_by_id <> recorded_by_id", name="two_hands"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    court_code: Mapped[str] = mapped_column(ForeignKey("courts.code"))
    source_id: Mapped[int] = mapped_column(ForeignKey("sources.id"), index=True)
    direction: Mapped[Direction]
    amount: Mapped[Money]
    business_date: Mapped[date]
    bank_reference: Mapped[str] = mapped_column(String(60))
    note: Mapped[str] = mapped_column(String(200))
    status: Mapped[ReceiptStatus]
    recorded_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    recorded_at: Mapped[datetime]
    confirmed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    return_reason: Mapped[str | None] = mapped_column(String(200))
    voucher_id: Mapped[int | None] = mapped_column(ForeignKey("vouchers.id"))
    version: Mapped[int] = mapped_column()
    source: Mapped[Source] = relationship(lazy="joined")

    __mapper_args__ = {"version_id_col": version}

    @property
    def subject(self) -> str:
        return f"fund-receipt:{self.id}"
