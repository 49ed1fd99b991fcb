"""The people who sign in: accounts, roles, sign-ins.

An account belongs to one court and acts only there; the superior court's leadership and auditor also read the courts
under it. Roles are posts; which role may do what is one table in ``rules.py``. The administrator makes accounts, the
security administrator grants roles, neither touches money. A sign-in is a row here and ends with the sign-out, whatever
the browser keeps.
"""
