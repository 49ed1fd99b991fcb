"""兑现大会台账: the ceremonies of a year that are closed."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import case, func, select, type_coerce

from fundapp.ceremonies.models import Ceremony, CeremonyLine
from fundapp.ceremonies.rules import CeremonyStatus, LineSource, Method, PayeeStatus
from fundapp.core.columns import MoneyColumn
from fundapp.core.db import db
from fundapp.core.statements import Statement, statement
from fundapp.core.words import N_
from fundapp.yearend.queries.statements.bounds import courts_of, year_end
from fundapp.yearend.rules import statements as rules
from fundapp.yearend.rules.statements import CeremonyYear


@statement("ceremonies", N_("兑现大会台账"), N_("本年结束的各次兑现大会：人次、发放金额、现金提取和交回。"), place=40)
def of_ceremonies(codes: Sequence[str], year: int) -> Statement:
    return rules.ceremonies_statement(courts_of(codes), held(codes, year), held(codes, year - 1))


def held(codes: Sequence[str], year: int) -> list[rules.CeremonyLine]:
    """What each ceremony of the year did, in the order of their days."""
    paid, absent = (CeremonyLine.status == status for status in (PayeeStatus.PAID, PayeeStatus.ABSENT))

    def count(which: Any) -> Any:
        return func.coalesce(func.sum(case((which, 1), else_=0)), 0)

    def money(which: Any) -> Any:
        return type_coerce(func.sum(case((paid & which, CeremonyLine.amount), else_=0)), MoneyColumn)

    query: Any = (
        select(
            Ceremony.court_code, Ceremony.id, Ceremony.held_on, Ceremony.name, Ceremony.place,
            func.count(CeremonyLine.id), count(paid), count(absent),
            money(CeremonyLine.source == LineSource.ADVANCE), money(CeremonyLine.source == LineSource.CASE_MONEY),
            money(CeremonyLine.method == Method.TRANSFER), money(CeremonyLine.method == Method.CASH),
            Ceremony.fund_cash_drawn, Ceremony.case_cash_drawn,
            Ceremony.fund_cash_returned, Ceremony.case_cash_returned,
        )
        .join(CeremonyLine, CeremonyLine.ceremony_id == Ceremony.id)
        .where(
            Ceremony.court_code.in_(codes),
            Ceremony.status == CeremonyStatus.CLOSED,
            Ceremony.held_on.between(date(year, 1, 1), year_end(year)),
        )
        .group_by(Ceremony.id)
        .order_by(Ceremony.held_on, Ceremony.id)
    )  # fmt: skip
    return [_line(*row) for row in db.session.execute(query)]


def _line(court: str, ceremony_id: int, day: date, name: str, place: str, *figures: Any) -> rules.CeremonyLine:
    *done, fund_drawn, case_drawn, fund_returned, case_returned = figures
    did = CeremonyYear(*(*done, fund_drawn + case_drawn, fund_returned + case_returned))
    return rules.CeremonyLine(court, f"ceremony:{ceremony_id}", day, name, place, did)
