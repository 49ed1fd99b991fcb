"""The front page's figures and what waits for whom."""

from fundapp.core.money import ZERO, yuan
from fundapp.ledger import queries as books
from fundapp.ledger.rules import Account
from fundapp.oversight import queries
from fundapp.users.rules import Role
from tests.builders.advances import an_advance, an_approved_advance, signed
from tests.builders.disbursement import a_batch, a_sent_batch, a_signed_batch
from tests.builders.funding import a_receipt
from tests.builders.openings import a_small_book
from tests.builders.people import COURT, OTHER_COURT, SUPERIOR, the_holder


def waits_for(role: Role, *, court_code: str = COURT) -> dict[str, int]:
    return {task.text: task.count for task in queries.waiting(the_holder(role, court_code=court_code))}


def test_a_request_waits_for_the_post_whose_turn_it_is_and_for_nobody_else(app):
    advance = an_advance()
    asked = {"待我审批的垫付申请": 1}
    assert waits_for(Role.BUREAU_DIRECTOR) == asked
    assert waits_for(Role.VICE_PRESIDENT) == waits_for(Role.AUDITOR) == {}
    signed(advance, Role.BUREAU_DIRECTOR)
    assert waits_for(Role.BUREAU_DIRECTOR) == {}
    assert waits_for(Role.FINANCE_REVIEWER) == asked
    assert waits_for(Role.BUREAU_DIRECTOR, court_code=OTHER_COURT) == {}


def test_a_batch_waits_in_turn_for_signature_export_and_result(app):
    an_approved_advance()
    assert waits_for(Role.FINANCE_CLERK) == {"已批准、待编入批次的垫付": 1}
    a_batch()
    assert waits_for(Role.FINANCE_REVIEWER) == {"待复核签发的发放批次": 1}
    a_signed_batch()
    assert waits_for(Role.FINANCE_CLERK)["已签发、待导出银行文件的批次"] == 1
    a_sent_batch()
    assert waits_for(Role.FINANCE_CLERK)["待导入银行回执的批次"] == 1


def test_recorded_money_waits_for_the_reviewer(app):
    a_receipt(is_confirmed=False)
    assert waits_for(Role.FINANCE_REVIEWER) == {"待复核的资金到账": 1}


def test_what_the_books_were_opened_with_is_outstanding_and_adds_up_to_what_is_available(app):
    a_small_book()
    figures = queries.figures(frozenset({COURT}))
    assert figures.outstanding == books.balance(COURT, Account.ADVANCES_RECEIVABLE) == yuan("9000.00")
    [line] = queries.by_court(frozenset({COURT}))
    assert (line.opening, line.raised, line.available) == (yuan("80500.00"), ZERO, yuan("80000.00")), "500 is in cash"


def test_the_superior_courts_line_stands_beside_the_lower_ones(app):
    a_receipt("12000.50")
    lines = {line.court_code: line for line in queries.by_court(frozenset({SUPERIOR, COURT}))}
    assert lines[COURT].raised == lines[COURT].available == yuan("12000.50")
    assert lines[SUPERIOR].raised == ZERO
    assert queries.happenings(frozenset({COURT})).sources == 1
