"""From when on a doubt is shown: issued for a court from a day on, and asked as of the day that matters."""

from datetime import date, datetime, time, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from fundapp.core import clock
from fundapp.core.db import db, transaction
from fundapp.core.errors import NotFound, RuleViolation
from fundapp.core.tables import TABLES, Scope
from fundapp.custody.rules import DAYS_TO_PAY_OUT
from fundapp.irregularities import queries, rules, service
from fundapp.irregularities.queries import Span, Spell
from fundapp.irregularities.rules import Bounds, Kind
from fundapp.trail import queries as trail
from fundapp.trail.rules import Event
from fundapp.users.rules import Role
from tests.attacker import DENIED, owner
from tests.builders.advances import a_paid_advance, an_advance, signed
from tests.builders.custody import a_case_receipt
from tests.builders.irregularities import some_bounds, the_bounds
from tests.builders.people import COURT, OTHER_COURT, the_holder
from tests.irregularities.test_queries import found

HOUSE = Bounds()
BEGINS = date(2018, 7, 1)


# ---- the rules


def test_what_the_house_has_set_holds_until_a_court_issues_its_own():
    assert (HOUSE.months_outstanding, HOUSE.months_held, HOUSE.office_hours) == (12, 6, "07:30—20:00")
    assert [(figure.name, str(figure.value)) for figure in rules.figures(HOUSE)] == [
        ("垫付未收回", "12个月"),
        ("案款未发放", "6个月"),
        ("工作时间", "07:30至20:00"),
        ("案款发放期限", "30日"),
    ]


def test_every_figure_says_what_it_stands_on_and_whether_it_is_included():
    for bounds, set_by in ((HOUSE, rules.HOUSE), (some_bounds(BEGINS), "测法〔2018〕9号")):
        *chosen, law = rules.figures(bounds)
        assert all(figure.source[0] == set_by for figure in chosen)
        assert "第十条" in law.source[0] and DAYS_TO_PAY_OUT == 30 and "各法院相同" in law.meaning
        assert all("含本数" in one.meaning or "恰在" in one.meaning for one in [*chosen, law])


def test_exactly_so_many_months_are_not_too_long_and_a_day_more_is():
    assert HOUSE.last_outstanding(date(2019, 3, 9)) == date(2018, 3, 8)
    assert HOUSE.last_held(date(2019, 4, 22)) == date(2018, 10, 21)
    assert some_bounds(BEGINS, months_held=1).last_held(date(2018, 3, 31)) == date(2018, 2, 27)


LAWFUL = [
    {"months_outstanding": 1}, {"months_outstanding": 36}, {"months_held": 1}, {"months_held": 24},
    {"office_from": time(6), "office_to": time(22)}, {"office_from": time(8), "office_to": time(8, 1)},
]  # fmt: skip
UNLAWFUL = [
    ({"months_outstanding": 0}, "须为1至36个月（含本数）"),
    ({"months_outstanding": 37}, "须为1至36个月（含本数）"),
    ({"months_held": 0}, "须为1至24个月（含本数）"),
    ({"months_held": 25}, "须为1至24个月（含本数）"),
    ({"office_from": time(5, 59)}, "须在06:00至22:00之间"),
    ({"office_to": time(22, 1)}, "须在06:00至22:00之间"),
    ({"office_from": time(9), "office_to": time(9)}, "开始早于结束"),
    ({"document": ""}, "所依据的文件名称和文号"),
]


@pytest.mark.parametrize("figures", LAWFUL, ids=str)
def test_bounds_up_to_the_widest_are_lawful(figures):
    rules.check_bounds(some_bounds(BEGINS, **figures))


@pytest.mark.parametrize(("figures", "told"), UNLAWFUL, ids=str)
def test_bounds_that_would_leave_nothing_to_see_are_refused(figures, told):
    with pytest.raises(RuleViolation) as refused:
        rules.check_bounds(some_bounds(BEGINS, **figures))
    assert told in str(refused.value)


@pytest.mark.parametrize(
    ("begins", "latest", "told"),
    [
        (date(2018, 7, 2), None, None),
        (date(2018, 7, 1), None, "须晚于今天2018-07-01"),
        (date(2018, 6, 1), None, "须晚于今天2018-07-01"),
        (date(2018, 8, 2), date(2018, 8, 1), None),
        (date(2018, 8, 1), date(2018, 8, 1), "须晚于上一次发布的生效日期2018-08-01"),
    ],
)
def test_bounds_begin_tomorrow_at_the_earliest_and_after_those_before(begins, latest, told):
    if told is None:
        rules.check_bounds_day(begins, latest=latest, today=date(2018, 7, 1))
    else:
        with pytest.raises(RuleViolation) as refused:
            rules.check_bounds_day(begins, latest=latest, today=date(2018, 7, 1))
        assert told in str(refused.value)


