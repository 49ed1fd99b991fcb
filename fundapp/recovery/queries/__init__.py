"""Reads of what came back, and what is still out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeAlias

from sqlalchemy import Select, Subquery, func, literal, select, type_coerce
from sqlalchemy import case as by_case

from fundapp.advances import queries as advances
from fundapp.advances.models import Advance, AdvancePayment
from fundapp.advances.rules import AdvanceStatus
from fundapp.cases.models import Case, Party
from fundapp.cases.rules import PartyRole
from fundapp.core.columns import MoneyColumn
from fundapp.core.db import db
from fundapp.core.money import ZERO, Money, total
from fundapp.custody import queries as custody
from fundapp.custody.models import CaseReceipt
from fundapp.custody.rules import CaseReceiptStatus
from fundapp.eligibility.rules import RecoveryOrder
from fundapp.ledger.models import PostingLine
from fundapp.ledger.rules import Account
from fundapp.recovery import rules
from fundapp.recovery.models import Allocation

Receipt: TypeAlias = CaseReceipt
Rows: TypeAlias = Select[*tuple[Any, ...]]
_NOTHING = literal(ZERO, MoneyColumn())
_FUND_MONEY = (Account.FUND_BANK, Account.CASH)


def outstanding(advance_id: int) -> Money:
    """未收回: what was paid as this advance and has not come back."""
    payment = advances.payment_of(advance_id)
    return ZERO if payment is None else payment.amount - _recovered([advance_id]).get(advance_id, ZERO)


def _recovered(advance_ids: Sequence[int]) -> dict[int, Money]:
    rows = db.session.execute(
        select(Allocation.advance_id, func.sum(Allocation.fund))
        .where(Allocation.advance_id.in_(advance_ids))
        .group_by(Allocation.advance_id)
    )
    return dict(rows.all())


def recovered_in(scope: frozenset[str]) -> Money:
    """已收回: everything that ever came back to these courts' funds."""
    return db.session.scalar(select(func.sum(Allocation.fund)).where(Allocation.court_code.in_(scope))) or ZERO


def outstanding_in(scope: frozenset[str]) -> Money:
    """未收回 of these courts together."""
    return advances.paid_in(scope) - recovered_in(scope)


def recovered_in_full(scope: frozenset[str]) -> int:
    """How many advances of these courts came back whole."""
    whole = (
        select(AdvancePayment.advance_id)
        .join(Allocation, Allocation.advance_id == AdvancePayment.advance_id)
        .where(AdvancePayment.court_code.in_(scope))
        .group_by(AdvancePayment.advance_id, AdvancePayment.amount)
        .having(func.sum(Allocation.fund) == AdvancePayment.amount)
    )
    return db.session.scalar(select(func.count()).select_from(whole.subquery())) or 0


def allocations_of(advance_id: int) -> Sequence[Allocation]:
    return db.session.scalars(
        select(Allocation).where(Allocation.advance_id == advance_id).order_by(Allocation.id)
    ).all()


def unallocated(scope: frozenset[str], *, text: str | None = None) -> Select[Any]:
    """The query of the receipts that wait to be split."""
    return custody.receipts(scope, text=text, is_unallocated=True)


@dataclass(frozen=True)
class Standing:
    """Where the recovery of one case stands before a receipt is split.

    Attributes:
        owed: each paid advance of the case with what of it is still out, the earliest first.
        version: changes whenever the case or its allocations do; what was previewed is what is allocated.
    """

    order: RecoveryOrder
    owed: list[tuple[Advance, Money]]
    creditor_rest: Money
    since: date
    version: int

    @property
    def outstanding(self) -> Money:
        return total(due for _, due in self.owed)


def standing(case: Case) -> Standing | None:
    """Where the recovery of a case stands; None when the fund has paid nothing in it."""
    paid = [advance for advance in reversed(advances.of_case(case.id)) if advance.status is AdvanceStatus.PAID]
    if not paid:
        return None
    payments = {advance.id: advance.payment for advance in paid}
    back = _recovered([advance.id for advance in paid])
    money = custody.case_money(case)
    count = db.session.scalar(select(func.count()).select_from(Allocation).where(Allocation.case_id == case.id))
    advanced = {found.advance_id: found.amount for found in payments.values() if found is not None}
    return Standing(
        order=paid[0].recovery_order,
        owed=[(advance, advanced[advance.id] - back.get(advance.id, ZERO)) for advance in paid],
        creditor_rest=rules.creditor_rest(
            case.claim,
            advanced=total(advanced.values()),
            received_before=money.creditors_own,
            allocated=money.creditor_parts,
        ),
        since=min(found.paid_on for found in payments.values() if found is not None),
        version=case.version + (count or 0),
    )


@dataclass(frozen=True)
class Proposal:
    """How a receipt would be split now, and the first day on which that may be booked."""

    standing: Standing
    parts: rules.Parts
    earliest: date


