"""The terms of an advance, the criteria they ask for, and the answer to each: pure."""

import enum
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from fundapp.cases.rules import LABELS as CASE_LABELS
from fundapp.cases.rules import CaseStatus
from fundapp.core.errors import Attempt, RuleViolation
from fundapp.core.money import ZERO, Money, plain
from fundapp.core.versions import check_later_issue
from fundapp.core.words import N_


class RecoveryOrder(enum.Enum):
    """Who is served first from what the debtor pays later."""

    FUND_FIRST = "fund_first"
    CLAIMANT_FIRST = "claimant_first"
    PRO_RATA = "pro_rata"


class Criterion(enum.Enum):
    """What an assessment answers, in the order in which it is read."""

    CEILING = "ceiling"
    CASE_STATUS = "case_status"
    PROPERTY_SEARCH = "property_search"
    NOT_ADVANCED = "not_advanced"
    NO_BANKRUPTCY = "no_bankruptcy"
    NO_SETTLEMENT = "no_settlement"
    OWN_ACCOUNT = "own_account"
    UNDERTAKING = "undertaking"


class Verdict(enum.Enum):
    """The answer to one criterion; one that the terms do not ask for is answered all the same: nothing is missing."""

    MET = "met"
    NOT_MET = "not_met"
    NOT_ASKED = "not_asked"


class Earlier(enum.Enum):
    """Whether this creditor was advanced in this case before."""

    NONE = "none"
    ALIVE = "alive"
    PAID = "paid"


LABELS: dict[enum.Enum, str] = {
    RecoveryOrder.FUND_FIRST: N_("先归还垫付资金"),
    RecoveryOrder.CLAIMANT_FIRST: N_("先清偿申请执行人余额"),
    RecoveryOrder.PRO_RATA: N_("按比例分配"),
    Criterion.CEILING: N_("执行标的在上限之内"),
    Criterion.CASE_STATUS: N_("案件状态符合规定"),
    Criterion.PROPERTY_SEARCH: N_("已完成财产查控"),
    Criterion.NOT_ADVANCED: N_("此前未获垫付"),
    Criterion.NO_BANKRUPTCY: N_("被执行人未进入破产程序"),
    Criterion.NO_SETTLEMENT: N_("未达成执行和解"),
    Criterion.OWN_ACCOUNT: N_("本人收款账户已核实"),
    Criterion.UNDERTAKING: N_("已签署承诺书"),
    Verdict.MET: N_("符合"),
    Verdict.NOT_MET: N_("不符合"),
    Verdict.NOT_ASKED: N_("不作要求"),
    Earlier.NONE: N_("未曾垫付"),
    Earlier.ALIVE: N_("垫付在办"),
    Earlier.PAID: N_("已经垫付"),
}

DEFAULT_SOURCES: dict[Criterion, str] = {
    Criterion.CEILING: (
        "民法总则第二百零五条（自2021年起为民法典第一千二百五十九条）："
        "“以下”“以内”含本数，“不满”不含本数；上限及是否含本数以本条件发布文件为准"
    ),
    Criterion.CASE_STATUS: (
        "最高人民法院关于人民法院执行工作若干问题的规定（试行）第一百零八条（2020年修正后为第六十四条）"
    ),
    Criterion.PROPERTY_SEARCH: "最高人民法院关于民事执行中财产调查若干问题的规定（法释〔2017〕8号）第十二条",
    Criterion.NOT_ADVANCED: (
        "参照关于建立完善国家司法救助制度的意见（试行）（中政委〔2014〕3号）：同一案件的同一申请人只救助一次"
    ),
    Criterion.NO_BANKRUPTCY: "企业破产法第十九条：人民法院受理破产申请后，执行程序应当中止",
    Criterion.NO_SETTLEMENT: (
        "民事诉讼法（2017年修正）第二百三十条；最高人民法院关于执行和解若干问题的规定（法释〔2018〕3号）第二条"
    ),
    Criterion.OWN_ACCOUNT: "最高人民法院关于执行款物管理工作的规定（法发〔2017〕6号）第十一条、第十三条",
    Criterion.UNDERTAKING: "本条件发布文件：申请执行人承诺垫付款由日后执行到位款项扣回",
}
"""The law behind each criterion, unless an issue of terms cites another; what the court decided is its own document."""

