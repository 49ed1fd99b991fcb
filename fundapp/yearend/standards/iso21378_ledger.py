"""ISO 21378:2019, audit data collection: the tables of the General Ledger module. Amounts are in the functional
currency; red ink stands negative on the side of its original."""

from collections.abc import Iterable
from itertools import chain
from typing import BinaryIO

from fundapp.core.db import walk
from fundapp.core.tables import Row, Scope
from fundapp.ledger.rules import Movement, month_end
from fundapp.yearend.standards import books
from fundapp.yearend.standards.books import DIVIDED, SEGMENT_NAMES, SEGMENTED, WORDS_OF_KIND
from fundapp.yearend.standards.csv_table import (
    ACCOUNT,
    COURT,
    FIXED_SEGMENT_COLUMNS,
    PERIOD,
    SEGMENT_COLUMNS,
    YEAR,
    Cells,
    Rows,
    amount,
    amount_text,
    day,
    flag,
    free_cell,
    write_lines,
)
from fundapp.yearend.standards.layout import TOO_LARGE, Field, Form, Layout, code, exact, free, misfit

TRIAL_BALANCE = Layout("GL_Trial_Balance", (
    ACCOUNT, YEAR, PERIOD, day("Balance_As_Of_Date"), amount("Beginning_Functional_Amount"),
    amount("Ending_Functional_Amount"), COURT,
))  # fmt: skip
DETAILS = Layout("GL_Details", (
    code("Journal_ID", 100), code("Journal_Number", 100), ACCOUNT, YEAR, PERIOD, day("Effective_Date"),
    code("Journal_Line_Number", 100), code("JE_Type_Code", 60), free("JE_Header_Description", 1000),
    free("JE_Line_Description", 1000), code("Source_Code", 25), code("Bill_Number", 100), code("Bill_Type_Code", 60),
    day("Bill_Date"), code("Quantity", 22), code("Unit_Price", 22), amount("Functional_Amount"),
    code("Settlement_Method_Code", 60), exact("Credit_Debit_Indicator", 1), flag("Reversal_Indicator"),
    code("Reversal_Journal_ID", 100), flag("Cancellation_Sign"), code("Created_User_ID", 25), day("Created_Date"),
    Field("Created_Time", 8, Form.TIME), code("Approved_User_ID", 25), code("Posted_User_ID", 25),
    *FIXED_SEGMENT_COLUMNS, *SEGMENT_COLUMNS, COURT,
))  # fmt: skip
PERIOD_BALANCE = Layout("GL_Accounts_Period_Balance", (
    ACCOUNT, YEAR, PERIOD, code("Debit_Quantity", 22), code("Credit_Quantity", 22), code("Beginning_Quantity", 22),
    code("Ending_Quantity", 22), amount("Functional_Debit_Amount"), amount("Functional_Credit_Amount"),
    exact("BEG_Balance_Indicator", 1), exact("Ending_Balance_Indicator", 1), amount("Functional_Beginning_Balance"),
    amount("Functional_Ending_Balance"), *FIXED_SEGMENT_COLUMNS, *SEGMENT_COLUMNS, COURT,
))  # fmt: skip
SOURCE = Layout("GL_Source", (
    code("Source_Code", 25), free("Source_Description", 1000), code("ERP_Subledger_Module", 100),
    exact("System_Manual_Identifier", 1), code("Business_Process_Major", 100), code("Business_Process_Minor", 100),
))  # fmt: skip
ACCOUNT_SEGMENT = Layout("GL_Account_Segment", (
    ACCOUNT, code("Account_Segment_Number", 60), code("Account_Segment_Name", 200), code("Corresponding_File", 200),
    free("Account_Segment_Description", 1000), code("Customized_ACC_Segment_Code", 60),
))  # fmt: skip

CORRECTION = "correction"
_M = Movement
SOURCES: dict[str, tuple[str, tuple[Movement, ...]]] = {
    "funding": ("资金来源到账与退回", (
        _M.APPROPRIATION_RECEIVED, _M.GRANT_RECEIVED, _M.DONATION_RECEIVED, _M.OTHER_RECEIVED, _M.INTEREST_RECEIVED,
        _M.APPROPRIATION_GIVEN_BACK, _M.GRANT_GIVEN_BACK, _M.DONATION_GIVEN_BACK, _M.OTHER_GIVEN_BACK,
    )),
    "advances": ("垫付", (_M.ADVANCE_PAID, _M.ADVANCE_PAID_IN_CASH)),
    "recovery": ("追偿与核销", (_M.RECOVERED, _M.WRITTEN_OFF)),
    "custody": ("案款", (_M.CASE_MONEY_RECEIVED, _M.CASE_MONEY_PAID, _M.CASE_MONEY_PAID_IN_CASH)),
    "ceremonies": ("兑现大会现金", (
        _M.FUND_CASH_DRAWN, _M.FUND_CASH_RETURNED, _M.CASE_CASH_DRAWN, _M.CASE_CASH_RETURNED,
    )),
    "yearend": ("年终结转", (
        _M.APPROPRIATION_CLOSED, _M.GRANT_CLOSED, _M.DONATION_CLOSED, _M.INTEREST_CLOSED, _M.OTHER_INCOME_CLOSED,
        _M.APPROPRIATION_OVERDRAFT_CLOSED, _M.GRANT_OVERDRAFT_CLOSED, _M.DONATION_OVERDRAFT_CLOSED,
        _M.INTEREST_OVERDRAFT_CLOSED, _M.OTHER_INCOME_OVERDRAFT_CLOSED, _M.LOSS_CLOSED, _M.SURPLUS_CARRIED,
        _M.DEFICIT_CARRIED,
    )),
    "openings": ("期初余额导入", (_M.OPENING_BALANCE,)),
    CORRECTION: ("更正凭证", ()),
}  # fmt: skip
"""Where entries come from. All are written by the system when their business is done; a correction is on a person's
request."""
SOURCE_OF = {movement.value: source for source, (_, movements) in SOURCES.items() for movement in movements}


