"""The register's pages as people meet them."""

from datetime import date

import pytest
from sqlalchemy import func, select

from fundapp.cases import queries
from fundapp.cases.models import Case, CaseImport
from fundapp.cases.rules import CaseStatus
from fundapp.core.db import db
from fundapp.core.money import yuan
from fundapp.core.spreadsheet import read_table
from fundapp.story import people
from fundapp.trail import queries as trail
from fundapp.trail.rules import Event
from fundapp.users.rules import Role
from tests.builders.cases import a_case, a_creditor, a_debtor, a_number
from tests.builders.people import COURT, OTHER_COURT, SUPERIOR, a_user, the_holder
from tests.cases.test_importing import KINDS, a_row, an_xlsx, with_member
from tests.pages import Page

HERE = frozenset({COURT})
PDF = b"%PDF-1.7 synthetic"


def a_filled_form(**changed):
    creditor, debtor = people.person(9001), people.person(9002)
    return {
        "案号": a_number(),
        "立案日期": "2018-01-15",
        "案由类别": "wages",
        "执行标的": "16,409.02",
        "申请执行人类型": "person",
        "申请执行人姓名或名称": creditor.name,
        "申请执行人证件号码": creditor.identity,
        "申请执行人电话": creditor.phone,
        "开户银行": creditor.bank,
        "收款账号": creditor.account,
        "被执行人类型": "person",
        "被执行人姓名或名称": debtor.name,
        "被执行人证件号码": debtor.identity,
    } | changed


@pytest.fixture
def handler(app):
    return the_holder(Role.CASE_HANDLER)


def test_a_case_is_registered_by_hand_and_shown_masked(handler, sign_in):
    told = a_filled_form()
    page = Page(sign_in(handler), "/cases/new").submit("登记", told)
    assert page.status == 302 and page.heading == f"案件{told['案号']}"
    assert page.facts()["执行标的"] == "16,409.02 元" and page.facts()["承办人"] == handler.name
    [creditor, debtor] = page.table("当事人")
    identity = told["申请执行人证件号码"]
    assert creditor[:2] == [
        "申请执行人",
        told["申请执行人姓名或名称"][0] + "*" * (len(told["申请执行人姓名或名称"]) - 1),
    ]
    assert creditor[3] == f"{identity[:4]}**********{identity[-4:]}" and "（待核实）" in creditor[5]
    assert debtor[0] == "被执行人" and "登记案件" in page.main
    for secret in (identity, told["收款账号"], told["申请执行人电话"], told["申请执行人姓名或名称"]):
        assert secret not in page.response.text


def test_an_amount_that_is_none_is_refused_beside_the_field(handler, sign_in):
    page = Page(sign_in(handler), "/cases/new")
    for typed, told in [
        ("NaN", "不是有效的金额"),
        ("1e3", "不是有效的金额"),
        ("-1", "不是有效的金额"),
        ("0.001", "超过两位小数"),
        ("9" * 10_000, "金额过长"),
        ("", "请填写执行标的"),
        ("0", "应大于0元"),
        ("1,64.09", "不是有效的金额"),
    ]:
        answer = page.submit("登记", a_filled_form(执行标的=typed))
        assert answer.status == 422 and told in answer.text, typed[:20]
    assert db.session.scalar(select(Case)) is None


def test_amounts_are_read_as_people_write_them(handler, sign_in):
    client = sign_in(handler)
    for typed in ("１６４０９.０２", "16,409.02", "￥16409.02元"):
        told = a_filled_form(执行标的=typed)
        Page(client, "/cases/new").submit("登记", told)
        assert queries.case_numbered(told["案号"], HERE).claim == yuan("16409.02"), typed


