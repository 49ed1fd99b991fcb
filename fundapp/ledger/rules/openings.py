"""Opening balances: what may be carried into new books, on which day, and in what order it is decided. Pure.

A court that begins with this system in the middle of its fund's life brings balances. They are kept in the parts that
the books keep (by case, by source), so that everything after them finds what it needs: an advance draws on a source,
a payout on its case.
"""

import enum
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from fundapp.core.errors import RuleViolation
from fundapp.core.money import ZERO, Money, plain, total
from fundapp.core.words import N_
from fundapp.ledger.rules.chart import BOOKING, GUARDED, RESULT, Account, Model, Movement, Posting, Side
from fundapp.ledger.rules.chart import LABELS as _CHART

OPENING_NAME = "opening:"
"""How the names of opening vouchers begin: ``opening:3:1002.01:1``."""

LINES_OF_A_VOUCHER = 50


class OpeningStatus(enum.Enum):
    """Tried by the clerk, asked for, and posted or returned by the reviewer; undone likewise by two."""

    CHECKED = "checked"
    REQUESTED = "requested"
    RETURNED = "returned"
    POSTED = "posted"
    UNDO_REQUESTED = "undo_requested"
    UNDONE = "undone"


class OpeningOutcome(enum.Enum):
    """What the reviewer of an import, or of its undoing, may say."""

    CONFIRM = "confirm"
    RETURN = "return"


LABELS: dict[enum.Enum, str] = {
    OpeningStatus.CHECKED: N_("试导入"),
    OpeningStatus.REQUESTED: N_("待复核"),
    OpeningStatus.RETURNED: N_("已退回"),
    OpeningStatus.POSTED: N_("已入账"),
    OpeningStatus.UNDO_REQUESTED: N_("待复核冲销"),
    OpeningStatus.UNDONE: N_("已冲销"),
    OpeningOutcome.CONFIRM: N_("同意"),
    OpeningOutcome.RETURN: N_("退回"),
}

NEXT: dict[OpeningStatus, frozenset[OpeningStatus]] = {
    OpeningStatus.CHECKED: frozenset({OpeningStatus.REQUESTED}),
    OpeningStatus.REQUESTED: frozenset({OpeningStatus.POSTED, OpeningStatus.RETURNED}),
    OpeningStatus.RETURNED: frozenset(),
    OpeningStatus.POSTED: frozenset({OpeningStatus.UNDO_REQUESTED}),
    OpeningStatus.UNDO_REQUESTED: frozenset({OpeningStatus.POSTED, OpeningStatus.UNDONE}),
    OpeningStatus.UNDONE: frozenset(),
}

STANDING = frozenset({OpeningStatus.POSTED, OpeningStatus.UNDO_REQUESTED})
"""The balances of these stand in the books."""

_IN_BOTH = {Account.OTHER_RECEIVABLE, Account.FEES_PAYABLE, Account.INTEREST_PAYABLE, Account.UNCLAIMED}

OPENABLE: dict[Model, frozenset[Account]] = {
    model: frozenset(account for pairs in moves.values() for pair in pairs for account in pair) - {Account.YEAR_RESULT}
    | _IN_BOTH
    for model, moves in BOOKING.items()
}
"""The accounts that a model's books may begin with: those its movements use, and what may be owed besides. 3301 stands
at zero but while a year is being closed."""

Dimensions = frozenset[str]
CASE, SOURCE = "case", "source"
_NONE: Dimensions = frozenset()
_BY_CASE, _BY_SOURCE = frozenset({CASE}), frozenset({SOURCE})

KEPT_BY: dict[Account, tuple[Dimensions, ...]] = dict.fromkeys(Account, (_NONE,)) | {
    Account.CASH: (_BY_SOURCE, _BY_CASE),
    Account.FUND_BANK: (_BY_SOURCE,),
    Account.ADVANCES_RECEIVABLE: (frozenset({CASE, SOURCE}),),
    Account.ENTRUSTED_FUND: (_BY_SOURCE,),
    Account.CASE_MONEY: (_BY_CASE,),
    Account.INTEREST_PAYABLE: (_NONE, _BY_SOURCE),
}
"""What a balance must name. Cash is the fund's, of a source, or case money drawn for a case; interest owed to the
treasury lies in the fund's account, under a source, or in that of case money."""

