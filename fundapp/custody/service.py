"""Writes of case money: receive, confirm, pay out."""

from datetime import date

from fundapp.approvals import service as approvals
from fundapp.approvals.rules import Outcome
from fundapp.cases import queries as cases
from fundapp.cases.rules import PartyRole, case_number
from fundapp.core import clock
from fundapp.core.db import db
from fundapp.core.money import ZERO, Money, bare, plain
from fundapp.core.versions import check_seen
from fundapp.custody import queries, rules
from fundapp.custody.models import CaseAccount, CaseReceipt, Payout
from fundapp.custody.rules import CaseReceiptStatus, PayoutChannel, PayoutStatus, Purpose
from fundapp.ledger import queries as books
from fundapp.ledger import rules as ledger_rules
from fundapp.ledger import service as ledger
from fundapp.ledger.rules import Account, Movement
from fundapp.ledger.service import Hands, booked
from fundapp.trail import queries as trail_queries
from fundapp.trail import service as trail
from fundapp.trail.rules import Event
from fundapp.users.models import User

# ---- receipts


def record_receipt(
    case_id: int,
    *,
    debtor_id: int,
    payer: str,
    amount: Money,
    business_date: date,
    bank_reference: str,
    actor: User,
) -> CaseReceipt:
    """Record a debtor's payment as the bank's statement shows it, into the case's sub-account; another person confirms.

    Args:
        payer: who paid by the bank's slip, the debtor himself or another for him.

    Raises:
        RuleViolation: a debtor of another case, nothing or a future day, or a bank reference that was booked before.
    """
    case = cases.case(case_id, frozenset({actor.court_code}))
    debtor = queries.party_of(case, debtor_id, PartyRole.DEBTOR)
    rules.check_receipt(amount, business_date, today=clock.today(), is_debtor_of_case=debtor is not None)
    _check_reference(queries.receipt_with(case.court_code, bank_reference), bank_reference)
    _open_account(case_id, case.number, actor)
    receipt = CaseReceipt(
        court_code=case.court_code,
        case_id=case_id,
        debtor_id=debtor_id,
        payer=payer,
        amount=amount,
        business_date=business_date,
        bank_reference=bank_reference,
        status=CaseReceiptStatus.RECORDED,
        recorded_by_id=actor.id,
        recorded_at=clock.now(),
        needs_allocation=False,
        is_allocated=False,
    )
    db.session.add(receipt)
    db.session.flush()
    _tell_receipt(Event.CASE_MONEY_RECORDED, receipt, actor)
    return receipt


def _check_reference(earlier: CaseReceipt | Payout | None, reference: str) -> None:
    if earlier is None:
        return
    day = earlier.business_date if isinstance(earlier, CaseReceipt) else earlier.paid_on
    assert day is not None, earlier
    rules.check_reference_unused(
        reference, earlier_case=earlier.case.number, day=day.isoformat(), amount=plain(earlier.amount)
    )


def _open_account(case_id: int, number: str, actor: User) -> None:
    if queries.account_of(case_id) is not None:
        return
    opened = CaseAccount(
        court_code=actor.court_code,
        case_id=case_id,
        number=rules.account_number(case_number(number, court_codes=None)),
        opened_at=clock.now(),
    )
    db.session.add(opened)
    trail.record(
        Event.CASE_ACCOUNT_OPENED,
        f"case:{case_id}",
        court_code=actor.court_code,
        actor=actor,
        case=number,
        number=opened.number,
    )


def confirm_receipt(receipt_id: int, *, seen_version: int, actor: User) -> CaseReceipt:
    """Confirm a recorded payment, which books it to the case; after an advance it waits there to be allocated.

    Raises:
        StaleRecord: it changed after ``seen_version``.
        RuleViolation: recorded by the same person, no longer open, or a closed month.
    """
    receipt = _open_receipt(receipt_id, seen_version, actor)
    case = receipt.case
    voucher = ledger.post(
        f"{receipt.subject}:confirmed",
        [booked(Movement.CASE_MONEY_RECEIVED, receipt.amount, case=case.subject, debtor=f"party:{receipt.debtor_id}")],
        court_code=receipt.court_code,
        business_date=receipt.business_date,
        summary=f"收到案款：{case.number}",
        attachments=max(1, len(trail_queries.attachments(receipt.subject))),  # the slip, on paper or uploaded
        hands=Hands(receipt.recorded_by_id, actor.id),
        actor=actor,
    )
    receipt.status, receipt.confirmed_by_id, receipt.voucher_id = CaseReceiptStatus.CONFIRMED, actor.id, voucher.id
    receipt.needs_allocation = case.concluded_by_advance_on is not None
    _tell_receipt(Event.CASE_MONEY_CONFIRMED, receipt, actor, voucher=voucher.cited)
    return receipt


