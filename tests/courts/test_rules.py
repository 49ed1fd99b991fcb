"""Codes of courts and who stands under whom."""

import pytest

from fundapp.core.errors import RuleViolation
from fundapp.courts import rules
from fundapp.courts.rules import YUEYANG_DISTRICT, CourtLevel


@pytest.mark.parametrize(
    ("code", "level"),
    [
        ("湘", CourtLevel.HIGH),
        ("湘06", CourtLevel.INTERMEDIATE),
        ("湘0602", CourtLevel.BASIC),
        ("京0101", CourtLevel.BASIC),
    ],
)
def test_the_length_of_a_code_says_the_level(code, level):
    assert rules.check_code(code) is level


@pytest.mark.parametrize(
    "code", ["", "湘6", "湘060", "湘06021", "0602", "X0602", "湘０６０２", "湘06 02", "湘湘02", "湘0602\n"]
)
def test_what_is_no_code_is_refused(code):
    with pytest.raises(RuleViolation, match="格式不对"):
        rules.check_code(code)


@pytest.mark.parametrize(
    ("code", "parent", "is_good"),
    [
        ("湘0602", "湘06", True),
        ("湘06", "湘", True),
        ("湘0602", None, True),
        ("湘0602", "湘0602", False),
        ("湘0602", "湘07", False),
        ("湘06", "湘0602", False),
    ],
)
def test_a_lower_court_bears_its_superior_s_code(code, parent, is_good):
    if is_good:
        rules.check_parent(code, parent)
    else:
        with pytest.raises(RuleViolation, match="不相符"):
            rules.check_parent(code, parent)


@pytest.mark.parametrize(
    ("keeper", "code", "is_good"),
    [("湘06", "湘06", True), ("湘06", "湘0602", True), ("湘0602", "湘0603", False), ("湘0602", "湘06", False)],
)
def test_an_administrator_keeps_his_own_court_and_those_under_it(keeper, code, is_good):
    if is_good:
        rules.check_keeps(keeper, code)
    else:
        with pytest.raises(RuleViolation, match="只能维护本院及所辖法院"):
            rules.check_keeps(keeper, code)


def test_the_district_of_yueyang_is_one_intermediate_court_and_ten_basic_ones():
    levels = [rules.check_code(code) for code, _ in YUEYANG_DISTRICT]
    assert levels == [CourtLevel.INTERMEDIATE] + [CourtLevel.BASIC] * 10
    assert dict(YUEYANG_DISTRICT)["湘0602"] == "岳阳市岳阳楼区人民法院"
    assert all(code.startswith("湘06") for code, _ in YUEYANG_DISTRICT)
