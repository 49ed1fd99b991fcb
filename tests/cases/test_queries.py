"""Finding cases: by number, name, full and masked identity number; never beyond the reader's courts."""

import pytest

from fundapp.cases import queries
from fundapp.cases.rules import CaseStatus, ClaimCategory, Search, search_of
from fundapp.core import clock
from fundapp.core.db import db
from fundapp.core.errors import NotFound
from fundapp.core.money import yuan
from fundapp.story import people
from fundapp.users.rules import Role
from tests.builders.cases import a_case, a_creditor, a_debtor
from tests.builders.people import COURT, OTHER_COURT, a_user

HERE = frozenset({COURT})
BOTH = frozenset({COURT, OTHER_COURT})


def found(scope=HERE, **wanted):
    return set(db.session.scalars(queries.cases(scope, **wanted)))


def test_what_was_typed_is_read_as_meant():
    someone, firm = people.person(5), people.organisation(5)
    for typed, meant in [
        ("(2018)湘0602执 123 号", Search(number="（2018）湘0602执123号")),
        (f" {someone.identity.lower()} ", Search(identity=someone.identity)),
        (firm.identity.lower(), Search(identity=firm.identity)),
        ("4306**********0012", Search(identity_mask="4306**********0012")),
        ("4306****0012", Search(identity_mask="4306**********0012")),
        ("执123", Search(number_part="执123", name_part="执123")),
        ("张 三", Search(number_part="张三", name_part="张三")),
        ("(2018)", Search(number_part="（2018）", name_part="(2018)")),
        ("\0", Search(number_part="", name_part="")),
    ]:
        assert search_of(typed, today=clock.today()) == meant, typed


def test_a_case_is_found_by_everything_it_is_known_by(app):
    creditor = a_creditor(name="欧阳秀英", identity="43062119050715002X")
    firm = people.organisation(11)
    case, other = a_case(parties=[creditor, a_debtor()]), a_case(legacy_number="（2015）楼执字第00123号")
    for typed in (
        case.number,
        case.number.replace("（", "(").replace("）", ") "),
        case.number[6:],
        "欧阳秀英",
        "欧阳 秀",
        creditor.identity,
        f"{creditor.identity[:4]}**********{creditor.identity[-4:]}",
    ):
        assert case in found(text=typed) and other not in found(text=typed), typed
    assert found(text="楼执字第00123") == {other}
    assert found(text=firm.identity) == found(text="%") == found(text="无此人") == set()
    assert found(text="  ") == found() == {case, other}


def test_filters_narrow_and_limits_include_their_ends(app):
    small = a_case("19999.99", category=ClaimCategory.LOAN)
    middle = a_case("20000.00", status=CaseStatus.CLOSED_NO_ASSETS)
    large = a_case("20000.01", handler=a_user(Role.CASE_HANDLER))
    assert found(claim_from=yuan("20000")) == {middle, large}
    assert found(claim_to=yuan("20000")) == {small, middle}
    assert found(under_ceiling=(yuan("20000"), True)) == {small, middle}
    assert found(under_ceiling=(yuan("20000"), False)) == {small}
    assert found(status=CaseStatus.CLOSED_NO_ASSETS) == {middle}
    assert found(category=ClaimCategory.LOAN) == {small}
    assert found(handler_id=large.handler_id) == {large}
    assert (queries.count_under(HERE, yuan("20000"), True), queries.count_under(HERE, yuan("20000"), False)) == (2, 1)
    assert queries.count(HERE) == 3


def test_nobody_reads_beyond_his_courts(app):
    case = a_case(court_code=OTHER_COURT)
    [creditor] = case.creditors
    assert found() == found(text=case.number) == found(text=creditor.identity) == set()
    assert found(BOTH) == {case} and queries.count(HERE) == 0
    for ask in (
        lambda: queries.case(case.id, HERE),
        lambda: queries.case(case.id + 999, BOTH),
        lambda: queries.case_numbered(case.number, HERE),
        lambda: queries.party(creditor.id, HERE),
        lambda: queries.account(creditor.account.id, HERE),
        lambda: queries.case_import(1, HERE),
    ):
        with pytest.raises(NotFound):
            ask()
    assert queries.case_numbered(case.number, BOTH) is case
    assert queries.party(creditor.id, BOTH) is creditor and queries.account(creditor.account.id, BOTH).party is creditor


def test_numbers_are_looked_up_many_at_a_time(app, monkeypatch):
    monkeypatch.setattr(queries, "AT_ONCE", 2)
    cases = [a_case() for _ in range(3)]
    numbers = [case.number for case in cases]
    assert queries.ids_of(COURT, [*numbers, "（2018）湘0602执999999号"]) == {case.number: case.id for case in cases}
    assert queries.cases_numbered(COURT, numbers) == {case.number: case for case in cases}
