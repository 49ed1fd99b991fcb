"""Receipts corrected in the books: what each method leaves on the sources, the register, the trail."""

from datetime import date

import pytest

from fundapp.core import clock
from fundapp.core.db import db, transaction
from fundapp.core.errors import NotFound, RuleViolation
from fundapp.core.money import ZERO, yuan
from fundapp.funding import queries, service
from fundapp.funding.models import FundReceipt
from fundapp.funding.rules import Direction, ReceiptStatus, SourceKind
from fundapp.ledger import queries as books
from fundapp.ledger import service as ledger
from fundapp.ledger.rules import Account, CorrectionMethod, Ink, Model, Movement, VoucherKind
from fundapp.oversight import checks
from fundapp.trail import queries as trail
from fundapp.trail.rules import Event
from fundapp.users.rules import Role
from tests.builders.funding import a_corrected_receipt, a_receipt, a_receipt_correction, a_source
from tests.builders.ledger import a_confirmed_correction, a_correction, a_voucher, close_month, correctors
from tests.builders.people import COURT, OTHER_COURT, a_user, the_books, the_holder
from tests.ledger.recomputation import balances, recomputed

SCOPE = frozenset({COURT})
CANCEL, RESTATE, DIFFERENCE = CorrectionMethod
IN, OUT = VoucherKind.RECEIPT, VoucherKind.PAYMENT
SAME, LATER = date(2018, 3, 20), date(2019, 2, 1)


def content_of(receipt):
    return queries.content(receipt, queries.corrections(SCOPE).get(receipt.voucher_id, []))


@pytest.mark.parametrize("model", Model)
@pytest.mark.parametrize("day", [SAME, LATER], ids=["same year", "later year"])
@pytest.mark.parametrize("direction", Direction)
@pytest.mark.parametrize(
    ("method", "amount", "moves_source", "stands"),
    [
        (CANCEL, None, False, ("0.00", "0.00")),
        (RESTATE, "400.00", False, ("400.00", "0.00")),
        (RESTATE, "600.00", False, ("600.00", "0.00")),
        (RESTATE, "500.00", True, ("0.00", "500.00")),
        (RESTATE, "450.00", True, ("0.00", "450.00")),
        (DIFFERENCE, "400.00", False, ("400.00", "0.00")),
        (DIFFERENCE, "600.00", False, ("600.00", "0.00")),
    ],
)
def test_after_every_correction_each_source_has_what_it_really_gave(
    app, model, day, direction, method, amount, moves_source, stands
):
    """Same year and later year, models A and B, money received and given back: the figures of both sources."""
    the_books(model=model)
    first, second = a_source(), a_source(SourceKind.SOCIAL_DONATION)
    before = (ZERO, ZERO)
    if direction is Direction.GIVEN_BACK:
        a_receipt("1000.00", source=first)
        a_receipt("1000.00", source=second)
        before = (yuan("1000.00"), yuan("1000.00"))
    receipt = a_receipt("500.00", source=first, direction=direction)
    a_corrected_receipt(receipt, method, amount, source=second if moves_source else None, day=day)

    figures = queries.figures(SCOPE)
    for source, had, wanted in zip((first, second), before, stands, strict=True):
        found = figures.get(source.subject, queries.NOTHING)
        given_back = direction is Direction.GIVEN_BACK
        assert found.received == (had if given_back else yuan(wanted))
        assert found.given_back == (yuan(wanted) if given_back else ZERO)
        assert found.left == books.balance(COURT, Account.FUND_BANK, source.subject)
        if model is Model.CUSTODIAL:
            assert found.left == books.balance(COURT, Account.ENTRUSTED_FUND, source.subject)
    assert books.difference([COURT]) == ZERO
    assert balances(COURT) == recomputed(COURT)
    assert receipt.amount == yuan("500.00"), "the record itself stays"
    if method is not CANCEL:
        assert content_of(receipt).amount == yuan(amount)


