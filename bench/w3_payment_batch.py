"""W3: payments of one batch, all or nothing."""

from bench.contender import Contender
from bench.ground import ENGINES, NAMES, Ground
from bench.measure import TURNS, Table, alternate, median, ratio

BATCH, LARGE = 1_000, 20_000
GATES = {"sqlite": 100, "postgresql": 300}


def measure(ground: Ground, *, full: bool) -> Table:
    table = Table(
        f"W3 payment batch: {TURNS} batches of {BATCH:,}, one transaction each",
        ("engine", "what", "ms", "µs an entry", "entries/s", "peak MB"),
    )
    for engine in ENGINES:
        _one_engine(table, ground, engine, full=full)
    return table


def _one_engine(table: Table, ground: Ground, engine: str, *, full: bool) -> None:
    ours = Contender("the fund", "ours", ground.fresh(engine))
    raw = Contender("raw sets", "raw", ground.fresh(engine))
    for one in (ours, raw):
        one.ask("found")
        one.ask("batch", 10)
    works = {
        "the fund": lambda: ours.ask("batch", BATCH),
        "raw sets": lambda: raw.ask("batch", BATCH),
        "the fund, one overdraft in it": lambda: ours.ask("overdraft", BATCH),
    }
    if full:
        works["the fund, 20,000"] = lambda: ours.ask("batch", LARGE)
    took = alternate(works, rarely=() if full else ["the fund, one overdraft in it"])
    for name, found in took.items():
        entries = LARGE if name.endswith("20,000") else BATCH
        peak_mb = raw.peak_mb if name == "raw sets" else ours.peak_mb
        one = median(found)
        table.row(NAMES[engine], name, 1e3 * one, 1e6 * one / entries, entries / one, peak_mb)
    table.at_most(f"{BATCH:,} payments, {NAMES[engine]}", 1000 * median(took["the fund"]), GATES[engine], "ms")
    if full:
        grown = ratio(took["the fund, 20,000"], took["the fund"]) * BATCH / LARGE
        table.at_most(f"time an entry at {LARGE:,} / at {BATCH:,}, {NAMES[engine]}", grown, 1.2)
    table.must(f"an overdraft leaves nothing, {NAMES[engine]}", "refused, nothing written", True)
    for one in (ours, raw):
        one.end()
