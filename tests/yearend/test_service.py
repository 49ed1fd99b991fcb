"""Months and years are closed in order, once, by the right hands, and take no voucher afterwards."""

from datetime import date

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from fundapp.ceremonies.rules import Method
from fundapp.core import clock
from fundapp.core.db import db, transaction
from fundapp.core.errors import NotFound, RuleViolation, StaleRecord
from fundapp.core.money import yuan
from fundapp.custody.models import Payout
from fundapp.funding import service as funding
from fundapp.ledger import queries as books
from fundapp.ledger.rules import Account, Model, Movement, booked
from fundapp.trail import queries as trail
from fundapp.trail.rules import Event
from fundapp.users import service as users
from fundapp.users.models import User
from fundapp.users.rules import Role
from fundapp.yearend import queries, service
from fundapp.yearend.rules import ReopeningOutcome, YearCloseOutcome, YearCloseStatus
from tests.attacker import DENIED, drop_guards, in_place_of_the_application, unguarded
from tests.builders.ceremonies import an_open_ceremony, closed, handed_over, the_line, witnessed
from tests.builders.custody import a_case_receipt, a_paid_payout, an_approved_payout
from tests.builders.disbursement import a_sent_batch, imported, told
from tests.builders.funding import a_receipt, a_source
from tests.builders.ledger import a_correction, a_voucher
from tests.builders.people import COURT, OTHER_COURT, SUPERIOR, a_user, the_books, the_holder
from tests.builders.yearend import (
    YEAR,
    a_reopening,
    a_year,
    a_year_close,
    answered,
    months_closed,
    reopened,
    unclaimed,
    year_closed,
    year_decided,
)

AFTER = date(YEAR + 1, 1, 8)


@pytest.fixture(autouse=True)
def january():
    """The year is over, unless a test says otherwise."""
    with clock.at(AFTER):
        yield


def close(month: str, *, on: date = AFTER, explanation: str = "", actor=None):
    actor = actor or the_holder(Role.FINANCE_REVIEWER)
    with clock.at(on), transaction(COURT):
        service.close_month(COURT, month, explanation=explanation, actor=actor)


def close_year(year: int = YEAR, *, on: date = AFTER):
    with clock.at(on):
        year_decided(a_year_close(year=year))
    return queries.closed_year(COURT, year)


def stands(account: Account) -> str:
    return f"{books.balance(COURT, account).amount:.2f}"


# ---- months


def test_a_month_is_closed_after_its_end_and_what_comes_late_stands_in_the_next(app):
    with clock.at(date(2018, 1, 5)):
        a_receipt("100.00", day=date(2018, 1, 5))
    close("2018-01", on=date(2018, 2, 1))
    [closed] = books.closed_months(COURT)
    assert (closed.month, closed.vouchers, closed.closed_by_id) == ("2018-01", 1, the_holder(Role.FINANCE_REVIEWER).id)
    [entry] = trail.history(f"month:{COURT}:2018-01")
    assert (entry.event, entry.told) == (
        Event.MONTH_CLOSED,
        {"month": "2018-01", "vouchers": "1", "digest": closed.digest, "suspense": "", "explanation": ""},
    )
    late = a_voucher("1.00", day=date(2018, 1, 31))
    assert (late.business_date, late.posted_on) == (date(2018, 1, 31), date(2018, 2, 1))


def test_months_are_closed_one_after_the_other_beginning_with_january(app):
    a_receipt("100.00", day=date(2018, 3, 5))
    assert queries.due_month(COURT) == "2018-01"
    with pytest.raises(RuleViolation, match="请先办理2018-01的结账"):
        close("2018-03")
    close("2018-01")
    with pytest.raises(RuleViolation, match="2018-01已经结账"):
        close("2018-01")
    close("2018-02")
    assert queries.due_month(COURT) == "2018-03"
    with pytest.raises(RuleViolation, match="月份尚未结束（2018-03-31），请在该日之后"):
        close("2018-03", on=date(2018, 3, 31))


def test_books_without_vouchers_begin_with_the_year_they_were_opened_in(app):
    with clock.at(date(2018, 6, 1)):
        the_books()
    assert queries.due_month(COURT) == "2018-01"


def test_only_ones_own_court_is_closed(app):
    a_receipt("100.00", day=date(2018, 1, 5))
    with pytest.raises(RuleViolation, match="只能办理本院的事项"):
        close("2018-01", actor=the_holder(Role.FINANCE_REVIEWER, court_code=OTHER_COURT))


