"""Bounds of the exceptions list."""

from datetime import date, timedelta
from typing import Any

from fundapp.core import clock
from fundapp.core.db import transaction
from fundapp.irregularities import service
from fundapp.irregularities.models import ExceptionBounds
from fundapp.irregularities.rules import Bounds
from fundapp.users.rules import Role
from tests.builders.people import COURT, the_holder


def some_bounds(effective_from: date, **figures: Any) -> Bounds:
    return Bounds(**{"document": "测法〔2018〕9号", **figures}, effective_from=effective_from)


def the_bounds(effective_from: date, *, court_code: str = COURT, **figures: Any) -> ExceptionBounds:
    """Bounds as the president issued them the day before they begin."""
    president = the_holder(Role.PRESIDENT, court_code=court_code)
    with clock.at(effective_from - timedelta(days=1)), transaction(court_code):
        return service.issue_bounds(some_bounds(effective_from, **figures), actor=president)
