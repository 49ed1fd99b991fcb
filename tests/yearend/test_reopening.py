"""The last closed period is opened again by two persons of different posts, a year by three, and closed anew."""

from datetime import date

import pytest
from flask_migrate import downgrade, upgrade
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from fundapp.core import clock
from fundapp.core.db import db, transaction
from fundapp.core.errors import NotFound, RuleViolation, StaleRecord
from fundapp.core.money import yuan
from fundapp.ledger import queries as books
from fundapp.ledger import service as ledger
from fundapp.ledger.models import ClosedMonth, Voucher
from fundapp.ledger.rules import Account, Ink, Movement, VoucherKind, booked
from fundapp.oversight import checks
from fundapp.trail import queries as trail
from fundapp.trail.rules import Event
from fundapp.users import service as users
from fundapp.users.rules import Role
from fundapp.yearend import checker, queries, service
from fundapp.yearend.rules import ReopeningOutcome, ReopeningStatus, ReopeningStep
from tests.attacker import unguarded
from tests.builders.funding import a_source
from tests.builders.ledger import a_voucher, how_posted
from tests.builders.people import COURT, OTHER_COURT, a_user, the_holder
from tests.builders.yearend import (
    YEAR,
    InMemory,
    a_package,
    a_reopening,
    a_year,
    answered,
    december_closed,
    months_closed,
    reopened,
    told_again,
    unpacked,
    verified,
    year_closed,
)
from tests.ledger.recomputation import balances, recomputed

AFTER = date(YEAR + 1, 1, 10)
RETURNED = ReopeningOutcome.RETURNED


@pytest.fixture(autouse=True)
def january():
    """The year is over and closed."""
    with clock.at(AFTER):
        yield


def march_closed(amount: str = "100.00") -> None:
    a_voucher(amount, day=date(2018, 3, 5), source=a_source().subject)
    months_closed(up_to=3, on=AFTER)


def close(month: str, *, on: date = AFTER) -> None:
    with clock.at(on), transaction(COURT):
        service.close_month(COURT, month, actor=the_holder(Role.FINANCE_REVIEWER))


def events(subject: str) -> list[Event]:
    return [entry.event for entry in trail.history(subject)]


def all_balances() -> dict[Account, str]:
    return {account: f"{books.balance(COURT, account).amount:.2f}" for account in Account}


# ---- a month


def test_a_month_is_opened_again_by_the_reviewer_and_the_president_and_closed_anew(app):
    march_closed()
    [*_, first] = books.closed_months(COURT)
    request = a_reopening("2018-03", reason="三月漏记利息")
    assert (request.status, request.step) == (ReopeningStatus.REQUESTED, ReopeningStep.APPROVAL)
    assert books.is_closed(COURT, "2018-03")
    request = answered(request, opinion="同意")
    assert (request.status, request.step) == (ReopeningStatus.REOPENED, None)
    assert not books.is_closed(COURT, "2018-03")
    assert books.is_closed(COURT, "2018-02")
    assert queries.due_month(COURT) == "2018-03"
    late = a_voucher("7.00", Movement.INTEREST_RECEIVED, day=date(2018, 3, 31))
    assert (late.posted_on, late.month) == (date(2018, 3, 31), "2018-03")
    close("2018-03")
    second = books.last_closing(COURT)
    assert second is not None
    assert [(one.round, one.vouchers) for one in (first, second)] == [(1, 1), (2, 2)]
    assert first.digest != second.digest
    assert events(f"month:{COURT}:2018-03") == [
        Event.MONTH_CLOSED,
        Event.REOPENING_REQUESTED,
        Event.MONTH_REOPENED,
        Event.MONTH_CLOSED,
    ]
    [*_, asked, agreed, _] = trail.history(f"month:{COURT}:2018-03")
    assert asked.told == {"month": "2018-03", "reason": "三月漏记利息"}
    assert agreed.told == {"month": "2018-03", "reason": "三月漏记利息", "opinion": "同意"}
    assert agreed.actor == the_holder(Role.PRESIDENT)
    assert [name for name, problem in checks.checks() if problem] == []


def test_what_was_late_for_a_closed_month_is_posted_in_it_once_it_is_open_again(app):
    march_closed()
    assert a_voucher("1.00", day=date(2018, 3, 6)).posted_on == date(2018, 4, 1)
    reopened("2018-03")
    assert books.book(COURT)[1] == "2018-02"
    assert a_voucher("1.00", day=date(2018, 3, 6)).posted_on == date(2018, 3, 6)
    assert a_voucher("1.00", day=date(2018, 2, 6)).posted_on == date(2018, 3, 1)


