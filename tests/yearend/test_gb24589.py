"""公共档案.xml and 总账.xml: as the standard has them, and as the books are."""

from collections import defaultdict
from dataclasses import replace
from datetime import date
from decimal import Decimal
from xml.etree import ElementTree

import pytest
from lxml import etree
from sqlalchemy import select

from fundapp.cases.models import Party
from fundapp.cases.rules import PartyKind, masked_name
from fundapp.core import clock
from fundapp.core.db import db, transaction
from fundapp.core.errors import RuleViolation
from fundapp.core.money import yuan
from fundapp.core.tables import TABLES
from fundapp.ledger import queries as ledger_queries
from fundapp.ledger import service as ledger
from fundapp.ledger.rules import Movement, booked
from fundapp.users.models import User
from fundapp.yearend.standards import gb18030
from tests.builders.books import reversed_on
from tests.builders.cases import a_case
from tests.builders.ledger import a_voucher, how_posted
from tests.builders.people import COURT, OTHER_COURT, the_books
from tests.builders.standards import BOOKS, THE_YEAR, UNMASKED, YEAR, counted, written
from tests.builders.yearend import a_year
from tests.yearend.schema_gb24589 import document, faults, fits, local

ARCHIVE, LEDGER = "GB-T-24589/公共档案.xml", "GB-T-24589/总账.xml"
MONTHS = range(1, 13)


after_books = pytest.mark.parametrize("history", BOOKS.values(), ids=BOOKS, indirect=True)


def rows(data: bytes, name: str) -> list[dict[str, str]]:
    """The elements of a name, each as its fields."""
    return [
        {local(field): field.text or "" for field in element} for element in document(data) if local(element) == name
    ]


def a_told_voucher(summary: str, *, attachments: int = 1) -> None:
    the_books()
    how = how_posted() | {"summary": summary, "attachments": attachments}
    with transaction(COURT):
        ledger.post("told:1", [booked(Movement.APPROPRIATION_RECEIVED, yuan("5.00"), source="source:1")], **how)


# ---- the form


@pytest.mark.parametrize("path", [ARCHIVE, LEDGER])
@after_books
def test_elements_their_order_and_their_lengths_are_those_of_the_standard(app, path):
    for court in (COURT, OTHER_COURT):
        data, count = counted(path, court_code=court, scope=replace(THE_YEAR, court_codes=(COURT, OTHER_COURT)))
        assert faults(data) == []
        assert count == len(document(data))


def test_a_document_that_is_not_as_the_standard_says_is_found():
    def told(inner: str, root: str = "总账", number: str = "U02") -> bytes:
        head = f'<{root} xmlns="{gb18030.NAMESPACE}" xmlns:x="{gb18030.NAMESPACE}" x:locID="{number}">'
        return f'<?xml version="1.0" encoding="GB18030"?>{head}{inner}</{root}>'.encode("gb18030")

    account = "<科目编号>1001</科目编号><科目名称>现金</科目名称><科目级次>1</科目级次><科目类型>资产</科目类型>"
    whole = f"<会计科目>{account}<余额方向>借</余额方向></会计科目>"
    rules = "<会计科目编号规则>4</会计科目编号规则><现金流量项目编码规则>4</现金流量项目编码规则>"
    basics = f"<总账基础信息><结构分隔符>-</结构分隔符>{rules}</总账基础信息>"
    assert faults(told(basics + whole)) == []
    assert faults(told(whole, number="U01"))
    assert faults(told(whole + basics)), "the order of the elements"
    assert faults(told("<科目>1</科目>")), "an unknown element"
    assert faults(told(f"<会计科目>{account}</会计科目>")), "a field is missing"
    assert faults(told(f"<会计科目>{account}<余额方向>平</余额方向></会计科目>")), "another word"
    assert faults(told(f"<会计科目><余额方向>借</余额方向>{account}</会计科目>")), "the order of the fields"
    assert faults(told(whole.replace("<科目级次>1", "<科目级次>一"))), "not a number"
    assert faults(told(whole).replace(gb18030.NAMESPACE.encode(), b"urn:other"))
    assert faults(told(whole).replace(b"GB18030", b"gb18030"))


