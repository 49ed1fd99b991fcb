"""The pages of batches, of the bank's results, and of the paying account."""

import io

from flask import Blueprint, flash, g, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from fundapp.advances import queries as advances
from fundapp.core import clock
from fundapp.core.doors import require
from fundapp.core.forms import choice, choices_of, saving
from fundapp.core.listing import Column, listing, workbook
from fundapp.core.money import plain, total
from fundapp.core.words import N_
from fundapp.disbursement import queries, rules, service
from fundapp.disbursement.forms import (
    BatchFilter,
    BuildForm,
    CancelForm,
    ExportForm,
    ImportForm,
    PayingAccountForm,
    ResolveForm,
    ResultFilter,
    SignForm,
)
from fundapp.disbursement.models import Batch, PayingAccount, ResultFile, ResultLine
from fundapp.disbursement.rules import BatchStatus, LineStatus
from fundapp.ledger import queries as books
from fundapp.trail import queries as trail
from fundapp.users.rules import Permission

Answer = str | Response | tuple[str, int]

bp = Blueprint("disbursement", __name__, url_prefix="/disbursement")

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

BATCHES = [
    Column(N_("批次编号"), lambda batch: batch.number),
    Column(N_("法院代字"), lambda batch: batch.court_code),
    Column(N_("付款日期"), lambda batch: batch.business_date, "day"),
    Column(N_("笔数"), lambda batch: batch.line_count, "number"),
    Column(N_("金额"), lambda batch: batch.total, "money"),
    Column(N_("状态"), lambda batch: batch.status),
    Column(N_("编制人"), lambda batch: batch.built_by.name),
    Column(N_("签发人"), lambda batch: batch.signed_by.name if batch.signed_by else None),
    Column(N_("送银行时间"), lambda batch: batch.sent_at, "moment"),
    Column(N_("内容摘要"), lambda batch: batch.digest, width=70),
]

LINES = [
    Column(N_("自定义序号"), lambda line: line.key, width=22),
    Column(N_("案号"), lambda line: line.case_number, width=30),
    Column(N_("收款人"), lambda line: line.payee),
    Column(N_("开户行"), lambda line: line.bank, width=28),
    Column(N_("账号"), lambda line: line.account_mask, width=24),
    Column(N_("金额"), lambda line: line.amount, "money"),
    Column(N_("状态"), lambda line: line.status),
    Column(N_("付款日期"), lambda line: line.paid_on, "day"),
    Column(N_("银行流水号"), lambda line: line.bank_reference, width=28),
    Column(N_("银行说明"), lambda line: line.message, width=40),
]

RESULTS = [
    Column(N_("文件名"), lambda file: file.file_name, width=36),
    Column(N_("法院代字"), lambda file: file.court_code),
    Column(N_("导入时间"), lambda file: file.imported_at, "moment"),
    Column(N_("导入人"), lambda file: file.imported_by.name),
    Column(N_("成功"), lambda file: file.paid, "number"),
    Column(N_("失败"), lambda file: file.failed, "number"),
    Column(N_("不明"), lambda file: file.unknown, "number"),
    Column(N_("重复"), lambda file: file.repeated, "number"),
    Column(N_("未处理"), lambda file: file.refused, "number"),
    Column(N_("文件摘要"), lambda file: file.digest, width=70),
]

RESULT_LINES = [
    Column(N_("行号"), lambda line: line.row, "number"),
    Column(N_("自定义序号"), lambda line: line.key, width=22),
    Column(N_("案号"), lambda line: line.batch_line.case_number if line.batch_line else None, width=30),
    Column(N_("金额"), lambda line: line.batch_line.amount if line.batch_line else None, "money"),
    Column(N_("银行结果"), lambda line: line.outcome),
    Column(N_("重复"), lambda line: "是" if line.is_repeated else None),
    Column(N_("未处理的原因"), lambda line: line.problem, width=80),
]

ACCOUNTS = [
    Column(N_("启用日期"), lambda account: account.effective_from, "day"),
    Column(N_("法院代字"), lambda account: account.court_code),
    Column(N_("开户行"), lambda account: account.bank, width=30),
    Column(N_("账户名称"), lambda account: account.holder, width=30),
    Column(N_("账号"), lambda account: account.number, width=28),
    Column(N_("依据文件"), lambda account: account.document, width=40),
    Column(N_("登记人"), lambda account: account.entered_by.name),
    Column(N_("登记时间"), lambda account: account.entered_at, "moment"),
]

