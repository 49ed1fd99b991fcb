"""The books on paper: in Chinese whatever the reader's language, since paper goes into the archive."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from fundapp.core import clock, naming
from fundapp.core.money import Money, capitals, plain, total
from fundapp.courts import queries as courts
from fundapp.ledger.models import PostingLine, Voucher
from fundapp.ledger.queries import Linked, Signatures
from fundapp.ledger.rules import (
    LABELS,
    WORDS,
    Account,
    Dimension,
    Entry,
    Ink,
    LedgerLine,
    LineKind,
    Link,
    VoucherKind,
    number_ranges,
)
from fundapp.trail import queries as trail

LINES_PER_SHEET = 6
"""As the template has it: two lines for each posting."""


@dataclass(frozen=True)
class Names:
    """What records are called today and, of sources, whose names may be corrected, what they were called before: what
    was posted keeps the name under which it was posted."""

    today: Mapping[str, str]
    told: Mapping[str, Sequence[tuple[datetime, str]]]

    def at(self, ref: str, moment: datetime) -> str:
        return self.former(ref, moment) or self.today[ref]

    def former(self, ref: str, moment: datetime) -> str | None:
        """The name at a moment when it is another today."""
        known = [name for since, name in self.told.get(ref, ()) if since <= moment]
        return known[-1] if known and known[-1] != self.today[ref] else None


def names_of(refs: Iterable[str | None], *, whole: bool) -> Names:
    """The names of these records; persons masked, or whole as on every paper."""
    today = naming.names(refs, whole=whole)
    return Names(today, trail.names_told(ref for ref in today if ref.startswith(f"{Dimension.SOURCE.value}:")))


@dataclass(frozen=True)
class Around:
    """What a voucher's paper says besides the voucher: the court, who signed, which vouchers it is linked with, and
    the names of the records it concerns."""

    court: str
    signatures: Signatures
    links: Sequence[Linked]
    names: Names


def names_in(vouchers: Iterable[Voucher], *, whole: bool = True) -> Names:
    """The names of what these vouchers concern."""
    lines = (line for voucher in vouchers for line in voucher.lines)
    return names_of((ref for line in lines for ref in refs_of(line)), whole=whole)


def voucher_data(voucher: Voucher, around: Around) -> dict[str, Any]:
    """The data of ``documents/voucher.typ``."""
    is_differing = voucher.business_date != voucher.posted_on
    amount = signed_total(voucher)
    return {
        "court": around.court,
        "title": LABELS[voucher.kind],
        "number": voucher_number(voucher),
        "total_number": f"总第{voucher.number:04d}号",
        "date": _day(voucher.posted_on),
        "period": _month(voucher.month),
        "business_date": _day(voucher.business_date) if is_differing else "",
        "recorded_at": f"{clock.local(voucher.recorded_at):%Y-%m-%d %H:%M}",
        "summary": voucher.summary,
        "notes": [link_words(link) for link in around.links],
        "lines": [row for line in voucher.lines for row in _sides(voucher, line, around.names)],
        "debit_total": plain(amount),
        "credit_total": plain(amount),
        "capitals": capitals(amount, courts.capital_style(voucher.court_code, voucher.posted_on)),
        "attachments": voucher.attachments,
        "prepared_by": around.signatures.prepared_by,
        "reviewed_by": around.signatures.reviewed_by,
        "booked_by": around.signatures.booked_by,
        "cashier": around.signatures.cashier if voucher.kind is not VoucherKind.TRANSFER else "不涉及",
    }


def voucher_number(voucher: Voucher) -> str:
    """``收字第0001号``."""
    return f"{WORDS[voucher.kind]}字第{voucher.kind_number:04d}号"


def signed_total(voucher: Voucher) -> Money:
    """The voucher's amount as it is written: in red, negative."""
    return -voucher.total if voucher.ink is Ink.RED else voucher.total


def link_words(link: Linked) -> str:
    """``注销2018收0001号凭证``, or from the original to its correction ``已由2018收0002号凭证注销``."""
    word = LABELS[link.link]
    if link.is_later:
        return f"已由{link.cited}号凭证{word}"
    return f"调整{link.cited}号凭证金额" if link.link is Link.ADJUSTS else f"{word}{link.cited}号凭证"


def _sides(voucher: Voucher, line: PostingLine, names: Names) -> Iterator[list[str]]:
    """A posting as the two lines that a paper voucher gives it: debit first, red on the sides of its original."""
    debit, credit, amount = shown(voucher.ink, line)
    detail = detail_words(line, names, voucher.recorded_at)
    yield [account_words(debit), detail, plain(amount), ""]
    yield [account_words(credit), detail, "", plain(amount)]


