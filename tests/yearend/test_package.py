"""The audit package: the same bytes for the same books, whole or found out."""

import csv
import io
import json
import re
import shutil
import subprocess
import sys
from collections import Counter
from contextlib import redirect_stdout
from datetime import date
from importlib import import_module
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from fundapp.advances import service as advances
from fundapp.advances.models import Advance
from fundapp.approvals.rules import Outcome
from fundapp.cases.models import Party, PayeeAccount
from fundapp.cases.rules import PartyKind
from fundapp.core import clock, signing
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
from fundapp.trail import service as recording
from fundapp.trail.rules import SigningReason
from fundapp.users.models import User
from fundapp.users.rules import Role
from fundapp.yearend import checker, package
from fundapp.yearend.package import container
from tests.builders.advances import a_paid_advance, an_advance, signed
from tests.builders.custody import a_case_receipt
from tests.builders.funding import a_corrected_receipt, a_receipt
from tests.builders.ledger import a_confirmed_correction, a_correction, a_voucher
from tests.builders.people import COURT, OTHER_COURT, the_books
from tests.builders.recovery import allocated
from tests.builders.yearend import (
    YEAR,
    InMemory,
    a_package,
    a_year,
    sealed_again,
    told_again,
    unpacked,
    verified,
    year_closed,
)

DIFFERS = checker.Difference
_IS_CHINESE = re.compile("[\u4e00-\u9fff]")


@pytest.fixture
def folder(tmp_path) -> Path:
    return tmp_path


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


# ---- one byte


READ_BY_THE_CHECKER = """
    accounts advances case_receipts cases closed_months closed_years courts decisions finding_steps findings
    fund_receipts months opening_lines openings parties payments payouts postings recoveries reopenings sample_items
    samples signed_heads sources statement_ageing statement_sources trail trial_balance users vouchers
""".split()


@pytest.fixture
def small(monkeypatch):
    """Packages without what the checker only hashes, so that every byte can be tried: it is hashed like the rest."""
    told = [table for table in TABLES if table.name in READ_BY_THE_CHECKER]
    for room in ("", ".members", ".readme"):
        monkeypatch.setattr(import_module(f"fundapp.yearend.package{room}"), "TABLES", told)
    for room in ("", ".readme"):
        monkeypatch.setattr(import_module(f"fundapp.yearend.package{room}"), "FILES", ())
    monkeypatch.setattr(package, "TIES", [])
    monkeypatch.setattr(package, "annual_statements", lambda court_codes, year: b"%PDF")
    monkeypatch.setattr(package, "annual_workbook", lambda court_codes, year: b"PK")
    monkeypatch.setattr(package, "FORMS", "tests/__init__.py")


def test_every_single_byte_of_the_package_counts(live_app, folder, small):
    a_receipt("100.00")
    data = bytearray(a_package(folder))
    assert verified(data)
    accepted = []
    for at in range(len(data)):
        data[at] ^= 1
        try:
            verified(data)
            accepted.append(at)
        except DIFFERS:
            data[at] ^= 1
    assert not accepted


@pytest.mark.parametrize("cut", [1, 22, 64, 100, 5000])
def test_a_package_cut_short_or_lengthened_is_found_out(live_app, folder, cut):
    a_receipt("100.00")
    data = a_package(folder)
    for broken in (data[:-cut], data[cut:], data + bytes(cut), bytes(cut) + data, b""):
        with pytest.raises(DIFFERS):
            verified(broken)


def test_a_byte_changed_in_any_unpacked_file_is_found_out(live_app, folder, small):
    a_receipt("100.00")
    files = unpacked(a_package(folder))
    assert checker.check(InMemory(files))
    for name, content in files.items():
        step = 1 if name.startswith("manifest") else 7
        for at in range(0, len(content), step):
            changed = bytearray(content)
            changed[at] ^= 1
            with pytest.raises(DIFFERS, match="manifest" if name.startswith("manifest") else re.escape(name)):
                checker.check(InMemory(files | {name: bytes(changed)}))


def test_a_missing_and_an_added_file_are_named(live_app, folder):
    a_receipt("100.00")
    files = unpacked(a_package(folder))
    for name in files:
        with pytest.raises(DIFFERS, match=re.escape(name)):
            checker.check(InMemory({other: files[other] for other in files if other != name}))
    with pytest.raises(DIFFERS, match=r"note\.txt"):
        checker.check(InMemory(files | {"note.txt": b""}))


