"""Annual statements (年度报表): what one is made of, and the registry in which each feature declares its own.

A statement is tables of named lines, each with the figures of the year and, where they are compared, those of the year
before; beside them notes, and sums that must be equal. Pages, papers and workbooks all show what ``flat`` makes of a
table, so they cannot differ.
"""

import enum
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import reduce
from operator import add
from typing import Any

from fundapp.core.money import Money
from fundapp.core.words import N_

Cell = str | int | date | Money | enum.Enum | None
BESIDE = 3
"""Up to so many figures have last year's in the column beside each; of more, last year is a line below."""


class Span(enum.Enum):
    """Of which year a line's figures are, where each year has a line of its own."""

    THIS_YEAR = "this_year"
    LAST_YEAR = "last_year"


LABELS: dict[enum.Enum, str] = {Span.THIS_YEAR: N_("本年数"), Span.LAST_YEAR: N_("上年数")}


@dataclass(frozen=True)
class Column:
    """One column: its header (a msgid), and its kind and width as a worksheet knows them."""

    header: str
    kind: str = "text"
    width: int = 18

    @property
    def is_figure(self) -> bool:
        return self.kind in ("money", "number")


@dataclass(frozen=True)
class Line:
    """One line: its words, its figures, and those of the year before, where they are compared.

    Attributes:
        court_code, account, subject: where the ledger behind it lies: the court, the account's code, and the source or
            case in it; a subject alone is the record that the line is about.
    """

    names: tuple[Cell, ...]
    figures: tuple[Cell, ...]
    last: tuple[Cell, ...] | None = None
    is_total: bool = False
    court_code: str = ""
    account: str = ""
    subject: str = ""


@dataclass(frozen=True)
class Table:
    """One table; ``empty`` is what it says when there is nothing, a msgid like its caption."""

    caption: str
    names: tuple[Column, ...]
    figures: tuple[Column, ...]
    lines: tuple[Line, ...]
    empty: str


@dataclass(frozen=True)
class Note:
    """A sentence below the tables: a msgid with its gaps."""

    text: str
    params: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True)
class Check:
    """Two sums that come from different places and must be equal."""

    text: str
    stated: Money
    booked: Money
    params: Mapping[str, str | int] = field(default_factory=dict)

    @property
    def is_met(self) -> bool:
        return self.stated == self.booked


@dataclass(frozen=True)
class Chart:
    """Figures of the two years as bars: rows of a name and two values."""

    caption: str
    rows: tuple[tuple[Cell, tuple[Cell, Cell]], ...]


@dataclass(frozen=True)
class Statement:
    """What one statement says of some courts' year."""

    tables: tuple[Table, ...]
    notes: tuple[Note, ...] = ()
    checks: tuple[Check, ...] = ()
    charts: tuple[Chart, ...] = ()


@dataclass(frozen=True)
class Declared:
    """A statement as it is declared: its name in addresses, its title and meaning (msgids), and what makes it."""

    key: str
    title: str
    meaning: str
    place: int
    made: Callable[[Sequence[str], int], Statement]


_declared: dict[str, Declared] = {}


def statement(key: str, title: str, meaning: str, *, place: int) -> Callable[[Any], Any]:
    """Declare the function below, of court codes and a year, as an annual statement.

    Args:
        place: where it stands among the others, the smallest first.
    """

    def declare(made: Callable[[Sequence[str], int], Statement]) -> Callable[[Sequence[str], int], Statement]:
        _declared[key] = Declared(key, title, meaning, place, made)
        return made

    return declare


def declared() -> list[Declared]:
    """Every statement, in order."""
    return sorted(_declared.values(), key=lambda one: (one.place, one.key))


@dataclass(frozen=True)
class Header:
    """A header as it is shown; ``is_last`` marks the year before."""

    column: Column
    is_last: bool = False


@dataclass(frozen=True)
class Shown:
    """A line as it is shown, a cell under each header."""

    line: Line
    cells: tuple[Cell, ...]
    is_last: bool = False


@dataclass(frozen=True)
class Flat:
    """A table as it is shown; ``left_out`` lines stand only on paper and in the workbook."""

    headers: tuple[Header, ...]
    rows: tuple[Shown, ...]
    left_out: int


SPAN = Column(N_("年度"), width=10)


def flat(table: Table, *, most: int | None = None) -> Flat:
    """The cells of a table, with last year beside each figure or on a line below.

    Args:
        most: how many lines are shown before the totals.
    """
    own = [line for line in table.lines if not line.is_total]
    lines = [*own[:most], *(line for line in table.lines if line.is_total)]
    left_out = len(table.lines) - len(lines)
    names = tuple(Header(column) for column in table.names)
    if all(line.last is None for line in table.lines):
        figures = tuple(Header(column) for column in table.figures)
        plain = tuple(Shown(line, (*line.names, *line.figures)) for line in lines)
        return Flat((*names, *figures), plain, left_out)
    if len(table.figures) > BESIDE:
        headers = (*names, Header(SPAN), *(Header(column) for column in table.figures))
        return Flat(headers, tuple(shown for line in lines for shown in _below(line)), left_out)
    pairs = tuple(Header(column, is_last) for column in table.figures for is_last in (False, True))
    return Flat((*names, *pairs), tuple(_beside(line) for line in lines), left_out)


def _below(line: Line) -> Iterable[Shown]:
    yield Shown(line, (*line.names, Span.THIS_YEAR, *line.figures))
    if line.last is not None:
        yield Shown(line, (*line.names, Span.LAST_YEAR, *line.last), is_last=True)


def _beside(line: Line) -> Shown:
    last = line.last or (None,) * len(line.figures)
    pairs = tuple(cell for pair in zip(line.figures, last, strict=True) for cell in pair)
    return Shown(line, (*line.names, *pairs))


def summed(lines: Sequence[Line], *names: Cell) -> Line:
    """The line of totals: every figure added up, of both years; of an empty table there is none to add."""

    def down(columns: Iterable[tuple[Cell, ...]]) -> tuple[Cell, ...]:
        return tuple(reduce(add, column) for column in zip(*columns, strict=True))

    last = [line.last for line in lines if line.last is not None]
    return Line(names, down(line.figures for line in lines), down(last) if last else None, is_total=True)
