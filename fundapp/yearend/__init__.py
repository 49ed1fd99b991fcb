"""Month and year close, and the audit package of a year with its stand-alone checker.

A closed month takes no more vouchers; months are closed in order, each when nothing dated in it waits to be decided any
more. Closing a year carries its result over (booking model B) and closes December. The package is one ZIP that checks
itself: tables, manifest, chain heads, and a checker that needs Python alone. Stands above every feature whose tables it
takes; nothing asks it back.
"""
