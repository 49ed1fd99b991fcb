"""The order to the bank: what is sealed into each line and each batch, and the columns of the payment file. Pure.

The digests (``core.digests``) go over parts in a fixed order. Amounts stand in yuan with two places, days as ISO dates.

* A line: form ``1``, court, batch number, sequence, advance (``advance:17``), the advance's own digest that its signers
  approved, case number, payee, bank, account number, amount.
* A batch: form ``1``, court, batch number, payment day, the paying account's bank, holder and number, the number of
  lines, the total, and then the digest of every line in the order of the sequence, in hexadecimal.

Source of the columns: ICBC 批量支付, as several independent programs write it; other banks map theirs onto it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from fundapp.core.digests import digest_of
from fundapp.core.money import Money, bare, total
from fundapp.core.spreadsheet import SheetColumn
from fundapp.disbursement.rules.words import line_key

FORM = "1"
CURRENCY = "RMB"
PURPOSE = "执行垫付款"
METHOD = "普通"

PAYMENT_COLUMNS = (
    SheetColumn("币种", width=6),
    SheetColumn("日期", width=11),
    SheetColumn("明细标志", width=10),
    SheetColumn("顺序号", width=8),
    SheetColumn("付款账号开户行", width=26),
    SheetColumn("付款账号/卡号", width=24),
    SheetColumn("付款账号名称/卡名称", width=26),
    SheetColumn("收款账号开户行", width=26),
    SheetColumn("收款账号省份", width=14),
    SheetColumn("收款账号地市", width=14),
    SheetColumn("收款账号地区码", width=16),
    SheetColumn("收款账号", width=24),
    SheetColumn("收款账号名称", width=18),
    SheetColumn("金额", kind="money", width=14),
    SheetColumn("汇款用途", width=14),
    SheetColumn("备注信息", width=30),
    SheetColumn("汇款方式", width=10),
    SheetColumn("收款账户短信通知手机号码", width=26),
    SheetColumn("自定义序号", width=20),
)
PAYMENT_HEADERS = tuple(column.header for column in PAYMENT_COLUMNS)


@dataclass(frozen=True)
class Payer:
    """The court's own account that pays: bank, holder, number."""

    bank: str
    holder: str
    number: str


@dataclass(frozen=True)
class Order:
    """One line of a batch as it is sealed and sent."""

    sequence: int
    advance: str
    approved_digest: str
    case_number: str
    payee: str
    bank: str
    account_number: str
    amount: Money


def line_digest(court_code: str, number: str, order: Order) -> str:
    """The seal of one line; see the form above."""
    return digest_of(
        (
            FORM,
            court_code,
            number,
            str(order.sequence),
            order.advance,
            order.approved_digest,
            order.case_number,
            order.payee,
            order.bank,
            order.account_number,
            bare(order.amount),
        )
    )


def batch_digest(court_code: str, number: str, day: date, payer: Payer, orders: Sequence[Order]) -> str:
    """The seal of a batch over the seals of its lines; see the form above."""
    return digest_of(
        (
            FORM,
            court_code,
            number,
            day.isoformat(),
            payer.bank,
            payer.holder,
            payer.number,
            str(len(orders)),
            bare(total(order.amount for order in orders)),
            *(line_digest(court_code, number, order) for order in orders),
        )
    )


def payment_row(number: str, day: date, payer: Payer, order: Order) -> list[Any]:
    """One line under ``PAYMENT_HEADERS``. No telephone number is given away: the bank needs none to pay."""
    return [
        CURRENCY,
        f"{day:%Y%m%d}",
        "",
        str(order.sequence),
        payer.bank,
        payer.number,
        payer.holder,
        order.bank,
        "",
        "",
        "",
        order.account_number,
        order.payee,
        order.amount,
        PURPOSE,
        order.case_number,
        METHOD,
        "",
        line_key(number, order.sequence),
    ]
