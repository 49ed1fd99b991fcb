"""The columns of an imported list of cases: one table for the reader, the template and its instructions.

All columns must be there, though most may be empty: a column left out by a slip of the pen (财产查控日) would otherwise
lose its data without a word. Other columns are passed over, so that the list of rejected rows can be corrected and
imported as it is. One row is one case with its first creditor and first debtor; further parties are added by hand.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Any, TypeVar

from fundapp.cases.rules import facts as checks
from fundapp.cases.rules.facts import AccountFacts, PartyFacts
from fundapp.cases.rules.identity import bank_account, party_name, phone
from fundapp.cases.rules.numbers import CaseNumber
from fundapp.cases.rules.words import LABELS, AccountKind, CaseStatus, ClaimCategory, PartyKind, PartyRole
from fundapp.core.errors import Refusal, RuleViolation
from fundapp.core.money import Money
from fundapp.core.spreadsheet import Cell, CellError, amount_of, day_of, text_of
from fundapp.core.words import N_

Read = TypeVar("Read")
Member = TypeVar("Member", bound=Enum)


@dataclass(frozen=True)
class ImportColumn:
    """One column: its header in the file, the name it has here, whether its cells must be filled, and what with."""

    header: str
    key: str
    is_required: bool
    hint: str
    example: str


def _labels(members: type[Enum]) -> str:
    return "、".join(LABELS[member] for member in members)


COLUMNS: tuple[ImportColumn, ...] = (
    ImportColumn("案号", "number", True, "本院“执”或“执恢”字案号", "（2018）湘0602执123号"),
    ImportColumn("立案日期", "filed_on", True, "年-月-日", "2018-01-15"),
    ImportColumn("案由类别", "category", True, f"其中之一：{_labels(ClaimCategory)}", "劳动报酬"),
    ImportColumn("执行标的", "claim", True, "元，最多两位小数", "16409.02"),
    ImportColumn("案件状态", "status", True, f"其中之一：{_labels(CaseStatus)}", "执行中"),
    ImportColumn("财产查控日期", "property_searched_on", False, "年-月-日；尚未查控的留空", "2018-02-01"),
    ImportColumn("是否破产", "is_in_bankruptcy", False, "被执行人是否进入破产程序：是或否，留空为否", "否"),
    ImportColumn("是否和解", "is_in_settlement", False, "是否达成执行和解：是或否，留空为否", "否"),
    ImportColumn("申请执行人", "creditor_name", True, "姓名或名称，与证件一致", "张某甲"),
    ImportColumn("申请执行人类型", "creditor_kind", True, f"其中之一：{_labels(PartyKind)}", "自然人"),
    ImportColumn(
        "申请执行人证件号码",
        "creditor_identity",
        True,
        "自然人填身份证号码，单位填统一社会信用代码；单元格设为文本",
        "430602190102030012",
    ),
    ImportColumn("申请执行人电话", "creditor_phone", False, "手机号码或带区号的固定电话；设为文本", "13000000000"),
    ImportColumn("开户银行", "bank", False, "本人账户的银行和网点；账户三项须同时填写", "中国工商银行岳阳分行"),
    ImportColumn("账户类型", "account_kind", False, f"其中之一：{_labels(AccountKind)}", "银行卡"),
    ImportColumn("收款账号", "account_number", False, "户名须为申请执行人本人；单元格设为文本", "6222020000000000000"),
    ImportColumn("承诺书签署日期", "undertaking_on", False, "年-月-日；尚未签署的留空", "2018-03-01"),
    ImportColumn("被执行人", "debtor_name", True, "姓名或名称，与证件一致", "李某乙"),
    ImportColumn("被执行人类型", "debtor_kind", True, f"其中之一：{_labels(PartyKind)}", "自然人"),
    ImportColumn("被执行人证件号码", "debtor_identity", True, "同申请执行人证件号码", "43062119050715002X"),
    ImportColumn("被执行人电话", "debtor_phone", False, "同申请执行人电话", ""),
    ImportColumn("原执行案号", "parent_number", False, "恢复执行案件填所恢复的原“执”字案号", ""),
    ImportColumn("旧案号", "legacy_number", False, "2016年以前的案号，按原文填写", ""),
)
HEADERS: dict[str, str] = {column.key: column.header for column in COLUMNS}
CELL_HEADER, REASON_HEADER = "错误单元格", "原因"
_YES_NO = {"是": True, "否": False, "": False}


@dataclass(frozen=True)
class Fault:
    """What is wrong with one cell: where Excel shows it, and a sentence that does not repeat what stands in it."""

    cell: str
    msgid: str
    params: dict[str, str | int]

    def __str__(self) -> str:
        return self.msgid % self.params if self.params else self.msgid


@dataclass(frozen=True)
class RejectedRow:
    """A row that was not imported, with everything that is wrong with it and the cells as they stood."""

    row: int
    faults: tuple[Fault, ...]
    values: tuple[str, ...]

    @property
    def cell(self) -> str:
        return "、".join(dict.fromkeys(fault.cell for fault in self.faults))

    @property
    def reason(self) -> str:
        return "".join(str(fault) for fault in self.faults)


@dataclass(frozen=True)
class ImportedCase:
    """One good row, checked and in the form in which the register keeps it."""

    number: CaseNumber
    filed_on: date
    category: ClaimCategory
    claim: Money
    status: CaseStatus
    property_searched_on: date | None
    is_in_bankruptcy: bool
    is_in_settlement: bool
    creditor: PartyFacts
    debtor: PartyFacts
    parent_number: CaseNumber | None
    legacy_number: str | None


def places(headers: Sequence[str]) -> dict[str, int]:
    """Where each of our columns stands among the headers of a file.

    Raises:
        RuleViolation: a column is missing, or there twice; all of them are named.
    """
    found = Counter(header for header in headers if header in HEADERS.values())
    if missing := [header for header in HEADERS.values() if header not in found]:
        raise RuleViolation(
            "表头缺少以下列：%(missing)s。请下载导入模板，按模板的表头整理后重新上传。", missing="、".join(missing)
        )
    if twice := [header for header, times in found.items() if times > 1]:
        raise RuleViolation("表头中以下列出现两次：%(twice)s。请删除多余的列后重新上传。", twice="、".join(twice))
    return {key: headers.index(header) for key, header in HEADERS.items()}


def as_written(cells: Mapping[str, Cell]) -> tuple[str, ...]:
    """A row's cells as text in the order of the columns, for the list of rejected rows."""
    return tuple(_written(cells[column.key].value) for column in COLUMNS)


