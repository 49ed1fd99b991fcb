"""The annual statements add up, and every day of age falls into one band."""

from datetime import date

import pytest

from fundapp.core.money import ZERO, yuan
from fundapp.ledger.rules import Model, Movement
from fundapp.recovery.rules import Claim, ClaimKind
from fundapp.yearend.rules import statements as rules
from fundapp.yearend.rules.statements import (
    AgeBand,
    Ageing,
    CameBack,
    CeremonyYear,
    Counted,
    Courts,
    Entrusted,
    Flows,
    Item,
    SourceLine,
    SourceYear,
    WrittenOff,
)

ONE = Courts({"湘0602": "岳阳楼区人民法院"})
TWO = Courts({"湘0602": "岳阳楼区人民法院", "湘0603": "云溪区人民法院"})


def told(statement, at=0):
    """A table's lines: words and amounts as text."""
    return [
        [getattr(cell, "value", str(getattr(cell, "amount", cell))) for cell in (*line.names, *line.figures)]
        for line in statement.tables[at].lines
    ]


# ---- sources


@pytest.mark.parametrize(
    ("movement", "entered", "figure"),
    [
        (Movement.APPROPRIATION_RECEIVED, "5.00", "received"),
        (Movement.GRANT_RECEIVED, "5.00", "received"),
        (Movement.DONATION_RECEIVED, "5.00", "received"),
        (Movement.OTHER_RECEIVED, "5.00", "received"),
        (Movement.APPROPRIATION_GIVEN_BACK, "-5.00", "returned"),
        (Movement.GRANT_GIVEN_BACK, "-5.00", "returned"),
        (Movement.DONATION_GIVEN_BACK, "-5.00", "returned"),
        (Movement.OTHER_GIVEN_BACK, "-5.00", "returned"),
        (Movement.ADVANCE_PAID, "-5.00", "advanced"),
        (Movement.ADVANCE_PAID_IN_CASH, "-5.00", "advanced"),
        (Movement.RECOVERED, "5.00", "recovered"),
        (Movement.OPENING_BALANCE, "5.00", "opened"),
        (Movement.INTEREST_RECEIVED, "5.00", "other"),
        (Movement.CASE_CASH_DRAWN, "5.00", "other"),
    ],
)
def test_every_movement_of_fund_money_has_its_column(movement, entered, figure):
    moved = rules.flows({movement: yuan(entered)})
    assert moved == Flows(**{figure: yuan("5.00")})
    year = SourceYear(yuan("100.00"), moved, yuan("100.00") + yuan(entered))
    assert year.reckoned == year.closing


def a_line(subject="source:1", name="财政局", closing="80.00", **flows):
    moved = Flows(**{figure: yuan(amount) for figure, amount in flows.items()})
    return SourceLine("湘0602", subject, name, SourceYear(yuan("100.00"), moved, yuan(closing)), rules.NO_YEAR)


def stated(*lines, accounts, courts=ONE, entrusted=None):
    return rules.sources_statement(courts, lines, accounts=yuan(accounts), entrusted=entrusted, notes=[])


def test_the_rows_of_the_fund_statement_and_their_total_are_what_the_accounts_hold():
    made = stated(
        a_line(closing="96.00", received="10.00", advanced="30.00", recovered="17.00", returned="1.00"),
        a_line("", "", closing="103.00", other="3.00"),
        accounts="199.00",
    )
    assert told(made) == [
        ["财政局", "100.00", "10.00", "30.00", "17.00", "1.00", "0.00", "96.00", "0.00"],
        ["no_source", "100.00", "0.00", "0.00", "0.00", "0.00", "3.00", "103.00", "0.00"],
        ["total", "200.00", "10.00", "30.00", "17.00", "1.00", "3.00", "199.00", "0.00"],
    ]
    assert [check.is_met for check in made.checks] == [True]
    assert made.tables[0].lines[0].account == "1002.01"


