"""What may be carried into new books: each refusal, and the line beside it that is taken."""

from datetime import date
from itertools import product

import pytest

from fundapp.core.errors import RuleViolation
from fundapp.core.money import ZERO, yuan
from fundapp.ledger.rules import (
    BOOKING,
    GUARDED,
    KEPT_BY,
    OPENABLE,
    STANDING,
    Account,
    Carried,
    Model,
    Movement,
    OpeningBalance,
    OpeningStatus,
    Posting,
    Side,
    check_faultless,
    check_no_business,
    check_not_carried,
    check_not_imported,
    check_opening_day,
    check_opening_move,
    line_shortcomings,
    opening_posting,
    opening_sums,
    repeated,
    sums_shortcomings,
    whole_shortcomings,
)

YEARS_END, MID_YEAR = date(2017, 12, 31), date(2018, 2, 28)
DR, CR = Side.DEBIT, Side.CREDIT
A, B = Model.CUSTODIAL, Model.OWN_FUNDS
NAMES = {"source:1": "市财政局", "source:2": "甲公司"}


def a_balance(account, side, amount, case="", source="", row=2):
    return OpeningBalance(row, Account(account), side, yuan(amount), case, source)


def told(line, model=B, day=YEARS_END):
    return [(one.column, one.msgid % one.params) for one in line_shortcomings(line, model, day)]


# The line, the books' model, the day, and what is said of it: nothing, or the column and a part of the sentence.
LINES = [
    # which accounts may open
    (("0000", CR, "1"), B, YEARS_END, ("account", "过渡科目")),
    (("3301", CR, "1"), B, YEARS_END, ("account", "只在年终结转时使用")),
    (("3301", CR, "0"), B, YEARS_END, ("account", "只在年终结转时使用")),
    (("3001", CR, "1"), B, YEARS_END, None),
    (("3001", CR, "1"), A, YEARS_END, ("account", "不在本院记账模式")),
    (("2901.01", CR, "1", "", "source:1"), A, YEARS_END, None),
    (("2901.01", CR, "1", "", "source:1"), B, YEARS_END, ("account", "不在本院记账模式")),
    (("1218.01", DR, "1", "case:1", "source:1"), B, YEARS_END, None),
    (("1218.01", DR, "1", "case:1", "source:1"), A, YEARS_END, ("account", "不在本院记账模式")),
    # income and expense belong to the running year
    (("4001", CR, "0.01"), B, MID_YEAR, None),
    (("4001", CR, "0.01"), B, YEARS_END, ("account", "年终结转后")),
    (("4001", CR, "0"), B, YEARS_END, None),
    (("5301", DR, "5"), B, date(2018, 11, 30), None),
    (("5301", DR, "5"), B, YEARS_END, ("account", "年终结转后")),
    # sides, and amounts below zero
    (("1002.02", DR, "0.01"), B, YEARS_END, None),
    (("1002.02", CR, "0.01"), B, YEARS_END, ("side", "只能在借方")),
    (("1002.02", DR, "0"), B, YEARS_END, None),
    (("1002.02", DR, "-0.01"), B, YEARS_END, ("amount", "资产类科目，余额不能为负数")),
    (("2307.01", CR, "7"), B, YEARS_END, None),
    (("2307.01", DR, "7"), B, YEARS_END, ("side", "负债类科目，余额只能在贷方")),
    (("2307.01", CR, "-7"), B, YEARS_END, ("amount", "负债类科目，余额不能为负数")),
    (("3001", DR, "7"), B, YEARS_END, None),
    (("3001", CR, "-7"), B, YEARS_END, None),
    (("4001", CR, "-7"), B, MID_YEAR, None),
    # what a balance must name, and must not
    (("1002.01", DR, "1", "", "source:1"), B, YEARS_END, None),
    (("1002.01", DR, "1"), B, YEARS_END, ("source", "请填写该单元格")),
    (("1002.01", DR, "0"), B, YEARS_END, None),
    (("1002.01", DR, "1", "case:1", "source:1"), B, YEARS_END, ("case", "请清空该单元格")),
    (("1002.02", DR, "1", "", "source:1"), B, YEARS_END, ("source", "请清空该单元格")),
    (("1002.02", DR, "0", "case:1"), B, YEARS_END, ("case", "请清空该单元格")),
    (("1218.01", DR, "1", "case:1"), B, YEARS_END, ("source", "请填写该单元格")),
    (("1218.01", DR, "1", "", "source:1"), B, YEARS_END, ("case", "请填写该单元格")),
    (("2901.02", CR, "1", "case:1"), B, YEARS_END, None),
    (("2901.02", CR, "1"), B, YEARS_END, ("case", "请填写该单元格")),
    (("2901.02", CR, "1", "case:1", "source:1"), B, YEARS_END, ("source", "请清空该单元格")),
    (("1001.01", DR, "1", "", "source:1"), B, YEARS_END, None),
    (("1001.01", DR, "1", "case:1"), B, YEARS_END, None),
    (("1001.01", DR, "1"), B, YEARS_END, ("source", "两者填且只填一项")),
    (("1001.01", DR, "0"), B, YEARS_END, None),
    (("1001.01", DR, "0", "case:1", "source:1"), B, YEARS_END, ("source", "两者填且只填一项")),
    (("2103.02", CR, "1"), A, YEARS_END, None),
    (("2103.02", CR, "1", "", "source:1"), A, YEARS_END, None),
    (("2103.01", CR, "1", "", "source:1"), A, YEARS_END, ("source", "请清空该单元格")),
]


