"""What the pages of closing share: the blueprint."""

from flask import Blueprint
from werkzeug.wrappers import Response

Answer = str | Response | tuple[str, int]

bp = Blueprint("yearend", __name__)
