"""The exceptions list as auditor and leadership meet it."""

from datetime import date, datetime

import pytest

from fundapp.core import clock
from fundapp.core.spreadsheet import read_table
from fundapp.irregularities import rules
from fundapp.irregularities.rules import Kind
from fundapp.users.rules import Role
from tests.builders.advances import a_paid_advance, an_advance, signed
from tests.builders.irregularities import the_bounds
from tests.builders.people import COURT, OTHER_COURT, SUPERIOR, a_user, the_holder
from tests.pages import Page

PAID_ON = date(2018, 3, 9)


@pytest.fixture(autouse=True)
def a_later_year():
    """Everything is looked at in 2020."""
    with clock.at(date(2020, 3, 2)):
        yield


def an_old_advance(*, court_code: str = COURT):
    with clock.at(PAID_ON):
        return a_paid_advance("8000.00", paid_on=PAID_ON, court_code=court_code)


def a_signature_on_saturday() -> None:
    with clock.at(PAID_ON):
        advance = an_advance("5000.00")
    with clock.at(datetime(2018, 3, 10, 10, tzinfo=clock.SHANGHAI)):
        signed(advance, Role.BUREAU_DIRECTOR)


def count(page: Page, kind: str) -> str:
    return next(row[1] for row in page.table(page.heading_of_year) if row[0] == kind)


class ListPage(Page):
    """The list of the kinds with their counts."""

    def __init__(self, client, url="/irregularities/"):
        super().__init__(client, url)

    @property
    def heading_of_year(self) -> str:
        return next(one.text for one in self.root.all("caption") if one.text.endswith("年度疑点"))


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.PRESIDENT, Role.VICE_PRESIDENT])
def test_auditor_and_leadership_see_the_counts_the_reasons_and_the_records(app, sign_in, role):
    advance = an_old_advance()
    page = ListPage(sign_in(the_holder(role)))
    assert len(page.table("2020年度疑点")) == len(Kind)
    assert count(page, "垫付逾期未收回") == "1"
    assert count(page, "凭证断号") == "0"
    page.follow("垫付逾期未收回")
    [row] = page.table("垫付逾期未收回")
    assert row == [
        "2018-03-09", COURT, advance.cited, f"{advance.case.number}的垫付款付出超过12个月仍未收回",
        the_holder(Role.CASE_HANDLER).name, "8,000.00",
    ]  # fmt: skip
    assert page.table("2020-03-02有效的疑点关注线") == [HOUSE_S]
    assert Page(page.client, "/").has_link("疑点清单")


@pytest.mark.parametrize("role", [Role.FINANCE_REVIEWER, Role.CASE_HANDLER, Role.BUREAU_DIRECTOR, Role.ADMINISTRATOR])
def test_nobody_else_sees_them(app, sign_in, role):
    client = sign_in(the_holder(role))
    assert client.get("/irregularities/").status_code == 403
    assert client.get("/irregularities/after_hours").status_code == 403
    assert not Page(client, "/").has_link("疑点清单")


def test_the_record_is_one_step_away(app, sign_in):
    advance = an_old_advance()
    page = Page(sign_in(the_holder(Role.AUDITOR)), "/irregularities/advance_overdue")
    assert page.follow(advance.cited).url == f"/advances/{advance.id}"


def test_a_year_and_a_court_are_picked_and_kept(app, sign_in):
    an_old_advance()
    a_signature_on_saturday()
    page = ListPage(sign_in(the_holder(Role.AUDITOR)), "/irregularities/?year=2018")
    assert count(page, "垫付逾期未收回") == "0"
    assert count(page, "非工作时间办理") == "1"
    page.follow("非工作时间办理")
    assert page.table("非工作时间办理")[0][0] == "2018-03-10"
    assert "year=2018" in page.url
    assert "2018年度疑点" in page.follow("全部疑点").text
    assert "2020年度疑点" in ListPage(page.client, "/irregularities/?year=1066&court=湘9999").text


