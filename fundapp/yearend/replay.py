"""The way back: an empty database's books rebuilt from a package alone, and every balance found equal.

The package is checked first. Its vouchers are then posted again by the ledger itself, in the order in which they were
posted, with everything on that guards a posting; so numbers, kept balances and day ends are made anew and not copied.
What the rebuilt books say is compared with the package's own tables, file against file. Moments, digests and the trail
are those of the replay: it proves the amounts, and the checker proves the evidence. Registers are not rebuilt.
"""

import csv
import json
import tempfile
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from itertools import groupby, zip_longest
from pathlib import Path
from typing import BinaryIO

from fundapp.core.db import snapshot, transaction
from fundapp.core.errors import RuleViolation
from fundapp.core.money import to_fen, yuan
from fundapp.core.spreadsheet import FORMULA_STARTS
from fundapp.core.tables import TABLES, Scope
from fundapp.courts import queries as courts
from fundapp.courts import service as court_service
from fundapp.ledger import queries as books
from fundapp.ledger import service as ledger
from fundapp.ledger.rules import SIDE, Account, Hands, Ink, Model, Movement, Posting, Side, VoucherKind, parts_of
from fundapp.ledger.service.posting import Draft, Links, Posted, drafted, post_drafts
from fundapp.users import queries as users
from fundapp.users import service as user_service
from fundapp.users.models import User
from fundapp.yearend import checker
from fundapp.yearend.package import Progress
from fundapp.yearend.package.container import check_container, unpack
from fundapp.yearend.package.members import csv_of

AT_ONCE = 500
Line = dict[str, str]


def replay(stream: BinaryIO, *, progress: Progress) -> list[str]:
    """Rebuild the books of a package in this database, which must be empty, and compare; the figures that are equal.

    Raises:
        checker.Difference: the package is not right, or a rebuilt figure differs from it.
        RuleViolation: the database is not empty.
    """
    if courts.codes():
        raise RuleViolation("本数据库中已有法院，不能重建账簿；请另建一个空数据库（flask db upgrade）后再运行。")
    check_container(stream)
    with tempfile.TemporaryDirectory(prefix="replay-") as name, zipfile.ZipFile(stream) as archive:
        folder = Path(name)
        unpack(archive, folder)
        checker.check(checker.Folder(name))
        told = _Told(folder)
        codes = _found(told)
        vouchers = 0
        for court_code, of_court in groupby(told.rows("vouchers"), key=lambda row: row["court_code"]):
            vouchers += _post(court_code, list(of_court), told, progress)
        year = int(json.loads((folder / checker.MANIFEST).read_text(encoding="utf-8"))["year"])
        with snapshot():
            return [f"vouchers 凭证 {vouchers}", *_compared(told, Scope(tuple(sorted(codes)), year))]


class _Told:
    """What the package tells: the rows of its tables."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def rows(self, table: str) -> Iterator[Line]:
        with (self.folder / "csv" / f"{table}.csv").open(encoding="utf-8-sig", newline="") as file:
            yield from csv.DictReader(file)


def _found(told: _Told) -> list[str]:
    """The codes of the courts, entered with their books opened under their models, and those who sign in."""
    rows = sorted(told.rows("courts"), key=lambda row: (len(row["code"]), row["code"]))
    with transaction():
        court_service.found_district([(row["code"], row["name"]) for row in rows], seat=rows[0]["code"])
    for row in rows:
        with transaction(row["code"]):
            operator = user_service.operator(row["code"])
            for person in told.rows("users"):
                if person["court_code"] == row["code"] and users.user_named(person["username"]) is None:
                    _enter(person["username"], person["name"], row["code"], operator)
            if row["model"]:
                ledger.open_books(row["code"], model=Model(row["model"]), actor=operator)
    return [row["code"] for row in rows]


def _enter(username: str, name: str, court_code: str, actor: User) -> None:
    password = user_service.one_time_password()
    user_service.create(username=username, name=name, court_code=court_code, password=password, actor=actor)


def _post(court_code: str, vouchers: list[Line], told: _Told, progress: Progress) -> int:
    """Post a court's vouchers again, as they came one after the other."""
    postings = {
        voucher_id: [_posting(line) for line in lines]
        for voucher_id, lines in groupby(
            (row for row in told.rows("postings") if row["court_code"] == court_code),
            key=lambda row: row["voucher_id"],
        )
    }
    people = _People(court_code)
    posted: dict[str, Posted] = {"": Posted(0, "")}
    vouchers.sort(key=lambda row: int(row["id"]))
    for number, some in enumerate(_sets(vouchers)):
        with transaction(court_code):
            drafts = [_draft(row, postings[row["id"]], posted, people) for row in some]
            made = post_drafts(drafts, court_code=court_code, actor=people.named(some[0]["booked_by"]))
        posted |= zip((row["id"] for row in some), made, strict=True)
        for row, one in zip(some, made, strict=True):
            checker.require(one.cited == row["cited"], f"{court_code} {row['cited']}：重建后编号为{one.cited}")
        progress(min((number + 1) * AT_ONCE, len(vouchers)), len(vouchers))
    return len(vouchers)


