"""Reads of case money."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, or_, select

from fundapp.cases.models import Case, Party
from fundapp.cases.rules import PartyRole
from fundapp.core.db import db
from fundapp.core.errors import NotFound
from fundapp.core.money import ZERO, Money, total
from fundapp.custody import rules
from fundapp.custody.models import CaseAccount, CaseReceipt, Payout
from fundapp.custody.rules import LIVE, CaseReceiptStatus, PayoutStatus, Purpose
from fundapp.ledger import queries as books
from fundapp.ledger.rules import Account


def receipt(receipt_id: int, scope: frozenset[str]) -> CaseReceipt:
    found = db.session.get(CaseReceipt, receipt_id)
    if found is None or found.court_code not in scope:
        raise NotFound("没有找到该笔案款，请返回列表重新选择。")
    return found


def receipts(
    scope: frozenset[str],
    *,
    status: CaseReceiptStatus | None = None,
    text: str | None = None,
    case_id: int | None = None,
    is_unallocated: bool = False,
) -> Select[Any]:
    """The query of the list of receipts; ``text`` is part of a case number, payer or bank reference."""
    query = select(CaseReceipt).where(CaseReceipt.court_code.in_(scope))
    if status is not None:
        query = query.where(CaseReceipt.status == status)
    if case_id is not None:
        query = query.where(CaseReceipt.case_id == case_id)
    if is_unallocated:
        query = query.where(
            CaseReceipt.status == CaseReceiptStatus.CONFIRMED,
            CaseReceipt.needs_allocation,
            CaseReceipt.is_allocated.is_(False),
        )
    if text:
        query = query.where(
            or_(
                CaseReceipt.case_id.in_(select(Case.id).where(Case.number.contains(text, autoescape=True))),
                CaseReceipt.payer.contains(text, autoescape=True),
                CaseReceipt.bank_reference.contains(text, autoescape=True),
            )
        )
    return query


def receipts_of(case_id: int) -> Sequence[CaseReceipt]:
    return db.session.scalars(select(CaseReceipt).where(CaseReceipt.case_id == case_id).order_by(CaseReceipt.id)).all()


def receipt_with(court_code: str, bank_reference: str) -> CaseReceipt | None:
    return db.session.scalar(
        select(CaseReceipt).where(CaseReceipt.court_code == court_code, CaseReceipt.bank_reference == bank_reference)
    )


def receipt_booked_by(voucher_id: int) -> CaseReceipt | None:
    return db.session.scalar(select(CaseReceipt).where(CaseReceipt.voucher_id == voucher_id))


def payout(payout_id: int, scope: frozenset[str]) -> Payout:
    found = db.session.get(Payout, payout_id)
    if found is None or found.court_code not in scope:
        raise NotFound("没有找到该笔案款发放，请返回列表重新选择。")
    return found


def payouts(
    scope: frozenset[str],
    *,
    status: PayoutStatus | None = None,
    purpose: Purpose | None = None,
    text: str | None = None,
) -> Select[Any]:
    """The query of the list of payouts; ``text`` is part of a case number or of the payee's name."""
    query = select(Payout).where(Payout.court_code.in_(scope))
    if status is not None:
        query = query.where(Payout.status == status)
    if purpose is not None:
        query = query.where(Payout.purpose == purpose)
    if text:
        query = query.where(
            or_(
                Payout.case_id.in_(select(Case.id).where(Case.number.contains(text, autoescape=True))),
                Payout.payee_id.in_(select(Party.id).where(Party.name.contains(text, autoescape=True))),
            )
        )
    return query


def payouts_of(case_id: int) -> Sequence[Payout]:
    return db.session.scalars(select(Payout).where(Payout.case_id == case_id).order_by(Payout.id)).all()


def payout_with(court_code: str, bank_reference: str) -> Payout | None:
    """The payout that this line of the bank's statement paid, if there is one."""
    return db.session.scalar(
        select(Payout).where(Payout.court_code == court_code, Payout.bank_reference == bank_reference).limit(1)
    )


def ready_to_pay(court_code: str) -> Sequence[Payout]:
    """Approved payouts that nobody is paying yet."""
    return db.session.scalars(
        select(Payout)
        .where(Payout.court_code == court_code, Payout.status == PayoutStatus.APPROVED)
        .order_by(Payout.id)
    ).all()


def account_of(case_id: int) -> CaseAccount | None:
    return db.session.scalar(select(CaseAccount).where(CaseAccount.case_id == case_id))


