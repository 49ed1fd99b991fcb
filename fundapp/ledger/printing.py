"""Printing the books: what is ordered, whether it is long, and the file that comes of it."""

import hashlib
import io
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from flask import current_app

from fundapp.core import clock, documents
from fundapp.core.db import db, transaction
from fundapp.core.errors import RuleViolation
from fundapp.courts import queries as courts
from fundapp.ledger import papers, queries, service
from fundapp.ledger.models import Voucher
from fundapp.ledger.queries import LedgerOf
from fundapp.ledger.rules import JOURNALS, LABELS, Account, BookKind, VoucherKind, account_coded, concerned
from fundapp.users.models import User

LONG = 500
"""Lines of a ledger, about twenty pages, above which printing is long work."""
THIN = 60
"""Vouchers that are set at once; of more, the book is set in a process of its own, which takes a moment to start."""
VOLUME = 500
"""Vouchers bound together; more are printed as several volumes, with covers of their own, in one archive."""
KEPT_DAYS = 7
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Order:
    """A book to be printed: vouchers or a ledger, of a year or a month of it."""

    book: BookKind
    court_code: str
    year: int
    month: int | None = None
    account: Account | None = None
    part: str = ""
    kind: VoucherKind | None = None

    @property
    def ledger(self) -> LedgerOf:
        assert self.account is not None
        first, last = (self.month, self.month) if self.month else (1, 12)
        return LedgerOf(self.court_code, self.account, self.year, first, last, self.part)

    @property
    def title(self) -> str:
        return LABELS[self.book]

    @property
    def period(self) -> str:
        return papers.period_words(self.year, self.month)

    @property
    def is_daily(self) -> bool:
        return self.book in JOURNALS


@dataclass(frozen=True)
class Printed:
    """What came of an order: the file's content, its kind, and how many vouchers or lines stand in it."""

    content: bytes
    suffix: str
    lines: int


def ordered(
    *, book: str, court: str, year: str, month: str = "", account: str = "", subject: str = "", kind: str = ""
) -> Order:
    """The order that these words make.

    Raises:
        RuleViolation: they make none.
    """
    known_books, known_kinds = {one.value: one for one in BookKind}, {one.value: one for one in VoucherKind}
    what, of_account = known_books.get(book), account_coded(account)
    is_month = month.isdecimal() and 1 <= int(month) <= 12
    asks_account = what in {*JOURNALS, BookKind.SUBSIDIARY}
    is_whole = bool((is_month or not month) and (of_account or not asks_account))
    if what is None or not is_whole or not (year.isdecimal() and 1990 <= int(year[:5]) <= 2100):
        raise RuleViolation("打印内容不完整，请返回账簿页面，重新选择后再打印。")
    part = concerned(subject) if of_account else ""
    return Order(what, court, int(year), int(month) if is_month else None, of_account, part, known_kinds.get(kind))


def is_long(order: Order) -> bool:
    """Whether the order is printed as long work, with progress."""
    if order.book is BookKind.VOUCHERS:
        return True
    return order.book is not BookKind.GENERAL and queries.entry_count(order.ledger) > LONG


def made(order: Order, *, user_id: int, progress: Progress) -> Path:
    """Print the order, keep the file and note it on the trail."""
    user = db.session.get_one(User, user_id)
    printed = _printed(order, user.name, progress)
    digest = hashlib.sha256(printed.content).hexdigest()
    path = kept(f"{order.book.value}-{order.court_code[1:]}-{_stamp(order)}-{digest[:12]}{printed.suffix}")
    _forget_old(path.parent)
    path.write_bytes(printed.content)
    about = f" {order.account.value}" if order.account else ""
    with transaction(user.court_code):
        service.record_print(
            order.court_code,
            book=f"{order.title}{about}",
            part=order.part,
            period=order.period,
            lines=printed.lines,
            digest=digest,
            actor=db.session.get_one(User, user_id),
        )
    return path


def kept(file_name: str) -> Path:
    """Where a printed book waits to be fetched."""
    folder: Path = current_app.config["SETTINGS"].instance / "prints"
    folder.mkdir(mode=0o750, exist_ok=True)
    return folder / Path(file_name).name


