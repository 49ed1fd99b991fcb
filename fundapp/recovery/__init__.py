"""Getting the advance back: what a debtor pays is split among the fund, the creditor and a refund.

The order of the split is frozen per case by the advance (domain 1.5: fund first, claimant first, pro rata). Each confirmed receipt of
a case with an outstanding advance is allocated once; the fund's part is posted back to the source that paid, the creditor's part
stays payable on the case, an overpayment is refunded. What is outstanding is computed, never stored and patched.
"""
