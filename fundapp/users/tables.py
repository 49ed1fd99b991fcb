"""Tables of the audit package: who signs in, with which roles, what each role may do, and who signed in when."""

from collections.abc import Iterable

from sqlalchemy import or_, select

from fundapp.core.db import db
from fundapp.core.tables import COURT, ID, Column, Row, Scope, Stream, table, within
from fundapp.trail.models import TrailEntry
from fundapp.users.models import Grant, SignIn, User
from fundapp.users.rules import MATRIX, Permission, Role


def people(scope: Scope) -> dict[int | None, str]:
    """Every user's login name by id; nobody has none."""
    return scope.recall(_usernames)


def _usernames(scope: Scope) -> dict[int | None, str]:
    return {None: "", **dict(db.session.execute(select(User.id, User.username)).all())}


@table(
    "users", "用户", "people",
    "登录用户，含曾在本院办理业务的外院用户",
    "Accounts of those who sign in, and of those of other courts who acted here",
    ID,
    Column("username", "登录名", "login name"),
    Column("name", "姓名", "name"),
    COURT,
    Column("is_active", "启用", "1 while the account may be used", "number", told="1：账号可以使用"),
    Column("created_at", "建立时间", "when it was made", "moment"),
)  # fmt: skip
def _users(scope: Scope) -> Iterable[Row]:
    query = select(User.id, User.username, User.name, User.court_code, User.is_active, User.created_at)
    acted = select(TrailEntry.actor_id).where(within(TrailEntry.court_code, scope))
    return Stream(query.where(or_(within(User.court_code, scope), User.id.in_(acted))).order_by(User.id))


@table(
    "grants", "岗位授权", "people",
    "岗位的授予和收回",
    "Roles granted and ended",
    ID,
    Column("user_id", "用户标识", "id of the user", "number"),
    Column("username", "登录名", "login name"),
    Column("role", "岗位", "role", words=Role),
    Column("granted_by", "授权人", "who granted it; empty at the set-up of the system", told="系统初设时授予的为空"),
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
    names = people(scope)
    for *facts, granted_by, granted_at, ended_by, ended_at in Stream(query):
        yield *facts, names[granted_by], granted_at, names[ended_by], ended_at


@table(
    "permissions", "岗位权限表", "people",
    "每个岗位可以办理的事项，一行一项",
    "What each role may do: one row for each permission of each role",
    Column("permission", "权限", "permission", words=Permission),
    Column("role", "岗位", "role that has it", words=Role),
)  # fmt: skip
def _permissions(scope: Scope) -> Iterable[Row]:
    return [(permission.value, role.value) for permission, roles in MATRIX.items() for role in Role if role in roles]


@table(
    "sign_ins", "登录记录", "people",
    "每次登录，截至制作本包时",
    "Every sign-in up to the moment when the package was made",
    ID,
    Column("user_id", "用户标识", "id of the user", "number"),
    Column("username", "登录名", "login name"),
    Column("address", "网络地址", "network address of the computer", told="登录电脑的网络地址"),
    Column("started_at", "登录时间", "when it began", "moment"),
    Column("seen_at", "最近操作时间", "when it was last used, to the minute", "moment", told="最近一次操作，精确到分"),
    Column("ended_at", "结束时间", "when it ended; empty while it goes on", "moment", told="尚未结束的为空"),
)  # fmt: skip
def _sign_ins(scope: Scope) -> Iterable[Row]:
    query = select(
        SignIn.id, SignIn.user_id, User.username, SignIn.address, SignIn.started_at, SignIn.seen_at, SignIn.ended_at,
    ).join(User, User.id == SignIn.user_id)  # fmt: skip
    return Stream(query.where(within(User.court_code, scope)).order_by(SignIn.id))
