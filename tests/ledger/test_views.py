"""The pages of the books, as finance and those who watch it read them."""

import hashlib
import io
from datetime import date

import openpyxl
import pypdfium2
import pytest
from werkzeug.http import parse_options_header

from fundapp.core import clock
from fundapp.ledger import queries as books
from fundapp.ledger.rules import CorrectionStatus, Movement
from fundapp.trail import queries as trail
from fundapp.trail.rules import Event
from fundapp.users.rules import Role
from tests.builders.ledger import a_correction, a_voucher, close_month
from tests.builders.people import COURT, OTHER_COURT, SUPERIOR, a_user, the_holder
from tests.pages import Page

CLERK, REVIEWER = Role.FINANCE_CLERK, Role.FINANCE_REVIEWER


@pytest.fixture
def clerk(sign_in, app):
    return sign_in(the_holder(CLERK))


@pytest.fixture
def reviewer(sign_in, app):
    return sign_in(the_holder(REVIEWER))


def sheet(client, url: str) -> list[tuple]:
    response = client.get(url)
    assert "spreadsheetml" in response.mimetype
    return list(openpyxl.load_workbook(io.BytesIO(response.data)).active.iter_rows(values_only=True))


def file_name(client, url: str) -> str:
    return parse_options_header(client.get(url).headers["Content-Disposition"])[1]["filename"]


def test_a_workbook_of_the_books_says_whose_it_is_and_of_when(clerk):
    a_voucher("100.00", source="source:3")
    a_voucher("60.00", Movement.ADVANCE_PAID, case="case:17", source="source:3", debtor="party:5")
    court, bank = "岳阳市岳阳楼区人民法院", "1002.01 银行存款—垫付资金专户"
    claim = "1218.01 其他应收款—应收垫付款"
    for url, title, words, name in (
        ("general?year=2018", "总分类账", "2018", "2018"),
        ("journals?account=1002.01&year=2018&month=3", f"银行存款日记账 {bank}", "2018-03", "2018-03"),
        ("accounts/1002.01?year=2018", f"明细账 {bank}", "2018", "2018"),
        (
            "accounts/1218.01?year=2018&subject=party:5",
            f"明细账 {claim}",
            "2018　被执行人　当事人第5号",
            "2018-被执行人5",
        ),
        ("accounts/1218.01/by/case?year=2018", f"案件 {claim}", "2018", "2018"),
    ):
        assert sheet(clerk, f"/ledger/{url}&format=xlsx")[0][0] == f"{title}　{court}　{words}"
        assert file_name(clerk, f"/ledger/{url}&format=xlsx") == f"{title}-{court}-{name}.xlsx"


def test_the_journal_shows_vouchers_with_their_postings(clerk):
    a_voucher("16409.02", source="source:3")
    a_voucher("100.00", Movement.CASE_MONEY_RECEIVED, case="case:17")
    a_voucher("60.00", Movement.ADVANCE_PAID, case="case:17", source="source:3")
    a_voucher("50.00", Movement.RECOVERED, case="case:17", source="source:3")
    page = Page(clerk, "/ledger")
    rows = page.table("记账凭证和分录")
    assert [row[0] for row in rows] == ["2018付0002", "同上，凭证2018付0002", "2018付0001", "2018收0002", "2018收0001"]
    assert rows[-1][3:6] == ["1002.01 银行存款—垫付资金专户", "4001 财政拨款收入", "16,409.02"]
    assert page.has_link("案件第17号") and page.has_link("资金来源第3号")
    assert not page.has_link("全部法院")


def test_the_journal_is_narrowed_and_its_export_too(clerk):
    a_voucher("1.00", day=date(2018, 3, 1))
    a_voucher("2.00", day=date(2018, 4, 1), case="case:5")
    page = Page(clerk, "/ledger").submit("查询", 记账日期自="2018-04-01")
    assert [row[0] for row in page.table("记账凭证和分录")] == ["2018收0002"]
    assert sheet(clerk, "/ledger?format=xlsx&first_day=2018-04-01")[1:] == [
        (COURT, "2018收0002", *sheet(clerk, "/ledger?format=xlsx")[2][2:])
    ]
    assert "没有符合条件的凭证" in Page(clerk, "/ledger?summary=无此摘要").main


def test_a_superior_reads_several_courts_and_narrows_to_one(sign_in, app):
    a_voucher("1.00")
    a_voucher("2.00", court_code=OTHER_COURT)
    page = Page(sign_in(a_user(Role.PRESIDENT, court_code=SUPERIOR)), "/ledger")
    assert len(page.table("记账凭证和分录")) == 2
    page.submit("查询", 法院=OTHER_COURT)
    assert [row[5] for row in page.table("记账凭证和分录")] == ["2.00"]


