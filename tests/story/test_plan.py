"""The story's plan holds the seed's totals before anything is played."""

from fundapp.cases.rules import resident_id
from fundapp.core.money import total, yuan
from fundapp.story import sample
from fundapp.story.plan import CEREMONIES_TOTAL, RAISED_TOTAL, YEAR, case_money, district

PLANS = district()


def test_1092_cases_under_the_ceiling_and_337_to_be_advanced_in_ten_courts():
    assert len(PLANS) == 10
    assert sum(len(court.small) for court in PLANS) == 1092
    assert sum(len(court.to_conclude) for court in PLANS) == 337
    assert all(case.claim < yuan("20000") for court in PLANS for case in court.small)


def test_more_than_four_million_is_raised_from_six_kinds_and_no_court_advances_more_than_it_raised():
    assert total(gift.amount for court in PLANS for gift in court.gifts) > yuan("4000000")
    assert len({gift.kind for court in PLANS for gift in court.gifts}) == 6
    for court in PLANS:
        advanced = total(case.advance for case in court.to_conclude if case.advance)
        assert advanced <= total(gift.amount for gift in court.gifts), court.place


def test_what_is_mistyped_is_put_right_to_the_same_totals_and_what_comes_late_is_of_a_source_that_gave_before():
    mistyped = [(court.code, gift.method.value) for court in PLANS for gift in court.gifts if gift.method]
    assert mistyped == [(code, how) for code in ("湘0602", "湘0691") for how in ("restate", "difference")]
    assert total(gift.amount for court in PLANS for gift in court.gifts) == RAISED_TOTAL == yuan("4168000.00")
    for court in PLANS:
        assert {gift.name for gift in court.late} <= {gift.name for gift in court.in_time}
        assert len({gift.reference for gift in court.gifts}) == len(court.gifts)
        assert [gift.on for gift in court.in_time] == sorted(gift.on for gift in court.in_time)


def test_the_ceremonies_hand_out_the_seeds_total_to_the_fen():
    amounts = case_money(PLANS)
    assert total(amounts.values()) + total(court.handed_out for court in PLANS) == CEREMONIES_TOTAL
    assert yuan("51024400.00") == CEREMONIES_TOTAL
    assert min(amounts.values()) > yuan("20000")  # ordinary cases lie above the ceiling


def test_every_person_is_synthetic_and_has_a_valid_number_of_his_own():
    people = [case.creditor for court in PLANS for case in court.small if case.creditor_kind.value == "person"]
    people += [case.debtor for court in PLANS for case in court.small]
    for someone in people:
        assert 1901 <= int(resident_id(someone.identity, today=PLANS[0].ceremony_on)[6:10]) <= 1908
    assert len({someone.identity for someone in people}) == len(people)


def test_the_plan_and_its_workbook_are_the_same_every_time_and_ship_as_the_sample():
    assert district() == PLANS
    assert sample.workbook(PLANS) == sample.SHIPPED.read_bytes(), "write the sample anew: see story/sample.py"
    assert PLANS[0].small[0].number.startswith(f"（{YEAR}）湘0602执")
