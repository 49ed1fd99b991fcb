"""Words and checks of closing: which months follow each other, what hinders one, how the year's result moves. Pure.

Source: 会计基础工作规范 arts. 51-4, 62, 63; 政府会计制度 (财会〔2017〕25号) on 3301 本期盈余.
"""

import enum
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from fundapp.core.errors import Attempt, RuleViolation
from fundapp.core.money import ZERO, Money, total
from fundapp.core.words import N_
from fundapp.ledger.rules import RESULT, Account, Booked, Model, Movement, booked
from fundapp.ledger.rules import last_day as last_day
from fundapp.users.rules import Permission

FIRST_YEAR = 1990
LAST_YEAR = 2100
SHORTEST_UNMASKING = 8
LONGEST_REASON = 500


class Hindrance(enum.Enum):
    """What may stand in the way when a month is to be closed, in the order of the closing list."""

    NOT_OVER = "not_over"
    FUND_RECEIPT = "fund_receipt"
    CASE_RECEIPT = "case_receipt"
    BATCH = "batch"
    CEREMONY = "ceremony"
    CORRECTION = "correction"
    REOPENING = "reopening"
    UNPOSTED = "unposted"
    SUSPENSE = "suspense"
    OTHER = "other"
    UNEQUAL = "unequal"
    UNBALANCED = "unbalanced"
    OPENING = "opening"
    CHAIN = "chain"


PROOFS = frozenset({Hindrance.UNEQUAL, Hindrance.UNBALANCED, Hindrance.OPENING, Hindrance.CHAIN})
"""Points that are recomputed from the whole book: at the closing, and not each time somebody looks at the list."""


class PointState(enum.Enum):
    """How one point of the closing list stands."""

    MET = "met"
    OPEN = "open"
    AT_CLOSING = "at_closing"

    @property
    def tone(self) -> str:
        return {PointState.MET: "success", PointState.OPEN: "warning", PointState.AT_CLOSING: "secondary"}[self]


class ReopeningStep(enum.Enum):
    """Whose answer a request for reopening waits for."""

    AUDIT = "audit"
    APPROVAL = "approval"


class ReopeningOutcome(enum.Enum):
    """What an answer to a request for reopening says."""

    AGREED = "agreed"
    RETURNED = "returned"


class ReopeningStatus(enum.Enum):
    """How a request for reopening stands."""

    REQUESTED = "requested"
    REOPENED = "reopened"
    RETURNED = "returned"

    @property
    def tone(self) -> str:
        return {"requested": "warning", "reopened": "success", "returned": "secondary"}[self.value]


class YearCloseOutcome(enum.Enum):
    """What the president answers to a request for the close of the year."""

    AGREED = "agreed"
    RETURNED = "returned"


class YearCloseStatus(enum.Enum):
    """How a request for the close of the year stands."""

    REQUESTED = "requested"
    CLOSED = "closed"
    REOPENED = "reopened"
    RETURNED = "returned"

    @property
    def tone(self) -> str:
        tones = {"requested": "warning", "closed": "success", "reopened": "secondary", "returned": "secondary"}
        return tones[self.value]


_STOP = N_("请立即停止办理业务并通知审计人员核查")
_CONFIRM = N_("请财务复核确认入账或退回")

