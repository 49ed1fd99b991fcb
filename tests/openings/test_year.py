"""A year of business on top of imported balances: verified, closed, packaged, and the package checked by itself."""

from datetime import date

import pytest
from sqlalchemy import text

from fundapp.core import clock
from fundapp.core.db import db, on_sqlite, transaction
from fundapp.core.errors import RuleViolation
from fundapp.core.money import plain, yuan
from fundapp.ledger import queries as books
from fundapp.ledger.queries import LedgerOf
from fundapp.ledger.rules import Account, Dimension, LineKind, Model, Movement
from fundapp.oversight import checks
from fundapp.users.rules import Role
from fundapp.yearend import checker, queries
from tests.attacker import drop_guards, in_place_of_the_application, unguarded
from tests.builders.ledger import a_voucher
from tests.builders.openings import MID_YEAR, SmallBook, a_line, a_small_book, checked, posted, undone
from tests.builders.people import COURT, OTHER_COURT, the_books, the_holder
from tests.builders.yearend import (
    InMemory,
    a_package,
    a_year,
    a_year_close,
    told_again,
    unpacked,
    verified,
    year_closed,
)
from tests.pages import Page

HEADS = "链头签名齐全"  # a scheduled task signs them, and it does not run while these years are played


def problems():
    return {name: told for name, told in checks.checks() if told is not None and name != HEADS}


def test_the_year_of_which_the_books_keep_only_the_opening_balances_is_neither_offered_nor_closed(app, sign_in):
    with clock.at(date(2018, 3, 1)):
        a_small_book()
        reviewer = sign_in(the_holder(Role.FINANCE_REVIEWER))
        assert Page(reviewer, "/closings/guide").heading == "2018年终结账指引"
        assert Page(reviewer, "/closings?year=2017").heading == "2018年度结账"
        refused = Page(reviewer, "/closings/years/2017")
        assert (refused.status, "本院账簿自2018年起记账，2017年没有需要结账的账簿" in refused.text) == (422, True)
        with pytest.raises(RuleViolation, match="自2018年起记账"):
            a_year_close(year=2017)


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


def opened_with_income():
    """Books that begin on the last of February with 400.00 of the year's donations, and go on for the year; another
    file's balances, of the last of January, were undone."""
    with clock.at(date(2018, 5, 1)):
        book = SmallBook()
        undone(posted([a_line("1002.02", "借", "3.00"), a_line("2103.01", "贷", "3.00")], day=date(2018, 1, 31)))
        lines = [*book.lines[:-1], a_line("3001", "贷", "89100.00"), a_line("4603", "贷", "400.00")]
        posted(lines, day=MID_YEAR)
        a_voucher("60000.00", day=date(2018, 3, 9), source=book.source.subject)
        a_voucher("50.00", Movement.DONATION_RECEIVED, day=date(2018, 5, 1), source=book.source.subject)


def figures_of(line):
    return [plain(amount) for amount in line.amounts]


def test_what_the_books_began_with_is_no_turnover_of_the_year(app, tmp_path):
    opened_with_income()
    lines = {line.account: line for line in books.trial_balance([COURT], as_of=date(2018, 12, 31))}
    assert figures_of(lines[Account.FUND_BANK]) == ["80,000.00", "0.00", "60,050.00", "0.00", "140,050.00", "0.00"]
    assert figures_of(lines[Account.NET_ASSETS]) == ["0.00", "89,100.00", "0.00", "0.00", "0.00", "89,100.00"]
    assert figures_of(lines[Account.DONATION]) == ["0.00", "0.00", "0.00", "450.00", "0.00", "450.00"]
    assert figures_of(lines[Account.OPENING]) == ["0.00", "400.00", "400.00", "0.00", "0.00", "0.00"]
    sums = books.trial_sums(list(lines.values()))
    assert sums.is_balanced and sums.opening_debit == yuan("96500.00") and sums.debit == yuan("60450.00")
    early = {line.account: line for line in books.trial_balance([COURT], as_of=MID_YEAR)}
    assert figures_of(early[Account.FUND_BANK]) == ["80,000.00", "0.00", "0.00", "0.00", "80,000.00", "0.00"]
    later = {line.account: line for line in books.trial_balance([COURT], as_of=date(2019, 1, 1))}
    assert figures_of(later[Account.FUND_BANK])[:4] == ["140,050.00", "0.00", "0.00", "0.00"]
    verified(a_package(tmp_path))


