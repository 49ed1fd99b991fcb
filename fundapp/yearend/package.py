"""The audit package of a year: one ZIP, the same bytes for the same books, and its verification.

Every member is written to a temporary file first, one row at a time, hashed and then packed, so that memory does not
grow with the books. The container has fixed times, order and attributes, and its comment is the SHA-256 of every byte
before it: whoever changes one byte anywhere, be it in a header, is found out. What the members say is checked by the
same ``checker.py`` that travels inside the package.
"""

import csv
import hashlib
import io
import itertools
import json
import os
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, BinaryIO

from fundapp.core import clock
from fundapp.core.db import snapshot
from fundapp.core.money import bare, from_fen
from fundapp.core.spreadsheet import FORMULA_STARTS, Sheet, SheetColumn, write_xlsx
from fundapp.core.tables import TABLES, Column, Row, Scope, Table
from fundapp.core.templating import LABELS
from fundapp.trail import queries as trail
from fundapp.yearend import checker, queries, rules

CHECKER = "check.py"
README = "README.txt"
MADE_AT = (1980, 1, 1, 0, 0, 0)  # the first day a ZIP can name; when a package was made stands on the trail
SEAL = b"sha256:"
SEAL_LENGTH = 64
LOCAL_HEADER, DIRECTORY_ENTRY, DIRECTORY_END = 30, 46, 22  # bytes of the ZIP format, without names and comment
ROWS_PER_SHEET = 1_000_000
CHUNK = 1 << 20
FIXED = ("date_time", "compress_type", "create_system", "external_attr", "internal_attr", "extra", "comment")
BROKEN_ARCHIVE = (zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError, RuntimeError, OSError)

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Built:
    """A finished package: its SHA-256, its size in bytes, and how many tables and rows it holds."""

    digest: str
    size: int
    tables: int
    rows: int


@dataclass(frozen=True)
class _Member:
    """One file of the package, still lying beside it."""

    name: str
    path: Path
    size: int
    digest: str
    rows: int | None = None


def build(year: int, court_codes: Iterable[str], target: Path, *, progress: Progress) -> Built:
    """Write the package of a year to ``target``, whole or not at all.

    Args:
        court_codes: whose books; their vouchers of all years up to the year, and their trail up to now.
        progress: told how many of how many files are done.

    Raises:
        RuleViolation: no court is named, or the year has not begun.
    """
    scope = Scope(tuple(sorted(court_codes)), rules.check_year(year))
    rules.check_courts(scope.court_codes)
    rules.check_begun(year, clock.today())
    workbooks = list(dict.fromkeys(table.workbook for table in TABLES))
    steps = itertools.count(1)
    total = len(TABLES) + len(workbooks) + 1

    with tempfile.TemporaryDirectory(prefix="audit-") as name:
        folder = Path(name)
        members = [_copied(folder, CHECKER, Path(checker.__file__).read_bytes())]
        members.append(_copied(folder, README, _readme(scope)))
        with snapshot():
            for table in TABLES:
                members.append(_csv(folder, table, scope))
                progress(next(steps), total)
            counts = {member.name: member.rows or 0 for member in members}
            for workbook in workbooks:
                members.append(_workbook(folder, workbook, scope, counts))
                progress(next(steps), total)
            manifest = _manifest(scope, members)
        members += [_copied(folder, checker.MANIFEST, manifest), _digest_file(folder, manifest)]
        digest, size = _packed(members, target)
    progress(total, total)
    return Built(digest, size, len(TABLES), sum(member.rows or 0 for member in members))


# ---------------------------------------------------------------------------------------------------------- members


def _copied(folder: Path, name: str, content: bytes) -> _Member:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return _member(name, path)


def _member(name: str, path: Path, rows: int | None = None) -> _Member:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return _Member(name, path, path.stat().st_size, digest, rows)


def _csv(folder: Path, table: Table, scope: Scope) -> _Member:
    path = folder / "csv" / f"{table.name}.csv"
    path.parent.mkdir(exist_ok=True)
    rows = _Counted(table.rows(scope))
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)  # CRLF, quotes where RFC 4180 asks for them
        writer.writerow([column.key for column in table.columns])
        writer.writerows(_for_programs(table.columns, rows))
    return _member(f"csv/{table.name}.csv", path, rows.count)


