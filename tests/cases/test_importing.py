"""Importing a list: every rejected row with its cells and reasons, nothing half done, safe to repeat, quick."""

import io
import time
import zipfile
from datetime import date

import pytest
from sqlalchemy import func, select, text

from fundapp.cases import queries, service
from fundapp.cases.models import Case, CaseImport
from fundapp.cases.rules import COLUMNS, HEADERS, CaseStatus, PartyKind
from fundapp.cases.sheets import rejected_sheet, template_sheets
from fundapp.core.db import db, transaction
from fundapp.core.errors import NotFound, RuleViolation
from fundapp.core.money import yuan
from fundapp.core.spreadsheet import Sheet, SheetColumn, read_table, write_csv, xlsx_bytes
from fundapp.story import people
from fundapp.trail import queries as trail
from fundapp.trail.rules import Event
from fundapp.users.rules import Role
from tests.builders.cases import a_case
from tests.builders.people import COURT, OTHER_COURT, a_user, the_holder

SCOPE = frozenset({COURT})
KINDS = {"claim": "money", "filed_on": "day", "property_searched_on": "day", "undertaking_on": "day"}


def a_row(serial, **cells):
    """A good row; synthetic persons by the serial."""
    creditor, debtor = people.person(2 * serial), people.person(2 * serial + 1)
    return {
        "number": f"（2018）{COURT}执{serial}号",
        "filed_on": date(2018, 1, 15),
        "category": "劳动报酬",
        "claim": yuan("16409.02"),
        "status": "执行中",
        "property_searched_on": date(2018, 2, 1),
        "is_in_bankruptcy": "否",
        "is_in_settlement": None,
        "creditor_name": creditor.name,
        "creditor_kind": "自然人",
        "creditor_identity": creditor.identity,
        "creditor_phone": creditor.phone,
        "bank": creditor.bank,
        "account_kind": "银行卡",
        "account_number": creditor.account,
        "undertaking_on": date(2018, 3, 1),
        "debtor_name": debtor.name,
        "debtor_kind": "自然人",
        "debtor_identity": debtor.identity,
        "debtor_phone": None,
    } | cells


def sheet_of(rows, kinds=KINDS, title="案件"):
    columns = [SheetColumn(column.header, kinds.get(column.key, "text")) for column in COLUMNS]
    return Sheet(title, columns, [[row.get(column.key) for column in COLUMNS] for row in rows])


def an_xlsx(rows, kinds=KINDS):
    return xlsx_bytes([sheet_of(rows, kinds)])


def a_csv(rows, encoding="utf-8-sig"):
    target = io.BytesIO()
    write_csv(target, sheet_of(rows))
    return target.getvalue().decode("utf-8-sig").encode(encoding)


def run(data, name="cases.xlsx", *, actor=None, is_dry_run=False, **more):
    actor = actor or the_holder(Role.CASE_HANDLER)
    with transaction(COURT):
        return service.run_import(data, name, court_code=COURT, is_dry_run=is_dry_run, actor=actor, **more)


def letter(key):
    return "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[list(HEADERS).index(key)]


def test_good_rows_become_cases_with_sealed_parties_and_unverified_accounts(app):
    firm = people.organisation(7)
    rows = [
        a_row(1),
        a_row(2, debtor_kind="单位", debtor_name=firm.name, debtor_identity=firm.identity, is_in_bankruptcy="是"),
        a_row(3, bank=None, account_kind=None, account_number=None, undertaking_on=None, property_searched_on=None),
    ]
    result = run(an_xlsx(rows))
    assert (result.new, result.known, result.rejected) == (3, 0, [])
    first, second, third = (queries.case_numbered(row["number"], SCOPE) for row in rows)
    assert (first.claim, first.filed_on, first.status) == (yuan("16409.02"), date(2018, 1, 15), CaseStatus.IN_PROGRESS)
    [creditor] = first.creditors
    assert (creditor.identity, creditor.phone) == (rows[0]["creditor_identity"], rows[0]["creditor_phone"])
    assert (creditor.account.holder, creditor.account.verified_on) == (creditor.name, None)
    assert creditor.undertaking_on == date(2018, 3, 1) and first.import_id == result.import_id
    assert second.is_in_bankruptcy and second.debtors[0].kind is PartyKind.ORGANISATION
    assert third.creditors[0].account is None and third.property_searched_on is None
    [entry] = trail.history(f"case-import:{result.import_id}")
    assert entry.event is Event.CASES_IMPORTED
    assert {name: entry.told[name] for name in ("new", "known", "rejected")} == {
        "new": "3", "known": "0", "rejected": "0",
    }  # fmt: skip
    stored = str(db.session.execute(text("select * from case_imports")).all())
    assert rows[0]["creditor_identity"] not in stored and rows[0]["creditor_name"] not in stored


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8", "gb18030"])
def test_csv_files_of_either_encoding_are_read(app, encoding):
    assert run(a_csv([a_row(1), a_row(2)], encoding), "案件.csv").new == 2


