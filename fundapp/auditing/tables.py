"""Tables of the audit package: samples as they were drawn, findings with their steps, and that notes were written.

What notes say stays with the auditors: a package is also taken by those whom they are about.
"""

from collections.abc import Iterable

from sqlalchemy import select

from fundapp.auditing.models import Finding, FindingStep, Note, Sample, SampleItem
from fundapp.auditing.rules import Population, SamplingMethod, Severity, StepKind, finding_number
from fundapp.core.digests import digest_of
from fundapp.core.tables import COURT, ID, Column, Row, Scope, Stream, amount_column, table, within
from fundapp.trail.rules import Event
from fundapp.users.tables import people


@table(
    "samples", "审计样本", "auditing",
    "Samples as drawn. Items stand by court and number; chance is x modulo N, x the first 8 bytes of SHA-256(seed:i), "
    "i = 0, 1, 2 …, passed over from 2^64 - (2^64 modulo N) on",
    ID,
    COURT,
    Column("population", "总体", "what it was drawn from", words=Population),
    Column("courts", "法院", "codes of the courts drawn from"),
    Column("first_day", "起始日期", "first day", "day"),
    Column("last_day", "截止日期", "last day", "day"),
    Column("method", "抽样方法", "how it was drawn", words=SamplingMethod),
    Column("size", "样本量", "how many were asked for", "number"),
    amount_column("interval_amount", "抽样间隔", "interval of money-unit sampling", is_summed=False),
    amount_column("start_amount", "随机起点", "random start of money-unit sampling", is_summed=False),
    Column("bounds", "分层界限", "bounds of the bands, in yuan, from the lowest up"),
    Column("sizes", "各层样本量", "how many items of each band"),
    Column("seed", "种子", "the text from which all chance comes"),
    Column("is_seed_typed", "种子由人填写", "1 when a person typed the seed, 0 when the system drew it", "number"),
    Column("population_count", "总体笔数", "items of the population", "number"),
    amount_column("population_amount", "总体金额", "sum of the population"),
    Column("population_digest", "总体校验码", "SHA-256 of the count and of each item's record and amount"),
    Column("item_count", "样本笔数", "items drawn", "number"),
    amount_column("items_amount", "样本金额", "sum of the items drawn"),
    Column("digest", "样本校验码", "SHA-256 of plan, seed, population and items, as recorded on the trail"),
    Column("purpose", "抽样目的", "what it was drawn for"),
    Column("drawn_by", "抽取人", "who drew it"),
    Column("drawn_at", "抽取时间", "moment of drawing", "moment"),
    records={Event.SAMPLE_DRAWN.value: "id"},
)  # fmt: skip
def _samples(scope: Scope) -> Iterable[Row]:
    names = people(scope)
    query = select(
        Sample.id, Sample.court_code, Sample.population, Sample.courts, Sample.first_day, Sample.last_day,
        Sample.method, Sample.size, Sample.interval_amount, Sample.start_amount, Sample.bounds, Sample.sizes,
        Sample.seed, Sample.is_seed_typed, Sample.population_count, Sample.population_amount,
        Sample.population_digest, Sample.item_count, Sample.items_amount, Sample.digest, Sample.purpose,
        Sample.drawn_by_id, Sample.drawn_at,
    )  # fmt: skip
    for *facts, drawn_by, drawn_at in Stream(query.where(within(Sample.court_code, scope)).order_by(Sample.id)):
        yield *facts, names[drawn_by], drawn_at


@table(
    "sample_items", "样本记录", "auditing", "Items of the samples, in the order drawn",
    Column("sample_id", "样本标识", "id of the sample", "number"),
    Column("place", "抽取次序", "place in the order drawn", "number"),
    Column("record", "记录", "the record drawn: advance:ID or voucher:ID"),
    COURT,
    Column("cited", "编号", "how people cite it"),
    Column("day", "日期", "paid or posted on", "day"),
    amount_column("amount", "金额", "its amount in the population"),
    Column("stratum", "层", "its band from 1; 0 without bands", "number"),
    Column("hits", "命中次数", "how often it was hit", "number"),
)  # fmt: skip
def _sample_items(scope: Scope) -> Iterable[Row]:
    query = select(
        SampleItem.sample_id, SampleItem.place, SampleItem.subject, SampleItem.court_code, SampleItem.cited,
        SampleItem.day, SampleItem.amount, SampleItem.stratum, SampleItem.hits,
    ).join(Sample, Sample.id == SampleItem.sample_id)  # fmt: skip
    return Stream(query.where(within(Sample.court_code, scope)).order_by(SampleItem.sample_id, SampleItem.place))