LABELS: dict[enum.Enum, str] = {
    Hindrance.NOT_OVER: N_("月份尚未结束"),
    Hindrance.FUND_RECEIPT: N_("未复核的到账登记"),
    Hindrance.CASE_RECEIPT: N_("未复核的案款登记"),
    Hindrance.BATCH: N_("银行结果未办结的发放批次"),
    Hindrance.CEREMONY: N_("未结束的兑现大会"),
    Hindrance.CORRECTION: N_("未复核的更正申请"),
    Hindrance.REOPENING: N_("未办结的反结账申请"),
    Hindrance.UNPOSTED: N_("已付款未记账的发放"),
    Hindrance.SUSPENSE: N_("待认领款尚有余额"),
    Hindrance.OTHER: N_("其他未办结事项"),
    Hindrance.UNEQUAL: N_("账面余额与分录不符"),
    Hindrance.UNBALANCED: N_("借贷不平"),
    Hindrance.OPENING: N_("期初余额过渡科目不为零"),
    Hindrance.CHAIN: N_("操作留痕不完整"),
    PointState.MET: N_("已具备"),
    PointState.OPEN: N_("待办理"),
    PointState.AT_CLOSING: N_("结账时核算"),
    ReopeningStep.AUDIT: N_("审计同意"),
    ReopeningStep.APPROVAL: N_("院长批准"),
    ReopeningOutcome.AGREED: N_("同意反结账"),
    ReopeningOutcome.RETURNED: N_("退回申请，结账不变"),
    ReopeningStatus.REQUESTED: N_("办理中"),
    ReopeningStatus.REOPENED: N_("已反结账"),
    ReopeningStatus.RETURNED: N_("已退回"),
    YearCloseOutcome.AGREED: N_("同意，办理年终结账"),
    YearCloseOutcome.RETURNED: N_("退回申请，不结账"),
    YearCloseStatus.REQUESTED: N_("待院长办理"),
    YearCloseStatus.CLOSED: N_("已结账"),
    YearCloseStatus.REOPENED: N_("已反结账"),
    YearCloseStatus.RETURNED: N_("已退回"),
}

ASKED: dict[Hindrance, str] = {
    Hindrance.NOT_OVER: N_("%(month)s已经结束"),
    Hindrance.FUND_RECEIPT: N_("到账登记均已复核"),
    Hindrance.CASE_RECEIPT: N_("案款登记均已复核"),
    Hindrance.BATCH: N_("发放批次的银行结果均已办结"),
    Hindrance.CEREMONY: N_("兑现大会均已结束"),
    Hindrance.CORRECTION: N_("更正申请均已复核"),
    Hindrance.REOPENING: N_("没有未办结的反结账申请"),
    Hindrance.UNPOSTED: N_("已付款项均已记账"),
    Hindrance.SUSPENSE: N_("待认领款已清，或已书面说明"),
    Hindrance.UNEQUAL: N_("账面余额与逐笔分录重新核算一致"),
    Hindrance.UNBALANCED: N_("借方合计等于贷方合计"),
    Hindrance.OPENING: N_("期初余额过渡科目为零"),
    Hindrance.CHAIN: N_("操作留痕完整，校验码相符"),
}
"""The points of the closing list, in its order, as what must be so; ``OTHER`` brings words of its own."""

WAYS_OUT: dict[Hindrance, str] = {
    Hindrance.NOT_OVER: N_("请在该日之后办理结账"),
    Hindrance.FUND_RECEIPT: _CONFIRM,
    Hindrance.CASE_RECEIPT: _CONFIRM,
    Hindrance.BATCH: N_("请财务经办导入银行回执，结果不明的逐笔查明"),
    Hindrance.CEREMONY: N_("请核对现金后结束大会"),
    Hindrance.CORRECTION: N_("请财务复核确认冲销或退回"),
    Hindrance.REOPENING: N_("请审计、院长办结或退回该申请"),
    Hindrance.UNPOSTED: N_("请通知系统管理员和审计人员查明并补记凭证"),
    Hindrance.SUSPENSE: N_("本系统目前不能办理认领或退回，请查明来源，在结账页书面说明原因"),
    Hindrance.UNEQUAL: _STOP,
    Hindrance.UNBALANCED: _STOP,
    Hindrance.OPENING: N_("请财务补齐期初余额，使借贷双方相等"),
    Hindrance.CHAIN: _STOP,
}


@dataclass(frozen=True)
class Hindered:
    """One thing that keeps a month open: what kind, which record, and how people call it."""

    kind: Hindrance
    record_id: int | None
    cited: str
    what: str = ""
    way_out: str = ""

    @property
    def told(self) -> str:
        """What it is, which, and how it is put right; a floor below brings words of its own."""
        what, way_out = self.what or LABELS[self.kind], self.way_out or WAYS_OUT[self.kind]
        return f"{what}（{self.cited}），{way_out}"


_MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")


def check_month(month: str) -> str:
    """A month as the books name it: ``2018-03``."""
    if not _MONTH.fullmatch(month):
        raise RuleViolation("月份“%(month)s”格式不对，请按“2018-03”填写。", month=month[:20])
    return month


