"""The closing of months and years, and their reopening."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from flask import flash, g, redirect, render_template, url_for
from flask_babel import gettext as _

from fundapp.core import clock
from fundapp.core.doors import require
from fundapp.core.forms import choice, saving
from fundapp.core.money import ZERO, plain
from fundapp.core.words import N_
from fundapp.courts import queries as courts
from fundapp.ledger import queries as books
from fundapp.trail import queries as trail
from fundapp.users.rules import Permission
from fundapp.yearend import queries, rules, service
from fundapp.yearend.forms import (
    CloseForm,
    ClosingFilter,
    DecideReopeningForm,
    DecideYearCloseForm,
    ExplainedCloseForm,
    RequestReopeningForm,
)
from fundapp.yearend.queries.guide import transfer
from fundapp.yearend.rules import (
    Hindered,
    Hindrance,
    PointState,
    ReopeningOutcome,
    ReopeningStatus,
    YearCloseOutcome,
    YearCloseStatus,
)
from fundapp.yearend.views.blueprint import Answer, bp

WHERE = {
    Hindrance.FUND_RECEIPT: ("funding.receipt", "receipt_id"),
    Hindrance.CASE_RECEIPT: ("custody.receipt", "receipt_id"),
    Hindrance.BATCH: ("disbursement.show", "batch_id"),
    Hindrance.CEREMONY: ("ceremonies.show", "ceremony_id"),
    Hindrance.CORRECTION: ("ledger.corrections", None),
    Hindrance.REOPENING: ("yearend.reopening", "request_id"),
}


@dataclass(frozen=True)
class Point:
    """One point of the closing list: what is asked, how it stands, what is to be done, and where."""

    text: str
    state: PointState
    way_out: str = ""
    links: tuple[tuple[str, str | None], ...] = ()


@dataclass(frozen=True)
class MonthRow:
    """One month of a year, closed or not."""

    month: str
    vouchers: int
    closed: "Made | None"


@dataclass(frozen=True)
class Made:
    """A closing, or its end by a reopening, as the history of the year tells it."""

    month: str
    round: int
    is_reopening: bool
    at: datetime
    people: tuple[str, ...]
    vouchers: int
    digest: str
    told: str


def narrowed(*, is_over: bool = False) -> tuple[ClosingFilter, str, int, str]:
    """The filter as read: a court, the reader's own unless another is chosen, a year, and the month that is due there;
    no year before the books began, though their opening balances stand under a day of it.

    Args:
        is_over: whether a year with vouchers that is over is usual, closed or not; else it is that of the month.
    """
    form = ClosingFilter()
    form.court.choices = [choice(code, courts.name(code)) for code in sorted(g.user.scope)]
    asked = form.court.data if form.court.data in g.user.scope else g.user.court_code
    due = queries.due_month(asked)
    last = books.last_closing(asked)
    first = queries.first_year(asked)
    used = {*(year for year in queries.years([asked]) if year >= first), *([int(last.month[:4])] if last else [])}
    years = sorted({*used, int(due[:4])}, reverse=True)
    form.year.choices = [choice(year, str(year)) for year in years]
    form.read()
    usual = int(due[:4])
    if is_over:
        usual = min(usual, max((year for year in used if year < clock.today().year), default=usual))
    year = int(form.year.data) if form.year.data in [str(one) for one in years] else usual
    form.court.data, form.year.data = asked, str(year)
    return form, asked, year, due


@bp.get("/closings")
@require(Permission.LEDGER_READ)
def index() -> Answer:
    form, asked, year, due = narrowed()
    made = _made(asked, year)
    return render_template(
        "yearend/index.html",
        form=form,
        court=courts.court(asked),
        year=year,
        rows=_months(asked, year, made),
        made=made,
        requests=queries.requests(asked, year),
        year_requests=queries.year_requests(asked, year),
        waiting=queries.waiting_year_request(asked, int(due[:4])),
        closed_year=queries.closed_year(asked, year),
        due=due,
        points=closing_points(asked, due),
        person=queries.person,
        may=_may(asked, due),
        entries=trail.history(
            rules.year_subject(asked, year), *(rules.month_subject(asked, month) for month in rules.months_of(year))
        ),
    )


def _may(court_code: str, due: str) -> dict[str, Any]:
    """What the reader may do next here: close the month that is due, ask for the close of the year, or to reopen the
    last month."""
    last, here = books.last_closing(court_code), court_code == g.user.court_code
    is_free = last is not None and queries.waiting_request(court_code) is None
    is_year = rules.is_december(due)
    waiting = queries.waiting_year_request(court_code, int(due[:4]))
    return {
        "close_month": here and books.is_open(court_code) and not is_year and g.user.may(Permission.MONTH_CLOSE),
        "request_year_close": here and is_year and not waiting and g.user.may(Permission.YEAR_CLOSE_REQUEST),
        "reopen": last.month if last and here and is_free and g.user.may(Permission.REOPENING_REQUEST) else None,
        "export": g.user.may(Permission.AUDIT_EXPORT),
    }


def _made(court_code: str, year: int) -> list[Made]:
    """Every closing and reopening of a year's months, in the order in which they were made."""
    found: list[Made] = []
    for closed in books.closings(court_code, rules.months_of(year)):
        told = (
            _("待认领款%(amount)s元：%(why)s", amount=plain(closed.suspense), why=closed.explanation)
            if closed.explanation
            else ""
        )
        head = (closed.month, closed.round)
        person = (queries.person(closed.closed_by_id),)
        found.append(Made(*head, False, closed.closed_at, person, closed.vouchers, closed.digest, told))
        ended = closed.reopening
        if ended is not None:
            hands = (ended.requested_by_id, ended.audited_by_id, ended.agreed_by_id)
            people = tuple(queries.person(one) for one in hands if one is not None)
            found.append(Made(*head, True, ended.reopened_at, people, closed.vouchers, closed.digest, ended.reason))
    return sorted(found, key=lambda one: one.at)


