"""Posting periods: the months of the books, and what a closing must be told. Pure."""

import calendar
from datetime import date

from fundapp.core.errors import RuleViolation
from fundapp.core.money import ZERO, Money, plain

LONGEST_EXPLANATION = 500


def last_day(month: str) -> date:
    """The last day of a month (``2018-02``)."""
    year, number = int(month[:4]), int(month[5:])
    return date(year, number, calendar.monthrange(year, number)[1])


def check_suspense(suspense: Money, explanation: str) -> None:
    """Money that nobody has claimed is cleared before the month is closed, or the closer says why it still stands."""
    if suspense != ZERO and not explanation.strip():
        raise RuleViolation(
            "待认领款尚有余额%(amount)s元，本系统目前不能办理认领或退回。请查明来源，书面说明原因后再结账。",
            amount=plain(suspense),
        )
    if len(explanation) > LONGEST_EXPLANATION:
        raise RuleViolation("说明过长，请缩短到%(longest)s字以内。", longest=LONGEST_EXPLANATION)
