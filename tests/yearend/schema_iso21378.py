"""ISO 21378:2019 as far as the package follows it: the columns of each table in their order, what may stand in them,
and which must be filled.

Written from the standard's Base and General Ledger modules, apart from the writers. ``%60s`` is text of up to 60
characters, ``%4c`` exactly 4, ``%1c`` a flag of 1 or 0, ``%10c`` a day, ``%8c`` a time, ``%2d`` a whole number of up to
2 digits, ``%22.4f`` a decimal of up to 22 characters with 4 places; obligatory ones have a mark behind, ``*`` begins
those of the primary key.
"""

import csv
import io
import re
from collections.abc import Iterator
from typing import NamedTuple

Row = dict[str, str]


class Column(NamedTuple):
    """One column of a table."""

    name: str
    form: str
    is_obligatory: bool
    is_key: bool


def columns(text: str) -> list[Column]:
    """``name form``, one on each line."""
    found = []
    for line in text.strip().splitlines():
        name, form = line.split()
        is_key = name.startswith("*")
        found.append(Column(name.lstrip("*"), form.rstrip("!"), is_key or form.endswith("!"), is_key))
    return found


FIXED = """
    Account_Segment_Employee %60s
    Account_Segment_Project %60s
    Account_Segment_Bank_Account %60s
    Account_Segment_1 %60s
    Account_Segment_2 %60s
    Account_Segment_3 %60s
    Business_Segment_1 %25s!
"""

TABLES: dict[str, list[Column]] = {
    "BAS_Profile": columns("""
        *Profile_Number %5s
        Profile_Name %30s!
        Fiscal_Year %4c!
        Accounting_Entity %60s
        Industry %20s
        Developer_Name %200s
        Software_Name %200s
        Software_Version %20s
        Functional_Currency_Code %3c
        Standard_Version %30s
        Extracted_Date %10c!
        Time_Zone %6c!
        Business_Segment_1 %25s!
    """),
    "BAS_Chart_Of_Accounts": columns("""
        *GL_Account_Number %100s
        GL_Account_Name %100s!
        GL_Account_Description %1000s
        FS_Caption %100s!
        Account_Type %25s!
        Account_Subtype %25s!
        Account_Hierarchy %2d
        Parent_GL_Account_Number %100s
        Balance_Debit_Or_Credit %1s
        Active_Flag %1c
        Business_Segment_1 %25s!
    """),
    "BAS_Accounting_Period": columns("""
        *Fiscal_Year %4c
        *Accounting_Period %15s
        Accounting_Period_BEG_Date %10c!
        Accounting_Period_Ending_Date %10c!
    """),
    "BAS_Journal_Entry_Type": columns("""
        *JE_Type_Code %60s
        JE_Type_Name %60s!
        JE_Type_Abbreviation %30s
        Active_Flag %1c
    """),
    "BAS_Currency": columns("""
        *Currency_Code %3c
        Currency_Name %30s!
        Active_Flag %1c
    """),
    "BAS_User": columns("""
        *User_ID %25s
        User_Active_Status %1c
        User_Status_Modified_Date %10c
        User_Name %100s!
        User_Job_Title %100s
        Department_Code %25s
        User_Role_Responsibility %100s
    """),
    "BAS_Bank_Account": columns("""
        *Bank_Account_Number %60s
        Bank_Account_Name %128s!
        Bank_Code %80s
        Bank_Name %200s!
        Branch_Code %80s
        Branch_Name %200s!
        Branch_Country %3s
        Branch_Region %25s
        Active_Flag %1c
        Business_Segment_1 %25s!
    """),
    "BAS_Customized_ACC_Segment": columns("""
        *Customized_ACC_Segment_Code %60s
        Customized_ACC_Segment_Name %200s!
        Customized_ACC_Description %1000s
        Customized_ACC_Encoding_Rule %20s
        Hierarchy_Flag %1c
        Active_Flag %1c
    """),
    "BAS_Customized_ACC_Value": columns("""
        *Customized_ACC_Value_Code %60s
        Customized_ACC_Segment_Code %60s!
        Customized_ACC_Value_Name %200s!
        ACC_Value_Description %1000s
        Parent_ACC_Value_Code %60s
        Customized_ACC_Value_Hierarchy %2s
    """),
    "GL_Trial_Balance": columns("""
        *GL_Account_Number %100s
        *Fiscal_Year %4c
        *Accounting_Period %15s
        Balance_As_Of_Date %10c!
        Beginning_Functional_Amount %22.4f!
        Ending_Functional_Amount %22.4f!
        Business_Segment_1 %25s!
    """),
    "GL_Details": columns(f"""
        *Journal_ID %100s
        Journal_Number %100s!
        GL_Account_Number %100s!
        Fiscal_Year %4c!
        Accounting_Period %15s!
        Effective_Date %10c!
        *Journal_Line_Number %100s
        JE_Type_Code %60s
        JE_Header_Description %1000s!
        JE_Line_Description %1000s!
        Source_Code %25s!
        Bill_Number %100s
        Bill_Type_Code %60s
        Bill_Date %10c
        Quantity %22.4f
        Unit_Price %22.8f
        Functional_Amount %22.4f!
        Settlement_Method_Code %60s
        Credit_Debit_Indicator %1s!
        Reversal_Indicator %1s
        Reversal_Journal_ID %100s
        Cancellation_Sign %1c
        Created_User_ID %25s!
        Created_Date %10c!
        Created_Time %8c!
        Approved_User_ID %25s
        Posted_User_ID %25s
        {FIXED.strip()}
    """),
    "GL_Accounts_Period_Balance": columns(f"""
        GL_Account_Number %100s!
        Fiscal_Year %4c!
        Accounting_Period %15s!
        Debit_Quantity %22.4f
        Credit_Quantity %22.4f
        Beginning_Quantity %22.4f
        Ending_Quantity %22.4f
        Functional_Debit_Amount %22.4f!
        Functional_Credit_Amount %22.4f!
        BEG_Balance_Indicator %1s!
        Ending_Balance_Indicator %1s!
        Functional_Beginning_Balance %22.4f!
        Functional_Ending_Balance %22.4f!
        {FIXED.strip()}
    """),
    "GL_Source": columns("""
        *Source_Code %25s
        Source_Description %1000s!
        ERP_Subledger_Module %100s
        System_Manual_Identifier %1s
        Business_Process_Major %100s
        Business_Process_Minor %100s
    """),
    "GL_Account_Segment": columns("""
        *GL_Account_Number %100s
        *Account_Segment_Number %60s
        Account_Segment_Name %200s!
        Corresponding_File %200s!
        Account_Segment_Description %1000s
        Customized_ACC_Segment_Code %60s!
    """),
}
WORDS = {
    "Balance_Debit_Or_Credit": {"D", "C"},
    "BEG_Balance_Indicator": {"D", "C"},
    "Ending_Balance_Indicator": {"D", "C"},
    "Credit_Debit_Indicator": {"D", "C"},
    "Reversal_Indicator": {"1", "2"},
    "System_Manual_Identifier": {"S", "M"},
    "Time_Zone": {"+08:00"},
}


