"""Writes of closing: a month, a year, their reopening, a package handed out."""

from collections.abc import Collection

from fundapp.core import clock
from fundapp.core.db import db
from fundapp.core.errors import StaleRecord
from fundapp.core.money import ZERO
from fundapp.ledger import queries as books
from fundapp.ledger import service as ledger
from fundapp.ledger.rules import told
from fundapp.trail import service as trail
from fundapp.trail.rules import Event, SigningReason
from fundapp.users.models import User
from fundapp.users.rules import Permission, check_acts_here
from fundapp.yearend import queries, rules
from fundapp.yearend.models import (
    AuditPackage,
    ClosedYear,
    ReopeningDecision,
    ReopeningRequest,
    YearCloseDecision,
    YearCloseRequest,
)
from fundapp.yearend.rules import ReopeningOutcome, ReopeningStep, YearCloseOutcome, YearCloseStatus


def close_month(court_code: str, month: str, *, explanation: str = "", actor: User) -> None:
    """Close the month that is due, so that no voucher is posted in it any more.

    Args:
        explanation: why money that nobody has claimed still stands at its end; kept with the closing.

    Raises:
        RuleViolation: not the month that is due, December, or a point of the closing list is not met; all are named.
    """
    check_acts_here(actor.court_code, court_code)
    rules.check_month(month)
    rules.check_in_order(month, queries.due_month(court_code))
    rules.check_not_december(month)
    _check_list(court_code, month, explanation)
    _close(court_code, month, explanation, actor)


def request_year_close(court_code: str, year: int, *, explanation: str = "", actor: User) -> YearCloseRequest:
    """Ask for the close of a year; another agrees, and who asked is the preparer of the result's transfer.

    Args:
        explanation: why money that nobody has claimed still stands at the year's end; kept with the closing.

    Raises:
        RuleViolation: no books of that year, months before December are open, a point of December's closing list is not
            met, or a request waits already.
    """
    check_acts_here(actor.court_code, court_code)
    rules.check_year_in_books(rules.check_year(year), queries.first_year(court_code))
    rules.check_year_ready(year, queries.due_month(court_code))
    rules.check_no_year_request(queries.waiting_year_request(court_code, year) is not None)
    december = rules.months_of(year)[-1]
    _check_list(court_code, december, explanation)
    request = YearCloseRequest(
        court_code=court_code,
        year=year,
        round=_next_round(court_code, december),
        last_number=books.last_number(court_code, december),
        explanation=explanation.strip() if queries.suspense_at(court_code, december) != ZERO else "",
        requested_by_id=actor.id,
        requested_at=clock.now(),
    )
    db.session.add(request)
    db.session.flush()
    _record_year(
        Event.YEAR_CLOSE_REQUESTED, request, actor, vouchers=request.last_number, explanation=request.explanation
    )
    return request


def decide_year_close(request_id: int, *, outcome: YearCloseOutcome, opinion: str, actor: User) -> YearCloseRequest:
    """Close the year that was asked for: carry its result over (model B), close December; or return the request.

    Raises:
        NotFound: no such request in the actor's court.
        StaleRecord: it was decided meanwhile.
        RuleViolation: another post's decision, one's own request, a return without a reason; or, to close it, vouchers
            since it was asked for, or a point of December's closing list that is not met.
    """
    request = queries.year_request(request_id, frozenset({actor.court_code}))
    if request.status is not YearCloseStatus.REQUESTED:
        raise StaleRecord("该年终结账申请已被处理，请刷新页面查看最新状态。")
    rules.check_may_close_year(actor.may(Permission.YEAR_CLOSE))
    rules.check_not_asker(actor.id, request.requested_by_id)
    rules.check_opinion(opinion, outcome)
    if outcome is YearCloseOutcome.AGREED:
        december = rules.months_of(request.year)[-1]
        rules.check_year_ready(request.year, queries.due_month(request.court_code))
        rules.check_as_asked(request.last_number, books.last_number(request.court_code, december))
        _check_list(request.court_code, december, request.explanation)
    db.session.add(
        YearCloseDecision(
            request_id=request.id,
            outcome=outcome,
            opinion=opinion.strip(),
            decided_by_id=actor.id,
            decided_at=clock.now(),
        )
    )
    db.session.flush()
    if outcome is YearCloseOutcome.AGREED:
        _close_year(request, actor)
    else:
        _record_year(Event.YEAR_CLOSE_RETURNED, request, actor, reason=opinion.strip())
    db.session.expire(request)
    return request


