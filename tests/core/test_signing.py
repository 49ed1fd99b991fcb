"""The installation's key: made once, kept to its owner, known by its fingerprint."""

import hashlib
import stat
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from fundapp.core import signing
from fundapp.core.config import Settings

SEED = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"  # RFC 8032, 7.1, test 1
PUBLIC = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"


@pytest.fixture
def settings(monkeypatch, tmp_path):
    monkeypatch.setenv("FUND_INSTANCE", str(tmp_path))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    return Settings.from_environment


def test_the_sign_key_is_made_at_the_first_start_and_only_its_owner_reads_it(settings, tmp_path):
    first = settings()
    assert len(first.sign_key) == 32 and first.sign_key not in (first.seal_key, bytes.fromhex(first.secret_key))
    assert stat.S_IMODE((tmp_path / "sign.key").stat().st_mode) == 0o600
    assert settings().sign_key == first.sign_key
    assert first.former_keys == ()


def test_public_keys_used_before_are_read_from_a_file(settings, tmp_path):
    (tmp_path / "sign.former").write_text(f"{PUBLIC}\n{'00' * 32}\n")
    assert settings().former_keys == (bytes.fromhex(PUBLIC), bytes(32))


def test_a_key_is_known_by_the_beginning_of_its_digest(app):
    key = signing.public_key()
    assert len(key) == 32
    assert signing.fingerprint(key) == hashlib.sha256(key).hexdigest()[:32]
    assert signing.known_keys() == {signing.fingerprint(key): key}


def test_the_signature_is_that_of_the_standard(app, monkeypatch):
    """RFC 8032, 7.1: the public key of the first test; signatures over our texts are checked by its owner's key."""
    told = replace(app.config["SETTINGS"], sign_key=bytes.fromhex(SEED), former_keys=(bytes(31) + b"\x01",))
    monkeypatch.setitem(app.config, "SETTINGS", told)
    assert signing.public_key().hex() == PUBLIC
    assert len(signing.known_keys()) == 2
    expected = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(SEED)).sign("湘0602|1".encode())
    assert signing.sign("湘0602|1") == expected.hex()


def test_only_the_same_text_signed_by_the_same_key_counts(app):
    signature, key = signing.sign("湘0602|1"), signing.public_key()
    assert signing.is_signed("湘0602|1", signature, key)
    assert not signing.is_signed("湘0602|2", signature, key)
    assert not signing.is_signed("湘0602|1", "00" + signature[2:], key)
    assert not signing.is_signed("湘0602|1", "not hexadecimal", key)
    assert not signing.is_signed("湘0602|1", signature, bytes.fromhex(PUBLIC))
    assert not signing.is_signed("湘0602|1", signature, b"short")
