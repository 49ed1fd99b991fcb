"""The fund: sources, cases and parties, advances, signatures, payments, batches."""

from collections.abc import Iterable

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import aliased

from fundapp.advances.models import Advance, AdvancePayment
from fundapp.approvals.models import Decision
from fundapp.cases.models import Case, Party, PayeeAccount
from fundapp.cases.rules import masked_name
from fundapp.core.db import db
from fundapp.core.money import ZERO, Money
from fundapp.disbursement.models import Batch, BatchLine
from fundapp.funding.models import FundReceipt, Source
from fundapp.ledger.models import PostingLine, Voucher
from fundapp.ledger.rules import Account, Ink, Movement
from fundapp.recovery.models import Allocation
from fundapp.users.models import User
from fundapp.yearend.queries.tables.registry import (
    CASE,
    COURT,
    ID,
    REFERENCE,
    VOUCHER,
    VOUCHER_ID,
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
    "sources", "资金来源", "fund", "Sources of the fund's money, with what the postings say of each to the year's end",
    ID,
    COURT,
    Column("kind", "种类", "kind of source"),
    Column("name", "名称", "name"),
    Column("document", "依据文件", "document it stands on"),
    amount_column("opening", "期初", "what the court's books began with"),
    amount_column("received", "到账", "received, including what returned by reversals of giving back"),
    amount_column("given_back", "退回", "given back to the source, including reversals of what was received"),
    amount_column("used", "垫付", "paid out as advances"),
    amount_column("recovered", "追回", "recovered, including reversals of payments"),
    amount_column("balance", "结余", "what is left of it, in the bank and in cash"),
)  # fmt: skip
def _sources(scope: Scope) -> Iterable[Row]:
    flows = _source_flows(scope)
    query = select(Source.id, Source.court_code, Source.kind, Source.name, Source.document)
    for row in stream(query.where(within(Source.court_code, scope)).order_by(Source.id)):
        flow = flows.get(f"source:{row[0]}", {})
        received, given_back, used, recovered, opening = (flow.get(at, ZERO) for at in range(5))
        balance = opening + received - given_back - used + recovered
        yield *row, opening, received, given_back, used, recovered, balance


def _source_flows(scope: Scope) -> dict[str, dict[int, Money]]:
    """Received, given back, used, recovered and opening of each source: what crosses the line between its money and
    the rest, what was undone taken off again."""
    fund = (Account.FUND_BANK, Account.CASH)
    has_case = PostingLine.case_ref.is_not(None)
    flows: dict[str, dict[int, Money]] = {}
    for enters in (True, False):
        inside, outside = (PostingLine.debit, PostingLine.credit) if enters else (PostingLine.credit, PostingLine.debit)
        query = (
            select(PostingLine.source_ref, has_case, PostingLine.movement, Voucher.ink, func.sum(PostingLine.amount))
            .join(Voucher, Voucher.id == PostingLine.voucher_id)
            .where(
                within(Voucher.court_code, scope), Voucher.posted_on <= scope.last_day,
                PostingLine.source_ref.is_not(None), inside.in_(fund), outside.not_in(fund),
            )
            .group_by(PostingLine.source_ref, has_case, PostingLine.movement, Voucher.ink)
        )  # fmt: skip
        for source, about_case, movement, ink, amount in stream(query):
            is_blue = ink is Ink.BLUE
            at = (3 if about_case else 0) if enters is is_blue else (2 if about_case else 1)
            at = 4 if movement is Movement.OPENING_BALANCE else at
            kept = flows.setdefault(source, {})
            kept[at] = kept.get(at, ZERO) + (amount if is_blue else -amount)
    return flows


