"""The balances as they are kept, and as they come out of the postings one by one; they must be the same."""

from collections import Counter
from datetime import date

from sqlalchemy import select

from fundapp.core.db import db
from fundapp.core.money import to_fen
from fundapp.ledger.models import DayTotal, PostingLine, StandingBalance, Voucher
from fundapp.ledger.rules import KEPT, Ink

Key = tuple[str, str, str]
EVER = "ever"


def balances(court_code: str) -> dict[Key, tuple[int, int]]:
    """Debits and credits in fen, by account, kept part and day (or ever), as the books keep them."""
    kept: dict[Key, tuple[int, int]] = {}
    for row in db.session.scalars(select(StandingBalance).where(StandingBalance.court_code == court_code)):
        kept[row.account.value, row.part, EVER] = (to_fen(row.debit), to_fen(row.credit))
    for row in db.session.scalars(select(DayTotal).where(DayTotal.court_code == court_code)):
        kept[row.account.value, row.part, row.day.isoformat()] = (to_fen(row.debit), to_fen(row.credit))
    return kept


def recomputed(court_code: str) -> dict[Key, tuple[int, int]]:
    """The same from the postings alone."""
    ever: Counter[tuple[str, str, int]] = Counter()
    daily: Counter[tuple[str, str, date, int]] = Counter()
    rows = db.session.execute(
        select(PostingLine, Voucher.posted_on, Voucher.ink).join(Voucher).where(Voucher.court_code == court_code)
    )
    for line, day, ink in rows:
        is_red = ink is Ink.RED
        for side, account in enumerate((line.debit, line.credit)):
            fen = -to_fen(line.amount) if is_red else to_fen(line.amount)
            at = 1 - side if is_red else side
            for part in _parts(account, line):
                ever[account.value, part, at] += fen
                if not part.startswith("case:"):
                    daily[account.value, part, day, at] += fen
    found = {(account, part, EVER): (ever[account, part, 0], ever[account, part, 1]) for account, part, _ in ever}
    for account, part, day, _ in daily:
        until = [0, 0]
        for (other, of_part, earlier, at), fen in daily.items():
            if (other, of_part) == (account, part) and earlier <= day:
                until[at] += fen
        found[account, part, day.isoformat()] = (until[0], until[1])
    return found


def _parts(account, line):
    dimensions = {"case": line.case_ref, "source": line.source_ref}
    yield ""
    for names in KEPT.get(account, ()):
        values = [dimensions[name] for name in names]
        if None not in values:
            yield "|".join(values)
