"""Closed years and exported audit packages."""

import sqlalchemy as sa
from alembic import op

from migrations.append_only import allow_changes, refuse_changes

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit_packages",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("court_code", sa.String(length=10), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("courts", sa.Text(), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("exported_by_id", sa.Integer(), nullable=False),
        sa.Column("exported_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["court_code"], ["courts.code"], name=op.f("fk_audit_packages_court_code")),
        sa.ForeignKeyConstraint(["exported_by_id"], ["users.id"], name=op.f("fk_audit_packages_exported_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_packages")),
    )
    op.create_index(op.f("ix_audit_packages_court_code"), "audit_packages", ["court_code"], unique=False)
    op.create_table(
        "closed_years",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("court_code", sa.String(length=10), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("vouchers", sa.Integer(), nullable=False),
        sa.Column("result_voucher_id", sa.Integer(), nullable=True),
        sa.Column("prepared_by_id", sa.Integer(), nullable=False),
        sa.Column("closed_by_id", sa.Integer(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["closed_by_id"], ["users.id"], name=op.f("fk_closed_years_closed_by_id")),
        sa.ForeignKeyConstraint(["court_code"], ["courts.code"], name=op.f("fk_closed_years_court_code")),
        sa.ForeignKeyConstraint(["prepared_by_id"], ["users.id"], name=op.f("fk_closed_years_prepared_by_id")),
        sa.ForeignKeyConstraint(["result_voucher_id"], ["vouchers.id"], name=op.f("fk_closed_years_result_voucher_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_closed_years")),
        sa.UniqueConstraint("court_code", "year", name=op.f("uq_closed_years_court_code_year")),
    )
    refuse_changes("audit_packages")
    refuse_changes("closed_years")


def downgrade() -> None:
    allow_changes("audit_packages")
    allow_changes("closed_years")
    op.drop_table("closed_years")
    op.drop_table("audit_packages")
