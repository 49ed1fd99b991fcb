"""The tables of ISO 21378: their columns, types and lengths, and that they are the books."""

from collections import defaultdict
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from sqlalchemy import select

from fundapp.cases.models import Party
from fundapp.cases.rules import PartyKind
from fundapp.core import clock
from fundapp.core.db import db, transaction
from fundapp.core.errors import RuleViolation
from fundapp.core.money import yuan
from fundapp.disbursement.models import PayingAccount
from fundapp.ledger import queries as ledger_queries
from fundapp.ledger import service as ledger
from fundapp.ledger.rules import Movement, booked
from fundapp.yearend.standards import FILES
from fundapp.yearend.standards.iso21378_ledger import SOURCES
from fundapp.yearend.standards.layout import Form, Layout, code, exact, fitted, free
from tests.builders.books import reversed_on, two_hard_years
from tests.builders.ledger import a_voucher, how_posted
from tests.builders.people import COURT, OTHER_COURT, the_books
from tests.builders.standards import BOOKS, THE_YEAR, UNMASKED, YEAR, counted, written
from tests.builders.yearend import a_year
from tests.yearend.schema_iso21378 import TABLES, Column, faults, fits, rows

MONTHS = range(1, 13)


after_books = pytest.mark.parametrize("history", BOOKS.values(), ids=BOOKS, indirect=True)


def path(name: str) -> str:
    return f"ISO-21378/{name}.csv"


def table(name: str, **how) -> list[dict[str, str]]:
    return rows(written(path(name), **how))


# ---- the form


def test_every_table_of_the_section_is_written():
    assert {file.path for file in FILES if file.path.startswith("ISO")} == {path(name) for name in TABLES}


@after_books
def test_columns_types_and_lengths_are_those_of_the_standard(app):
    for name in TABLES:
        for court in (COURT, OTHER_COURT):
            data, count = counted(
                path(name), court_code=court, scope=replace(THE_YEAR, court_codes=(COURT, OTHER_COURT))
            )
            assert faults(name, data) == []
            assert count == len(rows(data))


def test_a_table_that_is_not_as_the_standard_says_is_found():
    good = b"Currency_Code,Currency_Name,Active_Flag\r\nCNY,x,1\r\n"
    assert faults("BAS_Currency", good) == []
    for bad in (
        good.replace(b"CNY,", b"CN,"),
        good.replace(b",1\r", b",2\r"),
        good.replace(b"x", b""),
        good.replace(b"x", b"x" * 31),
        good.replace(b",1\r", b"\r"),
        good.replace(b"\r\n", b"\n"),
        good.replace(b"Currency_Name", b"Name"),
        b"\xef\xbb\xbf" + good,
        good + b"CNY,y,1\r\n",
    ):
        assert faults("BAS_Currency", bad)


@pytest.mark.parametrize(
    ("text", "form", "is_right"),
    [
        ("2018-03-01", "%10c", True),
        ("2018-3-1", "%10c", False),
        ("-1.0000", "%22.4f", True),
        ("1.00", "%22.4f", False),
        ("1,000.0000", "%22.4f", False),
        ("1" * 18 + ".0000", "%22.4f", False),
        ("2018", "%4c", True),
        ("218", "%4c", False),
        ("99", "%2d", True),
        ("100", "%2d", False),
        ("24:00:00", "%8c", False),
    ],
)
def test_types_are_held_on_both_sides_of_their_limits(text, form, is_right):
    assert fits(text, Column("x", form, True, False)) is is_right


LAYOUT = Layout("T", (code("Code", 3), exact("Two", 2), free("Text", 4)))


def test_a_value_that_does_not_fit_is_refused_with_table_row_and_column():
    assert fitted(LAYOUT, 1, ["abc", "ab", "abcd"]) == ["abc", "ab", "abcd"]
    assert fitted(LAYOUT, 1, ["", None, ""]) == ["", None, ""]
    with pytest.raises(RuleViolation, match="“T”第7行的“Code”"):
        fitted(LAYOUT, 7, ["abcd", "ab", ""])
    with pytest.raises(RuleViolation, match="“T”第8行的“Two”"):
        fitted(LAYOUT, 8, ["abc", "a", ""])
    assert not Form.AMOUNT.value.fullmatch("1.0")


def test_free_text_is_cut_to_its_length():
    assert fitted(LAYOUT, 1, ["", "", "abcdefg"]) == ["", "", "abcd"]


