"""W1: vouchers one by one, one caller, durable."""

from bench.contender import PEERS_PYTHON, Contender
from bench.ground import ENGINES, NAMES, Ground
from bench.measure import TURNS, Table, alternate, median, ratio

GATES = {"sqlite": 0.35, "postgresql": 0.40}


def measure(ground: Ground, *, full: bool) -> Table:
    count = 100 if full else 20  # 2,000 or 400 postings in 20 turns
    table = Table(
        f"W1 one voucher: {TURNS} turns of {count} postings, durable",
        ("engine", "who", "entries/s", "ours is … ×", "peak MB"),
    )
    for engine in ENGINES:
        _one_engine(table, ground, engine, count)
    return table


def _one_engine(table: Table, ground: Ground, engine: str, count: int) -> None:
    ours = Contender("the fund", "ours", ground.fresh(engine))
    raw = Contender("five raw statements", "raw", ground.fresh(engine))
    if engine == "sqlite":
        peer = Contender("python-accounting", "peer_python_accounting", ground.fresh("sqlite"), python=PEERS_PYTHON)
        owed = 10.0
    else:
        peer = Contender("django-hordak", "peer_hordak", ground.fresh("postgresql"), python=PEERS_PYTHON)
        owed = 1.5
    present = [one for one in (ours, raw, peer) if not one.absent]
    for one in present:
        one.ask("found")
        one.ask("post", 10)
    works = {one.name: (lambda one=one: count / one.ask("post", count)) for one in present}
    if engine == "postgresql":
        works["one stored function call"] = lambda: count / raw.ask("call", count)
    rates = alternate(works)
    peaks = {one.name: one.peak_mb for one in present}
    for name, found in rates.items():
        table.row(NAMES[engine], name, median(found), ratio(rates[ours.name], found), peaks.get(name, raw.peak_mb))
    table.absent(peer)
    table.at_least(f"five raw statements, {NAMES[engine]}", ratio(rates[ours.name], rates[raw.name]), GATES[engine])
    if not peer.absent:
        table.at_least(peer.name, ratio(rates[ours.name], rates[peer.name]), owed)
    for one in present:
        one.end()
