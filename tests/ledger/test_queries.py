"""Reading the books: any day's trial balance, any account, only one's own courts."""

from collections import Counter
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from fundapp.core.db import db, transaction
from fundapp.core.errors import NotFound
from fundapp.core.money import ZERO, to_fen, total, yuan
from fundapp.ledger import queries as books
from fundapp.ledger import service as ledger
from fundapp.ledger.models import PostingLine, Voucher
from fundapp.ledger.rules import Account, CorrectionStatus, Movement
from tests.builders.ledger import a_correction, a_voucher
from tests.builders.people import COURT, OTHER_COURT

BOTH = frozenset({COURT, OTHER_COURT})


def two_years_of_books() -> None:
    a_voucher("1000.00", Movement.APPROPRIATION_RECEIVED, source="source:1", day=date(2017, 12, 31))
    a_voucher("70.00", Movement.ADVANCE_PAID, case="case:1", source="source:1", day=date(2018, 1, 1))
    a_voucher("500.00", Movement.DONATION_RECEIVED, source="source:2", day=date(2018, 2, 14), court_code=OTHER_COURT)
    a_voucher("30.00", Movement.CASE_MONEY_RECEIVED, case="case:1", day=date(2018, 2, 14))
    a_voucher("20.00", Movement.RECOVERED, case="case:1", source="source:1", day=date(2018, 2, 28))
    a_voucher("80.00", Movement.ADVANCE_PAID, case="case:2", source="source:1", day=date(2018, 3, 1))
    a_voucher(
        "0.01", Movement.ADVANCE_PAID, case="case:3", source="source:2", day=date(2018, 3, 1), court_code=OTHER_COURT
    )


def recomputed(scope: frozenset[str], as_of: date) -> dict[Account, tuple[int, int, int]]:
    """Opening, debit and credit of the year in fen, from the postings one by one."""
    opening: Counter[Account] = Counter()
    debit: Counter[Account] = Counter()
    credit: Counter[Account] = Counter()
    rows = db.session.execute(
        select(PostingLine, Voucher.posted_on)
        .join(Voucher)
        .where(Voucher.court_code.in_(scope), Voucher.posted_on <= as_of)
    )
    for line, day in rows:
        fen = to_fen(line.amount)
        if day.year < as_of.year:
            opening[line.debit] += fen
            opening[line.credit] -= fen
        else:
            debit[line.debit] += fen
            credit[line.credit] += fen
    return {
        account: (opening[account], debit[account], credit[account])
        for account in Account
        if account in opening or debit[account] or credit[account]
    }


def test_a_trial_balance_of_any_day_is_what_the_postings_say(app):
    two_years_of_books()
    days = [date(2017, 12, 30) + timedelta(days=step) for step in range(64)] + [date(2018, 12, 31), date(2019, 1, 1)]
    for scope in (frozenset({COURT}), frozenset({OTHER_COURT}), BOTH):
        for day in days:
            lines = books.trial_balance(scope, as_of=day)
            found = {
                line.account: (
                    to_fen(line.opening_debit) - to_fen(line.opening_credit),
                    to_fen(line.debit),
                    to_fen(line.credit),
                )
                for line in lines
            }
            assert found == recomputed(scope, day), (scope, day)
            for line in lines:
                opening = line.opening_debit - line.opening_credit
                assert line.closing_debit - line.closing_credit == opening + line.debit - line.credit
                assert ZERO in (line.closing_debit, line.closing_credit)
            assert books.trial_sums(lines).is_balanced


def test_sums_that_differ_are_seen(app):
    two_years_of_books()
    lines = books.trial_balance([COURT], as_of=date(2018, 12, 31))
    assert books.trial_sums(lines).debit == total(line.debit for line in lines)
    assert not books.trial_sums(lines[1:]).is_balanced


