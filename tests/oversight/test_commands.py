"""``flask figures`` and ``flask verify``."""

import json

from sqlalchemy import text

from tests.attacker import unguarded
from tests.builders.funding import a_receipt

KEYS = [
    "cases_total",
    "cases_under_ceiling",
    "cases_concluded_by_advance",
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
