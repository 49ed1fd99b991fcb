"""One payment's whole file as one PDF: what is in it, who may see persons whole, what it leaves on the trail."""

import hashlib
import re
from collections import Counter
from datetime import date

import pypdfium2
import pytest

from fundapp.auditing import dossiers, papers, queries, service
from fundapp.auditing.rules import Extent, dossier_number, masked
from fundapp.cases.rules import REVEALS_PER_DAY
from fundapp.core import clock
from fundapp.core.db import transaction
from fundapp.core.errors import NotFound, RuleViolation
from fundapp.ledger import queries as books
from fundapp.ledger import service as ledger
from fundapp.trail import queries as trail
from fundapp.trail.rules import Event
from fundapp.users.rules import Role
from tests.builders.advances import a_paid_advance, an_approved_advance
from tests.builders.auditing import a_full_payment, a_payment_by_hand
from tests.builders.people import COURT, OTHER_COURT, SUPERIOR, a_user, the_holder
from tests.pages import Page

TODAY = date(2018, 6, 25)
HERE = frozenset({COURT})


@pytest.fixture(autouse=True)
def today():
    with clock.at(TODAY):
        yield


def text_of(paper: bytes) -> str:
    """What a person reads in a PDF, without blanks and line ends."""
    document = pypdfium2.PdfDocument(paper)
    told = "".join(page.get_textpage().get_text_range() for page in document)
    document.close()
    return re.sub(r"[\s\u200b\ufffe\u0002]", "", told)


def digests_in(paper: bytes) -> list[str]:
    """The digests that stand in a PDF as a program copies them, each whole on its line."""
    document = pypdfium2.PdfDocument(paper)
    found = []
    for page in document:
        read = page.get_textpage()
        told = read.get_text_range()
        for one in re.finditer("[0-9a-f]{64}", told):
            boxes = [read.get_charbox(at) for at in (one.start(), one.end() - 1)]
            assert boxes[0][1] == pytest.approx(boxes[1][1], abs=3) and boxes[1][2] < page.get_width() - 15 / 25.4 * 72
            found.append(one[0])
    document.close()
    return found


def data_of(advance, extent=Extent.MASKED):
    file = queries.file(advance.id, HERE)
    return papers.dossier_data(file, queries.people_in(file), extent=extent)


def strings(told) -> list[str]:
    """Every text in the data of a paper."""
    if isinstance(told, str):
        return [told]
    inner = told.values() if isinstance(told, dict) else told if isinstance(told, list) else []
    return [text for one in inner for text in strings(one)]


def secrets_of(advance) -> list[str]:
    """What of a case's parties may not be read without a reason."""
    found = []
    for party in advance.case.parties:
        found += [party.name, party.identity, *(account.number for account in party.accounts)]
        found += [party.phone] if party.phone else []
    return found


def test_a_dossier_tells_a_payment_from_the_case_to_what_came_back(app):
    advance = a_full_payment()
    [voucher, *_more] = queries.file(advance.id, HERE).vouchers
    paper = dossiers.dossier(advance.id, HERE, extent=Extent.MASKED)
    text = text_of(paper)
    line = queries.file(advance.id, HERE).orders[0]
    for said in (
        dossier_number(advance.cited),
        advance.case.number,
        "壹万伍仟元整",
        "执行标的在上限之内",
        advance.assessment.terms.document,
        "同意垫付",
        the_holder(Role.BUREAU_DIRECTOR).name,
        the_holder(Role.VICE_PRESIDENT).name,
        "的生活困难证明.pdf",
        hashlib.sha256(b"%PDF-1.7 synthetic").hexdigest(),
        line.batch.number,
        line.bank_reference,
        voucher.digest,
        "6,000.00",
        "9,000.00",
        "垫付款已付",
        "分配追偿收款",
    ):
        assert re.sub(r"\s", "", said) in text, said
    data = data_of(advance)
    wanted = [row[-1] for part in ("digests", "papers", "trail") for row in data[part]]
    assert not Counter(wanted) - Counter(digests_in(paper)), "each is copied as it is compared"


