"""The database: the base class, append-only tables, and the one place that commits.

Money is whole fen in a BIGINT, moments are UTC, personal data is sealed. Writers of one court's books take turns;
courts run side by side on PostgreSQL, and one after the other on SQLite, which has one writer anyway.
"""

import enum
import hashlib
import hmac
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing, contextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cache, lru_cache
from itertools import chain, count
from typing import Any, NamedTuple, TypeVar

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from flask import Flask, current_app
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session
from sqlalchemy import (
    BigInteger,
    Date,
    Enum,
    MetaData,
    NullPool,
    String,
    Text,
    create_engine,
    event,
    inspect,
    make_url,
)
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import DBAPIError, NoResultFound
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, registry
from sqlalchemy.orm.attributes import instance_state

from fundapp.core.columns import MoneyColumn, UtcDateTime
from fundapp.core.money import Money
from fundapp.core.rights import Tables, authorizer, grants
from fundapp.core.turns import Turns

LONGEST_WORD = 40
ROWS_AT_ONCE = 2000
FEW_ROWS, SOME_ROWS = 8, 50  # of a statement
VALUES_AT_ONCE = 4096
LARGEST_ID = 2**31 - 1  # of an INTEGER column
PRAGMAS = (
    "page_size=2048",  # of a new file: an act changes some twenty pages, and each is written and synced whole
    "journal_mode=WAL",
    "synchronous=FULL",
    "wal_autocheckpoint=4000",  # 8 MB: what many acts changed is carried over, and synced, once
    "foreign_keys=ON",
    "recursive_triggers=ON",
    "busy_timeout=10000",
)
KEPT_STATEMENTS = 512  # of a connection to SQLite: each is looked at by the authorizer once, when it is compiled
POOLED = 10  # connections that stay open, for eight desks and a job; the last one used is taken first, for it is warm
PREPARED_AFTER = 1  # use of a statement by a connection to PostgreSQL
APPEND_ONLY: set[str] = set()
DELETABLE: set[str] = set()


def _words(values: type[enum.Enum]) -> list[str]:
    return [member.value for member in values]


class Base(DeclarativeBase):
    """Every table of the fund. Enums are kept by value as text, without a CHECK: vocabularies grow."""

    registry = registry(
        metadata=MetaData(
            naming_convention={
                "ix": "ix_%(table_name)s_%(column_0_N_name)s",
                "uq": "uq_%(table_name)s_%(column_0_N_name)s",
                "ck": "ck_%(table_name)s_%(constraint_name)s",
                "fk": "fk_%(table_name)s_%(column_0_N_name)s",
                "pk": "pk_%(table_name)s",
            }
        ),
        type_annotation_map={
            Money: MoneyColumn,
            datetime: UtcDateTime,
            date: Date,
            enum.Enum: Enum(
                enum.Enum, native_enum=False, create_constraint=False, length=LONGEST_WORD, values_callable=_words
            ),
            str: Text,
        },
    )


class Joined(Session):
    """The session of a request; inside ``transaction()`` it works on the transaction's connection."""

    def get_bind(self, *arguments: Any, **named: Any) -> Engine | Connection:
        held = _held.get()
        return held.connection if held else super().get_bind(*arguments, **named)


db = SQLAlchemy(model_class=Base, disable_autonaming=True, session_options={"class_": Joined})


class Book(Base):
    """One row per court: writers of the court's books take turns on it, and it carries the head of the court's
    trail."""

    __tablename__ = "books"

    court_code: Mapped[str] = mapped_column(String(10), primary_key=True)
    chain_length: Mapped[int] = mapped_column(BigInteger)
    chain_head: Mapped[str] = mapped_column(String(64))
    last_at: Mapped[datetime | None]


TABLES = Tables(known=Base.metadata.tables.keys(), append_only=APPEND_ONLY, deletable=DELETABLE)
permit = authorizer(TABLES)


Question = tuple[str, Sequence[Any]]
Rows = list[tuple[Any, ...]]


