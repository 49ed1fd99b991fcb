"""The migrations make the schema of the models, back and forth, with the guards of the evidence, on both engines."""

from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import CheckConstraint, Connection, event, inspect, text

from fundapp.core.db import APPEND_ONLY, Base, _refuse_change, db

TRIGGERS = {
    "sqlite": "SELECT tbl_name, name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY tbl_name, name",
    "postgresql": (
        "SELECT tgrelid::regclass::text, tgname, pg_get_triggerdef(oid) FROM pg_trigger"
        " WHERE NOT tgisinternal ORDER BY tgrelid::regclass::text, tgname"
    ),
}

FREEZING = {
    "ceremonies",
    "ceremony_lines",
    "books",
    "case_receipts",
    "corrections",
    "day_totals",
    "fund_receipts",
    "openings",
}
"""Tables that change, but not in every way or until a day of theirs; their own tests try their triggers."""


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


def test_the_session_refuses_to_change_evidence_too(app):
    models = {mapper.local_table.name: mapper.class_ for mapper in Base.registry.mappers}
    assert models.keys() >= APPEND_ONLY
    for name in APPEND_ONLY:
        for moment in ("before_update", "before_delete"):
            assert event.contains(models[name], moment, _refuse_change), (name, moment)
