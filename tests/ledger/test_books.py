"""Journals, ledgers and bound vouchers against the postings themselves, added up the plain way."""

import io
import os
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import groupby, pairwise

import openpyxl
import pypdfium2
import pytest
from sqlalchemy import select

from fundapp.core import clock, jobs
from fundapp.core.db import db
from fundapp.core.errors import RuleViolation
from fundapp.core.money import from_fen, plain, to_fen
from fundapp.ledger import papers, printing, queries
from fundapp.ledger.models import PostingLine, Voucher
from fundapp.ledger.queries import LedgerOf, Place
from fundapp.ledger.rules import Account, BookKind, Dimension, Ink, LineKind, Movement, VoucherKind
from fundapp.trail.models import TrailEntry
from fundapp.trail.rules import Event
from fundapp.users.rules import Role
from tests.builders.books import reversed_on, two_hard_years
from tests.builders.ledger import a_voucher, close_month
from tests.builders.people import COURT, OTHER_COURT, SUPERIOR, a_user, the_holder
from tests.pages import Page

YEARS = (2017, 2018, 2019)
PARTS = ("", "source:1", "source:2", "case:1", "case:2", "party:1")
Row = tuple[str, date, int | None, int | None, int]


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with clock.at(date(2019, 2, 1)):
        yield


# ------------------------------------------------------- the plain way: every posting, one after another


def postings(account: Account, part: str) -> list[tuple[date, int, int, int]]:
    """Day, id, debit and credit in fen of each posting of an account, red as the deduction it is."""
    rows = db.session.execute(
        select(PostingLine, Voucher).join(Voucher).where(Voucher.court_code == COURT).order_by(PostingLine.id)
    )
    found = []
    for line, voucher in rows:
        if account not in (line.debit, line.credit):
            continue
        if part and part not in (line.case_ref, line.source_ref, line.debtor_ref):
            continue
        fen = to_fen(line.amount)
        debit, credit = (fen, 0) if line.debit is account else (0, fen)
        if voucher.ink is Ink.RED:
            debit, credit = -credit, -debit
        found.append((voucher.posted_on, line.id, debit, credit))
    return sorted(found)


def summed(rows: list[tuple[date, int, int, int]]) -> tuple[int, int]:
    return sum(row[2] for row in rows), sum(row[3] for row in rows)


