"""What is kept of terms and assessments."""

import json
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fundapp.cases.rules import CaseStatus
from fundapp.core.db import Base, append_only
from fundapp.core.money import Money
from fundapp.eligibility.rules import Answer, Criterion, RecoveryOrder, read


@append_only
class TermsIssue(Base):
    """垫付条件 as issued: in force from its date until the next issue's."""

    __tablename__ = "terms_issues"
    __table_args__ = (
        CheckConstraint("ceiling > 0", name="ceiling_positive"),
        Index("ix_terms_issues_court_code_effective_from", "court_code", "effective_from"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    court_code: Mapped[str] = mapped_column(ForeignKey("courts.code"))
    effective_from: Mapped[date]
    document: Mapped[str] = mapped_column(String(200))
    ceiling: Mapped[Money]
    ceiling_included: Mapped[bool]
    case_statuses: Mapped[str] = mapped_column(String(300))
    needs_property_search: Mapped[bool]
    needs_verified_account: Mapped[bool]
    needs_undertaking: Mapped[bool]
    refuses_bankruptcy: Mapped[bool]
    refuses_settlement: Mapped[bool]
    recovery_order: Mapped[RecoveryOrder]
    sources: Mapped[str]
    issued_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    issued_at: Mapped[datetime]

    @property
    def subject(self) -> str:
        return f"terms:{self.id}"

    @property
    def statuses(self) -> frozenset[CaseStatus]:
        return frozenset(CaseStatus(word) for word in self.case_statuses.split())

    @property
    def cited(self) -> dict[Criterion, str]:
        """The citation of each criterion."""
        return {Criterion(word): text for word, text in json.loads(self.sources).items()}


@append_only
class Assessment(Base):
    """审查结论: every criterion's fact, verdict and reason, under the terms of its day."""

    __tablename__ = "assessments"

    id: Mapped[int] = mapped_column(primary_key=True)
    court_code: Mapped[str] = mapped_column(ForeignKey("courts.code"))
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    creditor_id: Mapped[int] = mapped_column(ForeignKey("parties.id"))
    terms_id: Mapped[int] = mapped_column(ForeignKey("terms_issues.id"))
    case_version: Mapped[int]
    is_eligible: Mapped[bool]
    answers: Mapped[str]
    assessed_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    assessed_at: Mapped[datetime]
    terms: Mapped[TermsIssue] = relationship(lazy="joined")

    @property
    def subject(self) -> str:
        return f"assessment:{self.id}"

    @property
    def answered(self) -> list[Answer]:
        """The answers, in the order of the criteria."""
        return read(self.answers)
