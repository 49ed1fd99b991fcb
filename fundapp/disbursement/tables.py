"""Tables of the audit package: paying accounts, batches and their lines, what the bank reported of them."""

import re
from collections.abc import Iterable

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import aliased

from fundapp.advances.models import Advance
from fundapp.cases.models import Party
from fundapp.cases.rules import masked_name
from fundapp.cases.tables import CASE, by_query, named, tells_of_cases
from fundapp.core import clock
from fundapp.core.columns import unsealed
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
    table,
    tie,
    within,
)
from fundapp.disbursement.models import Batch, BatchLine, PayingAccount, ResultFile, ResultLine
from fundapp.disbursement.rules import BatchStatus, LineStatus
from fundapp.ledger.tables import REFERENCE
from fundapp.trail.rules import Event
from fundapp.users.models import User

_BATCH = {"number": "{number}", "lines": "{line_count}", "total": "{total}", "digest": "{digest}"}
_COUNTS = ("paid", "failed", "unknown", "refused", "repeated")
_SENT = (BatchStatus.SENT.value, BatchStatus.DONE.value)


@table(
    "batches", "发放批次", "fund",
    "交银行付款的批次，编制时间截至本年末",
    "Batches sent to the bank, built up to the year's end",
    ID,
    COURT,
    Column("number", "批次号", "number of the batch"),
    Column("business_date", "业务日期", "day", "day"),
    Column("status", "状态", "status when the package was made", words=BatchStatus),
    amount_column("total", "合计", "sum of its lines"),
    Column("line_count", "笔数", "number of its lines", "number"),
    Column("digest", "批次校验码", "SHA-256 of its lines", told="批次逐笔明细的SHA-256"),
    Column("built_by", "编制人", "who built it"),
    Column("signed_by", "签发人", "who signed it"),
    Column("signed_at", "签发时间", "when", "moment"),
    Column("built_at", "编制时间", "when it was built", "moment"),
    Column("sent_at", "导出时间", "when its file was taken to the bank", "moment", told="银行文件导出的时间"),
    Column("file_sha256", "银行文件SHA-256", "SHA-256 of that file", told="交银行文件的SHA-256"),
    Column("paying_account_id", "付款账户标识", "id of the account that it is paid from", "number"),
    kept=Kept(Batch, {"file_sha256": Batch.file_digest}),
    records=[
        Recorded(Event.BATCH_BUILT.value, "batch:{id}", "built_by", _BATCH),
        Recorded(
            Event.BATCH_SIGNED.value, "batch:{id}", "signed_by", _BATCH,
            {"status": (BatchStatus.SIGNED.value, *_SENT)}, until="never",
        ),
        Recorded(
            Event.BATCH_EXPORTED.value, "batch:{id}", facts={"number": "{number}", "digest": "{file_sha256}"},
            where={"status": _SENT},
        ),
        Recorded(
            Event.BATCH_CANCELLED.value, "batch:{id}", facts={"number": "{number}"},
            where={"status": (BatchStatus.CANCELLED.value,)},
        ),
    ],
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
    return within(Batch.court_code, scope), Batch.built_at < clock.year_bounds(scope.year)[1]


@table(
    "batch_lines", "发放明细", "fund",
    "各批次的付款明细",
    "Payment orders of the batches",
    ID,
    Column("batch_id", "批次标识", "id of the batch", "number"),
    Column("sequence", "序号", "line in the batch", "number"),
    Column("advance_id", "垫付标识", "id of the advance", "number"),
    CASE,
    Column("payee", "收款人", "payee, masked", told="自然人脱敏"),
    Column("account", "收款账户", "account, masked", told="脱敏"),
    amount_column("amount", "金额", "amount"),
    Column("status", "银行结果", "what the bank made of it", words=LineStatus),
    Column("message", "银行说明", "the bank's message", "remark", told="银行返回的说明"),
    REFERENCE,
    Column("paid_on", "付款日期", "paid on", "day"),
    Column("repeats_id", "重发明细标识", "id of the failed line that it repeats", told="重发的，为原失败明细的标识"),
    Column("bank", "开户行", "bank and branch of the payee"),
    Column("payload_digest", "付款要素校验码", "SHA-256 of what was signed and sent",
           told="签发并送银行的内容的SHA-256"),
    about={"advance_id": "advance"},
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
    "paying_accounts", "付款账户", "fund",
    "本院用于付款的账户，自启用日期起",
    "The court's own accounts that batches are paid from, each from a day on",
    ID,
    COURT,
    Column("bank", "开户行", "bank and branch"),
    Column("holder", "户名", "holder"),
    Column("number", "账号", "number"),
    Column("effective_from", "启用日期", "first day", "day"),
    Column("document", "依据文件", "document that it stands on"),
    Column("entered_by", "登记人", "who entered it"),
    Column("entered_at", "登记时间", "when", "moment"),
    kept=Kept(PayingAccount),
    records=[
        Recorded(
            Event.PAYING_ACCOUNT_SET.value, "paying-account:{id}", "entered_by", until="always",
            facts={"bank": "{bank}", "effective_from": "{effective_from}", "document": "{document}"},
        ),
    ],
)  # fmt: skip
def _paying_accounts(scope: Scope) -> Iterable[Row]:
    query = select(
        PayingAccount.id, PayingAccount.court_code, PayingAccount.bank, PayingAccount.holder, PayingAccount.number,
        PayingAccount.effective_from, PayingAccount.document, User.username, PayingAccount.entered_at,
    ).join(User, User.id == PayingAccount.entered_by_id)  # fmt: skip
    return Stream(query.where(within(PayingAccount.court_code, scope)).order_by(PayingAccount.id))


@table(
    "result_files", "银行回执", "fund",
    "已导入的银行回执文件",
    "Result files of the bank that were imported",
    ID,
    COURT,
    Column("file_name", "文件名", "name of the file", "remark"),
    Column("file_sha256", "文件SHA-256", "SHA-256 of the file; one file is imported once",
           told="同一文件只能导入一次"),
    Column("paid", "成功", "lines that were paid", "number"),
    Column("failed", "失败", "lines that failed", "number"),
    Column("unknown", "未知", "lines of which the bank did not know", "number", told="银行结果未明的行数"),
    Column("refused", "拒收", "lines that contradict what was sent", "number",
           told="与已发送内容不符、未予处理的行数"),
    Column("repeated", "重复", "lines that told what was known", "number", told="结果此前已知的行数"),
    Column("imported_by", "导入人", "who imported it"),
    Column("imported_at", "导入时间", "when", "moment"),
    kept=Kept(ResultFile, {"file_sha256": ResultFile.digest}),
    records=[
        Recorded(
            Event.RESULT_IMPORTED.value, "result-file:{id}", "imported_by",
            {name: f"{{{name}}}" for name in ("file_name", *_COUNTS)} | {"digest": "{file_sha256}"}, until="always",
        ),
    ],
)  # fmt: skip
def _result_files(scope: Scope) -> Iterable[Row]:
    query = select(
        ResultFile.id, ResultFile.court_code, ResultFile.file_name, ResultFile.digest, ResultFile.paid,
        ResultFile.failed, ResultFile.unknown, ResultFile.refused, ResultFile.repeated, User.username,
        ResultFile.imported_at,
    ).join(User, User.id == ResultFile.imported_by_id)  # fmt: skip
    return Stream(query.where(within(ResultFile.court_code, scope)).order_by(ResultFile.id))


@table(
    "result_lines", "银行回执明细", "fund",
    "银行回执的逐行内容和处理结果",
    "Lines of those files, and what was made of each",
    ID,
    Column("file_id", "回执标识", "id of the file", "number"),
    Column("row", "行", "row of the file", "number"),
    Column("key", "自定义序号", "how bank and court name the order", told="银行与本院约定的付款序号"),
    Column("batch_line_id", "发放明细标识", "id of the line of the batch"),
    Column("outcome", "银行结果", "what the bank reported", words=LineStatus),
    Column("is_repeated", "重复", "1: it told what was known already", "number", told="1：结果此前已知"),
    Column("problem", "拒收原因", "why it changed nothing; payees masked", "remark",
           told="未予处理的原因；收款人脱敏"),
    about={"batch_line_id": "batch-line"},
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
tie(
    "银行回执与其明细",
    [Term("result_files", count, by=("id",)) for count in _COUNTS],
    [Term("result_lines", "", by=("file_id",))],
)
_paid_cases = select(BatchLine.id, Advance.case_id).join(Advance, Advance.id == BatchLine.advance_id)
tells_of_cases("batch-line", by_query(_paid_cases))
tells_of_cases("batch", by_query(_paid_cases.with_only_columns(BatchLine.batch_id, Advance.case_id)))
