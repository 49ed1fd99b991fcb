"""Posting, reversing, closing: what the books do, what they refuse, and what the database refuses."""

import threading
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from fundapp.core.db import db, transaction
from fundapp.core.errors import RuleViolation, StaleRecord
from fundapp.core.money import ZERO, from_fen, to_fen, yuan
from fundapp.courts import queries as courts
from fundapp.courts import service as court_service
from fundapp.ledger import queries as books
from fundapp.ledger import service as ledger
from fundapp.ledger.models import PostingLine, StandingBalance, Voucher
from fundapp.ledger.rules import (
    BOOKING,
    Account,
    Ink,
    Model,
    Movement,
    booked,
)
from fundapp.trail import queries as trail
from fundapp.trail.rules import Event
from fundapp.users.models import User
from fundapp.users.rules import Role
from tests.attacker import unguarded
from tests.builders.ledger import DAY, a_voucher, close_month, how_posted, the_hands
from tests.builders.people import COURT, OTHER_COURT, a_user, the_books, the_holder
from tests.ledger.recomputation import balances, recomputed

IN = Movement.APPROPRIATION_RECEIVED
OUT = Movement.ADVANCE_PAID


def paid(name: str, amount: str, **how: object) -> Voucher:
    return a_voucher(amount, OUT, name=name, case="case:17", **how)


def test_the_mini_ledger_of_2018_ends_in_its_trial_balance(app):
    """Vector T10, line by line through the service."""
    recovered = booked(Movement.RECOVERED, yuan("10000.00"), case="case:1")
    a_voucher("3000000.00", Movement.APPROPRIATION_RECEIVED, day=date(2018, 3, 1))
    a_voucher("1000000.00", Movement.DONATION_RECEIVED, day=date(2018, 3, 5))
    a_voucher("18000.00", OUT, case="case:1", day=date(2018, 4, 10))
    a_voucher("15000.00", OUT, case="case:2", day=date(2018, 5, 2))
    a_voucher("10000.00", Movement.CASE_MONEY_RECEIVED, case="case:1", day=date(2018, 6, 20))
    with transaction(COURT):
        ledger.post("recovered", [recovered], **how_posted(day=date(2018, 6, 25)))
    a_voucher("1250.37", Movement.INTEREST_RECEIVED, day=date(2018, 9, 21))
    a_voucher("15000.00", Movement.WRITTEN_OFF, case="case:2", day=date(2018, 12, 20))

    lines = {line.account.value: line for line in books.trial_balance([COURT], as_of=date(2018, 12, 31))}
    stands = {code: (line.closing_debit, line.closing_credit) for code, line in lines.items()}
    assert stands == {
        "1002.01": (yuan("3978250.37"), ZERO),
        "1002.02": (ZERO, ZERO),
        "1218.01": (yuan("8000.00"), ZERO),
        "2103.02": (ZERO, yuan("1250.37")),
        "2901.02": (ZERO, ZERO),
        "4001": (ZERO, yuan("3000000.00")),
        "4603": (ZERO, yuan("1000000.00")),
        "5301": (yuan("15000.00"), ZERO),
    }
    assert books.difference([COURT]) == ZERO
    assert books.trial_sums(list(lines.values())).is_balanced
    assert books.balance(COURT, Account.ADVANCES_RECEIVABLE, "case:1") == yuan("8000.00")


def test_vouchers_of_several_days_posted_at_once_end_each_day_rightly_and_move_the_days_after(app):
    a_voucher("5.00", day=date(2018, 5, 1), source="source:1")
    days = [date(2018, 4, 2), date(2018, 3, 9), date(2018, 4, 2), date(2018, 3, 12)]
    how = how_posted()
    entries = [
        ledger.Entry(
            f"several:{n}",
            [booked(Movement.APPROPRIATION_RECEIVED, yuan(n), source="source:1")],
            day,
            "几日的凭证",
            1,
            how["hands"],
        )
        for n, day in enumerate(days, 1)
    ]
    with transaction(COURT):
        posted = ledger.post_all(entries, court_code=COURT, actor=how["actor"])
    assert [one.cited for one in posted] == ["2018收0002", "2018收0003", "2018收0004", "2018收0005"]
    assert balances(COURT) == recomputed(COURT)
    with transaction(COURT):
        again = ledger.post_all(entries, court_code=COURT, actor=how["actor"])
    assert again == posted and balances(COURT) == recomputed(COURT)