class Head(NamedTuple):
    """Where a chain ends: how many entries, the last seal, and when that entry was recorded, as ``stored()``."""

    length: int
    seal: str
    last_at: Any


@dataclass(slots=True)
class Held:
    """What a transaction holds on to: its connection, one cursor of the driver, whoever listens to the statements, the
    heads of the chains that it has locked, and the statements that wait to be sent ``together()``."""

    connection: Connection
    cursor: Any
    on_sqlite: bool
    heard: Callable[..., None] | None
    heads: dict[str, Head] = field(default_factory=dict)
    waiting: list[Question] | None = None


_held: ContextVar[Held | None] = ContextVar("held", default=None)
_writes: ContextVar[bool] = ContextVar("writes", default=False)


Model = TypeVar("Model", bound=Base)


def append_only(model: type[Model]) -> type[Model]:
    """Mark a table as evidence: the session refuses to change or delete its rows, and so do triggers in the database
    and the rights of the application's connection."""
    APPEND_ONLY.add(str(model.__tablename__))
    event.listen(model, "before_update", _refuse_change)
    event.listen(model, "before_delete", _refuse_change)
    return model


def deletable(model: type[Model]) -> type[Model]:
    """Mark a table from which the application deletes rows; on every other its connection may not."""
    DELETABLE.add(str(model.__tablename__))
    return model


def _refuse_change(mapper: Any, connection: Connection, target: Base) -> None:
    raise AssertionError(f"{mapper.local_table.name} is append-only")


turns = Turns()


@contextmanager
def transaction(*court_codes: str) -> Iterator[None]:
    """Commit what happens inside, or none of it, with no other writer on these courts' books in between.

    A rule that compares a sum with a limit is only true if nobody adds to the sum meanwhile. The lock is the row of
    each court's book; several are taken in the order of their codes. What the session read before is read afresh. On
    SQLite the writers of one process also take turns on a lock before ``BEGIN IMMEDIATE``, or a waiting one could
    starve.
    """
    assert not _writes.get(), "transactions do not nest: one act, one transaction"
    session = db.session()
    session.rollback()
    engine = db.engine
    with turns if engine.dialect.name == "sqlite" else nullcontext():
        _writes.set(True)
        try:
            with engine.connect() as connection, connection.begin():
                try:
                    _begin(connection, sorted(set(court_codes)))
                    yield
                    if session.in_transaction():
                        session.commit()  # writes what it has; the connection commits
                except BaseException:
                    session.rollback()
                    raise
        finally:
            _held.set(None)
            _writes.set(False)


def on_sqlite() -> bool:
    held = _held.get()
    return held.on_sqlite if held else db.engine.dialect.name == "sqlite"


def run(statement: str, parameters: Sequence[Any] = ()) -> Rows:
    """One statement straight to the driver, in the session's transaction; its rows, if it has any.

    For the few paths where everything is written at once and SQLAlchemy's own work would cost ten times the
    database's. Parameters stand as ``?`` and are what the driver keeps: whole fen, words, ``stored()`` moments.
    """
    driver = _driver()
    if driver.waiting is not None:
        driver.waiting.append((statement, parameters))
        _send(driver)
    else:
        _execute(driver, statement, parameters)
    return _rows(driver) if _has_rows(statement) else []


def run_set(statement: str, rows: Sequence[Sequence[Any]]) -> None:
    """One statement for many rows of parameters, which stand where it says ``{rows}``: ``(?, ?), (?, ?)``; some dozens
    at a time. As ``run()``."""
    if not rows:
        return
    driver = _driver()
    for start in range(0, len(rows), SOME_ROWS):
        some = rows[start : start + SOME_ROWS]
        asked = _with_places(statement, len(some[0]), len(some)), list(chain.from_iterable(some))
        if driver.waiting is not None and len(rows) <= FEW_ROWS:
            driver.waiting.append(asked)
        else:
            _send(driver)
            _execute(driver, *asked)


