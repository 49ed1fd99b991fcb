"""The pages of limits."""

import io

import pytest
import python_calamine

from fundapp.approvals import queries
from fundapp.users.rules import Role
from tests.builders.advances import the_ladder
from tests.builders.people import COURT, OTHER_COURT, a_user, the_holder
from tests.pages import Page


def test_limits_are_issued_and_shown_with_who_signs(app, sign_in):
    page = Page(sign_in(the_holder(Role.PRESIDENT)), "/approvals/ladders")
    assert "本院没有生效的审批限额" in page.main
    page.follow("发布审批限额").submit(
        "发布",
        {
            "生效日期": "2018-01-01",
            "发布文件": "测法〔2018〕2号",
            "院长审批起点": "１５,０００.00元",
            "起点含本数": True,
        },
    )
    assert page.status == 302 and "自2018-01-01起生效" in page.alerts[0]
    assert page.facts()["院长审批起点"] == "15,000.00 元"
    page.get("/approvals/ladders")
    assert page.table("签署次序") == [
        ["1", "执行局长", "每笔垫付"],
        ["2", "财务复核", "每笔垫付"],
        ["3", "分管副院长", "每笔垫付"],
        ["4", "院长", "达到院长审批起点的垫付"],
    ]
    assert page.table("历次发布")[0][:5] == ["2018-01-01", "测法〔2018〕2号", COURT, "15,000.00", "含本数"]


def test_a_refused_issue_stands_on_the_form_and_nothing_is_kept(app, sign_in):
    first = the_ladder()
    page = Page(sign_in(the_holder(Role.PRESIDENT)), "/approvals/ladders/new")
    page.submit("发布", {"生效日期": "2018-01-01", "发布文件": "测法〔2018〕3号", "院长审批起点": "1"})
    assert page.status == 422 and "须晚于上一次发布的生效日期2018-01-01" in page.alerts[0]
    for amount in ("NaN", "-1", "0.001", "1e3", "9" * 10_000):
        page.submit("发布", {"院长审批起点": amount})
        assert page.status == 422
    assert queries.latest_ladder(COURT).id == first.id


def test_the_history_of_limits_is_a_workbook_too(app, sign_in):
    the_ladder()
    answer = sign_in(the_holder(Role.AUDITOR)).get("/approvals/ladders?format=xlsx")
    [head, row] = python_calamine.load_workbook(io.BytesIO(answer.data)).get_sheet_by_index(0).to_python()
    assert head[3] == "院长审批起点（元）" and row[0] == COURT and row[4] == "否"


@pytest.mark.parametrize(
    ("role", "court", "page", "status"),
    [
        (Role.VICE_PRESIDENT, COURT, "/approvals/ladders/new", 403),
        (Role.VICE_PRESIDENT, COURT, "/approvals/ladders/1", 200),
        (Role.VICE_PRESIDENT, OTHER_COURT, "/approvals/ladders/1", 404),
        (Role.ADMINISTRATOR, COURT, "/approvals/ladders", 403),
    ],
)
def test_doors(app, sign_in, role, court, page, status):
    the_ladder()
    assert sign_in(a_user(role, court_code=court)).get(page).status_code == status
