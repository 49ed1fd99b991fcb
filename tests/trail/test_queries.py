"""Reading the trail, and finding where it was tampered with."""

import pytest
from sqlalchemy import text

from fundapp.core.db import db, transaction
from fundapp.core.errors import NotFound
from fundapp.trail import queries
from fundapp.trail import service as trail
from fundapp.trail.rules import Event
from tests.attacker import unguarded
from tests.builders.people import COURT, OTHER_COURT, a_user


def five_entries() -> None:
    actor = a_user()
    for number in range(5):
        with transaction(COURT):
            trail.record(Event.COURT_CHANGED, f"court:{number}", court_code=COURT, actor=actor, name=f"名{number}")


@pytest.mark.parametrize(
    ("tampering", "told"),
    [
        (
            ['UPDATE trail_entries SET facts = \'{"name":"改"}\' WHERE seq = 3'],
            "entry 3 (courts.court.changed court:2)",
        ),
        (["UPDATE trail_entries SET subject = 'court:9' WHERE seq = 3"], "entry 3 (courts.court.changed court:9)"),
        (["UPDATE trail_entries SET event = 'courts.court.created' WHERE seq = 3"], "entry 3 (courts.court.created"),
        (["UPDATE trail_entries SET recorded_at = '2018-01-01 00:00:00.000000+00:00' WHERE seq = 1"], "entry 1 "),
        (["UPDATE trail_entries SET seal = previous WHERE seq = 5"], "entry 5 "),
        (["UPDATE trail_entries SET previous = seal WHERE seq = 2"], "entry 2 "),
        (["DELETE FROM trail_entries WHERE seq = 1"], "entry 1 is missing"),
        (["DELETE FROM trail_entries WHERE seq = 3"], "entry 3 is missing"),
        (["DELETE FROM trail_entries WHERE seq = 5"], "the chain ends at entry 4, its book says 5"),
        (["DELETE FROM trail_entries"], "the chain ends at entry 0, its book says 5"),
        (
            [
                "UPDATE trail_entries SET seq = 9 WHERE seq = 2",
                "UPDATE trail_entries SET seq = 2 WHERE seq = 3",
                "UPDATE trail_entries SET seq = 3 WHERE seq = 9",
            ],
            "entry 2 (courts.court.changed court:2)",
        ),
        (
            ["DELETE FROM trail_entries WHERE seq = 3", "UPDATE trail_entries SET seq = seq - 1 WHERE seq > 3"],
            "entry 3 (courts.court.changed court:3)",
        ),
        (
            [
                "DELETE FROM trail_entries WHERE seq = 5",
                "UPDATE books SET chain_length = 4 WHERE court_code = '湘0602'",
            ],
            "the chain ends at entry 4, its book says 4",
        ),
    ],
    ids=[
        "facts edited",
        "subject edited",
        "event edited",
        "moment edited",
        "seal edited",
        "link edited",
        "first deleted",
        "one deleted",
        "tail cut",
        "all deleted",
        "two swapped",
        "deleted and closed up",
        "tail cut and counted again",
    ],
)
def test_each_kind_of_tampering_is_found_and_named(app, tampering, told):
    five_entries()
    assert queries.first_break(COURT) is None
    with unguarded("trail_entries") as database:
        for statement in tampering:
            database.execute(text(statement))
    assert f"{COURT}: {told}" in queries.first_break(COURT)
    assert queries.first_break(OTHER_COURT) is None


def test_an_entry_by_another_hand_is_found(app):
    five_entries()
    somebody_else = a_user()
    with unguarded("trail_entries") as database:
        database.execute(text("UPDATE trail_entries SET actor_id = :id WHERE seq = 4"), {"id": somebody_else.id})
    assert "entry 4 (courts.court.changed court:3) does not match" in queries.first_break(COURT)


def test_the_list_is_narrowed_by_court_event_and_record(app):
    five_entries()
    actor = a_user(court_code=OTHER_COURT)
    with transaction(OTHER_COURT):
        trail.attach("court:0", file_name="a.png", content=b"\x89PNG", court_code=OTHER_COURT, actor=actor)

    def found(scope, **narrowed) -> int:
        return len(db.session.scalars(queries.entries(frozenset(scope), **narrowed)).all())

    assert found([COURT]) == 5
    assert found([COURT, OTHER_COURT]) == 6
    assert found([COURT, OTHER_COURT], subject="court:0") == 2
    assert found([COURT, OTHER_COURT], event=Event.PAPER_ATTACHED) == 1
    assert found([COURT], event=Event.PAPER_ATTACHED) == 0
    assert found([]) == 0


def test_a_paper_of_another_court_is_not_there(app):
    actor = a_user()
    with transaction(COURT):
        paper = trail.attach("court:0", file_name="a.png", content=b"\x89PNG", court_code=COURT, actor=actor)
    for attachment_id, scope in [(paper.id, {OTHER_COURT}), (paper.id + 1, {COURT})]:
        with pytest.raises(NotFound):
            queries.attachment(attachment_id, frozenset(scope))
