"""Tables of the audit package: vouchers and postings, which tell of cases and so stand above them, and closed years."""

from collections.abc import Callable, Iterable
from typing import Any

from sqlalchemy import ColumnElement, SQLColumnExpression, func, select
from sqlalchemy.orm import aliased

from fundapp.cases.models import Case
from fundapp.cases.tables import CASE, by_query, tells_of_cases
from fundapp.core.columns import keyed_digest
from fundapp.core.tables import (
    COURT,
    ID,
    Column,
    Kept,
    Recorded,
    Row,
    Scope,
    Spaced,
    Stream,
    Told,
    amount_column,
    record_id,
    table,
    within,
)
from fundapp.ledger import queries as books
from fundapp.ledger.models import ClosedMonth, PostingLine, Voucher
from fundapp.ledger.rules import Ink, Movement, VoucherKind
from fundapp.ledger.tables import CITED, MONTH, month_of
from fundapp.trail.rules import Event
from fundapp.users.models import User
from fundapp.users.tables import people
from fundapp.yearend.models import (
    AuditPackage,
    ClosedYear,
    ReopeningDecision,
    ReopeningRequest,
    YearCloseDecision,
    YearCloseRequest,
)
from fundapp.yearend.queries.masks import in_order, masks
from fundapp.yearend.rules import ReopeningOutcome, ReopeningStep, YearCloseOutcome

YEAR = "year:{court_code}:{year}"
"""The subject of what is done with a year."""


def _year_asked(about: SQLColumnExpression[Any]) -> ColumnElement[Any]:
    """What the request of a decision on the close of a year says, as SQL that joins nothing."""
    return select(about).where(YearCloseRequest.id == YearCloseDecision.request_id).scalar_subquery()


VOUCHER_FACTS = (
    ID,
    COURT,
    Column("year", "年度", "year of the posting day", "number", told="记账日期所在年度"),
    Column("number", "总号", "number among all kinds in the court and year, without gap", "number",
           told="同一法院同一年度各类凭证统一编号，不断号"),
    Column("kind", "凭证种类", "kind: receipt, payment or transfer", words=VoucherKind),
    Column("kind_number", "分号", "number in its kind, without gap", "number", told="同类凭证内编号，不断号"),
    Column("cited", "凭证号", "how the voucher is cited", "code"),
    Column("name", "业务事项", "name of the act, posted once", "code", told="所记的业务，每项业务只记账一次"),
    Column("business_date", "业务日期", "day on which it happened", "day", told="业务发生的日期"),
    Column("posted_on", "记账日期", "day under which it stands in the books; its month is the posting period", "day",
           told="记入账簿的日期，其月份为会计期间"),
    Column("recorded_at", "登记时间", "moment of recording", "moment"),
    Column("summary", "摘要", "summary; names of the case's parties masked, unless the package says otherwise",
           told="当事人脱敏；未脱敏包除外"),
    Column("summary_mark", "摘要校验码", "keyed digest of the unmasked summary; part of the voucher's digest", "code",
           told="未脱敏摘要的带密钥校验码，计入凭证校验码"),
    Column("attachments", "附件张数", "number of originals attached", "number", told="所附原始凭证张数"),
    amount_column("total", "合计金额", "sum of its postings"),
    Column("prepared_by", "制单", "who prepared it (login name)", "code", told="登录名"),
    Column("reviewed_by", "审核", "who reviewed it", "code"),
    Column("booked_by", "记账", "whose act booked it", "code"),
    Column("cashier", "出纳", "who handled the money; empty where it moves none", "code",
           told="经手款项的出纳；不涉及收付的为空"),
    Column("hands", "签署人标识", "ids of preparer, reviewer, bookkeeper and cashier, with blanks between", "code",
           told="制单、审核、记账、出纳的用户标识，以空格分隔"),
    Column("ink", "字色", "blue; red deducts from the turnover; blue_mirror undoes one of an earlier year", words=Ink,
           told="blue蓝字；red红字，冲减发生额；blue_mirror以蓝字冲销以前年度凭证"),
    Column("reverses_id", "冲销凭证标识", "id of the voucher that it reverses", "number", told="本凭证所冲销的凭证"),
    Column("adjusts_id", "调整凭证标识", "id of the voucher whose amount it adjusts", "number",
           told="本凭证所调整金额的凭证"),
    Column("restates_id", "订正凭证标识", "id of the voucher that it states anew", "number",
           told="本凭证所订正的凭证"),
    Column("form", "校验码格式", "canonical form of the digest", "code", told="凭证校验码的计算格式"),
    Column("digest", "凭证校验码", "SHA-256 of what voucher and postings say, as recorded on the trail", "code",
           told="凭证和分录内容的SHA-256，与操作留痕一致"),
)  # fmt: skip


