"""The pages of advances, as handler, signers and readers meet them."""

import io

import pypdfium2
import pytest
import python_calamine

from fundapp.advances import queries, service
from fundapp.advances.models import Advance
from fundapp.advances.rules import AdvanceStatus
from fundapp.approvals import queries as approvals
from fundapp.approvals.rules import Outcome
from fundapp.cases import service as cases
from fundapp.core.db import db, transaction
from fundapp.core.money import yuan
from fundapp.ledger import queries as books
from fundapp.users.rules import Role
from tests.builders.advances import a_paid_advance, an_advance, an_approved_advance, signed, the_ladder, the_terms
from tests.builders.cases import a_case, an_account
from tests.builders.funding import a_receipt
from tests.builders.people import COURT, OTHER_COURT, SUPERIOR, a_user, the_books, the_holder
from tests.pages import Page

HERE = frozenset({COURT})
PDF = b"%PDF-1.4 paper"


class RequestPage(Page):
    """Where the handler asks for an advance."""

    def __init__(self, client, case):
        super().__init__(client, f"/advances/cases/{case.id}/request")

    def ask(self, **values):
        return self.submit("提交申请", {"申请理由": "申请执行人生活困难"} | values)


class DecidePage(Page):
    """Where a signer reads a request and signs."""

    def __init__(self, client, advance):
        super().__init__(client, f"/advances/{advance.id}/decide")

    def sign(self, opinion="情况属实，同意垫付", outcome="agreed"):
        return self.submit("签署", {"审批结果": outcome, "审批意见": opinion})


def all_advances() -> list[Advance]:
    return list(db.session.scalars(queries.advances(HERE)))


def test_a_handler_asks_seeing_the_answers_with_the_claim_as_the_amount(app, sign_in):
    the_books()
    the_terms()
    the_ladder()
    case = a_case("8000.00")
    page = RequestPage(sign_in(the_holder(Role.CASE_HANDLER)), case)
    answers = page.table(f"{case.creditors[0].name}：当前审查情况")
    assert len(answers) == 8 and all("符合" in row[2] for row in answers)
    page.ask()
    assert page.status == 302 and "待执行局长签署" in page.alerts[0]
    facts = page.facts()
    assert facts["申请垫付金额"] == "8,000.00 元" and facts["大写"] == "人民币捌仟元整"
    assert facts["案号"] == case.number and "审批中" in facts["状态"]
    assert case.creditors[0].account.number not in page.response.text
    assert page.table("审批进度")[0] == ["1", "执行局长", "待签署"]
    assert page.table("审批进度")[1] == ["2", "财务复核", "尚未轮到"]
    assert len(page.table("垫付条件审查")) == 8
    assert page.table("办理经过")[0][2] == "提出垫付申请"


@pytest.mark.parametrize("amount", ["NaN", "1e3", "-1", "0.001", "0", "8000.01", "9" * 10_000, ""])
def test_an_amount_that_is_none_gets_a_sentence(app, sign_in, amount):
    the_books()
    the_terms()
    page = RequestPage(sign_in(the_holder(Role.CASE_HANDLER)), a_case("8000.00")).ask(申请垫付金额=amount)
    assert page.status == 422 and page.alerts[0] and not all_advances()


@pytest.mark.parametrize(("typed", "amount"), [("７９００", "7900.00"), ("￥7,900.50元", "7900.50")])
def test_an_amount_is_read_as_people_type_it(app, sign_in, typed, amount):
    the_books()
    the_terms()
    the_ladder()
    page = RequestPage(sign_in(the_holder(Role.CASE_HANDLER)), a_case("8000.00")).ask(申请垫付金额=typed)
    assert page.status == 302 and [advance.amount for advance in all_advances()] == [yuan(amount)]


def test_a_text_of_ten_thousand_characters_is_refused_beside_its_field(app, sign_in):
    the_books()
    the_terms()
    page = RequestPage(sign_in(the_holder(Role.CASE_HANDLER)), a_case()).ask(申请理由="难" * 10_000)
    assert page.status == 422 and "请缩短到500字以内" in page.alerts[0] and not all_advances()


def test_a_case_that_is_not_eligible_is_told_all_reasons_on_the_form(app, sign_in):
    the_books()
    the_terms()
    page = RequestPage(sign_in(the_holder(Role.CASE_HANDLER)), a_case("20000.00", verified=False)).ask()
    assert page.status == 422 and "2项不符合垫付条件" in page.alerts[0]
    assert "（1）执行标的须不满20,000.00元" in page.alerts[0] and "（2）收款账户尚未核实" in page.alerts[0]
    assert not all_advances()


def test_a_double_click_and_the_back_button_make_one_advance(app, sign_in):
    the_books()
    the_terms()
    the_ladder()
    case = a_case()
    page = RequestPage(sign_in(the_holder(Role.CASE_HANDLER)), case)
    before = page.root
    page.ask()
    assert page.status == 302
    page.root, page.url = before, f"/advances/cases/{case.id}/request"
    page.ask()
    assert page.status == 422 and "已有在办的垫付申请" in page.alerts[0]
    assert len(all_advances()) == 1


