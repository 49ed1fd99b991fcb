"""年终结账指引: what the close of a year asks for, in order, how each point stands, and who does it. Pure.

Source: 会计基础工作规范 arts. 62, 63; 会计档案管理办法 (order 79) on what is kept of a year.
"""

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from fundapp.core.money import ZERO, Money, plain
from fundapp.core.words import N_
from fundapp.users.rules import Role
from fundapp.yearend.rules.closing import Hindered, PointState


class Step(enum.Enum):
    """The points of the close of a year, in their order."""

    MONTHS = "months"
    DECEMBER = "december"
    RECEIVABLES = "receivables"
    SUSPENSE = "suspense"
    OPENING = "opening"
    VERIFIED = "verified"
    RESULT = "result"
    REQUESTED = "requested"
    CLOSED = "closed"
    STATEMENTS = "statements"
    PACKAGE = "package"
    ANCHOR = "anchor"


LABELS: dict[enum.Enum, str] = {
    Step.MONTHS: N_("1月至11月逐月结账"),
    Step.DECEMBER: N_("12月没有未办结事项"),
    Step.RECEIVABLES: N_("账龄超过1年的垫付款已逐笔核对"),
    Step.SUSPENSE: N_("待认领款已清，或已书面说明"),
    Step.OPENING: N_("期初余额过渡科目为零"),
    Step.VERIFIED: N_("最近一次系统核验没有问题"),
    Step.RESULT: N_("本年收支结转"),
    Step.REQUESTED: N_("申请年终结账"),
    Step.CLOSED: N_("年终结账"),
    Step.STATEMENTS: N_("结账后打印年度报表"),
    Step.PACKAGE: N_("结账后导出审计包"),
    Step.ANCHOR: N_("结账后交付存证单"),
}

DOERS: dict[Step, Role] = {
    Step.MONTHS: Role.FINANCE_REVIEWER,
    Step.DECEMBER: Role.FINANCE_REVIEWER,
    Step.RECEIVABLES: Role.FINANCE_REVIEWER,
    Step.SUSPENSE: Role.FINANCE_CLERK,
    Step.OPENING: Role.FINANCE_CLERK,
    Step.VERIFIED: Role.AUDITOR,
    Step.RESULT: Role.FINANCE_REVIEWER,
    Step.REQUESTED: Role.FINANCE_REVIEWER,
    Step.CLOSED: Role.PRESIDENT,
    Step.STATEMENTS: Role.FINANCE_REVIEWER,
    Step.PACKAGE: Role.FINANCE_REVIEWER,
    Step.ANCHOR: Role.AUDITOR,
}
"""Which post sees to a point."""


FRESH_FOR = timedelta(hours=36)
"""As on the front page, whose light turns red after so long."""


def is_fresh(verified_at: datetime, *, year_end: datetime, now: datetime) -> bool:
    """Whether a verification of the books speaks of a year that is to be closed: it was made after its end, or just
    now."""
    return verified_at >= year_end or now - verified_at <= FRESH_FOR


@dataclass(frozen=True)
class YearFacts:
    """How the close of a court's year stands.

    Attributes:
        due: the month that is to be closed next.
        hindered: what keeps December open, without what the other points tell.
        old, old_amount: advances outstanding for over a year.
        is_aged: whether the ageing was printed or exported after the year's end.
        is_requested: whether its close was asked for and waits for the president.
        problems: what the last verification of the books found wrong, in any court; None when there was none.
        verified_at: when that was, as people read it.
        is_fresh: whether that is late enough for the year.
        transfers: how many postings the transfer of the result has, or will have.
    """

    year: int
    due: str
    is_closed: bool
    is_requested: bool = False
    hindered: Sequence[Hindered] = ()
    old: int = 0
    old_amount: Money = ZERO
    is_aged: bool = False
    suspense: Money = ZERO
    is_explained: bool = False
    opening: Money = ZERO
    problems: int | None = 0
    verified_at: str = ""
    is_fresh: bool = True
    transfers: int = 0
    is_custodial: bool = False
    is_printed: bool = False
    is_exported: bool = False
    is_anchored: bool = False


@dataclass(frozen=True)
class GuidePoint:
    """One point: how it stands, and a sentence that says why or what to do (a msgid with its gaps)."""

    step: Step
    state: PointState
    told: str
    params: Mapping[str, str | int] = field(default_factory=dict)


def guide(facts: YearFacts) -> list[GuidePoint]:
    """Every point, in order."""
    return [
        _months(facts),
        _december(facts),
        _receivables(facts),
        _suspense(facts),
        _opening(facts),
        _verified(facts),
        _result(facts),
        _requested(facts),
        _closed(facts),
        *_afterwards(facts),
    ]


def next_point(points: Sequence[GuidePoint]) -> GuidePoint | None:
    """The point that is to be done now: the first that is open."""
    return next((point for point in points if point.state is PointState.OPEN), None)


def _point(step: Step, is_met: bool, met: str, still: str, **params: str | int) -> GuidePoint:
    return GuidePoint(step, PointState.MET if is_met else PointState.OPEN, met if is_met else still, params)


