"""The close of a year, point by point: what is asked, how it stands, where it is done and by whom."""

from dataclasses import replace
from datetime import date, datetime

import pytest

from fundapp.core import clock
from fundapp.core.db import transaction
from fundapp.core.money import yuan
from fundapp.ledger import service as ledger
from fundapp.ledger.rules import Model
from fundapp.oversight import nightly
from fundapp.users.rules import MATRIX, Permission, Role
from fundapp.yearend import rules, service
from fundapp.yearend.queries import guide as queries
from fundapp.yearend.rules import DOERS, Hindered, Hindrance, PointState, Step, YearFacts
from tests.builders.advances import a_paid_advance
from tests.builders.funding import a_receipt
from tests.builders.oversight import an_anchor_sheet
from tests.builders.people import COURT, OTHER_COURT, SUPERIOR, the_books, the_holder
from tests.builders.yearend import a_year, december_closed, months_closed, reopened, unclaimed, year_closed
from tests.pages import Page

JANUARY = date(2019, 1, 8)
READY = YearFacts(2018, due="2018-12", is_closed=False, transfers=2)
CLOSED = replace(READY, due="2019-01", is_closed=True, is_printed=True, is_exported=True, is_anchored=True)


def states(facts):
    return {point.step: point.state for point in rules.guide(facts)}


# ---- rules


@pytest.mark.parametrize(
    ("facts", "step", "state", "told"),
    [
        ({"due": "2018-11"}, Step.MONTHS, PointState.OPEN, "下一个应结账的月份是2018-11"),
        ({"due": "2018-12"}, Step.MONTHS, PointState.MET, "各月均已结账"),
        ({"due": "2019-01"}, Step.MONTHS, PointState.MET, "各月均已结账"),
        ({"hindered": [Hindered(Hindrance.BATCH, 1, "B1")]}, Step.DECEMBER, PointState.OPEN, "还有1项未办结"),
        ({}, Step.DECEMBER, PointState.MET, "没有未办结"),
        ({}, Step.RECEIVABLES, PointState.MET, "没有账龄超过1年"),
        ({"old": 2, "old_amount": yuan("90.00")}, Step.RECEIVABLES, PointState.OPEN, "2笔、90.00元，请逐笔核对"),
        ({"old": 2, "is_aged": True}, Step.RECEIVABLES, PointState.MET, "已打印或导出"),
        ({}, Step.SUSPENSE, PointState.MET, "没有待认领款"),
        ({"suspense": yuan("5.00")}, Step.SUSPENSE, PointState.OPEN, "待认领款5.00元，本系统目前不能办理认领或退回"),
        ({"suspense": yuan("5.00"), "is_explained": True}, Step.SUSPENSE, PointState.MET, "书面说明"),
        ({}, Step.OPENING, PointState.MET, "为零"),
        ({"opening": yuan("0.01")}, Step.OPENING, PointState.OPEN, "还有0.01元"),
        ({}, Step.VERIFIED, PointState.MET, "没有发现问题"),
        ({"problems": 3, "is_fresh": False}, Step.VERIFIED, PointState.OPEN, "发现3个问题"),
        ({"is_fresh": False}, Step.VERIFIED, PointState.OPEN, "再办理一次核验"),
        ({"problems": None}, Step.VERIFIED, PointState.OPEN, "还没有核验过"),
        ({}, Step.RESULT, PointState.AT_CLOSING, "将结转2笔"),
        ({"transfers": 0}, Step.RESULT, PointState.MET, "没有需要结转"),
        ({"transfers": 0, "is_custodial": True}, Step.RESULT, PointState.MET, "甲类"),
        ({"is_closed": True}, Step.RESULT, PointState.MET, "已结转2笔"),
        ({}, Step.REQUESTED, PointState.OPEN, "由财务复核申请"),
        ({"is_requested": True}, Step.REQUESTED, PointState.MET, "已由财务复核申请"),
        ({"is_closed": True}, Step.REQUESTED, PointState.MET, "已由财务复核申请"),
        ({}, Step.CLOSED, PointState.OPEN, "申请后由院长批准"),
        ({"is_requested": True}, Step.CLOSED, PointState.OPEN, "由院长核对后批准或退回"),
        ({"is_closed": True}, Step.CLOSED, PointState.MET, "已年终结账"),
        ({"is_printed": True}, Step.STATEMENTS, PointState.OPEN, "年终结账后办理"),  # too early
        ({"is_closed": True}, Step.STATEMENTS, PointState.OPEN, "请打印全部年度报表"),
        ({"is_closed": True, "is_printed": True}, Step.STATEMENTS, PointState.MET, "已在结账后打印"),
        ({"is_exported": True}, Step.PACKAGE, PointState.OPEN, "年终结账后办理"),
        ({"is_closed": True}, Step.PACKAGE, PointState.OPEN, "请导出"),
        ({"is_closed": True, "is_exported": True}, Step.PACKAGE, PointState.MET, "已在结账后导出"),
        ({"is_anchored": True}, Step.ANCHOR, PointState.OPEN, "年终结账后办理"),
        ({"is_closed": True}, Step.ANCHOR, PointState.OPEN, "存证单"),
        ({"is_closed": True, "is_anchored": True}, Step.ANCHOR, PointState.MET, "已在结账后交付"),
    ],
)
def test_each_point_stands_as_the_facts_say_and_tells_why(facts, step, state, told):
    [point] = [one for one in rules.guide(replace(READY, **facts)) if one.step is step]
    assert point.state is state
    assert told in point.told % point.params