_KIND = {Side.DEBIT: N_("资产类"), Side.CREDIT: N_("负债类")}
_DIMENSION = {CASE: N_("案号"), SOURCE: N_("资金来源")}


@dataclass(frozen=True)
class OpeningBalance:
    """One line of an import, as it stands in the file: ``amount`` may be negative, which means the other side.

    Attributes:
        row: where it stands in the file.
        case, source: their subjects (``case:17``), empty when it names none.
    """

    row: int
    account: Account
    side: Side
    amount: Money
    case: str = ""
    source: str = ""
    note: str = ""

    @property
    def net(self) -> Money:
        """Debit less credit."""
        return self.amount if self.side is Side.DEBIT else -self.amount

    @property
    def named(self) -> Dimensions:
        return frozenset(name for name, value in ((CASE, self.case), (SOURCE, self.source)) if value)

    @property
    def key(self) -> tuple[Account, str, str]:
        return self.account, self.case, self.source


@dataclass(frozen=True)
class Shortcoming:
    """One thing that is wrong with a line, and in which of its columns."""

    column: str
    msgid: str
    params: dict[str, str | int]


@dataclass(frozen=True)
class OpeningSums:
    """What the lines come to on either side; a negative amount counts on the other one."""

    debit: Money
    credit: Money

    @property
    def difference(self) -> Money:
        return self.debit - self.credit


def opening_sums(lines: Iterable[OpeningBalance]) -> OpeningSums:
    nets = [line.net for line in lines]
    return OpeningSums(total(net for net in nets if net > ZERO), total(-net for net in nets if net < ZERO))


def line_shortcomings(line: OpeningBalance, model: Model, day: date) -> list[Shortcoming]:
    """Everything that is wrong with a line by itself."""
    return list(_account_shortcomings(line, model, day)) or [*_side_shortcomings(line), *_named_shortcomings(line)]


def _name(account: Account) -> str:
    return f"{account.value} {_CHART[account]}"


def _account_shortcomings(line: OpeningBalance, model: Model, day: date) -> Iterator[Shortcoming]:
    if line.account is Account.OPENING:
        yield Shortcoming("account", N_("0000是期初余额的过渡科目，由系统自动对应记账，不能导入余额。请删除该行。"), {})
    elif line.account is Account.YEAR_RESULT:
        yield Shortcoming(
            "account",
            N_("3301本期盈余只在年终结转时使用，期初没有余额。请将余额并入3001累计盈余，或填入收入、费用科目。"),
            {},
        )
    elif line.account not in OPENABLE[model]:
        yield Shortcoming(
            "account",
            N_("科目%(account)s不在本院记账模式使用的科目之内。请改用模板“科目”表中列出的科目。"),
            {"account": _name(line.account)},
        )
    elif line.account in RESULT and line.amount != ZERO and _ends_year(day):
        yield Shortcoming(
            "account",
            N_("12月31日的期初余额应为年终结转后的余额，科目%(account)s已无余额。请将其并入3001累计盈余。"),
            {"account": _name(line.account)},
        )


def _side_shortcomings(line: OpeningBalance) -> Iterator[Shortcoming]:
    """Assets stand in debit and liabilities in credit, never below zero; every other account on either side."""
    guard = GUARDED.get(line.account)
    if guard is None:
        return
    told: dict[str, str | int] = {"account": _name(line.account), "kind": _KIND[guard], "side": _CHART[guard]}
    if line.side is not guard:
        yield Shortcoming(
            "side",
            N_("科目%(account)s是%(kind)s科目，余额只能在%(side)s方。请核对方向；原账确为反方余额的，请先查明更正。"),
            told,
        )
    if line.amount < ZERO:
        yield Shortcoming(
            "amount",
            N_("科目%(account)s是%(kind)s科目，余额不能为负数。请先在原账中查明更正，再导入更正后的余额。"),
            told,
        )