def test_the_first_closing_of_all_can_be_opened_again(app):
    a_voucher("100.00", day=date(2018, 1, 5))
    months_closed(up_to=1, on=AFTER)
    reopened("2018-01")
    assert queries.due_month(COURT) == "2018-01"
    assert books.book(COURT)[1] is None
    with pytest.raises(RuleViolation, match="本院没有已结账的月份"):
        a_reopening("2018-01")


def test_months_are_opened_again_from_the_last_backwards(app):
    march_closed()
    for month, told in (("2018-02", "只能对最后一个已结账的月份2018-03"), ("2018-04", "尚未结账")):
        with pytest.raises(RuleViolation, match=told):
            a_reopening(month)
    reopened("2018-03")
    reopened("2018-02")
    assert queries.due_month(COURT) == "2018-02"


def test_a_request_has_a_reason_and_is_made_once_in_ones_own_court(app):
    march_closed()
    with pytest.raises(RuleViolation, match="请写明理由"):
        a_reopening("2018-03", reason=" ")
    with pytest.raises(RuleViolation, match="格式不对"):
        a_reopening("March")
    with pytest.raises(RuleViolation, match="只能办理本院的事项"):
        a_reopening("2018-03", actor=the_holder(Role.FINANCE_REVIEWER, court_code=OTHER_COURT))
    request = a_reopening("2018-03")
    with pytest.raises(RuleViolation, match="已有一份办理中的反结账申请"):
        a_reopening("2018-03")
    with pytest.raises(NotFound):
        answered(request, actor=the_holder(Role.PRESIDENT, court_code=OTHER_COURT))


def test_a_returned_request_leaves_the_month_closed_and_another_may_follow(app):
    march_closed()
    request = a_reopening("2018-03")
    with pytest.raises(RuleViolation, match="退回申请须写明理由"):
        answered(request, outcome=RETURNED)
    request = answered(request, outcome=RETURNED, opinion="请在四月更正")
    assert request.status is ReopeningStatus.RETURNED
    assert books.is_closed(COURT, "2018-03")
    [*_, entry] = trail.history(f"month:{COURT}:2018-03")
    assert (entry.event, entry.told) == (
        Event.REOPENING_RETURNED,
        {"month": "2018-03", "reason": "请在四月更正"},
    )
    with pytest.raises(StaleRecord):
        answered(request)
    reopened("2018-03")


def test_nobody_opens_a_month_alone(app):
    march_closed()
    both = a_user(Role.FINANCE_REVIEWER)
    with transaction(COURT):
        users.grant(both.id, role=Role.PRESIDENT, actor=None)
    request = a_reopening("2018-03", actor=both)
    with pytest.raises(RuleViolation, match="不能办理本人提出的反结账申请"):
        answered(request, actor=both)
    with pytest.raises(RuleViolation, match="当前环节为“院长批准”，尚未轮到您"):
        answered(request, Role.AUDITOR)
    with pytest.raises(StaleRecord):
        answered(request, seen=1)
    assert books.is_closed(COURT, "2018-03")


def test_only_the_closing_that_was_last_when_it_was_asked_for_is_ended(app):
    march_closed()
    january, *_ = books.closed_months(COURT)
    with pytest.raises(RuleViolation, match="只能对最后一个已结账的月份反结账"), transaction(COURT):
        ledger.reopen_month(january, reason="x", requested_by_id=1, audited_by_id=None, agreed_by_id=2)


# ---- a year


