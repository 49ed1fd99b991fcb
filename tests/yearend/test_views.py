"""The closing pages as finance, president and auditor meet them."""

import hashlib
import io
import json
import zipfile
from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from fundapp.core import clock, jobs
from fundapp.core.db import db, transaction
from fundapp.core.errors import RuleViolation
from fundapp.ledger import queries as books
from fundapp.trail import queries as acts
from fundapp.users.rules import Role
from fundapp.yearend import queries
from fundapp.yearend.models import AuditPackage
from fundapp.yearend.rules import ReopeningOutcome
from tests.builders.cases import a_case
from tests.builders.funding import a_receipt
from tests.builders.people import COURT, OTHER_COURT, SUPERIOR, a_user, the_holder
from tests.builders.yearend import (
    a_reopening,
    a_year_close,
    answered,
    december_closed,
    months_closed,
    unclaimed,
    unpacked,
    verified,
)
from tests.pages import Page

AFTER = date(2019, 1, 8)


@pytest.fixture(autouse=True)
def january():
    """The year is over."""
    with clock.at(AFTER):
        yield


def page(sign_in, role, url, *, court_code=COURT):
    return Page(sign_in(the_holder(role, court_code=court_code)), url)


def test_the_closing_page_shows_the_months_and_what_is_due(app, sign_in):
    a_receipt("100.00", day=date(2018, 1, 5))
    months_closed(up_to=2)
    found = page(sign_in, Role.FINANCE_REVIEWER, "/closings?year=2018")
    rows = found.table("各月结账情况")
    assert [row[:3] for row in rows[:3]] == [
        ["2018-01", "1", "已结账"],
        ["2018-02", "0", "已结账"],
        ["2018-03", "0", "未结账"],
    ]
    assert len(rows) == 12
    assert "办理2018-03结账" in found.text
    points = found.table("2018-03结账核对")
    assert points[0] == ["2018-03已经结束", "✓ 已具备", "—"]
    assert points[-1] == ["操作留痕完整，校验码相符", "– 结账时核算", "—"]
    assert "办理2018-03结账" not in page(sign_in, Role.BUREAU_DIRECTOR, "/closings").text


def test_a_month_is_closed_on_its_page(app, sign_in):
    a_receipt("100.00", day=date(2018, 1, 5))
    found = page(sign_in, Role.FINANCE_REVIEWER, "/closings").follow("办理2018-01结账").submit("确认结账")
    assert found.status == 302
    assert "2018-01已结账" in found.alerts[0]
    assert books.is_closed(COURT, "2018-01")
    assert "办理2018-02结账" in found.text


def test_what_hinders_is_shown_with_a_link_and_the_refusal_stands_on_the_page(app, sign_in):
    receipt = a_receipt("100.00", day=date(2018, 1, 5), is_confirmed=False)
    a_receipt("50.00", day=date(2018, 1, 6))
    found = page(sign_in, Role.FINANCE_REVIEWER, "/closings/months/2018-01")
    assert found.has_link(f"{receipt.bank_reference} 2018-01-05")
    points = {row[0]: row[1:] for row in found.table("结账前核对")}
    assert points["到账登记均已复核"] == ["! 待办理", f"请财务复核确认入账或退回：{receipt.bank_reference} 2018-01-05"]
    assert points["账面余额与逐笔分录重新核算一致"] == ["✓ 已具备", "—"]
    found.submit("确认结账")
    assert found.status == 422
    assert "尚不能结账，还有1项未办结" in found.alerts[0]
    assert not books.is_closed(COURT, "2018-01")


@pytest.mark.parametrize(("url", "status"), [("/closings/months/2018-13", 422), ("/closings/years/1", 422)])
def test_addresses_made_up_by_hand_are_answered_with_a_sentence(app, sign_in, url, status):
    a_receipt("100.00", day=date(2018, 1, 5))
    assert page(sign_in, Role.FINANCE_REVIEWER, url).status == status


def test_the_same_month_sent_twice_closes_no_other(app, sign_in):
    a_receipt("100.00", day=date(2018, 1, 5))
    found = page(sign_in, Role.FINANCE_REVIEWER, "/closings/months/2018-01")
    found.submit("确认结账")
    again = Page(found.client, "/closings/months/2018-01").submit("确认结账")
    assert again.status == 422
    assert "2018-01已经结账" in again.alerts[0]
    assert queries.due_month(COURT) == "2018-02"


