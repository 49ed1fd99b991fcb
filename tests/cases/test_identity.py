"""Identity numbers, telephones, accounts and names of the parties. Every person here is made up."""

import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.iso7064 import mod_11_2

from fundapp.cases.rules.identity import (
    COMPOUND_SURNAMES,
    LONGEST_NAME,
    LONGEST_NUMBER,
    IdentityError,
    bank_account,
    born_on,
    card_warning,
    credit_code,
    line_number,
    line_number_warning,
    masked_account,
    masked_card,
    masked_id,
    masked_name,
    masked_phone,
    party_name,
    phone,
    published_id,
    resident_id,
    sex,
)
from fundapp.cases.rules.words import AccountKind, PartyKind

VECTORS = json.loads((Path(__file__).parents[1] / "data" / "vectors.json").read_text(encoding="utf-8"))
TODAY = date(2018, 10, 22)
CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def with_check(body):
    return body + mod_11_2.calc_check_digit(body)


def refusal(check, *args, **how):
    with pytest.raises(IdentityError) as refused:
        check(*args, **how)
    return refused.value


# ---- resident identity numbers


@pytest.mark.parametrize(("number", "verdict", "sums_up", "told_sex"), VECTORS["id_valid"])
def test_a_right_identity_number_is_accepted_and_tells_the_sex(number, verdict, sums_up, told_sex):
    assert (verdict, sums_up) == ("OK", True)
    assert resident_id(number, today=TODAY) == number
    assert sex(number) == told_sex


@pytest.mark.parametrize(("number", "kind"), VECTORS["id_invalid"])
def test_a_wrong_identity_number_is_refused_for_the_right_reason(number, kind):
    assert refusal(resident_id, number, today=TODAY).kind == kind


@pytest.mark.parametrize(("number", "library_says"), VECTORS["id_stdnum_validate"])
def test_nobody_is_refused_because_his_county_is_younger_than_he_is(number, library_says):
    assert resident_id(number, today=TODAY) == number, library_says


def test_an_identity_number_of_fifteen_digits_is_lengthened():
    short, long, verdict = VECTORS["id_15to18"]
    assert verdict == "OK"
    assert resident_id(short, today=TODAY) == long


@pytest.mark.parametrize(
    "typed",
    [
        "43062119050715002x",
        "43062119050715002Ｘ",
        "43062119050715002ｘ",
        " 43062119050715002X\n",
        "４３０６２１１９０５０７１５００２X",
        "430621 19050715 002X",
        "\ufeff43062119050715002X",
    ],
)
def test_an_identity_number_is_kept_in_one_form_however_it_was_typed(typed):
    assert resident_id(typed, today=TODAY) == "43062119050715002X"


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "X",
        "43060219010203001X2",
        "4306021901020300",  # sixteen
        "43060201020300",  # fourteen
        "43060201020300X",  # fifteen, but X was never among them
        "4306021901020X0012",
        "030602190102030012",
        "٤30602190102030012",
        "4.30602190102E+17",
        "430602190102030012.0",
        "430602-19010203-0012",
    ],
)
def test_a_text_that_is_no_identity_number_is_refused(typed):
    assert refusal(resident_id, typed, today=TODAY).kind == "FORMAT"


@pytest.mark.parametrize(
    ("born", "accepted"),
    [
        ("18991231", False),
        ("19000101", True),
        ("19000229", False),  # 1900 was no leap year
        ("20000229", True),
        ("20180229", False),
        ("20181022", True),  # born today
        ("20181023", False),
        ("19991301", False),
        ("19990431", False),
        ("19990400", False),
        ("00000101", False),
    ],
)
def test_a_party_was_born_on_a_day_that_exists_after_1899_and_not_after_today(born, accepted):
    number = with_check(f"430602{born}000")
    if accepted:
        assert resident_id(number, today=TODAY) == number
        assert f"{born_on(number):%Y%m%d}" == born
    else:
        assert refusal(resident_id, number, today=TODAY).kind == "DATE"


def test_an_old_number_with_an_impossible_day_is_refused():
    assert refusal(resident_id, "430602010230001", today=TODAY).kind == "DATE"


days = st.dates(date(1900, 1, 1), TODAY)
identity_numbers = st.builds(
    lambda area, born, serial: with_check(f"{area}{born:%Y%m%d}{serial:03d}"),
    st.integers(110000, 829999),
    days,
    st.integers(0, 999),
)


@given(identity_numbers)
def test_an_identity_number_once_accepted_is_accepted_again_unchanged(number):
    assert resident_id(number, today=TODAY) == number
    assert resident_id(number.lower(), today=TODAY) == number


