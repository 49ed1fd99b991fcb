"""The books: accounts, vouchers, postings, balances, what was closed."""

from collections.abc import Iterable
from itertools import groupby

from sqlalchemy import select

from fundapp.cases.rules import masked_name
from fundapp.core.db import blind_index
from fundapp.core.money import ZERO
from fundapp.courts.models import Court
from fundapp.ledger import queries as books
from fundapp.ledger.models import BookingModel, ClosedMonth, DayTotal, PostingLine, ReopenedMonth, Voucher
from fundapp.ledger.rules import LABELS as LEDGER_LABELS
from fundapp.ledger.rules import SIDE, Account, month_of
from fundapp.users.models import User
from fundapp.yearend.models import ClosedYear
from fundapp.yearend.queries.tables.registry import (
    CASE,
    COURT,
    ID,
    Column,
    Row,
    Scope,
    amount_column,
    cited,
    stream,
    table,
    within,
)


@table(
    "courts", "法院", "books", "Courts in this package",
    Column("code", "法院代字", "code of the court"),
    Column("name", "名称", "name"),
    Column("level", "级别", "level"),
    Column("parent_code", "上级法院代字", "code of the superior court"),
    Column("model", "记账模式", "booking model: A entrusted money, B own funds; empty while the books are not opened"),
)  # fmt: skip
def _courts(scope: Scope) -> Iterable[Row]:
    query = select(Court.code, Court.name, Court.level, Court.parent_code, BookingModel.model).outerjoin(
        BookingModel, BookingModel.court_code == Court.code
    )
    return stream(query.where(within(Court.code, scope)).order_by(Court.code))


@table(
    "accounts", "会计科目", "books", "Chart of accounts",
    Column("code", "科目编号", "code of the account"),
    Column("name", "科目名称", "name of the account"),
    Column("side", "余额方向", "side on which the balance stands"),
)  # fmt: skip
def _accounts(scope: Scope) -> Iterable[Row]:
    return [(account, LEDGER_LABELS[account], SIDE[account]) for account in Account]


@table(
    "vouchers", "记账凭证", "books", "Vouchers of all years up to the year of the package",
    ID,
    COURT,
    Column("year", "年度", "year of the posting day", "number"),
    Column("number", "总号", "number among all kinds in the court and year, without gap", "number"),
    Column("kind", "凭证种类", "kind: receipt, payment or transfer"),
    Column("kind_number", "分号", "number in its kind, without gap", "number"),
    Column("cited", "凭证号", "how the voucher is cited"),
    Column("name", "业务事项", "name of the act, posted once"),
    Column("business_date", "业务日期", "day on which it happened", "day"),
    Column("posted_on", "记账日期", "day under which it stands in the books; its month is the posting period", "day"),
    Column("recorded_at", "登记时间", "moment of recording", "moment"),
    Column("summary", "摘要（脱敏）", "summary, names of the case's parties masked"),
    Column("summary_mark", "摘要校验码", "keyed digest of the unmasked summary; part of the voucher's digest"),
    Column("attachments", "附件张数", "number of originals attached", "number"),
    amount_column("total", "合计金额", "sum of its postings"),
    Column("prepared_by", "制单", "who prepared it (login name)"),
    Column("reviewed_by", "审核", "who reviewed it"),
    Column("booked_by", "记账", "whose act booked it"),
    Column("cashier", "出纳", "who handled the money; empty where it moves none"),
    Column("hands", "签署人标识", "ids of preparer, reviewer, bookkeeper and cashier, with blanks between"),
    Column("ink", "字色", "blue; red deducts from the turnover; blue_mirror undoes a voucher of an earlier year"),
    Column("reverses_id", "冲销凭证标识", "id of the voucher that it reverses"),
    Column("adjusts_id", "调整凭证标识", "id of the voucher whose amount it adjusts"),
    Column("restates_id", "订正凭证标识", "id of the voucher that it states anew"),
    Column("form", "校验码格式", "canonical form of the digest"),
    Column("digest", "凭证校验码", "SHA-256 of what the voucher and its postings say, as recorded on the trail"),
)  # fmt: skip
def _vouchers(scope: Scope) -> Iterable[Row]:
    query = (
        select(Voucher.summary, *VOUCHER_COLUMNS)
        .where(within(Voucher.court_code, scope), Voucher.posted_on <= scope.last_day)
        .order_by(Voucher.court_code, Voucher.year, Voucher.number)
    )
    cases = _cases_of_vouchers(scope)
    for summary, voucher_id, court, year, number, kind, kind_number, *facts in stream(query):
        name, *dates, papers, total, prepared, reviewed, booked, cashier, ink = facts[:11]
        hands = (prepared, reviewed, booked, cashier)
        told = (_masked(summary, cases.get(voucher_id, ()), scope), blind_index(summary, books.SUMMARY_PURPOSE))
        yield (
            voucher_id, court, year, number, kind, kind_number, cited(year, kind, kind_number), name, *dates,
            *told, papers, total, *(scope.people[hand] if hand else "" for hand in hands),
            " ".join(str(hand or "") for hand in hands), ink, *facts[11:],
        )  # fmt: skip