@table(
    "findings", "审计问题", "auditing", "Findings of the auditors in these courts, with the records they point at",
    ID,
    COURT,
    Column("audited_by", "提出法院", "code of the court of the auditor"),
    Column("number", "编号", "number, by court and year without gap"),
    Column("title", "问题标题", "title"),
    Column("description", "问题情况", "what was found"),
    Column("rule", "违反的规定", "the law or document offended, with its article"),
    Column("severity", "严重程度", "how grave", words=Severity),
    Column("records", "涉及记录", "records it points at, with blanks between"),
    Column("due_on", "整改期限", "to be put right by", "day"),
    Column("recorded_by", "提出人", "who recorded it"),
    Column("recorded_at", "提出时间", "moment of recording", "moment"),
    records={Event.FINDING_RECORDED.value: "id"},
)  # fmt: skip
def _findings(scope: Scope) -> Iterable[Row]:
    names = people(scope)
    query = select(
        Finding.id, Finding.court_code, Finding.audited_by, Finding.year, Finding.number, Finding.title,
        Finding.description, Finding.rule, Finding.severity, Finding.records, Finding.due_on, Finding.recorded_by_id,
        Finding.recorded_at,
    )  # fmt: skip
    found = Stream(query.where(within(Finding.court_code, scope)).order_by(Finding.id))
    for finding_id, court, audited_by, year, number, *facts, recorded_by, recorded_at in found:
        yield finding_id, court, audited_by, finding_number(year, number), *facts, names[recorded_by], recorded_at


@table(
    "finding_steps", "整改步骤", "auditing", "How each finding was put right, step by step",
    Column("finding_id", "问题标识", "id of the finding", "number"),
    Column("seq", "序号", "number of the step, without gap", "number"),
    Column("kind", "环节", "measure, evidence, sent back or closed", words=StepKind),
    Column("text", "内容", "what was written"),
    Column("records", "引用记录", "corrections and other records cited, with blanks between"),
    Column("responsible", "责任人", "who is responsible for the measure"),
    Column("due_on", "期限", "by when", "day"),
    Column("actor", "办理人", "who made the step"),
    Column("acted_at", "办理时间", "moment of the step", "moment"),
)  # fmt: skip
def _finding_steps(scope: Scope) -> Iterable[Row]:
    names = people(scope)
    query = select(
        FindingStep.finding_id, FindingStep.seq, FindingStep.kind, FindingStep.text, FindingStep.records,
        FindingStep.responsible_id, FindingStep.due_on, FindingStep.actor_id, FindingStep.acted_at,
    ).join(Finding, Finding.id == FindingStep.finding_id)  # fmt: skip
    found = Stream(query.where(within(Finding.court_code, scope)).order_by(FindingStep.finding_id, FindingStep.seq))
    for *facts, responsible, due_on, actor, acted_at in found:
        yield *facts, names[responsible], due_on, names[actor], acted_at


@table(
    "notes", "审计笔记", "auditing", "That notes were written, on which records; what they say stays with the auditors",
    ID,
    COURT,
    Column("record", "记录", "the record it is about"),
    Column("digest", "内容校验码", "SHA-256 of the text, as recorded on the trail"),
    Column("written_by", "撰写人", "who wrote it"),
    Column("written_at", "撰写时间", "moment of writing", "moment"),
    records={Event.NOTE_WRITTEN.value: "id"},
)  # fmt: skip
def _notes(scope: Scope) -> Iterable[Row]:
    names = people(scope)
    query = select(Note.id, Note.court_code, Note.record, Note.text, Note.written_by_id, Note.written_at)
    for *facts, text, written_by, written_at in Stream(query.where(within(Note.court_code, scope)).order_by(Note.id)):
        yield *facts, digest_of([text]), names[written_by], written_at
