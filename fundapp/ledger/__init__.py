"""The double-entry books of each court: chart, movements, vouchers, balances, reservations, periods, reversal.

Features above name a movement ("advance paid"); one table, ``BOOKING`` in ``rules.py``, says which accounts it touches
in the booking model the court chose at set-up. A posting is one debit account, one credit account and one positive
amount; a voucher groups the postings of one named act, and the same name posts once. Vouchers and postings never
change; the correction is a reversal, linked and possible once. Balances are kept in the same transaction, guarded by
the database, and re-computable. Money promised and not yet paid is reserved here, so that "available" is one figure.
"""
