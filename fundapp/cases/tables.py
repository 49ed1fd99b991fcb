"""Tables of the audit package: cases, their parties and accounts, and the files from which cases were imported."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, islice
from typing import Any, TypeAlias

from sqlalchemy import Select, select

from fundapp.cases.models import Case, CaseImport, Party, PayeeAccount
from fundapp.cases.rules import AccountKind, CaseStatus, ClaimCategory, PartyKind, PartyRole, masked_name, masked_remark
from fundapp.core.columns import unsealed
from fundapp.core.db import chunks, db
from fundapp.core.tables import (
    COURT,
    ID,
    Column,
    Kept,
    Recorded,
    Row,
    Scope,
    Stream,
    Table,
    Term,
    amount_column,
    mask_remarks_with,
    table,
    tie,
    within,
)
from fundapp.trail.rules import Event
from fundapp.users.tables import people

CASE = Column("case_number", "案号", "case number")


def named(scope: Scope, name: str, kind: str) -> str:
    """A party's name as it may leave the house: persons masked, unless the scope names them whole."""
    return name if scope.is_unmasked else masked_name(name, PartyKind(kind))


Cases: TypeAlias = Callable[[list[int]], Iterable[tuple[int, int]]]
ROWS_AT_ONCE = 500
_cases_of: dict[str, Cases] = {}


def tells_of_cases(kind: str, cases: Cases) -> None:
    """Say which cases the records of a kind concern: of some numbers, each with the number of every case of it."""
    _cases_of[kind] = cases


def by_query(query: Select[*tuple[Any, ...]]) -> Cases:
    """The same from a query of two columns, the record's number and the case's."""
    record = query.selected_columns[0]
    return lambda ids: [tuple(row) for row in db.session.execute(query.where(record.in_(ids)))]


def cases_of(references: Iterable[str]) -> dict[str, set[int]]:
    """The cases that each of these records concerns; none of a kind that concerns no case."""
    by_kind: dict[str, set[int]] = defaultdict(set)
    for reference in references:
        kind, _, number = reference.partition(":")
        if kind in _cases_of and number.isdecimal():
            by_kind[kind].add(int(number))
    found: dict[str, set[int]] = defaultdict(set)
    for kind, ids in by_kind.items():
        for some in chunks(sorted(ids)):
            for record, case_id in _cases_of[kind](some):
                found[f"{kind}:{record}"].add(case_id)
    return found


def persons_in(case_ids: Iterable[int]) -> dict[int, list[str]]:
    """The names of the natural persons among the parties of cases."""
    found: dict[int, list[str]] = defaultdict(list)
    for some in chunks(sorted(case_ids)):
        named_in = select(Party.case_id, Party.name).where(Party.case_id.in_(some), Party.kind == PartyKind.PERSON)
        for case_id, name in db.session.execute(named_in):
            found[case_id].append(name)
    return found


@mask_remarks_with
def masked_remarks(scope: Scope, told: Table, rows: Iterable[Row]) -> Iterator[Row]:
    """Rows in whose remarks no person of the cases is named that they are about, and no number of a person stands."""
    remarks = [at for at, column in enumerate(told.columns) if column.kind == "remark"]
    keys = [column.key for column in told.columns]
    about = [(keys.index(key), kind) for key, kind in told.about.items()]
    rest = iter(rows)
    while some := list(islice(rest, ROWS_AT_ONCE)):
        references = [_references(row, about) if any(row[at] for at in remarks) else [] for row in some]
        cases = cases_of(set(chain.from_iterable(references)))
        persons = persons_in(set(chain.from_iterable(cases.values())))
        for row, of_row in zip(some, references, strict=True):
            names = [name for one in of_row for case_id in cases.get(one, ()) for name in persons.get(case_id, ())]
            cells = list(row)
            for at in remarks:
                cells[at] = masked_remark(cells[at], names) if cells[at] else cells[at]
            yield tuple(cells)


def _references(row: Row, about: Iterable[tuple[int, str]]) -> list[str]:
    """The records that a row is about: by their number, or as references with blanks between."""
    cells = [(kind, row[at]) for at, kind in about if row[at]]
    return [one for kind, cell in cells for one in ([f"{kind}:{cell}"] if kind else str(cell).split())]


tells_of_cases("case", by_query(select(Case.id, Case.id)))
tells_of_cases("party", by_query(select(Party.id, Party.case_id)))
tells_of_cases(
    "account", by_query(select(PayeeAccount.id, Party.case_id).join(Party, Party.id == PayeeAccount.party_id))
)


