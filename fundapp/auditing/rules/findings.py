"""Findings and how they are put right: the words, the moves, and who may make which. Pure."""

import enum
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from fundapp.core.errors import RuleViolation
from fundapp.core.words import N_

LONGEST_FINDING = 2000
LONGEST_RULE = 300
LONGEST_RECORDS = 500
MOST_RECORDS = 20
SUBJECT = re.compile(r"[a-z][a-z-]{0,30}:[1-9]\d{0,9}")


class Severity(enum.Enum):
    """How grave a finding is."""

    MINOR = "minor"
    MAJOR = "major"
    SEVERE = "severe"


class StepKind(enum.Enum):
    """One step on the way of a finding."""

    MEASURE = "measure"
    EVIDENCE = "evidence"
    RETURNED = "returned"
    CLOSED = "closed"


class FindingState(enum.Enum):
    """Where a finding stands: for whom it waits."""

    UNANSWERED = "unanswered"
    UNDER_WAY = "under_way"
    PROVED = "proved"
    SENT_BACK = "sent_back"
    PUT_RIGHT = "put_right"


LABELS: dict[enum.Enum, str] = {
    Severity.MINOR: N_("一般问题"),
    Severity.MAJOR: N_("较大问题"),
    Severity.SEVERE: N_("重大问题"),
    StepKind.MEASURE: N_("确定整改措施"),
    StepKind.EVIDENCE: N_("提交整改证据"),
    StepKind.RETURNED: N_("退回整改"),
    StepKind.CLOSED: N_("整改销号"),
    FindingState.UNANSWERED: N_("待定整改措施"),
    FindingState.UNDER_WAY: N_("整改中"),
    FindingState.PROVED: N_("待审核销号"),
    FindingState.SENT_BACK: N_("退回继续整改"),
    FindingState.PUT_RIGHT: N_("已销号"),
}

AFTER: dict[StepKind | None, FindingState] = {
    None: FindingState.UNANSWERED,
    StepKind.MEASURE: FindingState.UNDER_WAY,
    StepKind.EVIDENCE: FindingState.PROVED,
    StepKind.RETURNED: FindingState.SENT_BACK,
    StepKind.CLOSED: FindingState.PUT_RIGHT,
}
"""Where a finding stands after its last step."""

NEXT: dict[FindingState, frozenset[StepKind]] = {
    FindingState.UNANSWERED: frozenset({StepKind.MEASURE}),
    FindingState.UNDER_WAY: frozenset({StepKind.MEASURE, StepKind.EVIDENCE}),
    FindingState.PROVED: frozenset({StepKind.RETURNED, StepKind.CLOSED}),
    FindingState.SENT_BACK: frozenset({StepKind.MEASURE, StepKind.EVIDENCE}),
    FindingState.PUT_RIGHT: frozenset(),
}

WAITING_FOR_COURT = frozenset({FindingState.UNANSWERED, FindingState.UNDER_WAY, FindingState.SENT_BACK})
"""While it waits for the auditor, a finding is not overdue."""

HANDS = frozenset({StepKind.MEASURE, StepKind.EVIDENCE})
"""The steps of the audited court; who made one of them neither closes the finding nor sends it back."""


class Step(NamedTuple):
    """What the rules know of one step."""

    kind: StepKind
    due_on: date | None
    actor_id: int


@dataclass(frozen=True)
class Progress:
    """A finding's way so far: the day by which the auditor wants it, and its steps in order."""

    due_on: date
    steps: Sequence[Step] = ()

    @property
    def state(self) -> FindingState:
        return AFTER[self.steps[-1].kind if self.steps else None]

    @property
    def wanted_by(self) -> date:
        """The auditor's day: the last one he set."""
        returned = [step.due_on for step in self.steps if step.kind is StepKind.RETURNED]
        return next((day for day in reversed(returned) if day), self.due_on)

    @property
    def deadline(self) -> date:
        """The day that counts: the auditor's, or an earlier one that the court's measure promises."""
        promised = [step.due_on for step in self.steps if step.due_on]
        return min(self.wanted_by, promised[-1]) if promised else self.wanted_by

    def is_overdue(self, today: date) -> bool:
        return self.state in WAITING_FOR_COURT and self.deadline < today


def finding_number(year: int, number: int) -> str:
    """``审2018-003``, counted in each court and year."""
    return f"审{year}-{number:03d}"


def check_step(state: FindingState, kind: StepKind) -> None:
    """Refuse a step that cannot be made from where the finding stands."""
    if kind not in NEXT[state]:
        raise RuleViolation(
            "该问题当前为“%(state)s”，不能办理“%(kind)s”，请刷新页面查看最新状态。",
            state=LABELS[state],
            kind=LABELS[kind],
        )


def check_auditor(actor_court: str, audited_by: str) -> None:
    """A finding is closed by the auditors of the court whose auditor made it; the audited court closes none of it."""
    if actor_court != audited_by:
        raise RuleViolation("该问题由其他法院的审计人员提出，请由提出问题的法院的审计人员审核销号。")


def check_other_hand(actor_id: int, steps: Sequence[Step]) -> None:
    """Nobody closes, or sends back, what he himself promised or proved."""
    if actor_id in {step.actor_id for step in steps if step.kind in HANDS}:
        raise RuleViolation("整改措施或证据由您办理，不能由您审核销号，请由其他审计人员办理。")


def check_prover(actor_id: int, *, responsible_id: int | None, may_answer: bool) -> None:
    """Evidence comes from the person responsible, or from the leadership that named him."""
    if actor_id != responsible_id and not may_answer:
        raise RuleViolation("整改证据由责任人或确定整改措施的领导提交，请由责任人办理。")


def check_due(due_on: date, today: date) -> None:
    if due_on < today:
        raise RuleViolation("整改期限不能早于今天，请重新填写。")


def checked_text(text: str, what: str) -> str:
    """A text that must say something; ``what`` is its name on the page."""
    told = text.strip()
    if len(told) < 4:
        raise RuleViolation("请写明%(what)s，至少4个字。", what=what)
    return told


def words_of(text: str | None) -> list[str]:
    """The records a text names, one after the other, each once; blanks stand between them."""
    return list(dict.fromkeys(re.split(r"[\s、，,；;]+", (text or "").strip()))) if text and text.strip() else []


def check_found(asked: Collection[str], unknown: Sequence[str]) -> None:
    """Refuse records that the audited court has not, and more than anybody reads."""
    if unknown:
        raise RuleViolation(
            "被审计法院没有记录“%(words)s”。请填写凭证号（如2018收0001）、垫付编号（如垫2018-0017）、案号，"
            "或从记录页面点“就此提出问题”带入。",
            words="、".join(unknown)[:100],
        )
    if len(asked) > MOST_RECORDS:
        raise RuleViolation("一个问题最多指向%(most)s条记录，请分列为几个问题。", most=MOST_RECORDS)


def check_pointed(records: Collection[str]) -> None:
    if not records:
        raise RuleViolation("请至少填写一条涉及的记录，使问题有据可查。")


def check_note(text: str) -> str:
    """A note that says something."""
    told = text.strip()
    if not told:
        raise RuleViolation("请填写笔记内容。")
    return told
