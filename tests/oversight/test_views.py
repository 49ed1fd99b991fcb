"""The trail of acts, the papers, the anchor sheets and the verifications, as those who may read them do."""

import io
from datetime import UTC, date, datetime, timedelta
from urllib.parse import quote

import openpyxl
import pypdfium2
import pytest

from fundapp.core import clock
from fundapp.core.db import db, transaction
from fundapp.oversight import nightly
from fundapp.trail import queries as acts
from fundapp.trail import service as trail
from fundapp.trail.models import TrailEntry
from fundapp.trail.rules import Event, anchors_of
from fundapp.users.rules import Role
from tests.builders.ledger import a_voucher
from tests.builders.oversight import an_anchor_sheet, the_anchor
from tests.builders.people import COURT, OTHER_COURT, SUPERIOR, a_user, the_holder
from tests.builders.tampering import broken_in
from tests.pages import Page

PDF = b"%PDF-1.7\n%receipt"


def a_paper(*, court_code: str = COURT, file_name: str = "银行回单.pdf") -> int:
    actor = a_user(Role.FINANCE_CLERK, court_code=court_code)
    with transaction(court_code):
        kept = trail.attach("fund-receipt:1", file_name=file_name, content=PDF, court_code=court_code, actor=actor)
    return kept.id


def test_the_trail_shows_each_act_with_its_record_facts_and_seal(app, sign_in):
    voucher = a_voucher("1.00", name="fund-receipt:1:confirmed")
    page = Page(sign_in(a_user(Role.AUDITOR)), f"/trail?subject=voucher:{voucher.id}")
    (row,) = page.table("操作留痕")
    (entry,) = acts.history(voucher.subject)
    assert row[2:5] == ["凭证记账", voucher.cited, COURT]
    assert "编号2018收0001" in row[5] and "合计1.00 元" in row[5]
    assert row[6] == f"{entry.seq} {entry.seal[:8]}"
    assert page.follow(voucher.cited).heading == "收款凭证 2018收0001"


def test_the_trail_is_narrowed_by_event_court_and_record(app, sign_in):
    a_voucher("1.00")
    a_voucher("2.00", court_code=OTHER_COURT)
    president = sign_in(a_user(Role.PRESIDENT, court_code=SUPERIOR))
    page = Page(president, "/trail").submit("查询", 事项=Event.VOUCHER_POSTED.value)
    assert [row[4] for row in page.table("操作留痕")] == [OTHER_COURT, COURT]
    page.submit("查询", 法院=COURT)
    assert [row[4] for row in page.table("操作留痕")] == [COURT]
    assert "没有符合条件的留痕" in Page(president, "/trail?subject=voucher:99999").main
    assert Page(president, "/trail?event=nonsense&court=nowhere").status == 200


def test_the_trail_is_read_within_one_s_courts_and_only_by_those_who_answer_for_it(app, sign_in):
    voucher = a_voucher("1.00", court_code=OTHER_COURT)
    page = Page(sign_in(a_user(Role.AUDITOR)), f"/trail?subject={voucher.subject}")
    assert "没有符合条件的留痕" in page.main
    for role in Role:
        allowed = role in (Role.PRESIDENT, Role.AUDITOR)
        assert sign_in(a_user(role)).get("/trail").status_code == (200 if allowed else 403)


def test_the_export_carries_what_the_seal_covers(app, sign_in):
    a_voucher("1.00")
    response = sign_in(a_user(Role.AUDITOR)).get("/trail?format=xlsx&event=ledger.voucher.posted")
    head, row = openpyxl.load_workbook(io.BytesIO(response.data)).active.iter_rows(values_only=True)
    told = dict(zip(head, row, strict=True))
    entry = db.session.scalars(db.select(TrailEntry).where(TrailEntry.event == Event.VOUCHER_POSTED)).one()
    assert (told["留痕编号"], told["校验码"], told["上一条校验码"]) == (entry.seq, entry.seal, entry.previous)
    assert told["内容"] == entry.facts and told["事项"] == "凭证记账"


def test_a_long_trail_turns_its_pages(app, sign_in):
    actor = a_user()
    with transaction(COURT):
        for number in range(60):
            trail.record(Event.COURT_CHANGED, "court:x", court_code=COURT, actor=actor, name=f"名{number}")
    page = Page(sign_in(a_user(Role.AUDITOR)), "/trail?subject=court:x")
    assert len(page.table("操作留痕")) == 50
    page.follow("下一页")
    assert len(page.table("操作留痕")) == 10 and "名0" in page.main
    assert not page.has_link("court:x"), "a court has no page of its own"


# papers


def test_a_paper_is_handed_out_as_a_file_and_never_shown_inside_the_site(app, sign_in):
    paper = a_paper()
    with clock.at(date(2099, 1, 1)):
        response = sign_in(a_user(Role.CASE_HANDLER)).get(f"/papers/{paper}")
    assert response.data == PDF and response.mimetype == "application/pdf"
    disposition = response.headers["Content-Disposition"]
    assert disposition.startswith("attachment") and quote("银行回单.pdf") in disposition
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Cache-Control"] == "no-store"


