"""Ten kinds of tampering against three detectors: the nightly walk, the signed heads, and an anchor kept outside.

The chain of twelve entries is signed at 4, at 9 with the anchor that is handed out, and at its end. What is done by
hand is done on a connection of the intruder's own.
"""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import pytest

from fundapp.core import clock, signing
from fundapp.core.db import transaction
from fundapp.oversight import nightly, service
from fundapp.oversight import queries as oversight
from fundapp.trail import proofs, queries
from fundapp.trail import service as trail
from fundapp.trail.rules import Anchor, Event, anchor_of
from fundapp.users.rules import Role
from tests.builders.people import COURT, the_holder
from tests.builders.tampering import Deed, Intruder, broken_in

NINE = datetime(2018, 3, 1, 1, 0, tzinfo=UTC)


class Seen(NamedTuple):
    """What each detector says of a deed; None where it sees nothing, and must not be relied on to."""

    chain: str | None
    heads: str | None
    anchor: str | None


def deed(*steps: tuple[str, dict[str, int]] | str) -> Deed:
    """The intruder's steps, by the names of what he does."""

    def done(intruder: Intruder) -> None:
        for step in steps:
            name, values = (step, {}) if isinstance(step, str) else step
            getattr(intruder, name)(**values)

    return done


EDIT_6 = ("edit", {"seq": 6})
EDIT_11 = ("edit", {"seq": 11})
SWAP = ("swap", {"one": 6, "other": 7})
DELETE_6 = ("delete", {"from_seq": 6, "to_seq": 6})
INSERT = ("insert_after", {"seq": 6})
CUT_BACK = ("delete", {"from_seq": 5, "to_seq": 99})
CUT = ("delete", {"from_seq": 9, "to_seq": 99})
FORGET_6 = ("forget_heads", {"after": 6})
FORGET_8 = ("forget_heads", {"after": 8})

OTHER_AT_9 = "湘0602: 第9条（2018-03-01 17:00签名）时的校验码与现在的不同"
CUT_AT_9 = "湘0602: 第9条（2018-03-01 17:00签名）时留痕有9条，现在只有8条"
WALKED = "湘0602: 第9条的存证码与留痕相符，但第6条"

KINDS: dict[str, tuple[Deed, Seen]] = {
    "1 a row edited": (deed(EDIT_6), Seen("湘0602: entry 6 ", None, WALKED)),
    "2 two rows swapped": (deed(SWAP), Seen("湘0602: entry 6 ", None, WALKED)),
    "3 a row deleted": (deed(DELETE_6), Seen("湘0602: entry 6 is missing", "湘0602: 第9条", WALKED)),
    "4 edited, and the rest hashed again": (deed(EDIT_6, "rehash"), Seen(None, OTHER_AT_9, OTHER_AT_9)),
    "4 and the signed heads deleted": (
        deed(EDIT_6, "rehash", FORGET_6),
        Seen(None, "湘0602: 第9条（oversight.anchor.handed_out", OTHER_AT_9),
    ),
    "5 deleted, renumbered, hashed again": (deed(DELETE_6, "rehash"), Seen(None, OTHER_AT_9, OTHER_AT_9)),
    "6 inserted with an old date, hashed again": (deed(INSERT, "rehash"), Seen(None, OTHER_AT_9, OTHER_AT_9)),
    "7 the tail cut off, the head put right": (deed(CUT, "rehash"), Seen(None, CUT_AT_9, CUT_AT_9)),
    "7 and the signed heads deleted": (
        deed(CUT, "rehash", FORGET_8),
        Seen(None, "湘0602: 第5条至第8条前后超过两小时没有链头签名", CUT_AT_9),
    ),
    "7 and cut back to a signed head, with the heads behind it": (
        deed(CUT_BACK, "rehash", FORGET_6),
        Seen(None, None, "现在只有4条"),
    ),
    "8 edited, hashed and signed again by the key holder": (
        deed(EDIT_6, "rehash", "sign_again"),
        Seen(None, None, OTHER_AT_9),
    ),
    "9 the tail cut off and signed again by the key holder": (
        deed(CUT, "rehash", FORGET_8, "sign_end"),
        Seen(None, None, CUT_AT_9),
    ),
    "10 forged by the key holder after the last anchor": (
        deed(EDIT_11, "rehash", "sign_again"),
        Seen(None, None, None),
    ),
}


def entries(count: int, *, first_hour: int) -> None:
    actor = the_holder(Role.AUDITOR)
    for hour in range(first_hour, first_hour + count):
        with clock.at(NINE + timedelta(hours=hour)), transaction(COURT):
            trail.record(Event.COURT_CHANGED, f"court:{hour}", court_code=COURT, actor=actor, name=f"名{hour}")


@pytest.fixture
def kept_outside(app) -> Anchor:
    """Twelve entries, and the anchor of the ninth in somebody's safe."""
    entries(4, first_hour=0)
    with clock.at(NINE + timedelta(hours=3)):
        nightly.sign_heads()
    entries(4, first_hour=4)
    with clock.at(NINE + timedelta(hours=8)), transaction(COURT):
        sheet = service.hand_out(recipient="岳阳市审计局", kept_at="保险柜", actor=the_holder(Role.AUDITOR))
    on_paper = oversight.anchor_of(sheet).text
    entries(3, first_hour=9)
    with clock.at(NINE + timedelta(hours=11)):
        nightly.sign_heads()
    assert queries.heads()[COURT][0] == 12
    assert seen(anchor_of(on_paper)) == Seen(None, None, None)
    return anchor_of(on_paper)


def seen(anchor: Anchor) -> Seen:
    [(_anchor, contradiction)] = proofs.proved([anchor], signing.known_keys())
    return Seen(queries.first_break(COURT), proofs.contradicted_head() or proofs.missing_head(), contradiction)


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_tampering_is_named_by_those_who_can_see_it_and_by_nobody_else(kept_outside, kind):
    done, expected = KINDS[kind]
    with broken_in() as intruder:
        done(intruder)
    for detector, told, found in zip(Seen._fields, expected, seen(kept_outside), strict=True):
        assert (found is None) == (told is None), (detector, found)
        assert (told or "") in (found or ""), (detector, found)


def test_all_ten_kinds_are_tried():
    assert {int(kind.split()[0]) for kind in KINDS} == set(range(1, 11))


def test_what_only_the_anchor_sees_is_found_by_verify_with_the_paper_and_not_without(kept_outside, runner):
    """Kinds 8 and 9: the nightly run stays green, the paper in the safe does not."""
    with broken_in() as intruder:
        KINDS["9 the tail cut off and signed again by the key holder"][0](intruder)
    without, with_paper = runner.invoke(args=["verify"]), runner.invoke(args=["verify", "--anchor", kept_outside.text])
    assert without.exit_code == 0, without.output
    assert with_paper.exit_code == 1
    assert f"FAIL  存证码: {CUT_AT_9}" in with_paper.output


def test_the_nightly_run_takes_down_what_the_heads_contradict(kept_outside):
    with broken_in() as intruder:
        KINDS["4 edited, and the rest hashed again"][0](intruder)
    with clock.at(NINE + timedelta(hours=17)):
        found = nightly.verify_books()
    assert not found.is_ok
    assert f"链头签名有效并与留痕相符: {OTHER_AT_9}" in found.problems
