"""People and their acts: accounts, roles, and the whole trail."""

from collections.abc import Iterable

from sqlalchemy import select

from fundapp.trail.models import TrailEntry
from fundapp.users.models import Grant, User
from fundapp.yearend.queries.tables.registry import (
    COURT,
    ID,
    Column,
    Row,
    Scope,
    stream,
    table,
    within,
)


@table(
    "users", "用户", "people", "Accounts of those who sign in",
    ID,
    Column("username", "登录名", "login name"),
    Column("name", "姓名", "name"),
    COURT,
    Column("is_active", "启用", "1 while the account may be used", "number"),
    Column("created_at", "建立时间", "when it was made", "moment"),
)  # fmt: skip
def _users(scope: Scope) -> Iterable[Row]:
    query = select(User.id, User.username, User.name, User.court_code, User.is_active, User.created_at)
    return stream(query.where(within(User.court_code, scope)).order_by(User.id))


@table(
    "grants", "岗位授权", "people", "Roles granted and ended",
    ID,
    Column("user_id", "用户标识", "id of the user", "number"),
    Column("username", "登录名", "login name"),
    Column("role", "岗位", "role"),
    Column("granted_by", "授权人", "who granted it; empty at the set-up of the system"),
    Column("granted_at", "授权时间", "when", "moment"),
    Column("ended_by", "收回人", "who ended it"),
    Column("ended_at", "收回时间", "when", "moment"),
)  # fmt: skip
def _grants(scope: Scope) -> Iterable[Row]:
    query = (
        select(
            Grant.id, Grant.user_id, User.username, Grant.role, Grant.granted_by_id, Grant.granted_at,
            Grant.ended_by_id, Grant.ended_at,
        )
        .join(User, User.id == Grant.user_id)
        .where(within(User.court_code, scope))
        .order_by(Grant.id)
    )  # fmt: skip
    for *facts, granted_by, granted_at, ended_by, ended_at in stream(query):
        yield *facts, scope.people[granted_by], granted_at, scope.people[ended_by], ended_at


@table(
    "trail", "操作留痕", "trail", "Every act from the first on, each sealed onto the one before",
    COURT,
    Column("seq", "序号", "number in the court's chain, without gap", "number"),
    Column("recorded_at", "时间", "moment of recording", "moment"),
    Column("event", "事项", "what was done"),
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
