"""``flask figures``, ``flask verify`` and ``flask anchor``."""

import json
from datetime import date

import pytest
from sqlalchemy import text

from fundapp.core import clock, signing
from fundapp.oversight import queries
from fundapp.trail.rules import anchor_of
from tests.attacker import unguarded
from tests.builders.funding import a_receipt
from tests.builders.oversight import an_anchor_sheet, the_anchor
from tests.builders.tampering import broken_in

KEYS = [
    "cases_total",
    "cases_under_ceiling",
    "cases_concluded_by_advance",
    "opening",
    "raised",
    "reserved",
    "available",
    "advanced",
    "recovered_to_fund",
    "outstanding",
    "ceremony_paid",
    "vouchers",
    "trial_balance_difference",
]


def test_figures_are_one_line_of_json_with_amounts_as_text(app, runner):
    a_receipt("12000.50")
    result = runner.invoke(args=["figures", "--json"])
    assert result.exit_code == 0, result.output
    assert result.output.count("\n") == 1
    told = json.loads(result.output)
    assert list(told) == KEYS
    assert told["raised"] == told["available"] == "12000.50"
    assert told["trial_balance_difference"] == told["advanced"] == "0.00"
    assert told["vouchers"] == 1 and told["cases_total"] == 0


def test_verify_says_ok_line_by_line(app, runner):
    a_receipt()
    result = runner.invoke(args=["verify"])
    assert result.exit_code == 0, result.output
    lines = result.output.splitlines()
    assert lines and all(line.startswith("OK ") for line in lines)


def test_verify_fails_and_names_the_voucher_whose_amount_was_changed_by_hand(app, runner):
    receipt = a_receipt()
    with unguarded("posting_lines") as database:
        database.execute(text("UPDATE posting_lines SET amount = amount + 1"))
    result = runner.invoke(args=["verify"])
    assert result.exit_code == 1
    assert "FAIL" in result.output
    assert receipt.court_code in result.output and "2018-0001" in result.output


# anchors


def test_verify_says_in_one_line_which_anchor_is_still_in_the_chain(app, runner):
    with clock.at(date(2018, 3, 1)):
        anchor = the_anchor(an_anchor_sheet())
    result = runner.invoke(args=["verify", "--anchor", anchor.text])
    assert result.exit_code == 0, result.output
    assert "OK    湘0602第1条的存证码（2018-03-01 09:00签名）: 与现有留痕相符" in result.output.splitlines()


def test_anchors_of_a_file_and_of_the_command_line_are_checked_together(app, runner, tmp_path):
    first, second = the_anchor(an_anchor_sheet()), the_anchor(an_anchor_sheet())
    kept = tmp_path / "anchors.txt"
    lines = "\r\n".join((first.text[:100], first.text[100:], "", second.text))  # as the sheet prints it
    kept.write_text(lines, encoding="utf-8-sig")
    forged = second._replace(head="ab" * 32)
    result = runner.invoke(args=["verify", "--anchor", str(kept), "--anchor", forged.text])
    assert result.exit_code == 1
    assert result.output.count("的存证码") == 2
    assert "FAIL  存证码: 湘0602: 第2条" in result.output and "与其签名不符" in result.output


def test_a_backup_older_than_the_anchor_is_recognised(app, runner):
    """I28: the chain was restored to a state before the anchor was handed out."""
    a_receipt()
    anchor = the_anchor(an_anchor_sheet())
    with broken_in() as intruder:
        intruder.delete(from_seq=anchor.length, to_seq=anchor.length)
        intruder.rehash()
        intruder.forget_heads(after=0)
    assert runner.invoke(args=["verify"]).exit_code == 0
    result = runner.invoke(args=["verify", "--anchor", anchor.text])
    assert result.exit_code == 1
    assert f"时留痕有{anchor.length}条，现在只有{anchor.length - 1}条：末尾被截去，或恢复了较早的备份" in result.output


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("fund-anchor/1|湘0602|12", "不是完整的存证码"),
        ("nowhere/anchors.txt", "也不是可读的文件"),
        ("empty.txt", "没有存证码"),
        ("torn.txt", "不是完整的存证码"),
        ("binary.txt", "也不是可读的文件"),
    ],
)
def test_what_is_no_anchor_is_refused_in_words(app, runner, tmp_path, monkeypatch, given, told):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty.txt").write_text("\n")
    (tmp_path / "torn.txt").write_text("fund-anchor/1|torn\n")
    (tmp_path / "binary.txt").write_bytes(b"\xff\xfe\x00")
    result = runner.invoke(args=["verify", "--anchor", given])
    assert result.exit_code == 1 and told in result.output


def test_verify_takes_its_result_down_when_asked(app, runner):
    a_receipt()
    assert runner.invoke(args=["verify"]).exit_code == 0
    assert queries.last_verification() is None
    assert runner.invoke(args=["verify", "--record"]).exit_code == 0
    assert queries.last_verification().is_ok
    with broken_in() as intruder:
        intruder.edit(1)
    assert runner.invoke(args=["verify", "--record"]).exit_code == 1
    assert not queries.last_verification().is_ok


def test_the_public_key_can_be_printed_and_checks_what_was_signed(app, runner):
    key_id, key = runner.invoke(args=["anchor", "key"]).output.split()
    anchor = the_anchor(an_anchor_sheet())
    assert key_id == anchor.key_id
    assert signing.is_signed(anchor.signed_text, anchor.signature, bytes.fromhex(key))


def test_a_timer_signs_what_has_grown_and_is_told_the_anchors(app, runner):
    a_receipt()
    result = runner.invoke(args=["anchor", "sign"])
    assert result.exit_code == 0
    assert anchor_of(result.output).reason == "hourly"
    assert runner.invoke(args=["anchor", "sign"]).output == ""
