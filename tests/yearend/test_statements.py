"""The annual statements against books small enough to add up by hand, on both engines."""

from datetime import date

import pytest
from sqlalchemy import update

from fundapp.approvals.rules import Outcome
from fundapp.core import clock
from fundapp.core.db import db
from fundapp.core.money import ZERO, total, yuan
from fundapp.core.statements import declared
from fundapp.funding.rules import SourceKind
from fundapp.ledger import queries as books
from fundapp.ledger.models import DayTotal
from fundapp.ledger.rules import Account, Model, Movement
from fundapp.users.rules import Role
from fundapp.yearend.queries.statements import bounds, cases, ceremonies, claims, written_off
from fundapp.yearend.rules.statements import AgeBand, Counted, Item, band
from tests.builders.advances import a_paid_advance, an_advance, an_approved_advance, signed, the_terms
from tests.builders.books import reversed_on
from tests.builders.cases import a_case
from tests.builders.ceremonies import an_open_ceremony
from tests.builders.custody import a_case_receipt
from tests.builders.funding import a_receipt, a_source
from tests.builders.ledger import a_voucher, close_month
from tests.builders.openings import a_line, posted
from tests.builders.people import COURT, OTHER_COURT, the_books
from tests.builders.recovery import allocated, an_advanced_case
from tests.builders.yearend import a_year, year_closed

YEAR = 2018


def the_statement(key, codes=(COURT,), year=YEAR):
    [one] = [one for one in declared() if one.key == key]
    return one.made(list(codes), year)


def rows(statement, at=0):
    """A table's lines with their words: amounts as text, last year's in a list of its own."""

    def text(cells):
        return [getattr(cell, "value", str(getattr(cell, "amount", cell))) for cell in cells or ()]

    return [(text(line.names), text(line.figures), text(line.last)) for line in statement.tables[at].lines]


def is_whole(statement):
    return all(check.is_met for check in statement.checks)


# ---- 资金收支情况表


@pytest.fixture(params=list(Model), ids=lambda model: model.name)
def two_years(request, app):
    """2017 and 2018 of a court: everything that moves a source's money, in each booking model."""
    the_books(model=request.param)
    first, second = a_source(), a_source(SourceKind.SOCIAL_DONATION)
    of_first = {"case": "case:1", "source": first.subject, "debtor": "party:1"}
    a_voucher("1000.00", day=date(2017, 2, 1), source=first.subject)
    a_voucher("100.00", Movement.ADVANCE_PAID, day=date(2017, 3, 1), **of_first)
    of_last_year = a_voucher("60.00", day=date(2017, 6, 1), source=first.subject)
    a_voucher("500.00", Movement.DONATION_RECEIVED, day=date(2018, 1, 1), source=second.subject)
    a_voucher("200.00", Movement.ADVANCE_PAID, day=date(2018, 3, 1), **of_first)
    wrong = a_voucher("77.00", Movement.ADVANCE_PAID, day=date(2018, 3, 2), **of_first)
    reversed_on(wrong, date(2018, 3, 3))
    reversed_on(of_last_year, date(2018, 4, 1))
    a_voucher("50.00", Movement.FUND_CASH_DRAWN, day=date(2018, 5, 1), source=second.subject)
    a_voucher("30.00", Movement.ADVANCE_PAID_IN_CASH, day=date(2018, 5, 1), **of_first | {"source": second.subject})
    a_voucher("20.00", Movement.FUND_CASH_RETURNED, day=date(2018, 5, 1), source=second.subject)
    a_voucher("40.00", Movement.CASE_MONEY_RECEIVED, day=date(2018, 6, 1), case="case:1", debtor="party:1")
    a_voucher("40.00", Movement.RECOVERED, day=date(2018, 6, 1), **of_first)
    a_voucher("90.00", Movement.DONATION_GIVEN_BACK, day=date(2018, 12, 31), source=second.subject)
    a_voucher("7.00", Movement.INTEREST_RECEIVED, day=date(2018, 12, 31))
    a_voucher("999.00", day=date(2019, 1, 1), source=first.subject)  # of the next year
    return first, second