def a_give_back(amount: str, day: date, name: str) -> ledger.Entry:
    moved = booked(Movement.APPROPRIATION_GIVEN_BACK, yuan(amount), source="source:1")
    return ledger.Entry(name, [moved], day, "退回资金", 1, the_hands())


def test_money_is_not_taken_on_a_day_on_which_it_had_not_come_or_was_needed_later(app):
    a_voucher("100.00", day=date(2018, 3, 10), source="source:1")
    a_voucher("70.00", Movement.APPROPRIATION_GIVEN_BACK, day=date(2018, 3, 20), source="source:1")
    a_voucher("500.00", day=date(2018, 3, 30), source="source:1")
    before = balances(COURT)
    for amount, day, told in (
        ("0.01", date(2018, 3, 9), "自2018-03-09起，该账户日终余额最低时为0.00元，不足以在该日减少0.01元"),
        ("30.01", date(2018, 3, 10), "自2018-03-10起，该账户日终余额最低时为30.00元"),
        ("30.01", date(2018, 3, 29), "先补记此前到账的款项"),
        ("530.01", date(2018, 3, 30), "超过可用资金530.00元"),
    ):
        with pytest.raises(RuleViolation, match=told), transaction(COURT):
            ledger.post_all([a_give_back(amount, day, "refused")], court_code=COURT, actor=how_posted()["actor"])
    assert balances(COURT) == before == recomputed(COURT)
    with transaction(COURT):
        ledger.post_all(
            [a_give_back("30.00", date(2018, 3, 15), "all"), a_give_back("500.00", date(2018, 3, 30), "rest")],
            court_code=COURT,
            actor=how_posted()["actor"],
        )
    assert books.available(COURT) == ZERO
    assert balances(COURT) == recomputed(COURT)


def test_of_acts_posted_at_once_what_came_covers_what_went_on_that_day_or_later(app):
    a_voucher("10.00", day=date(2018, 3, 20), source="source:1")
    for gone, came in (("2018-03-12", "2018-03-12"), ("2018-03-12", "2018-03-11"), ("2018-04-02", "2018-04-02")):
        post_at_once(a_give_back("90.00", date.fromisoformat(gone), f"{gone}, {came}"), came)
    with pytest.raises(RuleViolation, match="自2018-04-03起"):
        post_at_once(a_give_back("10.01", date(2018, 4, 3), "after"), "2018-04-04")
    with pytest.raises(RuleViolation, match="自2018-03-13起"):
        post_at_once(a_give_back("0.01", date(2018, 3, 13), "before"), "2018-03-14")
    assert books.available(COURT) == yuan("10.00")


def post_at_once(given_back: ledger.Entry, day: str) -> None:
    """The entry, and in the same call after it 90.00 that came on that day."""
    came = booked(Movement.APPROPRIATION_RECEIVED, yuan("90.00"), source="source:1")
    entry = ledger.Entry(f"{given_back.name}: came", [came], date.fromisoformat(day), "到账", 1, given_back.hands)
    with transaction(COURT):
        ledger.post_all([given_back, entry], court_code=COURT, actor=how_posted()["actor"])
    assert balances(COURT) == recomputed(COURT)


def test_a_posting_is_kept_numbered_sealed_and_told(app):
    voucher = a_voucher("1000.00", IN, source="source:3", name="receipt:1:confirmed")
    assert (voucher.cited, voucher.total, voucher.month) == ("2018收0001", yuan("1000.00"), "2018-03")
    assert (voucher.posted_on, voucher.ink, voucher.number) == (DAY, Ink.BLUE, 1)
    assert voucher.cashier_id == voucher.prepared_by_id
    (line,) = voucher.lines
    assert (line.debit, line.credit, line.amount) == (Account.FUND_BANK, Account.APPROPRIATION, yuan("1000.00"))
    (entry,) = trail.history(voucher.subject)
    assert entry.event is Event.VOUCHER_POSTED
    assert entry.told == {
        "number": "2018收0001",
        "name": "receipt:1:confirmed",
        "total": "1000.00",
        "digest": voucher.digest,
    }
    assert balances(COURT) == recomputed(COURT)


