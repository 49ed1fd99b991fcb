"""The pages of opening balances as the clerk and the reviewer meet them."""

import io
from datetime import date

import openpyxl
import pytest

from fundapp.core import clock
from fundapp.core.db import db
from fundapp.ledger.models import Opening
from fundapp.ledger.rules import Model, OpeningStatus
from fundapp.users.rules import Role
from tests.builders.ceremonies import a_ceremony, listed
from tests.builders.custody import a_case_receipt, an_approved_payout
from tests.builders.funding import a_receipt
from tests.builders.openings import SmallBook, a_file, a_line, a_small_book, checked, posted, requested
from tests.builders.people import COURT, OTHER_COURT, a_user, the_books, the_holder
from tests.pages import Page


@pytest.fixture(autouse=True)
def march():
    with clock.at(date(2018, 3, 1)):
        yield


def as_clerk(sign_in, url):
    return Page(sign_in(the_holder(Role.FINANCE_CLERK)), url)


def as_reviewer(sign_in, url):
    return Page(sign_in(the_holder(Role.FINANCE_REVIEWER)), url)


def uploaded(sign_in, lines, day="2017-12-31"):
    page = as_clerk(sign_in, "/openings/new")
    return page.submit("上传并检查", {"day": day, "file": (a_file(lines), "期初.xlsx")})


def test_the_trial_balance_says_when_the_books_began(app, sign_in):
    a_small_book(day=date(2018, 2, 28))
    page = as_clerk(sign_in, "/ledger/trial-balance?as_of=2018-03-01")
    assert "账簿于2018年2月28日启用：期初为启用时带入的余额" in page.main
    bank = next(row for row in page.table("各科目余额") if row[0].startswith("1002.01"))
    assert bank[1:] == ["80,000.00", "0.00", "0.00", "0.00", "80,000.00", "0.00"]
    assert "启用" not in as_clerk(sign_in, "/ledger/trial-balance?as_of=2019-01-01").main
    lines = as_clerk(sign_in, "/ledger/accounts/1002.01?year=2018").table("分录和累计")
    assert len(lines) == 2 and lines[1][2] == "期初余额" and lines[1][5:] == ["", "", "借 80,000.00"]


def test_whoever_books_money_of_a_day_that_was_carried_in_is_warned(app, sign_in):
    book, _ = a_small_book(day=date(2018, 2, 28))
    told = "不晚于期初余额日期2018年2月28日，当日余额已作为期初带入"
    for day, is_warned in ((date(2018, 2, 28), True), (date(2018, 3, 1), False)):
        of_fund = a_receipt(source=book.source, is_confirmed=False, day=day)
        of_case = a_case_receipt("10.00", book.paid, confirmed=False, day=day)
        for url in (f"/funding/receipts/{of_fund.id}", f"/custody/receipts/{of_case.id}"):
            for page in (as_clerk(sign_in, url), as_reviewer(sign_in, f"{url}/confirm")):
                assert page.status == 200 and (told in page.main) is is_warned, page.url
    booked = a_receipt(source=book.source, day=date(2018, 2, 27))
    assert told not in as_clerk(sign_in, f"/funding/receipts/{booked.id}").main


def test_a_file_is_looked_at_sent_seen_and_posted(app, sign_in):
    book = SmallBook()
    page = uploaded(sign_in, book.lines)
    assert page.status == 302 and "检查通过，尚未记账" in page.main
    assert page.table("各科目期初余额")[-1] == ["3001 累计盈余", "1", "0.00", "89,500.00"]
    assert page.table("期初余额明细")[0][:4] == ["2", "1002.01 银行存款—垫付资金专户", "借", "80,000.00"]
    assert "（无需结转）" in page.main
    page.submit("送财务复核")
    assert db.session.query(Opening).one().status is OpeningStatus.REQUESTED
    reviewer = as_reviewer(sign_in, "/").follow("待复核的期初余额").follow("期初.xlsx").follow("复核")
    assert "96,500.00" in reviewer.main and book.owed.number in reviewer.main and book.source.name in reviewer.main
    reviewer.submit("确定复核结果", outcome="confirm")
    assert "2017转0008" in reviewer.main and "已入账" in reviewer.main
    listed = Page(sign_in(the_holder(Role.AUDITOR)), "/openings")
    assert listed.table("期初余额导入")[0][3:6] == ["9", "96,500.00", "96,500.00"]


