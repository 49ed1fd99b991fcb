"""Reads of findings, of whom they wait for, of notes, and of the records that both point at."""

import re
from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from fundapp.advances.models import Advance
from fundapp.auditing import rules
from fundapp.auditing.models import Finding, FindingStep, Note
from fundapp.auditing.rules import FindingState, Severity, StepKind
from fundapp.cases.models import Case
from fundapp.ceremonies.models import Ceremony
from fundapp.core import clock
from fundapp.core.db import LARGEST_ID, Base, db
from fundapp.core.errors import NotFound
from fundapp.custody.models import CaseReceipt, Payout
from fundapp.disbursement.models import Batch
from fundapp.eligibility.models import Assessment, TermsIssue
from fundapp.funding.models import FundReceipt, Source
from fundapp.ledger.models import Correction, Opening, Voucher
from fundapp.ledger.rules import WORDS, VoucherKind
from fundapp.users import queries as users
from fundapp.users.models import User
from fundapp.users.rules import Permission

FINDINGS_KEY = Finding.id
NOTES_KEY = Note.id


def finding(finding_id: int, scope: frozenset[str]) -> Finding:
    found = db.session.get(Finding, finding_id)
    if found is None or found.court_code not in scope:
        raise NotFound("没有找到该审计问题，请返回列表重新选择。")
    return found


def findings(
    scope: frozenset[str],
    *,
    court_code: str | None = None,
    state: FindingState | None = None,
    severity: Severity | None = None,
    is_overdue: bool = False,
    responsible_id: int | None = None,
) -> Select[Any]:
    """The query of the list of findings."""
    query = select(Finding).where(Finding.court_code.in_(scope))
    if court_code:
        query = query.where(Finding.court_code == court_code)
    if state is not None:
        query = query.where(_stands(state))
    if severity is not None:
        query = query.where(Finding.severity == severity)
    if is_overdue:
        query = query.where(_overdue())
    if responsible_id is not None:
        query = query.where(_last(FindingStep.responsible_id, StepKind.MEASURE) == responsible_id)
    return query


def _last(column: Any, *kinds: StepKind) -> Any:
    """What the last step of a finding says, of these kinds or of any."""
    last = select(column).where(FindingStep.finding_id == Finding.id)
    if kinds:
        last = last.where(FindingStep.kind.in_(kinds))
    return last.order_by(FindingStep.seq.desc()).limit(1).correlate(Finding).scalar_subquery()


def _stands(*states: FindingState) -> ColumnElement[bool]:
    kinds = [kind for kind, state in rules.AFTER.items() if state in states and kind is not None]
    has_no_step = _last(FindingStep.kind).is_(None)
    found = [_last(FindingStep.kind).in_(kinds)] if kinds else []
    return or_(*found, *([has_no_step] if FindingState.UNANSWERED in states else []))


def _overdue() -> ColumnElement[bool]:
    """As ``Progress.is_overdue``: the auditor's day, or an earlier one that the measure promises, is over."""
    today = clock.today()
    wanted_by = func.coalesce(_last(FindingStep.due_on, StepKind.RETURNED), Finding.due_on)
    promised = _last(FindingStep.due_on, StepKind.RETURNED, StepKind.MEASURE)
    return and_(_stands(*rules.WAITING_FOR_COURT), or_(wanted_by < today, promised < today))


def unanswered_in(user: User) -> Select[Any]:
    """The query of what waits for a measure of this user's court."""
    return findings(frozenset({user.court_code}), state=FindingState.UNANSWERED)


def to_prove_by(user: User) -> Select[Any]:
    """The query of what this user is to put right and prove."""
    mine = findings(frozenset({user.court_code}), responsible_id=user.id)
    return mine.where(_stands(FindingState.UNDER_WAY, FindingState.SENT_BACK))


def to_review_by(user: User) -> Select[Any]:
    """The query of what the auditors of this user's court are to close or send back."""
    return select(Finding).where(Finding.audited_by == user.court_code, _stands(FindingState.PROVED))


