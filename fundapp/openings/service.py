"""Reading a file of opening balances against the registers, and keeping what came of it."""

from collections.abc import Sequence
from datetime import date

from fundapp.cases import queries as cases
from fundapp.core import clock
from fundapp.core.errors import RuleViolation
from fundapp.core.spreadsheet import read_table
from fundapp.ledger import queries as books
from fundapp.ledger import rules as ledger_rules
from fundapp.ledger import service as ledger
from fundapp.ledger.queries import Opening
from fundapp.ledger.rules import Model, OpeningBalance
from fundapp.ledger.service import OpeningFile
from fundapp.openings import queries, rules
from fundapp.openings.rules import FaultyRow, OpeningRow
from fundapp.trail import service as trail
from fundapp.trail.rules import Event
from fundapp.users.models import User


def check_file(data: bytes, file_name: str, *, day: date, actor: User, sheet: str | None = None) -> Opening:
    """Read a file of opening balances and keep its lines, or everything that is wrong with them; nothing is posted.

    Args:
        file_name: tells .xlsx from .csv.
        day: the last day before the first posting period.
        sheet: the worksheet's name; without it the one named by the court's code, else the first one a person sees.

    Raises:
        RuleViolation: the file as a whole cannot be read or lacks columns, or the books take no opening balances.
    """
    model = books.model(actor.court_code)
    table = read_table(data, file_name, sheet=sheet, preferred=actor.court_code)
    places, today = rules.places(table.headers), clock.today()
    rows = [
        rules.read_row(
            row.number,
            {key: row.cells[place] for key, place in places.items()},
            court_code=actor.court_code,
            today=today,
        )
        for row in table.rows
    ]
    sources = queries.source_subjects(actor.court_code)
    lines = _judged(rows, sources, actor.court_code, model, day)
    refused = [row.refused() for row in rows if row.faults]
    refused += _whole(rows, lines, model, {subject: name for name, subject in sources.items()}, bool(refused))
    last_name = file_name.replace("\0", "").replace("\\", "/").rsplit("/", 1)[-1]
    return ledger.check_opening(
        OpeningFile(
            name=last_name,
            data=data,
            lines=lines,
            faults=[row.kept() for row in refused],
            fault_count=sum(len(row.faults) for row in refused),
        ),
        day=day,
        actor=actor,
    )


def _judged(
    rows: Sequence[OpeningRow], sources: dict[str, str], court_code: str, model: Model, day: date
) -> list[OpeningBalance]:
    """The readable rows as the books know them; what is wrong with a row is added to it."""
    ids = cases.ids_of(court_code, {row.case_number for row in rows if row.case_number})
    lines: dict[int, OpeningBalance] = {}
    for row in rows:
        case = f"case:{ids[row.case_number]}" if row.case_number in ids else ""
        if row.case_number and not case:
            row.fault("case", rules.NO_CASE, {"number": row.case_number})
        source = sources.get(row.source_name, "")
        if row.source_name and not source:
            row.fault("source", rules.NO_SOURCE, {"name": row.source_name[: rules.LONGEST_SHOWN]})
        if row.is_readable:
            lines[row.number] = row.balance(case, source)
    for row in rows:
        if row.number in lines:
            row.add(_shortcomings(row, lines[row.number], model, day))
    by_number = {row.number: row for row in rows}
    faultless = [line for line in lines.values() if not by_number[line.row].faults]
    for line, earlier in ledger_rules.repeated(faultless):
        by_number[line.row].add([ledger_rules.repeated_shortcoming(earlier)])
    for line, carried in ledger_rules.carried_already(faultless, books.live_balances(court_code)):
        by_number[line.row].add([ledger_rules.carried_shortcoming(carried)])
    return list(lines.values())


def _shortcomings(row: OpeningRow, line: OpeningBalance, model: Model, day: date) -> list[ledger_rules.Shortcoming]:
    """What the books say of a line, without asking again for a cell whose content was refused already."""
    refused = {fault.cell for fault in row.faults}
    return [one for one in ledger_rules.line_shortcomings(line, model, day) if row.cells[one.column].ref not in refused]


def _whole(
    rows: Sequence[OpeningRow],
    lines: Sequence[OpeningBalance],
    model: Model,
    names: dict[str, str],
    has_faults: bool,
) -> list[FaultyRow]:
    """What is wrong with the file as a whole; sums are made only where every amount could be read."""
    if not all(row.is_readable for row in rows):
        return []
    found = (
        ledger_rules.sums_shortcomings(lines) if has_faults else ledger_rules.whole_shortcomings(lines, model, names)
    )
    return [rules.whole_file(found)] if found else []


def faulty_rows(opening_id: int, *, actor: User) -> list[FaultyRow]:
    """The refused rows with the cells as they stood, for correction; that they were taken out stands on the trail.

    Raises:
        NotFound: no such import in the actor's court.
        RuleViolation: there are none, or they are no longer kept.
    """
    opening = books.opening(opening_id, frozenset({actor.court_code}))
    rows = rules.kept_rows(opening.faults)
    if not rows:
        raise RuleViolation("该次导入没有保存错误清单。请返回导入记录查看，或重新上传文件。")
    trail.record(
        Event.LIST_EXPORTED,
        opening.subject,
        court_code=opening.court_code,
        actor=actor,
        list=f"{opening.subject}:faults",
    )
    return rows
