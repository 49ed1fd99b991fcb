"""The questions of the exceptions list, one for each kind, all of the same shape.

A question brings ``id`` (its key), ``court_code``, ``subject`` (the record to look at), ``day``, ``person_id`` (whose
act it was), ``amount``, and ``one`` and ``two``, from which ``rules.sentence`` tells the line. Days are text, so that
pages and the audit package read the same. What happens is asked of one year; what stands, as of its last day. So
what stands is measured by the bounds in force on that last day, and an act by those in force on its own day.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Any, NamedTuple, TypeAlias

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    Subquery,
    case,
    cast,
    false,
    func,
    literal,
    null,
    or_,
    select,
    type_coerce,
)
from sqlalchemy import union_all as all_of
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import aliased
from sqlalchemy.sql.functions import FunctionElement

from fundapp.advances.models import Advance
from fundapp.advances.rules import AdvanceStatus
from fundapp.cases.models import Case, Party, PayeeAccount
from fundapp.core import clock
from fundapp.core.columns import MoneyColumn
from fundapp.core.db import db, on_sqlite
from fundapp.core.errors import NotFound
from fundapp.core.money import ZERO, Money
from fundapp.core.tables import record_id
from fundapp.custody.models import CaseReceipt, Payout
from fundapp.custody.rules import CaseReceiptStatus, PayoutStatus
from fundapp.eligibility.models import TermsIssue
from fundapp.eligibility.rules import Sentence
from fundapp.irregularities import rules
from fundapp.irregularities.models import ExceptionBounds
from fundapp.irregularities.rules import Bounds, Kind
from fundapp.ledger.models import Opening, OpeningLine, Voucher
from fundapp.ledger.rules import STANDING, Account
from fundapp.recovery.models import Allocation
from fundapp.recovery.queries.claims import outstanding_claims
from fundapp.recovery.rules import ClaimKind
from fundapp.trail.models import ATTEMPTS_ONLY, TrailEntry
from fundapp.users.models import User

Rows: TypeAlias = Select[*tuple[Any, ...]]
_NOTHING = literal(ZERO, MoneyColumn())
_DEAD = (AdvanceStatus.REFUSED, AdvanceStatus.WITHDRAWN)


@dataclass(frozen=True)
class Span:
    """Whose records are asked, and of which year: up to its last day, or to today where that comes first."""

    courts: tuple[str, ...]
    year: int

    @property
    def first(self) -> date:
        return date(self.year, 1, 1)

    @property
    def last(self) -> date:
        return min(date(self.year, 12, 31), clock.today())

    def holds(self, court_code: Any) -> ColumnElement[bool]:
        found: ColumnElement[bool] = court_code.in_(self.courts)
        return found

    def spans(self, day: Any) -> ColumnElement[bool]:
        found: ColumnElement[bool] = day.between(self.first, self.last)
        return found


@dataclass(frozen=True)
class Line:
    """One doubt: of which kind, about which record, what is to be looked into."""

    kind: Kind
    court_code: str
    subject: str
    day: str
    person_id: int | None
    amount: Money | None
    sentence: Sentence


class _LocalTime(FunctionElement[str]):
    """A moment by the court's clocks, to the minute: ``2018-03-09 21:15``."""

    type = String()
    inherit_cache = True


@compiles(_LocalTime)
def _write_local_time(element: _LocalTime, compiler: Any, **options: Any) -> str:
    moment = compiler.process(element.clauses, **options)
    if on_sqlite():
        return f"strftime('%Y-%m-%d %H:%M', {moment}, '+8 hours')"
    return f"to_char({moment} AT TIME ZONE INTERVAL '8 hours', 'YYYY-MM-DD HH24:MI')"


def _local_day(moment: Any) -> ColumnElement[str]:
    return func.substr(_LocalTime(moment), 1, 10)


def _happened(moment: Any, span: Span) -> ColumnElement[bool]:
    return _local_day(moment).between(span.first.isoformat(), span.last.isoformat())


def _text(column: Any) -> ColumnElement[str]:
    return cast(column, String)


def _named(kind: str, record: Any) -> ColumnElement[str]:
    return literal(f"{kind}:") + _text(record)


