"""The checker: what a forger does who knows the format, what is kept outside, and how an auditor runs it."""

import csv
import io
import re
import shutil
import subprocess
import sys
from collections import Counter
from contextlib import redirect_stdout
from datetime import date
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from fundapp.core import clock, signing
from fundapp.core.db import transaction
from fundapp.core.money import yuan
from fundapp.ledger.rules import Account, Movement, Posting
from fundapp.ledger.service import posting
from fundapp.trail import service as recording
from fundapp.trail.rules import SigningReason
from fundapp.users.rules import Role
from fundapp.yearend import checker
from tests.attacker import unguarded
from tests.builders.funding import a_receipt, a_source
from tests.builders.ledger import a_voucher, the_hands
from tests.builders.people import COURT, OTHER_COURT, the_holder
from tests.builders.yearend import (
    InMemory,
    a_package,
    a_year,
    months_closed,
    reopened,
    told_again,
    unpacked,
    verified,
    year_closed,
)

DIFFERS = checker.Difference


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
    ("batches", "file_sha256", "0", "batch:1：与留痕不符"),
    ("result_files", "file_sha256", "0", "result-file:1：与留痕不符"),
    ("attachments", "sha256", "0", "case:1：与留痕不符"),
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
    ("batches", "batches.csv缺少留痕所记的行batch:1（disbursement.batch.built）"),
    ("result_files", "result_files.csv缺少留痕所记的行result-file:1"),
    ("result_lines", "银行回执与其明细不符"),
    ("attachments", "attachments.csv缺少留痕所记的行case:1（trail.paper.attached）"),
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
    clerk = the_holder(Role.FINANCE_CLERK)
    with clock.at(date(2019, 1, 20)), transaction(COURT):
        recording.attach("case:1", file_name="回单.pdf", content=b"%PDF-1", court_code=COURT, actor=clerk)
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


def test_a_voucher_posted_past_the_guards_into_a_month_before_a_closed_one_is_found_out(live_app, folder):
    with clock.at(date(2018, 3, 9)):
        a_voucher("3.00", source=a_source().subject)
    months_closed(up_to=2)
    with clock.at(date(2019, 1, 8)):
        reopened("2018-02")
        a_voucher("4.00", source="source:1", day=date(2018, 2, 1))
    months_closed(since=2, up_to=6)
    verified(a_package(folder))
    with unguarded("vouchers"):
        pass
    gift = Posting(Movement.DONATION_RECEIVED, Account.FUND_BANK, Account.DONATION, yuan("5.00"), None, "source:1")
    day = date(2017, 12, 5)  # of the year before there is no closing that could tell of it
    how = {"summary": "捐赠", "attachments": 1, "hands": the_hands()}
    draft = posting.drafted("gift:1", [gift], business_date=day, posted_on=day, **how)
    with clock.at(date(2019, 1, 10)), transaction(COURT):
        posting.post_drafts([draft], court_code=COURT, actor=the_holder(Role.FINANCE_REVIEWER))
    with pytest.raises(DIFFERS, match="2017收0001：2018-06结账后又记入"):
        verified(a_package(folder))


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
