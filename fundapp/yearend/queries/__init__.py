"""Reads of closing: which month is due, what hinders it, what was closed, which packages were handed out."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select

from fundapp.ceremonies.models import Ceremony
from fundapp.ceremonies.rules import CeremonyStatus
from fundapp.core import clock
from fundapp.core.db import db
from fundapp.core.errors import NotFound
from fundapp.core.money import ZERO, Money
from fundapp.custody.models import CaseReceipt
from fundapp.custody.rules import CaseReceiptStatus
from fundapp.disbursement.models import Batch, BatchLine
from fundapp.disbursement.rules import BatchStatus, LineStatus
from fundapp.funding.models import FundReceipt
from fundapp.funding.rules import ReceiptStatus
from fundapp.ledger import queries as books
from fundapp.ledger.models import ClosedMonth, Correction, Voucher
from fundapp.ledger.rules import Account, CorrectionStatus
from fundapp.trail.models import TrailEntry
from fundapp.trail.rules import Event
from fundapp.users.models import User
from fundapp.yearend import rules
from fundapp.yearend.models import AuditPackage, ClosedYear
from fundapp.yearend.rules import Hindered, Hindrance

PACKAGES_KEY = AuditPackage.id


def due_month(court_code: str) -> str:
    """The month that is to be closed next: the one after the last closed, at first January of the books' first year."""
    last = db.session.scalar(select(func.max(ClosedMonth.month)).where(ClosedMonth.court_code == court_code))
    if last is not None:
        return rules.month_after(last)
    first_day = db.session.scalar(select(func.min(Voucher.posted_on)).where(Voucher.court_code == court_code))
    return rules.months_of((first_day or _books_opened_on(court_code)).year)[0]


def _books_opened_on(court_code: str) -> date:
    opened = select(TrailEntry.recorded_at).where(
        TrailEntry.court_code == court_code, TrailEntry.event == Event.BOOKS_OPENED
    )
    return clock.local(db.session.scalar(opened) or clock.now()).date()


def closed_month(court_code: str, month: str) -> ClosedMonth | None:
    return db.session.get(ClosedMonth, (court_code, month))


def closed_year(court_code: str, year: int) -> ClosedYear | None:
    return db.session.scalar(select(ClosedYear).where(ClosedYear.court_code == court_code, ClosedYear.year == year))


def closed_months(court_code: str, year: int) -> dict[str, ClosedMonth]:
    """The closed months of a year, by month."""
    months = rules.months_of(year)
    found = db.session.scalars(
        select(ClosedMonth).where(ClosedMonth.court_code == court_code, ClosedMonth.month.in_(months))
    )
    return {closed.month: closed for closed in found}


def voucher_counts(court_code: str, year: int) -> dict[str, int]:
    """How many vouchers each month of a year has."""
    query = (
        select(Voucher.month, func.count())
        .where(Voucher.court_code == court_code, Voucher.year == year)
        .group_by(Voucher.month)
    )
    return dict(db.session.execute(query).all())


def hindered(court_code: str, month: str) -> list[Hindered]:
    """Everything dated in the month on which somebody still has to decide, in the order of its kinds and ids."""
    found: list[Hindered] = []
    for kind, columns, conditions in _undecided():
        record_id, court, day, name = columns
        query = select(record_id, name, day).where(court == court_code, day.between(*_days(month)), *conditions)
        for one_id, cited, on in db.session.execute(query.order_by(record_id)):
            found.append(Hindered(kind, one_id, f"{cited} {on.isoformat()}", on))
    return found


def _days(month: str) -> tuple[date, date]:
    last = rules.last_day(month)
    return last.replace(day=1), last


def _undecided() -> Iterator[tuple[Hindrance, tuple[Any, Any, Any, Any], tuple[ColumnElement[bool], ...]]]:
    """Of each kind: the columns of id, court, day and name, and what makes a record undecided."""
    yield (
        Hindrance.FUND_RECEIPT,
        (FundReceipt.id, FundReceipt.court_code, FundReceipt.business_date, FundReceipt.bank_reference),
        (FundReceipt.status == ReceiptStatus.RECORDED,),
    )
    yield (
        Hindrance.CASE_RECEIPT,
        (CaseReceipt.id, CaseReceipt.court_code, CaseReceipt.business_date, CaseReceipt.bank_reference),
        (CaseReceipt.status == CaseReceiptStatus.RECORDED,),
    )
    has_unknown = select(BatchLine.batch_id).where(BatchLine.status == LineStatus.UNKNOWN)
    yield (
        Hindrance.BATCH,
        (Batch.id, Batch.court_code, Batch.business_date, Batch.number),
        (or_(Batch.status == BatchStatus.SENT, Batch.id.in_(has_unknown)),),
    )
    yield (
        Hindrance.CEREMONY,
        (Ceremony.id, Ceremony.court_code, Ceremony.held_on, Ceremony.name),
        (Ceremony.status == CeremonyStatus.OPEN,),
    )
    yield (
        Hindrance.CORRECTION,
        (Correction.id, Correction.court_code, Correction.business_date, Correction.reason),
        (Correction.status == CorrectionStatus.REQUESTED,),
    )


def result_balances(court_code: str, year: int) -> dict[Account, Money]:
    """Credit less debit of every account on December 31."""
    lines = books.trial_balance([court_code], as_of=date(year, 12, 31))
    return {line.account: line.closing_credit - line.closing_debit for line in lines}


def year_voucher_count(court_code: str, year: int) -> int:
    query = select(func.count()).select_from(Voucher).where(Voucher.court_code == court_code, Voucher.year == year)
    return db.session.scalar(query) or 0


def posted(court_codes: Sequence[str], last_day: date) -> Money:
    """The sum of all vouchers posted up to a day."""
    query = select(func.sum(Voucher.total)).where(Voucher.court_code.in_(court_codes), Voucher.posted_on <= last_day)
    return db.session.scalar(query) or ZERO


def packages(scope: frozenset[str]) -> Select[Any]:
    """The query of the packages that a reader of these courts may have: none that holds a further court."""
    query = select(AuditPackage).where(AuditPackage.court_code.in_(scope))
    if len(scope) == 1:
        query = query.where(AuditPackage.courts == next(iter(scope)))
    return query


def package(package_id: int, scope: frozenset[str]) -> AuditPackage:
    found: AuditPackage | None = db.session.scalar(packages(scope).where(AuditPackage.id == package_id))
    if found is None or not set(found.courts.split(",")) <= scope:
        raise NotFound("没有找到该审计包，请返回列表重新选择。")
    return found


def person(user_id: int) -> str:
    """Whose act it was, by name."""
    return db.session.get_one(User, user_id).name


def years(court_codes: Sequence[str]) -> list[int]:
    """The years in which these courts have vouchers, newest first."""
    query = select(Voucher.year).where(Voucher.court_code.in_(court_codes)).distinct().order_by(Voucher.year.desc())
    return list(db.session.scalars(query))