def test_a_year_is_opened_again_by_three_and_its_books_are_as_before(app):
    source = a_source().subject
    a_voucher("3000.00", day=date(2018, 3, 1), source=source)
    a_voucher("500.00", Movement.DONATION_RECEIVED, day=date(2018, 3, 5), source=source)
    months_closed(on=AFTER)
    before = all_balances()
    december_closed(on=AFTER)
    assert all_balances()[Account.NET_ASSETS] == "3500.00"
    request = a_reopening("2018-12")
    assert request.step is ReopeningStep.AUDIT
    with pytest.raises(RuleViolation, match="当前环节为“审计同意”"):
        answered(request)
    request = answered(request, Role.AUDITOR, opinion="情况属实")
    assert (request.status, request.step) == (ReopeningStatus.REQUESTED, ReopeningStep.APPROVAL)
    assert books.is_closed(COURT, "2018-12")
    request = answered(request)
    assert request.status is ReopeningStatus.REOPENED
    assert all_balances() == before
    assert balances(COURT) == recomputed(COURT)
    assert queries.closed_year(COURT, 2018) is None
    undone = db.session.query(Voucher).order_by(Voucher.id.desc()).first()
    assert (undone.ink, undone.kind, undone.posted_on) == (Ink.RED, VoucherKind.TRANSFER, date(2018, 12, 31))
    assert (undone.prepared_by_id, undone.reviewed_by_id) == (
        the_holder(Role.FINANCE_REVIEWER).id,
        the_holder(Role.PRESIDENT).id,
    )
    [*_, entry] = trail.history(f"year:{COURT}:2018")
    assert (entry.event, entry.told["reversal"]) == (Event.YEAR_REOPENED, undone.cited)


def test_a_year_opened_again_is_closed_again_with_a_transfer_of_its_own(app, tmp_path):
    a_year()
    year_closed(on=AFTER)
    reopened("2018-12")
    a_voucher("77.00", Movement.DONATION_RECEIVED, day=date(2018, 12, 20), source=a_source().subject)
    december_closed(on=AFTER)
    assert [one.status.value for one in queries.year_requests(COURT, YEAR)] == ["reopened", "closed"]
    again = queries.closed_year(COURT, YEAR)
    voucher = db.session.get_one(Voucher, again.result_voucher_id)
    assert voucher.name == "year:2018:result:2"
    assert all_balances()[Account.DONATION] == all_balances()[Account.YEAR_RESULT] == "0.00"
    assert queries.closed_year(COURT, YEAR) == again
    assert [one.round for one in books.closings(COURT, ["2018-12"])] == [1, 2]
    assert [name for name, problem in checks.checks() if problem] == []
    data = a_package(tmp_path)
    assert "courts closed 已年终结账法院 1 / 1" in verified(data)
    files = unpacked(data)
    hands = (the_holder(Role.FINANCE_REVIEWER).username, the_holder(Role.PRESIDENT).username)
    told = files["csv/closed_years.csv"].decode("utf-8-sig")
    assert told.count(",".join(hands)) == 2
    alone = told.replace(hands[0], hands[1]).encode("utf-8-sig")
    with pytest.raises(checker.Difference, match="年终结账由一人申请并批准"):
        checker.check(InMemory(told_again(files | {"csv/closed_years.csv": alone})))


def test_a_year_without_result_is_opened_again_without_a_voucher(app):
    a_voucher("100.00", Movement.INTEREST_RECEIVED, day=date(2018, 5, 1))
    year_closed(on=AFTER)
    reopened("2018-12")
    assert books.voucher_count([COURT]) == 1
    [*_, entry] = trail.history(f"year:{COURT}:2018")
    assert (entry.event, entry.told["reversal"]) == (Event.YEAR_REOPENED, "")


def test_a_year_is_not_opened_by_two(app):
    a_voucher("100.00", day=date(2018, 5, 1))
    year_closed(on=AFTER)
    request = a_reopening("2018-12")
    answered(request, Role.AUDITOR)
    second = a_user(Role.AUDITOR)
    with pytest.raises(RuleViolation, match="尚未轮到您"):
        answered(request, actor=second)
    request = answered(request, outcome=RETURNED, opinion="审计意见不足以支持")
    assert request.status is ReopeningStatus.RETURNED
    assert books.is_closed(COURT, "2018-12")


# ---- what the database holds, whatever the application does

REOPEN = """
    INSERT INTO reopened_months (closing_id, court_code, reason, last_number, requested_by_id, audited_by_id,
        agreed_by_id, reopened_at)
    SELECT id, {court}, 'x', last_number, {asked}, {audited}, {agreed}, closed_at FROM closed_months
    WHERE month = '{month}'
"""


def refused_by_hand(statement: str, told: str) -> None:
    with pytest.raises(DBAPIError, match=told), transaction():
        db.session.execute(text(statement))


def by_hand(month: str, *, court: str = "court_code", asked: object, agreed: object, audited: object = "NULL") -> str:
    return REOPEN.format(month=month, court=court, asked=asked, agreed=agreed, audited=audited)