# ---- balances


def _trial_balance(scope: Scope, court_code: str) -> Iterable[Cells]:
    """Every account at the end of every month; debits less credits, so that a month adds up to zero."""
    for account, ends in sorted(books.month_ends(court_code, scope.year).items()):
        for month in range(1, 13):
            before, until = (debit - credit for debit, credit in ends[month - 1 : month + 1])
            last = month_end(scope.year, month).isoformat()
            yield (
                account, str(scope.year), f"M{month}", last, amount_text(before), amount_text(until), court_code,
            )  # fmt: skip


def _period_balances(scope: Scope, court_code: str) -> Iterable[Cells]:
    normal = {line.code: "D" if line.is_debit else "C" for line in books.chart()}
    for line in books.period_balances(court_code, scope.year):
        sides = [_side(balance) or normal[line.account] for balance in (line.opening, line.closing)]
        amounts = [amount_text(fen) for fen in (line.debit, line.credit, abs(line.opening), abs(line.closing))]
        yield (
            line.account, str(scope.year), f"M{line.month}", "", "", "", "", *amounts[:2], *sides, *amounts[2:], "",
            "", "", *line.segments, court_code,
        )  # fmt: skip


def _side(balance: int) -> str:
    return "D" if balance > 0 else "C" if balance < 0 else ""


# ---- details

DETAILS_OF = """
    SELECT v.id, v.summary, v.number, v.kind, v.kind_number, v.posted_on, {recorded_at}, v.ink, v.prepared_by_id,
        v.reviewed_by_id, v.booked_by_id, v.reverses_id, COALESCE(v.reverses_id, v.adjusts_id, v.restates_id),
        p.movement, p.debit, p.credit, p.amount, p.case_ref, p.source_ref, p.debtor_ref
    FROM vouchers v JOIN posting_lines p ON p.voucher_id = v.id
    WHERE v.court_code = ? AND v.year = ? ORDER BY v.number, p.line
"""


REVERSED = "SELECT reverses_id FROM vouchers WHERE court_code = ? AND year <= ? AND reverses_id IS NOT NULL"


def write_details(scope: Scope, court_code: str, stream: BinaryIO) -> int:
    """GL_Details: two lines for each posting, its debit and its credit."""
    is_reversed = {voucher_id for (voucher_id,) in walk(REVERSED, (court_code, scope.year))}
    question = DETAILS_OF.format(recorded_at=books.local_text("v.recorded_at"))
    found = books.grouped(walk(question, (court_code, scope.year)), scope, court_code, since=scope.year)
    lines = (_details(scope.year, court_code, summary, of_one, is_reversed) for summary, of_one in found)
    return write_lines(DETAILS, chain.from_iterable(lines), stream)


def _details(year: int, court_code: str, summary: str, lines: list[Row], is_reversed: set[int]) -> list[str]:
    (
        voucher_id, _, number, kind, kind_number, posted_on, recorded_at, ink, prepared, reviewed, booked, reverses,
        corrects,
    ) = lines[0][:13]  # fmt: skip
    word, on, is_red = WORDS_OF_KIND[kind], str(posted_on), ink == "red"
    told = free_cell(summary, 1000)
    head = f"{voucher_id},{year}{word}{kind_number:04d},"
    dated = f",{year},M{int(on[5:7])},{on},"
    typed = f",{word},{told},{told},"
    reversal = f"1,{reverses}" if reverses else "2," if voucher_id in is_reversed else ","
    tail = f"{reversal},0,{prepared},{recorded_at},{reviewed},{booked},,,,"
    written, at = [], 1
    for line in lines:
        movement, debit, credit, fen, case, source, debtor = line[13:]
        if fen >= TOO_LARGE:
            raise misfit(DETAILS.name, number, "Functional_Amount")
        if is_red:
            debit, credit, fen = credit, debit, -fen
        middle = f"{typed}{CORRECTION if corrects else SOURCE_OF[movement]},,,,,,{amount_text(fen)},,"
        for account, side in ((debit, "D"), (credit, "C")):
            by_case, by_source, by_debtor = DIVIDED[account]
            parts = f"{(by_case and case) or ''},{(by_source and source) or ''},{(by_debtor and debtor) or ''}"
            written.append(f"{head}{account}{dated}{at}{middle}{side},{tail}{parts},{court_code}")
            at += 1
    return written


# ---- what they refer to


def _sources(scope: Scope, court_code: str) -> Iterable[Cells]:
    for source, (name, _) in SOURCES.items():
        yield source, name, source, "M" if source == CORRECTION else "S", name, ""


def _account_segments(scope: Scope, court_code: str) -> Iterable[Cells]:
    for account in sorted(SEGMENTED):
        for segment in SEGMENTED[account]:
            name = SEGMENT_NAMES[segment]
            yield (
                account, segment.value, name, "BAS_Customized_ACC_Segment", f"按{name}明细核算", segment.value,
            )  # fmt: skip


TABLES: tuple[tuple[Layout, Rows], ...] = (
    (TRIAL_BALANCE, _trial_balance),
    (PERIOD_BALANCE, _period_balances),
    (SOURCE, _sources),
    (ACCOUNT_SEGMENT, _account_segments),
)
