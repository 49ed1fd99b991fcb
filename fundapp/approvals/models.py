"""What is kept of limits and signatures."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fundapp.approvals.rules import Outcome
from fundapp.core.db import Base, append_only
from fundapp.core.money import Money
from fundapp.users.rules import Role


@append_only
class LadderIssue(Base):
    """审批限额 as issued: above which amount the president signs too; in force from its date until the next issue's."""

    __tablename__ = "ladder_issues"
    __table_args__ = (Index("ix_ladder_issues_court_code_effective_from", "court_code", "effective_from"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    court_code: Mapped[str] = mapped_column(ForeignKey("courts.code"))
    effective_from: Mapped[date]
    document: Mapped[str] = mapped_column(String(200))
    president_above: Mapped[Money]
    limit_included: Mapped[bool]
    issued_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    issued_at: Mapped[datetime]

    @property
    def subject(self) -> str:
        return f"ladder:{self.id}"


@append_only
class Decision(Base):
    """审批决定: one signature on one record, in one round, at one step."""

    __tablename__ = "decisions"
    __table_args__ = (
        UniqueConstraint("subject", "round", "step"),
        UniqueConstraint("subject", "round", "actor_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    court_code: Mapped[str] = mapped_column(ForeignKey("courts.code"))
    subject: Mapped[str] = mapped_column(String(60))
    round: Mapped[int]
    step: Mapped[int]
    role: Mapped[Role]
    outcome: Mapped[Outcome]
    opinion: Mapped[str] = mapped_column(String(500))
    seen_version: Mapped[int]
    payload_digest: Mapped[str] = mapped_column(String(64))
    ladder_id: Mapped[int | None] = mapped_column(ForeignKey("ladder_issues.id"))
    actor_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    decided_at: Mapped[datetime]
    actor: Mapped["User"] = relationship("User", lazy="selectin", viewonly=True)  # type: ignore[name-defined]  # noqa: F821
