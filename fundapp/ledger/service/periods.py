"""Opening the books, closing their months, and opening the last of them again."""

from datetime import date

from fundapp.core import clock
from fundapp.core.db import db
from fundapp.core.errors import RuleViolation
from fundapp.core.money import ZERO
from fundapp.ledger import queries, rules
from fundapp.ledger.models import BookingModel, ClosedMonth, ReopenedMonth
from fundapp.ledger.rules import Account, Model
from fundapp.trail import service as trail
from fundapp.trail.rules import Event
from fundapp.users.models import User


def open_books(court_code: str, *, model: Model, actor: User) -> None:
    """Choose the court's booking model, once.

    Raises:
        RuleViolation: it was chosen before; vouchers of two models in one book could not be told apart.
    """
    if db.session.get(BookingModel, court_code) is not None:
        raise RuleViolation("本院账簿已经启用，记账模式只能选定一次，不能更改。")
    db.session.add(BookingModel(court_code=court_code, model=model))
    trail.record(Event.BOOKS_OPENED, f"court:{court_code}", court_code=court_code, actor=actor, model=model.value)


def check_open(court_code: str, day: date) -> None:
    """Refuse a day whose month takes no vouchers any more."""
    month = rules.month_of(day)
    if queries.is_closed(court_code, month):
        raise RuleViolation("%(month)s已结账，不能再记入该月凭证，请改用未结账月份的日期。", month=month)


def close_month(court_code: str, month: str, *, explanation: str = "", actor: User) -> ClosedMonth:
    """Close a month; the database refuses vouchers posted in it, or before it, as long as the closing stands.

    Args:
        explanation: why money that nobody has claimed still stands on 2307.01, in the closer's words.

    Raises:
        RuleViolation: the books are not open, it is closed already, the books do not balance, or unclaimed money is
            not explained.
    """
    if not queries.is_open(court_code):
        raise RuleViolation("本院账簿尚未启用，没有可结账的月份，请先选定记账模式、启用账簿。")
    if queries.is_closed(court_code, month):
        raise RuleViolation("%(month)s已经结账，无需重复办理。", month=month)
    if queries.difference([court_code]) != ZERO:
        raise RuleViolation("账簿借贷不平，不能结账，请立即停止办理业务并通知审计人员核查。")
    suspense = queries.balance_as_of(court_code, Account.UNCLAIMED, rules.last_day(month))
    rules.check_suspense(suspense, explanation)
    vouchers, digest = queries.entries(court_code, month)
    closed = ClosedMonth(
        court_code=court_code,
        month=month,
        round=len(queries.closings(court_code, [month])) + 1,
        vouchers=vouchers,
        last_number=queries.last_number(court_code, month),
        digest=digest,
        suspense=suspense,
        explanation=explanation.strip() if suspense != ZERO else "",
        closed_by_id=actor.id,
        closed_at=clock.now(),
    )
    db.session.add(closed)
    db.session.flush()
    return closed


def reopen_month(
    closed: ClosedMonth, *, reason: str, requested_by_id: int, audited_by_id: int | None, agreed_by_id: int
) -> ReopenedMonth:
    """End the last closing of a court, so that its month takes vouchers again; the closing itself stays on record.

    Raises:
        RuleViolation: it is not the last closing that stands.
    """
    last = queries.last_closing(closed.court_code)
    if last is None or last.id != closed.id:
        raise RuleViolation("只能对最后一个已结账的月份反结账，请刷新页面后重新办理。")
    reopened = ReopenedMonth(
        closing_id=closed.id,
        court_code=closed.court_code,
        reason=reason,
        last_number=queries.last_number(closed.court_code, closed.month),
        requested_by_id=requested_by_id,
        audited_by_id=audited_by_id,
        agreed_by_id=agreed_by_id,
        reopened_at=clock.now(),
    )
    db.session.add(reopened)
    db.session.flush()
    return reopened