def test_a_name_that_would_break_the_header_does_not(app, sign_in):
    paper = a_paper(file_name='a"\r\nSet-Cookie: x=1;.pdf')
    response = sign_in(a_user(Role.AUDITOR)).get(f"/papers/{paper}")
    assert response.status_code == 200
    assert "Set-Cookie" not in response.headers and response.headers["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize(
    ("role", "court_code", "status"),
    [
        (Role.FINANCE_REVIEWER, COURT, 200),
        (Role.PRESIDENT, SUPERIOR, 200),
        (Role.FINANCE_REVIEWER, SUPERIOR, 404),
        (Role.FINANCE_REVIEWER, OTHER_COURT, 404),
        (Role.ADMINISTRATOR, COURT, 403),
        (Role.SECURITY_ADMINISTRATOR, COURT, 403),
    ],
)
def test_a_paper_opens_to_those_who_may_read_its_record(app, sign_in, role, court_code, status):
    assert sign_in(a_user(role, court_code=court_code)).get(f"/papers/{a_paper()}").status_code == status


def test_a_paper_that_is_not_there(app, sign_in):
    page = Page(sign_in(a_user(Role.AUDITOR)), "/papers/99999")
    assert page.status == 404 and "没有找到该附件" in page.main


def test_an_exported_list_leaves_an_entry_with_what_it_was_narrowed_by(app, sign_in):
    auditor = a_user(Role.AUDITOR)
    sign_in(auditor).get("/funding/sources?kind=grant&format=xlsx")
    [entry] = [entry for entry in acts.history(auditor.subject) if entry.event is Event.LIST_EXPORTED]
    assert entry.actor_id == auditor.id
    assert entry.told["list"] == "/funding/sources?kind=grant&format=xlsx"


# anchor sheets


def handed_out(sign_in) -> Page:
    page = Page(sign_in(the_holder(Role.AUDITOR)), "/anchors").follow("交付存证单")
    return page.submit("交付存证单", 接收单位="岳阳市审计局", 保管处="档案室保险柜")


def test_the_auditor_hands_out_a_sheet_and_it_stands_in_the_list_with_its_check(app, sign_in):
    a_voucher("1234.50")
    page = handed_out(sign_in)
    assert page.status == 302 and "请打印后交接收单位签收" in page.alerts[0]
    facts = page.facts()
    assert (facts["接收单位"], facts["保管处"], facts["记账金额合计"]) == (
        "岳阳市审计局",
        "档案室保险柜",
        "1,234.50 元",
    )
    assert "存证单与现有留痕相符" in page.main
    assert "接收单位岳阳市审计局" in page.table("办理经过")[0][3]
    page.get("/anchors")
    assert "function" not in page.text
    (row,) = page.table("已交付的存证单")
    assert row[4:6] == ["岳阳市审计局", "档案室保险柜"] and row[8] == "✓ 相符"


def test_a_sheet_that_the_chain_contradicts_is_shown_in_red_and_still_printed(app, sign_in):
    a_voucher("1.00")
    sheet = an_anchor_sheet()
    with broken_in() as intruder:
        intruder.edit(1)
        intruder.rehash()
    page = Page(sign_in(the_holder(Role.AUDITOR)), "/anchors")
    assert page.table("已交付的存证单")[0][8] == "✕ 不符"
    page.follow(sheet.cited)
    assert any("存证单与现有留痕不符" in alert and "或之前的留痕被改动" in alert for alert in page.alerts)
    assert page.client.get(f"/anchors/{sheet.id}/sheet.pdf").data.startswith(b"%PDF")


def test_a_sheet_whose_signature_was_deleted_is_not_printed_again(app, sign_in):
    sheet = an_anchor_sheet()
    with broken_in() as intruder:
        intruder.forget_heads(after=0)
    page = Page(sign_in(the_holder(Role.AUDITOR)), f"/anchors/{sheet.id}")
    assert "的链头签名已不在" in page.alerts[0]
    assert not page.has_link("打印存证单")
    assert page.get("/anchors").table("已交付的存证单")[0][8] == "✕ 不符"
    assert "请用接收单位保管的原件核验" in page.get(f"/anchors/{sheet.id}/sheet.pdf").main
    assert page.client.get("/anchors?format=xlsx").status_code == 200


def test_a_sheet_without_its_keeper_is_not_handed_out(app, sign_in):
    page = Page(sign_in(a_user(Role.AUDITOR)), "/anchors/new").submit("交付存证单", 接收单位="岳阳市审计局")
    assert page.status == 422 and "请填写存证单保管在哪里" in page.main


