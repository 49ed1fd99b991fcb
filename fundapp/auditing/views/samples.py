"""Samples: the list, drawing one, one sample drawn again before the reader's eyes, and its papers as one download."""

from dataclasses import replace
from datetime import date

from flask import abort, flash, g, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _

from fundapp.auditing import bundles, queries, rules, service
from fundapp.auditing.forms import DrawForm, SampleFilter, TakeForm
from fundapp.auditing.rules import Population, SamplingMethod
from fundapp.auditing.views.blueprint import Answer, bp, court_choices
from fundapp.core import clock, jobs
from fundapp.core.doors import require
from fundapp.core.errors import NotFound
from fundapp.core.forms import saving
from fundapp.core.jobs import JobState
from fundapp.core.listing import Column, listing, workbook
from fundapp.core.words import N_
from fundapp.ledger import printing
from fundapp.trail import queries as trail
from fundapp.users.rules import Permission

COLUMNS = [
    Column(N_("样本编号"), lambda sample: sample.cited),
    Column(N_("抽取时间"), lambda sample: sample.drawn_at, "moment"),
    Column(N_("抽取人"), lambda sample: queries.person(sample.drawn_by_id)),
    Column(N_("总体"), lambda sample: sample.population),
    Column(N_("法院"), lambda sample: sample.courts, width=40),
    Column(N_("起始日期"), lambda sample: sample.first_day, "day"),
    Column(N_("截止日期"), lambda sample: sample.last_day, "day"),
    Column(N_("抽样方法"), lambda sample: sample.method),
    Column(N_("种子"), lambda sample: sample.seed, width=36),
    Column(N_("总体笔数"), lambda sample: sample.population_count, "number"),
    Column(N_("总体金额（元）"), lambda sample: sample.population_amount, "money"),
    Column(N_("样本笔数"), lambda sample: sample.item_count, "number"),
    Column(N_("样本金额（元）"), lambda sample: sample.items_amount, "money"),
    Column(N_("样本校验码"), lambda sample: sample.digest, width=66),
]
ITEM_COLUMNS = [
    Column(N_("抽取次序"), lambda item: item.place, "number", 10),
    Column(N_("编号"), lambda item: item.cited),
    Column(N_("法院代字"), lambda item: item.court_code, width=10),
    Column(N_("日期"), lambda item: item.day, "day"),
    Column(N_("金额（元）"), lambda item: item.amount, "money"),
    Column(N_("层"), lambda item: item.stratum or None, "number", 8),
    Column(N_("命中次数"), lambda item: item.hits, "number", 10),
    Column(N_("事项标识"), lambda item: item.subject),
]


@bp.get("/samples")
@require(Permission.SAMPLE_DRAW)
def samples() -> Answer:
    form = SampleFilter().read()
    return listing(
        "auditing/samples.html",
        queries.samples(g.user.scope, population=form.population.picked(Population)),
        queries.SAMPLES_KEY,
        COLUMNS,
        title=_("审计抽样"),
        form=form,
        person=queries.person,
    )


@bp.route("/samples/new", methods=["GET", "POST"])
@require(Permission.SAMPLE_DRAW)
def draw() -> Answer:
    year = clock.today().year - 1
    form = DrawForm(data={"courts": [g.user.court_code], "first_day": date(year, 1, 1), "last_day": date(year, 12, 31)})
    form.courts.choices = court_choices(blank=False)
    if form.submitted():
        with saving(form, *form.courts.data, g.user.court_code):
            sample = service.draw_sample(
                Population(form.population.data),
                SamplingMethod(form.method.data),
                court_codes=form.courts.data,
                first_day=form.first_day.data,
                last_day=form.last_day.data,
                size=form.size.data,
                interval=form.interval.data,
                bounds=rules.amounts_of(form.bounds.data),
                sizes=rules.sizes_of(form.sizes.data),
                seed=form.seed.data or "",
                purpose=form.purpose.data or "",
                actor=g.user,
            )
            flash(_("样本%(number)s已抽取并留存。", number=sample.cited))
            return redirect(url_for(".sample", sample_id=sample.id))
    return render_template("auditing/draw.html", form=form), form.http_status


@bp.route("/samples/<int:sample_id>", methods=["GET", "POST"])
@require(Permission.SAMPLE_DRAW)
def sample(sample_id: int) -> Answer:
    """One sample; a post asks for its papers as one archive, which is long work."""
    found = queries.sample(sample_id, g.user.scope)
    form = TakeForm()
    if form.submitted():
        job_id = jobs.start("auditing.sample", owner_id=g.user.id, user_id=g.user.id, sample_id=sample_id)
        return redirect(url_for(".progress", job_id=job_id))
    if request.args.get("format") == "xlsx":
        return workbook(found.cited, ITEM_COLUMNS, found.items)
    return render_template(
        "auditing/sample.html",
        sample=found,
        again=queries.redrawn(found),
        form=form,
        drawn_by=queries.person(found.drawn_by_id),
        has_dossiers=found.population is not Population.VOUCHERS,
        entries=trail.history(found.subject),
    ), form.http_status


@jobs.job("auditing.sample")
def take(*, progress: bundles.Progress, user_id: int, sample_id: int) -> str:
    """Make the archive of a sample's papers; the answer is the name of the file."""
    return bundles.made(sample_id, user_id=user_id, progress=progress).name


@bp.get("/samples/jobs/<job_id>")
@require(Permission.SAMPLE_DRAW)
def progress(job_id: str) -> Answer:
    job = jobs.found(job_id, owner_id=g.user.id)
    if job.state is JobState.DONE:
        job = replace(job, result=url_for(".sample_file", job_id=job_id))
    if "HX-Request" in request.headers:
        return render_template("auditing/_progress.html", job=job)
    return render_template("auditing/progress.html", job=job)


@bp.get("/samples/jobs/<job_id>/file")
@require(Permission.SAMPLE_DRAW)
def sample_file(job_id: str) -> Answer:
    job = jobs.found(job_id, owner_id=g.user.id)
    if job.state is not JobState.DONE:
        abort(404)
    path = printing.kept(job.result)
    if not path.is_file():
        raise NotFound("样本资料已清理，请返回样本页面重新制作。")
    return send_file(path, mimetype="application/zip", as_attachment=True, download_name=job.result)
