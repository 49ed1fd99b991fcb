"""The figures that leadership asks for first: each is one function, so that a number on a page is traced to one
place."""

import enum
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, bindparam, func, literal_column, select, text

from fundapp.advances import queries as advances
from fundapp.advances.models import Advance
from fundapp.advances.rules import AdvanceStatus, cited
from fundapp.approvals.models import Decision, LadderIssue
from fundapp.approvals.rules import Outcome
from fundapp.auditing import queries as auditing
from fundapp.auditing.models import Finding, Sample
from fundapp.auditing.rules import finding_number, sample_number
from fundapp.cases import queries as cases
from fundapp.cases.models import Case, CaseImport, Party, PayeeAccount
from fundapp.cases.rules import masked_name
from fundapp.ceremonies import queries as ceremonies
from fundapp.ceremonies.models import Ceremony, CeremonyLine
from fundapp.ceremonies.rules import CeremonyStatus, PayeeStatus
from fundapp.core import clock
from fundapp.core.db import db
from fundapp.core.errors import NotFound
from fundapp.core.money import ZERO, Money, bare, yuan
from fundapp.core.words import N_
from fundapp.courts import queries as courts
from fundapp.custody.models import CaseReceipt, Payout
from fundapp.custody.rules import CaseReceiptStatus, PayoutStatus, Purpose
from fundapp.disbursement.models import Batch, BatchLine, ResultFile
from fundapp.disbursement.rules import BatchStatus, LineStatus
from fundapp.eligibility import queries as eligibility
from fundapp.eligibility.models import TermsIssue
from fundapp.eligibility.rules import DEFAULT_CEILING
from fundapp.funding import queries as funding
from fundapp.funding.models import FundReceipt, Source
from fundapp.funding.rules import ReceiptStatus
from fundapp.irregularities.models import ExceptionBounds
from fundapp.ledger import queries as books
from fundapp.ledger import rules as ledger_rules
from fundapp.ledger.models import Correction, Opening, Voucher
from fundapp.ledger.rules import Account, CorrectionStatus, OpeningStatus
from fundapp.oversight import rules
from fundapp.oversight.models import AnchorSheet, Verification
from fundapp.oversight.rules import Light
from fundapp.recovery import queries as recovery
from fundapp.trail.models import SignedHead, TrailEntry
from fundapp.trail.rules import Anchor, SigningReason
from fundapp.users.models import User
from fundapp.users.rules import Permission


@dataclass(frozen=True)
class Figures:
    """The fund in one view; amounts in yuan."""

    cases_total: int
    cases_under_ceiling: int
    cases_concluded_by_advance: int
    opening: Money
    raised: Money
    reserved: Money
    available: Money
    advanced: Money
    recovered_to_fund: Money
    outstanding: Money
    ceremony_paid: Money
    vouchers: int
    trial_balance_difference: Money

    def told(self) -> dict[str, int | str]:
        """For another program: counts as numbers, amounts as text with two places."""
        return {name: bare(value) if isinstance(value, Money) else value for name, value in vars(self).items()}


def figures(scope: frozenset[str]) -> Figures:
    """The figures of these courts together."""
    return Figures(
        cases_total=_count_cases(scope),
        cases_under_ceiling=sum(_under_ceiling(court_code) for court_code in scope),
        cases_concluded_by_advance=concluded(scope),
        opening=funding.opening(scope),
        raised=funding.raised(scope),
        reserved=books.reserved_in(scope),
        available=books.available_in(scope),
        advanced=advances.paid_in(scope),
        recovered_to_fund=recovery.recovered_in(scope),
        outstanding=recovery.outstanding_in(scope) + books.opening_in(scope, Account.ADVANCES_RECEIVABLE),
        ceremony_paid=ceremonies.paid_in(scope),
        vouchers=books.voucher_count(scope),
        trial_balance_difference=books.difference(scope),
    )


def concluded(scope: frozenset[str]) -> int:
    """Cases concluded by advance payment."""
    return (
        db.session.scalar(
            select(func.count())
            .select_from(Case)
            .where(Case.court_code.in_(scope), Case.concluded_by_advance_on.is_not(None))
        )
        or 0
    )


