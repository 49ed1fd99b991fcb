"""The kinds of doubts, why each matters and on what it stands, and the bounds from which on they are shown. Pure."""

import enum
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import NamedTuple

from fundapp.core import clock
from fundapp.core.errors import LABELS as ATTEMPT_LABELS
from fundapp.core.errors import Attempt, Refusal, RuleViolation
from fundapp.core.versions import check_later_issue
from fundapp.core.words import N_
from fundapp.custody.rules import DAYS_TO_PAY_OUT, pay_out_due
from fundapp.eligibility.rules import Sentence
from fundapp.trail.rules import LABELS as EVENT_LABELS
from fundapp.trail.rules import Event

HOUSE = Sentence(N_("本系统设定"))
ISSUED = Sentence(N_("本院发布的疑点关注线（未发布时按本系统设定）"))
RECOVERY_DUTY = Sentence(N_("垫付资金管理办法中的追偿职责"))
FOUND_BY_AUDITS = Sentence(N_("法院案款审计查出的主要问题"))
HOLIDAYS = Sentence(N_("休息日按国务院办公厅放假安排"))
TERMS_OF_THE_DAY = Sentence(N_("申请当日有效的垫付条件发布文件"))
OUTSTANDING_MEANS = N_("自付款之日起超过此数仍未全部收回的列为疑点；恰满此数的当天不列（不含本数）。")
HELD_MEANS = N_("自到账之日起超过此数仍未发放的列为疑点；恰满此数的当天不列（不含本数）。")

MOST_MONTHS_OUTSTANDING = 36
MOST_MONTHS_HELD = 24
EARLIEST_OFFICE = time(6)
LATEST_OFFICE = time(22)
"""How far a court may widen its bounds, all included: none of them can be set so wide that its question falls silent.
The database has the same."""


@dataclass(frozen=True)
class Bounds:
    """疑点关注线: from when on a doubt is shown, as a court issued it; by default what the house has set, which holds
    until a court issues its own.

    What has lain for exactly so many months is not shown yet, what has lain a day longer is. An act at exactly
    ``office_from`` is within office hours, one at exactly ``office_to`` after them.

    Source:
        ``document``. The defaults: advances of an age of more than a year; six months, beyond which audits of courts
        look into case money; office hours with an hour or two around them. What a court does not choose is no bound:
        the thirty days of 法发〔2017〕6号 art. 10 (``custody.rules.DAYS_TO_PAY_OUT``), and which days are holidays.
    """

    months_outstanding: int = 12
    months_held: int = 6
    office_from: time = time(7, 30)
    office_to: time = time(20)
    document: str = ""
    effective_from: date | None = None

    @property
    def office_hours(self) -> str:
        return f"{self.office_from:%H:%M}—{self.office_to:%H:%M}"

    def last_outstanding(self, day: date) -> date:
        """The last day on which an advance was paid that is out too long on a day."""
        return clock.add_months(day, -self.months_outstanding) - timedelta(days=1)

    def last_held(self, day: date) -> date:
        """The last day on which case money came in that is held too long on a day."""
        return clock.add_months(day, -self.months_held) - timedelta(days=1)


class Kind(enum.Enum):
    """One question that an auditor asks."""

    ADVANCE_OVERDUE = "advance_overdue"
    CASE_MONEY_OVERDUE = "case_money_overdue"
    CASE_MONEY_STALE = "case_money_stale"
    ABOVE_CEILING = "above_ceiling"
    DUPLICATE_CLAIMANT = "duplicate_claimant"
    DUPLICATE_ACCOUNT = "duplicate_account"
    SHARED_ACCOUNT = "shared_account"
    OTHERS_ACCOUNT = "others_account"
    STAFF_ACCOUNT = "staff_account"
    SELF_APPROVAL_ATTEMPT = "self_approval_attempt"
    PAYEE_ATTEMPT = "payee_attempt"
    CHANGE_ATTEMPT = "change_attempt"
    CEILING_ATTEMPT = "ceiling_attempt"
    COURT_ATTEMPT = "court_attempt"
    AFTER_HOURS = "after_hours"
    VOUCHER_LATE = "voucher_late"
    VOUCHER_GAP = "voucher_gap"


