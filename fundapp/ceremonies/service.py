"""Writes of ceremonies: plan, list, freeze, the day itself, close."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy.orm.attributes import flag_modified

from fundapp.advances import queries as advance_queries
from fundapp.advances import service as advances
from fundapp.advances.rules import Channel
from fundapp.ceremonies import queries, rules
from fundapp.ceremonies.models import Ceremony, CeremonyLine, Witness
from fundapp.ceremonies.rules import CeremonyStatus, LineSource, Method, PayeeStatus, WitnessCapacity
from fundapp.core import clock
from fundapp.core.db import db
from fundapp.core.money import ZERO, Money, bare, total
from fundapp.core.versions import check_seen
from fundapp.custody import service as custody
from fundapp.custody.rules import PayoutChannel
from fundapp.funding import queries as funding
from fundapp.ledger import service as ledger
from fundapp.ledger.rules import Account, Movement, booked
from fundapp.ledger.service import Hands
from fundapp.trail import service as trail
from fundapp.trail.rules import Event
from fundapp.users import queries as users
from fundapp.users.models import User
from fundapp.users.rules import Permission

ADVANCE_CHANNEL = {Method.TRANSFER: Channel.CEREMONY_TRANSFER, Method.CASH: Channel.CEREMONY_CASH}
PAYOUT_CHANNEL = {Method.TRANSFER: PayoutChannel.CEREMONY_TRANSFER, Method.CASH: PayoutChannel.CEREMONY_CASH}


def plan(*, name: str, place: str, held_on: date, host: str, actor: User) -> Ceremony:
    """Plan a ceremony of the actor's court, for today or later."""
    rules.check_held_on(held_on, clock.today())
    ceremony = Ceremony(
        court_code=actor.court_code,
        name=name,
        place=place,
        held_on=held_on,
        host=host,
        status=CeremonyStatus.PLANNED,
        fund_cash_drawn=ZERO,
        fund_cash_returned=ZERO,
        case_cash_drawn=ZERO,
        case_cash_returned=ZERO,
        planned_by_id=actor.id,
    )
    db.session.add(ceremony)
    db.session.flush()
    _record(Event.CEREMONY_PLANNED, ceremony, actor, name=name, held_on=held_on.isoformat(), place=place)
    return ceremony


def change(
    ceremony_id: int, *, name: str, place: str, held_on: date, host: str, seen_version: int, actor: User
) -> Ceremony:
    """Change name, place, day or host of a planned ceremony."""
    ceremony = _here(ceremony_id, actor)
    check_seen(current_version=ceremony.version, seen_version=seen_version)
    rules.check_list_open(ceremony.status)
    rules.check_held_on(held_on, clock.today())
    wanted = {"name": name, "place": place, "held_on": held_on, "host": host}
    changes = {word: value for word, value in wanted.items() if getattr(ceremony, word) != value}
    for word, value in changes.items():
        setattr(ceremony, word, value)
    told = ", ".join(f"{word}: {value}" for word, value in changes.items())
    _record(Event.CEREMONY_CHANGED, ceremony, actor, name=ceremony.name, changes=told)
    return ceremony


def add_advance(ceremony_id: int, advance_id: int, *, method: Method, actor: User) -> CeremonyLine:
    """Put an approved advance on the list; from here on it is being paid, and nowhere else.

    Raises:
        RuleViolation: the list is frozen, or the advance is not approved, changed since, or on another list or batch.
    """
    ceremony = _planned(ceremony_id, actor)
    advance = advances.begin_payment(advance_id, actor=actor)
    return _add(
        ceremony,
        CeremonyLine(
            source=LineSource.ADVANCE,
            advance_id=advance_id,
            live_advance_id=advance_id,
            case=advance.case,
            payee=advance.creditor,
            category=advance.case.category,
            amount=advance.amount,
            method=method,
        ),
        actor,
    )


