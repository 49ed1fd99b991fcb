"""What is kept of cases, their parties, and the accounts of those to be paid."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fundapp.cases.rules import AccountKind, CaseStatus, ClaimCategory, PartyKind, PartyRole
from fundapp.core.columns import Sealed
from fundapp.core.db import Base
from fundapp.core.money import Money


class Case(Base):
    """执行案件: one enforcement case, known by its number."""

    __tablename__ = "cases"
    __table_args__ = (
        UniqueConstraint("court_code", "number"),
        CheckConstraint("claim > 0", name="claim_positive"),
        Index("ix_cases_court_code_claim", "court_code", "claim"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    court_code: Mapped[str] = mapped_column(ForeignKey("courts.code"))
    number: Mapped[str] = mapped_column(String(60))
    legacy_number: Mapped[str | None] = mapped_column(String(60), index=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"))
    filed_on: Mapped[date]
    category: Mapped[ClaimCategory]
    claim: Mapped[Money]
    status: Mapped[CaseStatus]
    property_searched_on: Mapped[date | None]
    is_in_bankruptcy: Mapped[bool]
    is_in_settlement: Mapped[bool]
    concluded_by_advance_on: Mapped[date | None] = mapped_column(index=True)
    handler_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    import_id: Mapped[int | None] = mapped_column(ForeignKey("case_imports.id"))
    registered_at: Mapped[datetime]
    version: Mapped[int] = mapped_column()
    parties: Mapped[list["Party"]] = relationship(back_populates="case", order_by="Party.id")

    __mapper_args__ = {"version_id_col": version}

    @property
    def subject(self) -> str:
        return f"case:{self.id}"

    @property
    def creditors(self) -> list["Party"]:
        return [party for party in self.parties if party.role is PartyRole.CREDITOR]

    @property
    def debtors(self) -> list["Party"]:
        return [party for party in self.parties if party.role is PartyRole.DEBTOR]


class Party(Base):
    """申请执行人 or 被执行人 of one case; identity and phone are sealed, found by a keyed digest, shown masked."""

    __tablename__ = "parties"
    __table_args__ = (
        Index("ix_parties_name", "name"),
        Index("ix_parties_identity_index", "identity_index"),
        Index("ix_parties_identity_mask", "identity_mask"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    court_code: Mapped[str] = mapped_column(ForeignKey("courts.code"))
    role: Mapped[PartyRole]
    kind: Mapped[PartyKind]
    name: Mapped[str] = mapped_column(String(100))
    identity: Mapped[str] = mapped_column(Sealed)
    identity_index: Mapped[str] = mapped_column(String(64))
    identity_mask: Mapped[str] = mapped_column(String(20))
    phone: Mapped[str | None] = mapped_column(Sealed)
    phone_mask: Mapped[str | None] = mapped_column(String(20))
    undertaking_on: Mapped[date | None]
    version: Mapped[int] = mapped_column()
    case: Mapped[Case] = relationship(back_populates="parties")
    accounts: Mapped[list["PayeeAccount"]] = relationship(back_populates="party", order_by="PayeeAccount.id")

    __mapper_args__ = {"version_id_col": version}

    @property
    def subject(self) -> str:
        return f"party:{self.id}"

    @property
    def account(self) -> "PayeeAccount | None":
        """The account now in use: the last registered; a change is a new row, to be verified anew."""
        return self.accounts[-1] if self.accounts else None


class PayeeAccount(Base):
    """收款账户 of a party; a new or changed one is paid to only after a call-back by finance (verified)."""

    __tablename__ = "payee_accounts"
    __table_args__ = (Index("ix_payee_accounts_number_index", "number_index"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    party_id: Mapped[int] = mapped_column(ForeignKey("parties.id"), index=True)
    court_code: Mapped[str] = mapped_column(ForeignKey("courts.code"))
    kind: Mapped[AccountKind]
    holder: Mapped[str] = mapped_column(String(100))
    bank: Mapped[str] = mapped_column(String(100))
    number: Mapped[str] = mapped_column(Sealed)
    number_index: Mapped[str] = mapped_column(String(64))
    number_mask: Mapped[str] = mapped_column(String(40))
    line_number: Mapped[str | None] = mapped_column(String(12))
    registered_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    registered_at: Mapped[datetime]
    verified_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    verified_on: Mapped[date | None]
    party: Mapped[Party] = relationship(back_populates="accounts")

    @property
    def subject(self) -> str:
        return f"account:{self.id}"


class CaseImport(Base):
    """One imported file: what came of its rows. The file itself is kept sealed until it is imported or given up.

    ``rejects`` are the rejected rows as JSON, sealed like the file they stood in.
    """

    __tablename__ = "case_imports"

    id: Mapped[int] = mapped_column(primary_key=True)
    court_code: Mapped[str] = mapped_column(ForeignKey("courts.code"), index=True)
    file_name: Mapped[str] = mapped_column(String(200))
    digest: Mapped[str] = mapped_column(String(64))
    content: Mapped[str | None] = mapped_column(Sealed, deferred=True)
    rejects: Mapped[str | None] = mapped_column(Sealed, deferred=True)
    new: Mapped[int]
    known: Mapped[int]
    rejected: Mapped[int]
    is_done: Mapped[bool]
    imported_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    imported_at: Mapped[datetime]

    @property
    def subject(self) -> str:
        return f"case-import:{self.id}"
