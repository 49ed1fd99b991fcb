"""The register's place on the site, and what all its views share."""

from typing import Any

from flask import Blueprint, g
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from fundapp.cases.models import Case, Party
from fundapp.cases.rules import masked_name
from fundapp.trail import service as trail
from fundapp.users.rules import Permission

Answer = str | Response | tuple[str, int]

bp = Blueprint("cases", __name__, url_prefix="/cases")


@bp.app_template_filter("masked")
def masked(party: Party) -> str:
    """A party's name as lists show it."""
    return masked_name(party.name, party.kind)


def may_here(permission: Permission, court_code: str) -> bool:
    """Whether a button of this permission is shown on a record of this court."""
    return bool(g.user.may(permission) and g.user.court_code == court_code)


def attach(paper: FileStorage | None, subject: str, case: Case) -> None:
    """Attach a paper that came with a form, if one came."""
    if paper is not None:
        trail.attach(
            subject,
            file_name=paper.filename or "",
            content=paper.read(),
            court_code=case.court_code,
            actor=g.user,
        )


def values_of(record: Any, *names: str) -> dict[str, Any]:
    """What a form shows of a record before it is changed; choices go by their word."""
    told = {name: getattr(record, name) for name in names}
    return {name: getattr(value, "value", value) for name, value in told.items()}
