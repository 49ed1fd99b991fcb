"""Tables of ISO 21378 as CSV: UTF-8, a header, CRLF, RFC 4180, a dot before four decimals."""

import re
from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import BinaryIO

from fundapp.core.money import yuan_text
from fundapp.core.spreadsheet import FORMULA_STARTS, guarded
from fundapp.core.tables import Scope
from fundapp.yearend.standards.books import Segment
from fundapp.yearend.standards.layout import ODD, Field, Form, Layout, code, exact, fitted, one_line

Cells = Sequence[str]
Rows = Callable[[Scope, str], Iterable[Cells]]
Writer = Callable[[Scope, str, BinaryIO], int]
ROWS_AT_ONCE = 1000

_QUOTED = re.compile('[",]')
_SPECIAL = re.compile(f"^[{re.escape(''.join(FORMULA_STARTS))}]|{_QUOTED.pattern}|{ODD.pattern}")


def cell(text: str) -> str:
    """A field of RFC 4180."""
    text = one_line(text)
    return '"' + text.replace('"', '""') + '"' if _QUOTED.search(text) else text


def free_cell(text: str, length: int) -> str:
    """What somebody wrote, guarded, cut and quoted; most texts need none of it."""
    if len(text) <= length and not _SPECIAL.search(text):
        return text
    return cell(guarded(text)[:length])


def write_lines(layout: Layout, lines: Iterable[str], stream: BinaryIO) -> int:
    """A table whose rows are lines already."""
    stream.write((",".join(field.name for field in layout.fields) + "\r\n").encode())
    lines, count = iter(lines), 0
    while some := list(islice(lines, ROWS_AT_ONCE)):
        count += len(some)
        stream.write(("\r\n".join(some) + "\r\n").encode())
    return count


def writer(layout: Layout, rows: Rows) -> Writer:
    """What writes a table, each of its rows held to the layout."""

    def write(scope: Scope, court_code: str, stream: BinaryIO) -> int:
        lines = (_line(layout, at, row) for at, row in enumerate(rows(scope, court_code), 1))
        return write_lines(layout, lines, stream)

    return write


def _line(layout: Layout, at: int, row: Cells) -> str:
    told = [guarded(value) if field.is_free else value for field, value in zip(layout.fields, row, strict=True)]
    return ",".join(cell(value or "") for value in fitted(layout, at, told))


def amount_text(fen: int) -> str:
    """Whole fen with four places."""
    return yuan_text(fen) + "00"


def amount(name: str) -> Field:
    return Field(name, 22, Form.AMOUNT)


def day(name: str) -> Field:
    return Field(name, 10, Form.DAY)


def flag(name: str) -> Field:
    return Field(name, 1, Form.FLAG)


ACCOUNT, YEAR, PERIOD = code("GL_Account_Number", 100), exact("Fiscal_Year", 4), code("Accounting_Period", 15)
COURT = code("Business_Segment_1", 25)
SEGMENT_COLUMNS = tuple(code(f"Account_Segment_{segment.value}", 60) for segment in Segment)
FIXED_SEGMENT_COLUMNS = (
    code("Account_Segment_Employee", 60), code("Account_Segment_Project", 60), code("Account_Segment_Bank_Account", 60),
)  # fmt: skip
