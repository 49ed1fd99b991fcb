"""Evidence cannot be changed by hostile SQL: not by the application's connection, an auditor's, or the owner's.

Every statement is tried on every table of evidence, each of which holds a row; ``{table}`` stands for its name and
``{key}`` for its first column. Afterwards all rows and all triggers are what they were.
"""

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing

import pytest
from sqlalchemy import Connection, inspect
from sqlalchemy.exc import DBAPIError, IntegrityError

from fundapp.core.db import APPEND_ONLY, db
from tests import attacker, evidence

EVERY_ROW = "UPDATE {table} SET {key} = {key}"
THE_SAME = "{table} SELECT * FROM {table}"
PG_UPSERT = f"INSERT INTO {THE_SAME} ON CONFLICT ON CONSTRAINT pk_{{table}} DO UPDATE SET {{key}} = EXCLUDED.{{key}}"
UPSERT = f"INSERT INTO {THE_SAME} WHERE true ON CONFLICT DO UPDATE SET {{key}} = {{key}}"

# What SQLite's own triggers hold, on any connection to the file.
HELD_BY_TRIGGERS = (
    EVERY_ROW,
    "UPDATE OR REPLACE {table} SET {key} = {key}",
    "DELETE FROM {table}",
    "WITH gone AS (SELECT {key} FROM {table}) DELETE FROM {table} WHERE {key} IN (SELECT {key} FROM gone)",
    "REPLACE INTO {table} SELECT * FROM {table}",
    "INSERT OR REPLACE INTO {table} SELECT * FROM {table}",
    UPSERT,
)

THROUGH_THE_APPLICATION = (
    *HELD_BY_TRIGGERS,
    "DROP TABLE {table}",
    "DROP TRIGGER {table}_no_update",
    "DROP TRIGGER {table}_no_delete",
    "DROP TRIGGER {table}_no_replace",
    "ALTER TABLE {table} RENAME TO elsewhere",
    "ALTER TABLE {table} RENAME COLUMN {key} TO elsewhere",
    "ALTER TABLE {table} ADD COLUMN more",
    "CREATE TRIGGER hostile AFTER INSERT ON {table} BEGIN DELETE FROM {table}; END",
    "CREATE TEMP TRIGGER hostile AFTER INSERT ON {table} BEGIN DELETE FROM {table}; END",
    "CREATE TEMP TABLE {table} AS SELECT * FROM main.{table}",
    "CREATE TEMP VIEW {table} AS SELECT * FROM main.{table} LIMIT 0",
    "CREATE UNIQUE INDEX hostile ON {table} (1)",
    "CREATE TABLE copied AS SELECT * FROM {table}",
    "CREATE VIEW hostile AS SELECT * FROM {table}",
    "CREATE VIRTUAL TABLE hostile USING fts5(content)",
    "PRAGMA recursive_triggers = OFF",
    "PRAGMA foreign_keys = OFF",
    "PRAGMA ignore_check_constraints = ON",
    "PRAGMA writable_schema = ON",
    "PRAGMA trusted_schema = ON",
    "PRAGMA journal_mode = DELETE",
    "PRAGMA synchronous = OFF",
    "PRAGMA user_version = 9",
    "PRAGMA legacy_alter_table = ON",
    "UPDATE sqlite_master SET sql = '' WHERE type = 'trigger'",
    "DELETE FROM sqlite_master WHERE type = 'trigger'",
    "INSERT INTO sqlite_master VALUES ('table', 'x', 'x', 9, 'CREATE TABLE x (y)')",
    "ATTACH DATABASE '{file}' AS again",
    "ATTACH DATABASE ':memory:' AS elsewhere",
    "DETACH DATABASE main",
    "VACUUM",
    "VACUUM INTO '{file}.copy'",
    "REINDEX",
    "ANALYZE",
    "SELECT load_extension('hostile')",
    "UPDATE alembic_version SET version_num = '0001'",
    "DELETE FROM users",
)

