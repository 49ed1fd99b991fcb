"""Posting: one write for any number of vouchers, in sets and straight to the driver, never by unit of work.

Everything that a voucher changes is written here and nowhere else: numbers, vouchers, postings, kept balances, the end
of each day, and the entry of the trail that seals it. Each statement is run once for all vouchers of the call, so that
a thousand payments cost little more than one.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from fundapp.core import clock
from fundapp.core.columns import keyed_digest
from fundapp.core.db import db, id_of, run_set, stored, stored_day, together, write
from fundapp.core.errors import StaleRecord
from fundapp.core.money import bare_fen, from_fen
from fundapp.ledger import queries, rules
from fundapp.ledger.models import NumberSeries
from fundapp.ledger.queries import NOTHING_KEPT, SUMMARY_PURPOSE, Ground, Kept, Part
from fundapp.ledger.rules import Account, Booked, Hands, Ink, Numbers, Posting, Side, VoucherKind
from fundapp.trail import service as trail
from fundapp.trail.rules import Event
from fundapp.users.models import User

LONGEST_SUMMARY = 300
ALL = NumberSeries.ALL

VOUCHER_COLUMNS = (
    "id", "court_code", "year", "number", "kind", "kind_number", "name", "business_date", "posted_on", "month",
    "recorded_at", "summary", "attachments", "total", "prepared_by_id", "reviewed_by_id", "booked_by_id",
    "cashier_id", "ink", "reverses_id", "adjusts_id", "restates_id", "form", "digest",
)  # fmt: skip
LINE_COLUMNS = (
    "voucher_id", "line", "movement", "debit", "credit", "amount", "case_ref", "source_ref", "debtor_ref",
)  # fmt: skip
TAKE_NUMBERS = """
    INSERT INTO number_series (court_code, year, kind, last_number) VALUES {rows}
    ON CONFLICT (court_code, year, kind) DO UPDATE SET last_number = excluded.last_number
"""
KEEP_STANDING = """
    INSERT INTO standing_balances (court_code, account, part, debit, credit, held, guard) VALUES {rows}
    ON CONFLICT (court_code, account, part) DO UPDATE SET debit = excluded.debit, credit = excluded.credit
"""
KEEP_DAYS = """
    INSERT INTO day_totals (court_code, account, part, day, debit, credit) VALUES {rows}
    ON CONFLICT (court_code, account, part, day) DO UPDATE SET debit = excluded.debit, credit = excluded.credit
"""
# The end of a day: that of the last one kept up to it, and what is added now.
ADD_TO_DAYS = """
    INSERT INTO day_totals (court_code, account, part, day, debit, credit)
    SELECT v.column1, v.column2, v.column3, v.column4,
        v.column5 + COALESCE((SELECT d.debit FROM day_totals d WHERE d.court_code = v.column1
            AND d.account = v.column2 AND d.part = v.column3 AND d.day <= v.column4 ORDER BY d.day DESC LIMIT 1), 0),
        v.column6 + COALESCE((SELECT d.credit FROM day_totals d WHERE d.court_code = v.column1
            AND d.account = v.column2 AND d.part = v.column3 AND d.day <= v.column4 ORDER BY d.day DESC LIMIT 1), 0)
    FROM (VALUES {rows}) v WHERE true
    ON CONFLICT (court_code, account, part, day) DO UPDATE SET debit = excluded.debit, credit = excluded.credit
"""
MOVE_LATER_DAYS = """
    UPDATE day_totals SET debit = day_totals.debit + v.column5, credit = day_totals.credit + v.column6
    FROM (VALUES {rows}) v
    WHERE day_totals.court_code = v.column1 AND day_totals.account = v.column2 AND day_totals.part = v.column3
        AND day_totals.day > v.column4
