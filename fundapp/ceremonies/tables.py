"""Tables of the audit package: payout ceremonies, who was paid, how, and who watched."""

from collections.abc import Iterable

from sqlalchemy import ColumnElement, Integer, String, case, cast, func, select

from fundapp.cases.models import Case, Party
from fundapp.cases.rules import ClaimCategory, PartyKind
from fundapp.cases.tables import CASE, by_query, named, tells_of_cases
from fundapp.ceremonies.models import Ceremony, CeremonyLine, Witness
from fundapp.ceremonies.rules import CeremonyStatus, LineSource, Method, PayeeStatus, WitnessCapacity
from fundapp.core.tables import (
    COURT,
    ID,
    Column,
    Kept,
    Recorded,
    Row,
    Scope,
    Stream,
    Term,
    amount_column,
    table,
    tie,
    within,
)
from fundapp.ledger.tables import REFERENCE
from fundapp.trail.rules import Event
from fundapp.users.tables import people

_HELD = (CeremonyStatus.OPEN.value, CeremonyStatus.CLOSED.value)
_FROZEN = (CeremonyStatus.FROZEN.value, *_HELD)


@table(
    "ceremonies", "兑现大会", "ceremonies",
    "截至本年末举行的兑现大会",
    "Payout ceremonies held up to the year's end",
    ID,
    COURT,
    Column("name", "名称", "name"),
    Column("place", "地点", "place"),
    Column("held_on", "举行日期", "held on", "day"),
    Column("host", "主持人", "host"),
    Column("status", "状态", "status when the package was made", words=CeremonyStatus),
    amount_column("fund_cash_drawn", "提取垫付现金", "cash drawn from the fund"),
    amount_column("fund_cash_returned", "交回垫付现金", "cash returned to the fund"),
    amount_column("case_cash_drawn", "提取案款现金", "cash drawn from case money"),
    amount_column("case_cash_returned", "交回案款现金", "cash returned to case money"),
    Column("planned_by", "筹备人", "who planned it"),
    Column("frozen_by", "审定人", "who froze the list", told="审定并冻结名单的人"),
    Column("closed_by", "核对人", "who closed it", told="会后核对现金的人"),
    Column("closed_at", "结束时间", "when", "moment"),
    Column("list_digest", "名单校验码", "SHA-256 of the list as it was frozen", told="冻结时名单的SHA-256"),
    kept=Kept(Ceremony),
    records=[
        Recorded(Event.CEREMONY_PLANNED.value, "ceremony:{id}", "planned_by", until="never"),
        Recorded(
            Event.CEREMONY_FROZEN.value, "ceremony:{id}", "frozen_by", {"digest": "{list_digest}"},
            {"status": _FROZEN}, until="never",
        ),
        Recorded(Event.CEREMONY_OPENED.value, "ceremony:{id}", where={"status": _HELD}),
        Recorded(Event.CEREMONY_CLOSED.value, "ceremony:{id}", "closed_by", where={"status": _HELD[1:]}),
    ],
)  # fmt: skip
def _ceremonies(scope: Scope) -> Iterable[Row]:
    query = select(
        Ceremony.id, Ceremony.court_code, Ceremony.name, Ceremony.place, Ceremony.held_on, Ceremony.host,
        Ceremony.status, Ceremony.fund_cash_drawn, Ceremony.fund_cash_returned, Ceremony.case_cash_drawn,
        Ceremony.case_cash_returned, Ceremony.planned_by_id, Ceremony.frozen_by_id, Ceremony.closed_by_id,
        Ceremony.closed_at, Ceremony.list_digest,
    )  # fmt: skip
    names = people(scope)
    for *facts, planned, frozen, closed, closed_at, digest in Stream(query.where(*_held(scope)).order_by(Ceremony.id)):
        yield *facts, names[planned], names[frozen], names[closed], closed_at, digest


def _held(scope: Scope) -> tuple[ColumnElement[bool], ...]:
    return within(Ceremony.court_code, scope), Ceremony.held_on <= scope.last_day


_IS_CLOSED = case((Ceremony.status == CeremonyStatus.CLOSED, 1), else_=0)
_YEAR = cast(func.substr(cast(Ceremony.held_on, String), 1, 4), Integer)