def test_faults_are_shown_by_cell_and_handed_out(app, sign_in):
    the_books()
    page = uploaded(sign_in, [a_line("1002.02", "贷", "-5"), a_line("4009", "借", "x")])
    assert [row[:2] for row in page.table("错误清单")] == [["2", "C2、D2"], ["3", "A3、D3"]]
    assert "没有导入任何余额" in page.main and not page.root.all("form", action=f"{page.url}/send")
    page.submit("下载错误清单")
    sheet = openpyxl.load_workbook(io.BytesIO(page.response.data)).active
    assert [cell.value for cell in sheet[1]][-2:] == ["错误单元格", "原因"]
    assert [sheet.cell(row, 8).value for row in (2, 3)] == ["C2、D2", "A3、D3"]


@pytest.mark.parametrize(
    ("day", "told"),
    [("2017-12-30", "不是月末"), ("2018-03-31", "还没有到"), ("", "请填写期初余额日期")],
)
def test_a_bad_day_is_told_on_the_form(app, sign_in, day, told):
    page = uploaded(sign_in, SmallBook().lines, day=day)
    assert page.status == 422 and told in " ".join(page.alerts)
    assert db.session.query(Opening).count() == 0


def test_a_file_that_cannot_be_read_is_told_on_the_form(app, sign_in):
    the_books()
    page = as_clerk(sign_in, "/openings/new").submit("上传并检查", day="2017-12-31", file=(b"PK", "期初.xls"))
    assert page.status == 422 and "只接受 .xlsx 或 .csv" in " ".join(page.alerts)
    page = as_clerk(sign_in, "/openings/new").submit("上传并检查", day="2017-12-31")
    assert page.status == 422 and "请选择要导入的期初余额表" in " ".join(page.alerts)


def test_the_reviewer_returns_with_a_reason(app, sign_in):
    opening = requested(SmallBook().lines)
    page = as_reviewer(sign_in, f"/openings/{opening.id}/decide")
    page.submit("确定复核结果", outcome="return", reason="")
    assert page.status == 422 and "请写明理由" in " ".join(page.alerts)
    page.submit("确定复核结果", outcome="return", reason="第3行与对账单不符")
    assert page.status == 302 and page.facts()["退回理由"] == "第3行与对账单不符"


def test_what_was_posted_wrongly_is_undone_by_two(app, sign_in):
    _, opening = a_small_book()
    page = as_clerk(sign_in, f"/openings/{opening.id}").follow("申请冲销")
    page.submit("提交冲销申请", reason="单位填成了元")
    assert "待复核冲销" in page.main
    page = as_reviewer(sign_in, "/").follow("待复核的期初余额冲销").follow("期初.xlsx").follow("复核冲销")
    assert "单位填成了元" in page.main
    page.submit("确定复核结果", outcome="confirm")
    assert db.session.get_one(Opening, opening.id).status is OpeningStatus.UNDONE
    voucher = as_reviewer(sign_in, f"/openings/{opening.id}").follow("2017转0001")
    assert "本凭证已被注销，见凭证 2017转0009" in voucher.main


def test_a_decision_on_a_stale_page_is_refused(app, sign_in):
    opening = requested(SmallBook().lines)
    late = as_reviewer(sign_in, f"/openings/{opening.id}/decide")
    as_reviewer(sign_in, f"/openings/{opening.id}/decide").submit("确定复核结果", outcome="confirm")
    assert late.submit("确定复核结果", outcome="confirm").status == 409


def test_only_the_clerk_sends_and_only_the_reviewer_decides(app, sign_in):
    opening = checked(SmallBook().lines)
    assert as_reviewer(sign_in, "/openings/new").status == 403
    for page in ("decide", "decide-undoing"):
        assert as_clerk(sign_in, f"/openings/{opening.id}/{page}").status == 403
    assert "送财务复核" not in as_reviewer(sign_in, f"/openings/{opening.id}").main
    stranger = a_user(Role.FINANCE_CLERK, court_code=OTHER_COURT)
    assert Page(sign_in(stranger), f"/openings/{opening.id}").status == 404


