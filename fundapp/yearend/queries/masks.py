"""Persons do not leave the court in the summaries of vouchers, neither by name nor by number."""

from collections.abc import Callable
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import Select, select

from fundapp.cases.models import Party
from fundapp.cases.rules import PartyKind, masked_numbers, masked_remark
from fundapp.core.tables import Scope, Stream, position, record_id, within
from fundapp.ledger.models import PostingLine, Voucher


def in_order(query: Select[*tuple[Any, ...]], scope: Scope, *, since: int = 0) -> Select[*tuple[Any, ...]]:
    """A question about vouchers asked of those in the scope, from a year on, in the order of the books."""
    of_scope = query.where(within(Voucher.court_code, scope), Voucher.year.between(since, scope.year))
    return of_scope.order_by(Voucher.court_code, Voucher.year, Voucher.number)


def masks(scope: Scope, *, since: int = 0) -> Callable[[int, str], str]:
    """What masks, in the summary of a voucher, the natural persons of all cases that it concerns. It is to be asked for
    the vouchers in the order of the books, from the first one of the year ``since``."""
    if scope.is_unmasked:
        return lambda voucher_id, summary: summary
    named = (
        select(Voucher.id, Party.name)
        .join(PostingLine, PostingLine.voucher_id == Voucher.id)
        .join(Party, Party.case_id == record_id(PostingLine.case_ref, "case"))
        .where(Party.kind == PartyKind.PERSON, position(Voucher.summary, Party.name) > 0)
    )
    of_vouchers = groupby(Stream(in_order(named, scope, since=since).order_by(Party.id)), key=itemgetter(0))
    at, persons = next(of_vouchers, (None, iter(())))

    def masked(voucher_id: int, summary: str) -> str:
        nonlocal at, persons
        if voucher_id != at:
            return masked_numbers(summary)
        names = [name for _id, name in persons]
        at, persons = next(of_vouchers, (None, iter(())))
        return masked_remark(summary, names)

    return masked
