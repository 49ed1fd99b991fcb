"""The audit package of a year: one ZIP, the same bytes for the same books, signed, and its verification.

What the members say is checked by the same ``checker.py`` that travels inside the package as ``check.py``.
"""

import hashlib
import itertools
import json
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

from fundapp.core import clock, signing
from fundapp.core.config import ROOT
from fundapp.core.db import snapshot
from fundapp.core.money import bare
from fundapp.core.tables import TABLES, TIES, Recorded, Scope, Table, Term
from fundapp.trail import queries as trail
from fundapp.yearend import checker, queries, rules
from fundapp.yearend.package.container import check_container, packed, unpack
from fundapp.yearend.package.members import Member, copied, csv_of, standard_of, workbook_of
from fundapp.yearend.package.readme import readme
from fundapp.yearend.papers import annual_statements, annual_workbook
from fundapp.yearend.standards import FILES

CHECKER = "check.py"
README = "README.txt"
FORMS = "docs/audit-package.md"
"""How seals, signatures and the forms of others are made: a page of the house's own, which travels along."""

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Built:
    """A finished package: its SHA-256, its size in bytes, and how many tables and rows it holds."""

    digest: str
    size: int
    tables: int
    rows: int


def build(
    year: int, court_codes: Iterable[str], target: Path, *, progress: Progress, is_unmasked: bool = False
) -> Built:
    """Write the package of a year to ``target``, whole or not at all.

    Args:
        court_codes: whose books; their vouchers of all years up to the year, and their trail up to now.
        progress: told how many of how many files are done.
        is_unmasked: persons are named whole, with their numbers; who may ask for that, the caller has looked at.

    Raises:
        RuleViolation: no court is named, or the year has not begun.
    """
    scope = Scope(tuple(sorted(court_codes)), rules.check_year(year), is_unmasked)
    rules.check_courts(scope.court_codes)
    rules.check_begun(year, clock.today())
    workbooks = list(dict.fromkeys(table.workbook for table in TABLES))
    steps = itertools.count(1)
    total = len(TABLES) + len(workbooks) + len(scope.court_codes) * (2 + len(FILES)) + 1

    with tempfile.TemporaryDirectory(prefix="audit-") as name:
        folder = Path(name)
        members = [copied(folder, CHECKER, Path(checker.__file__).read_bytes())]
        members.append(copied(folder, README, readme(scope)))
        members.append(copied(folder, FORMS, (ROOT / FORMS).read_bytes()))
        with snapshot():
            for member in _read(folder, scope, workbooks):
                members.append(member)
                progress(next(steps), total)
            manifest = _manifest(scope, members)
        members += [copied(folder, checker.MANIFEST, manifest), *_seals(folder, manifest)]
        digest, size = packed(members, target)
    progress(total, total)
    return Built(digest, size, len(TABLES), sum(member.rows or 0 for member in members))


def _read(folder: Path, scope: Scope, workbooks: Sequence[str]) -> Iterator[Member]:
    """The members that are read from the database."""
    rows = {}
    for table in TABLES:
        member = csv_of(folder, table, scope)
        rows[table.name] = member.rows or 0
        yield member
    for workbook in workbooks:
        yield workbook_of(folder, workbook, scope, rows)
    for court_code in scope.court_codes:
        yield copied(folder, f"statements/{court_code}.pdf", annual_statements([court_code], scope.year))
        yield copied(folder, f"statements/{court_code}.xlsx", annual_workbook([court_code], scope.year))
        place = "" if len(scope.court_codes) == 1 else f"{court_code}/"
        for standard in FILES:
            yield standard_of(folder, f"{place}{standard.path}", partial(standard.write, scope, court_code))


def _manifest(scope: Scope, members: Sequence[Member]) -> bytes:
    heads = trail.heads()
    told = {
        "format": checker.FORMAT,
        "year": scope.year,
        "courts": list(scope.court_codes),
        "personal_data": "whole" if scope.is_unmasked else "masked",
        "keys": sorted(key.hex() for key in signing.known_keys().values()),
        "chains": {code: {"length": heads[code][0], "head": heads[code][1]} for code in scope.court_codes},
        "totals": _totals(scope, members),
        "records": [_record(scope, table, one) for table in TABLES for one in table.records],
        "ties": [
            {"told": one.told, "left": _terms(scope, one.left), "right": _terms(scope, one.right)} for one in TIES
        ],
        "tables": [
            {"name": table.name, "title": table.title, "workbook": f"xlsx/{table.workbook}.xlsx"} for table in TABLES
        ],
        "files": [_told(member) for member in members],
    }
    return (json.dumps(told, ensure_ascii=False, indent=1) + "\n").encode()


def _record(scope: Scope, table: Table, one: Recorded) -> dict[str, Any]:
    """An act to compare. The fact that is told by a remark stands last, and whether persons in it are masked."""
    remarks = {f"{{{column.key}}}" for column in table.columns if column.kind == "remark"}
    facts = sorted(one.facts.items(), key=lambda fact: fact[1] in remarks)
    is_masked = any(text in remarks for _name, text in facts) and not scope.is_unmasked
    return {"table": table.name, **one._asdict(), "facts": dict(facts), "is_masked": is_masked}


def _terms(scope: Scope, terms: Sequence[Term]) -> list[dict[str, Any]]:
    return [
        term._asdict()
        | {"where": {name: [word.format(year=scope.year) for word in words] for name, words in term.where.items()}}
        for term in terms
    ]


def _told(member: Member) -> dict[str, Any]:
    rows = {} if member.rows is None else {"rows": member.rows}
    return {"name": member.name, "size": member.size, "sha256": member.digest, **rows}


def _totals(scope: Scope, members: Sequence[Member]) -> dict[str, Any]:
    rows = {member.name: member.rows for member in members}
    return {
        "vouchers": rows["csv/vouchers.csv"],
        "postings": rows["csv/postings.csv"],
        "trail_entries": rows["csv/trail.csv"],
        "posted": bare(queries.posted(scope.court_codes, scope.last_day)),
    }


def _seals(folder: Path, manifest: bytes) -> list[Member]:
    """The manifest's digest, for common tools; and the digest signed with the installation's key."""
    digest = hashlib.sha256(manifest).hexdigest()
    signed = f"{checker.SIGNED_FORM}|{digest}|{signing.fingerprint(signing.public_key())}"
    return [
        copied(folder, checker.MANIFEST_DIGEST, f"{digest}  {checker.MANIFEST}\n".encode()),
        copied(folder, checker.SIGNATURE, f"{signed}|{signing.sign(signed)}\n".encode()),
    ]


def verify(stream: BinaryIO, trusted: Sequence[str] = ()) -> list[str]:
    """The figures of a package, recomputed from it alone.

    Args:
        trusted: what is known from outside: fingerprints of the court's key, and anchors.

    Raises:
        checker.Difference: the first thing that is wrong, in the container or in what it holds.
        ValueError: something of what is known is neither; nothing was checked.
    """
    checker.told_apart(trusted)
    check_container(stream)
    with tempfile.TemporaryDirectory(prefix="audit-") as folder:
        with zipfile.ZipFile(stream) as archive:
            unpack(archive, Path(folder))
        return checker.check(checker.Folder(folder), trusted)
