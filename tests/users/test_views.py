"""Signing in and out, the pages of the two administrators, and the command that makes accounts."""

import io
from datetime import UTC, datetime, timedelta

import openpyxl
import pytest

from fundapp.core import clock
from fundapp.users import queries
from fundapp.users.rules import Role
from tests.builders.ledger import a_voucher
from tests.builders.people import COURT, OTHER_COURT, PASSWORD, SUPERIOR, a_user
from tests.pages import Page

NOON = datetime(2018, 3, 1, 4, 0, tzinfo=UTC)


def signing_in(client, username: str, password: str = PASSWORD, url: str = "/sign-in") -> Page:
    return Page(client, url).submit("登录", 登录名=username, 密码=password)


def test_a_stranger_is_told_what_this_is_and_led_in(app, client):
    user = a_user(name="陈承办")
    page = Page(client, "/courts")
    assert page.url == "/sign-in?next=/courts"
    assert "垫付资金先行支付" in page.main and "留痕" in page.main
    page.submit("登录", 登录名=user.username, 密码=PASSWORD)
    assert page.status == 302 and page.heading == "法院名录"
    assert "陈承办" in page.text and "承办人" in page.text and "岳阳市岳阳楼区人民法院" in page.text


def test_a_wrong_name_and_a_wrong_password_read_alike(app, client):
    user = a_user()
    pages = [signing_in(client, user.username, "Wrong-Pass-2018"), signing_in(client, "nobody"), signing_in(client, "")]
    assert [page.status for page in pages] == [422, 422, 422]
    assert pages[0].alerts == pages[1].alerts
    assert "登录名或密码不正确" in pages[0].main
    assert "请填写登录名" in pages[2].main


def test_five_wrong_passwords_close_the_door_for_fifteen_minutes(app, client):
    user = a_user()
    with clock.at(NOON):
        for _ in range(5):
            signing_in(client, user.username, "Wrong-Pass-2018")
        assert signing_in(client, user.username).status == 422
    with clock.at(NOON + timedelta(minutes=15)):
        assert signing_in(client, user.username).status == 302


@pytest.mark.parametrize(
    "address",
    ["//evil.example", "https://evil.example", "/\\evil.example", "/%09/evil.example", "evil", "\\\\evil", ""],
)
def test_nobody_is_led_off_the_site(app, client, address):
    page = Page(client, f"/sign-in?next={address}")
    token = page.hidden("csrf_token")
    data = {"username": a_user().username, "password": PASSWORD, "csrf_token": token}
    assert client.post(f"/sign-in?next={address}", data=data).headers["Location"] == "/"
    language = {
        "to": "en",
        "next": address.replace("%09", "\t"),
        "csrf_token": Page(client, "/courts").hidden("csrf_token"),
    }
    assert client.post("/language", data=language).headers["Location"] == "/"


def test_a_sign_out_ends_the_sign_in_even_for_a_copy_of_the_cookie(app, sign_in):
    client = sign_in(a_user())
    page = Page(client, "/courts")
    copied = client.get_cookie("fund").value
    assert page.submit("退出").heading == "登录" and "您已退出登录" in page.main
    thief = app.test_client()
    thief.set_cookie("fund", copied)
    assert thief.get("/courts").headers["Location"].startswith("/sign-in")


def test_a_sign_in_begins_with_a_new_cookie(app, sign_in):
    client, user = app.test_client(), a_user()
    Page(client, "/sign-in")
    before = client.get_cookie("fund").value
    signing_in(client, user.username)
    assert client.get_cookie("fund").value != before


def test_an_idle_sign_in_ends_and_a_used_one_goes_on(app, sign_in):
    with clock.at(NOON):
        client = sign_in(a_user())
    for minutes in (59, 118):
        with clock.at(NOON + timedelta(minutes=minutes)):
            assert client.get("/courts").status_code == 200
    with clock.at(NOON + timedelta(minutes=179)):
        assert client.get("/courts").status_code == 302


def test_a_stopped_user_s_next_request_fails(app, sign_in):
    user = a_user(name="离职者")
    client = sign_in(user)
    administrator = sign_in(a_user(Role.ADMINISTRATOR))
    page = Page(administrator, f"/users/{user.id}").submit("停用账号")
    assert page.facts()["状态"] == "停用"
    assert client.get("/courts").status_code == 302
    assert page.submit("恢复账号").facts()["状态"] == "启用"


