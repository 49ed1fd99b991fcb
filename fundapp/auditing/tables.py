"""Tables of the audit package: samples as they were drawn, findings with their steps, and that notes were written.

What notes say stays with the auditors: a package is also taken by those whom they are about.
"""

from collections.abc import Iterable, Iterator

from sqlalchemy import select

from fundapp.auditing.models import Finding, FindingStep, Note, Sample, SampleItem
from fundapp.auditing.rules import Population, SamplingMethod, Severity, StepKind, finding_number
from fundapp.cases.tables import cases_of, tells_of_cases
from fundapp.core.db import db
from fundapp.core.digests import digest_of
from fundapp.core.tables import COURT, ID, Column, Recorded, Row, Scope, Stream, amount_column, table, within
from fundapp.trail.rules import Event
from fundapp.users.tables import people


@table(
    "samples", "审计样本", "auditing",
    "审计样本及其抽取方法。总体按法院、编号排列；第i个随机数取SHA-256（种子:i，i自0起）前8字节所表示的整数x除以"
    "N的余数；x不小于2^64减（2^64除以N的余数）的略过",
    "Samples as drawn. Items stand by court and number; chance is x modulo N, x the first 8 bytes of SHA-256(seed:i), "
    "i = 0, 1, 2 …, passed over from 2^64 - (2^64 modulo N) on",
    ID,
    COURT,
    Column("population", "总体", "what it was drawn from", words=Population),
    Column("courts", "法院", "codes of the courts drawn from", told="从哪些法院抽取，代字以逗号分隔"),
    Column("first_day", "起始日期", "first day", "day"),
    Column("last_day", "截止日期", "last day", "day"),
    Column("method", "抽样方法", "how it was drawn", words=SamplingMethod),
    Column("size", "样本量", "how many were asked for", "number", told="要求抽取的笔数"),
    amount_column("interval_amount", "抽样间隔", "interval of money-unit sampling", is_summed=False,
           told="货币单元抽样的间隔金额"),
    amount_column("start_amount", "随机起点", "random start of money-unit sampling", is_summed=False,
           told="货币单元抽样抽中的第一个单元"),
    Column("bounds", "分层界限", "bounds of the bands, in yuan, from the lowest up",
           told="由低到高，单位为元；恰等于界限的归入较高一层"),
    Column("sizes", "各层样本量", "how many items of each band"),
    Column("seed", "种子", "the text from which all chance comes", told="全部随机数由它产生，可据以重新抽取"),
    Column("is_seed_typed", "种子由人填写", "1 when a person typed the seed, 0 when the system drew it", "number",
           told="1：由人填写；0：系统产生"),
    Column("population_count", "总体笔数", "items of the population", "number"),
    amount_column("population_amount", "总体金额", "sum of the population"),
    Column("population_digest", "总体校验码", "SHA-256 of the count and of each item's record and amount",
           told="总体笔数和逐笔记录、金额的SHA-256"),
    Column("item_count", "样本笔数", "items drawn", "number"),
    amount_column("items_amount", "样本金额", "sum of the items drawn"),
    Column("digest", "样本校验码", "SHA-256 of plan, seed, population and items, as recorded on the trail",
           told="抽样方法、种子、总体校验码和逐笔样本的SHA-256，与操作留痕一致"),
    Column("purpose", "抽样目的", "what it was drawn for", "remark"),
    Column("drawn_by", "抽取人", "who drew it"),
    Column("drawn_at", "抽取时间", "moment of drawing", "moment"),
    records=[
        Recorded(
            Event.SAMPLE_DRAWN.value, "sample:{id}", "drawn_by", until="always",
            facts={
                "population": "{population}", "courts": "{courts}", "period": "{first_day}—{last_day}",
                "sampling": "{method}", "seed": "{seed}", "count": "{population_count}",
                "amount": "{population_amount}", "items": "{item_count}", "digest": "{digest}",
            },
        ),
    ],
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
    "sample_items", "样本记录", "auditing",
    "各样本抽中的记录，按抽取次序",
    "Items of the samples, in the order drawn",
    Column("sample_id", "样本标识", "id of the sample", "number"),
    Column("place", "抽取次序", "place in the order drawn", "number"),
    Column("record", "记录", "the record drawn: advance:ID or voucher:ID; case:ID for what the books were opened with",
           told="advance:标识为垫付，voucher:标识为凭证，case:标识为期初导入的应收款"),
    COURT,
    Column("cited", "编号", "how people cite it"),
    Column("day", "日期", "paid or posted on", "day"),
    amount_column("amount", "金额", "its amount in the population", told="在总体中的金额"),
    Column("stratum", "层", "its band from 1; 0 without bands", "number", told="自1起；不分层的为0"),
    Column("hits", "命中次数", "how often it was hit", "number", told="货币单元抽样中被抽中的次数"),
)  # fmt: skip
def _sample_items(scope: Scope) -> Iterable[Row]:
    query = select(
        SampleItem.sample_id, SampleItem.place, SampleItem.subject, SampleItem.court_code, SampleItem.cited,
        SampleItem.day, SampleItem.amount, SampleItem.stratum, SampleItem.hits,
    ).join(Sample, Sample.id == SampleItem.sample_id)  # fmt: skip
    return Stream(query.where(within(Sample.court_code, scope)).order_by(SampleItem.sample_id, SampleItem.place))


