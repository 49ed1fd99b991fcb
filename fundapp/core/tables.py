"""The tables that leave the house in an audit package: what one is, and the registry of all features' own.

A feature declares its tables in a room of its own, ``tables.py``, beside what it keeps. Rows are as the database has
them, read straight from the driver, because a year may hold millions: amounts in whole fen, words of the system by
their value, days and moments as text (``2018-03-09``, ``2018-03-09T01:00:00.000000Z``), yes and no as 1 and 0. How they
are written, for programs and for people, is the package's affair. Personal data leaves masked unless the scope says so.
"""

import enum
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import reduce
from itertools import groupby
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    Date,
    Integer,
    Select,
    SQLColumnExpression,
    String,
    Text,
    case,
    cast,
    func,
    or_,
    type_coerce,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from fundapp.core.columns import MoneyColumn, UtcDateTime
from fundapp.core.db import Base, db, moment_text, on_sqlite, walk
from fundapp.core.spreadsheet import FORMULA_STARTS, guarded

Row = tuple[Any, ...]
Known = TypeVar("Known")


class Column(NamedTuple):
    """One column of a table.

    Args:
        key: its name in the CSV file.
        header: its Chinese heading in the worksheet.
        meaning: what stands in it, in English.
        kind: ``text``; ``remark``, sentences that somebody wrote, in which persons may be named; ``code``, a text of
            the system's own making, such as a digest or a reference; ``number``; ``money`` (whole fen); ``day`` or
            ``moment``.
        words: the enum whose values stand in it; people read their labels.
        is_summed: whether adding its amounts up means something; people then find the sum below.
        told: what stands in it, in Chinese, where the heading does not say enough.
        reads: how people read a cell, where neither kind nor words tell.
    """

    key: str
    header: str
    meaning: str
    kind: str = "text"
    words: type[enum.Enum] | None = None
    is_summed: bool = False
    told: str = ""
    reads: Callable[[Any], Any] | None = None

    @property
    def is_free(self) -> bool:
        """Whether somebody wrote what stands in it."""
        return self.kind in {"text", "remark"} and self.words is None


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
    told: str
    meaning: str
    columns: tuple[Column, ...]
    rows: Rows
    records: tuple["Recorded", ...]
    kept: "Kept | None"
    about: Mapping[str, str]

    def masked_rows(self, scope: Scope) -> Iterable[Row]:
        """The rows as they may leave: in what somebody wrote, persons of the record are masked."""
        rows = self.rows(scope)
        has_remarks = any(column.kind == "remark" for column in self.columns)
        return _mask_remarks[0](scope, self, rows) if has_remarks and not scope.is_unmasked else rows


class Recorded(NamedTuple):
    """An act that stands in a table and on the trail, and what both must say of it alike.

    It holds both ways: every act on the trail has its row, and every row that tells of such an act has its act. Texts
    name columns in braces, such as ``fund-receipt:{id}``. The package's checker compares the rows as they left, and
    ``verify`` the rows as they are kept.

    Args:
        event: the value of the event.
        subject: the record that the entry is about.
        actor: the column with whoever did it; empty where the table does not tell.
        facts: of each fact compared, what the row says of it.
        where: the words that columns hold in a row that tells of the act.
        until: which acts a package must have rows of: ``recorded`` in the year or before, or whose fact of this name
            (``month``, ``year``) lies in it; ``always`` all, because the table is not cut at the year's end; ``never``
            none, because a day of the record may lie after the act, or its word may change again; ``verify`` needs the
            row all the same where there is no ``where``.
        words: by column, how the trail calls the words in it.
        is_split: whether several rows may tell of one act.
    """

    event: str
    subject: str
    actor: str = ""
    facts: Mapping[str, str] = {}
    where: Mapping[str, tuple[str, ...]] = {}
    until: str = "recorded"
    words: Mapping[str, Mapping[str, str]] = {}
    is_split: bool = False


class Kept(NamedTuple):
    """Where the rows of a table are kept, to compare them with the trail in the database.

    Args:
        columns: what stands for a column that the model has under another name, or not at all.
    """

    model: type[Base]
    columns: Mapping[str, SQLColumnExpression[Any]] = {}

    def column(self, name: str) -> SQLColumnExpression[Any]:
        """What stands for a column of the table."""
        if name in self.columns:
            return self.columns[name]
        found: SQLColumnExpression[Any] = getattr(self.model, name)
        return found

    def actor(self, name: str) -> SQLColumnExpression[Any]:
        """Whose login name stands in a column of the table."""
        return self.column(f"{name}_id")


def called(words: type[enum.Enum], labels: Mapping[enum.Enum, str]) -> dict[str, str]:
    """By its value, how each of these words is called."""
    return {word.value: labels[word] for word in words}


