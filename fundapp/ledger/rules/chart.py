"""The chart of accounts, the movements, and which movement uses which accounts, whole on one page. Pure.

Source: 政府会计制度 (财会〔2017〕25号). Account codes await the finance office of the court that installs the system;
they stand on this page alone.
"""

import enum
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from fundapp.core.money import ZERO, Money, to_fen
from fundapp.core.words import N_


class Model(enum.Enum):
    """How the fund's money is booked; chosen once per court at set-up."""

    CUSTODIAL = "A"
    OWN_FUNDS = "B"


class Side(enum.Enum):
    """Which side of an account its balance stands on."""

    DEBIT = "debit"
    CREDIT = "credit"


class Account(enum.Enum):
    """The accounts of the fund's book; the value is the code. ``OPENING`` only carries balances over at the start of
    the books and stands at zero ever after."""

    __hash__ = object.__hash__  # there is one of each; ``Enum`` hashes names in Python, some forty times a voucher

    OPENING = "0000"
    CASH = "1001.01"
    FUND_BANK = "1002.01"
    CASE_BANK = "1002.02"
    ADVANCES_RECEIVABLE = "1218.01"
    OTHER_RECEIVABLE = "1218.02"
    FEES_PAYABLE = "2103.01"
    INTEREST_PAYABLE = "2103.02"
    UNCLAIMED = "2307.01"
    ENTRUSTED_FUND = "2901.01"
    CASE_MONEY = "2901.02"
    NET_ASSETS = "3001"
    YEAR_RESULT = "3301"
    APPROPRIATION = "4001"
    GRANT = "4601"
    DONATION = "4603"
    INTEREST = "4604"
    OTHER_INCOME = "4609"
    DISPOSAL_LOSS = "5301"


LABELS: dict[enum.Enum, str] = {
    Model.CUSTODIAL: N_("受托代管（甲类：资金属于出资方）"),
    Model.OWN_FUNDS: N_("自有资金（乙类：资金拨归本院）"),
    Side.DEBIT: N_("借"),
    Side.CREDIT: N_("贷"),
    Account.OPENING: N_("期初余额过渡"),
    Account.CASH: N_("库存现金—受托代理资产"),
    Account.FUND_BANK: N_("银行存款—垫付资金专户"),
    Account.CASE_BANK: N_("银行存款—案款专户"),
    Account.ADVANCES_RECEIVABLE: N_("其他应收款—应收垫付款"),
    Account.OTHER_RECEIVABLE: N_("其他应收款—其他暂付款"),
    Account.FEES_PAYABLE: N_("应缴财政款—应缴执行费"),
    Account.INTEREST_PAYABLE: N_("应缴财政款—应缴利息"),
    Account.UNCLAIMED: N_("其他应付款—待认领款"),
    Account.ENTRUSTED_FUND: N_("受托代理负债—垫付资金"),
    Account.CASE_MONEY: N_("受托代理负债—案款待分配"),
    Account.NET_ASSETS: N_("累计盈余"),
    Account.YEAR_RESULT: N_("本期盈余"),
    Account.APPROPRIATION: N_("财政拨款收入"),
    Account.GRANT: N_("非同级财政拨款收入"),
    Account.DONATION: N_("捐赠收入"),
    Account.INTEREST: N_("利息收入"),
    Account.OTHER_INCOME: N_("其他收入"),
    Account.DISPOSAL_LOSS: N_("资产处置费用"),
}

SIDE: dict[Account, Side] = {account: Side.DEBIT if account.value[0] in "15" else Side.CREDIT for account in Account}

MONEY = frozenset({Account.CASH, Account.FUND_BANK, Account.CASE_BANK})
"""Cash and bank accounts: the ones with a journal, whose vouchers a cashier signs."""

RESULT = frozenset(account for account in Account if account.value[0] in "45")
"""Income and expense of the year; carried over to 3001 at its end."""

GUARDED: dict[Account, Side] = {account: SIDE[account] for account in Account if account.value[0] in "12"}
"""Accounts whose balance may never change sides: assets and liabilities, whole and in each kept part."""

KEPT: dict[Account, tuple[tuple[str, ...], ...]] = {
    Account.CASH: (("source",),),
    Account.FUND_BANK: (("source",),),
    Account.ADVANCES_RECEIVABLE: (("case",), ("case", "source")),
    Account.ENTRUSTED_FUND: (("source",),),
    Account.CASE_MONEY: (("case",),),
}
"""Parts of an account whose balances are kept beside the whole: by case, by source, by both."""


