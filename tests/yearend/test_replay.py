"""The way back: a package alone rebuilds the books, and a figure that differs is named."""

import io
from contextlib import contextmanager
from datetime import date

import pytest

from fundapp.core import clock
from fundapp.core.db import db, transaction
from fundapp.core.errors import RuleViolation
from fundapp.courts import queries as courts
from fundapp.ledger import queries as books
from fundapp.ledger import service as ledger
from fundapp.ledger.rules import Model
from fundapp.yearend import checker
from fundapp.yearend.replay import replay
from tests.builders.funding import a_receipt
from tests.builders.ledger import a_voucher, how_posted
from tests.builders.openings import a_small_book
from tests.builders.people import COURT, OTHER_COURT, the_books
from tests.builders.yearend import YEAR, a_package, a_year, sealed_again, unpacked, year_closed


@contextmanager
def an_empty_database(app):
    """Another database of the same engine, migrated and without a court; what stood before is gone."""
    db.session.remove()
    db.engine.dispose()
    with app.extensions["test database"].fresh(None):
        yield


def replayed(data):
    with clock.at(date(YEAR + 1, 2, 1)):
        return replay(io.BytesIO(data), progress=lambda done, total: None)


def corrected_in_red():
    the_books()
    voucher = a_voucher("80.00", source=a_receipt("1.00").source.subject)
    how = how_posted(day=date(YEAR, 4, 1))
    with transaction(COURT):
        ledger.reverse(
            voucher.id, business_date=date(YEAR, 4, 1), reason="误记", hands=how["hands"], actor=how["actor"]
        )


def in_two_courts():
    a_receipt("100.00")
    a_receipt("55.00", court_code=OTHER_COURT)


def of_entrusted_money():
    with clock.at(date(YEAR, 1, 2)):
        the_books(model=Model.CUSTODIAL)
    a_year()


def closed():
    a_year()
    year_closed()


BOOKS = {
    "a year with everything in it, closed": (closed, (COURT,)),
    "entrusted money": (of_entrusted_money, (COURT,)),
    "a voucher taken back in red": (corrected_in_red, (COURT,)),
    "books that began in mid-life": (a_small_book, (COURT,)),
    "two courts": (in_two_courts, (COURT, OTHER_COURT)),
}


@pytest.mark.parametrize("of", BOOKS)
def test_the_books_are_rebuilt_from_the_package_alone_and_every_balance_is_equal(app, tmp_path, of):
    happened, court_codes = BOOKS[of]
    happened()
    data = a_package(tmp_path, court_codes=court_codes)
    last_day = date(YEAR, 12, 31)
    before = {code: books.trial_balance([code], as_of=last_day) for code in court_codes}
    vouchers = books.voucher_count(court_codes)
    with an_empty_database(app):
        figures = replayed(data)
        assert courts.codes() == frozenset(court_codes)
        assert {code: books.trial_balance([code], as_of=last_day) for code in court_codes} == before
        assert figures[0] == f"vouchers 凭证 {vouchers}"


def test_a_database_that_holds_a_court_is_not_overwritten(app, tmp_path):
    a_receipt("100.00")
    data = a_package(tmp_path)
    with pytest.raises(RuleViolation, match="请另建一个空数据库"):
        replayed(data)


def test_a_package_that_is_not_right_rebuilds_nothing(app, tmp_path):
    a_receipt("100.00")
    data = bytearray(a_package(tmp_path))
    data[len(data) // 2] ^= 1
    with an_empty_database(app):
        with pytest.raises(checker.Difference):
            replayed(data)
        assert not courts.codes()


FORGED = {
    "trial_balance": (b",100.00,0.00\r\n", b",100.01,0.00\r\n", "试算平衡表：审计包为"),
    "months": (b"2018-03,100.00", b"2018-03,100.01", "月发生额及余额：审计包为"),
    "vouchers": ("2018收0001".encode(), "2018收0002".encode(), "重建后编号为2018收0001"),
}


@pytest.mark.parametrize("table", FORGED)
def test_a_figure_that_the_rebuilt_books_do_not_have_is_named(app, tmp_path, monkeypatch, table):
    """As if the checker had let it pass."""
    monkeypatch.setattr(checker, "check", lambda package: [])
    a_receipt("100.00", day=date(YEAR, 3, 1))
    files = unpacked(a_package(tmp_path))
    old, new, told = FORGED[table]
    name = f"csv/{table}.csv"
    assert old in files[name]
    data = sealed_again(files | {name: files[name].replace(old, new)}, tmp_path)
    with an_empty_database(app), pytest.raises(checker.Difference, match=told):
        replayed(data)


def test_the_command_tells_that_everything_is_equal(app, runner, tmp_path):
    a_receipt("100.00")
    (tmp_path / "2018.zip").write_bytes(a_package(tmp_path))
    with an_empty_database(app):
        done = runner.invoke(args=["audit", "replay", str(tmp_path / "2018.zip")])
        assert (done.exit_code, done.output.splitlines()[-1]) == (0, "OK 重建一致")
        again = runner.invoke(args=["audit", "replay", str(tmp_path / "2018.zip")])
        assert again.exit_code == 1 and "请另建一个空数据库" in again.output
