"""What the pages of the books share: the blueprint, and the courts to choose from."""

from flask import Blueprint, g
from flask_babel import gettext as _
from werkzeug.wrappers import Response
from wtforms.fields.choices import SelectChoice

from fundapp.core.forms import choice
from fundapp.core.templating import label
from fundapp.courts import queries as courts
from fundapp.ledger.rules import Account

Answer = str | Response | tuple[str, int]

bp = Blueprint("ledger", __name__, url_prefix="/ledger")


def account_words(account: Account) -> str:
    """An account in the reader's language."""
    return f"{account.value} {label(account)}"


def readable_courts() -> list[SelectChoice]:
    """The courts whose books this user reads."""
    return [choice(court.code, court.name) for court in courts.courts() if court.code in g.user.scope]


def court_choices() -> list[SelectChoice]:
    """One of them, or all together."""
    return [choice("", _("全部法院")), *readable_courts()]
