"""The dossier of a payment: how it is numbered, and how persons are masked in it."""

import enum
import re
from collections.abc import Mapping
from typing import Any

from fundapp.core.words import N_

DIGEST = re.compile(r"[0-9a-f]{64}")
SHORTEST_HIDDEN = 2
"""A single character stands in too many words to be taken for a name."""


class Extent(enum.Enum):
    """Whether persons stand in a dossier masked or whole."""

    MASKED = "masked"
    WHOLE = "whole"


LABELS: dict[enum.Enum, str] = {
    Extent.MASKED: N_("脱敏件"),
    Extent.WHOLE: N_("完整件"),
}


def dossier_number(cited: str) -> str:
    """``卷2018-0017`` of the advance ``垫2018-0017``: a payment has one dossier."""
    return f"卷{cited[1:]}"


def masked(told: Any, masks: Mapping[str, str]) -> Any:
    """The same data with every name and number of ``masks`` replaced, wherever it stands, in free text too.

    Digests are left alone: a number may stand in one by chance.
    """
    hidden = [text for text in masks if len(text) >= SHORTEST_HIDDEN]
    if not hidden:
        return told
    pattern = re.compile("|".join(re.escape(text) for text in sorted(hidden, key=len, reverse=True)))
    return _walked(told, lambda text: pattern.sub(lambda found: masks[found[0]], text))


def _walked(told: Any, change: Any) -> Any:
    if isinstance(told, str):
        return told if DIGEST.fullmatch(told) else change(told)
    if isinstance(told, list):
        return [_walked(one, change) for one in told]
    if isinstance(told, dict):
        return {name: _walked(one, change) for name, one in told.items()}
    return told
