"""Who a party is and where its money goes: names, identity numbers, telephones, accounts; each read, checked, masked.

A refusal here never repeats the number it refuses: its sentence ends up in import results and on pages that more
people see than may see the number.
"""

import re
import unicodedata
from datetime import date
from typing import Literal

from stdnum import luhn
from stdnum.iso7064 import mod_11_2, mod_11_10

from fundapp.cases.rules.words import AccountKind, PartyKind
from fundapp.core.errors import RuleViolation
from fundapp.core.words import N_

LONGEST_NUMBER = 60  # characters as typed; looked at before any pattern is tried
LONGEST_NAME = 100
EARLIEST_BIRTH = date(1900, 1, 1)

COMPOUND_SURNAMES = frozenset(
    re.findall(
        "..",
        "欧阳太史端木上官司马东方独孤南宫万俟闻人夏侯诸葛尉迟公羊赫连澹台皇甫宗政濮阳公冶太叔申屠公孙慕容仲孙钟离"
        "长孙宇文司徒鲜于司空闾丘子车亓官司寇巫马公西颛孙壤驷公良漆雕乐正宰父谷梁拓跋夹谷轩辕令狐段干百里呼延东郭"
        "南门羊舌微生梁丘左丘东门西门第五完颜纳兰",
    )
)

_RESIDENT_ID = re.compile(r"[1-9][0-9]{16}[0-9X]|[1-9][0-9]{14}")
_CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # without I O S V Z, which are mistaken for 1 0 5 U 2
_CREDIT_CODE = re.compile(rf"[1-9ANY][{_CREDIT_ALPHABET}][0-9]{{6}}[{_CREDIT_ALPHABET}]{{10}}")
_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_LANDLINE = re.compile(r"(010|02[0-9]|0[3-9][0-9]{2})([0-9]{7,8})")
_COUNTRY = re.compile(r"(?:\+|00)86|86(?=1[0-9]{10}$)")
_ACCOUNT = re.compile(r"[0-9]{8,32}")
_CARD = re.compile(r"[0-9]{16,19}")
_LINE_NUMBER = re.compile(r"[0-9]{12}")
_VARIATION_SELECTORS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_HAN = "〇㐀-鿿\ue000-\uf8ff豈-\ufaff\U00020000-\U0003ffff"  # with the private area, where older systems keep rare ones
_HAN_NAME = re.compile(f"[{_HAN}]+")
_GAP_BETWEEN_HAN = re.compile(f"(?<=[{_HAN}]) +(?=[{_HAN}])")
_DASHES = str.maketrans("‐‑‒–—―−", "-------")
_MIDDLE_DOTS = str.maketrans("•‧・･", "····")
# Control, format (zero-width, direction), surrogate, line and paragraph separator: nothing a name is written with.
_NOT_WRITTEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})

Kind = Literal["FORMAT", "CHECKSUM", "DATE"]


class IdentityError(RuleViolation):
    """A name or number that cannot be right; ``kind`` says in what way."""

    def __init__(self, msgid: str, *, kind: Kind = "FORMAT", **params: str | int) -> None:
        super().__init__(msgid, **params)
        self.kind = kind


# ---- names


def party_name(text: str) -> str:
    """The name of a person or organisation as the register keeps it.

    Rare characters stay as they are, for the bank compares them one by one. The middle dot of a transliterated name is
    brought to one form, and the gap that tables put into two-character names (张　三) is closed.

    Raises:
        IdentityError: empty, longer than 100 characters, or with characters no name is written with, among them the
            mark left by a file read in the wrong encoding.
    """
    if len(text) > 4 * LONGEST_NAME:
        raise _name_too_long()
    name = text.strip()
    if not name:
        raise IdentityError(N_("姓名或名称不能为空。请按身份证件或营业执照填写。"))
    if "\ufffd" in name:
        raise IdentityError(N_("姓名或名称中有乱码。请将文件另存为UTF-8或GB 18030编码后重新导入，或重新填写该姓名。"))
    if any(unicodedata.category(character) in _NOT_WRITTEN for character in name):
        raise IdentityError(N_("姓名或名称中有换行或不可见字符。请删除后重新填写。"))
    name = " ".join(name.translate(_MIDDLE_DOTS).split())
    name = _GAP_BETWEEN_HAN.sub("", name)
    if len(name) > LONGEST_NAME:
        raise _name_too_long()
    return name