LABELS: dict[enum.Enum, str] = {
    **ATTEMPT_LABELS,
    Kind.ADVANCE_OVERDUE: N_("垫付逾期未收回"),
    Kind.CASE_MONEY_OVERDUE: N_("案款逾期未发放"),
    Kind.CASE_MONEY_STALE: N_("案款长期未发放"),
    Kind.ABOVE_CEILING: N_("垫付超过当时上限"),
    Kind.DUPLICATE_CLAIMANT: N_("同一人多次获得垫付"),
    Kind.DUPLICATE_ACCOUNT: N_("同一账户登记在多个案件"),
    Kind.SHARED_ACCOUNT: N_("同一账户用于多名当事人"),
    Kind.OTHERS_ACCOUNT: N_("收款账户户名与当事人不符"),
    Kind.STAFF_ACCOUNT: N_("收款人与工作人员同名"),
    Kind.SELF_APPROVAL_ATTEMPT: N_("本人经办本人审批未遂"),
    Kind.PAYEE_ATTEMPT: N_("付给当事人以外的人未遂"),
    Kind.CHANGE_ATTEMPT: N_("审批后变更付款要素未遂"),
    Kind.CEILING_ATTEMPT: N_("超过垫付上限未遂"),
    Kind.COURT_ATTEMPT: N_("办理其他法院事项未遂"),
    Kind.AFTER_HOURS: N_("非工作时间办理"),
    Kind.VOUCHER_LATE: N_("跨月补记凭证"),
    Kind.VOUCHER_GAP: N_("凭证断号"),
}

WHY: dict[Kind, str] = {
    Kind.ADVANCE_OVERDUE: N_("垫付后超过关注期限仍未全部收回。请查阅追偿记录：是否仍有财产线索，是否应当核销。"),
    Kind.CASE_MONEY_OVERDUE: N_("案款到账后三十日内应当核算并发放完毕。请核实未发放的原因和审批。"),
    Kind.CASE_MONEY_STALE: N_("案款滞留超过关注期限，是审计和专项清理的重点。请逐案核实去向。"),
    Kind.ABOVE_CEILING: N_("案件标的或垫付金额超过申请当日有效的垫付条件。请核对当时的审查结论和审批。"),
    Kind.DUPLICATE_CLAIMANT: N_("同一证件号码的人在两个以上申请中获得垫付。请核对案件是否真实、是否重复救助。"),
    Kind.DUPLICATE_ACCOUNT: N_("同一账号登记为两个以上案件的收款账户。同一当事人有几个案件时属于正常。"),
    Kind.SHARED_ACCOUNT: N_("同一账号登记在证件号码不同的当事人名下。请核对户名，查明谁在使用该账户。"),
    Kind.OTHERS_ACCOUNT: N_("执行款应当付给当事人本人。请核对户名不一致的原因，例如当事人更名。"),
    Kind.STAFF_ACCOUNT: N_("收款账户户名与本系统工作人员姓名相同，已停用账号的也在内。可能是重名，请核对证件号码。"),
    Kind.SELF_APPROVAL_ATTEMPT: N_("不相容岗位由一人办理，或一人签署两个环节，已被系统拒绝。请了解为何有此操作。"),
    Kind.PAYEE_ATTEMPT: N_("收款人或户名不是当事人本人，已被系统拒绝。请了解为何有此操作。"),
    Kind.CHANGE_ATTEMPT: N_("收款人、账户、金额或名单在审批后有变动，办理已被系统拒绝。请查明何人在何时变更。"),
    Kind.CEILING_ATTEMPT: N_("为超过上限的案件申请垫付，已被系统拒绝。请了解为何有此操作。"),
    Kind.COURT_ATTEMPT: N_("办理其他法院的事项，已被系统拒绝。请了解为何有此操作。"),
    Kind.AFTER_HOURS: N_(
        "休息日、节假日，或当天的工作时间以外签署、付款、复核、变更账户、查看当事人全文、发布规定或结账。请核对是否需要。"
    ),
    Kind.VOUCHER_LATE: N_("业务所在月份已经结账，凭证记入了以后月份。请核对为何没有及时登记。"),
    Kind.VOUCHER_GAP: N_("凭证号应当连续。有缺号说明凭证被删除，请立即核验账簿。"),
}

