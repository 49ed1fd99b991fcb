"""One creditor's advance, from request to payment.

The case handler requests it with an assessment; the ladder signs; the last signature reserves fund money. Returned
requests are mended and signed anew in a new round; refused and withdrawn ones release what was reserved. A change of
payee, account or amount after the request voids its signatures. Payment comes from a batch or a ceremony, once,
and concludes the case by advance payment beside its statutory status. Recovery is told in ``recovery``.
"""
