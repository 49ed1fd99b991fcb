"""What is kept of a court."""

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from fundapp.core.db import Base
from fundapp.courts.rules import CourtLevel


class Court(Base):
    """One court, known by its code."""

    __tablename__ = "courts"

    code: Mapped[str] = mapped_column(String(10), primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    level: Mapped[CourtLevel]
    parent_code: Mapped[str | None] = mapped_column(ForeignKey("courts.code"), index=True)
    version: Mapped[int] = mapped_column(default=1)

    @property
    def subject(self) -> str:
        return f"court:{self.code}"
