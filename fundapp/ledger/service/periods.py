"""Opening the books and closing their months."""

from datetime import date

from sqlalchemy import func, select

from fundapp.core import clock
from fundapp.core.db import db
from fundapp.core.errors import RuleViolation
from fundapp.core.money import ZERO
from fundapp.ledger import queries, rules
from fundapp.ledger.models import BookingModel, ClosedMonth, Voucher
from fundapp.ledger.rules import Model
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


def close_month(court_code: str, month: str, *, actor: User) -> ClosedMonth:
    """Close a month for good; the database refuses vouchers dated in it from then on.

    Raises:
        RuleViolation: it is closed already, or the books do not balance.
    """
    if queries.is_closed(court_code, month):
        raise RuleViolation("%(month)s已经结账，无需重复办理。", month=month)
    if queries.difference([court_code]) != ZERO:
        raise RuleViolation("账簿借贷不平，不能结账，请立即停止办理业务并通知审计人员核查。")
    count = db.session.scalar(
        select(func.count()).select_from(Voucher).where(Voucher.court_code == court_code, Voucher.month == month)
    )
    closed = ClosedMonth(
        court_code=court_code, month=month, vouchers=count or 0, closed_by_id=actor.id, closed_at=clock.now()
    )
    db.session.add(closed)
    db.session.flush()
    return closed
