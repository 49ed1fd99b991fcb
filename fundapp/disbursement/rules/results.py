"""The bank's answer: the columns of a result file, how it is read, whether a line agrees with what was sent. Pure.

The columns may stand in any order and below title lines; further ones are left aside. 处理结果 is one of
``RESULT_WORDS``. A line that cannot be read or does not agree is refused with a sentence; nothing is guessed and
nothing is half done.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from fundapp.core.errors import RuleViolation
from fundapp.core.money import Money, plain
from fundapp.core.spreadsheet import Cell, CellError, Row, Table, amount_of, day_of, text_of
from fundapp.disbursement.rules.words import LABELS, LINE_NEXT, LineStatus

KEY, ACCOUNT, PAYEE, AMOUNT = "自定义序号", "收款账号", "收款账号名称", "金额"
RESULT, REFERENCE, DAY, REASON = "处理结果", "交易流水号", "交易日期", "失败原因"
RESULT_HEADERS = (KEY, ACCOUNT, PAYEE, AMOUNT, RESULT, REFERENCE, DAY, REASON)

RESULT_WORDS: dict[str, LineStatus] = {
    word: outcome
    for outcome, words in {
        LineStatus.PAID: "成功 付款成功 交易成功 处理成功 支付成功",
        LineStatus.FAILED: "失败 付款失败 交易失败 处理失败 支付失败 退票 退汇",
        LineStatus.UNKNOWN: "处理中 银行处理中 未知 结果不明 状态不明 可疑",
    }.items()
    for word in words.split()
}

HEADER_WITHIN = 20
MOST_ROWS = 2000
LONGEST_REFERENCE = 60
LONGEST_MESSAGE = 200
LONGEST_SHOWN = 30
_TOTALS = ("合计", "总计", "小计")
_KEY = re.compile(r"(FF[0-9]{4}-[0-9]{3,6})-([0-9]{4})")
_QUOTED = re.compile(r'="(.*)"', re.DOTALL)


@dataclass(frozen=True)
class Reported:
    """One line of a result file as read; a paid one has a day and a reference."""

    row: int
    key: str
    account: str
    payee: str
    amount: Money
    outcome: LineStatus
    reference: str = ""
    paid_on: date | None = None
    message: str = ""


@dataclass(frozen=True)
class Unreadable:
    """One line of a result file that cannot be taken, and the sentence that says why."""

    row: int
    key: str
    problem: str


@dataclass(frozen=True)
class Sent:
    """What we sent the bank under one key, when, and how that line stands now."""

    account: str
    account_mask: str
    payee: str
    amount: Money
    status: LineStatus
    sent_on: date | None
    reference: str | None = None
    paid_on: date | None = None


# ------------------------------------------------------------------------------------------------------------ reading


def read_results(table: Table) -> list[Reported | Unreadable]:
    """Every line of a result file, in its order; lines of totals and empty ones are none.

    Raises:
        RuleViolation: the header is not there, a column twice, no line below it, or more lines than a file may have.
    """
    columns, rows = _below_header(table)
    found = [_line(row, columns) for row in rows if not _is_total(row, columns)]
    if not found:
        raise RuleViolation("银行回执的表头下方没有明细，请核对是否下载了完整的回执文件。")
    if len(found) > MOST_ROWS:
        raise RuleViolation("银行回执超过%(most)s行，请拆分成几个文件后分别导入。", most=MOST_ROWS)
    return found


def _below_header(table: Table) -> tuple[dict[str, int], list[Row]]:
    lines = [[_heading(text) for text in table.headers]]
    lines += [[_heading(cell.value) for cell in row.cells] for row in table.rows[:HEADER_WITHIN]]
    at = max(range(len(lines)), key=lambda line: (len(set(RESULT_HEADERS) & set(lines[line])), -line))
    missing = [header for header in RESULT_HEADERS if header not in lines[at]]
    if missing:
        raise RuleViolation(
            "没有找到银行回执的表头，缺少的列：%(missing)s。请对照“回执格式说明”调整列名后重新上传。",
            missing="、".join(missing),
        )
    if twice := [header for header in RESULT_HEADERS if lines[at].count(header) > 1]:
        raise RuleViolation("银行回执的列“%(header)s”出现了两次，请删除多余的一列后重新上传。", header=twice[0])
    return {header: lines[at].index(header) for header in RESULT_HEADERS}, table.rows[at:]


def _heading(value: object) -> str:
    return re.sub(r"\s", "", _plain_text(value)) if isinstance(value, str) else ""


def _is_total(row: Row, columns: dict[str, int]) -> bool:
    """Whether the row only adds up others, or holds nothing that a person sees."""
    texts = [_plain_text(cell.value) if isinstance(cell.value, str) else cell.value for cell in row.cells]
    if all(text is None or text == "" for text in texts):
        return True
    keyed = texts[columns[KEY]] not in (None, "") and not str(texts[columns[KEY]]).startswith(_TOTALS)
    return not keyed and any(isinstance(text, str) and text.startswith(_TOTALS) for text in texts)


def _line(row: Row, columns: dict[str, int]) -> Reported | Unreadable:
    cells = {header: _cleaned(row.cells[at]) for header, at in columns.items()}
    key = str(cells[KEY].value or "")[:LONGEST_REFERENCE]
    try:
        return _read(row.number, cells)
    except RuleViolation as unreadable:
        return Unreadable(row.number, key, str(unreadable))


def _read(number: int, cells: dict[str, Cell]) -> Reported:
    key = _filled(cells[KEY], KEY)
    outcome = RESULT_WORDS.get(_narrow(text_of(cells[RESULT])))
    if outcome is None:
        raise CellError(
            "单元格%(cell)s的处理结果“%(value)s”无法识别，应为成功、失败或处理中，请向银行核实后改正。",
            cell=cells[RESULT].ref,
            value=text_of(cells[RESULT])[:LONGEST_SHOWN],
        )
    reported = Reported(
        row=number,
        key=key,
        account=_filled(cells[ACCOUNT], ACCOUNT),
        payee=_filled(cells[PAYEE], PAYEE),
        amount=amount_of(cells[AMOUNT]),
        outcome=outcome,
        message=text_of(cells[REASON])[:LONGEST_MESSAGE],
    )
    if outcome is not LineStatus.PAID:
        return reported
    reference = _filled(cells[REFERENCE], REFERENCE)
    if len(reference) > LONGEST_REFERENCE:
        raise CellError("单元格%(cell)s的交易流水号过长，请核对后重新填写。", cell=cells[REFERENCE].ref)
    if cells[DAY].value is None:
        raise CellError("付款成功但单元格%(cell)s没有交易日期，请向银行取得完整的回执后重新导入。", cell=cells[DAY].ref)
    return replace(reported, reference=reference, paid_on=day_of(cells[DAY]))


def _filled(cell: Cell, header: str) -> str:
    text = text_of(cell)
    if not text:
        raise CellError("单元格%(cell)s没有填写“%(header)s”，请补全后重新导入。", cell=cell.ref, header=header)
    return text


def _cleaned(cell: Cell) -> Cell:
    return Cell(_plain_text(cell.value) or None, cell.ref) if isinstance(cell.value, str) else cell


def _plain_text(text: str) -> str:
    """The text without what banks' programs put around it to keep Excel from counting: tabs, ``'`` and ``="…"``."""
    seen = "".join(sign for sign in text if unicodedata.category(sign) not in ("Cc", "Cf", "Cs")).strip()
    quoted = _QUOTED.fullmatch(seen)
    return (quoted[1] if quoted else seen).removeprefix("'").strip()


# ---------------------------------------------------------------------------------------------------------- comparing


def line_keys(reported: Iterable[Reported | Unreadable]) -> dict[str, tuple[str, int]]:
    """The batch number and the sequence behind each key that has our form."""
    found = {one.key: _KEY.fullmatch(one.key) for one in reported}
    return {key: (match[1], int(match[2])) for key, match in found.items() if match}


def repeated_keys(reported: Sequence[Reported | Unreadable]) -> dict[str, int]:
    """Keys that stand in the file more than once, and how often: none of their lines can be trusted."""
    counts = Counter(one.key for one in reported if one.key)
    return {key: count for key, count in counts.items() if count > 1}


def check_result(reported: Reported, sent: Sent | None, *, today: date) -> bool:
    """Whether the line tells something new; False when it repeats what is known.

    Raises:
        RuleViolation: it was not sent, differs from what was sent, or contradicts what is known; nothing may change.
    """
    if sent is None:
        raise RuleViolation(
            "第%(row)s行的自定义序号“%(key)s”不在本院的发放批次中，未作处理，请核对是否为本院账户的回执。",
            row=reported.row,
            key=reported.key[:LONGEST_SHOWN],
        )
    if sent.sent_on is None:
        raise RuleViolation(
            "第%(row)s行（%(key)s）所在批次尚未送银行或已撤销，未作处理，请向银行核实款项去向。",
            row=reported.row,
            key=reported.key,
        )
    if differing := _differences(reported, sent):
        raise RuleViolation(
            "第%(row)s行（%(key)s）与送银行的内容不一致：%(what)s，未作处理，请向银行核实后重新取得回执。",
            row=reported.row,
            key=reported.key,
            what="；".join(differing),
        )
    if reported.outcome is sent.status:
        _check_same(reported, sent)
        return False
    if reported.outcome not in LINE_NEXT[sent.status]:
        raise RuleViolation(
            "第%(row)s行（%(key)s）回执为“%(told)s”，但该笔此前已登记为“%(known)s”，未作处理，请向银行书面核实。",
            row=reported.row,
            key=reported.key,
            told=LABELS[reported.outcome],
            known=LABELS[sent.status],
        )
    _check_day(reported, sent.sent_on, today)
    return True


def _differences(reported: Reported, sent: Sent) -> list[str]:
    found = []
    if reported.amount != sent.amount:
        found.append(f"金额（回执{plain(reported.amount)}元，应为{plain(sent.amount)}元）")
    if _narrow(reported.payee) != _narrow(sent.payee):
        found.append(f"收款人（回执“{reported.payee[:LONGEST_SHOWN]}”，应为“{sent.payee[:LONGEST_SHOWN]}”）")
    if _narrow(reported.account).replace("-", "") != sent.account:
        found.append(f"收款账号（应为{sent.account_mask}）")
    return found


def _check_same(reported: Reported, sent: Sent) -> None:
    """The same payment told twice has the same serial number and day; another one may be a second payment."""
    if reported.outcome is LineStatus.PAID and (reported.reference, reported.paid_on) != (sent.reference, sent.paid_on):
        raise RuleViolation(
            "第%(row)s行（%(key)s）此前已凭流水号%(known)s确认付款，本次回执的流水号或日期不同，可能重复付款，请立即向银行核实。",
            row=reported.row,
            key=reported.key,
            known=sent.reference or "—",
        )


def _check_day(reported: Reported, sent_on: date, today: date) -> None:
    if reported.paid_on is not None and not sent_on <= reported.paid_on <= today:
        raise RuleViolation(
            "第%(row)s行（%(key)s）的交易日期%(day)s早于送银行之日或晚于今天，未作处理，请向银行核实。",
            row=reported.row,
            key=reported.key,
            day=reported.paid_on.isoformat(),
        )


def _narrow(text: str) -> str:
    """For comparing: full-width and half-width forms alike, blanks left out."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text))
