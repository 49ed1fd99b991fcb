"""The books as journals for other programs: ``journal.beancount`` and ``journal.hledger``.

Every voucher up to the year's end, earlier years too, so that opening balances come out of postings; then what every
account holds at the end of each month of the year, as assertions that the program checks. Debits are positive and
credits negative; a red voucher says so with a tag.
"""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from itertools import islice
from typing import BinaryIO

from fundapp.core.db import walk
from fundapp.core.money import yuan_text
from fundapp.core.tables import Row, Scope
from fundapp.courts import queries as courts
from fundapp.ledger.rules import month_end
from fundapp.yearend.standards import books
from fundapp.yearend.standards.books import CURRENCY, WORDS_OF_KIND
from fundapp.yearend.standards.layout import one_line

ENTRIES_AT_ONCE = 500
ROOTS = {"0": "Equity", "1": "Assets", "2": "Liabilities", "3": "Equity", "4": "Income", "5": "Expenses"}
REFERENCES = ("case", "source", "debtor")

VOUCHERS = """
    SELECT v.id, v.summary, v.year, v.number, v.kind, v.kind_number, v.posted_on, v.ink, o.year, o.number,
        p.debit, p.credit, p.amount, p.case_ref, p.source_ref, p.debtor_ref
    FROM vouchers v
    JOIN posting_lines p ON p.voucher_id = v.id
    LEFT JOIN vouchers o ON o.id = COALESCE(v.reverses_id, v.adjusts_id, v.restates_id)
    WHERE v.court_code = ? AND v.year <= ? ORDER BY v.year, v.number, p.line
"""
FIRST_DAY = "SELECT MIN(posted_on) FROM vouchers WHERE court_code = ? AND year <= ?"


def write_beancount(scope: Scope, court_code: str, stream: BinaryIO) -> int:
    """A journal that ``bean-check`` accepts; how many directives it has."""
    return _write(_beancount(scope, court_code), stream)


def write_hledger(scope: Scope, court_code: str, stream: BinaryIO) -> int:
    """A journal that ``hledger check --strict`` accepts; how many directives it has."""
    return _write(_hledger(scope, court_code), stream)


def _write(directives: Iterator[str], stream: BinaryIO) -> int:
    count = 0
    while some := list(islice(directives, ENTRIES_AT_ONCE)):
        count += len(some)
        stream.write(("\n".join(some) + "\n").encode())
    return count


def account_name(account: str) -> str:
    """``Assets:1218:01``: the names of accounts begin with one of five words in both programs."""
    return f"{ROOTS[account[0]]}:{account.replace('.', ':')}"


def _first_day(scope: Scope, court_code: str) -> str:
    """The day of the first voucher, or where the year began before it, New Year: an account that is asserted to hold
    nothing must be open already."""
    ((found,),) = walk(FIRST_DAY, (court_code, scope.year))
    new_year = f"{scope.year}-01-01"
    return min(str(found), new_year) if found else new_year


def _vouchers(scope: Scope, court_code: str) -> Iterator[tuple[str, list[Row]]]:
    return books.grouped(walk(VOUCHERS, (court_code, scope.year)), scope, court_code)


# ---- beancount


def _beancount(scope: Scope, court_code: str) -> Iterator[str]:
    first = _first_day(scope, court_code)
    ends = books.month_ends(court_code, scope.year)
    yield f'option "title" {_string(f"{courts.name(court_code)}执行案件垫付资金账簿 {scope.year}")}'
    yield f'option "operating_currency" "{CURRENCY}"'
    yield f"{first} commodity {CURRENCY}"
    for account in sorted(ends):
        yield f"{first} open {account_name(account)} {CURRENCY}\n  name: {_string(books.label(account))}"
    names = {account: account_name(account) for account in ends}
    for summary, lines in _vouchers(scope, court_code):
        yield _beancount_entry(summary, lines, names)
    for month in range(1, 13):
        day = month_end(scope.year, month) + timedelta(days=1)  # it asserts what stood when the day began
        for account, reached in sorted(ends.items()):
            balance = yuan_text(reached[month][0] - reached[month][1])
            yield f"{day} balance {names[account]} {balance} ~ 0.00 {CURRENCY}"


