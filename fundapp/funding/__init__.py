"""Where the fund's money comes from: sources, and the receipts from them.

A source (财政拨款, 上级补助, 捐赠 …) is registered by the finance clerk. Money that arrives from it, or is given back
to it, is recorded by the clerk with the bank's reference and confirmed by the finance reviewer, which posts it.
Payments draw on the sources in the order of their registration, and what is recovered returns to the source that paid;
the books carry the source on every posting.
"""
