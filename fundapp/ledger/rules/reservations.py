"""Money promised and not yet paid. Pure."""

import enum

from fundapp.core.errors import RuleViolation
from fundapp.core.words import N_


class ReservationState(enum.Enum):
    """Each reservation ends in exactly one of settled and released (I6)."""

    OPEN = "open"
    SETTLED = "settled"
    RELEASED = "released"


LABELS: dict[enum.Enum, str] = {
    ReservationState.OPEN: N_("已预留"),
    ReservationState.SETTLED: N_("已支付结清"),
    ReservationState.RELEASED: N_("已释放"),
}


def check_not_reserved(is_reserved: bool) -> None:
    """Money is promised once under one name."""
    if is_reserved:
        raise RuleViolation("该事项已经预留过资金，不能重复预留；请刷新页面查看当前状态。")
