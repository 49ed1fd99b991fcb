"""The tables that leave the house in an audit package: what one is, and the registry of all features' own.

A feature declares its tables in a room of its own, ``tables.py``, beside what it keeps. Rows are as the database has
them, read straight from the driver, because a year may hold millions: amounts in whole fen, words of the system by
their value, days and moments as text (``2018-03-09``, ``2018-03-09T01:00:00.000000Z``), yes and no as 1 and 0. How they
are written, for programs and for people, is the package's affair. Personal data leaves masked unless the scope says so.
"""

import enum
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import BigInteger, Boolean, ColumnElement, Date, Integer, Select, String, cast, func
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from fundapp.core.db import MoneyColumn, UtcDateTime, db, moment_text, on_sqlite, walk

Row = tuple[Any, ...]
Known = TypeVar("Known")


class Column(NamedTuple):
    """One column of a table.

    Args:
        key: its name in the CSV file.
        header: its Chinese heading in the worksheet.
        meaning: what stands in it, in English.
        kind: ``text``, ``number``, ``money`` (whole fen), ``day`` or ``moment``.
        words: the enum whose values stand in it; people read their labels.
    """

    key: str
    header: str
    meaning: str
    kind: str = "text"
    words: type[enum.Enum] | None = None


@dataclass(frozen=True)
class Scope:
    """Which books a package holds: of which courts, to the end of which year, and whether persons are named whole."""

    court_codes: tuple[str, ...]
    year: int
    is_unmasked: bool = False
    _recalled: dict[Callable[..., Any], Any] = field(default_factory=dict, compare=False, repr=False)

    @property
    def last_day(self) -> date:
        return date(self.year, 12, 31)

    def recall(self, load: Callable[["Scope"], Known]) -> Known:
        """What ``load`` found for this scope, asked once for all tables. For small things: it stays in memory."""
        if load not in self._recalled:
            self._recalled[load] = load(self)
        found: Known = self._recalled[load]
        return found


Rows = Callable[[Scope], Iterable[Row]]


@dataclass(frozen=True)
class Table:
    """One table of the package: a CSV file of its name, and a worksheet in the workbook of its set."""

    name: str
    title: str
    workbook: str
    meaning: str
    columns: tuple[Column, ...]
    rows: Rows
    records: Mapping[str, str]


TABLES: list[Table] = []


def table(
    name: str, title: str, workbook: str, meaning: str, *columns: Column, records: Mapping[str, str] | None = None
) -> Callable[[Rows], Rows]:
    """Declare the function below as the source of a table's rows.

    Args:
        records: events of the trail up to the year's end whose subject must stand in the table, each with the column
            where the subject's number is found; the checker looks.
    """

    def declare(rows: Rows) -> Rows:
        assert name not in {one.name for one in TABLES}, f"two tables are called {name}"
        TABLES.append(Table(name, title, workbook, meaning, columns, rows, records or {}))
        return rows

    return declare


class Term(NamedTuple):
    """Amounts of a table, added up by what stands in some columns.

    Args:
        where: the words that a column must hold for a row to count.
    """

    table: str
    amount: str
    by: tuple[str, ...] = ()
    where: Mapping[str, tuple[str, ...]] = {}
    sign: int = 1


class Tie(NamedTuple):
    """表间勾稽: every sum on the left is the sum on the right of the same key; the checker adds them up again."""

    told: str
    left: tuple[Term, ...]
    right: tuple[Term, ...]


TIES: list[Tie] = []


def tie(told: str, left: Sequence[Term], right: Sequence[Term]) -> None:
    """Declare sums of tables that must agree; ``told`` names them in Chinese."""
    TIES.append(Tie(told, tuple(left), tuple(right)))


def stream(query: Select[*tuple[Any, ...]]) -> Iterator[Row]:
    """The rows of a query as they are kept, read on as they are asked for, so that memory does not grow with them."""
    wanted = [_as_kept(described["expr"]) for described in query.column_descriptions]
    told = query.with_only_columns(*wanted, maintain_column_froms=True)
    compiled = told.compile(dialect=db.engine.dialect, compile_kwargs={"literal_binds": True})
    return walk(str(compiled))


def _as_kept(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """A column in the form in which rows leave: the drivers differ in days, moments, sums and yes or no."""
    if isinstance(column.type, UtcDateTime):
        return _Moment(column)
    if on_sqlite():
        return column
    if isinstance(column.type, Date):
        return cast(column, String)
    if isinstance(column.type, Boolean):
        return cast(column, Integer)
    return cast(column, BigInteger) if isinstance(column.type, MoneyColumn) else column


class _Moment(FunctionElement[str]):
    """A moment as text, as it is sealed."""

    type = String()
    inherit_cache = True


@compiles(_Moment)
def _write_moment(element: _Moment, compiler: Any, **options: Any) -> str:
    return moment_text(compiler.process(element.clauses, **options))


def within(column: Any, scope: Scope) -> ColumnElement[bool]:
    found: ColumnElement[bool] = column.in_(scope.court_codes)
    return found


def record_id(reference: Any, kind: str) -> ColumnElement[int]:
    """The number in a reference such as ``case:17``, to join the register of that kind by."""
    return cast(func.nullif(func.substr(reference, len(kind) + 2), ""), Integer)


def amount_column(key: str, header: str, meaning: str) -> Column:
    return Column(key, header, meaning, "money")


COURT = Column("court_code", "法院代字", "code of the court")
ID = Column("id", "标识", "number by which other tables refer to the row", "number")
