"""What debtors pay back, in the books and out of them."""

from datetime import date

import pytest
from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from fundapp.advances import queries as advances
from fundapp.advances import service as advance_service
from fundapp.advances.rules import Channel
from fundapp.cases.models import Case
from fundapp.core import clock
from fundapp.core.db import db, transaction
from fundapp.core.errors import NotFound, RuleViolation, StaleRecord
from fundapp.core.money import ZERO, total, yuan
from fundapp.custody import queries as custody
from fundapp.custody.rules import Purpose
from fundapp.eligibility.rules import RecoveryOrder
from fundapp.funding import queries as funding
from fundapp.funding.rules import SourceKind
from fundapp.ledger import queries as books
from fundapp.ledger import service as ledger
from fundapp.ledger.models import Voucher
from fundapp.ledger.rules import Account, Model
from fundapp.ledger.service import Hands
from fundapp.recovery import queries, service
from fundapp.recovery.models import Allocation
from fundapp.trail import queries as trail
from fundapp.trail.rules import Event
from fundapp.users.rules import Role
from tests.builders.advances import PAID_ON, a_paid_advance, signed, the_ladder, the_terms
from tests.builders.cases import a_case, a_creditor, a_debtor
from tests.builders.custody import a_case_receipt, a_paid_payout, a_payout, a_refundable_case
from tests.builders.funding import a_receipt, a_source
from tests.builders.people import COURT, OTHER_COURT, a_user, the_books, the_holder
from tests.builders.recovery import a_recovered_receipt, allocated, an_advanced_case

SCOPE = frozenset({COURT})
MODELS = list(Model)


def parts(made: list[Allocation]) -> list[str]:
    return [f"{total(getattr(one, part) for one in made).amount:.2f}" for part in ("fund", "creditor", "refund")]


def stands(account: Account, part: str = "") -> str:
    return f"{books.balance(COURT, account, part).amount:.2f}"


# ---- the split, in both booking models


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
@pytest.mark.parametrize(
    ("order", "split"),
    [
        (RecoveryOrder.FUND_FIRST, ["10000.00", "0.00", "0.00"]),
        (RecoveryOrder.CLAIMANT_FIRST, ["7000.00", "3000.00", "0.00"]),
        (RecoveryOrder.PRO_RATA, ["8333.33", "1666.67", "0.00"]),
    ],
    ids=lambda value: value.name if isinstance(value, RecoveryOrder) else "",
)
def test_a_payment_is_split_in_the_order_frozen_for_the_case(app, model, order, split):
    advance = an_advanced_case("15000.00", order=order, model=model)
    receipt = a_recovered_receipt("10000.00", advance=advance)
    assert receipt.needs_allocation and custody.free_for_payout(receipt.case) == ZERO
    made = allocated(receipt)
    assert parts(made) == split
    fund, creditor = yuan(split[0]), yuan(split[1])
    assert queries.outstanding(advance.id) == yuan("15000.00") - fund
    assert (queries.recovered_in(SCOPE), queries.outstanding_in(SCOPE)) == (fund, yuan("15000.00") - fund)
    assert books.balance(COURT, Account.FUND_BANK) == fund, "the advance had emptied it"
    assert books.balance(COURT, Account.CASE_BANK) == books.balance(COURT, Account.CASE_MONEY) == creditor
    if model is Model.OWN_FUNDS:
        receivable = books.balance(COURT, Account.ADVANCES_RECEIVABLE, receipt.case.subject)
        assert receivable == queries.outstanding(advance.id)
    else:
        assert books.balance(COURT, Account.ENTRUSTED_FUND) == fund
        assert books.balance(COURT, Account.ADVANCES_RECEIVABLE) == ZERO
    assert books.difference([COURT]) == ZERO
    assert receipt.is_allocated and custody.free_for_payout(receipt.case) == creditor
    assert trail.history(receipt.subject)[-1].event is Event.RECOVERY_ALLOCATED


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
def test_money_returns_to_the_sources_that_paid_the_earliest_first(app, model):
    the_books(model=model)
    early, late = a_source(SourceKind.APPROPRIATION), a_source(SourceKind.SOCIAL_DONATION)
    a_receipt("4000.00", source=early)
    a_receipt("20000.00", source=late)
    advance = an_advanced_case("15000.00", model=model)  # 4,000 of the first, 11,000 of the second
    allocated(a_recovered_receipt("3000.00", advance=advance))
    allocated(a_recovered_receipt("6000.00", advance=advance))
    figures = funding.figures(SCOPE)
    assert figures[early.subject].recovered == yuan("4000.00")
    assert figures[late.subject].recovered == yuan("5000.00")
    assert stands(Account.FUND_BANK, early.subject) == "4000.00"
    assert stands(Account.FUND_BANK, late.subject) == "14000.00"
    assert queries.owed_to_sources(advance.case.subject) == [(late.subject, yuan("6000.00"))]
    if model is Model.OWN_FUNDS:
        about = f"{advance.case.subject}|"
        assert books.parts(COURT, Account.ADVANCES_RECEIVABLE, about) == [(f"{about}{late.subject}", yuan("6000.00"))]


