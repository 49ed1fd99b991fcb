"""Pages as a person meets them: read, fill in by label, press a button by its words, follow a link by its text.

A feature's own page objects are small classes on ``Page`` with its steps as methods; see ``house.md``, example 15.
"""

import io
from collections.abc import Mapping
from typing import Any, Self
from urllib.parse import urlencode, urljoin

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.client import is_redirect
from tests.markup import Document, Element


class Page:
    """A place in the house, and where one gets from it."""

    def __init__(self, client: FlaskClient, url: str) -> None:
        self.client = client
        self.get(url)

    def get(self, url: str) -> Self:
        """Open an address, following redirects."""
        return self._arrive(self.client.get(url, follow_redirects=True))

    def _arrive(self, response: TestResponse) -> Self:
        self.response = response
        self.status = response.status_code
        self.url = response.request.full_path.rstrip("?")
        self.root: Element = Document(response.text).root if response.mimetype == "text/html" else Element("", {})
        return self

    # reading

    @property
    def text(self) -> str:
        """Everything a person reads in the body."""
        return " ".join(body.text for body in self.root.all("body")) or self.root.text

    @property
    def heading(self) -> str:
        return self.root.all("h1")[0].text

    @property
    def main(self) -> str:
        """What a person reads in the main part, without the frame around it."""
        return self.root.all("main")[0].text

    @property
    def alerts(self) -> list[str]:
        """Messages and error summaries, as read out to the blind."""
        return [element.text for element in self.root.walk() if element.get("role") in {"alert", "status"}]

    def table(self, caption: str) -> list[list[str]]:
        """The cells of the body of the table whose caption begins so."""
        [table] = [one for one in self.root.all("table") if any(c.text.startswith(caption) for c in one.all("caption"))]
        return [[cell.text for cell in row.all("td", "th")] for body in table.all("tbody") for row in body.all("tr")]

    def facts(self) -> dict[str, str]:
        """Terms and their descriptions, from the description lists of the page."""
        return {
            term.text: description.text
            for facts in self.root.all("dl")
            for term, description in zip(facts.all("dt"), facts.all("dd"), strict=True)
        }

    def has_link(self, text: str) -> bool:
        return any(link.text == text for link in self.root.all("a"))

    # acting

    def follow(self, text: str) -> Self:
        """Follow the link with this text."""
        links = {link["href"] for link in self.root.all("a") if link.text == text and "href" in link}
        assert len(links) == 1, f"{len(links)} links “{text}” on {self.url}: {self.main}"
        return self.get(urljoin(self.url, links.pop()))

    def submit(self, button: str, values: Mapping[str, Any] | None = None, **named: Any) -> Self:
        """Press the button with these words after filling in fields, each by its label or its name.

        A value is text, a list of texts, True or False for a check box, or (bytes, file name) for a file. What the page
        had filled in is sent as it stood. ``status`` is that of the answer, before any redirect was followed.
        """
        form, pressed = self._form(button)
        data = filled_in(form)
        if pressed.get("name"):
            data[pressed["name"]] = [pressed.get("value")]
        for key, value in {**(values or {}), **named}.items():
            data[self._field(form, key)] = _sent(value, self._control(form, key))
        target = urljoin(self.url, form.get("action") or self.url)
        if form.get("method", "get").lower() == "get":
            return self.get(f"{target.partition('?')[0]}?{urlencode(data, doseq=True)}")
        response = self.client.post(target, data=data)
        self._arrive(response)
        if is_redirect(response):
            self.get(urljoin(target, response.headers["Location"]))
            self.status = response.status_code
        return self

    def hidden(self, name: str) -> str:
        """The value of a hidden field, such as ``seen_version``."""
        return self.root.all("input", type="hidden", name=name)[0].get("value")

    def _form(self, button: str) -> tuple[Element, Element]:
        found = [
            (form, pressed)
            for form in self.root.all("form")
            for pressed in form.all("button", "input")
            if pressed.tag == "button" or pressed.get("type") == "submit"
            if (pressed.text or pressed.get("value")) == button
        ]
        assert len(found) == 1, f"{len(found)} buttons “{button}” on {self.url} ({self.status}): {self.text[:500]}"
        return found[0]

    def _control(self, form: Element, key: str) -> Element:
        controls = [one for one in form.all("input", "select", "textarea") if "name" in one]
        found = [one for one in controls if one["name"] == key]
        found += [
            one
            for label in form.all("label")
            if _names(label, key)
            for one in controls
            if one.get("id") == label.get("for")
        ]
        found += [
            one
            for group in form.all("fieldset")
            if any(_names(legend, key) for legend in group.all("legend"))
            for one in group.all("input")
        ]
        assert found, f"no field “{key}” in the form on {self.url}: {sorted({one['name'] for one in controls})}"
        return found[0]

    def _field(self, form: Element, key: str) -> str:
        return self._control(form, key)["name"]


def _names(label: Element, key: str) -> bool:
    return label.text.removesuffix("必填").strip() == key


def _sent(value: Any, control: Element) -> list[Any]:
    if isinstance(value, bool):
        return [control.get("value", "on")] if value else []
    if isinstance(value, tuple):
        content, filename = value
        return [(io.BytesIO(content), filename)]
    return [str(item) for item in value] if isinstance(value, list) else [str(value)]


def filled_in(form: Element) -> dict[str, list[Any]]:
    """What a browser would send of this form if nobody touched it."""
    data: dict[str, list[Any]] = {}
    for control in form.all("input", "select", "textarea"):
        name, kind = control.get("name"), control.get("type", "text")
        if not name or "disabled" in control or kind in {"submit", "button", "reset", "file", "image"}:
            continue
        if control.tag == "select":
            options = control.all("option")
            chosen = [one for one in options if "selected" in one] or ([] if "multiple" in control else options[:1])
            data.setdefault(name, []).extend(one.get("value", one.text) for one in chosen)
        elif control.tag == "textarea":
            data.setdefault(name, []).append("".join(str(child) for child in control.children).removeprefix("\n"))
        elif kind not in {"checkbox", "radio"} or "checked" in control:
            data.setdefault(name, []).append(control.get("value", "on" if kind in {"checkbox", "radio"} else ""))
    return data
