"""Doors: who may enter a view. Deny by default: a view that says nothing opens to nobody."""

import enum
from collections.abc import Callable
from typing import Any

from flask import Flask, abort, current_app, g, redirect, request, url_for
from werkzeug.routing import IntegerConverter, Map
from werkzeug.wrappers import Response

from fundapp.core.db import LARGEST_ID

View = Callable[..., Any]


class Door(enum.Enum):
    """The doors that ask for no permission."""

    PUBLIC = "public"
    SIGNED_IN = "signed_in"


def require(*permissions: enum.Enum) -> Callable[[View], View]:
    """Open to a signed-in user who has at least one of these permissions."""
    assert permissions, "a door needs a permission"
    return lambda view: _labelled(view, permissions)


def public(view: View) -> View:
    """Open to everybody, signed in or not."""
    return _labelled(view, Door.PUBLIC)


def signed_in(view: View) -> View:
    """Open to everybody who is signed in, whatever the role."""
    return _labelled(view, Door.SIGNED_IN)


def _labelled(view: View, door: Any) -> View:
    view.door = door  # type: ignore[attr-defined]
    return view


class RecordNumber(IntegerConverter):
    """A whole number in an address, no larger than a record's can be: PostgreSQL would fail on it, not find nothing."""

    regex = "[0-9]{1,10}"

    def __init__(self, url_map: Map) -> None:
        super().__init__(url_map, max=LARGEST_ID)


def init_app(app: Flask) -> None:
    public(app.view_functions["static"])
    app.before_request(_check)


def _check() -> Response | None:
    if request.endpoint is None:
        return None  # no such page: the 404 page answers
    door = getattr(current_app.view_functions[request.endpoint], "door", None)
    if door is Door.PUBLIC:
        return None
    if g.user is None:
        if request.method == "GET":
            return redirect(url_for("users.sign_in", next=request.full_path.rstrip("?")))
        abort(401)
    if door is None or (door is not Door.SIGNED_IN and not any(g.user.may(permission) for permission in door)):
        abort(403)
    return None
