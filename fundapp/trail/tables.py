"""Tables of the audit package: the whole trail of acts, and the papers attached to records."""

from collections.abc import Iterable

from sqlalchemy import select

from fundapp.core.tables import COURT, ID, Column, Row, Scope, Stream, table, within
from fundapp.trail.models import Attachment, SignedHead, TrailEntry
from fundapp.trail.rules import Event, SigningReason


@table(
    "trail", "操作留痕", "trail", "Every act from the first on, each sealed onto the one before",
    COURT,
    Column("seq", "序号", "number in the court's chain, without gap", "number"),
    Column("recorded_at", "时间", "moment of recording", "moment"),
    Column("event", "事项", "what was done", words=Event),
    Column("subject", "事项标识", "on which record", "code"),
    Column("actor_id", "办理人标识", "id of the user who did it", "number"),
    Column("facts", "要素", "what the event tells, as JSON"),
    Column("previous", "上一条校验码", "seal of the entry before", "code"),
    Column("seal", "校验码", "SHA-256 of these, each as its length, a colon and its bytes, after version 1", "code"),
)  # fmt: skip
def _trail(scope: Scope) -> Iterable[Row]:
    query = select(
        TrailEntry.court_code, TrailEntry.seq, TrailEntry.recorded_at, TrailEntry.event, TrailEntry.subject,
        TrailEntry.actor_id, TrailEntry.facts, TrailEntry.previous, TrailEntry.seal,
    )  # fmt: skip
    return Stream(query.where(within(TrailEntry.court_code, scope)).order_by(TrailEntry.court_code, TrailEntry.seq))


@table(
    "attachments", "附件", "trail", "Papers attached to records when the package was made; without their content",
    ID,
    COURT,
    Column("subject", "事项标识", "record that the paper is attached to"),
    Column("file_name", "文件名", "name of the file"),
    Column("media_type", "类型", "PDF, PNG or JPEG, by its content"),
    Column("size", "字节数", "bytes", "number"),
    Column("sha256", "文件SHA-256", "SHA-256 of the file"),
    Column("attached_by_id", "上传人标识", "id of the user who attached it", "number"),
    Column("attached_at", "上传时间", "when", "moment"),
)  # fmt: skip
def _attachments(scope: Scope) -> Iterable[Row]:
    query = select(
        Attachment.id, Attachment.court_code, Attachment.subject, Attachment.file_name, Attachment.media_type,
        Attachment.size, Attachment.digest, Attachment.attached_by_id, Attachment.attached_at,
    ).where(within(Attachment.court_code, scope))  # fmt: skip
    return Stream(query.order_by(Attachment.id))


@table(
    "signed_heads", "链头签名", "trail", "Heads of the trail, signed with the installation's key",
    COURT,
    Column("length", "留痕条数", "number of the entry whose seal is the head", "number"),
    Column("head", "末端校验码", "seal of that entry", "code"),
    Column("signed_at", "签名时间", "moment of signing", "moment"),
    Column("reason", "缘由", "why it was signed then", words=SigningReason),
    Column("key_id", "密钥指纹", "the first 32 digits of the SHA-256 of the public key", "code"),
    Column("signature", "签名", "Ed25519 over the anchor of these, see docs/audit-package.md", "code"),
)  # fmt: skip
def _signed_heads(scope: Scope) -> Iterable[Row]:
    query = select(
        SignedHead.court_code, SignedHead.length, SignedHead.head, SignedHead.signed_at, SignedHead.reason,
        SignedHead.key_id, SignedHead.signature,
    )  # fmt: skip
    order = (SignedHead.court_code, SignedHead.length, SignedHead.id)
    return Stream(query.where(within(SignedHead.court_code, scope)).order_by(*order))
