"""Writes of the books: post, reverse, reserve, close. Posting talks to the database in sets, not by unit of work."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from sqlalchemy import Table, and_, bindparam, func, insert, select, update

from fundapp.core import clock
from fundapp.core.db import db
from fundapp.core.errors import RuleViolation, StaleRecord
from fundapp.core.money import ZERO, Money, from_fen, to_fen, total
from fundapp.ledger import queries, rules
from fundapp.ledger.models import (
    BookingModel,
    ClosedMonth,
    Correction,
    MonthTurnover,
    PostingLine,
    Reservation,
    StandingBalance,
    Voucher,
    VoucherSeries,
)
from fundapp.ledger.rules import (
    Account,
    Booked,
    CorrectionStatus,
    Model,
    Posting,
    ReservationState,
    Side,
    booked,
)
from fundapp.trail import service as trail
from fundapp.trail.rules import Event
from fundapp.users.models import User

__all__ = ["booked"]

_LINES = cast(Table, PostingLine.__table__)  # the table itself: many rows at once, past the unit of work


@dataclass(frozen=True)
class Hands:
    """Who signs a voucher: 制单 and 审核, two persons; 记账 is whoever's act posts it."""

    prepared_by_id: int
    reviewed_by_id: int


def open_books(court_code: str, *, model: Model, actor: User) -> None:
    """Choose the court's booking model, once.

    Raises:
        RuleViolation: it was chosen before; vouchers of two models in one book could not be told apart.
    """
    if db.session.get(BookingModel, court_code) is not None:
        raise RuleViolation("本院账簿已经启用，记账模式只能选定一次，不能更改。")
    db.session.add(BookingModel(court_code=court_code, model=model))
    trail.record(Event.BOOKS_OPENED, f"court:{court_code}", court_code=court_code, actor=actor, model=model.value)


def post(
    name: str,
    movements: Iterable[Booked],
    *,
    court_code: str,
    business_date: date,
    summary: str,
    attachments: int,
    hands: Hands,
    actor: User,
) -> Voucher:
    """Post the movements of one named act as one voucher.

    Args:
        name: the act, unique in the court (``"advance:17:paid"``); repeated, it returns its voucher and posts nothing.
        attachments: the number of originals that stand behind the voucher.

    Raises:
        RuleViolation: the month is closed, one person would sign twice, or an account does not have the money.
    """
    already = queries.voucher_of(court_code, name)
    if already is not None:
        return already
    lines = rules.postings(queries.model(court_code), movements)
    return _posted(name, lines, court_code, business_date, summary, attachments, hands, actor)


def reverse(voucher_id: int, *, business_date: date, reason: str, hands: Hands, actor: User) -> Voucher:
    """Undo a voucher by its mirror image (红字冲销), linked to it, once, on a day of its own.

    Raises:
        RuleViolation: a reversal, already reversed, dated before the original, a closed month, or money is missing.
    """
    original = db.session.get_one(Voucher, voucher_id)
    undone = queries.reversal_of(voucher_id)
    rules.check_reversible(
        is_reversal=original.is_reversal,
        reversed_by=undone.cited if undone else None,
        business_date=business_date,
        original_date=original.business_date,
    )
    day = original.business_date
    return _posted(
        f"{original.subject}:reversed",
        rules.reversal([line.posting for line in original.lines]),
        original.court_code,
        business_date,
        f"注销{day.year}年{day.month}月{day.day}日{original.cited}号凭证：{reason}"[:300],
        0,
        hands,
        actor,
        reverses_id=voucher_id,
    )


