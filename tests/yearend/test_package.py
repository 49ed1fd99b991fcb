"""The audit package: the same bytes for the same books, whole or found out."""

import json
import re
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from fundapp.advances import service as advances
from fundapp.advances.models import Advance
from fundapp.approvals.rules import Outcome
from fundapp.cases.models import Party, PayeeAccount
from fundapp.cases.rules import PartyKind
from fundapp.core import clock
from fundapp.core.db import db, transaction
from fundapp.core.errors import RuleViolation
from fundapp.core.money import yuan
from fundapp.core.spreadsheet import read_table
from fundapp.core.tables import TABLES
from fundapp.core.templating import LABELS
from fundapp.funding.models import Source
from fundapp.ledger import queries as books
from fundapp.ledger.rules import Account, CorrectionMethod, Model, Movement
from fundapp.recovery.models import Allocation
from fundapp.trail import queries as trail
from fundapp.users.models import User
from fundapp.users.rules import Role
from fundapp.yearend import package
from fundapp.yearend.package import container, members
from tests.builders.advances import a_paid_advance, an_advance, signed
from tests.builders.custody import a_case_receipt
from tests.builders.funding import a_corrected_receipt, a_receipt
from tests.builders.ledger import a_confirmed_correction, a_correction, a_voucher
from tests.builders.people import COURT, OTHER_COURT, the_books
from tests.builders.recovery import allocated
from tests.builders.yearend import (
    YEAR,
    a_package,
    a_year,
    sealed_again,
    unpacked,
    verified,
    year_closed,
)

_IS_CHINESE = re.compile("[\u4e00-\u9fff]")


def lines(files, name):
    """The rows of a table as text, without its header."""
    return files[f"csv/{name}.csv"].decode("utf-8-sig").split("\r\n")[1:-1]


# ---- what is in it


def test_what_was_booked_in_the_next_year_is_right_in_the_package_of_either(app, folder):
    """Paid, and paid back, in the last days of a year that was closed before the papers came."""
    with clock.at(date(2018, 1, 5)):
        a_receipt("8000.00", day=date(2018, 1, 5))
    year_closed()
    with clock.at(date(2019, 1, 9)):
        a_receipt("50.00", day=date(2018, 12, 28))
        advance = a_paid_advance("8000.00", paid_on=date(2018, 12, 28))
        allocated(a_case_receipt("3000.00", advance.case, day=date(2018, 12, 29)))
    assert "outstanding 未收回 0.00" in verified(a_package(folder))
    assert "outstanding 未收回 5,000.00" in verified(a_package(folder, year=2019))


def test_an_advance_asked_for_again_in_the_next_year_stays_in_the_package_of_the_first(app, folder):
    with clock.at(date(2018, 12, 27)):
        advance = signed(an_advance("8000.00"), Role.BUREAU_DIRECTOR, outcome=Outcome.RETURNED, opinion="请核减金额")
        handler = db.session.get_one(User, advance.prepared_by_id)
    with clock.at(date(2019, 1, 4)), transaction(COURT):
        advances.resubmit(
            advance.id, amount=yuan("6000.00"), reason="已核减", seen_version=advance.version, actor=handler
        )
    assert "outstanding 未收回 0.00" in verified(a_package(folder))
    assert len(lines(unpacked(a_package(folder)), "advances")) == 1


def test_the_package_of_a_whole_year_is_found_right(app, folder):
    a_year()
    year_closed()
    figures = verified(a_package(folder))
    assert "outstanding 未收回 15,000.00" in figures
    assert "advanced 垫付 25,000.00" in figures
    assert "recovered 已追回 10,000.00" in figures
    assert "fund left 资金结余 85,000.00" in figures
    assert "signatures 审批签署 15" in figures
    assert "signed heads 链头签名 14, anchors 存证码 0" in figures
    assert "courts closed 已年终结账法院 1 / 1" in figures
    assert books.balance(COURT, Account.FUND_BANK).amount == 85000


def test_the_same_books_make_the_same_bytes_and_another_entry_makes_others(app, folder):
    a_year()
    first = a_package(folder)
    assert a_package(folder) == first
    a_voucher("1.00", day=date(YEAR, 12, 1), source="source:1")
    assert a_package(folder) != first


