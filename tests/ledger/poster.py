"""A process of its own that posts into a court's books until its time is up: ``python -m tests.ledger.poster …``.

It is told the address of the database, an instance folder, the court, a name for its acts and the seconds; it says how
many vouchers it posted.
"""

import sys
import time
from itertools import count
from pathlib import Path

from fundapp import create_app
from fundapp.core.config import Settings
from fundapp.core.db import transaction
from fundapp.core.money import yuan
from fundapp.ledger import service as ledger
from fundapp.ledger.rules import Movement, booked
from tests.builders.ledger import how_posted


def main(database_url: str, instance: str, court_code: str, name: str, seconds: str) -> None:
    app = create_app(Settings.for_tests(instance=Path(instance), database_url=database_url))
    with app.app_context():
        how = how_posted(court_code=court_code)
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        sys.stdin.readline()  # so that all begin together
        until = time.monotonic() + int(seconds)
        for number in count(1):
            paid = booked(Movement.ADVANCE_PAID, yuan("1.01"), case=f"case:{number % 7}", source="source:1")
            with transaction(court_code):
                ledger.post(f"{name}:{number}", [paid], **how)
            if time.monotonic() > until:
                sys.stdout.write(f"{number}\n")
                return


if __name__ == "__main__":
    main(*sys.argv[1:])
