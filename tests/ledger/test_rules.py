"""The chart, the booking table and the pure checks of the books."""

from dataclasses import replace
from datetime import date

import pytest

from fundapp.core.errors import RuleViolation
from fundapp.core.money import ZERO, total, yuan
from fundapp.ledger import rules
from fundapp.ledger.rules import (
    BOOKING,
    GUARDED,
    SIDE,
    Account,
    Booked,
    CorrectionMethod,
    Ink,
    Model,
    Movement,
    Numbers,
    Posting,
    Side,
    VoucherKind,
    booked,
)

# Transcribed from 6.2 of the domain's facts, by account code: (debit, credit) of each posting, model A and model B.
BOOKED = {
    "appropriation_received": ("1002.01/2901.01", "1002.01/4001"),
    "grant_received": ("1002.01/2901.01", "1002.01/4601"),
    "donation_received": ("1002.01/2901.01", "1002.01/4603"),
    "other_received": ("1002.01/2901.01", "1002.01/4609"),
    "appropriation_given_back": ("2901.01/1002.01", "4001/1002.01"),
    "grant_given_back": ("2901.01/1002.01", "4601/1002.01"),
    "donation_given_back": ("2901.01/1002.01", "4603/1002.01"),
    "other_given_back": ("2901.01/1002.01", "4609/1002.01"),
    "advance_paid": ("2901.01/1002.01", "1218.01/1002.01"),
    "advance_paid_in_cash": ("2901.01/1001.01", "1218.01/1001.01"),
    "fund_cash_drawn": ("1001.01/1002.01", "1001.01/1002.01"),
    "fund_cash_returned": ("1002.01/1001.01", "1002.01/1001.01"),
    "recovered": ("2901.02/1002.02 1002.01/2901.01", "2901.02/1002.02 1002.01/1218.01"),
    "written_off": (None, "5301/1218.01"),
    "interest_received": ("1002.01/2103.02", "1002.01/2103.02"),
    "case_money_received": ("1002.02/2901.02", "1002.02/2901.02"),
    "case_money_paid": ("2901.02/1002.02", "2901.02/1002.02"),
    "case_money_paid_in_cash": ("2901.02/1001.01", "2901.02/1001.01"),
    "case_cash_drawn": ("1001.01/1002.02", "1001.01/1002.02"),
    "case_cash_returned": ("1002.02/1001.01", "1002.02/1001.01"),
    "appropriation_closed": (None, "4001/3301"),
    "grant_closed": (None, "4601/3301"),
    "donation_closed": (None, "4603/3301"),
    "interest_closed": (None, "4604/3301"),
    "other_income_closed": (None, "4609/3301"),
    "appropriation_overdraft_closed": (None, "3301/4001"),
    "grant_overdraft_closed": (None, "3301/4601"),
    "donation_overdraft_closed": (None, "3301/4603"),
    "interest_overdraft_closed": (None, "3301/4604"),
    "other_income_overdraft_closed": (None, "3301/4609"),
    "loss_closed": (None, "3301/5301"),
    "surplus_carried": (None, "3301/3001"),
    "deficit_carried": (None, "3001/3301"),
}


@pytest.mark.parametrize(
    "movement", [one for one in Movement if one is not Movement.OPENING_BALANCE], ids=lambda movement: movement.value
)
@pytest.mark.parametrize(("model", "column"), [(Model.CUSTODIAL, 0), (Model.OWN_FUNDS, 1)], ids=["A", "B"])
def test_each_movement_touches_the_accounts_of_its_model(movement, model, column):
    said = BOOKED[movement.value][column]
    if said is None:
        assert movement not in BOOKING[model]
    else:
        posted = " ".join(f"{debit.value}/{credit.value}" for debit, credit in BOOKING[model][movement])
        assert posted == said


@pytest.mark.parametrize(
    ("model", "movement"), [(model, movement) for model in Model for movement in BOOKING[model]], ids=str
)
def test_every_movement_balances(model, movement):
    """I1: what is debited is credited, on other accounts, in positive fen; and a reversal brings it all back."""
    lines = rules.postings(model, [booked(movement, yuan("16409.02"), case="case:1", source="source:2")])
    rules.check_postings(lines)
    sides = dict.fromkeys(Account, ZERO)
    for line in [*lines, *rules.reversal(lines)]:
        sides[line.debit] += line.amount
        sides[line.credit] -= line.amount
    assert set(sides.values()) == {ZERO}
    assert all(line.amount == yuan("16409.02") and line.case == "case:1" for line in lines)


