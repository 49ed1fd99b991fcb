"""What was on the screen is what is decided on: every form that decides or edits carries the version it showed. What is
issued from a day on leaves earlier issues as they were."""

from datetime import date

from fundapp.core.errors import RuleViolation, StaleRecord


def check_seen(*, current_version: int, seen_version: int) -> None:
    """Refuse an act on a record that changed after the actor read it."""
    if current_version != seen_version:
        raise StaleRecord("该事项在您阅读之后已有变动，本次未作任何处理，请重新打开，核对后再办理。")


def check_later_issue(effective_from: date, *, latest: date | None) -> None:
    """An issue begins after the one before it, so that none rewrites another."""
    if latest is not None and effective_from <= latest:
        raise RuleViolation("生效日期须晚于上一次发布的生效日期%(latest)s，请重新填写。", latest=latest.isoformat())
