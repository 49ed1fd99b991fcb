"""What is kept of allocations."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fundapp.core.db import Base, append_only
from fundapp.core.money import Money
from fundapp.eligibility.rules import RecoveryOrder


@append_only
class Allocation(Base):
    """分配: one receipt of a debtor, split once.

    There is one row for each advance of the case that the receipt served (two creditors of a case may both have been
    advanced); the creditors' part and the refund stand in the first. All rows of a receipt together make up its amount.
    """

    __tablename__ = "allocations"
    __table_args__ = (
        UniqueConstraint("receipt_id", "advance_id"),
        CheckConstraint("fund >= 0 AND creditor >= 0 AND refund >= 0", name="parts_counted"),
        CheckConstraint("fund + creditor + refund = amount", name="parts_add_up"),
        CheckConstraint("fund <= outstanding_before", name="never_over_recovered"),
        CheckConstraint("creditor <= creditor_rest_before", name="never_over_served"),
        CheckConstraint(
            "refund = 0 OR (fund = outstanding_before AND creditor = creditor_rest_before)", name="refund_last"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    court_code: Mapped[str] = mapped_column(ForeignKey("courts.code"), index=True)
    receipt_id: Mapped[int] = mapped_column(ForeignKey("case_receipts.id"))
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    advance_id: Mapped[int] = mapped_column(ForeignKey("advances.id"), index=True)
    recovery_order: Mapped[RecoveryOrder]
    business_date: Mapped[date] = mapped_column(index=True)
    amount: Mapped[Money]
    outstanding_before: Mapped[Money]
    creditor_rest_before: Mapped[Money]
    fund: Mapped[Money]
    creditor: Mapped[Money]
    refund: Mapped[Money]
    voucher_id: Mapped[int | None] = mapped_column(ForeignKey("vouchers.id"))
    allocated_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    allocated_at: Mapped[datetime]
    note: Mapped[str] = mapped_column(String(200))
    advance: Mapped["Advance"] = relationship("Advance")  # type: ignore[name-defined]  # noqa: F821

    @property
    def subject(self) -> str:
        return f"allocation:{self.id}"
