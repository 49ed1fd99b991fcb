"""The sheets that people fill in or correct: the template of an import, and its rejected rows."""

from collections.abc import Sequence

from fundapp.cases.rules import CELL_HEADER, COLUMNS, REASON_HEADER, RejectedRow
from fundapp.core.spreadsheet import Sheet, SheetColumn

WIDE, WIDER = 22, 60


def template_sheets() -> list[Sheet]:
    """An empty list with our headers, and beside it what each column wants."""
    told = ["列名", "是否必填", "填写要求", "示例"]
    return [
        Sheet("案件", [SheetColumn(column.header, width=WIDE) for column in COLUMNS], []),
        Sheet(
            "填写说明",
            [SheetColumn(header, width=WIDER if header == "填写要求" else WIDE) for header in told],
            [
                [column.header, "必填" if column.is_required else "可不填", column.hint, column.example]
                for column in COLUMNS
            ],
        ),
    ]


def rejected_sheet(rows: Sequence[RejectedRow]) -> Sheet:
    """The rejected rows as they stood, with their cells and reasons; it can be imported again once corrected."""
    headers = [column.header for column in COLUMNS] + [CELL_HEADER]
    return Sheet(
        "未通过的行",
        [*(SheetColumn(header, width=WIDE) for header in headers), SheetColumn(REASON_HEADER, width=WIDER)],
        [[*row.values, row.cell, row.reason] for row in rows],
    )
