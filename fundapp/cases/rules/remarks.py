"""Persons in what somebody wrote: names that are known and numbers by their form do not leave the court as they stand.

A remark is searched for the names of the parties whom it can be about, as they are registered; numbers are known by
their form, so that one which is registered nowhere is found too. What is neither, such as a nickname, stays: the pages
ask writers not to name anybody.
"""

import re
from collections.abc import Iterable

from fundapp.cases.rules.identity import masked_name

SHORTEST_HIDDEN = 2
"""A single character stands in too many words to be taken for a name."""

_D = "[0-9０-９]"
_NUMBER = re.compile(
    rf"(?<![0-9０-９A-Za-zＡ-Ｚａ-ｚ])(?:"
    rf"(?P<identity>[1-9１-９]{_D}{{5}}[ -]?{_D}{{8}}[ -]?{_D}{{3}}[0-9０-９XxＸｘ]|[1-9１-９]{_D}{{14}})"
    rf"|(?P<mobile>[1１][3-9３-９]{_D}[ -]?{_D}{{4}}[ -]?{_D}{{4}})"
    rf"|(?P<landline>[0０]{_D}{{2,3}}-?{_D}{{7,8}})"
    rf"|(?P<account>{_D}{{4}}(?:[ -]{_D}{{4}}){{2,6}}(?:[ -]?{_D}{{1,4}})?|{_D}{{12,32}})"
    rf")(?![0-9０-９A-Za-zＡ-Ｚａ-ｚ])"
)
_LONG = re.compile(r"\d[\d -]{9}")
"""What every such number has; most remarks have not, and are not looked at further."""
CARD = range(16, 20)


def masked_remark(text: str, names: Iterable[str] = ()) -> str:
    """The text with these names, the longest first, and every identity, telephone and account number masked."""
    for name in sorted((name for name in set(names) if name in text), key=lambda name: (-len(name), name)):
        if len(name) >= SHORTEST_HIDDEN:
            text = text.replace(name, masked_name(name))
    return masked_numbers(text)


def masked_numbers(text: str) -> str:
    """The text with every identity, telephone and account number masked; case, voucher and bank references stay."""
    return _NUMBER.sub(_masked, text) if _LONG.search(text) else text


def _masked(found: re.Match[str]) -> str:
    """What stays stands as it was written, so that who has the sealed text can hold it against this: stars stand for
    anything."""
    number = found[0]
    digits = len(re.sub("[ -]", "", number))
    head = 4 if found["identity"] or (found["account"] and digits in CARD) else 3 if found["mobile"] else 0
    return f"{number[:head]}****{number[-4:]}"
