"""Books on paper: bound vouchers and printed ledgers, at once when short, as long work with progress otherwise."""

from dataclasses import replace

from flask import abort, g, redirect, render_template, request, send_file, url_for
from werkzeug.wrappers import Response

from fundapp.core import jobs
from fundapp.core.doors import require
from fundapp.core.errors import NotFound, RuleViolation
from fundapp.core.forms import choices_of
from fundapp.core.jobs import JobState
from fundapp.core.words import N_
from fundapp.ledger import printing, queries
from fundapp.ledger.forms import BindingFilter, PrintForm
from fundapp.ledger.rules import BookKind, VoucherKind
from fundapp.ledger.views.blueprint import Answer, bp
from fundapp.ledger.views.ledgers import narrowed
from fundapp.users.rules import Permission


@bp.get("/binding")
@require(Permission.LEDGER_READ)
def binding() -> Answer:
    """The months of a year whose vouchers can be bound, and the year."""
    form = BindingFilter()
    form.kind.choices = choices_of(VoucherKind, blank=N_("全部种类"))
    court, year = narrowed(form)
    kind = form.kind.picked(VoucherKind)
    shared = {"book": BookKind.VOUCHERS.value, "court": court, "year": year, "kind": kind.value if kind else ""}
    found = queries.month_kinds(court, year, kind)
    months = [(month, kinds, PrintForm.of(**shared, month=int(month[5:]))) for month, kinds in found.items()]
    if len(months) > 1:
        months.append(("", queries.year_kinds(found), PrintForm.of(**shared)))
    return render_template("ledger/binding.html", form=form, months=months)


@bp.post("/prints")
@require(Permission.LEDGER_READ)
def print_book() -> Answer:
    form = PrintForm()
    if not form.submitted():
        raise RuleViolation("打印内容不完整，请返回账簿页面，重新选择后再打印。")
    words = {name: form.data[name] or "" for name in form.data if name != "csrf_token"}
    order = printing.ordered(**words)
    if order.court_code not in g.user.scope:
        raise NotFound("没有找到该法院的账簿，请返回账簿页面重新选择。")
    if order.account:
        queries.part_of(order.court_code, order.account, order.part)
    if printing.is_long(order):
        job_id = jobs.start("ledger.print", owner_id=g.user.id, user_id=g.user.id, words=words)
        return redirect(url_for(".print_progress", job_id=job_id))
    return _file(print_ordered(progress=lambda done, total: None, user_id=g.user.id, words=words))


@jobs.job("ledger.print")
def print_ordered(*, progress: printing.Progress, user_id: int, words: dict[str, str]) -> str:
    """Print a book; the answer is the name of its file."""
    return printing.made(printing.ordered(**words), user_id=user_id, progress=progress).name


@bp.get("/prints/<job_id>")
@require(Permission.LEDGER_READ)
def print_progress(job_id: str) -> Answer:
    job = jobs.found(job_id, owner_id=g.user.id)
    if job.state is JobState.DONE:
        job = replace(job, result=url_for(".print_file", job_id=job_id))
    if "HX-Request" in request.headers:
        return render_template("ledger/_print_progress.html", job=job)
    return render_template("ledger/print_progress.html", job=job)


@bp.get("/prints/<job_id>/file")
@require(Permission.LEDGER_READ)
def print_file(job_id: str) -> Answer:
    job = jobs.found(job_id, owner_id=g.user.id)
    if job.state is not JobState.DONE:
        abort(404)
    return _file(job.result)


def _file(name: str) -> Response:
    path = printing.kept(name)
    if not path.is_file():
        raise NotFound("打印文件已清理，请返回账簿页面重新打印。")
    kind = "application/zip" if path.suffix == ".zip" else "application/pdf"
    return send_file(path, mimetype=kind, as_attachment=True, download_name=name)
