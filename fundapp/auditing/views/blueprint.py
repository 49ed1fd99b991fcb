"""The place of auditing on the site, and what its views share."""

from flask import Blueprint, g
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from fundapp.core.forms import choice
from fundapp.courts import queries as courts

Answer = str | Response | tuple[str, int]

bp = Blueprint("auditing", __name__, url_prefix="/auditing")


def court_choices(*, blank: bool = True) -> list[object]:
    """The courts that the reader may read; with a first choice for all of them."""
    readable = [choice(code, courts.name(code)) for code in sorted(g.user.scope)]
    return [choice("", _("全部法院")), *readable] if blank else readable
