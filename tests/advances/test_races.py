"""Two people at the same moment: one succeeds, the other is told why not, nothing is half done."""

import threading
from collections.abc import Callable

from flask import Flask

from fundapp.advances import service
from fundapp.advances.models import Advance
from fundapp.advances.rules import AdvanceStatus
from fundapp.approvals import queries as approvals
from fundapp.approvals.rules import Outcome
from fundapp.core.db import db, transaction
from fundapp.core.errors import Refusal, RuleViolation, StaleRecord
from fundapp.core.money import ZERO, yuan
from fundapp.ledger import queries as books
from fundapp.users.models import User
from fundapp.users.rules import Role
from tests.builders.advances import an_advance, an_approved_advance, signed_but_for_the_last, the_terms
from tests.builders.cases import a_case
from tests.builders.funding import a_receipt
from tests.builders.people import COURT, a_user, the_books, the_holder

PATIENCE = 60


def at_once(app: Flask, *acts: Callable[[], object]) -> list[Refusal | None]:
    """Start these acts together, each in a session of its own; what each was refused with, if it was."""
    db.session.rollback()
    start = threading.Barrier(len(acts))
    refusals: list[Refusal | None] = [None] * len(acts)
    errors: list[BaseException] = []

    def run(place: int) -> None:
        with app.app_context():
            try:
                start.wait(PATIENCE)
                with transaction(COURT):
                    acts[place]()
            except Refusal as refusal:
                refusals[place] = refusal
            except BaseException as error:  # shown below: a thread's own errors would be lost
                errors.append(error)
                raise

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert not errors and not any(thread.is_alive() for thread in threads)
    db.session.expire_all()
    return refusals


def agree(advance: Advance, actor: User) -> Callable[[], object]:
    advance_id, seen, actor_id = advance.id, advance.version, actor.id

    def act() -> object:
        return service.decide(
            advance_id,
            outcome=Outcome.AGREED,
            opinion="同意",
            seen_version=seen,
            actor=db.session.get_one(User, actor_id),
        )

    return act


def test_of_two_directors_approving_at_once_one_is_told_that_it_changed(app):
    advance = an_advance()
    directors = [the_holder(Role.BUREAU_DIRECTOR), a_user(Role.BUREAU_DIRECTOR)]
    refusals = [one for one in at_once(app, *[agree(advance, one) for one in directors]) if one]
    assert [type(one) for one in refusals] == [StaleRecord]
    assert (advance.status, advance.step) == (AdvanceStatus.SUBMITTED, 2)
    assert len(approvals.decisions(advance.subject)) == 1


def test_of_two_last_signatures_that_the_fund_cannot_both_cover_the_second_is_refused(app):
    first, second = signed_but_for_the_last(an_advance("8000.00")), signed_but_for_the_last(an_advance("8000.00"))
    a_receipt("10000.00")
    leaders = [the_holder(Role.VICE_PRESIDENT), a_user(Role.VICE_PRESIDENT)]
    refusals = at_once(app, agree(first, leaders[0]), agree(second, leaders[1]))
    [refusal] = [one for one in refusals if one]
    assert isinstance(refusal, RuleViolation) and "超过可用资金2,000.00元" in str(refusal)
    assert {first.status, second.status} == {AdvanceStatus.APPROVED, AdvanceStatus.SUBMITTED}
    assert books.available(COURT) == yuan("2000.00")
    assert books.reserved_in([COURT]) == yuan("8000.00")


def test_of_two_requests_for_one_creditor_one_is_let_through(app):
    the_books()
    the_terms()
    case, handler = a_case(), the_holder(Role.CASE_HANDLER)
    case_id, creditor_id, handler_id = case.id, case.creditors[0].id, handler.id

    def ask() -> object:
        return service.request(
            case_id,
            creditor_id=creditor_id,
            amount=yuan("8000.00"),
            reason="生活困难",
            actor=db.session.get_one(User, handler_id),
        )

    refusals = at_once(app, ask, ask)
    assert [str(one).count("已有在办的垫付申请") for one in refusals if one] == [1]


def test_of_a_withdrawal_and_a_payment_at_once_one_is_refused(app):
    advance, handler, clerk = an_approved_advance(), the_holder(Role.CASE_HANDLER), the_holder(Role.FINANCE_CLERK)
    advance_id, seen, handler_id, clerk_id = advance.id, advance.version, handler.id, clerk.id

    def withdraw() -> object:
        return service.withdraw(
            advance_id, reason="债务人已付", seen_version=seen, actor=db.session.get_one(User, handler_id)
        )

    def begin() -> object:
        return service.begin_payment(advance_id, actor=db.session.get_one(User, clerk_id))

    refusals = at_once(app, withdraw, begin)
    assert len([one for one in refusals if one]) == 1
    kept = ZERO if advance.status is AdvanceStatus.WITHDRAWN else advance.amount
    assert advance.status in (AdvanceStatus.WITHDRAWN, AdvanceStatus.PAYING)
    assert books.reserved_in([COURT]) == kept
