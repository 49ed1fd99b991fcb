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
"""Movements whose voucher may be corrected on its own: the figures of sources are counted from the postings
themselves. An advance, case money, a ceremony's cash, a recovery and a year's result also stand in registers that a
bare correction would belie."""


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
    (Link.RESTATES, Ink.BLUE): "订正%s号凭证",
    (Link.ADJUSTS, Ink.RED): "调减%s号凭证金额",
    (Link.ADJUSTS, Ink.BLUE): "调增%s号凭证金额",
}
_EARLIER_YEAR = {
    (Link.REVERSES, Ink.BLUE_MIRROR): "更正%s号凭证，转回原记内容",
    (Link.RESTATES, Ink.BLUE): "更正%s号凭证，补记正确内容",
    (Link.ADJUSTS, Ink.BLUE_MIRROR): "更正%s号凭证，转回多记金额",
    (Link.ADJUSTS, Ink.BLUE): "更正%s号凭证，补记少记金额",
}


@dataclass(frozen=True)
class Original:
    """Where the voucher that is corrected stands, seen from the day of the correction.

    Args:
        same_year: it was posted in the year of the correction.
        is_prior: the business itself is of an earlier year; a voucher of this year may have restated it.
        cited: the voucher with its day: 2018年3月1日2018收0001.
    """

    same_year: bool
    is_prior: bool
    cited: str


@dataclass(frozen=True)
class Correcting:
    """One voucher of a correction, before it has a number."""

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


def check_uncorrected(*, is_correction: bool, corrected_by: str | None) -> None:
    """A voucher is reversed or adjusted once, a reversal or an adjustment never."""
    if is_correction:
        raise RuleViolation("注销或调整其他凭证的凭证不能再更正；如更正有误，请重新办理原业务并另行记账。")
    if corrected_by is not None:
        raise RuleViolation(
            "该凭证已由%(number)s号凭证注销或调整，不能重复更正；如仍有错误，请更正其订正凭证，或重新办理原业务。",
            number=corrected_by,
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


def check_correctable(movements: Iterable[Movement]) -> None:
    """Only what stands in no other register is corrected by vouchers alone."""
    if any(movement not in CORRECTABLE for movement in movements):
        raise RuleViolation(
            "该凭证由垫付、案款、兑现大会、追偿或结账业务生成，单独更正会使账簿与业务登记不符；"
            "请在原业务中办理退款、补付或调整。"
        )


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


def correcting(
    method: CorrectionMethod, lines: Sequence[Posting], right: Sequence[Posting], original: Original
) -> list[Correcting]:
    """The vouchers of a correction, in the order in which they are posted.

    Args:
        lines: the postings of the voucher that is corrected.
        right: what they should have been; none to cancel.
    """
    if method is CorrectionMethod.DIFFERENCE:
        return [_difference(lines[0], right[0], original)]
    ink, undone = undoing(lines, same_year=original.same_year)
    found = [_correcting(Link.REVERSES, ink, undone, original)]
    if method is CorrectionMethod.RESTATE:
        restated = [prior_year(line) for line in right] if original.is_prior else list(right)
        found.append(_correcting(Link.RESTATES, Ink.BLUE, restated, original))
    return found


def _difference(line: Posting, right: Posting, original: Original) -> Correcting:
    more = right.amount - line.amount
    if more > ZERO:
        added = replace(line, amount=more)
        lines = [added if original.same_year else prior_year(added)]
        return _correcting(Link.ADJUSTS, Ink.BLUE, lines, original)
    ink, lines = undoing([replace(line, amount=-more)], same_year=original.same_year)
    return _correcting(Link.ADJUSTS, ink, lines, original)


def _correcting(link: Link, ink: Ink, lines: list[Posting], original: Original) -> Correcting:
    told = _SAME_YEAR if original.same_year else _EARLIER_YEAR
    return Correcting(link, ink, lines, told[link, ink] % original.cited)


def undoing(lines: Sequence[Posting], *, same_year: bool) -> tuple[Ink, list[Posting]]:
    """How these postings are undone: in red in the year in which they stand, in blue in a later one.

    In a later year income and expense of the year before were carried over to 3001 累计盈余, so that account takes
    their place.

    Source:
        会计基础工作规范 art. 51-5; 政府会计制度 (财会〔2017〕25号) on 3501 以前年度盈余调整, which passes to 3001.
    """
    mirrored = reversal(lines)
    if same_year:
        return Ink.RED, mirrored
    return Ink.BLUE_MIRROR, [prior_year(line) for line in mirrored]


def prior_year(line: Posting) -> Posting:
    """A posting as it is made in a later year than the one it belongs to."""
    debit, credit = (Account.NET_ASSETS if account in RESULT else account for account in (line.debit, line.credit))
    return replace(line, debit=debit, credit=credit)