def add_payout(ceremony_id: int, payout_id: int, *, method: Method, actor: User) -> CeremonyLine:
    """Put an approved payout of case money on the list.

    Raises:
        RuleViolation: the list is frozen, or the payout is not approved, changed since, or on another list.
    """
    ceremony = _planned(ceremony_id, actor)
    payout = custody.begin_payment(payout_id, actor=actor)
    return _add(
        ceremony,
        CeremonyLine(
            source=LineSource.CASE_MONEY,
            payout_id=payout_id,
            live_payout_id=payout_id,
            case=payout.case,
            payee=payout.payee,
            category=payout.case.category,
            amount=payout.amount,
            method=method,
        ),
        actor,
    )


def add_lines(
    ceremony_id: int, *, advance_ids: Sequence[int], payout_ids: Sequence[int], method: Method, actor: User
) -> list[CeremonyLine]:
    """Put several approved advances and payouts on the list, all handed over in the same way."""
    rules.check_chosen(len(advance_ids) + len(payout_ids))
    return [
        *(add_advance(ceremony_id, one, method=method, actor=actor) for one in advance_ids),
        *(add_payout(ceremony_id, one, method=method, actor=actor) for one in payout_ids),
    ]


def _add(ceremony: Ceremony, line: CeremonyLine, actor: User) -> CeremonyLine:
    line.court_code, line.ceremony_id = ceremony.court_code, ceremony.id
    line.sequence, line.status = queries.last_sequence(ceremony.id) + 1, PayeeStatus.LISTED
    db.session.add(line)
    told = f"+{line.record} {bare(line.amount)} {line.method.value}"
    _record(Event.CEREMONY_CHANGED, ceremony, actor, name=ceremony.name, changes=told)
    return line


def remove_line(line_id: int, *, actor: User) -> Ceremony:
    """Take a line off a planned list; what it would have paid is payable again, and the lines behind it move up."""
    line = queries.line(line_id, frozenset({actor.court_code}))
    ceremony = _planned(line.ceremony_id, actor)
    told = f"-{line.record} {bare(line.amount)} {line.method.value}"
    _carry_back(line, actor)
    db.session.delete(line)
    db.session.flush()
    for at, rest in enumerate(queries.lines(ceremony.id), 1):
        rest.sequence = at
    _record(Event.CEREMONY_CHANGED, ceremony, actor, name=ceremony.name, changes=told)
    return ceremony


def freeze(ceremony_id: int, *, seen_version: int, actor: User) -> Ceremony:
    """Freeze the list as it was seen; its digest is kept, and nobody changes it afterwards.

    Raises:
        StaleRecord: the list changed after it was read.
        RuleViolation: it is empty, or frozen already, or the actor planned it.
    """
    ceremony = _here(ceremony_id, actor)
    check_seen(current_version=ceremony.version, seen_version=seen_version)
    rules.check_move(ceremony.status, CeremonyStatus.FROZEN)
    rules.check_freezer(ceremony.planned_by_id, actor.id)
    listed = queries.listed(ceremony.id)
    rules.check_not_empty(len(listed))
    ceremony.list_digest = rules.list_digest(ceremony.subject, listed)
    ceremony.status, ceremony.frozen_by_id = CeremonyStatus.FROZEN, actor.id
    _record(
        Event.CEREMONY_FROZEN,
        ceremony,
        actor,
        name=ceremony.name,
        lines=len(listed),
        total=bare(total(line.amount for line in listed)),
        digest=ceremony.list_digest,
    )
    return ceremony


def cancel(ceremony_id: int, *, reason: str, seen_version: int, actor: User) -> Ceremony:
    """Call off a ceremony that was not opened; everything on its list is approved and payable again."""
    ceremony = _here(ceremony_id, actor)
    check_seen(current_version=ceremony.version, seen_version=seen_version)
    rules.check_move(ceremony.status, CeremonyStatus.CANCELLED)
    for line in queries.lines(ceremony.id):
        _carry_back(line, actor)
    ceremony.status = CeremonyStatus.CANCELLED
    _record(Event.CEREMONY_CANCELLED, ceremony, actor, name=ceremony.name, reason=reason)
    return ceremony


