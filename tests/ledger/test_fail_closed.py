"""I27: if the audit write, the chain append or the clock check fails, nothing is posted, and reading goes on."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from fundapp.core import clock
from fundapp.core.db import on_sqlite, run, transaction
from fundapp.core.errors import RuleViolation
from fundapp.core.money import yuan
from fundapp.ledger import queries as books
from fundapp.ledger import service as ledger
from fundapp.ledger.rules import Movement, booked
from fundapp.trail import queries as trail
from fundapp.users.rules import Role
from tests import attacker
from tests.builders.ledger import a_voucher, how_posted
from tests.builders.people import COURT, a_user
from tests.ledger.recomputation import balances, recomputed

BROKEN = "no space left"


def broken(table: str, act: str) -> None:
    """From now on the database fails at this act, as when the disk of the audit trail is full."""
    with attacker.owner() as connection:
        if on_sqlite():
            failing = f"CREATE TRIGGER failing BEFORE {act} ON {table} BEGIN SELECT RAISE(ABORT, '{BROKEN}'); END"
            connection.execute(text(failing))
            return
        connection.execute(
            text(
                "CREATE FUNCTION failing() RETURNS trigger LANGUAGE plpgsql AS "
                f"$$ BEGIN RAISE EXCEPTION '{BROKEN}'; END $$"
            )
        )
        connection.execute(
            text(f"CREATE TRIGGER failing BEFORE {act} ON {table} FOR EACH ROW EXECUTE FUNCTION failing()")
        )


@pytest.mark.parametrize(
    ("table", "act"),
    [
        ("trail_entries", "INSERT"),
        ("books", "UPDATE"),
        ("number_series", "UPDATE"),
        ("posting_lines", "INSERT"),
        ("standing_balances", "UPDATE"),
        ("day_totals", "UPDATE"),
    ],
)
def test_a_write_that_fails_anywhere_posts_nothing_and_the_books_stay_readable(app, sign_in, table, act):
    a_voucher("100.00")
    client = sign_in(a_user(Role.AUDITOR))
    before = state()
    broken(table, act)
    with pytest.raises(DBAPIError, match=BROKEN):
        a_voucher("1.00")
    assert state() == before
    for page in ("/ledger", "/ledger/trial-balance", "/closings"):
        assert client.get(page).status_code == 200


def test_a_clock_that_runs_back_posts_nothing_and_the_books_stay_readable(app, sign_in):
    a_voucher("100.00")
    client = sign_in(a_user(Role.AUDITOR))
    before = state()
    last = clock.now()
    with clock.at(last - timedelta(seconds=30)), pytest.raises(RuleViolation) as refused:
        a_voucher("1.00")
    assert refused.value.params["now"] == f"{clock.local(last - timedelta(seconds=30)):%Y-%m-%d %H:%M:%S}"
    assert str(refused.value).startswith("服务器时间20") and "早于上一笔操作留痕的时间20" in str(refused.value)
    assert state() == before
    assert client.get("/ledger").status_code == 200


def test_a_chain_that_moved_under_its_lock_posts_nothing(app):
    """The head is moved only from where it was read: the append itself would fail, whatever took the lock away."""
    a_voucher("100.00")
    before = state()
    with pytest.raises(AssertionError, match="the chain moved"):
        post_on_a_chain_that_moved()
    assert state() == before


def post_on_a_chain_that_moved() -> None:
    how = how_posted()
    with transaction(COURT):
        run("UPDATE books SET chain_length = chain_length + 1")
        ledger.post("act:behind", [booked(Movement.APPROPRIATION_RECEIVED, yuan("1.00"))], **how)


State = tuple[int, dict[str, tuple[int, str]], dict[tuple[str, str, str], tuple[int, int]]]


def state() -> State:
    assert balances(COURT) == recomputed(COURT)
    return books.voucher_count([COURT]), trail.heads(), balances(COURT)


def test_a_clock_that_had_run_ahead_is_told_with_both_times_by_the_court_s_clock(app):
    a_voucher("100.00")
    with clock.at(datetime(2036, 1, 1, 1, 2, 3, tzinfo=UTC)):
        a_voucher("1.00")
    with clock.at(datetime(2026, 11, 26, 1, 0, tzinfo=UTC)), pytest.raises(RuleViolation) as refused:
        a_voucher("1.00")
    assert refused.value.params == {"now": "2026-11-26 09:00:00", "last": "2036-01-01 09:02:03"}
    assert "服务器时间有误" in str(refused.value)
    assert "服务器时间有误" in Path("docs/operations.md").read_text(encoding="utf-8"), "the procedure that it names"
