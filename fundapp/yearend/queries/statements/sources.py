"""资金收支情况表: what every source's money did in a year."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import case, func, select, type_coerce

from fundapp.core.columns import MoneyColumn
from fundapp.core.db import db
from fundapp.core.money import ZERO, Money, from_fen, total
from fundapp.core.statements import Statement, statement
from fundapp.core.words import N_
from fundapp.funding.models import Source
from fundapp.ledger import queries as books
from fundapp.ledger.models import Opening, OpeningLine, PostingLine, Voucher
from fundapp.ledger.rules import STANDING, Account, Model, Movement
from fundapp.yearend.queries.statements import written_off
from fundapp.yearend.queries.statements.bounds import courts_of, models_of, notes_of, year_end
from fundapp.yearend.rules import statements as rules
from fundapp.yearend.rules.statements import Entrusted, Flows, SourceLine, SourceYear

FUND = (Account.FUND_BANK, Account.CASH)
Part = tuple[str, str]
"""A court and a source's subject; no subject is what belongs to no source."""


@statement("sources", N_("资金收支情况表"), N_("各资金来源的期初、收到、垫付、收回、退回、核销和期末余额。"), place=10)
def of_sources(codes: Sequence[str], year: int) -> Statement:
    this_year, last = source_years(codes, year), source_years(codes, year - 1)
    sources = db.session.execute(
        select(Source.court_code, Source.id, Source.name)
        .where(Source.court_code.in_(codes))
        .order_by(Source.court_code, Source.id)
    )
    parts = [(court, f"source:{source_id}", name) for court, source_id, name in sources]
    nobody = [(court, "", "") for court in codes]
    lines = [
        SourceLine(*part, this_year.get(part[:2], rules.NO_YEAR), last.get(part[:2], rules.NO_YEAR))
        for part in parts + nobody
    ]
    return rules.sources_statement(
        courts_of(codes),
        lines,
        accounts=_in_the_accounts(codes, year_end(year)),
        entrusted=_entrusted(codes, year_end(year), lines),
        notes=notes_of(codes, year),
    )


def source_years(codes: Sequence[str], year: int) -> dict[Part, SourceYear]:
    """Each source's year, and of each court the year of the money that belongs to none: both ends as they are kept,
    the flows between them from the postings."""
    before, after = (_ends(codes, day) for day in (year_end(year - 1), year_end(year)))
    moved, gone = flows(codes, year), written_off.by_source(codes, year)
    return {
        part: SourceYear(
            before.get(part, ZERO), moved.get(part, rules.NO_FLOWS), after.get(part, ZERO), gone.get(part, ZERO)
        )
        for part in {*before, *after, *moved, *gone}
    }


def _ends(codes: Sequence[str], day: date) -> dict[Part, Money]:
    """What each source had in the bank and in cash at the end of a day; under no source, what they held besides."""
    sums: dict[Part, int] = {}
    for (court, part, _account), fen in books.source_ends(codes, FUND, day).items():
        sums[court, part] = sums.get((court, part), 0) + fen
    for (court, part), fen in list(sums.items()):
        if part:
            sums[court, ""] -= fen
    return {part: from_fen(fen) for part, fen in sums.items()}


def flows(codes: Sequence[str], year: int) -> dict[Part, Flows]:
    """What crossed the line between the fund's money and the rest in a year, by court and source."""
    entered = PostingLine.debit.in_(FUND)
    signed = case((entered, PostingLine.amount), else_=-PostingLine.amount)
    query = (
        select(
            Voucher.court_code,
            func.coalesce(PostingLine.source_ref, ""),
            PostingLine.movement,
            type_coerce(func.sum(signed), MoneyColumn),
        )
        .join(Voucher, Voucher.id == PostingLine.voucher_id)
        .where(
            Voucher.court_code.in_(codes),
            Voucher.posted_on.between(date(year, 1, 1), year_end(year)),
            entered != PostingLine.credit.in_(FUND),
        )
        .group_by(Voucher.court_code, PostingLine.source_ref, PostingLine.movement)
    )
    found: dict[Part, dict[Movement, Money]] = {}
    for court, source, movement, amount in db.session.execute(query):
        found.setdefault((court, source), {})[movement] = amount
    return {part: rules.flows(moved) for part, moved in found.items()}


def _in_the_accounts(codes: Sequence[str], day: date) -> Money:
    lines = books.trial_balance(codes, as_of=day)
    return total(line.closing_debit - line.closing_credit for line in lines if line.account in FUND)


def _entrusted(codes: Sequence[str], day: date, lines: Sequence[SourceLine]) -> Entrusted | None:
    """What courts that hold the money for others owe; None when there is no such court."""
    custodial = [code for code, model in models_of(codes).items() if model is Model.CUSTODIAL]
    if not custodial:
        return None
    owed = books.source_ends(custodial, [Account.ENTRUSTED_FUND], day)
    return Entrusted(
        held=total(line.year.closing for line in lines if line.subject and line.court_code in custodial),
        owed=from_fen(-sum(fen for (_court, part, _account), fen in owed.items() if not part)),
        interest=_interest_opened(custodial, day),
    )


def _interest_opened(codes: Sequence[str], day: date) -> Money:
    """Interest owed to the treasury that the opening of the books put into a source's money."""
    query: Any = (
        select(func.sum(OpeningLine.amount))
        .join(Opening, Opening.id == OpeningLine.opening_id)
        .where(Opening.court_code.in_(codes), Opening.status.in_(STANDING), Opening.day <= day)
        .where(OpeningLine.account == Account.INTEREST_PAYABLE, OpeningLine.source_ref != "")
    )
    return db.session.scalar(query) or ZERO
