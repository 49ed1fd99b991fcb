"""Table of the audit package: the whole trail of acts."""

from collections.abc import Iterable

from sqlalchemy import select

from fundapp.core.tables import COURT, Column, Row, Scope, stream, table, within
from fundapp.trail.models import TrailEntry
from fundapp.trail.rules import Event


@table(
    "trail", "操作留痕", "trail", "Every act from the first on, each sealed onto the one before",
    COURT,
    Column("seq", "序号", "number in the court's chain, without gap", "number"),
    Column("recorded_at", "时间", "moment of recording", "moment"),
    Column("event", "事项", "what was done", words=Event),
    Column("subject", "事项标识", "on which record"),
    Column("actor_id", "办理人标识", "id of the user who did it", "number"),
    Column("facts", "要素", "what the event tells, as JSON"),
    Column("previous", "上一条校验码", "seal of the entry before"),
    Column("seal", "校验码", "SHA-256 of all of these, each as its length, a colon and its bytes, after the version 1"),
)  # fmt: skip
def _trail(scope: Scope) -> Iterable[Row]:
    query = select(
        TrailEntry.court_code, TrailEntry.seq, TrailEntry.recorded_at, TrailEntry.event, TrailEntry.subject,
        TrailEntry.actor_id, TrailEntry.facts, TrailEntry.previous, TrailEntry.seal,
    )  # fmt: skip
    return stream(query.where(within(TrailEntry.court_code, scope)).order_by(TrailEntry.court_code, TrailEntry.seq))
