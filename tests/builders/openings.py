"""Files of opening balances, and books that begin with them."""

from collections.abc import Sequence
from datetime import date

from fundapp.cases.models import Case
from fundapp.core import clock
from fundapp.core.db import transaction
from fundapp.core.money import yuan
from fundapp.core.spreadsheet import Sheet, SheetColumn, xlsx_bytes
from fundapp.funding.models import Source
from fundapp.ledger import service as ledger
from fundapp.ledger.models import Opening
from fundapp.ledger.rules import Model, OpeningOutcome
from fundapp.openings import service
from fundapp.openings.rules import COLUMNS
from fundapp.users.rules import Role
from tests.builders.cases import a_case
from tests.builders.funding import a_source
from tests.builders.people import COURT, the_books, the_holder

OPENING_DAY = date(2017, 12, 31)
MID_YEAR = date(2018, 2, 28)
Cells = dict[str, object]


def a_line(account: str, side: str, amount: object, **cells: object) -> Cells:
    """The cells of one row by the keys of their columns."""
    return {"account": account, "side": side, "amount": amount} | cells


def a_table(lines: Sequence[Cells]) -> Sheet:
    """The rows under the form's headers; amounts are numbers where they are given as Money, else text."""
    columns = [SheetColumn(column.header) for column in COLUMNS]
    return Sheet("期初余额", columns, [[line.get(column.key) for column in COLUMNS] for line in lines])


def a_file(lines: Sequence[Cells]) -> bytes:
    return xlsx_bytes([a_table(lines)])


def checked(lines: Sequence[Cells], *, day: date = OPENING_DAY, court_code: str = COURT) -> Opening:
    """A file as the finance clerk tried it."""
    clerk = the_holder(Role.FINANCE_CLERK, court_code=court_code)
    with transaction(court_code):
        return service.check_file(a_file(lines), "期初.xlsx", day=day, actor=clerk)


def requested(lines: Sequence[Cells], *, day: date = OPENING_DAY, court_code: str = COURT) -> Opening:
    """A file that waits for the finance reviewer."""
    opening = checked(lines, day=day, court_code=court_code)
    assert not opening.fault_count, opening.faults
    clerk = the_holder(Role.FINANCE_CLERK, court_code=court_code)
    with transaction(court_code):
        return ledger.request_opening(opening.id, seen_version=opening.version, actor=clerk)


def decided(opening: Opening, outcome: OpeningOutcome = OpeningOutcome.CONFIRM, *, reason: str = "") -> Opening:
    reviewer = the_holder(Role.FINANCE_REVIEWER, court_code=opening.court_code)
    with transaction(opening.court_code):
        return ledger.decide_opening(
            opening.id, outcome=outcome, reason=reason, seen_version=opening.version, actor=reviewer
        )


def posted(lines: Sequence[Cells], *, day: date = OPENING_DAY, court_code: str = COURT) -> Opening:
    """Balances that stand in the books."""
    return decided(requested(lines, day=day, court_code=court_code))


def undone(opening: Opening, outcome: OpeningOutcome = OpeningOutcome.CONFIRM) -> Opening:
    """Asked for by the clerk, decided by the reviewer."""
    clerk = the_holder(Role.FINANCE_CLERK, court_code=opening.court_code)
    reviewer = the_holder(Role.FINANCE_REVIEWER, court_code=opening.court_code)
    with transaction(opening.court_code):
        ledger.request_undoing(opening.id, reason="单位填错", seen_version=opening.version, actor=clerk)
    with transaction(opening.court_code):
        return ledger.decide_undoing(opening.id, outcome=outcome, seen_version=opening.version, actor=reviewer)


class SmallBook:
    """A court whose fund is in the middle of its life: one source, money in the bank and in cash, case money of one
    case; with own funds also a receivable of another."""

    def __init__(self, model: Model = Model.OWN_FUNDS) -> None:
        the_books(model=model)
        self.source: Source = a_source()
        self.paid: Case = a_case("50000.00")
        self.owed: Case = a_case("30000.00")
        of_source, of_case = {"source": self.source.name}, {"case": self.paid.number}
        self.lines = [
            a_line("1002.01", "借", "80000.00", **of_source),
            a_line("1001.01", "借", "500.00", **of_source),
            a_line("1002.02", "借", "7000.00"),
            a_line("2901.02", "贷", "6000.00", **of_case),
            a_line("2103.01", "贷", "300"),
            a_line("2103.02", "贷", "700.00", note="案款专户利息，待上缴"),
            a_line("1218.02", "借", "0"),
        ]
        if model is Model.CUSTODIAL:
            self.lines += [a_line("2901.01", "贷", "80500.00", **of_source)]
        else:
            self.lines += [
                a_line("1218.01", "借", "9000.00", case=self.owed.number, **of_source),
                a_line("3001", "贷", "89500.00"),
            ]

    def balances(self) -> dict[str, str]:
        """Debit less credit by account, as the file says; what is zero is left out."""
        sums: dict[str, object] = {}
        for line in self.lines:
            amount = yuan(str(line["amount"]))
            net = amount if line["side"] == "借" else -amount
            sums[str(line["account"])] = sums.get(str(line["account"]), yuan(0)) + net  # type: ignore[operator]
        return {account: str(net.amount) for account, net in sums.items() if net != yuan(0)}  # type: ignore[attr-defined]


def a_small_book(model: Model = Model.OWN_FUNDS, *, day: date = OPENING_DAY) -> tuple[SmallBook, Opening]:
    """The small book, imported and posted on the first of March."""
    with clock.at(date(2018, 3, 1)):
        book = SmallBook(model)
        return book, posted(book.lines, day=day)
