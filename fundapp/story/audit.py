"""The audit of the year: one sample over all courts, and one finding that is followed until it is put right."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from fundapp.auditing import service as auditing
from fundapp.auditing.rules import Population, SamplingMethod, Severity
from fundapp.core import clock
from fundapp.core.db import transaction
from fundapp.core.money import yuan
from fundapp.story.cast import Cast
from fundapp.story.plan import YEAR

DRAWN_ON, ANSWERED_ON, PROVED_ON, CLOSED_ON = (date(YEAR + 1, 1, day) for day in (7, 8, 9, 10))
DUE_ON = date(YEAR + 1, 3, 8)
SEED = "20190107"


def audit_year(seat: Cast, courts: Mapping[str, Cast]) -> None:
    """The superior court's auditor samples the year's payments; of the first drawn he finds that a paper is missing."""
    with clock.at(DRAWN_ON):
        with transaction(seat.court_code, *courts):
            sample = auditing.draw_sample(
                Population.PAYMENTS,
                SamplingMethod.STRATIFIED,
                court_codes=list(courts),
                first_day=date(YEAR, 1, 1),
                last_day=date(YEAR, 12, 31),
                bounds=[yuan("5000"), yuan("10000")],
                size=min(12, 2 * len(courts)),
                seed=SEED,
                purpose=f"{YEAR}年度垫付付款抽查",
                actor=seat.auditor,
            )
        first = sample.items[0]
        audited, record = courts[first.court_code], first.cited
        finding = _do(
            auditing.record_finding,
            audited,
            audited.court_code,
            title="卷内缺生活困难证明",
            description="抽查该笔垫付，申请理由写明申请执行人生活困难，卷内未见社区或单位出具的证明。",
            rule="执行垫付资金管理办法（试行）（演示）：申请垫付应附生活困难证明",
            severity=Severity.MINOR,
            records=record,
            due_on=DUE_ON,
            actor=seat.auditor,
        )
    finding_id = finding.id
    with clock.at(ANSWERED_ON):
        facts = {"responsible_id": audited.handler.id, "due_on": DUE_ON, "actor": audited.president}
        words = "由承办人补充收集证明材料归卷，并自查本年同类垫付。"
        _do(auditing.answer, audited, finding_id, text=words, seen_version=0, **facts)
    with clock.at(PROVED_ON):
        words = "证明材料已补充归卷；自查其余垫付，材料齐全。"
        _do(auditing.prove, audited, finding_id, text=words, records=record, seen_version=1, actor=audited.handler)
    with clock.at(CLOSED_ON):
        words = "已核对补充的证明材料，同意销号。"
        _do(auditing.close, audited, finding_id, text=words, seen_version=2, actor=seat.auditor)


def _do(act: Any, audited: Cast, *args: Any, **facts: Any) -> Any:
    with transaction(audited.court_code):
        return act(*args, **facts)
