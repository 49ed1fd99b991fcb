"""Each act on an advance: its money, its status, its trail; and each refusal."""

from datetime import date, timedelta

import pytest
from sqlalchemy import func, insert, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from fundapp.advances import queries, service
from fundapp.advances.models import Advance, AdvancePayment
from fundapp.advances.rules import AdvanceStatus, Channel
from fundapp.approvals import queries as approvals
from fundapp.approvals import service as approval_service
from fundapp.approvals.rules import Outcome
from fundapp.cases import service as cases
from fundapp.cases.rules import CaseStatus
from fundapp.core import clock
from fundapp.core.db import db, transaction
from fundapp.core.errors import NotFound, RuleViolation, StaleRecord
from fundapp.core.money import ZERO, yuan
from fundapp.eligibility import service as eligibility
from fundapp.eligibility.rules import RecoveryOrder
from fundapp.ledger import queries as books
from fundapp.ledger.rules import Account, Model, ReservationState
from fundapp.ledger.service import Hands
from fundapp.trail import queries as trail
from fundapp.trail.rules import Event
from fundapp.users import service as users
from fundapp.users.rules import Role
from tests.attacker import DENIED
from tests.builders.advances import (
    PAID_ON,
    a_paid_advance,
    an_advance,
    an_approved_advance,
    signed,
    signed_but_for_the_last,
    some_terms,
    the_terms,
)
from tests.builders.cases import a_case, a_creditor, a_debtor, an_account
from tests.builders.custody import a_case_receipt
from tests.builders.funding import a_receipt, a_source
from tests.builders.people import COURT, OTHER_COURT, SUPERIOR, a_user, the_books, the_holder

HERE = frozenset({COURT})
PDF = b"%PDF-1.4 paper"


def events(advance: Advance) -> list[Event]:
    return [entry.event for entry in trail.history(advance.subject)]


def requested(case, amount="8000.00", *, creditor=None, reason="生活困难", actor=None) -> Advance:
    handler = actor or the_holder(Role.CASE_HANDLER)
    with transaction(COURT):
        return service.request(
            case.id,
            creditor_id=(creditor or case.creditors[0]).id,
            amount=yuan(amount),
            reason=reason,
            actor=handler,
        )


def count(model) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def a_new_account(advance: Advance) -> None:
    """The creditor names another account, and finance verifies it."""
    handler, clerk = the_holder(Role.CASE_HANDLER), the_holder(Role.FINANCE_CLERK)
    with transaction(COURT):
        account = cases.register_account(advance.creditor_id, an_account(advance.creditor.name), actor=handler)
        cases.verify_account(account.id, how="电话回访", actor=clerk)


# ---- request


def test_a_request_waits_for_the_bureau_director_with_everything_frozen_that_was_asked(app):
    advance = an_advance("8000.00")
    assert (advance.status, advance.round, advance.step) == (AdvanceStatus.SUBMITTED, 1, 1)
    assert advance.recovery_order is RecoveryOrder.FUND_FIRST
    assert advance.requested_on == clock.today()
    assert advance.assessment.is_eligible and advance.assessment.terms.document == the_terms().document
    assert advance.account.id == advance.creditor.account.id
    assert queries.next_role(advance) is Role.BUREAU_DIRECTOR
    [entry] = trail.history(advance.subject)
    assert entry.event is Event.ADVANCE_REQUESTED
    assert entry.told == {"case": advance.case.subject, "amount": "8000.00", "digest": advance.payload_digest}
    assert advance.account.number not in entry.facts


def test_a_request_is_refused_with_every_shortcoming_at_once_and_nothing_is_kept(app):
    the_terms()
    case = a_case("20000.00", verified=False, property_searched_on=None)
    with pytest.raises(RuleViolation) as refused:
        requested(case)
    told = str(refused.value)
    assert "3项不符合" in told
    for reason in ("（1）执行标的须不满20,000.00元（不含本数）", "（2）尚未登记财产查控", "（3）收款账户尚未核实"):
        assert reason in told
    assert count(Advance) == 0


