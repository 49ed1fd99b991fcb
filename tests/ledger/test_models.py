"""What the database itself keeps out of the books, when every rule is bypassed."""

from datetime import date

import pytest
from sqlalchemy import insert, literal_column, text, update
from sqlalchemy.exc import DBAPIError

from fundapp.core import clock
from fundapp.core.db import db, transaction
from fundapp.core.errors import RuleViolation
from fundapp.core.money import ZERO, yuan
from fundapp.ledger import queries as books
from fundapp.ledger.models import ClosedMonth, Correction, DayTotal, PostingLine, StandingBalance, Voucher
from fundapp.ledger.rules import Account, CorrectionMethod, CorrectionStatus, Ink, Movement, booked
from fundapp.users.rules import Role
from tests.attacker import behind_the_guards
from tests.builders.funding import a_receipt
from tests.builders.ledger import a_confirmed_correction, a_correction, a_voucher, close_month
from tests.builders.people import COURT, the_holder
from tests.ledger.recomputation import balances, recomputed


@pytest.mark.parametrize(
    ("account", "change"),
    [
        (Account.FUND_BANK, {"credit": yuan("100.01")}),
        (Account.FUND_BANK, {"held": yuan("100.01")}),
        (Account.FUND_BANK, {"held": ZERO - yuan("0.01")}),
        (Account.CASE_MONEY, {"debit": yuan("50.01")}),
        (Account.CASE_MONEY, {"held": yuan("50.01")}),
    ],
    ids=["overdrawn", "promised twice", "promised less than nothing", "case money overpaid", "case money overpromised"],
)
def test_the_database_refuses_money_that_is_not_there(app, account, change):
    a_voucher("100.00")
    a_voucher("50.00", Movement.CASE_MONEY_RECEIVED, case="case:1")
    row = (StandingBalance.account == account, StandingBalance.part == "")
    with pytest.raises(DBAPIError, match=r"covered|counted"), transaction(COURT):
        db.session.execute(update(StandingBalance).where(*row).values(change))
    assert balances(COURT) == recomputed(COURT)


@pytest.mark.parametrize(
    ("account", "change"),
    [(Account.FUND_BANK, {"credit": yuan("100.01")}), (Account.CASE_MONEY, {"debit": yuan("50.01")})],
    ids=["fund", "case money"],
)
def test_the_database_refuses_a_past_day_that_ends_overdrawn(app, account, change):
    a_voucher("100.00")
    a_voucher("50.00", Movement.CASE_MONEY_RECEIVED, case="case:1")
    with pytest.raises(DBAPIError, match="overdrawn"), transaction(COURT):
        db.session.execute(update(DayTotal).where(DayTotal.account == account, DayTotal.part == "").values(change))
    earlier = {"court_code": COURT, "account": account, "part": "", "day": date(2018, 2, 1)}
    totals = {"debit": ZERO, "credit": ZERO} | change
    with pytest.raises(DBAPIError, match="overdrawn"), transaction(COURT):
        db.session.execute(insert(DayTotal).values(earlier | totals))
    assert balances(COURT) == recomputed(COURT)


def test_the_database_lets_a_day_that_is_overdrawn_be_mended_and_not_made_worse(app):
    a_voucher("100.00")
    fund = DayTotal.__table__.c.account == Account.FUND_BANK
    with behind_the_guards("day_totals") as connection:
        connection.execute(update(DayTotal.__table__).where(fund).values(credit=yuan("150.00")))
    with transaction(COURT):
        db.session.execute(update(DayTotal).where(fund).values(credit=yuan("120.00")))
        later = {"court_code": COURT, "account": Account.FUND_BANK, "part": "", "day": date(2018, 3, 2)}
        db.session.execute(insert(DayTotal).values(later | {"debit": yuan("110.00"), "credit": yuan("120.00")}))
    last = later | {"day": date(2018, 3, 3), "debit": yuan("110.00"), "credit": yuan("120.01")}
    with pytest.raises(DBAPIError, match="overdrawn"), transaction(COURT):
        db.session.execute(insert(DayTotal).values(last))
    with pytest.raises(DBAPIError, match="overdrawn"), transaction(COURT):
        db.session.execute(update(DayTotal).where(fund).values(credit=yuan("120.01")))


