"""Sources, what became of their money, and receipts."""

from collections.abc import Callable, Iterable

from flask import Blueprint, flash, g, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from fundapp.core import clock
from fundapp.core.doors import require
from fundapp.core.forms import choice, choices_of, saving
from fundapp.core.listing import Column, listing
from fundapp.core.money import ZERO, Money
from fundapp.core.words import N_
from fundapp.funding import queries, service
from fundapp.funding.forms import (
    ReceiptCorrectionForm,
    ReceiptDecisionForm,
    ReceiptFilter,
    ReceiptForm,
    ReceiptReturnForm,
    SourceChangeForm,
    SourceFilter,
    SourceForm,
)
from fundapp.funding.models import FundReceipt, Source
from fundapp.funding.rules import Content, Direction, ReceiptStatus, SourceKind
from fundapp.ledger import queries as books
from fundapp.ledger.rules import MEANING, CorrectionMethod
from fundapp.trail import queries as trail
from fundapp.trail import service as trail_service
from fundapp.users.rules import Permission

Answer = str | Response | tuple[str, int]

bp = Blueprint("funding", __name__, url_prefix="/funding")


def _source_columns(figures: dict[str, queries.SourceFigures]) -> list[Column]:
    def of(source: Source) -> queries.SourceFigures:
        return figures.get(source.subject, queries.NOTHING)

    return [
        Column(N_("法院代字"), lambda source: source.court_code, width=10),
        Column(N_("来源类别"), lambda source: source.kind),
        Column(N_("来源名称"), lambda source: source.name, width=36),
        Column(N_("依据文件"), lambda source: source.document, width=36),
        Column(N_("期初（元）"), lambda source: of(source).opening, "money"),
        Column(N_("到账（元）"), lambda source: of(source).received, "money"),
        Column(N_("退回（元）"), lambda source: of(source).given_back, "money"),
        Column(N_("垫付（元）"), lambda source: of(source).advanced, "money"),
        Column(N_("收回（元）"), lambda source: of(source).recovered, "money"),
        Column(N_("结余（元）"), lambda source: of(source).left, "money"),
    ]


@bp.get("/sources")
@require(Permission.SOURCE_READ)
def index() -> Answer:
    form = SourceFilter()
    form.kind.choices = choices_of(SourceKind, blank=N_("全部类别"))
    form.read()
    query = queries.sources(g.user.scope, kind=form.kind.picked(SourceKind), name=form.name.data)
    figures = queries.figures(g.user.scope)
    return listing(
        "funding/index.html",
        query,
        Source.id,
        _source_columns(figures),
        title=_("资金来源"),
        form=form,
        figures=figures,
        nothing=queries.NOTHING,
        raised=queries.raised_by_kind(g.user.scope),
    )


@bp.route("/sources/new", methods=["GET", "POST"])
@require(Permission.SOURCE_EDIT)
def new_source() -> Answer:
    form = SourceForm()
    form.kind.choices = choices_of(SourceKind)
    if form.submitted():
        with saving(form, g.user.court_code):
            source = service.register_source(
                kind=SourceKind(form.kind.data), name=form.name.data, document=form.document.data, actor=g.user
            )
            flash(_("资金来源已登记，可以登记到账。"))
            return redirect(url_for(".show", source_id=source.id))
    return render_template("funding/new_source.html", form=form), form.http_status


@bp.get("/sources/<int:source_id>")
@require(Permission.SOURCE_READ)
def show(source_id: int) -> Answer:
    source = queries.source(source_id, g.user.scope)
    figures = queries.figures([source.court_code], source=source.subject)
    return listing(
        "funding/show.html",
        queries.receipts(g.user.scope, source=source),
        FundReceipt.id,
        _receipt_columns(content := _contents([source.court_code])),
        title=source.name,
        source=source,
        content=content,
        figures=figures.get(source.subject, queries.NOTHING),
        entries=trail.history(source.subject),
    )


