"""hledger, a program over a text file: every question reads the whole journal. Debian: apt-get install hledger."""

import shutil
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

from bench.contender import seconds, serve

CASES = 1_000
FIRST_DAY = date(2018, 1, 2)


class Hledger:
    def __init__(self, journal: str) -> None:
        if not shutil.which("hledger"):
            sys.exit("the program hledger is not installed (apt-get install hledger)")
        self.journal = Path(journal)

    def build(self, entries: int) -> None:
        with self.journal.open("w") as journal:
            for number in range(entries):
                day = FIRST_DAY + timedelta(352 * number // entries)
                journal.write(
                    f"{day} advance {number}\n    assets:advances:case{number % CASES}  CNY 12.34\n"
                    "    assets:bank  CNY -12.34\n\n"
                )

    def check(self) -> float:
        return self._told("check")

    def csv(self) -> float:
        return self._told("print", "-O", "csv")

    def balances(self) -> float:
        return self._told("balance", "--flat")

    def _told(self, *what: str) -> float:
        command = ["hledger", "-f", str(self.journal), *what]
        return seconds(lambda: subprocess.run(command, check=True, capture_output=True))


def main(journal: str) -> None:
    one = Hledger(journal)
    serve({work: getattr(one, work) for work in "build check csv balances".split()})


if __name__ == "__main__":
    main(*sys.argv[1:])
