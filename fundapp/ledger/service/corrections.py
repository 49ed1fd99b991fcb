"""Corrections by two persons: asked for by one, confirmed or returned by another."""

from collections.abc import Callable
from datetime import date

from fundapp.core import clock
from fundapp.core.db import db
from fundapp.core.errors import StaleRecord
from fundapp.ledger import queries, rules
from fundapp.ledger.models import Correction, Voucher
from fundapp.ledger.rules import Booked, CorrectionMethod, CorrectionStatus, Hands, Ink
from fundapp.ledger.service.periods import check_open
from fundapp.ledger.service.posting import Draft, Links, Posted, drafted, post_drafts
from fundapp.trail import service as trail
from fundapp.trail.rules import Event
from fundapp.users.models import User

Register = Callable[[int, User], None]
_registers: list[Register] = []


def hear_of_corrections(register: Register) -> Register:
    """Let the register above do its part when a voucher of this id was corrected, in the same transaction: doors open
    downwards only."""
    _registers[:] = [register]
    return register


def reverse(voucher_id: int, *, business_date: date, reason: str, hands: Hands, actor: User) -> Posted:
    """Undo a voucher, once, linked to it, on a day of its own: in red in the same year, in blue in a later one.

    Raises:
        RuleViolation: a correction, already corrected, a day that cannot be, a closed month, or money is missing.
    """
    original = db.session.get_one(Voucher, voucher_id)
    return _post(original, CorrectionMethod.CANCEL, None, day=business_date, reason=reason, hands=hands, actor=actor)[0]


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
    """Post all vouchers of a correction, or none of them."""
    _check_correctable(original, day)
    drafts = [
        _drafted(original, one, day=day, reason=reason, hands=hands)
        for one in queries.correcting(original, method, right, day=day)
    ]
    return post_drafts(drafts, court_code=original.court_code, actor=actor)


def _drafted(original: Voucher, correcting: rules.Correcting, *, day: date, reason: str, hands: Hands) -> Draft:
    return drafted(
        f"{original.subject}:{correcting.link.value}",
        correcting.lines,
        business_date=day,
        posted_on=day,
        summary=f"{correcting.summary}：{reason}",
        attachments=0,
        hands=hands,
        kind=original.kind if correcting.ink is Ink.RED else None,
        ink=correcting.ink,
        links=Links(**{f"{correcting.link.name.lower()}_id": original.id}),
    )


def _check_correctable(original: Voucher, day: date) -> None:
    done = queries.correction_of(original.id)
    rules.check_uncorrected(is_correction=original.is_correction, corrected_by=done.cited if done else None)
    rules.check_correction_day(day, original_date=original.posted_on, today=clock.today())
    check_open(original.court_code, day)


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
    _check_correctable(voucher, business_date)
    lines = [line.posting for line in voucher.lines]
    rules.check_correctable([*(line.movement for line in lines), *([restated.movement] if restated else [])])
    rules.check_restated(method, lines, restated)
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
    posted = _post(
        correction.voucher,
        correction.method,
        correction.restated,
        day=correction.business_date,
        reason=correction.reason,
        hands=Hands(correction.requested_by_id, actor.id),
        actor=actor,
    )
    correction.status, correction.corrected_by_id = CorrectionStatus.CONFIRMED, posted[0].id
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