VOUCHER_COLUMNS = (
    Voucher.id, Voucher.court_code, Voucher.year, Voucher.number, Voucher.kind, Voucher.kind_number, Voucher.name,
    Voucher.business_date, Voucher.posted_on, Voucher.recorded_at, Voucher.attachments, Voucher.total,
    Voucher.prepared_by_id, Voucher.reviewed_by_id, Voucher.booked_by_id, Voucher.cashier_id, Voucher.ink,
    Voucher.reverses_id, Voucher.adjusts_id, Voucher.restates_id, Voucher.form, Voucher.digest,
)  # fmt: skip


def _cases_of_vouchers(scope: Scope) -> dict[int, list[str]]:
    """Which cases each voucher concerns; without any, a voucher is not in it."""
    query = (
        select(PostingLine.voucher_id, PostingLine.case_ref)
        .join(Voucher, Voucher.id == PostingLine.voucher_id)
        .where(within(Voucher.court_code, scope), PostingLine.case_ref.is_not(None))
        .distinct()
        .order_by(PostingLine.voucher_id, PostingLine.case_ref)
    )
    found: dict[int, list[str]] = {}
    for voucher_id, case in stream(query):
        found.setdefault(voucher_id, []).append(case)
    return found


def _masked(summary: str, cases: Iterable[str], scope: Scope) -> str:
    for case in cases:
        for name in scope.names_by_case.get(case, ()):
            summary = summary.replace(name, masked_name(name))
    return summary


@table(
    "postings", "分录", "books", "Postings: one debit, one credit account, one amount; in the order of the vouchers",
    Column("voucher_id", "凭证标识", "id of its voucher", "number"),
    COURT,
    Column("cited", "凭证号", "number of its voucher"),
    Column("line", "行号", "line in the voucher", "number"),
    Column("movement", "资金变动", "what happened to the money"),
    Column("debit", "借方科目", "account debited"),
    Column("credit", "贷方科目", "account credited"),
    amount_column("amount", "金额", "amount, above zero"),
    Column("case_ref", "案件标识", "case it concerns (case:ID)"),
    Column("source_ref", "资金来源标识", "source of the money (source:ID)"),
    Column("debtor_ref", "被执行人标识", "debtor it concerns (party:ID)"),
    CASE,
)  # fmt: skip
def _postings(scope: Scope) -> Iterable[Row]:
    query = (
        select(
            PostingLine.voucher_id, Voucher.court_code, Voucher.year, Voucher.kind, Voucher.kind_number,
            PostingLine.line, PostingLine.movement, PostingLine.debit, PostingLine.credit, PostingLine.amount,
            PostingLine.case_ref,
            PostingLine.source_ref, PostingLine.debtor_ref,
        )
        .join(Voucher, Voucher.id == PostingLine.voucher_id)
        .where(within(Voucher.court_code, scope), Voucher.posted_on <= scope.last_day)
        .order_by(Voucher.court_code, Voucher.year, Voucher.number, PostingLine.line)
    )  # fmt: skip
    for voucher_id, court, year, kind, number, *facts, case, source, debtor in stream(query):
        case_number = scope.case_numbers.get(case or "")
        yield voucher_id, court, cited(year, kind, number), *facts, case, source, debtor, case_number


