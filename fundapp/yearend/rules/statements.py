"""The shapes of the annual statements and their adding up: figures in, tables out. Pure.

Source: 会计基础工作规范 arts. 65-71; 政府会计制度 (财会〔2017〕25号) on 1218 (yearly review, write-off, 备查簿).
"""

import enum
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from fundapp.ceremonies.rules import LineSource
from fundapp.core.money import ZERO, Money, total
from fundapp.core.statements import Cell, Chart, Check, Column, Line, Note, Statement, Table, summed
from fundapp.core.words import N_
from fundapp.ledger.rules import Account, Model, Movement


class AgeBand(enum.Enum):
    """账龄 of a receivable on December 31; a band's upper bound belongs to it."""

    ONE_YEAR = "one_year"
    TWO_YEARS = "two_years"
    THREE_YEARS = "three_years"
    OLDER = "older"


class ClaimKind(enum.Enum):
    """Where an outstanding receivable comes from."""

    ADVANCE = "advance"
    OPENING = "opening"


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
    ClaimKind.ADVANCE: N_("垫付"),
    ClaimKind.OPENING: N_("期初导入"),
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


def _money(header: str) -> Column:
    return Column(header, "money")


def _number(header: str) -> Column:
    return Column(header, "number", 12)


# ---- 资金收支情况表


@dataclass(frozen=True)
class Flows:
    """What moved a source's fund money in a year; ``opened`` is what the opening of the books brought."""

    opened: Money = ZERO
    received: Money = ZERO
    advanced: Money = ZERO
    recovered: Money = ZERO
    returned: Money = ZERO
    other: Money = ZERO


NO_FLOWS = Flows()
_RECEIVED = {
    Movement.APPROPRIATION_RECEIVED,
    Movement.GRANT_RECEIVED,
    Movement.DONATION_RECEIVED,
    Movement.OTHER_RECEIVED,
}
_GIVEN_BACK = {
    Movement.APPROPRIATION_GIVEN_BACK,
    Movement.GRANT_GIVEN_BACK,
    Movement.DONATION_GIVEN_BACK,
    Movement.OTHER_GIVEN_BACK,
}
_ADVANCED = {Movement.ADVANCE_PAID, Movement.ADVANCE_PAID_IN_CASH}


def flows(entered: Mapping[Movement, Money]) -> Flows:
    """The flows of a source from what each movement brought into its money, less what it took out; what was undone is
    taken off."""

    def of(movements: Iterable[Movement]) -> Money:
        return total(entered.get(movement, ZERO) for movement in movements)

    known = _RECEIVED | _GIVEN_BACK | _ADVANCED | {Movement.RECOVERED, Movement.OPENING_BALANCE}
    return Flows(
        opened=of({Movement.OPENING_BALANCE}),
        received=of(_RECEIVED),
        advanced=-of(_ADVANCED),
        recovered=of({Movement.RECOVERED}),
        returned=-of(_GIVEN_BACK),
        other=of(entered.keys() - known),
    )


@dataclass(frozen=True)
class SourceYear:
    """One source's year: kept balances at both ends, and between them the flows that the postings tell."""

    opening: Money
    flows: Flows
    closing: Money
    written_off: Money = ZERO

    @property
    def begun(self) -> Money:
        """期初: what stood before the year, and what the books were opened with in it."""
        return self.opening + self.flows.opened

    @property
    def reckoned(self) -> Money:
        """What must stand at the end."""
        of = self.flows
        return self.begun + of.received - of.advanced + of.recovered - of.returned + of.other

    @property
    def figures(self) -> tuple[Money, ...]:
        of = self.flows
        moved = (of.received, of.advanced, of.recovered, of.returned, of.other)
        return (self.begun, *moved, self.closing, self.written_off)

    @property
    def is_empty(self) -> bool:
        return set(self.figures) == {ZERO}


NO_YEAR = SourceYear(ZERO, NO_FLOWS, ZERO)


@dataclass(frozen=True)
class SourceLine:
    """One source in the statement, this year and last; without a subject it is the money of no source."""

    court_code: str
    subject: str
    name: str
    year: SourceYear
    last: SourceYear


