"""Which events exist, what each must tell, and how an entry is sealed. Pure.

Facts are strings, and hold no personal data beyond ids. The seal is SHA-256 over the parts of an entry, each as its
length in bytes, a colon and the bytes, so that no two entries share their bytes; the seal before is one of the parts.
"""

import enum
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import NamedTuple

from fundapp.core import clock
from fundapp.core.digests import digest_of
from fundapp.core.errors import RuleViolation
from fundapp.core.words import N_

FIRST_SEAL = "0" * 64
CANONICAL_FORM = "1"
HEAD_FORM = "fund-anchor/1"
MOMENT = "%Y-%m-%dT%H:%M:%S.%fZ"
LONGEST_NAME = 200


class Event(enum.Enum):
    """``feature.thing.past-tense``."""

    COURT_CREATED = "courts.court.created"
    COURT_CHANGED = "courts.court.changed"
    AMOUNT_WRITING_SET = "courts.amount_writing.set"
    USER_CREATED = "users.user.created"
    USER_STOPPED = "users.user.stopped"
    USER_RESUMED = "users.user.resumed"
    PASSWORD_CHANGED = "users.password.changed"  # noqa: S105 - the name of an event
    PASSWORD_RESET = "users.password.reset"  # noqa: S105
    ROLE_GRANTED = "users.role.granted"
    ROLE_ENDED = "users.role.ended"
    SIGNED_IN = "users.sign_in.started"
    SIGNED_OUT = "users.sign_in.ended"
    SIGN_IN_REFUSED = "users.sign_in.refused"
    PAPER_ATTACHED = "trail.paper.attached"
    BOOKS_OPENED = "ledger.books.opened"
    VOUCHER_POSTED = "ledger.voucher.posted"
    CORRECTION_REQUESTED = "ledger.correction.requested"
    CORRECTION_CONFIRMED = "ledger.correction.confirmed"
    CORRECTION_RETURNED = "ledger.correction.returned"
    BOOK_PRINTED = "ledger.book.printed"
    VOUCHER_PRINTED = "ledger.voucher.printed"
    OPENING_CHECKED = "ledger.opening.checked"
    OPENING_REQUESTED = "ledger.opening.requested"
    OPENING_POSTED = "ledger.opening.posted"
    OPENING_RETURNED = "ledger.opening.returned"
    OPENING_UNDO_REQUESTED = "ledger.opening.undo_requested"
    OPENING_UNDONE = "ledger.opening.undone"
    OPENING_KEPT = "ledger.opening.kept"
    SOURCE_REGISTERED = "funding.source.registered"
    SOURCE_CHANGED = "funding.source.changed"
    RECEIPT_RECORDED = "funding.receipt.recorded"
    RECEIPT_CONFIRMED = "funding.receipt.confirmed"
    RECEIPT_RETURNED = "funding.receipt.returned"
    RECEIPT_CORRECTED = "funding.receipt.corrected"
    CASE_REGISTERED = "cases.case.registered"
    CASE_CHANGED = "cases.case.changed"
    CASE_STATUS_CHANGED = "cases.status.changed"
    CASE_CONCLUDED_BY_ADVANCE = "cases.case.concluded_by_advance"
    CASES_IMPORTED = "cases.import.done"
    CASES_CHECKED = "cases.import.checked"
    PARTY_REGISTERED = "cases.party.registered"
    PARTY_CHANGED = "cases.party.changed"
    PARTY_REVEALED = "cases.party.revealed"
    CASE_REVEALED = "cases.case.revealed"
    ACCOUNT_REGISTERED = "cases.account.registered"
    ACCOUNT_VERIFIED = "cases.account.verified"
    UNDERTAKING_SIGNED = "cases.undertaking.signed"
    TERMS_ISSUED = "eligibility.terms.issued"
    CASE_ASSESSED = "eligibility.case.assessed"
    LADDER_ISSUED = "approvals.ladder.issued"
    DECISION_SIGNED = "approvals.decision.signed"
    ADVANCE_REQUESTED = "advances.advance.requested"
    ADVANCE_RESUBMITTED = "advances.advance.resubmitted"
    ADVANCE_APPROVED = "advances.advance.approved"
    ADVANCE_RETURNED = "advances.advance.returned"
    ADVANCE_REFUSED = "advances.advance.refused"
    ADVANCE_WITHDRAWN = "advances.advance.withdrawn"
    ADVANCE_PAID = "advances.advance.paid"
    PAYING_ACCOUNT_SET = "disbursement.paying_account.set"
    BATCH_BUILT = "disbursement.batch.built"
    BATCH_SIGNED = "disbursement.batch.signed"
    BATCH_CANCELLED = "disbursement.batch.cancelled"
    BATCH_EXPORTED = "disbursement.batch.exported"
    RESULT_IMPORTED = "disbursement.result.imported"
    LINE_PAID = "disbursement.line.paid"
    LINE_FAILED = "disbursement.line.failed"
    LINE_UNKNOWN = "disbursement.line.unknown"
    LINE_RESOLVED = "disbursement.line.resolved"
    CASE_ACCOUNT_OPENED = "custody.account.opened"
    CASE_MONEY_RECORDED = "custody.receipt.recorded"
    CASE_MONEY_CONFIRMED = "custody.receipt.confirmed"
    CASE_MONEY_RETURNED = "custody.receipt.returned"
    CASE_MONEY_CANCELLED = "custody.receipt.cancelled"
    PAYOUT_REQUESTED = "custody.payout.requested"
    PAYOUT_APPROVED = "custody.payout.approved"
    PAYOUT_RETURNED = "custody.payout.returned"
    PAYOUT_WITHDRAWN = "custody.payout.withdrawn"
    PAYOUT_PAID = "custody.payout.paid"
    RECOVERY_ALLOCATED = "recovery.receipt.allocated"
    CEREMONY_PLANNED = "ceremonies.ceremony.planned"
    CEREMONY_CHANGED = "ceremonies.ceremony.changed"
    CEREMONY_FROZEN = "ceremonies.ceremony.frozen"
    CEREMONY_OPENED = "ceremonies.ceremony.opened"
    CEREMONY_CLOSED = "ceremonies.ceremony.closed"
    CEREMONY_CANCELLED = "ceremonies.ceremony.cancelled"
    CEREMONY_CASH_DRAWN = "ceremonies.cash.drawn"
    CEREMONY_CASH_RETURNED = "ceremonies.cash.returned"
    PAYEE_SIGNED_IN = "ceremonies.payee.signed_in"
    PAYEE_ABSENT = "ceremonies.payee.absent"
    PAYEE_PAID = "ceremonies.payee.paid"
    WITNESS_RECORDED = "ceremonies.witness.recorded"
    DOSSIER_MADE = "auditing.dossier.made"
    SAMPLE_DRAWN = "auditing.sample.drawn"
    SAMPLE_TAKEN = "auditing.sample.taken"
    FINDING_RECORDED = "auditing.finding.recorded"
    FINDING_ANSWERED = "auditing.finding.answered"
    FINDING_PROVED = "auditing.finding.proved"
    FINDING_RETURNED = "auditing.finding.returned"
    FINDING_CLOSED = "auditing.finding.closed"
    NOTICE_PRINTED = "auditing.notice.printed"
    NOTE_WRITTEN = "auditing.note.written"
    MONTH_CLOSED = "yearend.month.closed"
    YEAR_CLOSE_REQUESTED = "yearend.year.close_requested"
    YEAR_CLOSE_RETURNED = "yearend.year.close_returned"
    YEAR_CLOSED = "yearend.year.closed"
    REOPENING_REQUESTED = "yearend.reopening.requested"
    REOPENING_AUDITED = "yearend.reopening.audited"
    REOPENING_RETURNED = "yearend.reopening.returned"
    MONTH_REOPENED = "yearend.month.reopened"
    YEAR_REOPENED = "yearend.year.reopened"
    PACKAGE_EXPORTED = "yearend.package.exported"
    ANCHOR_HANDED_OUT = "oversight.anchor.handed_out"
    BOOKS_VERIFIED = "oversight.books.verified"
    LIST_EXPORTED = "oversight.list.exported"
    ATTEMPT_REFUSED = "irregularities.attempt.refused"
    BOUNDS_ISSUED = "irregularities.bounds.issued"