@table(
    "vouchers", "记账凭证", "books",
    "截至本包年度的历年记账凭证",
    "Vouchers of all years up to the year of the package",
    *VOUCHER_FACTS,
)  # fmt: skip
def _vouchers(scope: Scope) -> Iterable[Row]:
    query = (
        select(*VOUCHER_COLUMNS)
        .join(PREPARER, PREPARER.id == Voucher.prepared_by_id)
        .join(REVIEWER, REVIEWER.id == Voucher.reviewed_by_id)
        .join(BOOKER, BOOKER.id == Voucher.booked_by_id)
        .outerjoin(CASHIER, CASHIER.id == Voucher.cashier_id)
    )
    return Stream(in_order(query, scope), Told(SUMMARY, lambda: _summaries(scope)))


def _summaries(scope: Scope) -> Callable[[int, str], Row]:
    masked, mark = masks(scope), keyed_digest(books.SUMMARY_PURPOSE)
    return lambda voucher_id, summary: (masked(voucher_id, summary), mark(summary))


SUMMARY = [column.key for column in VOUCHER_FACTS].index("summary")
PREPARER, REVIEWER, BOOKER, CASHIER = (aliased(User) for _ in range(4))
HANDS = Spaced(Voucher.prepared_by_id, Voucher.reviewed_by_id, Voucher.booked_by_id, Voucher.cashier_id)
VOUCHER_COLUMNS = (
    Voucher.id, Voucher.court_code, Voucher.year, Voucher.number, Voucher.kind, Voucher.kind_number, CITED,
    Voucher.name, Voucher.business_date, Voucher.posted_on, Voucher.recorded_at, Voucher.summary, Voucher.attachments,
    Voucher.total, PREPARER.username, REVIEWER.username, BOOKER.username, func.coalesce(CASHIER.username, ""), HANDS,
    Voucher.ink, Voucher.reverses_id, Voucher.adjusts_id, Voucher.restates_id, Voucher.form, Voucher.digest,
)  # fmt: skip


@table(
    "postings", "分录", "books",
    "分录：每条一借一贷、一个金额；按凭证次序排列",
    "Postings: one debit, one credit account, one amount; in the order of the vouchers",
    Column("voucher_id", "凭证标识", "id of its voucher", "number"),
    COURT,
    Column("cited", "凭证号", "number of its voucher", "code"),
    Column("line", "行号", "line in the voucher", "number", told="在凭证内的行号"),
    Column("movement", "资金变动", "what happened to the money", words=Movement),
    Column("debit", "借方科目", "account debited", "code"),
    Column("credit", "贷方科目", "account credited", "code"),
    amount_column("amount", "金额", "amount, above zero"),
    Column("case_ref", "案件标识", "case it concerns (case:ID)", "code", told="case:标识"),
    Column("source_ref", "资金来源标识", "source of the money (source:ID)", "code", told="source:标识"),
    Column("debtor_ref", "被执行人标识", "debtor it concerns (party:ID)", "code", told="party:标识"),
    CASE,
)  # fmt: skip
def _postings(scope: Scope) -> Iterable[Row]:
    query = (
        select(
            PostingLine.voucher_id, Voucher.court_code, CITED, PostingLine.line, PostingLine.movement,
            PostingLine.debit, PostingLine.credit, PostingLine.amount, PostingLine.case_ref, PostingLine.source_ref,
            PostingLine.debtor_ref, Case.number,
        )
        .join(Voucher, Voucher.id == PostingLine.voucher_id)
        .outerjoin(Case, Case.id == record_id(PostingLine.case_ref, "case"))
    )  # fmt: skip
    return Stream(in_order(query, scope).order_by(PostingLine.line))