"""


Series = tuple[int, str]
"""A year, and a kind of voucher or ``ALL``."""


@dataclass(frozen=True)
class Entry:
    """One named act to post; see ``post``."""

    name: str
    movements: Sequence[Booked]
    business_date: date
    summary: str
    attachments: int
    hands: Hands


class Posted(NamedTuple):
    """A voucher that stands in the books: its id and how it is cited."""

    id: int
    cited: str


class Links(NamedTuple):
    """Which earlier voucher a correcting one reverses, adjusts or restates."""

    reverses_id: int | None = None
    adjusts_id: int | None = None
    restates_id: int | None = None


class Draft(NamedTuple):
    """A voucher before it has its numbers."""

    name: str
    lines: Sequence[Posting]
    kind: VoucherKind
    business_date: date
    posted_on: date
    summary: str
    attachments: int
    hands: Hands
    ink: Ink
    links: Links
    fen: int


class Booking(NamedTuple):
    """In which court vouchers are booked, by whom, and when: as it is sealed and as it is kept."""

    court_code: str
    actor_id: int
    canonical: str
    stored: datetime | str


def post(
    name: str,
    movements: Iterable[Booked],
    *,
    court_code: str,
    business_date: date,
    summary: str,
    attachments: int,
    hands: Hands,
    actor: User,
) -> Posted:
    """Post the movements of one named act as one voucher.

    Its posting period is the month of the business date or, when that is closed already, the first open one after it.

    Args:
        name: the act, unique in the court (``"advance:17:paid"``); repeated as it was, it returns its voucher and posts
            nothing.
        attachments: the number of originals that stand behind the voucher.

    Raises:
        StaleRecord: the act stands in the books already, with another total or of another day.
        RuleViolation: one person would sign twice, an account does not have the money, or the clock runs back.
    """
    entry = Entry(name, list(movements), business_date, summary, attachments, hands)
    (posted,) = post_all([entry], court_code=court_code, actor=actor)
    return posted


def post_all(entries: Sequence[Entry], *, court_code: str, actor: User) -> list[Posted]:
    """Post many named acts, each as one voucher, or none of them; as ``post``, in the order given.

    Raises:
        StaleRecord: an act stands in the books already, with another total or of another day.
        RuleViolation: as ``post``.
    """
    if not entries:
        return []
    db.session.flush()
    ground = queries.ground(
        court_code,
        rules.touched(moved for entry in entries for moved in entry.movements),
        since=min(entry.business_date for entry in entries),
        ids=len(entries),
        names=[entry.name for entry in entries],
    )
    if ground.posted:
        _check_same(entries, ground)
    found = {name: Posted(posted_id, cited) for name, (posted_id, cited, _) in ground.posted.items()}
    fresh = {entry.name: entry for entry in entries if entry.name not in found}
    drafts = [
        drafted(
            entry.name,
            rules.postings(ground.model, entry.movements),
            business_date=entry.business_date,
            posted_on=rules.posting_day(entry.business_date, ground.closed_through),
            summary=entry.summary,
            attachments=entry.attachments,
            hands=entry.hands,
        )
        for entry in fresh.values()
    ]
    found |= zip(fresh, _post(drafts, ground, court_code=court_code, actor=actor), strict=True)
    return [found[entry.name] for entry in entries]


def _check_same(entries: Sequence[Entry], ground: Ground) -> None:
    """Refuse an act that is posted already and comes again as another: its first voucher is no answer to it."""
    for entry in entries:
        _, cited, was_said = ground.posted.get(entry.name, (0, "", ""))
        fen = sum(line.fen for line in rules.postings(ground.model, entry.movements)) if cited else 0
        if cited and was_said != queries.said(entry.business_date, fen):
            raise StaleRecord(
                "该业务已以凭证%(cited)s入账，本次提交的金额或业务日期与其不同，没有入账。"
                "请刷新页面核对；原凭证有误的，请申请更正。",
                cited=cited,
            )


def drafted(
    name: str,
    lines: Sequence[Posting],
    *,
    business_date: date,
    posted_on: date,
    summary: str,
    attachments: int,
    hands: Hands,
    kind: VoucherKind | None = None,
    ink: Ink = Ink.BLUE,
    links: Links | None = None,
) -> Draft:
    """A voucher ready to be numbered; the preparer is its cashier where it moves money and names none."""
    rules.check_postings(lines)
    rules.check_hands(hands.prepared_by_id, hands.reviewed_by_id)
    kind = kind or rules.kind_of(lines)
    cashier_id = None if kind is VoucherKind.TRANSFER else hands.cashier_id or hands.prepared_by_id
    if cashier_id is not None:
        rules.check_cashier(cashier_id, hands.reviewed_by_id)
    hands = Hands(hands.prepared_by_id, hands.reviewed_by_id, cashier_id)
    summary = summary[:LONGEST_SUMMARY]
    fen = sum(line.fen for line in lines)
    return Draft(name, lines, kind, business_date, posted_on, summary, attachments, hands, ink, links or Links(), fen)


def post_drafts(drafts: Sequence[Draft], *, court_code: str, actor: User) -> list[Posted]:
    """Number, write, keep and seal these vouchers, in one set; the court's book is locked meanwhile."""
    if not drafts:
        return []
    db.session.flush()
    touched = {(account, part) for draft in drafts for account, part, _, _ in _moved(draft)}
    since = min(draft.posted_on for draft in drafts)
    ground = queries.ground(court_code, touched, since=since, ids=len(drafts))
    return _post(drafts, ground, court_code=court_code, actor=actor)


