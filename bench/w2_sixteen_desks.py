"""W2: many callers at once, all on the one fund.

On SQLite they are threads of one process, as the web server has them. On PostgreSQL they are processes, as the clients
of pgbench are, each with a connection of its own; beside them the same number of processes that only call a function.
"""

import statistics

from bench.contender import Contender
from bench.ground import Ground
from bench.measure import TURNS, Table, alternate, median, percentile, ratio

PROCESSES = 16


class Crowd:
    """Callers that begin together; what each of their acts took is kept."""

    def __init__(self, contenders: list[Contender], callers: int, during: float) -> None:
        self.contenders, self.callers, self.during = contenders, callers, during
        self.took: list[list[float]] = [[] for _ in range(callers)]

    def turn(self) -> float:
        """Acts a second of all callers together."""
        each = self.callers // len(self.contenders)
        for one in self.contenders:
            one.tell(*self._work(each))
        found = [caller for one in self.contenders for caller in self._heard(one)]
        for kept, taken in zip(self.took, found, strict=True):
            kept += taken
        return sum(len(taken) for taken in found) / self.during

    def _work(self, each: int) -> tuple[object, ...]:
        return "desks", each, self.during

    def _heard(self, one: Contender) -> list[list[float]]:
        return one.hear()

    @property
    def slowest(self) -> float:
        """The acts of the slowest caller against those of the median one."""
        counts = [len(taken) for taken in self.took]
        return min(counts) / statistics.median(counts)

    def milliseconds(self, percent: int) -> float:
        return 1000 * percentile([one for taken in self.took for one in taken], percent)


class Calls(Crowd):
    """Callers of the bare function: one a process."""

    def _work(self, each: int) -> tuple[object, ...]:
        return "calls", self.during

    def _heard(self, one: Contender) -> list[list[float]]:
        return [one.hear()]


def measure(ground: Ground, *, full: bool) -> Table:
    during = 10.0 if full else 0.5
    table = Table(
        f"W2 desks on one fund: {TURNS} turns of {during:g} s",
        ("engine", "who", "callers", "entries/s", "p50 ms", "p99 ms", "slowest / median caller", "peak MB"),
    )
    for callers in (16, 64) if full else (16,):
        _sqlite(table, ground, callers, during)
        _postgres(table, ground, callers, during)
    return table


def _sqlite(table: Table, ground: Ground, callers: int, during: float) -> None:
    ours = Contender("the fund", "ours", ground.fresh("sqlite"))
    ours.ask("found")
    ours.ask("post", 10)
    many, alone = Crowd([ours], callers, during), Crowd([ours], 1, during)
    rates = alternate({"many": many.turn, "alone": alone.turn})
    _row(table, "SQLite", "the fund, threads", many, median(rates["many"]), ours.peak_mb)
    _row(table, "SQLite", "the fund", alone, median(rates["alone"]), ours.peak_mb)
    what = f"our own W1, SQLite, {callers} callers"
    table.at_least(what, ratio(rates["many"], rates["alone"]), 0.8)
    _fair(table, f"SQLite, {callers} callers", many)
    ours.end()


def _postgres(table: Table, ground: Ground, callers: int, during: float) -> None:
    books, plain = ground.fresh("postgresql"), ground.fresh("postgresql")
    ours = [Contender("the fund", "ours", books)]
    ours[0].ask("found")
    ours += [Contender("the fund", "ours", books) for _ in range(PROCESSES - 1)]
    for one in ours:
        one.ask("post", 10)
    raw = [Contender("function call", "raw", plain) for _ in range(callers)]
    raw[0].ask("found")
    many, calls = Crowd(ours, callers, during), Calls(raw, callers, during)
    rates = alternate({"many": many.turn, "calls": calls.turn})
    _row(table, "PostgreSQL", "the fund, processes", many, median(rates["many"]), max(one.peak_mb for one in ours))
    _row(table, "PostgreSQL", "one stored function call", calls, median(rates["calls"]), raw[0].peak_mb)
    what = f"one stored function call, PostgreSQL, {callers} callers"
    table.at_least(what, ratio(rates["many"], rates["calls"]), 0.5)
    _fair(table, f"PostgreSQL, {callers} callers", many)
    for one in ours + raw:
        one.end()


def _row(table: Table, engine: str, who: str, crowd: Crowd, rate: float, peak_mb: int) -> None:
    times = crowd.milliseconds(50), crowd.milliseconds(99)
    table.row(engine, who, crowd.callers, rate, *times, crowd.slowest, peak_mb)


def _fair(table: Table, where: str, crowd: Crowd) -> None:
    table.at_least(f"slowest / median caller, {where}", crowd.slowest, 0.5)
    table.at_most(f"p99, {where}", crowd.milliseconds(99), 60, "ms")
