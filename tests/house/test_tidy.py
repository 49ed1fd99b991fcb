"""No floats, one clock, one committer, functions that fit a screen, no excuses."""

import ast
import re
from collections.abc import Callable, Iterator

import pytest

from tests.house.source import calls, dotted, modules, templates

LONGEST_FUNCTION = 50
Finding = tuple[int, str]


def floats(tree: ast.Module) -> Iterator[Finding]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, float):
            yield node.lineno, f"the float {node.value}"
        if isinstance(node, ast.Name) and node.id == "float" and isinstance(node.ctx, ast.Load):
            yield node.lineno, "float"


def clocks(tree: ast.Module) -> Iterator[Finding]:
    asking = re.compile(
        r"(^|\.)(datetime\.(now|utcnow|today|fromtimestamp)|date\.(today|fromtimestamp)|time\.(time|time_ns|localtime|gmtime))$"
    )
    for call, name in calls(tree):
        if asking.search(name):
            yield call.lineno, f"{name}() asks the time; ask core.clock"
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "time":
            yield from ((node.lineno, f"from time import {one.name}") for one in node.names if one.name == "time")


def committers(tree: ast.Module) -> Iterator[Finding]:
    for call, name in calls(tree):
        if name.endswith((".commit", ".begin_nested")):
            yield call.lineno, f"{name}(): only transaction() of core.db commits"


def declares_table(decorator: ast.expr) -> bool:
    """The columns of a table of the audit package are a list to look things up in, however long, and no steps."""
    return isinstance(decorator, ast.Call) and dotted(decorator.func) == "table"


def long_functions(tree: ast.Module) -> Iterator[Finding]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno
            first = min([node.lineno, *(one.lineno for one in node.decorator_list if not declares_table(one))])
            if (length := node.end_lineno - first + 1) > LONGEST_FUNCTION:
                yield node.lineno, f"{node.name} has {length} lines"


def broad_excepts(tree: ast.Module) -> Iterator[Finding]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.ExceptHandler):
            continue
        kinds = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
        names = {dotted(kind) if kind else "everything" for kind in kinds}
        raises = any(isinstance(inner, ast.Raise) and inner.exc is None for inner in node.body)
        if names & {"everything", "Exception"} or ("BaseException" in names and not raises):
            yield node.lineno, f"except {', '.join(sorted(names))}"
        if all(isinstance(inner, ast.Pass) for inner in node.body):
            yield node.lineno, "an error passed over in silence; say so with contextlib.suppress and a comment, or act"


def legacy_queries(tree: ast.Module) -> Iterator[Finding]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr == "query":
            owner = dotted(node.value).rpartition(".")[2]
            if owner[:1].isupper() or owner == "session":
                yield node.lineno, f"{owner}.query: write select()"


def pasted_sql(tree: ast.Module) -> Iterator[Finding]:
    for call, name in calls(tree):
        runs = name.rpartition(".")[2] in {"text", "execute", "exec_driver_sql", "scalar", "scalars"}
        if runs and call.args and isinstance(call.args[0], ast.JoinedStr):
            yield call.lineno, f"{name}(f…): values are bound, not pasted"


def owners(tree: ast.Module) -> Iterator[Finding]:
    for node in ast.walk(tree):
        names = [one.name for one in node.names] if isinstance(node, ast.ImportFrom) else []
        if isinstance(node, ast.Name | ast.Attribute):
            names = [dotted(node).rpartition(".")[2]]
        if {"owner_engine", "set_authorizer"} & set(names):
            yield node.lineno, "the owner's rights are for migrations"


def unsaid_choices(tree: ast.Module) -> Iterator[Finding]:
    for call, name in calls(tree):
        for one in call.keywords:
            if one.arg == "blank" and isinstance(one.value, ast.Constant) and isinstance(one.value.value, str):
                yield call.lineno, f"{name}(blank=…): an empty choice is a word that people read; mark it with N_"


# Where a rule has its one exception, with the reason.
EXEMPT: dict[Callable[[ast.Module], Iterator[Finding]], dict[str, str]] = {
    floats: {"core/spreadsheet.py": "spreadsheets hold numbers as floats; they are read from their shortest text"},
    clocks: {"core/clock.py": "the one clock"},
    committers: {"core/db.py": "the one committer"},
    long_functions: {},
    broad_excepts: {},
    legacy_queries: {},
    pasted_sql: {"core/db.py": "pragmas and BEGIN take no bound values, and these are the program's own words"},
    unsaid_choices: {},
    owners: {"core/db.py": "makes the engine for migrations/env.py, and puts the authorizer on"},
}


@pytest.mark.parametrize("rule", EXEMPT, ids=lambda rule: rule.__name__)
def test_the_house_is_tidy(rule):
    findings = [
        f"fundapp/{path}:{line}: {what}"
        for path, tree in modules().items()
        if path not in EXEMPT[rule]
        for line, what in rule(tree)
    ]
    assert not findings, "\n".join(findings)


@pytest.mark.parametrize(
    ("rule", "untidy"),
    [
        (floats, "cap = 20000.00"),
        (floats, "cap = float('1')"),
        (floats, "def cap(x: float): ..."),
        (clocks, "from datetime import datetime, UTC\nnow = datetime.now(UTC)"),
        (clocks, "import datetime\nnow = datetime.date.today()"),
        (clocks, "import time\nnow = time.time()"),
        (clocks, "from time import time"),
        (committers, "db.session.commit()"),
        (long_functions, "def f():\n" + "    x = 1\n" * LONGEST_FUNCTION),
        (broad_excepts, "try:\n    f()\nexcept Exception:\n    g()"),
        (broad_excepts, "try:\n    f()\nexcept:\n    g()"),
        (broad_excepts, "try:\n    f()\nexcept (ValueError, Exception):\n    g()"),
        (broad_excepts, "try:\n    f()\nexcept BaseException:\n    g()"),
        (broad_excepts, "try:\n    f()\nexcept ValueError:\n    pass"),
        (legacy_queries, "cases = Case.query.all()"),
        (legacy_queries, "cases = db.session.query(Case)"),
        (unsaid_choices, "choices = choices_of(Status, blank='全部')"),
        (owners, "from fundapp.core.db import owner_engine"),
        (owners, "database.owner_engine().connect()"),
        (owners, "db.session.connection().connection.set_authorizer(None)"),
        (pasted_sql, "db.session.execute(text(f'select * from cases where id={id}'))"),
    ],
)
def test_an_untidy_line_is_found(rule, untidy):
    assert list(rule(ast.parse(untidy)))


def test_no_template_switches_escaping_off():
    unsafe = re.compile(r"\|\s*safe\b|autoescape\s+false|Markup\(")
    findings = [name for name, source in templates().items() if unsafe.search(source)]
    assert not findings
    assert unsafe.search("{{ inner|safe }}") and unsafe.search("{% autoescape false %}")