def test_the_points_are_in_order_and_the_first_open_one_is_next():
    assert [point.step for point in rules.guide(READY)] == list(Step)
    assert rules.next_point(rules.guide(READY)).step is Step.REQUESTED
    assert rules.next_point(rules.guide(replace(READY, is_requested=True))).step is Step.CLOSED
    assert rules.next_point(rules.guide(replace(READY, due="2018-03"))).step is Step.MONTHS
    assert rules.next_point(rules.guide(replace(CLOSED, is_anchored=False))).step is Step.ANCHOR
    assert rules.next_point(rules.guide(CLOSED)) is None


@pytest.mark.parametrize(
    ("step", "permission"),
    [
        (Step.MONTHS, Permission.MONTH_CLOSE),
        (Step.DECEMBER, Permission.LEDGER_READ),
        (Step.RECEIVABLES, Permission.LEDGER_READ),
        (Step.SUSPENSE, Permission.LEDGER_READ),
        (Step.OPENING, Permission.OPENING_REQUEST),
        (Step.VERIFIED, Permission.LEDGER_READ),
        (Step.RESULT, Permission.YEAR_CLOSE_REQUEST),
        (Step.REQUESTED, Permission.YEAR_CLOSE_REQUEST),
        (Step.CLOSED, Permission.YEAR_CLOSE),
        (Step.STATEMENTS, Permission.LEDGER_READ),
        (Step.PACKAGE, Permission.AUDIT_EXPORT),
        (Step.ANCHOR, Permission.ANCHOR_HAND_OUT),
    ],
)
def test_who_is_told_to_do_a_point_may_do_it(step, permission):
    assert DOERS[step] in MATRIX[permission]
    assert set(DOERS) == set(Step)


# ---- the whole way, on its page


def page(sign_in, role=Role.FINANCE_REVIEWER, *, court_code=COURT, url="/closings/guide?year=2018"):
    return Page(sign_in(the_holder(role, court_code=court_code)), url)


def shown(found):
    return {row[0]: row[1:] for row in found.table("年终结账各项")}