SOURCES: dict[Kind, tuple[Sentence | str, ...]] = {
    Kind.ADVANCE_OVERDUE: (ISSUED, RECOVERY_DUTY),
    Kind.CASE_MONEY_OVERDUE: ("最高人民法院关于执行款物管理工作的规定（法发〔2017〕6号）第十条",),
    Kind.CASE_MONEY_STALE: (ISSUED, FOUND_BY_AUDITS),
    Kind.ABOVE_CEILING: (TERMS_OF_THE_DAY,),
    Kind.DUPLICATE_CLAIMANT: ("参照关于建立完善国家司法救助制度的意见（试行）（中政委〔2014〕3号）：一次性救助",),
    Kind.DUPLICATE_ACCOUNT: (HOUSE, "法发〔2017〕6号第十一条"),
    Kind.SHARED_ACCOUNT: ("法发〔2017〕6号第十一条：执行款发放给申请执行人本人",),
    Kind.OTHERS_ACCOUNT: ("法发〔2017〕6号第十一条：执行款发放给申请执行人本人",),
    Kind.STAFF_ACCOUNT: (HOUSE, "行政事业单位内部控制规范（试行）"),
    Kind.SELF_APPROVAL_ATTEMPT: ("会计法第二十五条", "行政事业单位内部控制规范（试行）：不相容岗位相互分离"),
    Kind.PAYEE_ATTEMPT: ("法发〔2017〕6号第十一条：执行款发放给申请执行人本人",),
    Kind.CHANGE_ATTEMPT: ("法发〔2017〕6号第十二条：发放须经审批",),
    Kind.CEILING_ATTEMPT: (TERMS_OF_THE_DAY,),
    Kind.COURT_ATTEMPT: ("行政事业单位内部控制规范（试行）：在授权范围内办理",),
    Kind.AFTER_HOURS: (ISSUED, HOLIDAYS),
    Kind.VOUCHER_LATE: ("会计基础工作规范：会计核算应当及时",),
    Kind.VOUCHER_GAP: ("会计基础工作规范第五十一条：凭证连续编号",),
}
"""On what each question stands; what no law sets the house has set, and says so. Remarks are translated; documents and
their articles are cited as they are."""

ATTEMPTS: dict[Kind, Attempt] = {
    Kind.SELF_APPROVAL_ATTEMPT: Attempt.SELF_APPROVAL,
    Kind.PAYEE_ATTEMPT: Attempt.WRONG_PAYEE,
    Kind.CHANGE_ATTEMPT: Attempt.CHANGED_AFTERWARDS,
    Kind.CEILING_ATTEMPT: Attempt.ABOVE_CEILING,
    Kind.COURT_ATTEMPT: Attempt.OTHER_COURT,
}

WATCHED_ACTS: frozenset[Event] = frozenset(
    {
        Event.ROLE_GRANTED,
        Event.RECEIPT_CONFIRMED,
        Event.RECEIPT_CORRECTED,
        Event.CORRECTION_CONFIRMED,
        Event.OPENING_POSTED,
        Event.PARTY_CHANGED,
        Event.PARTY_REVEALED,
        Event.CASE_REVEALED,
        Event.PASSWORD_RESET,
        Event.TERMS_ISSUED,
        Event.LADDER_ISSUED,
        Event.BOUNDS_ISSUED,
        Event.PAYING_ACCOUNT_SET,
        Event.ACCOUNT_REGISTERED,
        Event.ACCOUNT_VERIFIED,
        Event.DECISION_SIGNED,
        Event.BATCH_SIGNED,
        Event.BATCH_EXPORTED,
        Event.LINE_RESOLVED,
        Event.CASE_MONEY_CONFIRMED,
        Event.PAYOUT_APPROVED,
        Event.PAYOUT_PAID,
        Event.RECOVERY_ALLOCATED,
        Event.CEREMONY_FROZEN,
        Event.CEREMONY_CASH_DRAWN,
        Event.PAYEE_PAID,
        Event.YEAR_CLOSED,
        Event.MONTH_REOPENED,
        Event.PACKAGE_EXPORTED,
    }
)
"""The acts that nobody does at night without a reason: signing, paying, confirming, changing whom is paid or from
where, setting what others are bound by, letting somebody in, looking at persons. The vouchers that follow from them are
not counted again."""


