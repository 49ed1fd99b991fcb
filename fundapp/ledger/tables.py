"""Tables of the audit package: courts and their booking models, accounts, balances, closings, corrections, promises."""

from collections.abc import Iterable
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, SQLColumnExpression, Text, case, cast, select
from sqlalchemy.orm import aliased

from fundapp.core.money import to_fen
from fundapp.core.tables import COURT, ID, Column, Kept, Recorded, Row, Scope, Stream, amount_column, table, within
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
from fundapp.ledger.rules import (
    LABELS,
    SIDE,
    Account,
    CorrectionMethod,
    CorrectionStatus,
    Model,
    Movement,
    ReservationState,
    Side,
)
from fundapp.trail.rules import Event
from fundapp.users.models import User
from fundapp.users.tables import people

VOUCHER_ID = Column(
    "voucher_id",
    "凭证标识",
    "id of the voucher that booked it; empty when none did",
    "number",
    told="入账凭证的标识；未入账的为空",
)
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


def cited_as(voucher_id: SQLColumnExpression[Any]) -> ColumnElement[str]:
    """How the voucher of this id is cited, as SQL that joins nothing."""
    voucher = aliased(Voucher)
    return select(cited(voucher)).where(voucher.id == voucher_id).scalar_subquery()


def month_of(closing_id: SQLColumnExpression[Any]) -> ColumnElement[str]:
    """The month of the closing of this id, likewise."""
    closing = aliased(ClosedMonth)
    return select(closing.month).where(closing.id == closing_id).scalar_subquery()


MONTH = "month:{court_code}:{month}"
"""The subject of what is done with a month."""


@table(
    "courts", "法院", "books",
    "本包所含法院",
    "Courts in this package",
    Column("code", "法院代字", "code of the court"),
    Column("name", "名称", "name"),
    Column("level", "级别", "level", words=CourtLevel),
    Column("parent_code", "上级法院代字", "code of the superior court"),
    Column("model", "记账模式", "booking model: A entrusted money, B own funds; empty while the books are not opened",
           words=Model, told="A：代管资金；B：自有资金；未启用账簿的为空"),
    kept=Kept(BookingModel, {"code": BookingModel.court_code}),
    records=[
        Recorded(
            Event.BOOKS_OPENED.value, "court:{code}",
            facts={"model": "{model}"}, where={"model": tuple(model.value for model in Model)},
        ),
    ],
)  # fmt: skip
def _courts(scope: Scope) -> Iterable[Row]:
    query = select(Court.code, Court.name, Court.level, Court.parent_code, BookingModel.model).outerjoin(
        BookingModel, BookingModel.court_code == Court.code
    )
    return Stream(query.where(within(Court.code, scope)).order_by(Court.code))


@table(
    "accounts", "会计科目", "books",
    "会计科目表",
    "Chart of accounts",
    Column("code", "科目编号", "code of the account"),
    Column("name", "科目名称", "name of the account"),
    Column("side", "余额方向", "side on which the balance stands", words=Side, told="余额通常所在的方向"),
)  # fmt: skip
def _accounts(scope: Scope) -> Iterable[Row]:
    return [(account.value, LABELS[account], SIDE[account].value) for account in Account]


@table(
    "trial_balance", "试算平衡表", "books",
    "本年度试算平衡表，按法院和科目",
    "Trial balance of the year, by court and account",
    COURT,
    Column("year", "年度", "year", "number"),
    Column("account", "科目编号", "code of the account"),
    Column("name", "科目名称", "name of the account"),
    amount_column("opening_debit", "期初借方", "debit at the year's beginning, or as the books began within it",
           told="期初借方余额；本年启用账簿的，为启用时带入的余额"),
    amount_column("opening_credit", "期初贷方", "opening balance, credit"),
    amount_column("debit", "本年借方", "debits of the year; what was carried in counts for income and expense only",
           told="本年借方发生额；启用时带入的金额只计收入、费用"),
    amount_column("credit", "本年贷方", "credits of the year"),
    amount_column("closing_debit", "期末借方", "closing balance, debit"),
    amount_column("closing_credit", "期末贷方", "closing balance, credit"),
)  # fmt: skip
def _trial_balance(scope: Scope) -> Iterable[Row]:
    for court in scope.court_codes:
        for line in queries.trial_balance([court], as_of=scope.last_day):
            yield court, scope.year, line.account.value, LABELS[line.account], *(to_fen(one) for one in line.amounts)


