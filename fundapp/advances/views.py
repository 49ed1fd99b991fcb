"""Advances: the list, one request, and the places where it is asked for, signed, mended and taken back."""

from flask import Blueprint, Response, flash, g, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from fundapp.advances import papers, queries, service
from fundapp.advances.forms import AdvanceFilter, AttachForm, DecideForm, RequestForm, ResubmitForm, WithdrawForm
from fundapp.advances.models import Advance
from fundapp.advances.rules import AdvanceStatus
from fundapp.approvals.rules import ORDER, Outcome
from fundapp.cases import queries as cases
from fundapp.core import clock, documents
from fundapp.core.doors import require
from fundapp.core.forms import choice, choices_of, saving
from fundapp.core.listing import Column, listing
from fundapp.core.words import N_
from fundapp.courts import queries as courts
from fundapp.eligibility import queries as eligibility
from fundapp.ledger import queries as books
from fundapp.trail import queries as trail
from fundapp.users import queries as users
from fundapp.users.models import User
from fundapp.users.rules import Permission, Role

Answer = str | AnyResponse | tuple[str, int]

bp = Blueprint("advances", __name__, url_prefix="/advances")

COLUMNS = [
    Column(N_("编号"), lambda advance: advance.cited),
    Column(N_("法院代字"), lambda advance: advance.court_code, width=10),
    Column(N_("案号"), lambda advance: advance.case.number, width=28),
    Column(N_("申请执行人"), lambda advance: advance.creditor.name),
    Column(N_("申请日期"), lambda advance: advance.requested_on, "day"),
    Column(N_("垫付金额（元）"), lambda advance: advance.amount, "money"),
    Column(N_("状态"), lambda advance: advance.status),
    Column(N_("待签署岗位"), queries.next_role),
    Column(N_("付款日期"), lambda advance: advance.payment.paid_on if advance.payment else None, "day"),
]


@bp.get("")
@require(Permission.ADVANCE_READ)
def index() -> Answer:
    form = AdvanceFilter()
    form.status.choices = choices_of(AdvanceStatus, blank=N_("全部状态"))
    form.role.choices = choices_of(ORDER, blank=N_("全部岗位"))
    form.read()
    query = queries.narrowed(
        queries.waiting_for(g.user) if form.is_mine.data else queries.advances(g.user.scope),
        status=form.status.picked(AdvanceStatus),
        text=form.text.data,
        role=form.role.picked(Role),
    )
    return listing(
        "advances/index.html",
        query,
        Advance.id,
        COLUMNS,
        title=_("垫付申请"),
        form=form,
        next_role=queries.next_role,
        available=books.available(g.user.court_code),
    )


@bp.route("/cases/<int:case_id>/request", methods=["GET", "POST"])
@require(Permission.ADVANCE_REQUEST)
def request(case_id: int) -> Answer:
    case = cases.case(case_id, g.user.scope)
    form = RequestForm(data={"amount": case.claim})
    form.creditor_id.choices = [choice(party.id, party.name) for party in case.creditors]
    if form.submitted():
        with saving(form, case.court_code):
            advance = service.request(
                case_id,
                creditor_id=int(form.creditor_id.data),
                amount=form.amount.data,
                reason=form.reason.data,
                actor=g.user,
            )
            flash(_("垫付申请已提交，待执行局长签署。"))
            return redirect(url_for(".show", advance_id=advance.id))
    terms = eligibility.terms_in_force(case.court_code, clock.today())
    page = render_template(
        "advances/request.html",
        case=case,
        form=form,
        terms=terms,
        answered=[(party, eligibility.answers(case, party, terms)) for party in case.creditors] if terms else [],
        available=books.available(case.court_code),
        requests=queries.of_case(case_id),
    )
    return page, form.http_status


@bp.get("/<int:advance_id>")
@require(Permission.ADVANCE_READ)
def show(advance_id: int) -> Answer:
    advance = queries.advance(advance_id, g.user.scope)
    return render_template(
        "advances/show.html",
        advance=advance,
        prepared_by=_prepared_by(advance),
        ladder=queries.ladder(advance),
        earlier=queries.earlier_decisions(advance),
        next_role=queries.next_role(advance),
        is_unchanged=queries.is_unchanged(advance),
        available=books.available(advance.court_code),
        papers=trail.attachments(advance.subject),
        entries=trail.history(advance.subject),
    )


