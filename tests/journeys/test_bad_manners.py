"""What impatient, forgetful and simultaneous people do to pages: one effect each, a sentence for the rest, no 500."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date

import pytest
import waitress
from flask import Flask

from fundapp.advances import queries as advances
from fundapp.advances.rules import AdvanceStatus
from fundapp.approvals import queries as approvals
from fundapp.ceremonies.rules import Method, PayeeStatus
from fundapp.core import clock
from fundapp.core.db import db
from fundapp.disbursement import queries as batches
from fundapp.ledger import queries as books
from fundapp.users.rules import Role
from tests.builders.advances import an_advance, an_approved_advance, the_ladder, the_terms
from tests.builders.cases import a_case
from tests.builders.ceremonies import an_open_ceremony, signed_in, the_line
from tests.builders.disbursement import the_paying_account
from tests.builders.people import COURT, PASSWORD, a_user, the_books, the_holder
from tests.journeys.desk import Desk

pytestmark = [pytest.mark.browser, pytest.mark.journey]

SCOPE = frozenset({COURT})
SENT = "form => { form.requestSubmit() }"


@pytest.fixture(autouse=True)
def today() -> Iterator[None]:
    with clock.at(date(2018, 6, 25)):
        yield


@pytest.fixture
def at_desk(live_app: Flask, visit: Callable[..., object]) -> Callable[..., Desk]:
    """Opens a window for the holder of a post; pages are looked at closely elsewhere."""

    def signed_in_desk(role: Role, **options: object) -> Desk:
        return Desk(visit(**options)).sign_in(the_holder(role))

    return signed_in_desk


def looked_up_again() -> None:
    """What the server wrote is read afresh by the test's own session."""
    db.session.rollback()
    db.session.expire_all()


def pressed_twice(desk: Desk, button: str, values: Mapping[str, object]) -> list[int]:
    """A double click in one window; the answers to what the browser sent."""
    sent: list[str] = []
    desk.window.on("request", lambda one: sent.append(one.url) if one.method == "POST" else None)
    pressed = desk.fill(button, values)
    with desk.window.expect_navigation() as arrival:
        pressed.dblclick()
    assert len(sent) == 1, "the second click sends nothing"
    return [arrival.value.status]


def sent_from_two_tabs(desk: Desk, button: str, values: Mapping[str, object]) -> list[int]:
    """The same form, open in two tabs of one person, sent from both at the same moment; the answers."""
    other = Desk(desk.window.context.new_page()).open(desk.window.url)
    (taken, _), (refused, told) = sent_together([desk, other], button, [values, values])
    assert told.alerts and told.alerts[0].endswith("。"), told.main
    return [taken, refused]


def sent_together(desks: list[Desk], button: str, values: list[Mapping[str, object]]) -> list[tuple[int, Desk]]:
    """Two forms filled in, then both sent before either is answered; the answers, the lower status first."""
    first, second = desks
    for desk, told in zip(desks, values, strict=True):
        desk.fill(button, told)
    with first.window.expect_navigation() as one, second.window.expect_navigation() as other:
        for desk in desks:
            desk.form(button).evaluate(SENT)
    answers = [(one.value.status, first), (other.value.status, second)]
    return sorted(answers, key=lambda answer: answer[0])


TAKEN, REFUSED = 200, 422
twice = pytest.mark.parametrize(
    ("send", "expected"),
    [(pressed_twice, [TAKEN]), (sent_from_two_tabs, [TAKEN, REFUSED])],
    ids=["double-click", "two-tabs"],
)


@twice
def test_a_request_sent_twice_is_one_request(at_desk, send, expected):
    the_books()
    the_terms()
    the_ladder()
    case = a_case("8000.00")
    desk = at_desk(Role.CASE_HANDLER).open(f"/advances/cases/{case.id}/request")
    assert send(desk, "提交申请", {"申请理由": "申请执行人生活困难。"}) == expected
    looked_up_again()
    assert len(advances.of_case(case.id)) == 1


@twice
def test_a_batch_built_twice_is_one_batch(at_desk, send, expected):
    the_paying_account()
    advance = an_approved_advance("8000.00")
    desk = at_desk(Role.FINANCE_CLERK).open("/disbursement/batches/new")
    assert send(desk, "编制批次", {advance.case.number: True}) == expected
    looked_up_again()
    [batch] = db.session.scalars(batches.batches(SCOPE)).all()
    assert (batch.line_count, advance.status) == (1, AdvanceStatus.PAYING)


