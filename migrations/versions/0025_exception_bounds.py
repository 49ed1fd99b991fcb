"""From when on a doubt is shown is dated data of each court: append-only, and never so wide that nothing is shown."""

import sqlalchemy as sa
from alembic import op

from migrations.append_only import guard, unguard

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "exception_bounds",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("court_code", sa.String(length=10), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("document", sa.String(length=200), nullable=False),
        sa.Column("months_outstanding", sa.Integer(), nullable=False),
        sa.Column("months_held", sa.Integer(), nullable=False),
        sa.Column("office_from", sa.Time(), nullable=False),
        sa.Column("office_to", sa.Time(), nullable=False),
        sa.Column("issued_by_id", sa.Integer(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "months_outstanding BETWEEN 1 AND 36", name=op.f("ck_exception_bounds_outstanding_in_bounds")
        ),
        sa.CheckConstraint("months_held BETWEEN 1 AND 24", name=op.f("ck_exception_bounds_held_in_bounds")),
        sa.CheckConstraint(
            "office_from >= '06:00:00.000000' AND office_from < office_to AND office_to <= '22:00:00.000000'",
            name=op.f("ck_exception_bounds_office_hours_in_bounds"),
        ),
        sa.CheckConstraint("document <> ''", name=op.f("ck_exception_bounds_stands_on_a_document")),
        sa.ForeignKeyConstraint(["court_code"], ["courts.code"], name=op.f("fk_exception_bounds_court_code")),
        sa.ForeignKeyConstraint(["issued_by_id"], ["users.id"], name=op.f("fk_exception_bounds_issued_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exception_bounds")),
        sa.UniqueConstraint("court_code", "effective_from", name=op.f("uq_exception_bounds_court_code_effective_from")),
    )
    guard("exception_bounds")


def downgrade() -> None:
    unguard("exception_bounds")
    op.drop_table("exception_bounds")
