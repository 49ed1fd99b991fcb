"""The pages of terms and assessments, as their readers meet them."""

import io
from datetime import date

import pytest
import python_calamine
from flask import g

from fundapp.core import clock
from fundapp.core.db import db
from fundapp.eligibility import queries
from fundapp.eligibility.rules import Sentence
from fundapp.eligibility.views import told
from fundapp.users.rules import Role
from tests.builders.advances import the_terms
from tests.builders.cases import a_case
from tests.builders.people import COURT, OTHER_COURT, SUPERIOR, a_user, the_holder
from tests.pages import Page

ASSESS = "{name}：当前审查情况"


def test_terms_are_issued_from_the_defaults_and_shown(app, sign_in):
    page = Page(sign_in(the_holder(Role.PRESIDENT)), "/eligibility/terms")
    assert "本院没有生效的垫付条件" in page.main
    page.follow("发布垫付条件").submit(
        "发布",
        {"生效日期": "2018-01-01", "发布文件": "测法〔2018〕1号", "依据：执行标的在上限之内": "测法〔2018〕1号第三条"},
    )
    assert page.status == 302 and "垫付条件已发布，自2018-01-01起生效。" in page.alerts[0]
    facts = page.facts()
    assert facts["执行标的上限"] == "20,000.00 元"
    assert facts["上限是否含本数"].startswith("不含本数")
    assert facts["准予垫付的案件状态"] == "执行中、终结本次执行程序"
    assert page.table("各项条件的依据")[0] == ["执行标的在上限之内", "测法〔2018〕1号第三条"]
    page.get("/eligibility/terms")
    assert page.table("历次发布")[0][:4] == ["2018-01-01", "测法〔2018〕1号", COURT, "20,000.00"]


def test_the_next_issue_begins_with_the_last_one_and_may_include_the_ceiling(app, sign_in):
    the_terms(needs_undertaking=False)
    page = Page(sign_in(the_holder(Role.PRESIDENT)), "/eligibility/terms/new")
    page.submit("发布", {"生效日期": clock.today(), "发布文件": "测法〔2018〕9号", "上限含本数": True})
    facts = page.facts()
    assert facts["上限是否含本数"].startswith("含本数")
    assert facts["签署承诺书"] == "不要求"
    assert queries.terms_on(COURT, clock.today()).ceiling_included


def test_a_refused_issue_stands_on_the_form_and_nothing_is_kept(app, sign_in):
    first = the_terms()
    page = Page(sign_in(the_holder(Role.PRESIDENT)), "/eligibility/terms/new")
    page.submit("发布", {"生效日期": "2018-01-02", "发布文件": "测法〔2018〕9号"})
    assert page.status == 422 and "不能早于今天" in page.alerts[0]
    page.submit("发布", {"生效日期": "", "执行标的上限": "1e3"})
    assert page.status == 422 and "请填写生效日期。" in page.alerts[0] and "不是有效的金额" in page.alerts[0]
    assert queries.latest_terms(COURT).id == first.id


def test_the_history_of_terms_is_a_workbook_too(app, sign_in):
    the_terms()
    answer = sign_in(the_holder(Role.AUDITOR)).get("/eligibility/terms?format=xlsx")
    [head, row] = python_calamine.load_workbook(io.BytesIO(answer.data)).get_sheet_by_index(0).to_python()
    assert head[:4] == ["法院代字", "生效日期", "发布文件", "执行标的上限（元）"]
    assert row[:2] == [COURT, date(2018, 1, 1)] and row[4] == "否"


def test_a_case_shows_why_it_is_or_is_not_eligible_and_the_answers_can_be_kept(app, sign_in):
    the_terms()
    case = a_case("20000.00")
    page = Page(sign_in(the_holder(Role.CASE_HANDLER)), f"/eligibility/cases/{case.id}")
    table = page.table(ASSESS.format(name=case.creditors[0].name))
    assert len(table) == 8
    assert table[0][:2] == ["执行标的在上限之内", "执行标的20,000.00元"]
    assert "不符合" in table[0][2] and "须不满20,000.00元（不含本数）" in table[0][3]
    assert "含本数" in table[0][4]
    page.submit("保存审查结论")
    assert page.status == 302 and "审查结论已保存。" in page.alerts[0]
    facts = page.facts()
    assert facts["结论"] == "不符合条件" and facts["案号"] == case.number
    assert facts["适用条件"].endswith("2018-01-01起生效")
    assert page.table("逐项审查情况")[1][1] == "案件当前为“执行中”"
    assert page.follow("返回审查").table("已保存的审查结论")[0][1] == "不符合条件"


def test_without_terms_the_page_says_who_must_act(app, sign_in):
    case = a_case()
    page = Page(sign_in(the_holder(Role.CASE_HANDLER)), f"/eligibility/cases/{case.id}")
    assert "请院长发布" in page.main


def test_a_reader_sees_the_answers_and_cannot_keep_them(app, sign_in):
    the_terms()
    case = a_case()
    client = sign_in(the_holder(Role.BUREAU_DIRECTOR))
    page = Page(client, f"/eligibility/cases/{case.id}")
    assert len(page.table(ASSESS.format(name=case.creditors[0].name))) == 8
    assert "保存审查结论" not in page.main
    token = page.root.all("input", name="csrf_token")[0]["value"]
    answer = client.post(
        f"/eligibility/cases/{case.id}", data={"csrf_token": token, "creditor_id": str(case.creditors[0].id)}
    )
    assert answer.status_code == 422 and not queries.assessments_of(case.id)


@pytest.mark.parametrize(
    ("role", "court", "page", "status"),
    [
        (Role.CASE_HANDLER, COURT, "/eligibility/terms/new", 403),
        (Role.ADMINISTRATOR, COURT, "/eligibility/terms", 403),
        (Role.CASE_HANDLER, OTHER_COURT, "/eligibility/terms/1", 404),
        (Role.CASE_HANDLER, OTHER_COURT, "/eligibility/cases/1", 404),
        (Role.AUDITOR, SUPERIOR, "/eligibility/cases/1", 200),
    ],
)
def test_doors(app, sign_in, role, court, page, status):
    the_terms()
    a_case()
    assert sign_in(a_user(role, court_code=court)).get(page).status_code == status


def test_words_inside_a_sentence_are_put_into_the_readers_language(app):
    with app.test_request_context():
        g.user = None
        said = Sentence("只有“%(statuses)s”的案件可以垫付，请核对案件状态。", {"statuses": "执行中、终结执行"})
        assert told(said) == "只有“执行中、终结执行”的案件可以垫付，请核对案件状态。"
    db.session.rollback()
