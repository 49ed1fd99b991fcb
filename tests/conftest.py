"""The fixtures every test may ask for. What they are made of stands in databases.py, client.py and browsing.py."""

import contextvars
import gc
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner
from playwright.sync_api import Page as Window

from fundapp.core.db import db
from fundapp.users.models import User
from tests import browsing
from tests.builders.people import the_courts
from tests.client import HouseClient, writes
from tests.databases import ENGINES, History, PostgresDatabase, SqliteDatabase, TestDatabase, postgres_server
from tests.pages import Page

Databases = Callable[[str], TestDatabase]
SignIn = Callable[[User], HouseClient]


def pytest_sessionstart() -> None:
    """What was imported stays, and garbage is looked for seldom: it took a twentieth of the time of all tests."""
    gc.freeze()
    gc.set_threshold(200_000, 20, 50)


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
    """The test database of an engine, made when it is first asked for and kept for the session."""
    made: dict[str, TestDatabase] = {}
    with ExitStack() as stack:

        def database(engine: str) -> TestDatabase:
            if engine not in made:
                folder = tmp_path_factory.mktemp(engine)
                if engine == "sqlite":
                    made[engine] = SqliteDatabase(folder)
                else:
                    url = stack.enter_context(postgres_server(lambda: tmp_path_factory.mktemp("server")))
                    made[engine] = postgres = PostgresDatabase(folder, url)
                    stack.callback(postgres.close)
                made[engine].app.test_client_class = HouseClient
                writes(made[engine].app)
            return made[engine]

        yield database


@pytest.fixture
def history(request: pytest.FixtureRequest) -> History | None:
    """What happened in the test's database before: the courts were founded, unless the test is parametrized with
    something else, indirectly (None: nothing at all)."""
    found: History | None = getattr(request, "param", the_courts)
    return found


@pytest.fixture(params=ENGINES)
def app(request: pytest.FixtureRequest, databases: Databases, history: History | None) -> Iterator[Flask]:
    """The application on a fresh migrated database, inside an application context; every test runs on both engines."""
    with databases(request.param).fresh(history) as application:
        yield application


@pytest.fixture
def client(app: Flask) -> HouseClient:
    """A stranger's browser, that guards (see client.py)."""
    return app.test_client()


@pytest.fixture
def runner(app: Flask) -> "Runner":
    """The command line of the application."""
    return Runner(app)


class Runner(FlaskCliRunner):
    """Runs a command as its own process would: in a context, and so with a database session, of its own."""

    def invoke(self, *args: Any, **kwargs: Any) -> Any:
        result = contextvars.Context().run(super().invoke, *args, **kwargs)
        db.session.rollback()  # what the command wrote is read afresh
        return result


@pytest.fixture
def sign_in(app: Flask) -> SignIn:
    """Gives a browser in which this user has signed in, through the real page, with the builders' password."""

    def signed_in(user: User, password: str | None = None) -> HouseClient:
        from tests.builders.people import PASSWORD

        client = app.test_client()
        answer = client.post(
            "/sign-in",
            data={
                "username": user.username,
                "password": password or PASSWORD,
                "csrf_token": Page(client, "/sign-in").hidden("csrf_token"),
            },
        )
        assert answer.status_code == 302, answer.text
        return client

    return signed_in


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    return browser_type_launch_args | {"executable_path": browsing.executable(), "args": browsing.FLAGS}


@pytest.fixture(scope="session")
def base_url() -> None:
    """Each test has a server, and so an address, of its own: see ``live_server``."""


@pytest.fixture
def live_app(databases: Databases, history: History | None) -> Iterator[Flask]:
    """The application for browser tests, on a fresh database; what a browser shows does not depend on the engine."""
    with databases("sqlite").fresh(history) as application:
        yield application


@pytest.fixture
def live_server(live_app: Flask) -> Iterator[str]:
    """The address of the running site."""
    with browsing.served(live_app) as address:
        yield address


@pytest.fixture
def new_visitor(live_server: str, new_context: Callable[..., Any]) -> Callable[..., browsing.Visitor]:
    """Opens a browser window of its own per call, one for each person, and keeps what it complains about."""

    def visitor(**options: Any) -> browsing.Visitor:
        return browsing.Visitor(new_context(base_url=live_server, **browsing.CONTEXT | options), live_server)

    return visitor


@pytest.fixture
def visit(new_visitor: Callable[..., browsing.Visitor]) -> Iterator[Callable[..., Window]]:
    """Opens a browser window per call, one for each person; at the end none of them may have complained."""
    visitors: list[browsing.Visitor] = []

    def window(**options: Any) -> Window:
        visitors.append(new_visitor(**options))
        return visitors[-1].page

    yield window
    complaints = [complaint for visitor in visitors for complaint in visitor.complaints]
    assert not complaints, "\n".join(complaints)


@pytest.fixture
def browser_page(visit: Callable[..., Window]) -> Window:
    """One browser window on the running site."""
    return visit()
