"""The register of courts: founding, entering, correcting."""

import pytest

from fundapp.core.db import transaction
from fundapp.core.errors import NotFound, RuleViolation, StaleRecord
from fundapp.courts import queries, service
from fundapp.trail import queries as trail
from fundapp.trail.rules import Event
from fundapp.users.rules import Role
from tests.builders.people import COURT, OTHER_COURT, SUPERIOR, a_user, the_courts


def test_a_district_begins_with_a_court_above_and_a_book_each(app):
    the_courts()
    assert len(queries.courts()) == 11
    assert queries.court(COURT).parent_code == SUPERIOR and queries.court(SUPERIOR).parent_code is None
    assert queries.with_lower(SUPERIOR) == queries.codes() == frozenset(trail.heads())
    assert queries.with_lower(COURT) == frozenset({COURT})
    assert all(trail.first_break(code) is None for code in queries.codes())


def enter(actor, **facts) -> None:
    with transaction():
        service.create(**{"code": "湘0699", "name": "新设区人民法院", "parent_code": SUPERIOR} | facts, actor=actor)


def test_one_more_court_is_entered_with_its_book_and_told(app):
    administrator = a_user(Role.ADMINISTRATOR, court_code=SUPERIOR)
    enter(administrator)
    assert queries.name("湘0699") == "新设区人民法院"
    assert "湘0699" in queries.with_lower(SUPERIOR)
    (entry,) = trail.history("court:湘0699")
    assert (entry.event, entry.court_code, entry.seq) == (Event.COURT_CREATED, "湘0699", 1)


@pytest.mark.parametrize(
    ("facts", "told"),
    [
        ({"code": "湘069"}, "格式不对"),
        ({"code": COURT}, "已经登记"),
        ({"parent_code": COURT}, "不相符"),
        ({"code": "湘0701", "parent_code": None}, "只能维护本院及所辖法院"),
    ],
)
def test_a_court_that_cannot_be_is_not_entered(app, facts, told):
    administrator = a_user(Role.ADMINISTRATOR, court_code=SUPERIOR)
    with pytest.raises(RuleViolation, match=told):
        enter(administrator, **facts)
    assert len(queries.courts()) == 11


def correct(actor, code=COURT, *, name="岳阳楼区法院", seen_version=1) -> None:
    with transaction(COURT):
        service.rename(code, name=name, seen_version=seen_version, actor=actor)


def test_a_name_is_corrected_by_who_saw_the_last_one(app):
    administrator = a_user(Role.ADMINISTRATOR)
    correct(administrator)
    assert queries.name(COURT) == "岳阳楼区法院"
    assert trail.history(f"court:{COURT}")[-1].told == {"name": "岳阳楼区法院"}
    with pytest.raises(StaleRecord):
        correct(administrator, name="旧页面上的名称")
    correct(administrator, name="岳阳市岳阳楼区人民法院", seen_version=2)
    assert queries.court(COURT).version == 3


def test_a_name_is_corrected_only_in_one_s_own_district(app):
    for actor in (a_user(Role.ADMINISTRATOR, court_code=OTHER_COURT),):
        with pytest.raises(RuleViolation, match="只能维护本院及所辖法院"):
            correct(actor)
    with pytest.raises(NotFound, match="没有代字为“湘0699”的法院"):
        correct(a_user(Role.ADMINISTRATOR), "湘0699")
    correct(a_user(Role.ADMINISTRATOR, court_code=SUPERIOR))