DEFAULT_CEILING = "20000.00"
DEFAULT_STATUSES = frozenset({CaseStatus.IN_PROGRESS, CaseStatus.CLOSED_NO_ASSETS})


@dataclass(frozen=True)
class Terms:
    """One issue of the terms, as values.

    Args:
        ceiling_included: whether a claim of exactly the ceiling may be advanced; never inferred from 以下 or 不满.
        sources: the citation of each criterion.
    """

    ceiling: Money
    ceiling_included: bool = False
    case_statuses: frozenset[CaseStatus] = DEFAULT_STATUSES
    needs_property_search: bool = True
    needs_verified_account: bool = True
    needs_undertaking: bool = True
    refuses_bankruptcy: bool = True
    refuses_settlement: bool = True
    sources: Mapping[Criterion, str] = field(default_factory=lambda: DEFAULT_SOURCES)


@dataclass(frozen=True)
class Facts:
    """What is known of a case and one of its creditors on the day; ``claim`` in CNY."""

    claim: Money
    case_status: CaseStatus
    property_searched_on: date | None
    earlier: Earlier
    is_in_bankruptcy: bool
    is_in_settlement: bool
    creditor: str
    account_holder: str | None
    account_verified_on: date | None
    undertaking_on: date | None


@dataclass(frozen=True)
class Sentence:
    """A Chinese sentence with named gaps, translated where it is shown."""

    msgid: str
    params: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.msgid % self.params if self.params else self.msgid


@dataclass(frozen=True)
class Answer:
    """One criterion, what was found, the verdict, why, and on which document the criterion stands."""

    criterion: Criterion
    fact: Sentence
    verdict: Verdict
    reason: Sentence
    source: str


Finding = tuple[Sentence, Verdict, Sentence]
NOT_ASKED = Sentence(N_("现行垫付条件不要求此项。"))
OTHERS_ACCOUNT = Sentence(N_("账户户名与申请执行人不一致"))


def answers(facts: Facts, terms: Terms) -> list[Answer]:
    """The answer to every criterion, all at once and in one order, so that nobody discovers reasons one by one.

    Source:
        The document of the terms, and for each criterion what ``terms.sources`` cites.
    """
    return [
        Answer(criterion, fact, verdict, reason, terms.sources.get(criterion, DEFAULT_SOURCES[criterion]))
        for criterion, find in _FINDINGS.items()
        for fact, verdict, reason in [find(facts, terms)]
    ]


def shortcomings(found: Iterable[Answer], *, besides: Iterable[Criterion] = ()) -> list[Answer]:
    """The answers that stand in the way of an advance, but for the criteria named in ``besides``."""
    left_out = frozenset(besides)
    return [answer for answer in found if answer.verdict is Verdict.NOT_MET and answer.criterion not in left_out]


def attempt_in(found: Iterable[Answer]) -> Attempt | None:
    """What an advance in spite of these shortcomings would be, where that it was tried is worth a trace."""
    for answer in found:
        if answer.criterion is Criterion.CEILING:
            return Attempt.ABOVE_CEILING
        if answer.fact == OTHERS_ACCOUNT:
            return Attempt.WRONG_PAYEE
    return None


def is_within(claim: Money, ceiling: Money, *, included: bool) -> bool:
    """Whether a claim lies within the ceiling (T3: 20,000.00 is within “2万元以下” and not within “不满2万元”)."""
    return claim > ZERO and (claim <= ceiling if included else claim < ceiling)