def open_day(ceremony_id: int, *, actor: User) -> Ceremony:
    """Begin the day: the cash of the frozen list is drawn, of each kind of money what its cash lines come to.

    Raises:
        RuleViolation: before the planned day, another ceremony of the court is open, or the list is not the frozen one.
    """
    ceremony = _here(ceremony_id, actor)
    rules.check_move(ceremony.status, CeremonyStatus.OPEN)
    rules.check_not_early(ceremony.held_on, clock.today())
    other = queries.open_ceremony(ceremony.court_code)
    rules.check_no_other_open(other.name if other else None)
    rules.check_unchanged(ceremony.list_digest, rules.list_digest(ceremony.subject, queries.listed(ceremony.id)))
    ceremony.status = CeremonyStatus.OPEN
    _record(Event.CEREMONY_OPENED, ceremony, actor, name=ceremony.name)
    _draw_cash(ceremony, actor)
    return ceremony


def _draw_cash(ceremony: Ceremony, actor: User) -> None:
    court = ceremony.court_code
    advance_lines = queries.cash_lines(ceremony.id, LineSource.ADVANCE)
    payout_lines = queries.cash_lines(ceremony.id, LineSource.CASE_MONEY)
    if not advance_lines and not payout_lines:
        return
    ceremony.fund_cash_drawn = total(line.amount for line in advance_lines)
    ceremony.case_cash_drawn = total(line.amount for line in payout_lines)
    with ledger.moving_reservations(court, _reservations(advance_lines), to=Account.CASH):
        lots = funding.draw(court, ceremony.fund_cash_drawn) if advance_lines else []
        ledger.post(
            f"{ceremony.subject}:cash-drawn",
            [booked(Movement.FUND_CASH_DRAWN, amount, source=source) for source, amount in lots]
            + [booked(Movement.CASE_CASH_DRAWN, line.amount, case=f"case:{line.case_id}") for line in payout_lines],
            court_code=court,
            business_date=clock.today(),
            summary=f"“{ceremony.name}”按审定名单提取现金",
            attachments=1,
            hands=_hands(ceremony),
            actor=actor,
        )
    _record(
        Event.CEREMONY_CASH_DRAWN,
        ceremony,
        actor,
        name=ceremony.name,
        fund=bare(ceremony.fund_cash_drawn),
        case_money=bare(ceremony.case_cash_drawn),
    )


def sign_in(
    line_id: int, *, agent: str | None = None, authority_number: str | None = None, actor: User
) -> CeremonyLine:
    """Sign a payee in, whose identity the actor has checked; an agent comes with a special power of attorney."""
    line, ceremony = _on_the_day(line_id, PayeeStatus.SIGNED_IN, actor)
    rules.check_agent(agent, authority_number)
    line.agent, line.authority_number = agent or None, authority_number or None
    line.status, line.signed_in_at, line.identity_checked_by_id = PayeeStatus.SIGNED_IN, clock.now(), actor.id
    _record(Event.PAYEE_SIGNED_IN, ceremony, actor, ceremony=ceremony.name, line=line.sequence)
    return line


def hand_over(line_id: int, *, reference: str, second_staff_id: int, actor: User) -> CeremonyLine:
    """Pay a payee who has signed in, before the actor and a second member of staff.

    Args:
        reference: the bank's for a transfer, the number of the signed receipt for cash.

    Raises:
        RuleViolation: not signed in, paid already, one person alone, or a reference that was used before.
    """
    line, ceremony = _on_the_day(line_id, PayeeStatus.PAID, actor)
    second = users.user(second_staff_id, frozenset({ceremony.court_code}))
    rules.check_staff(
        first_id=actor.id,
        second_id=second.id,
        first_may=actor.may(Permission.CEREMONY_HAND_OVER),
        second_may=second.is_active and second.may(Permission.CEREMONY_HAND_OVER),
    )
    rules.check_reference(line.method, reference)
    used_in = queries.used_in(line, reference)
    rules.check_reference_new(line.method, reference, used_in)
    if line.method is Method.CASH:
        line.receipt_number = reference
    else:
        line.bank_reference = reference
    line.status, line.paid_at = PayeeStatus.PAID, clock.now()
    line.first_staff_id, line.second_staff_id = actor.id, second.id
    _pay(line, ceremony, actor)
    _record(
        Event.PAYEE_PAID,
        ceremony,
        actor,
        ceremony=ceremony.name,
        line=line.sequence,
        amount=bare(line.amount),
        method=line.method.value,
        first_staff=actor.id,
        second_staff=second.id,
    )
    return line


