"""垫付款账龄分析表: what the fund had not got back on December 31."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import case, func, literal, select, type_coerce
from sqlalchemy.orm import aliased

from fundapp.advances.models import Advance, AdvancePayment
from fundapp.cases.models import Case
from fundapp.core.columns import MoneyColumn
from fundapp.core.db import db
from fundapp.core.money import ZERO, Money, total
from fundapp.core.statements import Note, Statement, statement
from fundapp.core.words import N_
from fundapp.ledger import queries as books
from fundapp.ledger.models import Opening, OpeningLine, PostingLine, Voucher
from fundapp.ledger.rules import STANDING, Account, Model
from fundapp.recovery.models import Allocation
from fundapp.yearend.queries.statements import written_off
from fundapp.yearend.queries.statements.bounds import case_numbers, courts_of, models_of, notes_of, year_end
from fundapp.yearend.rules import statements as rules
from fundapp.yearend.rules.statements import Ageing, Claim, ClaimKind

RECEIVABLE = Account.ADVANCES_RECEIVABLE


@statement("ageing", N_("垫付款账龄分析表"), N_("年末未收回的垫付款，按账龄分段并逐笔列示。"), place=20)
def of_claims(codes: Sequence[str], year: int) -> Statement:
    models = models_of(codes)
    ageing = Ageing(year, claims(codes, year_end(year)), claims(codes, year_end(year - 1)), models)
    notes = [
        Note(N_("账龄自付款日起算至12月31日，满1年、2年、3年的当日仍计入前一档；期初导入的自期初余额日期起算。")),
        *notes_of(codes, year),
    ]
    if Model.CUSTODIAL in models.values():
        notes.insert(1, Note(N_("甲类模式的垫付款不在账内核算，列于本表备查。")))
    has_account = Model.OWN_FUNDS in models.values()
    receivable = _receivable(codes, year_end(year)) if has_account else None
    return rules.ageing_statement(courts_of(codes), ageing, receivable=receivable, notes=notes)


def _receivable(codes: Sequence[str], day: date) -> Money:
    lines = books.trial_balance(codes, as_of=day)
    return total(line.closing_debit - line.closing_credit for line in lines if line.account is RECEIVABLE)


def claims(codes: Sequence[str], day: date) -> list[Claim]:
    """What was outstanding at the end of a day by the books' days, the oldest first: advances paid and not recovered,
    and receivables with which the books were opened, less what was written off."""
    opened = _opened(codes, day)
    cases = {claim.case_ref for claim in opened}
    cases |= {entry.case_ref for entry in written_off.entries(codes, day) if entry.case_ref}
    return rules.reduced([*_paid(codes, day), *opened], _booked(codes, sorted(cases), day))


def _paid(codes: Sequence[str], day: date) -> list[Claim]:
    """Advances of which something is out, by the days on which payments and recoveries stand in the books."""
    undone, booked = aliased(Voucher), aliased(Voucher)
    back = (
        select(Allocation.advance_id, func.sum(Allocation.fund).label("fund"))
        .join(booked, booked.id == Allocation.voucher_id)
        .where(Allocation.court_code.in_(codes), booked.posted_on <= day)
        .group_by(Allocation.advance_id)
        .subquery()
    )
    left = AdvancePayment.amount - func.coalesce(back.c.fund, literal(ZERO, MoneyColumn()))
    is_undone = select(undone.id).where(undone.reverses_id == Voucher.id, undone.posted_on <= day).exists()
    query = (
        select(
            AdvancePayment.court_code, AdvancePayment.advance_id, Advance.case_id, Case.number,
            AdvancePayment.paid_on, AdvancePayment.amount, type_coerce(left, MoneyColumn),
        )
        .join(Voucher, Voucher.id == AdvancePayment.voucher_id)
        .join(Advance, Advance.id == AdvancePayment.advance_id)
        .join(Case, Case.id == Advance.case_id)
        .outerjoin(back, back.c.advance_id == AdvancePayment.advance_id)
        .where(AdvancePayment.court_code.in_(codes), Voucher.posted_on <= day, ~is_undone)
        .where(type_coerce(left, MoneyColumn) > ZERO)
        .order_by(AdvancePayment.paid_on, AdvancePayment.advance_id)
    )  # fmt: skip
    return [
        Claim(court, f"advance:{advance_id}", f"case:{case_id}", number, ClaimKind.ADVANCE, paid_on, amount, rest)
        for court, advance_id, case_id, number, paid_on, amount, rest in db.session.execute(query)
    ]


def _opened(codes: Sequence[str], day: date) -> list[Claim]:
    """The receivables with which books were opened, a case's of all its sources in one."""
    query = (
        select(Opening.court_code, OpeningLine.case_ref, func.min(Opening.day), func.sum(OpeningLine.amount))
        .join(Opening, Opening.id == OpeningLine.opening_id)
        .where(Opening.court_code.in_(codes), Opening.status.in_(STANDING), Opening.day <= day)
        .where(OpeningLine.account == RECEIVABLE, OpeningLine.amount > ZERO)
        .group_by(Opening.court_code, OpeningLine.case_ref)
        .order_by(OpeningLine.case_ref)
    )
    rows = db.session.execute(query).all()
    numbers = case_numbers(case_ref for _court, case_ref, _day, _amount in rows)
    return [
        Claim(court, case_ref, case_ref, numbers.get(case_ref, ""), ClaimKind.OPENING, opened, amount, amount)
        for court, case_ref, opened, amount in rows
    ]


def _booked(codes: Sequence[str], case_refs: Sequence[str], day: date) -> dict[str, Money]:
    """What stands on 1218.01 for each of these cases."""
    if not case_refs:
        return {}
    signed = case((PostingLine.debit == RECEIVABLE, PostingLine.amount), else_=-PostingLine.amount)
    query: Any = (
        select(PostingLine.case_ref, type_coerce(func.sum(signed), MoneyColumn))
        .join(Voucher, Voucher.id == PostingLine.voucher_id)
        .where(
            PostingLine.case_ref.in_(case_refs),
            Voucher.court_code.in_(codes),
            Voucher.posted_on <= day,
            (PostingLine.debit == RECEIVABLE) | (PostingLine.credit == RECEIVABLE),
        )
        .group_by(PostingLine.case_ref)
    )
    return dict.fromkeys(case_refs, ZERO) | dict(db.session.execute(query).all())
