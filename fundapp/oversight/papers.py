"""The anchor sheet as paper: in Chinese whatever the reader's language, since it is kept by somebody outside."""

import textwrap
from typing import Any

import segno

from fundapp.core import clock
from fundapp.core.money import plain
from fundapp.oversight.models import AnchorSheet
from fundapp.trail.rules import Anchor

GROUP = 8  # digits that are compared or typed at a time


def anchor_sheet(sheet: AnchorSheet, anchor: Anchor, *, court: str, handed_out_by: str) -> dict[str, Any]:
    """The data of ``documents/anchor.typ``."""
    day = clock.local(sheet.handed_out_at)
    return {
        "court": court,
        "number": sheet.cited,
        "date": f"{day.year}年{day.month}月{day.day}日",
        "recipient": sheet.recipient,
        "kept_at": sheet.kept_at,
        "handed_out_by": handed_out_by,
        "court_code": anchor.court_code,
        "length": anchor.length,
        "signed_at": f"{clock.local(anchor.signed_at):%Y-%m-%d %H:%M:%S}",
        "vouchers": sheet.vouchers,
        "posted": plain(sheet.posted),
        "debit": plain(sheet.debit),
        "credit": plain(sheet.credit),
        "deposit": plain(sheet.deposit),
        "head": _grouped(anchor.head),
        "key_id": _grouped(anchor.key_id),
        "signature": _grouped(anchor.signature),
        "text": anchor.text,
        "code": qr_code(anchor).svg_inline(border=0, omitsize=True),
    }


def qr_code(anchor: Anchor) -> segno.QRCode:
    """The anchor's own text, nothing else, with a seventh of it to spare for stains and folds."""
    return segno.make_qr(anchor.text, error="m", boost_error=False)


def _grouped(digits: str) -> str:
    return " ".join(textwrap.wrap(digits, GROUP))
