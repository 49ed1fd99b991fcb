"""Words and checks of advances: pure."""

import enum
from collections.abc import Sequence
from datetime import date

from fundapp.approvals.rules import Outcome
from fundapp.core.digests import digest_of
from fundapp.core.errors import Attempt, RuleViolation
from fundapp.core.money import ZERO, Money, plain, to_fen
from fundapp.core.words import N_
from fundapp.eligibility.rules import Answer, attempt_in, joined
from fundapp.ledger.rules import Account, Movement


class AdvanceStatus(enum.Enum):
    """The life of an advance."""

    SUBMITTED = "submitted"
    RETURNED = "returned"
    APPROVED = "approved"
    PAYING = "paying"
    PAID = "paid"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class Channel(enum.Enum):
    """How money reached the payee."""

    BANK_BATCH = "bank_batch"
    CEREMONY_TRANSFER = "ceremony_transfer"
    CEREMONY_CASH = "ceremony_cash"


LABELS: dict[enum.Enum, str] = {
    AdvanceStatus.SUBMITTED: N_("审批中"),
    AdvanceStatus.RETURNED: N_("退回补正"),
    AdvanceStatus.APPROVED: N_("已批准待发放"),
    AdvanceStatus.PAYING: N_("发放中"),
    AdvanceStatus.PAID: N_("已垫付"),
    AdvanceStatus.REFUSED: N_("不予垫付"),
    AdvanceStatus.WITHDRAWN: N_("已撤回"),
    Channel.BANK_BATCH: N_("银行批量转账"),
    Channel.CEREMONY_TRANSFER: N_("大会现场转账"),
    Channel.CEREMONY_CASH: N_("大会现场现金"),
}

NEXT: dict[AdvanceStatus, frozenset[AdvanceStatus]] = {
    AdvanceStatus.SUBMITTED: frozenset(
        {AdvanceStatus.RETURNED, AdvanceStatus.APPROVED, AdvanceStatus.REFUSED, AdvanceStatus.WITHDRAWN}
    ),
    AdvanceStatus.RETURNED: frozenset({AdvanceStatus.SUBMITTED, AdvanceStatus.WITHDRAWN}),
    AdvanceStatus.APPROVED: frozenset({AdvanceStatus.PAYING, AdvanceStatus.WITHDRAWN}),
    AdvanceStatus.PAYING: frozenset({AdvanceStatus.PAID, AdvanceStatus.APPROVED}),
    AdvanceStatus.PAID: frozenset(),
    AdvanceStatus.REFUSED: frozenset(),
    AdvanceStatus.WITHDRAWN: frozenset(),
}


def check_move(current: AdvanceStatus, target: AdvanceStatus) -> None:
    """Refuse a step the advance cannot take from where it is."""
    if target not in NEXT[current]:
        raise RuleViolation(
            "垫付申请当前为“%(current)s”，不能改为“%(target)s”，请刷新页面查看最新状态后再办理。",
            current=LABELS[current],
            target=LABELS[target],
        )


ALIVE = frozenset({AdvanceStatus.SUBMITTED, AdvanceStatus.RETURNED, AdvanceStatus.APPROVED, AdvanceStatus.PAYING})
"""Statuses in which a request is under way: the creditor cannot ask again."""

OUTCOMES: dict[Outcome, AdvanceStatus] = {
    Outcome.AGREED: AdvanceStatus.APPROVED,
    Outcome.RETURNED: AdvanceStatus.RETURNED,
    Outcome.REFUSED: AdvanceStatus.REFUSED,
}
"""Where the last signature of a round leads."""

PAID_FROM: dict[Channel, tuple[Movement, Account]] = {
    Channel.BANK_BATCH: (Movement.ADVANCE_PAID, Account.FUND_BANK),
    Channel.CEREMONY_TRANSFER: (Movement.ADVANCE_PAID, Account.FUND_BANK),
    Channel.CEREMONY_CASH: (Movement.ADVANCE_PAID_IN_CASH, Account.CASH),
}
"""How a payment is booked, and which account it leaves."""


