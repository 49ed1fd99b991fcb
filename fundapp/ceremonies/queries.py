"""Reads of ceremonies."""

import enum
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select

from fundapp.advances import queries as advances
from fundapp.advances.models import Advance
from fundapp.cases.models import PayeeAccount
from fundapp.cases.rules import ClaimCategory
from fundapp.ceremonies.models import Ceremony, CeremonyLine
from fundapp.ceremonies.rules import CashCount, CeremonyStatus, LineSource, Listed, Method, PayeeStatus
from fundapp.core.db import db
from fundapp.core.errors import NotFound
from fundapp.core.money import ZERO, Money, total
from fundapp.custody import queries as custody
from fundapp.custody.models import Payout
from fundapp.users import queries as users
from fundapp.users.models import User
from fundapp.users.rules import MATRIX, Permission, Role


def ceremony(ceremony_id: int, scope: frozenset[str]) -> Ceremony:
    found = db.session.get(Ceremony, ceremony_id)
    if found is None or found.court_code not in scope:
        raise NotFound("没有找到该兑现大会，请返回列表重新选择。")
    return found


def line(line_id: int, scope: frozenset[str]) -> CeremonyLine:
    found = db.session.get(CeremonyLine, line_id)
    if found is None or found.court_code not in scope:
        raise NotFound("没有找到名单中的这一行，请返回大会页面重新选择。")
    return found


def ceremonies(
    scope: frozenset[str],
    *,
    court_code: str | None = None,
    status: CeremonyStatus | None = None,
    year: int | None = None,
) -> Select[Any]:
    """The query of the list of ceremonies."""
    query = select(Ceremony).where(Ceremony.court_code.in_(scope))
    if court_code:
        query = query.where(Ceremony.court_code == court_code)
    if status is not None:
        query = query.where(Ceremony.status == status)
    if year is not None:
        query = query.where(Ceremony.held_on.between(date(year, 1, 1), date(year, 12, 31)))
    return query


def open_ceremony(court_code: str) -> Ceremony | None:
    """The court's ceremony that is going on, if there is one."""
    return db.session.scalar(
        select(Ceremony).where(Ceremony.court_code == court_code, Ceremony.status == CeremonyStatus.OPEN)
    )


def years(scope: frozenset[str]) -> list[int]:
    """The years in which these courts hold ceremonies, the last first."""
    first, last = db.session.execute(
        select(func.min(Ceremony.held_on), func.max(Ceremony.held_on)).where(Ceremony.court_code.in_(scope))
    ).one()
    return list(range(last.year, first.year - 1, -1)) if first else []


def lines(ceremony_id: int, *, text: str | None = None, status: PayeeStatus | None = None) -> Sequence[CeremonyLine]:
    """The list in its order, with case and payee.

    Args:
        text: a line's number on the list, the last number of a case, or part of the payee's name or the case number.
    """
    query = select(CeremonyLine).where(CeremonyLine.ceremony_id == ceremony_id).order_by(CeremonyLine.sequence)
    if status is not None:
        query = query.where(CeremonyLine.status == status)
    found = db.session.scalars(query).all()
    if not text:
        return found
    if text.isdigit():
        numbered = re.compile(rf"(^|\D){text}号$")
        return [one for one in found if text == str(one.sequence) or numbered.search(one.case.number)]
    return [one for one in found if text in one.payee.name or text in one.case.number]


def last_sequence(ceremony_id: int) -> int:
    return (
        db.session.scalar(select(func.max(CeremonyLine.sequence)).where(CeremonyLine.ceremony_id == ceremony_id)) or 0
    )


def listed(ceremony_id: int) -> list[Listed]:
    """The list as its digest covers it."""
    return [
        Listed(one.sequence, one.record, f"party:{one.payee_id}", one.amount, one.method) for one in lines(ceremony_id)
    ]


def count_with(ceremony_id: int, *statuses: PayeeStatus) -> int:
    """How many lines of the list stand at one of these."""
    return (
        db.session.scalar(
            select(func.count())
            .select_from(CeremonyLine)
            .where(CeremonyLine.ceremony_id == ceremony_id, CeremonyLine.status.in_(statuses))
        )
        or 0
    )


def cash_lines(ceremony_id: int, source: LineSource, *, status: PayeeStatus | None = None) -> Sequence[CeremonyLine]:
    """The lines of one kind of money for which cash is drawn, in the order of the list."""
    query = select(CeremonyLine).where(
        CeremonyLine.ceremony_id == ceremony_id, CeremonyLine.method == Method.CASH, CeremonyLine.source == source
    )
    if status is not None:
        query = query.where(CeremonyLine.status == status)
    return db.session.scalars(query.order_by(CeremonyLine.sequence)).all()


def reservations(advance_ids: Iterable[int]) -> list[str]:
    """The names of the reservations that keep these advances' money."""
    found = db.session.scalars(select(Advance).where(Advance.id.in_(list(advance_ids))).order_by(Advance.id))
    return [advance.reservation for advance in found.unique()]


