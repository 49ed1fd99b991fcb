"""Doors between rooms and floors open downwards only, and every feature says at its door what it is for."""

import ast
import importlib
import re
import subprocess
import sys
import tomllib

import pytest

from fundapp import FEATURES
from tests.house.source import ROOT, features, modules

CONTRACTS = (
    "Floors: features stand on the features below them",
    "Rooms: inside a feature, doors open downwards only",
    "Rules are pure",
    "Nothing below the views knows the request",
)
SHORTEST_PARAGRAPH = 120


def test_the_import_contracts_are_kept():
    done = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as lint; lint()"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    for contract in CONTRACTS:
        assert f"{contract} KEPT" in done.stdout


@pytest.mark.parametrize("feature", features())
def test_a_feature_tells_a_visitor_what_it_is_for(feature):
    paragraph = ast.get_docstring(modules()[f"{feature}/__init__.py"])
    assert paragraph and len(paragraph) >= SHORTEST_PARAGRAPH


def test_every_feature_is_known_to_the_application():
    assert sorted(FEATURES) == features()
    assert sorted(FEATURES, key=floor) == list(FEATURES), "FEATURES stands in floor order"


def floor(feature: str) -> int:
    """The floor of a feature, counted from the ground, as the import contract has it."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    layers = settings["tool"]["importlinter"]["contracts"][0]["layers"]
    return next(height for height, layer in enumerate(reversed(layers)) if feature in re.findall(r"\w+", layer))


def missing(module: str) -> list[str]:
    """The names that a module says it hands out and does not have."""
    found = importlib.import_module(module)
    return [f"{module}.{name}" for name in getattr(found, "__all__", []) if not hasattr(found, name)]


def test_a_package_has_every_name_that_it_hands_out(monkeypatch):
    handing_out = [path for path, tree in modules().items() if "__all__" in ast.dump(tree)]
    assert len(handing_out) > 10
    for path in handing_out:
        module = "fundapp." + path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        assert not missing(module)
    monkeypatch.setattr("fundapp.ledger.rules.__all__", ["cited", "check_reversible"])
    assert missing("fundapp.ledger.rules") == ["fundapp.ledger.rules.check_reversible"]


def foreign_models(path: str, tree: ast.Module) -> list[str]:
    """Imports of another feature's models where only its service, queries and rules may be asked."""
    feature, _, room = path.removesuffix(".py").partition("/")
    if room.partition("/")[0] in {"queries", "models", "tables"}:
        return []
    found = []
    for node in ast.walk(tree):
        if not (isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("fundapp.")):
            continue
        _, other, *rest = node.module.split(".")
        if other in {feature, "core"} or rest[:1] != ["models"]:
            continue
        found += [f"fundapp/{path}:{node.lineno}: {other}.{one.name}" for one in node.names if one.name != "User"]
    return found


def test_another_features_models_are_named_only_in_queries_tables_and_models():
    findings = [
        line
        for path, tree in modules().items()
        if path.partition("/")[0] in features()
        for line in foreign_models(path, tree)
    ]
    assert not findings, "\n".join(findings)


def test_reaching_into_another_features_models_is_found():
    reach = ast.parse("from fundapp.cases.models import Case\nfrom fundapp.users.models import User")
    assert foreign_models("advances/service.py", reach) == ["fundapp/advances/service.py:1: cases.Case"]
    assert not foreign_models("advances/queries.py", reach)
    assert not foreign_models("cases/service.py", reach)


def test_a_feature_has_no_rooms_but_those_of_the_house():
    """A feature may keep tools of its own under names that say what they are; these names say nothing."""
    poor = {"utils", "helpers", "common", "misc", "manager", "managers", "handlers", "interfaces"}
    assert not [path for path in modules() if path.rpartition("/")[2].removesuffix(".py") in poor]
