"""What every page may use: filters, and the one context processor."""

import enum
import hashlib
import os
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from flask import Flask, g, request, url_for
from flask_babel import get_locale, gettext

from fundapp.core import clock
from fundapp.core.money import Money, plain

CATALOGUES = Path(__file__).parents[1] / "translations"
LABELS: dict[enum.Enum, str] = {}


def teach_labels(*tables: dict[Any, str]) -> None:
    """Tell the pages the Chinese labels of enum members; each feature teaches its own when it is registered."""
    for table in tables:
        LABELS.update(table)


def label(value: enum.Enum | None) -> str:
    """The reader's word for an enum member."""
    return "" if value is None else gettext(LABELS[value])


def day(value: date | None) -> str:
    return "" if value is None else value.isoformat()


def day_long(value: date) -> str:
    if get_locale().language == "en":
        return f"{value:%B} {value.day}, {value.year}"
    return f"{value.year}年{value.month}月{value.day}日"


def moment(value: datetime | None) -> str:
    return "" if value is None else f"{clock.local(value):%Y-%m-%d %H:%M}"


def yuan(amount: Money | None) -> str:
    return "" if amount is None else plain(amount)


def compile_catalogues() -> None:
    """Make each ``.mo`` that is missing or older than its ``.po``, so that installing and running are enough."""
    for catalogue in CATALOGUES.glob("*/LC_MESSAGES/messages.po"):
        compiled = catalogue.with_suffix(".mo")
        if not compiled.exists() or compiled.stat().st_mtime < catalogue.stat().st_mtime:
            with catalogue.open("rb") as source:
                messages = read_po(source)
            fresh = compiled.with_suffix(f".{os.getpid()}")
            with fresh.open("wb") as target:
                write_mo(target, messages)
            fresh.replace(compiled)


TONES = {
    "success": "met agreed approved paid done confirmed closed settled delivered posted fully_enforced put_right",
    "warning": (
        "submitted recorded requested waiting built unknown paying open running planned frozen signed_in sent "
        "undo_requested unanswered proved evidence major"
    ),
    "danger": "not_met refused failed absent sent_back severe",
    "info": "in_progress signed under_way measure",
    "secondary": "withdrawn cancelled returned released listed checked undone minor",
}
"""Which tone a status is shown in, by its word; every badge also carries its text."""


def init_app(app: Flask) -> None:
    for name in (label, day, day_long, moment, yuan):
        app.add_template_filter(name)
    app.jinja_env.globals["tones"] = {word: tone for tone, words in TONES.items() for word in words.split()}
    app.context_processor(_context)


def _context() -> dict[str, Any]:
    return {
        "language": "en" if get_locale().language == "en" else "zh",
        "static_url": static_url,
        "today": clock.today,
        "here": request.full_path.rstrip("?") if request else "/",
        "user": g.get("user"),
    }


def static_url(path: str) -> str:
    """The address of a static file with the digest of its content, so that browsers may keep it for ever."""
    return url_for("static", filename=path, v=_digest(path))


@lru_cache
def _digest(path: str) -> str:
    return hashlib.sha256((Path(__file__).parents[1] / "static" / path).read_bytes()).hexdigest()[:12]
