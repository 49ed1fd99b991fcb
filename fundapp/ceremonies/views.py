"""Ceremonies, their lists, the working pages of the day, and what was handed out by court and category."""

import io

from flask import Blueprint, flash, g, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from fundapp.advances import queries as advances
from fundapp.ceremonies import queries, rules, service
from fundapp.ceremonies.forms import (
    AbsentForm,
    AddLinesForm,
    CancelForm,
    CashForm,
    CeremonyFilter,
    ChangeForm,
    CloseForm,
    ConfirmForm,
    DayFilter,
    FreezeForm,
    PlanForm,
    SignInForm,
    TransferForm,
    WitnessForm,
    YearFilter,
)
from fundapp.ceremonies.models import Ceremony, CeremonyLine
from fundapp.ceremonies.roster import roster as roster_data
from fundapp.ceremonies.rules import CeremonyStatus, Method, PayeeStatus, WitnessCapacity
from fundapp.core import documents
from fundapp.core.db import transaction
from fundapp.core.doors import require
from fundapp.core.forms import choice, choices_of, saving
from fundapp.core.listing import Column, listing, workbook
from fundapp.core.money import ZERO, plain, total
from fundapp.core.words import N_
from fundapp.courts import queries as courts
from fundapp.custody import queries as custody
from fundapp.trail import queries as trail
from fundapp.users.rules import Permission

Answer = str | Response | tuple[str, int]

bp = Blueprint("ceremonies", __name__, url_prefix="/ceremonies")

_PLANNED, _FROZEN, _OPEN = CeremonyStatus.PLANNED, CeremonyStatus.FROZEN, CeremonyStatus.OPEN
STEPS: tuple[tuple[str, str, frozenset[CeremonyStatus], Permission], ...] = (
    ("add_lines", N_("加入领款人"), frozenset({_PLANNED}), Permission.CEREMONY_PLAN),
    ("freeze", N_("审定名单"), frozenset({_PLANNED}), Permission.CEREMONY_FREEZE),
    ("open_day", N_("开始大会"), frozenset({_FROZEN}), Permission.CEREMONY_PLAN),
    ("day", N_("进入现场"), frozenset({_OPEN}), Permission.CEREMONY_READ),
    ("witness", N_("登记见证人"), frozenset({_OPEN}), Permission.CEREMONY_HAND_OVER),
    ("close", N_("核对现金并结束大会"), frozenset({_OPEN}), Permission.CEREMONY_CLOSE),
    ("change", N_("修改安排"), frozenset({_PLANNED}), Permission.CEREMONY_PLAN),
    ("cancel", N_("取消大会"), frozenset({_PLANNED, _FROZEN}), Permission.CEREMONY_FREEZE),
)
"""What may be done with a ceremony where it stands, the next thing first."""

PARTS = {"source": N_("资金"), "method": N_("发放方式"), "category": N_("案件类别"), "status": N_("状态")}
"""By what a list is divided."""


def _steps(ceremony: Ceremony) -> list[tuple[str, str]]:
    """The address and the words of each step that the signed-in user may take."""
    return [
        (url_for(f".{endpoint}", ceremony_id=ceremony.id), _(text))
        for endpoint, text, statuses, permission in STEPS
        if ceremony.status in statuses and g.user.may(permission) and _is_mine(ceremony)
    ]


def _is_mine(ceremony: Ceremony) -> bool:
    return bool(g.user.court_code == ceremony.court_code)


def _own(ceremony_id: int) -> Ceremony:
    """A ceremony of the user's own court: acting is possible nowhere else."""
    return queries.ceremony(ceremony_id, frozenset({g.user.court_code}))


def _own_line(line_id: int) -> CeremonyLine:
    return queries.line(line_id, frozenset({g.user.court_code}))


@bp.get("")
@require(Permission.CEREMONY_READ)
def index() -> Answer:
    names = _court_names()
    form = CeremonyFilter()
    form.court_code.choices = [choice("", _("全部")), *(choice(code, name) for code, name in names.items())]
    form.status.choices = choices_of(CeremonyStatus, blank=N_("全部"))
    form.year.choices = _year_choices()
    form.read()
    sums = queries.sums_in(g.user.scope)
    query = queries.ceremonies(
        g.user.scope,
        court_code=form.court_code.picked(str),
        status=form.status.picked(CeremonyStatus),
        year=form.year.picked(int),
    )
    return listing(
        "ceremonies/index.html",
        query,
        Ceremony.id,
        _ceremony_columns(names, sums),
        title=_("兑现大会"),
        form=form,
        names=names,
        sums=sums,
        nothing=queries.NOTHING,
    )