def test_an_overpaid_debtor_gets_the_rest_back_and_the_receivable_is_never_negative(app):
    advance = an_advanced_case("15000.00")
    receipt = a_recovered_receipt("20000.00", advance=advance)
    assert parts(allocated(receipt)) == ["15000.00", "3000.00", "2000.00"]
    assert queries.outstanding(advance.id) == ZERO
    case = advance.case
    with pytest.raises(RuleViolation, match=r"“退还被执行人”可用2,000\.00元"):
        a_payout("2000.01", case, purpose=Purpose.REFUND)
    a_paid_payout("2000.00", case, purpose=Purpose.REFUND)
    with pytest.raises(RuleViolation, match=r"“退还被执行人”可用0\.00元"):
        a_payout("0.01", case, purpose=Purpose.REFUND)
    with pytest.raises(RuleViolation, match=r"本案可发放案款3,000\.00元"):
        a_payout("3000.01", case)
    a_paid_payout("3000.00", case)
    assert stands(Account.CASE_MONEY) == stands(Account.CASE_BANK) == "0.00"
    assert parts(allocated(a_recovered_receipt("1.00", advance=advance))) == ["0.00", "0.00", "1.00"]
    assert db.session.scalars(select(Allocation).order_by(Allocation.id.desc())).first().voucher_id is None


def test_creditors_parts_of_earlier_receipts_count_whether_paid_out_or_not(app):
    advance = an_advanced_case("15000.00", order=RecoveryOrder.CLAIMANT_FIRST)
    assert parts(allocated(a_recovered_receipt("1000.00", advance=advance))) == ["0.00", "1000.00", "0.00"]
    a_paid_payout("400.00", advance.case)
    assert parts(allocated(a_recovered_receipt("2500.00", advance=advance))) == ["500.00", "2000.00", "0.00"]
    with pytest.raises(RuleViolation, match=r"本案可发放案款2,600\.00元"):
        a_payout("2600.01", advance.case)
    a_paid_payout("2600.00", advance.case)


def test_money_that_came_before_the_advance_is_the_creditors_without_a_split(app):
    case = a_refundable_case("18000.00")
    before = a_case_receipt("1000.00", case, day=date(2018, 2, 20))
    advance = an_advanced_case("15000.00", case=case)
    with pytest.raises(RuleViolation, match="款项在垫付之前入账"):
        allocated(before)
    a_paid_payout("1000.00", case)
    receipt = a_recovered_receipt("20000.00", advance=advance)
    assert parts(allocated(receipt)) == ["15000.00", "2000.00", "3000.00"]


def test_a_creditor_is_not_paid_before_the_split(app):
    receipt = a_recovered_receipt("10000.00")
    with pytest.raises(RuleViolation, match=r"本案可发放案款0\.00元.*未分配的到账"):
        a_payout("1.00", receipt.case)
    allocated(receipt)  # all of it goes to the fund
    with pytest.raises(RuleViolation, match=r"本案可发放案款0\.00元"):
        a_payout("1.00", receipt.case)