@pytest.mark.parametrize(("line", "model", "day", "expected"), LINES)
def test_a_line_is_taken_or_told_what_is_wrong_with_it(line, model, day, expected):
    found = told(a_balance(*line), model, day)
    if expected is None:
        assert found == []
    else:
        [(column, sentence)] = found
        assert column == expected[0] and expected[1] in sentence and sentence.endswith("。")


def test_everything_wrong_with_a_line_is_told_at_once():
    assert [column for column, _ in told(a_balance("1002.01", CR, "-5", "case:1"))] == [
        "side",
        "amount",
        "case",
        "source",
    ]


@pytest.mark.parametrize("model", Model)
def test_the_accounts_that_open_are_those_that_the_model_moves_and_what_may_be_owed_besides(model):
    moved = {account for pairs in BOOKING[model].values() for pair in pairs for account in pair}
    assert OPENABLE[model] >= moved - {Account.YEAR_RESULT}
    assert not OPENABLE[model] & {Account.OPENING, Account.YEAR_RESULT}
    assert OPENABLE[model] - moved <= {Account.OTHER_RECEIVABLE, Account.FEES_PAYABLE, Account.UNCLAIMED}


@pytest.mark.parametrize(("account", "side", "amount"), list(product(GUARDED, Side, ["5", "-5"])))
def test_an_asset_or_a_liability_never_opens_on_the_other_side(account, side, amount):
    names = max(KEPT_BY[account], key=len)
    line = a_balance(account.value, side, amount, *("x:1" if name in names else "" for name in ("case", "source")))
    model = A if account is Account.ENTRUSTED_FUND else B
    is_lawful = side is GUARDED[account] and amount == "5"
    if account is Account.CASH:
        line = OpeningBalance(2, account, side, yuan(amount), "", "source:1")
    assert (told(line, model) == []) is is_lawful


# ---- the lines together

BANK = ("1002.01", DR, "100", "", "source:1")
FUND = ("2901.01", CR, "100", "", "source:1")
CASES = (("1002.02", DR, "60"), ("2901.02", CR, "60", "case:1"))


def whole(*lines, model=A):
    return [msgid % params for msgid, params in whole_shortcomings([a_balance(*one) for one in lines], model, NAMES)]


@pytest.mark.parametrize(
    ("lines", "model", "expected"),
    [
        ((BANK, FUND), A, []),
        ((BANK, FUND, *CASES), A, []),
        ((BANK, ("3001", CR, "100")), B, []),
        ((BANK, ("3001", CR, "100.01")), B, ["借方合计100.00元，贷方合计100.01元，相差0.01元"]),
        ((BANK, ("3001", CR, "99.99")), B, ["借方合计100.00元，贷方合计99.99元，相差0.01元"]),
        ((BANK, ("3001", DR, "-100")), B, []),
        ((BANK, ("3001", CR, "-100")), B, ["借方合计200.00元，贷方合计0.00元，相差200.00元"]),
        ((("1002.02", DR, "0"), ("3001", CR, "0")), B, ["没有需要结转的余额"]),
        # case money lies there in full
        (
            (("1002.02", DR, "59.99"), CASES[1], ("1218.02", DR, "0.01")),
            A,
            ["合计59.99元，少于各案待分配案款合计60.00元"],
        ),
        ((("1002.02", DR, "50"), ("1001.01", DR, "10", "case:1"), CASES[1]), A, []),
        ((("1002.02", DR, "60.01"), CASES[1], ("2307.01", CR, "0.01")), A, []),
        # entrusted money: source by source
        ((BANK, ("1001.01", DR, "5", "", "source:1"), ("2901.01", CR, "105", "", "source:1")), A, []),
        ((BANK, ("2901.01", CR, "90", "", "source:1"), ("2103.02", CR, "10", "", "source:1")), A, []),
        ((BANK, ("2901.01", CR, "90", "", "source:1"), ("2103.02", CR, "10")), A, ["资金来源“市财政局”"]),
        (
            (BANK, ("2901.01", CR, "99.99", "", "source:1"), ("2901.01", CR, "0.01", "", "source:2")),
            A,
            ["资金来源“市财政局”的专户存款和现金合计100.00元", "资金来源“甲公司”的专户存款和现金合计0.00元"],
        ),
    ],
)  # fmt: skip
def test_lines_together_are_whole_or_told_why_not(lines, model, expected):
    found = whole(*lines, model=model)
    assert len(found) == len(expected) and all(part in sentence for part, sentence in zip(expected, found, strict=True))


