"""Findings and notes on the pages: what each post reads, writes and may press."""

import re
from datetime import date, timedelta

import pypdfium2
import pytest

from fundapp.auditing import queries
from fundapp.auditing.rules import FindingState
from fundapp.core import clock
from fundapp.trail import queries as trail
from fundapp.trail.rules import Event
from fundapp.users.rules import Role
from tests.builders.auditing import a_finding, a_note, answered, proved, sent_back
from tests.builders.ledger import a_voucher
from tests.builders.people import COURT, OTHER_COURT, SUPERIOR, a_user, the_holder
from tests.pages import Page

TODAY = date(2018, 6, 25)
HERE = frozenset({COURT})


@pytest.fixture(autouse=True)
def today():
    with clock.at(TODAY):
        yield


def test_a_finding_is_made_of_a_voucher_and_put_right_page_by_page(sign_in):
    voucher = a_voucher()
    page = Page(sign_in(a_user(Role.AUDITOR, court_code=SUPERIOR)), f"/ledger/vouchers/{voucher.id}")
    page.follow("就此提出问题")
    filled = {
        "问题标题": "凭证附件不全",
        "问题情况": "记账凭证没有附银行回单。",
        "违反的规定": "会计基础工作规范第五十一条",
        "严重程度": "major",
        "涉及记录": f"{voucher.subject} 2018收9999",
    }
    page.submit("提出问题", filled)
    assert page.status == 422 and "没有记录“2018收9999”" in page.main
    page.submit("提出问题", filled | {"涉及记录": voucher.subject})
    assert page.heading == "审计问题 审2018-001" and voucher.cited in page.facts()["涉及记录"]
    assert "待定整改措施" in page.facts()["状态"]
    address = page.url

    president = Page(sign_in(the_holder(Role.PRESIDENT)), "/").follow("待定整改措施的审计问题").follow("审2018-001")
    president.follow("确定整改措施")
    clerk = the_holder(Role.FINANCE_CLERK)
    page_again = Page(president.client, president.url)
    page_again.submit("确定整改措施", {"整改措施": "补附回单", "责任人": str(clerk.id), "完成日期": "2018-07-01"})
    assert "整改中" in page_again.facts()["状态"] and page_again.facts()["责任人"] == clerk.name

    hands = Page(sign_in(clerk), "/").follow("由我负责、待提交证据的整改").follow("审2018-001").follow("提交整改证据")
    hands.submit(
        "提交整改证据",
        {
            "整改情况": "已补附银行回单",
            "更正凭证等记录": voucher.cited,
            "证明材料": (b"%PDF-1.7 synthetic", "回单.pdf"),
        },
    )
    assert "待审核销号" in hands.facts()["状态"] and hands.table("证明材料")[0][0] == "回单.pdf"
    assert not hands.has_link("审核整改")

    page.get(address).follow("审核整改")
    page.submit("确定审核结果", {"审核结果": "returned", "审核意见": "回单日期不符"})
    assert page.status == 422 and "新的整改期限" in page.main
    page.submit("确定审核结果", {"审核结果": "returned", "审核意见": "回单日期不符", "新的整改期限": "2018-08-01"})
    assert "退回继续整改" in page.facts()["状态"]
    hands.get(hands.url).follow("提交整改证据").submit("提交整改证据", {"整改情况": "已换附正确的回单"})
    page.get(address).follow("审核整改").submit("确定审核结果", {"审核结果": "closed", "审核意见": "同意销号"})
    assert "已销号" in page.facts()["状态"]
    assert [row[0].split(" ")[-1] for row in page.table("整改经过")] == [
        "确定整改措施",
        "提交整改证据",
        "退回整改",
        "提交整改证据",
        "整改销号",
    ]
    assert not page.has_link("审核整改")


def test_refusals_stand_on_the_form_of_their_step(sign_in):
    finding = answered(a_finding())
    handler = sign_in(the_holder(Role.CASE_HANDLER))
    page = Page(handler, f"/auditing/findings/{finding.id}/evidence").submit("提交整改证据", {"整改情况": "已补附回单"})
    assert page.status == 422 and "请由责任人办理" in page.main
    stale = Page(sign_in(the_holder(Role.PRESIDENT)), f"/auditing/findings/{finding.id}/measure")
    proved(finding)
    clerk = str(the_holder(Role.FINANCE_CLERK).id)
    stale.submit("确定整改措施", {"整改措施": "补附回单", "责任人": clerk, "完成日期": "2018-07-01"})
    assert stale.status == 409
    review = Page(sign_in(the_holder(Role.AUDITOR)), f"/auditing/findings/{finding.id}/review")
    review.submit("确定审核结果", {"审核结果": "closed", "审核意见": "无"})
    assert review.status == 422 and "请写明审核意见" in review.main