def _post(drafts: Sequence[Draft], ground: Ground, *, court_code: str, actor: User) -> list[Posted]:
    if not drafts:
        return []
    standing, daily = _changes(drafts)
    _check_covered(standing, ground.kept)
    last_numbers = dict(ground.last_numbers)
    numbers = [_numbered(draft, last_numbers) for draft in drafts]
    now = clock.now()
    by = Booking(court_code, id_of(actor), clock.canonical(now), stored(now))
    mark = keyed_digest(SUMMARY_PURPOSE)
    digests = [_digest(draft, given, by, mark(draft.summary)) for draft, given in zip(drafts, numbers, strict=True)]
    rows = list(zip(ground.ids, drafts, numbers, digests, strict=False))  # acts posted before left ids over
    is_latest = ground.last_day is None or min(daily).isoformat() >= ground.last_day
    if not is_latest:
        _keep_among_days(court_code, daily)
    with together():
        _take_numbers(court_code, ground.last_numbers, last_numbers)
        write("vouchers", VOUCHER_COLUMNS, [_voucher_row(*row, by) for row in rows])
        write("posting_lines", LINE_COLUMNS, [line for at, draft, _, _ in rows for line in _line_rows(at, draft)])
        run_set(KEEP_STANDING, [_standing_row(court_code, part, ground.kept, standing[part]) for part in standing])
        if is_latest:
            run_set(KEEP_DAYS, _latest_ends(court_code, daily, ground.kept))
        trail.record_all(
            Event.VOUCHER_POSTED,
            [(f"voucher:{at}", _facts(draft, given, digest)) for at, draft, given, digest in rows],
            court_code=court_code,
            actor=actor,
        )
    return [Posted(voucher_id, given.cited) for voucher_id, _, given, _ in rows]


def _facts(draft: Draft, numbers: Numbers, digest: str) -> dict[str, str]:
    return {
        "number": numbers.cited,
        "name": draft.name,
        "total": bare_fen(draft.fen),
        "digest": digest,
    }


def _numbered(draft: Draft, last_numbers: dict[Series, int]) -> Numbers:
    """The next numbers of its year, over all kinds and in its kind; a refused act gives them back with everything
    else."""
    year = draft.posted_on.year
    number, kind_number = (last_numbers.get((year, series), 0) + 1 for series in (ALL, draft.kind.value))
    last_numbers[year, ALL], last_numbers[year, draft.kind.value] = number, kind_number
    return Numbers(year, number, draft.kind, kind_number)


def _take_numbers(court_code: str, before: Mapping[Series, int], after: Mapping[Series, int]) -> None:
    taken = [(court_code, *series, last) for series, last in after.items() if before.get(series) != last]
    run_set(TAKE_NUMBERS, taken)


def _hands(draft: Draft, by: Booking) -> tuple[int, int, int, int | None]:
    prepared_by_id, reviewed_by_id, cashier_id = draft.hands
    booked_by_id = rules.bookkeeper(by.actor_id, reviewed_by_id, cashier_id)
    return prepared_by_id, reviewed_by_id, booked_by_id, cashier_id


def _digest(draft: Draft, numbers: Numbers, by: Booking, summary_mark: str) -> str:
    head = rules.head_parts(
        court_code=by.court_code,
        numbers=numbers,
        name=draft.name,
        business_date=draft.business_date,
        posted_on=draft.posted_on,
        recorded_at=by.canonical,
        summary_mark=summary_mark,
        attachments=draft.attachments,
        hands=_hands(draft, by),
        ink=draft.ink,
        links=draft.links,
    )
    return rules.digest(head, (part for line in draft.lines for part in rules.line_parts(line)))


def _voucher_row(voucher_id: int, draft: Draft, numbers: Numbers, digest: str, by: Booking) -> tuple[object, ...]:
    return (
        voucher_id,
        by.court_code,
        numbers.year,
        numbers.number,
        numbers.kind.value,
        numbers.kind_number,
        draft.name,
        stored_day(draft.business_date),
        stored_day(draft.posted_on),
        rules.month_of(draft.posted_on),
        by.stored,
        draft.summary,
        draft.attachments,
        draft.fen,
        *_hands(draft, by),
        draft.ink.value,
        *draft.links,
        rules.FORM,
        digest,
    )


