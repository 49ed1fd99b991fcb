"""Importing a list of cases: tried dry first, repeated without harm, every refused row with its cells and reasons.

One entry on the trail tells of a whole import, with its figures and the digest of the file; a case shows its import's
entry in its history, so that a thousand cases need no thousand entries that say the same.
"""

import base64
import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field

from sqlalchemy import update

from fundapp.cases import queries
from fundapp.cases.models import Case, CaseImport, Party
from fundapp.cases.rules import HEADERS, Fault, ImportedCase, PartyFacts, RejectedRow, columns
from fundapp.cases.service.records import case_record
from fundapp.core import clock
from fundapp.core.columns import blind_index
from fundapp.core.db import db
from fundapp.core.errors import RuleViolation
from fundapp.core.spreadsheet import Cell, read_table
from fundapp.trail import service as trail
from fundapp.trail.rules import Event
from fundapp.users.models import User
from fundapp.users.rules import check_acts_here

LONGEST_FILE_NAME = 200


@dataclass(frozen=True)
class ImportResult:
    """What came of a file: how many rows were new, how many known already, and which were rejected and why."""

    import_id: int
    new: int
    known: int
    rejected: list[RejectedRow]


@dataclass
class _Sorted:
    """The rows of a file by what is to become of them."""

    new: list[ImportedCase] = field(default_factory=list)
    known: int = 0
    rejected: list[RejectedRow] = field(default_factory=list)


@dataclass(frozen=True)
class _Line:
    """A row of the file: its number, its cells by column, and the case it tells of."""

    row: int
    cells: dict[str, Cell]
    case: ImportedCase

    def refused(self, key: str, msgid: str, **params: str | int) -> RejectedRow:
        fault = Fault(self.cells[key].ref, msgid, params)
        return RejectedRow(self.row, (fault,), columns.as_written(self.cells))


def run_import(
    data: bytes, file_name: str, *, court_code: str, is_dry_run: bool, actor: User, sheet: str | None = None
) -> ImportResult:
    """Import a list of the court's cases, or try it dry.

    A row whose case is registered with the same facts is known and passed over, so repeating a file changes nothing;
    one whose facts differ is rejected. Rejected rows do not keep the good ones out. A dry run keeps the file sealed
    until ``finish_import``, or until the same person tries another.

    Args:
        file_name: tells .xlsx from .csv.
        sheet: the worksheet's name; without it the one named by the court's code, else the first one a person sees.

    Raises:
        RuleViolation: the file as a whole cannot be read, or lacks columns; nothing is kept of it.
    """
    check_acts_here(actor.court_code, court_code)
    done = CaseImport(
        court_code=court_code,
        file_name=file_name.replace("\0", "").replace("\\", "/").rsplit("/", 1)[-1][-LONGEST_FILE_NAME:],
        digest=hashlib.sha256(data).hexdigest(),
        content=base64.b64encode(data).decode() if is_dry_run and sheet is None else None,
    )
    _give_up_earlier(court_code, actor)
    return _run(done, data, sheet, is_dry_run=is_dry_run, actor=actor)


def finish_import(import_id: int, *, actor: User) -> ImportResult:
    """Import for good what was tried dry; the file is read anew, since the register may have changed meanwhile.

    Raises:
        NotFound: no such import in the actor's court.
        RuleViolation: it was imported already, or given up for a later one.
    """
    tried = queries.case_import(import_id, frozenset({actor.court_code}))
    if tried.is_done:
        raise RuleViolation("该文件已经正式导入，无需重复办理。请在案件列表中查看结果。")
    if tried.content is None:
        raise RuleViolation("该次试导入的文件已不再保存。请重新上传文件。")
    data, tried.content = base64.b64decode(tried.content), None
    return _run(tried, data, None, is_dry_run=False, actor=actor)


def rejected_rows(import_id: int, *, actor: User) -> list[RejectedRow]:
    """The rejected rows with the cells as they stood, for correction; that they were taken out stands on the trail.

    Raises:
        NotFound: no such import in the actor's court.
        RuleViolation: there are none, or they are no longer kept.
    """
    done = queries.case_import(import_id, frozenset({actor.court_code}))
    rows = kept_rows(done.rejects)
    if not rows:
        raise RuleViolation("该次导入没有保存未通过的行。请返回导入记录查看，或重新上传文件。")
    trail.record(
        Event.LIST_EXPORTED, done.subject, court_code=done.court_code, actor=actor, list=f"{done.subject}:rejected"
    )
    return rows


def kept_rows(text: str | None) -> list[RejectedRow]:
    """The rejected rows of an import as it keeps them."""
    return [
        RejectedRow(one["row"], tuple(Fault(**fault) for fault in one["faults"]), tuple(one["values"]))
        for one in json.loads(text or "[]")
    ]


def _run(done: CaseImport, data: bytes, sheet: str | None, *, is_dry_run: bool, actor: User) -> ImportResult:
    found = _sorted(data, done.file_name, sheet, done.court_code)
    done.new, done.known, done.rejected = len(found.new), found.known, len(found.rejected)
    done.is_done = not is_dry_run
    done.imported_by_id, done.imported_at = actor.id, clock.now()
    done.rejects = json.dumps([asdict(row) for row in found.rejected], ensure_ascii=False) if found.rejected else None
    db.session.add(done)
    db.session.flush()
    if not is_dry_run:
        _register_all(found.new, done, actor)
    trail.record(
        Event.CASES_CHECKED if is_dry_run else Event.CASES_IMPORTED,
        done.subject,
        court_code=done.court_code,
        actor=actor,
        file_name=done.file_name,
        digest=done.digest,
        new=done.new,
        known=done.known,
        rejected=done.rejected,
    )
    return ImportResult(done.id, done.new, done.known, found.rejected)