# ------------------------------------------------------------------------------------------------------------- batches


@bp.get("/batches")
@require(Permission.BATCH_READ)
def index() -> Answer:
    form = BatchFilter()
    form.status.choices = choices_of(BatchStatus, blank=N_("全部"))
    form.read()
    query = queries.batches(
        g.user.scope,
        number=form.number.data,
        status=form.status.picked(BatchStatus),
        first_day=form.first_day.data,
        last_day=form.last_day.data,
    )
    return listing("disbursement/index.html", query, Batch.id, BATCHES, title=_("发放批次"), form=form)


@bp.route("/batches/new", methods=["GET", "POST"])
@require(Permission.BATCH_BUILD)
def new() -> Answer:
    court_code = g.user.court_code
    ready = advances.ready_to_pay(court_code)
    form = BuildForm(data={"business_date": clock.today()})
    form.advance_ids.choices = [
        choice(one.id, f"{one.case.number} {one.creditor.name} {plain(one.amount)}") for one in ready
    ]
    if form.submitted():
        with saving(form, court_code):
            batch = service.build(
                [int(advance_id) for advance_id in form.advance_ids.data],
                business_date=form.business_date.data,
                actor=g.user,
            )
            flash(_("批次%(number)s已编制，请财务复核人员核对签发。", number=batch.number))
            return redirect(url_for(".show", batch_id=batch.id))
    return (
        render_template(
            "disbursement/new.html",
            form=form,
            ready=ready,
            ready_total=total(one.amount for one in ready),
            reserved=books.reserved_in([court_code]),
            available=books.available(court_code),
            most=rules.MOST_LINES,
        ),
        form.http_status,
    )


@bp.get("/batches/<int:batch_id>")
@require(Permission.BATCH_READ)
def show(batch_id: int) -> Answer:
    batch = queries.batch(batch_id, g.user.scope)
    if request.args.get("format") == "xlsx":
        return workbook(_("发放明细"), LINES, batch.lines)
    return render_template(
        "disbursement/show.html",
        batch=batch,
        acts_here=batch.court_code == g.user.court_code,
        sums=queries.sums(batch_id),
        results=queries.results_of_batch(batch_id),
        entries=trail.history(batch.subject, *(line.subject for line in batch.lines)),
    )


@bp.route("/batches/<int:batch_id>/sign", methods=["GET", "POST"])
@require(Permission.BATCH_SIGN)
def sign(batch_id: int) -> Answer:
    batch = queries.batch(batch_id, g.user.scope)
    form = SignForm(data={"seen_version": batch.version})
    if form.submitted():
        with saving(form, batch.court_code):
            service.sign(batch_id, seen_version=form.seen_version.data, actor=g.user)
            flash(_("批次已签发，财务经办可以导出银行文件。"))
            return redirect(url_for(".show", batch_id=batch_id))
    return render_template("disbursement/sign.html", batch=batch, form=form), form.http_status


@bp.route("/batches/<int:batch_id>/cancel", methods=["GET", "POST"])
@require(Permission.BATCH_BUILD, Permission.BATCH_SIGN)
def cancel(batch_id: int) -> Answer:
    batch = queries.batch(batch_id, g.user.scope)
    form = CancelForm(data={"seen_version": batch.version})
    if form.submitted():
        with saving(form, batch.court_code):
            service.cancel(batch_id, reason=form.reason.data, seen_version=form.seen_version.data, actor=g.user)
            flash(_("批次已撤销，其中的垫付可以重新编入其他批次。"))
            return redirect(url_for(".show", batch_id=batch_id))
    return render_template("disbursement/cancel.html", batch=batch, form=form), form.http_status


@bp.route("/batches/<int:batch_id>/export", methods=["GET", "POST"])
@require(Permission.BATCH_RESULT)
def export(batch_id: int) -> Answer:
    batch = queries.batch(batch_id, g.user.scope)
    form = ExportForm()
    if form.submitted():
        with saving(form, batch.court_code):
            service.payment_file(batch_id, actor=g.user)
            flash(_("批次已转为“已送银行”，请下载银行文件并在网上银行提交。"))
            return redirect(url_for(".show", batch_id=batch_id))
    return render_template("disbursement/export.html", batch=batch, form=form), form.http_status