def test_a_refusal_stands_on_the_form_and_nothing_is_saved(handler, sign_in):
    case = a_case()
    page = Page(sign_in(handler), "/cases/new")
    for changed, told in [
        ({"案号": case.number}, "已经登记"),
        ({"案号": "（2018）湘0603执1号"}, "不是本院的“湘0602”"),
        ({"案号": "字" * 10_000}, "内容过长"),
        ({"申请执行人证件号码": "430602190102030010"}, "校验位不正确"),
        ({"被执行人姓名或名称": " "}, "请填写被执行人姓名或名称"),
        ({"立案日期": "0000-99-99"}, "日期无法识别"),
        ({"案由类别": "bribes"}, "请从列表中选择"),
        ({"收款账号": "1"}, "银行卡号应为16至19位"),
        ({"开户银行": "\0"}, "开户银行应写明"),
    ]:
        answer = page.submit("登记", a_filled_form(**changed))
        assert answer.status == 422 and told in answer.text, (changed, answer.alerts)
    assert db.session.scalar(select(func.count()).select_from(Case)) == 1


def test_the_list_is_searched_by_one_box_and_exported(handler, sign_in):
    creditor = a_creditor(name="欧阳秀英", identity="43062119050715002X")
    case, other = a_case("8000", parties=[creditor, a_debtor()]), a_case("30000")
    page = Page(sign_in(handler), "/cases")
    assert {row[0] for row in page.table("执行案件")} == {case.number, other.number}
    assert creditor.name not in page.text and "欧阳**" in page.text
    for typed in ("欧阳秀", creditor.identity, f"{creditor.identity[:4]}****{creditor.identity[-4:]}", case.number):
        [row] = page.submit("查询", text=typed).table("执行案件")
        assert row[0] == case.number and row[3] == "8,000.00"
    page.submit("查询", text="", claim_from="２０，０００", claim_to="NaN")
    assert [row[0] for row in page.table("执行案件")] == [other.number]
    assert "没有符合条件的案件" in page.get("/cases?text=无此人&status=?&handler=x&after=x").text
    exported = read_table(page.client.get("/cases?format=xlsx&text=欧阳").data, "cases.xlsx")
    assert [row.cells[0].value for row in exported.rows] == [case.number]
    assert [row.cells[6].value for row in exported.rows] == ["欧阳**"]


def test_a_case_is_corrected_and_a_stale_page_is_told(handler, sign_in):
    case = a_case()
    client = sign_in(handler)
    stale = Page(client, f"/cases/{case.id}/edit")
    page = Page(client, f"/cases/{case.id}/edit").submit("保存", claim="9000", is_in_settlement=True)
    assert page.facts()["执行标的"] == "9,000.00 元" and page.facts()["执行和解"] == "是"
    assert "执行标的：8000.00→9000.00；是否和解：否→是" in page.text
    stale.submit("保存", claim="1")
    assert stale.status == 409 and "已有变动" in stale.text
    assert case.claim == yuan("9000")


def test_a_status_is_changed_with_a_reason(handler, sign_in):
    case = a_case()
    page = Page(sign_in(handler), f"/cases/{case.id}").follow("变更状态")
    assert page.submit("变更状态", status="closed_no_assets", reason="").status == 422
    page.submit("变更状态", status="closed_no_assets", reason="查无可供执行财产")
    assert page.status == 302 and "终结本次执行程序" in page.facts()["案件状态"]
    page.follow("变更状态").submit("变更状态", status="in_progress", reason="发现财产")
    assert page.status == 422 and "只能经恢复执行" in page.text
    page.submit("变更状态", status="in_progress", reason="发现财产", is_resumption=True)
    assert case.status is CaseStatus.IN_PROGRESS


def test_a_party_an_account_and_an_undertaking_are_added(handler, sign_in):
    case = a_case(parties=[a_creditor(undertaking_on=None), a_debtor()])
    client, firm = sign_in(handler), people.organisation(77)
    page = Page(client, f"/cases/{case.id}").follow("登记当事人")
    page.submit(
        "登记", role="debtor", kind="organisation", name=firm.name, identity=firm.identity, phone="0730-8888888"
    )
    assert page.status == 302 and [row[1] for row in page.table("当事人")][-1] == firm.name
    [creditor] = case.creditors
    page = Page(client, f"/cases/parties/{creditor.id}/undertaking")
    assert page.submit("登记", signed_on="2018-03-01", paper=(b"MZ", "virus.exe")).status == 422
    assert "只能是 PDF" in page.text and creditor.undertaking_on is None
    page.submit("登记", signed_on="2018-03-01", paper=(PDF, "承诺书.pdf"))
    assert page.status == 302 and creditor.undertaking_on == date(2018, 3, 1) and "承诺书.pdf" in page.main
    page = Page(client, f"/cases/parties/{creditor.id}/account")
    told = {"户名": "别人", "开户银行": "中国工商银行岳阳分行", "账号": "6222020000000000001"}
    assert page.submit("登记", told).status == 422 and "户名与当事人" in page.text
    page.submit("登记", told | {"户名": creditor.name})
    assert page.status == 302 and "（待核实）" in page.main
    assert any("校验位不符" in alert for alert in page.alerts), "a wrong check digit is told, not refused"