def test_a_reversal_swaps_the_sides_and_keeps_all_else():
    about = ("case:1", "source:2", "party:3")
    line = Posting(Movement.ADVANCE_PAID, Account.ADVANCES_RECEIVABLE, Account.FUND_BANK, yuan("0.01"), *about)
    (undone,) = rules.reversal([line])
    assert undone == replace(line, debit=Account.FUND_BANK, credit=Account.ADVANCES_RECEIVABLE)


@pytest.mark.parametrize(
    "lines",
    [
        [],
        [Posting(Movement.ADVANCE_PAID, Account.CASH, Account.FUND_BANK, ZERO)],
        [Posting(Movement.ADVANCE_PAID, Account.CASH, Account.FUND_BANK, yuan("1") - yuan("2"))],
        [Posting(Movement.ADVANCE_PAID, Account.CASH, Account.CASH, yuan("1"))],
    ],
    ids=["no lines", "zero", "negative", "one account twice"],
)
def test_what_only_a_programmer_gets_wrong_is_an_assertion(lines):
    with pytest.raises(AssertionError):
        rules.check_postings(lines)


@pytest.mark.parametrize(
    ("available", "amount", "short"),
    [
        ("100.00", "100.00", None),  # to the last fen
        ("100.00", "100.01", "还差0.01元"),
        ("0.00", "0.01", "还差0.01元"),
        ("0.00", "16409.02", "还差16,409.02元"),
    ],
)
def test_an_account_gives_what_it_has_and_no_fen_more(available, amount, short):
    if short is None:
        rules.check_covered(yuan(available), yuan(amount))
    else:
        with pytest.raises(RuleViolation, match=short):
            rules.check_covered(yuan(available), yuan(amount))


DAY = date(2018, 3, 1)


CANCEL, RESTATE, DIFFERENCE = CorrectionMethod


@pytest.mark.parametrize(
    ("method", "facts", "told"),
    [
        (CANCEL, {}, None),
        (DIFFERENCE, {}, None),
        (CANCEL, {"reverses": "2018收0002"}, "注销2018收0002号凭证，不能再更正"),
        (CANCEL, {"adjusts": "2018收0002"}, "请在2018收0002号凭证办理更正"),
        (CANCEL, {"reversed_by": "2018收0002"}, "已由2018收0002号凭证注销"),
        (RESTATE, {"reversed_by": "2018收0002", "adjusted_by": "2018收0003"}, "已由2018收0002号凭证注销"),
        (CANCEL, {"adjusted_by": "2018收0002"}, None),
        (RESTATE, {"adjusted_by": "2018收0002"}, None),
        (DIFFERENCE, {"adjusted_by": "2018收0002"}, "请选择“注销并订正”或“注销”"),
    ],
)
def test_a_voucher_is_reversed_once_and_an_adjustment_only_with_what_it_adjusts(method, facts, told):
    if told is None:
        rules.check_uncorrected(method, **facts)
    else:
        with pytest.raises(RuleViolation, match=told):
            rules.check_uncorrected(method, **facts)


@pytest.mark.parametrize(
    ("day", "told"),
    [
        (date(2018, 2, 28), "不能早于原凭证日期2018-03-01"),
        (date(2018, 3, 1), None),
        (date(2018, 3, 5), None),
        (date(2018, 3, 6), "2018-03-06还没有到"),
    ],
)
def test_a_correction_has_a_day_between_the_original_s_and_today(day, told):
    days = {"original_date": DAY, "today": date(2018, 3, 5)}
    if told is None:
        rules.check_correction_day(day, **days)
    else:
        with pytest.raises(RuleViolation, match=told):
            rules.check_correction_day(day, **days)


RECEIVED = Posting(
    Movement.APPROPRIATION_RECEIVED, Account.FUND_BANK, Account.APPROPRIATION, yuan("500.00"), source="source:1"
)


