"""Settings from the environment, read once, in one frozen dataclass."""

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Settings:
    """What one running system is told.

    Args:
        instance: folder of the database, the keys, uploads and jobs (``FUND_INSTANCE``).
        database_url: SQLAlchemy address (``DATABASE_URL``); SQLite inside ``instance`` when not given.
        owner_url: address of the same PostgreSQL database for the role that owns it (``FUND_OWNER_URL``), which
            migrations use; counts only beside ``DATABASE_URL``.
        secret_key: signs cookies and form tokens.
        seal_key: 32 bytes that seal personal data at rest; losing it loses the data.
        sign_key: 32 bytes that sign the heads of the trail; whoever has them can sign in the system's name.
        former_keys: public keys of earlier sign keys, whose signatures still count.
        secure_cookies: only over HTTPS (``FUND_SECURE_COOKIES=1``); intranets on plain HTTP leave it off.
        idle_minutes: a sign-in without activity ends after so long.
        embedded_worker: run long jobs inside the web process (``FUND_WORKER=embedded``, the default).
        font_dir: the court's own fonts, which printed papers use beside the packaged ones (``FUND_FONT_DIR``).
    """

    instance: Path
    database_url: str
    secret_key: str
    seal_key: bytes
    sign_key: bytes
    former_keys: tuple[bytes, ...] = ()
    secure_cookies: bool = False
    idle_minutes: int = 60
    embedded_worker: bool = True
    font_dir: Path | None = None
    owner_url: str | None = None
    testing: bool = False

    @classmethod
    def from_environment(cls) -> "Settings":
        instance = Path(os.environ.get("FUND_INSTANCE") or ROOT / "instance").resolve()
        instance.mkdir(parents=True, exist_ok=True)
        font_dir = os.environ.get("FUND_FONT_DIR")
        database_url = os.environ.get("DATABASE_URL")
        return cls(
            instance=instance,
            database_url=database_url or f"sqlite:///{instance / 'fund.db'}",
            secret_key=_kept_key(instance / "secret.key").hex(),
            seal_key=_kept_key(instance / "seal.key"),
            sign_key=_kept_key(instance / "sign.key"),
            former_keys=_public_keys(instance / "sign.former"),
            secure_cookies=os.environ.get("FUND_SECURE_COOKIES") == "1",
            idle_minutes=int(os.environ.get("FUND_IDLE_MINUTES") or 60),
            embedded_worker=os.environ.get("FUND_WORKER", "embedded") == "embedded",
            font_dir=Path(font_dir) if font_dir else None,
            owner_url=(os.environ.get("FUND_OWNER_URL") or None) if database_url else None,
        )

    @classmethod
    def for_tests(cls, *, instance: Path, database_url: str, owner_url: str | None = None) -> "Settings":
        return cls(
            instance=instance,
            database_url=database_url,
            secret_key="0" * 64,
            seal_key=bytes(range(32)),
            sign_key=bytes(range(32, 64)),
            embedded_worker=False,
            owner_url=owner_url,
            testing=True,
        )


def _kept_key(path: Path) -> bytes:
    """A random 32-byte key that is made at the first start and kept with owner-only rights."""
    if not path.exists():
        handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_hex(32))
    return bytes.fromhex(path.read_text())


def _public_keys(path: Path) -> tuple[bytes, ...]:
    """The public keys of a file, one in hexadecimal on each line; none where there is no file."""
    return tuple(bytes.fromhex(line) for line in path.read_text().split()) if path.exists() else ()
