"""Refused attempts: the act is rolled back and so leaves no trace of its own, so that it was tried is told upstairs.

The trail stands above this floor, and doors open downwards only: whoever keeps it asks to hear.
"""

import logging
from collections.abc import Callable

from flask import g, request
from sqlalchemy.exc import SQLAlchemyError

from fundapp.core.errors import Refusal

log = logging.getLogger(__name__)
Tell = Callable[[Refusal, str, int | None], None]
_told_of_attempts: list[Tell] = []


def hear_of_attempts(tell: Tell) -> Tell:
    """Let a floor above know of every refused attempt: the refusal, the door at which it was tried, and the user's id,
    None for a command of the server."""
    _told_of_attempts[:] = [tell]
    return tell


def tell_attempt(refusal: Refusal, *, door: str, user_id: int | None) -> None:
    """Tell of a refusal that is worth a trace, after its transaction was rolled back.

    A trace that cannot be written does not hide the refusal: it is logged.
    """
    if refusal.attempt is None:
        return
    try:
        for tell in _told_of_attempts:
            tell(refusal, door, user_id)
    except (SQLAlchemyError, Refusal):
        log.exception("refused and not on the trail: %s at %s by user %s", refusal.attempt.value, door, user_id)


def tell_attempt_of_post(refusal: Refusal) -> None:
    """Tell of a refusal of this request, once for each post: looking at a page is no attempt."""
    user = g.get("user")
    if request.method != "POST" or user is None or g.get("is_attempt_told"):
        return
    g.is_attempt_told = refusal.attempt is not None
    tell_attempt(refusal, door=request.path, user_id=user.id)