@table(
    "closed_years", "年终结账", "books",
    "年终结账记录；其十二月未被反结账的，年度为已结账",
    "Years closed; a year stands closed unless that round of its December ended",
    COURT,
    Column("year", "年度", "year", "number"),
    Column("round", "第几次结账", "round of the closing of its December", "number", told="其十二月第几次结账"),
    Column("vouchers", "凭证数", "vouchers of the year", "number", told="全年凭证数"),
    Column("result_voucher", "结转凭证号", "voucher that carried the result over", told="结转本年盈余的凭证"),
    Column("prepared_by", "制单", "who asked for the closing, and prepared it", "code"),
    Column("closed_by", "结账人", "who closed the year"),
    Column("closed_at", "结账时间", "when", "moment"),
    kept=Kept(ClosedYear),
    records=[
        Recorded(
            Event.YEAR_CLOSED.value, YEAR, "closed_by", until="year",
            facts={"vouchers": "{vouchers}"},
        ),
    ],
)  # fmt: skip
def _closed_years(scope: Scope) -> Iterable[Row]:
    query = (
        select(
            ClosedYear.court_code, ClosedYear.year, ClosedMonth.round, ClosedYear.vouchers, CITED,
            ClosedYear.prepared_by_id, ClosedYear.closed_by_id, ClosedYear.closed_at,
        )
        .join(ClosedMonth, ClosedMonth.id == ClosedYear.closing_id)
        .outerjoin(Voucher, Voucher.id == ClosedYear.result_voucher_id)
        .where(within(ClosedYear.court_code, scope), ClosedYear.year <= scope.year)
        .order_by(ClosedYear.court_code, ClosedYear.year, ClosedMonth.round)
    )  # fmt: skip
    names = people(scope)
    for *facts, prepared, closed, closed_at in Stream(query):
        hands = (names[prepared], names[closed])
        yield *facts, *hands, closed_at


@table(
    "year_close_requests", "年终结账申请", "books",
    "年终结账申请，按提出时的内容",
    "Requests to close a year, as they stood when made",
    ID,
    COURT,
    Column("year", "年度", "year", "number"),
    Column("round", "第几次结账", "round of the closing of its December", "number", told="申请的是其十二月第几次结账"),
    Column("last_number", "末号", "last voucher number of the year then", "number", told="申请时全年凭证的末号"),
    Column("explanation", "情况说明", "why money that nobody had claimed still stood there", "remark"),
    Column("requested_by", "申请人", "who asked for it, and prepared the transfer of the result"),
    Column("requested_at", "申请时间", "when", "moment"),
    kept=Kept(YearCloseRequest),
    records=[
        Recorded(
            Event.YEAR_CLOSE_REQUESTED.value, YEAR, "requested_by", until="year",
            facts={"vouchers": "{last_number}", "explanation": "{explanation}"},
        ),
    ],
)  # fmt: skip
def _year_close_requests(scope: Scope) -> Iterable[Row]:
    query = select(
        YearCloseRequest.id, YearCloseRequest.court_code, YearCloseRequest.year, YearCloseRequest.round,
        YearCloseRequest.last_number, YearCloseRequest.explanation, YearCloseRequest.requested_by_id,
        YearCloseRequest.requested_at,
    ).where(within(YearCloseRequest.court_code, scope), YearCloseRequest.year <= scope.year)  # fmt: skip
    for *facts, asked_by, asked_at in Stream(query.order_by(YearCloseRequest.id)):
        yield *facts, people(scope)[asked_by], asked_at