def test_a_row_that_does_not_add_up_is_named():
    made = stated(a_line(closing="96.00", received="10.00"), accounts="96.00")
    assert [(check.is_met, check.params) for check in made.checks] == [(False, {}), (False, {"name": "财政局"})]
    nobody = stated(a_line("", "", closing="1.00"), accounts="100.00")
    assert nobody.checks[1].params == {"name": "未归属资金来源的款项"}


def test_what_never_moved_has_no_row_and_a_quiet_year_no_total_and_no_picture():
    empty = SourceLine("湘0602", "source:1", "财政局", rules.NO_YEAR, rules.NO_YEAR)
    made = stated(empty, accounts="0.00")
    assert (made.tables[0].lines, made.charts) == ((), ())
    assert [check.is_met for check in made.checks] == [True]


def test_several_courts_are_named_in_each_row():
    made = stated(a_line(closing="100.00"), accounts="100.00", courts=TWO)
    assert [column.header for column in made.tables[0].names] == ["资金来源", "法院"]
    assert made.tables[0].lines[0].names == ("财政局", "岳阳楼区人民法院")
    assert made.tables[0].lines[1].names == (Item.TOTAL, None)


@pytest.mark.parametrize(("held", "is_met"), [("96.50", True), ("96.49", False)])
def test_entrusted_money_is_what_is_owed_for_it_with_the_interest_in_the_account(held, is_met):
    entrusted = Entrusted(yuan(held), yuan("96.00"), yuan("0.50"))
    made = stated(a_line(closing="100.00"), accounts="100.00", entrusted=entrusted)
    assert made.checks[-1].is_met is is_met


# ---- ageing


@pytest.mark.parametrize(
    ("paid_on", "expected"),
    [
        (date(2018, 12, 31), AgeBand.ONE_YEAR),
        (date(2018, 1, 1), AgeBand.ONE_YEAR),
        (date(2017, 12, 31), AgeBand.ONE_YEAR),  # exactly one year
        (date(2017, 12, 30), AgeBand.TWO_YEARS),
        (date(2016, 12, 31), AgeBand.TWO_YEARS),
        (date(2016, 12, 30), AgeBand.THREE_YEARS),
        (date(2016, 2, 29), AgeBand.THREE_YEARS),
        (date(2015, 12, 31), AgeBand.THREE_YEARS),
        (date(2015, 12, 30), AgeBand.OLDER),
        (date(1999, 1, 1), AgeBand.OLDER),
    ],
)
def test_each_day_of_payment_falls_into_one_band_and_the_bound_belongs_to_the_younger(paid_on, expected):
    assert rules.band(paid_on, 2018) is expected


def a_claim(day=date(2018, 3, 1), left="10.00", *, case="case:1", subject="advance:1", court="湘0602"):
    return Claim(court, subject, case, "（2018）湘0602执1号", ClaimKind.ADVANCE, day, yuan("12.00"), yuan(left))


def aged(claims, last=(), *, receivable="30.00", model=Model.OWN_FUNDS, courts=ONE):
    ageing = Ageing(2018, claims, last, {"湘0602": model})
    made = rules.ageing_statement(courts, ageing, receivable=yuan(receivable) if receivable else None, notes=[])
    assert made.tables[1].names[-3].header == "形成方式", "来源 is the source of money"
    return made


def test_the_bands_add_up_to_the_account_and_last_year_stands_beside():
    made = aged(
        [a_claim(date(2017, 12, 30), "10.00"), a_claim(date(2018, 6, 1), "20.00", subject="advance:2")],
        [a_claim(date(2017, 12, 30), "11.00")],
    )
    bands = made.tables[0].lines
    assert [(line.figures, line.last) for line in bands] == [
        ((1, yuan("20.00")), (1, yuan("11.00"))),  # a year ago it was a day old
        ((1, yuan("10.00")), (0, ZERO)),
        ((0, ZERO), (0, ZERO)),
        ((0, ZERO), (0, ZERO)),
        ((2, yuan("30.00")), (1, yuan("11.00"))),
    ]
    assert [line.figures for line in made.tables[1].lines] == [
        tuple(map(yuan, ("12.00", "2.00", "10.00", "11.00"))),
        tuple(map(yuan, ("12.00", "-8.00", "20.00", "0.00"))),
        tuple(map(yuan, ("24.00", "-6.00", "30.00", "11.00"))),
    ]
    assert [check.is_met for check in made.checks] == [True]
    assert len(made.charts) == 1


