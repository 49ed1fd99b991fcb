"""Writes of findings, step by step, and of notes; a finding stands on the audited court's trail."""

from datetime import date

from fundapp.auditing import queries, rules
from fundapp.auditing.models import Finding, FindingStep, Note
from fundapp.auditing.rules import Severity, StepKind
from fundapp.core import clock
from fundapp.core.db import db
from fundapp.core.digests import digest_of
from fundapp.core.errors import NotFound, RuleViolation, StaleRecord
from fundapp.core.words import N_
from fundapp.trail import service as trail
from fundapp.trail.rules import Event
from fundapp.users.models import User
from fundapp.users.queries import readable_courts
from fundapp.users.rules import Permission, check_acts_here


def record_finding(
    court_code: str,
    *,
    title: str,
    description: str,
    rule: str,
    severity: Severity,
    records: str,
    due_on: date,
    actor: User,
) -> Finding:
    """Record what an auditor found in a court that he may read: his own, or one under it.

    Args:
        records: the records it points at, as people cite them, with blanks between.

    Raises:
        NotFound: a court outside the actor's scope.
        RuleViolation: a day that is over, an empty text, or records that this court has not.
    """
    if court_code not in readable_courts(actor):
        raise NotFound("没有找到该法院，请从列表中重新选择。")
    rules.check_due(due_on, clock.today())
    subjects = _cited(records, court_code)
    rules.check_pointed(subjects)
    year = clock.today().year
    finding = Finding(
        court_code=court_code,
        audited_by=actor.court_code,
        year=year,
        number=queries.last_number(court_code, year) + 1,
        title=rules.checked_text(title, N_("问题标题")),
        description=rules.checked_text(description, N_("问题情况")),
        rule=rules.checked_text(rule, N_("违反的规定")),
        severity=severity,
        records=" ".join(subjects),
        due_on=due_on,
        recorded_by_id=actor.id,
        recorded_at=clock.now(),
    )
    db.session.add(finding)
    db.session.flush()
    facts = {"severity": severity.value, "records": finding.records, "due_on": due_on.isoformat()}
    _tell(Event.FINDING_RECORDED, finding, [finding.title, finding.description, finding.rule], actor, **facts)
    return finding


def answer(finding_id: int, *, text: str, responsible_id: int, due_on: date, seen_version: int, actor: User) -> Finding:
    """Say by which measure, by whom and by when the audited court puts a finding right.

    Raises:
        NotFound: no such finding in the actor's court.
        StaleRecord: somebody made a step meanwhile.
        RuleViolation: out of turn, a day that is over, no text, or nobody of this court responsible.
    """
    finding = _turn(finding_id, StepKind.MEASURE, seen_version, actor)
    check_acts_here(actor.court_code, finding.court_code)
    rules.check_due(due_on, clock.today())
    people = {user.id: user for user in queries.possible_responsibles(finding.court_code)}
    if responsible_id not in people:
        raise RuleViolation("责任人须为被审计法院在岗的办理人员，请从列表中重新选择。")
    step = _add(
        finding,
        StepKind.MEASURE,
        rules.checked_text(text, N_("整改措施")),
        actor,
        responsible_id=responsible_id,
        due_on=due_on,
    )
    _tell(
        Event.FINDING_ANSWERED,
        finding,
        [step.text],
        actor,
        responsible=people[responsible_id].subject,
        due_on=due_on.isoformat(),
    )
    return finding


def prove(finding_id: int, *, text: str, records: str, seen_version: int, actor: User) -> Finding:
    """Hand in what proves that a finding was put right: words, and the corrections or other records they rest on.

    Raises:
        NotFound, StaleRecord: as ``answer``.
        RuleViolation: out of turn, neither responsible nor leadership, no text, or records that this court has not.
    """
    finding = _turn(finding_id, StepKind.EVIDENCE, seen_version, actor)
    check_acts_here(actor.court_code, finding.court_code)
    measure = finding.measure
    rules.check_prover(
        actor.id,
        responsible_id=measure.responsible_id if measure else None,
        may_answer=actor.may(Permission.FINDING_ANSWER),
    )
    subjects = _cited(records, finding.court_code)
    told = rules.checked_text(text, N_("整改情况"))
    step = _add(finding, StepKind.EVIDENCE, told, actor, records=" ".join(subjects))
    _tell(Event.FINDING_PROVED, finding, [step.text], actor, records=step.records)
    return finding