@contextmanager
def together() -> Iterator[None]:
    """Few rows written inside are gathered, and PostgreSQL gets them as one statement where the block ends: none sees
    what another wrote."""
    held = _held.get()
    if held is None or held.on_sqlite:
        yield
        return
    held.waiting = []
    try:
        yield
        _send(held)
    finally:
        held.waiting = None


def _send(driver: Held) -> None:
    if driver.waiting:
        statements, values = zip(*driver.waiting, strict=True)
        driver.waiting = []
        _execute(driver, _joined(statements), list(chain.from_iterable(values)))


@lru_cache(KEPT_STATEMENTS)
def _joined(statements: tuple[str, ...]) -> str:
    *first, last = statements
    named = ", ".join(f"w{at} AS ({statement})" for at, statement in enumerate(first))
    return f"WITH {named} {last}" if first else last


def _driver() -> Held:
    """That of the transaction, or of the session's connection as it now is."""
    return _held.get() or _of(db.session.connection())


def _of(connection: Connection) -> Held:
    heard = connection.dispatch.after_cursor_execute
    return Held(connection, _cursor(connection), connection.dialect.name == "sqlite", heard or None)


def _cursor(connection: Connection) -> Any:
    """One cursor for the life of the driver's connection: psycopg's remembers how values are written and read."""
    if "cursor" not in connection.info:
        connection.info["cursor"] = _new_cursor(connection)
    return connection.info["cursor"]


def _new_cursor(connection: Connection) -> Any:
    raw: Any = connection.connection.dbapi_connection
    if connection.dialect.name == "sqlite":
        return raw.cursor()
    driver: Any = connection.dialect.loaded_dbapi
    return driver.RawCursor(raw)  # its places are those of the server


def _execute(driver: Held, statement: str, parameters: Sequence[Any]) -> None:
    """Who listened to the connection when the transaction began hears of it, as of any other statement."""
    try:
        driver.cursor.execute(statement if driver.on_sqlite else _numbered(statement), parameters)
    except driver.connection.dialect.loaded_dbapi.Error as error:
        raise _told(driver.connection, statement, error) from error
    if driver.heard:
        driver.heard(driver.connection, driver.cursor, statement, parameters, None, False)


def _rows(driver: Held) -> Rows:
    try:
        found: Rows = driver.cursor.fetchall()
    except driver.connection.dialect.loaded_dbapi.Error as error:
        raise _told(driver.connection, "", error) from error
    return found


def _told(connection: Connection, statement: str, error: Exception) -> BaseException:
    """An error of the driver as one of SQLAlchemy."""
    dialect = connection.dialect
    return DBAPIError.instance(
        statement, None, error, dialect.loaded_dbapi.Error, hide_parameters=True, dialect=dialect
    )


@cache
def _has_rows(statement: str) -> bool:
    return statement.lstrip().startswith(("SELECT", "WITH")) or "RETURNING" in statement


@lru_cache(KEPT_STATEMENTS)
def _with_places(statement: str, columns: int, rows: int) -> str:
    return statement.format(rows=places(columns, rows))


def walk(statement: str, parameters: Sequence[Any] = ()) -> Generator[tuple[Any, ...], None, None]:
    """The rows of a question, read on as they are asked for, so that memory does not grow with them; as ``run()``."""
    connection = db.session.connection()
    if on_sqlite():
        cursor = _new_cursor(connection)
    else:
        statement = _numbered(statement)
        driver: Any = connection.dialect.loaded_dbapi
        cursor = driver.RawServerCursor(connection.connection.dbapi_connection, f"walk_{next(_walks)}")
    with closing(cursor):
        cursor.execute(statement, parameters)
        while rows := cursor.fetchmany(ROWS_AT_ONCE):
            yield from rows


_walks = count(1)


def id_of(record: Base) -> int:
    """The id of a record that was saved, without reading it again."""
    identity = instance_state(record).identity
    assert identity is not None, f"{record!r} was not saved"
    return int(identity[0])


def moment_text(column: str) -> str:
    """SQL of a moment as it is sealed: UTC to the microsecond, ``2018-03-09T01:00:00.000000Z``."""
    if on_sqlite():
        return f"replace({column}, ' ', 'T') || 'Z'"
    return f"to_char({column} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"


