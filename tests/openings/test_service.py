"""Books that begin in the middle of a fund's life: imported by two persons, whole, and before everything else."""

from datetime import date

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from fundapp.cases.models import Case
from fundapp.core import clock
from fundapp.core.db import db, transaction
from fundapp.core.errors import NotFound, RuleViolation, StaleRecord
from fundapp.core.money import yuan
from fundapp.core.spreadsheet import write_csv
from fundapp.custody import queries as custody
from fundapp.custody import service as custody_service
from fundapp.custody.rules import Purpose
from fundapp.funding import queries as funding
from fundapp.ledger import queries as books
from fundapp.ledger import service as ledger
from fundapp.ledger.models import OpeningLine, Voucher
from fundapp.ledger.rules import (
    LINES_OF_A_VOUCHER,
    Account,
    Ink,
    Model,
    Movement,
    OpeningOutcome,
    OpeningStatus,
    VoucherKind,
)
from fundapp.openings import rules, service
from fundapp.openings.sheets import refused_sheet
from fundapp.oversight import checks
from fundapp.trail import queries as trail
from fundapp.trail.rules import Event
from fundapp.users.rules import Role
from fundapp.yearend import service as yearend
from tests.attacker import drop_guards, in_place_of_the_application
from tests.builders.custody import a_paid_payout, a_payout, an_approved_payout
from tests.builders.custody import decided as agreed
from tests.builders.funding import a_receipt
from tests.builders.ledger import a_voucher, close_month, how_posted
from tests.builders.openings import (
    MID_YEAR,
    OPENING_DAY,
    SmallBook,
    a_file,
    a_line,
    a_small_book,
    a_table,
    checked,
    decided,
    posted,
    requested,
    undone,
)
from tests.builders.people import COURT, OTHER_COURT, the_books, the_holder
from tests.ledger.recomputation import balances, recomputed

SCOPE = frozenset({COURT})
MARCH = date(2018, 3, 1)


@pytest.fixture(autouse=True)
def march():
    """All of this happens on the first of March."""
    with clock.at(MARCH):
        yield


def problems():
    return [(name, told) for name, told in checks.checks() if told is not None]


def events(opening):
    return [entry.event for entry in trail.history(opening.subject)]


def faults(opening):
    """The refused rows: where, and what is said."""
    return [(row.cell, row.reason) for row in rules.kept_rows(opening.faults)]


# ---- what is imported is what the books begin with


@pytest.mark.parametrize("model", Model)
def test_the_trial_balance_of_a_small_book_is_its_file(app, model):
    book, opening = a_small_book(model)
    lines = books.trial_balance([COURT], as_of=OPENING_DAY)
    found = {line.account.value: str((line.closing_debit - line.closing_credit).amount) for line in lines}
    assert found.pop("0000") == "0.00"
    assert found == book.balances()
    assert problems() == []
    assert balances(COURT) == recomputed(COURT)
    assert opening.status is OpeningStatus.POSTED
    assert events(opening) == [Event.OPENING_CHECKED, Event.OPENING_REQUESTED, Event.OPENING_POSTED]


def test_each_account_has_a_transfer_voucher_of_its_own_without_a_cashier(app):
    _, opening = a_small_book()
    vouchers = books.opening_vouchers(opening)
    assert [voucher.name.split(":")[2] for voucher in vouchers] == [
        "1001.01", "1002.01", "1002.02", "1218.01", "2103.01", "2103.02", "2901.02", "3001",
    ]  # fmt: skip
    for voucher in vouchers:
        assert (voucher.kind, voucher.cashier_id, voucher.posted_on) == (VoucherKind.TRANSFER, None, OPENING_DAY)
        assert {line.movement for line in voucher.lines} == {Movement.OPENING_BALANCE}
        assert all(Account.OPENING in (line.debit, line.credit) for line in voucher.lines)
        assert (voucher.prepared_by_id, voucher.reviewed_by_id) == (opening.requested_by_id, opening.reviewed_by_id)
    assert vouchers[0].cited == "2017转0001"
    assert [voucher.attachments for voucher in vouchers] == [1, 0, 0, 0, 0, 0, 0, 0], "one list of balances"
    summaries = [voucher.summary.partition("（")[2] for voucher in vouchers]
    assert summaries == ["第1张，共1张）"] + ["第1张，共1张；附件见本次导入首张凭证）"] * 7


