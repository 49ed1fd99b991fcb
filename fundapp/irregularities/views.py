"""The exceptions list: how many doubts of each kind, one list for each, and the bounds from which on they are
shown; and the ear for refused attempts."""

from typing import Any

from flask import Blueprint, flash, g, has_request_context, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from fundapp.core import clock
from fundapp.core.attempts import hear_of_attempts
from fundapp.core.db import db, transaction
from fundapp.core.doors import require
from fundapp.core.errors import NotFound, Refusal
from fundapp.core.forms import choice, saving
from fundapp.core.listing import Column, listing, workbook
from fundapp.core.words import N_
from fundapp.courts import queries as courts
from fundapp.eligibility.rules import Sentence
from fundapp.irregularities import queries, rules, service
from fundapp.irregularities.forms import BoundsForm, IrregularityFilter
from fundapp.irregularities.models import ExceptionBounds
from fundapp.irregularities.queries import Span
from fundapp.irregularities.rules import Bounds
from fundapp.trail import queries as trail
from fundapp.users import service as users
from fundapp.users.models import User
from fundapp.users.rules import Permission

Answer = str | Response | tuple[str, int]

bp = Blueprint("irregularities", __name__, url_prefix="/irregularities")

SUBJECTS = {
    "account_id": "account",
    "advance_id": "advance",
    "batch_id": "batch",
    "case_id": "case",
    "ceremony_id": "ceremony",
    "correction_id": "correction",
    "opening_id": "opening",
    "party_id": "party",
    "payout_id": "payout",
    "user_id": "user",
    "voucher_id": "voucher",
}
"""What a number in an address counts; receipts are counted by the feature that keeps them."""
RECEIPTS = {"custody": "case-receipt", "funding": "fund-receipt", "recovery": "case-receipt"}


@hear_of_attempts
def _record_attempt(refusal: Refusal, door: str, user_id: int | None) -> None:
    """A refused act leaves its entry, in a transaction of its own; a command of the server acts in the seat's name."""
    court_code = courts.seat() if user_id is None else db.session.get_one(User, user_id).court_code
    with transaction(court_code):
        actor = users.operator(court_code) if user_id is None else db.session.get_one(User, user_id)
        service.record_attempt(refusal, door=door, subject=_subject(), actor=actor)


def _subject() -> str | None:
    """The record whose page was posted."""
    if not has_request_context():
        return None
    names = SUBJECTS | {"receipt_id": RECEIPTS.get(request.blueprint or "", "")}
    known = [(names.get(name), number) for name, number in (request.view_args or {}).items()]
    return next((f"{kind}:{number}" for kind, number in known if kind), None)


COLUMNS = [
    Column(N_("疑点"), lambda line: line.kind, width=26),
    Column(N_("法院代字"), lambda line: line.court_code, width=10),
    Column(N_("事项标识"), lambda line: line.subject, width=20),
    Column(N_("日期"), lambda line: line.day, width=12),
    Column(N_("相关人员"), lambda line: queries.person(line.person_id)),
    Column(N_("说明"), lambda line: _said(line.sentence), width=60),
    Column(N_("金额（元）"), lambda line: line.amount, "money"),
]


def _said(sentence: Sentence) -> str:
    """The sentence in the reader's language; words of the system in its gaps too."""
    return str(_(sentence.msgid, **{name: _(text) if text else "" for name, text in sentence.params.items()}))


@bp.get("/")
@require(Permission.IRREGULARITY_READ)
def index() -> Answer:
    form, span = _asked()
    if request.args.get("format") == "xlsx":
        return workbook(_("疑点清单"), COLUMNS, queries.lines(span))
    return render_template(
        "irregularities/index.html",
        form=form,
        span=span,
        bounds=queries.bounds_by_courts(span),
        counts=queries.counts(span),
        why=rules.WHY,
        sources=rules.SOURCES,
        asked=_kept(form),
    )


