"""Opening balances by two persons: tried and asked for by one, posted as vouchers of their own by another.

They stand before everything else in the books: nothing is posted under their day or an earlier one, and nothing of
them changes once a voucher of business is there. A wrong import is returned, or undone whole by two persons, and the
right file imported anew.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from sqlalchemy import update

from fundapp.core import clock
from fundapp.core.db import db, write
from fundapp.core.errors import RuleViolation
from fundapp.core.money import ZERO, to_fen
from fundapp.core.versions import check_seen
from fundapp.ledger import queries, rules
from fundapp.ledger.models import Opening
from fundapp.ledger.rules import Account, Hands, OpeningBalance, OpeningOutcome, OpeningStatus, Posting, VoucherKind
from fundapp.ledger.service.corrections import reverse
from fundapp.ledger.service.posting import Draft, drafted, post_drafts
from fundapp.trail import service as trail
from fundapp.trail.rules import Event
from fundapp.users.models import User

LONGEST_FILE_NAME = 200
LINE_COLUMNS = ("opening_id", "line", "account", "side", "amount", "case_ref", "source_ref", "note")


@dataclass(frozen=True)
class OpeningFile:
    """A file as it was read: its lines, and everything that is wrong with it, as far as it could be read.

    Attributes:
        faults: one mapping for each row that is refused; what is in it is the reader's own.
    """

    name: str
    data: bytes
    lines: Sequence[OpeningBalance]
    faults: Sequence[Mapping[str, Any]]
    fault_count: int


def check_opening(file: OpeningFile, *, day: date, actor: User) -> Opening:
    """Keep what was read of a file, so that its lines can be looked at before they are sent on; nothing is posted.

    Raises:
        RuleViolation: a day on which no books begin, business was posted already, a closed month, or a file that is on
            its way or in the books.
    """
    digest = hashlib.sha256(file.data).hexdigest()
    _check_may_open(actor.court_code, day)
    _check_not_imported(actor.court_code, digest)
    _forget_faults(actor)
    sums = rules.opening_sums(file.lines)
    opening = Opening(
        court_code=actor.court_code,
        day=day,
        file_name=file.name[-LONGEST_FILE_NAME:],
        digest=digest,
        status=OpeningStatus.CHECKED,
        line_count=len(file.lines),
        debit=sums.debit,
        credit=sums.credit,
        fault_count=file.fault_count,
        faults=json.dumps(list(file.faults), ensure_ascii=False) if file.fault_count else None,
        requested_by_id=actor.id,
        requested_at=clock.now(),
        reason="",
    )
    db.session.add(opening)
    db.session.flush()
    if not file.fault_count:
        write("opening_lines", LINE_COLUMNS, [_line_row(opening.id, line) for line in file.lines])
    _record(Event.OPENING_CHECKED, opening, actor, file_name=opening.file_name, faults=file.fault_count)
    return opening


def _line_row(opening_id: int, line: OpeningBalance) -> tuple[object, ...]:
    said = (line.account.value, line.side.value, to_fen(line.amount))
    return opening_id, line.row, *said, line.case, line.source, line.note


def _forget_faults(actor: User) -> None:
    """The refused rows of files that this person tried before are kept no longer than they are needed."""
    db.session.execute(
        update(Opening)
        .where(Opening.court_code == actor.court_code, Opening.requested_by_id == actor.id)
        .values(faults=None)
        .execution_options(synchronize_session=False)
    )


def request_opening(opening_id: int, *, seen_version: int, actor: User) -> Opening:
    """Send a faultless import to the reviewer.

    Raises:
        NotFound: no such import in the actor's court.
        StaleRecord: it changed after ``seen_version``.
        RuleViolation: it has faults, was sent before, tells of a balance that another import tells of, or the books no
            longer take it.
    """
    opening = _seen(opening_id, seen_version, actor)
    rules.check_opening_move(opening.status, OpeningStatus.REQUESTED)
    rules.check_faultless(opening.fault_count)
    _check_may_open(opening.court_code, opening.day)
    _check_not_imported(opening.court_code, opening.digest)
    _check_not_carried(opening)
    opening.status, opening.requested_by_id, opening.requested_at = OpeningStatus.REQUESTED, actor.id, clock.now()
    _record(Event.OPENING_REQUESTED, opening, actor, file_name=opening.file_name)
    return opening


def decide_opening(opening_id: int, *, outcome: OpeningOutcome, reason: str, seen_version: int, actor: User) -> Opening:
    """Post a requested import, or return it with the reason.

    Raises:
        NotFound, StaleRecord: as ``request_opening``.
        RuleViolation: one's own request, a balance that another import tells of, or the books no longer take it.
    """
    opening = _seen(opening_id, seen_version, actor)
    is_posted = outcome is OpeningOutcome.CONFIRM
    target = OpeningStatus.POSTED if is_posted else OpeningStatus.RETURNED
    rules.check_opening_move(opening.status, target)
    rules.check_hands(opening.requested_by_id, actor.id)
    if not is_posted:
        _check_reason(reason)
        opening.status, opening.reviewed_by_id, opening.reason = target, actor.id, reason
        _record(Event.OPENING_RETURNED, opening, actor, reason=reason)
        return opening
    _check_may_open(opening.court_code, opening.day)
    _check_not_carried(opening)
    vouchers = post_opening(opening, actor=actor)
    opening.status, opening.reviewed_by_id = target, actor.id
    _record(Event.OPENING_POSTED, opening, actor, vouchers=vouchers)
    return opening


def post_opening(opening: Opening, *, actor: User) -> int:
    """Post every line of an import against 0000, account by account, at most fifty lines to a voucher, all or none;
    how many vouchers it took."""
    lines = queries.opening_balances(opening.id)
    faults = rules.sums_shortcomings(lines)
    assert not faults, faults
    drafts = list(_drafts(opening, lines, Hands(opening.requested_by_id, actor.id)))
    post_drafts(drafts, court_code=opening.court_code, actor=actor)
    assert queries.free(opening.court_code, Account.OPENING) == ZERO, "0000 carries over and keeps nothing"
    return len(drafts)


def _drafts(opening: Opening, lines: Sequence[OpeningBalance], hands: Hands) -> Iterator[Draft]:
    """The vouchers of an import; its one paper, the list of balances, is attached to the first."""
    is_first = True
    ordered = sorted(lines, key=lambda line: (line.account.value, line.row))
    for account, of_account in groupby(ordered, key=lambda line: line.account):
        found = [posting for line in of_account if (posting := rules.opening_posting(line)) is not None]
        portions = list(_portions(found))
        for at, portion in enumerate(portions, 1):
            where = f"第{at}张，共{len(portions)}张" + ("" if is_first else "；附件见本次导入首张凭证")
            yield drafted(
                f"{opening.subject}:{account.value}:{at}",
                portion,
                business_date=opening.day,
                posted_on=opening.day,
                summary=f"期初余额：{account.value} {rules.LABELS[account]}（{where}）",
                attachments=1 if is_first else 0,
                hands=hands,
                kind=VoucherKind.TRANSFER,
            )
            is_first = False


def _portions(found: Sequence[Posting]) -> Iterator[Sequence[Posting]]:
    for start in range(0, len(found), rules.LINES_OF_A_VOUCHER):
        yield found[start : start + rules.LINES_OF_A_VOUCHER]


def request_undoing(opening_id: int, *, reason: str, seen_version: int, actor: User) -> Opening:
    """Ask for a posted import to be undone whole; another person confirms.

    Raises:
        NotFound, StaleRecord: as ``request_opening``.
        RuleViolation: business was posted since, the month is closed, or no reason is given.
    """
    opening = _seen(opening_id, seen_version, actor)
    rules.check_opening_move(opening.status, OpeningStatus.UNDO_REQUESTED)
    _check_reason(reason)
    _check_first(opening.court_code, opening.day)
    opening.status, opening.undo_requested_by_id, opening.reason = OpeningStatus.UNDO_REQUESTED, actor.id, reason
    _record(Event.OPENING_UNDO_REQUESTED, opening, actor, reason=reason)
    return opening


def decide_undoing(opening_id: int, *, outcome: OpeningOutcome, seen_version: int, actor: User) -> Opening:
    """Undo a posted import, every voucher of it in red under its own day, or leave it as it is.

    Raises:
        NotFound, StaleRecord: as ``request_opening``.
        RuleViolation: one's own request, business was posted since, or the month is closed.
    """
    opening = _seen(opening_id, seen_version, actor)
    is_undone = outcome is OpeningOutcome.CONFIRM
    target = OpeningStatus.UNDONE if is_undone else OpeningStatus.POSTED
    rules.check_opening_move(opening.status, target)
    asked_by_id = opening.undo_requested_by_id
    assert asked_by_id is not None
    rules.check_hands(asked_by_id, actor.id)
    if is_undone:
        _check_first(opening.court_code, opening.day)
        opening.undo_reviewed_by_id = actor.id
        for voucher in queries.opening_vouchers(opening):
            reverse(
                voucher.id,
                business_date=opening.day,
                reason=opening.reason,
                hands=Hands(asked_by_id, actor.id),
                actor=actor,
            )
    opening.status = target
    event = Event.OPENING_UNDONE if is_undone else Event.OPENING_KEPT
    _record(event, opening, actor, reason=opening.reason)
    return opening


def _seen(opening_id: int, seen_version: int, actor: User) -> Opening:
    opening = queries.opening(opening_id, frozenset({actor.court_code}))
    check_seen(current_version=opening.version, seen_version=seen_version)
    return opening


def _check_may_open(court_code: str, day: date) -> None:
    queries.book(court_code)
    rules.check_opening_day(day, today=clock.today(), earlier=queries.opening_day(court_code))
    _check_first(court_code, day)


def _check_first(court_code: str, day: date) -> None:
    """No business yet, and the month of the balances is open."""
    voucher = queries.first_business_voucher(court_code)
    rules.check_no_business(voucher.cited if voucher else None)
    month = rules.month_of(day)
    rules.check_opening_month(month, is_closed=queries.is_closed(court_code, month))


def _check_not_imported(court_code: str, digest: str) -> None:
    earlier = queries.live_opening_of(court_code, digest)
    rules.check_not_imported(earlier.day if earlier else None)


def _check_not_carried(opening: Opening) -> None:
    live = queries.live_balances(opening.court_code, beside=opening.id)
    rules.check_not_carried(queries.opening_balances(opening.id) if live else [], live)


def _check_reason(reason: str) -> None:
    if not reason.strip():
        raise RuleViolation("请写明理由，以便经办人改正。")


def _record(event: Event, opening: Opening, actor: User, **facts: str | int) -> None:
    trail.record(
        event,
        opening.subject,
        court_code=opening.court_code,
        actor=actor,
        day=opening.day.isoformat(),
        digest=opening.digest,
        lines=opening.line_count,
        debit=rules.told(opening.debit),
        credit=rules.told(opening.credit),
        **facts,
    )
