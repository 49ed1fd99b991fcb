"""What is kept of advances and their one payment."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fundapp.advances.rules import AdvanceStatus, Channel, cited
from fundapp.core import clock
from fundapp.core.db import Base, append_only
from fundapp.core.money import Money
from fundapp.eligibility.rules import RecoveryOrder


class Advance(Base):
    """垫付申请: money the fund is asked to pay one creditor of one case in the debtor's stead.

    ``live_key`` is unique while the request is alive or paid, so that a case's creditor is advanced once;
    ``payload_digest`` covers what the signers see and the bank is sent: case, payee, account, amount.
    """

    __tablename__ = "advances"
    __table_args__ = (
        CheckConstraint("amount > 0", name="amount_positive"),
        Index("ix_advances_court_code_status", "court_code", "status"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    court_code: Mapped[str] = mapped_column(ForeignKey("courts.code"))
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    creditor_id: Mapped[int] = mapped_column(ForeignKey("parties.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("payee_accounts.id"))
    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessments.id"))
    amount: Mapped[Money]
    recovery_order: Mapped[RecoveryOrder]
    status: Mapped[AdvanceStatus]
    round: Mapped[int]
    step: Mapped[int]
    requested_on: Mapped[date]
    reason: Mapped[str] = mapped_column(String(500))
    payload_digest: Mapped[str] = mapped_column(String(64))
    live_key: Mapped[str | None] = mapped_column(String(60), unique=True)
    prepared_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column()
    case: Mapped["Case"] = relationship("Case", lazy="joined")  # type: ignore[name-defined]  # noqa: F821
    creditor: Mapped["Party"] = relationship("Party", lazy="joined")  # type: ignore[name-defined]  # noqa: F821
    account: Mapped["PayeeAccount"] = relationship("PayeeAccount", lazy="joined")  # type: ignore[name-defined]  # noqa: F821
    assessment: Mapped["Assessment"] = relationship("Assessment")  # type: ignore[name-defined]  # noqa: F821
    payment: Mapped["AdvancePayment | None"] = relationship(back_populates="advance", lazy="selectin")

    __mapper_args__ = {"version_id_col": version}

    @property
    def subject(self) -> str:
        return f"advance:{self.id}"

    @property
    def cited(self) -> str:
        """Its number on papers; the year is that of the first request."""
        return cited(clock.local(self.created_at).year, self.id)

    @property
    def reservation(self) -> str:
        """The name of the reservation that keeps its money."""
        return f"advance:{self.id}:round:{self.round}"


@append_only
class AdvancePayment(Base):
    """The one payment of an advance, whatever the channel: a second row is impossible."""

    __tablename__ = "advance_payments"
    __table_args__ = (CheckConstraint("amount > 0", name="amount_positive"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    advance_id: Mapped[int] = mapped_column(ForeignKey("advances.id"), unique=True)
    court_code: Mapped[str] = mapped_column(ForeignKey("courts.code"), index=True)
    amount: Mapped[Money]
    paid_on: Mapped[date] = mapped_column(index=True)
    channel: Mapped[Channel]
    paid_through: Mapped[str] = mapped_column(String(60))
    bank_reference: Mapped[str | None] = mapped_column(String(60))
    voucher_id: Mapped[int] = mapped_column(ForeignKey("vouchers.id"))
    recorded_at: Mapped[datetime]
    advance: Mapped[Advance] = relationship(back_populates="payment")