def _court_names() -> dict[str, str]:
    """The readable courts."""
    return {court.code: court.name for court in courts.courts() if court.code in g.user.scope}


def _year_choices() -> list[object]:
    return [choice("", _("全部")), *(choice(year, str(year)) for year in queries.years(g.user.scope))]


def _ceremony_columns(names: dict[str, str], sums: dict[int, queries.Sums]) -> list[Column]:
    def of(ceremony: Ceremony) -> queries.Sums:
        return sums.get(ceremony.id, queries.NOTHING)

    return [
        Column(N_("法院"), lambda ceremony: names.get(ceremony.court_code, ceremony.court_code), width=28),
        Column(N_("大会名称"), lambda ceremony: ceremony.name, width=36),
        Column(N_("举行日期"), lambda ceremony: ceremony.held_on, "day", 12),
        Column(N_("地点"), lambda ceremony: ceremony.place, width=28),
        Column(N_("主持人"), lambda ceremony: ceremony.host),
        Column(N_("状态"), lambda ceremony: ceremony.status, width=12),
        Column(N_("名单笔数"), lambda ceremony: of(ceremony).count, "number", 10),
        Column(N_("名单金额（元）"), lambda ceremony: of(ceremony).amount, "money"),
        Column(N_("已发笔数"), lambda ceremony: of(ceremony).paid_count, "number", 10),
        Column(N_("已发金额（元）"), lambda ceremony: of(ceremony).paid, "money"),
    ]


@bp.get("/by-category")
@require(Permission.CEREMONY_READ)
def by_category() -> Answer:
    form = YearFilter()
    form.year.choices = _year_choices()
    form.read()
    rows = queries.rows_by_court_and_category(g.user.scope, year=form.year.picked(int))
    names = _court_names()
    if request.args.get("format") == "xlsx":
        return workbook(_("兑现金额分类"), _category_columns(names), rows)
    return render_template(
        "ceremonies/by_category.html",
        form=form,
        rows=rows,
        names=names,
        categories=queries.by_category(rows),
        everything=queries.together(rows),
    )


def _category_columns(names: dict[str, str]) -> list[Column]:
    return [
        Column(N_("法院"), lambda row: names.get(row.court_code, row.court_code), width=28),
        Column(N_("案件类别"), lambda row: row.category, width=24),
        Column(N_("笔数"), lambda row: row.count, "number", 10),
        Column(N_("垫付资金（元）"), lambda row: row.advances, "money"),
        Column(N_("案款（元）"), lambda row: row.case_money, "money"),
        Column(N_("合计（元）"), lambda row: row.amount, "money"),
    ]


@bp.route("/new", methods=["GET", "POST"])
@require(Permission.CEREMONY_PLAN)
def new() -> Answer:
    form = PlanForm()
    if form.submitted():
        with saving(form, g.user.court_code):
            ceremony = service.plan(
                name=form.name.data,
                place=form.place.data,
                held_on=form.held_on.data,
                host=form.host.data,
                actor=g.user,
            )
            flash(_("大会已登记，请加入领款人。"))
            return redirect(url_for(".show", ceremony_id=ceremony.id))
    return render_template("ceremonies/new.html", form=form), form.http_status


@bp.get("/<int:ceremony_id>")
@require(Permission.CEREMONY_READ)
def show(ceremony_id: int) -> Answer:
    ceremony = queries.ceremony(ceremony_id, g.user.scope)
    lines = queries.lines(ceremony_id)
    return render_template(
        "ceremonies/show.html",
        ceremony=ceremony,
        lines=lines,
        tails=queries.account_tails(ceremony_id),
        amount=total(line.amount for line in lines),
        parts=[(word, part) for word in PARTS for part in queries.parts_by(lines, word)],
        part_names=PARTS,
        cash=queries.cash_drawn(ceremony),
        people=queries.people(ceremony),
        court=courts.name(ceremony.court_code),
        steps=_steps(ceremony),
        may_remove=_is_mine(ceremony) and g.user.may(Permission.CEREMONY_PLAN) and ceremony.status is _PLANNED,
        confirm=ConfirmForm(),
        entries=trail.history(ceremony.subject),
    )


