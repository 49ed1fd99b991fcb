"""Reads of advances and their payments."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, String, cast, exists, func, literal, or_, select
from sqlalchemy.orm import selectinload

from fundapp.advances.models import Advance, AdvancePayment
from fundapp.advances.rules import ALIVE, AdvanceStatus, live_key, payload_digest
from fundapp.approvals import queries as approvals
from fundapp.approvals.models import Decision
from fundapp.approvals.rules import ORDER, role_at
from fundapp.cases.models import Case, Party, PayeeAccount
from fundapp.core import clock
from fundapp.core.db import db
from fundapp.core.errors import NotFound, RuleViolation
from fundapp.core.money import ZERO, Money
from fundapp.eligibility import queries as eligibility
from fundapp.eligibility.rules import Answer, Criterion, Earlier, shortcomings
from fundapp.ledger import queries as books
from fundapp.ledger.rules import Account
from fundapp.users.models import User
from fundapp.users.rules import Permission, Role


def advance(advance_id: int, scope: frozenset[str]) -> Advance:
    found = db.session.get(Advance, advance_id)
    if found is None or found.court_code not in scope:
        raise NotFound("没有找到该垫付申请，请返回列表重新选择。")
    return found


def advances(
    scope: frozenset[str], *, status: AdvanceStatus | None = None, text: str | None = None, role: Role | None = None
) -> Select[Any]:
    """The query of the list."""
    query = select(Advance).where(Advance.court_code.in_(scope)).options(selectinload(Advance.payment))
    return narrowed(query, status=status, text=text, role=role)


def narrowed(
    query: Select[Any], *, status: AdvanceStatus | None = None, text: str | None = None, role: Role | None = None
) -> Select[Any]:
    """A query of advances, narrowed; ``role`` keeps those that wait for this post's signature."""
    if status is not None:
        query = query.where(Advance.status == status)
    if role is not None:
        query = query.where(Advance.status == AdvanceStatus.SUBMITTED, Advance.step.in_(_steps_of({role})))
    if text:
        named = select(Party.id).where(Party.name.contains(text, autoescape=True))
        numbered = select(Case.id).where(Case.number.contains(text, autoescape=True))
        query = query.where(or_(Advance.creditor_id.in_(named), Advance.case_id.in_(numbered)))
    return query


def waiting_for(user: User) -> Select[Any]:
    """The query of what waits for this person: requests at his step, without his hand in them; returned ones of his."""
    mine = Advance.status == AdvanceStatus.RETURNED, Advance.prepared_by_id == user.id
    signed = exists().where(
        Decision.subject == literal("advance:") + cast(Advance.id, String),
        Decision.round == Advance.round,
        Decision.actor_id == user.id,
    )
    to_sign = (
        Advance.status == AdvanceStatus.SUBMITTED,
        Advance.step.in_(_steps_of(user.roles) if user.may(Permission.ADVANCE_SIGN) else []),
        Advance.prepared_by_id != user.id,
        ~signed,
    )
    return (
        select(Advance)
        .where(Advance.court_code == user.court_code, or_(_all(mine), _all(to_sign)))
        .options(selectinload(Advance.payment))
    )


def _all(conditions: Sequence[Any]) -> Any:
    first, *others = conditions
    for one in others:
        first = first & one
    return first


def _steps_of(roles: frozenset[Role] | set[Role]) -> list[int]:
    return [at for at, role in enumerate(ORDER, 1) if role in roles]


def ready_to_pay(court_code: str) -> Sequence[Advance]:
    """Approved and neither paid nor on the way, in the order of their requests."""
    return db.session.scalars(
        select(Advance)
        .where(Advance.court_code == court_code, Advance.status == AdvanceStatus.APPROVED)
        .options(selectinload(Advance.payment))
        .order_by(Advance.id)
    ).all()


def of_case(case_id: int) -> Sequence[Advance]:
    """Every request made in a case, newest first."""
    return db.session.scalars(select(Advance).where(Advance.case_id == case_id).order_by(Advance.id.desc())).all()


def payment_of(advance_id: int) -> AdvancePayment | None:
    return db.session.scalar(select(AdvancePayment).where(AdvancePayment.advance_id == advance_id))


