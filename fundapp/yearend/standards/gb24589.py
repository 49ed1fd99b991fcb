"""GB/T 24589 structure (Part 1 names): 公共档案.xml and 总账.xml of one court's year.

Source: GB/T 24589.1-2010, its element names, their order and lengths, GB18030, one element of 记账凭证 for each line.
Part 2, for administrative institutions, is not followed, since its list of tables is not known to us.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import BinaryIO

from fundapp.cases.tables import named
from fundapp.core.db import walk
from fundapp.core.money import to_fen, yuan_text
from fundapp.core.tables import Row, Scope
from fundapp.courts import queries as courts
from fundapp.ledger import queries as ledger
from fundapp.ledger.rules import month_end
from fundapp.yearend.standards import books
from fundapp.yearend.standards.books import (
    CURRENCY,
    CURRENCY_NAME,
    DIVIDED,
    KINDS,
    SEGMENT_NAMES,
    SEGMENTED,
    WORDS_OF_KIND,
    Segment,
)
from fundapp.yearend.standards.gb18030 import element, escaped, write
from fundapp.yearend.standards.layout import Field, Form, Layout, code, exact, free, misfit

STANDARD = "GB/T 24589.1-2010"
LONGEST_SUMMARY, LONGEST_HAND, MOST_PAPERS, MOST_LINES = 300, 30, 9999, 99999
DEBIT, CREDIT = "借", "贷"


def _day(name: str) -> Field:
    return Field(name, 8, Form.COMPACT_DAY, is_exact=True)


BOOK = Layout("电子账簿", (
    code("电子账簿编号", 60), free("电子账簿名称", 200), free("会计核算单位", 200), code("组织机构代码", 20),
    exact("单位性质", 4), code("行业", 20), free("开发单位", 200), code("版本号", 20), code("本位币", 30),
    exact("会计年度", 4), code("标准版本号", 30),
))  # fmt: skip
PERIOD = Layout("会计期间", (
    exact("会计年度", 4), code("会计期间号", 15), _day("会计期间起始日期"), _day("会计期间结束日期"),
))  # fmt: skip
KIND = Layout(
    "记账凭证类型", (code("记账凭证类型编号", 60), code("记账凭证类型名称", 60), code("记账凭证类型简称", 20))
)
MONEY = Layout("币种", (code("币种编码", 10), code("币种名称", 30)))
STAFF = Layout("员工档案", (code("员工编码", 60), free("员工姓名", 30)))
ARCHIVE = Layout("自定义档案项", (
    code("档案编码", 60), code("档案名称", 200), free("档案描述", 1000), exact("是否有层级特征", 1),
    code("档案编码规则", 200),
))  # fmt: skip
VALUE = Layout("自定义档案值", (
    code("档案编码", 60), code("档案值编码", 60), free("档案值名称", 200), free("档案值描述", 1000),
    code("档案值父节点", 60), code("档案值级次", 2),
))  # fmt: skip
BASICS = Layout("总账基础信息", (
    exact("结构分隔符", 1), code("会计科目编号规则", 200), code("现金流量项目编码规则", 200),
))  # fmt: skip
ACCOUNT = Layout("会计科目", (
    code("科目编号", 60), code("科目名称", 60), Field("科目级次", 2, Form.COUNT), code("科目类型", 20),
    code("余额方向", 4),
))  # fmt: skip
DIVISION = Layout("科目辅助核算", (
    code("科目编号", 60), code("辅助项编号", 60), code("辅助项名称", 200), code("对应档案", 200),
    free("辅助项描述", 2000),
))  # fmt: skip
REPORT = Layout("报表集", (
    code("报表编号", 20), code("报表名称", 60), _day("报表报告日"), code("报表报告期", 6), free("编制单位", 200),
    code("货币单位", 30),
))  # fmt: skip
ITEM = Layout("报表项数据", (
    code("报表编号", 20), code("报表项编号", 20), code("报表项名称", 200), free("报表项公式", 2000),
    Field("报表项数值", 21, Form.AMOUNT),
))  # fmt: skip


def write_archive(scope: Scope, court_code: str, stream: BinaryIO) -> int:
    """公共档案.xml: the book, its periods, kinds of vouchers, people, and what accounts are divided by."""
    return write("公共档案", "U01", _archive(scope, court_code), stream)


def write_ledger(scope: Scope, court_code: str, stream: BinaryIO) -> int:
    """总账.xml: the chart, the balances of every month, every line of every voucher, the year's trial balance."""
    return write("总账", "U02", _ledger(scope, court_code), stream)


# ---- 公共档案