TABLES: list[Table] = []
_mask_remarks: list[Callable[[Scope, Table, Iterable[Row]], Iterable[Row]]] = []


def mask_remarks_with(
    mask: Callable[[Scope, Table, Iterable[Row]], Iterable[Row]],
) -> Callable[[Scope, Table, Iterable[Row]], Iterable[Row]]:
    """Let a floor above say who is named in remarks: parties stand above this floor."""
    _mask_remarks[:] = [mask]
    return mask


def table(
    name: str,
    title: str,
    workbook: str,
    told: str,
    meaning: str,
    *columns: Column,
    records: Sequence[Recorded] = (),
    kept: Kept | None = None,
    about: Mapping[str, str] | None = None,
) -> Callable[[Rows], Rows]:
    """Declare the function below as the source of a table's rows.

    Args:
        told: what the table holds, in Chinese; ``meaning`` says it in English.
        about: columns that tell which records a row is about, whose parties its remarks may name: the column with the
            kind of the record whose number stands in it (``case``), or with nothing, where references stand in it.
        records: acts on the trail that the rows must agree with, and the other way round.
        kept: where ``verify`` finds the rows; without it, it reads them as the package does, so for short tables only.
    """

    def declare(rows: Rows) -> Rows:
        assert name not in {one.name for one in TABLES}, f"two tables are called {name}"
        TABLES.append(Table(name, title, workbook, told, meaning, columns, rows, tuple(records), kept, about or {}))
        return rows

    return declare


class Term(NamedTuple):
    """Amounts of a table, added up by what stands in some columns.

    Args:
        amount: the column of amounts or numbers; empty counts the rows.
        where: the words that a column must hold for a row to count; ``{year}`` is the package's.
    """

    table: str
    amount: str
    by: tuple[str, ...] = ()
    where: Mapping[str, tuple[str, ...]] = {}
    sign: int = 1


class Tie(NamedTuple):
    """表间勾稽: of every key, on whichever side it stands, the sum on the left is the sum on the right; the checker
    adds them up again. What stands under no key at all is not compared."""

    told: str
    left: tuple[Term, ...]
    right: tuple[Term, ...]


TIES: list[Tie] = []


def tie(told: str, left: Sequence[Term], right: Sequence[Term]) -> None:
    """Declare sums of tables that must agree; ``told`` names them in Chinese."""
    TIES.append(Tie(told, tuple(left), tuple(right)))


class Told(NamedTuple):
    """Cells that Python tells, in the place of one that is kept.

    Args:
        at: the place of that cell.
        begin: what gives, for every reading anew, a function of the row's id, which is its first cell, and of the kept
            cell; it answers all cells that stand there.
    """

    at: int
    begin: Callable[[], Callable[[int, str], Row]]


class Stream:
    """The rows of a query, read on as they are asked for, so that memory does not grow with them. They are as they are
    kept, but for those cells that are told."""

    def __init__(self, query: Select[*tuple[Any, ...]], told: Told | None = None) -> None:
        self._query = query
        self._told = told
        self._kept = [_as_kept(described["expr"]) for described in query.column_descriptions]

    def __iter__(self) -> Iterator[Row]:
        rows = walk(self._asked(self._kept))
        if self._told is None:
            return rows
        at, tell = self._told.at, self._told.begin()
        return ((*row[:at], *tell(row[0], row[at]), *row[at + 1 :]) for row in rows)

    def lines(self, columns: Sequence[Column]) -> Iterator[str]:
        """The rows as lines of a CSV file, made by the database: what ``csv.writer`` makes of them, much faster."""
        if self._told is None:
            return (line for (line,) in walk(self._asked([_line(columns, self._kept)])))
        return self._told_lines(columns, self._told)

    def _told_lines(self, columns: Sequence[Column], told: Told) -> Iterator[str]:
        at, tell = told.at, told.begin()
        after = at + 1 + len(columns) - len(self._kept)
        writers = [_free_cell if column.is_free else str for column in columns[at:after]]
        left = _line(columns[:at], self._kept[:at])
        right = _line(columns[after:], self._kept[at + 1 :])
        for row, begun, kept, ended in walk(self._asked([self._kept[0], left, self._kept[at], right])):
            cells = [write(cell) for write, cell in zip(writers, tell(row, kept), strict=True)]
            yield ",".join((begun, *cells, ended))

    def _asked(self, wanted: Sequence[ColumnElement[Any]]) -> str:
        told = self._query.with_only_columns(*wanted, maintain_column_froms=True)
        return str(told.compile(dialect=db.engine.dialect, compile_kwargs={"literal_binds": True}))


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


