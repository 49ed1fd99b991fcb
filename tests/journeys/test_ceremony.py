"""A payout ceremony through the pages: planned at the desk, held with a phone in the hand, closed to the fen."""

from datetime import date

import pytest

from fundapp.core import clock
from fundapp.users.rules import Role
from tests.builders.advances import an_approved_advance
from tests.builders.custody import an_approved_payout
from tests.builders.people import a_user
from tests.journeys.desk import Desk

pytestmark = [pytest.mark.browser, pytest.mark.journey]

TODAY = date(2018, 6, 25)
PHONE = {"viewport": {"width": 390, "height": 844}}


def test_a_ceremony_is_planned_held_and_closed(live_app, at_desk):
    with clock.at(TODAY):
        names = {
            Role.FINANCE_CLERK: "王会计",
            Role.CASE_HANDLER: "陈承办",
            Role.VICE_PRESIDENT: "孙副院长",
            Role.FINANCE_REVIEWER: "赵复核",
        }
        users = {role: a_user(role, name=name) for role, name in names.items()}
        comes, stays_away = an_approved_advance("3000.00"), an_approved_advance("2000.00")
        payout = an_approved_payout("10000.00")
        told = [
            (one.case.number, payee.name, payee.identity_mask)
            for one, payee in ((comes, comes.creditor), (stays_away, stays_away.creditor), (payout, payout.payee))
        ]
        clerk = at_desk(users[Role.FINANCE_CLERK])
        it_is_planned(clerk, told)
        it_is_frozen(at_desk(users[Role.VICE_PRESIDENT]))
        clerk.follow("兑现大会").follow("第一次执行兑现大会").follow("开始大会")
        assert clerk.table("应提取的现金") == [["垫付资金", "2", "5,000.00"]]
        clerk.submit("开始大会")
        assert clerk.heading == "大会现场"
        on_site = at_desk(users[Role.CASE_HANDLER], **PHONE)
        it_is_held(on_site, told)
        witnesses_are_recorded(on_site)
        reviewer = at_desk(users[Role.FINANCE_REVIEWER])
        it_is_closed(reviewer)
        the_roster_tells_it_all(reviewer, told)


def it_is_planned(clerk: Desk, told):
    cash, away, transfer = (number for number, *_ in told)
    clerk.follow("兑现大会").follow("筹备兑现大会")
    plan = {"大会名称": "第一次执行兑现大会", "地点": "审判大楼前广场", "主持人": "孙副院长"}
    clerk.submit("登记大会", plan | {"举行日期": "2018-06-24"})
    assert clerk.status == 422 and "已经过去" in clerk.main
    clerk.submit("登记大会", {"举行日期": "2018-06-25"})
    assert clerk.heading == "第一次执行兑现大会" and "筹备中" in clerk.facts["状态"]
    clerk.follow("加入领款人").submit("加入名单", {"发放方式": "现金", "已批准待发放的垫付": [cash, away]})
    assert clerk.told("已加入2名领款人")
    clerk.follow("加入领款人").submit("加入名单", {"发放方式": "转账", "已批准待发放的案款": [transfer]})
    listed = [(row[2].split()[0], row[4], row[5].split()[0]) for row in clerk.table("领款人名单")]
    assert listed == [(cash, "3,000.00", "现金"), (away, "2,000.00", "现金"), (transfer, "10,000.00", "转账")]
    assert not clerk.has_link("审定名单"), "who plans does not freeze"


def it_is_frozen(vice_president: Desk):
    vice_president.follow("待审定名单的兑现大会").follow("第一次执行兑现大会").follow("审定名单")
    assert vice_president.facts["合计"] == "15,000.00 元" and vice_president.facts["领款人"] == "3笔"
    vice_president.submit("审定名单")
    assert vice_president.told("名单已审定") and vice_president.facts["审定人"] == "孙副院长"
    assert not vice_president.has_link("加入领款人")