def test_a_long_account_is_told_in_vouchers_of_fifty_lines(app):
    book = SmallBook()
    many = LINES_OF_A_VOUCHER + 1
    numbers = [f"（2018）{COURT}执{9000 + at}号" for at in range(many)]
    with transaction(COURT):
        handler = the_holder(Role.CASE_HANDLER)
        db.session.add_all(_a_bare_case(book.paid, number, handler.id) for number in numbers)
    lines = [a_line("2901.02", "贷", "1.00", case=number) for number in numbers]
    opening = posted([*lines, a_line("1002.02", "借", f"{many}.00")])
    assert [len(voucher.lines) for voucher in books.opening_vouchers(opening)] == [1, LINES_OF_A_VOUCHER, 1]
    assert [name for name, _ in problems()] == ["登记簿各行与操作留痕相符"], "these bare cases were never registered"


def _a_bare_case(like, number, handler_id):
    facts = ("court_code", "filed_on", "category", "claim", "status", "is_in_bankruptcy", "is_in_settlement")
    return Case(
        **{name: getattr(like, name) for name in facts},
        number=number,
        handler_id=handler_id,
        registered_at=clock.now(),
    )


def test_each_part_of_a_balance_is_where_business_will_look_for_it(app):
    book, _ = a_small_book()
    assert books.balance(COURT, Account.FUND_BANK, book.source.subject) == yuan("80000")
    assert books.balance(COURT, Account.CASE_MONEY, book.paid.subject) == yuan("6000")
    assert books.balance(COURT, Account.ADVANCES_RECEIVABLE, f"{book.owed.subject}|{book.source.subject}") == yuan(
        "9000"
    )
    assert books.opening_of_case(COURT, Account.ADVANCES_RECEIVABLE, book.owed.subject) == yuan("9000")
    assert books.opening_in(SCOPE, Account.ADVANCES_RECEIVABLE) == yuan("9000")
    figures = funding.figures([COURT])[book.source.subject]
    assert (figures.opening, figures.received, figures.left) == (yuan("80500"), yuan("0"), yuan("80500"))
    assert funding.opening(SCOPE) == yuan("80500")
    assert books.available(COURT) == yuan("80000")


def test_case_money_that_was_brought_along_is_paid_out_like_any_other(app):
    book, _ = a_small_book()
    money = custody.case_money(book.paid)
    assert (money.opening, money.received, money.free) == (yuan("6000"), yuan("0"), yuan("6000"))
    assert money.left[Purpose.CREDITOR] == yuan("6000")
    a_paid_payout("2500.00", case=book.paid)
    assert custody.case_money(book.paid).free == yuan("3500")
    assert problems() == []


def test_a_claim_of_the_fund_that_is_brought_in_later_stops_what_was_asked_for_and_approved(app):
    book = SmallBook()
    posted([a_line("1002.02", "借", "6000.00"), a_line("2901.02", "贷", "6000.00", case=book.paid.number)])
    asked, approved = a_payout("1000.00", case=book.paid), an_approved_payout("2000.00", case=book.paid)
    of_fund = {"case": book.paid.number, "source": book.source.name}
    posted([a_line("1218.01", "借", "5000.00", **of_fund), a_line("3001", "贷", "5000.00")])
    with pytest.raises(RuleViolation, match=r"本案可发放案款0\.00元：启用本系统以前"):
        agreed(asked)
    with pytest.raises(RuleViolation, match=r"本案只剩4,000\.00元，属于资金的部分将被发放"), transaction(COURT):
        custody_service.pay(
            approved.id,
            bank_reference="AK1",
            paid_on=MARCH,
            seen_version=approved.version,
            actor=the_holder(Role.FINANCE_REVIEWER),
        )


