"""Refusals: what the house understands and does not do.

A refusal carries a whole Chinese sentence that says what is wrong and the way out. The sentence is a msgid with named
gaps, so that the page can show it in English; ``str(refusal)`` is the Chinese sentence itself.
"""

import enum
from typing import Self

from fundapp.core.words import N_


class Attempt(enum.Enum):
    """What a refused act would have been, where it is worth a trace though nothing was done."""

    SELF_APPROVAL = "self_approval"
    WRONG_PAYEE = "wrong_payee"
    CHANGED_AFTERWARDS = "changed_afterwards"
    ABOVE_CEILING = "above_ceiling"
    OTHER_COURT = "other_court"


LABELS: dict[enum.Enum, str] = {
    Attempt.SELF_APPROVAL: N_("本人经办本人审批"),
    Attempt.WRONG_PAYEE: N_("付给当事人以外的人"),
    Attempt.CHANGED_AFTERWARDS: N_("审批后变更付款要素"),
    Attempt.ABOVE_CEILING: N_("超过垫付上限"),
    Attempt.OTHER_COURT: N_("办理其他法院事项"),
}


class Refusal(Exception):
    """An act that is understood and not done; everything the transaction held is rolled back."""

    http_status = 422

    def __init__(self, msgid: str, **params: str | int) -> None:
        super().__init__(msgid)
        self.msgid = msgid
        self.params = params
        self.attempt: Attempt | None = None

    def as_attempt(self, attempt: Attempt | None) -> Self:
        """The refusal, marked as one that is worth a trace."""
        self.attempt = attempt
        return self

    def __str__(self) -> str:
        return self.msgid % self.params if self.params else self.msgid


class RuleViolation(Refusal):
    """A rule of the fund says no."""


class StaleRecord(Refusal):
    """The record changed after the actor read it."""

    http_status = 409


class NotFound(Refusal):
    """No such record, or none that this actor may know of: the two answer alike."""

    http_status = 404

    def __init__(self, msgid: str = "没有找到该记录，请返回列表重新选择。", **params: str | int) -> None:
        super().__init__(msgid, **params)