class _Counted:
    """Rows, counted as they pass."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self._rows, self.count = rows, 0

    def __iter__(self) -> Iterator[Row]:
        for row in self._rows:
            self.count += 1
            yield row


def _for_programs(columns: Sequence[Column], rows: Iterable[Row]) -> Iterator[list[Any]]:
    """Rows of a CSV file: amounts in yuan, and nothing that a spreadsheet would take for a formula."""
    amounts = [at for at, column in enumerate(columns) if column.kind == "money"]
    texts = [at for at, column in enumerate(columns) if column.kind == "text" and column.words is None]
    for row in rows:
        cells = list(row)
        for at in amounts:
            if (fen := cells[at]) is not None:
                cells[at] = f"{fen // 100}.{fen % 100:02d}" if fen >= 0 else f"-{-fen // 100}.{-fen % 100:02d}"
        for at in texts:
            if isinstance(text := cells[at], str) and text.startswith(FORMULA_STARTS):
                cells[at] = "'" + text
        yield cells


def _for_people(columns: Sequence[Column], rows: Iterable[Row]) -> Iterator[list[Any]]:
    """Rows of a worksheet: amounts and days as such, moments by the court's clock, words in Chinese."""
    readings = [(at, _reading(column)) for at, column in enumerate(columns) if column.kind in KINDS or column.words]
    for row in rows:
        cells = list(row)
        for at, reading in readings:
            if (cell := cells[at]) is not None:
                cells[at] = reading(cell)
        yield cells


KINDS: dict[str, Callable[[Any], Any]] = {
    "money": from_fen,
    "day": date.fromisoformat,
    "moment": datetime.fromisoformat,
}
"""How the stored form of a cell becomes what the worksheet shows, where these differ."""


def _reading(column: Column) -> Callable[[Any], Any]:
    if column.words is None:
        return KINDS[column.kind]
    labels = {word.value: LABELS.get(word, word.value) for word in column.words}
    return lambda value: labels[value]


def _workbook(folder: Path, name: str, scope: Scope, counts: dict[str, int]) -> _Member:
    path = folder / "xlsx" / f"{name}.xlsx"
    path.parent.mkdir(exist_ok=True)
    tables = [table for table in TABLES if table.workbook == name]
    write_xlsx(str(path), [sheet for table in tables for sheet in _sheets(table, scope, counts)])
    return _member(f"xlsx/{name}.xlsx", path)