def _months(court_code: str, year: int, made: list[Made]) -> list[MonthRow]:
    counts = queries.voucher_counts(court_code, year)
    last = {one.month: one for one in made}
    rows = []
    for month in rules.months_of(year):
        one = last.get(month)
        rows.append(MonthRow(month, counts.get(month, 0), None if one is None or one.is_reopening else one))
    return rows


def closing_points(court_code: str, month: str, *, is_proved: bool = False) -> list[Point]:
    """The closing list of a month.

    Args:
        is_proved: whether the whole book is recomputed for it now, or only when the month is closed.
    """
    hindered = queries.hindered(court_code, month)
    if is_proved:
        hindered += queries.disproved(court_code, month)
    points = []
    for kind, asked in rules.ASKED.items():
        if kind in rules.PROOFS and not is_proved:
            points.append(Point(_(asked, month=month), PointState.AT_CLOSING))
            continue
        found = [one for one in hindered if one.kind is kind]
        way_out = _(rules.WAYS_OUT[kind]) if found else ""
        state = PointState.OPEN if found else PointState.MET
        points.append(Point(_(asked, month=month), state, way_out, tuple(link_to(one) for one in found)))
    for one in hindered:
        if one.kind is Hindrance.OTHER:
            points.append(Point(_(one.what), PointState.OPEN, _(one.way_out), ((one.cited, None),)))
    return points


def link_to(one: Hindered) -> tuple[str, str | None]:
    """How the record is called, and its page, if it has one."""
    if one.kind not in WHERE:
        return one.cited, None
    endpoint, name = WHERE[one.kind]
    values: dict[str, Any] = {} if name is None else {name: one.record_id}
    return one.cited, url_for(endpoint, **values)


def _close_form(court_code: str, month: str) -> CloseForm:
    """The confirmation; while money stands that nobody has claimed, with room for the reason."""
    return ExplainedCloseForm() if queries.suspense_at(court_code, month) != ZERO else CloseForm()


def _explanation(form: CloseForm) -> str:
    return form.explanation.data or "" if isinstance(form, ExplainedCloseForm) else ""


@bp.route("/closings/months/<month>", methods=["GET", "POST"])
@require(Permission.MONTH_CLOSE)
def close_month(month: str) -> Answer:
    court_code = g.user.court_code
    form = _close_form(court_code, rules.check_month(month))
    if form.submitted():
        with saving(form, court_code):
            service.close_month(court_code, month, explanation=_explanation(form), actor=g.user)
            flash(_("%(month)s已结账，不能再记入该月凭证。", month=month))
            return redirect(url_for(".index", year=month[:4]))
    points = closing_points(court_code, month, is_proved=True)
    return render_template("yearend/close_month.html", form=form, month=month, points=points), form.http_status


@bp.route("/closings/years/<int:year>", methods=["GET", "POST"])
@require(Permission.YEAR_CLOSE_REQUEST)
def request_year_close(year: int) -> Answer:
    court_code = g.user.court_code
    rules.check_year_in_books(rules.check_year(year), queries.first_year(court_code))
    form = _close_form(court_code, rules.months_of(year)[-1])
    if form.submitted():
        with saving(form, court_code):
            asked = service.request_year_close(court_code, year, explanation=_explanation(form), actor=g.user)
            flash(_("年终结账申请已提交，请等待院长办理。"))
            return redirect(url_for(".year_close", request_id=asked.id))
    return render_template(
        "yearend/request_year_close.html",
        form=form,
        year=year,
        points=_year_points(court_code, year, is_proved=True),
        transfer=transfer(court_code, year),
    ), form.http_status


