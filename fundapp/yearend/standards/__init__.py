"""The books in the forms of others: the national and the international data interface for audits, and journals for two
programs of plain-text accounting.

Pure writers over rows as the database has them, streamed, so that memory does not grow with the books; the same books
make the same bytes. Moments come from the books alone.
"""

from collections.abc import Callable
from typing import BinaryIO, NamedTuple

from fundapp.core.tables import Scope
from fundapp.yearend.standards import gb24589, iso21378_base, iso21378_ledger, journals
from fundapp.yearend.standards.csv_table import writer
from fundapp.yearend.standards.layout import Layout

__all__ = ["FILES", "Scope", "StandardFile"]


class StandardFile(NamedTuple):
    """One file of one court in the package.

    Args:
        path: where it stands; in a package of several courts, below the folder of its court.
        title: what it is, in Chinese and English.
        write: writes it, and tells how many records it has: rows, elements below the root, or directives.
    """

    path: str
    title: str
    write: Callable[[Scope, str, BinaryIO], int]


def _table(layout: Layout, write: Callable[[Scope, str, BinaryIO], int]) -> StandardFile:
    return StandardFile(f"ISO-21378/{layout.name}.csv", f"ISO 21378 {layout.name}", write)


FILES: tuple[StandardFile, ...] = (
    StandardFile(
        "GB-T-24589/公共档案.xml",
        "GB/T 24589 结构（第1部分名称）：公共档案 GB/T 24589 structure (Part 1 names): public archives",
        gb24589.write_archive,
    ),
    StandardFile(
        "GB-T-24589/总账.xml",
        "GB/T 24589 结构（第1部分名称）：总账 GB/T 24589 structure (Part 1 names): general ledger",
        gb24589.write_ledger,
    ),
    *(_table(layout, writer(layout, rows)) for layout, rows in (*iso21378_base.TABLES, *iso21378_ledger.TABLES)),
    _table(iso21378_ledger.DETAILS, iso21378_ledger.write_details),
    StandardFile("journal.beancount", "beancount 日记账 journal for beancount", journals.write_beancount),
    StandardFile("journal.hledger", "hledger 日记账 journal for hledger", journals.write_hledger),
)
