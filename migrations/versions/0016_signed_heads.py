"""Signed heads of the trail, anchors handed out, and what verifications found."""

import sqlalchemy as sa
from alembic import op

from migrations.append_only import guard, unguard

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "signed_heads",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("court_code", sa.String(length=10), nullable=False),
        sa.Column("length", sa.Integer(), nullable=False),
        sa.Column("head", sa.String(length=64), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("key_id", sa.String(length=32), nullable=False),
        sa.Column("signature", sa.String(length=128), nullable=False),
        sa.CheckConstraint("length > 0", name=op.f("ck_signed_heads_length_positive")),
        sa.ForeignKeyConstraint(["court_code"], ["courts.code"], name=op.f("fk_signed_heads_court_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signed_heads")),
        sa.UniqueConstraint("court_code", "length", "reason", name=op.f("uq_signed_heads_court_code_length_reason")),
    )
    op.create_table(
        "anchor_sheets",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("court_code", sa.String(length=10), nullable=False),
        sa.Column("length", sa.Integer(), nullable=False),
        sa.Column("recipient", sa.String(length=100), nullable=False),
        sa.Column("kept_at", sa.String(length=100), nullable=False),
        sa.Column("vouchers", sa.Integer(), nullable=False),
        sa.Column("posted", sa.BigInteger(), nullable=False),
        sa.Column("debit", sa.BigInteger(), nullable=False),
        sa.Column("credit", sa.BigInteger(), nullable=False),
        sa.Column("deposit", sa.BigInteger(), nullable=False),
        sa.Column("handed_out_by_id", sa.Integer(), nullable=False),
        sa.Column("handed_out_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["court_code"], ["courts.code"], name=op.f("fk_anchor_sheets_court_code")),
        sa.ForeignKeyConstraint(["handed_out_by_id"], ["users.id"], name=op.f("fk_anchor_sheets_handed_out_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_anchor_sheets")),
        sa.UniqueConstraint("court_code", "length", name=op.f("uq_anchor_sheets_court_code_length")),
    )
    op.create_table(
        "verifications",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("court_code", sa.String(length=10), nullable=False),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("checks", sa.Integer(), nullable=False),
        sa.Column("problems", sa.Text(), nullable=False),
        sa.Column("is_ok", sa.Boolean(), nullable=False),
        sa.CheckConstraint("is_ok = (problems = '')", name=op.f("ck_verifications_ok_without_problems")),
        sa.ForeignKeyConstraint(["court_code"], ["courts.code"], name=op.f("fk_verifications_court_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_verifications")),
    )
    guard("signed_heads")
    guard("anchor_sheets")
    guard("verifications")


def downgrade() -> None:
    unguard("verifications")
    unguard("anchor_sheets")
    unguard("signed_heads")
    op.drop_table("verifications")
    op.drop_table("anchor_sheets")
    op.drop_table("signed_heads")
