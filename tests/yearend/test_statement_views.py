"""The annual statements as finance, president and auditor read, print and export them."""

import hashlib
import io
from datetime import date

import openpyxl
import pypdfium2
import pytest
from sqlalchemy import select

from fundapp.core import clock
from fundapp.core.db import db
from fundapp.core.money import ZERO
from fundapp.trail.models import TrailEntry
from fundapp.trail.rules import Event
from fundapp.users.rules import Role
from fundapp.yearend import papers
from fundapp.yearend.views import statements as views
from tests.builders.funding import a_receipt
from tests.builders.people import COURT, OTHER_COURT, SUPERIOR, the_holder
from tests.builders.yearend import a_year
from tests.pages import Page

TITLES = ["资金收支情况表", "垫付款账龄分析表", "已核销垫付款备查簿", "兑现大会台账", "案件统计表"]


@pytest.fixture
def a_played_year(app):
    a_year()
    with clock.at(date(2019, 1, 8)):
        yield


def page(sign_in, url, role=Role.FINANCE_REVIEWER, *, court_code=COURT):
    return Page(sign_in(the_holder(role, court_code=court_code)), url)


def exported(found, button):
    """The file that a button of the page hands out."""
    found.submit(button)
    assert found.status == 200, found.response.text
    return found.response


def prints():
    return db.session.scalars(select(TrailEntry).where(TrailEntry.event == Event.BOOK_PRINTED)).all()


def text_of(pdf):
    return "\n".join(one.get_textpage().get_text_range() for one in pypdfium2.PdfDocument(pdf))


def test_the_list_of_statements_opens_with_the_last_year_and_leads_to_each(a_played_year, sign_in):
    found = page(sign_in, "/statements")
    assert found.heading == "2018年度报表"
    assert [row[0] for row in found.table("报表目录")] == TITLES
    for title in TITLES:
        assert page(sign_in, "/statements").follow(title).heading == f"{title} 2018"


