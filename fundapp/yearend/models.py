"""What is kept of closed years and exported packages."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from fundapp.core.db import Base, append_only


@append_only
class ClosedYear(Base):
    """年终结账 of one court."""

    __tablename__ = "closed_years"
    __table_args__ = (UniqueConstraint("court_code", "year"),)

    id: Mapped[int] = mapped_column(primary_key=True)
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
class AuditPackage(Base):
    """审计包 as made: its year, its digest, and in ``courts`` the codes of all courts in it, with commas between."""

    __tablename__ = "audit_packages"

    id: Mapped[int] = mapped_column(primary_key=True)
    court_code: Mapped[str] = mapped_column(ForeignKey("courts.code"), index=True)
    year: Mapped[int]
    courts: Mapped[str]
    file_name: Mapped[str] = mapped_column(String(200))
    digest: Mapped[str] = mapped_column(String(64))
    exported_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    exported_at: Mapped[datetime]

    @property
    def subject(self) -> str:
        return f"audit-package:{self.id}"
