"""Writes of auditing: dossiers made, samples drawn, findings followed until they are put right, notes."""

from fundapp.auditing.service.dossiers import record_dossier, record_dossiers
from fundapp.auditing.service.findings import (
    answer,
    close,
    prove,
    record_finding,
    record_notice,
    send_back,
    write_note,
)
from fundapp.auditing.service.samples import draw_sample, record_taking

__all__ = [
    "answer",
    "close",
    "draw_sample",
    "prove",
    "record_dossier",
    "record_dossiers",
    "record_finding",
    "record_notice",
    "record_taking",
    "send_back",
    "write_note",
]