def rows(data: bytes) -> list[Row]:
    """The rows of a table, each by the names of its columns."""
    return list(csv.DictReader(io.StringIO(data.decode(), newline=""), strict=True))


def faults(name: str, data: bytes) -> list[str]:
    """Everything in a table that is not as the standard has it."""
    return list(_faults(name, data))


def _faults(name: str, data: bytes) -> Iterator[str]:
    if data.startswith(b"\xef\xbb\xbf") or not data.endswith(b"\r\n") or data.count(b"\n") != data.count(b"\r\n"):
        yield f"{name}: not lines that end with CRLF, without a mark before them"
    known = TABLES[name]
    header, *lines = csv.reader(io.StringIO(data.decode(), newline=""), strict=True)
    if header != [column.name for column in known]:
        yield f"{name}: the columns are {header}"
        return
    keys = set()
    for at, line in enumerate(lines, 1):
        if len(line) != len(known):
            yield f"{name} {at}: {len(line)} columns"
            continue
        for column, text in zip(known, line, strict=True):
            if not fits(text, column):
                yield f"{name} {at}: {column.name} cannot be {text!r}"
        key = tuple(text for column, text in zip(known, line, strict=True) if column.is_key)
        if key and key in keys:
            yield f"{name} {at}: {key} stands twice"
        keys.add(key)


PATTERNS = {
    "%1c": r"[01]",
    "%10c": r"\d{4}-(0[1-9]|1[0-2])-([0-2]\d|3[01])",
    "%8c": r"([01]\d|2[0-3]):[0-5]\d:[0-5]\d",
}


def fits(text: str, column: Column) -> bool:
    """Whether a value may stand in a column."""
    if not text:
        return not column.is_obligatory
    if column.name in WORDS and text not in WORDS[column.name]:
        return False
    if pattern := PATTERNS.get(column.form):
        return bool(re.fullmatch(pattern, text))
    size, kind = column.form[1:-1], column.form[-1]
    if kind == "f":
        width, places = size.split(".")
        return len(text) <= int(width) and bool(re.fullmatch(rf"-?\d+\.\d{{{places}}}", text))
    if kind == "d":
        return len(text) <= int(size) and text.isdigit()
    return len(text) == int(size) if kind == "c" else len(text) <= int(size)