def shown(ink: Ink, line: PostingLine) -> tuple[Account, Account, Money]:
    """A posting as people read it: the account debited, the one credited and the amount, negative in red."""
    return (line.credit, line.debit, -line.amount) if ink is Ink.RED else (line.debit, line.credit, line.amount)


def account_words(account: Account) -> str:
    return f"{account.value} {LABELS[account]}"


def detail_words(line: PostingLine | Entry, names: Names, posted_at: datetime) -> str:
    """Whom a posting concerns, in words: case number, source, debtor, by their names when it was posted."""
    return " ".join(names.at(ref, posted_at) for ref in refs_of(line))


def refs_of(line: PostingLine | Entry) -> list[str]:
    return [ref for ref in (line.case_ref, line.source_ref, line.debtor_ref) if ref]


def book_data(
    months: Sequence[dict[str, Any]], *, court: str, period: str, which: str, bound_by: str
) -> dict[str, Any]:
    """The data of ``documents/voucher_book.typ``: each month as ``month_data``; ``which`` volume, when there are
    several."""
    return {
        "court": court,
        "period": f"{period}　{which}".strip(),
        "bound_by": bound_by,
        "bound_at": _day(clock.today()),
        "months": months,
    }


def month_data(vouchers: Sequence[Voucher], papers: Sequence[dict[str, Any]], which: str) -> dict[str, Any]:
    """A month in a bound book: its cover, which counts what is bound, and its vouchers."""
    kinds = [kind for kind in VoucherKind if any(voucher.kind is kind for voucher in vouchers)]
    return {
        "month": f"{_month(vouchers[0].month)}　{which}".strip(),
        "kinds": [
            [LABELS[kind], _numbers(kind, vouchers), *_counted([v for v in vouchers if v.kind is kind])]
            for kind in kinds
        ],
        "total": _counted(vouchers),
        "vouchers": papers,
    }


def _numbers(kind: VoucherKind, vouchers: Sequence[Voucher]) -> str:
    return f"{WORDS[kind]}字第{number_ranges(v.kind_number for v in vouchers if v.kind is kind)}号"


def _counted(vouchers: Sequence[Voucher]) -> list[str]:
    """Vouchers, sheets, attachments and amount, as the cover states them."""
    sheets = sum(-(-2 * len(voucher.lines) // LINES_PER_SHEET) for voucher in vouchers)
    attachments = sum(voucher.attachments for voucher in vouchers)
    return [str(len(vouchers)), str(sheets), str(attachments), plain(total(map(signed_total, vouchers)))]


@dataclass(frozen=True)
class LedgerPaper:
    """One ledger on paper: its account, what part of it, its lines."""

    account: Account
    part: str
    lines: Sequence[LedgerLine]


def ledger_data(
    ledgers: Sequence[LedgerPaper], *, court: str, title: str, period: str, printed_by: str, has_entries: bool
) -> dict[str, Any]:
    """The data of ``documents/ledger.typ``."""
    entries = (line.entry for ledger in ledgers for line in ledger.lines if line.entry)
    asked = [ref for entry in entries for ref in refs_of(entry)] + [ledger.part for ledger in ledgers]
    names = names_of(asked, whole=True)
    return {
        "court": court,
        "title": title,
        "period": period,
        "printed": f"{printed_by}　{clock.local(clock.now()):%Y-%m-%d %H:%M}",
        "has_entries": has_entries,
        "ledgers": [
            {
                "name": account_words(ledger.account),
                "about": names.today.get(ledger.part, ""),
                "lines": [ledger_row(line, names) for line in ledger.lines],
            }
            for ledger in ledgers
        ],
    }


def ledger_row(line: LedgerLine, names: Names) -> list[str]:
    """One line as the paper has it, a text per column."""
    kind = "entry" if line.kind is LineKind.ENTRY else "total"
    figures = [
        _figure(line.debit),
        _figure(line.credit),
        LABELS[line.side] if line.side else SETTLED,
        plain(abs(line.balance)),
    ]
    if line.entry is None:
        return [kind, line.day.isoformat(), "", LABELS[line.kind], "", "", *figures]
    entry = line.entry
    words = [entry.cited, entry.summary, LABELS[entry.contra], detail_words(entry, names, entry.recorded_at)]
    return [kind, line.day.isoformat(), *words, *figures]


SETTLED = "平"
"""In the place of a side where an account has no balance."""


def _figure(amount: Money | None) -> str:
    return "" if amount is None else plain(amount)


def period_words(year: int, month: int | None) -> str:
    return f"{year}年" if month is None else f"{year}年{month}月"


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _month(month: str) -> str:
    return period_words(int(month[:4]), int(month[5:]))