@bp.route("/<int:ceremony_id>/change", methods=["GET", "POST"])
@require(Permission.CEREMONY_PLAN)
def change(ceremony_id: int) -> Answer:
    ceremony = _own(ceremony_id)
    form = ChangeForm(obj=ceremony, seen_version=ceremony.version)
    if form.submitted():
        with saving(form, ceremony.court_code):
            service.change(
                ceremony_id,
                name=form.name.data,
                place=form.place.data,
                held_on=form.held_on.data,
                host=form.host.data,
                seen_version=form.seen_version.data,
                actor=g.user,
            )
            flash(_("大会安排已修改。"))
            return redirect(url_for(".show", ceremony_id=ceremony_id))
    return render_template("ceremonies/change.html", ceremony=ceremony, form=form), form.http_status


@bp.route("/<int:ceremony_id>/lines/new", methods=["GET", "POST"])
@require(Permission.CEREMONY_PLAN)
def add_lines(ceremony_id: int) -> Answer:
    ceremony = _own(ceremony_id)
    form = AddLinesForm()
    form.method.choices = choices_of(Method)
    form.advances.choices = [
        choice(one.id, _listed(one.case.number, one.creditor.name, plain(one.amount)))
        for one in advances.ready_to_pay(ceremony.court_code)
    ]
    payouts = custody.ready_to_pay(ceremony.court_code)
    form.payouts.choices = [
        choice(one.id, _listed(one.case.number, one.payee.name, plain(one.amount))) for one in payouts
    ]
    if form.submitted():
        with saving(form, ceremony.court_code):
            chosen = service.add_lines(
                ceremony_id,
                advance_ids=[int(one) for one in form.advances.data],
                payout_ids=[int(one) for one in form.payouts.data],
                method=Method(form.method.data),
                actor=g.user,
            )
            flash(_("已加入%(n)s名领款人。", n=len(chosen)))
            return redirect(url_for(".show", ceremony_id=ceremony_id))
    claims = custody.opening_claims(one.case for one in payouts)
    return render_template(
        "ceremonies/add_lines.html", ceremony=ceremony, opening_claims=claims, form=form
    ), form.http_status


def _listed(number: str, name: str, amount: str) -> str:
    return _("%(number)s　%(name)s　%(amount)s元", number=number, name=name, amount=amount)


@bp.post("/lines/<int:line_id>/remove")
@require(Permission.CEREMONY_PLAN)
def remove_line(line_id: int) -> Answer:
    line = _own_line(line_id)
    ceremony_id = line.ceremony_id
    with transaction(line.court_code):
        service.remove_line(line_id, actor=g.user)
    flash(_("已从名单移出，可以另行发放。"))
    return redirect(url_for(".show", ceremony_id=ceremony_id))


@bp.route("/<int:ceremony_id>/freeze", methods=["GET", "POST"])
@require(Permission.CEREMONY_FREEZE)
def freeze(ceremony_id: int) -> Answer:
    ceremony = _own(ceremony_id)
    lines = queries.lines(ceremony_id)
    form = FreezeForm(data={"seen_version": ceremony.version})
    if form.submitted():
        with saving(form, ceremony.court_code):
            service.freeze(ceremony_id, seen_version=form.seen_version.data, actor=g.user)
            flash(_("名单已审定，不再变动；举行当天由财务经办人员开始大会。"))
            return redirect(url_for(".show", ceremony_id=ceremony_id))
    return render_template(
        "ceremonies/freeze.html",
        ceremony=ceremony,
        lines=lines,
        tails=queries.account_tails(ceremony_id),
        amount=total(line.amount for line in lines),
        opening_claims=custody.opening_claims(line.case for line in lines if line.payout_id),
        form=form,
    ), form.http_status


@bp.route("/<int:ceremony_id>/cancel", methods=["GET", "POST"])
@require(Permission.CEREMONY_FREEZE)
def cancel(ceremony_id: int) -> Answer:
    ceremony = _own(ceremony_id)
    form = CancelForm(data={"seen_version": ceremony.version})
    if form.submitted():
        with saving(form, ceremony.court_code):
            service.cancel(ceremony_id, reason=form.reason.data, seen_version=form.seen_version.data, actor=g.user)
            flash(_("大会已取消，名单上的款项可以另行发放。"))
            return redirect(url_for(".show", ceremony_id=ceremony_id))
    return render_template("ceremonies/cancel.html", ceremony=ceremony, form=form), form.http_status


