"""The printed voucher: in Chinese whatever the reader's language, since the paper goes into the archive."""

from collections.abc import Iterator
from typing import Any

from fundapp.core.money import capitals, plain
from fundapp.courts import queries as courts
from fundapp.ledger.models import PostingLine, Voucher
from fundapp.ledger.queries import Signatures
from fundapp.ledger.rules import LABELS, WORDS, Account

_KINDS = {"case": "案件", "source": "资金来源", "party": "当事人"}


def voucher_data(voucher: Voucher, *, court: str, signatures: Signatures, reverses: str | None) -> dict[str, Any]:
    """The data of ``documents/voucher.typ``; ``reverses`` is the number of the voucher that this one undoes."""
    day = voucher.posted_on
    return {
        "court": court,
        "number": f"{day.year}年{day.month}月{WORDS[voucher.kind]}字第{voucher.kind_number:04d}号",
        "date": f"{day.year}年{day.month}月{day.day}日",
        "note": f"冲销{reverses}号凭证" if reverses else "",
        "lines": [row for line in voucher.lines for row in _sides(voucher.summary, line)],
        "debit_total": plain(voucher.total),
        "credit_total": plain(voucher.total),
        "capitals": capitals(voucher.total, courts.capital_style(voucher.court_code, day)),
        "attachments": voucher.attachments,
        "prepared_by": signatures.prepared_by,
        "reviewed_by": signatures.reviewed_by,
        "booked_by": signatures.booked_by,
        "cashier": signatures.cashier,
    }


def _sides(summary: str, line: PostingLine) -> Iterator[dict[str, str]]:
    """A posting as the two lines that a paper voucher gives it: debit first."""
    shared = {"summary": summary, "dimension": dimension(line)}
    yield shared | {"account": account_words(line.debit), "debit": plain(line.amount), "credit": ""}
    yield shared | {"account": account_words(line.credit), "debit": "", "credit": plain(line.amount)}


def account_words(account: Account) -> str:
    return f"{account.value} {LABELS[account]}"


def dimension(line: PostingLine) -> str:
    """Whom a posting concerns, in words: ``案件17 资金来源3``."""
    refs = (line.case_ref, line.source_ref, line.debtor_ref)
    named = (ref.split(":", 1) for ref in refs if ref)
    return " ".join(f"{_KINDS.get(kind, kind)}{record}" for kind, record in named)