def test_finance_verifies_an_account_somebody_else_registered(app, sign_in):
    case = a_case(verified=False)
    clerk = a_user(Role.FINANCE_CLERK)
    page = Page(sign_in(clerk), f"/cases/{case.id}")
    [creditor] = case.creditors
    assert not page.has_link("修改")
    page = Page(page.client, f"/cases/accounts/{creditor.account.id}/verify")
    page.submit("核实无误", how="3月5日电话回访本人，账号末四位相符", paper=(PDF, "回访记录.pdf"))
    assert page.status == 302 and creditor.account.verified_by_id == clerk.id and "核实）" in page.main
    [paper] = trail.attachments(creditor.account.subject)
    assert paper.file_name == "回访记录.pdf"
    again = Page(page.client, f"/cases/accounts/{creditor.account.id}/verify").submit("核实无误", how="再次回访")
    assert again.status == 422 and "无需重复核实" in again.text


def test_full_data_is_shown_once_for_a_reason_and_never_by_an_address(handler, sign_in):
    facts = a_creditor()
    case = a_case(parties=[facts, a_debtor()])
    [creditor] = case.creditors
    page = Page(sign_in(handler), f"/cases/parties/{creditor.id}/reveal")
    assert facts.identity not in page.response.text
    assert page.submit("查看", reason="").status == 422 and facts.identity not in page.response.text
    page.submit("查看", reason="核对收款账户")
    assert page.status == 200 and page.facts()["证件号码"] == facts.identity
    assert page.table("收款账户")[0] == [facts.name, facts.account.bank, facts.account.number]
    assert "no-store" in page.response.headers["Cache-Control"]
    entry = trail.history(creditor.subject)[-1]
    assert (entry.event, entry.actor_id, entry.told["reason"]) == (Event.PARTY_REVEALED, handler.id, "核对收款账户")
    assert facts.identity not in Page(page.client, f"/cases/{case.id}").response.text


def test_each_enters_only_where_his_post_and_court_allow(app, sign_in):
    case = a_case()
    [creditor] = case.creditors
    reviewer = sign_in(a_user(Role.FINANCE_REVIEWER))
    for path in (
        "/cases/new",
        f"/cases/{case.id}/edit",
        f"/cases/parties/{creditor.id}/reveal",
        f"/cases/accounts/{creditor.account.id}/verify",
        "/cases/imports/new",
    ):
        assert reviewer.get(path).status_code == 403, path
    assert reviewer.get(f"/cases/{case.id}").status_code == 200
    assert sign_in(a_user(Role.ADMINISTRATOR)).get(f"/cases/{case.id}").status_code == 403
    stranger = sign_in(a_user(Role.CASE_HANDLER, court_code=OTHER_COURT))
    for path in (f"/cases/{case.id}", f"/cases/{case.id}/edit", f"/cases/parties/{creditor.id}/reveal"):
        assert stranger.get(path).status_code == 404, path
    president = Page(sign_in(a_user(Role.PRESIDENT, court_code=SUPERIOR)), f"/cases/{case.id}")
    assert president.response.status_code == 200 and not president.has_link("修改")


# ---- import


def upload(client, data, name="案件.xlsx"):
    return Page(client, "/cases/imports/new").submit("试导入", 案件清单=(data, name))