SOURCE_FIGURES = (
    _money(N_("期初余额（元）")),
    _money(N_("收到（元）")),
    _money(N_("垫付（元）")),
    _money(N_("收回（元）")),
    _money(N_("退回来源（元）")),
    _money(N_("其他收付净额（元）")),
    _money(N_("期末余额（元）")),
    _money(N_("备查：核销（元）")),
)
_CHARTED = (Item.RECEIVED, Item.ADVANCED, Item.BACK, Item.RETURNED)


@dataclass(frozen=True)
class Entrusted:
    """Of courts that hold the money for others (model A): what their sources hold, and what 2901.01 owes them, with
    the interest that the opening of the books put under a source."""

    held: Money
    owed: Money
    interest: Money


def sources_statement(
    courts: Courts, lines: Sequence[SourceLine], *, accounts: Money, entrusted: Entrusted | None, notes: Sequence[Note]
) -> Statement:
    """资金收支情况表（按来源）.

    Args:
        lines: every source, then the money of none.
        accounts: what the fund's bank account and cash hold at the year's end.
    """
    found = [line for line in lines if not (line.year.is_empty and line.last.is_empty)]
    rows = [_source_row(courts, line) for line in found]
    foot = [summed(rows, Item.TOTAL, *(None for _ in courts.columns))] if rows else []
    reckoned = total(line.year.reckoned for line in lines)
    checks = [
        Check(N_("期初余额加减本年收付，等于1002.01垫付资金专户与1001.01库存现金年末余额之和"), reckoned, accounts),
        *(_adding_up(line) for line in lines if line.year.reckoned != line.year.closing),
    ]
    if entrusted is not None:
        owed = entrusted.owed + entrusted.interest
        checks.append(
            Check(N_("甲类：各来源期末余额等于2901.01受托代理负债（含专户内应缴利息）"), entrusted.held, owed)
        )
    names = (Column(N_("资金来源"), width=30), *courts.columns)
    table = Table(
        N_("资金收支情况表（按来源）"), names, SOURCE_FIGURES, (*rows, *foot), N_("本年和上年都没有资金收支。")
    )
    return Statement((table,), tuple(notes), tuple(checks), _source_charts(foot))


def _adding_up(line: SourceLine) -> Check:
    """That a line does not add up; said only where it does not."""
    about = {"name": line.name or LABELS[Item.NO_SOURCE]}
    return Check(N_("“%(name)s”期初余额加减本年收付等于期末余额"), line.year.reckoned, line.year.closing, about)


def _source_row(courts: Courts, line: SourceLine) -> Line:
    return Line(
        (line.name or Item.NO_SOURCE, *courts.cells(line.court_code)),
        line.year.figures,
        line.last.figures,
        court_code=line.court_code,
        account=Account.FUND_BANK.value if line.subject else "",
        subject=line.subject,
    )


def _source_charts(foot: Sequence[Line]) -> tuple[Chart, ...]:
    if not foot or foot[0].last is None:
        return ()
    both = zip(foot[0].figures[1:5], foot[0].last[1:5], strict=True)
    return (Chart(N_("资金收支对比（元）"), tuple(zip(_CHARTED, both, strict=True))),)


# ---- 垫付款账龄分析表


@dataclass(frozen=True)
class Claim:
    """One receivable that is still outstanding: when and how much was paid, and what of it is left."""

    court_code: str
    subject: str
    case_ref: str
    case_number: str
    kind: ClaimKind
    day: date
    paid: Money
    left: Money


def reduced(claims: Sequence[Claim], booked: Mapping[str, Money]) -> list[Claim]:
    """What is left of each claim when the books hold less for its case than its claims say: written off, or come back
    without an advance; the oldest is reduced first.

    Args:
        booked: what stands on 1218.01, by case, of the cases of which that is to be asked.
    """
    excess = {
        case: total(claim.left for claim in claims if claim.case_ref == case) - left for case, left in booked.items()
    }
    found = []
    for claim in sorted(claims, key=lambda one: (one.day, one.subject)):
        taken = min(max(excess.get(claim.case_ref, ZERO), ZERO), claim.left)
        if taken > ZERO:
            excess[claim.case_ref] -= taken
        if claim.left > taken:
            found.append(replace(claim, left=claim.left - taken))
    return found


def band(paid_on: date, year: int) -> AgeBand:
    """The age on December 31 of a year; exactly one year old still counts as up to one year."""
    for band, years in ((AgeBand.ONE_YEAR, 1), (AgeBand.TWO_YEARS, 2), (AgeBand.THREE_YEARS, 3)):
        if paid_on >= date(year - years, 12, 31):
            return band
    return AgeBand.OLDER


