"""The funding pages as finance staff meet them."""

import io

import openpyxl
import pytest

from fundapp.core.db import db
from fundapp.funding.models import FundReceipt, Source
from fundapp.funding.rules import ReceiptStatus
from fundapp.users.rules import Role
from tests.builders.funding import a_receipt, a_source
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