def test_a_voucher_says_everything_and_leads_on(clerk):
    voucher = a_voucher("16409.02", source="source:3")
    page = Page(clerk, "/ledger").follow("2018收0001")
    facts = page.facts()
    assert page.heading == "收款凭证 2018收0001"
    assert facts["凭证编号"] == "收字第0001号" and facts["总号"] == "2018-0001"
    assert facts["凭证日期"] == facts["业务日期"] == "2018-03-01" and facts["会计期间"] == "2018-03"
    assert facts["出纳"] == the_holder(CLERK).name and facts["字色"] == "蓝字"
    assert facts["大写金额"] == "人民币壹万陆仟肆佰零玖元零贰分"
    assert facts["核算单位"] == "岳阳市岳阳楼区人民法院"
    assert facts["附件"] == "1张"
    assert facts["制单"] == the_holder(CLERK).name and facts["审核"] == the_holder(REVIEWER).name
    assert page.table("分录") == [
        [
            "1",
            "借 1002.01 银行存款—垫付资金专户 贷 4001 财政拨款收入",
            "资金来源第3号",
            "16,409.02",
            "16,409.02",
        ]
    ]
    assert page.table("办理经过")[0][2] == "凭证记账"
    assert voucher.digest[:12] in page.main


def test_the_paper_of_a_voucher(clerk):
    voucher = a_voucher("16409.02", source="source:3", debtor="party:4")
    page = Page(clerk, f"/ledger/vouchers/{voucher.id}").submit("打印凭证（PDF）")
    assert page.response.mimetype == "application/pdf"
    document = pypdfium2.PdfDocument(page.response.data)
    text = document[0].get_textpage().get_text_range()
    document.close()
    for said in ("收款凭证", "收字第0001号", "人民币壹万陆仟肆佰零玖元零贰分", "资金来源第3号", the_holder(CLERK).name):
        assert said in text.replace("\r\n", "")
    entry = trail.history(voucher.subject)[-1]
    assert (entry.event, entry.actor.id) == (Event.VOUCHER_PRINTED, the_holder(CLERK).id)
    assert entry.told == {"number": "2018收0001", "digest": hashlib.sha256(page.response.data).hexdigest()}
    assert Page(clerk, f"/ledger/vouchers/{voucher.id}").table("办理经过")[-1][2] == "打印凭证"


def test_the_trial_balance_of_a_day(clerk):
    a_voucher("100.00", day=date(2018, 3, 1))
    a_voucher("40.00", Movement.ADVANCE_PAID, case="case:1", day=date(2018, 3, 2))
    page = Page(clerk, "/ledger/trial-balance?as_of=2018-03-01")
    assert page.table("各科目余额") == [
        ["1002.01 银行存款—垫付资金专户", "0.00", "0.00", "100.00", "0.00", "100.00", "0.00"],
        ["4001 财政拨款收入", "0.00", "0.00", "0.00", "100.00", "0.00", "100.00"],
    ]
    assert any("借贷平衡" in alert for alert in page.alerts)
    page.submit("查询", 截止日期="2019-01-01")
    assert page.table("各科目余额")[0][1:] == ["60.00", "0.00", "0.00", "0.00", "60.00", "0.00"]
    url = "/ledger/trial-balance?as_of=2018-03-02&format=xlsx"
    (about, *_), header, *rows = sheet(clerk, url)
    assert about == "试算平衡表　岳阳市岳阳楼区人民法院　截至2018-03-02" and header[0] == "科目代码"
    assert [row[0] for row in rows] == ["1002.01", "1218.01", "4001", ""]
    assert rows[-1][1:] == ("合计", 0, 0, 140, 140, 100, 100)
    assert file_name(clerk, url) == "试算平衡表-岳阳市岳阳楼区人民法院-2018-03-02.xlsx"
    assert "截至该日没有记账" in Page(clerk, "/ledger/trial-balance?as_of=2017-01-01").main


def test_the_trial_balance_without_a_day_is_today_s(clerk):
    a_voucher("100.00", day=date(2018, 3, 1))
    with clock.at(date(2018, 2, 28)):
        assert "截至2018年2月28日" in Page(clerk, "/ledger/trial-balance").main
    impossible = Page(clerk, "/ledger/trial-balance?as_of=2018-02-30")
    assert "100.00" in impossible.main and "日期无法识别" in impossible.alerts[0]


