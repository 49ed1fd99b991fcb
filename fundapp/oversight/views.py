"""The front page, the trail of acts, the papers, and the navigation of every page."""

import io
from dataclasses import replace
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from fundapp.core import documents, jobs, signing
from fundapp.core.db import transaction
from fundapp.core.doors import require, signed_in
from fundapp.core.errors import NotFound
from fundapp.core.forms import choice, choices_of, saving
from fundapp.core.jobs import JobState
from fundapp.core.listing import Column, hear_of_exports, listing, workbook
from fundapp.core.words import N_
from fundapp.courts import queries as courts
from fundapp.funding import queries as funding
from fundapp.oversight import nightly, papers, queries, rules, service
from fundapp.oversight.forms import HandOutForm, TrailFilter, VerifyForm
from fundapp.oversight.models import AnchorSheet, Verification
from fundapp.oversight.navigation import navigation
from fundapp.oversight.rules import Light
from fundapp.oversight.telling import subject_names, telling
from fundapp.trail import proofs
from fundapp.trail import queries as acts
from fundapp.trail import service as recording
from fundapp.trail.rules import Anchor, Event
from fundapp.users.rules import Permission

Answer = str | Response | tuple[str, int]

bp = Blueprint("oversight", __name__)


@bp.app_context_processor
def _navigate() -> dict[str, Any]:
    return {"nav": navigation()}


bp.add_app_template_filter(subject_names)
bp.add_app_template_filter(telling)


@hear_of_exports
def _record_export() -> None:
    """An exported list leaves the house, so it leaves an entry (I21)."""
    with transaction(g.user.court_code):
        recording.record(
            Event.LIST_EXPORTED,
            f"user:{g.user.id}",
            court_code=g.user.court_code,
            actor=g.user,
            list=request.full_path[:200],
        )


COURT_COLUMNS = [
    Column(N_("法院代字"), lambda line: line.court_code, width=10),
    Column(N_("法院"), lambda line: line.name, width=28),
    Column(N_("期初余额（元）"), lambda line: line.opening, "money"),
    Column(N_("累计筹集（元）"), lambda line: line.raised, "money"),
    Column(N_("可用资金（元）"), lambda line: line.available, "money"),
    Column(N_("已批未付（元）"), lambda line: line.reserved, "money"),
    Column(N_("累计垫付（元）"), lambda line: line.advanced, "money"),
    Column(N_("追偿收回（元）"), lambda line: line.recovered, "money"),
    Column(N_("垫付结案（件）"), lambda line: line.concluded, "number"),
]


@bp.get("/")
@signed_in
def index() -> Answer:
    if not g.user.may(Permission.OVERVIEW_READ):
        return render_template("oversight/index.html", tasks=[], figures=None)
    last, light = queries.verification_light(g.user.scope) if g.user.may(Permission.LEDGER_READ) else (None, None)
    by_court = queries.by_court(g.user.scope)
    if request.args.get("format") == "xlsx":
        return workbook(_("各法院资金情况"), COURT_COLUMNS, by_court)
    return render_template(
        "oversight/index.html",
        tasks=queries.waiting(g.user),
        figures=queries.figures(g.user.scope),
        courts=by_court,
        raised=funding.raised_by_kind(g.user.scope),
        last=last,
        light=light,
    )


TRAIL_COLUMNS = [
    Column(N_("法院代字"), lambda entry: entry.court_code, width=10),
    Column(N_("留痕编号"), lambda entry: entry.seq, "number", 10),
    Column(N_("时间"), lambda entry: entry.recorded_at, "moment"),
    Column(N_("办理人"), lambda entry: entry.actor.name),
    Column(N_("登录名"), lambda entry: entry.actor.username),
    Column(N_("事项"), lambda entry: entry.event),
    Column(N_("事项标识"), lambda entry: entry.subject),
    Column(N_("内容"), lambda entry: entry.facts, width=60),
    Column(N_("上一条校验码"), lambda entry: entry.previous, width=66),
    Column(N_("校验码"), lambda entry: entry.seal, width=66),
]


@bp.get("/trail")
@require(Permission.TRAIL_READ)
def trail() -> Answer:
    form = TrailFilter()
    readable = [choice(court.code, court.name) for court in courts.courts() if court.code in g.user.scope]
    form.court.choices = [choice("", _("全部法院")), *readable]
    form.event.choices = choices_of(Event, blank=N_("全部事项"))
    form.read()
    picked = form.court.picked(str)
    scope = frozenset({picked}) if picked else g.user.scope
    query = acts.entries(scope, event=form.event.picked(Event), subject=form.subject.data)
    return listing(
        "oversight/trail.html",
        query,
        acts.ENTRIES_KEY,
        TRAIL_COLUMNS,
        title=_("操作留痕"),
        form=form,
    )


@bp.get("/papers/<int:attachment_id>")
@require(Permission.CASE_READ, Permission.SOURCE_READ, Permission.LEDGER_READ)
def paper(attachment_id: int) -> Answer:
    """An attached paper, to be saved and never shown inside the site; the administrators see none."""
    found = acts.attachment(attachment_id, g.user.scope)
    return send_file(
        io.BytesIO(found.content),
        mimetype=found.media_type,
        as_attachment=True,
        download_name=found.file_name,
        max_age=0,
    )


# ------------------------------------------------------------------------------------------------------- anchor sheets