def test_what_an_act_of_the_cashier_posts_the_reviewer_books(app):
    the_books()
    clerk = the_holder(Role.FINANCE_CLERK)
    how = how_posted() | {"actor": clerk}
    with transaction(COURT):
        done = ledger.post("act", [booked(IN, yuan("1.00"), source="source:1")], **how)
    voucher = db.session.get_one(Voucher, done.id)
    assert voucher.prepared_by_id == voucher.cashier_id == clerk.id
    assert voucher.booked_by_id == voucher.reviewed_by_id
    assert trail.history(voucher.subject)[0].actor_id == clerk.id, "the trail says whose act it was"


def test_a_repeated_act_posts_nothing_and_another_under_its_name_is_refused(app):
    first = a_voucher("1000.00", name="receipt:1:confirmed")
    again = a_voucher("1000.00", name="receipt:1:confirmed")
    assert again.id == first.id
    for amount, day in (("2000.00", DAY), ("1000.00", date(2018, 3, 2))):
        with pytest.raises(StaleRecord, match="该业务已以凭证2018收0001入账，本次提交的金额或业务日期与其不同"):
            a_voucher(amount, name="receipt:1:confirmed", day=day)
    assert books.voucher_count([COURT]) == 1
    assert books.available(COURT) == yuan("1000.00")
    assert a_voucher("5.00", name="receipt:1:confirmed", court_code=OTHER_COURT).id != first.id


def test_numbers_have_no_gap_after_a_refused_act(app):
    """I16: per court and year, and a refusal or a failure in between leaves no hole."""
    a_voucher("100.00")
    with pytest.raises(RuleViolation, match=r"还差0\.01元"):
        paid("too much", "100.01")
    how = how_posted() | {"summary": None}  # fails after the number was taken
    with pytest.raises(TypeError), transaction(COURT):
        ledger.post("broken", [booked(IN, yuan("1"))], **how)
    numbers = [
        a_voucher("1.00").cited,
        a_voucher("1.00", day=date(2019, 1, 1)).cited,
        a_voucher("1.00", court_code=OTHER_COURT).cited,
        a_voucher("1.00").cited,
    ]
    assert numbers == ["2018收0002", "2019收0001", "2018收0001", "2018收0003"]


def test_one_person_does_not_sign_twice(app):
    the_books()
    how = how_posted()
    same = ledger.Hands(how["hands"].prepared_by_id, how["hands"].prepared_by_id)
    with pytest.raises(RuleViolation, match="不能是同一人"), transaction(COURT):
        ledger.post("one hand", [booked(IN, yuan("1"))], **how | {"hands": same})
    assert books.voucher_count([COURT]) == 0


def test_the_booking_model_is_chosen_once_and_decides_the_accounts(app):
    administrator = the_holder(Role.ADMINISTRATOR)
    with pytest.raises(RuleViolation, match="尚未启用"):
        books.model(COURT)
    voucher = a_voucher("10.00", OUT, booked(IN, yuan("10.00")), model=Model.CUSTODIAL)
    assert [line.debit for line in voucher.lines] == [Account.ENTRUSTED_FUND, Account.FUND_BANK]
    with pytest.raises(RuleViolation, match="只能选定一次"), transaction(COURT):
        ledger.open_books(COURT, model=Model.OWN_FUNDS, actor=administrator)
    assert books.model(COURT) is Model.CUSTODIAL


# periods


def test_what_belongs_to_a_closed_month_or_one_before_it_is_posted_in_the_first_open_one(app):
    a_voucher("1.00")
    close_month("2018-03")
    assert [(closed.month, closed.vouchers) for closed in books.closed_months(COURT)] == [("2018-03", 1)]
    for day in (date(2018, 3, 1), date(2018, 3, 31), date(2018, 2, 28), date(2017, 12, 31)):
        late = a_voucher("1.00", day=day)
        assert (late.business_date, late.posted_on, late.month) == (day, date(2018, 4, 1), "2018-04")
    assert a_voucher("1.00", day=date(2018, 4, 1)).cited == "2018收0006"
    assert a_voucher("1.00", court_code=OTHER_COURT).cited == "2018收0001"
    assert balances(COURT) == recomputed(COURT)


