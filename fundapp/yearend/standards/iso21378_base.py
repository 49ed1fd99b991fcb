"""ISO 21378:2019, audit data collection: the tables of the Base module that the fund has data for."""

from collections.abc import Iterable

from fundapp.cases.rules import masked_account
from fundapp.core.db import walk
from fundapp.core.tables import Scope
from fundapp.courts import queries as courts
from fundapp.ledger.rules import month_end
from fundapp.users.rules import LABELS as ROLE_LABELS
from fundapp.users.rules import Role
from fundapp.yearend.standards import books
from fundapp.yearend.standards.books import CURRENCY, CURRENCY_NAME, KINDS, SEGMENT_NAMES
from fundapp.yearend.standards.csv_table import ACCOUNT, COURT, PERIOD, YEAR, Cells, Rows, day, flag
from fundapp.yearend.standards.gb24589 import segment_values
from fundapp.yearend.standards.layout import Field, Form, Layout, code, exact, free

ACCOUNT_TYPES = {
    "0": "Clearing", "1": "Assets", "2": "Liabilities", "3": "Equity", "4": "Revenues", "5": "Expenses",
}  # fmt: skip
SOFTWARE = "执行垫付资金管理系统"


# ---- Base

PROFILE = Layout("BAS_Profile", (
    code("Profile_Number", 5), free("Profile_Name", 30), YEAR, free("Accounting_Entity", 60), code("Industry", 20),
    code("Developer_Name", 200), code("Software_Name", 200), code("Software_Version", 20),
    exact("Functional_Currency_Code", 3), code("Standard_Version", 30), day("Extracted_Date"), exact("Time_Zone", 6),
    COURT,
))  # fmt: skip
CHART = Layout("BAS_Chart_Of_Accounts", (
    ACCOUNT, code("GL_Account_Name", 100), free("GL_Account_Description", 1000), code("FS_Caption", 100),
    code("Account_Type", 25), code("Account_Subtype", 25), Field("Account_Hierarchy", 2, Form.COUNT),
    code("Parent_GL_Account_Number", 100), exact("Balance_Debit_Or_Credit", 1), flag("Active_Flag"), COURT,
))  # fmt: skip
PERIODS = Layout("BAS_Accounting_Period", (
    YEAR, PERIOD, day("Accounting_Period_BEG_Date"), day("Accounting_Period_Ending_Date"),
))  # fmt: skip
ENTRY_TYPES = Layout("BAS_Journal_Entry_Type", (
    code("JE_Type_Code", 60), code("JE_Type_Name", 60), code("JE_Type_Abbreviation", 30), flag("Active_Flag"),
))  # fmt: skip
CURRENCIES = Layout("BAS_Currency", (
    exact("Currency_Code", 3), code("Currency_Name", 30), flag("Active_Flag"),
))  # fmt: skip
USERS = Layout("BAS_User", (
    code("User_ID", 25), flag("User_Active_Status"), day("User_Status_Modified_Date"), free("User_Name", 100),
    free("User_Job_Title", 100), code("Department_Code", 25), free("User_Role_Responsibility", 100),
))  # fmt: skip
BANK_ACCOUNTS = Layout("BAS_Bank_Account", (
    code("Bank_Account_Number", 60), free("Bank_Account_Name", 128), code("Bank_Code", 80), free("Bank_Name", 200),
    code("Branch_Code", 80), free("Branch_Name", 200), code("Branch_Country", 3), code("Branch_Region", 25),
    flag("Active_Flag"), COURT,
))  # fmt: skip
SEGMENTS = Layout("BAS_Customized_ACC_Segment", (
    code("Customized_ACC_Segment_Code", 60), code("Customized_ACC_Segment_Name", 200),
    free("Customized_ACC_Description", 1000), code("Customized_ACC_Encoding_Rule", 20), flag("Hierarchy_Flag"),
    flag("Active_Flag"),
))  # fmt: skip
VALUES = Layout("BAS_Customized_ACC_Value", (
    code("Customized_ACC_Value_Code", 60), code("Customized_ACC_Segment_Code", 60),
    free("Customized_ACC_Value_Name", 200), free("ACC_Value_Description", 1000), code("Parent_ACC_Value_Code", 60),
    code("Customized_ACC_Value_Hierarchy", 2),
))  # fmt: skip


