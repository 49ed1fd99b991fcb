"""Case money: sub-accounts, receipts, payouts."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "case_accounts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("court_code", sa.String(length=10), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_accounts_case_id")),
        sa.ForeignKeyConstraint(["court_code"], ["courts.code"], name=op.f("fk_case_accounts_court_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_accounts")),
        sa.UniqueConstraint("case_id", name=op.f("uq_case_accounts_case_id")),
        sa.UniqueConstraint("court_code", "number", name=op.f("uq_case_accounts_court_code_number")),
    )
    op.create_table(
        "case_receipts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("court_code", sa.String(length=10), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("debtor_id", sa.Integer(), nullable=False),
        sa.Column("payer", sa.String(length=100), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("business_date", sa.Date(), nullable=False),
        sa.Column("bank_reference", sa.String(length=60), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_by_id", sa.Integer(), nullable=True),
        sa.Column("return_reason", sa.String(length=200), nullable=True),
        sa.Column("voucher_id", sa.Integer(), nullable=True),
        sa.Column("needs_allocation", sa.Boolean(), nullable=False),
        sa.Column("is_allocated", sa.Boolean(), nullable=False),
        sa.Column("creditor_part", sa.BigInteger(), nullable=True),
        sa.Column("refund_part", sa.BigInteger(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_case_receipts_amount_positive")),
        sa.CheckConstraint("confirmed_by_id <> recorded_by_id", name=op.f("ck_case_receipts_two_hands")),
        sa.CheckConstraint("creditor_part + refund_part <= amount", name=op.f("ck_case_receipts_parts_within")),
        sa.CheckConstraint("creditor_part >= 0 AND refund_part >= 0", name=op.f("ck_case_receipts_parts_counted")),
        sa.CheckConstraint("needs_allocation OR NOT is_allocated", name=op.f("ck_case_receipts_allocated_when_needed")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_receipts_case_id")),
        sa.ForeignKeyConstraint(["confirmed_by_id"], ["users.id"], name=op.f("fk_case_receipts_confirmed_by_id")),
        sa.ForeignKeyConstraint(["court_code"], ["courts.code"], name=op.f("fk_case_receipts_court_code")),
        sa.ForeignKeyConstraint(["debtor_id"], ["parties.id"], name=op.f("fk_case_receipts_debtor_id")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["users.id"], name=op.f("fk_case_receipts_recorded_by_id")),
        sa.ForeignKeyConstraint(["voucher_id"], ["vouchers.id"], name=op.f("fk_case_receipts_voucher_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_receipts")),
        sa.UniqueConstraint("court_code", "bank_reference", name=op.f("uq_case_receipts_court_code_bank_reference")),
    )
    op.create_index(op.f("ix_case_receipts_case_id"), "case_receipts", ["case_id"], unique=False)
    op.create_table(
        "payouts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("court_code", sa.String(length=10), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("payee_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(length=40), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("is_after_advance", sa.Boolean(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("requested_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("payload_digest", sa.String(length=64), nullable=False),
        sa.Column("prepared_by_id", sa.Integer(), nullable=False),
        sa.Column("approved_by_id", sa.Integer(), nullable=True),
        sa.Column("paid_on", sa.Date(), nullable=True),
        sa.Column("channel", sa.String(length=40), nullable=True),
        sa.Column("bank_reference", sa.String(length=60), nullable=True),
        sa.Column("voucher_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_payouts_amount_positive")),
        sa.CheckConstraint("approved_by_id <> prepared_by_id", name=op.f("ck_payouts_two_hands")),
        sa.ForeignKeyConstraint(["account_id"], ["payee_accounts.id"], name=op.f("fk_payouts_account_id")),
        sa.ForeignKeyConstraint(["approved_by_id"], ["users.id"], name=op.f("fk_payouts_approved_by_id")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_payouts_case_id")),
        sa.ForeignKeyConstraint(["court_code"], ["courts.code"], name=op.f("fk_payouts_court_code")),
        sa.ForeignKeyConstraint(["payee_id"], ["parties.id"], name=op.f("fk_payouts_payee_id")),
        sa.ForeignKeyConstraint(["prepared_by_id"], ["users.id"], name=op.f("fk_payouts_prepared_by_id")),
        sa.ForeignKeyConstraint(["voucher_id"], ["vouchers.id"], name=op.f("fk_payouts_voucher_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payouts")),
        sa.UniqueConstraint("voucher_id", name=op.f("uq_payouts_voucher_id")),
    )
    op.create_index(op.f("ix_payouts_case_id"), "payouts", ["case_id"], unique=False)
    op.create_index("ix_payouts_court_code_status", "payouts", ["court_code", "status"], unique=False)


def downgrade() -> None:
    op.drop_table("payouts")
    op.drop_table("case_receipts")
    op.drop_table("case_accounts")
