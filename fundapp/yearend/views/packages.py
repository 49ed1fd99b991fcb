"""The audit packages: how they are made, shown and handed out."""

from dataclasses import replace
from pathlib import Path

from flask import abort, current_app, g, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _

from fundapp.core import clock, jobs
from fundapp.core.db import db, transaction
from fundapp.core.doors import require
from fundapp.core.errors import Refusal
from fundapp.core.forms import choice
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
from fundapp.yearend.forms import ExportForm
from fundapp.yearend.views.blueprint import Answer, bp

COLUMNS = [
    Column(N_("年度"), lambda package: package.year, "number"),
    Column(N_("包含法院"), lambda package: package.courts, width=40),
    Column(N_("文件名"), lambda package: package.file_name, width=36),
    Column(N_("文件校验码"), lambda package: package.digest, width=66),
    Column(N_("个人信息"), lambda package: _("完整") if package.is_unmasked else _("脱敏"), width=10),
    Column(N_("导出完整信息的理由"), lambda package: package.reason, width=40),
    Column(N_("导出人"), lambda package: queries.person(package.exported_by_id)),
    Column(N_("导出时间"), lambda package: package.exported_at, "moment"),
]


@bp.get("/audit-packages")
@require(Permission.AUDIT_EXPORT)
def packages() -> Answer:
    return listing(
        "yearend/packages.html",
        queries.packages(g.user.scope, may_unmasked=_may_unmasked()),
        queries.PACKAGES_KEY,
        COLUMNS,
        title=_("审计包"),
        person=queries.person,
    )


def _may_unmasked() -> bool:
    """Whether the reader may have packages that name persons whole."""
    return g.user.may(Permission.AUDIT_EXPORT_UNMASKED)


@bp.route("/audit-packages/export", methods=["GET", "POST"])
@require(Permission.AUDIT_EXPORT)
def export() -> Answer:
    form = _export_form()
    court = form.court.data or "" if form.court else ""
    if form.submitted():
        try:
            codes = rules.chosen_courts(court, g.user.scope)
            rules.check_begun(rules.check_year(form.year.data), clock.today())
            reason = rules.checked_unmasking(
                is_unmasked=form.is_unmasked.data, reason=form.reason.data or "", may_unmasked=_may_unmasked()
            )
            rules.check_has_books(form.year.data, queries.years(codes))
        except Refusal as refusal:
            form.refused(refusal)
        else:
            job_id = jobs.start(
                "audit.export",
                owner_id=g.user.id,
                user_id=g.user.id,
                year=form.year.data,
                court=court,
                unmasked_for=reason,
            )
            return redirect(url_for(".progress", job_id=job_id))
    return render_template("yearend/export.html", form=form), form.http_status


def _export_form() -> ExportForm:
    """The form; who reads several courts chooses whether the package holds all of them or one."""
    form = ExportForm(data={"year": clock.today().year - 1})
    if len(g.user.scope) == 1:
        del form.court
        return form
    form.court.choices = [choice("", _("全部可查阅的法院"))]
    form.court.choices += [choice(court.code, court.name) for court in courts.courts() if court.code in g.user.scope]
    return form


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
    package = queries.package(package_id, g.user.scope, may_unmasked=_may_unmasked())
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
    package = queries.package(package_id, g.user.scope, may_unmasked=_may_unmasked())
    path = _kept(package.file_name)
    if not path.is_file():
        abort(404)
    return send_file(path, as_attachment=True, download_name=package.file_name, mimetype="application/zip")


def _kept(file_name: str) -> Path:
    """Where the packages made by the site lie."""
    folder: Path = current_app.config["SETTINGS"].instance / "packages"
    return folder / Path(file_name).name


@jobs.job("audit.export")
def make_package(
    *, progress: packaging.Progress, user_id: int, year: int, court: str = "", unmasked_for: str = ""
) -> str:
    """Make the package of the courts that the user may read, or of one of them; the answer is the id of its record."""
    user = db.session.get_one(User, user_id)
    rules.checked_unmasking(
        is_unmasked=bool(unmasked_for),
        reason=unmasked_for,
        may_unmasked=user.may(Permission.AUDIT_EXPORT_UNMASKED),
    )
    court_code, scope = user.court_code, rules.chosen_courts(court, readable_courts(user))
    unnamed = _kept(f"package-{user_id}-{year}.zip")
    unnamed.parent.mkdir(mode=0o750, exist_ok=True)
    built = packaging.build(year, scope, unnamed, progress=progress, is_unmasked=bool(unmasked_for))
    kind = "audit-unmasked" if unmasked_for else "audit"
    path = _kept(f"{kind}-{year}-{(court or court_code)[1:] or '0'}-{built.digest[:12]}.zip")
    unnamed.replace(path)
    with transaction(court_code):
        return str(
            service.record_package(
                court_code=court_code,
                year=year,
                court_codes=scope,
                file_name=path.name,
                digest=built.digest,
                unmasked_for=unmasked_for,
                actor=db.session.get_one(User, user_id),
            ).id
        )