def _line(columns: Sequence[Column], kept: Sequence[ColumnElement[Any]]) -> ColumnElement[str]:
    """A row of a CSV file, or a part of one, as text; nothing where there is nothing."""
    runs = groupby(zip(columns, kept, strict=True), key=lambda cell: cell[0].is_free)
    parts = (_joined([_cell(*cell) for cell in run], is_free=is_free) for is_free, run in runs)
    return reduce(lambda left, right: left + "," + right, parts)


def _joined(cells: Sequence[ColumnElement[Any]], *, is_free: bool) -> ColumnElement[str]:
    """Cells with commas between. On SQLite ``printf`` is the fastest way, but ends a text at a NUL, so that what
    somebody wrote is not given to it."""
    if on_sqlite() and not is_free:
        return func.printf(",".join(["%s"] * len(cells)), *cells, type_=Text)
    return reduce(lambda left, right: left + "," + right, (func.coalesce(cast(cell, Text), "") for cell in cells))


def _cell(column: Column, kept: ColumnElement[Any]) -> ColumnElement[Any]:
    """A cell of a CSV file, quoted where RFC 4180 asks for it."""
    if column.kind == "money":
        return _yuan(kept)
    if not column.is_free:
        return kept
    text = cast(kept, Text)
    return _quoted(case((func.substr(text, 1, 1).in_(FORMULA_STARTS), "'" + text), else_=text))


def _yuan(kept: ColumnElement[Any]) -> ColumnElement[str]:
    fen = type_coerce(kept, BigInteger)
    amount = func.abs(fen, type_=BigInteger)
    odd = amount - amount // 100 * 100
    if on_sqlite():
        written = func.printf("%s%d.%02d", case((fen < 0, "-"), else_=""), amount // 100, odd, type_=Text)
        return case((kept.is_not(None), written))
    return (
        case((fen < 0, "-"), else_="") + cast(amount // 100, Text) + case((odd < 10, ".0"), else_=".") + cast(odd, Text)
    )


def _quoted(text: ColumnElement[str]) -> ColumnElement[str]:
    asks = or_(*(position(text, sign) > 0 for sign in ',"\r\n'))
    return case((asks, '"' + func.replace(text, '"', '""') + '"'), else_=text)


_SPECIAL = re.compile(f'^[{re.escape("".join(FORMULA_STARTS))}]|[,"\r\n]')


def _free_cell(text: str) -> str:
    """Such a cell that Python tells; most texts need nothing."""
    if not _SPECIAL.search(text):
        return text
    text = guarded(text)
    return '"' + text.replace('"', '""') + '"' if any(sign in text for sign in ',"\r\n') else text


def position(text: Any, sought: Any) -> ColumnElement[int]:
    """Where in a text another one begins, as SQL: 1 at its head, 0 when it does not stand there."""
    return func.instr(text, sought) if on_sqlite() else func.strpos(text, sought)


class _Moment(FunctionElement[str]):
    """A moment as text, as it is sealed."""

    type = String()
    inherit_cache = True


@compiles(_Moment)
def _write_moment(element: _Moment, compiler: Any, **options: Any) -> str:
    return moment_text(compiler.process(element.clauses, **options))


class Spaced(FunctionElement[str]):
    """Several cells in one, with blanks between; of the last alone there may be nothing."""

    type = Text()
    inherit_cache = True


@compiles(Spaced, "sqlite")
def _write_spaced(element: Spaced, compiler: Any, **options: Any) -> str:
    return f"printf('{' '.join(['%s'] * len(element.clauses))}', {compiler.process(element.clauses, **options)})"


@compiles(Spaced, "postgresql")
def _write_spaced_there(element: Spaced, compiler: Any, **options: Any) -> str:
    *cells, last = (compiler.process(cell, **options) for cell in element.clauses)
    return f"concat_ws(' ', {', '.join(cells)}, COALESCE(CAST({last} AS TEXT), ''))"


def as_text(column: Any) -> ColumnElement[str]:
    """A kept column as its cell in the CSV file says it, as SQL; nothing where there is nothing."""
    if isinstance(column.type, MoneyColumn):
        return case((column.is_(None), ""), else_=_yuan(column))
    return func.coalesce(cast(_as_kept(column), Text), "")


def within(column: Any, scope: Scope) -> ColumnElement[bool]:
    found: ColumnElement[bool] = column.in_(scope.court_codes)
    return found


def record_id(reference: Any, kind: str) -> ColumnElement[int]:
    """The number in a reference such as ``case:17``, to join the register of that kind by."""
    return cast(func.nullif(func.substr(reference, len(kind) + 2), ""), Integer)


def amount_column(key: str, header: str, meaning: str, *, is_summed: bool = True, told: str = "") -> Column:
    return Column(key, header, meaning, "money", is_summed=is_summed, told=told)


COURT = Column("court_code", "法院代字", "code of the court", "code")
ID = Column("id", "标识", "number by which other tables refer to the row", "number", told="其他表以此引用本行")