def test_a_balance_is_told_once():
    lines = [a_balance(*BANK, row=2), a_balance(*FUND, row=3), a_balance(*BANK, row=4), a_balance(*BANK, row=5)]
    assert [(line.row, earlier.row) for line, earlier in repeated(lines)] == [(4, 2), (5, 2)]
    assert not repeated(lines[:2])
    other = a_balance("1002.01", DR, "100", "", "source:2", row=4)
    assert not repeated([*lines[:2], other])


@pytest.mark.parametrize(
    ("line", "debit", "credit", "amount"),
    [
        (("1002.02", DR, "5"), "1002.02", "0000", "5"),
        (("2307.01", CR, "5"), "0000", "2307.01", "5"),
        (("3001", CR, "-5"), "3001", "0000", "5"),
        (("3001", DR, "-5"), "0000", "3001", "5"),
    ],
)
def test_a_line_is_one_posting_against_0000(line, debit, credit, amount):
    expected = Posting(Movement.OPENING_BALANCE, Account(debit), Account(credit), yuan(amount))
    assert opening_posting(a_balance(*line)) == expected


def test_a_posting_names_what_its_line_names_and_zero_is_not_posted():
    posting = opening_posting(a_balance("1218.01", DR, "5", "case:7", "source:1"))
    assert posting is not None and (posting.case, posting.source, posting.debtor) == ("case:7", "source:1", None)
    assert opening_posting(a_balance("1002.02", DR, "0")) is None
    sums = opening_sums([a_balance("1002.02", DR, "5"), a_balance("3001", CR, "-2"), a_balance("4001", CR, "1")])
    assert (sums.debit, sums.credit, sums.difference) == (yuan("7"), yuan("1"), yuan("6"))
    assert sums_shortcomings([a_balance("1002.02", DR, "5"), a_balance("3001", CR, "5")]) == []
    assert opening_sums([]).difference == ZERO


# ---- when, and in which order


@pytest.mark.parametrize(
    ("day", "today", "earlier", "expected"),
    [
        (date(2018, 2, 28), date(2018, 2, 28), None, None),
        (date(2016, 2, 29), date(2018, 2, 28), None, None),
        (date(2018, 2, 27), date(2018, 3, 1), None, "不是月末"),
        (date(2018, 3, 1), date(2018, 3, 1), None, "不是月末"),
        (date(2018, 2, 28), date(2018, 2, 27), None, "还没有到"),
        (date(2018, 2, 28), date(2018, 3, 9), date(2018, 2, 28), None),
        (date(2018, 2, 28), date(2018, 3, 9), date(2018, 1, 31), "日期是2018-01-31，各次导入的日期必须相同"),
    ],
)
def test_books_begin_with_the_end_of_a_month_that_is_over_the_same_for_all_imports(day, today, earlier, expected):
    if expected is None:
        check_opening_day(day, today=today, earlier=earlier)
    else:
        with pytest.raises(RuleViolation, match=expected):
            check_opening_day(day, today=today, earlier=earlier)


MOVES = {
    ("checked", "requested"), ("requested", "posted"), ("requested", "returned"), ("posted", "undo_requested"),
    ("undo_requested", "posted"), ("undo_requested", "undone"),
}  # fmt: skip


@pytest.mark.parametrize(("current", "target"), list(product(OpeningStatus, OpeningStatus)))
def test_an_import_moves_only_along_its_life(current, target):
    if (current.value, target.value) in MOVES:
        check_opening_move(current, target)
    else:
        with pytest.raises(RuleViolation, match="请刷新页面查看"):
            check_opening_move(current, target)


def test_its_balances_stand_from_posting_until_they_are_undone():
    assert {OpeningStatus.POSTED, OpeningStatus.UNDO_REQUESTED} == STANDING


def test_business_a_fault_and_a_second_time_are_refused():
    check_no_business(None)
    with pytest.raises(RuleViolation, match="2018收0001号"):
        check_no_business("2018收0001")
    check_faultless(0)
    with pytest.raises(RuleViolation, match="还有1处错误"):
        check_faultless(1)
    book = OpeningBalance(2, Account.FUND_BANK, Side.DEBIT, yuan("1"), source="source:1")
    check_not_carried([book], {})
    with pytest.raises(RuleViolation, match=r"第2行的余额.*第7号的第4行"):
        check_not_carried([book], {book.key: Carried(7, 4)})
    check_not_imported(None)
    with pytest.raises(RuleViolation, match="2017-12-31"):
        check_not_imported(YEARS_END)
