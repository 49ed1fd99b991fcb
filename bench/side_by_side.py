"""Two courts post side by side on PostgreSQL without waiting for each other; two writers of one court take turns."""

from bench.contender import Contender
from bench.ground import Ground
from bench.measure import TURNS, Table, alternate, median, ratio
from bench.w2_sixteen_desks import Crowd

COURT, OTHER_COURT = "湘0602", "湘0603"


def measure(ground: Ground, *, full: bool) -> Table:
    during = 3.0 if full else 0.5
    address = ground.fresh("postgresql")
    first = Contender("first court", "ours", address)
    first.ask("found", OTHER_COURT)
    other = Contender("other court", "ours", address, OTHER_COURT)
    second = Contender("second writer", "ours", address, COURT)
    crowds = {
        "one court alone": Crowd([first], 1, during),
        "two courts at once": Crowd([first, other], 2, during),
        "two writers of one court": Crowd([first, second], 2, during),
    }
    for one in (first, other, second):
        one.ask("post", 10)
    rates = alternate({name: crowd.turn for name, crowd in crowds.items()})
    table = Table(
        f"Side by side on PostgreSQL: {TURNS} turns of {during:g} s",
        ("who posts", "entries/s together", "each", "together / one alone", "p50 ms", "p99 ms"),
    )
    for name, crowd in crowds.items():
        rate = median(rates[name])
        times = crowd.milliseconds(50), crowd.milliseconds(99)
        table.row(name, rate, rate / crowd.callers, ratio(rates[name], rates["one court alone"]), *times)
    for one in (first, other, second):
        one.end()
    return table