@table(
    "cases", "执行案件", "fund",
    "执行案件登记簿",
    "Register of enforcement cases",
    ID,
    COURT,
    Column("number", "案号", "case number"),
    Column("filed_on", "立案日期", "filed on", "day"),
    Column("category", "案由类别", "what the money is owed for", words=ClaimCategory),
    amount_column("claim", "执行标的", "claim"),
    Column("status", "状态", "statutory status when the package was made", words=CaseStatus),
    Column("concluded_by_advance_on", "垫付终结日期", "day on which it was concluded by advance payment", "day",
           told="以垫付兑现而终结执行的日期"),
    Column("legacy_number", "旧案号", "number in the form before 2016", told="2016年以前的案号写法"),
    Column("parent_id", "原案件标识", "id of the case that it resumes", told="恢复执行的，为原案件的标识"),
    Column("property_searched_on", "财产查控日期", "day on which the search for property was done", "day",
           told="完成财产查控的日期"),
    Column("is_in_bankruptcy", "破产", "1: a debtor is in bankruptcy", "number", told="1：有被执行人进入破产程序"),
    Column("is_in_settlement", "和解", "1: the parties have settled", "number", told="1：当事人已和解"),
    Column("import_id", "导入标识", "id of the file that it was imported from; empty when entered by hand",
           told="该次导入的标识；手工登记的为空"),
    Column("registered_at", "登记时间", "when it was registered", "moment"),
    Column("handler", "承办人", "who handles it"),
    kept=Kept(Case),
    records=[Recorded(Event.CASE_REGISTERED.value, "case:{id}", where={"import_id": ("",)}, until="always")],
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
    "parties", "当事人", "fund",
    "申请执行人和被执行人",
    "Creditors and debtors",
    ID,
    COURT,
    Column("case_id", "案件标识", "id of the case", "number"),
    Column("role", "诉讼地位", "creditor or debtor", words=PartyRole),
    Column("kind", "类型", "person or organisation", words=PartyKind),
    Column("name", "姓名或名称", "name; of persons masked, unless the package says otherwise",
           told="自然人脱敏；未脱敏包除外"),
    Column("identity", "证件号码", "identity number, masked likewise", told="同上"),
    Column("phone", "电话", "telephone, masked likewise", told="同上"),
    Column("undertaking_on", "承诺书签署日期", "day on which a creditor signed the undertaking", "day",
           told="申请执行人签署承诺书的日期"),
)  # fmt: skip
def _parties(scope: Scope) -> Iterable[Row]:
    numbers = (Party.identity, Party.phone) if scope.is_unmasked else (Party.identity_mask, Party.phone_mask)
    query = select(
        Party.id, Party.court_code, Party.case_id, Party.role, Party.undertaking_on, Party.kind, Party.name, *numbers,
    ).where(within(Party.court_code, scope)).order_by(Party.id)  # fmt: skip
    for *facts, undertaking_on, kind, name, identity, phone in Stream(query):
        yield *facts, kind, named(scope, name, kind), unsealed(identity), unsealed(phone), undertaking_on


@table(
    "payee_accounts", "收款账户", "fund",
    "当事人的收款账户，按制作本包时的状态",
    "Accounts of parties, as they stood when the package was made",
    ID,
    COURT,
    Column("case_id", "案件标识", "id of the case", "number"),
    Column("party_id", "当事人标识", "id of the party", "number"),
    Column("kind", "账户类型", "kind of account", words=AccountKind),
    Column("holder", "户名", "holder; of persons masked, unless the package says otherwise",
           told="自然人脱敏；未脱敏包除外"),
    Column("bank", "开户行", "bank and branch"),
    Column("number", "账号", "number, masked likewise", told="脱敏；未脱敏包除外"),
    Column("line_number", "联行号", "number of the bank in the payment system", told="开户行在支付系统中的行号"),
    Column("registered_by", "登记人", "who registered it"),
    Column("registered_at", "登记时间", "when", "moment"),
    Column("verified_by", "核实人", "who called the party back; how stands on the trail under account:ID",
           told="回访核实的人；核实方式见操作留痕account:标识"),
    Column("verified_on", "核实日期", "when; empty while it is not verified", "day", told="未核实的为空"),
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
    "case_imports", "案件导入", "fund",
    "试导或导入过的案件文件，不含文件内容",
    "Files of cases that were tried or imported; without content",
    ID,
    COURT,
    Column("file_name", "文件名", "name of the file", "remark"),
    Column("file_sha256", "文件SHA-256", "SHA-256 of the file"),
    Column("new", "新登记", "rows that became cases", "number", told="新登记为案件的行数"),
    Column("known", "已登记", "rows of cases that were there already", "number", told="此前已登记的行数"),
    Column("rejected", "未通过", "rows that were rejected", "number", told="未通过的行数"),
    Column("is_done", "已导入", "1: imported; 0: only tried", "number", told="1：已导入；0：仅试导"),
    Column("imported_by", "导入人", "who did it"),
    Column("imported_at", "导入时间", "when", "moment"),
    kept=Kept(CaseImport, {"file_sha256": CaseImport.digest}),
    records=[
        Recorded(
            Event.CASES_IMPORTED.value, "case-import:{id}", "imported_by", until="always", where={"is_done": ("1",)},
            facts={"digest": "{file_sha256}", "new": "{new}", "known": "{known}", "rejected": "{rejected}"},
        ),
    ],
)  # fmt: skip
def _case_imports(scope: Scope) -> Iterable[Row]:
    query = select(
        CaseImport.id, CaseImport.court_code, CaseImport.file_name, CaseImport.digest, CaseImport.new,
        CaseImport.known, CaseImport.rejected, CaseImport.is_done, CaseImport.imported_by_id, CaseImport.imported_at,
    ).where(within(CaseImport.court_code, scope))  # fmt: skip
    for *facts, imported_by, imported_at in Stream(query.order_by(CaseImport.id)):
        yield *facts, people(scope)[imported_by], imported_at


tie(
    "导入的案件",
    [Term("case_imports", "new", ("id",), {"is_done": ("1",)})],
    [Term("cases", "", ("import_id",))],
)