@bp.route("/sources/<int:source_id>/change", methods=["GET", "POST"])
@require(Permission.SOURCE_EDIT)
def change_source(source_id: int) -> Answer:
    source = queries.source(source_id, g.user.scope)
    form = SourceChangeForm(
        data={
            "seen_version": source.version,
            "name": source.name,
            "document": source.document,
            "is_active": source.is_active,
        }
    )
    if form.submitted():
        with saving(form, source.court_code):
            service.change_source(
                source_id,
                name=form.name.data,
                document=form.document.data,
                is_active=form.is_active.data,
                seen_version=form.seen_version.data,
                actor=g.user,
            )
            flash(_("资金来源已修改。"))
            return redirect(url_for(".show", source_id=source_id))
    return render_template("funding/change_source.html", source=source, form=form), form.http_status


def _contents(scope: Iterable[str]) -> Callable[[FundReceipt], Content]:
    """What each receipt of these courts comes to after its corrections, asked for once."""
    corrections = queries.corrections(scope)
    return lambda receipt: queries.content(receipt, corrections.get(receipt.voucher_id or 0, []))


def _receipt_columns(content: Callable[[FundReceipt], Content]) -> list[Column]:
    def right_amount(receipt: FundReceipt) -> Money | None:
        found = content(receipt)
        return (ZERO if found.is_cancelled else found.amount) if found.last else None

    return [
        Column(N_("法院代字"), lambda receipt: receipt.court_code, width=10),
        Column(N_("日期"), lambda receipt: receipt.business_date, "day", 12),
        Column(N_("资金来源"), lambda receipt: receipt.source.name, width=36),
        Column(N_("收付方向"), lambda receipt: receipt.direction, width=12),
        Column(N_("金额（元）"), lambda receipt: receipt.amount, "money"),
        Column(N_("银行流水号"), lambda receipt: receipt.bank_reference, width=24),
        Column(N_("状态"), lambda receipt: receipt.status, width=12),
        Column(N_("更正方式"), lambda receipt: content(receipt).last or "", width=14),
        Column(N_("更正后金额（元）"), right_amount, "money"),
    ]


@bp.get("/receipts")
@require(Permission.SOURCE_READ)
def receipts() -> Answer:
    form = ReceiptFilter()
    form.status.choices = choices_of(ReceiptStatus, blank=N_("全部状态"))
    form.direction.choices = choices_of(Direction, blank=N_("全部方向"))
    form.read()
    query = queries.receipts(
        g.user.scope, status=form.status.picked(ReceiptStatus), direction=form.direction.picked(Direction)
    )
    columns = _receipt_columns(content := _contents(g.user.scope))
    return listing(
        "funding/receipts.html", query, FundReceipt.id, columns, title=_("到账登记"), form=form, content=content
    )


@bp.route("/receipts/new", methods=["GET", "POST"])
@require(Permission.RECEIPT_RECORD)
def new_receipt() -> Answer:
    form = ReceiptForm(data={"direction": Direction.RECEIVED.value})
    form.source_id.choices = [choice(source.id, source.name) for source in queries.active_sources(g.user.court_code)]
    form.direction.choices = choices_of(Direction)
    if form.submitted():
        with saving(form, g.user.court_code):
            receipt = service.record_receipt(
                int(form.source_id.data),
                amount=form.amount.data,
                business_date=form.business_date.data,
                bank_reference=form.bank_reference.data,
                direction=Direction(form.direction.data),
                note=form.note.data or "",
                actor=g.user,
            )
            if form.paper.data:
                paper = form.paper.data
                trail_service.attach(
                    receipt.subject,
                    file_name=paper.filename,
                    content=paper.read(),
                    court_code=receipt.court_code,
                    actor=g.user,
                )
            flash(_("已登记，待财务复核确认后入账。"))
            return redirect(url_for(".receipt", receipt_id=receipt.id))
    return render_template("funding/new_receipt.html", form=form), form.http_status


