"""Tables of the audit package: the imports of opening balances that were sent on, and their lines."""

from collections.abc import Iterable

from sqlalchemy import ColumnElement, case, select

from fundapp.cases.models import Case
from fundapp.cases.tables import CASE
from fundapp.core.tables import (
    COURT,
    ID,
    Column,
    Kept,
    Recorded,
    Row,
    Scope,
    Stream,
    Term,
    amount_column,
    record_id,
    table,
    tie,
    within,
)
from fundapp.ledger.models import Opening, OpeningLine
from fundapp.ledger.rules import STANDING, Account, Movement, OpeningStatus, Side
from fundapp.trail.rules import Event
from fundapp.users.tables import people


@table(
    "openings", "期初余额导入", "books",
    "已送复核的期初余额导入",
    "Imports of opening balances that were sent to review",
    ID,
    COURT,
    Column("day", "期初余额日期", "day of the balances; the first posting period begins on the next", "day",
           told="启用账簿前的最后一日"),
    Column("file_name", "文件名", "name of the file", "remark"),
    Column("file_sha256", "文件SHA-256", "SHA-256 of the file"),
    Column("line_count", "行数", "lines", "number"),
    amount_column("debit", "借方合计", "sum of the debit side"),
    amount_column("credit", "贷方合计", "sum of the credit side"),
    Column("status", "状态", "status; posted and undo_requested stand in the books", words=OpeningStatus,
           told="posted、undo_requested的在账内"),
    Column("requested_by", "经办人", "who sent it to review"),
    Column("reviewed_by", "复核人", "who posted or returned it"),
    Column("undo_requested_by", "申请冲销人", "who asked for it to be undone"),
    Column("undo_reviewed_by", "复核冲销人", "who undid it"),
    Column("requested_at", "办理时间", "when it was sent", "moment"),
    Column("fault_count", "错误数", "what was wrong with the file; none when it was sent", "number",
           told="文件中的错误数；送复核的应为0"),
    Column("reason", "理由", "why it was returned, or is to be undone", "remark", told="退回或冲销的理由"),
    kept=Kept(Opening, {"file_sha256": Opening.digest}),
    records=[
        Recorded(
            Event.OPENING_POSTED.value, "opening:{id}", "reviewed_by",
            {
                "day": "{day}", "digest": "{file_sha256}", "lines": "{line_count}", "debit": "{debit}",
                "credit": "{credit}",
            },
            {"status": tuple(one.value for one in (*STANDING, OpeningStatus.UNDONE))},
        ),
    ],
)  # fmt: skip
def _openings(scope: Scope) -> Iterable[Row]:
    query = select(
        Opening.id, Opening.court_code, Opening.day, Opening.file_name, Opening.digest, Opening.line_count,
        Opening.debit, Opening.credit, Opening.status, Opening.requested_by_id, Opening.reviewed_by_id,
        Opening.undo_requested_by_id, Opening.undo_reviewed_by_id, Opening.requested_at,
        Opening.fault_count, Opening.reason,
    ).where(*_sent(scope))  # fmt: skip
    names = people(scope)
    for *facts, requested, reviewed, asked, undone, at, faults, reason in Stream(query.order_by(Opening.id)):
        hands = (names[hand] for hand in (requested, reviewed, asked, undone))
        yield *facts, *hands, at, faults, reason


@table(
    "opening_lines", "期初余额明细", "books",
    "期初余额导入的逐行内容；金额为零的不记账",
    "Lines of those imports; a line of zero is not posted",
    Column("opening_id", "导入标识", "id of the import", "number"),
    COURT,
    Column("line", "行", "row of the file", "number", told="文件中的行号"),
    Column("account", "科目编号", "code of the account"),
    Column("side", "方向", "side on which the file states the amount", words=Side),
    amount_column("amount", "金额", "amount; below zero it counts on the other side", told="负数计入相反方向"),
    Column("case_ref", "案件标识", "case it concerns (case:ID)"),
    Column("source_ref", "资金来源标识", "source of the money (source:ID)"),
    CASE,
    Column("note", "备注", "note of the file", "remark"),
    Column("stands", "在账", "1: the import stands in the books", "number"),
    about={"case_ref": ""},
)  # fmt: skip
def _opening_lines(scope: Scope) -> Iterable[Row]:
    query = (
        select(
            OpeningLine.opening_id, Opening.court_code, OpeningLine.line, OpeningLine.account, OpeningLine.side,
            OpeningLine.amount, OpeningLine.case_ref, OpeningLine.source_ref, Case.number,
            OpeningLine.note, case((Opening.status.in_(STANDING), 1), else_=0),
        )
        .join(Opening, Opening.id == OpeningLine.opening_id)
        .outerjoin(Case, Case.id == record_id(OpeningLine.case_ref, "case"))
        .where(*_sent(scope))
        .order_by(OpeningLine.opening_id, OpeningLine.line)
    )  # fmt: skip
    return Stream(query)


def _sent(scope: Scope) -> tuple[ColumnElement[bool], ...]:
    return (
        within(Opening.court_code, scope),
        Opening.day <= scope.last_day,
        Opening.status != OpeningStatus.CHECKED,
    )


_LINE = ("case_ref", "source_ref")
_STANDS = {"stands": ("1",)}
_KNOWN = tuple(account.value for account in Account if account is not Account.OPENING)
_BOOKED = {"movement": (Movement.OPENING_BALANCE.value,)}
tie(
    "期初余额凭证与导入明细",
    [
        Term("postings", "amount", ("court_code", "debit", *_LINE), _BOOKED | {"debit": _KNOWN}),
        Term("postings", "amount", ("court_code", "credit", *_LINE), _BOOKED | {"credit": _KNOWN}, sign=-1),
    ],
    [
        Term("opening_lines", "amount", ("court_code", "account", *_LINE), _STANDS | {"side": (Side.DEBIT.value,)}),
        Term(
            "opening_lines",
            "amount",
            ("court_code", "account", *_LINE),
            _STANDS | {"side": (Side.CREDIT.value,)},
            sign=-1,
        ),
    ],
)