@table(
    "ceremony_lines", "现场发放名单", "ceremonies",
    "兑现大会的领款人名单和发放情况",
    "Payees of the ceremonies",
    ID,
    Column("ceremony_id", "大会标识", "id of the ceremony", "number"),
    Column("sequence", "序号", "line of the list", "number"),
    Column("source", "资金性质", "advance or case money", words=LineSource),
    Column("advance_id", "垫付标识", "id of the advance", told="发放的是垫付款的，为该垫付的标识"),
    Column("payout_id", "案款发放标识", "id of the payout", told="发放的是案款的，为该笔发放的标识"),
    CASE,
    Column("payee", "领款人", "payee, masked", told="自然人脱敏"),
    Column("category", "案由类别", "what the money is owed for", words=ClaimCategory),
    amount_column("amount", "金额", "amount"),
    Column("method", "方式", "transfer or cash", words=Method),
    Column("status", "状态", "what became of the line", words=PayeeStatus),
    Column("agent", "代领人", "agent, masked", told="脱敏；本人领取的为空"),
    Column("first_staff", "经办人员", "first of the two staff"),
    Column("second_staff", "复核人员", "second of the two staff"),
    Column("paid_at", "发放时间", "when", "moment"),
    Column("absent_reason", "未到场原因", "why absent", "remark"),
    Column("authority_number", "委托书编号", "number of the agent's authority", told="代领人授权委托书的编号"),
    Column("signed_in_at", "签到时间", "when the payee signed in", "moment"),
    Column("identity_checked_by", "核验身份人员", "who checked the payee's identity"),
    Column("receipt_number", "收据编号", "number of the receipt that the payee signed"),
    REFERENCE,
    Column("is_closed", "大会已结束", "1: its ceremony is closed", "number"),
    Column("year", "年度", "year of the ceremony", "number"),
    about={"advance_id": "advance", "payout_id": "payout"},
)  # fmt: skip
def _ceremony_lines(scope: Scope) -> Iterable[Row]:
    query = (
        select(
            Party.kind, Party.name, CeremonyLine.agent, CeremonyLine.first_staff_id, CeremonyLine.second_staff_id,
            CeremonyLine.identity_checked_by_id, CeremonyLine.id, CeremonyLine.ceremony_id, CeremonyLine.sequence,
            CeremonyLine.source, CeremonyLine.advance_id, CeremonyLine.payout_id, Case.number, CeremonyLine.category,
            CeremonyLine.amount, CeremonyLine.method, CeremonyLine.status, CeremonyLine.paid_at,
            CeremonyLine.absent_reason, CeremonyLine.authority_number, CeremonyLine.signed_in_at,
            CeremonyLine.receipt_number, CeremonyLine.bank_reference, _IS_CLOSED, _YEAR,
        )
        .join(Ceremony, Ceremony.id == CeremonyLine.ceremony_id)
        .join(Case, Case.id == CeremonyLine.case_id)
        .join(Party, Party.id == CeremonyLine.payee_id)
        .where(*_held(scope))
        .order_by(CeremonyLine.ceremony_id, CeremonyLine.sequence)
    )  # fmt: skip
    names = people(scope)
    for kind, name, agent, first, second, checked_by, *facts in Stream(query):
        order, (category, amount, method, status), end = facts[:7], facts[7:11], facts[11:]
        paid_at, absent, authority, signed_in_at, *papers = end
        line = (named(scope, name, kind), category, amount, method, status, _agent(scope, agent))
        hands = (names[first], names[second])
        yield *order, *line, *hands, paid_at, absent, authority, signed_in_at, names[checked_by], *papers


def _agent(scope: Scope, name: str | None) -> str | None:
    return named(scope, name, PartyKind.PERSON.value) if name else None


@table(
    "witnesses", "见证人", "ceremonies",
    "兑现大会的见证人",
    "Witnesses of the ceremonies",
    ID,
    Column("ceremony_id", "大会标识", "id of the ceremony", "number"),
    Column("name", "姓名", "name"),
    Column("capacity", "身份", "as what invited", words=WitnessCapacity),
    Column("organisation", "单位", "organisation"),
)  # fmt: skip
def _witnesses(scope: Scope) -> Iterable[Row]:
    query = select(Witness.id, Witness.ceremony_id, Witness.name, Witness.capacity, Witness.organisation)
    held = query.join(Ceremony, Ceremony.id == Witness.ceremony_id).where(*_held(scope))
    return Stream(held.order_by(Witness.id))


for _source, _cash in ((LineSource.ADVANCE, "fund_cash"), (LineSource.CASE_MONEY, "case_cash")):
    _closed = {"status": (CeremonyStatus.CLOSED.value,)}
    _handed = {
        "is_closed": ("1",),
        "status": (PayeeStatus.PAID.value,),
        "source": (_source.value,),
        "method": (Method.CASH.value,),
    }
    tie(
        "兑现大会现金",
        [
            Term("ceremonies", f"{_cash}_drawn", ("id",), _closed),
            Term("ceremonies", f"{_cash}_returned", ("id",), _closed, sign=-1),
        ],
        [Term("ceremony_lines", "amount", ("ceremony_id",), _handed)],
    )

tells_of_cases("ceremony", by_query(select(CeremonyLine.ceremony_id, CeremonyLine.case_id)))
