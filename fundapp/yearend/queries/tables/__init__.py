"""The tables of the audit package: which there are, what every column means, and where its rows come from.

One registry, ``TABLES``, in the order of the package. A table's rows are read from the database once for the CSV file
and once for the worksheet, as tuples and never as objects. Amounts are Money, words of the system stay enum members
until they are written; personal data leaves only masked. A further table is one more decorated function.
"""

from fundapp.yearend.queries.tables import books, case_money, ceremonies, fund, openings, people
from fundapp.yearend.queries.tables.registry import TABLES, Column, Row, Scope, Table, word

__all__ = [
    "TABLES",
    "Column",
    "Row",
    "Scope",
    "Table",
    "books",
    "case_money",
    "ceremonies",
    "fund",
    "openings",
    "people",
    "word",
]
