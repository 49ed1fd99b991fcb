"""Words and checks of funding: pure."""

import enum
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from fundapp.core.errors import RuleViolation
from fundapp.core.money import ZERO, Money
from fundapp.core.words import N_
from fundapp.ledger.rules import CorrectionMethod, Movement


class SourceKind(enum.Enum):
    """Who gives."""

    APPROPRIATION = "appropriation"
    SUPERIOR_GRANT = "superior_grant"
    POLITICAL_LEGAL = "political_legal"
    JUDICIAL_ASSISTANCE = "judicial_assistance"
    ENTERPRISE_DONATION = "enterprise_donation"
    SOCIAL_DONATION = "social_donation"
    OTHER = "other"


class Direction(enum.Enum):
    """Whether money came from the source or goes back to it."""

    RECEIVED = "received"
    GIVEN_BACK = "given_back"


class ReceiptStatus(enum.Enum):
    """Recorded by one person, confirmed and posted, or returned, by another."""

    RECORDED = "recorded"
    CONFIRMED = "confirmed"
    RETURNED = "returned"


LABELS: dict[enum.Enum, str] = {
    SourceKind.APPROPRIATION: N_("财政拨款"),
    SourceKind.SUPERIOR_GRANT: N_("上级补助"),
    SourceKind.POLITICAL_LEGAL: N_("政法委统筹"),
    SourceKind.JUDICIAL_ASSISTANCE: N_("司法救助资金"),
    SourceKind.ENTERPRISE_DONATION: N_("企业捐赠"),
    SourceKind.SOCIAL_DONATION: N_("社会捐赠"),
    SourceKind.OTHER: N_("其他来源"),
    Direction.RECEIVED: N_("到账"),
    Direction.GIVEN_BACK: N_("退回出资方"),
    ReceiptStatus.RECORDED: N_("待复核"),
    ReceiptStatus.CONFIRMED: N_("已入账"),
    ReceiptStatus.RETURNED: N_("已退回"),
}

_GRANT = (Movement.GRANT_RECEIVED, Movement.GRANT_GIVEN_BACK)
_DONATION = (Movement.DONATION_RECEIVED, Movement.DONATION_GIVEN_BACK)
_MOVEMENTS: dict[SourceKind, tuple[Movement, Movement]] = {
    SourceKind.APPROPRIATION: (Movement.APPROPRIATION_RECEIVED, Movement.APPROPRIATION_GIVEN_BACK),
    SourceKind.SUPERIOR_GRANT: _GRANT,
    SourceKind.POLITICAL_LEGAL: _GRANT,
    SourceKind.JUDICIAL_ASSISTANCE: _GRANT,
    SourceKind.ENTERPRISE_DONATION: _DONATION,
    SourceKind.SOCIAL_DONATION: _DONATION,
    SourceKind.OTHER: (Movement.OTHER_RECEIVED, Movement.OTHER_GIVEN_BACK),
}


def movement(kind: SourceKind, direction: Direction) -> Movement:
    """How money from this kind of source is booked (政府会计制度: 4001, 4601, 4603, 4609)."""
    received, given_back = _MOVEMENTS[kind]
    return received if direction is Direction.RECEIVED else given_back


def check_name(name: str, *, taken: bool) -> None:
    if taken:
        raise RuleViolation("本院已有名为“%(name)s”的资金来源，请直接使用，或另取名称。", name=name)


def check_receipt(amount: Money, business_date: date, *, today: date, is_active: bool) -> None:
    """A receipt is of something, of a day that has come, and from a source that still gives."""
    if not is_active:
        raise RuleViolation("该资金来源已停用，不能登记到账；如需恢复，请先修改资金来源。")
    if amount <= ZERO:
        raise RuleViolation("金额必须大于零，请填写实际到账金额。")
    if business_date > today:
        raise RuleViolation("到账日期不能晚于今天%(today)s，请按银行回单填写。", today=today.isoformat())


@dataclass(frozen=True)
class Content:
    """What a receipt comes to in the books, after its corrections.

    Args:
        source: subject of the source (``source:3``).
        last: by which method it was corrected last; None when it stands as it was recorded.
    """

    source: str
    amount: Money
    last: CorrectionMethod | None = None

    @property
    def is_cancelled(self) -> bool:
        return self.last is CorrectionMethod.CANCEL


Change = tuple[CorrectionMethod, str | None, Money | None]


def after(content: Content, changes: Iterable[Change]) -> Content:
    """The content after these corrections in turn: each the method, the right source and the right amount."""
    for method, source, amount in changes:
        content = replace(content, last=method, source=source or content.source, amount=amount or content.amount)
    return content


def check_confirmed(status: ReceiptStatus) -> None:
    """Only what stands in the books is corrected there."""
    if status is not ReceiptStatus.CONFIRMED:
        raise RuleViolation(
            "该笔登记为“%(status)s”，没有入账，无需更正；登记有误的，请财务复核人员退回后重新登记。",
            status=LABELS[status],
        )


def check_open(status: ReceiptStatus) -> None:
    if status is not ReceiptStatus.RECORDED:
        raise RuleViolation("该笔登记已为“%(status)s”，不能再次办理，请刷新页面查看。", status=LABELS[status])