def _line(
    key: Any, court_code: Any, subject: Any, day: Any, person_id: Any, amount: Any, one: Any, two: Any = ""
) -> Rows:
    columns = (
        ("id", key), ("court_code", court_code), ("subject", subject), ("day", day), ("person_id", person_id),
        ("amount", amount), ("one", one), ("two", literal(two) if isinstance(two, str) else two),
    )  # fmt: skip
    return select(*(column.label(name) for name, column in columns))


# ---- bounds


class Spell(NamedTuple):
    """From which day to which the same bounds were in force in a court."""

    court_code: str
    first: date
    last: date
    bounds: Bounds


def spells(courts: Iterable[str], first: date, last: date) -> list[Spell]:
    """Which bounds were in force in each court on the days of a span, one after the other."""
    codes = sorted(courts)
    issued = db.session.scalars(
        select(ExceptionBounds)
        .where(ExceptionBounds.court_code.in_(codes), ExceptionBounds.effective_from <= last)
        .order_by(ExceptionBounds.court_code, ExceptionBounds.effective_from)
    )
    of_court = {code: [one.bounds for one in found] for code, found in groupby(issued, lambda one: one.court_code)}
    found = []
    for code in codes:
        until = last
        for bounds in [*reversed(of_court.get(code, ())), Bounds()]:
            since = max(first, bounds.effective_from or first)
            if since <= until:
                found.append(Spell(code, since, until, bounds))
                until = since - timedelta(days=1)
    return sorted(found, key=lambda spell: spell[:2])


def bounds_on(courts: Iterable[str], day: date) -> dict[str, Bounds]:
    """The bounds in force in each court on a day: as it issued them, or those of the house."""
    return {spell.court_code: spell.bounds for spell in spells(courts, day, day)}


def bounds_by_courts(span: Span) -> list[tuple[Bounds, list[str]]]:
    """The bounds in force on the last day of a span, each with the courts where they are."""
    courts_of: dict[Bounds, list[str]] = {}
    for code, bounds in bounds_on(span.courts, span.last).items():
        courts_of.setdefault(bounds, []).append(code)
    return list(courts_of.items())


def latest_bounds(court_code: str) -> ExceptionBounds | None:
    """The issue that begins last, in force already or not."""
    return db.session.scalar(
        select(ExceptionBounds)
        .where(ExceptionBounds.court_code == court_code)
        .order_by(ExceptionBounds.effective_from.desc())
        .limit(1)
    )


def issues(scope: frozenset[str]) -> Select[Any]:
    """The query of the history of bounds."""
    return select(ExceptionBounds).where(ExceptionBounds.court_code.in_(scope))


def issue(bounds_id: int, scope: frozenset[str]) -> ExceptionBounds:
    found = db.session.get(ExceptionBounds, bounds_id)
    if found is None or found.court_code not in scope:
        raise NotFound("没有找到该次发布的疑点关注线，请返回列表重新选择。")
    return found


def _up_to(court_code: Any, day: Any, last: Mapping[str, date]) -> ColumnElement[bool]:
    """What happened in each court up to a day of its own."""
    days = sorted(set(last.values()))
    return or_(false(), *(court_code.in_(_with(last, one)) & (day <= one) for one in days))


def _told(court_code: Any, words: Mapping[str, str]) -> ColumnElement[str]:
    """The word of each court."""
    return case(*((court_code.in_(_with(words, word)), word) for word in sorted(set(words.values()))), else_="")


def _with(of_courts: Mapping[str, Any], wanted: Any) -> list[str]:
    return [code for code, found in of_courts.items() if found == wanted]


# ---- money left lying


def _advance_overdue(span: Span) -> Rows:
    """What is outstanding by the books beyond the bound of its court: advances, and what the books were opened with."""
    found = outstanding_claims(span.courts, span.last).subquery().c
    is_advance = found.kind == ClaimKind.ADVANCE.value
    bounds = bounds_on(span.courts, span.last)
    months = {code: str(one.months_outstanding) for code, one in bounds.items()}
    too_old = {code: one.last_outstanding(span.last) for code, one in bounds.items()}
    subject = case((is_advance, _named("advance", found.record_id)), else_=_named("case", found.record_id))
    return (
        _line(
            2 * found.record_id + case((is_advance, 0), else_=1), found.court_code, subject, _text(found.day),
            func.coalesce(Advance.prepared_by_id, Case.handler_id), found.left, found.number,
            _told(found.court_code, months),
        )
        .join(Case, Case.id == found.case_id)
        .outerjoin(Advance, is_advance & (Advance.id == found.record_id))
        .where(_up_to(found.court_code, found.day, too_old))
    )  # fmt: skip


