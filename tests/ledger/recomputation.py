"""The balances as they are kept, and as they come out of the postings one by one; they must be the same."""

from collections import Counter

from sqlalchemy import select

from fundapp.core.db import db
from fundapp.core.money import to_fen
from fundapp.ledger.models import MonthTurnover, PostingLine, StandingBalance, Voucher
from fundapp.ledger.rules import KEPT

Key = tuple[str, str, str]


def balances(court_code: str) -> dict[Key, int]:
    """Debits less credits in fen, by account, kept part and month, as the books keep them."""
    kept: Counter[Key] = Counter()
    for row in db.session.scalars(select(StandingBalance).where(StandingBalance.court_code == court_code)):
        kept[row.account.value, row.part, "ever"] = to_fen(row.debit) - to_fen(row.credit)
    for row in db.session.scalars(select(MonthTurnover).where(MonthTurnover.court_code == court_code)):
        kept[row.account.value, "", row.month] = to_fen(row.debit) - to_fen(row.credit)
    return dict(kept)


def recomputed(court_code: str) -> dict[Key, int]:
    """The same from the postings alone."""
    found: Counter[Key] = Counter()
    rows = db.session.execute(
        select(PostingLine, Voucher.business_date).join(Voucher).where(Voucher.court_code == court_code)
    )
    for line, day in rows:
        for account, fen in ((line.debit, to_fen(line.amount)), (line.credit, -to_fen(line.amount))):
            found[account.value, "", f"{day:%Y-%m}"] += fen
            for part in _parts(account, line):
                found[account.value, part, "ever"] += fen
    return dict(found)


def _parts(account, line):
    dimensions = {"case": line.case_ref, "source": line.source_ref}
    yield ""
    for names in KEPT.get(account, ()):
        values = [dimensions[name] for name in names]
        if None not in values:
            yield "|".join(values)