@bp.route("/closings/year-closes/<int:request_id>", methods=["GET", "POST"])
@require(Permission.LEDGER_READ)
def year_close(request_id: int) -> Answer:
    asked = queries.year_request(request_id, g.user.scope)
    court_code, year = asked.court_code, asked.year
    form = DecideYearCloseForm()
    if form.submitted():
        with saving(form, court_code):
            outcome = YearCloseOutcome(form.outcome.data)
            service.decide_year_close(request_id, outcome=outcome, opinion=form.opinion.data or "", actor=g.user)
            flash(_(_YEAR_TOLD[outcome], year=str(year)))
            return redirect(url_for(".year_close", request_id=request_id))
    is_waiting = asked.status is YearCloseStatus.REQUESTED
    is_mine = is_waiting and court_code == g.user.court_code and g.user.may(Permission.YEAR_CLOSE)
    return render_template(
        "yearend/year_close.html",
        form=form,
        asked=asked,
        is_mine=is_mine or bool(form.refusals),
        points=_year_points(court_code, year, is_proved=is_mine) if is_waiting else [],
        transfer=transfer(court_code, year) if is_waiting else [],
        person=queries.person,
        entries=trail.history(rules.year_subject(court_code, year)),
    ), form.http_status


_YEAR_TOLD = {
    YearCloseOutcome.AGREED: N_("%(year)s年度已年终结账。"),
    YearCloseOutcome.RETURNED: N_("年终结账申请已退回，%(year)s年度尚未结账。"),
}


def _year_points(court_code: str, year: int, *, is_proved: bool) -> list[Point]:
    """The closing list of a year; the whole book is recomputed only for who asks for the close or decides."""
    due = queries.due_month(court_code)
    ready = PointState.MET if due >= f"{year}-12" else PointState.OPEN
    link = ((due, url_for(".index", year=due[:4])),)
    first = Point(_("1月至11月已全部结账"), ready)
    if ready is PointState.OPEN:
        first = replace(first, way_out=_("请财务复核依次办理月末结账，下一个应结账的月份"), links=link)
    return [first, *closing_points(court_code, f"{year}-12", is_proved=is_proved)]


@bp.route("/closings/months/<month>/reopen", methods=["GET", "POST"])
@require(Permission.REOPENING_REQUEST)
def request_reopening(month: str) -> Answer:
    court_code = g.user.court_code
    rules.check_month(month)
    form = RequestReopeningForm()
    if form.submitted():
        with saving(form, court_code):
            request_id = service.request_reopening(court_code, month, reason=form.reason.data, actor=g.user).id
            flash(_("反结账申请已提交，请等待办理。"))
            return redirect(url_for(".reopening", request_id=request_id))
    steps = rules.reopening_steps(month)
    return render_template("yearend/request_reopening.html", form=form, month=month, steps=steps), form.http_status


@bp.route("/closings/reopenings/<int:request_id>", methods=["GET", "POST"])
@require(Permission.LEDGER_READ)
def reopening(request_id: int) -> Answer:
    asked = queries.request(request_id, g.user.scope)
    month, step = asked.closing.month, asked.step
    form = DecideReopeningForm(data={"seen_version": len(asked.decisions)})
    if form.submitted():
        with saving(form, asked.court_code):
            decided = service.decide_reopening(
                request_id,
                outcome=ReopeningOutcome(form.outcome.data),
                opinion=form.opinion.data or "",
                seen_version=form.seen_version.data,
                actor=g.user,
            )
            flash(_(_TOLD[decided.status], month=month))
            return redirect(url_for(".reopening", request_id=request_id))
    is_mine = step is not None and asked.court_code == g.user.court_code and g.user.may(rules.step_door(step))
    return render_template(
        "yearend/reopening.html",
        form=form,
        asked=asked,
        month=month,
        is_mine=is_mine or bool(form.refusals),
        person=queries.person,
        entries=trail.history(rules.month_subject(asked.court_code, month)),
    ), form.http_status


_TOLD = {
    ReopeningStatus.REQUESTED: N_("已同意，请院长批准。"),
    ReopeningStatus.REOPENED: N_("%(month)s已反结账，可以记入该月凭证；更正后请重新结账。"),
    ReopeningStatus.RETURNED: N_("反结账申请已退回，%(month)s仍为已结账。"),
}