@bp.route("/<int:ceremony_id>/open", methods=["GET", "POST"])
@require(Permission.CEREMONY_PLAN)
def open_day(ceremony_id: int) -> Answer:
    ceremony = _own(ceremony_id)
    form = ConfirmForm()
    if form.submitted():
        with saving(form, ceremony.court_code):
            service.open_day(ceremony_id, actor=g.user)
            flash(_("大会已开始，可以签到和发放。"))
            return redirect(url_for(".day", ceremony_id=ceremony_id))
    cash = [line for line in queries.lines(ceremony_id) if line.method is Method.CASH]
    return render_template(
        "ceremonies/open_day.html", ceremony=ceremony, form=form, cash=queries.parts_by(cash, "source")
    ), form.http_status


@bp.get("/<int:ceremony_id>/day")
@require(Permission.CEREMONY_READ)
def day(ceremony_id: int) -> Answer:
    ceremony = queries.ceremony(ceremony_id, g.user.scope)
    form = DayFilter()
    form.status.choices = choices_of(PayeeStatus, blank=N_("全部"))
    form.read()
    everyone = queries.lines(ceremony_id)
    return render_template(
        "ceremonies/day.html",
        ceremony=ceremony,
        form=form,
        everyone=everyone,
        amount=total(line.amount for line in everyone),
        parts=queries.parts_by(everyone, "status"),
        lines=queries.lines(ceremony_id, text=form.text.data, status=form.status.picked(PayeeStatus)),
        may_act=_is_mine(ceremony) and g.user.may(Permission.CEREMONY_HAND_OVER) and ceremony.status is _OPEN,
        steps=[step for step in _steps(ceremony) if step[0] != url_for(".day", ceremony_id=ceremony_id)],
    )


@bp.route("/lines/<int:line_id>/sign-in", methods=["GET", "POST"])
@require(Permission.CEREMONY_HAND_OVER)
def sign_in(line_id: int) -> Answer:
    line = _own_line(line_id)
    form = SignInForm()
    if form.submitted():
        with saving(form, line.court_code):
            service.sign_in(line_id, agent=form.agent.data, authority_number=form.authority_number.data, actor=g.user)
            flash(_("%(name)s已签到。", name=line.payee.name))
            return redirect(url_for(".day", ceremony_id=line.ceremony_id, _anchor=f"line-{line_id}"))
    return render_template("ceremonies/sign_in.html", line=line, form=form), form.http_status


@bp.route("/lines/<int:line_id>/hand-over", methods=["GET", "POST"])
@require(Permission.CEREMONY_HAND_OVER)
def hand_over(line_id: int) -> Answer:
    line = _own_line(line_id)
    beside = queries.last_second_staff(line.ceremony_id, g.user.id)
    shape = CashForm if line.method is Method.CASH else TransferForm
    form = shape(data={"second_staff": str(beside) if beside else None})
    staff = queries.hand_over_staff(line.court_code, but=g.user.id)
    form.second_staff.choices = [choice("", _("请选择")), *(choice(one.id, one.name) for one in staff)]
    if form.submitted():
        with saving(form, line.court_code):
            service.hand_over(
                line_id,
                reference=form.reference.data,
                second_staff_id=int(form.second_staff.data),
                actor=g.user,
            )
            flash(_("已向%(name)s发放%(amount)s元。", name=line.payee.name, amount=plain(line.amount)))
            return redirect(url_for(".day", ceremony_id=line.ceremony_id, _anchor=f"line-{line_id}"))
    tail = queries.account_tails(line.ceremony_id).get(line_id, "")
    return render_template("ceremonies/hand_over.html", line=line, form=form, tail=tail), form.http_status


@bp.route("/lines/<int:line_id>/absent", methods=["GET", "POST"])
@require(Permission.CEREMONY_HAND_OVER)
def absent(line_id: int) -> Answer:
    line = _own_line(line_id)
    form = AbsentForm()
    if form.submitted():
        with saving(form, line.court_code):
            service.mark_absent(line_id, reason=form.reason.data, actor=g.user)
            flash(_("已标记%(name)s未领取。", name=line.payee.name))
            return redirect(url_for(".day", ceremony_id=line.ceremony_id, _anchor=f"line-{line_id}"))
    return render_template("ceremonies/absent.html", line=line, form=form), form.http_status