WRONG_CELLS = [
    ("number", "（2018）湘0603执1号", "不是本院的“湘0602”"),
    ("number", "（2018）湘0602执保1号", "只登记“执”和“执恢”"),
    ("number", None, "“案号”没有填写"),
    ("filed_on", None, "不是有效的日期"),
    ("filed_on", "2018-13-01", "不是有效的日期"),
    ("filed_on", "2999-01-01", "立案日期晚于今天"),
    ("filed_on", "2017-12-31", "早于案号中的2018年"),
    ("category", "借钱", "以下之一：劳动报酬"),
    ("claim", None, "执行标的应为大于0"),
    ("claim", "0", "应大于0元"),
    ("claim", "-1", "执行标的应为大于0"),
    ("claim", "NaN", "执行标的应为大于0"),
    ("claim", "1e3", "执行标的应为大于0"),
    ("claim", "0.001", "执行标的应为大于0"),
    ("status", "办理中", "以下之一：执行中"),
    ("property_searched_on", "昨天", "不是有效的日期"),
    ("is_in_bankruptcy", "可能", "请填写“是”或“否”"),
    ("creditor_name", None, "“申请执行人”没有填写"),
    ("creditor_name", "张\ufffd", "乱码"),
    ("creditor_kind", "法人", "以下之一：自然人、单位"),
    ("creditor_identity", "430602190102030010", "校验位不正确"),
    ("creditor_identity", "43060219010203001", "应为18位"),
    ("creditor_phone", "12345678901", "电话号码应为"),
    ("bank", None, "“开户银行”没有填写"),
    ("account_kind", "支付宝", "以下之一：银行卡"),
    ("account_number", "123", "银行卡号应为16至19位"),
    ("undertaking_on", "2999-01-01", "承诺书签署日期晚于今天"),
    ("debtor_identity", people.person(2).identity, "出现两次"),
    ("parent_number", "（2018）湘0602执9号", "只有恢复执行"),
    ("legacy_number", "旧", "旧案号格式不正确"),
]


def test_every_rejected_row_names_its_cell_and_a_reason_without_the_value(app):
    texts = dict.fromkeys(HEADERS, "text")
    rows = [a_row(1, claim="1", **{key: value}) if key != "claim" else a_row(1, claim=value)
            for key, value, _ in WRONG_CELLS]  # fmt: skip
    result = run(an_xlsx([a_row(0, claim="1"), *rows], texts))
    assert len(result.rejected) == len(WRONG_CELLS) + 1  # and the first row: there is no case number 0
    for number, (key, value, told) in enumerate(WRONG_CELLS, start=3):
        row = result.rejected[number - 2]
        assert (row.row, row.cell) == (number, f"{letter(key)}{number}"), row.reason
        assert told in row.reason
        if key.endswith(("name", "identity", "phone")) and value:
            assert value not in row.reason
    assert db.session.scalar(select(Case)) is None


def test_all_faults_of_a_row_are_told_at_once(app):
    [row] = run(an_xlsx([a_row(1, category="?", creditor_phone="1", status=None)])).rejected
    assert row.cell == "C2、E2、L2"
    assert "劳动报酬" in row.reason and "电话号码" in row.reason and "“案件状态”没有填写" in row.reason


def test_numbers_that_excel_turned_into_figures_are_refused_with_the_cell_named(app):
    number = int(people.person(2).identity[:-1] + "0")
    rows = [a_row(1, creditor_identity=number), a_row(2, account_number=6222020000000000)]
    kinds = KINDS | {"creditor_identity": "number"}
    [row] = run(an_xlsx(rows[:1], kinds)).rejected
    assert row.cell == "K2" and "单元格K2的号码已被 Excel 改成数值" in row.reason
    [row] = run(an_xlsx(rows[1:], KINDS | {"account_number": "number"})).rejected
    assert row.cell == "O2" and "已被 Excel 改成数值" in row.reason


