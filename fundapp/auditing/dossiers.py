"""Setting dossiers: from a payment's records to a PDF, each in a process of its own."""

from fundapp.auditing import papers, queries
from fundapp.auditing.rules import Extent
from fundapp.core import documents


def dossier(advance_id: int, scope: frozenset[str], *, extent: Extent) -> bytes:
    """The dossier of a payment as PDF; one by one or for a sample, the same records make the same bytes.

    Raises:
        NotFound: no such advance, or it was not paid.
    """
    file = queries.file(advance_id, scope)
    return documents.book("dossier", papers.dossier_data(file, queries.people_in(file), extent=extent))
