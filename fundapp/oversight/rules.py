"""When the books are to be verified, and which light the last verification gives. Pure."""

import enum
import re
from collections.abc import Iterable
from datetime import datetime, time, timedelta

from fundapp.core import clock
from fundapp.core.words import N_

NIGHTLY = time(2, 30)
LATE_AFTER = timedelta(hours=36)


class Light(enum.Enum):
    """How the last verification stands."""

    OK = "ok"
    WAITING = "waiting"
    FAILED = "failed"
    LATE = "late"

    @property
    def tone(self) -> str:
        return {"ok": "success", "waiting": "warning"}.get(self.value, "danger")


LABELS: dict[enum.Enum, str] = {
    Light.OK: N_("核验通过"),
    Light.WAITING: N_("等待首次核验"),
    Light.FAILED: N_("核验未通过"),
    Light.LATE: N_("核验逾期"),
}


def last_due(now: datetime) -> datetime:
    """The last half past two at night, by the court's clock."""
    due = datetime.combine(clock.local(now).date(), NIGHTLY, clock.SHANGHAI)
    return due if due <= now else due - timedelta(days=1)


def light(now: datetime, *, begun_at: datetime | None, verified_at: datetime | None, is_ok: bool) -> Light:
    """A failure stays red whatever its age; books that were not verified for 36 hours are red too.

    Args:
        begun_at: the first entry of the trail; None where there are no books yet.
        verified_at: the last verification, if there was one.
    """
    if verified_at is not None and not is_ok:
        return Light.FAILED
    since = verified_at or begun_at
    if begun_at is not None and since is not None and now - since > LATE_AFTER:
        return Light.LATE
    return Light.WAITING if verified_at is None else Light.OK


def readable_problems(problems: str, *, hidden: Iterable[str]) -> list[str]:
    """The problems, one on each line, without those that speak of a court that the reader may not read."""
    codes = "|".join(re.escape(code) for code in sorted(hidden))
    foreign = re.compile(rf"(?:{codes})(?!\d)") if codes else None
    return [line for line in problems.splitlines() if foreign is None or not foreign.search(line)]
