"""The walks behind ``verify``: what needs a digest is read once, in order, row by row, so that memory stays flat.

Nothing here asks the queries of the books: a mistake made there is not repeated here. Reads only.
"""

import hashlib
import itertools
import json
from collections.abc import Generator
from contextlib import closing, suppress
from datetime import date
from typing import Any

from sqlalchemy import Date, text

from fundapp.core.columns import MoneyColumn, Sealed, blind_index
from fundapp.core.db import db, moment_text, run, walk
from fundapp.core.digests import digest_of
from fundapp.core.money import from_fen
from fundapp.disbursement.rules import Order, Payer, batch_digest, line_digest
from fundapp.ledger import rules as ledger
from fundapp.ledger.queries import SUMMARY_PURPOSE
from fundapp.ledger.rules import Account, Ink, Movement, Posting
from fundapp.trail.rules import Event

VOUCHERS = """
    SELECT v.id, v.year, v.number, v.kind, v.kind_number, v.name, CAST(v.business_date AS VARCHAR(10)),
        CAST(v.posted_on AS VARCHAR(10)), {moment}, v.summary, v.attachments, v.prepared_by_id, v.reviewed_by_id,
        v.booked_by_id, v.cashier_id, v.ink, v.reverses_id, v.adjusts_id, v.restates_id, v.form, v.digest,
        p.movement, p.debit, p.credit, p.amount, p.case_ref, p.source_ref, p.debtor_ref
    FROM vouchers v JOIN posting_lines p ON p.voucher_id = v.id
    WHERE v.court_code = ? ORDER BY v.id, p.line
"""
WORDS = {kind.value: word for kind, word in ledger.WORDS.items()}
ANY = Movement.RECOVERED  # whatever moved, it is the accounts that balance
ACCOUNTS = {account.value for account in Account}
POSTED = "SELECT subject, facts FROM trail_entries WHERE court_code = ? AND event = ? ORDER BY seq"

FLOWS = """
    SELECT v.court_code, v.ink, p.debit, p.credit, p.case_ref, p.source_ref, p.debtor_ref, SUM(p.amount)
    FROM posting_lines p JOIN vouchers v ON v.id = p.voucher_id
    GROUP BY v.court_code, v.ink, p.debit, p.credit, p.case_ref, p.source_ref, p.debtor_ref
"""
CLOSINGS = "SELECT court_code, month, last_number, digest FROM closed_months ORDER BY court_code, month, round"
HELD = "SELECT digest FROM vouchers WHERE court_code = ? AND month = ? AND number <= ? ORDER BY number"
CLOSED = "SELECT court_code, facts FROM trail_entries WHERE event = ? ORDER BY court_code, seq"
COURTS = """
    SELECT code FROM courts UNION SELECT court_code FROM books UNION SELECT court_code FROM vouchers
    UNION SELECT court_code FROM trail_entries ORDER BY 1
"""
STANDING = "SELECT court_code, account, part, debit, credit FROM standing_balances"
PAPERS = "SELECT id, subject, file_name, digest FROM attachments ORDER BY id"
PAPER = "SELECT content FROM attachments WHERE id = ?"


def court_codes() -> list[str]:
    """Every court that is known, has a book, or of which a voucher or the trail tells; whichever row was taken away."""
    return [row[0] for row in run(COURTS)]


def first_unsealed(court_code: str) -> str | None:
    """The first voucher of a court that is not what was sealed when it was posted, or of which the trail tells
    otherwise, or that only the trail still knows."""
    vouchers = _vouchers(court_code)
    told = walk(POSTED, (court_code, Event.VOUCHER_POSTED.value))
    with closing(vouchers), closing(told):
        for voucher, entry in itertools.zip_longest(vouchers, told):
            if voucher is None:
                return f"{court_code} {entry[0]}: 留痕所记凭证已不存在"
            head, digest = voucher
            named = f"{court_code} {ledger.total_number(head[1], head[2])}"
            if not (_is_day(head[6]) and _is_day(head[7])):
                return f"{named}: 日期的写法不是2018-03-09这样的，与其他日期不能比较先后"
            if digest != head[20]:
                return f"{named}: 凭证或分录与凭证校验码不符"
            facts = {} if entry is None or entry[0] != f"voucher:{head[0]}" else json.loads(entry[1])
            if facts.get("digest") != digest:
                return f"{named}: 与操作留痕不符"
    return None


def _is_day(written: str) -> bool:
    with suppress(ValueError):
        return date.fromisoformat(written).isoformat() == written
    return False


def _vouchers(court_code: str) -> Generator[tuple[Any, str], None, None]:
    """Each voucher of a court in the order of posting, with the digest of what it says now."""
    rows = walk(VOUCHERS.format(moment=moment_text("v.recorded_at")), (court_code,))
    with closing(rows):
        for _, found in itertools.groupby(rows, key=lambda row: row[0]):
            lines = list(found)
            yield lines[0], _digest(court_code, lines)