BY_A_ROLE = (
    EVERY_ROW,
    "DELETE FROM {table}",
    "TRUNCATE {table}",
    "TRUNCATE {table} CASCADE",
    PG_UPSERT,
    "MERGE INTO {table} USING (SELECT 1) AS one ON true WHEN MATCHED THEN UPDATE SET {key} = {key}",
    "MERGE INTO {table} USING (SELECT 1) AS one ON true WHEN MATCHED THEN DELETE",
    "WITH gone AS (DELETE FROM {table} RETURNING *) SELECT * FROM gone",
    "DO $$ BEGIN DELETE FROM {table}; END $$",
    "SELECT * FROM {table} FOR UPDATE",
    "DROP TABLE {table} CASCADE",
    "DROP TRIGGER {table}_append_only ON {table}",
    "ALTER TABLE {table} DISABLE TRIGGER ALL",
    "ALTER TABLE {table} ADD COLUMN more integer",
    "ALTER TABLE {table} OWNER TO CURRENT_USER",
    "ALTER TABLE {table} RENAME TO elsewhere",
    "CREATE RULE hostile AS ON INSERT TO {table} DO INSTEAD NOTHING",
    "CREATE TRIGGER hostile BEFORE INSERT ON {table} EXECUTE FUNCTION {table}_refuse()",
    "CREATE TABLE child () INHERITS ({table})",
    "CREATE TABLE referring (id integer REFERENCES {table})",
    "CREATE TEMP TABLE {table} (id integer)",
    "CREATE VIEW hostile AS SELECT * FROM {table}",
    "CREATE UNIQUE INDEX hostile ON {table} ({key})",
    "CREATE OR REPLACE FUNCTION {table}_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$",
    "DROP FUNCTION {table}_refuse() CASCADE",
    "CREATE FUNCTION hostile() RETURNS void LANGUAGE sql AS 'DELETE FROM {table}'",
    "COPY {table} FROM '/etc/passwd'",
    "COPY {table} FROM PROGRAM 'true'",
    "COPY {table} TO '/tmp/stolen'",
    "GRANT ALL ON {table} TO CURRENT_USER; " + EVERY_ROW,
    "SET session_replication_role = replica",
    "SET ROLE {owner}",
    "SET SESSION AUTHORIZATION {owner}",
    "GRANT {owner} TO CURRENT_USER",
    "ALTER ROLE CURRENT_USER SUPERUSER",
    "CREATE ROLE hostile",
    "CREATE SCHEMA hostile",
    "DROP SCHEMA public CASCADE",
    "DROP OWNED BY {owner} CASCADE",
    "REASSIGN OWNED BY {owner} TO CURRENT_USER",
    "SELECT setval('vouchers_id_seq', 9)",
    "UPDATE pg_trigger SET tgenabled = 'D'",
    "ALTER SYSTEM SET session_replication_role = replica",
    "SELECT lo_import('/etc/passwd')",
    "SELECT pg_read_file('/etc/passwd')",
    "UPDATE alembic_version SET version_num = '0001'",
    "DELETE FROM users",
)

NOT_EVEN_BY_THE_OWNER = (
    EVERY_ROW,
    "DELETE FROM {table}",
    "TRUNCATE {table} CASCADE",
    PG_UPSERT,
    "MERGE INTO {table} USING (SELECT 1) AS one ON true WHEN MATCHED THEN UPDATE SET {key} = {key}",
    "MERGE INTO {table} USING (SELECT 1) AS one ON true WHEN MATCHED THEN DELETE",
    "WITH gone AS (DELETE FROM {table} RETURNING *) SELECT * FROM gone",
    "DO $$ BEGIN DELETE FROM {table}; END $$",
    "COPY {table} FROM '/etc/passwd'",
    "COPY {table} FROM PROGRAM 'true'",
    "COPY {table} TO '/tmp/stolen'",
    "SET session_replication_role = replica",
    "SET SESSION AUTHORIZATION {administrator}",
    "ALTER ROLE CURRENT_USER SUPERUSER",
    "CREATE ROLE hostile",
    "UPDATE pg_trigger SET tgenabled = 'D'",
    "ALTER SYSTEM SET session_replication_role = replica",
    "SELECT lo_import('/etc/passwd')",
    "SELECT pg_read_file('/etc/passwd')",
    "DROP OWNED BY {administrator} CASCADE",
)


ADDING = ("INSERT INTO {table} SELECT * FROM {table}", "SELECT nextval('vouchers_id_seq')")

# Some tables have triggers of their own, which say of the same row once more what it would say a second time.
A_SECOND_TIME = (
    "nobody decides what he asked for", "asked for before", "it was not asked for by one and agreed by",
    "findings are numbered without a gap", "steps are counted without a gap", "a year is not closed by one person",
    "the books of this court are not open",
)  # fmt: skip
REASONS = (*attacker.DENIED.split("|"), "must be owner", "may not be modified", "authorization denied", *A_SECOND_TIME)

