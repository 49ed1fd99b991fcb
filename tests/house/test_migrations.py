"""The migrations make the schema of the models, back and forth, with the guards of the evidence, on both engines."""

import enum
from datetime import UTC, date, datetime
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import CheckConstraint, Column, Connection, Enum, event, inspect, text
from sqlalchemy.exc import DBAPIError

from fundapp.core.db import APPEND_ONLY, Base, MoneyColumn, Sealed, UtcDateTime, _refuse_change, db
from fundapp.core.money import yuan

TRIGGERS = {
    "sqlite": "SELECT tbl_name, name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY tbl_name, name",
    "postgresql": (
        "SELECT tgrelid::regclass::text, tgname, pg_get_triggerdef(oid) FROM pg_trigger"
        " WHERE NOT tgisinternal ORDER BY tgrelid::regclass::text, tgname"
    ),
}

FREEZING = {"ceremonies", "ceremony_lines"}
"""Tables that change until a day of theirs and not afterwards; their own tests try their triggers."""


def schema(connection: Connection) -> dict[str, Any]:
    """Everything the database knows of its shape, to compare with itself later."""
    inspector = inspect(connection)
    shape: dict[str, Any] = {
        table: {
            "columns": sorted(
                (c["name"], str(c["type"]), c["nullable"], str(c["default"])) for c in inspector.get_columns(table)
            ),
            "checks": sorted((str(c["name"]), c["sqltext"]) for c in inspector.get_check_constraints(table)),
            "keys": sorted((str(k["name"]), k["column_names"]) for k in inspector.get_unique_constraints(table)),
            "indexes": sorted(
                (str(i["name"]), i["column_names"], bool(i["unique"])) for i in inspector.get_indexes(table)
            ),
            "foreign": sorted(
                (k["constrained_columns"], k["referred_table"], k["referred_columns"])
                for k in inspector.get_foreign_keys(table)
            ),
        }
        for table in sorted(inspector.get_table_names())
        if table != "alembic_version"
    }
    shape["triggers"] = [tuple(row) for row in connection.execute(text(TRIGGERS[connection.dialect.name]))]
    return shape


def current_schema() -> dict[str, Any]:
    with db.engine.connect() as connection:
        return schema(connection)


def directory(app: Flask) -> str:
    return str(app.extensions["migrate"].directory)


def test_models_and_migrations_agree(app):
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = compare_metadata(context, db.metadata)
    assert not differences, "\n".join(map(str, differences))


def test_every_check_of_the_models_stands_in_the_database(app):
    with db.engine.connect() as connection:
        inspector = inspect(connection)
        there = {
            (table, constraint["name"])
            for table in inspector.get_table_names()
            for constraint in inspector.get_check_constraints(table)
        }
    wanted = {
        (table.name, str(constraint.name))
        for table in db.metadata.tables.values()
        for constraint in table.constraints
        if isinstance(constraint, CheckConstraint)
    }
    assert wanted
    assert there == wanted


def test_every_step_back_and_forth_ends_where_it_began(app):
    steps = list(ScriptDirectory(directory(app)).walk_revisions())
    for step in steps:
        before = current_schema()
        downgrade(directory=directory(app), revision=step.down_revision or "base")
        upgrade(directory=directory(app), revision=step.revision)
        assert current_schema() == before, step.revision
        downgrade(directory=directory(app), revision=step.down_revision or "base")
    assert current_schema() == {"triggers": []}, "nothing is left at the base"
    upgrade(directory=directory(app))


def test_migrations_are_numbered_in_one_line(app):
    steps = list(ScriptDirectory(directory(app)).walk_revisions())[::-1]
    assert [step.revision for step in steps] == [f"{number:04}" for number in range(1, len(steps) + 1)]
    assert all(len(step.doc.strip()) > 20 for step in steps), "each says why, in a sentence"


def test_there_is_evidence_to_guard(app):
    assert {"trail_entries", "vouchers"} <= APPEND_ONLY <= db.metadata.tables.keys()
    assert {row[0] for row in current_schema()["triggers"]} - FREEZING == APPEND_ONLY, (
        "guarded in the database: in the session too"
    )


ACTS = {
    "update": "UPDATE {table} SET {column} = {column}",
    "delete": "DELETE FROM {table}",
    "replace": "REPLACE INTO {table} SELECT * FROM {table}",  # SQLite deletes the old row without saying so
    "truncate": "TRUNCATE {table} CASCADE",  # PostgreSQL empties the table without looking at a row
}
INSERT_TRIGGERS = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :name"
ONLY_ON = {"replace": "sqlite", "truncate": "postgresql"}


@pytest.mark.parametrize("act", ACTS)
def test_evidence_cannot_be_changed_behind_the_application(app, act):
    """Each table gets a row of its own first: a trigger that sees no row refuses nothing."""
    changeable = []
    for name in sorted(APPEND_ONLY) if ONLY_ON.get(act, db.engine.dialect.name) == db.engine.dialect.name else []:
        with db.engine.connect() as connection:
            put_in_a_row(connection, name)
            column = next(iter(db.metadata.tables[name].columns)).name
            savepoint = connection.begin_nested()
            try:
                changed = connection.execute(text(ACTS[act].format(table=name, column=column))).rowcount
            except DBAPIError as error:
                savepoint.rollback()
                if "append-only" not in str(error.orig):
                    changeable.append(f"{act} {name} was refused for another reason: {error.orig}")
            else:
                changeable.append(f"{act} {name} changed {changed} rows")
            connection.rollback()
    assert not changeable


def test_the_session_refuses_to_change_evidence_too(app):
    models = {mapper.local_table.name: mapper.class_ for mapper in Base.registry.mappers}
    assert models.keys() >= APPEND_ONLY
    for name in APPEND_ONLY:
        for moment in ("before_update", "before_delete"):
            assert event.contains(models[name], moment, _refuse_change), (name, moment)


def put_in_a_row(connection: Connection, name: str) -> None:
    """Insert one row of any content, past keys, checks and triggers, in a transaction that is never committed."""
    table = db.metadata.tables[name]
    if connection.dialect.name == "sqlite":
        cursor = connection.connection.cursor()
        cursor.execute("PRAGMA foreign_keys=OFF")
        cursor.execute("PRAGMA ignore_check_constraints=ON")
        for trigger, sql in connection.execute(text(INSERT_TRIGGERS), {"name": name}).all():
            if "BEFORE INSERT" in sql:
                connection.execute(text(f"DROP TRIGGER {trigger}"))
    else:
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        for check in inspect(connection).get_check_constraints(name):
            connection.execute(text(f'ALTER TABLE {name} DROP CONSTRAINT "{check["name"]}"'))
    connection.execute(table.insert().values({column.name: something(column) for column in table.columns}))
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL session_replication_role = origin"))


def something(column: Column[Any]) -> Any:
    """Any value that the column takes."""
    if isinstance(column.type, MoneyColumn):
        return yuan("1")
    if isinstance(column.type, UtcDateTime):
        return datetime(2018, 3, 1, tzinfo=UTC)
    if isinstance(column.type, Sealed):
        return "x"
    if isinstance(column.type, Enum):
        assert column.type.enum_class and issubclass(column.type.enum_class, enum.Enum)
        return next(iter(column.type.enum_class))
    return {int: 1, str: "x", bool: True, bytes: b"x", date: date(2018, 3, 1)}[column.type.python_type]
