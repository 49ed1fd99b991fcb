"""Runs the migrations on the application's own database, on SQLite and on PostgreSQL alike, with the owner's rights."""

from typing import Any

from alembic import context
from flask import current_app
from sqlalchemy.types import TypeDecorator

from fundapp.core.db import Base, grant_rights, owner_engine


def render_item(kind: str, item: Any, autogen_context: Any) -> str | bool:
    """Write the SQL type of our own column types, so that a migration never needs the application."""
    if kind == "type" and isinstance(item, TypeDecorator):
        inner = item.impl_instance
        return f"sa.{inner!r}"
    if kind == "type" and type(item).__name__ == "Enum":
        return f"sa.String(length={item.length})"
    return False


def compare_type(ctx: Any, inspected: Any, column: Any, inspected_type: Any, wanted_type: Any) -> bool | None:
    """An enum is kept as text of a fixed length; the two are the same column."""
    return False if type(wanted_type).__name__ == "Enum" else None


def run() -> None:
    engine = owner_engine()
    connection = engine.connect()
    on_sqlite = connection.dialect.name == "sqlite"
    if on_sqlite:
        connection = connection.execution_options(begin="IMMEDIATE")
    with connection:
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_item=render_item,
            compare_type=compare_type,
            render_as_batch=False,
            transaction_per_migration=True,
        )
        with context.begin_transaction():
            context.run_migrations()
    if current_app.config["SETTINGS"].owner_url:
        with engine.begin() as owner:
            grant_rights(owner)


assert current_app, "run through: flask --app fundapp db upgrade"
run()