@bp.get("/batches/<int:batch_id>/file")
@require(Permission.BATCH_RESULT)
def download(batch_id: int) -> Answer:
    batch = queries.batch(batch_id, g.user.scope)
    content = service.sent_file(batch_id, actor=g.user)
    return send_file(io.BytesIO(content), as_attachment=True, download_name=f"{batch.number}.xlsx", mimetype=XLSX)


# ------------------------------------------------------------------------------------------------------ bank's answers


@bp.get("/results")
@require(Permission.BATCH_READ)
def results() -> Answer:
    form = ResultFilter().read()
    query = queries.result_files(g.user.scope, file_name=form.file_name.data)
    return listing("disbursement/results.html", query, ResultFile.id, RESULTS, title=_("银行回执"), form=form)


@bp.route("/results/import", methods=["GET", "POST"])
@require(Permission.BATCH_RESULT)
def import_file() -> Answer:
    form = ImportForm()
    if form.submitted():
        with saving(form, g.user.court_code):
            file = service.import_result(form.file.data.read(), form.file.data.filename or "", actor=g.user)
            flash(_("银行回执已导入，请查看逐笔结果。"))
            return redirect(url_for(".result", file_id=file.id))
    return (
        render_template(
            "disbursement/import_file.html",
            form=form,
            headers=rules.RESULT_HEADERS,
            words=rules.RESULT_WORDS,
            outcomes=(LineStatus.PAID, LineStatus.FAILED, LineStatus.UNKNOWN),
        ),
        form.http_status,
    )


@bp.get("/results/<int:file_id>")
@require(Permission.BATCH_READ)
def result(file_id: int) -> Answer:
    file = queries.result_file(file_id, g.user.scope)
    return listing(
        "disbursement/result.html",
        queries.result_lines(file_id),
        ResultLine.id,
        RESULT_LINES,
        title=_("银行回执明细"),
        file=file,
        entries=trail.history(file.subject),
    )


@bp.route("/lines/<int:line_id>/resolve", methods=["GET", "POST"])
@require(Permission.BATCH_SIGN)
def resolve(line_id: int) -> Answer:
    line = queries.line(line_id, g.user.scope)
    form = ResolveForm(data={"seen_version": line.batch.version})
    form.outcome.choices = choices_of((LineStatus.PAID, LineStatus.FAILED))
    if form.submitted():
        with saving(form, line.batch.court_code):
            service.resolve_unknown(
                line_id,
                outcome=LineStatus(form.outcome.data),
                reason=form.reason.data,
                bank_reference=form.bank_reference.data,
                paid_on=form.paid_on.data,
                seen_version=form.seen_version.data,
                actor=g.user,
            )
            flash(_("查明的结果已登记。"))
            return redirect(url_for(".show", batch_id=line.batch_id))
    return render_template("disbursement/resolve.html", line=line, form=form), form.http_status


# -------------------------------------------------------------------------------------------------- the paying account


@bp.get("/paying-accounts")
@require(Permission.BATCH_READ)
def paying_accounts() -> Answer:
    query = queries.paying_accounts(g.user.scope)
    return listing("disbursement/paying_accounts.html", query, PayingAccount.id, ACCOUNTS, title=_("付款账户"))


@bp.route("/paying-accounts/new", methods=["GET", "POST"])
@require(Permission.BATCH_SIGN)
def new_paying_account() -> Answer:
    form = PayingAccountForm(data={"effective_from": clock.today()})
    if form.submitted():
        with saving(form, g.user.court_code):
            service.set_paying_account(
                bank=form.bank.data,
                holder=form.holder.data,
                number=form.number.data,
                effective_from=form.effective_from.data,
                document=form.document.data,
                actor=g.user,
            )
            flash(_("付款账户已登记，启用日期起编制的批次使用该账户。"))
            return redirect(url_for(".paying_accounts"))
    return render_template("disbursement/new_paying_account.html", form=form), form.http_status
