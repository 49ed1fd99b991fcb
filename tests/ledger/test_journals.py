"""What stands in journals and ledgers, from values alone."""

from datetime import UTC, date, datetime

import pytest

from fundapp.core.money import from_fen, to_fen
from fundapp.ledger import rules
from fundapp.ledger.rules import Account, BookKind, DayEnds, Entry, Ink, LineKind, Side

NOW = datetime(2018, 1, 1, tzinfo=UTC)
ENDS = DayEnds(
    (500, 200),
    [(date(2018, 1, 15), 800, 200), (date(2018, 1, 31), 800, 300), (date(2018, 3, 1), 750, 300)],
)


def an_entry(number: int, day: date, debit: int | None, credit: int | None = None) -> Entry:
    return Entry(number, day, number, f"2018收{number:04d}", "试记", Account.APPROPRIATION, debit, credit, NOW)


@pytest.mark.parametrize(
    ("day", "balance"),
    [
        (date(2017, 12, 31), 300),
        (date(2018, 1, 14), 300),
        (date(2018, 1, 15), 600),
        (date(2018, 1, 30), 600),
        (date(2018, 1, 31), 500),
        (date(2018, 12, 31), 450),
    ],
)
def test_the_end_of_any_day_is_that_of_the_last_day_kept(day, balance):
    assert ENDS.balance(day) == balance


def test_turnover_is_the_difference_of_two_ends():
    assert ENDS.moved(date(2017, 12, 31), date(2018, 1, 31)) == (300, 100)
    assert ENDS.moved(date(2018, 1, 31), date(2018, 2, 28)) == (0, 0)
    assert ENDS.moved(date(2018, 2, 28), date(2018, 3, 1)) == (-50, 0)


@pytest.mark.parametrize(
    ("ink", "is_debit", "shown"),
    [
        (Ink.BLUE, True, (100, None)),
        (Ink.BLUE, False, (None, 100)),
        (Ink.BLUE_MIRROR, True, (100, None)),
        (Ink.RED, True, (None, -100)),
        (Ink.RED, False, (-100, None)),
    ],
)
def test_red_stands_on_the_side_of_its_original_and_is_negative(ink, is_debit, shown):
    assert rules.shown_sides(ink, is_debit=is_debit, fen=100) == shown
    moved = an_entry(1, date(2018, 1, 1), *shown).moved
    assert moved == (100 if is_debit else -100)


def journal(*entries: Entry, is_daily: bool = True, following: date | None = None) -> list[tuple]:
    lines = rules.journal(entries, ENDS, balance=300, is_daily=is_daily, following=following)
    return [(line.kind, line.debit, line.credit, line.balance) for line in lines]


FIRST, SECOND = an_entry(1, date(2018, 1, 15), 300), an_entry(2, date(2018, 1, 31), None, 100)
OF_FIRST_DAY = (LineKind.DAY_TOTAL, from_fen(300), from_fen(0), from_fen(600))


def test_a_journal_is_totalled_after_each_day_month_and_year_so_far():
    assert journal(FIRST, SECOND) == [
        (LineKind.ENTRY, from_fen(300), None, from_fen(600)),
        OF_FIRST_DAY,
        (LineKind.ENTRY, None, from_fen(100), from_fen(500)),
        (LineKind.DAY_TOTAL, from_fen(0), from_fen(100), from_fen(500)),
        (LineKind.MONTH_TOTAL, from_fen(300), from_fen(100), from_fen(500)),
        (LineKind.YEAR_TOTAL, from_fen(300), from_fen(100), from_fen(500)),
    ]


def test_a_ledger_has_no_totals_of_days():
    kinds = [kind for kind, *_ in journal(FIRST, SECOND, is_daily=False)]
    assert kinds == [LineKind.ENTRY, LineKind.ENTRY, LineKind.MONTH_TOTAL, LineKind.YEAR_TOTAL]


@pytest.mark.parametrize(
    ("following", "totals"),
    [
        (date(2018, 1, 15), 0),
        (date(2018, 1, 16), 1),
        (date(2018, 2, 1), 3),
        (date(2019, 1, 15), 3),
        (None, 3),
    ],
)
def test_a_page_ends_with_the_totals_of_what_it_ends(following, totals):
    assert len(journal(FIRST, following=following)) == 1 + totals


def test_nothing_moved_has_no_lines():
    assert journal() == []


def test_a_period_begins_with_what_was_brought():
    (year,), (month,) = rules.brought(ENDS, date(2018, 1, 1)), rules.brought(ENDS, date(2018, 3, 1))
    assert (year.kind, year.balance, year.side) == (LineKind.YEAR_BROUGHT, from_fen(300), Side.DEBIT)
    assert (month.kind, month.balance, month.debit) == (LineKind.MONTH_BROUGHT, from_fen(500), None)
    assert rules.brought(DayEnds((0, 0), []), date(2018, 1, 1))[0].side is None


OPENED = DayEnds(
    (0, 0),
    [(date(2018, 1, 31), 700, 0), (date(2018, 2, 5), 800, 50), (date(2018, 4, 1), 850, 50)],
    opened=date(2018, 1, 31),
    stood=(700, 0),
)
"""Books that began with the balances of January 31."""