def test_what_is_hidden_in_a_resealed_container_is_found_out(live_app, folder):
    a_receipt("100.00")
    data = a_package(folder)
    files = unpacked(data)
    assert verified(sealed_again(files, folder)) == verified(data)
    hidden = folder / "hidden.zip"
    with hidden.open("w+b") as stream:
        stream.write(b"hidden" + data)
        container._seal(stream)
    with pytest.raises(DIFFERS, match=r"more than its members|was changed|cannot be read"):
        verified(hidden.read_bytes())
    with pytest.raises(DIFFERS, match=r"\.\./escape"):
        container._check_layout(_Archive("../escape"), 10**6)


class _Archive:
    """A container with one entry of this name."""

    def __init__(self, name):
        entry = container._entry("name")
        entry.filename, entry.flag_bits, entry.header_offset = name, 0, 0
        self.infolist = lambda: [entry]


@pytest.mark.parametrize(
    ("added", "told"),
    [
        ({"README.txt/x": b"x"}, "多出文件README.txt/x"),
        ({"note.txt": b""}, "多出文件note.txt"),
        ({"README.txt": bytes(5 << 20)}, "README.txt: larger than it says"),
        ({"manifest.json": bytes(17 << 20)}, "manifest.json: larger than it says"),
        ({"manifest.json": b"[]"}, "manifest.json: cannot be read"),
    ],
    ids=lambda one: str(one)[:40],
)
def test_a_container_is_unpacked_no_further_than_its_manifest_says(live_app, folder, small, added, told):
    a_receipt("100.00")
    bomb = sealed_again(unpacked(a_package(folder)) | added, folder)
    place = folder / "unpacked"
    with package.zipfile.ZipFile(io.BytesIO(bomb)) as archive, pytest.raises(DIFFERS, match=told):
        container.unpack(archive, place)
    assert sum(path.stat().st_size for path in place.rglob("*") if path.is_file()) < 20 << 20
    with pytest.raises(DIFFERS, match=told):
        verified(bomb)


def test_a_file_in_the_place_of_a_folder_is_told_and_not_a_crash(live_app, folder, small):
    a_receipt("100.00")
    files = unpacked(a_package(folder))
    manifest = json.loads(files["manifest.json"])
    manifest["files"].append({"name": "README.txt/x", "size": 1, "sha256": ""})
    broken = sealed_again(files | {"manifest.json": json.dumps(manifest).encode(), "README.txt/x": b"x"}, folder)
    with pytest.raises(DIFFERS, match=r"README\.txt/x: cannot be unpacked"):
        verified(broken)


@pytest.mark.parametrize("limit", [40, 900])
def test_members_beyond_two_gibibytes_are_packed_and_found_whole(live_app, folder, small, monkeypatch, limit):
    a_receipt("100.00")
    files = unpacked(a_package(folder))
    monkeypatch.setattr(package.zipfile, "ZIP64_LIMIT", limit)
    data = bytearray(sealed_again(files, folder))
    assert verified(data)
    data[-2000] ^= 1
    with pytest.raises(DIFFERS):
        verified(data)


def test_a_file_that_is_no_package_is_named_as_such(live_app, folder):
    with pytest.raises(DIFFERS, match="not an audit package"):
        verified(b"PK")
    with pytest.raises(DIFFERS, match="was changed"):
        verified(b"x" * 5000)


# ---- what a forger does who knows the format