def right(amount: str, source: str = "source:1", movement: Movement = Movement.APPROPRIATION_RECEIVED) -> Booked:
    return rules.booked(movement, yuan(amount), source=source)


@pytest.mark.parametrize(
    ("method", "restated", "told"),
    [
        (CANCEL, None, None),
        (RESTATE, right("500.01"), None),
        (RESTATE, right("500.00", "source:2"), None),
        (RESTATE, right("500.00", movement=Movement.DONATION_RECEIVED), None),
        (RESTATE, right("500.00"), "与原凭证相同"),
        (RESTATE, None, "正确金额必须大于零"),
        (RESTATE, right("0.00"), "正确金额必须大于零"),
        (DIFFERENCE, right("499.99"), None),
        (DIFFERENCE, right("500.00"), "与原凭证相同"),
        (DIFFERENCE, right("400.00", "source:2"), "只用于金额有误"),
        (DIFFERENCE, right("400.00", movement=Movement.DONATION_RECEIVED), "只用于金额有误"),
    ],
)
def test_the_right_content_is_of_something_and_other_than_what_was_booked(method, restated, told):
    if told is None:
        rules.check_restated(method, [RECEIVED], restated)
    else:
        with pytest.raises(RuleViolation, match=told):
            rules.check_restated(method, [RECEIVED], restated)


def test_a_voucher_of_many_postings_is_cancelled_and_not_stated_anew():
    rules.check_restated(CANCEL, [RECEIVED, RECEIVED], None)
    with pytest.raises(RuleViolation, match="多笔分录"):
        rules.check_restated(RESTATE, [RECEIVED, RECEIVED], right("1.00"))


def seen(lines=(RECEIVED,), *, same_year: bool, is_prior: bool = False, ink: Ink = Ink.BLUE, cited: str = "X"):
    """A voucher seen from the day of its correction."""
    return rules.Original(1, list(lines), ink, same_year, is_prior, cited)


BANK, INCOME, KEPT_BACK = Account.FUND_BANK, Account.APPROPRIATION, Account.NET_ASSETS


@pytest.mark.parametrize(
    ("method", "amount", "same_year", "is_prior", "vouchers"),
    [
        (CANCEL, None, True, False, [("注销X号凭证", Ink.RED, INCOME, BANK, "500.00")]),
        (CANCEL, None, False, True, [("更正X号凭证，转回原记内容", Ink.BLUE_MIRROR, KEPT_BACK, BANK, "500.00")]),
        (
            RESTATE, "400.00", True, False,
            [
                ("注销X号凭证", Ink.RED, INCOME, BANK, "500.00"),
                ("订正X号凭证", Ink.BLUE, BANK, INCOME, "400.00"),
            ],
        ),
        (
            RESTATE, "600.00", False, True,
            [
                ("更正X号凭证，转回原记内容", Ink.BLUE_MIRROR, KEPT_BACK, BANK, "500.00"),
                ("更正X号凭证，补记正确内容", Ink.BLUE, BANK, KEPT_BACK, "600.00"),
            ],
        ),
        (DIFFERENCE, "400.00", True, False, [("调减X号凭证金额", Ink.RED, INCOME, BANK, "100.00")]),
        (DIFFERENCE, "600.00", True, False, [("调增X号凭证金额", Ink.BLUE, BANK, INCOME, "100.00")]),
        (
            DIFFERENCE, "400.00", False, True,
            [("更正X号凭证，转回多记金额", Ink.BLUE_MIRROR, KEPT_BACK, BANK, "100.00")],
        ),
        (DIFFERENCE, "600.00", False, True, [("更正X号凭证，补记少记金额", Ink.BLUE, BANK, KEPT_BACK, "100.00")]),
    ],
)  # fmt: skip
def test_each_method_has_its_vouchers_in_the_same_year_and_in_a_later_one(
    method, amount, same_year, is_prior, vouchers
):
    restated = rules.postings(Model.OWN_FUNDS, [right(amount)] if amount else [])
    found = rules.correcting(method, seen(same_year=same_year, is_prior=is_prior), restated)
    assert [
        (one.summary, one.ink, line.debit, line.credit, f"{line.amount.amount:.2f}")
        for one in found
        for line in one.lines
    ] == vouchers


