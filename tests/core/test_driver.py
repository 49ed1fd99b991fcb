"""Statements that go straight to the driver, and what a connection to PostgreSQL keeps of them."""

import pytest
from sqlalchemy import text

from fundapp.core.db import db, run, run_set, together, transaction

PREPARED = text("SELECT COUNT(*) FROM pg_prepared_statements WHERE statement LIKE 'SELECT $1, %asked%'")
ASKED = "SELECT ?, 'asked'"


def prepared() -> int:
    return db.session.execute(PREPARED).scalar_one()


@pytest.mark.parametrize("app", ["postgresql"], indirect=True)
def test_what_a_reading_prepared_is_kept_when_it_ends_and_serves_numbers_of_every_size(app):
    for number in (1, 70_000, 5_000_000_000):
        assert run(ASKED, (number,)) == [(number, "asked")]
        db.session.rollback()
    assert prepared() == 1
    db.session.rollback()
    db.session.execute(text("INSERT INTO courts (code, name, level, version) VALUES ('x', 'x', 'basic', 1)"))
    db.session.rollback()
    assert prepared() == 0  # what wrote something is rolled back in earnest
    assert db.session.execute(text("SELECT COUNT(*) FROM courts WHERE code = 'x'")).scalar_one() == 0


def test_what_is_written_together_is_written_once_and_whole(app):
    row = "INSERT INTO courts (code, name, level, version) VALUES {rows}"
    with transaction(), together():
        run_set(row, [("x", "x", "basic", 1), ("y", "y", "basic", 1)])
        run_set("UPDATE courts SET name = v.column2 FROM (VALUES {rows}) v WHERE code = v.column1", [("none", "z")])
    written = text("SELECT code, name FROM courts WHERE code IN ('x', 'y') ORDER BY code")
    assert [tuple(found) for found in db.session.execute(written)] == [("x", "x"), ("y", "y")]