def _give_up_earlier(court_code: str, actor: User) -> None:
    """Forget the files this person tried and never imported: personal data is kept no longer than it is needed."""
    db.session.execute(
        update(CaseImport)
        .where(
            CaseImport.court_code == court_code,
            CaseImport.imported_by_id == actor.id,
            CaseImport.is_done.is_(False),
        )
        .values(content=None, rejects=None)
    )


# ---- sorting the rows


def _sorted(data: bytes, file_name: str, sheet: str | None, court_code: str) -> _Sorted:
    table = read_table(data, file_name, sheet=sheet, preferred=court_code)
    places = columns.places(table.headers)
    found, lines, today = _Sorted(), [], clock.today()
    for row in table.rows:
        cells = {key: row.cells[place] for key, place in places.items()}
        read = columns.read_row(cells, court_code=court_code, today=today)
        if isinstance(read, ImportedCase):
            lines.append(_Line(row.number, cells, read))
        else:
            found.rejected.append(RejectedRow(row.number, read, columns.as_written(cells)))
    _compare(_once(lines, found), found, court_code)
    found.rejected.sort(key=lambda rejected: rejected.row)
    return found


def _once(lines: Sequence[_Line], found: _Sorted) -> list[_Line]:
    """The lines without those whose number stood in the file before."""
    first: dict[str, _Line] = {}
    for line in lines:
        earlier = first.setdefault(line.case.number.text, line)
        if earlier is not line:
            found.rejected.append(line.refused("number", columns.REPEATED, row=earlier.row))
    return list(first.values())


def _compare(lines: Sequence[_Line], found: _Sorted, court_code: str) -> None:
    """Tell new cases from known ones; resumed cases come last, since what they resume may stand in the same file."""
    known = queries.cases_numbered(court_code, [line.case.number.text for line in lines])
    parents = set(queries.ids_of(court_code, _parents(line.case for line in lines)))
    for line in sorted(lines, key=lambda line: line.case.parent_number is not None):
        number, parent = line.case.number.text, line.case.parent_number
        if number in known:
            if different := _differences(known[number], line.case):
                found.rejected.append(
                    line.refused("number", columns.DIFFERENT, columns="、".join(HEADERS[key] for key in different))
                )
            else:
                found.known += 1
        elif parent is not None and parent.text not in parents:
            found.rejected.append(line.refused("parent_number", columns.NO_PARENT))
        else:
            found.new.append(line.case)
            parents.add(number)


def _parents(cases: Iterable[ImportedCase]) -> set[str]:
    return {case.parent_number.text for case in cases if case.parent_number is not None}


def _differences(case: Case, told: ImportedCase) -> list[str]:
    """The columns in which a row differs from the registered case; further parties and later accounts are none."""
    plain = ("filed_on", "category", "claim", "status", "property_searched_on", "is_in_bankruptcy", "is_in_settlement")
    different = [key for key in (*plain, "legacy_number") if getattr(case, key) != getattr(told, key)]
    for facts, parties in ((told.creditor, case.creditors), (told.debtor, case.debtors)):
        different += _party_differences(facts, parties)
    return different


def _party_differences(facts: PartyFacts, parties: Sequence[Party]) -> list[str]:
    side = facts.role.value
    index = blind_index(facts.identity, "identity")
    party = next((party for party in parties if party.identity_index == index), None)
    if party is None:
        return [f"{side}_identity"]
    different = []
    if party.name != facts.name:
        different.append(f"{side}_name")
    if party.phone != facts.phone:
        different.append(f"{side}_phone")
    if facts.undertaking_on != party.undertaking_on:
        different.append("undertaking_on")
    if facts.account is not None:
        wanted = (facts.account.kind, facts.account.bank, blind_index(facts.account.number, "account"))
        if wanted not in [(account.kind, account.bank, account.number_index) for account in party.accounts]:
            different.append("account_number")
    return different


# ---- registering what is new


def _register_all(new: Sequence[ImportedCase], done: CaseImport, actor: User) -> None:
    """All of them in a few statements; resumed cases after the others, whose ids they carry."""
    first = [_record(told, None, done, actor) for told in new if told.parent_number is None]
    db.session.add_all(first)
    db.session.flush()
    resumed = [told for told in new if told.parent_number is not None]
    ids = queries.ids_of(done.court_code, _parents(resumed))
    db.session.add_all(_record(told, ids[str(told.parent_number)], done, actor) for told in resumed)
    db.session.flush()


def _record(told: ImportedCase, parent_id: int | None, done: CaseImport, actor: User) -> Case:
    return case_record(
        number=told.number,
        parties=[told.creditor, told.debtor],
        handler=actor,
        actor=actor,
        import_id=done.id,
        parent_id=parent_id,
        legacy_number=told.legacy_number,
        filed_on=told.filed_on,
        category=told.category,
        claim=told.claim,
        status=told.status,
        property_searched_on=told.property_searched_on,
        is_in_bankruptcy=told.is_in_bankruptcy,
        is_in_settlement=told.is_in_settlement,
    )
