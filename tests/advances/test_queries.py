"""Reads of advances: what waits for whom, and the list."""

import pytest

from fundapp.advances import queries
from fundapp.advances.rules import AdvanceStatus
from fundapp.approvals.rules import Outcome
from fundapp.core.db import db
from fundapp.core.errors import NotFound
from fundapp.users.rules import Role
from tests.builders.advances import (
    an_advance,
    signed,
    the_ladder,
)
from tests.builders.people import COURT, OTHER_COURT, a_user, the_holder

HERE = frozenset({COURT})


def waiting(user) -> list[int]:
    return [advance.id for advance in db.session.scalars(queries.waiting_for(user))]


def test_what_waits_for_whom_moves_with_the_signatures(app):
    advance = an_advance()
    people = {
        role: the_holder(role)
        for role in (Role.CASE_HANDLER, Role.BUREAU_DIRECTOR, Role.FINANCE_REVIEWER, Role.VICE_PRESIDENT, Role.AUDITOR)
    }
    elsewhere = a_user(Role.BUREAU_DIRECTOR, court_code=OTHER_COURT)

    def whose() -> set[Role]:
        return {role for role, user in people.items() if waiting(user)}

    assert whose() == {Role.BUREAU_DIRECTOR} and not waiting(elsewhere)
    signed(advance, Role.BUREAU_DIRECTOR)
    assert whose() == {Role.FINANCE_REVIEWER}
    signed(advance, Role.FINANCE_REVIEWER, outcome=Outcome.RETURNED, opinion="补正")
    assert whose() == {Role.CASE_HANDLER}


def test_the_list_is_narrowed_by_status_text_and_post(app):
    the_ladder()
    first, second = an_advance("100.00"), signed(an_advance("200.00"), Role.BUREAU_DIRECTOR)

    def found(**by) -> set[int]:
        return {advance.id for advance in db.session.scalars(queries.advances(HERE, **by))}

    assert found() == {first.id, second.id}
    assert found(status=AdvanceStatus.APPROVED) == set()
    assert found(text=second.case.number) == {second.id}
    assert found(text=first.creditor.name) >= {first.id}
    assert found(text="%") == set()
    assert found(role=Role.FINANCE_REVIEWER) == {second.id}
    assert not db.session.scalars(queries.advances(frozenset({OTHER_COURT}))).all()
    assert queries.advance(first.id, HERE).id == first.id
    with pytest.raises(NotFound):
        queries.advance(first.id, frozenset({OTHER_COURT}))
