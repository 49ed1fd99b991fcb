"""Tables out to Excel and in from it: exact, harmless, and never a guess."""

import io
import struct
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal

import openpyxl
import pytest

from fundapp.core import spreadsheet
from fundapp.core.errors import RuleViolation
from fundapp.core.money import from_fen, yuan
from fundapp.core.spreadsheet import (
    EXCEL_EXACT_FEN,
    Cell,
    CellError,
    Sheet,
    SheetColumn,
    amount_of,
    court_time,
    day_of,
    exact_yuan,
    read_table,
    text_of,
    write_csv,
    write_xlsx,
    xlsx_bytes,
)

COLUMNS = [
    SheetColumn("案号", width=26),
    SheetColumn("证件号码"),
    SheetColumn("金额", "money"),
    SheetColumn("日期", "day"),
    SheetColumn("登记时间", "moment"),
    SheetColumn("笔数", "number"),
]
MOMENT = datetime(2018, 10, 22, 16, 30, tzinfo=UTC)  # 00:30 on the 23rd at the court
ROWS = [
    ["（2018）湘0602执123号", "430602199602290006", yuan("16409.02"), date(2018, 10, 22), MOMENT, 3],
    ["=1+1", "011234199001011234", yuan("-0.10"), None, None, 0],
]


def a_sheet(rows=ROWS) -> Sheet:
    return Sheet("垫付/明细：2018*", COLUMNS, iter(rows))


def loaded(data: bytes):
    return openpyxl.load_workbook(io.BytesIO(data))


def csv_text(sheet: Sheet) -> bytes:
    target = io.BytesIO()
    write_csv(target, sheet)
    return target.getvalue()


def a_workbook(cells: dict[str, object], **more: str) -> bytes:
    workbook = openpyxl.Workbook()
    for place, value in cells.items():
        workbook.active[place] = value
    target = io.BytesIO()
    workbook.save(target)
    return repacked(target.getvalue(), more) if more else target.getvalue()


