"""The pages of ceremonies as those meet them who plan, freeze, hand out, count and look on."""

import re
from datetime import timedelta

import pypdfium2
import pytest

from fundapp.advances.rules import AdvanceStatus
from fundapp.ceremonies.models import Ceremony
from fundapp.ceremonies.rules import CeremonyStatus, Method, PayeeStatus
from fundapp.core import clock
from fundapp.core.spreadsheet import read_table
from fundapp.ledger import queries as books
from fundapp.ledger.rules import Account
from fundapp.users.rules import Role
from tests.builders.advances import an_approved_advance
from tests.builders.ceremonies import (
    a_ceremony,
    an_open_ceremony,
    closed,
    frozen,
    handed_over,
    listed,
    marked_absent,
    signed_in,
    the_line,
    witnessed,
)
from tests.builders.custody import an_approved_payout
from tests.builders.people import COURT, OTHER_COURT, SUPERIOR, a_user, the_holder
from tests.pages import Page


class CeremonyPage(Page):
    """The page of one ceremony."""

    def __init__(self, client, ceremony) -> None:
        super().__init__(client, f"/ceremonies/{ceremony.id}")


class DayPage(Page):
    """The working page on site."""

    def __init__(self, client, ceremony) -> None:
        super().__init__(client, f"/ceremonies/{ceremony.id}/day")

    def sign_in(self, line, **facts: str) -> "DayPage":
        return self.get(f"/ceremonies/lines/{line.id}/sign-in").submit("身份相符，签到", **facts)

    def hand_over(self, line, reference: str, *, beside) -> "DayPage":
        self.get(f"/ceremonies/lines/{line.id}/hand-over")
        return self.submit("确认已发放", reference=reference, second_staff=beside.id)

    def absent(self, line, reason: str) -> "DayPage":
        return self.get(f"/ceremonies/lines/{line.id}/absent").submit("标记未领取", reason=reason)

    def progress(self) -> dict[str, str]:
        return {row[0].split()[-1]: row[2] for row in self.table("发放进度")}


def paper_text(data: bytes) -> str:
    document = pypdfium2.PdfDocument(data)
    try:
        return "".join(page.get_textpage().get_text_range() for page in document).replace("\r\n", "")
    finally:
        document.close()


def rows(response) -> list[list[object]]:
    return [[cell.value for cell in row.cells] for row in read_table(response.data, "list.xlsx").rows]


def test_the_clerk_plans_lists_and_the_vice_president_freezes(sign_in):
    advance, payout = an_approved_advance("8000.00"), an_approved_payout("10000.00")
    clerk = sign_in(the_holder(Role.FINANCE_CLERK))
    page = Page(clerk, "/ceremonies").follow("筹备兑现大会")
    page.submit("登记大会")
    assert page.status == 422
    assert "请填写大会名称。" in page.text
    yesterday = clock.today() - timedelta(days=1)
    facts = {"大会名称": "第一次执行兑现大会", "地点": "审判大楼前广场", "主持人": "孙副院长"}
    page.submit("登记大会", facts | {"举行日期": yesterday})
    assert page.status == 422
    assert "已经过去" in page.text
    page.submit("登记大会", facts | {"举行日期": clock.today()})
    assert page.heading == "第一次执行兑现大会"
    assert page.facts()["状态"].endswith("筹备中")
    page.follow("加入领款人").submit("加入名单")
    assert "尚未选择领款人" in page.text
    page.submit("加入名单", {"发放方式": "cash", "已批准待发放的垫付": [advance.id], "已批准待发放的案款": [payout.id]})
    assert ["资金", "案款", "1", "10,000.00", "0.00"] in page.table("名单汇总")
    assert [row[4] for row in page.table("领款人名单")] == ["8,000.00", "10,000.00"]
    assert page.follow("加入领款人").main.endswith("返回"), "nothing is left to choose"
    page.get(page.url.removesuffix("/lines/new"))
    assert not page.has_link("审定名单"), "not the clerk's"
    vice_president = sign_in(the_holder(Role.VICE_PRESIDENT))
    page = Page(vice_president, page.url).follow("审定名单")
    assert "18,000.00" in page.main
    page.submit("审定名单")
    assert page.facts()["状态"].endswith("名单已审定")
    assert not page.has_link("加入领款人")


