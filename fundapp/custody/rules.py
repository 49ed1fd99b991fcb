"""Words and checks of case money: pure."""

import enum
from datetime import date

from fundapp.approvals.rules import Outcome
from fundapp.cases.rules import CaseNumber
from fundapp.core.clock import deadline
from fundapp.core.digests import digest_of
from fundapp.core.errors import Attempt, RuleViolation
from fundapp.core.money import ZERO, Money, bare, plain
from fundapp.core.words import N_


class CaseReceiptStatus(enum.Enum):
    """Recorded by one person, confirmed and posted, or returned, by another; cancelled with its voucher if wrong."""

    RECORDED = "recorded"
    CONFIRMED = "confirmed"
    RETURNED = "returned"
    CANCELLED = "cancelled"


class Purpose(enum.Enum):
    """Why case money is paid out."""

    CREDITOR = "creditor"
    REFUND = "refund"


class PayoutStatus(enum.Enum):
    """The life of a payout."""

    REQUESTED = "requested"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"
    APPROVED = "approved"
    PAYING = "paying"
    PAID = "paid"


class PayoutChannel(enum.Enum):
    """How case money reached the payee."""

    TRANSFER = "transfer"
    CEREMONY_TRANSFER = "ceremony_transfer"
    CEREMONY_CASH = "ceremony_cash"


LABELS: dict[enum.Enum, str] = {
    CaseReceiptStatus.RECORDED: N_("待复核"),
    CaseReceiptStatus.CONFIRMED: N_("已入账"),
    CaseReceiptStatus.RETURNED: N_("已退回"),
    CaseReceiptStatus.CANCELLED: N_("已注销"),
    Purpose.CREDITOR: N_("发放申请执行人"),
    Purpose.REFUND: N_("退还被执行人"),
    PayoutStatus.REQUESTED: N_("待审批"),
    PayoutStatus.RETURNED: N_("已退回"),
    PayoutStatus.WITHDRAWN: N_("已撤回"),
    PayoutStatus.APPROVED: N_("已批准待发放"),
    PayoutStatus.PAYING: N_("发放中"),
    PayoutStatus.PAID: N_("已发放"),
    PayoutChannel.TRANSFER: N_("银行转账"),
    PayoutChannel.CEREMONY_TRANSFER: N_("大会现场转账"),
    PayoutChannel.CEREMONY_CASH: N_("大会现场现金"),
}

NEXT: dict[PayoutStatus, frozenset[PayoutStatus]] = {
    PayoutStatus.REQUESTED: frozenset({PayoutStatus.RETURNED, PayoutStatus.WITHDRAWN, PayoutStatus.APPROVED}),
    PayoutStatus.RETURNED: frozenset(),
    PayoutStatus.WITHDRAWN: frozenset(),
    PayoutStatus.APPROVED: frozenset({PayoutStatus.WITHDRAWN, PayoutStatus.PAYING}),
    PayoutStatus.PAYING: frozenset({PayoutStatus.PAID, PayoutStatus.APPROVED}),
    PayoutStatus.PAID: frozenset(),
}

LIVE = frozenset({PayoutStatus.REQUESTED, PayoutStatus.APPROVED, PayoutStatus.PAYING, PayoutStatus.PAID})
"""Payouts that took, or still want, money of their case."""

DAYS_TO_PAY_OUT = 30
"""法发〔2017〕6号 art. 10, the thirtieth day included: law, the same in every court, and so no dated data of one."""

# Only enforcement cases hold case money; the digits stand in the account number and are never reused.
_TYPE_DIGITS = {"执": "01", "执恢": "02"}


def account_number(case_number: CaseNumber) -> str:
    """The number of a case's sub-account, the same whenever it is asked for: eighteen digits.

    Four of the court's code (``湘06`` gives ``0006``), four of the year, two of the type, eight of the serial, so that
    one case has one number and one number one case.

    Source:
        法发〔2017〕6号 art. 4: one case, one account number.

    Raises:
        RuleViolation: the case is not an enforcement case.
    """
    digits = _TYPE_DIGITS.get(case_number.type_code)
    if digits is None:
        raise RuleViolation(
            "“%(number)s”不是执行类案件，不能开立案款子账户，请将案款登记到对应的执行案件。", number=case_number.text
        )
    court = "".join(sign for sign in case_number.court_code if sign.isdigit())
    return f"{court:0>4}{case_number.year:04d}{digits}{case_number.serial:08d}"


def check_receipt(amount: Money, business_date: date, *, today: date, is_debtor_of_case: bool) -> None:
    """A receipt is of something, of a day that has come, and paid for a debtor of this case."""
    if not is_debtor_of_case:
        raise RuleViolation("所选被执行人不是本案当事人，请从本案的被执行人中选择。")
    if amount <= ZERO:
        raise RuleViolation("案款金额必须大于零，请按银行回单填写实际到账金额。")
    if business_date > today:
        raise RuleViolation("到账日期不能晚于今天%(today)s，请按银行回单填写。", today=today.isoformat())


