"""One box for everything a case is looked up by: what was typed is a number, an identity, or part of a name."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

from fundapp.cases.rules.facts import identity_of
from fundapp.cases.rules.identity import IdentityError, party_name
from fundapp.cases.rules.numbers import CaseNumberError, case_number, number_fragment
from fundapp.cases.rules.words import PartyKind

_MASKED_ID = re.compile(r"([0-9A-Z]{4})\*+([0-9A-Z]{4})")
LONGEST_SEARCH = 100


@dataclass(frozen=True)
class Search:
    """What to look for; exactly one of the first three is given, or else the two fragments."""

    number: str | None = None
    identity: str | None = None
    identity_mask: str | None = None
    number_part: str = ""
    name_part: str = ""


def search_of(text: str, *, today: date) -> Search:
    """Read what was typed: a whole case number, a whole or masked identity number, else parts of a number or name."""
    text = text.replace("\0", "")[:LONGEST_SEARCH]
    try:
        return Search(number=case_number(text, court_codes=None).text)
    except CaseNumberError:
        plain = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).upper()
    if masked := _MASKED_ID.fullmatch(plain):
        return Search(identity_mask=f"{masked[1]}{'*' * 10}{masked[2]}")
    if identity := _identity(plain, today):
        return Search(identity=identity)
    return Search(number_part=number_fragment(text), name_part=_name_part(text))


def _identity(text: str, today: date) -> str | None:
    for kind in PartyKind:
        try:
            return identity_of(kind, text, today=today)
        except IdentityError:
            continue
    return None


def _name_part(text: str) -> str:
    try:
        return party_name(text)
    except IdentityError:
        return ""
