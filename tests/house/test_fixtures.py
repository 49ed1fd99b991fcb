"""Every test has a house of its own: an unused database on the engine it names, and people who can sign in."""

import pytest
from sqlalchemy import func, select

from fundapp.core.db import db, transaction
from fundapp.users.models import User
from fundapp.users.rules import Role
from tests.builders.people import a_user
from tests.pages import Page


@pytest.mark.parametrize("turn", [1, 2])
def test_each_test_begins_with_nobody_there(app, turn):
    assert db.session.scalar(select(func.count()).select_from(User)) == 0
    a_user(Role.AUDITOR)


def test_the_engine_is_the_one_named(app, request):
    assert db.engine.dialect.name == request.node.callspec.params["app"]


def test_a_request_does_not_share_the_session_of_the_test(sign_in):
    user = a_user(Role.AUDITOR)
    client = sign_in(user)
    with transaction(user.court_code):
        user.name = "改名"
    assert "改名" in client.get("/roles").text


def test_a_wrong_password_is_answered_on_the_page(client):
    user = a_user(Role.AUDITOR)
    page = Page(client, "/roles")
    assert page.heading == "登录"
    page.submit("登录", {"登录名": user.username, "密码": "wrong"})
    assert page.status == 422
    assert page.alerts


def test_commands_run_in_a_context_of_their_own(runner):
    result = runner.invoke(args=["--help"])
    assert result.exit_code == 0, result.output
    assert "serve" in result.output
