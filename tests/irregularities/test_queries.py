"""Each question of the exceptions list finds what was planted, and not what stands beside it."""

from dataclasses import replace
from datetime import date, datetime

import pytest
from sqlalchemy import text

from fundapp.cases import service as cases
from fundapp.core import clock
from fundapp.core.db import db, transaction
from fundapp.core.money import yuan
from fundapp.irregularities import queries
from fundapp.irregularities.queries import Span
from fundapp.irregularities.rules import Kind
from fundapp.ledger.models import Voucher
from fundapp.trail.models import IS_ATTEMPT
from fundapp.trail.rules import Event
from fundapp.users.rules import Role
from tests.attacker import unguarded
from tests.builders.advances import a_paid_advance, an_advance, signed
from tests.builders.cases import a_case, a_creditor, a_debtor, an_account
from tests.builders.custody import a_case_receipt, a_paid_payout
from tests.builders.disbursement import the_paying_account
from tests.builders.ledger import a_voucher, close_month
from tests.builders.people import COURT, OTHER_COURT, a_user, the_books, the_holder
from tests.builders.recovery import allocated

HERE = (COURT,)


def found(kind: Kind, year: int = 2018, *, courts=HERE, today: date | datetime = date(2020, 6, 1)):
    """The lines of one kind, as they are told on a day."""
    with clock.at(today):
        rows, key = queries.question(kind, Span(tuple(courts), year))
        lines = [queries.line(kind, row) for row in db.session.execute(rows.order_by(key))]
        assert queries.counts(Span(tuple(courts), year))[kind] == len(lines)
    return lines


# ---- money left lying


def test_an_advance_that_is_out_for_more_than_a_year_is_overdue_with_what_is_still_out(app):
    with clock.at(date(2018, 3, 9)):
        advance = a_paid_advance("8000.00", paid_on=date(2018, 3, 9))
    assert not found(Kind.ADVANCE_OVERDUE, 2019, today=date(2019, 3, 9))
    [line] = found(Kind.ADVANCE_OVERDUE, 2019, today=date(2019, 3, 10))
    assert (line.subject, line.day, line.amount) == (advance.subject, "2018-03-09", yuan("8000.00"))
    assert advance.case.number in str(line.sentence)
    assert found(Kind.ADVANCE_OVERDUE, 2018) == [], "as of the end of 2018 it was not"
    with clock.at(date(2019, 5, 1)):
        allocated(a_case_receipt("3000.00", advance.case, day=date(2019, 5, 1)))
    assert [line.amount for line in found(Kind.ADVANCE_OVERDUE, 2019)] == [yuan("5000.00")]
    with clock.at(date(2019, 6, 1)):
        allocated(a_case_receipt("5000.00", advance.case, day=date(2019, 6, 1)))
    assert not found(Kind.ADVANCE_OVERDUE, 2019)


def test_case_money_is_overdue_after_thirty_days_and_stale_after_six_months(app):
    with clock.at(date(2018, 10, 22)):
        receipt = a_case_receipt("10000.00", day=date(2018, 10, 22))
    assert not found(Kind.CASE_MONEY_OVERDUE, today=date(2018, 11, 21))
    [line] = found(Kind.CASE_MONEY_OVERDUE, today=date(2018, 11, 22))
    assert (line.subject, line.day, line.amount) == (receipt.case.subject, "2018-10-22", yuan("10000.00"))
    assert not found(Kind.CASE_MONEY_STALE, 2019, today=date(2019, 4, 22))
    assert len(found(Kind.CASE_MONEY_STALE, 2019, today=date(2019, 4, 23))) == 1


