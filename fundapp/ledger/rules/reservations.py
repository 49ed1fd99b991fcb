"""Money promised and not yet paid. Pure."""

import enum

from fundapp.core.errors import RuleViolation


class ReservationState(enum.Enum):
    """Each reservation ends in exactly one of settled and released (I6)."""

    OPEN = "open"
    SETTLED = "settled"
    RELEASED = "released"


def check_not_reserved(is_reserved: bool) -> None:
    """Money is promised once under one name."""
    if is_reserved:
        raise RuleViolation("该事项已经预留过资金，不能重复预留；请刷新页面查看当前状态。")