@pytest.mark.parametrize(
    ("claim", "included", "is_let_through"),
    [
        ("19999.99", False, True),
        ("20000.00", False, False),
        ("20000.00", True, True),
        ("20000.01", True, False),
    ],
)
def test_the_ceiling_of_the_terms_in_force_decides(app, claim, included, is_let_through):
    the_books()
    the_terms(ceiling_included=included)
    case = a_case(claim)
    if is_let_through:
        assert requested(case, "100.00").status is AdvanceStatus.SUBMITTED
    else:
        with pytest.raises(RuleViolation, match="1项不符合"):
            requested(case, "100.00")


@pytest.mark.parametrize(
    ("amount", "reason", "told"),
    [
        ("8000.01", "困难", "超过本案执行标的8,000.00元"),
        ("0.00", "困难", "须大于零"),
        ("8000.00", "  ", "请填写理由"),
    ],
)
def test_amount_and_reason_are_judged(app, amount, reason, told):
    the_terms()
    with pytest.raises(RuleViolation, match=told):
        requested(a_case("8000.00"), amount, reason=reason)


def test_without_terms_in_force_nothing_is_requested(app):
    the_books()
    with pytest.raises(RuleViolation, match="没有生效的垫付条件"):
        requested(a_case())


def test_even_where_terms_ask_no_account_there_must_be_one_to_pay_to(app):
    the_terms(needs_verified_account=False)
    case = a_case(verified=False, parties=[a_creditor(account=None), a_debtor()])
    with pytest.raises(RuleViolation, match="尚未登记收款账户"):
        requested(case)


@pytest.mark.parametrize(
    ("role", "court", "error", "told"),
    [
        (Role.CASE_HANDLER, OTHER_COURT, NotFound, "没有找到该案件"),
        (Role.BUREAU_DIRECTOR, SUPERIOR, RuleViolation, "只能办理本院的事项"),
        (Role.FINANCE_CLERK, COURT, RuleViolation, "由承办人办理"),
    ],
)
def test_a_request_is_the_work_of_a_handler_of_the_court(app, role, court, error, told):
    the_terms()
    case, stranger = a_case(), a_user(role, court_code=court)
    with pytest.raises(error, match=told):
        requested(case, actor=stranger)


def test_only_a_creditor_of_the_case_is_advanced(app):
    the_terms()
    case = a_case()
    with pytest.raises(RuleViolation, match="不是本案的申请执行人"):
        requested(case, creditor=case.debtors[0])


def test_a_creditor_is_advanced_once_and_another_of_the_same_case_too(app):
    first = an_advance("3000.00", case=a_case(parties=[a_creditor(), a_creditor(), a_debtor()]))
    with pytest.raises(RuleViolation, match="已有在办的垫付申请"):
        requested(first.case, "100.00")
    assert requested(first.case, "100.00", creditor=first.case.creditors[1]).status is AdvanceStatus.SUBMITTED
    paid = a_paid_advance("4000.00")
    with pytest.raises(RuleViolation, match="在本案已获垫付"):
        requested(paid.case, "100.00")


def test_where_the_rule_is_bypassed_the_database_keeps_the_creditor_from_being_advanced_twice(app):
    advance = an_advance()
    row = db.session.execute(select(Advance.__table__).where(Advance.id == advance.id)).mappings().one()
    with pytest.raises(IntegrityError), transaction(COURT):
        db.session.execute(insert(Advance.__table__).values({**row, "id": advance.id + 1}))
    assert count(Advance) == 1


@pytest.mark.parametrize("end", ["refused", "withdrawn"])
def test_after_a_refusal_or_withdrawal_the_creditor_may_be_asked_for_again(app, end):
    advance = an_advance()
    if end == "refused":
        signed(advance, Role.BUREAU_DIRECTOR, outcome=Outcome.REFUSED, opinion="被执行人有财产")
    else:
        with transaction(COURT):
            service.withdraw(
                advance.id, reason="债务人已付", seen_version=advance.version, actor=the_holder(Role.CASE_HANDLER)
            )
    assert requested(advance.case).id != advance.id


# ---- decide


