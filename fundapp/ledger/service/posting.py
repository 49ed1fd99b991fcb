"""Posting: one write for any number of vouchers, in sets and straight to the driver, never by unit of work.

Everything that a voucher changes is written here and nowhere else: numbers, vouchers, postings, kept balances, the end
of each day, and the entry of the trail that seals it. Each statement is run once for all vouchers of the call, so that
a thousand payments cost little more than one.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple

from fundapp.core import clock
from fundapp.core.db import blind_index, db, id_of, new_ids, run, run_set, stored, stored_day, write
from fundapp.core.money import from_fen, to_fen, total
from fundapp.ledger import queries, rules
from fundapp.ledger.models import NumberSeries
from fundapp.ledger.queries import SUMMARY_PURPOSE
from fundapp.ledger.rules import Account, Booked, Hands, Ink, Numbers, Posting, Side, VoucherKind
from fundapp.trail import service as trail
from fundapp.trail.rules import Event
from fundapp.users.models import User

LONGEST_SUMMARY = 300

VOUCHER_COLUMNS = (
    "id", "court_code", "year", "number", "kind", "kind_number", "name", "business_date", "posted_on", "month",
    "recorded_at", "summary", "attachments", "total", "prepared_by_id", "reviewed_by_id", "booked_by_id",
    "cashier_id", "ink", "reverses_id", "adjusts_id", "restates_id", "form", "digest",
)  # fmt: skip
LINE_COLUMNS = (
    "voucher_id", "line", "movement", "debit", "credit", "amount", "case_ref", "source_ref", "debtor_ref",
)  # fmt: skip
STANDING_COLUMNS = ("court_code", "account", "part", "debit", "credit", "held", "guard")
# Take numbers of some series; the last of each.
SERIES = """
    INSERT INTO number_series (court_code, year, kind, last_number) VALUES {rows}
    ON CONFLICT (court_code, year, kind) DO UPDATE SET last_number = number_series.last_number + excluded.last_number
    RETURNING year, kind, last_number
"""
# The end of a day, begun with that of the last day before it.
BEGIN_DAYS = """
    INSERT INTO day_totals (court_code, account, part, day, debit, credit)
    SELECT v.column1, v.column2, v.column3, v.column4,
        COALESCE((SELECT d.debit FROM day_totals d WHERE d.court_code = v.column1 AND d.account = v.column2
            AND d.part = v.column3 AND d.day < v.column4 ORDER BY d.day DESC LIMIT 1), 0),
        COALESCE((SELECT d.credit FROM day_totals d WHERE d.court_code = v.column1 AND d.account = v.column2
            AND d.part = v.column3 AND d.day < v.column4 ORDER BY d.day DESC LIMIT 1), 0)
    FROM (VALUES {rows}) v WHERE true
    ON CONFLICT (court_code, account, part, day) DO NOTHING
"""
MOVE_DAYS = """
    UPDATE day_totals SET debit = day_totals.debit + v.column5, credit = day_totals.credit + v.column6
    FROM (VALUES {rows}) v
    WHERE day_totals.court_code = v.column1 AND day_totals.account = v.column2 AND day_totals.part = v.column3
        AND day_totals.day >= v.column4
"""
MOVE_STANDING = """
    UPDATE standing_balances
    SET debit = standing_balances.debit + v.column4, credit = standing_balances.credit + v.column5
    FROM (VALUES {rows}) v
    WHERE standing_balances.court_code = v.column1 AND standing_balances.account = v.column2
        AND standing_balances.part = v.column3
"""


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


@dataclass(frozen=True)
class Draft:
    """A voucher before it has its numbers."""

    name: str
    lines: Sequence[Posting]
    kind: VoucherKind
    business_date: date
    posted_on: date
    summary: str
    attachments: int
    hands: Hands
    ink: Ink = Ink.BLUE
    links: Links = field(default_factory=Links)


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
        name: the act, unique in the court (``"advance:17:paid"``); repeated, it returns its voucher and posts nothing.
        attachments: the number of originals that stand behind the voucher.

    Raises:
        RuleViolation: one person would sign twice, an account does not have the money, or the clock runs back.
    """
    entry = Entry(name, list(movements), business_date, summary, attachments, hands)
    (posted,) = post_all([entry], court_code=court_code, actor=actor)
    return posted