def _case_money_overdue(span: Span) -> Rows:
    return _held_since(span, dict.fromkeys(span.courts, rules.last_overdue(span.last)))


def _case_money_stale(span: Span) -> Rows:
    bounds = bounds_on(span.courts, span.last)
    months = {code: str(one.months_held) for code, one in bounds.items()}
    too_old = {code: one.last_held(span.last) for code, one in bounds.items()}
    return _held_since(span, too_old, _told(Case.court_code, months))


def _held_since(span: Span, until: Mapping[str, date], two: Any = "") -> Rows:
    """Cases that still hold money which came in by a day of their court: what came first was paid out first."""
    came, went = _came(until), _went(span)
    held = type_coerce(came.c.amount - func.coalesce(went.c.amount, _NOTHING), MoneyColumn)
    return (
        _line(
            Case.id, Case.court_code, _named("case", Case.id), _text(came.c.day), Case.handler_id, held, Case.number,
            two,
        )
        .join(came, came.c.case_id == Case.id)
        .outerjoin(went, went.c.case_id == Case.id)
        .where(held > ZERO)
    )  # fmt: skip


def _came(until: Mapping[str, date]) -> Subquery:
    """By case: what came in up to a day of its court, and with what the books began."""
    received = select(CaseReceipt.case_id, CaseReceipt.business_date.label("day"), CaseReceipt.amount).where(
        _up_to(CaseReceipt.court_code, CaseReceipt.business_date, until),
        CaseReceipt.status == CaseReceiptStatus.CONFIRMED,
    )
    begun_with = (
        select(record_id(OpeningLine.case_ref, "case").label("case_id"), Opening.day, OpeningLine.amount)
        .join(Opening, Opening.id == OpeningLine.opening_id)
        .where(_up_to(Opening.court_code, Opening.day, until), Opening.status.in_(STANDING))
        .where(OpeningLine.account == Account.CASE_MONEY, OpeningLine.case_ref != "")
    )
    all_money = all_of(received, begun_with).subquery()
    amount = func.sum(all_money.c.amount).label("amount")
    return select(all_money.c.case_id, func.max(all_money.c.day).label("day"), amount).group_by("case_id").subquery()


def _went(span: Span) -> Subquery:
    """By case: what was paid out, and what went back to the fund."""
    paid = select(Payout.case_id, Payout.amount).where(
        span.holds(Payout.court_code), Payout.status == PayoutStatus.PAID, Payout.paid_on <= span.last
    )
    returned = select(Allocation.case_id, Allocation.fund).where(
        span.holds(Allocation.court_code), Allocation.business_date <= span.last
    )
    both = all_of(paid, returned).subquery()
    return select(both.c.case_id, func.sum(both.c.amount).label("amount")).group_by(both.c.case_id).subquery()


# ---- whom and how much


def _above_ceiling(span: Span) -> Rows:
    earlier = aliased(TermsIssue)
    in_force = (
        select(func.max(earlier.effective_from))
        .where(earlier.court_code == Advance.court_code, earlier.effective_from <= Advance.requested_on)
        .correlate(Advance)
        .scalar_subquery()
    )
    too_much = or_(
        Case.claim > TermsIssue.ceiling,
        Advance.amount > TermsIssue.ceiling,
        (Case.claim == TermsIssue.ceiling) & TermsIssue.ceiling_included.is_(False),
    )
    return (
        _line(
            Advance.id, Advance.court_code, _named("advance", Advance.id), _text(Advance.requested_on),
            Advance.prepared_by_id, Advance.amount, Case.number, TermsIssue.document,
        )
        .join(Case, Case.id == Advance.case_id)
        .join(TermsIssue, (TermsIssue.court_code == Advance.court_code) & (TermsIssue.effective_from == in_force))
        .where(span.holds(Advance.court_code), span.spans(Advance.requested_on), Advance.status.not_in(_DEAD))
        .where(too_much)
    )  # fmt: skip


