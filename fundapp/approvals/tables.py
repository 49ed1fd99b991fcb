"""Tables of the audit package: every signature, and the limits that said who had to sign."""

from collections.abc import Iterable

from sqlalchemy import select

from fundapp.approvals.models import Decision, LadderIssue
from fundapp.approvals.rules import LABELS, Outcome
from fundapp.core.tables import (
    COURT,
    ID,
    Column,
    Kept,
    Recorded,
    Row,
    Scope,
    Stream,
    amount_column,
    called,
    table,
    within,
)
from fundapp.trail.rules import Event
from fundapp.users.models import User
from fundapp.users.rules import LABELS as ROLE_LABELS
from fundapp.users.rules import Role


@table(
    "decisions", "审批签署", "fund",
    "垫付申请和案款发放的每一次审批签署",
    "Signatures on advances and payouts",
    ID,
    COURT,
    Column("subject", "事项标识", "what was decided on (advance:ID, payout:ID)",
           told="advance:标识为垫付申请，payout:标识为案款发放"),
    Column("round", "审批轮次", "round", "number", told="退回后重新提交的为下一轮"),
    Column("step", "环节", "step of the ladder", "number", told="审批次序，自1起"),
    Column("role", "岗位", "post in which it was signed", words=Role),
    Column("outcome", "决定", "agreed, returned or refused", words=Outcome),
    Column("opinion", "意见", "opinion", "remark"),
    Column("payload_digest", "付款要素校验码", "SHA-256 of what the signer saw",
           told="签署人所见案件、收款人、账户、金额的SHA-256"),
    Column("ladder_id", "审批限额标识", "id of the limits that it was signed under", told="签署时适用的审批限额"),
    Column("actor", "签署人", "who signed"),
    Column("decided_at", "签署时间", "when", "moment"),
    Column("seen_version", "所见版本", "version of the record that the signer had on screen", "number",
           told="签署时页面所示记录的版本"),
    about={"subject": ""},
    kept=Kept(Decision),
    records=[
        Recorded(
            Event.DECISION_SIGNED.value, "{subject}", "actor", until="always",
            facts={
                "step": "{step}", "role": "{role}", "outcome": "{outcome}", "opinion": "{opinion}",
                "digest": "{payload_digest}",
            },
            words={"role": called(Role, ROLE_LABELS), "outcome": called(Outcome, LABELS)},
        ),
    ],
)  # fmt: skip
def _decisions(scope: Scope) -> Iterable[Row]:
    query = select(
        Decision.id, Decision.court_code, Decision.subject, Decision.round, Decision.step, Decision.role,
        Decision.outcome, Decision.opinion, Decision.payload_digest, Decision.ladder_id, User.username,
        Decision.decided_at, Decision.seen_version,
    ).join(User, User.id == Decision.actor_id)  # fmt: skip
    return Stream(query.where(within(Decision.court_code, scope)).order_by(Decision.id))


@table(
    "ladders", "审批限额", "fund",
    "历次发布的审批限额，自生效日期起至下次发布前有效",
    "Limits of approval as issued, in force from a day until the next issue",
    ID,
    COURT,
    Column("effective_from", "生效日期", "first day in force", "day"),
    Column("document", "依据文件", "document that they stand on"),
    amount_column("president_above", "院长审批起点", "amount above which the president signs too", is_summed=False,
           told="超过此金额的须由院长审批"),
    Column("limit_included", "含本数", "1: exactly this amount goes up to the president", "number",
           told="1：恰为此金额的也须院长审批"),
    Column("issued_by", "发布人", "who issued them"),
    Column("issued_at", "发布时间", "when", "moment"),
    kept=Kept(LadderIssue),
    records=[
        Recorded(
            Event.LADDER_ISSUED.value, "ladder:{id}", "issued_by", until="always",
            facts={
                "document": "{document}", "effective_from": "{effective_from}", "president_above": "{president_above}",
            },
        ),
    ],
)  # fmt: skip
def _ladders(scope: Scope) -> Iterable[Row]:
    query = select(
        LadderIssue.id, LadderIssue.court_code, LadderIssue.effective_from, LadderIssue.document,
        LadderIssue.president_above, LadderIssue.limit_included, User.username, LadderIssue.issued_at,
    ).join(User, User.id == LadderIssue.issued_by_id)  # fmt: skip
    return Stream(query.where(within(LadderIssue.court_code, scope)).order_by(LadderIssue.id))
