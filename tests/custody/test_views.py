"""The case money pages as court staff meet them."""

import io
from datetime import date

import openpyxl
from sqlalchemy import func, select

from fundapp.core.db import db
from fundapp.custody.models import CaseReceipt, Payout
from fundapp.custody.rules import CaseReceiptStatus, PayoutStatus
from fundapp.ledger.models import Voucher
from fundapp.users.rules import Role
from tests.builders.cases import a_case
from tests.builders.custody import a_case_receipt, a_payout, an_approved_payout, decided
from tests.builders.people import OTHER_COURT, a_user, the_books, the_holder
from tests.builders.recovery import a_recovered_receipt
from tests.pages import Page

CALENDARLESS = date(2003, 3, 1)
PDF = b"%PDF-1.7 slip"
SLIP = {"payer": "王某某", "amount": "12,000.50", "business_date": "2018-10-22", "bank_reference": "AK1"}


def at(sign_in, role, url):
    return Page(sign_in(the_holder(role)), url)


def test_a_debtors_payment_is_recorded_in_its_case_and_confirmed_by_another(app, sign_in):
    the_books()
    case = a_case("18000.00")
    page = at(sign_in, Role.FINANCE_CLERK, "/custody/receipts").follow("登记案款")
    page.submit("查询", number=case.number)
    assert page.heading == f"{case.number}案款"
    page.follow("登记到账").submit("登记", SLIP | {"paper": (PDF, "回单.pdf")})
    assert page.status == 302, page.main
    assert "已登记" in page.alerts[0] and "回单.pdf" in page.main
    assert page.facts()["发放期限（到账后30日）"] == "2018-11-21"
    receipt = db.session.scalars(select(CaseReceipt)).one()
    at(sign_in, Role.FINANCE_REVIEWER, f"/custody/receipts/{receipt.id}").follow("复核入账").submit("确认入账")
    assert receipt.status is CaseReceiptStatus.CONFIRMED
    assert db.session.get_one(Voucher, receipt.voucher_id).attachments == 1, "the one slip, uploaded"
    facts = at(sign_in, Role.AUDITOR, f"/custody/cases/{case.id}").facts()
    assert facts["已到账"] == facts["可发放"] == "12,000.50 元"
    assert facts["案款子账户"].startswith("0602201801")


def test_a_deadline_of_a_year_without_a_calendar_is_not_guessed(app, sign_in):
    receipt = a_case_receipt(day=CALENDARLESS)
    shown = at(sign_in, Role.AUDITOR, f"/custody/receipts/{receipt.id}").facts()
    assert "尚无2003年的节假日安排" in shown["发放期限（到账后30日）"]


def test_what_is_wrong_with_a_payment_stands_on_the_form(app, sign_in):
    first = a_case_receipt()
    url = f"/custody/cases/{first.case_id}/record"
    page = at(sign_in, Role.FINANCE_CLERK, url).submit("登记", SLIP | {"bank_reference": first.bank_reference})
    assert page.status == 422 and "不要重复登记" in page.alerts[0]
    page = page.get(url).submit("登记", SLIP | {"amount": "1e3"})
    assert page.status == 422 and "不是有效的金额" in page.alerts[0]
    page = page.get(url).submit("登记", SLIP | {"paper": (b"MZ...", "回单.pdf")})
    assert page.status == 422 and "只能是 PDF、PNG 或 JPG" in page.alerts[0]
    assert db.session.scalar(select(func.count()).select_from(CaseReceipt)) == 1


def test_a_case_is_found_by_its_number_only(app, sign_in):
    page = at(sign_in, Role.CASE_HANDLER, "/custody/cases")
    page.submit("查询", number="随便写写")
    assert page.response.status_code == 422 and "案号格式不正确" in page.alerts[0]
    page.submit("查询", number="（2018）湘0602执99999号")
    assert page.response.status_code == 404 and "没有找到该案号的案件" in page.alerts[0]


def test_a_return_says_why(app, sign_in):
    receipt = a_case_receipt(confirmed=False)
    page = at(sign_in, Role.FINANCE_REVIEWER, f"/custody/receipts/{receipt.id}").follow("退回")
    page.submit("退回", reason="案号有误")
    assert receipt.status is CaseReceiptStatus.RETURNED
    assert page.facts()["退回原因"] == "案号有误"


def test_a_stale_confirmation_answers_409_and_posts_nothing(app, sign_in):
    receipt = a_case_receipt(confirmed=False)
    page = at(sign_in, Role.FINANCE_REVIEWER, f"/custody/receipts/{receipt.id}/confirm")
    page.submit("确认入账", seen_version="99")
    assert page.status == 409 and "已有变动" in page.alerts[0]
    assert receipt.status is CaseReceiptStatus.RECORDED