def test_what_this_year_restated_of_an_earlier_one_is_corrected_in_red_and_stays_with_3001():
    restating = replace(RECEIVED, credit=KEPT_BACK)
    restated = rules.postings(Model.OWN_FUNDS, [right("400.00")])
    original = seen([restating], same_year=True, is_prior=True)
    red, blue = rules.correcting(RESTATE, original, restated)
    assert (red.ink, red.lines[0].debit, blue.ink, blue.lines[0].credit) == (Ink.RED, KEPT_BACK, Ink.BLUE, KEPT_BACK)
    (more,) = rules.correcting(DIFFERENCE, original, rules.postings(Model.OWN_FUNDS, [right("600.00")]))
    assert (more.ink, more.lines[0].credit) == (Ink.BLUE, KEPT_BACK)


def test_red_postings_are_written_on_the_sides_of_the_original_below_zero():
    (red,) = rules.correcting(CANCEL, seen(same_year=True), [])
    assert red.written == [replace(RECEIVED, amount=yuan("-500.00"))]
    (blue,) = rules.correcting(CANCEL, seen(same_year=False, is_prior=True), [])
    assert blue.written == blue.lines


@pytest.mark.parametrize(
    ("ink", "same_year", "vouchers"),
    [
        (Ink.BLUE, True, [("注销Y号凭证", Ink.RED, INCOME, BANK), ("注销X号凭证", Ink.RED, INCOME, BANK)]),
        (Ink.RED, True, [("注销Y号凭证", Ink.BLUE, INCOME, BANK), ("注销X号凭证", Ink.RED, INCOME, BANK)]),
        (
            Ink.RED, False,
            [
                ("更正Y号凭证，转回原记内容", Ink.BLUE, KEPT_BACK, BANK),
                ("更正X号凭证，转回原记内容", Ink.BLUE_MIRROR, KEPT_BACK, BANK),
            ],
        ),
    ],
)  # fmt: skip
def test_what_was_adjusted_is_undone_after_its_adjustment_and_what_took_off_is_added_again_in_blue(
    ink, same_year, vouchers
):
    by = seen([replace(RECEIVED, amount=yuan("100.00"))], same_year=same_year, ink=ink, cited="Y")
    found = rules.correcting(CANCEL, seen(same_year=same_year), [], adjustment=by)
    assert [(one.summary, one.ink, one.lines[0].debit, one.lines[0].credit) for one in found] == vouchers
    assert [one.lines[0].amount for one in found] == [yuan("100.00"), yuan("500.00")]
    assert rules.adjusted(RECEIVED, by=by.lines[0], ink=ink).amount == yuan("600.00" if ink is Ink.BLUE else "400.00")


def test_only_what_stands_in_no_other_register_is_corrected_by_vouchers_alone():
    for method in CorrectionMethod:
        rules.check_correctable(method, rules.CORRECTABLE)
    rules.check_correctable(CANCEL, [Movement.CASE_MONEY_RECEIVED])
    with pytest.raises(RuleViolation, match="只能整笔注销"):
        rules.check_correctable(DIFFERENCE, [Movement.CASE_MONEY_RECEIVED])


@pytest.mark.parametrize("movement", sorted(set(Movement) - rules.CANCELLABLE, key=str), ids=lambda one: one.value)
def test_a_refusal_names_what_to_do_instead_for_each_kind_of_movement(movement):
    ways = {"advance_paid": "再办理追偿分配", "opening": "申请冲销", "_closed": "反结账", "_carried": "反结账"}
    ways |= {"recovered": "只能在分配之前注销", "cash_": "清点交回", "case_money_paid": "登记为本案案款到账"}
    way = next((told for part, told in ways.items() if part in movement.value), "报审计人员提出审计问题")
    with pytest.raises(RuleViolation, match=way):
        rules.check_correctable(CANCEL, [Movement.GRANT_RECEIVED, movement])


def test_every_method_says_what_it_is_for():
    assert rules.MEANING.keys() == set(CorrectionMethod)


def test_one_correction_waits_at_a_time_and_one_promise_stands_under_a_name():
    rules.check_not_waiting(False)
    rules.check_not_reserved(False)
    with pytest.raises(RuleViolation, match="已有一份待复核"):
        rules.check_not_waiting(True)
    with pytest.raises(RuleViolation, match="不能重复预留"):
        rules.check_not_reserved(True)


