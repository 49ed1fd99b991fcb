"""已核销垫付款备查簿: what the books wrote off, and what came back of it."""

from collections.abc import Iterable, Sequence
from datetime import date

from sqlalchemy import Select, case, select, type_coerce

from fundapp.core.columns import MoneyColumn
from fundapp.core.db import db
from fundapp.core.money import ZERO, Money
from fundapp.core.statements import Statement, statement
from fundapp.core.words import N_
from fundapp.funding.models import Source
from fundapp.ledger.models import DayTotal, PostingLine, Voucher
from fundapp.ledger.rules import Account, Movement, cited
from fundapp.yearend.queries.statements.bounds import case_numbers, courts_of, year_end
from fundapp.yearend.rules import statements as rules
from fundapp.yearend.rules.statements import CameBack, WrittenOff


@statement("written-off", N_("已核销垫付款备查簿"), N_("历年核销的垫付款，和核销后又收回的金额。"), place=30)
def of_written_off(codes: Sequence[str], year: int) -> Statement:
    found = entries(codes, year_end(year))
    return rules.written_off_statement(courts_of(codes), year, found, came_back(codes, found, year_end(year)))


def entries(codes: Sequence[str], day: date) -> list[WrittenOff]:
    """Every write-off up to a day, the earliest first; one that was undone stands there with its undoing, negative."""
    found = db.session.execute(_written_off(codes, day)).all()
    numbers = case_numbers(row.case_ref for row in found if row.case_ref)
    names = _source_names(codes)
    return [
        WrittenOff(
            court_code=row.court_code,
            voucher=cited(row.year, row.kind, row.kind_number),
            voucher_subject=f"voucher:{row.voucher_id}",
            day=row.posted_on,
            case_ref=row.case_ref or "",
            case_number=numbers.get(row.case_ref or "", ""),
            source_ref=row.source_ref or "",
            source=names.get(row.source_ref or "", ""),
            amount=row.amount,
        )
        for row in found
    ]


def _written_off(codes: Sequence[str], day: date) -> Select[*tuple[object, ...]]:
    """The postings that wrote off; looked for on the days on which 5301 moved, which are few."""
    taken_off = PostingLine.credit == Account.ADVANCES_RECEIVABLE
    amount = case((taken_off, PostingLine.amount), else_=-PostingLine.amount)
    return (
        select(
            Voucher.court_code, Voucher.id.label("voucher_id"), Voucher.year, Voucher.kind, Voucher.kind_number,
            Voucher.posted_on, PostingLine.case_ref, PostingLine.source_ref,
            type_coerce(amount, MoneyColumn).label("amount"),
        )
        .select_from(DayTotal)
        .join(Voucher, (Voucher.court_code == DayTotal.court_code) & (Voucher.posted_on == DayTotal.day))
        .join(PostingLine, PostingLine.voucher_id == Voucher.id)
        .where(
            DayTotal.court_code.in_(codes), DayTotal.account == Account.DISPOSAL_LOSS, DayTotal.part == "",
            DayTotal.day <= day, PostingLine.movement == Movement.WRITTEN_OFF,
        )
        .order_by(Voucher.posted_on, PostingLine.id)
    )  # fmt: skip


def _source_names(codes: Sequence[str]) -> dict[str, str]:
    rows = db.session.execute(select(Source.id, Source.name).where(Source.court_code.in_(codes)))
    return {f"source:{source_id}": name for source_id, name in rows}


def by_source(codes: Sequence[str], year: int) -> dict[tuple[str, str], Money]:
    """What a year wrote off, by court and source."""
    found: dict[tuple[str, str], Money] = {}
    for row in db.session.execute(_written_off(codes, year_end(year))):
        if row.posted_on.year == year:
            part = row.court_code, row.source_ref or ""
            found[part] = found.get(part, ZERO) + row.amount
    return found


def came_back(codes: Sequence[str], written: Iterable[WrittenOff], day: date) -> list[CameBack]:
    """What came in as other income (4609) for the cases of these write-offs, up to a day."""
    cases = sorted({entry.case_ref for entry in written if entry.case_ref})
    if not cases:
        return []
    amount = case((PostingLine.credit == Account.OTHER_INCOME, PostingLine.amount), else_=-PostingLine.amount)
    query = (
        select(PostingLine.case_ref, Voucher.posted_on, type_coerce(amount, MoneyColumn))
        .join(Voucher, Voucher.id == PostingLine.voucher_id)
        .where(
            PostingLine.case_ref.in_(cases),
            Voucher.court_code.in_(codes),
            Voucher.posted_on <= day,
            (PostingLine.credit == Account.OTHER_INCOME) | (PostingLine.debit == Account.OTHER_INCOME),
        )
        .order_by(Voucher.posted_on, PostingLine.id)
    )
    return [CameBack(case_ref or "", posted_on, back) for case_ref, posted_on, back in db.session.execute(query)]
