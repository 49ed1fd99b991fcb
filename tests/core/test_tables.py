"""The tables of the package: what the database writes as CSV is what Python would have written."""

import csv
import io

import pytest
from sqlalchemy import func, literal, select, type_coerce, union_all

from fundapp.core.columns import MoneyColumn
from fundapp.core.tables import TABLES, Column, Scope, Stream, Told, table
from fundapp.funding.models import FundReceipt
from fundapp.ledger.models import ClosedMonth
from fundapp.users.models import User
from fundapp.yearend.package.members import _for_programs
from tests.builders.people import COURT, OTHER_COURT
from tests.builders.yearend import a_year, year_closed

COLUMNS = (
    Column("text", "文字", "text"),
    Column("money", "金额", "amount", "money"),
    Column("number", "数", "number", "number"),
)
TEXTS = ["", "字", "a,b", 'the "x"', "two\nlines", "a\rb", "=1", "+86", "-1", "@x", "\t", "＝全角", "'", '="a,b"']
AMOUNTS = [0, 1, 9, 10, 99, 100, 12345, -1, -10, -100, -12345, 10**15, None, 7]


def written(columns, rows):
    target = io.StringIO(newline="")
    csv.writer(target).writerows(_for_programs(columns, rows))
    return target.getvalue()


def test_every_text_and_amount_is_written_by_the_database_as_by_python(app):
    rows = union_all(
        *(
            select(literal(text).label("text"), literal(fen).label("money"), literal(at).label("number"))
            for at, (text, fen) in enumerate(zip(TEXTS, AMOUNTS, strict=True))
        )
    ).subquery()
    query = select(rows.c.text, type_coerce(rows.c.money, MoneyColumn), rows.c.number).order_by(rows.c.number)
    stream = Stream(query)
    assert [row[1] for row in stream] == AMOUNTS
    assert "".join(f"{line}\r\n" for line in stream.lines(COLUMNS)) == written(COLUMNS, stream)


def test_cells_that_python_tells_stand_in_the_lines_as_in_the_rows(app):
    kept = union_all(*(select(literal(at).label("id"), literal(text).label("text")) for at, text in enumerate(TEXTS)))
    kept = kept.subquery()
    columns = (Column("id", "号", "number", "number"), COLUMNS[0], Column("mark", "码", "mark", "code"), COLUMNS[0])
    told = Told(1, lambda: lambda row, text: (text * 2, f"{row}:{len(text)}"))
    stream = Stream(select(kept.c.id, kept.c.text, kept.c.text.label("again")).order_by(kept.c.id), told)
    assert list(stream) == [(at, text * 2, f"{at}:{len(text)}", text) for at, text in enumerate(TEXTS)]
    assert "".join(f"{line}\r\n" for line in stream.lines(columns)) == written(columns, stream)


def test_a_text_does_not_end_at_a_character_that_ends_texts_elsewhere(live_app):
    text = literal("前") + func.char(0) + literal("后")
    (line,) = Stream(select(text, literal(5))).lines((COLUMNS[0], COLUMNS[2]))
    assert line == "前\0后,5"


def test_each_table_is_written_by_the_database_as_by_python(app):
    a_year()
    year_closed()
    seen = 0
    for one in TABLES:
        rows = one.rows(Scope((COURT, OTHER_COURT), 2018))
        if isinstance(rows, Stream):
            lines = "".join(f"{line}\r\n" for line in rows.lines(one.columns))
            assert lines == written(one.columns, rows), one.name
            seen += bool(lines)
    assert seen > 5


def test_days_moments_and_yes_or_no_are_told_alike_on_either_engine(app):
    a_year()
    year_closed()
    closed_at, name = next(iter(Stream(select(ClosedMonth.closed_at, ClosedMonth.month).order_by(ClosedMonth.id))))
    assert (closed_at[:11], closed_at[-1], name) == ("2019-01-08T", "Z", "2018-01")
    day, is_active = next(iter(Stream(select(FundReceipt.business_date, User.is_active).order_by(FundReceipt.id))))
    assert (day, is_active) == ("2018-03-01", 1)


def test_two_tables_do_not_share_a_name():
    with pytest.raises(AssertionError, match="two tables are called"):
        table(TABLES[0].name, "又一", "books", "又一次", "again")(lambda scope: [])


def test_what_a_scope_recalls_is_asked_once():
    asked = []
    scope = Scope((COURT,), 2018)

    def load(of):
        asked.append(of)
        return {"a": 1}

    assert scope.recall(load) is scope.recall(load)
    assert asked == [scope]
