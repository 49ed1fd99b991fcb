"""Reads of closing: which month is due, what hinders it, what was closed and reopened, which packages were made."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select

from fundapp.advances.models import AdvancePayment
from fundapp.ceremonies.models import Ceremony, CeremonyLine
from fundapp.ceremonies.rules import CeremonyStatus, PayeeStatus
from fundapp.core import clock
from fundapp.core.db import db
from fundapp.core.errors import NotFound
from fundapp.core.money import ZERO, Money, plain
from fundapp.custody.models import CaseReceipt, Payout
from fundapp.custody.rules import CaseReceiptStatus
from fundapp.disbursement.models import Batch, BatchLine
from fundapp.disbursement.rules import BatchStatus, LineStatus
from fundapp.funding.models import FundReceipt
from fundapp.funding.rules import ReceiptStatus
from fundapp.ledger import queries as books
from fundapp.ledger.models import ClosedMonth, Correction, ReopenedMonth, Voucher
from fundapp.ledger.rules import Account, CorrectionStatus
from fundapp.trail import queries as trail
from fundapp.trail.models import TrailEntry
from fundapp.trail.rules import Event
from fundapp.users.models import User
from fundapp.yearend import rules
from fundapp.yearend.models import AuditPackage, ClosedYear, ReopeningRequest, YearCloseRequest
from fundapp.yearend.rules import Hindered, Hindrance, ReopeningStatus, YearCloseStatus

PACKAGES_KEY = AuditPackage.id


def due_month(court_code: str) -> str:
    """The month that is to be closed next: the one after the last closed, at first January of the books' first year."""
    last = books.last_closing(court_code)
    if last is not None:
        return rules.month_after(last.month)
    return rules.months_of(first_year(court_code))[0]


def first_year(court_code: str) -> int:
    """The year of the first posting period: that after the opening balances, else that of the first business, else that
    in which the books were opened."""
    opened = books.opening_day(court_code)  # the last day before the first posting period
    if opened is not None:
        return (opened + timedelta(days=1)).year
    business = books.first_business_voucher(court_code)  # what an undone import left behind begins nothing
    if business is None:
        return _books_opened_on(court_code).year
    of_business = (Voucher.court_code == court_code, Voucher.id >= business.id)
    first_day = db.session.scalar(select(func.min(Voucher.posted_on)).where(*of_business)) or business.posted_on
    return first_day.year


def _books_opened_on(court_code: str) -> date:
    opened = select(TrailEntry.recorded_at).where(
        TrailEntry.court_code == court_code, TrailEntry.event == Event.BOOKS_OPENED
    )
    return clock.local(db.session.scalar(opened) or clock.now()).date()


def closed_year(court_code: str, year: int) -> ClosedYear | None:
    """The closing of a year, as long as it stands."""
    ended = select(ReopenedMonth.closing_id)
    return db.session.scalar(
        select(ClosedYear).where(
            ClosedYear.court_code == court_code, ClosedYear.year == year, ClosedYear.closing_id.not_in(ended)
        )
    )


def closed_months(court_code: str, year: int) -> dict[str, ClosedMonth]:
    """The closings of a year that stand, by month."""
    made = books.closings(court_code, rules.months_of(year))
    return {closed.month: closed for closed in made if closed.reopening is None}


def waiting_request(court_code: str) -> ReopeningRequest | None:
    """The request for reopening that nobody has decided yet, if there is one."""
    last = books.last_closing(court_code)
    if last is None:
        return None
    found = db.session.scalars(select(ReopeningRequest).where(ReopeningRequest.closing_id == last.id))
    return next((one for one in found if one.status is ReopeningStatus.REQUESTED), None)


def requests(court_code: str, year: int) -> Sequence[ReopeningRequest]:
    """The requests to reopen months of a year, and what waits to be decided of any year, in the order they came."""
    waiting = waiting_request(court_code)
    of_the_year = ClosedMonth.month.in_(rules.months_of(year))
    return db.session.scalars(
        select(ReopeningRequest)
        .join(ClosedMonth, ClosedMonth.id == ReopeningRequest.closing_id)
        .where(
            ReopeningRequest.court_code == court_code,
            of_the_year if waiting is None else or_(of_the_year, ReopeningRequest.id == waiting.id),
        )
        .order_by(ReopeningRequest.id)
    ).all()


def request(request_id: int, scope: frozenset[str]) -> ReopeningRequest:
    found = db.session.get(ReopeningRequest, request_id)
    if found is None or found.court_code not in scope:
        raise NotFound("没有找到该反结账申请，请返回结账页重新选择。")
    return found


def year_request(request_id: int, scope: frozenset[str]) -> YearCloseRequest:
    found = db.session.get(YearCloseRequest, request_id)
    if found is None or found.court_code not in scope:
        raise NotFound("没有找到该年终结账申请，请返回结账页重新选择。")
    return found


def year_requests(court_code: str, year: int) -> Sequence[YearCloseRequest]:
    """The requests for the close of a year, in the order they came."""
    return db.session.scalars(
        select(YearCloseRequest)
        .where(YearCloseRequest.court_code == court_code, YearCloseRequest.year == year)
        .order_by(YearCloseRequest.id)
    ).all()


