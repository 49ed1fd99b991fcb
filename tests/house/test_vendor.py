"""What others wrote stands here byte for byte, with its licence, and nothing stands beside it."""

import hashlib
import json
from pathlib import Path

import pytest

STATIC = Path(__file__).parents[2] / "fundapp" / "static"
VENDOR = STATIC / "vendor"
MANIFEST = json.loads((VENDOR / "manifest.json").read_text(encoding="utf-8"))


def _path(entry: dict[str, str]) -> Path:
    """Where a file of the manifest stands: the folder of its package, then its own path."""
    return VENDOR / entry["package"] / entry["file"]


@pytest.mark.parametrize("entry", MANIFEST, ids=lambda entry: f"{entry['package']}-{entry['file']}")
def test_a_vendored_file_is_the_one_its_manifest_names(entry):
    content = _path(entry).read_bytes()
    assert (len(content), hashlib.sha256(content).hexdigest()) == (entry["bytes"], entry["sha256"])


def test_no_vendored_file_stands_outside_the_manifest():
    there = {path for path in VENDOR.rglob("*") if path.is_file()}
    assert there == {VENDOR / "manifest.json", *(_path(entry) for entry in MANIFEST)}


def test_every_vendored_package_brings_its_licence():
    packages = {entry["package"] for entry in MANIFEST}
    licensed = {entry["package"] for entry in MANIFEST if entry["file"] == "LICENSE" and entry["licence"]}
    assert packages == licensed == {"bootstrap", "htmx.org"}


@pytest.mark.parametrize("name", ["house.css", "house.js", "mark.svg"])
def test_our_own_static_files_name_no_address_outside_the_server(name):
    text = (STATIC / name).read_text(encoding="utf-8").replace('xmlns="http://www.w3.org/2000/svg"', "")
    assert "http:" not in text and "https:" not in text and "url(//" not in text
