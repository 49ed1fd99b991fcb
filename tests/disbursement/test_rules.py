"""What disbursement knows before any database."""

import csv
import hashlib
import io
from dataclasses import replace
from datetime import date, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fundapp.core.errors import RuleViolation
from fundapp.core.money import bare, from_fen, yuan
from fundapp.core.spreadsheet import Cell, Row, Table, read_table
from fundapp.disbursement import rules
from fundapp.disbursement.rules import (
    LINE_NEXT,
    NEXT,
    PAYMENT_HEADERS,
    RESULT_HEADERS,
    RESULT_WORDS,
    BatchStatus,
    LineStatus,
    Order,
    Payer,
    Reported,
    Sent,
    Unreadable,
)

TODAY = date(2018, 3, 9)
SENT_ON = date(2018, 3, 7)
PAYER = Payer(bank="工商银行测试支行", holder="测试人民法院", number="1907010009022100456")
ORDER = Order(
    sequence=1,
    advance="advance:17",
    approved_digest="ab" * 32,
    case_number="（2018）湘0602执17号",
    payee="张三",
    bank="农业银行测试支行",
    account_number="6228480402564890018",
    amount=yuan("8000.00"),
)
KEY = "FF2018-001-0001"
TOLD = {
    "自定义序号": KEY,
    "收款账号": "6228480402564890018",
    "收款账号名称": "张三",
    "金额": "8,000.00",
    "处理结果": "成功",
    "交易流水号": "BK0001",
    "交易日期": "20180308",
    "失败原因": "",
}
REPORTED = Reported(
    row=2,
    key=KEY,
    account="6228480402564890018",
    payee="张三",
    amount=yuan("8000.00"),
    outcome=LineStatus.PAID,
    reference="BK0001",
    paid_on=date(2018, 3, 8),
)
SENT = Sent(
    account="6228480402564890018",
    account_mask="6228 **** **** 0018",
    payee="张三",
    amount=yuan("8000.00"),
    status=LineStatus.WAITING,
    sent_on=SENT_ON,
)

# -------------------------------------------------------------------------------------------------------------- moves


@pytest.mark.parametrize(("current", "target"), list(product(BatchStatus, BatchStatus)))
def test_a_batch_moves_only_as_its_table_says(current, target):
    if target in NEXT[current]:
        rules.check_move(current, target)
    else:
        with pytest.raises(RuleViolation, match="刷新页面"):
            rules.check_move(current, target)


@pytest.mark.parametrize(("current", "target"), list(product(LineStatus, LineStatus)))
def test_a_line_moves_only_as_its_table_says(current, target):
    if target in LINE_NEXT[current]:
        rules.check_line_move(current, target)
    else:
        with pytest.raises(RuleViolation, match="刷新页面"):
            rules.check_line_move(current, target)


def test_what_the_bank_may_have_is_never_taken_back_or_sent_again():
    assert BatchStatus.CANCELLED not in NEXT[BatchStatus.SENT]
    assert LineStatus.WAITING not in LINE_NEXT[LineStatus.UNKNOWN]
    assert LineStatus.CANCELLED not in LINE_NEXT[LineStatus.UNKNOWN]


def test_every_status_has_its_moves():
    assert set(NEXT) == set(BatchStatus)
    assert set(LINE_NEXT) == set(LineStatus)


# ------------------------------------------------------------------------------------------------------------- checks


def test_the_builder_does_not_sign():
    rules.check_other_hand(1, 2)
    with pytest.raises(RuleViolation, match="编制人不能签发"):
        rules.check_other_hand(1, 1)


@pytest.mark.parametrize(
    ("advance_ids", "complaint"),
    [
        ([], "至少选择一笔"),
        ([7, 7], "出现了两次"),
        (list(range(rules.MOST_LINES)), None),
        (list(range(rules.MOST_LINES + 1)), "最多500笔"),
        ([7], None),
    ],
)
def test_a_batch_takes_each_advance_once_and_not_too_many(advance_ids, complaint):
    if complaint is None:
        rules.check_choice(advance_ids)
    else:
        with pytest.raises(RuleViolation, match=complaint):
            rules.check_choice(advance_ids)


@pytest.mark.parametrize(
    ("days", "complaint"), [(-1, "不能早于今天"), (0, None), (30, None), (31, "不能晚于今天起30天")]
)
def test_the_bank_is_given_a_day_it_can_keep(days, complaint):
    day = TODAY + timedelta(days=days)
    if complaint is None:
        rules.check_payment_day(day, today=TODAY)
    else:
        with pytest.raises(RuleViolation, match=complaint):
            rules.check_payment_day(day, today=TODAY)


