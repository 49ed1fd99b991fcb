"""The chart of accounts, the movements, which movement uses which accounts, and the pure checks of the books.

Sources: 政府会计制度 (财会〔2017〕25号) for the accounts; 会计基础工作规范 arts. 47-52 for vouchers. Account codes
await the finance office of the court that installs the system; they stand on this page alone.
"""

import enum
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from fundapp.core.digests import digest_of
from fundapp.core.errors import RuleViolation
from fundapp.core.money import ZERO, Money, bare, plain, to_fen
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
    """The accounts of the fund's book; the value is the code."""

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
money received is income. Bank interest is owed to the treasury in both."""


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
themselves. An
advance, case money, a ceremony's cash, a recovery and a year's result also stand in registers that a bare reversal
would belie."""


class ReservationState(enum.Enum):
    """Each reservation ends in exactly one of settled and released (I6)."""

    OPEN = "open"
    SETTLED = "settled"
    RELEASED = "released"


class CorrectionOutcome(enum.Enum):
    """What the reviewer of a correction may say."""

    CONFIRM = "confirm"
    RETURN = "return"


class CorrectionStatus(enum.Enum):
    """A correction is asked for by one person and confirmed or returned by another."""

    REQUESTED = "requested"
    CONFIRMED = "confirmed"
    RETURNED = "returned"


LABELS |= {
    CorrectionStatus.REQUESTED: N_("待复核"),
    CorrectionStatus.CONFIRMED: N_("已冲销"),
    CorrectionStatus.RETURNED: N_("已退回"),
    CorrectionOutcome.CONFIRM: N_("同意冲销，立即记账"),
    CorrectionOutcome.RETURN: N_("退回申请，凭证不变"),
}


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
    """The postings that undo these (红字冲销): sides swapped, amounts kept positive."""
    return [replace(line, debit=line.credit, credit=line.debit) for line in lines]


def check_postings(lines: Sequence[Posting]) -> None:
    """What can only be a programmer's error: nothing to post, an amount not above zero, one account on both sides."""
    assert lines, "a voucher has postings"
    for line in lines:
        assert line.amount > ZERO, line
        assert line.debit is not line.credit, line


def check_hands(prepared_by_id: int, reviewed_by_id: int) -> None:
    """制单 and 审核 are two persons (会计基础工作规范 art. 51)."""
    if prepared_by_id == reviewed_by_id:
        raise RuleViolation("制单人和审核人不能是同一人，请由其他财务人员复核。")


def check_covered(available: Money, amount: Money) -> None:
    """Refuse to promise or pay more than an account has."""
    if amount > available:
        raise RuleViolation(
            "金额%(amount)s元超过可用资金%(available)s元，还差%(short)s元；请减少金额，或待资金到账后再办理。",
            amount=plain(amount),
            available=plain(available),
            short=plain(amount - available),
        )


def check_not_reserved(is_reserved: bool) -> None:
    """Money is promised once under one name."""
    if is_reserved:
        raise RuleViolation("该事项已经预留过资金，不能重复预留；请刷新页面查看当前状态。")


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


def account_coded(code: str) -> Account | None:
    """The account of a code in an address."""
    return next((account for account in Account if account.value == code), None)


def side_of(balance: Money) -> Side | None:
    """The side on which a balance of debits less credits stands; None when it is settled (平)."""
    return None if balance == ZERO else Side.DEBIT if balance > ZERO else Side.CREDIT


def check_correctable(lines: Iterable[Posting]) -> None:
    """Only what stands in no other register is undone by a reversal alone."""
    if any(line.movement not in CORRECTABLE for line in lines):
        raise RuleViolation(
            "该凭证由垫付、案款、兑现大会、追偿或结账业务生成，单独冲销会使账簿与业务登记不符；"
            "请在原业务中办理退款、补付或调整。"
        )


def month_of(day: date) -> str:
    return f"{day:%Y-%m}"


def parts_of(account: Account, line: Posting) -> list[str]:
    """The names of the kept parts of ``account`` that a posting touches; the empty name is the whole account."""
    dimensions = {"case": line.case, "source": line.source}
    names = [""]
    for kept in KEPT.get(account, ()):
        values = [dimensions[name] for name in kept]
        if all(values):
            names.append("|".join(value for value in values if value))
    return names


def voucher_digest(*, court_code: str, number: str, name: str, business_date: date, lines: Sequence[Posting]) -> str:
    """The digest of what a voucher says, recorded on the trail."""
    return digest_of((court_code, number, name, business_date.isoformat(), *_line_parts(lines)))


def _line_parts(lines: Sequence[Posting]) -> Iterable[str]:
    for line in lines:
        yield from (line.movement.value, line.debit.value, line.credit.value, str(to_fen(line.amount)))
        yield from (line.case or "", line.source or "", line.debtor or "")


def voucher_number(year: int, number: int) -> str:
    """How a voucher is cited: ``2018-0001``."""
    return f"{year}-{number:04d}"


def told(amount: Money) -> str:
    """An amount as a fact of the trail."""
    return bare(amount)