def _count_cases(scope: frozenset[str]) -> int:
    return db.session.scalar(select(func.count()).select_from(Case).where(Case.court_code.in_(scope))) or 0


def _under_ceiling(court_code: str) -> int:
    """Cases within the ceiling of the court's terms in force, or of the standard ones where it has issued none."""
    terms = eligibility.terms_in_force(court_code, clock.today())
    if terms is None:
        return cases.count_under(frozenset({court_code}), yuan(DEFAULT_CEILING), False)
    return cases.count_under(frozenset({court_code}), terms.ceiling, terms.ceiling_included)


@dataclass(frozen=True)
class Happenings:
    """How often things went one way or another."""

    sources: int
    requests_returned: int
    requests_refused: int
    requests_withdrawn: int
    payments_failed: int
    payments_repeated: int
    advances_recovered_in_full: int
    refunds: int
    ceremonies: int
    payees_absent: int


def happenings(scope: frozenset[str]) -> Happenings:
    """The turns that requests, payments and recoveries of these courts took."""
    requests = db.session.execute(
        select(Advance.status, func.count()).where(Advance.court_code.in_(scope)).group_by(Advance.status)
    )
    by_status = dict(requests.all())
    of_batches = select(BatchLine.id).join(Batch).where(Batch.court_code.in_(scope))
    return Happenings(
        sources=_count(select(Source.id).where(Source.court_code.in_(scope))),
        requests_returned=_count(
            select(Decision.id).where(
                Decision.court_code.in_(scope),
                Decision.subject.startswith("advance:"),
                Decision.outcome == Outcome.RETURNED,
            )
        ),
        requests_refused=by_status.get(AdvanceStatus.REFUSED, 0),
        requests_withdrawn=by_status.get(AdvanceStatus.WITHDRAWN, 0),
        payments_failed=_count(of_batches.where(BatchLine.status == LineStatus.FAILED)),
        payments_repeated=_count(of_batches.where(BatchLine.repeats_id.is_not(None))),
        advances_recovered_in_full=recovery.recovered_in_full(scope),
        refunds=_count(
            select(Payout.id).where(
                Payout.court_code.in_(scope), Payout.purpose == Purpose.REFUND, Payout.status == PayoutStatus.PAID
            )
        ),
        ceremonies=_count(
            select(Ceremony.id).where(Ceremony.court_code.in_(scope), Ceremony.status == CeremonyStatus.CLOSED)
        ),
        payees_absent=_count(
            select(CeremonyLine.id)
            .join(Ceremony)
            .where(Ceremony.court_code.in_(scope), CeremonyLine.status == PayeeStatus.ABSENT)
        ),
    )


@dataclass(frozen=True)
class CourtFigures:
    """One court's line of the overview."""

    court_code: str
    name: str
    opening: Money
    raised: Money
    available: Money
    reserved: Money
    advanced: Money
    recovered: Money
    concluded: int


def by_court(scope: frozenset[str]) -> Sequence[CourtFigures]:
    """One line per court, for the table and the chart."""
    lines = []
    for court in courts.courts():
        if court.code not in scope:
            continue
        own = frozenset({court.code})
        lines.append(
            CourtFigures(
                court_code=court.code,
                name=court.name,
                opening=funding.opening(own),
                raised=funding.raised(own),
                available=books.available_in(own),
                reserved=books.reserved_in(own),
                advanced=advances.paid_in(own),
                recovered=recovery.recovered_in(own),
                concluded=concluded(own),
            )
        )
    return lines


@dataclass(frozen=True)
class AnchorFigures:
    """What an anchor sheet says of a court's books beside the head of its trail."""

    vouchers: int
    posted: Money
    debit: Money
    credit: Money
    deposit: Money


def anchor_figures(court_code: str) -> AnchorFigures:
    """Vouchers and what they come to, both sides of the trial balance, and the fund's money in the bank."""
    sums = books.trial_sums(books.trial_balance([court_code], as_of=clock.today()))
    posted = db.session.scalar(select(func.sum(Voucher.total)).where(Voucher.court_code == court_code))
    return AnchorFigures(
        vouchers=books.voucher_count([court_code]),
        posted=posted or ZERO,
        debit=sums.closing_debit,
        credit=sums.closing_credit,
        deposit=books.balance(court_code, Account.FUND_BANK),
    )