@pytest.mark.parametrize(
    ("method", "amount", "day", "vouchers"),
    [
        (CANCEL, None, SAME, [("注销2018年3月1日2018收0001号凭证", Ink.RED, IN, "2018收0002")]),
        (
            RESTATE, "400.00", SAME,
            [
                ("注销2018年3月1日2018收0001号凭证", Ink.RED, IN, "2018收0002"),
                ("订正2018年3月1日2018收0001号凭证", Ink.BLUE, IN, "2018收0003"),
            ],
        ),
        (DIFFERENCE, "400.00", SAME, [("调减2018年3月1日2018收0001号凭证金额", Ink.RED, IN, "2018收0002")]),
        (DIFFERENCE, "600.00", SAME, [("调增2018年3月1日2018收0001号凭证金额", Ink.BLUE, IN, "2018收0002")]),
        (
            RESTATE, "400.00", LATER,
            [
                ("更正2018年3月1日2018收0001号凭证，转回原记内容", Ink.BLUE_MIRROR, OUT, "2019付0001"),
                ("更正2018年3月1日2018收0001号凭证，补记正确内容", Ink.BLUE, IN, "2019收0001"),
            ],
        ),
    ],
)  # fmt: skip
def test_the_vouchers_of_a_correction_say_what_they_correct_and_name_it(app, method, amount, day, vouchers):
    """会计基础工作规范 art. 51-5, word for word in the summaries; links both ways."""
    receipt = a_receipt("500.00")
    posted = a_corrected_receipt(receipt, method, amount, day=day)
    assert [(one.summary.partition("：")[0], one.ink, one.kind, one.cited) for one in posted] == vouchers
    original = books.voucher(receipt.voucher_id, SCOPE)
    for one in posted:
        assert one.summary.endswith("：与银行回单不符")
        assert one.corrects_id == original.id
        assert (one.business_date, one.posted_on, one.attachments) == (day, day, 0)
    assert correctors(original) == posted


def test_a_later_year_takes_the_place_of_income_by_3001(app):
    receipt = a_receipt("500.00")
    a_corrected_receipt(receipt, DIFFERENCE, "400.00", day=LATER)
    assert books.balance(COURT, Account.APPROPRIATION) == yuan("500.00")
    assert books.balance(COURT, Account.NET_ASSETS) == yuan("-100.00")


def test_a_restated_receipt_is_corrected_again_and_the_chain_is_followed_to_its_end(app):
    first, second = a_source(), a_source()
    receipt = a_receipt("500.00", source=first)
    _, restating = a_corrected_receipt(receipt, RESTATE, "400.00", source=second)
    _, again = a_corrected_receipt(receipt, RESTATE, "300.00", source=first)
    assert again.corrects_id == restating.id
    assert (content_of(receipt).amount, content_of(receipt).source) == (yuan("300.00"), first.subject)
    figures = queries.figures(SCOPE)
    assert [figures[source.subject].received for source in (first, second)] == [yuan("300.00"), ZERO]
    a_corrected_receipt(receipt, DIFFERENCE, "350.00")
    assert queries.figures(SCOPE)[first.subject].left == yuan("350.00")
    with pytest.raises(RuleViolation, match="请选择“注销并订正”或“注销”"):
        a_receipt_correction(receipt, DIFFERENCE, "360.00")
    assert [one.method for one in queries.corrections(SCOPE)[receipt.voucher_id]] == [RESTATE, RESTATE, DIFFERENCE]


def test_what_a_later_year_restated_stays_with_3001_when_it_is_corrected_in_that_year(app):
    receipt = a_receipt("500.00")
    a_corrected_receipt(receipt, RESTATE, "400.00", day=LATER)
    red, blue = a_corrected_receipt(receipt, RESTATE, "450.00", day=LATER)
    assert (red.ink, blue.ink) == (Ink.RED, Ink.BLUE)
    assert books.balance(COURT, Account.APPROPRIATION) == yuan("500.00")
    assert books.balance(COURT, Account.NET_ASSETS) == yuan("-50.00")
    assert books.balance(COURT, Account.FUND_BANK) == yuan("450.00")


def test_a_correction_itself_is_never_corrected(app):
    receipt = a_receipt("500.00")
    (adjusting,) = a_corrected_receipt(receipt, DIFFERENCE, "400.00")
    with pytest.raises(RuleViolation, match="请在2018收0001号凭证办理更正"):
        a_correction(adjusting, day=SAME)


NEXT = date(2020, 2, 1)
GIVEN, BACK = Direction


