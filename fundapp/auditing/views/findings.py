"""Findings: the list, one with its whole history, and the places where it is recorded, answered, proved and closed."""

import hashlib
from datetime import timedelta
from typing import Any

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from fundapp.auditing import papers, queries, rules, service
from fundapp.auditing.forms import EvidenceForm, FindingFilter, FindingForm, MeasureForm, ReviewForm
from fundapp.auditing.models import Finding
from fundapp.auditing.rules import FindingState, Severity, StepKind
from fundapp.auditing.views.blueprint import Answer, bp, court_choices
from fundapp.core import clock, documents
from fundapp.core.db import transaction
from fundapp.core.doors import require
from fundapp.core.forms import choice, saving
from fundapp.core.listing import Column, listing
from fundapp.core.words import N_
from fundapp.courts import queries as courts
from fundapp.trail import queries as trail
from fundapp.trail import service as recording
from fundapp.users.rules import Permission

DAYS_TO_PUT_RIGHT = 60
"""What the form for a new finding proposes; results are told within 60 days (审计整改工作的意见, 2021)."""


def _overdue(finding: Finding) -> str:
    return _("逾期") if finding.progress.is_overdue(clock.today()) else ""


def _responsible(finding: Finding) -> str:
    return queries.person(finding.measure.responsible_id) if finding.measure else ""


COLUMNS = [
    Column(N_("法院代字"), lambda finding: finding.court_code, width=10),
    Column(N_("编号"), lambda finding: finding.cited),
    Column(N_("问题标题"), lambda finding: finding.title, width=36),
    Column(N_("问题情况"), lambda finding: finding.description, width=60),
    Column(N_("违反的规定"), lambda finding: finding.rule, width=36),
    Column(N_("严重程度"), lambda finding: finding.severity),
    Column(N_("涉及记录"), lambda finding: finding.records, width=30),
    Column(N_("状态"), lambda finding: finding.state),
    Column(N_("整改期限"), lambda finding: finding.progress.deadline, "day"),
    Column(N_("是否逾期"), _overdue, width=10),
    Column(N_("整改措施"), lambda finding: finding.measure.text if finding.measure else "", width=60),
    Column(N_("责任人"), _responsible),
    Column(N_("提出人"), lambda finding: queries.person(finding.recorded_by_id)),
    Column(N_("提出时间"), lambda finding: finding.recorded_at, "moment"),
]


@bp.get("/findings")
@require(Permission.FINDING_READ)
def findings() -> Answer:
    form = FindingFilter()
    form.court.choices = court_choices()
    form.read()
    query = queries.findings(
        g.user.scope,
        court_code=form.court.picked(str),
        state=form.state.picked(FindingState),
        severity=form.severity.picked(Severity),
        is_overdue=bool(form.is_overdue.data),
        responsible_id=g.user.id if form.is_mine.data else None,
    )
    return listing(
        "auditing/findings.html",
        query,
        queries.FINDINGS_KEY,
        COLUMNS,
        title=_("审计整改"),
        form=form,
        responsible=_responsible,
        may_record=g.user.may(Permission.FINDING_RECORD),
    )


@bp.route("/findings/new", methods=["GET", "POST"])
@require(Permission.FINDING_RECORD)
def record_finding() -> Answer:
    """A link on a record's page brings the record along, and with it its court."""
    asked = request.args.get("record", "")[:60]
    court = queries.court_of(asked)
    proposed = {"court": court, "records": asked} if court in g.user.scope else {}
    form = FindingForm(data={"due_on": clock.today() + timedelta(days=DAYS_TO_PUT_RIGHT)} | proposed)
    form.court.choices = court_choices(blank=False)
    if form.submitted():
        with saving(form, form.court.data):
            finding = service.record_finding(
                form.court.data,
                title=form.title.data,
                description=form.description.data,
                rule=form.rule.data,
                severity=Severity(form.severity.data),
                records=form.records.data,
                due_on=form.due_on.data,
                actor=g.user,
            )
            flash(_("审计问题%(number)s已提出，待被审计法院确定整改措施。", number=finding.cited))
            return redirect(url_for(".finding", finding_id=finding.id))
    return render_template("auditing/record_finding.html", form=form), form.http_status


@bp.get("/findings/<int:finding_id>")
@require(Permission.FINDING_READ)
def finding(finding_id: int) -> Answer:
    found = queries.finding(finding_id, g.user.scope)
    return render_template(
        "auditing/finding.html",
        finding=found,
        court=courts.name(found.court_code),
        audited_by=courts.name(found.audited_by),
        is_overdue=found.progress.is_overdue(clock.today()),
        may=_may(found),
        person=queries.person,
        papers=trail.attachments(found.subject),
        entries=trail.history(found.subject),
    )


