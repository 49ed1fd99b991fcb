"""Anchor sheets, handed out."""

from fundapp.core.db import transaction
from fundapp.oversight import queries, service
from fundapp.oversight.models import AnchorSheet
from fundapp.trail.rules import Anchor
from fundapp.users.rules import Role
from tests.builders.people import COURT, the_holder


def an_anchor_sheet(*, court_code: str = COURT) -> AnchorSheet:
    """A sheet that the court's auditor handed to somebody outside."""
    auditor = the_holder(Role.AUDITOR, court_code=court_code)
    with transaction(court_code):
        return service.hand_out(recipient="岳阳市审计局", kept_at="审计局档案室保险柜", actor=auditor)


def the_anchor(sheet: AnchorSheet) -> Anchor:
    """The anchor that stands on a sheet."""
    anchor = queries.anchor_of(sheet)
    assert anchor is not None
    return anchor