@dataclass(frozen=True)
class Ageing:
    """The receivables of a year's end, and of the one before; ``models`` say how each court books them."""

    year: int
    claims: Sequence[Claim]
    last: Sequence[Claim]
    models: Mapping[str, Model]

    def on_the_books(self) -> Money:
        """What is left of the claims of courts that book them on 1218.01."""
        return total(claim.left for claim in self.claims if self.models[claim.court_code] is Model.OWN_FUNDS)


AGEING_FIGURES = (_number(N_("笔数")), _money(N_("金额（元）")))
CLAIM_FIGURES = (
    _money(N_("垫付金额（元）")),
    _money(N_("已收回和核销（元）")),
    _money(N_("年末未收回（元）")),
    _money(N_("上年末未收回（元）")),
)


def ageing_statement(courts: Courts, ageing: Ageing, *, receivable: Money | None, notes: Sequence[Note]) -> Statement:
    """垫付款账龄分析表: the bands, then every claim, the oldest first.

    Args:
        receivable: the balance of 1218.01; None when all of the courts keep their claims off the books.
    """
    bands = [
        Line((one,), _counted(ageing.claims, ageing.year, one), _counted(ageing.last, ageing.year - 1, one))
        for one in AgeBand
    ]
    account = "" if receivable is None else Account.ADVANCES_RECEIVABLE.value
    foot = replace(summed(bands, Item.TOTAL), account=account)
    names = (CASE, *courts.columns, Column(N_("来源"), width=12), Column(N_("付款日期"), "day", 12), Column(N_("账龄")))
    claims = _claim_lines(courts, ageing)
    tables = (
        Table(N_("垫付款账龄分析表"), (Column(N_("账龄")),), AGEING_FIGURES, (*bands, foot), ""),
        Table(N_("未收回垫付款明细"), names, CLAIM_FIGURES, claims, N_("年末没有未收回的垫付款。")),
    )
    checks = (
        ()
        if receivable is None
        else (Check(N_("乙类：未收回合计等于1218.01应收垫付款余额"), ageing.on_the_books(), receivable),)
    )
    chart = Chart(
        N_("未收回金额对比（元）"),
        tuple((line.names[0], (line.figures[1], (line.last or (0, None))[1])) for line in bands),
    )
    return Statement(tables, tuple(notes), checks, (chart,) if ageing.claims or ageing.last else ())


def _counted(claims: Iterable[Claim], year: int, which: AgeBand) -> tuple[Cell, ...]:
    found = [claim.left for claim in claims if band(claim.day, year) is which]
    return len(found), total(found)


def _claim_lines(courts: Courts, ageing: Ageing) -> tuple[Line, ...]:
    before = {claim.subject: claim.left for claim in ageing.last}
    rows = [
        Line(
            (claim.case_number, *courts.cells(claim.court_code), claim.kind, claim.day, band(claim.day, ageing.year)),
            (claim.paid, claim.paid - claim.left, claim.left, before.get(claim.subject, ZERO)),
            subject=claim.subject,
        )
        for claim in ageing.claims
    ]
    return (*rows, summed(rows, Item.TOTAL, *(None for _ in courts.columns), None, None, None)) if rows else ()


# ---- 已核销垫付款备查簿


@dataclass(frozen=True)
class WrittenOff:
    """One claim that was written off, by its voucher; ``recovered`` came back later, up to the year's end."""

    court_code: str
    voucher: str
    voucher_subject: str
    day: date
    case_ref: str
    case_number: str
    source_ref: str
    source: str
    amount: Money
    recovered: Money = ZERO


@dataclass(frozen=True)
class CameBack:
    """Money that came in for a case after its claim was written off."""

    case_ref: str
    day: date
    amount: Money


def returned_to(entries: Sequence[WrittenOff], came: Iterable[CameBack]) -> list[WrittenOff]:
    """The entries with what came back of each: to a case's earliest first, and only after its write-off."""
    found = list(entries)
    for one in sorted(came, key=lambda back: back.day):
        rest = one.amount
        for at, entry in enumerate(found):
            if entry.case_ref == one.case_ref and entry.day <= one.day and rest > ZERO:
                taken = min(rest, max(entry.amount - entry.recovered, ZERO))
                found[at], rest = replace(entry, recovered=entry.recovered + taken), rest - taken
    return found


