"""Books and vouchers that were printed: paper leaves the house, so it leaves an entry."""

from fundapp.ledger.models import Voucher
from fundapp.trail import service as trail
from fundapp.trail.rules import Event
from fundapp.users.models import User


def record_print(
    court_code: str, *, book: str, part: str = "", period: str, lines: int, digest: str, actor: User
) -> None:
    """Note who printed which book of a court.

    Args:
        part: the case, source or debtor that the book is of; "" when it is whole.
        lines: vouchers of a bound book, lines of a ledger.
        digest: of the printed file.
    """
    trail.record(
        Event.BOOK_PRINTED,
        f"court:{court_code}",
        court_code=actor.court_code,
        actor=actor,
        book=book,
        part=part,
        period=period,
        lines=str(lines),
        digest=digest,
    )


def record_voucher_print(voucher: Voucher, *, digest: str, actor: User) -> None:
    """Note who printed a single voucher.

    Args:
        digest: of the printed file.
    """
    trail.record(
        Event.VOUCHER_PRINTED,
        voucher.subject,
        court_code=actor.court_code,
        actor=actor,
        number=voucher.cited,
        digest=digest,
    )
