"""Words, moves and checks of ceremonies: pure.

Source:
    法发〔2017〕6号 arts. 9 and 12: at least two staff where cash changes hands, and a receipt; an approval before every
    payout; an agent receives only under a special power of attorney.
"""

import enum
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from fundapp.core.digests import digest_of
from fundapp.core.errors import Attempt, RuleViolation
from fundapp.core.money import Money, plain, to_fen
from fundapp.core.words import N_


class CeremonyStatus(enum.Enum):
    """The life of a ceremony."""

    PLANNED = "planned"
    FROZEN = "frozen"
    OPEN = "open"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class LineSource(enum.Enum):
    """Which money a line hands out."""

    ADVANCE = "advance"
    CASE_MONEY = "case_money"


class Method(enum.Enum):
    """How it is handed over."""

    TRANSFER = "transfer"
    CASH = "cash"


class PayeeStatus(enum.Enum):
    """What became of one payee's line."""

    LISTED = "listed"
    SIGNED_IN = "signed_in"
    PAID = "paid"
    ABSENT = "absent"


class WitnessCapacity(enum.Enum):
    """As what a witness was invited."""

    CONGRESS_DEPUTY = "congress_deputy"
    CONSULTATIVE_MEMBER = "consultative_member"
    MEDIA = "media"
    OTHER = "other"


LABELS: dict[enum.Enum, str] = {
    CeremonyStatus.PLANNED: N_("筹备中"),
    CeremonyStatus.FROZEN: N_("名单已审定"),
    CeremonyStatus.OPEN: N_("进行中"),
    CeremonyStatus.CLOSED: N_("已结束"),
    CeremonyStatus.CANCELLED: N_("已取消"),
    LineSource.ADVANCE: N_("垫付资金"),
    LineSource.CASE_MONEY: N_("案款"),
    Method.TRANSFER: N_("转账"),
    Method.CASH: N_("现金"),
    PayeeStatus.LISTED: N_("未签到"),
    PayeeStatus.SIGNED_IN: N_("已签到"),
    PayeeStatus.PAID: N_("已发放"),
    PayeeStatus.ABSENT: N_("未领取"),
    WitnessCapacity.CONGRESS_DEPUTY: N_("人大代表"),
    WitnessCapacity.CONSULTATIVE_MEMBER: N_("政协委员"),
    WitnessCapacity.MEDIA: N_("新闻媒体"),
    WitnessCapacity.OTHER: N_("其他见证人"),
}

NEXT: dict[CeremonyStatus, frozenset[CeremonyStatus]] = {
    CeremonyStatus.PLANNED: frozenset({CeremonyStatus.FROZEN, CeremonyStatus.CANCELLED}),
    CeremonyStatus.FROZEN: frozenset({CeremonyStatus.OPEN, CeremonyStatus.CANCELLED}),
    CeremonyStatus.OPEN: frozenset({CeremonyStatus.CLOSED}),
    CeremonyStatus.CLOSED: frozenset(),
    CeremonyStatus.CANCELLED: frozenset(),
}

NEXT_OF_LINE: dict[PayeeStatus, frozenset[PayeeStatus]] = {
    PayeeStatus.LISTED: frozenset({PayeeStatus.SIGNED_IN, PayeeStatus.ABSENT}),
    PayeeStatus.SIGNED_IN: frozenset({PayeeStatus.PAID, PayeeStatus.ABSENT}),
    PayeeStatus.PAID: frozenset(),
    PayeeStatus.ABSENT: frozenset(),
}


@dataclass(frozen=True)
class Listed:
    """One line of a list as its digest covers it; ``record`` is the advance's or the payout's subject."""

    sequence: int
    record: str
    payee: str
    amount: Money
    method: Method


@dataclass(frozen=True)
class CashCount:
    """The cash of one kind of money at a ceremony: drawn from the bank, handed to payees, given back to the bank."""

    source: LineSource
    drawn: Money
    delivered: Money
    returned: Money