def test_the_guide_leads_from_the_first_month_to_the_last_paper(app, sign_in):
    with clock.at(date(2018, 1, 2)):
        for role in Role:
            the_holder(role)
    a_year()
    with clock.at(JANUARY):
        found = page(sign_in)
        assert "下一步：1月至11月逐月结账，由财务复核办理" in found.alerts[0]
        assert the_holder(Role.FINANCE_REVIEWER).name in found.alerts[0]
        preview = found.table("本年收支结转预览")
        assert preview[-1] == ["3301 本期盈余", "3001 累计盈余", "100,000.00"]
        assert len(found.table("2018-12结账核对")) > 10
        assert shown(found)["本年收支结转"][0] == "– 结账时核算"

        months_closed(on=JANUARY)
    closed_on = date(2019, 1, 9)
    december_closed(on=closed_on)
    with clock.at(date(2019, 1, 10)):
        found = page(sign_in)
        rows = shown(found)
        assert rows["年终结账"][0] == "✓ 已具备"
        assert rows["结账后打印年度报表"][0] == "! 待办理"
        assert [row[2] for row in found.table("本年收支结转分录")] == ["100,000.00", "100,000.00"]
        Page(found.client, "/statements?year=2018").submit("打印（PDF）")
        with transaction(COURT):
            service.record_package(
                court_code=COURT, year=2018, court_codes=[COURT], file_name="a.zip", digest="0" * 64,
                actor=the_holder(Role.AUDITOR),
            )  # fmt: skip
        an_anchor_sheet()
        rows = shown(page(sign_in, Role.AUDITOR))
        for step in ("结账后打印年度报表", "结账后导出审计包", "结账后交付存证单"):
            assert rows[step][0] == "✓ 已具备", step


def test_what_was_printed_and_handed_out_before_the_close_does_not_count(app):
    with clock.at(date(2018, 1, 5)):
        a_receipt("100.00", day=date(2018, 1, 5))
    with clock.at(JANUARY):
        the_print("年度报表", "2018年度")
        an_anchor_sheet()
    year_closed()
    facts = queries.standing(COURT, 2018).facts
    assert facts.is_closed
    assert not (facts.is_printed or facts.is_exported or facts.is_anchored)
    with clock.at(date(2019, 2, 1)):
        the_print("年度报表", "2017年度")
        assert not queries.standing(COURT, 2018).facts.is_printed
        the_print("年度报表", "2018年度")
        assert queries.standing(COURT, 2018).facts.is_printed


def the_print(book, period):
    auditor = the_holder(Role.AUDITOR)
    with transaction(COURT):
        ledger.record_print(COURT, book=book, period=period, lines=1, digest="0" * 64, actor=auditor)


def test_a_year_that_was_opened_again_asks_for_its_papers_anew(app):
    with clock.at(date(2018, 1, 5)):
        a_receipt("100.00", day=date(2018, 1, 5))
    year_closed()
    with clock.at(date(2019, 1, 10)):
        the_print("年度报表", "2018年度")
        an_anchor_sheet()
        reopened("2018-12")
        assert not queries.standing(COURT, 2018).facts.is_closed
    december_closed(on=date(2019, 1, 12))
    facts = queries.standing(COURT, 2018).facts
    assert facts.is_closed
    assert not (facts.is_printed or facts.is_anchored)


def test_old_advances_and_unclaimed_money_are_named_with_their_amounts(app):
    a_receipt("7000.00", day=date(2016, 4, 1))
    a_paid_advance("3000.00", paid_on=date(2016, 5, 1))
    a_paid_advance("4000.00", paid_on=date(2017, 12, 31))  # exactly a year
    unclaimed("88.00", day=date(2018, 12, 5))
    facts = queries.standing(COURT, 2018).facts
    assert (facts.old, facts.old_amount, facts.suspense) == (1, yuan("3000.00"), yuan("88.00"))
    assert not facts.is_aged
    the_print("垫付款账龄分析表", "2018年度")
    assert queries.standing(COURT, 2018).facts.is_aged


def test_what_hinders_december_is_linked(app, sign_in):
    with clock.at(date(2018, 12, 3)):
        receipt = a_receipt("100.00", day=date(2018, 12, 3), is_confirmed=False)
    with clock.at(JANUARY):
        found = page(sign_in)
        row = shown(found)["12月没有未办结事项"]
        assert row[0] == "! 待办理"
        assert found.has_link(f"{receipt.bank_reference} 2018-12-03")


def test_a_court_that_holds_money_for_others_has_nothing_to_carry(app, sign_in):
    with clock.at(date(2018, 1, 5)):
        the_books(model=Model.CUSTODIAL)
        a_receipt("100.00", day=date(2018, 1, 5))
    with clock.at(JANUARY):
        found = page(sign_in)
        assert shown(found)["本年收支结转"][:2] == ["✓ 已具备", "甲类记账模式没有收支结转。"]
        assert "本年收支结转预览" not in found.text


