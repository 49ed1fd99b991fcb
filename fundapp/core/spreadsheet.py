"""Tables out to Excel and in from it.

Out: text can never become a formula, numbers of people and banks stay text, and the same data make the same bytes.
In: what is uploaded is inspected before it is unfolded, and no number is guessed.
"""

import csv
import io
import math
import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import zip_longest
from operator import index
from typing import Any, BinaryIO, NamedTuple
from xml.parsers import expat

import python_calamine
import xlsxwriter
from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell

from fundapp.core.clock import local
from fundapp.core.errors import RuleViolation
from fundapp.core.money import AmountError, Money, bare, parse_amount, to_fen
from fundapp.core.words import N_

MAX_BYTES = 10 * 1024 * 1024
MAX_ROWS = 50_000
MAX_COLUMNS = 100
MAX_MEMBERS = 500
MAX_UNPACKED_BYTES = 100 * 1024 * 1024
MAX_RATIO = 200
MAX_TEXT = 100 * 1024 * 1024
# What zipfile raises over a damaged archive: offsets before its start, versions and flags that do not exist.
BROKEN_ARCHIVE = (zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError)

# ---------------------------------------------------------------------------------------------------------- writing

# A workbook states when it was made; a fixed day keeps the bytes of equal exports equal.
MADE_ON = datetime(2000, 1, 1)  # noqa: DTZ001 - the file format knows no time zones
TOTAL = "合计"
EXCEL_EXACT_FEN = 10**15  # a cell is a binary double: fifteen digits are safe
FORMULA_STARTS = tuple("=+-@\t\r\n＝＋－＠")
FONT = {"font_name": "宋体", "font_size": 11}
CELL_FORMATS: dict[str, dict[str, object]] = {
    "text": {"text_wrap": True},
    "money": {"num_format": "#,##0.00", "align": "right"},
    "day": {"num_format": "yyyy-mm-dd", "align": "center"},
    "moment": {"num_format": "yyyy-mm-dd hh:mm", "align": "center"},
    "number": {"num_format": "0", "align": "right"},
}


@dataclass(frozen=True)
class SheetColumn:
    """A column: its header, what its cells are (``text``, ``money``, ``day``, ``moment`` or ``number``), its width, and
    whether its amounts are added up below.

    Args:
        read: for a workbook, how a value of the rows becomes what is written; by default that of its kind in
            ``READINGS``, for ``Money``, days and moments.
    """

    header: str
    kind: str = "text"
    width: int = 18
    is_summed: bool = False
    read: Callable[[Any], Any] | None = None


@dataclass(frozen=True)
class Sheet:
    """A table to be written. ``rows`` may be a generator; a cell that is None stays empty.

    Args:
        about: whose table it is and of when, as a line above the header; no line when empty.
    """

    title: str
    columns: Sequence[SheetColumn]
    rows: Iterable[Sequence[Any]]
    about: str = ""

    @property
    def top(self) -> int:
        """The row of the header."""
        return 1 if self.about else 0


def write_xlsx(target: str | BinaryIO, sheets: Sequence[Sheet]) -> None:
    """Write a workbook that prints on A4 as it stands: landscape, as wide as the page, the header on every page."""
    with xlsxwriter.Workbook(target, {"constant_memory": True, "default_format_properties": dict(FONT)}) as workbook:
        workbook.set_properties({"created": MADE_ON})
        for sheet in sheets:
            _write_sheet(workbook, sheet)


def xlsx_stream(sheets: Sequence[Sheet]) -> io.BytesIO:
    """The workbook in memory, ready to be sent."""
    stream = io.BytesIO()
    write_xlsx(stream, sheets)
    stream.seek(0)
    return stream


def xlsx_bytes(sheets: Sequence[Sheet]) -> bytes:
    """The workbook as bytes."""
    return xlsx_stream(sheets).getvalue()


def _write_sheet(workbook: Any, sheet: Sheet) -> None:
    page = workbook.add_worksheet(re.sub(r"[\[\]:*?/\\']", " ", sheet.title).strip()[:31])
    edge: dict[str, object] = {"border": 1, "valign": "vcenter"}
    heading = workbook.add_format(edge | {"bold": True, "bg_color": "#E8EEF4", "align": "center", "text_wrap": True})
    formats = [workbook.add_format(edge | CELL_FORMATS[column.kind]) for column in sheet.columns]
    page.freeze_panes(sheet.top + 1, 0)
    page.set_landscape()
    page.set_paper(9)  # A4
    page.fit_to_pages(1, 0)
    page.repeat_rows(0, sheet.top)
    page.set_header("&C&14" + sheet.title.replace("&", "&&")[:200])
    page.set_footer("&C第 &P 页，共 &N 页")
    if sheet.about:
        _done(page.write_string(0, 0, sheet.about, workbook.add_format({"bold": True})))
    for at, column in enumerate(sheet.columns):
        page.set_column(at, at, column.width)
        _done(page.write_string(sheet.top, at, column.header, heading))
    last, sums = _write_rows(page, sheet, formats)
    page.autofilter(sheet.top, 0, last, len(sheet.columns) - 1)
    if sums and last > sheet.top:
        _write_totals(workbook, page, range(sheet.top + 1, last + 1), sums)