def _stamp(order: Order) -> str:
    return f"{order.year}-{order.month:02d}" if order.month else str(order.year)


def _forget_old(folder: Path) -> None:
    """Printed books are made again from the books whenever they are wanted."""
    oldest = clock.now().timestamp() - KEPT_DAYS * 24 * 3600
    for path in folder.iterdir():
        if path.stat().st_mtime < oldest:
            path.unlink(missing_ok=True)


def _printed(order: Order, by: str, progress: Progress) -> Printed:
    if order.book is BookKind.VOUCHERS:
        return _vouchers(order, by, progress)
    data = papers.ledger_data(
        _ledgers(order),
        court=courts.name(order.court_code),
        title=order.title,
        period=order.period,
        printed_by=by,
        has_entries=order.book is not BookKind.GENERAL,
    )
    lines = sum(len(ledger["lines"]) for ledger in data["ledgers"])
    progress(1, 2)
    pdf = documents.book("ledger", data) if lines > LONG else documents.pdf("ledger", data)
    return Printed(pdf, ".pdf", lines)


def _ledgers(order: Order) -> list[papers.LedgerPaper]:
    is_over = queries.is_year_over(order.court_code, order.year)
    if order.book is BookKind.GENERAL:
        accounts = general_ledger(order.court_code, order.year, order.account)
        if not accounts:
            raise RuleViolation("%(year)s年还没有可打印的账簿，请改选年份。", year=order.year)
        return [papers.LedgerPaper(one.account, "", one.lines) for one in accounts]
    lines = list(queries.ledger_lines(order.ledger, is_daily=order.is_daily, is_over=is_over))
    return [papers.LedgerPaper(order.ledger.account, order.part, lines)]


def general_ledger(court_code: str, year: int, account: Account | None = None) -> list[queries.AccountYear]:
    """The general ledger as it stands today: months that have not begun are not in it."""
    today = clock.today()
    return queries.general_ledger(
        court_code,
        year,
        last_month=12 if year < today.year else today.month if year == today.year else 0,
        is_over=queries.is_year_over(court_code, year),
        account=account,
    )


def _vouchers(order: Order, by: str, progress: Progress) -> Printed:
    """The vouchers of a month or a year, each on its sheets, every month under a cover; in volumes when there are
    many."""
    if order.month:
        found = queries.month_vouchers(order.court_code, _stamp(order), order.kind)
    else:
        found = queries.year_vouchers(order.court_code, order.year, order.kind)
    if not found:
        raise RuleViolation("%(month)s没有可装订的凭证，请改选月份或凭证种类。", month=_stamp(order))
    volumes = [found[start : start + VOLUME] for start in range(0, len(found), VOLUME)]
    bound: list[bytes] = []
    for place, volume in enumerate(volumes, 1):
        progress((place - 1) * VOLUME, len(found))
        which = f"第{place}册 共{len(volumes)}册" if len(volumes) > 1 else ""
        set_book = documents.pdf if len(volume) <= THIN else documents.book
        bound.append(set_book("voucher_book", _volume(volume, order, which, by)))
    if len(bound) == 1:
        return Printed(bound[0], ".pdf", len(found))
    return Printed(_archive(bound), ".zip", len(found))


def _volume(vouchers: Sequence[Voucher], order: Order, which: str, by: str) -> dict[str, Any]:
    court, names = courts.name(order.court_code), papers.names_in(vouchers)
    signatures, links = queries.signatures(vouchers), queries.linked(vouchers)
    data = {one.id: papers.Around(court, signatures[one.id], links[one.id], names) for one in vouchers}
    months = [list(same) for _, same in groupby(vouchers, key=lambda one: one.month)]
    covered = [
        papers.month_data(same, [papers.voucher_data(one, data[one.id]) for one in same], which) for same in months
    ]
    return papers.book_data(covered, court=court, period=order.period, which=which, bound_by=by)


def _archive(volumes: Sequence[bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for place, volume in enumerate(volumes, 1):
            archive.writestr(zipfile.ZipInfo(f"第{place}册.pdf"), volume)
    return target.getvalue()