def test_the_reviewer_asks_for_the_year_and_the_president_closes_it(app, sign_in):
    a_receipt("100.00", day=date(2018, 1, 5))
    reviewer = page(sign_in, Role.FINANCE_REVIEWER, "/closings/years/2018")
    assert reviewer.table("结账前核对")[0][:2] == ["1月至11月已全部结账", "! 待办理"]
    reviewer.submit("提交年终结账申请")
    assert reviewer.status == 422
    months_closed()
    assert "申请2018年终结账" not in page(sign_in, Role.PRESIDENT, "/closings").text
    asked = Page(reviewer.client, "/closings").follow("申请2018年终结账")
    assert asked.table("本年收支结转预览")[-1] == ["3301 本期盈余", "3001 累计盈余", "100.00"]
    asked.submit("提交年终结账申请")
    assert "请等待院长办理" in asked.alerts[0]
    assert (asked.facts()["状态"], "确定办理结果" in asked.text) == ("! 待院长办理", False)
    assert asked.table("结账前核对")[-1][1] == "– 结账时核算", "the whole book is recomputed for who decides"
    waiting = Page(reviewer.client, "/closings?year=2018")
    assert "2018年终结账申请待院长办理" in waiting.alerts[0]
    assert "申请2018年终结账" not in waiting.text
    guide = Page(reviewer.client, "/closings/guide?year=2018")
    rows = {row[0]: row[1:4] for row in guide.table("年终结账各项")}
    assert rows["申请年终结账"] == ["✓ 已具备", "已由财务复核申请。", "财务复核"]
    assert rows["年终结账"] == ["! 待办理", "申请已提交，由院长核对后批准或退回。", "院长"]
    assert guide.has_link("年终结账申请")
    home = page(sign_in, Role.PRESIDENT, "/")
    assert "待办理的年终结账申请" in home.text
    decides = Page(home.client, "/closings").follow("查看申请")
    assert [decides.table("结账前核对")[at][1] for at in (0, -1)] == ["✓ 已具备"] * 2
    assert decides.table("本年收支结转预览")[-1] == ["3301 本期盈余", "3001 累计盈余", "100.00"]
    decides.submit("确定办理结果", 办理结果="returned")
    assert (decides.status, "退回申请须写明理由" in decides.alerts[0]) == (422, True)
    decides.submit("确定办理结果", 办理结果="agreed", 意见="同意")
    assert "2018年度已年终结账" in decides.alerts[0]
    assert (decides.facts()["状态"], decides.facts()["意见"]) == ("✓ 已结账", "同意")
    assert queries.closed_year(COURT, 2018).vouchers == 2
    closed = Page(home.client, "/closings?year=2018")
    assert "已结账" in closed.facts()["年终结账"]
    assert closed.table("年终结账申请")[0][:2] == ["✓ 已结账", the_holder(Role.FINANCE_REVIEWER).name]
    assert "待办理的年终结账申请" not in Page(home.client, "/").text


def test_a_reader_of_lower_courts_looks_at_them_and_closes_nothing_there(app, sign_in):
    a_receipt("100.00", day=date(2018, 1, 5))
    months_closed()
    superior = Page(sign_in(a_user(Role.PRESIDENT, court_code=SUPERIOR)), f"/closings?court={COURT}&year=2018")
    assert superior.facts()["法院"] == "岳阳市岳阳楼区人民法院"
    assert "申请2018年终结账" not in superior.text
    url = f"/closings/year-closes/{a_year_close().id}"
    above = Page(sign_in(a_user(Role.PRESIDENT, court_code=SUPERIOR)), url)
    assert (above.status, "确定办理结果" in above.text) == (200, False)
    assert Page(sign_in(a_user(Role.PRESIDENT, court_code=OTHER_COURT)), url).status == 404
    other = Page(sign_in(a_user(Role.PRESIDENT, court_code=OTHER_COURT)), f"/closings?court={COURT}")
    assert other.facts()["法院"] == "岳阳市云溪区人民法院"