@bp.get("/receipts/<int:receipt_id>")
@require(Permission.SOURCE_READ)
def receipt(receipt_id: int) -> Answer:
    receipt = queries.receipt(receipt_id, g.user.scope)
    stands = books.last_stated(receipt.voucher_id) if receipt.voucher_id else None
    is_waiting = stands is not None and books.has_waiting_correction(stands)
    may_correct = (
        stands is not None
        and not (is_waiting or books.reversal_of(stands))
        and g.user.may(Permission.CORRECTION_REQUEST)
        and g.user.court_code == receipt.court_code
    )
    corrections = queries.corrections([receipt.court_code]).get(receipt.voucher_id or 0, [])
    return render_template(
        "funding/receipt.html",
        receipt=receipt,
        opening_day=books.opening_day(receipt.court_code),
        corrections=corrections,
        content=queries.content(receipt, corrections),
        is_waiting=is_waiting,
        may_correct=may_correct,
        papers=trail.attachments(receipt.subject),
        entries=trail.history(receipt.subject),
    )


@bp.route("/receipts/<int:receipt_id>/confirm", methods=["GET", "POST"])
@require(Permission.RECEIPT_CONFIRM)
def confirm_receipt(receipt_id: int) -> Answer:
    receipt = queries.receipt(receipt_id, g.user.scope)
    form = ReceiptDecisionForm(data={"seen_version": receipt.version})
    if form.submitted():
        with saving(form, receipt.court_code):
            service.confirm_receipt(receipt_id, seen_version=form.seen_version.data, actor=g.user)
            flash(_("已复核入账，凭证已生成。"))
            return redirect(url_for(".receipt", receipt_id=receipt_id))
    opening_day = books.opening_day(receipt.court_code)
    shown = render_template("funding/confirm_receipt.html", receipt=receipt, form=form, opening_day=opening_day)
    return shown, form.http_status


@bp.route("/receipts/<int:receipt_id>/return", methods=["GET", "POST"])
@require(Permission.RECEIPT_CONFIRM)
def return_receipt(receipt_id: int) -> Answer:
    receipt = queries.receipt(receipt_id, g.user.scope)
    form = ReceiptReturnForm(data={"seen_version": receipt.version})
    if form.submitted():
        with saving(form, receipt.court_code):
            service.return_receipt(
                receipt_id, reason=form.reason.data, seen_version=form.seen_version.data, actor=g.user
            )
            flash(_("已退回，请经办人改正后重新登记。"))
            return redirect(url_for(".receipt", receipt_id=receipt_id))
    return render_template("funding/return_receipt.html", receipt=receipt, form=form), form.http_status


@bp.route("/receipts/<int:receipt_id>/correction", methods=["GET", "POST"])
@require(Permission.CORRECTION_REQUEST)
def correct_receipt(receipt_id: int) -> Answer:
    receipt = queries.receipt(receipt_id, g.user.scope)
    content = _contents([receipt.court_code])(receipt)
    form = ReceiptCorrectionForm(
        data={
            "amount": content.amount,
            "source_id": content.source.removeprefix("source:"),
            "business_date": clock.today(),
        }
    )
    form.method.choices = choices_of(CorrectionMethod, blank=N_("请选择"))
    form.source_id.choices = [choice(source.id, source.name) for source in queries.sources_of(receipt.court_code)]
    if form.submitted():
        with saving(form, g.user.court_code):
            service.request_correction(
                receipt_id,
                method=CorrectionMethod(form.method.data),
                amount=form.amount.data,
                source_id=form.source_id.picked(int),
                business_date=form.business_date.data,
                reason=form.reason.data,
                actor=g.user,
            )
            flash(_("更正申请已提交，请财务复核人员办理。"))
            return redirect(url_for(".receipt", receipt_id=receipt_id))
    return render_template(
        "funding/correct_receipt.html", receipt=receipt, content=content, meaning=MEANING, form=form
    ), form.http_status
