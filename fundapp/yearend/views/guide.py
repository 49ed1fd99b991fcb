"""年终结账指引: every point of the close of a year on one page, with what hinders it and who does it next."""

from typing import Any

from flask import g, render_template, url_for
from flask_babel import gettext as _

from fundapp.core.doors import require
from fundapp.courts import queries as courts
from fundapp.users import queries as users
from fundapp.users.rules import Permission
from fundapp.yearend import rules
from fundapp.yearend.queries import guide as queries
from fundapp.yearend.queries.guide import Standing
from fundapp.yearend.rules import Step
from fundapp.yearend.views.blueprint import Answer, bp
from fundapp.yearend.views.closing import closing_points, link_to, narrowed

Links = list[tuple[str, str | None]]


@bp.get("/closings/guide")
@require(Permission.LEDGER_READ)
def year_guide() -> Answer:
    form, court_code, year, _due = narrowed(is_over=True)
    found = queries.standing(court_code, year)
    points = rules.guide(found.facts)
    due = rules.next_point(points)
    doer = None if due is None else rules.DOERS[due.step]
    return render_template(
        "yearend/year_guide.html",
        form=form,
        court=courts.court(court_code),
        year=year,
        points=[(point, rules.DOERS[point.step], _links(point.step, court_code, found)) for point in points],
        due=due,
        doer=doer,
        names=[one.name for one in users.holders(court_code, doer)] if doer else [],
        transfer=found.transfer,
        result=found.result,
        december=[] if found.closed else closing_points(court_code, f"{year}-12"),
    )


def _links(step: Step, court_code: str, found: Standing) -> Links:
    """Where a point is looked at or done: what hinders it, and pages that the reader may open."""
    if step is Step.DECEMBER:
        return [link_to(one) for one in found.facts.hindered]
    if step is Step.RESULT:
        voucher = found.result
        return [(voucher.cited, url_for("ledger.voucher", voucher_id=voucher.id))] if voucher else []
    place = _places(court_code, found).get(step)
    if place is None:
        return []
    permission, text, endpoint, values = place
    return [(text, url_for(endpoint, **values))] if g.user.may(permission) else []


def _places(court_code: str, found: Standing) -> dict[Step, tuple[Permission, str, str, dict[str, Any]]]:
    """The page of each step: what one must be allowed to do there, its name and address."""
    year = found.facts.year
    here: dict[str, Any] = {"court": court_code, "year": year}
    reads = Permission.LEDGER_READ
    places = {
        Step.MONTHS: (reads, _("结账"), "yearend.index", here),
        Step.RECEIVABLES: (reads, _("垫付款账龄分析表"), "yearend.statement", here | {"key": "ageing"}),
        Step.SUSPENSE: (reads, _("待认领款明细账"), "ledger.account", here | {"code": "2307.01"}),
        Step.OPENING: (reads, _("期初余额"), "openings.index", {}),
        Step.VERIFIED: (reads, _("核验记录"), "oversight.verifications", {}),
        Step.STATEMENTS: (reads, _("年度报表"), "yearend.statements", here),
        Step.PACKAGE: (Permission.AUDIT_EXPORT, _("审计包"), "yearend.packages", {}),
        Step.ANCHOR: (Permission.ANCHOR_READ, _("存证单"), "oversight.anchors", {}),
    }
    if found.waiting:
        asked = (reads, _("年终结账申请"), "yearend.year_close", {"request_id": found.waiting.id})
        places[Step.REQUESTED] = places[Step.CLOSED] = asked
    elif court_code == g.user.court_code and not found.closed:
        may = Permission.YEAR_CLOSE_REQUEST
        places[Step.REQUESTED] = (may, _("申请年终结账"), "yearend.request_year_close", {"year": year})
    return places
