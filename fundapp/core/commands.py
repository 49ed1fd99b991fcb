"""What every command of the fund does alike."""

import functools
from collections.abc import Callable
from typing import Any

import click

from fundapp.core.errors import Refusal


def plainly(command: Callable[..., Any]) -> Callable[..., Any]:
    """A refusal becomes one line on the error stream and status 1."""

    @functools.wraps(command)
    def told(*args: Any, **kwargs: Any) -> Any:
        try:
            return command(*args, **kwargs)
        except Refusal as refusal:
            raise click.ClickException(str(refusal)) from refusal

    return told
