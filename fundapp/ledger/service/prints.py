"""Books that were printed: paper leaves the house, so it leaves an entry."""

from fundapp.trail import service as trail
from fundapp.trail.rules import Event
from fundapp.users.models import User


def record_print(court_code: str, *, book: str, period: str, lines: int, digest: str, actor: User) -> None:
    """Note who printed which book of a court.

    Args:
        lines: vouchers of a bound book, lines of a ledger.
        digest: of the printed file.
    """
    trail.record(
        Event.BOOK_PRINTED,
        f"court:{court_code}",
        court_code=actor.court_code,
        actor=actor,
        book=book,
        period=period,
        lines=str(lines),
        digest=digest,
    )
