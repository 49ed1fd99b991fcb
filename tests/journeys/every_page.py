"""Every page of the site with a record to show on it: one court's played year, and beside it records at every stage."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from typing import Any

from flask import Flask
from sqlalchemy import select

from fundapp.advances import queries as advances
from fundapp.approvals.rules import Outcome
from fundapp.cases import service as cases
from fundapp.core import clock, jobs
from fundapp.core.db import Base, db, transaction
from fundapp.core.doors import Door
from fundapp.core.money import yuan
from fundapp.core.statements import declared
from fundapp.eligibility import service as eligibility
from fundapp.ledger import service as ledger
from fundapp.oversight import nightly
from fundapp.story import commands, sample
from fundapp.story.cast import PASSWORD as STORY_PASSWORD
from fundapp.story.plan import case_money, district
from fundapp.story.play import CourtYear
from fundapp.trail import service as trail
from fundapp.users.models import User
from fundapp.users.rules import MATRIX, Role
from fundapp.yearend import service as periods
from fundapp.yearend.models import YearCloseRequest
from tests.builders.advances import a_paid_advance, an_advance, an_approved_advance, signed
from tests.builders.auditing import a_finding, a_note, a_sample, answered, proved
from tests.builders.cases import a_case, a_creditor, a_debtor
from tests.builders.ceremonies import a_ceremony, an_open_ceremony, frozen, listed, signed_in, the_line
from tests.builders.custody import a_case_receipt, a_payout, an_approved_payout
from tests.builders.disbursement import a_batch, a_sent_batch, a_signed_batch, imported, told
from tests.builders.funding import a_receipt, a_source
from tests.builders.irregularities import the_bounds
from tests.builders.ledger import a_correction, a_voucher
from tests.builders.openings import MID_YEAR, SmallBook, a_line, checked, posted, requested
from tests.builders.oversight import an_anchor_sheet
from tests.builders.people import COURT, PASSWORD, the_holder
from tests.builders.recovery import a_recovered_receipt
from tests.builders.yearend import a_reopening
from tests.cases.test_importing import a_row, an_xlsx

DOWNLOADS = {
    "advances.approval_pdf",
    "auditing.sample_file",
    "cases.import_template",
    "ceremonies.lines",
    "ceremonies.roster",
    "disbursement.download",
    "ledger.print_file",
    "openings.empty_form",
    "oversight.anchor_pdf",
    "oversight.paper",
    "static",
    "yearend.download",
}


@dataclass(frozen=True)
class Place:
    """One page: where it is, of which court's records it shows one, and which posts its door lets in."""

    endpoint: str
    address: str
    court_code: str
    roles: frozenset[Role]

    @property
    def is_page(self) -> bool:
        return self.endpoint not in DOWNLOADS


@dataclass(frozen=True)
class House:
    """The application with its data, and the values of addresses by endpoint, ``feature.*`` or argument."""

    app: Flask
    played: str
    staged: dict[str, dict[str, Any]]
    usual: dict[str, Any]
    unlisted: int  # a ceremony with nobody on its list

    def password_in(self, court_code: str) -> str:
        return STORY_PASSWORD if court_code == self.played else PASSWORD

    def holder(self, role: Role, court_code: str) -> User:
        return the_holder(role, court_code=court_code)

    def places(self) -> Iterator[Place]:
        """Every page that a signed-in person can open by its address."""
        with self.app.test_request_context():
            adapter = self.app.url_map.bind("localhost")
            for rule in sorted(self.app.url_map.iter_rules(), key=lambda rule: rule.endpoint):
                if "GET" not in (rule.methods or ()) or rule.endpoint in ("static", "users.sign_in"):
                    continue
                court = COURT if rule.endpoint in self.staged else self.played
                roles = roles_of(self.app.view_functions[rule.endpoint])
                for values in self._each(rule.endpoint, rule.arguments):
                    yield Place(rule.endpoint, adapter.build(rule.endpoint, values), court, roles)

    def _each(self, endpoint: str, arguments: set[str]) -> list[dict[str, Any]]:
        """The values of an address: of one record, but of every annual statement, since each looks different."""
        if endpoint == "yearend.statement":
            return [{"key": one.key} for one in declared()]
        return [self._values(endpoint, arguments)]

    def _values(self, endpoint: str, arguments: set[str]) -> dict[str, Any]:
        if endpoint in self.staged:
            return self.staged[endpoint]
        feature = endpoint.partition(".")[0]
        values = {name: self.usual.get(f"{feature}.{name}", self.usual.get(name)) for name in arguments}
        assert None not in values.values(), f"no record to show on {endpoint}: {values}"
        return values


