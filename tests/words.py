"""The words of the interface: what the code and the pages say in Chinese, and the English catalogue that answers them.

``python -m tests.words`` writes new words into the catalogue, empty, and takes those out that nobody says any more;
``tests/house/test_translations.py`` fails until each has its English.
"""

import io
import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[1]
TRANSLATIONS = ROOT / "fundapp" / "translations"
ENGLISH = TRANSLATIONS / "en" / "LC_MESSAGES" / "messages.po"
# Calls whose first argument is a Chinese sentence that somebody reads.
KEYWORDS = {
    "_": None,
    "gettext": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "lazy_gettext": None,
    "_l": None,
    "N_": None,
    "RuleViolation": None,
    "StaleRecord": None,
    "NotFound": None,
    "CellError": None,
    "AmountError": None,
    "required": None,
}


def said() -> Catalog:
    """Every word that the code and the pages mark for translation, with the places where they do."""
    methods, options = parse_mapping_cfg(io.StringIO((TRANSLATIONS / "babel.cfg").read_text(encoding="utf-8")))
    catalog = Catalog(project="fundapp", charset="utf-8")
    # Only the folders of the mapping are walked, not the virtual environment beside them.
    for folder in ("fundapp", "templates"):
        here = [(pattern.removeprefix(f"{folder}/"), kind) for pattern, kind in methods if pattern.startswith(folder)]
        found = extract_from_dir(
            ROOT / folder,
            here,
            {pattern.removeprefix(f"{folder}/"): chosen for pattern, chosen in options.items()},
            KEYWORDS,
            strip_comment_tags=True,
        )
        for name, line, message, comments, context in found:
            catalog.add(message, None, [(f"{folder}/{name}", line)], auto_comments=comments, context=context)
    return catalog


def english() -> Catalog:
    with ENGLISH.open("rb") as file:
        return read_po(file, locale="en")


def update() -> None:
    """Bring the English catalogue up to what is said now; nothing is guessed, what is new stays empty."""
    catalog = english() if ENGLISH.exists() else Catalog(locale="en", charset="utf-8")
    catalog.update(said(), no_fuzzy_matching=True)
    ENGLISH.parent.mkdir(parents=True, exist_ok=True)
    with ENGLISH.open("wb") as file:
        write_po(file, catalog, width=120, no_location=True, omit_header=False, ignore_obsolete=True, sort_output=True)
    empty = sum(1 for message in catalog if message.id and not message.string)
    sys.stdout.write(f"{len(catalog)} words, {empty} without English: {ENGLISH.relative_to(ROOT)}\n")


if __name__ == "__main__":
    update()
