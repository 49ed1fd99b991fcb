"""Who may do what: the roles, the permissions, the one table that joins them, and which roles exclude each other. Pure.

Source: Accounting Law art. 25 (separation of duties), 行政事业单位内部控制规范（试行） (incompatible posts).
"""

import enum
import re
from collections.abc import Iterable
from datetime import timedelta

from fundapp.core.errors import Attempt, RuleViolation
from fundapp.core.words import N_

SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 128
ATTEMPTS_BEFORE_LOCK = 5
LOCK_TIME = timedelta(minutes=15)
SIGN_IN_FAILED = N_("登录名或密码不正确，或账号暂不可用。请核对后重试；连续五次错误将暂停登录15分钟。")


class Role(enum.Enum):
    """Posts, not persons."""

    CASE_HANDLER = "case_handler"
    BUREAU_DIRECTOR = "bureau_director"
    FINANCE_CLERK = "finance_clerk"
    FINANCE_REVIEWER = "finance_reviewer"
    VICE_PRESIDENT = "vice_president"
    PRESIDENT = "president"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"
    SECURITY_ADMINISTRATOR = "security_administrator"


LABELS: dict[enum.Enum, str] = {
    Role.CASE_HANDLER: N_("承办人"),
    Role.BUREAU_DIRECTOR: N_("执行局长"),
    Role.FINANCE_CLERK: N_("财务经办"),
    Role.FINANCE_REVIEWER: N_("财务复核"),
    Role.VICE_PRESIDENT: N_("分管副院长"),
    Role.PRESIDENT: N_("院长"),
    Role.AUDITOR: N_("审计"),
    Role.ADMINISTRATOR: N_("系统管理员"),
    Role.SECURITY_ADMINISTRATOR: N_("安全管理员"),
}


class Permission(enum.Enum):
    """One kind of act or reading that a door asks for."""

    COURT_EDIT = "court.edit"
    USER_READ = "user.read"
    USER_CREATE = "user.create"
    ROLE_GRANT = "role.grant"
    TRAIL_READ = "trail.read"
    LEDGER_READ = "ledger.read"
    CORRECTION_REQUEST = "correction.request"
    CORRECTION_CONFIRM = "correction.confirm"
    OPENING_REQUEST = "opening.request"
    OPENING_CONFIRM = "opening.confirm"
    SOURCE_READ = "source.read"
    SOURCE_EDIT = "source.edit"
    RECEIPT_RECORD = "receipt.record"
    RECEIPT_CONFIRM = "receipt.confirm"
    CASE_READ = "case.read"
    CASE_EDIT = "case.edit"
    CASE_IMPORT = "case.import"
    PARTY_REVEAL = "party.reveal"
    ACCOUNT_VERIFY = "account.verify"
    TERMS_READ = "terms.read"
    TERMS_ISSUE = "terms.issue"
    ADVANCE_READ = "advance.read"
    ADVANCE_REQUEST = "advance.request"
    ADVANCE_SIGN = "advance.sign"
    BATCH_READ = "batch.read"
    BATCH_BUILD = "batch.build"
    BATCH_SIGN = "batch.sign"
    BATCH_RESULT = "batch.result"
    CASE_MONEY_READ = "case_money.read"
    CASE_MONEY_RECORD = "case_money.record"
    CASE_MONEY_CONFIRM = "case_money.confirm"
    PAYOUT_REQUEST = "payout.request"
    PAYOUT_APPROVE = "payout.approve"
    PAYOUT_PAY = "payout.pay"
    RECOVERY_READ = "recovery.read"
    RECOVERY_ALLOCATE = "recovery.allocate"
    CEREMONY_READ = "ceremony.read"
    CEREMONY_PLAN = "ceremony.plan"
    CEREMONY_FREEZE = "ceremony.freeze"
    CEREMONY_HAND_OVER = "ceremony.hand_over"
    CEREMONY_CLOSE = "ceremony.close"
    MONTH_CLOSE = "month.close"
    YEAR_CLOSE_REQUEST = "year.close_request"
    YEAR_CLOSE = "year.close"
    REOPENING_REQUEST = "reopening.request"
    REOPENING_AUDIT = "reopening.audit"
    REOPENING_APPROVE = "reopening.approve"
    AUDIT_EXPORT = "audit.export"
    AUDIT_EXPORT_UNMASKED = "audit.export_unmasked"
    IRREGULARITY_READ = "irregularity.read"
    BOUNDS_ISSUE = "bounds.issue"
    DOSSIER_READ = "dossier.read"
    SAMPLE_DRAW = "sample.draw"
    FINDING_READ = "finding.read"
    FINDING_RECORD = "finding.record"
    FINDING_ANSWER = "finding.answer"
    FINDING_PROVE = "finding.prove"
    FINDING_CLOSE = "finding.close"
    NOTE_WRITE = "note.write"
    ANCHOR_READ = "anchor.read"
    ANCHOR_HAND_OUT = "anchor.hand_out"
    BOOKS_VERIFY = "books.verify"
    OVERVIEW_READ = "overview.read"


