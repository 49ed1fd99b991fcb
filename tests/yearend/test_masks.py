"""Names of persons in the summaries of vouchers: masked in whatever leaves the court, of every case, year and court."""

from datetime import date

import pytest
from sqlalchemy import select

from fundapp.cases.rules import PartyKind, masked_name
from fundapp.core.db import db, transaction
from fundapp.core.money import yuan
from fundapp.core.tables import Scope
from fundapp.ledger import service as ledger
from fundapp.ledger.models import Voucher
from fundapp.ledger.rules import Movement, booked
from fundapp.story import people
from fundapp.yearend.queries.masks import in_order, masks
from tests.builders.cases import a_case, a_creditor, a_debtor
from tests.builders.ledger import how_posted
from tests.builders.people import COURT, OTHER_COURT, the_books

COURTS = (COURT, OTHER_COURT)


def a_told_voucher(summary: str, *cases, court_code: str = COURT, year: int = 2019) -> str:
    """A voucher of case money whose summary names what it is about; the summary."""
    the_books(court_code=court_code)
    moved = [booked(Movement.CASE_MONEY_RECEIVED, yuan("5.00"), case=case.subject) for case in cases]
    how = how_posted(court_code=court_code, day=date(year, 12, 3)) | {"summary": summary}
    with transaction(court_code):
        ledger.post(f"told:{year}:{summary}", moved, **how)
    return summary


def name_of(case) -> str:
    return case.creditors[0].name


def read(scope: Scope, **since: int) -> list[str]:
    masked = masks(scope, **since)
    rows = db.session.execute(in_order(select(Voucher.id, Voucher.summary), scope, **since)).all()
    return [masked(*row) for row in rows]


@pytest.fixture
def told(app) -> list[tuple[str, str]]:
    """What each voucher says and what may leave, in the order of the books; they were not posted in it."""
    first, second, others = a_case(), a_case(), a_case(court_code=OTHER_COURT)
    a, b, c = (name_of(case) for case in (first, second, others))
    found = [
        (a_told_voucher(f"退{c}款", others, court_code=OTHER_COURT, year=2018), f"退{masked_name(c)}款"),
        (a_told_voucher(f"收{a}款", first, year=2018), f"收{masked_name(a)}款"),
        (a_told_voucher(f"{b}、{a}、{b}", first, second), "、".join(map(masked_name, (b, a, b)))),
        (a_told_voucher("收款", first, second), "收款"),
        (a_told_voucher(f"{c}不在此案", first), f"{c}不在此案"),
        (a_told_voucher(f"付{c}款", others, court_code=OTHER_COURT), f"付{masked_name(c)}款"),
    ]
    return [*found[1:5], found[0], found[5]]


def test_each_voucher_names_no_person_of_its_cases(told):
    assert read(Scope(COURTS, 2019)) == [masked for _, masked in told]


def test_the_books_of_one_year_are_masked_from_their_first_voucher(told):
    assert read(Scope(COURTS, 2019), since=2019) == [told[at][1] for at in (1, 2, 3, 5)]
    assert read(Scope(COURTS, 2018)) == [told[at][1] for at in (0, 4)]
    assert read(Scope((OTHER_COURT,), 2019)) == [told[at][1] for at in (4, 5)]


def test_persons_are_named_whole_where_the_scope_says_so(told):
    assert read(Scope(COURTS, 2019, is_unmasked=True)) == [whole for whole, _ in told]


def test_a_person_whose_name_begins_with_that_of_another_is_masked_too(app):
    case = a_case(parties=[a_creditor(name="王小"), a_creditor(name="王小明"), a_debtor()])
    a_told_voucher("王小明代王小领取", case)
    (summary,) = read(Scope((COURT,), 2019))
    assert "小" not in summary


def test_organisations_keep_their_names(app):
    firm = people.organisation(3)
    owing = a_debtor(kind=PartyKind.ORGANISATION, name=firm.name, identity=firm.identity)
    told = a_told_voucher(f"收{firm.name}款", a_case(parties=[a_creditor(), owing]))
    assert read(Scope((COURT,), 2019)) == [told]