def test_the_package_says_what_every_file_and_column_means(app, folder):
    a_receipt("100.00")
    files = unpacked(a_package(folder))
    readme = files["README.txt"].decode("utf-8-sig")
    assert [name for name in files if name.endswith(".py") and "/" not in name] == ["check.py"]
    for table in TABLES:
        header = files[f"csv/{table.name}.csv"].decode("utf-8-sig").split("\r\n")[0]
        assert header == ",".join(column.key for column in table.columns)
        assert f"csv/{table.name}.csv" in readme and f"xlsx/{table.workbook}.xlsx" in files
        assert f"  {table.told}。" in readme and f"  {table.meaning}." in readme and _IS_CHINESE.search(table.told)
        for column in table.columns:
            told = f"（{column.told}）" if column.told else ""
            assert f"{column.key}  ·  {column.header}{told}  ·  {column.meaning}" in readme
            assert _IS_CHINESE.search(column.header) and column.meaning.isascii()
            assert all(_IS_CHINESE.search(LABELS[word]) for word in column.words or ()), column.key
    assert files["docs/audit-package.md"] == Path("docs/audit-package.md").read_bytes()
    assert all(name in readme for name in files if "/" not in name or name.startswith("docs/"))
    assert read_table(files["xlsx/books.xlsx"], "books.xlsx", sheet="记账凭证").headers[:3] == [
        "标识",
        "法院代字",
        "年度",
    ]


def test_worksheets_for_people_say_in_words_what_the_tables_for_programs_say_in_codes(app, folder):
    a_year()
    files = unpacked(a_package(folder))
    said = {
        ("books", "分录", "资金变动"): {"收到财政拨款", "支付垫付款", "收回垫付款"},
        ("books", "预留资金", "状态"): {"已支付结清"},
        ("fund", "垫付条件", "准予垫付的案件状态"): {"执行中、终结本次执行程序"},
    }
    for (workbook, sheet, column), words in said.items():
        read = read_table(files[f"xlsx/{workbook}.xlsx"], f"{workbook}.xlsx", sheet=sheet)
        cells = {row.cells[read.headers.index(column)].value for row in read.rows} - {None}
        assert words <= cells and all(_IS_CHINESE.search(cell) for cell in cells)


def test_the_statements_for_people_name_the_sources_and_have_the_year_before(app, folder):
    a_year()
    files = unpacked(a_package(folder))
    statement = read_table(files[f"statements/{COURT}.xlsx"], "s.xlsx", sheet="资金收支情况表（按来源）")
    source = db.session.scalars(select(Source.name)).first()
    assert source in {row.cells[0].value for row in statement.rows}
    assert {"本年数", "上年数"} <= {row.cells[1].value for row in statement.rows}


def test_the_manifest_has_the_chain_heads_and_the_export_is_not_in_its_own_package(app, folder):
    a_receipt("100.00")
    manifest = json.loads(unpacked(a_package(folder))["manifest.json"])
    length, head = trail.heads()[COURT]
    assert manifest["chains"][COURT] == {"length": length, "head": head}
    assert (manifest["year"], manifest["courts"]) == (YEAR, [COURT])


def test_personal_data_leaves_only_masked(app, folder):
    a_year()
    files = unpacked(a_package(folder))
    people = db.session.scalars(select(Party)).all()
    told = b"".join(content for name, content in files.items() if name.startswith("csv/")).decode("utf-8", "replace")
    assert people
    for person in people:
        assert person.kind is PartyKind.ORGANISATION or person.name not in told
        assert person.identity not in told
        assert person.phone is None or person.phone not in told
        assert not [account for account in person.accounts if account.number in told]


def test_an_unmasked_package_names_persons_whole_and_says_so(app, folder):
    a_year()
    files = unpacked(a_package(folder, is_unmasked=True))
    assert json.loads(files["manifest.json"])["personal_data"] == "whole"
    told = b"".join(content for name, content in files.items() if name.startswith("csv/")).decode("utf-8", "replace")
    for person in db.session.scalars(select(Party)).all():
        assert person.name in told and person.identity in told
    for account in db.session.scalars(select(PayeeAccount).join(Advance, Advance.account_id == PayeeAccount.id)):
        assert account.number in told
    assert "未脱敏" in files["README.txt"].decode("utf-8-sig")
    assert verified(sealed_again(files, folder))


def test_earlier_years_are_the_openings_and_later_ones_are_left_out(app, folder):
    the_books()
    a_receipt("100.00", day=date(2017, 5, 1))
    a_receipt("30.00", day=date(2018, 5, 1))
    a_receipt("7.00", day=date(2019, 5, 1))
    files = unpacked(a_package(folder))
    assert len(lines(files, "vouchers")) == 2
    assert f"{COURT},2018,1002.01,银行存款—垫付资金专户,100.00,0.00,30.00,0.00,130.00,0.00" in lines(
        files, "trial_balance"
    )
    assert verified(sealed_again(files, folder))


