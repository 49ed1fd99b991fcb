"""Anchor sheets handed out, verifications taken down, and the duties of the night."""

import hashlib
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from fundapp.core import clock, jobs
from fundapp.core.db import db, on_sqlite, transaction
from fundapp.core.errors import NotFound
from fundapp.core.jobs import JobState
from fundapp.core.money import yuan
from fundapp.oversight import nightly, queries, service
from fundapp.oversight.models import AnchorSheet, Verification
from fundapp.oversight.rules import Light
from fundapp.trail import queries as acts
from fundapp.trail.models import SignedHead
from fundapp.trail.rules import Event, SigningReason
from fundapp.users.rules import Role
from tests.attacker import DENIED, owner
from tests.builders.funding import a_receipt
from tests.builders.ledger import a_voucher
from tests.builders.oversight import an_anchor_sheet, the_anchor
from tests.builders.people import COURT, OTHER_COURT, SUPERIOR, a_user, the_holder
from tests.builders.tampering import broken_in

NIGHT = datetime(2018, 3, 1, 18, 30, tzinfo=UTC)  # half past two on March 2 at the court


def test_a_sheet_tells_the_figures_of_the_books_and_its_head_covers_its_own_entry(app):
    with clock.at(date(2018, 3, 1)):
        a_voucher("1000.00")
        a_voucher("234.50")
        a_voucher("9.00", court_code=OTHER_COURT)
        sheet = an_anchor_sheet()
    assert (sheet.vouchers, sheet.posted, sheet.deposit) == (2, yuan("1234.50"), yuan("1234.50"))
    assert sheet.debit == sheet.credit == yuan("1234.50")
    [entry] = acts.history(sheet.subject)
    assert (entry.event, entry.seq) == (Event.ANCHOR_HANDED_OUT, sheet.length)
    assert entry.told == {
        "recipient": "岳阳市审计局",
        "kept_at": "审计局档案室保险柜",
        "vouchers": "2",
        "posted": "1234.50",
        "debit": "1234.50",
        "credit": "1234.50",
        "deposit": "1234.50",
    }
    anchor = the_anchor(sheet)
    assert (anchor.length, anchor.head, anchor.reason) == (entry.seq, entry.seal, SigningReason.ANCHOR.value)


def test_a_sheet_of_a_court_without_books_says_nothing_was_booked(app):
    sheet = an_anchor_sheet()
    assert (sheet.length, sheet.vouchers, sheet.posted.amount, sheet.debit.amount) == (1, 0, 0, 0)


def test_a_sheet_of_another_court_is_not_there(app):
    sheet = an_anchor_sheet()
    assert queries.anchor_sheet(sheet.id, frozenset({COURT})) == sheet
    with pytest.raises(NotFound):
        queries.anchor_sheet(sheet.id, frozenset({OTHER_COURT}))


def test_sheets_heads_and_verifications_neither_change_nor_go_away(app):
    an_anchor_sheet()
    nightly.verify_books()
    for table in ("anchor_sheets", "signed_heads", "verifications"):
        way = f"REPLACE INTO {table} SELECT * FROM {table}" if on_sqlite() else f"TRUNCATE {table} CASCADE"
        for statement in (f"UPDATE {table} SET id = id", f"DELETE FROM {table}", way):
            with pytest.raises(DBAPIError, match=DENIED), transaction():
                db.session.execute(text(statement))


# verifications


def test_a_verification_is_kept_and_told_on_the_trail_of_the_district_s_first_court(app):
    a_receipt("100.00")
    found = nightly.verify_books()
    assert (found.court_code, found.is_ok, found.problems) == (SUPERIOR, True, "")
    assert found.checks > 30
    [entry] = acts.history(found.subject)
    empty = hashlib.sha256(b"").hexdigest()
    assert entry.told == {"checks": str(found.checks), "problems": "0", "digest": empty}
    assert entry.actor.username == "operator-06"
    newest = acts.last_signed(SUPERIOR)
    assert (newest.length, newest.head) == acts.heads()[SUPERIOR], "its own entry does not stay unsigned"


def test_a_court_whose_book_was_taken_away_is_verified_at_night_and_told_on_another_s_trail(app):
    a_voucher("1.00")
    db.session.rollback()
    with owner() as connection:
        connection.execute(text("DELETE FROM books WHERE court_code <> :kept"), {"kept": OTHER_COURT})
    nightly.verify_books_when_due()
    found = queries.last_verification()
    assert (found.court_code, found.is_ok) == (OTHER_COURT, False)
    assert f"{SUPERIOR}: 登记留痕末端的账簿行已不存在" in found.problems
    assert f"{COURT}: 登记留痕末端的账簿行已不存在" in found.problems


