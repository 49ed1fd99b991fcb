"""What a table of the audit package is, and the registry that holds them in the order of the package."""

import enum
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, select

from fundapp.cases.models import Case, Party
from fundapp.cases.rules import PartyKind
from fundapp.core.db import db
from fundapp.ledger import rules as ledger
from fundapp.ledger.rules import VoucherKind
from fundapp.users.models import User

Row = tuple[Any, ...]


class Column(NamedTuple):
    """One column: its name in the CSV file, its Chinese header, its meaning in English, and the kind of its cells."""

    key: str
    header: str
    meaning: str
    kind: str = "text"


@dataclass(frozen=True)
class Scope:
    """Which books a package holds: of which courts, up to the end of which year."""

    court_codes: tuple[str, ...]
    year: int

    @property
    def last_day(self) -> date:
        return date(self.year, 12, 31)

    @cached_property
    def people(self) -> dict[int | None, str]:
        """Every user's login name by id; nobody has none."""
        return {None: "", **dict(db.session.execute(select(User.id, User.username)).all())}

    @cached_property
    def case_numbers(self) -> dict[str, str]:
        """The case number by ``case:17``."""
        found = db.session.execute(select(Case.id, Case.number).where(Case.court_code.in_(self.court_codes)))
        return {f"case:{case_id}": number for case_id, number in found}

    @cached_property
    def names_by_case(self) -> dict[str, list[str]]:
        """The names of natural persons by ``case:17``: what may not leave the court as it stands."""
        found: dict[str, list[str]] = {}
        query = select(Party.case_id, Party.name).where(
            Party.court_code.in_(self.court_codes), Party.kind == PartyKind.PERSON
        )
        for case_id, name in db.session.execute(query.order_by(Party.id)):
            found.setdefault(f"case:{case_id}", []).append(name)
        return found


@dataclass(frozen=True)
class Table:
    """One table of the package: a CSV file of its name, and a worksheet in the workbook of its set."""

    name: str
    title: str
    workbook: str
    meaning: str
    columns: tuple[Column, ...]
    rows: Callable[[Scope], Iterable[Row]]


TABLES: list[Table] = []


def table(name: str, title: str, workbook: str, meaning: str, *columns: Column) -> Callable[[Any], Any]:
    """Declare the function below as the source of a table's rows."""

    def declare(rows: Callable[[Scope], Iterable[Row]]) -> Callable[[Scope], Iterable[Row]]:
        TABLES.append(Table(name, title, workbook, meaning, columns, rows))
        return rows

    return declare


def stream(query: Select[*tuple[Any, ...]]) -> Iterator[Row]:
    with db.session.execute(query.execution_options(yield_per=2000)) as result:
        yield from result


def within(column: Any, scope: Scope) -> ColumnElement[bool]:
    found: ColumnElement[bool] = column.in_(scope.court_codes)
    return found


def amount_column(key: str, header: str, meaning: str) -> Column:
    return Column(key, header, meaning, "money")


COURT = Column("court_code", "法院代字", "code of the court")
ID = Column("id", "标识", "number by which other tables refer to the row", "number")
CASE = Column("case_number", "案号", "case number")
VOUCHER_ID = Column("voucher_id", "凭证标识", "id of the voucher that booked it; empty when none did")
VOUCHER = Column("voucher", "凭证号", "number of that voucher")
REFERENCE = Column("bank_reference", "银行流水号", "the bank's reference")


def cited(year: int | None, kind: VoucherKind | None, number: int | None) -> str | None:
    """How a voucher is cited, where there is one."""
    return None if year is None or kind is None or number is None else ledger.cited(year, kind, number)


def word(value: Any) -> Any:
    """A cell for programs: a word of the system by its value, yes and no as 1 and 0."""
    if isinstance(value, enum.Enum):
        return value.value
    return int(value) if isinstance(value, bool) else value
