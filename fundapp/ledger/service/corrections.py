"""Corrections by two persons: asked for by one, confirmed or returned by another."""

from datetime import date

from fundapp.core import clock
from fundapp.core.db import db
from fundapp.core.errors import StaleRecord
from fundapp.ledger import queries, rules
from fundapp.ledger.models import Correction, Voucher
from fundapp.ledger.rules import CorrectionStatus, Hands, Ink
from fundapp.ledger.service.periods import check_open
from fundapp.ledger.service.posting import Links, Posted, drafted, post_drafts
from fundapp.trail import service as trail
from fundapp.trail.rules import Event
from fundapp.users.models import User


def reverse(voucher_id: int, *, business_date: date, reason: str, hands: Hands, actor: User) -> Posted:
    """Undo a voucher, once, linked to it, on a day of its own: in red in the same year, in blue in a later one.

    Raises:
        RuleViolation: a correction, already corrected, dated before the original, a closed month, or money is missing.
    """
    original = db.session.get_one(Voucher, voucher_id)
    _check_reversible(original, business_date)
    lines = [line.posting for line in original.lines]
    ink, undone = rules.undoing(lines, same_year=original.year == business_date.year)
    day = original.posted_on
    draft = drafted(
        f"{original.subject}:reversed",
        undone,
        business_date=business_date,
        posted_on=business_date,
        summary=f"注销{day.year}年{day.month}月{day.day}日{original.cited}号凭证：{reason}",
        attachments=0,
        hands=hands,
        kind=original.kind if ink is Ink.RED else None,
        ink=ink,
        links=Links(reverses_id=voucher_id),
    )
    (posted,) = post_drafts([draft], court_code=original.court_code, actor=actor)
    return posted


def _check_reversible(original: Voucher, business_date: date) -> None:
    undone = queries.reversal_of(original.id)
    rules.check_reversible(
        is_reversal=original.is_reversal,
        reversed_by=undone.cited if undone else None,
        business_date=business_date,
        original_date=original.posted_on,
    )
    check_open(original.court_code, business_date)


def request_correction(voucher_id: int, *, business_date: date, reason: str, actor: User) -> Correction:
    """Ask for a voucher to be reversed; another person confirms.

    Raises:
        NotFound: no such voucher in the actor's court.
        RuleViolation: not reversible, a bad day, or a correction of it waits already.
    """
    voucher = queries.voucher(voucher_id, frozenset({actor.court_code}))
    _check_reversible(voucher, business_date)
    rules.check_correctable(line.posting for line in voucher.lines)
    rules.check_correction_day(business_date, clock.today())
    rules.check_not_waiting(queries.has_waiting_correction(voucher_id))
    correction = Correction(
        court_code=voucher.court_code,
        voucher_id=voucher_id,
        business_date=business_date,
        reason=reason,
        status=CorrectionStatus.REQUESTED,
        requested_by_id=actor.id,
    )
    db.session.add(correction)
    db.session.flush()
    trail.record(
        Event.CORRECTION_REQUESTED,
        voucher.subject,
        court_code=voucher.court_code,
        actor=actor,
        voucher=voucher.cited,
        reason=reason,
    )
    return correction


def decide_correction(correction_id: int, *, is_confirmed: bool, seen_version: int, actor: User) -> Correction:
    """Confirm a requested correction, which reverses its voucher, or return it.

    Raises:
        NotFound: no such correction in the actor's court.
        StaleRecord: somebody decided it meanwhile.
        RuleViolation: one's own request, or the voucher can no longer be reversed.
    """
    correction = queries.correction(correction_id, frozenset({actor.court_code}))
    if correction.version != seen_version or correction.status is not CorrectionStatus.REQUESTED:
        raise StaleRecord("该冲销申请已被处理，请刷新页面查看最新状态。")
    rules.check_hands(correction.requested_by_id, actor.id)
    correction.reviewed_by_id = actor.id
    facts: dict[str, str] = {"voucher": correction.voucher.cited, "reason": correction.reason}
    subject, court_code = correction.voucher.subject, correction.court_code
    if not is_confirmed:
        correction.status = CorrectionStatus.RETURNED
        trail.record(Event.CORRECTION_RETURNED, subject, court_code=court_code, actor=actor, **facts)
        return correction
    reversed_by = reverse(
        correction.voucher_id,
        business_date=correction.business_date,
        reason=correction.reason,
        hands=Hands(correction.requested_by_id, actor.id),
        actor=actor,
    )
    correction.status, correction.reversal_id = CorrectionStatus.CONFIRMED, reversed_by.id
    facts["reversal"] = reversed_by.cited
    trail.record(Event.CORRECTION_CONFIRMED, subject, court_code=court_code, actor=actor, **facts)
    return correction
