"""The site's navigation: which pages there are, in which order, and who sees which."""

from dataclasses import dataclass
from typing import Any

from flask import current_app, g, request, url_for
from flask_babel import gettext

from fundapp.core.words import N_
from fundapp.users.rules import Permission


@dataclass(frozen=True)
class Link:
    """One entry of the navigation."""

    text: str
    url: str
    active: bool


@dataclass(frozen=True)
class Group:
    """Entries that belong together."""

    title: str
    links: list[Link]


PAGES: list[tuple[str, list[tuple[str, str, Permission | None]]]] = [
    (
        N_("总览"),
        [
            (N_("资金总览"), "oversight.index", None),
            (N_("操作留痕"), "oversight.trail", Permission.TRAIL_READ),
        ],
    ),
    (
        N_("案件与垫付"),
        [
            (N_("执行案件"), "cases.index", Permission.CASE_READ),
            (N_("导入案件"), "cases.import_file", Permission.CASE_IMPORT),
            (N_("垫付申请"), "advances.index", Permission.ADVANCE_READ),
            (N_("垫付条件"), "eligibility.index", Permission.TERMS_READ),
            (N_("审批限额"), "approvals.index", Permission.TERMS_READ),
        ],
    ),
    (
        N_("资金收付"),
        [
            (N_("资金来源"), "funding.index", Permission.SOURCE_READ),
            (N_("到账登记"), "funding.receipts", Permission.SOURCE_READ),
            (N_("发放批次"), "disbursement.index", Permission.BATCH_READ),
            (N_("银行回执"), "disbursement.results", Permission.BATCH_READ),
            (N_("案款到账"), "custody.receipts", Permission.CASE_MONEY_READ),
            (N_("案款发放"), "custody.payouts", Permission.CASE_MONEY_READ),
            (N_("追偿"), "recovery.index", Permission.RECOVERY_READ),
            (N_("兑现大会"), "ceremonies.index", Permission.CEREMONY_READ),
        ],
    ),
    (
        N_("账簿"),
        [
            (N_("序时账"), "ledger.index", Permission.LEDGER_READ),
            (N_("日记账"), "ledger.journal", Permission.LEDGER_READ),
            (N_("总分类账"), "ledger.general", Permission.LEDGER_READ),
            (N_("明细账"), "ledger.accounts", Permission.LEDGER_READ),
            (N_("试算平衡表"), "ledger.trial_balance", Permission.LEDGER_READ),
            (N_("凭证装订"), "ledger.binding", Permission.LEDGER_READ),
            (N_("更正申请"), "ledger.corrections", Permission.LEDGER_READ),
            (N_("期初余额"), "openings.index", Permission.LEDGER_READ),
            (N_("结账"), "yearend.index", Permission.LEDGER_READ),
            (N_("年度报表"), "yearend.statements", Permission.LEDGER_READ),
        ],
    ),
    (
        N_("审计监督"),
        [
            (N_("审计包"), "yearend.packages", Permission.AUDIT_EXPORT),
            (N_("疑点清单"), "irregularities.index", Permission.IRREGULARITY_READ),
            (N_("疑点关注线"), "irregularities.bounds", Permission.IRREGULARITY_READ),
            (N_("垫付卷宗"), "auditing.dossiers", Permission.DOSSIER_READ),
            (N_("审计抽样"), "auditing.samples", Permission.SAMPLE_DRAW),
            (N_("审计整改"), "auditing.findings", Permission.FINDING_READ),
            (N_("审计笔记"), "auditing.notes", Permission.NOTE_WRITE),
            (N_("存证单"), "oversight.anchors", Permission.ANCHOR_READ),
            (N_("核验记录"), "oversight.verifications", Permission.LEDGER_READ),
        ],
    ),
    (
        N_("系统管理"),
        [
            (N_("用户"), "users.index", Permission.USER_READ),
            (N_("岗位与权限"), "users.roles", None),
            (N_("法院名录"), "courts.index", None),
        ],
    ),
]


RECORDS: dict[str, tuple[str, str]] = {
    "advance": ("advances.show", "advance_id"),
    "anchor-sheet": ("oversight.anchor", "sheet_id"),
    "assessment": ("eligibility.show", "assessment_id"),
    "audit-package": ("yearend.show", "package_id"),
    "batch": ("disbursement.show", "batch_id"),
    "case": ("cases.show", "case_id"),
    "case-import": ("cases.import_result", "import_id"),
    "case-receipt": ("custody.receipt", "receipt_id"),
    "ceremony": ("ceremonies.show", "ceremony_id"),
    "exception-bounds": ("irregularities.issued", "bounds_id"),
    "finding": ("auditing.finding", "finding_id"),
    "fund-receipt": ("funding.receipt", "receipt_id"),
    "ladder": ("approvals.show", "ladder_id"),
    "opening": ("openings.show", "opening_id"),
    "payout": ("custody.payout", "payout_id"),
    "result-file": ("disbursement.result", "file_id"),
    "sample": ("auditing.sample", "sample_id"),
    "source": ("funding.show", "source_id"),
    "terms": ("eligibility.terms", "terms_id"),
    "user": ("users.show", "user_id"),
    "voucher": ("ledger.voucher", "voucher_id"),
}
"""Where a record can be looked at: by the kind of its subject, the page and what the page calls its number."""


def address_of(subject: str) -> str | None:
    """The page of the record that the trail names so, if it has one that the signed-in user may open."""
    kind, _, number = subject.partition(":")
    if kind not in RECORDS or not number.isdecimal():
        return None
    endpoint, name = RECORDS[kind]
    if not any(g.user.may(permission) for permission in vars(current_app.view_functions[endpoint])["door"]):
        return None
    found: dict[str, Any] = {name: int(number)}
    return url_for(endpoint, **found)


def navigation() -> list[Group]:
    """The groups and links that the user may open; the active one is the page's own, or the list that it hangs on."""
    user = g.get("user")
    if user is None:
        return []
    here = _section()
    groups = [
        Group(
            gettext(title),
            [
                Link(gettext(text), url_for(endpoint), endpoint == here)
                for text, endpoint, asked in pages
                if _open(asked)
            ],
        )
        for title, pages in PAGES
    ]
    return [group for group in groups if group.links]


def _open(permission: Permission | None) -> bool:
    return permission is None or g.user.may(permission)


def _section() -> str | None:
    """The entry under which the present page stands: the longest address above it, else its feature's first."""
    endpoints = [endpoint for _, pages in PAGES for _, endpoint, _ in pages]
    if request.endpoint in endpoints or request.endpoint in OUTSIDE:
        return request.endpoint
    above = {url_for(endpoint).rstrip("/"): endpoint for endpoint in endpoints}
    path = f"{request.script_root}{request.path}"
    found = [address for address in above if address and path.startswith(f"{address}/")]
    if found:
        return above[max(found, key=len)]
    return next((endpoint for endpoint in endpoints if endpoint.partition(".")[0] == request.blueprint), None)


OUTSIDE = {"users.password", "users.sign_in"}
"""Pages of a person's own, which stand under no list."""
