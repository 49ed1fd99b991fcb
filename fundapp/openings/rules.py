"""The columns of an import of opening balances, how a row is read, and how its faults are told: pure.

A file is accepted whole or not at all, since its sides must be equal; everything that is wrong is told at once.
"""

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any, TypeVar

from fundapp.cases.rules import registered_number
from fundapp.core.errors import Refusal, RuleViolation
from fundapp.core.money import Money
from fundapp.core.spreadsheet import Cell, CellError, amount_of, text_of
from fundapp.core.words import N_
from fundapp.ledger.rules import (
    KEPT_BY,
    OPENABLE,
    SIDE,
    Account,
    Model,
    OpeningBalance,
    Shortcoming,
    Side,
    account_coded,
)
from fundapp.ledger.rules import LABELS as LEDGER_LABELS

Read = TypeVar("Read")
LONGEST_NOTE = 200
LONGEST_SHOWN = 60
MINUS = "-－−"


@dataclass(frozen=True)
class OpeningColumn:
    """One column: its header in the file, the name it has here, whether its cells must be filled, and what with."""

    header: str
    key: str
    is_required: bool
    hint: str
    example: str


COLUMNS: tuple[OpeningColumn, ...] = (
    OpeningColumn("科目编号", "account", True, "“科目”表中的编号", "1218.01"),
    OpeningColumn("科目名称", "name", False, "可不填；填写的须与“科目”表一致", "其他应收款—应收垫付款"),
    OpeningColumn("方向", "side", True, "借或贷", "借"),
    OpeningColumn("金额", "amount", True, "元，最多两位小数；没有余额的填0", "16409.02"),
    OpeningColumn("案号", "case", False, "按案件核算的科目填写；案件须已登记", "（2018）湘0602执123号"),
    OpeningColumn("资金来源", "source", False, "按资金来源核算的科目填写已登记的来源名称", "岳阳市财政局"),
    OpeningColumn("备注", "note", False, "最多200字", ""),
)
HEADERS: dict[str, str] = {column.key: column.header for column in COLUMNS}
CELL_HEADER, REASON_HEADER = "错误单元格", "原因"
WHOLE_FILE = N_("全表")


@dataclass(frozen=True)
class Fault:
    """What is wrong: where Excel shows it (empty for the file as a whole), and a sentence with the way out."""

    cell: str
    msgid: str
    params: dict[str, str | int]

    def __str__(self) -> str:
        return self.msgid % self.params if self.params else self.msgid


@dataclass(frozen=True)
class FaultyRow:
    """A row with everything that is wrong with it and the cells as they stood; row 0 is the file as a whole."""

    row: int
    faults: tuple[Fault, ...]
    values: tuple[str, ...]

    @property
    def cell(self) -> str:
        return "、".join(dict.fromkeys(fault.cell or WHOLE_FILE for fault in self.faults))

    @property
    def reason(self) -> str:
        return "".join(str(fault) for fault in self.faults)

    def kept(self) -> dict[str, Any]:
        return asdict(self)


def kept_rows(text: str | None) -> list[FaultyRow]:
    """The refused rows of an import as it keeps them."""
    return [
        FaultyRow(one["row"], tuple(Fault(**fault) for fault in one["faults"]), tuple(one["values"]))
        for one in json.loads(text or "[]")
    ]


def whole_file(shortcomings: Sequence[tuple[str, dict[str, str | int]]]) -> FaultyRow:
    """What is wrong with the lines together."""
    return FaultyRow(0, tuple(Fault("", msgid, params) for msgid, params in shortcomings), ("",) * len(COLUMNS))


def places(headers: Sequence[str]) -> dict[str, int]:
    """Where each of our columns stands among the headers of a file.

    Raises:
        RuleViolation: a column is missing, or there twice; all of them are named.
    """
    found = Counter(header for header in headers if header in HEADERS.values())
    if missing := [header for header in HEADERS.values() if header not in found]:
        raise RuleViolation(
            "表头缺少以下列：%(missing)s。请下载期初余额模板，按模板的表头整理后重新上传。", missing="、".join(missing)
        )
    if twice := [header for header, times in found.items() if times > 1]:
        raise RuleViolation("表头中以下列出现两次：%(twice)s。请删除多余的列后重新上传。", twice="、".join(twice))
    return {key: headers.index(header) for key, header in HEADERS.items()}