@pytest.mark.parametrize(
    ("text", "form", "is_right"),
    [
        ("a" * 60, "C..60!", True),
        ("a" * 61, "C..60!", False),
        ("", "C..60", True),
        ("", "C..60!", False),
        ("2018", "C4", True),
        ("201", "C4", False),
        ("20180229", "C8!", True),
        ("20181301", "C8!", False),
        ("-5.00", "D20.2!", True),
        ("5", "D20.2!", False),
        ("5.000", "D20.2!", False),
        ("1" * 19 + ".00", "D20.2!", False),
        ("9999", "I..4!", True),
        ("10000", "I..4!", False),
    ],
)
def test_forms_are_held_on_both_sides_of_their_limits(text, form, is_right):
    assert fits(text, form) is is_right


def test_only_a_parser_that_knows_gb18030_reads_it(app):
    a_voucher("1.00")
    data = written(LEDGER)
    assert local(etree.fromstring(data)) == "总账"
    with pytest.raises(ValueError, match="multi-byte encodings are not supported"):
        ElementTree.fromstring(data)  # noqa: S314 - our own bytes
    decoded = data.decode("gb18030").partition("?>")[2]
    root = ElementTree.fromstring(decoded)  # noqa: S314 - our own bytes
    assert root.tag == f"{{{gb18030.NAMESPACE}}}总账"


@after_books
def test_the_same_books_make_the_same_bytes_whenever_they_are_written(app):
    for path in (ARCHIVE, LEDGER):
        first = written(path)
        with clock.at(date(2031, 5, 5)):
            assert written(path) == first


# ---- characters


ODD = "㐀䶮𬱖㛃 ḿ \ue7c7 ︐ 龴 & <红> \"引\" '单'"


def test_rare_characters_survive_whatever_edition_of_gb18030_the_reader_knows(app):
    a_told_voucher(ODD)
    data = written(LEDGER)
    assert {row["记账凭证摘要"] for row in rows(data, "记账凭证")} == {ODD}
    for unsettled in ("ḿ", "\ue7c7", "︐", "龴"):
        assert f"&#x{ord(unsettled):X};".encode() in data


def test_every_character_that_editions_write_otherwise_stands_as_a_number():
    """Python writes the first edition, the parser reads a later one: where they differ, the text must not depend on
    it."""
    for start in range(0x20, 0x110000, 4096):
        text = "".join(chr(code) for code in range(start, min(start + 4096, 0x110000)) if not 0xD800 <= code <= 0xDFFF)
        text = gb18030.escaped(text)
        data = f'<?xml version="1.0" encoding="GB18030"?><a>{text}</a>'.encode("gb18030")
        assert etree.fromstring(data).text == etree.fromstring(f"<a>{text}</a>").text


def test_what_xml_cannot_hold_is_seen_to_have_been_there(app):
    a_told_voucher("甲\x01乙\r\n丙\t丁\ufffe戊")
    assert rows(written(LEDGER), "记账凭证")[0]["记账凭证摘要"] == "甲\ufffd乙 丙 丁\ufffd戊"
    assert gb18030.escaped("甲\ud800乙") == "甲\ufffd乙"


# ---- the books


@after_books
def test_every_balance_follows_from_the_month_before_and_the_lines_of_the_vouchers(app):
    data = written(LEDGER)
    moved: dict[tuple[str, ...], list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])
    for line in rows(data, "记账凭证"):
        sums = moved[key(line)]
        sums[0] += Decimal(line["借方本币金额"])
        sums[1] += Decimal(line["贷方本币金额"])
    reached: dict[tuple[str, ...], Decimal] = {}
    for row in rows(data, "科目余额及发生额"):
        part = key(row)[:-1]
        opening, closing = signed(row, "期初"), signed(row, "期末")
        assert opening == reached.get(part, opening)
        assert [Decimal(row["借方本币金额"]), Decimal(row["贷方本币金额"])] == moved.pop(key(row), [0, 0])
        assert closing == opening + Decimal(row["借方本币金额"]) - Decimal(row["贷方本币金额"])
        assert {row[f"{name}原币{what}"] == row[f"{name}本币{what}"] for name, what in SIDES} == {True}
        reached[part] = closing
    assert not {month for month, sums in moved.items() if sums != [0, 0]}


