"""The closing of months and years, the annual statements, and the audit packages."""

from fundapp.yearend.views import closing, guide, packages, statements
from fundapp.yearend.views.blueprint import bp

__all__ = ["bp", "closing", "guide", "packages", "statements"]
