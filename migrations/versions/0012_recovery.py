"""Allocations of what debtors pay."""

import sqlalchemy as sa
from alembic import op

from migrations.append_only import allow_changes, refuse_changes

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "allocations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("court_code", sa.String(length=10), nullable=False),
        sa.Column("receipt_id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("advance_id", sa.Integer(), nullable=False),
        sa.Column("recovery_order", sa.String(length=40), nullable=False),
        sa.Column("business_date", sa.Date(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("outstanding_before", sa.BigInteger(), nullable=False),
        sa.Column("creditor_rest_before", sa.BigInteger(), nullable=False),
        sa.Column("fund", sa.BigInteger(), nullable=False),
        sa.Column("creditor", sa.BigInteger(), nullable=False),
        sa.Column("refund", sa.BigInteger(), nullable=False),
        sa.Column("voucher_id", sa.Integer(), nullable=True),
        sa.Column("allocated_by_id", sa.Integer(), nullable=False),
        sa.Column("allocated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.CheckConstraint("creditor <= creditor_rest_before", name=op.f("ck_allocations_never_over_served")),
        sa.CheckConstraint("fund + creditor + refund = amount", name=op.f("ck_allocations_parts_add_up")),
        sa.CheckConstraint("fund <= outstanding_before", name=op.f("ck_allocations_never_over_recovered")),
        sa.CheckConstraint("fund >= 0 AND creditor >= 0 AND refund >= 0", name=op.f("ck_allocations_parts_counted")),
        sa.CheckConstraint(
            "refund = 0 OR (fund = outstanding_before AND creditor = creditor_rest_before)",
            name=op.f("ck_allocations_refund_last"),
        ),
        sa.ForeignKeyConstraint(["advance_id"], ["advances.id"], name=op.f("fk_allocations_advance_id")),
        sa.ForeignKeyConstraint(["allocated_by_id"], ["users.id"], name=op.f("fk_allocations_allocated_by_id")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_allocations_case_id")),
        sa.ForeignKeyConstraint(["court_code"], ["courts.code"], name=op.f("fk_allocations_court_code")),
        sa.ForeignKeyConstraint(["receipt_id"], ["case_receipts.id"], name=op.f("fk_allocations_receipt_id")),
        sa.ForeignKeyConstraint(["voucher_id"], ["vouchers.id"], name=op.f("fk_allocations_voucher_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_allocations")),
        sa.UniqueConstraint("receipt_id", "advance_id", name=op.f("uq_allocations_receipt_id_advance_id")),
    )
    op.create_index(op.f("ix_allocations_advance_id"), "allocations", ["advance_id"], unique=False)
    op.create_index(op.f("ix_allocations_business_date"), "allocations", ["business_date"], unique=False)
    op.create_index(op.f("ix_allocations_case_id"), "allocations", ["case_id"], unique=False)
    op.create_index(op.f("ix_allocations_court_code"), "allocations", ["court_code"], unique=False)
    refuse_changes("allocations")


def downgrade() -> None:
    allow_changes("allocations")
    op.drop_table("allocations")