FORGED = {
    "an amount": ("postings", "60000.00", "60001.00", "2018收0001：分录合计不符"),
    "an amount on the voucher and its posting": ("vouchers", "60000.00", "60001.00", "2018收0001：分录合计不符"),
    "the summary of an entry's facts": ("trail", "60000.00", "70000.00", "与校验码不符"),
    "a turnover": ("months", ",100000.00,", ",100001.00,", "月发生额或余额不符"),
    "a balance": ("trial_balance", "85000.00", "85001.00", "试算平衡表不符"),
    "a source's money": ("sources", "60000.00", "60000.01", "与分录不符"),
    "a payment": ("payments", ",16000.00,", ",15999.99,", "payments.csv advance:1：与留痕不符"),
    "a recovery": ("recoveries", ",10000.00,0.00,0.00,", ",9000.00,1000.00,0.00,", "分配与次序不符"),
    "a receipt of case money": ("case_receipts", ",5000.00,", ",4999.00,", "case-receipt:2：与留痕不符"),
    "the day of it": ("case_receipts", ",5000.00,2018-06-20,", ",5000.00,2018-06-19,", "与凭证业务日期不符"),
    "a payout": ("payouts", ",12000.00,", ",11000.00,", "payout:2：与留痕不符"),
    "a batch": ("batches", ",30000.00,2,", ",30000.01,2,", "batch:1：与留痕不符"),
    "a line of a batch": ("batch_lines", ",14000.00,", ",14000.01,", "批次与发放明细不符"),
    "the cash of a ceremony": ("ceremonies", ",16000.00,7000.00,", ",16000.00,6000.00,", "兑现大会现金不符"),
    "how somebody signed": ("decisions", ",agreed,", ",refused,", "decisions.csv advance:1：与留痕不符"),
    "what he said": ("decisions", ",同意垫付,", ",不同意垫付,", "decisions.csv advance:1：与留痕不符"),
    "money from a source": ("fund_receipts", ",60000.00,", ",60001.00,", "fund-receipt:1：与留痕不符"),
    "received, told as other": (
        "statement_sources", ",60000.00,25000.00,10000.00,0.00,0.00,", ",0.00,25000.00,10000.00,0.00,60000.00,",
        "statement_sources.csv 湘0602 1：与分录不符",
    ),
    "an age": ("statement_ageing", ",one_year,2,15000.00,", ",one_year,1,15000.00,", "账龄与垫付、追偿不符"),
    "a ceremony in the statements": ("statement_ceremonies", ",9000.00,12000.00,", ",0.00,21000.00,", "兑现大会台账"),
}  # fmt: skip

# A cell of the first row written anew, where what stands there differs from test to test: usually who did it.
REWRITTEN = (
    ("decisions", "actor", "user0", "decisions.csv advance:1：与留痕不符"),
    ("vouchers", "prepared_by", "user0", "签署人不符"),
    ("fund_receipts", "business_date", "2018-03-02", "与凭证业务日期不符"),
    ("fund_receipts", "confirmed_by", "user0", "fund-receipt:1：与留痕不符"),
    ("payments", "paid_on", "2018-06-20", "与凭证业务日期不符"),
    ("case_receipts", "recorded_by", "user0", "case-receipt:1：与留痕不符"),
    ("closed_months", "closed_by", "user0", "month:湘0602:2018-01：与留痕不符"),
    ("closed_months", "explanation", "说明", "month:湘0602:2018-01：与留痕不符"),
    ("closed_years", "closed_by", "user0", "year:湘0602:2018：与留痕不符"),
    ("courts", "model", "A", "court:湘0602：与留痕不符"),
    ("ceremonies", "closed_by", "user0", "ceremony:1：与留痕不符"),
    ("ladders", "president_above", "1.00", "ladder:1：与留痕不符"),
    ("terms", "ceiling", "1.00", "terms:1：与留痕不符"),
)

# Tables that no row may go from, even all of them.
EMPTIED = (
    ("statement_ceremonies", "兑现大会台账与发放名单不符"),
    ("statement_cases", "案件统计表与资金收支情况表不符"),
    ("statement_ageing", "statement_ageing.csv缺少"),
    ("statement_sources", "statement_sources.csv缺少"),
    ("ceremonies", "ceremonies.csv缺少留痕所记的行ceremony:1"),
    ("cases", "cases.csv缺少留痕所记的行case:"),
    ("parties", "缺少当事人"),
    ("closed_years", "closed_years.csv缺少留痕所记的行year:湘0602:2018"),
    ("ladders", "ladders.csv缺少留痕所记的行"),
)


def found_wrong(files):
    """What the checker says of these files after their manifest was made again; nothing when it is content."""
    try:
        checker.check(InMemory(told_again(files)))
    except DIFFERS as difference:
        return str(difference)
    return ""


