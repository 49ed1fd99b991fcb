"""The printed roster of a ceremony: its list as paper, Chinese whatever the reader's language."""

from collections.abc import Sequence
from typing import Any

from fundapp.ceremonies import queries
from fundapp.ceremonies.models import Ceremony, CeremonyLine
from fundapp.ceremonies.rules import LABELS
from fundapp.core import clock
from fundapp.core.money import capitals, plain, total
from fundapp.courts import queries as courts


def roster(ceremony: Ceremony, lines: Sequence[CeremonyLine], *, court: str) -> dict[str, Any]:
    """The data of ``documents/roster.typ``."""
    tails = queries.account_tails(ceremony.id)
    amount = total(line.amount for line in lines)
    day = ceremony.held_on
    return {
        "court": court,
        "number": f"{day.year}-{ceremony.id:04d}",
        "ceremony": ceremony.name,
        "date": f"{day.year}年{day.month}月{day.day}日",
        "place": ceremony.place,
        "host": ceremony.host,
        "rows": [_row(line, tails.get(line.id, "")) for line in lines],
        "methods": [[LABELS[part.name], part.count, plain(part.amount)] for part in queries.parts_by(lines, "method")],
        "count": len(lines),
        "amount": plain(amount),
        "capitals": capitals(amount, courts.capital_style(ceremony.court_code, ceremony.held_on)),
        "absent": _absent([line for line in lines if line.absent_reason]),
        "staff": queries.staff_names(ceremony.id) or ["", ""],
        "witnesses": [{"name": witness.name, "capacity": LABELS[witness.capacity]} for witness in ceremony.witnesses]
        or [{"name": "", "capacity": ""}],
    }


def _absent(lines: Sequence[CeremonyLine]) -> list[Any] | None:
    """How many were not paid and how much, so that nobody signs for money that was not handed over."""
    return [len(lines), plain(total(line.amount for line in lines))] if lines else None


def _row(line: CeremonyLine, tail: str) -> dict[str, str]:
    return {
        "case_number": line.case.number,
        "payee": line.payee.name,
        "id_masked": line.payee.identity_mask,
        "amount": plain(line.amount),
        "method": LABELS[line.method],
        "account": tail,
        "signed_in": f"{clock.local(line.signed_in_at):%H:%M}" if line.signed_in_at else "",
        "remark": _remark(line),
    }


def _remark(line: CeremonyLine) -> str:
    if line.absent_reason:
        return f"未领取：{line.absent_reason}"
    if line.agent:
        return f"代理人{line.agent}，委托书{line.authority_number}"
    return LABELS[line.source]