def test_a_line_of_zero_is_kept_and_not_posted(app):
    _, opening = a_small_book()
    kept = db.session.scalars(select(OpeningLine).where(OpeningLine.account == Account.OTHER_RECEIVABLE)).one()
    assert (kept.amount, kept.opening_id) == (yuan("0"), opening.id)
    assert books.balance(COURT, Account.OTHER_RECEIVABLE) == yuan("0")
    assert not [voucher for voucher in books.opening_vouchers(opening) if "1218.02" in voucher.name]


def test_a_deficit_is_carried_as_a_balance_on_the_other_side(app):
    book = SmallBook()
    opening = posted(
        [
            a_line("1002.01", "借", "100", source=book.source.name),
            a_line("2307.01", "贷", "150"),
            a_line("3001", "贷", "-50"),
        ]
    )
    assert books.balance(COURT, Account.NET_ASSETS) == yuan("-50")
    assert (opening.debit, opening.credit) == (yuan("150"), yuan("150"))
    assert problems() == []


def test_balances_may_come_in_several_files_of_one_day(app):
    book = SmallBook()
    posted(book.lines)
    again = [a_line("1218.02", "借", "40"), a_line("2307.01", "贷", "40")]  # 1218.02 stood at zero in the first
    with pytest.raises(RuleViolation, match="日期是2017-12-31"):
        checked(again, day=date(2018, 1, 31))
    posted(again)
    assert books.balance(COURT, Account.OTHER_RECEIVABLE) == yuan("40")
    assert books.opening_day(COURT) == OPENING_DAY
    assert problems() == []


# ---- what is wrong with a file


def test_everything_wrong_with_a_file_is_told_by_cell_and_nothing_is_kept_of_it(app):
    book = SmallBook()
    opening = checked(
        [
            a_line("1002.01", "借", "100", source="不存在的单位"),
            a_line("2901.02", "贷", "5", case=f"（2018）{COURT}执99999号"),
            a_line("1002.02", "贷", "-5"),
            a_line("2307.01", "贷", "1"),
            a_line("2307.01", "贷", "2"),
            a_line("1218.01", "借", "7.005", case=book.owed.number, source=book.source.name),
        ]
    )
    assert [(cell, sentence[-1]) for cell, sentence in faults(opening)] == [
        ("F2", "。"), ("E3", "。"), ("C4、D4", "。"), ("A6", "。"), ("D7", "。"),
    ]  # fmt: skip
    told = "".join(sentence for _, sentence in faults(opening))
    for part in ("“不存在的单位”在本院没有登记", "99999号在本院没有登记", "与第5行", "余额不能为负数", "最多两位小数"):
        assert part in told
    assert opening.fault_count == 6
    assert db.session.scalars(select(OpeningLine)).all() == []
    with pytest.raises(RuleViolation, match="还有6处错误"), transaction(COURT):
        ledger.request_opening(opening.id, seen_version=opening.version, actor=the_holder(Role.FINANCE_CLERK))


def test_unequal_sides_are_told_with_both_sums_even_beside_other_faults(app):
    the_books()
    only_sums = checked([a_line("1002.02", "借", "5"), a_line("2307.01", "贷", "4.99")])
    assert [(cell, "5.00元，贷方合计4.99元，相差0.01元" in told) for cell, told in faults(only_sums)] == [
        ("全表", True)
    ]
    both = checked([a_line("1002.02", "借", "6"), a_line("2307.01", "贷", "5", case=f"（2018）{COURT}执9号")])
    assert [cell for cell, _ in faults(both)] == ["E3", "全表"]


def test_another_courts_case_and_source_are_not_known_here(app):
    book = SmallBook()
    the_books(court_code=OTHER_COURT)
    opening = checked([a_line("1002.01", "借", "1", source=book.source.name)], court_code=OTHER_COURT)
    assert "没有登记" in faults(opening)[0][1]
    with pytest.raises(NotFound):
        books.opening(opening.id, SCOPE)


