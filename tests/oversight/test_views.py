"""The trail of acts as the president and the auditor read it, and the papers."""

import io
from datetime import date
from urllib.parse import quote

import openpyxl
import pytest

from fundapp.core import clock
from fundapp.core.db import db, transaction
from fundapp.trail import queries as acts
from fundapp.trail import service as trail
from fundapp.trail.models import TrailEntry
from fundapp.trail.rules import Event
from fundapp.users.rules import Role
from tests.builders.ledger import a_voucher
from tests.builders.people import COURT, OTHER_COURT, SUPERIOR, a_user
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
    assert page.follow(voucher.cited).heading == "记账凭证2018收0001"


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
