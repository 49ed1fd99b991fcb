"""Packages say whether they name persons whole and why; refused attempts are found without reading the whole trail."""

import sqlalchemy as sa
from alembic import op

from migrations.append_only import guard, unguard

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

UNMASKED_FOR_A_REASON = "ck_audit_packages_unmasked_for_a_reason"
ATTEMPTS_ONLY = sa.text("event = 'irregularities.attempt.refused'")


def upgrade() -> None:
    unguard("audit_packages")
    with op.batch_alter_table("audit_packages") as table:
        table.add_column(sa.Column("is_unmasked", sa.Boolean(), nullable=False, server_default=sa.false()))
        table.add_column(sa.Column("reason", sa.String(length=500), nullable=False, server_default=""))
        table.create_check_constraint(op.f(UNMASKED_FOR_A_REASON), "NOT is_unmasked OR reason <> ''")
    guard("audit_packages")
    op.create_index(
        "ix_trail_entries_attempts",
        "trail_entries",
        ["court_code", "id"],
        unique=False,
        sqlite_where=ATTEMPTS_ONLY,
        postgresql_where=ATTEMPTS_ONLY,
    )


def downgrade() -> None:
    op.drop_index("ix_trail_entries_attempts", table_name="trail_entries")
    unguard("audit_packages")
    with op.batch_alter_table("audit_packages") as table:
        table.drop_constraint(op.f(UNMASKED_FOR_A_REASON), type_="check")
        table.drop_column("reason")
        table.drop_column("is_unmasked")
    guard("audit_packages")