def test_a_stopped_source_may_still_hold_money(app):
    book = SmallBook()
    with transaction(COURT):
        db.session.get_one(type(book.source), book.source.id).is_active = False
    assert checked(book.lines).fault_count == 0


def test_the_list_of_faults_is_handed_out_with_the_cells_as_they_stood(app):
    the_books()
    clerk = the_holder(Role.FINANCE_CLERK)
    opening = checked([a_line("1002.02", "借", "五元", note="=1+1")])
    with transaction(COURT):
        rows = service.faulty_rows(opening.id, actor=clerk)
    [row] = refused_sheet(rows).rows
    assert row[3] == "五元" and row[-2] == "D2"
    assert Event.LIST_EXPORTED in events(opening)
    checked([a_line("1002.02", "借", "六元")])
    with pytest.raises(RuleViolation, match="没有保存错误清单"), transaction(COURT):
        service.faulty_rows(opening.id, actor=clerk)


def test_a_csv_file_is_read_as_well(app, tmp_path):
    book = SmallBook()
    path = tmp_path / "期初.csv"
    with path.open("wb") as stream:
        write_csv(stream, a_table(book.lines))
    with transaction(COURT):
        opening = service.check_file(
            path.read_bytes(), path.name, day=OPENING_DAY, actor=the_holder(Role.FINANCE_CLERK)
        )
    assert (opening.fault_count, opening.line_count, opening.debit) == (0, 9, yuan("96500"))


def test_a_file_that_is_no_table_or_lacks_columns_is_refused_whole(app):
    the_books()
    clerk = the_holder(Role.FINANCE_CLERK)
    for data, name, told in ((b"x", "a.xlsx", "不是 .xlsx"), ("科目编号\r\n1".encode(), "a.csv", "表头缺少以下列")):
        with pytest.raises(RuleViolation, match=told), transaction(COURT):
            service.check_file(data, name, day=OPENING_DAY, actor=clerk)


def test_a_court_without_books_opens_them_first(app):
    clerk = the_holder(Role.FINANCE_CLERK)
    with pytest.raises(RuleViolation, match="账簿尚未启用"), transaction(COURT):
        service.check_file(a_file([a_line("3001", "贷", "1")]), "a.xlsx", day=OPENING_DAY, actor=clerk)


# ---- two persons


def test_nobody_posts_what_he_sent(app):
    opening = requested(SmallBook().lines)
    clerk = the_holder(Role.FINANCE_CLERK)
    for outcome in OpeningOutcome:
        with pytest.raises(RuleViolation, match="不能是同一人"), transaction(COURT):
            ledger.decide_opening(opening.id, outcome=outcome, reason="误", seen_version=opening.version, actor=clerk)
    assert books.voucher_count(SCOPE) == 0


def test_what_is_posted_is_what_was_seen(app):
    opening = requested(SmallBook().lines)
    reviewer, seen = the_holder(Role.FINANCE_REVIEWER), opening.version - 1
    with pytest.raises(StaleRecord), transaction(COURT):
        ledger.decide_opening(opening.id, outcome=OpeningOutcome.CONFIRM, reason="", seen_version=seen, actor=reviewer)
    decided(opening)
    with pytest.raises(RuleViolation, match="已入账"):
        decided(opening)


def test_a_return_says_why_and_frees_the_file(app):
    book = SmallBook()
    opening = requested(book.lines)
    with pytest.raises(RuleViolation, match="请写明理由"):
        decided(opening, OpeningOutcome.RETURN, reason=" ")
    with pytest.raises(RuleViolation, match="不能重复导入"):
        checked(book.lines)
    decided(opening, OpeningOutcome.RETURN, reason="第3行与银行对账单不符")
    assert (opening.status, opening.reason) == (OpeningStatus.RETURNED, "第3行与银行对账单不符")
    assert books.voucher_count(SCOPE) == 0
    posted(book.lines)