def repacked(data: bytes, changes: dict[str, str | bytes]) -> bytes:
    """The workbook with some parts replaced or added."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name not in changes:
                new.writestr(name, old.read(name))
        for name, part in changes.items():
            new.writestr(name, part)
    return target.getvalue()


def a_page(cells: str) -> str:
    return (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        f"<sheetData>{cells}</sheetData></worksheet>"
    )


SMALL = a_workbook({"A1": "案号", "A2": "x"})
PAGE = "xl/worksheets/sheet1.xml"


def refusal(data: bytes, filename: str = "表.xlsx", **more: str) -> str:
    with pytest.raises(RuleViolation) as refused:
        read_table(data, filename, **more)
    return str(refused.value)


# --- writing


def test_a_workbook_keeps_numbers_exact_text_as_text_and_days_as_days():
    page = loaded(xlsx_bytes([a_sheet()])).worksheets[0]
    first, second = list(page.iter_rows(min_row=2))
    assert [cell.value for cell in first] == [
        "（2018）湘0602执123号",
        "430602199602290006",
        16409.02,
        datetime(2018, 10, 22),  # noqa: DTZ001 - a cell has no time zone
        datetime(2018, 10, 23, 0, 30),  # noqa: DTZ001
        3,
    ]
    assert (first[1].data_type, first[2].number_format) == ("s", "#,##0.00")
    assert (second[0].value, second[0].data_type) == ("=1+1", "s")
    assert second[3].value is None


def test_a_workbook_prints_on_a4_with_its_header_on_every_page():
    page = loaded(xlsx_bytes([a_sheet()])).worksheets[0]
    assert page.title == "垫付 明细：2018"
    assert (page.freeze_panes, page.auto_filter.ref, page.print_title_rows) == ("A2", "A1:F3", "$1:$1")
    assert (page.page_setup.orientation, page.page_setup.paperSize) == ("landscape", 9)
    assert (page.sheet_properties.pageSetUpPr.fitToPage, page.page_setup.fitToHeight) == (True, 0)


def test_equal_data_make_equal_bytes(tmp_path):
    path = tmp_path / "a.xlsx"
    write_xlsx(str(path), [a_sheet()])
    assert xlsx_bytes([a_sheet()]) == path.read_bytes()
    assert xlsx_bytes([a_sheet(ROWS[:1])]) != path.read_bytes()


def test_several_sheets_and_an_empty_one():
    names = loaded(xlsx_bytes([Sheet("甲", COLUMNS, ROWS), Sheet("乙", COLUMNS, [])])).sheetnames
    assert names == ["甲", "乙"]


@pytest.mark.parametrize(
    ("kind", "value", "told"),
    [
        ("text", "长" * 32_768, "fit"),
        ("money", yuan("10000000000000"), "too large"),
        ("money", Decimal(1), "not an am"),
    ],
)
def test_what_a_cell_cannot_hold_stops_the_export(kind, value, told):
    with pytest.raises(ValueError, match=told):
        xlsx_bytes([Sheet("表", [SheetColumn("值", kind)], [[value]])])


def test_a_row_of_another_length_stops_the_export():
    with pytest.raises(ValueError, match="zip"):
        xlsx_bytes([Sheet("表", COLUMNS, [["只有一格"]])])


def test_csv_is_what_excel_opens_by_double_click():
    assert csv_text(a_sheet()).decode("utf-8") == (
        "\ufeff案号,证件号码,金额,日期,登记时间,笔数\r\n"
        "（2018）湘0602执123号,430602199602290006,16409.02,2018-10-22,2018-10-23 00:30,3\r\n"
        "'=1+1,011234199001011234,-0.10,,,0\r\n"
    )


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＠"])
def test_no_text_becomes_a_formula_in_csv(start):
    sheet = Sheet("表", [SheetColumn(f"{start}头")], [[f"{start}cmd"]])
    table = read_table(csv_text(sheet), "表.csv")
    assert (table.headers, table.rows[0].cells[0].value) == ([f"'{start}头"], f"'{start}cmd")


# --- reading


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_what_was_written_is_read_back(kind):
    data = xlsx_bytes([a_sheet()]) if kind == "xlsx" else csv_text(a_sheet())
    table = read_table(data, f"明细.{kind.upper()}")
    assert table.headers == ["案号", "证件号码", "金额", "日期", "登记时间", "笔数"]
    first = table.rows[0]
    assert (first.number, first.cells[1].ref) == (2, "B2")
    assert (text_of(first.cells[0]), text_of(first.cells[1])) == ("（2018）湘0602执123号", "430602199602290006")
    assert (amount_of(first.cells[2]), day_of(first.cells[3])) == (yuan("16409.02"), date(2018, 10, 22))
    assert table.rows[1].cells[3].value is None


def test_rows_keep_the_numbers_excel_shows_and_empty_ones_are_left_out():
    table = read_table(a_workbook({"B3": " 案号 ", "B5": "甲", "D7": 1, "B9": "  "}), "表.xlsx")
    assert table.headers == ["", "案号", "", ""]
    assert [(row.number, [cell.ref for cell in row.cells if cell.value is not None]) for row in table.rows] == [
        (5, ["B5"]),
        (7, ["D7"]),
    ]


def test_csv_rows_are_numbered_by_record_and_padded():
    table = read_table('甲,乙\r\n"两\r\n行"\r\n\r\n,3\r\n'.encode(), "表.csv")
    assert [(row.number, [cell.value for cell in row.cells]) for row in table.rows] == [
        (2, ["两\r\n行", None]),
        (4, [None, "3"]),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_csv_is_read_in_the_encodings_chinese_programs_write(encoding):
    table = read_table("姓名\n李䶮\n".encode(encoding), "表.csv")
    assert (table.headers, table.rows[0].cells[0].value) == (["姓名"], "李䶮")


def test_a_sheet_is_chosen_by_name_or_else_the_first_visible_one():
    workbook = openpyxl.Workbook()
    workbook.active.sheet_state = "hidden"
    for name in ("甲", "乙"):
        page = workbook.create_sheet(name)
        page["A1"], page["A2"] = "表头", name
    workbook.active = 1
    target = io.BytesIO()
    workbook.save(target)
    data = target.getvalue()
    assert read_table(data, "a.xlsx").rows[0].cells[0].value == "甲"
    assert read_table(data, "a.xlsx", sheet="乙").rows[0].cells[0].value == "乙"
    assert "没有名为“丙”的工作表" in refusal(data, sheet="丙")


def test_a_workbook_without_a_visible_sheet_is_refused():
    hidden = zipfile.ZipFile(io.BytesIO(SMALL)).read("xl/workbook.xml").replace(b'state="visible"', b'state="hidden"')
    assert "没有可见的工作表" in refusal(repacked(SMALL, {"xl/workbook.xml": hidden}))


@pytest.mark.parametrize(
    ("filename", "told"),
    [("a.xlsm", "宏"), ("a.xlsb", "宏"), ("a.xls", "只接受"), ("a.pdf", "只接受"), ("xlsx", "损坏"), ("", "只接受")],
)
def test_other_kinds_of_files_are_refused(filename, told):
    assert told in refusal(b"PK\x03\x04", filename)


@pytest.mark.parametrize(
    ("data", "filename", "told"),
    [
        (b"", "a.xlsx", "是空的"),
        (b"0" * (10 * 1024 * 1024 + 1), "a.csv", "超过10MB"),
        ("甲,乙\n1,2".encode(), "a.xlsx", "不是 .xlsx"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a.xlsx", "打开密码"),
        (SMALL, "a.csv", "不是 CSV 文本"),
        ("甲\n乙".encode("utf-16"), "a.csv", "不是 CSV 文本"),
        (b"\xff\xff\n\xff", "a.csv", "文字编码"),
        ('甲\n"乙'.encode(), "a.csv", "引号不成对"),
        ("甲,乙\n , \n".encode(), "a.csv", "没有数据"),
        (a_workbook({"A1": "只有表头"}), "a.xlsx", "没有数据"),
        (a_workbook({}), "a.xlsx", "没有数据"),
        (SMALL[:-40], "a.xlsx", "损坏"),
        (SMALL[:300] + b"\0" * 50 + SMALL[350:], "a.xlsx", "损坏"),
        (repacked(SMALL, {PAGE: "<worksheet><sheetData>"}), "a.xlsx", "损坏"),
        (repacked(SMALL, {"xl/workbook.xml": "<workbook/>"}), "a.xlsx", "没有可见"),
    ],
)
def test_a_file_that_is_not_what_it_says_or_broken_is_refused(data, filename, told):
    assert told in refusal(data, filename)


def test_macros_embedded_files_and_passwords_are_refused():
    assert "含有宏" in refusal(repacked(SMALL, {"xl/vbaProject.bin": b"x"}))
    assert "嵌有其他文件" in refusal(repacked(SMALL, {"xl/embeddings/inner.xlsx": SMALL}))
    encrypted = bytearray(SMALL)
    entry = encrypted.index(b"PK\x01\x02")
    encrypted[entry + 8] |= 1
    assert "已加密" in refusal(bytes(encrypted))


def test_a_part_that_appears_twice_is_refused():
    doubled = repacked(SMALL, {PAGE.upper(): a_page("")})
    assert "格式异常" in refusal(doubled)


def test_a_part_that_unpacks_to_far_more_than_was_sent_is_refused():
    assert "展开后过大" in refusal(repacked(SMALL, {"xl/media/a.png": b"\0" * 20_000_000}))
    assert "展开后过大" in refusal(repacked(SMALL, {f"xl/media/{n}.png": b"" for n in range(501)}))


def test_a_picture_in_the_workbook_does_no_harm():
    assert read_table(repacked(SMALL, {"xl/media/a.png": b"\0"}), "a.xlsx").headers == ["案号"]


def test_a_damaged_directory_is_a_broken_workbook():
    entry = SMALL.index(b"PK\x01\x02")
    newer = SMALL[: entry + 6] + b"\xff" + SMALL[entry + 7 :]
    assert "损坏" in refusal(newer)
    end = SMALL.rindex(b"PK\x05\x06")
    assert "损坏" in refusal(SMALL[: end + 12] + b"\xff\xff\xff\xff" + SMALL[end + 16 :])


def test_a_size_that_lies_is_found_out():
    bomb = bytearray(repacked(SMALL, {"xl/extra.xml": b"<a>" + b" " * 20_000_000 + b"</a>"}))
    entry = bomb.index(b"PK\x01\x02", bomb.rindex(b"PK\x01\x02"))
    bomb[entry + 24 : entry + 28] = struct.pack("<I", 100)
    assert "损坏" in refusal(bytes(bomb))


def test_two_far_cells_do_not_make_the_reader_lay_out_everything_between():
    assert "超过50000行" in refusal(a_workbook({"A1": "头", "A2": "x", "XFD1048576": "y"}))
    assert "超过100列" in refusal(a_workbook({"A1": "头", "XFD2": "y"}))
    unnumbered = "<row><c><v>1</v></c></row>" * 50_002
    assert "超过50000行" in refusal(repacked(SMALL, {PAGE: a_page(unnumbered)}))


def test_cells_that_only_carry_a_format_do_not_count():
    page = a_page('<row><c t="inlineStr"><is><t>头</t></is></c></row><row><c><v>1</v></c><c r="XFD2" s="0"/></row>')
    assert read_table(repacked(SMALL, {PAGE: page}), "a.xlsx").rows[0].cells[0].value == 1


def test_a_long_text_shared_by_many_cells_is_refused():
    shared = '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>{}</t></si></sst>'
    page = a_page("".join(f'<row><c t="s"><v>0</v></c><c r="B{n}"><v>{n}</v></c></row>' for n in range(1, 2001)))
    for length, refused in ((100, False), (60_000, True)):
        text = "".join(chr(0x4E00 + n % 20_000) for n in range(length))
        data = repacked(SMALL, {PAGE: page, "xl/sharedStrings.xml": shared.format(text)})
        if refused:
            assert "展开后过大" in refusal(data)
        else:
            assert len(read_table(data, "a.xlsx").rows) == 1999


@pytest.mark.parametrize(
    "part",
    [
        '<!DOCTYPE a [<!ENTITY b "c">]><worksheet/>',
        a_page('<row r="0"/>'),
        a_page('<row r="x"/>'),
        a_page('<row><c r="1A"><v>1</v></c></row>'),
        a_page('<row><c r="AAAA1"><v>1</v></c></row>'),
        a_page('<row><c t="s"><v>+1</v></c></row>'),
    ],
)
def test_odd_parts_are_refused_before_they_are_read(part):
    assert "格式异常" in refusal(repacked(SMALL, {PAGE: part}))


def test_fifty_thousand_rows_fit_and_one_more_does_not():
    rows = "甲\n" + "1\n" * 50_000
    assert len(read_table(rows.encode(), "a.csv").rows) == 50_000
    assert "超过50000行" in refusal((rows + "1\n").encode(), "a.csv")
    assert "超过100列" in refusal(b"a\n" + b"1," * 100, "a.csv")
    assert spreadsheet.MAX_ROWS == 50_000


# --- single cells


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        ("  甲 ", "甲"),
        (123.0, "123"),
        (12.5, "12.5"),
        (13800138000.0, "13800138000"),
        (0, "0"),
        (-3.0, "-3"),
    ],
)
def test_text_is_read_from_text_and_small_numbers(value, text):
    assert text_of(Cell(value, "C5")) == text


@pytest.mark.parametrize("value", [4.306021990010113e17, 1e11, -1e11, 100000000000, 1e-7])
def test_a_number_that_excel_has_changed_is_never_taken_for_an_identity(value):
    with pytest.raises(CellError, match=r"单元格C5的号码已被 Excel 改成数值.*设为文本格式后重新填写") as refused:
        text_of(Cell(value, "C5"))
    assert refused.value.ref == "C5"


@pytest.mark.parametrize("value", [True, date(2018, 3, 1), float("nan")])
def test_truth_values_days_and_what_is_no_number_are_not_text(value):
    with pytest.raises(CellError, match="C5不是文本"):
        text_of(Cell(value, "C5"))


@pytest.mark.parametrize(
    ("value", "amount"), [(16409.02, "16409.02"), (12.0, "12"), (7, "7"), ("16,409.02元", "16409.02"), (0.1, "0.10")]
)
def test_amounts_are_read_from_numbers_and_text(value, amount):
    assert amount_of(Cell(value, "D2")) == yuan(amount)


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (None, "D2的金额没有填写"),
        (0.1 + 0.2, "D2的金额“0.3000"),
        (-5.0, "D2的金额“-5.0”无效"),
        (1e15, "无效"),
        (float("nan"), "无效"),
        (float("inf"), "无效"),
        ("一百", "D2的金额“一百”无效"),
        (True, "D2不是金额"),
        (date(2018, 3, 1), "D2不是金额"),
    ],
)
def test_what_is_no_amount_names_its_cell(value, told):
    with pytest.raises(CellError, match=told):
        amount_of(Cell(value, "D2"))


@pytest.mark.parametrize(
    "value",
    [
        date(2018, 3, 1),
        datetime(2018, 3, 1, 23, 59),  # noqa: DTZ001 - a cell has no time zone
        "2018-03-01",
        " 2018-3-1 ",
        "2018/3/1",
        "2018年3月1日",
        "20180301",
        20180301,
        20180301.0,
    ],
)
def test_days_are_read_as_people_write_them(value):
    assert day_of(Cell(value, "E2")) == date(2018, 3, 1)


@pytest.mark.parametrize(
    "value", [None, "", "2018-02-30", "18-3-1", "2018-3/1", "2018031", 43160.0, 43160.5, float("nan"), True, "昨天"]
)
def test_what_is_no_day_names_its_cell(value):
    with pytest.raises(CellError, match="单元格E2不是有效的日期，请按2018-03-01的样式填写"):
        day_of(Cell(value, "E2"))


def test_amounts_are_added_up_below_and_follow_the_filter(tmp_path):
    columns = [SheetColumn("说明"), SheetColumn("金额", "money", is_summed=True), SheetColumn("余额", "money")]
    rows = [("甲", yuan("0.10"), yuan("5")), ("乙", yuan("-0.30"), yuan("6")), ("丙", None, None)]
    write_xlsx(str(tmp_path / "sums.xlsx"), [Sheet("表", columns, rows), Sheet("空", columns, [])])
    page = openpyxl.load_workbook(tmp_path / "sums.xlsx")["表"]
    assert [cell.value for cell in page[5]] == ["合计", "=SUBTOTAL(109,B2:B4)", None]
    told = openpyxl.load_workbook(tmp_path / "sums.xlsx", data_only=True)
    assert told["表"]["B5"].value == -0.2
    assert told["空"].max_row == 1


def test_a_sheet_says_above_its_header_whose_it_is(tmp_path):
    columns = [SheetColumn("说明"), SheetColumn("金额", "money", is_summed=True)]
    write_xlsx(
        str(tmp_path / "whose.xlsx"), [Sheet("表", columns, [("甲", yuan("5"))], about="表　岳阳楼区法院　2018")]
    )
    page = openpyxl.load_workbook(tmp_path / "whose.xlsx")["表"]
    told = [[cell.value for cell in row] for row in page]
    assert told == [["表　岳阳楼区法院　2018", None], ["说明", "金额"], ["甲", 5], ["合计", "=SUBTOTAL(109,B3:B3)"]]
    assert (page.freeze_panes, page.auto_filter.ref, page.print_title_rows) == ("A3", "A2:B3", "$1:$2")


def test_a_sum_that_no_cell_holds_exactly_is_written_as_text(tmp_path):
    columns = [SheetColumn("金额", "money", is_summed=True)]
    half = from_fen(EXCEL_EXACT_FEN // 2)
    write_xlsx(str(tmp_path / "sums.xlsx"), [Sheet("表", columns, [(half,), (half,)])])
    page = openpyxl.load_workbook(tmp_path / "sums.xlsx")["表"]
    assert page["A4"].value == "10,000,000,000,000.00"


def test_a_column_reads_its_values_its_own_way(tmp_path):
    columns = [
        SheetColumn("种类", read={"a": "甲"}.__getitem__),
        SheetColumn("金额", "money", is_summed=True, read=exact_yuan),
        SheetColumn("日期", "day", read=date.fromisoformat),
        SheetColumn("时间", "moment", read=lambda text: court_time(datetime.fromisoformat(text))),
    ]
    rows = [("a", 1640902, "2018-10-22", "2018-10-22T16:30:00.000000Z"), ("a", -2, None, None), ("a", None, None, None)]
    write_xlsx(str(tmp_path / "kept.xlsx"), [Sheet("表", columns, rows)])
    page = openpyxl.load_workbook(tmp_path / "kept.xlsx", data_only=True)["表"]
    told = [[cell.value for cell in row] for row in page.iter_rows(min_row=2)]
    moment = datetime(2018, 10, 23, 0, 30)  # noqa: DTZ001 - a cell has no time zone
    assert told == [
        ["甲", 16409.02, datetime(2018, 10, 22), moment],  # noqa: DTZ001
        ["甲", -0.02, None, None],
        ["甲", None, None, None],
        ["合计", 16409, None, None],
    ]


def test_whole_fen_are_a_number_of_two_places_or_none_that_a_cell_holds():
    assert [str(exact_yuan(fen)) for fen in (0, 1, -1, 100, 1640902)] == ["0.00", "0.01", "-0.01", "1.00", "16409.02"]
    with pytest.raises(ValueError, match="too large"):
        exact_yuan(-EXCEL_EXACT_FEN)
    with pytest.raises(TypeError):
        exact_yuan(1.0)
