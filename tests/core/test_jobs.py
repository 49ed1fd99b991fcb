"""The worker's regular duties: known to the queue, due every ten minutes and at its start, each in its own context."""

from datetime import UTC, datetime

from flask import Flask, current_app

from fundapp.core import jobs
from fundapp.core.config import Settings
from fundapp.oversight import nightly

DUTIES = {"sign_heads_when_due", "verify_books_when_due"}


def test_the_duties_are_due_every_ten_minutes(app):
    huey = app.extensions["huey"]

    def due(minute: int) -> set[str]:
        return {task.name for task in huey.read_periodic(datetime(2018, 3, 1, 2, minute, tzinfo=UTC))}

    assert due(0) == due(10) == due(50) == DUTIES
    assert due(1) == due(35) == set()
    assert {duty.__name__ for duty in jobs.DUTIES} == DUTIES
    assert nightly.sign_heads_when_due in jobs.DUTIES


def test_the_worker_asks_for_them_by_itself_and_at_its_start(app):
    consumer = jobs.consumer(app)
    assert consumer.periodic
    assert set(app.extensions["huey"]._startup) == DUTIES


def test_a_duty_is_done_inside_the_application(tmp_path, monkeypatch):
    done = []

    def duty() -> None:
        done.append(current_app.name)

    monkeypatch.setattr(jobs, "DUTIES", [duty])
    small = Flask("small")
    small.config["SETTINGS"] = Settings.for_tests(instance=tmp_path, database_url="sqlite://")
    jobs.init_app(small)
    [task] = small.extensions["huey"].read_periodic(datetime(2018, 3, 1, 2, 30, tzinfo=UTC))
    small.extensions["huey"].execute(task)
    small.extensions["huey"]._startup["duty"]()
    assert done == ["small", "small"]
