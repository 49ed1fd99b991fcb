"""I23: the auditor reads everything of his courts, writes nothing but what is his; every door of the site is tried."""

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import func, select

from fundapp.core import clock
from fundapp.core.db import Base, db
from fundapp.core.doors import Door
from fundapp.users.rules import MATRIX, Role
from tests.builders.advances import an_advance
from tests.builders.auditing import a_finding, a_full_payment, a_sample, answered, proved
from tests.builders.people import COURT, OTHER_COURT, SUPERIOR, a_user, the_holder
from tests.cases.test_importing import a_row, an_xlsx
from tests.client import TOKEN, writes
from tests.house.test_doors import rules
from tests.pages import Page

TODAY = date(2018, 6, 25)

HIS_OWN = {"users.sign_out", "users.password", "users.language"}
"""What everybody does with his own sign-in."""

TAKES_AWAY = {
    "cases.reveal",
    "yearend.export",
    "yearend.statement_file",
    "oversight.hand_out",
    "oversight.verify",
    "ledger.print_book",
    "ledger.print_voucher",
    "auditing.dossier",
    "auditing.notice_pdf",
    "auditing.sample",
}
"""Looks, proofs and papers that leave the house: each leaves its entry, and no record changes."""

WRITES = {
    "yearend.reopening",
    "auditing.draw",
    "auditing.record_finding",
    "auditing.review",
    "auditing.write_note",
}
"""All that an auditor writes: consent to open a closed year again, samples, findings and their closing, notes."""

READ_ON_A_FORM = {"eligibility.assess", "yearend.year_close"}
"""Pages that he reads and whose forms refuse him."""

NOT_HIS = {"cases.import_template", "openings.empty_form", "disbursement.download"}
"""Forms that others fill in, and the bank's file, whose account numbers he reveals with a reason one by one."""

EVIDENCE_OF_AUDITING = {
    "trail_entries",
    "samples",
    "sample_items",
    "findings",
    "finding_steps",
    "notes",
    "reopening_decisions",
    "reopened_months",
    "signed_heads",
    "anchor_sheets",
    "verifications",
    "audit_packages",
    "books",
    "users",
    "sign_ins",
}
"""The tables that an auditor's posts may write; ``books`` carries the head of the chain, ``users`` his own password."""


@pytest.fixture(autouse=True)
def today():
    with clock.at(TODAY):
        yield


def opened_by_posts(app: Flask, client) -> tuple[set[str], set[str]]:
    """Which endpoints a post with a good token opens to this reader, and which tables it wrote."""
    opened, written_to = set(), set()
    for rule, address in rules(app, "POST"):
        if rule.endpoint in {"users.sign_in", "users.sign_out"}:
            continue
        token = Page(client, "/password").hidden(TOKEN)
        with writes(app).watched() as written:
            answer = client.post(address, data={TOKEN: token})
        if answer.status_code == 403:
            assert not written, f"{rule.endpoint} refused, and wrote {sorted(written)}"
        else:
            opened.add(rule.endpoint)
        written_to |= set(written)
    return opened, written_to


@pytest.mark.parametrize("court_code", [COURT, SUPERIOR])
def test_only_these_posts_are_open_to_an_auditor(app, sign_in, court_code):
    a_full_payment()  # so that the records numbered 1 are there
    opened, written = opened_by_posts(app, sign_in(a_user(Role.AUDITOR, court_code=court_code)))
    assert opened == (HIS_OWN - {"users.sign_out"}) | TAKES_AWAY | WRITES | READ_ON_A_FORM
    assert written <= EVIDENCE_OF_AUDITING


def test_the_walk_finds_a_door_that_was_left_open(app, sign_in):
    opened, _written = opened_by_posts(app, sign_in(the_holder(Role.FINANCE_CLERK)))
    assert "cases.verify_account" in opened and "auditing.draw" not in opened


def test_an_assessment_is_read_and_not_made_by_an_auditor(sign_in):
    advance = an_advance()
    page = Page(sign_in(the_holder(Role.AUDITOR)), f"/eligibility/cases/{advance.case_id}")
    assert page.status == 200
    answer = page.client.post(
        page.url, data={TOKEN: Page(page.client, "/password").hidden(TOKEN), "creditor_id": str(advance.creditor_id)}
    )
    assert answer.status_code == 422


def test_every_page_without_a_form_is_open_to_an_auditor(app):
    closed = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if "POST" not in (rule.methods or ()) and not isinstance(door := app.view_functions[rule.endpoint].door, Door)
        if not any(Role.AUDITOR in MATRIX[permission] for permission in door)
    }
    assert closed == NOT_HIS


def test_the_superior_courts_auditor_reads_every_list_and_record_of_a_lower_court(sign_in):
    advance = a_full_payment()
    handler = the_holder(Role.CASE_HANDLER)
    imported = Page(sign_in(handler), "/cases/imports/new").submit(
        "试导入", 案件清单=(an_xlsx([a_row(9001)]), "清单.xlsx")
    )
    import_page = imported.url
    finding, sample = proved(answered(a_finding())), a_sample(size=1)
    superior = sign_in(a_user(Role.AUDITOR, court_code=SUPERIOR))
    case, voucher = advance.case, advance.payment.voucher_id
    for address in (
        "/",
        "/trail",
        "/cases",
        f"/cases/{case.id}",
        "/cases/imports",
        import_page,
        "/advances",
        f"/advances/{advance.id}",
        f"/recovery/advances/{advance.id}",
        "/ledger",
        f"/ledger/vouchers/{voucher}",
        "/funding/sources",
        "/disbursement/batches",
        "/custody/receipts",
        "/ceremonies",
        f"/closings?court={COURT}",
        "/auditing/dossiers",
        f"/auditing/dossiers/{advance.id}",
        "/auditing/findings",
        f"/auditing/findings/{finding.id}",
        "/auditing/samples",
    ):
        assert superior.get(address).status_code == 200, address
    stranger = sign_in(a_user(Role.AUDITOR, court_code=OTHER_COURT))
    for address in (f"/advances/{advance.id}", f"/auditing/findings/{finding.id}", f"/auditing/samples/{sample.id}"):
        assert stranger.get(address).status_code == 404, address


def test_of_an_import_an_auditor_reads_what_came_of_it_and_no_rejected_row(sign_in):
    rejected = an_xlsx([a_row(9001), a_row(9002, status="?")])
    page = Page(sign_in(the_holder(Role.CASE_HANDLER)), "/cases/imports/new").submit(
        "试导入", 案件清单=(rejected, "清单.xlsx")
    )
    assert page.root.all("table") and page.has_link("导入其他文件")
    read = Page(sign_in(the_holder(Role.AUDITOR)), page.url)
    assert read.facts()["未通过"] == "1行" and "未通过的行" not in read.main
    assert not read.has_link("导入其他文件")


def counted() -> dict[str, int]:
    tables = Base.metadata.tables
    return {name: db.session.scalar(select(func.count()).select_from(tables[name])) for name in tables}


def test_a_lower_courts_leadership_cannot_write_as_an_auditor(sign_in):
    """The separation holds the other way round too."""
    finding = proved(answered(a_finding()))
    before = counted()
    president = sign_in(the_holder(Role.PRESIDENT))
    token = Page(president, "/password").hidden(TOKEN)
    for address in (f"/auditing/findings/{finding.id}/review", "/auditing/findings/new", "/auditing/samples/new"):
        assert president.post(address, data={TOKEN: token}).status_code == 403
    after = counted()
    assert {name for name in after if after[name] != before[name]} <= {"sign_ins", "trail_entries"}
