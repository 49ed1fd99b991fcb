"""Words and checks of closing: which months follow each other, what hinders one, how the year's result moves. Pure.

Source: 会计基础工作规范 arts. 51-4, 62, 63; 政府会计制度 (财会〔2017〕25号) on 3301 本期盈余.
"""

import calendar
import enum
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from fundapp.core.errors import RuleViolation
from fundapp.core.money import ZERO, Money, total
from fundapp.core.words import N_
from fundapp.ledger.rules import Account, Booked, Model, Movement, booked

FIRST_YEAR = 1990
LAST_YEAR = 2100


class Hindrance(enum.Enum):
    """What still lies on somebody's desk when a month is to be closed."""

    FUND_RECEIPT = "fund_receipt"
    CASE_RECEIPT = "case_receipt"
    BATCH = "batch"
    CEREMONY = "ceremony"
    CORRECTION = "correction"


class PointState(enum.Enum):
    """How one point of the closing list stands."""

    MET = "met"
    OPEN = "open"

    @property
    def tone(self) -> str:
        return "success" if self is PointState.MET else "warning"


LABELS: dict[enum.Enum, str] = {
    Hindrance.FUND_RECEIPT: N_("未复核的到账登记"),
    Hindrance.CASE_RECEIPT: N_("未复核的案款登记"),
    Hindrance.BATCH: N_("银行结果未办结的发放批次"),
    Hindrance.CEREMONY: N_("未结束的兑现大会"),
    Hindrance.CORRECTION: N_("未复核的冲销申请"),
    PointState.MET: N_("已具备"),
    PointState.OPEN: N_("待办理"),
}

WAYS_OUT: dict[Hindrance, str] = {
    Hindrance.FUND_RECEIPT: N_("请财务复核确认入账或退回"),
    Hindrance.CASE_RECEIPT: N_("请财务复核确认入账或退回"),
    Hindrance.BATCH: N_("请财务经办导入银行回执，结果不明的逐笔查明"),
    Hindrance.CEREMONY: N_("请核对现金后结束大会"),
    Hindrance.CORRECTION: N_("请财务复核确认冲销或退回"),
}


@dataclass(frozen=True)
class Hindered:
    """One record that keeps a month open."""

    kind: Hindrance
    record_id: int
    cited: str
    day: date


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


def last_day(month: str) -> date:
    year, number = int(month[:4]), int(month[5:])
    return date(year, number, calendar.monthrange(year, number)[1])


def months_of(year: int) -> list[str]:
    return [f"{year:04d}-{number:02d}" for number in range(1, 13)]


def check_in_order(month: str, due: str) -> None:
    """Months are closed one after the other; a hole would let the past change under a closed month."""
    if month < due:
        raise RuleViolation("%(month)s已经结账，无需重复办理。", month=month)
    if month > due:
        raise RuleViolation("结账须按月份顺序办理，请先办理%(due)s的结账。", due=due)


def check_over(month: str, today: date) -> None:
    """A month is closed when its last day has passed."""
    if today <= last_day(month):
        raise RuleViolation(
            "%(month)s尚未结束，请在%(day)s之后办理结账。", month=month, day=last_day(month).isoformat()
        )


def check_unhindered(month: str, hindered: Sequence[Hindered]) -> None:
    """Refuse while anything dated in the month is undecided, naming each point with the way out."""
    if hindered:
        raise RuleViolation(
            "%(month)s尚不能结账，还有%(count)s项未办结：%(points)s。",
            month=month,
            count=len(hindered),
            points="；".join(f"{LABELS[one.kind]}（{one.cited}），{WAYS_OUT[one.kind]}" for one in hindered),
        )


def check_not_december(month: str) -> None:
    """December is closed with its year, by the president, after the result was carried over."""
    if month.endswith("-12"):
        raise RuleViolation("%(month)s随年终结账一并办理，请由院长办理年终结账。", month=month)


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


def check_courts(court_codes: Sequence[str]) -> None:
    """A package holds the books of at least one court."""
    if not court_codes:
        raise RuleViolation("系统中还没有法院，无法导出审计包，请先完成启用设置。")


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
