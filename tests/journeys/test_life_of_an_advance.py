"""The whole life of one advance, through the pages in a real browser: six people, each at a window of their own."""

from collections.abc import Callable, Iterator
from datetime import date

import pytest

from fundapp.core import clock
from fundapp.core.spreadsheet import read_table
from fundapp.story import bank, people
from fundapp.users.rules import Role
from tests.builders.advances import the_ladder, the_terms
from tests.builders.disbursement import the_paying_account
from tests.builders.people import COURT, a_user, the_books
from tests.cases.test_importing import a_row, an_xlsx
from tests.journeys.desk import Desk

pytestmark = [pytest.mark.browser, pytest.mark.journey]

TODAY = date(2018, 6, 25)
SLIP = b"%PDF-1.7 synthetic"
CREDITOR, DEBTOR = people.person(701), people.person(702)
NUMBER = f"（2018）{COURT}执701号"
CASE = {
    "案号": NUMBER,
    "立案日期": "2018-01-15",
    "案由类别": "劳动报酬",
    "执行标的": "１８,０００.００",
    "财产查控日期": "2018-02-01",
    "申请执行人类型": "自然人",
    "申请执行人姓名或名称": CREDITOR.name,
    "申请执行人证件号码": CREDITOR.identity,
    "申请执行人电话": CREDITOR.phone,
    "收款账户类型": "银行卡",
    "开户银行": CREDITOR.bank,
    "收款账号": CREDITOR.account,
    "承诺书签署日期": "2018-03-01",
    "被执行人类型": "自然人",
    "被执行人姓名或名称": DEBTOR.name,
    "被执行人证件号码": DEBTOR.identity,
}


@pytest.fixture
def today() -> Iterator[None]:
    """One working day, for the people as for their server."""
    with clock.at(TODAY):
        yield


@pytest.fixture
def court(live_app: object, today: None, at_desk: Callable[..., Desk]) -> Callable[[Role], Desk]:
    """A court that is ready to work: books, terms, limits, paying account; gives the desk of each post."""
    names = {
        Role.CASE_HANDLER: "陈承办",
        Role.BUREAU_DIRECTOR: "李局长",
        Role.FINANCE_CLERK: "王会计",
        Role.FINANCE_REVIEWER: "赵复核",
        Role.VICE_PRESIDENT: "孙副院长",
        Role.AUDITOR: "周审计",
    }
    users = {role: a_user(role, name=name) for role, name in names.items()}
    the_books()
    the_terms()
    the_ladder()
    the_paying_account()
    desks: dict[Role, Desk] = {}

    def desk(role: Role) -> Desk:
        if role not in desks:
            desks[role] = at_desk(users[role])
        return desks[role]

    return desk


def test_the_life_of_an_advance(court):
    money_is_raised(court)
    a_case_is_registered_and_found_short_of_one_thing(court)
    the_account_is_verified_and_the_advance_requested(court)
    three_people_sign(court)
    the_bank_pays(court)
    the_auditor_reads(court)
    the_debtor_pays_back(court)
    the_creditor_gets_the_rest(court)


def money_is_raised(court):
    clerk = court(Role.FINANCE_CLERK)
    assert clerk.facts["可用资金"] == "0.00"
    clerk.follow("资金来源").follow("登记资金来源")
    clerk.submit("登记", {"来源类别": "财政拨款", "来源名称": "岳阳市财政局", "依据文件": "岳市财行指〔2018〕15号"})
    assert clerk.heading == "岳阳市财政局" and clerk.told("资金来源已登记")
    clerk.follow("到账登记").follow("登记到账")
    receipt = {"资金来源": "岳阳市财政局", "金额": "50,000.00", "银行记账日期": "2018-06-22", "银行流水号": "CZ001"}
    clerk.submit("登记", receipt | {"金额": "5e4"})
    assert clerk.status == 422 and "不是有效的金额" in clerk.main
    clerk.submit("登记", {"金额": "50,000.00", "银行回单": (SLIP, "拨款回单.pdf")})
    assert clerk.told("待财务复核确认后入账") and "待复核" in clerk.facts["状态"]
    assert clerk.facts["大写"] == "伍万元整" and clerk.shows("拨款回单.pdf")
    assert not clerk.has_link("复核入账"), "nobody confirms what he recorded"

    reviewer = court(Role.FINANCE_REVIEWER)
    assert reviewer.facts["可用资金"] == "0.00", "what waits for review is no money yet"
    reviewer.follow("待复核的资金到账").follow("CZ001").follow("复核入账")
    assert reviewer.facts["金额"] == "50,000.00 元"
    reviewer.submit("确认入账")
    assert reviewer.told("已复核入账") and "已入账" in reviewer.facts["状态"]
    assert reviewer.history() == ["王会计 登记到账", "王会计 上传附件", "赵复核 复核到账"]
    assert court(Role.FINANCE_REVIEWER).open("/").facts["可用资金"] == "50,000.00"


