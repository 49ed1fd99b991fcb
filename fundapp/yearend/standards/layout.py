"""What a table of a standard holds: its columns in order, what may stand in each, and rows that are held to it.

A value that does not fit is refused with table, row and column named. Free text alone is cut to its length: a summary
of 300 characters where 60 are allowed keeps its first 60.
"""

import enum
import re
from collections.abc import Sequence
from typing import NamedTuple

from fundapp.core.errors import RuleViolation

TOO_LARGE = 10**18
"""Fen that no amount of these standards has room for: 20 digits with 2 places, or 22 with 4."""


class Form(enum.Enum):
    """What stands in a column."""

    TEXT = re.compile(r".*", re.DOTALL)
    DAY = re.compile(r"|\d{4}-\d\d-\d\d")
    COMPACT_DAY = re.compile(r"\d{8}")
    TIME = re.compile(r"\d\d:\d\d:\d\d")
    FLAG = re.compile(r"[01]?")
    COUNT = re.compile(r"|\d+")
    AMOUNT = re.compile(r"-?\d+\.\d{2,4}")


class Field(NamedTuple):
    """One column: at most ``length`` characters, exactly as many where ``is_exact``; free text is cut."""

    name: str
    length: int
    form: Form = Form.TEXT
    is_exact: bool = False
    is_free: bool = False


class Layout(NamedTuple):
    """One table."""

    name: str
    fields: tuple[Field, ...]


def code(name: str, length: int) -> Field:
    return Field(name, length)


def exact(name: str, length: int) -> Field:
    return Field(name, length, is_exact=True)


def free(name: str, length: int) -> Field:
    return Field(name, length, is_free=True)


def fitted(layout: Layout, row: int, values: Sequence[str | None]) -> list[str | None]:
    """The values as they may stand in this row; None is a value that the row does not have.

    Raises:
        RuleViolation: a value does not fit.
    """
    cells: list[str | None] = []
    for field, value in zip(layout.fields, values, strict=True):
        if value and field.is_free:
            value = value[: field.length]
        if value:
            too_long = len(value) > field.length or (field.is_exact and len(value) != field.length)
            if too_long or not field.form.value.fullmatch(value):
                raise misfit(layout.name, row, field.name)
        cells.append(value)
    return cells


def misfit(table: str, row: int, column: str) -> RuleViolation:
    return RuleViolation(
        "“%(table)s”第%(row)s行的“%(column)s”超出标准规定的格式或长度，无法导出；请核对该记录，或联系系统管理员。",
        table=table,
        row=row,
        column=column,
    )


_LINE_ENDS = re.compile("[\t\r\n\x0b\x0c\x1c-\x1e\x85\u2028\u2029]+")
_NO_TEXT = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
ODD = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")


def one_line(text: str) -> str:
    """Text for a file that other programs read line by line: line ends and tabs are a blank, and a character that is
    none (a control character, half of a pair, a non-character) is the replacement character U+FFFD."""
    if not ODD.search(text):
        return text
    return _NO_TEXT.sub("\ufffd", _LINE_ENDS.sub(" ", text))
