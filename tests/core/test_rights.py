"""Rights are given by table, as the models say, and guards by key, as the database says."""

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import create_engine, text
from sqlalchemy.exc import IntegrityError

from fundapp import create_app
from fundapp.core.config import Settings
from fundapp.core.db import APPEND_ONLY, DELETABLE, TABLES, db, grant_rights, on_sqlite
from fundapp.core.rights import grants
from migrations.append_only import refuse_replacing
from tests import attacker


@pytest.mark.parametrize("app", ["postgresql"], indirect=True)
def test_the_application_has_exactly_the_rights_it_needs_however_often_they_are_given(app):
    assert DELETABLE.isdisjoint(APPEND_ONLY) and db.metadata.tables.keys() >= DELETABLE
    wanted = {(table, right) for table in db.metadata.tables for right in ("SELECT", *TABLES.rights(table))}
    wanted.add(("alembic_version", "SELECT"))
    assert rights_of("app") == wanted
    assert rights_of("audit") == {(table, "SELECT") for table, _ in wanted}
    with attacker.owner() as connection:
        connection.execute(text(f'GRANT ALL ON vouchers TO "{db.engine.url.username}"'))
        grant_rights(connection)
    assert rights_of("app") == wanted


def rights_of(role: str) -> set[tuple[str, str]]:
    with attacker.engine(role).connect() as connection:
        granted = (
            "SELECT table_name, privilege_type FROM information_schema.table_privileges WHERE grantee = current_user"
        )
        return {(table, right) for table, right in connection.execute(text(granted))}


@pytest.mark.parametrize("app", ["postgresql"], indirect=True)
def test_a_new_table_of_the_owner_is_closed_to_the_application_until_it_is_granted(app):
    with attacker.owner() as connection:
        connection.execute(text("CREATE TABLE later (id integer)"))
    assert {table for table, _ in rights_of("app")}.isdisjoint({"later"})
    assert ("later", "SELECT") in rights_of("audit")


def test_names_of_roles_are_quoted():
    told = list(grants('a"; DROP TABLE vouchers; --', ["vouchers"], TABLES))
    assert told[-1] == 'GRANT INSERT ON TABLE "vouchers" TO "a""; DROP TABLE vouchers; --"'


def test_the_application_does_not_start_as_the_owner(tmp_path):
    address = "postgresql+psycopg://fund:x@127.0.0.1/fund"
    with pytest.raises(RuntimeError, match="must not own"):
        create_app(Settings.for_tests(instance=tmp_path, database_url=address, owner_url=address))


def test_a_partial_key_is_known_to_the_trigger_too():
    """No table of evidence has one yet."""
    with create_engine("sqlite://").connect() as connection:
        for statement in (
            "CREATE TABLE papers (id INTEGER PRIMARY KEY, court TEXT, status TEXT)",
            "CREATE UNIQUE INDEX one_open ON papers (court) WHERE status = 'open'",
        ):
            connection.execute(text(statement))
        with Operations.context(MigrationContext.configure(connection)):
            refuse_replacing("papers")
        for row in ((1, "a", "open"), (2, "a", "closed"), (3, "b", "closed"), (4, "b", "open"), (5, "b", "closed")):
            connection.exec_driver_sql("INSERT INTO papers VALUES (?, ?, ?)", row)
        for row in ((6, "a", "open"), (7, "b", "open"), (1, "c", "closed")):
            with pytest.raises(IntegrityError, match="append-only"):
                connection.exec_driver_sql("REPLACE INTO papers VALUES (?, ?, ?)", row)
        assert connection.execute(text("SELECT count(*) FROM papers")).scalar_one() == 5


def test_the_roles_of_a_cluster_are_printed_as_sql_that_may_be_run_again(app, runner):
    result = runner.invoke(args=["roles", "--audit", "fund_test_reader"])
    if on_sqlite():
        assert result.exit_code == 1 and "只用于PostgreSQL" in result.output
        return
    assert result.exit_code == 0, result.output
    before = rights_of("app")
    with attacker.engine("administrator").connect().execution_options(no_parameters=True) as connection:
        for _ in range(2):
            connection.exec_driver_sql(result.output)
        reads = text("SELECT has_table_privilege('fund_test_reader', 'vouchers', :right)")
        assert connection.execute(reads, {"right": "SELECT"}).scalar_one() is True
        assert connection.execute(reads, {"right": "INSERT"}).scalar_one() is False
        connection.rollback()
    assert rights_of("app") == before