def test_a_correction_walks_through_the_pages(clerk, reviewer):
    voucher = a_voucher("500.00")
    page = Page(clerk, f"/ledger/vouchers/{voucher.id}").follow("申请更正")
    page.submit("提交更正申请", 更正日期="2018-03-05", 更正理由="重复记账")
    assert page.status == 302 and "请财务复核人员办理" in page.main
    assert "正在等待复核" in page.main and not page.has_link("申请更正")
    assert not Page(clerk, "/ledger/corrections").has_link("复核 2018收0001")

    page = Page(reviewer, "/ledger/corrections").follow("复核 2018收0001")
    assert page.facts()["更正理由"] == "重复记账"
    page.submit("确定复核结果", 复核结果="confirm")
    assert page.status == 302 and "更正凭证已记账" in page.main
    assert "本凭证已被注销，见凭证 2018收0002" in page.main
    page.follow("2018收0002")
    assert "本凭证注销凭证 2018收0001" in page.main
    assert page.facts()["摘要"] == "注销2018年3月1日2018收0001号凭证：重复记账"
    assert Page(reviewer, "/ledger/corrections?status=confirmed").table("更正申请")[0][7].endswith("已更正")
    assert sheet(reviewer, "/ledger/corrections?format=xlsx")[1][8] == "已更正"


def test_a_refusal_stands_on_the_form_and_nothing_is_saved(clerk):
    voucher = a_voucher("500.00")
    url = f"/ledger/vouchers/{voucher.id}/correction"
    page = Page(clerk, url).submit("提交更正申请", 更正日期="2018-02-28", 更正理由="重复记账")
    assert page.status == 422 and "不能早于原凭证日期2018-03-01" in page.main
    page = Page(clerk, url).submit("提交更正申请", 更正日期="2018-13-01", 更正理由=" ")
    assert page.status == 422 and "日期无法识别" in page.main and "请填写更正理由" in page.main
    page = Page(clerk, url).submit("提交更正申请", 更正理由="长" * 201)
    assert page.status == 422 and "请缩短到200字以内" in page.main
    assert not books.has_waiting_correction(voucher.id)


def test_a_correction_decided_meanwhile_is_told(clerk, reviewer):
    correction = a_correction(a_voucher("500.00"))
    url = f"/ledger/corrections/{correction.id}"
    first, second = Page(reviewer, url), Page(reviewer, url)
    assert first.submit("确定复核结果", 复核结果="").status == 422
    first.submit("确定复核结果", 复核结果="return")
    assert "更正申请已退回" in first.main
    second.submit("确定复核结果", 复核结果="confirm")
    assert second.status == 409 and "刷新页面" in second.main
    assert correction.status is CorrectionStatus.RETURNED


def test_who_may_not_enter(sign_in, app):
    voucher = a_voucher("1.00")
    correction = a_correction(voucher)
    handler = sign_in(a_user(Role.CASE_HANDLER))
    assert handler.get("/ledger").status_code == 403
    stranger = sign_in(a_user(CLERK, court_code=OTHER_COURT))
    mine = Page(sign_in(the_holder(CLERK)), f"/ledger/vouchers/{voucher.id}")
    assert stranger.get(mine.url).status_code == 404
    token = {"csrf_token": Page(stranger, "/ledger").hidden("csrf_token")}
    assert stranger.post(f"{mine.url}/print", data=token).status_code == 404
    assert stranger.get(f"/ledger/vouchers/{voucher.id}/correction").status_code == 404
    auditor = sign_in(a_user(Role.AUDITOR))
    assert auditor.get(f"/ledger/corrections/{correction.id}").status_code == 403
    above = sign_in(a_user(Role.PRESIDENT, court_code=SUPERIOR))
    page = Page(above, f"/ledger/vouchers/{voucher.id}")
    assert page.status == 200 and not page.has_link("申请更正")
    other_reviewer = sign_in(a_user(REVIEWER, court_code=OTHER_COURT))
    assert other_reviewer.get(f"/ledger/corrections/{correction.id}").status_code == 404


def test_the_pages_speak_english(clerk):
    a_voucher("1.00")
    Page(clerk, "/ledger").submit("English")
    for url in ("/ledger", "/ledger/trial-balance", "/ledger/accounts/4001", "/ledger/corrections"):
        assert clerk.get(url).status_code == 200


def test_a_late_voucher_is_found_by_the_day_it_was_posted_which_the_filter_asks_for(clerk):
    a_voucher("1.00", day=date(2018, 1, 10))
    close_month("2018-01")
    a_voucher("2.00", day=date(2018, 1, 20))
    page = Page(clerk, "/ledger")
    assert page.table("记账凭证和分录")[0][:2] == ["2018收0002", "2018-02-01"]
    page.submit("查询", 记账日期自="2018-02-01")
    assert [row[0] for row in page.table("记账凭证和分录")] == ["2018收0002"]
