"""Lists: paged by key, filtered by the address, exported whole to XLSX."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import Response, render_template, request, send_file
from flask_babel import gettext
from sqlalchemy import Select, SQLColumnExpression

from fundapp.core import clock, templating
from fundapp.core.db import LARGEST_ID, db
from fundapp.core.spreadsheet import Sheet, SheetColumn, xlsx_stream

PAGE_SIZE = 50
_told_of_exports: list[Callable[[], None]] = []


def hear_of_exports(tell: Callable[[], None]) -> Callable[[], None]:
    """Let a floor above know of every exported list: the trail stands above this floor, and doors open downwards
    only."""
    _told_of_exports[:] = [tell]
    return tell


@dataclass(frozen=True)
class Column:
    """One column of an exported list: its header (a msgid), how to read it from an item, and its kind."""

    header: str
    value: Callable[[Any], Any]
    kind: str = "text"
    width: int = 18


@dataclass(frozen=True)
class Page:
    """One page of a list that is ordered by a key, newest first unless the query says otherwise."""

    items: Sequence[Any]
    first_url: str | None
    previous_url: str | None
    next_url: str | None

    @property
    def shown(self) -> int:
        return len(self.items)


def paged(query: Select[Any], key: SQLColumnExpression[Any], *, size: int = PAGE_SIZE, scalars: bool = True) -> Page:
    """The page of ``query`` that the address asks for by ``after`` or ``before``, ordered by ``key``, highest first.

    Pages go by key and not by offset, so that the last page costs what the first one does.
    """
    after, before = _cursor("after"), _cursor("before")
    if before is not None:
        items = _fetch(query.where(key > before).order_by(key.asc()).limit(size + 1), scalars)
        more_before, items = len(items) > size, items[:size][::-1]
        more_after = True
    else:
        limited = query if after is None else query.where(key < after)
        items = _fetch(limited.order_by(key.desc()).limit(size + 1), scalars)
        more_before, more_after, items = after is not None, len(items) > size, items[:size]
    if not items:
        return Page([], _address() if after or before else None, None, None)
    return Page(
        items=items,
        first_url=_address() if more_before else None,
        previous_url=_address(before=_key_of(items[0], key)) if more_before else None,
        next_url=_address(after=_key_of(items[-1], key)) if more_after else None,
    )


def listing(
    template: str,
    query: Select[Any],
    key: SQLColumnExpression[Any],
    columns: Sequence[Column],
    *,
    title: str,
    scalars: bool = True,
    **context: Any,
) -> str | Response:
    """The list as a page, or with ``?format=xlsx`` the whole filtered list as a workbook."""
    if request.args.get("format") == "xlsx":
        return workbook(title, columns, _stream(query.order_by(key.desc()), scalars))
    return render_template(template, page=paged(query, key, scalars=scalars), **context)


@dataclass(frozen=True)
class About:
    """Whose figures a workbook has and of when: the words above its header, and those of its file's name."""

    words: Sequence[str]
    name: Sequence[str]


def workbook(
    title: str, columns: Sequence[Column], items: Iterator[Any] | Sequence[Any], *, about: About | None = None
) -> Response:
    """Any items under these columns as a downloaded workbook; that it was taken out is told to whoever keeps the
    trail."""
    for tell in _told_of_exports:
        tell()
    sheet = Sheet(
        title=title,
        columns=[SheetColumn(gettext(column.header), column.kind, column.width) for column in columns],
        rows=([_cell(column.value(item)) for column in columns] for item in items),
        about="　".join([title, *about.words]) if about else "",
    )
    return send_file(
        xlsx_stream([sheet]),
        as_attachment=True,
        download_name=f"{'-'.join([title, *(about.name if about else [f'{clock.today():%Y%m%d}'])])}.xlsx",
        mimetype="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    )


def _cell(value: Any) -> Any:
    return templating.label(value) if value in templating.LABELS else value


def _fetch(query: Select[Any], scalars: bool) -> list[Any]:
    result = db.session.execute(query)
    return list(result.scalars().unique() if scalars else result)


def _stream(query: Select[Any], scalars: bool) -> Iterator[Any]:
    result = db.session.execute(query)
    yield from result.scalars().unique() if scalars else result


def _key_of(item: Any, key: Any) -> Any:
    return getattr(item, key.key)


def _cursor(name: str) -> int | None:
    text = request.args.get(name, "")
    if not (text.isascii() and text.isdigit() and len(text) <= 10):
        return None
    return int(text) if int(text) <= LARGEST_ID else None


def _address(**changes: Any) -> str:
    kept = {name: value for name, value in request.args.items() if name not in ("after", "before", "format")}
    return f"{request.path}?{urlencode(kept | changes)}"