def check_year(year: int) -> int:
    """A year in which there can be books of this system."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise RuleViolation("年度应在%(first)s年至%(last)s年之间，请核对。", first=FIRST_YEAR, last=LAST_YEAR)
    return year


def month_subject(court_code: str, month: str) -> str:
    return f"month:{court_code}:{month}"


def year_subject(court_code: str, year: int) -> str:
    return f"year:{court_code}:{year}"


def month_after(month: str) -> str:
    year, number = int(month[:4]), int(month[5:])
    return f"{year + number // 12:04d}-{number % 12 + 1:02d}"


def months_of(year: int) -> list[str]:
    return [f"{year:04d}-{number:02d}" for number in range(1, 13)]


def check_in_order(month: str, due: str) -> None:
    """Months are closed one after the other; a hole would let the past change under a closed month."""
    if month < due:
        raise RuleViolation("%(month)s已经结账，无需重复办理。", month=month)
    if month > due:
        raise RuleViolation("结账须按月份顺序办理，请先办理%(due)s的结账。", due=due)


def is_over(month: str, today: date) -> bool:
    """Whether the month's last day has passed."""
    return today > last_day(month)


def check_unhindered(month: str, hindered: Sequence[Hindered]) -> None:
    """Refuse while anything stands in the way, naming every point with its way out."""
    if hindered:
        raise RuleViolation(
            "%(month)s尚不能结账，还有%(count)s项未办结：%(points)s。",
            month=month,
            count=len(hindered),
            points="；".join(one.told for one in hindered),
        )


def check_not_december(month: str) -> None:
    """December is closed with its year, asked for by one and agreed by another, after the result was carried over."""
    if is_december(month):
        raise RuleViolation("%(month)s随年终结账一并办理，请申请年终结账，由院长批准。", month=month)


def check_year_in_books(year: int, first: int) -> None:
    """A year before the first posting period has no books that could be closed."""
    if year < first:
        raise RuleViolation(
            "本院账簿自%(first)s年起记账，%(year)s年没有需要结账的账簿，请从%(first)s年起办理年终结账。",
            first=str(first),
            year=str(year),
        )


def check_year_ready(year: int, due: str) -> None:
    """A year is closed when its months up to November are, and it is not yet."""
    if due > f"{year:04d}-12":
        raise RuleViolation("%(year)s年已经年终结账，无需重复办理。", year=str(year))
    if due < f"{year:04d}-12":
        raise RuleViolation(
            "%(year)s年尚不能年终结账，请先由财务复核依次办理%(due)s至%(last)s的月末结账。",
            year=str(year),
            due=due,
            last=f"{year:04d}-11",
        )


def year_close_status(outcome: YearCloseOutcome | None, *, is_reopened: bool = False) -> YearCloseStatus:
    """How a request stands after this answer, or while there is none; and after its closing was ended again."""
    if outcome is None:
        return YearCloseStatus.REQUESTED
    if outcome is YearCloseOutcome.RETURNED:
        return YearCloseStatus.RETURNED
    return YearCloseStatus.REOPENED if is_reopened else YearCloseStatus.CLOSED


def check_no_year_request(is_waiting: bool) -> None:
    """One request at a time."""
    if is_waiting:
        raise RuleViolation("本年度已有一份待办理的年终结账申请，请等待院长办理，或请其退回后重新申请。")


def check_may_close_year(may_close: bool) -> None:
    """Who looks at a request does not thereby decide it."""
    if not may_close:
        raise RuleViolation("年终结账申请由院长办理，请等待院长批准或退回。")


def check_not_asker(actor_id: int, requested_by_id: int) -> None:
    """The year is asked for by one and closed by another."""
    if actor_id == requested_by_id:
        raise RuleViolation("不能办理本人提出的年终结账申请，请由其他有权人员办理。").as_attempt(Attempt.SELF_APPROVAL)


def check_as_asked(asked: int, now: int) -> None:
    """What is closed is what was asked for.

    Args:
        asked, now: the last voucher number of the year, when it was asked for and now.
    """
    if asked != now:
        raise RuleViolation(
            "申请年终结账后本年又记了%(more)s张凭证，申请时核对的内容已变。请退回，由财务复核重新申请。",
            more=now - asked,
        )