def test_unclaimed_money_is_explained_on_the_closing_page(app, sign_in):
    unclaimed("30.00")
    found = page(sign_in, Role.FINANCE_REVIEWER, "/closings/months/2018-01")
    assert ["待认领款已清，或已书面说明", "! 待办理"] in [row[:2] for row in found.table("结账前核对")]
    found.submit("确认结账")
    assert (found.status, "待认领款尚有余额（30.00）" in found.alerts[0]) == (422, True)
    found.submit("确认结账", 待认领款情况说明="一月五日入账，已发函银行查询")
    assert found.table("结账和反结账记录")[0][2:] == [
        "结账",
        the_holder(Role.FINANCE_REVIEWER).name,
        "1",
        found.table("结账和反结账记录")[0][5],
        "待认领款30.00元：一月五日入账，已发函银行查询",
    ]


def test_a_point_of_another_feature_stands_on_the_list(app, sign_in, monkeypatch):
    a_receipt("100.00", day=date(2018, 1, 5))
    point = books.Unfinished("银行对账未完成", "案款专户", "请先完成当月对账")
    monkeypatch.setattr("fundapp.ledger.queries.periods._closing_checks", [lambda *asked: [point]])
    found = page(sign_in, Role.FINANCE_REVIEWER, "/closings/months/2018-01")
    assert found.table("结账前核对")[-1] == ["银行对账未完成", "! 待办理", "请先完成当月对账：案款专户"]


def test_a_month_is_opened_again_on_its_pages(app, sign_in):
    a_receipt("100.00", day=date(2018, 1, 5))
    months_closed(up_to=2)
    asked = page(sign_in, Role.FINANCE_REVIEWER, "/closings?year=2018").follow("申请2018-02反结账")
    assert asked.submit("提交反结账申请").status == 422
    asked.submit("提交反结账申请", 反结账理由="二月漏记利息")
    assert "反结账申请已提交" in asked.alerts[0]
    assert (asked.facts()["状态"], asked.facts()["当前环节"]) == ("! 办理中", "院长批准")
    assert "确定办理结果" not in asked.text
    assert "申请2018-02反结账" not in Page(asked.client, "/closings").text
    home = page(sign_in, Role.PRESIDENT, "/")
    assert "待办理的反结账申请" in home.text
    decides = Page(home.client, "/closings?year=2018").follow("查看 2018-02 1")
    decides.submit("确定办理结果", 办理结果="returned")
    assert (decides.status, "退回申请须写明理由" in decides.alerts[0]) == (422, True)
    decides.submit("确定办理结果", 办理结果="agreed", 意见="同意")
    assert "2018-02已反结账，可以记入该月凭证" in decides.alerts[0]
    assert decides.table("办理意见")[0][:4] == ["院长批准", "✓ 同意反结账", "同意", the_holder(Role.PRESIDENT).name]
    found = Page(home.client, "/closings?year=2018")
    assert [row[1:4:2] for row in found.table("结账和反结账记录")] == [
        ["2018-01", the_holder(Role.FINANCE_REVIEWER).name],
        ["2018-02", the_holder(Role.FINANCE_REVIEWER).name],
        ["2018-02", f"{the_holder(Role.FINANCE_REVIEWER).name}、{the_holder(Role.PRESIDENT).name}"],
    ]
    assert found.table("各月结账情况")[1][:3] == ["2018-02", "0", "未结账"]
    assert found.table("反结账申请")[0][1:3] == ["✓ 已反结账", "—"]


def test_a_year_is_opened_again_after_the_auditor_has_agreed(app, sign_in):
    a_receipt("100.00", day=date(2018, 1, 5))
    months_closed()
    december_closed(on=AFTER)
    request = a_reopening("2018-12")
    url = f"/closings/reopenings/{request.id}"
    president = page(sign_in, Role.PRESIDENT, url)
    assert "确定办理结果" not in president.text
    auditor = page(sign_in, Role.AUDITOR, url).submit("确定办理结果", 办理结果="agreed", 意见="情况属实")
    assert "已同意，请院长批准" in auditor.alerts[0]
    assert "确定办理结果" not in auditor.text
    Page(president.client, url).submit("确定办理结果", 办理结果="agreed")
    assert queries.closed_year(COURT, 2018) is None
    assert "年终反结账" in page(sign_in, Role.AUDITOR, "/closings?year=2018").text