def test_every_digest_of_the_file_stands_on_its_cover(app):
    advance = a_full_payment()
    file = queries.file(advance.id, HERE)
    listed = {digest for _kind, _name, digest in data_of(advance)["digests"]}
    kept = {advance.payload_digest, file.orders[0].batch.digest, file.orders[0].batch.file_digest}
    kept |= {voucher.digest for voucher in file.vouchers} | {paper.digest for paper in file.papers}
    assert listed == kept | {file.entries[-1].seal}
    assert len(file.vouchers) == 3, "payment, receipt, recovery"


def test_the_trail_in_a_dossier_can_be_held_against_the_chain(app):
    advance = a_full_payment()
    chain = {entry.seq: entry for entry in trail.history(advance.subject, advance.case.subject)}
    rows = {int(seq): (event, seal) for seq, _at, _who, event, _what, seal in data_of(advance)["trail"]}
    assert chain.keys() <= rows.keys()
    assert all(rows[seq][1] == entry.seal for seq, entry in chain.items())
    assert {"登记案件", "签发发放批次", "凭证记账", "分配追偿收款"} <= {event for event, _seal in rows.values()}


def test_persons_are_masked_everywhere_unless_they_are_asked_for_whole(app):
    advance = a_full_payment()
    told = "\n".join(strings(data_of(advance)))
    assert not [secret for secret in secrets_of(advance) if secret in told], "not in free text and file names either"
    assert advance.creditor.identity_mask in told and advance.account.number_mask in told
    whole = "\n".join(strings(data_of(advance, Extent.WHOLE)))
    assert not [secret for secret in secrets_of(advance) if secret not in whole]


def test_masking_takes_the_longest_first_and_leaves_digests_alone():
    digest = "13800138000".ljust(64, "a")
    told = {"summary": "付王小明、王小明明款", "list": [["13800138000", digest]], "count": 3}
    masks = {"王小明": "王**", "王小明明": "王***", "13800138000": "138****8000", "王": "*"}
    assert masked(told, masks) == {"summary": "付王**、王***款", "list": [["138****8000", digest]], "count": 3}
    assert masked(told, {}) == told
    assert dossier_number("垫2018-0017") == "卷2018-0017"


def test_a_ceremony_s_payment_shows_the_hand_over_and_nobody_else_s(app):
    advance = a_payment_by_hand()
    [[ceremony, sequence, method, amount, status, at, staff, _proof]] = data_of(advance)["hand_overs"]
    assert (sequence, method, amount, status) == ("1", "转账", "5,000.00", "已发放")
    assert "兑现大会" in ceremony and at.startswith("2018-06-25") and staff.count("、") == 1
    events = [event for *_told, event, _what, _seal in data_of(advance)["trail"]]
    assert {"审定发放名单", "领款人签到", "现场发放"} <= set(events)
    assert data_of(advance)["orders"] == []


def test_the_same_records_make_the_same_bytes_whoever_asks_and_however_often(app):
    advance = a_full_payment()
    first = dossiers.dossier(advance.id, HERE, extent=Extent.MASKED)
    auditor = the_holder(Role.AUDITOR)
    with transaction(COURT):
        service.record_dossier(advance.id, digest="d" * 64, reason="核对收款账户", actor=auditor)
        ledger.record_voucher_print(books.voucher(advance.payment.voucher_id, HERE), digest="e" * 64, actor=auditor)
    with clock.at(date(2019, 3, 1)):
        again = dossiers.dossier(advance.id, HERE, extent=Extent.MASKED)
    assert first == again
    assert first.startswith(b"%PDF") and b"pdfaid:part>2" in first


def test_a_dossier_is_of_a_payment(app):
    with pytest.raises(NotFound, match="尚未付款"):
        queries.file(an_approved_advance().id, HERE)
    with pytest.raises(NotFound, match="没有找到"):
        queries.file(a_paid_advance().id, frozenset({OTHER_COURT}))