def test_good_rows_enter_though_others_are_rejected_and_the_rest_follows_corrected(app):
    rows = [a_row(1), a_row(2, creditor_identity="430602190102030010"), a_row(3)]
    first = run(an_xlsx(rows))
    assert (first.new, [row.row for row in first.rejected]) == (2, [3])
    table = read_table(xlsx_bytes([rejected_sheet(first.rejected)]), "rejected.xlsx")
    assert table.headers[-2:] == ["错误单元格", "原因"]
    values = {header: cell.value for header, cell in zip(table.headers, table.rows[0].cells, strict=True)}
    assert values["错误单元格"] == "K3" and values["案号"] == rows[1]["number"] and values["执行标的"] == "16409.02"
    corrected = values | {"申请执行人证件号码": people.person(4).identity}
    sheet = Sheet("更正", [SheetColumn(header) for header in corrected], [list(corrected.values())])
    assert run(xlsx_bytes([sheet])).new == 1


def test_repeating_a_file_changes_nothing_and_a_changed_row_is_refused(app):
    rows = [a_row(1), a_row(2)]
    run(an_xlsx(rows))
    again = run(an_xlsx(rows))
    assert (again.new, again.known, again.rejected) == (0, 2, [])
    changed = [a_row(1, claim=yuan("1.00"), status="执行完毕"), a_row(2, creditor_phone="13000001111")]
    result = run(an_xlsx(changed))
    assert (result.new, result.known) == (0, 0)
    assert "不一致：执行标的、案件状态。" in result.rejected[0].reason
    assert "不一致：申请执行人电话。" in result.rejected[1].reason
    other = run(an_xlsx([a_row(1, debtor_identity=people.person(99).identity, account_number=people.card(77))]))
    assert "不一致：收款账号、被执行人证件号码。" in other.rejected[0].reason
    later = run(an_xlsx([a_row(1, creditor_name="别人", undertaking_on=None, account_number=people.person(2).account)]))
    assert "不一致：申请执行人、承诺书签署日期。" in later.rejected[0].reason
    assert db.session.scalar(select(func.count()).select_from(Case)) == 2


def test_a_number_twice_in_a_file_is_taken_once(app):
    result = run(an_xlsx([a_row(1), a_row(1), a_row(2, number="(2018)湘0602执1号")]))
    assert result.new == 1
    assert ["与第2行重复" in row.reason for row in result.rejected] == [True, True]


def test_resumed_cases_are_linked_to_cases_of_the_register_or_of_the_file(app):
    old = a_case()
    rows = [
        a_row(1, number=f"（2018）{COURT}执恢1号", parent_number=f"（2018）{COURT}执700号"),
        a_row(2, number=f"（2018）{COURT}执恢2号", parent_number=old.number),
        a_row(3, number=f"（2018）{COURT}执恢3号", parent_number=f"（2018）{COURT}执999999号"),
        a_row(4, number=f"（2018）{COURT}执恢4号", legacy_number="(2015)楼执字第00123号"),
        a_row(5, number=f"（2018）{COURT}执700号"),
    ]
    result = run(an_xlsx(rows))
    assert result.new == 4
    [rejected] = result.rejected
    assert (rejected.row, rejected.cell) == (4, f"{letter('parent_number')}4") and "尚未登记" in rejected.reason
    assert (
        queries.case_numbered(rows[0]["number"], SCOPE).parent_id == queries.case_numbered(rows[4]["number"], SCOPE).id
    )
    assert queries.case_numbered(rows[1]["number"], SCOPE).parent_id == old.id


def test_a_dry_run_registers_nothing_and_is_finished_from_the_kept_file(app):
    actor = the_holder(Role.CASE_HANDLER)
    tried = run(an_xlsx([a_row(1), a_row(2, status="?")]), is_dry_run=True)
    assert (tried.new, len(tried.rejected)) == (1, 1)
    assert db.session.scalar(select(Case)) is None
    kept = queries.case_import(tried.import_id, SCOPE)
    assert kept.content is not None and not kept.is_done
    with transaction(COURT):
        result = service.finish_import(tried.import_id, actor=actor)
    assert (result.import_id, result.new, len(result.rejected)) == (tried.import_id, 1, 1)
    assert kept.is_done and kept.content is None and kept.rejects is not None
    assert [entry.event for entry in trail.history(kept.subject)] == [Event.CASES_CHECKED, Event.CASES_IMPORTED]
    with pytest.raises(RuleViolation, match="已经正式导入"), transaction(COURT):
        service.finish_import(tried.import_id, actor=actor)
    with transaction(COURT):
        rows = service.rejected_rows(tried.import_id, actor=actor)
    assert [row.row for row in rows] == [3] and rows == result.rejected
    assert trail.history(kept.subject)[-1].event is Event.LIST_EXPORTED


def test_a_later_trial_gives_up_the_earlier_one(app):
    actor = the_holder(Role.CASE_HANDLER)
    first = run(an_xlsx([a_row(1, status="?")]), is_dry_run=True)
    run(an_xlsx([a_row(1)]), is_dry_run=True)
    with pytest.raises(RuleViolation, match="不再保存"), transaction(COURT):
        service.finish_import(first.import_id, actor=actor)
    with pytest.raises(RuleViolation, match="没有保存未通过的行"), transaction(COURT):
        service.rejected_rows(first.import_id, actor=actor)


