"""``figures`` and ``verify``: the fund's state for other programs and for the nightly run."""

import json

import click
from flask.cli import with_appcontext

from fundapp.core.commands import plainly
from fundapp.courts import queries as courts
from fundapp.oversight import checks, queries


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object on one line; amounts are strings of yuan.")
@with_appcontext
@plainly
def figures(as_json: bool) -> None:
    """The fund's figures over all courts."""
    told = queries.figures(courts.codes()).told()
    if as_json:
        click.echo(json.dumps(told, ensure_ascii=False))
        return
    for name, value in told.items():
        click.echo(f"{name:28} {value:>20}")


@click.command()
@with_appcontext
@plainly
def verify() -> None:
    """Re-compute the books and walk the chains; one line for each check, status 1 when one fails."""
    failed = False
    for name, problem in checks.checks():
        click.echo(f"OK    {name}" if problem is None else f"FAIL  {name}: {problem}")
        failed = failed or problem is not None
    if failed:
        raise click.ClickException("核验未通过：请停止办理业务，保全数据库，并通知审计人员。")
