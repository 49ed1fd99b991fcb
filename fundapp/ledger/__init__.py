"""The double-entry books of each court: chart, movements, vouchers, journals, balances, periods, corrections, openings.

Features above name a movement ("advance paid"); one table, ``BOOKING`` in ``rules/chart.py``, says which accounts it
touches in the booking model the court chose at set-up. A posting is one debit account, one credit account and one
positive amount; a voucher (收, 付 or 转) groups the postings of one named act, and the same name posts once. Vouchers
and postings never change: a correction is a voucher of its own, linked, possible once, by two persons. Balances, and
the end of every day, are kept in the same transaction, guarded by the database, and re-computable. A closed month
takes no voucher; what comes late stands in the first open one. Money promised and not yet paid is reserved here, so
that "available" is one figure.
"""
