"""A year of business on top of imported balances: verified, closed, packaged, and the package checked by itself."""

from datetime import date

import pytest
from sqlalchemy import text

from fundapp.core import clock
from fundapp.core.db import db, on_sqlite, transaction
from fundapp.core.money import yuan
from fundapp.ledger import queries as books
from fundapp.ledger.rules import Account, Model
from fundapp.oversight import checks
from fundapp.yearend import checker, queries
from tests.attacker import drop_guards, in_place_of_the_application, unguarded
from tests.builders.openings import MID_YEAR, a_small_book, checked, posted, undone
from tests.builders.people import COURT
from tests.builders.yearend import InMemory, a_package, a_year, told_again, unpacked, verified, year_closed

HEADS = "链头签名齐全"  # a scheduled task signs them, and it does not run while these years are played


def problems():
    return {name: told for name, told in checks.checks() if told is not None and name != HEADS}


@pytest.mark.parametrize("model", Model)
def test_a_year_of_business_stands_on_what_the_books_began_with(app, model, tmp_path):
    book, opening = a_small_book(model)
    assert queries.due_month(COURT) == "2018-01"
    a_year()
    year_closed()
    assert problems() == {}
    figures = verified(a_package(tmp_path))
    assert "fund left 资金结余 165,500.00" in figures  # 80,500.00 brought along and the 85,000.00 of the year
    receivables = "9,000.00" if model is Model.OWN_FUNDS else "0.00"
    assert f"opening receivables 期初应收垫付款 {receivables}" in figures
    assert "outstanding 未收回 15,000.00" in figures
    assert books.balance(COURT, Account.OPENING) == yuan("0")
    assert opening.stands and book.source.id


def test_books_that_begin_in_the_middle_of_a_year_close_its_months_from_january(app, tmp_path):
    a_small_book(day=MID_YEAR)
    assert queries.due_month(COURT) == "2018-01"
    a_year()
    year_closed()
    assert problems() == {}
    assert "courts closed 已年终结账法院 1 / 1" in verified(a_package(tmp_path))


def test_an_undone_opening_and_a_tried_one_are_told_rightly_in_the_package(app, tmp_path):
    book, opening = a_small_book()
    with clock.at(date(2018, 3, 1)):
        undone(opening)
        checked(book.lines)
    a_year()
    files = unpacked(a_package(tmp_path))
    verified(a_package(tmp_path))
    table = files["csv/openings.csv"].decode("utf-8-sig").split("\r\n")
    assert len(table) == 3 and ",undone," in table[1]
    assert files["csv/sources.csv"].decode("utf-8-sig").split("\r\n")[1].split(",")[6:] == ["0.00"] * 7


def guards_of_openings():
    """The statements that put the guards of this table back."""
    if not on_sqlite():
        return ["ALTER TABLE openings ENABLE TRIGGER USER"]
    return db.session.scalars(
        text("SELECT sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'openings'")
    ).all()


def test_a_balance_that_was_carried_twice_before_it_was_refused_is_found_and_can_be_undone(app, tmp_path, monkeypatch):
    book, _ = a_small_book()
    with clock.at(date(2018, 3, 1)):
        monkeypatch.setattr("fundapp.ledger.queries.live_balances", lambda *asked, **beside: {})
        with in_place_of_the_application():
            with transaction():
                guards = guards_of_openings()
                drop_guards(db.session.connection(), "openings")
            again = posted(list(reversed(book.lines)))
            with transaction():
                for guard in guards:
                    db.session.execute(text(guard))
        assert problems().keys() == {"同一余额只由一次期初导入带入"}
        with pytest.raises(checker.Difference, match=f"期初导入{again.id}：余额已由前次导入带入"):
            verified(a_package(tmp_path))
        undone(again)
        assert problems() == {}


# What a forger does to the tables of a package, by name: what stands there, what he writes, and what is found.
FORGERIES = {
    "opening_lines": [
        (",1218.01,debit,9000.00,", ",1218.01,debit,9001.00,", "1218.01：科目9,000.00，台账9,001.00"),
        (",3001,credit,89500.00,", ",4001,credit,89500.00,", "期初余额凭证与导入明细不符"),
        ("80000.00,,source:1,", "80000.00,,source:2,", "期初余额凭证与导入明细不符"),
    ],
    "openings": [
        (",posted,", ",requested,", "缺少留痕所记的行opening:1"),
        (",posted,", ",undone,", "状态不符"),
        ("2017-12-31", "2018-12-31", "openings.csv opening:1：与留痕不符"),
    ],
    "sources": [(",80500.00,0.00", ",80501.00,0.00", "与分录不符")],
}


def test_a_forged_opening_is_found_by_the_checker(app, tmp_path):
    a_small_book()
    a_year()
    whole = unpacked(a_package(tmp_path))
    for table, before, after, found in [(table, *one) for table, some in FORGERIES.items() for one in some]:
        content = whole[f"csv/{table}.csv"].decode("utf-8-sig")
        assert content.count(before) == 1
        files = whole | {f"csv/{table}.csv": content.replace(before, after).encode("utf-8-sig")}
        with pytest.raises(checker.Difference, match=found):
            checker.check(InMemory(told_again(files)))


def test_a_register_without_its_import_is_found_by_the_checker(app, tmp_path):
    a_small_book()
    files = unpacked(a_package(tmp_path))
    for table in ("openings", "opening_lines"):
        header = files[f"csv/{table}.csv"].decode("utf-8-sig").split("\r\n")[0]
        files[f"csv/{table}.csv"] = f"{header}\r\n".encode("utf-8-sig")
    with pytest.raises(checker.Difference, match="缺少留痕所记的行"):
        checker.check(InMemory(told_again(files)))


# What is done by hand, and the check of ``verify`` that must name it.
BREAKS = {
    "UPDATE opening_lines SET amount = amount + 1 WHERE account = '1218.01'": {
        "期初余额凭证与导入明细相符",
        "应收垫付款等于垫付减追回（分案，乙类）",
    },
    "UPDATE opening_lines SET amount = amount + 1 WHERE account = '2901.02'": {
        "期初余额凭证与导入明细相符",
        "案款结存等于到账减发放减归还（分案）",
    },
    "UPDATE openings SET status = 'requested'": {
        "登记簿各行与操作留痕相符",
        "期初余额凭证与导入明细相符",
        "应收垫付款等于垫付减追回（分案，乙类）",
        "案款结存等于到账减发放减归还（分案）",
    },
    "UPDATE openings SET day = '2018-03-09'": {"业务凭证都记在期初余额日期之后", "登记簿各行与操作留痕相符"},
}


@pytest.mark.parametrize("statement", BREAKS)
def test_verify_names_what_was_changed_in_an_opening(app, statement):
    a_small_book()
    a_year()
    assert problems() == {}
    with unguarded("opening_lines") as connection:
        connection.execute(text(statement))
    assert problems().keys() == BREAKS[statement]