def a_case_is_registered_and_found_short_of_one_thing(court):
    handler = court(Role.CASE_HANDLER).follow("执行案件").follow("登记案件")
    handler.submit("登记", CASE)
    assert handler.heading == f"案件{NUMBER}" and handler.facts["执行标的"] == "18,000.00 元"
    assert not handler.shows(CREDITOR.identity), "identities stand masked"
    handler.follow("垫付条件审查")
    verdicts = {row[0]: row[2] for row in handler.table(f"{CREDITOR.name}：当前审查情况")}
    assert len(verdicts) == 8
    assert [name for name, verdict in verdicts.items() if not verdict.endswith(" 符合")] == ["本人收款账户已核实"]
    handler.follow("申请垫付")
    handler.submit("提交申请", {"申请垫付金额": "15000", "申请理由": "申请执行人生活困难。"})
    assert handler.status == 422 and handler.told("收款账户尚未核实，请财务经办回访核实。")


def the_account_is_verified_and_the_advance_requested(court):
    clerk = court(Role.FINANCE_CLERK).follow("执行案件").follow(NUMBER)
    clerk.window.get_by_role("link", name="核实账户").click()
    clerk.submit("核实无误", {"核实方式": "6月25日电话回访本人，账号末四位相符。"})
    assert clerk.told("收款账户已核实") and clerk.shows("2018-06-25核实")

    handler = court(Role.CASE_HANDLER).follow("执行案件").follow(NUMBER).follow("垫付条件审查")
    assert all(row[2].endswith(" 符合") for row in handler.table(f"{CREDITOR.name}：当前审查情况"))
    handler.follow("申请垫付")
    assert handler.facts["可用资金"] == "50,000.00 元"
    handler.submit("提交申请", {"申请垫付金额": "18000.01", "申请理由": "申请执行人生活困难。"})
    assert handler.status == 422 and handler.told("18,000.00"), "no more than the claim"
    handler.submit("提交申请", {"申请垫付金额": "15,000.00"})
    assert handler.told("待执行局长签署") and handler.facts["大写"] == "人民币壹万伍仟元整"
    assert [row[:3] for row in handler.table("审批进度")] == [
        ["1", "执行局长", "待签署"],
        ["2", "财务复核", "尚未轮到"],
        ["3", "分管副院长", "尚未轮到"],
    ]


def three_people_sign(court):
    assert court(Role.VICE_PRESIDENT).shows("目前没有等待您办理的事项"), "not yet his turn"
    for role, opinion in (
        (Role.BUREAU_DIRECTOR, "情况属实，同意垫付。"),
        (Role.FINANCE_REVIEWER, "账户和资金已核对。"),
        (Role.VICE_PRESIDENT, "同意垫付。"),
    ):
        signer = court(role).open("/")
        assert signer.facts["可用资金"] == "50,000.00", "only the last signature reserves"
        signer.follow("待我审批的垫付申请")
        [row] = signer.table("垫付申请")
        assert (row[1], row[4]) == (NUMBER, "15,000.00")
        signer.follow(row[0]).follow("签署审批意见")
        assert signer.facts["申请垫付金额"] == "15,000.00 元" and signer.facts["申请人"] == "陈承办"
        signer.submit("签署", {"审批结果": "同意", "审批意见": opinion})
        assert signer.told("审批意见已签署") and not signer.has_link("签署审批意见")
    assert "已批准待发放" in signer.facts["状态"]
    assert [row[4] for row in signer.table("审批进度")] == ["李局长", "赵复核", "孙副院长"]
    front = court(Role.VICE_PRESIDENT).open("/").facts
    assert (front["可用资金"], front["已批未付"]) == ("35,000.00", "15,000.00")


