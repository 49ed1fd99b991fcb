"""Money promised: reserved by an approval, settled by the payment, or released."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy import bindparam, update

from fundapp.core import clock
from fundapp.core.db import db
from fundapp.core.errors import RuleViolation
from fundapp.core.money import Money
from fundapp.ledger import queries, rules
from fundapp.ledger.models import Reservation, StandingBalance
from fundapp.ledger.rules import Account, ReservationState


def reserve(name: str, *, court_code: str, account: Account, amount: Money, part: str = "") -> Reservation:
    """Promise money of an account, so that nobody promises it again; ``part`` narrows it to one case of case money.

    Raises:
        RuleViolation: it is promised under this name already, or the account, less what is promised, does not have it.
    """
    rules.check_not_reserved(queries.reservation(court_code, name) is not None)
    rules.check_covered(queries.free(court_code, account, part), amount)
    found = Reservation(
        court_code=court_code,
        name=name,
        account=account,
        part=part,
        amount=amount,
        state=ReservationState.OPEN,
        opened_at=clock.now(),
    )
    db.session.add(found)
    _hold(court_code, account, part, amount)
    return found


def settle(court_code: str, name: str) -> None:
    """End a reservation because it is being paid; the payment is posted in the same transaction."""
    _end(court_code, name, ReservationState.SETTLED)


def release(court_code: str, name: str) -> None:
    """End a reservation because it will not be paid."""
    _end(court_code, name, ReservationState.RELEASED)


@contextmanager
def moving_reservations(court_code: str, names: Sequence[str], *, to: Account) -> Iterator[None]:
    """Let promises follow their money into another account: what is posted inside the block carries the money there.

    Raises:
        RuleViolation: a promise is not open, or the money did not arrive in the other account.
    """
    moved = [_open_reservation(court_code, name) for name in names]
    for found in moved:
        _hold(court_code, found.account, found.part, -found.amount)
    yield
    for found in moved:
        rules.check_covered(queries.free(court_code, to, found.part), found.amount)
        found.account = to
        _hold(court_code, to, found.part, found.amount)


def _end(court_code: str, name: str, state: ReservationState) -> None:
    found = _open_reservation(court_code, name)
    found.state, found.ended_at = state, clock.now()
    _hold(court_code, found.account, found.part, -found.amount)


def _open_reservation(court_code: str, name: str) -> Reservation:
    found = queries.reservation(court_code, name)
    if found is None or found.state is not ReservationState.OPEN:
        raise RuleViolation("该笔资金没有有效的预留，不能支付或释放，请核对审批状态后再办理。")
    return found


def _hold(court_code: str, account: Account, part: str, amount: Money) -> None:
    db.session.flush()
    kept = db.session.execute(
        update(StandingBalance)
        .where(
            StandingBalance.court_code == court_code,
            StandingBalance.account == account,
            StandingBalance.part == part,
        )
        .values(held=StandingBalance.held + bindparam("more", amount, StandingBalance.held.type))
        .execution_options(synchronize_session=False)
    )
    assert kept.rowcount == 1, f"nothing stands on {account.value} {part}"  # type: ignore[attr-defined]
