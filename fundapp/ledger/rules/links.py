"""How a correcting voucher stands to the one it corrects. Pure.

Source: 会计基础工作规范 (财政部令第98号) art. 51-5: 注销、订正, and one voucher of the difference.
"""

import enum

from fundapp.core.words import N_


class Link(enum.Enum):
    """Why one voucher names another."""

    REVERSES = "reverses"
    ADJUSTS = "adjusts"
    RESTATES = "restates"


LABELS: dict[enum.Enum, str] = {
    Link.REVERSES: N_("注销"),
    Link.ADJUSTS: N_("调整差额"),
    Link.RESTATES: N_("订正"),
}
