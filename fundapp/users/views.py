"""Signing in and out, one's own password, and the pages of the two administrators."""

import re
from datetime import timedelta

from flask import Blueprint, Flask, current_app, flash, g, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user
from werkzeug.wrappers import Response

from fundapp.core.db import transaction
from fundapp.core.doors import public, require, signed_in
from fundapp.core.errors import RuleViolation
from fundapp.core.forms import choices_of, saving
from fundapp.core.listing import Column, listing
from fundapp.core.templating import label
from fundapp.core.words import N_
from fundapp.courts import queries as courts
from fundapp.trail import queries as trail
from fundapp.users import queries, rules, service
from fundapp.users.forms import CreateForm, GrantForm, PasswordForm, SignInForm, UserFilter
from fundapp.users.models import User
from fundapp.users.rules import MATRIX, Permission, Role

Answer = str | Response | tuple[str, int]

bp = Blueprint("users", __name__)
# One slash and then neither a second one nor what browsers read as one: a backslash, or a tab that they leave out.
_OWN_PATH = re.compile(r"/(?![/\\])[^\x00-\x1f\x7f\\]*")
login = LoginManager()


class Session(UserMixin):
    """What Flask-Login keeps in the cookie: the token of a sign-in, not the name of a user."""

    def __init__(self, token: str, user: User) -> None:
        self.token, self.user = token, user

    def get_id(self) -> str:
        return self.token


@bp.record
def _join(state: object) -> None:
    app: Flask = state.app  # type: ignore[attr-defined]
    login.init_app(app)
    app.jinja_env.globals["Permission"] = Permission
    app.before_request(_know_the_user)
    app.context_processor(_name_the_court)


@login.user_loader
def _load(token: str) -> Session | None:
    idle = timedelta(minutes=current_app.config["SETTINGS"].idle_minutes)
    user = service.signed_in(token, idle=idle)
    return Session(token, user) if user is not None else None


def _know_the_user() -> Response | None:
    """Say who asks, before any door is tried; a one-time password opens nothing but the page that changes it."""
    g.user = None
    if request.endpoint == "static" or not current_user.is_authenticated:
        return None
    if service.is_due(current_user.token):
        token = current_user.token
        with transaction():
            service.mark_seen(token)
    g.user = current_user.user
    g.user.scope = queries.readable_courts(g.user)
    if g.user.must_change_password and request.endpoint not in ("users.password", "users.sign_out", "users.language"):
        return redirect(url_for("users.password"))
    return None


def _name_the_court() -> dict[str, str]:
    user = g.get("user")
    return {"court_name": courts.name(user.court_code) if user is not None else ""}


@bp.route("/sign-in", methods=["GET", "POST"])
@public
def sign_in() -> Answer:
    form = SignInForm()
    if form.submitted():
        named = queries.user_named(form.username.data)
        with transaction(*([named.court_code] if named else [])):
            user, told = service.sign_in(form.username.data, form.password.data, address=request.remote_addr or "")
        if user is not None:
            language = session.get("language", "zh")
            session.clear()
            session["language"] = language
            login_user(Session(told, user))
            return redirect(_local(request.args.get("next")))
        form.refused(RuleViolation(told))
    return render_template("users/sign_in.html", form=form), form.http_status


def _local(path: str | None) -> str:
    """Only a path of this site; anything else leads to the front page."""
    if path and _OWN_PATH.fullmatch(path):
        return path
    return url_for("oversight.index")


@bp.post("/sign-out")
@signed_in
def sign_out() -> Answer:
    with transaction(g.user.court_code):
        service.sign_out(current_user.token, actor=g.user)
    logout_user()
    session.clear()
    flash(_("您已退出登录。"))
    return redirect(url_for(".sign_in"))


@bp.post("/language")
@public
def language() -> Answer:
    session["language"] = "en" if request.form.get("to") == "en" else "zh"
    return redirect(_local(request.form.get("next")))


@bp.route("/password", methods=["GET", "POST"])
@signed_in
def password() -> Answer:
    form = PasswordForm()
    if form.submitted():
        with saving(form, g.user.court_code):
            if form.new.data != form.repeated.data:
                raise RuleViolation("两次输入的新密码不一致，请重新输入。")
            service.change_password(old=form.old.data, new=form.new.data, actor=g.user)
            flash(_("密码已修改，请用新密码重新登录。"))
            return redirect(url_for(".sign_in"))
    return render_template("users/password.html", form=form), form.http_status


COLUMNS = [
    Column(N_("登录名"), lambda user: user.username),
    Column(N_("姓名"), lambda user: user.name),
    Column(N_("法院代字"), lambda user: user.court_code),
    Column(N_("角色"), lambda user: _("、").join(sorted(label(role) for role in user.roles)), width=30),
    Column(N_("状态"), lambda user: _("启用") if user.is_active else _("停用")),
]


