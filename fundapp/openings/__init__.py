"""Opening balances by import: how a court that begins in the middle of its fund's life brings its balances.

The finance clerk fills in a form (account, side, amount, case, source), uploads it and sees every line, or everything
that is wrong with the file, cell by cell; nothing is guessed. What is faultless is sent to the finance reviewer, who
sees the same lines and posts them or returns them with a reason. The books take them only before the first voucher of
business; what was posted wrongly is undone whole, again by two persons.

What an opening may be, and its posting, belong to the books (``ledger``), which know cases and sources as subjects
only. Reading a file needs case numbers and the names of sources, so this room stands above ``cases`` and ``funding``
and beside those that begin a business.
"""