def return_receipt(receipt_id: int, *, reason: str, seen_version: int, actor: User) -> CaseReceipt:
    """Return a recorded payment unbooked; its bank reference becomes free for the right record."""
    receipt = _open_receipt(receipt_id, seen_version, actor)
    receipt.status, receipt.confirmed_by_id, receipt.return_reason = CaseReceiptStatus.RETURNED, actor.id, reason
    receipt.bank_reference = f"{receipt.bank_reference}#{receipt.id}"
    _tell_receipt(Event.CASE_MONEY_RETURNED, receipt, actor, reason=reason)
    return receipt


@ledger.hear_before_correcting
def check_cancellable(voucher_id: int) -> None:
    """Keep a receipt in the books once something of it was split, asked for, promised or paid."""
    receipt = queries.receipt_booked_by(voucher_id)
    if receipt is None:
        return
    money = queries.case_money(receipt.case)
    spare = receipt.amount if receipt.needs_allocation else money.free - money.requested
    rules.check_cancellable(receipt.amount, is_allocated=receipt.is_allocated, spare=spare)


@ledger.hear_of_corrections
def cancelled(voucher_id: int, actor: User) -> None:
    """Let the register follow its books: what never came so is cancelled, and its bank reference free again."""
    receipt = queries.receipt_booked_by(voucher_id)
    if receipt is None:
        return
    reversal = books.reversal_of(voucher_id)
    assert reversal is not None, "case money is corrected by cancelling alone"
    receipt.status = CaseReceiptStatus.CANCELLED
    receipt.bank_reference = f"{receipt.bank_reference}#{receipt.id}"
    _tell_receipt(Event.CASE_MONEY_CANCELLED, receipt, actor, voucher=reversal.cited)


def mark_allocated(receipt_id: int, *, creditor: Money, refund: Money, actor: User) -> CaseReceipt:
    """Note that recovery has split a receipt, and which two parts stay with the case; recovery tells the trail."""
    receipt = queries.receipt(receipt_id, frozenset({actor.court_code}))
    assert receipt.needs_allocation and not receipt.is_allocated, receipt.subject
    receipt.is_allocated, receipt.creditor_part, receipt.refund_part = True, creditor, refund
    return receipt


def hold_back(case_id: int, *, advanced: Money, actor: User) -> None:
    """Once an advance is paid, let what the debtor paid while it was on its way wait to be split, the latest first.

    Before it set out, the advance and what had come were within the claim; what was confirmed since would give the
    creditors more than that. What they have been paid already cannot be held back.

    Args:
        advanced: all that the fund has paid in the case.
    """
    case = cases.case(case_id, frozenset({actor.court_code}))
    money = queries.case_money(case)
    over = advanced + money.creditors_own - case.claim
    there = books.balance(case.court_code, Account.CASE_MONEY, case.subject) - money.unallocated
    for receipt in reversed(queries.receipts_of(case_id)):
        is_own = receipt.status is CaseReceiptStatus.CONFIRMED and not receipt.needs_allocation
        if over > ZERO and is_own and receipt.amount <= there:
            receipt.needs_allocation = True
            over, there = over - receipt.amount, there - receipt.amount


def _open_receipt(receipt_id: int, seen_version: int, actor: User) -> CaseReceipt:
    receipt = queries.receipt(receipt_id, frozenset({actor.court_code}))
    check_seen(current_version=receipt.version, seen_version=seen_version)
    rules.check_receipt_open(receipt.status)
    ledger_rules.check_hands(receipt.recorded_by_id, actor.id)
    return receipt


def _tell_receipt(event: Event, receipt: CaseReceipt, actor: User, **facts: str) -> None:
    trail.record(
        event,
        receipt.subject,
        court_code=receipt.court_code,
        actor=actor,
        case=receipt.case.number,
        amount=bare(receipt.amount),
        **facts,
    )


# ---- payouts


