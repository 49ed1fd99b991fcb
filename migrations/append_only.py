"""The triggers that keep evidence as it is: no UPDATE, no DELETE, no REPLACE, and on PostgreSQL no TRUNCATE."""

import sqlalchemy as sa
from alembic import op


def guard(table: str) -> None:
    """Refuse every change of rows of ``table`` from now on; call it after its last unique constraint and index."""
    refuse_changes(table)
    refuse_replacing(table)


def unguard(table: str) -> None:
    """Take the guard off, before a migration changes or drops ``table``."""
    allow_replacing(table)
    allow_changes(table)


def refuse_changes(table: str) -> None:
    """The guard as it was until 0014."""
    if op.get_bind().dialect.name == "sqlite":
        for act in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
        return
    op.execute(
        f"CREATE FUNCTION {table}_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{table} is append-only'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION {table}_refuse()"
    )
    op.execute(
        f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_refuse()"
    )


def allow_changes(table: str) -> None:
    """Undo ``refuse_changes``."""
    if op.get_bind().dialect.name == "sqlite":
        for act in ("update", "delete"):
            op.execute(f"DROP TRIGGER {table}_no_{act}")
        return
    op.execute(f"DROP TRIGGER {table}_append_only ON {table}")
    op.execute(f"DROP TRIGGER {table}_no_truncate ON {table}")
    op.execute(f"DROP FUNCTION {table}_refuse()")


def refuse_replacing(table: str) -> None:
    """On SQLite, refuse a row whose primary key or unique values are there already.

    REPLACE deletes the row in its way, and fires no delete trigger unless the connection has ``recursive_triggers`` on.
    On PostgreSQL nothing replaces a row without updating it.
    """
    if op.get_bind().dialect.name != "sqlite":
        return
    # Every row has a rowid, named by its integer key or hidden; one that is still to be given is not positive.
    there = f"NEW.rowid > 0 AND EXISTS (SELECT 1 FROM {table} WHERE rowid = NEW.rowid)"
    for columns, where in unique_keys(table):
        there += f" OR {_is_there(table, columns, where)}"
    op.execute(
        f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} WHEN {there} "
        f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    )


def allow_replacing(table: str) -> None:
    """Undo ``refuse_replacing``."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute(f"DROP TRIGGER {table}_no_replace")


def unique_keys(table: str) -> list[tuple[list[str], str | None]]:
    """The columns of each key that a row of ``table`` has to itself, and the condition of a partial index."""
    inspector = sa.inspect(op.get_bind())
    keys = [(key["column_names"], None) for key in inspector.get_unique_constraints(table)]
    keys.append((inspector.get_pk_constraint(table)["constrained_columns"], None))
    for index in inspector.get_indexes(table):
        if index["unique"]:
            where = index.get("dialect_options", {}).get("sqlite_where")
            keys.append((index["column_names"], None if where is None else str(where)))
    assert all(columns and None not in columns for columns, _ in keys), f"a unique expression on {table}"
    return keys


def _is_there(table: str, columns: list[str], where: str | None) -> str:
    same = " AND ".join(f"{column} = NEW.{column}" for column in columns)
    if where is None:
        return f"EXISTS (SELECT 1 FROM {table} WHERE {same})"
    # The condition names columns without their table: of the row that is there, and then of the new one.
    names = [column["name"] for column in sa.inspect(op.get_bind()).get_columns(table)]
    new = ", ".join(f"NEW.{name} AS {name}" for name in names)
    return (
        f"(EXISTS (SELECT 1 FROM {table} WHERE {same} AND ({where})) "
        f"AND EXISTS (SELECT 1 FROM (SELECT {new}) WHERE {where}))"
    )