class Movement(enum.Enum):
    """What happened to the money, before it is booked."""

    APPROPRIATION_RECEIVED = "appropriation_received"
    GRANT_RECEIVED = "grant_received"
    DONATION_RECEIVED = "donation_received"
    OTHER_RECEIVED = "other_received"
    APPROPRIATION_GIVEN_BACK = "appropriation_given_back"
    GRANT_GIVEN_BACK = "grant_given_back"
    DONATION_GIVEN_BACK = "donation_given_back"
    OTHER_GIVEN_BACK = "other_given_back"
    ADVANCE_PAID = "advance_paid"
    ADVANCE_PAID_IN_CASH = "advance_paid_in_cash"
    FUND_CASH_DRAWN = "fund_cash_drawn"
    FUND_CASH_RETURNED = "fund_cash_returned"
    RECOVERED = "recovered"
    WRITTEN_OFF = "written_off"
    INTEREST_RECEIVED = "interest_received"
    CASE_MONEY_RECEIVED = "case_money_received"
    CASE_MONEY_PAID = "case_money_paid"
    CASE_MONEY_PAID_IN_CASH = "case_money_paid_in_cash"
    CASE_CASH_DRAWN = "case_cash_drawn"
    CASE_CASH_RETURNED = "case_cash_returned"
    APPROPRIATION_CLOSED = "appropriation_closed"
    GRANT_CLOSED = "grant_closed"
    DONATION_CLOSED = "donation_closed"
    INTEREST_CLOSED = "interest_closed"
    OTHER_INCOME_CLOSED = "other_income_closed"
    APPROPRIATION_OVERDRAFT_CLOSED = "appropriation_overdraft_closed"
    GRANT_OVERDRAFT_CLOSED = "grant_overdraft_closed"
    DONATION_OVERDRAFT_CLOSED = "donation_overdraft_closed"
    INTEREST_OVERDRAFT_CLOSED = "interest_overdraft_closed"
    OTHER_INCOME_OVERDRAFT_CLOSED = "other_income_overdraft_closed"
    LOSS_CLOSED = "loss_closed"
    SURPLUS_CARRIED = "surplus_carried"
    DEFICIT_CARRIED = "deficit_carried"
    OPENING_BALANCE = "opening_balance"


LABELS |= {
    Movement.APPROPRIATION_RECEIVED: N_("收到财政拨款"),
    Movement.GRANT_RECEIVED: N_("收到上级补助"),
    Movement.DONATION_RECEIVED: N_("收到捐赠"),
    Movement.OTHER_RECEIVED: N_("收到其他款项"),
    Movement.APPROPRIATION_GIVEN_BACK: N_("退回财政拨款"),
    Movement.GRANT_GIVEN_BACK: N_("退回上级补助"),
    Movement.DONATION_GIVEN_BACK: N_("退回捐赠"),
    Movement.OTHER_GIVEN_BACK: N_("退回其他款项"),
    Movement.ADVANCE_PAID: N_("支付垫付款"),
    Movement.ADVANCE_PAID_IN_CASH: N_("以现金支付垫付款"),
    Movement.FUND_CASH_DRAWN: N_("提取垫付现金"),
    Movement.FUND_CASH_RETURNED: N_("交回垫付现金"),
    Movement.RECOVERED: N_("收回垫付款"),
    Movement.WRITTEN_OFF: N_("核销垫付款"),
    Movement.INTEREST_RECEIVED: N_("收到专户利息"),
    Movement.CASE_MONEY_RECEIVED: N_("收到案款"),
    Movement.CASE_MONEY_PAID: N_("发放案款"),
    Movement.CASE_MONEY_PAID_IN_CASH: N_("以现金发放案款"),
    Movement.CASE_CASH_DRAWN: N_("提取案款现金"),
    Movement.CASE_CASH_RETURNED: N_("交回案款现金"),
    Movement.APPROPRIATION_CLOSED: N_("结转财政拨款收入"),
    Movement.GRANT_CLOSED: N_("结转上级补助收入"),
    Movement.DONATION_CLOSED: N_("结转捐赠收入"),
    Movement.INTEREST_CLOSED: N_("结转利息收入"),
    Movement.OTHER_INCOME_CLOSED: N_("结转其他收入"),
    Movement.APPROPRIATION_OVERDRAFT_CLOSED: N_("结转财政拨款收入借方余额"),
    Movement.GRANT_OVERDRAFT_CLOSED: N_("结转上级补助收入借方余额"),
    Movement.DONATION_OVERDRAFT_CLOSED: N_("结转捐赠收入借方余额"),
    Movement.INTEREST_OVERDRAFT_CLOSED: N_("结转利息收入借方余额"),
    Movement.OTHER_INCOME_OVERDRAFT_CLOSED: N_("结转其他收入借方余额"),
    Movement.LOSS_CLOSED: N_("结转资产处置费用"),
    Movement.SURPLUS_CARRIED: N_("本年盈余转入累计盈余"),
    Movement.DEFICIT_CARRIED: N_("本年亏损转入累计盈余"),
    Movement.OPENING_BALANCE: N_("期初余额"),
}

