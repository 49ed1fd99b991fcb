"""The register of courts: founding, entering, correcting."""

from datetime import date

import pytest

from fundapp.core import clock
from fundapp.core.db import transaction
from fundapp.core.errors import NotFound, RuleViolation, StaleRecord
from fundapp.core.money import CANONICAL, CapitalStyle, capitals, yuan
from fundapp.courts import queries, service
from fundapp.trail import queries as trail
from fundapp.trail.rules import Event
from fundapp.users.rules import Role
from tests.builders.people import COURT, OTHER_COURT, SUPERIOR, a_user


def test_a_district_begins_with_a_court_above_and_a_book_each(app):
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


def choose(day: date, actor=None, **style: bool) -> None:
    actor = actor or a_user(Role.ADMINISTRATOR)
    with transaction(COURT):
        service.set_amount_writing(COURT, effective_from=day, style=CapitalStyle(**style), actor=actor)


def test_amounts_are_written_as_the_court_chose_for_the_day(app):
    with clock.at(date(2018, 3, 1)):
        choose(date(2018, 4, 1), zero_after_yuan=True)
        choose(date(2018, 6, 1), zero_after_wan=True, whole_after_jiao=False)
    days = [date(2018, 3, 31), date(2018, 4, 1), date(2018, 5, 31), date(2018, 6, 1)]
    written = [capitals(yuan("107000.50"), queries.capital_style(COURT, day)) for day in days]
    assert written == ["壹拾万柒仟元伍角整", *["壹拾万柒仟元零伍角整"] * 2, "壹拾万零柒仟元伍角"]
    assert queries.capital_style(OTHER_COURT, date(2018, 6, 1)) == CANONICAL
    told = trail.history(f"court:{COURT}")[-1]
    assert told.event is Event.AMOUNT_WRITING_SET
    assert told.told == {"effective_from": "2018-06-01", "example": "壹拾万零柒仟元伍角叁分、壹仟肆佰零玖元伍角"}


def test_a_way_of_writing_begins_today_or_later_once_a_day_and_in_one_s_own_court(app):
    with clock.at(date(2018, 3, 2)):
        with pytest.raises(RuleViolation, match="不能早于今天2018-03-02"):
            choose(date(2018, 3, 1))
        choose(date(2018, 3, 2))
        with pytest.raises(RuleViolation, match="2018-03-02已经选定过写法"):
            choose(date(2018, 3, 2))
        with pytest.raises(RuleViolation, match="只能维护本院及所辖法院"):
            choose(date(2018, 3, 3), a_user(Role.ADMINISTRATOR, court_code=OTHER_COURT))
    assert [writing.effective_from for writing in queries.amount_writings(COURT)] == [date(2018, 3, 2)]