@pytest.mark.parametrize(("amount", "signers"), [("14999.99", 3), ("15000.00", 3), ("15000.01", 4), ("19999.99", 4)])
def test_the_ladder_signs_in_turn_and_the_last_signature_reserves_the_money(app, amount, signers):
    advance = an_advance(amount)
    a_receipt("20000.00")
    roles = queries.roles_to_sign(advance)
    assert len(roles) == signers
    for step, role in enumerate(roles, 1):
        assert (advance.status, advance.step) == (AdvanceStatus.SUBMITTED, step)
        assert books.available(COURT) == yuan("20000.00")
        signed(advance, role)
    assert advance.status is AdvanceStatus.APPROVED
    assert books.available(COURT) == yuan("20000.00") - yuan(amount)
    assert books.reservation(COURT, advance.reservation).state is ReservationState.OPEN
    assert events(advance) == [
        Event.ADVANCE_REQUESTED,
        *[Event.DECISION_SIGNED] * signers,
        Event.ADVANCE_APPROVED,
    ]
    assert {decision.payload_digest for decision in approvals.decisions(advance.subject)} == {advance.payload_digest}
    assert [one.id for one in queries.ready_to_pay(COURT)] == [advance.id]


def test_the_version_moves_with_every_signature_so_a_second_reader_is_stale(app):
    advance = an_advance()
    versions = [advance.version]
    for role in (Role.BUREAU_DIRECTOR, Role.FINANCE_REVIEWER):
        versions.append(signed(advance, role).version)
    assert versions == sorted(set(versions))
    vice_president = the_holder(Role.VICE_PRESIDENT)
    with pytest.raises(StaleRecord), transaction(COURT):
        service.decide(
            advance.id,
            outcome=Outcome.AGREED,
            opinion="同意",
            seen_version=versions[0],
            actor=vice_president,
        )


@pytest.mark.parametrize(
    ("role", "court", "error", "told"),
    [
        (Role.FINANCE_REVIEWER, COURT, RuleViolation, "当前环节由“执行局长”签署"),
        (Role.PRESIDENT, COURT, RuleViolation, "当前环节由“执行局长”签署"),
        (Role.CASE_HANDLER, COURT, RuleViolation, "当前环节由“执行局长”签署"),
        (Role.BUREAU_DIRECTOR, OTHER_COURT, NotFound, "没有找到该垫付申请"),
        (Role.BUREAU_DIRECTOR, SUPERIOR, RuleViolation, "只能办理本院的事项"),
    ],
)
def test_only_the_post_whose_turn_it_is_in_this_court_signs(app, role, court, error, told):
    advance, stranger = an_advance(), a_user(role, court_code=court)
    with pytest.raises(error, match=told), transaction(COURT):
        service.decide(advance.id, outcome=Outcome.AGREED, opinion="同意", seen_version=advance.version, actor=stranger)
    assert advance.step == 1


def test_who_asked_does_not_sign_even_if_he_is_the_director(app):
    both = a_user(Role.BUREAU_DIRECTOR)
    security = the_holder(Role.SECURITY_ADMINISTRATOR)
    with transaction(COURT):
        users.grant(both.id, role=Role.CASE_HANDLER, actor=security)
    advance = an_advance(handler=both)
    with pytest.raises(RuleViolation, match="不能审批本人提出的申请"), transaction(COURT):
        service.decide(advance.id, outcome=Outcome.AGREED, opinion="同意", seen_version=advance.version, actor=both)


def test_nobody_signs_two_steps_of_a_round(app):
    advance = signed(an_advance(), Role.BUREAU_DIRECTOR)
    director = the_holder(Role.BUREAU_DIRECTOR)
    security = the_holder(Role.SECURITY_ADMINISTRATOR)
    with transaction(COURT):
        users.end_grant(director.id, role=Role.BUREAU_DIRECTOR, actor=security)
        users.grant(director.id, role=Role.FINANCE_REVIEWER, actor=security)
    with pytest.raises(RuleViolation, match="同一人不能签署两个环节"), transaction(COURT):
        service.decide(advance.id, outcome=Outcome.AGREED, opinion="同意", seen_version=advance.version, actor=director)


def test_without_limits_in_force_nobody_approves(app):
    the_books()
    the_terms()
    advance = requested(a_case())
    with pytest.raises(RuleViolation, match="没有生效的审批限额"):
        signed(advance, Role.BUREAU_DIRECTOR)
    assert queries.roles_to_sign(advance) == []