_A = Account
_SHARED: dict[Movement, tuple[tuple[Account, Account], ...]] = {
    Movement.FUND_CASH_DRAWN: ((_A.CASH, _A.FUND_BANK),),
    Movement.FUND_CASH_RETURNED: ((_A.FUND_BANK, _A.CASH),),
    Movement.CASE_MONEY_RECEIVED: ((_A.CASE_BANK, _A.CASE_MONEY),),
    Movement.CASE_MONEY_PAID: ((_A.CASE_MONEY, _A.CASE_BANK),),
    Movement.CASE_MONEY_PAID_IN_CASH: ((_A.CASE_MONEY, _A.CASH),),
    Movement.CASE_CASH_DRAWN: ((_A.CASH, _A.CASE_BANK),),
    Movement.CASE_CASH_RETURNED: ((_A.CASE_BANK, _A.CASH),),
    Movement.INTEREST_RECEIVED: ((_A.FUND_BANK, _A.INTEREST_PAYABLE),),
}

BOOKING: dict[Model, dict[Movement, tuple[tuple[Account, Account], ...]]] = {
    Model.CUSTODIAL: _SHARED
    | {
        Movement.APPROPRIATION_RECEIVED: ((_A.FUND_BANK, _A.ENTRUSTED_FUND),),
        Movement.GRANT_RECEIVED: ((_A.FUND_BANK, _A.ENTRUSTED_FUND),),
        Movement.DONATION_RECEIVED: ((_A.FUND_BANK, _A.ENTRUSTED_FUND),),
        Movement.OTHER_RECEIVED: ((_A.FUND_BANK, _A.ENTRUSTED_FUND),),
        Movement.APPROPRIATION_GIVEN_BACK: ((_A.ENTRUSTED_FUND, _A.FUND_BANK),),
        Movement.GRANT_GIVEN_BACK: ((_A.ENTRUSTED_FUND, _A.FUND_BANK),),
        Movement.DONATION_GIVEN_BACK: ((_A.ENTRUSTED_FUND, _A.FUND_BANK),),
        Movement.OTHER_GIVEN_BACK: ((_A.ENTRUSTED_FUND, _A.FUND_BANK),),
        Movement.ADVANCE_PAID: ((_A.ENTRUSTED_FUND, _A.FUND_BANK),),
        Movement.ADVANCE_PAID_IN_CASH: ((_A.ENTRUSTED_FUND, _A.CASH),),
        Movement.RECOVERED: ((_A.CASE_MONEY, _A.CASE_BANK), (_A.FUND_BANK, _A.ENTRUSTED_FUND)),
    },
    Model.OWN_FUNDS: _SHARED
    | {
        Movement.APPROPRIATION_RECEIVED: ((_A.FUND_BANK, _A.APPROPRIATION),),
        Movement.GRANT_RECEIVED: ((_A.FUND_BANK, _A.GRANT),),
        Movement.DONATION_RECEIVED: ((_A.FUND_BANK, _A.DONATION),),
        Movement.OTHER_RECEIVED: ((_A.FUND_BANK, _A.OTHER_INCOME),),
        Movement.APPROPRIATION_GIVEN_BACK: ((_A.APPROPRIATION, _A.FUND_BANK),),
        Movement.GRANT_GIVEN_BACK: ((_A.GRANT, _A.FUND_BANK),),
        Movement.DONATION_GIVEN_BACK: ((_A.DONATION, _A.FUND_BANK),),
        Movement.OTHER_GIVEN_BACK: ((_A.OTHER_INCOME, _A.FUND_BANK),),
        Movement.ADVANCE_PAID: ((_A.ADVANCES_RECEIVABLE, _A.FUND_BANK),),
        Movement.ADVANCE_PAID_IN_CASH: ((_A.ADVANCES_RECEIVABLE, _A.CASH),),
        Movement.RECOVERED: ((_A.CASE_MONEY, _A.CASE_BANK), (_A.FUND_BANK, _A.ADVANCES_RECEIVABLE)),
        Movement.WRITTEN_OFF: ((_A.DISPOSAL_LOSS, _A.ADVANCES_RECEIVABLE),),
        Movement.APPROPRIATION_CLOSED: ((_A.APPROPRIATION, _A.YEAR_RESULT),),
        Movement.GRANT_CLOSED: ((_A.GRANT, _A.YEAR_RESULT),),
        Movement.DONATION_CLOSED: ((_A.DONATION, _A.YEAR_RESULT),),
        Movement.INTEREST_CLOSED: ((_A.INTEREST, _A.YEAR_RESULT),),
        Movement.OTHER_INCOME_CLOSED: ((_A.OTHER_INCOME, _A.YEAR_RESULT),),
        Movement.APPROPRIATION_OVERDRAFT_CLOSED: ((_A.YEAR_RESULT, _A.APPROPRIATION),),
        Movement.GRANT_OVERDRAFT_CLOSED: ((_A.YEAR_RESULT, _A.GRANT),),
        Movement.DONATION_OVERDRAFT_CLOSED: ((_A.YEAR_RESULT, _A.DONATION),),
        Movement.INTEREST_OVERDRAFT_CLOSED: ((_A.YEAR_RESULT, _A.INTEREST),),
        Movement.OTHER_INCOME_OVERDRAFT_CLOSED: ((_A.YEAR_RESULT, _A.OTHER_INCOME),),
        Movement.LOSS_CLOSED: ((_A.YEAR_RESULT, _A.DISPOSAL_LOSS),),
        Movement.SURPLUS_CARRIED: ((_A.YEAR_RESULT, _A.NET_ASSETS),),
        Movement.DEFICIT_CARRIED: ((_A.NET_ASSETS, _A.YEAR_RESULT),),
    },
}
"""Which accounts a movement debits and credits. A: the claim on the debtor stays off the books, in the register of
advances; B: it is 1218.01. Writing off and the transfers at year-end exist only in B, where advances are claims and
money received is income. Bank interest is owed to the treasury in both. Opening balances stand in neither: an imported
line names its account, against ``Account.OPENING``."""