def test_figures_of_several_courts_are_theirs_together(app):
    two_years_of_books()
    with transaction(COURT):
        ledger.reserve("a", court_code=COURT, account=Account.FUND_BANK, amount=yuan("100.00"))
    assert books.available(COURT) == yuan("770.00")
    assert books.available_in(BOTH) == yuan("1269.99")
    assert books.available_in([OTHER_COURT]) == yuan("499.99")
    assert (books.reserved_in(BOTH), books.reserved_in([OTHER_COURT])) == (yuan("100.00"), ZERO)
    assert books.difference(BOTH) == ZERO
    assert (books.voucher_count(BOTH), books.voucher_count([OTHER_COURT])) == (7, 2)


def test_a_court_without_books_has_nothing(app):
    assert books.balance(COURT, Account.FUND_BANK) == books.available(COURT) == books.available_in([]) == ZERO
    assert books.trial_balance([COURT], as_of=date(2018, 3, 1)) == []
    assert books.parts(COURT, Account.FUND_BANK, "source:") == []


def test_parts_come_in_the_order_of_their_numbers(app):
    for number in (10, 9, 2):
        a_voucher(f"{number}.00", source=f"source:{number}")
    a_voucher("2.00", Movement.ADVANCE_PAID, case="case:1", source="source:2")
    held = books.parts(COURT, Account.FUND_BANK, "source:")
    assert held == [("source:9", yuan("9.00")), ("source:10", yuan("10.00"))]


def cited(query) -> list[str]:
    return [voucher.cited for voucher in db.session.scalars(query.order_by(Voucher.id))]


def test_the_journal_is_narrowed(app):
    two_years_of_books()
    scope = frozenset({COURT})
    assert cited(books.vouchers(scope)) == ["2017收0001", "2018付0001", "2018收0001", "2018付0002", "2018付0003"]
    assert cited(books.vouchers(BOTH, court_code=OTHER_COURT)) == ["2018收0001", "2018付0001"]
    assert cited(books.vouchers(scope, first_day=date(2018, 2, 28))) == ["2018付0002", "2018付0003"]
    assert cited(books.vouchers(scope, last_day=date(2018, 1, 1))) == ["2017收0001", "2018付0001"]
    assert cited(books.vouchers(scope, summary="试记")) and not cited(books.vouchers(scope, summary="%"))
    assert not cited(books.vouchers(frozenset()))


def test_every_line_of_the_journal_comes_in_its_order(app):
    two_years_of_books()
    lines = list(books.lines_of(books.vouchers(BOTH)))
    assert [(voucher.court_code, voucher.cited, line.line) for voucher, line in lines] == [
        (COURT, "2017收0001", 1),
        (COURT, "2018付0001", 1),
        (COURT, "2018收0001", 1),
        (COURT, "2018付0002", 1),
        (COURT, "2018付0002", 2),
        (COURT, "2018付0003", 1),
        (OTHER_COURT, "2018收0001", 1),
        (OTHER_COURT, "2018付0001", 1),
    ]


def test_a_voucher_of_another_court_is_not_there(app):
    voucher = a_voucher("1.00")
    assert books.voucher(voucher.id, BOTH) == voucher
    for voucher_id, scope in [(voucher.id, {OTHER_COURT}), (voucher.id + 1, {COURT}), (voucher.id, set())]:
        with pytest.raises(NotFound, match="没有找到该凭证"):
            books.voucher(voucher_id, frozenset(scope))


def test_corrections_are_narrowed_and_kept_within_the_courts(app):
    correction = a_correction(a_voucher("1.00"))
    assert db.session.scalars(books.corrections(BOTH)).all() == [correction]
    assert not db.session.scalars(books.corrections(BOTH, status=CorrectionStatus.CONFIRMED)).all()
    assert not db.session.scalars(books.corrections(frozenset({OTHER_COURT}))).all()
    assert books.requester(correction).id == correction.requested_by_id
    with pytest.raises(NotFound):
        books.correction(correction.id, frozenset({OTHER_COURT}))


def test_the_names_under_a_voucher(app):
    voucher = a_voucher("1.00")
    named = books.signatures([voucher])[voucher.id]
    assert named.prepared_by != named.reviewed_by == named.booked_by
