"""Vouchers as people look for them."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import selectinload

from fundapp.core.db import db
from fundapp.core.errors import NotFound
from fundapp.ledger import rules
from fundapp.ledger.models import Correction, PostingLine, Voucher
from fundapp.ledger.queries.books import model
from fundapp.ledger.rules import (
    Booked,
    Correcting,
    CorrectionMethod,
    CorrectionStatus,
    Link,
    Original,
    Posting,
    VoucherKind,
)
from fundapp.users.models import User

JOURNAL_KEY = Voucher.id
CORRECTIONS_KEY = Correction.id


def voucher(voucher_id: int, scope: frozenset[str]) -> Voucher:
    found = db.session.get(Voucher, voucher_id, options=[selectinload(Voucher.lines)])
    if found is None or found.court_code not in scope:
        raise NotFound("没有找到该凭证，请返回序时账重新选择。")
    return found


@dataclass(frozen=True)
class Linked:
    """Another voucher that a voucher corrects, or that corrects it (``is_later``)."""

    link: Link
    is_later: bool
    id: int
    cited: str


def linked(vouchers: Sequence[Voucher]) -> dict[int, list[Linked]]:
    """The links of these vouchers both ways: what each corrects, then what corrects it."""
    ids = [voucher.id for voucher in vouchers]
    originals = [voucher.corrects_id for voucher in vouchers if voucher.corrects_id]
    naming = (Voucher.reverses_id, Voucher.adjusts_id, Voucher.restates_id)
    query = select(Voucher).where(or_(Voucher.id.in_(originals), *(column.in_(ids) for column in naming)))
    found: dict[int, Voucher] = {voucher.id: voucher for voucher in db.session.scalars(query.order_by(Voucher.id))}
    links: dict[int, list[Linked]] = {voucher_id: [] for voucher_id in ids}
    for voucher in vouchers:
        if voucher.link and voucher.corrects_id:
            links[voucher.id].append(Linked(voucher.link, False, voucher.corrects_id, found[voucher.corrects_id].cited))
    for voucher in found.values():
        if voucher.link and voucher.corrects_id in links:
            links[voucher.corrects_id].append(Linked(voucher.link, True, voucher.id, voucher.cited))
    return links


@dataclass(frozen=True)
class MonthKind:
    """How many vouchers of a kind a month has, and their first and last number."""

    month: str
    kind: VoucherKind
    count: int
    first: int
    last: int


def month_kinds(court_code: str, year: int, kind: VoucherKind | None = None) -> dict[str, list[MonthKind]]:
    """What there is to bind of a year, by month."""
    number = Voucher.kind_number
    query = select(Voucher.month, Voucher.kind, func.count(), func.min(number), func.max(number)).where(
        Voucher.court_code == court_code, Voucher.year == year
    )
    query = query if kind is None else query.where(Voucher.kind == kind)
    found: dict[str, list[MonthKind]] = {}
    for row in db.session.execute(query.group_by(Voucher.month, Voucher.kind).order_by(Voucher.month)):
        found.setdefault(row[0], []).append(MonthKind(*row))
    order = list(VoucherKind)
    return {month: sorted(kinds, key=lambda one: order.index(one.kind)) for month, kinds in found.items()}


def year_kinds(months: dict[str, list[MonthKind]]) -> list[MonthKind]:
    """What there is to bind of the year that these months make up."""
    every = [one for kinds in months.values() for one in kinds]
    of_kind = {kind: [one for one in every if one.kind is kind] for kind in VoucherKind}
    return [
        MonthKind(
            "", kind, sum(one.count for one in same), min(one.first for one in same), max(one.last for one in same)
        )
        for kind, same in of_kind.items()
        if same
    ]


def month_vouchers(court_code: str, month: str, kind: VoucherKind | None = None) -> Sequence[Voucher]:
    """The vouchers of a posting period as they are bound: by kind, each in the order of its numbers."""
    return _bound(Voucher.month == month, court_code, kind)


def year_vouchers(court_code: str, year: int, kind: VoucherKind | None = None) -> Sequence[Voucher]:
    """The vouchers of a year as they are bound: month after month, each as ``month_vouchers``."""
    return _bound(Voucher.year == year, court_code, kind)


def _bound(when: ColumnElement[bool], court_code: str, kind: VoucherKind | None) -> Sequence[Voucher]:
    query = select(Voucher).where(Voucher.court_code == court_code, when)
    query = query if kind is None else query.where(Voucher.kind == kind)
    found = db.session.scalars(query.options(selectinload(Voucher.lines)))
    order = list(VoucherKind)
    return sorted(found, key=lambda voucher: (voucher.month, order.index(voucher.kind), voucher.kind_number))


def reversal_of(voucher_id: int) -> Voucher | None:
    """The voucher that takes this one off."""
    return db.session.scalar(select(Voucher).where(Voucher.reverses_id == voucher_id))


def adjustment_of(voucher_id: int) -> Voucher | None:
    """The voucher that adjusts this one's amount."""
    return db.session.scalar(select(Voucher).where(Voucher.adjusts_id == voucher_id))


