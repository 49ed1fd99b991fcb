"""The pages of the register of courts."""

import io
from datetime import date

import openpyxl
import pypdfium2

from fundapp.core import clock
from fundapp.courts import queries
from fundapp.users.rules import Role
from tests.builders.funding import a_receipt
from tests.builders.ledger import a_voucher
from tests.builders.people import COURT, OTHER_COURT, SUPERIOR, a_user
from tests.pages import Page


def test_everybody_signed_in_reads_the_register_and_only_the_administrator_may_change_it(app, sign_in):
    handler = sign_in(a_user(Role.CASE_HANDLER))
    page = Page(handler, "/courts")
    assert page.table("法院和上下级关系")[1] == [
        COURT,
        "岳阳市岳阳楼区人民法院",
        "基层人民法院",
        "岳阳市中级人民法院",
        "—",
    ]
    assert not page.has_link("登记法院")
    assert handler.get("/courts/new").status_code == handler.get(f"/courts/{COURT}/edit").status_code == 403
    response = handler.get("/courts?format=xlsx")
    rows = list(openpyxl.load_workbook(io.BytesIO(response.data)).active.iter_rows(values_only=True))
    assert rows[1][:3] == (SUPERIOR, "岳阳市中级人民法院", "中级人民法院")


def test_the_administrator_corrects_a_name(app, sign_in):
    client = sign_in(a_user(Role.ADMINISTRATOR))
    page = Page(client, "/courts").follow("更正名称 岳阳市岳阳楼区人民法院")
    stale = Page(client, page.url)
    page.submit("保存", 法院名称="岳阳楼区人民法院")
    assert page.status == 302 and "岳阳楼区人民法院" in page.main
    stale.submit("保存", 法院名称="旧名")
    assert stale.status == 409 and "已有变动" in stale.main
    assert Page(client, f"/courts/{COURT}/edit").table("办理经过")[-1][2] == "修改法院"
    missing = Page(client, "/courts/湘0699/edit")
    assert missing.status == 404 and "湘0699" in missing.main


def test_another_court_s_name_is_not_his_to_correct(app, sign_in):
    client = sign_in(a_user(Role.ADMINISTRATOR))
    assert not Page(client, "/courts").has_link("更正名称 岳阳市云溪区人民法院")
    page = Page(client, f"/courts/{OTHER_COURT}/edit").submit("保存", 法院名称="别院")
    assert page.status == 422 and "只能维护本院及所辖法院" in page.main
    assert queries.name(OTHER_COURT) == "岳阳市云溪区人民法院"


def test_one_more_court_is_entered_and_a_refusal_stands_on_the_form(app, sign_in):
    page = Page(sign_in(a_user(Role.ADMINISTRATOR, court_code=SUPERIOR)), "/courts").follow("登记法院")
    page.submit("登记", 法院代字="湘069", 法院名称="新设区人民法院")
    assert page.status == 422 and "格式不对" in page.main
    page.submit("登记", 法院代字="湘0699", 法院名称="")
    assert page.status == 422 and "请填写法院名称" in page.main
    page.submit("登记", 法院代字="湘0699", 法院名称="新设区人民法院")
    assert page.status == 302 and "新设区人民法院已登记" in page.main


def paper(client, voucher) -> str:
    token = {"csrf_token": Page(client, f"/ledger/vouchers/{voucher.id}").hidden("csrf_token")}
    document = pypdfium2.PdfDocument(client.post(f"/ledger/vouchers/{voucher.id}/print", data=token).data)
    text = document[0].get_textpage().get_text_range()
    document.close()
    return text.replace("\r\n", "")


def test_the_chosen_writing_stands_on_pages_and_papers_of_its_days_and_not_on_earlier_ones(app, sign_in):
    with clock.at(date(2018, 3, 5)):
        page = Page(sign_in(a_user(Role.ADMINISTRATOR)), "/courts").follow("选定写法 岳阳市岳阳楼区人民法院")
        assert "还没有选定" in page.main
        page.submit("选定写法", 启用日期="2018-03-04")
        assert page.status == 422 and "不能早于今天2018-03-05" in page.main
        page.submit("选定写法", 启用日期="2018-03-05", zero_after_yuan=True, whole_after_jiao=False)
        assert page.status == 302
        assert page.table("已选定的写法") == [["2018-03-05", "壹拾万柒仟元零伍角叁分", "壹仟肆佰零玖元伍角"]]
    receipts = [a_receipt("1000.50", day=date(2018, 3, day)) for day in (4, 5)]
    vouchers = [a_voucher("1000.50", day=date(2018, 3, day)) for day in (4, 5)]
    auditor = sign_in(a_user(Role.AUDITOR))
    shown = [Page(auditor, f"/funding/receipts/{receipt.id}").facts()["大写"] for receipt in receipts]
    assert shown == ["壹仟元伍角整", "壹仟元零伍角"]
    printed = [paper(auditor, voucher) for voucher in vouchers]
    assert "人民币壹仟元伍角整" in printed[0] and "人民币壹仟元零伍角￥" in printed[1].replace(" ", "")


def test_the_writing_of_amounts_is_for_the_administrator_to_choose(app, sign_in):
    assert sign_in(a_user(Role.CASE_HANDLER)).get(f"/courts/{COURT}/amounts").status_code == 403
    assert sign_in(a_user(Role.ADMINISTRATOR)).get("/courts/湘0699/amounts").status_code == 404