def test_a_court_whose_books_are_not_open_has_all_before_it(app, sign_in):
    with clock.at(JANUARY):
        found = page(sign_in, url="/closings/guide")
        assert found.heading == "2019年终结账指引"
        assert shown(found)["1月至11月逐月结账"][0] == "! 待办理"


def test_a_reader_is_led_only_to_pages_that_open_to_him_and_to_courts_of_his(app, sign_in):
    with clock.at(date(2018, 1, 5)):
        a_receipt("100.00", day=date(2018, 1, 5))
        a_receipt("123.45", day=date(2018, 1, 5), court_code=OTHER_COURT)
    with clock.at(JANUARY):
        reviewer = page(sign_in)
        assert reviewer.has_link("申请年终结账")
        assert reviewer.follow("申请年终结账").follow("年终结账指引").heading == "2018年终结账指引"
        assert not page(sign_in, Role.PRESIDENT).has_link("申请年终结账")
        assert "123.45" not in page(sign_in, url=f"/closings/guide?year=2018&court={OTHER_COURT}").text
        above = page(sign_in, Role.PRESIDENT, court_code=SUPERIOR, url=f"/closings/guide?year=2018&court={OTHER_COURT}")
        assert "123.45" in above.text
        assert not above.has_link("申请年终结账")
        assert page(sign_in, Role.CASE_HANDLER).status == 403


@pytest.mark.parametrize(
    ("verified_at", "now", "fresh"),
    [
        ("2018-12-31T23:59:59+08:00", "2027-01-05T09:00+08:00", False),
        ("2019-01-01T00:00+08:00", "2027-01-05T09:00+08:00", True),  # the year was over
        ("2018-12-30T09:00+08:00", "2018-12-31T21:00+08:00", True),  # 36 hours ago
        ("2018-12-30T09:00+08:00", "2018-12-31T21:00:01+08:00", False),
    ],
)
def test_a_verification_speaks_of_a_year_that_is_over_or_of_the_last_hours(verified_at, now, fresh):
    verified_at, now = (datetime.fromisoformat(moment) for moment in (verified_at, now))
    assert rules.is_fresh(verified_at, year_end=clock.year_bounds(2018)[1], now=now) is fresh


def test_the_guide_does_not_take_an_old_verification_for_one_of_the_year(app, sign_in):
    with clock.at(date(2018, 12, 1)):
        a_receipt("100.00", day=date(2018, 1, 5))
        nightly.record([("凭证", None)], user_id=None)
    with clock.at(JANUARY):
        state, told = shown(page(sign_in))["最近一次系统核验没有问题"][:2]
        assert state == "! 待办理" and "2018-12-01" in told and "再办理一次核验" in told
        nightly.record([("凭证", None)], user_id=None)
        state, told = shown(page(sign_in))["最近一次系统核验没有问题"][:2]
        assert state == "✓ 已具备" and "2019-01-08" in told and "全部法院" in told


def test_the_last_verification_of_the_books_is_told_whoever_asked_for_it(app):
    with clock.at(date(2018, 1, 5)):
        a_receipt("100.00", day=date(2018, 1, 5))
    assert queries.standing(COURT, 2018).facts.problems is None
    for found, user_id, problems in (
        ([("凭证", None)], None, 0),
        ([("凭证", "2018收0001不平"), ("留痕", "第3条缺失")], the_holder(Role.AUDITOR).id, 2),
        ([("凭证", None)], the_holder(Role.AUDITOR).id, 0),
        ([("凭证", "2018收0001不平")], None, 1),
    ):
        nightly.record(found, user_id=user_id)
        assert queries.standing(COURT, 2018).facts.problems == problems
    nightly.record([("凭证", None)], user_id=the_holder(Role.AUDITOR, court_code=OTHER_COURT).id)
    assert queries.standing(COURT, 2018).facts.problems == 1  # another court's word is not this one's
