"""What is kept of the books: no unbalanced state can be written down."""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy import column as sql_column
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fundapp.core.columns import Sealed
from fundapp.core.db import Base, append_only
from fundapp.core.money import Money
from fundapp.ledger.rules import (
    STANDING,
    Account,
    Booked,
    CorrectionMethod,
    CorrectionStatus,
    Ink,
    Link,
    Model,
    Movement,
    Numbers,
    OpeningBalance,
    OpeningStatus,
    Posting,
    ReservationState,
    Side,
    VoucherKind,
)


def _sparse(name: str, column: str, *, unique: bool = False) -> Index:
    """An index of a column that is mostly empty: what is empty is not kept in it."""
    is_there = sql_column(column).is_not(None)
    return Index(name, column, unique=unique, sqlite_where=is_there, postgresql_where=is_there)


@append_only
class BookingModel(Base):
    """The booking model a court chose at set-up, once."""

    __tablename__ = "booking_models"

    court_code: Mapped[str] = mapped_column(ForeignKey("courts.code"), primary_key=True)
    model: Mapped[Model]


@append_only
class Voucher(Base):
    """记账凭证: the postings of one named act.

    ``business_date`` is the day on which it happened, ``posted_on`` the day under which it stands in the books (later
    when the month of the business date was closed already), ``month`` its posting period, ``recorded_at`` the server's
    clock. ``number`` counts all vouchers of the court's year, ``kind_number`` those of its kind.
    """

    __tablename__ = "vouchers"
    __table_args__ = (
        UniqueConstraint("court_code", "year", "number"),
        UniqueConstraint("court_code", "name"),
        CheckConstraint("prepared_by_id <> reviewed_by_id", name="two_hands"),
        CheckConstraint("number > 0", name="number_positive"),
        CheckConstraint("attachments >= 0", name="attachments_counted"),
        Index("uq_vouchers_kind_number", "court_code", "year", "kind", "kind_number", unique=True),
        _sparse("uq_vouchers_adjusts_id", "adjusts_id", unique=True),
        _sparse("uq_vouchers_restates_id", "restates_id", unique=True),
        Index("ix_vouchers_court_code_id", "court_code", "id"),
        Index("ix_vouchers_court_code_posted_on", "court_code", "posted_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    court_code: Mapped[str] = mapped_column(ForeignKey("courts.code"))
    year: Mapped[int]
    number: Mapped[int]
    kind: Mapped[VoucherKind] = mapped_column(server_default="")
    kind_number: Mapped[int] = mapped_column(server_default="0")
    name: Mapped[str] = mapped_column(String(120))
    business_date: Mapped[date]
    posted_on: Mapped[date] = mapped_column(server_default="0001-01-01")
    month: Mapped[str] = mapped_column(String(7))
    recorded_at: Mapped[datetime]
    summary: Mapped[str] = mapped_column(String(300))
    attachments: Mapped[int]
    total: Mapped[Money]
    prepared_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    reviewed_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    booked_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    cashier_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    ink: Mapped[Ink] = mapped_column(server_default=Ink.BLUE.value)
    reverses_id: Mapped[int | None] = mapped_column(ForeignKey("vouchers.id"), unique=True)
    adjusts_id: Mapped[int | None] = mapped_column(ForeignKey("vouchers.id"))
    restates_id: Mapped[int | None] = mapped_column(ForeignKey("vouchers.id"))
    form: Mapped[str] = mapped_column(String(4), server_default="1")
    digest: Mapped[str] = mapped_column(String(64))
    lines: Mapped[list["PostingLine"]] = relationship(order_by="PostingLine.line", viewonly=True)

    @property
    def subject(self) -> str:
        return f"voucher:{self.id}"

    @property
    def numbers(self) -> Numbers:
        return Numbers(self.year, self.number, self.kind, self.kind_number)

    @property
    def cited(self) -> str:
        return self.numbers.cited

    @property
    def is_correction(self) -> bool:
        """Whether it reverses or adjusts another; one that restates is a voucher like any other."""
        return self.reverses_id is not None or self.adjusts_id is not None

    @property
    def corrects_id(self) -> int | None:
        """The voucher that this one reverses, adjusts or restates."""
        return self.reverses_id or self.adjusts_id or self.restates_id

    @property
    def act(self) -> str:
        """The record whose act it books: ``fund-receipt:5`` of ``fund-receipt:5:confirmed``."""
        return self.name.rpartition(":")[0]

    @property
    def link(self) -> Link | None:
        """What it does to that voucher."""
        links = {Link.REVERSES: self.reverses_id, Link.ADJUSTS: self.adjusts_id, Link.RESTATES: self.restates_id}
        return next((link for link, other_id in links.items() if other_id), None)


@append_only
class PostingLine(Base):
    """分录: one movement of one amount from the credited to the debited account."""

    __tablename__ = "posting_lines"
    __table_args__ = (
        UniqueConstraint("voucher_id", "line"),
        CheckConstraint("amount > 0", name="amount_positive"),
        CheckConstraint("debit <> credit", name="two_accounts"),
        _sparse("ix_posting_lines_case_ref", "case_ref"),
        _sparse("ix_posting_lines_source_ref", "source_ref"),
        _sparse("ix_posting_lines_debtor_ref", "debtor_ref"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    voucher_id: Mapped[int] = mapped_column(ForeignKey("vouchers.id"))
    line: Mapped[int]
    movement: Mapped[Movement]
    debit: Mapped[Account]
    credit: Mapped[Account]
    amount: Mapped[Money]
    case_ref: Mapped[str | None] = mapped_column(String(40))
    source_ref: Mapped[str | None] = mapped_column(String(40))
    debtor_ref: Mapped[str | None] = mapped_column(String(40))

    @property
    def posting(self) -> Posting:
        return Posting(
            self.movement, self.debit, self.credit, self.amount, self.case_ref, self.source_ref, self.debtor_ref
        )


class NumberSeries(Base):
    """The last voucher number of a court, year and kind, and under ``ALL`` of all kinds; taken inside the transaction,
    so a refused act leaves no gap."""

    __tablename__ = "number_series"
    ALL = "all"

    court_code: Mapped[str] = mapped_column(ForeignKey("courts.code"), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(40), primary_key=True)
    last_number: Mapped[int]


class DayTotal(Base):
    """All that an account, or a source's part of it, was ever debited and credited up to the end of a day.

    There is a row for each day on which something was posted, so any day's balance is one look at the last row up to
    it, however old the book. Red vouchers are deducted. Kept with every voucher, re-computable from the postings.
    """

    __tablename__ = "day_totals"

    court_code: Mapped[str] = mapped_column(ForeignKey("courts.code"), primary_key=True)
    account: Mapped[Account] = mapped_column(primary_key=True)
    part: Mapped[str] = mapped_column(String(90), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    debit: Mapped[Money]
    credit: Mapped[Money]


class StandingBalance(Base):
    """All that an account, or a kept part of it, was ever debited and credited, and how much of it is promised.

    ``guard`` names the side the balance may not leave; the database refuses a row that does, or that promises more than
    it has.
    """

    __tablename__ = "standing_balances"
    __table_args__ = (
        CheckConstraint("guard <> 'debit' OR debit - credit - held >= 0", name="debit_covered"),
        CheckConstraint("guard <> 'credit' OR credit - debit - held >= 0", name="credit_covered"),
        CheckConstraint("held >= 0", name="held_counted"),
    )

    court_code: Mapped[str] = mapped_column(ForeignKey("courts.code"), primary_key=True)
    account: Mapped[Account] = mapped_column(primary_key=True)
    part: Mapped[str] = mapped_column(String(90), primary_key=True)
    debit: Mapped[Money]
    credit: Mapped[Money]
    held: Mapped[Money]
    guard: Mapped[str] = mapped_column(String(6))


class Reservation(Base):
    """Money promised and not yet paid: opened by an approval, settled by the payment, or released."""

    __tablename__ = "reservations"
    __table_args__ = (
        UniqueConstraint("court_code", "name"),
        CheckConstraint("amount > 0", name="amount_positive"),
        Index("ix_reservations_court_code_state", "court_code", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    court_code: Mapped[str] = mapped_column(ForeignKey("courts.code"))
    name: Mapped[str] = mapped_column(String(120))
    account: Mapped[Account]
    part: Mapped[str] = mapped_column(String(90))
    amount: Mapped[Money]
    state: Mapped[ReservationState]
    opened_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


@append_only
class ClosedMonth(Base):
    """One closing of a month: nothing is posted into it any more, unless this closing is ended by a reopening.

    A month may be closed again afterwards (``round`` counts). What it held is kept as the number of its vouchers and
    the digest of theirs in the order of their numbers; ``last_number`` is the year's last voucher at that moment, so
    whatever came later bears a higher number. ``suspense`` is what stood on 2307.01 待认领款, with the closer's reason.
    """

    __tablename__ = "closed_months"
    __table_args__ = (
        UniqueConstraint("court_code", "month", "round"),
        CheckConstraint("suspense = 0 OR explanation <> ''", name="suspense_explained"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    court_code: Mapped[str] = mapped_column(ForeignKey("courts.code"))
    month: Mapped[str] = mapped_column(String(7))
    round: Mapped[int]
    vouchers: Mapped[int] = mapped_column(BigInteger)
    last_number: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))
    suspense: Mapped[Money]
    explanation: Mapped[str] = mapped_column(String(500))
    closed_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    closed_at: Mapped[datetime]
    reopening: Mapped["ReopenedMonth | None"] = relationship(viewonly=True)


@append_only
class ReopenedMonth(Base):
    """反结账: the end of the last closing, asked for by one person, agreed by another; of December by a third too."""

    __tablename__ = "reopened_months"
    __table_args__ = (
        CheckConstraint("requested_by_id <> agreed_by_id", name="two_hands"),
        CheckConstraint(
            "audited_by_id IS NULL OR (audited_by_id <> requested_by_id AND audited_by_id <> agreed_by_id)",
            name="third_hand",
        ),
    )

    closing_id: Mapped[int] = mapped_column(ForeignKey("closed_months.id"), primary_key=True, autoincrement=False)
    court_code: Mapped[str] = mapped_column(ForeignKey("courts.code"))
    reason: Mapped[str] = mapped_column(String(500))
    last_number: Mapped[int]
    requested_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    audited_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    agreed_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    reopened_at: Mapped[datetime]


class Correction(Base):
    """A request to correct a voucher, by one person, for another to confirm; with the right content, where it is stated
    anew or its amount adjusted."""

    __tablename__ = "corrections"
    __table_args__ = (
        CheckConstraint("restated_amount > 0", name="restated_positive"),
        CheckConstraint("reviewed_by_id <> requested_by_id", name="two_hands"),
        CheckConstraint(
            "(method = 'cancel') = (restated_movement IS NULL) AND (restated_movement IS NULL) = "
            "(restated_amount IS NULL)",
            name="restated_whole",
        ),
        Index(
            "uq_corrections_waiting",
            "voucher_id",
            unique=True,
            sqlite_where=text("status = 'requested'"),
            postgresql_where=text("status = 'requested'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    court_code: Mapped[str] = mapped_column(ForeignKey("courts.code"), index=True)
    voucher_id: Mapped[int] = mapped_column(ForeignKey("vouchers.id"), index=True)
    method: Mapped[CorrectionMethod] = mapped_column(server_default=CorrectionMethod.CANCEL.value)
    restated_amount: Mapped[Money | None]
    restated_source: Mapped[str | None] = mapped_column(String(40))
    restated_movement: Mapped[Movement | None]
    business_date: Mapped[date]
    reason: Mapped[str] = mapped_column(String(500))
    status: Mapped[CorrectionStatus]
    requested_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    reviewed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    corrected_by_id: Mapped[int | None] = mapped_column(ForeignKey("vouchers.id"))
    version: Mapped[int] = mapped_column()
    voucher: Mapped[Voucher] = relationship(foreign_keys=[voucher_id])

    __mapper_args__ = {"version_id_col": version}

    @property
    def subject(self) -> str:
        return f"correction:{self.id}"

    @property
    def restated(self) -> Booked | None:
        """The right content; none when the voucher is only cancelled."""
        if self.restated_movement is None or self.restated_amount is None:
            return None
        return Booked(self.restated_movement, self.restated_amount, source=self.restated_source)


class Opening(Base):
    """期初余额导入: the balances with which a court's books begin, from one file; asked for by one person, posted by
    another, and undone likewise.

    ``day`` is the last day before the first posting period. ``digest`` is the file's SHA-256; ``faults`` is what was
    wrong with it, until a later file is tried.
    """

    __tablename__ = "openings"
    __table_args__ = (
        CheckConstraint("reviewed_by_id <> requested_by_id", name="two_hands"),
        CheckConstraint("undo_reviewed_by_id <> undo_requested_by_id", name="undone_by_two_hands"),
        CheckConstraint(
            "status IN ('checked', 'requested') OR reviewed_by_id IS NOT NULL", name="reviewed_by_somebody"
        ),
        CheckConstraint("status = 'checked' OR debit = credit", name="balanced"),
        Index(
            "uq_openings_live_file",
            "court_code",
            "digest",
            unique=True,
            sqlite_where=text("status IN ('requested', 'posted', 'undo_requested')"),
            postgresql_where=text("status IN ('requested', 'posted', 'undo_requested')"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    court_code: Mapped[str] = mapped_column(ForeignKey("courts.code"), index=True)
    day: Mapped[date]
    file_name: Mapped[str] = mapped_column(String(200))
    digest: Mapped[str] = mapped_column(String(64))
    status: Mapped[OpeningStatus]
    line_count: Mapped[int]
    debit: Mapped[Money]
    credit: Mapped[Money]
    fault_count: Mapped[int]
    faults: Mapped[str | None] = mapped_column(Sealed, deferred=True)
    requested_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    requested_at: Mapped[datetime]
    reviewed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    reason: Mapped[str] = mapped_column(String(500))
    undo_requested_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    undo_reviewed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version}

    @property
    def subject(self) -> str:
        return f"opening:{self.id}"

    @property
    def stands(self) -> bool:
        """Whether its balances are in the books."""
        return self.status in STANDING


@append_only
class OpeningLine(Base):
    """One balance of an import, as the file says it; zero is kept and not posted."""

    __tablename__ = "opening_lines"
    __table_args__ = (
        UniqueConstraint("opening_id", "line"),
        UniqueConstraint("opening_id", "account", "case_ref", "source_ref"),
        CheckConstraint("account NOT IN ('0000', '3301')", name="account_may_open"),
        CheckConstraint("amount >= 0 OR substr(account, 1, 1) NOT IN ('1', '2')", name="guarded_not_negative"),
        CheckConstraint("substr(account, 1, 1) <> '1' OR side = 'debit'", name="assets_in_debit"),
        CheckConstraint("substr(account, 1, 1) <> '2' OR side = 'credit'", name="liabilities_in_credit"),
        Index("ix_opening_lines_case_ref", "case_ref"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    opening_id: Mapped[int] = mapped_column(ForeignKey("openings.id"))
    line: Mapped[int]
    account: Mapped[Account]
    side: Mapped[Side]
    amount: Mapped[Money]
    case_ref: Mapped[str] = mapped_column(String(40))
    source_ref: Mapped[str] = mapped_column(String(40))
    note: Mapped[str] = mapped_column(String(200))

    @property
    def balance(self) -> OpeningBalance:
        return OpeningBalance(
            self.line, self.account, self.side, self.amount, self.case_ref, self.source_ref, self.note
        )
