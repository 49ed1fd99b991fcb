"""The funding pages as finance staff meet them."""

import io

import openpyxl
import pypdfium2
import pytest

from fundapp.core.db import db
from fundapp.funding.models import FundReceipt, Source
from fundapp.funding.rules import ReceiptStatus
from fundapp.ledger.models import Voucher
from fundapp.ledger.rules import CorrectionMethod
from fundapp.users.rules import Role
from tests.builders.funding import a_corrected_receipt, a_receipt, a_receipt_correction, a_source
from tests.builders.people import a_user, the_books, the_holder
from tests.pages import Page

PDF = b"%PDF-1.7 receipt"


def fill(sign_in, role, url, button, **data):
    return Page(sign_in(the_holder(role)), url).submit(button, data)


def a_new_receipt(sign_in, source, **changes):
    data = {
        "source_id": str(source.id),
        "direction": "received",
        "amount": "12,000.50",
        "business_date": "2018-03-01",
        "bank_reference": "YH1",
    }
    return fill(sign_in, Role.FINANCE_CLERK, "/funding/receipts/new", "登记", **data | changes)


def test_a_clerk_registers_a_source(app, sign_in):
    the_books()
    page = fill(
        sign_in,
        Role.FINANCE_CLERK,
        "/funding/sources/new",
        "登记",
        kind="appropriation",
        name="岳阳市财政局",
        document="岳市财行指〔2018〕15号",
    )
    assert page.status == 302
    assert db.session.query(Source).one().name == "岳阳市财政局"


def test_money_is_recorded_with_its_paper_and_confirmed_by_another(app, sign_in):
    source = a_source()
    page = a_new_receipt(sign_in, source, paper=(PDF, "回单.pdf"))
    assert page.status == 302, page.main
    receipt = db.session.query(FundReceipt).one()
    fill(sign_in, Role.FINANCE_REVIEWER, f"/funding/receipts/{receipt.id}/confirm", "确认入账")
    assert receipt.status is ReceiptStatus.CONFIRMED
    assert db.session.get_one(Voucher, receipt.voucher_id).attachments == 1, "the one slip, uploaded"
    shown = Page(sign_in(the_holder(Role.AUDITOR)), f"/funding/receipts/{receipt.id}").response.text
    assert "12,000.50" in shown and "回单.pdf" in shown and "壹万贰仟元伍角整" in shown
    listed = Page(sign_in(the_holder(Role.AUDITOR)), "/funding/sources").response.text
    assert source.name in listed and "12,000.50" in listed


@pytest.mark.parametrize("amount", ["NaN", "1e3", "-1", "0.001", "0", "", "1_000", "九百", "9" * 10_000])
def test_a_bad_amount_is_answered_at_the_field_and_nothing_is_saved(app, sign_in, amount):
    page = a_new_receipt(sign_in, a_source(), amount=amount)
    assert page.status == 422
    assert page.alerts
    assert db.session.query(FundReceipt).count() == 0


@pytest.mark.parametrize(("typed", "fen"), [("１２３", "123.00"), ("16,409.02", "16,409.02"), ("￥12元", "12.00")])
def test_amounts_are_read_as_people_mean_them(app, sign_in, typed, fen):
    a_new_receipt(sign_in, a_source(), amount=typed)
    assert f"{db.session.query(FundReceipt).one().amount.amount:,.2f}" == fen


def test_a_paper_of_another_kind_is_refused_and_the_receipt_with_it(app, sign_in):
    page = a_new_receipt(sign_in, a_source(), paper=(b"MZ...", "回单.pdf"))
    assert page.status == 422
    assert "只能是 PDF、PNG 或 JPG" in page.response.text
    assert db.session.query(FundReceipt).count() == 0


def test_a_return_says_why(app, sign_in):
    receipt = a_receipt(is_confirmed=False)
    fill(sign_in, Role.FINANCE_REVIEWER, f"/funding/receipts/{receipt.id}/return", "退回", reason="日期与回单不符")
    assert receipt.status is ReceiptStatus.RETURNED
    assert "日期与回单不符" in Page(sign_in(the_holder(Role.AUDITOR)), f"/funding/receipts/{receipt.id}").response.text


