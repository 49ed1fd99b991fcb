"""Templates import by name what they use and nothing else, bear their view's name, and say every word through _()."""

import ast
import re
from collections.abc import Iterator
from functools import cache

import pytest
from jinja2 import Environment, nodes

from tests.house.source import TEMPLATES, calls, modules, templates

HAN = re.compile(r"[\u4e00-\u9fff]")
SHARED = ("layouts/", "components/", "errors/")
FORBIDDEN = {
    "an inline style": re.compile(r"\sstyle\s*=|<style\b"),
    "an inline script": re.compile(r"<script\b(?![^>]*\ssrc=)|\son[a-z]+\s*="),
    "an outside address": re.compile(r"https?:|[\"'(]//"),
}


@cache
def parsed(name: str) -> nodes.Template:
    return parse(templates()[name])


def parse(source: str) -> nodes.Template:
    environment = Environment(extensions=["jinja2.ext.do", "jinja2.ext.loopcontrols"], autoescape=True)
    return environment.parse(source)


@cache
def macros() -> dict[str, set[str]]:
    """The macros that each template defines."""
    return {name: {macro.name for macro in parsed(name).find_all(nodes.Macro)} for name in templates()}


def imported(tree: nodes.Template) -> dict[str, tuple[str, str]]:
    """What a template imports: the name it is used by, with the template and the macro it comes from."""
    found = {}
    for node in tree.find_all(nodes.FromImport):
        assert isinstance(node.template, nodes.Const)
        for one in node.names:
            original, used = (one, one) if isinstance(one, str) else one
            found[used] = (node.template.value, original)
    return found


def import_faults(name: str, tree: nodes.Template) -> Iterator[str]:
    known = {macro for defined in macros().values() for macro in defined}
    own = {macro.name for macro in tree.find_all(nodes.Macro)}
    brought = imported(tree)
    bound = {node.name for node in tree.find_all(nodes.Name) if node.ctx in {"store", "param"}}
    used = {node.name for node in tree.find_all(nodes.Name) if node.ctx == "load"}
    called = {node.node.name for node in tree.find_all(nodes.Call) if isinstance(node.node, nodes.Name)}
    yield from (f"{name} imports {one} and does not use it" for one in sorted(brought.keys() - used))
    yield from (
        f"{name} imports {macro} from {origin}, which has none"
        for origin, macro in brought.values()
        if macro not in macros().get(origin, set())
    )
    yield from (
        f"{name} calls {one} without importing it" for one in sorted((called & known) - brought.keys() - own - bound)
    )
    if any(tree.find_all(nodes.Import)):
        yield f"{name} imports a whole file; macros are imported by name"


def unspoken(tree: nodes.Template) -> Iterator[str]:
    """Chinese text that stands in the page outside ``_()`` and so would stay Chinese on the English page."""
    for data in tree.find_all(nodes.TemplateData):
        if HAN.search(re.sub(r'lang="zh-CN">[^<]*<', "", data.data)):
            yield data.data.strip()
    translated = {
        id(argument)
        for call in tree.find_all(nodes.Call)
        if isinstance(call.node, nodes.Name) and call.node.name in {"_", "gettext", "ngettext", "pgettext"}
        for argument in call.args
    }
    for const in tree.find_all(nodes.Const):
        if isinstance(const.value, str) and HAN.search(const.value) and id(const) not in translated:
            yield const.value


def renderings() -> Iterator[tuple[str, str, int, str]]:
    """Every template that a view names: module path, view, line and template."""
    for path, tree in modules().items():
        for function in ast.walk(tree):
            if not isinstance(function, ast.FunctionDef):
                continue
            for call, name in calls(function):
                shows = name in {"render_template", "listing", "listing.listing"} and call.args
                if shows and isinstance(call.args[0], ast.Constant) and str(call.args[0].value).endswith(".html"):
                    yield path, function.name, call.lineno, call.args[0].value


def test_templates_import_what_they_use_and_use_what_they_import():
    assert not [fault for name in templates() for fault in import_faults(name, parsed(name))]


def test_every_word_on_a_page_can_be_translated():
    findings = {name: list(unspoken(parsed(name))) for name in templates()}
    assert not {name: found for name, found in findings.items() if found}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_pages_keep_to_the_content_security_policy(what):
    comment = re.compile(r"\{#.*?#\}", re.DOTALL)
    assert not [name for name, source in templates().items() if FORBIDDEN[what].search(comment.sub("", source))]


def test_a_view_shows_the_template_of_its_name():
    misnamed = []
    for path, view, line, template in renderings():
        folder, _, file = template.removesuffix(".html").rpartition("/")
        if template not in templates():
            misnamed.append(f"fundapp/{path}:{line}: there is no {template}")
        elif path.startswith("core/") or folder == "errors" or file.startswith("_"):
            continue
        elif (folder, file) != (path.partition("/")[0], view):
            misnamed.append(f"fundapp/{path}:{line}: {view} shows {template}")
    assert not misnamed, "\n".join(misnamed)


def test_every_template_is_shown_by_somebody():
    shown = {template for *_, template in renderings()}
    for name in templates():
        for node in parsed(name).find_all((nodes.Extends, nodes.Include, nodes.FromImport)):
            if isinstance(node.template, nodes.Const):
                shown.add(node.template.value)
    forgotten = [name for name in templates() if name not in shown and not name.startswith(SHARED)]
    assert not forgotten


def test_the_papers_that_are_printed_exist():
    papers = {
        str(call.args[0].value)
        for tree in modules().values()
        for call, name in calls(tree)
        if name.rpartition(".")[2] == "pdf" and call.args and isinstance(call.args[0], ast.Constant)
    }
    assert not [paper for paper in papers if not (TEMPLATES / "documents" / f"{paper}.typ").exists()]


def test_a_poor_template_is_found():
    money = '{% from "components/money.html" import money %}'
    assert list(import_faults("poor", parse(money)))
    assert list(import_faults("poor", parse("{{ money(total) }}")))
    assert list(import_faults("poor", parse('{% from "components/money.html" import gold %}{{ gold(total) }}')))
    assert list(import_faults("poor", parse('{% import "components/money.html" as m %}{{ m.money(total) }}')))
    assert not list(import_faults("good", parse(money + "{{ money(total) }}")))
    assert list(unspoken(parse("<p>合计</p>"))) == ["<p>合计</p>"]
    assert list(unspoken(parse('{{ facts([("案号", x)]) }}'))) == ["案号"]
    assert not list(unspoken(parse("{{ _('合计') }}")))
    assert all(
        FORBIDDEN[what].search(poor)
        for what, poor in {
            "an inline style": '<b style="color:red">',
            "an inline script": "<a onclick='go()'>",
            "an outside address": '<img src="//cdn.example/x.png">',
        }.items()
    )
