"""What the signatures prove: the heads signed inside the system, and the anchors kept outside it, against the chain.

A head names the seal of the entry at its length, and through it every entry before; so it is compared with one row and
never walked to. The heads are read once, beside the entries in their order. Only anchors are walked up to, once for
each court. Reads only, and believes no service: the checks of ``verify`` are made of this.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import bindparam, text

from fundapp.core import clock, signing
from fundapp.core.columns import UtcDateTime
from fundapp.core.db import db
from fundapp.trail import rules
from fundapp.trail.rules import SIGNED_ACTS, Anchor

LONGEST_UNSIGNED = timedelta(hours=2)
"""Heads are signed every hour, so that the entries after the newest one span less than this."""

HEADS = text(
    """
    SELECT h.court_code, h.length, h.head, h.signed_at, h.reason, h.key_id, h.signature, e.seq, e.seal
    FROM signed_heads h LEFT JOIN (
        SELECT court_code, seq, seal, ROW_NUMBER() OVER (PARTITION BY court_code ORDER BY seq) AS place
        FROM trail_entries
    ) e ON e.court_code = h.court_code AND e.place = h.length
    ORDER BY h.court_code, h.length, h.id
    """
).columns(signed_at=UtcDateTime)

UNSIGNED_ACTS = text(
    """
    SELECT e.court_code, e.seq, e.event, e.subject FROM trail_entries e
    WHERE e.event IN :acts
        AND e.seq > (SELECT MIN(f.length) FROM signed_heads f WHERE f.court_code = e.court_code)
        AND NOT EXISTS (SELECT 1 FROM signed_heads h WHERE h.court_code = e.court_code AND h.length = e.seq)
    ORDER BY e.court_code, e.seq LIMIT 1
    """
).bindparams(bindparam("acts", [event.value for event in SIGNED_ACTS], expanding=True))

UNSIGNED_ENDS = text(
    """
    SELECT e.court_code, MIN(e.seq) AS first, MAX(e.seq) AS last, MIN(e.recorded_at) AS since,
        MAX(e.recorded_at) AS until
    FROM trail_entries e LEFT JOIN (
        SELECT court_code, MAX(length) AS length FROM signed_heads GROUP BY court_code
    ) h ON h.court_code = e.court_code
    WHERE e.seq > COALESCE(h.length, 0)
    GROUP BY e.court_code ORDER BY e.court_code
    """
).columns(since=UtcDateTime, until=UtcDateTime)

AT = text(
    """
    SELECT (SELECT MAX(seq) FROM trail_entries WHERE court_code = :court_code) AS length,
        (SELECT seal FROM trail_entries WHERE court_code = :court_code AND seq = :length) AS seal
    """
)

COUNT = text("SELECT COUNT(*) FROM trail_entries WHERE court_code = :court_code")

UP_TO = text(
    """
    SELECT court_code, seq, recorded_at, event, subject, actor_id, facts, previous, seal FROM trail_entries
    WHERE court_code = :court_code AND seq <= :length ORDER BY seq
    """
).columns(recorded_at=UtcDateTime)


def checks() -> Iterator[tuple[str, str | None]]:
    """Each check of this floor: its name, and what is wrong first, or None."""
    for name, check in CHECKS.items():
        yield name, check()


def contradicted_head() -> str | None:
    """The first signed head with a signature that does not hold, or that is not the chain's at its length."""
    known = signing.known_keys()
    for row in _rows(HEADS):
        told = dict(row)
        seq, seal = told.pop("seq"), told.pop("seal")
        anchor = Anchor(**told)
        problem = _signature(anchor, known)
        if problem is None and seal is None:
            problem = _too_short(anchor, db.session.scalar(COUNT, {"court_code": anchor.court_code}))
        if problem is None and (seq, seal) != (anchor.length, anchor.head):
            problem = _other_seal(anchor)
        if problem is not None:
            return problem
    return None