@table(
    "year_close_decisions", "年终结账意见", "books",
    "对年终结账申请的意见",
    "Answers to those requests",
    COURT,
    Column("year", "年度", "year that the request is about", "number"),
    Column("request_id", "申请标识", "id of the request", "number"),
    Column("outcome", "结果", "agreed or returned", words=YearCloseOutcome),
    Column("opinion", "意见", "opinion", "remark"),
    Column("decided_by", "办理人", "who answered"),
    Column("decided_at", "办理时间", "when", "moment"),
    kept=Kept(
        YearCloseDecision,
        {"court_code": _year_asked(YearCloseRequest.court_code), "year": _year_asked(YearCloseRequest.year)},
    ),
    records=[
        Recorded(
            Event.YEAR_CLOSED.value, YEAR, "decided_by", until="year",
            where={"outcome": (YearCloseOutcome.AGREED.value,)},
        ),
        Recorded(
            Event.YEAR_CLOSE_RETURNED.value, YEAR, "decided_by", {"reason": "{opinion}"},
            {"outcome": (YearCloseOutcome.RETURNED.value,)}, "year",
        ),
    ],
)  # fmt: skip
def _year_close_decisions(scope: Scope) -> Iterable[Row]:
    query = (
        select(
            YearCloseRequest.court_code, YearCloseRequest.year, YearCloseDecision.request_id,
            YearCloseDecision.outcome, YearCloseDecision.opinion, YearCloseDecision.decided_by_id,
            YearCloseDecision.decided_at,
        )
        .join(YearCloseRequest, YearCloseRequest.id == YearCloseDecision.request_id)
        .where(within(YearCloseRequest.court_code, scope), YearCloseRequest.year <= scope.year)
    )  # fmt: skip
    for *facts, decided_by, decided_at in Stream(query.order_by(YearCloseDecision.request_id)):
        yield *facts, people(scope)[decided_by], decided_at


@table(
    "reopening_requests", "反结账申请", "books",
    "反结账申请，按提出时的内容",
    "Requests to open a closed month again, as they stood when made",
    ID,
    COURT,
    Column("month", "月份", "month"),
    Column("round", "第几次结账", "round of the closing", "number", told="请求终止的是第几次结账"),
    Column("reason", "理由", "why", "remark"),
    Column("requested_by", "申请人", "who asked for it"),
    Column("requested_at", "申请时间", "when", "moment"),
    kept=Kept(ReopeningRequest, {"month": month_of(ReopeningRequest.closing_id)}),
    records=[
        Recorded(Event.REOPENING_REQUESTED.value, MONTH, "requested_by", {"reason": "{reason}"}, until="month"),
    ],
)  # fmt: skip
def _reopening_requests(scope: Scope) -> Iterable[Row]:
    query = (
        select(
            ReopeningRequest.id, ReopeningRequest.court_code, ClosedMonth.month, ClosedMonth.round,
            ReopeningRequest.reason, ReopeningRequest.requested_by_id, ReopeningRequest.requested_at,
        )
        .join(ClosedMonth, ClosedMonth.id == ReopeningRequest.closing_id)
        .where(within(ReopeningRequest.court_code, scope), ClosedMonth.month <= f"{scope.year:04d}-12")
    )  # fmt: skip
    for *facts, requested_by, requested_at in Stream(query.order_by(ReopeningRequest.id)):
        yield *facts, people(scope)[requested_by], requested_at


def _asked(about: SQLColumnExpression[str]) -> ColumnElement[str]:
    """What the request of a decision says, as SQL that joins nothing."""
    return select(about).where(ReopeningRequest.id == ReopeningDecision.request_id).scalar_subquery()


def _agreed(step: ReopeningStep) -> dict[str, tuple[str, ...]]:
    return {"step": (step.value,), "outcome": (ReopeningOutcome.AGREED.value,)}


_OPINION = {"opinion": "{opinion}"}