def party_of(case: Case, party_id: int, role: PartyRole) -> Party | None:
    """The party of this case who stands in it as ``role``, or None when there is no such party."""
    found = db.session.get(Party, party_id)
    return found if found is not None and found.case_id == case.id and found.role is role else None


@dataclass(frozen=True)
class CaseMoney:
    """Where the money of one case stands; each figure in CNY.

    Attributes:
        opening: what the court's books began with; the creditor's without allocation.
        received: confirmed, whenever it came.
        received_before: of it, what came before the fund advanced, and so is the creditor's without allocation.
        unallocated: confirmed, to be split first, so that nobody may be paid from it yet.
        creditor_parts, refund_parts: what the allocations left with the case.
        requested: asked for and not decided.
        creditors: paid to creditors or still wanted for them; refunds likewise, before and after the advance.
        paid: paid out, to whomever.
        free: in the books for this case, less what is promised and what is not allocated.
        opening_claim: what the fund paid this case's creditors before these books began and is still owed; nothing
            here brings it back yet, so that as much of ``free`` stays with the case.
    """

    opening: Money
    received: Money
    received_before: Money
    unallocated: Money
    creditor_parts: Money
    refund_parts: Money
    requested: Money
    creditors: Money
    refunds_before: Money
    refunds_after: Money
    paid: Money
    free: Money
    opening_claim: Money

    @property
    def payable(self) -> Money:
        """What may be asked for, what waits for its decision included."""
        return rules.payable(self.free, opening_claim=self.opening_claim)

    @property
    def creditors_own(self) -> Money:
        """What is the creditors' without allocation."""
        return self.opening + self.received_before - self.refunds_before

    @property
    def left(self) -> dict[Purpose, Money]:
        """Once the fund has advanced: how much more may be asked for, for either purpose."""
        return {
            Purpose.CREDITOR: self.creditors_own + self.creditor_parts - self.creditors,
            Purpose.REFUND: self.refund_parts - self.refunds_after,
        }


def opening_claim(case: Case) -> Money:
    """What the fund paid this case's creditors before the court's books began, and is still owed."""
    return books.opening_of_case(case.court_code, Account.ADVANCES_RECEIVABLE, case.subject)


def opening_claims(cases: Iterable[Case]) -> list[tuple[Case, Money]]:
    """Those of these cases in which the fund is owed something since before the books began, each once."""
    claims = [(case, opening_claim(case)) for case in dict.fromkeys(cases)]
    return [(case, claim) for case, claim in claims if claim > ZERO]


def case_money(case: Case) -> CaseMoney:
    """Every figure of the case's money, in five reads."""
    came = db.session.execute(
        select(
            CaseReceipt.needs_allocation,
            CaseReceipt.is_allocated,
            func.sum(CaseReceipt.amount),
            func.sum(CaseReceipt.creditor_part),
            func.sum(CaseReceipt.refund_part),
        )
        .where(CaseReceipt.case_id == case.id, CaseReceipt.status == CaseReceiptStatus.CONFIRMED)
        .group_by(CaseReceipt.needs_allocation, CaseReceipt.is_allocated)
    ).all()
    went = db.session.execute(
        select(Payout.purpose, Payout.is_after_advance, Payout.status, func.sum(Payout.amount))
        .where(Payout.case_id == case.id, Payout.status.in_(LIVE))
        .group_by(Payout.purpose, Payout.is_after_advance, Payout.status)
    ).all()
    unallocated = total(amount for needed, done, amount, _, _ in came if needed and not done)

    def refunds(is_after: bool) -> Money:
        return total(amount for purpose, after, _, amount in went if purpose is Purpose.REFUND and after is is_after)

    return CaseMoney(
        opening=books.opening_of_case(case.court_code, Account.CASE_MONEY, case.subject),
        received=total(amount for _, _, amount, _, _ in came),
        received_before=total(amount for needed, _, amount, _, _ in came if not needed),
        unallocated=unallocated,
        creditor_parts=total(part for *_, part, _ in came if part is not None),
        refund_parts=total(part for *_, part in came if part is not None),
        requested=total(amount for *_, status, amount in went if status is PayoutStatus.REQUESTED),
        creditors=total(amount for purpose, *_, amount in went if purpose is Purpose.CREDITOR),
        refunds_before=refunds(False),
        refunds_after=refunds(True),
        paid=total(amount for *_, status, amount in went if status is PayoutStatus.PAID),
        free=books.free(case.court_code, Account.CASE_MONEY, case.subject) - unallocated,
        opening_claim=opening_claim(case),
    )


def free_for_payout(case: Case) -> Money:
    """What may still be promised of the case's money: in the books, not promised, and allocated where it must be."""
    return case_money(case).free
