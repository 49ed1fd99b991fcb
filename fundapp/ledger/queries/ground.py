"""What must be known of a court's books before anything is posted, by one look at the database."""

from collections.abc import Collection, Sequence
from datetime import date
from functools import lru_cache
from itertools import zip_longest
from typing import Any, NamedTuple

from fundapp.core.db import Rows, chunks, marks, new_ids, places, run, stored_day
from fundapp.core.errors import RuleViolation
from fundapp.ledger.rules import SIDE, Account, Model, Side, VoucherKind, cited

Part = tuple[Account, str]


class Kept(NamedTuple):
    """What is kept of a part: all that it was ever debited and credited, and what is promised of it, in fen."""

    debit: int
    credit: int
    held: int

    def free(self, guard: Side) -> int:
        """The balance on the account's side, less what is promised."""
        return (self.debit - self.credit if guard is Side.DEBIT else self.credit - self.debit) - self.held


NOTHING_KEPT = Kept(0, 0, 0)


def said(business_date: date, fen: int) -> str:
    """By what an act that comes again is known to be the same: its day and its total."""
    return f"{business_date.isoformat()} {fen}"


class Ground(NamedTuple):
    """What is known of the books before posting.

    Args:
        closed_through: the last month that takes no business, None when there is none: the last closed one, or the one
            at whose end the opening balances stand.
        last_day: the last one under which a voucher stands (``2018-03-09``), None when there is none.
        posted: of the acts asked about those that have a voucher, with its id, how it is cited and what it ``said()``.
        kept: of the parts asked about those that are kept.
        last_numbers: by year and series.
        ids: for new vouchers.
    """

    model: Model
    closed_through: str | None
    last_day: str | None
    posted: dict[str, tuple[int, str, str]]
    kept: dict[Part, Kept]
    last_numbers: dict[tuple[int, str], int]
    ids: list[int]


# What tells of the books has three words, then three numbers; which row says what stands in front.
CLOSED_THROUGH = """(SELECT MAX(month) FROM (
        SELECT MAX(c.month) AS month FROM closed_months c WHERE c.court_code = m.court_code
            AND NOT EXISTS (SELECT 1 FROM reopened_months r WHERE r.closing_id = c.id)
        UNION ALL
        SELECT MAX(substr(CAST(o.day AS VARCHAR(10)), 1, 7)) FROM openings o
        WHERE o.court_code = m.court_code AND o.status IN ('posted', 'undo_requested')) ended)"""
BOOK = f"""
    SELECT 'book', m.model, {CLOSED_THROUGH},
        CAST((SELECT MAX(v.posted_on) FROM vouchers v WHERE v.court_code = m.court_code) AS VARCHAR(10)), 0, 0, 0
    FROM booking_models m WHERE m.court_code = ?
    UNION ALL
    SELECT 'series', n.kind, CAST(NULL AS VARCHAR(10)), CAST(NULL AS VARCHAR(10)), n.year, n.last_number, 0
    FROM number_series n WHERE n.court_code = ? AND n.year >= ?
    UNION ALL
    SELECT 'id', CAST(NULL AS VARCHAR(10)), CAST(NULL AS VARCHAR(10)), CAST(NULL AS VARCHAR(10)), new.id, 0, 0
    FROM ({{ids}}) new
"""  # noqa: S608 - of ours
POSTED = """
    SELECT 'posted', v.name, v.kind, CAST(v.business_date AS VARCHAR(10)) || ' ' || CAST(v.total AS VARCHAR(20)),
        v.id, v.year, v.kind_number
    FROM vouchers v WHERE v.court_code = ? AND v.name IN ({names})
"""
KEPT = """
    SELECT 'kept', s.account, s.part, CAST(NULL AS VARCHAR(10)), s.debit, s.credit, s.held
    FROM (VALUES {parts}) v
    JOIN standing_balances s ON s.court_code = ? AND s.account = v.column1 AND s.part = v.column2
"""


def ground(court_code: str, parts: Collection[Part], *, since: date, ids: int, names: Sequence[str] = ()) -> Ground:
    """What is known before so many vouchers are posted, from a day of this year on, that touch these parts.

    Args:
        names: acts that may have been posted before.

    Raises:
        RuleViolation: the court's books were not opened.
    """
    coded = {(account.value, part): (account, part) for account, part in parts}
    none: list[Any] = []
    found: Rows = []
    ids_asked = new_ids("vouchers")  # with the book itself, by the first question only
    for some_names, some_parts in zip_longest(chunks(names), chunks(list(coded)), fillvalue=none):
        asked: list[Any] = [court_code, court_code, since.year, ids] if ids_asked else []
        asked += (court_code, *some_names) if some_names else ()
        asked += (*(code for part in some_parts for code in part), court_code) if some_parts else ()
        found += run(_question(ids_asked, len(some_names), len(some_parts)), asked)
        ids_asked = ""
    return _told(found, coded)


@lru_cache(64)
def _question(ids: str, names: int, parts: int) -> str:
    asked = [BOOK.format(ids=ids)] if ids else []
    asked += [POSTED.format(names=marks(names))] if names else []
    asked += [KEPT.format(parts=places(2, parts))] if parts else []
    return " UNION ALL ".join(asked)


def _told(found: Rows, coded: dict[tuple[str, str], Part]) -> Ground:
    model, closed_through, last_day = None, None, None
    posted, kept, last_numbers, ids = {}, {}, {}, []
    for what, first, second, third, one, two, three in found:
        if what == "kept":
            kept[coded[first, second]] = Kept(one, two, three)
        elif what == "series":
            last_numbers[one, first] = two
        elif what == "id":
            ids.append(one)
        elif what == "posted":
            posted[first] = (one, cited(two, VoucherKind(second), three), third)
        else:
            model, closed_through, last_day = first, second, third
    if model is None:
        raise unopened()
    return Ground(Model(model), closed_through, last_day, posted, kept, last_numbers, ids)


# From the last end up to the day, or from the first one after it.
LOWEST = """
    SELECT v.column1, v.column2, MIN(d.debit - d.credit), MAX(d.debit - d.credit), MIN(d.day)
    FROM (VALUES {parts}) v
    JOIN day_totals d ON d.court_code = ? AND d.account = v.column1 AND d.part = v.column2
    WHERE d.day > ? OR d.day = (SELECT MAX(e.day) FROM day_totals e WHERE e.court_code = d.court_code
        AND e.account = d.account AND e.part = d.part AND e.day <= ?)
    GROUP BY v.column1, v.column2
"""


def lowest_since(court_code: str, parts: Collection[Part], day: date) -> dict[Part, int]:
    """The lowest balance on its account's side, in fen, at which each of these parts stood at the end of this day or of
    any later one."""
    found: dict[Part, int] = {}
    coded = {(account.value, part): (account, part) for account, part in parts}
    for some in chunks(list(coded)):
        statement = LOWEST.format(parts=places(2, len(some)))
        asked = [code for part in some for code in part]
        for account, name, least, most, first_day in run(
            statement, (*asked, court_code, stored_day(day), stored_day(day))
        ):
            part = coded[account, name]
            lowest = least if SIDE[part[0]] is Side.DEBIT else -most
            found[part] = min(lowest, 0) if first_day > stored_day(day) else lowest
    return found


def unopened() -> RuleViolation:
    return RuleViolation("本院账簿尚未启用，请系统管理员先完成启用设置并选定记账模式。")