@given(identity_numbers, st.integers(0, 17), st.sampled_from("0123456789X"))
def test_an_identity_number_with_one_character_changed_is_refused(number, place, other):
    changed = number[:place] + other + number[place + 1 :]
    if changed == number:
        return
    assert refusal(resident_id, changed, today=TODAY).kind in {"FORMAT", "CHECKSUM"}


@given(identity_numbers, st.integers(0, 15))
def test_an_identity_number_with_two_neighbours_swapped_is_refused(number, place):
    swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    if swapped != number:
        assert refusal(resident_id, swapped, today=TODAY).kind in {"FORMAT", "CHECKSUM"}


@given(st.integers(110000, 829999), days, st.integers(0, 999))
def test_an_old_identity_number_keeps_place_and_serial_when_lengthened(area, born, serial):
    born = born.replace(year=1900 + born.year % 100, day=min(born.day, 28))
    long = resident_id(f"{area}{born:%y%m%d}{serial:03d}", today=TODAY)
    assert (long[:6], born_on(long), long[14:17]) == (str(area), born, f"{serial:03d}")
    assert resident_id(long, today=TODAY) == long


# ---- unified social credit codes


@pytest.mark.parametrize("code", [code for code, right, _ in VECTORS["uscc"] if right])
def test_a_right_credit_code_is_accepted_whatever_its_registry(code):
    assert credit_code(code) == code
    assert credit_code(f" {code.lower()}\t") == code


def with_credit_check(body):
    total = sum(CREDIT_ALPHABET.index(character) * 3**place for place, character in enumerate(body))
    return body + CREDIT_ALPHABET[-total % 31]


@pytest.mark.parametrize("registry", CREDIT_ALPHABET)
def test_a_registry_may_be_any_digit_but_zero_or_one_of_three_letters(registry):
    code = with_credit_check(f"{registry}1430602MA4L00003")
    if registry in "123456789ANY":
        assert credit_code(code) == code
    else:
        assert refusal(credit_code, code).kind == "FORMAT"


@pytest.mark.parametrize(
    ("code", "kind"),
    [(code, {"InvalidChecksum": "CHECKSUM", "InvalidFormat": "FORMAT"}[why]) for code, why in VECTORS["uscc_invalid"]]
    + [
        ("", "FORMAT"),
        ("01430602MA4L00003F", "FORMAT"),
        ("B1430602MA4L00003F", "FORMAT"),
        ("91430602MA4L00003", "FORMAT"),
        ("91430602MA4L00003FF", "FORMAT"),
        ("9143060AMA4L00003F", "FORMAT"),
        ("91430602MA4L0000I3", "FORMAT"),
        ("91430602ma4l00003g", "CHECKSUM"),
        ("430602190102030012", "CHECKSUM"),  # a person's number in the organisation's field
    ],
)
def test_a_wrong_credit_code_is_refused_for_the_right_reason(code, kind):
    assert refusal(credit_code, code).kind == kind


@given(
    st.sampled_from([code for code, _, _ in VECTORS["uscc"]]),
    st.integers(0, 17),
    st.sampled_from(CREDIT_ALPHABET),
)
def test_a_credit_code_with_one_character_changed_is_refused(code, place, other):
    changed = code[:place] + other + code[place + 1 :]
    if changed != code:
        assert refusal(credit_code, changed).kind in {"FORMAT", "CHECKSUM"}


# ---- telephones


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("13000000000", "13000000000"),
        ("199 0000 0000", "19900000000"),
        ("130-0000-0000", "13000000000"),
        ("１３０００００００００", "13000000000"),
        ("+86 13000000000", "13000000000"),
        ("+86-130-0000-0000", "13000000000"),
        ("008613000000000", "13000000000"),
        ("8613000000000", "13000000000"),
        ("0730-8000000", "0730-8000000"),
        ("07308000000", "0730-8000000"),
        ("（0730）8000000", "0730-8000000"),
        ("0730–80000000", "0730-80000000"),
        ("01080000000", "010-80000000"),
        ("021-80000000", "021-80000000"),
    ],
)
def test_a_telephone_number_is_kept_in_one_form_however_it_was_typed(typed, kept):
    assert phone(typed) == kept
    assert phone(kept) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "12345678901",
        "1300000000",
        "130000000000",
        "12000000000",
        "8000000",
        "0730-800000",
        "0730-800000000",
        "011-80000000",
        "1300000000a",
        "0800-8000000000",
        "13000000000/13000000001",
        "++8613000000000",
    ],
)
def test_a_text_that_is_no_telephone_number_is_refused(typed):
    assert refusal(phone, typed).kind == "FORMAT"


# ---- bank accounts


