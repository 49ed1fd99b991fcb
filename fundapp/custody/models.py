"""What is kept of case money."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fundapp.core.db import Base
from fundapp.core.money import Money
from fundapp.custody.rules import CaseReceiptStatus, PayoutChannel, PayoutStatus, Purpose


class CaseAccount(Base):
    """一案一账号: the case's own sub-account."""

    __tablename__ = "case_accounts"
    __table_args__ = (UniqueConstraint("court_code", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    court_code: Mapped[str] = mapped_column(ForeignKey("courts.code"))
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), unique=True)
    number: Mapped[str] = mapped_column(String(40))
    opened_at: Mapped[datetime]


class CaseReceipt(Base):
    """案款到账: one payment into a case's sub-account.

    What comes after the fund has advanced ``needs_allocation``: it is paid out only once recovery has split it, and
    then no more than the two parts that stay with the case.
    """

    __tablename__ = "case_receipts"
    __table_args__ = (
        UniqueConstraint("court_code", "bank_reference"),
        CheckConstraint("amount > 0", name="amount_positive"),
        CheckConstraint("confirmed_by_id <> recorded_by_id", name="two_hands"),
        CheckConstraint("needs_allocation OR NOT is_allocated", name="allocated_when_needed"),
        CheckConstraint("creditor_part >= 0 AND refund_part >= 0", name="parts_counted"),
        CheckConstraint("creditor_part + refund_part <= amount", name="parts_within"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    court_code: Mapped[str] = mapped_column(ForeignKey("courts.code"))
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    debtor_id: Mapped[int] = mapped_column(ForeignKey("parties.id"))
    payer: Mapped[str] = mapped_column(String(100))
    amount: Mapped[Money]
    business_date: Mapped[date]
    bank_reference: Mapped[str] = mapped_column(String(60))
    status: Mapped[CaseReceiptStatus]
    recorded_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    recorded_at: Mapped[datetime]
    confirmed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    return_reason: Mapped[str | None] = mapped_column(String(200))
    voucher_id: Mapped[int | None] = mapped_column(ForeignKey("vouchers.id"))
    needs_allocation: Mapped[bool]
    is_allocated: Mapped[bool]
    creditor_part: Mapped[Money | None]
    refund_part: Mapped[Money | None]
    version: Mapped[int] = mapped_column()
    case: Mapped["Case"] = relationship("Case", lazy="joined")  # type: ignore[name-defined]  # noqa: F821

    __mapper_args__ = {"version_id_col": version}

    @property
    def subject(self) -> str:
        return f"case-receipt:{self.id}"

    @property
    def waits_for_allocation(self) -> bool:
        return self.status is CaseReceiptStatus.CONFIRMED and self.needs_allocation and not self.is_allocated


class Payout(Base):
    """案款发放: case money to be paid to the creditor, or refunded to the debtor.

    ``is_after_advance`` says whether the fund had advanced when it was asked for: refunds from then on come out of what
    was allocated. ``payload_digest`` covers what the director sees and the bank is sent: case, payee, account, amount.
    """

    __tablename__ = "payouts"
    __table_args__ = (
        CheckConstraint("amount > 0", name="amount_positive"),
        CheckConstraint("approved_by_id <> prepared_by_id", name="two_hands"),
        Index("ix_payouts_court_code_status", "court_code", "status"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    court_code: Mapped[str] = mapped_column(ForeignKey("courts.code"))
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    payee_id: Mapped[int] = mapped_column(ForeignKey("parties.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("payee_accounts.id"))
    purpose: Mapped[Purpose]
    amount: Mapped[Money]
    status: Mapped[PayoutStatus]
    is_after_advance: Mapped[bool]
    round: Mapped[int]
    requested_on: Mapped[date]
    reason: Mapped[str] = mapped_column(String(500))
    payload_digest: Mapped[str] = mapped_column(String(64))
    prepared_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    paid_on: Mapped[date | None]
    channel: Mapped[PayoutChannel | None]
    bank_reference: Mapped[str | None] = mapped_column(String(60))
    voucher_id: Mapped[int | None] = mapped_column(ForeignKey("vouchers.id"), unique=True)
    version: Mapped[int] = mapped_column()
    case: Mapped["Case"] = relationship("Case", lazy="joined")  # type: ignore[name-defined]  # noqa: F821
    payee: Mapped["Party"] = relationship("Party", lazy="joined")  # type: ignore[name-defined]  # noqa: F821
    account: Mapped["PayeeAccount"] = relationship("PayeeAccount", lazy="joined")  # type: ignore[name-defined]  # noqa: F821

    __mapper_args__ = {"version_id_col": version}

    @property
    def subject(self) -> str:
        return f"payout:{self.id}"

    @property
    def reservation(self) -> str:
        """The name of the reservation that keeps its money."""
        return f"payout:{self.id}:round:{self.round}"
