"""The papers of auditing: in Chinese whatever the reader's language, since they go into the archive.

What stands on a dossier depends on the records alone, not on who makes it or when: made twice, it is the same bytes.
"""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from fundapp.advances.rules import LABELS as ADVANCE_LABELS
from fundapp.approvals.rules import LABELS as OUTCOME_LABELS
from fundapp.auditing.models import Finding
from fundapp.auditing.queries import File, person
from fundapp.auditing.rules import LABELS, Extent, dossier_number, masked
from fundapp.cases.rules import LABELS as CASE_LABELS
from fundapp.ceremonies.rules import LABELS as CEREMONY_LABELS
from fundapp.core import clock, naming
from fundapp.core.money import capitals, plain
from fundapp.courts import queries as courts
from fundapp.disbursement.rules import LABELS as LINE_LABELS
from fundapp.eligibility.rules import LABELS as ELIGIBILITY_LABELS
from fundapp.ledger import papers as vouchers
from fundapp.ledger import queries as books
from fundapp.trail.rules import LABELS as EVENT_LABELS
from fundapp.users.rules import LABELS as ROLE_LABELS

Rows = list[list[str]]


def dossier_data(file: File, people: dict[int, str], *, extent: Extent) -> dict[str, Any]:
    """The data of ``documents/dossier.typ``.

    Args:
        people: the name of everybody who acted, by id.
    """
    advance = file.advance
    data = {
        "court": courts.name(advance.court_code),
        "number": dossier_number(advance.cited),
        "extent": LABELS[extent],
        "case_number": advance.case.number,
        "amount": plain(file.payment.amount),
        "capitals": capitals(file.payment.amount, courts.capital_style(advance.court_code, file.payment.paid_on)),
        "cover": _cover(file),
        "digests": list(_digests(file)),
        "case": _case(file),
        "parties": _parties(file, extent),
        "terms": _terms(file),
        "criteria": _criteria(file),
        "request": _request(file, extent),
        "opinions": _opinions(file),
        "papers": _papers(file, people),
        "payment": _payment(file),
        "orders": _orders(file, extent),
        "hand_overs": _hand_overs(file, people),
        "vouchers": list(_vouchers(file)),
        "receipts": _receipts(file, people),
        "trail": _trail(file),
    }
    return data if extent is Extent.WHOLE else masked(data, file.masks)


def _cover(file: File) -> Rows:
    advance = file.advance
    return [
        ["垫付申请", advance.cited],
        ["执行案号", advance.case.number],
        ["申请执行人", advance.creditor.name],
        ["被执行人", "、".join(party.name for party in advance.case.debtors)],
        ["付款日期", _day(file.payment.paid_on)],
        ["付款渠道", ADVANCE_LABELS[file.payment.channel]],
        ["承办人", file.handler],
        ["留痕条数", str(len(file.entries))],
    ]


def _digests(file: File) -> Iterator[list[str]]:
    """Everything in the file that has a digest, so that the whole can be compared line by line."""
    yield ["审批内容", file.advance.cited, file.advance.payload_digest]
    for order in file.orders:
        yield ["发放批次", f"{order.batch.number} 第{order.sequence}笔", order.batch.digest]
        if order.batch.file_digest:
            yield ["银行文件", order.batch.number, order.batch.file_digest]
    for line in file.hand_overs:
        yield ["发放名单", line.ceremony.name, line.ceremony.list_digest or ""]
    for voucher in file.vouchers:
        yield ["记账凭证", voucher.cited, voucher.digest]
    for paper in file.papers:
        yield ["附件", paper.file_name, paper.digest]
    if file.entries:
        last = file.entries[-1]
        yield ["末条留痕", f"{last.court_code} 第{last.seq}号", last.seal]


def _case(file: File) -> Rows:
    case = file.advance.case
    return [
        ["执行案号", case.number],
        ["旧案号", case.legacy_number or "—"],
        ["案件状态", CASE_LABELS[case.status]],
        ["案由类别", CASE_LABELS[case.category]],
        ["执行标的", f"{plain(case.claim)}元"],
        ["立案日期", _day(case.filed_on)],
        ["财产查控日期", _day(case.property_searched_on)],
        ["垫付结案日期", _day(case.concluded_by_advance_on)],
        ["被执行人破产", _yes(case.is_in_bankruptcy)],
        ["执行和解", _yes(case.is_in_settlement)],
        ["承办人", file.handler],
        ["登记时间", _moment(case.registered_at)],
    ]


