"""Large files come by command: the same faults, and still nothing is posted by one person."""

from datetime import date

import pytest

from fundapp.core import clock
from fundapp.core.db import db
from fundapp.core.spreadsheet import read_table
from fundapp.ledger import queries as books
from fundapp.ledger.models import Opening
from fundapp.ledger.rules import OpeningStatus
from tests.builders.openings import SmallBook, a_file, a_line, decided
from tests.builders.people import COURT, the_books


@pytest.fixture(autouse=True)
def march():
    with clock.at(date(2018, 3, 1)):
        yield


def imported(runner, path, *more, day="2017-12-31"):
    return runner.invoke(args=["ledger", "import-opening", str(path), "--court", COURT, "--day", day, *more])


def test_a_good_file_waits_for_the_reviewer(app, runner, tmp_path):
    book = SmallBook()
    path = tmp_path / "期初.xlsx"
    path.write_bytes(a_file(book.lines))
    dry = imported(runner, path, "--dry-run")
    assert dry.exit_code == 0 and "9行  借方 96,500.00  贷方 96,500.00\n" in dry.output
    assert db.session.query(Opening).one().status is OpeningStatus.CHECKED
    sent = imported(runner, path)
    assert sent.exit_code == 0 and "已送财务复核" in sent.output
    assert books.voucher_count([COURT]) == 0
    waiting = db.session.query(Opening).filter_by(status=OpeningStatus.REQUESTED).one()
    decided(waiting)
    assert books.voucher_count([COURT]) == 8
    again = imported(runner, path)
    assert again.exit_code == 1 and "不能重复导入" in again.output


def test_faults_are_told_and_written_beside_the_file(app, runner, tmp_path):
    the_books()
    path = tmp_path / "期初.xlsx"
    path.write_bytes(a_file([a_line("1002.02", "借", "5"), a_line("9999", "贷", "5")]))
    told = imported(runner, path)
    assert told.exit_code == 1
    assert "第3行  A3  科目编号“9999”不在本系统的科目表中" in told.output and "有1处错误" in told.output
    table = read_table((tmp_path / "期初.xlsx.faults.xlsx").read_bytes(), "faults.xlsx")
    assert table.rows[0].cells[-2].value == "A3"
    path.write_bytes(a_file([a_line("1002.02", "借", "5")]))
    assert "全表  借方合计5.00元，贷方合计0.00元" in imported(runner, path).output


def test_a_bad_day_or_court_is_refused(app, runner, tmp_path):
    the_books()
    path = tmp_path / "期初.xlsx"
    path.write_bytes(a_file([a_line("1002.02", "借", "5")]))
    assert "不是月末" in imported(runner, path, day="2017-12-30").output
    assert imported(runner, path, day="31.12.2017").exit_code == 2
    nowhere = ["--court", "湘9", "--day", "2017-12-31"]
    assert runner.invoke(args=["ledger", "import-opening", str(path), *nowhere]).exit_code == 1
    assert db.session.query(Opening).count() == 0