def _months(facts: YearFacts) -> GuidePoint:
    return _point(
        Step.MONTHS,
        facts.due >= f"{facts.year:04d}-12",
        N_("各月均已结账。"),
        N_("下一个应结账的月份是%(due)s，请逐月办理。"),
        due=facts.due,
    )


def _december(facts: YearFacts) -> GuidePoint:
    return _point(
        Step.DECEMBER,
        not facts.hindered,
        N_("12月没有未办结的事项。"),
        N_("还有%(count)s项未办结，请逐项办理。"),
        count=len(facts.hindered),
    )


def _receivables(facts: YearFacts) -> GuidePoint:
    """1218 is reviewed once a year, and the ageing on file shows that it was."""
    if facts.old == 0:
        return GuidePoint(Step.RECEIVABLES, PointState.MET, N_("没有账龄超过1年的垫付款。"))
    return _point(
        Step.RECEIVABLES,
        facts.is_aged,
        N_("账龄超过1年的%(count)s笔、%(amount)s元，账龄分析表已打印或导出。"),
        N_("账龄超过1年的%(count)s笔、%(amount)s元，请逐笔核对追偿情况，打印垫付款账龄分析表存档。"),
        count=facts.old,
        amount=plain(facts.old_amount),
    )


def _suspense(facts: YearFacts) -> GuidePoint:
    if facts.suspense == ZERO:
        return GuidePoint(Step.SUSPENSE, PointState.MET, N_("没有待认领款。"))
    return _point(
        Step.SUSPENSE,
        facts.is_explained,
        N_("待认领款%(amount)s元，原因已书面说明。"),
        N_("待认领款%(amount)s元，本系统目前不能办理认领或退回；请查明来源，由财务复核申请年终结账时书面说明。"),
        amount=plain(facts.suspense),
    )


def _opening(facts: YearFacts) -> GuidePoint:
    return _point(
        Step.OPENING,
        facts.opening == ZERO,
        N_("0000期初余额过渡科目为零。"),
        N_("0000期初余额过渡科目还有%(amount)s元，请补齐期初余额，使借贷双方相等。"),
        amount=plain(facts.opening),
    )


def _verified(facts: YearFacts) -> GuidePoint:
    if facts.problems is None:
        return GuidePoint(Step.VERIFIED, PointState.OPEN, N_("账簿还没有核验过，请在核验记录中办理一次核验。"))
    if facts.problems:
        told = N_("%(at)s的核验（全部法院）发现%(problems)s个问题；涉及本院的，请停止办理业务，由审计人员核查。")
        return GuidePoint(Step.VERIFIED, PointState.OPEN, told, {"at": facts.verified_at, "problems": facts.problems})
    return _point(
        Step.VERIFIED,
        facts.is_fresh,
        N_("%(at)s的核验（全部法院）没有发现问题。"),
        N_("最近一次核验是%(at)s，既不在本年末以后，也已超过36小时，请在核验记录中再办理一次核验。"),
        at=facts.verified_at,
    )


def _result(facts: YearFacts) -> GuidePoint:
    if facts.transfers == 0:
        none = N_("甲类记账模式没有收支结转。") if facts.is_custodial else N_("本年没有需要结转的收入和费用。")
        return GuidePoint(Step.RESULT, PointState.MET, none)
    params = {"count": facts.transfers}
    if facts.is_closed:
        return GuidePoint(Step.RESULT, PointState.MET, N_("已结转%(count)s笔分录。"), params)
    told = N_("结账时将结转%(count)s笔分录，见下表；结账前又发生收支的，以结账时为准。")
    return GuidePoint(Step.RESULT, PointState.AT_CLOSING, told, params)


def _requested(facts: YearFacts) -> GuidePoint:
    return _point(
        Step.REQUESTED,
        facts.is_closed or facts.is_requested,
        N_("已由财务复核申请。"),
        N_("上列各点具备后，由财务复核申请年终结账。"),
    )


def _closed(facts: YearFacts) -> GuidePoint:
    return _point(
        Step.CLOSED,
        facts.is_closed,
        N_("本年度已年终结账，不能再记账。"),
        N_("申请已提交，由院长核对后批准或退回。") if facts.is_requested else N_("申请后由院长批准。"),
    )


def _afterwards(facts: YearFacts) -> list[GuidePoint]:
    """What is kept of the closed year; done before it was closed, it does not count."""
    later = N_("年终结账后办理。")
    return [
        _point(
            Step.STATEMENTS,
            facts.is_closed and facts.is_printed,
            N_("年度报表已在结账后打印或导出。"),
            N_("请打印全部年度报表，由单位负责人、财务负责人签字后归档。") if facts.is_closed else later,
        ),
        _point(
            Step.PACKAGE,
            facts.is_closed and facts.is_exported,
            N_("审计包已在结账后导出。"),
            N_("请导出本年度审计包，连同文件校验码交审计人员保管。") if facts.is_closed else later,
        ),
        _point(
            Step.ANCHOR,
            facts.is_closed and facts.is_anchored,
            N_("存证单已在结账后交付。"),
            N_("请由审计打印存证单，交本院以外的单位保管。") if facts.is_closed else later,
        ),
    ]
