"""Ceremonies at each stage of their life."""

from datetime import date
from itertools import count

from fundapp.advances.models import Advance
from fundapp.ceremonies import queries, service
from fundapp.ceremonies.models import Ceremony, CeremonyLine
from fundapp.ceremonies.rules import Method, WitnessCapacity
from fundapp.core import clock
from fundapp.core.db import transaction
from fundapp.core.money import yuan
from fundapp.custody.models import Payout
from fundapp.users.rules import Role
from tests.builders.people import COURT, the_holder

_numbers = count(1)


def a_ceremony(*, held_on: date | None = None, court_code: str = COURT) -> Ceremony:
    """A planned ceremony with nobody on its list, held today unless told otherwise."""
    clerk = the_holder(Role.FINANCE_CLERK, court_code=court_code)
    with transaction(court_code):
        return service.plan(
            name=f"第{next(_numbers)}次执行兑现大会",
            place="审判大楼前广场",
            held_on=held_on or clock.today(),
            host="孙副院长",
            actor=clerk,
        )


def listed(ceremony: Ceremony, record: Advance | Payout, method: Method = Method.TRANSFER) -> CeremonyLine:
    """A line of the list for an approved advance or payout."""
    clerk = the_holder(Role.FINANCE_CLERK, court_code=ceremony.court_code)
    add = service.add_advance if isinstance(record, Advance) else service.add_payout
    with transaction(ceremony.court_code):
        return add(ceremony.id, record.id, method=method, actor=clerk)


def frozen(ceremony: Ceremony) -> Ceremony:
    """The same ceremony, its list frozen by the vice president."""
    vice_president = the_holder(Role.VICE_PRESIDENT, court_code=ceremony.court_code)
    with transaction(ceremony.court_code):
        return service.freeze(ceremony.id, seen_version=ceremony.version, actor=vice_president)


def opened(ceremony: Ceremony) -> Ceremony:
    """The same ceremony on its day, frozen and its cash drawn."""
    clerk = the_holder(Role.FINANCE_CLERK, court_code=ceremony.court_code)
    ceremony = frozen(ceremony)
    with transaction(ceremony.court_code):
        return service.open_day(ceremony.id, actor=clerk)


def an_open_ceremony(*records: Advance | Payout, method: Method = Method.TRANSFER) -> Ceremony:
    """A ceremony that is going on, with a line for each of these."""
    ceremony = a_ceremony()
    for record in records:
        listed(ceremony, record, method)
    return opened(ceremony)


def the_line(ceremony: Ceremony, at: int = 1) -> CeremonyLine:
    """The line of this number on the list."""
    return queries.lines(ceremony.id)[at - 1]


def signed_in(line: CeremonyLine) -> CeremonyLine:
    """The same line, its payee there in person with his identity checked by the case handler."""
    handler = the_holder(Role.CASE_HANDLER, court_code=line.court_code)
    with transaction(line.court_code):
        return service.sign_in(line.id, actor=handler)


def handed_over(line: CeremonyLine, *, reference: str | None = None) -> CeremonyLine:
    """The same line, paid by the case handler together with the finance clerk."""
    handler = the_holder(Role.CASE_HANDLER, court_code=line.court_code)
    clerk = the_holder(Role.FINANCE_CLERK, court_code=line.court_code)
    line = signed_in(line)
    with transaction(line.court_code):
        return service.hand_over(
            line.id, reference=reference or f"DH{next(_numbers):08d}", second_staff_id=clerk.id, actor=handler
        )


def marked_absent(line: CeremonyLine, *, reason: str = "未到场") -> CeremonyLine:
    """The same line, its payee not there."""
    handler = the_holder(Role.CASE_HANDLER, court_code=line.court_code)
    with transaction(line.court_code):
        return service.mark_absent(line.id, reason=reason, actor=handler)


def witnessed(ceremony: Ceremony) -> Ceremony:
    """The same ceremony, watched by a deputy."""
    handler = the_holder(Role.CASE_HANDLER, court_code=ceremony.court_code)
    with transaction(ceremony.court_code):
        service.add_witness(
            ceremony.id,
            name="郑代表",
            capacity=WitnessCapacity.CONGRESS_DEPUTY,
            organisation="岳阳楼区人大常委会",
            actor=handler,
        )
    return ceremony


def closed(ceremony: Ceremony, *, fund: str = "0.00", case_money: str = "0.00") -> Ceremony:
    """The same ceremony, ended by the finance reviewer with this cash counted."""
    reviewer = the_holder(Role.FINANCE_REVIEWER, court_code=ceremony.court_code)
    with transaction(ceremony.court_code):
        return service.close(
            ceremony.id,
            fund_cash_returned=yuan(fund),
            case_cash_returned=yuan(case_money),
            seen_version=ceremony.version,
            actor=reviewer,
        )
