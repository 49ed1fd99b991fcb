"""Who must sign what, in which order: the ladder, its dated limits, and the signed decisions.

A record to be approved names itself by subject and amount; the ladder answers with its steps. Each signature is a
decision that never changes, bound to the version and the digest of what the signer saw. Nobody signs twice in a round,
nor what he prepared. Without limits in force nothing is approved.
"""
