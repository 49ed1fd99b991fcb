"""Our side, through the public service functions, with everything on: chain, triggers, kept balances, trail, names.

One court with books in model B. Every entry is an advance: it debits 1218.01, kept by case, and credits the fund's bank
account. The fund and 1,000 cases are the 1,001 accounts of the workloads.
"""

import gc
import itertools
import logging
import random
import secrets
import sys
import tempfile
import threading
from collections.abc import Callable
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import Connection, text

from bench.contender import latencies, seconds, serve
from fundapp import create_app
from fundapp.core import clock
from fundapp.core.commands import migrate_to_head
from fundapp.core.config import Settings
from fundapp.core.db import db, on_sqlite, snapshot, transaction
from fundapp.core.errors import RuleViolation
from fundapp.core.money import LARGEST, ZERO, from_fen
from fundapp.core.spreadsheet import write_xlsx
from fundapp.core.tables import TABLES, Scope, Table
from fundapp.ledger import queries as books
from fundapp.ledger import service as ledger
from fundapp.ledger.rules import Account, Booked, Movement, booked
from fundapp.ledger.service import Entry, Hands
from fundapp.oversight import checks
from fundapp.users.rules import Role
from fundapp.yearend.package import build
from fundapp.yearend.package.members import csv_of, sheets_of
from fundapp.yearend.standards import gb24589
from tests.attacker import owner, unguarded
from tests.builders.ledger import a_voucher, how_posted, the_hands
from tests.builders.people import COURT, the_courts, the_holder

CASES = 1_000
SOURCE = "source:1"
FIRST_DAY, TODAY = date(2018, 1, 2), date(2018, 12, 20)
CHUNK = 10_000
# These books know no register of advances, so the check that compares the two must speak; every other must not.
MISSING_REGISTER = "应收垫付款等于垫付减追回（分案，乙类）"