def _digest(court_code: str, rows: list[Any]) -> str:
    (
        _, year, number, kind, kind_number, name, business_date, posted_on, recorded_at, summary, attachments,
        prepared, reviewed, booked, cashier, ink, reverses, adjusts, restates, form, *_,
    ) = rows[0]  # fmt: skip
    lines = [
        part
        for *_, movement, debit, credit, amount, case, source, debtor in rows
        for part in (movement, debit, credit, str(amount), case or "", source or "", debtor or "")
    ]
    total_number = ledger.total_number(year, number)
    if form == ledger.FIRST_FORM:
        return ledger.first_digest(
            court_code=court_code, number=total_number, name=name, business_date=business_date, lines=lines
        )
    links = (cashier, ink, reverses, adjusts, restates)
    head = (
        form, court_code, total_number, f"{year}{WORDS.get(kind, '?')}{kind_number:04d}", name, business_date,
        posted_on, recorded_at, blind_index(summary, SUMMARY_PURPOSE), str(attachments), str(prepared), str(reviewed),
        str(booked), *("" if one is None else str(one) for one in links),
    )  # fmt: skip
    return digest_of((*head, *lines))


def first_unbalanced() -> str | None:
    """The first kept balance, whole or part, that is not the sum of its postings."""
    expected: dict[tuple[str, str, str], list[int]] = {}
    with closing(walk(FLOWS)) as flows:
        for court_code, ink, debit, credit, case, source, debtor, amount in flows:
            if not {debit, credit} <= ACCOUNTS:
                return f"{court_code} {debit} {credit}: 分录含科目表以外的科目"
            posting = Posting(ANY, Account(debit), Account(credit), from_fen(int(amount)), case, source, debtor)
            is_red = ink == Ink.RED.value
            for side, account in enumerate((posting.debit, posting.credit)):
                for part in ledger.parts_of(account, posting):
                    kept = expected.setdefault((court_code, account.value, part), [0, 0])
                    kept[1 - side if is_red else side] += -int(amount) if is_red else int(amount)
    with closing(walk(STANDING)) as standing:
        for court_code, account_code, part, debit, credit in standing:
            key = (court_code, account_code, part)
            if expected.pop(key, [0, 0]) != [debit, credit]:
                return " ".join(key).strip() + ": 余额与分录不符"
    return " ".join(min(expected)) + ": 缺少余额" if expected else None


def first_changed_period() -> str | None:
    """The first closing of a month whose vouchers are not those it was sealed with, or of which the trail tells
    otherwise; what was reopened and closed again is asked for every time."""
    told: dict[tuple[str, str], list[str]] = {}
    with closing(walk(CLOSED, (Event.MONTH_CLOSED.value,))) as entries:
        for court_code, facts in entries:
            known = json.loads(facts)
            told.setdefault((court_code, known["month"]), []).append(known.get("digest", ""))
    for court_code, month, last_number, digest in run(CLOSINGS):
        with closing(walk(HELD, (court_code, month, last_number))) as held:
            if digest_of(row[0] for row in held) != digest:
                return f"{court_code} {month}: 凭证与结账时的校验码不符"
        entries_left = told.get((court_code, month), [])
        if not entries_left or entries_left.pop(0) not in ("", digest):
            return f"{court_code} {month}: 结账与操作留痕不符"
    missing = sorted(key for key, left in told.items() if left)
    return " ".join(missing[0]) + ": 留痕所记结账已不存在" if missing else None


def first_other_paper() -> str | None:
    """The first attached paper that is not the file it was when it was uploaded; one file is held at a time."""
    with closing(walk(PAPERS)) as papers:
        for paper_id, subject, file_name, digest in papers:
            [(content,)] = run(PAPER, (paper_id,))
            if hashlib.sha256(content).hexdigest() != digest:
                return f"{subject}的附件“{file_name}”与上传时的校验码不符"
    return None


ORDERS = text(
    """
    SELECT b.court_code, b.number, b.business_date, b.digest, l.payload_digest AS line_digest, l.sequence, l.advance_id,
        a.payload_digest AS approved_digest, l.case_number, l.payee, l.bank, l.account_number, l.amount,
        p.bank AS paying_bank, p.holder AS paying_holder, p.number AS paying_number
    FROM batches b JOIN paying_accounts p ON p.id = b.paying_account_id
    JOIN batch_lines l ON l.batch_id = b.id JOIN advances a ON a.id = l.advance_id
    ORDER BY b.court_code, b.number, l.sequence
    """
).columns(business_date=Date, account_number=Sealed, amount=MoneyColumn)


def first_unsealed_batch() -> str | None:
    """The first batch that is not, line by line and account by account, what was sealed when it was built."""
    found = db.session.execute(ORDERS.execution_options(yield_per=2000)).mappings()
    for (court_code, number), batch in itertools.groupby(found, key=lambda row: (row["court_code"], row["number"])):
        rows = list(batch)
        orders = [_order(row) for row in rows]
        payer = Payer(rows[0]["paying_bank"], rows[0]["paying_holder"], rows[0]["paying_number"])
        for row, order in zip(rows, orders, strict=True):
            if line_digest(court_code, number, order) != row["line_digest"]:
                return f"{court_code}批次{number}第{order.sequence}笔与签发时的校验码不符"
        if batch_digest(court_code, number, rows[0]["business_date"], payer, orders) != rows[0]["digest"]:
            return f"{court_code}批次{number}与签发时的校验码不符"
    return None


def _order(row: Any) -> Order:
    return Order(
        sequence=row["sequence"],
        advance=f"advance:{row['advance_id']}",
        approved_digest=row["approved_digest"],
        case_number=row["case_number"],
        payee=row["payee"],
        bank=row["bank"],
        account_number=row["account_number"],
        amount=row["amount"],
    )