def _archive(scope: Scope, court_code: str) -> Iterator[str]:
    court, year = courts.name(court_code), str(scope.year)
    yield element(
        BOOK, 1, f"{court_code}-{year}", f"{court}执行案件垫付资金账簿", court, "", "行政单位", "人民法院", "", "",
        CURRENCY_NAME, year, STANDARD,
    )  # fmt: skip
    for month in range(1, 13):
        last = f"{month_end(scope.year, month):%Y%m%d}"
        yield element(PERIOD, month, year, str(month), f"{last[:6]}01", last)
    for row, (word, name) in enumerate(KINDS.items(), 1):
        yield element(KIND, row, word, name, word)
    yield element(MONEY, 1, CURRENCY, CURRENCY_NAME)
    for row, (username, name) in enumerate(walk(STAFF_OF, (court_code,)), 1):
        yield element(STAFF, row, username, name)
    for segment, name in SEGMENT_NAMES.items():
        yield element(ARCHIVE, int(segment.value), segment.value, name, f"科目按{name}辅助核算", "0", "")
    for row, (segment, value, name) in enumerate(segment_values(scope, court_code), 1):
        yield element(VALUE, row, segment.value, value, name, "", "", "1")


STAFF_OF = "SELECT username, name FROM users WHERE court_code = ? ORDER BY id"


def segment_values(scope: Scope, court_code: str) -> Iterator[tuple[Segment, str, str]]:
    """Every case, source and debtor of the court: the code by which postings name it, and its name."""
    for case_id, number in walk(CASES, (court_code,)):
        yield Segment.CASE, f"case:{case_id}", number
    for source_id, name in walk(SOURCES, (court_code,)):
        yield Segment.SOURCE, f"source:{source_id}", name
    for party_id, kind, name in walk(DEBTORS, (court_code,)):
        yield Segment.DEBTOR, f"party:{party_id}", named(scope, name, kind)


CASES = "SELECT id, number FROM cases WHERE court_code = ? ORDER BY id"
SOURCES = "SELECT id, name FROM sources WHERE court_code = ? ORDER BY id"
DEBTORS = "SELECT id, kind, name FROM parties WHERE court_code = ? AND role = 'debtor' ORDER BY id"


# ---- 总账


def _ledger(scope: Scope, court_code: str) -> Iterator[str]:
    yield element(BASICS, 1, "-", "4-2", "4-2")
    for row, line in enumerate(books.chart(), 1):
        side = DEBIT if line.is_debit else CREDIT
        yield element(ACCOUNT, row, account_code(line.code), line.name, str(line.level), line.kind, side)
    for account in sorted(SEGMENTED):
        for segment in SEGMENTED[account]:
            name = SEGMENT_NAMES[segment]
            told = (segment.value, name, name, f"按{name}明细核算")
            yield element(DIVISION, int(segment.value), account_code(account), *told)
    yield from _balances(scope, court_code)
    yield from _vouchers(scope, court_code)
    yield from _trial_balance(scope, court_code)


def account_code(account: str) -> str:
    """121801 of 1218.01: the levels of the rule 4-2 follow each other."""
    return account.replace(".", "")


CODES = {account: account_code(account) for account in DIVIDED}


def _divided(account: str, case: str | None, source: str | None, debtor: str | None) -> str:
    """The rest of an account's element, and those of what it is divided by."""
    by_case, by_source, by_debtor = DIVIDED[account]
    return (
        f"{CODES[account]}</科目编号>{f'<辅助项1编号>{_code(case)}</辅助项1编号>' if by_case and case else ''}"
        f"{f'<辅助项2编号>{_code(source)}</辅助项2编号>' if by_source and source else ''}"
        f"{f'<辅助项3编号>{_code(debtor)}</辅助项3编号>' if by_debtor and debtor else ''}"
    )


_code = lru_cache(maxsize=4096)(escaped)


def _balances(scope: Scope, court_code: str) -> Iterator[str]:
    normal = {line.code: DEBIT if line.is_debit else CREDIT for line in books.chart()}
    for line in books.period_balances(court_code, scope.year):
        opening, closing = yuan_text(abs(line.opening)), yuan_text(abs(line.closing))
        debit, credit = yuan_text(line.debit), yuan_text(line.credit)
        yield (
            f"<科目余额及发生额><科目编号>{_divided(line.account, *line.segments)}"
            f"<期初余额方向>{_side(line.opening) or normal[line.account]}</期初余额方向>"
            f"<期末余额方向>{_side(line.closing) or normal[line.account]}</期末余额方向><币种编码>{CURRENCY}</币种编码>"
            f"<会计年度>{scope.year}</会计年度><会计期间号>{line.month}</会计期间号>"
            f"<期初原币余额>{opening}</期初原币余额><期初本币余额>{opening}</期初本币余额>"
            f"<借方原币金额>{debit}</借方原币金额><借方本币金额>{debit}</借方本币金额>"
            f"<贷方原币金额>{credit}</贷方原币金额><贷方本币金额>{credit}</贷方本币金额>"
            f"<期末原币余额>{closing}</期末原币余额><期末本币余额>{closing}</期末本币余额></科目余额及发生额>"
        )


def _side(balance: int) -> str:
    """The side on which a balance of debits less credits stands; none when it is settled."""
    return DEBIT if balance > 0 else CREDIT if balance < 0 else ""


