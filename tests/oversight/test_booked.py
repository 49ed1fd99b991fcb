"""``verify`` asks of every voucher that corrects another what it takes off, and who asked for that and agreed; and of
every role, who granted it."""

from datetime import date

from sqlalchemy import text

from fundapp.core import clock
from fundapp.core.db import db, transaction
from fundapp.core.money import yuan
from fundapp.ledger import service as ledger
from fundapp.ledger.models import Voucher
from fundapp.ledger.rules import CorrectionMethod, Ink, Movement, Posting, booked
from fundapp.ledger.service import posting
from fundapp.ledger.service.posting import Links
from fundapp.oversight import checks
from fundapp.users import service as users
from fundapp.users.rules import Role
from tests.builders.ledger import a_confirmed_correction, a_correction, a_voucher, the_hands
from tests.builders.openings import SmallBook, posted, undone
from tests.builders.people import COURT, a_user, the_holder
from tests.builders.yearend import reopened, year_closed

MIRRORED = "注销凭证的分录与其原凭证相反"
ASKED_FOR = "更正、冲销凭证各有其申请和复核"
DONE = "同意的更正各有其凭证"
GRANTED = "岗位授权与操作留痕相符"
DAY = date(2018, 10, 1)


def told() -> dict[str, str]:
    """What these checks say, by their names."""
    names = {MIRRORED, ASKED_FOR, DONE, GRANTED}
    asked = {check.name: checks._answer(check) for check in checks.CHECKS if check.name in names}
    return {name: problem for name, problem in asked.items() if problem}


def corrected(voucher: Voucher, method: CorrectionMethod, amount: str = "", *, day: date = DAY) -> None:
    line = voucher.lines[0]
    right = booked(line.movement, yuan(amount), source=line.source_ref) if amount else None
    a_confirmed_correction(a_correction(voucher, day=day, method=method, restated=right))


def a_donation(amount: str) -> Voucher:
    return a_voucher(amount, Movement.DONATION_RECEIVED, day=DAY, source="source:1")


def test_lawful_corrections_of_every_kind_belong_to_what_was_asked_for(app):
    with clock.at(DAY):
        book = SmallBook()
        undone(posted(book.lines))
        posted(book.lines)
        restated, added, taken, later, later_added = (a_donation(amount) for amount in ("1", "2", "3", "4", "5"))
        corrected(a_donation("6"), CorrectionMethod.CANCEL)
        corrected(restated, CorrectionMethod.RESTATE, "10.00")
        corrected(added, CorrectionMethod.DIFFERENCE, "20.00")
        corrected(taken, CorrectionMethod.DIFFERENCE, "1.00")
        corrected(added, CorrectionMethod.CANCEL)
        corrected(later_added, CorrectionMethod.DIFFERENCE, "4.00")
    year_closed()
    with clock.at(date(2019, 1, 10)):
        reopened("2018-12")
    with clock.at(date(2019, 1, 11)):
        corrected(taken, CorrectionMethod.CANCEL, day=date(2019, 1, 11))
        corrected(later, CorrectionMethod.DIFFERENCE, "2.00", day=date(2019, 1, 11))
        corrected(later_added, CorrectionMethod.RESTATE, "9.00", day=date(2019, 1, 11))
    assert told() == {}


def test_a_voucher_undone_below_the_services_is_named(app):
    with clock.at(DAY):
        voucher = a_donation("777.00")
        how = {"business_date": DAY, "hands": the_hands()}
        with transaction(COURT):
            ledger.reverse(voucher.id, reason="误记", **how, actor=the_holder(Role.FINANCE_REVIEWER))
    assert told() == {ASKED_FOR: "湘0602 2018-0002不属于任何已复核的更正、期初冲销或反结账"}


def test_a_red_voucher_that_takes_off_another_amount_than_its_original_is_named(app):
    with clock.at(DAY):
        voucher = a_donation("777.00")
        (line,) = voucher.lines
        less = Posting(line.movement, line.credit, line.debit, yuan("1.00"), line.case_ref, line.source_ref)
        how = {"business_date": DAY, "posted_on": DAY, "attachments": 0, "hands": the_hands()}
        red = {"kind": voucher.kind, "ink": Ink.RED, "links": Links(reverses_id=voucher.id)}
        draft = posting.drafted("voucher:1:reversed", [less], summary="注销", **how, **red)
        with transaction(COURT):
            posting.post_drafts([draft], court_code=COURT, actor=the_holder(Role.FINANCE_REVIEWER))
    assert told()[MIRRORED] == "湘0602 2018-0002注销的内容不是其原凭证的内容"


def test_a_role_that_nobody_granted_is_named_and_so_is_one_that_was_changed_or_given_back(app):
    first, other = a_user(None), a_user(None)
    with transaction(COURT):
        users.grant(first.id, role=Role.SECURITY_ADMINISTRATOR, actor=None)
        users.grant(other.id, role=Role.CASE_HANDLER, actor=first)
        users.end_grant(other.id, role=Role.CASE_HANDLER, actor=first)
        users.grant(other.id, role=Role.AUDITOR, actor=first)
    assert told() == {}
    for done, event in {
        "INSERT INTO grants (user_id, role, granted_at) SELECT user_id, 'president', granted_at FROM grants": "granted",
        "UPDATE grants SET role = 'president' WHERE role = 'auditor'": "granted",
        "UPDATE grants SET ended_at = NULL, ended_by_id = NULL": "ended",
    }.items():
        db.session.execute(text(done))
        assert f"的岗位授权与操作留痕不符（users.role.{event}）" in told()[GRANTED], done
        db.session.rollback()