def _posted(
    name: str,
    lines: Sequence[Posting],
    court_code: str,
    business_date: date,
    summary: str,
    attachments: int,
    hands: Hands,
    actor: User,
    reverses_id: int | None = None,
) -> Voucher:
    rules.check_postings(lines)
    rules.check_hands(hands.prepared_by_id, hands.reviewed_by_id)
    _check_open(court_code, business_date)
    number = _next_number(court_code, business_date.year)
    cited = rules.voucher_number(business_date.year, number)
    told: dict[str, Any] = {"court_code": court_code, "name": name, "business_date": business_date}
    voucher = {
        **told,
        "year": business_date.year,
        "number": number,
        "month": rules.month_of(business_date),
        "recorded_at": clock.now(),
        "summary": summary[:300],
        "attachments": attachments,
        "total": total(line.amount for line in lines),
        "prepared_by_id": hands.prepared_by_id,
        "reviewed_by_id": hands.reviewed_by_id,
        "booked_by_id": actor.id,
        "reverses_id": reverses_id,
        "digest": rules.voucher_digest(**told, number=cited, lines=lines),
    }
    voucher_id = db.session.execute(insert(Voucher).values(voucher).returning(Voucher.id)).scalar_one()
    db.session.execute(insert(_LINES), [_row(voucher_id, at, line) for at, line in enumerate(lines, 1)])
    _keep_balances(court_code, voucher["month"], lines)
    trail.record(
        Event.VOUCHER_POSTED,
        f"voucher:{voucher_id}",
        court_code=court_code,
        actor=actor,
        number=cited,
        name=name,
        total=rules.told(voucher["total"]),
        digest=voucher["digest"],
    )
    return db.session.get_one(Voucher, voucher_id)


def _row(voucher_id: int, at: int, line: Posting) -> dict[str, Any]:
    return {
        "voucher_id": voucher_id,
        "line": at,
        "movement": line.movement,
        "debit": line.debit,
        "credit": line.credit,
        "amount": line.amount,
        "case_ref": line.case,
        "source_ref": line.source,
        "debtor_ref": line.debtor,
    }


def _check_open(court_code: str, day: date) -> None:
    month = rules.month_of(day)
    if queries.is_closed(court_code, month):
        raise RuleViolation("%(month)s已结账，不能再记入该月凭证，请改用未结账月份的业务日期。", month=month)


def _next_number(court_code: str, year: int) -> int:
    key = and_(VoucherSeries.court_code == court_code, VoucherSeries.year == year)
    taken = db.session.execute(
        update(VoucherSeries)
        .where(key)
        .values(last_number=VoucherSeries.last_number + 1)
        .execution_options(synchronize_session=False)
    )
    if taken.rowcount == 0:  # type: ignore[attr-defined]
        db.session.execute(insert(VoucherSeries).values(court_code=court_code, year=year, last_number=1))
    return db.session.execute(select(VoucherSeries.last_number).where(key)).scalar_one()


def _keep_balances(court_code: str, month: str, lines: Sequence[Posting]) -> None:
    """Add a voucher's net effect to the kept balances; the database refuses what an account does not have."""
    standing: dict[tuple[Account, str], tuple[int, int]] = {}
    for line in lines:
        fen = to_fen(line.amount)
        for account, debit, credit in ((line.debit, fen, 0), (line.credit, 0, fen)):
            for part in rules.parts_of(account, line):
                had = standing.get((account, part), (0, 0))
                standing[account, part] = (had[0] + debit, had[1] + credit)
    _check_standing(court_code, standing)
    _add_up(
        StandingBalance,
        [
            {"court_code": court_code, "account": account, "part": part, "debit": debit, "credit": credit}
            for (account, part), (debit, credit) in sorted(standing.items(), key=_by_account)
        ],
        ("court_code", "account", "part"),
    )
    _add_up(
        MonthTurnover,
        [
            {"court_code": court_code, "account": account, "month": month, "debit": debit, "credit": credit}
            for (account, part), (debit, credit) in standing.items()
            if part == ""
        ],
        ("court_code", "account", "month"),
    )


def _by_account(change: tuple[tuple[Account, str], tuple[int, int]]) -> tuple[str, str]:
    (account, part), _ = change
    return account.value, part


def _check_standing(court_code: str, changes: dict[tuple[Account, str], tuple[int, int]]) -> None:
    for (account, part), (debit, credit) in changes.items():
        guard = rules.GUARDED.get(account)
        if guard is None:
            continue
        taken = credit - debit if guard is Side.DEBIT else debit - credit
        if taken > 0:
            rules.check_covered(queries.free(court_code, account, part), from_fen(taken))


