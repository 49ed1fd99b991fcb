"""Vouchers as people look for them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import selectinload

from fundapp.core.db import db
from fundapp.core.errors import NotFound
from fundapp.ledger.models import Correction, PostingLine, Voucher
from fundapp.ledger.rules import CorrectionStatus
from fundapp.users.models import User

JOURNAL_KEY = Voucher.id
CORRECTIONS_KEY = Correction.id


def voucher(voucher_id: int, scope: frozenset[str]) -> Voucher:
    found = db.session.get(Voucher, voucher_id, options=[selectinload(Voucher.lines)])
    if found is None or found.court_code not in scope:
        raise NotFound("没有找到该凭证，请返回序时账重新选择。")
    return found


def voucher_of(court_code: str, name: str) -> Voucher | None:
    """The voucher of a named act, if it was posted."""
    return db.session.scalar(select(Voucher).where(Voucher.court_code == court_code, Voucher.name == name))


def reversal_of(voucher_id: int) -> Voucher | None:
    return db.session.scalar(select(Voucher).where(Voucher.reverses_id == voucher_id))


def original_of(voucher: Voucher) -> Voucher | None:
    """The voucher that this one undoes."""
    return None if voucher.reverses_id is None else db.session.get_one(Voucher, voucher.reverses_id)


def vouchers(
    scope: frozenset[str],
    *,
    court_code: str | None = None,
    first_day: date | None = None,
    last_day: date | None = None,
    summary: str | None = None,
    subject: str | None = None,
) -> Select[Any]:
    """The query of the journal."""
    query = select(Voucher).where(Voucher.court_code.in_(scope)).options(selectinload(Voucher.lines))
    if court_code:
        query = query.where(Voucher.court_code == court_code)
    if first_day:
        query = query.where(Voucher.posted_on >= first_day)
    if last_day:
        query = query.where(Voucher.posted_on <= last_day)
    if summary:
        query = query.where(Voucher.summary.contains(summary, autoescape=True))
    if subject:
        about = PostingLine.case_ref if subject.startswith("case:") else PostingLine.source_ref
        query = query.where(Voucher.id.in_(select(PostingLine.voucher_id).where(about == subject)))
    return query


def lines_of(vouchers: Select[Any]) -> Iterator[tuple[Voucher, PostingLine]]:
    """Every posting of these vouchers, in the order of the journal."""
    ordered = vouchers.order_by(Voucher.court_code, Voucher.year, Voucher.number)
    for voucher in db.session.scalars(ordered):
        for line in voucher.lines:
            yield voucher, line


@dataclass(frozen=True)
class Signatures:
    """The names under a voucher; no cashier where it moves no money."""

    prepared_by: str
    reviewed_by: str
    booked_by: str
    cashier: str


def signatures(voucher: Voucher) -> Signatures:
    ids = (voucher.prepared_by_id, voucher.reviewed_by_id, voucher.booked_by_id, voucher.cashier_id)
    names = dict(db.session.execute(select(User.id, User.name).where(User.id.in_([one for one in ids if one]))).all())
    return Signatures(*(names[user_id] if user_id else "" for user_id in ids))


def correction(correction_id: int, scope: frozenset[str]) -> Correction:
    found = db.session.get(Correction, correction_id)
    if found is None or found.court_code not in scope:
        raise NotFound("没有找到该冲销申请，请返回列表重新选择。")
    return found


def corrections(scope: frozenset[str], *, status: CorrectionStatus | None = None) -> Select[Any]:
    """The query of the list of corrections."""
    query = select(Correction).where(Correction.court_code.in_(scope)).options(selectinload(Correction.voucher))
    return query if status is None else query.where(Correction.status == status)


def requester(correction: Correction) -> User:
    return db.session.get_one(User, correction.requested_by_id)


def has_waiting_correction(voucher_id: int) -> bool:
    """Whether a correction of this voucher waits for its review."""
    waiting = select(Correction.id).where(
        Correction.voucher_id == voucher_id, Correction.status == CorrectionStatus.REQUESTED
    )
    return db.session.scalar(waiting.limit(1)) is not None