FACTS: dict[Event, frozenset[str]] = {
    event: frozenset(names.split())
    for event, names in {
        Event.COURT_CREATED: "name",
        Event.COURT_CHANGED: "name",
        Event.AMOUNT_WRITING_SET: "effective_from example",
        Event.USER_CREATED: "username",
        Event.USER_STOPPED: "username",
        Event.USER_RESUMED: "username",
        Event.PASSWORD_CHANGED: "username",
        Event.PASSWORD_RESET: "username",
        Event.ROLE_GRANTED: "username role",
        Event.ROLE_ENDED: "username role",
        Event.SIGNED_IN: "address",
        Event.SIGNED_OUT: "reason",
        Event.SIGN_IN_REFUSED: "address reason",
        Event.PAPER_ATTACHED: "file_name digest",
        Event.BOOKS_OPENED: "model",
        Event.VOUCHER_POSTED: "number name total digest",
        Event.BOOK_PRINTED: "book part period lines digest",
        Event.VOUCHER_PRINTED: "number digest",
        Event.CORRECTION_REQUESTED: "voucher method restated source reason",
        Event.CORRECTION_CONFIRMED: "voucher method restated source reason corrected_by",
        Event.CORRECTION_RETURNED: "voucher method restated source reason",
        Event.OPENING_CHECKED: "day digest lines debit credit file_name faults",
        Event.OPENING_REQUESTED: "day digest lines debit credit file_name",
        Event.OPENING_POSTED: "day digest lines debit credit vouchers",
        Event.OPENING_RETURNED: "day digest lines debit credit reason",
        Event.OPENING_UNDO_REQUESTED: "day digest lines debit credit reason",
        Event.OPENING_UNDONE: "day digest lines debit credit reason",
        Event.OPENING_KEPT: "day digest lines debit credit reason",
        Event.SOURCE_REGISTERED: "kind name",
        Event.SOURCE_CHANGED: "name",
        Event.RECEIPT_RECORDED: "source amount direction",
        Event.RECEIPT_CONFIRMED: "source amount direction voucher",
        Event.RECEIPT_RETURNED: "source amount reason",
        Event.RECEIPT_CORRECTED: "voucher method source amount reason",
        Event.CASE_REGISTERED: "number claim",
        Event.CASE_CHANGED: "number changes",
        Event.CASE_STATUS_CHANGED: "number before after reason",
        Event.CASE_CONCLUDED_BY_ADVANCE: "number advance",
        Event.CASES_IMPORTED: "file_name digest new known rejected",
        Event.CASES_CHECKED: "file_name digest new known rejected",
        Event.PARTY_REGISTERED: "case party role",
        Event.PARTY_CHANGED: "case party changes",
        Event.PARTY_REVEALED: "case party reason",
        Event.CASE_REVEALED: "case reason",
        Event.ACCOUNT_REGISTERED: "case party account",
        Event.ACCOUNT_VERIFIED: "case party account how",
        Event.UNDERTAKING_SIGNED: "case party signed_on",
        Event.TERMS_ISSUED: "document effective_from ceiling",
        Event.CASE_ASSESSED: "case creditor terms verdict",
        Event.LADDER_ISSUED: "document effective_from president_above",
        Event.DECISION_SIGNED: "step role outcome opinion amount digest",
        Event.ADVANCE_REQUESTED: "case amount digest",
        Event.ADVANCE_RESUBMITTED: "case amount digest",
        Event.ADVANCE_APPROVED: "case amount",
        Event.ADVANCE_RETURNED: "case amount reason",
        Event.ADVANCE_REFUSED: "case amount reason",
        Event.ADVANCE_WITHDRAWN: "case amount reason",
        Event.ADVANCE_PAID: "case amount channel voucher",
        Event.PAYING_ACCOUNT_SET: "bank account effective_from document",
        Event.BATCH_BUILT: "number lines total digest",
        Event.BATCH_SIGNED: "number lines total digest",
        Event.BATCH_CANCELLED: "number reason",
        Event.BATCH_EXPORTED: "number digest",
        Event.RESULT_IMPORTED: "file_name digest paid failed unknown refused repeated",
        Event.LINE_PAID: "batch advance amount reference",
        Event.LINE_FAILED: "batch advance amount message",
        Event.LINE_UNKNOWN: "batch advance amount message",
        Event.LINE_RESOLVED: "batch advance outcome reason",
        Event.CASE_ACCOUNT_OPENED: "case number",
        Event.CASE_MONEY_RECORDED: "case amount",
        Event.CASE_MONEY_CONFIRMED: "case amount voucher",
        Event.CASE_MONEY_RETURNED: "case amount reason",
        Event.CASE_MONEY_CANCELLED: "case amount voucher",
        Event.PAYOUT_REQUESTED: "case amount purpose",
        Event.PAYOUT_APPROVED: "case amount purpose",
        Event.PAYOUT_RETURNED: "case amount reason",
        Event.PAYOUT_WITHDRAWN: "case amount reason",
        Event.PAYOUT_PAID: "case amount channel voucher",
        Event.RECOVERY_ALLOCATED: "case receipt order fund creditor refund",
        Event.CEREMONY_PLANNED: "name held_on place",
        Event.CEREMONY_CHANGED: "name changes",
        Event.CEREMONY_FROZEN: "name lines total digest",
        Event.CEREMONY_OPENED: "name",
        Event.CEREMONY_CLOSED: "name delivered absent total",
        Event.CEREMONY_CANCELLED: "name reason",
        Event.CEREMONY_CASH_DRAWN: "name fund case_money",
        Event.CEREMONY_CASH_RETURNED: "name fund case_money",
        Event.PAYEE_SIGNED_IN: "ceremony line",
        Event.PAYEE_ABSENT: "ceremony line reason",
        Event.PAYEE_PAID: "ceremony line amount method first_staff second_staff",
        Event.WITNESS_RECORDED: "ceremony capacity",
        Event.DOSSIER_MADE: "extent digest",
        Event.SAMPLE_DRAWN: "population courts period sampling parameters seed count amount items digest",
        Event.SAMPLE_TAKEN: "files digest",
        Event.FINDING_RECORDED: "number severity records due_on digest",
        Event.FINDING_ANSWERED: "number responsible due_on digest",
        Event.FINDING_PROVED: "number records digest",
        Event.FINDING_RETURNED: "number due_on digest",
        Event.FINDING_CLOSED: "number digest",
        Event.NOTICE_PRINTED: "number digest",
        Event.NOTE_WRITTEN: "record digest",
        Event.MONTH_CLOSED: "month vouchers digest suspense explanation",
        Event.YEAR_CLOSE_REQUESTED: "year vouchers explanation",
        Event.YEAR_CLOSE_RETURNED: "year reason",
        Event.YEAR_CLOSED: "year vouchers",
        Event.REOPENING_REQUESTED: "month reason",
        Event.REOPENING_AUDITED: "month opinion",
        Event.REOPENING_RETURNED: "month reason",
        Event.MONTH_REOPENED: "month reason opinion",
        Event.YEAR_REOPENED: "year reason reversal",
        Event.PACKAGE_EXPORTED: "year digest unmasked_for",
        Event.ANCHOR_HANDED_OUT: "recipient kept_at vouchers posted debit credit deposit",
        Event.BOOKS_VERIFIED: "checks problems digest",
        Event.LIST_EXPORTED: "list",
        Event.ATTEMPT_REFUSED: "attempt door sentence",
        Event.BOUNDS_ISSUED: "document effective_from months_outstanding months_held office_hours",
    }.items()
}