def request_payout(case_id: int, *, payee_id: int, purpose: Purpose, amount: Money, reason: str, actor: User) -> Payout:
    """Ask for case money to be paid to a creditor, or back to the debtor, into the payee's own verified account.

    Raises:
        RuleViolation: not a party on the right side, no verified account of his own, or more than there is for him.
    """
    case = cases.case(case_id, frozenset({actor.court_code}))
    role = PartyRole.CREDITOR if purpose is Purpose.CREDITOR else PartyRole.DEBTOR
    payee = queries.party_of(case, payee_id, role)
    rules.check_payee(purpose, is_payee_of_case=payee is not None)
    assert payee is not None
    account = payee.account
    rules.check_account(
        payee.name,
        holder=account.holder if account else None,
        is_verified=account is not None and account.verified_by_id is not None,
    )
    assert account is not None
    money = queries.case_money(case)
    rules.check_amount(amount, free=money.free - money.requested, opening_claim=money.opening_claim)
    payout = Payout(
        court_code=case.court_code,
        case_id=case_id,
        payee=payee,
        account=account,
        purpose=purpose,
        amount=amount,
        status=PayoutStatus.REQUESTED,
        is_after_advance=case.concluded_by_advance_on is not None,
        round=1,
        requested_on=clock.today(),
        reason=reason,
        prepared_by_id=actor.id,
    )
    payout.case = case
    payout.payload_digest = _digest(payout)
    _check_shares(payout, money, is_counted=False)
    db.session.add(payout)
    db.session.flush()
    _tell_payout(Event.PAYOUT_REQUESTED, payout, actor, purpose=rules.LABELS[purpose])
    return payout


def _check_shares(payout: Payout, money: queries.CaseMoney, *, is_counted: bool) -> None:
    """Each side gets no more than it may: before an advance by the claim, after it by what was allocated."""
    own = payout.amount if is_counted else ZERO
    if payout.is_after_advance:
        left = money.left[payout.purpose] + own
        rules.check_allocated(payout.amount, purpose=payout.purpose, left=left)
    elif payout.purpose is Purpose.CREDITOR:
        rules.check_within_claim(
            payout.amount, claim=payout.case.claim, paid=money.creditors - own, opening_claim=money.opening_claim
        )


def decide_payout(payout_id: int, *, outcome: Outcome, opinion: str, seen_version: int, actor: User) -> Payout:
    """Decide a requested payout as bureau director: agree, which promises the money, or return it with the reason.

    Raises:
        StaleRecord: it changed after ``seen_version``.
        RuleViolation: decided already, his own request, not the director, or the money is not there any more.
    """
    payout = queries.payout(payout_id, frozenset({actor.court_code}))
    rules.check_outcome(outcome)
    target = PayoutStatus.APPROVED if outcome is Outcome.AGREED else PayoutStatus.RETURNED
    current = payout.version
    check_seen(current_version=current, seen_version=seen_version)
    rules.check_move(payout.status, target)
    approvals.sign_alone(
        payout.subject,
        court_code=payout.court_code,
        round=payout.round,
        amount=payout.amount,
        outcome=outcome,
        opinion=opinion,
        seen_version=seen_version,
        current_version=current,
        payload_digest=payout.payload_digest,
        prepared_by_id=payout.prepared_by_id,
        actor=actor,
    )
    if outcome is Outcome.AGREED:
        _promise(payout)
        payout.approved_by_id = actor.id
    payout.status = target
    if outcome is Outcome.AGREED:
        _tell_payout(Event.PAYOUT_APPROVED, payout, actor, purpose=rules.LABELS[payout.purpose])
    else:
        _tell_payout(Event.PAYOUT_RETURNED, payout, actor, reason=opinion)
    return payout


def _promise(payout: Payout) -> None:
    money = queries.case_money(payout.case)
    rules.check_amount(payout.amount, free=money.free, opening_claim=money.opening_claim)
    _check_shares(payout, money, is_counted=True)
    rules.check_digest(_digest(payout), payout.payload_digest)
    ledger.reserve(
        payout.reservation,
        court_code=payout.court_code,
        account=Account.CASE_MONEY,
        amount=payout.amount,
        part=payout.case.subject,
    )


def withdraw_payout(payout_id: int, *, reason: str, seen_version: int, actor: User) -> Payout:
    """Withdraw a payout that is not being paid yet; what was promised for it is free again."""
    payout = queries.payout(payout_id, frozenset({actor.court_code}))
    check_seen(current_version=payout.version, seen_version=seen_version)
    rules.check_move(payout.status, PayoutStatus.WITHDRAWN)
    if payout.status is PayoutStatus.APPROVED:
        ledger.release(payout.court_code, payout.reservation)
    payout.status = PayoutStatus.WITHDRAWN
    _tell_payout(Event.PAYOUT_WITHDRAWN, payout, actor, reason=reason)
    return payout


