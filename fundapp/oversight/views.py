"""The front page, the trail of acts, the papers, and the navigation of every page."""

from typing import Any

from flask import Blueprint, render_template
from werkzeug.wrappers import Response

from fundapp.core.doors import signed_in
from fundapp.oversight.navigation import navigation

Answer = str | Response | tuple[str, int]

bp = Blueprint("oversight", __name__)


@bp.app_context_processor
def _navigate() -> dict[str, Any]:
    return {"nav": navigation()}


@bp.get("/")
@signed_in
def index() -> Answer:
    return render_template("oversight/index.html")
