"""The words and checks of funding."""

from datetime import date

import pytest

from fundapp.core.errors import RuleViolation
from fundapp.core.money import yuan
from fundapp.funding.rules import Direction, ReceiptStatus, SourceKind, check_open, check_receipt, movement
from fundapp.ledger.rules import BOOKING, Account, Model

INCOME = {
    SourceKind.APPROPRIATION: Account.APPROPRIATION,
    SourceKind.SUPERIOR_GRANT: Account.GRANT,
    SourceKind.POLITICAL_LEGAL: Account.GRANT,
    SourceKind.JUDICIAL_ASSISTANCE: Account.GRANT,
    SourceKind.ENTERPRISE_DONATION: Account.DONATION,
    SourceKind.SOCIAL_DONATION: Account.DONATION,
    SourceKind.OTHER: Account.OTHER_INCOME,
}


@pytest.mark.parametrize("kind", SourceKind)
def test_money_from_each_kind_of_source_has_its_account_and_goes_back_by_the_same(kind):
    own = BOOKING[Model.OWN_FUNDS]
    assert own[movement(kind, Direction.RECEIVED)] == ((Account.FUND_BANK, INCOME[kind]),)
    assert own[movement(kind, Direction.GIVEN_BACK)] == ((INCOME[kind], Account.FUND_BANK),)


@pytest.mark.parametrize(
    ("amount", "day", "is_active", "told"),
    [
        ("0.01", date(2018, 3, 1), True, None),
        ("0.00", date(2018, 3, 1), True, "金额必须大于零"),
        ("1.00", date(2018, 3, 2), True, "不能晚于今天2018-03-01"),
        ("1.00", date(2018, 3, 1), False, "已停用"),
    ],
)
def test_a_receipt_is_of_something_of_a_day_that_has_come_and_from_a_source_that_gives(amount, day, is_active, told):
    if told is None:
        check_receipt(yuan(amount), day, today=date(2018, 3, 1), is_active=is_active)
    else:
        with pytest.raises(RuleViolation, match=told):
            check_receipt(yuan(amount), day, today=date(2018, 3, 1), is_active=is_active)


@pytest.mark.parametrize("status", ReceiptStatus)
def test_only_a_recorded_receipt_is_decided(status):
    if status is ReceiptStatus.RECORDED:
        check_open(status)
    else:
        with pytest.raises(RuleViolation, match="不能再次办理"):
            check_open(status)
