"""The printed approval form: in Chinese whatever the reader's language, since the paper goes into the archive."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from fundapp.advances.models import Advance
from fundapp.advances.queries import Rung
from fundapp.approvals.rules import LABELS as OUTCOME_LABELS
from fundapp.cases.rules import LABELS as CASE_LABELS
from fundapp.core import clock
from fundapp.core.money import capitals, plain
from fundapp.courts import queries as courts
from fundapp.eligibility.rules import LABELS as ELIGIBILITY_LABELS
from fundapp.users.rules import LABELS as ROLE_LABELS


def approval_data(advance: Advance, *, court: str, prepared_by: str, ladder: Sequence[Rung]) -> dict[str, Any]:
    """The data of ``documents/approval.typ``: the present round, with the places still to be signed."""
    terms = advance.assessment.terms
    return {
        "court": court,
        "number": advance.cited,
        "date": _long(advance.requested_on),
        "facts": _facts(advance, prepared_by),
        "amount": plain(advance.amount),
        "capitals": capitals(advance.amount, courts.capital_style(advance.court_code, advance.requested_on)),
        "criteria": [
            {
                "criterion": ELIGIBILITY_LABELS[answer.criterion],
                "finding": str(answer.fact),
                "verdict": ELIGIBILITY_LABELS[answer.verdict],
                "evidence": answer.source,
            }
            for answer in advance.assessment.answered
        ],
        "opinions": [_opinion(rung) for rung in ladder],
        "basis": f"{terms.document}（{_long(terms.effective_from)}起生效）",
    }


def _facts(advance: Advance, prepared_by: str) -> list[list[str]]:
    case, account = advance.case, advance.account
    return [
        ["执行案号", case.number],
        ["案件状态", CASE_LABELS[case.status]],
        ["申请执行人", advance.creditor.name],
        ["证件号码", advance.creditor.identity_mask],
        ["被执行人", "、".join(party.name for party in case.debtors)],
        ["执行标的", f"{plain(case.claim)}元"],
        ["收款户名", account.holder],
        ["开户银行", account.bank],
        ["收款账号", account.number_mask],
        ["申请日期", _long(advance.requested_on)],
        ["追偿次序", ELIGIBILITY_LABELS[advance.recovery_order]],
        ["申请人（承办人）", prepared_by],
        ["内容摘要", advance.payload_digest[:16]],
        ["申请理由", advance.reason],
    ]


def _opinion(rung: Rung) -> dict[str, str]:
    decision = rung.decision
    if decision is None:
        return {"post": ROLE_LABELS[rung.role], "opinion": "", "outcome": "", "name": "", "signed_at": ""}
    return {
        "post": ROLE_LABELS[rung.role],
        "opinion": decision.opinion,
        "outcome": OUTCOME_LABELS[decision.outcome],
        "name": decision.actor.name,
        "signed_at": f"{clock.local(decision.decided_at):%Y-%m-%d %H:%M}",
    }


def _long(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