@pytest.mark.parametrize("month", ["2018-13", "January"])
def test_what_is_no_month_is_refused(app, month):
    the_books()
    with pytest.raises(RuleViolation, match="格式不对"):
        close(month)


def test_december_is_left_to_the_year(app):
    a_receipt("100.00", day=date(2018, 1, 5))
    months_closed()
    with pytest.raises(RuleViolation, match="请申请年终结账，由院长批准"):
        close("2018-12")


# ---- what hinders


def hindrances(month: str = "2018-03") -> list[str]:
    with clock.at(AFTER):
        return [f"{one.kind.value} {one.cited}" for one in queries.hindered(COURT, month)]


def test_an_unconfirmed_receipt_hinders_its_month_and_those_after_it(app):
    receipt = a_receipt("100.00", day=date(2018, 1, 31), is_confirmed=False)
    assert hindrances("2017-12") == []
    assert hindrances("2018-01") == hindrances("2018-02") == [f"fund_receipt {receipt.bank_reference} 2018-01-31"]
    a_voucher("1.00", day=date(2018, 1, 1))
    with pytest.raises(RuleViolation, match=f"未复核的到账登记（{receipt.bank_reference} 2018-01-31），请财务复核"):
        close("2018-01")


def test_a_paper_that_came_after_its_month_was_closed_hinders_the_next(app):
    a_voucher("1.00", day=date(2018, 1, 1))
    close("2018-01")
    late = a_receipt("100.00", day=date(2018, 1, 20), is_confirmed=False)
    money = a_case_receipt("500.00", confirmed=False, day=date(2018, 1, 20))
    with pytest.raises(RuleViolation, match=f"还有2项.*{late.bank_reference} 2018-01-20.*{money.bank_reference}"):
        close("2018-02")


def test_unconfirmed_case_money_hinders(app):
    with clock.at(date(2018, 3, 20)):
        receipt = a_case_receipt("500.00", confirmed=False, day=date(2018, 3, 20))
    assert hindrances() == [f"case_receipt {receipt.bank_reference} 2018-03-20"]


def test_a_batch_hinders_until_the_bank_has_answered_every_line(app):
    with clock.at(date(2018, 3, 20)):
        batch = a_sent_batch("3000.00", "4000.00")
        assert hindrances() == [f"batch {batch.number} 2018-03-20"]
        imported(told(batch.lines[0]), told(batch.lines[1], "处理中"))
        assert hindrances() == [f"batch {batch.number} 2018-03-20"]
        imported(told(batch.lines[1], "失败"))
    assert hindrances() == []


def test_an_open_ceremony_hinders(app):
    with clock.at(date(2018, 3, 20)):
        ceremony = an_open_ceremony(an_approved_payout("500.00", a_case_receipt("500.00", day=date(2018, 3, 20)).case))
    assert hindrances() == [f"ceremony {ceremony.name} 2018-03-20"]


def test_a_requested_correction_hinders_the_month_it_would_be_booked_in(app):
    with clock.at(date(2018, 3, 20)):
        a_correction(a_voucher("100.00", source=a_source().subject), day=date(2018, 3, 20), reason="重复入账")
    assert hindrances("2018-02") == []
    assert hindrances() == ["correction 重复入账 2018-03-20"]


def test_a_request_for_reopening_hinders_the_next_closing_until_it_is_decided(app):
    a_receipt("100.00", day=date(2018, 1, 5))
    close("2018-01")
    request = a_reopening("2018-01")
    with pytest.raises(RuleViolation, match="未办结的反结账申请（2018-01），请审计、院长办结或退回该申请"):
        close("2018-02")
    answered(request, outcome=ReopeningOutcome.RETURNED, opinion="在二月更正即可")
    close("2018-02")


def test_money_paid_without_a_voucher_hinders(app):
    with clock.at(date(2018, 3, 20)):
        batch = a_sent_batch("3000.00")
        imported(told(batch.lines[0]))
        a_paid_payout("500.00", a_case_receipt("500.00", day=date(2018, 3, 20)).case)
        invited = an_approved_payout("700.00", a_case_receipt("700.00", day=date(2018, 3, 20)).case)
        ceremony = witnessed(an_open_ceremony(invited, method=Method.TRANSFER))
        handed_over(the_line(ceremony, 1))
        assert hindrances() == [f"ceremony {ceremony.name} 2018-03-20"]
        closed(ceremony)
    assert hindrances() == []
    with unguarded("advance_payments") as broken_in:
        broken_in.execute(text("DELETE FROM advance_payments"))
        broken_in.execute(text("UPDATE payouts SET voucher_id = NULL"))
    by_bank, by_ceremony = (payout.bank_reference for payout in db.session.query(Payout).order_by(Payout.id))
    assert hindrances() == [
        f"unposted {batch.number} 2018-03-20",
        f"unposted {ceremony.name} 2018-03-20",
        f"unposted {by_bank} 2018-03-20",
        f"unposted {by_ceremony} 2018-03-20",
    ]


