"""The clock that can be set, and the calendar by which time limits run."""

import threading
from datetime import UTC, date, datetime, timedelta

import pytest

from fundapp.core import clock
from fundapp.core.errors import RuleViolation


def day(text: str) -> date:
    return date.fromisoformat(text)


def test_a_set_clock_stands_still_and_is_put_back():
    with clock.at(datetime(2018, 10, 22, 1, 30, tzinfo=UTC)):
        assert clock.now() == clock.now() == datetime(2018, 10, 22, 1, 30, tzinfo=UTC)
        with clock.at(date(2018, 12, 31)):
            assert clock.now() == datetime(2018, 12, 31, 1, 0, tzinfo=UTC)
        assert clock.now().day == 22
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(minutes=1)


def test_the_clock_is_put_back_after_a_failure():
    with pytest.raises(RuntimeError, match="broken"), clock.at(date(2018, 1, 1)):
        raise RuntimeError("broken")
    assert clock.now().year > 2018


def test_other_threads_read_the_same_clock():
    read = []
    with clock.at(date(2018, 10, 22)):
        other = threading.Thread(target=lambda: read.append(clock.today()))
        other.start()
        other.join()
    assert read == [date(2018, 10, 22)]


def test_the_day_changes_at_midnight_in_the_court():
    with clock.at(datetime(2018, 12, 31, 15, 59, tzinfo=UTC)):
        assert clock.today() == date(2018, 12, 31)
    with clock.at(datetime(2018, 12, 31, 16, 0, tzinfo=UTC)):
        assert clock.today() == date(2019, 1, 1)
        assert clock.local(clock.now()).isoformat() == "2019-01-01T00:00:00+08:00"


def test_a_moment_without_time_zone_is_refused():
    naive = datetime(2018, 1, 1)  # noqa: DTZ001 - the point of the test
    with pytest.raises(ValueError, match="time zone"):
        clock.local(naive)
    with pytest.raises(ValueError, match="time zone"), clock.at(naive):
        pass
    assert clock.now().year > 2018


@pytest.mark.parametrize(
    ("on", "open_"),
    [("2018-09-29", True), ("2018-09-30", True), ("2018-10-06", False), ("2018-10-01", False), ("2018-10-22", True)],
)
def test_working_weekends_and_holidays_are_known(on, open_):
    assert clock.is_working_day(day(on)) is open_


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("2018-10-22", "2018-11-21"),
        ("2018-09-01", "2018-10-08"),
        ("2018-01-31", "2018-03-02"),
        ("2018-12-02", "2019-01-02"),
        ("2019-01-06", "2019-02-11"),
    ],
)
def test_thirty_days_end_on_a_working_day(start, end):
    assert clock.deadline(day(start), 30) == day(end)


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        ("2018-09-25", 10, "2018-10-12"),
        ("2018-10-22", 10, "2018-11-05"),
        ("2018-09-25", 15, "2018-10-19"),
        ("2018-10-22", 15, "2018-11-12"),
        ("2018-10-22", 0, "2018-10-22"),
    ],
)
def test_working_days_are_counted_from_the_next_day(start, days, end):
    assert clock.add_working_days(day(start), days) == day(end)


@pytest.mark.parametrize(
    ("start", "ends", "rolled", "removed_by"),
    [
        ("2018-10-22", "2020-10-22", "2020-10-22", "2020-10-27"),
        ("2016-02-29", "2018-02-28", "2018-02-28", "2018-03-05"),
        ("2018-10-03", "2020-10-03", "2020-10-09", "2020-10-13"),
    ],
)
def test_two_years_on_the_defaulter_list_and_three_working_days(start, ends, rolled, removed_by):
    assert clock.add_months(day(start), 24) == day(ends)
    assert clock.roll(day(ends)) == day(rolled)
    assert clock.add_working_days(day(rolled), 3) == day(removed_by)


def test_half_yearly_checks_keep_the_day_of_the_month():
    from_june = [clock.add_months(day("2018-06-20"), 6 * n) for n in range(1, 11)]
    assert from_june[0] == day("2018-12-20")
    assert from_june[-1] == day("2023-06-20")
    assert {each.day for each in from_june} == {20}
    from_august = [clock.add_months(day("2018-08-31"), 6 * n).isoformat() for n in range(1, 5)]
    assert from_august == ["2019-02-28", "2019-08-31", "2020-02-29", "2020-08-31"]


@pytest.mark.parametrize("year", [2003, 2031])
def test_a_year_without_holiday_notice_is_named_not_guessed(year):
    with pytest.raises(RuleViolation, match=f"尚无{year}年的节假日安排.*更新节假日数据"):
        clock.is_working_day(date(year, 6, 1))


def test_a_limit_that_runs_into_an_unknown_year_is_refused():
    with pytest.raises(RuleViolation, match="2027年"):
        clock.deadline(date(2026, 12, 20), 30)


def test_a_year_of_the_court_begins_and_ends_by_its_own_clocks():
    first, after = clock.year_bounds(2018)
    assert (first, after) == (datetime(2017, 12, 31, 16, tzinfo=UTC), datetime(2018, 12, 31, 16, tzinfo=UTC))
    assert clock.local(first).date() == date(2018, 1, 1)