@table(
    "trial_balance", "试算平衡表", "books", "Trial balance of the year, by court and account",
    COURT,
    Column("year", "年度", "year", "number"),
    Column("account", "科目编号", "code of the account"),
    Column("name", "科目名称", "name of the account"),
    amount_column("opening_debit", "期初借方", "opening balance, debit"),
    amount_column("opening_credit", "期初贷方", "opening balance, credit"),
    amount_column("debit", "本年借方", "debits of the year"),
    amount_column("credit", "本年贷方", "credits of the year"),
    amount_column("closing_debit", "期末借方", "closing balance, debit"),
    amount_column("closing_credit", "期末贷方", "closing balance, credit"),
)  # fmt: skip
def _trial_balance(scope: Scope) -> Iterable[Row]:
    for court in scope.court_codes:
        for line in books.trial_balance([court], as_of=scope.last_day):
            opening = (line.opening_debit, line.opening_credit)
            closing = (line.closing_debit, line.closing_credit)
            name = LEDGER_LABELS[line.account]
            yield court, scope.year, line.account, name, *opening, line.debit, line.credit, *closing


@table(
    "months", "月发生额及余额", "books", "Turnover and balance of each account and month that has postings",
    COURT,
    Column("account", "科目编号", "code of the account"),
    Column("month", "月份", "month"),
    amount_column("debit", "借方发生额", "debits of the month"),
    amount_column("credit", "贷方发生额", "credits of the month"),
    amount_column("balance", "月末余额（借减贷）", "debits less credits up to the month's end"),
)  # fmt: skip
def _months(scope: Scope) -> Iterable[Row]:
    query = (
        select(DayTotal.court_code, DayTotal.account, DayTotal.day, DayTotal.debit, DayTotal.credit)
        .where(within(DayTotal.court_code, scope), DayTotal.part == "", DayTotal.day <= scope.last_day)
        .order_by(DayTotal.court_code, DayTotal.account, DayTotal.day)
    )
    for (court, account), days in groupby(stream(query), key=lambda row: row[:2]):
        debit = credit = ZERO
        for month, of_month in groupby(days, key=lambda row: month_of(row[2])):
            *_, (*_, debit_until, credit_until) = of_month
            yield court, account, month, debit_until - debit, credit_until - credit, debit_until - credit_until
            debit, credit = debit_until, credit_until


@table(
    "closed_months", "月末结账", "books", "Months closed; a month that was reopened is closed again in a further round",
    COURT,
    Column("month", "月份", "month"),
    Column("round", "第几次结账", "1 for the first closing of the month, 2 after a reopening, and so on", "number"),
    Column("vouchers", "凭证数", "vouchers in the month when it was closed", "number"),
    Column("last_number", "结账时末号", "last voucher number of the year when it was closed", "number"),
    Column("digest", "凭证校验码", "digest over the digests of the month's vouchers, in the order of their numbers"),
    amount_column("suspense", "待认领款", "unclaimed money at the end of the month"),
    Column("explanation", "情况说明", "why it still stood there, in the closer's words"),
    Column("closed_by", "结账人", "who closed it"),
    Column("closed_at", "结账时间", "when", "moment"),
)  # fmt: skip
def _closed_months(scope: Scope) -> Iterable[Row]:
    query = select(
        ClosedMonth.court_code, ClosedMonth.month, ClosedMonth.round, ClosedMonth.vouchers, ClosedMonth.last_number,
        ClosedMonth.digest, ClosedMonth.suspense, ClosedMonth.explanation, User.username, ClosedMonth.closed_at,
    ).join(User, User.id == ClosedMonth.closed_by_id)  # fmt: skip
    until = ClosedMonth.month <= f"{scope.year:04d}-12"
    order = (ClosedMonth.court_code, ClosedMonth.month, ClosedMonth.round)
    return stream(query.where(within(ClosedMonth.court_code, scope), until).order_by(*order))


