"""What people call the records that subjects name (``case:17``). The registers stand above this floor and say it; the
books and their papers below them ask here."""

from collections.abc import Callable, Collection, Iterable

Namer = Callable[[Collection[str], bool], dict[str, str]]
ASKED_AT_ONCE = 2000
_namers: list[Namer] = []


def name_records(namer: Namer) -> Namer:
    """Declare who knows the names; asked with the subjects and whether persons are named whole."""
    _namers[:] = [namer]
    return namer


def names(subjects: Iterable[str | None], *, whole: bool = False) -> dict[str, str]:
    """Each of these records by its Chinese name; persons are masked unless asked for whole, as papers are."""
    asked = sorted({subject for subject in subjects if subject})
    found: dict[str, str] = {}
    for namer in _namers:
        for start in range(0, len(asked), ASKED_AT_ONCE):
            found |= namer(asked[start : start + ASKED_AT_ONCE], whole)
    return found
