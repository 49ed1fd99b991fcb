"""Writers of one court's books take turns in the order in which they came."""

import threading
import time
from collections.abc import Callable

from flask import Flask
from sqlalchemy import text

from fundapp.core.db import db, on_sqlite, transaction, turns
from tests.builders.people import COURT, the_books

PATIENCE = 20.0


def test_who_has_written_waits_behind_who_waited_meanwhile(app):
    the_books()
    came: list[str] = []
    desks = [threading.Thread(target=desk(app, came, name)) for name in ("second", "third")]
    with transaction(COURT):
        for waiting, thread in enumerate(desks, 1):
            thread.start()
            until(lambda waiting=waiting: waiters() == waiting)
    with transaction(COURT):
        came.append("first again")
    for thread in desks:
        thread.join(PATIENCE)
    assert came == ["second", "third", "first again"]


def desk(app: Flask, came: list[str], name: str) -> Callable[[], None]:
    def act() -> None:
        with app.app_context(), transaction(COURT):
            came.append(name)

    return act


def waiters() -> int:
    if on_sqlite():
        return turns.waiting
    with db.engine.connect() as connection:
        return int(connection.scalar(text("SELECT COUNT(*) FROM pg_locks WHERE NOT granted")))


def until(is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < end, "it did not come to that"
        time.sleep(0.01)
