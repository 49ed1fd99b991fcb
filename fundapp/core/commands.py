"""What every command of the fund does alike."""

import functools
from collections.abc import Callable
from typing import Any

import click
from flask_migrate import upgrade

from fundapp.core.attempts import tell_attempt
from fundapp.core.config import ROOT
from fundapp.core.errors import Refusal


def plainly(command: Callable[..., Any]) -> Callable[..., Any]:
    """A refusal becomes one line on the error stream and status 1."""

    @functools.wraps(command)
    def told(*args: Any, **kwargs: Any) -> Any:
        try:
            return command(*args, **kwargs)
        except Refusal as refusal:
            tell_attempt(refusal, door=click.get_current_context().command_path, user_id=None)
            raise click.ClickException(str(refusal)) from refusal

    return told


def migrate_to_head() -> None:
    """Bring the database to the newest schema, as ``db upgrade`` does, from whatever folder the command is run."""
    upgrade(directory=str(ROOT / "migrations"))
