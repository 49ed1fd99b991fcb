"""Pages of a case's parties: adding one, its account, its undertaking, its full data."""

from flask import flash, g, redirect, render_template, url_for
from flask_babel import gettext as _

from fundapp.cases import queries, service
from fundapp.cases.forms import AccountForm, PartyForm, RevealForm, UndertakingForm, VerifyForm
from fundapp.cases.rules import (
    AccountFacts,
    AccountKind,
    PartyFacts,
    PartyKind,
    PartyRole,
    card_warning,
    line_number_warning,
)
from fundapp.cases.views.blueprint import Answer, attach, bp
from fundapp.core.doors import require
from fundapp.core.forms import saving
from fundapp.users.rules import Permission


@bp.route("/<int:case_id>/parties/new", methods=["GET", "POST"])
@require(Permission.CASE_EDIT)
def add_party(case_id: int) -> Answer:
    case = queries.case(case_id, g.user.scope)
    form = PartyForm()
    if form.submitted():
        with saving(form, case.court_code):
            facts = PartyFacts(
                role=PartyRole(form.role.data),
                kind=PartyKind(form.kind.data),
                name=form.name.data,
                identity=form.identity.data,
                phone=form.phone.data,
            )
            service.add_party(case_id, facts, actor=g.user)
            flash(_("当事人已登记。"))
            return redirect(url_for(".show", case_id=case_id))
    return render_template("cases/add_party.html", case=case, form=form), form.http_status


@bp.route("/parties/<int:party_id>/account", methods=["GET", "POST"])
@require(Permission.CASE_EDIT)
def register_account(party_id: int) -> Answer:
    party = queries.party(party_id, g.user.scope)
    form = AccountForm()
    if form.submitted():
        with saving(form, party.court_code):
            facts = AccountFacts(
                kind=AccountKind(form.kind.data),
                holder=form.holder.data,
                bank=form.bank.data,
                number=form.number.data,
                line_number=form.line_number.data,
            )
            service.register_account(party_id, facts, actor=g.user)
            flash(_("收款账户已登记，须经财务人员核实后方可付款。"))
            _warn(facts)
            return redirect(url_for(".show", case_id=party.case_id))
    return render_template("cases/register_account.html", party=party, form=form), form.http_status


def _warn(facts: AccountFacts) -> None:
    """Tell of check digits that are wrong though the account is taken: some old cards have none."""
    warnings = [card_warning(facts.number) if facts.kind is AccountKind.CARD else None]
    warnings.append(line_number_warning(facts.line_number) if facts.line_number else None)
    for warning in filter(None, warnings):
        flash(_(warning), "warning")


@bp.route("/accounts/<int:account_id>/verify", methods=["GET", "POST"])
@require(Permission.ACCOUNT_VERIFY)
def verify_account(account_id: int) -> Answer:
    account = queries.account(account_id, g.user.scope)
    form = VerifyForm()
    if form.submitted():
        with saving(form, account.court_code):
            service.verify_account(account_id, how=form.how.data, actor=g.user)
            attach(form.paper.data, account.subject, account.party.case)
            flash(_("收款账户已核实。"))
            return redirect(url_for(".show", case_id=account.party.case_id))
    return render_template("cases/verify_account.html", account=account, form=form), form.http_status


@bp.route("/parties/<int:party_id>/undertaking", methods=["GET", "POST"])
@require(Permission.CASE_EDIT)
def sign_undertaking(party_id: int) -> Answer:
    party = queries.party(party_id, g.user.scope)
    form = UndertakingForm()
    if form.submitted():
        with saving(form, party.court_code):
            service.sign_undertaking(party_id, signed_on=form.signed_on.data, actor=g.user)
            attach(form.paper.data, party.subject, party.case)
            flash(_("承诺书已登记。"))
            return redirect(url_for(".show", case_id=party.case_id))
    return render_template("cases/sign_undertaking.html", party=party, form=form), form.http_status


@bp.route("/parties/<int:party_id>/reveal", methods=["GET", "POST"])
@require(Permission.PARTY_REVEAL)
def reveal(party_id: int) -> Answer:
    """Asks for the reason; the answer to the post shows the data once, since an address that shows it could be kept."""
    party = queries.party(party_id, g.user.scope)
    form, shown = RevealForm(), None
    if form.submitted():
        with saving(form, party.court_code):
            shown = service.reveal(party_id, reason=form.reason.data, actor=g.user)
    return render_template("cases/reveal.html", party=party, form=form, shown=shown), form.http_status