def sentence(kind: Kind, one: str, two: str) -> Sentence:
    """What a line says, from the two details that its query brings along."""
    return _SENTENCES[kind](one, two)


def _attempted(one: str, two: str) -> Sentence:
    facts = json.loads(one)
    return Sentence(N_("在%(door)s：%(sentence)s"), {"door": facts["door"], "sentence": facts["sentence"]})


def _held(one: str, two: str) -> Sentence:
    return Sentence(N_("%(case)s有到账后未发放的案款，其中最近一笔到账于所列日期"), {"case": one})


def _stale(one: str, two: str) -> Sentence:
    told = N_("%(case)s有到账后超过%(months)s个月未发放的案款，其中最近一笔到账于所列日期")
    return Sentence(told, {"case": one, "months": two})


def _in_cases(one: str, two: str) -> Sentence:
    return Sentence(N_("账户%(account)s登记在%(count)s个案件"), {"account": one, "count": two})


_SENTENCES: dict[Kind, Callable[[str, str], Sentence]] = {
    Kind.ADVANCE_OVERDUE: lambda one, two: Sentence(
        N_("%(case)s的垫付款付出超过%(months)s个月仍未收回"), {"case": one, "months": two}
    ),
    Kind.CASE_MONEY_OVERDUE: _held,
    Kind.CASE_MONEY_STALE: _stale,
    Kind.ABOVE_CEILING: lambda one, two: Sentence(
        N_("%(case)s超过“%(document)s”的上限"), {"case": one, "document": two}
    ),
    Kind.DUPLICATE_CLAIMANT: lambda one, two: Sentence(
        N_("%(case)s的申请执行人共有%(count)s笔垫付"), {"case": one, "count": two}
    ),
    Kind.DUPLICATE_ACCOUNT: _in_cases,
    Kind.SHARED_ACCOUNT: lambda one, two: Sentence(
        N_("账户%(account)s登记在%(count)s名当事人名下"), {"account": one, "count": two}
    ),
    Kind.OTHERS_ACCOUNT: lambda one, two: Sentence(N_("账户%(account)s的户名与当事人不一致"), {"account": one}),
    Kind.STAFF_ACCOUNT: lambda one, two: Sentence(N_("账户%(account)s的户名与所列人员姓名相同"), {"account": one}),
    **dict.fromkeys(ATTEMPTS, _attempted),
    Kind.AFTER_HOURS: lambda one, two: Sentence(
        N_("%(at)s办理“%(act)s”"), {"at": one, "act": EVENT_LABELS[Event(two)]}
    ),
    Kind.VOUCHER_LATE: lambda one, two: Sentence(N_("业务发生于%(day)s，记入%(posted)s"), {"day": one, "posted": two}),
    Kind.VOUCHER_GAP: lambda one, two: Sentence(
        N_("在此凭证之前，总号缺%(numbers)s个，分号缺%(kind_numbers)s个"), {"numbers": one, "kind_numbers": two}
    ),
}


BOUNDED: frozenset[Kind] = frozenset({Kind.ADVANCE_OVERDUE, Kind.CASE_MONEY_STALE, Kind.AFTER_HOURS})
"""The questions that ask for more than so much, or outside of it."""


class Figure(NamedTuple):
    """One bound as people read it: what it is called, its figure, what it means, and on what it stands."""

    name: str
    value: Sentence
    meaning: str
    source: tuple[Sentence | str, ...]