SHEETS_KEY = AnchorSheet.id


def anchor_sheets(scope: frozenset[str]) -> Select[Any]:
    """The query of the list of anchor sheets handed out."""
    return select(AnchorSheet).where(AnchorSheet.court_code.in_(scope))


def anchor_sheet(sheet_id: int, scope: frozenset[str]) -> AnchorSheet:
    found = db.session.get(AnchorSheet, sheet_id)
    if found is None or found.court_code not in scope:
        raise NotFound("没有找到该存证单，请返回存证单列表重新选择。")
    return found


def anchor_of(sheet: AnchorSheet) -> Anchor | None:
    """The signed head that a sheet carries; None only where somebody deleted it."""
    head = db.session.scalar(
        select(SignedHead).where(
            SignedHead.court_code == sheet.court_code,
            SignedHead.length == sheet.length,
            SignedHead.reason == SigningReason.ANCHOR,
        )
    )
    return None if head is None else head.anchor


def person(user_id: int) -> str:
    return db.session.get_one(User, user_id).name


VERIFICATIONS_KEY = Verification.id


def verifications() -> Select[Any]:
    """The query of the list of verifications: each is one of all courts together."""
    return select(Verification)


def last_verification() -> Verification | None:
    return db.session.scalars(select(Verification).order_by(Verification.id.desc()).limit(1)).first()


def verification_light(scope: frozenset[str]) -> tuple[Verification | None, Light]:
    """The last verification, and how it stands for those who read these courts' books."""
    last = last_verification()
    light = rules.light(
        clock.now(),
        begun_at=_begun_at(scope),
        verified_at=last.verified_at if last else None,
        is_ok=last is None or last.is_ok,
    )
    return last, light


def _begun_at(scope: frozenset[str]) -> datetime | None:
    return db.session.scalar(
        select(func.min(TrailEntry.recorded_at)).where(TrailEntry.court_code.in_(scope), TrailEntry.seq == 1)
    )


@dataclass(frozen=True)
class Task:
    """Work that waits for the reader: what it is (a msgid), how many, and the page (endpoint and filter) where it
    waits; overdue work comes first, and in red."""

    text: str
    count: int
    endpoint: str
    filters: dict[str, str]
    is_overdue: bool = False


Waiting = tuple[Permission, str, Callable[[User, frozenset[str]], Select[Any]], str, dict[str, str]]


def _returned_to(user: User, here: frozenset[str]) -> Select[Any]:
    return advances.advances(here, status=AdvanceStatus.RETURNED).where(Advance.prepared_by_id == user.id)


def _in_state(model: Any, status: enum.Enum) -> Callable[[User, frozenset[str]], Select[Any]]:
    return lambda user, here: select(model).where(model.court_code.in_(here), model.status == status)


def _year_closes(user: User, here: frozenset[str]) -> Select[Any]:
    """Requests to close a year that nobody has decided; they stand on the floor of this page, so in SQL."""
    found: Select[Any] = (
        select(literal_column("q.id").label("id"))
        .select_from(text("year_close_requests q"))
        .where(text("NOT EXISTS (SELECT 1 FROM year_close_decisions d WHERE d.request_id = q.id)"))
    )
    return found.where(text("q.court_code IN :courts").bindparams(bindparam("courts", list(here), expanding=True)))


def _reopenings(due: str) -> Callable[[User, frozenset[str]], Select[Any]]:
    """Requests to reopen a period that wait for one post; they stand on the floor of this page, so in SQL."""
    found: Select[Any] = (
        select(literal_column("q.id").label("id"))
        .select_from(text("reopening_requests q JOIN closed_months c ON c.id = q.closing_id"))
        .where(text(_UNDECIDED), text(due))
    )
    return lambda user, here: found.where(
        text("q.court_code IN :courts").bindparams(bindparam("courts", list(here), expanding=True))
    )


