"""Tables of the audit package: cases, their parties and accounts, and the files from which cases were imported."""

from collections.abc import Iterable

from sqlalchemy import select

from fundapp.cases.models import Case, CaseImport, Party, PayeeAccount
from fundapp.cases.rules import AccountKind, CaseStatus, ClaimCategory, PartyKind, PartyRole, masked_name
from fundapp.core.columns import unsealed
from fundapp.core.tables import COURT, ID, Column, Row, Scope, Stream, amount_column, table, within
from fundapp.users.tables import people

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
    Column("legacy_number", "旧案号", "number in the form before 2016"),
    Column("parent_id", "原案件标识", "id of the case that it resumes"),
    Column("property_searched_on", "财产查控日期", "day on which the search for property was done", "day"),
    Column("is_in_bankruptcy", "破产", "1: a debtor is in bankruptcy", "number"),
    Column("is_in_settlement", "和解", "1: the parties have settled", "number"),
    Column("import_id", "导入标识", "id of the file that it was imported from; empty when entered by hand"),
    Column("registered_at", "登记时间", "when it was registered", "moment"),
    Column("handler", "承办人", "who handles it"),
)  # fmt: skip
def _cases(scope: Scope) -> Iterable[Row]:
    query = select(
        Case.id, Case.court_code, Case.number, Case.filed_on, Case.category, Case.claim, Case.status,
        Case.concluded_by_advance_on, Case.legacy_number, Case.parent_id, Case.property_searched_on,
        Case.is_in_bankruptcy, Case.is_in_settlement, Case.import_id, Case.registered_at, Case.handler_id,
    )  # fmt: skip
    names = people(scope)
    for *facts, handler in Stream(query.where(within(Case.court_code, scope)).order_by(Case.id)):
        yield *facts, names[handler]


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
    Column("undertaking_on", "承诺书签署日期", "day on which a creditor signed the undertaking", "day"),
)  # fmt: skip
def _parties(scope: Scope) -> Iterable[Row]:
    numbers = (Party.identity, Party.phone) if scope.is_unmasked else (Party.identity_mask, Party.phone_mask)
    query = select(
        Party.id, Party.court_code, Party.case_id, Party.role, Party.undertaking_on, Party.kind, Party.name, *numbers,
    ).where(within(Party.court_code, scope)).order_by(Party.id)  # fmt: skip
    for *facts, undertaking_on, kind, name, identity, phone in Stream(query):
        yield *facts, kind, named(scope, name, kind), unsealed(identity), unsealed(phone), undertaking_on


@table(
    "payee_accounts", "收款账户", "fund", "Accounts of parties, as they stood when the package was made",
    ID,
    COURT,
    Column("case_id", "案件标识", "id of the case", "number"),
    Column("party_id", "当事人标识", "id of the party", "number"),
    Column("kind", "账户类型", "kind of account", words=AccountKind),
    Column("holder", "户名", "holder; of persons masked, unless the package says otherwise"),
    Column("bank", "开户行", "bank and branch"),
    Column("number", "账号", "number, masked likewise"),
    Column("line_number", "联行号", "number of the bank in the payment system"),
    Column("registered_by", "登记人", "who registered it"),
    Column("registered_at", "登记时间", "when", "moment"),
    Column("verified_by", "核实人", "who called the party back; how stands on the trail under account:ID"),
    Column("verified_on", "核实日期", "when; empty while it is not verified", "day"),
)  # fmt: skip
def _payee_accounts(scope: Scope) -> Iterable[Row]:
    query = (
        select(
            PayeeAccount.id, PayeeAccount.court_code, Party.case_id, PayeeAccount.party_id, PayeeAccount.kind,
            Party.kind, PayeeAccount.holder, PayeeAccount.bank,
            PayeeAccount.number if scope.is_unmasked else PayeeAccount.number_mask, PayeeAccount.line_number,
            PayeeAccount.registered_by_id, PayeeAccount.registered_at, PayeeAccount.verified_by_id,
            PayeeAccount.verified_on,
        )
        .join(Party, Party.id == PayeeAccount.party_id)
        .where(within(PayeeAccount.court_code, scope))
    )  # fmt: skip
    names = people(scope)
    for *facts, party, holder, bank, number, line, by, at, verified_by, on in Stream(query.order_by(PayeeAccount.id)):
        yield *facts, named(scope, holder, party), bank, unsealed(number), line, names[by], at, names[verified_by], on


@table(
    "case_imports", "案件导入", "fund", "Files of cases that were tried or imported; without content",
    ID,
    COURT,
    Column("file_name", "文件名", "name of the file"),
    Column("file_sha256", "文件SHA-256", "SHA-256 of the file"),
    Column("new", "新登记", "rows that became cases", "number"),
    Column("known", "已登记", "rows of cases that were there already", "number"),
    Column("rejected", "未通过", "rows that were rejected", "number"),
    Column("is_done", "已导入", "1: imported; 0: only tried", "number"),
    Column("imported_by", "导入人", "who did it"),
    Column("imported_at", "导入时间", "when", "moment"),
)  # fmt: skip
def _case_imports(scope: Scope) -> Iterable[Row]:
    query = select(
        CaseImport.id, CaseImport.court_code, CaseImport.file_name, CaseImport.digest, CaseImport.new,
        CaseImport.known, CaseImport.rejected, CaseImport.is_done, CaseImport.imported_by_id, CaseImport.imported_at,
    ).where(within(CaseImport.court_code, scope))  # fmt: skip
    for *facts, imported_by, imported_at in Stream(query.order_by(CaseImport.id)):
        yield *facts, people(scope)[imported_by], imported_at
