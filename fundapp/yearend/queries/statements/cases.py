"""案件统计表: cases, requests, payments and recoveries, up to the end of a year and within it."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Select, String, cast, func, literal, select, type_coerce

from fundapp.advances.models import Advance, AdvancePayment
from fundapp.approvals.models import Decision
from fundapp.approvals.rules import Outcome
from fundapp.cases.models import Case
from fundapp.core import clock
from fundapp.core.columns import MoneyColumn
from fundapp.core.db import db
from fundapp.core.money import Money, plain, total, yuan
from fundapp.core.statements import Note, Statement, statement
from fundapp.core.words import N_
from fundapp.courts import queries as courts
from fundapp.eligibility import queries as eligibility
from fundapp.eligibility.rules import DEFAULT_CEILING
from fundapp.ledger.models import Reservation, Voucher
from fundapp.recovery.models import Allocation
from fundapp.recovery.queries.claims import claims
from fundapp.yearend.queries.statements.bounds import notes_of, year_end
from fundapp.yearend.queries.statements.sources import flows
from fundapp.yearend.rules import statements as rules
from fundapp.yearend.rules.statements import Counted, Flows, Item

Rows = Select[*tuple[Any, ...]]


@statement("cases", N_("案件统计表"), N_("立案、申请、批准、不予垫付、付款、收回和垫付终结的件数和金额。"), place=50)
def of_cases(codes: Sequence[str], year: int) -> Statement:
    ends = [up_to(codes, which, terms_of=year) for which in (year, year - 1, year - 2)]
    stood = [claims(codes, year_end(which)) for which in (year, year - 1)]
    moved = list(flows(codes, year).values())
    return rules.cases_statement(
        ends,
        [Counted(len(found), total(claim.left for claim in found)) for found in stood],
        moved=Flows(advanced=total(one.advanced for one in moved), recovered=total(one.recovered for one in moved)),
        notes=[*_notes(codes, year), *notes_of(codes, year)],
    )


def _ceiling(code: str, year: int) -> tuple[Money, bool]:
    """The ceiling of a court's terms at the end of a year, and whether it is included; the usual one without terms."""
    terms = eligibility.terms_in_force(code, year_end(year))
    return (yuan(DEFAULT_CEILING), False) if terms is None else (terms.ceiling, terms.ceiling_included)


def _notes(codes: Sequence[str], year: int) -> Iterator[Note]:
    yield Note(
        N_("立案和垫付终结按案件登记的日期，申请按申请日期，批准和不予垫付按决定日期，付款和收回按记账日期统计。")
    )
    by_ceiling: dict[tuple[Money, bool], list[str]] = {}
    for code in codes:
        by_ceiling.setdefault(_ceiling(code, year), []).append(courts.name(code))
    for (ceiling, is_included), names in by_ceiling.items():
        told = {"courts": "、".join(names) if len(by_ceiling) > 1 else "", "amount": plain(ceiling)}
        yield Note(
            N_("%(courts)s年末垫付上限%(amount)s元（含本数），上年数按同一上限统计。")
            if is_included
            else N_("%(courts)s年末垫付上限%(amount)s元（不含本数），上年数按同一上限统计。"),
            told,
        )


def up_to(codes: Sequence[str], year: int, *, terms_of: int) -> dict[Item, Counted]:
    """How many, and how much, of everything that had happened by the end of a year.

    Args:
        terms_of: the year by whose terms, at its end, cases are under the ceiling.
    """
    found = {item: _counted(query) for item, query in _happened(codes, year)}
    found[Item.UNDER_CEILING] = sum((_under_ceiling(code, year, terms_of) for code in codes), Counted())
    return found


def _counted(query: Rows) -> Counted:
    rows = query.subquery()
    count, amount = db.session.execute(
        select(func.count(), type_coerce(func.coalesce(func.sum(rows.c.amount), 0), MoneyColumn)).select_from(rows)
    ).one()
    return Counted(count, amount)


def _happened(codes: Sequence[str], year: int) -> Iterator[tuple[Item, Rows]]:
    day, (_, after) = year_end(year), clock.year_bounds(year)
    claimed = select(Case.claim.label("amount")).where(Case.court_code.in_(codes))
    asked = select(Advance.amount.label("amount")).where(Advance.court_code.in_(codes))
    refused = select(Decision.subject).where(
        Decision.court_code.in_(codes), Decision.outcome == Outcome.REFUSED, Decision.decided_at < after
    )
    yield Item.FILED, claimed.where(Case.filed_on <= day)
    yield Item.CONCLUDED, claimed.where(Case.concluded_by_advance_on <= day)
    yield Item.REQUESTED, asked.where(Advance.requested_on <= day)
    yield (
        Item.APPROVED,
        select(Reservation.amount.label("amount")).where(
            Reservation.court_code.in_(codes), Reservation.name.startswith("advance:"), Reservation.opened_at < after
        ),
    )
    yield Item.REFUSED, asked.where((literal("advance:") + cast(Advance.id, String)).in_(refused))
    paid = select(AdvancePayment.amount.label("amount")).join(Voucher, Voucher.id == AdvancePayment.voucher_id)
    yield Item.PAID, paid.where(AdvancePayment.court_code.in_(codes), Voucher.posted_on <= day)
    back = select(Allocation.fund.label("amount")).join(Voucher, Voucher.id == Allocation.voucher_id)
    yield Item.RECOVERED, back.where(Allocation.court_code.in_(codes), Voucher.posted_on <= day)
    yield Item.RECOVERED_WHOLE, _whole(codes, year)


def _whole(codes: Sequence[str], year: int) -> Rows:
    """The advances that had come back whole."""
    return (
        select(AdvancePayment.amount.label("amount"))
        .join(Allocation, Allocation.advance_id == AdvancePayment.advance_id)
        .join(Voucher, Voucher.id == Allocation.voucher_id)
        .where(AdvancePayment.court_code.in_(codes), Voucher.posted_on <= year_end(year))
        .group_by(AdvancePayment.id, AdvancePayment.amount)
        .having(func.sum(Allocation.fund) == AdvancePayment.amount)
    )


def _under_ceiling(code: str, year: int, terms_of: int) -> Counted:
    ceiling, is_included = _ceiling(code, terms_of)
    is_under = Case.claim <= ceiling if is_included else Case.claim < ceiling
    claimed = select(Case.claim.label("amount"))
    return _counted(claimed.where(Case.court_code == code, Case.filed_on <= year_end(year), is_under))
