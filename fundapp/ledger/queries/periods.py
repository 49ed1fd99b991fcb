"""What is closed, what a month holds, and whether what is kept of the books is what its postings say."""

from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import date
from typing import NamedTuple

from sqlalchemy import Select, select

from fundapp.core.db import db, run, stored_day, walk
from fundapp.core.digests import digest_of
from fundapp.ledger.models import ClosedMonth, NumberSeries, ReopenedMonth
from fundapp.ledger.rules import KEPT


class Unfinished(NamedTuple):
    """One thing that keeps a month open: what it is, which record, and what to do, each as people read it."""

    what: str
    cited: str
    way_out: str


ClosingCheck = Callable[[str, date, date], Sequence[Unfinished]]
_closing_checks: list[ClosingCheck] = []


def hear_before_closing(check: ClosingCheck) -> ClosingCheck:
    """Let a feature above the books say here what of its own must be finished before a month is closed.

    The check is asked for the court and the month's first and last day, and answers with what is not finished. So
    whoever keeps bank statements or opening balances adds a point to the closing list without this floor knowing it.
    """
    _closing_checks.append(check)
    return check


def unfinished(court_code: str, first: date, last: date) -> list[Unfinished]:
    """What the registered checks still find for a month."""
    return [one for check in _closing_checks for one in check(court_code, first, last)]


def _standing(court_code: str) -> Select[ClosedMonth]:
    ended = select(ReopenedMonth.closing_id)
    return select(ClosedMonth).where(ClosedMonth.court_code == court_code, ClosedMonth.id.not_in(ended))


def is_closed(court_code: str, month: str) -> bool:
    """Whether a month takes no vouchers any more: it, or a later one, is closed."""
    later = _standing(court_code).where(ClosedMonth.month >= month).with_only_columns(ClosedMonth.id).limit(1)
    return db.session.scalar(later) is not None


def last_closing(court_code: str) -> ClosedMonth | None:
    """The closing of the last month that is closed."""
    found: ClosedMonth | None = db.session.scalar(_standing(court_code).order_by(ClosedMonth.month.desc()).limit(1))
    return found


def closed_months(court_code: str) -> Sequence[ClosedMonth]:
    """The closings that stand, in the order of their months."""
    return db.session.scalars(_standing(court_code).order_by(ClosedMonth.month)).all()


def closings(court_code: str, months: Sequence[str]) -> Sequence[ClosedMonth]:
    """Every closing there ever was of these months, in the order in which they were made."""
    return db.session.scalars(
        select(ClosedMonth)
        .where(ClosedMonth.court_code == court_code, ClosedMonth.month.in_(months))
        .order_by(ClosedMonth.id)
    ).all()


def entries(court_code: str, month: str) -> tuple[int, str]:
    """How many vouchers a month holds, and the digest of theirs in the order of their numbers."""
    asked = "SELECT digest FROM vouchers WHERE court_code = ? AND month = ? ORDER BY number"
    with closing(walk(asked, (court_code, month))) as rows:
        digests = [row[0] for row in rows]
    return len(digests), digest_of(digests)


def last_number(court_code: str, month: str) -> int:
    """The last voucher number of the month's year, over all kinds."""
    series = db.session.get(NumberSeries, (court_code, int(month[:4]), NumberSeries.ALL), populate_existing=True)
    return 0 if series is None else series.last_number


def _accounts_by(*names: str) -> str:
    """The accounts of which this part is kept, as SQL."""
    return ", ".join(f"'{account.value}'" for account, kept in KEPT.items() if names in kept)


def _asked(question: str) -> str:
    """A question about the sides of one court's postings, in which red ink is deducted from the other side."""
    for word, text in (
        ("SIDES", SIDES),
        ("BY_SOURCE", _accounts_by("source")),
        ("BY_CASE", _accounts_by("case")),
        ("BY_BOTH", _accounts_by("case", "source")),
    ):
        question = question.replace(word, text)
    return question


SIDES = """
    sides AS (
        SELECT account, case_ref, source_ref, day, SUM(debit) AS debit, SUM(credit) AS credit FROM (
            SELECT p.debit AS account, p.case_ref, p.source_ref, v.posted_on AS day,
                CASE WHEN v.ink = 'red' THEN 0 ELSE p.amount END AS debit,
                CASE WHEN v.ink = 'red' THEN -p.amount ELSE 0 END AS credit
            FROM posting_lines p JOIN vouchers v ON v.id = p.voucher_id WHERE v.court_code = ?
            UNION ALL
            SELECT p.credit, p.case_ref, p.source_ref, v.posted_on,
                CASE WHEN v.ink = 'red' THEN -p.amount ELSE 0 END, CASE WHEN v.ink = 'red' THEN 0 ELSE p.amount END
            FROM posting_lines p JOIN vouchers v ON v.id = p.voucher_id WHERE v.court_code = ?
        ) lines GROUP BY account, case_ref, source_ref, day
    )
"""
WRONG_STANDING = _asked("""
    WITH SIDES, parts AS (
        SELECT account, '' AS part, debit, credit FROM sides
        UNION ALL
        SELECT account, source_ref, debit, credit FROM sides WHERE source_ref IS NOT NULL AND account IN (BY_SOURCE)
        UNION ALL
        SELECT account, case_ref, debit, credit FROM sides WHERE case_ref IS NOT NULL AND account IN (BY_CASE)
        UNION ALL
        SELECT account, case_ref || '|' || source_ref, debit, credit FROM sides
        WHERE case_ref IS NOT NULL AND source_ref IS NOT NULL AND account IN (BY_BOTH)
    )
    SELECT account, part FROM (
        SELECT account, part, debit, credit FROM standing_balances WHERE court_code = ?
        UNION ALL SELECT account, part, -debit, -credit FROM parts
    ) both_sides GROUP BY account, part HAVING SUM(debit) <> 0 OR SUM(credit) <> 0 ORDER BY account, part LIMIT 1
""")
WRONG_DAY = _asked("""
    WITH SIDES, daily AS (
        SELECT account, '' AS part, day, SUM(debit) AS debit, SUM(credit) AS credit FROM sides GROUP BY account, day
        UNION ALL
        SELECT account, source_ref, day, SUM(debit), SUM(credit) FROM sides
        WHERE source_ref IS NOT NULL AND account IN (BY_SOURCE) GROUP BY account, source_ref, day
    )
    SELECT account, part, CAST(day AS VARCHAR(10)) FROM (
        SELECT account, part, day, debit, credit FROM day_totals WHERE court_code = ?
        UNION ALL SELECT account, part, day, -SUM(debit) OVER (PARTITION BY account, part ORDER BY day),
            -SUM(credit) OVER (PARTITION BY account, part ORDER BY day) FROM daily
    ) both_sides WHERE day <= ? GROUP BY account, part, day HAVING SUM(debit) <> 0 OR SUM(credit) <> 0
    ORDER BY account, part, day LIMIT 1
""")


def first_wrong_balance(court_code: str, last: date) -> str | None:
    """The first kept balance of a court that is not what its postings make, recomputed in the database: of now, or of
    the end of a day up to ``last``."""
    for statement, more in ((WRONG_STANDING, ()), (WRONG_DAY, (stored_day(last),))):
        for found in run(statement, (court_code, court_code, court_code, *more)):
            return " ".join(part for part in found if part)
    return None