@pytest.mark.parametrize(
    ("outcome", "paid_on", "actor_id", "complaint"),
    [
        (LineStatus.PAID, SENT_ON, 2, None),
        (LineStatus.PAID, TODAY, 2, None),
        (LineStatus.PAID, SENT_ON - timedelta(days=1), 2, "2018-03-07.*2018-03-09"),
        (LineStatus.PAID, TODAY + timedelta(days=1), 2, "2018-03-07.*2018-03-09"),
        (LineStatus.PAID, None, 2, "请填写银行书面答复中的付款日期"),
        (LineStatus.FAILED, None, 2, None),
        (LineStatus.FAILED, None, 1, "导入该回执的人员不能"),
        (LineStatus.PAID, TODAY, 1, "导入该回执的人员不能"),
        (LineStatus.UNKNOWN, None, 2, "只能是付款成功或付款失败"),
        (LineStatus.CANCELLED, None, 2, "只能是付款成功或付款失败"),
    ],
)
def test_an_unknown_line_is_resolved_by_the_banks_answer_in_another_hand(outcome, paid_on, actor_id, complaint):
    facts = {"paid_on": paid_on, "sent_on": SENT_ON, "today": TODAY, "importers": {1}, "actor_id": actor_id}
    if complaint is None:
        rules.check_resolution(outcome, **facts)
    else:
        with pytest.raises(RuleViolation, match=complaint):
            rules.check_resolution(outcome, **facts)


def test_numbers_and_keys():
    assert rules.batch_number(2018, 1) == "FF2018-001"
    assert rules.batch_number(2018, 1000) == "FF2018-1000"
    assert rules.line_key("FF2018-001", 23) == "FF2018-001-0023"


# ------------------------------------------------------------------------------------------------------------ digests


def test_the_digest_of_a_line_is_the_documented_one():
    """Computed by hand from the form that payment.py documents, so that an auditor can do the same."""
    parts = ["1", "湘0602", "FF2018-001", "1", "advance:17", "ab" * 32, "（2018）湘0602执17号", "张三"]
    parts += ["农业银行测试支行", "6228480402564890018", "8000.00"]
    canonical = b"".join(b"%d:%b" % (len(part.encode()), part.encode()) for part in parts)
    assert rules.line_digest("湘0602", "FF2018-001", ORDER) == hashlib.sha256(canonical).hexdigest()


@pytest.mark.parametrize(
    "changed",
    [
        {"sequence": 2},
        {"advance": "advance:18"},
        {"approved_digest": "ac" * 32},
        {"case_number": "（2018）湘0602执18号"},
        {"payee": "张三丰"},
        {"bank": "农业银行测试支行 "},
        {"account_number": "6228480402564890019"},
        {"amount": yuan("8000.01")},
    ],
)
def test_a_change_anywhere_in_a_line_changes_its_seal_and_the_batchs(changed):
    other = replace(ORDER, **changed)
    assert rules.line_digest("湘0602", "FF2018-001", other) != rules.line_digest("湘0602", "FF2018-001", ORDER)
    sealed = rules.batch_digest("湘0602", "FF2018-001", TODAY, PAYER, [ORDER])
    assert rules.batch_digest("湘0602", "FF2018-001", TODAY, PAYER, [other]) != sealed


def test_the_seal_of_a_batch_covers_order_day_and_payer():
    second = replace(ORDER, sequence=2, advance="advance:18")
    sealed = rules.batch_digest("湘0602", "FF2018-001", TODAY, PAYER, [ORDER, second])
    others = [
        rules.batch_digest("湘0602", "FF2018-001", TODAY, PAYER, [second, ORDER]),
        rules.batch_digest("湘0602", "FF2018-001", TODAY, PAYER, [ORDER]),
        rules.batch_digest("湘0602", "FF2018-001", SENT_ON, PAYER, [ORDER, second]),
        rules.batch_digest("湘0602", "FF2018-002", TODAY, PAYER, [ORDER, second]),
        rules.batch_digest("湘0603", "FF2018-001", TODAY, PAYER, [ORDER, second]),
        rules.batch_digest("湘0602", "FF2018-001", TODAY, replace(PAYER, number="1"), [ORDER, second]),
    ]
    assert len({sealed, *others}) == 7


