"""What several statements ask: whose they are, what days they end on, what must be said below them."""

from collections.abc import Iterable, Sequence
from datetime import date

from sqlalchemy import select

from fundapp.cases.models import Case
from fundapp.core.db import chunks, db
from fundapp.core.statements import Note
from fundapp.core.words import N_
from fundapp.courts import queries as courts
from fundapp.ledger import queries as books
from fundapp.ledger.rules import Model
from fundapp.yearend import queries
from fundapp.yearend.rules.statements import Courts


def courts_of(codes: Sequence[str]) -> Courts:
    return Courts({code: courts.name(code) for code in codes})


def year_end(year: int) -> date:
    return date(year, 12, 31)


def models_of(codes: Iterable[str]) -> dict[str, Model]:
    """How each of these courts books, those without books left out."""
    return {code: books.model(code) for code in codes if books.is_open(code)}


def notes_of(codes: Sequence[str], year: int) -> list[Note]:
    """What limits the figures: a year that is not closed, books that began in mid-life."""
    notes = []
    if any(queries.closed_year(code, year) is None for code in codes):
        notes.append(Note(N_("本年度尚未全部年终结账，数字以年终结账后为准。")))
    for code in codes:
        day = books.opening_day(code)
        if day is not None:
            told = {"court": courts.name(code), "day": day.isoformat()}
            notes.append(Note(N_("%(court)s的账簿以%(day)s的期初余额启用，此前的收付不在本系统账内。"), told))
    return notes


def case_numbers(case_refs: Iterable[str]) -> dict[str, str]:
    """The numbers of these cases, by subject."""
    ids = sorted({int(ref.partition(":")[2]) for ref in case_refs})
    found: dict[str, str] = {}
    for some in chunks(ids):
        rows = db.session.execute(select(Case.id, Case.number).where(Case.id.in_(some)))
        found |= {f"case:{case_id}": number for case_id, number in rows}
    return found
