"""The pages of batches and bank results as finance staff meet them."""

import io

import openpyxl
import pytest

from fundapp.core import clock
from fundapp.core.db import transaction
from fundapp.core.money import plain
from fundapp.disbursement import service
from fundapp.disbursement.rules import PAYMENT_HEADERS, BatchStatus, LineStatus
from fundapp.users.rules import Role
from tests.builders.advances import an_approved_advance
from tests.builders.disbursement import (
    a_batch,
    a_sent_batch,
    a_signed_batch,
    imported,
    result_csv,
    result_xlsx,
    the_paying_account,
    told,
)
from tests.builders.people import COURT, OTHER_COURT, SUPERIOR, a_user, the_holder
from tests.pages import Page

pytestmark = pytest.mark.usefixtures("app")

BATCHES = "/disbursement/batches"
RESULTS = "/disbursement/results"


class BatchPage(Page):
    """One batch, as a person of finance meets it."""

    def __init__(self, client, batch):
        super().__init__(client, f"{BATCHES}/{batch.id}")

    def sign(self):
        return self.follow("核对签发").submit("签发")

    def cancel(self, reason):
        return self.follow("撤销批次").submit("撤销批次", 撤销理由=reason)

    def export(self):
        return self.follow("导出银行文件").submit("导出银行文件")


@pytest.fixture
def clerk(sign_in):
    return sign_in(the_holder(Role.FINANCE_CLERK))


@pytest.fixture
def reviewer(sign_in):
    return sign_in(the_holder(Role.FINANCE_REVIEWER))


def upload(client, data, name="回执.xlsx"):
    return Page(client, f"{RESULTS}/import").submit("导入", {"银行回执文件": (data, name)})


# ------------------------------------------------------------------------------------------------------------- batches


def test_a_clerk_chooses_among_approved_advances(clerk):
    the_paying_account()
    first, second = an_approved_advance("8000.00"), an_approved_advance("9000.00")
    page = Page(clerk, f"{BATCHES}/new")
    assert page.facts()["待发放金额"] == "17,000.00 元"
    assert page.facts()["可用资金"] == "0.00 元"
    assert [row[1] for row in page.table("已批准待发放的垫付")] == [first.case.number, second.case.number]
    page.submit("编制批次", advance_ids=[second.id])
    assert page.heading == f"发放批次FF{clock.today().year}-001"
    assert page.facts()["合计金额"] == "9,000.00 元"
    [line] = page.table("发放明细")
    assert line[1] == second.case.number and line[2].endswith(second.account.number_mask)
    assert second.account.number not in page.response.text


def test_the_same_form_sent_twice_builds_one_batch(clerk):
    the_paying_account()
    advance = an_approved_advance()
    another = an_approved_advance()
    form, again = Page(clerk, f"{BATCHES}/new"), Page(clerk, f"{BATCHES}/new")
    form.submit("编制批次", advance_ids=[advance.id])
    again.submit("编制批次", advance_ids=[advance.id])
    assert again.status == 422
    assert "所选内容已不在列表中" in again.text
    assert len(Page(clerk, BATCHES).table("发放批次")) == 1
    assert another.status.value == "approved"


def test_nothing_chosen_is_told_beside_the_list(clerk):
    the_paying_account()
    an_approved_advance()
    page = Page(clerk, f"{BATCHES}/new").submit("编制批次", 付款日期="")
    assert page.status == 422
    assert "请至少选择一笔已批准待发放的垫付。" in page.text and "请填写付款日期。" in page.text


def test_a_missing_paying_account_is_told_on_the_page(clerk):
    advance = an_approved_advance()
    page = Page(clerk, f"{BATCHES}/new").submit("编制批次", advance_ids=[advance.id])
    assert page.status == 422
    assert "请财务复核人员先在“付款账户”页面登记" in page.text


def test_an_empty_list_says_what_to_do(clerk):
    assert "点击“编制批次”汇总送银行付款" in Page(clerk, BATCHES).main
    assert "没有已批准待发放的垫付" in Page(clerk, f"{BATCHES}/new").main
    assert "点击“导入银行回执”" in Page(clerk, RESULTS).main


def test_the_reviewer_signs_the_clerk_exports_and_downloads(clerk, reviewer):
    batch = a_batch("8000.00")
    page = BatchPage(reviewer, batch)
    assert not page.has_link("导出银行文件")
    page.sign()
    assert "批次已签发" in page.alerts[0]
    page = BatchPage(clerk, batch)
    assert not page.has_link("核对签发")
    page.export()
    assert "已送银行" in page.main and not page.has_link("撤销批次")
    page.follow("下载银行文件")
    sheet = openpyxl.load_workbook(io.BytesIO(page.response.data)).active
    headers, row = list(sheet.iter_rows())
    cells = dict(zip([cell.value for cell in headers], row, strict=True))
    assert tuple(cells) == PAYMENT_HEADERS
    assert cells["收款账号"].data_type == "s"
    assert cells["收款账号"].value == batch.lines[0].account_number
    assert page.response.headers["Content-Disposition"].endswith(f"{batch.number}.xlsx")
    assert batch.status is BatchStatus.SENT


