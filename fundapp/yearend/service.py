"""Writes of closing: a month, a year, a package handed out."""

from collections.abc import Collection
from datetime import date

from fundapp.core import clock
from fundapp.core.db import db
from fundapp.ledger import queries as books
from fundapp.ledger import service as ledger
from fundapp.trail import service as trail
from fundapp.trail.rules import Event, SigningReason
from fundapp.users.models import User
from fundapp.users.rules import check_acts_here
from fundapp.yearend import queries, rules
from fundapp.yearend.models import AuditPackage, ClosedYear


def close_month(court_code: str, month: str, *, actor: User) -> None:
    """Close the month that is due, so that no voucher is dated in it any more.

    Raises:
        RuleViolation: not the month that is due, not over yet, December, or something dated in it is undecided.
    """
    check_acts_here(actor.court_code, court_code)
    rules.check_month(month)
    rules.check_in_order(month, queries.due_month(court_code))
    rules.check_not_december(month)
    _close(court_code, month, actor)


def close_year(court_code: str, year: int, *, actor: User) -> ClosedYear:
    """Carry the year's result over (model B), close December, and with it the year.

    Its voucher is prepared by the finance reviewer who closed November, and reviewed by the president who closes.

    Raises:
        RuleViolation: months before December are open, December is not over, or something dated in it is undecided.
    """
    check_acts_here(actor.court_code, court_code)
    rules.check_year(year)
    rules.check_year_ready(year, queries.due_month(court_code))
    december = f"{year:04d}-12"
    rules.check_over(december, clock.today())
    rules.check_unhindered(december, queries.hindered(court_code, december))
    prepared_by_id = _closer_of_november(court_code, year)
    voucher_id = _carry_result(court_code, year, prepared_by_id, actor)
    _close(court_code, december, actor)
    closed = ClosedYear(
        court_code=court_code,
        year=year,
        vouchers=queries.year_voucher_count(court_code, year),
        result_voucher_id=voucher_id,
        prepared_by_id=prepared_by_id,
        closed_by_id=actor.id,
        closed_at=clock.now(),
    )
    db.session.add(closed)
    db.session.flush()
    trail.record(
        Event.YEAR_CLOSED,
        rules.year_subject(court_code, year),
        court_code=court_code,
        actor=actor,
        year=year,
        vouchers=closed.vouchers,
    )
    trail.sign_head(court_code, reason=SigningReason.YEAR_CLOSE)
    return closed


def _close(court_code: str, month: str, actor: User) -> None:
    rules.check_over(month, clock.today())
    rules.check_unhindered(month, queries.hindered(court_code, month))
    closed = ledger.close_month(court_code, month, actor=actor)
    trail.record(
        Event.MONTH_CLOSED,
        rules.month_subject(court_code, month),
        court_code=court_code,
        actor=actor,
        month=month,
        vouchers=closed.vouchers,
    )
    trail.sign_head(court_code, reason=SigningReason.MONTH_CLOSE)


def _closer_of_november(court_code: str, year: int) -> int:
    november = queries.closed_month(court_code, f"{year:04d}-11")
    assert november is not None, "December is due, so November is closed"
    return november.closed_by_id


def _carry_result(court_code: str, year: int, prepared_by_id: int, actor: User) -> int | None:
    moved = rules.result_transfer(books.model(court_code), queries.result_balances(court_code, year))
    if not moved:
        return None
    return ledger.post(
        f"year:{year}:result",
        moved,
        court_code=court_code,
        business_date=date(year, 12, 31),
        summary=f"结转{year}年度收支",
        attachments=0,
        hands=ledger.Hands(prepared_by_id=prepared_by_id, reviewed_by_id=actor.id),
        actor=actor,
    ).id


def record_package(
    *, court_code: str, year: int, court_codes: Collection[str], file_name: str, digest: str, actor: User
) -> AuditPackage:
    """Record that a package was made; it holds the chain as it stood before this entry."""
    check_acts_here(actor.court_code, court_code)
    package = AuditPackage(
        court_code=court_code,
        year=year,
        courts=",".join(sorted(court_codes)),
        file_name=file_name,
        digest=digest,
        exported_by_id=actor.id,
        exported_at=clock.now(),
    )
    db.session.add(package)
    db.session.flush()
    trail.record(Event.PACKAGE_EXPORTED, package.subject, court_code=court_code, actor=actor, year=year, digest=digest)
    trail.sign_head(court_code, reason=SigningReason.PACKAGE)
    return package