NAMING = frozenset({Event.SOURCE_REGISTERED, Event.SOURCE_CHANGED})
"""Acts whose fact ``name`` is what their record is called from then on."""

LABELS: dict[enum.Enum, str] = {
    Event.COURT_CREATED: N_("登记法院"),
    Event.COURT_CHANGED: N_("修改法院"),
    Event.AMOUNT_WRITING_SET: N_("选定大写金额写法"),
    Event.USER_CREATED: N_("建立账号"),
    Event.USER_STOPPED: N_("停用账号"),
    Event.USER_RESUMED: N_("恢复账号"),
    Event.PASSWORD_CHANGED: N_("修改密码"),
    Event.PASSWORD_RESET: N_("重置密码"),
    Event.ROLE_GRANTED: N_("授予角色"),
    Event.ROLE_ENDED: N_("收回角色"),
    Event.SIGNED_IN: N_("登录"),
    Event.SIGNED_OUT: N_("退出登录"),
    Event.SIGN_IN_REFUSED: N_("登录未通过"),
    Event.PAPER_ATTACHED: N_("上传附件"),
    Event.BOOKS_OPENED: N_("启用账簿"),
    Event.VOUCHER_POSTED: N_("凭证记账"),
    Event.BOOK_PRINTED: N_("打印账簿"),
    Event.VOUCHER_PRINTED: N_("打印凭证"),
    Event.CORRECTION_REQUESTED: N_("申请更正凭证"),
    Event.CORRECTION_CONFIRMED: N_("复核更正凭证"),
    Event.CORRECTION_RETURNED: N_("退回更正申请"),
    Event.OPENING_CHECKED: N_("试导入期初余额"),
    Event.OPENING_REQUESTED: N_("期初余额送复核"),
    Event.OPENING_POSTED: N_("期初余额入账"),
    Event.OPENING_RETURNED: N_("退回期初余额"),
    Event.OPENING_UNDO_REQUESTED: N_("申请冲销期初余额"),
    Event.OPENING_UNDONE: N_("冲销期初余额"),
    Event.OPENING_KEPT: N_("不同意冲销期初余额"),
    Event.SOURCE_REGISTERED: N_("登记资金来源"),
    Event.SOURCE_CHANGED: N_("修改资金来源"),
    Event.RECEIPT_RECORDED: N_("登记到账"),
    Event.RECEIPT_CONFIRMED: N_("复核到账"),
    Event.RECEIPT_RETURNED: N_("退回到账登记"),
    Event.RECEIPT_CORRECTED: N_("更正到账"),
    Event.CASE_REGISTERED: N_("登记案件"),
    Event.CASE_CHANGED: N_("修改案件"),
    Event.CASE_STATUS_CHANGED: N_("变更案件状态"),
    Event.CASE_CONCLUDED_BY_ADVANCE: N_("垫付结案标记"),
    Event.CASES_IMPORTED: N_("导入案件"),
    Event.CASES_CHECKED: N_("试导入案件"),
    Event.PARTY_REGISTERED: N_("登记当事人"),
    Event.PARTY_CHANGED: N_("修改当事人"),
    Event.PARTY_REVEALED: N_("查看完整信息"),
    Event.CASE_REVEALED: N_("查看全案完整信息"),
    Event.ACCOUNT_REGISTERED: N_("登记收款账户"),
    Event.ACCOUNT_VERIFIED: N_("核实收款账户"),
    Event.UNDERTAKING_SIGNED: N_("签署承诺书"),
    Event.TERMS_ISSUED: N_("发布垫付条件"),
    Event.CASE_ASSESSED: N_("垫付条件审查"),
    Event.LADDER_ISSUED: N_("发布审批限额"),
    Event.DECISION_SIGNED: N_("签署审批意见"),
    Event.ADVANCE_REQUESTED: N_("提出垫付申请"),
    Event.ADVANCE_RESUBMITTED: N_("重新提交垫付申请"),
    Event.ADVANCE_APPROVED: N_("垫付获准"),
    Event.ADVANCE_RETURNED: N_("退回垫付申请"),
    Event.ADVANCE_REFUSED: N_("不予垫付"),
    Event.ADVANCE_WITHDRAWN: N_("撤回垫付申请"),
    Event.ADVANCE_PAID: N_("垫付款已付"),
    Event.PAYING_ACCOUNT_SET: N_("登记付款账户"),
    Event.BATCH_BUILT: N_("编制发放批次"),
    Event.BATCH_SIGNED: N_("签发发放批次"),
    Event.BATCH_CANCELLED: N_("撤销发放批次"),
    Event.BATCH_EXPORTED: N_("导出银行文件"),
    Event.RESULT_IMPORTED: N_("导入银行回执"),
    Event.LINE_PAID: N_("银行付款成功"),
    Event.LINE_FAILED: N_("银行付款失败"),
    Event.LINE_UNKNOWN: N_("银行结果不明"),
    Event.LINE_RESOLVED: N_("查明付款结果"),
    Event.CASE_ACCOUNT_OPENED: N_("开立案款子账户"),
    Event.CASE_MONEY_RECORDED: N_("登记案款到账"),
    Event.CASE_MONEY_CONFIRMED: N_("复核案款到账"),
    Event.CASE_MONEY_RETURNED: N_("退回案款登记"),
    Event.CASE_MONEY_CANCELLED: N_("注销案款到账"),
    Event.PAYOUT_REQUESTED: N_("申请发放案款"),
    Event.PAYOUT_APPROVED: N_("案款发放获准"),
    Event.PAYOUT_RETURNED: N_("退回案款发放申请"),
    Event.PAYOUT_WITHDRAWN: N_("撤回案款发放申请"),
    Event.PAYOUT_PAID: N_("案款已发放"),
    Event.RECOVERY_ALLOCATED: N_("分配追偿收款"),
    Event.CEREMONY_PLANNED: N_("筹备兑现大会"),
    Event.CEREMONY_CHANGED: N_("修改兑现大会"),
    Event.CEREMONY_FROZEN: N_("审定发放名单"),
    Event.CEREMONY_OPENED: N_("兑现大会开始"),
    Event.CEREMONY_CLOSED: N_("兑现大会结束"),
    Event.CEREMONY_CANCELLED: N_("取消兑现大会"),
    Event.CEREMONY_CASH_DRAWN: N_("提取现金"),
    Event.CEREMONY_CASH_RETURNED: N_("交回现金"),
    Event.PAYEE_SIGNED_IN: N_("领款人签到"),
    Event.PAYEE_ABSENT: N_("领款人未到"),
    Event.PAYEE_PAID: N_("现场发放"),
    Event.WITNESS_RECORDED: N_("登记见证人"),
    Event.DOSSIER_MADE: N_("制作卷宗"),
    Event.SAMPLE_DRAWN: N_("抽取审计样本"),
    Event.SAMPLE_TAKEN: N_("下载样本资料"),
    Event.FINDING_RECORDED: N_("提出审计问题"),
    Event.FINDING_ANSWERED: N_("确定整改措施"),
    Event.FINDING_PROVED: N_("提交整改证据"),
    Event.FINDING_RETURNED: N_("退回整改"),
    Event.FINDING_CLOSED: N_("整改销号"),
    Event.NOTICE_PRINTED: N_("打印整改通知书"),
    Event.NOTE_WRITTEN: N_("撰写审计笔记"),
    Event.MONTH_CLOSED: N_("月末结账"),
    Event.YEAR_CLOSE_REQUESTED: N_("申请年终结账"),
    Event.YEAR_CLOSE_RETURNED: N_("退回年终结账申请"),
    Event.YEAR_CLOSED: N_("年终结账"),
    Event.REOPENING_REQUESTED: N_("申请反结账"),
    Event.REOPENING_AUDITED: N_("审计同意反结账"),
    Event.REOPENING_RETURNED: N_("退回反结账申请"),
    Event.MONTH_REOPENED: N_("月末反结账"),
    Event.YEAR_REOPENED: N_("年终反结账"),
    Event.PACKAGE_EXPORTED: N_("导出审计包"),
    Event.ANCHOR_HANDED_OUT: N_("交付存证单"),
    Event.BOOKS_VERIFIED: N_("核验账簿和留痕"),
    Event.LIST_EXPORTED: N_("导出清单"),
    Event.ATTEMPT_REFUSED: N_("办理被拒绝"),
    Event.BOUNDS_ISSUED: N_("发布疑点关注线"),
}