def _name_too_long() -> IdentityError:
    return IdentityError(
        N_("姓名或名称不能超过%(longest)s个字。请只填写姓名或名称，其他内容填入备注。"), longest=LONGEST_NAME
    )


def masked_name(name: str, kind: PartyKind = PartyKind.PERSON) -> str:
    """A person's name with all but the surname starred; an organisation's name is public and stays.

    Of a transliterated or foreign name only the first character stays, and its length is not told.
    """
    if kind is PartyKind.ORGANISATION:
        return name
    characters = _VARIATION_SELECTORS.sub("", name)
    if not _HAN_NAME.fullmatch(characters):
        return f"{characters[:1]}**"
    if len(characters) == 1:
        return "*"
    kept = 2 if len(characters) > 2 and characters[:2] in COMPOUND_SURNAMES else 1
    return characters[:kept] + "*" * (len(characters) - kept)


# ---- identity numbers


def resident_id(text: str, *, today: date) -> str:
    """A resident identity number in its form of 18 characters; one of 15 digits is lengthened.

    The area code is not looked up: counties came and went, and a list of today's refuses people born before theirs.

    Raises:
        IdentityError: ``kind`` is FORMAT, CHECKSUM or DATE (no such day, before 1900, or after ``today``).

    Source:
        GB 11643-1999; the check character is ISO 7064 MOD 11-2.
    """
    number = _typed(text).upper()
    if not _RESIDENT_ID.fullmatch(number):
        raise IdentityError(
            N_(
                "身份证号码应为18位（前17位为数字，末位为数字或X）或旧式15位数字。请核对位数后重新填写；表格中请存为文本。"
            )
        )
    if len(number) == 15:
        body = f"{number[:6]}19{number[6:]}"
        number = body + mod_11_2.calc_check_digit(body)
    elif not mod_11_2.is_valid(number):
        raise IdentityError(
            N_("身份证号码的校验位不正确，可能有数字填错。请对照证件逐位核对后重新填写。"), kind="CHECKSUM"
        )
    _check_birth(number, today)
    return number


def _check_birth(number: str, today: date) -> None:
    try:
        born = born_on(number)
    except ValueError:
        born = None
    if born is None or not EARLIEST_BIRTH <= born <= today:
        raise IdentityError(
            N_("身份证号码中的出生日期不存在，或早于1900年，或晚于今天。请对照证件核对第7至14位后重新填写。"),
            kind="DATE",
        )


def born_on(number: str) -> date:
    """The day of birth told by a number of 18 characters.

    Raises:
        ValueError: there is no such day.
    """
    return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))


def sex(number: str) -> Literal["M", "F"]:
    """The sex told by a number of 18 characters: its seventeenth digit is odd for men."""
    return "M" if int(number[16]) % 2 else "F"


def credit_code(text: str) -> str:
    """A unified social credit code (统一社会信用代码), in capitals.

    Every registry's codes are read, also those of rural collectives (N…) and others that begin with a letter. Only the
    last character is checked; the check character inside the organisation's part is left to the registry.

    Raises:
        IdentityError: ``kind`` is FORMAT or CHECKSUM.

    Source:
        GB 32100-2015.
    """
    code = _typed(text).upper()
    if not _CREDIT_CODE.fullmatch(code):
        raise IdentityError(
            N_(
                "统一社会信用代码应为18位数字或大写字母，不使用I、O、S、V、Z。请对照营业执照核对，注意区分数字0和字母O。"
            )
        )
    values = [_CREDIT_ALPHABET.index(character) for character in code]
    if (sum(value * pow(3, place, 31) for place, value in enumerate(values[:17])) + values[17]) % 31:
        raise IdentityError(
            N_("统一社会信用代码的校验位不正确，可能有字符填错。请对照营业执照逐位核对后重新填写。"), kind="CHECKSUM"
        )
    return code


