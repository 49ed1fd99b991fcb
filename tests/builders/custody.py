"""Case money at each stage of its life."""

from dataclasses import replace
from datetime import date
from itertools import count

from fundapp.approvals.rules import Outcome
from fundapp.cases import service as cases
from fundapp.cases.models import Case, Party
from fundapp.core.db import transaction
from fundapp.core.money import yuan
from fundapp.custody import service
from fundapp.custody.models import CaseReceipt, Payout
from fundapp.custody.rules import Purpose
from fundapp.users.rules import Role
from tests.builders.cases import a_case, a_creditor, a_debtor, an_account
from tests.builders.people import COURT, the_books, the_holder

ARRIVED_ON = date(2018, 6, 20)

_numbers = count(1)


def a_bank_reference() -> str:
    """A line of a bank's statement that nobody used before."""
    return f"AK{next(_numbers):08d}"


def a_refundable_case(claim: str = "18000.00", *, court_code: str = COURT) -> Case:
    """A case whose debtor has an account of his own, verified like the creditor's, to be refunded into."""
    debtor = a_debtor()
    debtor = replace(debtor, account=an_account(debtor.name))
    case = a_case(claim, parties=[a_creditor(), debtor], court_code=court_code)
    clerk = the_holder(Role.FINANCE_CLERK, court_code=court_code)
    with transaction(court_code):
        cases.verify_account(case.debtors[0].account.id, how="电话回访，本人确认", actor=clerk)
    return case


def a_case_receipt(
    amount: str = "10000.00",
    case: Case | None = None,
    confirmed: bool = True,
    *,
    day: date = ARRIVED_ON,
    bank_reference: str | None = None,
    court_code: str = COURT,
) -> CaseReceipt:
    """What a debtor paid into his case's sub-account, confirmed and posted unless told otherwise."""
    the_books(court_code=court_code)
    case = case or a_case("18000.00", court_code=court_code)
    court_code = case.court_code
    clerk = the_holder(Role.FINANCE_CLERK, court_code=court_code)
    reviewer = the_holder(Role.FINANCE_REVIEWER, court_code=court_code)
    with transaction(court_code):
        receipt = service.record_receipt(
            case.id,
            debtor_id=case.debtors[0].id,
            payer=case.debtors[0].name,
            amount=yuan(amount),
            business_date=day,
            bank_reference=bank_reference or a_bank_reference(),
            actor=clerk,
        )
    if confirmed:
        with transaction(court_code):
            service.confirm_receipt(receipt.id, seen_version=receipt.version, actor=reviewer)
    return receipt


def a_payout(
    amount: str = "10000.00",
    case: Case | None = None,
    *,
    payee: Party | None = None,
    purpose: Purpose = Purpose.CREDITOR,
    court_code: str = COURT,
) -> Payout:
    """A payout that waits for the bureau director; without a case, of one that has exactly this money."""
    case = case or a_case_receipt(amount, court_code=court_code).case
    payee = payee or (case.creditors if purpose is Purpose.CREDITOR else case.debtors)[0]
    handler = the_holder(Role.CASE_HANDLER, court_code=case.court_code)
    with transaction(case.court_code):
        return service.request_payout(
            case.id, payee_id=payee.id, purpose=purpose, amount=yuan(amount), reason="案款到账，发放", actor=handler
        )


def decided(payout: Payout, outcome: Outcome = Outcome.AGREED, *, opinion: str = "同意发放") -> Payout:
    """The same payout, decided by the bureau director of its court."""
    director = the_holder(Role.BUREAU_DIRECTOR, court_code=payout.court_code)
    with transaction(payout.court_code):
        return service.decide_payout(
            payout.id, outcome=outcome, opinion=opinion, seen_version=payout.version, actor=director
        )


def an_approved_payout(
    amount: str = "10000.00",
    case: Case | None = None,
    *,
    payee: Party | None = None,
    purpose: Purpose = Purpose.CREDITOR,
    court_code: str = COURT,
) -> Payout:
    """A payout the bureau director agreed to, its money promised."""
    return decided(a_payout(amount, case, payee=payee, purpose=purpose, court_code=court_code))


def a_paid_payout(
    amount: str = "10000.00",
    case: Case | None = None,
    *,
    payee: Party | None = None,
    purpose: Purpose = Purpose.CREDITOR,
    day: date | None = None,
    court_code: str = COURT,
) -> Payout:
    """A payout whose payee has the money, by transfer."""
    payout = an_approved_payout(amount, case, payee=payee, purpose=purpose, court_code=court_code)
    reviewer = the_holder(Role.FINANCE_REVIEWER, court_code=payout.court_code)
    with transaction(payout.court_code):
        return service.pay(
            payout.id,
            bank_reference=a_bank_reference(),
            paid_on=day or payout.requested_on,
            seen_version=payout.version,
            actor=reviewer,
        )
