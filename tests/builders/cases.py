"""Cases, with parties and accounts; every person in them is synthetic."""

from datetime import date
from itertools import count
from typing import Any

from fundapp.cases import service
from fundapp.cases.models import Case
from fundapp.cases.rules import AccountFacts, AccountKind, ClaimCategory, PartyFacts, PartyKind, PartyRole
from fundapp.core.db import transaction
from fundapp.core.money import yuan
from fundapp.story import people
from fundapp.users.models import User
from fundapp.users.rules import Role
from tests.builders.people import COURT, the_holder

FILED_ON = date(2018, 1, 15)
SEARCHED_ON = date(2018, 2, 1)
SIGNED_ON = date(2018, 2, 5)

_numbers = count(1)


def a_number(court_code: str = COURT, *, type_code: str = "执", year: int = 2018) -> str:
    """A case number nobody used before."""
    return f"（{year}）{court_code}{type_code}{next(_numbers)}号"


def an_account(holder: str, **facts: Any) -> AccountFacts:
    """A card in this name."""
    card = people.card(next(_numbers))
    return AccountFacts(
        **{"kind": AccountKind.CARD, "holder": holder, "bank": people.BANKS[0][1], "number": card} | facts
    )


def a_creditor(**facts: Any) -> PartyFacts:
    """A synthetic creditor with an account of his own and the undertaking signed."""
    someone = people.person(next(_numbers))
    told = {
        "kind": PartyKind.PERSON,
        "name": someone.name,
        "identity": someone.identity,
        "phone": someone.phone,
    } | facts
    return PartyFacts(
        **{"role": PartyRole.CREDITOR, "account": an_account(told["name"]), "undertaking_on": SIGNED_ON} | told
    )


def a_debtor(**facts: Any) -> PartyFacts:
    """A synthetic debtor."""
    someone = people.person(next(_numbers))
    return PartyFacts(
        **{"role": PartyRole.DEBTOR, "kind": PartyKind.PERSON, "name": someone.name, "identity": someone.identity}
        | facts
    )


def a_case(
    claim: str = "8000.00",
    *,
    court_code: str = COURT,
    parties: list[PartyFacts] | None = None,
    verified: bool = True,
    handler: User | None = None,
    **facts: Any,
) -> Case:
    """A case in progress with one creditor and one debtor, lawful for an advance: property searched, undertaking
    signed, the creditor's own account verified by the finance clerk (``verified``).
    """
    actor = handler or the_holder(Role.CASE_HANDLER, court_code=court_code)
    clerk = the_holder(Role.FINANCE_CLERK, court_code=court_code) if verified else None
    told = {
        "number": a_number(court_code),
        "filed_on": FILED_ON,
        "category": ClaimCategory.WAGES,
        "property_searched_on": SEARCHED_ON,
    } | facts
    with transaction(court_code):
        case = service.register(claim=yuan(claim), parties=parties or [a_creditor(), a_debtor()], actor=actor, **told)
        if clerk is not None:
            for party in case.creditors:
                if party.account is not None:
                    service.verify_account(party.account.id, how="电话回访，本人确认", actor=clerk)
    return case
