"""Terms, limits, and advances at each stage of their life."""

from datetime import date
from typing import Any

from fundapp.advances import queries, service
from fundapp.advances.models import Advance
from fundapp.advances.rules import Channel
from fundapp.approvals import queries as approvals
from fundapp.approvals import service as approval_service
from fundapp.approvals.models import LadderIssue
from fundapp.approvals.rules import Outcome
from fundapp.cases.models import Case
from fundapp.cases.rules import CaseStatus
from fundapp.core.db import transaction
from fundapp.core.money import yuan
from fundapp.eligibility import queries as eligibility
from fundapp.eligibility import service as eligibility_service
from fundapp.eligibility.models import TermsIssue
from fundapp.eligibility.rules import RecoveryOrder
from fundapp.ledger import queries as books
from fundapp.ledger.service import Hands
from fundapp.users.models import User
from fundapp.users.rules import Role
from tests.builders.cases import a_case
from tests.builders.funding import a_receipt
from tests.builders.people import COURT, the_books, the_holder

IN_FORCE_FROM = date(2018, 1, 1)
PAID_ON = date(2018, 3, 9)


def some_terms(**facts: Any) -> dict[str, Any]:
    """What an issue of terms says, strictly under 20,000.00 yuan unless told otherwise."""
    return {
        "effective_from": IN_FORCE_FROM,
        "document": "测法〔2018〕1号《执行垫付资金管理办法》",
        "ceiling": yuan("20000.00"),
        "ceiling_included": False,
        "case_statuses": {CaseStatus.IN_PROGRESS, CaseStatus.CLOSED_NO_ASSETS},
        "needs_property_search": True,
        "needs_verified_account": True,
        "needs_undertaking": True,
        "refuses_bankruptcy": True,
        "refuses_settlement": True,
        "recovery_order": RecoveryOrder.FUND_FIRST,
    } | facts


def the_terms(*, court_code: str = COURT, **facts: Any) -> TermsIssue:
    """The court's terms, issued once; with ``facts`` they are those of the first issue."""
    found = eligibility.latest_terms(court_code)
    if found is not None:
        assert not facts, "the court has its terms already"
        return found
    president = the_holder(Role.PRESIDENT, court_code=court_code)
    with transaction(court_code):
        return eligibility_service.issue_terms(**some_terms(**facts), actor=president)


def the_ladder(
    *, court_code: str = COURT, president_above: str = "15000.00", limit_included: bool = False
) -> LadderIssue:
    """The court's limits, issued once: above 15,000.00 yuan the president signs too."""
    found = approvals.latest_ladder(court_code)
    if found is not None:
        return found
    president = the_holder(Role.PRESIDENT, court_code=court_code)
    with transaction(court_code):
        return approval_service.issue_ladder(
            effective_from=IN_FORCE_FROM,
            document="测法〔2018〕2号《审批权限规定》",
            president_above=yuan(president_above),
            limit_included=limit_included,
            actor=president,
        )


def an_advance(
    amount: str = "8000.00", *, case: Case | None = None, court_code: str = COURT, handler: User | None = None
) -> Advance:
    """A requested advance of the first creditor, waiting for the bureau director; books, terms and limits are there."""
    the_books(court_code=court_code)
    the_terms(court_code=court_code)
    the_ladder(court_code=court_code)
    handler = handler or the_holder(Role.CASE_HANDLER, court_code=court_code)
    case = case or a_case(amount, court_code=court_code, handler=handler)
    with transaction(court_code):
        return service.request(
            case.id,
            creditor_id=case.creditors[0].id,
            amount=yuan(amount),
            reason="申请执行人生活困难",
            actor=handler,
        )


def signed(advance: Advance, role: Role, *, outcome: Outcome = Outcome.AGREED, opinion: str = "同意垫付") -> Advance:
    """The same advance with one more signature, by the holder of a post in its court."""
    signer = the_holder(role, court_code=advance.court_code)
    with transaction(advance.court_code):
        return service.decide(advance.id, outcome=outcome, opinion=opinion, seen_version=advance.version, actor=signer)


def signed_but_for_the_last(advance: Advance) -> Advance:
    """The same advance waiting for the last signature of its ladder."""
    for role in queries.roles_to_sign(advance)[:-1]:
        advance = signed(advance, role)
    return advance


def an_approved_advance(
    amount: str = "8000.00", *, case: Case | None = None, court_code: str = COURT, handler: User | None = None
) -> Advance:
    """An advance signed through the whole ladder, its money there and reserved."""
    advance = an_advance(amount, case=case, court_code=court_code, handler=handler)
    if books.available(court_code) < advance.amount:
        a_receipt(amount, court_code=court_code)
    for role in queries.roles_to_sign(advance):
        advance = signed(advance, role)
    return advance


def a_paid_advance(
    amount: str = "8000.00",
    *,
    case: Case | None = None,
    court_code: str = COURT,
    paid_on: date = PAID_ON,
    channel: Channel = Channel.BANK_BATCH,
) -> Advance:
    """An advance that its payee has, paid by the bank."""
    advance = an_approved_advance(amount, case=case, court_code=court_code)
    clerk = the_holder(Role.FINANCE_CLERK, court_code=court_code)
    reviewer = the_holder(Role.FINANCE_REVIEWER, court_code=court_code)
    with transaction(court_code):
        service.begin_payment(advance.id, actor=clerk)
        service.record_paid(
            advance.id,
            channel=channel,
            paid_on=paid_on,
            paid_through="batch:1",
            bank_reference="BK2018030900001",
            hands=Hands(clerk.id, reviewer.id),
            actor=clerk,
        )
    return advance
