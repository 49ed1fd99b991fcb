"""Signed heads: taken at the end of the acts that ask for it and every hour, and checked without walking the chain."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy.exc import DBAPIError

from fundapp.core import clock, signing
from fundapp.core.db import db, on_sqlite, transaction
from fundapp.disbursement.models import Batch
from fundapp.trail import proofs, queries
from fundapp.trail import service as trail
from fundapp.trail.models import SignedHead
from fundapp.trail.rules import Event, SigningReason
from fundapp.users.rules import Role
from tests.builders.disbursement import a_signed_batch
from tests.builders.funding import a_receipt
from tests.builders.oversight import an_anchor_sheet, the_anchor
from tests.builders.people import COURT, OTHER_COURT, a_user, the_holder
from tests.builders.tampering import broken_in
from tests.builders.yearend import year_closed

NINE = datetime(2018, 3, 1, 1, 0, tzinfo=UTC)


def an_entry(*, court_code: str = COURT) -> None:
    actor = the_holder(Role.AUDITOR, court_code=court_code)
    with transaction(court_code):
        trail.record(Event.COURT_CHANGED, f"court:{court_code}", court_code=court_code, actor=actor, name="甲")


def signed_now(**how) -> SignedHead | None:
    with transaction(COURT):
        return trail.sign_grown(COURT, **how)


def heads() -> list[SignedHead]:
    return list(db.session.scalars(db.select(SignedHead).order_by(SignedHead.id)))


def test_a_head_says_which_chain_was_how_long_and_is_signed_by_a_known_key(app):
    an_entry()
    with clock.at(NINE):
        head = signed_now()
    assert (head.court_code, head.length, head.head) == (COURT, *queries.heads()[COURT])
    assert (head.signed_at, head.reason) == (NINE, SigningReason.HOURLY)
    key = signing.known_keys()[head.key_id]
    assert signing.is_signed(head.anchor.signed_text, head.signature, key)
    assert proofs.contradicted_head() is None


def test_a_chain_is_signed_when_it_has_grown_and_not_again_before(app):
    a_user()
    assert signed_now() is None, "an empty chain has no head to sign"
    with clock.at(NINE):
        an_entry()
        assert signed_now(rest=timedelta(hours=1)).length == 1, "the first time at once"
    with clock.at(NINE + timedelta(minutes=59)):
        assert signed_now() is None
        an_entry()
        assert signed_now(rest=timedelta(hours=1)) is None
    with clock.at(NINE + timedelta(hours=1)):
        assert signed_now(rest=timedelta(hours=1)).length == 2
        assert signed_now() is None
    assert [head.length for head in heads()] == [1, 2]


@pytest.mark.parametrize(
    ("act", "event", "reason"),
    [
        (lambda: a_signed_batch("5000.00"), Event.BATCH_SIGNED, SigningReason.BATCH),
        (an_anchor_sheet, Event.ANCHOR_HANDED_OUT, SigningReason.ANCHOR),
    ],
    ids=["batch", "anchor"],
)
def test_an_act_signs_the_head_after_its_own_entry(app, act, event, reason):
    act()
    [entry] = db.session.scalars(queries.entries(frozenset({COURT}), event=event)).all()
    [head] = [head for head in heads() if head.reason is reason]
    assert (head.length, head.head) == (entry.seq, entry.seal)


def test_each_closed_month_and_the_closed_year_sign_the_head(app):
    with clock.at(date(2018, 1, 5)):
        a_receipt("100.00", day=date(2018, 1, 5))
    year_closed()
    told = [(head.reason, head.length) for head in heads()]
    entries = db.session.scalars(queries.entries(frozenset({COURT})).order_by(queries.ENTRIES_KEY)).all()
    months = [entry.seq for entry in entries if entry.event is Event.MONTH_CLOSED]
    [year] = [entry.seq for entry in entries if entry.event is Event.YEAR_CLOSED]
    assert told == [*((SigningReason.MONTH_CLOSE, seq) for seq in months), (SigningReason.YEAR_CLOSE, year)]
    assert len(months) == 12
    assert proofs.missing_head() is None


def test_an_act_that_is_rolled_back_leaves_no_signature(app):
    an_entry()
    with pytest.raises(ZeroDivisionError), transaction(COURT):
        sign_and_fail()
    assert heads() == []


def sign_and_fail() -> None:
    trail.sign_head(COURT, reason=SigningReason.BATCH)
    raise ZeroDivisionError


def test_a_head_is_signed_once_for_each_reason(app):
    an_entry()
    for reason in (SigningReason.BATCH, SigningReason.HOURLY):
        with transaction(COURT):
            trail.sign_head(COURT, reason=reason)
    with pytest.raises(DBAPIError), transaction(COURT):
        trail.sign_head(COURT, reason=SigningReason.BATCH)


# what is found


FAKE = "ab" * 32


@pytest.mark.parametrize(
    ("column", "value", "told"),
    [
        ("signature", "00" * 64, "与其签名不符"),
        ("head", FAKE, "与其签名不符"),
        ("reason", "batch", "与其签名不符"),
        ("key_id", "ab" * 16, f"由不认识的密钥{'ab' * 16}签名"),
    ],
)
def test_a_changed_head_is_found_and_named(app, column, value, told):
    with clock.at(NINE):
        an_entry()
        signed_now()
    with broken_in() as intruder:
        intruder.run(f"UPDATE signed_heads SET {column} = ?", value)
    assert f"湘0602: 第1条（2018-03-01 09:00签名）{told}" in proofs.contradicted_head()


def test_a_key_that_was_used_before_still_counts_and_a_foreign_one_does_not(app, monkeypatch):
    an_entry()
    signed_now()
    settings, old = app.config["SETTINGS"], signing.public_key()
    monkeypatch.setitem(app.config, "SETTINGS", replace(settings, sign_key=bytes(32)))
    assert "不认识的密钥" in proofs.contradicted_head()
    monkeypatch.setitem(app.config, "SETTINGS", replace(settings, sign_key=bytes(32), former_keys=(old,)))
    assert proofs.contradicted_head() is None


def test_an_entry_that_runs_against_time_is_found_whatever_the_seals_say(app):
    """I20."""
    for hour in range(3):
        with clock.at(NINE + timedelta(hours=hour)):
            an_entry()
    with broken_in() as intruder:
        earlier = NINE - timedelta(days=1)
        intruder.run(
            "UPDATE trail_entries SET recorded_at = ? WHERE seq = 2",
            f"{earlier:%Y-%m-%d %H:%M:%S.%f}" if on_sqlite() else earlier,
        )
        intruder.rehash()
    told = "湘0602: entry 2 (courts.court.changed court:湘0602) is earlier than the entry before"
    assert queries.first_break(COURT) == told


def test_entries_over_two_hours_without_a_signature_are_found(app):
    """I19."""
    with clock.at(NINE):
        an_entry()
    with clock.at(NINE + timedelta(hours=2)):
        an_entry()
    assert proofs.missing_head() is None
    with clock.at(NINE + timedelta(hours=2, minutes=1)):
        an_entry()
        assert "湘0602: 第1条至第3条前后超过两小时没有链头签名" in proofs.missing_head()
        signed_now()
    assert proofs.missing_head() is None


def test_a_signed_act_whose_signature_is_gone_is_found(app):
    with clock.at(NINE):
        an_entry()
        signed_now()
    with clock.at(date(2018, 6, 21)):
        a_signed_batch("5000.00")
    batch = db.session.scalars(db.select(Batch)).one()
    with broken_in() as intruder:
        intruder.run("DELETE FROM signed_heads WHERE reason = 'batch'")
    with clock.at(date(2018, 6, 22)):
        an_entry()
        signed_now()
    assert f"（disbursement.batch.signed {batch.subject}）之后应有链头签名" in proofs.missing_head()


# anchors


def test_anchors_of_several_courts_are_proved_and_those_of_unknown_courts_are_not(app):
    here, there = the_anchor(an_anchor_sheet()), the_anchor(an_anchor_sheet(court_code=OTHER_COURT))
    foreign = here._replace(court_code="湘9999")
    known = signing.known_keys()
    assert proofs.proved([here, there], known) == [(here, None), (there, None)]
    [(_anchor, problem)] = proofs.proved([foreign], known)
    assert "湘9999: 第1条" in problem and "与其签名不符" in problem
    resigned = foreign._replace(signature=signing.sign(foreign.signed_text))
    assert "现在只有0条" in proofs.proved([resigned], known)[0][1]
    assert proofs.proved([], known) == []


def test_an_entry_broken_behind_the_anchor_does_not_speak_against_it(app):
    anchor = the_anchor(an_anchor_sheet())
    an_entry()
    with broken_in() as intruder:
        intruder.edit(anchor.length + 1)
    assert proofs.proved([anchor], signing.known_keys()) == [(anchor, None)]
    with broken_in() as intruder:
        intruder.run("DELETE FROM trail_entries WHERE seq = 1")
        intruder.run("UPDATE trail_entries SET seal = ? WHERE seq = ?", anchor.head, anchor.length)
    [(_anchor, problem)] = proofs.proved([anchor], signing.known_keys())
    assert "湘0602: 第1条" in problem
