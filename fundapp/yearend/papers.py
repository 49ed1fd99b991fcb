"""The annual statements on paper and as workbooks. Paper is in Chinese whatever the reader's language, since it goes
into the archive; neither says when it was made, so that equal books make equal bytes."""

import enum
from collections.abc import Sequence
from datetime import date
from typing import Any

from flask_babel import force_locale, gettext

from fundapp.core import documents
from fundapp.core.money import Money, plain
from fundapp.core.spreadsheet import Sheet, SheetColumn, xlsx_bytes
from fundapp.core.statements import Cell, Check, Declared, Flat, Header, Note, Shown, Statement, declared, flat
from fundapp.core.templating import LABELS, label
from fundapp.core.words import N_
from fundapp.courts import queries as courts
from fundapp.yearend.queries import statements
from fundapp.yearend.rules import statement_period

__all__ = ["annual_statements", "annual_workbook", "pdf", "statements", "unit_words", "workbook"]

LONG = 500
"""Lines above which a paper is set in a process of its own."""


def annual_statements(court_codes: Sequence[str], year: int) -> bytes:
    """One PDF with all statements of a year, of these courts together."""
    return pdf(declared(), court_codes, year)[0]


def annual_workbook(court_codes: Sequence[str], year: int) -> bytes:
    """One workbook with all statements of a year, with the year before, in Chinese like the paper."""
    with force_locale("zh"):
        return workbook(declared(), court_codes, year)[0]


def pdf(which: Sequence[Declared], court_codes: Sequence[str], year: int) -> tuple[bytes, int]:
    """These statements on paper, each beginning a page of its own, and the number of their lines."""
    codes = sorted(court_codes)
    papers = [_paper(one, one.made(codes, year)) for one in which]
    data = {"unit": unit_words(codes), "period": statement_period(year), "statements": papers}
    lines = sum(len(table["rows"]) for paper in papers for table in paper["tables"])
    setting = documents.book if lines > LONG else documents.pdf
    return setting("statement", data), lines


def unit_words(court_codes: Sequence[str]) -> str:
    """编制单位: the court, or the first of several."""
    first = courts.name(court_codes[0])
    return first if len(court_codes) == 1 else f"{first}等{len(court_codes)}个法院（汇总）"


def _paper(one: Declared, made: Statement) -> dict[str, Any]:
    return {
        "title": one.title,
        "tables": [_printed(table.caption, flat(table), table.empty) for table in made.tables],
        "checks": [_check_words(check) for check in made.checks],
        "notes": [_said(note) for note in made.notes],
    }


def _printed(caption: str, shown: Flat, empty: str) -> dict[str, Any]:
    return {
        "caption": caption,
        "headers": [f"上年{head.column.header}" if head.is_last else head.column.header for head in shown.headers],
        "figures": [head.column.is_figure for head in shown.headers],
        "widths": [0 if head.column.kind == "day" else head.column.width for head in shown.headers],
        "rows": [[row.line.is_total, *_cells(row)] for row in shown.rows],
        "empty": empty,
    }


def _cells(row: Shown) -> list[str]:
    """A line as the paper has it; what it is called stands above it where it is last year's."""
    names = len(row.line.names) if row.is_last else 0
    return [""] * names + [_words(cell) for cell in row.cells[names:]]


def _words(cell: Cell) -> str:
    """A cell as the paper has it."""
    match cell:
        case None:
            return ""
        case Money():
            return plain(cell)
        case enum.Enum():
            return LABELS[cell]
        case date():
            return cell.isoformat()
        case _:
            return str(cell)


def _said(note: Note) -> str:
    return note.text % note.params if note.params else note.text


def _check_words(check: Check) -> list[str]:
    text = check.text % check.params if check.params else check.text
    return [text, plain(check.stated), plain(check.booked), "相符" if check.is_met else "不符"]


def workbook(which: Sequence[Declared], court_codes: Sequence[str], year: int) -> tuple[bytes, int]:
    """These statements as a workbook in the reader's language, a worksheet for each table, and the number of its
    lines."""
    made = [(one, one.made(sorted(court_codes), year)) for one in which]
    tables = [table for _declared, statement in made for table in statement.tables]
    sheets = [*(_sheet(gettext(table.caption), flat(table)) for table in tables), _remarks(made)]
    return xlsx_bytes(sheets), sum(len(table.lines) for table in tables)


def _remarks(made: Sequence[tuple[Declared, Statement]]) -> Sheet:
    """The last worksheet: which sums were compared, and what must be known to read the statements."""
    headers = [
        (N_("报表"), 24),
        (N_("核对和说明"), 70),
        (N_("报表数（元）"), 18),
        (N_("账簿数（元）"), 18),
        (N_("结果"), 10),
    ]
    kinds = ["text", "text", "money", "money", "text"]
    columns = [SheetColumn(gettext(text), kind, width) for (text, width), kind in zip(headers, kinds, strict=True)]
    rows: list[list[Any]] = []
    for one, statement in made:
        title = gettext(one.title)
        for check in statement.checks:
            verdict = gettext("相符") if check.is_met else gettext("不符")
            rows.append([title, gettext(check.text, **check.params), check.stated, check.booked, verdict])
        rows += [[title, gettext(note.text, **note.params), None, None, None] for note in statement.notes]
    return Sheet(gettext("核对和说明"), columns, rows)


def _sheet(caption: str, shown: Flat) -> Sheet:
    columns = [SheetColumn(header_words(head), head.column.kind, head.column.width) for head in shown.headers]
    return Sheet(caption, columns, [[_value(cell) for cell in row.cells] for row in shown.rows])


def header_words(head: Header) -> str:
    """A header in the reader's language."""
    text: str = gettext(head.column.header)
    return str(gettext("上年%(what)s", what=text)) if head.is_last else text


def _value(cell: Cell) -> Any:
    return label(cell) if isinstance(cell, enum.Enum) else cell