def test_the_builder_is_refused_on_the_page(sign_in):
    the_paying_account()
    both_hands = the_holder(Role.FINANCE_REVIEWER)
    advance = an_approved_advance()
    with transaction(COURT):
        batch = service.build([advance.id], business_date=clock.today(), actor=both_hands)
    client = sign_in(both_hands)
    assert not BatchPage(client, batch).has_link("核对签发")
    page = Page(client, f"{BATCHES}/{batch.id}/sign").submit("签发")
    assert page.status == 422
    assert "编制人不能签发本人编制的发放批次" in page.text
    assert batch.status is BatchStatus.BUILT


def test_a_batch_signed_meanwhile_is_not_cancelled_from_an_old_page(clerk, reviewer):
    batch = a_batch()
    old = BatchPage(clerk, batch).follow("撤销批次")
    BatchPage(reviewer, batch).sign()
    old.submit("撤销批次", 撤销理由="收款人来电要求改期")
    assert old.status == 409
    assert "该事项在您阅读之后已有变动" in old.text
    assert batch.status is BatchStatus.SIGNED


def test_a_batch_is_cancelled_with_a_reason(clerk):
    batch = a_signed_batch()
    page = BatchPage(clerk, batch).cancel("")
    assert page.status == 422 and "请填写撤销理由" in page.text
    page = BatchPage(clerk, batch).cancel("收款人来电要求改期")
    assert "批次已撤销" in page.alerts[0]
    assert "收款人来电要求改期" in page.main
    assert batch.status is BatchStatus.CANCELLED


def test_an_unsigned_batch_is_neither_exported_nor_downloaded(clerk):
    batch = a_batch()
    page = Page(clerk, f"{BATCHES}/{batch.id}/export").submit("导出银行文件")
    assert page.status == 422 and "待复核签发" in page.text
    answer = clerk.get(f"{BATCHES}/{batch.id}/file")
    assert answer.status_code == 422 and "尚未导出" in answer.text


def test_the_list_is_filtered_and_exported(clerk):
    first, second = a_batch("8000.00"), a_sent_batch("9000.00")
    page = Page(clerk, BATCHES).submit("查询", 状态="sent")
    assert [row[0] for row in page.table("发放批次")] == [second.number]
    page = Page(clerk, BATCHES).submit("查询", 批次编号=first.number, 付款日期从=clock.today().isoformat())
    assert [row[0] for row in page.table("发放批次")] == [first.number]
    assert not Page(clerk, BATCHES).submit("查询", 付款日期至="2018-01-01").root.all("tbody")
    page = Page(clerk, BATCHES).follow("导出Excel")
    rows = list(openpyxl.load_workbook(io.BytesIO(page.response.data)).active.values)
    assert [row[0] for row in rows] == ["批次编号", second.number, first.number]
    page = BatchPage(clerk, second).follow("导出Excel")
    rows = list(openpyxl.load_workbook(io.BytesIO(page.response.data)).active.values)
    assert rows[1][0] == second.lines[0].key and rows[1][4] == second.lines[0].account_mask


def test_the_superior_court_reads_and_does_not_act(sign_in):
    batch = a_batch()
    leader = Page(sign_in(a_user(Role.BUREAU_DIRECTOR, court_code=SUPERIOR)), f"{BATCHES}/{batch.id}")
    assert leader.status == 200 and not leader.has_link("核对签发")
    neighbour = sign_in(a_user(Role.FINANCE_REVIEWER, court_code=OTHER_COURT))
    assert neighbour.get(f"{BATCHES}/{batch.id}").status_code == 404
    assert neighbour.get(f"{BATCHES}/{batch.id}/sign").status_code == 404
    above = sign_in(a_user(Role.FINANCE_REVIEWER, court_code=SUPERIOR))
    assert above.get(f"{BATCHES}/{batch.id}/sign").status_code == 404


def test_a_case_handler_stays_outside(sign_in):
    batch = a_sent_batch()
    handler = sign_in(the_holder(Role.CASE_HANDLER))
    for path in ("", f"/{batch.id}", f"/{batch.id}/file", f"/{batch.id}/sign", "/new"):
        assert handler.get(f"{BATCHES}{path}").status_code == 403


# ------------------------------------------------------------------------------------------------------ bank's answers