def _write_rows(page: Any, sheet: Sheet, formats: Sequence[Any]) -> tuple[int, dict[int, Decimal]]:
    """Write the rows below the header; the number of the last one, and the sums of the columns that are added up."""
    writers = {"text": page.write_string, "day": page.write_datetime, "moment": page.write_datetime}
    cells = [
        (at, writers.get(column.kind, page.write_number), column.read or READINGS[column.kind], look)
        for at, (column, look) in enumerate(zip(sheet.columns, formats, strict=True))
    ]
    summed = [(at, read) for at, _, read, _ in cells if sheet.columns[at].is_summed]
    sums, last = {at: Decimal("0.00") for at, _ in summed}, sheet.top
    for last, row in enumerate(sheet.rows, start=sheet.top + 1):
        for (at, write, read, look), value in zip(cells, row, strict=True):
            code = page.write_blank(last, at, None, look) if value is None else write(last, at, read(value), look)
            if code:
                _done(code)
        for at, read in summed:
            if row[at] is not None:
                sums[at] += read(row[at])
    return last, sums


def _write_totals(workbook: Any, page: Any, rows: range, sums: Mapping[int, Decimal]) -> None:
    """The sums of amounts below the last row, as formulas that follow the filter; text where they are too large."""
    edge = {"bold": True, "top": 2, "bg_color": "#F3F6F9"}
    words, amount = workbook.add_format(edge), workbook.add_format(edge | CELL_FORMATS["money"])
    if 0 not in sums:
        _done(page.write_string(rows.stop, 0, TOTAL, words))
    for at, yuan in sums.items():
        cells = f"{xl_rowcol_to_cell(rows[0], at)}:{xl_rowcol_to_cell(rows[-1], at)}"
        if abs(yuan).scaleb(2) < EXCEL_EXACT_FEN:
            _done(page.write_formula(rows.stop, at, f"=SUBTOTAL(109,{cells})", amount, yuan))
        else:
            _done(page.write_string(rows.stop, at, f"{yuan:,.2f}", amount))


def exact_yuan(fen: int) -> Decimal:
    """Whole fen as the number of a cell."""
    if abs(fen) >= EXCEL_EXACT_FEN:
        raise ValueError(f"too large for an exact cell: {fen} fen")
    return Decimal(index(fen)).scaleb(-2)


def court_time(moment: datetime) -> datetime:
    """A moment as the court's clocks show it; a cell has no time zone."""
    return local(moment).replace(tzinfo=None)


READINGS: dict[str, Callable[[Any], Any]] = {
    "text": str,
    "money": lambda money: exact_yuan(to_fen(money)),
    "day": lambda day: day,
    "moment": court_time,
    "number": lambda number: number,
}
"""How a value becomes what XlsxWriter writes."""


def _done(code: int) -> None:
    """Stop where XlsxWriter would only report that it left a cell out: too long a text, too many rows."""
    if code != 0:
        raise ValueError(f"the cell does not fit into a worksheet (code {code})")


def write_csv(target: BinaryIO, sheet: Sheet) -> None:
    """Write what Excel opens rightly by double click: UTF-8 with its mark, CRLF, ISO days, no formulas."""
    stream = io.TextIOWrapper(target, encoding="utf-8-sig", newline="")
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow([guarded(column.header) for column in sheet.columns])
    for row in sheet.rows:
        writer.writerow(
            [_csv_cell(column.kind, value) for column, value in zip(sheet.columns, row, strict=True)],
        )
    stream.detach()


def _csv_cell(kind: str, value: Any) -> str:
    if value is None:
        return ""
    match kind:
        case "text":
            return guarded(str(value))
        case "money":
            return bare(value)
        case "day":
            return f"{value:%Y-%m-%d}"
        case "moment":
            return f"{local(value):%Y-%m-%d %H:%M}"
        case _:
            return str(value)