def copied_voucher(voucher: Voucher, **changes: object) -> dict[str, object]:
    kept = {column.key: getattr(voucher, column.key) for column in Voucher.__table__.columns if column.key != "id"}
    return kept | {"number": 99, "kind_number": 99, "name": "gone round"} | changes


@pytest.mark.parametrize(
    "changes", [{"number": 0}, {"number": 1}, {"name": "act"}, {"attachments": -1}, {"reviewed_by_id": None}], ids=str
)
def test_the_database_refuses_a_voucher_that_cannot_be(app, changes):
    voucher = a_voucher("1.00", name="act")
    changes = {key: voucher.prepared_by_id if value is None else value for key, value in changes.items()}
    with pytest.raises(DBAPIError), transaction(COURT):
        db.session.execute(insert(Voucher).values(copied_voucher(voucher, **changes)))
    assert books.voucher_count([COURT]) == 1


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"month": "2018-04"}, "the period is not that of the posting day"),
        ({"year": 2019}, "the year is not that of the posting day"),
        ({"business_date": date(2018, 3, 2)}, "posted before it happened"),
        ({"kind_number": 0}, "no kind or no number of its kind"),
        ({"cashier_id": None}, "a cashier signs what moves money"),
        ({"cashier_id": "reviewer"}, "the cashier does not review"),
        ({"booked_by_id": "cashier"}, "the cashier keeps no ledger"),
    ],
    ids=str,
)
def test_the_database_refuses_a_voucher_that_contradicts_itself(app, changes, told):
    voucher = a_voucher("1.00")
    hands = {"reviewer": voucher.reviewed_by_id, "cashier": voucher.cashier_id}
    changes = {key: hands.get(value, value) if isinstance(value, str) else value for key, value in changes.items()}
    with pytest.raises(DBAPIError, match=told), transaction(COURT):
        db.session.execute(insert(Voucher).values(copied_voucher(voucher, **changes)))


@pytest.mark.parametrize("changes", [{"amount": ZERO}, {"credit": Account.FUND_BANK}, {"line": 1}], ids=str)
def test_the_database_refuses_a_posting_that_cannot_be(app, changes):
    (line,) = a_voucher("1.00").lines
    kept = {column.key: getattr(line, column.key) for column in PostingLine.__table__.columns if column.key != "id"}
    with pytest.raises(DBAPIError), transaction(COURT):
        db.session.execute(insert(PostingLine).values(kept | {"line": 2} | changes))


def test_a_voucher_that_has_its_lines_takes_no_other(app):
    (line,) = a_voucher("1.00").lines
    kept = {column.key: getattr(line, column.key) for column in PostingLine.__table__.columns if column.key != "id"}
    with pytest.raises(DBAPIError, match="exceed the total"), transaction(COURT):
        db.session.execute(insert(PostingLine).values(kept | {"line": 2, "amount": yuan("0.01")}))


def test_the_session_refuses_to_change_evidence_before_the_database_does(app):
    voucher = a_voucher("1.00")
    with pytest.raises(AssertionError, match="append-only"), transaction(COURT):
        voucher.total = yuan("2.00")
    with pytest.raises(AssertionError, match="append-only"), transaction(COURT):
        db.session.delete(voucher)


@pytest.mark.parametrize("day", [date(2017, 12, 31), date(2018, 3, 1), date(2018, 3, 31)], ids=str)
def test_a_closed_month_takes_no_voucher_by_trigger(app, day):
    voucher = a_voucher("1.00")
    close_month("2018-03")
    with pytest.raises(DBAPIError, match="the month is closed"), transaction(COURT):
        db.session.execute(insert(Voucher).values(dated(voucher, day)))
    with transaction(COURT):
        db.session.execute(insert(Voucher).values(dated(voucher, date(2018, 4, 1))))