def figures(bounds: Bounds) -> list[Figure]:
    """The bounds one by one, and beside them what is law and the same in every court."""
    set_by = bounds.document or HOUSE
    return [
        Figure(
            N_("垫付未收回"),
            Sentence(N_("%(n)s个月"), {"n": str(bounds.months_outstanding)}),
            OUTSTANDING_MEANS,
            (set_by, RECOVERY_DUTY),
        ),
        Figure(
            N_("案款未发放"),
            Sentence(N_("%(n)s个月"), {"n": str(bounds.months_held)}),
            HELD_MEANS,
            (set_by, FOUND_BY_AUDITS),
        ),
        Figure(
            N_("工作时间"),
            Sentence(
                N_("%(opens)s至%(closes)s"),
                {"opens": f"{bounds.office_from:%H:%M}", "closes": f"{bounds.office_to:%H:%M}"},
            ),
            N_("北京时间。在此以外的办理列为疑点；恰在开始时刻的不列，恰在结束时刻的列入。休息日和节假日全天列入。"),
            (set_by, HOLIDAYS),
        ),
        Figure(
            N_("案款发放期限"),
            Sentence(N_("%(n)s日"), {"n": str(DAYS_TO_PAY_OUT)}),
            N_("法定期限，各法院相同，不由本院选择；第三十日不列（含本数），末日为休息日的顺延。"),
            SOURCES[Kind.CASE_MONEY_OVERDUE],
        ),
    ]


def check_bounds(bounds: Bounds) -> None:
    """Refuse bounds that nothing stands on, or that would leave nothing to see."""
    if not bounds.document.strip():
        raise RuleViolation("请填写疑点关注线所依据的文件名称和文号。")
    if not 1 <= bounds.months_outstanding <= MOST_MONTHS_OUTSTANDING:
        raise RuleViolation(
            "垫付未收回的关注期限须为1至%(most)s个月（含本数），请重新填写。", most=MOST_MONTHS_OUTSTANDING
        )
    if not 1 <= bounds.months_held <= MOST_MONTHS_HELD:
        raise RuleViolation("案款未发放的关注期限须为1至%(most)s个月（含本数），请重新填写。", most=MOST_MONTHS_HELD)
    if not EARLIEST_OFFICE <= bounds.office_from < bounds.office_to <= LATEST_OFFICE:
        raise RuleViolation(
            "工作时间须在%(earliest)s至%(latest)s之间（含本数），且开始早于结束，请重新填写。",
            earliest=f"{EARLIEST_OFFICE:%H:%M}",
            latest=f"{LATEST_OFFICE:%H:%M}",
        )


def check_bounds_day(effective_from: date, *, latest: date | None, today: date) -> None:
    """Bounds begin after the day on which they are issued, so that nobody judges by them what he has done already, and
    after those issued before."""
    if effective_from <= today:
        raise RuleViolation(
            "生效日期须晚于今天%(today)s，已经发生的行为按当时的关注线判断，请重新填写。", today=today.isoformat()
        )
    check_later_issue(effective_from, latest=latest)


def kind_named(word: str) -> Kind | None:
    """The kind of a word in an address."""
    return next((kind for kind in Kind if kind.value == word), None)


def last_overdue(today: date) -> date:
    """The last day on which case money came in whose time for paying out is over: thirty days, with what the calendar
    adds where it is known."""
    day = today - timedelta(days=DAYS_TO_PAY_OUT + 1)
    try:
        while pay_out_due(day) >= today:
            day -= timedelta(days=1)
    except RuleViolation:  # no calendar for that year: thirty days as they are
        return today - timedelta(days=DAYS_TO_PAY_OUT + 1)
    return day


def closed_days(first: date, last: date) -> list[date]:
    """The days of a span on which offices are shut; weekends alone, in a year whose calendar is not known."""
    span = (first + timedelta(days=at) for at in range((last - first).days + 1))
    return [day for day in span if not _is_working_day(day)]


def _is_working_day(day: date) -> bool:
    try:
        return clock.is_working_day(day)
    except RuleViolation:
        return day.weekday() < 5


_FIGURE = re.compile(r"-?[\d,]{1,14}\.\d\d|\d{1,4}|\d{4}-\d\d-\d\d")


def said_without_names(refusal: Refusal) -> str:
    """The sentence of a refusal as it may stand on the trail for good: amounts, days and counts, and nobody's name."""
    kept = {name: text if _FIGURE.fullmatch(str(text)) else "……" for name, text in refusal.params.items()}
    return refusal.msgid % kept if kept else refusal.msgid
