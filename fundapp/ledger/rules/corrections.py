"""Corrections: what may be undone, how, by whom, under which day. Pure.

Source: 会计基础工作规范 (财政部令第98号) art. 51-5: in the same year a red voucher that cancels and a blue one that
restates, or one voucher of the difference; of an earlier year, blue only.
"""

import enum
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from fundapp.core.errors import RuleViolation
from fundapp.core.words import N_
from fundapp.ledger.rules.chart import RESULT, Account, Movement, Posting, reversal
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
"""Movements whose voucher may be reversed on its own: the figures of sources are counted from the postings
themselves. An advance, case money, a ceremony's cash, a recovery and a year's result also stand in registers that a
bare reversal would belie."""


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
    CorrectionStatus.REQUESTED: N_("待复核"),
    CorrectionStatus.CONFIRMED: N_("已冲销"),
    CorrectionStatus.RETURNED: N_("已退回"),
    CorrectionOutcome.CONFIRM: N_("同意冲销，立即记账"),
    CorrectionOutcome.RETURN: N_("退回申请，凭证不变"),
}


def check_reversible(*, is_reversal: bool, reversed_by: str | None, business_date: date, original_date: date) -> None:
    """A voucher is reversed once, a reversal never, and not before the day of the original."""
    if is_reversal:
        raise RuleViolation("冲销凭证不能再冲销；如冲销有误，请重新办理原业务并另行记账。")
    if reversed_by is not None:
        raise RuleViolation("该凭证已被%(number)s号凭证冲销，不能重复冲销。", number=reversed_by)
    if business_date < original_date:
        raise RuleViolation(
            "冲销日期不能早于原凭证日期%(day)s，请改用当日或之后的日期。", day=original_date.isoformat()
        )


def check_correction_day(business_date: date, today: date) -> None:
    """A correction is not dated ahead."""
    if business_date > today:
        raise RuleViolation("冲销日期%(day)s还没有到，请填写今天或之前的日期。", day=business_date.isoformat())


def check_not_waiting(is_waiting: bool) -> None:
    """One correction of a voucher at a time."""
    if is_waiting:
        raise RuleViolation("该凭证已有一份待复核的冲销申请，请等待复核结果，或请复核人员先退回。")


def check_correctable(lines: Iterable[Posting]) -> None:
    """Only what stands in no other register is undone by a reversal alone."""
    if any(line.movement not in CORRECTABLE for line in lines):
        raise RuleViolation(
            "该凭证由垫付、案款、兑现大会、追偿或结账业务生成，单独冲销会使账簿与业务登记不符；"
            "请在原业务中办理退款、补付或调整。"
        )


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
