"""Tables of the audit package: the whole trail of acts, and the papers attached to records."""

from collections.abc import Iterable

from sqlalchemy import Integer, String, column, select
from sqlalchemy import table as sql_table

from fundapp.core.tables import COURT, ID, Column, Kept, Recorded, Row, Scope, Stream, table, within
from fundapp.trail.models import Attachment, SignedHead, TrailEntry
from fundapp.trail.rules import Event, SigningReason

USERS = sql_table("users", column("id", Integer), column("username", String))
"""Who signs in: their model stands on a floor above."""


@table(
    "trail", "操作留痕", "trail",
    "自启用起的全部操作，每条与上一条连锁封存",
    "Every act from the first on, each sealed onto the one before",
    COURT,
    Column("seq", "序号", "number in the court's chain, without gap", "number", told="本院操作留痕的连续编号"),
    Column("recorded_at", "时间", "moment of recording", "moment"),
    Column("event", "事项", "what was done", words=Event),
    Column("subject", "事项标识", "on which record", "code", told="所办理的记录"),
    Column("actor_id", "办理人标识", "id of the user who did it", "number"),
    Column("facts", "要素", "what the event tells, as JSON",
           told="该事项的要素，JSON格式；已封存，照原样列示，不作脱敏"),
    Column("previous", "上一条校验码", "seal of the entry before", "code"),
    Column("seal", "校验码", "SHA-256 of these, each as its length, a colon and its bytes, after version 1", "code",
           told="本条各项按docs/audit-package.md所列格式计算的SHA-256"),
)  # fmt: skip
def _trail(scope: Scope) -> Iterable[Row]:
    query = select(
        TrailEntry.court_code, TrailEntry.seq, TrailEntry.recorded_at, TrailEntry.event, TrailEntry.subject,
        TrailEntry.actor_id, TrailEntry.facts, TrailEntry.previous, TrailEntry.seal,
    )  # fmt: skip
    return Stream(query.where(within(TrailEntry.court_code, scope)).order_by(TrailEntry.court_code, TrailEntry.seq))


@table(
    "attachments", "附件", "trail",
    "各记录所附文件，按制作本包时的状态，不含文件内容",
    "Papers attached to records when the package was made; without their content",
    ID,
    COURT,
    Column("subject", "事项标识", "record that the paper is attached to", told="所附的记录"),
    Column("file_name", "文件名", "name of the file", "remark"),
    Column("media_type", "类型", "PDF, PNG or JPEG, by its content"),
    Column("size", "字节数", "bytes", "number"),
    Column("sha256", "文件SHA-256", "SHA-256 of the file"),
    Column("attached_by", "上传人", "who attached it"),
    Column("attached_at", "上传时间", "when", "moment"),
    about={"subject": ""},
    kept=Kept(Attachment, {"sha256": Attachment.digest}),
    records=[
        Recorded(
            Event.PAPER_ATTACHED.value, "{subject}", "attached_by",
            {"file_name": "{file_name}", "digest": "{sha256}"}, until="always",
        ),
    ],
)  # fmt: skip
def _attachments(scope: Scope) -> Iterable[Row]:
    query = (
        select(
            Attachment.id, Attachment.court_code, Attachment.subject, Attachment.file_name, Attachment.media_type,
            Attachment.size, Attachment.digest, USERS.c.username, Attachment.attached_at,
        )
        .join(USERS, USERS.c.id == Attachment.attached_by_id)
        .where(within(Attachment.court_code, scope))
    )  # fmt: skip
    return Stream(query.order_by(Attachment.id))


@table(
    "signed_heads", "链头签名", "trail",
    "以本系统密钥签名的操作留痕末端",
    "Heads of the trail, signed with the installation's key",
    COURT,
    Column("length", "留痕条数", "number of the entry whose seal is the head", "number", told="末端为第几条留痕"),
    Column("head", "末端校验码", "seal of that entry", "code", told="该条留痕的校验码"),
    Column("signed_at", "签名时间", "moment of signing", "moment"),
    Column("reason", "缘由", "why it was signed then", words=SigningReason),
    Column("key_id", "密钥指纹", "the first 32 digits of the SHA-256 of the public key", "code",
           told="公钥SHA-256的前32位"),
    Column("signature", "签名", "Ed25519 over the anchor of these, see docs/audit-package.md", "code",
           told="Ed25519签名，格式见docs/audit-package.md"),
)  # fmt: skip
def _signed_heads(scope: Scope) -> Iterable[Row]:
    query = select(
        SignedHead.court_code, SignedHead.length, SignedHead.head, SignedHead.signed_at, SignedHead.reason,
        SignedHead.key_id, SignedHead.signature,
    )  # fmt: skip
    order = (SignedHead.court_code, SignedHead.length, SignedHead.id)
    return Stream(query.where(within(SignedHead.court_code, scope)).order_by(*order))
