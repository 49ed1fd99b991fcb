"""What is kept of the bounds of the exceptions list."""

from datetime import date, datetime, time

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from fundapp.core.db import Base, append_only
from fundapp.irregularities.rules import (
    EARLIEST_OFFICE,
    LATEST_OFFICE,
    MOST_MONTHS_HELD,
    MOST_MONTHS_OUTSTANDING,
    Bounds,
)

_MOMENT = "%H:%M:%S.%f"


@append_only
class ExceptionBounds(Base):
    """疑点关注线 as issued: in force from its date until the next issue's."""

    __tablename__ = "exception_bounds"
    __table_args__ = (
        UniqueConstraint("court_code", "effective_from"),
        CheckConstraint(f"months_outstanding BETWEEN 1 AND {MOST_MONTHS_OUTSTANDING}", name="outstanding_in_bounds"),
        CheckConstraint(f"months_held BETWEEN 1 AND {MOST_MONTHS_HELD}", name="held_in_bounds"),
        CheckConstraint(
            f"office_from >= '{EARLIEST_OFFICE:{_MOMENT}}' AND office_from < office_to"
            f" AND office_to <= '{LATEST_OFFICE:{_MOMENT}}'",
            name="office_hours_in_bounds",
        ),
        CheckConstraint("document <> ''", name="stands_on_a_document"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    court_code: Mapped[str] = mapped_column(ForeignKey("courts.code"))
    effective_from: Mapped[date]
    document: Mapped[str] = mapped_column(String(200))
    months_outstanding: Mapped[int]
    months_held: Mapped[int]
    office_from: Mapped[time]
    office_to: Mapped[time]
    issued_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    issued_at: Mapped[datetime]

    @property
    def subject(self) -> str:
        return f"exception-bounds:{self.id}"

    @property
    def bounds(self) -> Bounds:
        return Bounds(
            months_outstanding=self.months_outstanding,
            months_held=self.months_held,
            office_from=self.office_from,
            office_to=self.office_to,
            document=self.document,
            effective_from=self.effective_from,
        )
