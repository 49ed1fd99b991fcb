"""Table of the audit package: every signature."""

from collections.abc import Iterable

from sqlalchemy import select

from fundapp.approvals.models import Decision
from fundapp.approvals.rules import Outcome
from fundapp.core.tables import COURT, ID, Column, Row, Scope, stream, table, within
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
    Column("actor", "签署人", "who signed"),
    Column("decided_at", "签署时间", "when", "moment"),
)  # fmt: skip
def _decisions(scope: Scope) -> Iterable[Row]:
    query = select(
        Decision.id, Decision.court_code, Decision.subject, Decision.round, Decision.step, Decision.role,
        Decision.outcome, Decision.opinion, Decision.payload_digest, User.username, Decision.decided_at,
    ).join(User, User.id == Decision.actor_id)  # fmt: skip
    return stream(query.where(within(Decision.court_code, scope)).order_by(Decision.id))