WRITTEN_OFF_NAMES = (Column(N_("凭证号"), width=12), Column(N_("核销日期"), "day", 12), CASE)
WRITTEN_OFF_FIGURES = (
    _money(N_("核销金额（元）")),
    _money(N_("核销后收回（元）")),
    _money(N_("仍未收回（元）")),
)


def written_off_statement(
    courts: Courts, year: int, entries: Sequence[WrittenOff], came: Sequence[CameBack]
) -> Statement:
    """已核销垫付款备查簿: what was ever written off, and what of it came back, up to the end of the year."""
    end, before = (date(which, 12, 31) for which in (year, year - 1))
    sums = _register(entries, came, end), _register(entries, came, before)
    items = (Item.REGISTERED_BEFORE, Item.WRITTEN_OFF, Item.RECOVERED_LATER, Item.REGISTERED)
    lines = tuple(Line((item,), (sums[0][at],), (sums[1][at],)) for at, item in enumerate(items))
    rows = [
        Line(
            (entry.voucher, entry.day, entry.case_number, *courts.cells(entry.court_code), entry.source),
            (entry.amount, entry.recovered, entry.amount - entry.recovered),
            subject=entry.voucher_subject,
        )
        for entry in returned_to(entries, [one for one in came if one.day <= end])
    ]
    names = (*WRITTEN_OFF_NAMES, *courts.columns, Column(N_("资金来源"), width=26))
    blank = (None for _ in (*WRITTEN_OFF_NAMES[1:], *courts.columns, None))
    foot = [summed(rows, Item.TOTAL, *blank)] if rows else []
    tables = (
        Table(N_("已核销垫付款备查余额"), (Column(N_("项目"), width=24),), (_money(N_("金额（元）")),), lines, ""),
        Table(N_("已核销垫付款备查簿"), names, WRITTEN_OFF_FIGURES, (*rows, *foot), N_("没有核销过垫付款。")),
    )
    is_quiet = not any(entry.day.year == year for entry in entries)
    return Statement(tables, (Note(N_("本年无核销。")),) if is_quiet else ())


def _register(entries: Sequence[WrittenOff], came: Sequence[CameBack], end: date) -> tuple[Money, ...]:
    """What the register held at the beginning of the year that ends so, what came and went, what it holds."""
    off = {True: ZERO, False: ZERO}
    back = dict(off)
    for entry in entries:
        if entry.day <= end:
            off[entry.day.year == end.year] += entry.amount
    for one in came:
        if one.day <= end:
            back[one.day.year == end.year] += one.amount
    before = off[False] - back[False]
    return before, off[True], back[True], before + off[True] - back[True]


# ---- 兑现大会台账


@dataclass(frozen=True)
class CeremonyYear:
    """What one ceremony did: payees on its list, paid and absent; money by origin and by way; cash drawn and back."""

    listed: int = 0
    paid: int = 0
    absent: int = 0
    advances: Money = ZERO
    case_money: Money = ZERO
    transfer: Money = ZERO
    cash: Money = ZERO
    drawn: Money = ZERO
    returned: Money = ZERO

    @property
    def figures(self) -> tuple[Cell, ...]:
        counts = (self.listed, self.paid, self.absent)
        return (*counts, self.advances, self.case_money, self.transfer, self.cash, self.drawn, self.returned)


@dataclass(frozen=True)
class CeremonyLine:
    """One ceremony in the ledger."""

    court_code: str
    subject: str
    day: date
    name: str
    place: str
    did: CeremonyYear


CEREMONY_FIGURES = (
    _number(N_("名单人次")),
    _number(N_("领取人次")),
    _number(N_("未领人次")),
    _money(N_("垫付资金（元）")),
    _money(N_("案款（元）")),
    _money(N_("其中：转账（元）")),
    _money(N_("其中：现金（元）")),
    _money(N_("提取现金（元）")),
    _money(N_("交回现金（元）")),
)