VOUCHERS = """
    SELECT v.id, v.summary, v.number, v.kind, v.kind_number, v.posted_on, v.attachments, v.ink,
        v.prepared_by_id, v.reviewed_by_id, v.booked_by_id,
        p.debit, p.credit, p.amount, p.case_ref, p.source_ref, p.debtor_ref
    FROM vouchers v JOIN posting_lines p ON p.voucher_id = v.id
    WHERE v.court_code = ? AND v.year = ? ORDER BY v.number, p.line
"""


def _vouchers(scope: Scope, court_code: str) -> Iterator[str]:
    hands = {user_id: escaped(name[:LONGEST_HAND]) for user_id, name in books.people().items()}
    rows = walk(VOUCHERS, (court_code, scope.year))
    for summary, lines in books.grouped(rows, scope, court_code, since=scope.year):
        yield from _voucher_lines(scope.year, summary, lines, hands)


def _voucher_lines(year: int, summary: str, lines: list[Row], hands: dict[int, str]) -> list[str]:
    """Two elements for each posting; red ink stands negative on the sides of its original."""
    _, _, number, kind, kind_number, posted_on, papers, ink, prepared, reviewed, booked = lines[0][:11]
    word, day, is_red = WORDS_OF_KIND[kind], str(posted_on), ink == "red"
    if papers > MOST_PAPERS or len(lines) * 2 > MOST_LINES:
        raise misfit("记账凭证", number, "附件数" if papers > MOST_PAPERS else "记账凭证行号")
    head = (
        f"<记账凭证><记账凭证日期>{day[:4]}{day[5:7]}{day[8:]}</记账凭证日期><会计年度>{year}</会计年度>"
        f"<会计期间号>{int(day[5:7])}</会计期间号><记账凭证类型编号>{word}</记账凭证类型编号>"
        f"<记账凭证编号>{word}{kind_number:04d}</记账凭证编号><记账凭证行号>"
    )
    told = f"</记账凭证行号><记账凭证摘要>{escaped(summary[:LONGEST_SUMMARY])}</记账凭证摘要><科目编号>"
    tail = (
        f"<附件数>{papers}</附件数><制单人>{hands[prepared]}</制单人><审核人>{hands[reviewed]}</审核人>"
        f"<记账人>{hands[booked]}</记账人><记账标志>1</记账标志><作废标志>0</作废标志><凭证来源系统/></记账凭证>"
    )
    written, at = [], 1
    for line in lines:
        debit, credit, fen, *refs = line[11:]
        if is_red:
            debit, credit, fen = credit, debit, -fen
        amount = yuan_text(fen)
        written.append(f"{head}{at}{told}{_divided(debit, *refs)}{_DEBITED.format(amount)}{tail}")
        written.append(f"{head}{at + 1}{told}{_divided(credit, *refs)}{_CREDITED.format(amount)}{tail}")
        at += 2
    return written


_DEBITED = (
    f"<币种编码>{CURRENCY}</币种编码><借方原币金额>{{0}}</借方原币金额><借方本币金额>{{0}}</借方本币金额>"
    "<贷方原币金额>0.00</贷方原币金额><贷方本币金额>0.00</贷方本币金额>"
)
_CREDITED = (
    f"<币种编码>{CURRENCY}</币种编码><借方原币金额>0.00</借方原币金额><借方本币金额>0.00</借方本币金额>"
    "<贷方原币金额>{0}</贷方原币金额><贷方本币金额>{0}</贷方本币金额>"
)

COLUMNS_OF_TRIAL_BALANCE = (
    "年初借方余额",
    "年初贷方余额",
    "本年借方发生额",
    "本年贷方发生额",
    "年末借方余额",
    "年末贷方余额",
)


def _trial_balance(scope: Scope, court_code: str) -> Iterator[str]:
    """The year's trial balance as a report: six items for each account, and their sums."""
    report = f"SSPH{scope.year}"
    yield element(
        REPORT, 1, report, "试算平衡表", f"{scope.last_day:%Y%m%d}", str(scope.year), courts.name(court_code), "元"
    )
    sums = [0] * len(COLUMNS_OF_TRIAL_BALANCE)
    for line in ledger.trial_balance([court_code], as_of=scope.last_day):
        amounts = [to_fen(amount) for amount in line.amounts]
        sums = [total + amount for total, amount in zip(sums, amounts, strict=True)]
        yield from _items(report, account_code(line.account.value), books.label(line.account.value), amounts)
    yield from _items(report, "合计", "合计", sums)


def _items(report: str, number: str, name: str, amounts: list[int]) -> Iterator[str]:
    for at, (column, amount) in enumerate(zip(COLUMNS_OF_TRIAL_BALANCE, amounts, strict=True), 1):
        yield element(ITEM, at, report, f"{number}-{at}", f"{name} {column}", "", yuan_text(amount))
