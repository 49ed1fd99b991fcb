"""Writes of disbursement: build, sign, cancel, send; read the bank's answer; take down what was found out."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import insert
from sqlalchemy.orm.attributes import flag_modified

from fundapp.advances import queries as advance_queries
from fundapp.advances import service as advances
from fundapp.advances.rules import Channel
from fundapp.cases.rules import AccountKind, bank_account, masked_account
from fundapp.core import clock
from fundapp.core.db import db
from fundapp.core.errors import Attempt, RuleViolation
from fundapp.core.money import bare, total
from fundapp.core.spreadsheet import Sheet, read_table, xlsx_bytes
from fundapp.core.versions import check_seen
from fundapp.custody import service as custody
from fundapp.disbursement import queries, rules
from fundapp.disbursement.models import Batch, BatchLine, PayingAccount, ResultFile, ResultLine
from fundapp.disbursement.rules import BatchStatus, LineStatus, Order, Payer, Reported, Sent, Unreadable
from fundapp.disbursement.rules.payment import PAYMENT_COLUMNS
from fundapp.ledger import queries as books
from fundapp.ledger.rules import month_of
from fundapp.ledger.service import Hands
from fundapp.trail import service as trail
from fundapp.trail.rules import Event, SigningReason
from fundapp.users.models import User
from fundapp.users.rules import check_acts_here

SHEET_TITLE = "批量支付"

# --------------------------------------------------------------------------------------------------- the paying account


def set_paying_account(
    *, bank: str, holder: str, number: str, effective_from: date, document: str, actor: User
) -> PayingAccount:
    """Register the account the court's fund pays from, as of a day; batches already built keep theirs.

    Raises:
        RuleViolation: the number cannot be an account's.
    """
    account = PayingAccount(
        court_code=actor.court_code,
        bank=bank,
        holder=holder,
        number=bank_account(number, AccountKind.COMPANY),
        effective_from=effective_from,
        document=document,
        entered_by_id=actor.id,
        entered_at=clock.now(),
    )
    db.session.add(account)
    db.session.flush()
    trail.record(
        Event.PAYING_ACCOUNT_SET,
        account.subject,
        court_code=account.court_code,
        actor=actor,
        bank=bank,
        account=masked_account(account.number),
        effective_from=effective_from.isoformat(),
        document=document,
    )
    return account


# ---------------------------------------------------------------------------------------------------------- the batch


def build(advance_ids: Sequence[int], *, business_date: date, actor: User) -> Batch:
    """Put approved advances of the actor's court into a new batch, in the order given; payees and accounts are frozen.

    Args:
        business_date: the day on which the bank is to pay.

    Raises:
        NotFound: no such advance in the court.
        RuleViolation: an advance is not approved and free, or its payee or account changed; no paying account is known.
    """
    rules.check_choice(advance_ids)
    rules.check_payment_day(business_date, today=clock.today())
    court_code = actor.court_code
    payer = queries.paying_account(court_code, business_date)
    number = rules.batch_number(business_date.year, queries.batches_in_year(court_code, business_date.year) + 1)
    failed = queries.last_failed(advance_ids)
    lines, orders = [], []
    for sequence, advance_id in enumerate(advance_ids, start=1):
        line, order = _line(advance_id, sequence, actor)
        line.payload_digest = rules.line_digest(court_code, number, order)
        line.repeats_id = failed.get(advance_id)
        lines.append(line)
        orders.append(order)
    batch = Batch(
        court_code=court_code,
        number=number,
        business_date=business_date,
        status=BatchStatus.BUILT,
        total=total(order.amount for order in orders),
        line_count=len(orders),
        paying_account=payer,
        digest=rules.batch_digest(court_code, number, business_date, _payer(payer), orders),
        built_by_id=actor.id,
        built_at=clock.now(),
        lines=lines,
    )
    db.session.add(batch)
    db.session.flush()
    _record_batch(Event.BATCH_BUILT, batch, actor)
    return batch


def _line(advance_id: int, sequence: int, actor: User) -> tuple[BatchLine, Order]:
    advance = advances.begin_payment(advance_id, actor=actor)
    check_acts_here(actor.court_code, advance.court_code)
    order = Order(
        sequence=sequence,
        advance=advance.subject,
        approved_digest=advance.payload_digest,
        case_number=advance.case.number,
        payee=advance.account.holder,
        bank=advance.account.bank,
        account_number=advance.account.number,
        amount=advance.amount,
    )
    line = BatchLine(
        sequence=sequence,
        advance_id=advance.id,
        live_advance_id=advance.id,
        amount=order.amount,
        case_number=order.case_number,
        payee=order.payee,
        bank=order.bank,
        account_number=order.account_number,
        account_mask=advance.account.number_mask,
        status=LineStatus.WAITING,
    )
    return line, order


def sign(batch_id: int, *, seen_version: int, actor: User) -> Batch:
    """签发: another person releases the batch to the bank; nothing in it may have changed since it was built.

    Raises:
        NotFound, StaleRecord: as everywhere.
        RuleViolation: the builder himself, wrong status, or contents that no longer match their digests.
    """
    batch = _seen(batch_id, seen_version, actor)
    rules.check_move(batch.status, BatchStatus.SIGNED)
    rules.check_other_hand(batch.built_by_id, actor.id)
    _check_intact(batch)
    batch.status, batch.signed_by_id, batch.signed_at = BatchStatus.SIGNED, actor.id, clock.now()
    _record_batch(Event.BATCH_SIGNED, batch, actor)
    trail.sign_head(batch.court_code, reason=SigningReason.BATCH)
    return batch


def cancel(batch_id: int, *, reason: str, seen_version: int, actor: User) -> Batch:
    """撤销 before the bank has the file: the advances are free for another batch again.

    Raises:
        NotFound, StaleRecord: as everywhere.
        RuleViolation: the bank may have the file already.
    """
    batch = _seen(batch_id, seen_version, actor)
    rules.check_move(batch.status, BatchStatus.CANCELLED)
    for line in batch.lines:
        rules.check_line_move(line.status, LineStatus.CANCELLED)
        line.status, line.live_advance_id, line.repeats_id = LineStatus.CANCELLED, None, None
        advances.stop_payment(line.advance_id, actor=actor)
    batch.status = BatchStatus.CANCELLED
    trail.record(
        Event.BATCH_CANCELLED,
        batch.subject,
        court_code=batch.court_code,
        actor=actor,
        number=batch.number,
        reason=reason,
    )
    return batch


def payment_file(batch_id: int, *, actor: User) -> bytes:
    """The bank's payment file of a signed batch. The first export sends the batch; the file is the same ever after.

    Raises:
        NotFound: as everywhere.
        RuleViolation: not signed, cancelled, contents that no longer match their digests, or an advance that may not
            be paid any more.
    """
    batch = queries.batch(batch_id, frozenset({actor.court_code}))
    if batch.sent_at is None:
        rules.check_move(batch.status, BatchStatus.SENT)
        _check_intact(batch)
        _check_payable(batch, actor)
        content = _workbook(batch)
        batch.status, batch.sent_at = BatchStatus.SENT, clock.now()
        batch.file_digest = hashlib.sha256(content).hexdigest()
        trail.record(
            Event.BATCH_EXPORTED,
            batch.subject,
            court_code=batch.court_code,
            actor=actor,
            number=batch.number,
            digest=batch.file_digest,
        )
        return content
    return sent_file(batch_id, actor=actor)


def _check_payable(batch: Batch, actor: User) -> None:
    """Money that came in since the batch was built, a closed case or a changed account stops the sending."""
    for line in batch.lines:
        try:
            advances.check_payable(line.advance_id, actor=actor)
        except RuleViolation as refusal:
            raise RuleViolation(
                "第%(sequence)s笔（%(case)s）已不能付款：%(reason)s请撤销本批次，办妥后重新编制。",
                sequence=line.sequence,
                case=line.case_number,
                reason=str(refusal),
            ).as_attempt(refusal.attempt) from refusal


def sent_file(batch_id: int, *, actor: User) -> bytes:
    """The file of a batch that was sent, once more and byte for byte; changes nothing.

    Raises:
        NotFound: as everywhere.
        RuleViolation: not sent yet, or no longer the file that was sent.
    """
    batch = queries.batch(batch_id, frozenset({actor.court_code}))
    if batch.sent_at is None:
        raise RuleViolation("该批次的银行文件尚未导出，请先签发，再点击“导出银行文件”。")
    _check_intact(batch)
    content = _workbook(batch)
    if hashlib.sha256(content).hexdigest() != batch.file_digest:
        raise RuleViolation(
            "重新生成的银行文件与首次导出的不一致，不能下载，请使用首次导出的文件，并通知系统管理员核查。"
        )
    return content


def _seen(batch_id: int, seen_version: int, actor: User) -> Batch:
    batch = queries.batch(batch_id, frozenset({actor.court_code}))
    check_seen(current_version=batch.version, seen_version=seen_version)
    return batch


def _payer(account: PayingAccount) -> Payer:
    return Payer(bank=account.bank, holder=account.holder, number=account.number)


def _orders(batch: Batch) -> list[Order]:
    approved = queries.approved_digests(batch.id)
    return [
        Order(
            sequence=line.sequence,
            advance=line.advance_subject,
            approved_digest=approved[line.id],
            case_number=line.case_number,
            payee=line.payee,
            bank=line.bank,
            account_number=line.account_number,
            amount=line.amount,
        )
        for line in batch.lines
    ]


def _check_intact(batch: Batch) -> None:
    """Fail closed when anything in the batch is not what was sealed at its building (T4)."""
    orders = _orders(batch)
    for line, order in zip(batch.lines, orders, strict=True):
        if rules.line_digest(batch.court_code, batch.number, order) != line.payload_digest:
            raise RuleViolation(
                "批次%(number)s第%(sequence)s笔的内容与编制时不一致，不能签发或付款，请立即停止办理并通知审计人员核查。",
                number=batch.number,
                sequence=line.sequence,
            ).as_attempt(Attempt.CHANGED_AFTERWARDS)
    payer = _payer(batch.paying_account)
    digest = rules.batch_digest(batch.court_code, batch.number, batch.business_date, payer, orders)
    sealed = (digest, total(order.amount for order in orders), len(orders))
    if sealed != (batch.digest, batch.total, batch.line_count):
        raise RuleViolation(
            "批次%(number)s的内容与编制时不一致，不能签发或付款，请立即停止办理并通知审计人员核查。",
            number=batch.number,
        ).as_attempt(Attempt.CHANGED_AFTERWARDS)


def _workbook(batch: Batch) -> bytes:
    payer = _payer(batch.paying_account)
    rows = [rules.payment_row(batch.number, batch.business_date, payer, order) for order in _orders(batch)]
    return xlsx_bytes([Sheet(SHEET_TITLE, PAYMENT_COLUMNS, rows)])


def _record_batch(event: Event, batch: Batch, actor: User) -> None:
    trail.record(
        event,
        batch.subject,
        court_code=batch.court_code,
        actor=actor,
        number=batch.number,
        lines=batch.line_count,
        total=bare(batch.total),
        digest=batch.digest,
    )


# --------------------------------------------------------------------------------------------------- the bank's answer


@dataclass(frozen=True)
class Verdict:
    """One line of a result file, our line behind it, and what is to be made of it."""

    told: Reported | Unreadable
    line: BatchLine | None
    is_repeated: bool
    problem: str | None

    @property
    def outcome(self) -> LineStatus | None:
        return self.told.outcome if isinstance(self.told, Reported) and self.problem is None else None

    @property
    def is_new(self) -> bool:
        return self.problem is None and not self.is_repeated


def import_result(data: bytes, file_name: str, *, actor: User) -> ResultFile:
    """Read the bank's result file line by line; what agrees takes effect, what does not is refused and kept as such.

    Raises:
        RuleViolation: the same file was imported before, or it cannot be read at all.
    """
    digest = hashlib.sha256(data).hexdigest()
    _check_first_time(actor.court_code, digest)
    told = rules.read_results(read_table(data, file_name))
    verdicts = _judged(told, actor.court_code)
    file = _kept(file_name, digest, verdicts, actor)
    changed: dict[int, Batch] = {}
    for verdict in verdicts:
        if verdict.is_new and verdict.line is not None and isinstance(verdict.told, Reported):
            _apply(verdict.line, verdict.told, actor)
            changed[verdict.line.batch_id] = verdict.line.batch
    for batch in changed.values():
        _finish(batch)
    counts = {"paid": file.paid, "failed": file.failed, "unknown": file.unknown}
    trail.record(
        Event.RESULT_IMPORTED,
        file.subject,
        court_code=file.court_code,
        actor=actor,
        file_name=file.file_name,
        digest=digest,
        refused=file.refused,
        repeated=file.repeated,
        **counts,
    )
    return file


def _check_first_time(court_code: str, digest: str) -> None:
    before = queries.imported_before(court_code, digest)
    if before is not None:
        raise RuleViolation(
            "该回执文件已于%(moment)s由%(name)s导入，不能重复导入；如需查看结果，请打开“银行回执”列表中的“%(file_name)s”。",
            moment=f"{clock.local(before.imported_at):%Y-%m-%d %H:%M}",
            name=before.imported_by.name,
            file_name=before.file_name,
        )


def _judged(told: Sequence[Reported | Unreadable], court_code: str) -> list[Verdict]:
    lines = queries.lines_named(court_code, rules.line_keys(told))
    repeated = rules.repeated_keys(told)
    closed = _closed_months(court_code, told)
    return [_verdict(one, lines.get(one.key), repeated, closed) for one in told]


def _closed_months(court_code: str, told: Iterable[Reported | Unreadable]) -> frozenset[str]:
    months = {month_of(one.paid_on) for one in told if isinstance(one, Reported) and one.paid_on is not None}
    return frozenset(month for month in months if books.is_closed(court_code, month))


def _verdict(
    told: Reported | Unreadable, line: BatchLine | None, repeated: dict[str, int], closed: frozenset[str]
) -> Verdict:
    if isinstance(told, Unreadable):
        return Verdict(told, line, is_repeated=False, problem=told.problem)
    try:
        if told.key in repeated:
            raise RuleViolation(
                "第%(row)s行的自定义序号“%(key)s”在本文件中出现了%(times)s次，均未作处理，请向银行重新取得回执。",
                row=told.row,
                key=told.key,
                times=repeated[told.key],
            )
        is_new = rules.check_result(told, _sent(line), today=clock.today())
        if is_new and told.paid_on is not None and month_of(told.paid_on) in closed:
            raise RuleViolation(
                "第%(row)s行（%(key)s）的交易日期%(day)s所在月份已结账，未作处理，请财务负责人研究处理后再导入。",
                row=told.row,
                key=told.key,
                day=told.paid_on.isoformat(),
            )
    except RuleViolation as refused:
        return Verdict(told, line, is_repeated=False, problem=str(refused))
    return Verdict(told, line, is_repeated=not is_new, problem=None)


def _sent(line: BatchLine | None) -> Sent | None:
    if line is None:
        return None
    sent_at = line.batch.sent_at
    return Sent(
        account=line.account_number,
        account_mask=line.account_mask,
        payee=line.payee,
        amount=line.amount,
        status=line.status,
        sent_on=clock.local(sent_at).date() if sent_at is not None else None,
        reference=line.bank_reference,
        paid_on=line.paid_on,
    )


def _kept(file_name: str, digest: str, verdicts: Sequence[Verdict], actor: User) -> ResultFile:
    new = [verdict.outcome for verdict in verdicts if verdict.is_new]
    file = ResultFile(
        court_code=actor.court_code,
        file_name=file_name.replace("\0", "").replace("\\", "/").rsplit("/", 1)[-1][-200:],
        digest=digest,
        paid=new.count(LineStatus.PAID),
        failed=new.count(LineStatus.FAILED),
        unknown=new.count(LineStatus.UNKNOWN),
        refused=sum(verdict.problem is not None for verdict in verdicts),
        repeated=sum(verdict.is_repeated for verdict in verdicts),
        imported_by_id=actor.id,
        imported_at=clock.now(),
    )
    db.session.add(file)
    db.session.flush()
    db.session.execute(
        insert(ResultLine),
        [
            {
                "file_id": file.id,
                "row": verdict.told.row,
                "key": verdict.told.key[:60],
                "batch_line_id": verdict.line.id if verdict.line is not None else None,
                "outcome": verdict.outcome,
                "is_repeated": verdict.is_repeated,
                "problem": verdict.problem[:300] if verdict.problem is not None else None,
            }
            for verdict in sorted(verdicts, key=_reading_order, reverse=True)
        ],
    )
    return file


def _reading_order(verdict: Verdict) -> tuple[int, int]:
    """What needs a person stands first. Lists show what was written last on top, so it is written backwards."""
    urgency = (None, LineStatus.UNKNOWN, LineStatus.FAILED, LineStatus.PAID).index(verdict.outcome)
    return (urgency, verdict.told.row)


def _apply(line: BatchLine, told: Reported, actor: User) -> None:
    rules.check_line_move(line.status, told.outcome)
    if told.outcome is LineStatus.PAID:
        assert told.paid_on is not None, "a paid line is read with its day"
        _pay(line, paid_on=told.paid_on, reference=told.reference, actor=actor)
    elif told.outcome is LineStatus.FAILED:
        _fail(line, message=told.message, reference=None, actor=actor)
    else:
        line.status, line.message = LineStatus.UNKNOWN, told.message or None
        _record_line(Event.LINE_UNKNOWN, line, actor, message=told.message)


def _pay(line: BatchLine, *, paid_on: date, reference: str, actor: User) -> None:
    """The money has arrived: the advance is paid, in the hands of those who built and signed the batch."""
    signed_by_id = line.batch.signed_by_id
    assert signed_by_id is not None, "what was sent was signed"
    payment = advances.record_paid(
        line.advance_id,
        channel=Channel.BANK_BATCH,
        paid_on=paid_on,
        paid_through=line.subject,
        bank_reference=reference,
        hands=Hands(line.batch.built_by_id, signed_by_id),
        actor=actor,
    )
    case_id = payment.advance.case_id
    custody.hold_back(case_id, advanced=advance_queries.paid_in_case(case_id), actor=actor)
    line.status, line.paid_on, line.bank_reference, line.message = LineStatus.PAID, paid_on, reference, None
    _record_line(Event.LINE_PAID, line, actor, reference=reference)


def _fail(line: BatchLine, *, message: str, reference: str | None, actor: User) -> None:
    """The money came back or never left: the advance is free for a new line."""
    line.status, line.live_advance_id, line.bank_reference = LineStatus.FAILED, None, reference
    line.message = message[:200] or None
    advances.stop_payment(line.advance_id, actor=actor)
    _record_line(Event.LINE_FAILED, line, actor, message=message)


def _finish(batch: Batch) -> None:
    """Done when the bank has answered about every line; in any case the batch is another one than was seen before."""
    if any(line.status in rules.OPEN_LINES for line in batch.lines):
        flag_modified(batch, "status")
        return
    rules.check_move(batch.status, BatchStatus.DONE)
    batch.status = BatchStatus.DONE


def resolve_unknown(
    line_id: int,
    *,
    outcome: LineStatus,
    reason: str,
    bank_reference: str,
    paid_on: date | None = None,
    seen_version: int,
    actor: User,
) -> BatchLine:
    """查明 an unknown line by the bank's written answer; never the person who imported its result.

    Args:
        reason: what the answer says, and its document.
        bank_reference: the bank's serial number or the number of its answer.
        paid_on: the day of payment; needed when it was paid.
        seen_version: the version of the batch.

    Raises:
        NotFound, StaleRecord: as everywhere.
        RuleViolation: not unknown, not an answer, no day, a day outside sending and today, or the importer himself.
    """
    line = queries.line(line_id, frozenset({actor.court_code}))
    batch = line.batch
    check_seen(current_version=batch.version, seen_version=seen_version)
    if line.status is not LineStatus.UNKNOWN:
        raise RuleViolation("只有“结果不明”的明细需要查明，该笔已有结果，请刷新页面查看。")
    assert batch.sent_at is not None, "only what was sent can be unknown"
    rules.check_resolution(
        outcome,
        paid_on=paid_on,
        sent_on=clock.local(batch.sent_at).date(),
        today=clock.today(),
        importers=queries.importers_of(line_id),
        actor_id=actor.id,
    )
    if outcome is LineStatus.PAID:
        assert paid_on is not None, "checked above"
        _pay(line, paid_on=paid_on, reference=bank_reference, actor=actor)
    else:
        _fail(line, message=reason, reference=bank_reference, actor=actor)
    _finish(batch)
    _record_line(Event.LINE_RESOLVED, line, actor, outcome=outcome.value, reason=reason)
    return line


def _record_line(event: Event, line: BatchLine, actor: User, **facts: str) -> None:
    """Most events of a line also tell its amount; what was resolved tells the outcome instead."""
    if event is not Event.LINE_RESOLVED:
        facts["amount"] = bare(line.amount)
    trail.record(
        event,
        line.subject,
        court_code=line.batch.court_code,
        actor=actor,
        batch=line.batch.number,
        advance=line.advance_subject,
        **facts,
    )
