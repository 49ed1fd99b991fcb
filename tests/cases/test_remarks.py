"""Persons in what somebody wrote: known by their names and by the form of their numbers."""

import re

import pytest

from fundapp.cases.rules import masked_numbers, masked_remark


@pytest.mark.parametrize(
    ("written", "leaves"),
    [
        ("身份证430602198001011234的材料不全", "身份证4306****1234的材料不全"),
        ("身份证43060219800101123x", "身份证4306****123x"),
        ("身份证430602 19800101 1234。", "身份证4306****1234。"),
        ("身份证４３０６０２１９８００１０１１２３４", "身份证４３０６****１２３４"),
        ("旧证430602800101123号", "旧证4306****1123号"),
        ("电话13873051234、138 7305 1234", "电话138****1234、138****1234"),
        ("家中0730-8888123", "家中****8123"),
        ("卡号6222021901234561818", "卡号6222****1818"),
        ("卡号6222 0219 0123 4561 818", "卡号6222**** 818"),
        ("账号123456789012", "账号****9012"),
        ("2018收0001号凭证20,000.00元，20180309", "2018收0001号凭证20,000.00元，20180309"),
        ("（2018）湘0602执1234号，2018-03-09至2018-03-31", "（2018）湘0602执1234号，2018-03-09至2018-03-31"),
        ("流水BK2018030900001", "流水BK2018030900001"),
        ("垫2018-0017", "垫2018-0017"),
        ("", ""),
    ],
)
def test_numbers_are_known_by_their_form_and_references_stay(written, leaves):
    assert masked_numbers(written) == leaves


@pytest.mark.parametrize(
    ("written", "names", "leaves"),
    [
        ("关于刘明英", ["刘明英"], "关于刘**"),
        ("王小明代王小领取", ["王小", "王小明"], "王**代王*领取"),
        ("李某", ["李"], "李某"),
        ("刘明英13873051234", ["刘明英"], "刘**138****1234"),
        ("同意", [], "同意"),
    ],
)
def test_names_are_masked_the_longest_first(written, names, leaves):
    assert masked_remark(written, names) == leaves


@pytest.mark.parametrize(
    "written",
    [
        "关于刘明英，卡号6222 0219 0123 4561 818",
        "阿依古丽·买买提 身份证４３０６０２１９８００１０１１２３ｘ，138 7305 1234",
    ],
)
def test_what_stays_is_as_it_was_written_and_stars_stand_for_the_rest(written):
    """So the sealed text of the trail can be held against a masked table."""
    masked = masked_remark(written, ["刘明英", "阿依古丽·买买提"])
    assert "*" in masked and "刘明英" not in masked and "买买提" not in masked
    assert re.fullmatch(".*".join(re.escape(part) for part in re.split(r"\*+", masked)), written)
