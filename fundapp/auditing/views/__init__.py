"""The pages of auditing, by what they show; the blueprint holds them together."""

from fundapp.auditing.views import dossiers, findings, notes, samples
from fundapp.auditing.views.blueprint import bp

__all__ = ["bp", "dossiers", "findings", "notes", "samples"]
