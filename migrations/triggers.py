"""Triggers that refuse rows: what no constraint of a table can say, because it asks other rows."""

from collections.abc import Iterable

from alembic import op


def refuse(table: str, name: str, refusals: Iterable[tuple[str, str]], *, act: str = "INSERT") -> None:
    """Refuse a new row of ``table`` under each condition (SQL of ``NEW``), with what is said of it; with ``act``
    UPDATE a change (SQL of ``OLD`` and ``NEW``)."""
    if op.get_bind().dialect.name == "sqlite":
        steps = " ".join(f"SELECT RAISE(ABORT, '{told}') WHERE {broken};" for broken, told in refusals)
        op.execute(f"CREATE TRIGGER {name} BEFORE {act} ON {table} BEGIN {steps} END")
        return
    steps = " ".join(f"IF {broken} THEN RAISE EXCEPTION '{told}'; END IF;" for broken, told in refusals)
    op.execute(f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {steps} RETURN NEW; END $$")
    op.execute(f"CREATE TRIGGER {name} BEFORE {act} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()")


def allow(table: str, name: str) -> None:
    """Take such a trigger off."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute(f"DROP TRIGGER {name}")
        return
    op.execute(f"DROP TRIGGER {name} ON {table}")
    op.execute(f"DROP FUNCTION {name}()")