def _parties(file: File, extent: Extent) -> Rows:
    is_whole = extent is Extent.WHOLE
    rows = []
    for party in file.advance.case.parties:
        account = party.account
        rows.append(
            [
                CASE_LABELS[party.role],
                party.name,
                CASE_LABELS[party.kind],
                party.identity if is_whole else party.identity_mask,
                (party.phone if is_whole else party.phone_mask) or "—",
                f"{account.bank} {account.number if is_whole else account.number_mask}" if account else "—",
                _day(account.verified_on) if account else "—",
                _day(party.undertaking_on),
            ]
        )
    return rows


def _terms(file: File) -> Rows:
    assessment = file.advance.assessment
    terms = assessment.terms
    return [
        ["依据文件", terms.document],
        ["生效日期", _day(terms.effective_from)],
        ["标的上限", f"{plain(terms.ceiling)}元（{'含' if terms.ceiling_included else '不含'}本数）"],
        ["追偿次序", ELIGIBILITY_LABELS[terms.recovery_order]],
        ["审查时间", _moment(assessment.assessed_at)],
        ["审查结论", "符合" if assessment.is_eligible else "不符合"],
    ]


def _criteria(file: File) -> Rows:
    return [
        [
            ELIGIBILITY_LABELS[answer.criterion],
            str(answer.fact),
            ELIGIBILITY_LABELS[answer.verdict],
            str(answer.reason),
            answer.source,
        ]
        for answer in file.advance.assessment.answered
    ]


def _request(file: File, extent: Extent) -> Rows:
    advance = file.advance
    account = advance.account
    return [
        ["申请编号", advance.cited],
        ["申请日期", _day(advance.requested_on)],
        ["申请金额", f"{plain(advance.amount)}元"],
        ["申请人", file.prepared_by],
        ["收款户名", account.holder],
        ["开户银行", account.bank],
        ["收款账号", account.number if extent is Extent.WHOLE else account.number_mask],
        ["账户核实日期", _day(account.verified_on)],
        ["追偿次序", ELIGIBILITY_LABELS[advance.recovery_order]],
        ["审批轮次", f"第{advance.round}轮"],
        ["承诺书签署", _day(advance.creditor.undertaking_on)],
        ["申请理由", advance.reason],
    ]


def _opinions(file: File) -> Rows:
    return [
        [
            f"{decision.round}-{decision.step}",
            ROLE_LABELS[decision.role],
            decision.actor.name,
            OUTCOME_LABELS[decision.outcome],
            decision.opinion,
            _moment(decision.decided_at),
            decision.payload_digest[:12],
        ]
        for decision in file.decisions
    ]


def _papers(file: File, people: dict[int, str]) -> Rows:
    names = naming.names((paper.subject for paper in file.papers), whole=True)
    return [
        [
            names[paper.subject],
            paper.file_name,
            f"{paper.size:,}",
            people[paper.attached_by_id],
            _moment(paper.attached_at),
            paper.digest,
        ]
        for paper in file.papers
    ]


def _payment(file: File) -> Rows:
    payment = file.payment
    return [
        ["付款金额", f"{plain(payment.amount)}元"],
        ["付款日期", _day(payment.paid_on)],
        ["付款渠道", ADVANCE_LABELS[payment.channel]],
        ["银行流水号", payment.bank_reference or "—"],
        ["登记时间", _moment(payment.recorded_at)],
        ["发放途径", naming.names([payment.paid_through]).get(payment.paid_through, payment.paid_through)],
    ]


def _orders(file: File, extent: Extent) -> Rows:
    """The orders to the bank, failed ones too."""
    return [
        [
            order.batch.number,
            str(order.sequence),
            order.payee,
            f"{order.bank} {order.account_number if extent is Extent.WHOLE else order.account_mask}",
            plain(order.amount),
            LINE_LABELS[order.status],
            order.bank_reference or "—",
            _day(order.paid_on),
            order.message or "—",
        ]
        for order in file.orders
    ]