@lru_cache(KEPT_STATEMENTS)
def _numbered(statement: str) -> str:
    assert "%" not in statement and "'?" not in statement, statement
    first, *rest = statement.split("?")
    return first + "".join(f"${at}{part}" for at, part in enumerate(rest, 1))


def stored(moment: datetime) -> Any:
    """A moment as the driver keeps it, for ``run()``; later ones are greater."""
    return moment.astimezone(UTC).isoformat(" ", "microseconds").removesuffix("+00:00") if on_sqlite() else moment


def stored_day(day: date) -> Any:
    """A day as the driver keeps it, for ``run()``."""
    return day.isoformat() if on_sqlite() else day


def new_ids(table: str) -> str:
    """SQL that takes ids for new rows of a table, so that rows that name each other are written in sets; how many is
    its parameter."""
    return (NEXT_IDS if on_sqlite() else NEW_IDS).format(table=table)


NEW_IDS = "SELECT nextval(pg_get_serial_sequence('{table}', 'id')) AS id FROM generate_series(1, ?)"
# On SQLite there is one writer: nobody takes them meanwhile.
NEXT_IDS = """
    WITH RECURSIVE new (id, wanted) AS (
        SELECT COALESCE(MAX(id), 0) + 1, ? FROM {table} UNION ALL SELECT id + 1, wanted - 1 FROM new WHERE wanted > 1
    ) SELECT id FROM new
"""


