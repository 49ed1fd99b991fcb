"""What all statements share: their words, their courts, their columns."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass

from fundapp.core.statements import Cell, Column
from fundapp.core.words import N_


class AgeBand(enum.Enum):
    """账龄 of a receivable on December 31; a band's upper bound belongs to it."""

    ONE_YEAR = "one_year"
    TWO_YEARS = "two_years"
    THREE_YEARS = "three_years"
    OLDER = "older"


class Item(enum.Enum):
    """Lines that stand in statements under a name of their own."""

    RECEIVED = "received"
    ADVANCED = "advanced"
    BACK = "back"
    RETURNED = "returned"
    TOTAL = "total"
    LAST_YEAR_TOTAL = "last_year_total"
    NO_SOURCE = "no_source"
    FILED = "filed"
    UNDER_CEILING = "under_ceiling"
    REQUESTED = "requested"
    APPROVED = "approved"
    REFUSED = "refused"
    PAID = "paid"
    RECOVERED = "recovered"
    RECOVERED_WHOLE = "recovered_whole"
    CONCLUDED = "concluded"
    OUTSTANDING = "outstanding"
    REGISTERED_BEFORE = "registered_before"
    WRITTEN_OFF = "written_off"
    RECOVERED_LATER = "recovered_later"
    REGISTERED = "registered"


LABELS: dict[enum.Enum, str] = {
    AgeBand.ONE_YEAR: N_("1年以内（含1年）"),
    AgeBand.TWO_YEARS: N_("1至2年（含2年）"),
    AgeBand.THREE_YEARS: N_("2至3年（含3年）"),
    AgeBand.OLDER: N_("3年以上"),
    Item.RECEIVED: N_("收到"),
    Item.ADVANCED: N_("垫付"),
    Item.BACK: N_("收回"),
    Item.RETURNED: N_("退回来源"),
    Item.TOTAL: N_("合计"),
    Item.LAST_YEAR_TOTAL: N_("上年合计"),
    Item.NO_SOURCE: N_("未归属资金来源的款项"),
    Item.FILED: N_("执行案件"),
    Item.UNDER_CEILING: N_("其中：执行标的在垫付上限内"),
    Item.REQUESTED: N_("垫付申请"),
    Item.APPROVED: N_("批准垫付"),
    Item.REFUSED: N_("不予垫付"),
    Item.PAID: N_("已垫付"),
    Item.RECOVERED: N_("收回垫付款"),
    Item.RECOVERED_WHOLE: N_("已全部收回的垫付"),
    Item.CONCLUDED: N_("垫付终结的案件"),
    Item.OUTSTANDING: N_("未收回的垫付款"),
    Item.REGISTERED_BEFORE: N_("年初备查余额"),
    Item.WRITTEN_OFF: N_("本年核销"),
    Item.RECOVERED_LATER: N_("核销后本年收回"),
    Item.REGISTERED: N_("年末备查余额"),
}


def statement_period(year: int) -> str:
    """How papers, and the trail that tells of them, name the year of a statement."""
    return f"{year}年度"


COURT = Column(N_("法院"), width=26)
CASE = Column(N_("案号"), width=26)
ONE_COURT = 1


@dataclass(frozen=True)
class Courts:
    """The courts of a statement by code and name; where there are several, each line says whose it is."""

    names: Mapping[str, str]

    @property
    def columns(self) -> tuple[Column, ...]:
        return (COURT,) if len(self.names) > ONE_COURT else ()

    def cells(self, code: str) -> tuple[Cell, ...]:
        return (self.names.get(code),) if len(self.names) > ONE_COURT else ()


def amounts(header: str) -> Column:
    return Column(header, "money")


def counts(header: str) -> Column:
    return Column(header, "number", 12)