def test_two_creditors_advances_of_one_case_come_back_one_after_the_other(app):
    parties = [a_creditor(), a_creditor(), a_debtor()]
    case = a_case("19000.00", parties=parties)
    first = an_advanced_case("9000.00", case=case)
    second = _advanced_to(case, case.creditors[1], "6000.00")
    made = allocated(a_case_receipt("10000.00", case))
    assert [(one.advance_id, one.fund, one.outstanding_before) for one in made] == [
        (first.id, yuan("9000.00"), yuan("9000.00")),
        (second.id, yuan("1000.00"), yuan("6000.00")),
    ]
    made = allocated(a_case_receipt("10000.00", case))
    assert [one.advance_id for one in made] == [second.id]
    assert parts(made) == ["5000.00", "4000.00", "1000.00"]
    assert queries.outstanding_in(SCOPE) == ZERO


def _advanced_to(case, creditor, amount):
    """An advance of another creditor of a case, signed and paid like the first one's."""
    a_receipt(amount)
    with transaction(COURT):
        advance = advance_service.request(
            case.id,
            creditor_id=creditor.id,
            amount=yuan(amount),
            reason="生活困难",
            actor=the_holder(Role.CASE_HANDLER),
        )
    for role in advances.roles_to_sign(advance):
        signed(advance, role)
    clerk, reviewer = the_holder(Role.FINANCE_CLERK), the_holder(Role.FINANCE_REVIEWER)
    with transaction(COURT):
        advance_service.begin_payment(advance.id, actor=clerk)
        advance_service.record_paid(
            advance.id,
            channel=Channel.BANK_BATCH,
            paid_on=PAID_ON,
            paid_through="batch:2",
            bank_reference="BK2",
            hands=Hands(clerk.id, reviewer.id),
            actor=clerk,
        )
    return advance


# ---- refusals


def test_a_receipt_is_split_once(app):
    receipt = a_recovered_receipt()
    [made] = allocated(receipt)
    with pytest.raises(RuleViolation, match="已经分配"):
        allocated(receipt)
    again = {column.name: getattr(made, column.name) for column in Allocation.__table__.columns if column.name != "id"}
    with pytest.raises(IntegrityError):
        db.session.execute(insert(Allocation).values(**again))
    db.session.rollback()
    assert queries.recovered_in(SCOPE) == yuan("10000.00")


@pytest.mark.parametrize(
    "changes",
    [
        {"fund": yuan("15000.01"), "amount": yuan("15000.01")},
        {"creditor": yuan("0.01")},
        {"fund": ZERO, "creditor": yuan("3000.01"), "amount": yuan("3000.01")},
        {"fund": yuan("9999.99"), "refund": yuan("0.01")},
    ],
    ids=["more than is outstanding", "parts that do not add up", "more than the creditor is owed", "an early refund"],
)
def test_the_database_refuses_a_split_that_cannot_be(app, changes):
    [made] = allocated(a_recovered_receipt())
    row = {column.name: getattr(made, column.name) for column in Allocation.__table__.columns if column.name != "id"}
    other = a_case_receipt("1.00", confirmed=False)
    with pytest.raises(IntegrityError):
        db.session.execute(insert(Allocation).values(**row | {"receipt_id": other.id} | changes))
    db.session.rollback()


def test_a_receipt_is_confirmed_before_it_is_split(app):
    receipt = a_case_receipt("100.00", an_advanced_case().case, confirmed=False)
    with pytest.raises(RuleViolation, match="尚未复核入账"):
        allocated(receipt)


def test_a_case_nobody_advanced_has_nothing_to_split(app):
    with pytest.raises(RuleViolation, match="不需要分配"):
        allocated(a_case_receipt())


def test_a_bankrupts_money_is_not_split_here(app):
    receipt = a_recovered_receipt()
    with transaction(COURT):
        db.session.execute(update(Case).values(is_in_bankruptcy=True))
    with pytest.raises(RuleViolation, match="移交管理人"):
        allocated(receipt)
    assert queries.recovered_in(SCOPE) == ZERO


@pytest.mark.parametrize("day", [date(2018, 6, 19), date(2100, 1, 1)])
def test_a_split_is_not_booked_before_the_money_came_nor_tomorrow(app, day):
    with pytest.raises(RuleViolation, match="分配日期应在2018-06-20至今天"):
        allocated(a_recovered_receipt(), day=day)