def write(table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Insert these rows; values as ``run()`` takes them."""
    run_set(_insert(table, columns), rows)


@cache
def _insert(table: str, columns: Sequence[str]) -> str:
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES {{rows}}"  # noqa: S608 - names of ours


def chunks(values: Sequence[Any]) -> Iterator[list[Any]]:
    """Values for ``IN (…)``: some thousands at a time, the last of more than a few repeated up to a power of two, so
    that the drivers meet few different statements and keep them prepared."""
    for start in range(0, len(values), VALUES_AT_ONCE):
        some = list(values[start : start + VALUES_AT_ONCE])
        if len(some) > FEW_ROWS:
            some += some[-1:] * ((1 << (len(some) - 1).bit_length()) - len(some))
        yield some


def marks(wanted: int) -> str:
    """``?, ?, ?``: the places of as many parameters."""
    return ", ".join("?" * wanted)


def places(columns: int, rows: int) -> str:
    """``(?, ?), (?, ?)``: the places of as many rows of parameters."""
    return ", ".join([f"({marks(columns)})"] * rows)


@contextmanager
def snapshot() -> Iterator[None]:
    """One unmoving view of the database for many reads; nobody waits for it."""
    db.session.rollback()
    if not on_sqlite():  # SQLite's write-ahead log gives every read transaction such a view
        db.session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
    try:
        yield
    finally:
        db.session.rollback()


def _begin(connection: Connection, court_codes: list[str]) -> None:
    held = _of(connection)
    _held.set(held)
    for court_code in court_codes:
        held.heads[court_code] = _read_head(court_code)


def _read_head(court_code: str) -> Head:
    found = run(HEAD if on_sqlite() else HEAD_IN_TURN, (court_code,))
    if not found:
        raise NoResultFound(f"{court_code} has no book")
    ((length, seal, last_at, *_),) = found
    return Head(length, seal, last_at)


def held_head(court_code: str) -> Head:
    """The head of the court's chain: as it was read with the lock when the transaction began, or last moved to."""
    held = _held.get()
    return (held and held.heads.get(court_code)) or _read_head(court_code)


def move_head(court_code: str, before: Head, after: Head) -> None:
    """Move the head of the court's chain from where it was read, and from nowhere else."""
    moved = run(MOVE_HEAD, (*after, court_code, before.length, before.seal))
    assert moved, f"{court_code}: the chain moved while its book was locked"
    held = _held.get()
    if held and court_code in held.heads:
        held.heads[court_code] = after


HEAD = "SELECT chain_length, chain_head, last_at FROM books WHERE court_code = ?"
# A row's lock goes to whoever comes by when it is free; an advisory lock goes to who has waited longest.
HEAD_IN_TURN = """
    SELECT chain_length, chain_head, last_at, pg_advisory_xact_lock(hashtextextended(court_code, 0))
    FROM books WHERE court_code = ? FOR UPDATE
"""
MOVE_HEAD = """
    UPDATE books SET chain_length = ?, chain_head = ?, last_at = ?
    WHERE court_code = ? AND chain_length = ? AND chain_head = ? RETURNING chain_length
"""


def init_app(app: Flask) -> None:
    """Bind the database to the application and take transactions on SQLite into our own hands."""
    settings = app.config["SETTINGS"]
    url = make_url(settings.database_url)
    if settings.owner_url and make_url(settings.owner_url).username == url.username:
        raise RuntimeError("DATABASE_URL and FUND_OWNER_URL name one role: the application must not own its tables")
    app.config["SQLALCHEMY_DATABASE_URI"] = settings.database_url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = {"hide_parameters": True, "pool_use_lifo": True, "pool_size": POOLED}
    if url.get_backend_name() == "sqlite":
        app.config["SQLALCHEMY_ENGINE_OPTIONS"]["connect_args"] = {"cached_statements": KEPT_STATEMENTS}
    else:
        app.config["SQLALCHEMY_ENGINE_OPTIONS"]["connect_args"] = {"prepare_threshold": PREPARED_AFTER}
    index_key = hmac.digest(settings.seal_key, b"blind index", "sha256")
    app.extensions["index"] = hmac.new(index_key, digestmod="sha256")
    app.extensions["seal"] = AESGCM(hmac.new(settings.seal_key, b"sealed columns", hashlib.sha256).digest())
    db.init_app(app)
    with app.app_context():
        if on_sqlite():
            _prepare_sqlite(db.engine)
            event.listen(db.engine, "connect", lambda connection, record: connection.set_authorizer(permit))
        else:
            event.listen(db.engine, "connect", _whole_numbers)
            event.listen(db.engine, "rollback", _end_reading)


def _whole_numbers(connection: Any, record: Any) -> None:
    """One type for every whole number on PostgreSQL, or a statement would be prepared anew for each size of one."""
    from psycopg.types.numeric import Int8Dumper

    connection.adapters.register_dumper(int, Int8Dumper)


def _end_reading(connection: Connection) -> None:
    """psycopg forgets its prepared statements at every ROLLBACK, so what wrote nothing is ended by COMMIT instead."""
    raw: Any = connection.connection.dbapi_connection
    if raw.info.transaction_status == raw.info.transaction_status.INTRANS:
        ((wrote,),) = raw.execute("SELECT pg_current_xact_id_if_assigned() IS NOT NULL")
        if not wrote:
            raw.commit()


def owner_engine() -> Engine:
    """Connections that may change the schema: for migrations, which ask for them, and for nothing else."""
    engine = create_engine(
        current_app.config["SETTINGS"].owner_url or db.engine.url, poolclass=NullPool, hide_parameters=True
    )
    if on_sqlite():
        _prepare_sqlite(engine)
    return engine


def grant_rights(connection: Connection) -> None:
    """Give the application's role its rights on the tables as they now are, in the owner's name."""
    plain = connection.execution_options(no_parameters=True)
    for statement in grants(db.engine.url.username or "", inspect(connection).get_table_names(), TABLES):
        plain.exec_driver_sql(statement)


def _prepare_sqlite(engine: Engine) -> None:
    """WAL with full synchronisation survived every simulated power cut; the driver's own BEGIN would come too late."""

    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, record: Any) -> None:
        connection.isolation_level = None
        for pragma in PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        raw: Any = connection.connection.dbapi_connection
        options = connection.get_execution_options()
        try:
            raw.execute(f"BEGIN {'IMMEDIATE' if _writes.get() else options.get('begin', 'DEFERRED')}")
        except raw.Error as error:
            raise _told(connection, "BEGIN", error) from error
