"""Corrections by two persons: asked for by one, confirmed or returned by another."""

from collections.abc import Callable
from datetime import date

from fundapp.core import clock
from fundapp.core.db import db
from fundapp.core.errors import RuleViolation, StaleRecord
from fundapp.ledger import queries, rules
from fundapp.ledger.models import Correction, Voucher
from fundapp.ledger.rules import Booked, CorrectionMethod, CorrectionStatus, Hands, Ink, Link
from fundapp.ledger.service.periods import check_open
from fundapp.ledger.service.posting import Draft, Links, Posted, drafted, post_drafts
from fundapp.trail import service as trail
from fundapp.trail.rules import Event
from fundapp.users.models import User

Register = Callable[[int, User], None]
CorrectionCheck = Callable[[int], None]
_registers: list[Register] = []
_checks: list[CorrectionCheck] = []


def hear_of_corrections(register: Register) -> Register:
    """Let the register above do its part when a voucher of this id was corrected, in the same transaction: doors open
    downwards only."""
    _registers.append(register)
    return register


def hear_before_correcting(check: CorrectionCheck) -> CorrectionCheck:
    """Let the register above refuse that a voucher of this id be corrected, with its reason."""
    _checks.append(check)
    return check


def reverse(voucher_id: int, *, business_date: date, reason: str, hands: Hands, actor: User) -> Posted:
    """Undo a voucher, once, linked to it, on a day of its own: in red in the same year, in blue in a later one.

    Raises:
        RuleViolation: a correction, already corrected, a day that cannot be, a closed month, or money is missing.
    """
    original = db.session.get_one(Voucher, voucher_id)
    done = _post(original, CorrectionMethod.CANCEL, None, day=business_date, reason=reason, hands=hands, actor=actor)
    return done[-1]


def _post(
    original: Voucher,
    method: CorrectionMethod,
    right: Booked | None,
    *,
    day: date,
    reason: str,
    hands: Hands,
    actor: User,
) -> list[Posted]:
    """Post all vouchers of a correction, or none of them: what adjusted the original is undone first."""
    _check_correctable(original, method, day)
    drafts = [
        _drafted(original, one, day=day, reason=reason, hands=hands)
        for one in queries.correcting(original, method, right, day=day)
    ]
    return post_drafts(drafts, court_code=original.court_code, actor=actor)


def _drafted(original: Voucher, correcting: rules.Correcting, *, day: date, reason: str, hands: Hands) -> Draft:
    return drafted(
        f"voucher:{correcting.corrects_id}:{correcting.link.value}",
        correcting.lines,
        business_date=day,
        posted_on=day,
        summary=f"{correcting.summary}：{reason}",
        attachments=0,
        hands=hands,
        kind=original.kind if correcting.ink is Ink.RED else None,
        ink=correcting.ink,
        links=Links(**{f"{correcting.link.name.lower()}_id": correcting.corrects_id}),
    )


def _check_correctable(original: Voucher, method: CorrectionMethod, day: date) -> None:
    _check_uncorrected(original, method)
    last = queries.adjustment_of(original.id) or original
    rules.check_correction_day(day, original_date=max(original.posted_on, last.posted_on), today=clock.today())
    check_open(original.court_code, day)


def _check_uncorrected(voucher: Voucher, method: CorrectionMethod) -> None:
    named = {one.link: one.cited for one in queries.linked([voucher])[voucher.id] if not one.is_later}
    reversal, adjustment = queries.reversal_of(voucher.id), queries.adjustment_of(voucher.id)
    rules.check_uncorrected(
        method,
        reverses=named.get(Link.REVERSES),
        adjusts=named.get(Link.ADJUSTS),
        reversed_by=reversal.cited if reversal else None,
        adjusted_by=adjustment.cited if adjustment else None,
    )


def _check_registers(voucher: Voucher, method: CorrectionMethod, right: Booked | None) -> None:
    rules.check_correctable(method, [*(line.movement for line in voucher.lines), *([right.movement] if right else [])])
    for check in _checks:
        check(voucher.id)


