"""The commands of ``flask --app fundapp``: each ends with status 0 only on success, and says in one line what went
wrong."""

import gc
from typing import Any

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy import make_url

from fundapp.cases.commands import cases_group
from fundapp.core import jobs
from fundapp.core.commands import migrate_to_head, plainly
from fundapp.core.db import db, on_sqlite, transaction
from fundapp.core.rights import Roles, founding
from fundapp.courts import queries as courts
from fundapp.courts import service as court_service
from fundapp.courts.rules import YUEYANG_DISTRICT
from fundapp.ledger import queries as books
from fundapp.ledger import service as ledger
from fundapp.ledger.rules import Model
from fundapp.openings.commands import ledger_group
from fundapp.oversight.commands import anchor_group, figures, verify
from fundapp.story.commands import demo
from fundapp.users import queries as users
from fundapp.users import rules as user_rules
from fundapp.users import service as user_service
from fundapp.users.rules import Role
from fundapp.yearend.commands import audit_group


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, envvar="PORT", help="Port to listen on.")
@with_appcontext
def serve(host: str, port: int) -> None:
    """Serve the site, and run long jobs beside it."""
    _serve(host, port)


def _serve(host: str, port: int) -> None:
    from waitress import serve as waitress_serve

    app = current_app._get_current_object()  # type: ignore[attr-defined]
    if app.config["SETTINGS"].embedded_worker:
        jobs.work_here(app)
    click.echo(f"http://{host}:{port}/")
    gc.freeze()  # what stands for good is not looked through again: each whole look would hold up everybody for 90 ms
    waitress_serve(app, host=host, port=port, threads=8, ident=None)


@click.command()
@with_appcontext
def work() -> None:
    """Run long jobs in this process, for sites that serve with FUND_WORKER=separate."""
    jobs.consumer(current_app).run()


@click.command()
@click.option("--court", "court_code", help="Code of the court whose books to open, e.g. 湘0602; asked for when empty.")
@click.option("--court-name", help="Name of the court, when it is not one of the Yueyang district.")
@click.option("--model", type=click.Choice([model.value for model in Model]), help="Booking model, chosen once.")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, envvar="PORT")
@click.option("--no-serve", is_flag=True, help="Set up only.")
@with_appcontext
@plainly
def start(
    court_code: str | None, court_name: str | None, model: str | None, host: str, port: int, no_serve: bool
) -> None:
    """Migrate, set up an empty system for one court (or open a further court's books), and serve."""
    migrate_to_head()
    if court_code or not courts.codes():
        code = court_code or click.prompt("本院法院代字（例如 湘0602）")
        _found(code, court_name)
        if not books.is_open(code):
            chosen = model or click.prompt(
                "记账模式（A 受托代管，B 自有资金）",
                type=click.Choice([one.value for one in Model]),
                default=Model.OWN_FUNDS.value,
            )
            _set_up(code, Model(chosen))
    if not no_serve:
        _serve(host, port)


def _found(court_code: str, court_name: str | None) -> None:
    """Enter the district, or the one court that is named, on an empty system."""
    if courts.codes():
        courts.court(court_code)
        return
    found = [(court_code, court_name)] if court_name else list(YUEYANG_DISTRICT)
    if court_code not in dict(found):
        raise click.ClickException(f"“{court_code}”不在岳阳辖区名录中，请用 --court-name 写明法院名称。")
    with transaction():
        court_service.found_district(found, seat=found[0][0])


def _set_up(court_code: str, model: Model) -> None:
    """The court's two administrators with one-time passwords shown once, since neither may act alone, and its books."""
    with transaction(court_code):
        first = _first_account("admin", "系统管理员", court_code, Role.ADMINISTRATOR)
        _first_account("security", "安全管理员", court_code, Role.SECURITY_ADMINISTRATOR)
        ledger.open_books(court_code, model=model, actor=first)


def _first_account(post: str, name: str, court_code: str, role: Role) -> Any:
    username = post if users.user_named(post) is None else f"{post}-{court_code[1:]}"
    password = user_service.one_time_password()
    user = user_service.create(username=username, name=name, court_code=court_code, password=password, actor=None)
    user_service.grant(user.id, role=role, actor=None)
    click.echo(f"{name}  登录名 {username}  一次性密码 {password}  （只显示这一次，首次登录须修改）")
    return user


@click.command()
@click.option("--audit", default="fund_audit", show_default=True, help="Name of the role that only reads.")
@with_appcontext
@plainly
def roles(audit: str) -> None:
    """Print the SQL by which PostgreSQL's administrator makes the roles of DATABASE_URL and FUND_OWNER_URL."""
    application, owner = db.engine.url, current_app.config["SETTINGS"].owner_url
    if on_sqlite() or not owner:
        raise click.ClickException(
            "数据库角色只用于PostgreSQL：请先设置DATABASE_URL（应用角色的地址）和FUND_OWNER_URL（所有者角色的地址）。"
        )
    names = Roles(str(make_url(owner).username), str(application.username), audit)
    for statement in founding(str(application.database), names):
        click.echo(f"{statement};")


@click.group("users")
def users_group() -> None:
    """Accounts of the people who sign in."""


@users_group.command("create")
@click.argument("username")
@click.option("--name", required=True, help="The person's name.")
@click.option("--court", "court_code", required=True, help="Code of the court the account belongs to.")
@click.option("--role", "roles", multiple=True, help="A role to grant; may be given several times.")
@with_appcontext
@plainly
def create_user(username: str, name: str, court_code: str, roles: tuple[str, ...]) -> None:
    """Make an account with a one-time password, which is shown once."""
    courts.court(court_code)
    password = user_service.one_time_password()
    with transaction(court_code):
        operator = user_service.operator(court_code)
        user = user_service.create(
            username=username, name=name, court_code=court_code, password=password, actor=operator
        )
        for word in roles:
            user_service.grant(user.id, role=user_rules.role_named(word), actor=operator)
    click.echo(f"{username}  一次性密码 {password}  （只显示这一次，首次登录须修改）")


COMMANDS: list[click.Command] = [
    serve,
    work,
    start,
    roles,
    users_group,
    cases_group,
    ledger_group,
    demo,
    figures,
    verify,
    anchor_group,
    audit_group,
]
