"""What the register is told of a party and its account, and whether it can be so. Values in, checked values out."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from fundapp.cases.rules.identity import (
    LONGEST_NAME,
    IdentityError,
    bank_account,
    credit_code,
    line_number,
    masked_account,
    masked_card,
    party_name,
    phone,
    resident_id,
)
from fundapp.cases.rules.numbers import RESUMPTION, CaseNumber, CaseNumberError, case_number, legacy_number
from fundapp.cases.rules.words import LABELS, AccountKind, PartyKind, PartyRole
from fundapp.core.errors import Attempt, RuleViolation
from fundapp.core.money import LARGEST, ZERO, Money, plain
from fundapp.core.words import N_

FIRST_ENFORCEMENT = "执"
REGISTERED_TYPES = frozenset({FIRST_ENFORCEMENT, RESUMPTION})
REVEALS_PER_DAY = 20
SHORTEST_REASON = 2


@dataclass(frozen=True)
class AccountFacts:
    """A bank account as told; the holder is written as the bank has it."""

    kind: AccountKind
    holder: str
    bank: str
    number: str
    line_number: str | None = None


@dataclass(frozen=True)
class PartyFacts:
    """A party as told. ``undertaking_on`` is the day a creditor signed the undertaking to return an advance."""

    role: PartyRole
    kind: PartyKind
    name: str
    identity: str
    phone: str | None = None
    account: AccountFacts | None = None
    undertaking_on: date | None = None


# ---- the case


def registered_number(text: str, *, court_code: str, today: date) -> CaseNumber:
    """Read the number under which a case enters this court's register.

    Raises:
        CaseNumberError: malformed, of another court, or of a type whose cases are not enforced for money here.
    """
    number = case_number(text, court_codes=None, today=today)
    if number.court_code != court_code:
        raise CaseNumberError(
            N_("案号中的法院代字是“%(court)s”，不是本院的“%(own)s”。请核对法院代字；其他法院的案件请由该院登记。"),
            kind="COURT",
            court=number.court_code,
            own=court_code,
        )
    if number.type_code not in REGISTERED_TYPES:
        raise CaseNumberError(
            N_("案号类型代字为“%(type)s”，本系统只登记“执”和“执恢”两类案件。请核对后填写执行案件的案号。"),
            kind="TYPE",
            type=number.type_code,
        )
    return number


def resumed_number(number: CaseNumber, text: str | None, legacy: str | None) -> CaseNumber | None:
    """Read the number of the case that ``number`` resumes; None for a first enforcement, or when the old one is legacy.

    Raises:
        RuleViolation: a resumed case names no earlier one, a first enforcement names one, or it is not a 执 case.
    """
    if not number.is_resumption:
        if text:
            raise RuleViolation("只有恢复执行（执恢）案件才填写原执行案号。请核对案号，或清空原执行案号。")
        return None
    if not text:
        if legacy:
            return None
        raise RuleViolation("恢复执行案件须填写所恢复的原执行案号；原案在2016年以前的，请填写旧案号。")
    earlier = case_number(text, court_codes=None)
    if earlier.type_code != FIRST_ENFORCEMENT or earlier.court_code != number.court_code:
        raise RuleViolation("原执行案号应为本院的“执”字案号。请对照恢复执行裁定书核对后重新填写。")
    return earlier


def old_number(text: str | None) -> str | None:
    """The case's number from before 2016, when it had one."""
    return legacy_number(text) if text and text.strip() else None


def check_filed_on(filed_on: date, number: CaseNumber, *, today: date) -> None:
    """A case is filed in the year of its number or, when received in December, in the next; never tomorrow."""
    check_past(N_("立案日期"), filed_on, today=today)
    if filed_on.year < number.year:
        raise RuleViolation("立案日期早于案号中的%(year)s年。请对照立案信息表核对立案日期和案号。", year=number.year)


def check_past(what: str, day: date | None, *, today: date) -> None:
    """Refuse a day that has not come yet. ``what`` is a marked msgid; it stands in the sentence as it is."""
    if day is not None and day > today:
        raise RuleViolation("%(what)s晚于今天（%(today)s）。请核对日期后重新填写。", what=what, today=today.isoformat())


def check_claim(claim: Money) -> None:
    """A claim is more than nothing and no more than the books can hold."""
    if claim <= ZERO:
        raise RuleViolation("执行标的应大于0元。请按执行依据确定的未履行金额填写。")
    if claim > LARGEST:
        raise RuleViolation("执行标的不能超过%(limit)s元。请核对金额后重新填写。", limit=plain(LARGEST))