ON_SQLITE = pytest.mark.parametrize("app", ["sqlite"], indirect=True)
ON_POSTGRESQL = pytest.mark.parametrize("app", ["postgresql"], indirect=True)


@pytest.fixture(autouse=True)
def rows(app) -> evidence.Rows:
    """A row in every table of evidence."""
    evidence.put_in()
    rows = evidence.seen()
    assert all(rows[table] for table in APPEND_ONLY)
    return rows


def accepted(statements: Iterable[str], run: Callable[[str], object], rows: evidence.Rows, **names: str) -> list[str]:
    """What was not refused, or not for the reason that it should be, or changed a row or a trigger all the same."""
    found = []
    for statement in statements:
        for table in sorted(APPEND_ONLY) if "{table}" in statement else [""]:
            key = next(iter(db.metadata.tables[table].columns)).name if table else ""
            hostile = statement.format(table=table, key=key, **names)
            try:
                run(hostile)
            except (sqlite3.DatabaseError, DBAPIError) as error:
                if not any(reason in str(error) for reason in REASONS):
                    found.append(f"{hostile} was refused for another reason: {error}")
            else:
                found.append(f"{hostile} was accepted")
        if evidence.seen() != rows:
            found.append(f"{statement} changed what is kept")
    return found


@ON_SQLITE
def test_the_applications_connection_cannot_break_in(app, rows):
    with db.engine.connect() as connection:
        run = connection.connection.driver_connection.execute
        assert not accepted(THROUGH_THE_APPLICATION, run, rows, file=str(db.engine.url.database))


@ON_SQLITE
@pytest.mark.parametrize("recursive", ["ON", "OFF"])
def test_the_triggers_hold_on_any_connection_to_the_file(app, rows, recursive):
    with attacker.raw_sqlite() as connection:
        connection.execute(f"PRAGMA recursive_triggers = {recursive}")
        assert not accepted(HELD_BY_TRIGGERS, connection.execute, rows)


@ON_POSTGRESQL
@pytest.mark.parametrize(
    ("role", "statements"), [("app", BY_A_ROLE), ("audit", (*BY_A_ROLE, *ADDING)), ("owner", NOT_EVEN_BY_THE_OWNER)]
)
def test_no_role_can_break_in(app, rows, role, statements):
    """The owner migrates, so he can drop a guard (``verify`` shows what he does then); short of that it holds him."""
    names = {one: str(attacker.engine(one).url.username) for one in ("owner", "administrator")}
    with attacker.engine(role).connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        plain = connection.execution_options(no_parameters=True)
        assert not accepted(statements, plain.exec_driver_sql, rows, **names)


@ON_SQLITE
def test_a_row_is_not_replaced_by_any_of_its_keys_or_its_hidden_number(app, rows):
    """A key that a later migration adds must be known to the trigger: guard the table again after it."""
    replaced = []
    with evidence.administrator() as connection:
        for name in sorted(APPEND_ONLY):
            keys = [key for key in unique_keys(connection, name) if not evidence.is_empty(key, name)]
            for key in [["rowid"], *keys]:
                savepoint = connection.begin_nested()
                try:
                    connection.execute(evidence.a_row_with_the_same(key, name).prefix_with("OR REPLACE"))
                except IntegrityError as error:
                    if not any(reason in str(error) for reason in (f"{name} is append-only", *A_SECOND_TIME)):
                        replaced.append(f"{name} by {key} was refused for another reason: {error}")
                else:
                    replaced.append(f"{name} by {key}")
                savepoint.rollback()
    assert not replaced
    assert evidence.seen() == rows


def unique_keys(connection: Connection, name: str) -> Iterator[list[str]]:
    inspector = inspect(connection)
    yield inspector.get_pk_constraint(name)["constrained_columns"]
    yield from (key["column_names"] for key in inspector.get_unique_constraints(name))
    for index in inspector.get_indexes(name):
        if index["unique"] and "sqlite_where" not in index.get("dialect_options", {}):
            yield index["column_names"]


@ON_SQLITE
def test_a_copy_is_made_while_the_application_runs(app, rows, tmp_path):
    """The ways of docs/operations.md, and from the application's own connection."""
    with attacker.raw_sqlite() as file, db.engine.connect() as connection:
        for number, source in enumerate((file, connection.connection.driver_connection)):
            with closing(sqlite3.connect(tmp_path / str(number))) as copy:
                source.backup(copy)
                assert copy.execute("SELECT * FROM vouchers").fetchall() == rows["vouchers"]
