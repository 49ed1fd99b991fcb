"""On SQLite evidence is not replaced either: REPLACE deletes a row without asking the triggers against deleting."""

from migrations.append_only import allow_replacing, refuse_replacing

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

GUARDED = (
    "attachments",
    "trail_entries",
    "booking_models",
    "closed_months",
    "vouchers",
    "posting_lines",
    "terms_issues",
    "assessments",
    "ladder_issues",
    "decisions",
    "advance_payments",
    "paying_accounts",
    "result_files",
    "result_lines",
    "allocations",
    "audit_packages",
    "closed_years",
)


def upgrade() -> None:
    for table in GUARDED:
        refuse_replacing(table)


def downgrade() -> None:
    for table in GUARDED:
        allow_replacing(table)
