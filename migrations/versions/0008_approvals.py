"""Limits as issued, and signed decisions."""

import sqlalchemy as sa
from alembic import op

from migrations.append_only import allow_changes, refuse_changes

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ladder_issues",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("court_code", sa.String(length=10), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("document", sa.String(length=200), nullable=False),
        sa.Column("president_above", sa.BigInteger(), nullable=False),
        sa.Column("limit_included", sa.Boolean(), nullable=False),
        sa.Column("issued_by_id", sa.Integer(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["court_code"], ["courts.code"], name=op.f("fk_ladder_issues_court_code")),
        sa.ForeignKeyConstraint(["issued_by_id"], ["users.id"], name=op.f("fk_ladder_issues_issued_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ladder_issues")),
    )
    op.create_index(
        "ix_ladder_issues_court_code_effective_from", "ladder_issues", ["court_code", "effective_from"], unique=False
    )
    op.create_table(
        "decisions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("court_code", sa.String(length=10), nullable=False),
        sa.Column("subject", sa.String(length=60), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("outcome", sa.String(length=40), nullable=False),
        sa.Column("opinion", sa.String(length=500), nullable=False),
        sa.Column("seen_version", sa.Integer(), nullable=False),
        sa.Column("payload_digest", sa.String(length=64), nullable=False),
        sa.Column("ladder_id", sa.Integer(), nullable=True),
        sa.Column("actor_id", sa.Integer(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["users.id"], name=op.f("fk_decisions_actor_id")),
        sa.ForeignKeyConstraint(["court_code"], ["courts.code"], name=op.f("fk_decisions_court_code")),
        sa.ForeignKeyConstraint(["ladder_id"], ["ladder_issues.id"], name=op.f("fk_decisions_ladder_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decisions")),
        sa.UniqueConstraint("subject", "round", "actor_id", name=op.f("uq_decisions_subject_round_actor_id")),
        sa.UniqueConstraint("subject", "round", "step", name=op.f("uq_decisions_subject_round_step")),
    )
    op.create_index(op.f("ix_decisions_actor_id"), "decisions", ["actor_id"], unique=False)
    refuse_changes("ladder_issues")
    refuse_changes("decisions")


def downgrade() -> None:
    allow_changes("ladder_issues")
    allow_changes("decisions")
    op.drop_table("decisions")
    op.drop_table("ladder_issues")
