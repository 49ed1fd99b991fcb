"""A contender: a process of its own that works when it is told to and says how long it took.

So each has its own interpreter, its own packages and its own peak of memory, and waits idle while another one works.
What is said stands in lines of JSON: ``["post", 100]`` one way, ``{"value": 0.03, "peak_mb": 41}`` the other.
Only the standard library is used here: the peers live in an environment that has nothing of ours.
"""

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
OWN_PYTHON = Path(sys.executable)
PEERS_PYTHON = ROOT / ".venv-bench" / "bin" / "python"


class Contender:
    """The parent's side. One that cannot start says why in ``absent`` and is shown so in the table."""

    def __init__(self, name: str, module: str, *arguments: str, python: Path = OWN_PYTHON) -> None:
        self.name = name
        self.peak_mb = 0
        self.absent = ""
        self._complaints = tempfile.TemporaryFile("w+")  # noqa: SIM115 - as long as the process
        if not python.exists():
            self.absent = f"{python.relative_to(ROOT)} is missing"
            return
        self._process = subprocess.Popen(
            [python, "-m", f"bench.{module}", *arguments],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._complaints,
            text=True,
        )
        try:
            self.hear()
        except EOFError as never_ready:
            if python == OWN_PYTHON:
                raise  # a peer may be missing, we may not
            self.absent = str(never_ready).strip().splitlines()[-1]

    def ask(self, work: str, *arguments: Any) -> Any:
        self.tell(work, *arguments)
        return self.hear()

    def tell(self, work: str, *arguments: Any) -> None:
        """Begin a work without waiting for its end."""
        assert self._process.stdin
        self._process.stdin.write(json.dumps([work, *arguments]) + "\n")
        self._process.stdin.flush()

    def hear(self) -> Any:
        """The value of the work that was told last."""
        assert self._process.stdout
        line = self._process.stdout.readline()
        if not line:
            self._complaints.seek(0)
            raise EOFError(f"{self.name} ended: {self._complaints.read()}")
        told = json.loads(line)
        self.peak_mb = told["peak_mb"]
        return told["value"]

    def end(self) -> None:
        if not self.absent:
            self._process.communicate()


def serve(works: dict[str, Callable[..., Any]]) -> None:
    """The child's side: do what comes in until nothing more comes."""
    _answer("ready")
    for line in sys.stdin:
        work, *arguments = json.loads(line)
        _answer(works[work](*arguments))


def _answer(value: Any) -> None:
    print(json.dumps({"value": value, "peak_mb": peak_mb()}), flush=True)


def peak_mb() -> int:
    """The most memory this process, or a program it ran, ever held. Not ``ru_maxrss`` of itself, which remembers what
    the process that began it held."""
    status = Path("/proc/self/status").read_text()
    own = int(status.partition("VmHWM:")[2].split()[0])
    return max(own, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss) // 1024


def seconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def latencies(work: Callable[[], object], during: float) -> list[float]:
    """One caller that works one after the other for so many seconds: what each took."""
    found: list[float] = []
    begun = time.perf_counter()
    while time.perf_counter() - begun < during:
        found.append(seconds(work))
    return found