@pytest.mark.parametrize(
    ("model", "direction", "amount", "adjusted_on", "method", "right", "day"),
    [
        (Model.OWN_FUNDS, GIVEN, "400.00", SAME, CANCEL, None, SAME),
        (Model.OWN_FUNDS, GIVEN, "600.00", SAME, CANCEL, None, SAME),
        (Model.OWN_FUNDS, GIVEN, "400.00", SAME, CANCEL, None, LATER),
        (Model.OWN_FUNDS, GIVEN, "400.00", LATER, CANCEL, None, LATER),
        (Model.OWN_FUNDS, BACK, "600.00", LATER, CANCEL, None, LATER),
        (Model.OWN_FUNDS, BACK, "400.00", LATER, CANCEL, None, NEXT),
        (Model.OWN_FUNDS, GIVEN, "600.00", LATER, RESTATE, "500.00", NEXT),
        (Model.CUSTODIAL, BACK, "400.00", SAME, RESTATE, "500.00", SAME),
    ],
    ids=str,
)
def test_a_receipt_whose_amount_was_adjusted_is_cancelled_with_its_adjustment(
    app, model, direction, amount, adjusted_on, method, right, day
):
    """Nothing of either is left, in the balances and in the source's figures; another may be recorded in its place."""
    the_books(model=model)
    source = a_source()
    before = yuan("1000.00") if direction is Direction.GIVEN_BACK else ZERO
    if before:
        a_receipt("1000.00", source=source)
    receipt = a_receipt("500.00", source=source, direction=direction)
    reference, voucher = receipt.bank_reference, books.voucher(receipt.voucher_id, SCOPE)
    (adjustment,) = a_corrected_receipt(receipt, DIFFERENCE, amount, day=adjusted_on)
    a_corrected_receipt(receipt, method, right, day=day)

    reversals = [books.reversal_of(one.id) for one in (adjustment, voucher)]
    assert [(one.reverses_id, one.total) for one in reversals] == [
        (adjustment.id, adjustment.total),
        (voucher.id, voucher.total),
    ]
    assert reversals[0].id < reversals[1].id
    (*_, done) = queries.corrections(SCOPE)[receipt.voucher_id]
    assert done.corrected_by_id == reversals[1].id
    kept = yuan(right) if right else ZERO
    found = queries.figures(SCOPE)[source.subject]
    wanted = (before, kept) if direction is Direction.GIVEN_BACK else (kept, ZERO)
    assert (found.received, found.given_back) == wanted
    assert found.left == books.balance(COURT, Account.FUND_BANK, source.subject)
    assert balances(COURT) == recomputed(COURT) and books.difference([COURT]) == ZERO
    assert [told for told in checks.checks() if told[1]] == []
    assert (receipt.bank_reference == reference) is (method is RESTATE)


def test_another_year_s_difference_is_undone_on_a_day_after_it(app):
    receipt = a_receipt("500.00")
    a_corrected_receipt(receipt, DIFFERENCE, "400.00", day=date(2018, 3, 25))
    with pytest.raises(RuleViolation, match="不能早于原凭证日期2018-03-25"):
        a_receipt_correction(receipt, CANCEL, day=date(2018, 3, 24))
    with pytest.raises(RuleViolation, match="与原凭证相同"):
        a_receipt_correction(receipt, RESTATE, "400.00", day=date(2018, 3, 25))


def test_money_that_is_spent_is_not_corrected_away(app):
    source, other = a_source(), a_source()
    receipt = a_receipt("500.00", source=source)
    a_receipt("1000.00", source=other)  # another source's money does not cover it
    a_voucher("450.00", Movement.ADVANCE_PAID, case="case:1", source=source.subject)
    for method, amount, moved in ((CANCEL, None, None), (RESTATE, "449.99", None), (RESTATE, "500.00", other)):
        correction = a_receipt_correction(receipt, method, amount, source=moved)
        with pytest.raises(RuleViolation, match="超过可用资金"):
            a_confirmed_correction(correction)
        with transaction(COURT):
            ledger.decide_correction(
                correction.id,
                is_confirmed=False,
                seen_version=correction.version,
                actor=the_holder(Role.FINANCE_REVIEWER),
            )
    assert books.voucher_count([COURT]) == 3
    a_corrected_receipt(receipt, RESTATE, "450.00")
    assert queries.figures(SCOPE)[source.subject].left == ZERO


def test_a_cancelled_receipt_frees_its_bank_reference_when_it_is_confirmed_and_not_before(app):
    receipt = a_receipt("500.00")
    reference = receipt.bank_reference
    again = {"amount": yuan("400.00"), "business_date": receipt.business_date, "bank_reference": reference}
    clerk = the_holder(Role.FINANCE_CLERK)
    correction = a_receipt_correction(receipt, CANCEL)
    with pytest.raises(RuleViolation, match="不要重复登记"), transaction(COURT):
        service.record_receipt(receipt.source_id, **again, actor=clerk)
    a_confirmed_correction(correction)
    with transaction(COURT):
        right = service.record_receipt(receipt.source_id, **again, actor=clerk)
    assert (right.bank_reference, receipt.bank_reference) == (reference, f"{reference}#{receipt.id}")
    assert receipt.status is ReceiptStatus.CONFIRMED and content_of(receipt).is_cancelled