def test_unclaimed_money_is_cleared_or_explained_and_the_reason_is_kept_with_the_closing(app):
    unclaimed("30.00")
    assert hindrances("2018-01") == ["suspense 30.00"]
    with pytest.raises(
        RuleViolation,
        match=r"待认领款尚有余额（30\.00），本系统目前不能办理认领或退回，请查明来源，在结账页书面说明原因",
    ):
        close("2018-01", explanation="  ")
    with pytest.raises(RuleViolation, match="500字以内"):
        close("2018-01", explanation="款" * 501)
    close("2018-01", explanation="一月五日入账，已发函银行查询")
    [one] = books.closed_months(COURT)
    assert (one.suspense, one.explanation) == (yuan("30.00"), "一月五日入账，已发函银行查询")
    [entry] = trail.history(f"month:{COURT}:2018-01")
    assert (entry.told["suspense"], entry.told["explanation"]) == ("30.00", one.explanation)


def test_the_database_keeps_no_closing_over_unexplained_money(app):
    unclaimed("30.00")
    close("2018-01", explanation="已发函银行查询")
    with pytest.raises(DBAPIError, match="suspense_explained"), transaction(COURT):
        db.session.execute(text(COPY.format(month="'2018-02'", round="1", explanation="''")))


COPY = """
    INSERT INTO closed_months (court_code, month, round, vouchers, last_number, digest, suspense, explanation,
        closed_by_id, closed_at)
    SELECT court_code, {month}, {round}, vouchers, last_number, digest, suspense, {explanation}, closed_by_id, closed_at
    FROM closed_months
"""


def test_a_feature_that_keeps_more_adds_a_point_of_its_own(app, monkeypatch):
    a_receipt("100.00", day=date(2018, 1, 5))
    asked = []

    def statements(court_code, first, last):
        asked.append((court_code, first, last))
        return [books.Unfinished("银行对账未完成", "案款专户", "请先完成当月对账")]

    monkeypatch.setattr("fundapp.ledger.queries.periods._closing_checks", [])
    books.hear_before_closing(statements)
    with pytest.raises(RuleViolation, match="银行对账未完成（案款专户），请先完成当月对账"):
        close("2018-01")
    assert asked == [(COURT, date(2018, 1, 1), date(2018, 1, 31))]


BROKEN = {
    "UPDATE standing_balances SET debit = debit + 1, credit = credit + 1 WHERE account = '1002.01' AND part = ''": (
        "账面余额与分录不符（1002.01），请立即停止办理业务"
    ),
    "UPDATE standing_balances SET debit = debit + 1, credit = credit + 1 WHERE part = 'case:1|source:1'": (
        "账面余额与分录不符（1218.01 case:1|source:1）"
    ),
    "DELETE FROM standing_balances WHERE account = '2901.02' AND part = 'case:1'": "（2901.02 case:1）",
    "UPDATE day_totals SET debit = debit + 1 WHERE account = '1002.01' AND day = '2018-01-20'": (
        "账面余额与分录不符（1002.01 2018-01-20）"
    ),
    "DELETE FROM day_totals WHERE account = '4001'": "账面余额与分录不符（4001 2018-01-20）",
    "UPDATE standing_balances SET debit = debit + 1 WHERE account = '1002.01' AND part = ''": "借贷不平（0.01）",
    "UPDATE standing_balances SET debit = debit + 1 WHERE account = '4001'; INSERT INTO standing_balances "
    "(court_code, account, part, debit, credit, held, guard) VALUES ('湘0602', '0000', '', 0, 1, 0, '')": (
        "期初余额过渡科目不为零（0.01），请财务补齐期初余额"
    ),
    "DELETE FROM trail_entries WHERE seq = 5": "操作留痕不完整（湘0602: entry 5 is missing）",
}