def test_a_list_is_changed_and_called_off_before_its_day(sign_in):
    advance = an_approved_advance()
    ceremony = a_ceremony()
    listed(ceremony, advance)
    page = CeremonyPage(sign_in(the_holder(Role.FINANCE_CLERK)), ceremony).follow("修改安排")
    page.submit("保存修改", {"地点": "人民广场"})
    assert page.facts()["地点"] == "人民广场"
    page.submit("移出")
    assert page.status == 302
    assert "已从名单移出" in page.text
    assert advance.status is AdvanceStatus.APPROVED
    listed(ceremony, advance)
    page = CeremonyPage(sign_in(the_holder(Role.VICE_PRESIDENT)), ceremony).follow("取消大会")
    page.submit("取消大会", {"取消原因": "场地不能使用"})
    assert page.facts()["状态"].endswith("已取消")
    assert "场地不能使用" in page.main


def test_a_stale_freeze_is_refused_on_its_page(sign_in):
    ceremony = a_ceremony()
    listed(ceremony, an_approved_advance())
    page = CeremonyPage(sign_in(the_holder(Role.VICE_PRESIDENT)), ceremony).follow("审定名单")
    listed(ceremony, an_approved_advance())
    page.submit("审定名单")
    assert page.status == 409
    assert "该事项在您阅读之后已有变动" in page.text
    assert ceremony.status is CeremonyStatus.PLANNED


def test_the_day_on_site(sign_in):
    paid, absent = an_approved_advance("8000.00"), an_approved_advance("5000.00")
    ceremony = a_ceremony()
    for record in (paid, absent):
        listed(ceremony, record, Method.CASH)
    frozen(ceremony)
    clerk = the_holder(Role.FINANCE_CLERK)
    page = CeremonyPage(sign_in(clerk), ceremony).follow("开始大会")
    assert page.table("应提取的现金") == [["垫付资金", "2", "13,000.00"]]
    page.submit("开始大会")
    assert page.heading == "大会现场"
    page = DayPage(sign_in(the_holder(Role.CASE_HANDLER)), ceremony)
    assert page.progress() == {"未签到": "13,000.00"}
    first, second = the_line(ceremony, 1), the_line(ceremony, 2)
    page.hand_over(first, "SJ0001", beside=clerk)
    assert (page.status, "领款人尚未签到" in page.text) == (422, True)
    page.sign_in(first, agent="赵律师")
    assert (page.status, "请填写特别授权委托书编号" in page.text) == (422, True)
    page.sign_in(first)
    assert f"{first.payee.name}已签到。" in page.text
    page.hand_over(first, "SJ0001", beside=clerk)
    assert "发放8,000.00元" in page.alerts[0]
    page.hand_over(first, "SJ0001", beside=clerk)
    assert (page.status, "已经发放，不能重复办理" in page.text) == (422, True)
    page.absent(second, "证件不符")
    assert page.progress() == {"已发放": "8,000.00", "未领取": "5,000.00"}
    assert "证件不符" in page.main
    assert books.balance(COURT, Account.CASH) == absent.amount


def test_a_payee_is_found_on_site_by_name_number_or_status(sign_in):
    ceremony = an_open_ceremony(an_approved_advance(), an_approved_advance())
    first, second = the_line(ceremony, 1), signed_in(the_line(ceremony, 2))
    page = DayPage(sign_in(the_holder(Role.CASE_HANDLER)), ceremony)
    for filters, found, other in (
        ({"text": "1"}, first, second),
        ({"text": re.findall(r"\d+", second.case.number)[-1]}, second, first),
        ({"text": second.payee.name}, second, first),
        ({"text": first.case.number}, first, second),
        ({"status": "signed_in"}, second, first),
    ):
        page.submit("查询", {"text": "", "status": ""} | filters)
        assert found.case.number in page.main
        assert other.case.number not in page.main
    page.submit("查询", text="没有这个人")
    assert "没有符合条件的领款人" in page.main


