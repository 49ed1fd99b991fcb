"""Advances and their one payment."""

import sqlalchemy as sa
from alembic import op

from migrations.append_only import allow_changes, refuse_changes

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "advances",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("court_code", sa.String(length=10), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("creditor_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("assessment_id", sa.Integer(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("recovery_order", sa.String(length=40), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("requested_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("payload_digest", sa.String(length=64), nullable=False),
        sa.Column("live_key", sa.String(length=60), nullable=True),
        sa.Column("prepared_by_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_advances_amount_positive")),
        sa.ForeignKeyConstraint(["account_id"], ["payee_accounts.id"], name=op.f("fk_advances_account_id")),
        sa.ForeignKeyConstraint(["assessment_id"], ["assessments.id"], name=op.f("fk_advances_assessment_id")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_advances_case_id")),
        sa.ForeignKeyConstraint(["court_code"], ["courts.code"], name=op.f("fk_advances_court_code")),
        sa.ForeignKeyConstraint(["creditor_id"], ["parties.id"], name=op.f("fk_advances_creditor_id")),
        sa.ForeignKeyConstraint(["prepared_by_id"], ["users.id"], name=op.f("fk_advances_prepared_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_advances")),
        sa.UniqueConstraint("live_key", name=op.f("uq_advances_live_key")),
    )
    op.create_index(op.f("ix_advances_case_id"), "advances", ["case_id"], unique=False)
    op.create_index("ix_advances_court_code_status", "advances", ["court_code", "status"], unique=False)
    op.create_table(
        "advance_payments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("advance_id", sa.Integer(), nullable=False),
        sa.Column("court_code", sa.String(length=10), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=False),
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column("paid_through", sa.String(length=60), nullable=False),
        sa.Column("bank_reference", sa.String(length=60), nullable=True),
        sa.Column("voucher_id", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_advance_payments_amount_positive")),
        sa.ForeignKeyConstraint(["advance_id"], ["advances.id"], name=op.f("fk_advance_payments_advance_id")),
        sa.ForeignKeyConstraint(["court_code"], ["courts.code"], name=op.f("fk_advance_payments_court_code")),
        sa.ForeignKeyConstraint(["voucher_id"], ["vouchers.id"], name=op.f("fk_advance_payments_voucher_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_advance_payments")),
        sa.UniqueConstraint("advance_id", name=op.f("uq_advance_payments_advance_id")),
    )
    op.create_index(op.f("ix_advance_payments_court_code"), "advance_payments", ["court_code"], unique=False)
    op.create_index(op.f("ix_advance_payments_paid_on"), "advance_payments", ["paid_on"], unique=False)
    refuse_changes("advance_payments")


def downgrade() -> None:
    allow_changes("advance_payments")
    op.drop_table("advance_payments")
    op.drop_table("advances")
