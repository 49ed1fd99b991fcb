"""Splitting what a debtor paid, and giving the fund's part back to the sources that paid."""

from datetime import date

from fundapp.core import clock
from fundapp.core.db import db
from fundapp.core.money import ZERO, bare
from fundapp.core.versions import check_seen
from fundapp.custody import queries as custody_queries
from fundapp.custody import service as custody
from fundapp.eligibility.rules import LABELS as ORDER_LABELS
from fundapp.ledger import service as ledger
from fundapp.ledger.rules import Booked, Movement
from fundapp.ledger.service import Hands, booked
from fundapp.recovery import queries, rules
from fundapp.recovery.models import Allocation
from fundapp.recovery.queries import Standing
from fundapp.recovery.rules import Parts
from fundapp.trail import service as trail
from fundapp.trail.rules import Event
from fundapp.users.models import User


def allocate(
    receipt_id: int,
    *,
    business_date: date | None = None,
    note: str = "",
    seen_version: int | None = None,
    actor: User,
) -> list[Allocation]:
    """Split a confirmed receipt among fund, creditors and refund in the order frozen for its case.

    The fund's part goes back to the sources that paid, in one voucher; the other two stay with the case, for payouts.

    Args:
        business_date: the day of the voucher; the receipt's own, or the advance's if that is later, when not given.
        seen_version: that of the ``Standing`` which the actor had on screen; None when nothing was shown.

    Returns:
        One allocation for each advance of the case that was served, and always a first one.

    Raises:
        StaleRecord: the case or its allocations changed since they were seen.
        RuleViolation: not confirmed, allocated before, nothing was advanced, a debtor in bankruptcy, a wrong day, or a
            closed month.
    """
    receipt = custody_queries.receipt(receipt_id, frozenset({actor.court_code}))
    proposed = queries.proposal(receipt)
    found, parts = proposed.standing, proposed.parts
    if seen_version is not None:
        check_seen(current_version=found.version, seen_version=seen_version)
    day = business_date or proposed.earliest
    rules.check_day(day, earliest=proposed.earliest, today=clock.today())
    voucher_id = _give_back(receipt, parts, day, actor) if parts.fund > ZERO else None
    custody.mark_allocated(receipt_id, creditor=parts.creditor, refund=parts.refund, actor=actor)
    made = _allocations(receipt, found, parts, day, note, voucher_id, actor)
    trail.record(
        Event.RECOVERY_ALLOCATED,
        receipt.subject,
        court_code=receipt.court_code,
        actor=actor,
        case=receipt.case.number,
        receipt=receipt.bank_reference,
        order=ORDER_LABELS[found.order],
        fund=bare(parts.fund),
        creditor=bare(parts.creditor),
        refund=bare(parts.refund),
    )
    return made


def _give_back(receipt: queries.Receipt, parts: Parts, day: date, actor: User) -> int:
    """Book the fund's part back to the sources that paid for this case, the earliest registered first."""
    case = receipt.case.subject
    owed = queries.owed_to_sources(case)
    movements: list[Booked] = [
        booked(Movement.RECOVERED, part, case=case, source=source, debtor=f"party:{receipt.debtor_id}")
        for source, part in rules.served(parts.fund, owed)
    ]
    voucher = ledger.post(
        f"{receipt.subject}:allocated",
        movements,
        court_code=receipt.court_code,
        business_date=day,
        summary=f"收回垫付款：{receipt.case.number}",
        attachments=1,
        hands=Hands(receipt.recorded_by_id, actor.id),
        actor=actor,
    )
    return voucher.id


def _allocations(
    receipt: queries.Receipt,
    found: Standing,
    parts: Parts,
    day: date,
    note: str,
    voucher_id: int | None,
    actor: User,
) -> list[Allocation]:
    """Write down the split: the fund's part per advance, the rest in the first row."""
    owed = {advance.id: due for advance, due in found.owed}
    funds = rules.served(parts.fund, list(owed.items())) or [(found.owed[0][0].id, ZERO)]
    made: list[Allocation] = []
    for advance_id, fund in funds:
        creditor, refund = (parts.creditor, parts.refund) if not made else (ZERO, ZERO)
        made.append(
            Allocation(
                court_code=receipt.court_code,
                receipt_id=receipt.id,
                case_id=receipt.case_id,
                advance_id=advance_id,
                recovery_order=found.order,
                business_date=day,
                amount=fund + creditor + refund,
                outstanding_before=owed[advance_id],
                creditor_rest_before=found.creditor_rest,
                fund=fund,
                creditor=creditor,
                refund=refund,
                voucher_id=voucher_id,
                allocated_by_id=actor.id,
                allocated_at=clock.now(),
                note=note,
            )
        )
    db.session.add_all(made)
    db.session.flush()
    return made
