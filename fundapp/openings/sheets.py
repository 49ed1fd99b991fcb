"""The sheets that people fill in or correct: the form of an import, and its refused rows."""

from collections.abc import Sequence

from fundapp.core.spreadsheet import Sheet, SheetColumn
from fundapp.ledger.rules import Model
from fundapp.openings.rules import CELL_HEADER, COLUMNS, REASON_HEADER, FaultyRow, accounts_of

WIDE, WIDER = 22, 60


def form_sheets(model: Model) -> list[Sheet]:
    """An empty form with our headers, the accounts of the model, and what each column wants."""
    told = ["列名", "是否必填", "填写要求", "示例"]
    return [
        Sheet("期初余额", [SheetColumn(column.header, width=WIDE) for column in COLUMNS], []),
        Sheet(
            "科目",
            [SheetColumn(header, width=width) for header, width in _ACCOUNT_HEADERS],
            accounts_of(model),
        ),
        Sheet(
            "填写说明",
            [SheetColumn(header, width=WIDER if header == "填写要求" else WIDE) for header in told],
            [
                [column.header, "必填" if column.is_required else "可不填", column.hint, column.example]
                for column in COLUMNS
            ],
        ),
    ]


_ACCOUNT_HEADERS = (("科目编号", 14), ("科目名称", 36), ("余额方向", 12), ("须填写", WIDE))


def refused_sheet(rows: Sequence[FaultyRow]) -> Sheet:
    """The refused rows as they stood, with their cells and reasons."""
    headers = [column.header for column in COLUMNS] + [CELL_HEADER]
    return Sheet(
        "错误清单",
        [*(SheetColumn(header, width=WIDE) for header in headers), SheetColumn(REASON_HEADER, width=WIDER)],
        [[*row.values, row.cell, row.reason] for row in rows],
    )
