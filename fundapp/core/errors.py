"""Refusals: what the house understands and does not do.

A refusal carries a whole Chinese sentence that says what is wrong and the way out. The sentence is a msgid with named
gaps, so that the page can show it in English; ``str(refusal)`` is the Chinese sentence itself.
"""


class Refusal(Exception):
    """An act that is understood and not done; everything the transaction held is rolled back."""

    http_status = 422

    def __init__(self, msgid: str, **params: str | int) -> None:
        super().__init__(msgid)
        self.msgid = msgid
        self.params = params

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
