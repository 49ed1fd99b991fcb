"""Posting periods as values."""

from datetime import date

import pytest

from fundapp.core.errors import RuleViolation
from fundapp.core.money import ZERO, yuan
from fundapp.ledger import rules


@pytest.mark.parametrize(
    ("month", "day"),
    [("2018-02", date(2018, 2, 28)), ("2020-02", date(2020, 2, 29)), ("2018-12", date(2018, 12, 31))],
)
def test_a_month_ends_on_its_last_day(month, day):
    assert rules.last_day(month) == day


def test_unclaimed_money_is_explained_or_gone():
    rules.check_suspense(ZERO, "")
    rules.check_suspense(yuan("0.01"), "款" * rules.LONGEST_EXPLANATION)
    with pytest.raises(RuleViolation, match=r"待认领款尚有余额0\.01元，本系统目前不能办理认领或退回"):
        rules.check_suspense(yuan("0.01"), " ")
    with pytest.raises(RuleViolation, match="500字以内"):
        rules.check_suspense(yuan("0.01"), "款" * (rules.LONGEST_EXPLANATION + 1))