_UNDECIDED = (
    "NOT EXISTS (SELECT 1 FROM reopening_decisions d WHERE d.request_id = q.id "
    "AND (d.outcome = 'returned' OR d.step = 'approval'))"
)
_AUDITED = "EXISTS (SELECT 1 FROM reopening_decisions a WHERE a.request_id = q.id AND a.step = 'audit')"

WAITING: tuple[Waiting, ...] = (
    (
        Permission.ADVANCE_SIGN,
        N_("待我审批的垫付申请"),
        lambda user, here: advances.waiting_for(user),
        "advances.index",
        {"waiting": "me"},
    ),
    (
        Permission.ADVANCE_REQUEST,
        N_("被退回、待补正的垫付申请"),
        _returned_to,
        "advances.index",
        {"status": "returned"},
    ),
    (
        Permission.BATCH_BUILD,
        N_("已批准、待编入批次的垫付"),
        _in_state(Advance, AdvanceStatus.APPROVED),
        "disbursement.new",
        {},
    ),
    (
        Permission.BATCH_SIGN,
        N_("待复核签发的发放批次"),
        _in_state(Batch, BatchStatus.BUILT),
        "disbursement.index",
        {"status": "built"},
    ),
    (
        Permission.BATCH_RESULT,
        N_("已签发、待导出银行文件的批次"),
        _in_state(Batch, BatchStatus.SIGNED),
        "disbursement.index",
        {"status": "signed"},
    ),
    (
        Permission.BATCH_RESULT,
        N_("待导入银行回执的批次"),
        _in_state(Batch, BatchStatus.SENT),
        "disbursement.index",
        {"status": "sent"},
    ),
    (
        Permission.RECEIPT_CONFIRM,
        N_("待复核的资金到账"),
        _in_state(FundReceipt, ReceiptStatus.RECORDED),
        "funding.receipts",
        {"status": "recorded"},
    ),
    (
        Permission.CASE_MONEY_CONFIRM,
        N_("待复核的案款到账"),
        _in_state(CaseReceipt, CaseReceiptStatus.RECORDED),
        "custody.receipts",
        {"status": "recorded"},
    ),
    (
        Permission.PAYOUT_APPROVE,
        N_("待审批的案款发放"),
        _in_state(Payout, PayoutStatus.REQUESTED),
        "custody.payouts",
        {"status": "requested"},
    ),
    (
        Permission.CEREMONY_FREEZE,
        N_("待审定名单的兑现大会"),
        _in_state(Ceremony, CeremonyStatus.PLANNED),
        "ceremonies.index",
        {"status": "planned"},
    ),
    (
        Permission.CORRECTION_CONFIRM,
        N_("待复核的更正申请"),
        _in_state(Correction, CorrectionStatus.REQUESTED),
        "ledger.corrections",
        {},
    ),
    (
        Permission.REOPENING_AUDIT,
        N_("待办理的反结账申请"),
        _reopenings(f"substr(c.month, 6, 2) = '12' AND NOT {_AUDITED}"),
        "yearend.index",
        {},
    ),
    (
        Permission.REOPENING_APPROVE,
        N_("待办理的反结账申请"),
        _reopenings(f"(substr(c.month, 6, 2) <> '12' OR {_AUDITED})"),
        "yearend.index",
        {},
    ),
    (
        Permission.YEAR_CLOSE,
        N_("待办理的年终结账申请"),
        _year_closes,
        "yearend.index",
        {},
    ),
    (
        Permission.OPENING_CONFIRM,
        N_("待复核的期初余额"),
        _in_state(Opening, OpeningStatus.REQUESTED),
        "openings.index",
        {"status": "requested"},
    ),
    (
        Permission.OPENING_CONFIRM,
        N_("待复核的期初余额冲销"),
        _in_state(Opening, OpeningStatus.UNDO_REQUESTED),
        "openings.index",
        {"status": "undo_requested"},
    ),
    (
        Permission.FINDING_ANSWER,
        N_("待定整改措施的审计问题"),
        lambda user, here: auditing.unanswered_in(user),
        "auditing.findings",
        {"state": "unanswered"},
    ),
    (
        Permission.FINDING_PROVE,
        N_("由我负责、待提交证据的整改"),
        lambda user, here: auditing.to_prove_by(user),
        "auditing.findings",
        {"mine": "y"},
    ),
    (
        Permission.FINDING_CLOSE,
        N_("待审核销号的审计整改"),
        lambda user, here: auditing.to_review_by(user),
        "auditing.findings",
        {"state": "proved"},
    ),
)
"""Who is told of what: the permission that makes it his work, what it is, which records, and where they are listed."""