def test_a_forged_table_is_found_out_though_every_hash_was_made_again(live_app, folder):
    a_year()
    year_closed()
    files = unpacked(a_package(folder))
    assert found_wrong(files) == ""
    for what, (table, old, new, told) in FORGED.items():
        name = f"csv/{table}.csv"
        assert old.encode() in files[name], what
        wrong = found_wrong(files | {name: files[name].replace(old.encode(), new.encode(), 1)})
        assert told in wrong, (what, wrong)
    for table, column, value, told in REWRITTEN:
        header, *rows = csv.reader(io.StringIO(files[name := f"csv/{table}.csv"].decode("utf-8-sig")))
        assert rows[0][header.index(column)] != value
        rows[0][header.index(column)] = value
        text = io.StringIO()
        csv.writer(text).writerows([header, *rows])
        wrong = found_wrong(files | {name: text.getvalue().encode("utf-8-sig")})
        assert told in wrong, (table, column, wrong)
    for table, told in EMPTIED:
        header = files[name := f"csv/{table}.csv"].split(b"\r\n")[0]
        wrong = found_wrong(files | {name: header + b"\r\n"})
        assert told in wrong, (table, wrong)


WHOLE = (
    "advances batch_lines case_receipts courts decisions fund_receipts months payments payouts postings "
    "recoveries sources trail trial_balance vouchers"
)


def test_a_row_taken_out_of_a_table_is_found_out(live_app, folder):
    a_year()
    files = unpacked(a_package(folder))
    unseen = []
    for table in WHOLE.split():
        rows = files[name := f"csv/{table}.csv"].split(b"\r\n")
        for at in sorted({1, len(rows) // 2, len(rows) - 2}):
            less = b"\r\n".join(rows[:at] + rows[at + 1 :])
            if not found_wrong(files | {name: less}):
                unseen.append((table, rows[at].decode()))
    assert not unseen


def test_two_vouchers_swapped_are_found_out(live_app, folder):
    a_voucher("1.00", source=a_receipt("3.00").source.subject)
    a_voucher("2.00", movement=Movement.DONATION_RECEIVED, source="source:1")
    files = unpacked(a_package(folder))
    swapped = files["csv/vouchers.csv"].split(b"\r\n")
    swapped[2], swapped[3] = swapped[3], swapped[2]
    with pytest.raises(DIFFERS, match="2018缺第2号"):
        checker.check(InMemory(told_again(files | {"csv/vouchers.csv": b"\r\n".join(swapped)})))


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("csv/vouchers.csv", b'\xef\xbb\xbfid\r\n"', "无法读取"),
        ("csv/vouchers.csv", b"\xff\xfe", "无法读取"),
        ("csv/vouchers.csv", b"id,court_code\r\n1\r\n", "列数不符"),
        ("csv/trail.csv", b"court_code\r\nX\r\n", "不是本包的法院"),
    ],
)
def test_a_table_that_cannot_be_read_is_told_and_not_a_crash(live_app, folder, name, content, told):
    a_receipt("100.00")
    files = unpacked(a_package(folder))
    with pytest.raises(DIFFERS, match=told):
        checker.check(InMemory(told_again(files | {name: content})))


# ---- signatures and what is kept outside


def test_whoever_makes_the_manifest_again_without_the_key_is_named(live_app, folder):
    a_receipt("100.00")
    files = unpacked(a_package(folder))
    shorter = files["csv/trail.csv"].rsplit(b"\r\n", 2)[0] + b"\r\n"
    cut = told_again(files | {"csv/trail.csv": shorter}) | {checker.SIGNATURE: files[checker.SIGNATURE]}
    with pytest.raises(DIFFERS, match="不是法院密钥对清单的签名"):
        checker.check(InMemory(cut))
    with pytest.raises(DIFFERS, match="不是法院密钥对清单的签名"):
        checker.check(InMemory(told_again(files, Ed25519PrivateKey.generate())))


def test_a_chain_cut_at_its_end_is_contradicted_by_the_heads_signed_inside(live_app, folder):
    a_year()
    year_closed()
    files = unpacked(a_package(folder))
    rows = files["csv/trail.csv"].split(b"\r\n")
    last = rows[-3].decode().split(",")
    chains = {COURT: {"length": int(last[1]), "head": last[-1]}}
    cut = told_again(files | {"csv/trail.csv": b"\r\n".join([*rows[:-2], b""])}, chains=chains)
    with pytest.raises(DIFFERS, match="留痕末尾被截去"):
        checker.check(InMemory(cut))