def _profile(scope: Scope, court_code: str) -> Iterable[Cells]:
    name, day = courts.name(court_code), books.extracted_on(scope, court_code)
    yield (
        "1", f"{court_code} {scope.year}", str(scope.year), name, "人民法院", "", SOFTWARE, "", CURRENCY, "ISO 21378",
        day, "+08:00", court_code,
    )  # fmt: skip


def _chart(scope: Scope, court_code: str) -> Iterable[Cells]:
    lines = books.chart()
    names = {line.code: line.name for line in lines}
    for line in lines:
        above, side = names[line.parent or line.code], "D" if line.is_debit else "C"
        told = f"{above}—{line.name}" if line.parent else line.name
        typed = (above, ACCOUNT_TYPES[line.code[0]], above, str(line.level), line.parent)
        yield line.code, line.name, told, *typed, side, "1", court_code


def _periods(scope: Scope, court_code: str) -> Iterable[Cells]:
    for month in range(1, 13):
        last = month_end(scope.year, month)
        yield str(scope.year), f"M{month}", last.replace(day=1).isoformat(), last.isoformat()


def _entry_types(scope: Scope, court_code: str) -> Iterable[Cells]:
    return [(word, name, word, "1") for word, name in KINDS.items()]


def _currencies(scope: Scope, court_code: str) -> Iterable[Cells]:
    return [(CURRENCY, CURRENCY_NAME, "1")]


def _users(scope: Scope, court_code: str) -> Iterable[Cells]:
    roles: dict[int, list[Role]] = {}
    for user_id, role in walk(GRANTS, (court_code,)):
        roles.setdefault(user_id, []).append(Role(role))
    for user_id, name, is_active in walk(USERS_OF, (court_code,)):
        held = roles.get(user_id, [])
        titles, words = "、".join(ROLE_LABELS[role] for role in held), " ".join(role.value for role in held)
        yield str(user_id), str(int(is_active)), "", name, titles, "", words


GRANTS = """
    SELECT g.user_id, g.role FROM grants g JOIN users u ON u.id = g.user_id
    WHERE u.court_code = ? AND g.ended_at IS NULL ORDER BY g.id
"""
USERS_OF = "SELECT id, name, is_active FROM users WHERE court_code = ? ORDER BY id"


def _bank_accounts(scope: Scope, court_code: str) -> Iterable[Cells]:
    """The court's own accounts that the fund was paid from; each row of the register is one, the last is in use."""
    rows = list(walk(PAYING_ACCOUNTS, (court_code, f"{scope.year}-12-31")))
    for at, (account_id, bank, holder, number) in enumerate(rows, 1):
        told = f"paying-account:{account_id} {masked_account(number)}"
        yield told, holder, "", bank, "", bank, "CHN", "", str(int(at == len(rows))), court_code


PAYING_ACCOUNTS = """
    SELECT id, bank, holder, number FROM paying_accounts
    WHERE court_code = ? AND effective_from <= ? ORDER BY effective_from, id
"""


def _segments(scope: Scope, court_code: str) -> Iterable[Cells]:
    return [(segment.value, name, f"科目按{name}辅助核算", "", "0", "1") for segment, name in SEGMENT_NAMES.items()]


def _values(scope: Scope, court_code: str) -> Iterable[Cells]:
    for segment, value, name in segment_values(scope, court_code):
        yield value, segment.value, name, "", "", "1"


TABLES: tuple[tuple[Layout, Rows], ...] = (
    (PROFILE, _profile),
    (CHART, _chart),
    (PERIODS, _periods),
    (ENTRY_TYPES, _entry_types),
    (CURRENCIES, _currencies),
    (USERS, _users),
    (BANK_ACCOUNTS, _bank_accounts),
    (SEGMENTS, _segments),
    (VALUES, _values),
)