def _may(found: Finding) -> dict[str, bool]:
    """Which steps the reader may make next."""
    possible = rules.NEXT[found.state]
    here = g.user.court_code == found.court_code
    leads = g.user.may(Permission.FINDING_ANSWER)
    measure = found.measure
    is_mine = measure is not None and measure.responsible_id == g.user.id and g.user.may(Permission.FINDING_PROVE)
    audits = g.user.may(Permission.FINDING_CLOSE) and g.user.court_code == found.audited_by
    return {
        "answer": here and leads and StepKind.MEASURE in possible,
        "prove": here and (leads or is_mine) and StepKind.EVIDENCE in possible,
        "review": audits and StepKind.CLOSED in possible,
    }


@bp.route("/findings/<int:finding_id>/measure", methods=["GET", "POST"])
@require(Permission.FINDING_ANSWER)
def answer(finding_id: int) -> Answer:
    found = queries.finding(finding_id, g.user.scope)
    form = MeasureForm(data={"seen_version": len(found.steps), "due_on": found.progress.wanted_by})
    people = queries.possible_responsibles(found.court_code)
    form.responsible.choices = [choice("", _("请选择")), *(choice(user.id, user.name) for user in people)]
    if form.submitted():
        with saving(form, found.court_code):
            service.answer(
                finding_id,
                text=form.text.data,
                responsible_id=int(form.responsible.data),
                due_on=form.due_on.data,
                seen_version=form.seen_version.data,
                actor=g.user,
            )
            flash(_("整改措施已确定，待责任人提交整改证据。"))
            return redirect(url_for(".finding", finding_id=finding_id))
    page = render_template("auditing/answer.html", finding=found, form=form, person=queries.person)
    return page, form.http_status


@bp.route("/findings/<int:finding_id>/evidence", methods=["GET", "POST"])
@require(Permission.FINDING_PROVE)
def prove(finding_id: int) -> Answer:
    found = queries.finding(finding_id, g.user.scope)
    form = EvidenceForm(data={"seen_version": len(found.steps)})
    if form.submitted():
        with saving(form, found.court_code):
            service.prove(
                finding_id,
                text=form.text.data,
                records=form.records.data or "",
                seen_version=form.seen_version.data,
                actor=g.user,
            )
            _attach(form.paper.data, found)
            flash(_("整改证据已提交，待审计人员审核销号。"))
            return redirect(url_for(".finding", finding_id=finding_id))
    page = render_template("auditing/prove.html", finding=found, form=form, person=queries.person)
    return page, form.http_status


def _attach(paper: Any, found: Finding) -> None:
    if paper:
        recording.attach(
            found.subject,
            file_name=paper.filename or "",
            content=paper.read(),
            court_code=found.court_code,
            actor=g.user,
        )


@bp.route("/findings/<int:finding_id>/review", methods=["GET", "POST"])
@require(Permission.FINDING_CLOSE)
def review(finding_id: int) -> Answer:
    found = queries.finding(finding_id, g.user.scope)
    form = ReviewForm(data={"seen_version": len(found.steps)})
    if form.submitted():
        told = {"text": form.text.data, "seen_version": form.seen_version.data, "actor": g.user}
        with saving(form, found.court_code):
            if StepKind(form.outcome.data) is StepKind.CLOSED:
                service.close(finding_id, **told)
                flash(_("该问题已销号。"))
            else:
                service.send_back(finding_id, due_on=form.due_on.data, **told)
                flash(_("整改已退回，待被审计法院继续整改。"))
            return redirect(url_for(".finding", finding_id=finding_id))
    page = render_template("auditing/review.html", finding=found, form=form, person=queries.person)
    return page, form.http_status


@bp.post("/findings/<int:finding_id>/notice.pdf")
@require(Permission.FINDING_READ)
def notice_pdf(finding_id: int) -> Answer:
    """The rectification notice, which leaves the house and so an entry; looking at an address leaves none."""
    found = queries.finding(finding_id, g.user.scope)
    paper = documents.pdf("rectification", papers.notice_data(found))
    with transaction(found.court_code):
        service.record_notice(finding_id, digest=hashlib.sha256(paper).hexdigest(), actor=g.user)
    disposition = {"Content-Disposition": f'inline; filename="finding-{finding_id}.pdf"'}
    return Response(paper, mimetype="application/pdf", headers=disposition)
