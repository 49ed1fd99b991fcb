"""The anchor sheet as paper: what stands on it, and that its code carries the anchor and nothing else."""

import re
from datetime import date

import pypdfium2
import pytest
import segno

from fundapp.core import clock, documents
from fundapp.oversight import papers
from fundapp.oversight.models import AnchorSheet
from fundapp.trail.rules import Anchor
from tests.builders.ledger import a_voucher
from tests.builders.oversight import an_anchor_sheet, the_anchor

DOTS_PER_POINT = 6
DARK = 128
SHORTEST_BAR, LONGEST_BAR = 72, 92  # dots: seven modules are a little over eighty


@pytest.fixture
def sheet(app) -> AnchorSheet:
    with clock.at(date(2018, 12, 31)):
        a_voucher("1234.50")
        return an_anchor_sheet()


def printed(sheet: AnchorSheet, anchor: Anchor) -> bytes:
    told = papers.anchor_sheet(sheet, anchor, court="岳阳市岳阳楼区人民法院", handed_out_by="审计员")
    return documents.pdf("anchor", told)


def test_the_sheet_says_whose_chain_it_is_how_long_what_it_holds_and_who_has_it(sheet):
    anchor = the_anchor(sheet)
    document = pypdfium2.PdfDocument(printed(sheet, anchor))
    [page] = document
    text = page.get_textpage().get_text_range()
    flowing = "".join(text.split()).replace("\u200b", "")
    document.close()
    said = "操作留痕存证单 岳阳市岳阳楼区人民法院 2018年12月31日 2018-12-3109:00:00 1张 ￥1,234.50 岳阳市审计局"
    kept = ["审计局档案室保险柜", "审计员", sheet.cited, anchor.head, anchor.key_id, anchor.signature, anchor.text]
    assert not [told for told in (*said.split(), *kept) if told not in flowing]


class Picture:
    """A printed page in grey, dot by dot."""

    def __init__(self, paper: bytes) -> None:
        document = pypdfium2.PdfDocument(paper)
        bitmap = document[0].render(scale=DOTS_PER_POINT, grayscale=True)
        self.width, self.height, self.stride = bitmap.width, bitmap.height, bitmap.stride
        self.dots = bytes(bitmap.buffer)
        document.close()

    def is_dark(self, x: int, y: int) -> bool:
        return self.dots[y * self.stride + x] < DARK

    def corners(self) -> tuple[int, int, int]:
        """The outer edge of the code's two left corners, each a stroke of seven modules: where it stands, and where
        the upper and the lower one begin."""
        for x in range(self.width // 10, self.width // 3):
            column = "".join("x" if self.is_dark(x, y) else " " for y in range(self.height))
            found = [bar.start() for bar in re.finditer(f"(?<!x)x{{{SHORTEST_BAR},{LONGEST_BAR}}}(?!x)", column)]
            if len(found) > 1:
                return x, found[0], found[-1]
        raise AssertionError("there is no code on the page")


def modules_on(paper: bytes, size: int) -> list[list[bool]]:
    """The modules of the code on a printed page, read from its picture: one dot in the middle of each."""
    picture = Picture(paper)
    left, top, lower = picture.corners()
    middles = [(2 * module + 1) * (lower - top) // (2 * (size - 7)) for module in range(size)]
    return [[picture.is_dark(left + across, top + down) for across in middles] for down in middles]


def differing(one: list[list[bool]], other: list[list[bool]]) -> int:
    return sum(a != b for row, line in zip(one, other, strict=True) for a, b in zip(row, line, strict=True))


def as_modules(code: segno.QRCode) -> list[list[bool]]:
    return [[bool(module) for module in row] for row in code.matrix]


def test_the_code_on_the_paper_is_that_of_the_anchor(sheet):
    """Read back from the printed page, module by module; a single digit more is another code."""
    anchor = the_anchor(sheet)
    expected = as_modules(segno.make_qr(anchor.text, error="m", boost_error=False))
    found = modules_on(printed(sheet, anchor), len(expected))
    assert differing(found, expected) == 0
    assert differing(found, as_modules(papers.qr_code(anchor._replace(length=anchor.length + 1)))) > 0


def test_the_code_can_be_read_though_a_seventh_is_lost(sheet):
    code = papers.qr_code(the_anchor(sheet))
    assert (code.error, code.is_micro) == ("M", False)
    assert code.version <= 15, "77 modules across five centimetres: half a millimetre each, still read by a telephone"
