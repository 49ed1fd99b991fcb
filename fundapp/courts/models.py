"""What is kept of a court."""

from datetime import date

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from fundapp.core.db import Base, append_only
from fundapp.core.money import CapitalStyle
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


@append_only
class AmountWriting(Base):
    """大写金额写法: how a court writes amounts in capitals, from a day on; earlier papers keep theirs."""

    __tablename__ = "amount_writings"

    court_code: Mapped[str] = mapped_column(ForeignKey("courts.code"), primary_key=True)
    effective_from: Mapped[date] = mapped_column(primary_key=True)
    zero_after_wan: Mapped[bool]
    zero_after_yuan: Mapped[bool]
    whole_after_jiao: Mapped[bool]

    @property
    def style(self) -> CapitalStyle:
        return CapitalStyle(self.zero_after_wan, self.zero_after_yuan, self.whole_after_jiao)