def roles_of(view: Any) -> frozenset[Role]:
    """Which posts the door of a view lets in."""
    door: Enum | tuple[Enum, ...] = view.door
    if isinstance(door, Door):
        return frozenset(Role)
    return frozenset().union(*(MATRIX[permission] for permission in door))  # type: ignore[index]


def furnished(app: Flask) -> House:
    """The smallest court's year played, and in another court a record at every stage that a page acts on."""
    plans = district()
    plan = plans[-1]
    with clock.at(plan.gifts[0].on.replace(month=1, day=2)):
        commands.found()
    for _name, scene in CourtYear(plan, case_money(plans), sample.workbook(plans)).scenes():
        scene()
    usual = _of_the_played_year(plan.code)
    with clock.at(plan.ceremony_on):
        staged = _at_every_stage()
        unlisted = a_ceremony().id
    return House(app, plan.code, staged, usual | _packaged(plan.code), unlisted)


def _of_the_played_year(code: str) -> dict[str, Any]:
    """One record of each kind of the played court: the one with the most to show, or the first."""

    def first(table: str) -> int:
        records = Base.metadata.tables[table]
        found = select(records.c.id).order_by(records.c.id)
        return db.session.scalars(found.where(records.c.court_code == code)).first()  # type: ignore[return-value]

    paid = db.session.scalars(advances.advances(frozenset({code}), status=advances.AdvanceStatus.PAID)).first()
    assert paid is not None
    return {
        "advance_id": paid.id,
        "case_id": paid.case_id,
        "terms_id": first("terms_issues"),
        "ladder_id": first("ladder_issues"),
        "assessment_id": first("assessments"),
        "batch_id": first("batches"),
        "file_id": first("result_files"),
        "ceremony_id": first("ceremonies"),
        "source_id": first("sources"),
        "funding.receipt_id": first("fund_receipts"),
        "custody.receipt_id": first("case_receipts"),
        "payout_id": first("payouts"),
        "voucher_id": first("vouchers"),
        "user_id": first("users"),
        "import_id": first("case_imports"),
        "ledger.code": "1002.01",
        "dimension": "source",
        "ledger.job_id": _printed(code),
        "irregularities.word": "advance_overdue",
    }


def _printed(code: str) -> str:
    """A month's vouchers bound as the site binds them; the job that did it."""
    owner_id = the_holder(Role.FINANCE_REVIEWER, court_code=code).id
    db.session.rollback()
    words = {"book": "vouchers", "court": code, "year": "2018", "month": "12"}
    job_id = jobs.start("ledger.print", owner_id=owner_id, user_id=owner_id, words=words)
    assert jobs.found(job_id, owner_id=owner_id).state is jobs.JobState.DONE
    return job_id


def _packaged(code: str) -> dict[str, Any]:
    """The audit package of the played year, made as the site makes it."""
    reviewer = the_holder(Role.FINANCE_REVIEWER, court_code=code)
    owner_id = reviewer.id
    db.session.rollback()
    job_id = jobs.start("audit.export", owner_id=owner_id, user_id=owner_id, year=2018)
    job = jobs.found(job_id, owner_id=owner_id)
    assert job.state is jobs.JobState.DONE, job.result
    return {"package_id": int(job.result), "job_id": job_id}


def _at_every_stage() -> dict[str, dict[str, Any]]:
    """By endpoint: the values of an address whose record stands where the page acts on it."""
    return _openings() | _cases() | _advances() | _batches() | _ceremonies() | _money() | _books() | _auditing()


def alike(values: dict[str, Any], *endpoints: str) -> dict[str, dict[str, Any]]:
    """The same record for several pages."""
    return dict.fromkeys(endpoints, values)


