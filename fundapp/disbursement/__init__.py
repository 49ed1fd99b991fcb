"""Batches of approved advances paid together: bank file out, bank result in.

One finance clerk builds a batch, the finance reviewer signs it, which freezes it; the clerk exports the bank's payment file and reads
the bank's result line by line, comparing id, amount and payee. A paid line pays its advance and posts its voucher; a failed one
frees the advance for a new line linked to it; an unknown one waits until the bank's answer is found out, and is never sent again.
"""