@dataclass(frozen=True)
class Booked:
    """One movement with its amount, and the subjects of the case, source and debtor that it concerns (``case:17``)."""

    movement: Movement
    amount: Money
    case: str | None = None
    source: str | None = None
    debtor: str | None = None


@dataclass(frozen=True)
class Posting:
    """分录: the same amount debits one account and credits another, because of one movement."""

    movement: Movement
    debit: Account
    credit: Account
    amount: Money
    case: str | None = None
    source: str | None = None
    debtor: str | None = None
    fen: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "fen", to_fen(self.amount))


def booked(
    movement: Movement,
    amount: Money,
    *,
    case: str | None = None,
    source: str | None = None,
    debtor: str | None = None,
) -> Booked:
    return Booked(movement, amount, case, source, debtor)


def postings(model: Model, movements: Iterable[Booked]) -> list[Posting]:
    """The postings of these movements in a booking model."""
    return [
        Posting(moved.movement, debit, credit, moved.amount, moved.case, moved.source, moved.debtor)
        for moved in movements
        for debit, credit in BOOKING[model][moved.movement]
    ]


def reversal(lines: Sequence[Posting]) -> list[Posting]:
    """The postings that undo these: sides swapped, amounts kept positive."""
    return [replace(line, debit=line.credit, credit=line.debit) for line in lines]


def account_coded(code: str) -> Account | None:
    """The account of a code in an address."""
    return next((account for account in Account if account.value == code), None)


def side_of(balance: Money) -> Side | None:
    """The side on which a balance of debits less credits stands; None when it is settled (平)."""
    return None if balance == ZERO else Side.DEBIT if balance > ZERO else Side.CREDIT


def parts_of(account: Account, about: Booked | Posting) -> tuple[str, ...]:
    """The names of the kept parts of ``account`` that a posting touches; the empty name is the whole account."""
    return _parts(account, about.case, about.source)


@lru_cache(1 << 12)
def _parts(account: Account, case: str | None, source: str | None) -> tuple[str, ...]:
    about = {"case": case, "source": source}
    named = [[about[dimension] for dimension in kept] for kept in KEPT.get(account, ())]
    return ("", *("|".join(value for value in values if value) for values in named if all(values)))


def touched(movements: Iterable[Booked]) -> set[tuple[Account, str]]:
    """The kept parts that these movements touch, whichever booking model the court has."""
    return {
        (account, part)
        for moved in movements
        for account in ACCOUNTS[moved.movement]
        for part in parts_of(account, moved)
    }


ACCOUNTS: dict[Movement, set[Account]] = {
    movement: {account for booking in BOOKING.values() for pair in booking.get(movement, ()) for account in pair}
    for movement in Movement
}


def is_kept_daily(part: str) -> bool:
    """Whether the end of each day of a part is kept: of the whole account, and of a source's part, which moves with
    the fund. A case's part has a handful of postings, which are added up when an earlier day is asked for."""
    return part == "" or part.startswith("source:")