def _pay(line: CeremonyLine, ceremony: Ceremony, actor: User) -> None:
    if line.advance_id is not None:
        advances.record_paid(
            line.advance_id,
            channel=ADVANCE_CHANNEL[line.method],
            paid_on=clock.today(),
            paid_through=line.subject,
            bank_reference=line.bank_reference,
            hands=_hands(ceremony),
            actor=actor,
        )
        custody.hold_back(line.case_id, advanced=advance_queries.paid_in_case(line.case_id), actor=actor)
    if line.payout_id is not None:
        custody.record_paid(
            line.payout_id,
            channel=PAYOUT_CHANNEL[line.method],
            paid_on=clock.today(),
            bank_reference=line.bank_reference,
            hands=_hands(ceremony),
            actor=actor,
        )


def mark_absent(line_id: int, *, reason: str, actor: User) -> CeremonyLine:
    """Mark a payee who did not come or was not paid.

    What a transfer would have paid is payable again at once. Where cash was drawn for the line, it waits until that
    cash is back in the bank, when the ceremony closes: it must not be paid while the money lies in the cash box.
    """
    line, ceremony = _on_the_day(line_id, PayeeStatus.ABSENT, actor)
    line.status, line.absent_reason = PayeeStatus.ABSENT, reason
    if line.method is Method.TRANSFER:
        _carry_back(line, actor)
    _record(Event.PAYEE_ABSENT, ceremony, actor, ceremony=ceremony.name, line=line.sequence, reason=reason)
    return line


def add_witness(ceremony_id: int, *, name: str, capacity: WitnessCapacity, organisation: str, actor: User) -> Witness:
    """Record who watches the ceremony, and as what."""
    ceremony = _here(ceremony_id, actor)
    rules.check_day_open(ceremony.status)
    witness = Witness(ceremony_id=ceremony.id, name=name, capacity=capacity, organisation=organisation)
    db.session.add(witness)
    _record(Event.WITNESS_RECORDED, ceremony, actor, ceremony=ceremony.name, capacity=capacity.value)
    return witness


def close(
    ceremony_id: int, *, fund_cash_returned: Money, case_cash_returned: Money, seen_version: int, actor: User
) -> Ceremony:
    """End the ceremony with its cash counted; what is left goes back to the bank, and its payees are payable again.

    Args:
        fund_cash_returned: the fund's cash as counted, in CNY; zero when all was handed over or none drawn.
        case_cash_returned: likewise of case money.

    Raises:
        StaleRecord: something happened on the list after it was read.
        RuleViolation: a line is not dealt with, no witness, the planner's own hand, or a fen too few or too many.
    """
    ceremony = _here(ceremony_id, actor)
    check_seen(current_version=ceremony.version, seen_version=seen_version)
    rules.check_move(ceremony.status, CeremonyStatus.CLOSED)
    rules.check_closer(ceremony.planned_by_id, actor.id)
    rules.check_all_done(queries.count_with(ceremony.id, PayeeStatus.LISTED, PayeeStatus.SIGNED_IN))
    rules.check_witnessed(len(ceremony.witnesses))
    for count in queries.cash_counts(ceremony, fund_returned=fund_cash_returned, case_returned=case_cash_returned):
        rules.check_cash(count)
    ceremony.fund_cash_returned, ceremony.case_cash_returned = fund_cash_returned, case_cash_returned
    ceremony.closed_by_id, ceremony.closed_at = actor.id, clock.now()
    ceremony.status = CeremonyStatus.CLOSED
    _return_cash(ceremony, actor)
    sums = queries.sums(ceremony.id)
    _record(
        Event.CEREMONY_CLOSED,
        ceremony,
        actor,
        name=ceremony.name,
        delivered=sums.paid_count,
        absent=sums.count - sums.paid_count,
        total=bare(sums.paid),
    )
    return ceremony


