"""What is kept of closed years, of requests to reopen, and of exported packages."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fundapp.core.db import Base, append_only
from fundapp.yearend.rules import (
    LONGEST_REASON,
    ReopeningOutcome,
    ReopeningStatus,
    ReopeningStep,
    YearCloseOutcome,
    YearCloseStatus,
    due_step,
    reopening_status,
    year_close_status,
)


@append_only
class ClosedYear(Base):
    """年终结账 of one court; it stands as long as the closing of its December does. Who asked for it prepared it."""

    __tablename__ = "closed_years"

    id: Mapped[int] = mapped_column(primary_key=True)
    closing_id: Mapped[int] = mapped_column(ForeignKey("closed_months.id"), unique=True)
    court_code: Mapped[str] = mapped_column(ForeignKey("courts.code"))
    year: Mapped[int]
    vouchers: Mapped[int]
    result_voucher_id: Mapped[int | None] = mapped_column(ForeignKey("vouchers.id"))
    prepared_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    closed_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    closed_at: Mapped[datetime]

    @property
    def subject(self) -> str:
        return f"closed-year:{self.id}"


@append_only
class YearCloseRequest(Base):
    """年终结账申请: the finance reviewer asks for the close of the year, with the closing list as it stands.

    ``round`` counts the closings of its December, this one included. ``last_number`` is the last voucher number of the
    year when it was asked for; ``explanation`` says why money that nobody has claimed still stands.
    """

    __tablename__ = "year_close_requests"

    id: Mapped[int] = mapped_column(primary_key=True)
    court_code: Mapped[str] = mapped_column(ForeignKey("courts.code"), index=True)
    year: Mapped[int]
    round: Mapped[int]
    last_number: Mapped[int]
    explanation: Mapped[str] = mapped_column(String(500))
    requested_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    requested_at: Mapped[datetime]
    decision: Mapped["YearCloseDecision | None"] = relationship(lazy="joined", viewonly=True, uselist=False)
    closing: Mapped["ClosedMonth | None"] = relationship(  # type: ignore[name-defined]  # noqa: F821
        "ClosedMonth",
        primaryjoin="and_(YearCloseRequest.court_code == foreign(ClosedMonth.court_code), "
        "YearCloseRequest.round == foreign(ClosedMonth.round), "
        "foreign(ClosedMonth.month) == cast(YearCloseRequest.year, String).concat('-12'))",
        viewonly=True,
        uselist=False,
    )

    @property
    def status(self) -> YearCloseStatus:
        is_reopened = self.closing is not None and self.closing.reopening is not None
        return year_close_status(self.decision.outcome if self.decision else None, is_reopened=is_reopened)


@append_only
class YearCloseDecision(Base):
    """The one answer to a request for the close of the year; nobody answers his own."""

    __tablename__ = "year_close_decisions"

    request_id: Mapped[int] = mapped_column(ForeignKey("year_close_requests.id"), primary_key=True, autoincrement=False)
    outcome: Mapped[YearCloseOutcome]
    opinion: Mapped[str] = mapped_column(String(500))
    decided_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[datetime]


@append_only
class ReopeningRequest(Base):
    """反结账申请: the finance reviewer asks for the last closed month, or year, to be opened again."""

    __tablename__ = "reopening_requests"

    id: Mapped[int] = mapped_column(primary_key=True)
    court_code: Mapped[str] = mapped_column(ForeignKey("courts.code"), index=True)
    closing_id: Mapped[int] = mapped_column(ForeignKey("closed_months.id"), index=True)
    reason: Mapped[str] = mapped_column(String(500))
    requested_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    requested_at: Mapped[datetime]
    closing: Mapped["ClosedMonth"] = relationship("ClosedMonth", lazy="joined", viewonly=True)  # type: ignore[name-defined]  # noqa: F821
    decisions: Mapped[list["ReopeningDecision"]] = relationship(
        order_by="ReopeningDecision.id", lazy="selectin", viewonly=True
    )

    @property
    def outcomes(self) -> list[ReopeningOutcome]:
        return [decision.outcome for decision in self.decisions]

    @property
    def status(self) -> ReopeningStatus:
        return reopening_status(self.closing.month, self.outcomes)

    @property
    def step(self) -> ReopeningStep | None:
        """Who is to decide next, None when it is decided."""
        return due_step(self.closing.month, self.outcomes)


@append_only
class ReopeningDecision(Base):
    """One answer to a request for reopening; nobody answers his own, nor twice."""

    __tablename__ = "reopening_decisions"
    __table_args__ = (UniqueConstraint("request_id", "step"), UniqueConstraint("request_id", "decided_by_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("reopening_requests.id"))
    step: Mapped[ReopeningStep]
    outcome: Mapped[ReopeningOutcome]
    opinion: Mapped[str] = mapped_column(String(500))
    decided_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[datetime]


@append_only
class AuditPackage(Base):
    """审计包 as made: its year, its digest, and in ``courts`` the codes of all courts in it, with commas between.

    ``is_unmasked`` where it names persons whole, for the ``reason`` that the exporter gave.
    """

    __tablename__ = "audit_packages"
    __table_args__ = (CheckConstraint("NOT is_unmasked OR reason <> ''", name="unmasked_for_a_reason"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    court_code: Mapped[str] = mapped_column(ForeignKey("courts.code"), index=True)
    year: Mapped[int]
    courts: Mapped[str]
    file_name: Mapped[str] = mapped_column(String(200))
    digest: Mapped[str] = mapped_column(String(64))
    is_unmasked: Mapped[bool] = mapped_column(server_default=false())
    reason: Mapped[str] = mapped_column(String(LONGEST_REASON), server_default="")
    exported_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    exported_at: Mapped[datetime]

    @property
    def subject(self) -> str:
        return f"audit-package:{self.id}"
