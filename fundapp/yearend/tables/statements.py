"""Tables of the audit package: the annual statements' figures, and the sums that tie them to the registers."""

from collections.abc import Iterable, Mapping

from fundapp.ceremonies.rules import LineSource, Method, PayeeStatus
from fundapp.core.money import Money, to_fen, total
from fundapp.core.tables import COURT, Column, Row, Scope, Term, amount_column, table, tie
from fundapp.ledger.rules import Account, Model
from fundapp.ledger.tables import VOUCHER, VOUCHER_ID
from fundapp.recovery.queries.claims import claims
from fundapp.yearend.queries.statements import written_off
from fundapp.yearend.queries.statements.bounds import models_of
from fundapp.yearend.queries.statements.cases import up_to
from fundapp.yearend.queries.statements.ceremonies import held
from fundapp.yearend.queries.statements.sources import source_years
from fundapp.yearend.rules.statements import CASE_ITEMS, AgeBand, Item, band, returned_to


@table(
    "statement_sources", "报表：资金收支", "statements",
    "本年度资金收支情况表，按资金来源",
    "Fund statement of the year by source",
    COURT,
    Column("source_id", "资金来源标识", "id of the source; empty: money of none", told="空为未归属资金来源的款项"),
    amount_column("opening", "期初余额", "before the year, and what the opening of the books brought in it",
           told="年初余额，含本年启用账簿带入的金额"),
    amount_column("received", "收到", "received from the source"),
    amount_column("advanced", "垫付", "paid out as advances"),
    amount_column("recovered", "收回", "recovered from debtors"),
    amount_column("returned", "退回来源", "given back to the source"),
    amount_column("other", "其他收付净额", "what else came in, less what else went out", told="其他收入减其他支出"),
    amount_column("closing", "期末余额", "at the year's end, in the bank and in cash", told="年末存款和现金"),
    amount_column("written_off", "核销", "claims written off in the year; moves no money",
           told="本年核销；不涉及收付"),
)  # fmt: skip
def _statement_sources(scope: Scope) -> Iterable[Row]:
    for (court, source), of_year in sorted(source_years(scope.court_codes, scope.year).items()):
        yield court, source.partition(":")[2], *(to_fen(figure) for figure in of_year.figures)


@table(
    "statement_ageing", "报表：垫付款账龄", "statements",
    "12月31日未收回的垫付款，按账龄",
    "Advances outstanding on December 31 by age",
    COURT,
    Column("band", "账龄", "age since the day of payment; a band holds its upper bound", words=AgeBand,
           told="自付款日至12月31日；上限归入本档"),
    Column("count", "笔数", "how many advances", "number"),
    amount_column("amount", "金额", "what was outstanding"),
    Column("account", "科目编号", "account that holds it; empty where the court keeps its claims off the books",
           told="所在科目；垫付款不在账内核算的为空"),
)  # fmt: skip
def _statement_ageing(scope: Scope) -> Iterable[Row]:
    found = claims(scope.court_codes, scope.last_day)
    models = models_of(scope.court_codes)
    for court in sorted(scope.court_codes):
        account = Account.ADVANCES_RECEIVABLE.value if models.get(court) is Model.OWN_FUNDS else ""
        for which in AgeBand:
            left = [one.left for one in found if one.court_code == court and band(one.day, scope.year) is which]
            yield court, which.value, len(left), to_fen(total(left)), account


@table(
    "statement_ceremonies", "报表：兑现大会台账", "statements",
    "本年举行并已结束的兑现大会",
    "Payout ceremonies held in the year and closed",
    COURT,
    Column("ceremony_id", "大会标识", "id of the ceremony", "number"),
    Column("held_on", "举行日期", "held on", "day"),
    Column("listed", "名单人次", "payees on its list", "number"),
    Column("paid", "领取人次", "payees paid", "number"),
    Column("absent", "未领人次", "payees who did not come", "number"),
    amount_column("advances", "垫付资金", "paid from the fund"),
    amount_column("case_money", "案款", "paid from case money"),
    amount_column("transfer", "转账", "of both, by transfer", told="垫付资金和案款中转账发放的"),
    amount_column("cash", "现金", "of both, in cash", told="垫付资金和案款中以现金发放的"),
    amount_column("cash_drawn", "提取现金", "cash drawn"),
    amount_column("cash_returned", "交回现金", "cash returned"),
)  # fmt: skip
def _statement_ceremonies(scope: Scope) -> Iterable[Row]:
    for one in held(scope.court_codes, scope.year):
        figures = (to_fen(figure) if isinstance(figure, Money) else figure for figure in one.did.figures)
        yield one.court_code, int(one.subject.partition(":")[2]), one.day.isoformat(), *figures