def it_is_held(on_site: Desk, told):
    (cash, cash_payee, mask), (away, absent_payee, _), (_, transfer_payee, _) = told
    on_site.follow("兑现大会").follow("第一次执行兑现大会").follow("进入现场")
    assert progress(on_site) == {"未签到": "15,000.00"}
    on_site.submit("查询", {"序号、姓名或案号": cash_payee})
    assert on_site.shows(cash) and not on_site.shows(away)
    on_site.follow(f"签到：{cash_payee}")
    assert (on_site.facts["证件号码"], on_site.facts["金额"]) == (mask, "3,000.00 元")
    on_site.submit("身份相符，签到")
    assert on_site.told(f"{cash_payee}已签到")
    on_site.follow(f"发放：{cash_payee}")
    on_site.submit("确认已发放", {"收据编号": "SJ0001"})
    assert on_site.status == 422 and "请选择共同发放的工作人员" in on_site.main, "nobody hands over alone"
    on_site.submit("确认已发放", {"共同发放的工作人员": "王会计"})
    assert on_site.told(f"已向{cash_payee}发放3,000.00元")
    on_site.follow(f"签到：{transfer_payee}")
    on_site.submit("身份相符，签到", {"代理人姓名": "钱律师"})
    assert on_site.status == 422 and "请填写特别授权委托书编号" in on_site.main
    on_site.submit("身份相符，签到", {"特别授权委托书编号": "授字2018-12号"}).follow(f"发放：{transfer_payee}")
    assert on_site.facts["代理人"] == "钱律师"
    on_site.submit("确认已发放", {"共同发放的工作人员": "王会计", "银行流水号": "XC0001"})
    on_site.follow(f"未领取：{absent_payee}").submit("标记未领取", {"未领取原因": "外出务工未能到场"})
    assert on_site.told(f"已标记{absent_payee}未领取")
    assert progress(on_site) == {"已发放": "13,000.00", "未领取": "2,000.00"}


def progress(desk: Desk) -> dict[str, str]:
    return {row[0].split()[-1]: row[2] for row in desk.table("发放进度")}


def witnesses_are_recorded(on_site: Desk):
    for name, capacity, organisation in (
        ("郑代表", "人大代表", "岳阳楼区人大常委会"),
        ("吴委员", "政协委员", "岳阳楼区政协"),
    ):
        on_site.follow("登记见证人").submit("登记见证人", {"姓名": name, "身份": capacity, "单位": organisation})
    assert [row[:2] for row in on_site.table("见证人")] == [["郑代表", "人大代表"], ["吴委员", "政协委员"]]
    assert not on_site.has_link("核对现金并结束大会"), "who handed over does not count"


def it_is_closed(reviewer: Desk):
    reviewer.follow("兑现大会").follow("第一次执行兑现大会").follow("核对现金并结束大会")
    reviewer.submit("现金相符，结束大会", {"交回的垫付资金现金": "1,999.99"})
    assert reviewer.status == 422 and reviewer.told("垫付资金现金少1分")
    reviewer.submit("现金相符，结束大会", {"交回的垫付资金现金": "2,000.00"})
    assert reviewer.told("大会已结束") and "已结束" in reviewer.facts["状态"]
    assert reviewer.table("现金核对") == [["垫付资金", "5,000.00", "3,000.00", "2,000.00"]]
    front = Desk(reviewer.window).open("/").facts
    assert (front["兑现大会发放"], front["累计垫付"], front["已批未付"]) == ("13,000.00", "3,000.00", "2,000.00")


def the_roster_tells_it_all(reviewer: Desk, told):
    reviewer.follow("兑现大会").follow("第一次执行兑现大会")
    paper = reviewer.paper("打印花名册")
    for number, payee, mask in told:
        assert number in paper and payee in paper and mask in paper
    for word in ("第一次执行兑现大会", "审判大楼前广场", "3,000.00", "2,000.00", "10,000.00", "外出务工未能到场"):
        assert word in paper, word
    assert "其中1人次、2,000.00元未领取，其余已当面核对领款人身份并足额发放" in paper
    assert "郑代表" in paper and "钱律师" in paper
    content, name = reviewer.download("导出名单")
    assert name.endswith(".xlsx") and content.startswith(b"PK")