def cash_counts(held: Ceremony, *, fund_returned: Money, case_returned: Money) -> list[CashCount]:
    """The cash of both kinds of money, with what was counted as left."""
    delivered = {
        source: total(one.amount for one in cash_lines(held.id, source, status=PayeeStatus.PAID))
        for source in LineSource
    }
    return [
        CashCount(LineSource.ADVANCE, held.fund_cash_drawn, delivered[LineSource.ADVANCE], fund_returned),
        CashCount(LineSource.CASE_MONEY, held.case_cash_drawn, delivered[LineSource.CASE_MONEY], case_returned),
    ]


def cash_drawn(held: Ceremony) -> list[CashCount]:
    """The cash of the kinds of money of which some was drawn, as it stands."""
    counts = cash_counts(held, fund_returned=held.fund_cash_returned, case_returned=held.case_cash_returned)
    return [count for count in counts if count.drawn > ZERO]


def people(held: Ceremony) -> dict[int | None, str]:
    """The names of who planned, froze and closed a ceremony, by their ids."""
    ids = [one for one in (held.planned_by_id, held.frozen_by_id, held.closed_by_id) if one is not None]
    names: dict[int | None, str] = {}
    names.update(db.session.execute(select(User.id, User.name).where(User.id.in_(ids))).all())
    return names


def ceremony_with(court_code: str, method: Method, reference: str) -> str | None:
    """The name of the ceremony at which the court used this receipt, or this line of the bank's statement."""
    column = CeremonyLine.receipt_number if method is Method.CASH else CeremonyLine.bank_reference
    return db.session.scalar(
        select(Ceremony.name)
        .join(CeremonyLine, CeremonyLine.ceremony_id == Ceremony.id)
        .where(CeremonyLine.court_code == court_code, column == reference)
    )


def used_in(line: CeremonyLine, reference: str) -> str | None:
    """Where the court used this receipt or line of the statement before: a ceremony, or a case paid elsewhere.

    Advances and case money have statements of their own, so each is looked for among its own payments.
    """
    found = ceremony_with(line.court_code, line.method, reference)
    if found is not None or line.method is Method.CASH:
        return found
    if line.advance_id is not None:
        payment = advances.payment_with(line.court_code, reference)
        return payment.advance.case.number if payment else None
    payout = custody.payout_with(line.court_code, reference)
    return payout.case.number if payout else None


def last_second_staff(ceremony_id: int, first_staff_id: int) -> int | None:
    """With whom this person last handed over at the ceremony: the two usually stay together."""
    return db.session.scalar(
        select(CeremonyLine.second_staff_id)
        .where(CeremonyLine.ceremony_id == ceremony_id, CeremonyLine.first_staff_id == first_staff_id)
        .order_by(CeremonyLine.paid_at.desc(), CeremonyLine.id.desc())
        .limit(1)
    )


def staff_names(ceremony_id: int) -> list[str]:
    """The names of those who handed over, in the order of their accounts."""
    handed = select(CeremonyLine.first_staff_id, CeremonyLine.second_staff_id).where(
        CeremonyLine.ceremony_id == ceremony_id, CeremonyLine.status == PayeeStatus.PAID
    )
    ids = {staff_id for pair in db.session.execute(handed.distinct()) for staff_id in pair}
    return list(db.session.scalars(select(User.name).where(User.id.in_(ids)).order_by(User.id)))


def hand_over_staff(court_code: str, *, but: int) -> list[User]:
    """The court's people who may hand over together with the one named ``but``."""
    roles = [role for role in Role if role in MATRIX[Permission.CEREMONY_HAND_OVER]]
    found = {one.id: one for role in roles for one in users.holders(court_code, role) if one.id != but}
    return [found[key] for key in sorted(found)]


def account_tails(ceremony_id: int) -> dict[int, str]:
    """The masked account of each line, as it was approved, by the line's id."""
    of_line = select(CeremonyLine.id, PayeeAccount.number_mask).where(CeremonyLine.ceremony_id == ceremony_id)
    through = (
        of_line.join(record, on).join(PayeeAccount, PayeeAccount.id == record.account_id)
        for record, on in (
            (Advance, Advance.id == CeremonyLine.advance_id),
            (Payout, Payout.id == CeremonyLine.payout_id),
        )
    )
    return {line_id: mask for query in through for line_id, mask in db.session.execute(query)}


ORDER: list[enum.Enum] = [*LineSource, *Method, *ClaimCategory, *PayeeStatus]


@dataclass(frozen=True)
class Part:
    """A part of a list: how many lines and how much, and how much of it is paid."""

    name: enum.Enum
    count: int
    amount: Money
    paid: Money


