"""Writes of sources and receipts."""

from datetime import date

from fundapp.core import clock
from fundapp.core.db import db
from fundapp.core.errors import RuleViolation
from fundapp.core.money import ZERO, Money, bare, plain
from fundapp.core.versions import check_seen
from fundapp.funding import queries, rules
from fundapp.funding.models import FundReceipt, Source
from fundapp.funding.rules import Direction, ReceiptStatus, SourceKind
from fundapp.ledger import queries as books
from fundapp.ledger import rules as ledger_rules
from fundapp.ledger import service as ledger
from fundapp.ledger.rules import Account, CorrectionMethod
from fundapp.ledger.service import Hands, booked
from fundapp.trail import queries as trail_queries
from fundapp.trail import service as trail
from fundapp.trail.rules import Event
from fundapp.users.models import User


def register_source(*, kind: SourceKind, name: str, document: str, actor: User) -> Source:
    """Register who gives the fund of the actor's court money, and under which paper.

    Raises:
        RuleViolation: the court has a source of this name.
    """
    rules.check_name(name, taken=queries.source_named(actor.court_code, name) is not None)
    source = Source(court_code=actor.court_code, kind=kind, name=name, document=document, is_active=True)
    db.session.add(source)
    db.session.flush()
    trail.record(
        Event.SOURCE_REGISTERED, source.subject, court_code=source.court_code, actor=actor, kind=kind.value, name=name
    )
    return source


def change_source(
    source_id: int, *, name: str, document: str, is_active: bool, seen_version: int, actor: User
) -> Source:
    """Correct a source's name and paper, or stop money being recorded from it; its kind is booked and stays."""
    source = queries.source(source_id, frozenset({actor.court_code}))
    check_seen(current_version=source.version, seen_version=seen_version)
    named = queries.source_named(source.court_code, name)
    rules.check_name(name, taken=named is not None and named.id != source_id)
    source.name, source.document, source.is_active = name, document, is_active
    trail.record(Event.SOURCE_CHANGED, source.subject, court_code=source.court_code, actor=actor, name=name)
    return source


def record_receipt(
    source_id: int,
    *,
    amount: Money,
    business_date: date,
    bank_reference: str,
    direction: Direction = Direction.RECEIVED,
    note: str = "",
    actor: User,
) -> FundReceipt:
    """Record money from a source, or given back to it, as the bank's statement shows it; another person confirms.

    Raises:
        RuleViolation: nothing or a future day, a bank reference already recorded, a stopped source, or more given back
            than the source has left.
    """
    source = queries.source(source_id, frozenset({actor.court_code}))
    rules.check_receipt(amount, business_date, today=clock.today(), is_active=source.is_active)
    _check_unrecorded(source.court_code, bank_reference)
    if direction is Direction.GIVEN_BACK:
        _check_left(source, amount)
    receipt = FundReceipt(
        court_code=source.court_code,
        source_id=source_id,
        direction=direction,
        amount=amount,
        business_date=business_date,
        bank_reference=bank_reference,
        note=note,
        status=ReceiptStatus.RECORDED,
        recorded_by_id=actor.id,
        recorded_at=clock.now(),
    )
    db.session.add(receipt)
    db.session.flush()
    trail.record(
        Event.RECEIPT_RECORDED,
        receipt.subject,
        court_code=receipt.court_code,
        actor=actor,
        source=source.subject,
        amount=bare(amount),
        direction=direction.value,
    )
    return receipt


def confirm_receipt(receipt_id: int, *, seen_version: int, actor: User) -> FundReceipt:
    """Confirm a recorded receipt, which posts it.

    Raises:
        StaleRecord: it changed after ``seen_version``.
        RuleViolation: recorded by the same person, no longer open, a closed month, or more than the source has left.
    """
    receipt = _open_receipt(receipt_id, seen_version, actor)
    ledger_rules.check_hands(receipt.recorded_by_id, actor.id)
    source = receipt.source
    if receipt.direction is Direction.GIVEN_BACK:
        _check_left(source, receipt.amount)
    voucher = ledger.post(
        f"{receipt.subject}:confirmed",
        [booked(rules.movement(source.kind, receipt.direction), receipt.amount, source=source.subject)],
        court_code=receipt.court_code,
        business_date=receipt.business_date,
        summary=f"{rules.LABELS[receipt.direction]}：{source.name}",
        attachments=max(1, len(trail_queries.attachments(receipt.subject))),  # the slip, on paper or uploaded
        hands=Hands(receipt.recorded_by_id, actor.id),
        actor=actor,
    )
    receipt.status, receipt.confirmed_by_id, receipt.voucher_id = ReceiptStatus.CONFIRMED, actor.id, voucher.id
    trail.record(
        Event.RECEIPT_CONFIRMED,
        receipt.subject,
        court_code=receipt.court_code,
        actor=actor,
        source=source.subject,
        amount=bare(receipt.amount),
        direction=receipt.direction.value,
        voucher=voucher.cited,
    )
    return receipt