def _ceiling(facts: Facts, terms: Terms) -> Finding:
    fact = Sentence(N_("执行标的%(claim)s元"), {"claim": plain(facts.claim)})
    limit = {"ceiling": plain(terms.ceiling)}
    met = is_within(facts.claim, terms.ceiling, included=terms.ceiling_included)
    if terms.ceiling_included:
        told = (
            Sentence(N_("执行标的不超过%(ceiling)s元（含本数）。"), limit)
            if met
            else Sentence(N_("执行标的超过上限%(ceiling)s元（含本数），不能垫付。"), limit)
        )
    else:
        told = (
            Sentence(N_("执行标的不满%(ceiling)s元（不含本数）。"), limit)
            if met
            else Sentence(N_("执行标的须不满%(ceiling)s元（不含本数），不能垫付。"), limit)
        )
    return fact, _verdict(met), told


def _case_status(facts: Facts, terms: Terms) -> Finding:
    fact = Sentence(N_("案件当前为“%(status)s”"), {"status": CASE_LABELS[facts.case_status]})
    allowed = "、".join(CASE_LABELS[status] for status in CaseStatus if status in terms.case_statuses)
    if facts.case_status in terms.case_statuses:
        return fact, Verdict.MET, Sentence(N_("案件状态在准予垫付的范围内。"))
    told = Sentence(N_("只有“%(statuses)s”的案件可以垫付，请核对案件状态。"), {"statuses": allowed})
    return fact, Verdict.NOT_MET, told


def _property_search(facts: Facts, terms: Terms) -> Finding:
    searched = facts.property_searched_on
    fact = (
        Sentence(N_("已于%(day)s完成财产查控"), {"day": searched.isoformat()})
        if searched
        else Sentence(N_("没有财产查控记录"))
    )
    return _asked(
        terms.needs_property_search,
        fact,
        searched is not None,
        Sentence(N_("财产查控已完成并登记。")),
        Sentence(N_("尚未登记财产查控，请完成网络查控并登记日期。")),
    )


def _not_advanced(facts: Facts, terms: Terms) -> Finding:
    fact, told = {
        Earlier.NONE: (N_("本案该申请执行人没有垫付记录"), N_("本案该申请执行人未曾获得垫付。")),
        Earlier.ALIVE: (
            N_("本案该申请执行人已有在办的垫付申请"),
            N_("该申请执行人在本案已有在办的垫付申请，同案同人只能垫付一次，请查看原申请。"),
        ),
        Earlier.PAID: (
            N_("本案该申请执行人已获垫付"),
            N_("该申请执行人在本案已获垫付，同案同人只能垫付一次，请查看原垫付记录。"),
        ),
    }[facts.earlier]
    return Sentence(fact), _verdict(facts.earlier is Earlier.NONE), Sentence(told)


def _no_bankruptcy(facts: Facts, terms: Terms) -> Finding:
    return _asked(
        terms.refuses_bankruptcy,
        Sentence(N_("被执行人已进入破产程序") if facts.is_in_bankruptcy else N_("没有破产登记")),
        not facts.is_in_bankruptcy,
        Sentence(N_("被执行人未进入破产程序。")),
        Sentence(N_("被执行人已进入破产程序，执行中止，请引导申请执行人申报债权。")),
    )


def _no_settlement(facts: Facts, terms: Terms) -> Finding:
    return _asked(
        terms.refuses_settlement,
        Sentence(N_("已登记执行和解") if facts.is_in_settlement else N_("没有执行和解登记")),
        not facts.is_in_settlement,
        Sentence(N_("未达成执行和解。")),
        Sentence(N_("当事人已达成执行和解，请按和解协议履行；和解不履行的，恢复执行后再申请。")),
    )


def _own_account(facts: Facts, terms: Terms) -> Finding:
    if facts.account_holder is None:
        fact, told = Sentence(N_("没有登记收款账户")), N_("尚未登记收款账户，请登记申请执行人本人的账户并由财务核实。")
    elif facts.account_holder != facts.creditor:
        fact = OTHERS_ACCOUNT
        told = N_("收款账户不是申请执行人本人的账户，请改登本人账户。")
    elif facts.account_verified_on is None:
        fact, told = Sentence(N_("本人账户已登记，尚未核实")), N_("收款账户尚未核实，请财务经办回访核实。")
    else:
        fact = Sentence(N_("本人账户已于%(day)s核实"), {"day": facts.account_verified_on.isoformat()})
        told = N_("收款账户为本人账户且已核实。")
    met = facts.account_holder == facts.creditor and facts.account_verified_on is not None
    return _asked(terms.needs_verified_account, fact, met, Sentence(told), Sentence(told))