@bp.route("/<int:ceremony_id>/witnesses/new", methods=["GET", "POST"])
@require(Permission.CEREMONY_HAND_OVER)
def witness(ceremony_id: int) -> Answer:
    ceremony = _own(ceremony_id)
    form = WitnessForm()
    form.capacity.choices = choices_of(WitnessCapacity)
    if form.submitted():
        with saving(form, ceremony.court_code):
            service.add_witness(
                ceremony_id,
                name=form.name.data,
                capacity=WitnessCapacity(form.capacity.data),
                organisation=form.organisation.data,
                actor=g.user,
            )
            flash(_("见证人已登记。"))
            return redirect(url_for(".show", ceremony_id=ceremony_id))
    return render_template("ceremonies/witness.html", ceremony=ceremony, form=form), form.http_status


@bp.route("/<int:ceremony_id>/close", methods=["GET", "POST"])
@require(Permission.CEREMONY_CLOSE)
def close(ceremony_id: int) -> Answer:
    ceremony = _own(ceremony_id)
    form = CloseForm(data={"seen_version": ceremony.version})
    for drawn, name in (
        (ceremony.fund_cash_drawn, "fund_cash_returned"),
        (ceremony.case_cash_drawn, "case_cash_returned"),
    ):
        if drawn == ZERO:
            del form[name]
    if form.submitted():
        with saving(form, ceremony.court_code):
            service.close(
                ceremony_id,
                fund_cash_returned=form.fund_cash_returned.data if "fund_cash_returned" in form else ZERO,
                case_cash_returned=form.case_cash_returned.data if "case_cash_returned" in form else ZERO,
                seen_version=form.seen_version.data,
                actor=g.user,
            )
            flash(_("现金核对相符，大会已结束。"))
            return redirect(url_for(".show", ceremony_id=ceremony_id))
    return render_template(
        "ceremonies/close.html",
        ceremony=ceremony,
        parts=queries.parts_by(queries.lines(ceremony_id), "status"),
        form=form,
    ), form.http_status


@bp.get("/<int:ceremony_id>/roster.pdf")
@require(Permission.CEREMONY_READ)
def roster(ceremony_id: int) -> Answer:
    ceremony = queries.ceremony(ceremony_id, g.user.scope)
    lines = queries.lines(ceremony_id)
    rules.check_not_empty(len(lines))
    paper = documents.pdf("roster", roster_data(ceremony, lines, court=courts.name(ceremony.court_code)))
    return send_file(io.BytesIO(paper), mimetype="application/pdf", download_name=f"{ceremony.name}-{_('花名册')}.pdf")


LINE_COLUMNS = [
    Column(N_("序号"), lambda line: line.sequence, "number", 8),
    Column(N_("资金"), lambda line: line.source, width=12),
    Column(N_("案号"), lambda line: line.case.number, width=32),
    Column(N_("领款人"), lambda line: line.payee.name, width=20),
    Column(N_("证件号码"), lambda line: line.payee.identity_mask, width=22),
    Column(N_("案件类别"), lambda line: line.category, width=20),
    Column(N_("金额（元）"), lambda line: line.amount, "money"),
    Column(N_("发放方式"), lambda line: line.method, width=10),
    Column(N_("状态"), lambda line: line.status, width=10),
    Column(N_("代理人"), lambda line: line.agent),
    Column(N_("委托书编号"), lambda line: line.authority_number),
    Column(N_("签到时间"), lambda line: line.signed_in_at, "moment"),
    Column(N_("发放时间"), lambda line: line.paid_at, "moment"),
    Column(N_("银行流水号"), lambda line: line.bank_reference, width=24),
    Column(N_("收据编号"), lambda line: line.receipt_number),
    Column(N_("未领取原因"), lambda line: line.absent_reason, width=28),
]


@bp.get("/<int:ceremony_id>/lines.xlsx")
@require(Permission.CEREMONY_READ)
def lines(ceremony_id: int) -> Answer:
    ceremony = queries.ceremony(ceremony_id, g.user.scope)
    return workbook(_("兑现大会名单"), LINE_COLUMNS, queries.lines(ceremony.id))
