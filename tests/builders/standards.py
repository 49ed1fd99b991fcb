"""Books that make the forms of the standards hard, and the files that are written of them."""

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import date

from fundapp.core.db import snapshot
from fundapp.core.tables import Scope
from fundapp.ledger.rules import Model, Movement
from fundapp.yearend.standards import FILES
from tests.builders.books import reversed_on, two_hard_years
from tests.builders.ledger import a_voucher, close_month
from tests.builders.openings import a_small_book
from tests.builders.people import COURT
from tests.builders.yearend import a_year, year_closed

YEAR = 2018


THE_YEAR = Scope((COURT,), YEAR)
UNMASKED = replace(THE_YEAR, is_unmasked=True)


def written(path: str, *, court_code: str = COURT, scope: Scope = THE_YEAR) -> bytes:
    """The bytes of one file; the number of records that it tells is asserted elsewhere."""
    return counted(path, court_code=court_code, scope=scope)[0]


def counted(path: str, *, court_code: str = COURT, scope: Scope = THE_YEAR) -> tuple[bytes, int]:
    """The bytes of one file, and how many records it tells to have."""
    (file,) = [one for one in FILES if one.path == path]
    stream = io.BytesIO()
    with snapshot():
        count = file.write(scope, court_code, stream)
    return stream.getvalue(), count


def a_custodial_year() -> None:
    """Model A: opening balances, money of a source, an advance, its recovery, a red correction, a late voucher, and in
    the next year the blue mirror of one of its vouchers."""
    book, _ = a_small_book(Model.CUSTODIAL)
    about = {"source": book.source.subject, "case": book.paid.subject, "debtor": book.paid.debtors[0].subject}
    a_voucher("1000.00", Movement.DONATION_RECEIVED, day=date(YEAR, 1, 3), source=book.source.subject)
    a_voucher("700.01", Movement.ADVANCE_PAID, day=date(YEAR, 2, 28), **about)
    wrong = a_voucher("300.00", Movement.ADVANCE_PAID, day=date(YEAR, 3, 1), **about)
    reversed_on(wrong, date(YEAR, 3, 31))
    close_month(f"{YEAR}-01")
    a_voucher("55.55", Movement.CASE_MONEY_RECEIVED, day=date(YEAR, 1, 9), case=book.paid.subject)
    a_voucher("200.00", Movement.RECOVERED, day=date(YEAR, 12, 31), **about)
    of_last_year = a_voucher("12.34", Movement.DONATION_RECEIVED, day=date(YEAR, 12, 31), source=book.source.subject)
    reversed_on(of_last_year, date(YEAR + 1, 1, 4))


def a_closed_year() -> None:
    """Model B: advances, a ceremony with cash, case money, recoveries, the result carried over."""
    a_year()
    year_closed()


BOOKS: dict[str, Callable[[], None]] = {
    "own funds, corrections, two courts": two_hard_years,
    "own funds, closed year": a_closed_year,
    "custodial, opening balances": a_custodial_year,
}