def test_the_fund_statement_stands_on_screen_with_last_year_and_links_to_its_ledgers(a_played_year, sign_in):
    found = page(sign_in, "/statements/sources?year=2018")
    rows = found.table("资金收支情况表（按来源）")
    assert [row[1] for row in rows] == ["本年数", "上年数"] * (len(rows) // 2)
    assert rows[-2][2:] == ["0.00", "100,000.00", "25,000.00", "10,000.00", "0.00", "0.00", "85,000.00", "0.00"]
    assert found.table("核对") == [
        [
            "期初余额加减本年收付，等于1002.01垫付资金专户与1001.01库存现金年末余额之和",
            "85,000.00",
            "85,000.00",
            "✓ 相符",
        ]
    ]
    assert "本年度尚未全部年终结账" in found.text
    assert found.follow(rows[0][0]).heading.startswith("明细账 1002.01")


def test_a_statement_that_contradicts_the_books_warns_its_reader(a_played_year, sign_in, monkeypatch):
    monkeypatch.setattr("fundapp.yearend.queries.statements.sources._in_the_accounts", lambda codes, day: ZERO)
    found = page(sign_in, "/statements/sources?year=2018")
    assert "报表与账簿不符" in found.alerts[0]
    assert found.table("核对")[0][3] == "✕ 不符"


def test_a_long_list_is_shortened_on_screen_only(a_played_year, sign_in, monkeypatch):
    monkeypatch.setattr(views, "SHOWN", 1)
    found = page(sign_in, "/statements/ageing?year=2018")
    assert len(found.table("未收回垫付款明细")) == 2  # one, and the total
    assert "页面只列出前1笔，其余1笔见打印件和Excel。" in found.text


def test_all_statements_are_printed_on_one_paper_that_says_what_the_pages_say(a_played_year, sign_in):
    answer = exported(page(sign_in, "/statements?year=2018"), "打印（PDF）")
    assert answer.mimetype == "application/pdf"
    text = text_of(answer.data)
    for words in (*TITLES, "编制单位", "单位：元", "2018年度", "单位负责人", "财务负责人", "复核", "制表", "85,000.00"):
        assert words in text.replace("：\r\n", "："), words
    assert "第 1 页 共 5 页" in text
    [entry] = prints()
    assert (entry.subject, entry.actor_id) == (f"court:{COURT}", the_holder(Role.FINANCE_REVIEWER).id)
    told = entry.told
    assert (told["book"], told["period"]) == ("年度报表", "2018年度")
    assert told["digest"] == hashlib.sha256(answer.data).hexdigest()


def test_the_same_books_make_the_same_paper(a_played_year):
    assert papers.annual_statements([COURT], 2018) == papers.annual_statements([COURT], 2018)


def test_a_long_paper_is_set_in_a_process_of_its_own_and_says_the_same(a_played_year, monkeypatch):
    short = text_of(papers.annual_statements([COURT], 2018))
    monkeypatch.setattr(papers, "LONG", 1)
    assert text_of(papers.annual_statements([COURT], 2018)) == short


def test_a_statement_is_exported_as_a_workbook_with_amounts_as_numbers(a_played_year, sign_in):
    answer = exported(page(sign_in, "/statements/ageing?year=2018"), "导出Excel")
    book = openpyxl.load_workbook(io.BytesIO(answer.data))
    assert book.sheetnames == ["垫付款账龄分析表", "未收回垫付款明细", "核对和说明"]
    remarks = [[cell.value for cell in row] for row in book["核对和说明"].iter_rows()]
    assert remarks[1] == ["垫付款账龄分析表", "乙类：未收回合计等于1218.01应收垫付款余额", 15000, 15000, "相符"]
    assert "满1年、2年、3年的当日仍计入前一档" in remarks[2][1]
    bands = [[cell.value for cell in row] for row in book["垫付款账龄分析表"].iter_rows()]
    assert bands[0] == ["账龄", "笔数", "上年笔数", "金额（元）", "上年金额（元）"]
    assert bands[1] == ["1年以内（含1年）", 2, 0, 15000, 0]
    assert bands[-1] == ["合计", 2, 0, 15000, 0]
    [entry] = prints()
    assert entry.told["book"] == "垫付款账龄分析表"
    assert entry.told["digest"] == hashlib.sha256(answer.data).hexdigest()


def test_all_statements_make_one_workbook(a_played_year, sign_in):
    answer = exported(page(sign_in, "/statements?year=2018"), "导出Excel")
    book = openpyxl.load_workbook(io.BytesIO(answer.data))
    assert len(book.sheetnames) == 8
    assert "本年无核销。" in [row[1].value for row in book["核对和说明"].iter_rows()]
    sheet = book["资金收支情况表（按来源）"]
    assert [cell.value for cell in sheet[sheet.max_row - 1]][:4] == ["合计", "本年数", 0, 100000]


def test_a_superior_reads_one_court_or_all_together(a_played_year, sign_in):
    with clock.at(date(2019, 1, 8)):
        a_receipt("500.00", court_code=OTHER_COURT, day=date(2018, 3, 1))
    url = "/statements/sources?year=2018&court="
    one = page(sign_in, url + OTHER_COURT, Role.AUDITOR, court_code=SUPERIOR).table("资金收支情况表（按来源）")
    assert one[-2][2:4] == ["0.00", "500.00"]
    found = page(sign_in, url + "all", Role.AUDITOR, court_code=SUPERIOR)
    assert found.table("资金收支情况表（按来源）")[-2][3:5] == ["0.00", "100,500.00"]
    answer = exported(found, "打印（PDF）")
    assert "个法院（汇总）" in text_of(answer.data)
    assert prints()[-1].subject == f"court:{SUPERIOR}"


@pytest.mark.parametrize("court", [OTHER_COURT, SUPERIOR, "nowhere"])
def test_another_court_s_figures_are_never_shown(a_played_year, sign_in, court):
    with clock.at(date(2019, 1, 8)):
        a_receipt("123.45", court_code=OTHER_COURT, day=date(2018, 3, 1))
    found = page(sign_in, f"/statements/sources?year=2018&court={court}")
    assert found.status == 200
    assert "123.45" not in found.text
    mine = page(sign_in, "/statements/sources?year=2018")
    sent = {"csrf_token": mine.hidden("csrf_token"), "statement": "sources", "year": "2018", "format": "pdf"}
    assert mine.client.post("/statements/files", data=sent | {"court": court}).status_code == 404
    assert mine.client.post("/statements/files", data=sent | {"court": COURT}).status_code == 200


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"statement": "balance-sheet"}, 404),
        ({"format": "docx"}, 422),
        ({"format": ""}, 422),
        ({"year": "never"}, 422),
        ({"year": ""}, 422),
        ({"year": "1"}, 422),
        ({"year": "99999999"}, 422),
    ],
)
def test_what_was_made_up_by_hand_is_answered_with_a_sentence_and_no_entry(a_played_year, sign_in, changed, status):
    mine = page(sign_in, "/statements/sources?year=2018")
    sent = {"csrf_token": mine.hidden("csrf_token"), "statement": "", "court": COURT, "year": "2018", "format": "pdf"}
    answer = mine.client.post("/statements/files", data=sent | changed)
    assert answer.status_code == status
    assert prints() == []


def test_an_address_made_up_by_hand_leads_nowhere_and_a_strange_year_is_passed_over(a_played_year, sign_in):
    assert page(sign_in, "/statements/balance-sheet").status == 404
    assert page(sign_in, "/statements?year=99999").heading == "2018年度报表"


def test_who_may_not_read_the_books_reads_no_statements(a_played_year, sign_in):
    assert page(sign_in, "/statements", Role.CASE_HANDLER).status == 403
    assert page(sign_in, "/statements/cases", Role.ADMINISTRATOR).status == 403