def check_reference_unused(reference: str, *, earlier_case: str | None, day: str, amount: str) -> None:
    """A line of the bank's statement is booked at most once; ``earlier_case`` is the one that has it already."""
    if earlier_case is not None:
        raise RuleViolation(
            "银行流水号“%(reference)s”已于%(day)s登记在%(case)s名下，金额%(amount)s元，请核对，不要重复登记。",
            reference=reference,
            day=day,
            case=earlier_case,
            amount=amount,
        )


def check_receipt_open(status: CaseReceiptStatus) -> None:
    if status is not CaseReceiptStatus.RECORDED:
        raise RuleViolation(
            "该笔案款登记已为“%(status)s”，不能再次办理，请刷新页面查看最新状态。", status=LABELS[status]
        )


def check_cancellable(amount: Money, *, is_allocated: bool, spare: Money) -> None:
    """A receipt is cancelled only while nothing of it was split, asked for, promised or paid.

    Args:
        spare: what of the case's money nobody has asked for yet; the whole receipt, while it waits to be split.
    """
    if is_allocated:
        raise RuleViolation("该笔案款已经分配，不能再注销；到账确有错误的，请报审计人员提出审计问题，按整改要求办理。")
    if amount > spare:
        raise RuleViolation(
            "本案案款已申请、批准或发放，剩余%(spare)s元，不足以注销该笔%(amount)s元；请先撤回尚未发放的案款申请，"
            "兑现大会名单上的请先移出；已经发放的，请报审计人员提出审计问题，按整改要求办理。",
            spare=plain(spare),
            amount=plain(amount),
        )


def check_move(current: PayoutStatus, target: PayoutStatus) -> None:
    """Refuse a step the payout cannot take from where it is."""
    if target not in NEXT[current]:
        raise RuleViolation(
            "案款发放申请当前为“%(current)s”，不能改为“%(target)s”，请刷新页面查看最新状态后再办理。",
            current=LABELS[current],
            target=LABELS[target],
        )


def check_payee(purpose: Purpose, *, is_payee_of_case: bool) -> None:
    """Case money goes to a creditor of the case, or back to its debtor, and to nobody else.

    Source:
        法发〔2017〕6号 art. 11: paying anyone else needs a review by the collegial panel, which no system replaces.
    """
    if is_payee_of_case:
        return
    if purpose is Purpose.CREDITOR:
        raise RuleViolation("发放案款的收款人必须是本案的申请执行人，请重新选择收款人。").as_attempt(
            Attempt.WRONG_PAYEE
        )
    raise RuleViolation("退还案款的收款人必须是本案的被执行人，请重新选择收款人。").as_attempt(Attempt.WRONG_PAYEE)


def check_account(payee: str, *, holder: str | None, is_verified: bool) -> None:
    """The account now in use is the payee's own and was verified by finance (法发〔2017〕6号 arts. 11 and 13)."""
    if holder is None:
        raise RuleViolation(
            "收款人“%(payee)s”还没有登记收款账户，请先在案件中登记其本人账户并由财务核实。", payee=payee
        )
    if holder != payee:
        raise RuleViolation(
            "收款账户户名“%(holder)s”与收款人“%(payee)s”不一致，案款只能付入收款人本人账户，请更正账户后再办理。",
            holder=holder,
            payee=payee,
        ).as_attempt(Attempt.WRONG_PAYEE)
    if not is_verified:
        raise RuleViolation("收款人“%(payee)s”的收款账户尚未核实，请财务人员核实账户后再办理。", payee=payee)


def payable(free: Money, *, opening_claim: Money) -> Money:
    """What may still be asked for of the case's free money: what the fund is owed since before these books stays."""
    return min(free, max(free - opening_claim, ZERO))


def check_amount(amount: Money, *, free: Money, opening_claim: Money) -> None:
    """A payout is of something, and of no more than the case's own money that nobody else has a claim on.

    Args:
        opening_claim: what the fund paid this case's creditors before these books began, and is still owed.
    """
    if amount <= ZERO:
        raise RuleViolation("发放金额必须大于零，请填写实际发放的金额。")
    if opening_claim > ZERO and amount > (left := payable(free, opening_claim=opening_claim)):
        raise RuleViolation(
            "发放金额%(amount)s元超过本案可发放案款%(left)s元：启用本系统以前，资金已为本案垫付，期初应收垫付款%(claim)s元尚未收回，"
            "到账案款中相应部分属于资金，不能发放。请减少金额，将该部分留在本案案款中，报财务与系统管理员处理；"
            "期初有误且尚未发生业务的，请财务冲销期初余额，改正后重新导入。",
            amount=plain(amount),
            left=plain(left),
            claim=plain(opening_claim),
        )
    if amount > free:
        raise RuleViolation(
            "发放金额%(amount)s元超过本案可发放案款%(free)s元，请减少金额；"
            "有未复核、未分配的到账或其他在办发放申请的，请先办结。",
            amount=plain(amount),
            free=plain(free),
        )


