"""Pages of cases: the list, one case, and the acts on it."""

from flask import flash, g, redirect, render_template, url_for
from flask_babel import gettext as _

from fundapp.cases import queries, service
from fundapp.cases.forms import CaseFilter, CaseForm, EditForm, StatusForm
from fundapp.cases.models import Case
from fundapp.cases.rules import (
    LABELS,
    NEXT,
    AccountFacts,
    AccountKind,
    CaseStatus,
    ClaimCategory,
    PartyFacts,
    PartyKind,
    PartyRole,
)
from fundapp.cases.views.blueprint import Answer, bp, masked, may_here, values_of
from fundapp.core.doors import require
from fundapp.core.forms import choice, saving
from fundapp.core.listing import Column, listing
from fundapp.core.words import N_
from fundapp.ledger import queries as books
from fundapp.ledger.rules import Account
from fundapp.trail import queries as trail
from fundapp.users import queries as users
from fundapp.users.models import User
from fundapp.users.rules import Permission, Role

COLUMNS = [
    Column(N_("案号"), lambda case: case.number, width=26),
    Column(N_("法院代字"), lambda case: case.court_code),
    Column(N_("立案日期"), lambda case: case.filed_on, "day"),
    Column(N_("案由类别"), lambda case: case.category),
    Column(N_("执行标的（元）"), lambda case: case.claim, "money"),
    Column(N_("案件状态"), lambda case: case.status),
    Column(N_("申请执行人"), lambda case: "、".join(masked(party) for party in case.creditors), width=24),
    Column(N_("被执行人"), lambda case: "、".join(masked(party) for party in case.debtors), width=24),
    Column(N_("财产查控日期"), lambda case: case.property_searched_on, "day"),
    Column(N_("垫付结案日期"), lambda case: case.concluded_by_advance_on, "day"),
]


@bp.get("")
@require(Permission.CASE_READ)
def index() -> Answer:
    form = CaseFilter()
    handlers = users.holders(g.user.court_code, Role.CASE_HANDLER)
    form.handler.choices = [choice("", _("全部")), *(choice(one.id, one.name) for one in handlers)]
    form.read()
    query = queries.cases(
        g.user.scope,
        text=form.text.data,
        status=form.status.picked(CaseStatus),
        category=form.category.picked(ClaimCategory),
        handler_id=form.handler.picked(int),
        claim_from=form.claim_from.data,
        claim_to=form.claim_to.data,
    )
    return listing(
        "cases/index.html",
        query,
        Case.id,
        COLUMNS,
        title=_("执行案件"),
        form=form,
        may_edit=g.user.may(Permission.CASE_EDIT),
        may_import=g.user.may(Permission.CASE_IMPORT),
    )


@bp.route("/new", methods=["GET", "POST"])
@require(Permission.CASE_EDIT)
def new() -> Answer:
    form = CaseForm()
    if form.submitted():
        with saving(form, g.user.court_code):
            case = service.register(
                number=form.number.data,
                filed_on=form.filed_on.data,
                category=ClaimCategory(form.category.data),
                claim=form.claim.data,
                parties=[_creditor(form), _debtor(form)],
                property_searched_on=form.property_searched_on.data,
                is_in_bankruptcy=form.is_in_bankruptcy.data,
                is_in_settlement=form.is_in_settlement.data,
                legacy_number=form.legacy_number.data,
                parent_number=form.parent_number.data,
                actor=g.user,
            )
            flash(_("案件已登记。收款账户须经财务人员核实后方可垫付。"))
            return redirect(url_for(".show", case_id=case.id))
    return render_template("cases/new.html", form=form), form.http_status


def _creditor(form: CaseForm) -> PartyFacts:
    account = None
    if form.bank.data or form.account_number.data:
        account = AccountFacts(
            kind=AccountKind(form.account_kind.data),
            holder=form.creditor_name.data,
            bank=form.bank.data or "",
            number=form.account_number.data or "",
        )
    return PartyFacts(
        role=PartyRole.CREDITOR,
        kind=PartyKind(form.creditor_kind.data),
        name=form.creditor_name.data,
        identity=form.creditor_identity.data,
        phone=form.creditor_phone.data,
        account=account,
        undertaking_on=form.undertaking_on.data,
    )


