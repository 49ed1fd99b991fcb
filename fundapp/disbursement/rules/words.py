"""Words and checks of disbursement: pure."""

import enum
from collections.abc import Collection, Sequence
from datetime import date, timedelta

from fundapp.core.errors import Attempt, RuleViolation
from fundapp.core.words import N_

MOST_LINES = 500
LONGEST_WAIT = timedelta(days=30)


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

NEXT: dict[BatchStatus, frozenset[BatchStatus]] = {
    BatchStatus.BUILT: frozenset({BatchStatus.SIGNED, BatchStatus.CANCELLED}),
    BatchStatus.SIGNED: frozenset({BatchStatus.SENT, BatchStatus.CANCELLED}),
    BatchStatus.SENT: frozenset({BatchStatus.DONE}),
    BatchStatus.DONE: frozenset(),
    BatchStatus.CANCELLED: frozenset(),
}
"""Once the bank may have the file, nobody can take the batch back: only the bank's answer ends it."""

LINE_NEXT: dict[LineStatus, frozenset[LineStatus]] = {
    LineStatus.WAITING: frozenset({LineStatus.PAID, LineStatus.FAILED, LineStatus.UNKNOWN, LineStatus.CANCELLED}),
    LineStatus.UNKNOWN: frozenset({LineStatus.PAID, LineStatus.FAILED}),
    LineStatus.PAID: frozenset(),
    LineStatus.FAILED: frozenset(),
    LineStatus.CANCELLED: frozenset(),
}
"""An unknown line waits for the bank's answer; it is never sent again (T5)."""

OPEN_LINES = frozenset({LineStatus.WAITING, LineStatus.UNKNOWN})
SETTLED_LINES = frozenset({LineStatus.PAID, LineStatus.FAILED})


def check_move(current: BatchStatus, target: BatchStatus) -> None:
    """Refuse a step the batch cannot take from where it is."""
    if target not in NEXT[current]:
        raise RuleViolation(
            "发放批次当前为“%(current)s”，不能改为“%(target)s”，请刷新页面查看最新状态后再办理。",
            current=LABELS[current],
            target=LABELS[target],
        )


def check_line_move(current: LineStatus, target: LineStatus) -> None:
    """Refuse a step the line cannot take from where it is."""
    if target not in LINE_NEXT[current]:
        raise RuleViolation(
            "该笔发放当前为“%(current)s”，不能改为“%(target)s”，请刷新页面查看最新状态后再办理。",
            current=LABELS[current],
            target=LABELS[target],
        )


def check_other_hand(built_by_id: int, signer_id: int) -> None:
    """编制 and 签发 are two persons: incompatible posts of the 行政事业单位内部控制规范（试行）."""
    if built_by_id == signer_id:
        raise RuleViolation("编制人不能签发本人编制的发放批次，请由财务复核岗的另一人核对后签发。").as_attempt(
            Attempt.SELF_APPROVAL
        )


def check_choice(advance_ids: Sequence[int]) -> None:
    """At least one advance, each once, and no more than one bank file takes."""
    if not advance_ids:
        raise RuleViolation("请至少选择一笔已批准待发放的垫付。")
    if len(set(advance_ids)) != len(advance_ids):
        raise RuleViolation("同一笔垫付在所选内容中出现了两次，请刷新页面后重新选择。")
    if len(advance_ids) > MOST_LINES:
        raise RuleViolation("一个批次最多%(most)s笔，请分成几个批次编制。", most=MOST_LINES)


def check_payment_day(day: date, *, today: date) -> None:
    """The bank takes no order for a day that is past, and an order for a far one is a slip of the pen."""
    if day < today:
        raise RuleViolation("付款日期不能早于今天，请改为今天或之后的日期。")
    if day - today > LONGEST_WAIT:
        raise RuleViolation("付款日期不能晚于今天起%(days)s天，请核对年份和月份。", days=LONGEST_WAIT.days)


def check_resolution(
    outcome: LineStatus, *, paid_on: date | None, sent_on: date, today: date, importers: Collection[int], actor_id: int
) -> None:
    """What the bank answered about an unknown line, taken down by another person than who imported its result."""
    if outcome not in SETTLED_LINES:
        raise RuleViolation("查明的结果只能是付款成功或付款失败，请以银行书面答复为准重新选择。")
    if actor_id in importers:
        raise RuleViolation("导入该回执的人员不能同时登记查明的结果，请由另一名财务复核人员办理。")
    if outcome is LineStatus.FAILED:
        return
    if paid_on is None:
        raise RuleViolation("请填写银行书面答复中的付款日期。")
    if not sent_on <= paid_on <= today:
        raise RuleViolation(
            "付款日期应在%(first)s（送银行之日）至%(last)s（今天）之间，请对照银行书面答复核对。",
            first=sent_on.isoformat(),
            last=today.isoformat(),
        )


def batch_number(year: int, count: int) -> str:
    """``FF2018-001``: the count-th batch of a court in a budget year, without gaps."""
    return f"FF{year:04d}-{count:03d}"


def line_key(number: str, sequence: int) -> str:
    """``FF2018-001-0001``: how the bank's file and its result name a line (自定义序号)."""
    return f"{number}-{sequence:04d}"