LABELS |= {
    Permission.COURT_EDIT: N_("维护法院名录"),
    Permission.USER_READ: N_("查看用户"),
    Permission.USER_CREATE: N_("建立和停用账号"),
    Permission.ROLE_GRANT: N_("授予和收回角色"),
    Permission.TRAIL_READ: N_("查看操作留痕"),
    Permission.LEDGER_READ: N_("查看账簿"),
    Permission.CORRECTION_REQUEST: N_("申请更正凭证"),
    Permission.CORRECTION_CONFIRM: N_("复核更正凭证"),
    Permission.OPENING_REQUEST: N_("导入期初余额"),
    Permission.OPENING_CONFIRM: N_("复核期初余额"),
    Permission.SOURCE_READ: N_("查看资金来源"),
    Permission.SOURCE_EDIT: N_("登记资金来源"),
    Permission.RECEIPT_RECORD: N_("登记到账和退回"),
    Permission.RECEIPT_CONFIRM: N_("复核到账和退回"),
    Permission.CASE_READ: N_("查看案件"),
    Permission.CASE_EDIT: N_("登记和修改案件"),
    Permission.CASE_IMPORT: N_("批量导入案件"),
    Permission.PARTY_REVEAL: N_("查看当事人完整信息"),
    Permission.ACCOUNT_VERIFY: N_("核实收款账户"),
    Permission.TERMS_READ: N_("查看垫付条件"),
    Permission.TERMS_ISSUE: N_("发布垫付条件和审批限额"),
    Permission.ADVANCE_READ: N_("查看垫付申请"),
    Permission.ADVANCE_REQUEST: N_("提出垫付申请"),
    Permission.ADVANCE_SIGN: N_("审批垫付申请"),
    Permission.BATCH_READ: N_("查看发放批次"),
    Permission.BATCH_BUILD: N_("编制发放批次"),
    Permission.BATCH_SIGN: N_("复核签发发放批次"),
    Permission.BATCH_RESULT: N_("导出银行文件和导入回执"),
    Permission.CASE_MONEY_READ: N_("查看案款"),
    Permission.CASE_MONEY_RECORD: N_("登记案款到账"),
    Permission.CASE_MONEY_CONFIRM: N_("复核案款到账"),
    Permission.PAYOUT_REQUEST: N_("申请发放案款"),
    Permission.PAYOUT_APPROVE: N_("审批发放案款"),
    Permission.PAYOUT_PAY: N_("支付案款"),
    Permission.RECOVERY_READ: N_("查看追偿"),
    Permission.RECOVERY_ALLOCATE: N_("分配追偿收款"),
    Permission.CEREMONY_READ: N_("查看兑现大会"),
    Permission.CEREMONY_PLAN: N_("筹备兑现大会"),
    Permission.CEREMONY_FREEZE: N_("审定发放名单"),
    Permission.CEREMONY_HAND_OVER: N_("现场签到和发放"),
    Permission.CEREMONY_CLOSE: N_("核对并结束兑现大会"),
    Permission.MONTH_CLOSE: N_("月末结账"),
    Permission.YEAR_CLOSE_REQUEST: N_("申请年终结账"),
    Permission.YEAR_CLOSE: N_("批准年终结账"),
    Permission.REOPENING_REQUEST: N_("申请反结账"),
    Permission.REOPENING_AUDIT: N_("审计年度反结账"),
    Permission.REOPENING_APPROVE: N_("批准反结账"),
    Permission.AUDIT_EXPORT: N_("导出年度审计包"),
    Permission.AUDIT_EXPORT_UNMASKED: N_("导出含完整个人信息的审计包"),
    Permission.IRREGULARITY_READ: N_("查看疑点清单"),
    Permission.BOUNDS_ISSUE: N_("发布疑点关注线"),
    Permission.DOSSIER_READ: N_("查阅垫付卷宗"),
    Permission.SAMPLE_DRAW: N_("抽取审计样本"),
    Permission.FINDING_READ: N_("查看审计整改"),
    Permission.FINDING_RECORD: N_("提出审计问题"),
    Permission.FINDING_ANSWER: N_("确定整改措施"),
    Permission.FINDING_PROVE: N_("提交整改证据"),
    Permission.FINDING_CLOSE: N_("审核整改并销号"),
    Permission.NOTE_WRITE: N_("撰写审计笔记"),
    Permission.ANCHOR_READ: N_("查看存证单"),
    Permission.ANCHOR_HAND_OUT: N_("交付存证单"),
    Permission.BOOKS_VERIFY: N_("启动核验"),
    Permission.OVERVIEW_READ: N_("查看资金总览"),
}

