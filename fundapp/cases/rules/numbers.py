"""Case numbers (案号): read as people type them, kept in one form.

Source:
    关于人民法院案件案号的若干规定, 法〔2015〕137号, in force from 2016-01-01: year, court code, type code and serial,
    in this order (art. 3); the code of a middle court has two digits, of a basic court four (art. 5); a type code has
    at most three characters (art. 7); serials are natural numbers (art. 10).
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Literal

from fundapp.core.errors import RuleViolation
from fundapp.core.words import N_

FIRST_YEAR = 2016  # the year from which cases are numbered by the rules of 2015
LONGEST = 60  # characters; looked at before any pattern is tried

TYPE_CODES: dict[str, str] = {
    "执": N_("首次执行"),
    "执恢": N_("恢复执行"),
    "执保": N_("财产保全执行"),
    "执异": N_("执行异议"),
    "执复": N_("执行复议"),
    "执监": N_("执行监督"),
    "执协": N_("执行协调"),
    "执他": N_("其他执行"),
    "司惩": N_("司法制裁审查"),
    "司惩复": N_("司法制裁复议"),
    "司救执": N_("执行司法救助"),
    "司救民": N_("民事司法救助"),
    "司救刑": N_("刑事司法救助"),
    "司救行": N_("行政司法救助"),
    "司救赔": N_("国家赔偿司法救助"),
    "司救他": N_("其他司法救助"),
    "财保": N_("非诉财产保全审查"),
    "民初": N_("民事一审"),
    "民终": N_("民事二审"),
    "民申": N_("民事申请再审审查"),
    "民监": N_("民事依职权再审审查"),
    "民抗": N_("民事抗诉再审审查"),
    "民再": N_("民事再审"),
    "民撤": N_("第三人撤销之诉"),
    "民特": N_("民事特别程序"),
    "民催": N_("催告"),
    "民督": N_("申请支付令审查"),
    "刑初": N_("刑事一审"),
    "刑终": N_("刑事二审"),
    "行初": N_("行政一审"),
    "行终": N_("行政二审"),
    "行审": N_("非诉行政行为申请执行审查"),
    "清申": N_("强制清算申请审查"),
    "强清": N_("强制清算"),
    "破申": N_("破产申请审查"),
    "破": N_("破产"),
}

RESUMPTION = "执恢"

_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋内陕吉闽贵粤青藏川宁琼兵军"
_GRAMMAR = re.compile(
    rf"\(([0-9]{{4}})\)((?:最高法|[{_PROVINCES}])(?:[0-9]{{4}}|[0-9]{{2}})?)([一-龥]{{1,3}})([1-9][0-9]{{0,7}})号"
)
_NEW_FORM_BEGINNING = re.compile(rf"\([0-9]{{4}}\)[{_PROVINCES}][0-9]")
_OLD_FORM = re.compile(r"(?:19|20)[0-9]{2}.*号")
_OLD_CHARACTERS = re.compile(r"[()0-9一-龥〇—-]+")
_SPACES = re.compile(r"[\s\u200b\ufeff]+")
_HALF_WIDTH = str.maketrans("０１２３４５６７８９－（〔［【﹝[）〕］】﹞]", "0123456789-(((((())))))")

Kind = Literal["FORMAT", "COURT", "TYPE"]


class CaseNumberError(RuleViolation):
    """A text that cannot stand in the register as a case number; ``kind`` says which part of it is wrong."""

    def __init__(self, msgid: str, *, kind: Kind, **params: str | int) -> None:
        super().__init__(msgid, **params)
        self.kind = kind


@dataclass(frozen=True)
class CaseNumber:
    """One case number, taken apart."""

    year: int
    court_code: str
    type_code: str
    serial: int

    @property
    def text(self) -> str:
        """The only form in which the number is kept, searched and printed."""
        return f"（{self.year}）{self.court_code}{self.type_code}{self.serial}号"

    @property
    def is_resumption(self) -> bool:
        """Whether it names a resumed case, which must be linked to the case it resumes."""
        return self.type_code == RESUMPTION

    def __str__(self) -> str:
        return self.text


def case_number(text: str, *, court_codes: Collection[str] | None, today: date | None = None) -> CaseNumber:
    """Read a case number of the form in use since 2016.

    Brackets of any width, full-width digits and spaces anywhere are read as meant. A document's number (…号之一) is not
    a case's.

    Args:
        court_codes: the codes a case may carry here, the superior courts' included; None accepts any court.
        today: when given, a case of a later year is refused.

    Raises:
        CaseNumberError: ``kind`` is FORMAT, COURT or TYPE.
    """
    _check_length(text)
    found = _GRAMMAR.fullmatch(_tidied(text))
    if not found:
        raise CaseNumberError(
            N_("案号格式不正确，应形如“（2018）湘0602执123号”。请核对后重新填写；2016年以前的案号请填入“旧案号”。"),
            kind="FORMAT",
        )
    year, court_code, type_code, serial = found.groups()
    _check_year(int(year), today)
    if court_codes is not None and court_code not in court_codes:
        raise CaseNumberError(
            N_("案号中的法院代字“%(court)s”不在本辖区法院之列。请核对法院代字，外地法院的案件请由该院登记。"),
            kind="COURT",
            court=court_code,
        )
    if type_code not in TYPE_CODES:
        raise CaseNumberError(
            N_("案号中的类型代字“%(type)s”不在案件类型代字标准之列。请核对，如首次执行为“执”，恢复执行为“执恢”。"),
            kind="TYPE",
            type=type_code,
        )
    return CaseNumber(int(year), court_code, type_code, int(serial))


def legacy_number(text: str) -> str:
    """Read a case number from before 2016, such as （2015）楼执字第00123号, for the field of its own.

    Every court formed these its own way, so the wording and the zeros are kept; only brackets, digits and spaces are
    brought to one form.

    Raises:
        CaseNumberError: of kind FORMAT; empty, too long, without year or 号, or a number of the form in use since 2016.
    """
    _check_length(text)
    tidied = _tidied(text)
    if _GRAMMAR.fullmatch(tidied) or _NEW_FORM_BEGINNING.match(tidied):
        raise CaseNumberError(
            N_("这是2016年以后的新案号，不能填入“旧案号”。请核对年份和代字后填入“案号”。"), kind="FORMAT"
        )
    if not _OLD_FORM.search(tidied) or not _OLD_CHARACTERS.fullmatch(tidied):
        raise CaseNumberError(
            N_("旧案号格式不正确，应有年份和“号”字，形如“（2015）楼执字第00123号”。请按原法律文书核对后重新填写。"),
            kind="FORMAT",
        )
    return tidied.replace("(", "（").replace(")", "）")


def number_fragment(text: str) -> str:
    """Part of a case number, as somebody looks it up, in the form in which numbers are kept."""
    return _tidied(text).replace("(", "（").replace(")", "）")


def _tidied(text: str) -> str:
    return _SPACES.sub("", text).translate(_HALF_WIDTH)


def _check_length(text: str) -> None:
    if not text.strip():
        raise CaseNumberError(N_("案号不能为空。请按法律文书填写案号。"), kind="FORMAT")
    if len(text) > LONGEST:
        raise CaseNumberError(
            N_("案号不能超过%(longest)s个字。请只填写案号本身，其他内容填入备注。"), kind="FORMAT", longest=LONGEST
        )


def _check_year(year: int, today: date | None) -> None:
    if year < FIRST_YEAR:
        raise CaseNumberError(
            N_("案号年份%(year)s早于2016年，而这种案号自2016年起使用。请核对年份；以前的案件请按原文填入“旧案号”。"),
            kind="FORMAT",
            year=year,
        )
    if today is not None and year > today.year:
        raise CaseNumberError(
            N_("案号年份%(year)s尚未到来，今年是%(today)s年。请核对年份后重新填写。"),
            kind="FORMAT",
            year=year,
            today=today.year,
        )
