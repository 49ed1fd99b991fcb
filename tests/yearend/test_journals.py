"""journal.beancount and journal.hledger: two programs that know nothing of ours accept the books and find our balances
in them, account by account and month by month."""

import csv
import io
import os
import shutil
import subprocess
import sys
from collections import defaultdict
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from beancount import loader
from beancount.core.data import Balance, Open, Transaction
from sqlalchemy import select

from fundapp.cases.models import Party
from fundapp.cases.rules import PartyKind
from fundapp.core import clock
from fundapp.core.db import db, transaction
from fundapp.core.money import ZERO, yuan
from fundapp.ledger import queries as ledger_queries
from fundapp.ledger import service as ledger
from fundapp.ledger.rules import SIDE, Account, Movement, Side, booked, month_end
from fundapp.yearend.standards.journals import account_name
from tests.builders.books import reversed_on, two_hard_years
from tests.builders.ledger import a_voucher, how_posted
from tests.builders.people import COURT, OTHER_COURT, the_books
from tests.builders.standards import BOOKS, THE_YEAR, UNMASKED, YEAR, counted, written
from tests.builders.yearend import a_year

BEANCOUNT, HLEDGER = "journal.beancount", "journal.hledger"
MONTHS = range(1, 13)
Balances = dict[str, dict[int, Decimal]]


after_books = pytest.mark.parametrize("history", BOOKS.values(), ids=BOOKS, indirect=True)


@pytest.fixture
def folder(tmp_path) -> Path:
    return tmp_path


def our_balances(court_code: str = COURT) -> Balances:
    """What every account of the trial balance holds at the end of each month, debits positive."""
    lines = ledger_queries.trial_balance([court_code], as_of=date(YEAR, 12, 31))
    return {account_name(line.account.value): monthly(court_code, line.account) for line in lines}


def monthly(court_code: str, account: Account) -> dict[int, Decimal]:
    found = {month: ledger_queries.balance_as_of(court_code, account, month_end(YEAR, month)) for month in MONTHS}
    return {
        month: (balance if SIDE[account] is Side.DEBIT else ZERO - balance).amount for month, balance in found.items()
    }


# ---- beancount


def loaded(data: bytes):
    """The entries and the errors that beancount finds."""
    entries, errors, _ = loader.load_string(data.decode())
    return entries, errors


def beancounts_balances(data: bytes) -> Balances:
    """What beancount's own postings come to."""
    entries, errors = loaded(data)
    assert errors == []
    found: Balances = {
        entry.account: {month: Decimal(0) for month in MONTHS} for entry in entries if isinstance(entry, Open)
    }
    for entry in entries:
        if isinstance(entry, Transaction):
            for posting in entry.postings:
                for month in MONTHS:
                    if entry.date <= month_end(YEAR, month):
                        found[posting.account][month] += posting.units.number
    return found


@after_books
def test_beancount_accepts_the_journal_and_finds_our_balances_account_by_account_and_month_by_month(app):
    data, count = counted(BEANCOUNT)
    assert beancounts_balances(data) == our_balances() != {}
    entries, _ = loaded(data)
    assert count == len(entries) + 2  # the options are no entries


@after_books
def test_beancount_asserts_every_account_at_the_beginning_of_the_day_after_each_month(app):
    entries, _ = loaded(written(BEANCOUNT))
    asserted: Balances = defaultdict(dict)
    for entry in entries:
        if isinstance(entry, Balance):
            assert entry.tolerance == 0
            asserted[entry.account][(entry.date - timedelta(days=1)).month] = entry.amount.number
    assert asserted == our_balances()