@table(
    "fund_receipts", "资金到账登记", "fund", "Money received from sources or given back, dated up to the year's end",
    ID,
    COURT,
    Column("source_id", "资金来源标识", "id of the source", "number"),
    Column("direction", "方向", "received or given back"),
    amount_column("amount", "金额", "amount"),
    Column("business_date", "业务日期", "day", "day"),
    REFERENCE,
    Column("status", "状态", "status when the package was made"),
    Column("recorded_by", "登记人", "who recorded it"),
    Column("confirmed_by", "复核人", "who confirmed it"),
    VOUCHER,
)  # fmt: skip
def _fund_receipts(scope: Scope) -> Iterable[Row]:
    query = (
        select(
            FundReceipt.id, FundReceipt.court_code, FundReceipt.source_id, FundReceipt.direction, FundReceipt.amount,
            FundReceipt.business_date, FundReceipt.bank_reference, FundReceipt.status, FundReceipt.recorded_by_id,
            FundReceipt.confirmed_by_id, Voucher.year, Voucher.kind, Voucher.kind_number,
        )
        .outerjoin(Voucher, Voucher.id == FundReceipt.voucher_id)
        .where(within(FundReceipt.court_code, scope), FundReceipt.business_date <= scope.last_day)
        .order_by(FundReceipt.id)
    )  # fmt: skip
    for *facts, recorded, confirmed, year, kind, number in stream(query):
        yield *facts, scope.people[recorded], scope.people[confirmed], cited(year, kind, number)


@table(
    "cases", "执行案件", "fund", "Register of enforcement cases",
    ID,
    COURT,
    Column("number", "案号", "case number"),
    Column("filed_on", "立案日期", "filed on", "day"),
    Column("category", "案由类别", "what the money is owed for"),
    amount_column("claim", "执行标的", "claim"),
    Column("status", "状态", "statutory status when the package was made"),
    Column("concluded_by_advance_on", "垫付终结日期", "day on which it was concluded by advance payment", "day"),
)  # fmt: skip
def _cases(scope: Scope) -> Iterable[Row]:
    query = select(
        Case.id, Case.court_code, Case.number, Case.filed_on, Case.category, Case.claim, Case.status,
        Case.concluded_by_advance_on,
    )  # fmt: skip
    return stream(query.where(within(Case.court_code, scope)).order_by(Case.id))


@table(
    "parties", "当事人", "fund", "Creditors and debtors, masked",
    ID,
    COURT,
    Column("case_id", "案件标识", "id of the case", "number"),
    Column("role", "诉讼地位", "creditor or debtor"),
    Column("kind", "类型", "person or organisation"),
    Column("name", "姓名或名称（脱敏）", "name, masked for persons"),
    Column("identity", "证件号码（脱敏）", "identity number, masked"),
    Column("phone", "电话（脱敏）", "telephone, masked"),
)  # fmt: skip
def _parties(scope: Scope) -> Iterable[Row]:
    query = select(
        Party.id, Party.court_code, Party.case_id, Party.role, Party.kind, Party.name, Party.identity_mask,
        Party.phone_mask,
    )  # fmt: skip
    for *facts, kind, name, identity, phone in stream(query.where(within(Party.court_code, scope)).order_by(Party.id)):
        yield *facts, kind, masked_name(name, kind), identity, phone


@table(
    "advances", "垫付申请", "fund", "Advances, with what was paid and recovered of each up to the year's end",
    ID,
    COURT,
    Column("case_id", "案件标识", "id of the case", "number"),
    CASE,
    Column("creditor", "申请执行人（脱敏）", "creditor, masked"),
    Column("account", "收款账户（脱敏）", "account to be paid, masked"),
    amount_column("amount", "金额", "amount asked for"),
    Column("status", "状态", "status when the package was made"),
    Column("round", "审批轮次", "round of approval", "number"),
    Column("requested_on", "申请日期", "requested on", "day"),
    Column("recovery_order", "追偿次序", "who is served first from what the debtor pays later"),
    Column("payload_digest", "付款要素校验码", "SHA-256 of case, payee, account and amount as signed"),
    Column("prepared_by", "经办人", "who prepared it"),
    amount_column("paid", "已垫付", "paid, reversed payments left out"),
    amount_column("recovered", "已追回", "recovered, reversed allocations left out"),
    amount_column("outstanding", "未收回", "paid less recovered"),
)  # fmt: skip
def _advances(scope: Scope) -> Iterable[Row]:
    paid, recovered = _standing_sums(scope)
    query = (
        select(
            Advance.id, Advance.court_code, Advance.case_id, Case.number, Party.kind, Party.name,
            PayeeAccount.number_mask, Advance.amount, Advance.status, Advance.round, Advance.requested_on,
            Advance.recovery_order, Advance.payload_digest, Advance.prepared_by_id,
        )
        .join(Case, Case.id == Advance.case_id)
        .join(Party, Party.id == Advance.creditor_id)
        .join(PayeeAccount, PayeeAccount.id == Advance.account_id)
        .where(within(Advance.court_code, scope), Advance.requested_on <= scope.last_day)
        .order_by(Advance.id)
    )  # fmt: skip
    for advance_id, court, case_id, number, kind, name, *facts, prepared in stream(query):
        sums = (paid.get(advance_id, ZERO), recovered.get(advance_id, ZERO))
        who = (masked_name(name, kind), *facts, scope.people[prepared])
        yield advance_id, court, case_id, number, *who, *sums, sums[0] - sums[1]


