"""Corrections: what may be corrected, by which method, with which vouchers, under which day. Pure.

Source: 会计基础工作规范 (财政部令第98号) art. 51-5: in the same year a red voucher that cancels and a blue one that
restates, or one voucher of the difference; of an earlier year, blue only.
"""

import enum
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from fundapp.core.errors import RuleViolation
from fundapp.core.money import ZERO
from fundapp.core.words import N_
from fundapp.ledger.rules.chart import RESULT, Account, Booked, Movement, Posting, reversal
from fundapp.ledger.rules.vouchers import Ink

CORRECTABLE = frozenset(
    {
        Movement.APPROPRIATION_RECEIVED,
        Movement.GRANT_RECEIVED,
        Movement.DONATION_RECEIVED,
        Movement.OTHER_RECEIVED,
        Movement.APPROPRIATION_GIVEN_BACK,
        Movement.GRANT_GIVEN_BACK,
        Movement.DONATION_GIVEN_BACK,
        Movement.OTHER_GIVEN_BACK,
    }
)
"""Movements whose voucher may be corrected on its own, in any way: the figures of sources are counted from the postings
themselves."""

CANCELLABLE = CORRECTABLE | {Movement.CASE_MONEY_RECEIVED}
"""Movements whose voucher may be cancelled; the register of case money says until when. An advance, a payout, a
ceremony's cash, a recovery and a year's result also stand in registers that a bare correction would belie."""

_FINDING = N_(
    "该凭证由业务登记生成，不能单独更正，以免账簿与登记不符；确有错误的，请报审计人员提出审计问题，按整改要求办理。"
)
_ADVANCE = N_(
    "垫付款已经付出，其凭证不能单独更正；款项被银行退回或收款人退还的，请按银行回单登记为本案案款到账，再办理追偿分配收回垫付资金。"
)
_PAYOUT = N_(
    "案款已经付出，其凭证不能单独更正；款项被银行退回的，请按银行回单登记为本案案款到账，"
    "并报审计人员提出审计问题，按整改要求办理。"
)
_RECOVERED = N_(
    "追偿分配已经入账，其凭证不能单独更正；案款到账有误的，只能在分配之前注销，已经分配的，请报审计人员提出审计问题，按整改要求办理。"
)
_CASH = N_(
    "该凭证由兑现大会提取或交回现金生成，不能单独更正；大会没有结束的，请在大会页面据实登记并清点交回，"
    "已经结束的，请报审计人员提出审计问题，按整改要求办理。"
)
_YEAR = N_("年度结转凭证由结账生成，不能单独更正；请对该年12月申请反结账，结转凭证随之冲销，更正后重新结账。")
_OPENING = N_("期初余额凭证由期初导入生成，不能单独更正；请在期初余额页面打开该次导入，申请冲销，改正后重新导入。")

WAYS_OUT: dict[Movement, str] = {
    Movement.ADVANCE_PAID: _ADVANCE,
    Movement.ADVANCE_PAID_IN_CASH: _ADVANCE,
    Movement.RECOVERED: _RECOVERED,
    Movement.CASE_MONEY_PAID: _PAYOUT,
    Movement.CASE_MONEY_PAID_IN_CASH: _PAYOUT,
    Movement.FUND_CASH_DRAWN: _CASH,
    Movement.FUND_CASH_RETURNED: _CASH,
    Movement.CASE_CASH_DRAWN: _CASH,
    Movement.CASE_CASH_RETURNED: _CASH,
    Movement.OPENING_BALANCE: _OPENING,
} | {movement: _YEAR for movement in Movement if movement.value.endswith(("_closed", "_carried"))}
"""What to do instead, by what was booked: each names an act that the system has."""


class CorrectionMethod(enum.Enum):
    """The three ways of 会计基础工作规范 art. 51-5."""

    CANCEL = "cancel"
    RESTATE = "restate"
    DIFFERENCE = "difference"


class Link(enum.Enum):
    """What a voucher of a correction does to the one that it names."""

    REVERSES = "reversed"
    ADJUSTS = "adjusted"
    RESTATES = "restated"


class CorrectionOutcome(enum.Enum):
    """What the reviewer of a correction may say."""

    CONFIRM = "confirm"
    RETURN = "return"


class CorrectionStatus(enum.Enum):
    """A correction is asked for by one person and confirmed or returned by another."""

    REQUESTED = "requested"
    CONFIRMED = "confirmed"
    RETURNED = "returned"


LABELS: dict[enum.Enum, str] = {
    CorrectionMethod.CANCEL: N_("注销"),
    CorrectionMethod.RESTATE: N_("注销并订正"),
    CorrectionMethod.DIFFERENCE: N_("只调整差额"),
    Link.REVERSES: N_("注销"),
    Link.ADJUSTS: N_("调整金额"),
    Link.RESTATES: N_("订正"),
    CorrectionStatus.REQUESTED: N_("待复核"),
    CorrectionStatus.CONFIRMED: N_("已更正"),
    CorrectionStatus.RETURNED: N_("已退回"),
    CorrectionOutcome.CONFIRM: N_("同意更正，立即记账"),
    CorrectionOutcome.RETURN: N_("退回申请，凭证不变"),
}

