"""Two processes post into one court at once; then numbers, chain and sums must be right."""

from bench.contender import Contender
from bench.ground import ENGINES, NAMES, Ground
from bench.measure import Table, progress
from bench.w2_sixteen_desks import Crowd


def measure(ground: Ground, *, full: bool) -> Table:
    during = 30.0 if full else 5.0
    table = Table(
        f"Two processes in one court for {during:g} s",
        ("engine", "vouchers", "entries/s", "by the slower one", "p99 ms", "longest wait ms"),
    )
    for engine in ENGINES:
        progress(f"two processes on {engine}")
        address = ground.fresh(engine)
        first = Contender("first", "ours", address)
        first.ask("found")
        before = first.ask("vouchers")
        both = [first, Contender("second", "ours", address)]
        crowd = Crowd(both, 2, during)
        rate = crowd.turn()
        posted, kept = sum(len(taken) for taken in crowd.took), first.ask("vouchers") - before
        waits = crowd.milliseconds(99), crowd.milliseconds(100)
        table.row(NAMES[engine], posted, rate, min(len(taken) for taken in crowd.took), *waits)
        table.must(f"every act kept once, {NAMES[engine]}", f"{kept} of {posted}", kept == posted)
        problems = first.ask("problems")
        table.must(f"numbers, chain and sums, {NAMES[engine]}", "; ".join(problems) or "all right", not problems)
        for one in both:
            one.end()
    return table
