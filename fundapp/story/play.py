"""The year 2018, act by act, through the same services as the pages: nothing here writes a table.

Courts are played one after the other, each from January to its close; the clock stands at the day of each act, so
that trail and books carry the story's own days.
"""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from fundapp.advances import queries as advance_queries
from fundapp.advances import service as advances
from fundapp.approvals import service as approvals
from fundapp.approvals.rules import Outcome
from fundapp.cases import queries as cases
from fundapp.cases import service as register
from fundapp.cases.rules import AccountFacts, AccountKind, PartyFacts, PartyKind, PartyRole
from fundapp.ceremonies import queries as ceremony_queries
from fundapp.ceremonies import service as ceremonies
from fundapp.ceremonies.rules import Method, WitnessCapacity
from fundapp.core import clock
from fundapp.core.db import db, transaction
from fundapp.core.errors import RuleViolation
from fundapp.core.money import ZERO, Money, split, total, yuan
from fundapp.custody import queries as custody_queries
from fundapp.custody import service as custody
from fundapp.custody.rules import Purpose
from fundapp.disbursement import queries as batch_queries
from fundapp.disbursement import service as disbursement
from fundapp.disbursement.rules import LineStatus
from fundapp.eligibility import service as eligibility
from fundapp.eligibility.rules import DEFAULT_STATUSES, RecoveryOrder
from fundapp.funding import queries as funding_queries
from fundapp.funding import service as funding
from fundapp.ledger import queries as books
from fundapp.ledger import service as ledger
from fundapp.ledger.rules import CorrectionMethod, CorrectionStatus, Model
from fundapp.recovery import service as recovery
from fundapp.story import bank
from fundapp.story.cast import Cast, engage
from fundapp.story.plan import HALL, WAVES, YEAR, CourtPlan, Gift, Large, Small
from fundapp.yearend import service as yearend
from fundapp.yearend.rules import YearCloseOutcome

CASH_UP_TO = yuan("3000")
Act = Callable[..., Any]


def close_months(cast: Cast, months: Iterable[int]) -> None:
    """The court's reviewer closes these months of the year."""
    for month in months:
        with transaction(cast.court_code):
            yearend.close_month(cast.court_code, f"{YEAR}-{month:02d}", actor=cast.reviewer)


def close_year(cast: Cast, *, closed: int = 0) -> None:
    """The court's reviewer closes the months to November and asks for the year, which its president closes.

    Args:
        closed: the last month that is closed already.
    """
    with clock.at(date(YEAR, 12, 3)):
        close_months(cast, range(closed + 1, 12))
    with clock.at(date(YEAR + 1, 1, 4)):
        with transaction(cast.court_code):
            request_id = yearend.request_year_close(cast.court_code, YEAR, actor=cast.reviewer).id
        with transaction(cast.court_code):
            yearend.decide_year_close(request_id, outcome=YearCloseOutcome.AGREED, opinion="同意", actor=cast.president)


