"""What is kept of oversight: the anchor sheets that were handed out, and what verifications found."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from fundapp.core.db import Base, append_only
from fundapp.core.money import Money


@append_only
class AnchorSheet(Base):
    """存证单 as handed out: to whom, where it is kept, and the figures on it; its signed head is the one of this
    length."""

    __tablename__ = "anchor_sheets"
    __table_args__ = (UniqueConstraint("court_code", "length"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    court_code: Mapped[str] = mapped_column(ForeignKey("courts.code"))
    length: Mapped[int]
    recipient: Mapped[str] = mapped_column(String(100))
    kept_at: Mapped[str] = mapped_column(String(100))
    vouchers: Mapped[int]
    posted: Mapped[Money]
    debit: Mapped[Money]
    credit: Mapped[Money]
    deposit: Mapped[Money]
    handed_out_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    handed_out_at: Mapped[datetime]

    @property
    def subject(self) -> str:
        return f"anchor-sheet:{self.id}"

    @property
    def cited(self) -> str:
        """``湘0602-1234``."""
        return f"{self.court_code}-{self.length}"


@append_only
class Verification(Base):
    """One run of all checks over all courts; ``court_code`` is the court on whose trail it stands."""

    __tablename__ = "verifications"
    __table_args__ = (CheckConstraint("is_ok = (problems = '')", name="ok_without_problems"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    court_code: Mapped[str] = mapped_column(ForeignKey("courts.code"))
    verified_at: Mapped[datetime]
    checks: Mapped[int]
    problems: Mapped[str]
    is_ok: Mapped[bool]

    @property
    def subject(self) -> str:
        return f"verification:{self.id}"