def check_carried(balances: Mapping[Account, Money]) -> None:
    """After the transfer nothing is left on income, expense and the year's result (model B)."""
    left = [
        account for account in (*sorted(RESULT, key=_code), Account.YEAR_RESULT) if balances.get(account, ZERO) != ZERO
    ]
    if left:
        raise RuleViolation(
            "年终结转后%(accounts)s仍有余额，不能结账，请立即停止办理业务并通知审计人员核查。",
            accounts="、".join(account.value for account in left),
        )


def _code(account: Account) -> str:
    return account.value


def reopening_steps(month: str) -> tuple[ReopeningStep, ...]:
    """Who agrees, in order: the president; when December and with it the year is opened, the auditor before."""
    return (ReopeningStep.AUDIT, ReopeningStep.APPROVAL) if is_december(month) else (ReopeningStep.APPROVAL,)


def is_december(month: str) -> bool:
    return month.endswith("-12")


def reopening_status(month: str, outcomes: Sequence[ReopeningOutcome]) -> ReopeningStatus:
    """How a request for a month stands after these answers."""
    if ReopeningOutcome.RETURNED in outcomes:
        return ReopeningStatus.RETURNED
    agreed = len(outcomes) == len(reopening_steps(month))
    return ReopeningStatus.REOPENED if agreed else ReopeningStatus.REQUESTED


def due_step(month: str, outcomes: Sequence[ReopeningOutcome]) -> ReopeningStep | None:
    """Whose answer is next, None when the request is decided."""
    if reopening_status(month, outcomes) is not ReopeningStatus.REQUESTED:
        return None
    return reopening_steps(month)[len(outcomes)]


_STEP_DOORS = {
    ReopeningStep.AUDIT: Permission.REOPENING_AUDIT,
    ReopeningStep.APPROVAL: Permission.REOPENING_APPROVE,
}


def step_door(step: ReopeningStep) -> Permission:
    """What one must be allowed to do to give this answer."""
    return _STEP_DOORS[step]


def check_reopenable(month: str, last_closed: str | None) -> None:
    """Only the last closed period is opened again: the ones before it carry its figures."""
    if last_closed is None:
        raise RuleViolation("本院没有已结账的月份，无需反结账。")
    if month > last_closed:
        raise RuleViolation("%(month)s尚未结账，无需反结账。", month=month)
    if month < last_closed:
        raise RuleViolation(
            "只能对最后一个已结账的月份%(last)s反结账；如确需更正%(month)s，请自后向前逐月申请，或在未结账月份更正。",
            last=last_closed,
            month=month,
        )


def check_no_request(is_waiting: bool) -> None:
    """One request at a time."""
    if is_waiting:
        raise RuleViolation("该月已有一份办理中的反结账申请，请等待审计、院长办结，或请其退回后重新申请。")


def checked_unmasking(*, is_unmasked: bool, reason: str, may_unmasked: bool) -> str:
    """The reason for which a package names persons whole; empty where it masks them.

    Raises:
        RuleViolation: not the exporter's to do, no reason of some words, or a reason for nothing.
    """
    reason = reason.strip()
    if not is_unmasked:
        if reason:
            raise RuleViolation("已填写导出完整信息的理由，请同时勾选“含完整个人信息”；不需要完整信息的，请清空理由。")
        return ""
    if not may_unmasked:
        raise RuleViolation("只有审计人员可以导出含完整个人信息的审计包，请取消勾选，或请审计人员导出。")
    if not SHORTEST_UNMASKING <= len(reason) <= LONGEST_REASON:
        raise RuleViolation(
            "请写明导出完整个人信息的理由，%(shortest)s至%(longest)s个字：为哪项审计、核对哪些内容。",
            shortest=SHORTEST_UNMASKING,
            longest=LONGEST_REASON,
        )
    return reason


def check_reason(reason: str) -> None:
    if not reason.strip():
        raise RuleViolation("请写明理由：需要更正什么、为什么不能在未结账月份更正。")
    _check_length(reason)


def _check_length(text: str) -> None:
    if len(text) > LONGEST_REASON:
        raise RuleViolation("内容过长，请缩短到%(longest)s字以内。", longest=LONGEST_REASON)


def check_opinion(opinion: str, outcome: ReopeningOutcome | YearCloseOutcome) -> None:
    """A request goes back with a reason."""
    _check_length(opinion)
    if outcome in (ReopeningOutcome.RETURNED, YearCloseOutcome.RETURNED) and not opinion.strip():
        raise RuleViolation("退回申请须写明理由，请填写意见。")


