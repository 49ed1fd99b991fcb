"""The container of a package: one ZIP, the same bytes for the same members, and its seal.

The container has fixed times, order and attributes, and its comment is the SHA-256 of every byte before it: whoever
changes one byte anywhere, be it in a header, is found out.
"""

import hashlib
import io
import json
import os
import shutil
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

from fundapp.yearend import checker
from fundapp.yearend.package.members import CHUNK, Member

MADE_AT = (1980, 1, 1, 0, 0, 0)  # the first day a ZIP can name; when a package was made stands on the trail
SEAL = b"sha256:"
SEAL_LENGTH = 64
LOCAL_HEADER, DIRECTORY_ENTRY, DIRECTORY_END = 30, 46, 22  # bytes of the ZIP format, without names and comment
LARGE_MEMBER, LARGE_END = 20, 76  # bytes more where sizes or places are beyond its first form
MOST_OF_MANIFEST, MOST_OF_SEAL = 16 << 20, 1 << 16  # bytes that these members may have at most
UTF_8 = 0x800  # the flag of a name that is not ASCII
FIXED = ("date_time", "compress_type", "create_system", "external_attr", "internal_attr", "comment")
BROKEN_ARCHIVE = (zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError, RuntimeError, OSError)


def packed(members: Sequence[Member], target: Path) -> tuple[str, int]:
    """Pack the members beside ``target``, seal the container, and put it in its place in one step."""
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(handle, "w+b") as stream:
            with zipfile.ZipFile(stream, "w") as archive:
                archive.comment = SEAL + b"0" * SEAL_LENGTH
                for member in members:
                    with (
                        member.path.open("rb") as source,
                        archive.open(_entry(member.name), "w", force_zip64=_is_large(member.size)) as packed,
                    ):
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


def _is_large(size: int) -> bool:
    """Whether a member is told to be beyond 2 GiB before it is packed; it may come out a little longer than it was."""
    return size * 21 > zipfile.ZIP64_LIMIT * 20


def _extra(entry: zipfile.ZipInfo) -> bytes:
    """What the directory says beside its own fields of a member whose sizes or place are beyond 2 GiB."""
    most = zipfile.ZIP64_LIMIT
    sizes = [entry.file_size, entry.compress_size]
    beyond = (sizes if max(sizes) > most else []) + [entry.header_offset] * (entry.header_offset > most)
    return struct.pack(f"<HH{len(beyond)}Q", 1, 8 * len(beyond), *beyond) if beyond else b""


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
        checker.require(entry.extra == _extra(entry), told)
        flags = 0 if entry.filename.isascii() else UTF_8
        checker.require(entry.flag_bits == flags and entry.header_offset == offset and entry.filename not in seen, told)
        checker.require(_is_plain(entry.filename), told)
        seen.add(entry.filename)
        name_length = len(entry.filename.encode())
        offset += LOCAL_HEADER + name_length + entry.compress_size + LARGE_MEMBER * _is_large(entry.file_size)
        directory += DIRECTORY_ENTRY + name_length + len(entry.extra)
    ends = DIRECTORY_END + LARGE_END * (max(offset, directory) > zipfile.ZIP64_LIMIT)
    whole = offset + directory + ends + len(SEAL) + SEAL_LENGTH
    checker.require(whole == size, "the ZIP file holds more than its members / 压缩包夹带其他内容")


def _is_plain(name: str) -> bool:
    """A path inside the folder, of letters that can be seen; nothing that could lead elsewhere."""
    return name.isprintable() and all(
        part.strip(".") and "\\" not in part and ":" not in part for part in name.split("/")
    )


def unpack(archive: zipfile.ZipFile, folder: Path) -> None:
    """Unpack what the manifest lists, and of each file no more than its size there: a member that would fill the disk
    is refused before it does."""
    told = _unpacked(archive, checker.MANIFEST, MOST_OF_MANIFEST, folder)
    try:
        sizes = {str(file["name"]): int(file["size"]) for file in json.loads(told.read_bytes())["files"]}
    except (ValueError, KeyError, TypeError) as broken:
        raise checker.Difference(f"{checker.MANIFEST}: cannot be read / 无法读取：{broken!r}") from broken
    sizes |= dict.fromkeys((checker.MANIFEST_DIGEST, checker.SIGNATURE), MOST_OF_SEAL)
    for entry in archive.infolist():
        if entry.filename != checker.MANIFEST:
            checker.require(entry.filename in sizes, f"not in the manifest / 多出文件{entry.filename}")
            _unpacked(archive, entry.filename, sizes[entry.filename], folder)


def _unpacked(archive: zipfile.ZipFile, name: str, most: int, folder: Path) -> Path:
    path, left = folder / name, most
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with archive.open(name) as packed, path.open("wb") as target:
            while data := packed.read(CHUNK):
                left -= len(data)
                checker.require(left >= 0, f"{name}: larger than it says / 大于清单所列")
                target.write(data)
    except (KeyError, *BROKEN_ARCHIVE) as broken:
        raise checker.Difference(f"{name}: cannot be unpacked / 无法解压：{broken}") from broken
    return path
