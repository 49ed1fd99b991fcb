"""What a voucher is: its kind, its numbers, its ink, its dates, its hands and its digest. Pure.

Source: 会计基础工作规范 (财政部令第98号) arts. 50-52: contents, continuous numbers, signatures, red ink.
"""

import enum
from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from fundapp.core.digests import digest_of
from fundapp.core.errors import Attempt, RuleViolation
from fundapp.core.money import Money, bare, plain
from fundapp.core.words import N_
from fundapp.ledger.rules.chart import MONEY, Posting

FIRST_FORM, FORM = "1", "2"
"""Canonical forms of a voucher's digest: vouchers posted before kinds were told apart keep the first."""


class VoucherKind(enum.Enum):
    """收、付、转: numbered apart from each other."""

    RECEIPT = "receipt"
    PAYMENT = "payment"
    TRANSFER = "transfer"


class Ink(enum.Enum):
    """How a voucher is written.

    ``RED`` takes off what an earlier voucher of the same year added: its postings are mirrored, and its turnover is
    deducted instead of added on the other side. ``BLUE_MIRROR`` undoes a voucher of an earlier year in blue, as new
    turnover of its own.
    """

    BLUE = "blue"
    RED = "red"
    BLUE_MIRROR = "blue_mirror"


LABELS: dict[enum.Enum, str] = {
    VoucherKind.RECEIPT: N_("收款凭证"),
    VoucherKind.PAYMENT: N_("付款凭证"),
    VoucherKind.TRANSFER: N_("转账凭证"),
    Ink.BLUE: N_("蓝字"),
    Ink.RED: N_("红字"),
    Ink.BLUE_MIRROR: N_("蓝字更正"),
}

WORDS = {VoucherKind.RECEIPT: "收", VoucherKind.PAYMENT: "付", VoucherKind.TRANSFER: "转"}
"""The word before a voucher's number."""


class Hands(NamedTuple):
    """Who signs a voucher: 制单 and 审核, two persons; 出纳, who handled the money and is not the reviewer: the
    preparer when nobody is named; 记账 as ``bookkeeper`` says."""

    prepared_by_id: int
    reviewed_by_id: int
    cashier_id: int | None = None


class Numbers(NamedTuple):
    """总号 in the court's year over all kinds, and 分号 in its kind; neither has a gap."""

    year: int
    number: int
    kind: VoucherKind
    kind_number: int

    @property
    def cited(self) -> str:
        return cited(self.year, self.kind, self.kind_number)


def kind_of(lines: Iterable[Posting]) -> VoucherKind:
    """付 where money leaves a cash or bank account (drawing cash too, as the handbook has it), 收 where it only
    enters one, 转 where it does neither."""
    found = list(lines)
    if any(line.credit in MONEY for line in found):
        return VoucherKind.PAYMENT
    if any(line.debit in MONEY for line in found):
        return VoucherKind.RECEIPT
    return VoucherKind.TRANSFER


def cited(year: int, kind: VoucherKind, kind_number: int) -> str:
    """How a voucher is cited: ``2018收0001``."""
    return f"{year}{WORDS[kind]}{kind_number:04d}"


def total_number(year: int, number: int) -> str:
    """The number of a voucher among all kinds: ``2018-0001``; the first canonical form cites it so."""
    return f"{year}-{number:04d}"


