"""What the database itself keeps out of the books, when every rule is bypassed."""

from datetime import date

import pytest
from sqlalchemy import insert, text, update
from sqlalchemy.exc import DBAPIError

from fundapp.core.db import db, on_sqlite, transaction
from fundapp.core.money import ZERO, yuan
from fundapp.ledger import queries as books
from fundapp.ledger.models import PostingLine, StandingBalance, Voucher
from fundapp.ledger.rules import Account, Movement
from tests.builders.ledger import a_voucher, close_month
from tests.builders.people import COURT
from tests.ledger.recomputation import balances, recomputed


@pytest.mark.parametrize(
    ("account", "change"),
    [
        (Account.FUND_BANK, {"credit": yuan("100.01")}),
        (Account.FUND_BANK, {"held": yuan("100.01")}),
        (Account.FUND_BANK, {"held": ZERO - yuan("0.01")}),
        (Account.CASE_MONEY, {"debit": yuan("50.01")}),
        (Account.CASE_MONEY, {"held": yuan("50.01")}),
    ],
    ids=["overdrawn", "promised twice", "promised less than nothing", "case money overpaid", "case money overpromised"],
)
def test_the_database_refuses_money_that_is_not_there(app, account, change):
    a_voucher("100.00")
    a_voucher("50.00", Movement.CASE_MONEY_RECEIVED, case="case:1")
    row = (StandingBalance.account == account, StandingBalance.part == "")
    with pytest.raises(DBAPIError, match=r"covered|counted"), transaction(COURT):
        db.session.execute(update(StandingBalance).where(*row).values(change))
    assert balances(COURT) == recomputed(COURT)


def copied_voucher(voucher: Voucher, **changes: object) -> dict[str, object]:
    kept = {column.key: getattr(voucher, column.key) for column in Voucher.__table__.columns if column.key != "id"}
    return kept | {"number": 99, "kind_number": 99, "name": "gone round"} | changes


@pytest.mark.parametrize(
    "changes", [{"number": 0}, {"number": 1}, {"name": "act"}, {"attachments": -1}, {"reviewed_by_id": None}], ids=str
)
def test_the_database_refuses_a_voucher_that_cannot_be(app, changes):
    voucher = a_voucher("1.00", name="act")
    changes = {key: voucher.prepared_by_id if value is None else value for key, value in changes.items()}
    with pytest.raises(DBAPIError), transaction(COURT):
        db.session.execute(insert(Voucher).values(copied_voucher(voucher, **changes)))
    assert books.voucher_count([COURT]) == 1


@pytest.mark.parametrize("changes", [{"amount": ZERO}, {"credit": Account.FUND_BANK}, {"line": 1}], ids=str)
def test_the_database_refuses_a_posting_that_cannot_be(app, changes):
    (line,) = a_voucher("1.00").lines
    kept = {column.key: getattr(line, column.key) for column in PostingLine.__table__.columns if column.key != "id"}
    with pytest.raises(DBAPIError), transaction(COURT):
        db.session.execute(insert(PostingLine).values(kept | {"line": 2} | changes))


def statements(table: str) -> list[str]:
    row = f"SELECT * FROM {table} LIMIT 1"
    if on_sqlite():
        ways = [f"REPLACE INTO {table} {row}", f"INSERT OR REPLACE INTO {table} {row}"]
    else:
        ways = [f"TRUNCATE {table} CASCADE"]
    key = "month" if table == "closed_months" else "court_code" if table == "booking_models" else "id"
    return [f"UPDATE {table} SET {key} = {key}", f"DELETE FROM {table}", *ways]


@pytest.mark.parametrize("table", ["vouchers", "posting_lines", "closed_months", "booking_models"])
def test_evidence_neither_changes_nor_goes_away(app, table):
    """I5, in the database: no UPDATE, no DELETE, no REPLACE, no TRUNCATE."""
    voucher = a_voucher("1.00")
    close_month("2018-01")
    for statement in statements(table):
        with pytest.raises(DBAPIError, match="append-only"), transaction():
            db.session.execute(text(statement))
    assert db.session.get_one(Voucher, voucher.id).total == yuan("1.00")
    assert books.is_closed(COURT, "2018-01")


def test_the_session_refuses_to_change_evidence_before_the_database_does(app):
    voucher = a_voucher("1.00")
    with pytest.raises(AssertionError, match="append-only"), transaction(COURT):
        voucher.total = yuan("2.00")
    with pytest.raises(AssertionError, match="append-only"), transaction(COURT):
        db.session.delete(voucher)


@pytest.mark.parametrize("day", [date(2017, 12, 31), date(2018, 3, 1), date(2018, 3, 31)], ids=str)
def test_a_closed_month_takes_no_voucher_by_trigger(app, day):
    voucher = a_voucher("1.00")
    close_month("2018-03")
    with pytest.raises(DBAPIError, match="the month is closed"), transaction(COURT):
        db.session.execute(insert(Voucher).values(dated(voucher, day)))
    with transaction(COURT):
        db.session.execute(insert(Voucher).values(dated(voucher, date(2018, 4, 1))))


def dated(voucher: Voucher, day: date) -> dict[str, object]:
    return copied_voucher(voucher, business_date=day, posted_on=day, month=f"{day:%Y-%m}", year=day.year)