GROUPS: list[tuple[str, tuple[Permission, ...]]] = [
    (
        N_("案件和当事人"),
        (
            Permission.CASE_READ,
            Permission.CASE_EDIT,
            Permission.CASE_IMPORT,
            Permission.PARTY_REVEAL,
            Permission.ACCOUNT_VERIFY,
        ),
    ),
    (
        N_("垫付申请和审批"),
        (
            Permission.TERMS_READ,
            Permission.TERMS_ISSUE,
            Permission.ADVANCE_READ,
            Permission.ADVANCE_REQUEST,
            Permission.ADVANCE_SIGN,
        ),
    ),
    (
        N_("资金来源"),
        (
            Permission.SOURCE_READ,
            Permission.SOURCE_EDIT,
            Permission.RECEIPT_RECORD,
            Permission.RECEIPT_CONFIRM,
        ),
    ),
    (
        N_("发放批次"),
        (Permission.BATCH_READ, Permission.BATCH_BUILD, Permission.BATCH_SIGN, Permission.BATCH_RESULT),
    ),
    (
        N_("案款和追偿"),
        (
            Permission.CASE_MONEY_READ,
            Permission.CASE_MONEY_RECORD,
            Permission.CASE_MONEY_CONFIRM,
            Permission.PAYOUT_REQUEST,
            Permission.PAYOUT_APPROVE,
            Permission.PAYOUT_PAY,
            Permission.RECOVERY_READ,
            Permission.RECOVERY_ALLOCATE,
        ),
    ),
    (
        N_("兑现大会"),
        (
            Permission.CEREMONY_READ,
            Permission.CEREMONY_PLAN,
            Permission.CEREMONY_FREEZE,
            Permission.CEREMONY_HAND_OVER,
            Permission.CEREMONY_CLOSE,
        ),
    ),
    (
        N_("账簿和审计"),
        (
            Permission.OVERVIEW_READ,
            Permission.LEDGER_READ,
            Permission.CORRECTION_REQUEST,
            Permission.CORRECTION_CONFIRM,
            Permission.OPENING_REQUEST,
            Permission.OPENING_CONFIRM,
            Permission.MONTH_CLOSE,
            Permission.YEAR_CLOSE_REQUEST,
            Permission.YEAR_CLOSE,
            Permission.REOPENING_REQUEST,
            Permission.REOPENING_AUDIT,
            Permission.REOPENING_APPROVE,
            Permission.AUDIT_EXPORT,
            Permission.AUDIT_EXPORT_UNMASKED,
            Permission.IRREGULARITY_READ,
            Permission.BOUNDS_ISSUE,
            Permission.DOSSIER_READ,
            Permission.SAMPLE_DRAW,
            Permission.FINDING_READ,
            Permission.FINDING_RECORD,
            Permission.FINDING_ANSWER,
            Permission.FINDING_PROVE,
            Permission.FINDING_CLOSE,
            Permission.NOTE_WRITE,
            Permission.ANCHOR_READ,
            Permission.ANCHOR_HAND_OUT,
            Permission.BOOKS_VERIFY,
            Permission.TRAIL_READ,
        ),
    ),
    (
        N_("系统管理"),
        (Permission.USER_READ, Permission.USER_CREATE, Permission.ROLE_GRANT, Permission.COURT_EDIT),
    ),
]
"""The permissions in the order in which a person reads them; every one stands in exactly one group."""