def test_a_row_of_the_payment_file_stands_under_the_banks_headers():
    row = dict(zip(PAYMENT_HEADERS, rules.payment_row("FF2018-001", TODAY, PAYER, ORDER), strict=True))
    assert row["日期"] == "20180309"
    assert row["付款账号/卡号"] == "1907010009022100456"
    assert row["收款账号"] == "6228480402564890018"
    assert row["收款账号名称"] == "张三"
    assert row["金额"] == yuan("8000.00")
    assert row["自定义序号"] == KEY
    assert row["收款账户短信通知手机号码"] == ""
    assert "|".join(PAYMENT_HEADERS) == (
        "币种|日期|明细标志|顺序号|付款账号开户行|付款账号/卡号|付款账号名称/卡名称|收款账号开户行|收款账号省份|收款账号地市|"
        "收款账号地区码|收款账号|收款账号名称|金额|汇款用途|备注信息|汇款方式|收款账户短信通知手机号码|自定义序号"
    )


# ------------------------------------------------------------------------------------------------------ reading results


def table(*rows, headers=RESULT_HEADERS, titles=()):
    """Rows as the reader of uploaded files gives them."""
    lines = [*titles, headers, *([row.get(header) for header in headers] for row in rows)]
    width = max(len(line) for line in lines)
    cells = [
        [Cell(value or None, f"{chr(65 + at)}{number}") for at, value in enumerate([*line, *[None] * width][:width])]
        for number, line in enumerate(lines, start=1)
    ]
    first = ["" if cell.value is None else str(cell.value) for cell in cells[0]]
    return Table(first, [Row(number, line) for number, line in enumerate(cells[1:], start=2)])


def one(**changes):
    [found] = rules.read_results(table(TOLD | changes))
    return found


def test_a_paid_line_is_read_whole():
    assert one() == REPORTED


@pytest.mark.parametrize("word", RESULT_WORDS)
def test_each_of_the_banks_words_has_its_meaning(word):
    assert one(处理结果=f" {word}\t").outcome is RESULT_WORDS[word]


def test_a_failed_line_tells_why_and_needs_no_day():
    failed = one(处理结果="失败", 交易流水号="", 交易日期="", 失败原因="户名不符")
    assert (failed.outcome, failed.message, failed.paid_on) == (LineStatus.FAILED, "户名不符", None)


@pytest.mark.parametrize(
    ("header", "written"),
    [
        ("收款账号", '="6228480402564890018"'),
        ("收款账号", "'6228480402564890018"),
        ("收款账号", "\t6228480402564890018\t"),
        ("收款账号名称", " 张三 "),
        ("金额", 8000.0),
        ("金额", "8000"),
        ("金额", "￥８０００．００"),
        ("交易日期", "2018-03-08"),
        ("交易日期", date(2018, 3, 8)),
        ("交易日期", 20180308.0),
        ("自定义序号", f"\ufeff{KEY}"),
    ],
)
def test_what_banks_put_around_a_value_is_left_aside(header, written):
    assert one(**{header: written}) == REPORTED


@pytest.mark.parametrize(
    ("header", "written", "complaint"),
    [
        ("处理结果", "大概成功", "处理结果“大概成功”无法识别"),
        ("处理结果", "", "处理结果“”无法识别"),
        ("自定义序号", "", "没有填写“自定义序号”"),
        ("收款账号", "", "没有填写“收款账号”"),
        ("收款账号", 6.22848040256489e18, "已被 Excel 改成数值"),
        ("收款账号名称", "", "没有填写“收款账号名称”"),
        ("金额", "", "金额没有填写"),
        ("金额", "-8000.00", "无效"),
        ("金额", "8000.001", "无效"),
        ("金额", "NaN", "无效"),
        ("金额", "1e3", "无效"),
        ("交易日期", "", "没有交易日期"),
        ("交易日期", "昨天", "不是有效的日期"),
        ("交易日期", "20180230", "不是有效的日期"),
        ("交易流水号", "", "没有填写“交易流水号”"),
        ("交易流水号", "B" * 61, "交易流水号过长"),
    ],
)
def test_a_line_that_cannot_be_read_is_refused_with_its_cell(header, written, complaint):
    found = one(**{header: written})
    assert isinstance(found, Unreadable)
    assert complaint in found.problem
    assert f"{chr(65 + RESULT_HEADERS.index(header))}2" in found.problem


def test_the_header_may_stand_below_title_lines_among_other_columns_in_any_order():
    headers = ("批次", *reversed(RESULT_HEADERS), "备注")
    found = rules.read_results(table(TOLD, headers=headers, titles=[["批量支付处理结果"], ["总笔数", "1"]]))
    assert found == [replace(REPORTED, row=4)]