def test_a_forger_with_a_key_of_his_own_is_found_out_by_the_courts_fingerprint(live_app, folder):
    a_receipt("100.00")
    files, own = unpacked(a_package(folder)), Ed25519PrivateKey.generate()
    court_key = signing.fingerprint(signing.public_key())
    forged = told_again(
        files | {"csv/signed_heads.csv": files["csv/signed_heads.csv"].split(b"\r\n")[0] + b"\r\n"},
        own, keys=[own.public_key().public_bytes_raw().hex()],
    )  # fmt: skip
    assert f"{signing.fingerprint(own.public_key().public_bytes_raw())} (compare" in checker.check(InMemory(forged))[1]
    with pytest.raises(DIFFERS, match="与所给指纹不符"):
        checker.check(InMemory(forged), [court_key])
    assert f"signed by 签名密钥 {court_key}" in checker.check(InMemory(files), [court_key])


FINGERPRINT, OTHER = "0123456789abcdef" * 2, "00112233445566778899aabbccddeeff"
ON_PAPER = ["01234567", "89abcdef", "01234567", "89abcdef"]
SAFE = f"fund-anchor/1|湘0602|12|{'ab' * 32}|2018-03-01T01:02:03.456789Z|anchor|{FINGERPRINT}|{'7c' * 64}"


@pytest.mark.parametrize(
    ("typed", "prints", "anchors"),
    [
        ([], [], []),
        ([FINGERPRINT], [FINGERPRINT], []),
        ([FINGERPRINT.upper()], [FINGERPRINT], []),
        ([" ".join(ON_PAPER)], [FINGERPRINT], []),
        (ON_PAPER, [FINGERPRINT], []),
        ([*ON_PAPER, SAFE, OTHER], [FINGERPRINT, OTHER], [SAFE]),
        (["\u200b".join(f"{SAFE[:90]}\n{SAFE[90:]}")], [], [SAFE]),
    ],
)
def test_what_came_from_a_sheet_is_read_as_it_is_printed_copied_or_typed(typed, prints, anchors):
    assert checker.told_apart(typed) == (prints, anchors)


@pytest.mark.parametrize(
    "typed",
    [[FINGERPRINT[1:]], ON_PAPER[:3], ["not an anchor"], [SAFE[:-1]], [FINGERPRINT, "O1234567"]],
)
def test_what_no_sheet_says_is_refused_before_anything_is_checked(typed):
    with pytest.raises(ValueError, match="既不是密钥指纹（32位）也不是存证码，请按存证单重新填写"):
        checker.check(InMemory({}), typed)


def test_an_anchor_from_the_safe_is_held_against_the_package(live_app, folder):
    a_receipt("100.00")
    with transaction(COURT):
        anchor = recording.sign_head(COURT, reason=SigningReason.ANCHOR).anchor.text
    a_receipt("55.00")
    data = a_package(folder)
    assert "signed heads 链头签名 1, anchors 存证码 1" in verified(data, f" {anchor[:90]}\n{anchor[90:]} ")
    with pytest.raises(DIFFERS, match="签名无效"):
        verified(data, anchor.replace("|anchor|", "|hourly|"))
    with pytest.raises(DIFFERS, match="不属于本包"):
        verified(data, anchor.replace(COURT, OTHER_COURT))


