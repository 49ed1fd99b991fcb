"""The canonical forms as docs/audit-package.md tells them to a third party, recomputed from the document's own text
with nothing of ours."""

import hashlib
import re
from datetime import date

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from fundapp.ledger import rules as ledger
from fundapp.ledger.rules import Ink, Numbers, VoucherKind
from fundapp.trail import proofs, queries, rules
from fundapp.yearend import checker
from tests.builders.oversight import an_anchor_sheet, the_anchor
from tests.house.source import ROOT

PAGE = (ROOT / "docs" / "audit-package.md").read_text(encoding="utf-8")


def told(block: str) -> str:
    """The one code block of this name."""
    [found] = re.findall(rf"^```{block}\n(.*?)\n```$", PAGE, re.DOTALL | re.MULTILINE)
    return found


def written(parts: list[str]) -> bytes:
    return b"".join(str(len(part.encode())).encode() + b":" + part.encode() for part in parts)


def test_the_seal_of_the_documented_entry_is_the_digest_of_its_parts():
    data = written(told("entry").split("\n"))
    assert hashlib.sha256(data).hexdigest() == told("seal")
    begun = re.search(r"the parts are (\d+) bytes, which begin `([^`]+)`", PAGE)
    assert (len(data), data.decode()[: len(begun[2])]) == (int(begun[1]), begun[2])


def test_the_digest_of_the_documented_voucher_is_that_of_its_parts_and_our_own():
    parts = told("voucher").split("\n")
    assert hashlib.sha256(written(parts)).hexdigest() == told("digest")
    form, court_code, _total, _cited, name, business_date, posted_on, moment, mark, attachments = parts[:10]
    head = ledger.head_parts(
        court_code=court_code,
        numbers=Numbers(2018, 12, VoucherKind.PAYMENT, 7),
        name=name,
        business_date=date.fromisoformat(business_date),
        posted_on=date.fromisoformat(posted_on),
        recorded_at=moment,
        summary_mark=mark,
        attachments=int(attachments),
        hands=(3, 4, 3, 3),
        ink=Ink(parts[14]),
        links=(None, None, None),
    )
    assert (form, [form, *head]) == (ledger.FORM, parts[:18])
    assert ledger.digest(head, parts[18:]) == told("digest")


def test_our_own_seals_are_what_the_document_says():
    form, court_code, seq, moment, event, subject, actor_id, facts, previous = told("entry").split("\n")
    assert (form, previous) == (rules.CANONICAL_FORM, rules.FIRST_SEAL)
    seal = rules.seal(
        court_code=court_code,
        seq=int(seq),
        recorded_at=rules.datetime.strptime(moment, rules.MOMENT),
        event=event,
        subject=subject,
        actor_id=int(actor_id),
        facts=facts,
        previous=previous,
    )
    assert seal == told("seal")
    assert facts == rules.canonical_facts(rules.json.loads(facts))


def test_the_documented_anchor_names_that_seal_and_is_signed_as_told():
    fields = told("anchor").split("|")
    assert len(fields) == 8
    assert fields[:2] == ["fund-anchor/1", told("entry").split("\n")[1]] and fields[3] == told("seal")
    key = bytes.fromhex(told("key"))
    assert fields[6] == hashlib.sha256(key).hexdigest()[:32]
    signed_text = told("anchor").rpartition("|")[0]
    Ed25519PublicKey.from_public_bytes(key).verify(bytes.fromhex(fields[7]), signed_text.encode())
    assert rules.anchor_of(told("anchor")).text == told("anchor")


def test_an_anchor_handed_out_is_the_form_of_the_document(app):
    """And the row of its length carries its head, which is all that a third party compares."""
    anchor = the_anchor(an_anchor_sheet())
    form, court_code, length, head, *_signed = anchor.text.split("|")
    assert form == told("anchor").split("|")[0] == rules.HEAD_FORM
    assert queries.heads()[court_code] == (int(length), head)
    assert proofs.compared(anchor, proofs.signing.known_keys()) is None


def test_every_reason_is_documented():
    assert not [reason.value for reason in rules.SigningReason if f"(`{reason.value}`)" not in PAGE]


def test_the_documented_signature_of_a_manifest_holds_and_is_what_the_checker_reads():
    signed, _, signature = told("manifest").rpartition("|")
    form, digest, key_id = signed.split("|")
    key = bytes.fromhex(told("key"))
    assert (form, digest) == (checker.SIGNED_FORM, hashlib.sha256(b"{}   ").hexdigest())
    assert key_id == hashlib.sha256(key).hexdigest()[:32]
    Ed25519PublicKey.from_public_bytes(key).verify(bytes.fromhex(signature), signed.encode())
    assert checker.Ed25519().is_signed(signed, bytes.fromhex(signature), key)