@pytest.mark.parametrize("model", Model)
def test_the_empty_form_has_our_headers_and_the_accounts_of_the_model(app, sign_in, model):
    the_books(model=model)
    page = as_clerk(sign_in, "/openings/new").follow("下载期初余额模板")
    book = openpyxl.load_workbook(io.BytesIO(page.response.data))
    assert [cell.value for cell in book["期初余额"][1]][:4] == ["科目编号", "科目名称", "方向", "金额"]
    codes = [row[0].value for row in book["科目"].iter_rows(min_row=2)]
    assert ("2901.01" in codes) is (model is Model.CUSTODIAL)
    assert book["填写说明"]["A2"].value == "科目编号"


def test_what_the_books_began_with_is_shown_where_one_looks_for_it(app, sign_in):
    book, _ = a_small_book()
    auditor = sign_in(the_holder(Role.AUDITOR))
    assert Page(auditor, f"/funding/sources/{book.source.id}").facts()["期初余额"] == "80,500.00 元"
    assert Page(auditor, "/funding/sources").table("资金来源及使用情况")[0][3] == "80,500.00"
    assert Page(auditor, "/").facts()["期初余额"] == "80,500.00"
    assert Page(auditor, f"/custody/cases/{book.paid.id}").facts()["期初余额"] == "6,000.00 元"
    assert "本案有期初应收垫付款9,000.00元" in Page(auditor, f"/cases/{book.owed.id}").main
    assert "期初应收垫付款" not in Page(auditor, f"/cases/{book.paid.id}").main
    assert "另有期初应收垫付款9,000.00元" in Page(auditor, "/recovery").main


def test_what_the_fund_paid_before_these_books_is_not_paid_to_its_creditor_again(app, sign_in):
    book, _ = a_small_book()
    receipt = a_case_receipt("40000.00", book.owed, day=date(2018, 3, 1))
    at, warning = f"/custody/cases/{book.owed.id}", "期初应收垫付款9,000.00元尚未收回"
    reviewer, handler = sign_in(the_holder(Role.FINANCE_REVIEWER)), sign_in(the_holder(Role.CASE_HANDLER))
    assert Page(reviewer, at).facts()["可发放"] == "31,000.00 元"
    refused = Page(reviewer, f"/recovery/receipts/{receipt.id}/allocate")
    assert refused.status == 422 and "期初应收垫付款9,000.00元" in refused.main and "不要发放" in refused.main
    asking = Page(handler, f"{at}/payouts/new")
    creditor = {"purpose": "creditor", "payee_id": book.owed.creditors[0].id, "reason": "到账"}
    assert "可发放案款31,000.00元" in asking.submit("提交申请", creditor, amount="31000.01").main
    assert "以前已由资金垫付的9,000.00元" in asking.submit("提交申请", creditor, amount="21000.01").main
    payout = an_approved_payout("21000.00", book.owed)
    ceremony = a_ceremony()
    pages = {
        reviewer: [at, f"/custody/receipts/{receipt.id}", f"/custody/payouts/{payout.id}/pay"],
        handler: [f"{at}/payouts/new", f"/custody/payouts/{payout.id}"],
        sign_in(the_holder(Role.BUREAU_DIRECTOR)): [f"/custody/payouts/{payout.id}/decide"],
        sign_in(the_holder(Role.FINANCE_CLERK)): [f"/ceremonies/{ceremony.id}/lines/new"],
    }
    shown = {url: Page(client, url).main for client, urls in pages.items() for url in urls}
    assert {url for url, main in shown.items() if warning not in main} == set()
    listed(ceremony, payout)
    assert warning in Page(sign_in(the_holder(Role.VICE_PRESIDENT)), f"/ceremonies/{ceremony.id}/freeze").main
    assert warning not in Page(reviewer, f"/custody/cases/{book.paid.id}").main


def test_lists_and_lines_are_exported(app, sign_in):
    opening = posted(SmallBook().lines)
    auditor = sign_in(the_holder(Role.AUDITOR))
    for url, cell in (("/openings", "C2"), (f"/openings/{opening.id}", "B2")):
        sheet = openpyxl.load_workbook(io.BytesIO(Page(auditor, url).follow("导出Excel").response.data)).active
        assert sheet[cell].value in ("期初.xlsx", "1002.01")
    assert COURT in Page(auditor, "/openings?status=posted").main
    assert Page(auditor, "/openings?status=returned").main.count("期初.xlsx") == 0
