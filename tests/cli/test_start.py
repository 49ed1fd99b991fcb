"""A real court starts empty: ``flask start``."""

import pytest

from fundapp.courts import queries as courts
from fundapp.ledger import queries as books
from fundapp.ledger.rules import Model
from fundapp.users import queries as users
from fundapp.users.rules import Role
from tests.builders.people import COURT
from tests.databases import unfounded
from tests.pages import Page

pytestmark = unfounded


def started(runner, *options):
    return runner.invoke(args=["start", "--no-serve", *options])


def one_time_password(output: str, username: str) -> str:
    [line] = [line for line in output.splitlines() if f"登录名 {username} " in line]
    return line.split("一次性密码 ")[1].split()[0]


def test_start_makes_the_court_its_books_and_two_administrators_who_must_change_their_passwords(app, runner):
    result = started(runner, "--court", COURT, "--model", "B")
    assert result.exit_code == 0, result.output
    assert len(courts.codes()) == 11
    assert books.model(COURT) is Model.OWN_FUNDS
    admin = users.user_named("admin")
    assert admin.roles == {Role.ADMINISTRATOR} and admin.must_change_password
    assert users.user_named("security").roles == {Role.SECURITY_ADMINISTRATOR}
    page = Page(app.test_client(), "/sign-in").submit(
        "登录", {"登录名": "admin", "密码": one_time_password(result.output, "admin")}
    )
    assert page.url == "/password"


def test_start_asks_for_what_it_was_not_told(app, runner):
    result = runner.invoke(args=["start", "--no-serve"], input=f"{COURT}\nA\n")
    assert result.exit_code == 0, result.output
    assert books.model(COURT) is Model.CUSTODIAL


def test_a_second_start_changes_nothing_and_a_further_court_opens_its_own_books(app, runner):
    started(runner, "--court", COURT, "--model", "B")
    again = started(runner)
    assert again.exit_code == 0 and "一次性密码" not in again.output
    assert started(runner, "--court", COURT, "--model", "A").exit_code == 0
    assert books.model(COURT) is Model.OWN_FUNDS
    assert started(runner, "--court", "湘0603", "--model", "A").exit_code == 0
    assert books.model("湘0603") is Model.CUSTODIAL
    assert users.user_named("admin-0603").court_code == "湘0603"


def test_a_court_outside_the_district_is_started_by_name(app, runner):
    result = started(runner, "--court", "湘01", "--court-name", "长沙市中级人民法院", "--model", "B")
    assert result.exit_code == 0, result.output
    assert courts.name("湘01") == "长沙市中级人民法院"


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--court", "湘0199", "--model", "B"), "--court-name"),
        (("--court", "XYZ", "--court-name", "x", "--model", "B"), "法院代字“XYZ”格式不对"),
    ],
)
def test_start_refuses_in_one_line(app, runner, options, told):
    result = started(runner, *options)
    assert result.exit_code == 1
    assert told in result.output and result.output.count("\n") == 1
    assert not courts.codes()


@pytest.mark.parametrize(
    "command",
    [
        "start",
        "serve",
        "work",
        "demo",
        "figures",
        "verify",
        "users create",
        "cases import",
        "audit export",
        "audit verify",
    ],
)
def test_every_command_explains_itself(app, runner, command):
    result = runner.invoke(args=[*command.split(), "--help"])
    assert result.exit_code == 0
    assert "Usage:" in result.output
