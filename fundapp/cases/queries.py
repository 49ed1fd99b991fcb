"""Reads of the register: one case, its parties and accounts, lists and counts, imports."""

from collections.abc import Collection, Iterator
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import defer, joinedload, selectinload

from fundapp.cases.models import Case, CaseImport, Party, PayeeAccount
from fundapp.cases.rules import CaseStatus, ClaimCategory, search_of
from fundapp.core import clock
from fundapp.core.columns import blind_index
from fundapp.core.db import db
from fundapp.core.errors import NotFound
from fundapp.core.money import Money
from fundapp.trail.models import REVEALS_ONLY, TrailEntry

AT_ONCE = 1000  # names in one IN (…): both engines limit how many values a statement may carry


def case(case_id: int, scope: frozenset[str]) -> Case:
    found = db.session.get(Case, case_id)
    if found is None or found.court_code not in scope:
        raise NotFound("没有找到该案件，请返回案件列表重新查询。")
    return found


def case_numbered(number: str, scope: frozenset[str]) -> Case:
    """The case with this number, written as the register keeps it."""
    found = db.session.scalar(select(Case).where(Case.number == number, Case.court_code.in_(scope)))
    if found is None:
        raise NotFound("没有找到该案号的案件，请核对案号后重新查询。")
    return found


def is_registered(court_code: str, number: str) -> bool:
    query = select(Case.id).where(Case.court_code == court_code, Case.number == number)
    return db.session.scalar(query) is not None


def ids_of(court_code: str, numbers: Collection[str]) -> dict[str, int]:
    """The ids of those of these numbers that are registered."""
    found: dict[str, int] = {}
    for some in _portions(numbers):
        query = select(Case.number, Case.id).where(Case.court_code == court_code, Case.number.in_(some))
        found.update(db.session.execute(query).all())
    return found


def cases_numbered(court_code: str, numbers: Collection[str]) -> dict[str, Case]:
    """The registered ones among these numbers, with parties and accounts, in few statements."""
    found: dict[str, Case] = {}
    for some in _portions(numbers):
        query = (
            select(Case)
            .where(Case.court_code == court_code, Case.number.in_(some))
            .options(selectinload(Case.parties).selectinload(Party.accounts))
        )
        found.update({one.number: one for one in db.session.scalars(query)})
    return found


def _portions(numbers: Collection[str]) -> Iterator[list[str]]:
    rest = iter(numbers)
    while some := list(islice(rest, AT_ONCE)):
        yield some


def party(party_id: int, scope: frozenset[str]) -> Party:
    found = db.session.get(Party, party_id, options=[joinedload(Party.case)])
    if found is None or found.court_code not in scope:
        raise NotFound("没有找到该当事人，请返回案件页面重新选择。")
    return found


def account(account_id: int, scope: frozenset[str]) -> PayeeAccount:
    found = db.session.get(PayeeAccount, account_id, options=[joinedload(PayeeAccount.party).joinedload(Party.case)])
    if found is None or found.court_code not in scope:
        raise NotFound("没有找到该收款账户，请返回案件页面重新选择。")
    return found


def cases(
    scope: frozenset[str],
    *,
    text: str | None = None,
    status: CaseStatus | None = None,
    category: ClaimCategory | None = None,
    handler_id: int | None = None,
    claim_from: Money | None = None,
    claim_to: Money | None = None,
    under_ceiling: tuple[Money, bool] | None = None,
) -> Select[Any]:
    """The query of the list of cases, their parties with them, what is sealed left sealed.

    Args:
        text: a case number or part of one, part of a party's name, a whole or a masked identity number.
        under_ceiling: a ceiling, and whether a claim equal to it still counts.
    """
    parties = selectinload(Case.parties).options(defer(Party.identity), defer(Party.phone))
    query = select(Case).where(Case.court_code.in_(scope)).options(parties)
    if text and text.strip():
        query = query.where(_found_by(text))
    if status is not None:
        query = query.where(Case.status == status)
    if category is not None:
        query = query.where(Case.category == category)
    if handler_id is not None:
        query = query.where(Case.handler_id == handler_id)
    if claim_from is not None:
        query = query.where(Case.claim >= claim_from)
    if claim_to is not None:
        query = query.where(Case.claim <= claim_to)
    if under_ceiling is not None:
        query = query.where(_under(*under_ceiling))
    return query


def _under(ceiling: Money, included: bool) -> ColumnElement[bool]:
    return Case.claim <= ceiling if included else Case.claim < ceiling


def _found_by(text: str) -> ColumnElement[bool]:
    search = search_of(text, today=clock.today())
    if search.number is not None:
        return Case.number == search.number
    if search.identity is not None:
        return _has_party(Party.identity_index == blind_index(search.identity, "identity"))
    if search.identity_mask is not None:
        return _has_party(Party.identity_mask == search.identity_mask)
    found = [
        Case.number.contains(search.number_part, autoescape=True),
        Case.legacy_number.contains(search.number_part, autoescape=True),
    ]
    if search.name_part:
        found.append(_has_party(Party.name.contains(search.name_part, autoescape=True)))
    return or_(*found)


def _has_party(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    return Case.id.in_(select(Party.case_id).where(condition))


def count(scope: frozenset[str]) -> int:
    """How many cases the register holds."""
    return db.session.scalar(select(func.count()).select_from(Case).where(Case.court_code.in_(scope))) or 0


def count_under(scope: frozenset[str], ceiling: Money, included: bool) -> int:
    """How many cases claim less than the ceiling, or as much when it is ``included``."""
    query = select(func.count()).select_from(Case).where(Case.court_code.in_(scope), _under(ceiling, included))
    return db.session.scalar(query) or 0


def reveals_since(actor_id: int, moment: datetime) -> int:
    """How often this person has looked at full identity data since ``moment``."""
    query = (
        select(func.count())
        .select_from(TrailEntry)
        .where(
            TrailEntry.actor_id == actor_id,
            REVEALS_ONLY,
            TrailEntry.recorded_at >= moment,
        )
    )
    return db.session.scalar(query) or 0


def case_imports(scope: frozenset[str]) -> Select[Any]:
    """The query of the list of imported files."""
    return select(CaseImport).where(CaseImport.court_code.in_(scope))


def case_import(import_id: int, scope: frozenset[str]) -> CaseImport:
    found = db.session.get(CaseImport, import_id)
    if found is None or found.court_code not in scope:
        raise NotFound("没有找到该次导入，请返回导入记录重新选择。")
    return found