def _undertaking(facts: Facts, terms: Terms) -> Finding:
    signed = facts.undertaking_on
    return _asked(
        terms.needs_undertaking,
        Sentence(N_("已于%(day)s签署"), {"day": signed.isoformat()}) if signed else Sentence(N_("没有承诺书签署记录")),
        signed is not None,
        Sentence(N_("承诺书已签署。")),
        Sentence(N_("申请执行人尚未签署垫付承诺书，请当面签署并登记日期。")),
    )


def _asked(is_asked: bool, fact: Sentence, met: bool, good: Sentence, bad: Sentence) -> Finding:
    if not is_asked:
        return fact, Verdict.NOT_ASKED, NOT_ASKED
    return fact, _verdict(met), good if met else bad


def _verdict(met: bool) -> Verdict:
    return Verdict.MET if met else Verdict.NOT_MET


_FINDINGS: dict[Criterion, Callable[[Facts, Terms], Finding]] = {
    Criterion.CEILING: _ceiling,
    Criterion.CASE_STATUS: _case_status,
    Criterion.PROPERTY_SEARCH: _property_search,
    Criterion.NOT_ADVANCED: _not_advanced,
    Criterion.NO_BANKRUPTCY: _no_bankruptcy,
    Criterion.NO_SETTLEMENT: _no_settlement,
    Criterion.OWN_ACCOUNT: _own_account,
    Criterion.UNDERTAKING: _undertaking,
}


def kept(found: Iterable[Answer]) -> str:
    """The answers as text to be kept: sentences as they read that day, and their parts, to be read in English too."""
    return json.dumps([_plain_answer(answer) for answer in found], ensure_ascii=False)


def read(text: str) -> list[Answer]:
    """The answers that ``kept`` wrote."""
    return [
        Answer(
            Criterion(item["criterion"]),
            _sentence(item["fact"]),
            Verdict(item["verdict"]),
            _sentence(item["reason"]),
            item["source"],
        )
        for item in json.loads(text)
    ]


def _plain_answer(answer: Answer) -> dict[str, Any]:
    return {
        "criterion": answer.criterion.value,
        "fact": _plain_sentence(answer.fact),
        "verdict": answer.verdict.value,
        "reason": _plain_sentence(answer.reason),
        "source": answer.source,
    }


def _plain_sentence(sentence: Sentence) -> dict[str, Any]:
    return {"text": str(sentence), "msgid": sentence.msgid, "params": dict(sentence.params)}


def _sentence(item: Mapping[str, Any]) -> Sentence:
    return Sentence(item["msgid"], item["params"])


def joined(sentences: Sequence[Answer]) -> str:
    """The reasons of several answers, numbered, as one Chinese sentence list."""
    return "".join(f"（{number}）{answer.reason}" for number, answer in enumerate(sentences, 1))


def check_keeper(may_request: bool) -> None:
    """An assessment is the case handler's work; others read it."""
    if not may_request:
        raise RuleViolation("垫付条件审查由承办人办理，请由本院承办人保存审查结论。")


def check_issue(*, document: str, ceiling: Money, case_statuses: Iterable[CaseStatus]) -> None:
    """Refuse an issue of terms that nothing stands on, or that admits nobody."""
    if not document.strip():
        raise RuleViolation("请填写垫付条件所依据的文件名称和文号。")
    if ceiling <= ZERO:
        raise RuleViolation("执行标的上限须大于零，请重新填写。")
    if not frozenset(case_statuses):
        raise RuleViolation("请至少选择一种准予垫付的案件状态。")


def check_later(effective_from: date, *, latest: date | None, today: date) -> None:
    """Only the first issue may reach back; every later one begins after the one before, and not in the past."""
    check_later_issue(effective_from, latest=latest)
    if latest is not None and effective_from < today:
        raise RuleViolation("生效日期不能早于今天，已经生效的条件不能追溯变更，请重新填写。")