def test_a_month_closes_once_and_only_on_books_that_balance(app):
    a_voucher("1.00")
    close_month("2018-01")
    with pytest.raises(RuleViolation, match="2018-01已经结账"):
        close_month("2018-01")
    with transaction(COURT):
        row = (StandingBalance.account == Account.APPROPRIATION, StandingBalance.part == "")
        db.session.execute(update(StandingBalance).where(*row).values(credit=yuan("1.01")))
    assert books.difference([COURT]) == ZERO - yuan("0.01")
    with pytest.raises(RuleViolation, match="借贷不平"):
        close_month("2018-02")


# races and random lives


def test_writers_of_one_court_take_turns(app):
    """Two threads, twenty vouchers each, at once: numbers contiguous, sums right, the chain whole."""
    a_voucher("1000.00", source="source:1")
    how = how_posted()
    actor_id = how.pop("actor").id
    start, failures = threading.Barrier(2), []

    def post_twenty(worker: int) -> None:
        with app.app_context():
            try:
                start.wait()
                for number in range(20):
                    with transaction(COURT):
                        actor = db.session.get_one(User, actor_id)
                        moved = booked(
                            IN if number % 2 else OUT, from_fen(100 + worker), case="case:1", source="source:1"
                        )
                        ledger.post(f"worker:{worker}:{number}", [moved], actor=actor, **how)
            except Exception as failure:  # told below: a thread's own failure would be lost
                failures.append(failure)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=post_twenty, args=(worker,)) for worker in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    db.session.rollback()  # what this session read before is read afresh
    assert not failures
    numbers = db.session.scalars(select(Voucher.number).order_by(Voucher.number)).all()
    assert numbers == list(range(1, 42))
    assert books.available(COURT) == yuan("1000.00")
    assert balances(COURT) == recomputed(COURT)
    assert trail.first_break(COURT) is None


