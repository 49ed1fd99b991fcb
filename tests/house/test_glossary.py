"""Every word a user sees has its Chinese, and every noun of the code one meaning."""

import enum
import inspect
import pkgutil
import re
from collections.abc import Iterator
from importlib import import_module
from types import ModuleType

import pytest

from fundapp import FEATURES
from fundapp.core.db import Base
from fundapp.core.templating import LABELS
from tests import words
from tests.house.source import ROOT, features

HAN = re.compile(r"[\u4e00-\u9fff]")


def rule_modules() -> Iterator[ModuleType]:
    for feature in FEATURES:
        package = import_module(f"fundapp.{feature}")
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if re.fullmatch(r"fundapp\.\w+\.rules(\.\w+)*", found.name):
                yield import_module(found.name)


def vocabularies() -> dict[str, type[enum.Enum]]:
    """The enums of the rules, by feature and name."""
    return {
        f"{module.__name__.split('.')[1]}.{name}": one
        for module in rule_modules()
        for name, one in inspect.getmembers(module, inspect.isclass)
        if issubclass(one, enum.Enum) and one.__module__ == module.__name__
    }


def rows(markdown: str) -> list[list[str]]:
    """The cells of every table row of a Markdown text, without headers and rules."""
    lines = [line.strip().strip("|").split("|") for line in markdown.splitlines() if line.strip().startswith("|")]
    cells = [[cell.strip() for cell in line] for line in lines]
    ruled = [number for number, line in enumerate(cells) if all(re.fullmatch(r":?-+:?", cell) for cell in line)]
    return [line for number, line in enumerate(cells) if number not in ruled and number + 1 not in ruled]


def glossary() -> dict[str, list[str]]:
    """The glossary by code word; several words in one cell are divided by commas."""
    text = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    return {
        word: row
        for row in rows(text)
        for word in re.split(r"[,，、]\s*", row[0].replace("`", "").lower())
        if word.strip()
    }


def noun(model: type) -> str:
    """``TrailEntry`` → ``trail entry``."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", model.__name__).lower()


def nouns() -> set[str]:
    return {noun(mapper.class_) for mapper in Base.registry.mappers}


@pytest.mark.parametrize("name", sorted(vocabularies()))
def test_every_word_a_user_sees_has_its_chinese(app_labels, name):
    members = list(vocabularies()[name])
    assert members
    nameless = [member.name for member in members if not HAN.search(app_labels.get(member, ""))]
    assert not nameless


def test_labels_are_among_the_words_to_be_translated(app_labels):
    said = {message.id for message in words.said()}
    assert not {label for label in app_labels.values() if label not in said}, "labels are marked with N_()"


def test_two_words_of_one_vocabulary_differ(app_labels):
    for one in vocabularies().values():
        labels = [app_labels[member] for member in one if member in app_labels]
        assert len(set(labels)) == len(labels), one


def test_every_noun_that_is_kept_stands_in_the_glossary():
    assert nouns()
    assert not sorted(nouns() - glossary().keys())


def test_the_glossary_says_each_word_once_and_in_chinese():
    text = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    first_cells = [word for row in rows(text) for word in re.split(r"[,，、]\s*", row[0].replace("`", "").lower())]
    assert len(first_cells) == len(set(first_cells)), sorted({w for w in first_cells if first_cells.count(w) > 1})
    assert not [row[0] for row in rows(text) if len(row) < 3 or not HAN.search(row[1]) or not row[2]]


def test_every_feature_is_in_the_vocabulary_test():
    assert {name.partition(".")[0] for name in vocabularies()} <= set(features())


def test_rows_of_a_table_are_read():
    table = "| Code | 中文 | Means |\n|---|---|---|\n| batch, line | 发放批次、明细 | paid together |\ntext"
    assert rows(table) == [["batch, line", "发放批次、明细", "paid together"]]


@pytest.fixture(scope="session")
def app_labels(databases) -> dict[enum.Enum, str]:
    """The labels as the pages know them, once the application is made."""
    assert databases("sqlite")
    return LABELS