def check_claim_kept(before: Money, after: Money, *, is_concluded_by_advance: bool) -> None:
    """What has been advanced on a claim, and is being recovered by it, does not change under the advance."""
    if is_concluded_by_advance and before != after:
        raise RuleViolation("本案已垫付结案，执行标的不能再修改。确有错误的，请先办理凭证冲销。")


def checked_reason(text: str) -> str:
    """The reason for an act, in words."""
    reason = " ".join(text.split())
    if len(reason) < SHORTEST_REASON:
        raise RuleViolation("请写明理由，至少%(least)s个字。", least=SHORTEST_REASON)
    return reason


def check_reveals(done_today: int) -> None:
    """Nobody reads the whole register number by number."""
    if done_today >= REVEALS_PER_DAY:
        raise RuleViolation(
            "您今天已查看%(limit)s次完整信息，已达每日上限。请明天再查看，或请审计人员协助。", limit=REVEALS_PER_DAY
        )


# ---- parties and accounts


def identity_of(kind: PartyKind, text: str, *, today: date) -> str:
    """The number that identifies a party: of persons the resident identity number, of organisations the credit code."""
    return resident_id(text, today=today) if kind is PartyKind.PERSON else credit_code(text)


def checked_party(facts: PartyFacts, *, today: date) -> PartyFacts:
    """The party in the form in which the register keeps it.

    Raises:
        RuleViolation: a name, number or day that cannot be right, an account in another's name, a debtor's undertaking.
    """
    name = party_name(facts.name)
    check_past(N_("承诺书签署日期"), facts.undertaking_on, today=today)
    if facts.undertaking_on is not None and facts.role is not PartyRole.CREDITOR:
        raise RuleViolation("承诺书由申请执行人签署，被执行人不填写签署日期。请清空该日期。")
    return replace(
        facts,
        name=name,
        identity=identity_of(facts.kind, facts.identity, today=today),
        phone=phone(facts.phone) if facts.phone and facts.phone.strip() else None,
        account=checked_account(facts.account, owner=name) if facts.account else None,
    )


def checked_account(facts: AccountFacts, *, owner: str) -> AccountFacts:
    """The account in the form in which the register keeps it.

    Raises:
        RuleViolation: no such number, or it is not the party's own: money is paid to nobody but the party.

    Source:
        关于执行款物管理工作的规定, 法发〔2017〕6号, art. 11.
    """
    holder = party_name(facts.holder)
    if holder != owner:
        raise RuleViolation(
            "收款账户户名与当事人姓名或名称不一致，不得登记。执行款只能付给当事人本人，请登记其本人名下的账户。"
        ).as_attempt(Attempt.WRONG_PAYEE)
    return AccountFacts(
        kind=facts.kind,
        holder=holder,
        bank=bank_name(facts.bank),
        number=bank_account(facts.number, facts.kind),
        line_number=line_number(facts.line_number) if facts.line_number and facts.line_number.strip() else None,
    )


def bank_name(text: str) -> str:
    """The bank and branch where an account is kept."""
    name = " ".join(text.split())
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise IdentityError(
            N_("开户银行应写明银行和网点，不超过%(longest)s个字。请对照银行卡或开户许可证填写。"), longest=LONGEST_NAME
        )
    return name


def check_parties(parties: Sequence[PartyFacts]) -> None:
    """Both sides are there, nobody twice and nobody on both; takes checked parties.

    Raises:
        RuleViolation: the first of these that does not hold.
    """
    for role in PartyRole:
        if not any(party.role is role for party in parties):
            raise RuleViolation("案件至少应有一名%(role)s。请补充登记后保存。", role=LABELS[role])
    identities = [party.identity for party in parties]
    if len(set(identities)) < len(identities):
        raise RuleViolation("同一当事人在本案中出现两次。请核对证件号码，每名当事人只登记一次。")


def masked_number(number: str, kind: AccountKind) -> str:
    """An account's number as lists show it."""
    return masked_card(number) if kind is AccountKind.CARD else masked_account(number)


def check_verifier(registered_by_id: int, actor_id: int) -> None:
    """Who wrote an account down does not confirm it."""
    if registered_by_id == actor_id:
        raise RuleViolation("登记收款账户的人员不能核实该账户。请由另一名财务人员电话核实。").as_attempt(
            Attempt.SELF_APPROVAL
        )