@pytest.mark.parametrize(("number", "right", "shown"), VECTORS["card"])
def test_a_right_card_number_is_accepted_without_warning(number, right, shown):
    assert right
    spaced = " ".join(number[at : at + 4] for at in range(0, len(number), 4))
    assert bank_account(spaced, AccountKind.CARD) == number
    assert card_warning(spaced) is None
    assert masked_card(number) == shown


@pytest.mark.parametrize(("number", "right"), VECTORS["card_invalid"])
def test_a_doubtful_card_number_is_accepted_with_a_warning(number, right):
    assert not right
    assert bank_account(number, AccountKind.CARD) == number
    assert "校验位不符" in card_warning(number)


@pytest.mark.parametrize(
    ("kind", "length", "accepted"),
    [
        (AccountKind.CARD, 15, False),
        (AccountKind.CARD, 16, True),
        (AccountKind.CARD, 19, True),
        (AccountKind.CARD, 20, False),
        (AccountKind.PASSBOOK, 7, False),
        (AccountKind.PASSBOOK, 8, True),
        (AccountKind.PASSBOOK, 32, True),
        (AccountKind.PASSBOOK, 33, False),
        (AccountKind.COMPANY, 7, False),
        (AccountKind.COMPANY, 8, True),
        (AccountKind.COMPANY, 32, True),
        (AccountKind.COMPANY, 33, False),
    ],
)
def test_an_account_number_has_as_many_digits_as_its_kind_allows(kind, length, accepted):
    number = ("43001" * 7)[:length]
    if accepted:
        assert bank_account(number, kind) == number
    else:
        assert refusal(bank_account, number, kind).kind == "FORMAT"


def test_an_account_number_loses_its_spaces_and_hyphens():
    assert bank_account("4300-1500 0000－0000 01", AccountKind.COMPANY) == "430015000000000001"


@pytest.mark.parametrize("typed", ["", "6.22202E+18", "622202000000000000.0", "62220200000000000A", "٦٢٢٢٠٢٠٠٠٠٠٠٠٠٠٠"])
@pytest.mark.parametrize("kind", AccountKind)
def test_an_account_number_that_a_spreadsheet_spoiled_is_refused(typed, kind):
    assert "文本" in str(refusal(bank_account, typed, kind))


# ---- bank branches


@pytest.mark.parametrize("number", [number for number, right in VECTORS["cnaps"] if right] + [VECTORS["cnaps_made"]])
def test_a_right_line_number_is_accepted_without_warning(number):
    assert line_number(f" {number} ") == number
    assert line_number_warning(number) is None


@pytest.mark.parametrize(("number", "right"), VECTORS["cnaps_invalid"])
def test_a_wrong_line_number_is_warned_of(number, right):
    assert not right
    assert "校验位不符" in line_number_warning(number)


@pytest.mark.parametrize(
    ("number", "accepted"), [("10210009999", False), ("102100099997", True), ("1021000999960", False)]
)
def test_a_line_number_has_twelve_digits_and_a_wrong_check_digit_is_no_refusal(number, accepted):
    if accepted:
        assert line_number(number) == number
    else:
        assert refusal(line_number, number).kind == "FORMAT"


# ---- names


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("张三", "张三"),
        (" 张三\n", "张三"),
        ("张　三", "张三"),
        ("张 三 丰", "张三丰"),
        ("李䶮", "李䶮"),
        ("𬱖㛃", "𬱖㛃"),
        ("王\U00031350", "王\U00031350"),
        ("张\ue863", "张\ue863"),
        ("葛\U000e0100洪", "葛\U000e0100洪"),
        ("买买提·吐尔逊", "买买提·吐尔逊"),
        ("买买提•吐尔逊", "买买提·吐尔逊"),
        ("John  Smith", "John Smith"),
        ("岳阳（集团）有限公司", "岳阳（集团）有限公司"),
        ("岳阳(集团)有限公司", "岳阳(集团)有限公司"),
        ("岳阳市A B有限公司", "岳阳市A B有限公司"),
        ("﨑", "﨑"),
    ],
)
def test_a_name_is_kept_as_the_bank_knows_it(typed, kept):
    assert party_name(typed) == kept


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("", "不能为空"),
        (" \u3000\n", "不能为空"),
        ("张\n三", "不可见字符"),
        ("张\t三", "不可见字符"),
        ("张\x00三", "不可见字符"),
        ("张\u200b三", "不可见字符"),
        ("张\u202e三", "不可见字符"),
        ("张\u2028三", "不可见字符"),
        ("张\ud800", "不可见字符"),
        ("张\ufffd", "乱码"),
    ],
)
def test_a_name_nobody_could_write_by_hand_is_refused(typed, told):
    assert told in str(refusal(party_name, typed))