@twice
def test_cash_handed_over_twice_is_handed_over_once(at_desk, send, expected):
    line = signed_in(the_line(an_open_ceremony(an_approved_advance("3000.00"), method=Method.CASH)))
    beside = the_holder(Role.FINANCE_CLERK).name
    desk = at_desk(Role.CASE_HANDLER).open(f"/ceremonies/lines/{line.id}/hand-over")
    before = books.voucher_count(SCOPE)
    assert send(desk, "确认已发放", {"共同发放的工作人员": beside, "收据编号": "SJ0001"}) == expected
    looked_up_again()
    assert (line.status, books.voucher_count(SCOPE)) == (PayeeStatus.PAID, before + 1)


def test_going_back_and_sending_again_gets_a_sentence(at_desk):
    advance = an_advance("8000.00")
    desk = at_desk(Role.BUREAU_DIRECTOR).open(f"/advances/{advance.id}/decide")
    desk.submit("签署", {"审批结果": "同意", "审批意见": "同意垫付。"})
    assert desk.told("审批意见已签署")
    desk.back().submit("签署", {"审批结果": "同意", "审批意见": "同意垫付。"})
    assert desk.status == 422 and desk.heading.startswith("签署审批意见")
    [sentence] = [alert for alert in desk.alerts if "未能办理" in alert]
    assert sentence.endswith("。")
    looked_up_again()
    assert len(approvals.decisions(advance.subject)) == 1


def test_two_directors_sign_at_the_same_moment(live_app, visit):
    """Both have read the same page; one of them is first, the other is told."""
    advance = an_advance("8000.00")
    names = ("甲局长", "乙局长")
    directors = [Desk(visit()).sign_in(a_user(Role.BUREAU_DIRECTOR, name=name)) for name in names]
    for desk in directors:
        desk.open(f"/advances/{advance.id}/decide")
    opinions = [{"审批结果": "同意", "审批意见": f"{name}：同意垫付。"} for name in names]
    answers = dict(sent_together(directors, "签署", opinions))
    assert sorted(answers) == [200, 409]
    assert answers[200].told("审批意见已签署")
    [sentence] = answers[409].alerts
    assert "刷新" in sentence or "重新" in sentence, "the way out"
    looked_up_again()
    [decision] = approvals.decisions(advance.subject)
    assert decision.actor.name == answers[200].user


@contextmanager
def served_as_in_production(app: Flask) -> Iterator[str]:
    """The site behind the server that ``flask serve`` uses, which reads an upload to its end before it answers."""
    server = waitress.create_server(app, host="127.0.0.1", port=0, threads=2, ident=None)
    thread = threading.Thread(target=server.run, name="waitress")
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.effective_port}"
    finally:
        server.close()
        thread.join(10)


def test_fifty_megabytes_are_answered_with_a_page(live_app, new_context, tmp_path):
    heavy = tmp_path / "六月案件.xlsx"
    heavy.write_bytes(bytes(50 * 1024**2))
    user = a_user(Role.CASE_HANDLER)
    with served_as_in_production(live_app) as address:
        context = new_context(base_url=address, locale="zh-CN")
        desk = Desk(context.new_page()).sign_in(user, PASSWORD).open("/cases/imports/new")
        desk.window.get_by_label("案件清单").set_input_files(heavy)
        desk.submit("试导入")
        assert (desk.status, desk.heading) == (413, "内容过大")
        assert desk.shows("超过了上限，没有保存")
        context.close()


def test_the_site_is_read_in_english_and_back(at_desk):
    desk = at_desk(Role.AUDITOR)
    desk.submit("English")
    assert desk.window.locator("html").get_attribute("lang") == "en"
    words = desk.window.locator("h1, h2, main dt, nav a, nav p").all_inner_texts()
    assert len(words) > 20
    assert [word for word in words if any("一" <= sign <= "鿿" for sign in word)] == []
    desk.submit("中文")
    assert desk.heading == "资金总览"


def test_after_signing_out_the_back_button_shows_nothing(at_desk):
    case = a_case("8000.00")
    desk = at_desk(Role.CASE_HANDLER).open(f"/cases/{case.id}")
    assert desk.shows(case.number)
    desk.submit("退出")
    assert desk.told("您已退出登录")
    desk.back()
    assert desk.heading == "登录" and case.number not in desk.window.content()
