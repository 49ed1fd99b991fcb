"""Tables of the audit package: cases and their parties."""

from collections.abc import Iterable

from sqlalchemy import select

from fundapp.cases.models import Case, Party
from fundapp.cases.rules import CaseStatus, ClaimCategory, PartyKind, PartyRole, masked_name
from fundapp.core.db import unsealed
from fundapp.core.tables import COURT, ID, Column, Row, Scope, amount_column, stream, table, within

CASE = Column("case_number", "案号", "case number")


def named(scope: Scope, name: str, kind: str) -> str:
    """A party's name as it may leave the house: persons masked, unless the scope names them whole."""
    return name if scope.is_unmasked else masked_name(name, PartyKind(kind))


@table(
    "cases", "执行案件", "fund", "Register of enforcement cases",
    ID,
    COURT,
    Column("number", "案号", "case number"),
    Column("filed_on", "立案日期", "filed on", "day"),
    Column("category", "案由类别", "what the money is owed for", words=ClaimCategory),
    amount_column("claim", "执行标的", "claim"),
    Column("status", "状态", "statutory status when the package was made", words=CaseStatus),
    Column("concluded_by_advance_on", "垫付终结日期", "day on which it was concluded by advance payment", "day"),
)  # fmt: skip
def _cases(scope: Scope) -> Iterable[Row]:
    query = select(
        Case.id, Case.court_code, Case.number, Case.filed_on, Case.category, Case.claim, Case.status,
        Case.concluded_by_advance_on,
    )  # fmt: skip
    return stream(query.where(within(Case.court_code, scope)).order_by(Case.id))


@table(
    "parties", "当事人", "fund", "Creditors and debtors",
    ID,
    COURT,
    Column("case_id", "案件标识", "id of the case", "number"),
    Column("role", "诉讼地位", "creditor or debtor", words=PartyRole),
    Column("kind", "类型", "person or organisation", words=PartyKind),
    Column("name", "姓名或名称", "name; of persons masked, unless the package says otherwise"),
    Column("identity", "证件号码", "identity number, masked likewise"),
    Column("phone", "电话", "telephone, masked likewise"),
)  # fmt: skip
def _parties(scope: Scope) -> Iterable[Row]:
    numbers = (Party.identity, Party.phone) if scope.is_unmasked else (Party.identity_mask, Party.phone_mask)
    query = select(
        Party.id, Party.court_code, Party.case_id, Party.role, Party.kind, Party.name, *numbers,
    ).where(within(Party.court_code, scope)).order_by(Party.id)  # fmt: skip
    for *facts, kind, name, identity, phone in stream(query):
        yield *facts, kind, named(scope, name, kind), unsealed(identity), unsealed(phone)