def test_sheets_are_read_by_president_and_auditor_and_handed_out_by_the_auditor_alone(app, sign_in):
    sheet = an_anchor_sheet()
    for role in Role:
        browser = sign_in(a_user(role))
        reads = 200 if role in (Role.PRESIDENT, Role.AUDITOR) else 403
        assert browser.get("/anchors").status_code == browser.get(f"/anchors/{sheet.id}").status_code == reads
        assert browser.get(f"/anchors/{sheet.id}/sheet.pdf").status_code == reads
        assert browser.get("/anchors/new").status_code == (200 if role is Role.AUDITOR else 403)
    assert sign_in(a_user(Role.AUDITOR, court_code=OTHER_COURT)).get(f"/anchors/{sheet.id}").status_code == 404
    above = Page(sign_in(a_user(Role.AUDITOR, court_code=SUPERIOR)), "/anchors")
    assert len(above.table("已交付的存证单")) == 1


def test_the_anchor_is_copied_from_the_sheet_as_it_was_printed(app, sign_in):
    sheet = an_anchor_sheet()
    paper = sign_in(the_holder(Role.PRESIDENT)).get(f"/anchors/{sheet.id}/sheet.pdf").data
    document = pypdfium2.PdfDocument(paper)
    text = document[0].get_textpage().get_text_range()
    document.close()
    copied = text[text.index("一字不差：") + 5 : text.index("本单由接收单位")]
    assert anchors_of(copied) == [the_anchor(sheet)]


def test_the_list_of_sheets_is_taken_out_with_the_anchors_themselves(app, sign_in):
    sheet = an_anchor_sheet()
    response = sign_in(a_user(Role.PRESIDENT)).get("/anchors?format=xlsx")
    head, row = openpyxl.load_workbook(io.BytesIO(response.data)).active.iter_rows(values_only=True)
    assert dict(zip(head, row, strict=True))["存证码"] == the_anchor(sheet).text


# verifications

NOON = datetime(2018, 3, 2, 4, 0, tzinfo=UTC)


def test_those_who_read_the_books_see_the_last_verification_on_the_front_page(app, sign_in):
    with clock.at(NOON):
        a_voucher("1.00")
        page = Page(sign_in(a_user(Role.FINANCE_CLERK)), "/")
        assert "还没有核验过，系统每天 02:30 自动核验" in page.main
        found = nightly.verify_books()
        assert f"2018-03-02 12:00核验通过，共{found.checks}项。" in page.get("/").main
        assert "核验" not in Page(sign_in(a_user(Role.CASE_HANDLER)), "/").main
    with clock.at(NOON + timedelta(hours=37)):
        late = Page(sign_in(a_user(Role.FINANCE_CLERK)), "/")
        assert any("最近一次核验在2018-03-02 12:00，已超过36小时" in alert for alert in late.alerts)


def test_books_that_were_never_verified_are_red_after_36_hours(app, sign_in):
    with clock.at(NOON):
        a_voucher("1.00")
    with clock.at(NOON + timedelta(hours=37)):
        page = Page(sign_in(a_user(Role.PRESIDENT)), "/")
    assert any("账簿启用已超过36小时，还没有核验过" in alert for alert in page.alerts)


def test_a_failed_verification_is_red_and_its_problems_are_read_in_one_s_own_courts(app, sign_in):
    with clock.at(NOON):
        a_voucher("1.00", court_code=OTHER_COURT)
        a_voucher("1.00")
        with broken_in() as intruder:
            intruder.edit(1)
        nightly.verify_books()
        own = Page(sign_in(a_user(Role.FINANCE_REVIEWER)), "/")
        assert any("2018-03-02 12:00核验未通过" in alert and "停止办理业务" in alert for alert in own.alerts)
        (row,) = own.follow("查看核验记录").table("历次核验")
        assert row[2] == "✕ 核验未通过" and "湘0602: entry 1 " in row[3]
        (other,) = Page(sign_in(a_user(Role.FINANCE_REVIEWER, court_code=OTHER_COURT)), "/verifications").table(
            "历次核验"
        )
        assert other[3] == "未通过的核验涉及其他法院。"
        response = own.client.get("/verifications?format=xlsx")
    _head, told = openpyxl.load_workbook(io.BytesIO(response.data)).active.iter_rows(values_only=True)
    assert told[2] == "核验未通过" and "湘0602: entry 1 " in told[3]


def test_the_auditor_verifies_when_he_likes_and_nobody_else_does(app, sign_in):
    a_voucher("1.00")
    page = Page(sign_in(a_user(Role.AUDITOR)), "/verifications").follow("立即核验").submit("开始核验")
    assert "已完成" in page.main
    fragment = page.client.get(page.url, headers={"HX-Request": "true"})
    assert "已完成" in fragment.text and "<title>" not in fragment.text
    assert page.follow("查看结果").table("历次核验")[0][2] == "✓ 核验通过"
    for role in Role:
        if role is not Role.AUDITOR:
            assert sign_in(a_user(role)).get("/verifications/new").status_code == 403
