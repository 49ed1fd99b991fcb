"""W7: the whole chain, every entry, every kept balance and every number, proved; and one changed digit found."""

from collections.abc import Callable

from bench.contender import Contender
from bench.ground import ENGINES, NAMES, Ground
from bench.measure import TURNS, Table, alternate, median, ratio
from bench.sizes import OF_HLEDGER, SIZES, books, chosen, journal


def measure(ground: Ground, *, full: bool) -> Table:
    table = Table(
        f"W7 prove the books: {TURNS} turns",
        ("engine", "who", "entries", "seconds", "entries/s", "peak MB"),
    )
    for engine in ENGINES:
        peaks = [_one_size(table, ground, engine, size) for size in chosen(full=full)]
        if full:
            table.at_most(f"peak memory, L / S, {NAMES[engine]}", peaks[-1] / peaks[0], 1.2)
    return table


def _one_size(table: Table, ground: Ground, engine: str, size: str) -> int:
    address, entries = books(ground, engine, size), SIZES[size]
    ours = Contender("flask verify", "ours", address)
    raw = Contender("bare re-hash loop", "raw", address)
    works: dict[str, Callable[[], float]] = {
        ours.name: lambda: ours.ask("verify"),
        raw.name: lambda: raw.ask("rehash"),
    }
    hledger = journal(ground, size) if size in OF_HLEDGER else None
    if hledger is None:
        table.notes.append(f"hledger is not run at {entries:,} entries: it would need about 7 GB")
    elif not hledger.absent:
        works[hledger.name] = lambda: hledger.ask("check")
    took = alternate(works, rarely=["hledger"])
    peaks = {one.name: one.peak_mb for one in (ours, raw, hledger) if one}
    for name, found in took.items():
        table.row(NAMES[engine], name, f"{entries:,}", median(found), entries / median(found), peaks[name])
    where = f"{size}, {NAMES[engine]}"
    table.at_least(f"bare re-hash loop, {where}", ratio(took[raw.name], took[ours.name]), 0.4)
    if size == "M" and "hledger" in took:  # the largest that hledger is asked about
        table.at_least(f"hledger check, {where}", ratio(took["hledger"], took[ours.name]), 4)
    if hledger:
        table.absent(hledger)
    voucher, *found = ours.ask("spoilt")
    table.must(f"a changed digit of {voucher}, {where}", found[0] if found else "not found", voucher in " ".join(found))
    peak_mb = ours.peak_mb
    ours.end()
    raw.end()
    return peak_mb
