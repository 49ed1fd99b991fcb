"""The English catalogue says everything the house says, and nothing it says no more."""

import re
from functools import cache

from babel.messages.catalog import Catalog, Message

from tests import words

GAP = re.compile(r"%\((\w+)\)[sd]|%[^(%]")
HAN = re.compile(r"[\u4e00-\u9fff]")


@cache
def said() -> Catalog:
    return words.said()


def keys(catalog: Catalog) -> set[tuple[str, str | None]]:
    return {(first(message), message.context) for message in catalog if message.id}


def first(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


# What an English sentence may cite as it stands in the file or on the paper: quoted words, case numbers, court codes.
QUOTED = re.compile(r"“[^”]*”|（\d{4}）湘\d*执\d+号|湘\d{2,4}")


def translations(message: Message) -> list[str]:
    return [message.string] if isinstance(message.string, str) else list(message.string)


def faults(message: Message) -> list[str]:
    """What keeps a translation from being shown as it stands."""
    if not message.id:
        return []
    found = []
    if not all(text.strip() for text in translations(message)):
        found.append("has no English")
    if message.fuzzy:
        found.append("is only guessed (fuzzy)")
    for text in translations(message):
        if text and set(GAP.findall(text)) != set(GAP.findall(first(message))):
            found.append(f"has other gaps in English: {text}")
        if text and HAN.search(QUOTED.sub("", text)):
            found.append(f"is still Chinese in English: {text}")
    return [f"“{first(message)}” {fault}" for fault in found]


def test_every_word_has_its_english():
    missing = sorted(word for word, _ in keys(said()) - keys(words.english()))
    assert not missing, f"{len(missing)} not in the catalogue (make words): {missing[:20]}"
    wrong = [fault for message in words.english() for fault in faults(message)]
    assert not wrong, f"{len(wrong)} to mend:\n" + "\n".join(wrong[:20])


def test_the_catalogue_has_no_words_that_nobody_says():
    assert sorted(word for word, _ in keys(words.english()) - keys(said())) == []


def test_what_people_read_is_found_in_code_and_pages():
    places = {path.partition("/")[0] for message in said() for path, _ in message.locations}
    assert places == {"fundapp", "templates"}
    assert not [first(message) for message in said() if message.id and first(message).isascii()], "msgids are Chinese"


def test_a_faulty_translation_is_found():
    assert faults(Message("金额", ""))
    assert faults(Message("金额", "Amount", flags=["fuzzy"]))
    assert faults(Message("共%(n)s件", "%(m)s cases"))
    assert faults(Message("金额", "金额"))
    assert not faults(Message("共%(n)s件", "%(n)s cases"))