class Books:
    """The books of one court on one database, as one process sees them."""

    def __init__(self, address: str, court_code: str = COURT) -> None:
        url = (
            f"sqlite:///{address}" if address.startswith("/") else address.replace("postgresql:", "postgresql+psycopg:")
        )
        settings = Settings.for_tests(instance=Path(tempfile.mkdtemp(prefix="bench-")), database_url=url)
        self.app: Flask = create_app(settings)
        self.court_code = court_code
        process = secrets.token_hex(4)
        self._names = (f"bench:{process}:{number}" for number in itertools.count())

    def found(self, *other_courts: str) -> None:
        """Migrate, and open the books of this court and of others with plenty of money and an account for each case."""
        migrate_to_head()
        the_courts()
        for court_code in (self.court_code, *other_courts):
            a_voucher(str(LARGEST.amount), name="bench:fund", court_code=court_code, day=FIRST_DAY, source=SOURCE)
        self._post_all([self._entry(self._advance(case), FIRST_DAY) for case in range(CASES)])
        if not on_sqlite():  # as autovacuum does within minutes
            with owner() as connection:
                connection.execute(text("ANALYZE"))

    def post(self, count: int) -> float:
        """So many vouchers, a transaction each."""
        act = self._act()
        return seconds(lambda: [act() for _ in range(count)])

    def batch(self, count: int) -> float:
        """So many vouchers, all or nothing."""
        payments = [self._entry(self._advance()) for _ in range(count)]
        return seconds(lambda: self._post_all(payments))

    def overdraft(self, count: int) -> float:
        """The same with one payment, in the middle, that the fund does not have: refused, and nothing written."""
        before = books.voucher_count([self.court_code])
        payments = [self._entry(self._advance()) for _ in range(count)]
        payments[count // 2] = self._entry([booked(Movement.ADVANCE_PAID, LARGEST, case="case:1", source=SOURCE)])

        def refused() -> None:
            try:
                self._post_all(payments)
            except RuleViolation:
                return
            raise AssertionError("an overdraft was posted")

        took = seconds(refused)
        assert books.voucher_count([self.court_code]) == before, "a refused batch left vouchers"
        return took

    def build(self, entries: int) -> float:
        """Books of so many entries, spread over the year."""
        days = (TODAY - FIRST_DAY).days
        payments = [
            self._entry(self._advance(number), FIRST_DAY + timedelta(days * number // entries))
            for number in range(entries)
        ]
        took = 0.0
        for at in range(0, entries, CHUNK):
            took += seconds(lambda: self._post_all(payments[at : at + CHUNK]))  # noqa: B023 - run at once
        return took

    def desks(self, callers: int, during: float) -> list[list[float]]:
        """Threads of this process that all post for so many seconds: what each of their acts took."""
        found: list[list[float]] = []

        def desk() -> None:
            with self.app.app_context():
                found.append(latencies(self._act(), during))

        threads = [threading.Thread(target=desk) for _ in range(callers)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(found) == callers, "a caller did not come to its end"
        return found

    def trial(self, day: str) -> float:
        """试算平衡 at the end of a day."""
        return seconds(lambda: books.trial_balance([self.court_code], as_of=date.fromisoformat(day)))

    def balances(self) -> float:
        """Every kept balance: the fund's and 1,000 cases'."""

        def read() -> None:
            assert books.balance(self.court_code, Account.FUND_BANK) > ZERO
            cases = books.parts(self.court_code, Account.ADVANCES_RECEIVABLE, "case:")
            assert sum("|" not in part for part, _ in cases) == CASES

        return seconds(read)

    def verify(self) -> float:
        """What ``flask verify`` asks; nothing may be wrong."""
        found: list[str] = []
        took = seconds(lambda: found.extend(self.problems()))
        assert not found, found
        return took

    def spoilt(self) -> list[str]:
        """A voucher of which one digit was changed behind everybody's back, and what ``verify`` then says."""
        line = db.session.execute(text("SELECT MAX(id) / 2 FROM posting_lines")).scalar_one()
        with unguarded("posting_lines") as connection:
            _change(connection, line, +1)
        voucher = db.session.execute(
            text(
                "SELECT v.year, v.number FROM vouchers v JOIN posting_lines p ON p.voucher_id = v.id WHERE p.id = :id"
            ),
            {"id": line},
        ).one()
        found = self.problems()
        db.session.rollback()
        with owner() as connection:
            _change(connection, line, -1)
        return [f"{voucher.year}-{voucher.number:04d}", *found]

    def problems(self) -> list[str]:
        return [f"{name}: {wrong}" for name, wrong in checks.checks() if wrong and name != MISSING_REGISTER]

    def csv(self) -> float:
        """The year's vouchers and postings as the package has them for programs."""
        return self._exported(lambda folder, scope: [csv_of(folder, table, scope) for table in _books()])

    def xlsx(self) -> float:
        """The same for people."""
        rows = dict.fromkeys((table.name for table in _books()), self.vouchers())
        sheets = list(_books())
        return self._exported(
            lambda folder, scope: write_xlsx(
                str(folder / "books.xlsx"), [one for table in sheets for one in sheets_of(table, scope, rows)]
            )
        )

    def xml(self) -> float:
        """The same in the national form."""

        def write(folder: Path, scope: Scope) -> None:
            with (folder / "ledger.xml").open("wb") as file:
                gb24589.write_ledger(scope, self.court_code, file)

        return self._exported(write)

    def package(self) -> float:
        """The whole package: every table, form and journal, hashed, signed and packed."""
        with tempfile.TemporaryDirectory() as name:
            target = Path(name) / "package.zip"
            return seconds(lambda: build(TODAY.year, [self.court_code], target, progress=lambda done, total: None))

    def _exported(self, write: Callable[[Path, Scope], object]) -> float:
        with tempfile.TemporaryDirectory() as name, snapshot():
            return seconds(lambda: write(Path(name), Scope((self.court_code,), TODAY.year)))

    def vouchers(self) -> int:
        return books.voucher_count([self.court_code])

    @cached_property
    def _hands(self) -> Hands:
        return the_hands(court_code=self.court_code)

    def _act(self) -> Callable[[], None]:
        how = how_posted(court_code=self.court_code, day=TODAY)

        def act() -> None:
            with transaction(self.court_code):
                ledger.post(next(self._names), self._advance(), **how)

        return act

    def _advance(self, number: int | None = None) -> list[Booked]:
        case = random.randrange(CASES) if number is None else number % CASES  # noqa: S311 - not a secret
        amount = from_fen(1_000 + case)
        return [booked(Movement.ADVANCE_PAID, amount, case=f"case:{case + 1}", source=SOURCE)]

    def _entry(self, movements: list[Booked], day: date = TODAY) -> Entry:
        return Entry(next(self._names), movements, day, "垫付执行款", 1, self._hands)

    def _post_all(self, entries: list[Entry]) -> None:
        actor = the_holder(Role.FINANCE_REVIEWER, court_code=self.court_code)
        with transaction(self.court_code):
            ledger.post_all(entries, court_code=self.court_code, actor=actor)


def _books() -> list[Table]:
    """The two tables of a year's books."""
    return [table for table in TABLES if table.name in ("vouchers", "postings")]


def _change(connection: Connection, line: int, fen: int) -> None:
    connection.execute(text("UPDATE posting_lines SET amount = amount + :fen WHERE id = :id"), {"fen": fen, "id": line})


def _ended(work: Callable[..., Any]) -> Callable[..., Any]:
    """The work, and after it no open transaction: one that idles keeps old rows alive and slows whoever writes."""

    def ended(*arguments: Any) -> Any:
        try:
            return work(*arguments)
        finally:
            db.session.rollback()

    return ended


def main(address: str, court_code: str = COURT) -> None:
    logging.disable(logging.INFO)
    one = Books(address, court_code)
    works = "found post batch overdraft build desks trial balances verify spoilt problems vouchers csv xlsx xml package"
    gc.freeze()  # as ``flask serve`` does
    with one.app.app_context(), clock.at(TODAY):
        serve({work: _ended(getattr(one, work)) for work in works.split()})


if __name__ == "__main__":
    main(*sys.argv[1:])
