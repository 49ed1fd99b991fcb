"""W5: the trial balance of today and as of any day, as the books grow."""

from collections.abc import Callable

from bench.contender import PEERS_PYTHON, Contender
from bench.ground import ENGINES, NAMES, Ground
from bench.measure import TURNS, Figures, Table, alternate, median, ratio
from bench.sizes import OF_HLEDGER, SIZES, books, chosen, journal

TODAY, THAT_DAY = "2018-12-20", "2018-09-17"
AS_OF_GATES = {"sqlite": 100, "postgresql": 200}
FEW = 500  # python-accounting posts some 70 a second and sums for seconds: it is asked about a small book


def measure(ground: Ground, *, full: bool) -> Table:
    table = Table(
        f"W5 trial balance over 1,001 accounts: {TURNS} turns, milliseconds",
        ("engine", "who", "entries", "today", "as of a day", "all 1,001 balances", "peak MB"),
    )
    sizes = chosen(full=full)
    for engine in ENGINES:
        _one_engine(table, ground, engine, sizes)
    _text_file(table, ground, sizes)
    _python_accounting(table, ground)
    return table


def _one_engine(table: Table, ground: Ground, engine: str, sizes: list[str]) -> None:
    ours = {size: Contender("the fund", "ours", books(ground, engine, size)) for size in sizes}
    raw = Contender("raw balance table", "raw", ground.fresh(engine))
    raw.ask("found")
    hordaks = {size: _hordak(ground, size) for size in sizes} if engine == "postgresql" else {}
    works: dict[str, Callable[[], float]] = {"raw": lambda: raw.ask("balances")}
    for size, one in ours.items():
        works |= {
            f"today {size}": lambda one=one: one.ask("trial", TODAY),
            f"as of {size}": lambda one=one: one.ask("trial", THAT_DAY),
            f"all {size}": lambda one=one: one.ask("balances"),
        }
    for size, one in hordaks.items():
        if not one.absent:
            works[f"hordak today {size}"] = lambda one=one: one.ask("today")
            works[f"hordak as of {size}"] = lambda one=one: one.ask("as_of", THAT_DAY)
    took = alternate(works)
    milliseconds = {name: 1000 * median(found) for name, found in took.items()}
    for size, one in ours.items():
        figures = [milliseconds[f"{what} {size}"] for what in ("today", "as of", "all")]
        table.row(NAMES[engine], "the fund", f"{SIZES[size]:,}", *figures, one.peak_mb)
    table.row(NAMES[engine], "raw balance table", "any", "", "", milliseconds["raw"], raw.peak_mb)
    for size, one in hordaks.items():
        if not one.absent:
            figures = [milliseconds[f"hordak {what} {size}"] for what in ("today", "as of")]
            table.row("PostgreSQL", one.name, f"{SIZES[size]:,}", *figures, figures[0], one.peak_mb)
    table.absent(*list(hordaks.values())[:1])
    _gates(table, engine, sizes[-1], took)
    for one in (*ours.values(), raw, *hordaks.values()):
        one.end()


def _gates(table: Table, engine: str, largest: str, took: Figures) -> None:
    where = f"{largest}, {NAMES[engine]}"
    table.at_most(f"today, {where}", 1000 * median(took[f"today {largest}"]), 15, "ms")
    table.at_most(f"as of a day, {where}", 1000 * median(took[f"as of {largest}"]), AS_OF_GATES[engine], "ms")
    if largest != "S":
        table.at_most(f"today, {largest} / S, {NAMES[engine]}", ratio(took[f"today {largest}"], took["today S"]), 1.3)
    if largest == "L" and f"hordak today {largest}" in took:
        faster = ratio(took[f"hordak today {largest}"], took[f"today {largest}"])
        table.at_least(f"django-hordak, today, {largest}", faster, 50)


def _hordak(ground: Ground, size: str) -> Contender:
    one = Contender("django-hordak", "peer_hordak", ground.fresh("postgresql"), python=PEERS_PYTHON)
    if not one.absent:
        one.ask("found")
        one.ask("build", SIZES[size])
    return one


def _text_file(table: Table, ground: Ground, sizes: list[str]) -> None:
    for size in sizes:
        if size not in OF_HLEDGER:
            table.notes.append(f"hledger is not run at {SIZES[size]:,} entries: it would need about 7 GB")
            continue
        hledger = journal(ground, size)
        table.absent(hledger)
        if not hledger.absent:
            took = 1000 * median(hledger.ask("balances") for _ in range(2))
            table.row("text file", hledger.name, f"{SIZES[size]:,}", took, "", took, hledger.peak_mb)


def _python_accounting(table: Table, ground: Ground) -> None:
    one = Contender("python-accounting", "peer_python_accounting", ground.fresh("sqlite"), python=PEERS_PYTHON)
    table.absent(one)
    if not one.absent:
        one.ask("found")
        one.ask("post", FEW)
        table.row("SQLite", one.name, f"{FEW}", 1000 * one.ask("trial"), "", "", one.peak_mb)
    one.end()