def test_an_import_is_tried_then_done_and_its_rejected_rows_taken_out(handler, sign_in):
    rows = [a_row(1), a_row(2, creditor_identity="430602190102030010", status="?"), a_row(3)]
    page = upload(sign_in(handler), an_xlsx(rows))
    assert page.status == 302 and page.facts()["将新登记"] == "2件" and page.facts()["未通过"] == "1行"
    [row] = page.table("未通过的行")
    assert row[:2] == ["3", "E3、K3"] and "以下之一" in row[2] and "校验位不正确" in row[2]
    assert "430602190102030010" not in page.response.text and rows[0]["creditor_identity"] not in page.response.text
    assert db.session.scalar(select(Case)) is None
    stale = Page(page.client, page.url)
    page.submit("正式导入")
    assert page.status == 302 and page.facts()["新登记"] == "2件" and "已正式导入：新登记2件" in page.text
    assert stale.submit("正式导入").status == 422 and "已经正式导入" in stale.text
    assert db.session.scalar(select(func.count()).select_from(Case)) == 2
    workbook = page.submit("下载未通过的行").response
    table = read_table(workbook.data, "rejected.xlsx")
    assert table.headers[-2:] == ["错误单元格", "原因"]
    assert {cell.value for cell in table.rows[0].cells} >= {"430602190102030010", "E3、K3", rows[1]["number"]}
    case = queries.case_numbered(rows[0]["number"], HERE)
    shown = Page(page.client, f"/cases/{case.id}")
    assert "导入案件" in shown.main, "a case shows its import in its history"
    assert [row[3:] for row in Page(page.client, "/cases/imports").table("导入记录")] == [["2", "0", "1"]]


def test_files_that_cannot_be_taken_get_a_sentence(handler, sign_in):
    client, good = sign_in(handler), an_xlsx([a_row(1)])
    float_numbers = an_xlsx([a_row(1, creditor_identity=430602190102030012)], KINDS | {"creditor_identity": "number"})
    for data, name, told in [
        (good, "案件.xlsm", "宏"),
        (with_member(good, "xl/vbaProject.bin", b"macro"), "案件.xlsx", "含有宏"),
        (with_member(good, "xl/media/zeros.bin", bytes(90 * 1024**2)), "案件.xlsx", "展开后过大"),
        ("案号,标的\n（2018）湘0602执1号,1\n".encode(), "案件.csv", "表头缺少以下列：立案日期、"),
        (b"", "案件.xlsx", "文件是空的"),
    ]:
        page = upload(client, data, name)
        assert page.status == 422 and told in page.text, (name, page.alerts)
    assert Page(client, "/cases/imports/new").submit("试导入").text.count("请选择要导入的案件清单") >= 1
    assert db.session.scalar(select(CaseImport)) is None
    page = upload(client, float_numbers)
    assert "单元格K2的号码已被 Excel 改成数值" in page.table("未通过的行")[0][2]


def test_fifty_megabytes_are_refused_with_a_sentence(handler, sign_in):
    client = sign_in(handler)
    head = b'--edge\r\nContent-Disposition: form-data; name="file"; filename="cases.xlsx"\r\n\r\n'
    body = head + bytes(50 * 1024**2) + b"\r\n--edge--\r\n"
    answer = client.post("/cases/imports/new", data=body, content_type="multipart/form-data; boundary=edge")
    assert answer.status_code == 413 and "超过了上限" in answer.text
    assert db.session.scalar(select(CaseImport)) is None


def test_the_template_is_given(handler, sign_in):
    answer = sign_in(handler).get("/cases/imports/template")
    assert answer.status_code == 200
    instructions = read_table(answer.data, "template.xlsx", sheet="填写说明")
    assert [row.cells[0].value for row in instructions.rows][:2] == ["案号", "立案日期"]


def test_imports_of_other_courts_are_not_seen(handler, sign_in):
    page = upload(sign_in(handler), an_xlsx([a_row(1)]))
    stranger = sign_in(a_user(Role.CASE_HANDLER, court_code=OTHER_COURT))
    assert stranger.get(page.url).status_code == 404
    assert "还没有导入过文件" in Page(stranger, "/cases/imports").text