def _named_shortcomings(line: OpeningBalance) -> Iterator[Shortcoming]:
    """A balance names exactly what its account is kept by; a line with nothing to carry need not."""
    allowed = KEPT_BY[line.account]
    for name in sorted(line.named - frozenset().union(*allowed)):
        yield Shortcoming(
            name,
            N_("科目%(account)s不按“%(dimension)s”核算。请清空该单元格。"),
            {"account": _name(line.account), "dimension": _DIMENSION[name]},
        )
    if line.account is Account.CASH and len(line.named) != 1 and (line.named or line.amount != ZERO):
        yield Shortcoming(
            SOURCE, N_("库存现金须分清：垫付资金的现金填写资金来源，案款的现金填写案号，两者填且只填一项。"), {}
        )
    elif len(allowed) == 1 and line.amount != ZERO:
        for name in sorted(allowed[0] - line.named):
            yield Shortcoming(
                name,
                N_("科目%(account)s按“%(dimension)s”核算。请填写该单元格。"),
                {"account": _name(line.account), "dimension": _DIMENSION[name]},
            )


def repeated(lines: Iterable[OpeningBalance]) -> list[tuple[OpeningBalance, OpeningBalance]]:
    """Lines that say again of what balance they are, each with the first that did."""
    first: dict[tuple[Account, str, str], OpeningBalance] = {}
    return [(line, earlier) for line in lines if (earlier := first.setdefault(line.key, line)) is not line]


REPEATED = N_("与第%(row)s行的科目、案号和资金来源相同。同一余额只填一行，请合并金额或删除重复的行。")


def repeated_shortcoming(earlier: OpeningBalance) -> Shortcoming:
    return Shortcoming("account", REPEATED, {"row": earlier.row})


@dataclass(frozen=True)
class Carried:
    """Where a balance stands already: the import, and its row in that file."""

    opening_id: int
    row: int


def carried_already(
    lines: Iterable[OpeningBalance], live: Mapping[tuple[Account, str, str], Carried]
) -> list[tuple[OpeningBalance, Carried]]:
    """Lines of whose balance another import tells already; a line of zero carries nothing, and nothing twice.

    Args:
        live: the balances of the imports that wait for their review or stand in the books.
    """
    return [(line, live[line.key]) for line in lines if line.amount != ZERO and line.key in live]


CARRIED = N_(
    "该余额（科目、案号和资金来源相同）已由期初导入第%(opening)s号的第%(earlier)s行送复核或入账，不能重复导入。"
    "请删除本行；原导入有误的，请先退回或冲销原导入。"
)


def carried_shortcoming(earlier: Carried) -> Shortcoming:
    return Shortcoming("account", CARRIED, {"opening": earlier.opening_id, "earlier": earlier.row})


def check_not_carried(lines: Iterable[OpeningBalance], live: Mapping[tuple[Account, str, str], Carried]) -> None:
    """The same balance is not carried twice, by whatever file."""
    for line, earlier in carried_already(lines, live):
        raise RuleViolation(
            "第%(row)s行的余额（科目、案号和资金来源相同）已由期初导入第%(opening)s号的第%(earlier)s行送复核或入账，"
            "不能重复导入。请更正文件后重新上传；原导入有误的，请先退回或冲销原导入。",
            row=line.row,
            opening=earlier.opening_id,
            earlier=earlier.row,
        )


def whole_shortcomings(
    lines: Sequence[OpeningBalance], model: Model, names: dict[str, str]
) -> list[tuple[str, dict[str, str | int]]]:
    """What is wrong with the lines together: sentences with their gaps.

    Args:
        names: of the sources, by subject.
    """
    found = sums_shortcomings(lines)
    held, owed = _case_money(lines)
    if held < owed:
        found.append(
            (
                N_(
                    "案款专户存款和案款现金合计%(held)s元，少于各案待分配案款合计%(owed)s元。"
                    "案款须全额在账，请核对1002.02、1001.01和2901.02。"
                ),
                {"held": plain(held), "owed": plain(owed)},
            )
        )
    if model is Model.CUSTODIAL:
        found += _unmatched_sources(lines, names)
    return found


def sums_shortcomings(lines: Iterable[OpeningBalance]) -> list[tuple[str, dict[str, str | int]]]:
    """Debits are credits, and there is something to carry."""
    sums = opening_sums(lines)
    if sums.difference != ZERO:
        difference = sums.difference if sums.difference > ZERO else -sums.difference
        return [
            (
                N_("借方合计%(debit)s元，贷方合计%(credit)s元，相差%(difference)s元。借贷相等后才能导入，请核对原账。"),
                {"debit": plain(sums.debit), "credit": plain(sums.credit), "difference": plain(difference)},
            )
        ]
    return [] if sums.debit > ZERO else [(N_("各行金额都是零，没有需要结转的余额，不必导入。"), {})]


