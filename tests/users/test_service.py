"""Accounts, roles and sign-ins."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from fundapp.core import clock
from fundapp.core.db import db, transaction
from fundapp.core.errors import NotFound, RuleViolation
from fundapp.trail import queries as trail
from fundapp.trail.rules import Event
from fundapp.users import queries, service
from fundapp.users.models import SignIn, User
from fundapp.users.rules import SIGN_IN_FAILED, Role
from tests.builders.people import COURT, OTHER_COURT, PASSWORD, SUPERIOR, a_user

NOON = datetime(2018, 3, 1, 4, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def try_to_sign_in(username: str, password: str = PASSWORD) -> tuple[User | None, str]:
    named = queries.user_named(username)
    with transaction(*([named.court_code] if named else [])):
        return service.sign_in(username, password, address="192.0.2.7")


def last_event(user: User):
    return trail.history(user.subject)[-1]


# accounts


def test_an_account_is_made_without_a_role_and_with_a_hash_for_a_password(app):
    administrator = a_user(Role.ADMINISTRATOR)
    with transaction(COURT):
        user = service.create(
            username="li.si", name="李四", court_code=COURT, password="One-Time-1234", actor=administrator
        )
    assert user.roles == frozenset() and user.must_change_password and user.is_active
    assert user.password_hash.startswith("$argon2id$") and "One-Time" not in user.password_hash
    assert (last_event(user).event, last_event(user).actor_id) == (Event.USER_CREATED, administrator.id)


@pytest.mark.parametrize(
    ("facts", "told"),
    [
        ({"username": "Li Si"}, "登录名须为"),
        ({"password": "short"}, "12至128位"),
        ({"username": "taken"}, "已被使用"),
    ],
)
def test_an_account_that_cannot_be_is_not_made(app, facts, told):
    administrator = a_user(Role.ADMINISTRATOR)
    known = {"username": "taken", "name": "李四", "court_code": COURT, "password": "One-Time-1234"}
    with transaction(COURT):
        service.create(**known, actor=administrator)
    with pytest.raises(RuleViolation, match=told), transaction(COURT):
        service.create(**known | {"username": "li.si"} | facts, actor=administrator)


def test_one_time_passwords_are_good_and_never_the_same(app):
    made = {service.one_time_password() for _ in range(50)}
    assert len(made) == 50
    for password in made:
        service.rules.check_password(password, "li.si")


def test_the_operator_of_the_server_leaves_a_trace_and_cannot_sign_in(app):
    with transaction(COURT):
        operator = service.operator(COURT)
        assert service.operator(COURT) is operator
    assert try_to_sign_in(operator.username, "!") == (None, SIGN_IN_FAILED)
    administrator = a_user(Role.ADMINISTRATOR)
    with pytest.raises(RuleViolation, match="不能登录"), transaction(COURT):
        service.reset_password(operator.id, password="One-Time-1234", actor=administrator)


# roles


def grant(user: User, role: Role, actor: User) -> None:
    with transaction(COURT, OTHER_COURT):
        service.grant(user.id, role=role, actor=actor)


def test_a_role_is_granted_by_another_hand_and_told(app):
    security, user = a_user(Role.SECURITY_ADMINISTRATOR), a_user(None)
    grant(user, Role.CASE_HANDLER, security)
    grant(user, Role.VICE_PRESIDENT, security)
    assert user.roles == {Role.CASE_HANDLER, Role.VICE_PRESIDENT}
    entry = last_event(user)
    assert entry.event is Event.ROLE_GRANTED and entry.told == {"username": user.username, "role": "vice_president"}
    assert {held.id for held in queries.holders(COURT, Role.CASE_HANDLER)} == {user.id}


def test_a_role_is_not_granted_to_oneself_to_another_court_twice_or_beside_an_excluded_one(app):
    security, user = a_user(Role.SECURITY_ADMINISTRATOR), a_user(Role.FINANCE_CLERK)
    stranger = a_user(None, court_code=OTHER_COURT)
    for who, role, told in [
        (security, Role.PRESIDENT, "不能变更本人"),
        (stranger, Role.PRESIDENT, "只能办理本院"),
        (user, Role.FINANCE_CLERK, "无需重复授予"),
        (user, Role.FINANCE_REVIEWER, "不相容岗位"),
    ]:
        with pytest.raises(RuleViolation, match=told):
            grant(who, role, security)
    assert (user.roles, stranger.roles) == ({Role.FINANCE_CLERK}, frozenset())


def test_a_role_that_ends_makes_room_for_what_it_excluded(app):
    security, user = a_user(Role.SECURITY_ADMINISTRATOR), a_user(Role.FINANCE_CLERK)
    with transaction(COURT):
        service.end_grant(user.id, role=Role.FINANCE_CLERK, actor=security)
    assert user.roles == frozenset() and last_event(user).event is Event.ROLE_ENDED
    grant(user, Role.FINANCE_REVIEWER, security)
    assert user.roles == {Role.FINANCE_REVIEWER}
    assert [(held.role, held.ended_at is None) for held in queries.all_grants(user.id)] == [
        (Role.FINANCE_CLERK, False),
        (Role.FINANCE_REVIEWER, True),
    ]
    with pytest.raises(RuleViolation, match="没有“财务经办”角色"), transaction(COURT):
        service.end_grant(user.id, role=Role.FINANCE_CLERK, actor=security)


def test_leaders_of_the_superior_court_read_lower_courts_and_others_do_not(app):
    for role in Role:
        reader = a_user(role, court_code=SUPERIOR)
        readable = queries.readable_courts(reader)
        reads_all = role in (Role.BUREAU_DIRECTOR, Role.VICE_PRESIDENT, Role.PRESIDENT, Role.AUDITOR)
        assert len(readable) == (11 if reads_all else 1)
    assert queries.readable_courts(a_user(Role.PRESIDENT)) == {COURT}


def test_accounts_are_read_within_one_s_courts(app):
    user = a_user(Role.FINANCE_CLERK, name="王会计")
    a_user(court_code=OTHER_COURT)
    assert queries.user(user.id, frozenset({COURT})) == user
    with pytest.raises(NotFound):
        queries.user(user.id, frozenset({OTHER_COURT}))
    both = frozenset({COURT, OTHER_COURT})
    assert len(db.session.scalars(queries.users(both)).all()) == 2
    assert db.session.scalars(queries.users(both, name="会计")).all() == [user]
    assert db.session.scalars(queries.users(both, role=Role.FINANCE_CLERK)).all() == [user]
    assert db.session.scalars(queries.users(both, name="%")).all() == []


# sign-ins


def test_a_sign_in_is_kept_as_a_digest_and_told(app):
    user = a_user()
    found, token = try_to_sign_in(user.username)
    assert found == user
    kept = db.session.scalars(select(SignIn)).one()
    assert token not in kept.token_digest and kept.address == "192.0.2.7"
    assert last_event(user).event is Event.SIGNED_IN
    assert service.signed_in(token, idle=HOUR) == user
    assert service.signed_in(kept.token_digest, idle=HOUR) is None
    assert service.signed_in("", idle=HOUR) is None


def test_a_wrong_name_and_a_wrong_password_are_answered_alike(app):
    user = a_user()
    assert try_to_sign_in(user.username, "Wrong-Pass-2018") == try_to_sign_in("nobody") == (None, SIGN_IN_FAILED)
    entry = last_event(user)
    assert entry.event is Event.SIGN_IN_REFUSED and entry.told["reason"] == "password"
    assert user.failed_attempts == 1
    assert try_to_sign_in(user.username)[0] == user
    assert user.failed_attempts == 0


def test_five_wrong_passwords_lock_for_fifteen_minutes(app):
    user = a_user()
    with clock.at(NOON):
        for _ in range(4):
            try_to_sign_in(user.username, "Wrong-Pass-2018")
        assert try_to_sign_in(user.username)[0] == user, "four are forgiven"
        for _ in range(5):
            try_to_sign_in(user.username, "Wrong-Pass-2018")
        assert try_to_sign_in(user.username) == (None, SIGN_IN_FAILED)
        assert last_event(user).told["reason"] == "locked"
    with clock.at(NOON + timedelta(minutes=15) - timedelta(seconds=1)):
        assert try_to_sign_in(user.username)[0] is None
    with clock.at(NOON + timedelta(minutes=15)):
        assert try_to_sign_in(user.username)[0] == user


def test_a_sign_in_ends_when_idle(app):
    user = a_user()
    with clock.at(NOON):
        token = try_to_sign_in(user.username)[1]
    with clock.at(NOON + timedelta(seconds=60)):
        assert not service.is_due(token)
    with clock.at(NOON + timedelta(minutes=59)):
        assert service.is_due(token)
        with transaction():
            service.mark_seen(token)
    with clock.at(NOON + timedelta(minutes=119)):
        assert service.signed_in(token, idle=HOUR) == user
    with clock.at(NOON + timedelta(minutes=119, seconds=1)):
        assert service.signed_in(token, idle=HOUR) is None


def end_by_sign_out(user: User, token: str) -> None:
    service.sign_out(token, actor=user)


def end_by_new_password(user: User, token: str) -> None:
    service.change_password(old=PASSWORD, new="Another-Pass-2019", actor=user)


def end_by_reset(user: User, token: str) -> None:
    service.reset_password(user.id, password="One-Time-1234", actor=queries.user_named("other"))


def end_by_stop(user: User, token: str) -> None:
    service.set_active(user.id, is_active=False, actor=queries.user_named("other"))


def end_by_grant(user: User, token: str) -> None:
    service.grant(user.id, role=Role.VICE_PRESIDENT, actor=queries.user_named("other"))


def end_by_end_of_grant(user: User, token: str) -> None:
    service.end_grant(user.id, role=Role.CASE_HANDLER, actor=queries.user_named("other"))


@pytest.mark.parametrize(
    ("end", "event"),
    [
        (end_by_sign_out, Event.SIGNED_OUT),
        (end_by_new_password, Event.PASSWORD_CHANGED),
        (end_by_reset, Event.PASSWORD_RESET),
        (end_by_stop, Event.USER_STOPPED),
        (end_by_grant, Event.ROLE_GRANTED),
        (end_by_end_of_grant, Event.ROLE_ENDED),
    ],
)
def test_a_sign_in_ends_for_good(app, end, event):
    """I30: at sign-out, at a new password, at a change of roles, when the account is stopped."""
    user, other = a_user(), a_user(None)
    with transaction(COURT):
        other.username = "other"
        service._tell_role(Event.ROLE_GRANTED, other, Role.ADMINISTRATOR, other)
    token = try_to_sign_in(user.username)[1]
    assert service.signed_in(token, idle=HOUR) == user
    with transaction(COURT):
        end(user, token)
    assert service.signed_in(token, idle=HOUR) is None
    assert last_event(user).event is event


def test_a_stopped_account_cannot_sign_in_until_it_is_resumed(app):
    user, administrator = a_user(), a_user(Role.ADMINISTRATOR)
    with transaction(COURT):
        service.set_active(user.id, is_active=False, actor=administrator)
    assert try_to_sign_in(user.username) == (None, SIGN_IN_FAILED)
    assert last_event(user).told["reason"] == "stopped"
    with pytest.raises(RuleViolation, match="状态没有变化"), transaction(COURT):
        service.set_active(user.id, is_active=False, actor=administrator)
    with transaction(COURT):
        service.set_active(user.id, is_active=True, actor=administrator)
    assert try_to_sign_in(user.username)[0] == user


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("Wrong-Pass-2018", "Another-Pass-2019", "原密码不正确"),
        (PASSWORD, "short", "12至128位"),
        (PASSWORD, PASSWORD, "不能与原密码相同"),
    ],
)
def test_a_password_is_changed_by_who_knows_the_old_one_to_a_good_new_one(app, old, new, told):
    user = a_user()
    with pytest.raises(RuleViolation, match=told), transaction(COURT):
        service.change_password(old=old, new=new, actor=user)
    assert try_to_sign_in(user.username)[0] == user


def test_administrators_do_not_act_on_themselves_or_on_other_courts(app):
    administrator, stranger = a_user(Role.ADMINISTRATOR), a_user(court_code=OTHER_COURT)
    for who, told in [(administrator, "不能变更本人"), (stranger, "只能办理本院")]:
        with pytest.raises(RuleViolation, match=told), transaction(COURT, OTHER_COURT):
            service.set_active(who.id, is_active=False, actor=administrator)
        with pytest.raises(RuleViolation, match=told), transaction(COURT, OTHER_COURT):
            service.reset_password(who.id, password="One-Time-1234", actor=administrator)
        with pytest.raises(RuleViolation, match=told), transaction(COURT, OTHER_COURT):
            service.end_grant(who.id, role=Role.CASE_HANDLER, actor=administrator)