def the_bank_pays(court):
    clerk = court(Role.FINANCE_CLERK).open("/").follow("已批准、待编入批次的垫付").follow("发放批次").follow("编制批次")
    clerk.submit("编制批次", {NUMBER: True})
    number = clerk.facts["批次编号"]
    assert clerk.told(f"批次{number}已编制") and clerk.facts["合计金额"] == "15,000.00 元"
    assert not clerk.has_link("核对签发"), "who built a batch does not sign it"
    reviewer = court(Role.FINANCE_REVIEWER).open("/").follow("待复核签发的发放批次").follow(number).follow("核对签发")
    assert reviewer.table("发放明细")[0][1] == NUMBER
    reviewer.submit("签发")
    assert reviewer.told("批次已签发") and reviewer.facts["签发人"] == "赵复核"

    clerk.reload().follow("导出银行文件").submit("导出银行文件")
    assert clerk.told("已送银行")
    sent, name = clerk.download("下载银行文件")
    assert name == f"{number}.xlsx"
    [line] = read_table(sent, name).rows
    assert CREDITOR.account in [cell.value for cell in line.cells], "as text, every digit of it"
    answer = (bank.answer(sent, on=TODAY), f"{number}-回执.xlsx")
    clerk.follow("导入银行回执").submit("导入", {"银行回执文件": answer})
    assert clerk.told("银行回执已导入") and clerk.facts["付款成功"] == "1"
    clerk.follow("银行回执").follow("导入银行回执").submit("导入", {"银行回执文件": answer})
    assert clerk.status == 422 and clerk.told("由王会计导入，不能重复导入"), "the same file twice"
    front = court(Role.FINANCE_CLERK).open("/").facts
    assert (front["累计垫付"], front["可用资金"], front["已批未付"]) == ("15,000.00", "35,000.00", "0.00")
    assert front["垫付结案"] == "1"


def the_auditor_reads(court):
    auditor = court(Role.AUDITOR).follow("执行案件").follow(NUMBER)
    assert auditor.facts["垫付结案日期"] == "2018-06-25" and "执行中" in auditor.facts["案件状态"]
    assert "陈承办 登记案件" in auditor.history() and "王会计 核实收款账户" in auditor.history()
    auditor.follow("本案垫付")
    [row] = auditor.table("垫付申请")
    auditor.follow(row[0])
    assert "已垫付" in auditor.facts["状态"] and auditor.facts["付款金额"] == "15,000.00 元"
    acts = [act.split(" ")[1] for act in auditor.history()]
    order = ["提出垫付申请", "签署审批意见", "垫付获准", "垫付款已付"]
    assert [act for act in dict.fromkeys(acts) if act in order] == order
    form = auditor.paper("打印审批表")
    for told in (NUMBER, CREDITOR.name, "15,000.00", "壹万伍仟元整", "情况属实，同意垫付。", "孙副院长"):
        assert told in form, told
    auditor.follow("查看记账凭证")
    hands = [auditor.facts[hand] for hand in ("制单", "审核")]
    assert hands == ["王会计", "赵复核"] and auditor.facts["合计"] == "15,000.00 元"
    voucher = auditor.paper("打印凭证（PDF）")
    for told in ("付款凭证", "15,000.00", "壹万伍仟元整", "王会计", "赵复核"):
        assert told in voucher, told
    assert not auditor.has_link("申请更正"), "the auditor reads"
    auditor.follow("试算平衡表")
    assert auditor.shows("50,000.00")


