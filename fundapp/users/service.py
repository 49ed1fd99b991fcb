"""Writes of accounts, roles and sign-ins."""

import hashlib
import secrets
import string
from datetime import timedelta

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from sqlalchemy import select

from fundapp.core import clock
from fundapp.core.db import db
from fundapp.core.errors import RuleViolation
from fundapp.trail import service as trail
from fundapp.trail.rules import Event
from fundapp.users import queries, rules
from fundapp.users.models import Grant, SignIn, User
from fundapp.users.rules import Role

_hasher = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)  # OWASP's second profile: 19 MiB, 8 threads fit
_NO_PASSWORD = "!"  # noqa: S105 - fits no password
_NOBODY = _hasher.hash(secrets.token_hex(16))
_SEEN_EVERY = timedelta(minutes=1)


def create(
    *, username: str, name: str, court_code: str, password: str, must_change: bool = True, actor: User | None
) -> User:
    """Make an account without any role.

    Args:
        actor: None only for the very first account of an empty system, which then is its own witness.

    Raises:
        RuleViolation: the name is malformed or taken, or the password too weak.
    """
    rules.check_username(username)
    rules.check_password(password, username)
    if queries.user_named(username) is not None:
        raise RuleViolation("登录名“%(username)s”已被使用，请另取一个。", username=username)
    user = _added(username=username, name=name, court_code=court_code, password_hash=_hasher.hash(password))
    user.must_change_password = must_change
    trail.record(Event.USER_CREATED, user.subject, court_code=court_code, actor=actor or user, username=username)
    return user


def operator(court_code: str) -> User:
    """The account in whose name commands of the server act in this court; nobody can sign in with it."""
    username = f"operator-{court_code[1:]}"
    found = queries.user_named(username)
    if found is not None:
        return found
    user = _added(username=username, name="服务器命令", court_code=court_code, password_hash=_NO_PASSWORD)
    trail.record(Event.USER_CREATED, user.subject, court_code=court_code, actor=user, username=username)
    return user


def _added(*, username: str, name: str, court_code: str, password_hash: str) -> User:
    user = User(
        username=username,
        name=name,
        court_code=court_code,
        password_hash=password_hash,
        must_change_password=False,
        is_active=True,
        failed_attempts=0,
        created_at=clock.now(),
    )
    db.session.add(user)
    db.session.flush()
    return user


def one_time_password() -> str:
    """A random password to be shown once and changed at the first sign-in."""
    letters = "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(14))
    return f"{letters}-{secrets.randbelow(90) + 10}Aa"


def grant(user_id: int, *, role: Role, actor: User | None) -> Grant:
    """Give a role to an account of the granter's court, and end its sign-ins: the new post begins with a new one.

    Args:
        actor: None only while an empty system is set up.

    Raises:
        RuleViolation: one's own account, a role already held, or one that a held role excludes.
    """
    user = db.session.get_one(User, user_id)
    if actor is not None:
        rules.check_not_self(user_id, actor.id)
        rules.check_acts_here(actor.court_code, user.court_code)
    if role in user.roles:
        raise RuleViolation("该用户已有“%(role)s”角色，无需重复授予。", role=rules.LABELS[role])
    rules.check_compatible(user.roles, role)
    granted = Grant(user_id=user_id, role=role, granted_by_id=actor.id if actor else None, granted_at=clock.now())
    db.session.add(granted)
    _end_sign_ins(user)
    _tell_role(Event.ROLE_GRANTED, user, role, actor or user)
    return granted


def end_grant(user_id: int, *, role: Role, actor: User) -> None:
    """Take a role back, and end the sign-ins that relied on it."""
    user = db.session.get_one(User, user_id)
    rules.check_not_self(user_id, actor.id)
    rules.check_acts_here(actor.court_code, user.court_code)
    held = db.session.scalar(
        select(Grant).where(Grant.user_id == user_id, Grant.role == role, Grant.ended_at.is_(None))
    )
    if held is None:
        raise RuleViolation("该用户没有“%(role)s”角色，请刷新后查看。", role=rules.LABELS[role])
    held.ended_at, held.ended_by_id = clock.now(), actor.id
    _end_sign_ins(user)
    _tell_role(Event.ROLE_ENDED, user, role, actor)


def _tell_role(event: Event, user: User, role: Role, actor: User) -> None:
    trail.record(event, user.subject, court_code=user.court_code, actor=actor, username=user.username, role=role.value)
    db.session.expire(user, ["grants"])


def set_active(user_id: int, *, is_active: bool, actor: User) -> None:
    """Stop or resume an account; stopping ends its sign-ins."""
    user = db.session.get_one(User, user_id)
    rules.check_not_self(user_id, actor.id)
    rules.check_acts_here(actor.court_code, user.court_code)
    if user.is_active == is_active:
        raise RuleViolation("该账号的状态没有变化，请刷新页面后查看。")
    user.is_active = is_active
    if not is_active:
        _end_sign_ins(user)
    event = Event.USER_RESUMED if is_active else Event.USER_STOPPED
    trail.record(event, user.subject, court_code=user.court_code, actor=actor, username=user.username)


