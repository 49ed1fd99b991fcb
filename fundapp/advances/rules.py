"""Words and checks of advances: pure."""

import enum

from fundapp.core.errors import RuleViolation
from fundapp.core.words import N_


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