def _standing_sums(scope: Scope) -> tuple[dict[int, Money], dict[int, Money]]:
    """Paid and recovered by advance, without what was reversed up to the year's end."""
    paid = select(AdvancePayment.advance_id, func.sum(AdvancePayment.amount)).where(
        within(AdvancePayment.court_code, scope),
        AdvancePayment.paid_on <= scope.last_day,
        AdvancePayment.voucher_id.not_in(_reversed(scope)),
    )
    recovered = select(Allocation.advance_id, func.sum(Allocation.fund)).where(
        within(Allocation.court_code, scope),
        Allocation.business_date <= scope.last_day,
        or_(Allocation.voucher_id.is_(None), Allocation.voucher_id.not_in(_reversed(scope))),
    )
    return (
        dict(db.session.execute(paid.group_by(AdvancePayment.advance_id)).all()),
        dict(db.session.execute(recovered.group_by(Allocation.advance_id)).all()),
    )


def _reversed(scope: Scope) -> Select[int | None]:
    of_the_package = (within(Voucher.court_code, scope), Voucher.posted_on <= scope.last_day)
    return select(Voucher.reverses_id).where(Voucher.reverses_id.is_not(None), *of_the_package)


@table(
    "decisions", "审批签署", "fund", "Signatures on advances and payouts",
    ID,
    COURT,
    Column("subject", "事项标识", "what was decided on (advance:ID, payout:ID)"),
    Column("round", "审批轮次", "round", "number"),
    Column("step", "环节", "step of the ladder", "number"),
    Column("role", "岗位", "post in which it was signed"),
    Column("outcome", "决定", "agreed, returned or refused"),
    Column("opinion", "意见", "opinion"),
    Column("payload_digest", "付款要素校验码", "SHA-256 of what the signer saw"),
    Column("actor", "签署人", "who signed"),
    Column("decided_at", "签署时间", "when", "moment"),
)  # fmt: skip
def _decisions(scope: Scope) -> Iterable[Row]:
    query = select(
        Decision.id, Decision.court_code, Decision.subject, Decision.round, Decision.step, Decision.role,
        Decision.outcome, Decision.opinion, Decision.payload_digest, User.username, Decision.decided_at,
    ).join(User, User.id == Decision.actor_id)  # fmt: skip
    return stream(query.where(within(Decision.court_code, scope)).order_by(Decision.id))