def test_the_request_page_says_when_no_terms_are_in_force(app, sign_in):
    the_books()
    page = RequestPage(sign_in(the_holder(Role.CASE_HANDLER)), a_case())
    assert "请院长发布" in page.main
    assert page.ask().status == 422


def test_signers_read_and_sign_in_turn_until_the_money_is_reserved(app, sign_in):
    advance = an_advance("15000.01")
    a_receipt("20000.00")
    for role in queries.roles_to_sign(advance):
        client = sign_in(the_holder(role))
        page = Page(client, "/advances?is_mine=y").follow(advance.cited)
        page.follow("签署审批意见")
        facts = page.facts()
        assert facts["大写"] == "人民币壹万伍仟元零壹分" and facts["可用资金"] == "20,000.00 元"
        assert "****" in facts["收款账号"]
        page.submit("签署", {"审批结果": "agreed", "审批意见": "情况属实，同意垫付"})
        assert page.status == 302 and "审批意见已签署。" in page.alerts[0]
        assert not page.has_link("签署审批意见")
    assert [row[1] for row in page.table("审批进度")] == ["执行局长", "财务复核", "分管副院长", "院长"]
    assert advance.status is AdvanceStatus.APPROVED
    assert books.available(COURT) == yuan("4999.99")


def test_an_opinion_is_required(app, sign_in):
    advance = an_advance()
    page = DecidePage(sign_in(the_holder(Role.BUREAU_DIRECTOR)), advance).sign(opinion="  ")
    assert page.status == 422 and "请填写审批意见。" in page.alerts[0]
    assert not approvals.decisions(advance.subject)


def test_what_changed_while_it_was_read_is_not_signed(app, sign_in):
    advance, handler = an_advance(), the_holder(Role.CASE_HANDLER)
    page = DecidePage(sign_in(the_holder(Role.BUREAU_DIRECTOR)), advance)
    with transaction(COURT):
        service.attach(advance.id, file_name="补充材料.pdf", content=PDF, actor=handler)
    page.sign()
    assert page.status == 409 and "已有变动" in page.alerts[0]
    assert "补充材料.pdf" in page.main and not approvals.decisions(advance.subject)


def test_a_refused_signature_stands_on_the_page_and_nothing_is_saved(app, sign_in):
    advance = signed(signed(an_advance(), Role.BUREAU_DIRECTOR), Role.FINANCE_REVIEWER)
    page = DecidePage(sign_in(the_holder(Role.VICE_PRESIDENT)), advance).sign()
    assert page.status == 422 and "超过可用资金0.00元" in page.alerts[0]
    assert advance.status is AdvanceStatus.SUBMITTED and books.reserved_in(HERE) == yuan("0.00")


def test_a_changed_account_is_shown_to_the_signers(app, sign_in):
    advance, handler = an_advance(), the_holder(Role.CASE_HANDLER)
    with transaction(COURT):
        cases.register_account(advance.creditor_id, an_account(advance.creditor.name), actor=handler)
    page = DecidePage(sign_in(the_holder(Role.BUREAU_DIRECTOR)), advance)
    assert "收款人、收款账户或金额在提交后已有变更" in page.alerts[0]
    assert page.sign().status == 422


def test_a_returned_request_is_mended_from_its_page(app, sign_in):
    advance = signed(an_advance(), Role.BUREAU_DIRECTOR, outcome=Outcome.RETURNED, opinion="请核减")
    page = Page(sign_in(the_holder(Role.CASE_HANDLER)), f"/advances/{advance.id}").follow("重新提交")
    assert page.table("审批进度")[0][3] == "请核减"
    page.submit("重新提交", {"申请垫付金额": "7000", "申请理由": "已核减"})
    assert page.status == 302 and page.facts()["申请垫付金额"] == "7,000.00 元"
    assert page.table("以前各轮意见")[0][:4] == ["1", "执行局长", "– 退回补正", "请核减"]
    assert page.facts()["轮次"] == "第2轮"


def test_a_request_is_withdrawn_from_its_page_and_its_money_is_free_again(app, sign_in):
    advance = an_approved_advance()
    page = Page(sign_in(the_holder(Role.CASE_HANDLER)), f"/advances/{advance.id}").follow("撤回申请")
    page.submit("撤回", {"撤回理由": "被执行人已履行"})
    assert page.status == 302 and "已撤回" in page.facts()["状态"]
    assert books.available(COURT) == advance.amount
    page.get(f"/advances/{advance.id}/withdraw").submit("撤回", {"撤回理由": "再撤"})
    assert page.status == 422 and "当前为“已撤回”" in page.alerts[0]