def test_the_database_reopens_only_what_was_asked_for_by_one_and_agreed_by_another(app):
    march_closed()
    reviewer, president = the_holder(Role.FINANCE_REVIEWER).id, the_holder(Role.PRESIDENT).id
    refused_by_hand(by_hand("2018-03", asked=reviewer, agreed=president), "asked for by one and agreed by another")
    a_reopening("2018-03")
    refused_by_hand(by_hand("2018-03", asked=reviewer, agreed=president), "asked for by one and agreed by another")
    refused_by_hand(by_hand("2018-02", asked=reviewer, agreed=president), "only the last closed month")
    refused_by_hand(
        by_hand("2018-03", court=f"'{OTHER_COURT}'", asked=reviewer, agreed=president), "no such closing in this court"
    )
    assert books.is_closed(COURT, "2018-03")


def test_the_database_reopens_nothing_by_one_person(app):
    march_closed()
    request = a_reopening("2018-03")
    refused_by_hand(decision(request.id, "approval", request.requested_by_id), "nobody decides what he asked for")
    refused_by_hand(by_hand("2018-03", asked=1, agreed=1), "asked for by one and agreed by another|two_hands")


def decision(request_id: int, step: str, user_id: int, outcome: str = "agreed") -> str:
    return (
        "INSERT INTO reopening_decisions (request_id, step, outcome, opinion, decided_by_id, decided_at) "
        f"SELECT id, '{step}', '{outcome}', '', {user_id}, requested_at FROM reopening_requests WHERE id = {request_id}"
    )


def test_the_database_reopens_no_year_without_the_auditor(app):
    a_voucher("100.00", day=date(2018, 5, 1))
    year_closed(on=AFTER)
    request = a_reopening("2018-12")
    president, auditor = the_holder(Role.PRESIDENT).id, the_holder(Role.AUDITOR).id
    with transaction():
        db.session.execute(text(decision(request.id, "approval", president)))
    asked = request.requested_by_id
    refused_by_hand(by_hand("2018-12", asked=asked, agreed=president), "not reopened without the auditor")
    refused_by_hand(by_hand("2018-12", asked=asked, agreed=president, audited=auditor), "the auditor did not agree")
    refused_by_hand(by_hand("2018-12", asked=asked, agreed=president, audited=president), "did not agree|third_hand")


def test_the_database_takes_one_answer_of_a_step_and_a_person_and_none_after_the_last(app):
    march_closed()
    request = a_reopening("2018-03")
    auditor, president = the_holder(Role.AUDITOR).id, the_holder(Role.PRESIDENT).id
    with transaction():
        db.session.execute(text(decision(request.id, "audit", auditor)))
    refused_by_hand(decision(request.id, "audit", president), "append-only|unique")
    refused_by_hand(decision(request.id, "approval", auditor), "append-only|unique")
    with transaction():
        db.session.execute(text(decision(request.id, "approval", president, "returned")))
    refused_by_hand(decision(request.id, "third", a_user(Role.PRESIDENT).id), "it was decided already")


def test_the_database_takes_one_request_of_a_closing_at_a_time(app):
    march_closed()
    request = a_reopening("2018-03")
    again = (
        "INSERT INTO reopening_requests (court_code, closing_id, reason, requested_by_id, requested_at) "
        "SELECT court_code, closing_id, reason, requested_by_id, requested_at FROM reopening_requests"
    )
    refused_by_hand(again, "asked for before")
    answered(request, outcome=RETURNED, opinion="不同意")
    with transaction():
        db.session.execute(text(again))


CLOSE = """
    INSERT INTO closed_months (court_code, month, round, vouchers, last_number, digest, suspense, explanation,
        closed_by_id, closed_at)
    SELECT court_code, '{month}', {round}, vouchers, last_number, digest, suspense, '', closed_by_id, closed_at
    FROM closed_months WHERE month = '2018-03' AND round = 1
"""


def test_the_database_holds_one_living_closing_of_a_month(app):
    march_closed()
    for month in ("2018-03", "2018-02"):
        refused_by_hand(CLOSE.format(month=month, round=2), "the month is closed already")
    reopened("2018-03")
    refused_by_hand(CLOSE.format(month="2018-03", round=3), "counted without gap")
    refused_by_hand(CLOSE.format(month="2018-03", round=1), "append-only|counted without gap")
    with transaction():
        db.session.execute(text(CLOSE.format(month="2018-03", round=2)))
    assert books.last_closing(COURT).round == 2