def test_lines_of_totals_and_empty_lines_are_none():
    rows = rules.read_results(
        table(
            TOLD,
            {"自定义序号": "合计", "金额": "8000.00"},
            {"收款账号": "合计：1笔", "金额": "8000.00"},
            {"金额": "\t"},
        )
    )
    assert rows == [REPORTED]


def test_a_line_without_a_key_is_not_a_total():
    [_, nameless] = rules.read_results(table(TOLD, TOLD | {"自定义序号": ""}))
    assert isinstance(nameless, Unreadable)


@pytest.mark.parametrize(
    ("read", "complaint"),
    [
        (lambda: table(TOLD, headers=RESULT_HEADERS[1:]), "缺少的列：自定义序号。"),
        (
            lambda: table({"币种": "RMB"}, headers=PAYMENT_HEADERS),
            "缺少的列：处理结果、交易流水号、交易日期、失败原因。",
        ),
        (lambda: table(TOLD, headers=(*RESULT_HEADERS, "金额")), "“金额”出现了两次"),
        (lambda: table({"自定义序号": "合计"}), "没有明细"),
        (lambda: table(*[TOLD] * 2001), "超过2000行"),
    ],
)
def test_a_file_that_is_no_result_is_refused_whole(read, complaint):
    with pytest.raises(RuleViolation, match=complaint):
        rules.read_results(read())


def test_keys_that_stand_twice_are_named():
    found = rules.read_results(table(TOLD, TOLD, TOLD | {"自定义序号": "FF2018-001-0002"}))
    assert rules.repeated_keys(found) == {KEY: 2}


def test_only_keys_of_our_form_are_looked_up():
    keys = [KEY, "FF2018-001-1", "2018-001-0001", "FF2018-001-00012", "' OR 1=1 --"]
    found = rules.line_keys([replace(REPORTED, key=key) for key in keys])
    assert found == {KEY: ("FF2018-001", 1)}


# --------------------------------------------------------------------------------------------------- comparing results


def test_a_line_that_agrees_is_new():
    assert rules.check_result(REPORTED, SENT, today=TODAY)


@pytest.mark.parametrize("outcome", [LineStatus.FAILED, LineStatus.UNKNOWN])
def test_failed_and_unknown_agree_without_a_day(outcome):
    assert rules.check_result(replace(REPORTED, outcome=outcome, paid_on=None), SENT, today=TODAY)


@pytest.mark.parametrize(
    ("reported", "sent", "complaint"),
    [
        ({}, None, "不在本院的发放批次中"),
        ({}, {"sent_on": None}, "尚未送银行或已撤销"),
        ({"amount": yuan("8000.01")}, {}, "金额（回执8,000.01元，应为8,000.00元）"),
        ({"payee": "李四"}, {}, "收款人（回执“李四”，应为“张三”）"),
        ({"account": "6228480402564890019"}, {}, "收款账号（应为6228 **** **** 0018）"),
        ({"account": "6228********0018"}, {}, "收款账号"),
        ({"paid_on": SENT_ON - timedelta(days=1)}, {}, "交易日期2018-03-06早于送银行之日"),
        ({"paid_on": TODAY + timedelta(days=1)}, {}, "交易日期2018-03-10早于送银行之日或晚于今天"),
        ({}, {"status": LineStatus.FAILED}, "回执为“付款成功”，但该笔此前已登记为“付款失败”"),
        ({"outcome": LineStatus.FAILED}, {"status": LineStatus.PAID}, "此前已登记为“付款成功”"),
        ({"outcome": LineStatus.UNKNOWN}, {"status": LineStatus.PAID}, "此前已登记为“付款成功”"),
        ({}, {"status": LineStatus.PAID, "reference": "BK0002", "paid_on": date(2018, 3, 8)}, "可能重复付款"),
        ({}, {"status": LineStatus.PAID, "reference": "BK0001", "paid_on": SENT_ON}, "可能重复付款"),
    ],
)
def test_a_line_that_does_not_agree_is_refused(reported, sent, complaint):
    ours = None if sent is None else replace(SENT, **sent)
    with pytest.raises(RuleViolation) as refused:
        rules.check_result(replace(REPORTED, **reported), ours, today=TODAY)
    assert complaint in str(refused.value)


