"""The client that guards: around every request of a test, without being asked, it looks whether the house rules held.

The page is well-formed and leaves the server nowhere; nothing is left uncommitted; what was written left its entry on
the trail; the same post without its form token is refused and writes nothing; the security headers are there; a
signed-in page is not kept by browsers; an exception is the test's failure, with its own traceback.
"""

import contextvars
import io
import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urljoin
from weakref import WeakKeyDictionary

from flask import Flask, got_request_exception, request_tearing_down
from flask.testing import FlaskClient
from sqlalchemy import Engine, event
from sqlalchemy.engine import Connection
from werkzeug.exceptions import HTTPException
from werkzeug.test import TestResponse

from fundapp.core.db import db
from fundapp.core.doors import Door
from tests.markup import Document

TRAIL = "trail_entries"
# What signing in and moving about writes by itself; signing in leaves its own event where it matters.
BOOKKEEPING = frozenset({"sign_ins"})
TOKEN = "csrf_token"
TOKEN_HEADERS = frozenset({"x-csrftoken", "x-csrf-token"})
WRITES = re.compile(r'(?:^|[()])\s*(?:INSERT\s+INTO|UPDATE|DELETE\s+FROM)\s+"?(\w+)"?', re.IGNORECASE)
FOLLOWED_AT_MOST = 5


class BrokenHouseRuleError(AssertionError):
    """A request went well for the test and against the house."""


class Writes:
    """The tables that statements on an engine wrote: ``open`` inside a transaction, ``kept`` once it was committed."""

    def __init__(self, engine: Engine) -> None:
        self.kept: Counter[str] = Counter()
        self._pending: dict[int, Counter[str]] = {}
        event.listen(engine, "after_cursor_execute", self._wrote)
        event.listen(engine, "commit", self._committed)
        event.listen(engine, "rollback", self._rolled_back)

    @property
    def open(self) -> Counter[str]:
        return sum(self._pending.values(), Counter())

    @contextmanager
    def watched(self) -> Iterator[Counter[str]]:
        """The tables written and kept inside the block, with the number of rows."""
        before = self.kept.copy()
        written: Counter[str] = Counter()
        yield written
        written.update(self.kept - before)

    def _wrote(
        self, connection: Connection, cursor: Any, statement: str, parameters: Any, context: Any, many: bool
    ) -> None:
        if cursor.rowcount == 0:
            return
        for table in WRITES.findall(statement):
            self._of(connection)[table.lower()] += max(cursor.rowcount, 1)

    def _of(self, connection: Connection) -> Counter[str]:
        return self._pending.setdefault(id(connection.connection.dbapi_connection), Counter())

    def _committed(self, connection: Connection) -> None:
        self.kept += self._of(connection)
        self._of(connection).clear()

    def _rolled_back(self, connection: Connection) -> None:
        self._of(connection).clear()


WATCHED: WeakKeyDictionary[Flask, Writes] = WeakKeyDictionary()


def writes(app: Flask) -> Writes:
    """The watch on the application's engine; the engine outlives the tests of a session, and so does the watch."""
    if app not in WATCHED:
        with app.app_context():
            WATCHED[app] = Writes(db.engine)
    return WATCHED[app]


