"""Hands that are not the application's: who holds the SQLite file, owns the PostgreSQL database, or administers it.

The application's own connection may not break in (``fundapp.core.rights``), so tests that do say here as whom.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager

from flask import current_app
from sqlalchemy import Connection, Engine, NullPool, create_engine, text

from fundapp.core.db import db, on_sqlite, owner_engine
from tests.databases import DRIVER, PostgresDatabase

DENIED = "append-only|not authorized|permission denied"
"""What a trigger, the authorizer of SQLite and PostgreSQL itself say."""


@contextmanager
def owner() -> Iterator[Connection]:
    """One transaction as the owner, committed at the end: no authorizer on SQLite, the owner's role on PostgreSQL."""
    engine = owner_engine()
    with engine.connect().execution_options(begin="IMMEDIATE") as connection, connection.begin():
        yield connection


@contextmanager
def in_place_of_the_application() -> Iterator[None]:
    """Inside the block the application's session has the owner's rights: its checks see what is not committed yet."""
    own = db.engine
    db.session.rollback()
    db.engines[None] = owner_engine()
    try:
        yield
    finally:
        db.session.rollback()
        db.engines[None] = own


def drop_guards(connection: Connection, *tables: str) -> None:
    """Take every trigger off these tables, or off all of them."""
    if on_sqlite():
        triggers = connection.execute(text("SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger'"))
        for name, table in triggers.all():
            if not tables or table in tables:
                connection.execute(text(f"DROP TRIGGER {name}"))
        return
    for table in tables or db.metadata.tables:
        connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))


@contextmanager
def unguarded(table: str) -> Iterator[Connection]:
    """A break-in by the owner, who has first taken the table's triggers away; committed at the end."""
    db.session.rollback()
    with owner() as connection:
        drop_guards(connection, table)
        yield connection
    db.session.rollback()  # what was done is read afresh


@contextmanager
def raw_sqlite() -> Iterator[sqlite3.Connection]:
    """The file in the hands of whoever has it, as any tool opens it: no authorizer, no pragma of ours."""
    with closing(sqlite3.connect(db.engine.url.database or "", isolation_level=None)) as connection:
        yield connection


def engine(role: str) -> Engine:
    """PostgreSQL as ``app``, ``owner``, ``audit`` or the cluster's ``administrator``."""
    database = current_app.extensions["test database"]
    assert isinstance(database, PostgresDatabase)
    return create_engine(database.address(role, DRIVER), poolclass=NullPool)


@contextmanager
def behind_the_guards(table: str) -> Iterator[Connection]:
    """As ``unguarded``, but the triggers stand again afterwards, as if the data were older than they are."""
    db.session.rollback()
    with owner() as connection:
        if not on_sqlite():
            connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
            yield connection
            connection.execute(text(f"ALTER TABLE {table} ENABLE TRIGGER USER"))
            return
        triggers = connection.execute(
            text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :table"), {"table": table}
        ).all()
        for name, _ in triggers:
            connection.execute(text(f"DROP TRIGGER {name}"))
        yield connection
        for _, sql in triggers:
            connection.exec_driver_sql(sql)