def test_the_list_shows_what_is_overdue_and_is_narrowed(sign_in):
    late, fine = a_finding(due_on=TODAY), answered(a_finding())
    with clock.at(TODAY + timedelta(days=1)):
        page = Page(sign_in(the_holder(Role.PRESIDENT)), "/")
        assert any("逾期" in item.text and "逾期未整改的审计问题" in item.text for item in page.root.all("li"))
        page.follow("逾期未整改的审计问题")
        assert [row[0] for row in page.table("审计问题")] == [late.cited]
        page.follow(late.cited)
        assert any("已超过整改期限2018-06-25" in alert for alert in page.alerts)
        client = page.client
        assert [row[0] for row in Page(client, "/auditing/findings?state=under_way").table("审计问题")] == [fine.cited]
        assert [row[0] for row in Page(client, "/auditing/findings").table("审计问题")] == [fine.cited, late.cited]
        workbook = client.get("/auditing/findings?format=xlsx")
        assert workbook.mimetype.endswith("sheet")


def test_the_notice_says_what_is_to_be_done_by_whom_and_has_room_for_names(sign_in):
    finding = sent_back(proved(answered(a_finding())))
    page = Page(sign_in(the_holder(Role.PRESIDENT)), f"/auditing/findings/{finding.id}")
    assert page.client.get(f"/auditing/findings/{finding.id}/notice.pdf").status_code == 405
    assert trail.history(finding.subject)[-1].event is not Event.NOTICE_PRINTED, "what is only looked at is no act"
    answer = page.submit("打印整改通知书").response
    document = pypdfium2.PdfDocument(answer.data)
    text = re.sub(r"[\s\u200b]", "", "".join(page.get_textpage().get_text_range() for page in document))
    document.close()
    for said in (
        "审计整改通知书",
        "审2018-001",
        "较大问题",
        "会计基础工作规范第五十一条",
        "补附银行回单并复核",
        "回单日期与凭证不符",
        "2018年7月9日",
        "被审计法院负责人",
        the_holder(Role.AUDITOR).name,
        the_holder(Role.FINANCE_CLERK).name,
    ):
        assert said in text, said
    assert trail.history(finding.subject)[-1].event is Event.NOTICE_PRINTED
    unanswered = a_finding()
    empty = page.get(f"/auditing/findings/{unanswered.id}").submit("打印整改通知书").response
    assert empty.data.startswith(b"%PDF")


def test_a_finding_starts_from_a_record_only_where_one_may_read_it(sign_in):
    elsewhere = a_voucher(court_code=OTHER_COURT)
    page = Page(sign_in(the_holder(Role.AUDITOR)), f"/auditing/findings/new?record={elsewhere.subject}")
    assert page.root.all("textarea", name="records")[0].text == ""
    superior = a_user(Role.AUDITOR, court_code=SUPERIOR)
    page = Page(sign_in(superior), f"/auditing/findings/new?record={elsewhere.subject}")
    assert page.root.all("textarea", name="records")[0].text == elsewhere.subject
    assert queries.finding(a_finding().id, HERE).state is FindingState.UNANSWERED


def test_an_auditor_notes_something_on_a_record_and_finds_it_again(sign_in):
    voucher = a_voucher()
    page = Page(sign_in(the_holder(Role.AUDITOR)), f"/ledger/vouchers/{voucher.id}").follow("记审计笔记")
    assert "没有审计笔记" in page.main
    page.follow("撰写笔记").submit("留存笔记", {"笔记内容": "与对账单核对，金额相符"})
    [row] = page.table("审计笔记")
    assert row[0] == voucher.cited and row[2] == "与对账单核对，金额相符"
    a_note(a_voucher().subject)
    assert len(Page(page.client, "/auditing/notes").table("审计笔记")) == 2
    assert page.client.get("/auditing/notes?format=xlsx").status_code == 200
    assert page.client.get("/auditing/notes/new?record=voucher:999").status_code == 404
    assert Page(page.client, "/auditing/notes?record=voucher:999").has_link("撰写笔记") is False


def test_what_only_auditors_do_is_shown_to_nobody_else(sign_in):
    voucher = a_voucher()
    page = Page(sign_in(the_holder(Role.PRESIDENT)), f"/ledger/vouchers/{voucher.id}")
    assert not page.has_link("记审计笔记") and not page.has_link("就此提出问题")
    assert page.client.get("/auditing/notes").status_code == 403
    assert page.client.get("/auditing/samples").status_code == 403
