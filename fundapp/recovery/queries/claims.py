"""未收回垫付款: what the fund has not got back at the end of a day, one by one. The ageing, samples and the
exceptions all ask here."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, TypeAlias

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    String,
    Subquery,
    case,
    cast,
    func,
    literal,
    select,
    type_coerce,
    union_all,
)
from sqlalchemy.orm import aliased

from fundapp.advances.models import Advance, AdvancePayment
from fundapp.cases.models import Case
from fundapp.core.columns import MoneyColumn
from fundapp.core.db import db
from fundapp.core.money import ZERO, Money, total
from fundapp.core.tables import record_id
from fundapp.ledger.models import DayTotal, Opening, OpeningLine, PostingLine, Voucher
from fundapp.ledger.queries import balance_as_of
from fundapp.ledger.rules import OPENING_NAME, STANDING, Account, Movement
from fundapp.recovery.models import Allocation
from fundapp.recovery.rules import Claim, ClaimKind

RECEIVABLE = Account.ADVANCES_RECEIVABLE
Rows: TypeAlias = Select[*tuple[Any, ...]]


def claims(codes: Sequence[str], day: date, *, recorded_by: datetime | None = None) -> list[Claim]:
    """What was outstanding at the end of a day by the books' days, the oldest first."""
    found = outstanding_claims(codes, day, recorded_by=recorded_by).subquery().c
    columns = (
        found.court_code, found.kind, found.record_id, found.case_id, found.number, found.day, found.paid, found.left,
    )  # fmt: skip
    rows = db.session.execute(select(*columns).order_by(found.day, found.kind, found.record_id))
    return [
        Claim(court, _subject(kind, record), f"case:{case_id}", number, ClaimKind(kind), paid_on, amount, rest)
        for court, kind, record, case_id, number, paid_on, amount, rest in rows
    ]


def _subject(kind: str, record: int) -> str:
    return f"advance:{record}" if ClaimKind(kind) is ClaimKind.ADVANCE else f"case:{record}"


def outstanding_claims(codes: Sequence[str], day: date, *, recorded_by: datetime | None = None) -> Rows:
    """The query of what was outstanding: advances paid and not recovered, and receivables with which the books were
    opened, a case's of all its sources in one; where the books hold less for a case than its claims say, written off
    or come back without an advance, the oldest is reduced first.

    Args:
        recorded_by: what was recorded later is left out.
    """
    opened = _opened(codes, day, recorded_by).subquery()
    raised = union_all(_paid(codes, day, recorded_by), select(opened)).subquery().c
    booked = _booked(codes, day, recorded_by, opened)
    all_left = func.sum(raised.left).over(partition_by=raised.case_id)
    oldest_first = (raised.day, raised.kind, raised.record_id)
    up_to_here = func.sum(raised.left).over(partition_by=raised.case_id, order_by=oldest_first)
    excess = all_left - booked.c.left - (up_to_here - raised.left)
    taken = case((booked.c.left.is_(None) | (excess <= 0), 0), (excess >= raised.left, raised.left), else_=excess)
    reduced = (
        select(
            raised.court_code, raised.kind, raised.record_id, raised.case_id, raised.day, raised.paid,
            cast(raised.left - taken, BigInteger).label("left"),
        )
        .outerjoin(booked, booked.c.case_id == raised.case_id)
        .subquery()
        .c
    )  # fmt: skip
    return (
        select(
            reduced.court_code, reduced.kind, reduced.record_id, reduced.case_id, Case.number, reduced.day,
            type_coerce(reduced.paid, MoneyColumn).label("paid"), type_coerce(reduced.left, MoneyColumn).label("left"),
        )
        .join(Case, Case.id == reduced.case_id)
        .where(reduced.left > 0)
    )  # fmt: skip


def _by(moment: datetime | None, *columns: Any) -> Iterable[ColumnElement[bool]]:
    return () if moment is None else [column <= moment for column in columns]


def _fen(amount: Any) -> ColumnElement[int]:
    return type_coerce(amount, BigInteger)


def _claim(court: Any, kind: ClaimKind, record: Any, case_id: Any, day: Any, paid: Any, left: Any) -> Rows:
    return select(
        court.label("court_code"), literal(kind.value, String).label("kind"), record.label("record_id"),
        case_id.label("case_id"), day.label("day"), cast(paid, BigInteger).label("paid"),
        cast(left, BigInteger).label("left"),
    )  # fmt: skip


