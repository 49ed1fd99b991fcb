"""Case money 案款: what a debtor pays to the court, and who is paid from it. One case, one sub-account.

Money that arrives is recorded by the finance clerk with the bank's reference and confirmed by the reviewer, which posts
it to the case. A payout (to the creditor, or a refund to the debtor) is asked for by the case handler, approved by the
bureau director, which reserves the money, and paid by transfer or at a ceremony. Once the fund has advanced a case,
what comes in waits to be split by ``recovery`` before anybody is paid from it. 法发〔2017〕6号 arts. 4, 10-13.
"""