def test_the_table_itself_holds_several_persons_and_one_closing_a_round_when_its_triggers_are_gone(app):
    """What the triggers refuse first, the constraints refuse without them."""
    march_closed()
    ids = [the_holder(role).id for role in (Role.FINANCE_REVIEWER, Role.PRESIDENT)]
    for asked, agreed, audited, told in (
        (ids[0], ids[0], "NULL", "two_hands"),
        (ids[0], ids[1], ids[0], "third_hand"),
        (ids[0], ids[1], ids[1], "third_hand"),
    ):
        with pytest.raises(DBAPIError, match=told), unguarded("reopened_months") as connection:
            connection.execute(text(by_hand("2018-03", asked=asked, agreed=agreed, audited=audited)))
    with pytest.raises(DBAPIError, match=r"(?i)unique"), unguarded("closed_months") as connection:
        connection.execute(text(CLOSE.format(month="2018-03", round=1)))


def test_the_database_holds_one_closed_year_of_a_closing(app):
    a_voucher("100.00", day=date(2018, 5, 1))
    year_closed(on=AFTER)
    again = (
        "INSERT INTO closed_years (closing_id, court_code, year, vouchers, prepared_by_id, closed_by_id, closed_at) "
        "SELECT closing_id, court_code, year, vouchers, prepared_by_id, closed_by_id, closed_at FROM closed_years"
    )
    refused_by_hand(again, r"(?i)append-only|unique")


def test_a_month_closed_again_takes_no_voucher_by_trigger(app):
    march_closed()
    reopened("2018-03")
    close("2018-03")
    with pytest.raises(RuleViolation, match="2018-03已结账"), transaction(COURT):
        ledger.reverse(
            db.session.query(Voucher).first().id,
            business_date=date(2018, 3, 31),
            reason="x",
            hands=how_posted()["hands"],
            actor=the_holder(Role.FINANCE_REVIEWER),
        )
    with pytest.raises(DBAPIError, match="the month is closed"), transaction(COURT):
        db.session.execute(
            text(
                "INSERT INTO vouchers (court_code, year, number, kind, kind_number, name, business_date, posted_on, "
                "month, recorded_at, summary, attachments, total, prepared_by_id, reviewed_by_id, booked_by_id, "
                "cashier_id, ink, form, digest) SELECT court_code, year, 99, kind, 99, 'late', business_date, "
                "posted_on, month, recorded_at, summary, attachments, total, prepared_by_id, reviewed_by_id, "
                "booked_by_id, cashier_id, ink, form, digest FROM vouchers"
            )
        )


# ---- what verify finds


def test_what_was_slipped_into_a_month_between_its_closings_is_found(app):
    """The ended closing and the one that stands each prove what the month held at their time."""
    march_closed()
    reopened("2018-03")
    how = how_posted(day=date(2018, 3, 20))
    with transaction(COURT):
        ledger.post("late", [booked(Movement.INTEREST_RECEIVED, yuan("5.00"))], **how)
    close("2018-03")
    first, second = books.closings(COURT, ["2018-03"])
    assert (first.last_number, first.reopening.last_number, second.last_number) == (1, 1, 2)
    assert [name for name, problem in checks.checks() if problem] == []
    assert db.session.query(ClosedMonth).count() == 4


# ---- the migration


def kept(table: str) -> list[tuple[object, ...]]:
    columns = {
        "closed_months": "month, vouchers, closed_by_id",
        "closed_years": "year, vouchers, result_voucher_id, closed_by_id",
    }
    found = [tuple(row) for row in db.session.execute(text(f"SELECT {columns[table]} FROM {table} ORDER BY 1, 2"))]
    db.session.rollback()
    return found


def test_closings_survive_the_way_back_and_forth_and_prove_what_they_held(app):
    a_voucher("100.00", day=date(2018, 5, 1))
    months_closed(on=AFTER)
    december_closed(on=date(2019, 1, 11))
    before = {table: kept(table) for table in ("closed_months", "closed_years")}
    digests = [(one.month, one.digest, one.last_number) for one in books.closed_months(COURT)]
    db.session.rollback()
    migrations = str(app.extensions["migrate"].directory)
    downgrade(directory=migrations, revision="0017")
    assert {table: kept(table) for table in before} == before
    upgrade(directory=migrations)
    assert {table: kept(table) for table in before} == before
    assert [(one.month, one.digest, one.last_number) for one in books.closed_months(COURT)] == digests
    assert queries.closed_year(COURT, YEAR) is not None