def test_the_same_file_is_not_carried_twice(app):
    book = SmallBook()
    first, second = checked(book.lines), checked(book.lines)
    clerk = the_holder(Role.FINANCE_CLERK)
    with transaction(COURT):
        ledger.request_opening(first.id, seen_version=first.version, actor=clerk)
    with pytest.raises(RuleViolation, match="不能重复导入"), transaction(COURT):
        ledger.request_opening(second.id, seen_version=second.version, actor=clerk)
    with pytest.raises(DBAPIError), transaction(COURT):
        db.session.execute(text("UPDATE openings SET status = 'requested'"))


def in_other_bytes(book, *more):
    """The same balances in another file."""
    return [*reversed(book.lines), *more]


def test_the_same_balance_is_not_carried_twice_by_whatever_file(app):
    book, first = a_small_book()
    again = checked(in_other_bytes(book, a_line("2307.01", "贷", "0")))
    assert again.fault_count == 8, "every line but those of zero"
    [(_cell, told)] = [one for one in faults(again) if one[0] == "A2"]
    assert f"已由期初导入第{first.id}号的第10行送复核或入账" in told
    one_more = [a_line("1002.02", "借", "40"), a_line("2901.02", "贷", "40", case=book.owed.number)]
    assert [cell for cell, _ in faults(checked(one_more))] == ["A2"], "case money of another case is another balance"
    assert books.balance(COURT, Account.FUND_BANK) == yuan("80000")
    undone(first)
    posted(in_other_bytes(book))  # what was undone stands in nobody's way


def test_two_files_of_the_same_balances_that_were_tried_together_are_sent_and_posted_once(app, monkeypatch):
    book = SmallBook()
    first, second = checked(book.lines), checked(in_other_bytes(book))
    clerk = the_holder(Role.FINANCE_CLERK)

    def sent(opening):
        with transaction(COURT):
            ledger.request_opening(opening.id, seen_version=opening.version, actor=clerk)

    sent(first)
    with pytest.raises(RuleViolation, match=rf"第2行的余额.*期初导入第{first.id}号的第10行"):
        sent(second)
    with monkeypatch.context() as patched:
        patched.setattr("fundapp.ledger.service.openings._check_not_carried", lambda opening: None)
        with pytest.raises(DBAPIError, match="another import carries the same balance"):
            sent(second)
    with in_place_of_the_application(), transaction():
        drop_guards(db.session.connection(), "openings")
        db.session.execute(text(f"UPDATE openings SET status = 'requested' WHERE id = {second.id}"))
    with pytest.raises(RuleViolation, match=f"期初导入第{first.id}号的第"):
        decided(second)
    decided(second, OpeningOutcome.RETURN, reason="与先送的导入相同")
    decided(first)
    assert problems() == []


# ---- before everything else


def test_nothing_opens_once_business_was_posted(app):
    book = SmallBook()
    waiting = requested(book.lines)
    receipt = a_receipt("10.00", source=book.source)
    for act in (lambda: decided(waiting), lambda: checked([*book.lines, a_line("2307.01", "贷", "0")])):
        with pytest.raises(RuleViolation, match="2018收0001号"):
            act()
    assert receipt.voucher_id and books.voucher_count(SCOPE) == 1


def test_business_of_an_earlier_day_is_posted_in_the_first_period(app):
    book, _ = a_small_book(day=MID_YEAR)
    receipt = a_receipt("10.00", source=book.source, day=date(2018, 2, 10))
    voucher = db.session.get_one(Voucher, receipt.voucher_id)
    assert (voucher.business_date, voucher.posted_on) == (date(2018, 2, 10), date(2018, 3, 1))
    assert problems() == []


def test_a_month_that_is_closed_takes_no_opening(app):
    book = SmallBook()
    waiting = requested(book.lines)
    close_month("2017-12")
    with pytest.raises(RuleViolation, match="2017-12已结账。请先由财务复核申请反结账"):
        decided(waiting)