def guarded(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return "'" + text if text.startswith(FORMULA_STARTS) else text


# ---------------------------------------------------------------------------------------------------------- reading


class Cell(NamedTuple):
    """A value as the file has it (None when empty) and where Excel shows it, such as ``C5``."""

    value: Any
    ref: str


class Row(NamedTuple):
    """A row that is not empty, with the number Excel shows; as many cells as the table is wide."""

    number: int
    cells: list[Cell]


class Table(NamedTuple):
    """The first row that is not empty, and those below it."""

    headers: list[str]
    rows: list[Row]


class CellError(RuleViolation):
    """One cell cannot be taken as it is; the sentence names it, and so does ``ref``."""

    def __init__(self, msgid: str, *, cell: str, **params: str | int) -> None:
        super().__init__(msgid, cell=cell, **params)
        self.ref = cell


def read_table(data: bytes, filename: str, *, sheet: str | None = None, preferred: str | None = None) -> Table:
    """Read an uploaded .xlsx or .csv file.

    Args:
        filename: decides the kind; the content must agree.
        sheet: the worksheet's name; without it the first one a person sees.
        preferred: a worksheet's name that is taken, when ``sheet`` is not given, if there is one of that name.

    Raises:
        RuleViolation: too large, of another kind, with macros, made to exhaust memory, broken, or empty.
    """
    if len(data) > MAX_BYTES:
        raise RuleViolation("文件超过%(limit)sMB，请拆分成几个文件后分别上传。", limit=MAX_BYTES // 1024**2)
    if not data:
        raise RuleViolation("文件是空的，请选择有内容的文件后重新上传。")
    match filename.lower().rpartition(".")[2]:
        case "xlsx":
            return _table(_xlsx_rows(data, sheet, preferred))
        case "csv":
            return _table(_csv_rows(data))
        case "xlsm" | "xltm" | "xlsb" | "xlam":
            raise RuleViolation("不接受可能含有宏的工作簿，请在 Excel 中另存为 .xlsx 文件后重新上传。")
        case _:
            raise RuleViolation("只接受 .xlsx 或 .csv 文件，请在 Excel 中另存为其中一种后重新上传。")


def _table(lines: Iterable[tuple[int, list[Any]]]) -> Table:
    filled = [(number, values) for number, values in lines if any(value is not None for value in values)]
    if len(filled) < 2:
        raise RuleViolation("表格中没有数据，请在表头下方至少填写一行后重新上传。")
    width = max(len(values) for _, values in filled)
    letters = [xl_col_to_name(at) for at in range(width)]
    rows = [
        Row(number, [Cell(value, f"{letter}{number}") for letter, value in zip_longest(letters, values)])
        for number, values in filled
    ]
    headers = ["" if cell.value is None else str(cell.value).strip() for cell in rows[0].cells]
    return Table(headers, rows[1:])


def _check_reach(rows: int, columns: int) -> None:
    if rows > MAX_ROWS + 1:
        raise RuleViolation("表格超过%(limit)s行（含空行），请删除多余的行或拆分成几个文件后重新上传。", limit=MAX_ROWS)
    if columns > MAX_COLUMNS:
        raise RuleViolation("表格超过%(limit)s列，请删除右侧多余的内容后重新上传。", limit=MAX_COLUMNS)


def _csv_rows(data: bytes) -> Iterator[tuple[int, list[Any]]]:
    if b"\0" in data:
        raise RuleViolation("文件内容不是 CSV 文本，请在 Excel 中另存为“CSV UTF-8（逗号分隔）”后重新上传。")
    try:
        for number, values in enumerate(csv.reader(io.StringIO(_decoded(data), newline=""), strict=True), start=1):
            _check_reach(number, len(values))
            yield number, [value if value.strip() else None for value in values]
    except csv.Error as broken:
        raise RuleViolation("CSV 文件的引号不成对或格式有误，请用 Excel 打开检查并重新保存后上传。") from broken


def _decoded(data: bytes) -> str:
    """UTF-8 or, as older Chinese programs write, GB 18030; never a guess."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise RuleViolation("无法识别文件的文字编码，请在 Excel 中另存为“CSV UTF-8（逗号分隔）”后重新上传。")


def _xlsx_rows(data: bytes, sheet: str | None, preferred: str | None) -> Iterator[tuple[int, list[Any]]]:
    if not data.startswith(b"PK\x03\x04"):
        raise RuleViolation(
            "文件内容不是 .xlsx 工作簿，或设有打开密码，请在 Excel 中去掉密码、另存为 .xlsx 后重新上传。"
        )
    try:
        workbook = python_calamine.load_workbook(io.BytesIO(_inspected(data)))
        page = workbook.get_sheet_by_name(_sheet_name(workbook, sheet, preferred))
        lines = page.to_python(skip_empty_area=False)
    except (*BROKEN_ARCHIVE, expat.ExpatError, python_calamine.CalamineError) as broken:
        raise RuleViolation("工作簿已损坏，无法读取，请在 Excel 中打开并另存为新的 .xlsx 后重新上传。") from broken
    for number, values in enumerate(lines, start=1):
        yield number, [None if isinstance(value, str) and not value.strip() else value for value in values]


def _sheet_name(workbook: python_calamine.CalamineWorkbook, wanted: str | None, preferred: str | None) -> str:
    names = [
        each.name
        for each in workbook.sheets_metadata
        if each.typ == python_calamine.SheetTypeEnum.WorkSheet
        and each.visible == python_calamine.SheetVisibleEnum.Visible
    ]
    if wanted is not None and wanted not in names:
        raise RuleViolation("工作簿中没有名为“%(sheet)s”的工作表，请核对工作表名称后重新上传。", sheet=wanted)
    if not names:
        raise RuleViolation("工作簿中没有可见的工作表，请取消隐藏后重新上传。")
    return wanted or (preferred if preferred in names else names[0])


def _inspected(data: bytes) -> bytes:
    """The workbook packed anew from the parts that were looked at, so that nothing else can be unpacked later."""
    clean, scan = io.BytesIO(), _Scan()
    with zipfile.ZipFile(io.BytesIO(data)) as packed, zipfile.ZipFile(clean, "w") as repacked:
        members = packed.infolist()
        _check_members(members, len(data))
        for member in members:
            if member.filename.lower().endswith((".xml", ".rels")):
                part = packed.read(member)  # no longer than its stated size, which was counted
                scan.read(part)
                repacked.writestr(member.filename, part)
    _check_reach(scan.last_row, scan.last_column)
    if scan.text_length() > MAX_TEXT:
        raise _bomb()
    return clean.getvalue()


def _check_members(members: list[zipfile.ZipInfo], packed_size: int) -> None:
    names = [member.filename.lower() for member in members]
    unpacked = sum(member.file_size for member in members)
    if len(set(names)) != len(names):
        raise _malformed()
    if any(name.endswith("vbaproject.bin") for name in names):
        raise RuleViolation("工作簿中含有宏，请在 Excel 中另存为不含宏的 .xlsx 后重新上传。")
    if any(name.endswith((".zip", ".xlsx", ".xlsm", ".xls", ".docx", ".rar", ".7z")) for name in names):
        raise RuleViolation("工作簿中嵌有其他文件，请删除嵌入的文件后重新上传。")
    if len(members) > MAX_MEMBERS or unpacked > min(MAX_UNPACKED_BYTES, MAX_RATIO * packed_size):
        raise _bomb()
    plain_kinds = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
    if any(member.flag_bits & 1 or member.compress_type not in plain_kinds for member in members):
        raise RuleViolation("工作簿已加密或采用了不支持的压缩方式，请在 Excel 中另存为 .xlsx 后重新上传。")


def _malformed() -> RuleViolation:
    return RuleViolation("工作簿的内部格式异常，请在 Excel 中打开并另存为新的 .xlsx 后重新上传。")


def _bomb() -> RuleViolation:
    return RuleViolation("工作簿展开后过大，请只保留需要上传的数据，另存为新的 .xlsx 后重新上传。")


class _Scan:
    """Reads a workbook's parts as XML without unfolding them: how far the cells reach, how much text they repeat.

    The reader lays a sheet out in memory from its first cell to its last and copies a shared text into every cell that
    refers to it, so two cells, or one text, of a small file can ask for all memory there is.
    """

    def __init__(self) -> None:
        self.last_row = self.last_column = 0
        self._shared_lengths: Counter[int] = Counter()
        self._uses: Counter[int] = Counter()

    def read(self, part: bytes) -> None:
        self._row = self._column = 0
        self._shared_at = -1
        self._in_shared_text = self._cell_is_shared = False
        self._text: str | None = None  # of the reference to a shared text that is being read
        parser = expat.ParserCreate("utf-8")
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = self._doctype
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        parser.Parse(part, True)

    def text_length(self) -> int:
        """How many characters the cells hold once every shared text stands where it is referred to."""
        return sum(self._shared_lengths[at] * times for at, times in self._uses.items())

    def _doctype(self, *_declaration: Any) -> None:
        raise _malformed()

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        match name.rpartition(":")[2]:
            case "c":
                self._start_cell(attributes)
            case "v":
                self._value_found()
                self._text = "" if self._cell_is_shared else None
            case "is" | "f":
                self._value_found()
            case "row":
                self._row = _row_number(attributes["r"]) if "r" in attributes else self._row + 1
                self._column = 0
            case "si":
                self._shared_at += 1
                self._in_shared_text = True
            case _:
                pass

    def _start_cell(self, attributes: dict[str, str]) -> None:
        self._cell_is_shared = attributes.get("t") == "s"
        if "r" not in attributes:
            self._column += 1
            return
        letters = attributes["r"].rstrip("0123456789")
        if not re.fullmatch("[A-Z]{1,3}", letters):
            raise _malformed()
        self._row, self._column = _row_number(attributes["r"][len(letters) :]), 0
        for letter in letters:
            self._column = self._column * 26 + ord(letter) - ord("A") + 1

    def _value_found(self) -> None:
        self.last_row, self.last_column = max(self.last_row, self._row), max(self.last_column, self._column)

    def _characters(self, text: str) -> None:
        if self._in_shared_text:  # several parts add up: which one the reader takes is not known here
            self._shared_lengths[self._shared_at] += len(text)
        elif self._text is not None:
            self._text += text

    def _end(self, name: str) -> None:
        match name.rpartition(":")[2]:
            case "si":
                self._in_shared_text = False
            case "v" if self._text is not None:
                if not re.fullmatch("[0-9]{1,9}", self._text):
                    raise _malformed()
                self._uses[int(self._text)] += 1
                self._text = None
            case _:
                pass


def _row_number(text: str) -> int:
    if not re.fullmatch("[1-9][0-9]{0,6}", text):
        raise _malformed()
    return int(text)


# ------------------------------------------------------------------------------------------------------ single cells

TEXT_NUMBER_MAX = 10**11  # a mobile number may be a number; anything longer has lost its zeros or its end
DAY_FORMS = re.compile(
    r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})"
    r"|([0-9]{4})/([0-9]{1,2})/([0-9]{1,2})"
    r"|([0-9]{4})年([0-9]{1,2})月([0-9]{1,2})日"
    r"|([0-9]{4})([0-9]{2})([0-9]{2})"
)


def text_of(cell: Cell) -> str:
    """The cell as text, without surrounding blanks; empty when the cell is.

    Raises:
        CellError: a number so long that Excel has already changed it, or a date or truth value in place of text.
    """
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool) or not isinstance(value, int | float) or math.isnan(value):
        raise CellError(N_("单元格%(cell)s不是文本，请把该列设为文本格式后重新填写。"), cell=cell.ref)
    if abs(value) >= TEXT_NUMBER_MAX or "e" in repr(value):
        raise CellError(
            N_("单元格%(cell)s的号码已被 Excel 改成数值，后几位可能已丢失，请把该列设为文本格式后重新填写。"),
            cell=cell.ref,
        )
    return str(int(value)) if value == int(value) else repr(value)


def amount_of(cell: Cell) -> Money:
    """The cell as an amount; a number must be whole fen as it stands, not only as it is displayed.

    Raises:
        CellError: empty, negative, not a number, or with a third decimal place.
    """
    value = cell.value
    if value is None:
        raise CellError(N_("单元格%(cell)s的金额没有填写，请填写后重新上传。"), cell=cell.ref)
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = f"{Decimal(repr(value)):f}"
    if isinstance(value, str):
        try:
            return parse_amount(value)
        except AmountError as refused:
            raise CellError(
                N_("单元格%(cell)s的金额“%(value)s”无效，请填写不带正负号、最多两位小数的数字，例如16409.02。"),
                cell=cell.ref,
                value=value[:30],
            ) from refused
    raise CellError(N_("单元格%(cell)s不是金额，请填写数字，例如16409.02。"), cell=cell.ref)


def day_of(cell: Cell) -> date:
    """The cell as a day: a date cell, ``2018-03-01``, ``2018/3/1``, ``2018年3月1日`` or ``20180301``.

    Raises:
        CellError: empty, or no such day.
    """
    value = cell.value
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    match = DAY_FORMS.fullmatch(str(value).strip())
    try:
        year, month, day = (int(part) for part in (match.groups() if match else ()) if part)
        return date(year, month, day)
    except ValueError as no_day:
        raise CellError(N_("单元格%(cell)s不是有效的日期，请按2018-03-01的样式填写。"), cell=cell.ref) from no_day