def test_the_language_is_switched_and_kept_through_the_sign_in(app, client):
    page = Page(client, "/sign-in").submit("English")
    assert page.root.all("html")[0]["lang"] == "en"
    token = page.hidden("csrf_token")
    data = {"username": a_user().username, "password": PASSWORD, "csrf_token": token}
    assert client.post("/sign-in", data=data).status_code == 302
    page = Page(client, "/courts?x=1")
    assert page.root.all("html")[0]["lang"] == "en"
    assert page.submit("中文").root.all("html")[0]["lang"] == "zh-CN"
    assert page.url == "/courts?x=1"


# accounts by the administrator, roles by the security administrator


def one_time_password(page: Page) -> str:
    return (
        next(alert for alert in page.alerts if "一次性密码：" in alert).partition("一次性密码：")[2].partition("，")[0]
    )


def test_a_new_account_signs_in_once_and_must_choose_a_password_of_its_own(app, sign_in, client):
    page = Page(sign_in(a_user(Role.ADMINISTRATOR)), "/users").follow("建立账号")
    page.submit("建立账号", 登录名="Li Si", 姓名="李四")
    assert page.status == 422 and "登录名须为" in page.main
    page.submit("建立账号", 登录名="li.si", 姓名="李四")
    assert page.status == 302 and page.heading == "用户：李四"
    assert "还没有角色" in page.main and page.facts()["密码"] == "一次性密码，尚未修改"
    password = one_time_password(page)
    assert password not in Page(page.client, page.url).text, "shown only once"

    page = signing_in(client, "li.si", password)
    assert page.heading == "修改密码" and "一次性密码" in page.main
    assert Page(client, "/courts").heading == "修改密码"
    fields = {"原密码": password, "新密码": "Chosen-Pass-2018", "再次输入新密码": "Other-Pass-2018"}
    assert "两次输入的新密码不一致" in page.submit("保存新密码", fields).main
    page.submit("保存新密码", fields | {"再次输入新密码": "Chosen-Pass-2018"})
    assert page.heading == "登录" and "请用新密码重新登录" in page.main
    assert signing_in(client, "li.si", password).status == 422
    assert signing_in(client, "li.si", "Chosen-Pass-2018").status == 302
    assert Page(client, "/courts").heading == "法院名录"


def test_a_password_is_reset_by_the_administrator(app, sign_in, client):
    user = a_user()
    page = Page(sign_in(a_user(Role.ADMINISTRATOR)), f"/users/{user.id}").submit("重置密码")
    assert signing_in(client, user.username).status == 422
    assert signing_in(client, user.username, one_time_password(page)).heading == "修改密码"


def test_roles_are_granted_and_taken_back_by_the_security_administrator(app, sign_in):
    user = a_user(None, name="赵六")
    client = sign_in(a_user(Role.SECURITY_ADMINISTRATOR))
    page = Page(client, "/users").follow(user.username).follow("授予角色")
    assert page.submit("授予角色", 角色="").status == 422
    page.submit("授予角色", 角色="finance_clerk")
    assert page.status == 302 and page.table("角色")[0][0] == "财务经办"
    page.follow("授予角色").submit("授予角色", 角色="finance_reviewer")
    assert page.status == 422 and "不相容岗位" in page.main
    page = Page(client, f"/users/{user.id}").submit("收回财务经办")
    assert user.roles == frozenset() and "角色已收回" in page.main
    assert [row[2] for row in page.table("办理经过")] == ["授予角色", "收回角色"]


def test_nobody_grants_to_himself_or_over_the_fence(app, sign_in):
    security, stranger = a_user(Role.SECURITY_ADMINISTRATOR), a_user(court_code=OTHER_COURT)
    client = sign_in(security)
    own = Page(client, f"/users/{security.id}")
    assert not own.has_link("授予角色")
    refused = Page(client, f"/users/{security.id}/grant").submit("授予角色", 角色="president")
    assert refused.status == 422 and "不能变更本人" in refused.main
    for url in (f"/users/{stranger.id}", f"/users/{stranger.id}/grant", "/users/99999"):
        assert Page(client, url).status == 404
    token = own.hidden("csrf_token")
    assert client.post(f"/users/{stranger.id}/grants/auditor/end", data={"csrf_token": token}).status_code == 404
    answer = client.post(f"/users/{a_user().id}/grants/boss/end", data={"csrf_token": token})
    assert answer.status_code == 422 and "没有名为“boss”的角色" in answer.text


