"""``audit export`` and ``audit verify``."""

import hashlib
import json
from datetime import date

import pytest
from sqlalchemy import select

from fundapp.core import clock, signing
from fundapp.core.db import db
from fundapp.trail import queries as trail
from fundapp.yearend import service
from fundapp.yearend.models import AuditPackage
from tests.builders.cases import a_case
from tests.builders.funding import a_receipt
from tests.builders.people import COURT, OTHER_COURT, SUPERIOR
from tests.builders.yearend import unpacked
from tests.databases import unfounded


@pytest.fixture
def command(runner, tmp_path):
    def run(*words):
        return runner.invoke(args=["audit", *words])

    return run


def exported(command, out):
    with clock.at(date(2099, 1, 10)):
        return command("export", "--year", "2018", "--out", str(out))


def test_a_package_of_all_courts_is_written_recorded_and_verified(app, command, tmp_path):
    a_receipt("100.00")
    out = tmp_path / "2018.zip"
    done = exported(command, out)
    assert done.exit_code == 0, done.output
    [package] = db.session.scalars(select(AuditPackage)).all()
    assert package.digest == hashlib.sha256(out.read_bytes()).hexdigest()
    assert package.digest in done.output
    assert (package.court_code, package.file_name, len(package.courts.split(","))) == (SUPERIOR, "2018.zip", 11)
    assert trail.history(package.subject)[0].actor.username == f"operator-{SUPERIOR[1:]}"
    key = signing.fingerprint(signing.public_key()).upper()
    printed = " ".join(key[at : at + 8] for at in range(0, 32, 8))
    verified = command("verify", str(out), "--key", printed)
    assert (verified.exit_code, verified.output.splitlines()[-1]) == (0, "OK 核对无误")
    mistyped = command("verify", str(out), "--key", printed[1:])
    assert mistyped.exit_code == 1 and mistyped.output.startswith("Error: 未作核对：“")


def test_a_changed_package_fails_in_one_line(app, command, tmp_path):
    a_receipt("100.00")
    out = tmp_path / "2018.zip"
    exported(command, out)
    data = bytearray(out.read_bytes())
    data[len(data) // 2] ^= 1
    out.write_bytes(data)
    done = command("verify", str(out))
    assert done.exit_code == 1
    assert done.output.startswith("Error: 核对不符：") and len(done.output.splitlines()) == 1


@pytest.mark.parametrize("year", ["2100", "1800", "x"])
def test_a_year_that_cannot_be_exported_is_refused_and_nothing_is_written(app, command, tmp_path, year):
    a_receipt("100.00")
    done = command("export", "--year", year, "--out", str(tmp_path / "p.zip"))
    assert done.exit_code != 0 and "Traceback" not in done.output
    assert list(tmp_path.iterdir()) == []


def test_places_that_do_not_exist_are_refused_in_one_line(app, command, tmp_path):
    a_receipt("100.00")
    done = command("export", "--year", "2018", "--out", str(tmp_path / "nowhere" / "p.zip"))
    assert done.exit_code == 1 and "没有文件夹" in done.output
    assert command("verify", str(tmp_path / "none.zip")).exit_code == 2


@unfounded
def test_an_empty_system_has_nothing_to_export(app, command, tmp_path):
    done = command("export", "--year", "2018", "--out", str(tmp_path / "p.zip"))
    assert done.exit_code == 1 and "还没有法院" in done.output


def test_a_package_of_one_court_is_written_of_its_code(app, command, tmp_path):
    a_receipt("100.00")
    a_receipt("55.00", court_code=OTHER_COURT)
    out, asked = tmp_path / "p.zip", ("export", "--year", "2018", "--out", str(tmp_path / "p.zip"))
    unknown = command(*asked, "--court", "京01")
    assert unknown.exit_code == 1 and "没有代字为京01的法院" in unknown.output and not out.exists()
    too_early = command("export", "--year", "1999", "--out", str(out), "--court", COURT)
    assert too_early.exit_code == 1 and "1999年度还没有账簿" in too_early.output and not out.exists()
    done = command(*asked, "--court", OTHER_COURT)
    assert done.exit_code == 0, done.output
    assert json.loads(unpacked(out.read_bytes())["manifest.json"])["courts"] == [OTHER_COURT]


def test_a_package_that_cannot_be_recorded_is_not_left_behind(app, command, tmp_path, monkeypatch):
    a_receipt("100.00")
    monkeypatch.setattr(service, "record_package", lambda **facts: 1 // 0)
    assert exported(command, tmp_path / "p.zip").exit_code == 1
    assert list(tmp_path.iterdir()) == []
    assert COURT in trail.heads()


def test_persons_are_named_whole_on_the_command_line_for_a_reason_too(app, command, tmp_path):
    case = a_case()
    a_receipt("100.00")
    out = tmp_path / "p.zip"
    asked = ("export", "--year", "2018", "--out", str(out))
    for wrong in (("--unmasked",), ("--unmasked", "--reason", "审计"), ("--reason", "年度审计核对收款人身份")):
        assert command(*asked, *wrong).exit_code == 1
        assert not out.exists()
    done = command(*asked, "--unmasked", "--reason", "年度审计核对收款人身份")
    assert done.exit_code == 0, done.output
    [package] = db.session.scalars(select(AuditPackage)).all()
    assert (package.is_unmasked, package.reason) == (True, "年度审计核对收款人身份")
    assert case.creditors[0].name in unpacked(out.read_bytes())["csv/parties.csv"].decode("utf-8-sig")
