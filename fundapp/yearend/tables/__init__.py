"""Tables of the audit package that tell of everything below: vouchers and postings, closed years, the statements."""

from fundapp.yearend.tables import books, statements

__all__ = ["books", "statements"]