MEANING: dict[CorrectionMethod, str] = {
    CorrectionMethod.CANCEL: N_("这笔业务根本不应记账：另记一张红字凭证注销原凭证。"),
    CorrectionMethod.RESTATE: N_("业务属实，但内容记错：用红字凭证注销原凭证，再用蓝字凭证按正确内容订正。"),
    CorrectionMethod.DIFFERENCE: N_("只有金额记错：只记差额，多记的用红字调减，少记的用蓝字调增。"),
}
"""What each method is for, in a sentence for whoever chooses."""

_SAME_YEAR = {
    (Link.REVERSES, Ink.RED): "注销%s号凭证",
    (Link.REVERSES, Ink.BLUE): "注销%s号凭证",
    (Link.RESTATES, Ink.BLUE): "订正%s号凭证",
    (Link.ADJUSTS, Ink.RED): "调减%s号凭证金额",
    (Link.ADJUSTS, Ink.BLUE): "调增%s号凭证金额",
}
_EARLIER_YEAR = {
    (Link.REVERSES, Ink.BLUE_MIRROR): "更正%s号凭证，转回原记内容",
    (Link.REVERSES, Ink.BLUE): "更正%s号凭证，转回原记内容",
    (Link.RESTATES, Ink.BLUE): "更正%s号凭证，补记正确内容",
    (Link.ADJUSTS, Ink.BLUE_MIRROR): "更正%s号凭证，转回多记金额",
    (Link.ADJUSTS, Ink.BLUE): "更正%s号凭证，补记少记金额",
}


@dataclass(frozen=True)
class Original:
    """A voucher that is corrected, seen from the day of the correction.

    Args:
        same_year: it was posted in the year of the correction.
        is_prior: the business itself is of an earlier year; a voucher of this year may have restated it.
        cited: the voucher with its day: 2018年3月1日2018收0001.
    """

    id: int
    lines: Sequence[Posting]
    ink: Ink
    same_year: bool
    is_prior: bool
    cited: str


@dataclass(frozen=True)
class Correcting:
    """One voucher of a correction, before it has a number; ``corrects_id`` is the voucher to which it is linked."""

    corrects_id: int
    link: Link
    ink: Ink
    lines: list[Posting]
    summary: str

    @property
    def written(self) -> list[Posting]:
        """The postings as they are written: red ones on the sides of the original, as amounts below zero."""
        if self.ink is not Ink.RED:
            return self.lines
        return [replace(line, amount=-line.amount) for line in reversal(self.lines)]


def check_uncorrected(
    method: CorrectionMethod,
    *,
    reverses: str | None = None,
    adjusts: str | None = None,
    reversed_by: str | None = None,
    adjusted_by: str | None = None,
) -> None:
    """A voucher is reversed once and adjusted once; a reversal never, and an adjustment with what it adjusts.

    Args:
        reverses, adjusts: the voucher that this one takes off or adjusts.
        reversed_by, adjusted_by: the voucher that takes this one off or adjusts it.
    """
    if reverses is not None:
        raise RuleViolation(
            "该凭证注销%(number)s号凭证，不能再更正；业务属实的，请按正确内容重新登记并记账。", number=reverses
        )
    if adjusts is not None:
        raise RuleViolation(
            "该凭证只调整%(number)s号凭证的金额，不能单独更正；请在%(number)s号凭证办理更正，两张凭证一并注销。",
            number=adjusts,
        )
    if reversed_by is not None:
        raise RuleViolation(
            "该凭证已由%(number)s号凭证注销，不能重复更正；已经订正的，请更正其订正凭证，没有订正的，请按正确内容重新登记。",
            number=reversed_by,
        )
    if adjusted_by is not None and method is CorrectionMethod.DIFFERENCE:
        raise RuleViolation(
            "该凭证的金额已由%(number)s号凭证调整，不能再次只调整差额；请选择“注销并订正”或“注销”，两张凭证一并注销。",
            number=adjusted_by,
        )


def check_correction_day(business_date: date, *, original_date: date, today: date) -> None:
    """A correction has a day of its own: not before the original's, and not ahead."""
    if business_date < original_date:
        raise RuleViolation(
            "更正日期不能早于原凭证日期%(day)s，请改用当日或之后的日期。", day=original_date.isoformat()
        )
    if business_date > today:
        raise RuleViolation("更正日期%(day)s还没有到，请填写今天或之前的日期。", day=business_date.isoformat())