def _close_year(request: YearCloseRequest, actor: User) -> None:
    court_code, year = request.court_code, request.year
    voucher_id = _carry_result(request, actor)
    closing_id = _close(court_code, rules.months_of(year)[-1], request.explanation, actor)
    closed = ClosedYear(
        closing_id=closing_id,
        court_code=court_code,
        year=year,
        vouchers=queries.year_voucher_count(court_code, year),
        result_voucher_id=voucher_id,
        prepared_by_id=request.requested_by_id,
        closed_by_id=actor.id,
        closed_at=clock.now(),
    )
    db.session.add(closed)
    db.session.flush()
    _record_year(Event.YEAR_CLOSED, request, actor, vouchers=closed.vouchers)
    trail.sign_head(court_code, reason=SigningReason.YEAR_CLOSE)


def _record_year(event: Event, request: YearCloseRequest, actor: User, **facts: str | int) -> None:
    subject = rules.year_subject(request.court_code, request.year)
    trail.record(event, subject, court_code=request.court_code, actor=actor, year=request.year, **facts)


def _next_round(court_code: str, month: str) -> int:
    return len(books.closings(court_code, [month])) + 1


def _check_list(court_code: str, month: str, explanation: str) -> None:
    """The whole closing list; unclaimed money is no hindrance when the closer explains it."""
    is_explained = bool(explanation.strip())
    found = [*queries.hindered(court_code, month), *queries.disproved(court_code, month)]
    rules.check_unhindered(month, [one for one in found if not (is_explained and one.kind is rules.Hindrance.SUSPENSE)])


def _close(court_code: str, month: str, explanation: str, actor: User) -> int:
    closed = ledger.close_month(court_code, month, explanation=explanation, actor=actor)
    trail.record(
        Event.MONTH_CLOSED,
        rules.month_subject(court_code, month),
        court_code=court_code,
        actor=actor,
        month=month,
        vouchers=closed.vouchers,
        digest=closed.digest,
        suspense=told(closed.suspense) if closed.suspense != ZERO else "",
        explanation=closed.explanation,
    )
    trail.sign_head(court_code, reason=SigningReason.MONTH_CLOSE)
    return closed.id


def _carry_result(request: YearCloseRequest, actor: User) -> int | None:
    """Post the transfer; its name counts the closings of the year, because it is made anew after each reopening."""
    court_code, year = request.court_code, request.year
    moved = rules.result_transfer(books.model(court_code), queries.result_balances(court_code, year))
    if not moved:
        return None
    voucher = ledger.post(
        f"year:{year}:result:{request.round}",
        moved,
        court_code=court_code,
        business_date=rules.last_day(rules.months_of(year)[-1]),
        summary=f"结转{year}年度收支",
        attachments=0,
        hands=ledger.Hands(prepared_by_id=request.requested_by_id, reviewed_by_id=actor.id),
        actor=actor,
    )
    rules.check_carried(queries.result_balances(court_code, year))
    return voucher.id


def request_reopening(court_code: str, month: str, *, reason: str, actor: User) -> ReopeningRequest:
    """Ask for the last closed month, or with December its year, to be opened again; others agree.

    Raises:
        RuleViolation: not the last closed month, no reason, or a request waits already.
    """
    check_acts_here(actor.court_code, court_code)
    last = books.last_closing(court_code)
    rules.check_reopenable(rules.check_month(month), last.month if last else None)
    rules.check_reason(reason)
    rules.check_no_request(queries.waiting_request(court_code) is not None)
    assert last is not None, "a month that can be reopened is closed"
    request = ReopeningRequest(
        court_code=court_code,
        closing_id=last.id,
        reason=reason.strip(),
        requested_by_id=actor.id,
        requested_at=clock.now(),
    )
    db.session.add(request)
    db.session.flush()
    _record(Event.REOPENING_REQUESTED, request, actor, reason=request.reason)
    return request