def check_turn(step: ReopeningStep, *, may_decide: bool) -> None:
    """Only the post whose answer is due gives it."""
    if not may_decide:
        raise RuleViolation("当前环节为“%(step)s”，尚未轮到您，请待该环节办结后再办理。", step=LABELS[step])


def check_fresh_hand(actor_id: int, *, requested_by_id: int, decided_by: Collection[int]) -> None:
    """Asking and each agreeing are done by different persons."""
    if actor_id == requested_by_id:
        raise RuleViolation("不能办理本人提出的反结账申请，请由其他有权人员办理。").as_attempt(Attempt.SELF_APPROVAL)
    if actor_id in decided_by:
        raise RuleViolation("您已办理过本申请的一个环节，同一人不能办理两个环节，请由其他有权人员办理。").as_attempt(
            Attempt.SELF_APPROVAL
        )


def check_courts(court_codes: Sequence[str]) -> None:
    """A package holds the books of at least one court."""
    if not court_codes:
        raise RuleViolation("系统中还没有法院，无法导出审计包，请先完成启用设置。")


def check_has_books(year: int, years: Sequence[int]) -> None:
    """A package holds books: there is a voucher of the year, or of one before it.

    Args:
        years: those in which the courts of the package have vouchers.
    """
    if not years:
        raise RuleViolation("所选法院还没有记账凭证，没有可导出的账簿，请在记账以后导出。")
    if year < min(years):
        raise RuleViolation(
            "%(year)s年度还没有账簿：所选法院最早的凭证在%(first)s年度，请改选%(first)s年或以后的年度。",
            year=str(year),
            first=str(min(years)),
        )


def chosen_courts(asked: str, readable: Collection[str]) -> tuple[str, ...]:
    """The courts of a package: the one that is asked for, or all that may be read."""
    if asked and asked not in readable:
        raise RuleViolation("您不能查阅所选法院的账簿，请从列表中选择法院。")
    return (asked,) if asked else tuple(sorted(readable))


def check_begun(year: int, today: date) -> None:
    """A package is made of a year that has begun."""
    if year > today.year:
        raise RuleViolation("%(year)s年度尚未开始，没有可导出的账簿，请选择今年或以前的年度。", year=str(year))


_TO_RESULT: dict[Account, tuple[Movement, Movement]] = {
    Account.APPROPRIATION: (Movement.APPROPRIATION_CLOSED, Movement.APPROPRIATION_OVERDRAFT_CLOSED),
    Account.GRANT: (Movement.GRANT_CLOSED, Movement.GRANT_OVERDRAFT_CLOSED),
    Account.DONATION: (Movement.DONATION_CLOSED, Movement.DONATION_OVERDRAFT_CLOSED),
    Account.INTEREST: (Movement.INTEREST_CLOSED, Movement.INTEREST_OVERDRAFT_CLOSED),
    Account.OTHER_INCOME: (Movement.OTHER_INCOME_CLOSED, Movement.OTHER_INCOME_OVERDRAFT_CLOSED),
}
"""Which movement empties an income account into 3301, and which when more was given back in the year than received."""


def result_transfer(model: Model, balances: Mapping[Account, Money]) -> list[Booked]:
    """The year's result carried over: income and disposal losses to 3301, 3301 to 3001. Accounts at zero are left out.

    Args:
        model: only in B is money received income; in A there is nothing to carry.
        balances: of each account on December 31, credit less debit.
    """
    if model is Model.CUSTODIAL:
        return []
    moved: list[Booked] = []
    for account, (credited, overdrawn) in _TO_RESULT.items():
        balance = balances.get(account, ZERO)
        if balance != ZERO:
            moved.append(booked(credited if balance > ZERO else overdrawn, abs(balance)))
    loss = max(-balances.get(Account.DISPOSAL_LOSS, ZERO), ZERO)
    if loss != ZERO:
        moved.append(booked(Movement.LOSS_CLOSED, loss))
    result = total(balances.get(account, ZERO) for account in (*_TO_RESULT, Account.YEAR_RESULT)) - loss
    if result != ZERO:
        moved.append(booked(Movement.SURPLUS_CARRIED if result > ZERO else Movement.DEFICIT_CARRIED, abs(result)))
    return moved