def masked_id(number: str) -> str:
    """For lists: the first and last four characters of an identity number or credit code."""
    if len(number) <= 8:
        return "*" * len(number)
    return number[:4] + "*" * (len(number) - 8) + number[-4:]


def published_id(number: str) -> str:
    """For publication by law (失信名单): only month and day of birth are starred."""
    if len(number) != 18:
        return masked_id(number)
    return f"{number[:10]}****{number[14:]}"


# ---- telephones


def phone(text: str) -> str:
    """A mobile number in eleven digits, or a landline as 0730-8888888; the country's +86 is dropped."""
    digits = re.sub(r"[()-]", "", _typed(text))
    if country := _COUNTRY.match(digits):
        digits = digits[country.end() :]
    if _MOBILE.fullmatch(digits):
        return digits
    if landline := _LANDLINE.fullmatch(digits):
        return "-".join(landline.groups())
    raise IdentityError(N_("电话号码应为11位手机号码，或带区号的固定电话，如0730-8888888。请核对后重新填写。"))


def masked_phone(number: str) -> str:
    """138****5678; of a landline the area and the last four digits."""
    area, dash, local = number.rpartition("-")
    if dash:
        return f"{area}-{'*' * (len(local) - 4)}{local[-4:]}"
    return f"{number[:3]}****{number[-4:]}"


# ---- bank accounts


def bank_account(text: str, kind: AccountKind) -> str:
    """The digits of a bank account; spaces and hyphens between them are dropped.

    A card has 16 to 19 digits; passbooks and companies' accounts have 8 to 32, each bank forming its own.
    """
    digits = _digits(text)
    if kind is AccountKind.CARD and not _CARD.fullmatch(digits):
        raise IdentityError(
            N_("银行卡号应为16至19位数字。请对照银行卡核对；如为存折或单位账户，请改选账户类型；表格中请存为文本。")
        )
    if not _ACCOUNT.fullmatch(digits):
        raise IdentityError(N_("银行账号应为8至32位数字。请对照存折或开户许可证核对后重新填写；表格中请存为文本。"))
    return digits


def card_warning(text: str) -> str | None:
    """A sentence when a card's check digit is wrong, None when right. Never a refusal: some old cards have none."""
    if luhn.is_valid(_digits(text)):
        return None
    return N_("银行卡号的校验位不符，可能有数字填错。请对照银行卡再核对一次；确认无误可以继续。")


def line_number(text: str) -> str:
    """A bank branch's line number in the payment system (联行号): twelve digits."""
    digits = _digits(text)
    if not _LINE_NUMBER.fullmatch(digits):
        raise IdentityError(N_("联行号应为12位数字。请向开户银行核实后重新填写。"))
    return digits


def line_number_warning(text: str) -> str | None:
    """A sentence when a line number's check digit (ISO 7064 MOD 11,10) is wrong or a digit is missing, else None."""
    digits = _digits(text)
    if _LINE_NUMBER.fullmatch(digits) and mod_11_10.is_valid(digits):
        return None
    return N_("联行号的校验位不符，可能有数字填错。请向开户银行核实；确认无误可以继续。")


def masked_card(number: str) -> str:
    """6222 **** **** 0000, whatever the card's length."""
    return f"{number[:4]} **** **** {number[-4:]}"


def masked_account(number: str) -> str:
    """The last four digits of an account that is not a card; neither its beginning nor its length is told."""
    return f"**** {number[-4:]}" if len(number) >= 8 else "****"


def _typed(text: str) -> str:
    """What was typed, in half-width characters, without spaces, every dash a hyphen; absurdly long text is not read."""
    if len(text) > LONGEST_NUMBER:
        raise IdentityError(N_("号码过长，不能超过%(longest)s个字符。请每格只填写一个号码。"), longest=LONGEST_NUMBER)
    plain = unicodedata.normalize("NFKC", text).translate(_DASHES)
    return re.sub(r"[\s\u200b\ufeff]+", "", plain)


def _digits(text: str) -> str:
    return _typed(text).replace("-", "")
