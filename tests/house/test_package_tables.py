"""What is kept leaves in the audit package: every table and every column of the database, or the reason why not."""

import sqlite3
from collections import defaultdict
from dataclasses import replace

import pytest

from fundapp.core.db import db
from fundapp.core.tables import TABLES, Scope
from tests.builders.people import COURT, the_books

LEFT_OUT = {
    "books": "the heads of the chains, which the manifest has",
    "number_series": "the last voucher numbers, which the vouchers have",
}
"""Tables that no table of the package tells, and why."""

LEFT_OUT_COLUMNS = {
    "advances.live_key": "keeps a creditor from being advanced twice; follows from the status",
    "attachments.content": "papers are handed over apart; the package has their SHA-256",
    "batch_lines.live_advance_id": "keeps an advance from standing in two batches; follows from the status",
    "case_imports.content": "the file itself, sealed until it is imported",
    "case_imports.rejects": "rows that became no records, sealed",
    "ceremony_lines.court_code": "that of its ceremony",
    "ceremony_lines.live_advance_id": "keeps an advance from standing on two lists; follows from the status",
    "ceremony_lines.live_payout_id": "likewise",
    "closed_years.id": "nothing refers to it",
    "finding_steps.id": "nothing refers to it",
    "opening_lines.id": "nothing refers to it",
    "openings.faults": "sealed rows of a file that was not imported",
    "reopened_months.court_code": "that of the closing",
    "sample_items.id": "nothing refers to it",
    "sign_ins.token_digest": "a secret",
    "standing_balances.debit": "follows from the postings",
    "standing_balances.credit": "follows from the postings",
    "standing_balances.held": "follows from the reservations",
    "standing_balances.guard": "a rule of the chart of accounts",
    "users.failed_attempts": "stands on the trail",
    "users.locked_until": "stands on the trail",
    "users.must_change_password": "of the sign-in alone",
    "users.password_hash": "a secret",
    "verifications.court_code": "the court on whose trail it stands; a verification is of all courts",
    "vouchers.month": "the month of the day under which it stands",
}
"""Columns likewise. Versions count changes, which the trail has."""

Read = dict[str, set[str]]


def read_by_the_package(scope: Scope) -> Read:
    """The columns that SQLite is asked to read, by table, while every table of the package is read to its end."""
    read: Read = defaultdict(set)

    def watch(action: int, first: str | None, second: str | None, database: str | None, within: str | None) -> int:
        if action == sqlite3.SQLITE_READ and first and second:
            read[first].add(second)
        return sqlite3.SQLITE_OK

    for table in TABLES:
        db.session.rollback()
        db.session.connection().connection.dbapi_connection.set_authorizer(watch)
        for row in table.rows(scope):
            assert len(row) == len(table.columns), table.name
    return read


@pytest.fixture
def read(live_app) -> Read:
    the_books()
    masked = Scope((COURT,), 2018)
    read = read_by_the_package(masked)
    for table, columns in read_by_the_package(replace(masked, is_unmasked=True)).items():
        read[table] |= columns
    db.session.rollback()
    db.engine.dispose()
    return read


def test_every_table_and_column_leaves_in_the_package_or_is_left_out_for_a_reason(read):
    kept = {name: {column.name for column in table.columns} for name, table in db.metadata.tables.items()}
    untold = {name for name in kept if not read[name]}
    assert untold == LEFT_OUT.keys()
    missing = {
        f"{name}.{column}" for name in kept.keys() - untold for column in kept[name] - read[name] if column != "version"
    }
    assert missing == LEFT_OUT_COLUMNS.keys()


def test_a_column_that_no_table_reads_is_found(read):
    assert "content" not in read["attachments"]
    assert {"identity", "phone"} <= read["parties"]
