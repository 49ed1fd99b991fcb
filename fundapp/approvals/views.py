"""Limits as issued."""

from flask import Blueprint, flash, g, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from fundapp.approvals import queries, service
from fundapp.approvals.forms import IssueForm
from fundapp.approvals.models import LadderIssue
from fundapp.approvals.rules import ORDER
from fundapp.core import clock
from fundapp.core.doors import require
from fundapp.core.forms import saving
from fundapp.core.listing import Column, listing
from fundapp.core.words import N_
from fundapp.trail import queries as trail
from fundapp.users.rules import Permission

Answer = str | Response | tuple[str, int]

bp = Blueprint("approvals", __name__, url_prefix="/approvals")

COLUMNS = [
    Column(N_("法院代字"), lambda issue: issue.court_code, width=10),
    Column(N_("生效日期"), lambda issue: issue.effective_from, "day"),
    Column(N_("发布文件"), lambda issue: issue.document, width=40),
    Column(N_("院长审批起点（元）"), lambda issue: issue.president_above, "money"),
    Column(N_("含本数"), lambda issue: _("是") if issue.limit_included else _("否"), width=8),
    Column(N_("发布时间"), lambda issue: issue.issued_at, "moment"),
]


@bp.get("/ladders")
@require(Permission.TERMS_READ)
def index() -> Answer:
    return listing(
        "approvals/index.html",
        queries.issues(g.user.scope),
        LadderIssue.id,
        COLUMNS,
        title=_("审批限额"),
        in_force=queries.ladder_in_force(g.user.court_code, clock.today()),
        posts=ORDER,
    )


@bp.get("/ladders/<int:ladder_id>")
@require(Permission.TERMS_READ)
def show(ladder_id: int) -> Answer:
    found = queries.issue(ladder_id, g.user.scope)
    return render_template("approvals/show.html", ladder=found, entries=trail.history(found.subject))


@bp.route("/ladders/new", methods=["GET", "POST"])
@require(Permission.TERMS_ISSUE)
def issue() -> Answer:
    form = IssueForm()
    if form.submitted():
        with saving(form, g.user.court_code):
            issued = service.issue_ladder(
                effective_from=form.effective_from.data,
                document=form.document.data,
                president_above=form.president_above.data,
                limit_included=form.limit_included.data,
                actor=g.user,
            )
            flash(_("审批限额已发布，自%(day)s起生效。", day=issued.effective_from.isoformat()))
            return redirect(url_for(".show", ladder_id=issued.id))
    return render_template("approvals/issue.html", form=form), form.http_status