def decide_reopening(
    request_id: int, *, outcome: ReopeningOutcome, opinion: str, seen_version: int, actor: User
) -> ReopeningRequest:
    """Agree to a reopening or return it; with the last agreement the month is open, and a year as it was before.

    Args:
        seen_version: how many answers the actor saw.

    Raises:
        NotFound: no such request in the actor's court.
        StaleRecord: somebody answered meanwhile.
        RuleViolation: another post's turn, one's own request, a second answer, or a return without a reason.
    """
    request = queries.request(request_id, frozenset({actor.court_code}))
    step = request.step
    if step is None or seen_version != len(request.decisions):
        raise StaleRecord("该反结账申请已被处理，请刷新页面查看最新状态。")
    rules.check_turn(step, may_decide=actor.may(rules.step_door(step)))
    decided_by = [decision.decided_by_id for decision in request.decisions]
    rules.check_fresh_hand(actor.id, requested_by_id=request.requested_by_id, decided_by=decided_by)
    rules.check_opinion(opinion, outcome)
    db.session.add(
        ReopeningDecision(
            request_id=request.id,
            step=step,
            outcome=outcome,
            opinion=opinion.strip(),
            decided_by_id=actor.id,
            decided_at=clock.now(),
        )
    )
    db.session.flush()
    if outcome is ReopeningOutcome.RETURNED:
        _record(Event.REOPENING_RETURNED, request, actor, reason=opinion.strip())
    elif step is ReopeningStep.AUDIT:
        _record(Event.REOPENING_AUDITED, request, actor, opinion=opinion.strip())
    else:
        _reopen(request, decided_by[0] if decided_by else None, opinion.strip(), actor)
    db.session.expire(request)
    return request


def _record(event: Event, request: ReopeningRequest, actor: User, **facts: str) -> None:
    month = request.closing.month
    subject = rules.month_subject(request.court_code, month)
    trail.record(event, subject, court_code=request.court_code, actor=actor, month=month, **facts)


def _reopen(request: ReopeningRequest, audited_by_id: int | None, opinion: str, actor: User) -> None:
    month = request.closing.month
    closed_year = queries.closed_year(request.court_code, int(month[:4])) if rules.is_december(month) else None
    ledger.reopen_month(
        request.closing,
        reason=request.reason,
        requested_by_id=request.requested_by_id,
        audited_by_id=audited_by_id,
        agreed_by_id=actor.id,
    )
    _record(Event.MONTH_REOPENED, request, actor, reason=request.reason, opinion=opinion)
    if closed_year is not None:
        _undo_year(closed_year, request, actor)


def _undo_year(closed_year: ClosedYear, request: ReopeningRequest, actor: User) -> None:
    """Take the year's transfer back in red, in its December, so that the books are as they were before it."""
    reversal = ""
    if closed_year.result_voucher_id is not None:
        reversal = ledger.reverse(
            closed_year.result_voucher_id,
            business_date=rules.last_day(request.closing.month),
            reason=f"反结账：{request.reason}",
            hands=ledger.Hands(prepared_by_id=request.requested_by_id, reviewed_by_id=actor.id),
            actor=actor,
        ).cited
    trail.record(
        Event.YEAR_REOPENED,
        rules.year_subject(request.court_code, closed_year.year),
        court_code=request.court_code,
        actor=actor,
        year=closed_year.year,
        reason=request.reason,
        reversal=reversal,
    )


def record_package(
    *,
    court_code: str,
    year: int,
    court_codes: Collection[str],
    file_name: str,
    digest: str,
    unmasked_for: str = "",
    actor: User,
) -> AuditPackage:
    """Record that a package was made; it holds the chain as it stood before this entry.

    Args:
        unmasked_for: why it names persons whole; empty where it masks them.
    """
    check_acts_here(actor.court_code, court_code)
    package = AuditPackage(
        court_code=court_code,
        year=year,
        courts=",".join(sorted(court_codes)),
        file_name=file_name,
        digest=digest,
        is_unmasked=bool(unmasked_for),
        reason=unmasked_for,
        exported_by_id=actor.id,
        exported_at=clock.now(),
    )
    db.session.add(package)
    db.session.flush()
    trail.record(
        Event.PACKAGE_EXPORTED,
        package.subject,
        court_code=court_code,
        actor=actor,
        year=year,
        digest=digest,
        unmasked_for=unmasked_for,
    )
    trail.sign_head(court_code, reason=SigningReason.PACKAGE)
    return package