def test_what_was_paid_out_was_what_came_first(app):
    with clock.at(date(2018, 6, 20)):
        receipt = a_case_receipt("6000.00", a_case("18000.00"), day=date(2018, 6, 20))
    with clock.at(date(2018, 7, 1)):
        a_case_receipt("5000.00", receipt.case, day=date(2018, 7, 1))
        a_paid_payout("7000.00", receipt.case, day=date(2018, 7, 1))
    assert not found(Kind.CASE_MONEY_OVERDUE, today=date(2018, 7, 25)), "the first receipt is paid out"
    assert [line.amount for line in found(Kind.CASE_MONEY_OVERDUE, today=date(2018, 9, 1))] == [yuan("4000.00")]


def test_case_money_that_went_back_to_the_fund_is_held_no_longer(app):
    with clock.at(date(2018, 3, 9)):
        advance = a_paid_advance("8000.00", paid_on=date(2018, 3, 9))
        allocated(a_case_receipt("5000.00", advance.case, day=date(2018, 3, 9)))
    assert not found(Kind.CASE_MONEY_OVERDUE)


def test_case_money_with_which_the_books_began_counts_too(app):
    case = a_case("18000.00", court_code=COURT)
    the_books()
    clerk, reviewer = the_holder(Role.FINANCE_CLERK), the_holder(Role.FINANCE_REVIEWER)
    with transaction(COURT):
        run = db.session.execute
        run(
            text(
                "INSERT INTO openings (id, court_code, day, file_name, digest, status, line_count, debit, credit, "
                "fault_count, requested_by_id, requested_at, reason, version) VALUES (1, :court, '2017-12-31', 'a', "
                "'d', 'checked', 1, 0, 0, 0, :clerk, '2018-01-01 00:00:00', '', 1)"
            ),
            {"court": COURT, "clerk": clerk.id},
        )
        run(
            text(
                "INSERT INTO opening_lines (opening_id, line, account, side, amount, case_ref, source_ref, note) "
                "VALUES (1, 1, '2901.02', 'credit', 123400, :case, '', '')"
            ),
            {"case": case.subject},
        )
    assert not found(Kind.CASE_MONEY_STALE), "it does not stand in the books yet"
    with transaction(COURT):
        run(text("UPDATE openings SET status = 'posted', reviewed_by_id = :by"), {"by": reviewer.id})
    assert [(line.subject, line.amount) for line in found(Kind.CASE_MONEY_STALE)] == [(case.subject, yuan("1234.00"))]


# ---- whom and how much


def changed_behind_the_rules(record, **facts) -> None:
    """What no page allows: a register changed by whoever has the database."""
    with transaction(record.court_code):
        for name, value in facts.items():
            setattr(record, name, value)


@pytest.mark.parametrize(("claim", "is_found"), [("19999.99", False), ("20000.00", True), ("20000.01", True)])
def test_an_advance_of_a_claim_above_the_ceiling_of_its_day_is_found(app, claim, is_found):
    with clock.at(date(2018, 3, 9)):
        advance = an_advance("8000.00")
    changed_behind_the_rules(advance.case, claim=yuan(claim))
    lines = found(Kind.ABOVE_CEILING)
    assert [line.subject for line in lines] == ([advance.subject] if is_found else [])
    assert not found(Kind.ABOVE_CEILING, 2019)


def test_a_person_who_was_advanced_twice_is_named_in_both_and_others_are_not(app):
    with clock.at(date(2018, 3, 9)):
        someone = a_creditor()
        first = an_advance("8000.00", case=a_case("8000.00", parties=[someone, a_debtor()]))
        again = replace(someone, account=an_account(someone.name))
        second = an_advance("7000.00", case=a_case("7000.00", parties=[again, a_debtor()]))
        an_advance("5000.00")
    lines = found(Kind.DUPLICATE_CLAIMANT)
    assert [line.subject for line in lines] == [first.subject, second.subject]
    assert all("共有2笔垫付" in str(line.sentence) for line in lines)


