"""Batches, their lines, and the bank's results."""

import sqlalchemy as sa
from alembic import op

from migrations.append_only import allow_changes, refuse_changes

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "paying_accounts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("court_code", sa.String(length=10), nullable=False),
        sa.Column("bank", sa.String(length=100), nullable=False),
        sa.Column("holder", sa.String(length=100), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("document", sa.String(length=200), nullable=False),
        sa.Column("entered_by_id", sa.Integer(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["court_code"], ["courts.code"], name=op.f("fk_paying_accounts_court_code")),
        sa.ForeignKeyConstraint(["entered_by_id"], ["users.id"], name=op.f("fk_paying_accounts_entered_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paying_accounts")),
    )
    op.create_index(
        "ix_paying_accounts_court_code_effective_from",
        "paying_accounts",
        ["court_code", "effective_from"],
        unique=False,
    )
    op.create_table(
        "result_files",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("court_code", sa.String(length=10), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("paid", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("unknown", sa.Integer(), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.Column("repeated", sa.Integer(), nullable=False),
        sa.Column("imported_by_id", sa.Integer(), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["court_code"], ["courts.code"], name=op.f("fk_result_files_court_code")),
        sa.ForeignKeyConstraint(["imported_by_id"], ["users.id"], name=op.f("fk_result_files_imported_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_result_files")),
        sa.UniqueConstraint("court_code", "digest", name=op.f("uq_result_files_court_code_digest")),
    )
    op.create_table(
        "batches",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("court_code", sa.String(length=10), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("business_date", sa.Date(), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("line_count", sa.Integer(), nullable=False),
        sa.Column("paying_account_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("file_digest", sa.String(length=64), nullable=True),
        sa.Column("built_by_id", sa.Integer(), nullable=False),
        sa.Column("built_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("signed_by_id", sa.Integer(), nullable=True),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("signed_by_id <> built_by_id", name=op.f("ck_batches_two_hands")),
        sa.CheckConstraint("total > 0", name=op.f("ck_batches_total_positive")),
        sa.ForeignKeyConstraint(["built_by_id"], ["users.id"], name=op.f("fk_batches_built_by_id")),
        sa.ForeignKeyConstraint(["court_code"], ["courts.code"], name=op.f("fk_batches_court_code")),
        sa.ForeignKeyConstraint(
            ["paying_account_id"], ["paying_accounts.id"], name=op.f("fk_batches_paying_account_id")
        ),
        sa.ForeignKeyConstraint(["signed_by_id"], ["users.id"], name=op.f("fk_batches_signed_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batches")),
        sa.UniqueConstraint("court_code", "number", name=op.f("uq_batches_court_code_number")),
    )
    op.create_table(
        "batch_lines",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("advance_id", sa.Integer(), nullable=False),
        sa.Column("live_advance_id", sa.Integer(), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("case_number", sa.String(length=60), nullable=False),
        sa.Column("payee", sa.String(length=100), nullable=False),
        sa.Column("bank", sa.String(length=100), nullable=False),
        sa.Column("account_number", sa.LargeBinary(), nullable=False),
        sa.Column("account_mask", sa.String(length=40), nullable=False),
        sa.Column("payload_digest", sa.String(length=64), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("message", sa.String(length=200), nullable=True),
        sa.Column("bank_reference", sa.String(length=60), nullable=True),
        sa.Column("paid_on", sa.Date(), nullable=True),
        sa.Column("repeats_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("amount > 0", name=op.f("ck_batch_lines_amount_positive")),
        sa.ForeignKeyConstraint(["advance_id"], ["advances.id"], name=op.f("fk_batch_lines_advance_id")),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.id"], name=op.f("fk_batch_lines_batch_id")),
        sa.ForeignKeyConstraint(["live_advance_id"], ["advances.id"], name=op.f("fk_batch_lines_live_advance_id")),
        sa.ForeignKeyConstraint(["repeats_id"], ["batch_lines.id"], name=op.f("fk_batch_lines_repeats_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batch_lines")),
        sa.UniqueConstraint("batch_id", "sequence", name=op.f("uq_batch_lines_batch_id_sequence")),
        sa.UniqueConstraint("live_advance_id", name=op.f("uq_batch_lines_live_advance_id")),
        sa.UniqueConstraint("repeats_id", name=op.f("uq_batch_lines_repeats_id")),
    )
    op.create_index("ix_batch_lines_advance_id", "batch_lines", ["advance_id"], unique=False)
    op.create_table(
        "result_lines",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("batch_line_id", sa.Integer(), nullable=True),
        sa.Column("outcome", sa.String(length=40), nullable=True),
        sa.Column("is_repeated", sa.Boolean(), nullable=False),
        sa.Column("problem", sa.String(length=300), nullable=True),
        sa.ForeignKeyConstraint(["batch_line_id"], ["batch_lines.id"], name=op.f("fk_result_lines_batch_line_id")),
        sa.ForeignKeyConstraint(["file_id"], ["result_files.id"], name=op.f("fk_result_lines_file_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_result_lines")),
    )
    op.create_index(op.f("ix_result_lines_file_id"), "result_lines", ["file_id"], unique=False)
    refuse_changes("paying_accounts")
    refuse_changes("result_files")
    refuse_changes("result_lines")


def downgrade() -> None:
    allow_changes("paying_accounts")
    allow_changes("result_files")
    allow_changes("result_lines")
    op.drop_table("result_lines")
    op.drop_table("batch_lines")
    op.drop_table("batches")
    op.drop_table("result_files")
    op.drop_table("paying_accounts")
