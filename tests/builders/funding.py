"""Sources and receipts."""

from datetime import date
from itertools import count
from typing import Any

from fundapp.core.db import db, transaction
from fundapp.core.money import yuan
from fundapp.funding import service as funding
from fundapp.funding.models import FundReceipt, Source
from fundapp.funding.rules import Direction, SourceKind
from fundapp.ledger import queries as books
from fundapp.ledger.models import Correction, Voucher
from fundapp.ledger.rules import CorrectionMethod
from fundapp.users.rules import Role
from tests.builders.ledger import a_confirmed_correction
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


def a_receipt_correction(
    receipt: FundReceipt,
    method: CorrectionMethod,
    amount: str | None = None,
    *,
    source: Source | None = None,
    day: date = date(2018, 3, 20),
    reason: str = "与银行回单不符",
) -> Correction:
    """A correction of a confirmed receipt, asked for by the finance clerk."""
    clerk = the_holder(Role.FINANCE_CLERK, court_code=receipt.court_code)
    with transaction(receipt.court_code):
        funding.request_correction(
            receipt.id,
            method=method,
            amount=yuan(amount) if amount else None,
            source_id=source.id if source else None,
            business_date=day,
            reason=reason,
            actor=clerk,
        )
    query = books.corrections(frozenset({receipt.court_code})).order_by(Correction.id.desc()).limit(1)
    return db.session.scalars(query).one()


def a_corrected_receipt(receipt: FundReceipt, method: CorrectionMethod, *args: Any, **how: Any) -> list[Voucher]:
    """A receipt corrected by two persons; the vouchers of the correction."""
    return a_confirmed_correction(a_receipt_correction(receipt, method, *args, **how))
