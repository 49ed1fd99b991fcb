"""A break-in: somebody with the rights of the database's owner, on a connection of his own, past the application.

He drops the triggers, changes what he likes, and computes seals and signatures anew as the documents say.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from typing import Any

import psycopg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from flask import current_app
from sqlalchemy import make_url

from fundapp.core import signing
from fundapp.core.db import db, on_sqlite
from fundapp.trail import rules
from fundapp.trail.rules import Anchor
from tests.builders.people import COURT

ENTRY = "seq, recorded_at, event, subject, actor_id, facts, previous, seal"


class Intruder:
    """What one can do to the trail of the court with a raw connection."""

    def __init__(self, connection: Any) -> None:
        self.connection = connection
        self._disarm()

    def run(self, statement: str, *values: Any) -> list[Any]:
        cursor = self.connection.execute(statement if on_sqlite() else statement.replace("?", "%s"), values)
        return list(cursor.fetchall()) if cursor.description else []

    def _disarm(self) -> None:
        if on_sqlite():
            for (name,) in self.run("SELECT name FROM sqlite_master WHERE type = 'trigger'"):
                self.run(f"DROP TRIGGER {name}")
            return
        for table in ("trail_entries", "signed_heads", "anchor_sheets", "books"):
            self.run(f"ALTER TABLE {table} DISABLE TRIGGER USER")

    def edit(self, seq: int) -> None:
        self.run("UPDATE trail_entries SET facts = ? WHERE court_code = ? AND seq = ?", '{"name":"改"}', COURT, seq)

    def swap(self, one: int, other: int) -> None:
        for before, after in ((one, 999), (other, one), (999, other)):
            self.run("UPDATE trail_entries SET seq = ? WHERE court_code = ? AND seq = ?", after, COURT, before)

    def delete(self, *, from_seq: int, to_seq: int) -> None:
        self.run("DELETE FROM trail_entries WHERE court_code = ? AND seq BETWEEN ? AND ?", COURT, from_seq, to_seq)

    def insert_after(self, seq: int) -> None:
        """A back-dated entry between two others, at the moment of the first."""
        for (other,) in self.run(
            "SELECT seq FROM trail_entries WHERE court_code = ? AND seq > ? ORDER BY seq DESC", COURT, seq
        ):
            self.run("UPDATE trail_entries SET seq = ? WHERE court_code = ? AND seq = ?", other + 1, COURT, other)
        self.run(
            "INSERT INTO trail_entries (court_code, seq, recorded_at, event, subject, actor_id, facts, previous, seal)"
            " SELECT court_code, seq + 1, recorded_at, event, 'court:9', actor_id, facts, previous, seal"
            " FROM trail_entries WHERE court_code = ? AND seq = ?",
            COURT,
            seq,
        )

    def rehash(self) -> None:
        """Number the entries without a gap, compute every seal anew, and put the head right."""
        previous, number = rules.FIRST_SEAL, 0
        for seq, recorded_at, event, subject, actor_id, facts, *_old in self._entries():
            number += 1
            seal = rules.seal(
                court_code=COURT,
                seq=number,
                recorded_at=moment(recorded_at),
                event=event,
                subject=subject,
                actor_id=actor_id,
                facts=facts,
                previous=previous,
            )
            self.run(
                "UPDATE trail_entries SET seq = ?, previous = ?, seal = ? WHERE court_code = ? AND seq = ?",
                number, previous, seal, COURT, seq,
            )  # fmt: skip
            previous = seal
        self.run("UPDATE books SET chain_length = ?, chain_head = ? WHERE court_code = ?", number, previous, COURT)

    def forget_heads(self, *, after: int) -> None:
        self.run("DELETE FROM signed_heads WHERE court_code = ? AND length > ?", COURT, after)

    def sign_again(self) -> None:
        """With the stolen key: every signed head that is left says what the chain now says."""
        key = Ed25519PrivateKey.from_private_bytes(current_app.config["SETTINGS"].sign_key)
        heads = "SELECT h.id, h.length, h.signed_at, h.reason, h.key_id, e.seal FROM signed_heads h"
        joined = f"{heads} JOIN trail_entries e ON e.court_code = h.court_code AND e.seq = h.length"
        for head_id, length, signed_at, reason, key_id, seal in self.run(f"{joined} WHERE h.court_code = ?", COURT):
            anchor = Anchor(COURT, length, seal, moment(signed_at), reason, key_id, "")
            signature = key.sign(anchor.signed_text.encode()).hex()
            self.run("UPDATE signed_heads SET head = ?, signature = ? WHERE id = ?", seal, signature, head_id)

    def sign_end(self) -> None:
        """With the stolen key: a head at the chain's new end."""
        length, recorded_at, seal = self.run(
            "SELECT seq, recorded_at, seal FROM trail_entries WHERE court_code = ? ORDER BY seq DESC LIMIT 1", COURT
        )[0]
        self.run(
            "INSERT INTO signed_heads (court_code, length, head, signed_at, reason, key_id, signature)"
            " VALUES (?, ?, ?, ?, 'hourly', ?, '')",
            COURT, length, seal, recorded_at, signing.fingerprint(signing.public_key()),
        )  # fmt: skip
        self.sign_again()

    def _entries(self) -> list[Any]:
        return self.run(f"SELECT {ENTRY} FROM trail_entries WHERE court_code = ? ORDER BY seq", COURT)


def moment(kept: Any) -> datetime:
    """A moment as the driver gives it, in UTC: SQLite keeps text."""
    if isinstance(kept, str):
        return datetime.fromisoformat(kept).replace(tzinfo=UTC)
    found: datetime = kept.astimezone(UTC)
    return found


def _owner_address() -> str:
    url = make_url(current_app.extensions["test database"].address("owner"))
    return psycopg.conninfo.make_conninfo(
        host=url.query.get("host") or url.host,
        port=url.port,
        dbname=url.database,
        user=url.username,
        password=url.password,
    )


@contextmanager
def broken_in() -> Iterator[Intruder]:
    """An intruder on a connection of his own; what he did stays."""
    db.session.rollback()
    url = db.engine.url
    if on_sqlite():
        connection: Any = sqlite3.connect(url.database or "")
    else:
        connection = psycopg.connect(_owner_address())
    with closing(connection):
        yield Intruder(connection)
        connection.commit()
    db.session.expire_all()


Deed = Callable[[Intruder], None]