def test_every_problem_is_taken_down_with_its_check(app):
    auditor = the_holder(Role.AUDITOR)
    told = [("甲", None), ("乙", "湘0602: 不符"), ("丙", "湘0603: 缺号")]
    with transaction(COURT):
        found = service.record_verification(told, court_code=COURT, actor=auditor)
    assert (found.checks, found.is_ok, found.problems) == (3, False, "乙: 湘0602: 不符\n丙: 湘0603: 缺号")
    [entry] = acts.history(found.subject)
    assert entry.told["problems"] == "2"
    assert entry.told["digest"] == hashlib.sha256(found.problems.encode()).hexdigest()


def test_the_database_refuses_a_verification_that_is_well_and_has_problems(app):
    for is_ok, problems in ((True, "甲: 不符"), (False, "")):
        with pytest.raises(DBAPIError), transaction(COURT):
            db.session.add(
                Verification(court_code=COURT, verified_at=clock.now(), checks=1, problems=problems, is_ok=is_ok)
            )


def test_an_auditor_s_verification_is_his_own_act(app):
    auditor = a_user(Role.AUDITOR)
    auditor_id = auditor.id
    db.session.rollback()
    job = jobs.found(jobs.start(nightly.BY_HAND, owner_id=auditor_id, user_id=auditor_id), owner_id=auditor_id)
    assert job.state is JobState.DONE
    found = queries.last_verification()
    assert (str(found.id), found.court_code) == (job.result, COURT)
    [entry] = acts.history(found.subject)
    assert entry.actor_id == auditor_id


# by night


def verified() -> int:
    nightly.verify_books_when_due()
    return len(db.session.scalars(db.select(Verification)).all())


def test_the_books_are_verified_once_a_night_and_later_when_the_server_slept(app):
    assert verified() == 0, "a system without entries has nothing to verify"
    with clock.at(NIGHT - timedelta(hours=10)):
        a_voucher("1.00")
        assert verified() == 1, "the first time at once"
        assert verified() == 1
    with clock.at(NIGHT - timedelta(seconds=1)):
        assert verified() == 1
    with clock.at(NIGHT):
        assert verified() == 2
        assert verified() == 2
    with clock.at(NIGHT + timedelta(days=3, hours=5)):
        assert verified() == 3


def test_chains_are_signed_by_the_hour_each_for_itself(app):
    with clock.at(NIGHT):
        a_voucher("1.00")
        a_voucher("1.00", court_code=OTHER_COURT)
        nightly.sign_heads_when_due()
    with clock.at(NIGHT + timedelta(minutes=50)):
        a_voucher("2.00")
        nightly.sign_heads_when_due()
    with clock.at(NIGHT + timedelta(minutes=60)):
        nightly.sign_heads_when_due()
        assert nightly.sign_heads() == []
    lengths = [
        (head.court_code, head.length) for head in db.session.scalars(db.select(SignedHead).order_by(SignedHead.id))
    ]
    here, there = acts.heads()[COURT][0], acts.heads()[OTHER_COURT][0]
    assert lengths == [(COURT, here - 1), (OTHER_COURT, there), (COURT, here)]


# the light


def test_the_light_turns_red_when_a_verification_failed_or_none_ran_for_36_hours(app):
    scope = frozenset({COURT})
    assert queries.verification_light(scope) == (None, Light.WAITING)
    with clock.at(NIGHT):
        a_voucher("1.00")
        assert queries.verification_light(scope)[1] is Light.WAITING
        first = nightly.verify_books()
        assert queries.verification_light(scope) == (first, Light.OK)
    with clock.at(NIGHT + timedelta(hours=36)):
        assert queries.verification_light(scope)[1] is Light.OK
    with clock.at(NIGHT + timedelta(hours=37)):
        assert queries.verification_light(scope) == (first, Light.LATE)
        assert queries.verification_light(frozenset({OTHER_COURT})) == (first, Light.OK), "no books, nothing late"
        with broken_in() as intruder:
            intruder.edit(1)
        failed = nightly.verify_books()
        assert queries.verification_light(scope) == (failed, Light.FAILED)
        assert "湘0602: entry 1 " in failed.problems


def test_a_sheet_without_its_signed_head_has_no_anchor(app):
    sheet = an_anchor_sheet()
    with broken_in() as intruder:
        intruder.forget_heads(after=0)
    assert queries.anchor_of(db.session.get(AnchorSheet, sheet.id)) is None
