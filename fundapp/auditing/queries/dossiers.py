"""Reads of one payment's file: everything that was kept of it, from the case to the last fen that came back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import joinedload, selectinload

from fundapp.advances import queries as advances
from fundapp.advances.models import Advance, AdvancePayment
from fundapp.approvals import queries as approvals
from fundapp.approvals.models import Decision
from fundapp.cases.models import Case, Party
from fundapp.cases.rules import PartyKind, masked_name
from fundapp.ceremonies.models import CeremonyLine
from fundapp.ceremonies.rules import PayeeStatus
from fundapp.core.db import db
from fundapp.core.errors import NotFound
from fundapp.custody import queries as custody
from fundapp.custody.models import CaseReceipt
from fundapp.custody.rules import CaseReceiptStatus
from fundapp.disbursement.models import BatchLine
from fundapp.ledger.models import Voucher
from fundapp.recovery import queries as recovery
from fundapp.recovery.models import Allocation
from fundapp.trail import queries as trail
from fundapp.trail.models import Attachment, TrailEntry
from fundapp.trail.rules import Event
from fundapp.users.models import User

LOOKS = frozenset({Event.DOSSIER_MADE, Event.CASE_REVEALED, Event.PARTY_REVEALED, Event.VOUCHER_PRINTED})
"""Who looked at a payment does not concern it; without these entries a dossier made twice is the same twice."""


@dataclass(frozen=True)
class File:
    """Everything that was kept of one payment."""

    advance: Advance
    payment: AdvancePayment
    prepared_by: str
    handler: str
    decisions: Sequence[Decision]
    papers: Sequence[Attachment]
    orders: Sequence[BatchLine]
    hand_overs: Sequence[CeremonyLine]
    receipts: Sequence[tuple[CaseReceipt, Allocation | None]]
    vouchers: Sequence[Voucher]
    entries: Sequence[TrailEntry]

    @property
    def masks(self) -> dict[str, str]:
        """What may not leave the court as it stands, with what is shown instead."""
        found = {}
        for party in self.advance.case.parties:
            if party.kind is PartyKind.PERSON:
                found[party.name] = masked_name(party.name)
            found[party.identity] = party.identity_mask
            if party.phone and party.phone_mask:
                found[party.phone] = party.phone_mask
            for account in party.accounts:
                found[account.number] = account.number_mask
        return found


def paid_advance(advance_id: int, scope: frozenset[str]) -> Advance:
    """An advance that was paid: only of a payment there is a dossier."""
    found = advances.advance(advance_id, scope)
    if found.payment is None:
        raise NotFound("该笔垫付尚未付款，还没有卷宗；请在付款后查阅。")
    return found


def file(advance_id: int, scope: frozenset[str]) -> File:
    """The file of one payment.

    Raises:
        NotFound: no such advance, or it was not paid.
    """
    advance = paid_advance(advance_id, scope)
    payment = advance.payment
    assert payment is not None
    orders = _orders(advance.id)
    hand_overs = _hand_overs(advance.id)
    receipts = _receipts(advance)
    vouchers = _vouchers(payment, receipts)
    return File(
        advance=advance,
        payment=payment,
        prepared_by=person(advance.prepared_by_id),
        handler=person(advance.case.handler_id),
        decisions=approvals.decisions(advance.subject),
        papers=trail.attachments(*_own_subjects(advance)),
        orders=orders,
        hand_overs=hand_overs,
        receipts=receipts,
        vouchers=vouchers,
        entries=_entries(advance, orders, hand_overs, receipts, vouchers),
    )


def _own_subjects(advance: Advance) -> list[str]:
    """The records of the payment that are its own: request, assessment, case, parties and their accounts."""
    parties = advance.case.parties
    accounts = [account.subject for party in parties for account in party.accounts]
    return [
        advance.subject,
        advance.case.subject,
        advance.assessment.subject,
        *(party.subject for party in parties),
        *accounts,
    ]


def _orders(advance_id: int) -> Sequence[BatchLine]:
    return db.session.scalars(
        select(BatchLine)
        .where(BatchLine.advance_id == advance_id)
        .options(joinedload(BatchLine.batch))
        .order_by(BatchLine.id)
    ).all()


def _hand_overs(advance_id: int) -> Sequence[CeremonyLine]:
    return db.session.scalars(
        select(CeremonyLine)
        .where(CeremonyLine.advance_id == advance_id, CeremonyLine.status.in_((PayeeStatus.PAID, PayeeStatus.ABSENT)))
        .options(joinedload(CeremonyLine.ceremony))
        .order_by(CeremonyLine.id)
    ).all()


def _receipts(advance: Advance) -> list[tuple[CaseReceipt, Allocation | None]]:
    """What the debtors paid in the case, what was cancelled too, each with the part of this advance in its split."""
    split = {made.receipt_id: made for made in recovery.allocations_of(advance.id)}
    return [
        (receipt, split.get(receipt.id))
        for receipt in custody.receipts_of(advance.case_id)
        if receipt.status in (CaseReceiptStatus.CONFIRMED, CaseReceiptStatus.CANCELLED)
    ]


def _vouchers(payment: AdvancePayment, receipts: Sequence[tuple[CaseReceipt, Allocation | None]]) -> Sequence[Voucher]:
    """The vouchers of payment and recovery, and those that correct them, in the order of the books."""
    ids = {payment.voucher_id}
    for receipt, made in receipts:
        ids |= {one for one in (receipt.voucher_id, made.voucher_id if made else None) if one}
    links = (Voucher.id, Voucher.reverses_id, Voucher.adjusts_id, Voucher.restates_id)
    return db.session.scalars(
        select(Voucher)
        .where(or_(*(link.in_(ids) for link in links)))
        .options(selectinload(Voucher.lines))
        .order_by(Voucher.year, Voucher.number)
    ).all()


def _entries(
    advance: Advance,
    orders: Sequence[BatchLine],
    hand_overs: Sequence[CeremonyLine],
    receipts: Sequence[tuple[CaseReceipt, Allocation | None]],
    vouchers: Sequence[Voucher],
) -> list[TrailEntry]:
    """The trail as far as it concerns the payment; of a ceremony, what concerns all of it or the payee's own line."""
    lines = {one.ceremony.subject: str(one.sequence) for one in hand_overs}
    subjects = [
        *_own_subjects(advance),
        *(one.subject for one in orders),
        *dict.fromkeys(one.batch.subject for one in orders),
        *lines,
        *(receipt.subject for receipt, _made in receipts),
        *(one.subject for one in vouchers),
    ]
    return [
        entry
        for entry in trail.history(*subjects)
        if entry.event not in LOOKS and entry.told.get("line", lines.get(entry.subject)) == lines.get(entry.subject)
    ]