def _return_cash(ceremony: Ceremony, actor: User) -> None:
    court = ceremony.court_code
    advance_lines = queries.cash_lines(ceremony.id, LineSource.ADVANCE, status=PayeeStatus.ABSENT)
    payout_lines = queries.cash_lines(ceremony.id, LineSource.CASE_MONEY, status=PayeeStatus.ABSENT)
    if not advance_lines and not payout_lines:
        return
    with ledger.moving_reservations(court, _reservations(advance_lines), to=Account.FUND_BANK):
        lots = funding.draw(court, ceremony.fund_cash_returned, account=Account.CASH) if advance_lines else []
        ledger.post(
            f"{ceremony.subject}:cash-returned",
            [booked(Movement.FUND_CASH_RETURNED, amount, source=source) for source, amount in lots]
            + [booked(Movement.CASE_CASH_RETURNED, line.amount, case=f"case:{line.case_id}") for line in payout_lines],
            court_code=court,
            business_date=clock.today(),
            summary=f"“{ceremony.name}”交回未发放现金",
            attachments=1,
            hands=Hands(ceremony.planned_by_id, actor.id),
            actor=actor,
        )
    for line in (*advance_lines, *payout_lines):
        _carry_back(line, actor)
    _record(
        Event.CEREMONY_CASH_RETURNED,
        ceremony,
        actor,
        name=ceremony.name,
        fund=bare(ceremony.fund_cash_returned),
        case_money=bare(ceremony.case_cash_returned),
    )


def _here(ceremony_id: int, actor: User) -> Ceremony:
    """A ceremony of the actor's own court: one acts nowhere else."""
    return queries.ceremony(ceremony_id, frozenset({actor.court_code}))


def _planned(ceremony_id: int, actor: User) -> Ceremony:
    ceremony = _here(ceremony_id, actor)
    rules.check_list_open(ceremony.status)
    return ceremony


def _on_the_day(line_id: int, target: PayeeStatus, actor: User) -> tuple[CeremonyLine, Ceremony]:
    """A line that may go to ``target`` now, and its ceremony."""
    line = queries.line(line_id, frozenset({actor.court_code}))
    ceremony = _here(line.ceremony_id, actor)
    rules.check_day_open(ceremony.status)
    rules.check_line_move(line.status, target)
    return line, ceremony


def _carry_back(line: CeremonyLine, actor: User) -> None:
    """Let go of what the line would have paid: it is approved and payable again."""
    line.live_advance_id = line.live_payout_id = None
    if line.advance_id is not None:
        advances.stop_payment(line.advance_id, actor=actor)
    if line.payout_id is not None:
        custody.stop_payment(line.payout_id, actor=actor)


def _reservations(advance_lines: Sequence[CeremonyLine]) -> list[str]:
    return queries.reservations(line.advance_id for line in advance_lines if line.advance_id is not None)


def _hands(ceremony: Ceremony) -> Hands:
    """制单 is who planned the list, 审核 who froze it."""
    assert ceremony.frozen_by_id is not None, "only a frozen list is paid from"
    return Hands(ceremony.planned_by_id, ceremony.frozen_by_id)


def _record(event: Event, held: Ceremony, actor: User, /, **facts: str | int) -> None:
    """Record the act on the ceremony's trail, and move its version also where only a line of it changed."""
    flag_modified(held, "status")
    trail.record(event, held.subject, court_code=held.court_code, actor=actor, **facts)
