"""Terms as issued, and assessments under them."""

import sqlalchemy as sa
from alembic import op

from migrations.append_only import allow_changes, refuse_changes

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "terms_issues",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("court_code", sa.String(length=10), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("document", sa.String(length=200), nullable=False),
        sa.Column("ceiling", sa.BigInteger(), nullable=False),
        sa.Column("ceiling_included", sa.Boolean(), nullable=False),
        sa.Column("case_statuses", sa.String(length=300), nullable=False),
        sa.Column("needs_property_search", sa.Boolean(), nullable=False),
        sa.Column("needs_verified_account", sa.Boolean(), nullable=False),
        sa.Column("needs_undertaking", sa.Boolean(), nullable=False),
        sa.Column("refuses_bankruptcy", sa.Boolean(), nullable=False),
        sa.Column("refuses_settlement", sa.Boolean(), nullable=False),
        sa.Column("recovery_order", sa.String(length=40), nullable=False),
        sa.Column("sources", sa.Text(), nullable=False),
        sa.Column("issued_by_id", sa.Integer(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("ceiling > 0", name=op.f("ck_terms_issues_ceiling_positive")),
        sa.ForeignKeyConstraint(["court_code"], ["courts.code"], name=op.f("fk_terms_issues_court_code")),
        sa.ForeignKeyConstraint(["issued_by_id"], ["users.id"], name=op.f("fk_terms_issues_issued_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_terms_issues")),
    )
    op.create_index(
        "ix_terms_issues_court_code_effective_from", "terms_issues", ["court_code", "effective_from"], unique=False
    )
    op.create_table(
        "assessments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("court_code", sa.String(length=10), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("creditor_id", sa.Integer(), nullable=False),
        sa.Column("terms_id", sa.Integer(), nullable=False),
        sa.Column("case_version", sa.Integer(), nullable=False),
        sa.Column("is_eligible", sa.Boolean(), nullable=False),
        sa.Column("answers", sa.Text(), nullable=False),
        sa.Column("assessed_by_id", sa.Integer(), nullable=False),
        sa.Column("assessed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["assessed_by_id"], ["users.id"], name=op.f("fk_assessments_assessed_by_id")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_assessments_case_id")),
        sa.ForeignKeyConstraint(["court_code"], ["courts.code"], name=op.f("fk_assessments_court_code")),
        sa.ForeignKeyConstraint(["creditor_id"], ["parties.id"], name=op.f("fk_assessments_creditor_id")),
        sa.ForeignKeyConstraint(["terms_id"], ["terms_issues.id"], name=op.f("fk_assessments_terms_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessments")),
    )
    op.create_index(op.f("ix_assessments_case_id"), "assessments", ["case_id"], unique=False)
    refuse_changes("terms_issues")
    refuse_changes("assessments")


def downgrade() -> None:
    allow_changes("terms_issues")
    allow_changes("assessments")
    op.drop_table("assessments")
    op.drop_table("terms_issues")
