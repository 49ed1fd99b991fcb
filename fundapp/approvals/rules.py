"""The ladder: who signs, from which amount on, in which order, and with which hands. Pure."""

import enum
from collections.abc import Collection
from datetime import date

from fundapp.core.errors import Attempt, RuleViolation
from fundapp.core.money import ZERO, Money
from fundapp.core.versions import check_later_issue
from fundapp.core.words import N_
from fundapp.users.rules import LABELS as ROLE_LABELS
from fundapp.users.rules import Role


class Outcome(enum.Enum):
    """What a signature says."""

    AGREED = "agreed"
    RETURNED = "returned"
    REFUSED = "refused"


LABELS: dict[enum.Enum, str] = {
    Outcome.AGREED: N_("同意"),
    Outcome.RETURNED: N_("退回补正"),
    Outcome.REFUSED: N_("不予同意"),
}

ORDER = (Role.BUREAU_DIRECTOR, Role.FINANCE_REVIEWER, Role.VICE_PRESIDENT, Role.PRESIDENT)
"""执行局长, 财务审核, 分管副院长, and above the limit 院长; the first step has the number 1.

Source: 执行款物管理工作规定 (法发〔2017〕6号) arts. 10, 12 and 14; the limit is the court's own, see ``LadderIssue``.
"""


def steps(amount: Money, *, president_above: Money, limit_included: bool) -> list[Role]:
    """The posts that sign an amount, in order.

    Args:
        limit_included: whether exactly the limit goes up to the president too (“以上（含本数）”).
    """
    goes_up = amount >= president_above if limit_included else amount > president_above
    return list(ORDER if goes_up else ORDER[:-1])


def role_at(step: int) -> Role:
    """The post that signs at a step, counted from 1; the order is the same whatever the amount."""
    assert 1 <= step <= len(ORDER), step
    return ORDER[step - 1]


def check_fresh_hand(*, actor_id: int, prepared_by_id: int, signed_by: Collection[int]) -> None:
    """Nobody signs what he prepared, nor twice in one round."""
    if actor_id == prepared_by_id:
        raise RuleViolation("不能审批本人提出的申请，请由其他有权人员审批。").as_attempt(Attempt.SELF_APPROVAL)
    if actor_id in signed_by:
        raise RuleViolation("您在本轮审批中已经签署，同一人不能签署两个环节，请由其他有权人员审批。").as_attempt(
            Attempt.SELF_APPROVAL
        )


def check_turn(*, step: int, roles: Collection[Role]) -> None:
    """Only the post whose turn it is signs."""
    wanted = role_at(step)
    if wanted not in roles:
        raise RuleViolation("当前环节由“%(role)s”签署，尚未轮到您，请待其签署后再办理。", role=ROLE_LABELS[wanted])


def check_opinion(opinion: str) -> None:
    if not opinion.strip():
        raise RuleViolation("请填写审批意见。")


def check_issue(
    *, effective_from: date, latest: date | None, today: date, document: str, president_above: Money
) -> None:
    """Refuse limits that nothing stands on or that would rewrite the past; only the first issue may reach back."""
    if not document.strip():
        raise RuleViolation("请填写审批限额所依据的文件名称和文号。")
    if president_above < ZERO:
        raise RuleViolation("院长审批起点不能为负数，请重新填写。")
    check_later_issue(effective_from, latest=latest)
    if latest is not None and effective_from < today:
        raise RuleViolation("生效日期不能早于今天，已经生效的限额不能追溯变更，请重新填写。")