def closed_after(*statements: str) -> None:
    """Break the books by hand, triggers and all, and close January in the same transaction."""
    reviewer = the_holder(Role.FINANCE_REVIEWER).id
    with in_place_of_the_application(), transaction(COURT):
        drop_guards(db.session.connection(), "trail_entries")
        for statement in statements:
            db.session.execute(text(statement))
        service.close_month(COURT, "2018-01", actor=db.session.get_one(User, reviewer))


def test_what_the_recomputation_disproves_is_named_and_nothing_is_closed(app):
    a_year()
    a_voucher("1.00", day=date(2018, 1, 20))
    for done, named in BROKEN.items():
        with pytest.raises(RuleViolation) as refused:
            closed_after(*done.split("; "))
        assert named in str(refused.value), (done, str(refused.value))
    assert queries.disproved(COURT, "2018-12") == []
    close("2018-01")


def test_every_point_that_is_not_met_is_named_at_once(app):
    a_receipt("100.00", day=date(2018, 1, 5), is_confirmed=False)
    unclaimed("30.00")
    with pytest.raises(RuleViolation) as refused:
        close("2018-01", on=date(2018, 1, 31))
    for named in ("还有3项", "月份尚未结束", "未复核的到账登记", "待认领款尚有余额"):
        assert named in str(refused.value)


# ---- years


def test_the_year_carries_its_result_over_and_closes_december(app):
    source = a_source().subject
    a_voucher("3000000.00", day=date(2018, 3, 1), source=source)
    a_voucher("1000000.00", Movement.DONATION_RECEIVED, day=date(2018, 3, 5), source=source)
    a_voucher("200.00", Movement.DONATION_GIVEN_BACK, day=date(2018, 4, 5), source=source)
    months_closed()
    closed = close_year()
    assert [stands(one) for one in (Account.APPROPRIATION, Account.DONATION, Account.YEAR_RESULT)] == ["0.00"] * 3
    assert stands(Account.NET_ASSETS) == "3999800.00"
    voucher = books.voucher(closed.result_voucher_id, frozenset({COURT}))
    assert (voucher.name, voucher.business_date, len(voucher.lines)) == ("year:2018:result:1", date(2018, 12, 31), 3)
    assert (voucher.prepared_by_id, voucher.reviewed_by_id) == (
        the_holder(Role.FINANCE_REVIEWER).id,
        the_holder(Role.PRESIDENT).id,
    )
    assert (closed.vouchers, books.is_closed(COURT, "2018-12"), queries.due_month(COURT)) == (4, True, "2019-01")
    asked, entry = trail.history(f"year:{COURT}:2018")
    assert (asked.event, asked.told, asked.actor_id) == (
        Event.YEAR_CLOSE_REQUESTED,
        {"year": "2018", "vouchers": "3", "explanation": ""},
        closed.prepared_by_id,
    )
    assert (entry.event, entry.told) == (Event.YEAR_CLOSED, {"year": "2018", "vouchers": "4"})
    assert entry.actor_id == closed.closed_by_id
    assert books.difference([COURT]).amount == 0


def test_what_came_in_after_the_year_stays_in_the_next(app):
    a_voucher("100.00", day=date(2018, 12, 31))
    a_voucher("7.00", day=date(2019, 1, 2))
    months_closed()
    close_year()
    assert (stands(Account.APPROPRIATION), stands(Account.NET_ASSETS)) == ("7.00", "100.00")
    year_closed(year=2019)
    assert (stands(Account.APPROPRIATION), stands(Account.NET_ASSETS)) == ("0.00", "107.00")


def test_a_year_without_result_and_one_of_entrusted_money_carry_nothing(app):
    the_books(model=Model.CUSTODIAL)
    a_voucher("100.00", day=date(2018, 5, 1), model=Model.CUSTODIAL, source=a_source().subject)
    months_closed()
    assert close_year().result_voucher_id is None
    assert stands(Account.ENTRUSTED_FUND) == "100.00"


def test_a_year_is_closed_once_after_november_and_after_its_end(app):
    a_voucher("100.00", day=date(2018, 5, 1))
    with pytest.raises(RuleViolation, match="依次办理2018-01至2018-11"):
        close_year()
    months_closed(up_to=10)
    with pytest.raises(RuleViolation, match="2018年尚不能年终结账"):
        close_year()
    close("2018-11")
    with pytest.raises(RuleViolation, match="月份尚未结束（2018-12-31），请在该日之后"):
        close_year(on=date(2018, 12, 31))
    close_year()
    with pytest.raises(RuleViolation, match="2018年已经年终结账"):
        close_year()