def post_all(entries: Sequence[Entry], *, court_code: str, actor: User) -> list[Posted]:
    """Post many named acts, each as one voucher, or none of them; as ``post``, in the order given."""
    model, closed_through = queries.book(court_code)
    earlier = queries.already_posted(court_code, [entry.name for entry in entries])
    found = {name: Posted(voucher_id, cited) for name, voucher_id, cited in earlier}
    fresh = {entry.name: entry for entry in entries if entry.name not in found}
    drafts = [
        drafted(
            entry.name,
            rules.postings(model, entry.movements),
            business_date=entry.business_date,
            posted_on=rules.posting_day(entry.business_date, closed_through),
            summary=entry.summary,
            attachments=entry.attachments,
            hands=entry.hands,
        )
        for entry in fresh.values()
    ]
    found |= zip(fresh, post_drafts(drafts, court_code=court_code, actor=actor), strict=True)
    return [found[entry.name] for entry in entries]


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
    return Draft(name, lines, kind, business_date, posted_on, summary, attachments, hands, ink, links or Links())


def post_drafts(drafts: Sequence[Draft], *, court_code: str, actor: User) -> list[Posted]:
    """Number, write, keep and seal these vouchers, in one set; the court's book is locked meanwhile."""
    if not drafts:
        return []
    db.session.flush()
    now = clock.now()
    numbers = _numbered(court_code, drafts)
    ids = new_ids("vouchers", len(drafts))
    digests = [_digest(draft, given, court_code, now, actor) for draft, given in zip(drafts, numbers, strict=True)]
    rows = list(zip(ids, drafts, numbers, digests, strict=True))
    write("vouchers", VOUCHER_COLUMNS, [_voucher_row(*row, court_code, stored(now), actor) for row in rows])
    write("posting_lines", LINE_COLUMNS, [line for at, draft, _, _ in rows for line in _line_rows(at, draft)])
    _keep(court_code, drafts)
    trail.record_all(
        Event.VOUCHER_POSTED,
        [
            (
                f"voucher:{voucher_id}",
                {
                    "number": given.cited,
                    "name": draft.name,
                    "total": rules.told(total(line.amount for line in draft.lines)),
                    "digest": digest,
                },
            )
            for voucher_id, draft, given, digest in rows
        ],
        court_code=court_code,
        actor=actor,
    )
    return [Posted(voucher_id, given.cited) for voucher_id, _, given, _ in rows]


def _numbered(court_code: str, drafts: Sequence[Draft]) -> list[Numbers]:
    """The next numbers of each year and kind, in order; a refused act gives them back with everything else."""
    counts: dict[tuple[int, str], int] = {}
    for draft in drafts:
        for series in (NumberSeries.ALL, draft.kind.value):
            key = (draft.posted_on.year, series)
            counts[key] = counts.get(key, 0) + 1
    last = {
        (year, series): number
        for year, series, number in run(
            SERIES.format(rows=", ".join(["(?, ?, ?, ?)"] * len(counts))),
            [one for (year, series), count in sorted(counts.items()) for one in (court_code, year, series, count)],
        )
    }
    upcoming = {key: last[key] - count + 1 for key, count in counts.items()}
    numbers = []
    for draft in drafts:
        year = draft.posted_on.year
        every, kind = (year, NumberSeries.ALL), (year, draft.kind.value)
        numbers.append(Numbers(year, upcoming[every], draft.kind, upcoming[kind]))
        upcoming[every] += 1
        upcoming[kind] += 1
    return numbers


def _hands(draft: Draft, actor: User) -> tuple[int, int, int, int | None]:
    return draft.hands.prepared_by_id, draft.hands.reviewed_by_id, id_of(actor), draft.hands.cashier_id


def _digest(draft: Draft, numbers: Numbers, court_code: str, now: datetime, actor: User) -> str:
    head = rules.head_parts(
        court_code=court_code,
        numbers=numbers,
        name=draft.name,
        business_date=draft.business_date,
        posted_on=draft.posted_on,
        recorded_at=now,
        summary_mark=blind_index(draft.summary, SUMMARY_PURPOSE),
        attachments=draft.attachments,
        hands=_hands(draft, actor),
        ink=draft.ink,
        links=draft.links,
    )
    return rules.digest(head, (part for line in draft.lines for part in rules.line_parts(line)))


