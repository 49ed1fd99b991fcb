"""The pages of the register: cases, their parties, imports."""

from fundapp.cases.views import imports, parties, register
from fundapp.cases.views.blueprint import bp

__all__ = ["bp", "imports", "parties", "register"]