def test_a_voucher_has_two_hands():
    rules.check_hands(1, 2)
    with pytest.raises(RuleViolation, match="不能是同一人"):
        rules.check_hands(1, 1)


def test_assets_and_expenses_stand_on_the_debit_side_and_assets_and_liabilities_never_leave_theirs():
    debit = {account.value for account in Account if SIDE[account] is Side.DEBIT}
    assert debit == {"1001.01", "1002.01", "1002.02", "1218.01", "1218.02", "5301"}
    assert {account.value[0] for account in GUARDED} == {"1", "2"}
    assert all(GUARDED[account] is SIDE[account] for account in GUARDED)


@pytest.mark.parametrize(
    ("account", "about", "parts"),
    [
        (Account.FUND_BANK, {}, [""]),
        (Account.FUND_BANK, {"source": "source:3"}, ["", "source:3"]),
        (Account.FUND_BANK, {"source": "source:3", "case": "case:1"}, ["", "source:3"]),
        (Account.CASE_MONEY, {"case": "case:1", "source": "source:3"}, ["", "case:1"]),
        (Account.ADVANCES_RECEIVABLE, {"case": "case:1"}, ["", "case:1"]),
        (Account.ADVANCES_RECEIVABLE, {"case": "case:1", "source": "source:3"}, ["", "case:1", "case:1|source:3"]),
        (Account.APPROPRIATION, {"source": "source:3"}, [""]),
    ],
)
def test_the_parts_of_an_account_that_are_kept(account, about, parts):
    line = Posting(Movement.ADVANCE_PAID, account, Account.CASE_BANK, yuan("1"), **about)
    assert rules.parts_of(account, line) == tuple(parts)


NUMBERS = Numbers(2018, 12, VoucherKind.PAYMENT, 7)
LINE = Posting(Movement.ADVANCE_PAID, Account.ADVANCES_RECEIVABLE, Account.FUND_BANK, yuan("1"), "case:1")
SAID = {
    "court_code": "湘06",
    "numbers": NUMBERS,
    "name": "a",
    "business_date": DAY,
    "posted_on": DAY,
    "recorded_at": "2018-03-09T01:00:00.000000Z",
    "summary_mark": "m",
    "attachments": 1,
    "hands": (1, 2, 3, 4),
    "ink": Ink.BLUE,
    "links": (None, None, None),
}


def digest(lines: list[Posting], **head: object) -> str:
    return rules.digest(rules.head_parts(**SAID | head), (part for line in lines for part in rules.line_parts(line)))


def test_a_digest_changes_with_everything_that_a_voucher_says():
    heads = [
        {"court_code": "湘0602"},
        {"numbers": NUMBERS._replace(year=2019)},
        {"numbers": NUMBERS._replace(number=13)},
        {"numbers": NUMBERS._replace(kind=VoucherKind.TRANSFER)},
        {"numbers": NUMBERS._replace(kind_number=8)},
        {"name": "b"},
        {"business_date": date(2018, 3, 2)},
        {"posted_on": date(2018, 3, 2)},
        {"recorded_at": "2018-03-09T01:00:00.000001Z"},
        {"summary_mark": "n"},
        {"attachments": 2},
        *({"hands": hands} for hands in [(9, 2, 3, 4), (1, 9, 3, 4), (1, 2, 9, 4), (1, 2, 3, 9), (1, 2, 3, None)]),
        {"ink": Ink.RED},
        *({"links": links} for links in [(5, None, None), (None, 5, None), (None, None, 5)]),
    ]
    postings = [
        [replace(LINE, amount=yuan("1.01"))],
        [replace(LINE, case="case:2")],
        [replace(LINE, case=None, source="case:1")],
        [replace(LINE, case=None, debtor="case:1")],
        [replace(LINE, debit=Account.CASH)],
        [replace(LINE, credit=Account.CASH)],
        [replace(LINE, movement=Movement.WRITTEN_OFF)],
        [LINE, LINE],
    ]
    digests = {digest([LINE]), *(digest([LINE], **head) for head in heads), *(digest(lines) for lines in postings)}
    assert len(digests) == 1 + len(heads) + len(postings)
    assert digest([LINE]) == digest([LINE])