def paid_in(scope: frozenset[str]) -> Money:
    """已垫付: everything these courts ever paid as advances."""
    return (
        db.session.scalar(select(func.sum(AdvancePayment.amount)).where(AdvancePayment.court_code.in_(scope))) or ZERO
    )


def paid_in_case(case_id: int) -> Money:
    """Everything the fund ever paid in one case."""
    paid = (
        select(func.sum(AdvancePayment.amount))
        .join(Advance, Advance.id == AdvancePayment.advance_id)
        .where(Advance.case_id == case_id)
    )
    return db.session.scalar(paid) or ZERO


def payment_with(court_code: str, bank_reference: str) -> AdvancePayment | None:
    """The payment that this line of the bank's statement proves, if there is one."""
    return db.session.scalar(
        select(AdvancePayment)
        .where(AdvancePayment.court_code == court_code, AdvancePayment.bank_reference == bank_reference)
        .limit(1)
    )


def left_to_advance(case: Case, *, besides: int | None = None) -> Money:
    """What of a case's claim may still be advanced: less all that its debtors paid to the court, and other live
    advances.

    Args:
        besides: the id of a request that is not counted against itself.
    """
    others = db.session.scalar(
        select(func.sum(Advance.amount)).where(
            Advance.case_id == case.id, Advance.live_key.is_not(None), Advance.id != (besides or 0)
        )
    )
    received = books.ever_received(case.court_code, Account.CASE_MONEY, case.subject)
    return case.claim - received - (others or ZERO)


@eligibility.hear_of_advances
def earlier(case_id: int, creditor_id: int) -> Earlier:
    """Whether this creditor has a request under way in this case, or was paid."""
    status = db.session.scalar(select(Advance.status).where(Advance.live_key == live_key(case_id, creditor_id)))
    if status is None:
        return Earlier.NONE
    return Earlier.ALIVE if status in ALIVE else Earlier.PAID


def account_of(creditor: Party) -> PayeeAccount:
    """The account that an advance to this creditor goes to now."""
    if creditor.account is None:
        raise RuleViolation("申请执行人尚未登记收款账户，请先在案件中登记本人账户并由财务核实。")
    return creditor.account


def payload(case: Case, creditor: Party, amount: Money) -> str:
    """The digest of what would be sent to the bank now."""
    account = account_of(creditor)
    return payload_digest(
        case_number=case.number,
        creditor=creditor.name,
        holder=account.holder,
        bank=account.bank,
        line_number=account.line_number,
        account_index=account.number_index,
        amount=amount,
    )


def shortcomings_now(found: Advance) -> list[Answer]:
    """What has come to stand in the way since the request, under the terms it was assessed by; its own being aside."""
    answered = eligibility.answers(found.case, found.creditor, found.assessment.terms)
    return shortcomings(answered, besides={Criterion.NOT_ADVANCED})


def is_unchanged(found: Advance) -> bool:
    """Whether payee, account and amount are still what was submitted."""
    return payload(found.case, found.creditor, found.amount) == found.payload_digest


def next_role(found: Advance) -> Role | None:
    """The post whose signature is awaited; None when no signature is."""
    return role_at(found.step) if found.status is AdvanceStatus.SUBMITTED else None


def roles_to_sign(found: Advance) -> list[Role]:
    """The posts that sign this amount by the limits of today; none while no limits are in force."""
    limits = approvals.ladder_in_force(found.court_code, clock.today())
    return approvals.steps_of(limits, found.amount) if limits else []


@dataclass(frozen=True)
class Rung:
    """One step of a round: the post, its signature if it has signed, and whether it is its turn."""

    step: int
    role: Role
    decision: Decision | None
    is_next: bool


def ladder(found: Advance) -> list[Rung]:
    """The steps of the present round: those that have signed, and while it is being signed those that still must."""
    signed = [
        Rung(decision.step, decision.role, decision, is_next=False)
        for decision in approvals.decisions(found.subject, round=found.round)
    ]
    if found.status is not AdvanceStatus.SUBMITTED:
        return signed
    waiting = roles_to_sign(found)[found.step - 1 :] or [role_at(found.step)]
    return signed + [
        Rung(step, role, None, is_next=step == found.step) for step, role in enumerate(waiting, found.step)
    ]


def earlier_decisions(found: Advance) -> list[Decision]:
    """The signatures of rounds that ended with a return."""
    return [decision for decision in approvals.decisions(found.subject) if decision.round < found.round]
