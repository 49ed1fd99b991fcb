"""The installation's signature: Ed25519 with ``sign.key`` over a text that somebody else can write down again.

A public key is known by its fingerprint. Beside the key in use the installation knows the public keys it used before
(``sign.former``), so that what they signed can still be checked.
"""

import hashlib

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from flask import current_app

FINGERPRINT_LENGTH = 32


def fingerprint(public_key: bytes) -> str:
    """The name of a public key: the first 128 bits of its SHA-256, in hexadecimal."""
    return hashlib.sha256(public_key).hexdigest()[:FINGERPRINT_LENGTH]


def public_key() -> bytes:
    """The public half of the key in use: 32 bytes, to be given to whoever checks signatures."""
    return _key().public_key().public_bytes_raw()


def known_keys() -> dict[str, bytes]:
    """The public keys whose signatures count here, by fingerprint: the one in use and the former ones."""
    former: tuple[bytes, ...] = current_app.config["SETTINGS"].former_keys
    return {fingerprint(key): key for key in (*former, public_key())}


def sign(text: str) -> str:
    """The signature of a text, in hexadecimal."""
    return _key().sign(text.encode()).hex()


def is_signed(text: str, signature: str, key: bytes) -> bool:
    """Whether the owner of this public key signed exactly this text."""
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(bytes.fromhex(signature), text.encode())
    except (InvalidSignature, ValueError):
        return False
    return True


def _key() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(current_app.config["SETTINGS"].sign_key)