def check_move(current: CeremonyStatus, target: CeremonyStatus) -> None:
    """Refuse a step the ceremony cannot take from where it is."""
    if target not in NEXT[current]:
        raise RuleViolation(
            "兑现大会当前为“%(current)s”，不能改为“%(target)s”，请刷新页面查看最新状态后再办理。",
            current=LABELS[current],
            target=LABELS[target],
        )


def check_line_move(current: PayeeStatus, target: PayeeStatus) -> None:
    """Refuse what cannot happen to a payee's line; the two mistakes made on the day have sentences of their own."""
    if target in NEXT_OF_LINE[current]:
        return
    if current is PayeeStatus.PAID:
        raise RuleViolation("这一笔已经发放，不能重复办理，请返回现场页面核对发放记录。")
    if target is PayeeStatus.PAID and current is PayeeStatus.LISTED:
        raise RuleViolation("领款人尚未签到，不能发放；请先核对身份并办理签到。")
    raise RuleViolation(
        "这一行当前为“%(current)s”，不能改为“%(target)s”，请返回现场页面查看最新状态。",
        current=LABELS[current],
        target=LABELS[target],
    )


def check_list_open(status: CeremonyStatus) -> None:
    """Ceremony and list change only while planned; what the vice president has seen stays as it was seen."""
    if status is not CeremonyStatus.PLANNED:
        raise RuleViolation(
            "大会当前为“%(status)s”，名单和安排不能再修改；新增的领款人请列入下一次兑现大会。", status=LABELS[status]
        )


def check_day_open(status: CeremonyStatus) -> None:
    """Payees are dealt with, and witnesses recorded, on the day."""
    if status is not CeremonyStatus.OPEN:
        raise RuleViolation(
            "大会当前为“%(status)s”，只有进行中的大会才能办理现场事项；请先由财务经办人员开始大会。",
            status=LABELS[status],
        )


def check_held_on(held_on: date, today: date) -> None:
    """A ceremony is planned for today or later."""
    if held_on < today:
        raise RuleViolation("举行日期%(day)s已经过去，请填写今天或以后的日期。", day=held_on.isoformat())


def check_not_early(held_on: date, today: date) -> None:
    """No cash leaves the bank before the planned day."""
    if today < held_on:
        raise RuleViolation(
            "大会定于%(day)s举行，当天及以后才能开始；如需提前，请取消后重新筹备。", day=held_on.isoformat()
        )


def check_no_other_open(name: str | None) -> None:
    """One open ceremony per court: its cash is accounted for before more is drawn (I18).

    Args:
        name: that of the court's ceremony which is still open, if there is one.
    """
    if name is not None:
        raise RuleViolation("本院的“%(name)s”尚未结束，请先核对现金并结束该大会，再开始新的大会。", name=name)


def check_not_empty(lines: int) -> None:
    if lines == 0:
        raise RuleViolation("名单为空，请先从已批准的垫付和案款中加入领款人。")


def check_chosen(lines: int) -> None:
    if lines == 0:
        raise RuleViolation("尚未选择领款人，请勾选要列入名单的垫付或案款。")


def check_freezer(planned_by_id: int, actor_id: int) -> None:
    """Who planned the list does not freeze it."""
    if planned_by_id == actor_id:
        raise RuleViolation("筹备人不能审定自己筹备的名单，请由其他有权人员审定。").as_attempt(Attempt.SELF_APPROVAL)


def check_closer(planned_by_id: int, actor_id: int) -> None:
    """Who planned the ceremony, and drew its cash, does not count what is left of it."""
    if planned_by_id == actor_id:
        raise RuleViolation("筹备人不能结束自己筹备的大会，请由财务复核人员核对现金后结束。").as_attempt(
            Attempt.SELF_APPROVAL
        )


def check_unchanged(frozen: str | None, now: str) -> None:
    """The list that is paid from is the one that was frozen."""
    if frozen != now:
        raise RuleViolation("名单内容与审定时不一致，不能开始发放；请立即停止办理并通知审计人员核查。").as_attempt(
            Attempt.CHANGED_AFTERWARDS
        )