def test_no_month_is_closed_in_books_that_are_not_open(app):
    with pytest.raises(RuleViolation, match="账簿尚未启用"):
        close_month("2018-03")
    row = {"court_code": COURT, "month": "2018-03", "round": 1, "vouchers": 0, "last_number": 0, "digest": "0" * 64,
           "suspense": ZERO, "explanation": "", "closed_by_id": the_holder(Role.FINANCE_REVIEWER).id,
           "closed_at": clock.now()}  # fmt: skip
    with pytest.raises(DBAPIError, match="are not open"), transaction(COURT):
        db.session.execute(insert(ClosedMonth).values(row))


DAY_REFUSED = {"sqlite": "a day is written as 2018-03-09", "postgresql": "date|posting day"}


def test_a_day_written_otherwise_does_not_get_round_a_closed_month(app):
    voucher = a_voucher("1.00")
    close_month("2018-03")
    for day, month in (("2018-W01-5", "2018-W0"), ("2018-1-05", "2018-1-"), ("2018-04-31", "2018-04")):
        written = {"business_date": literal_column(f"'{day}'"), "posted_on": literal_column(f"'{day}'")}
        with pytest.raises(DBAPIError, match=DAY_REFUSED[db.engine.dialect.name]), transaction():
            db.session.execute(insert(Voucher).values(copied_voucher(voucher, month=month, **written)))


def dated(voucher: Voucher, day: date) -> dict[str, object]:
    return copied_voucher(voucher, business_date=day, posted_on=day, month=f"{day:%Y-%m}", year=day.year)


# corrections that go round the rules


def linked(original: Voucher, **changes: object) -> None:
    """Write a voucher that corrects, straight into the table."""
    with transaction(COURT):
        db.session.execute(insert(Voucher).values(copied_voucher(original, **changes)))


LAWFUL = [
    {"ink": Ink.RED, "reverses_id": "original"},
    {"ink": Ink.RED, "adjusts_id": "original"},
    {"ink": Ink.BLUE, "adjusts_id": "original"},
    {"ink": Ink.BLUE_MIRROR, "reverses_id": "original", "posted_on": date(2019, 2, 1)},
    {"ink": Ink.BLUE, "reverses_id": "adjustment"},
]
UNLAWFUL = [
    ({"ink": Ink.RED, "reverses_id": "original", "adjusts_id": "original"}, "corrects in two ways"),
    ({"ink": Ink.BLUE, "adjusts_id": "original", "restates_id": "reversed"}, "corrects in two ways"),
    ({"ink": Ink.RED, "reverses_id": "original", "posted_on": date(2018, 2, 28)}, "stands after it"),
    ({"ink": Ink.RED, "adjusts_id": "original", "posted_on": date(2018, 2, 28)}, "stands after it"),
    ({"ink": Ink.RED, "reverses_id": "original", "posted_on": date(2019, 2, 1)}, "taken off in red"),
    ({"ink": Ink.BLUE_MIRROR, "reverses_id": "original"}, "taken off in red"),
    ({"ink": Ink.BLUE, "reverses_id": "original"}, "taken off in red"),
    ({"ink": Ink.RED}, "only corrects"),
    ({"ink": Ink.BLUE_MIRROR}, "only corrects"),
    ({"ink": Ink.RED, "restates_id": "original"}, "only corrects"),
    ({"ink": Ink.BLUE, "restates_id": "original"}, "reversed before"),
    ({"ink": Ink.RED, "reverses_id": "reversed"}, "UNIQUE|unique|append-only"),
    ({"ink": Ink.RED, "adjusts_id": "reversed"}, "corrected before"),
    ({"ink": Ink.RED, "reverses_id": "adjusted"}, "corrected before"),
    ({"ink": Ink.RED, "reverses_id": "adjustment"}, "taken off in red"),
    ({"ink": Ink.BLUE, "adjusts_id": "adjusted"}, "UNIQUE|unique|append-only"),
    ({"ink": Ink.BLUE, "reverses_id": "reversal"}, "a correction is not corrected"),
    ({"ink": Ink.RED, "adjusts_id": "adjustment"}, "a correction is not corrected"),
]


