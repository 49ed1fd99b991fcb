"""The bank of the story: reads a payment file as a bank would, and answers with a result file."""

from datetime import date
from typing import Any

from fundapp.core.money import Money
from fundapp.core.spreadsheet import Row, Sheet, SheetColumn, amount_of, read_table, text_of, xlsx_bytes
from fundapp.disbursement.rules import RESULT_HEADERS

_NOT_OURS = "收款账号与户名不符，退回"


def answer(payment_file: bytes, *, on: date, fails: int = 0, unknown: int = 0) -> bytes:
    """The result of every line: the first ``fails`` are refused, the next ``unknown`` still under way, the rest
    paid."""
    table = read_table(payment_file, "payment.xlsx")
    places = {header: at for at, header in enumerate(table.headers)}
    rows = []
    for order, row in enumerate(table.rows):
        result = "失败" if order < fails else "处理中" if order < fails + unknown else "成功"
        rows.append(_line(row, places, result, on))
    kinds = {"金额": "money", "交易日期": "day"}
    columns = [SheetColumn(header, kinds.get(header, "text"), 24) for header in RESULT_HEADERS]
    return xlsx_bytes([Sheet("批量付款结果", columns, rows)])


def _line(row: Row, places: dict[str, int], result: str, on: date) -> list[Any]:
    def text(header: str) -> str:
        return text_of(row.cells[places[header]])

    amount: Money = amount_of(row.cells[places["金额"]])
    key = text("自定义序号")
    is_paid = result == "成功"
    return [
        key,
        text("收款账号"),
        text("收款账号名称"),
        amount,
        result,
        f"JH{on:%Y%m%d}{key[-9:]}" if is_paid else None,
        on if is_paid else None,
        _NOT_OURS if result == "失败" else None,
    ]