def test_an_import_is_the_own_courts(app):
    stranger = a_user(Role.CASE_HANDLER, court_code=OTHER_COURT)
    with pytest.raises(RuleViolation, match="只能办理本院的事项"):
        run(an_xlsx([a_row(1)]), actor=stranger)
    tried = run(an_xlsx([a_row(1)]), is_dry_run=True)
    with pytest.raises(NotFound), transaction(OTHER_COURT):
        service.finish_import(tried.import_id, actor=stranger)


def test_the_sheet_named_by_the_courts_code_is_read(app):
    other = a_row(1, number="（2018）湘0603执1号")
    data = xlsx_bytes([sheet_of([other], title=OTHER_COURT), sheet_of([a_row(1)], title=COURT)])
    assert run(data).new == 1
    with pytest.raises(RuleViolation, match="没有名为“湘0681”的工作表"):
        run(data, sheet="湘0681")


def test_files_that_cannot_be_taken_are_refused_whole_and_nothing_is_kept(app):
    the_holder(Role.CASE_HANDLER)
    good = an_xlsx([a_row(1)])
    fewer = [column for column in COLUMNS if column.key not in ("claim", "debtor_phone")]
    missing = xlsx_bytes([Sheet("案件", [SheetColumn(column.header) for column in fewer], [["x"] * len(fewer)])])
    twice = [*COLUMNS, COLUMNS[0]]
    double = xlsx_bytes([Sheet("案件", [SheetColumn(column.header) for column in twice], [["x"] * len(twice)])])
    for data, name, told in [
        (missing, "a.xlsx", "表头缺少以下列：执行标的、被执行人电话"),
        (double, "a.xlsx", "出现两次：案号"),
        (good, "a.xlsm", "宏"),
        (with_member(good, "xl/vbaProject.bin", b"macro"), "a.xlsx", "含有宏"),
        (with_member(good, "xl/media/zeros.bin", bytes(90 * 1024**2)), "a.xlsx", "展开后过大"),
        (b"x" * (11 * 1024**2), "a.csv", "超过10MB"),
        (b"%PDF-1.7", "a.xlsx", "不是 .xlsx"),
        (b"", "a.xlsx", "文件是空的"),
        (good, "a.pdf", "只接受"),
    ]:
        with pytest.raises(RuleViolation, match=told):
            run(data, name)
    assert db.session.scalar(select(CaseImport)) is None


def with_member(data, name, content):
    target = io.BytesIO(data)
    with zipfile.ZipFile(target, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return target.getvalue()


def test_a_years_list_is_imported_and_repeated_in_seconds(app):
    data = an_xlsx([a_row(serial) for serial in range(1, 1093)])
    started = time.perf_counter()
    assert run(data).new == 1092
    assert run(data).known == 1092
    assert time.perf_counter() - started < 20, "1,092 rows take a second or two, on a busy machine a few"


def test_the_template_has_our_columns_and_says_what_they_want():
    [empty, told] = template_sheets()
    assert [column.header for column in empty.columns] == list(HEADERS.values())
    assert [row[0] for row in told.rows] == list(HEADERS.values())


def test_the_command_tells_counts_and_rejected_rows_and_ends_with_their_status(app, runner, tmp_path):
    the_holder(Role.CASE_HANDLER)
    path = tmp_path / "cases.xlsx"
    path.write_bytes(an_xlsx([a_row(1), a_row(2, status="?")]))
    done = runner.invoke(args=["cases", "import", str(path), "--court", COURT, "--dry-run"])
    assert done.exit_code == 1 and "新登记 1  已登记 0  未通过 1" in done.output
    assert "第3行  E3" in done.output and "以下之一：执行中" in done.output
    assert read_table((tmp_path / "cases.xlsx.rejected.xlsx").read_bytes(), "r.xlsx").rows[0].cells[0].value
    assert db.session.scalar(select(Case)) is None
    path.write_bytes(an_xlsx([a_row(1)]))
    done = runner.invoke(args=["cases", "import", str(path), "--court", COURT])
    assert done.exit_code == 0 and "新登记 1  已登记 0  未通过 0" in done.output
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(Case)) == 1
    for args, told in [
        ([str(path), "--court", "湘9999"], "没有代字为“湘9999”的法院"),
        ([str(tmp_path / "none.xlsx"), "--court", COURT], "does not exist"),
    ]:
        refused = runner.invoke(args=["cases", "import", *args])
        assert refused.exit_code != 0 and told in refused.output
