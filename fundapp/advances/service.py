"""Writes of advances: request, decide, mend, withdraw, pay."""

from datetime import date

from sqlalchemy.orm.attributes import flag_modified

from fundapp.advances import queries, rules
from fundapp.advances.models import Advance, AdvancePayment
from fundapp.advances.rules import AdvanceStatus, Channel
from fundapp.approvals import service as approvals
from fundapp.approvals.rules import Outcome
from fundapp.cases import queries as cases
from fundapp.cases import service as case_register
from fundapp.core import clock
from fundapp.core.db import db
from fundapp.core.money import Money, bare
from fundapp.core.versions import check_seen
from fundapp.eligibility import service as eligibility
from fundapp.eligibility.rules import Criterion, shortcomings
from fundapp.funding import queries as funding
from fundapp.ledger import service as ledger
from fundapp.ledger.rules import Account, Booked, Movement, booked
from fundapp.ledger.service import Hands
from fundapp.trail import queries as papers
from fundapp.trail import service as trail
from fundapp.trail.rules import Event
from fundapp.users.models import User
from fundapp.users.queries import readable_courts
from fundapp.users.rules import check_acts_here

FIRST_STEP = 1
BANK_SLIP = 1


def request(case_id: int, *, creditor_id: int, amount: Money, reason: str, actor: User) -> Advance:
    """Ask the fund to pay a creditor, with the assessment that he may be advanced.

    Args:
        amount: in CNY, at most the claim.

    Raises:
        NotFound: no such case.
        RuleViolation: another court's case, not its creditor, too much, no terms in force, no account, or any
            shortcomings, all of them named at once.
    """
    case = cases.case(case_id, readable_courts(actor))
    check_acts_here(actor.court_code, case.court_code)
    rules.check_amount(amount, case.claim)
    rules.check_reason(reason)
    assessment = eligibility.assess(case_id, creditor_id, actor=actor)
    rules.check_eligible(shortcomings(assessment.answered))
    rules.check_left(amount, queries.left_to_advance(case))
    creditor = next(party for party in case.creditors if party.id == creditor_id)
    advance = Advance(
        court_code=case.court_code,
        case=case,
        creditor=creditor,
        account=queries.account_of(creditor),
        assessment=assessment,
        amount=amount,
        recovery_order=assessment.terms.recovery_order,
        status=AdvanceStatus.SUBMITTED,
        round=1,
        step=FIRST_STEP,
        requested_on=clock.today(),
        reason=reason.strip(),
        payload_digest=queries.payload(case, creditor, amount),
        live_key=rules.live_key(case.id, creditor.id),
        prepared_by_id=actor.id,
        created_at=clock.now(),
    )
    db.session.add(advance)
    db.session.flush()
    _tell(Event.ADVANCE_REQUESTED, advance, actor, digest=advance.payload_digest)
    return advance


def resubmit(advance_id: int, *, amount: Money, reason: str, seen_version: int, actor: User) -> Advance:
    """Submit a returned request again, mended: assessed anew, under today's terms, to be signed anew in a new round.

    Raises:
        StaleRecord: the request changed after ``seen_version``.
        RuleViolation: not returned, not one's own, or whatever refuses a new request.
    """
    advance = _seen(advance_id, seen_version, actor)
    rules.check_own(actor_id=actor.id, prepared_by_id=advance.prepared_by_id, handler_id=advance.case.handler_id)
    rules.check_move(advance.status, AdvanceStatus.SUBMITTED)
    rules.check_amount(amount, advance.case.claim)
    rules.check_left(amount, queries.left_to_advance(advance.case, besides=advance_id))
    rules.check_reason(reason)
    assessment = eligibility.assess(advance.case_id, advance.creditor_id, actor=actor)
    rules.check_eligible(shortcomings(assessment.answered, besides={Criterion.NOT_ADVANCED}))
    advance.assessment = assessment
    advance.recovery_order = assessment.terms.recovery_order
    advance.account = queries.account_of(advance.creditor)
    advance.amount, advance.reason = amount, reason.strip()
    advance.payload_digest = queries.payload(advance.case, advance.creditor, amount)
    advance.status, advance.round, advance.step = AdvanceStatus.SUBMITTED, advance.round + 1, FIRST_STEP
    advance.requested_on, advance.prepared_by_id = clock.today(), actor.id
    _tell(Event.ADVANCE_RESUBMITTED, advance, actor, digest=advance.payload_digest)
    return advance