SHEET_COLUMNS = [
    Column(N_("编号"), lambda sheet: sheet.cited),
    Column(N_("法院代字"), lambda sheet: sheet.court_code, width=10),
    Column(N_("留痕条数"), lambda sheet: sheet.length, "number"),
    Column(N_("存证码"), lambda sheet: _text(sheet), width=66),
    Column(N_("接收单位"), lambda sheet: sheet.recipient, width=30),
    Column(N_("保管处"), lambda sheet: sheet.kept_at, width=30),
    Column(N_("交付人"), lambda sheet: queries.person(sheet.handed_out_by_id)),
    Column(N_("交付时间"), lambda sheet: sheet.handed_out_at, "moment"),
]


def _text(sheet: AnchorSheet) -> str:
    anchor = queries.anchor_of(sheet)
    return anchor.text if anchor else ""


def _standing(sheet: AnchorSheet) -> tuple[Anchor | None, str | None]:
    """The anchor of a sheet, and what contradicts it."""
    anchor = queries.anchor_of(sheet)
    if anchor is None:
        return None, _("%(number)s的链头签名已不在", number=sheet.cited)
    return anchor, proofs.compared(anchor, signing.known_keys())


@bp.get("/anchors")
@require(Permission.ANCHOR_READ)
def anchors() -> Answer:
    return listing(
        "oversight/anchors.html",
        queries.anchor_sheets(g.user.scope),
        queries.SHEETS_KEY,
        SHEET_COLUMNS,
        title=_("存证单"),
        standing=_standing,
        court_of=courts.name,
        person=queries.person,
        may_hand_out=g.user.may(Permission.ANCHOR_HAND_OUT),
    )


@bp.route("/anchors/new", methods=["GET", "POST"])
@require(Permission.ANCHOR_HAND_OUT)
def hand_out() -> Answer:
    form = HandOutForm()
    if form.submitted():
        with saving(form, g.user.court_code):
            sheet = service.hand_out(recipient=form.recipient.data, kept_at=form.kept_at.data, actor=g.user)
            flash(_("存证单已登记，请打印后交接收单位签收。"))
            return redirect(url_for(".anchor", sheet_id=sheet.id))
    figures = queries.anchor_figures(g.user.court_code)
    return render_template("oversight/hand_out.html", form=form, figures=figures), form.http_status


@bp.get("/anchors/<int:sheet_id>")
@require(Permission.ANCHOR_READ)
def anchor(sheet_id: int) -> Answer:
    sheet = queries.anchor_sheet(sheet_id, g.user.scope)
    found, problem = _standing(sheet)
    return render_template(
        "oversight/anchor.html",
        sheet=sheet,
        anchor=found,
        problem=problem,
        court=courts.name(sheet.court_code),
        handed_out_by=queries.person(sheet.handed_out_by_id),
        entries=acts.history(sheet.subject),
    )


@bp.get("/anchors/<int:sheet_id>/sheet.pdf")
@require(Permission.ANCHOR_READ)
def anchor_pdf(sheet_id: int) -> Answer:
    sheet = queries.anchor_sheet(sheet_id, g.user.scope)
    found = queries.anchor_of(sheet)
    if found is None:
        raise NotFound("该存证单的链头签名已不在，不能再打印，请用接收单位保管的原件核验，并通知审计人员。")
    told = papers.anchor_sheet(
        sheet,
        found,
        court=courts.name(sheet.court_code),
        handed_out_by=queries.person(sheet.handed_out_by_id),
    )
    paper = documents.pdf("anchor", told)
    return send_file(io.BytesIO(paper), mimetype="application/pdf", download_name=f"{_('存证单')}-{sheet.cited}.pdf")


# ------------------------------------------------------------------------------------------------------- verifications

VERIFICATION_COLUMNS = [
    Column(N_("时间"), lambda run: run.verified_at, "moment"),
    Column(N_("核验项"), lambda run: run.checks, "number"),
    Column(N_("结果"), lambda run: _result(run)),
    Column(N_("未通过的核验"), lambda run: "\n".join(_problems(run)), width=80),
]


def _result(run: Verification) -> Light:
    return Light.OK if run.is_ok else Light.FAILED


def _problems(run: Verification) -> list[str]:
    """What a verification found in the courts that the reader may read."""
    return rules.readable_problems(run.problems, hidden=courts.codes() - g.user.scope)


@bp.get("/verifications")
@require(Permission.LEDGER_READ)
def verifications() -> Answer:
    last, light = queries.verification_light(g.user.scope)
    return listing(
        "oversight/verifications.html",
        queries.verifications(),
        queries.VERIFICATIONS_KEY,
        VERIFICATION_COLUMNS,
        title=_("核验记录"),
        last=last,
        light=light,
        may_verify=g.user.may(Permission.BOOKS_VERIFY),
        result=_result,
        problems=_problems,
    )


@bp.route("/verifications/new", methods=["GET", "POST"])
@require(Permission.BOOKS_VERIFY)
def verify() -> Answer:
    form = VerifyForm()
    if form.submitted():
        job_id = jobs.start(nightly.BY_HAND, owner_id=g.user.id, user_id=g.user.id)
        return redirect(url_for(".verifying", job_id=job_id))
    return render_template("oversight/verify.html", form=form), form.http_status


@bp.get("/verifications/jobs/<job_id>")
@require(Permission.BOOKS_VERIFY)
def verifying(job_id: str) -> Answer:
    job = jobs.found(job_id, owner_id=g.user.id)
    if job.state is JobState.DONE:
        job = replace(job, result=url_for(".verifications"))
    if "HX-Request" in request.headers:
        return render_template("oversight/_verifying.html", job=job)
    return render_template("oversight/verifying.html", job=job)