def test_limits_that_change_on_the_way_hold_for_the_signatures_still_to_come(app):
    advance = an_advance("8000.00")
    a_receipt("8000.00")
    signed(signed(advance, Role.BUREAU_DIRECTOR), Role.FINANCE_REVIEWER)
    with transaction(COURT):
        approval_service.issue_ladder(
            effective_from=clock.today(),
            document="测法〔2019〕2号",
            president_above=yuan("5000.00"),
            limit_included=False,
            actor=the_holder(Role.PRESIDENT),
        )
    assert signed(advance, Role.VICE_PRESIDENT).status is AdvanceStatus.SUBMITTED
    assert signed(advance, Role.PRESIDENT).status is AdvanceStatus.APPROVED


def test_the_last_signature_is_refused_when_the_fund_lacks_the_money(app):
    advance = an_advance("8000.00")
    a_receipt("7999.99")
    signed_but_for_the_last(advance)
    with pytest.raises(RuleViolation, match=r"超过可用资金7,999\.99元"):
        signed(advance, Role.VICE_PRESIDENT)
    assert (advance.status, advance.step) == (AdvanceStatus.SUBMITTED, 3)
    assert books.available(COURT) == yuan("7999.99")
    a_receipt("0.01")
    assert signed(advance, Role.VICE_PRESIDENT).status is AdvanceStatus.APPROVED
    assert books.available(COURT) == ZERO


def test_a_refusal_ends_the_request_with_its_reason(app):
    advance = signed(an_advance(), Role.BUREAU_DIRECTOR, outcome=Outcome.REFUSED, opinion="被执行人有可供执行财产")
    assert advance.status is AdvanceStatus.REFUSED and advance.live_key is None
    assert events(advance)[-2:] == [Event.DECISION_SIGNED, Event.ADVANCE_REFUSED]
    assert trail.history(advance.subject)[-1].told["reason"] == "被执行人有可供执行财产"
    with pytest.raises(RuleViolation, match="不能改为"):
        signed(advance, Role.FINANCE_REVIEWER)


def test_a_returned_request_is_mended_and_signed_anew_by_everybody(app):
    advance = an_advance("8000.00")
    a_receipt("8000.00")
    signed(advance, Role.BUREAU_DIRECTOR)
    signed(advance, Role.FINANCE_REVIEWER, outcome=Outcome.RETURNED, opinion="请核减金额")
    assert advance.status is AdvanceStatus.RETURNED and advance.live_key
    was = advance.payload_digest
    with transaction(COURT):
        service.resubmit(
            advance.id,
            amount=yuan("6000.00"),
            reason="已核减",
            seen_version=advance.version,
            actor=the_holder(Role.CASE_HANDLER),
        )
    assert (advance.status, advance.round, advance.step) == (AdvanceStatus.SUBMITTED, 2, 1)
    assert advance.amount == yuan("6000.00") and advance.payload_digest != was
    assert Event.ADVANCE_RESUBMITTED in events(advance)
    for role in queries.roles_to_sign(advance):
        signed(advance, role)
    assert advance.status is AdvanceStatus.APPROVED
    assert books.available(COURT) == yuan("2000.00")
    assert [decision.round for decision in approvals.decisions(advance.subject)] == [1, 1, 2, 2, 2]
    assert len(queries.earlier_decisions(advance)) == 2
    assert [rung.decision.round for rung in queries.ladder(advance)] == [2, 2, 2]


def test_a_mended_request_is_judged_like_a_new_one_under_the_terms_of_today(app):
    advance = signed(an_advance("8000.00"), Role.BUREAU_DIRECTOR, outcome=Outcome.RETURNED, opinion="补正")
    handler, president = the_holder(Role.CASE_HANDLER), the_holder(Role.PRESIDENT)

    def resubmit(amount="8000.00", *, actor=handler, seen_version=None):
        with transaction(COURT):
            service.resubmit(
                advance.id,
                amount=yuan(amount),
                reason="已补正",
                seen_version=seen_version or advance.version,
                actor=actor,
            )

    stranger = a_user(Role.CASE_HANDLER)
    with pytest.raises(RuleViolation, match="现任承办人"):
        resubmit(actor=stranger)
    with pytest.raises(RuleViolation, match="超过本案执行标的"):
        resubmit("8000.01")
    with pytest.raises(StaleRecord):
        resubmit(seen_version=advance.version - 1)
    with transaction(COURT):
        eligibility.issue_terms(**some_terms(effective_from=clock.today(), ceiling=yuan("5000.00")), actor=president)
    with pytest.raises(RuleViolation, match=r"须不满5,000\.00元"):
        resubmit()
    assert advance.status is AdvanceStatus.RETURNED


