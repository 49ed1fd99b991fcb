"""Words and checks of courts: pure."""

import enum
import re
from datetime import date

from fundapp.core.errors import Attempt, RuleViolation
from fundapp.core.money import yuan
from fundapp.core.words import N_


class CourtLevel(enum.Enum):
    """法〔2015〕137号 art. 5: a high court has one character, an intermediate one two digits more, a basic one four."""

    HIGH = "high"
    INTERMEDIATE = "intermediate"
    BASIC = "basic"


LABELS = {
    CourtLevel.HIGH: N_("高级人民法院"),
    CourtLevel.INTERMEDIATE: N_("中级人民法院"),
    CourtLevel.BASIC: N_("基层人民法院"),
}

_CODE = re.compile(r"[一-龥]([0-9]{2}|[0-9]{4})?")
_LEVEL_BY_LENGTH = {1: CourtLevel.HIGH, 3: CourtLevel.INTERMEDIATE, 5: CourtLevel.BASIC}

YUEYANG_DISTRICT: list[tuple[str, str]] = [
    ("湘06", "岳阳市中级人民法院"),
    ("湘0602", "岳阳市岳阳楼区人民法院"),
    ("湘0603", "岳阳市云溪区人民法院"),
    ("湘0611", "岳阳市君山区人民法院"),
    ("湘0621", "岳阳县人民法院"),
    ("湘0623", "华容县人民法院"),
    ("湘0624", "湘阴县人民法院"),
    ("湘0626", "平江县人民法院"),
    ("湘0681", "汨罗市人民法院"),
    ("湘0682", "临湘市人民法院"),
    ("湘0691", "岳阳市屈原管理区人民法院"),
]
"""The seed's district. Codes derive from administrative codes by 法〔2015〕137号 art. 5; 湘0691 is unconfirmed."""


WRITTEN_EXAMPLES = (yuan("107000.53"), yuan("1409.50"))
"""Amounts that show how a court writes capitals: one with both optional zeros, one that ends with 角."""


def check_code(code: str) -> CourtLevel:
    """The level that a court code stands for."""
    if not _CODE.fullmatch(code):
        raise RuleViolation("法院代字“%(code)s”格式不对，应为一个汉字加两位或四位数字，例如 湘0602。", code=code[:20])
    return _LEVEL_BY_LENGTH[len(code)]


def check_parent(code: str, parent_code: str | None) -> None:
    """A lower court's code begins with its superior's."""
    if parent_code is not None and (parent_code == code or not code.startswith(parent_code)):
        raise RuleViolation(
            "上级法院代字“%(parent)s”与本院代字“%(code)s”不相符，请核对后重新选择上级法院。",
            parent=parent_code,
            code=code,
        )


def check_writing_day(effective_from: date, *, today: date, taken: bool) -> None:
    """A way of writing begins on a day that is not over, so that papers that were printed stay as they are."""
    if effective_from < today:
        raise RuleViolation(
            "启用日期不能早于今天%(today)s，以前的凭证和单据仍按当时的写法，请改用今天或之后的日期。",
            today=today.isoformat(),
        )
    if taken:
        raise RuleViolation("%(day)s已经选定过写法，请改用其他启用日期。", day=effective_from.isoformat())


def check_keeps(keeper_code: str, code: str) -> None:
    """An administrator keeps the entries of his own court and of those under it."""
    if not code.startswith(keeper_code):
        raise RuleViolation("只能维护本院及所辖法院的信息，请由该法院或其上级法院的系统管理员办理。").as_attempt(
            Attempt.OTHER_COURT
        )