def _string(text: str) -> str:
    return '"' + one_line(text).replace("\\", "\\\\").replace('"', '\\"') + '"'


def _beancount_entry(summary: str, lines: list[Row], names: dict[str, str]) -> str:
    _, _, year, number, kind, kind_number, posted_on, ink, of_year, of_number = lines[0][:10]
    link = f" ^{year}-{number:04d}" + (f" ^{of_year}-{of_number:04d}" if of_number else "")
    tag = "" if ink == "blue" else f" #{ink.replace('_', '-')}"
    told = [
        f"\n{posted_on} * {_string(summary)}{tag}{link}",
        f'  voucher: "{year}{WORDS_OF_KIND[kind]}{kind_number:04d}"',
    ]
    for debit, credit, fen, *refs in (line[10:] for line in lines):
        amount = yuan_text(fen)
        about = [f'    {name}: "{ref}"' for name, ref in zip(REFERENCES, refs, strict=True) if ref]
        told += [f"  {names[debit]} {amount} {CURRENCY}", *about, f"  {names[credit]} -{amount} {CURRENCY}", *about]
    return "\n".join(told)


# ---- hledger


def _hledger(scope: Scope, court_code: str) -> Iterator[str]:
    ends = books.month_ends(court_code, scope.year)
    names = {account: account_name(account) for account in ends}
    yield f"; {one_line(courts.name(court_code))}执行案件垫付资金账簿 {scope.year}"
    yield "decimal-mark ."
    yield f"commodity 1000.00 {CURRENCY}"
    for account in sorted(ends):
        yield f"account {names[account]}  ; {books.label(account)}"
    for summary, lines in _vouchers(scope, court_code):
        yield _hledger_entry(summary, lines, names)
    for month in range(1, 13):
        balances = sorted((names[account], reached[month]) for account, reached in ends.items())
        if balances:
            yield _hledger_assertions(f"{month_end(scope.year, month)}", balances)


def _hledger_text(text: str) -> str:
    """A description: a semicolon would begin a comment, a bar would part payee and note; both stand full-width."""
    return one_line(text).replace(";", "；").replace("|", "｜").strip()


def _hledger_entry(summary: str, lines: list[Row], names: dict[str, str]) -> str:
    _, _, year, number, kind, kind_number, posted_on, ink, of_year, of_number = lines[0][:10]
    tags = [f"number: {year}-{number:04d}"]
    tags += [f"corrects: {of_year}-{of_number:04d}"] if of_number else []
    tags += [f"ink: {ink}"] if ink != "blue" else []
    cited = f"{year}{WORDS_OF_KIND[kind]}{kind_number:04d}"
    told = [f"\n{posted_on} * ({cited}) {_hledger_text(summary)}  ; {', '.join(tags)}"]
    for debit, credit, fen, *refs in (line[10:] for line in lines):
        about = ", ".join(f"{name}: {ref}" for name, ref in zip(REFERENCES, refs, strict=True) if ref)
        amount, comment = yuan_text(fen), f"  ; {about}" if about else ""
        told += [
            f"    {names[debit]}  {amount} {CURRENCY}{comment}",
            f"    {names[credit]}  -{amount} {CURRENCY}{comment}",
        ]
    return "\n".join(told)


def _hledger_assertions(day: str, balances: Iterable[tuple[str, tuple[int, int]]]) -> str:
    told = [f"\n{day} * 月末余额"]
    for name, (debit, credit) in balances:
        told.append(f"    {name}  0.00 {CURRENCY} == {yuan_text(debit - credit)} {CURRENCY}")
    return "\n".join(told)