def test_every_dossier_leaves_its_digest_on_the_trail(app):
    advance = a_paid_advance()
    auditor = the_holder(Role.AUDITOR)
    with transaction(COURT):
        service.record_dossier(advance.id, digest="a" * 64, actor=auditor)
        service.record_dossiers({advance.id: "b" * 64}, court_code=COURT, actor=auditor)
    told = [entry.told for entry in queries.dossiers_made(advance.subject)]
    assert told == [{"extent": "masked", "digest": "a" * 64}, {"extent": "masked", "digest": "b" * 64}]


def test_a_whole_dossier_is_one_look_with_its_reason_and_counts(app):
    advance = a_paid_advance()
    auditor = the_holder(Role.AUDITOR)

    def look(reason="核对收款账户"):
        with transaction(COURT):
            service.record_dossier(advance.id, digest="a" * 64, reason=reason, actor=auditor)

    with pytest.raises(RuleViolation, match="请写明理由"):
        look(" ")
    look()
    *_earlier, entry = trail.history(advance.case.subject)
    assert (entry.event, entry.told["reason"]) == (Event.CASE_REVEALED, "核对收款账户")
    for _ in range(REVEALS_PER_DAY - 1):
        look()
    with pytest.raises(RuleViolation, match="每日上限"):
        look()
    assert len(queries.dossiers_made(advance.subject)) == REVEALS_PER_DAY, "a refused look leaves no dossier"
    with transaction(COURT):
        service.record_dossier(advance.id, digest="a" * 64, actor=auditor)


def test_the_auditor_takes_a_dossier_from_the_advance_s_page(sign_in):
    advance = a_full_payment()
    client = sign_in(a_user(Role.AUDITOR, court_code=SUPERIOR))
    page = Page(client, f"/advances/{advance.id}").follow("制作卷宗")
    assert page.heading == f"垫付卷宗 {dossier_number(advance.cited)}"
    page.submit("制作卷宗（PDF）", {"显示当事人完整信息": True})
    assert page.status == 422 and "请写明理由" in page.main
    assert queries.dossiers_made(advance.subject) == []
    page.submit("制作卷宗（PDF）", {"显示当事人完整信息": True, "查看理由": "核对付款账户"})
    assert page.response.mimetype == "application/pdf"
    assert advance.creditor.name in text_of(page.response.data)
    [entry] = queries.dossiers_made(advance.subject)
    assert entry.told == {"extent": "whole", "digest": hashlib.sha256(page.response.data).hexdigest()}
    told = Page(client, f"/auditing/dossiers/{advance.id}")
    assert "完整件" in told.main


def test_who_may_not_reveal_gets_masked_dossiers_only(sign_in):
    advance = a_paid_advance()
    page = Page(sign_in(the_holder(Role.PRESIDENT)), f"/auditing/dossiers/{advance.id}")
    assert "显示当事人完整信息" not in page.main
    page.submit("制作卷宗（PDF）")
    text = text_of(page.response.data)
    assert advance.creditor.identity_mask in text and advance.creditor.name not in text
    token = Page(page.client, f"/auditing/dossiers/{advance.id}").hidden("csrf_token")
    forced = page.client.post(
        f"/auditing/dossiers/{advance.id}", data={"csrf_token": token, "is_whole": "y", "reason": "想看看完整信息"}
    )
    assert advance.creditor.name not in text_of(forced.data)


def test_the_list_of_dossiers_is_narrowed_by_court_day_and_words(sign_in):
    one, other = a_paid_advance("3000.00"), a_paid_advance("4000.00", paid_on=date(2018, 4, 2))
    client = sign_in(a_user(Role.AUDITOR, court_code=SUPERIOR))

    def listed(query: str) -> list[str]:
        page = Page(client, f"/auditing/dossiers?{query}")
        return [row[0] for row in page.table("已付款的垫付")] if page.root.all("table") else []

    first, second = dossier_number(one.cited), dossier_number(other.cited)
    assert listed("") == [second, first]
    assert listed("last_day=2018-03-31") == [first]
    assert listed("first_day=2018-04-01") == [second]
    assert listed(f"text={other.case.number}") == [second]
    assert listed(f"court={OTHER_COURT}") == []
    assert client.get("/auditing/dossiers?format=xlsx").mimetype.endswith("sheet")
