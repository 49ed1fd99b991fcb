"""What was on the screen is what is decided on: every form that decides or edits carries the version it showed."""

from fundapp.core.errors import StaleRecord


def check_seen(*, current_version: int, seen_version: int) -> None:
    """Refuse an act on a record that changed after the actor read it."""
    if current_version != seen_version:
        raise StaleRecord("该事项在您阅读之后已有变动，本次未作任何处理，请重新打开，核对后再办理。")