def people_in(file: File) -> dict[int, str]:
    """The names of those who attached, handed over and split, by id."""
    ids = {paper.attached_by_id for paper in file.papers}
    ids |= {made.allocated_by_id for _receipt, made in file.receipts if made}
    ids |= {one for line in file.hand_overs for one in (line.first_staff_id, line.second_staff_id) if one}
    return dict(db.session.execute(select(User.id, User.name).where(User.id.in_(ids))).all())


def payments(
    scope: frozenset[str],
    *,
    court_code: str | None = None,
    first_day: date | None = None,
    last_day: date | None = None,
    text: str | None = None,
) -> Select[Any]:
    """The query of the list of dossiers: every paid advance."""
    query = (
        select(Advance)
        .join(AdvancePayment, AdvancePayment.advance_id == Advance.id)
        .where(Advance.court_code.in_(scope))
        .options(selectinload(Advance.payment))
    )
    if court_code:
        query = query.where(Advance.court_code == court_code)
    if first_day:
        query = query.where(AdvancePayment.paid_on >= first_day)
    if last_day:
        query = query.where(AdvancePayment.paid_on <= last_day)
    if text:
        named = select(Party.id).where(Party.name.contains(text, autoescape=True))
        numbered = select(Case.id).where(Case.number.contains(text, autoescape=True))
        query = query.where(or_(Advance.creditor_id.in_(named), Advance.case_id.in_(numbered)))
    return query


PAYMENTS_KEY = Advance.id


def dossiers_made(advance_subject: str) -> list[TrailEntry]:
    """The dossiers that were made of a payment, by their entries on the trail."""
    return [entry for entry in trail.history(advance_subject) if entry.event is Event.DOSSIER_MADE]


def person(user_id: int | None) -> str:
    """Whose act it was, by name."""
    return "" if user_id is None else db.session.get_one(User, user_id).name