def posting_day(business_date: date, closed_through: str | None) -> date:
    """The day under which a voucher stands in the books: its business date, or, when that month is closed, the first
    day that is open again.

    Args:
        closed_through: the last closed month (``2018-03``), None when none is.
    """
    if closed_through is None or month_of(business_date) > closed_through:
        return business_date
    year, month = int(closed_through[:4]), int(closed_through[5:])
    return date(year + month // 12, month % 12 + 1, 1)


def month_of(day: date) -> str:
    """The posting period of a day: ``2018-03``."""
    return f"{day.year:04d}-{day.month:02d}"


def check_postings(lines: Sequence[Posting]) -> None:
    """What can only be a programmer's error: nothing to post, an amount not above zero, one account on both sides."""
    assert lines, "a voucher has postings"
    for line in lines:
        assert line.fen > 0, line
        assert line.debit is not line.credit, line


def check_hands(prepared_by_id: int, reviewed_by_id: int) -> None:
    """制单 and 审核 are two persons (会计基础工作规范 art. 51)."""
    if prepared_by_id == reviewed_by_id:
        raise RuleViolation("制单人和审核人不能是同一人，请由其他财务人员复核。").as_attempt(Attempt.SELF_APPROVAL)


def check_cashier(cashier_id: int, reviewed_by_id: int) -> None:
    """出纳 does not review (会计法 art. 25, 会计基础工作规范 art. 12)."""
    if cashier_id == reviewed_by_id:
        raise RuleViolation("出纳不得兼任审核，请由其他财务人员复核该凭证。").as_attempt(Attempt.SELF_APPROVAL)


def bookkeeper(actor_id: int, reviewed_by_id: int, cashier_id: int | None) -> int:
    """记账: whoever's act posts the voucher, or its reviewer where that is the cashier.

    Source:
        会计法 (2017) art. 37: 出纳 keeps no ledger of income, expense, claims or debts.
    """
    return reviewed_by_id if actor_id == cashier_id else actor_id


def check_covered(available: Money, amount: Money) -> None:
    """Refuse to promise or pay more than an account has."""
    if amount > available:
        raise RuleViolation(
            "金额%(amount)s元超过可用资金%(available)s元，还差%(short)s元；请减少金额，或待资金到账后再办理。",
            amount=plain(amount),
            available=plain(available),
            short=plain(amount - available),
        )


def check_covered_since(day: date, lowest: Money, amount: Money) -> None:
    """Refuse what would leave an account below zero at the end of a day that is past."""
    if amount > lowest:
        raise RuleViolation(
            "自%(day)s起，该账户日终余额最低时为%(lowest)s元，不足以在该日减少%(amount)s元；"
            "请核对业务日期，或先补记此前到账的款项。",
            day=day.isoformat(),
            lowest=plain(lowest),
            amount=plain(amount),
        )


def told(amount: Money) -> str:
    """An amount as a fact of the trail."""
    return bare(amount)


def first_digest(*, court_code: str, number: str, name: str, business_date: str, lines: Iterable[str]) -> str:
    """The digest of the first canonical form; ``number`` is the one among all kinds."""
    return digest_of((court_code, number, name, business_date, *lines))


def digest(head: Sequence[str], lines: Iterable[str]) -> str:
    """The digest of a voucher, recorded on the trail: everything that the voucher says.

    Args:
        head: as ``head_parts`` makes it.
        lines: as ``line_parts`` makes them, of each posting in turn.
    """
    return digest_of((FORM, *head, *lines))


def head_parts(
    *,
    court_code: str,
    numbers: Numbers,
    name: str,
    business_date: date,
    posted_on: date,
    recorded_at: str,
    summary_mark: str,
    attachments: int,
    hands: tuple[int, int, int, int | None],
    ink: Ink,
    links: tuple[int | None, int | None, int | None],
) -> tuple[str, ...]:
    """The parts of a voucher's head, in the order of the canonical form.

    Args:
        recorded_at: as ``clock.canonical`` writes it.
        summary_mark: the keyed digest of the summary, which names persons and is masked outside the court.
        hands: ids of preparer, reviewer, bookkeeper and cashier.
        links: ids of the vouchers that it reverses, adjusts and restates.
    """
    return (
        court_code,
        total_number(numbers.year, numbers.number),
        numbers.cited,
        name,
        business_date.isoformat(),
        posted_on.isoformat(),
        recorded_at,
        summary_mark,
        str(attachments),
        *(_optional(user_id) for user_id in hands),
        ink.value,
        *(_optional(voucher_id) for voucher_id in links),
    )


def line_parts(line: Posting) -> tuple[str, ...]:
    """The parts of one posting, in the order of both canonical forms."""
    return (
        line.movement.value,
        line.debit.value,
        line.credit.value,
        str(line.fen),
        line.case or "",
        line.source or "",
        line.debtor or "",
    )


def _optional(number: int | None) -> str:
    return "" if number is None else str(number)
