"""What auditing adds to the audit package: samples, findings and their steps; of notes only that they were written."""

import csv
import io
import zipfile
from dataclasses import replace
from datetime import date, timedelta

from sqlalchemy import select

from fundapp.cases.rules import masked_name
from fundapp.cases.tables import masked_remarks
from fundapp.core import clock
from fundapp.core.db import db
from fundapp.core.digests import digest_of
from fundapp.core.tables import TABLES, Scope
from fundapp.disbursement.models import BatchLine
from fundapp.users.rules import Role
from fundapp.yearend import checker
from tests.builders.advances import an_advance, signed
from tests.builders.auditing import (
    a_finding,
    a_full_payment,
    a_note,
    a_population,
    a_sample,
    answered,
    proved,
    put_right,
)
from tests.builders.people import COURT
from tests.builders.yearend import InMemory, a_package, told_again, unpacked, verified

TODAY, AFTERWARDS = date(2018, 12, 20), date(2019, 1, 7)


def rows(files: dict[str, bytes], name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(files[f"csv/{name}.csv"].decode("utf-8-sig"))))


# What somebody takes out or writes anew of what the auditors did after the year, and what the checker says.
DEEDS = (
    ("findings", "title", "没有问题", "findings.csv：与内容校验码不符"),
    ("finding_steps", "text", "改写", "finding_steps.csv：与内容校验码不符"),
    ("findings", "digest", "x", "findings.csv finding:1：与留痕不符"),
    ("findings", "severity", "minor", "findings.csv finding:1：与留痕不符"),
    ("findings", "recorded_by", "user0", "findings.csv finding:1：与留痕不符"),
    ("findings", None, None, "findings.csv缺少留痕所记的行finding:1"),
    ("finding_steps", None, None, "finding_steps.csv缺少留痕所记的行finding:1"),
    ("finding_steps", "responsible_id", "999", "finding_steps.csv finding:1：与留痕不符"),
    ("notes", None, None, "notes.csv缺少留痕所记的行note:1"),
    ("notes", "digest", "x", "notes.csv note:1：与留痕不符"),
    ("samples", None, None, "samples.csv缺少留痕所记的行sample:1"),
    ("samples", "size", "3", "样本1：与抽取时的校验码不符"),
    ("sample_items", None, None, "样本1：与抽取时的校验码不符"),
    ("sample_items", "amount", "1.00", "样本1：与抽取时的校验码不符"),
)


def found_wrong(files: dict[str, bytes], table: str, column: str | None, value: str | None) -> str:
    """What the checker says when the first row of a table is gone, or a cell of it written anew."""
    header, first, *rest = csv.reader(io.StringIO(files[name := f"csv/{table}.csv"].decode("utf-8-sig")))
    if column:
        first[header.index(column)] = value or ""
    text = io.StringIO()
    csv.writer(text).writerows([header, *([first] if column else []), *rest])
    try:
        checker.check(InMemory(told_again(files | {name: text.getvalue().encode("utf-8-sig")})))
    except checker.Difference as difference:
        return str(difference)
    return ""


def test_a_package_holds_samples_and_findings_and_of_notes_the_digest(app, tmp_path):
    with clock.at(TODAY):
        one, *_others = a_population("3000.00", "4000.00", "5000.00")
    with clock.at(AFTERWARDS):
        sample = a_sample(purpose="年末抽查")
        finding = put_right(proved(answered(a_finding(one.cited, due_on=AFTERWARDS + timedelta(days=5)))))
        note = a_note(one.subject, "与对账单核对，金额相符")
        kept = (sample.digest, sample.item_count, [item.subject for item in sample.items], finding.cited, note.text)
    data = a_package(tmp_path)
    assert any("表间勾稽" in told for told in verified(data)), "the checker came to its end"
    files = unpacked(data)
    digest, count, subjects, cited, text = kept
    [drawn] = rows(files, "samples")
    assert (drawn["digest"], drawn["seed"], drawn["item_count"]) == (digest, "2018", str(count))
    assert [(row["place"], row["record"]) for row in rows(files, "sample_items")] == [
        (str(place), subject) for place, subject in enumerate(subjects, 1)
    ]
    [found] = rows(files, "findings")
    assert (found["number"], found["court_code"], found["records"]) == (cited, COURT, one.subject)
    assert [row["kind"] for row in rows(files, "finding_steps")] == ["measure", "evidence", "closed"]
    [noted] = rows(files, "notes")
    assert (noted["record"], noted["digest"]) == (one.subject, digest_of([text]))
    assert not [name for name, content in files.items() if name.startswith("csv/") and text.encode() in content]
    for table, column, value, said in DEEDS:
        wrong = found_wrong(files, table, column, value)
        assert said in wrong, (table, column, wrong)