def test_an_import_that_waits_for_its_review_keeps_its_month_open(app):
    book = SmallBook()
    waiting = requested(book.lines, day=date(2018, 1, 31))
    reviewer = the_holder(Role.FINANCE_REVIEWER)
    told = rf"未办结的期初余额导入或冲销（第{waiting.id}号 2018-01-31），请财务复核同意或退回"

    def refused(month):
        with pytest.raises(RuleViolation, match=told), transaction(COURT):
            yearend.close_month(COURT, month, actor=reviewer)

    refused("2018-01")
    decided(waiting)
    with transaction(COURT):
        ledger.request_undoing(
            waiting.id, reason="单位填错", seen_version=waiting.version, actor=the_holder(Role.FINANCE_CLERK)
        )
    refused("2018-01")
    with transaction(COURT):
        ledger.decide_undoing(waiting.id, outcome=OpeningOutcome.RETURN, seen_version=waiting.version, actor=reviewer)
        yearend.close_month(COURT, "2018-01", actor=reviewer)


# ---- undone whole, by two


def test_a_wrong_opening_is_undone_whole_and_the_right_one_imported(app):
    book, opening = a_small_book()
    undone(opening)
    assert opening.status is OpeningStatus.UNDONE and not opening.stands
    assert all(books.balance(COURT, account) == yuan("0") for account in Account), "every account is back where it was"
    reversals = db.session.scalars(select(Voucher).where(Voucher.reverses_id.is_not(None))).all()
    assert {voucher.ink for voucher in reversals} == {Ink.RED} and len(reversals) == 8
    assert {voucher.posted_on for voucher in reversals} == {OPENING_DAY}
    assert funding.figures([COURT])[book.source.subject].left == yuan("0")
    assert books.opening_day(COURT) is None
    assert problems() == []
    posted(book.lines, day=MID_YEAR)
    assert books.balance(COURT, Account.FUND_BANK) == yuan("80000")
    assert problems() == []


def test_undoing_needs_another_person_and_a_reason(app):
    _, opening = a_small_book()
    clerk, reviewer = the_holder(Role.FINANCE_CLERK), the_holder(Role.FINANCE_REVIEWER)
    with pytest.raises(RuleViolation, match="请写明理由"), transaction(COURT):
        ledger.request_undoing(opening.id, reason="", seen_version=opening.version, actor=clerk)
    with transaction(COURT):
        ledger.request_undoing(opening.id, reason="单位填错", seen_version=opening.version, actor=clerk)
    with pytest.raises(RuleViolation, match="不能是同一人"), transaction(COURT):
        ledger.decide_undoing(opening.id, outcome=OpeningOutcome.CONFIRM, seen_version=opening.version, actor=clerk)
    with transaction(COURT):
        ledger.decide_undoing(opening.id, outcome=OpeningOutcome.RETURN, seen_version=opening.version, actor=reviewer)
    assert opening.status is OpeningStatus.POSTED
    assert events(opening)[-2:] == [Event.OPENING_UNDO_REQUESTED, Event.OPENING_KEPT]
    assert problems() == []


def test_an_opening_with_business_on_top_is_not_undone(app):
    book, opening = a_small_book()
    clerk = the_holder(Role.FINANCE_CLERK)
    with transaction(COURT):
        ledger.request_undoing(opening.id, reason="单位填错", seen_version=opening.version, actor=clerk)
    a_receipt("10.00", source=book.source)
    with pytest.raises(RuleViolation, match="2018收0001号"), transaction(COURT):
        ledger.decide_undoing(
            opening.id,
            outcome=OpeningOutcome.CONFIRM,
            seen_version=opening.version,
            actor=the_holder(Role.FINANCE_REVIEWER),
        )
    assert problems() == []


# ---- and the database refuses whoever comes past the rules


def test_the_database_refuses_an_opening_after_business(app, monkeypatch):
    waiting = requested(SmallBook().lines)
    a_receipt("10.00")
    monkeypatch.setattr("fundapp.ledger.service.openings._check_may_open", lambda *_: None)
    with pytest.raises(DBAPIError, match="business was posted before"):
        decided(waiting)


