"""Sources and receipts."""

from datetime import date
from itertools import count

from fundapp.core.db import transaction
from fundapp.core.money import yuan
from fundapp.funding import service as funding
from fundapp.funding.models import FundReceipt, Source
from fundapp.funding.rules import Direction, SourceKind
from fundapp.users.rules import Role
from tests.builders.people import COURT, the_books, the_holder

_numbers = count(1)


def a_source(kind: SourceKind = SourceKind.APPROPRIATION, *, court_code: str = COURT) -> Source:
    """A source of the court's fund, its books opened."""
    the_books(court_code=court_code)
    clerk = the_holder(Role.FINANCE_CLERK, court_code=court_code)
    with transaction(court_code):
        return funding.register_source(
            kind=kind, name=f"出资单位{next(_numbers)}", document="测拨〔2018〕1号", actor=clerk
        )


def a_receipt(
    amount: str = "10000.00",
    *,
    source: Source | None = None,
    direction: Direction = Direction.RECEIVED,
    is_confirmed: bool = True,
    day: date = date(2018, 3, 1),
    court_code: str = COURT,
) -> FundReceipt:
    """Money from a source, confirmed and posted unless told otherwise."""
    source = source or a_source(court_code=court_code)
    clerk = the_holder(Role.FINANCE_CLERK, court_code=court_code)
    reviewer = the_holder(Role.FINANCE_REVIEWER, court_code=court_code)
    with transaction(court_code):
        receipt = funding.record_receipt(
            source.id,
            amount=yuan(amount),
            business_date=day,
            bank_reference=f"YH{next(_numbers):08d}",
            direction=direction,
            actor=clerk,
        )
    if is_confirmed:
        with transaction(court_code):
            funding.confirm_receipt(receipt.id, seen_version=receipt.version, actor=reviewer)
    return receipt