def _hand_overs(file: File, people: dict[int, str]) -> Rows:
    return [
        [
            line.ceremony.name,
            str(line.sequence),
            CEREMONY_LABELS[line.method],
            plain(line.amount),
            CEREMONY_LABELS[line.status],
            _moment(line.paid_at),
            "、".join(people[one] for one in (line.first_staff_id, line.second_staff_id) if one) or "—",
            line.receipt_number or line.bank_reference or line.absent_reason or "—",
        ]
        for line in file.hand_overs
    ]


def _vouchers(file: File) -> Iterator[dict[str, Any]]:
    court = courts.name(file.advance.court_code)
    names = vouchers.names_in(file.vouchers)
    signatures, links = books.signatures(file.vouchers), books.linked(file.vouchers)
    for voucher in file.vouchers:
        around = vouchers.Around(court, signatures[voucher.id], links[voucher.id], names)
        yield vouchers.voucher_data(voucher, around) | {"digest": voucher.digest}


def _receipts(file: File, people: dict[int, str]) -> Rows:
    rows = []
    for receipt, made in file.receipts:
        told = [_day(receipt.business_date), receipt.payer, receipt.bank_reference, plain(receipt.amount)]
        if made is None:
            rows.append([*told, "—", "—", "—", "—", "本笔未分配到本垫付"])
            continue
        parts = [plain(part) for part in (made.fund, made.creditor, made.refund)]
        left = plain(made.outstanding_before - made.fund)
        by = f"{people[made.allocated_by_id]} {_moment(made.allocated_at)} {ELIGIBILITY_LABELS[made.recovery_order]}"
        rows.append([*told, *parts, left, f"{by} {made.note}".strip()])
    return rows


def _trail(file: File) -> Rows:
    names = naming.names((entry.subject for entry in file.entries), whole=True)
    return [
        [
            str(entry.seq),
            f"{clock.local(entry.recorded_at):%Y-%m-%d %H:%M:%S}",
            entry.actor.name,
            EVENT_LABELS[entry.event],
            names.get(entry.subject, entry.subject),
            entry.seal,
        ]
        for entry in file.entries
    ]


def _day(day: date | None) -> str:
    return "—" if day is None else day.isoformat()


def _moment(moment: datetime | None) -> str:
    return "—" if moment is None else f"{clock.local(moment):%Y-%m-%d %H:%M}"


def _yes(is_so: bool) -> str:
    return "是" if is_so else "否"


def notice_data(finding: Finding) -> dict[str, Any]:
    """The data of ``documents/rectification.typ``: as the finding stands, with the places that are still to be signed.

    The paper says what the auditor and the court wrote; both are asked to name no party.
    """
    steps = finding.steps
    names = naming.names([*finding.subjects, *(subject for step in steps for subject in step.subjects)])
    measure = finding.measure
    return {
        "court": courts.name(finding.court_code),
        "audited_by": courts.name(finding.audited_by),
        "number": finding.cited,
        "date": _long(clock.local(finding.recorded_at).date()),
        "facts": [
            ["问题编号", finding.cited],
            ["严重程度", LABELS[finding.severity]],
            ["整改期限", _long(finding.progress.wanted_by)],
            ["办理状态", LABELS[finding.state]],
        ],
        "title": finding.title,
        "description": finding.description,
        "rule": finding.rule,
        "due": _long(finding.progress.wanted_by),
        "records": [names.get(subject, subject) for subject in finding.subjects],
        "steps": [
            [
                str(step.seq),
                LABELS[step.kind],
                step.text,
                "、".join(names.get(subject, subject) for subject in step.subjects) or "—",
                person(step.responsible_id) or "—",
                _day(step.due_on),
                f"{person(step.actor_id)} {_moment(step.acted_at)}",
            ]
            for step in steps
        ],
        "auditor": person(finding.recorded_by_id),
        "responsible": person(measure.responsible_id) if measure else "",
    }


def _long(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
