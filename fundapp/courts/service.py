"""Writes of courts."""

from datetime import date
from typing import Protocol

from fundapp.core import clock
from fundapp.core.db import db
from fundapp.core.errors import RuleViolation
from fundapp.core.money import CapitalStyle, capitals
from fundapp.core.versions import check_seen
from fundapp.courts import queries, rules
from fundapp.courts.models import AmountWriting, Court
from fundapp.trail import service as trail
from fundapp.trail.rules import Event
from fundapp.trail.service import Actor


class Administrator(Actor, Protocol):
    """Whoever keeps the register: an account of the users above this floor, in a court."""

    @property
    def court_code(self) -> str: ...


def found_district(courts: list[tuple[str, str]], *, seat: str) -> None:
    """Enter a district's courts on an empty system, each with its empty book: the first act of all, by nobody.

    Args:
        courts: codes and names, the superior court first.
        seat: code of the superior court of those that begin with it.
    """
    for code, name in courts:
        parent_code = seat if code != seat and code.startswith(seat) else None
        rules.check_parent(code, parent_code)
        db.session.add(Court(code=code, name=name, level=rules.check_code(code), parent_code=parent_code, version=1))
        db.session.flush()
        trail.open_book(code)


def create(*, code: str, name: str, parent_code: str | None, actor: Administrator) -> Court:
    """Enter one more court and begin its book.

    Raises:
        RuleViolation: the code is malformed, taken, or not under the given superior and the actor's court.
    """
    level = rules.check_code(code)
    rules.check_keeps(actor.court_code, code)
    rules.check_parent(code, parent_code)
    if db.session.get(Court, code) is not None:
        raise RuleViolation("法院代字“%(code)s”已经登记，请核对后填写其他代字。", code=code)
    court = Court(code=code, name=name, level=level, parent_code=parent_code, version=1)
    db.session.add(court)
    db.session.flush()
    trail.open_book(code)
    trail.record(Event.COURT_CREATED, court.subject, court_code=code, actor=actor, name=name)
    return court


def rename(code: str, *, name: str, seen_version: int, actor: Administrator) -> Court:
    """Correct a court's name; its code stays, since case numbers and books carry it.

    Raises:
        NotFound: no such court.
        RuleViolation: it stands neither under the actor's court nor is it that court.
        StaleRecord: somebody corrected it meanwhile.
    """
    court = queries.court(code)
    rules.check_keeps(actor.court_code, code)
    check_seen(current_version=court.version, seen_version=seen_version)
    court.name = name
    court.version += 1
    trail.record(Event.COURT_CHANGED, court.subject, court_code=code, actor=actor, name=name)
    return court


def set_amount_writing(code: str, *, effective_from: date, style: CapitalStyle, actor: Administrator) -> AmountWriting:
    """Choose how a court writes amounts in capitals from a day on.

    Raises:
        NotFound: no such court.
        RuleViolation: not the actor's to keep, or a day that is over or taken.
    """
    court = queries.court(code)
    rules.check_keeps(actor.court_code, code)
    taken = db.session.get(AmountWriting, (code, effective_from)) is not None
    rules.check_writing_day(effective_from, today=clock.today(), taken=taken)
    writing = AmountWriting(
        court_code=code,
        effective_from=effective_from,
        zero_after_wan=style.zero_after_wan,
        zero_after_yuan=style.zero_after_yuan,
        whole_after_jiao=style.whole_after_jiao,
    )
    db.session.add(writing)
    trail.record(
        Event.AMOUNT_WRITING_SET,
        court.subject,
        court_code=code,
        actor=actor,
        effective_from=effective_from.isoformat(),
        example="、".join(capitals(amount, style) for amount in rules.WRITTEN_EXAMPLES),
    )
    return writing