@bp.get("/users")
@require(Permission.USER_READ)
def index() -> Answer:
    form = UserFilter()
    form.role.choices = choices_of(Role, blank=N_("全部角色"))
    form.read()
    query = queries.users(g.user.scope, name=form.name.data, role=form.role.picked(Role))
    return listing(
        "users/index.html",
        query,
        User.id,
        COLUMNS,
        title=_("用户"),
        form=form,
        court_names={court.code: court.name for court in courts.courts()},
        may_create=g.user.may(Permission.USER_CREATE),
    )


@bp.route("/users/new", methods=["GET", "POST"])
@require(Permission.USER_CREATE)
def new() -> Answer:
    form = CreateForm()
    if form.submitted():
        one_time = service.one_time_password()
        with saving(form, g.user.court_code):
            user = service.create(
                username=form.username.data,
                name=form.name.data,
                court_code=g.user.court_code,
                password=one_time,
                actor=g.user,
            )
            flash(_("账号已建立。一次性密码：%(password)s，请当面交给本人，此密码只显示这一次。", password=one_time))
            return redirect(url_for(".show", user_id=user.id))
    return render_template("users/new.html", form=form), form.http_status


@bp.get("/users/<int:user_id>")
@require(Permission.USER_READ)
def show(user_id: int) -> Answer:
    user = queries.user(user_id, g.user.scope)
    return render_template(
        "users/show.html",
        person=user,
        grants=queries.all_grants(user_id),
        entries=trail.history(user.subject),
        court=courts.court(user.court_code),
        may_grant=_may_act_on(user, Permission.ROLE_GRANT),
        may_administer=_may_act_on(user, Permission.USER_CREATE),
    )


def _may_act_on(user: User, permission: Permission) -> bool:
    """Whether this reader is shown the button: the right post, the same court, and not one's own account."""
    return bool(g.user.may(permission) and g.user.court_code == user.court_code and g.user.id != user.id)


@bp.route("/users/<int:user_id>/grant", methods=["GET", "POST"])
@require(Permission.ROLE_GRANT)
def grant(user_id: int) -> Answer:
    user = queries.user(user_id, g.user.scope)
    form = GrantForm()
    form.role.choices = choices_of(Role, blank=N_("请选择"))
    if form.submitted():
        with saving(form, user.court_code):
            role = form.role.picked(Role)
            if role is None:
                raise RuleViolation("请选择要授予的角色。")
            service.grant(user_id, role=role, actor=g.user)
            flash(_("角色已授予，该用户须重新登录。"))
            return redirect(url_for(".show", user_id=user_id))
    return render_template("users/grant.html", person=user, form=form), form.http_status


@bp.post("/users/<int:user_id>/grants/<role>/end")
@require(Permission.ROLE_GRANT)
def end_grant(user_id: int, role: str) -> Answer:
    user = queries.user(user_id, g.user.scope)
    with transaction(user.court_code):
        service.end_grant(user_id, role=rules.role_named(role), actor=g.user)
    flash(_("角色已收回，该用户须重新登录。"))
    return redirect(url_for(".show", user_id=user_id))


@bp.post("/users/<int:user_id>/stop")
@require(Permission.USER_CREATE)
def stop(user_id: int) -> Answer:
    user = queries.user(user_id, g.user.scope)
    with transaction(user.court_code):
        service.set_active(user_id, is_active=False, actor=g.user)
    flash(_("账号已停用。"))
    return redirect(url_for(".show", user_id=user_id))


@bp.post("/users/<int:user_id>/resume")
@require(Permission.USER_CREATE)
def resume(user_id: int) -> Answer:
    user = queries.user(user_id, g.user.scope)
    with transaction(user.court_code):
        service.set_active(user_id, is_active=True, actor=g.user)
    flash(_("账号已恢复。"))
    return redirect(url_for(".show", user_id=user_id))


@bp.post("/users/<int:user_id>/reset-password")
@require(Permission.USER_CREATE)
def reset_password(user_id: int) -> Answer:
    user = queries.user(user_id, g.user.scope)
    one_time = service.one_time_password()
    with transaction(user.court_code):
        service.reset_password(user_id, password=one_time, actor=g.user)
    flash(_("密码已重置。一次性密码：%(password)s，请当面交给本人，此密码只显示这一次。", password=one_time))
    return redirect(url_for(".show", user_id=user_id))


@bp.get("/roles")
@signed_in
def roles() -> Answer:
    return render_template(
        "users/roles.html",
        groups=rules.GROUPS,
        matrix=MATRIX,
        roles=list(Role),
        exclusions=[(role, rules.excluded_by(role)) for role in Role],
    )