def overdue_for(user: User) -> Select[Any]:
    """The query of the overdue findings that concern this user: as leader, as auditor, or as the one responsible."""
    concerned = [_last(FindingStep.responsible_id, StepKind.MEASURE) == user.id]
    if user.may(Permission.FINDING_ANSWER):
        concerned.append(Finding.court_code == user.court_code)
    if user.may(Permission.FINDING_CLOSE):
        concerned.append(Finding.audited_by == user.court_code)
    return select(Finding).where(_overdue(), or_(*concerned))


def last_number(court_code: str, year: int) -> int:
    """The number of the court's last finding of a year, 0 without."""
    query = select(func.max(Finding.number)).where(Finding.court_code == court_code, Finding.year == year)
    return db.session.scalar(query) or 0


def possible_responsibles(court_code: str) -> list[User]:
    """Who of a court may be made responsible: its active users who handle the fund."""
    found = db.session.scalars(users.users(frozenset({court_code})).where(User.is_active).order_by(User.id))
    return [user for user in found if user.may(Permission.FINDING_PROVE)]


def notes(scope: frozenset[str], *, record: str | None = None) -> Select[Any]:
    """The query of the list of notes."""
    query = select(Note).where(Note.court_code.in_(scope))
    return query.where(Note.record == record) if record else query


RECORDS: dict[str, type[Base]] = {
    "advance": Advance,
    "assessment": Assessment,
    "batch": Batch,
    "case": Case,
    "case-receipt": CaseReceipt,
    "ceremony": Ceremony,
    "correction": Correction,
    "fund-receipt": FundReceipt,
    "opening": Opening,
    "payout": Payout,
    "source": Source,
    "terms": TermsIssue,
    "voucher": Voucher,
}
"""The records that a finding or a note may point at, by the kind of their subject; each belongs to one court."""

_KINDS = {word: kind for kind, word in WORDS.items() if isinstance(kind, VoucherKind)}
_VOUCHER = re.compile(rf"(\d{{4}})([{''.join(_KINDS)}])(\d{{1,7}})")
_ADVANCE = re.compile(r"垫\d{4}-(\d{1,9})")


def court_of(subject: str) -> str | None:
    """The court that a record belongs to; None when there is no such record."""
    kind, _colon, number = subject.partition(":")
    if kind not in RECORDS or not rules.SUBJECT.fullmatch(subject) or int(number) > LARGEST_ID:
        return None
    record: Any = RECORDS[kind]
    return db.session.scalar(select(record.court_code).where(record.id == int(number)))


def record_cited(word: str, court_code: str) -> str | None:
    """The record of a court that people cite so: by its subject, as a voucher, an advance or a case number."""
    subject: str | None = word
    if voucher := _VOUCHER.fullmatch(word):
        year, kind, number = voucher.groups()
        query = select(Voucher.id).where(Voucher.court_code == court_code, Voucher.year == int(year))
        query = query.where(Voucher.kind == _KINDS[kind], Voucher.kind_number == int(number))
        subject = _subject("voucher", db.session.scalar(query))
    elif advance := _ADVANCE.fullmatch(word):
        subject = f"advance:{int(advance[1])}"
    elif "执" in word:
        query = select(Case.id).where(Case.court_code == court_code, Case.number == word)
        subject = _subject("case", db.session.scalar(query))
    return subject if subject is not None and court_of(subject) == court_code else None


def _subject(kind: str, record_id: int | None) -> str | None:
    return None if record_id is None else f"{kind}:{record_id}"


def records_cited(words: Iterable[str], court_code: str) -> tuple[list[str], list[str]]:
    """The subjects of the records that these words cite, each once, and the words that cite none of this court."""
    found: dict[str, None] = {}
    unknown: list[str] = []
    for word in words:
        subject = record_cited(word, court_code)
        if subject is None:
            unknown.append(word)
        else:
            found.setdefault(subject)
    return list(found), unknown