def test_a_split_is_of_what_was_on_screen(app):
    advance = an_advanced_case()
    first, second = (a_recovered_receipt("1000.00", advance=advance) for _ in range(2))
    seen = queries.standing(advance.case).version
    allocated(first)
    reviewer = the_holder(Role.FINANCE_REVIEWER)
    with pytest.raises(StaleRecord, match="请重新打开"), transaction(COURT):
        service.allocate(second.id, seen_version=seen, actor=reviewer)


def test_money_whose_advance_was_reversed_in_the_books_is_not_given_back_blindly(app):
    advance = an_advanced_case()
    receipt = a_recovered_receipt(advance=advance)
    reviewer, clerk = the_holder(Role.FINANCE_REVIEWER), the_holder(Role.FINANCE_CLERK)
    with transaction(COURT):
        ledger.reverse(
            advance.payment.voucher_id,
            business_date=date(2018, 6, 20),
            reason="重复",
            hands=Hands(clerk.id, reviewer.id),
            actor=reviewer,
        )
    with pytest.raises(RuleViolation, match="先核对本案凭证有无冲销"):
        allocated(receipt)


def test_another_courts_receipt_is_not_split(app):
    receipt = a_recovered_receipt()
    stranger = a_user(Role.FINANCE_REVIEWER, court_code=OTHER_COURT)
    with pytest.raises(NotFound), transaction(OTHER_COURT):
        service.allocate(receipt.id, actor=stranger)


# ---- lists


def test_a_debtors_cases_stand_together_under_his_identity(app):
    debtor = a_debtor()
    for amount in ("9000.00", "6000.00"):
        an_advanced_case(amount, case=a_case(amount, parties=[a_creditor(), debtor]))
    paid = an_advanced_case("5000.00", case=a_refundable_case("5000.00"))
    allocated(a_recovered_receipt("5000.00", advance=paid))
    query, _ = queries.outstanding_by_debtor(SCOPE)
    [row] = db.session.execute(query).all()
    assert (row.name, row.cases, row.outstanding) == (debtor.name, 2, yuan("15000.00"))
    query, _ = queries.outstanding_by_debtor(SCOPE, text="查无此人")
    assert not db.session.execute(query).all()


def test_the_list_of_recoveries_is_narrowed(app):
    advance = an_advanced_case("5000.00", case=a_refundable_case("5000.00"))
    still = an_advanced_case("6000.00", case=a_refundable_case("6000.00"))
    allocated(a_recovered_receipt("5000.00", advance=advance))

    def found(**narrowed):
        query, key = queries.recoveries(SCOPE, **narrowed)
        return [(row.Advance, row.recovered, row.outstanding) for row in db.session.execute(query.order_by(key))]

    assert found() == [(advance, yuan("5000.00"), ZERO), (still, ZERO, yuan("6000.00"))]
    assert found(is_open=True) == found(text=still.case.number) == found(text=still.case.debtors[0].name)
    assert found(order=RecoveryOrder.PRO_RATA) == []


# ---- T10, as far as these services go


def test_the_mini_ledger_of_2018(app):
    with clock.at(date(2018, 12, 31)):
        a_receipt("3000000.00", source=a_source(SourceKind.APPROPRIATION), day=date(2018, 3, 1))
        a_receipt("1000000.00", source=a_source(SourceKind.SOCIAL_DONATION), day=date(2018, 3, 5))
        the_terms()
        the_ladder()
        first = a_paid_advance("18000.00", case=a_refundable_case("18000.00"), paid_on=date(2018, 4, 10))
        a_paid_advance("15000.00", case=a_refundable_case("15000.00"), paid_on=date(2018, 5, 2))
        receipt = a_case_receipt("10000.00", first.case, day=date(2018, 6, 20))
        [made] = allocated(receipt, day=date(2018, 6, 25))
        assert db.session.get(Voucher, made.voucher_id).business_date == date(2018, 6, 25)
        trial = {line.account: line for line in books.trial_balance([COURT], as_of=date(2018, 12, 31))}
    closing = {account: (line.closing_debit - line.closing_credit).amount for account, line in trial.items()}
    # without the interest and the write-off of T10, which come with later features
    assert {account.value: f"{amount:.2f}" for account, amount in closing.items()} == {
        "1002.01": "3977000.00",
        "1002.02": "0.00",
        "1218.01": "23000.00",
        "2901.02": "0.00",
        "4001": "-3000000.00",
        "4603": "-1000000.00",
    }