SIDES = (("期初", "余额"), ("期末", "余额"), ("借方", "金额"), ("贷方", "金额"))


def key(row: dict[str, str]) -> tuple[str, ...]:
    return (row["科目编号"], *(row.get(f"辅助项{n}编号", "") for n in (1, 2, 3)), row["会计期间号"])


def signed(row: dict[str, str], when: str) -> Decimal:
    amount = Decimal(row[f"{when}本币余额"])
    assert amount >= 0
    return amount if row[f"{when}余额方向"] == "借" else -amount


@after_books
def test_balances_add_up_to_the_trial_balance_account_by_account(app):
    data = written(LEDGER)
    opening: dict[str, Decimal] = defaultdict(Decimal)
    closing: dict[str, Decimal] = defaultdict(Decimal)
    seen = set()
    for row in rows(data, "科目余额及发生额"):
        account, part = row["科目编号"], key(row)[:-1]
        if part not in seen:
            opening[account] += signed(row, "期初")
            seen.add(part)
        if row["会计期间号"] == "12":
            closing[account] += signed(row, "期末")
    lines = ledger_queries.trial_balance([COURT], as_of=date(YEAR, 12, 31))
    assert lines
    for line in lines:
        account = line.account.value.replace(".", "")
        assert opening[account] == (line.opening_debit - line.opening_credit).amount, account
        assert closing[account] == (line.closing_debit - line.closing_credit).amount, account


@after_books
def test_the_reported_trial_balance_is_that_of_the_books(app):
    told = {row["报表项编号"]: Decimal(row["报表项数值"]) for row in rows(written(LEDGER), "报表项数据")}
    lines = ledger_queries.trial_balance([COURT], as_of=date(YEAR, 12, 31))
    assert len(told) == 6 * (len(lines) + 1)
    for line in lines:
        opening, closing = (line.opening_debit, line.opening_credit), (line.closing_debit, line.closing_credit)
        for at, amount in enumerate((*opening, line.debit, line.credit, *closing), 1):
            assert told[f"{line.account.value.replace('.', '')}-{at}"] == amount.amount
    for first in (1, 3, 5):
        assert told[f"合计-{first}"] == told[f"合计-{first + 1}"]


def test_red_ink_is_negative_on_the_sides_of_its_original(app):
    wrong = a_voucher("300.00", day=date(YEAR, 3, 1), source="source:1")
    reversed_on(wrong, date(YEAR, 3, 2))
    lines = rows(written(LEDGER), "记账凭证")
    shown = [(row["科目编号"], row["借方本币金额"], row["贷方本币金额"]) for row in lines]
    original, red = shown[:2], shown[2:]
    assert original == [("100201", "300.00", "0.00"), ("4001", "0.00", "300.00")]
    assert red == [("100201", "-300.00", "0.00"), ("4001", "0.00", "-300.00")]


def test_each_line_says_who_signed_which_voucher_when(app):
    voucher = a_voucher("300.00", day=date(YEAR, 3, 1), source="source:1")
    first, second = rows(written(LEDGER), "记账凭证")
    told = {
        "记账凭证日期": "20180301", "会计年度": "2018", "会计期间号": "3", "记账凭证类型编号": "收",
        "记账凭证编号": "收0001", "记账凭证摘要": "试记一笔", "附件数": "1", "记账标志": "1", "作废标志": "0",
        "制单人": name_of(voucher.prepared_by_id), "审核人": name_of(voucher.reviewed_by_id),
        "记账人": name_of(voucher.booked_by_id),
    }  # fmt: skip
    for line in (first, second):
        assert {name: line[name] for name in told} == told
    assert [line["记账凭证行号"] for line in (first, second)] == ["1", "2"]
    assert first["辅助项2编号"] == "source:1" and "辅助项2编号" not in second


