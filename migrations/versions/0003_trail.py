"""The trail of acts and the papers attached to records; both only grow."""

import sqlalchemy as sa
from alembic import op

from migrations.append_only import allow_changes, refuse_changes

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "attachments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("court_code", sa.String(length=10), nullable=False),
        sa.Column("subject", sa.String(length=60), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("attached_by_id", sa.Integer(), nullable=False),
        sa.Column("attached_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["attached_by_id"], ["users.id"], name=op.f("fk_attachments_attached_by_id")),
        sa.ForeignKeyConstraint(["court_code"], ["courts.code"], name=op.f("fk_attachments_court_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachments")),
    )
    op.create_index("ix_attachments_subject", "attachments", ["subject"], unique=False)
    op.create_table(
        "trail_entries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("court_code", sa.String(length=10), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("event", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=60), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("seal", sa.String(length=64), nullable=False),
        sa.CheckConstraint("seq > 0", name=op.f("ck_trail_entries_seq_positive")),
        sa.ForeignKeyConstraint(["actor_id"], ["users.id"], name=op.f("fk_trail_entries_actor_id")),
        sa.ForeignKeyConstraint(["court_code"], ["courts.code"], name=op.f("fk_trail_entries_court_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trail_entries")),
        sa.UniqueConstraint("court_code", "seq", name=op.f("uq_trail_entries_court_code_seq")),
    )
    op.create_index(op.f("ix_trail_entries_actor_id"), "trail_entries", ["actor_id"], unique=False)
    op.create_index("ix_trail_entries_subject", "trail_entries", ["subject"], unique=False)
    refuse_changes("attachments")
    refuse_changes("trail_entries")


def downgrade() -> None:
    allow_changes("attachments")
    allow_changes("trail_entries")
    op.drop_table("trail_entries")
    op.drop_table("attachments")
