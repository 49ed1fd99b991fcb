"""One court's year, played through the services on both engines; the whole district is played by ``make run``."""

from datetime import date

import pytest
from sqlalchemy import select

from fundapp.advances import queries as advances
from fundapp.auditing import queries as auditing
from fundapp.auditing.rules import FindingState
from fundapp.ceremonies import queries as ceremonies
from fundapp.core import clock
from fundapp.core.db import db
from fundapp.core.money import ZERO, total
from fundapp.ledger import queries as books
from fundapp.ledger.models import Voucher
from fundapp.oversight import checks, nightly
from fundapp.oversight import queries as oversight
from fundapp.story import commands, sample
from fundapp.story.audit import audit_year
from fundapp.story.plan import YEAR, CourtPlan, case_money, district
from fundapp.story.play import CourtYear
from tests.databases import unfounded


@pytest.fixture
def played(app) -> CourtPlan:
    """The smallest court's year."""
    plans = district()
    with clock.at(plans[0].gifts[0].on.replace(month=1, day=2)):
        seat = commands.found()
    court = plans[-1]
    year = CourtYear(court, case_money(plans), sample.workbook(plans))
    for _name, scene in year.scenes():
        scene()
    audit_year(seat, {court.code: year.cast})
    nightly.sign_heads()
    assert {outcome for outcome, _number, _why in year.told} == {"不符合条件", "不予垫付"}
    return court


def errors_put_right(played: CourtPlan) -> dict[str, list[str]]:
    """The vouchers that correct a receipt or came late with one, by month; numbers follow the days in the books."""
    vouchers = db.session.scalars(
        select(Voucher).where(Voucher.court_code == played.code).order_by(Voucher.year, Voucher.number)
    ).all()
    received = [one for one in vouchers if one.act.startswith("fund-receipt:")]
    assert [one.business_date for one in received[:-1]] == sorted(one.business_date for one in received[:-1])
    posted_on = [one.posted_on for one in vouchers]
    assert posted_on == sorted(posted_on)
    late = [one for one in vouchers if one.month != f"{one.business_date:%Y-%m}"]
    assert [(one.business_date, one.posted_on) for one in late] == [(date(YEAR, 1, 31), date(YEAR, 3, 1))]
    found: dict[str, list[str]] = {}
    for one in [*(one for one in vouchers if one.corrects_id), *late]:
        found.setdefault(one.month, []).append(one.ink.value)
    return found


@unfounded
def test_a_court_lives_through_its_year(played):
    scope = frozenset({played.code})
    figures = oversight.figures(scope)
    assert figures.cases_under_ceiling == len(played.small)
    assert figures.cases_concluded_by_advance == len(played.to_conclude)
    assert figures.advanced == total(case.advance for case in played.to_conclude if case.advance)
    assert figures.raised == total(gift.amount for gift in played.gifts)
    assert figures.available == figures.raised - figures.advanced + figures.recovered_to_fund
    assert figures.outstanding == figures.advanced - figures.recovered_to_fund
    assert figures.recovered_to_fund > ZERO
    assert figures.ceremony_paid == ceremonies.paid_in(scope) > played.handed_out
    assert figures.trial_balance_difference == ZERO
    assert figures.reserved == ZERO
    assert books.is_closed(played.code, f"{YEAR}-12")
    assert advances.paid_in(scope) == figures.advanced
    assert [problem for _name, problem in checks.checks() if problem] == []
    assert oversight.happenings(scope).ceremonies == 1
    assert oversight.happenings(scope).payees_absent == len(played.absent)
    assert oversight.happenings(scope).payments_repeated == oversight.happenings(scope).payments_failed == 1
    assert errors_put_right(played) == {"2018-02": ["red", "blue", "blue"], "2018-03": ["blue"]}
    [finding] = db.session.scalars(auditing.findings(scope))
    assert finding.state is FindingState.PUT_RIGHT and len(finding.steps) == 3
    [sample_id] = db.session.scalars(auditing.samples(scope | {commands.SEAT}).with_only_columns(auditing.SAMPLES_KEY))
    assert auditing.redrawn(auditing.sample(sample_id, scope | {commands.SEAT})).is_same