@table(
    "reopenings", "反结账", "books", "Closings ended by a reopening: asked for by one person, agreed by another",
    COURT,
    Column("month", "月份", "month"),
    Column("round", "第几次结账", "round of the closing that was ended", "number"),
    Column("last_number", "反结账时末号", "last voucher number of the year when it was reopened", "number"),
    Column("reason", "理由", "why it was reopened"),
    Column("requested_by", "申请人", "who asked for it"),
    Column("audited_by", "审计", "auditor who agreed; for December, and with it the year"),
    Column("agreed_by", "批准人", "who agreed"),
    Column("reopened_at", "反结账时间", "when", "moment"),
)  # fmt: skip
def _reopenings(scope: Scope) -> Iterable[Row]:
    query = (
        select(
            ClosedMonth.court_code, ClosedMonth.month, ClosedMonth.round, ReopenedMonth.last_number,
            ReopenedMonth.reason, ReopenedMonth.requested_by_id, ReopenedMonth.audited_by_id,
            ReopenedMonth.agreed_by_id, ReopenedMonth.reopened_at,
        )
        .join(ClosedMonth, ClosedMonth.id == ReopenedMonth.closing_id)
        .where(within(ClosedMonth.court_code, scope), ClosedMonth.month <= f"{scope.year:04d}-12")
        .order_by(ClosedMonth.court_code, ClosedMonth.month, ClosedMonth.round)
    )  # fmt: skip
    for *facts, requested, audited, agreed, reopened_at in stream(query):
        yield *facts, scope.people[requested], scope.people[audited], scope.people[agreed], reopened_at


@table(
    "closed_years", "年终结账", "books", "Years closed; a year stands closed unless that round of its December ended",
    COURT,
    Column("year", "年度", "year", "number"),
    Column("round", "第几次结账", "round of the closing of its December", "number"),
    Column("vouchers", "凭证数", "vouchers of the year", "number"),
    Column("result_voucher", "结转凭证号", "voucher that carried the result over"),
    Column("prepared_by", "制单", "who prepared the closing"),
    Column("closed_by", "结账人", "who closed the year"),
    Column("closed_at", "结账时间", "when", "moment"),
)  # fmt: skip
def _closed_years(scope: Scope) -> Iterable[Row]:
    query = (
        select(
            ClosedYear.court_code, ClosedYear.year, ClosedMonth.round, ClosedYear.vouchers, Voucher.year, Voucher.kind,
            Voucher.kind_number, ClosedYear.prepared_by_id, ClosedYear.closed_by_id, ClosedYear.closed_at,
        )
        .join(ClosedMonth, ClosedMonth.id == ClosedYear.closing_id)
        .outerjoin(Voucher, Voucher.id == ClosedYear.result_voucher_id)
        .where(within(ClosedYear.court_code, scope), ClosedYear.year <= scope.year)
        .order_by(ClosedYear.court_code, ClosedYear.year, ClosedMonth.round)
    )  # fmt: skip
    for court, year, at, vouchers, *of_voucher, prepared, closed, closed_at in stream(query):
        hands = (scope.people[prepared], scope.people[closed])
        yield court, year, at, vouchers, cited(*of_voucher), *hands, closed_at
