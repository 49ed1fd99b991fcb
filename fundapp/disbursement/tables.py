"""Tables of the audit package: batches and their lines."""

from collections.abc import Iterable

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import aliased

from fundapp.advances.models import Advance
from fundapp.cases.models import Party
from fundapp.cases.tables import CASE, named
from fundapp.core.db import unsealed
from fundapp.core.tables import COURT, ID, Column, Row, Scope, Term, amount_column, stream, table, tie, within
from fundapp.disbursement.models import Batch, BatchLine
from fundapp.disbursement.rules import BatchStatus, LineStatus
from fundapp.ledger.tables import REFERENCE
from fundapp.users.models import User


@table(
    "batches", "发放批次", "fund", "Batches sent to the bank",
    ID,
    COURT,
    Column("number", "批次号", "number of the batch"),
    Column("business_date", "业务日期", "day", "day"),
    Column("status", "状态", "status when the package was made", words=BatchStatus),
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
    Column("payee", "收款人", "payee, masked"),
    Column("account", "收款账户", "account, masked"),
    amount_column("amount", "金额", "amount"),
    Column("status", "银行结果", "what the bank made of it", words=LineStatus),
    Column("message", "银行说明", "the bank's message"),
    REFERENCE,
    Column("paid_on", "付款日期", "paid on", "day"),
    Column("repeats_id", "重发明细标识", "id of the failed line that it repeats"),
)  # fmt: skip
def _batch_lines(scope: Scope) -> Iterable[Row]:
    account = BatchLine.account_number if scope.is_unmasked else BatchLine.account_mask
    query = (
        select(
            BatchLine.id, BatchLine.batch_id, BatchLine.sequence, BatchLine.advance_id, BatchLine.case_number,
            Party.kind, BatchLine.payee, account, BatchLine.amount, BatchLine.status, BatchLine.message,
            BatchLine.bank_reference, BatchLine.paid_on, BatchLine.repeats_id,
        )
        .join(Batch, Batch.id == BatchLine.batch_id)
        .join(Advance, Advance.id == BatchLine.advance_id)
        .join(Party, Party.id == Advance.creditor_id)
        .where(*_of_batches(scope))
        .order_by(BatchLine.batch_id, BatchLine.sequence)
    )  # fmt: skip
    for *order, kind, payee, paid_to, amount, status, message, reference, paid_on, repeats in stream(query):
        result = (amount, status, message, reference, paid_on, repeats)
        yield *order, named(scope, payee, kind), unsealed(paid_to), *result


tie("批次与发放明细", [Term("batches", "total", by=("id",))], [Term("batch_lines", "amount", by=("batch_id",))])
tie("发放明细与批次", [Term("batch_lines", "amount", by=("batch_id",))], [Term("batches", "total", by=("id",))])
