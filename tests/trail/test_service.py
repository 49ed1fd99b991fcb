"""Recording and attaching: declared, in order, by somebody, in the act's own transaction."""

import hashlib
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from fundapp.core import clock
from fundapp.core.db import db, transaction
from fundapp.core.errors import RuleViolation
from fundapp.trail import queries
from fundapp.trail import service as trail
from fundapp.trail.models import TrailEntry
from fundapp.trail.rules import Event
from tests.builders.people import COURT, OTHER_COURT, a_user

NOON = datetime(2018, 3, 1, 4, 0, tzinfo=UTC)
PDF = b"%PDF-1.7\n"
PNG = b"\x89PNG\r\n\x1a\n"
JPG = b"\xff\xd8\xff\xe0"


def rename(actor, name="甲", *, court_code=COURT) -> None:
    trail.record(Event.COURT_CHANGED, f"court:{court_code}", court_code=court_code, actor=actor, name=name)


def test_an_entry_says_who_what_when_and_is_sealed_onto_the_one_before(app):
    actor = a_user()
    before, head = queries.heads()[COURT]
    with clock.at(NOON), transaction(COURT):
        rename(actor)
    entry = queries.history(f"court:{COURT}")[-1]
    assert (entry.seq, entry.previous) == (before + 1, head)
    assert (entry.event, entry.actor_id, entry.recorded_at) == (Event.COURT_CHANGED, actor.id, NOON)
    assert entry.told == {"name": "甲"}
    assert queries.heads()[COURT] == (before + 1, entry.seal)


def test_each_court_has_a_chain_of_its_own_without_a_gap(app):
    here, there = a_user(), a_user(court_code=OTHER_COURT)
    for _ in range(3):
        with transaction(COURT, OTHER_COURT):
            rename(here)
            rename(there, court_code=OTHER_COURT)
    for court_code in (COURT, OTHER_COURT):
        entries = db.session.scalars(db.select(TrailEntry).where(TrailEntry.court_code == court_code)).all()
        assert [entry.seq for entry in entries] == [1, 2, 3]
        assert queries.first_break(court_code) is None


@pytest.mark.parametrize("facts", [{}, {"name": "甲", "more": "x"}, {"other": "甲"}], ids=str)
def test_facts_are_those_declared_no_fewer_no_more(app, facts):
    actor = a_user()
    with pytest.raises(AssertionError, match="wants"), transaction(COURT):
        trail.record(Event.COURT_CHANGED, "court:x", court_code=COURT, actor=actor, **facts)
    assert not queries.history("court:x")


def test_a_clock_that_goes_back_stops_all_acts_and_nothing_is_recorded(app):
    """I20, I27: time does not fall along a chain; fail closed."""
    actor = a_user()
    with clock.at(NOON), transaction(COURT):
        rename(actor)
    kept = queries.heads()
    with (
        clock.at(NOON - timedelta(microseconds=1)),
        pytest.raises(RuleViolation, match="服务器时间2018-03-01 11:59:59早于上一笔操作留痕的时间2018-03-01 12:00:00"),
        transaction(COURT),
    ):
        rename(actor, "乙")
    assert queries.heads() == kept
    with clock.at(NOON), transaction(COURT):
        rename(actor, "乙")
    assert queries.heads()[COURT][0] == kept[COURT][0] + 1


def test_a_book_is_not_given_to_another_court(app):
    with pytest.raises(DBAPIError, match="the book is of another court"), transaction():
        db.session.execute(text("UPDATE books SET court_code = 'x' WHERE court_code = :court"), {"court": COURT})


def test_an_act_that_is_rolled_back_leaves_no_entry_and_no_gap(app):
    actor = a_user()
    kept = queries.heads()
    with pytest.raises(RuleViolation), transaction(COURT):
        record_and_refuse(actor)
    assert queries.heads() == kept
    with transaction(COURT):
        rename(actor)
    assert queries.first_break(COURT) is None


def record_and_refuse(actor) -> None:
    rename(actor)
    raise RuleViolation("不予办理。")


# papers


@pytest.mark.parametrize(
    ("content", "media_type"),
    [(PDF, "application/pdf"), (PNG, "image/png"), (JPG, "image/jpeg")],
    ids=["pdf", "png", "jpg"],
)
def test_a_paper_is_kept_whole_with_its_digest_and_told(app, content, media_type):
    actor = a_user()
    with transaction(COURT):
        kept = trail.attach("receipt:1", file_name="C:\\扫描\\回单.exe", content=content, court_code=COURT, actor=actor)
    (found,) = queries.attachments("receipt:1")
    assert found == kept and queries.attachment(kept.id, frozenset({COURT})) == kept
    assert (found.file_name, found.media_type, found.content) == ("回单.exe", media_type, content)
    assert (found.size, found.digest) == (len(content), hashlib.sha256(content).hexdigest())
    (entry,) = queries.history("receipt:1")
    assert entry.event is Event.PAPER_ATTACHED
    assert entry.told == {"file_name": "回单.exe", "digest": found.digest}


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "附件为空"),
        (b"MZ\x90\x00" + b"\x00" * 100, "只能是 PDF、PNG 或 JPG"),
        (b"PK\x03\x04", "只能是 PDF、PNG 或 JPG"),
        (b"<html>%PDF-", "只能是 PDF、PNG 或 JPG"),
        (PDF + b"\x00" * (10 * 1024 * 1024 - len(PDF) + 1), "超过10MB"),
    ],
    ids=["empty", "program", "archive", "page", "10 MB and a byte"],
)
def test_a_paper_is_judged_by_its_content_not_by_its_name(app, content, told):
    actor = a_user()
    with pytest.raises(RuleViolation, match=told), transaction(COURT):
        trail.attach("receipt:1", file_name="回单.pdf", content=content, court_code=COURT, actor=actor)
    assert not queries.attachments("receipt:1") and not queries.history("receipt:1")


def test_a_paper_of_ten_megabytes_is_kept(app):
    actor = a_user()
    content = PDF + b"\x00" * (10 * 1024 * 1024 - len(PDF))
    with transaction(COURT):
        kept = trail.attach("receipt:1", file_name="a" * 300 + ".pdf", content=content, court_code=COURT, actor=actor)
    assert kept.size == 10 * 1024 * 1024
    assert len(kept.file_name) == 200 and kept.file_name.endswith(".pdf")