_H, _D, _FC, _FR = Role.CASE_HANDLER, Role.BUREAU_DIRECTOR, Role.FINANCE_CLERK, Role.FINANCE_REVIEWER
_VP, _P, _AU, _AD, _SA = (
    Role.VICE_PRESIDENT,
    Role.PRESIDENT,
    Role.AUDITOR,
    Role.ADMINISTRATOR,
    Role.SECURITY_ADMINISTRATOR,
)
_FUND = (_H, _D, _FC, _FR, _VP, _P, _AU)
_FINANCE_EYES = (_D, _FC, _FR, _VP, _P, _AU)

MATRIX: dict[Permission, frozenset[Role]] = {
    permission: frozenset(roles)
    for permission, roles in {
        Permission.COURT_EDIT: (_AD,),
        Permission.USER_READ: (_AD, _SA, _P, _AU),
        Permission.USER_CREATE: (_AD,),
        Permission.ROLE_GRANT: (_SA,),
        Permission.TRAIL_READ: (_P, _AU),
        Permission.LEDGER_READ: _FINANCE_EYES,
        Permission.CORRECTION_REQUEST: (_FC,),
        Permission.CORRECTION_CONFIRM: (_FR,),
        Permission.OPENING_REQUEST: (_FC,),
        Permission.OPENING_CONFIRM: (_FR,),
        Permission.SOURCE_READ: _FINANCE_EYES,
        Permission.SOURCE_EDIT: (_FC,),
        Permission.RECEIPT_RECORD: (_FC,),
        Permission.RECEIPT_CONFIRM: (_FR,),
        Permission.CASE_READ: _FUND,
        Permission.CASE_EDIT: (_H,),
        Permission.CASE_IMPORT: (_H,),
        Permission.PARTY_REVEAL: (_H, _FC, _AU),
        Permission.ACCOUNT_VERIFY: (_FC,),
        Permission.TERMS_READ: _FUND,
        Permission.TERMS_ISSUE: (_P,),
        Permission.ADVANCE_READ: _FUND,
        Permission.ADVANCE_REQUEST: (_H,),
        Permission.ADVANCE_SIGN: (_D, _FR, _VP, _P),
        Permission.BATCH_READ: _FINANCE_EYES,
        Permission.BATCH_BUILD: (_FC,),
        Permission.BATCH_SIGN: (_FR,),
        Permission.BATCH_RESULT: (_FC,),
        Permission.CASE_MONEY_READ: _FUND,
        Permission.CASE_MONEY_RECORD: (_FC,),
        Permission.CASE_MONEY_CONFIRM: (_FR,),
        Permission.PAYOUT_REQUEST: (_H,),
        Permission.PAYOUT_APPROVE: (_D,),
        Permission.PAYOUT_PAY: (_FR,),
        Permission.RECOVERY_READ: _FUND,
        Permission.RECOVERY_ALLOCATE: (_FR,),
        Permission.CEREMONY_READ: _FUND,
        Permission.CEREMONY_PLAN: (_FC,),
        Permission.CEREMONY_FREEZE: (_VP,),
        Permission.CEREMONY_HAND_OVER: (_H, _FC),
        Permission.CEREMONY_CLOSE: (_FR,),
        Permission.MONTH_CLOSE: (_FR,),
        Permission.YEAR_CLOSE_REQUEST: (_FR,),
        Permission.YEAR_CLOSE: (_P,),
        Permission.REOPENING_REQUEST: (_FR,),
        Permission.REOPENING_AUDIT: (_AU,),
        Permission.REOPENING_APPROVE: (_P,),
        Permission.AUDIT_EXPORT: (_FR, _AU),
        Permission.AUDIT_EXPORT_UNMASKED: (_AU,),
        Permission.IRREGULARITY_READ: (_VP, _P, _AU),
        Permission.BOUNDS_ISSUE: (_P,),
        Permission.DOSSIER_READ: (_D, _FR, _VP, _P, _AU),
        Permission.SAMPLE_DRAW: (_AU,),
        Permission.FINDING_READ: _FUND,
        Permission.FINDING_RECORD: (_AU,),
        Permission.FINDING_ANSWER: (_D, _FR, _VP, _P),
        Permission.FINDING_PROVE: (_H, _D, _FC, _FR, _VP, _P),
        Permission.FINDING_CLOSE: (_AU,),
        Permission.NOTE_WRITE: (_AU,),
        Permission.ANCHOR_READ: (_P, _AU),
        Permission.ANCHOR_HAND_OUT: (_AU,),
        Permission.BOOKS_VERIFY: (_AU,),
        Permission.OVERVIEW_READ: _FUND,
    }.items()
}