def test_quotes_commas_line_ends_and_formulas_do_no_harm(app):
    the_books()
    how = how_posted() | {"summary": '=1+1,"甲"\r\n乙\x02'}
    with transaction(COURT):
        ledger.post("told:1", [booked(Movement.APPROPRIATION_RECEIVED, yuan("5.00"))], **how)
    data = written(path("GL_Details"))
    assert {row["JE_Header_Description"] for row in rows(data)} == {'\'=1+1,"甲" 乙\ufffd'}
    assert data.count(b"\r\n") == 3


@after_books
def test_the_same_books_make_the_same_bytes_whenever_they_are_written(app):
    for name in TABLES:
        first = written(path(name))
        with clock.at(date(2031, 5, 5)):
            assert written(path(name)) == first


# ---- the books


def signed(row: dict[str, str]) -> Decimal:
    amount = Decimal(row["Functional_Amount"])
    return amount if row["Credit_Debit_Indicator"] == "D" else -amount


@after_books
def test_details_period_balances_and_trial_balance_tell_the_same(app):
    details: dict[tuple[str, str], list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])
    for row in table("GL_Details"):
        at = 0 if row["Credit_Debit_Indicator"] == "D" else 1
        details[row["GL_Account_Number"], row["Accounting_Period"]][at] += Decimal(row["Functional_Amount"])
    turnovers: dict[tuple[str, str], list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])
    balances: dict[tuple[str, str], list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])
    for row in table("GL_Accounts_Period_Balance"):
        key = (row["GL_Account_Number"], row["Accounting_Period"])
        turnovers[key][0] += Decimal(row["Functional_Debit_Amount"])
        turnovers[key][1] += Decimal(row["Functional_Credit_Amount"])
        for at, (amount, side) in enumerate(
            (
                ("Functional_Beginning_Balance", "BEG_Balance_Indicator"),
                ("Functional_Ending_Balance", "Ending_Balance_Indicator"),
            )
        ):
            balances[key][at] += Decimal(row[amount]) * (1 if row[side] == "D" else -1)
    for key, sums in details.items():
        assert turnovers[key] == sums, key
    assert {key for key, sums in turnovers.items() if sums != [0, 0]} <= set(details)
    for row in table("GL_Trial_Balance"):
        key = (row["GL_Account_Number"], row["Accounting_Period"])
        told = [Decimal(row["Beginning_Functional_Amount"]), Decimal(row["Ending_Functional_Amount"])]
        assert balances[key] == told, key
        assert told[1] - told[0] == turnovers[key][0] - turnovers[key][1]


@after_books
def test_the_trial_balance_is_that_of_the_books_and_each_month_adds_up_to_zero(app):
    told = {(row["GL_Account_Number"], row["Accounting_Period"]): row for row in table("GL_Trial_Balance")}
    lines = ledger_queries.trial_balance([COURT], as_of=date(YEAR, 12, 31))
    assert len(told) == 12 * len(lines) > 0
    for line in lines:
        account = line.account.value
        opening, closing = line.opening_debit - line.opening_credit, line.closing_debit - line.closing_credit
        assert Decimal(told[account, "M1"]["Beginning_Functional_Amount"]) == opening.amount
        assert Decimal(told[account, "M12"]["Ending_Functional_Amount"]) == closing.amount
    for month in MONTHS:
        sums = [Decimal(row["Ending_Functional_Amount"]) for (_, period), row in told.items() if period == f"M{month}"]
        assert sum(sums) == 0


@after_books
def test_every_journal_balances_and_refers_to_what_is_there(app):
    journals: dict[str, Decimal] = defaultdict(Decimal)
    found = table("GL_Details")
    for row in found:
        journals[row["Journal_ID"]] += signed(row)
    assert set(journals.values()) == {Decimal(0)}
    for column, name, key in (
        ("GL_Account_Number", "BAS_Chart_Of_Accounts", "GL_Account_Number"),
        ("Accounting_Period", "BAS_Accounting_Period", "Accounting_Period"),
        ("JE_Type_Code", "BAS_Journal_Entry_Type", "JE_Type_Code"),
        ("Source_Code", "GL_Source", "Source_Code"),
        ("Created_User_ID", "BAS_User", "User_ID"),
        ("Approved_User_ID", "BAS_User", "User_ID"),
        ("Posted_User_ID", "BAS_User", "User_ID"),
        ("Business_Segment_1", "BAS_Profile", "Business_Segment_1"),
    ):
        assert {row[column] for row in found} <= {row[key] for row in table(name)}, column