def test_agreeing_is_refused_when_the_case_has_changed_for_the_worse_since_the_request(app):
    advance = an_advance()
    case, handler = advance.case, the_holder(Role.CASE_HANDLER)
    with transaction(COURT):
        cases.change_status(
            case.id, status=CaseStatus.FULLY_ENFORCED, reason="已全部执行", seen_version=case.version, actor=handler
        )
    with pytest.raises(RuleViolation, match="案件情况在申请后已有变动，现有1项不符合"):
        signed(advance, Role.BUREAU_DIRECTOR)
    refused = signed(advance, Role.BUREAU_DIRECTOR, outcome=Outcome.REFUSED, opinion="案件已执行完毕")
    assert refused.status is AdvanceStatus.REFUSED


def test_agreeing_is_refused_when_the_account_changed_since_the_request(app):
    advance = an_advance()
    a_new_account(advance)
    assert not queries.is_unchanged(advance)
    with pytest.raises(RuleViolation, match="原审批对变更后的内容无效"):
        signed(advance, Role.BUREAU_DIRECTOR)
    signed(advance, Role.BUREAU_DIRECTOR, outcome=Outcome.RETURNED, opinion="账户已变更，请重新提交")
    with transaction(COURT):
        service.resubmit(
            advance.id,
            amount=advance.amount,
            reason="账户变更",
            seen_version=advance.version,
            actor=the_holder(Role.CASE_HANDLER),
        )
    assert queries.is_unchanged(advance) and advance.account.id == advance.creditor.account.id


# ---- withdraw and papers


@pytest.mark.parametrize("stage", ["submitted", "returned", "approved"])
def test_withdrawing_gives_back_what_was_reserved(app, stage):
    a_receipt("10000.00")
    advance = an_approved_advance() if stage == "approved" else an_advance()
    if stage == "returned":
        signed(advance, Role.BUREAU_DIRECTOR, outcome=Outcome.RETURNED, opinion="补正")
    with transaction(COURT):
        service.withdraw(
            advance.id, reason="债务人已付", seen_version=advance.version, actor=the_holder(Role.CASE_HANDLER)
        )
    assert advance.status is AdvanceStatus.WITHDRAWN and advance.live_key is None
    assert books.available(COURT) == yuan("10000.00") and books.reserved_in(HERE) == ZERO
    assert trail.history(advance.subject)[-1].event is Event.ADVANCE_WITHDRAWN


def test_a_withdrawal_is_refused_to_strangers_to_stale_readers_and_once_money_moves(app):
    advance, stranger, handler = an_approved_advance(), a_user(Role.CASE_HANDLER), the_holder(Role.CASE_HANDLER)
    clerk = the_holder(Role.FINANCE_CLERK)

    def withdraw(actor=handler, seen_version=None):
        with transaction(COURT):
            service.withdraw(advance.id, reason="债务人已付", seen_version=seen_version or advance.version, actor=actor)

    with pytest.raises(RuleViolation, match="现任承办人"):
        withdraw(stranger)
    with pytest.raises(StaleRecord):
        withdraw(seen_version=advance.version - 1)
    with transaction(COURT):
        service.begin_payment(advance.id, actor=clerk)
    with pytest.raises(RuleViolation, match="当前为“发放中”"):
        withdraw()


def test_a_paper_moves_the_version_so_that_signers_read_it_first(app):
    advance, handler, director = an_advance(), the_holder(Role.CASE_HANDLER), the_holder(Role.BUREAU_DIRECTOR)
    seen = advance.version
    with transaction(COURT):
        service.attach(advance.id, file_name="承诺书.pdf", content=PDF, actor=handler)
    assert advance.version > seen
    assert [paper.file_name for paper in trail.attachments(advance.subject)] == ["承诺书.pdf"]
    with pytest.raises(StaleRecord), transaction(COURT):
        service.decide(
            advance.id,
            outcome=Outcome.AGREED,
            opinion="同意",
            seen_version=seen,
            actor=director,
        )


