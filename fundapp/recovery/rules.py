"""How a debtor's payment is split among the fund, the creditor and a refund, and what is outstanding: pure."""

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple, TypeVar

from fundapp.core.errors import RuleViolation
from fundapp.core.money import ZERO, Money, plain, split, to_fen
from fundapp.core.words import N_
from fundapp.eligibility.rules import RecoveryOrder

Key = TypeVar("Key")


class ClaimKind(enum.Enum):
    """Where an outstanding receivable comes from."""

    ADVANCE = "advance"
    OPENING = "opening"


LABELS: dict[enum.Enum, str] = {
    ClaimKind.ADVANCE: N_("垫付"),
    ClaimKind.OPENING: N_("期初导入"),
}


@dataclass(frozen=True)
class Claim:
    """One receivable that is still outstanding: when and how much was paid, and what of it is left.

    ``subject`` is the advance's; the case's, where the claim came with the opening of the books.
    """

    court_code: str
    subject: str
    case_ref: str
    case_number: str
    kind: ClaimKind
    day: date
    paid: Money
    left: Money


class Parts(NamedTuple):
    """The three parts of one receipt; they add up to it."""

    fund: Money
    creditor: Money
    refund: Money


def split_recovery(amount: Money, *, outstanding: Money, creditor_rest: Money, order: RecoveryOrder) -> Parts:
    """Split a debtor's payment in the order frozen for the case.

    Args:
        outstanding: what was advanced and has not come back.
        creditor_rest: what the creditor is still owed beyond the advance.
        order: who is served first; pro rata goes by what each is still owed, the odd fen to the largest remainder.

    Returns:
        Parts that add up to ``amount``; the fund and the creditor get no more than they are owed, and the debtor gets
        something back only when both have everything.
    """
    assert amount > ZERO, amount
    assert outstanding >= ZERO and creditor_rest >= ZERO, (outstanding, creditor_rest)
    shared = min(amount, outstanding + creditor_rest)
    if order is RecoveryOrder.FUND_FIRST:
        fund = min(shared, outstanding)
    elif order is RecoveryOrder.CLAIMANT_FIRST:
        fund = shared - min(shared, creditor_rest)
    elif shared == ZERO:
        fund = ZERO
    else:
        fund = split(shared, [to_fen(outstanding), to_fen(creditor_rest)])[0]
    return Parts(fund, shared - fund, amount - shared)


def creditor_rest(claim: Money, *, advanced: Money, received_before: Money, allocated: Money) -> Money:
    """What the creditors are still owed beyond what was advanced, never below zero.

    Args:
        received_before: case money that is the creditors' without allocation, because it came before the advance.
        allocated: the creditors' parts of earlier allocations, paid out or not.
    """
    rest = claim - advanced - received_before - allocated
    return max(rest, ZERO)


def served(amount: Money, owed: Sequence[tuple[Key, Money]]) -> list[tuple[Key, Money]]:
    """Serve those who are owed in their order, each in full before the next; the parts add up to ``amount``.

    Raises:
        RuleViolation: together they are owed less, so a voucher of this case was reversed behind the advance's back.
    """
    found, rest = [], amount
    for key, due in owed:
        part = min(rest, due)
        if part > ZERO:
            found.append((key, part))
            rest -= part
    if rest > ZERO:
        raise RuleViolation(
            "账簿中本案应收回的垫付资金比分配金额少%(short)s元，请先核对本案凭证有无冲销，再办理分配。",
            short=plain(rest),
        )
    return found


def check_allocatable(*, is_confirmed: bool, is_allocated: bool, is_in_bankruptcy: bool) -> None:
    """A receipt is allocated once, after it was confirmed, and not past the other creditors of a bankrupt debtor.

    Source:
        关于执行案件移送破产审查若干问题的指导意见, 法发〔2017〕2号: what a bankrupt owns goes to the administrator.
    """
    if not is_confirmed:
        raise RuleViolation("该笔案款尚未复核入账，请财务复核人员先确认入账，再办理分配。")
    if is_allocated:
        raise RuleViolation("该笔案款已经分配，不能重复分配，请在追偿页面查看分配结果。")
    if is_in_bankruptcy:
        raise RuleViolation(
            "被执行人已进入破产程序，案款应当依破产程序移交管理人，不能在执行案件中分配；请先与管理人核对。"
        )


def check_advanced(is_advanced: bool, *, opening_claim: Money) -> None:
    """Only money that came after the fund had paid is split; everything else is the creditor's as it is.

    Args:
        opening_claim: what the fund paid in this case before these books began; nothing here can split it off yet.
    """
    if not is_advanced and opening_claim > ZERO:
        raise RuleViolation(
            "本案有期初应收垫付款%(claim)s元，是启用本系统以前垫付的；本系统没有该笔垫付的申请，目前还不能分配其收回。"
            "请将该部分案款留在本案中，不要发放，报财务与系统管理员处理；超出部分可以申请发放。",
            claim=plain(opening_claim),
        )
    if not is_advanced:
        raise RuleViolation("该笔案款不需要分配：本案没有已付的垫付款，或款项在垫付之前入账。请直接申请发放案款。")


def check_day(day: date, *, earliest: date, today: date) -> None:
    """An allocation is booked on a day that has come, not before the money or the advance."""
    if not earliest <= day <= today:
        raise RuleViolation(
            "分配日期应在%(earliest)s至今天%(today)s之间，请更正日期。",
            earliest=earliest.isoformat(),
            today=today.isoformat(),
        )