def decide(advance_id: int, *, outcome: Outcome, opinion: str, seen_version: int, actor: User) -> Advance:
    """Sign a request at the step whose turn it is; the last agreement keeps the money for it.

    Raises:
        StaleRecord: the request changed after ``seen_version``.
        RuleViolation: not this person's to sign, no limits in force, the case or the payee has changed since the
            request, or the fund does not have the money.
    """
    advance = _seen(advance_id, seen_version, actor)
    rules.check_move(advance.status, rules.OUTCOMES[outcome])
    if outcome is Outcome.AGREED:
        _check_unchanged(advance)
    is_last = approvals.sign(
        advance.subject,
        court_code=advance.court_code,
        round=advance.round,
        step=advance.step,
        amount=advance.amount,
        on=clock.today(),
        outcome=outcome,
        opinion=opinion,
        seen_version=seen_version,
        current_version=advance.version,
        payload_digest=advance.payload_digest,
        prepared_by_id=advance.prepared_by_id,
        actor=actor,
    )
    advance.step += 1
    if outcome is not Outcome.AGREED:
        _turn_down(advance, outcome, opinion, actor)
    elif is_last:
        _approve(advance, actor)
    return advance


def _check_unchanged(advance: Advance) -> None:
    now = queries.payload(advance.case, advance.creditor, advance.amount)
    rules.check_payload(now=now, approved=advance.payload_digest)
    rules.check_left(advance.amount, queries.left_to_advance(advance.case, besides=advance.id))
    rules.check_still_eligible(queries.shortcomings_now(advance))


def _approve(advance: Advance, actor: User) -> None:
    advance.status = AdvanceStatus.APPROVED
    ledger.reserve(advance.reservation, court_code=advance.court_code, account=Account.FUND_BANK, amount=advance.amount)
    _tell(Event.ADVANCE_APPROVED, advance, actor)


def _turn_down(advance: Advance, outcome: Outcome, opinion: str, actor: User) -> None:
    advance.status = rules.OUTCOMES[outcome]
    if outcome is Outcome.REFUSED:
        advance.live_key = None
        _tell(Event.ADVANCE_REFUSED, advance, actor, reason=opinion.strip())
    else:
        _tell(Event.ADVANCE_RETURNED, advance, actor, reason=opinion.strip())


def attach(advance_id: int, *, file_name: str, content: bytes, actor: User) -> Advance:
    """Add a paper to a request; its version moves, so that nobody signs without having had the paper before him.

    Raises:
        RuleViolation: not one's own, decided already, or not such a file as is kept.
    """
    advance = _here(advance_id, actor)
    rules.check_own(actor_id=actor.id, prepared_by_id=advance.prepared_by_id, handler_id=advance.case.handler_id)
    rules.check_open(advance.status)
    trail.attach(advance.subject, file_name=file_name, content=content, court_code=advance.court_code, actor=actor)
    flag_modified(advance, "reason")
    return advance


def withdraw(advance_id: int, *, reason: str, seen_version: int, actor: User) -> Advance:
    """Take a request back; money kept for an approved one is free again.

    Raises:
        StaleRecord: the request changed after ``seen_version``.
        RuleViolation: not one's own, or being paid already.
    """
    advance = _seen(advance_id, seen_version, actor)
    rules.check_own(actor_id=actor.id, prepared_by_id=advance.prepared_by_id, handler_id=advance.case.handler_id)
    rules.check_move(advance.status, AdvanceStatus.WITHDRAWN)
    rules.check_reason(reason)
    if advance.status is AdvanceStatus.APPROVED:
        ledger.release(advance.court_code, advance.reservation)
    advance.status, advance.live_key = AdvanceStatus.WITHDRAWN, None
    _tell(Event.ADVANCE_WITHDRAWN, advance, actor, reason=reason.strip())
    return advance