def _written(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, date):
        return value.isoformat()[:10]
    text = str(value)
    return text.removesuffix(".0") if not isinstance(value, str) else text


def read_row(cells: Mapping[str, Cell], *, court_code: str, today: date) -> ImportedCase | tuple[Fault, ...]:
    """Read one row; everything that is wrong with it is found at once.

    Args:
        cells: one for each column, by its key.
    """
    reader = _Reader(cells)
    number = reader.filled("number", lambda text: checks.registered_number(text, court_code=court_code, today=today))
    filed_on = reader.day("filed_on", today)
    if number is not None and filed_on is not None:
        reader.check("filed_on", lambda: checks.check_filed_on(filed_on, number, today=today))
    legacy = reader.read("legacy_number", lambda cell: checks.old_number(text_of(cell)))
    row: dict[str, Any] = {
        "number": number,
        "filed_on": filed_on,
        "category": reader.word("category", ClaimCategory),
        "claim": reader.read("claim", _claim),
        "status": reader.word("status", CaseStatus),
        "property_searched_on": reader.day("property_searched_on", today),
        "is_in_bankruptcy": reader.read("is_in_bankruptcy", _yes_no),
        "is_in_settlement": reader.read("is_in_settlement", _yes_no),
        "creditor": _creditor(reader, today),
        "debtor": _party(reader, PartyRole.DEBTOR, today),
        "parent_number": number
        and reader.read("parent_number", lambda cell: checks.resumed_number(number, text_of(cell), legacy)),
        "legacy_number": legacy,
    }
    if not reader.faults:
        reader.check("debtor_identity", lambda: checks.check_parties([row["creditor"], row["debtor"]]))
    return tuple(reader.faults) or ImportedCase(**row)