def test_each_source_s_year_adds_up_to_the_fund_accounts_in_either_model(two_years):
    first, second = two_years
    made = the_statement("sources")
    assert rows(made) == [
        (
            [first.name],
            ["960.00", "-60.00", "200.00", "40.00", "0.00", "0.00", "740.00", "0.00"],
            ["0.00", "1060.00", "100.00", "0.00", "0.00", "0.00", "960.00", "0.00"],
        ),
        (
            [second.name],
            ["0.00", "500.00", "30.00", "0.00", "90.00", "0.00", "380.00", "0.00"],
            ["0.00"] * 8,
        ),
        (
            ["no_source"],
            ["0.00", "0.00", "0.00", "0.00", "0.00", "7.00", "7.00", "0.00"],
            ["0.00"] * 8,
        ),
        (
            ["total"],
            ["960.00", "440.00", "230.00", "40.00", "90.00", "7.00", "1127.00", "0.00"],
            ["0.00", "1060.00", "100.00", "0.00", "0.00", "0.00", "960.00", "0.00"],
        ),
    ]
    assert is_whole(made)
    trial = {line.account: line for line in books.trial_balance([COURT], as_of=date(2018, 12, 31))}
    held = [trial[account].closing_debit for account in (Account.FUND_BANK, Account.CASH) if account in trial]
    assert total(held) == yuan("1127.00")
    assert len(made.checks) == (2 if books.model(COURT) is Model.CUSTODIAL else 1)


def test_a_wrong_kept_day_end_shows_in_the_statement(two_years):
    first, _second = two_years
    db.session.execute(
        update(DayTotal)
        .where(DayTotal.account == Account.FUND_BANK, DayTotal.part == first.subject)
        .where(DayTotal.day == date(2018, 6, 1))
        .values(debit=yuan("9999.00"))
    )
    made = the_statement("sources")
    assert first.name in [check.params.get("name") for check in made.checks if not check.is_met]
    db.session.rollback()


@pytest.mark.parametrize("model", list(Model), ids=lambda model: model.name)
def test_books_that_begin_within_the_year_begin_with_their_opening_balances(app, model):
    with clock.at(date(2018, 3, 1)):
        the_books(model=model)
        source, case = a_source(), a_case("30000.00")
        of_source = {"source": source.name}
        lines = [a_line("1002.01", "借", "800.00", **of_source), a_line("2103.02", "贷", "5.00", **of_source)]
        if model is Model.CUSTODIAL:
            lines += [a_line("2901.01", "贷", "795.00", **of_source)]
        else:
            lines += [
                a_line("1218.01", "借", "90.00", case=case.number, **of_source),
                a_line("3001", "贷", "885.00"),
            ]
        posted(lines, day=date(2018, 2, 28))
    a_voucher("100.00", day=date(2018, 3, 5), source=source.subject)
    made = the_statement("sources")
    assert rows(made)[0] == (
        [source.name],
        ["800.00", "100.00", "0.00", "0.00", "0.00", "0.00", "900.00", "0.00"],
        ["0.00"] * 8,
    )
    assert is_whole(made)
    assert "2018-02-28" in [note.params.get("day") for note in made.notes]


def test_a_year_without_any_business_has_empty_statements(app):
    the_books()
    for one in declared():
        made = one.made([COURT], YEAR)
        assert is_whole(made), one.key
        for table in made.tables:
            for line in table.lines:
                figures = [*line.figures, *(line.last or ())]
                assert set(figures) <= {0, ZERO, None}, (one.key, line)
    assert the_statement("sources").tables[0].lines == ()
    assert [note.text for note in the_statement("written-off").notes] == ["本年无核销。"]


def test_a_court_whose_books_are_not_open_has_nothing_to_state(app):
    assert all(is_whole(one.made([COURT], YEAR)) for one in declared())


def test_a_superior_sees_its_courts_together_and_each_named_and_nothing_of_others(app):
    with clock.at(date(2018, 3, 9)):
        for code, amount in ((COURT, "100.00"), (OTHER_COURT, "20.00"), ("湘0611", "3.00")):
            a_receipt(amount, court_code=code, day=date(2018, 3, 1))
    made = the_statement("sources", [COURT, OTHER_COURT])
    names = bounds.courts_of([COURT, OTHER_COURT]).names
    assert [(line[0][1], line[1][6]) for line in rows(made)] == [
        (names[COURT], "100.00"),
        (names[OTHER_COURT], "20.00"),
        ("None", "120.00"),
    ]
    assert is_whole(made)
    both = the_statement("cases", [COURT, OTHER_COURT])
    assert is_whole(both)


# ---- 垫付款账龄分析表


