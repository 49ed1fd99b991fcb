"""The only gate through which amounts enter, leave and change their form.

Amounts are ``Money`` in CNY and always whole fen. The class underneath takes floats, NaN and any number of decimal
places without complaint; nothing of that gets past this module.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from moneyed import CNY, Money

from fundapp.core.words import N_

__all__ = [
    "CANONICAL",
    "CNY",
    "LARGEST",
    "ZERO",
    "AmountError",
    "CapitalStyle",
    "Money",
    "bare",
    "bare_fen",
    "capital_date",
    "capitals",
    "from_fen",
    "half_up",
    "parse_amount",
    "plain",
    "split",
    "to_fen",
    "total",
    "yuan",
    "yuan_text",
]

FEN = Decimal("0.01")
BIGINT_MAX = 2**63 - 1
INPUT_MAX_LENGTH = 64

EXACT = re.compile(r"-?[0-9]+(\.[0-9]{1,2})?")
TYPED = re.compile(r"¥? *(?P<number>[0-9]+(\.[0-9]+)?|[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?) *元?")
# Only the full-width forms an input method makes. NFKC would go further and read "1²" as 12.
NARROW = {0xFEE0 + code: code for code in range(0x21, 0x7F)} | {0xFFE5: "¥", 0x3000: " ", 0xA0: " "}

CAPITAL_DIGITS = "零壹贰叁肆伍陆柒捌玖"


class AmountError(ValueError):
    """What a person typed is not an amount; ``msgid`` is a Chinese sentence that says what to type instead."""

    def __init__(self, msgid: str, **params: str | int) -> None:
        super().__init__(msgid % params)
        self.msgid = msgid
        self.params = params


def _exactly(kinds: type | tuple[type, ...], value: object) -> bool:
    """Whether ``value`` is at run time what the signature says: no float, and no True, an int by descent."""
    return isinstance(value, kinds) and not isinstance(value, bool)


def from_fen(fen: int) -> Money:
    """The amount of ``fen`` hundredths of a yuan; may be negative."""
    if not _exactly(int, fen) or abs(fen) > BIGINT_MAX:
        raise ValueError(f"not a whole number of fen: {fen!r}")
    return Money(Decimal(fen).scaleb(-2), CNY)


def to_fen(money: Money) -> int:
    """The amount in fen, exactly.

    Raises:
        ValueError: another currency, NaN, a fraction of a fen, or more than a BIGINT holds.
    """
    if not _exactly(Money, money) or money.currency != CNY or not money.amount.is_finite():
        raise ValueError(f"not an amount in yuan: {money!r}")
    exact = money.amount.scaleb(2)
    if abs(exact) > BIGINT_MAX or exact != (fen := int(exact)):
        raise ValueError(f"not a whole number of fen: {money!r}")
    return fen


def yuan(value: str | int) -> Money:
    """The amount ``value`` yuan, written plainly: ``"16409.02"``, ``"-5"``, ``20000``.

    Raises:
        ValueError: a float, NaN, an exponent, a third decimal place, or anything else that is not such a number.
    """
    if not _exactly((str, int), value) or not EXACT.fullmatch(str(value)):
        raise ValueError(f"not an amount in yuan: {value!r}")
    return from_fen(int(Decimal(value).scaleb(2)))


ZERO = yuan(0)
LARGEST = yuan("999999999999.99")


def half_up(value: Decimal) -> Money:
    """Round to the fen as the law rounds (四舍五入): halves go away from zero."""
    if not _exactly(Decimal, value) or not value.is_finite():
        raise ValueError(f"not a decimal number: {value!r}")
    return from_fen(int(value.quantize(FEN, rounding=ROUND_HALF_UP).scaleb(2)))


def total(amounts: Iterable[Money]) -> Money:
    """The sum; zero yuan when there are none."""
    return from_fen(sum(to_fen(amount) for amount in amounts))


def split(money: Money, weights: Sequence[int]) -> list[Money]:
    """Divide in proportion to ``weights``; the parts add up to ``money`` to the fen.

    The fen left over after rounding down go to the largest remainders, among equals to the first.
    """
    fen, whole = to_fen(money), sum(weights)
    if fen < 0 or whole <= 0 or any(not _exactly(int, weight) or weight < 0 for weight in weights):
        raise ValueError(f"cannot split {money!r} by {weights!r}")
    shares = [fen * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: -(fen * weights[i] % whole))
    for i in by_remainder[: fen - sum(shares)]:
        shares[i] += 1
    return [from_fen(share) for share in shares]


def bare(money: Money) -> str:
    """``"16409.02"``: for machines."""
    return bare_fen(to_fen(money))


def bare_fen(fen: int) -> str:
    """As ``bare``, of whole fen."""
    yuan, rest = divmod(abs(fen), 100)
    return f"{'-' if fen < 0 else ''}{yuan}.{rest:02d}"


def yuan_text(fen: int) -> str:
    """``-16409.02``: whole fen with two places, without a Decimal for each row."""
    if fen < 0:
        return "-" + yuan_text(-fen)
    return f"{fen // 100}.{fen % 100:02d}"


def plain(money: Money) -> str:
    """``"16,409.02"``: for people."""
    return f"{Decimal(to_fen(money)).scaleb(-2):,.2f}"


@dataclass(frozen=True)
class CapitalStyle:
    """What the rules for bills leave open; a court chooses.

    Args:
        zero_after_wan: 零 where the place of 万 (or 亿) is 0 and the 仟 below it is not: 壹拾万零柒仟元.
        zero_after_yuan: 零 where the place of 元 is 0 and the 角 is not: 壹仟陆佰捌拾元零叁角贰分.
        whole_after_jiao: 整 after 角.
    """

    zero_after_wan: bool = False
    zero_after_yuan: bool = False
    whole_after_jiao: bool = True


CANONICAL = CapitalStyle()
"""Optional zeros are left out; 整 stands after 角, since 会计基础工作规范 art. 52 asks for it."""


def capitals(money: Money, style: CapitalStyle = CANONICAL) -> str:
    """The amount in Chinese capitals, without the leading 人民币: ``"壹万陆仟肆佰零玖元零贰分"``.

    Red (negative) amounts begin with 负.

    Source:
        正确填写票据和结算凭证的基本规定 (银发〔1997〕393号) for the zeros; 会计基础工作规范 art. 52 for 整.
    """
    fen = to_fen(money)
    whole, cents = divmod(abs(fen), 100)
    jiao, rest = divmod(cents, 10)
    text = _capital_number(whole, style) + "元" if whole else "" if cents else "零元"
    if jiao:
        is_parted = whole > 0 and whole % 10 == 0 and style.zero_after_yuan
        text += ("零" if is_parted else "") + CAPITAL_DIGITS[jiao] + "角"
    if rest:
        text += ("零" if whole and not jiao else "") + CAPITAL_DIGITS[rest] + "分"
    elif not jiao or style.whole_after_jiao:
        text += "整"
    return ("负" if fen < 0 else "") + text


def _capital_number(number: int, style: CapitalStyle = CANONICAL) -> str:
    """A whole number above zero."""
    for power, unit in ((10**8, "亿"), (10**4, "万")):
        high, low = divmod(number, power)
        if high:
            below = _parting(high, low, power, style) + _capital_number(low, style) if low else ""
            return _capital_number(high, style) + unit + below
    text, is_parted = "", False
    for place, unit in ((1000, "仟"), (100, "佰"), (10, "拾"), (1, "")):
        digit = number // place % 10
        if digit:
            text += ("零" if is_parted and text else "") + CAPITAL_DIGITS[digit] + unit
        is_parted = digit == 0
    return text


def _parting(high: int, low: int, power: int, style: CapitalStyle) -> str:
    """The zero between what stands above 亿 or 万 and what below."""
    begins_with_qian = 1000 <= low < 10**4 or low >= power // 10
    if not begins_with_qian:
        return "零"
    is_place_empty = low < power // 10 or high % 10 == 0
    return "零" if is_place_empty and style.zero_after_wan else ""


def capital_date(day: date) -> str:
    """The date as a negotiable paper needs it, zeros where they keep anybody from adding a stroke: 零壹拾月零贰拾日."""
    year = "".join(CAPITAL_DIGITS[int(digit)] for digit in f"{day.year:04d}")
    month = ("零" if day.month in (1, 2, 10) else "") + _capital_number(day.month)
    day_of_month = ("零" if day.day < 10 or day.day % 10 == 0 else "") + _capital_number(day.day)
    return f"{year}年{month}月{day_of_month}日"


def parse_amount(text: str) -> Money:
    """Read an amount as people type it: full-width digits, ￥ or 元, well-placed thousands commas.

    Raises:
        AmountError: not such an amount; negative amounts are none.
    """
    if len(text) > INPUT_MAX_LENGTH:
        raise AmountError(N_("金额过长，请只填写数字，例如16409.02。"))
    typed = text.translate(NARROW).strip(" \t\r\n")
    if not typed:
        raise AmountError(N_("请填写金额，例如16409.02。"))
    match = TYPED.fullmatch(typed)
    if not match:
        raise AmountError(N_("“%(text)s”不是有效的金额，请填写不带正负号的数字，例如16409.02。"), text=text.strip())
    digits, _point, places = match["number"].replace(",", "").partition(".")
    if len(places) > 2:
        raise AmountError(N_("金额“%(text)s”超过两位小数，请精确到分，例如16409.02。"), text=text.strip())
    if len(digits) > 12:
        raise AmountError(N_("金额不能超过%(limit)s元，请核对后重新填写。"), limit=plain(LARGEST))
    return yuan(f"{digits}.{places or 0}")
