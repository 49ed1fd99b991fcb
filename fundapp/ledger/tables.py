"""Tables of the audit package: courts and their booking models, accounts, balances, closings, corrections, promises."""

from collections.abc import Iterable
from itertools import groupby

from sqlalchemy import ColumnElement, Text, case, cast, select
from sqlalchemy.orm import aliased

from fundapp.core.money import to_fen
from fundapp.core.tables import COURT, ID, Column, Row, Scope, Stream, amount_column, table, within
from fundapp.courts.models import Court
from fundapp.courts.rules import CourtLevel
from fundapp.ledger import queries, rules
from fundapp.ledger.models import (
    BookingModel,
    ClosedMonth,
    Correction,
    DayTotal,
    ReopenedMonth,
    Reservation,
    Voucher,
)
from fundapp.ledger.rules import LABELS, SIDE, Account, CorrectionMethod, CorrectionStatus, Model, Movement, Side
from fundapp.users.models import User
from fundapp.users.tables import people

VOUCHER_ID = Column("voucher_id", "凭证标识", "id of the voucher that booked it; empty when none did", "number")
VOUCHER = Column("voucher", "凭证号", "number of that voucher", "code")
REFERENCE = Column("bank_reference", "银行流水号", "the bank's reference")


def cited(voucher: type[Voucher]) -> ColumnElement[str]:
    """How a voucher is cited, as SQL; ``voucher`` is the table or another name of it."""
    word = case(*((voucher.kind == kind, word) for kind, word in rules.WORDS.items()))
    zeros = case(*((voucher.kind_number < 10**digits, "0" * (4 - digits)) for digits in (1, 2, 3)), else_="")
    found: ColumnElement[str] = cast(voucher.year, Text) + word + zeros + cast(voucher.kind_number, Text)
    return found


CITED = cited(Voucher)
"""How a voucher is cited, as SQL; nothing where a row is joined with none."""


@table(
    "courts", "法院", "books", "Courts in this package",
    Column("code", "法院代字", "code of the court"),
    Column("name", "名称", "name"),
    Column("level", "级别", "level", words=CourtLevel),
    Column("parent_code", "上级法院代字", "code of the superior court"),
    Column("model", "记账模式", "booking model: A entrusted money, B own funds; empty while the books are not opened",
           words=Model),
)  # fmt: skip
def _courts(scope: Scope) -> Iterable[Row]:
    query = select(Court.code, Court.name, Court.level, Court.parent_code, BookingModel.model).outerjoin(
        BookingModel, BookingModel.court_code == Court.code
    )
    return Stream(query.where(within(Court.code, scope)).order_by(Court.code))


@table(
    "accounts", "会计科目", "books", "Chart of accounts",
    Column("code", "科目编号", "code of the account"),
    Column("name", "科目名称", "name of the account"),
    Column("side", "余额方向", "side on which the balance stands", words=Side),
)  # fmt: skip
def _accounts(scope: Scope) -> Iterable[Row]:
    return [(account.value, LABELS[account], SIDE[account].value) for account in Account]


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
        for line in queries.trial_balance([court], as_of=scope.last_day):
            amounts = (
                line.opening_debit, line.opening_credit, line.debit, line.credit, line.closing_debit,
                line.closing_credit,
            )  # fmt: skip
            yield court, scope.year, line.account.value, LABELS[line.account], *(to_fen(one) for one in amounts)


@table(
    "months", "月发生额及余额", "books", "Turnover and balance of each account and month that has postings",
    COURT,
    Column("account", "科目编号", "code of the account"),
    Column("month", "月份", "month"),
    amount_column("debit", "借方发生额", "debits of the month"),
    amount_column("credit", "贷方发生额", "credits of the month"),
    amount_column("balance", "月末余额（借减贷）", "debits less credits up to the month's end", is_summed=False),
)  # fmt: skip
def _months(scope: Scope) -> Iterable[Row]:
    query = (
        select(DayTotal.court_code, DayTotal.account, DayTotal.day, DayTotal.debit, DayTotal.credit)
        .where(within(DayTotal.court_code, scope), DayTotal.part == "", DayTotal.day <= scope.last_day)
        .order_by(DayTotal.court_code, DayTotal.account, DayTotal.day)
    )
    for (court, account), days in groupby(Stream(query), key=lambda row: row[:2]):
        debit = credit = 0
        for month, of_month in groupby(days, key=lambda row: row[2][:7]):
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
    return Stream(query.where(within(ClosedMonth.court_code, scope), until).order_by(*order))


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
    for *facts, requested, audited, agreed, reopened_at in Stream(query):
        yield *facts, people(scope)[requested], people(scope)[audited], people(scope)[agreed], reopened_at


@table(
    "corrections", "更正申请", "books", "Requests to correct a voucher, dated up to the year's end",
    ID,
    COURT,
    Column("voucher_id", "凭证标识", "id of the voucher to be corrected", "number"),
    VOUCHER,
    Column("method", "更正方法", "cancel, state anew, or the difference only", words=CorrectionMethod),
    Column("restated_movement", "正确的资金变动", "what it should have said happened", words=Movement),
    amount_column("restated_amount", "正确金额", "what it should have come to", is_summed=False),
    Column("restated_source", "正确的资金来源标识", "source it should have named"),
    Column("business_date", "业务日期", "day of the correction", "day"),
    Column("reason", "理由", "why"),
    Column("status", "状态", "status when the package was made", words=CorrectionStatus),
    Column("requested_by", "申请人", "who asked for it"),
    Column("reviewed_by", "复核人", "who confirmed or returned it"),
    Column("corrected_by_id", "更正凭证标识", "id of the voucher that corrects"),
    Column("corrected_by", "更正凭证号", "its number"),
)  # fmt: skip
def _corrections(scope: Scope) -> Iterable[Row]:
    correcting = aliased(Voucher)
    query = (
        select(
            Correction.id, Correction.court_code, Correction.voucher_id, CITED, Correction.method,
            Correction.restated_movement, Correction.restated_amount, Correction.restated_source,
            Correction.business_date, Correction.reason, Correction.status, Correction.requested_by_id,
            Correction.reviewed_by_id, Correction.corrected_by_id, cited(correcting),
        )
        .join(Voucher, Voucher.id == Correction.voucher_id)
        .outerjoin(correcting, correcting.id == Correction.corrected_by_id)
        .where(within(Correction.court_code, scope), Correction.business_date <= scope.last_day)
    )  # fmt: skip
    names = people(scope)
    for *facts, requested, reviewed, by_id, by in Stream(query.order_by(Correction.id)):
        yield *facts, names[requested], names[reviewed], by_id, by


@table(
    "reservations", "预留资金", "books", "Money promised by an approval, as it stood when the package was made",
    ID,
    COURT,
    Column("name", "预留事项", "for what: the record and its round of approval"),
    Column("account", "科目编号", "account whose money is promised"),
    Column("part", "明细", "part of the account: a source or a case; empty for the whole"),
    amount_column("amount", "金额", "amount"),
    Column("state", "状态", "open, settled by the payment, or released"),
    Column("opened_at", "预留时间", "when it was promised", "moment"),
    Column("ended_at", "结束时间", "when it was settled or released", "moment"),
)  # fmt: skip
def _reservations(scope: Scope) -> Iterable[Row]:
    query = select(
        Reservation.id, Reservation.court_code, Reservation.name, Reservation.account, Reservation.part,
        Reservation.amount, Reservation.state, Reservation.opened_at, Reservation.ended_at,
    )  # fmt: skip
    return Stream(query.where(within(Reservation.court_code, scope)).order_by(Reservation.id))