def test_claims_kept_off_the_books_are_not_compared_with_the_account():
    claims = [a_claim()]
    assert aged(claims, receivable=None, model=Model.CUSTODIAL).checks == ()
    [check] = aged(claims, receivable="0.00", model=Model.CUSTODIAL).checks
    assert check.is_met
    assert not aged(claims, receivable="9.99").checks[0].is_met


def test_without_claims_the_bands_are_zero_and_nothing_is_pictured():
    made = aged([], receivable="0.00")
    assert [line.figures for line in made.tables[0].lines] == [(0, ZERO)] * 5
    assert (made.tables[1].lines, made.charts) == ((), ())


# ---- written off


def an_entry(day, amount, *, case="case:1", recovered="0.00"):
    return WrittenOff(
        "湘0602", "2018转0001", "voucher:1", day, case, "案号", "source:1", "财政局", yuan(amount), yuan(recovered)
    )


@pytest.mark.parametrize(
    ("came", "recovered"),
    [
        ([], ["0.00", "0.00", "0.00"]),
        ([(date(2018, 2, 1), "4.00", "case:1")], ["4.00", "0.00", "0.00"]),
        ([(date(2018, 2, 1), "14.00", "case:1")], ["10.00", "0.00", "0.00"]),  # the second came later
        ([(date(2018, 9, 1), "14.00", "case:1")], ["10.00", "4.00", "0.00"]),
        ([(date(2018, 9, 1), "14.00", "case:2")], ["0.00", "0.00", "14.00"]),
        ([(date(2017, 9, 1), "4.00", "case:1")], ["0.00", "0.00", "0.00"]),  # before it was written off
        ([(date(2018, 9, 1), "9.00", "case:1"), (date(2018, 2, 1), "5.00", "case:1")], ["10.00", "4.00", "0.00"]),
    ],
)
def test_what_comes_back_later_belongs_to_the_earliest_write_off_of_its_case(came, recovered):
    entries = [
        an_entry(date(2018, 1, 5), "10.00"),
        an_entry(date(2018, 6, 5), "20.00"),
        an_entry(date(2018, 6, 5), "30.00", case="case:2"),
    ]
    found = rules.returned_to(entries, [CameBack(case, day, yuan(amount)) for day, amount, case in came])
    assert [str(entry.recovered.amount) for entry in found] == recovered


def test_a_write_off_that_was_undone_takes_nothing_of_what_comes_back():
    entries = [an_entry(date(2018, 1, 5), "-10.00"), an_entry(date(2018, 1, 6), "10.00")]
    found = rules.returned_to(entries, [CameBack("case:1", date(2018, 3, 1), yuan("6.00"))])
    assert [str(entry.recovered.amount) for entry in found] == ["0.00", "6.00"]


def test_the_register_tells_what_it_held_what_came_and_went_of_both_years():
    entries = [
        an_entry(date(2016, 5, 1), "10.00"),
        an_entry(date(2017, 5, 1), "20.00"),
        an_entry(date(2018, 5, 1), "40.00"),
    ]
    came = [CameBack("case:1", date(2017, 6, 1), yuan("3.00")), CameBack("case:1", date(2018, 6, 1), yuan("5.00"))]
    made = rules.written_off_statement(ONE, 2018, entries, came)
    assert [(str(line.figures[0].amount), str(line.last[0].amount)) for line in made.tables[0].lines] == [
        ("27.00", "10.00"),
        ("40.00", "20.00"),
        ("5.00", "3.00"),
        ("62.00", "27.00"),
    ]
    assert made.tables[1].lines[-1].figures == tuple(map(yuan, ("70.00", "8.00", "62.00")))
    assert made.notes == ()