def test_a_payout_walks_from_the_handler_to_the_payees_account(app, sign_in):
    case = a_case_receipt("10000.00").case
    page = at(sign_in, Role.CASE_HANDLER, f"/custody/cases/{case.id}").follow("申请发放")
    page.submit("提交申请", purpose="creditor", payee_id=str(case.creditors[0].id), amount="10000.01", reason="发放")
    assert page.status == 422 and "超过本案可发放案款10,000.00元" in page.alerts[0]
    page.submit("提交申请", purpose="creditor", payee_id=str(case.creditors[0].id), amount="10000", reason="发放")
    assert page.status == 302, page.main
    payout = db.session.scalars(select(Payout)).one()
    url = f"/custody/payouts/{payout.id}"
    page = at(sign_in, Role.BUREAU_DIRECTOR, url).follow("签署审批意见")
    assert "壹万元整" in page.main and payout.account.number_mask in page.main
    assert payout.account.number not in page.response.text
    page.submit("签署", outcome="agreed", opinion="同意发放")
    [row] = page.table("审批意见")
    assert (row[0], row[2]) == ("执行局长", "同意发放") and payout.status is PayoutStatus.APPROVED
    page = at(sign_in, Role.FINANCE_REVIEWER, url).follow("登记支付").submit("确认支付", bank_reference="ZF1")
    assert page.status == 302, page.main
    assert payout.status is PayoutStatus.PAID
    assert page.facts()["银行流水号"] == "ZF1" and page.has_link("查看记账凭证")


def test_a_director_returns_and_a_handler_withdraws(app, sign_in):
    returned, withdrawn = a_payout(), an_approved_payout()
    page = at(sign_in, Role.BUREAU_DIRECTOR, f"/custody/payouts/{returned.id}/decide")
    page.submit("签署", outcome="returned", opinion="请核对金额")
    assert returned.status is PayoutStatus.RETURNED and "请核对金额" in page.main
    page = at(sign_in, Role.CASE_HANDLER, f"/custody/payouts/{withdrawn.id}").follow("撤回申请")
    page.submit("撤回", reason="另案冻结")
    assert withdrawn.status is PayoutStatus.WITHDRAWN and "另案冻结" in page.main
    page.get(f"/custody/payouts/{withdrawn.id}/withdraw").submit("撤回", reason="再撤一次")
    assert page.status == 422 and "当前为“已撤回”" in page.alerts[0]


def test_a_refused_payment_stands_on_the_form(app, sign_in):
    payout = an_approved_payout()
    page = at(sign_in, Role.FINANCE_REVIEWER, f"/custody/payouts/{payout.id}/pay")
    page.submit("确认支付", bank_reference="ZF1", paid_on="2018-01-01")
    assert page.status == 422 and "不能早于申请日期" in page.alerts[0]
    assert payout.status is PayoutStatus.APPROVED


def test_the_lists_are_filtered_and_exported_whole(app, sign_in):
    receipts = [a_case_receipt("11.00"), a_case_receipt("22.00", confirmed=False)]
    waiting = a_recovered_receipt("33.00")
    client = sign_in(the_holder(Role.AUDITOR))
    assert amounts(client, "/custody/receipts", 3) == ["33.00", "22.00", "11.00"]
    assert amounts(client, "/custody/receipts?status=recorded", 3) == ["22.00"]
    assert amounts(client, f"/custody/receipts?text={receipts[0].bank_reference}", 3) == ["11.00"]
    assert amounts(client, "/custody/receipts?is_unallocated=y", 3) == ["33.00"]
    assert exported(client, "/custody/receipts?status=confirmed") == 3
    asked, paid = a_payout("11.00", receipts[0].case), decided(a_payout("44.00"))
    assert amounts(client, "/custody/payouts", 5) == ["44.00", "11.00"]
    assert amounts(client, "/custody/payouts?status=approved&purpose=creditor", 5) == ["44.00"]
    assert amounts(client, "/custody/payouts?purpose=refund", 5) == []
    assert amounts(client, f"/custody/payouts?text={asked.payee.name}", 5).count("11.00") == 1
    assert amounts(client, f"/custody/payouts?text={paid.case.number}", 5) == ["44.00"]
    assert exported(client, "/custody/payouts") == 3
    assert waiting.waits_for_allocation


def amounts(client, url, column):
    page = Page(client, url)
    caption = page.heading
    rows = page.table(caption) if page.root.all("caption") else []
    return [row[column] for row in rows]


def exported(client, url):
    answer = client.get(f"{url}{'&' if '?' in url else '?'}format=xlsx")
    return openpyxl.load_workbook(io.BytesIO(answer.data)).active.max_row


def test_nobody_sees_another_courts_money_nor_acts_without_the_post(app, sign_in):
    receipt, payout = a_case_receipt(), a_payout()
    stranger = sign_in(a_user(Role.FINANCE_REVIEWER, court_code=OTHER_COURT))
    for url in (
        f"/custody/receipts/{receipt.id}",
        f"/custody/payouts/{payout.id}",
        f"/custody/cases/{receipt.case_id}",
    ):
        assert stranger.get(url).status_code == 404
    handler = sign_in(the_holder(Role.CASE_HANDLER))
    for url in (f"/custody/receipts/{receipt.id}/confirm", f"/custody/payouts/{payout.id}/decide"):
        assert handler.get(url).status_code == 403
    page = Page(handler, f"/custody/receipts/{receipt.id}")
    assert not page.has_link("复核入账")