def waiting_year_request(court_code: str, year: int) -> YearCloseRequest | None:
    """The request for the close of a year that nobody has decided yet, if there is one."""
    return next((one for one in year_requests(court_code, year) if one.status is YearCloseStatus.REQUESTED), None)


def voucher_counts(court_code: str, year: int) -> dict[str, int]:
    """How many vouchers each month of a year has."""
    query = (
        select(Voucher.month, func.count())
        .where(Voucher.court_code == court_code, Voucher.year == year)
        .group_by(Voucher.month)
    )
    return dict(db.session.execute(query).all())


def hindered(court_code: str, month: str) -> list[Hindered]:
    """Everything that keeps a month open, in the order of the closing list, except what ``disproved`` recomputes.

    What lies before the month and is still undecided keeps it open too: it was recorded after its own was closed.
    """
    last = rules.last_day(month)
    found = [] if rules.is_over(month, clock.today()) else [_of(Hindrance.NOT_OVER, last.isoformat())]
    for kind, columns, conditions in _undecided():
        record_id, court, day, name = columns
        query = select(record_id, name, day).where(court == court_code, day <= last, *conditions)
        for one_id, cited, on in db.session.execute(query.order_by(record_id)):
            found.append(Hindered(kind, one_id, f"{cited} {on}"))
    waiting = waiting_request(court_code)
    if waiting is not None:
        found.append(Hindered(Hindrance.REOPENING, waiting.id, waiting.closing.month))
    found += _unposted(court_code, last)
    suspense = suspense_at(court_code, month)
    if suspense != ZERO:
        found.append(_of(Hindrance.SUSPENSE, plain(suspense)))
    for one in books.unfinished(court_code, last.replace(day=1), last):
        found.append(Hindered(Hindrance.OTHER, None, one.cited, one.what, one.way_out))
    return found


def disproved(court_code: str, month: str) -> list[Hindered]:
    """What a recomputation of the whole book finds wrong: kept balances, both sides, opening balances, the chain."""
    found = []
    if (wrong := books.first_wrong_balance(court_code, rules.last_day(month))) is not None:
        found.append(_of(Hindrance.UNEQUAL, wrong))
    if (difference := books.difference([court_code])) != ZERO:
        found.append(_of(Hindrance.UNBALANCED, plain(difference)))
    if (left_over := books.balance(court_code, Account.OPENING)) != ZERO:
        found.append(_of(Hindrance.OPENING, plain(left_over)))
    if (broken := trail.first_break(court_code)) is not None:
        found.append(_of(Hindrance.CHAIN, broken))
    return found


def _of(kind: Hindrance, cited: str) -> Hindered:
    return Hindered(kind, None, cited)


def suspense_at(court_code: str, month: str) -> Money:
    """What nobody had claimed at the end of a month."""
    return books.balance_as_of(court_code, Account.UNCLAIMED, rules.last_day(month))


def _unposted(court_code: str, last: date) -> list[Hindered]:
    """Money that has gone until that day, by bank or at a ceremony, and of which no voucher tells."""
    by_bank = (
        select(BatchLine.id, Batch.number, BatchLine.paid_on)
        .join(Batch, Batch.id == BatchLine.batch_id)
        .outerjoin(AdvancePayment, AdvancePayment.advance_id == BatchLine.advance_id)
        .where(Batch.court_code == court_code, BatchLine.status == LineStatus.PAID, AdvancePayment.id.is_(None))
        .where(BatchLine.paid_on <= last)
        .order_by(BatchLine.id)
    )
    by_hand = (
        select(CeremonyLine.id, Ceremony.name, Ceremony.held_on)
        .join(Ceremony, Ceremony.id == CeremonyLine.ceremony_id)
        .outerjoin(AdvancePayment, AdvancePayment.advance_id == CeremonyLine.advance_id)
        .outerjoin(Payout, Payout.id == CeremonyLine.payout_id)
        .where(Ceremony.court_code == court_code, CeremonyLine.status == PayeeStatus.PAID)
        .where(AdvancePayment.id.is_(None), Payout.voucher_id.is_(None), Ceremony.held_on <= last)
        .order_by(CeremonyLine.id)
    )
    payouts = (
        select(Payout.id, Payout.bank_reference, Payout.paid_on)
        .where(Payout.court_code == court_code, Payout.paid_on <= last, Payout.voucher_id.is_(None))
        .order_by(Payout.id)
    )
    rows = [row for query in (by_bank, by_hand, payouts) for row in db.session.execute(query)]
    return [Hindered(Hindrance.UNPOSTED, one_id, f"{name or ''} {day}".strip()) for one_id, name, day in rows]


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


def packages(scope: frozenset[str], *, may_unmasked: bool) -> Select[Any]:
    """The query of the packages that a reader of these courts may have: none that holds a further court, and none that
    names persons whole unless he may make such himself."""
    query = select(AuditPackage).where(AuditPackage.court_code.in_(scope))
    if len(scope) == 1:
        query = query.where(AuditPackage.courts == next(iter(scope)))
    if not may_unmasked:
        query = query.where(AuditPackage.is_unmasked.is_(False))
    return query


def package(package_id: int, scope: frozenset[str], *, may_unmasked: bool) -> AuditPackage:
    query = packages(scope, may_unmasked=may_unmasked).where(AuditPackage.id == package_id)
    found: AuditPackage | None = db.session.scalar(query)
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