def _debtor(form: CaseForm) -> PartyFacts:
    return PartyFacts(
        role=PartyRole.DEBTOR,
        kind=PartyKind(form.debtor_kind.data),
        name=form.debtor_name.data,
        identity=form.debtor_identity.data,
        phone=form.debtor_phone.data,
    )


@bp.get("/<int:case_id>")
@require(Permission.CASE_READ)
def show(case_id: int) -> Answer:
    case = queries.case(case_id, g.user.scope)
    subjects = [case.subject, *(party.subject for party in case.parties)]
    subjects += [account.subject for party in case.parties for account in party.accounts]
    if case.import_id is not None:
        subjects.append(f"case-import:{case.import_id}")
    return render_template(
        "cases/show.html",
        case=case,
        parent=queries.case(case.parent_id, g.user.scope) if case.parent_id else None,
        opening_receivable=books.opening_of_case(case.court_code, Account.ADVANCES_RECEIVABLE, case.subject),
        handler=users.user(case.handler_id, g.user.scope),
        papers=trail.attachments(*subjects),
        entries=trail.history(*subjects),
        may=_buttons(case),
        is_movable=bool(NEXT[case.status]),
    )


def _buttons(case: Case) -> dict[str, bool]:
    """Which acts and neighbours this reader is offered on this case."""
    here = case.court_code
    return {
        "edit": may_here(Permission.CASE_EDIT, here),
        "verify": may_here(Permission.ACCOUNT_VERIFY, here),
        "reveal": g.user.may(Permission.PARTY_REVEAL),
        "assess": may_here(Permission.ADVANCE_REQUEST, here),
        "read_advances": g.user.may(Permission.ADVANCE_READ),
        "read_case_money": g.user.may(Permission.CASE_MONEY_READ),
    }


@bp.route("/<int:case_id>/edit", methods=["GET", "POST"])
@require(Permission.CASE_EDIT)
def edit(case_id: int) -> Answer:
    case = queries.case(case_id, g.user.scope)
    facts = ("filed_on", "category", "claim", "property_searched_on", "is_in_bankruptcy", "is_in_settlement")
    form = EditForm(data={**values_of(case, *facts), "handler": str(case.handler_id), "seen_version": case.version})
    handlers = _handlers(case)
    form.handler.choices = [choice(one.id, one.name) for one in handlers]
    if form.submitted():
        with saving(form, case.court_code):
            service.change(
                case_id,
                filed_on=form.filed_on.data,
                category=ClaimCategory(form.category.data),
                claim=form.claim.data,
                property_searched_on=form.property_searched_on.data,
                is_in_bankruptcy=form.is_in_bankruptcy.data,
                is_in_settlement=form.is_in_settlement.data,
                handler=next(one for one in handlers if str(one.id) == form.handler.data),
                seen_version=form.seen_version.data,
                actor=g.user,
            )
            flash(_("案件信息已修改。"))
            return redirect(url_for(".show", case_id=case_id))
    return render_template("cases/edit.html", case=case, form=form), form.http_status


def _handlers(case: Case) -> list[User]:
    """Who may handle the case: the court's handlers, and whoever has it now."""
    holders = users.holders(case.court_code, Role.CASE_HANDLER)
    now = users.user(case.handler_id, g.user.scope)
    return [*holders] if now in holders else [now, *holders]


@bp.route("/<int:case_id>/status", methods=["GET", "POST"])
@require(Permission.CASE_EDIT)
def change_status(case_id: int) -> Answer:
    case = queries.case(case_id, g.user.scope)
    form = StatusForm(case.status, data={"seen_version": case.version})
    if form.submitted():
        with saving(form, case.court_code):
            service.change_status(
                case_id,
                status=CaseStatus(form.status.data),
                reason=form.reason.data,
                is_resumption=form.is_resumption.data,
                seen_version=form.seen_version.data,
                actor=g.user,
            )
            flash(_("案件状态已变更为“%(status)s”。", status=_(LABELS[CaseStatus(form.status.data)])))
            return redirect(url_for(".show", case_id=case_id))
    return render_template("cases/change_status.html", case=case, form=form), form.http_status