def begin_payment(advance_id: int, *, actor: User) -> Advance:
    """Put an approved advance on its way, in a batch or at a ceremony; the caller's own record says in which.

    Raises:
        RuleViolation: not approved, or the payee, the account or the case is not what was approved any more.
    """
    advance = _here(advance_id, actor)
    rules.check_move(advance.status, AdvanceStatus.PAYING)
    _check_unchanged(advance)
    advance.status = AdvanceStatus.PAYING
    return advance


def check_payable(advance_id: int, *, actor: User) -> None:
    """Refuse to send an advance whose payee, account or case is not what was approved any more."""
    _check_unchanged(_here(advance_id, actor))


def stop_payment(advance_id: int, *, actor: User) -> Advance:
    """Take an advance back from a batch or ceremony that did not pay it; it stays approved and its money kept."""
    advance = _here(advance_id, actor)
    rules.check_move(advance.status, AdvanceStatus.APPROVED)
    advance.status = AdvanceStatus.APPROVED
    return advance


def record_paid(
    advance_id: int,
    *,
    channel: Channel,
    paid_on: date,
    paid_through: str,
    bank_reference: str | None,
    hands: Hands,
    actor: User,
) -> AdvancePayment:
    """Record that the payee has the money, post it source by source, and mark the case concluded by advance.

    Args:
        paid_through: the subject of the batch or ceremony that paid.

    Raises:
        RuleViolation: not on its way, dated in the future or into a closed month, or no money is kept for it.
    """
    advance = _here(advance_id, actor)
    rules.check_move(advance.status, AdvanceStatus.PAID)
    rules.check_paid_on(paid_on, clock.today())
    ledger.settle(advance.court_code, advance.reservation)
    voucher = ledger.post(
        f"{advance.subject}:paid",
        _lots(advance, *rules.PAID_FROM[channel]),
        court_code=advance.court_code,
        business_date=paid_on,
        summary=f"垫付{advance.case.number}{advance.creditor.name}",
        attachments=len(papers.attachments(advance.subject)) + BANK_SLIP,
        hands=hands,
        actor=actor,
    )
    advance.status = AdvanceStatus.PAID
    payment = AdvancePayment(
        advance=advance,
        court_code=advance.court_code,
        amount=advance.amount,
        paid_on=paid_on,
        channel=channel,
        paid_through=paid_through,
        bank_reference=bank_reference,
        voucher_id=voucher.id,
        recorded_at=clock.now(),
    )
    db.session.add(payment)
    if advance.case.concluded_by_advance_on is None:
        case_register.mark_concluded_by_advance(advance.case_id, on=paid_on, advance=advance.subject, actor=actor)
    _tell(Event.ADVANCE_PAID, advance, actor, channel=rules.LABELS[channel], voucher=voucher.cited)
    return payment


def _lots(advance: Advance, movement: Movement, account: Account) -> list[Booked]:
    """The payment, split over the sources that pay it."""
    debtors = advance.case.debtors
    return [
        booked(
            movement,
            part,
            case=advance.case.subject,
            source=source,
            debtor=debtors[0].subject if debtors else None,
        )
        for source, part in funding.draw(advance.court_code, advance.amount, account)
    ]


def _here(advance_id: int, actor: User) -> Advance:
    advance = queries.advance(advance_id, readable_courts(actor))
    check_acts_here(actor.court_code, advance.court_code)
    return advance


def _seen(advance_id: int, seen_version: int, actor: User) -> Advance:
    advance = _here(advance_id, actor)
    check_seen(current_version=advance.version, seen_version=seen_version)
    return advance


def _tell(event: Event, advance: Advance, actor: User, **facts: str) -> None:
    trail.record(
        event,
        advance.subject,
        court_code=advance.court_code,
        actor=actor,
        case=advance.case.subject,
        amount=bare(advance.amount),
        **facts,
    )