def test_the_superior_court_sees_the_courts_under_it_and_they_not_each_other(app, sign_in):
    an_old_advance()
    an_old_advance(court_code=OTHER_COURT)
    above = ListPage(sign_in(a_user(Role.AUDITOR, court_code=SUPERIOR)))
    assert count(above, "垫付逾期未收回") == "2"
    one = ListPage(above.client, f"/irregularities/?court={OTHER_COURT}")
    assert count(one, "垫付逾期未收回") == "1"
    beside = ListPage(sign_in(the_holder(Role.AUDITOR)), f"/irregularities/?court={OTHER_COURT}")
    assert count(beside, "垫付逾期未收回") == "1", "a court that one may not read narrows nothing"
    [row] = beside.follow("垫付逾期未收回").table("垫付逾期未收回")
    assert row[1] == COURT


def test_one_kind_and_the_whole_list_are_taken_away_as_workbooks(app, sign_in):
    advance = an_old_advance()
    client = sign_in(the_holder(Role.AUDITOR))
    for url in ("/irregularities/?format=xlsx", "/irregularities/advance_overdue?format=xlsx"):
        table = read_table(client.get(url).data, "list.xlsx")
        assert table.headers == ["疑点", "法院代字", "事项标识", "日期", "相关人员", "说明", "金额（元）"]
        [row] = [[cell.value for cell in row.cells] for row in table.rows]
        assert (row[0], row[2], row[6]) == ("垫付逾期未收回", advance.subject, 8000)


def test_an_unknown_kind_is_not_found(app, sign_in):
    assert sign_in(the_holder(Role.AUDITOR)).get("/irregularities/nothing").status_code == 404


def test_the_list_is_read_in_english(app, sign_in):
    an_old_advance()
    a_signature_on_saturday()
    client = sign_in(the_holder(Role.AUDITOR))
    Page(client, "/irregularities/").submit("English")
    index = Page(client, "/irregularities/")
    assert "法发〔2017〕6号第十一条" in index.main, "a document is cited as it is"
    for remark in (rules.HOUSE, rules.ISSUED, rules.RECOVERY_DUTY, rules.HOLIDAYS):
        assert remark.msgid not in index.main
    page = Page(client, "/irregularities/after_hours?year=2018")
    [row] = page.table("Acts outside office hours")
    assert row[3] == "“Sign opinion” on 2018-03-10 10:00"


# ---- bounds

FIGURES = {"生效日期": "2020-04-01", "发布文件": "测法〔2020〕9号", "垫付未收回（月）": "9", "工作时间结束": "18:30"}


def test_the_president_issues_bounds_and_the_auditor_reads_them_at_the_head_of_the_list(app, sign_in):
    page = Page(sign_in(the_holder(Role.PRESIDENT)), "/irregularities/").follow("查看疑点关注线")
    assert "还没有发布过疑点关注线" in page.main
    assert [row[1] for row in page.table("本院现行关注线")] == ["12个月", "6个月", "07:30至20:00", "30日"]
    page.follow("发布疑点关注线").submit("发布", FIGURES)
    assert page.status == 302 and "自2020-04-01起生效" in page.alerts[0]
    assert [row[1] for row in page.table("关注线")] == ["9个月", "6个月", "07:30至18:30", "30日"]
    assert "发布疑点关注线" in page.text and page.facts()["发布文件"] == "测法〔2020〕9号"
    auditor = sign_in(the_holder(Role.AUDITOR))
    assert Page(auditor, "/irregularities/").table("2020-03-02有效的疑点关注线") == [HOUSE_S]
    [row] = Page(auditor, "/irregularities/bounds").table("历次发布")
    assert row[:6] == ["2020-04-01", "测法〔2020〕9号", COURT, "9", "6", "07:30—18:30"]
    with clock.at(date(2020, 4, 1)):
        for url in ("/irregularities/", "/irregularities/after_hours"):
            assert Page(sign_in(the_holder(Role.AUDITOR)), url).table("2020-04-01有效的疑点关注线") == [
                [COURT, "超过9个月", "超过6个月", "07:30—18:30", "2020-04-01", "测法〔2020〕9号"]
            ]
    assert "疑点关注线" in Page(auditor, "/trail").text
    assert "有效的疑点关注线" not in Page(auditor, "/irregularities/voucher_gap").text


