"""What a statement's table looks like when it lies flat: last year beside few figures, and below many."""

import pytest

from fundapp.core import statements
from fundapp.core.money import yuan
from fundapp.core.statements import Check, Column, Line, Span, Statement, Table, declared, flat, statement, summed

NAME = Column("项目")


def money(*amounts: str):
    return tuple(yuan(amount) for amount in amounts)


def a_table(*lines: Line, figures: int) -> Table:
    return Table("试表", (NAME,), tuple(Column(f"数{at}", "money") for at in range(figures)), lines, "没有数字。")


def headers(shown):
    return [("上年" if head.is_last else "") + head.column.header for head in shown.headers]


def test_up_to_three_figures_have_last_year_in_the_column_beside_each():
    shown = flat(a_table(Line(("甲",), money("1", "2"), money("3", "4")), Line(("乙",), money("5", "6")), figures=2))
    assert headers(shown) == ["项目", "数0", "上年数0", "数1", "上年数1"]
    assert [row.cells for row in shown.rows] == [
        ("甲", *money("1", "3", "2", "4")),
        ("乙", yuan("5"), None, yuan("6"), None),  # what is not compared stays empty
    ]


def test_of_more_figures_last_year_is_a_line_below():
    shown = flat(a_table(Line(("甲",), money("1", "2", "3", "4"), money("5", "6", "7", "8")), figures=4))
    assert headers(shown) == ["项目", "年度", "数0", "数1", "数2", "数3"]
    assert [(row.cells, row.is_last) for row in shown.rows] == [
        (("甲", Span.THIS_YEAR, *money("1", "2", "3", "4")), False),
        (("甲", Span.LAST_YEAR, *money("5", "6", "7", "8")), True),
    ]
    alone = flat(a_table(Line(("甲",), money(*"1234"), money(*"5678")), Line(("乙",), money(*"1111")), figures=4))
    assert len(alone.rows) == 3  # a line that is not compared has none below it


def test_a_list_that_is_not_compared_has_its_own_columns_only():
    assert headers(flat(a_table(Line(("甲",), money("1")), figures=1))) == ["项目", "数0"]
    assert flat(a_table(figures=1)).rows == ()


def test_a_long_list_is_shortened_before_its_totals_and_says_by_how_much():
    lines = [Line((str(at),), money("1")) for at in range(5)]
    table = a_table(*lines, summed(lines, "合计"), figures=1)
    shown = flat(table, most=2)
    assert [row.cells[0] for row in shown.rows] == ["0", "1", "合计"]
    assert shown.left_out == 3
    assert (len(flat(table).rows), flat(table).left_out) == (6, 0)


@pytest.mark.parametrize(
    ("lines", "figures", "last"),
    [
        ([Line(("甲",), (2, yuan("0.10")), (1, yuan("1"))), Line(("乙",), (3, yuan("0.20")), (0, yuan("2")))],
         (5, yuan("0.30")), (1, yuan("3"))),
        ([Line(("甲",), (2, yuan("0.10")))], (2, yuan("0.10")), None),
    ],
)  # fmt: skip
def test_a_total_adds_up_every_figure_of_both_years(lines, figures, last):
    line = summed(lines, "合计")
    assert (line.names, line.figures, line.last, line.is_total) == (("合计",), figures, last, True)


def test_a_check_is_met_only_to_the_fen():
    assert Check("甲等于乙", yuan("1.00"), yuan("1.00")).is_met
    assert not Check("甲等于乙", yuan("1.00"), yuan("1.01")).is_met


def test_a_feature_declares_its_own_statement_and_it_stands_in_its_place(monkeypatch):
    monkeypatch.setattr(statements, "_declared", {})
    made = Statement((a_table(figures=1),))

    @statement("later", "银行存款余额调节表", "十二个月的调节表。", place=45)
    def later(codes, year):
        return made

    statement("first", "资金收支情况表", "按来源。", place=10)(later)
    assert [(one.key, one.place) for one in declared()] == [("first", 10), ("later", 45)]
    assert declared()[1].made(["湘0602"], 2018) is made