def _sheets(table: Table, scope: Scope, counts: dict[str, int]) -> Iterator[Sheet]:
    """The table as a worksheet, or as several when it has more rows than a worksheet takes."""
    columns = [SheetColumn(column.header, column.kind, _width(column)) for column in table.columns]
    rows = iter(table.rows(scope))
    parts = max(1, -(-counts[f"csv/{table.name}.csv"] // ROWS_PER_SHEET))
    for part in range(1, parts + 1):
        title = table.title if parts == 1 else f"{table.title} {part}"
        yield Sheet(title, columns, _for_people(table.columns, itertools.islice(rows, ROWS_PER_SHEET)))


def _width(column: Column) -> int:
    return {"money": 16, "day": 12, "moment": 17, "number": 10}.get(column.kind, 20)


def _readme(scope: Scope) -> bytes:
    """What each file and each column means, in Chinese and English."""
    lines = [*_introduction(scope), ""]
    for table in TABLES:
        lines += ["", f"csv/{table.name}.csv  ·  {table.title}  ·  {table.meaning}", f"  (xlsx/{table.workbook}.xlsx)"]
        lines += [f"    {column.key}  ·  {column.header}  ·  {column.meaning}" for column in table.columns]
    return ("\r\n".join(lines) + "\r\n").encode("utf-8-sig")


def _introduction(scope: Scope) -> Sequence[str]:
    return (
        f"执行垫付资金审计包  {scope.year}年度",
        f"Audit package of the enforcement advance-payment fund, {scope.year}",
        f"法院 courts: {'、'.join(scope.court_codes)}",
        "",
        "怎样核对：解压后在本文件夹运行 python check.py（只需 Python 3.8 及以上版本，不联网，不写文件）。",
        "How to check: unpack, and in this folder run  python check.py  (Python 3.8 or later; no network).",
        "最后一行为“OK 核对无误”即通过；否则显示第一处不符。请勿在本文件夹内增加、修改文件，另存一份再打开表格。",
        "Its last line is OK, or it names the first thing that is wrong. Open copies of the tables, not these files:",
        "a file that was saved again or added is found to be changed.",
        "",
        "csv/    供程序使用：UTF-8（带标记）、逗号分隔；金额以元计、两位小数；时间为世界协调时（北京时间减八小时）。",
        "        For programs: UTF-8 with its mark, RFC 4180; amounts in yuan with two places; moments in UTC.",
        "xlsx/   供阅读：同样的内容，时间为北京时间。    For people: the same content, moments in Beijing time.",
        "凭证和分录包括以前年度（业务日期不晚于本年12月31日），因此期初余额也可逐笔重算；台账按导出时的状态列示。",
        "Vouchers and postings of earlier years are included, so that opening balances can be recomputed; registers",
        "stand as they did when the package was made. The trail of acts begins with the first act.",
        "当事人姓名、证件号码、电话、账号均已脱敏，凭证摘要中的姓名也是。",
        "Names of persons (in summaries too), identity numbers, telephones and accounts are masked.",
        "以 = + - @ 等开头的文字前加有单引号，以免被电子表格当作公式。    Text that a spreadsheet could take for a",
        "formula begins with an apostrophe.",
        "",
        "manifest.json    每个文件的 SHA-256、大小、行数，各法院操作留痕的条数和末端校验码，合计数",
        "                 SHA-256, size and rows of every file, length and head of each court's chain, totals",
        "manifest.sha256  上述清单的 SHA-256    SHA-256 of the manifest",
        "README.txt       本文件    this file",
        "check.py         核对程序    the checker",
    )


def _manifest(scope: Scope, members: Sequence[_Member]) -> bytes:
    heads = trail.heads()
    told = {
        "format": checker.FORMAT,
        "year": scope.year,
        "courts": list(scope.court_codes),
        "chains": {code: {"length": heads[code][0], "head": heads[code][1]} for code in scope.court_codes},
        "totals": _totals(scope, members),
        "tables": [
            {"name": table.name, "title": table.title, "workbook": f"xlsx/{table.workbook}.xlsx"} for table in TABLES
        ],
        "files": [_told(member) for member in members],
    }
    return (json.dumps(told, ensure_ascii=False, indent=1) + "\n").encode()


def _told(member: _Member) -> dict[str, Any]:
    rows = {} if member.rows is None else {"rows": member.rows}
    return {"name": member.name, "size": member.size, "sha256": member.digest, **rows}


def _totals(scope: Scope, members: Sequence[_Member]) -> dict[str, Any]:
    rows = {member.name: member.rows for member in members}
    return {
        "vouchers": rows["csv/vouchers.csv"],
        "postings": rows["csv/postings.csv"],
        "trail_entries": rows["csv/trail.csv"],
        "posted": bare(queries.posted(scope.court_codes, scope.last_day)),
    }


def _digest_file(folder: Path, manifest: bytes) -> _Member:
    line = f"{hashlib.sha256(manifest).hexdigest()}  {checker.MANIFEST}\n"
    return _copied(folder, checker.MANIFEST_DIGEST, line.encode())


# ---------------------------------------------------------------------------------------------------------- container


def _packed(members: Sequence[_Member], target: Path) -> tuple[str, int]:
    """Pack the members beside ``target``, seal the container, and put it in its place in one step."""
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(handle, "w+b") as stream:
            with zipfile.ZipFile(stream, "w") as archive:
                archive.comment = SEAL + b"0" * SEAL_LENGTH
                for member in members:
                    with member.path.open("rb") as source, archive.open(_entry(member.name), "w") as packed:
                        shutil.copyfileobj(source, packed, CHUNK)
            _seal(stream)
            stream.flush()
            os.fsync(stream.fileno())
            stream.seek(0)
            digest, size = hashlib.file_digest(stream, "sha256").hexdigest(), stream.seek(0, io.SEEK_END)
        os.chmod(name, 0o640)
        os.replace(name, target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return digest, size


def _entry(name: str) -> zipfile.ZipInfo:
    """How every member stands in the container: nothing in it depends on where and when it was packed."""
    entry = zipfile.ZipInfo(name, MADE_AT)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.create_system = 3
    entry.external_attr = 0o644 << 16
    return entry


def _seal(stream: BinaryIO) -> None:
    digest = _digest_before_seal(stream)
    stream.seek(-SEAL_LENGTH, io.SEEK_END)
    stream.write(digest)


def _digest_before_seal(stream: BinaryIO) -> bytes:
    """The SHA-256, in hexadecimal, of every byte but the last 64, which are its own place."""
    rest = stream.seek(0, io.SEEK_END) - SEAL_LENGTH
    stream.seek(0)
    digest = hashlib.sha256()
    while rest > 0:
        data = stream.read(min(CHUNK, rest))
        digest.update(data)
        rest -= len(data)
    return digest.hexdigest().encode()


# --------------------------------------------------------------------------------------------------------- verification


def verify(stream: BinaryIO) -> list[str]:
    """The figures of a package, recomputed from it alone.

    Raises:
        checker.Difference: the first thing that is wrong, in the container or in what it holds.
    """
    check_container(stream)
    with tempfile.TemporaryDirectory(prefix="audit-") as folder:
        with zipfile.ZipFile(stream) as archive:
            for entry in archive.infolist():
                _unpack(archive, entry, Path(folder))
        return checker.check(checker.Folder(folder))


def check_container(stream: BinaryIO) -> None:
    """Whether the ZIP itself is as it was made: its seal, and nothing in it but the members, one after the other."""
    size = stream.seek(0, io.SEEK_END)
    checker.require(size > DIRECTORY_END + len(SEAL) + SEAL_LENGTH, "not an audit package / 不是审计包")
    sealed = _digest_before_seal(stream)
    stream.seek(-SEAL_LENGTH - len(SEAL), io.SEEK_END)
    checker.require(stream.read() == SEAL + sealed, "the ZIP file was changed / 压缩包被改动：与其校验码不符")
    try:
        with zipfile.ZipFile(stream) as archive:
            _check_layout(archive, size)
    except BROKEN_ARCHIVE as broken:
        raise checker.Difference(f"the ZIP file cannot be read / 压缩包无法读取：{broken}") from broken


def _check_layout(archive: zipfile.ZipFile, size: int) -> None:
    offset = directory = 0
    seen: set[str] = set()
    for entry in archive.infolist():
        told = f"the ZIP entry was changed / 压缩包条目被改动：{entry.filename}"
        like = _entry(entry.filename)
        for name in FIXED:
            checker.require(getattr(entry, name) == getattr(like, name), told)
        checker.require(entry.flag_bits == 0 and entry.header_offset == offset and entry.filename not in seen, told)
        checker.require(_is_plain(entry.filename), told)
        seen.add(entry.filename)
        offset += LOCAL_HEADER + len(entry.filename) + entry.compress_size
        directory += DIRECTORY_ENTRY + len(entry.filename)
    whole = offset + directory + DIRECTORY_END + len(SEAL) + SEAL_LENGTH
    checker.require(whole == size, "the ZIP file holds more than its members / 压缩包夹带其他内容")


def _is_plain(name: str) -> bool:
    """A path inside the folder, of plain letters; nothing that could lead elsewhere."""
    return name.isascii() and all(part.strip(".") and "\\" not in part and ":" not in part for part in name.split("/"))


def _unpack(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, folder: Path) -> None:
    path = folder / entry.filename
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with archive.open(entry) as packed, path.open("wb") as target:
            shutil.copyfileobj(packed, target, CHUNK)
    except BROKEN_ARCHIVE as broken:
        raise checker.Difference(f"{entry.filename}: cannot be unpacked / 无法解压：{broken}") from broken
