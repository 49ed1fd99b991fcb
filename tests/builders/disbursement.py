"""The paying account, batches at each stage of their life, and the bank's result files."""

import csv
import io
from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import select

from fundapp.advances.models import Advance
from fundapp.core import clock
from fundapp.core.db import db, transaction
from fundapp.core.money import bare
from fundapp.core.spreadsheet import Sheet, SheetColumn, xlsx_bytes
from fundapp.disbursement import service
from fundapp.disbursement.models import Batch, BatchLine, PayingAccount, ResultFile
from fundapp.disbursement.rules import RESULT_HEADERS
from fundapp.users.rules import Role
from tests.builders.advances import an_approved_advance
from tests.builders.people import COURT, the_holder

PAYING_NUMBER = "1907010009022100456"

Answer = dict[str, Any]


def the_paying_account(*, court_code: str = COURT) -> PayingAccount:
    """The account the court's fund pays from, registered once."""
    found = db.session.scalars(select(PayingAccount).where(PayingAccount.court_code == court_code)).first()
    if found is not None:
        return found
    reviewer = the_holder(Role.FINANCE_REVIEWER, court_code=court_code)
    with transaction(court_code):
        return service.set_paying_account(
            bank="中国工商银行测试支行",
            holder="测试人民法院",
            number=PAYING_NUMBER,
            effective_from=date(2018, 1, 1),
            document="开户许可证测字第1号",
            actor=reviewer,
        )


def a_batch(*amounts: str, advances: Sequence[Advance] = (), court_code: str = COURT) -> Batch:
    """A batch built today of approved advances, of 8,000.00 yuan unless told otherwise."""
    the_paying_account(court_code=court_code)
    chosen = [*advances, *(an_approved_advance(amount, court_code=court_code) for amount in amounts)]
    chosen = chosen or [an_approved_advance(court_code=court_code)]
    clerk = the_holder(Role.FINANCE_CLERK, court_code=court_code)
    with transaction(court_code):
        return service.build([advance.id for advance in chosen], business_date=clock.today(), actor=clerk)


def a_signed_batch(*amounts: str, advances: Sequence[Advance] = (), court_code: str = COURT) -> Batch:
    """A batch that the finance reviewer has signed."""
    batch = a_batch(*amounts, advances=advances, court_code=court_code)
    reviewer = the_holder(Role.FINANCE_REVIEWER, court_code=court_code)
    with transaction(court_code):
        return service.sign(batch.id, seen_version=batch.version, actor=reviewer)


def a_sent_batch(*amounts: str, advances: Sequence[Advance] = (), court_code: str = COURT) -> Batch:
    """A batch whose file the bank has."""
    batch = a_signed_batch(*amounts, advances=advances, court_code=court_code)
    with transaction(court_code):
        service.payment_file(batch.id, actor=the_holder(Role.FINANCE_CLERK, court_code=court_code))
    return batch


def told(line: BatchLine, result: str = "成功", **changes: str) -> Answer:
    """One row of a result file as the bank would write it; ``changes`` by header."""
    paid = result == "成功"
    return {
        "自定义序号": line.key,
        "收款账号": line.account_number,
        "收款账号名称": line.payee,
        "金额": bare(line.amount),
        "处理结果": result,
        "交易流水号": f"BK{line.id:08d}" if paid else "",
        "交易日期": f"{clock.today():%Y%m%d}" if paid else "",
        "失败原因": "账号户名不符" if result == "失败" else "",
    } | changes


def result_xlsx(*rows: Answer) -> bytes:
    """The rows as a workbook of text cells."""
    columns = [SheetColumn(header) for header in RESULT_HEADERS]
    return xlsx_bytes([Sheet("回执", columns, [[row[header] for header in RESULT_HEADERS] for row in rows])])


def result_csv(
    *rows: Answer,
    headers: Sequence[str] = RESULT_HEADERS,
    titles: Sequence[Sequence[str]] = (),
    encoding: str = "gb18030",
) -> bytes:
    """The rows as older bank programs write them: columns as told, title lines on top, GB 18030."""
    stream = io.StringIO(newline="")
    csv.writer(stream).writerows([*titles, headers, *([row.get(header, "") for header in headers] for row in rows)])
    return stream.getvalue().encode(encoding)


def imported(*rows: Answer, court_code: str = COURT, name: str = "回执.xlsx") -> ResultFile:
    """The rows read as a result file by the finance clerk."""
    clerk = the_holder(Role.FINANCE_CLERK, court_code=court_code)
    with transaction(court_code):
        return service.import_result(result_xlsx(*rows), name, actor=clerk)
