"""Terms as issued, the answers for a case, and kept assessments."""

from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from fundapp.cases import queries as cases
from fundapp.cases.rules import CaseStatus
from fundapp.core import clock
from fundapp.core.doors import require
from fundapp.core.forms import choice, choices_of, saving
from fundapp.core.listing import Column, listing
from fundapp.core.money import yuan
from fundapp.core.words import N_
from fundapp.eligibility import queries, rules, service
from fundapp.eligibility.forms import AssessForm, IssueForm, source_name
from fundapp.eligibility.models import TermsIssue
from fundapp.eligibility.rules import DEFAULT_SOURCES, Criterion, RecoveryOrder, Sentence
from fundapp.trail import queries as trail
from fundapp.users.rules import Permission

Answer = str | Response | tuple[str, int]

bp = Blueprint("eligibility", __name__, url_prefix="/eligibility")

WORDS = frozenset({"status", "statuses"})
"""Gaps of a sentence that hold words of ours, and not figures or days."""

COLUMNS = [
    Column(N_("法院代字"), lambda issue: issue.court_code, width=10),
    Column(N_("生效日期"), lambda issue: issue.effective_from, "day"),
    Column(N_("发布文件"), lambda issue: issue.document, width=40),
    Column(N_("执行标的上限（元）"), lambda issue: issue.ceiling, "money"),
    Column(N_("含本数"), lambda issue: _("是") if issue.ceiling_included else _("否"), width=8),
    Column(N_("追偿款分配次序"), lambda issue: issue.recovery_order, width=24),
    Column(N_("发布时间"), lambda issue: issue.issued_at, "moment"),
]


@bp.app_template_filter()
def told(sentence: Sentence) -> str:
    """A sentence of the rules in the reader's language."""
    return _(
        sentence.msgid, **{name: _word(value) if name in WORDS else value for name, value in sentence.params.items()}
    )


def _word(value: str) -> str:
    return "、".join(_(word) for word in value.split("、"))


@bp.get("/terms")
@require(Permission.TERMS_READ)
def index() -> Answer:
    return listing(
        "eligibility/index.html",
        queries.issues(g.user.scope),
        TermsIssue.id,
        COLUMNS,
        title=_("垫付条件"),
        in_force=queries.terms_in_force(g.user.court_code, clock.today()),
    )


@bp.get("/terms/<int:terms_id>")
@require(Permission.TERMS_READ)
def terms(terms_id: int) -> Answer:
    found = queries.issue(terms_id, g.user.scope)
    return render_template("eligibility/terms.html", terms=found, entries=trail.history(found.subject))


@bp.route("/terms/new", methods=["GET", "POST"])
@require(Permission.TERMS_ISSUE)
def issue() -> Answer:
    form = IssueForm(data=_as_before(queries.latest_terms(g.user.court_code)))
    form.case_statuses.choices = choices_of(CaseStatus)
    form.recovery_order.choices = choices_of(RecoveryOrder)
    if form.submitted():
        with saving(form, g.user.court_code):
            issued = service.issue_terms(
                effective_from=form.effective_from.data,
                document=form.document.data,
                ceiling=form.ceiling.data,
                ceiling_included=form.ceiling_included.data,
                case_statuses={CaseStatus(word) for word in form.case_statuses.data},
                needs_property_search=form.needs_property_search.data,
                needs_verified_account=form.needs_verified_account.data,
                needs_undertaking=form.needs_undertaking.data,
                refuses_bankruptcy=form.refuses_bankruptcy.data,
                refuses_settlement=form.refuses_settlement.data,
                recovery_order=RecoveryOrder(form.recovery_order.data),
                sources=form.sources(),
                actor=g.user,
            )
            flash(_("垫付条件已发布，自%(day)s起生效。", day=issued.effective_from.isoformat()))
            return redirect(url_for(".terms", terms_id=issued.id))
    return render_template("eligibility/issue.html", form=form), form.http_status


def _as_before(latest: TermsIssue | None) -> dict[str, Any]:
    """What the form begins with: the last issue's terms, or the defaults."""
    kept = {
        "ceiling": yuan(rules.DEFAULT_CEILING),
        "ceiling_included": False,
        "case_statuses": [status.value for status in rules.DEFAULT_STATUSES],
        "recovery_order": RecoveryOrder.FUND_FIRST.value,
        **dict.fromkeys(_SWITCHES, True),
    }
    cited = DEFAULT_SOURCES
    if latest is not None:
        kept = {name: getattr(latest, name) for name in ("ceiling", "ceiling_included", *_SWITCHES)}
        kept |= {"case_statuses": latest.case_statuses.split(), "recovery_order": latest.recovery_order.value}
        cited = latest.cited
    return kept | {source_name(criterion): cited.get(criterion, "") for criterion in Criterion}


_SWITCHES = (
    "needs_property_search",
    "needs_verified_account",
    "needs_undertaking",
    "refuses_bankruptcy",
    "refuses_settlement",
)


@bp.route("/cases/<int:case_id>", methods=["GET", "POST"])
@require(Permission.TERMS_READ)
def assess(case_id: int) -> Answer:
    case = cases.case(case_id, g.user.scope)
    form = AssessForm()
    form.creditor_id.choices = [choice(party.id, party.name) for party in case.creditors]
    if form.submitted():
        with saving(form, case.court_code):
            kept = service.assess(case_id, int(form.creditor_id.data), actor=g.user)
            flash(_("审查结论已保存。"))
            return redirect(url_for(".show", assessment_id=kept.id))
    under = queries.terms_in_force(case.court_code, clock.today())
    page = render_template(
        "eligibility/assess.html",
        case=case,
        form=form,
        terms=under,
        answered=[(party, queries.answers(case, party, under)) for party in case.creditors] if under else [],
        assessments=queries.assessments_of(case_id),
    )
    return page, form.http_status


@bp.get("/assessments/<int:assessment_id>")
@require(Permission.TERMS_READ)
def show(assessment_id: int) -> Answer:
    found = queries.assessment(assessment_id, g.user.scope)
    return render_template(
        "eligibility/show.html",
        assessment=found,
        case=cases.case(found.case_id, g.user.scope),
        creditor=cases.party(found.creditor_id, g.user.scope),
        entries=trail.history(found.subject),
    )