# ---- pay


def pay(advance, *, channel=Channel.BANK_BATCH, paid_on=PAID_ON):
    clerk, reviewer = the_holder(Role.FINANCE_CLERK), the_holder(Role.FINANCE_REVIEWER)
    with transaction(COURT):
        return service.record_paid(
            advance.id,
            channel=channel,
            paid_on=paid_on,
            paid_through="batch:1",
            bank_reference="BK1",
            hands=Hands(clerk.id, reviewer.id),
            actor=clerk,
        )


def begin(advance):
    clerk = the_holder(Role.FINANCE_CLERK)
    with transaction(COURT):
        return service.begin_payment(advance.id, actor=clerk)


def test_a_payment_is_posted_source_by_source_and_concludes_the_case(app):
    first, second = a_source(), a_source()
    a_receipt("5000.00", source=first)
    a_receipt("5000.00", source=second)
    handler = the_holder(Role.CASE_HANDLER)
    advance = an_advance()
    with transaction(COURT):
        service.attach(advance.id, file_name="承诺书.pdf", content=PDF, actor=handler)
    for role in queries.roles_to_sign(advance):
        signed(advance, role)
    begin(advance)
    payment = pay(advance)
    voucher = books.voucher(payment.voucher_id, HERE)
    assert voucher.business_date == PAID_ON and voucher.attachments == 2
    assert voucher.summary == f"垫付{advance.case.number}{advance.creditor.name}"
    debtor = advance.case.debtors[0].subject
    assert [(line.source_ref, line.amount, line.case_ref, line.debtor_ref) for line in voucher.lines] == [
        (first.subject, yuan("5000.00"), advance.case.subject, debtor),
        (second.subject, yuan("3000.00"), advance.case.subject, debtor),
    ]
    assert {(line.debit, line.credit) for line in voucher.lines} == {(Account.ADVANCES_RECEIVABLE, Account.FUND_BANK)}
    assert advance.status is AdvanceStatus.PAID and advance.case.concluded_by_advance_on == PAID_ON
    assert advance.case.status is CaseStatus.IN_PROGRESS
    assert books.available(COURT) == yuan("2000.00") and books.reserved_in(HERE) == ZERO
    assert trail.history(advance.subject)[-1].told == {
        "case": advance.case.subject,
        "amount": "8000.00",
        "channel": "银行批量转账",
        "voucher": voucher.cited,
    }
    assert queries.payment_of(advance.id).id == payment.id
    assert queries.paid_in(HERE) == yuan("8000.00")


def test_in_a_custodial_book_the_payment_lessens_what_is_owed_to_the_giver(app):
    the_books(model=Model.CUSTODIAL)
    advance = a_paid_advance()
    [line] = books.voucher(advance.payment.voucher_id, HERE).lines
    assert (line.debit, line.credit) == (Account.ENTRUSTED_FUND, Account.FUND_BANK)


def test_two_creditors_of_one_case_are_paid_and_the_case_is_concluded_once(app):
    case = a_case("9000.00", parties=[a_creditor(), a_creditor(), a_debtor()])
    first = a_paid_advance("3000.00", case=case, paid_on=date(2018, 3, 9))
    second = requested(case, "2000.00", creditor=case.creditors[1])
    a_receipt("2000.00")
    for role in queries.roles_to_sign(second):
        signed(second, role)
    begin(second)
    pay(second, paid_on=date(2018, 3, 12))
    assert case.concluded_by_advance_on == date(2018, 3, 9)
    assert queries.paid_in(HERE) == yuan("5000.00")
    assert [one.id for one in queries.of_case(case.id)] == [second.id, first.id]


