"""The register of enforcement cases (执行案件) and their parties, and the import that fills it.

A case enters by import from the case system's list, or by a handler's hand, under its case number; it stays in its
court's book for good. Its statutory status runs from 执行中 to one of the six closings of the enforcement rules, and
back only by resumption; "concluded by advance payment" is a flag beside that status, never one of them. Parties are
creditors and debtors, persons and organisations; their identity numbers, telephones and bank accounts are checked on
the way in, kept encrypted, shown masked. An import is tried dry first, and says of every row it refuses which cell
and why.

Neighbours: stands on courts, users and trail; eligibility, advances, custody, recovery and everything above ask here
what a case is worth, who its parties are and where its enforcement stands. It knows nothing of the fund's money.
"""