@table(
    "payments", "垫付付款", "fund", "The one payment of each advance, up to the year's end",
    ID,
    COURT,
    Column("advance_id", "垫付标识", "id of the advance", "number"),
    Column("case_id", "案件标识", "id of the case", "number"),
    CASE,
    amount_column("amount", "金额", "amount"),
    Column("paid_on", "付款日期", "paid on", "day"),
    Column("channel", "渠道", "bank batch, or transfer or cash at a ceremony"),
    Column("paid_through", "付款依据", "line of the batch or ceremony that paid it"),
    REFERENCE,
    VOUCHER_ID,
    VOUCHER,
)  # fmt: skip
def _payments(scope: Scope) -> Iterable[Row]:
    query = (
        select(
            AdvancePayment.id, AdvancePayment.court_code, AdvancePayment.advance_id, Advance.case_id, Case.number,
            AdvancePayment.amount, AdvancePayment.paid_on, AdvancePayment.channel, AdvancePayment.paid_through,
            AdvancePayment.bank_reference, AdvancePayment.voucher_id, Voucher.year, Voucher.kind, Voucher.kind_number,
        )
        .join(Advance, Advance.id == AdvancePayment.advance_id)
        .join(Case, Case.id == Advance.case_id)
        .join(Voucher, Voucher.id == AdvancePayment.voucher_id)
        .where(within(AdvancePayment.court_code, scope), AdvancePayment.paid_on <= scope.last_day)
        .order_by(AdvancePayment.id)
    )  # fmt: skip
    for *facts, year, kind, number in stream(query):
        yield *facts, cited(year, kind, number)


@table(
    "batches", "发放批次", "fund", "Batches sent to the bank",
    ID,
    COURT,
    Column("number", "批次号", "number of the batch"),
    Column("business_date", "业务日期", "day", "day"),
    Column("status", "状态", "status when the package was made"),
    amount_column("total", "合计", "sum of its lines"),
    Column("line_count", "笔数", "number of its lines", "number"),
    Column("digest", "批次校验码", "SHA-256 of its lines"),
    Column("built_by", "编制人", "who built it"),
    Column("signed_by", "签发人", "who signed it"),
    Column("signed_at", "签发时间", "when", "moment"),
)  # fmt: skip
def _batches(scope: Scope) -> Iterable[Row]:
    builder, signer = aliased(User), aliased(User)
    query = (
        select(
            Batch.id, Batch.court_code, Batch.number, Batch.business_date, Batch.status, Batch.total, Batch.line_count,
            Batch.digest, builder.username, signer.username, Batch.signed_at,
        )
        .join(builder, builder.id == Batch.built_by_id)
        .outerjoin(signer, signer.id == Batch.signed_by_id)
    )  # fmt: skip
    return stream(query.where(*_of_batches(scope)).order_by(Batch.id))


def _of_batches(scope: Scope) -> tuple[ColumnElement[bool], ...]:
    return within(Batch.court_code, scope), Batch.business_date <= scope.last_day


@table(
    "batch_lines", "发放明细", "fund", "Payment orders of the batches",
    ID,
    Column("batch_id", "批次标识", "id of the batch", "number"),
    Column("sequence", "序号", "line in the batch", "number"),
    Column("advance_id", "垫付标识", "id of the advance", "number"),
    CASE,
    Column("payee", "收款人（脱敏）", "payee, masked"),
    Column("account", "收款账户（脱敏）", "account, masked"),
    amount_column("amount", "金额", "amount"),
    Column("status", "银行结果", "what the bank made of it"),
    Column("message", "银行说明", "the bank's message"),
    REFERENCE,
    Column("paid_on", "付款日期", "paid on", "day"),
    Column("repeats_id", "重发明细标识", "id of the failed line that it repeats"),
)  # fmt: skip
def _batch_lines(scope: Scope) -> Iterable[Row]:
    query = (
        select(
            BatchLine.id, BatchLine.batch_id, BatchLine.sequence, BatchLine.advance_id, BatchLine.case_number,
            Party.kind, BatchLine.payee, BatchLine.account_mask, BatchLine.amount, BatchLine.status, BatchLine.message,
            BatchLine.bank_reference, BatchLine.paid_on, BatchLine.repeats_id,
        )
        .join(Batch, Batch.id == BatchLine.batch_id)
        .join(Advance, Advance.id == BatchLine.advance_id)
        .join(Party, Party.id == Advance.creditor_id)
        .where(*_of_batches(scope))
        .order_by(BatchLine.batch_id, BatchLine.sequence)
    )  # fmt: skip
    for line_id, batch_id, sequence, advance_id, case_number, kind, payee, *facts in stream(query):
        yield line_id, batch_id, sequence, advance_id, case_number, masked_name(payee, kind), *facts
