"""A court's year with something of everything in it, its end, and its package, whole or broken on purpose."""

import hashlib
import io
import json
from datetime import date
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from fundapp.advances import queries as advances
from fundapp.ceremonies.rules import Method
from fundapp.core import clock, signing
from fundapp.core.db import transaction
from fundapp.core.money import yuan
from fundapp.disbursement.rules import LineStatus
from fundapp.ledger.rules import Account, Movement, Posting
from fundapp.ledger.service import posting
from fundapp.users.models import User
from fundapp.users.rules import Role
from fundapp.yearend import checker, package, service
from fundapp.yearend.models import ReopeningRequest, YearCloseRequest
from fundapp.yearend.rules import ReopeningOutcome, YearCloseOutcome
from tests.builders.advances import an_approved_advance
from tests.builders.ceremonies import an_open_ceremony, closed, handed_over, marked_absent, the_line, witnessed
from tests.builders.custody import a_case_receipt, a_paid_payout, an_approved_payout
from tests.builders.disbursement import a_sent_batch, imported, told
from tests.builders.funding import a_receipt
from tests.builders.ledger import the_hands
from tests.builders.people import COURT, the_books, the_holder
from tests.builders.recovery import allocated

YEAR = 2018
Files = dict[str, bytes]


def a_year() -> None:
    """Money raised; advances paid by bank, one order failed, one partly recovered; a ceremony with cash; case money."""
    with clock.at(date(YEAR, 3, 9)):
        a_receipt("60000.00")
        a_receipt("40000.00")
    with clock.at(date(YEAR, 6, 21)):
        batch = a_sent_batch("16000.00", "14000.00")
        first, second = batch.lines
        imported(told(first), told(second, "失败"))
        assert (first.status, second.status) == (LineStatus.PAID, LineStatus.FAILED)
        case = advances.advance(first.advance_id, frozenset({COURT})).case
        allocated(a_case_receipt("10000.00", case, day=date(YEAR, 6, 21)))
        a_paid_payout("5000.00")
    with clock.at(date(YEAR, 9, 12)):
        invited = [an_approved_advance("9000.00"), an_approved_advance("7000.00")]
        ceremony = witnessed(an_open_ceremony(*invited, an_approved_payout("12000.00"), method=Method.CASH))
        handed_over(the_line(ceremony, 1))
        marked_absent(the_line(ceremony, 2))
        handed_over(the_line(ceremony, 3))
        closed(ceremony, fund="7000.00")


def months_closed(
    *, since: int = 1, up_to: int = 11, year: int = YEAR, court_code: str = COURT, on: date | None = None
) -> None:
    """The months of a year closed by the finance reviewer, one after the other, in the January after it."""
    reviewer = the_holder(Role.FINANCE_REVIEWER, court_code=court_code)
    with clock.at(on or date(year + 1, 1, 8)):
        for month in range(since, up_to + 1):
            with transaction(court_code):
                service.close_month(court_code, f"{year}-{month:02d}", actor=reviewer)


def year_closed(*, year: int = YEAR, court_code: str = COURT, on: date | None = None) -> None:
    """The year closed by finance reviewer and president."""
    months_closed(year=year, court_code=court_code, on=on)
    december_closed(year=year, court_code=court_code, on=on)


def december_closed(*, year: int = YEAR, court_code: str = COURT, on: date | None = None) -> None:
    """The year closed by finance reviewer and president, its months up to November being closed."""
    with clock.at(on or date(year + 1, 1, 9)):
        year_decided(a_year_close(year=year, court_code=court_code))


def a_year_close(
    *, year: int = YEAR, court_code: str = COURT, explanation: str = "", actor: User | None = None
) -> YearCloseRequest:
    """A request of the finance reviewer to close the year."""
    actor = actor or the_holder(Role.FINANCE_REVIEWER, court_code=court_code)
    with transaction(court_code):
        return service.request_year_close(court_code, year, explanation=explanation, actor=actor)


def year_decided(
    request: YearCloseRequest,
    outcome: YearCloseOutcome = YearCloseOutcome.AGREED,
    *,
    opinion: str = "",
    actor: User | None = None,
) -> YearCloseRequest:
    """The request after the answer of the president."""
    actor = actor or the_holder(Role.PRESIDENT, court_code=request.court_code)
    with transaction(request.court_code):
        return service.decide_year_close(request.id, outcome=outcome, opinion=opinion, actor=actor)


