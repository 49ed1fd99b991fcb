"""The only place that asks what time it is, and the calendar by which time limits run.

Stored moments are UTC; people and time limits live by Beijing time. China has kept one fixed offset since 1991, so no
time zone database is needed.
"""

import calendar
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta, timezone

import chinese_calendar

from fundapp.core.errors import RuleViolation

SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")
OPENING = time(9, 0)

# One list for the whole process, not one per thread: a test that sets the clock sets it for its web server too.
_set_to: list[datetime] = []


def now() -> datetime:
    """This moment, in UTC."""
    return _set_to[-1] if _set_to else datetime.now(UTC)


def today() -> date:
    """The calendar day at the court."""
    return local(now()).date()


def local(moment: datetime) -> datetime:
    """The same moment as the court's clocks show it."""
    if moment.tzinfo is None:
        raise ValueError(f"a moment without its time zone: {moment!r}")
    return moment.astimezone(SHANGHAI)


def year_bounds(year: int) -> tuple[datetime, datetime]:
    """The moments at which a year of the court's calendar begins and the next one does, in UTC."""
    first, after = (datetime(which, 1, 1, tzinfo=SHANGHAI).astimezone(UTC) for which in (year, year + 1))
    return first, after


def canonical(moment: datetime) -> str:
    """A moment as it is sealed: UTC to the microsecond, ``2018-03-09T01:00:00.000000Z``."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


@contextmanager
def at(moment: datetime | date) -> Iterator[None]:
    """Stop the clock at ``moment`` inside the block; a bare day means nine in the morning at the court."""
    if not isinstance(moment, datetime):
        moment = datetime.combine(moment, OPENING, SHANGHAI)
    _set_to.append(local(moment).astimezone(UTC))
    try:
        yield
    finally:
        _set_to.pop()


def is_working_day(day: date) -> bool:
    """Whether offices are open, by the State Council's holiday notices with their working weekends.

    Raises:
        RuleViolation: no notice for that year is known; guessing would make a wrong time limit.
    """
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError as unknown_year:
        raise RuleViolation(
            "系统尚无%(year)s年的节假日安排，无法推算该年的期限，请联系系统管理员更新节假日数据后再办理。",
            year=str(day.year),
        ) from unknown_year


def roll(day: date) -> date:
    """The day itself if offices are open, else the next one on which they are (期限顺延)."""
    while not is_working_day(day):
        day += timedelta(days=1)
    return day


def add_working_days(start: date, days: int) -> date:
    """The last of ``days`` working days counted from the day after ``start``."""
    day = start
    for _ in range(days):
        day = roll(day + timedelta(days=1))
    return day


def deadline(start: date, days: int) -> date:
    """The last of ``days`` calendar days, ``start`` not counted, rolled to a working day.

    Source:
        民事诉讼法 (2017) art. 82: the first day is not counted; a limit ending on a holiday ends on the day after it.
    """
    return roll(start + timedelta(days=days))


def add_months(start: date, months: int) -> date:
    """The same day of the month ``months`` later, or that month's last day where it is shorter."""
    year, month0 = divmod(start.year * 12 + start.month - 1 + months, 12)
    return date(year, month0 + 1, min(start.day, calendar.monthrange(year, month0 + 1)[1]))
