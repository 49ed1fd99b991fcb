"""W6: a year's books out: for programs, for people, in the national form, and the whole package."""

from collections.abc import Callable

from bench.contender import Contender
from bench.ground import ENGINES, NAMES, Ground
from bench.measure import TURNS, Table, alternate, median, ratio
from bench.sizes import OF_HLEDGER, SIZES, books, chosen, journal

FORMS = {"csv": ("the engine's own export", 0.35), "xml": ("plain string writing", 0.5), "xlsx": ("XlsxWriter", 0.9)}
SLOW = {"xlsx"}  # seconds at S, minutes at L: once in every tenth turn


def measure(ground: Ground, *, full: bool) -> Table:
    table = Table(
        f"W6 year export: {TURNS} turns",
        ("engine", "what", "who", "entries", "seconds", "lines/s", "peak MB"),
    )
    for engine in ENGINES:
        peaks = [_one_size(table, ground, engine, size) for size in chosen(full=full)]
        if full:
            table.at_most(f"peak memory of the package, L / S, {NAMES[engine]}", peaks[-1] / peaks[0], 1.2)
    return table


def _one_size(table: Table, ground: Ground, engine: str, size: str) -> int:
    address, where = books(ground, engine, size), f"{size}, {NAMES[engine]}"
    for form, (beside, gate) in FORMS.items():
        ours, raw = Contender("the package", "ours", address), Contender(beside, "raw_export", address)
        works: dict[str, Callable[[], float]] = {
            ours.name: lambda: ours.ask(form),  # noqa: B023 - run at once
            raw.name: lambda: raw.ask(form),  # noqa: B023
        }
        hledger = journal(ground, size) if form == "csv" and size in OF_HLEDGER else None
        if hledger and not hledger.absent:
            works[hledger.name] = lambda: hledger.ask("csv")  # noqa: B023
        took = alternate(works, rarely=[*(works if form in SLOW else ()), "hledger"])
        for one in filter(None, (ours, raw, hledger)):
            if one.name in took:
                _row(table, engine, form, one, size, median(took[one.name]))
        table.at_least(f"{form} by {beside}, {where}", ratio(took[raw.name], took[ours.name]), gate)
        if hledger and hledger.name in took:
            table.at_least(f"csv by hledger, {where}", ratio(took[hledger.name], took[ours.name]), 3)
        if hledger:
            table.absent(hledger)
        ours.end()
        raw.end()
    whole = Contender("the package", "ours", address)
    _row(table, engine, "everything", whole, size, whole.ask("package"))
    whole.end()
    return whole.peak_mb


def _row(table: Table, engine: str, form: str, who: Contender, size: str, took: float) -> None:
    entries = SIZES[size]
    table.row(NAMES[engine], form, who.name, f"{entries:,}", took, 2 * entries / took, who.peak_mb)
