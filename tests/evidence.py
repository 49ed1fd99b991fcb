"""One row in every table of evidence, whatever the table holds, and a look at all of them from outside."""

import enum
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from typing import Any

from sqlalchemy import Column, Connection, Enum, Integer, column, insert, inspect, table, text
from sqlalchemy.sql.dml import Insert

from fundapp.core.columns import MoneyColumn, Sealed, UtcDateTime
from fundapp.core.db import APPEND_ONLY, db, on_sqlite, owner_engine
from fundapp.core.money import yuan
from fundapp.ledger.rules import Account, Ink, Movement, VoucherKind
from tests import attacker

FITTING: dict[str, dict[str, Any]] = {
    "vouchers": {
        "year": 2018,
        "month": "2018-03",
        "kind": VoucherKind.TRANSFER,
        "cashier_id": None,
        "ink": Ink.BLUE,
        "reverses_id": None,
        "adjusts_id": None,
        "restates_id": None,
    },
    "posting_lines": {"debit": Account.FUND_BANK, "credit": Account.DONATION, "movement": Movement.DONATION_RECEIVED},
}
"""What the triggers of a table ask of a row beside its guard: without it they would refuse before the guard does."""

Rows = dict[str, list[tuple[Any, ...]]]


def put_in() -> None:
    """Past foreign keys, checks and triggers, by who administers the database."""
    with administrator() as connection, _no_triggers(connection):
        for name in APPEND_ONLY:
            connection.execute(a_row(name))


def seen() -> Rows:
    """What lies in the tables of evidence, and the triggers on all tables."""
    with administrator() as connection:
        rows: Rows = {
            name: sorted(map(tuple, connection.execute(text(f"SELECT * FROM {name}")).all()), key=repr)
            for name in APPEND_ONLY
        }
        triggers = (
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
            if on_sqlite()
            else "SELECT tgrelid::regclass::text, tgname, tgenabled::text, pg_get_functiondef(tgfoid) FROM pg_trigger"
        )
        return rows | {"triggers": sorted(map(tuple, connection.execute(text(triggers)).all()))}


def a_row(name: str) -> Insert:
    """A row of any content."""
    columns = db.metadata.tables[name].columns
    values = {one.name: something(one) for one in columns} | FITTING.get(name, {})
    return insert(db.metadata.tables[name]).values(values)


def is_empty(key: list[str], name: str) -> bool:
    """Whether the row has nothing under a key, so that nothing can be in another's way."""
    return all(one in FITTING.get(name, {}) and FITTING[name][one] is None for one in key)


def a_row_with_the_same(key: list[str], name: str) -> Insert:
    """A row that has nothing in common with the first but one of its keys, or its hidden number."""
    columns = db.metadata.tables[name].columns
    values = {one.name: something(one, other=one.name not in key) for one in columns}
    values |= FITTING.get(name, {})
    if key == ["rowid"]:
        values |= {"rowid": 1}
        own = list(db.metadata.tables[name].primary_key)
        if len(own) == 1 and isinstance(own[0].type, Integer):
            del values[own[0].name]  # it is the rowid by another name
    named = [column(one, columns[one].type if one in columns else None) for one in values]
    return insert(table(name, *named)).values(values)


@contextmanager
def administrator() -> Iterator[Connection]:
    """A transaction in which no foreign key and no check is in the way; on PostgreSQL it needs the cluster's rights."""
    if on_sqlite():
        with owner_engine().connect() as connection:
            for pragma in ("foreign_keys=OFF", "ignore_check_constraints=ON", "recursive_triggers=OFF"):
                connection.connection.cursor().execute(f"PRAGMA {pragma}")
            with connection.begin():
                yield connection
        return
    with attacker.engine("administrator").begin() as connection:
        yield connection


@contextmanager
def _no_triggers(connection: Connection) -> Iterator[None]:
    if on_sqlite():
        triggers = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")).all()
        attacker.drop_guards(connection)
        yield
        for _, sql in triggers:
            connection.exec_driver_sql(sql)
        return
    for name in APPEND_ONLY:
        for check in inspect(connection).get_check_constraints(name):
            connection.execute(text(f'ALTER TABLE {name} DROP CONSTRAINT "{check["name"]}"'))
    connection.execute(text("SET LOCAL session_replication_role = replica"))
    yield


def something(one: Column[Any], *, other: bool = False) -> Any:
    """Any value that the column takes, and another one."""
    number = 2 if other else 1
    if isinstance(one.type, MoneyColumn):
        return yuan(str(number))
    if isinstance(one.type, UtcDateTime):
        return datetime(2018, 3, number, tzinfo=UTC)
    if isinstance(one.type, Sealed):
        return str(number)
    if isinstance(one.type, Enum):
        assert one.type.enum_class and issubclass(one.type.enum_class, enum.Enum)
        return list(one.type.enum_class)[-1 if other else 0]
    kinds = {
        int: number,
        str: str(number),
        bool: other,
        bytes: str(number).encode(),
        date: date(2018, 3, number),
        time: time(number),
    }
    return kinds[one.type.python_type]