def refusal_to_cancel(voucher: Voucher) -> RuleViolation | None:
    """Why a voucher cannot be cancelled on any day, and what to do instead; None when it can."""
    try:
        _check_uncorrected(voucher, CorrectionMethod.CANCEL)
        _check_registers(voucher, CorrectionMethod.CANCEL, None)
        rules.check_not_waiting(queries.has_waiting_correction(voucher.id))
    except RuleViolation as refusal:
        return refusal
    return None


def request_correction(
    voucher_id: int,
    *,
    business_date: date,
    reason: str,
    actor: User,
    method: CorrectionMethod = CorrectionMethod.CANCEL,
    restated: Booked | None = None,
) -> Correction:
    """Ask for a voucher to be corrected; another person confirms.

    Args:
        restated: the right content, unless the voucher is only cancelled.

    Raises:
        NotFound: no such voucher in the actor's court.
        RuleViolation: not correctable, a right content that is none, a bad day, or a correction of it waits already.
    """
    voucher = queries.voucher(voucher_id, frozenset({actor.court_code}))
    _check_correctable(voucher, method, business_date)
    _check_registers(voucher, method, restated)
    rules.check_restated(method, queries.standing_lines(voucher), restated)
    rules.check_not_waiting(queries.has_waiting_correction(voucher_id))
    correction = Correction(
        court_code=voucher.court_code,
        voucher_id=voucher_id,
        method=method,
        restated_amount=restated.amount if restated else None,
        restated_source=restated.source if restated else None,
        restated_movement=restated.movement if restated else None,
        business_date=business_date,
        reason=reason,
        status=CorrectionStatus.REQUESTED,
        requested_by_id=actor.id,
    )
    db.session.add(correction)
    db.session.flush()
    _tell(Event.CORRECTION_REQUESTED, correction, actor)
    return correction


def decide_correction(correction_id: int, *, is_confirmed: bool, seen_version: int, actor: User) -> Correction:
    """Confirm a requested correction, which posts its vouchers, or return it.

    Raises:
        NotFound: no such correction in the actor's court.
        StaleRecord: somebody decided it meanwhile.
        RuleViolation: one's own request, or the voucher can no longer be corrected.
    """
    correction = queries.correction(correction_id, frozenset({actor.court_code}))
    if correction.version != seen_version or correction.status is not CorrectionStatus.REQUESTED:
        raise StaleRecord("该更正申请已被处理，请刷新页面查看最新状态。")
    rules.check_hands(correction.requested_by_id, actor.id)
    correction.reviewed_by_id = actor.id
    if not is_confirmed:
        correction.status = CorrectionStatus.RETURNED
        _tell(Event.CORRECTION_RETURNED, correction, actor)
        return correction
    _check_registers(correction.voucher, correction.method, correction.restated)
    posted = _post(
        correction.voucher,
        correction.method,
        correction.restated,
        day=correction.business_date,
        reason=correction.reason,
        hands=Hands(correction.requested_by_id, actor.id),
        actor=actor,
    )
    is_adjusted = correction.method is CorrectionMethod.DIFFERENCE
    done = (queries.adjustment_of if is_adjusted else queries.reversal_of)(correction.voucher_id)
    assert done is not None, "what is confirmed is posted"
    correction.status, correction.corrected_by_id = CorrectionStatus.CONFIRMED, done.id
    _tell(Event.CORRECTION_CONFIRMED, correction, actor, corrected_by="、".join(one.cited for one in posted))
    for register in _registers:
        register(correction.voucher_id, actor)
    return correction


def _tell(event: Event, correction: Correction, actor: User, **more: str) -> None:
    right = correction.restated
    trail.record(
        event,
        correction.voucher.subject,
        court_code=correction.court_code,
        actor=actor,
        voucher=correction.voucher.cited,
        method=correction.method.value,
        restated=rules.told(right.amount) if right else "",
        source=right.source or "" if right else "",
        reason=correction.reason,
        **more,
    )