def test_what_is_undecided_in_december_hinders_the_year_and_nothing_is_carried(app):
    a_voucher("100.00", day=date(2018, 5, 1))
    a_receipt("5.00", day=date(2018, 12, 30), is_confirmed=False)
    months_closed()
    with pytest.raises(RuleViolation, match="未复核的到账登记"):
        close_year()
    assert stands(Account.APPROPRIATION) == "100.00"
    assert queries.closed_year(COURT, 2018) is None


@pytest.mark.parametrize("model", Model)
def test_nobody_closes_a_year_alone_whatever_posts_he_holds(app, model):
    the_books(model=model)
    a_voucher("100.00", day=date(2018, 5, 1), model=model, source=a_source().subject)
    months_closed()
    president, both = the_holder(Role.PRESIDENT), a_user(Role.FINANCE_REVIEWER)
    with transaction(COURT):
        users.grant(both.id, role=Role.PRESIDENT, actor=None)
    request = a_year_close(actor=both)
    with pytest.raises(RuleViolation, match="不能办理本人提出的年终结账申请"):
        year_decided(request, actor=both)
    with pytest.raises(RuleViolation, match="年终结账申请由院长办理"):
        year_decided(request, actor=the_holder(Role.FINANCE_REVIEWER))
    with pytest.raises(NotFound):
        year_decided(request, actor=a_user(Role.PRESIDENT, court_code=SUPERIOR))
    with pytest.raises(RuleViolation, match="只能办理本院的事项"):
        a_year_close(actor=a_user(Role.FINANCE_REVIEWER, court_code=SUPERIOR))
    assert queries.closed_year(COURT, 2018) is None
    year_decided(request, actor=president)
    closed = queries.closed_year(COURT, 2018)
    assert (closed.prepared_by_id, closed.closed_by_id) == (both.id, president.id)


def test_a_returned_year_stays_open_and_is_asked_for_anew(app):
    a_voucher("100.00", day=date(2018, 5, 1))
    months_closed()
    request = a_year_close()
    with pytest.raises(RuleViolation, match="已有一份待办理的年终结账申请"):
        a_year_close()
    with pytest.raises(RuleViolation, match="退回申请须写明理由"):
        year_decided(request, YearCloseOutcome.RETURNED)
    year_decided(request, YearCloseOutcome.RETURNED, opinion="账龄表尚未核对")
    assert request.status is YearCloseStatus.RETURNED
    assert (queries.closed_year(COURT, 2018), stands(Account.APPROPRIATION)) == (None, "100.00")
    [*_, entry] = trail.history(f"year:{COURT}:2018")
    assert (entry.event, entry.told) == (Event.YEAR_CLOSE_RETURNED, {"year": "2018", "reason": "账龄表尚未核对"})
    with pytest.raises(StaleRecord):
        year_decided(request)
    assert close_year().vouchers == 2


def test_the_list_is_gone_through_again_and_what_is_closed_is_what_was_asked_for(app):
    a_voucher("100.00", day=date(2018, 5, 1))
    months_closed()
    request = a_year_close()
    late = a_receipt("5.00", day=date(2018, 12, 30), is_confirmed=False)
    with pytest.raises(RuleViolation, match=f"未复核的到账登记（{late.bank_reference}"):
        year_decided(request)
    with transaction(COURT):
        funding.confirm_receipt(late.id, seen_version=late.version, actor=the_holder(Role.FINANCE_REVIEWER))
    with pytest.raises(RuleViolation, match="本年又记了1张凭证"):
        year_decided(request)
    year_decided(request, YearCloseOutcome.RETURNED, opinion="又收一笔")
    assert close_year().vouchers == 3


def test_unclaimed_money_is_explained_by_who_asks_for_the_year(app):
    a_voucher("100.00", day=date(2018, 5, 1))
    months_closed()
    unclaimed("30.00", day=date(2018, 12, 5))
    with pytest.raises(RuleViolation, match="待认领款尚有余额"):
        a_year_close()
    year_decided(a_year_close(explanation="十二月五日入账，已发函银行查询"))
    assert books.last_closing(COURT).explanation == "十二月五日入账，已发函银行查询"


CLOSED_YEAR = """
    INSERT INTO closed_years (closing_id, court_code, year, vouchers, prepared_by_id, closed_by_id, closed_at)
    SELECT id, court_code, 2018, 1, {prepared}, {closed}, closed_at FROM closed_months WHERE month = '2018-11'
"""
ANSWER = """
    INSERT INTO year_close_decisions (request_id, outcome, opinion, decided_by_id, decided_at)
    SELECT id, '{outcome}', '', {by}, requested_at FROM year_close_requests
"""
AGAIN = """
    INSERT INTO year_close_requests (court_code, year, round, last_number, explanation, requested_by_id, requested_at)
    SELECT court_code, year, round, last_number, explanation, requested_by_id, requested_at FROM year_close_requests
"""