def test_a_court_sees_only_its_own_books_in_its_package(app, folder):
    a_receipt("100.00")
    a_receipt("55.00", court_code=OTHER_COURT)
    files = unpacked(a_package(folder))
    assert not [name for name, content in files.items() if OTHER_COURT.encode() in content]
    both = unpacked(a_package(folder, court_codes=(OTHER_COURT, COURT)))
    assert json.loads(both["manifest.json"])["courts"] == [COURT, OTHER_COURT]


def test_entrusted_money_is_checked_without_a_receivable(app, folder):
    with clock.at(date(YEAR, 1, 2)):
        the_books(model=Model.CUSTODIAL)
    a_year()
    year_closed()
    assert "outstanding 未收回 15,000.00" in verified(a_package(folder))


def test_what_is_written_off_is_owed_as_before(app, folder):
    a_year()
    (case,) = db.session.scalars(select(Allocation.case_id))
    source = db.session.scalars(select(Source.id).order_by(Source.id)).first()
    a_voucher(
        "1000.00", movement=Movement.WRITTEN_OFF, case=f"case:{case}", source=f"source:{source}",
        day=date(YEAR, 12, 3), name="recovery:1:written_off",
    )  # fmt: skip
    assert "outstanding 未收回 15,000.00" in verified(a_package(folder))


def test_a_reversed_voucher_stands_beside_its_reversal(app, folder):
    from fundapp.ledger import service as ledger
    from tests.builders.ledger import how_posted

    the_books()
    voucher = a_voucher("80.00", source=a_receipt("1.00").source.subject)
    how = how_posted(day=date(YEAR, 4, 1))
    with transaction(COURT):
        ledger.reverse(
            voucher.id, business_date=date(YEAR, 4, 1), reason="误记", hands=how["hands"], actor=how["actor"]
        )
    assert verified(a_package(folder))


@pytest.mark.parametrize("day", [date(YEAR, 12, 20), date(YEAR + 1, 1, 5)], ids=["in the year", "after it"])
def test_what_was_cancelled_is_checked_as_it_stood_at_the_end_of_the_year(app, folder, day):
    """Case money, and a receipt whose difference is undone with it: their registers have no word for a day."""
    payment, receipt = a_case_receipt("300.00"), a_receipt("80.00")
    a_corrected_receipt(receipt, CorrectionMethod.DIFFERENCE, "90.00")
    for voucher_id in (payment.voucher_id, receipt.voucher_id):
        a_confirmed_correction(a_correction(books.voucher(voucher_id, frozenset({COURT})), day=day))
    left = "0.00" if day.year == YEAR else "300.00"
    assert f"case money held 案款结存 {left}" in verified(a_package(folder))


def test_a_package_of_a_year_that_has_not_begun_is_refused_and_nothing_is_written(app, folder):
    a_receipt("100.00")
    with clock.at(date(2018, 12, 31)), pytest.raises(RuleViolation, match="2019年度尚未开始"):
        package.build(2019, [COURT], folder / "new.zip", progress=lambda done, total: None)
    assert list(folder.iterdir()) == []


def test_a_broken_export_leaves_no_file(app, folder, monkeypatch):
    a_receipt("100.00")
    monkeypatch.setattr(container, "_seal", lambda stream: 1 // 0)
    with pytest.raises(ZeroDivisionError):
        a_package(folder)
    assert list(folder.iterdir()) == []


def test_progress_is_told_up_to_the_end(app, folder):
    a_receipt("100.00")
    told = []
    with clock.at(date(2019, 1, 10)):
        package.build(YEAR, [COURT], folder / "p.zip", progress=lambda done, total: told.append((done, total)))
    assert [done for done, _ in told] == list(range(1, len(told) + 1))
    assert told[-1][0] == told[-1][1]


@pytest.mark.parametrize("day", ["2018-W09-4", "2018-3-01", "2018-02-30"])
def test_a_day_written_otherwise_ends_the_package_with_a_sentence_and_no_crash(day):
    with pytest.raises(RuleViolation, match=f"日期“{day}”写法有误"):
        members.READINGS["day"](day)
    assert members.READINGS["day"]("2018-03-01") == date(2018, 3, 1)