def test_who_handed_over_together_before_is_offered_again(sign_in):
    ceremony = an_open_ceremony(an_approved_advance(), an_approved_advance())
    handed_over(the_line(ceremony, 1))
    line = signed_in(the_line(ceremony, 2))
    page = DayPage(sign_in(the_holder(Role.CASE_HANDLER)), ceremony)
    page.get(f"/ceremonies/lines/{line.id}/hand-over")
    assert line.payee.account.number_mask in page.main
    page.submit("确认已发放", reference="")
    assert (page.status, "请填写银行转账流水号。" in page.text) == (422, True)
    page.submit("确认已发放", reference="BK1")
    assert line.status is PayeeStatus.PAID
    assert line.second_staff_id == the_holder(Role.FINANCE_CLERK).id


def test_cash_is_counted_to_the_fen_and_the_page_does_not_say_what_to_count(sign_in):
    ceremony = an_open_ceremony(an_approved_advance("5000.00"), method=Method.CASH)
    marked_absent(the_line(ceremony))
    handler, reviewer = sign_in(the_holder(Role.CASE_HANDLER)), sign_in(the_holder(Role.FINANCE_REVIEWER))
    page = CeremonyPage(handler, ceremony).follow("登记见证人")
    page.submit("登记见证人", {"姓名": "郑代表", "身份": "congress_deputy", "单位": "岳阳楼区人大常委会"})
    assert page.table("见证人") == [["郑代表", "人大代表", "岳阳楼区人大常委会"]]
    page = CeremonyPage(reviewer, ceremony).follow("核对现金并结束大会")
    assert "交回的案款现金" not in page.text, "none was drawn"
    page.submit("现金相符，结束大会", {"交回的垫付资金现金": "4999.99"})
    assert page.status == 422
    assert "垫付资金现金少1分" in page.text
    assert ceremony.status is CeremonyStatus.OPEN
    page.submit("现金相符，结束大会", {"交回的垫付资金现金": "５，０００.００".replace("，", "")})
    assert page.facts()["状态"].endswith("已结束")
    assert page.table("现金核对") == [["垫付资金", "5,000.00", "0.00", "5,000.00"]]


@pytest.mark.parametrize("bad", ["NaN", "1e3", "-1", "0.001", "x" * 10_000])
def test_what_is_not_an_amount_is_told_beside_its_field(sign_in, bad):
    ceremony = witnessed(an_open_ceremony(an_approved_advance("5000.00"), method=Method.CASH))
    handed_over(the_line(ceremony))
    page = CeremonyPage(sign_in(the_holder(Role.FINANCE_REVIEWER)), ceremony).follow("核对现金并结束大会")
    page.submit("现金相符，结束大会", {"交回的垫付资金现金": bad})
    assert page.status == 422
    assert ceremony.status is CeremonyStatus.OPEN


def test_the_roster_and_the_list_as_a_workbook(sign_in):
    ceremony = an_open_ceremony(an_approved_advance("8000.00"), an_approved_payout("10000.00"), method=Method.CASH)
    first, second = the_line(ceremony, 1), the_line(ceremony, 2)
    handed_over(first, reference="SJ0001")
    marked_absent(second, reason="证件不符")
    witnessed(ceremony)
    auditor = sign_in(the_holder(Role.AUDITOR))
    answer = auditor.get(f"/ceremonies/{ceremony.id}/roster.pdf")
    assert answer.mimetype == "application/pdf"
    paper = paper_text(answer.data)
    for told in (
        ceremony.name,
        "审判大楼前广场",
        first.case.number,
        first.payee.name,
        first.payee.identity_mask,
        "8,000.00",
        "现金2人次18,000.00元",
        "壹万捌仟元整",
        "未领取：证件不符",
        "郑代表",
        "人大代表",
        the_holder(Role.FINANCE_CLERK).name,
    ):
        assert told in paper, told
    assert first.payee.identity not in paper
    listed_rows = rows(auditor.get(f"/ceremonies/{ceremony.id}/lines.xlsx"))
    assert [row[:4] for row in listed_rows] == [
        [1, "垫付资金", first.case.number, first.payee.name],
        [2, "案款", second.case.number, second.payee.name],
    ]
    assert "SJ0001" in listed_rows[0]
    assert "证件不符" in listed_rows[1]