def test_an_account_in_two_cases_is_told_apart_from_one_of_two_persons(app):
    with clock.at(date(2018, 3, 9)):
        someone, other = a_creditor(), a_creditor()
        first = a_case(parties=[someone, a_debtor()])
        second = a_case(parties=[someone, a_debtor()])
        a_case()
        third = a_case(parties=[other, a_debtor()])
    assert [line.subject for line in found(Kind.DUPLICATE_ACCOUNT)] == [first.subject, second.subject]
    assert not found(Kind.SHARED_ACCOUNT)
    account = first.creditors[0].account
    changed_behind_the_rules(third.creditors[0].account, number_index=account.number_index)
    assert [line.subject for line in found(Kind.SHARED_ACCOUNT)] == [first.subject, second.subject, third.subject]
    assert account.number not in str(found(Kind.SHARED_ACCOUNT))
    assert account.number_mask in str(found(Kind.SHARED_ACCOUNT)[0].sentence)


def test_a_second_account_of_one_case_is_no_duplicate(app):
    with clock.at(date(2018, 3, 9)):
        someone = a_creditor()
        debtor = a_debtor()
        a_case(parties=[someone, replace(debtor, account=an_account(debtor.name))])
    assert not found(Kind.DUPLICATE_ACCOUNT)


def test_an_account_in_another_s_name_is_found(app):
    with clock.at(date(2018, 3, 9)):
        case = a_case()
    assert not found(Kind.OTHERS_ACCOUNT)
    changed_behind_the_rules(case.creditors[0].account, holder="别人")
    [line] = found(Kind.OTHERS_ACCOUNT)
    assert line.subject == case.subject and "别人" not in str(line.sentence)


def test_a_payee_who_bears_the_name_of_staff_is_found_and_stays_so_when_they_leave(app):
    with clock.at(date(2018, 3, 9)):
        case = a_case()
    namesake = a_user(Role.FINANCE_CLERK, name=case.creditors[0].name)
    a_user(Role.FINANCE_CLERK, name=case.creditors[0].name)
    [line] = found(Kind.STAFF_ACCOUNT)
    assert (line.subject, line.person_id) == (case.subject, namesake.id)
    for user in (namesake, db.session.get_one(type(namesake), namesake.id + 1)):
        changed_behind_the_rules(user, is_active=False)
    assert found(Kind.STAFF_ACCOUNT) == [line]


# ---- acts


@pytest.mark.parametrize(
    ("at", "is_found"),
    [
        (datetime(2018, 3, 9, 7, 29, 59, tzinfo=clock.SHANGHAI), True),
        (datetime(2018, 3, 9, 7, 30, tzinfo=clock.SHANGHAI), False),
        (datetime(2018, 3, 9, 19, 59, 59, tzinfo=clock.SHANGHAI), False),
        (datetime(2018, 3, 9, 20, 0, tzinfo=clock.SHANGHAI), True),
        (datetime(2018, 3, 10, 10, 0, tzinfo=clock.SHANGHAI), True),  # Saturday
        (datetime(2018, 9, 29, 10, 0, tzinfo=clock.SHANGHAI), False),  # a working Saturday
        (datetime(2018, 10, 2, 10, 0, tzinfo=clock.SHANGHAI), True),  # the national holiday
    ],
)
def test_signing_outside_office_hours_is_found_by_the_court_s_clocks(app, at, is_found):
    with clock.at(date(2018, 3, 1)):
        advance = an_advance("8000.00")
    with clock.at(at):
        signed(advance, Role.BUREAU_DIRECTOR)
    lines = found(Kind.AFTER_HOURS)
    assert [line.subject for line in lines] == ([advance.subject] if is_found else [])
    if is_found:
        assert lines[0].day == f"{at:%Y-%m-%d}" and f"{at:%H:%M}办理“签署审批意见”" in str(lines[0].sentence)
        assert not found(Kind.AFTER_HOURS, 2019)