def reset_password(user_id: int, *, password: str, actor: User) -> None:
    """Give another account a one-time password."""
    user = db.session.get_one(User, user_id)
    rules.check_not_self(user_id, actor.id)
    rules.check_acts_here(actor.court_code, user.court_code)
    if user.password_hash == _NO_PASSWORD:
        raise RuleViolation("该账号仅供服务器命令留痕使用，不能登录，也不能设置密码。")
    user.password_hash = _hasher.hash(password)
    user.must_change_password, user.failed_attempts, user.locked_until = True, 0, None
    _end_sign_ins(user)
    trail.record(Event.PASSWORD_RESET, user.subject, court_code=user.court_code, actor=actor, username=user.username)


def change_password(*, old: str, new: str, actor: User) -> None:
    """Change one's own password; every sign-in of the account ends."""
    if not _fits(actor.password_hash, old):
        raise RuleViolation("原密码不正确，请重新输入。")
    rules.check_password(new, actor.username)
    if _fits(actor.password_hash, new):
        raise RuleViolation("新密码不能与原密码相同，请另设一个。")
    actor.password_hash, actor.must_change_password = _hasher.hash(new), False
    _end_sign_ins(actor)
    trail.record(
        Event.PASSWORD_CHANGED, actor.subject, court_code=actor.court_code, actor=actor, username=actor.username
    )


def sign_in(username: str, password: str, *, address: str) -> tuple[User | None, str]:
    """Try to sign in.

    Returns:
        The user and the token for the browser, or None and the sentence (a msgid) to show. Wrong name, wrong password,
        stopped and locked accounts get the same sentence. A failed try is kept, so this is no refusal that rolls back.
    """
    user = queries.user_named(username)
    good = _fits(user.password_hash if user else _NOBODY, password)
    if user is None:
        return None, rules.SIGN_IN_FAILED
    now = clock.now()
    locked = user.locked_until is not None and now < user.locked_until
    if not good or locked or not user.is_active:
        _count_failure(user, good=good, address=address)
        return None, rules.SIGN_IN_FAILED
    user.failed_attempts, user.locked_until = 0, None
    token = secrets.token_urlsafe(32)
    db.session.add(
        SignIn(token_digest=_digest(token), user_id=user.id, address=address[:60], started_at=now, seen_at=now)
    )
    trail.record(Event.SIGNED_IN, user.subject, court_code=user.court_code, actor=user, address=address[:60])
    return user, token


def _count_failure(user: User, *, good: bool, address: str) -> None:
    if not good:
        user.failed_attempts += 1
        if user.failed_attempts >= rules.ATTEMPTS_BEFORE_LOCK:
            user.failed_attempts, user.locked_until = 0, clock.now() + rules.LOCK_TIME
    reason = "password" if not good else "locked" if user.is_active else "stopped"
    trail.record(
        Event.SIGN_IN_REFUSED, user.subject, court_code=user.court_code, actor=user, address=address[:60], reason=reason
    )


def signed_in(token: str, *, idle: timedelta) -> User | None:
    """Whose sign-in this token is, if it has not ended."""
    found = db.session.scalar(select(SignIn).where(SignIn.token_digest == _digest(token), SignIn.ended_at.is_(None)))
    if found is None or clock.now() - found.seen_at > idle:
        return None
    user = db.session.get_one(User, found.user_id)
    return user if user.is_active else None


def is_due(token: str) -> bool:
    """Whether the sign-in should be marked as seen again; once a minute is enough."""
    seen_at = db.session.scalar(select(SignIn.seen_at).where(SignIn.token_digest == _digest(token)))
    return seen_at is not None and clock.now() - seen_at > _SEEN_EVERY


def mark_seen(token: str) -> None:
    found = db.session.scalar(select(SignIn).where(SignIn.token_digest == _digest(token)))
    if found is not None:
        found.seen_at = clock.now()


def sign_out(token: str, *, actor: User) -> None:
    """End this sign-in for good; a copy of the cookie opens nothing any more."""
    found = db.session.scalar(select(SignIn).where(SignIn.token_digest == _digest(token)))
    if found is not None and found.ended_at is None:
        found.ended_at = clock.now()
        trail.record(Event.SIGNED_OUT, actor.subject, court_code=actor.court_code, actor=actor, reason="sign_out")


def _end_sign_ins(user: User) -> None:
    for found in db.session.scalars(select(SignIn).where(SignIn.user_id == user.id, SignIn.ended_at.is_(None))):
        found.ended_at = clock.now()


def _fits(password_hash: str, password: str) -> bool:
    if password_hash == _NO_PASSWORD:
        return False
    try:
        return _hasher.verify(password_hash, password[: rules.LONGEST_PASSWORD])
    except VerifyMismatchError:
        return False


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