@table(
    "findings", "审计问题", "auditing",
    "审计人员对本包所含法院提出的问题及其涉及的记录",
    "Findings of the auditors in these courts, with the records they point at",
    ID,
    COURT,
    Column("audited_by", "提出法院", "code of the court of the auditor",
           told="提出问题的审计人员所在法院，可为上级法院"),
    Column("number", "编号", "number, by court and year without gap", told="按法院和年度连续编号"),
    Column("title", "问题标题", "title", "remark"),
    Column("description", "问题情况", "what was found", "remark"),
    Column("rule", "违反的规定", "the law or document offended, with its article"),
    Column("severity", "严重程度", "how grave", words=Severity),
    Column("records", "涉及记录", "records it points at, with blanks between", told="记录标识，以空格分隔"),
    Column("due_on", "整改期限", "to be put right by", "day"),
    Column("recorded_by", "提出人", "who recorded it"),
    Column("recorded_at", "提出时间", "moment of recording", "moment"),
    Column("digest", "内容校验码", "SHA-256 of title, description and rule, as recorded on the trail", "code"),
    about={"records": ""},
    records=[
        Recorded(
            Event.FINDING_RECORDED.value, "finding:{id}", "recorded_by", until="always",
            facts={
                "number": "{number}", "severity": "{severity}", "records": "{records}", "due_on": "{due_on}",
                "digest": "{digest}",
            },
        ),
    ],
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
        sealed = digest_of(facts[:3])
        numbered = (finding_id, court, audited_by, finding_number(year, number))
        yield *numbered, *facts, names[recorded_by], recorded_at, sealed


@table(
    "finding_steps", "整改步骤", "auditing",
    "各问题的整改经过，逐步列示",
    "How each finding was put right, step by step",
    Column("finding_id", "问题标识", "id of the finding", "number"),
    Column("seq", "序号", "number of the step, without gap", "number"),
    Column("kind", "环节", "measure, evidence, sent back or closed", words=StepKind),
    Column("text", "内容", "what was written", "remark"),
    Column("records", "引用记录", "corrections and other records cited, with blanks between",
           told="所引用的更正凭证等记录，以空格分隔"),
    Column("responsible_id", "责任人标识", "id of who is responsible for the measure", "number"),
    Column("responsible", "责任人", "who is responsible for the measure"),
    Column("due_on", "期限", "by when", "day", told="整改措施承诺的期限，或退回后重定的期限"),
    Column("actor", "办理人", "who made the step"),
    Column("acted_at", "办理时间", "moment of the step", "moment"),
    Column("digest", "内容校验码", "SHA-256 of the text, as recorded on the trail", "code"),
    about={"finding_id": "finding", "records": ""},
    records=[
        Recorded(
            event.value, "finding:{finding_id}", "actor",
            {"digest": "{digest}"} | facts, {"kind": (kind.value,)}, until="always",
        )
        for event, kind, facts in (
            (Event.FINDING_ANSWERED, StepKind.MEASURE, {"responsible": "user:{responsible_id}", "due_on": "{due_on}"}),
            (Event.FINDING_PROVED, StepKind.EVIDENCE, {"records": "{records}"}),
            (Event.FINDING_RETURNED, StepKind.RETURNED, {"due_on": "{due_on}"}),
            (Event.FINDING_CLOSED, StepKind.CLOSED, {}),
        )
    ],
)  # fmt: skip
def _finding_steps(scope: Scope) -> Iterable[Row]:
    names = people(scope)
    query = select(
        FindingStep.finding_id, FindingStep.seq, FindingStep.kind, FindingStep.text, FindingStep.records,
        FindingStep.responsible_id, FindingStep.due_on, FindingStep.actor_id, FindingStep.acted_at,
    ).join(Finding, Finding.id == FindingStep.finding_id)  # fmt: skip
    found = Stream(query.where(within(Finding.court_code, scope)).order_by(FindingStep.finding_id, FindingStep.seq))
    for finding_id, seq, kind, text, records, responsible, due_on, actor, acted_at in found:
        said = (finding_id, seq, kind, text, records, responsible, names[responsible], due_on)
        yield *said, names[actor], acted_at, digest_of([text])


@table(
    "notes", "审计笔记", "auditing",
    "审计笔记的撰写情况；内容由审计人员保管，不在本包内",
    "That notes were written, on which records; what they say stays with the auditors",
    ID,
    COURT,
    Column("record", "记录", "the record it is about"),
    Column("digest", "内容校验码", "SHA-256 of the text, as recorded on the trail",
           told="笔记内容的SHA-256，与操作留痕一致"),
    Column("written_by", "撰写人", "who wrote it"),
    Column("written_at", "撰写时间", "moment of writing", "moment"),
    records=[
        Recorded(
            Event.NOTE_WRITTEN.value, "note:{id}", "written_by", until="always",
            facts={"record": "{record}", "digest": "{digest}"},
        ),
    ],
)  # fmt: skip
def _notes(scope: Scope) -> Iterable[Row]:
    names = people(scope)
    query = select(Note.id, Note.court_code, Note.record, Note.text, Note.written_by_id, Note.written_at)
    for *facts, text, written_by, written_at in Stream(query.where(within(Note.court_code, scope)).order_by(Note.id)):
        yield *facts, digest_of([text]), names[written_by], written_at


def _cases_of_findings(ids: list[int]) -> Iterator[tuple[int, int]]:
    """The cases of the records that findings point at."""
    for finding_id, records in db.session.execute(select(Finding.id, Finding.records).where(Finding.id.in_(ids))):
        for cases in cases_of(records.split()).values():
            yield from ((finding_id, case_id) for case_id in cases)


tells_of_cases("finding", _cases_of_findings)