def test_claims_of_every_age_add_up_to_the_account_on_the_day(app):
    old, bound, young = date(2016, 12, 30), date(2017, 12, 31), date(2018, 12, 31)
    a_receipt("15000.00", day=old)
    for day, amount in ((old, "1000.00"), (bound, "2000.00"), (young, "4000.00"), (date(2019, 1, 1), "8000.00")):
        a_paid_advance(amount, paid_on=day)
    made = the_statement("ageing")
    assert rows(made)[0][1:] == (["2", "6000.00"], ["1", "2000.00"])
    assert rows(made)[1][1:] == (["0", "0.00"], ["1", "1000.00"])
    assert rows(made)[2][1:] == (["1", "1000.00"], ["0", "0.00"])
    assert rows(made)[4][1:] == (["3", "7000.00"], ["2", "3000.00"])
    assert made.checks[0].booked == books.balance_as_of(COURT, Account.ADVANCES_RECEIVABLE, young) == yuan("7000.00")
    assert is_whole(made)
    # Last year's column is what last year's statement said.
    assert [line[2] for line in rows(made)] == [line[1] for line in rows(the_statement("ageing", year=2017))]


def test_what_debtors_paid_by_the_day_is_taken_off_and_what_they_paid_later_is_not(app):
    advance = an_advanced_case("15000.00")
    allocated(a_case_receipt("4000.00", advance.case, day=date(2018, 12, 31)))
    allocated(a_case_receipt("5000.00", advance.case, day=date(2019, 1, 2)))
    [claim] = claims.claims([COURT], date(2018, 12, 31))
    assert (claim.paid, claim.left) == (yuan("15000.00"), yuan("11000.00"))
    [claim] = claims.claims([COURT], date(2019, 12, 31))
    assert claim.left == yuan("6000.00")
    assert is_whole(the_statement("ageing"))


def test_a_payment_that_reached_the_books_later_is_outstanding_only_from_then(app):
    a_receipt("8000.00", day=date(2018, 1, 5))
    close_month("2018-12")
    a_paid_advance("8000.00", paid_on=date(2018, 12, 28))
    assert claims.claims([COURT], date(2018, 12, 31)) == []
    [claim] = claims.claims([COURT], date(2019, 12, 31))
    assert (claim.day, band(claim.day, 2019)) == (date(2018, 12, 28), AgeBand.TWO_YEARS)
    assert is_whole(the_statement("ageing")) and is_whole(the_statement("ageing", year=2019))


def test_receivables_of_the_opening_are_as_old_as_the_opening(app):
    with clock.at(date(2018, 3, 1)):
        the_books()
        source, case = a_source(), a_case("30000.00")
        of_source = {"source": source.name}
        posted(
            [
                a_line("1218.01", "借", "90.00", case=case.number, **of_source),
                a_line("1002.01", "借", "10.00", **of_source),
                a_line("3001", "贷", "100.00"),
            ],
            day=date(2018, 2, 28),
        )
    made = the_statement("ageing", year=2019)
    assert rows(made, 1)[0] == (
        [case.number, "opening", "2018-02-28", "two_years"],
        ["90.00", "0.00", "90.00", "90.00"],
        [],
    )
    assert is_whole(made)


def test_what_was_written_off_is_taken_from_the_oldest_claim_of_its_case(app):
    """The books were opened with 9,000.00 of a case that was advanced 8,000.00 later; another case stands still."""
    the_books()
    source, case = a_source(), a_case("18000.00")
    posted(
        [
            a_line("1218.01", "借", "9000.00", case=case.number, source=source.name),
            a_line("1002.01", "借", "20000.00", source=source.name),
            a_line("3001", "贷", "29000.00"),
        ]
    )
    about = {"case": case.subject, "source": source.subject}
    a_paid_advance("8000.00", case=case)
    a_paid_advance("100.00")
    for given_up, left in (
        ("5000.00", ["4000.00", "8000.00", "100.00"]),
        ("4000.00", ["8000.00", "100.00"]),
        ("3000.00", ["5000.00", "100.00"]),
        ("5000.00", ["100.00"]),
    ):
        a_voucher(given_up, Movement.WRITTEN_OFF, day=date(2018, 6, 1), **about)
        found = claims.claims([COURT], date(2018, 12, 31))
        assert [str(claim.left.amount) for claim in found] == left
        assert is_whole(the_statement("ageing"))


def test_a_court_that_holds_money_for_others_has_its_claims_in_a_memo(app):
    an_advanced_case("15000.00", model=Model.CUSTODIAL)
    made = the_statement("ageing")
    assert rows(made)[4][1] == ["1", "15000.00"]
    assert made.checks == ()
    assert any("甲类" in note.text for note in made.notes)


# ---- 已核销垫付款备查簿


