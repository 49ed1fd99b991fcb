"""Tables of the audit package: every signature, and the limits that said who had to sign."""

from collections.abc import Iterable

from sqlalchemy import select

from fundapp.approvals.models import Decision, LadderIssue
from fundapp.approvals.rules import Outcome
from fundapp.core.tables import COURT, ID, Column, Row, Scope, Stream, amount_column, table, within
from fundapp.users.models import User
from fundapp.users.rules import Role


@table(
    "decisions", "审批签署", "fund", "Signatures on advances and payouts",
    ID,
    COURT,
    Column("subject", "事项标识", "what was decided on (advance:ID, payout:ID)"),
    Column("round", "审批轮次", "round", "number"),
    Column("step", "环节", "step of the ladder", "number"),
    Column("role", "岗位", "post in which it was signed", words=Role),
    Column("outcome", "决定", "agreed, returned or refused", words=Outcome),
    Column("opinion", "意见", "opinion"),
    Column("payload_digest", "付款要素校验码", "SHA-256 of what the signer saw"),
    Column("ladder_id", "审批限额标识", "id of the limits that it was signed under"),
    Column("actor", "签署人", "who signed"),
    Column("decided_at", "签署时间", "when", "moment"),
    Column("seen_version", "所见版本", "version of the record that the signer had on screen", "number"),
)  # fmt: skip
def _decisions(scope: Scope) -> Iterable[Row]:
    query = select(
        Decision.id, Decision.court_code, Decision.subject, Decision.round, Decision.step, Decision.role,
        Decision.outcome, Decision.opinion, Decision.payload_digest, Decision.ladder_id, User.username,
        Decision.decided_at, Decision.seen_version,
    ).join(User, User.id == Decision.actor_id)  # fmt: skip
    return Stream(query.where(within(Decision.court_code, scope)).order_by(Decision.id))


@table(
    "ladders", "审批限额", "fund", "Limits of approval as issued, in force from a day until the next issue",
    ID,
    COURT,
    Column("effective_from", "生效日期", "first day in force", "day"),
    Column("document", "依据文件", "document that they stand on"),
    amount_column("president_above", "院长审批起点", "amount above which the president signs too", is_summed=False),
    Column("limit_included", "含本数", "1: exactly this amount goes up to the president", "number"),
    Column("issued_by", "发布人", "who issued them"),
    Column("issued_at", "发布时间", "when", "moment"),
)  # fmt: skip
def _ladders(scope: Scope) -> Iterable[Row]:
    query = select(
        LadderIssue.id, LadderIssue.court_code, LadderIssue.effective_from, LadderIssue.document,
        LadderIssue.president_above, LadderIssue.limit_included, User.username, LadderIssue.issued_at,
    ).join(User, User.id == LadderIssue.issued_by_id)  # fmt: skip
    return Stream(query.where(within(LadderIssue.court_code, scope)).order_by(LadderIssue.id))