def test_courts_that_began_on_different_days_are_told_together(app):
    opened_with_income()
    with clock.at(date(2018, 5, 1)):
        the_books(court_code=OTHER_COURT)
        pair = [a_line("1002.02", "借", "9.00"), a_line("2103.01", "贷", "9.00")]
        posted(pair, day=date(2018, 3, 31), court_code=OTHER_COURT)
    assert books.opened_in_year([COURT, OTHER_COURT], date(2018, 12, 31)) == {
        COURT: MID_YEAR, OTHER_COURT: date(2018, 3, 31),
    }  # fmt: skip
    lines = {line.account: line for line in books.trial_balance([COURT, OTHER_COURT], as_of=date(2018, 12, 31))}
    assert figures_of(lines[Account.CASE_BANK]) == ["7,009.00", "0.00", "0.00", "0.00", "7,009.00", "0.00"]
    assert books.trial_sums(list(lines.values())).is_balanced


def test_ledgers_have_the_opening_balance_as_a_line_of_its_own(app):
    opened_with_income()
    ledger = LedgerOf(COURT, Account.FUND_BANK, 2018)
    lines = list(books.ledger_lines(ledger, is_daily=True, is_over=True))
    told = [(line.kind, line.debit and plain(line.debit), plain(line.balance)) for line in lines]
    assert told[:5] == [
        (LineKind.ENTRY, "80,000.00", "80,000.00"),
        (LineKind.OPENING, None, "80,000.00"),
        (LineKind.ENTRY, "60,000.00", "140,000.00"),
        (LineKind.DAY_TOTAL, "60,000.00", "140,000.00"),
        (LineKind.MONTH_TOTAL, "60,000.00", "140,000.00"),
    ]
    assert told[-2:] == [(LineKind.YEAR_TOTAL, "60,050.00", "140,050.00"), (LineKind.YEAR_CARRIED, None, "140,050.00")]
    part = next(iter(books.parts_of_account(ledger, Dimension.SOURCE)))
    assert [plain(one) for one in (part.opening, part.debit, part.credit)] == ["80,000.00", "60,050.00", "0.00"]
    by_case = LedgerOf(COURT, Account.CASE_MONEY, 2018)
    part = next(iter(books.parts_of_account(by_case, Dimension.CASE)))
    assert [plain(one) for one in (part.opening, part.debit, part.credit)] == ["-6,000.00", "0.00", "0.00"]
    own = books.ledger_ends(LedgerOf(COURT, Account.CASE_MONEY, 2018, part=part.part))
    assert own.moved(date(2017, 12, 31), date(2018, 12, 31)) == (0, 0)
    donations = list(books.ledger_lines(LedgerOf(COURT, Account.DONATION, 2018), is_daily=False, is_over=False))
    assert [plain(line.credit) for line in donations if line.kind is LineKind.YEAR_TOTAL] == ["400.00", "450.00"]
    trial = {line.account: line for line in books.trial_balance([COURT], as_of=date(2018, 12, 31))}
    general = {one.account: one for one in books.general_ledger(COURT, 2018, last_month=12, is_over=False)}
    for account, one in general.items():
        moved = [line for line in one.lines if line.kind is LineKind.YEAR_TOTAL][-1]
        assert (moved.debit, moved.credit) == (trial[account].debit, trial[account].credit), account
    assert [line.kind for line in general[Account.OPENING].lines][:2] == [LineKind.OPENING, LineKind.YEAR_TOTAL]


@pytest.mark.parametrize("undone_day", [date(2018, 1, 31), date(2018, 3, 31)])
def test_an_import_that_was_undone_on_another_day_opens_no_books(app, tmp_path, undone_day):
    with clock.at(date(2018, 5, 1)):
        book = SmallBook()
        undone(posted(book.lines, day=undone_day))
        posted(book.lines, day=date(2017, 12, 31) if undone_day.month == 1 else MID_YEAR)
        a_voucher("60000.00", day=date(2018, 3, 9), source=book.source.subject)
    lines = {line.account: line for line in books.trial_balance([COURT], as_of=date(2018, 12, 31))}
    assert figures_of(lines[Account.FUND_BANK])[:4] == ["80,000.00", "0.00", "60,000.00", "0.00"]
    verified(a_package(tmp_path))


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
