"""Who did what, when and why, and the papers that prove it: append-only, sealed onto each other, one chain per court.

Every act of every feature above records here, in its own transaction; an act that cannot be recorded is not done. An
entry names its record by subject (``"batch:17"``), so this floor knows nothing of the floors above it. ``verify`` walks
the chains; the year-end package carries them.
"""