def _duplicate_claimant(span: Span) -> Rows:
    alive = (span.holds(Advance.court_code), Advance.status.not_in(_DEAD), Advance.requested_on <= span.last)
    several = (
        select(Party.identity_index, func.count(Advance.id).label("count"))
        .join(Advance, Advance.creditor_id == Party.id)
        .where(*alive)
        .group_by(Party.identity_index)
        .having(func.count(Advance.id) > 1)
        .subquery()
    )
    return (
        _line(
            Advance.id, Advance.court_code, _named("advance", Advance.id), _text(Advance.requested_on),
            Advance.prepared_by_id, Advance.amount, Case.number, _text(several.c.count),
        )
        .join(Case, Case.id == Advance.case_id)
        .join(Party, Party.id == Advance.creditor_id)
        .join(several, several.c.identity_index == Party.identity_index)
        .where(*alive)
    )  # fmt: skip


def _duplicate_account(span: Span) -> Rows:
    return _accounts_of_several(span, Party.case_id)


def _shared_account(span: Span) -> Rows:
    return _accounts_of_several(span, Party.identity_index)


def _accounts_of_several(span: Span, owner: Any) -> Rows:
    """The accounts whose number is registered for several of something."""
    count = func.count(owner.distinct())
    several = (
        select(PayeeAccount.number_index, count.label("count"))
        .join(Party, Party.id == PayeeAccount.party_id)
        .where(*_registered(span))
        .group_by(PayeeAccount.number_index)
        .having(count > 1)
        .subquery()
    )
    return _account(span, _text(several.c.count)).join(several, several.c.number_index == PayeeAccount.number_index)


def _registered(span: Span) -> tuple[ColumnElement[bool], ...]:
    by_then = _local_day(PayeeAccount.registered_at) <= span.last.isoformat()
    return span.holds(PayeeAccount.court_code), by_then


def _account(span: Span, two: Any = "", *, person_id: Any = PayeeAccount.registered_by_id) -> Rows:
    return (
        _line(
            PayeeAccount.id, PayeeAccount.court_code, _named("case", Party.case_id),
            _local_day(PayeeAccount.registered_at), person_id, null(), PayeeAccount.number_mask, two,
        )
        .join(Party, Party.id == PayeeAccount.party_id)
        .where(*_registered(span))
    )  # fmt: skip


def _others_account(span: Span) -> Rows:
    return _account(span).where(PayeeAccount.holder != Party.name)


def _staff_account(span: Span) -> Rows:
    """Found by the party's name, which has an index; an account in another's name is the question before this one.
    Whose sign-in was stopped is still asked for: what he did while he worked here does not go away with him."""
    same_name = (
        select(func.min(User.id)).where(User.name == PayeeAccount.holder, span.holds(User.court_code)).scalar_subquery()
    )
    staff = select(User.name).where(span.holds(User.court_code))
    return _account(span, person_id=same_name).where(Party.name.in_(staff), PayeeAccount.holder == Party.name)


# ---- acts


def _attempts(kind: Kind) -> Callable[[Span], Rows]:
    start = f'{{"attempt":"{rules.ATTEMPTS[kind].value}"'

    def attempts(span: Span) -> Rows:
        return _act(span, TrailEntry.facts).where(
            ATTEMPTS_ONLY,
            func.substr(TrailEntry.facts, 1, len(start)) == start,
            _happened(TrailEntry.recorded_at, span),
        )

    return attempts


def _act(span: Span, one: Any, two: Any = "") -> Rows:
    return _line(
        TrailEntry.id, TrailEntry.court_code, TrailEntry.subject, _local_day(TrailEntry.recorded_at),
        TrailEntry.actor_id, null(), one, two,
    ).where(span.holds(TrailEntry.court_code))  # fmt: skip


def _after_hours(span: Span) -> Rows:
    """Weekends, holidays, mornings and evenings by the court's clocks, and by its office hours of that day."""
    at, day = _LocalTime(TrailEntry.recorded_at), _local_day(TrailEntry.recorded_at)
    hour = func.substr(at, 12, 5)
    courts_of: dict[tuple[str, ...], list[str]] = {}
    for code, first, last, bounds in spells(span.courts, span.first, span.last):
        hours = (f"{bounds.office_from:%H:%M}", f"{bounds.office_to:%H:%M}")
        courts_of.setdefault((first.isoformat(), last.isoformat(), *hours), []).append(code)
    late = or_(
        day.in_([one.isoformat() for one in rules.closed_days(span.first, span.last)]),
        *(
            TrailEntry.court_code.in_(codes) & day.between(first, last) & or_(hour < opens, hour >= closes)
            for (first, last, opens, closes), codes in courts_of.items()
        ),
    )
    watched = TrailEntry.event.in_(sorted(rules.WATCHED_ACTS, key=lambda event: event.value))
    return _act(span, at, _text(TrailEntry.event)).where(watched, _happened(TrailEntry.recorded_at, span), late)