# ---- kept and told


def test_issued_bounds_are_kept_and_told_on_the_trail(app):
    issued = the_bounds(BEGINS, months_outstanding=9, office_to=time(18, 30))
    [entry] = trail.history(issued.subject)
    assert (entry.event, entry.actor_id) == (Event.BOUNDS_ISSUED, the_holder(Role.PRESIDENT).id)
    assert entry.told == {
        "document": "测法〔2018〕9号", "effective_from": "2018-07-01", "months_outstanding": "9", "months_held": "6",
        "office_hours": "07:30—18:30",
    }  # fmt: skip
    db.session.expire_all()
    assert queries.issue(issued.id, frozenset({COURT})).bounds == some_bounds(
        BEGINS, months_outstanding=9, office_to=time(18, 30)
    )
    with pytest.raises(NotFound, match="没有找到该次发布的疑点关注线"):
        queries.issue(issued.id, frozenset({OTHER_COURT}))


def test_the_service_asks_both_rules(app):
    the_bounds(BEGINS)
    president = the_holder(Role.PRESIDENT)
    with clock.at(date(2018, 6, 30)):
        for bounds, told in (
            (some_bounds(BEGINS), "晚于上一次"),
            (some_bounds(date(2018, 9, 1), months_held=0), "1至24"),
        ):
            with pytest.raises(RuleViolation, match=told), transaction(COURT):
                service.issue_bounds(bounds, actor=president)


COLUMNS = "court_code, effective_from, document, months_outstanding, months_held, office_from, office_to"
WELL = {
    "document": "测法〔2018〕9号", "months_outstanding": 12, "months_held": 6, "office_from": "07:30:00.000000",
    "office_to": "20:00:00.000000",
}  # fmt: skip


def written(**facts) -> None:
    with owner() as connection:
        connection.execute(
            text(
                f"INSERT INTO exception_bounds ({COLUMNS}, issued_by_id, issued_at) VALUES (:court_code,"
                " :effective_from, :document, :months_outstanding, :months_held, :office_from, :office_to, :by, :at)"
            ),
            {"court_code": COURT, "effective_from": "2018-08-01", "at": "2018-07-01 00:00:00+00:00"} | WELL | facts,
        )


@pytest.mark.parametrize(
    "wrong",
    [
        {"months_outstanding": 0}, {"months_outstanding": 37}, {"months_held": 0}, {"months_held": 25},
        {"office_from": "05:59:00.000000"}, {"office_to": "22:01:00.000000"}, {"office_from": "20:00:00.000000"},
        {"document": ""}, {"effective_from": "2018-07-01"},
    ],
    ids=str,
)  # fmt: skip
def test_the_database_refuses_the_same_and_a_day_that_is_taken(app, wrong):
    issued = the_bounds(BEGINS)
    by = issued.issued_by_id
    db.session.rollback()
    with pytest.raises(IntegrityError, match=r"constraint|append-only"):
        written(by=by, **wrong)
    written(by=by, office_from="06:00:00.000000", office_to="22:00:00.000000")
    assert queries.latest_bounds(COURT).office_from == time(6)


def test_what_was_issued_is_never_changed(app):
    the_bounds(BEGINS)
    db.session.rollback()
    for act in ("UPDATE exception_bounds SET months_held = 24", "DELETE FROM exception_bounds"):
        with pytest.raises(Exception, match=DENIED), owner() as connection:
            connection.execute(text(act))


def test_the_audit_package_has_the_bounds_as_issued(app):
    issued = the_bounds(BEGINS, office_to=time(18))
    [table] = [one for one in TABLES if one.name == "exception_bounds"]
    [row] = table.rows(Scope((COURT,), 2018))
    assert row[:-1] == (
        issued.id, COURT, "2018-07-01", "测法〔2018〕9号", 12, 6, "07:30", "18:00", the_holder(Role.PRESIDENT).username,
    )  # fmt: skip
    assert [(one.event, one.actor) for one in table.records] == [(Event.BOUNDS_ISSUED.value, "issued_by")]


# ---- in force on a day