def test_a_name_has_at_most_a_hundred_characters():
    assert party_name("张" * LONGEST_NAME) == "张" * LONGEST_NAME
    assert party_name(" 张" * LONGEST_NAME) == "张" * LONGEST_NAME
    assert "不能超过100个字" in str(refusal(party_name, "张" * (LONGEST_NAME + 1)))
    assert "不能超过100个字" in str(refusal(party_name, " " * 1_000_000 + "张"))


@given(st.text(max_size=120))
def test_a_name_once_accepted_is_accepted_again_unchanged(text):
    try:
        kept = party_name(text)
    except IdentityError:
        return
    assert 1 <= len(kept) <= LONGEST_NAME
    assert party_name(kept) == kept


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("张三", "张*"),
        ("张三丰", "张**"),
        ("司马相如", "司马**"),
        ("欧阳娜娜", "欧阳**"),
        ("欧阳修", "欧阳*"),
        ("欧阳", "欧*"),
        ("张", "*"),
        ("𬱖㛃", "𬱖*"),
        ("葛\U000e0100洪", "葛*"),
        ("买买提·吐尔逊", "买**"),
        ("John Smith", "J**"),
        ("Li", "L**"),
    ],
)
def test_on_lists_a_person_is_known_by_the_surname_only(name, shown):
    assert masked_name(name) == masked_name(name, PartyKind.PERSON) == shown


@pytest.mark.parametrize("surname", sorted(COMPOUND_SURNAMES))
def test_a_compound_surname_is_shown_whole(surname):
    assert len(surname) == 2
    assert masked_name(f"{surname}明远") == f"{surname}**"


def test_an_organisation_is_shown_by_its_full_name():
    assert masked_name("岳阳某某建材有限公司", PartyKind.ORGANISATION) == "岳阳某某建材有限公司"


# ---- masks of numbers


@pytest.mark.parametrize(("number", "listed", "published"), VECTORS["id_mask"])
def test_an_identity_number_is_masked_on_lists_and_less_so_in_publication(number, listed, published):
    assert masked_id(number) == listed
    assert published_id(number) == published


@pytest.mark.parametrize(
    ("mask", "number", "shown"),
    [
        (masked_id, "91430602MA4L00003F", "9143**********003F"),
        (masked_id, "123456789", "1234*6789"),
        (masked_id, "12345678", "********"),
        (masked_id, "", ""),
        (published_id, "430602010203001", "4306*******3001"),
        (masked_account, "430015000000000001", "**** 0001"),
        (masked_account, "43001500", "**** 1500"),
        (masked_account, "4300150", "****"),
        (masked_phone, "13800005678", "138****5678"),
        (masked_phone, "0730-8001234", "0730-***1234"),
        (masked_phone, "010-80001234", "010-****1234"),
    ],
)
def test_a_mask_leaves_enough_to_recognise_and_not_enough_to_use(mask, number, shown):
    assert mask(number) == shown


@given(identity_numbers)
def test_the_day_of_birth_is_on_no_list(number):
    assert number[6:14] not in masked_id(number)
    assert masked_id(number)[4:14] == "*" * 10
    assert len(published_id(number)) == len(masked_id(number)) == 18


# ---- refusals


@pytest.mark.parametrize("check", [credit_code, phone, line_number, lambda text: resident_id(text, today=TODAY)])
def test_a_number_is_measured_before_it_is_read(check):
    assert f"不能超过{LONGEST_NUMBER}个字符" in str(refusal(check, "1" * (LONGEST_NUMBER + 1)))
    assert "不能超过" not in str(refusal(check, "1" * LONGEST_NUMBER))


@pytest.mark.parametrize(
    ("check", "wrong"),
    [
        (lambda text: resident_id(text, today=TODAY), "430602190102030010"),
        (lambda text: resident_id(text, today=TODAY), "43060219010203001"),
        (lambda text: resident_id(text, today=TODAY), "430602199602300008"),
        (credit_code, "91430602MA4L00003G"),
        (credit_code, "91430602MA4O00003F"),
        (phone, "12345678901"),
        (lambda text: bank_account(text, AccountKind.CARD), "622202000000000"),
        (lambda text: bank_account(text, AccountKind.PASSBOOK), "6222020"),
        (line_number, "10210009999"),
    ],
)
def test_a_refusal_says_what_to_do_and_never_repeats_the_number(check, wrong):
    sentence = str(refusal(check, wrong))
    assert wrong not in sentence
    assert sentence.count("。") >= 2
    assert "请" in sentence


def test_a_party_born_tomorrow_is_accepted_tomorrow():
    number = with_check(f"430602{TODAY + timedelta(days=1):%Y%m%d}000")
    assert refusal(resident_id, number, today=TODAY).kind == "DATE"
    assert resident_id(number, today=TODAY + timedelta(days=1)) == number
