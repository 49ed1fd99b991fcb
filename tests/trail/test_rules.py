"""Events, their facts, and the seal."""

from datetime import UTC, datetime, timedelta

import pytest

from fundapp.core.errors import RuleViolation
from fundapp.trail import rules
from fundapp.trail.rules import FACTS, FIRST_SEAL, LABELS, Anchor, Event, SigningReason, anchor_of, anchors_of

SAID = {
    "court_code": "湘0602",
    "seq": 1,
    "recorded_at": datetime(2018, 3, 1, 1, 2, 3, 456789, tzinfo=UTC),
    "event": "courts.court.changed",
    "subject": "court:湘0602",
    "actor_id": 7,
    "facts": '{"name":"甲"}',
    "previous": FIRST_SEAL,
}


def test_every_event_declares_its_facts_and_has_its_word():
    assert FACTS.keys() == set(Event)
    assert LABELS.keys() == set(Event) | set(SigningReason)
    assert all(facts for facts in FACTS.values())


def test_event_words_are_feature_thing_and_what_happened():
    words = [event.value.split(".") for event in Event]
    assert all(len(word) == 3 and all(part.replace("_", "").isalpha() for part in word) for word in words)
    assert len({event.value for event in Event}) == len(Event)


def test_facts_are_written_one_way_only():
    assert rules.canonical_facts({"b": "二", "a": "一"}) == '{"a":"一","b":"二"}'
    assert rules.canonical_facts({"a": "一", "b": "二"}) == rules.canonical_facts({"b": "二", "a": "一"})


@pytest.mark.parametrize(
    "change",
    [
        {"court_code": "湘0603"},
        {"seq": 2},
        {"recorded_at": SAID["recorded_at"] + timedelta(microseconds=1)},
        {"event": "courts.court.created"},
        {"subject": "court:湘0603"},
        {"actor_id": 8},
        {"facts": '{"name":"乙"}'},
        {"previous": "1" * 64},
        {"seq": 17, "court_code": "湘060"},
    ],
    ids=str,
)
def test_the_seal_covers_everything_that_an_entry_says(change):
    assert rules.seal(**SAID | change) != rules.seal(**SAID)


def test_the_seal_is_the_one_that_the_auditor_computes():
    """Written out once more by hand: each part as its length in bytes, a colon and the bytes."""
    import hashlib

    parts = ["1", "湘0602", "1", "2018-03-01T01:02:03.456789Z", SAID["event"], SAID["subject"], "7", SAID["facts"]]
    plain = b"".join(f"{len(part.encode())}:".encode() + part.encode() for part in [*parts, FIRST_SEAL])
    assert rules.seal(**SAID) == hashlib.sha256(plain).hexdigest()


def test_parts_cannot_be_shifted_into_each_other():
    assert rules.seal(**SAID | {"event": "ab", "subject": "c"}) != rules.seal(**SAID | {"event": "a", "subject": "bc"})


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("回单.pdf", "回单.pdf"),
        ("C:\\扫描\\回单.pdf", "回单.pdf"),
        ("../../etc/回单.pdf", "回单.pdf"),
        ('a"\r\nSet-Cookie: x=1;.pdf', 'a"Set-Cookie: x=1;.pdf'),
        ("回\x00单\u202egpj.pdf", "回单gpj.pdf"),
        ("x" * 300 + ".pdf", "x" * 196 + ".pdf"),
        ("", "附件"),
        ("/\n", "附件"),
    ],
)
def test_the_name_of_a_paper_carries_no_folder_and_no_trick(given, kept):
    assert rules.paper_name(given) == kept


# anchors

ANCHOR = Anchor("湘0602", 1234, "ab" * 32, SAID["recorded_at"], "anchor", "0f" * 16, "7c" * 64)
TEXT = f"fund-anchor/1|湘0602|1234|{'ab' * 32}|2018-03-01T01:02:03.456789Z|anchor|{'0f' * 16}|{'7c' * 64}"


def test_an_anchor_is_one_line_and_is_read_back_as_it_was_written():
    assert ANCHOR.text == TEXT == f"{ANCHOR.signed_text}|{ANCHOR.signature}"
    assert anchor_of(TEXT) == ANCHOR


def test_an_anchor_typed_in_groups_and_over_several_lines_is_the_same():
    assert anchor_of(" " + TEXT.replace("ab" * 4, "ab" * 4 + " ").replace("|", "|\n")) == ANCHOR


def test_an_anchor_copied_from_the_printed_sheet_is_the_same():
    """Between its characters the sheet has marks at which lines may break; an editor puts another before the file."""
    assert anchor_of("\ufeff" + "\u200b".join(TEXT)) == ANCHOR


def test_anchors_one_after_the_other_are_told_apart_by_how_they_begin():
    other = ANCHOR._replace(length=1235)
    assert anchors_of(f"{TEXT[:70]}\n{TEXT[70:]}\n\n{other.text}") == [ANCHOR, other]
    assert anchors_of(" \n") == []
    with pytest.raises(RuleViolation, match="不是完整的存证码"):
        anchors_of(f"存证码：{TEXT}")


@pytest.mark.parametrize(
    ("whole", "torn"),
    [
        ("fund-anchor/1", "fund-anchor/2"),
        ("|1234|", "|0|"),
        ("|1234|", "|01234|"),
        ("|1234|", "|-5|"),
        ("ab" * 32, "ab" * 31),
        ("ab" * 32, "AB" * 32),
        ("2018-03-01T", "2018-13-01T"),
        (".456789Z", ".4Z"),
        ("0f" * 16, "0f" * 15),
        ("7c" * 64, "7c" * 63),
        ("|湘0602|", "||"),
    ],
)
def test_a_text_that_is_no_whole_anchor_is_refused_in_words(whole, torn):
    with pytest.raises(RuleViolation, match="不是完整的存证码"):
        anchor_of(TEXT.replace(whole, torn))


def test_each_signed_act_has_a_reason_of_its_own_and_the_hour_the_last():
    assert {*rules.SIGNED_ACTS.values(), SigningReason.HOURLY} == set(SigningReason)
    assert len(set(rules.SIGNED_ACTS.values())) == len(rules.SIGNED_ACTS)