def test_a_result_is_read_and_shown_line_by_line(clerk):
    batch = a_sent_batch("8000.00", "9000.00", "7000.00")
    lines = batch.lines
    rows = [told(lines[0]), told(lines[1], "失败"), told(lines[2], 金额="7000.01")]
    page = upload(clerk, result_csv(*rows, titles=[["批量支付处理结果"]]), "回执.csv")
    assert "银行回执已导入" in page.alerts[0]
    facts = page.facts()
    assert [facts[name] for name in ("付款成功", "付款失败", "未作处理")] == ["1", "1", "1"]
    shown = page.table("回执明细")
    assert [row[1] for row in shown] == [lines[2].key, lines[1].key, lines[0].key]
    assert "金额（回执7,000.01元，应为7,000.00元）" in shown[0][-1]
    assert shown[2][4] == plain(lines[0].amount)
    export = page.follow("导出Excel").response.data
    assert len(list(openpyxl.load_workbook(io.BytesIO(export)).active.values)) == 4
    page = BatchPage(clerk, batch)
    assert [row[0] for row in page.table("相关银行回执")] == ["回执.csv"]
    assert "账号户名不符" in page.main
    [listed] = Page(clerk, RESULTS).submit("查询", 文件名="回执").table("银行回执")
    assert listed[4:] == ["1", "1", "0", "0", "1"]


def test_a_file_sent_twice_is_refused_with_when_and_by_whom(clerk):
    data = result_xlsx(told(a_sent_batch().lines[0]))
    upload(clerk, data)
    page = upload(clerk, data)
    assert page.status == 422
    assert "不能重复导入" in page.text and the_holder(Role.FINANCE_CLERK).name in page.text


@pytest.mark.parametrize(
    ("data", "name", "complaint"),
    [
        (b"", "回执.xlsx", "请选择银行回执文件"),
        (b"PK\x03\x04 broken", "回执.xlsx", "已损坏"),
        (b"a,b\r\n1,2\r\n", "回执.csv", "没有找到银行回执的表头"),
        (b"%PDF-1.7", "回执.pdf", "只接受 .xlsx 或 .csv 文件"),
    ],
)
def test_a_file_that_is_no_result_is_refused_on_the_page(clerk, data, name, complaint):
    page = upload(clerk, data, name if data else "")
    assert page.status == 422
    assert complaint in page.text


def test_a_repeated_payment_is_shown_from_its_failure_to_its_success(clerk):
    failed = a_sent_batch()
    imported(told(failed.lines[0], "失败"))
    page = Page(clerk, f"{BATCHES}/new").submit("编制批次", advance_ids=[failed.lines[0].advance_id])
    assert page.has_link(f"前次付款失败：{failed.lines[0].key}")


def test_an_unknown_line_is_resolved_on_its_page(reviewer, clerk):
    batch = a_sent_batch()
    line = batch.lines[0]
    imported(told(line, "处理中"))
    assert not BatchPage(clerk, batch).has_link("登记查明结果")
    page = BatchPage(reviewer, batch).follow("登记查明结果")
    answer = {"查明的结果": "paid", "银行流水号或答复文号": "BK-DF-3", "银行书面答复内容": "工行书面答复第3号"}
    page.submit("登记", answer)
    assert page.status == 422 and "请填写银行书面答复中的付款日期" in page.text
    page.submit("登记", answer | {"付款日期": clock.today().isoformat()})
    assert "查明的结果已登记" in page.alerts[0]
    assert line.status is LineStatus.PAID


# -------------------------------------------------------------------------------------------------- the paying account


def test_the_reviewer_registers_the_paying_account(reviewer, clerk):
    page = Page(reviewer, "/disbursement/paying-accounts").follow("登记付款账户")
    filled = {"开户行": "工行测试支行", "账户名称": "测试人民法院", "依据文件": "开户许可证测字第1号"}
    page.submit("登记", filled | {"账号": "19-07x"})
    assert page.status == 422 and "银行账号应为8至32位数字" in page.text
    page.submit("登记", filled | {"账号": "1907 0100 0902 2100 456"})
    [row] = page.table("垫付资金付款账户")
    assert row[2:6] == ["工行测试支行", "测试人民法院", "1907010009022100456", "开户许可证测字第1号"]
    assert clerk.get("/disbursement/paying-accounts/new").status_code == 403
    rows = list(
        openpyxl.load_workbook(
            io.BytesIO(Page(clerk, "/disbursement/paying-accounts").follow("导出Excel").response.data)
        ).active.values
    )
    assert rows[1][4] == "1907010009022100456"


def test_records_that_are_not_there_are_not_found(reviewer, clerk):
    for client, path in (
        (clerk, f"{BATCHES}/99"),
        (clerk, f"{BATCHES}/99/export"),
        (clerk, f"{BATCHES}/99/file"),
        (clerk, f"{RESULTS}/99"),
        (reviewer, "/disbursement/lines/99/resolve"),
    ):
        assert client.get(path).status_code == 404