def a_reopening(month: str, *, reason: str = "补记一笔利息", actor: User | None = None) -> ReopeningRequest:
    """A request of the finance reviewer to open the last closed month again."""
    actor = actor or the_holder(Role.FINANCE_REVIEWER)
    with transaction(COURT):
        return service.request_reopening(COURT, month, reason=reason, actor=actor)


def answered(
    request: ReopeningRequest,
    role: Role = Role.PRESIDENT,
    *,
    outcome: ReopeningOutcome = ReopeningOutcome.AGREED,
    opinion: str = "",
    seen: int | None = None,
    actor: User | None = None,
) -> ReopeningRequest:
    """The request after one more answer, by the holder of a post."""
    actor = actor or the_holder(role)
    seen = len(request.decisions) if seen is None else seen
    with transaction(COURT):
        return service.decide_reopening(request.id, outcome=outcome, opinion=opinion, seen_version=seen, actor=actor)


def reopened(month: str) -> ReopeningRequest:
    """The last closed month open again, by all the hands that it needs."""
    request = a_reopening(month)
    if month.endswith("-12"):
        answered(request, Role.AUDITOR)
    return answered(request)


def unclaimed(amount: str, *, day: date = date(YEAR, 1, 5)) -> None:
    """Money in the fund's bank account that nobody has claimed; no movement books such yet, so it borrows a name."""
    the_books()
    lines = [Posting(Movement.INTEREST_RECEIVED, Account.FUND_BANK, Account.UNCLAIMED, yuan(amount))]
    draft = posting.drafted(
        f"unclaimed:{day}",
        lines,
        business_date=day,
        posted_on=day,
        summary="收到来源不明款项",
        attachments=1,
        hands=the_hands(),
    )
    with transaction(COURT):
        posting.post_drafts([draft], court_code=COURT, actor=the_holder(Role.FINANCE_REVIEWER))


def a_package(
    folder: Path, *, year: int = YEAR, court_codes: tuple[str, ...] = (COURT,), is_unmasked: bool = False
) -> bytes:
    """The bytes of the package of a year."""
    target = folder / "package.zip"
    with clock.at(date(year + 1, 1, 10)):
        package.build(year, court_codes, target, progress=lambda done, total: None, is_unmasked=is_unmasked)
    return target.read_bytes()


def verified(data: bytes | bytearray, *trusted: str) -> list[str]:
    """What ``audit verify`` finds of these bytes."""
    return package.verify(io.BytesIO(data), trusted)


def unpacked(data: bytes) -> Files:
    """The files of a package, by name, in its order."""
    with package.zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def sealed_again(files: Files, folder: Path) -> bytes:
    """These files packed and sealed as a package would be, whatever they say."""
    places = (folder / "again" / str(at) for at in range(len(files)))  # one may be named as another's folder
    members = [package.copied(place, *file) for place, file in zip(places, files.items(), strict=True)]
    package.packed(members, folder / "again.zip")
    return (folder / "again.zip").read_bytes()


def told_again(files: Files, sign_key: Ed25519PrivateKey | None = None, **changes: Any) -> Files:
    """The same files with a manifest that fits them, signed: what a forger does who knows the format and has a key,
    the court's own when none is named."""
    manifest = json.loads(files[checker.MANIFEST])
    for entry in manifest["files"]:
        content = files[entry["name"]]
        entry |= {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        if "rows" in entry:
            entry["rows"] = content.count(b"\r\n") - 1
    content = json.dumps(manifest | changes, ensure_ascii=False).encode()
    sign_key = sign_key or Ed25519PrivateKey.from_private_bytes(bytes(range(32, 64)))
    key_id = signing.fingerprint(sign_key.public_key().public_bytes_raw())
    digest = hashlib.sha256(content).hexdigest()
    signed = f"{checker.SIGNED_FORM}|{digest}|{key_id}"
    return files | {
        checker.MANIFEST: content,
        checker.MANIFEST_DIGEST: f"{digest}  {checker.MANIFEST}\n".encode(),
        checker.SIGNATURE: f"{signed}|{sign_key.sign(signed.encode()).hex()}\n".encode(),
    }


class InMemory(checker.Folder):
    """An unpacked package that lies in memory, so that thousands of changes can be tried."""

    def __init__(self, files: Files) -> None:
        super().__init__("")
        self.files = files

    def names(self) -> list[str]:
        return sorted(self.files)

    def open(self, name: str) -> io.BytesIO:
        return io.BytesIO(self.files[name])