@after_books
def test_bean_check_accepts_it(app, folder):
    (folder / BEANCOUNT).write_bytes(written(BEANCOUNT))
    checker = Path(sys.executable).with_name("bean-check")
    done = subprocess.run([str(checker), BEANCOUNT], cwd=folder, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_one_fen_more_in_a_voucher_breaks_an_assertion_of_beancount(app):
    two_hard_years()
    data = written(BEANCOUNT)
    assert loaded(data)[1] == []
    assert data.count(b" 25.00 CNY") == 1 == data.count(b" -25.00 CNY")
    changed = data.replace(b" 25.00 CNY", b" 25.01 CNY").replace(b" -25.00 CNY", b" -25.01 CNY")
    errors = loaded(changed)[1]
    assert errors and all("Balance failed" in error.message for error in errors)


def test_beancount_has_the_number_the_links_the_ink_and_what_a_posting_concerns(app):
    wrong = a_voucher("300.00", day=date(YEAR, 3, 1), case="case:1", source="source:1")
    red = reversed_on(wrong, date(YEAR, 3, 2))
    entries, _ = loaded(written(BEANCOUNT))
    first, second = [entry for entry in entries if isinstance(entry, Transaction)]
    assert (first.date, first.narration, first.meta["voucher"]) == (date(YEAR, 3, 1), "试记一笔", wrong.cited)
    assert (first.links, first.tags) == ({"2018-0001"}, set())
    assert (second.links, second.tags) == ({"2018-0001", "2018-0002"}, {"red"})
    assert second.meta["voucher"] == red.cited
    assert {(posting.meta["case"], posting.meta["source"]) for posting in first.postings} == {("case:1", "source:1")}


# ---- hledger


def hledger(folder: Path, data: bytes, *arguments: str) -> subprocess.CompletedProcess[str]:
    """hledger on a journal; make test installs it, where it can."""
    program = shutil.which("hledger")
    assert program, "hledger is not installed: apt-get install hledger"
    (folder / HLEDGER).write_bytes(data)
    command = [program, *arguments, "--file", HLEDGER]
    environment = os.environ | {"LC_ALL": "C.UTF-8"}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def hledgers_balances(folder: Path, data: bytes) -> Balances:
    """What hledger's own report of historical balances says."""
    report = ("balance", "--flat", "--historical", "--monthly", "--empty", "--no-total", "--output-format", "csv")
    done = hledger(folder, data, *report, "--begin", f"{YEAR}-01-01", "--end", f"{YEAR + 1}-01-01")
    assert done.returncode == 0, done.stderr
    _, *lines = csv.reader(io.StringIO(done.stdout))
    return {name: {month: Decimal(amounts[month - 1].split()[0]) for month in MONTHS} for name, *amounts in lines}


@after_books
def test_hledger_accepts_the_journal_strictly_and_finds_our_balances(app, folder):
    data = written(HLEDGER)
    done = hledger(folder, data, "check", "--strict")
    assert (done.returncode, done.stderr) == (0, "")
    assert hledgers_balances(folder, data) == our_balances() != {}


@after_books
def test_hledger_asserts_every_account_at_the_end_of_each_month(app):
    told = written(HLEDGER).decode()
    for account, balances in our_balances().items():
        for month, balance in balances.items():
            block = told.partition(f"\n{month_end(YEAR, month)} * 月末余额\n")[2].partition("\n\n")[0]
            assert f"    {account}  0.00 CNY == {balance:.2f} CNY" in block.splitlines()


def test_one_fen_more_in_a_voucher_breaks_an_assertion_of_hledger(app, folder):
    two_hard_years()
    data = written(HLEDGER)
    assert data.count(b"  25.00 CNY") == 1 == data.count(b"  -25.00 CNY")
    changed = data.replace(b"  25.00 CNY", b"  25.01 CNY").replace(b"  -25.00 CNY", b"  -25.01 CNY")
    done = hledger(folder, changed, "check", "--strict")
    assert done.returncode != 0
    assert "balance assertion" in done.stderr


def test_hledger_is_strict_about_accounts_and_commodities(app, folder):
    a_voucher("5.00")
    data = written(HLEDGER)
    for declared in (b"commodity 1000.00 CNY\n", b"account Assets:1002:01"):
        assert hledger(folder, data.replace(declared, b"; "), "check", "--strict").returncode != 0


def test_hledger_has_the_number_as_code_and_tags_for_the_rest(app, folder):
    wrong = a_voucher("300.00", day=date(YEAR, 3, 1), case="case:1", source="source:1")
    reversed_on(wrong, date(YEAR, 3, 2))
    data = written(HLEDGER)
    found = hledger(folder, data, "print", "tag:corrects=2018-0001", "tag:ink=red", "tag:case=case:1")
    assert found.stdout.startswith("2018-03-02 * (2018收0002)")
    codes = hledger(folder, data, "codes").stdout.split()
    assert codes == ["2018收0001", "2018收0002"]


# ---- both


@pytest.mark.parametrize("path", [BEANCOUNT, HLEDGER])
@after_books
def test_the_same_books_make_the_same_bytes_whenever_they_are_written(app, path):
    first = written(path)
    with clock.at(date(2031, 5, 5)):
        assert written(path) == first


def test_each_court_has_a_journal_of_its_own(app, folder):
    two_hard_years()
    scope = replace(THE_YEAR, court_codes=(COURT, OTHER_COURT))
    data = written(BEANCOUNT, court_code=OTHER_COURT, scope=scope)
    assert beancounts_balances(data) == our_balances(OTHER_COURT)
    assert "77.00" in data.decode() and "77.00" not in written(BEANCOUNT, scope=scope).decode()
    other = written(HLEDGER, court_code=OTHER_COURT, scope=scope)
    assert hledgers_balances(folder, other) == our_balances(OTHER_COURT)


ODD = '引"号" 反\\斜; 分号 | 竖线 \n换行\x01 ; not: a-tag'


def test_no_summary_breaks_a_journal(app, folder):
    the_books()
    how = how_posted() | {"summary": ODD}
    with transaction(COURT):
        ledger.post("told:1", [booked(Movement.APPROPRIATION_RECEIVED, yuan("5.00"))], **how)
    entries, errors = loaded(written(BEANCOUNT))
    assert errors == []
    told = [entry.narration for entry in entries if isinstance(entry, Transaction)]
    assert told == ['引"号" 反\\斜; 分号 | 竖线  换行\ufffd ; not: a-tag']
    data = written(HLEDGER)
    assert hledger(folder, data, "check", "--strict").returncode == 0
    descriptions = hledger(folder, data, "descriptions").stdout.splitlines()
    assert '引"号" 反\\斜； 分号 ｜ 竖线  换行\ufffd ； not: a-tag' in descriptions
    assert "not" not in hledger(folder, data, "tags").stdout.split()


def test_books_without_a_voucher_are_accepted_too(app, folder):
    the_books()
    assert loaded(written(BEANCOUNT))[1] == []
    assert hledger(folder, written(HLEDGER), "check", "--strict").returncode == 0


def test_persons_are_masked_unless_the_scope_says_otherwise(app):
    a_year()
    people = [one for one in db.session.scalars(select(Party)) if one.kind is PartyKind.PERSON]
    for path in (BEANCOUNT, HLEDGER):
        masked, whole = (written(path, scope=scope).decode() for scope in (THE_YEAR, UNMASKED))
        assert not [one.name for one in people if one.name in masked]
        assert [one.name for one in people if one.name in whole]