def test_the_bounds_of_a_day_are_the_last_that_had_begun(app):
    assert queries.bounds_on([COURT], date(2018, 6, 30)) == {COURT: HOUSE}
    first = the_bounds(BEGINS, months_held=3).bounds
    second = the_bounds(date(2018, 9, 1), months_held=2).bounds
    for day, expected in (
        (date(2018, 6, 30), HOUSE), (BEGINS, first), (date(2018, 8, 31), first), (date(2018, 9, 1), second),
    ):  # fmt: skip
        assert queries.bounds_on([COURT, OTHER_COURT], day) == {COURT: expected, OTHER_COURT: HOUSE}
    assert queries.spells([OTHER_COURT, COURT], date(2018, 6, 1), date(2018, 12, 31)) == [
        Spell(COURT, date(2018, 6, 1), date(2018, 6, 30), HOUSE),
        Spell(COURT, BEGINS, date(2018, 8, 31), first),
        Spell(COURT, date(2018, 9, 1), date(2018, 12, 31), second),
        Spell(OTHER_COURT, date(2018, 6, 1), date(2018, 12, 31), HOUSE),
    ]
    assert queries.spells([COURT], date(2018, 9, 2), date(2018, 9, 3)) == [
        Spell(COURT, date(2018, 9, 2), date(2018, 9, 3), second)
    ]
    with clock.at(date(2018, 10, 1)):
        assert queries.bounds_by_courts(Span((COURT, OTHER_COURT), 2018)) == [
            (second, [COURT]), (HOUSE, [OTHER_COURT]),
        ]  # fmt: skip


def test_what_lies_is_measured_by_the_bounds_of_the_last_day_that_is_asked_about(app):
    with clock.at(date(2018, 3, 9)):
        a_paid_advance("8000.00", paid_on=date(2018, 3, 9))
        a_case_receipt("10000.00", day=date(2018, 3, 9))
    the_bounds(BEGINS, months_outstanding=3, months_held=2)
    before, after = date(2018, 6, 30), BEGINS
    assert not found(Kind.ADVANCE_OVERDUE, today=before) and not found(Kind.CASE_MONEY_STALE, today=before)
    [advance] = found(Kind.ADVANCE_OVERDUE, today=after)
    assert "付出超过3个月仍未收回" in str(advance.sentence)
    [money] = found(Kind.CASE_MONEY_STALE, today=after)
    assert "到账后超过2个月未发放" in str(money.sentence)
    the_bounds(date(2019, 2, 1), months_outstanding=24, months_held=24)
    assert found(Kind.ADVANCE_OVERDUE, 2018) and found(Kind.CASE_MONEY_STALE, 2018), "2018 stays as it was"
    assert not found(Kind.ADVANCE_OVERDUE, 2019) and not found(Kind.CASE_MONEY_STALE, 2019)
    assert found(Kind.CASE_MONEY_OVERDUE, 2019), "thirty days are law, whatever a court issues"


def test_each_court_is_measured_by_its_own_bounds(app):
    with clock.at(date(2018, 3, 9)):
        for code in (COURT, OTHER_COURT):
            a_paid_advance("8000.00", paid_on=date(2018, 3, 9), court_code=code)
    the_bounds(BEGINS, months_outstanding=3)
    both = (COURT, OTHER_COURT)
    assert [line.court_code for line in found(Kind.ADVANCE_OVERDUE, courts=both)] == [COURT]
    lines = found(Kind.ADVANCE_OVERDUE, 2019, courts=both)
    assert {line.court_code: line.sentence.params["months"] for line in lines} == {COURT: "3", OTHER_COURT: "12"}


def test_an_act_is_measured_by_the_office_hours_of_its_own_day(app):
    with clock.at(date(2018, 6, 1)):
        advances = [an_advance("8000.00") for _ in range(3)]
    the_holder(Role.BUREAU_DIRECTOR)
    at = [datetime(2018, 6, day, 18, 0, tzinfo=clock.SHANGHAI) for day in (27, 29)]
    with clock.at(at[0]):
        signed(advances[0], Role.BUREAU_DIRECTOR)
    the_bounds(date(2018, 6, 29), office_to=time(18))
    with clock.at(at[1] - timedelta(minutes=1)):
        signed(advances[1], Role.BUREAU_DIRECTOR)
    with clock.at(at[1]):
        signed(advances[2], Role.BUREAU_DIRECTOR)
    the_bounds(date(2018, 12, 1), office_to=time(22))
    assert [(line.subject, line.day) for line in found(Kind.AFTER_HOURS)] == [(advances[2].subject, "2018-06-29")]
