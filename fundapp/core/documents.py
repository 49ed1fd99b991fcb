"""Data to a printed paper: Typst templates of ``templates/documents`` to PDF.

Data reach a template as JSON, never as markup, so nothing a user typed can act on the page. The paper depends on the
data and the fonts alone: the same data make the same bytes.
"""

import json
import re
import subprocess
import sys
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pylopdf_fonts_zh_cn
import typst
from flask import current_app

from fundapp.core.config import ROOT

TEMPLATES = ROOT / "templates" / "documents"
# A paper carries its dates in its text; the file's own date would only make equal papers differ.
MADE_AT = datetime(2000, 1, 1, tzinfo=UTC)
NO_GLYPH = re.compile(r'the text `"((?:[^"\\]|\\.)*)"` could not be displayed')
STAND_IN = "〓"  # what printers set where the type was missing


def pdf(name: str, data: dict[str, Any], *, standard: str = "a-2b") -> bytes:
    """Print ``data`` on the paper ``name``; the shape of the data stands on top of its template.

    The archive standard wants every character drawn. Where the fonts lack one, the paper is made outside the standard
    and says so in its margin, with the characters' codes, rather than not at all: they are then written by hand.
    """
    return _set(name, data, standard, current_app.config["SETTINGS"].font_dir)


def book(name: str, data: dict[str, Any]) -> bytes:
    """Print a paper of hundreds of pages, as ``pdf`` does, in a process of its own.

    Typst keeps what it has laid out, about a megabyte a page, for the next paper; the site does not get that memory
    back. Books do without tags for screen readers, which PDF/A-2b does not ask for and which make them nine times as
    large.
    """
    order = {"name": name, "data": data, "font_dir": current_app.config["SETTINGS"].font_dir}
    done = subprocess.run(
        [sys.executable, "-m", "fundapp.core.documents"],
        input=json.dumps(order, default=str).encode(),
        capture_output=True,
        cwd=ROOT,
        check=False,
    )
    if done.returncode != 0:
        raise RuntimeError(f"the paper {name} was not made: {done.stderr.decode()[-2000:]}")
    return done.stdout


def _set(name: str, data: dict[str, Any], standard: str, own_fonts: Path | None, *, is_tagged: bool = True) -> bytes:
    missing: list[str] = []
    payload = _payload(data)
    while True:
        try:
            paper = _compile(name, payload, standard, own_fonts, is_tagged)
        except typst.TypstError as refused:
            glyph = _missing_glyph(refused.message)
            if glyph is None or _escaped(glyph) not in payload:
                raise
            missing.append(glyph)
            payload = payload.replace(_escaped(glyph), STAND_IN)
        else:
            return _compile(name, _payload(data, missing), None, own_fonts, is_tagged) if missing else paper


def _payload(data: dict[str, Any], missing: list[str] | None = None) -> str:
    codes = [f"U+{ord(character):04X}" for glyph in missing or [] for character in glyph]
    return json.dumps(data | {"missing_glyphs": codes}, ensure_ascii=False)


def _escaped(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)[1:-1]


def _compile(name: str, payload: str, standard: str | None, own_fonts: Path | None, is_tagged: bool) -> bytes:
    standards: Any = [standard] if standard else []
    return typst.compile(
        str(TEMPLATES / f"{name}.typ"),
        root=str(TEMPLATES),
        format="pdf",
        font_paths=_fonts(own_fonts),
        ignore_system_fonts=True,
        sys_inputs={"data": payload},
        pdf_standards=standards,
        timestamp=MADE_AT,
        pdf_tags=is_tagged,
    )


@cache
def _fonts(own: Path | None) -> typst.Fonts:
    """The packaged fonts and those of the court's own folder, which the papers prefer where it has them."""
    packaged = str(Path(pylopdf_fonts_zh_cn.serif_path()).parent)
    return typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[packaged] + ([str(own)] if own else [])
    )


def _missing_glyph(message: str) -> str | None:
    """The characters of which Typst says that no font has them, freed from the way it quotes them."""
    quoted = NO_GLYPH.search(message)
    if quoted is None:
        return None
    return re.sub(r"\\(?:u\{([0-9a-f]+)\}|(.))", lambda m: chr(int(m[1], 16)) if m[1] else m[2], quoted[1])


def _print_book() -> None:
    """What the process of ``book`` does: an order in, a paper out."""
    order = json.load(sys.stdin.buffer)
    own = Path(order["font_dir"]) if order["font_dir"] else None
    sys.stdout.buffer.write(_set(order["name"], order["data"], "a-2b", own, is_tagged=False))


if __name__ == "__main__":
    _print_book()
