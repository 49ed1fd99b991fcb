"""Pages as a tree, and everything that is wrong with their markup.

Stricter than a browser: what it would repair silently (a tag left open, the same id twice, a label for nothing) is a
fault here, because that is what screen readers, scripts and style rules trip over.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = frozenset("area base br col embed hr img input link meta source track wbr".split())
NOT_IN_PARAGRAPH = frozenset(
    "address article aside blockquote details div dl fieldset figure footer form h1 h2 h3 h4 h5 h6".split()
    + "header hr main nav ol p pre section table ul".split()
)
NOT_IN_ITSELF = frozenset({"a", "button", "form", "label", "option", "select"})
REFERENCES = ("for", "aria-describedby", "aria-labelledby", "aria-controls", "list")
ADDRESSES = ("href", "src", "action", "formaction", "srcset", "poster")


@dataclass
class Element:
    """A tag with its attributes, and its children: elements and texts."""

    tag: str
    attributes: dict[str, str]
    parent: "Element | None" = None
    children: list["Element | str"] = field(default_factory=list)

    def __getitem__(self, name: str) -> str:
        return self.attributes[name]

    def get(self, name: str, default: str = "") -> str:
        return self.attributes.get(name, default)

    def __contains__(self, name: str) -> bool:
        return name in self.attributes

    @property
    def text(self) -> str:
        """What a person reads, white space collapsed."""
        return re.sub(r"\s+", " ", "".join(self._texts())).strip()

    def _texts(self) -> Iterator[str]:
        if self.tag in {"script", "style", "template"}:
            return
        for child in self.children:
            yield from [child] if isinstance(child, str) else child._texts()
        if self.tag in NOT_IN_PARAGRAPH or self.tag in {"br", "dd", "dt", "label", "li", "option", "td", "th", "tr"}:
            yield " "

    def walk(self) -> Iterator["Element"]:
        yield self
        for child in self.children:
            if isinstance(child, Element):
                yield from child.walk()

    def all(self, *tags: str, **attributes: str) -> list["Element"]:
        """Every element below with one of these tags (any, when none is given) and exactly these attributes."""
        wanted = {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()}
        return [
            element
            for element in self.walk()
            if (not tags or element.tag in tags) and all(element.get(name) == wanted[name] for name in wanted)
        ]

    def within(self, tag: str) -> bool:
        parent = self.parent
        while parent is not None and parent.tag != tag:
            parent = parent.parent
        return parent is not None


class Document(HTMLParser):
    """A parsed page: ``root`` is its tree, ``problems`` what is wrong with it."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("#document", {})
        self.problems: list[str] = []
        self._open = [self.root]
        self._whole = html.lstrip().lower().startswith("<!doctype")
        self.feed(html)
        self.close()
        self.problems += [f"<{element.tag}> is never closed" for element in self._open[1:]]
        self._check_references()
        if self._whole:
            self._check_page()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._add(tag, attrs)
        if tag in VOID:
            self._open.pop()

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = self._add(tag, attrs)
        self._open.pop()
        if tag not in VOID and not (tag in {"svg", "math"} or element.within("svg") or element.within("math")):
            self._fault(f"<{tag}/> does not close itself")

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            self._fault(f"</{tag}> closes what has no content")
        elif self._open[-1].tag == tag:
            self._open.pop()
        elif any(element.tag == tag for element in self._open):
            self._fault(f"</{tag}> closes over <{self._open[-1].tag}>")
            while self._open.pop().tag != tag:
                pass
        else:
            self._fault(f"</{tag}> closes nothing")

    def handle_data(self, data: str) -> None:
        self._open[-1].children.append(data)

    def unknown_decl(self, data: str) -> None:
        self._fault(f"unknown declaration {data!r}")

    def _add(self, tag: str, attrs: list[tuple[str, str | None]]) -> Element:
        parent = self._open[-1]
        element = Element(tag, {name: value or "" for name, value in attrs}, parent)
        if len(element.attributes) < len(attrs):
            self._fault(f"<{tag}> has an attribute twice: {' '.join(name for name, _ in attrs)}")
        if tag in NOT_IN_PARAGRAPH and (parent.tag == "p" or element.within("p")):
            self._fault(f"<{tag}> inside <p>")
        if tag in NOT_IN_ITSELF and element.within(tag):
            self._fault(f"<{tag}> inside <{tag}>")
        self._check_attributes(element)
        parent.children.append(element)
        self._open.append(element)
        return element

    def _check_attributes(self, element: Element) -> None:
        for name, value in element.attributes.items():
            if name == "style" or re.fullmatch(r"on[a-z]+", name):
                self._fault(f"<{element.tag} {name}=…>: refused by the content security policy")
            if name in ADDRESSES and re.match(r"(?i)\s*(?:[a-z]+:)?//|javascript:", value):
                self._fault(f"<{element.tag} {name}={value!r}> leaves the server")
        if element.tag == "style" or (element.tag == "script" and "src" not in element):
            self._fault(f"<{element.tag}> inline: refused by the content security policy")
        if element.tag == "img" and "alt" not in element:
            self._fault("<img> without alt")

    def _check_references(self) -> None:
        seen: set[str] = set()
        for element in self.root.walk():
            if "id" in element:
                if element["id"] in seen or not re.fullmatch(r"\S+", element["id"]):
                    self.problems.append(f'id="{element["id"]}" is there twice or empty')
                seen.add(element["id"])
        if not self._whole:
            return
        for element in self.root.walk():
            for name in REFERENCES:
                for target in element.get(name).split():
                    if target not in seen:
                        self.problems.append(f'<{element.tag} {name}="{target}"> points nowhere')

    def _check_page(self) -> None:
        for tag in ("html", "head", "title", "body", "main", "h1"):
            # a <title> within a drawing names the drawing
            if (count := sum(not element.within("svg") for element in self.root.all(tag))) != 1:
                self.problems.append(f"{count} <{tag}> on the page instead of one")
        if any(not html.get("lang") for html in self.root.all("html")):
            self.problems.append("<html> without lang")
        self.problems += [
            f"table {number} has no caption"
            for number, table in enumerate(self.root.all("table"), 1)
            if not table.all("caption")
        ]
        self.problems += [
            f"<{control.tag} name={control['name']!r}> without a label"
            for control in self.root.all("input", "select", "textarea")
            if "name" in control and not self._labelled(control)
        ]

    def _labelled(self, control: Element) -> bool:
        if control.get("type") in {"hidden", "submit", "button", "reset"} or "aria-label" in control:
            return True
        if "aria-labelledby" in control or control.within("label"):
            return True
        return "id" in control and bool(self.root.all("label", for_=control["id"]))

    def _fault(self, text: str) -> None:
        self.problems.append(f"line {self.getpos()[0]}: {text}")