READS_LOWER_COURTS = frozenset({_D, _VP, _P, _AU})
"""Roles that, in a superior court, also read the courts under it; they act only in their own."""

_ALONE = (_AD, _SA, _AU)
_LEADERS = (_D, _VP, _P)
_BUREAU = (_H, _D)
_FINANCE = (_FC, _FR)


def clash(first: Role, second: Role) -> bool:
    """Whether one person may not hold both roles: S1, S2 and S3 of the separation of duties."""
    if first is second:
        return False
    pair = {first, second}
    return (
        bool(pair & set(_ALONE))
        or pair <= set(_LEADERS)
        or pair <= set(_FINANCE)
        or (bool(pair & set(_BUREAU)) and bool(pair & set(_FINANCE)))
    )


def excluded_by(role: Role) -> list[Role]:
    """The roles that nobody may hold beside this one."""
    return [other for other in Role if clash(role, other)]


def check_compatible(held: Iterable[Role], wanted: Role) -> None:
    """Refuse a role that one of the held ones excludes."""
    for role in held:
        if clash(role, wanted):
            raise RuleViolation(
                "“%(wanted)s”与该用户已有的“%(held)s”属于不相容岗位，不能由一人担任；请先收回原角色，或另行指定人员。",
                wanted=LABELS[wanted],
                held=LABELS[role],
            )


def check_not_self(user_id: int, actor_id: int) -> None:
    if user_id == actor_id:
        raise RuleViolation("不能变更本人的账号或角色，请由其他管理员办理。").as_attempt(Attempt.SELF_APPROVAL)


def check_acts_here(actor_court: str, court_code: str) -> None:
    """One acts only in one's own court; reading lower courts gives no right to act there."""
    if actor_court != court_code:
        raise RuleViolation("只能办理本院的事项，本记录属于其他法院，请由该院人员办理。").as_attempt(
            Attempt.OTHER_COURT
        )


_USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,39}")


def check_username(username: str) -> None:
    if not _USERNAME.fullmatch(username):
        raise RuleViolation("登录名须为2至40位小写字母、数字、点、横线或下划线，例如 zhang.san。")


def check_password(password: str, username: str) -> None:
    """At least 12 characters and three of four classes (等保 default), and not the user's own name."""
    variety = sum(
        (
            any(sign.islower() for sign in password),
            any(sign.isupper() for sign in password),
            any(sign.isdigit() for sign in password),
            any(not sign.isalnum() for sign in password),
        )
    )
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD or variety < 3:
        raise RuleViolation("密码须为12至128位，并含大写字母、小写字母、数字、符号中的至少三类，请重新设置。")
    if username in password.lower():
        raise RuleViolation("密码不能包含登录名，请重新设置。")


def role_named(word: str) -> Role:
    """The role of a word in an address or a command."""
    try:
        return Role(word)
    except ValueError:
        known = "、".join(role.value for role in Role)
        raise RuleViolation(
            "没有名为“%(word)s”的角色，可用的角色有：%(known)s。", word=word[:40], known=known
        ) from None
