"""The closing of months and years, and the audit packages."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from flask import Blueprint, abort, current_app, flash, g, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from fundapp.core import clock, jobs
from fundapp.core.db import db, transaction
from fundapp.core.doors import require
from fundapp.core.errors import Refusal
from fundapp.core.forms import choice, saving
from fundapp.core.jobs import JobState
from fundapp.core.listing import Column, listing
from fundapp.core.words import N_
from fundapp.courts import queries as courts
from fundapp.trail import queries as trail
from fundapp.users.models import User
from fundapp.users.queries import readable_courts
from fundapp.users.rules import Permission
from fundapp.yearend import package as packaging
from fundapp.yearend import queries, rules, service
from fundapp.yearend.forms import CloseForm, ClosingFilter, ExportForm
from fundapp.yearend.rules import Hindered, Hindrance, PointState

Answer = str | Response | tuple[str, int]

bp = Blueprint("yearend", __name__)

WHERE = {
    Hindrance.FUND_RECEIPT: ("funding.receipt", "receipt_id"),
    Hindrance.CASE_RECEIPT: ("custody.receipt", "receipt_id"),
    Hindrance.BATCH: ("disbursement.show", "batch_id"),
    Hindrance.CEREMONY: ("ceremonies.show", "ceremony_id"),
    Hindrance.CORRECTION: ("ledger.corrections", None),
}


@dataclass(frozen=True)
class Point:
    """One point of the closing list: what is asked, how it stands, and where it is put right."""

    text: str
    state: PointState
    links: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class MonthRow:
    """One month of a year, closed or not."""

    month: str
    vouchers: int
    closed_by: str
    closed_at: object


@bp.get("/closings")
@require(Permission.LEDGER_READ)
def index() -> Answer:
    form = ClosingFilter()
    form.court.choices = [choice(code, courts.name(code)) for code in sorted(g.user.scope)]
    asked = form.court.data if form.court.data in g.user.scope else g.user.court_code
    due = queries.due_month(asked)
    years = sorted({*queries.years([asked]), int(due[:4])}, reverse=True)
    form.year.choices = [choice(year, str(year)) for year in years]
    form.read()
    year = int(form.year.data) if form.year.data in [str(one) for one in years] else int(due[:4])
    form.court.data, form.year.data = asked, str(year)
    return render_template(
        "yearend/index.html",
        form=form,
        court=courts.court(asked),
        year=year,
        rows=_months(asked, year),
        closed_year=queries.closed_year(asked, year),
        due=due,
        points=_points(asked, due),
        acts_here=asked == g.user.court_code,
        may_close_month=g.user.may(Permission.MONTH_CLOSE),
        may_close_year=g.user.may(Permission.YEAR_CLOSE),
        may_export=g.user.may(Permission.AUDIT_EXPORT),
        entries=trail.history(
            rules.year_subject(asked, year), *(rules.month_subject(asked, month) for month in rules.months_of(year))
        ),
    )


def _months(court_code: str, year: int) -> list[MonthRow]:
    closed, counts = queries.closed_months(court_code, year), queries.voucher_counts(court_code, year)
    rows = []
    for month in rules.months_of(year):
        one = closed.get(month)
        name = queries.person(one.closed_by_id) if one else ""
        rows.append(MonthRow(month, counts.get(month, 0), name, one.closed_at if one else None))
    return rows


def _points(court_code: str, month: str) -> list[Point]:
    """The closing list of a month: over, and nothing dated in it left to decide."""
    over = PointState.MET if clock.today() > rules.last_day(month) else PointState.OPEN
    points = [Point(_("%(month)s已经结束", month=month), over)]
    hindered = queries.hindered(court_code, month)
    for kind in Hindrance:
        found = [one for one in hindered if one.kind is kind]
        text = _("没有%(what)s", what=_(rules.LABELS[kind]))
        if found:
            what, way = _(rules.LABELS[kind]), _(rules.WAYS_OUT[kind])
            text = _("%(what)s%(count)s项：%(way)s", what=what, count=len(found), way=way)
        points.append(Point(text, PointState.OPEN if found else PointState.MET, tuple(_link(one) for one in found)))
    return points


def _link(one: Hindered) -> tuple[str, str]:
    endpoint, name = WHERE[one.kind]
    values: dict[str, Any] = {} if name is None else {name: one.record_id}
    return one.cited, url_for(endpoint, **values)


@bp.route("/closings/months/<month>", methods=["GET", "POST"])
@require(Permission.MONTH_CLOSE)
def close_month(month: str) -> Answer:
    court_code = g.user.court_code
    form = CloseForm()
    if form.submitted():
        with saving(form, court_code):
            service.close_month(court_code, month, actor=g.user)
            flash(_("%(month)s已结账，不能再记入该月凭证。", month=month))
            return redirect(url_for(".index", year=month[:4]))
    points = _points(court_code, rules.check_month(month))
    return render_template("yearend/close_month.html", form=form, month=month, points=points), form.http_status


@bp.route("/closings/years/<int:year>", methods=["GET", "POST"])
@require(Permission.YEAR_CLOSE)
def close_year(year: int) -> Answer:
    court_code = g.user.court_code
    form = CloseForm()
    if form.submitted():
        with saving(form, court_code):
            service.close_year(court_code, year, actor=g.user)
            flash(_("%(year)s年度已年终结账。", year=str(year)))
            return redirect(url_for(".index", year=year))
    points = _year_points(court_code, rules.check_year(year))
    return render_template("yearend/close_year.html", form=form, year=year, points=points), form.http_status


def _year_points(court_code: str, year: int) -> list[Point]:
    due = queries.due_month(court_code)
    ready = PointState.MET if due >= f"{year}-12" else PointState.OPEN
    link = ((_("下一个应结账的月份：%(month)s", month=due), url_for(".index", year=due[:4])),)
    first = Point(_("1月至11月已全部结账"), ready, () if ready is PointState.MET else link)
    return [first, *_points(court_code, f"{year}-12")]


COLUMNS = [
    Column(N_("年度"), lambda package: package.year, "number"),
    Column(N_("包含法院"), lambda package: package.courts, width=40),
    Column(N_("文件名"), lambda package: package.file_name, width=36),
    Column(N_("文件校验码"), lambda package: package.digest, width=66),
    Column(N_("导出人"), lambda package: queries.person(package.exported_by_id)),
    Column(N_("导出时间"), lambda package: package.exported_at, "moment"),
]


@bp.get("/audit-packages")
@require(Permission.AUDIT_EXPORT)
def packages() -> Answer:
    return listing(
        "yearend/packages.html",
        queries.packages(g.user.scope),
        queries.PACKAGES_KEY,
        COLUMNS,
        title=_("审计包"),
        person=queries.person,
    )


@bp.route("/audit-packages/export", methods=["GET", "POST"])
@require(Permission.AUDIT_EXPORT)
def export() -> Answer:
    form = ExportForm(data={"year": clock.today().year - 1})
    if form.submitted():
        try:
            rules.check_begun(rules.check_year(form.year.data), clock.today())
        except Refusal as refusal:
            form.refused(refusal)
        else:
            job_id = jobs.start("audit.export", owner_id=g.user.id, user_id=g.user.id, year=form.year.data)
            return redirect(url_for(".progress", job_id=job_id))
    return render_template("yearend/export.html", form=form), form.http_status


@bp.get("/audit-packages/jobs/<job_id>")
@require(Permission.AUDIT_EXPORT)
def progress(job_id: str) -> Answer:
    job = jobs.found(job_id, owner_id=g.user.id)
    if job.state is JobState.DONE:
        job = replace(job, result=url_for(".show", package_id=int(job.result)))
    if "HX-Request" in request.headers:
        return render_template("yearend/_progress.html", job=job)
    return render_template("yearend/progress.html", job=job)


@bp.get("/audit-packages/<int:package_id>")
@require(Permission.AUDIT_EXPORT)
def show(package_id: int) -> Answer:
    package = queries.package(package_id, g.user.scope)
    return render_template(
        "yearend/show.html",
        package=package,
        by=queries.person(package.exported_by_id),
        is_kept=_kept(package.file_name).is_file(),
        entries=trail.history(package.subject),
    )


@bp.get("/audit-packages/<int:package_id>/file")
@require(Permission.AUDIT_EXPORT)
def download(package_id: int) -> Answer:
    package = queries.package(package_id, g.user.scope)
    path = _kept(package.file_name)
    if not path.is_file():
        abort(404)
    return send_file(path, as_attachment=True, download_name=package.file_name, mimetype="application/zip")


def _kept(file_name: str) -> Path:
    """Where the packages made by the site lie."""
    folder: Path = current_app.config["SETTINGS"].instance / "packages"
    return folder / Path(file_name).name


@jobs.job("audit.export")
def make_package(*, progress: packaging.Progress, user_id: int, year: int) -> str:
    """Make the package of the courts that the user may read; the answer is the id of its record."""
    user = db.session.get_one(User, user_id)
    court_code, scope = user.court_code, readable_courts(user)
    unnamed = _kept(f"package-{user_id}-{year}.zip")
    unnamed.parent.mkdir(mode=0o750, exist_ok=True)
    built = packaging.build(year, scope, unnamed, progress=progress)
    path = _kept(f"audit-{year}-{court_code[1:] or '0'}-{built.digest[:12]}.zip")
    unnamed.replace(path)
    with transaction(court_code):
        return str(
            service.record_package(
                court_code=court_code,
                year=year,
                court_codes=scope,
                file_name=path.name,
                digest=built.digest,
                actor=db.session.get_one(User, user_id),
            ).id
        )