class _Reader:
    """Reads the cells of one row and remembers every refusal with its cell."""

    def __init__(self, cells: Mapping[str, Cell]) -> None:
        self.cells = cells
        self.faults: list[Fault] = []

    def read(self, key: str, convert: Callable[[Cell], Read]) -> Read | None:
        try:
            return convert(self.cells[key])
        except Refusal as refusal:
            self.faults.append(Fault(self.cells[key].ref, refusal.msgid, refusal.params))
            return None

    def check(self, key: str, rule: Callable[[], None]) -> None:
        self.read(key, lambda cell: rule())

    def is_empty(self, key: str) -> bool:
        return self.cells[key].value is None

    def filled(self, key: str, convert: Callable[[str], Read]) -> Read | None:
        """A cell that must be filled."""
        return self.read(key, lambda cell: convert(_filled(cell, key)))

    def word(self, key: str, members: type[Member]) -> Member | None:
        """A cell that holds one of the labels of a vocabulary."""
        return self.filled(key, lambda text: _member(text, members))

    def day(self, key: str, today: date) -> date | None:
        """A day that has come; None when the cell may be empty and is."""
        needed = next(column.is_required for column in COLUMNS if column.key == key)
        if self.is_empty(key) and not needed:
            return None
        day = self.read(key, day_of)
        self.check(key, lambda: checks.check_past(HEADERS[key], day, today=today))
        return day


def _filled(cell: Cell, key: str) -> str:
    text = text_of(cell)
    if not text:
        raise RuleViolation("“%(column)s”没有填写。请补充后重新导入。", column=HEADERS[key])
    return text


def _member(text: str, members: type[Member]) -> Member:
    for member in members:
        if LABELS[member] == text:
            return member
    raise RuleViolation("填写的内容不在可选范围内。请改为以下之一：%(known)s。", known=_labels(members))


def _claim(cell: Cell) -> Money:
    try:
        claim = amount_of(cell)
    except CellError as refused:
        raise RuleViolation("执行标的应为大于0、最多两位小数的数字，例如16409.02。请核对后重新填写。") from refused
    checks.check_claim(claim)
    return claim


def _yes_no(cell: Cell) -> bool:
    text = text_of(cell)
    if text not in _YES_NO:
        raise RuleViolation("请填写“是”或“否”，留空表示“否”。")
    return _YES_NO[text]


def _party(reader: _Reader, role: PartyRole, today: date, **more: Any) -> PartyFacts | None:
    side = role.value
    kind = reader.word(f"{side}_kind", PartyKind)
    name = reader.filled(f"{side}_name", party_name)
    identity = reader.filled(
        f"{side}_identity", lambda text: checks.identity_of(kind, text, today=today) if kind else text
    )
    telephone = None
    if not reader.is_empty(f"{side}_phone"):
        telephone = reader.filled(f"{side}_phone", phone)
    if kind is None or name is None or identity is None:
        return None
    return PartyFacts(role=role, kind=kind, name=name, identity=identity, phone=telephone, **more)


def _creditor(reader: _Reader, today: date) -> PartyFacts | None:
    undertaking_on = reader.day("undertaking_on", today)
    account = _account(reader)
    return _party(reader, PartyRole.CREDITOR, today, account=account, undertaking_on=undertaking_on)


def _account(reader: _Reader) -> AccountFacts | None:
    """The creditor's own account, when any of its cells is filled; its holder is the creditor by the column's hint."""
    if all(reader.is_empty(key) for key in ("bank", "account_kind", "account_number")):
        return None
    bank = reader.filled("bank", checks.bank_name)
    kind = reader.word("account_kind", AccountKind)
    number = reader.filled("account_number", lambda text: bank_account(text, kind) if kind else text)
    holder = None if reader.is_empty("creditor_name") else _name_or_none(reader)
    if bank is None or kind is None or number is None or holder is None:
        return None
    return AccountFacts(kind=kind, holder=holder, bank=bank, number=number)


def _name_or_none(reader: _Reader) -> str | None:
    """The creditor's name; what is wrong with it is said where the party is read."""
    try:
        return party_name(text_of(reader.cells["creditor_name"]))
    except Refusal:
        return None


DIFFERENT = N_("案件已登记，但以下内容与登记的不一致：%(columns)s。请核对；确需变更的，请在案件页面办理。")
REPEATED = N_("案号与第%(row)s行重复。请删除重复的行，或核对案号。")
NO_PARENT = N_("原执行案件尚未登记。请先登记原案，或核对原执行案号。")