def name_of(user_id: int) -> str:
    return db.session.get_one(User, user_id).name


def test_the_archive_names_what_the_ledger_cites(app):
    a_year()
    archive, told = written(ARCHIVE), written(LEDGER)
    values = {(row["档案编码"], row["档案值编码"]) for row in rows(archive, "自定义档案值")}
    cited = {
        (str(n), row[f"辅助项{n}编号"]) for row in rows(told, "记账凭证") for n in (1, 2, 3) if f"辅助项{n}编号" in row
    }
    assert {number for number, _ in cited} == {"1", "2", "3"}
    assert cited <= values
    accounts = {row["科目编号"] for row in rows(told, "会计科目")}
    assert {row["科目编号"] for row in rows(told, "记账凭证")} <= accounts
    divided = {(row["科目编号"], row["辅助项编号"]) for row in rows(told, "科目辅助核算")}
    assert {
        (row["科目编号"], str(n)) for row in rows(told, "记账凭证") for n in (1, 2, 3) if f"辅助项{n}编号" in row
    } <= divided
    kinds = {row["记账凭证类型编号"] for row in rows(archive, "记账凭证类型")}
    assert kinds == {"收", "付", "转"}
    staff = {row["员工姓名"] for row in rows(archive, "员工档案")}
    assert {row["制单人"] for row in rows(told, "记账凭证")} <= staff


def test_persons_are_masked_unless_the_scope_says_otherwise(app):
    a_year()
    people = [one for one in db.session.scalars(select(Party)) if one.kind is PartyKind.PERSON]
    masked, whole = (
        (written(ARCHIVE, scope=scope) + written(LEDGER, scope=scope)).decode("gb18030")
        for scope in (THE_YEAR, UNMASKED)
    )
    debtors = [one.name for one in people if one.role.value == "debtor"]
    assert debtors and all(name in whole for name in debtors)
    assert not [one.name for one in people if one.name in masked]


def test_a_value_that_the_standard_has_no_room_for_is_refused_by_name(app):
    a_told_voucher("附件太多", attachments=10000)
    with pytest.raises(RuleViolation, match="“记账凭证”第1行的“附件数”"):
        written(LEDGER)


def test_books_without_a_voucher_are_written_too(app):
    the_books()
    assert faults(written(LEDGER)) == faults(written(ARCHIVE)) == []
    assert not rows(written(LEDGER), "记账凭证")


def test_a_summary_reads_as_in_the_table_of_vouchers(app):
    a_year()
    (vouchers,) = [table for table in TABLES if table.name == "vouchers"]
    keys = [column.key for column in vouchers.columns]
    listed = {row[keys.index("cited")]: row[keys.index("summary")] for row in vouchers.rows(THE_YEAR) if row[2] == YEAR}
    told = {f"{YEAR}{row['记账凭证编号']}": row["记账凭证摘要"] for row in rows(written(LEDGER), "记账凭证")}
    assert told == listed
    assert any("*" in summary for summary in told.values())


def test_the_persons_of_every_case_of_a_voucher_are_masked(app):
    cases = [a_case(), a_case()]
    names = [case.creditors[0].name for case in cases]
    how = how_posted() | {"summary": f"到账：{names[0]}、{names[1]}"}
    moved = [booked(Movement.CASE_MONEY_RECEIVED, yuan("5.00"), case=case.subject) for case in cases]
    the_books()
    with transaction(COURT):
        ledger.post("told:2", moved, **how)
    (told,) = {row["记账凭证摘要"] for row in rows(written(LEDGER), "记账凭证")}
    assert told == f"到账：{masked_name(names[0])}、{masked_name(names[1])}"
    (whole,) = {row["记账凭证摘要"] for row in rows(written(LEDGER, scope=UNMASKED), "记账凭证")}
    assert whole == how["summary"]