def test_segments_are_those_that_an_account_is_declared_to_have_and_name_what_is_registered(app):
    a_year()
    declared = {(row["GL_Account_Number"], row["Account_Segment_Number"]) for row in table("GL_Account_Segment")}
    values = {
        (row["Customized_ACC_Segment_Code"], row["Customized_ACC_Value_Code"])
        for row in table("BAS_Customized_ACC_Value")
    }
    used = {
        (row["GL_Account_Number"], str(n), row[f"Account_Segment_{n}"])
        for name in ("GL_Details", "GL_Accounts_Period_Balance")
        for row in table(name)
        for n in (1, 2, 3)
        if row[f"Account_Segment_{n}"]
    }
    assert {(account, number) for account, number, _ in used} == declared - {("2901.01", "2")}
    assert {(number, value) for _, number, value in used} <= values


def test_a_reversal_and_what_it_reverses_name_each_other(app):
    wrong = a_voucher("300.00", day=date(YEAR, 3, 1), source="source:1")
    red = reversed_on(wrong, date(YEAR, 3, 2))
    plain = a_voucher("1.00", day=date(YEAR, 3, 3), source="source:1")
    found = {row["Journal_ID"]: row for row in table("GL_Details") if row["Credit_Debit_Indicator"] == "D"}
    told = {
        voucher_id: (
            row["Reversal_Indicator"],
            row["Reversal_Journal_ID"],
            row["Source_Code"],
            row["Functional_Amount"],
        )
        for voucher_id, row in found.items()
    }
    assert told == {
        str(wrong.id): ("2", "", "funding", "300.0000"),
        str(red.id): ("1", str(wrong.id), "correction", "-300.0000"),
        str(plain.id): ("", "", "funding", "1.0000"),
    }


def test_what_a_later_year_reverses_is_not_yet_reversed_in_the_year(app):
    two_hard_years()
    of_2017 = table("GL_Details", scope=replace(THE_YEAR, year=2017))
    mirrored = next(row for row in table("GL_Details") if row["Effective_Date"] == "2018-02-01")
    assert mirrored["Reversal_Indicator"] == "1"
    (original,) = [row for row in of_2017 if row["Journal_ID"] == mirrored["Reversal_Journal_ID"]][:1]
    assert original["Reversal_Indicator"] == ""


def test_moments_are_the_books_own_by_the_courts_clock(app):
    at = datetime(2018, 3, 1, 17, 30, tzinfo=UTC)
    with clock.at(at):
        a_voucher("300.00", day=date(YEAR, 3, 1))
    assert {(row["Created_Date"], row["Created_Time"]) for row in table("GL_Details")} == {("2018-03-02", "01:30:00")}
    assert [row["Extracted_Date"] for row in table("BAS_Profile")] == ["2018-03-02"]


def test_every_movement_comes_from_one_source():
    listed = [movement for _, movements in SOURCES.values() for movement in movements]
    assert sorted(listed, key=lambda one: one.value) == sorted(Movement, key=lambda one: one.value)


def test_persons_are_masked_unless_the_scope_says_otherwise_and_account_numbers_always(app):
    a_year()
    masked, whole = (
        b"".join(written(path(name), scope=scope) for name in TABLES).decode() for scope in (THE_YEAR, UNMASKED)
    )
    people = [one for one in db.session.scalars(select(Party)) if one.kind is PartyKind.PERSON]
    assert people and not [one.name for one in people if one.name in masked]
    assert all(one.name in whole for one in people if one.role.value == "debtor")
    accounts = db.session.scalars(select(PayingAccount)).all()
    assert accounts and len(table("BAS_Bank_Account")) == len(accounts)
    assert not [one.number for one in accounts if one.number in whole]


def test_an_amount_that_22_characters_do_not_hold_is_refused(app):
    a_voucher("9999999999999999.99")
    assert {row["Functional_Amount"] for row in table("GL_Details")} == {"9999999999999999.9900"}
    a_voucher("10000000000000000.00", day=date(YEAR, 3, 2))
    with pytest.raises(RuleViolation, match="“GL_Details”第2行的“Functional_Amount”"):
        table("GL_Details")