def test_an_answer_to_what_was_answered_meanwhile_is_stale(app, sign_in):
    a_receipt("100.00", day=date(2018, 1, 5))
    months_closed(up_to=1)
    request = a_reopening("2018-01")
    found = page(sign_in, Role.PRESIDENT, f"/closings/reopenings/{request.id}")
    answered(request, outcome=ReopeningOutcome.RETURNED, opinion="不必")
    assert found.submit("确定办理结果", 办理结果="agreed").status == 409
    assert books.is_closed(COURT, "2018-01")


def test_a_request_is_looked_at_from_above_and_not_from_beside(app, sign_in):
    a_receipt("100.00", day=date(2018, 1, 5))
    months_closed(up_to=1)
    url = f"/closings/reopenings/{a_reopening('2018-01').id}"
    above = Page(sign_in(a_user(Role.PRESIDENT, court_code=SUPERIOR)), url)
    assert (above.status, "确定办理结果" in above.text) == (200, False)
    assert Page(sign_in(a_user(Role.PRESIDENT, court_code=OTHER_COURT)), url).status == 404


def test_a_package_is_made_shown_and_downloaded(app, sign_in):
    a_receipt("100.00", day=date(2018, 1, 5))
    found = page(sign_in, Role.AUDITOR, "/audit-packages")
    assert "还没有导出过审计包" in found.text
    found.follow("导出审计包").submit("开始导出", 年度="2018")
    assert "已完成" in found.text
    found.follow("查看结果")
    package = db.session.scalars(select(AuditPackage)).one()
    assert package.digest in found.text
    with found.client.get(f"/audit-packages/{package.id}/file") as answer:
        data = answer.data
    assert hashlib.sha256(data).hexdigest() == package.digest
    assert verified(data)
    assert zipfile.ZipFile(io.BytesIO(data)).namelist()[0] == "check.py"
    listed = Page(found.client, "/audit-packages").table("已导出的审计包")
    assert listed[0][:3] == ["2018", COURT, package.file_name]
    assert found.client.get("/audit-packages?format=xlsx").status_code == 200


def test_the_progress_is_asked_for_piece_by_piece_and_by_its_owner_only(app, sign_in):
    a_receipt("100.00", day=date(2018, 1, 5))
    found = page(sign_in, Role.AUDITOR, "/audit-packages/export").submit("开始导出", 年度="2018")
    piece = found.client.get(found.url, headers={"HX-Request": "true"})
    assert "已完成" in piece.text and "<html" not in piece.text
    stranger = sign_in(a_user(Role.AUDITOR))
    assert stranger.get(found.url).status_code == 404


@pytest.mark.parametrize(("year", "told"), [("2999", "年度应在"), ("2030", "2030年度尚未开始"), ("", "请填写年度")])
def test_a_year_that_cannot_be_exported_is_refused_on_the_form(app, sign_in, year, told):
    found = page(sign_in, Role.AUDITOR, "/audit-packages/export").submit("开始导出", 年度=year)
    assert found.status == 422
    assert told in found.text


def test_a_year_before_the_books_is_refused_and_a_quiet_year_after_them_is_not(app, sign_in):
    nothing = page(sign_in, Role.AUDITOR, "/audit-packages/export").submit("开始导出", 年度="2018")
    assert nothing.status == 422 and "还没有记账凭证" in nothing.text
    a_receipt("100.00", day=date(2018, 1, 5))
    found = page(sign_in, Role.AUDITOR, "/audit-packages/export").submit("开始导出", 年度="1999")
    assert found.status == 422 and "最早的凭证在2018年度" in found.text
    assert "已完成" in found.submit("开始导出", 年度="2019").text


def test_a_superior_court_takes_the_package_of_one_court_under_it(app, sign_in):
    a_receipt("100.00", day=date(2018, 1, 5))
    a_receipt("55.00", day=date(2018, 1, 5), court_code=OTHER_COURT)
    found = page(sign_in, Role.AUDITOR, "/audit-packages/export", court_code=SUPERIOR)
    form = {"法院": OTHER_COURT, "年度": "2018"}
    token = found.hidden("csrf_token")
    found.submit("开始导出", form)
    package = db.session.scalars(select(AuditPackage)).one()
    assert (package.courts, package.court_code) == (OTHER_COURT, SUPERIOR)
    assert package.file_name.startswith(f"audit-2018-{OTHER_COURT[1:]}-")
    with found.client.get(f"/audit-packages/{package.id}/file") as answer:
        manifest = json.loads(zipfile.ZipFile(io.BytesIO(answer.data)).read("manifest.json"))
    assert manifest["courts"] == [OTHER_COURT]
    forged = found.client.post("/audit-packages/export", data={"csrf_token": token, "court": "京01", "year": "2018"})
    assert forged.status_code == 422
    assert 'name="court"' not in page(sign_in, Role.AUDITOR, "/audit-packages/export").text