def return_receipt(receipt_id: int, *, reason: str, seen_version: int, actor: User) -> FundReceipt:
    """Return a recorded receipt unposted; its bank reference becomes free for the right record."""
    receipt = _open_receipt(receipt_id, seen_version, actor)
    ledger_rules.check_hands(receipt.recorded_by_id, actor.id)
    receipt.status, receipt.confirmed_by_id, receipt.return_reason = ReceiptStatus.RETURNED, actor.id, reason
    receipt.bank_reference = f"{receipt.bank_reference}#{receipt.id}"
    trail.record(
        Event.RECEIPT_RETURNED,
        receipt.subject,
        court_code=receipt.court_code,
        actor=actor,
        source=receipt.source.subject,
        amount=bare(receipt.amount),
        reason=reason,
    )
    return receipt


def request_correction(
    receipt_id: int,
    *,
    method: CorrectionMethod,
    amount: Money | None,
    source_id: int | None,
    business_date: date,
    reason: str,
    actor: User,
) -> None:
    """Ask for a confirmed receipt to be corrected in the books: cancelled, or to the right amount and source.

    Args:
        amount: the right amount; not looked at when the receipt is cancelled.
        source_id: the right source, likewise.

    Raises:
        NotFound: no such receipt or source in the actor's court.
        RuleViolation: not confirmed, or as the ledger refuses it.
    """
    receipt = queries.receipt(receipt_id, frozenset({actor.court_code}))
    rules.check_confirmed(receipt.status)
    restated = None
    if method is not CorrectionMethod.CANCEL:
        source = queries.source(source_id or receipt.source_id, frozenset({actor.court_code}))
        restated = booked(rules.movement(source.kind, receipt.direction), amount or ZERO, source=source.subject)
    assert receipt.voucher_id is not None, "what is confirmed has a voucher"
    ledger.request_correction(
        books.last_stated(receipt.voucher_id),
        method=method,
        restated=restated,
        business_date=business_date,
        reason=reason,
        actor=actor,
    )


@ledger.hear_of_corrections
def corrected(voucher_id: int, actor: User) -> None:
    """Let the register follow its books: the correction stands in the receipt's history, and the bank reference of one
    that was cancelled becomes free for the right record."""
    receipt = queries.receipt_booked_by(voucher_id)
    if receipt is None or receipt.voucher_id is None:
        return
    changes = queries.corrections([receipt.court_code])[receipt.voucher_id]
    content = queries.content(receipt, changes)
    if content.is_cancelled:
        receipt.bank_reference = f"{receipt.bank_reference}#{receipt.id}"
    trail.record(
        Event.RECEIPT_CORRECTED,
        receipt.subject,
        court_code=receipt.court_code,
        actor=actor,
        voucher=changes[-1].voucher.cited,
        method=changes[-1].method.value,
        source=content.source,
        amount=bare(content.amount),
        reason=changes[-1].reason,
    )


def _open_receipt(receipt_id: int, seen_version: int, actor: User) -> FundReceipt:
    receipt = queries.receipt(receipt_id, frozenset({actor.court_code}))
    check_seen(current_version=receipt.version, seen_version=seen_version)
    rules.check_open(receipt.status)
    return receipt


def _check_unrecorded(court_code: str, bank_reference: str) -> None:
    earlier = queries.receipt_with(court_code, bank_reference)
    if earlier is not None:
        raise RuleViolation(
            "银行流水号“%(reference)s”已于%(day)s登记过一笔%(amount)s元，请核对，不要重复登记。",
            reference=bank_reference,
            day=earlier.business_date.isoformat(),
            amount=plain(earlier.amount),
        )


def _check_left(source: Source, amount: Money) -> None:
    left = books.balance(source.court_code, Account.FUND_BANK, source.subject)
    ledger_rules.check_covered(left, amount)
