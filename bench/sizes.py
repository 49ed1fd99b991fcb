"""Books of the three sizes, built once in a run and used by every workload that reads them."""

from functools import cache

from bench.contender import Contender
from bench.ground import Ground
from bench.measure import progress

SIZES = {"S": 10_000, "M": 100_000, "L": 500_000}  # entries; each has two sides, so L is a million lines
OF_HLEDGER = ("S", "M")  # it holds the whole journal in memory: at L, by its growth, about 7 GB


def chosen(*, full: bool) -> list[str]:
    return list(SIZES) if full else ["S"]


@cache
def books(ground: Ground, engine: str, size: str) -> str:
    """The address of our books of a size."""
    address = ground.fresh(engine)
    progress(f"building {SIZES[size]:,} entries on {engine}")
    builder = Contender("the fund", "ours", address)
    builder.ask("found")
    builder.ask("build", SIZES[size])
    builder.end()
    ground.settle(engine, address)
    return address


@cache
def journal(ground: Ground, size: str) -> Contender:
    """hledger with a journal of a size."""
    hledger = Contender("hledger", "peer_hledger", f"{ground.fresh('sqlite')}.{size}.journal")
    if not hledger.absent:
        hledger.ask("build", SIZES[size])
    return hledger
