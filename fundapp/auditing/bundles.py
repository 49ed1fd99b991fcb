"""The papers of a sample as one archive: a dossier for each payment, or each voucher, with an index.

The archive holds ``目录.xlsx`` for people and ``sha256.txt``, which ``sha256sum -c`` reads, for programs.
"""

import hashlib
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

from fundapp.auditing import dossiers, queries, service
from fundapp.auditing.models import Sample, SampleItem
from fundapp.auditing.rules import Extent, Population, dossier_number
from fundapp.core import documents
from fundapp.core.db import db, transaction
from fundapp.core.spreadsheet import Sheet, SheetColumn, xlsx_bytes
from fundapp.courts import queries as courts
from fundapp.ledger import papers as vouchers
from fundapp.ledger import printing
from fundapp.ledger import queries as books
from fundapp.ledger.queries import LedgerOf
from fundapp.ledger.rules import LABELS, Account, BookKind
from fundapp.users.models import User
from fundapp.users.queries import readable_courts

Progress = Callable[[int, int], None]
INDEX, MANIFEST = "目录.xlsx", "sha256.txt"
COLUMNS = [
    SheetColumn("抽取次序", "number", 10),
    SheetColumn("编号"),
    SheetColumn("法院代字", width=10),
    SheetColumn("法院", width=28),
    SheetColumn("日期", "day"),
    SheetColumn("金额（元）", "money"),
    SheetColumn("层", "number", 8),
    SheetColumn("命中次数", "number", 10),
    SheetColumn("文件", width=36),
    SheetColumn("SHA-256", width=66),
]


def made(sample_id: int, *, user_id: int, progress: Progress) -> Path:
    """Make the archive of a sample, keep it for fetching, and note it and every dossier in it on the trail."""
    user = db.session.get_one(User, user_id)
    scope = readable_courts(user)
    sample = queries.sample(sample_id, scope)
    path = printing.kept(f"{sample.cited}-{sample.digest[:12]}.zip")
    digests = _written(path, sample, scope, progress)
    archive = hashlib.sha256(path.read_bytes()).hexdigest()
    of_court = {
        court_code: {
            item.record_id: digests[item.place]
            for item in sample.items
            if item.court_code == court_code and not item.is_case
        }
        for court_code in sample.court_codes
    }
    has_dossiers = sample.population is not Population.VOUCHERS
    with transaction(*of_court, user.court_code):
        actor = db.session.get_one(User, user_id)
        for court_code, made_of in of_court.items():
            if has_dossiers and made_of:
                service.record_dossiers(made_of, court_code=court_code, actor=actor)
        service.record_taking(sample_id, files=len(digests), digest=archive, actor=actor)
    return path


def _written(path: Path, sample: Sample, scope: frozenset[str], progress: Progress) -> dict[int, str]:
    """Write the archive; the digest of each paper by its place in the sample."""
    digests, names = {}, {}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for item in sample.items:
            progress(item.place - 1, sample.item_count)
            name, paper = _paper(sample, item, scope)
            digests[item.place], names[item.place] = hashlib.sha256(paper).hexdigest(), name
            archive.writestr(zipfile.ZipInfo(name), paper)
        index = xlsx_bytes([Sheet(sample.cited, COLUMNS, _index(sample, names, digests))])
        archive.writestr(zipfile.ZipInfo(INDEX), index)
        told = [(digests[place], names[place]) for place in digests] + [(hashlib.sha256(index).hexdigest(), INDEX)]
        archive.writestr(zipfile.ZipInfo(MANIFEST), "".join(f"{digest}  {name}\n" for digest, name in told))
    return digests


def _index(sample: Sample, names: dict[int, str], digests: dict[int, str]) -> Iterator[list[object]]:
    for item in sample.items:
        facts = [item.place, item.cited, item.court_code, courts.name(item.court_code), item.day, item.amount]
        yield [*facts, item.stratum or None, item.hits, names[item.place], digests[item.place]]


def _paper(sample: Sample, item: SampleItem, scope: frozenset[str]) -> tuple[str, bytes]:
    """The paper of one item and its name in the archive."""
    if sample.population is Population.VOUCHERS:
        return f"{item.court_code}-{item.cited}.pdf", _voucher(item.record_id, scope)
    if item.is_case:
        return f"{item.cited}.pdf", _receivable(sample, item)
    number = dossier_number(item.cited)
    return f"{number}.pdf", dossiers.dossier(item.record_id, scope, extent=Extent.MASKED)


def _voucher(voucher_id: int, scope: frozenset[str]) -> bytes:
    """A voucher's paper, as its own page prints it."""
    voucher = books.voucher(voucher_id, scope)
    around = vouchers.Around(
        courts.name(voucher.court_code),
        books.signatures([voucher])[voucher.id],
        books.linked([voucher])[voucher.id],
        vouchers.names_in([voucher]),
    )
    return documents.book("voucher", vouchers.voucher_data(voucher, around))


def _receivable(sample: Sample, item: SampleItem) -> bytes:
    """The case's subsidiary ledger of 1218.01, from the opening of the books to the year of the sample."""
    account, years = Account.ADVANCES_RECEIVABLE, range(item.day.year, sample.last_day.year + 1)
    ledgers = [LedgerOf(item.court_code, account, year, part=item.subject) for year in years]
    lines = [
        vouchers.LedgerPaper(
            account,
            item.subject,
            list(books.ledger_lines(one, is_daily=False, is_over=one.year < sample.last_day.year)),
        )
        for one in ledgers
    ]
    data = vouchers.ledger_data(
        lines,
        court=courts.name(item.court_code),
        title=LABELS[BookKind.SUBSIDIARY],
        period=f"{item.day.year}年至{sample.last_day.year}年",
        printed_by=queries.person(sample.drawn_by_id),
        has_entries=True,
    )
    return documents.pdf("ledger", data)
