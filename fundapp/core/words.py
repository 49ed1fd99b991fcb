"""Marking Chinese text for the translators where it is written, though it is translated where it is shown."""


def N_(text: str) -> str:  # noqa: N802 - a mark, named like gettext's own
    """Mark ``text`` for extraction and return it unchanged."""
    return text