def _openings() -> dict[str, dict[str, Any]]:
    """Imports at every stage; they stand before all business of their court."""
    book = SmallBook()
    posted(book.lines, day=MID_YEAR)
    more = [
        [a_line("1001.01", "借", "11", case=number), a_line("2901.02", "贷", "11", case=number)]
        for number in (book.owed.number, a_case().number, a_case().number)
    ]
    waiting, leaving = requested(more[0], day=MID_YEAR), posted(more[1], day=MID_YEAR)
    clerk = the_holder(Role.FINANCE_CLERK)
    with transaction(COURT):
        ledger.request_undoing(leaving.id, reason="金额有误", seen_version=leaving.version, actor=clerk)
    standing = posted(more[2], day=MID_YEAR)
    faulty = checked(
        [a_line("1002.02", "贷", "-5", note="原账"), a_line("9999", "借", "五元"), *book.lines], day=MID_YEAR
    )
    return {
        "openings.show": {"opening_id": faulty.id},
        "openings.decide": {"opening_id": waiting.id},
        "openings.undo": {"opening_id": standing.id},
        "openings.decide_undoing": {"opening_id": leaving.id},
        "openings.index": {},
    }


def _cases() -> dict[str, dict[str, Any]]:
    handler = the_holder(Role.CASE_HANDLER)
    case = a_case(parties=[a_creditor(undertaking_on=None), a_debtor()], verified=False)
    creditor = case.creditors[0]
    rows = [a_row(9001), a_row(9002, creditor_identity="430602190102030010", status="?")]
    with transaction(COURT):
        done = cases.run_import(an_xlsx(rows), "十月案件.xlsx", court_code=COURT, is_dry_run=True, actor=handler)
        paper = trail.attach(
            case.subject, file_name="判决书.pdf", content=b"%PDF-1.7 synthetic", court_code=COURT, actor=handler
        )
    of_case, of_party = {"case_id": case.id}, {"party_id": creditor.id}
    return {
        **alike(of_case, "cases.edit", "cases.change_status", "cases.add_party", "advances.request"),
        **alike(of_party, "cases.register_account", "cases.sign_undertaking", "cases.reveal"),
        "cases.verify_account": {"account_id": creditor.account.id},
        "cases.import_result": {"import_id": done.import_id},
        "oversight.paper": {"attachment_id": paper.id},
        "eligibility.assess": of_case,
    }


def _advances() -> dict[str, dict[str, Any]]:
    waiting = {"advance_id": an_advance("8000.00").id}
    returned = signed(an_advance("7000.00"), Role.BUREAU_DIRECTOR, outcome=Outcome.RETURNED, opinion="请补充材料")
    case = a_case("6000.00")
    with transaction(COURT):
        assessment = eligibility.assess(case.id, case.creditors[0].id, actor=the_holder(Role.CASE_HANDLER))
    return {
        **alike(waiting, "advances.decide", "advances.attach", "advances.withdraw"),
        "advances.resubmit": {"advance_id": returned.id},
        "eligibility.show": {"assessment_id": assessment.id},
    }


def _batches() -> dict[str, dict[str, Any]]:
    built, signed_one, sent = a_batch("5000.00"), a_signed_batch("4000.00"), a_sent_batch("3000.00")
    imported(told(sent.lines[0], "处理中"))
    an_approved_advance("2500.00")  # ready for the next batch
    return {
        **alike({"batch_id": built.id}, "disbursement.sign", "disbursement.cancel"),
        "disbursement.export": {"batch_id": signed_one.id},
        "disbursement.download": {"batch_id": sent.id},
        "disbursement.resolve": {"line_id": sent.lines[0].id},
        "disbursement.new": {},
    }


def _ceremonies() -> dict[str, dict[str, Any]]:
    planned, waiting = a_ceremony(), a_ceremony()
    listed(planned, an_approved_advance("2000.00"))
    listed(waiting, an_approved_payout("1000.00"))
    frozen(waiting)
    an_approved_payout("1100.00")  # ready to be listed
    running = an_open_ceremony(an_approved_advance("1500.00"), an_approved_payout("1600.00"))
    come = signed_in(the_line(running, 1))
    line = {"line_id": the_line(running, 2).id}
    on = {"ceremony_id": running.id}
    changing = [f"ceremonies.{page}" for page in ("add_lines", "change", "freeze", "cancel")]
    return {
        **alike({"ceremony_id": planned.id}, *changing),
        **alike(on, "ceremonies.day", "ceremonies.close", "ceremonies.witness"),
        "ceremonies.open_day": {"ceremony_id": waiting.id},
        **alike(line, "ceremonies.sign_in", "ceremonies.absent"),
        "ceremonies.hand_over": {"line_id": come.id},
    }