def first_stated(voucher_id: int) -> Voucher:
    """The voucher under which the business was first booked: this one, unless it states another one anew."""
    voucher = db.session.get_one(Voucher, voucher_id)
    return voucher if voucher.restates_id is None else first_stated(voucher.restates_id)


def last_stated(voucher_id: int) -> int:
    """The voucher under which business stands now: the last of those that state this one anew, or itself."""
    later = db.session.scalar(select(Voucher.id).where(Voucher.restates_id == voucher_id))
    return voucher_id if later is None else last_stated(later)


def correcting(original: Voucher, method: CorrectionMethod, right: Booked | None, *, day: date) -> list[Correcting]:
    """The vouchers that would correct this one on a day; what adjusted it is undone with it."""
    adjustment = adjustment_of(original.id)
    return rules.correcting(
        method,
        _seen_from(day, original),
        rules.postings(model(original.court_code), [right] if right else []),
        adjustment=None if adjustment is None else _seen_from(day, adjustment),
    )


def _seen_from(day: date, voucher: Voucher) -> Original:
    posted_on = voucher.posted_on
    return Original(
        id=voucher.id,
        lines=[line.posting for line in voucher.lines],
        ink=voucher.ink,
        same_year=voucher.year == day.year,
        is_prior=first_stated(voucher.id).year < day.year,
        cited=f"{posted_on.year}年{posted_on.month}月{posted_on.day}日{voucher.cited}",
    )


def standing_lines(voucher: Voucher) -> list[Posting]:
    """What a voucher says after the adjustment of its amount."""
    lines = [line.posting for line in voucher.lines]
    adjustment = adjustment_of(voucher.id)
    if adjustment is None:
        return lines
    (line,), (by,) = lines, adjustment.lines
    return [rules.adjusted(line, by=by.posting, ink=adjustment.ink)]


def vouchers(
    scope: frozenset[str],
    *,
    court_code: str | None = None,
    first_day: date | None = None,
    last_day: date | None = None,
    summary: str | None = None,
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


def signatures(vouchers: Sequence[Voucher]) -> dict[int, Signatures]:
    """The names under each of these vouchers."""
    hands = {
        voucher.id: (voucher.prepared_by_id, voucher.reviewed_by_id, voucher.booked_by_id, voucher.cashier_id)
        for voucher in vouchers
    }
    asked = {user_id for ids in hands.values() for user_id in ids if user_id}
    names = dict(db.session.execute(select(User.id, User.name).where(User.id.in_(asked))).all())
    return {
        voucher_id: Signatures(*(names[user_id] if user_id else "" for user_id in ids))
        for voucher_id, ids in hands.items()
    }


def correction(correction_id: int, scope: frozenset[str]) -> Correction:
    found = db.session.get(Correction, correction_id)
    if found is None or found.court_code not in scope:
        raise NotFound("没有找到该更正申请，请返回列表重新选择。")
    return found


def corrections(scope: frozenset[str], *, status: CorrectionStatus | None = None) -> Select[Any]:
    """The query of the list of corrections."""
    query = select(Correction).where(Correction.court_code.in_(scope)).options(selectinload(Correction.voucher))
    return query if status is None else query.where(Correction.status == status)


def confirmed_corrections(scope: Iterable[str]) -> dict[int, list[Correction]]:
    """Every confirmed correction, in order, under the voucher by which its business was first booked."""
    courts = list(scope)
    restated = select(Voucher.id, Voucher.restates_id).where(
        Voucher.court_code.in_(courts), Voucher.restates_id.is_not(None)
    )
    restates = {later: first for later, first in db.session.execute(restated) if first is not None}
    confirmed = select(Correction).where(
        Correction.court_code.in_(courts), Correction.status == CorrectionStatus.CONFIRMED
    )
    found: dict[int, list[Correction]] = {}
    for correction in db.session.scalars(confirmed.order_by(Correction.id)):
        first = correction.voucher_id
        while first in restates:
            first = restates[first]
        found.setdefault(first, []).append(correction)
    return found


def requester(correction: Correction) -> User:
    return db.session.get_one(User, correction.requested_by_id)


def has_waiting_correction(voucher_id: int) -> bool:
    """Whether a correction of this voucher waits for its review."""
    waiting = select(Correction.id).where(
        Correction.voucher_id == voucher_id, Correction.status == CorrectionStatus.REQUESTED
    )
    return db.session.scalar(waiting.limit(1)) is not None
