"""What a person sees when something is refused, missing or broken: a sentence, never a trace."""

import logging
import secrets

from flask import Flask, g, render_template
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from fundapp.core.attempts import tell_attempt_of_post
from fundapp.core.errors import Refusal
from fundapp.core.forms import said

log = logging.getLogger(__name__)


def init_app(app: Flask) -> None:
    app.register_error_handler(Refusal, _refused)
    app.register_error_handler(CSRFError, _token_missing)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(500, _broken)


def _refused(refusal: Refusal) -> tuple[str, int]:
    tell_attempt_of_post(refusal)
    name = "404" if refusal.http_status == 404 else "refused"
    return render_template(f"errors/{name}.html", sentence=said(refusal)), refusal.http_status


def _token_missing(error: CSRFError) -> tuple[str, int]:
    return render_template("errors/400.html"), 400


def _http(error: HTTPException) -> tuple[str, int] | HTTPException:
    code = error.code or 500
    if code < 400:
        return error
    page = code if code in (400, 401, 403, 404, 405, 409, 413) else 400 if code < 500 else 500
    return render_template(f"errors/{page}.html"), code


def _broken(error: Exception) -> tuple[str, int]:
    number = secrets.token_hex(4)
    log.error("failure %s", number, exc_info=getattr(error, "original_exception", None) or error)
    if not hasattr(g, "user"):
        g.user = None
    return render_template("errors/500.html", number=number), 500