@table(
    "months", "月发生额及余额", "books",
    "各科目有发生额的各月的发生额和余额",
    "Turnover and balance of each account and month that has postings",
    COURT,
    Column("account", "科目编号", "code of the account"),
    Column("month", "月份", "month"),
    amount_column("debit", "借方发生额", "debits of the month's vouchers, those of openings too",
           told="本月凭证的借方合计，含期初余额凭证"),
    amount_column("credit", "贷方发生额", "credits of the month"),
    amount_column("balance", "月末余额（借减贷）", "debits less credits up to the month's end", is_summed=False,
           told="截至月末借方合计减贷方合计"),
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
    "closed_months", "月末结账", "books",
    "月末结账记录；反结账后再次结账的，为下一次",
    "Months closed; a month that was reopened is closed again in a further round",
    COURT,
    Column("month", "月份", "month"),
    Column("round", "第几次结账", "1 for the first closing of the month, 2 after a reopening, and so on", "number",
           told="该月第1次结账为1，反结账后再次结账为2，以此类推"),
    Column("vouchers", "凭证数", "vouchers in the month when it was closed", "number", told="结账时该月的凭证数"),
    Column("last_number", "结账时末号", "last voucher number of the year when it was closed", "number",
           told="结账时本年最后一个凭证总号"),
    Column("digest", "凭证校验码", "digest over the digests of the month's vouchers, in the order of their numbers",
           told="该月各凭证校验码按编号次序合并计算的校验码"),
    amount_column("suspense", "待认领款", "unclaimed money at the end of the month", told="月末无人认领的款项"),
    Column("explanation", "情况说明", "why it still stood there, in the closer's words", "remark",
           told="结账人对待认领款的说明"),
    Column("closed_by", "结账人", "who closed it"),
    Column("closed_at", "结账时间", "when", "moment"),
    kept=Kept(ClosedMonth),
    records=[
        Recorded(
            Event.MONTH_CLOSED.value, MONTH, "closed_by", until="month",
            facts={"vouchers": "{vouchers}", "suspense": "{suspense}", "explanation": "{explanation}"},
            words={"suspense": {"0.00": ""}},
        ),
    ],
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
    "reopenings", "反结账", "books",
    "被反结账终止的结账；一人申请，另一人批准",
    "Closings ended by a reopening: asked for by one person, agreed by another",
    COURT,
    Column("month", "月份", "month"),
    Column("round", "第几次结账", "round of the closing that was ended", "number", told="被终止的是第几次结账"),
    Column("last_number", "反结账时末号", "last voucher number of the year when it was reopened", "number",
           told="反结账时本年最后一个凭证总号"),
    Column("reason", "理由", "why it was reopened", "remark"),
    Column("requested_by", "申请人", "who asked for it"),
    Column("audited_by", "审计", "auditor who agreed; for December, and with it the year",
           told="同意的审计人员；十二月和年度反结账才有"),
    Column("agreed_by", "批准人", "who agreed"),
    Column("reopened_at", "反结账时间", "when", "moment"),
    kept=Kept(ReopenedMonth, {"month": month_of(ReopenedMonth.closing_id)}),
    records=[Recorded(Event.MONTH_REOPENED.value, MONTH, "agreed_by", until="month", facts={"reason": "{reason}"})],
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


_CORRECTION = {
    "voucher": "{voucher}", "method": "{method}", "restated": "{restated_amount}", "source": "{restated_source}",
    "reason": "{reason}",
}  # fmt: skip


@table(
    "corrections", "更正申请", "books",
    "更正凭证的申请，业务日期截至本年末",
    "Requests to correct a voucher, dated up to the year's end",
    ID,
    COURT,
    Column("voucher_id", "凭证标识", "id of the voucher to be corrected", "number", told="被更正凭证的标识"),
    VOUCHER,
    Column("method", "更正方法", "cancel, state anew, or the difference only", words=CorrectionMethod),
    Column("restated_movement", "正确的资金变动", "what it should have said happened", words=Movement,
           told="更正后应为的资金变动；仅注销的为空"),
    amount_column("restated_amount", "正确金额", "what it should have come to", is_summed=False,
           told="更正后应为的金额；仅注销的为空"),
    Column("restated_source", "正确的资金来源标识", "source it should have named", told="更正后应为的资金来源"),
    Column("business_date", "业务日期", "day of the correction", "day"),
    Column("reason", "理由", "why", "remark"),
    Column("status", "状态", "status when the package was made", words=CorrectionStatus),
    Column("requested_by", "申请人", "who asked for it"),
    Column("reviewed_by", "复核人", "who confirmed or returned it"),
    Column("corrected_by_id", "更正凭证标识", "id of the voucher that corrects", told="据以更正的凭证的标识"),
    Column("corrected_by", "更正凭证号", "its number"),
    about={"voucher_id": "voucher"},
    kept=Kept(Correction, {"voucher": cited_as(Correction.voucher_id)}),
    records=[
        Recorded(Event.CORRECTION_REQUESTED.value, "voucher:{voucher_id}", "requested_by", _CORRECTION),
        *(
            Recorded(event.value, "voucher:{voucher_id}", "reviewed_by", _CORRECTION, {"status": (status.value,)})
            for event, status in (
                (Event.CORRECTION_CONFIRMED, CorrectionStatus.CONFIRMED),
                (Event.CORRECTION_RETURNED, CorrectionStatus.RETURNED),
            )
        ),
    ],
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
    "reservations", "预留资金", "books",
    "审批通过后预留的资金，按制作本包时的状态",
    "Money promised by an approval, as it stood when the package was made",
    ID,
    COURT,
    Column("name", "预留事项", "for what: the record and its round of approval", told="所预留的记录和审批轮次"),
    Column("account", "科目编号", "account whose money is promised", told="被预留资金的科目"),
    Column("part", "明细", "part of the account: a source or a case; empty for the whole",
           told="科目下的资金来源或案件；空为整个科目"),
    amount_column("amount", "金额", "amount"),
    Column("state", "状态", "open, settled by the payment, or released", words=ReservationState),
    Column("opened_at", "预留时间", "when it was promised", "moment"),
    Column("ended_at", "结束时间", "when it was settled or released", "moment", told="支付后结清或释放的时间"),
)  # fmt: skip
def _reservations(scope: Scope) -> Iterable[Row]:
    query = select(
        Reservation.id, Reservation.court_code, Reservation.name, Reservation.account, Reservation.part,
        Reservation.amount, Reservation.state, Reservation.opened_at, Reservation.ended_at,
    )  # fmt: skip
    return Stream(query.where(within(Reservation.court_code, scope)).order_by(Reservation.id))
