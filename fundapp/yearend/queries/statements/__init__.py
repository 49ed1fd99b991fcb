"""What the annual statements say, read from the books and the registers; each declares itself where it is made."""

from fundapp.yearend.queries.statements import cases, ceremonies, claims, sources, written_off

__all__ = ["cases", "ceremonies", "claims", "sources", "written_off"]