@pytest.mark.parametrize(("method", "amount"), [(RESTATE, "400.00"), (DIFFERENCE, "400.00")])
def test_a_receipt_that_still_stands_keeps_its_bank_reference(app, method, amount):
    receipt = a_receipt("500.00")
    reference = receipt.bank_reference
    a_corrected_receipt(receipt, method, amount)
    assert receipt.bank_reference == reference


def test_a_receipt_cancelled_from_its_voucher_s_page_frees_its_reference_too(app):
    receipt = a_receipt("500.00")
    a_confirmed_correction(a_correction(books.voucher(receipt.voucher_id, SCOPE), day=SAME))
    assert receipt.bank_reference.endswith(f"#{receipt.id}")


def test_the_receipt_s_history_tells_of_its_correction(app):
    source = a_source()
    receipt = a_receipt("500.00")
    a_corrected_receipt(receipt, RESTATE, "400.00", source=source)
    last = trail.history(receipt.subject)[-1]
    assert last.event is Event.RECEIPT_CORRECTED
    assert last.told == {
        "voucher": "2018收0001",
        "method": "restate",
        "source": source.subject,
        "amount": "400.00",
        "reason": "与银行回单不符",
    }
    events = [entry.event for entry in trail.history(f"voucher:{receipt.voucher_id}")]
    assert events == [Event.VOUCHER_POSTED, Event.CORRECTION_REQUESTED, Event.CORRECTION_CONFIRMED]


def test_a_receipt_corrected_to_another_source_is_listed_with_both(app):
    first, second, third = a_source(), a_source(), a_source()
    receipt = a_receipt("500.00", source=first)
    a_corrected_receipt(receipt, RESTATE, "500.00", source=second)
    listed = [db.session.scalars(queries.receipts(SCOPE, source=one)).all() for one in (first, second, third)]
    assert listed == [[receipt], [receipt], []]


@pytest.mark.parametrize(
    ("method", "amount", "told"),
    [
        (RESTATE, "500.00", "与原凭证相同"),
        (RESTATE, None, "正确金额必须大于零"),
        (DIFFERENCE, "500.00", "与原凭证相同"),
    ],
)
def test_what_is_no_correction_is_refused(app, method, amount, told):
    receipt = a_receipt("500.00")
    with pytest.raises(RuleViolation, match=told):
        a_receipt_correction(receipt, method, amount)


def test_another_source_needs_more_than_a_difference(app):
    receipt = a_receipt("500.00")
    with pytest.raises(RuleViolation, match="只用于金额有误"):
        a_receipt_correction(receipt, DIFFERENCE, "400.00", source=a_source())


def test_only_a_confirmed_receipt_is_corrected_in_the_books(app):
    receipt = a_receipt("500.00", is_confirmed=False)
    with pytest.raises(RuleViolation, match="没有入账，无需更正"):
        a_receipt_correction(receipt, CANCEL)


def test_a_correction_stands_on_a_day_of_its_own(app):
    receipt = a_receipt("500.00", day=date(2018, 3, 10))
    with pytest.raises(RuleViolation, match="不能早于原凭证日期2018-03-10"):
        a_receipt_correction(receipt, CANCEL, day=date(2018, 3, 9))
    with clock.at(date(2018, 3, 19)), pytest.raises(RuleViolation, match="2018-03-20还没有到"):
        a_receipt_correction(receipt, CANCEL)
    close_month("2018-03")
    with pytest.raises(RuleViolation, match="2018-03已结账"):
        a_receipt_correction(receipt, CANCEL)


def test_a_month_closed_before_the_review_holds_the_correction_back(app):
    receipt = a_receipt("500.00")
    correction = a_receipt_correction(receipt, RESTATE, "400.00")
    close_month("2018-03")
    with pytest.raises(RuleViolation, match="2018-03已结账"):
        a_confirmed_correction(correction)
    assert books.voucher_count([COURT]) == 1


def test_a_source_of_another_court_is_none_to_correct_to(app):
    receipt = a_receipt("500.00")
    foreign = a_source(court_code=OTHER_COURT)
    with pytest.raises(NotFound):
        a_receipt_correction(receipt, RESTATE, "500.00", source=foreign)
    stranger = a_user(Role.FINANCE_CLERK, court_code=OTHER_COURT)
    with pytest.raises(NotFound), transaction(OTHER_COURT):
        service.request_correction(
            receipt.id,
            method=CANCEL,
            amount=None,
            source_id=None,
            business_date=SAME,
            reason="x",
            actor=stranger,
        )
    assert db.session.get_one(FundReceipt, receipt.id).bank_reference == receipt.bank_reference