def test_the_database_closes_no_year_that_was_not_asked_for_by_one_and_agreed_by_another(app):
    a_voucher("100.00", day=date(2018, 5, 1))
    months_closed()
    reviewer, president = (the_holder(role).id for role in (Role.FINANCE_REVIEWER, Role.PRESIDENT))

    def refused(statement, told, **values):
        with pytest.raises(DBAPIError, match=told), transaction():
            db.session.execute(text(statement.format(**values)))

    refused(CLOSED_YEAR, "not closed by one person", prepared=president, closed=president)
    refused(CLOSED_YEAR, "asked for by one and agreed by another", prepared=reviewer, closed=president)
    a_year_close()
    refused(AGAIN, "asked for before")
    refused(ANSWER, "nobody decides what he asked for", outcome="agreed", by=reviewer)
    refused(CLOSED_YEAR, "asked for by one and agreed by another", prepared=reviewer, closed=president)
    with transaction():
        db.session.execute(text(ANSWER.format(outcome="returned", by=president)))
    refused(ANSWER, r"(?i)append-only|unique", outcome="agreed", by=president)
    refused(CLOSED_YEAR, "asked for by one and agreed by another", prepared=reviewer, closed=president)
    with transaction():
        db.session.execute(text(AGAIN))


def test_a_year_of_which_income_is_left_is_not_closed(app, monkeypatch):
    a_voucher("100.00", day=date(2018, 5, 1))
    months_closed()
    monkeypatch.setattr("fundapp.yearend.rules.result_transfer", half_of_it)
    with pytest.raises(RuleViolation, match="年终结转后4001、3301仍有余额"):
        close_year()
    assert stands(Account.APPROPRIATION) == "100.00"


def half_of_it(model, balances):
    """A transfer with a mistake in it."""
    return [booked(Movement.APPROPRIATION_CLOSED, yuan("50.00"))]


def test_what_was_closed_is_neither_changed_nor_deleted(app):
    a_voucher("100.00", day=date(2018, 5, 1))
    year_closed()
    with clock.at(date(2019, 1, 10)):
        record()
        reopened("2018-12")
    for table, column in (
        ("closed_years", "id"),
        ("closed_months", "id"),
        ("reopened_months", "closing_id"),
        ("reopening_requests", "id"),
        ("reopening_decisions", "id"),
        ("year_close_requests", "id"),
        ("year_close_decisions", "request_id"),
    ):
        for statement in (f"DELETE FROM {table}", f"UPDATE {table} SET {column} = {column}"):
            with pytest.raises(DBAPIError, match=DENIED), transaction():
                db.session.execute(text(statement))
    with pytest.raises(DBAPIError, match=DENIED), transaction():
        db.session.execute(text("DELETE FROM audit_packages"))


# ---- packages


def record(*court_codes: str):
    actor = the_holder(Role.AUDITOR)
    with transaction(COURT):
        return service.record_package(
            court_code=COURT,
            year=2018,
            court_codes=court_codes or (COURT,),
            file_name="a.zip",
            digest="d" * 64,
            actor=actor,
        )


def test_a_package_is_recorded_with_its_digest(app):
    package = record()
    [entry] = trail.history(package.subject)
    assert (entry.event, entry.told) == (
        Event.PACKAGE_EXPORTED,
        {"year": "2018", "digest": "d" * 64, "unmasked_for": ""},
    )
    assert queries.package(package.id, frozenset({COURT}), may_unmasked=False) == package


def test_a_package_with_further_courts_is_kept_from_readers_of_one(app):
    own, district = record(), record(COURT, OTHER_COURT)
    seen = db.session.scalars(queries.packages(frozenset({COURT}), may_unmasked=False)).all()
    assert seen == [own]
    assert set(db.session.scalars(queries.packages(frozenset({COURT, OTHER_COURT}), may_unmasked=False))) == {
        own,
        district,
    }
    with pytest.raises(NotFound):
        queries.package(district.id, frozenset({COURT}), may_unmasked=True)
    with pytest.raises(NotFound):
        queries.package(own.id, frozenset({OTHER_COURT}), may_unmasked=True)