def test_the_database_refuses_business_on_the_opening_day(app, monkeypatch):
    a_small_book()
    monkeypatch.setattr("fundapp.ledger.rules.posting_day", lambda business_date, closed_through: business_date)
    with pytest.raises(DBAPIError, match="under the day of the opening"):
        a_voucher("1.00", day=OPENING_DAY)
    a_voucher("1.00", day=date(2018, 1, 1))


def test_the_database_refuses_business_against_0000(app, monkeypatch):
    the_books()
    bookings = {Model.OWN_FUNDS: {Movement.OTHER_RECEIVED: ((Account.FUND_BANK, Account.OPENING),)}}
    monkeypatch.setattr("fundapp.ledger.rules.chart.BOOKING", bookings)
    how = how_posted()
    with pytest.raises(DBAPIError, match="only opening balances use 0000"), transaction(COURT):
        ledger.post("act:1", [ledger.booked(Movement.OTHER_RECEIVED, yuan("1"))], **how)


INSERT = (
    "INSERT INTO opening_lines (opening_id, line, account, side, amount, case_ref, source_ref, note) "
    "VALUES (:opening, 99, '{}', '{}', {}, 'case:99', '', '')"
)


@pytest.mark.parametrize(
    ("account", "side", "amount", "is_lawful"),
    [
        ("3001", "credit", 1, True), ("3001", "credit", -1, True), ("3001", "debit", 1, True),
        ("1002.02", "debit", 0, True), ("1002.02", "debit", -1, False), ("1002.02", "credit", 1, False),
        ("2901.02", "credit", 0, True), ("2901.02", "credit", -1, False), ("2901.02", "debit", 1, False),
        ("0000", "debit", 1, False), ("3301", "credit", 1, False),
    ],
)  # fmt: skip
def test_the_database_refuses_a_line_that_no_account_may_have(app, account, side, amount, is_lawful):
    opening = checked(SmallBook().lines)
    statement = text(INSERT.format(account, side, amount))
    if is_lawful:
        with transaction(COURT):
            db.session.execute(statement, {"opening": opening.id})
        return
    with pytest.raises(DBAPIError), transaction(COURT):
        db.session.execute(statement, {"opening": opening.id})


def test_the_database_refuses_a_balance_and_a_line_that_are_there_already(app):
    opening = checked(SmallBook().lines)
    columns = "opening_id, {line}, account, side, amount, {case}, source_ref, note"
    copied = (
        "INSERT INTO opening_lines (opening_id, line, account, side, amount, case_ref, source_ref, note) "
        f"SELECT {columns} FROM opening_lines WHERE opening_id = :opening AND line = "
        "(SELECT MIN(line) FROM opening_lines WHERE opening_id = :opening)"
    )
    for line, case in (("line", "'case:99'"), ("line + 1000", "case_ref")):
        with pytest.raises(DBAPIError, match=r"(?i)append-only|unique"), transaction(COURT):
            db.session.execute(text(copied.format(line=line, case=case)), {"opening": opening.id})
    with transaction(COURT):
        db.session.execute(text(copied.format(line="line + 1000", case="'case:99'")), {"opening": opening.id})


def test_the_database_refuses_lines_after_an_import_was_sent_and_one_pair_of_hands(app):
    opening = requested(SmallBook().lines)
    with pytest.raises(DBAPIError, match="sent on already"), transaction(COURT):
        db.session.execute(text(INSERT.format("3001", "credit", 1)), {"opening": opening.id})
    for change in (
        "reviewed_by_id = requested_by_id",
        "status = 'posted'",
        "debit = debit + 1",
        "undo_requested_by_id = 1, undo_reviewed_by_id = 1",
    ):
        with pytest.raises(DBAPIError), transaction(COURT):
            db.session.execute(text(f"UPDATE openings SET {change}"))