# ---- vouchers


def _voucher_late(span: Span) -> Rows:
    return _line(
        Voucher.id, Voucher.court_code, _named("voucher", Voucher.id), _text(Voucher.posted_on), Voucher.booked_by_id,
        Voucher.total, _text(Voucher.business_date), _text(Voucher.posted_on),
    ).where(
        span.holds(Voucher.court_code), span.spans(Voucher.posted_on), Voucher.posted_on > Voucher.business_date
    )  # fmt: skip


def _voucher_gap(span: Span) -> Rows:
    """A voucher before which numbers are missing, among all or in its kind."""
    of_kind = (Voucher.court_code, Voucher.year, Voucher.kind)
    before = func.lag(Voucher.number, 1, 0).over(partition_by=of_kind[:2], order_by=Voucher.number)
    kind_before = func.lag(Voucher.kind_number, 1, 0).over(partition_by=of_kind, order_by=Voucher.kind_number)
    counted = (
        select(
            Voucher.id, Voucher.court_code, Voucher.posted_on, Voucher.booked_by_id, Voucher.total,
            (Voucher.number - before - 1).label("missing"),
            (Voucher.kind_number - kind_before - 1).label("kind_missing"),
        )
        .where(span.holds(Voucher.court_code), Voucher.year == span.year, Voucher.posted_on <= span.last)
        .subquery()
    )  # fmt: skip
    found = counted.c
    return _line(
        found.id, found.court_code, _named("voucher", found.id), _text(found.posted_on), found.booked_by_id,
        found.total, _text(found.missing), _text(found.kind_missing),
    ).where(or_(found.missing > 0, found.kind_missing > 0))  # fmt: skip


QUESTIONS: dict[Kind, Callable[[Span], Rows]] = {
    Kind.ADVANCE_OVERDUE: _advance_overdue,
    Kind.CASE_MONEY_OVERDUE: _case_money_overdue,
    Kind.CASE_MONEY_STALE: _case_money_stale,
    Kind.ABOVE_CEILING: _above_ceiling,
    Kind.DUPLICATE_CLAIMANT: _duplicate_claimant,
    Kind.DUPLICATE_ACCOUNT: _duplicate_account,
    Kind.SHARED_ACCOUNT: _shared_account,
    Kind.OTHERS_ACCOUNT: _others_account,
    Kind.STAFF_ACCOUNT: _staff_account,
    **{kind: _attempts(kind) for kind in rules.ATTEMPTS},
    Kind.AFTER_HOURS: _after_hours,
    Kind.VOUCHER_LATE: _voucher_late,
    Kind.VOUCHER_GAP: _voucher_gap,
}


def question(kind: Kind, span: Span) -> tuple[Rows, Any]:
    """The query of one kind's lines, and its key."""
    rows = QUESTIONS[kind](span).subquery()
    return select(rows), rows.c.id


def line(kind: Kind, row: Any) -> Line:
    return Line(
        kind, row.court_code, row.subject, row.day, row.person_id, row.amount, rules.sentence(kind, row.one, row.two)
    )


def lines(span: Span) -> Sequence[Line]:
    """Every line of every kind, for the workbook."""
    asked = [(kind, *question(kind, span)) for kind in Kind]
    return [line(kind, row) for kind, rows, key in asked for row in db.session.execute(rows.order_by(key))]


def counts(span: Span) -> dict[Kind, int]:
    """How many lines each kind has."""
    found = {kind: select(func.count()).select_from(QUESTIONS[kind](span).subquery()) for kind in Kind}
    return {kind: db.session.scalar(query) or 0 for kind, query in found.items()}


def years(courts: Sequence[str]) -> list[int]:
    """The years that may be asked of: those with vouchers, and this one; newest first."""
    with_vouchers = db.session.scalars(select(Voucher.year).where(Voucher.court_code.in_(courts)).distinct())
    return sorted({*with_vouchers, clock.today().year}, reverse=True)


def person(user_id: int | None) -> str:
    """Whose act it was, by name."""
    return "" if user_id is None else db.session.get_one(User, user_id).name