def as_told(changes: dict[str, object]) -> tuple[Voucher, dict[str, object]]:
    """A voucher, and the changes with the ids of the vouchers that they name; the periods follow the day."""
    original, reversed_, adjusted = (a_voucher("500.00", source="source:1") for _ in range(3))
    (reversal,) = a_confirmed_correction(a_correction(reversed_))
    less = booked(Movement.APPROPRIATION_RECEIVED, yuan("400.00"), source="source:1")
    how = {"method": CorrectionMethod.DIFFERENCE, "restated": less}
    (adjustment,) = a_confirmed_correction(a_correction(adjusted, **how))
    names = {"original": original, "reversed": reversed_, "adjusted": adjusted}
    names |= {"reversal": reversal, "adjustment": adjustment}
    day = changes.get("posted_on", original.posted_on)
    ids = {key: names[value].id if isinstance(value, str) else value for key, value in changes.items()}
    return original, ids | {"business_date": day, "posted_on": day, "month": f"{day:%Y-%m}", "year": day.year}


@pytest.mark.parametrize("changes", LAWFUL, ids=str)
def test_the_database_takes_a_correction_as_the_rules_make_it(app, changes):
    original, changes = as_told(changes)
    linked(original, **changes)


@pytest.mark.parametrize(("changes", "told"), UNLAWFUL, ids=str)
def test_the_database_refuses_a_correction_that_goes_round_the_rules(app, changes, told):
    """A second correction, one of a correction, one before the original, two links at once, the wrong ink."""
    original, changes = as_told(changes)
    with pytest.raises(DBAPIError, match=told):
        linked(original, **changes)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"restated_amount": ZERO}, "restated_positive"),
        ({"restated_amount": None}, "restated_whole"),
        ({"method": CorrectionMethod.CANCEL}, "restated_whole"),
        ({"status": CorrectionStatus.CONFIRMED, "reviewed_by_id": None}, "two_hands"),
        ({}, "UNIQUE|unique|append-only"),
    ],
    ids=str,
)
def test_the_database_refuses_a_request_that_says_half_or_waits_twice(app, changes, told):
    less = booked(Movement.APPROPRIATION_RECEIVED, yuan("400.00"), source="source:1")
    asked = a_correction(a_voucher("500.00", source="source:1"), method=CorrectionMethod.RESTATE, restated=less)
    kept = {column.key: getattr(asked, column.key) for column in Correction.__table__.columns if column.key != "id"}
    if "reviewed_by_id" in changes:
        changes = changes | {"reviewed_by_id": kept["requested_by_id"]}
    with pytest.raises(DBAPIError, match=told), transaction(COURT):
        db.session.execute(insert(Correction).values(kept | changes))


@pytest.mark.parametrize(
    ("table", "changes"),
    [
        ("fund_receipts", "amount = amount + 1"),
        ("fund_receipts", "business_date = '2018-01-02'"),
        ("fund_receipts", "source_id = source_id + 1"),
        ("fund_receipts", "status = 'returned', voucher_id = NULL"),
        ("corrections", "restated_amount = restated_amount + 1"),
        ("corrections", "status = 'requested', reviewed_by_id = NULL"),
    ],
)
def test_the_database_refuses_to_rewrite_what_was_registered_and_decided(app, table, changes):
    receipt = a_receipt("500.00")
    less = booked(Movement.APPROPRIATION_RECEIVED, yuan("400.00"), source=receipt.source.subject)
    voucher = books.voucher(receipt.voucher_id, frozenset({COURT}))
    a_confirmed_correction(a_correction(voucher, method=CorrectionMethod.DIFFERENCE, restated=less))
    with pytest.raises(DBAPIError, match="are not rewritten"), transaction(COURT):
        db.session.execute(text(f"UPDATE {table} SET {changes}"))