def test_a_file_that_is_no_longer_there_is_not_found(app, sign_in):
    from tests.yearend.test_service import record

    package = record()
    found = page(sign_in, Role.AUDITOR, f"/audit-packages/{package.id}")
    assert "文件由服务器命令写到了别处" in found.text
    assert found.client.get(f"/audit-packages/{package.id}/file").status_code == 404
    assert page(sign_in, Role.AUDITOR, f"/audit-packages/{package.id}", court_code=OTHER_COURT).status == 404


REASON = "市审计局年度审计，核对收款人身份"


def unmasked(sign_in, role=Role.AUDITOR, **values):
    found = page(sign_in, role, "/audit-packages/export")
    return found.submit("开始导出", {"年度": "2018", "含完整个人信息": True, "导出完整信息的理由": REASON} | values)


def test_a_package_that_names_persons_whole_is_made_for_a_reason_and_kept_from_the_rest(app, sign_in):
    case = a_case()
    a_receipt("100.00", day=date(2018, 1, 5))
    found = unmasked(sign_in).follow("查看结果")
    package = db.session.scalars(select(AuditPackage)).one()
    assert (package.is_unmasked, package.reason) == (True, REASON)
    assert found.facts()["个人信息"] == "完整" and found.facts()["导出完整信息的理由"] == REASON
    [entry] = acts.history(package.subject)
    assert entry.told["unmasked_for"] == REASON
    address = f"/audit-packages/{package.id}"
    with found.client.get(f"{address}/file") as answer:
        files = unpacked(answer.data)
        assert verified(answer.data)
    party, account = case.creditors[0], case.creditors[0].account
    told = files["csv/parties.csv"].decode("utf-8-sig") + files["csv/payee_accounts.csv"].decode("utf-8-sig")
    assert party.name in told and party.identity in told and account.number in told
    assert Page(found.client, "/audit-packages").table("已导出的审计包")[0][4] == "完整"
    reviewer = page(sign_in, Role.FINANCE_REVIEWER, "/audit-packages")
    assert "还没有导出过审计包" in reviewer.text
    assert reviewer.client.get(address).status_code == 404
    assert reviewer.client.get(f"{address}/file").status_code == 404


@pytest.mark.parametrize(
    ("role", "values", "told"),
    [
        (Role.FINANCE_REVIEWER, {}, "只有审计人员可以导出含完整个人信息的审计包"),
        (Role.AUDITOR, {"导出完整信息的理由": "审计"}, "请写明导出完整个人信息的理由"),
        (Role.AUDITOR, {"导出完整信息的理由": ""}, "请写明导出完整个人信息的理由"),
        (Role.AUDITOR, {"含完整个人信息": False}, "请同时勾选"),
    ],
)
def test_whole_names_without_permission_or_reason_are_refused_and_nothing_is_made(app, sign_in, role, values, told):
    found = unmasked(sign_in, role, **values)
    assert found.status == 422 and told in found.text
    assert not db.session.scalars(select(AuditPackage)).all()


def test_a_post_that_was_taken_away_meanwhile_makes_no_such_package(app):
    """The job asks again who may."""
    with pytest.raises(RuleViolation, match="只有审计人员"):
        jobs.KINDS["audit.export"](
            progress=lambda done, total: None,
            user_id=the_holder(Role.FINANCE_REVIEWER).id,
            year=2018,
            unmasked_for=REASON,
        )


def test_the_database_keeps_no_unmasked_package_without_a_reason(app):
    auditor = the_holder(Role.AUDITOR)
    package = AuditPackage(
        court_code=COURT, year=2018, courts=COURT, file_name="a.zip", digest="d", is_unmasked=True, reason="",
        exported_by_id=auditor.id, exported_at=clock.now(),
    )  # fmt: skip
    with pytest.raises(IntegrityError), transaction(COURT):
        db.session.add(package)