def test_all_that_differs_is_named_at_once():
    with pytest.raises(RuleViolation) as refused:
        rules.check_result(replace(REPORTED, amount=yuan("1"), payee="李四"), SENT, today=TODAY)
    assert "金额" in str(refused.value) and "收款人" in str(refused.value)


@pytest.mark.parametrize(
    ("reported", "sent"),
    [
        ({}, {"status": LineStatus.PAID, "reference": "BK0001", "paid_on": date(2018, 3, 8)}),
        ({"outcome": LineStatus.FAILED, "paid_on": None}, {"status": LineStatus.FAILED}),
        ({"outcome": LineStatus.UNKNOWN, "paid_on": None}, {"status": LineStatus.UNKNOWN}),
    ],
)
def test_what_is_told_again_is_nothing_new(reported, sent):
    assert not rules.check_result(replace(REPORTED, **reported), replace(SENT, **sent), today=TODAY)


def test_an_unknown_line_takes_a_later_answer():
    unknown = replace(SENT, status=LineStatus.UNKNOWN)
    assert rules.check_result(REPORTED, unknown, today=TODAY)
    assert rules.check_result(replace(REPORTED, outcome=LineStatus.FAILED, paid_on=None), unknown, today=TODAY)


def test_forms_of_writing_do_not_make_a_payee_another():
    company = replace(SENT, payee="岳阳某某（测试）有限公司", account="43001")
    told = replace(REPORTED, payee="岳阳某某(测试) 有限公司", account="４３-0 01")
    assert rules.check_result(told, company, today=TODAY)


# ---------------------------------------------------------------------------------------------------------- properties

cells = st.one_of(
    st.none(),
    st.text(max_size=40),
    st.integers(),
    st.floats(),
    st.booleans(),
    st.dates(),
    st.sampled_from([KEY, "成功", "失败", "8000.00", "20180308", "合计", '="1"', "张三"]),
)


@given(st.lists(st.lists(cells, min_size=9, max_size=9), max_size=6))
def test_whatever_stands_in_a_result_file_is_read_or_refused_with_a_sentence(lines):
    rows = [Row(at, [Cell(value, f"A{at}") for value in line]) for at, line in enumerate(lines, start=2)]
    try:
        found = rules.read_results(Table([*RESULT_HEADERS, "备注"], rows))
    except RuleViolation as refused:
        found = [Unreadable(0, "", str(refused))]
    numbers = [each.row for each in found]
    assert numbers == sorted(set(numbers))
    for each in found:
        if isinstance(each, Unreadable):
            assert each.problem.endswith("。")
        elif each.outcome is LineStatus.PAID:
            assert each.reference and each.paid_on is not None


names = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=1, max_size=8)
answers = st.builds(
    lambda sequence, account, payee, fen, word, reference, day, reason: {
        "自定义序号": rules.line_key("FF2018-001", sequence),
        "收款账号": account,
        "收款账号名称": payee,
        "金额": bare(from_fen(fen)),
        "处理结果": word,
        "交易流水号": reference,
        "交易日期": day.isoformat(),
        "失败原因": reason,
    },
    st.integers(1, 9999),
    st.from_regex("[0-9]{8,19}", fullmatch=True),
    names,
    st.integers(1, 10**9),
    st.sampled_from(sorted(RESULT_WORDS)),
    st.from_regex("[A-Z0-9]{1,20}", fullmatch=True),
    st.dates(date(2016, 1, 1), date(2030, 12, 31)),
    names,
)


@given(
    st.lists(answers, min_size=1, max_size=8),
    st.permutations(RESULT_HEADERS),
    st.sampled_from(["utf-8", "utf-8-sig", "gb18030"]),
    st.booleans(),
)
def test_a_result_file_reads_the_same_however_it_is_laid_out_and_encoded(rows, headers, encoding, has_title):
    stream = io.StringIO(newline="")
    titles = [["批量支付处理结果"]] if has_title else []
    csv.writer(stream).writerows([*titles, headers, *([row[header] for header in headers] for row in rows)])
    found = rules.read_results(read_table(stream.getvalue().encode(encoding), "回执.csv"))
    assert [(each.key, each.account, each.payee, bare(each.amount), each.outcome) for each in found] == [
        (row["自定义序号"], row["收款账号"], row["收款账号名称"], row["金额"], RESULT_WORDS[row["处理结果"]])
        for row in rows
    ]
    for row, each in zip(rows, found, strict=True):
        if each.outcome is LineStatus.PAID:
            assert (each.reference, each.paid_on.isoformat()) == (row["交易流水号"], row["交易日期"])