def check_not_waiting(is_waiting: bool) -> None:
    """One correction of a voucher at a time."""
    if is_waiting:
        raise RuleViolation("该凭证已有一份待复核的更正申请，请等待复核结果，或请复核人员先退回。")


def check_correctable(method: CorrectionMethod, movements: Iterable[Movement]) -> None:
    """Only what stands in no other register is corrected by vouchers alone; the refusal says what to do instead."""
    for movement in movements:
        if movement not in CANCELLABLE:
            raise RuleViolation(WAYS_OUT.get(movement, _FINDING))
        if movement not in CORRECTABLE and method is not CorrectionMethod.CANCEL:
            raise RuleViolation("案款到账有误的，只能整笔注销，再按银行回单重新登记；请选择“注销”。")


def check_restated(method: CorrectionMethod, lines: Sequence[Posting], right: Booked | None) -> None:
    """The right content is of something, other than what was booked, and fits the method."""
    if method is CorrectionMethod.CANCEL:
        assert right is None, "what is cancelled is not stated anew"
        return
    if len(lines) != 1:
        raise RuleViolation("该凭证有多笔分录，只能选择“注销”，再按正确内容另行记账。")
    if right is None or right.amount <= ZERO:
        raise RuleViolation("正确金额必须大于零；这笔业务根本不应记账的，请选择“注销”。")
    (line,) = lines
    is_same_else = (line.movement, line.case, line.source) == (right.movement, right.case, right.source)
    if is_same_else and right.amount == line.amount:
        raise RuleViolation("填写的正确内容与原凭证相同，无需更正，请核对金额和资金来源。")
    if method is CorrectionMethod.DIFFERENCE and not is_same_else:
        raise RuleViolation("“只调整差额”只用于金额有误；资金来源也有误的，请选择“注销并订正”。")


def adjusted(line: Posting, *, by: Posting, ink: Ink) -> Posting:
    """What a posting comes to after the difference that a voucher of this ink adds or takes off."""
    return replace(line, amount=line.amount + by.amount if ink is Ink.BLUE else line.amount - by.amount)


def correcting(
    method: CorrectionMethod, original: Original, right: Sequence[Posting], *, adjustment: Original | None = None
) -> list[Correcting]:
    """The vouchers of a correction, in the order in which they are posted.

    Args:
        right: what the original's postings should have been; none to cancel.
        adjustment: the voucher that adjusted the original before; it is undone first.
    """
    if method is CorrectionMethod.DIFFERENCE:
        return [_difference(original, right[0])]
    found = [_reversing(one) for one in (adjustment, original) if one is not None]
    if method is CorrectionMethod.RESTATE:
        restated = [prior_year(line) for line in right] if original.is_prior else list(right)
        found.append(_correcting(Link.RESTATES, Ink.BLUE, restated, original))
    return found


def _reversing(original: Original) -> Correcting:
    ink, lines = undoing(original.lines, ink=original.ink, same_year=original.same_year)
    return _correcting(Link.REVERSES, ink, lines, original)


def _difference(original: Original, right: Posting) -> Correcting:
    (line,) = original.lines
    more = right.amount - line.amount
    if more > ZERO:
        added = replace(line, amount=more)
        lines = [added if original.same_year else prior_year(added)]
        return _correcting(Link.ADJUSTS, Ink.BLUE, lines, original)
    ink, lines = undoing([replace(line, amount=-more)], ink=original.ink, same_year=original.same_year)
    return _correcting(Link.ADJUSTS, ink, lines, original)


def _correcting(link: Link, ink: Ink, lines: list[Posting], original: Original) -> Correcting:
    told = _SAME_YEAR if original.same_year else _EARLIER_YEAR
    return Correcting(original.id, link, ink, lines, told[link, ink] % original.cited)


def undoing(lines: Sequence[Posting], *, ink: Ink, same_year: bool) -> tuple[Ink, list[Posting]]:
    """How the postings of a voucher of this ink are undone: in red in the year in which they stand, in blue in a later
    one. What only took off, a difference in red or mirrored, is added again in blue.

    In a later year income and expense of the year before were carried over to 3001 累计盈余, so that account takes
    their place.

    Source:
        会计基础工作规范 art. 51-5; 政府会计制度 (财会〔2017〕25号) on 3501 以前年度盈余调整, which passes to 3001.
    """
    mirrored = reversal(lines)
    mirrored = mirrored if same_year else [prior_year(line) for line in mirrored]
    if ink is not Ink.BLUE:
        return Ink.BLUE, mirrored
    return Ink.RED if same_year else Ink.BLUE_MIRROR, mirrored


def prior_year(line: Posting) -> Posting:
    """A posting as it is made in a later year than the one it belongs to."""
    debit, credit = (Account.NET_ASSETS if account in RESULT else account for account in (line.debit, line.credit))
    return replace(line, debit=debit, credit=credit)