def test_the_first_form_covers_number_act_day_and_postings():
    said = {"court_code": "湘06", "number": "2018-0001", "name": "a", "business_date": "2018-03-01", "lines": ["x"]}
    others = [said | {key: value} for key, value in [("number", "2018-0002"), ("name", "b"), ("lines", ["y"])]]
    assert len({rules.first_digest(**one) for one in [said, *others]}) == 4


@pytest.mark.parametrize(
    ("debit", "credit", "kind"),
    [
        (Account.FUND_BANK, Account.APPROPRIATION, VoucherKind.RECEIPT),
        (Account.CASE_BANK, Account.CASE_MONEY, VoucherKind.RECEIPT),
        (Account.ADVANCES_RECEIVABLE, Account.FUND_BANK, VoucherKind.PAYMENT),
        (Account.CASH, Account.FUND_BANK, VoucherKind.PAYMENT),
        (Account.FUND_BANK, Account.CASH, VoucherKind.PAYMENT),
        (Account.DISPOSAL_LOSS, Account.ADVANCES_RECEIVABLE, VoucherKind.TRANSFER),
    ],
)
def test_the_kind_of_a_voucher_is_where_its_money_goes(debit, credit, kind):
    """会计基础工作规范 art. 51: cash drawn from the bank is a payment, not a receipt too."""
    assert rules.kind_of([Posting(Movement.RECOVERED, debit, credit, yuan("1"))]) is kind


@pytest.mark.parametrize(
    ("business_date", "closed_through", "stands_on"),
    [
        (date(2018, 3, 31), None, date(2018, 3, 31)),
        (date(2018, 3, 31), "2018-02", date(2018, 3, 31)),
        (date(2018, 3, 31), "2018-03", date(2018, 4, 1)),
        (date(2017, 1, 5), "2018-12", date(2019, 1, 1)),
    ],
)
def test_a_late_paper_is_posted_on_the_first_open_day(business_date, closed_through, stands_on):
    assert rules.posting_day(business_date, closed_through) == stands_on


def test_the_cashier_does_not_review():
    rules.check_cashier(1, 2)
    with pytest.raises(RuleViolation, match="出纳不得兼任审核"):
        rules.check_cashier(2, 2)


@pytest.mark.parametrize(("actor", "bookkeeper"), [(1, 2), (2, 2), (3, 3)], ids=["cashier", "reviewer", "another"])
def test_what_the_cashier_posts_the_reviewer_books(actor, bookkeeper):
    assert rules.bookkeeper(actor, reviewed_by_id=2, cashier_id=1) == bookkeeper


def test_of_a_transfer_whoever_posts_it_is_bookkeeper():
    assert rules.bookkeeper(1, reviewed_by_id=2, cashier_id=None) == 1


def test_what_is_undone_is_red_in_its_year_and_blue_against_the_accumulated_surplus_later():
    received = Posting(Movement.GRANT_RECEIVED, Account.FUND_BANK, Account.GRANT, yuan("1"), source="source:1")
    ink, (line,) = rules.undoing([received], ink=Ink.BLUE, same_year=True)
    assert (ink, line) == (Ink.RED, replace(received, debit=Account.GRANT, credit=Account.FUND_BANK))
    ink, (line,) = rules.undoing([received], ink=Ink.BLUE, same_year=False)
    assert (ink, line) == (Ink.BLUE_MIRROR, replace(received, debit=Account.NET_ASSETS, credit=Account.FUND_BANK))


def test_words_for_numbers_months_sides_and_codes():
    assert rules.cited(2018, VoucherKind.RECEIPT, 7) == "2018收0007"
    assert rules.cited(2018, VoucherKind.PAYMENT, 12345) == "2018付12345"
    assert rules.total_number(2018, 7) == "2018-0007"
    assert rules.month_of(date(2018, 12, 31)) == "2018-12"
    assert rules.told(total([yuan("16409.02")])) == "16409.02"
    assert [rules.side_of(yuan(text)) for text in ("0", "0.01")] == [None, Side.DEBIT]
    assert rules.side_of(ZERO - yuan("0.01")) is Side.CREDIT
    assert rules.account_coded("1218.01") is Account.ADVANCES_RECEIVABLE
    assert rules.account_coded("9999") is None