def _case_money(lines: Iterable[OpeningBalance]) -> tuple[Money, Money]:
    """What lies there for cases, and what is owed to them."""
    held = {(Account.CASE_BANK, False), (Account.CASH, True)}
    return (
        total(line.amount for line in lines if (line.account, bool(line.case)) in held),
        total(line.amount for line in lines if line.account is Account.CASE_MONEY),
    )


def _unmatched_sources(
    lines: Iterable[OpeningBalance], names: dict[str, str]
) -> Iterator[tuple[str, dict[str, str | int]]]:
    """Entrusted money: each source's bank money and cash are what is owed to it, and interest owed to the treasury."""
    by_source: dict[str, tuple[Money, Money]] = {}
    for line in lines:
        if line.source:
            money, owed = by_source.get(line.source, (ZERO, ZERO))
            by_source[line.source] = (
                (money + line.amount, owed) if line.side is Side.DEBIT else (money, owed + line.amount)
            )
    for source, (money, owed) in by_source.items():
        if money != owed:
            yield (
                N_(
                    "资金来源“%(source)s”的专户存款和现金合计%(money)s元，受托代理负债（含在专户内的应缴利息）"
                    "合计%(owed)s元，两者应当相等。请核对1002.01、1001.01、2901.01和2103.02。"
                ),
                {"source": names[source], "money": plain(money), "owed": plain(owed)},
            )


def opening_posting(line: OpeningBalance) -> Posting | None:
    """The posting of a line, between its account and 0000; None when there is nothing to carry."""
    if line.net == ZERO:
        return None
    sides = (line.account, Account.OPENING) if line.net > ZERO else (Account.OPENING, line.account)
    amount = line.net if line.net > ZERO else -line.net
    return Posting(Movement.OPENING_BALANCE, *sides, amount, line.case or None, line.source or None)


def check_opening_day(day: date, *, today: date, earlier: date | None) -> None:
    """Books begin with the balances at the end of a month that is over, the same for all imports of a court.

    Args:
        earlier: the day of the imports whose balances stand in the books.
    """
    if (day + timedelta(days=1)).day != 1:
        raise RuleViolation(
            "期初余额日期%(day)s不是月末。请填写启用月份前一个月的最后一天，例如2018-02-28。", day=day.isoformat()
        )
    if day > today:
        raise RuleViolation("期初余额日期%(day)s还没有到，请在该日之后导入，或改填已过去的月末。", day=day.isoformat())
    if earlier is not None and day != earlier:
        raise RuleViolation(
            "已入账的期初余额日期是%(earlier)s，各次导入的日期必须相同。请改填该日期，或先冲销已入账的期初余额。",
            earlier=earlier.isoformat(),
        )


def check_no_business(first_voucher: str | None) -> None:
    """Opening balances stand before the first voucher of business, and nothing of them changes after it."""
    if first_voucher is not None:
        raise RuleViolation(
            "账簿中已有业务凭证（%(voucher)s号），不能再导入或冲销期初余额。如期初有误，请查明后在相应业务中补登或退回。",
            voucher=first_voucher,
        )


def check_opening_month(month: str, *, is_closed: bool) -> None:
    """Balances are not dated otherwise because their month is closed: it is opened again."""
    if is_closed:
        raise RuleViolation(
            "期初余额应记入的%(month)s已结账。请先由财务复核申请反结账（自最后一个已结账的月份起，逐月向前），获准后再办理。",
            month=month,
        )


def check_opening_move(current: OpeningStatus, target: OpeningStatus) -> None:
    if target not in NEXT[current]:
        raise RuleViolation("该期初导入当前为“%(status)s”，不能再作此办理，请刷新页面查看。", status=LABELS[current])


def check_faultless(faults: int) -> None:
    """Only an import without a fault is sent on."""
    if faults:
        raise RuleViolation("该文件还有%(faults)s处错误，不能送复核。请更正后重新上传。", faults=faults)


def check_not_imported(earlier_day: date | None) -> None:
    """The same file is not carried twice."""
    if earlier_day is not None:
        raise RuleViolation(
            "内容相同的文件（期初余额日期%(day)s）已送复核或入账，不能重复导入。请核对所选的文件。",
            day=earlier_day.isoformat(),
        )


def _ends_year(day: date) -> bool:
    return (day.month, day.day) == (12, 31)