def check_agent(agent: str | None, authority_number: str | None) -> None:
    """An agent receives money only under a special power of attorney 特别授权委托书, kept by its number."""
    if agent and not authority_number:
        raise RuleViolation("代理人领款须有特别授权，请填写特别授权委托书编号。")
    if authority_number and not agent:
        raise RuleViolation("已填写委托书编号，请一并填写代理人姓名；本人领取的请清空委托书编号。")


def check_staff(*, first_id: int, second_id: int, first_may: bool, second_may: bool) -> None:
    """Money changes hands before two different staff, both of whom may hand it over."""
    if first_id == second_id:
        raise RuleViolation("现场发放须由两名工作人员共同办理，请选择另一名在场人员。").as_attempt(
            Attempt.SELF_APPROVAL
        )
    if not first_may:
        raise RuleViolation("您没有现场发放的权限，请由承办人或财务经办人员办理。")
    if not second_may:
        raise RuleViolation("所选的另一名人员没有现场发放的权限或已停用，请选择在场的承办人或财务经办人员。")


def check_reference(method: Method, reference: str) -> None:
    """Each line names the paper or the bank's record that proves it."""
    if reference:
        return
    if method is Method.CASH:
        raise RuleViolation("请填写领款人签名的收据编号。")
    raise RuleViolation("请填写银行转账流水号；尚未转账成功的，请待银行确认后再办理。")


def check_reference_new(method: Method, reference: str, used_in: str | None) -> None:
    """One signed receipt, and one line of the bank's statement, proves one payment.

    Args:
        used_in: the name of the ceremony at which the court used this reference before.
    """
    if used_in is None:
        return
    if method is Method.CASH:
        raise RuleViolation(
            "收据编号%(number)s已在“%(used_in)s”使用，请核对领款人签名的收据，填写其编号。",
            number=reference,
            used_in=used_in,
        )
    raise RuleViolation(
        "银行流水号%(number)s已在“%(used_in)s”使用，请核对网上银行，填写本笔转账的流水号。",
        number=reference,
        used_in=used_in,
    )


def check_all_done(waiting: int) -> None:
    """Every payee was paid or marked absent before the ceremony ends."""
    if waiting:
        raise RuleViolation(
            "还有%(waiting)s笔既未发放也未标记未领取，请在现场页面逐笔办理后再结束大会。", waiting=waiting
        )


def check_witnessed(witnesses: int) -> None:
    if witnesses == 0:
        raise RuleViolation("尚未登记见证人，请至少登记一名见证人后再结束大会。")


def check_cash(count: CashCount) -> None:
    """Cash drawn is what was delivered and what goes back, to the fen, for each kind of money apart (I18, T9)."""
    missing = to_fen(count.drawn) - to_fen(count.delivered) - to_fen(count.returned)
    if missing == 0:
        return
    told: dict[str, str | int] = {
        "source": LABELS[count.source],
        "fen": abs(missing),
        "drawn": plain(count.drawn),
        "delivered": plain(count.delivered),
        "returned": plain(count.returned),
    }
    if missing > 0:
        raise RuleViolation(
            "%(source)s现金少%(fen)s分：提取%(drawn)s元，发放%(delivered)s元，交回%(returned)s元。"
            "请重新清点并核对收据，差额补足后再结束大会。",
            **told,
        )
    raise RuleViolation(
        "%(source)s现金多%(fen)s分：提取%(drawn)s元，发放%(delivered)s元，交回%(returned)s元。"
        "请重新清点，并核对是否有领款人未领足，查清后再结束大会。",
        **told,
    )


def list_digest(ceremony: str, lines: Iterable[Listed]) -> str:
    """The digest of a list as it was frozen."""
    return digest_of((ceremony, *_parts(lines)))


def _parts(lines: Iterable[Listed]) -> Iterable[str]:
    for line in lines:
        yield from (str(line.sequence), line.record, line.payee, str(to_fen(line.amount)), line.method.value)