def _paid(codes: Sequence[str], day: date, recorded_by: datetime | None) -> Rows:
    """Advances of which something is out, by the days on which payments and recoveries stand in the books."""
    undone, booked = aliased(Voucher), aliased(Voucher)
    back = (
        select(Allocation.advance_id, func.sum(_fen(Allocation.fund)).label("fund"))
        .join(booked, booked.id == Allocation.voucher_id)
        .where(Allocation.court_code.in_(codes), booked.posted_on <= day)
        .where(*_by(recorded_by, Allocation.allocated_at))
        .group_by(Allocation.advance_id)
        .subquery()
    )
    amount = _fen(AdvancePayment.amount)
    left = amount - func.coalesce(back.c.fund, 0)
    is_undone = (
        select(undone.id)
        .where(undone.reverses_id == Voucher.id, undone.posted_on <= day, *_by(recorded_by, undone.recorded_at))
        .exists()
    )
    return (
        _claim(
            AdvancePayment.court_code, ClaimKind.ADVANCE, AdvancePayment.advance_id, Advance.case_id,
            AdvancePayment.paid_on, amount, left,
        )
        .join(Voucher, Voucher.id == AdvancePayment.voucher_id)
        .join(Advance, Advance.id == AdvancePayment.advance_id)
        .outerjoin(back, back.c.advance_id == AdvancePayment.advance_id)
        .where(AdvancePayment.court_code.in_(codes), Voucher.posted_on <= day, ~is_undone, left > 0)
        .where(*_by(recorded_by, AdvancePayment.recorded_at))
    )  # fmt: skip


def _opened(codes: Sequence[str], day: date, recorded_by: datetime | None) -> Rows:
    """The receivables with which books were opened, a case's of all its sources in one."""
    case_id, paid = record_id(OpeningLine.case_ref, "case"), func.sum(_fen(OpeningLine.amount))
    return (
        _claim(Opening.court_code, ClaimKind.OPENING, case_id, case_id, func.min(Opening.day), paid, paid)
        .join(OpeningLine, Opening.id == OpeningLine.opening_id)
        .where(Opening.court_code.in_(codes), Opening.status.in_(STANDING), Opening.day <= day)
        .where(OpeningLine.account == RECEIVABLE, OpeningLine.amount > ZERO)
        .where(*(() if recorded_by is None else [Opening.id.in_(_posted_by(codes, recorded_by))]))
        .group_by(Opening.court_code, OpeningLine.case_ref)
    )


def _posted_by(codes: Sequence[str], moment: datetime) -> Rows:
    """The imports whose vouchers stood in the books at a moment."""
    named = literal(OPENING_NAME, String) + cast(Opening.id, String) + ":%"
    voucher = select(Voucher.id).where(
        Voucher.court_code == Opening.court_code, Voucher.name.like(named), Voucher.recorded_at <= moment
    )
    return select(Opening.id).where(Opening.court_code.in_(codes), voucher.exists())


def _booked(codes: Sequence[str], day: date, recorded_by: datetime | None, opened: Subquery) -> Subquery:
    """What stands on 1218.01 for each case of which that may be less than its claims say: those with which the books
    were opened, and those of which something was written off."""
    written_off = (
        select(record_id(PostingLine.case_ref, "case"))
        .select_from(DayTotal)
        .join(Voucher, (Voucher.court_code == DayTotal.court_code) & (Voucher.posted_on == DayTotal.day))
        .join(PostingLine, PostingLine.voucher_id == Voucher.id)
        .where(
            DayTotal.court_code.in_(codes), DayTotal.account == Account.DISPOSAL_LOSS, DayTotal.part == "",
            DayTotal.day <= day, PostingLine.movement == Movement.WRITTEN_OFF, PostingLine.case_ref.is_not(None),
        )
    )  # fmt: skip
    asked = select(opened.c.case_id).union(written_off).subquery()
    case_ref = literal("case:", String) + cast(asked.c.case_id, String)
    amount = _fen(PostingLine.amount)
    signed = case((PostingLine.debit == RECEIVABLE, amount), (PostingLine.credit == RECEIVABLE, -amount), else_=0)
    return (
        select(asked.c.case_id, func.sum(signed).label("left"))
        .join(PostingLine, PostingLine.case_ref == case_ref)
        .join(Voucher, Voucher.id == PostingLine.voucher_id)
        .where(Voucher.court_code.in_(codes), Voucher.posted_on <= day, *_by(recorded_by, Voucher.recorded_at))
        .group_by(asked.c.case_id)
        .subquery()
    )


def receivable(codes: Iterable[str], day: date, *, recorded_by: datetime) -> Money:
    """What stood on 1218.01 of these courts at the end of a day, without what was recorded later."""
    codes = list(codes)
    stood = total(balance_as_of(code, RECEIVABLE, day) for code in codes)
    amount = _fen(PostingLine.amount)
    signed = case((PostingLine.debit == RECEIVABLE, amount), (PostingLine.credit == RECEIVABLE, -amount), else_=0)
    later = db.session.scalar(
        select(type_coerce(cast(func.coalesce(func.sum(signed), 0), BigInteger), MoneyColumn))
        .join(Voucher, Voucher.id == PostingLine.voucher_id)
        .where(Voucher.court_code.in_(codes), Voucher.posted_on <= day, Voucher.recorded_at > recorded_by)
    )
    return stood - (later or ZERO)