def _add_up(table: Any, rows: list[dict[str, Any]], key: tuple[str, ...]) -> None:
    """Add each row's debit and credit to the kept ones, or begin them; the court's book is locked meanwhile."""
    for row in rows:
        where = and_(*(getattr(table, name) == row[name] for name in key))
        debit, credit = from_fen(row["debit"]), from_fen(row["credit"])
        kept = db.session.execute(
            update(table)
            .where(where)
            .values(
                debit=table.debit + bindparam("more_debit", debit, table.debit.type),
                credit=table.credit + bindparam("more_credit", credit, table.credit.type),
            )
            .execution_options(synchronize_session=False)
        )
        if kept.rowcount == 0:  # type: ignore[attr-defined]
            begun = {name: row[name] for name in key} | {"debit": debit, "credit": credit}
            if table is StandingBalance:
                guard = rules.GUARDED.get(row["account"])
                begun |= {"held": ZERO, "guard": guard.value if guard else ""}
            db.session.execute(insert(table).values(**begun))


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


def request_correction(voucher_id: int, *, business_date: date, reason: str, actor: User) -> Correction:
    """Ask for a voucher to be reversed; another person confirms.

    Raises:
        NotFound: no such voucher in the actor's court.
        RuleViolation: not reversible, a bad day, or a correction of it waits already.
    """
    voucher = queries.voucher(voucher_id, frozenset({actor.court_code}))
    undone = queries.reversal_of(voucher_id)
    rules.check_reversible(
        is_reversal=voucher.is_reversal,
        reversed_by=undone.cited if undone else None,
        business_date=business_date,
        original_date=voucher.business_date,
    )
    rules.check_correctable(line.posting for line in voucher.lines)
    rules.check_correction_day(business_date, clock.today())
    rules.check_not_waiting(queries.has_waiting_correction(voucher_id))
    _check_open(voucher.court_code, business_date)
    correction = Correction(
        court_code=voucher.court_code,
        voucher_id=voucher_id,
        business_date=business_date,
        reason=reason,
        status=CorrectionStatus.REQUESTED,
        requested_by_id=actor.id,
    )
    db.session.add(correction)
    db.session.flush()
    trail.record(
        Event.CORRECTION_REQUESTED,
        voucher.subject,
        court_code=voucher.court_code,
        actor=actor,
        voucher=voucher.cited,
        reason=reason,
    )
    return correction


def decide_correction(correction_id: int, *, is_confirmed: bool, seen_version: int, actor: User) -> Correction:
    """Confirm a requested correction, which reverses its voucher, or return it.

    Raises:
        NotFound: no such correction in the actor's court.
        StaleRecord: somebody decided it meanwhile.
        RuleViolation: one's own request, or the voucher can no longer be reversed.
    """
    correction = queries.correction(correction_id, frozenset({actor.court_code}))
    if correction.version != seen_version or correction.status is not CorrectionStatus.REQUESTED:
        raise StaleRecord("该冲销申请已被处理，请刷新页面查看最新状态。")
    rules.check_hands(correction.requested_by_id, actor.id)
    correction.reviewed_by_id = actor.id
    facts: dict[str, str] = {"voucher": correction.voucher.cited, "reason": correction.reason}
    subject, court_code = correction.voucher.subject, correction.court_code
    if not is_confirmed:
        correction.status = CorrectionStatus.RETURNED
        trail.record(Event.CORRECTION_RETURNED, subject, court_code=court_code, actor=actor, **facts)
        return correction
    reversed_by = reverse(
        correction.voucher_id,
        business_date=correction.business_date,
        reason=correction.reason,
        hands=Hands(correction.requested_by_id, actor.id),
        actor=actor,
    )
    correction.status, correction.reversal_id = CorrectionStatus.CONFIRMED, reversed_by.id
    facts["reversal"] = reversed_by.cited
    trail.record(Event.CORRECTION_CONFIRMED, subject, court_code=court_code, actor=actor, **facts)
    return correction