def test_papers_are_attached_and_judged_by_their_content(app, sign_in):
    advance = an_advance()
    page = Page(sign_in(the_holder(Role.CASE_HANDLER)), f"/advances/{advance.id}/attach")
    assert page.submit("上传", {"申请材料": (b"MZ", "病毒.pdf")}).status == 422
    assert "只能是 PDF、PNG 或 JPG 文件" in page.alerts[0]
    assert page.submit("上传").status == 422
    page.submit("上传", {"申请材料": (PDF, "承诺书.pdf")})
    assert page.status == 302 and page.has_link("承诺书.pdf")


def test_the_approval_form_prints_facts_answers_and_signatures(app, sign_in):
    advance = signed(an_advance("15000.01"), Role.BUREAU_DIRECTOR, opinion="情况属实")
    answer = sign_in(the_holder(Role.VICE_PRESIDENT)).get(f"/advances/{advance.id}/approval.pdf")
    assert answer.mimetype == "application/pdf"
    document = pypdfium2.PdfDocument(answer.data)
    text = "".join(page.get_textpage().get_text_range().replace("\r\n", "") for page in document)
    document.close()
    for said in (
        "执行案件垫付资金审批表",
        f"编号：{advance.cited}",
        advance.case.number,
        advance.creditor.name,
        advance.account.number_mask,
        "人民币壹万伍仟元零壹分",
        "执行标的在上限之内",
        "已签署承诺书",
        "同意。情况属实",
        the_holder(Role.BUREAU_DIRECTOR).name,
        "分管副院长",
        "院长",
        the_terms().document,
    ):
        assert said in text, said
    assert advance.account.number not in text


def test_a_paid_advance_shows_its_payment_and_its_voucher(app, sign_in):
    advance = a_paid_advance()
    page = Page(sign_in(the_holder(Role.FINANCE_CLERK)), f"/advances/{advance.id}")
    facts = page.facts()
    assert facts["付款金额"] == "8,000.00 元" and facts["付款渠道"] == "银行批量转账"
    assert page.has_link("查看记账凭证") and not page.has_link("撤回申请")


def test_the_list_filters_and_is_a_workbook_too(app, sign_in):
    first, second = an_advance("100.00"), signed(an_advance("200.00"), Role.BUREAU_DIRECTOR)
    client = sign_in(the_holder(Role.FINANCE_REVIEWER))
    page = Page(client, "/advances")
    assert [row[0] for row in page.table("垫付申请")] == [second.cited, first.cited]
    page.submit("查询", {"案号或申请执行人": first.case.number})
    assert [row[0] for row in page.table("垫付申请")] == [first.cited]
    page.get("/advances").submit("查询", {"只看待我办理": True})
    assert [row[0] for row in page.table("垫付申请")] == [second.cited]
    page.get("/advances").submit("查询", {"状态": "paid"})
    assert "没有符合条件的垫付申请" in page.main
    page.get("/advances?status=nonsense&role=nonsense")
    assert len(page.table("垫付申请")) == 2
    answer = client.get("/advances?format=xlsx&role=finance_reviewer")
    [head, row] = python_calamine.load_workbook(io.BytesIO(answer.data)).get_sheet_by_index(0).to_python()
    assert head[0] == "编号" and row[0] == second.cited and row[5:8] == [200, "审批中", "财务复核"]


@pytest.mark.parametrize(
    ("role", "court", "path", "status"),
    [
        (Role.AUDITOR, COURT, "", 200),
        (Role.AUDITOR, SUPERIOR, "", 200),
        (Role.BUREAU_DIRECTOR, OTHER_COURT, "", 404),
        (Role.BUREAU_DIRECTOR, OTHER_COURT, "/decide", 404),
        (Role.BUREAU_DIRECTOR, OTHER_COURT, "/approval.pdf", 404),
        (Role.AUDITOR, COURT, "/decide", 403),
        (Role.CASE_HANDLER, COURT, "/decide", 403),
        (Role.BUREAU_DIRECTOR, COURT, "/withdraw", 403),
        (Role.FINANCE_CLERK, COURT, "/resubmit", 403),
        (Role.ADMINISTRATOR, COURT, "", 403),
    ],
)
def test_doors(app, sign_in, role, court, path, status):
    advance = an_advance()
    client = sign_in(a_user(role, court_code=court))
    assert client.get(f"/advances/{advance.id}{path}").status_code == status


def test_a_reader_from_above_sees_no_buttons_and_cannot_sign(app, sign_in):
    advance = an_advance()
    client = sign_in(a_user(Role.BUREAU_DIRECTOR, court_code=SUPERIOR))
    page = Page(client, f"/advances/{advance.id}")
    assert not page.has_link("签署审批意见")
    refused = DecidePage(client, advance).sign()
    assert refused.status == 422 and "只能办理本院的事项" in refused.alerts[0]
    assert not approvals.decisions(advance.subject)