def test_what_people_wrote_names_no_party_of_the_record_in_any_table(app):
    """Every column in which somebody writes, of a row about the payment, whichever way the table says so."""
    advance = a_full_payment()
    finding = a_finding(advance.cited)
    [line] = db.session.scalars(select(BatchLine.id))
    numbers = {"case": advance.case_id, "advance": advance.id, "finding": finding.id, "batch-line": line}
    numbers["voucher"] = advance.payment.voucher_id
    written = f"{advance.creditor.name}（{advance.creditor.identity}，13873051234）"
    tables = [table for table in TABLES if any(column.kind == "remark" for column in table.columns)]
    assert len(tables) > 15
    for table in tables:
        row = tuple(
            (numbers.get(table.about[column.key]) or advance.subject)
            if column.key in table.about
            else written
            if column.kind == "remark"
            else None
            for column in table.columns
        )
        [told] = masked_remarks(Scope((COURT,), 2018), table, [row])
        [whole] = masked_remarks(Scope((COURT,), 2018), replace(table, about={}), [row])
        for column, cell, unrelated in zip(table.columns, told, whole, strict=True):
            if column.kind == "remark":
                assert "1387305" not in cell and advance.creditor.identity not in cell, (table.name, column.key)
                assert (advance.creditor.name not in cell) is bool(table.about), (table.name, column.key)
                assert advance.creditor.name in unrelated, "a name is known by the record alone"


def test_a_masked_package_masks_what_was_written_and_an_unmasked_one_does_not(app, tmp_path):
    """A finding, an opinion, the reason of a request and the name of a paper; the sealed trail has them as they are."""
    with clock.at(TODAY):
        advance = a_full_payment()
        name = advance.creditor.name
        finding = a_finding(advance.cited, title=f"关于{name}", description=f"{name}的电话13873051234无人接听")
        answered(finding)
        waiting = signed(an_advance("3000.00"), Role.BUREAU_DIRECTOR, opinion="请")
        signed(waiting, Role.FINANCE_REVIEWER, opinion=f"{waiting.creditor.name}符合条件")
        names = {name, waiting.creditor.name}
    masked = unpacked(data := a_package(tmp_path))
    assert verified(data)
    [found] = rows(masked, "findings")
    assert found["title"] == f"关于{masked_name(name)}" and "138****1234" in found["description"]
    assert any(masked_name(name) in row["file_name"] for row in rows(masked, "attachments"))
    assert any(masked_name(waiting.creditor.name) in row["opinion"] for row in rows(masked, "decisions"))
    for file, content in masked.items():
        if file.startswith("csv/") and file != "csv/trail.csv":
            assert not [one for one in names if one in content.decode()], file
    for workbook in ("auditing", "fund"):
        assert name not in strings(masked[f"xlsx/{workbook}.xlsx"])
    assert "不作脱敏" in masked["README.txt"].decode()
    unmasked = unpacked(a_package(tmp_path, is_unmasked=True))
    [found] = rows(unmasked, "findings")
    assert found["title"] == f"关于{name}" and "13873051234" in found["description"]
    assert "decisions.csv advance:1：与留痕不符" in found_wrong(masked, "decisions", "opinion", "不同*")
    assert "findings.csv finding:1：与留痕不符" in found_wrong(masked, "findings", "severity", "*"), "no remark"
    assert "decisions.csv advance:1：与留痕不符" in found_wrong(unmasked, "decisions", "opinion", "同*")
    assert "findings.csv：与内容校验码不符" in found_wrong(unmasked, "findings", "title", "关于*")


def strings(workbook: bytes) -> str:
    """All texts of a workbook."""
    with zipfile.ZipFile(io.BytesIO(workbook)) as archive:
        return "".join(archive.read(name).decode() for name in archive.namelist() if name.endswith(".xml"))