def live_key(case_id: int, creditor_id: int) -> str:
    """Unique while a request is alive or paid: one advance per case and creditor."""
    return f"{case_id}:{creditor_id}"


def cited(year: int, advance_id: int) -> str:
    """How an advance is cited on papers: 垫2018-0017."""
    return f"垫{year}-{advance_id:04d}"


def payload_digest(
    *,
    case_number: str,
    creditor: str,
    holder: str,
    bank: str,
    line_number: str | None,
    account_index: str,
    amount: Money,
) -> str:
    """The digest of what the signers approve and the bank is sent.

    Args:
        account_index: the keyed digest of the account number, not the number: the digest of a payload stands on the
            trail, and a plain one could be tried out number by number.
    """
    return digest_of((case_number, creditor, holder, bank, line_number or "", account_index, str(to_fen(amount))))


def check_amount(amount: Money, claim: Money) -> None:
    """An advance is more than nothing and no more than the claim; the claim itself may be advanced in full."""
    if amount <= ZERO:
        raise RuleViolation("垫付金额须大于零，请重新填写。")
    if amount > claim:
        raise RuleViolation(
            "垫付金额%(amount)s元超过本案执行标的%(claim)s元，请减少到执行标的以内。",
            amount=plain(amount),
            claim=plain(claim),
        )


def check_left(amount: Money, left: Money) -> None:
    """What the debtor has paid to the court and what other creditors of the case were advanced is not advanced
    again."""
    if amount > left:
        raise RuleViolation(
            "本案执行标的扣除法院已收案款和其他垫付后，最多还可垫付%(left)s元，请减少垫付金额，或先发放已到账的案款。",
            left=plain(max(left, ZERO)),
        )


def check_reason(reason: str) -> None:
    if not reason.strip():
        raise RuleViolation("请填写理由。")


def check_eligible(shortcomings: Sequence[Answer]) -> None:
    """Refuse a request with every shortcoming at once."""
    if shortcomings:
        raise RuleViolation(
            "该案有%(count)s项不符合垫付条件：%(reasons)s请补正后重新申请。",
            count=len(shortcomings),
            reasons=joined(shortcomings),
        ).as_attempt(attempt_in(shortcomings))


def check_still_eligible(shortcomings: Sequence[Answer]) -> None:
    """Refuse to agree to, or to pay, an advance whose case no longer meets the terms it was assessed under."""
    if shortcomings:
        raise RuleViolation(
            "案件情况在申请后已有变动，现有%(count)s项不符合垫付条件：%(reasons)s请退回或撤回后重新办理。",
            count=len(shortcomings),
            reasons=joined(shortcomings),
        ).as_attempt(attempt_in(shortcomings))


def check_payload(*, now: str, approved: str) -> None:
    """Any change of payee, account or amount after the request voids its signatures."""
    if now != approved:
        raise RuleViolation(
            "收款人、收款账户或金额在提交后已有变更，原审批对变更后的内容无效，请退回或撤回申请，核实后重新提交审批。"
        ).as_attempt(Attempt.CHANGED_AFTERWARDS)


def check_own(*, actor_id: int, prepared_by_id: int, handler_id: int) -> None:
    """A request is mended and withdrawn by who made it, or by the case's handler of today."""
    if actor_id not in (prepared_by_id, handler_id):
        raise RuleViolation("只有提出申请的承办人或本案现任承办人可以办理，请由其办理。")


def check_open(status: AdvanceStatus) -> None:
    """Papers are added while the request is with its handler or its signers, not after the decision."""
    if status not in (AdvanceStatus.SUBMITTED, AdvanceStatus.RETURNED):
        raise RuleViolation(
            "垫付申请当前为“%(status)s”，不能再补充材料；确需补充的，请附在案件或发放批次中。", status=LABELS[status]
        )


def check_paid_on(paid_on: date, today: date) -> None:
    if paid_on > today:
        raise RuleViolation("付款日期%(day)s晚于今天，请核对后重新填写。", day=paid_on.isoformat())