@dataclass
class OpeningRow:
    """A row of the file while it is read: what its cells say, and what is wrong with them."""

    number: int
    cells: Mapping[str, Cell]
    account: Account | None = None
    side: Side | None = None
    amount: Money | None = None
    case_number: str = ""
    source_name: str = ""
    note: str = ""
    faults: list[Fault] = field(default_factory=list)

    @property
    def is_readable(self) -> bool:
        """Whether its account, side and amount could be read, so that sums can be made."""
        return None not in (self.account, self.side, self.amount)

    def read(self, key: str, convert: Callable[[Cell], Read]) -> Read | None:
        try:
            return convert(self.cells[key])
        except Refusal as refusal:
            self.fault(key, refusal.msgid, refusal.params)
            return None

    def fault(self, key: str, msgid: str, params: dict[str, str | int] | None = None) -> None:
        self.faults.append(Fault(self.cells[key].ref, msgid, params or {}))

    def add(self, shortcomings: Sequence[Shortcoming]) -> None:
        for one in shortcomings:
            self.fault(one.column, one.msgid, one.params)

    def balance(self, case: str, source: str) -> OpeningBalance:
        """The row as the books know it; ``case`` and ``source`` are subjects."""
        assert self.account is not None and self.side is not None and self.amount is not None
        return OpeningBalance(self.number, self.account, self.side, self.amount, case, source, self.note)

    def refused(self) -> FaultyRow:
        values = tuple(_written(self.cells[column.key].value) for column in COLUMNS)
        return FaultyRow(self.number, tuple(self.faults), values)


def read_row(number: int, cells: Mapping[str, Cell], *, court_code: str, today: date) -> OpeningRow:
    """Read one row; everything that is wrong with its cells is found at once."""
    row = OpeningRow(number, cells)
    row.account = row.read("account", _account)
    if row.account is not None:
        expected = LEDGER_LABELS[row.account]
        row.read("name", lambda cell: _check_name(text_of(cell), expected))
    row.side = row.read("side", _side)
    row.amount = row.read("amount", signed_amount)
    row.case_number = row.read("case", lambda cell: _case_number(text_of(cell), court_code, today)) or ""
    row.source_name = row.read("source", text_of) or ""
    row.note = row.read("note", _note) or ""
    return row


def _account(cell: Cell) -> Account:
    code = text_of(cell)
    if not code:
        raise RuleViolation("“科目编号”没有填写。请补充后重新上传。")
    found = account_coded(code)
    if found is None:
        raise RuleViolation(
            "科目编号“%(code)s”不在本系统的科目表中。请按模板“科目”表中的编号填写。", code=code[:LONGEST_SHOWN]
        )
    return found


def _check_name(name: str, expected: str) -> None:
    if name and name != expected:
        raise RuleViolation(
            "科目名称与编号不符，该编号的科目是“%(expected)s”。请核对编号，或清空该单元格。", expected=expected
        )


def _side(cell: Cell) -> Side:
    text = text_of(cell)
    for side in Side:
        if LEDGER_LABELS[side] == text:
            return side
    raise RuleViolation("请填写“借”或“贷”。")


def signed_amount(cell: Cell) -> Money:
    """The amount of a cell; a sign before it is read here, and judged by the account's side.

    Raises:
        RuleViolation: empty, no number, a third decimal place, or more than the books hold.
    """
    value, is_negative = cell.value, False
    if isinstance(value, str) and value.strip()[:1] in tuple(MINUS):
        value, is_negative = value.strip()[1:], True
        if value.strip()[:1] in tuple(MINUS):
            value = "?"
    elif isinstance(value, int) and not isinstance(value, bool) and value < 0:
        value, is_negative = -value, True
    elif not isinstance(value, str | int | None) and str(value).startswith("-"):
        value, is_negative = str(value)[1:], True
    if value is None:
        raise RuleViolation("“金额”没有填写。请填写余额；没有余额的填0，或删除该行。")
    try:
        amount = amount_of(Cell(value, cell.ref))
    except CellError as refused:
        raise RuleViolation("金额应为最多两位小数的数字，例如16409.02。请核对后重新填写。") from refused
    return -amount if is_negative else amount


def _case_number(text: str, court_code: str, today: date) -> str:
    return registered_number(text, court_code=court_code, today=today).text if text else ""


def _note(cell: Cell) -> str:
    text = text_of(cell).replace("\0", "")
    if len(text) > LONGEST_NOTE:
        raise RuleViolation("备注过长，请缩短到%(longest)s字以内。", longest=LONGEST_NOTE)
    return text


def _written(value: Any) -> str:
    if value is None:
        return ""
    text = str(value)
    return text if isinstance(value, str) else text.removesuffix(".0")


WAITS = N_("未办结的期初余额导入或冲销")
WAITS_FOR = N_("请财务复核同意或退回")
NO_CASE = N_("案号%(number)s在本院没有登记。请先登记或导入该案件，或核对案号。")
NO_SOURCE = N_("资金来源“%(name)s”在本院没有登记。请先登记该资金来源，或核对名称。")


def accounts_of(model: Model) -> list[tuple[str, str, str, str]]:
    """The accounts that books of this model may begin with: code, name, side, and what a balance must name."""
    return [
        (account.value, LEDGER_LABELS[account], LEDGER_LABELS[SIDE[account]], _asked(account))
        for account in Account
        if account in OPENABLE[model]
    ]


def _asked(account: Account) -> str:
    asked = ["、".join(HEADERS[name] for name in sorted(names)) or "不填" for names in KEPT_BY[account]]
    return "或".join(asked)
