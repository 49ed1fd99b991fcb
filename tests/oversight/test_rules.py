"""When a verification is due, and which light the last one gives."""

from datetime import datetime, timedelta

import pytest

from fundapp.core.clock import SHANGHAI
from fundapp.oversight import rules
from fundapp.oversight.rules import LABELS, Light

NOON = datetime(2018, 3, 2, 12, 0, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("now", "due"),
    [
        (datetime(2018, 3, 2, 2, 30, tzinfo=SHANGHAI), datetime(2018, 3, 2, 2, 30, tzinfo=SHANGHAI)),
        (datetime(2018, 3, 2, 2, 29, tzinfo=SHANGHAI), datetime(2018, 3, 1, 2, 30, tzinfo=SHANGHAI)),
        (NOON, datetime(2018, 3, 2, 2, 30, tzinfo=SHANGHAI)),
    ],
)
def test_a_verification_is_due_at_half_past_two_at_night(now, due):
    assert rules.last_due(now) == due


HOURS_36, LONGER = NOON - timedelta(hours=36), NOON - timedelta(hours=36, seconds=1)


@pytest.mark.parametrize(
    ("begun_at", "verified_at", "is_ok", "light"),
    [
        (None, None, True, Light.WAITING),
        (HOURS_36, None, True, Light.WAITING),
        (LONGER, None, True, Light.LATE),
        (LONGER, HOURS_36, True, Light.OK),
        (LONGER, LONGER, True, Light.LATE),
        (LONGER, HOURS_36, False, Light.FAILED),
        (LONGER, LONGER, False, Light.FAILED),
        (None, LONGER, True, Light.OK),
        (None, HOURS_36, False, Light.FAILED),
    ],
)
def test_the_light_is_red_for_a_failure_and_for_books_not_verified_in_36_hours(begun_at, verified_at, is_ok, light):
    assert rules.light(NOON, begun_at=begun_at, verified_at=verified_at, is_ok=is_ok) is light


def test_each_light_has_its_word_and_red_is_for_what_must_be_looked_at():
    assert LABELS.keys() == set(Light)
    assert {light for light in Light if light.tone == "danger"} == {Light.FAILED, Light.LATE}
    assert (Light.OK.tone, Light.WAITING.tone) == ("success", "warning")


PROBLEMS = "甲: 湘0602 2018-0001不符\n乙: 湘0603: entry 6 is missing\n丙: 湘06科目1001不符"


@pytest.mark.parametrize(
    ("hidden", "lines"),
    [
        (set(), [0, 1, 2]),
        ({"湘06", "湘0603"}, [0]),
        ({"湘0602", "湘0603"}, [2]),
        ({"湘06", "湘0602", "湘0603"}, []),
    ],
)
def test_one_reads_the_problems_of_the_courts_that_one_may_read(hidden, lines):
    told = PROBLEMS.splitlines()
    assert rules.readable_problems(PROBLEMS, hidden=hidden) == [told[line] for line in lines]
    assert rules.readable_problems("", hidden=hidden) == []
