"""Words of case money: pure."""

import enum

from fundapp.core.words import N_


class CaseReceiptStatus(enum.Enum):
    """Recorded by one person, confirmed and posted, or returned, by another."""

    RECORDED = "recorded"
    CONFIRMED = "confirmed"
    RETURNED = "returned"


class Purpose(enum.Enum):
    """Why case money is paid out."""

    CREDITOR = "creditor"
    REFUND = "refund"


class PayoutStatus(enum.Enum):
    """The life of a payout."""

    REQUESTED = "requested"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"
    APPROVED = "approved"
    PAYING = "paying"
    PAID = "paid"


class PayoutChannel(enum.Enum):
    """How case money reached the payee."""

    TRANSFER = "transfer"
    CEREMONY_TRANSFER = "ceremony_transfer"
    CEREMONY_CASH = "ceremony_cash"


LABELS: dict[enum.Enum, str] = {
    CaseReceiptStatus.RECORDED: N_("待复核"),
    CaseReceiptStatus.CONFIRMED: N_("已入账"),
    CaseReceiptStatus.RETURNED: N_("已退回"),
    Purpose.CREDITOR: N_("发放申请执行人"),
    Purpose.REFUND: N_("退还被执行人"),
    PayoutStatus.REQUESTED: N_("待审批"),
    PayoutStatus.RETURNED: N_("已退回"),
    PayoutStatus.WITHDRAWN: N_("已撤回"),
    PayoutStatus.APPROVED: N_("已批准待发放"),
    PayoutStatus.PAYING: N_("发放中"),
    PayoutStatus.PAID: N_("已发放"),
    PayoutChannel.TRANSFER: N_("银行转账"),
    PayoutChannel.CEREMONY_TRANSFER: N_("大会现场转账"),
    PayoutChannel.CEREMONY_CASH: N_("大会现场现金"),
}
