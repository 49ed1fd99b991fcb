"""The list of the 1,092 cases as a workbook with one sheet per court: the story imports it, and it ships as a
sample."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from fundapp.cases.rules import COLUMNS, LABELS, CaseStatus
from fundapp.core.spreadsheet import Sheet, SheetColumn, xlsx_bytes
from fundapp.story.plan import CourtPlan, Small

SHIPPED = Path(__file__).with_name("cases-2018.xlsx")
_KINDS = {"claim": "money", "filed_on": "day", "property_searched_on": "day", "undertaking_on": "day"}


def workbook(courts: Sequence[CourtPlan]) -> bytes:
    """The workbook's bytes; the same for the same plan."""
    columns = [SheetColumn(column.header, _KINDS.get(column.key, "text"), 20) for column in COLUMNS]
    return xlsx_bytes([Sheet(court.code, columns, [_row(case) for case in court.small]) for court in courts])


def _row(case: Small) -> list[Any]:
    told: dict[str, Any] = {
        "number": case.number,
        "filed_on": case.filed_on,
        "category": LABELS[case.category],
        "claim": case.claim,
        "status": LABELS[CaseStatus.IN_PROGRESS],
        "property_searched_on": case.searched_on,
        "is_in_bankruptcy": "否",
        "is_in_settlement": "否",
        "creditor_name": case.creditor.name,
        "creditor_kind": LABELS[case.creditor_kind],
        "creditor_identity": case.creditor.identity,
        "creditor_phone": case.creditor.phone,
        "bank": case.creditor.bank,
        "account_kind": LABELS[case.account_kind],
        "account_number": case.creditor.account,
        "undertaking_on": case.undertaking_on,
        "debtor_name": case.debtor.name,
        "debtor_kind": LABELS[case.debtor_kind],
        "debtor_identity": case.debtor.identity,
        "debtor_phone": case.debtor.phone,
    }
    return [told.get(column.key) for column in COLUMNS]