@given(st.binary(min_size=32, max_size=32), st.text(max_size=60), st.integers(0, 511))
@settings(max_examples=25, deadline=None)
def test_the_checkers_signatures_are_those_of_the_library(seed, text, bit):
    key = Ed25519PrivateKey.from_private_bytes(seed)
    public, signature = key.public_key().public_bytes_raw(), bytearray(key.sign(text.encode()))
    assert checker.Ed25519().is_signed(text, bytes(signature), public)
    signature[bit // 8] ^= 1 << bit % 8
    assert not checker.Ed25519().is_signed(text, bytes(signature), public)


# ---- what was written and is masked


@pytest.mark.parametrize(
    ("written", "left"),
    [
        (["张三同意", "张四同意"], ["张*同意", "张*同意"]),
        (["同意付张三", "同意付李四"], ["同意付李*", "同意付张*"]),
        (["见[附件?]，张三\n138****1234"], ["见[附件?]，张*\n138****1234"]),
        (["张三、张三丰和张三同意" * 40], ["张*、张**和张*同意" * 40]),
        (["", "同意"], ["同意", ""]),
    ],
)
def test_a_masked_text_stands_for_the_one_that_it_is_left_of(written, left):
    assert acts_told(written, left) == Counter(("advance:1", "user1", text) for text in written)


@pytest.mark.parametrize(
    ("written", "left"),
    [
        (["张三同意", "张四同意"], ["张*同意", "张*同意", "张*同意"]),
        (["张三不同意"], ["张*可同意"]),
        (["甲张三"], ["?张*"]),
        (["甲张三"], ["[甲乙]张*"]),
        (["张三同意", "不同意"], ["张*同意", "张*同意"]),
    ],
)
def test_a_masked_text_stands_for_no_other_and_for_none_twice(written, left):
    assert acts_told(written, left) != Counter(("advance:1", "user1", text) for text in written)


def acts_told(written, left):
    """The acts that a register tells of, of which these texts are left."""
    books = checker.Books(checker.Folder(""), ())
    books.rows = lambda _table: ({"id": "1", "by": "user1", "opinion": text} for text in left)
    record = {"table": "decisions", "subject": "advance:{id}", "actor": "by", "facts": {"opinion": "{opinion}"}}
    rest = {"where": {}, "words": {}, "is_split": False, "is_masked": True}
    return books.acts_in(record | rest, Counter(("advance:1", "user1", text) for text in written))


# ---- the checker as the auditor runs it


def run_checker(place):
    return subprocess.run(
        [sys.executable, "-I", "-S", "-B", str(place / "check.py")],
        capture_output=True, encoding="utf-8", check=False, cwd="/", env={"LC_ALL": "C.UTF-8"},
    )  # fmt: skip


def test_the_checker_runs_alone_with_nothing_but_python(live_app, folder):
    a_year()
    year_closed()
    place = folder / "审计 包"
    shutil.unpack_archive(_written(folder), place)
    right = run_checker(place)
    assert (right.returncode, right.stdout.splitlines()[-1], right.stderr) == (0, "OK 核对无误", "")
    for path in [one for one in place.rglob("*") if one.is_file()]:
        content = path.read_bytes()
        path.write_bytes(content[:-2] + bytes([content[-2] ^ 1]) + content[-1:])
        wrong = run_checker(place)
        assert wrong.returncode == 1, path
        path.write_bytes(content)
    assert run_checker(place).returncode == 0


def _written(folder):
    a_package(folder)
    return folder / "package.zip"


def test_a_checker_that_was_changed_at_its_end_does_not_seem_content(live_app, folder, monkeypatch):
    """Where a changed byte could end the program quietly: what it says last, and whether it runs at all."""
    monkeypatch.setattr(sys, "argv", ["check.py"])
    a_receipt("100.00")
    shutil.unpack_archive(_written(folder), folder / "unpacked")
    path = folder / "unpacked" / "check.py"
    source = path.read_bytes()
    content = []
    for at in range(source.index(b"    for stream in"), len(source)):
        changed = source[:at] + bytes([source[at] ^ 1]) + source[at + 1 :]
        path.write_bytes(changed)
        if is_content(path):
            content.append(changed.decode(errors="replace").splitlines()[source[:at].count(b"\n")])
    assert not content
    path.write_bytes(source)
    assert is_content(path)


def is_content(path):
    """Whether this checker ends with status 0, run as a program where it lies."""
    try:
        program = compile(path.read_bytes(), str(path), "exec")
        with redirect_stdout(io.StringIO()):
            exec(program, {"__name__": "__main__", "__file__": str(path)})  # noqa: S102 - the checker itself
    except (SyntaxError, ValueError, NameError, AttributeError, TypeError):
        return False
    except SystemExit as ended:
        return not ended.code
    return True


def test_the_checker_is_short_and_imports_only_the_standard_library():
    source = Path(checker.__file__).read_text(encoding="utf-8")
    imported = set(re.findall(r"^(?:import|from) (\w+)", source, re.MULTILINE))
    assert imported <= sys.stdlib_module_names | {"__future__"}
    assert len(source.splitlines()) < 600
