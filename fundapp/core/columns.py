"""The types of columns: money as whole fen, moments in UTC, personal data sealed, and how what is sealed is found.

The keys are the application's: ``init_app`` of the database puts them in their place.
"""

import hmac
import os
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from flask import current_app
from sqlalchemy import BigInteger, DateTime, LargeBinary
from sqlalchemy.types import TypeDecorator

from fundapp.core.money import Money, from_fen, to_fen


class MoneyColumn(TypeDecorator[Money]):
    """CNY as whole fen. ``func.sum`` of it is Money again; do no other arithmetic on it in SQL."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Money | None, dialect: Any) -> int | None:
        return None if value is None else to_fen(value)

    def process_result_value(self, value: Any, dialect: Any) -> Money | None:
        return None if value is None else from_fen(int(value))

    def coerce_compared_value(self, op: Any, value: Any) -> "MoneyColumn":
        return self


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment, kept in UTC; SQLite gives naive ones back, so the zone is put on again here."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        assert value.tzinfo is not None, "moments carry their zone"
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Sealed(TypeDecorator[str]):
    """Personal data, AES-256-GCM at rest: one version byte, a 12-byte nonce, the sealed text."""

    impl = LargeBinary
    cache_ok = True
    VERSION = b"\x01"

    def process_bind_param(self, value: str | None, dialect: Any) -> bytes | None:
        if value is None:
            return None
        nonce = os.urandom(12)
        return self.VERSION + nonce + _cipher().encrypt(nonce, value.encode(), self.VERSION)

    def process_result_value(self, value: bytes | None, dialect: Any) -> str | None:
        if value is None:
            return None
        sealed = bytes(value)
        assert sealed[:1] == self.VERSION, "unknown seal version"
        return _cipher().decrypt(sealed[1:13], sealed[13:], self.VERSION).decode()


def unsealed(value: Any) -> str | None:
    """The text of a sealed column that was read past SQLAlchemy; anything that is not sealed, as it is."""
    sealed = isinstance(value, bytes | memoryview)
    return Sealed().process_result_value(bytes(value), None) if sealed else value


def blind_index(text: str, purpose: str) -> str:
    """A keyed digest by which a sealed value can be found, and only by someone who knows it whole."""
    return keyed_digest(purpose)(text)


def keyed_digest(purpose: str) -> Callable[[str], str]:
    """``blind_index`` of many values for one purpose."""
    index: hmac.HMAC = current_app.extensions["index"]
    before = f"{purpose}\0".encode()

    def digest(text: str) -> str:
        keyed = index.copy()
        keyed.update(before + text.encode())
        return keyed.hexdigest()

    return digest


def _cipher() -> AESGCM:
    cipher: AESGCM = current_app.extensions["seal"]
    return cipher
