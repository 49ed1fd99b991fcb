"""Writes of the register: cases and their parties one by one, and whole lists by import."""

from fundapp.cases.service.importing import ImportResult, finish_import, kept_rows, rejected_rows, run_import
from fundapp.cases.service.parties import (
    add_party,
    register_account,
    reveal,
    reveal_case,
    sign_undertaking,
    verify_account,
)
from fundapp.cases.service.register import change, change_status, mark_concluded_by_advance, register

__all__ = [
    "ImportResult",
    "add_party",
    "change",
    "change_status",
    "finish_import",
    "kept_rows",
    "mark_concluded_by_advance",
    "register",
    "register_account",
    "rejected_rows",
    "reveal",
    "reveal_case",
    "run_import",
    "sign_undertaking",
    "verify_account",
]
