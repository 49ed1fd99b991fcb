"""Two processes of the operating system post into one court at once, as two web servers on one database would."""

import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

from flask import Flask
from sqlalchemy import select

from fundapp.core.db import db
from fundapp.ledger.models import Voucher
from fundapp.ledger.rules import Movement
from fundapp.trail import queries as trail
from tests.builders.ledger import a_voucher, the_hands
from tests.builders.people import COURT
from tests.house.source import ROOT
from tests.ledger.recomputation import balances, recomputed

SECONDS = os.environ.get("FUND_RACE_SECONDS", "1")


def begun(app: Flask, instance: Path, name: str) -> subprocess.Popen[str]:
    """A process that says when it is ready to post."""
    url = str(app.config["SQLALCHEMY_DATABASE_URI"])
    return subprocess.Popen(
        [sys.executable, "-m", "tests.ledger.poster", url, str(instance), COURT, name, SECONDS],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def test_two_processes_in_one_court_leave_no_gap_no_break_and_no_wrong_sum(app, tmp_path):
    a_voucher("900000000.00", Movement.APPROPRIATION_RECEIVED, source="source:1")
    the_hands()
    posters = [begun(app, tmp_path, name) for name in ("first", "second")]
    for poster in posters:
        assert poster.stdout.readline() == "ready\n"
    for poster in posters:
        poster.stdin.write("go\n")
        poster.stdin.flush()
    told = [poster.communicate()[0] for poster in posters]
    assert [poster.returncode for poster in posters] == [0, 0], "a process was refused"
    posted = [int(number) for number in told]

    db.session.rollback()
    vouchers = db.session.execute(
        select(Voucher.number, Voucher.name).where(Voucher.court_code == COURT).order_by(Voucher.id)
    ).all()
    assert [number for number, _ in vouchers] == list(range(1, sum(posted) + 2))
    writers = [name.partition(":")[0] for _, name in vouchers[1:]]
    assert (writers.count("first"), writers.count("second")) == tuple(posted)
    assert sum(one != next_one for one, next_one in pairwise(writers)) >= 1, "both posted"
    assert trail.first_break(COURT) is None
    assert balances(COURT) == recomputed(COURT)