def parts_by(listed_lines: Sequence[CeremonyLine], attribute: str) -> list[Part]:
    """The list divided by one of its words: ``source``, ``method``, ``category`` or ``status``."""
    groups: dict[Any, list[CeremonyLine]] = {}
    for one in listed_lines:
        groups.setdefault(getattr(one, attribute), []).append(one)
    return [
        Part(
            name,
            len(group),
            total(one.amount for one in group),
            total(one.amount for one in group if one.status is PayeeStatus.PAID),
        )
        for name, group in sorted(groups.items(), key=lambda item: ORDER.index(item[0]))
    ]


@dataclass(frozen=True)
class Sums:
    """What one ceremony lists and has paid."""

    count: int
    amount: Money
    paid_count: int
    paid: Money


NOTHING = Sums(0, ZERO, 0, ZERO)


def sums(ceremony_id: int) -> Sums:
    """What this ceremony lists and has paid."""
    return _sums(CeremonyLine.ceremony_id == ceremony_id).get(ceremony_id, NOTHING)


def sums_in(scope: Iterable[str]) -> dict[int, Sums]:
    """What each ceremony of these courts lists and has paid; one without lines is not named."""
    return _sums(CeremonyLine.court_code.in_(list(scope)))


def _sums(which: ColumnElement[bool]) -> dict[int, Sums]:
    rows = db.session.execute(
        select(CeremonyLine.ceremony_id, CeremonyLine.status, func.count(), func.sum(CeremonyLine.amount))
        .where(which)
        .group_by(CeremonyLine.ceremony_id, CeremonyLine.status)
    )
    found: dict[int, Sums] = {}
    for ceremony_id, status, count, amount in rows:
        had = found.get(ceremony_id, NOTHING)
        is_paid = status is PayeeStatus.PAID
        found[ceremony_id] = Sums(
            had.count + count,
            had.amount + amount,
            had.paid_count + (count if is_paid else 0),
            had.paid + (amount if is_paid else ZERO),
        )
    return found


def paid_in(scope: Iterable[str], *, source: LineSource | None = None) -> Money:
    """What the ceremonies of these courts have handed out."""
    return db.session.scalar(select(func.sum(CeremonyLine.amount)).where(*_paid(scope, source))) or ZERO


def _paid(scope: Iterable[str], source: LineSource | None) -> list[ColumnElement[bool]]:
    of_source = [] if source is None else [CeremonyLine.source == source]
    return [CeremonyLine.court_code.in_(list(scope)), CeremonyLine.status == PayeeStatus.PAID, *of_source]


@dataclass(frozen=True)
class CategoryRow:
    """What one court handed out for one category of claims, from the fund and from case money."""

    court_code: str
    category: ClaimCategory
    count: int
    advances: Money
    case_money: Money

    @property
    def amount(self) -> Money:
        return self.advances + self.case_money


def rows_by_court_and_category(scope: Iterable[str], *, year: int | None = None) -> list[CategoryRow]:
    """The ledger of what was handed out, by court and category, in the order of the courts."""
    query = (
        select(
            CeremonyLine.court_code,
            CeremonyLine.category,
            CeremonyLine.source,
            func.count(),
            func.sum(CeremonyLine.amount),
        )
        .where(*_paid(scope, None))
        .group_by(CeremonyLine.court_code, CeremonyLine.category, CeremonyLine.source)
    )
    if year is not None:
        query = query.join(Ceremony, Ceremony.id == CeremonyLine.ceremony_id).where(
            Ceremony.held_on.between(date(year, 1, 1), date(year, 12, 31))
        )
    found: dict[tuple[str, ClaimCategory], dict[LineSource, tuple[int, Money]]] = {}
    for court_code, category, source, count, amount in db.session.execute(query):
        found.setdefault((court_code, category), {})[source] = (count, amount)
    nothing = (0, ZERO)
    order = list(ClaimCategory)
    return [
        CategoryRow(
            court_code,
            category,
            sum(count for count, _ in by_source.values()),
            by_source.get(LineSource.ADVANCE, nothing)[1],
            by_source.get(LineSource.CASE_MONEY, nothing)[1],
        )
        for (court_code, category), by_source in sorted(found.items(), key=lambda i: (i[0][0], order.index(i[0][1])))
    ]


@dataclass(frozen=True)
class Handed:
    """What was handed out, from the fund and from case money."""

    count: int
    advances: Money
    case_money: Money

    @property
    def amount(self) -> Money:
        return self.advances + self.case_money


def together(rows: Iterable[CategoryRow]) -> Handed:
    """These rows of the ledger in one."""
    kept = list(rows)
    return Handed(
        sum(row.count for row in kept),
        total(row.advances for row in kept),
        total(row.case_money for row in kept),
    )


def by_category(rows: Sequence[CategoryRow]) -> list[tuple[ClaimCategory, Handed]]:
    """The rows of all courts together, category by category."""
    groups = [(category, [row for row in rows if row.category is category]) for category in ClaimCategory]
    return [(category, together(group)) for category, group in groups if group]