class CourtYear:
    """One court's year. Records come back from the services as they are; what is kept of them is the services' own."""

    def __init__(self, plan: CourtPlan, amounts: dict[str, Money], listed: bytes) -> None:
        self.plan, self.amounts, self.listed = plan, amounts, listed
        self.scope = frozenset({plan.code})
        self.told: list[tuple[str, str, str]] = []

    def scenes(self) -> list[tuple[str, Callable[[], None]]]:
        """The year's scenes in their order."""
        return [
            ("建立账号、账簿和条件", self.open),
            ("筹集资金", self.raise_money),
            ("登记案件", self.register_cases),
            ("更正到账", self.correct_receipts),
            ("结1月和2月账", self.close_winter),
            ("第一批垫付", lambda: self.advance_wave(0)),
            ("第二批垫付", lambda: self.advance_wave(1)),
            ("追偿", lambda: self.recover(date(YEAR, 7, 10), 0)),
            ("第三批垫付", lambda: self.advance_wave(2)),
            ("案款到账", self.receive_case_money),
            ("兑现大会", self.hold_ceremony),
            ("追偿", lambda: self.recover(date(YEAR, 11, 5), 1)),
            ("补发", self.pay_the_rest),
            ("结账", self.close),
        ]

    def _do(self, act: Act, *args: Any, **facts: Any) -> Any:
        with transaction(self.plan.code):
            return act(*args, **facts)

    # January

    def open(self) -> None:
        with clock.at(date(YEAR, 1, 2)):
            self.cast = engage(self.plan.code)
            self._do(ledger.open_books, self.plan.code, model=Model.OWN_FUNDS, actor=self.cast.admin)
            self._do(
                eligibility.issue_terms,
                effective_from=date(YEAR, 1, 2),
                document="执行垫付资金管理办法（试行）（演示）",
                ceiling=yuan("20000"),
                ceiling_included=False,
                case_statuses=DEFAULT_STATUSES,
                needs_property_search=True,
                needs_verified_account=True,
                needs_undertaking=True,
                refuses_bankruptcy=True,
                refuses_settlement=True,
                recovery_order=RecoveryOrder.FUND_FIRST,
                actor=self.cast.president,
            )
            self._do(
                approvals.issue_ladder,
                effective_from=date(YEAR, 1, 2),
                document="执行垫付资金审批权限规定（演示）",
                president_above=yuan("15000"),
                limit_included=False,
                actor=self.cast.president,
            )
            self._do(
                disbursement.set_paying_account,
                bank="中国建设银行岳阳分行",
                holder=f"{self.plan.place}人民法院",
                number=f"43050100{self.plan.digits}00000001",
                effective_from=date(YEAR, 1, 2),
                document="垫付资金专户开户批复（演示）",
                actor=self.cast.reviewer,
            )

    def raise_money(self) -> None:
        with clock.at(date(YEAR, 1, 15)):
            for gift in self.plan.gifts:
                if funding_queries.source_named(self.plan.code, gift.name) is None:
                    self._do(
                        funding.register_source,
                        kind=gift.kind,
                        name=gift.name,
                        document=gift.document,
                        actor=self.cast.clerk,
                    )
        with clock.at(date(YEAR, 2, 2)):
            for gift in self.plan.in_time:
                self._receive_gift(gift)

    def _receive_gift(self, gift: Gift) -> None:
        source = funding_queries.source_named(self.plan.code, gift.name)
        assert source is not None
        receipt = self._do(
            funding.record_receipt,
            source.id,
            amount=gift.typed or gift.amount,
            business_date=gift.on,
            bank_reference=gift.reference,
            actor=self.cast.clerk,
        )
        self._do(funding.confirm_receipt, receipt.id, seen_version=receipt.version, actor=self.cast.reviewer)

    def correct_receipts(self) -> None:
        """Beside the bank's statement the clerk finds what he mistyped; the reviewer confirms the right amounts."""
        with clock.at(date(YEAR, 2, 6)):
            for gift in self.plan.in_time:
                if gift.method is not None:
                    self._correct(gift, gift.method)

    def _correct(self, gift: Gift, method: CorrectionMethod) -> None:
        receipt = funding_queries.receipt_with(self.plan.code, gift.reference)
        assert receipt is not None
        self._do(
            funding.request_correction,
            receipt.id,
            method=method,
            amount=gift.amount,
            source_id=receipt.source_id,
            business_date=clock.today(),
            reason="登记金额与银行回单不符",
            actor=self.cast.clerk,
        )
        asked = db.session.scalars(books.corrections(self.scope, status=CorrectionStatus.REQUESTED)).one()
        told = {"is_confirmed": True, "seen_version": asked.version, "actor": self.cast.reviewer}
        self._do(ledger.decide_correction, asked.id, **told)

    def close_winter(self) -> None:
        """January and February are closed; a slip of January that comes after that is booked in March."""
        with clock.at(date(YEAR, 3, 5)):
            close_months(self.cast, (1, 2))
        with clock.at(date(YEAR, 3, 6)):
            for gift in self.plan.late:
                self._receive_gift(gift)

    def register_cases(self) -> None:
        with clock.at(date(YEAR, 2, 5)):
            told = {"file_name": "cases-2018.xlsx", "court_code": self.plan.code, "sheet": self.plan.code}
            for is_dry_run in (True, False):
                done = self._do(
                    register.run_import, self.listed, is_dry_run=is_dry_run, actor=self.cast.handler, **told
                )
                assert not done.rejected, done.rejected[:1]
            for large in self.plan.large:
                self._register_large(large)

    def _register_large(self, large: Large) -> None:
        account = AccountFacts(AccountKind.COMPANY, large.creditor.name, large.creditor.bank, large.creditor.account)
        case = self._do(
            register.register,
            number=large.number,
            filed_on=large.filed_on,
            category=large.category,
            claim=self.amounts[large.number],
            parties=[
                PartyFacts(
                    PartyRole.CREDITOR,
                    PartyKind.ORGANISATION,
                    large.creditor.name,
                    large.creditor.identity,
                    large.creditor.phone,
                    account,
                ),
                PartyFacts(
                    PartyRole.DEBTOR,
                    PartyKind.ORGANISATION,
                    large.debtor.name,
                    large.debtor.identity,
                    large.debtor.phone,
                ),
            ],
            actor=self.cast.handler,
        )
        self._verify(case)

    def _verify(self, case: Any) -> None:
        account = case.creditors[0].account
        assert account is not None
        self._do(register.verify_account, account.id, how="按案卷所留电话回拨核实", actor=self.cast.clerk)

    # advances

    def advance_wave(self, at: int) -> None:
        day = WAVES[at]
        with clock.at(day):
            for order, small in enumerate(self.plan.wave(at)):
                self._request_and_sign(small, is_returned_first=at == 0 and order == 3)
            if at == 1:
                self._turn_away()
        with clock.at(day.replace(day=day.day + 3)):
            self._pay_batch(fails=1 if at == 0 else 0, unknown=1 if at == 1 and self.plan.digits == "0602" else 0)

    def _request_and_sign(self, small: Small, *, is_returned_first: bool = False) -> Any:
        case = self._case(small)
        self._verify(case)
        assert small.advance is not None
        advance = self._do(
            advances.request,
            case.id,
            creditor_id=case.creditors[0].id,
            amount=small.advance,
            reason="被执行人暂无财产可供执行，申请执行人生活困难，申请垫付。",
            actor=self.cast.handler,
        )
        if is_returned_first:
            why = "请补充申请执行人生活困难的说明后重新提交。"
            self._decide(advance, "director", Outcome.RETURNED, why)
            self.told.append(("退回补正", case.number, why))
            self._do(
                advances.resubmit,
                advance.id,
                amount=small.advance,
                reason="已补充社区出具的生活困难证明，请审批。",
                seen_version=advance.version,
                actor=self.cast.handler,
            )
        self._sign(advance)
        return advance

    def _sign(self, advance: Any) -> None:
        posts = {"bureau_director": "director", "finance_reviewer": "reviewer", "vice_president": "vice"}
        for role in advance_queries.roles_to_sign(advance):
            self._decide(advance, posts.get(role.value, role.value), Outcome.AGREED, "情况属实，同意垫付。")

    def _decide(self, advance: Any, post: str, outcome: Outcome, opinion: str) -> None:
        self._do(
            advances.decide,
            advance.id,
            outcome=outcome,
            opinion=opinion,
            seen_version=advance.version,
            actor=getattr(self.cast, post),
        )

    def _turn_away(self) -> None:
        """One case that the terms refuse, one that the vice president refuses, one that the handler withdraws."""
        unfit = next(case for case in self.plan.small if case.is_unfit)
        try:
            case = self._case(unfit)
            self._do(
                advances.request,
                case.id,
                creditor_id=case.creditors[0].id,
                amount=unfit.claim,
                reason="申请垫付。",
                actor=self.cast.handler,
            )
        except RuleViolation as refusal:
            self.told.append(("不符合条件", unfit.number, str(refusal)))
        rest = [case for case in self.plan.small if case.advance is None and not case.is_unfit]
        refused = self._request_plain(rest[0])
        self._decide(refused, "director", Outcome.AGREED, "同意，请分管领导把关。")
        self._decide(refused, "reviewer", Outcome.AGREED, "账户和资金已核对。")
        why = "被执行人近期有工资收入，应继续执行，不予垫付。"
        self._decide(refused, "vice", Outcome.REFUSED, why)
        self.told.append(("不予垫付", refused.case.number, why))
        withdrawn = self._request_plain(rest[1])
        self._do(
            advances.withdraw,
            withdrawn.id,
            reason="双方已达成和解，当事人撤回申请。",
            seen_version=withdrawn.version,
            actor=self.cast.handler,
        )

    def _request_plain(self, small: Small) -> Any:
        case = self._case(small)
        self._verify(case)
        return self._do(
            advances.request,
            case.id,
            creditor_id=case.creditors[0].id,
            amount=small.claim,
            reason="被执行人暂无财产可供执行，申请垫付。",
            actor=self.cast.handler,
        )

    # payment

    def _pay_batch(self, *, fails: int = 0, unknown: int = 0) -> None:
        ready = advance_queries.ready_to_pay(self.plan.code)
        batch = self._do(
            disbursement.build,
            [advance.id for advance in ready],
            business_date=clock.today(),
            actor=self.cast.clerk,
        )
        self._do(disbursement.sign, batch.id, seen_version=batch.version, actor=self.cast.reviewer)
        sent = self._do(disbursement.payment_file, batch.id, actor=self.cast.clerk)
        answer = bank.answer(sent, on=clock.today(), fails=fails, unknown=unknown)
        self._do(disbursement.import_result, answer, f"{batch.number}-回执.xlsx", actor=self.cast.clerk)
        for line in batch_queries.batch(batch.id, self.scope).lines:
            if line.status is LineStatus.UNKNOWN:
                self._do(
                    disbursement.resolve_unknown,
                    line.id,
                    outcome=LineStatus.PAID,
                    reason="银行书面答复：该笔已于当日入账。",
                    bank_reference=f"CX{line.key}",
                    paid_on=clock.today(),
                    seen_version=line.batch.version,
                    actor=self.cast.reviewer,
                )

    # recovery

    def recover(self, day: date, at: int) -> None:
        """Some debtors pay: every third a part, every ninth all of it, and one debtor of the first court too much."""
        with clock.at(day):
            paid = [small for small in self.plan.wave(at) if self._is_paid(small)]
            for order, small in enumerate(paid):
                if order % 3 == 0:
                    assert small.advance is not None
                    self._receive_and_allocate(small, self._from_debtor(small.advance, order, at))

    def _from_debtor(self, advanced: Money, order: int, at: int) -> Money:
        if order == 0 and at == 0 and self.plan.digits == "0602":
            return advanced + yuan("1500")
        return advanced if order % 9 == 0 else split(advanced, [2, 3])[0]

    def _receive_and_allocate(self, small: Small, amount: Money) -> None:
        case = self._case(small)
        receipt = self._receive(case, amount, small.debtor.name, f"AK{case.id:06d}")
        allocations = self._do(recovery.allocate, receipt.id, actor=self.cast.reviewer)
        creditor = total(part.creditor for part in allocations)
        refund = total(part.refund for part in allocations)
        if creditor > ZERO:
            self._pay_out(case, case.creditors[0].id, Purpose.CREDITOR, creditor, "追偿款中申请执行人应得部分。")
        if refund > ZERO:
            debtor = case.debtors[0]
            account = self._do(
                register.register_account,
                debtor.id,
                AccountFacts(AccountKind.CARD, small.debtor.name, small.debtor.bank, small.debtor.account),
                actor=self.cast.handler,
            )
            self._do(register.verify_account, account.id, how="当事人持卡到院核实", actor=self.cast.clerk)
            self._pay_out(case, debtor.id, Purpose.REFUND, refund, "被执行人多付的案款，依法退还。")

    def _receive(self, case: Any, amount: Money, payer: str, reference: str) -> Any:
        receipt = self._do(
            custody.record_receipt,
            case.id,
            debtor_id=case.debtors[0].id,
            payer=payer,
            amount=amount,
            business_date=clock.today(),
            bank_reference=reference,
            actor=self.cast.clerk,
        )
        return self._do(custody.confirm_receipt, receipt.id, seen_version=receipt.version, actor=self.cast.reviewer)

    def _approved_payout(self, case: Any, payee_id: int, purpose: Purpose, amount: Money, reason: str) -> Any:
        payout = self._do(
            custody.request_payout,
            case.id,
            payee_id=payee_id,
            purpose=purpose,
            amount=amount,
            reason=reason,
            actor=self.cast.handler,
        )
        return self._do(
            custody.decide_payout,
            payout.id,
            outcome=Outcome.AGREED,
            opinion="同意发放。",
            seen_version=payout.version,
            actor=self.cast.director,
        )

    def _pay_out(self, case: Any, payee_id: int, purpose: Purpose, amount: Money, reason: str) -> None:
        payout = self._approved_payout(case, payee_id, purpose, amount, reason)
        self._do(
            custody.pay,
            payout.id,
            bank_reference=f"ZF{payout.id:06d}",
            paid_on=clock.today(),
            seen_version=payout.version,
            actor=self.cast.reviewer,
        )

    # autumn

    def receive_case_money(self) -> None:
        with clock.at(date(YEAR, 9, 3)):
            for large in self.plan.large:
                case = self._numbered(large.number)
                self._receive(case, case.claim, large.debtor.name, f"AK{case.id:06d}")
        with clock.at(date(YEAR, 9, 10)):
            for large in self.plan.large:
                case = self._numbered(large.number)
                self._approved_payout(
                    case, case.creditors[0].id, Purpose.CREDITOR, case.claim, "被执行人已履行，拟在兑现大会集中发放。"
                )
            for small in self.plan.at_ceremony:
                self._request_and_sign(small)

    def hold_ceremony(self) -> None:
        with clock.at(self.plan.ceremony_on.replace(day=self.plan.ceremony_on.day - 5)):
            ceremony = self._do(
                ceremonies.plan,
                name=f"{YEAR}年{self.plan.place}集中执行兑现大会",
                place=f"{self.plan.place}{HALL}",
                held_on=self.plan.ceremony_on,
                host=self.cast.vice.name,
                actor=self.cast.clerk,
            )
            self._list(ceremony.id)
            self._do(ceremonies.freeze, ceremony.id, seen_version=ceremony.version, actor=self.cast.vice)
        with clock.at(self.plan.ceremony_on):
            self._hand_out(ceremony.id)

    def _list(self, ceremony_id: int) -> None:
        invited = [advance_queries.of_case(self._case(small).id)[-1] for small in self.plan.at_ceremony]
        in_cash = [advance.id for advance in invited if advance.amount <= CASH_UP_TO]
        by_transfer = [advance.id for advance in invited if advance.amount > CASH_UP_TO]
        payouts = [payout.id for payout in custody_queries.ready_to_pay(self.plan.code)]
        for advance_ids, payout_ids, method in (
            (in_cash, [], Method.CASH),
            (by_transfer, payouts, Method.TRANSFER),
        ):
            if advance_ids or payout_ids:
                self._do(
                    ceremonies.add_lines,
                    ceremony_id,
                    advance_ids=advance_ids,
                    payout_ids=payout_ids,
                    method=method,
                    actor=self.cast.clerk,
                )

    def _hand_out(self, ceremony_id: int) -> None:
        away = {small.number for small in self.plan.absent}
        self._do(ceremonies.open_day, ceremony_id, actor=self.cast.clerk)
        for name, capacity, organisation in (
            ("甘某", WitnessCapacity.CONGRESS_DEPUTY, f"{self.plan.place}人大代表（演示）"),
            ("欧某", WitnessCapacity.CONSULTATIVE_MEMBER, f"{self.plan.place}政协委员（演示）"),
        ):
            self._do(
                ceremonies.add_witness,
                ceremony_id,
                name=name,
                capacity=capacity,
                organisation=organisation,
                actor=self.cast.clerk,
            )
        cash_back = ZERO
        for line in ceremony_queries.lines(ceremony_id):
            if line.case.number in away:
                cash_back += line.amount if line.method is Method.CASH else ZERO
                self._do(ceremonies.mark_absent, line.id, reason="外出务工未能到场", actor=self.cast.clerk)
                continue
            self._do(ceremonies.sign_in, line.id, actor=self.cast.clerk)
            kind = "SJ" if line.method is Method.CASH else "XC"
            self._do(
                ceremonies.hand_over,
                line.id,
                reference=f"{kind}{YEAR}{self.plan.digits}{line.sequence:03d}",
                second_staff_id=self.cast.handler.id,
                actor=self.cast.clerk,
            )
        self._do(
            ceremonies.close,
            ceremony_id,
            fund_cash_returned=cash_back,
            case_cash_returned=ZERO,
            seen_version=ceremony_queries.ceremony(ceremony_id, self.scope).version,
            actor=self.cast.reviewer,
        )

    def pay_the_rest(self) -> None:
        """Those whom the bank could not pay, and those who did not come to the ceremony."""
        with clock.at(date(YEAR, 11, 20)):
            if advance_queries.ready_to_pay(self.plan.code):
                self._pay_batch()

    # the year's end

    def close(self) -> None:
        close_year(self.cast, closed=2)

    # what is there

    def _case(self, small: Small) -> Any:
        return self._numbered(small.number)

    def _numbered(self, number: str) -> Any:
        return cases.case_numbered(number, self.scope)

    def _is_paid(self, small: Small) -> bool:
        return self._case(small).concluded_by_advance_on is not None
