"""Long work with progress, on huey: in the web process by default, in a process of its own on larger sites.

Queue and progress are kept in a small file of the instance folder and not in the fund's database, whichever that is:
its
schema comes from the migrations alone, and a job that reads for minutes is not interrupted by saying how far it is.
"""

import enum
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from flask import Flask, current_app
from huey import Huey, MemoryHuey, SqliteHuey, crontab
from huey.consumer import Consumer

from fundapp.core.attempts import tell_attempt
from fundapp.core.errors import NotFound, Refusal
from fundapp.core.templating import teach_labels
from fundapp.core.words import N_


class JobState(enum.Enum):
    """Where a job is."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


LABELS: dict[enum.Enum, str] = {
    JobState.WAITING: N_("排队中"),
    JobState.RUNNING: N_("办理中"),
    JobState.DONE: N_("已完成"),
    JobState.FAILED: N_("未完成"),
}


BROKEN_OFF = N_("办理中断，请稍后重新提交；如再次出现请联系系统管理员。")


@dataclass(frozen=True)
class Job:
    """One piece of long work: how far it is, and what came of it (a path, or a sentence why not)."""

    id: str
    kind: str
    owner_id: int
    state: JobState
    done: int = 0
    total: int = 0
    result: str = ""


Work = Callable[..., str]
KINDS: dict[str, Work] = {}


def job(kind: str) -> Callable[[Work], Work]:
    """Declare the work of a kind: called with ``progress(done, total)`` and its arguments, returns its result as
    text."""

    def declare(work: Work) -> Work:
        KINDS[kind] = work
        return work

    return declare


Duty = Callable[[], None]
DUTIES: list[Duty] = []
EVERY_TEN_MINUTES = "*/10"


def regularly(duty: Duty) -> Duty:
    """Declare what the worker looks after by itself: at its start and every ten minutes. Whether there is something to
    do the duty itself decides, so that a server that slept through the hour makes up for it."""
    DUTIES.append(duty)
    return duty


def init_app(app: Flask) -> None:
    settings = app.config["SETTINGS"]
    if settings.testing:
        huey: Huey = MemoryHuey("fund", immediate=True)
    else:
        huey = SqliteHuey("fund", filename=str(settings.instance / "jobs.db"))
    app.extensions["huey"] = huey
    teach_labels(LABELS)

    @huey.task(name="work")
    def work(job_id: str, arguments: dict[str, Any]) -> None:
        with app.app_context():
            _run(job_id, arguments)

    app.extensions["work"] = work
    for duty in DUTIES:
        _watch(app, huey, duty)


def _watch(app: Flask, huey: Huey, duty: Duty) -> None:
    @huey.on_startup(name=duty.__name__)
    @huey.periodic_task(crontab(minute=EVERY_TEN_MINUTES), name=duty.__name__)
    def attend() -> None:
        with app.app_context():
            duty()


def start(kind: str, *, owner_id: int, **arguments: Any) -> str:
    """Queue work of a kind; returns the job's id. ``arguments`` are plain values, read again by the work itself."""
    waiting = Job(id=secrets.token_hex(8), kind=kind, owner_id=owner_id, state=JobState.WAITING)
    _keep(waiting)
    current_app.extensions["work"](waiting.id, arguments)
    return waiting.id


def found(job_id: str, *, owner_id: int) -> Job:
    """A job of this user."""
    kept = _huey().get(_key(job_id), peek=True)
    if kept is None or kept.owner_id != owner_id:
        raise NotFound("没有找到该任务，请返回原页面重新办理。")
    stored: Job = kept
    return stored


class _Consumer(Consumer):  # type: ignore[misc]
    """huey's consumer without its signal handlers, which belong to the main thread."""

    def _set_signal_handlers(self) -> None:
        pass


def consumer(app: Flask) -> Consumer:
    """What works the queue off, and attends to the regular duties."""
    return _Consumer(app.extensions["huey"], workers=1, worker_type="thread", periodic=True)


def work_here(app: Flask) -> None:
    """Run the queue in this process, beside the web server."""
    threading.Thread(target=consumer(app).run, name="jobs", daemon=True).start()


def _run(job_id: str, arguments: dict[str, Any]) -> None:
    running: Job = _huey().get(_key(job_id), peek=True)

    def progress(done: int, total: int) -> None:
        _keep(replace(running, state=JobState.RUNNING, done=done, total=total))

    try:
        result = KINDS[running.kind](progress=progress, **arguments)
    except Refusal as refusal:
        _keep(replace(running, state=JobState.FAILED, result=str(refusal)))
        tell_attempt(refusal, door=running.kind, user_id=running.owner_id)
    except BaseException:
        _keep(replace(running, state=JobState.FAILED, result=BROKEN_OFF))
        raise
    else:
        _keep(replace(running, state=JobState.DONE, done=1, total=1, result=result))


def _keep(job: Job) -> None:
    _huey().put(_key(job.id), job)


def _key(job_id: str) -> str:
    return f"job:{job_id}"


def _huey() -> Huey:
    huey: Huey = current_app.extensions["huey"]
    return huey