def send_back(finding_id: int, *, text: str, due_on: date, seen_version: int, actor: User) -> Finding:
    """Send evidence back with the reason, and a new day.

    Raises:
        NotFound, StaleRecord: as ``answer``.
        RuleViolation: out of turn, another court's finding, one's own measure, a day that is over, or no reason.
    """
    finding = _review(finding_id, StepKind.RETURNED, seen_version, actor)
    rules.check_due(due_on, clock.today())
    step = _add(finding, StepKind.RETURNED, rules.checked_text(text, N_("退回理由")), actor, due_on=due_on)
    _tell(Event.FINDING_RETURNED, finding, [step.text], actor, due_on=due_on.isoformat())
    return finding


def close(finding_id: int, *, text: str, seen_version: int, actor: User) -> Finding:
    """Close a finding that was put right.

    Raises:
        NotFound, StaleRecord: as ``answer``.
        RuleViolation: out of turn, another court's finding, one's own measure, or no opinion.
    """
    finding = _review(finding_id, StepKind.CLOSED, seen_version, actor)
    step = _add(finding, StepKind.CLOSED, rules.checked_text(text, N_("审核意见")), actor)
    _tell(Event.FINDING_CLOSED, finding, [step.text], actor)
    return finding


def record_notice(finding_id: int, *, digest: str, actor: User) -> None:
    """Note that the rectification notice was printed."""
    finding = queries.finding(finding_id, readable_courts(actor))
    trail.record(
        Event.NOTICE_PRINTED,
        finding.subject,
        court_code=finding.court_code,
        actor=actor,
        number=finding.cited,
        digest=digest,
    )


def write_note(record: str, *, text: str, actor: User) -> Note:
    """Write a note on a record; auditors read it, and the trail has only its digest.

    Raises:
        NotFound: no such record in a court that the actor may read.
        RuleViolation: nothing written.
    """
    court_code = queries.court_of(record)
    if court_code is None or court_code not in readable_courts(actor):
        raise NotFound("没有找到该记录，请返回列表重新选择。")
    note = Note(
        court_code=court_code,
        record=record,
        text=rules.check_note(text),
        written_by_id=actor.id,
        written_at=clock.now(),
    )
    db.session.add(note)
    db.session.flush()
    trail.record(
        Event.NOTE_WRITTEN,
        note.subject,
        court_code=court_code,
        actor=actor,
        record=record,
        digest=digest_of([note.text]),
    )
    return note


def _cited(records: str, court_code: str) -> list[str]:
    subjects, unknown = queries.records_cited(rules.words_of(records), court_code)
    rules.check_found(subjects, unknown)
    return subjects


def _turn(finding_id: int, kind: StepKind, seen_version: int, actor: User) -> Finding:
    """The finding, if this step may come next and the actor saw all steps before it."""
    finding = queries.finding(finding_id, readable_courts(actor))
    if seen_version != len(finding.steps):
        raise StaleRecord("该审计问题已有新的办理，请刷新页面查看最新状态。")
    rules.check_step(finding.state, kind)
    return finding


def _review(finding_id: int, kind: StepKind, seen_version: int, actor: User) -> Finding:
    finding = _turn(finding_id, kind, seen_version, actor)
    rules.check_auditor(actor.court_code, finding.audited_by)
    rules.check_other_hand(actor.id, finding.progress.steps)
    return finding


def _add(
    finding: Finding,
    kind: StepKind,
    text: str,
    actor: User,
    *,
    records: str = "",
    responsible_id: int | None = None,
    due_on: date | None = None,
) -> FindingStep:
    step = FindingStep(
        finding_id=finding.id,
        seq=len(finding.steps) + 1,
        kind=kind,
        text=text,
        records=records,
        responsible_id=responsible_id,
        due_on=due_on,
        actor_id=actor.id,
        acted_at=clock.now(),
    )
    db.session.add(step)
    db.session.flush()
    return step


def _tell(event: Event, finding: Finding, words: list[str], actor: User, **facts: str) -> None:
    """An act on the audited court's trail; its words by their digest, since they may name somebody."""
    trail.record(
        event,
        finding.subject,
        court_code=finding.court_code,
        actor=actor,
        number=finding.cited,
        digest=digest_of(words),
        **facts,
    )
    db.session.expire(finding)