def test_an_advance_is_paid_once(app):
    advance = a_paid_advance()
    with pytest.raises(RuleViolation, match="当前为“已垫付”"):
        pay(advance)
    row = db.session.execute(select(AdvancePayment.__table__)).mappings().one()
    with pytest.raises(IntegrityError), transaction(COURT):
        db.session.execute(insert(AdvancePayment.__table__).values({**row, "id": row["id"] + 1}))
    with pytest.raises(DBAPIError, match=DENIED), transaction(COURT):
        db.session.execute(text("DELETE FROM advance_payments"))
    assert books.voucher_count(HERE) == 2  # the money's arrival and its payment


def test_a_payment_begins_only_when_approved_and_is_recorded_only_when_begun(app):
    asked, approved = an_advance("100.00"), an_approved_advance("200.00")
    with pytest.raises(RuleViolation, match="当前为“审批中”"):
        begin(asked)
    with pytest.raises(RuleViolation, match="当前为“已批准待发放”"):
        pay(approved)
    stranger = a_user(Role.FINANCE_CLERK, court_code=OTHER_COURT)
    with pytest.raises(NotFound), transaction(COURT):
        service.begin_payment(approved.id, actor=stranger)


def test_a_payment_that_was_stopped_stays_approved_and_may_begin_again(app):
    advance, clerk = an_approved_advance(), the_holder(Role.FINANCE_CLERK)
    begin(advance)
    with transaction(COURT):
        service.stop_payment(advance.id, actor=clerk)
    assert advance.status is AdvanceStatus.APPROVED and books.reserved_in(HERE) == advance.amount
    begin(advance)
    assert pay(advance).amount == advance.amount


def test_a_changed_account_voids_the_approval_before_payment(app):
    advance = an_approved_advance()
    a_new_account(advance)
    with pytest.raises(RuleViolation, match="原审批对变更后的内容无效"):
        begin(advance)
    assert advance.status is AdvanceStatus.APPROVED


def test_an_amount_changed_by_hand_voids_the_approval_before_payment(app):
    advance = an_approved_advance()
    with transaction(COURT):
        db.session.execute(text("UPDATE advances SET amount = amount - 1"))
    with pytest.raises(RuleViolation, match="原审批对变更后的内容无效"):
        begin(advance)


def test_a_case_that_was_settled_after_approval_is_not_paid(app):
    advance = an_approved_advance()
    case, handler = advance.case, the_holder(Role.CASE_HANDLER)
    with transaction(COURT):
        cases.change(
            case.id,
            filed_on=case.filed_on,
            category=case.category,
            claim=case.claim,
            property_searched_on=case.property_searched_on,
            is_in_bankruptcy=False,
            is_in_settlement=True,
            seen_version=case.version,
            actor=handler,
        )
    with pytest.raises(RuleViolation, match="当事人已达成执行和解"):
        begin(advance)


def test_nothing_is_paid_tomorrow(app):
    advance = an_approved_advance()
    begin(advance)
    with pytest.raises(RuleViolation, match="晚于今天"):
        pay(advance, paid_on=clock.today() + timedelta(days=1))
    assert books.reserved_in(HERE) == advance.amount


# ---- what waits for whom


def test_what_the_debtor_paid_to_the_court_is_not_advanced_again(app):
    the_terms()
    receipt = a_case_receipt("3000.00", case=a_case(claim="8000.00"))
    with pytest.raises(RuleViolation, match=r"最多还可垫付5,000\.00元"):
        requested(receipt.case, "5000.01")
    assert requested(receipt.case, "5000.00").status is AdvanceStatus.SUBMITTED


def test_creditors_of_one_case_are_together_advanced_no_more_than_its_claim(app):
    first = an_advance("5000.00", case=a_case(claim="8000.00", parties=[a_creditor(), a_creditor(), a_debtor()]))
    second = first.case.creditors[1]
    with pytest.raises(RuleViolation, match=r"最多还可垫付3,000\.00元"):
        requested(first.case, "3000.01", creditor=second)
    assert requested(first.case, "3000.00", creditor=second).status is AdvanceStatus.SUBMITTED


def test_money_that_comes_in_while_a_request_is_signed_stops_it(app):
    advance = an_advance("8000.00", case=a_case(claim="8000.00"))
    a_case_receipt("0.01", case=advance.case)
    with pytest.raises(RuleViolation, match=r"最多还可垫付7,999\.99元"):
        signed(advance, Role.BUREAU_DIRECTOR)