def check_within_claim(amount: Money, *, claim: Money, paid: Money, opening_claim: Money) -> None:
    """A creditor is not paid more than the claim.

    Args:
        paid: what was paid or is being paid to the case's creditors already.
        opening_claim: what the fund paid them before these books began, and has not got back.
    """
    if opening_claim > ZERO and paid + opening_claim + amount > claim:
        raise RuleViolation(
            "连同已发放和在办的%(paid)s元，以及启用本系统以前已由资金垫付的%(advanced)s元，将超过执行标的%(claim)s元。"
            "请减少金额；执行标的有误的，请先更正案件。",
            paid=plain(paid),
            advanced=plain(opening_claim),
            claim=plain(claim),
        )
    if paid + amount > claim:
        raise RuleViolation(
            "连同已发放和在办的%(paid)s元，将超过执行标的%(claim)s元。请减少金额，多收的款项退还被执行人；"
            "执行标的有误的，请先更正案件。",
            paid=plain(paid),
            claim=plain(claim),
        )


def check_allocated(amount: Money, *, purpose: Purpose, left: Money) -> None:
    """Once the fund has advanced, each side is paid no more than the allocations have given it.

    Args:
        left: the creditors' or the debtor's part of what was allocated, less what was paid or is being paid of it.
    """
    if amount > left:
        raise RuleViolation(
            "本案已由垫付资金先行垫付，到账案款须先分配；分配后“%(purpose)s”可用%(left)s元，请减少金额或先办理分配。",
            purpose=LABELS[purpose],
            left=plain(left),
        )


def check_outcome(outcome: Outcome) -> None:
    """A payout is agreed to or returned: case money belongs to the parties, so nobody may refuse it for good."""
    if outcome not in (Outcome.AGREED, Outcome.RETURNED):
        raise RuleViolation("案款发放申请只能“同意”或“退回补正”，不予发放的请退回并写明理由。")


def check_payer(*, approved_by_id: int | None, actor_id: int) -> None:
    """Who approved a payout as director does not pay it in a post he took over since."""
    if approved_by_id == actor_id:
        raise RuleViolation("审批人不能支付本人审批的案款，请由其他财务复核人员办理。").as_attempt(
            Attempt.SELF_APPROVAL
        )


def check_not_held_back(free: Money, *, opening_claim: Money) -> None:
    """What an advance overtook is split before any of it is paid, and what the fund is owed since before these books
    stays with the case, though either was promised earlier.

    Args:
        free: the case's money less what is promised and what waits to be split; below zero, both want the same money.
    """
    if ZERO <= free < opening_claim:
        raise RuleViolation(
            "启用本系统以前，资金已为本案垫付，期初应收垫付款%(claim)s元尚未收回；支付本笔后本案只剩%(free)s元，"
            "属于资金的部分将被发放。请撤回本笔申请（兑现大会名单上的先移出），减少金额后重新申请。",
            claim=plain(opening_claim),
            free=plain(free),
        )
    if free < ZERO:
        raise RuleViolation(
            "本案已由垫付资金先行垫付，到账案款须先分配，请撤回本笔申请，分配后按留归各方的金额重新申请。"
        )


def check_digest(current: str, approved: str) -> None:
    """What is paid is what was approved: payee, account and amount."""
    if current != approved:
        raise RuleViolation("收款人、收款账户或金额与申请时不一致，不能办理。请撤回后重新申请并审批。").as_attempt(
            Attempt.CHANGED_AFTERWARDS
        )


def check_paid_on(paid_on: date, *, requested_on: date, today: date) -> None:
    """A payment is made on a day that has come, and not before it was asked for."""
    if paid_on > today:
        raise RuleViolation("支付日期不能晚于今天%(today)s，请按银行回单填写。", today=today.isoformat())
    if paid_on < requested_on:
        raise RuleViolation("支付日期不能早于申请日期%(day)s，请按银行回单填写。", day=requested_on.isoformat())


def payload_digest(
    *, case: str, purpose: Purpose, payee: int, holder: str, bank: str, account_index: str, amount: Money
) -> str:
    """The digest of what is approved and paid.

    Args:
        account_index: the keyed digest of the account number, not the number, as for an advance: this one stands on
            the trail too.
    """
    return digest_of((case, purpose.value, str(payee), holder, bank, account_index, bare(amount)))


def pay_out_due(arrived_on: date) -> date:
    """The last day on which money that arrived is to be paid out.

    Source:
        法发〔2017〕6号 art. 10: within thirty days of the arrival being told.

    Raises:
        RuleViolation: no holiday notice is known for that year.
    """
    return deadline(arrived_on, DAYS_TO_PAY_OUT)