def test_nobody_writes_in_a_court_s_books_while_another_weighs_a_sum(app):
    """What makes every comparison of a sum with a limit true: the second comes in when the first is done."""
    the_books()
    came_in, done = threading.Event(), []

    def first() -> None:
        with app.app_context(), transaction(COURT):
            came_in.set()
            threading.Event().wait(0.3)
            done.append("first")

    def second() -> None:
        came_in.wait()
        with app.app_context(), transaction(COURT):
            done.append("second")

    threads = [threading.Thread(target=work) for work in (second, first)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert done == ["first", "second"]


def test_two_payments_at_once_do_not_overdraw(app):
    """The trial build's overdraft: each alone is covered, both are not; one of them is refused."""
    a_voucher("100.00")
    how = how_posted()
    actor_id = how.pop("actor").id
    start, told = threading.Barrier(2), []

    def pay(worker: int) -> None:
        with app.app_context():
            start.wait()
            try:
                with transaction(COURT):
                    actor = db.session.get_one(User, actor_id)
                    ledger.post(f"pay:{worker}", [booked(OUT, yuan("80.00"), case="case:1")], actor=actor, **how)
                told.append("paid")
            except RuleViolation as refusal:
                told.append(str(refusal))
            finally:
                db.session.remove()

    threads = [threading.Thread(target=pay, args=(worker,)) for worker in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    db.session.rollback()  # what this session read before is read afresh
    assert sorted(told)[0] == "paid" and "还差60.00元" in sorted(told)[1]
    assert books.available(COURT) == yuan("20.00")


MOVES = st.lists(
    st.tuples(
        st.sampled_from(
            [
                Movement.APPROPRIATION_RECEIVED,
                Movement.DONATION_RECEIVED,
                Movement.APPROPRIATION_GIVEN_BACK,
                Movement.ADVANCE_PAID,
                Movement.ADVANCE_PAID_IN_CASH,
                Movement.FUND_CASH_DRAWN,
                Movement.FUND_CASH_RETURNED,
                Movement.CASE_MONEY_RECEIVED,
                Movement.CASE_MONEY_PAID,
                Movement.CASE_MONEY_PAID_IN_CASH,
                Movement.CASE_CASH_DRAWN,
                Movement.CASE_CASH_RETURNED,
                Movement.RECOVERED,
                Movement.WRITTEN_OFF,
                "reserve",
                "settle",
                "reverse",
            ]
        ),
        st.sampled_from(["one fen", "rest less one", "rest", "rest and one", "much"]),
        st.integers(1, 2),
    ),
    min_size=1,
    max_size=14,
)


@settings(
    max_examples=20,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(moves=MOVES, model=st.sampled_from(Model))
def test_whatever_happens_the_books_balance_and_nothing_is_overdrawn(app, moves, model):
    """I1, I2, I10: after any acts with amounts about the edge, in books of their own, each either done or refused."""
    life = Life(model)
    for move, size, case in moves:
        life.attempt(move, size, case)
        assert books.difference([life.court_code]) == ZERO
    assert balances(life.court_code) == recomputed(life.court_code)
    numbers = db.session.scalars(select(Voucher.number).where(Voucher.court_code == life.court_code)).all()
    assert sorted(numbers) == list(range(1, len(numbers) + 1))
    for kept in db.session.scalars(select(StandingBalance).where(StandingBalance.court_code == life.court_code)):
        assert kept.guard != "debit" or kept.debit - kept.credit >= kept.held >= ZERO
        assert kept.guard != "credit" or kept.credit - kept.debit >= kept.held >= ZERO


class Life:
    """The books of one new court, in which things are attempted."""

    def __init__(self, model: Model) -> None:
        the_books()
        self.how = how_posted()
        self.court_code = f"测{len(courts.codes()):04d}"
        self.acts = 0
        self.refused: list[str] = []
        administrator = a_user(Role.ADMINISTRATOR)
        with transaction():
            court_service.found_district([(self.court_code, "试验法院")], seat=self.court_code)
            ledger.open_books(self.court_code, model=model, actor=administrator)

    def attempt(self, move: Movement | str, size: str, case: int) -> None:
        self.acts += 1
        about = {"case": f"case:{case}", "source": "source:1"}
        try:
            with transaction(self.court_code):
                if move == "reserve":
                    self._reserve(self._amount(Account.FUND_BANK, size))
                elif move == "settle":
                    ledger.settle(self.court_code, f"reserve:{self.acts - case}")
                elif move == "reverse":
                    self._reverse(case)
                elif move in books_of(self.court_code):
                    ledger.post(f"act:{self.acts}", [booked(move, self._amount_of(move, size), **about)], **self._how())
        except RuleViolation as refusal:
            self.refused.append(str(refusal))

    def _how(self) -> dict[str, object]:
        return self.how | {"court_code": self.court_code}

    def _reserve(self, amount: object) -> None:
        ledger.reserve(f"reserve:{self.acts}", court_code=self.court_code, account=Account.FUND_BANK, amount=amount)

    def _reverse(self, number: int) -> None:
        voucher = db.session.scalar(
            select(Voucher).where(Voucher.court_code == self.court_code, Voucher.number == number)
        )
        if voucher is not None:
            hands, actor = self.how["hands"], self.how["actor"]
            ledger.reverse(voucher.id, business_date=DAY, reason="试", hands=hands, actor=actor)

    def _amount_of(self, move: Movement, size: str) -> object:
        return self._amount(books_of(self.court_code)[move][0][1], size)

    def _amount(self, account: Account, size: str) -> object:
        rest = to_fen(books.free(self.court_code, account))
        fen = {"one fen": 1, "rest less one": rest - 1, "rest": rest, "rest and one": rest + 1, "much": 1_000_000}[size]
        return from_fen(max(fen, 1))


def books_of(court_code: str) -> dict[Movement, tuple[tuple[Account, Account], ...]]:
    return BOOKING[books.model(court_code)]


def test_a_number_that_was_tampered_with_shows_in_the_recomputation(app):
    """The recomputation of these tests sees what it is there to see."""
    voucher = a_voucher("1.00")
    with unguarded("posting_lines") as database:
        database.execute(update(PostingLine).where(PostingLine.voucher_id == voucher.id).values(amount=yuan("1.01")))
    assert balances(COURT) != recomputed(COURT)