@pytest.mark.parametrize(
    ("after", "until", "moved"),
    [
        (date(2017, 12, 31), date(2018, 1, 30), (0, 0)),
        (date(2017, 12, 31), date(2018, 1, 31), (0, 0)),
        (date(2018, 1, 30), date(2018, 2, 5), (100, 50)),
        (date(2017, 12, 31), date(2018, 12, 31), (150, 50)),
        (date(2018, 2, 5), date(2018, 4, 1), (50, 0)),
    ],
)
def test_what_the_books_began_with_is_nothing_that_moved(after, until, moved):
    assert OPENED.moved(after, until) == moved
    assert OPENED.balance(date(2018, 1, 31)) == 700


def test_opening_entries_are_followed_by_the_opening_balance_and_no_totals():
    entries = [an_entry(1, date(2018, 1, 31), 700), an_entry(2, date(2018, 2, 5), 100)]
    lines = rules.journal(entries, OPENED, balance=0, is_daily=True, following=date(2018, 2, 5))
    assert [(line.kind, line.debit, line.balance) for line in lines] == [
        (LineKind.ENTRY, from_fen(700), from_fen(700)),
        (LineKind.OPENING, None, from_fen(700)),
        (LineKind.ENTRY, from_fen(100), from_fen(800)),
    ]


def test_the_general_ledger_of_books_opened_within_a_year_begins_with_their_month():
    lines = rules.general(OPENED, 2018, 3, is_over=False)
    assert [(line.kind, line.day) for line in lines][:3] == [
        (LineKind.OPENING, date(2018, 1, 31)),
        (LineKind.MONTH_TOTAL, date(2018, 2, 28)),
        (LineKind.YEAR_TOTAL, date(2018, 2, 28)),
    ]
    assert (lines[-1].kind, lines[-1].debit, lines[-1].balance) == (LineKind.YEAR_TOTAL, from_fen(100), from_fen(750))


@pytest.mark.parametrize(
    ("days", "stood", "told"),
    [
        ([], (0, 0), [(LineKind.OPENING, None, 0)]),
        ([(700, 0)], (700, 0), [(LineKind.OPENING, None, 700)]),
        ([(700, 0)], (0, 0), [(LineKind.YEAR_TOTAL, 700, 700)]),
        ([(700, 700)], (300, 700), [(LineKind.OPENING, None, -400), (LineKind.YEAR_TOTAL, 400, 0)]),
    ],
    ids=["an account with nothing", "a balance", "income or expense", "0000"],
)
def test_the_month_with_whose_end_the_books_began_has_what_stood_and_what_was_the_year_s(days, stood, told):
    day = date(2018, 2, 28)
    ends = DayEnds((0, 0), [(day, *end) for end in days], opened=day, stood=stood)
    lines = rules.month_totals(ends, 2018, 2)
    assert [(line.kind, line.debit and to_fen(line.debit), to_fen(line.balance)) for line in lines] == told
    assert rules.month_totals(ends, 2018, 1) == [] == rules.brought(ends, date(2018, 2, 1))
    assert [line.kind for line in rules.brought(ends, date(2018, 3, 1))] == [LineKind.MONTH_BROUGHT]


def test_income_carried_in_is_the_year_s_and_so_is_what_carried_it_over():
    began = {
        Account.OPENING: (1200, 1200),
        Account.FUND_BANK: (1000, 0),
        Account.DISPOSAL_LOSS: (200, 0),
        Account.NET_ASSETS: (0, 700),
        Account.DONATION: (0, 500),
    }
    assert rules.opened_with(began) == {
        Account.FUND_BANK: (1000, 0),
        Account.NET_ASSETS: (0, 700),
        Account.OPENING: (700, 1000),
    }


def test_the_general_ledger_has_every_month_and_is_carried_when_the_year_is_over():
    lines = rules.general(ENDS, 2018, 3, is_over=False)
    assert [line.kind for line in lines] == [
        LineKind.YEAR_BROUGHT,
        *[LineKind.MONTH_TOTAL, LineKind.YEAR_TOTAL] * 3,
    ]
    assert (lines[-2].debit, lines[-1].debit) == (from_fen(-50), from_fen(250))
    over = rules.general(ENDS, 2018, 12, is_over=True)
    assert len(over) == 26 and over[-1].kind is LineKind.YEAR_CARRIED and over[-1].balance == from_fen(450)


@pytest.mark.parametrize(
    ("numbers", "stated"),
    [
        ([], ""),
        ([7], "0007"),
        ([3, 1, 2], "0001—0003"),
        ([1, 2, 4, 6, 7], "0001—0002、0004、0006—0007"),
        ([9999, 10000], "9999—10000"),
    ],
)
def test_a_cover_states_numbers_as_ranges(numbers, stated):
    assert rules.number_ranges(numbers) == stated


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("case:17", "case:17"),
        ("source:3", "source:3"),
        ("party:5", "party:5"),
        ("user:5", ""),
        ("case:", ""),
        ("case:１", ""),
        ("case:17|source:3", ""),
        ("case:12345678901", ""),
        ("", ""),
        (None, ""),
    ],
)
def test_a_part_is_a_case_a_source_or_a_debtor(text, found):
    assert rules.concerned(text) == found


def test_cash_and_bank_have_journals_of_their_own():
    kinds = {account: rules.journal_kind(account) for account in rules.MONEY}
    assert kinds.pop(Account.CASH) is BookKind.CASH_JOURNAL
    assert set(kinds.values()) == {BookKind.BANK_JOURNAL}
