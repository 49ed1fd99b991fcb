"""Tables of the audit package: paying accounts, batches and their lines, what the bank reported of them."""

import re
from collections.abc import Iterable

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import aliased

from fundapp.advances.models import Advance
from fundapp.cases.models import Party
from fundapp.cases.rules import masked_name
from fundapp.cases.tables import CASE, named
from fundapp.core.columns import unsealed
from fundapp.core.tables import COURT, ID, Column, Row, Scope, Stream, Term, amount_column, table, tie, within
from fundapp.disbursement.models import Batch, BatchLine, PayingAccount, ResultFile, ResultLine
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
    Column("built_at", "编制时间", "when it was built", "moment"),
    Column("sent_at", "导出时间", "when its file was taken to the bank", "moment"),
    Column("file_sha256", "银行文件SHA-256", "SHA-256 of that file"),
    Column("paying_account_id", "付款账户标识", "id of the account that it is paid from", "number"),
)  # fmt: skip
def _batches(scope: Scope) -> Iterable[Row]:
    builder, signer = aliased(User), aliased(User)
    query = (
        select(
            Batch.id, Batch.court_code, Batch.number, Batch.business_date, Batch.status, Batch.total, Batch.line_count,
            Batch.digest, builder.username, signer.username, Batch.signed_at,
            Batch.built_at, Batch.sent_at, Batch.file_digest, Batch.paying_account_id,
        )
        .join(builder, builder.id == Batch.built_by_id)
        .outerjoin(signer, signer.id == Batch.signed_by_id)
    )  # fmt: skip
    return Stream(query.where(*_of_batches(scope)).order_by(Batch.id))


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
    Column("bank", "开户行", "bank and branch of the payee"),
    Column("payload_digest", "付款要素校验码", "SHA-256 of what was signed and sent"),
)  # fmt: skip
def _batch_lines(scope: Scope) -> Iterable[Row]:
    account = BatchLine.account_number if scope.is_unmasked else BatchLine.account_mask
    query = (
        select(
            BatchLine.id, BatchLine.batch_id, BatchLine.sequence, BatchLine.advance_id, BatchLine.case_number,
            Party.kind, BatchLine.payee, account, BatchLine.amount, BatchLine.status, BatchLine.message,
            BatchLine.bank_reference, BatchLine.paid_on, BatchLine.repeats_id,
            BatchLine.bank, BatchLine.payload_digest,
        )
        .join(Batch, Batch.id == BatchLine.batch_id)
        .join(Advance, Advance.id == BatchLine.advance_id)
        .join(Party, Party.id == Advance.creditor_id)
        .where(*_of_batches(scope))
        .order_by(BatchLine.batch_id, BatchLine.sequence)
    )  # fmt: skip
    for batch_line_id, batch_id, sequence, advance_id, case, kind, payee, paid_to, *facts in Stream(query):
        order = (batch_line_id, batch_id, sequence, advance_id, case)
        yield *order, named(scope, payee, kind), unsealed(paid_to), *facts


@table(
    "paying_accounts", "付款账户", "fund", "The court's own accounts that batches are paid from, each from a day on",
    ID,
    COURT,
    Column("bank", "开户行", "bank and branch"),
    Column("holder", "户名", "holder"),
    Column("number", "账号", "number"),
    Column("effective_from", "启用日期", "first day", "day"),
    Column("document", "依据文件", "document that it stands on"),
    Column("entered_by", "登记人", "who entered it"),
    Column("entered_at", "登记时间", "when", "moment"),
)  # fmt: skip
def _paying_accounts(scope: Scope) -> Iterable[Row]:
    query = select(
        PayingAccount.id, PayingAccount.court_code, PayingAccount.bank, PayingAccount.holder, PayingAccount.number,
        PayingAccount.effective_from, PayingAccount.document, User.username, PayingAccount.entered_at,
    ).join(User, User.id == PayingAccount.entered_by_id)  # fmt: skip
    return Stream(query.where(within(PayingAccount.court_code, scope)).order_by(PayingAccount.id))


@table(
    "result_files", "银行回执", "fund", "Result files of the bank that were imported",
    ID,
    COURT,
    Column("file_name", "文件名", "name of the file"),
    Column("file_sha256", "文件SHA-256", "SHA-256 of the file; one file is imported once"),
    Column("paid", "成功", "lines that were paid", "number"),
    Column("failed", "失败", "lines that failed", "number"),
    Column("unknown", "未知", "lines of which the bank did not know", "number"),
    Column("refused", "拒收", "lines that contradict what was sent", "number"),
    Column("repeated", "重复", "lines that told what was known", "number"),
    Column("imported_by", "导入人", "who imported it"),
    Column("imported_at", "导入时间", "when", "moment"),
)  # fmt: skip
def _result_files(scope: Scope) -> Iterable[Row]:
    query = select(
        ResultFile.id, ResultFile.court_code, ResultFile.file_name, ResultFile.digest, ResultFile.paid,
        ResultFile.failed, ResultFile.unknown, ResultFile.refused, ResultFile.repeated, User.username,
        ResultFile.imported_at,
    ).join(User, User.id == ResultFile.imported_by_id)  # fmt: skip
    return Stream(query.where(within(ResultFile.court_code, scope)).order_by(ResultFile.id))


@table(
    "result_lines", "银行回执明细", "fund", "Lines of those files, and what was made of each",
    ID,
    Column("file_id", "回执标识", "id of the file", "number"),
    Column("row", "行", "row of the file", "number"),
    Column("key", "自定义序号", "how bank and court name the order"),
    Column("batch_line_id", "发放明细标识", "id of the line of the batch"),
    Column("outcome", "银行结果", "what the bank reported", words=LineStatus),
    Column("is_repeated", "重复", "1: it told what was known already", "number"),
    Column("problem", "拒收原因", "why it changed nothing; payees masked"),
)  # fmt: skip
def _result_lines(scope: Scope) -> Iterable[Row]:
    query = select(
        ResultLine.id, ResultLine.file_id, ResultLine.row, ResultLine.key, ResultLine.batch_line_id,
        ResultLine.outcome, ResultLine.is_repeated, ResultLine.problem,
    ).join(ResultFile, ResultFile.id == ResultLine.file_id)  # fmt: skip
    for *facts, problem in Stream(query.where(within(ResultFile.court_code, scope)).order_by(ResultLine.id)):
        yield *facts, problem if scope.is_unmasked or problem is None else _PAYEES.sub(_masked, problem)


_PAYEES = re.compile(r"(收款人（回执“)([^”]*)(”，应为“)([^”]*)(”）)")


def _masked(found: re.Match[str]) -> str:
    """The payees that a problem cites, which may be persons."""
    before, reported, between, sent, after = found.groups()
    return f"{before}{masked_name(reported)}{between}{masked_name(sent)}{after}"


tie("批次与发放明细", [Term("batches", "total", by=("id",))], [Term("batch_lines", "amount", by=("batch_id",))])
tie("发放明细与批次", [Term("batch_lines", "amount", by=("batch_id",))], [Term("batches", "total", by=("id",))])
