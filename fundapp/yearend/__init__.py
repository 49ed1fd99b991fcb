"""Month and year close, and the audit package of a year with its stand-alone checker.

A closed month takes no more vouchers. Closing a year transfers the result (booking model B), closes its months and fixes what the
package says. The package is one ZIP that checks itself: tables, manifest, chain heads, and a checker that needs Python alone.
"""