def _line_rows(voucher_id: int, draft: Draft) -> Iterable[tuple[object, ...]]:
    for at, line in enumerate(draft.lines, 1):
        accounts = (line.debit.value, line.credit.value)
        about = (line.case, line.source, line.debtor)
        yield voucher_id, at, line.movement.value, *accounts, line.fen, *about


Change = tuple[int, int]
Standing = dict[Part, Change]
Daily = dict[date, Standing]


def _changes(drafts: Sequence[Draft]) -> tuple[Standing, Daily]:
    """The vouchers' net effect on each kept part, in fen: now, and at the end of the days under which they stand."""
    standing: Standing = {}
    daily: Daily = {}
    for draft in drafts:
        of_day = daily.setdefault(draft.posted_on, {})
        for account, part, debit, credit in _moved(draft):
            for kept in (standing, of_day) if rules.is_kept_daily(part) else (standing,):
                had = kept.get((account, part), (0, 0))
                kept[account, part] = (had[0] + debit, had[1] + credit)
    return standing, daily


def _moved(draft: Draft) -> Iterable[tuple[Account, str, int, int]]:
    """What the voucher's postings debit and credit each kept part; red ink is deducted from the other side."""
    is_red = draft.ink is Ink.RED
    for line in draft.lines:
        for account, debit, credit in ((line.debit, line.fen, 0), (line.credit, 0, line.fen)):
            for part in rules.parts_of(account, line):
                yield (account, part, -credit, -debit) if is_red else (account, part, debit, credit)


def _taken(part: Part, change: Change) -> int:
    """What a change takes from the side that a guarded account may not leave; never more than 0 of any other."""
    guard = rules.GUARDED.get(part[0])
    if guard is None:
        return 0
    debit, credit = change
    return credit - debit if guard is Side.DEBIT else debit - credit


def _check_covered(changes: Standing, kept: Mapping[Part, Kept]) -> None:
    for part, change in changes.items():
        taken = _taken(part, change)
        if taken > 0 and taken > (free := kept.get(part, NOTHING_KEPT).free(rules.SIDE[part[0]])):
            rules.check_covered(from_fen(free), from_fen(taken))


def _standing_row(court_code: str, part: Part, kept: Mapping[Part, Kept], moved: Change) -> tuple[object, ...]:
    """What is kept of a part from now on; the database refuses what an account does not have."""
    had = kept.get(part, NOTHING_KEPT)
    guard = rules.GUARDED.get(part[0])
    totals = had.debit + moved[0], had.credit + moved[1]
    return court_code, part[0].value, part[1], *totals, had.held, guard.value if guard else ""


def _latest_ends(court_code: str, daily: Daily, kept: Mapping[Part, Kept]) -> list[tuple[object, ...]]:
    """The ends of these days, before none that is kept: all that there ever was up to them."""
    ends: list[tuple[object, ...]] = []
    totals = {part: (had.debit, had.credit) for part, had in kept.items()}
    for day, of_day in sorted(daily.items()):
        for part, change in of_day.items():
            had = totals.get(part, (0, 0))
            totals[part] = had[0] + change[0], had[1] + change[1]
            ends.append((court_code, part[0].value, part[1], stored_day(day), *totals[part]))
            if len(daily) > 1:  # of a single day the end is what stands, which was looked at
                _check_day_covered(day, part, Kept(*had, 0).free(rules.SIDE[part[0]]), change)
    return ends


def _keep_among_days(court_code: str, daily: Daily) -> None:
    """Keep the ends of days that may come before others, and move every later one.

    Day by day, for a row may be moved by several and a set moves it once. What adds money comes before what takes it,
    so that no end is ever lower than it will be when all is done.
    """
    for is_taking in (False, True):
        for day, of_day in sorted(daily.items()):
            moved = {part: change for part, change in of_day.items() if (_taken(part, change) > 0) is is_taking}
            if not moved:
                continue
            if is_taking:
                lowest = queries.lowest_since(court_code, moved, day)
                for part, change in moved.items():
                    _check_day_covered(day, part, lowest.get(part, 0), change)
            rows = [(court_code, part[0].value, part[1], stored_day(day), *change) for part, change in moved.items()]
            run_set(ADD_TO_DAYS, rows)
            run_set(MOVE_LATER_DAYS, rows)


def _check_day_covered(day: date, part: Part, lowest: int, change: Change) -> None:
    taken = _taken(part, change)
    if taken > 0 and taken > lowest:
        rules.check_covered_since(day, from_fen(lowest), from_fen(taken))
