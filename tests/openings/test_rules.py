"""How a row of the file is read: nothing is guessed, and every refusal names its cell."""

import json
from datetime import date

import pytest

from fundapp.core.errors import RuleViolation
from fundapp.core.money import yuan
from fundapp.core.spreadsheet import Cell
from fundapp.ledger.rules import Account, Model, Side
from fundapp.openings.rules import COLUMNS, HEADERS, accounts_of, kept_rows, places, read_row, signed_amount, whole_file
from tests.builders.people import COURT

TODAY = date(2018, 3, 1)
LETTERS = dict(zip(HEADERS, "ABCDEFG", strict=True))
GOOD = {"account": "1218.01", "side": "借", "amount": "9000.00", "case": f"（2018）{COURT}执7号", "source": "市财政局"}


def a_row(**cells):
    told = GOOD | cells
    return read_row(
        5, {key: Cell(told.get(key), f"{letter}5") for key, letter in LETTERS.items()}, court_code=COURT, today=TODAY
    )


def test_a_good_row_is_read_as_it_stands():
    row = a_row(name="其他应收款—应收垫付款", note=" 转入 ")
    assert row.faults == [] and row.is_readable
    assert (row.account, row.side, row.amount) == (Account.ADVANCES_RECEIVABLE, Side.DEBIT, yuan("9000"))
    assert (row.case_number, row.source_name, row.note) == (f"（2018）{COURT}执7号", "市财政局", "转入")
    assert row.balance("case:7", "source:1").key == (Account.ADVANCES_RECEIVABLE, "case:7", "source:1")


@pytest.mark.parametrize(
    ("cells", "cell", "told"),
    [
        ({"account": None}, "A5", "“科目编号”没有填写"),
        ({"account": "1218"}, "A5", "科目编号“1218”不在本系统的科目表中"),
        ({"account": True}, "A5", "不是文本"),
        ({"name": "银行存款"}, "B5", "该编号的科目是“其他应收款—应收垫付款”"),
        ({"side": None}, "C5", "请填写“借”或“贷”"),
        ({"side": "借方"}, "C5", "请填写“借”或“贷”"),
        ({"side": "debit"}, "C5", "请填写“借”或“贷”"),
        ({"amount": None}, "D5", "没有余额的填0"),
        ({"amount": "九千"}, "D5", "最多两位小数"),
        ({"amount": "1.005"}, "D5", "最多两位小数"),
        ({"case": f"（2018）{COURT}民初7号"}, "E5", "执行案件的案号"),
        ({"case": "（2018）湘0603执7号"}, "E5", "法院代字"),
        ({"case": "七号案"}, "E5", "。"),
        ({"note": "长" * 201}, "G5", "缩短到200字以内"),
    ],
)
def test_a_bad_cell_is_named_with_the_way_out(cells, cell, told):
    row = a_row(**cells)
    [fault] = row.faults
    assert fault.cell == cell and told in str(fault) and str(fault).endswith("。")
    assert row.refused().values[3] == str(row.cells["amount"].value or "")


def test_all_faults_of_a_row_are_told_at_once():
    row = a_row(account="x", side="y", amount="z", case="w")
    assert row.refused().cell == "A5、C5、D5、E5"
    assert not row.is_readable


def test_a_note_may_have_two_hundred_signs():
    assert a_row(note="长" * 200).faults == []


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ("9000", "9000"), ("9,000.50", "9000.50"), ("９０００", "9000"), (9000, "9000"), (9000.5, "9000.50"), (0, "0"),
        ("0.00", "0"), ("-5", "-5"), ("－5.00", "-5"), ("−5", "-5"), (-5, "-5"), (-5.25, "-5.25"), (0.01, "0.01"),
        ("999999999999.99", "999999999999.99"), ("-0", "0"), (1e3, "1000"),
    ],
)  # fmt: skip
def test_amounts_are_read_to_the_fen_with_their_sign(value, read):
    assert signed_amount(Cell(value, "D5")) == yuan(read)


@pytest.mark.parametrize(
    "value",
    [
        "", None, "1.005", 1.005, 0.1 + 0.2, -0.001, "--5", "- -5", "5-", "(5)", "1e3", "NaN", float("nan"),
        float("inf"), float("-inf"), True, date(2018, 3, 1), "1000000000000", "-1000000000000.00", "5 6", "+5",
    ],
)  # fmt: skip
def test_no_amount_is_guessed(value):
    with pytest.raises(RuleViolation):
        signed_amount(Cell(value, "D5"))


def test_columns_may_stand_anywhere_but_must_be_there_once():
    headers = [column.header for column in COLUMNS]
    assert places(["序号", *reversed(headers)])["note"] == 1
    with pytest.raises(RuleViolation, match="缺少以下列：方向、备注。"):
        places([header for header in headers if header not in ("方向", "备注")])
    with pytest.raises(RuleViolation, match="出现两次：金额。"):
        places([*headers, "金额"])


def test_refused_rows_are_kept_as_they_were_told():
    rows = [a_row(side="?").refused(), whole_file([("借方合计%(debit)s元", {"debit": "1.00"})])]
    again = kept_rows(json.dumps([row.kept() for row in rows], ensure_ascii=False))
    assert again == rows
    assert (again[1].row, again[1].cell, again[1].reason) == (0, "全表", "借方合计1.00元")
    assert kept_rows(None) == []


def test_the_form_lists_the_accounts_of_the_model_with_what_each_must_name():
    own = {code: (name, side, asked) for code, name, side, asked in accounts_of(Model.OWN_FUNDS)}
    assert own["1218.01"] == ("其他应收款—应收垫付款", "借", "案号、资金来源")
    assert own["1001.01"][2] == "资金来源或案号" and own["1002.02"][2] == "不填"
    assert "2901.01" not in own and "0000" not in own and "3301" not in own
    custodial = {code for code, *_ in accounts_of(Model.CUSTODIAL)}
    assert "2901.01" in custodial and "1218.01" not in custodial
