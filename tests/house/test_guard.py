"""The guarding client guards: each rule of the house, broken on purpose, fails the request."""

import pytest
from flask import Flask, Response, render_template_string
from flask_wtf.csrf import CSRFProtect
from sqlalchemy import text

from fundapp.core.db import db
from fundapp.core.doors import public, signed_in
from tests.client import BrokenHouseRuleError, HouseClient, writes
from tests.markup import Document

PAGE = """<!doctype html><html lang="zh-CN"><head><title>页</title></head><body><main><h1>页</h1>
<form method="post">{% if csrf_token %}<input type="hidden" name="csrf_token" value="{{ csrf_token() }}">{% endif %}
</form></main></body></html>"""
CSP = "default-src 'self'; frame-ancestors 'none'"


def house(*, csrf: bool = True, headers: bool = True) -> Flask:
    """A house of one page that writes down what it is told, with a trail if it is told to."""
    app = Flask("poor house")
    app.config.update(SECRET_KEY="x", TESTING=True, SQLALCHEMY_DATABASE_URI="sqlite://")
    app.test_client_class = HouseClient
    db.init_app(app)
    if csrf:
        CSRFProtect(app)

    @app.route("/<how>", methods=["GET", "POST"])
    @public
    def act(how: str) -> str:
        if "write" in how:
            db.session.execute(text("INSERT INTO cases VALUES (1)"))
        if "trail" in how:
            db.session.execute(text("INSERT INTO trail_entries VALUES (1)"))
        if "commit" in how:
            db.session.commit()
        if "rollback" in how:
            db.session.rollback()
        if "break" in how:
            raise ZeroDivisionError("broken on purpose")
        return render_template_string(PAGE + ("<b>" if "crooked" in how else ""))

    @app.get("/private")
    @signed_in
    def private() -> str:
        return render_template_string(PAGE)

    @app.after_request
    def guard(response: Response) -> Response:
        if headers:
            response.headers["Content-Security-Policy"] = CSP
            response.headers["X-Content-Type-Options"] = "nosniff"
            response.headers["Referrer-Policy"] = "same-origin"
        return response

    return app


@pytest.fixture
def poor_house(request):
    app = house(**getattr(request, "param", {}))
    with app.app_context():
        for table in ("cases", "trail_entries"):
            db.session.execute(text(f"CREATE TABLE {table} (id INTEGER)"))
        db.session.commit()
        writes(app)
        yield app
        db.session.remove()
        db.engine.dispose()


def post(app: Flask, path: str) -> Response:
    client = app.test_client()
    token = Document(client.get("/quiet").text).root.all("input", name="csrf_token")[0]["value"]
    return client.post(path, data={"csrf_token": token})


def test_a_lawful_write_passes(poor_house):
    assert post(poor_house, "/write-trail-commit").status_code == 200
    assert db.session.scalar(text("SELECT count(*) FROM cases")) == 1, "the replay without a token wrote nothing"


def test_a_refused_write_that_is_rolled_back_passes(poor_house):
    assert post(poor_house, "/write-rollback").status_code == 200


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/write-commit", "left no entry on the trail"),
        ("/write-trail", "left uncommitted: cases, trail_entries"),
        ("/crooked", "<b> is never closed"),
    ],
)
def test_a_post_that_breaks_a_rule_fails(poor_house, path, told):
    with pytest.raises(BrokenHouseRuleError, match=told):
        post(poor_house, path)


def test_a_get_that_writes_fails(poor_house):
    with pytest.raises(BrokenHouseRuleError, match="GET /write-commit wrote to cases"):
        poor_house.test_client().get("/write-commit")


def test_an_error_is_the_tests_own(poor_house):
    with pytest.raises(ZeroDivisionError):
        poor_house.test_client().get("/break")
    poor_house.testing = False
    with pytest.raises(ZeroDivisionError):
        poor_house.test_client().get("/break")


def test_a_signed_in_page_that_may_be_kept_fails(poor_house):
    with pytest.raises(BrokenHouseRuleError, match="no-store"):
        poor_house.test_client().get("/private")


@pytest.mark.parametrize("poor_house", [{"csrf": False}], indirect=True)
def test_a_post_that_does_not_ask_for_its_token_fails(poor_house):
    with pytest.raises(BrokenHouseRuleError, match="accepted without its token"):
        poor_house.test_client().post("/quiet", data={"csrf_token": "x"})


@pytest.mark.parametrize("poor_house", [{"headers": False}], indirect=True)
def test_missing_security_headers_fail(poor_house):
    with pytest.raises(BrokenHouseRuleError, match="Content-Security-Policy"):
        poor_house.test_client().get("/quiet")


def test_what_the_test_itself_leaves_open_fails(poor_house):
    db.session.execute(text("INSERT INTO cases VALUES (1)"))
    with pytest.raises(BrokenHouseRuleError, match="the test itself left uncommitted"):
        poor_house.test_client().get("/quiet")
    db.session.rollback()


@pytest.mark.parametrize(
    ("html", "told"),
    [
        ("<p><b>x</p></b>", "closes over"),
        ("<p>x", "never closed"),
        ("x</div>", "closes nothing"),
        ("<p><div></div></p>", "inside <p>"),
        ("<form><form></form></form>", "inside <form>"),
        ('<i id="a"></i><i id="a"></i>', "twice"),
        ('<i class="a" class="b"></i>', "attribute twice"),
        ("<div/>", "does not close itself"),
        ("<br></br>", "has no content"),
        ('<i style="color:red"></i>', "content security policy"),
        ('<i onclick="go()"></i>', "content security policy"),
        ("<script>go()</script>", "content security policy"),
        ('<a href="https://example.org">x</a>', "leaves the server"),
        ('<img src="x.png">', "without alt"),
        ("<!doctype html><html></html>", "0 <title>"),
        ('<!doctype html><label for="gone">x</label>', "points nowhere"),
        ("<!doctype html><table></table>", "no caption"),
        ('<!doctype html><input name="amount">', "without a label"),
    ],
)
def test_poor_markup_is_found(html, told):
    assert any(told in problem for problem in Document(html).problems), Document(html).problems


def test_good_markup_passes():
    page = (
        '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>案件</title></head>'
        "<body><main><h1>案件</h1>"
        '<label for="n">案号</label><input id="n" name="n" aria-describedby="h"><p id="h">x<br>y &amp; z</p>'
        '<svg viewBox="0 0 1 1"><rect width="1"/><g><path d=""/></g></svg>'
        "<table><caption>表</caption><tbody><tr><td>1</td></tr></tbody></table></main></body></html>"
    )
    assert Document(page).problems == []
