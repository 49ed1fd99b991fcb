"""XML in GB18030: elements one after the other, whatever edition of the encoding their reader knows."""

import re
from collections.abc import Iterator
from itertools import islice
from typing import BinaryIO

from fundapp.yearend.standards.layout import Layout, fitted, one_line

NAMESPACE = "http://sxbw.audit.gov.cn/AccountingSoftwareDataInterfaceStandard/2010/SOE/XMLSchema"
ELEMENTS_AT_ONCE = 1000

_MARKUP = re.compile("[&<>]")
# Private characters, and those whose code differs between the editions of GB18030 (2000, 2005, 2022), stand as numbers.
_UNSETTLED = re.compile(
    "[\u1e3f\u9fb4-\u9fbb\ue000-\uf8ff\ufe10-\ufe19\U00020087\U00020089\U000200cc\U000215d7\U0002298f\U000241fe"
    "\U000f0000-\U0010fffd]"
)
_SPECIAL = re.compile(f"{_MARKUP.pattern}|{_UNSETTLED.pattern}")


def escaped(text: str) -> str:
    """Text as it may stand in an element, whatever edition of GB18030 its reader knows."""
    text = one_line(text)
    return _SPECIAL.sub(_reference, text) if _SPECIAL.search(text) else text


def _reference(found: re.Match[str]) -> str:
    return {"&": "&amp;", "<": "&lt;", ">": "&gt;"}.get(found[0]) or f"&#x{ord(found[0]):X};"


def element(layout: Layout, row: int, *values: str | None) -> str:
    """One row as an element; a value that is None is left out."""
    cells = zip(layout.fields, fitted(layout, row, values), strict=True)
    inner = "".join(
        f"<{field.name}>{escaped(value)}</{field.name}>" if value else f"<{field.name}/>"
        for field, value in cells
        if value is not None
    )
    return f"<{layout.name}>{inner}</{layout.name}>"


def write(root: str, number: str, elements: Iterator[str], stream: BinaryIO) -> int:
    """A whole document; how many elements stand below its root, whose identifier is ``number``.

    The attribute is declared at the top of the standard's schema, so it belongs to the namespace and needs its prefix.
    """
    head = f'<{root} xmlns="{NAMESPACE}" xmlns:企业="{NAMESPACE}" 企业:locID="{number}">'
    stream.write(f'<?xml version="1.0" encoding="GB18030"?>\n{head}\n'.encode("gb18030"))
    count = 0
    while some := list(islice(elements, ELEMENTS_AT_ONCE)):
        count += len(some)
        stream.write(("\n".join(some) + "\n").encode("gb18030"))
    stream.write(f"</{root}>\n".encode("gb18030"))
    return count
