"""Getting the advance back: what a debtor pays is split among the fund, the creditor and a refund.

The order of the split is frozen per case by its first advance: fund first, claimant first, or pro rata. Each confirmed
receipt of a case in which the fund has paid is allocated once; the fund's part is posted back to the sources that paid,
the creditors' part stays payable on the case, an overpayment is refunded. What is outstanding is computed, never stored
and patched. It stands above ``advances`` and ``custody``, which do not know each other.
"""