class _People:
    """Who signed, by login name; whoever is not of the package's courts is entered when first met."""

    def __init__(self, court_code: str) -> None:
        self.court_code = court_code
        self.known: dict[str, User] = {}

    def named(self, username: str) -> User:
        if username not in self.known:
            if users.user_named(username) is None:
                _enter(username, username, self.court_code, user_service.operator(self.court_code))
            found = users.user_named(username)
            assert found is not None
            self.known[username] = found
        return self.known[username]


def _sets(vouchers: list[Line]) -> Iterator[list[Line]]:
    """Vouchers that can be posted at once: of one bookkeeper, and none that corrects one of the same set."""
    some: list[Line] = []
    for row in vouchers:
        is_linked = bool(row["reverses_id"] or row["adjusts_id"] or row["restates_id"])
        if some and (is_linked or len(some) == AT_ONCE or row["booked_by"] != some[0]["booked_by"]):
            yield some
            some = []
        some.append(row)
    if some:
        yield some


def _draft(row: Line, lines: list[Posting], posted: dict[str, Posted], people: _People) -> Draft:
    links = [posted[row[name]].id or None for name in ("reverses_id", "adjusts_id", "restates_id")]
    hands = [people.named(row[name]).id if row[name] else None for name in ("prepared_by", "reviewed_by", "cashier")]
    assert hands[0] is not None and hands[1] is not None, row
    return drafted(
        row["name"],
        lines,
        business_date=date.fromisoformat(row["business_date"]),
        posted_on=date.fromisoformat(row["posted_on"]),
        summary=_text(row["summary"]),
        attachments=int(row["attachments"]),
        hands=Hands(hands[0], hands[1], hands[2]),
        kind=VoucherKind(row["kind"]),
        ink=Ink(row["ink"]),
        links=Links(*links),
    )


def _posting(line: Line) -> Posting:
    return Posting(
        Movement(line["movement"]),
        Account(line["debit"]),
        Account(line["credit"]),
        yuan(line["amount"]),
        case=line["case_ref"] or None,
        source=line["source_ref"] or None,
        debtor=line["debtor_ref"] or None,
    )


def _text(cell: str) -> str:
    """A text as it was before it was kept from being a formula."""
    return cell[1:] if cell[:1] == "'" and cell[1:].startswith(FORMULA_STARTS) else cell


REBUILT = ("trial_balance", "months")
"""Tables that the rebuilt books must tell word for word as the package does."""


def _compared(told: _Told, scope: Scope) -> list[str]:
    """What the rebuilt books say against the package: their tables, and the balance of every case and source."""
    figures = []
    for table in TABLES:
        if table.name in REBUILT:
            again = csv_of(told.folder / "again", table, scope)
            pairs = zip_longest(
                _lines(told.folder, table.name), _lines(told.folder / "again", table.name), fillvalue=""
            )
            for left, right in pairs:
                checker.require(left == right, f"{table.title}：审计包为“{left.strip()}”，重建后为“{right.strip()}”")
            figures.append(f"{table.name} {table.title} {again.rows}")
    parts = _parts(told)
    for (court_code, account, part), net in parts.items():
        kept = to_fen(books.balance(court_code, account, part)) * (1 if SIDE[account] is Side.DEBIT else -1)
        where = f"{court_code} {account.value} {part}".strip()
        checker.require(kept == net, f"{where}：审计包分录合计{checker.yuan(net)}，重建后余额{checker.yuan(kept)}")
    figures.append(f"balances by account, case and source 科目、案件、来源余额 {len(parts)}")
    return figures


def _lines(folder: Path, name: str) -> Iterator[str]:
    with (folder / "csv" / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
        yield from file


def _parts(told: _Told) -> dict[tuple[str, Account, str], int]:
    """The balance of each part of each account, debit less credit, added up from the package's postings."""
    found: dict[tuple[str, Account, str], int] = defaultdict(int)
    for line in told.rows("postings"):
        posting = _posting(line)
        for account, sign in ((posting.debit, 1), (posting.credit, -1)):
            for part in parts_of(account, posting):
                found[line["court_code"], account, part] += sign * to_fen(posting.amount)
    return found