def test_there_is_no_roster_of_an_empty_list(sign_in):
    ceremony = a_ceremony()
    client = sign_in(the_holder(Role.AUDITOR))
    assert not CeremonyPage(client, ceremony).has_link("打印花名册")
    answer = client.get(f"/ceremonies/{ceremony.id}/roster.pdf")
    assert answer.status_code == 422
    assert "名单为空" in answer.text


def test_the_list_of_ceremonies_is_filtered_and_exported(sign_in):
    ceremony = an_open_ceremony(an_approved_advance("8000.00"))
    handed_over(the_line(ceremony))
    other = a_ceremony(held_on=clock.today() + timedelta(days=400))
    a_ceremony(court_code=OTHER_COURT)
    auditor = sign_in(the_holder(Role.AUDITOR))
    page = Page(auditor, "/ceremonies")
    assert [row[1] for row in page.table("兑现大会")] == [other.name, ceremony.name]
    page.submit("查询", status="open")
    [row] = page.table("兑现大会")
    assert row[-4:] == ["1", "8,000.00", "1", "8,000.00"]
    page.submit("查询", status="", year=other.held_on.year)
    assert [row[1] for row in page.table("兑现大会")] == [other.name]
    assert page.get("/ceremonies?year=0&status=no&court_code=x").status == 200
    exported = rows(auditor.get("/ceremonies?status=open&format=xlsx"))
    assert [(row[1], row[-1]) for row in exported] == [(ceremony.name, 8000)]


def test_what_was_handed_out_by_court_and_category(sign_in):
    client = sign_in(the_holder(Role.AUDITOR))
    assert "还没有在兑现大会上发放的款项" in Page(client, "/ceremonies/by-category").main
    ceremony = an_open_ceremony(an_approved_advance("8000.00"), an_approved_payout("10000.00"))
    for at in (1, 2):
        handed_over(the_line(ceremony, at))
    page = Page(client, "/ceremonies/by-category")
    [row] = page.table("各院各类案件现场兑现金额")
    assert row[1:] == ["劳动报酬", "2", "8,000.00", "10,000.00", "18,000.00"]
    assert "各类案件现场兑现金额" in page.main
    page.submit("查询", year=clock.today().year)
    assert page.table("各院各类案件现场兑现金额") == [row]
    [exported] = rows(client.get("/ceremonies/by-category?format=xlsx"))
    assert exported[1:] == ["劳动报酬", 2, 8000, 10000, 18000]


def test_the_superior_court_reads_and_does_not_act(sign_in):
    ceremony = closed(witnessed(handed_over_all(an_open_ceremony(an_approved_advance()))))
    running = an_open_ceremony(an_approved_advance())
    client = sign_in(a_user(Role.VICE_PRESIDENT, court_code=SUPERIOR))
    assert CeremonyPage(client, ceremony).status == 200
    page = CeremonyPage(client, running)
    assert not page.has_link("进入现场")
    assert DayPage(client, running).status == 200
    assert client.get(f"/ceremonies/{running.id}/cancel").status_code == 404
    stranger = sign_in(a_user(Role.CASE_HANDLER, court_code=OTHER_COURT))
    assert stranger.get(f"/ceremonies/{running.id}").status_code == 404
    assert stranger.get(f"/ceremonies/lines/{the_line(running).id}/sign-in").status_code == 404


def handed_over_all(ceremony: Ceremony) -> Ceremony:
    for line in ceremony.lines:
        handed_over(line)
    return ceremony
