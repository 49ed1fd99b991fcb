"""Writes of the books: post, correct, reserve, close."""

from fundapp.ledger.rules import Hands, booked
from fundapp.ledger.service.corrections import (
    decide_correction,
    hear_before_correcting,
    hear_of_corrections,
    refusal_to_cancel,
    request_correction,
    reverse,
)
from fundapp.ledger.service.openings import (
    OpeningFile,
    check_opening,
    decide_opening,
    decide_undoing,
    request_opening,
    request_undoing,
)
from fundapp.ledger.service.periods import close_month, open_books, reopen_month
from fundapp.ledger.service.posting import Entry, Posted, post, post_all
from fundapp.ledger.service.prints import record_print, record_voucher_print
from fundapp.ledger.service.reservations import moving_reservations, release, reserve, settle

__all__ = [
    "Entry",
    "Hands",
    "OpeningFile",
    "Posted",
    "booked",
    "check_opening",
    "close_month",
    "decide_correction",
    "decide_opening",
    "decide_undoing",
    "hear_before_correcting",
    "hear_of_corrections",
    "moving_reservations",
    "open_books",
    "post",
    "post_all",
    "record_print",
    "record_voucher_print",
    "refusal_to_cancel",
    "release",
    "reopen_month",
    "request_correction",
    "request_opening",
    "request_undoing",
    "reserve",
    "reverse",
    "settle",
]
