"""An act on the trail writes one index entry less: only who looked at personal data is looked for by person."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

REVEALS_ONLY = sa.text("event IN ('cases.party.revealed', 'cases.case.revealed')")


def upgrade() -> None:
    op.drop_index("ix_trail_entries_actor_id", table_name="trail_entries")
    op.create_index(
        "ix_trail_entries_reveals",
        "trail_entries",
        ["actor_id", "recorded_at"],
        unique=False,
        sqlite_where=REVEALS_ONLY,
        postgresql_where=REVEALS_ONLY,
    )


def downgrade() -> None:
    op.drop_index("ix_trail_entries_reveals", table_name="trail_entries")
    op.create_index("ix_trail_entries_actor_id", "trail_entries", ["actor_id"], unique=False)
