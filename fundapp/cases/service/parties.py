"""Writes of a case's parties: who they are, where they are paid, what they signed, and who looked at it."""

from datetime import date, datetime, time
from typing import Any

from sqlalchemy.orm.attributes import flag_modified

from fundapp.cases import queries, rules
from fundapp.cases.models import Party, PayeeAccount
from fundapp.cases.rules import AccountFacts, PartyFacts, PartyRole
from fundapp.cases.service.records import account_record, party_record
from fundapp.core import clock
from fundapp.core.db import db
from fundapp.core.errors import RuleViolation
from fundapp.core.words import N_
from fundapp.trail import service as trail
from fundapp.trail.rules import Event
from fundapp.users import queries as users
from fundapp.users.models import User
from fundapp.users.rules import check_acts_here


def add_party(case_id: int, facts: PartyFacts, *, actor: User) -> Party:
    """Enter a further creditor or debtor of a case.

    Raises:
        NotFound: no such case.
        RuleViolation: facts that cannot be right, or a party the case already has.
    """
    case = queries.case(case_id, users.readable_courts(actor))
    check_acts_here(actor.court_code, case.court_code)
    checked = rules.checked_party(facts, today=clock.today())
    party = party_record(checked, court_code=case.court_code, actor=actor)
    if any(known.identity_index == party.identity_index for known in case.parties):
        raise RuleViolation("同一当事人在本案中出现两次。请核对证件号码，每名当事人只登记一次。")
    case.parties.append(party)
    flag_modified(case, "number")  # the case's version moves, so that nobody decides on the parties he saw before
    db.session.flush()
    trail.record(
        Event.PARTY_REGISTERED,
        party.subject,
        court_code=case.court_code,
        actor=actor,
        case=case.subject,
        party=party.subject,
        role=checked.role.value,
    )
    return party


def register_account(party_id: int, facts: AccountFacts, *, actor: User) -> PayeeAccount:
    """Enter the account a party is paid on; a later one takes the place of an earlier, and must be verified anew.

    Raises:
        NotFound: no such party.
        RuleViolation: an account that cannot be right or is in another's name, or the one already in use.
    """
    party = _own_party(party_id, actor)
    checked = rules.checked_account(facts, owner=party.name)
    account = account_record(checked, court_code=party.court_code, actor=actor)
    if party.account is not None and party.account.number_index == account.number_index:
        raise RuleViolation("该账户就是现用的收款账户，无需重复登记。如需变更，请填写新的账号。")
    party.accounts.append(account)
    _touch(party)
    trail.record(
        Event.ACCOUNT_REGISTERED,
        account.subject,
        court_code=party.court_code,
        actor=actor,
        case=party.case.subject,
        party=party.subject,
        account=account.subject,
    )
    return account


def verify_account(account_id: int, *, how: str, actor: User) -> PayeeAccount:
    """Confirm, after calling the party back, that the account is the party's own.

    Args:
        how: by which call and with whom.

    Raises:
        NotFound: no such account.
        RuleViolation: the actor registered it, it is verified, or a later account has taken its place.
    """
    account = queries.account(account_id, users.readable_courts(actor))
    party = account.party
    check_acts_here(actor.court_code, account.court_code)
    rules.check_verifier(account.registered_by_id, actor.id)
    how = rules.checked_reason(how)
    if account.verified_on is not None:
        raise RuleViolation("该收款账户已于%(day)s核实，无需重复核实。", day=account.verified_on.isoformat())
    if party.account is not account:
        raise RuleViolation("该账户已被新登记的账户取代，不能核实。请核实当事人现用的收款账户。")
    account.verified_by_id, account.verified_on = actor.id, clock.today()
    _touch(party)
    trail.record(
        Event.ACCOUNT_VERIFIED,
        account.subject,
        court_code=account.court_code,
        actor=actor,
        case=party.case.subject,
        party=party.subject,
        account=account.subject,
        how=how,
    )
    return account


def sign_undertaking(party_id: int, *, signed_on: date, actor: User) -> Party:
    """Note the day on which a creditor signed the undertaking to return what the debtor later pays.

    Raises:
        NotFound: no such party.
        RuleViolation: a debtor, a day to come, or the day already noted.
    """
    party = _own_party(party_id, actor)
    if party.role is not PartyRole.CREDITOR:
        raise RuleViolation("承诺书由申请执行人签署。请选择本案的申请执行人后登记。")
    rules.check_past(N_("承诺书签署日期"), signed_on, today=clock.today())
    if party.undertaking_on == signed_on:
        raise RuleViolation("该签署日期已经登记，无需重复登记。")
    party.undertaking_on = signed_on
    trail.record(
        Event.UNDERTAKING_SIGNED,
        party.subject,
        court_code=party.court_code,
        actor=actor,
        case=party.case.subject,
        party=party.subject,
        signed_on=signed_on.isoformat(),
    )
    return party


def reveal(party_id: int, *, reason: str, actor: User) -> dict[str, Any]:
    """The party's full identity, telephone and accounts; who looked and why stands on the trail for good.

    Whoever may read the court's cases and holds the permission may look, an auditor of the superior court included.

    Returns:
        ``name``, ``identity``, ``phone`` (or None) and ``accounts``: holder, bank and number of each, the latest first.

    Raises:
        NotFound: no such party.
        RuleViolation: no reason, or twenty looks today already.
    """
    party = queries.party(party_id, users.readable_courts(actor))
    reason = _look(reason, actor)
    trail.record(
        Event.PARTY_REVEALED,
        party.subject,
        court_code=party.court_code,
        actor=actor,
        case=party.case.subject,
        party=party.subject,
        reason=reason,
    )
    return {
        "name": party.name,
        "identity": party.identity,
        "phone": party.phone,
        "accounts": [
            {"holder": account.holder, "bank": account.bank, "number": account.number}
            for account in reversed(party.accounts)
        ],
    }


def reveal_case(case_id: int, *, reason: str, actor: User) -> None:
    """Let the actor see everything of a case's parties on one paper; it counts as one look, like ``reveal``.

    Raises:
        NotFound: no such case.
        RuleViolation: no reason, or twenty looks today already.
    """
    case = queries.case(case_id, users.readable_courts(actor))
    reason = _look(reason, actor)
    trail.record(
        Event.CASE_REVEALED, case.subject, court_code=case.court_code, actor=actor, case=case.subject, reason=reason
    )


def _look(reason: str, actor: User) -> str:
    """The reason of one more look at full data, if there may be one more today."""
    reason = rules.checked_reason(reason)
    midnight = datetime.combine(clock.today(), time(), clock.SHANGHAI)
    rules.check_reveals(queries.reveals_since(actor.id, midnight))
    return reason


def _own_party(party_id: int, actor: User) -> Party:
    party = queries.party(party_id, users.readable_courts(actor))
    check_acts_here(actor.court_code, party.court_code)
    return party


def _touch(party: Party) -> None:
    """Move the party's version: what hangs on it changed."""
    flag_modified(party, "name")
    db.session.flush()
