"""The register of courts: everybody reads it, the administrator enters and corrects."""

from dataclasses import asdict
from datetime import date

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from fundapp.core import clock, money
from fundapp.core.doors import require, signed_in
from fundapp.core.forms import choice, saving
from fundapp.core.listing import Column, workbook
from fundapp.core.money import CapitalStyle, Money
from fundapp.core.words import N_
from fundapp.courts import queries, rules, service
from fundapp.courts.forms import AmountWritingForm, EditForm, NewForm
from fundapp.trail import queries as trail
from fundapp.users.rules import Permission

Answer = str | Response | tuple[str, int]

bp = Blueprint("courts", __name__, url_prefix="/courts")

COLUMNS = [
    Column(N_("法院代字"), lambda court: court.code, width=12),
    Column(N_("法院名称"), lambda court: court.name, width=40),
    Column(N_("级别"), lambda court: court.level),
    Column(N_("上级法院代字"), lambda court: court.parent_code or "", width=14),
]


@bp.get("")
@signed_in
def index() -> Answer:
    found = queries.courts()
    if request.args.get("format") == "xlsx":
        return workbook(_("法院名录"), COLUMNS, found)
    may_edit = g.user.may(Permission.COURT_EDIT)
    return render_template(
        "courts/index.html",
        courts=found,
        names={court.code: court.name for court in found},
        editable=queries.with_lower(g.user.court_code) if may_edit else frozenset(),
    )


@bp.route("/new", methods=["GET", "POST"])
@require(Permission.COURT_EDIT)
def new() -> Answer:
    form = NewForm()
    under = queries.with_lower(g.user.court_code)
    form.parent_code.choices = [choice(court.code, court.name) for court in queries.courts() if court.code in under]
    if form.submitted():
        with saving(form):
            court = service.create(
                code=form.code.data, name=form.name.data, parent_code=form.parent_code.data, actor=g.user
            )
            flash(_("%(name)s已登记。", name=court.name))
            return redirect(url_for(".index"))
    return render_template("courts/new.html", form=form), form.http_status


@bp.route("/<code>/edit", methods=["GET", "POST"])
@require(Permission.COURT_EDIT)
def edit(code: str) -> Answer:
    court = queries.court(code)
    form = EditForm(data={"name": court.name, "seen_version": court.version})
    if form.submitted():
        with saving(form, code):
            service.rename(code, name=form.name.data, seen_version=form.seen_version.data, actor=g.user)
            flash(_("法院名称已更正。"))
            return redirect(url_for(".index"))
    entries = trail.history(f"court:{code}")
    return render_template("courts/edit.html", form=form, court=court, entries=entries), form.http_status


@bp.app_template_filter()
def capitals(amount: Money, court_code: str | None = None, day: date | None = None) -> str:
    """An amount as the court wrote it in capitals on a day: the reader's court and today, unless told otherwise."""
    return money.capitals(amount, queries.capital_style(court_code or g.user.court_code, day or clock.today()))


@bp.route("/<code>/amounts", methods=["GET", "POST"])
@require(Permission.COURT_EDIT)
def amounts(code: str) -> Answer:
    court, today = queries.court(code), clock.today()
    form = AmountWritingForm(data={"effective_from": today} | asdict(queries.capital_style(code, today)))
    if form.submitted():
        with saving(form, code):
            service.set_amount_writing(
                code,
                effective_from=form.effective_from.data,
                style=CapitalStyle(form.zero_after_wan.data, form.zero_after_yuan.data, form.whole_after_jiao.data),
                actor=g.user,
            )
            flash(_("大写金额写法已选定，自启用日期起使用。"))
            return redirect(url_for(".amounts", code=code))
    shown = [
        (writing, [money.capitals(amount, writing.style) for amount in rules.WRITTEN_EXAMPLES])
        for writing in queries.amount_writings(code)
    ]
    return render_template(
        "courts/amounts.html", form=form, court=court, examples=rules.WRITTEN_EXAMPLES, writings=shown
    ), form.http_status
