"""Advances that debtors pay back."""

from datetime import date

from fundapp.advances.models import Advance
from fundapp.cases.models import Case
from fundapp.core.db import transaction
from fundapp.custody.models import CaseReceipt
from fundapp.eligibility.rules import RecoveryOrder
from fundapp.ledger.rules import Model
from fundapp.recovery import service
from fundapp.recovery.models import Allocation
from fundapp.users.rules import Role
from tests.builders.advances import a_paid_advance, the_terms
from tests.builders.custody import a_case_receipt, a_refundable_case
from tests.builders.people import COURT, the_books, the_holder


def an_advanced_case(
    advanced: str = "15000.00",
    *,
    claim: str = "18000.00",
    order: RecoveryOrder = RecoveryOrder.FUND_FIRST,
    model: Model = Model.OWN_FUNDS,
    case: Case | None = None,
    court_code: str = COURT,
) -> Advance:
    """A case of which the fund has paid a part: T8's 15,000.00 of 18,000.00 unless told otherwise."""
    the_books(court_code=court_code, model=model)
    if case is None:
        the_terms(court_code=court_code, recovery_order=order)
    return a_paid_advance(advanced, case=case or a_refundable_case(claim, court_code=court_code), court_code=court_code)


def a_recovered_receipt(amount: str = "10000.00", *, advance: Advance | None = None) -> CaseReceipt:
    """What a debtor paid after the fund had advanced, waiting to be split."""
    return a_case_receipt(amount, (advance or an_advanced_case()).case)


def allocated(receipt: CaseReceipt, *, day: date | None = None) -> list[Allocation]:
    """The split of a receipt by the finance reviewer of its court."""
    reviewer = the_holder(Role.FINANCE_REVIEWER, court_code=receipt.court_code)
    with transaction(receipt.court_code):
        return service.allocate(receipt.id, business_date=day, actor=reviewer)
