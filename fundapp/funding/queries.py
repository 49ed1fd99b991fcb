"""Reads of sources and receipts."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, or_, select

from fundapp.core.db import db
from fundapp.core.errors import NotFound, RuleViolation
from fundapp.core.money import ZERO, Money, plain, total
from fundapp.funding import rules
from fundapp.funding.models import FundReceipt, Source
from fundapp.funding.rules import Content, Direction, ReceiptStatus, SourceKind
from fundapp.ledger import queries as books
from fundapp.ledger.models import Correction
from fundapp.ledger.rules import Account, Movement


def source(source_id: int, scope: frozenset[str]) -> Source:
    found = db.session.get(Source, source_id)
    if found is None or found.court_code not in scope:
        raise NotFound("没有找到该资金来源，请返回列表重新选择。")
    return found


def sources(scope: frozenset[str], *, kind: SourceKind | None = None, name: str | None = None) -> Select[Any]:
    """The query of the list of sources."""
    query = select(Source).where(Source.court_code.in_(scope))
    if kind is not None:
        query = query.where(Source.kind == kind)
    if name:
        query = query.where(Source.name.contains(name, autoescape=True))
    return query


def source_named(court_code: str, name: str) -> Source | None:
    return db.session.scalar(select(Source).where(Source.court_code == court_code, Source.name == name))


def active_sources(court_code: str) -> Sequence[Source]:
    return db.session.scalars(
        select(Source).where(Source.court_code == court_code, Source.is_active).order_by(Source.id)
    ).all()


def receipt(receipt_id: int, scope: frozenset[str]) -> FundReceipt:
    found = db.session.get(FundReceipt, receipt_id)
    if found is None or found.court_code not in scope:
        raise NotFound("没有找到该笔到账，请返回列表重新选择。")
    return found


def receipts(
    scope: frozenset[str],
    *,
    status: ReceiptStatus | None = None,
    direction: Direction | None = None,
    source: Source | None = None,
) -> Select[Any]:
    """The query of the list of receipts; those of a source are the ones recorded from it or corrected to it."""
    query = select(FundReceipt).where(FundReceipt.court_code.in_(scope))
    for column, value in ((FundReceipt.status, status), (FundReceipt.direction, direction)):
        if value is not None:
            query = query.where(column == value)
    if source is not None:
        corrected = [
            voucher_id
            for voucher_id, changes in corrections([source.court_code]).items()
            if any(change.restated_source == source.subject for change in changes)
        ]
        query = query.where(or_(FundReceipt.source_id == source.id, FundReceipt.voucher_id.in_(corrected)))
    return query


def corrections(scope: Iterable[str]) -> dict[int, list[Correction]]:
    """The confirmed corrections of receipts, by the voucher that first booked them."""
    return books.confirmed_corrections(scope)


def content(receipt: FundReceipt, changes: Iterable[Correction]) -> Content:
    """What a receipt comes to after these corrections of it."""
    recorded = Content(f"source:{receipt.source_id}", receipt.amount)
    return rules.after(recorded, [(one.method, one.restated_source, one.restated_amount) for one in changes])


def receipt_booked_by(voucher_id: int) -> FundReceipt | None:
    """The receipt that a voucher books, or states anew."""
    first = books.first_stated(voucher_id)
    return db.session.scalar(select(FundReceipt).where(FundReceipt.voucher_id == first.id))


def sources_of(court_code: str) -> Sequence[Source]:
    """All sources of a court, stopped ones too."""
    return db.session.scalars(select(Source).where(Source.court_code == court_code).order_by(Source.id)).all()


def receipt_with(court_code: str, bank_reference: str) -> FundReceipt | None:
    return db.session.scalar(
        select(FundReceipt).where(FundReceipt.court_code == court_code, FundReceipt.bank_reference == bank_reference)
    )


def draw(court_code: str, amount: Money, account: Account = Account.FUND_BANK) -> list[tuple[str, Money]]:
    """Which sources pay ``amount`` out of an account, earliest registered first: pairs of subject and part, adding up
    to it.

    Raises:
        RuleViolation: the sources together do not hold it.
    """
    lots, rest = [], amount
    for part, held in books.parts(court_code, account, "source:"):
        taken = min(held, rest)
        if taken > ZERO:
            lots.append((part, taken))
            rest -= taken
        if rest == ZERO:
            return lots
    raise RuleViolation("各资金来源余额合计还差%(short)s元，请待资金到账后再支付。", short=plain(rest))


@dataclass(frozen=True)
class SourceFigures:
    """What became of one source's money; ``opening`` is what the court's books began with."""

    opening: Money
    received: Money
    given_back: Money
    advanced: Money
    recovered: Money

    @property
    def left(self) -> Money:
        return self.opening + self.received - self.given_back - self.advanced + self.recovered


NOTHING = SourceFigures(ZERO, ZERO, ZERO, ZERO, ZERO)
_RECEIVED = tuple(rules.movement(kind, Direction.RECEIVED) for kind in SourceKind)
_GIVEN_BACK = tuple(rules.movement(kind, Direction.GIVEN_BACK) for kind in SourceKind)
_ADVANCED = (Movement.ADVANCE_PAID, Movement.ADVANCE_PAID_IN_CASH)


def figures(
    scope: Iterable[str], *, source: str | None = None, first_day: date | None = None, last_day: date | None = None
) -> dict[str, SourceFigures]:
    """Every source's opening, received, given back, advanced and recovered, by subject; from the postings that carry
    the source."""
    moved = books.moved_by_source(scope, source=source, first_day=first_day, last_day=last_day)

    def of(about: str, movements: Iterable[Movement]) -> Money:
        return total(moved.get((about, movement), ZERO) for movement in set(movements))

    return {
        about: SourceFigures(
            of(about, (Movement.OPENING_BALANCE,)),
            of(about, _RECEIVED),
            of(about, _GIVEN_BACK),
            of(about, _ADVANCED),
            of(about, (Movement.RECOVERED,)),
        )
        for about in {about for about, _ in moved}
    }


def raised_by_kind(scope: frozenset[str]) -> dict[SourceKind, Money]:
    """What was raised, less what was given back, by kind of source."""
    found = figures(scope)
    raised = dict.fromkeys(SourceKind, ZERO)
    for source in db.session.scalars(select(Source).where(Source.court_code.in_(scope))):
        of_source = found.get(source.subject, NOTHING)
        raised[source.kind] += of_source.received - of_source.given_back
    return raised


def opening(scope: frozenset[str]) -> Money:
    """What these courts' sources held when the books began."""
    return total(of_source.opening for of_source in figures(scope).values())


def raised(scope: frozenset[str]) -> Money:
    """Everything received from sources, less what was given back."""
    return total(of_source.received - of_source.given_back for of_source in figures(scope).values())