def test_the_two_administrators_do_not_do_each_other_s_work(app, sign_in):
    user = a_user()
    administrator, security = sign_in(a_user(Role.ADMINISTRATOR)), sign_in(a_user(Role.SECURITY_ADMINISTRATOR))
    assert administrator.get(f"/users/{user.id}/grant").status_code == 403
    assert security.get("/users/new").status_code == 403
    page = Page(administrator, f"/users/{user.id}")
    token = page.hidden("csrf_token") if page.root.all("input", type="hidden", name="csrf_token") else ""
    assert security.post(f"/users/{user.id}/stop", data={"csrf_token": token}).status_code in (400, 403)
    assert sign_in(user).get("/users").status_code == 403
    assert user.is_active


def test_the_list_of_accounts_is_narrowed_and_exported(app, sign_in):
    a_user(Role.FINANCE_CLERK, name="王会计")
    a_user(Role.FINANCE_REVIEWER, name="李复核", court_code=OTHER_COURT)
    president = sign_in(a_user(Role.PRESIDENT, court_code=SUPERIOR, name="院长"))
    page = Page(president, "/users")
    assert len(page.table("可查阅法院的用户")) == 3 and not page.has_link("建立账号")
    page.submit("查询", 角色="finance_clerk")
    assert [row[1] for row in page.table("可查阅法院的用户")] == ["王会计"]
    response = president.get("/users?format=xlsx&name=李")
    rows = list(openpyxl.load_workbook(io.BytesIO(response.data)).active.iter_rows(values_only=True))
    assert [row[1:4] for row in rows[1:]] == [("李复核", OTHER_COURT, "财务复核")]


def test_a_superior_reads_lower_courts_and_does_not_act_there(app, sign_in):
    voucher = a_voucher("1.00")
    for role, court_code, status in [
        (Role.PRESIDENT, SUPERIOR, 200),
        (Role.AUDITOR, SUPERIOR, 200),
        (Role.FINANCE_CLERK, SUPERIOR, 404),
        (Role.PRESIDENT, OTHER_COURT, 404),
    ]:
        client = sign_in(a_user(role, court_code=court_code))
        assert client.get(f"/ledger/vouchers/{voucher.id}").status_code == status
    clerk = sign_in(a_user(Role.FINANCE_CLERK, court_code=SUPERIOR))
    assert clerk.get(f"/ledger/vouchers/{voucher.id}/correction").status_code == 404


def test_the_table_of_posts_and_permissions(app, sign_in):
    page = Page(sign_in(a_user()), "/roles")
    rows = {row[0]: row[1:] for row in page.table("哪个岗位可以办理哪些事项")}
    assert rows["签发发放批次"] if "签发发放批次" in rows else rows["复核签发发放批次"]
    assert rows["登记和修改案件"] == ["✓可以"] + ["不可以"] * 8
    assert rows["系统管理"] == []
    excluded = dict(page.table("不相容岗位"))
    assert excluded["财务经办"] == "承办人、执行局长、财务复核、审计、系统管理员、安全管理员"
    assert excluded["承办人"] == "财务经办、财务复核、审计、系统管理员、安全管理员"


# the command


def test_the_command_makes_an_account_with_roles(app, runner, client):
    done = runner.invoke(
        args=["users", "create", "sun.qi", "--name", "孙七", "--court", COURT, "--role", "case_handler"]
    )
    assert done.exit_code == 0, done.output
    password = done.output.partition("一次性密码 ")[2].split()[0]
    assert signing_in(client, "sun.qi", password).heading == "修改密码"
    assert queries.user_named("sun.qi").roles == {Role.CASE_HANDLER}


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--court", "湘9999"], "没有代字为“湘9999”的法院"),
        (["--court", COURT, "--role", "boss"], "没有名为“boss”的角色"),
        (["--court", COURT, "--role", "finance_clerk", "--role", "finance_reviewer"], "不相容岗位"),
    ],
)
def test_the_command_refuses_in_one_line_and_leaves_nothing(app, runner, arguments, told):
    done = runner.invoke(args=["users", "create", "sun.qi", "--name", "孙七", *arguments])
    assert done.exit_code == 1 and told in done.output and len(done.output.splitlines()) == 1
    assert queries.user_named("sun.qi") is None
