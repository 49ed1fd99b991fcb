"""Words of disbursement: pure."""

import enum

from fundapp.core.words import N_


class BatchStatus(enum.Enum):
    """The life of a batch."""

    BUILT = "built"
    SIGNED = "signed"
    SENT = "sent"
    DONE = "done"
    CANCELLED = "cancelled"


class LineStatus(enum.Enum):
    """What the bank made of a line."""

    WAITING = "waiting"
    PAID = "paid"
    FAILED = "failed"
    UNKNOWN = "unknown"
    CANCELLED = "cancelled"


LABELS: dict[enum.Enum, str] = {
    BatchStatus.BUILT: N_("待复核签发"),
    BatchStatus.SIGNED: N_("已签发"),
    BatchStatus.SENT: N_("已送银行"),
    BatchStatus.DONE: N_("已办结"),
    BatchStatus.CANCELLED: N_("已撤销"),
    LineStatus.WAITING: N_("待银行处理"),
    LineStatus.PAID: N_("付款成功"),
    LineStatus.FAILED: N_("付款失败"),
    LineStatus.UNKNOWN: N_("结果不明"),
    LineStatus.CANCELLED: N_("已撤销"),
}