def ceremonies_statement(courts: Courts, held: Sequence[CeremonyLine], last: Sequence[CeremonyLine]) -> Statement:
    """兑现大会台账: the ceremonies of the year, with last year's total below."""
    rows = [_ceremony_row(courts, one) for one in held]
    blank = (None,) * (2 + len(courts.columns))
    foot = []
    nothing = CeremonyYear().figures
    before = summed([_ceremony_row(courts, one) for one in last], *blank).figures if last else nothing
    if rows or last:
        this_year = summed(rows, *blank).figures if rows else nothing
        foot = [
            Line((Item.TOTAL, *blank), this_year, is_total=True),
            Line((Item.LAST_YEAR_TOTAL, *blank), before, is_total=True),
        ]
    names = (
        Column(N_("名称"), width=30),
        Column(N_("举行日期"), "day", 12),
        Column(N_("地点"), width=24),
        *courts.columns,
    )
    table = Table(N_("兑现大会台账"), names, CEREMONY_FIGURES, (*rows, *foot), N_("本年和上年都没有举行兑现大会。"))
    cash = Check(N_("各大会现金发放额等于提取减交回"), _sum(held, 6), _sum(held, 7) - _sum(held, 8))
    charts: tuple[Chart, ...] = ()
    if foot:
        shown = ((LineSource.ADVANCE, 3), (LineSource.CASE_MONEY, 4))
        charts = (
            Chart(
                N_("现场发放对比（元）"),
                tuple((name, (foot[0].figures[at], foot[1].figures[at])) for name, at in shown),
            ),
        )
    return Statement((table,), (), (cash,) if held else (), charts)


def _sum(held: Sequence[CeremonyLine], *places: int) -> Money:
    figures = (one.did.figures[at] for one in held for at in places)
    return total(figure for figure in figures if isinstance(figure, Money))


def _ceremony_row(courts: Courts, one: CeremonyLine) -> Line:
    return Line((one.name, one.day, one.place, *courts.cells(one.court_code)), one.did.figures, subject=one.subject)


# ---- 案件统计表


@dataclass(frozen=True)
class Counted:
    """How many, and how much."""

    count: int = 0
    amount: Money = ZERO

    def __add__(self, other: "Counted") -> "Counted":
        return Counted(self.count + other.count, self.amount + other.amount)

    def __sub__(self, other: "Counted") -> "Counted":
        return Counted(self.count - other.count, self.amount - other.amount)


CASE_ITEMS = (
    Item.FILED,
    Item.UNDER_CEILING,
    Item.REQUESTED,
    Item.APPROVED,
    Item.REFUSED,
    Item.PAID,
    Item.RECOVERED,
    Item.RECOVERED_WHOLE,
    Item.CONCLUDED,
)
CASE_FIGURES = (
    _number(N_("本年发生件数")),
    _money(N_("本年发生金额（元）")),
    _number(N_("年末累计件数")),
    _money(N_("年末累计金额（元）")),
)
_COMPARED = (Item.REQUESTED, Item.APPROVED, Item.REFUSED, Item.PAID, Item.RECOVERED_WHOLE, Item.CONCLUDED)
UpTo = Mapping[Item, Counted]


def cases_statement(
    ends: Sequence[UpTo], outstanding: Sequence[Counted], *, moved: Flows, notes: Sequence[Note]
) -> Statement:
    """案件统计表: what happened in the year, and what had happened by its end.

    Args:
        ends: everything up to the end of this year, of the last, and of the one before.
        outstanding: what was not recovered at the end of this year and of the last.
        moved: what the postings say that was advanced and recovered in the year.
    """
    this_year, last, before = ends

    def figures(item: Item, end: UpTo, start: UpTo) -> tuple[Cell, ...]:
        happened = end[item] - start[item]
        return happened.count, happened.amount, end[item].count, end[item].amount

    lines = [Line((item,), figures(item, this_year, last), figures(item, last, before)) for item in CASE_ITEMS]
    stood = [(None, None, one.count, one.amount) for one in outstanding]
    lines.append(Line((Item.OUTSTANDING,), stood[0], stood[1]))
    table = Table(N_("案件统计表"), (Column(N_("项目"), width=28),), CASE_FIGURES, tuple(lines), "")
    checks = tuple(
        Check(text, (this_year[item] - last[item]).amount, booked)
        for text, item, booked in (
            (N_("本年已垫付金额等于账簿记载的垫付"), Item.PAID, moved.advanced),
            (N_("本年收回金额等于账簿记载的收回"), Item.RECOVERED, moved.recovered),
        )
    )
    charts = tuple(
        (item, (line.figures[0], (line.last or (0,))[0]))
        for item, line in zip(CASE_ITEMS, lines, strict=False)
        if item in _COMPARED
    )
    return Statement((table,), tuple(notes), checks, (Chart(N_("本年发生件数对比"), charts),))