def the_debtor_pays_back(court):
    clerk = court(Role.FINANCE_CLERK).follow("案款到账").follow("登记案款").submit("查询", {"案号": NUMBER})
    assert clerk.heading == f"{NUMBER}案款" and clerk.facts["已到账"] == "0.00 元"
    clerk.follow("登记到账")
    clerk.submit(
        "登记",
        {
            "被执行人": DEBTOR.name,
            "付款人": DEBTOR.name,
            "金额": "16,000.00",
            "到账日期": "2018-06-25",
            "银行流水号": "AK701",
            "银行回单": (SLIP, "案款回单.pdf"),
        },
    )
    assert clerk.told("待财务复核确认后入账")
    reviewer = court(Role.FINANCE_REVIEWER).open("/").follow("待复核的案款到账").follow("AK701").follow("复核入账")
    assert reviewer.facts["大写"] == "壹万陆仟元整"
    reviewer.submit("确认入账")
    assert reviewer.told("案款已复核入账") and reviewer.told("待财务复核人员分配")
    reviewer.follow("分配案款")
    assert [row[1] for row in reviewer.table("分配方案")] == ["15,000.00", "1,000.00", "0.00"]
    reviewer.submit("确认分配")
    assert reviewer.told("归还资金部分已记账") and reviewer.facts["未收回"] == "0.00 元"
    front = court(Role.FINANCE_REVIEWER).open("/").facts
    assert (front["追偿收回"], front["未收回"], front["可用资金"]) == ("15,000.00", "0.00", "50,000.00")


def the_creditor_gets_the_rest(court):
    handler = court(Role.CASE_HANDLER).follow("执行案件").follow(NUMBER).follow("本案案款")
    assert handler.facts["可发放"] == "1,000.00 元"
    handler.follow("申请发放")
    asked = {"用途": "发放申请执行人", "收款人": f"{CREDITOR.name}（申请执行人）", "发放理由": "追偿款余额。"}
    handler.submit("提交申请", asked | {"金额": "1000.01"})
    assert handler.status == 422 and handler.told("1,000.00"), "no more than there is"
    handler.submit("提交申请", {"金额": "1000"})
    assert handler.told("待执行局长审批")
    director = (
        court(Role.BUREAU_DIRECTOR).open("/").follow("待审批的案款发放").follow("2018-06-25").follow("签署审批意见")
    )
    director.submit("签署", {"审批结果": "同意", "审批意见": "同意发放。"})
    assert "已批准待发放" in director.facts["状态"]
    reviewer = court(Role.FINANCE_REVIEWER).follow("案款发放").follow("2018-06-25").follow("登记支付")
    reviewer.submit("确认支付", {"银行流水号": "ZF701"})
    assert reviewer.told("案款已支付") and "已发放" in reviewer.facts["状态"]
    reviewer.follow("查看本案案款")
    assert (reviewer.facts["已发放"], reviewer.facts["可发放"]) == ("1,000.00 元", "0.00 元")


def test_a_list_of_cases_is_tried_and_then_imported(court):
    handler = court(Role.CASE_HANDLER).follow("导入案件")
    good, bad = a_row(801), a_row(802, creditor_identity="430602190102030010", status="?")
    handler.submit("试导入", {"案件清单": (an_xlsx([good, bad]), "六月案件.xlsx")})
    assert handler.facts["阶段"] == "试导入，尚未登记任何案件"
    assert (handler.facts["将新登记"], handler.facts["未通过"]) == ("1件", "1行")
    [row] = handler.table("未通过的行")
    assert row[:2] == ["3", "E3、K3"] and "校验位不正确" in row[2]
    content, name = handler.download("下载未通过的行")
    assert name.endswith(".xlsx") and read_table(content, name).headers[-1] == "原因"
    handler.submit("正式导入")
    assert handler.told("已正式导入：新登记1件") and handler.facts["阶段"] == "已正式导入"
    handler.follow("执行案件")
    assert [row[0] for row in handler.table("执行案件")] == [good["number"]]