@bp.route("/<int:advance_id>/decide", methods=["GET", "POST"])
@require(Permission.ADVANCE_SIGN)
def decide(advance_id: int) -> Answer:
    advance = queries.advance(advance_id, g.user.scope)
    form = DecideForm(data={"seen_version": advance.version, "outcome": Outcome.AGREED.value})
    form.outcome.choices = choices_of(Outcome)
    if form.submitted():
        with saving(form, advance.court_code):
            service.decide(
                advance_id,
                outcome=Outcome(form.outcome.data),
                opinion=form.opinion.data,
                seen_version=form.seen_version.data,
                actor=g.user,
            )
            flash(_("审批意见已签署。"))
            return redirect(url_for(".show", advance_id=advance_id))
    page = render_template(
        "advances/decide.html",
        advance=advance,
        form=form,
        prepared_by=_prepared_by(advance),
        ladder=queries.ladder(advance),
        is_unchanged=queries.is_unchanged(advance),
        available=books.available(advance.court_code),
        papers=trail.attachments(advance.subject),
    )
    return page, form.http_status


@bp.route("/<int:advance_id>/resubmit", methods=["GET", "POST"])
@require(Permission.ADVANCE_REQUEST)
def resubmit(advance_id: int) -> Answer:
    advance = queries.advance(advance_id, g.user.scope)
    form = ResubmitForm(data={"seen_version": advance.version, "amount": advance.amount, "reason": advance.reason})
    if form.submitted():
        with saving(form, advance.court_code):
            service.resubmit(
                advance_id,
                amount=form.amount.data,
                reason=form.reason.data,
                seen_version=form.seen_version.data,
                actor=g.user,
            )
            flash(_("垫付申请已重新提交，须重新逐级签署。"))
            return redirect(url_for(".show", advance_id=advance_id))
    page = render_template("advances/resubmit.html", advance=advance, form=form, ladder=queries.ladder(advance))
    return page, form.http_status


@bp.route("/<int:advance_id>/withdraw", methods=["GET", "POST"])
@require(Permission.ADVANCE_REQUEST)
def withdraw(advance_id: int) -> Answer:
    advance = queries.advance(advance_id, g.user.scope)
    form = WithdrawForm(data={"seen_version": advance.version})
    if form.submitted():
        with saving(form, advance.court_code):
            service.withdraw(advance_id, reason=form.reason.data, seen_version=form.seen_version.data, actor=g.user)
            flash(_("垫付申请已撤回。"))
            return redirect(url_for(".show", advance_id=advance_id))
    return render_template("advances/withdraw.html", advance=advance, form=form), form.http_status


@bp.route("/<int:advance_id>/attach", methods=["GET", "POST"])
@require(Permission.ADVANCE_REQUEST)
def attach(advance_id: int) -> Answer:
    advance = queries.advance(advance_id, g.user.scope)
    form = AttachForm()
    if form.submitted():
        with saving(form, advance.court_code):
            paper = form.paper.data
            service.attach(advance_id, file_name=paper.filename, content=paper.read(), actor=g.user)
            flash(_("材料已上传。"))
            return redirect(url_for(".show", advance_id=advance_id))
    return render_template("advances/attach.html", advance=advance, form=form), form.http_status


@bp.get("/<int:advance_id>/approval.pdf")
@require(Permission.ADVANCE_READ)
def approval_pdf(advance_id: int) -> Answer:
    advance = queries.advance(advance_id, g.user.scope)
    data = papers.approval_data(
        advance,
        court=courts.name(advance.court_code),
        prepared_by=_prepared_by(advance).name,
        ladder=queries.ladder(advance),
    )
    disposition = {"Content-Disposition": f'inline; filename="advance-{advance.id}.pdf"'}
    return Response(documents.pdf("approval", data), mimetype="application/pdf", headers=disposition)


def _prepared_by(advance: Advance) -> User:
    return users.user(advance.prepared_by_id, frozenset({advance.court_code}))
