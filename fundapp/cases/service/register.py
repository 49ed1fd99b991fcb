"""Writes of one case: registering, correcting, closing and resuming it."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from fundapp.cases import queries, rules
from fundapp.cases.models import Case
from fundapp.cases.rules import HEADERS, LABELS, CaseNumber, CaseStatus, ClaimCategory, PartyFacts
from fundapp.cases.service.records import case_record
from fundapp.core import clock
from fundapp.core.db import db
from fundapp.core.errors import RuleViolation
from fundapp.core.money import Money, bare
from fundapp.core.versions import check_seen
from fundapp.core.words import N_
from fundapp.trail import service as trail
from fundapp.trail.rules import Event
from fundapp.users import queries as users
from fundapp.users.models import User
from fundapp.users.rules import check_acts_here


def register(
    *,
    number: str,
    filed_on: date,
    category: ClaimCategory,
    claim: Money,
    parties: Sequence[PartyFacts],
    status: CaseStatus = CaseStatus.IN_PROGRESS,
    property_searched_on: date | None = None,
    is_in_bankruptcy: bool = False,
    is_in_settlement: bool = False,
    legacy_number: str | None = None,
    parent_number: str | None = None,
    handler: User | None = None,
    actor: User,
) -> Case:
    """Enter a case of the actor's court with its parties and their accounts; one entry on the trail tells of all.

    Args:
        parties: at least one creditor and one debtor; an account among them is not verified yet.
        parent_number: the case that a 执恢 case resumes, which must be registered.
        handler: who handles the case; the actor when not given.

    Raises:
        RuleViolation: a fact that cannot be right, a number already registered, or no such earlier case.
    """
    read = rules.registered_number(number, court_code=actor.court_code, today=clock.today())
    _check_facts(read, filed_on=filed_on, claim=claim, property_searched_on=property_searched_on)
    legacy = rules.old_number(legacy_number)
    case = case_record(
        number=read,
        parties=_checked_parties(parties),
        handler=handler or actor,
        actor=actor,
        legacy_number=legacy,
        parent_id=_parent_id(read, parent_number, legacy),
        filed_on=filed_on,
        category=category,
        claim=claim,
        status=status,
        property_searched_on=property_searched_on,
        is_in_bankruptcy=is_in_bankruptcy,
        is_in_settlement=is_in_settlement,
    )
    return _entered(case, actor)


def _check_facts(number: CaseNumber, *, filed_on: date, claim: Money, property_searched_on: date | None) -> None:
    today = clock.today()
    rules.check_filed_on(filed_on, number, today=today)
    rules.check_claim(claim)
    rules.check_past(N_("财产查控日期"), property_searched_on, today=today)


def _checked_parties(parties: Sequence[PartyFacts]) -> list[PartyFacts]:
    checked = [rules.checked_party(party, today=clock.today()) for party in parties]
    rules.check_parties(checked)
    return checked


def _entered(case: Case, actor: User) -> Case:
    if queries.is_registered(case.court_code, case.number):
        raise RuleViolation(
            "案号%(number)s已经登记。请在案件列表中查询该案号后办理，不要重复登记。", number=case.number
        )
    db.session.add(case)
    db.session.flush()
    trail.record(
        Event.CASE_REGISTERED,
        case.subject,
        court_code=case.court_code,
        actor=actor,
        number=case.number,
        claim=bare(case.claim),
    )
    return case


def _parent_id(number: CaseNumber, text: str | None, legacy: str | None) -> int | None:
    earlier = rules.resumed_number(number, text, legacy)
    if earlier is None:
        return None
    found = queries.ids_of(number.court_code, [earlier.text])
    if earlier.text not in found:
        raise RuleViolation("原执行案件%(number)s尚未登记。请先登记原案，或核对原执行案号。", number=earlier.text)
    return found[earlier.text]


def change(
    case_id: int,
    *,
    filed_on: date,
    category: ClaimCategory,
    claim: Money,
    property_searched_on: date | None,
    is_in_bankruptcy: bool,
    is_in_settlement: bool,
    handler: User | None = None,
    seen_version: int,
    actor: User,
) -> Case:
    """Correct a case's facts; its number, court and parties stay.

    Args:
        handler: who takes the case over; None leaves it with whoever has it.

    Raises:
        NotFound: no such case.
        StaleRecord: the case changed after ``seen_version``.
        RuleViolation: a fact that cannot be right, nothing changed, or the claim of a case concluded by advance.
    """
    case = _own_case(case_id, seen_version, actor)
    number = rules.case_number(case.number, court_codes=None)
    _check_facts(number, filed_on=filed_on, claim=claim, property_searched_on=property_searched_on)
    rules.check_claim_kept(case.claim, claim, is_concluded_by_advance=case.concluded_by_advance_on is not None)
    wanted = {
        "filed_on": filed_on,
        "category": category,
        "claim": claim,
        "property_searched_on": property_searched_on,
        "is_in_bankruptcy": is_in_bankruptcy,
        "is_in_settlement": is_in_settlement,
        "handler_id": handler.id if handler else case.handler_id,
    }
    changes = {name: (getattr(case, name), value) for name, value in wanted.items() if getattr(case, name) != value}
    if not changes:
        raise RuleViolation("内容没有变化，无需保存。请修改后再保存，或返回案件页面。")
    for name, (_before, after) in changes.items():
        setattr(case, name, after)
    trail.record(
        Event.CASE_CHANGED,
        case.subject,
        court_code=case.court_code,
        actor=actor,
        number=case.number,
        changes="；".join(_change(name, before, after) for name, (before, after) in changes.items()),
    )
    return case


def _change(name: str, before: Any, after: Any) -> str:
    """One changed fact as the trail keeps it; of the handlers only their ids."""
    if name == "handler_id":
        return f"承办人：user:{before}→user:{after}"
    return f"{HEADERS[name]}：{_told(before)}→{_told(after)}"


def _told(value: Any) -> str:
    match value:
        case None:
            return "无"
        case bool():
            return "是" if value else "否"
        case Money():
            return bare(value)
        case ClaimCategory():
            return LABELS[value]
    return str(value)


def change_status(
    case_id: int, *, status: CaseStatus, reason: str, is_resumption: bool = False, seen_version: int, actor: User
) -> Case:
    """Close a case in one of the statutory ways, or resume it.

    Args:
        is_resumption: the step back to 执行中 rests on a decision to resume enforcement.

    Raises:
        NotFound: no such case.
        StaleRecord: the case changed after ``seen_version``.
        RuleViolation: a step the case cannot take, or no reason.
    """
    case = _own_case(case_id, seen_version, actor)
    reason = rules.checked_reason(reason)
    rules.check_move(case.status, status, resumption=is_resumption)
    before, case.status = case.status, status
    trail.record(
        Event.CASE_STATUS_CHANGED,
        case.subject,
        court_code=case.court_code,
        actor=actor,
        number=case.number,
        before=LABELS[before],
        after=LABELS[status],
        reason=reason,
    )
    return case


def mark_concluded_by_advance(case_id: int, *, on: date, advance: str, actor: User) -> Case:
    """Note beside the statutory status that the creditor was paid by the fund.

    Args:
        advance: subject of the advance that was paid.

    Raises:
        NotFound: no such case.
        RuleViolation: the case was concluded by an advance before: one case, one advance.
    """
    case = queries.case(case_id, users.readable_courts(actor))
    check_acts_here(actor.court_code, case.court_code)
    if case.concluded_by_advance_on is not None:
        raise RuleViolation("案件%(number)s已垫付结案，不能重复标记。请核对垫付申请。", number=case.number)
    case.concluded_by_advance_on = on
    trail.record(
        Event.CASE_CONCLUDED_BY_ADVANCE,
        case.subject,
        court_code=case.court_code,
        actor=actor,
        number=case.number,
        advance=advance,
    )
    return case


def _own_case(case_id: int, seen_version: int, actor: User) -> Case:
    case = queries.case(case_id, users.readable_courts(actor))
    check_acts_here(actor.court_code, case.court_code)
    check_seen(current_version=case.version, seen_version=seen_version)
    return case
