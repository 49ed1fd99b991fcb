"""A real Chromium on a real server: the site as a person sees it, with everything the browser complains about."""

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request
from werkzeug.serving import WSGIRequestHandler, make_server

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
CONTEXT = {"locale": "zh-CN", "timezone_id": "Asia/Shanghai", "viewport": {"width": 1366, "height": 768}}
WCAG = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]},
    "resultTypes": ["violations"],  # what is well is not listed: half the time of a long page
}


class Quiet(WSGIRequestHandler):
    """No line per request among the test results."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        pass


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """The address under which the application answers, on a free port, in threads of this process."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever, name="live server")
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def executable() -> str:
    for name in CHROMIUM:
        if path := shutil.which(name):
            return path
    pytest.fail(f"none of {', '.join(CHROMIUM)} is installed: sh tests/browser.sh")


class Visitor:
    """One person's browser window; what it complains about fails the test."""

    def __init__(self, context: BrowserContext, base_url: str) -> None:
        self.base_url = base_url
        self.complaints: list[str] = []
        self.page: Page = context.new_page()
        context.on("console", self._said)
        context.on("request", self._asked)
        context.on("weberror", lambda error: self.complaints.append(f"script error: {error.error}"))

    def _said(self, message: ConsoleMessage) -> None:
        # A refused form answers 4xx, and Chromium notes that as an error though it is the page working as meant.
        if message.type in {"error", "warning"} and "the server responded with a status of 4" not in message.text:
            self.complaints.append(f"{message.type} on {self.page.url}: {message.text}")

    def _asked(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in {"http", "https", "ws", "wss"} and not request.url.startswith(self.base_url):
            self.complaints.append(f"{self.page.url} asked {parts.netloc} for something")


def check_accessible(page: Page) -> None:
    """No finding of axe against WCAG 2.2 A and AA on the page as it stands."""
    results: Any = Axe().run(page, options=WCAG)
    assert results.violations_count == 0, results.generate_report()


def keep_screenshot(page: Page, path: Path) -> None:
    page.screenshot(path=path, full_page=True)