def test_who_looks_at_a_whole_case_or_changes_where_money_comes_from_by_night_is_found(app):
    with clock.at(date(2018, 3, 9)):
        case, auditor = a_case(), the_holder(Role.AUDITOR)
    with clock.at(datetime(2018, 3, 10, 2, 30, tzinfo=clock.SHANGHAI)):
        with transaction(COURT):
            cases.reveal_case(case.id, reason="半夜查看全案", actor=auditor)
        account = the_paying_account()
    subjects = [line.subject for line in found(Kind.AFTER_HOURS)]
    assert case.subject in subjects and account.subject in subjects


def test_new_year_s_night_belongs_to_the_year_of_the_court_s_clocks(app):
    with clock.at(date(2018, 12, 3)):
        advance = an_advance("8000.00")
    with clock.at(datetime(2019, 1, 1, 0, 30, tzinfo=clock.SHANGHAI)):
        signed(advance, Role.BUREAU_DIRECTOR)
    assert not found(Kind.AFTER_HOURS, 2018)
    assert [line.day for line in found(Kind.AFTER_HOURS, 2019)] == ["2019-01-01"]


def test_attempts_are_found_by_their_own_small_index(live_app):
    assert f"event = '{Event.ATTEMPT_REFUSED.value}'" == IS_ATTEMPT
    rows, _key = queries.question(Kind.SELF_APPROVAL_ATTEMPT, Span(HERE, 2018))
    told = str(rows.compile(dialect=db.engine.dialect, compile_kwargs={"literal_binds": True}))
    plan = db.session.execute(text("EXPLAIN QUERY PLAN " + told.replace(":", "\\:"))).all()
    assert "ix_trail_entries_attempts" in str(plan)


# ---- vouchers


def test_a_voucher_of_a_closed_month_is_late(app):
    with clock.at(date(2018, 4, 2)):
        a_voucher("100.00", day=date(2018, 2, 5))
        close_month("2018-01")
        close_month("2018-02")
        late = a_voucher("30.00", day=date(2018, 2, 6))
    [line] = found(Kind.VOUCHER_LATE)
    assert (line.subject, line.day, line.amount) == (late.subject, "2018-03-01", yuan("30.00"))
    assert str(line.sentence) == "业务发生于2018-02-06，记入2018-03-01"


def test_a_number_that_is_missing_is_found_before_the_voucher_that_follows(app):
    first, second, third = (a_voucher(f"{amount}.00") for amount in (1, 2, 3))
    assert not found(Kind.VOUCHER_GAP)
    with unguarded("posting_lines") as owner:
        owner.execute(text("DELETE FROM posting_lines WHERE voucher_id = :id"), {"id": second.id})
    with unguarded("vouchers") as owner:
        owner.execute(text("DELETE FROM vouchers WHERE id = :id"), {"id": second.id})
    [line] = found(Kind.VOUCHER_GAP)
    assert line.subject == third.subject
    assert str(line.sentence) == "在此凭证之前，总号缺1个，分号缺1个"
    assert db.session.get_one(Voucher, first.id).number == 1


# ---- whose


def test_only_the_courts_that_are_asked_for_answer(app):
    with clock.at(date(2018, 3, 9)):
        a_paid_advance("8000.00", paid_on=date(2018, 3, 9), court_code=OTHER_COURT)
    assert not found(Kind.ADVANCE_OVERDUE, 2019)
    assert len(found(Kind.ADVANCE_OVERDUE, 2019, courts=(COURT, OTHER_COURT))) == 1


def test_every_line_of_every_kind_stands_in_the_whole_list(app):
    with clock.at(date(2018, 3, 9)):
        a_paid_advance("8000.00", paid_on=date(2018, 3, 9))
    with clock.at(date(2020, 1, 2)):
        span = Span(HERE, 2019)
        assert [line.kind for line in queries.lines(span)] == [Kind.ADVANCE_OVERDUE]
        assert queries.years(HERE) == [2020, 2018]


def test_the_names_are_those_of_staff(app):
    assert queries.person(None) == ""
    user = a_user()
    assert queries.person(user.id) == user.name
