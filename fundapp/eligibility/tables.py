"""Tables of the audit package: the terms as issued, and every assessment with its answers."""

from collections.abc import Iterable

from sqlalchemy import select

from fundapp.cases.models import Case
from fundapp.cases.rules import LABELS as CASE_LABELS
from fundapp.cases.rules import CaseStatus
from fundapp.cases.tables import CASE, by_query, tells_of_cases
from fundapp.core.tables import COURT, ID, Column, Kept, Recorded, Row, Scope, Stream, amount_column, table, within
from fundapp.eligibility.models import Assessment, TermsIssue
from fundapp.eligibility.rules import Criterion, RecoveryOrder, Verdict, read
from fundapp.trail.rules import Event
from fundapp.users.tables import people


def _statuses(told: str) -> str:
    """The words of these statuses, as people read them."""
    return "、".join(CASE_LABELS[CaseStatus(status)] for status in told.split())


@table(
    "terms", "垫付条件", "fund",
    "历次发布的垫付条件，自生效日期起至下次发布前有效",
    "Terms of advances as issued, in force from a day until the next issue",
    ID,
    COURT,
    Column("effective_from", "生效日期", "first day in force", "day"),
    Column("document", "依据文件", "document that they stand on"),
    amount_column("ceiling", "执行标的上限", "largest claim that may be advanced", is_summed=False),
    Column("ceiling_included", "含本数", "1: a claim of exactly the ceiling may be advanced", "number",
           told="1：恰为上限的也可垫付"),
    Column("case_statuses", "准予垫付的案件状态", "statuses of cases that may be advanced, with blanks between",
           told="以空格分隔", reads=_statuses),
    Column("needs_property_search", "须财产查控", "1: asked for", "number", told="1：须已完成"),
    Column("needs_verified_account", "须核实账户", "1: asked for", "number", told="1：须已核实"),
    Column("needs_undertaking", "须承诺书", "1: asked for", "number", told="1：须已签署"),
    Column("refuses_bankruptcy", "破产不予垫付", "1: a debtor in bankruptcy is in the way", "number",
           told="1：有被执行人破产的不予垫付"),
    Column("refuses_settlement", "和解不予垫付", "1: a settlement is in the way", "number",
           told="1：已和解的不予垫付"),
    Column("recovery_order", "追偿次序", "who is served first from what the debtor pays later", words=RecoveryOrder),
    Column("sources", "各项依据", "law cited for each criterion, as JSON", told="各项条件所引法规，JSON格式"),
    Column("issued_by", "发布人", "who issued them"),
    Column("issued_at", "发布时间", "when", "moment"),
    kept=Kept(TermsIssue),
    records=[
        Recorded(
            Event.TERMS_ISSUED.value, "terms:{id}", "issued_by", until="always",
            facts={"document": "{document}", "effective_from": "{effective_from}", "ceiling": "{ceiling}"},
        ),
    ],
)  # fmt: skip
def _terms(scope: Scope) -> Iterable[Row]:
    query = select(
        TermsIssue.id, TermsIssue.court_code, TermsIssue.effective_from, TermsIssue.document, TermsIssue.ceiling,
        TermsIssue.ceiling_included, TermsIssue.case_statuses, TermsIssue.needs_property_search,
        TermsIssue.needs_verified_account, TermsIssue.needs_undertaking, TermsIssue.refuses_bankruptcy,
        TermsIssue.refuses_settlement, TermsIssue.recovery_order, TermsIssue.sources, TermsIssue.issued_by_id,
        TermsIssue.issued_at,
    ).where(within(TermsIssue.court_code, scope))  # fmt: skip
    for *facts, issued_by, issued_at in Stream(query.order_by(TermsIssue.id)):
        yield *facts, people(scope)[issued_by], issued_at


@table(
    "assessments", "条件审查", "fund",
    "对案件是否符合垫付条件的审查，截至制作本包时",
    "Assessments of cases up to the moment when the package was made",
    ID,
    COURT,
    Column("case_id", "案件标识", "id of the case", "number"),
    CASE,
    Column("creditor_id", "申请执行人标识", "id of the party", "number"),
    Column("terms_id", "条件标识", "id of the terms that it was assessed under", "number",
           told="审查所依据的垫付条件"),
    Column("case_version", "案件版本", "version of the case that was looked at", "number",
           told="审查时案件记录的版本"),
    Column("is_eligible", "符合条件", "1: nothing stood in the way", "number", told="1：没有不符合的条件"),
    Column("assessed_by", "审查人", "who assessed it"),
    Column("assessed_at", "审查时间", "when", "moment"),
)  # fmt: skip
def _assessments(scope: Scope) -> Iterable[Row]:
    query = select(
        Assessment.id, Assessment.court_code, Assessment.case_id, Case.number, Assessment.creditor_id,
        Assessment.terms_id, Assessment.case_version, Assessment.is_eligible, Assessment.assessed_by_id,
        Assessment.assessed_at,
    ).join(Case, Case.id == Assessment.case_id)  # fmt: skip
    made = query.where(within(Assessment.court_code, scope)).order_by(Assessment.id)
    for *facts, assessed_by, assessed_at in Stream(made):
        yield *facts, people(scope)[assessed_by], assessed_at


@table(
    "assessment_answers", "条件审查明细", "fund",
    "各次审查的逐项结论",
    "Answers of those assessments, one for each criterion",
    Column("assessment_id", "审查标识", "id of the assessment", "number"),
    Column("criterion", "条件", "criterion", words=Criterion),
    Column("verdict", "结论", "met, not met, or not asked for", words=Verdict),
    Column("fact", "事实", "what was found", told="查明的事实"),
    Column("reason", "说明", "why", told="结论的理由"),
    Column("source", "依据", "what the criterion stands on", told="该项条件所依据的规定"),
)  # fmt: skip
def _assessment_answers(scope: Scope) -> Iterable[Row]:
    query = select(Assessment.id, Assessment.answers).where(within(Assessment.court_code, scope))
    for assessment_id, answers in Stream(query.order_by(Assessment.id)):
        for one in read(answers):
            told = (str(one.fact), str(one.reason), one.source)
            yield assessment_id, one.criterion.value, one.verdict.value, *told


tells_of_cases("assessment", by_query(select(Assessment.id, Assessment.case_id)))