def test_the_register_of_written_off_claims_reads_the_books_and_what_came_back_since(app):
    advance = an_advanced_case("15000.00")
    source = books.parts(COURT, Account.ADVANCES_RECEIVABLE, f"{advance.case.subject}|")[0][0].partition("|")[2]
    about = {"case": advance.case.subject, "source": source}
    a_voucher("6000.00", Movement.WRITTEN_OFF, day=date(2018, 11, 30), **about)
    undone = a_voucher("1000.00", Movement.WRITTEN_OFF, day=date(2018, 12, 1), **about)
    reversed_on(undone, date(2018, 12, 2))
    a_voucher("500.00", Movement.OTHER_RECEIVED, day=date(2019, 2, 1), case=advance.case.subject)
    made = the_statement("written-off")
    assert [line[1] for line in rows(made)] == [["0.00"], ["6000.00"], ["0.00"], ["6000.00"]]
    assert [(line[0][2], line[1][0]) for line in rows(made, 1)] == [
        (advance.case.number, "6000.00"),
        (advance.case.number, "1000.00"),
        (advance.case.number, "-1000.00"),
        ("None", "6000.00"),
    ]
    later = the_statement("written-off", year=2019)
    assert [line[1:] for line in rows(later)] == [
        (["6000.00"], ["0.00"]),
        (["0.00"], ["6000.00"]),
        (["500.00"], ["0.00"]),
        (["5500.00"], ["6000.00"]),
    ]
    assert [note.text for note in later.notes] == ["本年无核销。"]
    assert rows(the_statement("ageing"))[4][1] == ["1", "9000.00"]
    assert is_whole(the_statement("ageing"))
    assert [line[1][7] for line in rows(the_statement("sources"))][-1] == "6000.00"
    assert written_off.by_source([COURT], 2018) == {(COURT, source): yuan("6000.00")}


# ---- 兑现大会台账 and 案件统计表


def test_the_ledger_of_ceremonies_and_the_statistics_of_a_year_of_everything(app):
    a_year()
    made = the_statement("ceremonies")
    [held, _total, _last] = rows(made)
    assert held[1] == ["3", "2", "1", "9000.00", "12000.00", "0.00", "21000.00", "28000.00", "7000.00"]
    assert is_whole(made)
    statistics = {line[0][0]: line for line in rows(the_statement("cases"))}
    assert statistics["paid"][1] == ["2", "25000.00", "2", "25000.00"]
    assert statistics["recovered"][1] == ["1", "10000.00", "1", "10000.00"]
    assert statistics["outstanding"][1] == ["None", "None", "2", "15000.00"]
    assert statistics["approved"][1][0] == "4"
    assert is_whole(the_statement("cases")) and is_whole(the_statement("sources")) and is_whole(the_statement("ageing"))
    assert ceremonies.held([COURT], 2017) == []


def test_a_ceremony_that_is_not_closed_is_not_in_the_ledger(app):
    with clock.at(date(2018, 9, 12)):
        an_open_ceremony(an_approved_advance("9000.00"))
    assert ceremonies.held([COURT], YEAR) == []


def test_requests_are_counted_by_the_days_on_which_they_were_made_and_decided(app):
    with clock.at(date(2018, 12, 31)):
        early = an_advance("3000.00")
    with clock.at(date(2019, 1, 1)):
        signed(early, Role.BUREAU_DIRECTOR, outcome=Outcome.REFUSED, opinion="不符合条件")
        an_advance("5000.00")
    until = cases.up_to([COURT], 2018, terms_of=2018)
    assert (until[Item.REQUESTED].count, until[Item.REFUSED].count) == (1, 0)
    until = cases.up_to([COURT], 2019, terms_of=2018)
    assert (until[Item.REQUESTED].count, until[Item.REFUSED]) == (2, Counted(1, yuan("3000.00")))


@pytest.mark.parametrize(("ceiling_included", "count"), [(False, 1), (True, 2)])
def test_cases_under_the_ceiling_go_by_the_court_s_terms_at_the_year_s_end(app, ceiling_included, count):
    the_terms(ceiling_included=ceiling_included)
    a_case("19999.99"), a_case("20000.00"), a_case("20000.01")
    assert cases.up_to([COURT], YEAR, terms_of=YEAR)[Item.UNDER_CEILING].count == count


def test_a_year_that_is_not_closed_says_so_until_it_is(app):
    with clock.at(date(2018, 1, 5)):
        a_receipt("100.00", day=date(2018, 1, 5))
    assert any("尚未全部年终结账" in note.text for note in the_statement("sources").notes)
    year_closed()
    assert not any("尚未全部年终结账" in note.text for note in the_statement("sources").notes)