def _voucher_row(
    voucher_id: int, draft: Draft, numbers: Numbers, digest: str, court_code: str, at: object, actor: User
) -> tuple[object, ...]:
    return (
        voucher_id,
        court_code,
        numbers.year,
        numbers.number,
        numbers.kind.value,
        numbers.kind_number,
        draft.name,
        stored_day(draft.business_date),
        stored_day(draft.posted_on),
        rules.month_of(draft.posted_on),
        at,
        draft.summary,
        draft.attachments,
        sum(to_fen(line.amount) for line in draft.lines),
        *_hands(draft, actor),
        draft.ink.value,
        *draft.links,
        rules.FORM,
        digest,
    )


def _line_rows(voucher_id: int, draft: Draft) -> Iterable[tuple[object, ...]]:
    for at, line in enumerate(draft.lines, 1):
        accounts = (line.debit.value, line.credit.value)
        about = (line.case, line.source, line.debtor)
        yield voucher_id, at, line.movement.value, *accounts, to_fen(line.amount), *about


Change = tuple[int, int]


def _keep(court_code: str, drafts: Sequence[Draft]) -> None:
    """Add the vouchers' net effect to what is kept; the database refuses what an account does not have."""
    standing: dict[tuple[Account, str], Change] = {}
    daily: dict[tuple[Account, str, date], Change] = {}
    for draft in drafts:
        for account, part, debit, credit in _changes(draft):
            had = standing.get((account, part), (0, 0))
            standing[account, part] = (had[0] + debit, had[1] + credit)
            if rules.is_kept_daily(part):
                day = (account, part, draft.posted_on)
                had = daily.get(day, (0, 0))
                daily[day] = (had[0] + debit, had[1] + credit)
    _keep_standing(court_code, standing)
    _keep_days(court_code, daily)


def _changes(draft: Draft) -> Iterable[tuple[Account, str, int, int]]:
    """What the vouchers' postings debit and credit each kept part, in fen; red ink is deducted from the other side."""
    is_red = draft.ink is Ink.RED
    for line in draft.lines:
        fen = to_fen(line.amount)
        for account, debit, credit in ((line.debit, fen, 0), (line.credit, 0, fen)):
            for part in rules.parts_of(account, line):
                yield (account, part, -credit, -debit) if is_red else (account, part, debit, credit)


def _keep_standing(court_code: str, changes: dict[tuple[Account, str], Change]) -> None:
    free = queries.free_parts(court_code, changes)
    for (account, part), (debit, credit) in changes.items():
        guard = rules.GUARDED.get(account)
        taken = credit - debit if guard is Side.DEBIT else debit - credit
        if guard is not None and taken > 0:
            rules.check_covered(from_fen(free.get((account, part), 0)), from_fen(taken))
    keys = sorted(changes, key=_by_code)
    run_set(MOVE_STANDING, [(court_code, key[0].value, key[1], *changes[key]) for key in keys if key in free])
    begun = [_standing_row(court_code, *key, *changes[key]) for key in keys if key not in free]
    write("standing_balances", STANDING_COLUMNS, begun)


def _standing_row(court_code: str, account: Account, part: str, debit: int, credit: int) -> tuple[object, ...]:
    guard = rules.GUARDED.get(account)
    return court_code, account.value, part, debit, credit, 0, guard.value if guard else ""


def _keep_days(court_code: str, changes: dict[tuple[Account, str, date], Change]) -> None:
    """Each day's end: begun with that of the day before, then moved, and with it every later day that is kept.

    One day after the other: a row may be moved by several days, and a set moves it once.
    """
    for day in sorted({day for _, _, day in changes}):
        parts = sorted(((account, part) for account, part, of in changes if of == day), key=_by_code)
        named = [(court_code, account.value, part, stored_day(day)) for account, part in parts]
        run_set(BEGIN_DAYS, named)
        moved = [changes[account, part, day] for account, part in parts]
        run_set(MOVE_DAYS, [(*name, *change) for name, change in zip(named, moved, strict=True)])


def _by_code(part: tuple[Account, str]) -> tuple[str, str]:
    return part[0].value, part[1]