def paper_name(given: str) -> str:
    """The name under which an uploaded paper is kept: no folders, nothing that a header cannot carry, not too long."""
    last = given.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(sign for sign in last if sign.isprintable())[-LONGEST_NAME:].strip() or "附件"


def canonical_facts(facts: Mapping[str, str]) -> str:
    """The facts as text, one way only."""
    return _CANONICAL.encode(dict(facts))


_CANONICAL = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def seal(
    *,
    court_code: str,
    seq: int,
    recorded_at: datetime,
    event: str,
    subject: str,
    actor_id: int,
    facts: str,
    previous: str,
) -> str:
    """The seal of one entry."""
    return sealed(court_code, seq, clock.canonical(recorded_at), event, subject, actor_id, facts, previous)


def sealed(
    court_code: str, seq: int, at: str, event: str, subject: str, actor_id: int, facts: str, previous: str
) -> str:
    """The seal of one entry whose moment is written as it is sealed."""
    return digest_of((CANONICAL_FORM, court_code, str(seq), at, event, subject, str(actor_id), facts, previous))


class SigningReason(enum.Enum):
    """Why the head of a chain was signed."""

    BATCH = "batch"
    MONTH_CLOSE = "month_close"
    YEAR_CLOSE = "year_close"
    PACKAGE = "package"
    ANCHOR = "anchor"
    HOURLY = "hourly"