def _money() -> dict[str, dict[str, Any]]:
    fund, recorded = a_receipt(is_confirmed=False), a_case_receipt(confirmed=False)
    requested, approved = a_payout("900.00"), an_approved_payout("800.00")
    on_receipt = {"receipt_id": recorded.id}
    of_case = {"case_id": approved.case_id}
    return {
        **alike({"receipt_id": fund.id}, "funding.confirm_receipt", "funding.return_receipt"),
        **alike(on_receipt, "custody.confirm_receipt", "custody.return_receipt"),
        **alike({"payout_id": requested.id}, "custody.decide", "custody.withdraw"),
        **alike(of_case, "custody.record", "custody.request_payout"),
        "custody.pay": {"payout_id": approved.id},
        "recovery.allocate": {"receipt_id": a_recovered_receipt(advance=a_paid_advance("3000.00")).id},
        "funding.change_source": {"source_id": a_source().id},
        "funding.new_receipt": {},
        "funding.correct_receipt": {"receipt_id": a_receipt().id},
    }


def _auditing() -> dict[str, dict[str, Any]]:
    """Findings at every stage, and a sample whose papers were made."""
    paid = a_paid_advance("1200.00")
    waiting, under_way, proof = a_finding(paid.cited), answered(a_finding()), proved(answered(a_finding()))
    sample_id, auditor_id = a_sample(size=1).id, the_holder(Role.AUDITOR).id
    a_note(paid.subject)
    bounds_id = the_bounds(clock.today() + timedelta(days=1)).id
    db.session.rollback()
    job_id = jobs.start("auditing.sample", owner_id=auditor_id, user_id=auditor_id, sample_id=sample_id)
    assert jobs.found(job_id, owner_id=auditor_id).state is jobs.JobState.DONE
    return {
        "auditing.dossier": {"advance_id": paid.id},
        "auditing.sample": {"sample_id": sample_id},
        **alike({"job_id": job_id}, "auditing.progress", "auditing.sample_file"),
        "auditing.answer": {"finding_id": waiting.id},
        "auditing.prove": {"finding_id": under_way.id},
        **alike({"finding_id": proof.id}, "auditing.review", "auditing.finding"),
        "auditing.write_note": {"record": paid.subject},
        **alike({"bounds_id": bounds_id}, "irregularities.issued", "irregularities.bounds"),
        **{f"auditing.{name}": {} for name in ("dossiers", "samples", "draw", "findings", "record_finding", "notes")},
    }


def _a_year_asked_for() -> YearCloseRequest:
    """A year that waits for the president; its months are not closed, which its list then says."""
    facts = {"court_code": COURT, "year": 2018, "round": 1, "last_number": 99, "explanation": "正在查明付款人"}
    reviewer = the_holder(Role.FINANCE_REVIEWER)
    with transaction(COURT):
        request = YearCloseRequest(**facts, requested_by_id=reviewer.id, requested_at=clock.now())
        db.session.add(request)
    return request


def _books() -> dict[str, dict[str, Any]]:
    voucher = a_voucher()
    asked = a_correction(a_voucher(), day=clock.today())
    assert voucher.total == yuan("1000.00")
    auditor_id = the_holder(Role.AUDITOR).id
    sheet = {"sheet_id": an_anchor_sheet().id}
    with transaction(COURT):
        closing = "待认领款正在查明付款人"
        periods.close_month(COURT, "2018-01", explanation=closing, actor=the_holder(Role.FINANCE_REVIEWER))
    db.session.rollback()
    job_id = jobs.start(nightly.BY_HAND, owner_id=auditor_id, user_id=auditor_id)
    return {
        **alike(sheet, "oversight.anchor", "oversight.anchor_pdf"),
        "oversight.verifying": {"job_id": job_id},
        "oversight.anchors": {},
        "oversight.verifications": {},
        "ledger.request_correction": {"voucher_id": voucher.id},
        "ledger.decide_correction": {"correction_id": asked.id},
        "ledger.corrections": {},
        "users.grant": {"user_id": the_holder(Role.AUDITOR).id},
        "courts.edit": {"code": COURT},
        "courts.amounts": {"code": COURT},
        "yearend.close_month": {"month": "2018-02"},
        "yearend.request_year_close": {"year": 2018},
        "yearend.request_reopening": {"month": "2018-01"},
        "yearend.reopening": {"request_id": a_reopening("2018-01").id},
        "yearend.year_close": {"request_id": _a_year_asked_for().id},
    }
