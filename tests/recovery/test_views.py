"""The recovery pages as court staff meet them."""

import io

import openpyxl

from fundapp.core.money import ZERO, yuan
from fundapp.recovery import queries
from fundapp.users.rules import Role
from tests.builders.custody import a_case_receipt, a_refundable_case
from tests.builders.people import OTHER_COURT, a_user, the_holder
from tests.builders.recovery import a_recovered_receipt, allocated, an_advanced_case
from tests.pages import Page


def at(sign_in, role, url):
    return Page(sign_in(the_holder(role)), url)


def test_a_reviewer_sees_the_three_parts_before_he_books_them(app, sign_in):
    receipt = a_recovered_receipt("20000.00")
    page = at(sign_in, Role.FINANCE_REVIEWER, "/recovery").follow("待分配案款").follow(receipt.bank_reference)
    page.follow("分配案款")
    assert [row[1] for row in page.table("分配方案")] == ["15,000.00", "3,000.00", "2,000.00"]
    assert page.facts()["分配次序"] == "先归还垫付资金"
    assert queries.recovered_in(frozenset({receipt.court_code})) == ZERO
    page.submit("确认分配", note="被执行人一次付清")
    assert page.status == 302, page.main
    assert page.facts()["未收回"] == "0.00 元"
    assert page.table("分配记录")[0][1:5] == ["20,000.00", "15,000.00", "3,000.00", "2,000.00"]
    assert "被执行人一次付清" in page.main and page.has_link("查看凭证")
    facts = page.get(f"/custody/receipts/{receipt.id}").facts()
    assert (facts["留归申请执行人"], facts["应退被执行人"]) == ("3,000.00 元", "2,000.00 元")


def test_a_split_that_others_overtook_is_not_booked(app, sign_in):
    advance = an_advanced_case()
    first, second = (a_recovered_receipt("10000.00", advance=advance) for _ in range(2))
    page = at(sign_in, Role.FINANCE_REVIEWER, f"/recovery/receipts/{second.id}/allocate")
    allocated(first)
    page.submit("确认分配")
    assert page.status == 409 and "已有变动" in page.alerts[0]
    assert not second.is_allocated
    assert [row[1] for row in page.table("分配方案")] == ["5,000.00", "3,000.00", "2,000.00"], "as things stand now"


def test_a_second_click_is_answered_with_a_sentence(app, sign_in):
    receipt = a_recovered_receipt()
    page = at(sign_in, Role.FINANCE_REVIEWER, f"/recovery/receipts/{receipt.id}/allocate")
    allocated(receipt)
    page.submit("确认分配")
    assert page.status == 422 and "已经分配" in page.text
    assert queries.recovered_in(frozenset({receipt.court_code})) == yuan("10000.00")


def test_a_day_that_cannot_be_stands_on_the_form(app, sign_in):
    receipt = a_recovered_receipt()
    page = at(sign_in, Role.FINANCE_REVIEWER, f"/recovery/receipts/{receipt.id}/allocate")
    page.submit("确认分配", business_date="2018-06-19")
    assert page.status == 422 and "分配日期应在2018-06-20至今天" in page.alerts[0]


def test_what_need_not_be_split_says_so(app, sign_in):
    receipt = a_case_receipt()
    page = at(sign_in, Role.FINANCE_REVIEWER, f"/recovery/receipts/{receipt.id}/allocate")
    assert page.status == 422 and "不需要分配" in page.text


def test_the_lists_are_filtered_and_exported(app, sign_in):
    done = an_advanced_case("5000.00", case=a_refundable_case("5000.00"))
    still = an_advanced_case("6000.00", case=a_refundable_case("6000.00"))
    allocated(a_recovered_receipt("5000.00", advance=done))
    receipt = a_recovered_receipt("1000.00", advance=still)
    client = sign_in(the_holder(Role.AUDITOR))

    page = Page(client, "/recovery")
    assert [row[5:] for row in page.table("垫付款追偿")] == [
        ["6,000.00", "0.00", "6,000.00"],
        ["5,000.00", "5,000.00", "0.00"],
    ]
    assert "11,000.00" in page.main
    narrowed = page.get("/recovery?is_open=y&order=fund_first").table("垫付款追偿")
    assert [row[0] for row in narrowed] == [still.case.number]
    assert "没有符合条件的垫付款" in page.get("/recovery?text=查无此案").main
    assert rows(client, "/recovery?format=xlsx") == 3

    [row] = page.get("/recovery/debtors").table("未收回款")
    debtor = still.case.debtors[0]
    assert row == [debtor.name, debtor.identity_mask, still.court_code, "1", "6,000.00", "0.00", "6,000.00"]
    assert rows(client, "/recovery/debtors?format=xlsx") == 2

    [row] = page.get("/recovery/receipts").table("待分配案款")
    assert row[4] == receipt.bank_reference
    assert "没有待分配的案款" in page.get("/recovery/receipts?text=查无此案").main
    assert rows(client, "/recovery/receipts?format=xlsx") == 2


def rows(client, url):
    return openpyxl.load_workbook(io.BytesIO(client.get(url).data)).active.max_row


def test_others_read_and_do_not_split(app, sign_in):
    receipt = a_recovered_receipt()
    advance = queries.standing(receipt.case).owed[0][0]
    page = at(sign_in, Role.CASE_HANDLER, f"/recovery/advances/{advance.id}")
    assert page.status == 200 and not page.has_link("分配案款")
    assert page.client.get(f"/recovery/receipts/{receipt.id}/allocate").status_code == 403
    stranger = sign_in(a_user(Role.FINANCE_REVIEWER, court_code=OTHER_COURT))
    for url in (f"/recovery/advances/{advance.id}", f"/recovery/receipts/{receipt.id}/allocate"):
        assert stranger.get(url).status_code == 404