LABELS |= {
    SigningReason.BATCH: N_("签发批次"),
    SigningReason.MONTH_CLOSE: N_("月末结账"),
    SigningReason.YEAR_CLOSE: N_("年终结账"),
    SigningReason.PACKAGE: N_("导出审计包"),
    SigningReason.ANCHOR: N_("交付存证单"),
    SigningReason.HOURLY: N_("定时签名"),
}

SIGNED_ACTS: dict[Event, SigningReason] = {
    Event.BATCH_SIGNED: SigningReason.BATCH,
    Event.MONTH_CLOSED: SigningReason.MONTH_CLOSE,
    Event.YEAR_CLOSED: SigningReason.YEAR_CLOSE,
    Event.PACKAGE_EXPORTED: SigningReason.PACKAGE,
    Event.ANCHOR_HANDED_OUT: SigningReason.ANCHOR,
}
"""Acts after whose own entry the head is signed, in the same transaction."""


class Anchor(NamedTuple):
    """A signed head as text: what can be kept outside the system and held against the chain later."""

    court_code: str
    length: int
    head: str
    signed_at: datetime
    reason: str
    key_id: str
    signature: str

    @property
    def signed_text(self) -> str:
        """What the signature is over."""
        signed_at = self.signed_at.strftime(MOMENT)
        facts = (HEAD_FORM, self.court_code, str(self.length), self.head, signed_at, self.reason, self.key_id)
        return "|".join(facts)

    @property
    def text(self) -> str:
        return f"{self.signed_text}|{self.signature}"


