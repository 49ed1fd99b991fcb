"""A payment with a history, and what the auditor makes of the fund."""

from datetime import date, timedelta
from typing import Any

from fundapp.advances.models import Advance
from fundapp.auditing import service
from fundapp.auditing.models import Finding, Note, Sample
from fundapp.auditing.rules import Population, SamplingMethod, Severity
from fundapp.core import clock
from fundapp.core.db import transaction
from fundapp.trail import service as trail
from fundapp.users.models import User
from fundapp.users.rules import Role
from tests.builders.advances import a_paid_advance, an_approved_advance
from tests.builders.ceremonies import an_open_ceremony, handed_over, the_line
from tests.builders.custody import a_case_receipt, a_refundable_case
from tests.builders.disbursement import a_sent_batch, imported, told
from tests.builders.ledger import a_voucher
from tests.builders.people import COURT, the_holder
from tests.builders.recovery import allocated

RECOVERED_ON = date(2018, 6, 20)


def a_full_payment(amount: str = "15000.00", *, recovered: str = "6000.00", court_code: str = COURT) -> Advance:
    """An advance with a paper, paid by the bank in a batch, of which a part came back."""
    advance = an_approved_advance(amount, case=a_refundable_case("18000.00", court_code=court_code))
    with transaction(court_code):
        trail.attach(
            advance.subject,
            file_name=f"{advance.creditor.name}的生活困难证明.pdf",
            content=b"%PDF-1.7 synthetic",
            court_code=court_code,
            actor=the_holder(Role.CASE_HANDLER, court_code=court_code),
        )
    batch = a_sent_batch(advances=[advance], court_code=court_code)
    imported(told(batch.lines[0]), court_code=court_code)
    if recovered:
        allocated(a_case_receipt(recovered, advance.case, day=batch.business_date), day=batch.business_date)
    return advance


def a_payment_by_hand(amount: str = "5000.00") -> Advance:
    """An advance handed over at a ceremony."""
    advance = an_approved_advance(amount)
    handed_over(the_line(an_open_ceremony(advance)))
    return advance


def a_population(*amounts: str, court_code: str = COURT) -> list[Advance]:
    """Paid advances of these amounts."""
    return [a_paid_advance(amount, court_code=court_code) for amount in amounts]


def a_sample(
    population: Population = Population.PAYMENTS,
    method: SamplingMethod = SamplingMethod.SIMPLE,
    *,
    courts: tuple[str, ...] = (COURT,),
    actor: User | None = None,
    **wishes: Any,
) -> Sample:
    """A sample that the auditor draws, of two items by the seed 2018 unless told otherwise."""
    actor = actor or the_holder(Role.AUDITOR)
    told = {"first_day": date(2018, 1, 1), "last_day": date(2018, 12, 31), "seed": "2018", "purpose": "年度审计"}
    if method is SamplingMethod.SIMPLE:
        told["size"] = 2
    with transaction(*courts, actor.court_code):
        return service.draw_sample(population, method, court_codes=courts, actor=actor, **told | wishes)


def a_finding(
    records: str = "", *, court_code: str = COURT, actor: User | None = None, due_on: date | None = None, **facts: Any
) -> Finding:
    """A finding of the court's auditor on a voucher, to be put right within a month."""
    records = records or a_voucher(court_code=court_code).cited
    actor = actor or the_holder(Role.AUDITOR, court_code=court_code)
    told = {
        "title": "凭证附件不全",
        "description": "记账凭证没有附银行回单，无法核对到账金额。",
        "rule": "会计基础工作规范第五十一条",
        "severity": Severity.MAJOR,
    }
    due_on = due_on or clock.today() + timedelta(days=30)
    with transaction(court_code):
        return service.record_finding(court_code, records=records, due_on=due_on, actor=actor, **told | facts)


def answered(
    finding: Finding, *, responsible: User | None = None, due_on: date | None = None, actor: User | None = None
) -> Finding:
    """The finding with a measure of the president's, for which the finance clerk is responsible."""
    responsible = responsible or the_holder(Role.FINANCE_CLERK, court_code=finding.court_code)
    actor = actor or the_holder(Role.PRESIDENT, court_code=finding.court_code)
    responsible_id = responsible.id
    with transaction(finding.court_code):
        return service.answer(
            finding.id,
            text="补附银行回单并复核",
            responsible_id=responsible_id,
            due_on=due_on or clock.today() + timedelta(days=10),
            seen_version=len(finding.steps),
            actor=actor,
        )


def proved(finding: Finding, *, records: str = "", actor: User | None = None) -> Finding:
    """The finding with the evidence of the one responsible."""
    actor = actor or the_holder(Role.FINANCE_CLERK, court_code=finding.court_code)
    with transaction(finding.court_code):
        return service.prove(
            finding.id, text="已补附银行回单", records=records, seen_version=len(finding.steps), actor=actor
        )


def sent_back(finding: Finding, *, due_on: date | None = None, actor: User | None = None) -> Finding:
    """The finding sent back by the auditor, for another fortnight."""
    actor = actor or the_holder(Role.AUDITOR, court_code=finding.audited_by)
    with transaction(finding.court_code):
        return service.send_back(
            finding.id,
            text="回单日期与凭证不符",
            due_on=due_on or clock.today() + timedelta(days=14),
            seen_version=len(finding.steps),
            actor=actor,
        )


def put_right(finding: Finding, *, actor: User | None = None) -> Finding:
    """The finding closed by the auditor."""
    actor = actor or the_holder(Role.AUDITOR, court_code=finding.audited_by)
    with transaction(finding.court_code):
        return service.close(finding.id, text="已核对原件，同意销号", seen_version=len(finding.steps), actor=actor)


def a_note(record: str, text: str = "与银行对账单核对", *, actor: User | None = None) -> Note:
    """A note of the auditor's on a record of his court."""
    actor = actor or the_holder(Role.AUDITOR)
    with transaction(COURT):
        return service.write_note(record, text=text, actor=actor)