def test_the_list_of_receipts_is_filtered_and_exported(app, sign_in):
    done, waiting = a_receipt(), a_receipt(is_confirmed=False)
    client = sign_in(the_holder(Role.AUDITOR))
    shown = Page(client, "/funding/receipts?status=recorded").response.text
    assert waiting.bank_reference in shown and done.bank_reference not in shown
    book = openpyxl.load_workbook(io.BytesIO(client.get("/funding/receipts?format=xlsx").data))
    assert book.active.max_row == 3


def test_a_source_is_corrected_with_the_version_that_was_read(app, sign_in):
    source = a_source()
    page = Page(sign_in(the_holder(Role.FINANCE_CLERK)), f"/funding/sources/{source.id}/change")
    stale = page.hidden("seen_version")
    page.submit("保存", name="改名后的单位", document="新文件")
    assert source.name == "改名后的单位"
    again = page.get(f"/funding/sources/{source.id}/change").submit("保存", name="再改", seen_version=stale)
    assert again.status == 409
    assert source.name == "改名后的单位"


def test_another_courts_source_answers_as_a_missing_one(app, sign_in):
    source = a_source()
    client = sign_in(a_user(Role.FINANCE_CLERK, court_code="湘0603"))
    assert client.get(f"/funding/sources/{source.id}").status_code == 404
    assert client.get("/funding/sources/99999").status_code == 404


def test_a_wrong_receipt_is_corrected_through_the_pages_and_every_page_tells_of_it(app, sign_in):
    first, second = a_source(), a_source()
    receipt = a_receipt("500.00", source=first)
    clerk, reviewer = sign_in(the_holder(Role.FINANCE_CLERK)), sign_in(the_holder(Role.FINANCE_REVIEWER))
    page = Page(clerk, f"/funding/receipts/{receipt.id}").follow("更正到账")
    for method, sentence in (
        ("注销", "根本不应记账"),
        ("注销并订正", "业务属实，但内容记错"),
        ("只调整差额", "只有金额记错"),
    ):
        assert sentence in page.facts()[method]
    page.submit("提交更正申请", 更正方式="", 更正理由="")
    assert page.status == 422 and "请选择更正方式" in page.main and "请填写更正理由" in page.main
    page.submit("提交更正申请", 更正方式="restate", 更正日期="2018-03-20", 更正理由="来源记错")
    assert page.status == 422 and "与原凭证相同" in page.main
    right = {"正确金额": "400.00", "正确的资金来源": str(second.id)}
    page.submit("提交更正申请", 更正方式="restate", 更正日期="2018-03-20", 更正理由="来源记错", **right)
    assert page.status == 302 and "正在等待复核" in page.main and not page.has_link("更正到账")

    page = Page(reviewer, "/ledger/corrections").follow("复核 2018收0001")
    facts = page.facts()
    assert (facts["更正方式"], facts["正确金额"], facts["正确的资金来源"]) == ("注销并订正", "400.00 元", second.name)
    assert [row[:3] for row in page.table("同意后记账的凭证")] == [
        ["注销2018年3月1日2018收0001号凭证", "红字", "-500.00"],
        ["订正2018年3月1日2018收0001号凭证", "蓝字", "400.00"],
    ]
    page.submit("确定复核结果", 复核结果="confirm")
    assert "本凭证已被注销，见凭证 2018收0002" in page.main and "正确内容见订正凭证 2018收0003" in page.main
    assert "本凭证订正凭证 2018收0001" in page.follow("2018收0003").main

    shown = Page(clerk, f"/funding/receipts/{receipt.id}")
    assert f"本笔到账已更正：{second.name}，400.00元" in shown.main
    assert shown.facts()["金额"] == "500.00 元", "the record itself stays"
    assert shown.table("更正经过")[0][1:4] == ["注销并订正", "400.00", "来源记错"]
    assert shown.has_link("更正到账"), "what was stated anew may be corrected again"
    assert "已更正为 400.00 元" in Page(clerk, "/funding/receipts").table("到账和退回")[0][-1]
    for source in (first, second):
        assert "已更正为 400.00 元" in Page(clerk, f"/funding/sources/{source.id}").table("到账和退回")[0][-1]
    book = openpyxl.load_workbook(io.BytesIO(clerk.get("/funding/receipts?format=xlsx").data))
    assert next(book.active.iter_rows(min_row=2, values_only=True))[-2:] == ("注销并订正", 400)


