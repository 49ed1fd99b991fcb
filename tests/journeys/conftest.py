"""Who sits before a window."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page as Window

from fundapp.users.models import User
from tests.journeys.desk import Desk


@pytest.fixture
def at_desk(visit: Callable[..., Window]) -> Callable[..., Desk]:
    """Opens a window of their own for each person and signs them in; each kind of page is looked at closely once."""
    seen: set[str] = set()

    def signed_in(user: User, **options: object) -> Desk:
        return Desk(visit(**options), seen).sign_in(user)

    return signed_in