@table(
    "statement_cases", "报表：案件统计", "statements",
    "本年及累计至本年末的案件件数和金额",
    "Counts and amounts of the year, and of all up to its end",
    COURT,
    Column("item", "项目", "what is counted", words=Item),
    Column("count", "本年件数", "how many in the year", "number"),
    amount_column("amount", "本年金额", "how much in the year", is_summed=False),
    Column("count_until", "累计件数", "how many up to its end", "number", told="累计至本年末"),
    amount_column("amount_until", "累计金额", "how much up to its end", is_summed=False, told="累计至本年末"),
)  # fmt: skip
def _statement_cases(scope: Scope) -> Iterable[Row]:
    for court in sorted(scope.court_codes):
        ends = [up_to([court], year, terms_of=scope.year) for year in (scope.year, scope.year - 1)]
        for item in CASE_ITEMS:
            until, moved = ends[0][item], ends[0][item] - ends[1][item]
            yield court, item.value, moved.count, to_fen(moved.amount), until.count, to_fen(until.amount)


@table(
    "written_off", "已核销垫付款备查", "statements",
    "截至本年末核销的垫付款，及核销后收回的金额",
    "Claims written off up to the year's end, and what came back",
    COURT,
    VOUCHER_ID,
    VOUCHER,
    Column("posted_on", "核销日期", "day of the write-off in the books", "day", told="核销记入账簿的日期"),
    Column("case_ref", "案件标识", "case it concerns (case:ID)"),
    Column("source_ref", "资金来源标识", "source of the money (source:ID)"),
    amount_column("amount", "核销金额", "written off; negative where it was undone", told="核销被冲销的，以负数列示"),
    amount_column("recovered", "核销后收回", "came back of it up to the year's end, booked as other income",
           told="截至本年末核销后收回、记入其他收入的金额"),
)  # fmt: skip
def _written_off(scope: Scope) -> Iterable[Row]:
    entries = written_off.entries(scope.court_codes, scope.last_day)
    back = written_off.came_back(scope.court_codes, entries, scope.last_day)
    for one in returned_to(entries, back):
        voucher_id = int(one.voucher_subject.partition(":")[2])
        about = (one.day.isoformat(), one.case_ref, one.source_ref)
        yield one.court_code, voucher_id, one.voucher, *about, to_fen(one.amount), to_fen(one.recovered)


_BY_COURT, _BY_SOURCE, _BY_CEREMONY = ("court_code",), ("court_code", "source_id"), ("ceremony_id",)
_FUND = {"account": (Account.FUND_BANK.value, Account.CASH.value)}
_RECEIVABLE = {"account": (Account.ADVANCES_RECEIVABLE.value,)}


def _closing(accounts: Mapping[str, tuple[str, ...]]) -> list[Term]:
    """What the trial balance says that these accounts hold."""
    return [
        Term("trial_balance", "closing_debit", _BY_COURT, accounts),
        Term("trial_balance", "closing_credit", _BY_COURT, accounts, sign=-1),
    ]


def _of_statement(statement: str, by: tuple[str, ...], *figures: str, minus: tuple[str, ...] = ()) -> list[Term]:
    """Columns of a statement added up, less some others."""
    added = [Term(f"statement_{statement}", figure, by) for figure in figures]
    return added + [Term(f"statement_{statement}", figure, by, sign=-1) for figure in minus]


tie(
    "资金收支情况表各行",
    _of_statement("sources", _BY_SOURCE, "closing"),
    _of_statement("sources", _BY_SOURCE, "opening", "received", "recovered", "other", minus=("advanced", "returned")),
)
tie("资金收支情况表与资金账户", _of_statement("sources", _BY_COURT, "closing"), _closing(_FUND))
tie(
    "资金来源与资金收支情况表",
    [Term("sources", "balance", ("id",))],
    _of_statement("sources", ("source_id",), "closing"),
)
tie("账龄分析表与应收垫付款", [Term("statement_ageing", "amount", _BY_COURT, _RECEIVABLE)], _closing(_RECEIVABLE))
_HANDED = {"status": (PayeeStatus.PAID.value,), "is_closed": ("1",), "year": ("{year}",)}
for _figure, _words in (
    ("advances", {"source": (LineSource.ADVANCE.value,)}),
    ("case_money", {"source": (LineSource.CASE_MONEY.value,)}),
    ("transfer", {"method": (Method.TRANSFER.value,)}),
    ("cash", {"method": (Method.CASH.value,)}),
):
    tie(
        "兑现大会台账与发放名单",
        _of_statement("ceremonies", _BY_CEREMONY, _figure),
        [Term("ceremony_lines", "amount", _BY_CEREMONY, _HANDED | _words)],
    )
for _item, _figure in ((Item.PAID, "advanced"), (Item.RECOVERED, "recovered")):
    tie(
        "案件统计表与资金收支情况表",
        [Term("statement_cases", "amount", _BY_COURT, {"item": (_item.value,)})],
        _of_statement("sources", _BY_COURT, _figure),
    )