def test_a_cancelled_receipt_says_so_and_is_not_corrected_again(app, sign_in):
    receipt = a_receipt("500.00")
    a_corrected_receipt(receipt, CorrectionMethod.CANCEL)
    clerk = sign_in(the_holder(Role.FINANCE_CLERK))
    page = Page(clerk, f"/funding/receipts/{receipt.id}")
    assert "已在账簿中注销；银行流水号已放开" in page.main and not page.has_link("更正到账")
    assert "已注销" in Page(clerk, "/funding/receipts").table("到账和退回")[0][-1]
    book = openpyxl.load_workbook(io.BytesIO(clerk.get("/funding/receipts?format=xlsx").data))
    assert next(book.active.iter_rows(min_row=2, values_only=True))[-2:] == ("注销", 0)


def test_the_voucher_of_a_receipt_leads_to_where_it_is_corrected(app, sign_in):
    receipt = a_receipt("500.00")
    clerk = sign_in(the_holder(Role.FINANCE_CLERK))
    assert Page(clerk, f"/ledger/vouchers/{receipt.voucher_id}/correction").has_link("更正到账")
    _, restating = a_corrected_receipt(receipt, CorrectionMethod.RESTATE, "400.00")
    page = Page(clerk, f"/ledger/vouchers/{restating.id}/correction").follow("更正到账")
    assert page.url == f"/funding/receipts/{receipt.id}/correction"
    assert "请更正其订正凭证" in Page(clerk, f"/ledger/vouchers/{receipt.voucher_id}/correction").main


def text_of(paper: bytes) -> str:
    document = pypdfium2.PdfDocument(paper)
    text = "".join(page.get_textpage().get_text_range() for page in document).replace("\r\n", "")
    document.close()
    return text


def test_what_was_posted_keeps_the_name_under_which_its_source_gave(app, sign_in):
    source = a_source()
    before = a_receipt("500.00", source=source)
    clerk, former = sign_in(the_holder(Role.FINANCE_CLERK)), source.name
    page = Page(clerk, f"/funding/sources/{source.id}/change").submit("保存", name="岳阳楼区财政局")
    assert "资金来源已修改" in page.main
    after = a_receipt("600.00", source=source)
    for receipt, name, other in ((before, former, "岳阳楼区财政局"), (after, "岳阳楼区财政局", former)):
        page = Page(clerk, f"/ledger/vouchers/{receipt.voucher_id}")
        assert (f"记账时名称：{former}" in page.main) is (receipt is before)
        text = text_of(page.submit("打印凭证（PDF）").response.data)
        assert name in text and other not in text
    shown = Page(clerk, "/ledger/accounts/1002.01?year=2018").submit("打印（PDF）").response
    text = text_of(shown.data)
    shown.close()
    assert former in text and "岳阳楼区财政局" in text
    for url, column in (("/ledger?", 9), ("/ledger/accounts/1002.01?year=2018&", 5)):
        rows = openpyxl.load_workbook(io.BytesIO(clerk.get(f"{url}format=xlsx").data)).active
        told = [row[column] for row in rows.iter_rows(values_only=True)]
        assert [name for name in told if name in (former, "岳阳楼区财政局")] == [former, "岳阳楼区财政局"]


def test_who_may_ask_for_a_receipt_s_correction(app, sign_in):
    receipt, waiting = a_receipt("500.00"), a_receipt("600.00")
    a_receipt_correction(waiting, CorrectionMethod.CANCEL)
    address = f"/funding/receipts/{receipt.id}/correction"
    assert sign_in(the_holder(Role.FINANCE_REVIEWER)).get(address).status_code == 403
    assert sign_in(a_user(Role.FINANCE_CLERK, court_code="湘0603")).get(address).status_code == 404
    clerk = sign_in(the_holder(Role.FINANCE_CLERK))
    page = Page(clerk, f"/funding/receipts/{waiting.id}/correction")
    page.submit("提交更正申请", 更正方式="cancel", 更正日期="2018-03-20", 更正理由="重复入账")
    assert page.status == 422 and "已有一份待复核的更正申请" in page.main
    unconfirmed = a_receipt("1.00", is_confirmed=False)
    assert not Page(clerk, f"/funding/receipts/{unconfirmed.id}").has_link("更正到账")