OVERDUE: tuple[Waiting, ...] = (
    (
        Permission.FINDING_READ,
        N_("逾期未整改的审计问题"),
        lambda user, here: auditing.overdue_for(user),
        "auditing.findings",
        {"overdue": "y"},
    ),
)
"""Work of which the day is over, likewise."""


def waiting(user: User) -> list[Task]:
    """What waits for this user in his own court, by what his roles may do; empty kinds are left out."""
    here = frozenset({user.court_code})
    tasks = [
        Task(text, _count(records(user, here)), endpoint, filters, is_overdue)
        for is_overdue, kinds in ((True, OVERDUE), (False, WAITING))
        for permission, text, records, endpoint, filters in kinds
        if user.may(permission)
    ]
    return [task for task in tasks if task.count]


def _count(query: Select[Any]) -> int:
    return db.session.scalar(select(func.count()).select_from(query.order_by(None).subquery())) or 0


def names_of(subjects: set[str], *, whole: bool = False) -> dict[str, str]:
    """What people call these records, by subject: one question for each kind that has names.

    Args:
        whole: persons by their whole names, as papers have them; masked otherwise.
    """
    wanted: dict[str, list[int]] = {}
    for subject in subjects:
        kind, _, number = subject.partition(":")
        if kind in NAMES and number.isdecimal():
            wanted.setdefault(kind, []).append(int(number))
    found = {}
    for kind, ids in wanted.items():
        columns, name = WHOLE_NAMES[kind] if whole and kind in WHOLE_NAMES else NAMES[kind]
        for key, *parts in db.session.execute(select(*columns).where(columns[0].in_(ids))):
            found[f"{kind}:{key}"] = name(*parts)
    return found


def _own(name: str) -> str:
    return name


NAMES: dict[str, tuple[tuple[Any, ...], Callable[..., str]]] = {
    "account": ((PayeeAccount.id, PayeeAccount.number_mask), _own),
    "advance": (
        (Advance.id, Advance.created_at, Advance.id),
        lambda created_at, advance_id: cited(clock.local(created_at).year, advance_id),
    ),
    "batch": ((Batch.id, Batch.number), _own),
    "case": ((Case.id, Case.number), _own),
    "case-import": ((CaseImport.id, CaseImport.file_name), _own),
    "case-receipt": ((CaseReceipt.id, CaseReceipt.bank_reference), _own),
    "ceremony": ((Ceremony.id, Ceremony.name), _own),
    "finding": ((Finding.id, Finding.year, Finding.number), finding_number),
    "fund-receipt": ((FundReceipt.id, FundReceipt.bank_reference), _own),
    "party": ((Party.id, Party.name, Party.kind), masked_name),
    "result-file": ((ResultFile.id, ResultFile.file_name), _own),
    "sample": (
        (Sample.id, Sample.drawn_at, Sample.id),
        lambda drawn_at, sample_id: sample_number(clock.local(drawn_at).year, sample_id),
    ),
    "source": ((Source.id, Source.name), _own),
    "terms": ((TermsIssue.id, TermsIssue.document), _own),
    "ladder": ((LadderIssue.id, LadderIssue.document), _own),
    "exception-bounds": ((ExceptionBounds.id, ExceptionBounds.document), _own),
    "user": ((User.id, User.name), _own),
    "voucher": ((Voucher.id, Voucher.year, Voucher.kind, Voucher.kind_number), ledger_rules.cited),
}
"""By kind of record: the columns of its name, and how they are put together. Persons stay masked."""

WHOLE_NAMES: dict[str, tuple[tuple[Any, ...], Callable[..., str]]] = {"party": ((Party.id, Party.name), _own)}
