"""The front page, the trail of acts, the papers, and the navigation of every page."""

from typing import Any

from flask import Blueprint, g, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from fundapp.core.doors import signed_in
from fundapp.core.listing import Column, workbook
from fundapp.core.words import N_
from fundapp.funding import queries as funding
from fundapp.oversight import queries
from fundapp.oversight.navigation import navigation
from fundapp.users.rules import Permission

Answer = str | Response | tuple[str, int]

bp = Blueprint("oversight", __name__)


@bp.app_context_processor
def _navigate() -> dict[str, Any]:
    return {"nav": navigation()}


COURT_COLUMNS = [
    Column(N_("法院代字"), lambda line: line.court_code, width=10),
    Column(N_("法院"), lambda line: line.name, width=28),
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
    courts = queries.by_court(g.user.scope)
    if request.args.get("format") == "xlsx":
        return workbook(_("各法院资金情况"), COURT_COLUMNS, courts)
    return render_template(
        "oversight/index.html",
        tasks=queries.waiting(g.user),
        figures=queries.figures(g.user.scope),
        courts=courts,
        raised=funding.raised_by_kind(g.user.scope),
    )

