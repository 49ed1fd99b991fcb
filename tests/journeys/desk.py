"""One person at a browser: fills in by label, presses a button by its words, and reads what stands there."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

import pypdfium2
from playwright.sync_api import Locator
from playwright.sync_api import Page as Window

from fundapp.users.models import User
from tests.browsing import check_accessible
from tests.builders.people import PASSWORD

FACTS = """() => Object.fromEntries([...document.querySelectorAll('main dl')].flatMap(list =>
    [...list.querySelectorAll('dt')].map(name => [name.innerText.trim(), name.nextElementSibling.innerText.trim()])))"""
TABLE = """caption => [...document.querySelectorAll('main table')]
    .filter(table => table.caption && table.caption.textContent.trim().startsWith(caption))
    .map(table => [...table.tBodies].flatMap(body => [...body.rows].map(
        row => [...row.cells].map(cell => cell.innerText.trim()))))"""
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
CONFIRMED = "确定"

File = tuple[bytes, str]


class Desk:
    """A window with somebody before it."""

    def __init__(self, window: Window, seen: set[str] | None = None) -> None:
        """``seen`` are the kinds of pages already looked at closely, by anybody of the same journey; None looks at no
        page closely.
        """
        self.window, self.seen, self.status = window, seen, 0

    def sign_in(self, user: User, password: str = PASSWORD) -> Self:
        self.user = user.name
        self.open("/sign-in").submit("登录", {"登录名": user.username, "密码": password})
        assert self.heading == "资金总览", self.alerts
        assert self.user in self.window.locator("header").inner_text()
        return self

    # going about

    def open(self, path: str) -> Self:
        return self._arrived(self.window.goto(path))

    def reload(self) -> Self:
        return self._arrived(self.window.reload())

    def back(self) -> Self:
        return self._arrived(self.window.go_back())

    def follow(self, text: str) -> Self:
        """Follow the one link with this text in the main part of the page, or else in the menu, opened if shut."""
        link = self._link(text)
        with self.window.expect_navigation() as arrival:
            link.click()
        return self._arrived(arrival.value)

    def has_link(self, text: str) -> bool:
        return self._links(self.window.locator("main"), text).count() > 0

    def _link(self, text: str) -> Locator:
        links = self._links(self.window.locator("main"), text)
        if not links.count():
            if self.menu_button.is_visible():
                self.menu_button.click()
                self.window.locator("#menu.show").wait_for()
            links = self._links(self.window.locator("nav"), text)
        assert links.count() == 1, f"{links.count()} links “{text}” on {self.window.url}: {self.main}"
        return links

    @property
    def menu_button(self) -> Locator:
        """On a phone the menu stands behind this button."""
        return self.window.get_by_role("button", name="打开菜单")

    @staticmethod
    def _links(place: Locator, text: str) -> Locator:
        return place.get_by_role("link", name=text, exact=True)

    def _arrived(self, response: Any) -> Self:
        self.status = response.status if response else 0
        assert self.status < 500, f"{self.window.url}: {self.window.locator('body').inner_text()}"
        if self.seen is not None:
            self._look_closely()
        return self

    def _look_closely(self) -> None:
        """The kind of page, the first time somebody comes to it: open to everybody, and no wider than the window."""
        kind = f"{re.sub(r'[0-9]+', '#', urlsplit(self.window.url).path)} {self.status}"
        if kind not in self.seen:
            self.seen.add(kind)
            check_accessible(self.window)
            assert self.window.evaluate(OVERFLOW) <= 0, f"{self.window.url} is wider than the window"

    # acting

    def form(self, button: str) -> Locator:
        pressed = self.window.get_by_role("button", name=button, exact=True)
        forms = self.window.locator("form").filter(has=pressed)
        assert forms.count() == 1, f"{forms.count()} forms “{button}” on {self.window.url}: {self.main}"
        return forms

    def fill(self, button: str, values: Mapping[str, Any]) -> Locator:
        """Fill in the form of a button and give the button.

        A value is text, the words of a choice, True or False for a check box, a list of the boxes to tick, or
        (bytes, file name) for a file.
        """
        form = self.form(button)
        for label, value in values.items():
            named = re.compile(rf"^\s*{re.escape(label)}\s*(必填)?\s*$")
            if isinstance(value, list):
                for choice in value:
                    form.get_by_label(re.compile(re.escape(choice))).check()
                continue
            _set(form.get_by_label(named), value)
        return form.get_by_role("button", name=button, exact=True)

    def submit(self, button: str, values: Mapping[str, Any] | None = None) -> Self:
        """Fill in, press the button, and say yes where the page asks once more; ``status`` is that of the answer."""
        pressed = self.fill(button, values or {})
        asks = self.form(button).get_attribute("data-confirm")
        with self.window.expect_navigation() as arrival:
            pressed.click()
            if asks:
                dialog = self.window.get_by_role("dialog")
                assert asks in dialog.inner_text()
                dialog.get_by_role("button", name=CONFIRMED).click()
        return self._arrived(arrival.value)

    def download(self, text: str) -> File:
        """What a link or a button hands over, and the name it gives to it."""
        pressed = self.window.locator("main").get_by_text(text, exact=True)
        with self.window.expect_download() as handed:
            pressed.click()
        return Path(handed.value.path()).read_bytes(), handed.value.suggested_filename

    def paper(self, text: str) -> str:
        """The words of the PDF behind a link, or behind a button that has nothing to fill in."""
        request = self.window.context.request
        if self.window.get_by_role("button", name=text, exact=True).count():
            form = self.form(text)
            fields = {one.get_attribute("name"): one.input_value() for one in form.locator("input").all()}
            answer = request.post(form.get_attribute("action"), form=fields)
        else:
            answer = request.get(self._link(text).get_attribute("href"))
        assert (answer.status, answer.headers["content-type"]) == (200, "application/pdf"), answer.url
        return paper_text(answer.body())

    # reading

    @property
    def heading(self) -> str:
        return self.window.locator("h1").inner_text().strip()

    @property
    def main(self) -> str:
        return self.window.locator("main").inner_text()

    @property
    def alerts(self) -> list[str]:
        """Messages and refusals on top of the page."""
        return [one.strip() for one in self.window.locator("main [role=alert], main [role=status]").all_inner_texts()]

    def told(self, sentence: str) -> bool:
        return any(sentence in alert for alert in self.alerts)

    @property
    def facts(self) -> dict[str, str]:
        facts: dict[str, str] = self.window.evaluate(FACTS)
        return facts

    def table(self, caption: str) -> list[list[str]]:
        """The cells of the body of the table whose caption begins so."""
        tables: list[list[list[str]]] = self.window.evaluate(TABLE, caption)
        assert len(tables) == 1, f"{len(tables)} tables “{caption}” on {self.window.url}: {self.main}"
        return tables[0]

    def history(self) -> list[str]:
        """Who did what with the record shown, in order."""
        return [f"{who} {what}" for _when, who, what, *_rest in self.table("办理经过")]

    def shows(self, text: str) -> bool:
        return text in self.main


def _set(control: Locator, value: Any) -> None:
    kind = control.evaluate("control => control.type || control.tagName")
    if isinstance(value, bool):
        control.set_checked(value)
    elif isinstance(value, tuple):
        content, name = value
        control.set_input_files({"name": name, "mimeType": "application/octet-stream", "buffer": content})
    elif kind == "select-one":
        control.select_option(label=value)
    else:
        control.fill(value)


def paper_text(data: bytes) -> str:
    """The words of a PDF."""
    document = pypdfium2.PdfDocument(data)
    try:
        return "".join(page.get_textpage().get_text_range() for page in document).replace("\r\n", "")
    finally:
        document.close()
