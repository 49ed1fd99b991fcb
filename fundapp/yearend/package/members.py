"""The members of a package: each is written to a file first, one row at a time, hashed, and packed later, so that
memory does not grow with the books."""

import csv
import hashlib
import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, BinaryIO

from fundapp.core.errors import RuleViolation
from fundapp.core.money import yuan_text
from fundapp.core.spreadsheet import Sheet, SheetColumn, court_time, exact_yuan, guarded, write_xlsx
from fundapp.core.tables import TABLES, Column, Row, Scope, Stream, Table
from fundapp.core.templating import LABELS

ROWS_PER_SHEET = 1_000_000
CHUNK = 1 << 20


@dataclass(frozen=True)
class Member:
    """One file of the package, still lying beside it."""

    name: str
    path: Path
    size: int
    digest: str
    rows: int | None = None


def copied(folder: Path, name: str, content: bytes) -> Member:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return member_of(name, path)


def member_of(name: str, path: Path, rows: int | None = None) -> Member:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return Member(name, path, path.stat().st_size, digest, rows)


def csv_of(folder: Path, table: Table, scope: Scope) -> Member:
    path = folder / "csv" / f"{table.name}.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    rows, count = table.masked_rows(scope), 0
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write("\ufeff")  # as "utf-8-sig" does, which encodes every write in Python
        writer = csv.writer(file)  # CRLF, quotes where RFC 4180 asks for them
        writer.writerow([column.key for column in table.columns])
        if isinstance(rows, Stream):
            for count, line in enumerate(rows.lines(table.columns), 1):  # noqa: B007 - the last one counts
                file.write(f"{line}\r\n")
        else:
            for count, cells in enumerate(_for_programs(table.columns, rows), 1):  # noqa: B007
                writer.writerow(cells)
    return member_of(f"csv/{table.name}.csv", path, count)


def _for_programs(columns: Sequence[Column], rows: Iterable[Row]) -> Iterator[list[Any]]:
    """Rows of a CSV file: amounts in yuan, and nothing that a spreadsheet would take for a formula."""
    amounts = [at for at, column in enumerate(columns) if column.kind == "money"]
    texts = [at for at, column in enumerate(columns) if column.is_free]
    for row in rows:
        cells = list(row)
        for at in amounts:
            if (fen := cells[at]) is not None:
                cells[at] = yuan_text(fen)
        for at in texts:
            if isinstance(text := cells[at], str):
                cells[at] = guarded(text)
        yield cells


def _day(kept: str) -> date:
    """A day as it is kept; on SQLite, where days are text, the owner of the file may have written it otherwise."""
    with suppress(ValueError):
        day = date.fromisoformat(kept)
        if day.isoformat() == kept:
            return day
    raise RuleViolation(
        "账簿中的日期“%(day)s”写法有误，审计包无法生成。请停止办理业务，保全数据库，由系统管理员运行核验查明。",
        day=kept,
    )


READINGS: dict[str, Callable[[Any], Any]] = {
    "money": exact_yuan,
    "day": _day,
    "moment": lambda moment: court_time(datetime.fromisoformat(moment)),
}
"""How the kept form of a cell becomes what the worksheet shows, where these differ."""


def _reading(column: Column) -> Callable[[Any], Any] | None:
    if column.reads is not None:
        return column.reads
    if column.words is None:
        return READINGS.get(column.kind)
    return {word.value: LABELS.get(word, word.value) for word in column.words}.__getitem__


def standard_of(folder: Path, name: str, write: Callable[[BinaryIO], int]) -> Member:
    """A file in the form of a standard or of another program; its records are told by no manifest, its bytes are."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write(file)
    return member_of(name, path)


def workbook_of(folder: Path, name: str, scope: Scope, counts: dict[str, int]) -> Member:
    path = folder / "xlsx" / f"{name}.xlsx"
    path.parent.mkdir(parents=True, exist_ok=True)
    tables = [table for table in TABLES if table.workbook == name]
    write_xlsx(str(path), [sheet for table in tables for sheet in sheets_of(table, scope, counts)])
    return member_of(f"xlsx/{name}.xlsx", path)


def sheets_of(table: Table, scope: Scope, counts: dict[str, int]) -> Iterator[Sheet]:
    """The table as a worksheet, or as several when it has more rows than a worksheet takes."""
    columns = [
        SheetColumn(column.header, _sheet_kind(column), _width(column), column.is_summed, _reading(column))
        for column in table.columns
    ]
    rows = iter(table.masked_rows(scope))
    parts = max(1, -(-counts[table.name] // ROWS_PER_SHEET))
    for part in range(1, parts + 1):
        title = table.title if parts == 1 else f"{table.title} {part}"
        yield Sheet(title, columns, itertools.islice(rows, ROWS_PER_SHEET))


def _sheet_kind(column: Column) -> str:
    return "text" if column.kind in {"code", "remark"} or column.words else column.kind


def _width(column: Column) -> int:
    return {"money": 16, "day": 12, "moment": 17, "number": 10}.get(column.kind, 20)