def missing_head() -> str | None:
    """The first act that asks for a signature and has none, or the first chain whose end was left unsigned."""
    for row in _rows(UNSIGNED_ACTS):
        return f"{row['court_code']}: 第{row['seq']}条（{row['event']} {row['subject']}）之后应有链头签名，现已不在"
    for row in _rows(UNSIGNED_ENDS):
        if row["until"] - row["since"] > LONGEST_UNSIGNED:
            return (
                f"{row['court_code']}: 第{row['first']}条至第{row['last']}条前后超过两小时没有链头签名，"
                "定时任务未运行，或签名已被删除"
            )
    return None


CHECKS: dict[str, Callable[[], str | None]] = {
    "链头签名有效并与留痕相符": contradicted_head,
    "链头签名齐全": missing_head,
}


def compared(anchor: Anchor, known_keys: Mapping[str, bytes]) -> str | None:
    """What contradicts an anchor at first sight: its signature, the chain's length, or the seal at its length."""
    problem = _signature(anchor, known_keys)
    if problem is None:
        found = db.session.execute(AT, {"court_code": anchor.court_code, "length": anchor.length}).mappings().one()
        if (found["length"] or 0) < anchor.length:
            problem = _too_short(anchor, found["length"] or 0)
        elif found["seal"] != anchor.head:
            problem = _other_seal(anchor)
    return problem


def proved(anchors: Sequence[Anchor], known_keys: Mapping[str, bytes]) -> list[tuple[Anchor, str | None]]:
    """Each anchor with what contradicts it, or None: it is compared, and every entry up to it is computed again."""
    courts = {anchor.court_code for anchor in anchors}
    broken = {
        court_code: _first_broken(court_code, max(one.length for one in anchors if one.court_code == court_code))
        for court_code in courts
    }
    found = []
    for anchor in anchors:
        problem, entry = compared(anchor, known_keys), broken[anchor.court_code]
        if problem is None and entry is not None and entry <= anchor.length:
            problem = f"{anchor.court_code}: 第{anchor.length}条的存证码与留痕相符，但第{entry}条缺失或与其校验码不符"
        found.append((anchor, problem))
    return found


def _first_broken(court_code: str, length: int) -> int | None:
    """The number of the first entry, up to a length, that is missing or does not match its seal."""
    previous, expected = rules.FIRST_SEAL, 0
    for row in _rows(UP_TO, court_code=court_code, length=length):
        entry, expected = dict(row), expected + 1
        seal = entry.pop("seal")
        if entry["seq"] != expected or entry["previous"] != previous or rules.seal(**entry) != seal:
            return expected
        previous = seal
    return None if expected == length else expected + 1


def _signature(anchor: Anchor, known_keys: Mapping[str, bytes]) -> str | None:
    if anchor.key_id not in known_keys:
        return f"{_cited(anchor)}由不认识的密钥{anchor.key_id}签名"
    if not signing.is_signed(anchor.signed_text, anchor.signature, known_keys[anchor.key_id]):
        return f"{_cited(anchor)}与其签名不符，内容被改动"
    return None


def _too_short(anchor: Anchor, length: int) -> str:
    return f"{_cited(anchor)}时留痕有{anchor.length}条，现在只有{length}条：末尾被截去，或恢复了较早的备份"


def _other_seal(anchor: Anchor) -> str:
    return f"{_cited(anchor)}时的校验码与现在的不同：第{anchor.length}条或之前的留痕被改动"


def _cited(anchor: Anchor) -> str:
    """``湘0602: 第12条（2018-06-21 09:00签名）``."""
    return f"{anchor.court_code}: 第{anchor.length}条（{clock.local(anchor.signed_at):%Y-%m-%d %H:%M}签名）"


def _rows(question: Any, **values: Any) -> Iterator[Any]:
    with db.session.execute(question.execution_options(yield_per=2000), values) as result:
        yield from result.mappings()
