"""The files of payments: the list, and one payment's dossier as PDF."""

import hashlib
import io

from flask import g, render_template, send_file
from flask_babel import gettext as _

from fundapp.auditing import dossiers as making
from fundapp.auditing import queries, service
from fundapp.auditing.forms import DossierFilter, DossierForm, WholeDossierForm
from fundapp.auditing.rules import Extent, dossier_number
from fundapp.auditing.views.blueprint import Answer, bp, court_choices
from fundapp.core.doors import require
from fundapp.core.forms import saving
from fundapp.core.listing import Column, listing
from fundapp.core.words import N_
from fundapp.users.rules import Permission

COLUMNS = [
    Column(N_("卷宗编号"), lambda advance: dossier_number(advance.cited)),
    Column(N_("法院代字"), lambda advance: advance.court_code, width=10),
    Column(N_("案号"), lambda advance: advance.case.number, width=28),
    Column(N_("垫付金额（元）"), lambda advance: advance.payment.amount, "money"),
    Column(N_("付款日期"), lambda advance: advance.payment.paid_on, "day"),
    Column(N_("付款渠道"), lambda advance: advance.payment.channel),
]


@bp.get("/dossiers")
@require(Permission.DOSSIER_READ)
def dossiers() -> Answer:
    form = DossierFilter()
    form.court.choices = court_choices()
    form.read()
    query = queries.payments(
        g.user.scope,
        court_code=form.court.picked(str),
        first_day=form.first_day.data,
        last_day=form.last_day.data,
        text=form.text.data,
    )
    return listing(
        "auditing/dossiers.html",
        query,
        queries.PAYMENTS_KEY,
        COLUMNS,
        title=_("垫付卷宗"),
        form=form,
        number_of=dossier_number,
    )


@bp.route("/dossiers/<int:advance_id>", methods=["GET", "POST"])
@require(Permission.DOSSIER_READ)
def dossier(advance_id: int) -> Answer:
    advance = queries.paid_advance(advance_id, g.user.scope)
    form = WholeDossierForm() if g.user.may(Permission.PARTY_REVEAL) else DossierForm()
    if form.submitted():
        reason = _reason(form)
        extent = Extent.MASKED if reason is None else Extent.WHOLE
        paper = making.dossier(advance_id, g.user.scope, extent=extent)
        with saving(form, advance.court_code):
            service.record_dossier(
                advance_id,
                digest=hashlib.sha256(paper).hexdigest(),
                reason=reason,
                actor=g.user,
            )
            return send_file(
                io.BytesIO(paper),
                mimetype="application/pdf",
                as_attachment=True,
                download_name=f"{dossier_number(advance.cited)}.pdf",
            )
    return render_template(
        "auditing/dossier.html",
        advance=advance,
        number=dossier_number(advance.cited),
        form=form,
        made=queries.dossiers_made(advance.subject),
    ), form.http_status


def _reason(form: DossierForm) -> str | None:
    """Why persons are to stand in the dossier whole; None when they are masked."""
    if isinstance(form, WholeDossierForm) and form.is_whole.data:
        return form.reason.data or ""
    return None
