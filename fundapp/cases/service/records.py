"""Checked facts as records: sealed where personal, with the digests by which they are found and the masks they show."""

from collections.abc import Sequence
from typing import Any

from fundapp.cases.models import Case, Party, PayeeAccount
from fundapp.cases.rules import AccountFacts, CaseNumber, PartyFacts, masked_id, masked_number, masked_phone
from fundapp.core import clock
from fundapp.core.columns import blind_index
from fundapp.users.models import User


def case_record(*, number: CaseNumber, parties: Sequence[PartyFacts], handler: User, actor: User, **facts: Any) -> Case:
    """A case with its parties; ``parties`` and ``facts``, which go by the names of the columns, are checked."""
    return Case(
        court_code=number.court_code,
        number=number.text,
        handler_id=handler.id,
        registered_at=clock.now(),
        parties=[party_record(party, court_code=number.court_code, actor=actor) for party in parties],
        **facts,
    )


def party_record(facts: PartyFacts, *, court_code: str, actor: User) -> Party:
    """A party and its account; ``facts`` are checked."""
    return Party(
        court_code=court_code,
        role=facts.role,
        kind=facts.kind,
        name=facts.name,
        identity=facts.identity,
        identity_index=blind_index(facts.identity, "identity"),
        identity_mask=masked_id(facts.identity),
        phone=facts.phone,
        phone_mask=masked_phone(facts.phone) if facts.phone else None,
        undertaking_on=facts.undertaking_on,
        accounts=[account_record(facts.account, court_code=court_code, actor=actor)] if facts.account else [],
    )


def account_record(facts: AccountFacts, *, court_code: str, actor: User) -> PayeeAccount:
    """An account nobody has verified yet; ``facts`` are checked."""
    return PayeeAccount(
        court_code=court_code,
        kind=facts.kind,
        holder=facts.holder,
        bank=facts.bank,
        number=facts.number,
        number_index=blind_index(facts.number, "account"),
        number_mask=masked_number(facts.number, facts.kind),
        line_number=facts.line_number,
        registered_by_id=actor.id,
        registered_at=clock.now(),
    )
