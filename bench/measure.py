"""Turns, medians, gates, tables."""

import os
import statistics
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from math import ceil

from bench.contender import Contender

TURNS = 20
Figures = dict[str, list[float | None]]
Work = Callable[[], float]


def alternate(works: dict[str, Work], *, turns: int = TURNS, rarely: Iterable[str] = ()) -> Figures:
    """Every work once in each turn, beginning with another one each time; those of ``rarely`` in every tenth turn."""
    slow, names = frozenset(rarely), list(works)
    found: Figures = {name: [] for name in names}
    for turn in range(turns):
        progress(f"turn {turn + 1} of {turns}")
        at = turn % len(names)
        for name in names[at:] + names[:at]:
            found[name].append(None if name in slow and turn % 10 else works[name]())
    return found


def median(figures: Iterable[float | None]) -> float:
    return statistics.median(figure for figure in figures if figure is not None)


def ratio(ours: Sequence[float | None], theirs: Sequence[float | None]) -> float:
    """The median of the ratios within a turn."""
    return statistics.median(a / b for a, b in zip(ours, theirs, strict=True) if a is not None and b is not None)


def percentile(figures: Sequence[float], percent: int) -> float:
    return sorted(figures)[ceil(len(figures) * percent / 100) - 1]


def progress(told: str) -> None:
    """Where a long run stands, on the error stream of a terminal."""
    if sys.stderr.isatty():
        print(f"\r\033[K{told}", end="", file=sys.stderr, flush=True)


@dataclass
class Table:
    """What a workload prints: its rows, who could not run, and its gates."""

    title: str
    columns: tuple[str, ...]
    rows: list[tuple[str, ...]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    gates: list[tuple[str, str, str, bool]] = field(default_factory=list)

    def row(self, *cells: object) -> None:
        self.rows.append(tuple(shown(cell) for cell in cells))

    def absent(self, *contenders: Contender) -> None:
        self.notes += [f"{one.name} does not run here: {one.absent}" for one in contenders if one.absent]

    def at_least(self, what: str, value: float, bound: float, unit: str = "×") -> None:
        self.gates.append((what, f"{shown(value)} {unit}", f"≥ {bound:g} {unit}", value >= bound))

    def at_most(self, what: str, value: float, bound: float, unit: str = "×") -> None:
        self.gates.append((what, f"{shown(value)} {unit}", f"≤ {bound:g} {unit}", value <= bound))

    def must(self, what: str, found: str, met: bool) -> None:
        self.gates.append((what, found, "must", met))

    def tell(self) -> None:
        progress("")
        print(f"\n## {self.title}; load {os.getloadavg()[0]:.1f}, {os.cpu_count()} cores\n")
        _grid(self.columns, self.rows)
        if self.notes:
            print("\n" + "\n".join(f"- {note}" for note in self.notes))
        if self.gates:
            print()
            _grid(("gate", "measured", "owed", "met"), [(*gate, "yes" if met else "NO") for *gate, met in self.gates])
        sys.stdout.flush()


def shown(cell: object) -> str:
    """Three figures that count."""
    if not isinstance(cell, float):
        return str(cell)
    return f"{cell:,.0f}" if abs(cell) >= 100 else f"{cell:.3g}"


def _grid(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    widths = [max(len(row[at]) for row in (columns, *rows)) for at in range(len(columns))]
    for row in (columns, ["-" * width for width in widths], *rows):
        print("| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |")