def proposal(receipt: CaseReceipt) -> Proposal:
    """How this receipt is to be split as things stand.

    Raises:
        RuleViolation: not confirmed, allocated before, nothing was advanced, or a debtor in bankruptcy.
    """
    rules.check_allocatable(
        is_confirmed=receipt.status is CaseReceiptStatus.CONFIRMED,
        is_allocated=receipt.is_allocated,
        is_in_bankruptcy=receipt.case.is_in_bankruptcy,
    )
    found = standing(receipt.case) if receipt.needs_allocation else None
    rules.check_advanced(found is not None, opening_claim=custody.opening_claim(receipt.case))
    assert found is not None
    parts = rules.split_recovery(
        receipt.amount, outstanding=found.outstanding, creditor_rest=found.creditor_rest, order=found.order
    )
    return Proposal(found, parts, max(receipt.business_date, found.since))


def owed_to_sources(case_subject: str) -> list[tuple[str, Money]]:
    """What each source has paid for a case and not got back, by the books, the earliest registered source first."""
    signed = by_case((PostingLine.credit.in_(_FUND_MONEY), PostingLine.amount), else_=-PostingLine.amount)
    rows = db.session.execute(
        select(PostingLine.source_ref, type_coerce(func.sum(signed), MoneyColumn))
        .where(
            PostingLine.case_ref == case_subject,
            PostingLine.source_ref.is_not(None),
            PostingLine.credit.in_(_FUND_MONEY) != PostingLine.debit.in_(_FUND_MONEY),
        )
        .group_by(PostingLine.source_ref)
    )
    owed = [(source, amount) for source, amount in rows if source is not None and amount > ZERO]
    return sorted(owed, key=lambda item: int(item[0].rpartition(":")[2]))


def _came_back() -> Subquery:
    fund = func.sum(Allocation.fund).label("fund")
    return select(Allocation.advance_id, fund).group_by(Allocation.advance_id).subquery()


def recoveries(
    scope: frozenset[str], *, text: str | None = None, is_open: bool = False, order: RecoveryOrder | None = None
) -> tuple[Rows, Any]:
    """The query of the paid advances, each row with ``advanced``, ``recovered`` and ``outstanding``, and its key."""
    back = _came_back()
    recovered = func.coalesce(back.c.fund, _NOTHING)
    left = type_coerce(AdvancePayment.amount - recovered, MoneyColumn)
    query: Rows = (
        select(
            Advance.id,
            Advance,
            AdvancePayment.paid_on,
            AdvancePayment.amount.label("advanced"),
            type_coerce(recovered, MoneyColumn).label("recovered"),
            left.label("outstanding"),
        )
        .join(AdvancePayment, AdvancePayment.advance_id == Advance.id)
        .outerjoin(back, back.c.advance_id == Advance.id)
        .where(Advance.court_code.in_(scope))
    )
    if is_open:
        query = query.where(left > ZERO)
    if order is not None:
        query = query.where(Advance.recovery_order == order)
    if text:
        named = select(Party.case_id).where(Party.name.contains(text, autoescape=True))
        numbered = select(Case.id).where(Case.number.contains(text, autoescape=True))
        query = query.where(Advance.case_id.in_(named) | Advance.case_id.in_(numbered))
    return query, Advance.id


def outstanding_by_debtor(scope: frozenset[str], *, text: str | None = None) -> tuple[Rows, Any]:
    """The query of who owes the fund, with his cases and what of them is out, and its key.

    A debtor is known by his identity number across the cases of a court. Debtors who owe jointly each stand for the
    whole, so that the rows do not add up to what is out altogether.
    """
    back = _came_back()
    advanced = func.sum(AdvancePayment.amount)
    recovered = func.coalesce(func.sum(back.c.fund), _NOTHING)
    left = type_coerce(advanced - recovered, MoneyColumn)
    query = (
        select(
            func.min(Party.id).label("id"),
            Party.court_code.label("court_code"),
            func.min(Party.name).label("name"),
            func.min(Party.identity_mask).label("identity_mask"),
            func.count(Advance.case_id.distinct()).label("cases"),
            type_coerce(advanced, MoneyColumn).label("advanced"),
            type_coerce(recovered, MoneyColumn).label("recovered"),
            left.label("outstanding"),
        )
        .join(Advance, Advance.case_id == Party.case_id)
        .join(AdvancePayment, AdvancePayment.advance_id == Advance.id)
        .outerjoin(back, back.c.advance_id == Advance.id)
        .where(Party.role == PartyRole.DEBTOR, Party.court_code.in_(scope))
        .group_by(Party.court_code, Party.identity_index)
        .having(left > ZERO)
    )
    if text:
        query = query.where(Party.name.contains(text, autoescape=True))
    rows = query.subquery()
    return select(rows), rows.c.id