HOUSE_S = [COURT, "超过12个月", "超过6个月", "07:30—20:00", "—", "本系统设定，本院尚未发布"]


def test_a_form_begins_with_the_figures_before_and_a_refusal_stands_on_it(app, sign_in):
    the_bounds(date(2020, 3, 2), months_held=4)
    page = Page(sign_in(the_holder(Role.PRESIDENT)), "/irregularities/bounds/new")
    assert [one.get("value") for one in page.root.all("input") if one.get("inputmode") == "numeric"] == ["12", "4"]
    assert [one.get("value") for one in page.root.all("input", type="time")] == ["07:30", "20:00"]
    page.submit("发布", FIGURES | {"生效日期": "2020-03-02"})
    assert page.status == 422 and "须晚于今天2020-03-02" in page.alerts[0]
    page.submit("发布", FIGURES | {"工作时间结束": "23:00"})
    assert page.status == 422 and "须在06:00至22:00之间" in page.alerts[0]
    for wrong, told in (("下午六点", "时间无法识别"), ("25:00", "时间无法识别"), ("", "请填写工作时间的结束时刻")):
        page.submit("发布", FIGURES | {"工作时间结束": wrong})
        assert page.status == 422 and told in page.alerts[0]
    page.submit("发布", FIGURES | {"工作时间结束": "１８：３０"})
    assert page.status == 302, "full-width figures are read as people type them"


@pytest.mark.parametrize(
    ("role", "court_code", "page", "status"),
    [
        (Role.AUDITOR, COURT, "/irregularities/bounds/new", 403),
        (Role.VICE_PRESIDENT, COURT, "/irregularities/bounds/new", 403),
        (Role.SECURITY_ADMINISTRATOR, COURT, "/irregularities/bounds", 403),
        (Role.VICE_PRESIDENT, COURT, "/irregularities/bounds/{id}", 200),
        (Role.AUDITOR, SUPERIOR, "/irregularities/bounds/{id}", 200),
        (Role.PRESIDENT, OTHER_COURT, "/irregularities/bounds/{id}", 404),
    ],
)
def test_the_president_alone_issues_and_who_reads_the_list_reads_its_bounds(
    app, sign_in, role, court_code, page, status
):
    issued = the_bounds(date(2020, 3, 2))
    client = sign_in(a_user(role, court_code=court_code))
    assert client.get(page.format(id=issued.id)).status_code == status


def test_courts_with_the_same_bounds_stand_in_one_line(app, sign_in):
    the_bounds(date(2020, 3, 1), months_held=4)
    page = Page(sign_in(a_user(Role.AUDITOR, court_code=SUPERIOR)), "/irregularities/")
    rows = page.table("2020-03-02有效的疑点关注线")
    assert sorted(len(row[0].split("、")) for row in rows) == [1, 10]
    assert [row[2] for row in rows if row[0] == COURT] == ["超过4个月"]


def test_the_history_of_bounds_is_a_workbook_too(app, sign_in):
    the_bounds(date(2020, 3, 2))
    answer = sign_in(the_holder(Role.AUDITOR)).get("/irregularities/bounds?format=xlsx")
    table = read_table(answer.data, "bounds.xlsx")
    [row] = [[cell.value for cell in row.cells] for row in table.rows]
    assert (row[0], row[2], row[5]) == (COURT, "测法〔2018〕9号", "07:30—20:00")
