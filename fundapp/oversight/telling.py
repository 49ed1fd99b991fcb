"""How the trail is told to people: its facts and subjects in words, linked to the records they speak of."""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from fundapp.auditing.rules import Extent, Population, SamplingMethod, Severity
from fundapp.cases.rules import PartyRole
from fundapp.ceremonies.rules import Method, WitnessCapacity
from fundapp.core.errors import Attempt
from fundapp.core.money import plain, yuan
from fundapp.core.naming import name_records
from fundapp.core.templating import label
from fundapp.core.words import N_
from fundapp.disbursement.rules import LineStatus
from fundapp.funding.rules import Direction, SourceKind
from fundapp.ledger.rules import CorrectionMethod, Model
from fundapp.oversight import queries
from fundapp.oversight.navigation import address_of
from fundapp.trail.rules import Event
from fundapp.users.rules import Role

SHORT = 8
SUBJECT = re.compile(r"[a-z][a-z-]*:\d+")
AMOUNT = re.compile(r"\d{1,12}\.\d\d")
PEOPLE = {"first_staff", "second_staff"}
NOISE = {(Event.VOUCHER_POSTED, "name")}
"""Facts for machines alone: the name under which a voucher is posted only once."""

WORDS = {
    (name, member.value): member
    for name, words in (
        ("attempt", Attempt),
        ("kind", SourceKind),
        ("direction", Direction),
        ("method", Method),
        ("method", CorrectionMethod),
        ("capacity", WitnessCapacity),
        ("extent", Extent),
        ("population", Population),
        ("sampling", SamplingMethod),
        ("severity", Severity),
        ("model", Model),
        ("outcome", LineStatus),
        ("role", Role),
        ("role", PartyRole),
    )
    for member in words
}
"""Facts that are kept as a code, and the enum member whose label a reader knows."""

KINDS = {
    "account": N_("收款账户"),
    "advance": N_("垫付申请"),
    "anchor-sheet": N_("存证单"),
    "assessment": N_("条件审查"),
    "audit-package": N_("审计包"),
    "batch": N_("发放批次"),
    "batch-line": N_("发放明细"),
    "case": N_("案件"),
    "case-import": N_("导入记录"),
    "case-receipt": N_("案款到账"),
    "ceremony": N_("兑现大会"),
    "correction": N_("更正申请"),
    "exception-bounds": N_("疑点关注线"),
    "finding": N_("审计问题"),
    "fund-receipt": N_("资金到账"),
    "ladder": N_("审批限额"),
    "note": N_("审计笔记"),
    "opening": N_("期初余额导入"),
    "party": N_("当事人"),
    "paying-account": N_("付款账户"),
    "payout": N_("案款发放"),
    "result-file": N_("银行回执"),
    "sample": N_("审计样本"),
    "source": N_("资金来源"),
    "terms": N_("垫付条件"),
    "user": N_("用户"),
    "verification": N_("核验记录"),
    "voucher": N_("凭证"),
}


@dataclass(frozen=True)
class Telling:
    """One fact or subject as a reader sees it."""

    name: str
    text: str
    url: str | None = None
    title: str | None = None


def subject_names(subjects: Iterable[str | None]) -> dict[str, Telling]:
    """Each record by the name that people call it by, with its page; asked once for all of them."""
    asked = {subject for subject in subjects if subject}
    names = queries.names_of(asked)
    return {
        subject: Telling("", names.get(subject) or _numbered(subject), address_of(subject), subject)
        for subject in asked
    }


@name_records
def record_names(subjects: Collection[str], whole: bool) -> dict[str, str]:
    """The names under which papers and lists of the books speak of records; in Chinese whatever the reader's
    language."""
    known = queries.names_of(set(subjects), whole=whole)
    return {subject: known.get(subject) or _numbered_on_paper(subject) for subject in subjects}


def _numbered_on_paper(subject: str) -> str:
    kind, _colon, number = subject.partition(":")
    return f"{KINDS.get(kind, kind)}第{number}号"


def _numbered(subject: str) -> str:
    """A record without a name of its own: its kind and its number; a month, a year or a court is its own name."""
    kind, _colon, rest = subject.partition(":")
    if not rest.isdecimal():
        return rest.rpartition(":")[2]
    return str(_("%(kind)s第%(number)s号", kind=_(KINDS[kind]) if kind in KINDS else kind, number=rest))


def telling(entries: Sequence[Any]) -> list[tuple[Any, Telling, list[Telling]]]:
    """Every entry of the trail with its subject and its facts in words."""
    known = subject_names(subject for entry in entries for subject in _subjects_in(entry))
    return [
        (
            entry,
            known[entry.subject],
            [
                _told(name, text, known)
                for name, text in entry.told.items()
                if text and (entry.event, name) not in NOISE
            ],
        )
        for entry in entries
    ]


def _subjects_in(entry: Any) -> Iterable[str]:
    yield entry.subject
    for name, text in entry.told.items():
        if name in PEOPLE:
            yield f"user:{text}"
        else:
            yield from SUBJECT.findall(text)


def _told(name: str, text: str, known: dict[str, Telling]) -> Telling:
    if name == "digest":
        return Telling(name, text[:SHORT], title=text)
    if name in PEOPLE:
        return Telling(name, known[f"user:{text}"].text)
    if text in known:
        return Telling(name, known[text].text, known[text].url)
    if (name, text) in WORDS:
        return Telling(name, label(WORDS[name, text]))
    if AMOUNT.fullmatch(text):
        return Telling("creditor_part" if name == "creditor" else name, f"{plain(yuan(text))} {_('元')}")
    if name == "records":
        return Telling(name, "、".join(known[one].text for one in SUBJECT.findall(text)))
    if name == "changes":
        return Telling(name, _changes(text, known))
    return Telling(name, text)


def _changes(text: str, known: dict[str, Telling]) -> str:
    """A change of a ceremony's list as its service notes it: ``+advance:17 5000.00 cash`` or ``-payout:3``."""
    if not re.match(rf"[+-]{SUBJECT.pattern}", text):
        return text
    words = [_("加入") if text[0] == "+" else _("移出")]
    for part in text[1:].split():
        if part in known:
            words.append(known[part].text)
        elif AMOUNT.fullmatch(part):
            words.append(f"{plain(yuan(part))} {_('元')}")
        else:
            words.append(label(WORDS["method", part]) if ("method", part) in WORDS else part)
    return " ".join(words)
