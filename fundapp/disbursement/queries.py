"""Reads of batches, their lines, the paying account and the bank's results."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Select, and_, extract, func, select, tuple_
from sqlalchemy.orm import joinedload, selectinload

from fundapp.advances.models import Advance
from fundapp.core.db import db
from fundapp.core.errors import NotFound, RuleViolation
from fundapp.core.money import ZERO, Money
from fundapp.disbursement.models import Batch, BatchLine, PayingAccount, ResultFile, ResultLine
from fundapp.disbursement.rules import BatchStatus, LineStatus


def batch(batch_id: int, scope: frozenset[str]) -> Batch:
    """One batch with its lines."""
    found = db.session.get(
        Batch, batch_id, options=[selectinload(Batch.lines), joinedload(Batch.built_by), joinedload(Batch.signed_by)]
    )
    if found is None or found.court_code not in scope:
        raise NotFound("没有找到该发放批次，请返回批次列表重新选择。")
    return found


def batches(
    scope: frozenset[str],
    *,
    number: str | None = None,
    status: BatchStatus | None = None,
    first_day: date | None = None,
    last_day: date | None = None,
) -> Select[Any]:
    """The query of the list of batches."""
    query = (
        select(Batch)
        .where(Batch.court_code.in_(scope))
        .options(joinedload(Batch.built_by), joinedload(Batch.signed_by))
    )
    if number:
        query = query.where(Batch.number.contains(number, autoescape=True))
    if status is not None:
        query = query.where(Batch.status == status)
    if first_day is not None:
        query = query.where(Batch.business_date >= first_day)
    if last_day is not None:
        query = query.where(Batch.business_date <= last_day)
    return query


def batches_in_year(court_code: str, year: int) -> int:
    """How many batches the court has numbered in a budget year; none is ever deleted."""
    counted = select(func.count()).select_from(Batch)
    return (
        db.session.scalar(counted.where(Batch.court_code == court_code, extract("year", Batch.business_date) == year))
        or 0
    )


def line(line_id: int, scope: frozenset[str]) -> BatchLine:
    """One line with its batch."""
    found = db.session.get(BatchLine, line_id, options=[joinedload(BatchLine.batch)])
    if found is None or found.batch.court_code not in scope:
        raise NotFound("没有找到该笔发放明细，请返回发放批次重新选择。")
    return found


def lines_named(court_code: str, keys: Mapping[str, tuple[str, int]]) -> dict[str, BatchLine]:
    """The court's lines behind the keys of a result file (key → batch number and sequence)."""
    if not keys:
        return {}
    found = db.session.scalars(
        select(BatchLine)
        .join(Batch)
        .where(Batch.court_code == court_code, tuple_(Batch.number, BatchLine.sequence).in_(list(keys.values())))
        .options(joinedload(BatchLine.batch))
    )
    named = {(one.batch.number, one.sequence): one for one in found}
    return {key: named[place] for key, place in keys.items() if place in named}


def approved_digests(batch_id: int) -> dict[int, str]:
    """Per line, the digest of its advance that the signers approved."""
    return dict(
        db.session.execute(
            select(BatchLine.id, Advance.payload_digest)
            .join(Advance, BatchLine.advance_id == Advance.id)
            .where(BatchLine.batch_id == batch_id)
        ).all()
    )


def last_failed(advance_ids: Iterable[int]) -> dict[int, int]:
    """Per advance that failed before, the line that failed last."""
    return dict(
        db.session.execute(
            select(BatchLine.advance_id, func.max(BatchLine.id))
            .where(BatchLine.advance_id.in_(list(advance_ids)), BatchLine.status == LineStatus.FAILED)
            .group_by(BatchLine.advance_id)
        ).all()
    )


def sums(batch_id: int) -> dict[LineStatus, tuple[int, Money]]:
    """What became of a batch: lines and amount by status."""
    rows = db.session.execute(
        select(BatchLine.status, func.count(), func.sum(BatchLine.amount))
        .where(BatchLine.batch_id == batch_id)
        .group_by(BatchLine.status)
    )
    return {status: (count, amount or ZERO) for status, count, amount in rows}


def importers_of(line_id: int) -> frozenset[int]:
    """Who imported results about this line."""
    return frozenset(
        db.session.scalars(
            select(ResultFile.imported_by_id).join(
                ResultLine, and_(ResultLine.file_id == ResultFile.id, ResultLine.batch_line_id == line_id)
            )
        )
    )


def paying_account(court_code: str, on: date) -> PayingAccount:
    """The account the court pays from on a day.

    Raises:
        RuleViolation: none was registered for that day; nothing is paid from an account nobody named.
    """
    found = db.session.scalars(
        select(PayingAccount)
        .where(PayingAccount.court_code == court_code, PayingAccount.effective_from <= on)
        .order_by(PayingAccount.effective_from.desc(), PayingAccount.id.desc())
        .limit(1)
    ).first()
    if found is None:
        raise RuleViolation(
            "本院尚未登记%(day)s可用的付款账户，不能编制发放批次，请财务复核人员先在“付款账户”页面登记。",
            day=on.isoformat(),
        )
    return found


def paying_accounts(scope: frozenset[str]) -> Select[Any]:
    """The query of the paying accounts' list."""
    return select(PayingAccount).where(PayingAccount.court_code.in_(scope))


def result_file(file_id: int, scope: frozenset[str]) -> ResultFile:
    """One result file with its lines."""
    found = db.session.get(ResultFile, file_id)
    if found is None or found.court_code not in scope:
        raise NotFound("没有找到该银行回执，请返回回执列表重新选择。")
    return found


def result_files(scope: frozenset[str], *, file_name: str | None = None) -> Select[Any]:
    """The query of the list of result files."""
    query = select(ResultFile).where(ResultFile.court_code.in_(scope))
    if file_name:
        query = query.where(ResultFile.file_name.contains(file_name, autoescape=True))
    return query


def result_lines(file_id: int) -> Select[Any]:
    """The query of what was made of a file's lines."""
    return (
        select(ResultLine)
        .where(ResultLine.file_id == file_id)
        .options(joinedload(ResultLine.batch_line).joinedload(BatchLine.batch))
    )


def imported_before(court_code: str, digest: str) -> ResultFile | None:
    """The same file, read before."""
    return db.session.scalar(select(ResultFile).where(ResultFile.court_code == court_code, ResultFile.digest == digest))


def results_of_batch(batch_id: int) -> Sequence[ResultFile]:
    """The result files that told about a batch, newest first."""
    told = select(ResultLine.file_id).join(BatchLine, ResultLine.batch_line_id == BatchLine.id)
    return db.session.scalars(
        select(ResultFile)
        .where(ResultFile.id.in_(told.where(BatchLine.batch_id == batch_id)))
        .order_by(ResultFile.id.desc())
    ).all()
