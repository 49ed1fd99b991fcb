"""The words of the register: who a party is, where a case stands, what the claim is for; the moves of a status."""

from enum import Enum

from fundapp.core.errors import RuleViolation
from fundapp.core.words import N_


class PartyRole(Enum):
    """On which side of the judgment a party stands."""

    CREDITOR = "creditor"
    DEBTOR = "debtor"


class PartyKind(Enum):
    """What decides which identity number a party has, and whether its name is masked."""

    PERSON = "person"
    ORGANISATION = "organisation"


class AccountKind(Enum):
    """What a bank account is kept as; only a card's number carries a check digit."""

    CARD = "card"
    PASSBOOK = "passbook"
    COMPANY = "company"


class CaseStatus(Enum):
    """The statutory status of an enforcement case: running, or closed in one of six ways.

    Source:
        最高人民法院关于人民法院执行工作若干问题的规定（试行）, as amended 2020, art. 64. "Concluded by advance
        payment" is not one of its closings and therefore not here.
    """

    IN_PROGRESS = "in_progress"
    FULLY_ENFORCED = "fully_enforced"
    CLOSED_NO_ASSETS = "closed_no_assets"
    TERMINATED = "terminated"
    CANCELLED = "cancelled"
    NOT_ENFORCED = "not_enforced"
    DISMISSED = "dismissed"


class ClaimCategory(Enum):
    """What the money is owed for; the payout ceremonies and the statistics group by it."""

    WAGES = "wages"
    MAINTENANCE = "maintenance"
    MEDICAL = "medical"
    TRAFFIC = "traffic"
    INJURY = "injury"
    LOAN = "loan"
    SALE = "sale"
    FINANCE = "finance"
    ENTERPRISE = "enterprise"
    OTHER = "other"


LABELS: dict[Enum, str] = {
    PartyRole.CREDITOR: N_("申请执行人"),
    PartyRole.DEBTOR: N_("被执行人"),
    PartyKind.PERSON: N_("自然人"),
    PartyKind.ORGANISATION: N_("单位"),
    AccountKind.CARD: N_("银行卡"),
    AccountKind.PASSBOOK: N_("存折"),
    AccountKind.COMPANY: N_("单位账户"),
    CaseStatus.IN_PROGRESS: N_("执行中"),
    CaseStatus.FULLY_ENFORCED: N_("执行完毕"),
    CaseStatus.CLOSED_NO_ASSETS: N_("终结本次执行程序"),
    CaseStatus.TERMINATED: N_("终结执行"),
    CaseStatus.CANCELLED: N_("销案"),
    CaseStatus.NOT_ENFORCED: N_("不予执行"),
    CaseStatus.DISMISSED: N_("驳回申请"),
    ClaimCategory.WAGES: N_("劳动报酬"),
    ClaimCategory.MAINTENANCE: N_("赡养费、抚养费、扶养费"),
    ClaimCategory.MEDICAL: N_("医疗费用"),
    ClaimCategory.TRAFFIC: N_("交通事故赔偿"),
    ClaimCategory.INJURY: N_("人身损害赔偿"),
    ClaimCategory.LOAN: N_("民间借贷"),
    ClaimCategory.SALE: N_("买卖合同"),
    ClaimCategory.FINANCE: N_("金融借款"),
    ClaimCategory.ENTERPRISE: N_("涉企案件"),
    ClaimCategory.OTHER: N_("其他"),
}

# 民生案件: the claims people live on, which every notice on enforcement puts first.
LIVELIHOOD = frozenset(
    {
        ClaimCategory.WAGES,
        ClaimCategory.MAINTENANCE,
        ClaimCategory.MEDICAL,
        ClaimCategory.TRAFFIC,
        ClaimCategory.INJURY,
    }
)

CLOSINGS = frozenset(CaseStatus) - {CaseStatus.IN_PROGRESS}

# 恢复执行 is open where the closing left the claim alive: when assets are found after 终结本次执行程序, and when the
# ground of 终结执行 falls away or the creditor applies again in time (执行立案、结案意见, 法发〔2014〕26号, art. 6).
NEXT: dict[CaseStatus, frozenset[CaseStatus]] = {
    CaseStatus.IN_PROGRESS: CLOSINGS,
    CaseStatus.FULLY_ENFORCED: frozenset(),
    CaseStatus.CLOSED_NO_ASSETS: frozenset({CaseStatus.IN_PROGRESS}),
    CaseStatus.TERMINATED: frozenset({CaseStatus.IN_PROGRESS}),
    CaseStatus.CANCELLED: frozenset(),
    CaseStatus.NOT_ENFORCED: frozenset(),
    CaseStatus.DISMISSED: frozenset(),
}


def check_move(current: CaseStatus, target: CaseStatus, *, resumption: bool = False) -> None:
    """Refuse a step the case cannot take from where it is.

    Args:
        resumption: the step is made by a decision to resume enforcement (恢复执行); nothing else reopens a case.
    """
    if target not in NEXT[current]:
        raise RuleViolation(
            "案件当前为“%(current)s”，不能改为“%(target)s”。请核对案件状态；确有新的执行依据的，请另行登记案件。",
            current=LABELS[current],
            target=LABELS[target],
        )
    if target is CaseStatus.IN_PROGRESS and not resumption:
        raise RuleViolation(
            "案件当前为“%(current)s”，只能经恢复执行改为“执行中”。请办理恢复执行。", current=LABELS[current]
        )
