"""Synthetic persons and organisations, the same every time, for the story and for tests. NONE OF THEM EXISTS.

Identity numbers, credit codes and cards carry right check digits, or the register would refuse them. Births lie between
1901 and 1908, so that no living holder of such a number can exist; telephones are of the never assigned 130 0000 xxxx;
card and account numbers are a bank's prefix followed by zeros and a running number.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from stdnum import luhn
from stdnum.iso7064 import mod_11_2

SURNAMES = (
    "张王李赵刘陈杨黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏"
    "钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
)
FIRST_GIVEN = "建国志明春秀玉桂文德金水月红伟海新永华正云天光长立学维宝兴家福荣晓丽美兰香芳芬英梅翠爱素"
SECOND_GIVEN = "平华军民生林强兵辉良成祥山江河东南安康宁和顺利达昌盛旺贵才英兰芝莲娥珍凤霞云梅花香清秋珠环"
AREAS = ("430602", "430603", "430611", "430621", "430623", "430624", "430626", "430681", "430682")
BANKS = (  # as they stand on a card: prefix and name
    ("622202", "中国工商银行岳阳分行"),
    ("621700", "中国建设银行岳阳分行"),
    ("622848", "中国农业银行岳阳分行"),
    ("621661", "中国银行岳阳分行"),
    ("621799", "中国邮政储蓄银行岳阳分行"),
)
PLACES = ("岳阳", "云溪", "君山", "华容", "湘阴", "平江", "汨罗", "临湘", "屈原")
STYLES = ("洞庭", "巴陵", "湘北", "长岭", "南湖", "荣家湾", "汨水", "幕阜")
TRADES = ("建材", "机械", "物流", "商贸", "食品", "农业开发", "劳务", "水产", "纺织", "建筑工程")
FIRST_BIRTH, LAST_BIRTH = date(1901, 1, 1), date(1908, 12, 31)
_BIRTHS = (LAST_BIRTH - FIRST_BIRTH).days + 1
_CODE_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_BODY_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


@dataclass(frozen=True)
class Someone:
    """A synthetic person or organisation with everything the register asks for."""

    name: str
    identity: str
    phone: str
    bank: str
    account: str


def person(number: int) -> Someone:
    """The person of this number, from 0; other numbers have other identity numbers and cards, names may meet again."""
    prefix, bank = BANKS[number % len(BANKS)]
    return Someone(_name(number), resident_id(number), phone(number), bank, card(number, prefix))


def organisation(number: int) -> Someone:
    """The organisation of this number, from 0 to 99,999."""
    place, style = PLACES[number % len(PLACES)], STYLES[number // len(PLACES) % len(STYLES)]
    trade = TRADES[number // (len(PLACES) * len(STYLES)) % len(TRADES)]
    bank = BANKS[number % len(BANKS)][1]
    return Someone(
        f"{place}{style}{trade}有限公司", credit_code(number), phone(number), bank, f"4306000000{number:08d}"
    )


def _name(number: int) -> str:
    """Steps without common factors through the three lists, so that neighbours differ in every character."""
    surname = SURNAMES[number * 7 % len(SURNAMES)]
    first = FIRST_GIVEN[(number * 11 + number // len(SURNAMES)) % len(FIRST_GIVEN)]
    second = SECOND_GIVEN[(number * 13 + number // len(FIRST_GIVEN)) % len(SECOND_GIVEN)]
    return surname + first + (second if number % 5 else "")


def resident_id(number: int) -> str:
    """A resident identity number with a birth from 1901 to 1908."""
    born = FIRST_BIRTH + timedelta(days=number * 37 % _BIRTHS)  # 37 does not divide the days: each comes once a round
    body = f"{AREAS[number % len(AREAS)]}{born:%Y%m%d}{number // _BIRTHS + 1:03d}"
    return body + mod_11_2.calc_check_digit(body)


def credit_code(number: int) -> str:
    """A unified social credit code of a company; the organisation's part has its own right check character too."""
    body = f"MA4{number:05d}"
    rest = -sum(_CODE_ALPHABET.index(sign) * weight for sign, weight in zip(body, _BODY_WEIGHTS, strict=True)) % 11
    code = f"91{AREAS[number % len(AREAS)]}{body}{'X' if rest == 10 else rest}"
    check = -sum(_CODE_ALPHABET.index(sign) * pow(3, place, 31) for place, sign in enumerate(code)) % 31
    return code + _CODE_ALPHABET[check]


def card(number: int, prefix: str = BANKS[0][0]) -> str:
    """A card number of nineteen digits whose check digit is right."""
    body = f"{prefix}{number:012d}"
    return body + luhn.calc_check_digit(body)


def phone(number: int) -> str:
    return f"1300000{number % 10000:04d}"
