"""Batches of approved advances paid together: bank file out, bank result in.

One finance clerk builds a batch, which freezes and seals it; the finance reviewer signs it; the clerk exports the
bank's payment file, drawn on the paying account the court has registered, and reads the bank's result line by line,
comparing id, amount, payee and account. A paid line pays its advance and posts its voucher; a failed one frees the
advance for a new line linked to it; an unknown one waits until the bank's answer is found out, and is never sent again.

Below stand ``advances``, whose payments this floor begins, stops and records; ceremonies above pay advances in another
way, never the same one.
"""