@pytest.mark.parametrize("entries", [[], [an_entry(date(2017, 5, 1), "20.00")]])
def test_a_year_without_a_write_off_says_so(entries):
    made = rules.written_off_statement(TWO, 2018, entries, [])
    assert [note.text for note in made.notes] == ["本年无核销。"]
    assert len(made.tables[1].lines) == (2 if entries else 0)


# ---- ceremonies


def held(paid="30.00", cash="12.00", drawn="20.00", returned="8.00"):
    did = CeremonyYear(
        listed=3, paid=2, absent=1, advances=yuan(paid), case_money=yuan("5.00"), transfer=yuan("23.00"),
        cash=yuan(cash), drawn=yuan(drawn), returned=yuan(returned),
    )  # fmt: skip
    return rules.CeremonyLine("湘0602", "ceremony:1", date(2018, 9, 12), "集中兑现", "院前广场", did)


def test_the_ledger_of_ceremonies_adds_up_and_ends_with_last_years_total():
    made = rules.ceremonies_statement(TWO, [held(), held("1.00")], [held("2.00")])
    first, _second, this_year, last = told(made)
    assert first[4:] == ["3", "2", "1", "30.00", "5.00", "23.00", "12.00", "20.00", "8.00"]
    assert this_year == [
        "total", "None", "None", "None", "6", "4", "2", "31.00", "10.00", "46.00", "24.00", "40.00", "16.00"
    ]  # fmt: skip
    assert (last[0], last[7]) == ("last_year_total", "2.00")
    assert [check.is_met for check in made.checks] == [True]


def test_cash_that_is_missing_after_a_ceremony_is_told():
    assert not rules.ceremonies_statement(ONE, [held(returned="7.99")], []).checks[0].is_met


@pytest.mark.parametrize(("this_year", "last", "lines"), [([], [], 0), ([], [held()], 2), ([held()], [], 3)])
def test_a_year_without_ceremonies_has_only_the_totals_that_there_are(this_year, last, lines):
    made = rules.ceremonies_statement(ONE, this_year, last)
    assert len(made.tables[0].lines) == lines
    assert bool(made.checks) is bool(this_year)
    assert bool(made.charts) is bool(lines)


# ---- cases


def test_the_statistics_tell_the_year_and_everything_up_to_its_end():
    def until(count):
        return {item: Counted(count, yuan(f"{count}.00")) for item in rules.CASE_ITEMS}

    made = rules.cases_statement(
        [until(10), until(4), until(1)],
        [Counted(2, yuan("7.00")), Counted(1, yuan("3.00"))],
        moved=Flows(advanced=yuan("6.00"), recovered=yuan("5.99")),
        notes=[],
    )
    by_item = {line.names[0]: line for line in made.tables[0].lines}
    assert by_item[Item.PAID].figures == (6, yuan("6.00"), 10, yuan("10.00"))
    assert by_item[Item.PAID].last == (3, yuan("3.00"), 4, yuan("4.00"))
    assert by_item[Item.OUTSTANDING].figures == (None, None, 2, yuan("7.00"))
    assert [check.is_met for check in made.checks] == [True, False]  # paid as booked, recovered a fen off
    assert [name for name, _values in made.charts[0].rows] == list(rules.COMPARED)


def test_counts_of_courts_are_added_up_and_years_taken_off():
    one, other = Counted(2, yuan("3.00")), Counted(5, yuan("7.00"))
    assert one + other == Counted(7, yuan("10.00"))
    assert other - one == Counted(3, yuan("4.00"))
    assert rules.statement_period(2018) == "2018年度"
