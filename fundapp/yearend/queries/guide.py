"""Reads of the close of a year: how each of its points stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from fundapp.core import clock
from fundapp.core.db import db
from fundapp.core.money import ZERO, total
from fundapp.courts import queries as courts
from fundapp.ledger import queries as books
from fundapp.ledger.models import Voucher
from fundapp.ledger.rules import Account, Model, Posting, postings
from fundapp.recovery.queries.claims import claims
from fundapp.trail.models import TrailEntry
from fundapp.trail.rules import Event
from fundapp.yearend import queries, rules
from fundapp.yearend.models import AuditPackage, ClosedYear, YearCloseRequest
from fundapp.yearend.rules import Hindrance, YearFacts
from fundapp.yearend.rules.statements import AgeBand, band

ALL_STATEMENTS = "年度报表"
AGEING = "垫付款账龄分析表"
"""As the trail names what was printed."""


@dataclass(frozen=True)
class Standing:
    """The facts of a court's year, and what they were made of."""

    facts: YearFacts
    transfer: Sequence[Posting]
    waiting: YearCloseRequest | None
    closed: ClosedYear | None
    result: Voucher | None


def standing(court_code: str, year: int) -> Standing:
    """How the close of a court's year stands."""
    december = rules.months_of(year)[-1]
    closed = queries.closed_year(court_code, year)
    model = books.model(court_code) if books.is_open(court_code) else None
    result = db.session.get(Voucher, closed.result_voucher_id) if closed and closed.result_voucher_id else None
    moved = transfer(court_code, year) if result is None else [line.posting for line in result.lines]
    waiting = queries.waiting_year_request(court_code, year)
    left = claims([court_code], rules.last_day(december))
    old = [claim for claim in left if band(claim.day, year) is not AgeBand.ONE_YEAR]
    hindered = [] if closed else queries.hindered(court_code, december)
    printed = _printed(court_code, year)
    suspense = queries.suspense_at(court_code, december)
    verified = _last_verification(court_code)
    facts = YearFacts(
        year=year,
        due=queries.due_month(court_code),
        is_closed=closed is not None,
        hindered=[one for one in hindered if one.kind is not Hindrance.SUSPENSE],
        old=len(old),
        old_amount=total(claim.left for claim in old),
        is_aged=any(at >= clock.year_bounds(year)[1] for times in printed.values() for at in times),
        suspense=suspense,
        is_requested=waiting is not None,
        is_explained=suspense != ZERO and (closed is not None or bool(waiting and waiting.explanation)),
        opening=books.balance(court_code, Account.OPENING),
        problems=None if verified is None else int(verified.told["problems"]),
        verified_at="" if verified is None else f"{clock.local(verified.recorded_at):%Y-%m-%d %H:%M}",
        is_fresh=verified is not None
        and rules.is_fresh(verified.recorded_at, year_end=clock.year_bounds(year)[1], now=clock.now()),
        transfers=len(moved),
        is_custodial=model is Model.CUSTODIAL,
        is_printed=closed is not None and any(at >= closed.closed_at for at in printed.get(ALL_STATEMENTS, [])),
        is_exported=closed is not None and _is_exported(closed),
        is_anchored=closed is not None and _is_anchored(closed),
    )
    return Standing(facts, moved, waiting, closed, result)


def transfer(court_code: str, year: int) -> list[Posting]:
    """The postings that the close of the year will make, as things stand; none while the books are not open."""
    if not books.is_open(court_code):
        return []
    model = books.model(court_code)
    return postings(model, rules.result_transfer(model, queries.result_balances(court_code, year)))


def _printed(court_code: str, year: int) -> dict[str, list[datetime]]:
    """When the ageing, or all statements of a year, were printed or exported, by what the trail names them."""
    found: dict[str, list[datetime]] = {}
    query = select(TrailEntry).where(
        TrailEntry.subject == f"court:{court_code}", TrailEntry.event == Event.BOOK_PRINTED
    )
    for entry in db.session.scalars(query.order_by(TrailEntry.id)):
        told = entry.told
        if told["book"] in (ALL_STATEMENTS, AGEING) and told["period"] == rules.statement_period(year):
            found.setdefault(told["book"], []).append(entry.recorded_at)
    return found


def _is_exported(closed: ClosedYear) -> bool:
    made = db.session.scalars(
        select(AuditPackage.courts).where(
            AuditPackage.year == closed.year, AuditPackage.exported_at >= closed.closed_at
        )
    )
    return any(closed.court_code in codes.split(",") for codes in made)


def _is_anchored(closed: ClosedYear) -> bool:
    """Whether an anchor was handed out after the entry that tells of the closing."""
    subject = rules.year_subject(closed.court_code, closed.year)
    at = select(func.max(TrailEntry.seq)).where(TrailEntry.subject == subject, TrailEntry.event == Event.YEAR_CLOSED)
    later = select(TrailEntry.id).where(
        TrailEntry.court_code == closed.court_code,
        TrailEntry.seq > at.scalar_subquery(),
        TrailEntry.event == Event.ANCHOR_HANDED_OUT,
    )
    return db.session.scalar(later.limit(1)) is not None


def _last_verification(court_code: str) -> TrailEntry | None:
    """The last verification of the books: the nightly one is on the trail of the court at the district's head, one by
    hand on that of who asked for it. Each is one of all courts."""
    last = (
        select(TrailEntry)
        .where(TrailEntry.court_code.in_([courts.seat(), court_code]), TrailEntry.event == Event.BOOKS_VERIFIED)
        .order_by(TrailEntry.id.desc())
        .limit(1)
    )
    return db.session.scalar(last)