def _asked() -> tuple[IrregularityFilter, Span]:
    """What is asked: all courts that the reader may read, of this year, unless the address says otherwise."""
    form = IrregularityFilter()
    readable = [choice(court.code, court.name) for court in courts.courts() if court.code in g.user.scope]
    form.court.choices = [choice("", _("全部法院")), *readable]
    years = queries.years(sorted(g.user.scope))
    form.year.choices = [choice(year, str(year)) for year in years]
    form.read()
    court_code = form.court.picked(str)
    year = form.year.picked(int) or years[0]
    form.year.data = str(year)
    return form, Span((court_code,) if court_code else tuple(sorted(g.user.scope)), year)


def _kept(form: IrregularityFilter) -> dict[str, str]:
    return {"court": form.court.picked(str) or "", "year": form.year.data}


ISSUE_COLUMNS = [
    Column(N_("法院代字"), lambda issue: issue.court_code, width=10),
    Column(N_("生效日期"), lambda issue: issue.effective_from, "day"),
    Column(N_("发布文件"), lambda issue: issue.document, width=40),
    Column(N_("垫付未收回（月）"), lambda issue: issue.months_outstanding, "number", width=16),
    Column(N_("案款未发放（月）"), lambda issue: issue.months_held, "number", width=16),
    Column(N_("工作时间"), lambda issue: issue.bounds.office_hours, width=16),
    Column(N_("发布时间"), lambda issue: issue.issued_at, "moment"),
]


@bp.get("/bounds")
@require(Permission.IRREGULARITY_READ)
def bounds() -> Answer:
    court_code = g.user.court_code
    return listing(
        "irregularities/bounds.html",
        queries.issues(g.user.scope),
        ExceptionBounds.id,
        ISSUE_COLUMNS,
        title=_("疑点关注线"),
        figures=rules.figures(queries.bounds_on([court_code], clock.today())[court_code]),
    )


@bp.get("/bounds/<int:bounds_id>")
@require(Permission.IRREGULARITY_READ)
def issued(bounds_id: int) -> Answer:
    found = queries.issue(bounds_id, g.user.scope)
    return render_template(
        "irregularities/issued.html",
        issue=found,
        figures=rules.figures(found.bounds),
        entries=trail.history(found.subject),
    )


@bp.route("/bounds/new", methods=["GET", "POST"])
@require(Permission.BOUNDS_ISSUE)
def issue_bounds() -> Answer:
    form = BoundsForm(data=_as_before(queries.latest_bounds(g.user.court_code)))
    if form.submitted():
        with saving(form, g.user.court_code):
            bounds_issued = service.issue_bounds(
                Bounds(
                    months_outstanding=form.months_outstanding.data,
                    months_held=form.months_held.data,
                    office_from=form.office_from.data,
                    office_to=form.office_to.data,
                    document=form.document.data,
                    effective_from=form.effective_from.data,
                ),
                actor=g.user,
            )
            flash(_("疑点关注线已发布，自%(day)s起生效。", day=bounds_issued.effective_from.isoformat()))
            return redirect(url_for(".issued", bounds_id=bounds_issued.id))
    return render_template("irregularities/issue_bounds.html", form=form), form.http_status


def _as_before(latest: ExceptionBounds | None) -> dict[str, Any]:
    """What the form begins with: the figures of the last issue, or of the house."""
    known = Bounds() if latest is None else latest.bounds
    return {name: getattr(known, name) for name in ("months_outstanding", "months_held", "office_from", "office_to")}


@bp.get("/<word>")
@require(Permission.IRREGULARITY_READ)
def show(word: str) -> Answer:
    kind = rules.kind_named(word)
    if kind is None:
        raise NotFound("没有这一类疑点，请返回疑点清单重新选择。")
    form, span = _asked()
    rows, key = queries.question(kind, span)

    def told(column: Column) -> Column:
        return Column(column.header, lambda row: column.value(queries.line(kind, row)), column.kind, column.width)

    return listing(
        "irregularities/show.html",
        rows,
        key,
        [told(column) for column in COLUMNS],
        title=_(rules.LABELS[kind]),
        scalars=False,
        form=form,
        kind=kind,
        bounds=queries.bounds_by_courts(span) if kind in rules.BOUNDED else [],
        span=span,
        why=rules.WHY[kind],
        source=rules.SOURCES[kind],
        line_of=lambda row: queries.line(kind, row),
        said=_said,
        person=queries.person,
        asked=_kept(form),
    )
