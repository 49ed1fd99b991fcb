"""Reads of accounts and sign-ins."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, select

from fundapp.core.db import db
from fundapp.core.errors import NotFound
from fundapp.courts import queries as courts
from fundapp.users.models import Grant, User
from fundapp.users.rules import Role


def user(user_id: int, scope: frozenset[str]) -> User:
    found = db.session.get(User, user_id)
    if found is None or found.court_code not in scope:
        raise NotFound("没有找到该用户，请返回用户列表重新选择。")
    return found


def user_named(username: str) -> User | None:
    return db.session.scalar(select(User).where(User.username == username))


def users(scope: frozenset[str], *, name: str | None = None, role: Role | None = None) -> Select[Any]:
    """The query of the list of accounts."""
    query = select(User).where(User.court_code.in_(scope))
    if name:
        query = query.where(User.name.contains(name, autoescape=True) | User.username.contains(name, autoescape=True))
    if role is not None:
        query = query.where(User.id.in_(select(Grant.user_id).where(Grant.role == role, Grant.ended_at.is_(None))))
    return query


def holders(court_code: str, role: Role) -> Sequence[User]:
    """The active holders of a post in one court."""
    held = select(Grant.user_id).where(Grant.role == role, Grant.ended_at.is_(None))
    return db.session.scalars(
        select(User).where(User.court_code == court_code, User.is_active, User.id.in_(held)).order_by(User.id)
    ).all()


def all_grants(user_id: int) -> Sequence[Grant]:
    return db.session.scalars(select(Grant).where(Grant.user_id == user_id).order_by(Grant.id)).all()


def readable_courts(reader: User) -> frozenset[str]:
    """The courts whose records this user may read: the own one, and for leadership and auditors the ones under it."""
    if reader.reads_lower_courts:
        return courts.with_lower(reader.court_code)
    return frozenset({reader.court_code})
