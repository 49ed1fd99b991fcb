"""Writes of the books: post, correct, reserve, close."""

from fundapp.ledger.rules import Hands, booked
from fundapp.ledger.service.corrections import decide_correction, request_correction, reverse
from fundapp.ledger.service.periods import close_month, open_books
from fundapp.ledger.service.posting import Entry, Posted, post, post_all
from fundapp.ledger.service.prints import record_print
from fundapp.ledger.service.reservations import moving_reservations, release, reserve, settle

__all__ = [
    "Entry",
    "Hands",
    "Posted",
    "booked",
    "close_month",
    "decide_correction",
    "moving_reservations",
    "open_books",
    "post",
    "post_all",
    "record_print",
    "release",
    "request_correction",
    "reserve",
    "reverse",
    "settle",
]
