"""The advance-payment fund of a court: the application and its features, in floor order."""

from importlib import import_module, util
from types import ModuleType

from flask import Flask, Response, request, session
from flask_babel import Babel
from flask_migrate import Migrate
from flask_wtf.csrf import CSRFProtect

from fundapp.core import db as database
from fundapp.core import doors, failures, jobs, templating
from fundapp.core.config import ROOT, Settings

FEATURES = (
    "trail",
    "courts",
    "users",
    "ledger",
    "cases",
    "funding",
    "eligibility",
    "approvals",
    "openings",
    "advances",
    "custody",
    "disbursement",
    "recovery",
    "ceremonies",
    "irregularities",
    "auditing",
    "yearend",
    "oversight",
    "story",
)

LANGUAGES = {"zh": "zh_Hans_CN", "en": "en"}
CONTENT_SECURITY_POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
A_YEAR = 365 * 24 * 3600


def create_app(settings: Settings | None = None) -> Flask:
    """The application on one database; ``settings`` from the environment when not given."""
    if not __debug__:
        raise RuntimeError("the fund does not run under python -O: its assertions guard the books")
    settings = settings or Settings.from_environment()
    app = Flask(__name__, template_folder=ROOT / "templates", instance_path=str(settings.instance))
    app.config.update(
        SETTINGS=settings,
        SECRET_KEY=settings.secret_key,
        TESTING=settings.testing,
        MAX_CONTENT_LENGTH=12 * 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=1024 * 1024,
        MAX_FORM_PARTS=5000,
        SEND_FILE_MAX_AGE_DEFAULT=A_YEAR,
        SESSION_COOKIE_NAME="fund",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        WTF_CSRF_TIME_LIMIT=None,
        BABEL_DEFAULT_LOCALE=LANGUAGES["zh"],
        BABEL_TRANSLATION_DIRECTORIES=str(ROOT / "fundapp" / "translations"),
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    database.init_app(app)
    Migrate(app, database.db, directory=str(ROOT / "migrations"), render_as_batch=True)
    templating.compile_catalogues()
    Babel(app, locale_selector=_language)
    app.url_map.converters["int"] = doors.RecordNumber
    for feature in FEATURES:
        _join(app, feature)
    CSRFProtect(app)
    jobs.init_app(app)
    templating.init_app(app)
    failures.init_app(app)
    doors.init_app(app)
    app.after_request(_guard_response)
    _join_commands(app)
    return app


def _join(app: Flask, feature: str) -> None:
    """Register what a feature has: its models, its tables of the audit package, its labels, its pages."""
    _room(feature, "models")
    _room(feature, "tables")
    rules = _room(feature, "rules")
    if rules is not None:
        templating.teach_labels(getattr(rules, "LABELS", {}))
    views = _room(feature, "views")
    if views is not None:
        app.register_blueprint(views.bp)


def _room(feature: str, room: str) -> ModuleType | None:
    name = f"fundapp.{feature}.{room}"
    return import_module(name) if util.find_spec(name) is not None else None


def _join_commands(app: Flask) -> None:
    for command in import_module("fundapp.cli").COMMANDS:
        app.cli.add_command(command)


def _language() -> str:
    return LANGUAGES.get(session.get("language", "zh"), LANGUAGES["zh"]) if request else LANGUAGES["zh"]


def _guard_response(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["X-Frame-Options"] = "DENY"
    if request.endpoint != "static":
        response.headers["Cache-Control"] = "no-store"
    return response