class HouseClient(FlaskClient):
    """Flask's test client; every request is a request of its own, with its own session, and is looked at afterwards."""

    def open(self, *args: Any, follow_redirects: bool = False, **kwargs: Any) -> TestResponse:
        method, path = kwargs.get("method", "GET"), args[0] if args else kwargs.get("path", "/")
        what = f"{method} {path}"
        self._settle_test_session()
        if method == "POST" and isinstance(kwargs.get("data"), dict):
            kwargs = self._replayable(kwargs)
            if self._carries_token(kwargs):
                self._replay_without_token(args, self._replayable(kwargs), what)
        response, written = self._guarded(args, kwargs, what)
        self._settle_test_session()
        self._check_trail(written, what)
        self._check_page(response, what)
        for _ in range(FOLLOWED_AT_MOST if follow_redirects else 0):
            if not is_redirect(response):
                break
            response = self.open(urljoin(response.request.path, response.headers["Location"]))
        return response

    def _guarded(self, args: Any, kwargs: Any, what: str) -> tuple[TestResponse, Counter[str]]:
        """One request in a context of its own, with the rows per table that it wrote and kept."""
        watch = writes(self.application)
        left: list[str] = []
        errors: list[BaseException] = []

        def look(app: Flask, **_: Any) -> None:
            session = db.session()
            pending = [*watch.open, *(type(one).__name__ for one in {*session.new, *session.dirty, *session.deleted})]
            if pending and not errors:
                left.extend(pending)

        def remember(app: Flask, exception: BaseException, **_: Any) -> None:
            errors.append(exception)

        with (
            watch.watched() as written,
            request_tearing_down.connected_to(look, self.application),
            got_request_exception.connected_to(remember, self.application),
        ):
            response: TestResponse = contextvars.Context().run(super().open, *args, **kwargs)
        if errors:
            raise errors[0]
        if response.status_code >= 500:
            raise BrokenHouseRuleError(f"{what}: {response.status}\n{response.text[:2000]}")
        if left:
            raise BrokenHouseRuleError(f"{what} left uncommitted: {', '.join(sorted(left))}")
        return response, written

    def _settle_test_session(self) -> None:
        """The test's own session must hold nothing open: the request would wait for it, or not see it."""
        session = db.session()
        if unsaved := [*session.new, *session.dirty, *session.deleted, *writes(self.application).open]:
            raise BrokenHouseRuleError(f"the test itself left uncommitted: {unsaved}; builders save what they build")
        session.rollback()
        session.expire_all()

    def _replay_without_token(self, args: Any, kwargs: dict[str, Any], what: str) -> None:
        kwargs["data"] = {name: value for name, value in kwargs["data"].items() if name != TOKEN}
        headers = dict(kwargs.get("headers") or {})
        kwargs["headers"] = {name: headers[name] for name in headers if name.lower() not in TOKEN_HEADERS}
        response, written = self._guarded(args, kwargs, f"{what} without its token")
        if response.status_code not in {400, 401}:
            raise BrokenHouseRuleError(f"{what} was accepted without its token: {response.status}")
        if written.keys() - BOOKKEEPING:
            raise BrokenHouseRuleError(f"{what} without its token wrote to {', '.join(sorted(written))}")

    @staticmethod
    def _carries_token(kwargs: dict[str, Any]) -> bool:
        headers = {name.lower() for name in dict(kwargs.get("headers") or {})}
        return TOKEN in kwargs["data"] or bool(headers & TOKEN_HEADERS)

    @staticmethod
    def _replayable(kwargs: dict[str, Any]) -> dict[str, Any]:
        """The same request with its own copy of every uploaded file, since sending one uses it up."""

        def copied(value: Any) -> Any:
            if isinstance(value, list):
                return [copied(item) for item in value]
            if isinstance(value, tuple) and hasattr(value[0], "read"):
                content = value[0].read()
                value[0].seek(0)
                return (io.BytesIO(content), *value[1:])
            return value

        return kwargs | {"data": {name: copied(value) for name, value in kwargs["data"].items()}}

    @staticmethod
    def _check_trail(written: Counter[str], what: str) -> None:
        if written.keys() - BOOKKEEPING and not written[TRAIL]:
            raise BrokenHouseRuleError(f"{what} wrote to {', '.join(sorted(written))} and left no entry on the trail")

    def _check_page(self, response: TestResponse, what: str) -> None:
        if missing := list(missing_headers(response)):
            raise BrokenHouseRuleError(f"{what}: security headers missing: {', '.join(missing)}")
        if not self._is_public(response) and "no-store" not in response.headers.get("Cache-Control", ""):
            raise BrokenHouseRuleError(f"{what}: a signed-in page that browsers may keep (no Cache-Control: no-store)")
        if is_redirect(response):
            return  # the framework's own line of text, that no browser shows
        if response.mimetype == "text/html" and (problems := Document(response.text).problems):
            raise BrokenHouseRuleError(f"{what} is not well-formed:\n  " + "\n  ".join(problems))

    def _is_public(self, response: TestResponse) -> bool:
        try:
            endpoint, _ = self.application.url_map.bind("localhost").match(
                response.request.path, method=response.request.method
            )
        except HTTPException:
            return True  # no such page
        return getattr(self.application.view_functions[endpoint], "door", None) is Door.PUBLIC


def is_redirect(response: TestResponse) -> bool:
    return response.status_code in {301, 302, 303, 307, 308}


HEADERS: dict[str, Callable[[str], bool]] = {
    "Content-Security-Policy": lambda value: (
        "default-src" in value and "frame-ancestors" in value and "unsafe-" not in value and "//" not in value
    ),
    "X-Content-Type-Options": lambda value: value == "nosniff",
    "Referrer-Policy": lambda value: value in {"same-origin", "no-referrer", "strict-origin"},
}


def missing_headers(response: TestResponse) -> Iterator[str]:
    """Each header that every answer carries, and this one does not, or not strictly enough."""
    for name, is_strict in HEADERS.items():
        if not is_strict(response.headers.get(name, "")):
            yield f"{name}: {response.headers.get(name)}"