def pay(payout_id: int, *, bank_reference: str, paid_on: date, seen_version: int, actor: User) -> Payout:
    """Pay an approved payout by transfer, as the bank's slip shows it; prepared by the
    handler, reviewed by who approved it, paid by the actor as its cashier.

    Raises:
        StaleRecord: it changed after ``seen_version``.
        RuleViolation: not approved, changed since, a wrong day, a bank reference used before, or a closed month.
    """
    payout = queries.payout(payout_id, frozenset({actor.court_code}))
    check_seen(current_version=payout.version, seen_version=seen_version)
    rules.check_payer(approved_by_id=payout.approved_by_id, actor_id=actor.id)
    assert payout.approved_by_id is not None, "what is paid was approved"
    _check_reference(queries.payout_with(payout.court_code, bank_reference), bank_reference)
    begin_payment(payout_id, actor=actor)
    return record_paid(
        payout_id,
        channel=PayoutChannel.TRANSFER,
        paid_on=paid_on,
        bank_reference=bank_reference,
        hands=Hands(payout.prepared_by_id, payout.approved_by_id, cashier_id=actor.id),
        actor=actor,
    )


def begin_payment(payout_id: int, *, actor: User) -> Payout:
    """Take an approved payout into payment, so that nobody else pays it; whoever takes it tells the trail.

    Raises:
        RuleViolation: not approved, or payee, account or amount are no longer what was approved.
    """
    payout = queries.payout(payout_id, frozenset({actor.court_code}))
    rules.check_move(payout.status, PayoutStatus.PAYING)
    rules.check_digest(_digest(payout), payout.payload_digest)
    payout.status = PayoutStatus.PAYING
    return payout


def stop_payment(payout_id: int, *, actor: User) -> Payout:
    """Put a payout that was not paid back among the approved; its money stays promised."""
    payout = queries.payout(payout_id, frozenset({actor.court_code}))
    rules.check_move(payout.status, PayoutStatus.APPROVED)
    payout.status = PayoutStatus.APPROVED
    return payout


def record_paid(
    payout_id: int,
    *,
    channel: PayoutChannel,
    paid_on: date,
    bank_reference: str | None,
    hands: Hands,
    actor: User,
) -> Payout:
    """Book the payment of a payout that is being paid; its promise ends in the same act.

    Raises:
        RuleViolation: not being paid, a wrong day, a closed month, or one person would sign twice.
    """
    payout = queries.payout(payout_id, frozenset({actor.court_code}))
    rules.check_move(payout.status, PayoutStatus.PAID)
    rules.check_paid_on(paid_on, requested_on=payout.requested_on, today=clock.today())
    case = payout.case
    rules.check_not_held_back(queries.free_for_payout(case), opening_claim=queries.opening_claim(case))
    is_cash = channel is PayoutChannel.CEREMONY_CASH
    movement = Movement.CASE_MONEY_PAID_IN_CASH if is_cash else Movement.CASE_MONEY_PAID
    ledger.settle(payout.court_code, payout.reservation)
    voucher = ledger.post(
        f"{payout.subject}:paid",
        [booked(movement, payout.amount, case=case.subject)],
        court_code=payout.court_code,
        business_date=paid_on,
        summary=f"{rules.LABELS[payout.purpose]}：{case.number}",
        attachments=2,  # the approval form and the bank's slip or the signed roster
        hands=hands,
        actor=actor,
    )
    payout.status, payout.paid_on, payout.channel = PayoutStatus.PAID, paid_on, channel
    payout.bank_reference, payout.voucher_id = bank_reference, voucher.id
    _tell_payout(Event.PAYOUT_PAID, payout, actor, channel=rules.LABELS[channel], voucher=voucher.cited)
    return payout


def _digest(payout: Payout) -> str:
    """The digest of payee, amount and the account that the payee uses now."""
    account = payout.payee.account
    assert account is not None, payout.subject
    return rules.payload_digest(
        case=payout.case.number,
        purpose=payout.purpose,
        payee=payout.payee.id,
        holder=account.holder,
        bank=account.bank,
        account_index=account.number_index,
        amount=payout.amount,
    )


def _tell_payout(event: Event, payout: Payout, actor: User, **facts: str) -> None:
    trail.record(
        event,
        payout.subject,
        court_code=payout.court_code,
        actor=actor,
        case=payout.case.number,
        amount=bare(payout.amount),
        **facts,
    )
