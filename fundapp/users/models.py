"""What is kept of the people who sign in."""

import enum
from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fundapp.core.db import Base
from fundapp.users.rules import MATRIX, READS_LOWER_COURTS, Permission, Role


class User(Base):
    """One person's account, in one court."""

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(60))
    court_code: Mapped[str] = mapped_column(ForeignKey("courts.code"), index=True)
    password_hash: Mapped[str] = mapped_column(String(200))
    must_change_password: Mapped[bool]
    is_active: Mapped[bool]
    failed_attempts: Mapped[int]
    locked_until: Mapped[datetime | None]
    created_at: Mapped[datetime]
    grants: Mapped[list["Grant"]] = relationship(
        primaryjoin="and_(User.id == Grant.user_id, Grant.ended_at.is_(None))", lazy="selectin", viewonly=True
    )

    @property
    def subject(self) -> str:
        return f"user:{self.id}"

    @property
    def roles(self) -> frozenset[Role]:
        return frozenset(grant.role for grant in self.grants)

    def may(self, permission: enum.Enum) -> bool:
        return isinstance(permission, Permission) and not self.roles.isdisjoint(MATRIX[permission])

    @property
    def reads_lower_courts(self) -> bool:
        return not self.roles.isdisjoint(READS_LOWER_COURTS)


class Grant(Base):
    """One role held by one user, from its grant to its end."""

    __tablename__ = "grants"
    __table_args__ = (Index("ix_grants_user_id_ended_at", "user_id", "ended_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    role: Mapped[Role]
    granted_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    granted_at: Mapped[datetime]
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    ended_at: Mapped[datetime | None]


class SignIn(Base):
    """One sign-in: the browser holds the token, the database only its digest, and the end of it."""

    __tablename__ = "sign_ins"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_digest: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    address: Mapped[str] = mapped_column(String(60))
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
