"""Reads of an import: what its lines are kept by, by name."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Integer, Select, cast, func, literal, select

from fundapp.cases.models import Case
from fundapp.core.db import db
from fundapp.core.money import ZERO
from fundapp.funding.models import Source
from fundapp.ledger import queries as books
from fundapp.ledger.models import Opening, OpeningLine
from fundapp.ledger.rules import Account, OpeningBalance, OpeningStatus, OpeningSums, opening_sums
from fundapp.openings import rules

BEHIND = 10_000_000  # more than a file has rows
LINES_KEY = (literal(BEHIND) - OpeningLine.line).label("key")
"""Lists are ordered by their key, highest first: a file's first row has the highest."""


def sums_by_account(opening_id: int) -> list[tuple[Account, int, OpeningSums]]:
    """What an import carries into each account, in the order of the chart: lines, and sums on both sides."""
    is_negative = OpeningLine.amount < ZERO
    rows = db.session.execute(
        select(OpeningLine.account, OpeningLine.side, func.count(), func.sum(OpeningLine.amount))
        .where(OpeningLine.opening_id == opening_id)
        .group_by(OpeningLine.account, OpeningLine.side, is_negative)
    )
    found: dict[Account, list[tuple[int, OpeningBalance]]] = {}
    for account, side, count, amount in rows:
        found.setdefault(account, []).append((count, OpeningBalance(0, account, side, amount)))
    return [
        (account, sum(count for count, _ in found[account]), opening_sums(one for _, one in found[account]))
        for account in Account
        if account in found
    ]


def source_subjects(court_code: str) -> dict[str, str]:
    """Every source of a court, stopped ones too: its subject by its name."""
    found = db.session.execute(select(Source.name, Source.id).where(Source.court_code == court_code))
    return {name: f"source:{source_id}" for name, source_id in found}


def named_lines(opening_id: int) -> Select[*tuple[Any, ...]]:
    """The query of an import's lines, each with the number of its case and the name of its source."""
    return (
        select(
            LINES_KEY,
            OpeningLine.line,
            OpeningLine.account,
            OpeningLine.side,
            OpeningLine.amount,
            OpeningLine.note,
            Case.number.label("case_number"),
            Source.name.label("source_name"),
        )
        .outerjoin(Case, Case.id == _id_in(OpeningLine.case_ref, "case:"))
        .outerjoin(Source, Source.id == _id_in(OpeningLine.source_ref, "source:"))
        .where(OpeningLine.opening_id == opening_id)
    )


def _id_in(subject: Any, kind: str) -> Any:
    """The id in a subject's column; no id where it is empty."""
    return cast(func.nullif(func.substr(subject, len(kind) + 1), ""), Integer)


@books.hear_before_closing
def waiting(court_code: str, _first: date, last: date) -> Sequence[books.Unfinished]:
    """Imports, and requests to undo one, that nobody has decided: the closing of their month would refuse them."""
    asked = (OpeningStatus.REQUESTED, OpeningStatus.UNDO_REQUESTED)
    found = db.session.execute(
        select(Opening.id, Opening.day)
        .where(Opening.court_code == court_code, Opening.day <= last, Opening.status.in_(asked))
        .order_by(Opening.id)
    )
    return [books.Unfinished(rules.WAITS, f"第{one_id}号 {day}", rules.WAITS_FOR) for one_id, day in found]