def added_up(account: Account, year: int, part: str, *, is_daily: bool) -> list[Row]:
    """The year's ledger, every total added up from the postings under it."""
    every = postings(account, part)
    of_year = [row for row in every if row[0].year == year]

    def balance(day: date) -> int:
        debit, credit = summed([row for row in every if row[0] <= day])
        return debit - credit

    lines: list[Row] = [("year_brought", date(year, 1, 1), None, None, balance(date(year - 1, 12, 31)))]
    running = lines[0][4]
    for month, of_month in groupby(of_year, key=lambda row: row[0].month):
        rows = list(of_month)
        for day, of_day in groupby(rows, key=lambda row: row[0]):
            for _, _, debit, credit in (day_rows := list(of_day)):
                running += debit - credit
                lines.append(("entry", day, debit or None, credit or None, running))
            if is_daily:
                lines.append(("day_total", day, *summed(day_rows), balance(day)))
        end = max(row[0] for row in rows)
        last = date(year + month // 12, month % 12 + 1, 1)
        so_far = [row for row in of_year if row[0] <= end]
        lines.append(("month_total", last, *summed(rows), balance(end)))
        lines.append(("year_total", last, *summed(so_far), balance(end)))
    return [*lines, ("year_carried", date(year, 12, 31), None, None, balance(date(year, 12, 31)))]


def told(lines) -> list[Row]:
    return [
        (
            line.kind.value,
            date.fromordinal(line.day.toordinal() + 1)
            if line.kind.value in ("month_total", "year_total")
            else line.day,
            None if line.debit is None else to_fen(line.debit),
            None if line.credit is None else to_fen(line.credit),
            to_fen(line.balance),
        )
        for line in lines
    ]


# ------------------------------------------------------------------------- ledgers as they are kept


def test_every_ledger_of_every_account_is_what_its_postings_add_up_to(app):
    two_hard_years()
    shown = 0
    for account in Account:
        for year in YEARS:
            for part in PARTS:
                for is_daily in (True, False):
                    ledger = LedgerOf(COURT, account, year, part=part)
                    lines = list(queries.ledger_lines(ledger, is_daily=is_daily, is_over=True))
                    assert told(lines) == added_up(account, year, part, is_daily=is_daily), ledger
                    shown += len(lines)
    assert shown > 1000


def test_a_month_without_entries_is_added_up_too_once_it_has_begun(clerk, app):
    two_hard_years()
    moved = queries.ledger_ends(LedgerOf(COURT, Account.FUND_BANK, 2018)).moved(date(2017, 12, 31), date(2018, 6, 30))
    so_far = [plain(from_fen(fen)) for fen in moved]
    url = "/ledger/journals?account=1002.01"
    page = Page(clerk, f"{url}&year=2018&month=6")
    assert [row[2] for row in page.table("逐日逐笔")] == ["上月结转", "本月合计", "本年累计"]
    assert [row[5:7] for row in page.table("逐日逐笔")] == [["", ""], ["0.00", "0.00"], so_far]
    text = " ".join(sheets(printed(clerk, page, "打印（PDF）")))
    assert "本月合计" in text and all(figure in text for figure in so_far)
    begun = Page(clerk, f"{url}&year=2019&month=2").table("逐日逐笔")
    assert [row[2] for row in begun] == ["上月结转", "本月合计", "本年累计"]
    assert [row[2] for row in Page(clerk, f"{url}&year=2019&month=3").table("逐日逐笔")] == ["上月结转"]
    busy = [row[2] for row in Page(clerk, f"{url}&year=2018&month=5").table("逐日逐笔")]
    assert busy.count("本月合计") == 1


def test_the_general_ledger_is_what_the_postings_add_up_to(app):
    two_hard_years()
    for year in YEARS:
        accounts = queries.general_ledger(COURT, year, last_month=12, is_over=True)
        for one in accounts:
            every = postings(one.account, "")
            for line in one.lines:
                first = {
                    LineKind.MONTH_TOTAL: line.day.replace(day=1),
                    LineKind.YEAR_TOTAL: date(year, 1, 1),
                }.get(line.kind)
                if first:
                    moved = summed([row for row in every if first <= row[0] <= line.day])
                    assert (line.debit, line.credit) == tuple(map(from_fen, moved))
                until = date(year - 1, 12, 31) if line.kind is LineKind.YEAR_BROUGHT else line.day
                debit, credit = summed([row for row in every if row[0] <= until])
                assert to_fen(line.balance) == debit - credit
            assert len(one.lines) == 26
        met = {account for account in Account if any(row[0].year <= year for row in postings(account, ""))}
        assert {one.account for one in accounts} == met
    assert queries.general_ledger(COURT, 2016, last_month=12, is_over=True) == []


@pytest.mark.parametrize("size", [1, 2, 3, 50])
def test_the_pages_of_a_ledger_are_the_ledger_in_both_directions(app, size):
    two_hard_years()
    ledger = LedgerOf(COURT, Account.FUND_BANK, 2018)
    how = {"is_daily": True, "is_over": True, "size": size}
    whole = told(queries.ledger_lines(ledger, is_daily=True, is_over=True))
    forward, page = [], queries.ledger_page(ledger, **how)
    pages = [page]
    while page.following:
        page = queries.ledger_page(ledger, **how, after=page.following)
        pages.append(page)
    for page in pages:
        forward += told(page.lines)
    assert forward == whole and pages[0].previous is None
    for earlier, later in pairwise(pages):
        back = queries.ledger_page(ledger, **how, before=later.previous)
        assert back.lines == earlier.lines and (back.previous is None) == (earlier is pages[0])


def test_a_month_begins_with_what_the_month_before_left(app):
    two_hard_years()
    ledger = LedgerOf(COURT, Account.FUND_BANK, 2018, 5, 5)
    lines = list(queries.ledger_lines(ledger, is_daily=True, is_over=True))
    whole = list(queries.ledger_lines(LedgerOf(COURT, Account.FUND_BANK, 2018), is_daily=True, is_over=True))
    assert [line.kind for line in lines] == [
        LineKind.MONTH_BROUGHT,
        LineKind.ENTRY,
        LineKind.DAY_TOTAL,
        LineKind.MONTH_TOTAL,
        LineKind.YEAR_TOTAL,
    ]
    assert lines[1:] == [line for line in whole if line.day.month == 5]


def test_a_place_beyond_the_ledger_shows_nothing_and_fails_nothing(app):
    two_hard_years()
    ledger = LedgerOf(COURT, Account.FUND_BANK, 2018)
    page = queries.ledger_page(ledger, is_daily=True, is_over=False, after=Place(date(2018, 12, 31), 2**31 - 1))
    assert (page.lines, page.previous, page.following) == ([], None, None)


def test_the_parts_of_an_account_are_what_their_postings_add_up_to(app):
    two_hard_years()
    for account in Account:
        for dimension in Dimension:
            for year in YEARS:
                ledger = LedgerOf(COURT, account, year)
                for row in queries.parts_of_account(ledger, dimension):
                    every = postings(account, row.part)
                    before = summed([one for one in every if one[0].year < year])
                    moved = summed([one for one in every if one[0].year == year])
                    assert row.opening == from_fen(before[0] - before[1])
                    assert (row.debit, row.credit) == (from_fen(moved[0]), from_fen(moved[1]))
                    assert row.closing == row.opening + row.debit - row.credit
    ledger = LedgerOf(COURT, Account.FUND_BANK, 2018)
    first = queries.parts_of_account(ledger, Dimension.SOURCE, size=1)
    assert ([row.part for row in first] == ["source:1", "source:2"][: len(first)] and len(first) == 1) or first
    assert [row.part for row in queries.parts_of_account(ledger, Dimension.SOURCE)] == ["source:1", "source:2"]
    assert [row.part for row in queries.parts_of_account(ledger, Dimension.SOURCE, after="source:1")] == ["source:2"]


def test_a_year_is_carried_over_when_it_is_closed_and_not_when_the_calendar_has_left_it(app):
    a_voucher("1.00", day=date(2018, 12, 3))
    assert queries.voucher_years([COURT]) == [2018] and queries.voucher_years([OTHER_COURT]) == []
    assert not queries.is_year_over(COURT, 2018)
    close_month("2018-12")
    assert queries.is_year_over(COURT, 2018)


def test_long_ledgers_are_long_work_and_short_ones_are_not(app, monkeypatch):
    two_hard_years()
    order = printing.ordered(book="bank_journal", court=COURT, year="2018", account="1002.01")
    entries = queries.entry_count(order.ledger)
    assert entries == len([row for row in postings(Account.FUND_BANK, "") if row[0].year == 2018])
    monkeypatch.setattr(printing, "LONG", entries)
    assert not printing.is_long(order)
    monkeypatch.setattr(printing, "LONG", entries - 1)
    assert printing.is_long(order)
    assert printing.is_long(printing.ordered(book="vouchers", court=COURT, year="2018", month="1"))
    assert not printing.is_long(printing.ordered(book="general", court=COURT, year="2018"))


@pytest.mark.parametrize(
    "words",
    [
        {"book": "novel", "year": "2018"},
        {"book": "vouchers", "year": "18"},
        {"book": "vouchers", "year": "2018", "month": "13"},
        {"book": "general", "year": "two"},
        {"book": "general", "year": "0000"},
        {"book": "bank_journal", "year": "2018", "account": "9999"},
        {"book": "subsidiary", "year": "2018", "account": "1002.01", "month": "x"},
    ],
)
def test_an_order_that_names_no_book_is_refused(words):
    with pytest.raises(RuleViolation, match="打印内容不完整"):
        printing.ordered(court=COURT, **words)


# ---------------------------------------------------------------------------------- pages and papers


def sheets(content: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(content)
    try:
        return [page.get_textpage().get_text_range().replace("\r\n", "") for page in document]
    finally:
        document.close()


def printed(client, page: Page, button: str, **extra) -> bytes:
    """What comes of a print button: the file at once, or after the progress page."""
    page.submit(button, **extra)
    if page.response.mimetype == "text/html":
        assert "已完成" in page.main
        page.follow("查看结果")
    content = page.response.data
    page.response.close()
    return content


def events(event: Event = Event.BOOK_PRINTED) -> Sequence[TrailEntry]:
    return db.session.scalars(select(TrailEntry).where(TrailEntry.event == event)).all()


@pytest.fixture
def clerk(sign_in, app):
    return sign_in(the_holder(Role.FINANCE_CLERK))


def bound(vouchers) -> Iterator[tuple[Voucher, int]]:
    """Each voucher with the number of its sheets: two lines a posting, six a sheet."""
    for voucher in vouchers:
        yield voucher, -(-2 * len(voucher.lines) // 6)


def without_a_month_that_is_whole(pages: list[str], vouchers: Sequence[Voucher]) -> list[str]:
    """Of a bound book, the pages that follow a month's cover and vouchers, which say what the database says."""
    cover, *rest = pages
    for voucher, count in bound(vouchers):
        text, rest = "".join(rest[:count]), rest[count:]
        sign = -1 if voucher.ink is Ink.RED else 1
        assert papers.voucher_number(voucher) in text and f"总第{voucher.number:04d}号" in text
        total = plain(from_fen(sign * sum(to_fen(line.amount) for line in voucher.lines)))
        assert text.count(f"￥{total}") == 2
        for line in voucher.lines:
            assert text.count(plain(from_fen(sign * to_fen(line.amount)))) >= 2
            assert papers.account_words(line.debit) in text and papers.account_words(line.credit) in text
    for kind in VoucherKind:
        of_kind = [voucher for voucher in vouchers if voucher.kind is kind]
        assert (papers.LABELS[kind] in cover) == bool(of_kind)
    every = sum(to_fen(papers.signed_total(voucher)) for voucher in vouchers)
    assert f"合计 {len(vouchers)} " in cover and plain(from_fen(every)) in cover
    year, month = vouchers[0].month.split("-")
    assert f"{year}年{int(month)}月" in cover
    return rest


def test_the_bound_vouchers_of_every_month_and_of_the_year_are_those_of_the_database(clerk, app):
    two_hard_years()
    months = sorted(set(db.session.scalars(select(Voucher.month).where(Voucher.court_code == COURT))))
    years = sorted({month[:4] for month in months})
    vouchers = {month: queries.month_vouchers(COURT, month) for month in months}
    for month in months:
        page = Page(clerk, f"/ledger/binding?year={month[:4]}")
        pages = sheets(printed(clerk, page, f"装订成册（PDF） {month}"))
        assert without_a_month_that_is_whole(pages, vouchers[month]) == []
    for year in years:
        page = Page(clerk, f"/ledger/binding?year={year}")
        pages = sheets(printed(clerk, page, "装订成册（PDF） 全年"))
        for month in months:
            if month.startswith(year):
                pages = without_a_month_that_is_whole(pages, vouchers[month])
        assert pages == []
    told = [(entry.told["book"], entry.told["period"], len(entry.told["digest"])) for entry in events()]
    periods = [papers.period_words(int(month[:4]), int(month[5:])) for month in months]
    assert told == [("记账凭证", period, 64) for period in (*periods, *(f"{year}年" for year in years))]


def test_one_kind_of_vouchers_is_bound_alone_and_a_month_without_any_is_refused(clerk, app):
    two_hard_years()
    page = Page(clerk, "/ledger/binding?year=2018&kind=receipt")
    rows = page.table("各月凭证")
    assert [row[0] for row in rows] == ["2018-01", "2018-04", "2018-05", "全年"]
    assert int(rows[-1][2]) == sum(int(row[2]) for row in rows[:-1])
    cover, *rest = sheets(printed(clerk, page, "装订成册（PDF） 2018-01"))
    assert "收款凭证" in cover and "付款凭证" not in cover and len(rest) == 2
    page = Page(clerk, "/ledger/binding?year=2018&kind=receipt")
    page.submit("装订成册（PDF） 2018-01", month="11")
    assert "2018-11没有可装订的凭证" in page.main


def test_a_month_of_many_vouchers_is_bound_in_volumes(clerk, app, monkeypatch):
    monkeypatch.setattr(printing, "VOLUME", 2)
    monkeypatch.setattr(printing, "THIN", 0)  # and each volume is set in a process of its own
    for _ in range(3):
        a_voucher("1.00")
    content = printed(clerk, Page(clerk, "/ledger/binding?year=2018"), "装订成册（PDF） 2018-03")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        volumes = [sheets(archive.read(name)) for name in archive.namelist()]
    assert [len(volume) for volume in volumes] == [3, 2]
    assert "第1册 共2册" in volumes[0][0] and "收字第0001—0002号" in volumes[0][0]
    assert "第2册 共2册" in volumes[1][0] and "收字第0003号" in volumes[1][0]


def test_a_year_of_many_vouchers_is_bound_in_volumes_with_a_cover_for_each_month_in_them(clerk, app, monkeypatch):
    monkeypatch.setattr(printing, "VOLUME", 2)
    for day in (date(2018, 2, 5), date(2018, 3, 5), date(2018, 3, 6)):
        a_voucher("1.00", day=day)
    content = printed(clerk, Page(clerk, "/ledger/binding?year=2018"), "装订成册（PDF） 全年")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        first, second = [sheets(archive.read(name)) for name in archive.namelist()]
    assert [len(first), len(second)] == [4, 2]
    assert "2018年2月" in first[0] and "收字第0001号" in first[0]
    assert "2018年3月" in first[2] and "第1册 共2册" in first[2] and "收字第0002号" in first[2]
    assert "2018年3月" in second[0] and "第2册 共2册" in second[0] and "收字第0003号" in second[0]


def test_a_red_voucher_and_its_original_lead_to_each_other_on_page_and_paper(clerk, app):
    original = a_voucher("500.00", source="source:3")
    red = reversed_on(original, date(2018, 3, 5))
    page = Page(clerk, f"/ledger/vouchers/{red.id}")
    assert page.table("分录") == [
        ["1", "借 1002.01 银行存款—垫付资金专户 贷 4001 财政拨款收入", "资金来源第3号", "-500.00", "-500.00"]
    ]
    assert page.facts()["大写金额"] == "人民币负伍佰元整" and page.facts()["字色"] == "红字"
    assert "本凭证注销凭证 2018收0001" in page.main
    assert "本凭证已被注销，见凭证 2018收0002" in page.follow("2018收0001").main
    (text,) = sheets(printed(clerk, Page(clerk, f"/ledger/vouchers/{red.id}"), "打印凭证（PDF）"))
    assert "￥-500.00" in text and "人民币负伍佰元整" in text and "注销2018收0001号凭证" in text
    (text,) = sheets(printed(clerk, Page(clerk, f"/ledger/vouchers/{original.id}"), "打印凭证（PDF）"))
    assert "已由2018收0002号凭证注销" in text
    rows = Page(clerk, "/ledger").table("记账凭证和分录")
    assert rows[0][3:6] == ["1002.01 银行存款—垫付资金专户", "4001 财政拨款收入", "-500.00"]


def test_the_journal_on_screen_as_workbook_and_on_paper_says_the_same(clerk, app):
    two_hard_years()
    close_month("2018-12")
    url = "/ledger/journals?account=1002.01&year=2018"
    page = Page(clerk, url)
    assert page.heading == "银行存款日记账 1002.01 银行存款—垫付资金专户"
    lines = list(queries.ledger_lines(LedgerOf(COURT, Account.FUND_BANK, 2018), is_daily=True, is_over=True))
    on_screen = page.table("逐日逐笔")
    assert len(on_screen) == len(lines)
    figures = [[plain(amount) if amount is not None else "" for amount in (one.debit, one.credit)] for one in lines]
    assert [row[5:7] for row in on_screen] == figures
    assert [row[7].split()[1] for row in on_screen] == [plain(abs(line.balance)) for line in lines]
    workbook = openpyxl.load_workbook(io.BytesIO(clerk.get(url + "&format=xlsx").data)).active
    rows = list(workbook.iter_rows(min_row=3, values_only=True))
    assert [f"{row[10]:,.2f}" for row in rows] == [plain(abs(line.balance)) for line in lines]
    text = " ".join(sheets(printed(clerk, page, "打印（PDF）")))
    for line in lines:
        assert plain(abs(line.balance)) in text
    for said in ("银行存款日记账", "上年结转", "本日合计", "本月合计", "本年累计", "结转下年", "-500.00", "单位：元"):
        assert said in text
    assert any("-500.00" in row[5] for row in on_screen)


def test_a_long_journal_turns_its_pages(clerk, app):
    for number in range(queries.LINES_AT_ONCE + 2):
        a_voucher("1.00", day=date(2018, 3, 1 + number // 31))
    close_month("2018-12")
    page = Page(clerk, "/ledger/journals?account=1002.01&year=2018")
    assert "本月合计" not in page.main
    first = page.table("逐日逐笔")
    page.follow("下一页")
    rows = page.table("逐日逐笔")
    assert [row[7] for row in rows[:2]] == ["借 61.00", "借 62.00"]
    assert [row[2] for row in rows[2:]] == ["本日合计", "本月合计", "本年累计", "结转下年"]
    assert page.follow("上一页").table("逐日逐笔") == first
    for nonsense in ("after=x", "after=2018-02-31.5", "before=0000-01-01.1", "after=2018-01-01.99999999999"):
        assert Page(clerk, f"/ledger/journals?account=1002.01&year=2018&{nonsense}").status == 200


def test_a_ledger_is_divided_by_case_source_and_debtor(clerk, app):
    two_hard_years()
    page = Page(clerk, "/ledger/accounts?year=2018").follow("案件 1218.01")
    assert page.heading == "1218.01 其他应收款—应收垫付款：按案件"
    assert page.table("各明细") == [
        ["案件第1号", "150.00", "20.00", "40.00", "130.00"],
        ["案件第2号", "0.00", "10.00", "0.00", "10.00"],
    ]
    sheet = openpyxl.load_workbook(io.BytesIO(clerk.get(page.url + "&format=xlsx").data)).active
    assert list(sheet.iter_rows(min_row=3, values_only=True))[1] == ("案件第2号", 0, 10, 0, 10)
    assert (
        Page(clerk, "/ledger/accounts/1218.01/by/case?year=2018&month=3").follow("案件第1号").url.count("month=3") == 1
    )
    page.follow("案件第1号")
    rows = page.table("分录和累计")
    assert rows[0][2] == "上年结转" and rows[0][7] == "借 150.00"
    assert rows[1][4].split() == ["案件第1号", "资金来源第1号", "被执行人", "当事人第1号"]
    text = "".join(sheets(printed(clerk, page, "打印（PDF）")))
    assert "明细账" in text and "科目：1218.01 其他应收款—应收垫付款　案件第1号" in text
    assert "案件第1号 资金来源第1号 当事人第1号" in text and "案件第2号" not in text
    assert Page(clerk, "/ledger/accounts/1218.01/by/colour").status == 404
    assert Page(clerk, "/ledger/accounts/9999/by/case").status == 404
    for undivided in ("2901.02/by/party", "1002.01/by/case", "2901.02?subject=party:1"):
        page = Page(clerk, f"/ledger/accounts/{undivided}")
        assert page.status == 404 and "分户核算，请从明细账重新选择" in page.main


def test_many_parts_turn_their_pages(clerk, app):
    a_voucher("100.00")
    for number in range(100, 102 + queries.LINES_AT_ONCE):
        a_voucher("1.00", Movement.ADVANCE_PAID, case=f"case:{number}")
    page = Page(clerk, "/ledger/accounts/1218.01/by/case?year=2018")
    assert len(first := page.table("各明细")) == queries.LINES_AT_ONCE and first[0][0] == "案件第100号"
    page.follow("下一页")
    assert [row[0] for row in page.table("各明细")] == ["案件第160号", "案件第161号"]
    assert not page.has_link("下一页")
    assert page.follow("首页").table("各明细") == first


def test_a_court_without_books_reads_empty_ledgers(clerk, app):
    assert "该年度没有账" in Page(clerk, "/ledger/general").main
    assert "该年度没有账" in Page(clerk, "/ledger/accounts").main
    assert "该年度没有凭证" in Page(clerk, "/ledger/binding").main
    page = Page(clerk, "/ledger/journals")
    assert [row[2] for row in page.table("逐日逐笔")] == ["上年结转"]
    general = {"book": "general", "court": COURT, "year": "2019", "account": ""}
    page.submit("打印（PDF）", general)
    assert page.status == 422 and "2019年还没有可打印的账簿" in page.main


def test_the_general_ledger_on_screen_as_workbook_and_on_paper(clerk, app):
    two_hard_years()
    close_month("2018-12")
    page = Page(clerk, "/ledger/general?year=2018")
    assert [row[1] for row in page.table("1002.01")][:3] == ["上年结转", "本月合计", "本年累计"]
    assert page.table("1002.01")[-1][1] == "结转下年"
    sheet = openpyxl.load_workbook(io.BytesIO(clerk.get("/ledger/general?year=2018&format=xlsx").data)).active
    accounts = queries.general_ledger(COURT, 2018, last_month=12, is_over=True)
    assert sheet.max_row == 2 + sum(len(one.lines) for one in accounts)
    pages = sheets(printed(clerk, page, "打印（PDF）"))
    assert len(pages) == len(accounts)
    for one, text in zip(accounts, pages, strict=True):
        assert f"科目：{papers.account_words(one.account)}" in text
        assert all(plain(abs(line.balance)) in text for line in one.lines)
    alone = Page(clerk, "/ledger/general?year=2018&account=4001")
    assert len(sheets(printed(clerk, alone, "打印（PDF）"))) == 1


def test_books_of_another_court_stay_shut_and_a_print_belongs_to_who_ordered_it(sign_in, app):
    two_hard_years()
    clerk = sign_in(the_holder(Role.FINANCE_CLERK))
    page = Page(clerk, "/ledger/binding?year=2018")
    page.submit("装订成册（PDF） 2018-01", court=OTHER_COURT)
    assert page.status == 404 and "没有找到该法院的账簿" in page.main
    assert Page(clerk, f"/ledger/journals?court={OTHER_COURT}&year=2018").table("逐日逐笔")[0][2] == "上年结转"
    assert "77.00" not in Page(clerk, f"/ledger/journals?court={OTHER_COURT}&year=2018").main
    page = Page(clerk, "/ledger/binding?year=2018").submit("装订成册（PDF） 2018-01")
    assert page.has_link("查看结果")
    reviewer = sign_in(the_holder(Role.FINANCE_REVIEWER))
    assert reviewer.get(page.url).status_code == reviewer.get(page.url + "/file").status_code == 404
    above = Page(sign_in(a_user(Role.AUDITOR, court_code=SUPERIOR)), "/ledger/journals?year=2018")
    above.submit("查询", 法院=OTHER_COURT)
    assert "77.00" in above.main
    assert "2018年3月" in "".join(sheets(printed(clerk, above.submit("查询", 月份="3"), "打印（PDF）")))
    entry = events()[-1]
    assert (entry.court_code, entry.subject) == (SUPERIOR, f"court:{OTHER_COURT}")


def test_a_printed_book_is_kept_for_a_week_and_then_made_again(clerk, app):
    two_hard_years()
    page = Page(clerk, "/ledger/binding?year=2018").submit("装订成册（PDF） 2018-01")
    (path,) = printing.kept("x").parent.glob("vouchers-*2018-01*")
    job_page = page.url
    for days, is_kept in ((printing.KEPT_DAYS, True), (printing.KEPT_DAYS + 1, False)):
        made_at = clock.now().timestamp() - days * 24 * 3600 + 60
        os.utime(path, (made_at, made_at))
        Page(clerk, "/ledger/binding?year=2018").submit("装订成册（PDF） 2018-05")
        assert path.exists() is is_kept
    assert "已完成" in Page(clerk, job_page).main
    page.follow("查看结果")
    assert page.status == 404 and "请返回账簿页面重新打印" in page.main


def test_a_waiting_print_has_no_file_yet_and_its_progress_is_a_piece_of_the_page(clerk, app):
    two_hard_years()
    page = Page(clerk, "/ledger/binding?year=2018").submit("装订成册（PDF） 2018-01")
    fragment = clerk.get(page.url, headers={"HX-Request": "true"})
    assert "已完成" in fragment.text and "<html" not in fragment.text
    owner = the_holder(Role.FINANCE_CLERK).id
    waiting = jobs.Job("0" * 16, "ledger.print", owner, jobs.JobState.WAITING)
    jobs._keep(waiting)
    assert clerk.get(f"/ledger/prints/{waiting.id}/file").status_code == 404


def test_the_pages_of_the_books_speak_english(clerk, app):
    two_hard_years()
    Page(clerk, "/ledger").submit("English")
    for url in (
        "/ledger/journals?year=2018",
        "/ledger/general?year=2018",
        "/ledger/accounts?year=2018",
        "/ledger/accounts/1002.01?year=2018",
        "/ledger/accounts/1002.01/by/source?year=2018",
        "/ledger/binding?year=2018",
        f"/ledger/vouchers/{db.session.scalars(select(Voucher.id)).first()}",
    ):
        assert clerk.get(url).status_code == 200
    assert BookKind.GENERAL in papers.LABELS


def test_a_ledger_names_only_whom_the_books_of_its_court_concern(clerk, sign_in, app):
    two_hard_years()
    a_voucher(
        "5.00", Movement.ADVANCE_PAID, court_code=OTHER_COURT, day=date(2018, 3, 2), case="case:8", debtor="party:8"
    )
    mine = Page(clerk, "/ledger/accounts/1218.01?year=2018&subject=party:1")
    assert "当事人第1号" in mine.main
    for theirs in ("party:8", "case:8", "source:9"):
        for url in ("", "&format=xlsx", f"&court={OTHER_COURT}"):
            refused = Page(clerk, f"/ledger/accounts/1218.01?year=2018&subject={theirs}{url}")
            assert refused.status == 404 and "该法院的账簿中没有" in refused.main
        assert events() == []
        printing_it = Page(clerk, mine.url).submit("打印（PDF）", subject=theirs)
        assert printing_it.status == 404 and "该法院的账簿中没有" in printing_it.main
    assert "当事人第1号" in "".join(sheets(printed(clerk, mine, "打印（PDF）")))
    (entry,) = events()
    assert (entry.told["book"], entry.told["part"], entry.subject) == ("明细账 1218.01", "party:1", f"court:{COURT}")
    above = sign_in(a_user(Role.AUDITOR, court_code=SUPERIOR))
    theirs = f"/ledger/accounts/1218.01?year=2018&court={OTHER_COURT}&subject="
    assert "当事人第8号" in Page(above, theirs + "party:8").main
    assert Page(above, theirs + "party:1").status == 404