@table(
    "reopening_decisions", "反结账意见", "books",
    "对反结账申请的意见",
    "Answers to those requests",
    ID,
    COURT,
    Column("month", "月份", "month that the request is about"),
    Column("request_id", "申请标识", "id of the request", "number"),
    Column("step", "环节", "auditor or approval", words=ReopeningStep),
    Column("outcome", "结果", "agreed or returned", words=ReopeningOutcome),
    Column("opinion", "意见", "opinion", "remark"),
    Column("decided_by", "办理人", "who answered"),
    Column("decided_at", "办理时间", "when", "moment"),
    kept=Kept(
        ReopeningDecision,
        {"court_code": _asked(ReopeningRequest.court_code), "month": _asked(month_of(ReopeningRequest.closing_id))},
    ),
    records=[
        Recorded(Event.REOPENING_AUDITED.value, MONTH, "decided_by", _OPINION, _agreed(ReopeningStep.AUDIT), "month"),
        Recorded(Event.MONTH_REOPENED.value, MONTH, "decided_by", _OPINION, _agreed(ReopeningStep.APPROVAL), "month"),
        Recorded(
            Event.REOPENING_RETURNED.value, MONTH, "decided_by", {"reason": "{opinion}"},
            {"outcome": (ReopeningOutcome.RETURNED.value,)}, "month",
        ),
    ],
)  # fmt: skip
def _reopening_decisions(scope: Scope) -> Iterable[Row]:
    query = (
        select(
            ReopeningDecision.id, ReopeningRequest.court_code, ClosedMonth.month, ReopeningDecision.request_id,
            ReopeningDecision.step, ReopeningDecision.outcome,
            ReopeningDecision.opinion, ReopeningDecision.decided_by_id, ReopeningDecision.decided_at,
        )
        .join(ReopeningRequest, ReopeningRequest.id == ReopeningDecision.request_id)
        .join(ClosedMonth, ClosedMonth.id == ReopeningRequest.closing_id)
        .where(within(ReopeningRequest.court_code, scope), ClosedMonth.month <= f"{scope.year:04d}-12")
    )  # fmt: skip
    for *facts, decided_by, decided_at in Stream(query.order_by(ReopeningDecision.id)):
        yield *facts, people(scope)[decided_by], decided_at


@table(
    "packages", "审计包", "trail",
    "此前为这些法院制作的审计包",
    "Packages of these courts that were made before this one",
    ID,
    COURT,
    Column("year", "年度", "year", "number"),
    Column("courts", "包含法院", "codes of its courts, with commas between", told="代字，以逗号分隔"),
    Column("file_name", "文件名", "name of the file"),
    Column("sha256", "文件SHA-256", "SHA-256 of the file"),
    Column("is_unmasked", "完整个人信息", "1: it names persons whole", "number", told="1：含当事人姓名和号码全文"),
    Column("reason", "理由", "why it does", "remark", told="导出未脱敏包的理由"),
    Column("exported_by", "导出人", "who made it"),
    Column("exported_at", "导出时间", "when", "moment"),
)  # fmt: skip
def _packages(scope: Scope) -> Iterable[Row]:
    query = select(
        AuditPackage.id, AuditPackage.court_code, AuditPackage.year, AuditPackage.courts, AuditPackage.file_name,
        AuditPackage.digest, AuditPackage.is_unmasked, AuditPackage.reason, AuditPackage.exported_by_id,
        AuditPackage.exported_at,
    ).where(within(AuditPackage.court_code, scope))  # fmt: skip
    for *facts, exported_by, exported_at in Stream(query.order_by(AuditPackage.id)):
        if set(facts[3].split(",")) <= set(scope.court_codes):
            yield *facts, people(scope)[exported_by], exported_at


_of_postings = select(PostingLine.voucher_id, record_id(PostingLine.case_ref, "case"))
_of_postings = _of_postings.where(PostingLine.case_ref.is_not(None))
tells_of_cases("voucher", by_query(_of_postings))