ANCHOR_START = "fund-anchor/"
_ANCHOR = re.compile(
    r"fund-anchor/1\|(?P<court_code>[^|\s]{1,10})\|(?P<length>[1-9][0-9]{0,8})\|(?P<head>[0-9a-f]{64})"
    r"\|(?P<signed_at>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z)"
    r"\|(?P<reason>[a-z_]{1,40})\|(?P<key_id>[0-9a-f]{32})\|(?P<signature>[0-9a-f]{128})",
    re.ASCII,
)


def anchors_of(text: str) -> list[Anchor]:
    """The anchors that a text holds, one after the other, each as ``anchor_of``.

    Raises:
        RuleViolation: something in it is no anchor, or not a whole one.
    """
    told = _bare(text)
    return [anchor_of(one) for one in re.split(f"(?={ANCHOR_START})", told) if one]


def is_of_anchors(text: str) -> bool:
    """Whether a text begins as an anchor does."""
    return _bare(text).startswith(ANCHOR_START)


def _bare(text: str) -> str:
    """Without blanks and line ends, and without the marks of no width at which the sheet's lines may break."""
    return "".join(text.replace("\u200b", "").replace("\ufeff", "").split())


def anchor_of(text: str) -> Anchor:
    """The anchor that a text is, as scanned, copied or typed in; blanks and line ends inside it do not count.

    Raises:
        RuleViolation: it is no anchor, or not a whole one.
    """
    found = _ANCHOR.fullmatch(_bare(text))
    try:
        if found is None:
            raise ValueError(text)
        signed_at = datetime.strptime(found["signed_at"], MOMENT).replace(tzinfo=UTC)
    except ValueError as unreadable:
        raise RuleViolation(
            "“%(text)s”不是完整的存证码，请扫描存证单上的二维码，或把以 fund-anchor/1 开头的文字抄全。",
            text=text.strip()[:60],
        ) from unreadable
    court_code, length, head, _moment, reason, key_id, signature = found.groups()
    return Anchor(court_code, int(length), head, signed_at, reason, key_id, signature)
