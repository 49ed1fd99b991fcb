"""The container and its files: one byte changed, cut, added or hidden is found out."""

import io
import json
import re
from importlib import import_module

import pytest

from fundapp.core.tables import TABLES
from fundapp.yearend import checker, package
from fundapp.yearend.package import container
from tests.builders.funding import a_receipt
from tests.builders.yearend import (
    InMemory,
    a_package,
    sealed_again,
    unpacked,
    verified,
)

DIFFERS = checker.Difference


READ_BY_THE_CHECKER = """
    accounts advances case_receipts cases closed_months closed_years courts decisions finding_steps findings
    fund_receipts months opening_lines openings parties payments payouts postings recoveries reopenings sample_items
    samples signed_heads sources statement_ageing statement_sources trail trial_balance users vouchers
""".split()


@pytest.fixture
def small(monkeypatch):
    """Packages without what the checker only hashes, so that every byte can be tried: it is hashed like the rest."""
    told = [table for table in TABLES if table.name in READ_BY_THE_CHECKER]
    for room in ("", ".members", ".readme"):
        monkeypatch.setattr(import_module(f"fundapp.yearend.package{room}"), "TABLES", told)
    for room in ("", ".readme"):
        monkeypatch.setattr(import_module(f"fundapp.yearend.package{room}"), "FILES", ())
    monkeypatch.setattr(package, "TIES", [])
    monkeypatch.setattr(package, "annual_statements", lambda court_codes, year: b"%PDF")
    monkeypatch.setattr(package, "annual_workbook", lambda court_codes, year: b"PK")
    monkeypatch.setattr(package, "FORMS", "tests/__init__.py")


def test_every_single_byte_of_the_package_counts(live_app, folder, small):
    a_receipt("100.00")
    data = bytearray(a_package(folder))
    assert verified(data)
    accepted = []
    for at in range(len(data)):
        data[at] ^= 1
        try:
            verified(data)
            accepted.append(at)
        except DIFFERS:
            data[at] ^= 1
    assert not accepted


@pytest.mark.parametrize("cut", [1, 22, 64, 100, 5000])
def test_a_package_cut_short_or_lengthened_is_found_out(live_app, folder, cut):
    a_receipt("100.00")
    data = a_package(folder)
    for broken in (data[:-cut], data[cut:], data + bytes(cut), bytes(cut) + data, b""):
        with pytest.raises(DIFFERS):
            verified(broken)


def test_a_byte_changed_in_any_unpacked_file_is_found_out(live_app, folder, small):
    a_receipt("100.00")
    files = unpacked(a_package(folder))
    assert checker.check(InMemory(files))
    for name, content in files.items():
        step = 1 if name.startswith("manifest") else 7
        for at in range(0, len(content), step):
            changed = bytearray(content)
            changed[at] ^= 1
            with pytest.raises(DIFFERS, match="manifest" if name.startswith("manifest") else re.escape(name)):
                checker.check(InMemory(files | {name: bytes(changed)}))


def test_a_missing_and_an_added_file_are_named(live_app, folder):
    a_receipt("100.00")
    files = unpacked(a_package(folder))
    for name in files:
        with pytest.raises(DIFFERS, match=re.escape(name)):
            checker.check(InMemory({other: files[other] for other in files if other != name}))
    with pytest.raises(DIFFERS, match=r"note\.txt"):
        checker.check(InMemory(files | {"note.txt": b""}))


def test_what_is_hidden_in_a_resealed_container_is_found_out(live_app, folder):
    a_receipt("100.00")
    data = a_package(folder)
    files = unpacked(data)
    assert verified(sealed_again(files, folder)) == verified(data)
    hidden = folder / "hidden.zip"
    with hidden.open("w+b") as stream:
        stream.write(b"hidden" + data)
        container._seal(stream)
    with pytest.raises(DIFFERS, match=r"more than its members|was changed|cannot be read"):
        verified(hidden.read_bytes())
    with pytest.raises(DIFFERS, match=r"\.\./escape"):
        container._check_layout(_Archive("../escape"), 10**6)


class _Archive:
    """A container with one entry of this name."""

    def __init__(self, name):
        entry = container._entry("name")
        entry.filename, entry.flag_bits, entry.header_offset = name, 0, 0
        self.infolist = lambda: [entry]


@pytest.mark.parametrize(
    ("added", "told"),
    [
        ({"README.txt/x": b"x"}, "多出文件README.txt/x"),
        ({"note.txt": b""}, "多出文件note.txt"),
        ({"README.txt": bytes(5 << 20)}, "README.txt: larger than it says"),
        ({"manifest.json": bytes(17 << 20)}, "manifest.json: larger than it says"),
        ({"manifest.json": b"[]"}, "manifest.json: cannot be read"),
    ],
    ids=lambda one: str(one)[:40],
)
def test_a_container_is_unpacked_no_further_than_its_manifest_says(live_app, folder, small, added, told):
    a_receipt("100.00")
    bomb = sealed_again(unpacked(a_package(folder)) | added, folder)
    place = folder / "unpacked"
    with package.zipfile.ZipFile(io.BytesIO(bomb)) as archive, pytest.raises(DIFFERS, match=told):
        container.unpack(archive, place)
    assert sum(path.stat().st_size for path in place.rglob("*") if path.is_file()) < 20 << 20
    with pytest.raises(DIFFERS, match=told):
        verified(bomb)


def test_a_file_in_the_place_of_a_folder_is_told_and_not_a_crash(live_app, folder, small):
    a_receipt("100.00")
    files = unpacked(a_package(folder))
    manifest = json.loads(files["manifest.json"])
    manifest["files"].append({"name": "README.txt/x", "size": 1, "sha256": ""})
    broken = sealed_again(files | {"manifest.json": json.dumps(manifest).encode(), "README.txt/x": b"x"}, folder)
    with pytest.raises(DIFFERS, match=r"README\.txt/x: cannot be unpacked"):
        verified(broken)


@pytest.mark.parametrize("limit", [40, 900])
def test_members_beyond_two_gibibytes_are_packed_and_found_whole(live_app, folder, small, monkeypatch, limit):
    a_receipt("100.00")
    files = unpacked(a_package(folder))
    monkeypatch.setattr(package.zipfile, "ZIP64_LIMIT", limit)
    data = bytearray(sealed_again(files, folder))
    assert verified(data)
    data[-2000] ^= 1
    with pytest.raises(DIFFERS):
        verified(data)


def test_a_file_that_is_no_package_is_named_as_such(live_app, folder):
    with pytest.raises(DIFFERS, match="not an audit package"):
        verified(b"PK")
    with pytest.raises(DIFFERS, match="was changed"):
        verified(b"x" * 5000)
